"""Connect-k solved exactly: the value of every position and of every move in it, in one table. Zermelo 1913.

Positions are found ply by ply from the empty board, finished games aside, and valued ply by ply from the last back
(retrograde analysis). A value is that for the player to move under perfect play: 1 won, 0 drawn, -1 lost.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from course_lib.topics.connect import Connect

ILLEGAL = -2


class Solution:
    """All positions of a game that are not over, by ply: `positions[ply]` (n, 2), `moves[ply]` (n, columns) int8.

    `moves` holds the value of every move, ILLEGAL for a full column. Memory is about 30 bytes a position. `game` is a
    Connect.
    """

    def __init__(self, game: Connect) -> None:
        self.game, self.floor = game, np.uint64(sum(game.floor))
        self.positions, self.keys = [game.starts(1)], [self._key(game.starts(1))]
        while True:
            nexts = np.concatenate(
                [s for _, _, s, over in self._moves(self.positions[-1]) for s in [s[np.isnan(over)]]]
            )
            if not len(nexts):
                break
            keys, first = np.unique(self._key(nexts), return_index=True)
            self.keys.append(keys)
            self.positions.append(nexts[first])
        self.moves: list[Any] = [None] * len(self.positions)
        for ply in reversed(range(len(self.positions))):
            self.moves[ply] = self._value_moves(ply)

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def value(self, states: np.ndarray) -> np.ndarray:
        """The value of each position (n,), int8.

        `states` (n, 2); errors as `move_values`.
        """
        return self.move_values(states).max(axis=1)

    def move_values(self, states: np.ndarray) -> np.ndarray:
        """The value of each move of positions (n, 2) that are not over, (n, columns) int8, ILLEGAL for a full column.

        Raises KeyError for a position that no game reaches, or that is over. `states` are uint64.
        """
        out = np.empty((len(states), self.game.columns), np.int8)
        plies = np.bitwise_count(states[:, 1]).astype(int)
        for ply in np.unique(plies):
            here = plies == ply
            out[here] = self.moves[ply][self._find(ply, states[here])]
        return out

    def held(self, plies: Sequence[int], n: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """n positions (n, 2), equally many of each of `plies`, in which one move alone keeps the value, and that move.

        Returns (positions, the best columns (n,)). Positions are drawn without replacement, in the order of `plies`.
        """
        found, best = [], []
        for k, ply in enumerate(plies):
            values = self.moves[ply]
            one = np.flatnonzero((values == values.max(axis=1, keepdims=True)).sum(axis=1) == 1)
            one = one[(values[one] != ILLEGAL).sum(axis=1) > 1]
            rows = rng.choice(one, (k + 1) * n // len(plies) - k * n // len(plies), replace=False)
            found.append(self.positions[ply][rows])
            best.append(values[rows].argmax(axis=1))
        return np.concatenate(found), np.concatenate(best)

    def _key(self, states: np.ndarray) -> np.ndarray:
        return states[:, 0] + states[:, 1] + self.floor  # a number of its own for every position

    def _moves(self, states: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """For every column: which rows may play there, the states after it and their results."""
        legal = self.game.legal_all(states)
        for c in range(self.game.columns):
            rows = np.flatnonzero(legal[:, c])
            after = self.game.play_all(states[rows], np.full(len(rows), c))
            yield c, rows, after, self.game.results_all(after)

    def _value_moves(self, ply: int) -> np.ndarray:
        states = self.positions[ply]
        values = np.full((len(states), self.game.columns), ILLEGAL, np.int8)
        for c, rows, after, over in self._moves(states):
            goes_on = np.isnan(over)
            mine = np.empty(len(rows), np.int8)
            mine[~goes_on] = -over[~goes_on]
            if goes_on.any():
                best = self.moves[ply + 1][self._find(ply + 1, after[goes_on])].max(axis=1)
                mine[goes_on] = -best
            values[rows, c] = mine
        return values

    def _find(self, ply: int, states: np.ndarray) -> np.ndarray:
        keys = self._key(states)
        at = np.searchsorted(self.keys[ply], keys) if ply < len(self.keys) else np.zeros(len(keys), int)
        if ply >= len(self.keys) or (at == len(self.keys[ply])).any() or (self.keys[ply][at] != keys).any():
            raise KeyError(f"no game of {self.game} reaches one of these positions, or it is over")
        return at


@functools.cache
def solve(rows: int = 5, columns: int = 4, line: int = 4) -> Solution:
    """The Solution of Connect-`line` on `rows` × `columns`, made once."""
    return Solution(Connect(rows, columns, line))


def against_perfect(solution: Solution, states: np.ndarray, columns: np.ndarray) -> tuple[float, float]:
    """(share, regret): how many of the moves `columns` (n,) keep the value of `states` (n, 2), and their mean loss.

    `solution` is a Solution, which raises KeyError for a position that it does not hold.
    """
    values = solution.move_values(states)
    lost = values.max(axis=1) - values[np.arange(len(states)), columns].astype(float)
    return float((lost == 0).mean()), float(lost.mean())
