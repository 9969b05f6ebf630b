"""What a Tensor does for Python's operators: arithmetic, comparisons, logic; arrays and numbers may stand beside it.

`_run(primitive, *inputs)` computes and records; comparisons and logic have no gradient.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Like, Tensor


class Operators:
    """The operators of Tensor."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy's operators leave the work to ours: array + tensor is a Tensor

    data: np.ndarray
    _run: Callable[..., Tensor]
    _plain: Callable[..., Tensor]

    def __add__(self, other: Like) -> Tensor:
        return self._run(elementwise.add, self, other)

    def __radd__(self, other: Like) -> Tensor:
        return self._run(elementwise.add, other, self)

    def __sub__(self, other: Like) -> Tensor:
        return self._run(elementwise.sub, self, other)

    def __rsub__(self, other: Like) -> Tensor:
        return self._run(elementwise.sub, other, self)

    def __mul__(self, other: Like) -> Tensor:
        return self._run(elementwise.mul, self, other)

    def __rmul__(self, other: Like) -> Tensor:
        return self._run(elementwise.mul, other, self)

    def __truediv__(self, other: Like) -> Tensor:
        return self._run(elementwise.div, self, other)

    def __rtruediv__(self, other: Like) -> Tensor:
        return self._run(elementwise.div, other, self)

    def __floordiv__(self, other: Like) -> Tensor:
        return self._plain(operator.floordiv, self, other)

    def __rfloordiv__(self, other: Like) -> Tensor:
        return self._plain(operator.floordiv, other, self)

    def __mod__(self, other: Like) -> Tensor:
        return self._run(elementwise.remainder, self, other)

    def __rmod__(self, other: Like) -> Tensor:
        return self._run(elementwise.remainder, other, self)

    def __pow__(self, other: Like) -> Tensor:
        return self._run(elementwise.power, self, other)

    def __rpow__(self, other: Like) -> Tensor:
        return self._run(elementwise.power, other, self)

    def __matmul__(self, other: Like) -> Tensor:
        return self._run(matrix_ops.matmul, self, other)

    def __rmatmul__(self, other: Like) -> Tensor:
        return self._run(matrix_ops.matmul, other, self)

    def __neg__(self) -> Tensor:
        return self._run(elementwise.neg, self)

    def __abs__(self) -> Tensor:
        return self._run(elementwise.abs, self)

    def __gt__(self, other: Like) -> Tensor:
        return self._plain(operator.gt, self, other)

    def __ge__(self, other: Like) -> Tensor:
        return self._plain(operator.ge, self, other)

    def __lt__(self, other: Like) -> Tensor:
        return self._plain(operator.lt, self, other)

    def __le__(self, other: Like) -> Tensor:
        return self._plain(operator.le, self, other)

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]  # element by element, as in torch
        return self._plain(operator.eq, self, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return self._plain(operator.ne, self, other)

    __hash__ = object.__hash__  # a Tensor is itself, whatever it holds

    def __and__(self, other: Like) -> Tensor:
        return self._plain(operator.and_, self, other)

    def __or__(self, other: Like) -> Tensor:
        return self._plain(operator.or_, self, other)

    def __rand__(self, other: Like) -> Tensor:
        return self._plain(operator.and_, other, self)

    def __ror__(self, other: Like) -> Tensor:
        return self._plain(operator.or_, other, self)

    def __invert__(self) -> Tensor:
        return self._plain(operator.invert, self)
