"""Element-wise primitives: arithmetic, elementary functions, activations.

A primitive is a plain NumPy function. It takes arrays and returns `(output, vjp)`; `vjp(g)` turns the
gradient of the output into a tuple with one gradient per input, in order. The rules, for this file and for
every other file of primitives:

- Inputs are positional arrays, everything without a gradient is a keyword.
- A gradient may have the *broadcast* shape of its input; `Tensor.backward` sums it back (un-broadcasting
  lives there).
- `vjp` returns fresh arrays, or `g` itself, or views; it never writes into `g` or into an input, and may be
  called twice.
- A primitive that can save work takes `needs`, one flag per input, and may return None where the flag is
  False.
- Memory order is kept (NumPy's ufuncs do so): logical (n, c, h, w) may lie batch-last in memory, because
  convolution is fastest that way. Python numbers are the only scalars, so that float32 stays float32.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from course_lib.ops.memory import room
from course_lib.ops.primitive import Flags, Gradients, Result

BOTH = (True, True)


# ---------------------------------------------------------------- arithmetic


def add(a: np.ndarray, b: np.ndarray) -> Result:
    """a + b."""
    return np.add(a, b, out=room(a, b)), lambda g: (g, g)


def sub(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """a - b."""
    return a - b, lambda g: (g, -g if needs[1] else None)


def mul(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """a * b."""
    return a * b, lambda g: (g * b if needs[0] else None, g * a if needs[1] else None)


def div(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """a / b."""
    out = a / b
    return out, lambda g: (g / b if needs[0] else None, -g * out / b if needs[1] else None)


def remainder(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """a modulo b, with the sign of b; between its jumps it falls by floor(a / b) for each 1 of b."""
    _refuse_zeros("remainder", a, b)
    with np.errstate(invalid="ignore", divide="ignore"):
        out = a % b
    return out, lambda g: (g, -g * np.floor_divide(a, b) if needs[1] else None)


def floor_divide(a: np.ndarray, b: np.ndarray) -> Result:
    """a / b rounded down; flat between its jumps, and without a gradient."""
    _refuse_zeros("floor_divide", a, b)
    with np.errstate(invalid="ignore", divide="ignore"):
        return a // b, lambda g: (None, None)


def _refuse_zeros(name: str, a: np.ndarray, b: np.ndarray) -> None:
    """Whole numbers have no infinity: NumPy would say 0."""
    if np.result_type(a, b).kind in "iub" and not b.all():
        raise ValueError(f"{name}: whole numbers cannot be divided by 0, got a 0 on the right; write x.float()")


def neg(a: np.ndarray) -> Result:
    """-a."""
    return -a, lambda g: (-g,)


def power(a: np.ndarray, b: np.ndarray, *, needs: Flags = BOTH) -> Result:
    """a ** b. A zero exponent has gradient 0, and 0 ** b with b >= 0 has gradient 0 for b, as in torch."""
    a = a.astype(np.int64) if a.dtype.kind == "b" else a
    if a.dtype.kind in "iu" and b.dtype.kind in "iu" and (b < 0).any():
        raise ValueError("power: whole numbers have no negative power here, got one below 0; write t.float()")
    squared = b.ndim == 0 and b == 2
    with np.errstate(divide="ignore", invalid="ignore"):
        out = a * a if squared else a**b

    def vjp(g: np.ndarray) -> Gradients:
        da = db = None
        with np.errstate(divide="ignore", invalid="ignore"):
            if needs[0]:
                da = g * a * 2 if squared else np.where(b == 0, 0, g * b * a ** (b - 1))
            if needs[1]:
                db = g * np.where((a == 0) & (b >= 0), 0, out * np.log(a))
        return da, db

    return out, vjp


def maximum(a: np.ndarray, b: np.ndarray) -> Result:
    """The larger of a and b; a tie shares the gradient equally."""
    return np.maximum(a, b), lambda g: _share(g, a >= b, a <= b)


def minimum(a: np.ndarray, b: np.ndarray) -> Result:
    """The smaller of a and b; a tie shares the gradient equally."""
    return np.minimum(a, b), lambda g: _share(g, a <= b, a >= b)


def _share(g: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of what was chosen, halved where both were; beside NaN neither is smaller, and both get it."""
    g = np.where(first & second, g / 2, g)
    return np.where(second & ~first, 0, g), np.where(first & ~second, 0, g)


def where(a: np.ndarray, b: np.ndarray, *, condition: np.ndarray) -> Result:
    """a where `condition` holds, else b."""
    return np.where(condition, a, b), lambda g: (np.where(condition, g, 0), np.where(condition, 0, g))


def clip(a: np.ndarray, *, low: float | None = None, high: float | None = None) -> Result:
    """a limited to [low, high]; the gradient passes inside and on the limits."""
    out = np.clip(a, low, high)
    crossed = low is not None and high is not None and low > high  # then all are `high`, whatever they were
    return out, lambda g: (np.where(out == a, 0 if crossed else g, 0),)


# ------------------------------------------------------- elementary functions


def exp(a: np.ndarray) -> Result:
    """e to the a."""
    out = np.exp(a)
    return out, lambda g: (g * out,)


def log(a: np.ndarray) -> Result:
    """Natural logarithm."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.log(a)
    return out, lambda g: (_divide(g, a),)


def sqrt(a: np.ndarray) -> Result:
    """Square root."""
    with np.errstate(invalid="ignore"):
        out = np.sqrt(a)
    return out, lambda g: (_divide(g, 2 * out),)


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b without a warning at 0: an infinite gradient is the right answer there."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return a / b


def abs(a: np.ndarray) -> Result:
    """Magnitude; gradient 0 at 0, and where there is no number."""
    return np.abs(a), lambda g: (g * sign_of(a),)


def sign_of(a: np.ndarray) -> np.ndarray:
    """-1, 0 or 1 for every element; 0 for NaN, so that a gradient ends there, as in torch."""
    return np.where(np.isnan(a), 0, np.sign(a))


def sin(a: np.ndarray) -> Result:
    """Sine."""
    return np.sin(a), lambda g: (g * np.cos(a),)


def cos(a: np.ndarray) -> Result:
    """Cosine."""
    return np.cos(a), lambda g: (-g * np.sin(a),)


def tanh(a: np.ndarray) -> Result:
    """Hyperbolic tangent."""
    out = np.tanh(a)
    return out, lambda g: (g * (1 - out * out),)


# ---------------------------------------------------------------- activations


def sigmoid(a: np.ndarray) -> Result:
    """1 / (1 + exp(-a)); the overflow of exp far on the left gives the right limit, 0."""
    out = sigmoid_of(a)
    return out, lambda g: (g * (out * (1 - out)),)


def sigmoid_of(a: np.ndarray) -> np.ndarray:
    """The values of the logistic function, in one new array."""
    a = a if a.dtype.kind == "f" else a.astype(np.float32)
    out = np.negative(a, out=np.empty_like(a))
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


def softplus(a: np.ndarray, *, beta: float = 1.0, threshold: float = 20.0) -> Result:
    """log(1 + exp(beta a)) / beta, and a itself where beta a > threshold."""
    scaled = beta * a
    linear = scaled > threshold
    out = np.where(linear, a, (np.maximum(scaled, 0) + np.log1p(np.exp(-np.abs(scaled)))) / beta)
    return out, lambda g: (np.where(linear, g, g * sigmoid_of(scaled)),)


def relu(a: np.ndarray) -> Result:
    """max(a, 0); gradient 0 at 0."""
    if a.dtype.kind == "f" and a.size > 3000:
        out = a.clip(0, np.inf, out=room(a))  # as np.maximum(a, 0), which has no vector code but less to begin with
    else:
        out = np.maximum(a, 0)
    return out, lambda g: (np.multiply(g, out != 0, out=room(g)),)  # not out > 0: through NaN a gradient goes on


def leaky_relu(a: np.ndarray, *, negative_slope: float = 0.01) -> Result:
    """a where positive, else negative_slope * a."""
    positive = a > 0
    return np.where(positive, a, a * negative_slope), lambda g: (np.where(positive, g, g * negative_slope),)


def elu(a: np.ndarray, *, alpha: float = 1.0) -> Result:
    """a where positive, else alpha (exp(a) - 1). Clevert et al. 2015."""
    positive = ~(a <= 0)  # NaN stays NaN, and its gradient goes on
    below = alpha * np.expm1(np.minimum(a, 0))
    return np.where(positive, a, below), lambda g: (np.where(positive, g, g * (below + alpha)),)


def silu(a: np.ndarray) -> Result:
    """a times sigmoid(a). Hendrycks and Gimpel 2016, Elfwing et al. 2018."""
    gate = sigmoid_of(a)
    return a * gate, lambda g: (g * (gate * (1 + a * (1 - gate))),)


def gelu(a: np.ndarray, *, approximate: str = "none") -> Result:
    """a times the normal distribution function at a, or its tanh approximation. Hendrycks and Gimpel 2016.

    `approximate` is "none" or "tanh".
    """
    if approximate == "tanh":
        slope = 0.7978845608028654  # sqrt(2 / pi)
        t = np.tanh(slope * (a + 0.044715 * a**3))
        inner = slope * (1 + 3 * 0.044715 * a * a)
        return 0.5 * a * (1 + t), lambda g: (g * (0.5 * (1 + t) + 0.5 * a * (1 - t * t) * inner),)
    if approximate != "none":
        raise ValueError(f"gelu: approximate is 'none' or 'tanh', got {approximate!r}")
    below = 0.5 * (1 + erf(a * 0.7071067811865476))
    density = 0.3989422804014327 * np.exp(-0.5 * a * a)
    return a * below, lambda g: (g * (below + a * density),)


def erf(a: np.ndarray) -> np.ndarray:
    """Error function of an array, to about 1e-15: NumPy has none. A Chebyshev series of `math.erf` over [-6, 6]."""
    x = np.clip(a, -6, 6) / 6
    coefficients = _erf_series()
    # Clenshaw's rule; erf is odd, so only odd terms are kept and the recurrence runs in T2 = cos(2 arccos x).
    twice = 4 * x * x - 2
    now = after = np.zeros_like(x)
    for c in reversed(coefficients):
        now, after = twice * now - after + c, now
    return np.where(np.abs(a) < 6, x * (now - after), np.sign(a))


@cache
def _erf_series(terms: int = 60) -> list[float]:
    """Chebyshev coefficients (odd ones) of erf(6 x), as Python floats so that float32 stays float32."""
    from math import cos, erf, fsum, pi

    nodes = [pi * (k + 0.5) / (4 * terms) for k in range(4 * terms)]
    values = [erf(6 * cos(t)) for t in nodes]
    return [
        fsum(v * cos((2 * j + 1) * t) for v, t in zip(values, nodes, strict=True)) / (2 * terms) for j in range(terms)
    ]
