"""Letters drawn by hand, as many as wanted: eight kinds of a few strokes each, anywhere in a small grey image."""

from typing import Any

import numpy as np

from course_lib.nn.init import generator

STROKES = {  # from (x, y) to (x, y), within a square of half side 1; y runs downwards
    "L": (((-1, -1), (-1, 1)), ((-1, 1), (0.7, 1))),
    "T": (((-1, -1), (1, -1)), ((0, -1), (0, 1))),
    "U": (((-1, -1), (-1, 1)), ((-1, 1), (1, 1)), ((1, 1), (1, -1))),
    "X": (((-1, -1), (1, 1)), ((-1, 1), (1, -1))),
    "Z": (((-1, -1), (1, -1)), ((1, -1), (-1, 1)), ((-1, 1), (1, 1))),
    "Y": (((-1, -1), (0, 0)), ((1, -1), (0, 0)), ((0, 0), (0, 1))),
    "H": (((-1, -1), (-1, 1)), ((1, -1), (1, 1)), ((-1, 0), (1, 0))),
    "A": (((-1, 1), (0, -1)), ((0, -1), (1, 1)), ((-0.5, 0.2), (0.5, 0.2))),
}
MARKS = tuple(STROKES)


def marks(
    n: int, *, size: int = 20, noise: float = 0.15, turn: float = 0.25, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Grey images (n, 1, size, size), float32, mean about 0, and which of MARKS each shows (n,).

    Place, size (about 0.4 of the side), width of the pen and a turn of up to `turn` radians are drawn for each; so are
    ground and ink, brighter or darker. `noise` is a standard deviation beside ink of height 0.5 to 1.
    """
    generator("marks", rng)
    kinds = rng.integers(0, len(MARKS), n)
    rows, columns = np.mgrid[0:size, 0:size].astype(float)

    def drawn(low: Any, high: Any) -> Any:
        return rng.uniform(low, high, (n, 1, 1))

    half, angle, pen, stretch = drawn(0.17, 0.23) * size, drawn(-turn, turn), drawn(0.7, 1.3), drawn(0.85, 1.15)
    room = size / 2 - 1.2 * half
    right, down = (rng.uniform(-1, 1, (n, 1, 1)) * room + (size - 1) / 2 for _ in range(2))
    ink = drawn(0.5, 1.0) * rng.choice([-1, 1], (n, 1, 1))
    ground = drawn(-0.5, 0.5)
    cos, sin = np.cos(angle), np.sin(angle)
    x = (cos * (columns - right) + sin * (rows - down)) / (half * stretch)
    y = (cos * (rows - down) - sin * (columns - right)) / half
    away = np.empty(x.shape)
    for kind, mark in enumerate(MARKS):
        those = kinds == kind
        away[those] = _distance(STROKES[mark], x[those], y[those])
    image = ground + ink * np.clip(pen + 0.5 - away * half, 0, 1) + noise * rng.normal(size=x.shape)
    return image[:, None].astype(np.float32), kinds


def _distance(strokes: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """From every place to the nearest stroke."""
    nearest = np.full(x.shape, np.inf)
    for (x0, y0), (x1, y1) in strokes:
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x0 - along * dx, y - y0 - along * dy))
    return nearest
