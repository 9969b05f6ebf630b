"""Sets of examples: generated ones by function, real ones by name in `datasets`; `augment`, `scenes`, `sequences`."""

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
