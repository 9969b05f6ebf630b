"""Generated hands agree with the joints that come with them."""

import numpy as np
import pytest

from course_lib.data.hands import BONES, JOINTS, LENGTH, hand_bones, hands


@pytest.fixture
def rng():
    return np.random.default_rng(16)


def test_bones_keep_their_length_while_the_hand_moves(rng):
    bones = hand_bones(20, frames=6, rng=rng)
    assert bones.shape == (20, 6, len(JOINTS), 3)
    for (a, b), length in zip(BONES, LENGTH.ravel(), strict=True):
        assert np.allclose(np.linalg.norm(bones[:, :, a] - bones[:, :, b], axis=-1), length)
    speed = np.linalg.norm(np.diff(bones, axis=1), axis=-1)
    assert 0 < speed.max() < 0.4


def test_a_finger_bends_towards_the_viewer_and_never_away(rng):
    away = hand_bones(200, rng=rng)[:, 0, :, 2]
    for k in range(1, 16, 3):
        assert np.allclose(away[:, k], away[:, 0])
        assert (away[:, k + 2] <= away[:, k + 1] + 1e-12).all()
        assert (away[:, k + 1] <= away[:, k] + 1e-12).all()
        assert away[:, k + 2].min() < away[:, 0].min() - 0.1


def test_joints_lie_on_the_hand_and_bent_tips_are_nearest(rng):
    depth, joints = hands(60, size=48, frames=2, rng=rng)
    assert depth.dtype == np.float32
    assert depth.shape == (60, 2, 48, 48)
    inside = ((joints > 1) & (joints < 47)).all(-1)
    assert inside.mean() > 0.97
    columns, rows = np.clip(np.rint(joints), 0, 47).astype(int).transpose(3, 0, 1, 2)
    at = depth[np.arange(60)[:, None, None], np.arange(2)[:, None], rows, columns]
    assert np.mean(at[inside] > 0) > 0.97
    straight, bent = at[..., 1::3], at[..., 3::3]
    assert bent.mean() > straight.mean() + 0.05
    assert 0.05 < (depth > 0).mean() < 0.35


def test_the_same_numbers_make_the_same_hands():
    first, again = (hands(2, rng=np.random.default_rng(1)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    with pytest.raises(TypeError, match="hands"):
        hands(2, rng=None)
