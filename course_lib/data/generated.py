"""Generated data sets, and what is done to any set before training: split, standardise, deal out in batches.

Every function that draws takes `rng=`, a `numpy.random.Generator`; the same generator state gives the same data.
Points are float64 `(n, d)`. Labels are integers: -1 and +1 from `two_clouds`, class numbers 0, 1, ... elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from course_lib.arithmetic import whole
from course_lib.nn.init import generator


def two_clouds(
    n: int, *, margin: float = 0.5, dim: int = 2, spread: float = 1.0, offset: float = 0.0, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two clouds of `n` points in all, on the two sides of a random hyperplane, none nearer to it than `margin`.

    Returns `x (n, dim)`, labels `t (n,)` in {-1, +1}, and `w (dim + 1,)`: the hyperplane, bias first, unit
    normal. One point of each class lies exactly `margin` away; the others lie further off by
    |normal deviate| * `spread`. A negative margin lets the clouds overlap by that much. `offset` is the
    hyperplane's distance from the origin.
    """
    generator("two_clouds", rng)
    _at_least("two_clouds", "n", n, 2)
    _at_least("two_clouds", "dim", dim, 1)
    normal = rng.normal(size=dim)
    normal /= np.linalg.norm(normal)
    t = np.where(rng.permutation(n) < (n + 1) // 2, 1, -1)
    beyond = np.abs(rng.normal(size=n)) * spread
    for label in (1, -1):
        own = np.flatnonzero(t == label)
        beyond[own[np.argmin(beyond[own])]] = 0.0
    along = rng.normal(size=(n, dim)) * 1.5 * spread
    along -= np.outer(along @ normal, normal)
    x = along + np.outer(offset + t * (margin + beyond), normal)
    return x, t, np.concatenate([[-offset], normal])


def moons(n: int, *, noise: float = 0.1, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two interleaved half circles: `x (n, 2)`, classes `t (n,)` in {0, 1}; `noise` is a standard deviation."""
    generator("moons", rng)
    _at_least("moons", "n", n, 2)
    t = np.arange(n) % 2
    angle = np.pi * rng.random(n)
    x = np.column_stack([np.cos(angle), np.sin(angle)])
    x[t == 1] = np.array([1.0, 0.5]) - x[t == 1]
    return _shuffle(x + noise * rng.normal(size=x.shape), t, rng)


def spirals(
    n: int, *, classes: int = 2, turns: float = 1.5, noise: float = 0.05, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """`classes` interleaved spirals of `turns` turns and radius up to 1: `x (n, 2)` and classes `t (n,)` from 0.

    `noise` is the standard deviation of what is added.
    """
    generator("spirals", rng)
    _at_least("spirals", "classes", classes, 2)
    _at_least("spirals", "n", n, classes)
    t = np.arange(n) % classes
    radius = np.sqrt(rng.uniform(0.01, 1.0, size=n))
    angle = 2 * np.pi * (turns * radius + t / classes)
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _shuffle(x + noise * rng.normal(size=x.shape), t, rng)


def banana_value(x: np.ndarray) -> np.ndarray:
    """100 (x2 - x1^2)^2 + (1 - x1)^2 for points `x (..., 2)`: Rosenbrock's valley, 0 at (1, 1)."""
    x = np.asarray(x)
    return 100 * (x[..., 1] - x[..., 0] ** 2) ** 2 + (1 - x[..., 0]) ** 2


def banana(
    n: int, *, level: float = 0.5, low: tuple[float, float] = (-0.5, -0.5), high: tuple[float, float] = (2.5, 3.5),
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A banana-shaped class: `x (n, 2)`, and `t (n,)`, 1 where `banana_value(x) < level` and 0 elsewhere.

    Half of the points lie inside (one more outside when `n` is odd), each half uniform in its part of the box
    `low`..`high`. Raises ValueError when the class holds less than about a thousandth of the box.
    """
    generator("banana", rng)
    _at_least("banana", "n", n, 1)
    low, high = np.asarray(low, float), np.asarray(high, float)
    wanted = (n - n // 2, n // 2)
    kept = ([], [])
    for _ in range(1000):
        draw = rng.uniform(low, high, size=(max(256, n), 2))
        inside = banana_value(draw) < level
        for label in (0, 1):
            kept[label].extend(draw[inside == label])
        if all(len(k) >= w for k, w in zip(kept, wanted, strict=True)):
            break
    else:
        raise ValueError(
            f"banana: no more than {len(kept[1])} points fall inside level {level} of this box; enlarge it"
        )
    x = np.array([*kept[0][: wanted[0]], *kept[1][: wanted[1]]])
    return _shuffle(x, np.repeat([0, 1], wanted), rng)


def xor(n: int = 4, *, noise: float = 0.0, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Exclusive or: `x (n, 2)` round the corners of the unit square, `t (n,)` 1 where exactly one coordinate is 1.

    The corners are dealt in turn, so `n` divisible by 4 gives equal shares; `noise` is the standard deviation added.
    """
    generator("xor", rng)
    _at_least("xor", "n", n, 1)
    corner = np.arange(n) % 4
    x = np.column_stack([corner // 2, corner % 2])
    return _shuffle(x + noise * rng.normal(size=x.shape), x[:, 0] ^ x[:, 1], rng)


def wave(n: int, *, noise: float = 0.3, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A curve with a wave and a step, seen with noise: x (n,) rising from -3 to 3, and y (n,).

    `noise` is the standard deviation of what is added to sin(2x) exp(-x^2/8) + 0.8 tanh(6x - 4.2).
    """
    generator("wave", rng)
    x = np.sort(rng.uniform(-3, 3, size=n))
    y = np.sin(2 * x) * np.exp(-(x**2) / 8) + 0.8 * np.tanh(6 * x - 4.2)
    return x, y + noise * rng.normal(size=n)


def ring(n: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A ring-shaped class: x (n, 2) and t (n,), 1 in the ring and 0 inside and outside it, half of the points each.

    The coordinates have different units: deviations of about 27 and 0.35 round the middle (300, 2).
    A gap of a fifth of the ring's radius lies between the classes.
    """
    generator("ring", rng)
    t = np.arange(n) % 2
    outside = rng.random(n) < 0.5
    low, high = np.where(t == 1, [[0.36], [1.0]], np.where(outside, [[1.3], [2.2]], [[0.0], [0.2]]))
    radius, angle = np.sqrt(rng.uniform(low, high)), 2 * np.pi * rng.random(n)
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) * [40, 0.5] + [300, 2]
    return _shuffle(x, t, rng)


def split(
    *arrays: np.ndarray, parts: Sequence[float] = (0.8, 0.2), rng: np.random.Generator
) -> list[tuple[np.ndarray, ...]]:
    """Deal the rows of `arrays` (all of n rows) at random into `parts`, fractions that add up to 1.

    Returns one tuple of arrays per part, rows of different arrays kept together; every row is in exactly one part.
    `(x, t), (x_test, t_test) = split(x, t, rng=rng)`.
    """
    generator("split", rng)
    n = _rows("split", arrays)
    parts = np.asarray(parts, float)
    if parts.ndim != 1 or np.any(parts < 0) or not np.isclose(parts.sum(), 1):
        raise ValueError(f"split: parts must be fractions that add up to 1, got {tuple(parts.ravel().tolist())}")
    cuts = np.round(np.cumsum(parts)[:-1] * n).astype(int)
    return [tuple(np.asarray(a)[rows] for a in arrays) for rows in np.split(rng.permutation(n), cuts)]


def standardise(train: np.ndarray, *others: np.ndarray) -> Any:
    """Centre and scale the columns of `train (n, ...)` to mean 0 and standard deviation 1; treat `others` alike.

    The mean and the scale come from `train` alone, so that nothing of a test set leaks into training. A constant
    column is centred and left unscaled. Returns one array, or a tuple when there are others.
    """
    train, others = np.asarray(train), [np.asarray(a) for a in others]
    if train.ndim == 0 or train.size == 0 or any(a.shape[1:] != train.shape[1:] for a in others):
        shapes = [a.shape for a in (train, *others)]
        raise ValueError(f"standardise: all sets need the same columns, the first at least one row, got {shapes}")
    if not np.issubdtype(train.dtype, np.floating):
        train = train.astype(np.float64)
    mean, scale = train.mean(axis=0), train.std(axis=0)
    scale = np.where(np.ptp(train, axis=0) == 0, np.ones_like(scale), scale)
    scaled = tuple(((a - mean) / scale).astype(train.dtype, copy=False) for a in (train, *others))
    return scaled if others else scaled[0]


def batches(
    *arrays: np.ndarray, size: int, rng: np.random.Generator | None = None, drop_last: bool = False
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield the rows of `arrays` as tuples of `size` rows each, every row once; the last batch may be smaller.

    With `rng` the rows are shuffled anew at each call, all arrays alike; without it they keep their order.
    `for x, t in batches(x_train, t_train, size=32, rng=rng): ...`

    `drop_last` leaves a last batch out that is smaller.
    """
    if rng is not None:
        generator("batches", rng)
    n = _rows("batches", arrays)
    if len(arrays) == 1 and isinstance(arrays[0], tuple):
        raise TypeError("batches: arrays come one by one, write batches(x, t, size=...), got a tuple of them")
    _at_least("batches", "size", size, 1)
    arrays = [np.asarray(a) for a in arrays]
    order = np.arange(n) if rng is None else rng.permutation(n)
    stop = n - n % size if drop_last else n
    return (tuple(a[order[i : i + size]] for a in arrays) for i in range(0, stop, size))


def _shuffle(x: np.ndarray, t: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    order = rng.permutation(len(t))
    return x[order], t[order]


def _at_least(function: str, name: str, value: Any, least: int) -> None:
    whole(value, name, least=least, name=function)


def _rows(function: str, arrays: tuple[Any, ...]) -> int:
    lengths = [len(a) for a in arrays]
    if not lengths:
        raise ValueError(f"{function}: give at least one array")
    if len(set(lengths)) > 1:
        raise ValueError(f"{function}: arrays must have the same number of rows, got {lengths}")
    return lengths[0]
