"""Functions that choose, join, cut, move, pad and contract Tensors."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from course_lib import arithmetic
from course_lib.autograd.shapes import axis_of, one_axis
from course_lib.autograd.tensor import Like, Tensor, apply, as_array, as_tensor
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import shape as shape_ops

# ------------------------------------------------------- several Tensors to one


def where(condition: Like, input: Like, other: Like) -> Tensor:
    """`input` where `condition` (booleans) holds, else `other`; all three broadcast. TypeError for another condition.

    >>> where([True, False], [1.0, 2.0], 0.0)
    Tensor([1., 0.])
    """
    condition = as_array(condition)
    if condition.dtype != bool:
        raise TypeError(f"where: the condition must hold booleans, such as x > 0, got dtype {condition.dtype}")
    return apply(elementwise.where, input, other, condition=condition)


def maximum(input: Like, other: Like) -> Tensor:
    """The larger of `input` and `other`, element by element; a tie shares the gradient equally. The two broadcast."""
    return apply(elementwise.maximum, input, other)


def minimum(input: Like, other: Like) -> Tensor:
    """The smaller of `input` and `other`, element by element; a tie shares the gradient equally. The two broadcast."""
    return apply(elementwise.minimum, input, other)


def cat(tensors: Sequence[Like], dim: int = 0) -> Tensor:
    """Tensors one behind the other along an axis.

    tensors: a list; all sizes but that of `dim` are equal.
    dim: the axis that grows.

    Shapes (..., n, ...) and (..., m, ...) give (..., n + m, ...).
    """
    tensors = _joined("cat", tensors)
    axis = one_axis("cat", dim, tensors[0].ndim)
    if axis is None or len({(t.ndim, *t.shape[:axis], *t.shape[axis + 1 :]) for t in tensors}) > 1:
        raise ValueError(f"cat: all sizes but that of dim {dim} must be equal, got {[t.shape for t in tensors]}")
    return apply(shape_ops.concatenate, *tensors, axis=axis)


def stack(tensors: Sequence[Like], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    tensors: a list; all have one shape.
    dim: where the new axis stands, as long as the list.
    """
    tensors = _joined("stack", tensors)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"stack: all Tensors must have one shape, got {[t.shape for t in tensors]}")
    return apply(shape_ops.stack, *tensors, axis=one_axis("stack", dim, tensors[0].ndim + 1))


def _joined(name: str, tensors: Sequence[Like]) -> list[Tensor]:
    if isinstance(tensors, (Tensor, np.ndarray)):
        raise TypeError(
            f"{name}: takes the Tensors together, in one list, {name}([a, b]), got {arithmetic.shown(tensors)}"
        )
    joined = [as_tensor(t) for t in tensors]
    if not joined:
        raise ValueError(f"{name}: needs at least one Tensor, got none")
    return joined


def einsum(equation: str, *operands: Like) -> Tensor:
    """Einstein's sum: products of the operands, summed over every letter that the result lacks.

    equation: letters name the axes of each operand and of the result, "..." stands for any number of them:
        "ij,jk->ik" is the matrix product, "bij,bjk->bik" that of a batch, "ii->" the trace.
    operands: one Tensor for each word before the arrow.

    >>> einsum("i,i->", [1.0, 2.0], [3.0, 4.0])
    Tensor(11.)
    """
    if not isinstance(equation, str):
        raise TypeError(f'einsum: the equation comes first, as text such as "ij,jk->ik", got {type(equation).__name__}')
    tensors = [as_tensor(x) for x in operands]
    words, result = _letters(equation, tensors)
    return apply(matrix_ops.einsum, *tensors, equation=",".join(words) + "->" + result)


def _letters(equation: str, operands: Sequence[Tensor]) -> tuple[list[str], str]:
    """The equation without "..." and with an explicit result: one word of letters per operand, and the result's."""
    left, arrow, result = equation.replace(" ", "").partition("->")
    words = left.split(",")
    if len(words) != len(operands):
        raise ValueError(f"einsum: {equation!r} names {len(words)} operands, got {len(operands)}")
    strange = sorted(set(equation.replace("...", "")) - set(string.ascii_letters) - set(", ->"))
    if strange:
        raise ValueError(f"einsum: axes are named by single letters a-z and A-Z, got {strange[0]!r} in {equation!r}")
    spare = [s for s in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if s not in equation]
    extra = [x.ndim - len(word.replace("...", "")) for word, x in zip(words, operands, strict=True)]
    for word, n, x in zip(words, extra, operands, strict=True):
        if n < 0 or (n and "..." not in word):
            raise ValueError(f"einsum: {word!r} must name every axis, got shape {x.shape}")
    sizes: dict[str, int] = {}
    for word, x in zip(words, operands, strict=True):
        named = zip(word, x.shape, strict=False) if "..." not in word else ()
        for s, n in named:
            if 1 not in (n, sizes.setdefault(s, n)) and sizes[s] != n:
                raise ValueError(f"einsum: {s!r} of {equation!r} must have one size, got {sizes[s]} and {n}")
    hidden = "".join(spare[: max(extra)])
    words = [word.replace("...", hidden[len(hidden) - n :]) for word, n in zip(words, extra, strict=True)]
    if not arrow:
        joined = "".join(words)
        result = "..." + "".join(sorted(s for s in set(joined) if joined.count(s) == 1 and s not in hidden))
    result = result.replace("...", hidden)
    if len(set(result)) < len(result) or not set(result) <= set("".join(words)):
        raise ValueError(f"einsum: the result must use letters of the operands, each once, got {equation!r}")
    return words, result


# ------------------------------------------------------------ parts and copies


def split(input: Like, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts along an axis, a tuple of Tensors.

    split_size_or_sections: one size for all parts (the last may be smaller), or a list of sizes that add up.
    dim: the axis that is cut.

    Shapes are those of `input` but along that axis.
    """
    input = as_tensor(input)
    axis = one_axis("split", dim, input.ndim)
    if axis is None:
        raise ValueError("split: needs an axis to cut, got a Tensor without axes")
    n, sizes = input.shape[axis], split_size_or_sections
    if not isinstance(sizes, (tuple, list)):
        size = arithmetic.whole(sizes, "the size of a part", least=1, name="split")
        sizes = [min(size, n - start) for start in range(0, max(n, 1), size)]
    sizes = [arithmetic.whole(k, "the size of a part", least=0, name="split") for k in sizes]
    if sum(sizes) != n:
        raise ValueError(f"split: parts must add up to the {n} along dim {dim}, got {sizes}")
    ends = list(accumulate(sizes))
    return tuple(input[(slice(None),) * axis + (slice(e - k, e),)] for e, k in zip(ends, sizes, strict=True))


def gather(input: Like, dim: int, index: Like) -> Tensor:
    """out[i, j] = input[i, index[i, j]] for dim 1, and so for any axis: the score of each sample's class.

    dim: the axis along which is chosen.
    index: positions on that axis, integers from 0; as many axes as `input`, and the shape of the result.
    """
    input, index = as_tensor(input), as_array(index)
    if input.ndim <= 1 and index.ndim <= 1 and 0 in (input.ndim, index.ndim):  # without an axis: one of size 1
        one_axis("gather", dim, input.ndim)
        return gather(input.reshape(-1), 0, index.reshape(-1)).reshape(index.shape)
    if index.ndim != input.ndim or index.dtype.kind not in "iu":
        raise ValueError(
            f"gather: index must hold integers with {input.ndim} axes, got {index.dtype} with shape {index.shape}"
        )
    axis = one_axis("gather", dim, input.ndim)
    if index.min(initial=0) < 0:
        raise IndexError(f"gather: indices must be in 0..{input.shape[axis] - 1} on axis {axis}, got {index.min()}")
    return apply(shape_ops.gather, input, axis=axis, indices=index)


def flip(input: Like, dims: int | Sequence[int]) -> Tensor:
    """The order along `dims` (an integer or several) reversed. The shape stays."""
    input = as_tensor(input)
    return apply(shape_ops.flip, input, axis=axis_of("flip", dims, input.ndim))


def repeat_interleave(input: Like, repeats: Like, dim: int) -> Tensor:
    """Every slice along `dim` repeated, neighbours together (NumPy's repeat).

    repeats: how often, a whole number or one for each slice.

    A shape (..., n, ...) becomes (..., n repeats, ...).
    """
    input = as_tensor(input)
    input = input.reshape(1) if input.ndim == 0 else input
    axis, counts = one_axis("repeat_interleave", dim, input.ndim), as_array(repeats)
    n = input.shape[axis]
    if counts.dtype.kind not in "iu" or counts.shape not in ((), (1,), (n,)) or counts.min(initial=0) < 0:
        raise ValueError(
            f"repeat_interleave: repeats must be a whole number of at least 0, or one for each of {n}, got {repeats!r}"
        )
    return input[(slice(None),) * axis + (np.repeat(np.arange(n), counts),)]


def roll(input: Like, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """Everything moved on along `dims`; what leaves the end enters at the front.

    shifts: by how many places, one number or one for each of `dims`; negative moves back.
    dims: the axes; None rolls the flattened numbers.

    >>> roll([1, 2, 3], 1)
    Tensor([3, 1, 2])
    """
    input = as_tensor(input)
    if dims is None:
        if isinstance(shifts, (tuple, list)) and len(shifts) != 1:
            raise ValueError(f"roll: without dims there is one shift, got {shifts}")
        return apply(shape_ops.roll, input, shifts=shifts, axis=None)
    by, along = (tuple(v) if isinstance(v, (tuple, list)) else (v,) for v in (shifts, dims))
    if len(by) != len(along):
        raise ValueError(f"roll: needs one shift for each of dims, got {by} and {along}")
    if input.ndim == 0 or not by:
        raise ValueError(f"roll: needs an axis and a shift, got shape {input.shape} and shifts {by}")
    return apply(shape_ops.roll, input, shifts=by, axis=tuple(one_axis("roll", d, input.ndim) for d in along))


def tril(input: Like, diagonal: int = 0) -> Tensor:
    """The lower triangle of matrices (..., n, m), zeros above.

    diagonal: how many diagonals above the main one belong to it; negative leaves some below out.

    >>> tril([[1, 2], [3, 4]])
    Tensor([[1, 0],
            [3, 4]])
    """
    diagonal = arithmetic.whole(diagonal, "diagonal", name="tril")
    return _triangle("tril", input, lambda rows, cols: cols - rows <= diagonal)


def triu(input: Like, diagonal: int = 0) -> Tensor:
    """The upper triangle of matrices (..., n, m), zeros below; `diagonal` is the first that belongs to it."""
    diagonal = arithmetic.whole(diagonal, "diagonal", name="triu")
    return _triangle("triu", input, lambda rows, cols: cols - rows >= diagonal)


def _triangle(name: str, input: Like, kept: Callable) -> Tensor:
    input = as_tensor(input)
    if input.ndim < 2:
        raise ValueError(f"{name}: needs matrices (..., n, m), got shape {input.shape}")
    rows, cols = np.ogrid[: input.shape[-2], : input.shape[-1]]
    return where(kept(rows, cols), input, np.zeros((), input.dtype))


PAD_MODES: dict[str, Any] = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input: Like, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """More samples around, or fewer.

    pad: (left, right, top, bottom, ...), two numbers per axis from the *last* axis on; negative ones crop.
    mode: "constant" (`value`), "reflect" (edge not repeated), "replicate" (edge), "circular".

    Zeros alone give the input itself.

    >>> pad([[1, 2]], (1, 0, 0, 1))
    Tensor([[0, 1, 2],
            [0, 0, 0]])
    """
    input = as_tensor(input)
    whole = isinstance(pad, (tuple, list)) and all(hasattr(p, "__index__") for p in pad)
    if not whole or len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ValueError(f"pad: needs two whole numbers for each of at most {input.ndim} axes, got {pad!r}")
    if not isinstance(mode, str) or mode not in PAD_MODES:
        raise ValueError(f"pad: mode must be one of {list(PAD_MODES)}, got {mode!r}")
    if value and mode != "constant":
        raise ValueError(f"pad: a value is what constant padding adds, got value={value} with mode={mode!r}")
    if not any(pad):
        return input
    widths = [(0, 0)] * (input.ndim - len(pad) // 2) + [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    for n, (before, after) in zip(input.shape, widths, strict=True):
        kept = n + min(before, 0) + min(after, 0)
        most = {"reflect": n - 1, "circular": kept, "replicate": math.inf if n else 0}.get(mode, math.inf)
        if n + before + after < 0 or max(before, after) > max(most, 0):
            raise ValueError(f"pad: {mode} padding of {before} and {after} is impossible on an axis of {n} samples")
    if mode == "constant":
        return apply(shape_ops.pad, input, widths=tuple(widths), value=value)
    for axis, (before, after) in enumerate(widths):
        if before or after:  # which sample stands at every place: indexing with it has the right gradient by itself
            n, grown = input.shape[axis], (max(before, 0), max(after, 0))
            first, end = max(-before, 0), max(-after, 0)
            if mode == "circular":  # goes round what is left; the others mirror what is cropped, as torch does
                places = np.pad(np.arange(first, n - end), grown, mode="wrap")
            else:
                places = np.pad(np.arange(n), grown, mode=PAD_MODES[mode])
                places = places[first : len(places) - end]
            input = input[(slice(None),) * axis + (places,)]
    return input
