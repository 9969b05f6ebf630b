"""The pictures of lesson 17: positions and their trees, a simulation, temperatures, the loop and its faults."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch

from course_lib.topics import faulty_runs
from course_lib.topics.connect import Connect
from course_lib.topics.evaluators import open_lines
from course_lib.topics.tree_search import tree_of
from course_lib.viz import search_tree, style

GAME = Connect()
MOVES = (1, 1, 2, 1, 1, 2, 2, 0)  # from the empty board to the position of the pictures


def _position(moves=MOVES, game=GAME):
    """The state after `moves`, columns in turn."""
    state = game.start
    for column in moves:
        state = game.play(state, column)
    return state


def loop():
    """A position, the search below it, and what the network learns from both; returns the Axes."""
    figure = plt.figure(figsize=(9.6, 3.0), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.0, 1.7, 1.5])
    root = tree_of(GAME, _position(), open_lines(GAME), 48)
    search_tree.draw_board(GAME, _position(), ax=left, title="blue to move")
    search_tree.search_tree(root, ax=middle, depth=1, title="tree search weighs the moves")
    share = root.visits / root.visits.sum()
    style.axes(right, title="what the search believes, to be learned", xlabel="column", ylabel="probability")
    right.bar(np.array(root.moves) - 0.2, root.prior, 0.4, color=style.GREY, label="before: the prior")
    right.bar(np.array(root.moves) + 0.2, share, 0.4, color=style.ORANGE, label="after: share of visits")
    right.set(xticks=root.moves, ylim=(0, max(share.max(), 0.6) * 1.35))
    right.legend(frameon=False, fontsize="small", loc="upper left")
    return left, middle, right


def explored(simulations):
    """The widget's static twin: the position and the tree below it after `simulations`; returns both Axes."""
    figure = plt.figure(figsize=(11.5, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 5.2])
    root = tree_of(GAME, _position(), open_lines(GAME), simulations)
    search_tree.draw_board(GAME, _position(), ax=left, title="blue to move", last=MOVES[-1]).set_anchor("N")
    search_tree.search_tree(root, ax=right, depth=2, title=f"after {simulations} simulations")
    return left, right


STEPS = {
    "select": "follow the highest score",
    "expand": "one new node",
    "evaluate": "its prior and value v",
    "back up": "v turns its sign at each level",
}
PLACES = {"": (1.5, 0), "a": (0.5, -1), "b": (2.5, -1), "ba": (2.0, -2), "bb": (3.0, -2)}
WAY = ("", "b", "bb")
NEW = (3.0, -3)


def four_steps():
    """The four steps of one simulation, on a tree of five nodes; returns the Axes."""
    many = style.row(4, size=(2.3, 2.9))
    for k, (ax, (name, told)) in enumerate(zip(many, STEPS.items(), strict=True)):
        ax.set_title(f"{k + 1}. {name}", fontsize="medium")
        ax.text(1.8, -3.75, told, ha="center", fontsize=8)
        for child, (x, y) in PLACES.items():
            if child:
                on = k in (0, 3) and child in WAY
                up = PLACES[child[:-1]]
                ax.plot([up[0], x], [up[1], y], color=style.ORANGE if on else style.GREY, lw=2.5 if on else 1, zorder=1)
            ax.plot(x, y, "o", ms=15, mfc="white", mec=style.ORANGE if k in (0, 3) and child in WAY else style.GREY)
        if k:
            ax.plot(
                [3.0, NEW[0]],
                [-2, NEW[1]],
                color=style.GREY if k < 3 else style.ORANGE,
                lw=1 if k < 3 else 2.5,
                zorder=1,
            )
            ax.plot(*NEW, "o", ms=15, mfc=style.SKY, mec=style.GREY)
        if k == 2:
            ax.text(2.6, -3, "v = 0.4", ha="right", va="center", fontsize=8)
        if k == 3:
            for (x, y), text in zip(((3.0, -2.5), (2.75, -1.5), (2.0, -0.5)), ("−0.4", "+0.4", "−0.4"), strict=True):
                ax.text(x + 0.15, y + 0.05, text, va="center", fontsize=8, color=style.RED)
        ax.set(xlim=(-0.1, 3.7), ylim=(-4.0, 0.5))
        ax.set_axis_off()
    return many


def temperatures():
    """The same visits at three temperatures, and a prior with noise mixed in; returns the Axes."""
    visits, prior = np.array([3.0, 12.0, 30.0, 3.0]), np.array([0.1, 0.3, 0.5, 0.1])
    noise = np.random.default_rng(5).dirichlet([1.0] * 4)
    many = style.row(4, size=(2.4, 2.4), sharey=True)
    for ax, heat in zip(many, (1.0, 0.5, 0.1), strict=False):
        shares = visits ** (1 / heat) / (visits ** (1 / heat)).sum()
        style.axes(ax, title=f"temperature {heat:g}", xlabel="column").bar(range(4), shares, color=style.BLUE)
    style.axes(many[3], title="prior, 25 % noise", xlabel="column").bar(
        range(4), 0.75 * prior, color=style.GREY, label="prior"
    )
    many[3].bar(range(4), 0.25 * noise, bottom=0.75 * prior, color=style.ORANGE, label="noise")
    many[3].legend(frameon=False, fontsize="small")
    many[0].set_ylabel("probability")
    for ax in many:
        ax.set(xticks=range(4), ylim=(0, 1.05))
    return many


STATIONS = (
    ("network", "prior and value"),
    ("tree search", "better moves than the prior"),
    ("self-play", "games with results"),
    ("targets", "visits and results"),
)


def cycle():
    """The circle of learning: network, search, games, targets, and back; returns the Axes."""
    ax = style.axes(size=(8.6, 1.9))
    for k, (name, told) in enumerate(STATIONS):
        box = FancyBboxPatch((2.6 * k, 0), 2.0, 0.9, boxstyle="round,pad=0.05", fc="#D6E6F2", ec=style.BLUE)
        ax.add_patch(box)
        ax.text(2.6 * k + 1.0, 0.58, name, ha="center", va="center", fontsize=10, color="black")
        ax.text(2.6 * k + 1.0, 0.24, told, ha="center", va="center", fontsize=7.5, color="black")
        if k:
            ax.annotate(
                "", (2.6 * k - 0.06, 0.45), (2.6 * k - 0.54, 0.45), arrowprops={"arrowstyle": "->", "color": style.GREY}
            )
    back = {"arrowstyle": "->", "color": style.ORANGE, "lw": 2, "connectionstyle": "bar,fraction=-0.06"}
    ax.annotate("", (1.0, -0.08), (8.8, -0.08), arrowprops=back)
    ax.text(4.9, -0.78, "gradient descent", ha="center", va="center", fontsize=9, color="#8a5f00")
    ax.set(xlim=(-0.2, 10.0), ylim=(-0.95, 1.05))
    ax.set_axis_off()
    return ax


PANELS = ("loss", "share of best moves", "different positions in a generation")


def lettered(generations=14):
    """The curves of four runs of self-play under their letters, one panel a quantity; returns the Axes.

    Each plays `generations` generations.
    """
    many = style.row(3, size=(3.6, 3.0))
    for k, (letter, fault) in enumerate(faulty_runs.LETTERS.items()):
        for ax, curve in zip(many, faulty_runs.run(fault, generations=generations), strict=True):
            look = {"color": style.COLORS[k], "marker": style.MARKERS[k], "markevery": 3, "markersize": 4}
            ax.plot(np.arange(1, generations + 1), curve, label=letter, **look)
    for ax, name in zip(many, PANELS, strict=True):
        style.axes(ax, title=name, xlabel="generation").set_xticks(range(2, generations + 1, 4))
    many[1].set_ylim(0, 0.8)
    many[2].set_ylim(0, None)
    many[0].legend(frameon=False, ncols=2, fontsize="small")
    return many
