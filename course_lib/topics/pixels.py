"""A grey image as data: how alike neighbouring pixels are, and brightness as a function of the place."""

from __future__ import annotations

import numpy as np

from course_lib.data.generated import standardise


def neighbour_correlation(image: np.ndarray, d: int) -> float:
    """Correlation, -1 to 1, between the pixels of `image` (h, w) and those `d` columns to the right of them.

    Raises ValueError unless 0 <= d < w.
    """
    width = image.shape[1]
    if not 0 <= d < width:
        raise ValueError(f"neighbour_correlation: d must be from 0 to {width - 1} for {width} columns, got {d}")
    return np.corrcoef(image[:, : width - d].ravel(), image[:, d:].ravel())[0, 1]


def places(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Training set of an image (h, w), both at least 2: x (h·w, 2), z (h·w,), and (mean, std) to go back.

    x is the place (across, down) from -1 to 1, z the brightness of mean 0 and variance 1, both row after row.
    """
    h, w = image.shape
    row, column = np.indices(image.shape).reshape(2, -1)
    x = np.stack([2 * column / (w - 1) - 1, 2 * row / (h - 1) - 1], axis=1)
    return x, standardise(np.ravel(image)), (np.mean(image), np.std(image))
