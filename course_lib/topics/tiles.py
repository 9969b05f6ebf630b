"""A large image through a dense network piece by piece, with the same answer as in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_lib.autograd.tensor import Tensor, no_grad

if TYPE_CHECKING:
    from course_lib.nn.module import Module


def by_tiles(net: Module, x: np.ndarray, tile: int, margin: int) -> np.ndarray:
    """What `net` says of images x (n, c, h, w), computed in tiles of at most `tile` x `tile` pixels: (n, f, h, w).

    Each tile is cut out with up to `margin` pixels round it, as far as the image goes; the margin's answers are thrown
    away. `net` keeps the size. The result is that of the whole image when `margin` is at least how far a pixel's answer
    looks to each side; networks that shrink by s and come back need tiles and margins that s divides.
    Raises ValueError where `tile` or `margin` is impossible.
    """
    if tile < 1 or margin < 0:
        raise ValueError(f"by_tiles: tile must be at least 1 and margin at least 0, got {tile} and {margin}")
    (h, w), rows = x.shape[2:], []
    for top in range(0, h, tile):
        row = []
        for left in range(0, w, tile):
            above, before = max(0, top - margin), max(0, left - margin)
            with no_grad():
                piece = net(Tensor(x[:, :, above : top + tile + margin, before : left + tile + margin])).data
            i, j = top - above, left - before
            row.append(piece[:, :, i : i + min(tile, h - top), j : j + min(tile, w - left)])
        rows.append(np.concatenate(row, axis=3))
    return np.concatenate(rows, axis=2)
