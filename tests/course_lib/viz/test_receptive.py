"""Receptive fields are drawn as wide as a gradient finds them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from course_lib.viz import receptive


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("layers", [[(3,)] * 3, [(3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)], [(3, 2, 1), (2, 2), (3,)]])
def test_the_fan_reaches_as_many_inputs_as_a_gradient(layers):
    ax = receptive.fan(layers, ax=Figure().add_subplot())
    inputs = [c for c in ax.collections if c.get_offsets()[0, 1] == 0]
    filled = {round(float(c.get_offsets()[0, 0]), 6) for c in inputs if c.get_facecolor()[0, :3].min() < 1}
    tops = [c for c in ax.collections if c.get_offsets()[0, 1] == len(layers) and c.get_facecolor()[0, :3].min() < 1]
    assert [c.get_offsets()[0, 0] for c in tops] == [np.mean(sorted(filled)[:: len(filled) - 1])]  # over its middle
    x = torch.zeros(1, 1, 64, requires_grad=True)
    y = x
    for layer in layers:
        k, s, p, d = (*layer, *(None, 1, 0, 1)[len(layer) :])
        y = torch.nn.functional.conv1d(y, torch.ones(1, 1, k), stride=s, padding=p, dilation=d)
    y[0, 0, y.shape[2] // 2].backward()
    assert len(filled) == int((x.grad != 0).sum())


def test_gradient_fields_box_what_is_not_zero():
    field = np.zeros((9, 11))
    field[2:5, 3:10] = -1
    (ax,) = receptive.gradient_fields([field], ["seen"])[:1]
    (box,) = ax.patches
    assert (box.get_x(), box.get_y(), box.get_width(), box.get_height()) == (2.5, 1.5, 7, 3)
