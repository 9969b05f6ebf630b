"""Filters and networks that restore images do what their formulas say."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from course_lib import Tensor
from course_lib.evidence import outcome
from course_lib.topics import restoration as rest


@pytest.fixture
def rng():
    return np.random.default_rng(14)


def test_decibels_are_those_of_the_judge_and_scale_with_the_peak(rng):
    truth = rng.random((3, 1, 5, 4))
    image = truth + 0.1 * rng.normal(size=truth.shape)
    assert rest.psnr(image, truth) == pytest.approx(outcome.psnr(image, truth))
    assert rest.psnr(255 * image, 255 * truth, peak=255) == pytest.approx(rest.psnr(image, truth))
    assert rest.psnr(truth, truth) == np.inf
    with pytest.raises(ValueError, match=r"psnr: image and truth need one shape, got \(2,\) and \(3,\)"):
        rest.psnr(np.zeros(2), np.zeros(3))


def test_the_bilateral_filter_is_its_definition(rng):
    image, sigma, reach, radius = rng.random((7, 6)), 1.2, 0.3, 2
    padded = np.pad(image, radius, mode="edge")
    want = np.empty(image.shape)
    i, j = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    for row, column in np.ndindex(image.shape):
        window = padded[row : row + 2 * radius + 1, column : column + 2 * radius + 1]
        w = np.exp(-(i**2 + j**2) / (2 * sigma**2)) * np.exp(-((window - image[row, column]) ** 2) / (2 * reach**2))
        want[row, column] = (w * window).sum() / w.sum()
    np.testing.assert_allclose(rest.bilateral(image, sigma, reach, radius), want)
    with pytest.raises(ValueError, match="must be positive, got 0, 1 and 3"):
        rest.bilateral(image, 0, 1)


@pytest.mark.parametrize("radius", [1, 3])
def test_the_bilateral_filter_that_finds_all_alike_is_scipy_s_gaussian(rng, radius):
    image, sigma = rng.random((9, 7)), 1.3
    want = ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=radius / sigma)
    np.testing.assert_allclose(rest.bilateral(image, sigma, 1e6, radius), want, rtol=1e-10)


def test_the_bilateral_filter_is_what_scipy_s_generic_filter_makes_of_its_weights(rng):
    image, sigma, reach, radius = rng.random((8, 9)), 0.9, 0.2, 2
    near = np.array([np.exp(-(i * i + j * j) / (2 * sigma**2)) for i in range(-2, 3) for j in range(-2, 3)])

    def mean(window):
        return np.average(window, weights=near * np.exp(-((window - window[12]) ** 2) / (2 * reach**2)))

    want = ndimage.generic_filter(image, mean, size=2 * radius + 1, mode="nearest")
    np.testing.assert_allclose(rest.bilateral(image, sigma, reach, radius), want, rtol=1e-10)


def test_the_bilateral_filter_keeps_a_step_that_a_gaussian_blurs():
    step = np.repeat([[0.0, 1.0]], 6, axis=1).repeat(8, axis=0)
    assert np.abs(rest.bilateral(step, 2, 0.1) - step).max() < 1e-9
    assert np.abs(rest.bilateral(step, 2, 1e6) - step).max() > 0.2


def test_patches_come_from_the_images_mirrored_or_not(rng):
    image = np.arange(30.0).reshape(5, 6)
    windows = {image[i : i + 3, j : j + 3].tobytes() for i in range(3) for j in range(4)}
    both = windows | {np.frombuffer(w).reshape(3, 3)[:, ::-1].tobytes() for w in windows}
    found = rest.patches([image], 200, 3, rng=rng).astype(float)
    kinds = {p[0].tobytes() for p in found}
    assert found.shape == (200, 1, 3, 3)
    assert kinds <= both
    assert len(kinds) > 15


def test_shrinking_averages_blocks(rng):
    x = rng.random((2, 1, 7, 9))
    want = torch.nn.functional.avg_pool2d(torch.from_numpy(x), 3).numpy()
    np.testing.assert_allclose(rest.shrink(x, 3), want)


def test_networks_begin_near_what_they_improve(rng):
    x = rng.random((2, 1, 6, 5)).astype(np.float32)
    cleaner, sharper = rest.Denoiser(4, 3, rng=rng), rest.Upscaler(3, 4, rng=rng)
    assert np.abs(cleaner(Tensor(x)).data - x).max() < 0.2
    want = torch.nn.functional.interpolate(torch.from_numpy(x), scale_factor=3, mode="bilinear").numpy()
    out = sharper(Tensor(x)).data
    assert out.shape == (2, 1, 18, 15)
    assert 0 < np.abs(out - want).max() < 0.2
    np.testing.assert_allclose(cleaner(Tensor(x)).data, x - cleaner.noise(Tensor(x)).data, atol=1e-6)
