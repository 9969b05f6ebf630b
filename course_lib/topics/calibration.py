"""Whether a network knows when it is wrong: calibration, temperature, scores for what it should not answer. Lesson 16.

Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern neural networks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities (n, classes) of logits over a temperature."""
    z = np.asarray(logits, dtype=float) / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def binned(confidence: ArrayLike, right: ArrayLike, bins: int = 15) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each of `bins` equal bins of [0, 1]: number of samples, mean confidence, share right; nan where it is empty.

    A bin holds its lower edge; 1 lies in the last. confidence (n,) within 0..1, right (n,) booleans.
    """
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    filled = np.where(count > 0, count, np.nan)
    return count, np.bincount(place, confidence, bins) / filled, np.bincount(place, right, bins) / filled


def calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = 15) -> float:
    """Expected calibration error: the bins' gaps between confidence and share right, weighted by their samples.

    confidence (n,) within 0..1, right (n,) booleans; the error is within 0..1.
    """
    count, sure, share = binned(confidence, right, bins)
    return float(np.nansum(count * np.abs(sure - share)) / count.sum())


def nll(logits: np.ndarray, t: np.ndarray, temperature: float = 1.0) -> float:
    """Mean cross-entropy of logits (n, classes) over a temperature, classes t (n,)."""
    z = np.asarray(logits, dtype=float) / temperature
    top = z.max(axis=1)
    return float(np.mean(top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(z)), t]))


def temperature(logits: np.ndarray, t: np.ndarray, low: float = 0.01, high: float = 100.0) -> float:
    """The temperature with the least mean cross-entropy, within low..high.

    The loss is convex in 1 / T, with the slope mean(expected logit - right logit): halving the interval in log T finds
    where that is zero. logits (n, classes), classes t (n,).
    """
    z, low, high = np.asarray(logits, dtype=float), np.log(low), np.log(high)
    own = z[np.arange(len(z)), t]
    for _ in range(60):
        middle = (low + high) / 2
        slope = np.mean((softmax(z, np.exp(middle)) * z).sum(axis=1) - own)  # by 1 / T
        low, high = (middle, high) if slope > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def auc(known: np.ndarray, strange: np.ndarray) -> float:
    """P(a score of `known` lies above one of `strange`), ties counted half: the area under the ROC curve.

    Both of any shape; a number within 0..1.
    """
    from scipy.stats import rankdata

    known, strange = np.ravel(known), np.ravel(strange)
    ranks = rankdata(np.concatenate([known, strange]))[: len(known)]
    return float((ranks.sum() - len(known) * (len(known) + 1) / 2) / (len(known) * len(strange)))


def top_probability(logits: np.ndarray) -> np.ndarray:
    """The largest probability of each row: high for what is known, it is hoped (Hendrycks and Gimpel 2017).

    logits (n, classes) to (n,).
    """
    return softmax(logits).max(axis=1)


def log_sum_exp(logits: np.ndarray) -> np.ndarray:
    """log sum exp of each row of logits, the negative energy (Liu et al. 2020): high where any class answers loudly.

    (n, classes) to (n,).
    """
    z = np.asarray(logits, dtype=float)
    top = z.max(axis=1)
    return top + np.log(np.exp(z - top[:, None]).sum(axis=1))


def new_shares(probabilities: np.ndarray, old: tuple[float, float], rounds: int = 200) -> np.ndarray:
    """Class shares of an unlabelled set, when only the shares have changed, by EM (Saerens and others 2002).

    probabilities (n, classes) of a classifier trained where classes had the shares `old` (classes,). The new ones
    (classes,) after `rounds` rounds.
    """
    shares = np.asarray(old, dtype=float)
    for _ in range(rounds):
        shares = reweighted(probabilities, old, shares).mean(axis=0)
    return shares


def reweighted(probabilities: np.ndarray, old: tuple[float, float], new: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes) as they are where classes have the shares `new` in place of `old` (Bayes).

    `probabilities` (n, classes), `old` and `new` (classes,).
    """
    p = np.asarray(probabilities, dtype=float) * (np.asarray(new) / np.asarray(old))
    return p / p.sum(axis=1, keepdims=True)
