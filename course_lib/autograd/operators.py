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
from course_lib.ops import shape as shape_ops

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Like, Tensor


class Operators:
    """The operators of Tensor."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy's operators leave the work to ours: array + tensor is a Tensor

    data: np.ndarray
    requires_grad: bool
    op: str | None
    _run: Callable[..., Tensor]
    _plain: Callable[..., Tensor]
    item: Callable[[], Any]

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
        return self._run(elementwise.floor_divide, self, other).detach()

    def __rfloordiv__(self, other: Like) -> Tensor:
        return self._run(elementwise.floor_divide, other, self).detach()

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

    def __pos__(self) -> Tensor:
        return self._run(shape_ops.clone, self)

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
        return NotImplemented if other is None else self._plain(operator.eq, self, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return NotImplemented if other is None else self._plain(operator.ne, self, other)

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self.data == value))

    __hash__ = object.__hash__  # a Tensor is itself, whatever it holds

    def __and__(self, other: Like) -> Tensor:
        return self._plain(operator.and_, self, other)

    def __or__(self, other: Like) -> Tensor:
        return self._plain(operator.or_, self, other)

    def __xor__(self, other: Like) -> Tensor:
        return self._plain(operator.xor, self, other)

    def __rand__(self, other: Like) -> Tensor:
        return self._plain(operator.and_, other, self)

    def __ror__(self, other: Like) -> Tensor:
        return self._plain(operator.or_, other, self)

    def __rxor__(self, other: Like) -> Tensor:
        return self._plain(operator.xor, other, self)

    def __invert__(self) -> Tensor:
        return self._plain(operator.invert, self)

    # in place: a new Tensor takes the name, but a leaf would be lost under it

    def __iadd__(self, other: Like) -> Tensor:
        return self._no_leaf("+=") + other

    def __isub__(self, other: Like) -> Tensor:
        return self._no_leaf("-=") - other

    def __imul__(self, other: Like) -> Tensor:
        return self._no_leaf("*=") * other

    def __itruediv__(self, other: Like) -> Tensor:
        return self._no_leaf("/=") / other

    def _no_leaf(self, sign: str) -> Any:
        if self.requires_grad and self.op is None:
            raise TypeError(
                f"Tensor: w {sign} ... would not change w, whose gradient is asked for, but make another Tensor; write "
                f"w.data {sign} ... with an array on the right"
            )
        return self

    # as one Python number, and as text

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.data.dtype.kind not in "iu":
            raise TypeError(f"index: a position must be an integer, got dtype {self.data.dtype}; write t.long()")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.data.size != 1:
            raise ValueError(
                f"bool: `if` wants one answer, got {self.data.size} numbers of shape {self.data.shape}; write t.all(), "
                f"t.any() or F.where"
            )
        return bool(self.item())

    def __format__(self, spec: str) -> str:
        if self.data.ndim == 0:
            return format(self.item(), spec)
        if spec:
            raise TypeError(f"format: {spec!r} is for one number, got shape {self.data.shape}; write t.mean() or t[0]")
        return str(self)

    def __repr__(self) -> str:
        name = type(self).__name__
        body = np.array2string(self.data, separator=", ", prefix=f"{name}(")
        dtype = "" if self.data.dtype in (np.float32, np.int64, bool) else f", dtype={self.data.dtype}"
        history = f", op={self.op}" if self.op else ", requires_grad=True" if self.requires_grad else ""
        return f"{name}({body}{dtype}{history})"
