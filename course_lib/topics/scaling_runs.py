"""Small students that learn a fixed teacher: what the loss left over depends on, weights, samples or work."""

from __future__ import annotations

import numpy as np

from course_lib.optim import schedules

INPUTS = 6


def teacher(x: np.ndarray) -> np.ndarray:
    """The function to learn, of x (n, 6): a fixed random network of 200 tanh units, about unit variance; (n,)."""
    rng = np.random.default_rng(1812)
    w, v = rng.normal(size=(200, INPUTS)), rng.normal(size=200)
    return np.tanh(x @ w.T * 0.6) @ v / 12


def weights(width: int) -> int:
    """Weights of a student with so many hidden units: a matrix, biases, a vector, a bias.

    `width` is that number.
    """
    return width * (INPUTS + 2) + 1


def learn(
    width: int, samples: int | None, steps: int, *, batch: int = 64, rate: float = 0.01, seed: int = 0,
    every: int | None = None,
) -> list[tuple[int, float]]:  # fmt: skip
    """Test losses of a student of `width` tanh units trained by Adam: `[(step, mean squared error), ...]`.

    It sees `samples` different inputs, again and again, or fresh ones for ever where that is None. The rate falls along
    half a cosine. With `every` the loss is taken that often, else at the end; on the same 2000 inputs in every run.
    `steps` steps of `batch` inputs each, `rate` at the start; `seed` draws weights and inputs.
    """
    rng = np.random.default_rng((seed, width))
    x_test = np.random.default_rng(1813).normal(size=(2000, INPUTS))
    t_test = teacher(x_test)
    pool = None if samples is None else rng.normal(size=(samples, INPUTS))
    values = None if samples is None else teacher(pool)
    p = [rng.normal(size=(width, INPUTS)) / np.sqrt(INPUTS), np.zeros(width)]
    p += [rng.normal(size=width) / np.sqrt(width), 0.0]
    mean, square = [0.0] * 4, [0.0] * 4
    schedule, seen = schedules.cosine(rate, steps), []
    for step in range(steps):
        if pool is None:
            x = rng.normal(size=(batch, INPUTS))
            t = teacher(x)
        else:
            rows = rng.integers(0, samples, batch)
            x, t = pool[rows], values[rows]
        h = np.tanh(x @ p[0].T + p[1])
        g = 2 * (h @ p[2] + p[3] - t) / batch
        back = g[:, None] * p[2] * (1 - h * h)
        for i, slope in enumerate((back.T @ x, back.sum(0), h.T @ g, g.sum())):
            mean[i] = 0.9 * mean[i] + 0.1 * slope
            square[i] = 0.999 * square[i] + 0.001 * slope * slope
            m, s = mean[i] / (1 - 0.9 ** (step + 1)), square[i] / (1 - 0.999 ** (step + 1))
            p[i] = p[i] - schedule(step) * m / (np.sqrt(s) + 1e-8)
        if step + 1 == steps or (every and (step + 1) % every == 0):
            out = np.tanh(x_test @ p[0].T + p[1]) @ p[2] + p[3]
            seen.append((step + 1, float(np.mean((out - t_test) ** 2))))
    return seen
