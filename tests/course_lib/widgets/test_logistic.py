"""The explorers of lesson 02 show what their sliders say."""

import numpy as np
import pytest

from course_lib.topics import logistic, perceptron
from course_lib.widgets import logistic as widgets


def parts(box):
    """The picture, the readout, and the sliders by what they are called."""
    picture, panel = box.children
    return picture, panel.children[-1], {s.description: s for s in panel.children[:-1]}


def test_the_neuron_follows_weight_bias_and_temperature():
    picture, readout, sliders = parts(widgets.sigmoid_explorer())
    assert picture.png[:4] == b"\x89PNG"
    assert "output at x = +2</td><td><b>0.8808" in readout.value
    before = picture.png
    sliders["bias"].value = -2
    assert "output at x = +2</td><td><b>0.5000" in readout.value
    sliders["bias"].value, sliders["weight"].value, sliders["temperature"].value = 0, 3, 2
    assert f"output at x = -2</td><td><b>{logistic.sigmoid(-3.0):.4f}" in readout.value
    assert picture.png != before


def test_descent_walks_as_many_steps_as_asked_from_where_it_was_told():
    x1, t = perceptron.augment(np.array([[-1.0], [0.5], [2.0], [1.0]])), np.array([0, 1, 1, 0])
    _, readout, sliders = parts(widgets.descent_explorer(x1, t, start=(-1, 2), eta=0.5, steps=3))
    end = logistic.descend(lambda w: logistic.gradient(w, x1, t), np.array([-1.0, 2.0]), 0.5, 3)[-1]
    assert f"({end[0]:.2f}, {end[1]:.2f})" in readout.value
    sliders["steps"].value = 0
    assert "(-1.00, 2.00)" in readout.value
    sliders["start w1"].value = -2
    assert "(-1.00, -2.00)" in readout.value
    wrong = np.count_nonzero((x1 @ np.array([-1.0, -2.0]) >= 0) != t)
    assert f"misclassified</td><td><b>{wrong} of 4" in readout.value


def test_the_largest_learning_rate_still_draws():
    x1, t = perceptron.augment(np.array([[-9.0], [7.0], [2.0]])), np.array([0, 1, 0])
    picture, _, sliders = parts(widgets.descent_explorer(x1, t))
    sliders["eta"].value, sliders["steps"].value = 1000, 200
    assert sliders["eta"].value == pytest.approx(1000)
    assert picture.png[:4] == b"\x89PNG"
