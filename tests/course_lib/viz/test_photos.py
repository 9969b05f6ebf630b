"""Views of a photograph show the pixels they say, and the explorer follows its sliders."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest

from course_lib.viz import photos
from course_lib.widgets.photos import photo_explorer


@pytest.fixture
def photo():
    return np.random.default_rng(4).integers(0, 256, (30, 40))


def test_the_window_is_written_out_number_by_number(photo):
    figure = photos.zoom_and_threshold(photo, row=5, column=7, size=4, threshold=100)
    _, middle, right = figure.axes
    assert [int(t.get_text()) for t in middle.texts] == photo[5:9, 7:11].ravel().tolist()
    assert np.array_equal(right.images[0].get_array(), photo > 100)


def test_a_window_that_would_stick_out_is_moved_inside(photo):
    figure = photos.zoom_and_threshold(photo, row=29, column=39, size=6)
    assert [int(t.get_text()) for t in figure.axes[1].texts] == photo[24:30, 34:40].ravel().tolist()


def test_the_curve_starts_at_distance_zero():
    ax = photos.neighbour_curve({"photograph": [1.0, 0.9], "noise": [1.0, 0.0]})
    assert ax.lines[0].get_xydata().tolist() == [[0, 1], [1, 0.9]]


def test_a_cloud_pairs_each_pixel_with_its_neighbour(photo):
    figure = photos.scatter_of_neighbours(photo, (1, 5))
    x, y = figure.axes[1].lines[0].get_data()
    assert np.array_equal(x, photo[::7, :35:3].ravel())
    assert np.array_equal(y, photo[::7, 5::3].ravel())


def test_the_explorer_draws_anew_when_a_slider_moves(photo):
    box = photo_explorer(photo)
    picture, first, second, share = box.children
    before = picture.png
    second.children[1].value = 200
    assert picture.png != before
    assert share.value.startswith(f"{100 * np.mean(photo > 200):.1f} %")
    before = picture.png
    first.children[0].value = 12
    assert picture.png != before
