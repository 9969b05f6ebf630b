"""Generated sounds, points, heat: they are what their names say."""

import numpy as np
import pytest

from course_lib.topics import sensors


@pytest.fixture
def rng():
    return np.random.default_rng(19)


def test_a_spectrogram_finds_the_frequency_of_a_tone_and_its_rise(rng):
    time = np.arange(4000) / sensors.RATE
    image = sensors.spectrogram(np.sin(2 * np.pi * 1000 * time))
    assert image.shape == (65, 61)
    assert set(image.argmax(0).tolist()) == {16}  # 1000 Hz of 62.5 Hz a row
    waves, kinds = sensors.sounds(8, noise=0.0, rng=rng)
    peaks = sensors.spectrogram(waves).argmax(1)
    for peak, kind in zip(peaks, kinds, strict=True):
        rise = int(peak[-3]) - int(peak[2])
        assert {"tone": abs(rise) <= 1, "rising": rise > 5, "falling": rise < -5, "click": True}[sensors.SOUNDS[kind]]


def test_range_images_become_points_of_the_right_size(rng):
    depth = sensors.range_image(rng=rng)
    points = sensors.to_points(depth, focal=168, far=5)
    assert len(points) == (depth < 5).sum() > 300
    assert 0.7 < np.ptp(points[:, 1]) < 1.3
    assert 2 < points[:, 2].min() < points[:, 2].max() < 3.2
    flat = sensors.to_points(np.full((3, 5), 2.0), focal=4, far=3)
    assert flat[0].tolist() == [-1.0, -0.5, 2.0]


def test_heat_is_seen_at_night_and_light_is_not(rng):
    visible, thermal, there = sensors.night_and_day(200, night=True, rng=rng)
    bright, warm = visible.max((1, 2)), thermal.max((1, 2))
    assert 0.2 < there.mean() < 0.8
    assert warm[there == 1].min() > warm[there == 0].max()
    assert abs(bright[there == 1].mean() - bright[there == 0].mean()) < 0.05


def test_solids_have_their_shapes(rng):
    clouds, kinds = sensors.solids(6, 200, noise=0.0, rng=rng)
    away = np.linalg.norm(clouds, axis=2)
    assert clouds.shape == (6, 200, 3)
    assert np.allclose(away[kinds == 0], 1)
    assert away[kinds == 1].max() > 1.2
    assert away[kinds == 2].min() < 0.7
