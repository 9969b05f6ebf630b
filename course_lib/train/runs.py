"""What several runs of one experiment say together: their mean, and how far it may be off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def mean_and_error(values: ArrayLike, axis: int = -1) -> tuple[np.ndarray, np.ndarray]:
    """Mean over `axis` (the runs) and its standard error: the standard deviation over runs, ddof 1, by √runs.

    Returns two arrays without `axis`. Two means differ clearly when their difference is well above the root of the sum
    of the squares of their errors. One run has no error: 0 runs or 1 raise ValueError.

    `values` is an array with one number for each run along `axis`.
    """
    values = np.asarray(values, dtype=float)
    runs = values.shape[axis] if values.ndim else 1
    if runs < 2:
        raise ValueError(f"mean_and_error: an error needs at least 2 runs, got {runs}")
    return values.mean(axis=axis), values.std(axis=axis, ddof=1) / np.sqrt(runs)


def plus_minus(values: ArrayLike, digits: int = 3, scale: float = 1) -> str:
    """Mean ± standard error over runs (n,) as text, times `scale`: 100 for per cent. One run gives its number alone.

    `values` are the runs' numbers, `digits` how many stand behind the point.
    """
    values = scale * np.asarray(values, dtype=float).ravel()
    if len(values) < 2:
        return f"{values.mean():.{digits}f}"
    mean, error = mean_and_error(values)
    return f"{mean:.{digits}f} ± {error:.{digits}f}"
