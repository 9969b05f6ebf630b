"""What a Tensor can do by method: functions of one Tensor, under torch's names.

`dim` is an axis (negative counts from the end), a tuple of axes where it says so, or None for all; `keepdim`
keeps a reduced axis with size 1. What is about the shape stands in `shapes.py`, functions of several Tensors and
everything with a name of its own in the wing `functional`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from course_lib.arithmetic import number, shown
from course_lib.autograd.keywords import named_methods
from course_lib.autograd.shapes import Dims, Shapes, axis_of, one_axis
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import reduce as reduce_ops
from course_lib.ops import shape as shape_ops

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Like, Tensor


class Extreme(NamedTuple):
    """What `max(dim)` and `min(dim)` return: the values, and their positions along `dim` (integers, no gradient)."""

    values: Tensor
    indices: Tensor


@named_methods
class Methods(Shapes):
    """The methods of Tensor that compute; `_apply(primitive, *others, **params)` runs and records."""

    __slots__ = ()

    _plain: Callable[..., Tensor]

    # ----------------------------------------------------------- element-wise

    def exp(self) -> Tensor:
        """e to the power of every element."""
        return self._apply(elementwise.exp)

    def log(self) -> Tensor:
        """Natural logarithm of every element."""
        return self._apply(elementwise.log)

    def sqrt(self) -> Tensor:
        """Square root of every element."""
        return self._apply(elementwise.sqrt)

    def abs(self) -> Tensor:
        """Magnitude of every element."""
        return self._apply(elementwise.abs)

    def sin(self) -> Tensor:
        """Sine of every element, in radians."""
        return self._apply(elementwise.sin)

    def cos(self) -> Tensor:
        """Cosine of every element, in radians."""
        return self._apply(elementwise.cos)

    def tanh(self) -> Tensor:
        """Hyperbolic tangent of every element."""
        return self._apply(elementwise.tanh)

    def sigmoid(self) -> Tensor:
        """1 / (1 + exp(-x)) of every element."""
        return self._apply(elementwise.sigmoid)

    def relu(self) -> Tensor:
        """max(x, 0) of every element."""
        return self._apply(elementwise.relu)

    def clip(self, min: Like | None = None, max: Like | None = None) -> Tensor:
        """Every element limited to [min, max]; None is no limit, and a Tensor gives every element a limit of its
        own."""
        if min is None and max is None:
            raise ValueError("clip: give min, max or both, got neither")
        if not any(isinstance(limit, (Methods, np.ndarray)) for limit in (min, max)):
            return self._apply(elementwise.clip, low=min, high=max)
        out: Any = self
        if min is not None:
            out = out._between(min, out < min)
        return out if max is None else out._between(max, out > max)

    def _between(self, limit: Like, beyond: Tensor) -> Tensor:
        """`limit` where this Tensor is beyond it."""
        return self._apply(elementwise.where, limit, condition=~beyond.data)

    def clamp(self, min: Like | None = None, max: Like | None = None) -> Tensor:
        """Another name of `clip`. `min` and `max` are its limits."""
        return self.clip(min, max)

    def pow(self, exponent: Like) -> Tensor:
        """Every element to the power `exponent`, as `x ** exponent`."""
        return self._apply(elementwise.power, exponent)

    def square(self) -> Tensor:
        """Every element times itself."""
        return self.pow(2)

    def masked_fill(self, mask: Like, value: float) -> Tensor:
        """`value`, one number, where `mask` (booleans, which broadcast) holds, every other element as it is."""
        if np.ndim(value) or np.asarray(mask).dtype != bool:
            raise ValueError(
                f"masked_fill: needs a mask of booleans and one number, got dtype {np.asarray(mask).dtype} and shape "
                f"{np.shape(value)}"
            )
        return self._apply(elementwise.where, value, condition=~np.asarray(mask))

    def dot(self, other: Tensor) -> Tensor:
        """The inner product of two vectors (n,), and of nothing else; `other` is the second."""
        if self.ndim != 1 or np.shape(other) != self.data.shape:
            raise ValueError(
                f"dot: needs two vectors of one length, got shapes {self.data.shape} and {np.shape(other)}; use @"
            )
        return self.matmul(other)

    def matmul(self, other: Like) -> Tensor:
        """The matrix product `x @ other`: (..., n, k), (..., k, m) -> (..., n, m)."""
        return self._apply(matrix_ops.matmul, other)

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices, (n, k), (k, m) -> (n, m), and of nothing else.

        `mat2` is the second; ValueError for other axes.
        """
        if self.ndim != 2 or mat2.ndim != 2:
            raise ValueError(f"mm: needs two matrices, got shapes {self.data.shape} and {mat2.shape}; use matmul or @")
        return self.matmul(mat2)

    def clone(self) -> Tensor:
        """A copy of the numbers that is still part of the graph."""
        return self._apply(shape_ops.clone)

    # ------------------------------------------------------------- reductions

    def sum(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Sum over `dim` (integer, tuple, None)."""
        return self._reduce(reduce_ops.sum, dim, keepdim)

    def mean(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Average over `dim` (integer, tuple, None)."""
        return self._reduce(reduce_ops.mean, dim, keepdim)

    def var(self, dim: Dims = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
        """Variance over `dim` (integer, tuple, None): squared deviations over (count - correction)."""
        return self._reduce(reduce_ops.var, dim, keepdim, correction=correction)

    def std(self, dim: Dims = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
        """Standard deviation over `dim`: the root of `var`.

        The arguments are those of `var`, `correction` among them.
        """
        return self._reduce(reduce_ops.std, dim, keepdim, correction=correction)

    def amax(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Largest value over `dim` (integer, tuple, None); ties share the gradient equally."""
        return self._reduce(reduce_ops.amax, dim, keepdim)

    def amin(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """Smallest value over `dim` (integer, tuple, None); ties share the gradient equally."""
        return self._reduce(reduce_ops.amin, dim, keepdim)

    def max(self, dim: int | None = None, keepdim: bool = False) -> Any:
        """Largest value of all, or along one axis `(values, indices)`; then the first of several gets the gradient."""
        return self.amax() if dim is None else self._chosen("max", np.argmax, dim, keepdim)

    def min(self, dim: int | None = None, keepdim: bool = False) -> Any:
        """Smallest value of all, or along one axis `(values, indices)`; then the first of several gets the gradient."""
        return self.amin() if dim is None else self._chosen("min", np.argmin, dim, keepdim)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Position of the (first) largest value: in the flattened array, or along `dim`."""
        return self._places("argmax", np.argmax, dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Position of the (first) smallest value: in the flattened array, or along `dim`."""
        return self._places("argmin", np.argmin, dim, keepdim)

    def all(self, dim: Dims = None, keepdim: bool = False, *, axis: Any = None, out: Any = ...) -> Any:
        """Whether every element is true (not 0): of all, or over `dim` (integer, tuple, None). No gradient.

        np.all(t) comes here with `axis` and `out`, and gets an array.
        """
        return self._asked(np.all, dim, keepdim) if out is ... else np.all(self.data, axis, out)

    def any(self, dim: Dims = None, keepdim: bool = False, *, axis: Any = None, out: Any = ...) -> Any:
        """Whether some element is true (not 0), as in `all`; so are `axis` and `out`."""
        return self._asked(np.any, dim, keepdim) if out is ... else np.any(self.data, axis, out)

    def logsumexp(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """log(sum(exp(x))) over `dim` (integer, tuple, None), without overflow."""
        return self._reduce(reduce_ops.logsumexp, dim, keepdim)

    def softmax(self, dim: int) -> Tensor:
        """exp(x) over its sum along `dim`: `F.softmax` as a method."""
        return self._apply(reduce_ops.softmax, axis=one_axis("softmax", dim, self.ndim))

    def log_softmax(self, dim: int) -> Tensor:
        """Logarithms of `softmax(dim)`, without overflow."""
        return self._apply(reduce_ops.log_softmax, axis=one_axis("log_softmax", dim, self.ndim))

    def cumsum(self, dim: int) -> Tensor:
        """Running sum along `dim`."""
        axis = one_axis("cumsum", dim, self.ndim)
        return self.clone() if axis is None else self._apply(reduce_ops.cumsum, axis=axis)

    def norm(self, p: float | str = 2, dim: Dims = None, keepdim: bool = False) -> Tensor:
        """The p-norm (sum of |x|^p)^(1/p) over `dim` (integer, tuple, None); p >= 1, math.inf is the largest
        magnitude. Where it is 0 the gradient is 0.

        >>> from course_lib import Tensor
        >>> Tensor([3.0, 4.0]).norm()
        Tensor(5.)
        """
        p = 2 if p == "fro" else p
        if isinstance(p, str) or not number(p, "p", name="norm") >= 1:
            raise ValueError(f"norm: p must be a number of at least 1, math.inf or 'fro', got {p!r}")
        return self._reduce(reduce_ops.norm, dim, keepdim, p=p)

    def _reduce(self, primitive: Callable, dim: Any, keepdim: bool, **params: Any) -> Tensor:
        axis = axis_of(primitive.__name__, dim, self.ndim)
        _yes_or_no(primitive.__name__, dim, keepdim)
        return self._apply(primitive, axis=None if axis == () else axis, keepdims=keepdim, **params)

    def _asked(self, ask: Callable, dim: Any, keepdim: bool) -> Tensor:
        axis = axis_of(ask.__name__, dim, self.ndim)
        _yes_or_no(ask.__name__, dim, keepdim)
        return self._plain(lambda a: ask(a, axis=axis, keepdims=keepdim), self)

    def _places(self, name: str, find: Callable, dim: Any, keepdim: bool) -> Tensor:
        axis = None if dim is None else one_axis(name, dim, self.ndim)
        _yes_or_no(name, dim, keepdim)
        if (self.data.size if axis is None else self.data.shape[axis]) == 0:
            raise ValueError(f"{name}: an axis without numbers has no extreme, got shape {self.data.shape}")
        return self._plain(lambda a: find(a, axis, keepdims=keepdim), self)

    def _chosen(self, name: str, find: Callable, dim: Any, keepdim: bool) -> Extreme:
        if isinstance(dim, Methods):
            raise TypeError(f"{name}: of one Tensor along an axis, got two; write F.{name}imum(a, b)")
        indices = self._places(name, find, dim, True)
        if self.ndim == 0:
            return Extreme(self.clone(), indices)
        axis = axis_of(name, dim, self.ndim)
        values = self._apply(shape_ops.gather, axis=axis, indices=indices.data)
        return Extreme(values, indices) if keepdim else Extreme(values.squeeze(axis), indices.squeeze(axis))


def _yes_or_no(name: str, dim: Any, keepdim: Any) -> None:
    """x.mean(2, 3) keeps no axis 3, but may mean x.mean((2, 3))."""
    if keepdim is not True and keepdim is not False and not isinstance(keepdim, np.bool_):
        axes = f"; several axes go together, {name}(({dim}, {keepdim}))" if isinstance(keepdim, int) else ""
        raise TypeError(f"{name}: keepdim is True or False, got {shown(keepdim)}{axes}")
