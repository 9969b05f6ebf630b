"""Sets of examples: generated ones by function, real ones by name in `datasets`; `augment`, `scenes`, `sequences`."""

from course_lib.data.generated import (
    banana,
    banana_value,
    batches,
    moons,
    spirals,
    split,
    standardise,
    two_clouds,
    xor,
)

__all__ = ["banana", "banana_value", "batches", "moons", "spirals", "split", "standardise", "two_clouds", "xor"]
