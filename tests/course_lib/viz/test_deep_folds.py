"""Two layers in the plane: the picture's lines and counts are the network's, and the explorer follows its sliders."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.topics import mlp
from course_lib.viz import deep_folds
from course_lib.widgets.deep_folds import STARTS, deep_fold_explorer, layers


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_title_counts_the_regions_that_the_points_of_the_square_show():
    for start in STARTS.values():
        network = layers(start)
        counted = mlp.regions(network, deep_folds.grid(2.0))
        assert deep_folds.bent_lines(network).get_title(loc="left") == f"{counted} regions"


def test_two_layers_of_two_never_show_more_than_eleven_regions_and_reach_them():
    points, most = deep_folds.grid(4.0, 120), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        most = max(most, mlp.regions([(rng.normal(size=(2, 2)), rng.normal(size=2)) for _ in range(2)], points))
    assert most <= 11
    assert mlp.regions(layers(STARTS["most regions"]), points) == 11


def test_solid_lines_lie_where_the_second_layer_gets_0():
    network = layers(STARTS["a slanting fold"])
    (w1, b1), (w2, b2) = network
    ax = deep_folds.bent_lines(network)
    lines = [c for c in ax.collections if hasattr(c, "levels")]
    assert len(lines) == 2
    for k, contour in enumerate(lines):
        points = np.concatenate([path.vertices for path in contour.get_paths()])
        z = np.maximum(points @ w1.T + b1, 0) @ w2[k] + b2[k]
        assert np.abs(z).max() < 0.02
        assert len(points) > 50


def test_the_sheet_shows_no_negative_place():
    ax = deep_folds.folded_sheet(layers(STARTS["most regions"]))
    lattice = ax.collections[0].get_segments()
    assert len(lattice) == 26
    assert min(place.min() for place in lattice) >= 0


def test_the_explorer_follows_its_sliders_and_its_menu():
    box = deep_fold_explorer()
    picture, menu, columns = box.children
    first = picture.png
    assert first[:4] == b"\x89PNG"
    angle = next(w for w in columns.children[2].children if isinstance(w, ipywidgets.FloatSlider))
    angle.value += 40
    assert picture.png != first
    menu.value = "nothing reaches the sheet"
    assert [w.value for w in columns.children[3].children[1:]] == list(STARTS["nothing reaches the sheet"][3])
