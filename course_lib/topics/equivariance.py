"""How far a map of images is from equivariance: moving the image first or its result afterwards should be the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def gap(f: Callable, x: np.ndarray, move: tuple[int, int], stride: int = 1, margin: int = 0) -> float:
    """Largest difference between f of the moved images x (n, c, h, w) and the moved f(x), over the largest |f(x)|.

    `move` is (down, right) in pixels of f(x), so images move by `stride` times that; both move round in a circle.
    `margin` pixels at every border of f(x) are left out. 0 for an equivariant f.
    """
    after, before = _moved(f(x), *move), f(_moved(x, *(stride * m for m in move)))
    h, w = after.shape[2:]
    inside = np.s_[:, :, margin : h - margin, margin : w - margin]
    return float(np.max(np.abs(after - before)[inside]) / np.max(np.abs(after[inside])))


def _moved(x: np.ndarray, down: int, right: int) -> np.ndarray:
    """x (n, c, h, w) moved in a circle: what was at row 0 stands at row `down`."""
    rows, columns = (np.arange(size) - step for size, step in zip(x.shape[2:], (down, right), strict=True))
    return x.take(rows, axis=2, mode="wrap").take(columns, axis=3, mode="wrap")
