"""Primitives that run one recurrent layer over a whole sequence, and back through time. Contract: `elementwise.py`.

Shapes, time first: x (t, n, d), first states h0 and c0 (n, k), weights w_ih (gates k, d) and w_hh (gates k, k), biases
b_ih and b_hh (gates k,). `mask` (t, n, 1) is True where a sequence still runs and False behind its end, where the state
is carried on; None means that all run to the end. What need not wait for the step before it is one matrix product for
all times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import get_num_threads, share, split
from course_lib.ops.primitive import Flags, Gradients, Result
from course_lib.ops.products import LARGE, in_blocks, product

STEPS = 8  # whose slopes are worked out at once: few calls, and what they make stays in the cache


def _from_input(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """x @ w.T + b for all times at once."""
    out = empty((*x.shape[:2], len(w)), w.dtype)
    product(_rows(x), w.T, _rows(out))
    out += b
    return out


def _shifted(h0: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The state before each step: h0, h[0], ..., h[t - 2]."""
    return np.concatenate([h0[None], h[:-1]])


def _rows(a: np.ndarray) -> np.ndarray:
    return a.reshape(a.shape[0] * a.shape[1], a.shape[2])


def _gradients(
    x: np.ndarray, before: np.ndarray, w_ih: np.ndarray, da: np.ndarray, da_hidden: np.ndarray
) -> tuple[np.ndarray, ...]:
    """(dx, dw_ih, dw_hh, db_ih, db_hh) from the gradients of all pre-activations: input's part, state's part."""
    da, da_hidden = _rows(da), _rows(da_hidden)
    dx = empty(x.shape, x.dtype)
    product(da, w_ih, _rows(dx))
    return dx, product(da.T, _rows(x)), product(da_hidden.T, _rows(before)), da.sum(0), da_hidden.sum(0)


def rnn(
    x: np.ndarray, h0: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b_ih: np.ndarray, b_hh: np.ndarray, *,
    mask: np.ndarray | None = None, nonlinearity: str = "tanh",
) -> Result:  # fmt: skip
    """h = tanh(x w_ih.T + b_ih + h w_hh.T + b_hh), or ReLU instead of tanh; all states (t, n, k). Elman 1990.

    `nonlinearity` is "tanh" or "relu".
    """
    h = _from_input(x, w_ih, b_ih + b_hh)
    before = h0
    for t, now in enumerate(h):
        now += product(before, w_hh.T)
        if nonlinearity == "tanh":
            np.tanh(now, out=now)
        else:
            np.maximum(now, 0, out=now)
        if mask is not None:
            np.copyto(now, before, where=~mask[t])
        before = now

    def vjp(g: np.ndarray) -> Gradients:
        da = empty(h.shape, h.dtype)
        states, dh = _shifted(h0, h), np.zeros_like(h0)
        for t in reversed(range(len(h))):
            dh = dh + g[t]
            run = 1 if mask is None else mask[t].astype(h0.dtype)
            da[t] = dh * run * ((1 - h[t] * h[t]) if nonlinearity == "tanh" else h[t] > 0)
            dh = product(da[t], w_hh) + dh * (1 - run)
        dx, *weights = _gradients(x, states, w_ih, da, da)
        return dx, dh, *weights

    return h, vjp


def lstm(
    x: np.ndarray, h0: np.ndarray, c0: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b_ih: np.ndarray,
    b_hh: np.ndarray, *, mask: np.ndarray | None = None, needs: Flags = (True,) * 7,
) -> Result:  # fmt: skip
    """Long short-term memory; all states h (t, n, k) with the last cell c (n, k) behind them: (t + 1, n, k).

    Gates stand in the order i, f, g, o: c = f c + i g, h = o tanh(c). `needs` says which gradients are wanted; only
    x's is spared. Each thread runs its sequences from end to end.
    Hochreiter and Schmidhuber 1997, Gers et al. 2000.
    """
    n, k = h0.shape
    i, f, g, o = np.concatenate([w_hh, w_ih, (b_ih + b_hh)[:, None]], axis=1).reshape(4, k, -1)
    weights = np.stack([o.T, i.T, f.T, g.T], out=np.empty((4, *i.T.shape), h0.dtype))
    weights[:3] *= 0.5  # sigmoid(a) = 0.5 + 0.5 tanh(a / 2)
    parts = split(n, get_num_threads() if n * weights.size >= LARGE else 1)
    out = empty((len(x) + 1, n, k), h0.dtype)

    def forward(rows: slice) -> _Run:
        run = _lstm_run(x[:, rows], h0[rows], c0[rows], weights, None if mask is None else mask[:, rows])
        out[:-1, rows], out[-1, rows] = run.seen[1:, :, :k], run.gates[-1, 4]
        return run

    runs = share(forward, parts)

    def vjp(grad: np.ndarray) -> Gradients:
        def backward(part: tuple[_Run, slice]) -> tuple[np.ndarray | None, ...]:
            run, rows = part
            da, dh, dc = _lstm_back(run, grad[:, rows], w_hh)
            dx = (_rows(da) @ w_ih).reshape(x[:, rows].shape) if needs[0] else None
            return dx, dh, dc, _rows(da).T @ _rows(run.seen[:-1])

        dx, dh, dc, dw = zip(*share(backward, zip(runs, parts, strict=True)), strict=True)
        dx, dw = np.concatenate(dx, axis=1) if needs[0] else None, sum(dw[1:], dw[0])
        return dx, np.concatenate(dh), np.concatenate(dc), dw[:, k:-1], dw[:, :k], dw[:, -1], dw[:, -1]

    return out, vjp


class _Run(NamedTuple):
    """What `lstm` keeps of some sequences for the way back."""

    seen: np.ndarray  # (t + 1, n, k + d + 1) by the gates of each step: the state before it, x, 1 for the biases
    gates: np.ndarray  # (t + 1, 5, n, k): o, i, f, g, and the cell before the step
    squashed: np.ndarray  # (t, n, k): tanh of the cell after it
    mask: np.ndarray | None


def _lstm_run(x: np.ndarray, h0: np.ndarray, c0: np.ndarray, weights: np.ndarray, mask: np.ndarray | None) -> _Run:
    """Some sequences of `lstm` from their start to their end; `weights` (4, k + d + 1, k) of o, i, f, g."""
    (times, n, d), k, dtype = x.shape, h0.shape[1], h0.dtype
    seen = empty((times + 1, n, k + d + 1), dtype)
    gates, squashed = empty((times + 1, 5, n, k), dtype), empty((times, n, k), dtype)
    seen[:-1, :, k:-1], seen[:, :, -1], seen[0, :, :k], gates[0, 4] = x, 1, h0, c0
    raw, written = np.empty((4, n, k), dtype), np.empty((2, n, k), dtype)  # small ones, which stay in the cache
    blocks_seen, blocks_raw = in_blocks(seen, weights), in_blocks(raw, weights)
    for t, now in enumerate(gates[:-1]):
        np.matmul(blocks_seen[t], weights[:, None], out=blocks_raw)
        np.tanh(raw, out=now[:4])
        sigmoids, c, h = now[:3], gates[t + 1, 4], seen[t + 1, :, :k]
        sigmoids *= 0.5
        sigmoids += 0.5
        np.multiply(now[1:3], now[3:], out=written)  # i g, f c
        np.add(written[0], written[1], out=c)
        np.tanh(c, out=squashed[t])
        np.multiply(now[0], squashed[t], out=h)
        if mask is not None:
            np.copyto(c, now[4], where=~mask[t])
            np.copyto(h, seen[t, :, :k], where=~mask[t])
    return _Run(seen, gates, squashed, mask)


def _lstm_back(run: _Run, grad: np.ndarray, w_hh: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some sequences from their end to their start: the gradients (t, n, 4 k) of the gates before they are squashed,
    (n, k) of h0 and of c0."""
    _, gates, squashed, mask = run
    (times, n, k), dtype = squashed.shape, grad.dtype
    da, dc, dh, to_c = empty((times, n, 4, k), dtype), grad[-1].copy(), np.zeros((n, k), dtype), np.empty((n, k), dtype)
    flat = da.reshape(times, n, 4 * k)
    blocks_flat, blocks_dh = in_blocks(flat, w_hh), in_blocks(dh, w_hh)
    for start in reversed(range(0, times, STEPS)):
        slopes, through = _lstm_slopes(gates[start:-1][:STEPS], squashed[start:][:STEPS])
        for t in reversed(range(start, start + len(slopes))):
            now, slope = da[t].swapaxes(0, 1), slopes[t - start]
            dh += grad[t]
            if mask is not None:
                carried = np.where(mask[t], 0, (dh, dc))
                dh *= mask[t]
                dc *= mask[t]
            np.multiply(dh, slope[0], out=now[3])
            np.multiply(dh, through[t - start], out=to_c)
            dc += to_c
            np.multiply(dc, slope[1:], out=now[:3])
            dc *= gates[t, 2]
            np.matmul(blocks_flat[t], w_hh, out=blocks_dh)
            if mask is not None:
                dh += carried[0]
                dc += carried[1]
    return flat, dh, dc


def _lstm_slopes(gates: np.ndarray, squashed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How the output follows o and the cell follows i, f, g before they are squashed, (t, 4, n, k), and the output
    the cell, (t, n, k). `gates` (t, 5, n, k) and `squashed` cells (t, n, k) as in `_Run`."""
    (times, _, n, k), dtype = gates.shape, gates.dtype
    slopes, through = scratch("slopes", (times, 4, n, k), dtype), scratch("through", squashed.shape, dtype)
    sigmoids, tanh = slopes[:, :3], slopes[:, 3]
    np.subtract(1, gates[:, :3], out=sigmoids)
    sigmoids *= gates[:, :3]  # a sigmoid s has the slope s (1 - s)
    sigmoids[:, 0] *= squashed
    sigmoids[:, 1:] *= gates[:, 3:]
    for slope, of, factor in ((tanh, gates[:, 3], gates[:, 1]), (through, squashed, gates[:, 0])):
        np.multiply(of, of, out=slope)  # tanh a has 1 - tanh(a)^2
        np.subtract(1, slope, out=slope)
        slope *= factor
    return slopes, through


def gru(
    x: np.ndarray, h0: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b_ih: np.ndarray, b_hh: np.ndarray, *,
    mask: np.ndarray | None = None,
) -> Result:  # fmt: skip
    """Gated recurrent unit, all states (t, n, k); gates in the order r, z, n. Cho et al. 2014, in torch's form:

    n = tanh(x part + r * (state part)), h = (1 - z) n + z h.
    """
    k = h0.shape[-1]
    gates = _from_input(x, w_ih, b_ih)
    out, hidden = empty((*x.shape[:2], k), h0.dtype), empty((*x.shape[:2], k), h0.dtype)
    before = h0
    for t, a in enumerate(gates):
        from_state = product(before, w_hh.T) + b_hh
        hidden[t] = from_state[:, 2 * k :]
        a[:, : 2 * k] += from_state[:, : 2 * k]
        a[:, : 2 * k] = 0.5 + 0.5 * np.tanh(0.5 * a[:, : 2 * k])
        r, z, new = np.split(a, 3, axis=-1)
        new += r * hidden[t]
        np.tanh(new, out=new)
        change = (1 - z) * (new - before)
        out[t] = before + change
        if mask is not None:
            np.copyto(out[t], before, where=~mask[t])
        before = out[t]

    def vjp(g: np.ndarray) -> Gradients:
        da, da_hidden = empty(gates.shape, gates.dtype), empty(gates.shape, gates.dtype)
        states, dh = _shifted(h0, out), np.zeros_like(h0)
        for t in reversed(range(len(out))):
            r, z, new = np.split(gates[t], 3, axis=-1)
            dh = dh + g[t]
            run = 1 if mask is None else mask[t].astype(h0.dtype)
            through = dh * run
            dn = through * (1 - z) * (1 - new * new)
            da[t, :, :k] = dn * hidden[t] * r * (1 - r)
            da[t, :, k : 2 * k] = through * (states[t] - new) * z * (1 - z)
            da[t, :, 2 * k :] = dn
            da_hidden[t] = da[t]
            da_hidden[t, :, 2 * k :] *= r
            dh = product(da_hidden[t], w_hh) + through * z + dh * (1 - run)
        dx, *weights = _gradients(x, states, w_ih, da, da_hidden)
        return dx, dh, *weights

    return out, vjp
