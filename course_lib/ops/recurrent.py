"""Primitives that run one recurrent layer over a whole sequence, and back through time. Contract: `elementwise.py`.

Shapes, time first: x (t, n, d), first states h0 and c0 (n, k), weights w_ih (gates k, d) and w_hh (gates k, k), biases
b_ih and b_hh (gates k,). `mask` (t, n, 1) is True where a sequence still runs and False behind its end, where the state
is carried on; None means that all run to the end. What need not wait for the step before it is one matrix product for
all times.
"""

from __future__ import annotations

import numpy as np

from course_lib.ops.memory import empty, scratch
from course_lib.ops.parallel import LARGE, Task, beside, get_num_threads, product, share, split
from course_lib.ops.primitive import Flags, Gradients, Result

SMALL = 1_000_000  # multiplications up to which OpenBLAS takes matrices as they lie, a fifth quicker than packed
BLOCK = 32  # rows of such a product
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
    (times, n, d), k, dtype = x.shape, h0.shape[1], h0.dtype
    seen = empty((times + 2, n, k + d + 1), dtype)  # what the gates of a step see: the state before it, x, 1 for biases
    seen[:times, :, k:-1], seen[:, :, -1], seen[0, :, :k] = x, 1, h0
    weights = np.concatenate([w_hh, w_ih, (b_ih + b_hh)[:, None]], axis=1).reshape(4, k, k + d + 1)
    weights = np.ascontiguousarray(weights.swapaxes(1, 2))
    weights *= np.array([[[0.5]], [[0.5]], [[1]], [[0.5]]], dtype)  # sigmoid(a) = 0.5 + 0.5 tanh(a / 2)
    states, gates = seen[:, :, :k], empty((times, 4, n, k), dtype)
    cells, squashed = empty((times + 1, n, k), dtype), empty((times, n, k), dtype)
    cells[0] = c0
    parts = split(n, get_num_threads() if n * weights.size >= LARGE else 1)

    def forward(rows: slice) -> None:
        h, c, tanh_c = states[:, rows], cells[:, rows], squashed[:, rows]
        for t, a in enumerate(gates[:, :, rows]):
            _gate_by_gate(seen[t, rows], weights, a)
            np.tanh(a, out=a)
            i, f, g, o = a
            for sigmoids in (a[:2], o):
                sigmoids *= 0.5
                sigmoids += 0.5
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += i * g
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])
            if mask is not None:
                np.copyto(c[t + 1], c[t], where=~mask[t, rows])
                np.copyto(h[t + 1], h[t], where=~mask[t, rows])

    share(forward, parts)
    states[times + 1] = cells[times]

    def vjp(grad: np.ndarray) -> Gradients:
        da, dh0, dc0 = empty((4, times, n, k), dtype), np.zeros_like(h0), grad[times].copy()
        share(lambda rows: _lstm_back(grad, gates, cells, squashed, w_hh, mask, da, dh0, dc0, rows), parts)
        per_gate, inputs, w = da.reshape(4, times * n, k), _rows(seen[:times]), w_ih.reshape(4, k, d)
        to_weights = Task(lambda gate: gate.T @ inputs, list(per_gate), np.concatenate)
        to_x = Task(lambda j: per_gate[j] @ w[j], range(4), lambda parts: sum(parts).reshape(x.shape))
        dw, dx = beside([lambda: to_weights, lambda: to_x], (True, needs[0]))
        return dx, dh0, dc0, dw[:, k:-1], dw[:, :k], dw[:, -1], dw[:, -1]

    return states[1:], vjp


def _gate_by_gate(a: np.ndarray, w: np.ndarray, out: np.ndarray) -> None:
    """a @ w into out (4, n, m) for a (n, j), or (4, n, j), and w (4, j, m): block by block where that is quicker."""
    if out.shape[1] % BLOCK == 0 and BLOCK * w[0].size <= SMALL:
        a, out = (part.reshape(*part.shape[:-2], -1, BLOCK, part.shape[-1]) for part in (a, out))
        w = w[:, None]
    np.matmul(a, w, out=out)


def _lstm_back(
    grad: np.ndarray, gates: np.ndarray, cells: np.ndarray, squashed: np.ndarray, w_hh: np.ndarray,
    mask: np.ndarray | None, da: np.ndarray, dh0: np.ndarray, dc0: np.ndarray, rows: slice,
) -> None:  # fmt: skip
    """Some sequences of `lstm` from their end to their start: fills da (4, t, n, k), the gradients of the gates before
    they are squashed, and turns dh0 and dc0, the gradients behind the end, into those of the start."""
    dh, dc, w = dh0[rows], dc0[rows], w_hh.reshape(4, -1, w_hh.shape[1])
    back = np.empty((4, *dh.shape), dh.dtype)
    for start in reversed(range(0, len(gates), STEPS)):
        slopes, through = _lstm_slopes(*(a[start : start + STEPS, ..., rows, :] for a in (gates, cells[:-1], squashed)))
        for t in reversed(range(start, start + len(slopes))):
            now, slope = da[:, t, rows], slopes[t - start]
            dh += grad[t, rows]
            if mask is not None:
                carried = np.where(mask[t, rows], 0, (dh, dc))
                dh *= mask[t, rows]
                dc *= mask[t, rows]
            np.multiply(dh, slope[3], out=now[3])
            dc += dh * through[t - start]
            np.multiply(dc, slope[:3], out=now[:3])
            dc *= gates[t, 1, rows]
            _gate_by_gate(now, w, back)
            back.sum(axis=0, out=dh)
            if mask is not None:
                dh += carried[0]
                dc += carried[1]


def _lstm_slopes(gates: np.ndarray, cells: np.ndarray, squashed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How the cell, or for o the output, follows each gate before it is squashed, (t, 4, n, k), and the output the
    cell, (t, n, k). `gates` (t, 4, n, k), the `cells` before each step and the `squashed` ones after it (t, n, k)."""
    slopes, through = scratch("slopes", gates.shape, gates.dtype), scratch("through", cells.shape, cells.dtype)
    np.subtract(1, gates, out=slopes)
    slopes *= gates  # a sigmoid s has the slope s (1 - s)
    i, _, g, o = gates.swapaxes(0, 1)
    for k, factor in ((0, g), (1, cells), (3, squashed)):
        slopes[:, k] *= factor
    for slope, of, factor in ((slopes[:, 2], g, i), (through, squashed, o)):  # tanh a has 1 - tanh(a)^2
        np.multiply(of, of, out=slope)
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
