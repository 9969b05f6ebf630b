"""Many workers, one network: shards, averaged gradients, the ring all-reduce simulated and counted, Amdahl's law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_lib.arithmetic import whole


def shard(n: int, workers: int, rank: int, *, epoch: int, seed: int = 0) -> np.ndarray:
    """Row numbers that worker `rank` of `workers` sees in this epoch, of `n` in all: an array (n // workers,).

    All workers shuffle alike, by (seed, epoch), and take every `workers`-th row from their own place on; what does not
    divide is left out, other rows in each epoch. Raises ValueError for a rank that there is not.
    """
    workers = whole(workers, "workers", least=1, name="shard")
    if not 0 <= rank < workers:
        raise ValueError(f"shard: rank must be 0 to {workers - 1}, got {rank}")
    order = np.random.default_rng((seed, epoch)).permutation(n)
    return order[: n // workers * workers][rank::workers]


def average_gradients(parts: Sequence[tuple[list, int]]) -> list[np.ndarray]:
    """The gradient of the mean loss of all samples, from every worker's `(gradients, samples)`; a list of arrays.

    A worker's gradients are those of the mean loss of its own samples, so each counts as much as it has samples.
    `parts` has one such pair a worker, `gradients` a list of arrays of the weights' shapes. Raises ValueError without
    any sample.
    """
    total = sum(samples for _, samples in parts)
    if total <= 0:
        raise ValueError(f"average_gradients: the workers saw {total} samples; at least one is needed")
    layers = zip(*(gradients for gradients, _ in parts), strict=True)
    shares = [samples / total for _, samples in parts]
    return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]


def ring_all_reduce(arrays: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[int]]:
    """Every worker's array (n,) replaced by the sum of all, neighbour to neighbour: `(sums, sent)`.

    `sums` is a list of arrays (n,), one a worker; `sent` how many numbers each has sent. k workers cut their arrays
    into k pieces (`np.array_split`). In each of k - 1 steps a worker hands one piece on to the next, which adds it;
    after them every worker holds one piece summed over all. k - 1 more steps hand the finished pieces on.
    Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations".
    """
    k = len(arrays)
    pieces = [[piece.copy() for piece in np.array_split(np.asarray(a), k)] for a in arrays]
    sent = [0] * k
    for step in range(2 * (k - 1)):
        summing = step < k - 1
        moved = [(i, (i - step) % k) for i in range(k)]  # worker i hands on piece i - step, in both halves
        for i, j, piece in [(i, j, pieces[i][j]) for i, j in moved]:  # all send at once: read first, then write
            sent[i] += piece.size
            there = pieces[(i + 1) % k]
            there[j] = there[j] + piece if summing else piece
    return [np.concatenate(own) for own in pieces], sent


def ring_seconds(numbers: float, workers: int, *, bandwidth: float, latency: float = 0.0, width: int = 4) -> float:
    """Seconds of a ring all-reduce of `numbers` values of `width` bytes at `bandwidth` bytes/s, `latency` s a step."""
    share = 2 * (workers - 1) / workers
    return share * numbers * width / bandwidth + 2 * (workers - 1) * latency


def central_seconds(numbers: float, workers: int, *, bandwidth: float, latency: float = 0.0, width: int = 4) -> float:
    """Seconds when every worker sends its gradient to one server, which sends the sum back, over its one cable.

    `numbers` values of `width` bytes at `bandwidth` bytes/s, `latency` s each way.
    """
    return 2 * (workers - 1) * numbers * width / bandwidth + 2 * latency


def amdahl(share: float, workers: ArrayLike) -> Any:
    """Speed-up with `workers` when the `share` (0 to 1) of the work divides among them. Amdahl 1967.

    A number or an array, of the shape of `workers`.
    """
    return 1 / (1 - share + share / np.asarray(workers, dtype=float))


def parallel_share(seconds: dict[int, float]) -> float:
    """The share of Amdahl's law from measured `{workers: seconds}`, by least squares; 1 worker must be among them.

    Raises ValueError without it, or without another.
    """
    if 1 not in seconds or len(seconds) < 2:
        raise ValueError(f"parallel_share: needs 1 worker and at least one more, got {sorted(seconds)}")
    workers = np.array([w for w in seconds if w > 1], dtype=float)
    saved = np.array([1 - seconds[int(w)] / seconds[1] for w in workers])
    could = 1 - 1 / workers
    return float(could @ saved / (could @ could))
