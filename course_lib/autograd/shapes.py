"""What a Tensor can do by method about its shape, under torch's names; `methods.py` has what changes numbers.

`dim` is an axis, negative counts from the end. Sizes may come one by one or as a tuple: `x.reshape(2, 3)` is
`x.reshape((2, 3))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.arithmetic import shown, whole
from course_lib.autograd.keywords import named_methods
from course_lib.ops import shape as shape_ops

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor

Dims = int | Sequence[int] | None


def axis_of(name: str, dim: Any, ndim: int) -> Any:
    """`dim` (integer, tuple or None) as NumPy's axis, counted from the front, or one sentence about what is wrong.

    `ndim` is how many axes there are; IndexError for one that is not there.

    `name` is the function that the sentence begins with.
    """
    if dim is None:
        return None
    if isinstance(dim, (tuple, list)):
        axes = tuple(axis_of(name, d, max(ndim, 1)) for d in dim)
        if len(set(axes)) < len(axes):
            raise ValueError(f"{name}: every axis may be named once, got dim={tuple(dim)}")
        return axes if ndim else ()
    if isinstance(dim, (bool, Shapes, np.ndarray)) or not hasattr(dim, "__index__"):
        raise TypeError(f"{name}: dim must be a whole number, got {shown(dim)}")
    limit = max(ndim, 1)
    if not -limit <= dim < limit:
        raise IndexError(f"{name}: dim must be between {-limit} and {limit - 1} for {ndim} axes, got {dim}")
    return int(dim) % limit if ndim else None


def one_axis(name: str, dim: Any, ndim: int) -> Any:
    """The same where only one axis has a meaning: neither None nor several. The arguments are those of `axis_of`."""
    if dim is None or isinstance(dim, (tuple, list)):
        raise TypeError(f"{name}: dim must be one whole number, got {shown(dim)}")
    return axis_of(name, dim, ndim)


def sizes_of(name: str, sizes: Sequence[Any]) -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` alike.

    `sizes` as they came; ValueError, in the name of `name`, for what is no whole number.
    """
    sizes = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    return tuple([n if type(n) is int else whole(n, "every size", name=name) for n in sizes])


def is_whole(part: Any) -> bool:
    """Whether `part` of an index leaves nothing out: `...`, `:`, `0:` or `::1`."""
    if type(part) is not slice:
        return part is ...
    return part.stop is None and part.step in (None, 1) and part.start in (None, 0)


@named_methods
class Shapes:
    """The methods of Tensor about its shape; `_apply(primitive, *others, **params)` runs and records."""

    __slots__ = ()

    data: np.ndarray
    _apply: Callable[..., Tensor]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.data.ndim

    def size(self, dim: int | None = None) -> Any:
        """Sizes of all axes, a tuple; or the size of axis `dim`, a number.

        >>> from course_lib import Tensor
        >>> Tensor([[1.0, 2.0, 3.0]]).size(), Tensor([[1.0, 2.0, 3.0]]).size(1)
        ((1, 3), 3)
        """
        if dim is not None and self.data.ndim == 0:
            raise IndexError(f"size: a Tensor without axes has no axis {dim}")
        return self.data.shape if dim is None else self.data.shape[one_axis("size", dim, self.ndim)]

    def dim(self) -> int:
        """How many axes, as `ndim`."""
        return self.data.ndim

    def reshape(self, *shape: Any) -> Tensor:
        """The same numbers in another shape; one size may be -1 and is worked out.

        >>> from course_lib import Tensor
        >>> Tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, -1)
        Tensor([[1., 2.],
                [3., 4.]])
        """
        shape = sizes_of("reshape", shape)
        known = int(np.prod([n for n in shape if n != -1]))
        fits = self.data.size == known if -1 not in shape else known and self.data.size % known == 0
        if shape.count(-1) > 1 or not fits:
            raise ValueError(
                f"reshape: the sizes must multiply to {self.data.size}, as those of {self.data.shape} do, got {shape}"
            )
        return self._apply(shape_ops.reshape, shape=shape)

    def view(self, *shape: Any) -> Tensor:
        """Another name of `reshape`: in torch `view` insists that nothing is copied, here that does not matter."""
        return self.reshape(*shape)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Axes `start_dim` to `end_dim` as one: flatten(1) makes (n, c, h, w) a matrix (n, c * h * w)."""
        if self.ndim == 0:
            return self.reshape(1)
        first, last = (one_axis("flatten", d, self.ndim) for d in (start_dim, end_dim))
        if first > last:
            raise ValueError(f"flatten: start_dim must not come after end_dim, got {start_dim} and {end_dim}")
        shape = self.data.shape
        return self.reshape((*shape[:first], int(np.prod(shape[first : last + 1])), *shape[last + 1 :]))

    def permute(self, *dims: Any) -> Tensor:
        """Axes in the order `dims`, every axis once: permute(0, 2, 3, 1) makes (n, c, h, w) (n, h, w, c)."""
        axes = axis_of("permute", sizes_of("permute", dims), self.ndim)
        if len(axes) != self.ndim:
            raise ValueError(f"permute: needs all {self.ndim} axes, got {sizes_of('permute', dims)}")
        return self._apply(shape_ops.transpose, axes=axes)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Exchange the axes `dim0` and `dim1`."""
        axes = list(range(self.ndim))
        i, j = (one_axis("transpose", d, self.ndim) for d in (dim0, dim1))
        if self.ndim:
            axes[i], axes[j] = axes[j], axes[i]
        return self._apply(shape_ops.transpose, axes=tuple(axes))

    @property
    def T(self) -> Tensor:
        """A matrix transposed, (n, m) -> (m, n)."""
        if self.ndim != 2:
            raise ValueError(f"T: needs a matrix with 2 axes, got shape {self.data.shape}; use transpose or permute")
        return self.transpose(0, 1)

    def t(self) -> Tensor:
        """A matrix transposed, (n, m) -> (m, n); with one axis or none unchanged."""
        if self.ndim > 2:
            raise ValueError(f"t: needs at most 2 axes, got shape {self.data.shape}; use transpose or permute")
        return self.transpose(0, -1)

    def squeeze(self, dim: Dims = None) -> Tensor:
        """Without the axes of size 1: all of them, or those of `dim` (integer, tuple) whose size is 1."""
        axes = axis_of("squeeze", dim, self.ndim)
        named: Iterable[int] = range(self.ndim) if axes is None else axes if isinstance(axes, tuple) else (axes,)
        return self.reshape(tuple(n for i, n in enumerate(self.data.shape) if n != 1 or i not in named))

    def unsqueeze(self, dim: int) -> Tensor:
        """With a new axis of size 1 before axis `dim`: unsqueeze(0) adds a batch axis."""
        axis = one_axis("unsqueeze", dim, self.ndim + 1)
        return self.reshape((*self.data.shape[:axis], 1, *self.data.shape[axis:]))

    def expand(self, *sizes: Any) -> Tensor:
        """Axes of size 1 stretched to `sizes`, without a copy; -1 leaves an axis as it is, new axes come first."""
        sizes = sizes_of("expand", sizes)
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

    def repeat(self, *repeats: Any) -> Tensor:
        """The whole Tensor repeated repeats[i] times along axis i (NumPy's tile)."""
        repeats = sizes_of("repeat", repeats)
        if len(repeats) < self.ndim:
            raise ValueError(f"repeat: needs a number for each of {self.ndim} axes or more, got {repeats}")
        return self._apply(shape_ops.tile, repeats=repeats)
