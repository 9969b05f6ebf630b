"""The primitive of all normalisation: subtract the mean, divide by the standard deviation. Contract: `ops.py`."""

import numpy as np


def standardise(x, *, axes, mean, var, eps):
    """(x - mean) / sqrt(var + eps), where mean and (biased) variance over `axes` were computed from x itself.

    Both statistics depend on x, so the gradient loses its mean and its part along the output. Ioffe and Szegedy 2015.
    """
    scale = 1 / np.sqrt(var + eps)
    out = x - mean
    out *= scale

    def vjp(g):
        dx = out * (g * out).mean(axis=axes, keepdims=True)
        np.subtract(g, dx, out=dx)
        dx -= g.mean(axis=axes, keepdims=True)
        dx *= scale
        return (dx,)

    return out, vjp
