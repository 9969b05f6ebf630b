"""Batch size against throughput, memory and time to a loss, measured: a small network on the bundled digits."""

from __future__ import annotations

import contextlib
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib import functional as F
from course_lib import nn, optim
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data import batches
from course_lib.train import fit

SIZES = (2, 8, 32, 128, 512, 1437)
RATES = tuple(0.03 * 2**k for k in range(7))
TARGET = 0.03  # mean cross-entropy of the training set


@dataclass(frozen=True)
class Row:
    """What one batch size gave: `steps` and its standard error are over seeds, at the best of the RATES.

    `rate` is that best one, `batch` in samples, `memory` in bytes.
    """

    batch: int
    throughput: float  # samples a second: forward, backward, step
    memory: float  # bytes at the peak of a step, weights and gradients among them
    rate: float
    steps: float
    error: float

    @property
    def samples(self) -> float:
        """Samples seen on the way to the loss."""
        return self.batch * self.steps

    @property
    def seconds(self) -> float:
        """Time to the loss, at this throughput."""
        return self.samples / self.throughput


def network(rng: np.random.Generator, hidden: int = 64) -> nn.Module:
    """64 pixels, one hidden layer, ten classes."""
    return nn.Sequential(nn.Linear(64, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng))


def speed(step: Callable, wait: Callable, clock: Callable, batch: int, steps: int, warm_up: int) -> float:
    """Samples a second of `steps` calls of `step()`, after `warm_up` that do not count; `wait()` waits for a device.

    `batch` samples are in each call; `clock()` is in seconds.
    """
    for _ in range(warm_up):
        step()
    wait()
    start = clock()
    for _ in range(steps):
        step()
    wait()
    return steps * batch / (clock() - start)


def throughput(
    x: np.ndarray, t: np.ndarray, batch: int, *, repeats: int = 5, clock: Callable = time.perf_counter
) -> float:
    """Samples a second in training with batches of `batch`, the best of `repeats` bursts of some steps.

    Images x (n, 64), classes t (n,); `clock()` is in seconds.
    """
    model = network(np.random.default_rng(0))
    optimizer = optim.SGD(model.parameters(), lr=0.01)
    some = [(x[:batch], t[:batch])]

    def step() -> list[float]:
        return list(fit(model, F.cross_entropy, optimizer, some))

    return max(speed(step, lambda: None, clock, batch, max(2, 512 // batch), 2) for _ in range(repeats))


def memory(x: np.ndarray, t: np.ndarray, batch: int) -> int:
    """Bytes of arrays alive at the peak of one training step, the network's own among them; what Python counts.

    Images x (n, 64), classes t (n,), of which the first `batch` are taken.
    """
    tracemalloc.start()
    try:
        model = network(np.random.default_rng(0))
        optimizer = optim.SGD(model.parameters(), lr=0.01)
        list(fit(model, F.cross_entropy, optimizer, [(x[:batch], t[:batch])]))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def steps_to(
    x: np.ndarray, t: np.ndarray, batch: int, rate: float, seed: int, *, target: float = TARGET, epochs: int = 12,
    most: int = 400,
) -> float:  # fmt: skip
    """Steps of gradient descent until the loss of the whole set x (n, 64) is at most `target`; inf if never.

    Classes t (n,), batches of `batch` at the learning rate `rate`, all drawn by `seed`. Never means not within `epochs`
    passes and `most` steps more, or a loss that is no number.
    """
    rng = np.random.default_rng(seed)
    model = network(rng)
    optimizer = optim.SGD(model.parameters(), lr=rate)
    every, done = max(1, 64 // batch), 0
    limit = epochs * len(x) // batch + most
    with contextlib.suppress(FloatingPointError):  # the rate was too large
        while done < limit:
            for _ in fit(model, F.cross_entropy, optimizer, batches(x, t, size=batch, rng=rng, drop_last=True)):
                done += 1
                if done % every == 0:
                    with no_grad():
                        loss = float(F.cross_entropy(model(Tensor(x)), t).data)
                    if loss <= target:
                        return float(done)
    return np.inf


def measure(
    x: np.ndarray, t: np.ndarray, *, sizes: Sequence[int] = SIZES, rates: Sequence[float] = RATES, seeds: int = 3,
    tell: Callable = lambda row: None,
) -> tuple[Row, ...]:  # fmt: skip
    """A Row for each batch size: images x (n, 64), classes t (n,). Minutes of work at the sizes of `RECORDED`.

    `rates` are tried with so many `seeds` each, and the best of them counts; `tell(row)` is called with each Row.
    """
    rows = []
    for batch in sizes:
        best = min(
            ([steps_to(x, t, batch, rate, seed) for seed in range(seeds)] + [rate] for rate in rates),
            key=lambda found: np.mean(found[:-1]),
        )
        steps, rate = np.array(best[:-1]), best[-1]
        error = float(steps.std(ddof=1) / np.sqrt(seeds)) if seeds > 1 else 0.0
        rows.append(Row(batch, throughput(x, t, batch), memory(x, t, batch), rate, float(steps.mean()), error))
        tell(rows[-1])
    return tuple(rows)


# one run of `measure` on all 1437 training digits: one thread of an AMD EPYC, shared with other work
RECORDED = (
    Row(2, 4815, 66776, 0.06, 1877.3, 182.3),
    Row(8, 20724, 66776, 0.24, 448.0, 48.2),
    Row(32, 150833, 72740, 0.48, 158.7, 8.4),
    Row(128, 502303, 201764, 0.96, 86.7, 4.1),
    Row(512, 1045253, 357412, 0.96, 77.7, 5.2),
    Row(1437, 1289752, 890212, 0.96, 73.7, 0.7),
)
