"""Textures: reproducible, of the kinds asked for, with their stripes where the kind says."""

import numpy as np
import pytest

from course_lib.data.textures import DIRECTIONS, KINDS, WAVES, textures


def test_shapes_types_and_repetition():
    x, kinds = textures(40, size=24, rng=np.random.default_rng(0))
    assert x.shape == (40, 1, 24, 24)
    assert x.dtype == np.float32
    assert set(textures(300, rng=np.random.default_rng(1))[1]) == set(range(KINDS))
    again, same = textures(40, size=24, rng=np.random.default_rng(0))
    assert np.array_equal(x, again)
    assert np.array_equal(kinds, same)


@pytest.mark.parametrize("kind", range(KINDS))
def test_the_strongest_wave_of_a_kind_has_its_length_and_direction(kind):
    x, kinds = textures(400, size=45, noise=0.0, rng=np.random.default_rng(2))
    rows, columns = np.indices((45, 45)) - 22
    some = x[kinds == kind, 0].astype(float)
    plane = np.stack([rows.ravel(), columns.ravel(), np.ones(rows.size)], axis=1)
    flat = some.reshape(len(some), -1)
    flat = flat - (plane @ np.linalg.lstsq(plane, flat.T, rcond=None)[0]).T  # without the shade
    spectrum = np.abs(np.fft.fft2(flat.reshape(some.shape))).mean(axis=0)
    down, right = np.unravel_index(spectrum.argmax(), spectrum.shape)
    down, right = ((k + 22) % 45 - 22 for k in (down, right))
    assert 45 / np.hypot(down, right) == pytest.approx(WAVES[kind // DIRECTIONS], rel=0.15)
    apart = np.arctan2(down, right) - kind % DIRECTIONS * np.pi / DIRECTIONS
    assert abs((apart + np.pi / 2) % np.pi - np.pi / 2) < 0.2


def test_contrast_brightness_and_noise_tell_no_kind():
    x, kinds = textures(2400, rng=np.random.default_rng(3))
    for told in (x.mean(axis=(1, 2, 3)), x.std(axis=(1, 2, 3))):
        means = np.array([told[kinds == k].mean() for k in range(KINDS)])
        assert means.std() < 0.15 * told.std()
