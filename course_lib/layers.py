"""Layers that own weights, and those that only have a setting. What they compute stands in `functional.py`.

Weights start from MSR (or another `init`) and biases at zero; `rng` is a NumPy generator, so a network is a
function of its seed. Parameters are float32; `module.double()` makes them float64.
"""

import numpy as np

from course_lib import functional as F
from course_lib.init import msr
from course_lib.module import Module, Parameter


def zeros(*shape):
    """A Parameter of float32 zeros."""
    return Parameter(np.zeros(shape, dtype=np.float32))


class Linear(Module):
    """y = x @ weight.T + bias, from x (..., d_in) to y (..., d_out)."""

    def __init__(self, in_features, out_features, bias=True, *, rng, init=msr):
        self.weight = Parameter(init((out_features, in_features), rng=rng))
        self.bias = zeros(out_features) if bias else None

    def forward(self, x):
        """(..., d_in) -> (..., d_out)."""
        return F.linear(x, self.weight, self.bias)
