"""What Python's and NumPy's error messages often mean, for a learner who meets them the first time."""

import re

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
    (
        r"unexpected keyword argument|missing \d+ required|takes \d+ positional",
        "compare your `def` line with the task's",
    ),
    (r"before assignment|cannot access local variable", "a name is set on one path only, or set later in the function"),
    (r"not enough values to unpack|too many values to unpack", "the number of names on the left must fit the right"),
    (r"maximum recursion depth", "the function calls itself without ever reaching its end"),
)


def often_means(error):
    """A sentence on what this exception often means, or ""."""
    try:
        text = str(error)
    except Exception:
        return ""
    return next((f"This often means: {say}." for pattern, say in _OFTEN if re.search(pattern, text)), "")
