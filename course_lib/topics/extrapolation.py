"""How a network errs outside of the region it was trained on, ring by ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def error_beyond(predict: Callable, x: np.ndarray, z: np.ndarray, edges: Sequence[float]) -> np.ndarray:
    """Mean squared error inside the cube -1 ... 1 and in each ring around it: (edges + 1,).

    x (n, d), z (n,), `predict(x)` (n,). The distance beyond the cube is max |x_j| - 1; ring i ends with `edges[i]`,
    which belongs to it. Points beyond the last edge do not count. A ring without points gives nan.
    """
    ring = np.searchsorted([0, *edges], np.max(np.abs(x), axis=1) - 1, side="left")
    count = len(edges) + 1
    total = np.bincount(ring, np.square(z - predict(x)), minlength=count)[:count]
    members = np.bincount(ring, minlength=count)[:count]
    return np.divide(total, members, out=np.full(count, np.nan), where=members > 0)
