"""Filters made by hand, for cross-correlation: Gaussian derivatives, Laplacian, Gabor.

x runs along columns to the right, y along rows downwards; every filter is (2 radius + 1, 2 radius + 1), float64.
"""

from __future__ import annotations

import numpy as np


def gaussian_bank(sigma: float, radius: int) -> np.ndarray:
    """Blur and derivatives of a Gaussian, (6, k, k) in the order G, Gx, Gy, Gxx, Gxy, Gyy, with k = 2 radius + 1.

    G sums to 1; correlated with an image, the others measure true derivatives: exactly so on polynomials of degree
    up to 2, whatever `sigma` (in pixels) and however narrow the cut-off. Raises ValueError if sigma <= 0 or radius < 1.
    """
    y, x, g = _grid(sigma, radius, name="gaussian_bank")
    spread = np.sum(x * x * g)
    bank = np.stack([g, x * g, y * g, (x * x - spread) * g, x * y * g, (y * y - spread) * g])
    probes = np.stack([np.ones_like(x), x, y, x * x / 2, x * y, y * y / 2])  # each has derivative 1
    return bank / np.sum(bank * probes, axis=(1, 2), keepdims=True)


def laplacian(sigma: float, radius: int) -> np.ndarray:
    """Gxx + Gyy, (k, k): positive where the image is darker than around; 4 on x² + y². Errors as `gaussian_bank`.

    `sigma` in pixels, k = 2 radius + 1.
    """
    bank = gaussian_bank(sigma, radius)
    return bank[3] + bank[5]


def gabor(wavelength: float, angle: float, sigma: float, radius: int, phase: float = 0.0) -> np.ndarray:
    """A cosine wave under a Gaussian, (k, k), its mean removed and scaled to length 1 (sum of squares).

    The wave of `wavelength` pixels runs in direction `angle` (radians, from x towards y), shifted by `phase` (0 even: a
    line; pi/2 odd: an edge). Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation
    optimized by two-dimensional visual cortical filters" (1985). `sigma` in pixels is the Gaussian's. Raises ValueError
    if sigma or wavelength <= 0, or radius < 1.
    """
    y, x, g = _grid(sigma, radius, name="gabor")
    if wavelength <= 0:
        raise ValueError(f"gabor: wavelength must be above 0 pixels, got {wavelength}")
    wave = np.cos(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / wavelength - phase)
    filt = (wave - np.sum(wave * g)) * g
    return filt / np.sqrt(np.sum(filt**2))


def _grid(sigma: float, radius: int, *, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets y and x of every tap, and the Gaussian that sums to 1 over them."""
    if sigma <= 0:
        raise ValueError(f"{name}: sigma must be above 0 pixels, got {sigma}")
    if radius < 1 or radius != int(radius):
        raise ValueError(f"{name}: radius must be a whole number of at least 1, got {radius}")
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(float)
    g = np.exp(-(x * x + y * y) / (2 * sigma**2))
    return y, x, g / g.sum()
