"""The optimisers: each says what one step does to one array, in place. Options, defaults and formulas are torch's.

`update` and `keeps` mean what `Optimizer` says: `w` and `g` are arrays of one shape, `state` the dict that belongs to
them, `lr` the rate of this step, `group` the settings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.optim.optimizer import Optimizer

if TYPE_CHECKING:
    pass


def _decayed(g: np.ndarray, w: np.ndarray, group: dict[str, Any]) -> np.ndarray:
    """The gradient with that of the L2 penalty weight_decay / 2 * |w|^2 added."""
    return g + group["weight_decay"] * w if group["weight_decay"] else g


def _zeros(state: dict[str, Any], name: str, w: np.ndarray) -> np.ndarray:
    """The running array `name` of this parameter, zeros at first."""
    if name not in state:
        state[name] = np.zeros_like(w)
    return state[name]


def _scratch(state: dict[str, Any], w: np.ndarray) -> np.ndarray:
    """One reused array for products, so that a step allocates nothing."""
    if "scratch" not in state:
        state["scratch"] = np.empty_like(w)
    return state["scratch"]


def _follow(average: np.ndarray, value: np.ndarray, keep: float, scratch: np.ndarray) -> None:
    """average = keep * average + (1 - keep) * value, in place."""
    average *= keep
    average += np.multiply(value, 1 - keep, out=scratch)


def _check_betas(optimizer: Optimizer, betas: Any) -> None:
    if not isinstance(betas, (tuple, list)) or len(betas) != 2 or not all(0 <= b < 1 for b in betas):
        raise ValueError(f"{type(optimizer).__name__}: betas must be two numbers in [0, 1), got {betas}")


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013).

    v = momentum v + (1 - dampening) g, at first v = g; then w -= lr v, or with Nesterov w -= lr (g + momentum v).

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    momentum: how much of the velocity is kept; 0 is plain descent.
    dampening: by how much less of the gradient enters the velocity.
    weight_decay: the L2 penalty.
    nesterov: whether the step looks ahead.
    """

    def __init__(
        self, params: Any, lr: Any = 1e-3, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:  # fmt: skip
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError(f"SGD: Nesterov needs momentum > 0 and dampening 0, got {momentum} and {dampening}")
        options = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        super().__init__(params, lr=lr, **options)

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """The velocity, with momentum."""
        return {"velocity"} if group["momentum"] else set()

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: Any, group: dict[str, Any]) -> None:
        """One step of one array."""
        g, momentum, scratch = _decayed(g, w, group), group["momentum"], _scratch(state, w)
        if momentum and "velocity" not in state:
            v = state["velocity"] = np.array(g)
        elif momentum:
            v = state["velocity"]
            v *= momentum
            v += np.multiply(g, 1 - group["dampening"], out=scratch) if group["dampening"] else g
        if group["nesterov"]:
            g = g + momentum * v
        elif momentum:
            g = v
        w -= np.multiply(g, lr, out=scratch)


class Adagrad(Optimizer):
    """Step divided by the root of the sum of squared gradients so far. Duchi et al. 2011.

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    lr_decay: how fast the rate falls, as 1 / (1 + step * lr_decay).
    weight_decay: the L2 penalty.
    initial_accumulator_value: what the sum of squares begins with.
    eps: added to what is divided by.
    """

    def __init__(
        self, params: Any, lr: Any = 1e-2, lr_decay: float = 0.0, weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0, eps: float = 1e-10,
    ) -> None:  # fmt: skip
        options = {"lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        super().__init__(params, lr=lr, initial_accumulator_value=initial_accumulator_value, **options)

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """The sum of squares, and how many steps."""
        return {"sum", "step"}

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: Any, group: dict[str, Any]) -> None:
        """One step of one array."""
        g, scratch = _decayed(g, w, group), _scratch(state, w)
        if "sum" not in state:
            state["sum"], state["step"] = np.full_like(w, group["initial_accumulator_value"]), 0
        rate = lr / (1 + state["step"] * group["lr_decay"])
        state["step"] += 1
        state["sum"] += np.multiply(g, g, out=scratch)
        np.sqrt(state["sum"], out=scratch)
        scratch += group["eps"]
        np.divide(g, scratch, out=scratch)
        scratch *= rate
        w -= scratch


class RMSprop(Optimizer):
    """Step divided by the root of a running mean of squared gradients. Tieleman and Hinton 2012, lecture 6.5.

    `centered` subtracts the squared running mean, which leaves the variance; `momentum` as in SGD.

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    alpha: how much of the running mean of squares is kept.
    eps: added to what is divided by.
    weight_decay: the L2 penalty.
    momentum: how much of the velocity is kept.
    centered: whether the squared mean is subtracted.
    """

    def __init__(
        self, params: Any, lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0,
        momentum: float = 0.0, centered: bool = False,
    ) -> None:  # fmt: skip
        options = {"weight_decay": weight_decay, "momentum": momentum, "centered": centered}
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, **options)

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """The mean square; the mean if it is subtracted; the velocity, with momentum."""
        return {"square"} | ({"mean"} if group["centered"] else set()) | ({"velocity"} if group["momentum"] else set())

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: Any, group: dict[str, Any]) -> None:
        """One step of one array."""
        g, scratch = _decayed(g, w, group), _scratch(state, w)
        square, mean = _zeros(state, "square", w), None
        _follow(square, g * g, group["alpha"], scratch)
        if group["centered"]:
            mean = _zeros(state, "mean", w)
            _follow(mean, g, group["alpha"], scratch)
        np.sqrt(square if mean is None else square - mean * mean, out=scratch)
        scratch += group["eps"]
        np.divide(g, scratch, out=scratch)
        if group["momentum"]:
            v = _zeros(state, "velocity", w)
            v *= group["momentum"]
            v += scratch
            scratch[...] = v
        scratch *= lr
        w -= scratch


class Adam(Optimizer):
    """Running means of gradient and squared gradient, corrected for their start at zero. Kingma and Ba 2015.

    `amsgrad` divides by the largest squared mean so far (Reddi et al. 2018).

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    betas: how much of the running means of gradient and squared gradient is kept.
    eps: added to what is divided by.
    weight_decay: the L2 penalty, through the gradient.
    amsgrad: whether the largest squared mean so far is divided by.
    """

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:  # fmt: skip
        _check_betas(self, betas)
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """Both means, how many steps, and the largest square with `amsgrad`."""
        return {"mean", "square", "step"} | ({"largest"} if group["amsgrad"] else set())

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: Any, group: dict[str, Any]) -> None:
        """One step of one array."""
        g, scratch, (b1, b2) = self._decay(g, w, lr, group), _scratch(state, w), group["betas"]
        t = state["step"] = state.get("step", 0) + 1
        mean, square = _zeros(state, "mean", w), _zeros(state, "square", w)
        _follow(mean, g, b1, scratch)
        square *= b2
        np.multiply(g, g, out=scratch)
        scratch *= 1 - b2
        square += scratch
        if group["amsgrad"]:
            square = np.maximum(_zeros(state, "largest", w), square, out=state["largest"])
        np.sqrt(square, out=scratch)
        scratch /= math.sqrt(1 - b2**t)
        scratch += group["eps"]
        np.divide(mean, scratch, out=scratch)
        scratch *= lr / (1 - b1**t)
        w -= scratch

    def _decay(self, g: np.ndarray, w: np.ndarray, lr: float, group: dict[str, Any]) -> np.ndarray:
        return _decayed(g, w, group)


class AdamW(Adam):
    """Adam with weight decay on the weights themselves, not through the gradient. Loshchilov and Hutter 2019.

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    betas, eps, amsgrad: as in `Adam`.
    weight_decay: by how much of itself, times the rate, each weight shrinks in a step.
    """

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def _decay(self, g: np.ndarray, w: np.ndarray, lr: float, group: dict[str, Any]) -> np.ndarray:
        w *= 1 - lr * group["weight_decay"]
        return g


class NAdam(Optimizer):
    """Adam with Nesterov's look ahead: part of the step is that of the gradient now. Dozat 2016.

    params: `model.parameters()`, a list of Parameters, or of groups with settings of their own.
    lr: the learning rate, a number or a function of the step.
    betas: how much of the running means of gradient and squared gradient is kept.
    eps: added to what is divided by.
    weight_decay: the L2 penalty.
    momentum_decay: how fast the first beta grows from half of itself to its value.
    """

    def __init__(
        self, params: Any, lr: Any = 2e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
    ) -> None:  # fmt: skip
        _check_betas(self, betas)
        options = {"betas": tuple(betas), "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay}
        super().__init__(params, lr=lr, **options)

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """Both means, how many steps, and the product of the momenta so far."""
        return {"mean", "square", "step", "product"}

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: Any, group: dict[str, Any]) -> None:
        """One step of one array."""
        g, scratch, (b1, b2) = _decayed(g, w, group), _scratch(state, w), group["betas"]
        t = state["step"] = state.get("step", 0) + 1
        now, later = (b1 * (1 - 0.5 * 0.96 ** (k * group["momentum_decay"])) for k in (t, t + 1))
        product = state["product"] = state.get("product", 1.0) * now
        mean, square = _zeros(state, "mean", w), _zeros(state, "square", w)
        _follow(mean, g, b1, scratch)
        _follow(square, g * g, b2, scratch)
        np.sqrt(np.divide(square, 1 - b2**t, out=scratch), out=scratch)
        scratch += group["eps"]
        ahead = g * (lr * (1 - now) / (1 - product)) + mean * (lr * later / (1 - product * later))
        w -= np.divide(ahead, scratch, out=scratch)
