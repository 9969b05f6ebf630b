"""Tensor, its methods, and the walk back through the graph."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.graph import is_grad_enabled, no_grad, topological_order, unbroadcast
from course_lib.autograd.tensor import Tensor, apply, as_array, as_tensor
from course_lib.autograd.torch_names import AUTOGRAD

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

__getattr__ = module_getattr(__name__, "autograd", AUTOGRAD)
