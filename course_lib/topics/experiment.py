"""Honest comparisons of two ways of training: difference with its interval, seeds needed, what peeking does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike


class Comparison(NamedTuple):
    """Mean of a less mean of b, and the ends of its confidence interval."""

    difference: float
    low: float
    high: float

    def verdict(self) -> str:
        """ "a", "b" or "undecided": which is higher, if the interval excludes 0."""
        return "a" if self.low > 0 else "b" if self.high < 0 else "undecided"


def compare(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Comparison:
    """The Comparison of independent runs a and b, two or more numbers each, by Welch's interval (1947).

    Standard deviations may differ. Raises ValueError with fewer than two numbers on a side. `level` is the probability
    with which the interval encloses the true difference.
    """
    from scipy.stats import t as student

    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if min(len(a), len(b)) < 2:
        raise ValueError(f"compare: needs two or more runs on each side, got {len(a)} and {len(b)}")
    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    error = np.sqrt(parts.sum())
    freedom = parts.sum() ** 2 / (parts**2 / [len(a) - 1, len(b) - 1]).sum() if error else np.inf
    half = student.ppf((1 + level) / 2, freedom) * error if error else 0.0
    difference = a.mean() - b.mean()
    return Comparison(float(difference), float(difference - half), float(difference + half))


def seeds_needed(difference: float, deviation: float, level: float = 0.95, power: float = 0.8) -> int:
    """Runs on each side so that a `difference` is found with probability `power`, by the normal approximation.

    n = 2 ((z_{(1+level)/2} + z_{power}) deviation / difference)^2, rounded up; at least 2. Cohen 1988.
    """
    from scipy.stats import norm

    z = norm.ppf((1 + level) / 2) + norm.ppf(power)
    return max(2, int(np.ceil(2 * (z * deviation / difference) ** 2 - 1e-9)))


def plan(
    claim: str, *, smallest: float, deviation: float, level: float = 0.95, power: float = 0.8, first_seed: int = 100
) -> dict[str, Any]:
    """A plan as lesson 16 states it, a dict: what is tested, what would matter, and the `runs` a side that follow.

    `claim` is a sentence, `smallest` the difference that would matter and `deviation` that of runs, in one unit;
    `level` and `power` are those of `seeds_needed`, and seeds count from `first_seed` on.
    """
    stated = {"claim": claim, "smallest": smallest, "deviation": deviation, "level": level, "power": power}
    return stated | {"runs": seeds_needed(smallest, deviation, level, power), "first_seed": first_seed}


def decide(plan: dict[str, Any], a: Sequence[float] | np.ndarray, b: Sequence[float] | np.ndarray) -> str:
    """What a `plan` says of the results a and b (n,) each: "a" or "b" is higher, "too small" to matter, "undecided".

    Raises ValueError unless a and b hold as many results as the plan has runs.
    """
    if not len(a) == len(b) == plan["runs"]:
        raise ValueError(f"decide: the plan says {plan['runs']} runs a side, got {len(a)} and {len(b)}")
    seen = compare(a, b, plan["level"])
    small = -plan["smallest"] < seen.low and seen.high < plan["smallest"]
    return "too small" if seen.verdict() == "undecided" and small else seen.verdict()


def found(
    n: int, difference: float, deviation: float, *, rng: np.random.Generator, trials: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Share of simulated comparisons with n runs a side whose interval excludes 0, and its standard error.

    Runs are normal with the same deviation and means `difference` apart. With difference 0 this is the false alarms.
    `trials` comparisons are simulated, with intervals of `level`.
    """
    from scipy.stats import t as student

    a = rng.normal(difference, deviation, (trials, n))
    b = rng.normal(0, deviation, (trials, n))
    parts = np.stack([a.var(axis=1, ddof=1), b.var(axis=1, ddof=1)]) / n
    freedom = parts.sum(0) ** 2 * (n - 1) / (parts**2).sum(0)
    t = np.abs(a.mean(1) - b.mean(1)) / np.sqrt(parts.sum(0))
    share = np.mean(t > student.ppf((1 + level) / 2, freedom))
    return float(share), float(np.sqrt(share * (1 - share) / trials))


def peeking(most: int, *, rng: np.random.Generator, trials: int = 1000, level: float = 0.95) -> float:
    """Share of trials without any difference in which some look, after 2, 3, ... `most` runs a side, excludes 0.

    Each look takes an interval of `level`.
    """
    from scipy.stats import t as student

    a, b = rng.normal(size=(2, trials, most))
    alarmed = np.zeros(trials, bool)
    for n in range(2, most + 1):
        parts = np.stack([a[:, :n].var(axis=1, ddof=1), b[:, :n].var(axis=1, ddof=1)]) / n
        freedom = parts.sum(0) ** 2 * (n - 1) / (parts**2).sum(0)
        t = np.abs(a[:, :n].mean(1) - b[:, :n].mean(1)) / np.sqrt(parts.sum(0))
        alarmed |= t > student.ppf((1 + level) / 2, freedom)
    return float(alarmed.mean())


def median_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Median of the values and two of them that enclose the true median with at least probability `level`.

    By order statistics: how many values lie below the median is binomial with 1/2, whatever their distribution. Raises
    ValueError where there are too few values for any such interval. values (n,); returns (median, lower, upper) as
    floats.
    """
    from scipy.stats import binom

    values = np.sort(np.asarray(values, dtype=float))
    n = len(values)
    k = int(binom.ppf((1 - level) / 2, n, 0.5)) if n else 0  # P(fewer than k below) <= (1 - level) / 2
    if k < 1:
        raise ValueError(f"median_interval: {n} values are too few for an interval of level {level}")
    return float(np.median(values)), float(values[k - 1]), float(values[n - k])
