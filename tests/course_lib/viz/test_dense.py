"""Drawings of dense predictors count rightly what an answer sees and how fine answers are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Annotation

from course_lib import Tensor
from course_lib.topics.dense import Context
from course_lib.viz import dense


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_sights_are_those_of_gradients():
    net = Context(3, (1, 2, 4), rng=np.random.default_rng(0)).eval().double()
    x = Tensor(np.random.default_rng(1).normal(size=(1, 1, 25, 25)), requires_grad=True)
    net(x)[0, :, 12, 12].sum().backward()
    seen = dense.sight(3, 0, 1, growing=True)
    assert (seen.size, seen.grid, seen.finest) == (15, 1, 1)
    reached = np.flatnonzero(np.abs(x.grad[0, 0]).sum(axis=0) > 0)
    used = 12 - (seen.size - 1) // 2 + np.flatnonzero(seen.taps)
    assert set(reached) <= set(used)
    assert len(reached) > 10


def test_constant_dilation_leaves_holes_and_growing_does_not():
    assert dense.sight(3, 0, 2).seen < 0.4
    assert dense.sight(3, 0, 1, growing=True).seen == 1


def test_poolings_multiply_and_skips_bring_back_the_finest_grid():
    seen = dense.sight(4, 3)
    assert (seen.grid, seen.finest, seen.size) == (8, 8, 1 + 2 + 1 + 4 + 2 + 8 + 4 + 16)
    assert dense.sight(4, 3, skips=True).finest == 1


def test_coarse_masks_keep_the_commonest_class_of_each_cell():
    mask = np.array([[0, 0, 1, 1], [0, 2, 1, 0], [3, 3, 0, 0]])
    assert dense.coarse(mask, 2).tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [3, 3, 0, 0]]
    assert np.array_equal(dense.coarse(mask, 1), mask)


def test_a_sight_on_a_picture_says_its_numbers():
    mask = np.zeros((24, 24), int)
    mask[3:9, 5:12] = 1
    titles = [ax.get_title() for ax in dense.sight_on(mask.astype(float), mask, dense.sight(3, 2))]
    assert titles[0] == "sees 18×18, 100% of it"
    assert titles[1] == "one answer every 4 pixels"
    assert titles[2].startswith("at best a mean IoU of 0.")
    assert dense.sight_on(mask.astype(float), mask, dense.sight(3, 0))[1].get_title() == "an answer for every pixel"


def test_ripples_are_drawn_about_the_mean_on_one_scale():
    even, checks = np.full((4, 4), 7.0), np.tile([[1.0, -1], [-1, 1]], (2, 2))
    many = dense.ripples({"even": even, "checks": 100 + checks}, reach=2)
    drawn = [ax.images[0].get_array() for ax in many]
    np.testing.assert_array_equal(drawn, [0 * even, checks])
    assert [ax.images[0].get_clim() for ax in many] == [(-2, 2)] * 2


def test_stamps_write_every_count_and_masks_show_every_row():
    count = np.array([[1, 2], [2, 4]])
    (ax,) = dense.stamps([count], ["stamps"])
    assert [t.get_text() for t in ax.texts] == ["1", "2", "2", "4"]
    grid = dense.masks({"image": np.zeros((3, 4, 4)), "truth": np.zeros((3, 4, 4), int)}, titles=["a", "b", "c"])
    assert grid.shape == (2, 3)
    assert [line[0].get_ylabel() for line in grid] == ["image", "truth"]
    assert not grid[0, 0].figure.legends


def test_the_names_of_classes_stand_beside_the_colours_of_their_pixels():
    mask = np.array([[[0, 1], [2, 3]]])
    (ax,), figure = (grid := dense.masks({"mask": mask}, names=("none", "a", "b", "c")))[0], grid[0, 0].figure
    (told,) = figure.legends
    assert [text.get_text() for text in told.get_texts()] == ["none", "a", "b", "c"]
    shown = ax.images[0]
    for c, patch in enumerate(told.get_patches()):
        assert shown.cmap(shown.norm(c)) == patch.get_facecolor()


def test_no_grid_is_drawn_where_skip_links_bring_in_finer_answers():
    mask = np.zeros((24, 24), int)
    mask[3:9, 5:12] = 1
    for skips, lines, title in (
        (False, 12, "one answer every 4 pixels"),
        (True, 0, "answers every 4, 2 and 1 pixels"),
    ):
        middle = dense.sight_on(mask.astype(float), mask, dense.sight(3, 2, skips=skips))[1]
        assert len(middle.lines) == lines
        assert middle.get_title() == title


def test_the_ladder_has_a_skip_link_for_each_level_but_the_lowest():
    texts = [t.get_text() for t in dense.ladder(("a", "b", "c", "d")).texts]
    assert texts.count("skip link") == texts.count("pool") == texts.count("enlarge") == 3
    assert texts.count("d") == 1
    assert texts.count("a") == 2


def test_the_ladder_s_arrows_go_from_box_to_box_and_enter_none():
    ax = dense.ladder()
    boxes = [b for b in ax.patches if isinstance(b, FancyBboxPatch)]
    arrows = [(t.xyann, t.xy) for t in ax.texts if isinstance(t, Annotation)]
    assert len(arrows) == 2 + 2 + 2 + 2  # pool, enlarge, skip, in and out
    for ends in arrows:
        for x, y in ends:
            centre = [(b.get_x() + b.get_width() / 2, b.get_y() + b.get_height() / 2) for b in boxes]
            assert not any(abs(x - a) < 0.36 and abs(y - b) < 0.22 for a, b in centre)
