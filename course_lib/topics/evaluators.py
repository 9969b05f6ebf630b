"""What a tree search asks at a leaf: nothing, random play, open lines, or a network for policy and value.

Each makes an evaluator: states (n, 2) that are not over -> prior (n, columns) and value (n,) for the player to move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.nn.layers import Linear
from course_lib.nn.module import Module

if TYPE_CHECKING:
    from course_lib.topics.connect import Connect


def even(game: Connect, states: np.ndarray) -> np.ndarray:
    """The prior that knows only the rules: the same for every column with room, (n, columns).

    `game` is a Connect, states (n, 2) that are not over.
    """
    legal = game.legal_all(states).astype(float)
    return legal / legal.sum(axis=1, keepdims=True)


def uniform(game: Connect) -> Callable:
    """Plain search: an even prior, and value 0 for whatever is not over.

    `game` is a Connect.
    """
    return lambda states: (even(game, states), np.zeros(len(states)))


def rollouts(game: Connect, *, rng: np.random.Generator) -> Callable:
    """An even prior, and the result of one game of random moves. Coulom 2006."""

    def evaluate(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, sign, rows, now = np.zeros(len(states)), 1.0, np.arange(len(states)), states
        while len(rows):
            weights = rng.random((len(rows), game.columns)) * game.legal_all(now)
            now, sign = game.play_all(now, weights.argmax(axis=1)), -sign
            over = game.results_all(now)
            ended = ~np.isnan(over)
            value[rows[ended]] = sign * over[ended]
            rows, now = rows[~ended], now[~ended]
        return even(game, states), value

    return evaluate


def open_lines(game: Connect) -> Callable:
    """An even prior, and a value by hand in (-1, 1): a line in which only one player has stones counts for that one.

    `game` is a Connect; one line with k stones of one player counts 0.05 k², the sum goes through tanh.
    """
    masks = np.array(game.line_masks(), np.uint64)
    worth = 0.05 * np.arange(game.line + 1) ** 2.0

    def evaluate(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mine = np.bitwise_count(states[:, :1] & masks)
        other = np.bitwise_count((states[:, :1] ^ states[:, 1:]) & masks)
        score = (worth[mine] * (other == 0) - worth[other] * (mine == 0)).sum(axis=1)
        return even(game, states), np.tanh(score)

    return evaluate


def planes(game: Connect, states: np.ndarray) -> np.ndarray:
    """What a network sees: my stones, then the other's, (n, 2 · rows · columns) float32 of 0 and 1.

    `game` is a Connect, states (n, 2).
    """
    boards = game.boards_all(states).reshape(len(states), -1)
    return np.concatenate([boards == 1, boards == -1], axis=1).astype(np.float32)


class PolicyValueNet(Module):
    """Two hidden layers of `width` units under two heads: logits of the moves, and a value in (-1, 1).

    `game` is a Connect, which says how many numbers go in and how many moves there are.
    """

    def __init__(self, game: Connect, width: int = 128, *, rng: np.random.Generator) -> None:
        self.first = Linear(2 * game.rows * game.columns, width, rng=rng)
        self.second = Linear(width, width, rng=rng)
        self.policy, self.value = Linear(width, game.columns, rng=rng), Linear(width, 1, rng=rng)
        for head in (self.policy, self.value):
            head.weight.data *= 0.1  # begin undecided

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Planes (n, 2 · rows · columns) -> logits (n, columns), values (n,)."""
        h = F.relu(self.second(F.relu(self.first(x))))
        return self.policy(h), F.tanh(self.value(h))[:, 0]


def masked_softmax(logits: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Probabilities (n, k) of the legal entries; 0 for the others.

    logits (n, k), legal (n, k) of bool, at least one in each row.
    """
    logits = np.where(legal, logits, -np.inf)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def network(game: Connect, net: PolicyValueNet, *, prior: bool = True, value: bool = True) -> Callable:
    """The evaluator of a PolicyValueNet; without `prior` or `value` that part is as in plain search."""

    def evaluate(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with no_grad():
            logits, values = net(Tensor(planes(game, states)))
        policy = masked_softmax(logits.data.astype(float), game.legal_all(states)) if prior else even(game, states)
        return policy, values.data.astype(float) if value else np.zeros(len(states))

    return evaluate
