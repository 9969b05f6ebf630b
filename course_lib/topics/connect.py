"""Connect-k on a small board, of lesson 17: stones fall into columns, and who has `line` of them in a row wins.

A state is a pair (mine, taken) of whole numbers: one bit for every cell with a stone of the player *to move*, and one
for every cell that is taken. A column has rows + 1 bits, its lowest cell first; the spare bit is never taken, so that
shifted copies of a board show its lines and none runs over an edge. Many states at once are an array (n, 2) of
uint64; what works on them ends in `_all`. Boards are arrays (rows, columns), top row first: 1 is mine, -1 the
other's, 0 empty.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BIT = np.uint64(1)


class Connect:
    """The rules. `start` is the empty board. Raises ValueError for a board of more than 64 bits.

    `Connect.tried` counts the moves tried on all boards together, for who asks what was tried beside a budget.
    """

    tried = 0

    def __init__(self, rows: int = 5, columns: int = 4, line: int = 4) -> None:
        if (rows + 1) * columns > 64:
            raise ValueError(f"Connect: (rows + 1) * columns must be at most 64, got {(rows + 1) * columns}")
        self.rows, self.columns, self.line, self.start = rows, columns, line, (0, 0)
        self.floor = [1 << c * (rows + 1) for c in range(columns)]
        self.column = [((1 << rows) - 1) << c * (rows + 1) for c in range(columns)]
        self.full = sum(self.column)
        self.floors, self.column_masks = np.array(self.floor, np.uint64), np.array(self.column, np.uint64)
        self.cells = np.array([[c * (rows + 1) + rows - 1 - r for c in range(columns)] for r in range(rows)], np.uint64)

    def __str__(self) -> str:
        return f"Connect-{self.line} on {self.rows}×{self.columns}"

    # ---------------------------------------------------------------- one state

    def moves(self, state: tuple[int, int]) -> list[int]:
        """The columns, from left to right, that have room."""
        return [c for c, mask in enumerate(self.column) if state[1] & mask != mask]

    def play(self, state: tuple[int, int], column: int) -> tuple[int, int]:
        """The state after a stone in `column`, seen by the other player. Raises ValueError when the column is full."""
        Connect.tried += 1
        mine, taken = state
        if taken & self.column[column] == self.column[column]:
            raise ValueError(f"Connect.play: column {column} is full")
        now = taken | (taken + self.floor[column])
        return taken ^ mine, now & self.full

    def result(self, state: tuple[int, int]) -> int | None:
        """-1 when the other player has a line, 0 when the board is full, None while the game goes on."""
        mine, taken = state
        if self._lines(taken ^ mine):
            return -1
        return 0 if taken == self.full else None

    def board(self, state: tuple[int, int]) -> np.ndarray:
        """The board (rows, columns) of a state."""
        return self.boards_all(np.array([state], np.uint64))[0]

    def state(self, board: np.ndarray) -> tuple[int, int]:
        """The state of a board (rows, columns), whatever its numbers' type."""
        bits = [(int(b), v) for b, v in zip(self.cells.ravel(), np.ravel(board), strict=True)]
        return sum(1 << b for b, v in bits if v == 1), sum(1 << b for b, v in bits if v)

    def line_masks(self) -> list[int]:
        """Every line of the board as a whole number, one bit a cell."""
        ends, found = self.line - 1, []
        for down, right in ((0, 1), (1, 0), (1, 1), (-1, 1)):
            for r in range(self.rows):
                for c in range(self.columns - right * ends):
                    if 0 <= r + down * ends < self.rows:
                        cells = [self.cells[r + k * down, c + k * right] for k in range(self.line)]
                        found.append(sum(1 << int(b) for b in cells))
        return found

    # --------------------------------------------------------------- many states

    def starts(self, n: int) -> np.ndarray:
        """n empty boards (n, 2)."""
        return np.zeros((n, 2), np.uint64)

    def legal_all(self, states: np.ndarray) -> np.ndarray:
        """Which columns have room, (n, columns) bool."""
        return (states[:, 1:] & self.column_masks) != self.column_masks

    def play_all(self, states: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The states (n, 2) after a stone in `columns` (n,), which must have room."""
        Connect.tried += len(states)
        mine, taken = states.T
        now = taken | ((taken + self.floors[columns]) & self.column_masks[columns])
        return np.stack([taken ^ mine, now], axis=1)

    def results_all(self, states: np.ndarray) -> np.ndarray:
        """-1, 0, or NaN while the game goes on, (n,)."""
        lost = self._lines(states[:, 0] ^ states[:, 1]) != 0
        return np.where(lost, -1.0, np.where(states[:, 1] == self.full, 0.0, np.nan))

    def boards_all(self, states: np.ndarray) -> np.ndarray:
        """The boards (n, rows, columns), int8."""
        mine, taken = (((states[:, i, None, None] >> self.cells) & BIT).astype(np.int8) for i in (0, 1))
        return 2 * mine - taken

    def mirror_all(self, states: np.ndarray) -> np.ndarray:
        """The states of the mirrored boards (n, 2)."""
        height = np.uint64(self.rows + 1)
        ones, out = np.uint64((1 << self.rows + 1) - 1), np.zeros_like(states)
        for c in range(self.columns):
            out |= ((states >> (np.uint64(c) * height)) & ones) << (np.uint64(self.columns - 1 - c) * height)
        return out

    def _lines(self, stones: Any) -> Any:
        """Not 0 where `stones`, a whole number or an array of uint64, hold a line in one of four directions."""
        found = stones & 0 if isinstance(stones, int) else np.zeros_like(stones)
        for step in (1, self.rows, self.rows + 1, self.rows + 2):
            run = stones
            for k in range(1, self.line):
                run = run & (stones >> (step * k if isinstance(stones, int) else np.uint64(step * k)))
            found = found | run
        return found


class Counted(Connect):
    """Rules that count the moves tried, `used`, and refuse more than `budget` of them with a RuntimeError.

    The rules are those of `game`.
    """

    def __init__(self, game: Connect, budget: int) -> None:
        super().__init__(game.rows, game.columns, game.line)
        self.budget, self.used = budget, 0

    def play(self, state: tuple[int, int], column: int) -> tuple[int, int]:
        """As for Connect; counts 1."""
        self._count(1)
        return super().play(state, column)

    def play_all(self, states: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """As for Connect, states (n, 2) and columns (n,); counts one for every state."""
        self._count(len(states))
        return super().play_all(states, columns)

    def _count(self, n: int) -> None:
        self.used += n
        if self.used > self.budget:
            raise RuntimeError(f"the budget of {self.budget} moves is used up")
