"""The exact values are those of plain minimax, and held positions have one best move."""

import numpy as np
import pytest

from course_lib.topics.connect import Connect
from course_lib.topics.solved_games import ILLEGAL, Solution, against_perfect, solve


def minimax(game, state, table):
    """The value by plain recursion, over a table."""
    if state not in table:
        result = game.result(state)
        if result is None:
            result = max(-minimax(game, game.play(state, m), table) for m in game.moves(state))
        table[state] = result
    return table[state]


@pytest.mark.parametrize("size", [(3, 3, 3), (3, 4, 3), (2, 5, 3), (4, 3, 3)], ids=str)
def test_every_value_is_that_of_minimax(size):
    game, table = Connect(*size), {}
    minimax(game, game.start, table)
    solution = Solution(game)
    going = [s for s in table if game.result(s) is None]
    assert len(solution) == len(going)
    many = np.array(going, np.uint64)
    assert solution.value(many).tolist() == [table[s] for s in going]
    for state, values in zip(going[:300], solution.move_values(many[:300]), strict=True):
        for column in range(game.columns):
            legal = column in game.moves(state)
            assert values[column] == (-table[game.play(state, column)] if legal else ILLEGAL)


def test_known_values_of_first_moves():
    assert solve(3, 5, 3).moves[0][0].tolist() == [-1, 1, 1, 1, -1]
    assert solve(5, 4, 4).value(Connect().starts(1)).tolist() == [0]
    assert len(solve(5, 4, 4)) == 1_348_441


def test_held_positions_have_one_best_move_and_are_spread_over_the_plies():
    solution = solve(4, 4, 4)
    states, best = solution.held(range(6, 11), 103, rng=np.random.default_rng(3))
    values = solution.move_values(states)
    assert np.array_equal((values == values.max(axis=1, keepdims=True)).sum(axis=1), np.ones(103))
    assert np.array_equal(values.argmax(axis=1), best)
    assert np.bincount(np.bitwise_count(states[:, 1]).astype(int))[6:].tolist() == [20, 21, 20, 21, 21]
    assert len(np.unique(states, axis=0)) == 103


def test_perfect_moves_lose_nothing_and_regret_is_what_is_lost():
    solution = solve(4, 4, 4)
    states, best = solution.held(range(6, 11), 50, rng=np.random.default_rng(4))
    assert against_perfect(solution, states, best) == (1.0, 0.0)
    other = np.array(
        [
            next(c for c in np.flatnonzero(row) if c != b)
            for row, b in zip(solution.game.legal_all(states), best, strict=True)
        ]
    )
    share, regret = against_perfect(solution, states, other)
    values = solution.move_values(states).astype(int)
    lost = [row[b] - row[o] for row, b, o in zip(values, best, other, strict=True)]
    assert share == 0
    assert regret == pytest.approx(np.mean(lost))
    assert regret >= 1


def test_positions_that_no_game_reaches_are_refused():
    game = solve(4, 4, 4).game
    floating = np.array([[0, 2]], np.uint64)  # a stone on the second row, nothing below
    won = np.array([[0, game.line_masks()[0]]], np.uint64)
    for states in (floating, won):
        with pytest.raises(KeyError, match="no game of Connect-4 on 4×4"):
            solve(4, 4, 4).value(states)
