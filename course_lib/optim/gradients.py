"""What to look at and to limit between `backward()` and `step()`: gradient norms, clipping, size of the update."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from course_lib.arithmetic import number, shown
from course_lib.autograd.tensor import Tensor


def listed(name: str, parameters: Any, what: str = "Parameters") -> list[Any]:
    """`parameters`, those of a network for one, as a list; a TypeError that says what to write if they are none.

    `name` is who asks, `what` is what the list may hold.
    """
    if hasattr(parameters, "parameters"):
        got = type(parameters).__name__
        raise TypeError(f"{name}: needs the parameters of a network, write model.parameters(), got a {got}")
    if callable(parameters):
        raise TypeError(f"{name}: needs the parameters of a network, write model.parameters(), with brackets")
    if isinstance(parameters, (dict, str, np.ndarray)) or not isinstance(parameters, Iterable):
        kinds = {dict: "a dict", np.ndarray: "an array, only numbers"}
        got = kinds.get(type(parameters), shown(parameters))
        raise TypeError(f"{name}: needs a list of {what}, write model.parameters(), got {got}")
    return list(parameters)


def _with_gradients(name: str, parameters: Any) -> list[Any]:
    """Those of `parameters`, one Tensor or several, that have a gradient."""
    tensors = [parameters] if isinstance(parameters, Tensor) else listed(name, parameters)
    for p in tensors:
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: needs Parameters, write model.parameters(), got {shown(p)} among them")
    return [p for p in tensors if p.grad is not None]


def grad_norm(parameters: Tensor | Iterable[Tensor], norm_type: float = 2.0) -> float:
    """The norm of all gradients as if they were one vector; norm_type math.inf is the largest magnitude.

    `parameters` without a gradient count as 0.
    """
    parts = [np.abs(p.grad) for p in _with_gradients("grad_norm", parameters)]
    if norm_type == math.inf:
        return max((float(a.max(initial=0)) for a in parts), default=0.0)
    if number(norm_type, "norm_type", name="grad_norm") <= 0:
        raise ValueError(f"grad_norm: norm_type must be positive, got {norm_type}")
    return float(sum(float((a**norm_type).sum()) for a in parts) ** (1 / norm_type))


def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0) -> float:
    """Scale all gradients together so that their norm is at most `max_norm`; returns the norm before. Pascanu 2013.

    `parameters` are Tensors; `norm_type` is as in `grad_norm`.
    """
    params = _with_gradients("clip_grad_norm_", parameters)
    if number(max_norm, "max_norm", name="clip_grad_norm_") < 0:
        raise ValueError(f"clip_grad_norm_: max_norm must not be negative, got {max_norm}")
    total = grad_norm(params, norm_type)
    scale = max_norm / (total + 1e-6)
    for p in params if scale < 1 else ():
        p.grad = np.asarray(p.grad * scale)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Limit every number of every gradient to [-clip_value, clip_value].

    `parameters` are Tensors; those without a gradient are passed over.
    """
    if number(clip_value, "clip_value", name="clip_grad_value_") < 0:
        raise ValueError(f"clip_grad_value_: clip_value must not be negative, got {clip_value}")
    for p in _with_gradients("clip_grad_value_", parameters):
        p.grad = np.asarray(np.clip(p.grad, -clip_value, clip_value))


def update_to_weight_ratio(named_parameters: Iterable[tuple[str, Tensor]], step: Callable[[], Any]) -> dict[str, float]:
    """Call `step()` (an optimiser's) and return {name: norm of the change / norm of the weights before}.

    A healthy ratio is near 1e-3; much more is restless, much less is asleep. Weights that were all 0 give infinity.

    `named_parameters` are those of a network: `model.named_parameters()`.
    """
    before = [(name, p, p.data.copy()) for name, p in named_parameters]
    step()
    ratios = {}
    for name, p, old in before:
        change, size = float(np.linalg.norm(p.data - old)), float(np.linalg.norm(old))
        ratios[name] = change / size if size else (math.inf if change else 0.0)
    return ratios
