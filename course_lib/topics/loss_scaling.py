"""Loss scaling: gradients too small for float16 are multiplied up before they are made and divided again after.

Micikevicius and others 2018, "Mixed precision training". The rule for the factor is that of torch.amp.GradScaler.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class LossScale:
    """The factor on the loss: halved when a gradient overflows, doubled after `patience` steps without one.

    `scale` is the first one; `factor` says by how much it changes, 2 being half and double.
    """

    def __init__(self, scale: float = 2.0**16, *, patience: int = 2000, factor: float = 2.0) -> None:
        self.scale, self.patience, self.factor, self.good = float(scale), patience, factor, 0

    def unscale(self, gradients: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """Float32 gradients without the factor, or None when one of them is not finite: then skip this step.

        gradients: a list of arrays of any shapes, of the loss times `scale`.
        """
        gradients = [np.asarray(g, dtype=np.float32) for g in gradients]
        if not all(np.isfinite(g).all() for g in gradients):
            self.scale, self.good = self.scale / self.factor, 0
            return None
        plain = [g / np.float32(self.scale) for g in gradients]
        self.good += 1
        if self.good == self.patience:
            self.scale, self.good = self.scale * self.factor, 0
        return plain


def half_gradient(x: np.ndarray, t: np.ndarray, w: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Gradient of the mean squared error of x @ w in float16, the loss multiplied by `scale`; an array (d,) float16.

    x (n, d), t (n,), w (d,) float32: a copy in float16 is worked with, as on a GPU in mixed precision.
    """
    x, t, w = (np.asarray(a).astype(np.float16) for a in (x, t, w))
    with np.errstate(over="ignore", invalid="ignore"):
        error = (x @ w - t) * np.float16(scale) / np.float16(len(x))
        return (x.T @ error).astype(np.float16)
