"""Where numbers lie: there is one place, the CPU. For who is used to torch's `.to(device)`, of Tensor and Module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from course_lib.autograd.keywords import named_methods

Self = TypeVar("Self", bound="OnCpu")


@named_methods
class OnCpu:
    """The methods that name a device; `_cast(dtype)` changes the kind of floats."""

    __slots__ = ()

    _cast: Callable[..., Any]

    def to(self: Self, target: Any) -> Self:
        """Itself for "cpu", else its numbers of another dtype, `target`; TypeError for another device.

        A Tensor takes every dtype; a Module's weights stay floats.
        """
        if str(target) == "cpu":
            return self
        try:
            dtype = np.dtype(target)
        except TypeError:
            raise TypeError(
                f"to: everything lies on the CPU here, so leave .to({target!r}) out; dtypes are NumPy's, np.float32"
            ) from None
        return self._cast(dtype)

    def cpu(self: Self) -> Self:
        """Itself."""
        return self

    def cuda(self) -> NoReturn:
        """A TypeError: there is no GPU here."""
        raise TypeError(
            "cuda: everything lies on the CPU here, so leave .cuda() out; what runs on a GPU is written in torch"
        )
