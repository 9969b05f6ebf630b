"""Gradient histograms point where the image rises; words and pyramids count what is where."""

import numpy as np
import pytest

from course_lib.topics.gradient_features import gradient_histograms, pyramid, unit_length, word_strengths


@pytest.mark.parametrize("angle", [0.0, 45.0, 90.0, 180.0, 292.5])
def test_a_ramp_fills_the_bins_of_its_direction(angle):
    y, x = np.mgrid[:16, :16]
    rise = np.cos(np.deg2rad(angle)) * x + np.sin(np.deg2rad(angle)) * y
    found = gradient_histograms(rise[None], cell=4, bins=8)[0]
    votes = found.reshape(-1, 4, 8).sum(axis=(0, 1))
    want = np.zeros(8)
    low, part = int(angle // 45), angle % 45 / 45
    want[low], want[(low + 1) % 8] = 1 - part, part
    np.testing.assert_allclose(votes / votes.sum(), want, atol=1e-5)


def test_a_descriptor_is_made_of_its_own_four_cells():
    image = np.zeros((16, 20))
    image[:, 14:] = 1.0  # one vertical edge: columns 13 and 14 have gradients
    found = gradient_histograms(image[None], cell=4, bins=8)[0]
    assert found.shape == (16 // 2 - 3, 20 // 2 - 3, 32)
    lit = np.linalg.norm(found, axis=2) > 0
    columns = [2 * k <= 14 and 2 * k + 8 > 13 for k in range(found.shape[1])]
    np.testing.assert_array_equal(lit, np.tile(columns, (found.shape[0], 1)))
    np.testing.assert_allclose(np.linalg.norm(found, axis=2)[lit], 1, rtol=1e-5)


def test_contrast_does_not_matter():
    image = np.random.default_rng(0).random((2, 12, 14))
    np.testing.assert_allclose(gradient_histograms(5 * image), gradient_histograms(image), atol=1e-5)


def test_words_answer_by_nearness_against_plain_distances():
    rng = np.random.default_rng(1)
    descriptors, words = rng.random((3, 4, 5, 6)), rng.random((7, 6))
    distance = np.linalg.norm(descriptors[..., None, :] - words, axis=-1)
    want = np.maximum(0, distance.mean(axis=-1, keepdims=True) - distance)
    np.testing.assert_allclose(word_strengths(descriptors, words), want, atol=1e-7)


def test_a_pyramid_holds_the_means_of_its_regions():
    strengths = np.random.default_rng(2).random((2, 4, 6, 3))
    got = pyramid(strengths, levels=(1, 2))
    parts = [strengths.mean(axis=(1, 2))]
    for rows in (slice(0, 2), slice(2, 4)):
        for columns in (slice(0, 3), slice(3, 6)):
            parts.append(strengths[:, rows, columns].mean(axis=(1, 2)))
    want = np.concatenate(parts, axis=1)
    np.testing.assert_allclose(got, want / np.linalg.norm(want, axis=1, keepdims=True))


def test_flat_vectors_stay_finite():
    np.testing.assert_array_equal(unit_length(np.zeros((2, 3))), 0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="cell must be even"):
        gradient_histograms(np.zeros((1, 8, 8)), cell=5)
    with pytest.raises(ValueError, match="3 regions do not fit"):
        pyramid(np.zeros((1, 2, 2, 4)))
