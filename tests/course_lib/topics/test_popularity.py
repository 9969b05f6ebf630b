"""Popularity: the noise is what it says, so the ceiling of R² is known."""

import numpy as np
import pytest

from course_lib.topics.popularity import popularity, r_squared


@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_the_ceiling_is_signal_over_signal_and_noise(noise):
    x, y, expected = popularity(3000, noise=noise, size=12, rng=np.random.default_rng(1))
    assert x.shape == (3000, 1, 12, 12)
    assert (y - expected).std() == pytest.approx(noise, rel=0.05)
    ceiling = expected.var() / (expected.var() + noise**2)
    assert r_squared(expected, y) == pytest.approx(ceiling, abs=0.03)


def test_r_squared_of_the_mean_is_0_and_of_the_truth_1():
    y = np.array([1.0, 4, 7])
    assert r_squared(y, y) == 1
    assert r_squared(np.full(3, 4.0), y) == 0
    assert r_squared(y[::-1], y) < 0
