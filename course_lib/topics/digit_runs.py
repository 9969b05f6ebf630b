"""Perceptrons that learn the 8x8 digits from a start, with a norm, with dropout: what lesson 07 trains and measures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from course_lib import functional as F
from course_lib import nn
from course_lib.autograd.tensor import Tensor
from course_lib.data import batches, standardise
from course_lib.optim import SGD
from course_lib.topics import logistic, regularise
from course_lib.train import accuracy, evaluate, fit, score


class Sets(NamedTuple):
    """Standardised digits (n, 64) float32 and their classes (n,), to train on and to test with."""

    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray


def scaled(deviation: float | Callable) -> Callable:
    """An initialisation for nn.Linear: normal weights; `deviation` is a number or a function of (out, in)."""

    def start(shape: tuple[int, ...], *, rng: np.random.Generator) -> np.ndarray:
        s = deviation(*shape) if callable(deviation) else deviation
        return (s * rng.standard_normal(shape)).astype(np.float32)

    return start


STARTS = {
    "0.01·randn": scaled(0.01),
    "0.02·randn": scaled(0.02),
    "0.1/√width·randn": scaled(lambda out, n: 0.1 / np.sqrt(n)),
    "1/√width·randn": scaled(lambda out, n: 1 / np.sqrt(n)),
    "Xavier": scaled(lambda out, n: np.sqrt(2 / (n + out))),
    "MSR": scaled(lambda out, n: np.sqrt(2 / n)),
}


def perceptron(
    sizes: Sequence[int],
    rng: np.random.Generator,
    start: Callable = STARTS["MSR"],
    norm: bool = False,
    drop: float = 0.0,
) -> nn.Sequential:
    """ReLU layers of `sizes` (inputs, hidden ..., outputs) from a start, with batch norm, with dropout by `drop`."""
    parts: list[nn.Module] = []
    for n, out in itertools.pairwise(sizes[:-1]):
        parts += [nn.Linear(n, out, rng=rng, init=start)]
        parts += [nn.BatchNorm1d(out)] * norm + [nn.ReLU()] + [nn.Dropout(drop, rng=rng)] * (drop > 0)
    return nn.Sequential(*parts, nn.Linear(sizes[-2], sizes[-1], rng=rng, init=start))


def learn(
    model: nn.Module, x: np.ndarray, t: np.ndarray, steps: int, rng: np.random.Generator, rate: float = 0.05,
    size: int = 64, decay: float = 0.0, change: Callable | None = None,
) -> list[float]:  # fmt: skip
    """Losses of `steps` steps of SGD with momentum 0.9; they end early where the loss is no longer a number.

    `change(x, rng=rng)` gives the inputs of an epoch, augmented. x (n, d), classes t (n,), `size` samples a batch; the
    rate is `rate`, the weight decay `decay`. `model` stays trained.
    """
    optimizer, losses = SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay), []
    while len(losses) < steps:
        shown = x if change is None else change(x, rng=rng)
        try:
            with np.errstate(all="ignore"):
                losses.extend(fit(model, F.cross_entropy, optimizer, batches(shown, t, size=size, rng=rng)))
        except FloatingPointError:
            return losses
    return losses[:steps]


def error_of(model: nn.Module, x: np.ndarray, t: np.ndarray) -> float:
    """Share of wrong answers, in evaluation mode.

    `model` takes x (n, d) to (n, classes), t (n,) are the classes.
    """
    return 1 - score(model, [(x, t)], accuracy=accuracy)["accuracy"]


def logits_of(model: nn.Module, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What the model says of x, (n, classes), in evaluation mode.

    x (n, d); the classes t (n,) only ride along.
    """
    return next(evaluate(model, [(x, t)]))[0]


def final_loss(sets: Sets, depth: int, start: Callable, seed: int, steps: int) -> float:
    """Mean loss of the last epoch of a network of `depth` hidden layers of 50.

    It learns the training part of `sets` in `steps` steps of 64 digits, whose last 23, about an epoch, are averaged;
    `seed` draws weights and order.
    """
    rng = np.random.default_rng(seed)
    model = perceptron((64, *[50] * depth, 10), rng, start)
    return float(np.mean(learn(model, sets.x_train, sets.t_train, steps, rng, rate=0.005)[-23:]))


def all_masks(n: int = 8, classes: int = 4, seed: int = 0) -> float:
    """Largest difference between weight scaling and the geometric mean over all 2^n masks, for a softmax layer.

    n hidden units, each kept with probability 1/2, and `classes` outputs, drawn by `seed`. A difference of
    probabilities.
    """
    rng = np.random.default_rng(seed)
    h, w = rng.normal(size=n), rng.normal(size=(classes, n))
    masks = np.array(list(itertools.product((0, 1), repeat=n)))
    geometric = np.exp(logistic.log_softmax((masks * h) @ w.T).mean(axis=0))
    return float(np.abs(geometric / geometric.sum() - logistic.softmax((w @ (h * 0.5))[None])[0]).max())


def mask_averages(sets: Sets, seed: int, counts: tuple[int, ...]) -> dict[str, tuple[float, float]]:
    """(loss, error) of weight scaling and of averages over `counts` masks, for one trained dropout net.

    It learns 300 digits of `sets` and is tested on the test part; `seed` draws weights, masks and order. Losses in
    nats, errors as shares.
    """
    rng, (x_train, t_train, x_test, t_test) = np.random.default_rng(seed), sets
    model = perceptron((64, 100, 100, 10), rng, drop=0.5)
    learn(model, x_train[:300], t_train[:300], 1000, rng)
    answers = {"weight scaling": logistic.softmax(logits_of(model, x_test, t_test))}
    model.train()
    thinned = np.zeros((len(t_test), 10))
    for k in range(1, max(counts) + 1):
        thinned += logistic.softmax(model(Tensor(x_test)).data)
        if k in counts:
            answers[f"average of {k} masks" if k > 1 else "one mask alone"] = thinned / k
    right = np.arange(len(t_test)), t_test
    return {name: (-np.log(p[right]).mean(), np.mean(p.argmax(1) != t_test)) for name, p in answers.items()}


def weak_answers(sets: Sets, seed: int) -> np.ndarray:
    """Probabilities (n, 10) on the test set of a network that saw 15 digits of its own.

    `seed` chooses the 15 of `sets` and draws the weights.
    """
    rng, (x_train, t_train, x_test, t_test) = np.random.default_rng(seed), sets
    some = rng.permutation(len(x_train))[:15]
    model = perceptron((64, 30, 10), rng)
    learn(model, x_train[some], t_train[some], 60, rng, rate=0.02, size=15)
    return regularise.ensemble(logits_of(model, x_test, t_test)[None])[0]


def ten_against_one(sets: Sets, groups: int) -> tuple[list[float], list[float]]:
    """Test errors of single networks (groups * 10,) and of averages of ten (groups,).

    Each learns the same 300 digits of `sets` from a start and in an order of its own.
    """
    alone: list[float] = []
    together: list[float] = []
    for group in range(groups):
        said = []
        for seed in range(10 * group, 10 * group + 10):
            rng = np.random.default_rng(seed)
            model = perceptron((64, 60, 10), rng)
            learn(model, sets.x_train[:300], sets.t_train[:300], 200, rng)
            said.append(logits_of(model, sets.x_test, sets.t_test))
        alone += [np.mean(s.argmax(axis=1) != sets.t_test) for s in said]
        together.append(np.mean(regularise.ensemble(np.array(said))[1] != sets.t_test))
    return alone, together


def longer_training(sets: Sets, drop: float, seed: int, marks: Sequence[int]) -> np.ndarray:
    """(loss, error) on 400 validation digits after as many steps as `marks` say; a fifth of 600 labels is wrong.

    An array (marks, 2). With `drop` there is dropout, 0.2 of the inputs too; `seed` chooses the wrong labels of `sets`
    and draws weights and order.
    """
    rng, t = np.random.default_rng(seed), sets.t_train[:600].copy()
    wrong = rng.permutation(600)[:120]
    t[wrong] = (t[wrong] + rng.integers(1, 10, size=120)) % 10
    model, done, seen = perceptron((64, 50, 50, 10), rng, drop=drop), 0, []
    if drop:
        model = nn.Sequential(nn.Dropout(0.2, rng=rng), model)
    held = sets.x_train[800:1200], sets.t_train[800:1200]
    for mark in marks:
        learn(model, sets.x_train[:600], t, mark - done, rng, rate=0.01)
        done, logits = mark, logits_of(model, *held)
        loss = F.cross_entropy(Tensor(logits), held[1]).item()
        seen.append((loss, np.mean(logits.argmax(axis=1) != held[1])))
    return np.array(seen)


def two_tasks(rng: np.random.Generator, n: int = 400, d: int = 10) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs near 100, and inputs over many orders of magnitude; the classes are the same halves in both.

    {name: (x (n, d), t (n,) of 0 and 1)}.
    """
    z, w = rng.normal(size=(n, d)), rng.normal(size=d)
    t = (z @ w > 0).astype(np.int64)
    return {"mean 100, deviation 1": (100 + z, t), "magnitudes from 0.001 to 1000": (np.exp(2.3 * z), t)}


PREPARED: dict[str, Callable[[np.ndarray], Any]] = {
    "raw": lambda x: x,
    "centred": lambda x: x - x.mean(axis=0),
    "centred and scaled": standardise,
    "log(1+x), centred and scaled": lambda x: standardise(np.log1p(x)),
}


def steps_to(x: np.ndarray, t: np.ndarray, seed: int, most: int, target: float = 0.1) -> int:
    """Fewest steps at which the mean loss of the last ten is below target, over eight rates; `most` if never.

    x (n, d), classes t (n,) 0 and 1; `seed` draws weights and order, the same for every rate.
    """
    best = most
    for rate in 10.0 ** np.arange(-7, 1):
        rng = np.random.default_rng(seed)
        model = perceptron((x.shape[1], 20, 2), rng)
        losses = learn(model, x.astype(np.float32), t, best, rng, rate=rate)
        if len(losses) < 10:
            continue
        below = np.flatnonzero(np.convolve(losses, np.full(10, 0.1), "valid") < target)
        best = min(best, int(below[0]) + 10 if len(below) else most)
    return best
