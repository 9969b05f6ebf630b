"""Lesson 01: its answers agree with the library's own perceptron and with its worked examples, its claims hold."""

import numpy as np
import pytest

from course_lib import data
from course_lib.topics import perceptron
from tests.solutions.reference import answers, lesson

LESSON = lesson("01_perceptron")
NOISY_X, NOISY_T, _ = perceptron.mislabelled(400, rng=np.random.default_rng(1017))
ANSWERS = answers(LESSON, np=np, perceptron=perceptron, noisy_x=NOISY_X, noisy_t=NOISY_T)


def task(id):
    """The text of a task, line ends as spaces."""
    return " ".join(LESSON.exercise(id).task.source.split())


def sets(seed, *, rounds=20):
    """Random samples with the 1 in front, labels and weights; every other set has whole numbers, for ties."""
    rng = np.random.default_rng(seed)
    for i in range(rounds):
        n, d = rng.integers(1, 15), rng.integers(1, 6)
        x = rng.integers(-2, 3, size=(n, d)).astype(float) if i % 2 else rng.normal(size=(n, d))
        w = rng.integers(-2, 3, size=d + 1).astype(float)
        w[1] = w[1] or 1.0
        yield perceptron.augment(x), rng.choice([-1, 1], size=n), w


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "augment",
        "signed_distance",
        "predict",
        "criterion",
        "epoch",
        "mistake_bound",
        "pocket",
        "delta_step",
        "gates",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


@pytest.mark.parametrize("low", [-1, 0])
def test_geometry_agrees_with_the_library(low):
    for x1, _, w in sets(1):
        x = x1[:, 1:]
        np.testing.assert_array_equal(ANSWERS["augment"](x), x1)
        np.testing.assert_array_equal(ANSWERS["predict"](w, x, low=low), perceptron.predict(w, x, low=low))
        for normalised in (True, False):
            np.testing.assert_allclose(
                ANSWERS["signed_distance"](w, x, normalised),
                perceptron.signed_distance(w, x, normalised=normalised),
                atol=1e-12,
            )


def test_learning_agrees_with_the_library():
    for x1, t, w in sets(2):
        for ours, theirs in (
            (ANSWERS["criterion"](w, x1, t), perceptron.criterion(w, x1, t)),
            (ANSWERS["epoch"](w, x1, t, 0.5), perceptron.epoch(w, x1, t, 0.5)),
            (ANSWERS["mistake_bound"](w, x1, t), perceptron.mistake_bound(w, x1, t)),
        ):
            for a, b in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        assert ANSWERS["count_mistakes"](x1, t, 6) == perceptron.train(x1, t, max_epochs=6)[1]
        np.testing.assert_allclose(
            ANSWERS["delta_step"](w, x1[0], t[0], 0.3), perceptron.delta_step(w, x1[0], t[0], 0.3)
        )
        ours = ANSWERS["pocket"](x1, t, 7, np.random.default_rng(0))
        theirs = perceptron.pocket(x1, t, epochs=7, rng=np.random.default_rng(0))
        np.testing.assert_array_equal(ours[0], theirs[0])
        assert ours[1] == theirs[1]


def test_the_gradient_of_the_criterion_is_its_slope():
    rng = np.random.default_rng(3)
    x1, t = perceptron.augment(rng.normal(size=(12, 3))), rng.choice([-1, 1], size=12)
    w, step = rng.normal(size=4), rng.normal(size=4)
    slope = (ANSWERS["criterion"](w + 1e-6 * step, x1, t)[0] - ANSWERS["criterion"](w - 1e-6 * step, x1, t)[0]) / 2e-6
    assert slope == pytest.approx(ANSWERS["criterion"](w, x1, t)[1] @ step, rel=1e-6)


@pytest.mark.parametrize("name", ["AND", "OR", "NAND"])
@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_gates_have_the_truth_tables_of_python(name, k):
    inputs = perceptron.corners(k)
    truth = {"AND": inputs.all(axis=1), "OR": inputs.any(axis=1), "NAND": ~inputs.all(axis=1)}[name]
    np.testing.assert_array_equal(perceptron.fire(ANSWERS["gate_weights"](name, k), inputs), truth)


def test_xor_of_nands_is_exclusive_or():
    p, q = perceptron.corners(2).T
    np.testing.assert_array_equal(ANSWERS["xor"](p, q, lambda a, b: 1 - a * b), p ^ q)


def test_worked_examples_say_what_the_answers_give():
    assert "is `[[1., 5., 7.], [1., 6., 8.]]`" in task("augment")
    np.testing.assert_array_equal(ANSWERS["augment"](np.array([[5, 7], [6, 8]])), [[1, 5, 7], [1, 6, 8]])
    assert "the distance is `[3.]`, the score `[6.]`" in task("signed_distance")
    w, x = np.array([-2.0, 0.0, 2.0]), np.array([[9.0, 4.0]])
    assert (ANSWERS["signed_distance"](w, x), ANSWERS["signed_distance"](w, x, False)) == ([3.0], [6.0])
    assert "get `[-1, 1, 1]`, or `[0, 1, 1]`" in task("predict")
    w, x = np.array([-2.0, 1.0]), np.array([[1.0], [2.0], [3.0]])
    assert ANSWERS["predict"](w, x).tolist() == [-1, 1, 1]
    assert ANSWERS["predict"](w, x, low=0).tolist() == [0, 1, 1]
    assert "`E` is 14, the gradient `[0., 7.]`" in task("criterion")
    loss, gradient = ANSWERS["criterion"](np.array([1, 2]), np.array([[1, 3], [1, -4]]), np.array([-1, 1]))
    assert (loss, gradient.tolist()) == (14, [0, 7])


def test_worked_examples_of_learning_say_what_the_answers_give():
    assert "makes the weights `[0.5, 1.]`, the second `[0., -0.5]`: 2 updates" in task("epoch")
    x1 = np.array([[1, 2], [1, 3]])
    assert ANSWERS["epoch"](np.zeros(2), x1[:1], np.array([1]), 0.5)[0].tolist() == [0.5, 1.0]
    w, updates = ANSWERS["epoch"](np.zeros(2), x1, np.array([1, -1]), 0.5)
    assert (w.tolist(), updates) == ([0.0, -0.5], 2)
    assert "give gamma 0.75, R = √2, the bound 2/0.5625; counted: 2" in task("mistake_bound")
    x1, t = np.array([[1.0, 0.75], [1.0, -1.0]]), np.array([1, -1])
    assert ANSWERS["mistake_bound"](np.array([0.0, 2.0]), x1, t) == pytest.approx((0.75, 2**0.5, 2 / 0.5625))
    assert ANSWERS["count_mistakes"](x1, t, 100) == 2
    assert "y is 3, the error -4, the new weights are `[-1., -2.]`" in task("delta_step")
    new = ANSWERS["delta_step"](np.array([0.0, 1.0]), np.array([1.0, 3.0]), -1, 0.5)
    assert new.tolist() == [-1.0, -2.0]
    assert "NOT p is `nand(p, p)`" in task("gates")
    assert '`[-1.5, 1, 1, 1]` make a neuron for "at least two of three"' in task("gates")
    majority = perceptron.fire([-1.5, 1, 1, 1], perceptron.corners(3))
    np.testing.assert_array_equal(majority, perceptron.corners(3).sum(axis=1) > 1.5)


def test_the_predictions_are_what_comes_out():
    line, point = np.array([-10.0, 3.0, 4.0]), np.array([[2.0, 6.0]])
    assert ANSWERS["distance_guess"] == perceptron.signed_distance(-2 * line, point)[0]
    x, t, _ = data.two_clouds(40, margin=0.25, offset=1.0, rng=np.random.default_rng(6))
    x1 = perceptron.augment(x)
    for eta in (0.1, 1.0, 10.0):
        assert perceptron.train(x1, t, eta=eta)[1:] == (ANSWERS["updates_guess"], True)
    lines = np.random.default_rng(0).normal(size=(20_000, 3))
    fired = perceptron.augment(perceptron.corners(2)) @ lines.T >= 0
    assert np.max(np.sum(fired.T == [0, 1, 1, 0], axis=1)) == ANSWERS["corners_right"]


def test_the_given_program_spoils_what_its_task_says():
    """With three samples the broken pocket returns weights whose errors are not the number it reports."""
    broken = {"np": np}
    exec(LESSON.exercise("pocket").given.source, broken)
    assert "weights that make 2 errors and say it was 1" in task("pocket")
    found = set()
    rng = np.random.default_rng(4)
    for seed in range(300):
        x1, t = perceptron.augment(rng.normal(size=(3, 2))), rng.choice([-1, 1], size=3)
        w, said = broken["pocket"](x1, t, 4, np.random.default_rng(seed))
        found.add((int(np.sum(t * (x1 @ w) <= 0)), int(said)))
    assert (2, 1) in found


# ------------------------------------------------------------------- the open exercise


def share_right(seed, change=("", "")):
    """The open exercise's answer, trained in another order: its share of new true labels."""
    namespace = {"np": np, "perceptron": perceptron, "noisy_x": NOISY_X, "noisy_t": NOISY_T}
    source = LESSON.exercise("open_rule").reference.replace("default_rng(0)", f"default_rng({seed})")
    assert change[0] in source
    exec(source.replace(*change), namespace)
    x, _, true = perceptron.mislabelled(2000, rng=np.random.default_rng(5))
    return np.mean(perceptron.predict(namespace["rule"], x) == true)


def test_the_open_exercise_draws_the_set_that_it_is_tested_on():
    assert any("mislabelled(400, rng=np.random.default_rng(1017))" in c.source for c in LESSON.cells)


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_of_the_weights_clears_the_open_exercise_in_any_order_and_the_last_ones_do_not(seed):
    assert share_right(seed) > 0.935
    assert share_right(seed, ("mean = total / (20 * len(noisy_t))", "mean = w")) < 0.91


def test_the_plain_first_ideas_miss_it():
    x, _, true = perceptron.mislabelled(2000, rng=np.random.default_rng(5))
    inputs = perceptron.augment(NOISY_X)
    plain = perceptron.train(inputs, NOISY_T, max_epochs=50)[0]
    assert np.mean(perceptron.predict(plain, x) == true) < 0.8
    assert np.mean(perceptron.predict(NOISY_T @ inputs, x) == true) < 0.8
