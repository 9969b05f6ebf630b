"""A hidden layer's picture shows its lines, its regions and its own surface, and the explorer follows its sliders."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.viz import folds
from course_lib.widgets.folds import STARTS, fold_explorer, weights

TRIANGLE = (np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]), np.array([0.5, 0.5, 0.5]))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_output_is_that_of_the_loop_over_units():
    rng = np.random.default_rng(4)
    w1, b1, w2, x = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=3), rng.normal(size=(5, 2))
    want = [sum(v * max(w @ p + b, 0) for w, b, v in zip(w1, b1, w2, strict=True)) + 0.25 for p in x]
    np.testing.assert_allclose(folds.output(w1, b1, w2, 0.25, x), want, rtol=1e-12)


@pytest.mark.parametrize("name", folds.ACTIVATIONS)
def test_the_slope_drawn_is_the_slope_of_the_curve(name):
    value, slope = folds.ACTIVATIONS[name]
    a = np.linspace(-3.05, 3.05, 62)
    np.testing.assert_allclose(slope(a), (value(a + 1e-5) - value(a - 1e-5)) / 2e-5, atol=1e-8)


def test_three_lines_in_general_position_make_seven_regions():
    assert [folds.regions(TRIANGLE[0][:k], TRIANGLE[1][:k]) for k in (1, 2, 3)] == [2, 4, 7]


def test_each_unit_has_its_line_and_a_unit_without_weights_has_none():
    w1 = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    ax = folds.hyperplanes(w1, np.zeros(3))
    assert [line.get_label() for line in ax.lines] == ["unit 1", "unit 3"]


def test_folded_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"w1 must be \(k, 2\)"):
        folds.folded(np.ones((3, 2)), np.ones(2), np.ones(2))


def test_a_line_lies_at_its_offset_along_its_unit_normal():
    w1, b1, w2 = weights([(90, 0.7, 2.0)])
    np.testing.assert_allclose(w1[0] @ [5.0, 0.7] + b1[0], 0, atol=1e-12)
    np.testing.assert_allclose([np.hypot(*w1[0]), w2[0]], [1, 2])


def test_the_explorer_redraws_when_slider_activation_or_start_change():
    box = fold_explorer()
    picture, menus, columns = box.children
    seen = {bytes(picture.png)}
    columns.children[0].children[3].value = -1.5
    seen.add(bytes(picture.png))
    menus.children[1].value = "none"
    seen.add(bytes(picture.png))
    menus.children[0].value = "a ridge"
    seen.add(bytes(picture.png))
    assert len(seen) == 4
    shown = [[s.value for s in column.children[1:]] for column in columns.children]
    assert shown == [list(map(float, unit)) for unit in STARTS["a ridge"]]
