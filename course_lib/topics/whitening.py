"""Decorrelate and scale inputs: PCA and ZCA whitening, always with the statistics of the training set."""

from __future__ import annotations

import numpy as np


def principal_axes(train: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Mean (d,), unit axes (d, d) as rows and variances (d,), largest first, of `train` (n, d).

    An axis' sign is free; ours makes its largest entry positive. Raises ValueError for anything but (n, d), n >= 2.
    """
    train = np.asarray(train)
    if train.ndim != 2 or len(train) < 2:
        raise ValueError(f"principal_axes: expected samples (n, d) with n of at least 2, got shape {train.shape}")
    mean = train.mean(axis=0)
    centred = train - mean
    variances, axes = np.linalg.eigh(centred.T @ centred / len(train))
    variances, axes = np.maximum(variances[::-1], 0), axes.T[::-1]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    return mean, axes * signs[:, None], variances


def whitening(train: np.ndarray, *, kind: str = "zca", epsilon: float = 1e-5) -> tuple[np.ndarray, np.ndarray]:
    """Mean (d,) and matrix (d, d) so that (x - mean) @ matrix.T has covariance one; `epsilon` is added to variances.

    kind="pca" leaves the data along its principal axes; "zca" turns them back, so that a whitened image still looks
    like one (Bell and Sejnowski, "The independent components of natural scenes are edge filters", 1997). `train` (n,
    d). Raises ValueError for another kind, and as `principal_axes`.
    """
    if kind not in ("pca", "zca"):
        raise ValueError(f"whitening: kind is 'pca' or 'zca', got {kind!r}")
    mean, axes, variances = principal_axes(train)
    matrix = axes / np.sqrt(variances + epsilon)[:, None]
    return mean, axes.T @ matrix if kind == "zca" else matrix


def whiten(
    train: np.ndarray, *others: np.ndarray, kind: str = "zca", epsilon: float = 1e-5
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """`train` (n, d) whitened, and `others` with the training set's statistics; one array, or a tuple.

    `kind` and `epsilon` are those of `whitening`; others (m, d).
    """
    mean, matrix = whitening(train, kind=kind, epsilon=epsilon)
    out = tuple((np.asarray(x) - mean) @ matrix.T for x in (train, *others))
    return out if others else out[0]
