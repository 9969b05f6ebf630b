"""Games obey the rules and carry the right results; learning improves the player; faults do what they say."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.optim.optimisers import Adam
from course_lib.topics import evaluators, faulty_runs, ratings
from course_lib.topics.connect import Connect
from course_lib.topics.self_play import Examples, Plan, learn, loss_of, play_games, train
from course_lib.topics.solved_games import against_perfect, solve

SMALL = Plan(generations=20, games=96, simulations=24, width=96, kept=12, rate=3e-3)


def test_games_follow_the_rules_and_values_turn_with_the_player():
    game, plan = Connect(3, 4, 3), Plan(games=9, simulations=6, noise=0.0, curious=20)
    seen = play_games(game, evaluators.uniform(game), plan, rng=np.random.default_rng(3))
    plies = np.bitwise_count(seen.states[:, 1]).astype(int)
    assert np.array_equal(plies, np.sort(plies))
    assert (plies == 0).sum() == 9
    np.testing.assert_allclose(seen.policy.sum(axis=1), 1)
    assert not seen.policy[~game.legal_all(seen.states)].any()
    assert np.isnan(game.results_all(seen.states)).all()
    assert (np.abs(seen.value[plies == 0]) == 1).sum() >= 5
    first = seen.value[plies == 0]
    assert np.array_equal(seen.value[plies == 1], -first)  # no game ends with its first stone; rows keep their order
    assert np.array_equal(seen.value[plies == 2], first)


def test_who_can_win_at_once_has_value_one_when_the_best_move_is_taken():
    game, plan = Connect(5, 4, 4), Plan(games=40, simulations=64, curious=6, noise=0.0)
    seen = play_games(game, evaluators.uniform(game), plan, rng=np.random.default_rng(4))
    plies = np.bitwise_count(seen.states[:, 1])
    wins = [any(game.result(game.play(s, m)) == -1 for m in game.moves(s)) for s in map(tuple, seen.states.tolist())]
    late = np.array(wins) & (plies >= 6)
    assert late.sum() > 10
    assert (seen.value[late] == 1).all()


def test_the_loss_is_cross_entropy_and_squared_error():
    game, rng = Connect(3, 4, 3), np.random.default_rng(5)
    net = evaluators.PolicyValueNet(game, 6, rng=rng).double()
    x, policy, value = rng.normal(size=(5, 24)), rng.dirichlet([1.0] * 4, 5), rng.uniform(-1, 1, 5)
    logits, guess = (out.data for out in net(Tensor(x)))
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    want = -(policy * log_p).sum() / 5 + ((guess - value) ** 2).mean()
    assert loss_of(net, x, policy, value).item() == pytest.approx(want, rel=1e-5)


def test_learning_fits_the_examples_and_their_mirror_images():
    game, rng = Connect(3, 5, 3), np.random.default_rng(6)
    states = np.array([game.play(game.start, 0)], np.uint64).repeat(32, axis=0)
    examples = Examples(states, np.tile([0.7, 0.2, 0.1, 0.0, 0.0], (32, 1)), np.full(32, -0.5))
    net = evaluators.PolicyValueNet(game, 24, rng=rng)
    optimizer = Adam(net.parameters(), lr=1e-2)
    for _ in range(150):
        learn(game, net, optimizer, examples, Plan(batch=16), rng=rng)
    prior, value = evaluators.network(game, net)(np.concatenate([states[:1], game.mirror_all(states[:1])]))
    np.testing.assert_allclose(prior, [[0.7, 0.2, 0.1, 0, 0], [0, 0, 0.1, 0.2, 0.7]], atol=0.06)
    np.testing.assert_allclose(value, -0.5, atol=0.1)


def test_training_is_a_function_of_its_seed():
    game, plan = Connect(3, 4, 3), Plan(generations=2, games=6, simulations=4, width=8, batch=16)
    runs = [[(loss, length) for _, loss, length in train(game, plan, seed=s)] for s in (0, 0, 1)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_short_training_beats_plain_search_with_four_times_its_simulations_at_three_seeds():
    solution = solve(5, 4, 4)
    game, rng = solution.game, np.random.default_rng(7)
    openings = solution.positions[4][rng.choice(len(solution.positions[4]), 80, replace=False)]
    plain, means = ratings.searcher(game, evaluators.uniform(game), 64), []
    for seed in (0, 1, 2):
        *_, (net, _, _) = train(game, SMALL, seed=seed)
        trained = ratings.searcher(game, evaluators.network(game, net), 16)
        means.append(ratings.match(game, trained, plain, openings).mean(axis=1))
    assert min(points.mean() for points in means) > 0.5
    pooled = np.mean(means, axis=0)  # by opening
    assert pooled.mean() - 2 * pooled.std(ddof=1) / np.sqrt(80) > 0.5


def test_the_larger_plan_is_larger():
    assert Plan().larger().games > Plan().games
    assert Plan().larger().simulations > Plan().simulations


def test_faulty_runs_have_the_faults_that_their_curves_show():
    runs = {fault: faulty_runs.run(fault, generations=9) for fault in faulty_runs.FAULTS}
    last = {fault: curves[:, -3:].mean(axis=1) for fault, curves in runs.items()}
    assert last["no exploration"][2] < 30 < 200 < min(last[f][2] for f in runs if f != "no exploration")
    assert np.ptp(runs["rate far too small"][1]) < 0.02
    assert last["healthy"][1] > last["results with the wrong sign"][1] + 0.1
    assert abs(last["healthy"][0] - last["results with the wrong sign"][0]) < 0.25
    assert last["no exploration"][0] < last["healthy"][0] - 0.3


def test_plans_differ_only_where_the_fault_is():
    lazy, slow = faulty_runs.FAULTS["no exploration"], faulty_runs.FAULTS["rate far too small"]
    assert replace(lazy, curious=faulty_runs.PLAN.curious, noise=faulty_runs.PLAN.noise) == faulty_runs.PLAN
    assert replace(slow, rate=faulty_runs.PLAN.rate) == faulty_runs.PLAN


def test_a_wider_body_has_more_weights_and_the_value_stays_inside_one():
    game = solve(4, 4, 4).game
    narrow, wide = (evaluators.PolicyValueNet(game, k, rng=np.random.default_rng(0)) for k in (8, 16))
    count = [sum(p.numel() for p in n.parameters()) for n in (narrow, wide)]
    assert count == [32 * k + k + k * k + k + 4 * k + 4 + k + 1 for k in (8, 16)]
    states, best = solve(4, 4, 4).held(range(5, 9), 20, rng=np.random.default_rng(1))
    share, _ = against_perfect(solve(4, 4, 4), states, best)
    assert share == 1
    assert np.abs(evaluators.network(game, wide)(states)[1]).max() < 1
