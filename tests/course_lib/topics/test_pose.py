"""Pose: errors in pixels, hard examples against autograd, maps read back, crops, and designs that learn."""

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.data.scenes import poses
from course_lib.topics import pose


@pytest.fixture
def rng():
    return np.random.default_rng(15)


def test_units_and_pixels_are_each_others_inverse(rng):
    joints = rng.uniform(0, 30, (4, 3, 2))
    assert np.allclose(pose.to_pixels(pose.to_units(joints, 30), 30), joints)
    assert pose.to_units([0, 15, 30], 30).tolist() == [-1, 0, 1]


def test_errors_are_those_of_visible_joints(rng):
    joints = rng.uniform(0, 20, (5, 4, 2))
    guess = pose.to_units(joints + np.array([3.0, 4.0]), 20)
    seen = rng.random((5, 4)) < 0.5
    seen[0, 0] = True
    guess[~seen] = 99
    loss, error, share = pose.pose_error(guess, joints, seen, 20, near=5.0 + 1e-9)
    assert error == pytest.approx(5)
    assert loss == pytest.approx(0.25)
    assert share == 1
    with pytest.raises(ValueError, match="no joint is visible"):
        pose.pose_error(guess, joints, np.zeros((5, 4)), 20)


def test_the_hard_loss_has_the_gradient_of_autograd(rng):
    y, t = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    for keep in (1, 3, 7):
        value, g = pose.hard_loss(y, t, keep)
        tensor = Tensor(y, requires_grad=True)
        each = ((tensor - t) ** 2).mean(1)
        rows = np.argsort(-each.data)[:keep]
        each[rows].mean().backward()
        assert value == pytest.approx(np.sort(each.data)[::-1][:keep].mean())
        assert np.allclose(g, tensor.grad)
        tensor = Tensor(y, requires_grad=True)
        pose.hardest_mse(keep / 7)(tensor, t).backward()
        assert np.allclose(g, tensor.grad)


def test_a_map_is_a_distribution_about_its_joint_and_is_read_back(rng):
    units = rng.uniform(-0.6, 0.6, (3, 4, 2))
    maps = pose.heat_maps(units, 14, 1.0)
    assert maps.shape == (3, 4, 14, 14)
    assert np.allclose(maps.sum((-2, -1)), 1)
    assert np.allclose(pose.read_maps(np.log(maps + 1e-30)), units, atol=2e-3)
    corner = pose.heat_maps(np.array([[[0.9, -0.9]]]), 10)[0, 0]
    assert np.unravel_index(corner.argmax(), (10, 10)) == (0, 9)  # right, up: (column, row)


def test_the_loss_of_maps_is_least_where_the_maps_are_right(rng):
    units = rng.uniform(-0.5, 0.5, (2, 3, 2))
    right = np.log(pose.heat_maps(units, 8) + 1e-12)
    at = [
        float(pose.map_loss(Tensor(m), units.reshape(2, 6)).data) for m in (right, right + rng.normal(size=right.shape))
    ]
    assert at[0] < at[1]


def test_crops_hold_what_lies_about_their_centres(rng):
    images = rng.normal(size=(2, 20, 24))
    centres = np.array([[[10.0, 8.0], [0.4, 1.0]], [[23.0, 19.0], [12.0, 10.0]]])
    seen, corners = pose.crops(images, centres, 8)
    assert np.array_equal(seen[0, 0], images[0, 4:12, 6:14])
    assert corners[0, 0].tolist() == [6, 4]
    assert np.array_equal(seen[0, 1, 3:, 4:], images[0, :5, :4])
    assert np.all(seen[0, 1, :3] == 0)
    assert np.array_equal(seen[1, 0, :5, :5], images[1, 15:, 19:])
    far, _ = pose.crops(images, np.full((2, 1, 2), 500.0), 8)
    assert far.shape == (2, 1, 8, 8)


def test_heat_maps_and_cascade_do_better_than_the_mean(rng):
    depth, _, joints = poses(220, size=48, rng=rng)
    joints, units = joints[:, 0], pose.to_units(joints[:, 0], 48)
    small = ((depth.reshape(-1, 1, 24, 2, 24, 2).mean((3, 5)) - 0.2) / 0.3).astype(np.float32)
    still = np.broadcast_to(joints[:160].mean(0), (60, 11, 2))
    far = lambda guess: np.linalg.norm(guess - joints[160:], axis=-1).mean()  # noqa: E731
    net = pose.HeatNet(1, rng=rng)
    pose.train_pose(net, small[:160], units[:160], steps=200, rate=0.1, loss=pose.map_loss, rng=rng)
    maps = pose.to_pixels(pose.read_maps(pose.predict(net, small[160:])), 48)
    assert far(maps) < 0.75 * far(still)
    second = pose.Refiner(rng=rng)
    second.fit(depth[:160, 0], joints[:160], np.array([4.0, 4.0]), steps=200)
    assert far(second(depth[160:, 0], still)) < 0.85 * far(still)


def test_small_runs_show_their_faults():
    x, y = pose.small_set(600, rng=np.random.default_rng(0))
    ends = lambda seed=0, **settings: pose.small_run(x, y, **settings, rng=np.random.default_rng(seed))[0][:, -1]  # noqa: E731
    healthy, few, mixed, slow = (
        ends(),
        ends(images=25, drop=0.0),
        ends(images=40, mixed_up=True, drop=0.0),
        ends(rate=0.002),
    )
    assert healthy[1] < 0.4
    assert few[0] < 0.25 < 0.45 < few[1]
    assert mixed[0] < 0.6 < 1.2 < mixed[1]
    assert abs(slow[0] - slow[1]) < 0.15
    assert slow[1] > healthy[1] + 0.2
