"""Generated street scenes: small figures before clutter, with a box around each. For detection."""

from __future__ import annotations

import numpy as np

from course_lib.data.scenes import poses
from course_lib.nn.init import generator

PERSON = (24, 16)  # height and width of the window a person stands in


def people(n: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Windows (n, 24, 16) of grey figures, and where the figure is, (n, 24, 16) of bool."""
    generator("people", rng)
    depth, grey, _ = poses(n, size=28, rng=rng)
    tall, wide = PERSON
    inside = depth[:, 0] > 0
    shade = grey[:, 0]
    out, where = np.zeros((n, *PERSON), np.float32), np.zeros((n, *PERSON), bool)
    for k in range(n):
        rows, columns = np.nonzero(inside[k])
        top, left = (rows.min() + rows.max() + 1 - tall) // 2, (columns.min() + columns.max() + 1 - wide) // 2
        r, c = np.clip(np.arange(tall) + top, 0, 27), np.clip(np.arange(wide) + left, 0, 27)
        there = (np.arange(tall) + top == r)[:, None] & (np.arange(wide) + left == c)
        where[k] = inside[k][np.ix_(r, c)] & there
        out[k] = np.where(where[k], shade[k][np.ix_(r, c)], 0)
    return out, where


def streets(
    n: int, *, size: tuple[int, int] = (48, 72), most: int = 4, rng: np.random.Generator
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Grey scenes (n, 1, h, w), float32 about 0..1, and for each the boxes (k, 4) around its 1 to `most` figures.

    A box is (left, top, right, bottom), always 24 high and 16 wide, the figure in its middle. A figure may stand in
    front of another, but no two corners lie within 6 pixels both down and across.

    `size` is (h, w).
    """
    generator("streets", rng)
    h, w = size
    images = _clutter(n, h, w, rng)
    boxes = []
    for image in images:
        many, placed, found = int(rng.integers(1, most + 1)), [], []
        shades, inside = people(many, rng=rng)
        for shade, there in zip(shades, inside, strict=True):
            top, left = rng.integers(0, h - PERSON[0] + 1), rng.integers(0, w - PERSON[1] + 1)
            if any(abs(top - t) < 6 and abs(left - c) < 6 for t, c in placed):
                continue
            placed.append((top, left))
            image[top : top + PERSON[0], left : left + PERSON[1]][there] = shade[there]
            found.append((left, top, left + PERSON[1], top + PERSON[0]))
        boxes.append(np.array(found, float))
    images += (0.03 * rng.standard_normal(images.shape)).astype(np.float32)
    return images[:, None], boxes


def _clutter(n: int, h: int, w: int, rng: np.random.Generator) -> np.ndarray:
    """Backgrounds (n, h, w): a wall, bars in all directions, and posts as tall as a person."""
    y, x = np.mgrid[:h, :w]
    out = np.repeat(rng.uniform(0.2, 0.8, (n, 1, 1)), h, 1).repeat(w, 2).astype(np.float32)
    for image in out:
        for _ in range(5):
            angle, where = rng.uniform(0, np.pi), rng.uniform(0, w)
            image[np.abs(np.cos(angle) * x + np.sin(angle) * y - where) < rng.uniform(0.5, 3)] = rng.uniform(0.1, 0.9)
        for _ in range(3):
            top, left = rng.integers(0, h - 20), rng.integers(0, w - 6)
            image[top : top + rng.integers(12, 20), left : left + rng.integers(2, 6)] = rng.uniform(0.1, 0.9)
    return out
