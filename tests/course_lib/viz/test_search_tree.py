"""Boards show whose stone lies where; trees show every node with its visits, prior and value."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.topics.connect import Connect
from course_lib.topics.evaluators import open_lines
from course_lib.topics.tree_search import tree_of
from course_lib.viz import search_tree
from course_lib.viz.style import BLUE, ORANGE

GAME = Connect(5, 4, 4)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def after(*moves):
    state = GAME.start
    for column in moves:
        state = GAME.play(state, column)
    return state


def test_stones_keep_their_colour_whoever_is_to_move():
    for moves in ((1, 1, 2), (1, 1, 2, 3)):
        ax = search_tree.draw_board(GAME, after(*moves), last=moves[-1])
        stones, rings, dot = ax.collections
        colors = dict(
            zip(map(tuple, stones.get_offsets().astype(int).tolist()), stones.get_facecolors().tolist(), strict=True)
        )
        blue, orange = (list(plt.matplotlib.colors.to_rgba(c)) for c in (BLUE, ORANGE))
        assert colors[1, -4] == blue
        assert colors[1, -3] == orange
        assert colors[2, -4] == blue
        assert len(rings.get_offsets()) == 2
        assert dot.get_offsets().tolist() == [[moves[-1], -4]]
        plt.close("all")


def test_every_node_down_to_the_depth_tells_visits_prior_and_value():
    root = tree_of(GAME, after(1, 1, 2), open_lines(GAME), 60)
    for depth in (1, 2):
        boxes = search_tree.layout(root, depth)
        nodes = 1 + len(root.children) + (sum(len(c.children) for c in root.children.values()) if depth == 2 else 0)
        assert len(boxes) == nodes
        ax = search_tree.search_tree(root, depth=depth)
        assert [t.get_text() for t in ax.texts] == [b["text"] for b in boxes]
    k = int(root.visits.argmax())
    mean = root.total[k] / root.visits[k]
    told = f"col {root.moves[k]}\nN {int(root.visits[k])}\nP {root.prior[k]:.2f}\nQ {mean:+.2f}"
    assert [b["text"] for b in boxes if b["best"]][1] == told
    assert boxes[0]["text"].startswith("N 60")


def test_boxes_of_a_level_do_not_overlap_and_parents_stand_above_their_children():
    root = tree_of(GAME, after(0, 3), open_lines(GAME), 120)
    boxes = search_tree.layout(root, 2)
    for level in (1, 2):
        places = np.sort([b["x"] for b in boxes if b["depth"] == level])
        assert np.diff(places).min() >= 1
    for box in boxes[1:]:
        under = [b["x"] for b in boxes if b["parent"] is box["parent"]]
        assert min(under) <= box["parent"]["x"] <= max(under)


def test_a_finished_game_is_framed_twice_as_thick():
    board = np.zeros((5, 4), int)
    board[4, :3] = 1
    board[3, :3] = -1
    root = tree_of(GAME, GAME.state(board), open_lines(GAME), 30)
    over = [b for b in search_tree.layout(root, 1) if b["over"]]
    assert [b["text"].split("\n")[0] for b in over] == ["col 3"]
