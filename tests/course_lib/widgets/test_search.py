"""The game against the agent: buttons drop stones, the agent answers, the end is told, and controls redraw."""

import time

import numpy as np
import pytest

from course_lib.topics.connect import Connect
from course_lib.topics.evaluators import even
from course_lib.topics.solved_games import solve
from course_lib.widgets.search import play_explorer

GAME = Connect(5, 4, 4)


def foolish(states):
    """An evaluator that sees the leftmost column only."""
    first = GAME.legal_all(states).argmax(axis=1)
    return np.eye(4)[first] * 0.97 + 0.03 * even(GAME, states), np.zeros(len(states))


def parts(box):
    settings, drops, told, picture, depth = box.children
    budget, begins, again = settings.children
    *columns, exact = drops.children
    return {
        "budget": budget,
        "begins": begins,
        "again": again,
        "columns": columns,
        "exact": exact,
        "told": told,
        "picture": picture,
        "depth": depth,
    }


@pytest.fixture
def board():
    return parts(play_explorer(foolish, game=GAME, simulations=3))


def test_each_control_redraws_the_picture(board):
    seen = {bytes(board["picture"].png)}
    board["columns"][1].click()
    seen.add(bytes(board["picture"].png))
    board["depth"].value = 1
    seen.add(bytes(board["picture"].png))
    board["begins"].value = "the agent"
    seen.add(bytes(board["picture"].png))
    assert len(seen) == 4
    assert all(png[:4] == b"\x89PNG" for png in seen)


def test_four_in_a_column_win_against_a_fool_and_the_game_begins_again(board):
    for _ in range(4):
        assert board["told"].value.startswith("Your move")
        board["columns"][2].click()
    assert board["told"].value == "<b>You win.</b>"
    assert all(c.disabled for c in board["columns"])
    board["again"].click()
    assert board["told"].value.startswith("Your move")
    assert not any(c.disabled for c in board["columns"])


def test_the_agent_wins_where_it_can(board):
    board["begins"].value = "the agent"  # a fool, who stacks on column 0
    for column in (1, 1, 2):
        board["columns"][column].click()
    assert board["told"].value == "<b>The agent wins.</b>"
    assert all(c.disabled for c in board["columns"])


def test_a_full_column_cannot_be_chosen(board):
    for column in (0, 0):  # the fool stacks on column 0 too
        board["columns"][column].click()
    assert board["columns"][0].disabled is False
    board["columns"][1].click()
    assert board["columns"][0].disabled is True


def test_perfect_play_names_the_value_of_every_move(board):
    board["exact"].value = True
    values = solve(5, 4, 4).moves[0][0]
    assert set(values.tolist()) == {0}
    assert "column 0 draws, column 1 draws, column 2 draws, column 3 draws" in board["told"].value
    board["exact"].value = False
    assert "draws" not in board["told"].value


def test_a_step_takes_a_tenth_of_a_second_or_so():
    real = parts(play_explorer())
    real["columns"][1].click()
    took = []
    for column in (2, 1):
        began = time.process_time()
        real["columns"][column].click()
        took.append(time.process_time() - began)
    assert min(took) < 0.2
