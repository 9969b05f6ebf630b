"""Tensor, its methods, and the walk back through the graph."""

from course_lib.autograd.graph import is_grad_enabled, no_grad, topological_order, unbroadcast
from course_lib.autograd.tensor import Tensor, apply, as_array, as_tensor

__all__ = [
    "Tensor",
    "apply",
    "as_array",
    "as_tensor",
    "is_grad_enabled",
    "no_grad",
    "topological_order",
    "unbroadcast",
]
