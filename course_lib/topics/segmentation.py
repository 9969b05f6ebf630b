"""Masks compared: pixel accuracy, intersection over union, Dice, boundaries; weights for rare classes.

A mask holds the class of every pixel, integers from 0, in an array (n, h, w); `p` is what was predicted, `t` the truth.
"""

from __future__ import annotations

import numpy as np


def confusion(p: np.ndarray, t: np.ndarray, classes: int) -> np.ndarray:
    """Counts of pixels (classes, classes): row the true class, column the predicted one.

    Raises ValueError when the masks differ in shape or hold something else than classes.
    """
    p, t = np.asarray(p), np.asarray(t)
    if p.shape != t.shape:
        raise ValueError(f"confusion: predicted and true masks need one shape, got {p.shape} and {t.shape}")
    for name, mask in (("predicted", p), ("true", t)):
        if mask.size and not (mask.dtype.kind in "iu" and mask.min() >= 0 and mask.max() < classes):
            raise ValueError(f"confusion: the {name} mask needs integers from 0 to {classes - 1}, got {mask.dtype}")
    return np.bincount((t * classes + p).ravel(), minlength=classes**2).reshape(classes, classes)


def segmentation_scores(p: np.ndarray, t: np.ndarray, classes: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Pixel accuracy (a number), IoU (classes,) and Dice (classes,), counted over all images together.

    A class that is in neither mask has no score: NaN. IoU is Jaccard 1912; Dice 1945.
    """
    counts = confusion(p, t, classes)
    both, mine, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    either = mine + true - both
    with np.errstate(invalid="ignore"):
        return both.sum() / counts.sum(), both / either, 2 * both / (mine + true)


def mean_iou(p: np.ndarray, t: np.ndarray, classes: int) -> float:
    """The mean of the classes' IoU; classes that are in neither mask do not count.

    p and t (n, h, w) with integers below `classes`; a number within 0..1. Errors as `confusion`.
    """
    return float(np.nanmean(segmentation_scores(p, t, classes)[1]))


def boundary(mask: np.ndarray) -> np.ndarray:
    """Which pixels (n, h, w) have a neighbour above, below, left or right of another class."""
    mask, edge = np.asarray(mask), np.zeros(np.shape(mask), bool)
    down, right = mask[:, 1:] != mask[:, :-1], mask[:, :, 1:] != mask[:, :, :-1]
    edge[:, 1:] |= down
    edge[:, :-1] |= down
    edge[:, :, 1:] |= right
    edge[:, :, :-1] |= right
    return edge


def near(edge: np.ndarray, within: int) -> np.ndarray:
    """Which pixels (n, h, w) lie at most `within` pixels, diagonal steps included, from a pixel of `edge`."""
    out, (h, w) = np.zeros(edge.shape, bool), edge.shape[1:]
    padded = np.pad(edge, ((0, 0), (within, within), (within, within)))
    for i in range(2 * within + 1):
        for j in range(2 * within + 1):
            out |= padded[:, i : i + h, j : j + w]
    return out


def boundary_f(p: np.ndarray, t: np.ndarray, within: int = 1) -> float:
    """F-score of the boundaries: the harmonic mean of precision and recall, a match being `within` pixels away.

    Precision is the share of predicted boundary pixels near a true one, recall the reverse; 0 where nothing matches.
    Csurka, Larlus, Perronnin, "What is a good evaluation measure for semantic segmentation?" (2013).
    """
    mine, true = boundary(p), boundary(t)
    precision = (mine & near(true, within)).sum() / max(1, mine.sum())
    recall = (true & near(mine, within)).sum() / max(1, true.sum())
    return float(2 * precision * recall / max(1e-12, precision + recall))


def class_weights(masks: np.ndarray, classes: int) -> np.ndarray:
    """Weights (classes,) for the loss: what each class is short of an equal share of the pixels, 1 when it has it.

    Class c with n_c of n pixels weighs n / (classes n_c), so that all classes together weigh alike; 0 for no pixels.
    `masks` (n, h, w).
    """
    counts = np.bincount(np.asarray(masks).ravel(), minlength=classes)
    return np.where(counts > 0, counts.sum() / (classes * np.maximum(counts, 1)), 0.0)
