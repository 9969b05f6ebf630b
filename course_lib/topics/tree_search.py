"""Monte Carlo tree search with PUCT: one tree to read, and many at once, whose leaves a network values in one batch.

An evaluator is a function of states (n, 2) that are not over: prior (n, columns), which is 0 for full columns and adds
up to 1, and value (n,) for the player to move. Silver et al. 2017, after Rosin 2011; Kocsis and Szepesvári 2006.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from course_lib.topics.connect import Connect

EXPLORE = 1.5  # the constant c of PUCT


def puct_scores(prior: np.ndarray, visits: np.ndarray, total: np.ndarray, c: float = EXPLORE) -> np.ndarray:
    """Mean value of each move (0 when never tried) plus c · prior · sqrt(1 + all visits) / (1 + its visits).

    The arrays are (..., moves); `total` is the sum of the values that came back through each move.
    """
    mean = total / np.maximum(visits, 1)
    return mean + c * prior * np.sqrt(1 + visits.sum(axis=-1, keepdims=True)) / (1 + visits)


class Node:
    """A position in the tree: its moves, and for each move prior, visits and total value; children by index of move.

    prior, visits and total are (moves,); `state` is that of Connect, `value` the evaluator's, and `result` that of a
    finished game, else None.
    """

    def __init__(
        self, state: tuple[int, int], moves: Sequence[Any], prior: ArrayLike, value: float, result: int | None = None
    ) -> None:
        self.state, self.moves, self.value, self.result = state, moves, value, result
        self.prior = np.asarray(prior, float)
        self.visits, self.total = np.zeros(len(moves)), np.zeros(len(moves))
        self.children = {}


def grow(game: Connect, state: tuple[int, int], evaluate: Callable) -> Node:
    """A new Node for `state`, with the evaluator's prior and value; where the game is over its result is the value.

    `evaluate` is an evaluator, `state` a pair, `game` a Connect.
    """
    result = game.result(state)
    if result is not None:
        return Node(state, [], [], float(result), result)
    prior, value = evaluate(np.array([state], np.uint64))
    moves = game.moves(state)
    return Node(state, moves, prior[0][moves], float(value[0]))


def simulate(game: Connect, root: Node, evaluate: Callable, c: float = EXPLORE) -> None:
    """One simulation below `root`, a Node that is not over: select, expand, evaluate, back up.

    `game` is a Connect, `evaluate` an evaluator, `c` that of `puct_scores`.
    """
    node, path = root, []
    while node.result is None:
        k = int(np.argmax(puct_scores(node.prior, node.visits, node.total, c)))
        path.append((node, k))
        new = k not in node.children
        if new:
            node.children[k] = grow(game, game.play(node.state, node.moves[k]), evaluate)
        node = node.children[k]
        if new:
            break
    value = node.value
    for parent, k in reversed(path):
        value = -value
        parent.visits[k] += 1
        parent.total[k] += value


def tree_of(game: Connect, state: tuple[int, int], evaluate: Callable, simulations: int, c: float = EXPLORE) -> Node:
    """The root of a tree after `simulations`.

    `state` is the position at the root; `game`, `evaluate` and `c` are those of `simulate`.
    """
    root = grow(game, state, evaluate)
    for _ in range(simulations):
        simulate(game, root, evaluate, c)
    return root


class _Forest:
    """Trees side by side: state, result and value of every node, and prior, visits, total and child of its moves."""

    def __init__(self, game: Connect, states: np.ndarray, nodes: int) -> None:
        n, moves = len(states), (len(states), nodes, game.columns)
        self.states, self.over = np.zeros((n, nodes, 2), np.uint64), np.full((n, nodes), np.nan)
        self.value, self.child = np.zeros((n, nodes)), np.zeros(moves, np.int32)
        self.prior, self.visits, self.total, self.barred = (np.zeros(moves) for _ in range(4))

    def put(self, game: Connect, trees: np.ndarray, node: int, states: np.ndarray, evaluate: Callable) -> None:
        """New nodes, number `node` in each of `trees`."""
        over = game.results_all(states)
        self.states[trees, node], self.over[trees, node] = states, over
        self.value[trees, node] = np.nan_to_num(over)
        self.barred[trees, node] = np.where(game.legal_all(states), 0, -np.inf)
        open_ = np.isnan(over)
        if open_.any():
            prior, value = evaluate(states[open_])
            self.prior[trees[open_], node], self.value[trees[open_], node] = prior, value


def search(
    game: Connect, states: np.ndarray, evaluate: Callable, simulations: int, *, c: float = EXPLORE,
    noise: np.ndarray | None = None, share: float = 0.25,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Visits of the moves (n, columns) and their mean values, after `simulations` in a tree for each state (n, 2).

    `noise` (n, columns), drawn by the caller, takes the place of `share` of the prior at the roots. Of equal scores the
    leftmost column is taken. No state may be over. `game`, `evaluate` and `c` are those of `simulate`.
    """
    trees, forest = np.arange(len(states)), _Forest(game, states, simulations + 1)
    forest.put(game, trees, 0, states, evaluate)
    if noise is not None:
        forest.prior[:, 0] = (1 - share) * forest.prior[:, 0] + share * noise
    for k in range(1, simulations + 1):
        path, leaf = _select(forest, trees, c)
        parent, column = path.parent, path.column
        new = np.flatnonzero(leaf < 0)
        if len(new):
            after = game.play_all(forest.states[new, parent[new]], column[new])
            forest.child[new, parent[new], column[new]] = k
            forest.put(game, new, k, after, evaluate)
            leaf[new] = k
        _back_up(forest, path, forest.value[trees, leaf])
    visits = forest.visits[:, 0]
    return visits, forest.total[:, 0] / np.maximum(visits, 1)


class _Path:
    """The way down of all trees: steps of (trees, nodes, columns), and the last parent and column of each."""

    def __init__(self, n: int) -> None:
        self.steps, self.parent, self.column = [], np.zeros(n, int), np.zeros(n, int)


def _select(forest: _Forest, trees: np.ndarray, c: float) -> tuple[_Path, np.ndarray]:
    """The path of each tree to its leaf, and the leaf's number: -1 for one that is still to be made."""
    path, node, live = _Path(len(trees)), np.zeros(len(trees), int), trees
    while len(live):
        at = node[live]
        scores = puct_scores(forest.prior[live, at], forest.visits[live, at], forest.total[live, at], c)
        column = np.argmax(scores + forest.barred[live, at], axis=1)
        path.steps.append((live, at, column))
        path.parent[live], path.column[live] = at, column
        below = forest.child[live, at, column]
        node[live] = np.where(below == 0, -1, below)
        live = live[(below > 0) & np.isnan(forest.over[live, below])]
    return path, node


def _back_up(forest: _Forest, path: _Path, value: np.ndarray) -> None:
    for live, at, column in reversed(path.steps):
        value[live] *= -1
        forest.visits[live, at, column] += 1
        forest.total[live, at, column] += value[live]
