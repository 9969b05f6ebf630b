"""What primitives take and give, as types; the contract is in `elementwise.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

Gradients: TypeAlias = "tuple[np.ndarray | None, ...]"  # one for each input, None where none was wanted
Vjp: TypeAlias = "Callable[[np.ndarray], Gradients]"  # from the gradient of the output
Result: TypeAlias = "tuple[np.ndarray, Vjp]"
Axis: TypeAlias = "int | tuple[int, ...] | None"  # None is all of them
Flags: TypeAlias = Sequence[bool]  # which inputs want a gradient
