"""The gradient noise scale: how large a batch may be before larger ones bring little.

McCandlish, Kaplan, Amodei and the OpenAI Dota team 2018, "An empirical model of large-batch training".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def noise_scale(gradients: np.ndarray, batch: int) -> float:
    """The noise scale tr(S) / |G|^2 in samples, from gradients (rounds, workers, weights) of `batch` samples each.

    The squared length of a gradient of B samples is |G|^2 + tr(S) / B on average. A worker's gradient has B = batch,
    the workers' mean B = workers * batch: two equations, two unknowns, averaged over the rounds before the division.
    Raises ValueError for fewer than two workers, and when the noise hides the gradient (its estimate is not positive).
    """
    gradients = np.asarray(gradients, dtype=float)
    if gradients.ndim != 3 or gradients.shape[1] < 2:
        raise ValueError(f"noise_scale: needs (rounds, 2 or more workers, weights), got shape {gradients.shape}")
    k = gradients.shape[1]
    small = (gradients**2).sum(-1).mean()
    large = (gradients.mean(1) ** 2).sum(-1).mean()
    noise = (small - large) / (1 / batch - 1 / (k * batch))
    signal = small - noise / batch
    if signal <= 0:
        raise ValueError("noise_scale: the noise hides the gradient; take more rounds or larger batches")
    return noise / signal


def exact_noise_scale(per_sample: np.ndarray) -> float:
    """The same number from the gradients of all single samples (samples, weights): trace of covariance by |mean|^2.

    `per_sample` is the array; the scale is in samples.
    """
    per_sample = np.asarray(per_sample, dtype=float)
    mean = per_sample.mean(0)
    return ((per_sample - mean) ** 2).sum(1).mean() / (mean @ mean)


def steps_needed(batch: Sequence[float], scale: int, fewest: int) -> np.ndarray:
    """Steps to a loss with batches of `batch`: `fewest` * (1 + scale / batch), the model of the paper."""
    return fewest * (1 + scale / np.asarray(batch, dtype=float))
