"""Everything a network is built from, in one place: `from course_lib import nn`, then `nn.Linear(...)`."""

from course_lib.layers import Linear
from course_lib.module import Buffer, Module, Parameter, Sequential

__all__ = ["Buffer", "Linear", "Module", "Parameter", "Sequential"]
