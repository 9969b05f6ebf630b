"""The backward pass as drawn is the backward pass as the library does it, one node at a time."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.viz.backprop import backward_step, sigmoid_graph, trace_backward, twice_graph


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("make", [sigmoid_graph, twice_graph])
def test_the_last_step_shows_the_gradients_that_backward_gives(make):
    output, names = make()
    traced = trace_backward(output, names=names)[-1].grads
    output.backward()
    leaves = {name: t for name, t in names.items() if t.grad is not None}
    assert len(leaves) >= 2
    for t in leaves.values():
        assert traced[id(t)] == pytest.approx(t.grad.item(), rel=1e-12)


def test_the_sigmoid_graph_gives_f_times_one_minus_f():
    output, names = sigmoid_graph((1.0, 2.0, -0.5), (0.5, 0.25))
    f = 1 / (1 + np.exp(-0.5))
    assert output.item() == pytest.approx(f)
    grads = trace_backward(output, names=names)[-1].grads
    wanted = {"w0": 0.5, "w1": 0.25, "w2": 1.0, "x0": 1.0, "x1": 2.0}
    for name, factor in wanted.items():
        assert grads[id(names[name])] == pytest.approx(f * (1 - f) * factor)


def test_a_node_hands_on_only_when_every_user_has_reported():
    output, names = twice_graph(0.5, -2.0)
    steps = trace_backward(output, names=names)
    acted = [step.active for step in steps if step.active is not None]
    reported = [{key for _, key, _ in step.sent} for step in steps if step.active is not None]
    for at, active in enumerate(acted[1:], 1):
        assert not any(active in keys for keys in reported[at:])
    assert len(set(acted[1:])) == len(acted) - 1
    assert "added up to" in steps[-1].say


def test_step_by_step_the_picture_gains_gradients_and_marks_the_acting_node():
    output, names = sigmoid_graph()
    steps = trace_backward(output, names=names)
    for k in (0, 1, len(steps) - 1):
        ax = backward_step(output, k, names=names, steps=steps)
        below = [t for t in ax.texts if t.get_text() and t.get_bbox_patch() is None]
        assert len(below) == len(steps[k].grads)
        orange = [t for t in ax.texts if t.get_bbox_patch() and t.get_bbox_patch().get_facecolor()[2] == 0.0]
        assert len(orange) == (k > 0)
        assert ax.get_title(loc="left") == steps[k].say


def test_tracing_leaves_the_graph_as_it_was():
    output, names = twice_graph()
    trace_backward(output, names=names)
    assert all(t.grad is None for t in names.values())
    output.backward()
    assert names["x"].grad is not None


def test_arrays_and_steps_that_do_not_exist_are_refused_in_a_sentence():
    y = Tensor(np.ones(3), requires_grad=True).sum()
    with pytest.raises(ValueError, match="must be one number"):
        trace_backward(y)
    output, _ = twice_graph()
    with pytest.raises(IndexError, match="between 0 and"):
        backward_step(output, 99)
