"""Small runs of self-play, one healthy and each other with one fault, whose curves lesson 17 shows under letters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from course_lib.optim.optimisers import Adam
from course_lib.topics.choice import chosen
from course_lib.topics.evaluators import PolicyValueNet, network
from course_lib.topics.ratings import searcher
from course_lib.topics.self_play import Plan, learn, play_games
from course_lib.topics.solved_games import against_perfect, solve

PLAN = Plan(generations=14, games=32, simulations=16, width=48, rounds=4, batch=64, rate=3e-3)
FAULTS = {
    "no exploration": replace(PLAN, curious=0, noise=0.0),
    "healthy": PLAN,
    "rate far too small": replace(PLAN, rate=3e-6),
    "results with the wrong sign": PLAN,
}
LETTERS = dict(zip("ABCD", FAULTS, strict=True))


def run(fault: str, *, generations: int = PLAN.generations, seed: int = 0) -> np.ndarray:
    """By generation (3, generations): mean loss, share of best moves on held positions, different positions seen.

    The game is Connect-4 on 4×4, the player that is measured searches with 8 simulations. `fault` is one of FAULTS,
    `seed` draws weights and games.
    """
    plan, solution = FAULTS[chosen(fault, FAULTS, "fault", name="run")], solve(4, 4, 4)
    game, rng = solution.game, np.random.default_rng(seed)
    held, _ = solution.held(range(4, 12), 200, rng=np.random.default_rng(0))
    net, rows = PolicyValueNet(game, plan.width, rng=rng), []
    optimizer = Adam(net.parameters(), lr=plan.rate)
    for _ in range(generations):
        examples = play_games(game, network(game, net), plan, rng=rng)
        if fault == "results with the wrong sign":
            examples = replace(examples, value=-examples.value)
        loss = learn(game, net, optimizer, examples, plan, rng=rng)
        share, _ = against_perfect(solution, held, searcher(game, network(game, net), 8)(held))
        rows.append((loss, share, len(np.unique(examples.states, axis=0))))
    return np.array(rows).T
