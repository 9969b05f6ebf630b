"""Pictures show what they were given: right series, right labels, right scale."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.viz import curves, images


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_learning_curves_draw_each_series_at_its_own_steps():
    ax = curves.learning_curves({"training": [3.0, 2.0, 1.0], "validation": ([1, 3], [3.5, 2.5])}, title="Loss falls")
    first, second = ax.lines
    assert first.get_xydata().tolist() == [[1, 3], [2, 2], [3, 1]]
    assert second.get_xydata().tolist() == [[1, 3.5], [3, 2.5]]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["training", "validation"]
    assert ax.get_xlabel() == "epoch"
    assert ax.get_title(loc="left") == "Loss falls"


def test_a_spread_is_drawn_as_a_band_around_its_curve():
    ax = curves.learning_curves({"a": [1.0, 2.0]}, spread={"a": [0.5, 0.25]})
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == 0.5
    assert band[:, 1].max() == 2.25


def test_confusion_matrix_shades_by_share_of_the_true_class_and_writes_counts():
    ax = curves.confusion_matrix([[8, 2], [0, 4]], classes=["cat", "dog"])
    assert np.allclose(ax.images[0].get_array(), [[0.8, 0.2], [0, 1]])
    assert sorted(t.get_text() for t in ax.texts) == ["2", "4", "8"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["cat", "dog"]


def test_confusion_matrix_refuses_a_table_that_is_not_square():
    with pytest.raises(ValueError, match=r"square table of counts, got shape \(2, 3\)"):
        curves.confusion_matrix(np.ones((2, 3), int))


def test_several_roc_curves_share_one_diagonal():
    ax = curves.roc_curve([0, 0.2, 1], [0, 0.9, 1], label="net")
    curves.roc_curve([0, 0.5, 1], [0, 0.5, 1], label="guess", ax=ax)
    assert [line.get_label() for line in ax.lines] == ["chance", "net", "guess"]


def test_histograms_share_one_axis_and_count_every_value(rng):
    grid = curves.histograms({"layer 1": rng.normal(size=(10, 7)), "layer 2": rng.normal(size=50) * 3})
    assert [sum(p.get_height() for p in ax.patches) for ax in grid] == [70, 50]
    assert grid[0].get_xlim() == grid[1].get_xlim()


@pytest.mark.parametrize("shape", [(5, 4, 6), (5, 1, 4, 6), (5, 3, 4, 6)])
def test_image_grid_takes_grey_and_colour_batches(rng, shape):
    x = rng.uniform(size=shape)
    grid = images.image_grid(x, columns=3, titles=list("abcde"))
    shown = grid[4].images[0].get_array()
    want = x[4].transpose(1, 2, 0) if shape[1] == 3 else x[4].reshape(4, 6)
    assert np.array_equal(shown, want)
    assert grid[4].get_title() == "e"


def test_filters_are_shown_on_one_scale_with_zero_in_the_middle(rng):
    w = rng.normal(size=(4, 2, 5, 5))
    w[1, 1] *= 10
    grid = images.filters(w)
    limits = {ax.images[0].get_clim() for ax in grid}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high
    assert np.array_equal(grid[1].images[0].get_array(), w[1, 1])


def test_numbers_writes_each_value_in_its_cell_and_frames_the_window():
    ax = images.numbers([[1, 2, 3], [4, 5, 6]], highlight=(0, 1, 2, 2))
    written = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert written[(1, 2)] == "6"
    assert ax.patches[0].get_bbox().bounds == (0.5, -0.5, 2, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: images.image_grid(np.zeros((2, 2))), "image_grid: expected"),
        (lambda: images.image_grid(np.zeros((2, 3, 3)), titles=["a"]), "a title for each, got 2, titles: 1"),
        (lambda: images.image_grid(np.zeros((0, 3, 3))), "image_grid: expected images .*, got 0, titles: none"),
        (lambda: images.numbers([1, 2]), r"numbers: expected an array \(h, w\), got shape \(2,\)"),
        (lambda: curves.confusion_matrix(np.eye(3, dtype=int), classes=["a"]), "a name for each of 3 classes, got 1"),
        (lambda: curves.roc_curve([0, 1], [0, 0.5, 1]), r"roc_curve: expected two rates .*\(2,\) and \(3,\)"),
        (lambda: curves.histograms({}), "histograms: expected at least one named array, got none"),
        (lambda: images.filters(np.zeros((2, 2))), "filters: expected"),
        (lambda: images.feature_maps(np.zeros((2, 2))), "feature_maps: expected"),
    ],
)
def test_a_wrong_shape_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
