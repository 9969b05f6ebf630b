"""Matches count points for the right player; ratings satisfy their equations; intervals cover what they should."""

import numpy as np
import pytest

from course_lib.topics import ratings
from course_lib.topics.evaluators import uniform
from course_lib.topics.solved_games import solve

SOLUTION = solve(4, 4, 4)
GAME = SOLUTION.game


def perfect(states):
    return SOLUTION.move_values(states).argmax(axis=1)


def worst(states):
    values = SOLUTION.move_values(states)
    return np.where(values == -2, 9, values).argmin(axis=1)


def openings(n, ply=4):
    rng = np.random.default_rng(1)
    return SOLUTION.positions[ply][rng.choice(len(SOLUTION.positions[ply]), n, replace=False)]


@pytest.mark.parametrize("ply", [3, 4])
def test_perfect_play_gets_at_least_the_value_of_the_opening_from_both_sides(ply):
    starts = openings(40, ply)
    value = SOLUTION.value(starts)
    points = ratings.match(GAME, perfect, worst, starts)
    assert (points[:, 0] >= (1 + value) / 2).all()
    assert (points[:, 1] >= (1 - value) / 2).all()
    assert points.mean() > 0.85
    same = ratings.match(GAME, perfect, perfect, starts)
    assert np.array_equal(same[:, 0], (1 + value) / 2)
    assert np.array_equal(same[:, 1], (1 - value) / 2)


def test_a_round_robin_shares_out_two_points_a_pair():
    agents = [perfect, worst, ratings.searcher(GAME, uniform(GAME), 8)]
    table = ratings.round_robin(GAME, agents, openings(25))
    total = table + table.transpose(0, 2, 1)
    assert np.array_equal(total, np.broadcast_to(2 * (1 - np.eye(3)), (25, 3, 3)))
    assert table[:, 0].sum() > table[:, 2].sum() > table[:, 1].sum()


def test_at_the_ratings_the_points_expected_are_those_made():
    rng = np.random.default_rng(2)
    games = np.triu(rng.integers(5, 40, (5, 5)), 1)
    made = games * rng.uniform(0.05, 0.95, (5, 5))
    points = made + (games - made).T
    r = ratings.elo(points, prior=0)
    expected = (points + points.T) * ratings.expected_score(np.subtract.outer(r, r))
    np.testing.assert_allclose(expected.sum(axis=1), points.sum(axis=1), rtol=1e-8)
    assert r.mean() == pytest.approx(0, abs=1e-9)


def test_known_gaps():
    assert ratings.expected_score(0) == 0.5
    assert ratings.expected_score(400) == pytest.approx(10 / 11)
    r = ratings.elo(np.array([[0, 3.0], [1.0, 0]]), prior=0)
    assert r[0] - r[1] == pytest.approx(400 * np.log10(3))


def test_who_won_everything_has_a_finite_rating():
    r = ratings.elo(np.array([[0, 50.0, 50.0], [0, 0, 25.0], [0, 25.0, 0]]))
    assert np.isfinite(r).all()
    assert 400 < r[0] - r[1] < 1500


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng, truth, covered = np.random.default_rng(3), 120.0, []
    for _ in range(60):
        won = rng.binomial(2, ratings.expected_score(truth), 60).astype(float)
        table = np.zeros((60, 2, 2))
        table[:, 0, 1], table[:, 1, 0] = won, 2 - won
        rated, between = ratings.elo_intervals(table, draws=100, rng=rng)
        assert between[0, 0] < rated[0] < between[0, 1]
        covered.append(between[0, 0] <= truth / 2 <= between[0, 1])
    assert 0.8 < np.mean(covered) <= 1


def test_no_simulations_mean_the_prior_s_best():
    states = openings(10)

    def evaluate(states):
        return np.tile([0.1, 0.2, 0.6, 0.1], (len(states), 1)), np.zeros(len(states))

    assert ratings.searcher(GAME, evaluate, 0)(states).tolist() == [2] * 10
