"""Primitives that run one recurrent layer over a whole sequence, and back through time. Contract: `elementwise.py`.

Shapes, time first: x (t, n, d), first state h0 (n, k), weights w_ih (gates k, d) and w_hh (gates k, k), biases (gates
k,). `mask` (t, n, 1) is True where a sequence still runs and False behind its end, where the state is carried on;
None means that all run to the end. The products with x are one matrix product for all times; only h @ w_hh has to
wait for its turn.

x (t, n, d); h0 and c0 (n, k); w_ih (gates k, d), w_hh (gates k, k), b_ih and b_hh (gates k,); `mask` (t, n, 1) is 0
behind the end of a sequence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.ops.memory import empty
from course_lib.ops.parallel import product
from course_lib.ops.primitive import Gradients, Result


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
    b_hh: np.ndarray, *, mask: np.ndarray | None = None,
) -> Result:  # fmt: skip
    """Long short-term memory; all states h (t, n, k) with the last cell c (n, k) behind them: (t + 1, n, k).

    Gates stand in the order i, f, g, o: c = f c + i g, h = o tanh(c). Hochreiter and Schmidhuber 1997, Gers et al.
    2000.
    """
    times, (n, k) = len(x), h0.shape
    half = np.repeat(np.array([0.5, 0.5, 1, 0.5], h0.dtype), k)  # sigmoid(a) = 0.5 + 0.5 tanh(a / 2)
    gates = _from_input(x, w_ih * half[:, None], (b_ih + b_hh) * half)
    from_state, rest = np.ascontiguousarray((w_hh * half[:, None]).T), 1 - half
    i, f, g, o = np.moveaxis(gates.reshape(times, n, 4, k), 2, 0)
    out, cells = empty((times + 1, n, k), h0.dtype), empty((times + 1, n, k), h0.dtype)
    squashed = empty((times, n, k), h0.dtype)
    cells[0], before = c0, h0
    for t, a in enumerate(gates):
        a += product(before, from_state)
        np.tanh(a, out=a)
        a *= half
        a += rest
        np.multiply(f[t], cells[t], out=cells[t + 1])
        cells[t + 1] += i[t] * g[t]
        np.tanh(cells[t + 1], out=squashed[t])
        np.multiply(o[t], squashed[t], out=out[t])
        if mask is not None:
            np.copyto(cells[t + 1], cells[t], where=~mask[t])
            np.copyto(out[t], before, where=~mask[t])
        before = out[t]
    out[times] = cells[times]

    def vjp(grad: np.ndarray) -> Gradients:
        da, dh, dc = empty((times, n, 4, k), h0.dtype), np.zeros_like(h0), grad[times]
        flat = np.array([[0], [0], [1], [0]], h0.dtype)  # slopes: (1 - a) a of a sigmoid, 1 - a a of tanh
        for t in reversed(range(times)):
            a, now = gates[t].reshape(n, 4, k), da[t]
            dh = dh + grad[t]
            run: Any = None if mask is None else mask[t].astype(h0.dtype)
            here, inner = (dh, dc) if mask is None else (dh * run, dc * run)
            inner = inner + here * o[t] * (1 - squashed[t] * squashed[t])
            np.subtract(1 - flat, a, out=now)
            now *= a
            now += flat
            now[:, 0] *= inner * g[t]
            now[:, 1] *= inner * cells[t]
            now[:, 2] *= inner * i[t]
            now[:, 3] *= here * squashed[t]
            back = product(now.reshape(n, 4 * k), w_hh)
            dh, dc = (back, inner * f[t]) if mask is None else (back + dh * (1 - run), inner * f[t] + dc * (1 - run))
        da = da.reshape(times, n, 4 * k)
        dx, *weights = _gradients(x, _shifted(h0, out[:-1]), w_ih, da, da)
        return dx, dh, dc, *weights

    return out, vjp


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
