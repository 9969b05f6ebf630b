"""An image as data: the correlation is that of all pairs, and the training set leads back to the image."""

import numpy as np
import pytest

from course_lib.topics import pixels


@pytest.fixture
def image():
    return np.cumsum(np.random.default_rng(1).normal(size=(5, 8)), axis=1) + 50


@pytest.mark.parametrize("d", [0, 1, 3, 6])
def test_the_correlation_is_that_of_all_pairs(image, d):
    pairs = np.array([(row[j], row[j + d]) for row in image for j in range(8 - d)])
    p, q = (pairs - pairs.mean(axis=0)).T
    assert pixels.neighbour_correlation(image, d) == pytest.approx((p @ q) / np.sqrt((p @ p) * (q @ q)), rel=1e-12)


@pytest.mark.parametrize("d", [-1, 8])
def test_a_distance_outside_of_the_image_is_refused(image, d):
    with pytest.raises(ValueError, match=rf"d must be from 0 to 7 for 8 columns, got {d}"):
        pixels.neighbour_correlation(image, d)


def test_places_run_row_after_row_from_minus_one_to_one(image):
    x, _, _ = pixels.places(image)
    assert [x[0].tolist(), x[7].tolist(), x[-1].tolist()] == [[-1, -1], [1, -1], [1, 1]]
    np.testing.assert_allclose(x[9], [-1 + 2 / 7, -0.5], rtol=1e-12)


def test_brightness_has_mean_0_and_variance_1_and_leads_back(image):
    _, z, (mean, std) = pixels.places(image)
    assert (z.mean(), z.std()) == pytest.approx((0, 1), abs=1e-12)
    np.testing.assert_allclose((z * std + mean).reshape(image.shape), image, rtol=1e-12)
    whole = np.array([[0, 255], [255, 0], [255, 0]])  # whole numbers too
    np.testing.assert_allclose(pixels.places(whole)[1], [-1, 1, 1, -1, 1, -1], rtol=1e-12)
