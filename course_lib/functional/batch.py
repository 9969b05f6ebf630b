"""A batch axis for the time being: primitives for images want one, torch takes a single image too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.autograd.dtypes import one_dtype
from course_lib.autograd.tensor import Tensor, apply


def on_batch(primitive: Callable, x: Any, *others: Any, axes: int = 2, **params: Any) -> Tensor:
    """Run a primitive on x (n, c, ...) with `axes` axes behind the channels, or on a single (c, ...).

    others: weight and bias, of the dtype of x; None for what there is not.

    params: settings of the primitive.
    """
    x = one_dtype(primitive.__name__, x, *others)
    others = tuple(o for o in others if o is not None)
    if x.ndim != axes + 1:
        return apply(primitive, x, *others, **params)
    out = apply(primitive, x.reshape(1, *x.shape), *others, **params)
    return out.reshape(*out.shape[1:])
