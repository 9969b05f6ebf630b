"""Text letter by letter: streams for truncated back-propagation, a model that predicts the next letter, its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data import texts
from course_lib.data.sequences import PAD, START, Vocabulary
from course_lib.nn import Embedding, Linear
from course_lib.nn.module import Module
from course_lib.optim.gradients import clip_grad_norm_
from course_lib.optim.optimisers import SGD
from course_lib.topics.choice import chosen
from course_lib.topics.recurrent import CELLS

if TYPE_CHECKING:
    from course_lib.optim.optimizer import Optimizer


def streams(symbols: np.ndarray, n: int, window: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Windows (inputs, targets), each (n, window), of a text (length,): row r of each goes on where the last ended.

    The text is cut into n stretches of equal length, a rest is dropped; targets are the inputs one symbol later.
    `symbols` are integers.
    """
    symbols = np.asarray(symbols)
    each = (len(symbols) - 1) // n
    inputs = symbols[: n * each].reshape(n, each)
    targets = symbols[1 : n * each + 1].reshape(n, each)
    for start in range(0, each - window + 1, window):
        yield inputs[:, start : start + window], targets[:, start : start + window]


class LetterModel(Module):
    """Embedding, a recurrent layer, logits of the next symbol; `kind` is one of `topics.recurrent.CELLS`.

    So many `symbols` there are, each as a vector of `width`; the layer has `hidden` units.
    """

    def __init__(self, kind: str, symbols: int, hidden: int, *, width: int = 24, rng: np.random.Generator) -> None:
        self.embedding = Embedding(symbols, width, rng=rng)
        self.cell = CELLS[chosen(kind, CELLS, "kind", name="LetterModel")](width, hidden, batch_first=True, rng=rng)
        self.head = Linear(hidden, symbols, rng=rng)

    def forward(self, symbols: np.ndarray, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Symbols (n, t) -> logits (n, t, symbols), state."""
        states, state = self.cell(self.embedding(symbols), state)
        return self.head(states), state


def cut(state: Tensor) -> Tensor:
    """The same state without its graph: gradients end here, values go on. None stays None.

    A Tensor of any shape, or a tuple of them, as recurrent layers give it.
    """
    if state is None:
        return None
    return tuple(map(cut, state)) if isinstance(state, tuple) else Tensor(state.data)


def train_letters(
    model: LetterModel, windows: Sequence[tuple[np.ndarray, np.ndarray]], optimizer: Optimizer, *, clip: float = 1.0
) -> Iterator[float]:
    """A step for each of `windows`, the state carried from one to the next; yields the losses, in bits a symbol.

    Windows are pairs (inputs, targets), each (n, t) of integers; `optimizer` moves the weights of the model, `clip`
    limits the norm of the gradient.
    """
    state = None
    for inputs, targets in windows:
        logits, state = model(inputs, state)
        state = cut(state)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        yield float(loss.data) / np.log(2)


def bits(model: LetterModel, symbols: np.ndarray, *, n: int = 20, window: int = 100) -> float:
    """Bits a symbol on a text (length,): the mean of -log2 of the probability that the model gave to what came.

    `symbols` are read as `n` stretches in windows of `window`, the state carried on; what fills none is left out.
    """
    state, found = None, []
    with no_grad():
        for inputs, targets in streams(symbols, n, window):
            logits, state = model(inputs, state)
            loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))
            found.append(float(loss.data) / np.log(2))
    return float(np.mean(found))


def sample(logits: np.ndarray, temperature: int, uniforms: np.ndarray) -> np.ndarray:
    """A symbol (n,) for each row of logits (n, symbols): the first whose cumulative probability exceeds uniforms (n,).

    Logits are divided by `temperature` before softmax; at 0 the likeliest symbol is taken.
    """
    if temperature == 0:
        return logits.argmax(axis=1)
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    cumulative = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)
    return np.minimum((cumulative <= np.asarray(uniforms)[:, None]).sum(axis=1), logits.shape[1] - 1)


def write(
    model: LetterModel, first: Sequence[int], length: int, *, temperature: float = 1.0, rng: np.random.Generator,
    choose: Callable = sample,
) -> np.ndarray:  # fmt: skip
    """`length` symbols (n, length) that the model writes behind the first ones (n,), each drawn by `choose`.

    `temperature` divides the logits; at 0 the likeliest is taken.
    """
    now, state, out = np.asarray(first)[:, None], None, []
    with no_grad():
        for _ in range(length):
            logits, state = model(now, state)
            now = choose(logits.data[:, -1].astype(float), temperature, rng.random(len(now)))[:, None]
            out.append(now)
    return np.concatenate(out, axis=1)


FAULTS = {"A": "targets not shifted", "B": "rate too high", "C": "padding counted", "D": "rate too low"}


def faulty_run(letter: str | None, *, steps: int = 80, seed: int = 0) -> list[float]:
    """Losses, in bits a letter, of a small RNN that learns the bundled names with the fault `letter` of FAULTS.

    None is the healthy run, with which it shares start, batches and everything else. `steps` steps of 24 lines each;
    `seed` draws weights and lines.
    """
    chosen(letter, (None, *FAULTS), "letter", name="faulty_run")
    rng, fault = np.random.default_rng(seed), FAULTS.get(letter)
    names = texts.NAMES.split()
    vocabulary = Vocabulary("".join(names) + " ")
    model = LetterModel("RNN", len(vocabulary), 48, rng=rng)
    rate = {"rate too low": 0.004, "rate too high": 3.0}.get(fault or "", 0.8)
    optimizer, losses = SGD(model.parameters(), lr=rate, momentum=0.9), []
    for _ in range(steps):
        lines = [" ".join(rng.choice(names, k)) for k in rng.integers(1, 7, 24)]
        targets, _ = vocabulary.encode(lines)
        before = np.concatenate([np.full((len(targets), 1), START), targets[:, :-1]], axis=1)
        logits = model(targets if fault == "targets not shifted" else before)[0]
        ignored = -1 if fault == "padding counted" else PAD
        flat = logits.reshape(-1, logits.shape[-1])
        loss = F.cross_entropy(flat, targets.reshape(-1), ignore_index=ignored)
        losses.append(float(loss.data) / np.log(2))
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return losses
