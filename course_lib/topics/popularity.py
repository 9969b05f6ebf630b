"""A score from an image with noise of known size, so that nobody can predict it better than a known R²."""

from __future__ import annotations

import numpy as np

from course_lib.data.scenes import shapes


def popularity(
    n: int, *, noise: float = 1.0, size: int = 24, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images (n, 1, size, size), log(1 + likes) (n,), and what the image determines of it (n,), its expectation.

    The expectation is 5 + signal: the more of the picture shapes cover, and the brighter its left half beside its right
    half, the higher; the signal has a variance of about 0.8. Mood and luck of the crowd add Gaussian `noise` (a
    standard deviation).
    """
    images, masks = shapes(n, size=size, rng=rng)
    cover = (masks > 0).mean((1, 2))
    tilt = images[:, 0, :, : size // 2].mean((1, 2)) - images[:, 0, :, size // 2 :].mean((1, 2))
    expected = 5 + 10.0 * (cover - 0.16) + 4.0 * tilt
    return images, expected + noise * rng.standard_normal(n), expected


def r_squared(predicted: np.ndarray, target: np.ndarray) -> float:
    """1 - squared error / squared error of the mean; both (n,). 1 is perfect, 0 no better than the mean.

    `predicted` and `target` are arrays.
    """
    return 1 - np.square(predicted - target).sum() / np.square(target - target.mean()).sum()
