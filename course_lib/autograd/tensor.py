"""Tensor: an array that remembers how it was computed, and `apply`, the one place where the graph grows."""

import operator

import numpy as np

from course_lib.autograd.graph import Recorded, is_grad_enabled, no_grad, topological_order, unbroadcast
from course_lib.autograd.methods import Methods
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import shape as shape_ops

__all__ = [
    "Tensor",
    "apply",
    "as_array",
    "as_tensor",
    "is_grad_enabled",
    "no_grad",
    "one_dtype",
    "topological_order",
    "unbroadcast",
]


def apply(primitive, *inputs, **params):
    """Run a primitive on `inputs` (Tensors, arrays or numbers), record it, and return the output as a Tensor.

    Numbers and integer arrays take the floating dtype of the others, so that float32 stays float32. A
    primitive that has a keyword `needs` is told which inputs want a gradient.
    """
    ready = all(isinstance(x, Tensor) and x.data.dtype.kind == "f" for x in inputs)
    tensors = inputs if ready else _prepare(inputs)
    wanted = tuple(t.requires_grad for t in tensors)
    arrays = [t.data for t in tensors]
    try:
        if "needs" in (primitive.__kwdefaults__ or ()):
            out, vjp = primitive(*arrays, **params, needs=wanted)
        else:
            out, vjp = primitive(*arrays, **params)
    except (ValueError, IndexError) as error:
        raise type(error)(_sentence(primitive.__name__, arrays, str(error))) from None
    except (TypeError, OverflowError) as error:  # a kind of number that NumPy has no loop for
        raise TypeError(_kinds(primitive.__name__, arrays, params)) from error
    if arrays[0].dtype.kind != "f" and out.dtype == np.float64:
        out = out.astype(np.float32)  # what integers become, as in torch
    elif arrays[0].dtype.kind != "f" and out.dtype == np.float16:  # what NumPy makes of short ones
        return apply(primitive, *(a.astype(np.float32) for a in arrays), **params)
    result = Tensor(out)
    if is_grad_enabled() and True in wanted:
        result.requires_grad = True
        result.inputs, result.vjp, result.op, result.params = tuple(tensors), vjp, primitive.__name__, params
    return result


def _prepare(inputs):
    """Inputs as Tensors of one kind: floating if any of them is."""
    items = [x if isinstance(x, (Tensor, int, float)) else Tensor(x) for x in inputs]
    dtypes = [x.data.dtype for x in items if isinstance(x, Tensor)]
    floating = [d for d in dtypes if d.kind == "f"]
    if not floating and not any(isinstance(x, float) for x in items):
        return [x if isinstance(x, Tensor) else Tensor(x) for x in items]
    dtype = np.result_type(*floating) if floating else np.dtype(np.float32)
    return [x if isinstance(x, Tensor) and x.data.dtype.kind == "f" else Tensor(x, dtype=dtype) for x in items]


def _sentence(name, arrays, text):
    """A primitive's own sentence as it is; NumPy's complaint in our words."""
    if text.startswith(f"{name}: "):
        return text
    if "broadcast" in text:
        shapes = " and ".join(str(a.shape) for a in arrays)
        text = f"shapes {shapes} do not fit together: counted from the last axis, sizes must be equal or 1"
    return f"{name}: {text}"


def _kinds(name, arrays, params):
    """What a primitive cannot work with: its inputs, or else its settings."""
    if arrays[0].dtype.kind != "f":
        return f"{name}: needs {'numbers' if arrays[0].dtype.kind == 'b' else 'floats'}, got dtype {arrays[0].dtype}"
    settings = ", ".join(f"{k}={v!r}" for k, v in params.items() if not isinstance(v, np.ndarray))
    return f"{name}: settings must be numbers, got {settings}"


def as_tensor(x, dtype=None):
    """`x` itself if it is a Tensor, else a Tensor of it without gradient."""
    return x if isinstance(x, Tensor) else Tensor(x, dtype=dtype)


def one_dtype(name, input, *learned):
    """`input` as a Tensor; a TypeError unless its floats are of the kind of the weights it is to meet (None: none).

    Integers take the kind of the weights.
    """
    input = as_tensor(input)
    for w in learned:
        kind = input.dtype if w is None else as_array(w).dtype
        if input.dtype.kind == kind.kind == "f" and input.dtype != kind:
            raise TypeError(
                f"{name}: input and weights must have one dtype, got {input.dtype} and {kind}; write "
                f"{'input.float()' if kind == np.float32 else 'input.double()'}, or change the layer by "
                f"{'model.double()' if input.dtype == np.float64 else 'model.float()'}"
            )
    return input


def as_array(x):
    """The NumPy array of a Tensor, or of anything that NumPy understands."""
    return x.data if isinstance(x, Tensor) else np.asarray(x)


def _array_of(data, dtype=None):
    """Anything as an array; plain Python floats become float32 unless `dtype` says otherwise, as in torch."""
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if isinstance(first, Tensor):
        raise TypeError("Tensor: got a list of Tensors; join them with stack or cat")
    array = np.asarray(data, dtype)
    if dtype is not None:
        return array
    return array.astype(np.float32) if array.dtype == np.float64 and not hasattr(first, "dtype") else array


class Tensor(Recorded, Methods):
    """An array and, when `requires_grad`, its place in the graph.

    `data` is a NumPy array, not copied; numbers and lists become float32 or int64, arrays keep their dtype.
    `grad` is a NumPy array once `backward` has run. Methods have torch's names: `dim` is an axis, `keepdim`
    keeps it with size 1; they stand in `methods.py`.
    """

    __slots__ = ()
    __array_ufunc__ = None  # NumPy's operators leave the work to ours; np.exp(tensor) is an error, not a lost graph

    def __init__(self, data, requires_grad=False, dtype=None):
        if isinstance(data, Recorded):
            data = data.data
        self.data = data if isinstance(data, np.ndarray) and dtype is None else _array_of(data, dtype)
        if self.data.dtype.kind not in "fiub":
            raise TypeError(f"Tensor: holds floats, integers or booleans, got dtype {self.data.dtype}")
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"Tensor: only floats can have a gradient, got dtype {self.data.dtype}")
        self.requires_grad = requires_grad
        self.grad = self.vjp = self.op = self.params = None
        self.inputs = ()
        self._keeps = False

    # ------------------------------------------------------------ what it is

    @property
    def shape(self):
        """Sizes of the axes."""
        return self.data.shape

    @property
    def ndim(self):
        """Number of axes."""
        return self.data.ndim

    @property
    def dtype(self):
        """NumPy dtype."""
        return self.data.dtype

    def numel(self):
        """How many numbers."""
        return self.data.size

    def item(self):
        """The only number, as a Python number."""
        if self.data.size != 1:
            raise ValueError(f"item: the Tensor must hold one number, got shape {self.shape}")
        return self.data.item()

    def numpy(self):
        """The array; an error if this Tensor is part of a graph, because the graph would be lost unnoticed."""
        if self.requires_grad:
            raise TypeError("numpy: this Tensor requires a gradient; use .detach().numpy(), or .data")
        return self.data

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def detach(self):
        """The same numbers without history."""
        return Tensor(self.data)

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len: a Tensor without axes has no length")
        return len(self.data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __bool__(self):
        return bool(self.item())

    def __repr__(self):
        body = np.array2string(self.data, separator=", ", prefix="Tensor(")
        dtype = "" if self.dtype in (np.float32, np.int64, bool) else f", dtype={self.dtype}"
        history = f", op={self.op}" if self.op else ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({body}{dtype}{history})"

    # -------------------------------------------------------------- operators

    def _apply(self, primitive, *others, **params):
        return apply(primitive, self, *others, **params)

    def __add__(self, other):
        return apply(elementwise.add, self, other)

    def __radd__(self, other):
        return apply(elementwise.add, other, self)

    def __sub__(self, other):
        return apply(elementwise.sub, self, other)

    def __rsub__(self, other):
        return apply(elementwise.sub, other, self)

    def __mul__(self, other):
        return apply(elementwise.mul, self, other)

    def __rmul__(self, other):
        return apply(elementwise.mul, other, self)

    def __truediv__(self, other):
        return apply(elementwise.div, self, other)

    def __rtruediv__(self, other):
        return apply(elementwise.div, other, self)

    def __pow__(self, other):
        return apply(elementwise.power, self, other)

    def __rpow__(self, other):
        return apply(elementwise.power, other, self)

    def __matmul__(self, other):
        return apply(matrix_ops.matmul, self, other)

    def __rmatmul__(self, other):
        return apply(matrix_ops.matmul, other, self)

    def __neg__(self):
        return apply(elementwise.neg, self)

    def _compare(self, holds, other):
        if isinstance(other, float):
            other = float(other)  # a number has no precision of its own: 0.1 is what this Tensor's dtype makes of it
        elif not isinstance(other, int):
            other = as_array(other)
        try:
            return Tensor(holds(self.data, other))
        except ValueError as error:
            raise ValueError(_sentence(holds.__name__, [self.data, other], str(error))) from None

    def __gt__(self, other):
        return self._compare(operator.gt, other)

    def __ge__(self, other):
        return self._compare(operator.ge, other)

    def __lt__(self, other):
        return self._compare(operator.lt, other)

    def __le__(self, other):
        return self._compare(operator.le, other)

    def __eq__(self, other):
        return self._compare(operator.eq, other)

    def __ne__(self, other):
        return self._compare(operator.ne, other)

    __hash__ = object.__hash__  # a Tensor is itself, whatever it holds

    def __getitem__(self, key):
        parts = key if isinstance(key, tuple) else (key,)
        parts = tuple(as_array(p) if isinstance(p, (Tensor, list)) else p for p in parts)
        return apply(shape_ops.getitem, self, key=parts if isinstance(key, tuple) else parts[0])

    def __setitem__(self, key, value):
        raise TypeError(
            "Tensor: cannot be changed in place, the graph would not see it; use where, pad or cat, or .data"
        )
