"""Filters made by hand measure true derivatives, and refuse impossible settings in a sentence."""

import numpy as np
import pytest

from course_lib.topics import filters


@pytest.mark.parametrize(("sigma", "radius"), [(0.7, 1), (1.5, 3), (3.0, 4)])
def test_filters_measure_the_derivatives_of_polynomials(sigma, radius):
    y, x = np.mgrid[0:15, 0:15].astype(float)
    image = 2 + 3 * x - 5 * y + 0.5 * x * x - 2 * x * y + 4 * y * y
    i, j = 7, 6
    slopes = [3 + j - 2 * i, -5 - 2 * j + 8 * i, 1, -2, 8]
    window = image[i - radius : i + radius + 1, j - radius : j + radius + 1]
    bank = filters.gaussian_bank(sigma, radius)
    np.testing.assert_allclose([(f * window).sum() for f in bank[1:]], slopes)
    np.testing.assert_allclose(bank[0].sum(), 1)
    np.testing.assert_allclose((filters.laplacian(sigma, radius) * window).sum(), 9)


def test_a_gabor_filter_ignores_brightness_and_likes_its_own_wave():
    own = filters.gabor(6.0, 0.5, 2.0, 6)
    assert abs(own.sum()) < 1e-12
    np.testing.assert_allclose((own**2).sum(), 1)
    y, x = np.mgrid[-6:7, -6:7]
    answers = [(own * np.cos(2 * np.pi * (np.cos(a) * x + np.sin(a) * y) / 6)).sum() for a in np.linspace(0, 3, 31)]
    assert np.argmax(answers) == 5  # the angle 0.5


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: filters.gaussian_bank(0, 2), "gaussian_bank: sigma must be above 0 pixels, got 0"),
        (lambda: filters.gaussian_bank(1, 0), "radius must be a whole number of at least 1, got 0"),
        (lambda: filters.gabor(0, 0, 1, 2), "gabor: wavelength must be above 0 pixels, got 0"),
    ],
)
def test_impossible_filters_are_refused_in_a_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()
