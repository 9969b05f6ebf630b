"""Generated data hold what their docstrings promise, and splitting, scaling and batching lose nothing."""

import numpy as np
import pytest

from course_lib import data


def rng(seed=0):
    return np.random.default_rng(seed)


MAKERS = {
    "two_clouds": lambda r: data.two_clouds(31, margin=0.3, dim=3, rng=r),
    "moons": lambda r: data.moons(31, rng=r),
    "spirals": lambda r: data.spirals(31, classes=3, rng=r),
    "banana": lambda r: data.banana(31, rng=r),
    "xor": lambda r: data.xor(31, noise=0.1, rng=r),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_generator_state_gives_the_same_data_and_another_gives_other_data(make):
    first, again, other = make(rng(1)), make(rng(1)), make(rng(2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_points_are_float64_rows_and_labels_integers_of_every_class(make):
    x, t = make(rng(3))[:2]
    assert x.dtype == np.float64
    assert x.shape[0] == 31
    assert t.shape == (31,)
    assert np.issubdtype(t.dtype, np.integer)
    counts = np.unique(t, return_counts=True)[1]
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_classes_do_not_come_in_blocks(make):
    t = make(rng(4))[1]
    changes = np.count_nonzero(np.diff(t))
    assert changes > 6


@pytest.mark.parametrize("margin", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("dim", [1, 2, 7])
def test_two_clouds_keep_their_margin_exactly_on_both_sides(margin, dim):
    x, t, w = data.two_clouds(60, margin=margin, dim=dim, offset=1.7, rng=rng(dim))
    distance = (w[0] + x @ w[1:]) / np.linalg.norm(w[1:])
    assert np.linalg.norm(w[1:]) == pytest.approx(1)
    assert abs(w[0]) == pytest.approx(1.7)
    for label in (-1, 1):
        assert np.min(label * distance[t == label]) == pytest.approx(margin)


def test_a_negative_margin_lets_the_clouds_overlap():
    x, t, w = data.two_clouds(200, margin=-1.0, rng=rng(5))
    wrong = t * (w[0] + x @ w[1:]) < 0
    assert 20 < np.count_nonzero(wrong) < 150


def test_moons_without_noise_lie_on_two_half_circles():
    x, t = data.moons(200, noise=0, rng=rng(6))
    upper, lower = x[t == 0], x[t == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5


def test_spirals_without_noise_wind_as_often_as_asked_and_classes_are_turned_copies():
    x, t = data.spirals(300, classes=3, turns=2.0, noise=0, rng=rng(7))
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    unwound = (angle - 2 * np.pi * (2.0 * radius + t / 3)) / (2 * np.pi)
    np.testing.assert_allclose(unwound, np.round(unwound), atol=1e-9)


def test_the_banana_is_the_set_below_the_level_half_of_the_points():
    x, t = data.banana(401, rng=rng(8))
    value = 100 * (x[:, 1] - x[:, 0] ** 2) ** 2 + (1 - x[:, 0]) ** 2
    np.testing.assert_array_equal(t == 1, value < 0.5)
    assert np.count_nonzero(t) == 200
    assert data.banana_value(np.array([1.0, 1.0])) == 0


def test_a_banana_outside_the_box_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="banana: no more than 0 points fall inside"):
        data.banana(10, low=(5, -1), high=(6, 0), rng=rng())


def test_xor_without_noise_is_the_four_corners():
    x, t = data.xor(rng=rng(9))
    assert {(*p, label) for p, label in zip(x.tolist(), t.tolist(), strict=True)} == {
        (0.0, 0.0, 0),
        (0.0, 1.0, 1),
        (1.0, 0.0, 1),
        (1.0, 1.0, 0),
    }


def test_split_puts_every_row_in_exactly_one_part_and_keeps_rows_together():
    x = np.arange(23)[:, None] * np.ones((1, 2))
    t = np.arange(23) * 10
    parts = data.split(x, t, parts=(0.5, 0.2, 0.3), rng=rng(10))
    assert [len(a) for a, _ in parts] == [12, 4, 7]
    for a, b in parts:
        np.testing.assert_array_equal(a[:, 0] * 10, b)
    everything = np.concatenate([b for _, b in parts])
    assert sorted(everything.tolist()) == t.tolist()
    assert everything.tolist() != t.tolist()


def test_standardise_uses_the_training_set_alone_and_leaves_a_constant_column_unscaled():
    train = rng(11).normal(3, 5, size=(50, 3))
    train[:, 1] = 0.1
    test = train[:7] + 2
    scaled, scaled_test = data.standardise(train, test)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0)[[0, 2]], 1)
    np.testing.assert_allclose(scaled[:, 1], 0, atol=1e-12)
    np.testing.assert_allclose(scaled_test - scaled[:7], np.tile(2 / np.where([0, 1, 0], 1, train.std(axis=0)), (7, 1)))


def test_standardise_keeps_float32_and_takes_integers():
    assert data.standardise(rng().normal(size=(9, 2)).astype(np.float32)).dtype == np.float32
    assert data.standardise(np.array([[1], [2], [6]])).dtype == np.float64


@pytest.mark.parametrize(("drop_last", "sizes"), [(False, [4, 4, 3]), (True, [4, 4])])
def test_batches_give_each_row_once_in_step(drop_last, sizes):
    x, t = np.arange(11) * 2.0, np.arange(11)
    dealt = list(data.batches(x, t, size=4, rng=rng(12), drop_last=drop_last))
    assert [len(b) for _, b in dealt] == sizes
    rows = np.concatenate([b for _, b in dealt])
    np.testing.assert_array_equal(np.concatenate([a for a, _ in dealt]), rows * 2)
    assert len(set(rows.tolist())) == sum(sizes)
    assert rows.tolist() != sorted(rows.tolist())


def test_batches_without_a_generator_keep_the_order():
    dealt = [b.tolist() for (b,) in data.batches(np.arange(5), size=2)]
    assert dealt == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.two_clouds(1, rng=rng()), "two_clouds: n must be at least 2, got 1"),
        (lambda: data.spirals(9, classes=1, rng=rng()), "spirals: classes must be at least 2, got 1"),
        (lambda: data.batches(np.ones(3), size=0), "batches: size must be at least 1, got 0"),
        (lambda: data.batches(np.ones(3), np.ones(4), size=1), r"same number of rows, got \[3, 4\]"),
        (lambda: data.moons(2.5, rng=rng()), "moons: n must be a whole number, got 2.5"),
        (lambda: data.batches(np.ones(3), size=1.5), "batches: size must be a whole number, got 1.5"),
        (
            lambda: data.standardise(np.ones((3, 2)), np.ones((3, 5))),
            r"standardise: all sets need the same columns.*got \[\(3, 2\), \(3, 5\)\]",
        ),
        (lambda: data.standardise(np.ones((0, 2))), "standardise: all sets need .* at least one row, got"),
        (lambda: data.split(rng=rng()), "split: give at least one array"),
        (lambda: data.split(np.ones(3), parts=(0.5, 0.6), rng=rng()), r"add up to 1, got \(0.5, 0.6\)"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_ring_lies_between_two_other_parts_with_gaps():
    x, t = data.ring(1001, rng=np.random.default_rng(0))
    radius = np.linalg.norm((x - [300, 2]) / [40, 0.5], axis=1)
    assert (np.sum(t == 1), np.sum(t == 0)) == (500, 501)
    assert 0.6 <= radius[t == 1].min() < radius[t == 1].max() <= 1.0
    others = radius[t == 0]
    assert others[others < 0.8].max() < 0.45
    assert others[others > 0.8].min() > 1.14
    assert np.mean(others < 0.8) == pytest.approx(0.5, abs=0.08)


def test_a_wave_without_noise_is_the_curve_and_noise_has_its_deviation():
    x, y = data.wave(5000, noise=0.0, rng=np.random.default_rng(0))
    assert np.all(np.diff(x) >= 0)
    np.testing.assert_allclose(y, np.sin(2 * x) * np.exp(-(x**2) / 8) + 0.8 * np.tanh(6 * x - 4.2))
    again, noisy = data.wave(5000, noise=0.3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(x, again)
    assert np.std(noisy - y) == pytest.approx(0.3, rel=0.05)
