"""From gradients to new weights: optimisers, schedules, clipping. `from course_lib import optim`; `optim.SGD(...)`."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.keywords import named_functions
from course_lib.autograd.torch_names import OPTIM
from course_lib.optim import lr_scheduler as lr_scheduler
from course_lib.optim.gradients import clip_grad_norm_, clip_grad_value_, grad_norm, update_to_weight_ratio
from course_lib.optim.optimisers import SGD, Adagrad, Adam, AdamW, NAdam, RMSprop
from course_lib.optim.optimizer import Optimizer

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "NAdam",
    "Optimizer",
    "RMSprop",
    "clip_grad_norm_",
    "clip_grad_value_",
    "grad_norm",
    "update_to_weight_ratio",
]

named_functions(globals())
__getattr__ = module_getattr(__name__, "optim", OPTIM)
