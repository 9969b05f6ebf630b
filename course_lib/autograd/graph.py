"""Reverse mode: the order of the graph, un-broadcasting, accumulation, and freeing what is no longer needed.

`tensor.py` builds the graph by recording steps; this file walks it once, from the output to the leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, TypeVar

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.keywords import named_methods
from course_lib.ops.parallel import Later

Self = TypeVar("Self", bound="Recorded")


class _Recording(threading.local):
    def __init__(self) -> None:
        self.on, self.outer = True, list[bool]()


_recording = _Recording()


class NoGrad:
    """Record no graph inside the block (`with no_grad():`) or the function (`@no_grad()`); per thread.

    The brackets may be left out, as torch allows for the function.
    """

    def __call__(self, function: Callable | None = None) -> Any:
        if function is None:
            return self

        @wraps(function)
        def unrecorded(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return unrecorded

    def __enter__(self) -> None:
        _recording.outer.append(_recording.on)
        _recording.on = False

    def __exit__(self, *error: Any) -> None:
        _recording.on = _recording.outer.pop()


no_grad = NoGrad()


def is_grad_enabled() -> bool:
    """Whether operations are being recorded here and now."""
    return _recording.on


def unbroadcast(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum `g` over the axes along which an array of `shape` was stretched to the shape of `g`."""
    if g.ndim > len(shape):
        g = np.asarray(g.sum(axis=tuple(range(g.ndim - len(shape)))))  # NumPy makes a sum of everything a bare number
    stretched = tuple(i for i, (have, want) in enumerate(zip(g.shape, shape, strict=True)) if have != want)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def topological_order(root: Recorded) -> Iterator[Any]:
    """Yield every step below `root` that needs a gradient, each after all steps that use it; without
    recursion.

    What has been yielded is held no longer, so that the caller can cut the graph behind itself and free its
    memory.
    """
    uses: dict[int, int] = {}
    stack: list[Any] = [root]
    while stack:
        for x in stack.pop().inputs:
            if x.requires_grad:
                if id(x) in uses:
                    uses[id(x)] += 1
                else:
                    uses[id(x)] = 1
                    stack.append(x)
    ready = [root]
    while ready:
        step = ready.pop()
        below = step.inputs[::-1]
        yield step
        del step
        for x in below:
            if x.requires_grad:
                uses[id(x)] -= 1
                if not uses[id(x)]:
                    ready.append(x)


def _freed(g: np.ndarray) -> NoReturn:
    raise RuntimeError(
        "backward: an earlier backward() used this graph and freed it; pass retain_graph=True there, "
        "or compute the output again"
    )


@named_methods
class Recorded:
    """One step of the graph: the array `data`, and how it was computed.

    `op` is the primitive's name, `inputs` and `params` what it was given, `vjp` its gradient; a leaf has op
    None and no inputs. `grad` is None until `backward` has run, then an array of the shape of `data`.
    """

    __slots__ = ("__weakref__", "_keeps", "data", "grad", "inputs", "op", "params", "requires_grad", "vjp")

    data: np.ndarray
    grad: np.ndarray | None
    inputs: tuple[Any, ...]
    op: str | None
    params: dict[str, Any] | None
    requires_grad: bool
    vjp: Callable | None
    _keeps: bool

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Add to `.grad` of every leaf below the gradient of this Tensor with respect to it.

        `gradient` is the gradient of the loss with respect to this Tensor, same shape; a single number needs
        none. The graph is freed on the way, unless `retain_graph`.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "backward: nothing that requires a gradient went into this Tensor; no weight did, or no_grad, .data or "
                ".item() stands on the way"
            )
        pending: dict[int, Any] = {id(self): (_seed(self, gradient), True)}
        late = []
        for step in topological_order(self):
            g, fresh = pending.pop(id(step), (None, False))
            if isinstance(g, Later):
                late.append((step, g))
            elif g is not None and (step.vjp is None or step._keeps):
                _keep(step, g, fresh and step.vjp is None)
            if step.vjp is None:
                continue
            if g is not None:  # None: every use of this step said that no gradient flows
                _push(step, g, pending)
            if not retain_graph:
                step.inputs, step.vjp, step.params = (), _freed, None
        for leaf, awaited in late:
            g = _fitted(awaited.get(), leaf.data)
            _keep(leaf, g, g.base is None)

    def retain_grad(self: Self) -> Self:
        """Keep `.grad` of this Tensor in `backward` although it is not a leaf; returns the Tensor."""
        self._keeps = True
        return self


def _seed(root: Recorded, gradient: Any) -> np.ndarray:
    if gradient is None:
        if root.data.size != 1:
            raise ValueError(
                f"backward: only a single number starts by itself; this Tensor has shape {root.data.shape}, "
                f"so give backward(gradient) an array of that shape, or reduce it to a loss first"
            )
        return np.ones_like(root.data)
    try:
        g = np.array(gradient.data if isinstance(gradient, Recorded) else gradient, root.data.dtype)
    except (TypeError, ValueError):
        raise TypeError(f"backward: gradient must be an array of numbers, got {shown(gradient)}") from None
    if g.shape != root.data.shape:
        raise ValueError(f"backward: gradient must have the Tensor's shape {root.data.shape}, got {g.shape}")
    return g


def _keep(step: Recorded, g: np.ndarray, fresh: bool) -> None:
    """Add to `.grad`; an array that somebody else may hold is copied first."""
    if not isinstance(step.data, np.ndarray):
        raise TypeError(
            f"backward: .data must be an array, got a {type(step.data).__name__}; write w.data = w.data - ..., with "
            f"arrays on both sides"
        )
    if step.grad is not None:
        step.grad = np.asarray(step.grad + g)
    else:
        step.grad = g if fresh else g.copy(order="K")


def _push(step: Any, g: np.ndarray, pending: dict[int, Any]) -> None:
    """Hand the gradient `g` of a step to its inputs; what is `Later` only to leaves, who need it at the end."""
    made = getattr(step.vjp, "later", step.vjp)(g)
    gradients = [gx if gx is None or isinstance(gx, (np.ndarray, Later)) else np.asarray(gx) for gx in made]
    for i, (x, gx) in enumerate(zip(step.inputs, gradients, strict=True)):
        if gx is None or not x.requires_grad:
            continue
        if isinstance(gx, Later):
            if x.vjp is None and id(x) not in pending:
                pending[id(x)] = (gx, False)
                continue
            gx = gx.get()
        others = gradients[:i] + gradients[i + 1 :]
        alone = gx is not g and gx.base is None and not (others and _is_seen_by(gx, others))
        data = x.data
        if gx.shape != data.shape or gx.dtype != data.dtype:
            gx = _fitted(gx, data)
        if id(x) in pending:
            total, fresh = pending[id(x)]
            total = total.get() if isinstance(total, Later) else total
            pending[id(x)] = (np.asarray(np.add(total, gx, out=total if fresh else None)), True)
        else:
            pending[id(x)] = (gx, alone)


def _fitted(g: np.ndarray, data: np.ndarray) -> np.ndarray:
    """A gradient in the shape and the dtype of what it belongs to."""
    if g.shape != data.shape:
        g = unbroadcast(g, data.shape)
    return g if g.dtype == data.dtype else g.astype(data.dtype)


def _is_seen_by(array: np.ndarray, others: list[Any]) -> bool:
    """Whether one of `others` is `array` or a view of it: then adding to `array` would change that one too."""
    return any(other is array or getattr(other, "base", None) is array for other in others)
