"""Boxes: a classifier slid over a picture, overlap, suppression of double finds, average precision.

A box is (left, top, right, bottom) in pixels, right and bottom not in it: its area is (right - left) * (bottom - top).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.nn.layers import Conv2d
from course_lib.nn.module import Module

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor


def box_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Area in common over area in all, (n, m), for boxes a (n, 4) and b (m, 4); 0 where both are empty."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.maximum(high - low, 0).prod(-1)
    area = lambda box: (box[:, 2:] - box[:, :2]).prod(-1)  # noqa: E731
    union = area(a)[:, None] + area(b) - common
    return np.divide(common, union, out=np.zeros_like(common, float), where=union > 0)


def nms(boxes: np.ndarray, scores: np.ndarray, overlap: float) -> np.ndarray:
    """Rows of the boxes that stay, best first: a box goes when it overlaps a *kept* one of higher score by more.

    boxes (n, 4), scores (n,), all different; overlap is an IoU.
    """
    iou = box_iou(boxes, boxes)
    kept: list[int] = []
    for row in np.argsort(-scores, kind="stable"):
        if not np.any(iou[row, kept] > overlap):
            kept.append(int(row))
    return np.array(kept, int)


def mark(boxes: np.ndarray, scores: np.ndarray, truths: np.ndarray, least: float) -> np.ndarray:
    """Which boxes (n, 4) are right, (n,) of bool: each true box (m, 4) belongs to at most one.

    By falling score a box takes the true box that it overlaps most among those not taken yet, if the IoU is at least
    `least`. scores (n,), the true boxes `truths` (m, 4).
    """
    right, free = np.zeros(len(boxes), bool), np.ones(len(truths), bool)
    iou = box_iou(boxes, truths)
    for row in np.argsort(-scores, kind="stable"):
        fit = np.where(free, iou[row], -1.0)
        if free.any() and fit.max() >= least:
            right[row], free[fit.argmax()] = True, False
    return right


def average_precision(scores: np.ndarray, right: np.ndarray, objects: int) -> float:
    """Sum over right finds of the precision down to each, by falling score, divided by the number of `objects`.

    scores (n,), all different, right (n,) of bool. This is the area under the steps of precision against recall,
    neither interpolated nor smoothed.
    """
    right = np.asarray(right, bool)[np.argsort(-scores, kind="stable")]
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    return precision[right].sum() / objects


def precision_recall(scores: np.ndarray, right: np.ndarray, objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision (n,) down to each find, by falling score.

    scores (n,), all different, right (n,) of bool, and how many `objects` there are to be found.
    """
    right = np.asarray(right, bool)[np.argsort(-scores, kind="stable")]
    return right.cumsum() / objects, right.cumsum() / np.arange(1, len(right) + 1)


# -------------------------------------------------------------------- sliding


class WindowNet(Module):
    """Is there a person in this window? Images (n, 1, h, w) to scores (n, 1, rows, columns), one for every window.

    A window is `WINDOW` pixels, and the next lies `STRIDE` pixels on. No padding, so a window's score is the same alone
    and within a picture. Sermanet et al. 2014. `width` filters in the first layer, twice as many in the second.
    """

    WINDOW, STRIDE = (24, 16), 2

    def __init__(self, *, width: int = 8, rng: np.random.Generator) -> None:
        h, w = self.WINDOW
        self.conv1 = Conv2d(1, width, 5, rng=rng)
        self.conv2 = Conv2d(width, 2 * width, 3, rng=rng)
        self.fc = Conv2d(2 * width, 1, ((h - 4) // 2 - 2, (w - 4) // 2 - 2), rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Images (n, 1, h, w) -> scores (n, 1, rows, columns), one for an image that is one window."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        return self.fc(F.relu(self.conv2(x)))


def cut(image: np.ndarray, window: tuple[int, int], stride: int) -> np.ndarray:
    """All windows of an image (c, h, w), row by row, (rows * columns, c, *window).

    `window` is (height, width), and the next lies `stride` pixels on; a rest at the right and below is left out.
    """
    seen = np.lib.stride_tricks.sliding_window_view(image, window, axis=(1, 2))[:, ::stride, ::stride]
    return np.moveaxis(seen, 0, 2).reshape(-1, len(image), *window)


def boxes_of(scores: np.ndarray, window: np.ndarray, stride: int, above: float) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (k, 4) and scores (k,) of the windows whose score in the map (rows, columns) is over `above`.

    `window` (2,) is height and width of a window, `stride` the pixels from one to the next.
    """
    rows, columns = np.nonzero(scores > above)
    corner = np.stack([columns, rows], axis=1) * stride
    return np.concatenate([corner, corner + window[::-1]], axis=1).astype(float), scores[rows, columns]
