"""torch's address of batches and sets of examples; says what to write here."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.torch_names import DATA

__getattr__ = module_getattr(__name__, "utils.data", DATA)
