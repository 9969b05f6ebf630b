"""Recurrent networks as lesson 14 takes them apart: cells step by step, gradients over time, tasks of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data.sequences import adding, copying
from course_lib.nn import GRU, LSTM, RNN, Linear
from course_lib.nn.module import Module
from course_lib.ops import recurrent as ops
from course_lib.optim.gradients import clip_grad_norm_
from course_lib.optim.optimisers import Adam
from course_lib.topics.choice import chosen

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
GATES = {"RNN": ("new",), "LSTM": ("input", "forget", "new", "output"), "GRU": ("reset", "keep", "new")}


def rnn_states(x: np.ndarray, h0: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All states (t, n, k) of h = tanh(x w_ih.T + h w_hh.T + b) for x (t, n, d), from the state h0 (n, k)."""
    return ops.rnn(x, h0, w_ih, w_hh, b, np.zeros_like(b))[0]


def lstm_step(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, w_ih: np.ndarray, w_hh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One step of an LSTM, gates in the order i, f, g, o: x (n, d), h and c (n, k) -> (h, c).

    w_ih (4 k, d), w_hh (4 k, k), b (4 k,); new h and c (n, k).
    """
    both = ops.lstm(x[None], h, c, w_ih, w_hh, b, np.zeros_like(b))[0]
    return both[0], both[1]


def prepare(cell: Any, *, orthogonal: bool = False, forget: float = 0.0) -> Any:
    """Change the start of a recurrent layer: recurrent matrices as rotations and reflections (Saxe and others 2014),
    `forget` added to the bias of an LSTM's forget gates (Gers and others 2000). Returns the layer.
    `cell` is one of the CELLS with one layer; only with `orthogonal` are its recurrent matrices drawn anew.
    """
    k = cell.hidden_size
    if orthogonal:
        blocks = [np.linalg.qr(cell.rng.normal(size=(k, k)))[0] for _ in range(cell.gates)]
        cell.weight_hh_l0.data = np.concatenate(blocks).astype(np.float32)
    if isinstance(cell, LSTM):
        vars(cell)["bias_ih_l0"].data[k : 2 * k] += forget
    return cell


def start_weights(kind: str, d: int, k: int, *, rng: np.random.Generator, **changes: Any) -> list[np.ndarray]:
    """[w_ih (gates k, d), w_hh (gates k, k), b_ih, b_hh] as the library starts a layer, or as `prepare` changes it.

    `kind` is one of CELLS; d inputs, k units.
    """
    cell = prepare(CELLS[chosen(kind, CELLS, "kind", name="start_weights")](d, k, rng=rng), **changes)
    return [getattr(cell, name).data.astype(float) for name in NAMES]


def step(
    kind: str, x: np.ndarray, state: tuple[np.ndarray, ...], weights: Sequence[np.ndarray]
) -> tuple[tuple[np.ndarray, ...], Callable]:
    """One step of a cell: x (n, d), state a tuple (h,) or (h, c) of (n, k) -> (new state, vjp).

    vjp takes the gradients of the new state, a tuple, and gives those of the old one. `kind` is one of CELLS, `weights`
    are as `start_weights` gives them.
    """
    if chosen(kind, CELLS, "kind", name="step") == "LSTM":
        both, back = ops.lstm(x[None], *state, *weights)
        return (both[0], both[1]), lambda g: tuple(back(np.stack(g))[1:3])
    out, back = (ops.rnn if kind == "RNN" else ops.gru)(x[None], *state, *weights)
    return (out[0],), lambda g: (back(g[0][None])[1],)


def gradient_norms(kind: str, x: np.ndarray, weights: Sequence[np.ndarray], g: np.ndarray) -> np.ndarray:
    """Norms (t + 1,) of the gradient of every state, from the start to the last, when the last h has gradient `g`.

    x (t, n, d), g (n, k). The state of an LSTM is h and c together. Each norm is the mean over the n sequences. `kind`
    and `weights` are those of `step`.
    """
    n, k = g.shape
    state = (np.zeros((n, k)),) * (2 if kind == "LSTM" else 1)
    backs = []
    for now in x:
        state, back = step(kind, now, state, weights)
        backs.append(back)
    grads = (g, np.zeros_like(g))[: len(state)]
    norms = [_size(grads)]
    for back in reversed(backs):
        grads = back(grads)
        norms.append(_size(grads))
    return np.array(norms[::-1])


def _size(grads: tuple[np.ndarray, ...]) -> float:
    return float(np.sqrt(sum((g * g).sum(1) for g in grads)).mean())


def gates(
    kind: str, x: np.ndarray, state: tuple[np.ndarray, ...], weights: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    """What the gates of one step say, {name: (k,)}, for one sequence: x (d,), state a tuple of (k,).

    `kind` and `weights` are those of `step`; for "RNN" the new state alone.
    """
    chosen(kind, CELLS, "kind", name="gates")
    w_ih, w_hh, b_ih, b_hh = weights
    k = w_hh.shape[1]
    from_x, from_h = (a.reshape(-1, k) for a in (w_ih @ x + b_ih, w_hh @ state[0] + b_hh))
    squash = lambda a: 0.5 + 0.5 * np.tanh(0.5 * a)  # noqa: E731
    if kind == "GRU":
        r, z = squash(from_x[:2] + from_h[:2])
        return {"reset": r, "keep": z, "new": np.tanh(from_x[2] + r * from_h[2])}
    both = from_x + from_h
    return {name: np.tanh(a) if name == "new" else squash(a) for name, a in zip(GATES[kind], both, strict=True)}


class Reader(Module):
    """A recurrent layer and a linear one behind its last states: sequences (n, t, d) to (n, says, classes).

    It answers at its last `says` steps. `kind` is one of CELLS; an LSTM starts with a forget bias of 1, and
    `orthogonal` is that of `prepare`. `hidden` is the number of units.
    """

    def __init__(
        self, kind: str, d: int, hidden: int, classes: int, *, says: int = 1, orthogonal: bool = False,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        cell = CELLS[chosen(kind, CELLS, "kind", name="Reader")](d, hidden, batch_first=True, rng=rng)
        self.cell, self.says = prepare(cell, orthogonal=orthogonal, forget=1.0), says
        self.head = Linear(hidden, classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, d) -> (n, says, classes)."""
        return self.head(self.cell(x)[0][:, -self.says :])


def memory_task(task: str, wait: int, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(x (n, t, d) float32, targets) of "copying" or "adding" with `wait` steps to be bridged.

    `task` is one of the two: n sequences of 6 letters as one-hot rows and targets (n, 3), or of 2 numbers and targets
    (n, 1, 1) float32.
    """
    if chosen(task, ("copying", "adding"), "task", name="memory_task") == "copying":
        symbols, told = copying(n, wait=wait, rng=rng)
        return np.eye(6, dtype=np.float32)[symbols], told - 1
    x, total = adding(n, length=max(2, wait), rng=rng)
    return x.astype(np.float32), total.astype(np.float32)[:, :, None]


def remember(
    kind: str, task: str, wait: int, *, clip: float | None = None, orthogonal: bool = False, hidden: int = 32,
    steps: int = 600, size: int = 32, rate: float = 4e-3, seed: int = 0,
) -> tuple[float, list[float]]:  # fmt: skip
    """Train a Reader on fresh sequences; the share of 500 new answers that are right, and the losses of the steps.

    "copying": a letter is right when it is the likeliest; "adding": a sum, when it is off by less than 0.1. `clip`
    limits the norm of the gradient. A run whose loss is no longer finite ends there. `kind` and `orthogonal` are those
    of `Reader`, with `hidden` units, `task` and `wait` those of `memory_task`; `size` sequences a step, Adam at `rate`,
    all drawn by `seed`.
    """
    rng = np.random.default_rng([seed, wait])
    d, classes, says = (6, 4, 3) if task == "copying" else (2, 1, 1)
    model = Reader(kind, d, hidden, classes, says=says, orthogonal=orthogonal, rng=rng)
    optimizer, losses = Adam(model.parameters(), lr=rate), []
    for _ in range(steps):
        x, t = memory_task(task, wait, size, rng)
        y = model(Tensor(x))
        loss = F.cross_entropy(y.reshape(-1, classes), t.reshape(-1)) if task == "copying" else F.mse_loss(y, t)
        losses.append(float(loss.data))
        if not np.isfinite(losses[-1]):
            break
        optimizer.zero_grad()
        loss.backward()
        if clip is not None:
            clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    x, t = memory_task(task, wait, 500, rng)
    with no_grad():
        y = model(Tensor(x)).data
    right = y.argmax(-1) == t if task == "copying" else np.abs(y - t) < 0.1
    return float(right.mean()), losses
