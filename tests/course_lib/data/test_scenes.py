"""Generated pictures agree with the answers that come with them."""

import numpy as np
import pytest

from course_lib.data.scenes import JOINTS, LENGTH, LIMBS, SHAPES, poses, shapes, skeletons


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def test_masks_say_where_the_shapes_are(rng):
    x, mask = shapes(60, noise=0, rng=rng)
    assert x.shape == (60, 1, 32, 32)
    assert x.dtype == np.float32
    assert set(np.unique(mask)) == set(range(len(SHAPES)))
    assert x[:, 0][mask > 0].min() >= 0.5
    assert x[:, 0][mask == 0].max() <= 0.3


def test_a_disc_has_the_area_of_a_disc_and_fills_less_of_its_box_than_a_square(rng):
    _, masks = shapes(300, size=48, most=1, rng=rng)
    filled = {1: [], 2: [], 3: []}
    for mask in masks:
        rows, columns = np.nonzero(mask)
        box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        filled[mask.max()].append(len(rows) / box)
    assert abs(np.mean(filled[1]) - np.pi / 4) < 0.03
    assert max(filled[2]) > 0.95
    assert np.mean(filled[3]) < np.mean(filled[1])


def test_limbs_keep_their_length_while_the_figure_moves(rng):
    body = skeletons(20, frames=12, rng=rng)
    for (a, b), length in zip(LIMBS, LENGTH, strict=True):
        assert np.allclose(np.linalg.norm(body[:, :, a] - body[:, :, b], axis=-1), length)
    speed = np.linalg.norm(np.diff(body, axis=1), axis=-1)
    assert 0 < speed.max() < 0.3


def test_joints_lie_on_the_figure_in_the_depth_image(rng):
    depth, grey, joints = poses(30, size=48, rng=rng)
    assert depth.shape == grey.shape == (30, 1, 48, 48)
    assert joints.shape == (30, 1, len(JOINTS), 2)
    inside = np.all((joints >= 0) & (joints <= 47), axis=-1)
    assert inside.mean() > 0.97
    n, f, j = np.nonzero(inside)
    column, row = np.rint(joints[n, f, j]).astype(int).T
    assert (depth[n, f, row, column] > 0).mean() > 0.98


def test_grey_background_stands_still_over_the_frames(rng):
    depth, grey, _ = poses(3, frames=4, rng=rng)
    still = (depth == 0).all(axis=1)
    assert np.abs(np.diff(grey, axis=1)).max(axis=1)[still].max() < 0.3
    assert grey.min() >= 0
    assert grey.max() <= 1
