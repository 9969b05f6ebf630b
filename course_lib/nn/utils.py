"""torch's address of clipping and of sequences of different length; says what to write here."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.torch_names import NN_UTILS

__getattr__ = module_getattr(__name__, "nn.utils", NN_UTILS)
