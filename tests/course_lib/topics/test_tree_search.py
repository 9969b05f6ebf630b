"""One tree and many trees agree visit by visit; evaluators keep their promises; search finds what it must."""

import numpy as np
import pytest

from course_lib.topics import evaluators
from course_lib.topics.connect import Connect
from course_lib.topics.solved_games import against_perfect, solve
from course_lib.topics.tree_search import grow, puct_scores, search, simulate, tree_of


@pytest.fixture
def rng():
    return np.random.default_rng(17)


def positions(size, plies, n, rng):
    solution = solve(*size)
    rows = np.concatenate([solution.positions[ply] for ply in plies])
    return solution.game, rows[rng.choice(len(rows), n, replace=False)]


def strange(game):
    """An evaluator whose numbers mean nothing, but differ from state to state; its trees are deep in places."""

    def evaluate(states):
        mix = ((states[:, 0] * np.uint64(31) + states[:, 1] * np.uint64(17)) % np.uint64(1009)).astype(float)
        prior = game.legal_all(states) * (0.05 + np.sin(mix[:, None] * np.arange(1, game.columns + 1)) ** 4)
        return prior / prior.sum(axis=1, keepdims=True), np.cos(mix)

    return evaluate


@pytest.mark.parametrize(
    ("size", "plies"), [((5, 4, 4), (0, 5, 12, 19)), ((3, 5, 3), (2, 9, 13)), ((2, 5, 3), (4, 8, 9))]
)
def test_trees_side_by_side_grow_as_each_by_itself(size, plies, rng):
    game, states = positions(size, plies, 12, rng)
    evaluate = strange(game)  # a network's sums depend on how many states it is given at once
    visits, mean = search(game, states, evaluate, 45, c=1.1)
    for state, v, q in zip(states, visits, mean, strict=True):
        root = tree_of(game, tuple(int(b) for b in state), evaluate, 45, c=1.1)
        assert v[root.moves].tolist() == root.visits.tolist()
        assert v.sum() == 45
        np.testing.assert_allclose(q[root.moves], root.total / np.maximum(root.visits, 1), atol=1e-9)


def test_a_simulation_turns_the_sign_at_every_level():
    game = Connect(3, 3, 3)
    value = {1: 0.25, 2: -0.5, 3: 0.75}

    def evaluate(states):
        stones = np.bitwise_count(states[:, 1])
        return np.tile([1.0, 0.0, 0.0], (len(states), 1)), np.array([value.get(int(s), 0.0) for s in stones])

    root = grow(game, game.start, evaluate)
    for _ in range(3):
        simulate(game, root, evaluate, c=5.0)
    assert root.total.tolist() == [-0.25 - 0.5 - 0.75, 0, 0]
    assert root.children[0].total.tolist() == [0.5 + 0.75, 0, 0]
    assert root.children[0].children[0].total.tolist() == [-0.75, 0, 0]


def test_scores_are_by_hand():
    scores = puct_scores(np.array([0.2, 0.8]), np.array([3.0, 0.0]), np.array([1.5, 0.0]), c=2.0)
    np.testing.assert_allclose(scores, [0.5 + 2 * 0.2 * 2 / 4, 2 * 0.8 * 2])


def test_a_win_in_one_move_gets_most_visits_and_a_threat_is_met():
    game = Connect(5, 4, 4)
    mine = np.zeros((5, 4), int)
    mine[4, :3] = 1
    mine[3, :3] = -1
    states = np.array([game.state(mine), game.state(-mine)], np.uint64)
    visits, mean = search(game, states, evaluators.uniform(game), 200)
    assert visits.argmax(axis=1).tolist() == [3, 3]
    assert mean[0, 3] == 1
    assert visits[0, 3] > 150


def test_noise_takes_the_place_of_a_share_of_the_prior():
    game = Connect(5, 4, 4)
    noise = np.array([[0.0, 0.0, 0.0, 1.0]])
    visits, _ = search(game, game.starts(1), evaluators.uniform(game), 400, noise=noise, share=0.8, c=3.0)
    assert visits.argmax() == 3
    assert visits[0, 3] > 300


@pytest.mark.parametrize("name", ["uniform", "rollouts", "open_lines", "network"])
def test_an_evaluator_gives_a_prior_on_legal_columns_and_a_value(name, rng):
    game, states = positions((5, 4, 4), (3, 14, 18), 60, rng)
    made = {
        "uniform": evaluators.uniform(game),
        "rollouts": evaluators.rollouts(game, rng=rng),
        "open_lines": evaluators.open_lines(game),
        "network": evaluators.network(game, evaluators.PolicyValueNet(game, 8, rng=rng)),
    }
    prior, value = made[name](states)
    assert not prior[~game.legal_all(states)].any()
    np.testing.assert_allclose(prior.sum(axis=1), 1)
    assert value.shape == (60,)
    assert np.abs(value).max() <= 1


def test_rollouts_agree_with_the_truth_where_every_game_ends_alike(rng):
    solution = solve(5, 4, 4)
    last = solution.positions[19]  # one empty cell: the only move decides
    want = solution.value(last)
    assert set(want.tolist()) == {0, 1}
    _, value = evaluators.rollouts(solution.game, rng=rng)(last)
    assert np.array_equal(value, want)


def test_open_lines_are_seen_from_the_player_to_move(rng):
    game, states = positions((5, 4, 4), (6, 9), 40, rng)
    turned = np.stack([states[:, 0] ^ states[:, 1], states[:, 1]], axis=1)
    evaluate = evaluators.open_lines(game)
    np.testing.assert_allclose(evaluate(states)[1], -evaluate(turned)[1])
    assert np.abs(evaluate(states)[1]).max() > 0.1


def test_without_prior_and_value_a_network_is_plain_search(rng):
    game, states = positions((5, 4, 4), (4, 8), 30, rng)
    less = evaluators.network(game, evaluators.PolicyValueNet(game, 8, rng=rng), prior=False, value=False)
    assert np.array_equal(search(game, states, less, 20)[0], search(game, states, evaluators.uniform(game), 20)[0])


def test_more_simulations_and_a_better_value_find_more_best_moves():
    solution = solve(5, 4, 4)
    states, _ = solution.held(range(6, 15), 300, rng=np.random.default_rng(1))
    plain, lines = evaluators.uniform(solution.game), evaluators.open_lines(solution.game)
    share = [
        against_perfect(solution, states, search(solution.game, states, e, n)[0].argmax(axis=1))[0]
        for e, n in ((plain, 4), (plain, 16), (plain, 128), (lines, 16))
    ]
    assert share[0] + 0.1 < share[1] < share[2] - 0.1
    assert share[3] > share[1] + 0.12
