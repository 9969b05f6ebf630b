"""Features made by hand, as before features were learned: gradient histograms, words, counts by region.

Dalal and Triggs, "Histograms of oriented gradients for human detection" (2005); Lazebnik, Schmid and Ponce, "Beyond
bags of features: spatial pyramid matching" (2006).
"""

from __future__ import annotations

import itertools

import numpy as np


def gradient_histograms(images: np.ndarray, *, cell: int = 4, bins: int = 8) -> np.ndarray:
    """How much of the gradient points in which direction, around every place: (n, rows, columns, 4 * bins).

    Gradients of images (n, h, w) are central differences; each pixel gives its gradient's length to the two nearest of
    `bins` directions over the full turn. Cells of `cell` pixels a side are laid half a cell apart; a descriptor is 2x2
    neighbouring cells, scaled to length 1 (0 where the image is flat). Raises ValueError where no descriptor fits.
    """
    images = np.asarray(images, np.float32)
    n, h, w = images.shape
    if cell < 2 or cell % 2 or min(h, w) < 2 * cell:
        raise ValueError(f"gradient_histograms: cell must be even and at most half an image of {h}x{w}, got {cell}")
    dy, dx = np.gradient(images, axis=(1, 2))
    length = np.hypot(dx, dy)
    at = np.arctan2(dy, dx) % (2 * np.pi) * (bins / (2 * np.pi))
    low = np.floor(at).astype(int)
    part, step = at - low, cell // 2
    rows, columns = h // step * step, w // step * step
    cells = np.zeros((n, rows // step - 1, columns // step - 1, bins), np.float32)
    for k in range(bins):
        votes = length * ((low % bins == k) * (1 - part) + ((low + 1) % bins == k) * part)
        blocks = votes[:, :rows, :columns].reshape(n, rows // step, step, columns // step, step).sum(axis=(2, 4))
        halves = blocks[:, :-1] + blocks[:, 1:]
        cells[..., k] = halves[:, :, :-1] + halves[:, :, 1:]
    corners = [cells[:, a : a - 2 or None, b : b - 2 or None] for a in (0, 2) for b in (0, 2)]
    return unit_length(np.concatenate(corners, axis=3))


def unit_length(x: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Scale the last axis of x to length 1; vectors shorter than `eps` become nearly 0."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), eps)


def word_strengths(descriptors: np.ndarray, words: np.ndarray) -> np.ndarray:
    """How near descriptors (..., d) are to each of `words` (k, d): mean distance less distance, at least 0; (..., k).

    The "triangle" coding of Coates, Ng and Lee, "An analysis of single-layer networks in unsupervised feature
    learning" (2011): about half of the words are silent.
    """
    flat = descriptors.reshape(-1, descriptors.shape[-1])
    squared = np.sum(flat**2, axis=1)[:, None] - 2 * flat @ words.T + np.sum(words**2, axis=1)
    distance = np.sqrt(np.maximum(squared, 0))
    strength = np.maximum(0, distance.mean(axis=1, keepdims=True) - distance)
    return strength.reshape(*descriptors.shape[:-1], len(words))


def pyramid(strengths: np.ndarray, levels: tuple[int, ...] = (1, 2, 3)) -> np.ndarray:
    """Mean over the image, over its quarters, ninths...: strengths (n, rows, columns, k) as (n, k * sum of level²).

    Each image's features are scaled to length 1. `levels` say into how many rows and columns of regions the image is
    cut. Raises ValueError where a level has more regions than there are places.
    """
    rows, columns = strengths.shape[1:3]
    if max(levels) > min(rows, columns):
        raise ValueError(f"pyramid: {max(levels)} regions do not fit on {rows}x{columns} places")
    parts = []
    for level in levels:
        for top, bottom in _cuts(rows, level):
            for left, right in _cuts(columns, level):
                parts.append(strengths[:, top:bottom, left:right].mean(axis=(1, 2)))
    return unit_length(np.concatenate(parts, axis=1))


def _cuts(size: int, parts: int) -> list[tuple[int, int]]:
    edges = [round(size * k / parts) for k in range(parts + 1)]
    return list(itertools.pairwise(edges))
