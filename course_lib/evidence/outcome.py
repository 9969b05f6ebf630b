"""How good predictions are, where any design may reach the goal: an open exercise is judged by its outcome.

What was predicted is compared with a truth that only the record holds: in a graded run it is never in the process that
predicts. Pure functions of the record's line and the observation, linear in their sizes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.evidence.difference import Difference, describe

SHARES = ("accuracy", "mean_iou")  # told in per cent
MEASURED = "Measured is how good your answer is"
ONE_SIDED = 0.6  # from this share on it is said that one class is most of the answers


def accuracy(got: np.ndarray, truth: np.ndarray) -> float:
    """The share of equal entries."""
    return float(np.mean(got == truth))


def mse(got: np.ndarray, truth: np.ndarray) -> float:
    """The mean squared error."""
    return float(np.mean((got.astype(np.float64) - truth) ** 2))


def psnr(got: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio in decibels, for a peak of 1."""
    error = mse(got, truth)
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def mean_iou(got: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of integer maps, averaged over the classes that the truth has."""
    classes = np.unique(truth)
    shares = [np.sum((got == c) & (truth == c)) / np.sum((got == c) | (truth == c)) for c in classes]
    return float(np.mean(shares))


MEASURES = {"accuracy": accuracy, "mean_iou": mean_iou, "mse": mse, "psnr": psnr}
NAMES = {"accuracy": "right", "mean_iou": "mean IoU", "mse": "mean squared error", "psnr": "PSNR in dB"}


def outcome_of(line: dict[str, Any], got: Any) -> float:
    """The measured number of predictions `got` at a record's line; None where they have another shape or no numbers."""
    truth, got = np.asarray(line["value"]), _array(got)
    if got is None or got.shape != truth.shape or (got.dtype.kind == "f" and not np.all(np.isfinite(got))):
        return None
    with np.errstate(all="ignore"):
        return MEASURES[line["measure"]](got, truth)


def reached(line: dict[str, Any], got: Any) -> Difference | None:
    """None where predictions reach the line's bound, else the Difference that says how far they came."""
    truth, measure = np.asarray(line["value"]), line["measure"]
    number = outcome_of(line, got)
    if number is None:
        wanted = f"finite numbers of shape {truth.shape}, one for each of them in the same order"
        return Difference("type", f"Expected {wanted}; got {describe(got)}.")
    least, most = line.get("at_least"), line.get("at_most")
    if (least is None or number >= least) and (most is None or number <= most):
        return None
    bound, word = (least, "at least") if least is not None else (most, "at most")
    told, wanted = _told(measure, number), _told(measure, bound)
    say = f"{told[0].upper()}{told[1:]}; {word} {wanted.removesuffix(' right')} is needed."
    return Difference("outcome", f"{say}{_one_sided(measure, _array(got), truth)}", wanted, told)


def standing(line: dict[str, Any], got: Any) -> tuple[str, str]:
    """`(name, sentence)` of predictions that miss the line's bound: how they stand to guesses, in no numbers."""
    truth, number = np.asarray(line["value"]), outcome_of(line, got)
    if number is None:
        return "no numbers to measure", f"{MEASURED}: finite numbers are asked for, one a case."
    if line["measure"] == "mse" and number >= np.mean((truth - truth.mean(axis=0)) ** 2):
        return "no better than guessing", f"{MEASURED}: one and the same answer for all would be better."
    if line["measure"] in SHARES:
        values, counts = np.unique(truth, return_counts=True)
        constant = MEASURES[line["measure"]](np.full(truth.shape, values[np.argmax(counts)]), truth)
        deviation = 0.5 / np.sqrt(truth.size)  # of a share of guesses, at most
        if number < 1 / len(values) - 3 * deviation and line["measure"] == "accuracy":
            return "worse than guessing", f"{MEASURED}: it is right less often than guesses would be."
        if number <= constant + deviation:
            return "no better than guessing", f"{MEASURED}: it is hardly better than guesses would be."
    return "not good enough", f"{MEASURED}: it does not reach what is asked."


def _told(measure: str, number: float) -> str:
    if measure in SHARES:
        return f"{100 * number:.1f} % {NAMES[measure]}"
    return f"{NAMES[measure]} {number:.3g}"


def _one_sided(measure: str, got: np.ndarray, truth: np.ndarray) -> str:
    """A sentence where one class makes up most of the predictions and not of the truth."""
    if measure not in SHARES or not got.size:
        return ""
    values, counts = np.unique(got, return_counts=True)
    most, share = values[np.argmax(counts)], counts.max() / got.size
    if share < ONE_SIDED or share < np.mean(truth == most) + 0.2:
        return ""
    return f" {100 * share:.0f} % of your answers are {most}."


def _array(tree: Any) -> np.ndarray:
    """A tree as an array of numbers, or None."""
    if isinstance(tree, list | tuple):
        if not all(type(x) in (bool, int, float) or (isinstance(x, np.ndarray) and x.ndim == 0) for x in tree):
            return None
        tree = np.array([x.item() if isinstance(x, np.ndarray) else x for x in tree])
    if isinstance(tree, bool | int | float):
        tree = np.asarray(tree)
    return tree if isinstance(tree, np.ndarray) and tree.dtype.kind in "biuf" else None
