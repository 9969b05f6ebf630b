"""A small deep-learning library in NumPy, made to be read."""

from course_lib import functional, nn, optim
from course_lib.tensor import Tensor, no_grad

__all__ = ["Tensor", "functional", "nn", "no_grad", "optim"]
