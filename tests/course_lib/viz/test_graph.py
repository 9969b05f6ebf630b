"""Graphs and landscapes show what was computed."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.viz.graph import computation_graph
from course_lib.viz.landscape import landscape, surface


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_graph_shows_every_value_once_and_an_arrow_for_every_use():
    w, x = Tensor(np.array(2.0), requires_grad=True), Tensor(np.array(3.0))
    y = w * x + w
    ax = computation_graph(y, names={"w": w, "x": x, "y": y})
    written = [t.get_text() for t in ax.texts if t.get_text()]
    assert sorted(written) == ["mul\n6", "w\n2", "x\n3", "y = add\n8"]
    assert sum(t.get_text() == "" for t in ax.texts) == 4


def test_users_stand_to_the_right_of_what_they_use_and_boxes_do_not_overlap():
    w = [Tensor(np.array(float(k)), requires_grad=True) for k in range(5)]
    y = (w[0] * w[1] + w[2] * w[3] + w[4]).exp()
    ax = computation_graph(y)
    boxes = [t.get_position() for t in ax.texts if t.get_text()]
    near = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if abs(a[0] - b[0]) < 0.9 and abs(a[1] - b[1]) < 0.9]
    assert near == []
    for arrow in (t for t in ax.texts if not t.get_text()):
        assert arrow.xy[0] > arrow.xyann[0]


def test_gradients_are_written_once_they_are_there():
    w = Tensor(np.array(2.0), requires_grad=True)
    y = w * w
    y.backward(retain_graph=True)
    assert "grad 4" in [t.get_text() for t in computation_graph(y).texts]


def test_a_landscape_draws_paths_where_they_went():
    path = np.array([[1.0, 1.0], [0.5, 0.2], [0, 0]])
    ax = landscape(lambda u, v: u**2 + 10 * v**2, paths={"SGD": path}, minimum=(0, 0))
    assert np.array_equal(ax.lines[0].get_xydata(), path)
    assert ax.lines[1].get_xydata().tolist() == [[0, 0]]
    assert ax.get_legend().get_texts()[0].get_text() == "SGD"


def test_a_constant_surface_is_drawn_too():
    assert surface(lambda u, v: 0 * u + 1).get_zlabel() == "loss"
    assert landscape(lambda u, v: 0 * u + 1).get_xlim() == (-2, 2)
