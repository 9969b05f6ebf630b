"""Inputs and the weights they meet: floats of one kind, and what to write where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.autograd.tensor import Tensor, as_tensor


def one_dtype(name: str, input: Any, *learned: Any) -> Tensor:
    """`input` as a Tensor; a TypeError unless its floats are of the kind of the weights it is to meet (None: none).

    Integers take the kind of the weights.

    `learned` are the weights; `name` is the layer that the sentence begins with.
    """
    input = as_tensor(input)
    for w in learned:
        if isinstance(w, Tensor) and w.data is None:
            raise TypeError(
                f"{name}: .data of a weight must be an array, got None; for no bias write layer.bias = None"
            )
        kind = input.dtype if w is None else as_tensor(w).dtype
        if input.dtype.kind == kind.kind == "f" and input.dtype != kind:
            raise TypeError(
                f"{name}: input and weights must have one dtype, got {input.dtype} and {kind}; write "
                f"{'input.float()' if kind == np.float32 else 'input.double()'} (of an array input.astype(np.{kind})), "
                f"or change the layer by {'model.double()' if input.dtype == np.float64 else 'model.float()'}"
            )
    return input
