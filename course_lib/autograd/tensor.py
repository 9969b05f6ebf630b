"""Tensor: an array that remembers how it was computed, and `apply`, the one place where the graph grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.absent import ToldOfArrays, of_numpy
from course_lib.autograd.devices import OnCpu
from course_lib.autograd.graph import Recorded, is_grad_enabled, no_grad, topological_order, unbroadcast
from course_lib.autograd.keywords import named_methods
from course_lib.autograd.methods import Methods
from course_lib.autograd.operators import Operators
from course_lib.autograd.refusals import about_kinds, about_rows, about_values, kind_of, must_hold_arrays
from course_lib.autograd.shapes import is_whole
from course_lib.autograd.torch_names import TENSOR
from course_lib.ops import shape as shape_ops

__all__ = [
    "Like",
    "Tensor",
    "apply",
    "as_array",
    "as_tensor",
    "is_grad_enabled",
    "no_grad",
    "topological_order",
    "unbroadcast",
]


_NONE = "got None where numbers are needed; does the function that made it return its result?"
Like: TypeAlias = "Tensor | np.ndarray | float | Sequence[Any]"  # what stands for a Tensor where only numbers count


def apply(primitive: Callable, *inputs: Any, **params: Any) -> Tensor:
    """Run a primitive on `inputs` (Tensors, arrays or numbers), record it, and return the output as a Tensor.

    Numbers and integer arrays take the floating dtype of the others, so that float32 stays float32. A
    primitive that has a keyword `needs` is told which inputs want a gradient.

    params: settings of the primitive, without a gradient.
    """
    tensors: Sequence[Tensor] = inputs
    arrays, wanted = [], []
    try:
        for x in inputs:  # once through, because half the time of an operation on small arrays passes here
            if not isinstance(x, Tensor) or (array := x.data).dtype.kind != "f":
                tensors = _prepare(primitive.__name__, inputs)
                arrays, wanted = [t.data for t in tensors], [t.requires_grad for t in tensors]
                break
            arrays.append(array)
            wanted.append(x.requires_grad)
    except AttributeError:
        must_hold_arrays(primitive.__name__, inputs)
        raise
    try:
        if "needs" in (primitive.__kwdefaults__ or ()):
            out, vjp = primitive(*arrays, **params, needs=wanted)
        else:
            out, vjp = primitive(*arrays, **params)
    except (ValueError, IndexError) as error:
        raise type(error)(about_values(primitive.__name__, arrays, str(error))) from None
    except (AttributeError, TypeError, OverflowError) as error:  # a kind of number that NumPy has no loop for
        must_hold_arrays(primitive.__name__, inputs)
        if isinstance(error, AttributeError):
            raise
        raise TypeError(about_kinds(primitive.__name__, arrays, params)) from error
    if tensors is not inputs and arrays[0].dtype.kind != "f":
        if out.dtype == np.float64:
            out = out.astype(np.float32)  # what integers become, as in torch
        elif out.dtype == np.float16:  # what NumPy makes of short ones
            return apply(primitive, *(a.astype(np.float32) for a in arrays), **params)
    result = _computed(out)
    if True in wanted and is_grad_enabled():
        result.requires_grad = True
        result.inputs, result.vjp, result.op, result.params = tuple(tensors), vjp, primitive.__name__, params
    return result


def _computed(out: Any) -> Tensor:
    """A Tensor of what a primitive gave, an array almost always: without looking at what `Tensor(...)` looks at."""
    if type(out) is not np.ndarray or out.dtype.kind not in "fiub":
        return Tensor(out)
    made: Tensor = object.__new__(Tensor)
    made.data, made.requires_grad, made.inputs, made._keeps = out, False, (), False
    made.grad = made.vjp = made.op = made.params = None
    return made


def _prepare(name: str, inputs: Sequence[Any]) -> list[Tensor]:
    """Inputs as Tensors of one kind: floating if any of them is."""
    if any(x is None for x in inputs):
        raise TypeError(f"{name}: {_NONE}")
    items = [x if isinstance(x, (Tensor, int, float)) else Tensor(x) for x in inputs]
    for x in items:
        if isinstance(x, Tensor) and x.requires_grad and x.data.dtype.kind != "f":
            raise TypeError(f"{name}: only floats can have a gradient, got one asked for of dtype {x.data.dtype}")
    floating = [x.data.dtype for x in items if isinstance(x, Tensor) and x.data.dtype.kind == "f"]
    if not floating and not any(isinstance(x, float) for x in items):
        return [x if isinstance(x, Tensor) else Tensor(x) for x in items]
    dtype = floating[0] if len(floating) == 1 else np.result_type(*floating) if floating else np.dtype(np.float32)
    return [_as_floats(x, dtype) for x in items]


def _as_floats(x: Any, dtype: np.dtype) -> Tensor:
    """Numbers as a Tensor of `dtype`; one of floats as it is."""
    if isinstance(x, Tensor):
        return x if x.data.dtype.kind == "f" else _computed(x.data.astype(dtype))
    return _computed(np.array(x, dtype))


def _beside(x: Any) -> Any:
    """`x` for NumPy beside another array; a number has no precision of its own: 0.1 is what the other's dtype makes
    of it."""
    return float(x) if isinstance(x, float) else x if isinstance(x, int) else as_array(x)


def as_tensor(x: Any, dtype: Any = None) -> Tensor:
    """`x` itself if it is a Tensor, else a Tensor of it without gradient. `dtype` is that of the new one."""
    return x if isinstance(x, Tensor) else Tensor(x, dtype=dtype)


def as_array(x: Any) -> np.ndarray:
    """The NumPy array of a Tensor, or of anything that NumPy understands."""
    return x.data if isinstance(x, Tensor) else np.asarray(x)


def _array_of(data: Any, dtype: Any = None) -> np.ndarray:
    """Anything as an array; plain Python floats become float32 unless `dtype` says otherwise, as in torch."""
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if isinstance(first, Tensor):
        takes = ", or take one, as of a recurrent layer's (states, last)" if isinstance(data, tuple) else ""
        raise TypeError(f"Tensor: got a {type(data).__name__} of Tensors; join them with stack or cat{takes}")
    try:
        array = np.asarray(data, dtype if dtype is None else np.dtype(dtype))
    except TypeError as error:
        if "data type" not in str(error):
            raise
        raise TypeError(f"Tensor: dtype must be one of NumPy's, such as np.float32, got {dtype!r}") from None
    except ValueError:
        raise ValueError(f"Tensor: rows must have one length and hold numbers, got {about_rows(data)}") from None
    if dtype is not None:
        return array
    return array.astype(np.float32) if array.dtype == np.float64 and not hasattr(first, "dtype") else array


@named_methods
class Tensor(Recorded, Methods, Operators, OnCpu, ToldOfArrays):
    """An array and, when `requires_grad`, its place in the graph.

    data: a number, (nested) list or NumPy array; an array is not copied and keeps its dtype, numbers and lists become
        float32 or int64.
    requires_grad: whether `backward` is to find the gradient with respect to it; only for floats.
    dtype: a NumPy dtype to convert to.

    `t.data` is the array, and `t.grad` an array of the same shape once `backward` has run. Methods have torch's names:
    `dim` is an axis, `keepdim` keeps it with size 1.

    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.], dtype=float32)
    """

    __slots__ = ()

    _instead, _elsewhere = TENSOR, staticmethod(of_numpy)

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None) -> None:
        if isinstance(data, Recorded):
            data = data.data
        self.data = data if isinstance(data, np.ndarray) and dtype is None else _array_of(data, dtype)
        if self.data.dtype.kind not in "fiub":
            if data is None:
                raise TypeError(f"Tensor: {_NONE}")
            what = type(data).__name__ if self.data.dtype == object else f"dtype {self.data.dtype}"
            raise TypeError(f"Tensor: holds floats, integers or booleans, got {what}")
        if not isinstance(requires_grad, (bool, np.bool_)):
            raise TypeError(f"Tensor: requires_grad is True or False, got {shown(requires_grad)}; a list holds numbers")
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: only floats can have a gradient, got dtype {self.data.dtype}; write 1.0 for 1, or "
                f"array.astype(np.float32)"
            )
        self.requires_grad = requires_grad
        self.grad = self.vjp = self.op = self.params = None
        self.inputs = ()
        self._keeps = False

    # ------------------------------------------------------------ what it is

    @property
    def dtype(self) -> np.dtype:
        """NumPy dtype."""
        return self.data.dtype

    def numel(self) -> int:
        """How many numbers."""
        return self.data.size

    def item(self) -> Any:
        """The only number, as a Python number."""
        if self.data.size != 1:
            raise ValueError(f"item: the Tensor must hold one number, got shape {self.shape}")
        return self.data.item()

    def tolist(self) -> Any:
        """The numbers as Python numbers in lists of lists."""
        return self.data.tolist()

    def numpy(self) -> np.ndarray:
        """The array; an error if this Tensor is part of a graph, because the graph would be lost unnoticed."""
        if self.requires_grad:
            raise TypeError("numpy: this Tensor requires a gradient; use .detach().numpy(), or .data")
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.requires_grad:
            raise TypeError(
                "Tensor: NumPy would lose the gradient; instead of np.exp(t) and the like write t.exp(), F.relu(t), or "
                "take the numbers alone, t.detach().numpy()"
            )
        return np.array(self.data, dtype=dtype, copy=copy)

    def detach(self) -> Tensor:
        """The same numbers without history."""
        return _computed(self.data)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Ask for the gradient of this leaf from now on, or no more; returns the Tensor.

        `requires_grad` says which; ValueError for what was computed, TypeError for integers.
        """
        if self.op is not None:
            raise ValueError("requires_grad_: this Tensor was computed; use detach() for its numbers without history")
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"requires_grad_: only floats can have a gradient, got dtype {self.data.dtype}")
        self.requires_grad = requires_grad
        return self

    def float(self) -> Tensor:
        """As float32; the gradient flows through."""
        return self._cast(np.float32)

    def double(self) -> Tensor:
        """As float64; the gradient flows through."""
        return self._cast(np.float64)

    def long(self) -> Tensor:
        """As int64, rounded towards 0; no gradient."""
        return self._cast(np.int64)

    def _cast(self, dtype: Any) -> Tensor:
        if self.data.dtype == dtype:
            return self
        floats = self.data.dtype.kind == np.dtype(dtype).kind == "f"
        return self._apply(shape_ops.cast, dtype=dtype) if floats else Tensor(self.data.astype(dtype))

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len: a Tensor without axes has no length")
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    # ------------------------------------------------------- for the parents

    def _apply(self, primitive: Callable, *others: Any, **params: Any) -> Tensor:
        return apply(primitive, self, *others, **params)

    _run = staticmethod(apply)

    @staticmethod
    def _plain(compute: Callable, *inputs: Any) -> Tensor:
        """What has no gradient: comparisons, logic, positions."""
        arrays = [_beside(x) for x in inputs]
        try:
            return _computed(compute(*arrays))
        except ValueError as error:
            raise ValueError(about_values(compute.__name__, [np.asarray(a) for a in arrays], str(error))) from None
        except TypeError:
            if any(x is None for x in inputs):
                raise TypeError(f"{compute.__name__}: got None where numbers are needed") from None
            raise TypeError(
                f"{compute.__name__}: needs booleans or integers, got {' and '.join(map(kind_of, inputs))}"
            ) from None

    def __getitem__(self, key: Any) -> Tensor:
        parts = key if isinstance(key, tuple) else (key,)
        if (not parts or is_whole(parts[-1])) and all(map(is_whole, parts)) and len(parts) <= self.ndim:
            return self
        parts = tuple(as_array(p) if isinstance(p, Tensor) or (isinstance(p, list) and p) else p for p in parts)
        return apply(shape_ops.getitem, self, key=parts if isinstance(key, tuple) else parts[0])

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "Tensor: cannot be changed in place, the graph would not see it; use where, pad or cat, or .data"
        )
