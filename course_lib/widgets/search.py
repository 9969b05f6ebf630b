"""Play Connect-4 against a tree search and look into its tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w
import numpy as np

from course_lib.topics.connect import Connect
from course_lib.topics.evaluators import open_lines
from course_lib.topics.solved_games import ILLEGAL, solve
from course_lib.topics.tree_search import tree_of
from course_lib.viz import search_tree
from course_lib.widgets.picture import Picture

SAYS = {-1: "loses", 0: "draws", 1: "wins"}


def play_explorer(evaluate: Callable | None = None, *, game: Connect | None = None, simulations: int = 32) -> w.VBox:
    """A button for every column: drop a stone, the agent answers, and its tree is drawn; returns a VBox.

    `evaluate` is an evaluator of `course_lib.topics.evaluators`, `network(game, net)` for one; open lines when None.
    "perfect play" names the exact value of each of your moves; the first time it solves the game, a second or so.
    Static twin: `viz.pictures.search.explored`.

    `game` is the board, `simulations` how many lines of play the agent looks at before each of its moves.
    """
    game = game or Connect()
    evaluate = evaluate or open_lines(game)
    budget = w.IntSlider(simulations, min=1, max=200, description="simulations", layout=w.Layout(width="330px"))
    depth = w.ToggleButtons(options=[1, 2], value=2, description="tree depth", style={"button_width": "40px"})
    begins = w.Dropdown(options=["you", "the agent"], description="begins", layout=w.Layout(width="180px"))
    again = w.Button(description="new game")
    exact = w.Checkbox(False, description="perfect play", indent=False)
    drops = [w.Button(description=f"column {c}", layout=w.Layout(width="90px")) for c in range(game.columns)]
    picture, told = Picture(960), w.HTML()
    now: dict[str, Any] = {}

    def agent() -> None:
        now["root"] = tree_of(game, now["state"], evaluate, budget.value)
        now["last"] = now["root"].moves[int(now["root"].visits.argmax())]
        now["state"] = game.play(now["state"], now["last"])

    def fresh(_: Any = None) -> None:
        now.update(state=game.start, root=None, last=None)
        if begins.value == "the agent":
            agent()
        show()

    def drop(column: int) -> None:
        now["state"], now["last"] = game.play(now["state"], column), column
        if game.result(now["state"]) is None:
            agent()
            show()
        else:
            show("You win." if game.result(now["state"]) == -1 else "A draw.")

    def show(end: str | None = None) -> None:
        result = game.result(now["state"])
        if end is None and result is not None:
            end = "The agent wins." if result == -1 else "A draw."
        for c, button in enumerate(drops):
            button.disabled = end is not None or c not in game.moves(now["state"])
        told.value = f"<b>{end}</b>" if end else "Your move." + _perfect(game, now["state"], exact.value)
        _draw(picture, game, now, depth.value)

    for c, button in enumerate(drops):
        button.on_click(lambda _, c=c: drop(c))
    again.on_click(fresh)
    begins.observe(fresh, "value")
    for control in (depth, exact):
        control.observe(lambda _: show(), "value")
    fresh()
    wrap = w.Layout(flex_flow="row wrap")
    return w.VBox(
        [w.HBox([budget, begins, again], layout=wrap), w.HBox([*drops, exact], layout=wrap), told, picture, depth]
    )


def _perfect(game: Connect, state: tuple[int, int], wanted: bool) -> str:
    if not wanted:
        return ""
    values = solve(game.rows, game.columns, game.line).move_values(np.array([state], np.uint64))[0]
    said = [f"column {c} {SAYS[int(v)]}" for c, v in enumerate(values) if v != ILLEGAL]
    return " Under perfect play: " + ", ".join(said) + "."


def _draw(picture: Picture, game: Connect, now: dict[str, Any], depth: int) -> None:
    figure = picture.sheet((11.5, 3.7))
    search_tree.draw_board(game, now["state"], ax=figure.add_axes((0.01, 0.08, 0.16, 0.84)), last=now["last"])
    ax = figure.add_axes((0.19, 0.02, 0.8, 0.88))
    if now["root"] is None:
        ax.text(0.5, 0.5, "the agent's tree appears after its first move", ha="center", va="center")
        ax.set_axis_off()
    else:
        title = f"the agent's tree before its move: {int(now['root'].visits.sum())} simulations"
        search_tree.search_tree(now["root"], ax=ax, depth=depth, title=title)
    last = "no stone yet" if now["last"] is None else f"the last stone in column {now['last']}"
    tree = "" if now["root"] is None else f"; the agent's tree, {int(now['root'].visits.sum())} simulations"
    picture.draw(figure, f"the board, {last}{tree}", dpi=85)
