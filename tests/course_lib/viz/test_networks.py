"""The picture of a network shows each shape it puts out and every weight it holds."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest

from course_lib import nn
from course_lib.nn.summary import summary
from course_lib.viz.networks import architecture


@pytest.fixture
def lenet():
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2d(1, 10, 5, rng=rng), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5, rng=rng), nn.MaxPool2d(2),
        nn.ReLU(), nn.Flatten(), nn.Linear(320, 50, rng=rng), nn.ReLU(), nn.Linear(50, 10, rng=rng),
    )  # fmt: skip


def test_every_change_of_shape_and_every_weight_is_shown(lenet):
    table = summary(lenet, (1, 28, 28))
    ax = architecture(table, input_shape=(1, 28, 28))
    written = [t.get_text() for t in ax.texts if t.get_text()]
    for shape in ("1×28×28", "10×24×24", "10×12×12", "20×8×8", "20×4×4", "320", "50", "10"):
        assert shape in written
    numbers = [text.split("\n")[1].replace(" ", "") for text in written if "\n" in text]
    assert sum(map(int, numbers)) == table.parameters


def test_activations_that_keep_the_shape_take_no_room(lenet):
    ax = architecture(summary(lenet, (1, 28, 28)))
    assert not any("ReLU" in t.get_text() for t in ax.texts)


def test_slabs_are_as_high_as_their_images(lenet):
    ax = architecture(summary(lenet, (1, 28, 28)), input_shape=(1, 28, 28))
    heights = [p.get_height() for p in ax.patches if hasattr(p, "get_height")]
    assert heights[1] / heights[0] == pytest.approx(24 / 28)
    assert heights[2] / heights[0] == pytest.approx(12 / 28)
