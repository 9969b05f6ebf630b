"""Initial weights: (shape, rng) -> array. Deep networks learn only if signals neither die nor explode on the
way.

Weights are (out, in) or (out, in, kh, kw) as in torch; fan-in is the number of inputs of one unit, fan-out
the number of units one input reaches (times the kernel's area).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.absent import module_getattr
from course_lib.autograd.keywords import named_functions
from course_lib.autograd.torch_names import INIT

__all__ = ["fans", "gain", "generator", "msr", "xavier"]

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}


def generator(name: str, rng: Any) -> np.random.Generator:
    """`rng` itself, when it is a NumPy generator; else one sentence that says what to write.

    `name` is the layer or function that the sentence begins with.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name}: needs rng=, a NumPy generator, so that its seed decides all, got {shown(rng)}; write "
            f"rng = np.random.default_rng(0) once, then rng=rng"
        )
    return rng


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight of `shape`; with groups, shape[1] already counts one group's channels."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"fans: needs the shape of a weight, got {shown(shape)}; write w.data = msr(w.shape, rng=rng)")
    if len(shape) < 2:
        raise ValueError(f"fans: a weight needs at least 2 axes (out, in, ...), got shape {tuple(shape)}")
    area = math.prod(shape[2:])
    return shape[1] * area, shape[0] * area


def gain(nonlinearity: str, negative_slope: float = 0.01) -> float:
    """By how much to widen the weights before `nonlinearity`, so that the signal keeps its size.

    `negative_slope` is that of "leaky_relu". ValueError for a name that is not known.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + negative_slope**2))
    if nonlinearity not in GAINS:
        raise ValueError(f"gain: nonlinearity must be one of {[*GAINS, 'leaky_relu']}, got {nonlinearity!r}")
    return GAINS[nonlinearity]


def xavier(
    shape: Sequence[int], *, rng: np.random.Generator, gain: float = 1.0, uniform: bool = False, dtype: Any = np.float32
) -> np.ndarray:
    """Variance gain^2 * 2 / (fan_in + fan_out), normal or uniform. Glorot and Bengio 2010.

    shape: (out, in, ...), of the weight.
    rng: the NumPy generator that draws.
    gain: by how much wider, see `gain`.
    uniform: whether uniform or normal.
    dtype: of the array that comes back.
    """
    return _draw(shape, gain * math.sqrt(2 / max(sum(fans(shape)), 1)), rng, uniform, dtype)


def msr(
    shape: Sequence[int], *, rng: np.random.Generator, gain: float = GAINS["relu"], uniform: bool = False,
    mode: str = "fan_in", dtype: Any = np.float32,
) -> np.ndarray:  # fmt: skip
    """Variance gain^2 / fan_in (or fan_out), normal or uniform; the gain is that of ReLU. He et al. 2015.

    shape: (out, in, ...), of the weight.
    rng: the NumPy generator that draws.
    gain, uniform, dtype: as in `xavier`.
    mode: "fan_in" keeps the size of signals, "fan_out" that of gradients.
    """
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"msr: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    fan = fans(shape)[mode == "fan_out"]
    return _draw(shape, gain / math.sqrt(max(fan, 1)), rng, uniform, dtype)


def _draw(shape: Sequence[int], deviation: float, rng: np.random.Generator, uniform: bool, dtype: Any) -> np.ndarray:
    """Numbers of mean 0 and the given standard deviation."""
    rng = generator("init", rng)
    if uniform:
        limit = math.sqrt(3) * deviation
        return rng.uniform(-limit, limit, shape).astype(dtype)
    return (rng.standard_normal(shape) * deviation).astype(dtype)


__getattr__ = module_getattr(__name__, "init", INIT)


named_functions(globals())
