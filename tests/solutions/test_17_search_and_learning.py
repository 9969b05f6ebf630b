"""Lesson 17: its answers agree with the library, autograd and perfect play; its claims stand in its record."""

import json
import re

import numpy as np
import pytest

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.topics import evaluators, faulty_runs, ratings, tree_search
from course_lib.topics.connect import Connect, Counted
from course_lib.topics.self_play import Plan, play_games
from course_lib.topics.solved_games import solve
from course_lib.topics.tree_search import Node, grow, puct_scores
from grading.paths import Folders
from tests.solutions.reference import answers, lesson

LESSON = lesson("17_search_and_learning")


def namespace():
    from dataclasses import replace

    return {
        "np": np,
        "Node": Node,
        "grow": grow,
        "puct_scores": puct_scores,
        "tree_search": tree_search,
        "replace": replace,
        "Plan": Plan,
    }


ANSWERS = answers(LESSON, **namespace())


@pytest.fixture
def rng():
    return np.random.default_rng(17)


def test_the_exercises_are_there_in_order():
    wanted = ["drop_stone", "game_value", "puct", "simulate_once", "visit_policy", "reinforce", "game_targets"]
    wanted += ["search_bug", "elo_fit", "play_curves", "open_player"]
    assert [e.id for e in LESSON.exercises if not e.predict] == wanted
    assert [e.id for e in LESSON.exercises if e.held] == ["open_player"]


@pytest.mark.parametrize("size", [(5, 4, 4), (3, 6, 3)], ids=str)
def test_boards_and_bits_play_the_same_game(size, rng):
    game = Connect(*size)
    for _ in range(15):
        state, board = game.start, np.zeros(size[:2], int)
        while game.result(state) is None:
            assert ANSWERS["outcome"](board, size[2]) is None
            assert ANSWERS["legal_moves"](board) == game.moves(state)
            column = int(rng.choice(game.moves(state)))
            state, board = game.play(state, column), ANSWERS["drop"](board, column)
            assert np.array_equal(board, game.board(state))
        assert ANSWERS["outcome"](board, size[2]) == game.result(state)


@pytest.mark.parametrize("size", [(3, 3, 3), (3, 4, 3), (2, 5, 3)], ids=str)
def test_minimax_is_the_solution_s(size):
    game, table = Connect(*size), {}
    ANSWERS["game_value"](game, game.start, table)
    going = [s for s in table if game.result(s) is None]
    assert solve(*size).value(np.array(going, np.uint64)).tolist() == [table[s] for s in going]
    assert len(going) == len(solve(*size)) < len(table)


def test_the_predictions_are_what_happens():
    assert ANSWERS["corner"] == solve(3, 5, 3).moves[0][0, 0]
    prior, visits, seen = np.array([0.5, 0.3, 0.2]), np.zeros(3), []
    for _ in range(4):
        seen.append(int(np.argmax(puct_scores(prior, visits, 0 * visits, c=1.0))))
        visits[seen[-1]] += 1
    assert ANSWERS["looks"] == seen


def test_scores_are_the_library_s_and_ucb_tries_all_first(rng):
    for _ in range(20):
        visits = rng.integers(0, 9, 5)
        total, prior = rng.normal(size=5) * (visits > 0), rng.dirichlet([1.0] * 5)
        np.testing.assert_allclose(ANSWERS["puct"](prior, visits, total, 1.7), puct_scores(prior, visits, total, 1.7))
        scores = ANSWERS["ucb"](visits, total, 0.9)
        assert np.array_equal(np.isinf(scores), visits == 0)
        n, seen = visits.sum(), visits > 0
        np.testing.assert_allclose(
            scores[seen], (total / np.maximum(visits, 1) + 0.9 * np.sqrt(np.log(n) / np.maximum(visits, 1)))[seen]
        )


def test_simulations_grow_the_library_s_tree_and_the_given_program_s_do_not(rng):
    game = Connect(3, 4, 3)
    evaluate = evaluators.network(game, evaluators.PolicyValueNet(game, 12, rng=rng))
    state = game.play(game.start, 1)
    library = tree_search.tree_of(game, state, evaluate, 60, 1.2)
    root = grow(game, state, evaluate)
    for _ in range(60):
        ANSWERS["simulate_once"](game, root, evaluate, 1.2)
    assert root.visits.tolist() == library.visits.tolist()
    np.testing.assert_allclose(root.total, library.total)
    given = namespace()
    exec(LESSON.exercise("search_bug").given.source, given)
    found = [f["search_visits"](game, state, evaluate, 60, 1.2) for f in (ANSWERS, given)]
    assert found[0].tolist() == library.visits.tolist()
    assert found[1].tolist() != library.visits.tolist()


def test_the_given_program_plays_worse_the_longer_it_thinks():
    given = namespace()
    exec(LESSON.exercise("search_bug").given.source, given)
    solution = solve(4, 4, 4)
    states, best = solution.held(range(6, 11), 40, rng=np.random.default_rng(0))
    evaluate, game = evaluators.open_lines(solution.game), solution.game

    def share(program, n):
        tried = [program["search_visits"](game, tuple(s), evaluate, n, 1.5).argmax() for s in states.tolist()]
        return np.mean(np.array(tried) == best)

    assert share(ANSWERS, 60) > share(given, 60) + 0.2


def test_temperature_goes_from_uniform_to_the_best_and_noise_keeps_full_columns(rng):
    visits = np.array([3, 30, 12, 0])
    entropies = []
    for heat in (5, 1, 0.3, 0.01):
        p = ANSWERS["visit_policy"](visits, heat)
        assert p.sum() == pytest.approx(1)
        entropies.append(-(p[p > 0] * np.log(p[p > 0])).sum())
    assert entropies == sorted(entropies, reverse=True)
    assert np.array_equal(ANSWERS["visit_policy"](visits, 0), [0, 1, 0, 0])
    mixed = ANSWERS["with_noise"](np.array([0.6, 0, 0.4]), rng.dirichlet([1.0] * 3), 0.25)
    assert mixed[1] == 0
    assert mixed.sum() == pytest.approx(1)


def test_the_policy_gradient_is_autograd_s(rng):
    logits, legal = rng.normal(size=(6, 4)), rng.random((6, 4)) < 0.7
    moves, returns = rng.integers(0, 4, 6), rng.choice([-1.0, 0.0, 1.0], 6)
    legal[np.arange(6), moves] = True
    theta = Tensor(logits, requires_grad=True)
    log_p = F.log_softmax(theta + Tensor(np.where(legal, 0.0, -1e9)), 1)
    weights = np.zeros((6, 4))
    weights[np.arange(6), moves] = -(returns - returns.mean()) / 6
    (log_p * Tensor(weights)).sum().backward()
    np.testing.assert_allclose(ANSWERS["reinforce"](logits, legal, moves, returns), theta.grad, atol=1e-12)


def test_targets_are_those_of_the_library_s_self_play(rng):
    game, plan = Connect(3, 4, 3), Plan(games=1, simulations=9, noise=0.0, curious=0)
    seen = play_games(game, evaluators.uniform(game), plan, rng=rng)
    last = game.play_all(seen.states[-1:], seen.policy[-1:].argmax(axis=1))
    boards = game.boards_all(seen.states)
    found = ANSWERS["game_targets"](boards, seen.policy * 9, int(game.results_all(last)[0]))
    n = len(boards)
    assert np.array_equal(found[0][n:], game.boards_all(game.mirror_all(seen.states)))
    np.testing.assert_allclose(found[1][:n], seen.policy)
    assert found[2].tolist() == [*seen.value, *seen.value]


def test_ratings_are_the_library_s(rng):
    games = np.triu(rng.integers(10, 30, (4, 4)), 1)
    made = games * rng.uniform(0.2, 0.8, (4, 4))
    points = made + (games - made).T
    np.testing.assert_allclose(ANSWERS["elo_fit"](points), ratings.elo(points, prior=0), atol=0.01)
    np.testing.assert_allclose(ANSWERS["expected_points"](np.array([-50, 200])), ratings.expected_score([-50, 200]))


def test_the_diagnosis_is_that_of_the_runs_drawn():
    from course_lib.topics.faulty_runs import FAULTS, LETTERS

    assert ANSWERS["diagnosis"]() == LETTERS
    assert sorted(ANSWERS["FAULTS"]) == sorted(FAULTS)


@pytest.mark.parametrize("seed", range(4))
def test_the_open_reference_clears_both_steps_and_plain_search_only_the_first(seed):
    solution = solve(4, 5, 4)
    states, best = solution.held(range(6, 15), 540, rng=np.random.default_rng(seed))
    counted = Counted(solution.game, 16 * 540)
    assert np.mean(ANSWERS["choose"](counted, states) == best) > 0.70 + 0.05
    assert counted.used <= counted.budget
    plain = ratings.searcher(solution.game, evaluators.uniform(solution.game), 16)(states)
    assert 0.42 + 0.03 < np.mean(plain == best) < 0.70 - 0.03
    assert np.mean(solution.game.legal_all(states).argmax(axis=1) == best) < 0.42 - 0.15


def test_the_notebook_s_table_knows_nothing_of_the_judge_s_board():
    solution, table = solve(4, 5, 4), solve(5, 4, 4)
    states, _ = solution.held(range(6, 15), 90, rng=np.random.default_rng(3))
    with pytest.raises(KeyError):
        table.move_values(states)


# ------------------------------------------------------------------ what the text says of the recorded run


def record():
    path = Folders().notebooks / "figures" / "L17a.json"
    return [r for r in json.loads(path.read_text(encoding="utf-8"))["results"] if "rows" in r]


def table(word):
    (found,) = [r["rows"] for r in record() if word in r["title"]]
    return found


def percent(text):
    return float(re.match(r"[\d.]+", text)[0])


def test_the_trained_agent_beat_plain_search_with_four_times_its_simulations_at_every_seed():
    rows = {r[0]: np.array(re.findall(r"([\d.]+)% ± ([\d.]+)%", r[2]), float) for r in table("four times")}
    against = {rival: [seeds for name, seeds in rows.items() if rival in name] for rival in ("value 0", "rollouts")}
    assert [np.shape(seeds) for seeds in against.values()] == [(3, 3, 2)] * 2
    assert all(mean - 2 * error > 50 for seeds in rows.values() for mean, error in seeds)
    for plain, rollouts in zip(*against.values(), strict=True):
        assert plain[:, 0].min() > rollouts[:, 0].max()


def test_few_simulations_miss_the_prior_most_and_many_the_value_alone():
    shares = {row[0]: percent(row[2]) for row in table("worth")}
    both, no_prior, no_value, plain = (
        [shares[f"{name}, {n} simulations"] for n in (4, 16, 64)]
        for name in ("prior and value", "no prior", "no value", "neither: plain search")
    )
    assert all(b > p + 5 for b, p in zip(both, plain, strict=True))
    assert plain[0] < no_prior[0] < no_value[0] - 2 < both[0] - 2
    assert no_prior[2] >= both[2]
    assert no_value[2] < both[2] - 5
    assert not any("±" in row[2] for row in table("worth") if "neither" in row[0])


def test_trained_agents_stand_above_plain_search_and_below_perfect_play():
    order = [row[0] for row in table("Elo")]
    rated = {row[0]: float(row[2].split()[0]) for row in table("Elo")}
    assert order == sorted(rated, key=lambda name: -rated[name])
    assert order[0] == "perfect play"
    trained = [rated[f"trained, seed {k}, 16"] for k in range(3)]
    assert min(trained) > rated["plain, 64 simulations"] + 50
    assert trained[0] > rated["trained, seed 0, policy alone"] + 50
    assert rated["perfect play"] - max(trained) < rated["plain, 256 simulations"] - rated["plain, 64 simulations"]


def test_most_positions_leave_a_choice_of_moves_that_keep_the_value():
    for stones in (4, 8, 12):
        values = solve(5, 4, 4).moves[stones]
        assert ((values == values.max(axis=1, keepdims=True)).sum(axis=1) > 1).mean() > 0.5


def test_the_runs_under_letters_are_as_large_as_the_text_says():
    text = next(c.source for c in LESSON.cells if "## 10. Read the curves" in c.source)
    assert f"the {faulty_runs.PLAN.games} games of a generation" in text
    assert "best moves of a search with 8 simulations" in text


def test_the_mean_of_all_results_as_baseline_shortens_the_gradient_and_leaves_its_direction(rng):
    logits, chances = np.array([0.3, -0.2, 0.1]), np.array([0.2, 0.5, 0.9])
    p = np.exp(logits) / np.exp(logits).sum()
    true, seen = p * (p @ chances - chances) * 2, np.zeros(3)  # of minus the expected result, +1 or -1
    for _ in range(6000):
        moves = rng.choice(3, 4, p=p)
        won = np.where(rng.random(4) < chances[moves], 1.0, -1.0)
        seen += ANSWERS["reinforce"](np.tile(logits, (4, 1)), np.ones((4, 3), bool), moves, won).sum(axis=0) / 6000
    np.testing.assert_allclose(seen, true * (1 - 1 / 4), atol=0.02)
    assert np.abs(seen - true).max() > 0.03
