"""The picture of neighbours and its explorer show the neighbours that there are, and their votes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from course_lib.viz.neighbours import nearest, neighbour_figure
from course_lib.widgets.neighbours import neighbour_explorer, redrawn


@pytest.fixture(scope="module")
def digits():
    bunch = load_digits()
    return bunch.data[:80] / 16, bunch.target[:80], bunch.data[80:180] / 16, bunch.target[80:180]


def parts(box):
    """The picture, the sliders by name, the button and the readout."""
    picture, controls = box.children
    sliders, (error, told) = controls.children[0].children, controls.children[1].children
    return picture, {s.description: s for s in sliders}, error, told


def test_nearest_agrees_with_scikit_learn():
    rng = np.random.default_rng(1)
    x, queries = rng.normal(size=(50, 6)), rng.normal(size=(5, 6))
    apart, rows = KNeighborsClassifier(7, algorithm="brute").fit(x, np.zeros(50)).kneighbors(queries)
    for query, far, row in zip(queries, apart, rows, strict=True):
        found, distances = nearest(x, query, 7)
        np.testing.assert_allclose(distances, far, atol=1e-6)
        assert found.tolist() == row.tolist()


def test_the_picture_tells_labels_votes_and_who_is_wrong():
    x, t = np.array([[0.0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [9, 9, 9, 9]]), np.array([3, 3, 8, 1])
    figure = neighbour_figure(x, t, np.array([1.0, 0.2, 0, 0]), 3, truth=3)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == ["read as 3", "3  (0.2)", "8  (0.8)", "3  (1.0)"]
    assert [ax.title.get_color() == "#D55E00" for ax in figure.axes if ax.get_title()] == [False, False, True, False]
    bars = [bar.get_width() for bar in figure.axes[-1].patches]
    assert (bars[3], bars[8], sum(bars)) == (2, 1, 3)
    plt.close(figure)


def test_a_k_that_is_no_number_of_neighbours_is_refused():
    for k in (0, 3):
        with pytest.raises(ValueError, match="from 1 to the 2 training images"):
            neighbour_figure(np.zeros((2, 4)), np.zeros(2, int), np.zeros(4), k)


def test_the_explorer_counts_as_scikit_learn_does_and_steps_to_the_errors(digits):
    x, t, queries, truths = digits
    picture, sliders, error, told = parts(neighbour_explorer(x, t, queries, truths, k=1))
    right = KNeighborsClassifier(1, algorithm="brute").fit(x, t).predict(queries) == truths
    assert f"<b>{right.sum()}</b> are read right" in told.value
    before, misread = picture.png, np.flatnonzero(~right)
    for place in [*misread, misread[0]]:
        error.click()
        assert sliders["digit"].value == place
    assert f"It is a <b>{truths[misread[0]]}</b>" in told.value
    assert picture.png != before
    assert picture.png[:4] == b"\x89PNG"


def test_noise_hurts_one_neighbour_more_than_many(digits):
    x, t, queries, truths = digits
    _, sliders, _, told = parts(neighbour_explorer(x, t, queries, truths, k=1))

    def right():
        return int(told.value.split("digits, <b>")[1].split("<")[0])

    clean = right()
    sliders["label noise, %"].value = 40
    noisy = right()
    sliders["k"].value = 9
    assert noisy < right() <= clean


def test_the_share_of_redrawn_labels_is_what_was_asked():
    t = np.repeat(np.arange(10), 1000)
    assert (redrawn(t, 0) == t).all()
    assert abs(np.mean(redrawn(t, 0.5) == t) - 0.55) < 0.02


def test_more_neighbours_than_images_are_refused():
    with pytest.raises(ValueError, match="only 3 training images"):
        neighbour_explorer(np.zeros((3, 4)), np.zeros(3, int), np.zeros((1, 4)), np.zeros(1, int), most=4)
