"""The figures of lesson 10, with hardly any images: their tables have a row for each network, as the lecture has."""

import matplotlib.pyplot as plt
import pytest

from course_lib.data import datasets
from course_lib.topics.lenet import images_for_lenet
from course_lib.viz import lenet_figures


@pytest.fixture(autouse=True)
def few(monkeypatch):
    data = datasets.digits()
    sets = [
        images_for_lenet(data.x_train[:40]),
        data.t_train[:40],
        images_for_lenet(data.x_test[:30]),
        data.t_test[:30],
    ]
    monkeypatch.setattr(lenet_figures, "mnist", lambda count=0: ("few digits", *sets))
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("figure", "rows", "told"),
    [
        (lambda: lenet_figures.lenet_figure(runs=2, epochs=1), 4, "99.58 / 98.77 %"),
        (lambda: lenet_figures.shift_figure(runs=2, epochs=1), 7, "pooling helps; pool slowly"),
        (lambda: lenet_figures.sharing_figure(runs=2, epochs=1), 8, "digits moved by up to 4"),
    ],
)
def test_a_table_has_a_row_for_each_network(figure, rows, told):
    table = str(figure())
    assert table.count("few digits") == rows
    assert told in table
