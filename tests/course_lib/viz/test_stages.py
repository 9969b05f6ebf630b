"""The pictures of a stage show what torch computes, and say how much a shift changed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_lib.topics.filter_fit import best_fits, derivatives
from course_lib.viz import stages


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize(("kind", "size"), [("max", 3), ("average", 2), ("none", 4)])
def test_a_stage_is_torchs_convolution_relu_and_pooling(kind, size):
    image, kernels = np.random.default_rng(0).random((12, 14)), stages.edge_filters(3)
    found = stages.run_stage(image, kernels, size=size, kind=kind, shift=(1, -2))
    moved = torch.tensor(np.roll(image, (1, -2), axis=(0, 1)))[None, None]
    maps = torch.nn.functional.conv2d(moved, torch.tensor(kernels)[:, None], padding=2)
    rectified = torch.relu(maps)
    pools = {
        "max": lambda x: torch.nn.functional.max_pool2d(x, size),
        "average": lambda x: torch.nn.functional.avg_pool2d(x, size),
        "none": lambda x: x[:, :, ::size, ::size],
    }
    np.testing.assert_allclose(found.maps, maps[0], atol=1e-12)
    np.testing.assert_allclose(found.rectified, rectified[0], atol=1e-12)
    np.testing.assert_allclose(found.pooled, pools[kind](rectified)[0], atol=1e-12)


def test_an_edge_filter_answers_most_to_its_own_direction():
    y, x = np.mgrid[:11, :11].astype(float)
    answers = [stages.run_stage(ramp, stages.edge_filters(4)).maps[:, 5, 5] for ramp in (x, x + y, y, y - x)]
    assert [int(np.argmax(a)) for a in answers] == [0, 1, 2, 3]


def test_the_picture_of_a_moved_image_says_how_much_changed():
    image, kernels = np.zeros((16, 16)), stages.edge_filters(2)
    image[5:9, 6:11] = 1
    axes = stages.stage_maps(image, kernels, size=4, shift=(0, 1))
    rest, moved = (stages.run_stage(image, kernels, size=4, shift=s) for s in ((0, 0), (0, 1)))
    percent = 100 * np.linalg.norm(moved.pooled - rest.pooled) / np.linalg.norm(rest.pooled)
    assert f"the pooled ones by {percent:.0f} %" in axes[0, 0].figure._supxlabel.get_text()
    np.testing.assert_allclose(axes[1, 3].images[0].get_array(), moved.pooled[1])


def test_change_is_relative_and_0_for_nothing():
    assert stages.change(np.array([3.0, 4.0]), np.array([3.0, 9.0])) == 1.0
    assert stages.change(np.zeros(2), np.zeros(2)) == 0.0


def test_the_route_of_the_gradient_is_torchs():
    rng = np.random.default_rng(1)
    x, g = rng.permutation(30).reshape(5, 6).astype(float), rng.integers(1, 9, (2, 2)).astype(float)
    axes = stages.gradient_route(x, g, size=3, stride=2)
    t = torch.tensor(x[None, None], requires_grad=True)
    torch.nn.functional.max_pool2d(t, 3, 2).backward(torch.tensor(g[None, None]))
    shown = [float(text.get_text().replace("−", "-")) for text in axes[3].texts]
    np.testing.assert_array_equal(np.reshape(shown, x.shape), t.grad[0, 0])


def test_fitted_filters_are_labelled_with_order_and_score():
    filters = np.random.default_rng(2).normal(size=(3, 5, 5))
    fits = best_fits(filters, derivatives(5))
    axes = stages.fitted_filters(filters, fits)
    assert [ax.get_title() for ax in axes[1]] == [f"order {f.order}\n{100 * f.score:.0f} %" for f in fits]


def test_a_score_map_has_a_row_for_each_class():
    axes = stages.score_map(np.zeros((8, 30)), np.random.default_rng(3).normal(size=(4, 6)), classes="abcd")
    assert [label.get_text() for label in axes[1].get_yticklabels()] == list("abcd")


def test_the_tap_picture_marks_the_pixels_of_a_strided_slice():
    axes = stages.tap_picture((7, 8), (2, 3), 2, tap=(1, 2))
    shown = [int(text.get_text()) for text in axes[2].texts]
    assert shown == np.arange(56).reshape(7, 8)[1:6:2, 2:7:2].ravel().tolist()


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match="kind must be one of max, average, none"):
        stages.run_stage(np.zeros((4, 4)), np.ones((1, 3, 3)), kind="median")
