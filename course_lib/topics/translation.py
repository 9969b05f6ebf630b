"""From one string to another, in miniature: encoder and decoder, with or without attention between them.

Sutskever, Vinyals and Le, "Sequence to sequence learning" (2014); attention: Bahdanau, Cho and Bengio, "Neural machine
translation by jointly learning to align and translate" (2015), additive; Luong, Pham and Manning (2015), products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib import functional as F
from course_lib.autograd.tensor import no_grad
from course_lib.data.sequences import END, PAD, START
from course_lib.nn import GRU, Embedding, Linear
from course_lib.nn.module import Module
from course_lib.optim.gradients import clip_grad_norm_
from course_lib.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor

ATTENTION = (None, "dot", "additive")


def attend(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, lengths: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Dot-product attention of arrays: query (n, d), keys (n, s, d), values (n, s, v).

    Only the first `lengths` (n,) of the s places may be looked at. Returns context (n, v) and weights (n, s).
    """
    scores = np.einsum("nd,nsd->ns", query, keys) / np.sqrt(query.shape[-1])
    return _looked(scores, values, lengths)


def attend_additive(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, lengths: ArrayLike, w_q: np.ndarray, w_k: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """As `attend`, scores v · tanh(w_q query + w_k key); w_q (a, d), w_k (a, d_k), v (a,). Bahdanau et al. 2015.

    keys (n, s, d_k), values (n, s, v) and `lengths` are those of `attend`, but a key may have another size than the
    query (n, d).
    """
    scores = np.tanh((query @ w_q.T)[:, None] + keys @ w_k.T) @ v
    return _looked(scores, values, lengths)


def _looked(scores: np.ndarray, values: np.ndarray, lengths: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    scores = np.where(np.arange(scores.shape[1]) < np.asarray(lengths)[:, None], scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.einsum("ns,nsv->nv", weights, values), weights


class Translator(Module):
    """A GRU reads the source, in one direction or both, and another writes the target, symbol by symbol.

    Symbols are those of `data.sequences.Vocabulary`. `attention` is None, "dot" or "additive": then every step of the
    writer looks at all states of the reader, and `weights` (n, t, s) keeps where it looked. `both_ways` says whether
    the source is read in both directions; left out, it is with attention, as in the paper. So many `symbols` there
    are, all layers are `hidden` wide. Raises ValueError for another attention.
    """

    def __init__(
        self, symbols: int, hidden: int, *, attention: str | None = None, both_ways: bool | None = None,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        if attention not in ATTENTION:
            raise ValueError(f"Translator: attention is None, 'dot' or 'additive', got {attention!r}")
        self.attention = attention
        self.both_ways = bool(attention) if both_ways is None else both_ways
        self.weights: np.ndarray | None = None
        self.source, self.target = Embedding(symbols, hidden, rng=rng), Embedding(symbols, hidden, rng=rng)
        self.reader = GRU(hidden, hidden, batch_first=True, bidirectional=self.both_ways, rng=rng)
        self.writer = GRU(hidden, hidden, batch_first=True, rng=rng)
        read = hidden * (1 + self.both_ways)
        if attention:
            self.keys = Linear(read, hidden, rng=rng)
        if self.both_ways:
            self.join = Linear(read, hidden, rng=rng)
        if attention:
            self.mix = Linear(2 * hidden, hidden, rng=rng)
        if attention == "additive":
            self.query, self.score = Linear(hidden, hidden, rng=rng), Linear(hidden, 1, bias=False, rng=rng)
        self.head = Linear(hidden, symbols, rng=rng)

    def read(self, sources: np.ndarray, lengths: np.ndarray) -> tuple[Tensor | None, Tensor]:
        """Sources (n, s) -> (keys (n, s, hidden) or None, the writer's first state (1, n, hidden)).

        `sources` are integers, of which the first `lengths` (n,) of each row are read.
        """
        states, last = self.reader(self.source(sources), lengths=lengths)
        if self.both_ways:
            ends = F.cat([last[0], last[1]], -1)
            last = F.tanh(self.join(ends)).reshape(1, *ends.shape[:1], -1)
        return self.keys(states) if self.attention else None, last

    def write(
        self, keys: Tensor | None, lengths: np.ndarray, state: Tensor, symbols: np.ndarray
    ) -> tuple[Tensor, Tensor]:
        """Logits (n, t, symbols) of what follows each of `symbols` (n, t), and the state behind them.

        `keys` are those of `read`, None without attention; `lengths` (n,) say how many of them count.
        """
        states, state = self.writer(self.target(symbols), state)
        if keys is None:
            return self.head(states), state
        seen = (np.arange(keys.shape[1]) < np.asarray(lengths)[:, None])[:, None]  # (n, 1, s)
        weights = F.softmax(F.where(seen, self._scores(states, keys), -np.inf), -1)
        self.weights = weights.data
        return self.head(F.tanh(self.mix(F.cat([states, weights @ keys], -1)))), state

    def _scores(self, states: Tensor, keys: Tensor) -> Tensor:
        if self.attention == "dot":
            return states @ keys.transpose(1, 2) * (1 / np.sqrt(states.shape[-1]))
        n, t, k = states.shape
        pairs = self.query(states).reshape(n, t, 1, k) + keys.reshape(n, 1, -1, k)
        return self.score(F.tanh(pairs))[..., 0]

    def forward(self, sources: np.ndarray, lengths: np.ndarray, targets: np.ndarray) -> Tensor:
        """Teacher forcing: logits (n, t, symbols) of every target symbol, given the right ones before it.

        `sources` (n, s) and `lengths` (n,) are those of `read`, `targets` (n, t) integers.
        """
        keys, state = self.read(sources, lengths)
        before = np.concatenate([np.full((len(targets), 1), START), targets[:, :-1]], axis=1)
        return self.write(keys, lengths, state, before)[0]

    def translate(self, sources: np.ndarray, lengths: np.ndarray, longest: int) -> np.ndarray:
        """Symbols (n, longest), each row the likeliest one after the other up to END, PAD behind it.

        `sources` (n, s) and `lengths` (n,) are those of `read`.
        """
        out, now = np.full((len(sources), longest), PAD), np.full((len(sources), 1), START)
        running, maps = np.ones(len(sources), bool), []
        with no_grad():
            keys, state = self.read(sources, lengths)
            for t in range(longest):
                logits, state = self.write(keys, lengths, state, now)
                now = logits.data.argmax(-1)
                out[running, t] = now[running, 0]
                running &= now[:, 0] != END
                maps.append(self.weights)
        if keys is not None:
            self.weights = np.concatenate(maps, axis=1)
        return out


def sequence_loss(logits: Tensor, targets: np.ndarray) -> Tensor:
    """Mean cross-entropy of logits (n, t, symbols) over the targets (n, t) that are not PAD."""
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=PAD)


def train_translator(
    model: Translator, pairs: Sequence[np.ndarray], optimizer: Optimizer, *, steps: int, size: int,
    rng: np.random.Generator, clip: float = 1.0,
) -> Iterator[float]:  # fmt: skip
    """`steps` steps on batches of `size` from pairs (sources, lengths, targets); yields the losses.

    sources (n, s), lengths (n,), targets (n, t); `optimizer` moves the weights of `model`, `clip` limits the norm of
    the gradient.
    """
    sources, lengths, targets = pairs
    for _ in range(steps):
        pick = rng.integers(0, len(sources), size)
        cut, end = lengths[pick].max(), (targets[pick] != PAD).sum(1).max()
        loss = sequence_loss(model(sources[pick, :cut], lengths[pick], targets[pick, :end]), targets[pick, :end])
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        yield float(loss.data)


def exact(model: Translator, sources: np.ndarray, lengths: np.ndarray, targets: np.ndarray) -> float:
    """The share of sources (n, s) whose whole translation is right.

    `model` is a Translator; lengths (n,), targets (n, t) with PAD behind END.
    """
    found = model.translate(sources, lengths, targets.shape[1])
    return float((found == targets).all(1).mean())


def straightness(model: Any, sources: Any, lengths: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    """Shares of letters, in strings reversed rightly, whose strongest look is on their own letter, or one beside it.

    `model` is a Translator with attention; `sources` (n, s), `lengths` (n,), `targets` (n, t).
    """
    found = model.translate(sources, lengths, targets.shape[1])
    right = (found == targets).all(1)
    places = model.weights.argmax(-1)  # (n, t)
    wanted = lengths[:, None] - 2 - np.arange(places.shape[1])  # END is the last symbol read
    off = np.abs(places - wanted)[right[:, None] & (wanted >= 0)]
    return float((off == 0).mean()), float((off <= 1).mean())
