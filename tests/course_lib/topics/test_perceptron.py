"""The library's perceptron agrees with scikit-learn's, sample by sample, and refuses what it cannot mean."""

import numpy as np
import pytest
from sklearn.linear_model import Perceptron, SGDRegressor

from course_lib.topics import perceptron


def samples(seed, n=30, d=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    return x, np.where(x @ rng.normal(size=d) + 0.5 * rng.normal(size=n) > 0, 1, -1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_epochs_are_those_of_scikit_learn(seed, epochs):
    x, t = samples(seed)
    theirs = Perceptron(shuffle=False, max_iter=epochs, tol=None, random_state=0).fit(x, t)
    w = np.zeros(4)
    for _ in range(epochs):
        w, _ = perceptron.epoch(w, perceptron.augment(x), t)
    np.testing.assert_allclose(w, [*theirs.intercept_, *theirs.coef_[0]])
    np.testing.assert_array_equal(perceptron.predict(w, x), theirs.predict(x))


def test_the_delta_rule_is_gradient_descent_on_the_squared_error_at_a_rate_of_eta_by_inputs():
    x, t = samples(7)
    rate = {"learning_rate": "constant", "eta0": 0.2 / 4, "penalty": None}
    theirs = SGDRegressor(shuffle=False, max_iter=3, tol=None, **rate).fit(x, t)
    w = np.zeros(4)
    for _ in range(3):
        for sample, target in zip(perceptron.augment(x), t, strict=True):
            w = perceptron.delta_step(w, sample, target, 0.2)
    np.testing.assert_allclose(w, [*theirs.intercept_, *theirs.coef_])


@pytest.mark.parametrize("seed", range(5))
def test_separable_samples_are_learned_within_the_bound(seed):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=5)
    x1 = perceptron.augment(rng.normal(size=(40, 4)))
    t = np.where(x1 @ truth > 0, 1, -1)
    w, mistakes, separated = perceptron.train(x1, t, max_epochs=10_000)
    assert separated
    assert np.all(t * (x1 @ w) > 0)
    assert 0 < mistakes <= perceptron.mistake_bound(truth, x1, t)[2]


def test_the_bound_is_met_exactly_when_every_sample_is_an_axis_of_its_own():
    t = np.array([1, -1, -1, 1, 1, -1, 1])
    _, mistakes, _ = perceptron.train(np.eye(7), t)
    assert mistakes == 7
    assert perceptron.mistake_bound(t.astype(float), np.eye(7), t)[2] == pytest.approx(7)


def test_training_says_when_it_did_not_get_there():
    x1 = perceptron.augment(perceptron.corners(2))
    w, mistakes, separated = perceptron.train(x1, np.array([-1, 1, 1, -1]), max_epochs=25)
    assert not separated
    assert mistakes >= 25
    assert np.any(np.array([-1, 1, 1, -1]) * (x1 @ w) <= 0)


def test_the_pocket_returns_weights_that_make_the_errors_it_says_and_its_caller_keeps_everything():
    x, t = samples(3)
    x1 = perceptron.augment(x)
    before = x1.copy(), t.copy()
    w, errors = perceptron.pocket(x1, t, epochs=30, rng=np.random.default_rng(0))
    assert errors == np.sum(t * (x1 @ w) <= 0)
    assert errors <= np.sum(t * (x1 @ perceptron.train(x1, t, max_epochs=30)[0]) <= 0)
    np.testing.assert_array_equal(x1, before[0])
    np.testing.assert_array_equal(t, before[1])


def test_no_weights_are_changed_in_place():
    x, t = samples(1)
    w = np.array([0.5, -1.0, 2.0, 0.0])
    perceptron.epoch(w, perceptron.augment(x), t)
    perceptron.delta_step(w, perceptron.augment(x)[0], t[0])
    assert w.tolist() == [0.5, -1.0, 2.0, 0.0]


def test_a_point_on_the_line_is_answered_1_and_counts_as_misclassified():
    w, x = np.array([-4.0, 1.0, 2.0]), np.array([[2.0, 1.0]])
    assert perceptron.predict(w, x).tolist() == [1]
    assert perceptron.fire(w, x).tolist() == [1]
    assert perceptron.epoch(w, perceptron.augment(x), np.array([1]))[1] == 1


def test_corners_come_in_counting_order():
    assert perceptron.corners(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert perceptron.corners(5) @ [16, 8, 4, 2, 1] == pytest.approx(np.arange(32))


@pytest.mark.parametrize(("given", "kept"), [(np.float32, np.float32), (np.float64, np.float64), (int, np.float64)])
def test_augment_keeps_the_precision_of_floats_and_turns_whole_numbers_into_float64(given, kept):
    x1 = perceptron.augment(np.arange(6).reshape(2, 3).astype(given))
    assert x1.dtype == kept
    assert x1.tolist() == [[1, 0, 1, 2], [1, 3, 4, 5]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: perceptron.augment(np.ones(3)), r"augment: expected inputs of shape \(n, d\), got \(3,\)"),
        (lambda: perceptron.fire([1, 2], np.ones((4, 2))), r"w needs shape \(d \+ 1,\).*got \(2,\) and \(4, 2\)"),
        (lambda: perceptron.predict([1, 2, 3], np.ones(2)), r"got \(3,\) and \(2,\)"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_one_in_five_labels_told_is_wrong_and_a_plane_parts_the_true_ones():
    x, told, true = perceptron.mislabelled(20_000, rng=np.random.default_rng(0))
    assert x.shape == (20_000, 10)
    assert np.mean(told != true) == pytest.approx(0.2, abs=0.01)
    normal = np.append(np.ones(4), np.zeros(6)) / np.geomspace(1, 20, 10)
    np.testing.assert_array_equal(perceptron.predict(np.append(0.3, normal), x), true)
    again = perceptron.mislabelled(20_000, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(x, again[0])
