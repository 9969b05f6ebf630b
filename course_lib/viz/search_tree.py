"""Boards and search trees: stones in columns, and visits, prior and value at every node that a search has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection, PatchCollection
from matplotlib.patches import Rectangle

from course_lib.viz.style import BLUE, GREY, ORANGE, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from course_lib.topics.connect import Connect
    from course_lib.topics.tree_search import Node


def draw_board(
    game: Connect, state: tuple[int, int], *, ax: Axes | None = None, title: str | None = None, last: int | None = None
) -> Axes:
    """The stones of a state, the first player's blue with a ring, the second's orange; columns numbered below.

    `last` is the column just played: its topmost stone gets a dot. Returns the Axes. `game` is a Connect, whose `state`
    it is.
    """
    ax = axes(ax, size=(0.5 * game.columns + 0.4, 0.5 * game.rows + 0.5), title=title)
    board = game.board(state) * (1 if int(state[1]).bit_count() % 2 == 0 else -1)  # 1 is the first player from here on
    rows, columns = np.indices(board.shape)
    places = np.stack([columns, -rows], axis=-1)
    colors = np.array([ORANGE, "white", BLUE])[board + 1]
    circle = {"units": "xy", "offset_transform": ax.transData}
    for radius, which, look in (
        (0.4, board < 2, {"facecolors": colors.ravel(), "edgecolors": GREY, "linewidths": 0.8}),
        (0.2, board == 1, {"facecolors": "none", "edgecolors": "white", "linewidths": 1.2}),
        (0.09, _topmost(board, last), {"facecolors": "black"}),
    ):
        size = np.full(which.sum(), 2 * radius)
        ax.add_collection(EllipseCollection(size, size, 0 * size, offsets=places[which], **look, **circle))
    ax.set(xlim=(-0.6, game.columns - 0.4), ylim=(0.4 - game.rows, 0.6), aspect="equal", yticks=[])
    ax.set_xticks(range(game.columns))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _topmost(board: np.ndarray, column: int | None) -> np.ndarray:
    """Where the topmost stone of `column` lies, a mask of the board; nowhere for None."""
    columns = np.arange(board.shape[1])
    return (columns == column) & (board != 0) & (np.cumsum(board != 0, axis=0) == 1)


def search_tree(root: Node, *, ax: Axes | None = None, depth: int = 2, title: str | None = None) -> Axes:
    """A tree of `course_lib.topics.tree_search.Node` down to `depth`: column, visits N, prior P, mean Q of a move.

    Q is for the player who makes the move, as PUCT uses it. The line of most visits is orange; a doubled frame ends the
    game. Returns the Axes. `root` is the tree's first Node.
    """
    boxes = layout(root, depth)
    ax = axes(ax, size=(11, 1.5 * depth + 1.1), title=title)
    lines = [(b, [(b["parent"]["x"], -b["parent"]["depth"]), (b["x"], -b["depth"])]) for b in boxes if b["parent"]]
    look = {"colors": [_color(b) for b, _ in lines], "linewidths": [2.0 if b["best"] else 0.8 for b, _ in lines]}
    ax.add_collection(LineCollection([ends for _, ends in lines], zorder=1, **look))
    frames = [Rectangle((b["x"] - 0.43, -b["depth"] - b["high"] / 2), 0.86, b["high"]) for b in boxes]
    look = {"edgecolors": [_color(b) for b in boxes], "linewidths": [2.6 if b["over"] else 1.0 for b in boxes]}
    ax.add_collection(PatchCollection(frames, facecolors="white", zorder=2, **look))
    for b in boxes:
        place = {"ha": "center", "va": "center", "fontsize": 7, "color": "black", "zorder": 3}
        ax.text(b["x"], -b["depth"], b["text"], linespacing=1.15, **place)
    ax.set(xlim=(-0.6, max(b["x"] for b in boxes) + 0.6), ylim=(-depth - 0.45, 0.45), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _color(box: dict[str, Any]) -> str:
    return ORANGE if box["best"] else GREY


def layout(root: Node, depth: int) -> list[dict[str, Any]]:
    """What `search_tree` draws, the root first: dicts of place x, depth, text, height, parent, best, over."""
    boxes, leaves = [], [0]

    def put(node: Node, level: int, text: str, parent: dict[str, Any] | None, best: bool) -> dict[str, Any]:
        box = {"depth": level, "text": text, "parent": parent, "best": best, "over": node.result is not None}
        box |= {"x": 0.0, "high": 0.1 + 0.105 * (text.count("\n") + 1)}
        boxes.append(box)
        below = [] if level == depth else sorted(node.children)
        if not below:
            box["x"] = float(leaves[0])
            leaves[0] += 1
            return box
        most = int(node.visits.argmax())
        under = [put(node.children[k], level + 1, _text(node, k), box, best and k == most) for k in below]
        box["x"] = (under[0]["x"] + under[-1]["x"]) / 2
        return box

    put(root, 0, f"N {int(root.visits.sum())}\nv {root.value:+.2f}", None, True)
    return boxes


def _text(node: Node, k: int) -> str:
    mean = node.total[k] / max(node.visits[k], 1)
    return f"col {node.moves[k]}\nN {int(node.visits[k])}\nP {node.prior[k]:.2f}\nQ {mean:+.2f}"
