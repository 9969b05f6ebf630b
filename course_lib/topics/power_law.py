"""Straight lines on log-log paper: loss against weights, data or compute.

Kaplan and others 2020, "Scaling laws for neural language models"; Hoffmann and others 2022, "Training compute-optimal
large language models".
"""

from __future__ import annotations

import numpy as np


def fit_power(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(a, b) of y = a * x^-b, least squares of the logarithms; x and y (n,) positive, at least two different x."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or len(set(x.tolist())) < 2 or (x <= 0).any() or (y <= 0).any():
        raise ValueError("fit_power: needs two or more different positive x, and as many positive y")
    slope, height = np.polyfit(np.log(x), np.log(y), 1)
    return float(np.exp(height)), float(-slope)


def fit_floor(x: np.ndarray, y: np.ndarray, *, steps: int = 400) -> tuple[float, float, float]:
    """(floor, a, b) of y = floor + a * x^-b: of `steps` floors from 0 to just under min(y), the one that fits best."""
    y = np.asarray(y, dtype=float)
    best = None
    for floor in np.linspace(0, y.min(), steps, endpoint=False):
        a, b = fit_power(x, y - floor)
        left = np.log(y) - np.log(floor + a * np.asarray(x, dtype=float) ** -b)
        if best is None or left @ left < best[0]:
            best = left @ left, float(floor), a, b
    return best[1:]
