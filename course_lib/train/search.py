"""Search for the settings of a training: draw at random, validate, keep the best. Bergstra and Bengio 2012."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def rate_and_width(rng: np.random.Generator) -> tuple[float, int]:
    """A learning rate from 1e-4 to 1, every power of ten as likely, and 20 to 120 hidden units."""
    return 10 ** rng.uniform(-4, 0), int(rng.integers(20, 121))


def random_search(
    validate: Callable, trials: int, rng: np.random.Generator, draw: Callable = rate_and_width
) -> tuple[Any, ...]:
    """Best (accuracy, *settings) of `trials` settings from `draw(rng)`, by `validate(*settings)`; the first of equals.

    Each setting is validated before the next is drawn.
    """
    if trials < 1:
        raise ValueError(f"random_search: needs at least 1 trial, got {trials}")
    tried = ((settings := draw(rng), validate(*settings)) for _ in range(trials))
    best, accuracy = max(tried, key=lambda pair: pair[1])
    return accuracy, *best
