"""Self-play: a network plays against itself by tree search and learns from the search and from the results.

Silver et al. 2017, "Mastering the game of Go without human knowledge", at the size of a laptop. All games of a
generation are played side by side, so that the leaves of their trees go through the network in one batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.optim.optimisers import Adam
from course_lib.optim.schedules import cosine
from course_lib.topics.evaluators import PolicyValueNet, network, planes
from course_lib.topics.tree_search import search

if TYPE_CHECKING:
    from course_lib.nn.module import Module
    from course_lib.optim.optimizer import Optimizer
    from course_lib.topics.connect import Connect


@dataclass(frozen=True)
class Plan:
    """The settings of a training: what a generation plays, what is kept, how the network learns.

    In a generation: `games` games, `simulations` a move, then learning in batches of `batch` with Adam at `rate` and
    weight decay `decay`, by a network of `width`. `noise` has the `share` of the prior at the root, moves are drawn by
    visits for `curious` plies; `c`, `kept` and `rounds` are said beside them. `generations` of it.
    """

    generations: int = 50
    games: int = 128
    simulations: int = 32
    width: int = 128
    curious: int = 20  # plies played at temperature 1; any after them take the most visited move
    noise: float = 1.0  # the Dirichlet parameter at the root; 0 for none
    share: float = 0.25  # of the noise in the root's prior
    c: float = 2.0  # of PUCT, while playing
    kept: int = 15  # generations of games in the replay buffer
    rounds: int = 2  # passes over the buffer in a generation
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-4

    def larger(self) -> Plan:
        """The plan behind the switch: some minutes."""
        return replace(self, generations=150, games=256, simulations=64, width=192)


@dataclass(frozen=True)
class Examples:
    """What self-play leaves: states (n, 2), the search's policy (n, columns), and the result for who moved (n,).

    `value` is 1, 0 or -1.
    """

    states: np.ndarray
    policy: np.ndarray
    value: np.ndarray


def play_games(game: Connect, evaluate: Callable, plan: Plan, *, rng: np.random.Generator) -> Examples:
    """The Examples of `plan.games` games from the empty board, in the order of plies.

    `evaluate` is an evaluator (see `tree_search`); `plan` a Plan.
    """
    now, rows, ply = game.starts(plan.games), np.arange(plan.games), 0
    result, seen = np.zeros(plan.games), []  # result: for the first player
    while len(rows):
        noise = None
        if plan.noise:
            noise = rng.dirichlet([plan.noise] * game.columns, len(rows)) * game.legal_all(now)
            noise /= noise.sum(axis=1, keepdims=True)
        visits, _ = search(game, now, evaluate, plan.simulations, c=plan.c, noise=noise, share=plan.share)
        policy = visits / visits.sum(axis=1, keepdims=True)
        seen.append((rows, now, policy, 1 - 2 * (ply % 2)))
        curious = ply < plan.curious
        drawn = (
            (policy.cumsum(axis=1) > rng.random((len(rows), 1))).argmax(axis=1) if curious else visits.argmax(axis=1)
        )
        now, ply = game.play_all(now, drawn), ply + 1
        over = game.results_all(now)
        ended = ~np.isnan(over)
        result[rows[ended]] = over[ended] * (1 - 2 * (ply % 2))
        now, rows = now[~ended], rows[~ended]
    value = np.concatenate([sign * result[rows] for rows, _, _, sign in seen])
    return Examples(np.concatenate([s for _, s, _, _ in seen]), np.concatenate([p for _, _, p, _ in seen]), value)


def loss_of(net: Module, x: np.ndarray, policy: np.ndarray, value: np.ndarray) -> Tensor:
    """Cross-entropy with the search's policy plus squared error of the value, means over the batch.

    x (n, d) planes, policy (n, columns), value (n,); `net` is a PolicyValueNet. A Tensor without axes.
    """
    logits, guess = net(Tensor(x))
    return F.cross_entropy(logits, policy.astype(np.float32)) + F.mse_loss(guess, value.astype(np.float32))


def learn(
    game: Connect, net: Module, optimizer: Optimizer, examples: Examples, plan: Plan, *, rng: np.random.Generator
) -> float:
    """`plan.rounds` passes over the examples, half of them mirrored; returns the mean loss.

    `net` is a PolicyValueNet, whose weights `optimizer` moves.
    """
    n, losses = len(examples.states), []
    flip = rng.random(n) < 0.5
    states = np.where(flip[:, None], game.mirror_all(examples.states), examples.states)
    x, policy = planes(game, states), np.where(flip[:, None], examples.policy[:, ::-1], examples.policy)
    for _ in range(plan.rounds):
        order = rng.permutation(n)
        for k in range(0, max(1, n - plan.batch + 1), plan.batch):
            rows = order[k : k + plan.batch]
            loss = loss_of(net, x[rows], policy[rows], examples.value[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return float(np.mean(losses))


def train(game: Connect, plan: Plan | None = None, *, seed: int = 0) -> Iterator[tuple[Module, float, float]]:
    """A generator: after every generation (net, mean loss, mean length of its games). One net, trained further.

    The learning rate falls along a cosine over the generations. `plan` is a Plan, the default one for None; `seed`
    draws weights, games and order.
    """
    plan = plan or Plan()
    rng = np.random.default_rng(seed)
    net, kept = PolicyValueNet(game, plan.width, rng=rng), deque(maxlen=plan.kept)
    optimizer, rates = (
        Adam(net.parameters(), lr=plan.rate, weight_decay=plan.decay),
        cosine(plan.rate, plan.generations),
    )
    for generation in range(plan.generations):
        kept.append(play_games(game, network(game, net), plan, rng=rng))
        together = Examples(*(np.concatenate([getattr(e, k) for e in kept]) for k in ("states", "policy", "value")))
        optimizer.lr = rates(generation)
        loss = learn(game, net, optimizer, together, plan, rng=rng)
        yield net, loss, len(kept[-1].states) / plan.games
