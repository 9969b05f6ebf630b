"""torch's address of `course_lib.schedules`; says what to write here."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.torch_names import SCHEDULES

__getattr__ = module_getattr(__name__, "lr_scheduler", SCHEDULES)
