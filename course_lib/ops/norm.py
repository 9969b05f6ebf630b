"""The primitive of all normalisation: subtract the mean, divide by the deviation. Contract: `elementwise.py`."""

from __future__ import annotations

import numpy as np

from course_lib.ops.primitive import Gradients, Result


def standardise(x: np.ndarray, *, axes: tuple[int, ...], eps: float) -> Result:
    """(x - mean) / sqrt(variance + eps) with mean and biased variance over `axes`.

    Both statistics depend on x, so the gradient loses its mean and its part along the output. Ioffe and Szegedy 2015.
    """
    out = x - x.mean(axis=axes, keepdims=True)
    scale = 1 / np.sqrt(np.square(out).mean(axis=axes, keepdims=True) + eps)
    out *= scale

    def vjp(g: np.ndarray) -> Gradients:
        dx = out * (g * out).mean(axis=axes, keepdims=True)
        np.subtract(g, dx, out=dx)
        dx -= g.mean(axis=axes, keepdims=True)
        dx *= scale
        return (dx,)

    return out, vjp
