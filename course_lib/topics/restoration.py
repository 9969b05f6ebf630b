"""Images made better: a measure of how good (PSNR), filters as rivals, and small networks that learn only the change.

Images are floats (n, c, h, w) or (h, w), about 0 to 1. What is scaled is rows and columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.nn.layers import Conv2d
from course_lib.nn.module import Module

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor


def psnr(image: np.ndarray, truth: np.ndarray, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio in decibels: 10 log10(peak^2 / mean squared error), over all numbers together.

    `image` and `truth` of one shape, `peak` the largest value there may be. Inf for equal ones; raises ValueError for
    different shapes.
    """
    image, truth = np.asarray(image, float), np.asarray(truth, float)
    if image.shape != truth.shape:
        raise ValueError(f"psnr: image and truth need one shape, got {image.shape} and {truth.shape}")
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(peak**2 / np.mean((image - truth) ** 2)))


def bilateral(image: np.ndarray, sigma: float, reach: float, radius: int = 3) -> np.ndarray:
    """A mean over neighbours that are near and alike: image (h, w), Gaussian weights of distance and of difference.

    sigma: deviation of the distance, in pixels; reach: of the difference of values; radius: of the window, whose border
    repeats the image's. Tomasi and Manduchi, "Bilateral filtering for gray and color images" (1998). Written here
    because none of the libraries that the course needs has one (scikit-image and OpenCV do). Raises ValueError unless
    all three are positive.
    """
    if not (sigma > 0 and reach > 0 and radius >= 1):
        raise ValueError(f"bilateral: sigma, reach and radius must be positive, got {sigma}, {reach} and {radius}")
    h, w = image.shape
    total, weight = np.zeros_like(image), np.zeros_like(image)
    padded = np.pad(image, radius, mode="edge")
    for i in range(-radius, radius + 1):
        for j in range(-radius, radius + 1):
            there = padded[radius + i : radius + i + h, radius + j : radius + j + w]
            alike = np.exp(-(i * i + j * j) / (2 * sigma**2) - (there - image) ** 2 / (2 * reach**2))
            total, weight = total + alike * there, weight + alike
    return total / weight


def patches(images: Sequence[np.ndarray], n: int, size: int, *, rng: np.random.Generator) -> np.ndarray:
    """`n` windows (n, 1, size, size) from random places of grey `images`, a list of (h, w), half of them mirrored."""
    out = np.empty((n, 1, size, size), np.float32)
    for patch in out:
        image = images[int(rng.integers(len(images)))]
        i, j = (int(rng.integers(side - size + 1)) for side in image.shape)
        window = image[i : i + size, j : j + size]
        patch[0] = window[:, ::-1] if rng.random() < 0.5 else window
    return out


class Denoiser(Module):
    """Estimates the noise and takes it away: x - noise(x). Zhang et al., "Beyond a Gaussian denoiser" (2017).

    Without batch norm, which would forget how bright and how noisy an image is. `depth` convolutions 3x3, of `width`
    maps but for the last.
    """

    def __init__(self, width: int = 12, depth: int = 4, *, rng: np.random.Generator) -> None:
        self.layers = [Conv2d(width if k else 1, width, 3, padding=1, rng=rng) for k in range(depth - 1)]
        self.last = Conv2d(width, 1, 3, padding=1, rng=rng, init=small)

    def noise(self, x: Tensor) -> Tensor:
        """The estimate of the noise in images (n, 1, h, w)."""
        for step in self.layers:
            x = F.relu(step(x))
        return self.last(x)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, h, w) -> (n, 1, h, w)."""
        return x - self.noise(x)


class Upscaler(Module):
    """Images `factor` times as large: bilinear, plus a correction that is computed small and shuffled into place.

    Shi et al., "Real-time single image super-resolution using an efficient sub-pixel convolutional network" (2016).
    `width` maps in both hidden layers.
    """

    def __init__(self, factor: int = 2, width: int = 16, *, rng: np.random.Generator) -> None:
        self.factor = factor
        self.layers = [Conv2d(a, width, 3, padding=1, rng=rng) for a in (1, width)]
        self.last = Conv2d(width, factor**2, 3, padding=1, rng=rng, init=small)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, h, w) -> (n, 1, factor h, factor w)."""
        h = x
        for step in self.layers:
            h = F.relu(step(h))
        return F.interpolate(x, scale_factor=self.factor, mode="bilinear") + F.pixel_shuffle(self.last(h), self.factor)


def small(shape: tuple[int, int, int, int], *, rng: np.random.Generator) -> np.ndarray:
    """First weights near zero: a network that learns a change begins with nearly none.

    `shape` (f, c, kh, kw); float32, deviation 0.01.
    """
    return (0.01 * rng.standard_normal(shape)).astype(np.float32)


def shrink(image: np.ndarray, factor: int = 2) -> np.ndarray:
    """An image (..., h, w) as means of blocks of factor x factor pixels; what does not fill a block is cut off."""
    h, w = (side // factor for side in image.shape[-2:])
    image = image[..., : h * factor, : w * factor]
    return image.reshape(*image.shape[:-2], h, factor, w, factor).mean(axis=(-3, -1))
