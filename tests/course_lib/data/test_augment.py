"""Augmentations keep the shape, draw only from `rng`, and move pixels where geometry says."""

from functools import partial

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import augment

ALL = [
    augment.flip,
    partial(augment.crop, size=(9, 7), padding=2),
    augment.translate,
    augment.rotate,
    augment.brightness,
    augment.noise,
]


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def x(rng):
    return rng.normal(size=(6, 3, 9, 7)).astype(np.float32)


@pytest.mark.parametrize("step", ALL)
def test_shape_and_type_stay_and_the_input_is_untouched(step, x, rng):
    before = x.copy()
    out = step(x, rng=rng)
    assert out.shape == x.shape
    assert out.dtype == x.dtype
    assert np.array_equal(x, before)
    assert not np.array_equal(out, x)


@pytest.mark.parametrize("step", ALL)
def test_the_same_generator_draws_the_same(step, x):
    assert np.array_equal(step(x, rng=np.random.default_rng(4)), step(x, rng=np.random.default_rng(4)))


def test_flip_mirrors_about_p_of_the_images_whole(rng):
    x = rng.normal(size=(2000, 1, 3, 4))
    out = augment.flip(x, rng=rng, p=0.3)
    mirrored = (out == x[..., ::-1]).all(axis=(1, 2, 3))
    same = (out == x).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all()
    assert abs(mirrored.mean() - 0.3) < 0.04


def test_a_translated_image_is_the_shifted_one_with_zeros_at_the_border(x):
    out = augment.translate(x, rng=np.random.default_rng(2), pixels=3)
    shifts = np.random.default_rng(2).integers(-3, 4, (2, len(x))).T
    for image, moved, (dy, dx) in zip(x, out, shifts, strict=True):
        assert np.array_equal(moved, ndimage.shift(image, (0, -dy, -dx), order=0))


def test_crop_reaches_every_offset_equally_and_has_the_asked_size(rng):
    x = np.zeros((4000, 1, 5, 5))
    x[:, :, 2, 2] = 1
    out = augment.crop(x, (4, 3), rng=rng)
    assert out.shape == (4000, 1, 4, 3)
    found = out.sum(axis=(0, 1))
    assert (found[1:3] > 550).all()
    assert found.sum() == 4000


def test_a_crop_that_does_not_fit_is_named(x, rng):
    with pytest.raises(ValueError, match=r"crop: a window of \(20, 7\) does not fit into padded images of \(11, 9\)"):
        augment.crop(x, (20, 7), rng=rng, padding=1)


def test_rotation_agrees_with_scipy(rng):
    x = rng.normal(size=(1, 1, 8, 8))
    out = augment.rotate(x, rng=np.random.default_rng(1), degrees=40)
    angle = np.random.default_rng(1).uniform(-40, 40)
    want = ndimage.rotate(x[0, 0], -angle, reshape=False, order=1)
    assert np.allclose(out[0, 0, 2:6, 2:6], want[2:6, 2:6])


def test_a_quarter_turn_is_exact():
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    y, z = np.meshgrid(np.arange(5.0), np.arange(5.0), indexing="ij")
    assert np.array_equal(augment.bilinear(x, z[None], 4 - y[None])[0, 0], np.rot90(x[0, 0]))


def test_brightness_scales_channels_apart(x, rng):
    ratio = augment.brightness(x, rng=rng, factor=0.5) / x
    assert np.allclose(ratio, ratio[:, :, :1, :1], rtol=1e-4)
    assert np.ptp(ratio[:, :, 0, 0]) > 0.3
    assert (np.abs(ratio - 1) <= 0.5001).all()


def test_noise_has_the_asked_standard_deviation(rng):
    assert abs(augment.noise(np.zeros(100_000), rng=rng, std=0.3).std() - 0.3) < 0.01


def test_a_chain_applies_its_steps_in_order(x):
    both = augment.chain(partial(augment.flip, p=1.0), partial(augment.noise, std=0.0))
    assert np.array_equal(both(x, rng=np.random.default_rng(0)), x[..., ::-1])


WRONG = [
    (
        lambda x, rng: augment.flip(x[0], rng=rng),
        r"flip: needs a batch of images \(n, c, h, w\), got shape \(3, 9, 7\)",
    ),
    (lambda x, rng: augment.rotate(x[0], rng=rng), r"rotate: needs a batch of images .*got shape \(3, 9, 7\)"),
    (lambda x, rng: augment.brightness(x[0, 0], rng=rng), r"brightness: needs a batch of .*got shape \(9, 7\)"),
    (lambda x, rng: augment.translate(x, rng=rng, pixels=-1), "translate: pixels must be at least 0, got -1"),
    (lambda x, rng: augment.translate(x, rng=rng, pixels=1.5), "translate: pixels must be a whole number, got 1.5"),
    (lambda x, rng: augment.crop(x, (-1, 2), rng=rng), "crop: size must be at least 1, got -1"),
    (lambda x, rng: augment.crop(x, (2, 2), rng=rng, padding=-1), "crop: padding must be at least 0, got -1"),
    (lambda x, rng: augment.brightness(x.astype(np.uint8), rng=rng), "brightness: needs floats, .*got dtype uint8"),
    (lambda x, rng: augment.noise(x.astype(np.uint8), rng=rng), "noise: needs floats, .*got dtype uint8"),
]


@pytest.mark.parametrize(("call", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_no_batch_of_images_is_refused_in_one_sentence(call, says, x, rng):
    with pytest.raises((ValueError, TypeError), match=says):
        call(x, rng)


def tinted(n, rng):
    """Images whose colours vary by 3 along (1, 2, 2) / 3 and by 0.5 across it."""
    along, across = rng.normal(size=(2, n, 1, 6, 5)) * np.array([3, 0.5]).reshape(2, 1, 1, 1, 1)
    return along * np.array([1, 2, 2]).reshape(3, 1, 1) / 3 + across * np.array([0, 1, -1]).reshape(3, 1, 1) / 2**0.5


def test_colour_axes_are_where_the_colours_vary():
    axes = augment.colour_axes(tinted(400, np.random.default_rng(0)))
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), [3, 0.5, 0], atol=0.05)
    assert abs(axes[0] @ [1, 2, 2]) / 9 == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(axes @ axes.T, np.diag(np.diag(axes @ axes.T)), atol=1e-9)


def test_colour_shifts_all_pixels_of_an_image_alike_as_the_colours_vary():
    rng = np.random.default_rng(1)
    x = tinted(3000, rng).astype(np.float32)
    axes = augment.colour_axes(x)
    before = x.copy()
    moved = augment.colour(x, axes=axes, rng=rng, std=0.2)
    assert np.array_equal(x, before)
    assert moved.dtype == np.float32
    shift = moved - x
    np.testing.assert_allclose(shift, shift[:, :, :1, :1] * np.ones_like(x), atol=1e-5)
    np.testing.assert_allclose(np.cov(shift[:, :, 0, 0].T), 0.04 * axes.T @ axes, atol=0.02)
    with pytest.raises(ValueError, match="need axes"):
        augment.colour(x, axes=np.eye(2), rng=rng)


def test_one_channel_has_one_axis():
    x = np.random.default_rng(2).normal(size=(50, 1, 8, 8)) * 4
    np.testing.assert_allclose(np.abs(augment.colour_axes(x)), [[4]], rtol=0.05)
