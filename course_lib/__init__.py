"""A small deep-learning library in NumPy, made to be read.

`from course_lib import Tensor, functional as F, nn, optim`. A Tensor is an array that remembers how it was computed;
`F` holds functions, `nn` layers, `optim` optimisers, `schedules` learning rates, `init` first weights. Names and
defaults are torch's; where they differ is listed in course_lib/README.md. Only NumPy is imported here; data, pictures
and checks are modules of their own.
"""

from course_lib import functional, nn, optim
from course_lib.autograd.absent import anywhere, module_getattr
from course_lib.autograd.keywords import named_functions
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.autograd.torch_names import TOP
from course_lib.nn import init
from course_lib.nn.saving import load, save
from course_lib.nn.summary import summary
from course_lib.ops.memory import empty_cache
from course_lib.optim import schedules
from course_lib.optim.gradients import clip_grad_norm_, clip_grad_value_, grad_norm, update_to_weight_ratio

__all__ = [
    "Tensor",
    "clip_grad_norm_",
    "clip_grad_value_",
    "empty_cache",
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


def __dir__() -> list[str]:
    """What `dir(course_lib)` and the Tab key show: the library, not the wings that it is built on."""
    return sorted(__all__)


named_functions(globals())
_elsewhere = anywhere(("F.{0}", functional), ("t.{0}(...), a method", Tensor), ("nn.{0}", nn), ("optim.{0}", optim))
__getattr__ = module_getattr(__name__, "course_lib", TOP, _elsewhere)
