"""Lesson 02: its answers agree with the library and with its worked examples, and what its prose claims holds."""

import numpy as np
import pytest

from course_lib import data
from course_lib.topics import logistic, perceptron
from tests.solutions.reference import answers, lesson

LESSON = lesson("02_logistic_regression")
OPEN = {"np": np, "logistic": logistic, "perceptron": perceptron}
exec(next(c.source for c in LESSON.cells if "class Counted" in c.source), OPEN)
ANSWERS = answers(LESSON, **OPEN)


def task(id):
    """The text of a task, line ends as spaces."""
    return " ".join(LESSON.exercise(id).task.source.split())


@pytest.fixture
def rng():
    return np.random.default_rng(22)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "sigmoid",
        "cross_entropy",
        "numerical_gradient",
        "logistic_gradient",
        "descend",
        "softmax",
        "softmax_loss",
        "train_classes",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


def test_answers_for_two_classes_agree_with_the_library(rng):
    for n, d in [(1, 1), (5, 3), (30, 2)]:
        x1, t = perceptron.augment(rng.normal(size=(n, d))), rng.integers(0, 2, size=n)
        w = 3 * rng.normal(size=d + 1)
        z = x1 @ w
        np.testing.assert_allclose(ANSWERS["sigmoid"](z), logistic.sigmoid(z), rtol=1e-12)
        assert ANSWERS["cross_entropy"](z, t) == pytest.approx(logistic.cross_entropy(z, t), rel=1e-12)
        slopes = logistic.gradient(w, x1, t)
        np.testing.assert_allclose(ANSWERS["logistic_gradient"](w, x1, t), slopes, rtol=1e-10, atol=1e-13)
        wiggled = ANSWERS["numerical_gradient"](lambda w: logistic.cross_entropy(x1 @ w, t), w)  # noqa: B023
        np.testing.assert_allclose(wiggled, slopes, rtol=1e-6, atol=1e-8)
        way = [f(lambda w: logistic.gradient(w, x1, t), w, 0.3, 7) for f in (ANSWERS["descend"], logistic.descend)]  # noqa: B023
        np.testing.assert_allclose(*way, rtol=1e-12)


def test_answers_for_many_classes_agree_with_the_library(rng):
    for n, k, d in [(1, 2, 1), (8, 5, 3), (20, 3, 2)]:
        x1, t = perceptron.augment(rng.normal(size=(n, d))), rng.integers(0, k, size=n)
        w = 3 * rng.normal(size=(k, d + 1))
        np.testing.assert_allclose(ANSWERS["softmax"](x1 @ w.T), logistic.softmax(x1 @ w.T), rtol=1e-11)
        for ours, theirs in (
            (ANSWERS["softmax_loss"](w, x1, t), logistic.softmax_loss(w, x1, t)),
            (ANSWERS["train_classes"](x1, t, k, 0.4, 9), logistic.train_classes(x1, t, k, 0.4, 9)),
        ):
            for a, b in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_worked_examples_for_two_classes_say_what_the_answers_give():
    assert "is `[0.5, 0.8808, 0.1192]`" in task("sigmoid")
    np.testing.assert_allclose(ANSWERS["sigmoid"](np.array([0, 2, -2])), [0.5, 0.8808, 0.1192], atol=5e-5)
    assert r"4.248354255\cdot 10^{-18}" in task("sigmoid")
    assert ANSWERS["sigmoid"](np.array([-40.0]))[0] == pytest.approx(4.248354255e-18, rel=1e-9)
    assert "it is ln 2 = 0.6931" in task("cross_entropy")
    assert ANSWERS["cross_entropy"](np.zeros(2), np.array([0, 1])) == pytest.approx(0.6931, abs=5e-5)
    assert "z = 800 and t = 0 has the loss 800" in task("cross_entropy")
    assert ANSWERS["cross_entropy"](np.array([800.0]), np.array([0])) == 800
    assert "any eps it is `[5., 3.]`" in task("numerical_gradient")
    slopes = ANSWERS["numerical_gradient"](lambda w: w[0] * w[1], np.array([3.0, 5.0]), 0.75)
    np.testing.assert_allclose(slopes, [5, 3])
    assert "the gradient is `[0., 1.5]`" in task("logistic_gradient")
    x1 = np.array([[1.0, 4.0], [1.0, -2.0]])
    np.testing.assert_allclose(ANSWERS["logistic_gradient"](np.zeros(2), x1, np.array([0, 1])), [0, 1.5])
    assert "is `[[1.], [0.5], [0.25]]`" in task("descend")
    np.testing.assert_array_equal(ANSWERS["descend"](lambda w: 2 * w, np.ones(1), 0.25, 2), [[1], [0.5], [0.25]])


def test_worked_examples_for_many_classes_say_what_the_answers_give():
    assert "is `[[0.25, 0.75], [0.5, 0.5]]`" in task("softmax")
    scores = np.array([[0, np.log(3)], [5, 5]])
    np.testing.assert_allclose(ANSWERS["softmax"](scores), [[0.25, 0.75], [0.5, 0.5]])
    assert "E is ln 2, the gradient `[[0.5, 2.], [-0.5, -2.]]`" in task("softmax_loss")
    loss, gradient = ANSWERS["softmax_loss"](np.zeros((2, 2)), np.array([[1.0, 4.0]]), np.array([1]))
    assert loss == pytest.approx(np.log(2))
    np.testing.assert_allclose(gradient, [[0.5, 2], [-0.5, -2]])


def test_the_given_program_is_as_unsure_as_its_task_says():
    broken = {"np": np, "logistic": logistic}
    exec(LESSON.exercise("train_classes").given.source, broken)
    assert "a second loss below 0.001; it has 0.31" in task("train_classes")
    x1, t = np.array([[1.0, -9.0], [1.0, 9.0]]), np.array([0, 1])
    assert broken["train_classes"](x1, t, 2, 1, 2)[1][1] == pytest.approx(0.31, abs=0.005)
    assert ANSWERS["train_classes"](x1, t, 2, 1, 2)[1][1] < 0.001
    ten = broken["train_classes"](perceptron.augment(9 * np.eye(10)), np.arange(10), 10, 5, 400)[1]
    floor = -np.log(np.e / (np.e + 9))
    assert ten[-1] == pytest.approx(floor, abs=0.01)
    assert ten.min() > floor - 1e-12


def test_the_predictions_are_what_comes_out():
    y = logistic.sigmoid(2 * np.log(4))
    assert ANSWERS["odds_guess"] == pytest.approx(y / (1 - y))
    assert ANSWERS["central_guess"] == (3.5**2 - 2.5**2) / 1.0
    start = logistic.softmax_loss(np.zeros((10, 3)), np.ones((4, 3)), np.arange(4))[0]
    assert ANSWERS["start_guess"] == pytest.approx(np.exp(start))


def test_far_easy_points_turn_least_squares_and_not_cross_entropy():
    rng = np.random.default_rng(5)
    x, signs, planted = data.two_clouds(40, margin=0.2, rng=rng)
    far = 0.5 * rng.normal(size=(8, 2)) + 14 * planted[1:] + 10 * np.array([-planted[2], planted[1]])
    x1 = perceptron.augment(np.vstack([x, far]))
    t = np.append(np.where(signs > 0, 1, 0), np.ones(8, int))
    squares = np.linalg.lstsq(x1, 2 * t - 1, rcond=None)[0]
    assert np.sum((x1 @ squares >= 0) != t) >= 5
    assert np.array_equal(x1 @ logistic.train(x1, t, eta=0.05, steps=2000) >= 0, t == 1)


# ------------------------------------------------------------------- the open exercise


def off_by(seed, steps=15, rate=0.5):
    """Mean squared difference to the true chances of new samples, of the open exercise's answer on another set."""
    namespace = dict(OPEN)
    namespace["thrown_x"], namespace["thrown_t"], _ = logistic.chances(80, rng=np.random.default_rng(seed))
    source = LESSON.exercise("open_chances").reference
    assert "range(15)" in source
    exec(source.replace("range(15)", f"range({steps})").replace("0.5 * slope", f"{rate} * slope"), namespace)
    x, _, p = logistic.chances(2000, rng=np.random.default_rng(6))
    return np.mean((namespace["chance"](x) - p) ** 2)


def test_the_open_exercise_is_solved_with_room_by_stopping_early_and_not_by_the_whole_budget():
    assert off_by(2017) < 0.024
    assert 0.05 < off_by(2017, steps=60, rate=3) < 0.09


def test_on_other_sets_stopping_early_is_better_too():
    early, late = (np.array([off_by(seed, steps, 2.0) for seed in range(8)]) for steps in (5, 60))
    assert np.all(early < late)


def test_the_counter_of_the_open_exercise_ends():
    slope, x1 = OPEN["Counted"](calls=2), np.ones((3, 2))
    np.testing.assert_array_equal(slope(np.zeros(2), x1, np.ones(3)), [-0.5, -0.5])
    slope(np.zeros(2), x1, np.ones(3))
    with pytest.raises(RuntimeError, match="used up"):
        slope(np.zeros(2), x1, np.ones(3))
