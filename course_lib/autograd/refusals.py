"""What NumPy refuses, in our words: sentences about shapes and kinds that do not go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.arithmetic import shown


def about_values(name: str, arrays: Sequence[np.ndarray], text: str) -> str:
    """A primitive's own sentence as it is; NumPy's complaint in our words.

    `name` is the primitive's, `arrays` are what it was given, any shapes, `text` is what NumPy said.
    """
    if text.startswith(f"{name}: "):
        return text
    if "used as indices must be" in text or "only integers, slices" in text:
        text = "positions must be whole numbers, booleans, slices or None; floats become whole numbers by t.long()"
    if "broadcast" in text:
        shapes = " and ".join(str(a.shape) for a in arrays)
        text = f"shapes {shapes} do not fit together: counted from the last axis, sizes must be equal or 1"
    return f"{name}: {text}"


def about_kinds(name: str, arrays: Sequence[np.ndarray], params: dict[str, Any]) -> str:
    """What a primitive cannot work with: its inputs, or else its settings.

    `name` is the primitive's, `arrays` are what it was given, any shapes, `params` its settings by name.
    """
    if arrays[0].dtype.kind != "f":
        return f"{name}: needs {'numbers' if arrays[0].dtype.kind == 'b' else 'floats'}, got dtype {arrays[0].dtype}"
    settings = ", ".join(f"{k}={v!r}" for k, v in params.items() if not isinstance(v, np.ndarray))
    return f"{name}: settings must be numbers, got {settings}"


def must_hold_arrays(name: str, inputs: Sequence[Any]) -> None:
    """A TypeError if the `data` of a Tensor is no array; `name` is the primitive's that was given `inputs`."""
    for x in inputs:
        if hasattr(x, "requires_grad") and not isinstance(x.data, (np.ndarray, np.generic)):
            got, write = shown(x.data), "w.data = w.data - ..., with arrays on both sides"
            raise TypeError(f"{name}: .data must be an array, got {got}; write {write}") from None


def kind_of(x: Any) -> str:
    """What a sentence calls the kind of `x`: its dtype, or its class."""
    return f"dtype {x.dtype}" if hasattr(x, "dtype") else type(x).__name__


def about_rows(data: Any) -> str:
    """What is wrong with `data`, nested lists that make no array: lengths that differ, or what they hold."""
    lengths = [len(row) for row in data if hasattr(row, "__len__")] if isinstance(data, (list, tuple)) else []
    return f"lengths {', '.join(map(str, lengths[:5]))}" if len(set(lengths)) > 1 else f"{str(data)[:40]}"
