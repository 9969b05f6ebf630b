"""One step of an optimiser as a function of weights, gradient and state: nothing hidden, nothing changed in place.

`step(w, g, state, lr, ...) -> (w, state)`. The arithmetic is `optimisers.py`'s; here its state goes in and comes
out, so that a path can be followed, drawn or continued from any point. All states start at zeros (`start`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib import optim
from course_lib.nn.module import Parameter
from course_lib.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def sgd_step(w: np.ndarray, g: np.ndarray, state: Any, lr: float) -> tuple[np.ndarray, Any]:
    """w - lr g; the state is passed through."""
    return _one(optim.SGD, w, g, {}, lr)[0], state


def momentum_step(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, mu: float = 0.9, nesterov: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """v = mu v + g; then w - lr v, or with Nesterov w - lr (g + mu v). Returns (w, v). `nesterov` says which."""
    w, state = _one(optim.SGD, w, g, {"velocity": v}, lr, momentum=mu, nesterov=nesterov)
    return w, state["velocity"]


def nesterov_step(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, mu: float = 0.9
) -> tuple[np.ndarray, np.ndarray]:
    """`momentum_step` with nesterov=True. `mu` is how much of the velocity is kept. w, g, v and `lr` are as in it."""
    return momentum_step(w, g, v, lr, mu, nesterov=True)


def adagrad_step(
    w: np.ndarray, g: np.ndarray, total: np.ndarray, lr: float, eps: float = 1e-10
) -> tuple[np.ndarray, np.ndarray]:
    """total = total + g^2; then w - lr g / (sqrt(total) + eps). Returns (w, total)."""
    w, state = _one(optim.Adagrad, w, g, {"sum": total, "step": 0}, lr, eps=eps)
    return w, state["sum"]


def rmsprop_step(
    w: np.ndarray, g: np.ndarray, square: np.ndarray, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[np.ndarray, np.ndarray]:
    """square = rho square + (1 - rho) g^2; then w - lr g / (sqrt(square) + eps). Returns (w, square)."""
    w, state = _one(optim.RMSprop, w, g, {"square": square}, lr, alpha=rho, eps=eps)
    return w, state["square"]


def adam_step(
    w: np.ndarray, g: np.ndarray, state: tuple[np.ndarray, np.ndarray, int], lr: float, beta1: float = 0.9,
    beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[np.ndarray, tuple[Any, ...]]:  # fmt: skip
    """Adam with bias correction; the state is (m, s, t), t the number of steps so far. Returns (w, (m, s, t + 1)).

    `beta1` and `beta2` say how slowly m and s follow.

    `eps` is added to the root.
    """
    names = ("mean", "square", "step")
    w, state = _one(optim.Adam, w, g, dict(zip(names, state, strict=True)), lr, betas=(beta1, beta2), eps=eps)
    return w, tuple(state[name] for name in names)


STEPS: dict[str, Callable[..., tuple[np.ndarray, Any]]] = {
    "SGD": sgd_step,
    "momentum": momentum_step,
    "Nesterov": nesterov_step,
    "Adagrad": adagrad_step,
    "RMSProp": rmsprop_step,
    "Adam": adam_step,
}


def start(name: str, w: np.ndarray) -> np.ndarray | tuple[np.ndarray, np.ndarray, int]:
    """The state of optimiser `name` before its first step at weights `w`: zeros, for Adam (zeros, zeros, 0)."""
    if name not in STEPS:
        raise ValueError(f"start: there is no optimiser {name!r}; there are {', '.join(STEPS)}")
    zeros = np.zeros(np.shape(w))
    return (zeros, zeros, 0) if name == "Adam" else zeros


def follow(
    step: Callable[..., tuple[np.ndarray, Any]], w: ArrayLike, state: Any, gradient: Callable[[np.ndarray], np.ndarray],
    lr: Callable[[int], float] | float, steps: int, **options: Any
) -> tuple[np.ndarray, Any]:  # fmt: skip
    """All weights on the way, (steps + 1, ...), and the last state; `gradient(w)` is asked before every step.

    `lr` is a number or a function of the number of steps made, as in `optimizer.py`.
    """
    path = [np.array(w, dtype=float)]
    for k in range(steps):
        rate = lr(k) if callable(lr) else lr
        w, state = step(path[-1], gradient(path[-1]), state, rate, **options)
        path.append(np.array(w, dtype=float))
    return np.array(path), state


def update_ratio(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> np.ndarray:
    """Length of the change over length of the weights, for each of two lists of arrays: (arrays,).

    `before` and `after` are those lists, of equal shapes.
    """
    lengths = [(np.sum(np.square(new - old)), np.sum(np.square(old))) for old, new in zip(before, after, strict=True)]
    return np.sqrt([change / length for change, length in lengths])


def _one(
    kind: type[Optimizer], w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: float, **options: Any
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One step of one array by an optimiser of the library, from a copy of its state."""
    p = Parameter(np.array(w, dtype=float))
    optimizer = kind([p], lr=lr, **options)
    optimizer.state[0] = {name: value if name == "step" else np.array(value, float) for name, value in state.items()}
    p.grad = np.array(g, dtype=float)
    optimizer.step()
    return p.data, optimizer.state[0]
