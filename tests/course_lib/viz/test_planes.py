"""Pictures of lines and planes show the points, the line and the distances they claim to show."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.viz import planes

W = np.array([-10.0, 3.0, 4.0])
X = np.array([[2.0, 6.0], [0.0, 0.0], [2.0, 1.0], [4.0, 1.0]])
T = np.array([1, -1, -1, -1])


@pytest.fixture
def ax():
    yield plt.figure().add_subplot()
    plt.close("all")


def test_misclassified_points_are_ringed_and_points_on_the_line_count(ax):
    planes.points(X, T, ax=ax, w=W)
    ringed = np.asarray(ax.collections[-1].get_offsets())
    np.testing.assert_array_equal(ringed, [[2.0, 1.0], [4.0, 1.0]])
    assert [text.get_text() for text in ax.legend().get_texts()] == ["t = -1", "t = +1", "misclassified"]


def test_axes_are_called_u_and_v_unless_they_have_names(ax):
    planes.points(X, T, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("u", "v")
    ax.set(xlabel="first", ylabel="second")
    planes.points(X, T, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first", "second")


def test_the_drawn_line_satisfies_its_equation_and_the_arrow_is_normal_to_it(ax):
    planes.view(X, ax=ax)
    planes.line(W, ax=ax)
    drawn = ax.lines[0]
    p, q = np.array(drawn._xy1), np.array(drawn._xy2)
    for point in (p, q):
        assert W[0] + W[1:] @ point == pytest.approx(0)
    tip, foot = np.array(ax.texts[0].xy), np.array(ax.texts[0].get_position())
    assert (tip - foot) @ (q - p) == pytest.approx(0)
    assert (tip - foot) @ W[1:] > 0


def test_distances_end_on_the_line_and_their_lengths_are_the_distances(ax):
    planes.distances(W, X, ax=ax, numbers=True)
    for drawn, point, expected in zip(ax.lines, X, [4.0, -2.0, 0.0, 1.2], strict=True):
        ends = np.column_stack(drawn.get_data())
        np.testing.assert_allclose(ends[0], point)
        assert W[0] + W[1:] @ ends[1] == pytest.approx(0)
        assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(abs(expected))
    assert [text.get_text() for text in ax.texts] == ["+4.00", "-2.00", "+0.00", "+1.20"]


def test_view_shows_every_point_at_equal_scales(ax):
    planes.view(X, ax=ax)
    assert ax.get_aspect() == 1
    assert np.ptp(ax.get_xlim()) == pytest.approx(np.ptp(ax.get_ylim()))
    low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
    assert np.all((low < X) & (high > X))


def test_regions_paint_the_label_that_predict_gives_and_keep_the_limits(ax):
    ax.set(xlim=(-1, 3), ylim=(-2, 2))
    planes.regions(lambda x: np.where(x[:, 0] > 0, 1, -1), ax=ax, steps=80)
    shown = ax.images[0].get_array()
    np.testing.assert_array_equal(shown, np.tile(np.linspace(-1, 3, 80) > 0, (80, 1)))
    assert ax.get_xlim() == (-1, 3)
    assert ax.get_ylim() == (-2, 2)


def test_the_plane_lies_where_its_equation_says():
    ax = plt.figure().add_subplot(projection="3d")
    surfaces = []
    ax.plot_surface = lambda *xyz, **style: surfaces.append(np.stack(xyz, axis=-1))
    w = np.array([-2.0, 1.0, 2.0, 2.0])
    planes.plane(w, ax=ax)
    (corners,) = surfaces
    np.testing.assert_allclose(corners @ w[1:] + w[0], 0, atol=1e-9)
    assert np.linalg.matrix_rank((corners - corners[0, 0]).reshape(4, 3)) == 2
    plt.close("all")


def test_a_snapshot_shows_the_line_unless_there_is_none(ax):
    planes.snapshot(X, T, W, ax=ax, feet=True)
    assert len(ax.lines) == 1 + len(X)
    bare = plt.figure().add_subplot()
    planes.snapshot(X, T, np.array([1.0, 0.0, 0.0]), ax=bare, feet=True)
    assert len(bare.lines) == 0
    assert len(bare.collections[-1].get_offsets()) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ax: planes.points(np.ones((4, 3)), np.ones(4), ax=ax), r"expected x of shape \(n, 2\)"),
        (lambda ax: planes.line([1, 0, 0], ax=ax), "a or b not 0"),
        (lambda ax: planes.regions(lambda x: 1, ax=ax), "one label per point"),
    ],
)
def test_bad_input_is_one_sentence(ax, call, message):
    with pytest.raises(ValueError, match=message):
        call(ax)


def test_tinted_regions_leave_right_angles_right():
    _, ax = plt.subplots()
    planes.view(np.array([[0.0, 0.0], [4.0, 1.0]]), ax=ax)
    planes.regions(lambda x: np.where(x[:, 0] > 0, 1, -1), ax=ax, steps=20)
    assert ax.get_aspect() == 1
