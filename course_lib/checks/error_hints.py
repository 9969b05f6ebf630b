"""What Python's and NumPy's error messages often mean, for a learner who meets them the first time.

A message alone misleads where a call does not fit: whose function it is decides what to compare with what.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

_OFTEN = (
    (r"could not be broadcast together with shapes", "two arrays whose shapes do not fit; print both shapes"),
    (r"matmul: .*mismatch|shapes .* not aligned", "in a @ b the last axis of a must be as long as b's last but one"),
    (r"'NoneType'", "a function without `return` gives None"),
    (r"'(list|tuple)' object has no attribute", "a list is no array yet; np.asarray makes it one"),
    (r"truth value of an array", "`if` wants one truth value; ask np.any or np.all, or use np.where"),
    (r"only (integer|integers).*(scalar arrays|slices)", "an index must be an integer: / gives a float, // an integer"),
    (r"'float' object cannot|sequence of integers", "a size must be an integer: / gives a float, // an integer"),
    (r"index .* is out of bounds", "axes and positions count from 0, so the last one is size - 1"),
    (r"cannot reshape array of size", "reshape keeps the number of values: multiply the sizes of both shapes"),
    (r"too many indices for array", "the array has fewer axes than you index; print its shape"),
    (r"axis .* is out of bounds", "the array has fewer axes than you name; print its shape"),
    (r"(output array|input) is read-only|assignment destination is read-only", "work on a copy of the input"),
    (r"Cannot cast ufunc .* output", "in-place arithmetic keeps the dtype; write a = a * b instead of a *= b"),
    (r"object is not callable", "round brackets call a function; elements are taken with [ ]"),
    (r"'(int|float)' object is not iterable", "a number cannot be looped over; range(n) counts to n"),
    (r"before assignment|cannot access local variable", "a name is set on one path only, or set later in the function"),
    (r"not enough values to unpack|too many values to unpack", "the number of names on the left must fit the right"),
    (r"cannot be interpreted as an integer", "a tuple stands where one number belongs; * unpacks it: f(n, *shape)"),
    (r"float\(\) argument must be|float\(\) .* not '", "an array was made of objects that are no numbers"),
    (r"'(int|float)' object has no attribute", "a plain number is no array; np.asarray makes it one"),
    (r"ndarray' object has no attribute '(\w+_|norm|abs|view|detach)'",
     ".data and .grad are NumPy arrays: w.grad = None, w.data[...] = 0, np.abs(w.grad)"),
    (r"'memoryview'", ".data and .grad are NumPy arrays already; leave the second .data out"),
    (r"has no attribute", "the name behind the dot does not exist there; dir(...) lists those that do"),
    (r"is not defined", "a name is written in another way than where it was set, or its cell was not run"),
    (r"got multiple values for argument", "one argument is given twice, by place and by name"),
    (r"unsupported operand type", "the two sides of an operator do not go together; print type(...) of both"),
    (
        r"can't multiply sequence|can only concatenate",
        "+ and * of lists join and repeat; np.asarray helps",
    ),
    (r"inhomogeneous shape|setting an array element with a sequence", "rows of different lengths make no array"),
    (r"division by zero", "in some case a divisor is 0"),
    (r"(list|tuple|string) index out of range", "positions count from 0, so the last one is len(...) - 1"),
    (r"is not subscriptable", "[ ] follows something that has no elements, such as a function or None"),
    (r"boolean index did not match", "a mask must have the shape of the array it picks from"),
    (r"arrays used as indices must be", "indices are integers or truth values; astype(int) makes integers of floats"),
    (r"input array dimensions .* must match", "joined arrays must agree in all other axes; print their shapes"),
    (r"need at least one array", "the list of arrays to join is empty"),
    (r"zero-size array", "an array without any values came here: a slice is empty"),
    (r"non-broadcastable output", "in-place arithmetic keeps the shape; write a = a + b instead of a += b"),
    (r"does not support item assignment", "a tuple or text cannot be changed; a list or an array can"),
    (r"not iterable", "what is looped over or unpacked holds no items; print its type"),
    (r"[Ss]ingular matrix", "the matrix has no inverse: columns may be alike, or a term on its diagonal is missing"),
    (r"math domain error|expected a (nonnegative|positive) input", "a logarithm or root of a number below its range"),
    (r"only (length|size)-1 arrays|only 0-dimensional", "math's functions and float() take one number"),
    (r"must be real number, not|must be a real number", "math's functions take one number; np's take arrays"),
    (r"unhashable type", "a list or array cannot be a key of a dict or an item of a set; a tuple can"),
    (r"maximum recursion depth", "the function calls itself without ever reaching its end"),
    (r"remapped shapes|einstein sum", "one letter of einsum stands for axes of one length; print the shapes"),
    (r"axes don't match array", "transpose wants every axis of the array once; print its shape"),
    (r"does not require grad and does not have a grad_fn",
     "the loss hangs on no weight: no_grad, detach, .data or .item() stands on its way"),
    (r"(Missing|Unexpected) key\(s\) in state_dict|size mismatch for",
     "the two networks differ in names or shapes; print both state_dict()"),
    (r"^Unable to allocate", "an array of this size does not fit into memory: print the shape before it is made"),
    (r"meta tensor|on meta", "a tensor on the device meta holds no numbers: nothing may ask for one"),
    (r"to be on the same device", "two tensors lie on different devices; x.to(...) returns the moved one and leaves x"),
    (r"not implemented for '(Long|Int)'", "whole numbers stand where floats are wanted; are two arguments exchanged?"),
    (r"through the graph a second time", "backward goes once through a loss; compute it anew before the next"),
    (r"size of tensor a|Sizes of tensors must match", "two tensors whose shapes do not fit; print both shapes"),
    (r"in-?place operation", "+=, a name ending in _ or inplace=True writes into what a gradient still needs"),
    (r"must have the same dtype|type .* should be the same|expected scalar type|mixed dtype",
     "float32 meets float64: bring one of the two to the other's type, as by .to(x.dtype)"),
    (r"running_mean should contain", "a norm takes as many channels as the layer before it gives"),
    (r"mat1 and mat2 shapes", "a linear layer takes as many numbers as reach it; print the shape before it"),
    (r"to have \d+ channels, but got", "a layer takes as many channels as the one before it gives"),
)  # fmt: skip


_JOINS = r"(?:np\.|numpy\.)?(?:concatenate|stack|hstack|vstack|dstack|column_stack)"
_MAKES = r"(?:np\.|numpy\.)?(?:zeros|ones|empty|full)"
_TOTALS = r"(?:np\.|numpy\.)?(?:sum|mean|prod|max|min|std|var|any|all|argmax|argmin|cumsum)"
_CALLS = (  # what the message is about, what the line calls, what to say of that call
    (r"positional|scalar index|single value", _JOINS, "{0} takes the arrays together, in one list: {0}([a, b])"),
    (r"as a data type|positional", _MAKES, "the shape is one argument, in brackets of its own: {0}((2, 3))"),
    (r"scalar index|as an integer", _TOTALS, "the second argument of {0} is an axis, no further array"),
)
_SIGNATURE = r"([\w.<>]+)\(\) (?:missing|takes|got an unexpected keyword|got multiple values|requires)"


def often_means(error: Any) -> str:
    """A sentence on what this exception often means, or ""."""
    text = _text(error)
    if isinstance(error, MemoryError) and not text:
        return "This often means: a list or array grows without end; print its length in the loop."
    return next((f"This often means: {say}." for pattern, say in _OFTEN if re.search(pattern, text)), "")


def about_call(error: Any, line: str, own: Collection[str] = (), in_check: bool = False) -> str:
    """A sentence on a call whose arguments do not fit, or "".

    `line` is the source line it stands in, `own` the names the learner defined, `in_check` whether the check made the
    call.
    """
    text = _text(error) if isinstance(error, TypeError) else ""
    say = _about_arrays(text, line) or _about_signature(text, line, own, in_check)
    return f"This often means: {say}." if say else ""


def _text(error: Any) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _about_arrays(text: str, line: str) -> str:
    for about, calls, say in _CALLS:
        found = re.search(rf"(?<![\w.])({calls})\(", line)
        if found and re.search(about, text):
            return say.format(found[1])
    return ""


def _about_signature(text: str, line: str, own: Collection[str], in_check: bool) -> str:
    found = re.search(_SIGNATURE, text)
    if not found:
        return ""
    name = found[1].replace(".<locals>", "").removesuffix(".__init__")
    if name.split(".")[0] not in own:
        called = re.search(rf"[\w.]*\b{name.rpartition('.')[2]}(?=\()", line)
        called = called[0] if called else name
        return f"{called} takes other arguments than this call gives; help({called}) lists them"
    return "compare your `def` line with the task's" if in_check else f"this call does not fit the `def` line of {name}"
