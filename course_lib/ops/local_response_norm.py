"""Normalisation by the neighbours: local response normalisation across channels."""

from __future__ import annotations

import numpy as np

from course_lib import arithmetic
from course_lib.ops.primitive import Gradients, Result


def local_response_norm(x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Result:
    """Divide x (n, c, ...) by (k + alpha * mean of x^2 over `size` neighbouring channels) ** beta; same shape.

    The mean counts channels beyond the first and last as zeros, as torch does. Krizhevsky et al. 2012, section 3.3.
    """
    name = "local_response_norm"
    size = arithmetic.whole(size, "size", least=1, name=name)
    if x.ndim < 3:
        raise ValueError(f"{name}: input must have the axes (n, c, ...) and at least one more, got shape {x.shape}")
    base = k + (alpha / size) * _summed(x * x, size // 2, (size - 1) // 2)
    scale = base**-beta

    def vjp(g: np.ndarray) -> Gradients:
        pulled = _summed(g * x * scale / base, (size - 1) // 2, size // 2)
        return (g * scale - (2 * alpha * beta / size) * x * pulled,)

    return x * scale, vjp


def _summed(x: np.ndarray, before: int, after: int) -> np.ndarray:
    """Sum of every channel with `before` channels before it and `after` after it."""
    total = x.copy()
    for shift in range(1, max(before, after) + 1):
        if shift <= before:
            total[:, shift:] += x[:, :-shift]
        if shift <= after:
            total[:, :-shift] += x[:, shift:]
    return total
