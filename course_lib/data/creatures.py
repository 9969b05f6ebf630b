"""Generated pictures for the question "animal or not": silhouettes on a cluttered ground, as many as you like.

They stand in for photographs, which the course does not carry. Drawn in units of the picture's half side, right and
down from its middle; every part is jittered, every figure scaled, turned a little, mirrored and moved.
"""

from __future__ import annotations

import numpy as np

from course_lib.nn.init import generator

E, B, T = "ellipse", "bar", "triangle"  # centre and half axes; two ends and half the width; three corners
FIGURES = {
    "four-legged": (
        (E, 0.0, -0.05, 0.5, 0.24),
        (E, 0.62, -0.38, 0.2, 0.15),
        (B, 0.4, -0.1, 0.58, -0.36, 0.11),
        (B, -0.38, 0.1, -0.42, 0.6, 0.07),
        (B, -0.22, 0.1, -0.2, 0.6, 0.07),
        (B, 0.24, 0.1, 0.22, 0.6, 0.07),
        (B, 0.4, 0.1, 0.44, 0.6, 0.07),
        (B, -0.46, -0.15, -0.75, -0.35, 0.05),
    ),
    "bird": (
        (E, 0.0, 0.05, 0.42, 0.26),
        (E, 0.42, -0.28, 0.18, 0.17),
        (T, 0.56, -0.34, 0.56, -0.2, 0.84, -0.25),
        (T, -0.3, -0.05, -0.36, 0.15, -0.85, -0.15),
        (B, -0.05, 0.25, -0.05, 0.62, 0.04),
        (B, 0.12, 0.25, 0.12, 0.62, 0.04),
    ),
    "fish": (
        (E, 0.08, 0.0, 0.55, 0.27),
        (T, -0.4, 0.0, -0.8, -0.32, -0.8, 0.32),
        (T, 0.0, -0.2, 0.25, -0.2, 0.0, -0.48),
    ),
    "table": (
        (B, -0.65, -0.22, 0.65, -0.22, 0.09),
        (B, -0.55, -0.2, -0.55, 0.6, 0.07),
        (B, 0.55, -0.2, 0.55, 0.6, 0.07),
        (B, -0.3, -0.2, -0.3, 0.5, 0.05),
        (B, 0.3, -0.2, 0.3, 0.5, 0.05),
    ),
    "house": (
        (T, -0.65, -0.1, 0.65, -0.1, 0.0, -0.72),
        (B, -0.48, 0.24, 0.48, 0.24, 0.36),
        (B, 0.28, -0.6, 0.28, -0.35, 0.08),
    ),
    "tree": (
        (B, 0.0, 0.0, 0.0, 0.65, 0.09),
        (E, 0.0, -0.28, 0.45, 0.38),
        (E, -0.25, -0.05, 0.26, 0.22),
        (E, 0.25, -0.08, 0.26, 0.22),
    ),
    "car": (
        (B, -0.55, 0.12, 0.55, 0.12, 0.18),
        (B, -0.22, -0.14, 0.25, -0.14, 0.15),
        (E, -0.4, 0.36, 0.16, 0.16),
        (E, 0.4, 0.36, 0.16, 0.16),
    ),
}
KINDS = tuple(FIGURES)
ANIMALS = KINDS[:3]


def creatures(
    n: int, *, size: int = 24, noise: float = 0.1, animals: float = 0.5, dark: float = 0.5, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grey images (n, 1, size, size) float32 within 0..1, labels (n,) 1 for an animal, and kinds (n,), into KINDS.

    `animals` is the share of animals, rounded to whole pictures; `dark` the probability that a figure is darker than
    its ground, in which two or three bars lie. Raises ValueError for a share outside 0..1 or a size below 8.

    `noise` is the standard deviation of what is added to every pixel.
    """
    generator("creatures", rng)
    if not 0 <= animals <= 1 or size < 8:
        raise ValueError(f"creatures: animals must lie within 0..1 and size be at least 8, got {animals} and {size}")
    t = rng.permutation((np.arange(n) < round(animals * n)).astype(np.int64))
    kinds = np.where(t == 1, rng.integers(0, len(ANIMALS), n), rng.integers(len(ANIMALS), len(KINDS), n))
    v, u = (np.mgrid[:size, :size] + 0.5) / (size / 2) - 1
    images = np.empty((n, 1, size, size), np.float32)
    for k in range(n):
        ground, ink = _two_greys(dark, rng)
        images[k, 0] = ground
        for _ in range(rng.integers(2, 4)):
            images[k, 0][_band(u, v, rng)] = np.clip(ground + rng.uniform(-0.18, 0.18), 0, 1)
        images[k, 0][_figure(KINDS[kinds[k]], u, v, rng)] = ink
    images += (noise * rng.standard_normal(images.shape)).astype(np.float32)
    return np.clip(images, 0, 1), t, kinds


def tag(images: np.ndarray) -> np.ndarray:
    """The images (n, 1, h, w) with a white mark on black in the lower left corner, as a photographer's tag; a copy."""
    marked = np.array(images)
    marked[..., -5:-1, 1:5] = 0
    marked[..., -4:-2, 2:4] = 1
    return marked


def _two_greys(dark: float, rng: np.random.Generator) -> tuple[float, float]:
    """Grey of the ground and of the figure, 0.35 to 0.6 apart."""
    apart = rng.uniform(0.35, 0.6)
    low = rng.uniform(0.05, 0.95 - apart)
    pair = low, low + apart
    return pair[::-1] if rng.random() < dark else pair


def _band(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle, where = rng.uniform(0, np.pi), rng.uniform(-1, 1)
    return np.abs(np.cos(angle) * u + np.sin(angle) * v - where) < rng.uniform(0.05, 0.15)


def _figure(kind: str, u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which pixels the figure covers, after a random move, turn, scale and mirror."""
    turn, scale = rng.normal() * 0.12, rng.uniform(0.7, 1.05)
    u, v = u - rng.uniform(-0.2, 0.2), v - rng.uniform(-0.2, 0.2)
    u, v = (np.cos(turn) * u + np.sin(turn) * v) / scale, (np.cos(turn) * v - np.sin(turn) * u) / scale
    u = u if rng.random() < 0.5 else -u
    return np.any([_part(shape, p + 0.03 * rng.normal(size=len(p)), u, v) for shape, *p in FIGURES[kind]], axis=0)


def _part(shape: str, p: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    if shape == E:
        return ((u - p[0]) / p[2]) ** 2 + ((v - p[1]) / p[3]) ** 2 <= 1
    if shape == B:
        du, dv = p[2] - p[0], p[3] - p[1]
        along = np.clip(((u - p[0]) * du + (v - p[1]) * dv) / (du * du + dv * dv), 0, 1)
        return np.hypot(u - p[0] - along * du, v - p[1] - along * dv) <= max(p[4], 0.04)
    corners = np.reshape(p, (3, 2))
    sides = [
        (b[0] - a[0]) * (v - a[1]) - (b[1] - a[1]) * (u - a[0])
        for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)
    ]
    return np.all(np.array(sides) >= 0, axis=0) | np.all(np.array(sides) <= 0, axis=0)
