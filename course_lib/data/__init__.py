"""Sets of examples: generated ones by function, real ones by name in `datasets`; `augment`, `scenes`, `sequences`."""

from course_lib.autograd.absent import module_getattr
from course_lib.autograd.keywords import named_functions
from course_lib.autograd.torch_names import DATA
from course_lib.data.generated import (
    banana,
    banana_value,
    batches,
    moons,
    ring,
    spirals,
    split,
    standardise,
    two_clouds,
    wave,
    xor,
)

__all__ = [
    "banana",
    "banana_value",
    "batches",
    "moons",
    "ring",
    "spirals",
    "split",
    "standardise",
    "two_clouds",
    "wave",
    "xor",
]

named_functions(globals())
__getattr__ = module_getattr(__name__, "data", DATA)
