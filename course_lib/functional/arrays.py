"""Functions that choose, join, cut, pad and contract Tensors; `__init__.py` lists them."""

import math
from itertools import accumulate

import numpy as np

from course_lib import arithmetic
from course_lib.autograd.methods import axis_of, one_axis
from course_lib.autograd.tensor import apply, as_array, as_tensor
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import shape as shape_ops

# ------------------------------------------------------- several Tensors to one


def where(condition, input, other):
    """`input` where `condition` holds, else `other`; all broadcast."""
    return apply(elementwise.where, input, other, condition=as_array(condition).astype(bool))


def maximum(input, other):
    """The larger of two, element by element; a tie shares the gradient equally."""
    return apply(elementwise.maximum, input, other)


def minimum(input, other):
    """The smaller of two, element by element; a tie shares the gradient equally."""
    return apply(elementwise.minimum, input, other)


def cat(tensors, dim=0):
    """Tensors one behind the other along `dim`; their other sizes are equal."""
    tensors = _joined("cat", tensors)
    axis = one_axis("cat", dim, tensors[0].ndim)
    if axis is None or len({(*t.shape[:axis], 0, *t.shape[axis + 1 :]) for t in tensors}) > 1:
        raise ValueError(f"cat: all sizes but that of dim {dim} must be equal, got {[t.shape for t in tensors]}")
    return apply(shape_ops.concatenate, *tensors, axis=axis)


def stack(tensors, dim=0):
    """Tensors of one shape along a new axis `dim`."""
    tensors = _joined("stack", tensors)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"stack: all Tensors must have one shape, got {[t.shape for t in tensors]}")
    return apply(shape_ops.stack, *tensors, axis=one_axis("stack", dim, tensors[0].ndim + 1))


def _joined(name, tensors):
    tensors = [as_tensor(t) for t in tensors]
    if not tensors:
        raise ValueError(f"{name}: needs at least one Tensor, got none")
    return tensors


def einsum(equation, *operands):
    """Einstein's sum, such as "bij,bjk->bik": letters name axes, "..." stands for any number of them."""
    operands = [as_tensor(x) for x in operands]
    words, result = _letters(equation, operands)
    return apply(matrix_ops.einsum, *operands, equation=",".join(words) + "->" + result)


def _letters(equation, operands):
    """The equation without "..." and with an explicit result: one word of letters per operand, and the result's."""
    left, arrow, result = equation.replace(" ", "").partition("->")
    words = left.split(",")
    if len(words) != len(operands):
        raise ValueError(f"einsum: {equation!r} names {len(words)} operands, got {len(operands)}")
    spare = [s for s in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if s not in equation]
    extra = [x.ndim - len(word.replace("...", "")) for word, x in zip(words, operands, strict=True)]
    for word, n, x in zip(words, extra, operands, strict=True):
        if n < 0 or (n and "..." not in word):
            raise ValueError(f"einsum: {word!r} must name every axis, got shape {x.shape}")
    hidden = "".join(spare[: max(extra)])
    words = [word.replace("...", hidden[len(hidden) - n :]) for word, n in zip(words, extra, strict=True)]
    if not arrow:
        joined = "".join(words)
        result = "..." + "".join(sorted(s for s in set(joined) if joined.count(s) == 1 and s not in hidden))
    result = result.replace("...", hidden)
    if len(set(result)) < len(result) or not set(result) <= set("".join(words)):
        raise ValueError(f"einsum: the result of {equation!r} must use letters of the operands, each once")
    return words, result


# ------------------------------------------------------------ parts and copies


def split(input, split_size_or_sections, dim=0):
    """Parts along `dim`: each of one size (the last may be smaller), or of the sizes in a list. A tuple of Tensors."""
    input = as_tensor(input)
    axis = one_axis("split", dim, input.ndim)
    n, sizes = input.shape[axis], split_size_or_sections
    if not isinstance(sizes, (tuple, list)):
        size = arithmetic.whole(sizes, "the size of a part", least=1, name="split")
        sizes = [min(size, n - start) for start in range(0, max(n, 1), size)]
    sizes = [arithmetic.whole(k, "the size of a part", least=0, name="split") for k in sizes]
    if sum(sizes) != n:
        raise ValueError(f"split: parts must add up to the {n} along dim {dim}, got {sizes}")
    ends = list(accumulate(sizes))
    return tuple(input[(slice(None),) * axis + (slice(e - k, e),)] for e, k in zip(ends, sizes, strict=True))


def gather(input, dim, index):
    """out[i, j] = input[i, index[i, j]] for dim 1, and so for any axis; `index` has as many axes as `input`."""
    input, index = as_tensor(input), as_array(index)
    if input.ndim <= 1 and index.ndim <= 1 and 0 in (input.ndim, index.ndim):  # without an axis: one of size 1
        one_axis("gather", dim, input.ndim)
        return gather(input.reshape(-1), 0, index.reshape(-1)).reshape(index.shape)
    if index.ndim != input.ndim or index.dtype.kind not in "iu":
        raise ValueError(
            f"gather: index must hold integers with {input.ndim} axes, got {index.dtype} with shape {index.shape}"
        )
    return apply(shape_ops.gather, input, axis=one_axis("gather", dim, input.ndim), indices=index)


def flip(input, dims):
    """The order along `dims` (an integer or several) reversed."""
    input = as_tensor(input)
    return apply(shape_ops.flip, input, axis=axis_of("flip", dims, input.ndim))


def repeat_interleave(input, repeats, dim):
    """Every slice along `dim` repeated `repeats` times, neighbours together (NumPy's repeat)."""
    input = as_tensor(input)
    axis, counts = one_axis("repeat_interleave", dim, input.ndim), as_array(repeats)
    n = input.shape[axis]
    if counts.dtype.kind not in "iu" or counts.shape not in ((), (1,), (n,)) or counts.min(initial=0) < 0:
        raise ValueError(
            f"repeat_interleave: repeats must be a whole number of at least 0, or one for each of {n}, got {repeats!r}"
        )
    return input[(slice(None),) * axis + (np.repeat(np.arange(n), counts),)]


PAD_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input, pad, mode="constant", value=0.0):
    """More samples around: `pad` = (left, right, top, bottom, ...), two numbers per axis from the *last* axis on.

    mode: "constant" (`value`), "reflect" (edge not repeated), "replicate" (edge), "circular". Negative numbers crop.
    """
    input = as_tensor(input)
    whole = isinstance(pad, (tuple, list)) and all(hasattr(p, "__index__") for p in pad)
    if not whole or len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ValueError(f"pad: needs two whole numbers for each of at most {input.ndim} axes, got {pad!r}")
    if mode not in PAD_MODES:
        raise ValueError(f"pad: mode must be one of {list(PAD_MODES)}, got {mode!r}")
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
