"""Who plays better: games from fixed openings, both ways round; Elo ratings with intervals. Elo 1978, Zermelo 1929."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib.topics.tree_search import search

if TYPE_CHECKING:
    from course_lib.topics.connect import Connect

SCALE = np.log(10) / 400  # the strength of one Elo point in natural units


def searcher(game: Connect, evaluate: Callable, simulations: int) -> Callable:
    """An agent: states (n, 2) -> columns (n,), the most visited of a search; with 0 simulations the prior's best.

    `game` is a Connect, `evaluate` an evaluator (see `tree_search`).
    """

    def choose(states: np.ndarray) -> np.ndarray:
        if simulations == 0:
            return evaluate(states)[0].argmax(axis=1)
        return search(game, states, evaluate, simulations)[0].argmax(axis=1)

    return choose


def match(game: Connect, first: Callable, second: Callable, openings: np.ndarray) -> np.ndarray:
    """Points of `first` (1, 0.5, 0) in two games from each of `openings` (n, 2): (n, 2), moving first in column 0.

    `first` and `second` are agents, functions of states (n, 2) that give columns (n,); `game` is a Connect.
    """
    points = np.full((len(openings), 2), 0.5)
    for side, agents in enumerate(((first, second), (second, first))):
        now, rows, ply = openings, np.arange(len(openings)), 0
        while len(rows):
            now = game.play_all(now, agents[ply % 2](now))
            over, ply = game.results_all(now), ply + 1
            points[rows[over == -1], side] = float(
                ply % 2 != side
            )  # lost by who would move next; `first` is number `side`
            now, rows = now[np.isnan(over)], rows[np.isnan(over)]
    return points


def round_robin(game: Connect, agents: Sequence[Callable], openings: np.ndarray) -> np.ndarray:
    """Points of each agent against each, for every opening: (openings, k, k); the diagonal is 0. Two games a pair.

    `game` is a Connect, `agents` are those of `match`, openings (n, 2).
    """
    k = len(agents)
    table = np.zeros((len(openings), k, k))
    for i, j in itertools.combinations(range(k), 2):
        table[:, i, j] = match(game, agents[i], agents[j], openings).sum(axis=1)
        table[:, j, i] = 2 - table[:, i, j]
    return table


def expected_score(gap: float | np.ndarray) -> float | np.ndarray:
    """Points a game expected by who is `gap` Elo points ahead.

    A number or an array of any shape, within 0..1.
    """
    return 1 / (1 + 10.0 ** (-np.asarray(gap) / 400))


def elo(points: np.ndarray, *, prior: float = 0.5) -> np.ndarray:
    """Ratings (k,), mean 0, of a table of points (k, k): the most likely ones, by Newton's method.

    `prior` draws are added to every pair, so that a player who won all has a finite rating.
    """
    k = len(points)
    points = points + prior * (1 - np.eye(k))
    games, won, r = points + points.T, points.sum(axis=1), np.zeros(k)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.subtract.outer(r, r)))
        slope = won - (games * p).sum(axis=1)
        weight = games * p * (1 - p)
        curve = np.diag(weight.sum(axis=1)) - weight
        step = np.linalg.solve(curve + np.ones((k, k)) / k, slope)
        r = r + step * min(1, 2 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return (r - r.mean()) / SCALE


def elo_intervals(table: np.ndarray, *, draws: int = 500, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of a round robin (openings, k, k), and 95 % intervals (k, 2) from openings drawn again (bootstrap).

    `table` is that of `round_robin`, of which `draws` are drawn again; ratings (k,) in Elo points.
    """
    n = len(table)
    seen = np.array([elo(table[rng.integers(0, n, n)].sum(axis=0)) for _ in range(draws)])
    return elo(table.sum(axis=0)), np.quantile(seen, [0.025, 0.975], axis=0).T
