"""The deep stack's signals are those that automatic differentiation finds, and the pictures show them."""

import itertools

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.viz import style
from course_lib.viz.signals import ACTIVATIONS, deep_stack, layer_histograms, signal_picture, spread_curves

BENDS = {"relu": F.relu, "tanh": F.tanh, "sigmoid": F.sigmoid, "linear": lambda z: z}


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_and_gradients_are_those_of_automatic_differentiation(activation, norm):
    got = deep_stack(0.3, activation=activation, depth=4, width=9, samples=7, norm=norm, rng=np.random.default_rng(3))
    rng = np.random.default_rng(3)
    h, outputs = Tensor(rng.standard_normal((7, 9)), requires_grad=True), []
    for _ in range(4):
        z = h @ (0.3 * rng.standard_normal((9, 9))).T
        h = BENDS[activation](F.batch_norm(z, training=True) if norm else z)
        outputs.append(h)
    gradients, top = [], rng.standard_normal((7, 9))
    for k, out in enumerate(outputs):  # from each layer's output on, with the same weights
        np.testing.assert_allclose(got.activations[k], out.data, rtol=1e-9, atol=1e-12)
        gradients.append(_gradient_from(k, out.data, activation, norm, top))
    np.testing.assert_allclose(got.gradients, gradients, rtol=1e-8)


def _gradient_from(layer, value, activation, norm, top):
    rng = np.random.default_rng(3)
    rng.standard_normal((7, 9))
    weights = [0.3 * rng.standard_normal((9, 9)) for _ in range(4)]
    start = h = Tensor(value, requires_grad=True)
    for w in weights[layer + 1 :]:
        z = h @ w.T
        h = BENDS[activation](F.batch_norm(z, training=True) if norm else z)
    (h * top).sum().backward()
    return np.sqrt(np.mean(start.grad**2))


def test_msr_keeps_the_size_of_a_relu_stack_and_smaller_weights_lose_it():
    kept = deep_stack(np.sqrt(2 / 200), depth=20, width=200, rng=np.random.default_rng(0))
    lost = deep_stack(0.01, depth=20, width=200, rng=np.random.default_rng(0))
    assert 0.2 < kept.spreads[-1] / kept.spreads[0] < 5
    assert lost.spreads[-1] < 1e-10


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="activation must be one of relu, tanh"):
        deep_stack(1.0, activation="step", rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="depth is at least 1"):
        deep_stack(1.0, depth=0, rng=np.random.default_rng(0))


def test_curves_show_every_layer_and_the_dead_at_the_floor():
    rng = np.random.default_rng(1)
    named = {"small": deep_stack(1e-9, depth=6, width=10, rng=rng), "fine": deep_stack(0.4, depth=6, width=10, rng=rng)}
    pair = spread_curves(named, pair=style.row(2), floor=1e-20)
    small, fine = pair[0].lines[:2]
    assert small.get_ydata()[-1] == 1e-20
    np.testing.assert_allclose(fine.get_ydata(), named["fine"].spreads)
    np.testing.assert_allclose(pair[1].lines[1].get_ydata(), named["fine"].gradients)


def test_histograms_leave_out_what_lies_beyond_the_limits_and_say_how_much():
    signals = deep_stack(3.0, activation="linear", depth=3, width=10, samples=20, rng=np.random.default_rng(0))
    figure = layer_histograms({"wild": signals}, layers=(1, 3), limits=(-1, 1))
    for ax, values in zip(figure.axes, (signals.activations[0], signals.activations[2]), strict=True):
        inside = np.sum(np.abs(values) <= 1)
        (stairs,) = ax.patches
        assert stairs.get_data().values.sum() == inside < 200
        assert [t.get_text() for t in ax.texts] == [f"beyond: {1 - inside / 200:.0%}"]
    assert f"{signals.activations[2].std():.1e}" in figure.axes[1].get_title()


def test_the_picture_shows_two_curves_and_five_layers():
    figure = signal_picture(0.5, "tanh", depth=12, norm=True)
    axes = figure.axes
    titles = [ax.get_title() for ax in axes[2:]]
    assert titles == ["layer 1", "layer 4", "layer 6", "layer 9", "layer 12"]
    assert {ax.get_xlim() for ax in axes[2:]} == {(-1.65, 1.65)}  # so that the first one's numbers are those of all
    figure.draw_without_rendering()
    numbered = [ax.xaxis.get_major_ticks()[0].label1.get_visible() for ax in axes[2:]]
    assert numbered == [True, False, False, False, False]
    assert len(axes[0].lines[0].get_ydata()) == 12


def test_the_two_rows_of_the_picture_lie_apart_on_any_figure():
    figure = signal_picture(3.0, "tanh", figure=Figure(figsize=(9.0, 4.4), layout="constrained"))
    figure.draw_without_rendering()
    places = [ax.get_position() for ax in figure.axes]
    assert not [1 for a, b in itertools.combinations(places, 2) if a.overlaps(b)]
