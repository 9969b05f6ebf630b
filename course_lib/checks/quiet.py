"""Whether a call warns, for the checks of tasks that promise a result without a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any


def warned(call: Callable[[], Any]) -> str:
    """The kinds of warnings that `call()` gives, each once, such as "RuntimeWarning"; "none" where it is silent."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return ", ".join(sorted({one.category.__name__ for one in caught})) or "none"
