"""The pictures of logistic regression show the curve, the probabilities and the way that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.topics import logistic, perceptron
from course_lib.viz import logistic as draw


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_the_neurons_curve_passes_one_half_where_its_score_is_zero():
    ax = draw.sigmoid_neuron(2.0, -3.0, 0.5)
    curve = next(line for line in ax.lines if line.get_label() == "sigmoid neuron")
    x, y = curve.get_data()
    assert np.interp(1.5, x, y) == pytest.approx(0.5, abs=1e-4)
    assert np.interp(2.0, x, y) == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-4)
    assert "slope 1.00 at y = ½" in [t.get_text() for t in ax.get_legend().get_texts()]


def test_a_neuron_without_weight_has_no_tangent_and_a_temperature_is_above_zero():
    assert len(draw.sigmoid_neuron(0.0, 1.0).lines) == 2
    with pytest.raises(ValueError, match="above 0, got 0"):
        draw.sigmoid_neuron(1.0, 0.0, 0)


def test_the_tint_is_the_probability():
    x, t = np.array([[0.0, 0.0], [4.0, 4.0]]), np.array([0, 1])
    ax = draw.probability(lambda p: p[:, 0] - 2, x, t)
    shown = ax.images[0].get_array()
    left, right = ax.get_xlim()
    want = logistic.sigmoid(np.linspace(left, right, shown.shape[1]) - 2)
    np.testing.assert_allclose(shown, np.broadcast_to(want, shown.shape))


def test_the_loss_is_drawn_along_the_way():
    x1, t = perceptron.augment(np.array([[-1.0], [0.5], [2.0]])), np.array([0, 1, 1])
    path = logistic.descend(lambda w: logistic.gradient(w, x1, t), np.array([-2.0, 1.0]), 0.5, 4)
    left, right = draw.loss_and_path(x1, t, path)
    np.testing.assert_allclose(right.lines[0].get_ydata(), [logistic.cross_entropy(x1 @ w, t) for w in path])
    np.testing.assert_allclose(np.transpose(left.lines[0].get_data()), path)


def test_a_path_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"x1 \(n, 2\) and path \(m, 2\), got \(3, 2\) and \(4, 3\)"):
        draw.loss_and_path(np.zeros((3, 2)), np.zeros(3), np.zeros((4, 3)))
