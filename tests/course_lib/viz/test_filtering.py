"""Pictures of filters at work show what torch computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection

from course_lib.topics import filters
from course_lib.viz import filtering


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def torch_correlate(x, w, s, p, d):
    x, w = torch.tensor(x[None, None], dtype=torch.float64), torch.tensor(w[None, None], dtype=torch.float64)
    return torch.nn.functional.conv2d(x, w, stride=s, padding=p, dilation=d)[0, 0].numpy()


def test_one_answer_names_the_sum_of_its_window():
    photo = np.random.default_rng(1).random((12, 10))
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    axes = filtering.one_answer(photo, kernel, corner=(4, 5))
    window = np.round(100 * photo[4:7, 5:8])
    assert axes[2].get_xlabel() == f"sum of products: {(window * kernel).sum() / 100:+.2f}"


def test_shifted_taps_add_up_to_the_dilated_map():
    photo, kernel = np.random.default_rng(2).random((20, 17)), np.array([[-1, 0, 1], [2, 1, -3]])
    shown = filtering.shifted_taps(photo, kernel, dilation=3)[-1].images[0].get_array()
    np.testing.assert_allclose(shown, torch_correlate(photo, kernel, 1, 0, 3))


def test_responses_draw_blur_in_grey_and_derivatives_around_zero():
    bank, maps = filters.gaussian_bank(1.0, 2)[:2], np.random.default_rng(3).normal(size=(2, 8, 8))
    first, second = filtering.responses(maps, bank, ["G", "Gx"])
    assert first.images[0].get_cmap().name == "gray"
    low, high = second.images[0].get_clim()
    assert low == -high


def test_cost_against_time_draws_one_point_a_layer():
    ax = filtering.cost_against_time([1e6, 1e7, 1e8], [1e-3, 1e-2, 1e-1], [3, 3, 5])
    points = [c for c in ax.collections if isinstance(c, PathCollection)]
    assert [len(c.get_offsets()) for c in points] == [2, 1]
    assert "1.0 thousand million a second" in ax.get_legend().get_texts()[0].get_text()
