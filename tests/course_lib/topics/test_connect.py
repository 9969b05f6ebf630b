"""The rules on bits are the rules on boards, for one state and for many, and a count of moves is kept."""

import numpy as np
import pytest

from course_lib.topics.connect import Connect, Counted

SIZES = [(5, 4, 4), (3, 5, 3), (4, 4, 4), (2, 7, 3), (6, 7, 4)]


def random_games(game, n, rng):
    """States of n games of random moves, from the empty board to the end."""
    for _ in range(n):
        state = game.start
        yield state
        while game.result(state) is None:
            state = game.play(state, int(rng.choice(game.moves(state))))
            yield state


def slow_result(board, line):
    """The rules once more, by walking over the board."""
    rows, columns = board.shape
    for r, c in np.argwhere(board == -1):
        for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
            cells = [(r + k * dr, c + k * dc) for k in range(line)]
            if all(0 <= i < rows and 0 <= j < columns and board[i, j] == -1 for i, j in cells):
                return -1
    return None if (board == 0).any() else 0


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_bits_follow_the_rules_of_the_board(size):
    game, rng = Connect(*size), np.random.default_rng(1)
    states = list(random_games(game, 20, rng))
    for state in states:
        board = game.board(state)
        assert game.state(board) == state
        assert game.result(state) == slow_result(board, game.line)
        assert game.moves(state) == np.flatnonzero(board[0] == 0).tolist()
        for column in game.moves(state):
            after = -game.board(game.play(state, column))
            row, places = np.flatnonzero(board[:, column] == 0)[-1], np.argwhere(after != board)
            assert places.tolist() == [[row, column]]
            assert after[row, column] == 1
    assert {game.result(s) for s in states} >= {-1, None}


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_many_states_at_once_are_as_one_by_one(size):
    game, rng = Connect(*size), np.random.default_rng(2)
    states = [s for s in random_games(game, 12, rng) if game.moves(s)]
    many = np.array(states, np.uint64)
    columns = np.array([rng.choice(game.moves(s)) for s in states])
    assert game.play_all(many, columns).tolist() == [
        list(game.play(s, int(c))) for s, c in zip(states, columns, strict=True)
    ]
    results = [game.result(s) for s in states]
    assert np.array_equal(game.results_all(many), [np.nan if r is None else r for r in results], equal_nan=True)
    assert [np.flatnonzero(row).tolist() for row in game.legal_all(many)] == [game.moves(s) for s in states]
    assert np.array_equal(game.boards_all(game.mirror_all(many)), game.boards_all(many)[:, :, ::-1])


def test_the_lines_are_all_of_them_and_each_wins():
    game = Connect(5, 4, 4)
    lines = game.line_masks()
    assert len(set(lines)) == len(lines) == 2 * 4 + 5 * 1 + 2 * 2 * 1
    assert all(bin(m).count("1") == 4 and game.result((0, m)) == -1 and game.result((m, m)) is None for m in lines)


def test_a_full_column_and_a_board_too_large_are_refused():
    game = Connect(2, 3, 3)
    state = game.play(game.play(game.start, 1), 1)
    with pytest.raises(ValueError, match="column 1 is full"):
        game.play(state, 1)
    with pytest.raises(ValueError, match="at most 64"):
        Connect(8, 8, 4)


def test_moves_tried_are_counted_and_the_budget_is_kept():
    counted, before = Counted(Connect(3, 4, 3), 5), Connect.tried
    after = counted.play(counted.start, 2)
    counted.play_all(np.array([after] * 3, np.uint64), np.array([0, 1, 2]))
    assert counted.used == 4 == Connect.tried - before
    Connect(3, 4, 3).play((0, 0), 1)
    assert (counted.used, Connect.tried - before) == (4, 5)
    assert counted.moves(after) == [0, 1, 2, 3]
    with pytest.raises(RuntimeError, match="budget of 5"):
        counted.play_all(np.array([after] * 2, np.uint64), np.array([0, 1]))
