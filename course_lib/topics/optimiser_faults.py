"""Runs of Adam on a noisy ravine, one healthy and each other with one fault: the curves that lesson 06 asks about."""

import numpy as np

from course_lib.optim.schedules import cosine

HEALTHY = {"rate": 0.3, "falls": True, "corrected": True}
LETTERS = {
    "A": ("rate does not fall", {"falls": False}),
    "B": ("bias not corrected", {"corrected": False}),
    "C": ("rate too low", {"rate": 0.005}),
    "D": ("rate too high", {"rate": 8.0}),
}


def run(*, rate: float, falls: bool, corrected: bool, steps: int = 300, d: int = 12, seed: int = 0) -> np.ndarray:
    """Loss before each step and after the last (steps + 1,) of Adam on a bowl of d weights with noisy gradients.

    `falls` lowers the rate along half a cosine; `corrected` takes the bias of the start out of both means. At the start
    the loss is 1; the curvatures lie between 1 and 1/400, and `seed` draws the noise, that of 8 random samples.
    """
    rng, sizes = np.random.default_rng(seed), np.geomspace(1, 0.05, d)
    plan = cosine(rate, steps) if falls else (lambda step: rate)
    w = 1 / (sizes * np.sqrt(d))  # the minimum is at 0
    m, s, losses = np.zeros(d), np.zeros(d), [1.0]
    for step in range(steps):
        x = rng.normal(size=(8, d)) * sizes
        g = x.T @ (x @ w - 0.5 * rng.normal(size=8)) / 8
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        t = step + 1
        first, second = (m / (1 - 0.9**t), s / (1 - 0.999**t)) if corrected else (m, s)
        w = w - plan(step) * first / (np.sqrt(second) + 1e-8)
        losses.append(float(np.sum((sizes * w) ** 2)))
    return np.array(losses)
