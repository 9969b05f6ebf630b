"""What a Tensor can do by method: functions of one Tensor, under torch's names.

`dim` is an axis (negative counts from the end), a tuple of axes where it says so, or None for all; `keepdim`
keeps a reduced axis with size 1. Functions of several Tensors and everything with a name of its own stand in
`functional/__init__.py`.
"""

from typing import NamedTuple

import numpy as np

from course_lib.ops import elementwise
from course_lib.ops import reduce as reduce_ops
from course_lib.ops import shape as shape_ops


class Extreme(NamedTuple):
    """What `max(dim)` and `min(dim)` return: the values, and their positions along `dim` (integers, no gradient)."""

    values: "Methods"
    indices: "Methods"


def axis_of(name, dim, ndim):
    """`dim` (integer, tuple or None) as NumPy's axis, counted from the front, or one sentence about what is wrong."""
    if dim is None:
        return None
    if isinstance(dim, (tuple, list)):
        axes = tuple(axis_of(name, d, ndim) for d in dim) if ndim else ()
        if len(set(axes)) < len(axes):
            raise ValueError(f"{name}: every axis may be named once, got dim={tuple(dim)}")
        return axes
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"{name}: dim must be a whole number, got {dim!r}")
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise IndexError(f"{name}: dim must be between {-limit} and {limit - 1} for {ndim} axes, got {dim}")
    return int(dim) % limit if ndim else None


def one_axis(name, dim, ndim):
    """The same where only one axis has a meaning: neither None nor several."""
    if dim is None or isinstance(dim, (tuple, list)):
        raise TypeError(f"{name}: dim must be one whole number, got {dim!r}")
    return axis_of(name, dim, ndim)


def sizes_of(sizes):
    """`f(2, 3)` and `f((2, 3))` alike."""
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else tuple(sizes)


class Methods:
    """The methods of Tensor; `_apply(primitive, *others, **params)` runs and records."""

    __slots__ = ()

    # ----------------------------------------------------------- element-wise

    def exp(self):
        """e to the power of every element."""
        return self._apply(elementwise.exp)

    def log(self):
        """Natural logarithm of every element."""
        return self._apply(elementwise.log)

    def sqrt(self):
        """Square root of every element."""
        return self._apply(elementwise.sqrt)

    def abs(self):
        """Magnitude of every element."""
        return self._apply(elementwise.abs)

    def sin(self):
        """Sine of every element, in radians."""
        return self._apply(elementwise.sin)

    def cos(self):
        """Cosine of every element, in radians."""
        return self._apply(elementwise.cos)

    def tanh(self):
        """Hyperbolic tangent of every element."""
        return self._apply(elementwise.tanh)

    def sigmoid(self):
        """1 / (1 + exp(-x)) of every element."""
        return self._apply(elementwise.sigmoid)

    def relu(self):
        """max(x, 0) of every element."""
        return self._apply(elementwise.relu)

    def clip(self, min=None, max=None):
        """Every element limited to [min, max]; None is no limit, and a Tensor gives every element a limit of its
        own."""
        if min is None and max is None:
            raise ValueError("clip: give min, max or both, got neither")
        if not any(isinstance(limit, (Methods, np.ndarray)) for limit in (min, max)):
            return self._apply(elementwise.clip, low=min, high=max)
        out = self
        if min is not None:
            out = out._between(min, out < min)
        return out if max is None else out._between(max, out > max)

    def _between(self, limit, beyond):
        """`limit` where this Tensor is beyond it."""
        return self._apply(elementwise.where, limit, condition=~beyond.data)

    # ------------------------------------------------------------- reductions

    def sum(self, dim=None, keepdim=False):
        """Sum over `dim` (integer, tuple, None)."""
        return self._reduce(reduce_ops.sum, dim, keepdim)

    def mean(self, dim=None, keepdim=False):
        """Average over `dim` (integer, tuple, None)."""
        return self._reduce(reduce_ops.mean, dim, keepdim)

    def var(self, dim=None, *, correction=1, keepdim=False):
        """Variance over `dim` (integer, tuple, None): squared deviations over (count - correction)."""
        return self._reduce(reduce_ops.var, dim, keepdim, correction=correction)

    def std(self, dim=None, *, correction=1, keepdim=False):
        """Standard deviation over `dim`: the root of `var`."""
        return self._reduce(reduce_ops.std, dim, keepdim, correction=correction)

    def amax(self, dim=None, keepdim=False):
        """Largest value over `dim` (integer, tuple, None); ties share the gradient equally."""
        return self._reduce(reduce_ops.amax, dim, keepdim)

    def amin(self, dim=None, keepdim=False):
        """Smallest value over `dim` (integer, tuple, None); ties share the gradient equally."""
        return self._reduce(reduce_ops.amin, dim, keepdim)

    def max(self, dim=None, keepdim=False):
        """Largest value of all, or along one axis `(values, indices)`; then the first of several gets the gradient."""
        return self.amax() if dim is None else self._chosen("max", np.argmax, dim, keepdim)

    def min(self, dim=None, keepdim=False):
        """Smallest value of all, or along one axis `(values, indices)`; then the first of several gets the gradient."""
        return self.amin() if dim is None else self._chosen("min", np.argmin, dim, keepdim)

    def argmax(self, dim=None, keepdim=False):
        """Position of the (first) largest value: in the flattened array, or along `dim`."""
        return self._places("argmax", np.argmax, dim, keepdim)

    def argmin(self, dim=None, keepdim=False):
        """Position of the (first) smallest value: in the flattened array, or along `dim`."""
        return self._places("argmin", np.argmin, dim, keepdim)

    def logsumexp(self, dim=None, keepdim=False):
        """log(sum(exp(x))) over `dim` (integer, tuple, None), without overflow."""
        return self._reduce(reduce_ops.logsumexp, dim, keepdim)

    def cumsum(self, dim):
        """Running sum along `dim`."""
        axis = one_axis("cumsum", dim, self.ndim)
        return self + 0 if axis is None else self._apply(reduce_ops.cumsum, axis=axis)

    def _reduce(self, primitive, dim, keepdim, **params):
        axis = axis_of(primitive.__name__, dim, self.ndim)
        return self._apply(primitive, axis=None if axis == () else axis, keepdims=keepdim, **params)

    def _places(self, name, find, dim, keepdim):
        axis = None if dim is None else one_axis(name, dim, self.ndim)
        if (self.data.size if axis is None else self.data.shape[axis]) == 0:
            raise ValueError(f"{name}: an axis without numbers has no extreme, got shape {self.data.shape}")
        return type(self)(find(self.data, axis, keepdims=keepdim))

    def _chosen(self, name, find, dim, keepdim):
        indices = self._places(name, find, dim, True)
        if self.ndim == 0:
            return Extreme(self + 0, indices)
        axis = axis_of(name, dim, self.ndim)
        values = self._apply(shape_ops.gather, axis=axis, indices=indices.data)
        return Extreme(values, indices) if keepdim else Extreme(values.squeeze(axis), indices.squeeze(axis))

    # ------------------------------------------------------------------ shape

    def reshape(self, *shape):
        """The same numbers in another shape; one size may be -1."""
        shape = sizes_of(shape)
        known = int(np.prod([n for n in shape if n != -1]))
        fits = self.data.size == known if -1 not in shape else known and self.data.size % known == 0
        if shape.count(-1) > 1 or not fits:
            raise ValueError(
                f"reshape: the sizes must multiply to {self.data.size}, as those of {self.data.shape} do, got {shape}"
            )
        return self._apply(shape_ops.reshape, shape=shape)

    def flatten(self, start_dim=0, end_dim=-1):
        """Axes start_dim to end_dim as one."""
        if self.ndim == 0:
            return self.reshape(1)
        first, last = (one_axis("flatten", d, self.ndim) for d in (start_dim, end_dim))
        if first > last:
            raise ValueError(f"flatten: start_dim must not come after end_dim, got {start_dim} and {end_dim}")
        shape = self.data.shape
        return self.reshape((*shape[:first], int(np.prod(shape[first : last + 1])), *shape[last + 1 :]))

    def permute(self, *dims):
        """Axes in the order `dims`."""
        axes = axis_of("permute", sizes_of(dims), self.ndim)
        if len(axes) != self.ndim:
            raise ValueError(f"permute: needs all {self.ndim} axes, got {sizes_of(dims)}")
        return self._apply(shape_ops.transpose, axes=axes)

    def transpose(self, dim0, dim1):
        """Exchange two axes."""
        axes = list(range(self.ndim))
        i, j = (one_axis("transpose", d, self.ndim) for d in (dim0, dim1))
        if self.ndim:
            axes[i], axes[j] = axes[j], axes[i]
        return self._apply(shape_ops.transpose, axes=tuple(axes))

    @property
    def T(self):
        """A matrix transposed, (n, m) -> (m, n)."""
        if self.ndim != 2:
            raise ValueError(f"T: needs a matrix with 2 axes, got shape {self.data.shape}; use transpose or permute")
        return self.transpose(0, 1)

    def squeeze(self, dim=None):
        """Without the axes of size 1: all of them, or `dim` (integer, tuple) where its size is 1."""
        axes = axis_of("squeeze", dim, self.ndim)
        named = range(self.ndim) if axes is None else axes if isinstance(axes, tuple) else (axes,)
        return self.reshape(tuple(n for i, n in enumerate(self.data.shape) if n != 1 or i not in named))

    def unsqueeze(self, dim):
        """With a new axis of size 1 before axis `dim`."""
        axis = one_axis("unsqueeze", dim, self.ndim + 1)
        return self.reshape((*self.data.shape[:axis], 1, *self.data.shape[axis:]))

    def expand(self, *sizes):
        """A view broadcast to `sizes`; -1 leaves an axis as it is."""
        sizes = sizes_of(sizes)
        new = len(sizes) - self.ndim
        own = (-1,) * new + self.data.shape
        shape = tuple(n if want == -1 else want for want, n in zip(sizes, own, strict=False))
        if (
            new < 0
            or -1 in shape
            or any(n not in (1, want) for want, n in zip(shape[new:], self.data.shape, strict=True))
        ):
            raise ValueError(f"expand: only axes of size 1 stretch; shape {self.data.shape} cannot become {sizes}")
        return self._apply(shape_ops.expand, shape=shape)

    def repeat(self, *repeats):
        """The whole Tensor repeated repeats[i] times along axis i (NumPy's tile)."""
        repeats = sizes_of(repeats)
        if len(repeats) < self.ndim:
            raise ValueError(f"repeat: needs a number for each of {self.ndim} axes or more, got {repeats}")
        return self._apply(shape_ops.tile, repeats=repeats)
