"""How much a learned filter looks like an oriented derivative: the nearest of many templates, and how near it is.

Templates are Gaussians, round or drawn out, at every angle and a little off centre: the Gaussian itself (order 0), its
first (an edge) and second derivative (a line) across; or Gabor filters. Filters and templates are (n, k, k).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

ANGLES = np.arange(12) * np.pi / 12
WIDTHS, STRETCHES = (0.6, 0.8, 1.1, 1.5, 2.1), (1.0, 1.6, 2.5)
OFFSETS = (-1.0, -0.5, 0.0, 0.5, 1.0)
WAVELENGTHS, PHASES = (3.0, 4.0, 5.5, 8.0), np.arange(4) * np.pi / 4


@dataclass(frozen=True)
class Fit:
    """The best template of one filter: share of the filter's power it explains, itself to scale, what it is.

    `score` is within 0..1, `template` (k, k).
    """

    score: float
    template: np.ndarray
    order: int  # of the derivative; -1 for a Gabor filter
    angle: float  # across which it changes, radians from x (right) towards y (down)


def best_fits(filters: np.ndarray, templates: tuple[np.ndarray, np.ndarray, np.ndarray]) -> list[Fit]:
    """The `Fit` of every filter (n, k, k) among `templates`, from `derivatives(k)` or `gabors(k)`.

    The score is 1 - |filter - template|² / |filter|² with the template at its best amplitude, of either sign: 1 for an
    exact likeness, 0 for none. Raises ValueError for a filter of zeros.
    """
    shapes, orders, angles = templates
    filters = np.asarray(filters, float)
    flat, bank = filters.reshape(len(filters), -1), shapes.reshape(len(shapes), -1)
    power = np.sum(flat**2, axis=1)
    if not power.all():
        raise ValueError("best_fits: a filter of zeros looks like nothing")
    amplitudes = flat @ bank.T  # templates have length 1
    best = np.abs(amplitudes).argmax(axis=1)
    return [
        Fit(float(amplitudes[i, k] ** 2 / power[i]), amplitudes[i, k] * shapes[k], int(orders[k]), float(angles[k]))
        for i, k in enumerate(best)
    ]


@cache
def derivatives(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Templates of side `side`: (shapes (n, side, side) of length 1, orders (n,), angles (n,))."""
    found = []
    for angle in ANGLES:
        for along, across in _frames(side, angle):
            for width in WIDTHS:
                for stretch in STRETCHES:
                    bell = np.exp(-((across / width) ** 2 + (along / (stretch * width)) ** 2) / 2)
                    edge = across * bell
                    line = (across**2 - width**2) * bell
                    found += [(shape, order, angle) for order, shape in enumerate((bell, edge, line))]
    return _as_bank(found)


@cache
def gabors(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Templates of side `side` like those of `derivatives`: a cosine wave under a Gaussian; their order is -1."""
    found = []
    for angle in ANGLES:
        for along, across in _frames(side, angle):
            for width in WIDTHS[1:]:
                bell = np.exp(-(across**2 + along**2) / (2 * width**2))
                for length in WAVELENGTHS:
                    waves = [np.cos(2 * np.pi * across / length - phase) * bell for phase in PHASES]
                    found += [(wave, -1, angle) for wave in waves]
    return _as_bank(found)


def _frames(side: int, angle: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Coordinates along and across a line at `angle`, for every centre."""
    radius = (side - 1) / 2
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    for dy in OFFSETS:
        for dx in OFFSETS:
            u, v = x - dx, y - dy
            yield -np.sin(angle) * u + np.cos(angle) * v, np.cos(angle) * u + np.sin(angle) * v


def _as_bank(found: Sequence[tuple[np.ndarray, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shapes = np.array([shape for shape, _, _ in found])
    shapes /= np.sqrt(np.sum(shapes**2, axis=(1, 2), keepdims=True))
    return shapes, np.array([order for _, order, _ in found]), np.array([angle for _, _, angle in found])
