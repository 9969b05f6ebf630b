"""A small deep-learning library in NumPy, made to be read.

`from course_lib import Tensor, functional as F, nn, optim`. A Tensor is an array that remembers how it was computed;
`F` holds functions, `nn` layers, `optim` optimisers, `schedules` learning rates, `init` first weights. Names and
defaults are torch's; where they differ is listed in ARCHITECTURE.md. Only NumPy is imported here; data, pictures and
checks are modules of their own.
"""

from course_lib import functional, init, nn, optim, schedules
from course_lib.gradients import clip_grad_norm_, clip_grad_value_, grad_norm, update_to_weight_ratio
from course_lib.state import load, save
from course_lib.summary import summary
from course_lib.tensor import Tensor, no_grad

__all__ = [
    "Tensor",
    "clip_grad_norm_",
    "clip_grad_value_",
    "functional",
    "grad_norm",
    "init",
    "load",
    "nn",
    "no_grad",
    "optim",
    "save",
    "schedules",
    "summary",
    "update_to_weight_ratio",
]
