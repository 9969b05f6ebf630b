"""A set of digits as it may come from strangers: other exposures, negatives, wrong labels, empty frames (lesson 08)."""

import numpy as np


def photographed(pictures: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Pictures (n, h, w), 0 to 255, each with its own contrast and brightness, two in five as negatives; uint8.

    `pictures` stay as they are; the deviation of the noise is 3 grey values.
    """
    n = len(pictures)
    contrast = rng.uniform(0.12, 1, n) * rng.choice([-1, 1], n, p=[0.4, 0.6])
    paper = rng.uniform(0, 1, n) * (1 - np.abs(contrast)) + np.maximum(-contrast, 0)
    seen = 255 * paper[:, None, None] + contrast[:, None, None] * pictures + 3 * rng.normal(size=pictures.shape)
    return np.rint(np.clip(seen, 0, 255)).astype(np.uint8)


def collected(
    pictures: np.ndarray,
    labels: np.ndarray,
    n: int,
    *,
    wrong: float = 0.25,
    empty: int = 30,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """n of the pictures (m, h, w), photographed, with labels (n,); some labels are redrawn, some frames are empty."""
    rows = rng.permutation(len(pictures))[:n]
    x, t = pictures[rows].astype(float), labels[rows].copy()
    bad = rng.permutation(n)[: int(wrong * n)]
    t[bad] = rng.integers(0, 10, len(bad))
    x[rng.permutation(n)[:empty]] = 0
    return photographed(x, rng=rng), t
