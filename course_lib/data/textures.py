"""Striped textures in twelve kinds, as many as wanted: three wavelengths in four directions, bent, shaded and noisy."""

from typing import Any

import numpy as np

from course_lib.nn.init import generator

WAVES = (3.0, 5.0, 9.0)  # pixels from stripe to stripe
DIRECTIONS = 4  # 0°, 45°, 90°, 135°: from x (to the right) towards y (downwards)
KINDS = len(WAVES) * DIRECTIONS


def textures(n: int, *, size: int = 32, noise: float = 1.2, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Grey images (n, 1, size, size), float32, and their kinds (n,): wave `kind // 4`, direction `kind % 4`.

    Direction and wavelength vary by a few per cent, stripes are bent and begin anywhere. Contrast, brightness and a
    shade across the image are drawn for each; `noise` is the noise's standard deviation beside stripes of height 1.
    """
    generator("textures", rng)
    kinds = rng.integers(0, KINDS, n)
    rows, columns = np.mgrid[0:size, 0:size].astype(float)

    def drawn(low: Any, high: Any) -> Any:
        return rng.uniform(low, high, (n, 1, 1))

    angle = (kinds % DIRECTIONS * np.pi / DIRECTIONS)[:, None, None] + drawn(-0.1, 0.1)
    wave = np.take(WAVES, kinds // DIRECTIONS)[:, None, None] * drawn(0.93, 1.07)
    along = np.cos(angle) * columns + np.sin(angle) * rows
    across = np.cos(angle) * rows - np.sin(angle) * columns
    bend = drawn(0.3, 0.8) * np.sin(2 * np.pi * (across / drawn(14, 24) + drawn(0, 1)))
    stripes = np.sin(2 * np.pi * (along / wave + drawn(0, 1)) + bend)
    right, down, light = rng.normal(size=(3, n, 1, 1))
    shade = 2 * (right * columns + down * rows) / size + light
    x = drawn(0.4, 1.0) * (stripes + noise * rng.normal(size=stripes.shape)) + shade
    return x[:, None].astype(np.float32), kinds
