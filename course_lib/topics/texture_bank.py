"""Telling textures by a bank of filters: how strongly each filter answers, and whose mean answers are nearest.

Laws, "Rapid texture identification" (1980): filter, square, average. A bank here is a list of groups, each a tuple
(filters, stride, dilation) with filters (f, kh, kw), so that fine and coarse filters may differ in all three.
"""

from typing import Any

import numpy as np

from course_lib.arithmetic import conv_cost
from course_lib.ops.convolution.conv import conv2d


def bank_work(bank: list[tuple[np.ndarray, int, int]], size: int = 32) -> int:
    """Multiply-adds of all groups of `bank` for one grey image of size x size; ValueError where a group is wrong.

    Filters of a group are (f, kh, kw).
    """
    work = 0
    for filters, stride, dilation in bank:
        f, kh, kw = np.shape(filters)
        work += conv_cost((1, size, size), f, (kh, kw), stride=stride, dilation=dilation, bias=False).multiply_adds
    return work


def energies(images: np.ndarray, bank: list[tuple[np.ndarray, int, int]]) -> np.ndarray:
    """Log of the mean square of every feature map of images (n, 1, h, w), less its mean over the filters: (n, filters).

    A brighter contrast multiplies all answers alike: the mean of the logs takes it out.
    """
    found = []
    for filters, stride, dilation in bank:
        weights = np.asarray(filters, images.dtype)[:, None]
        maps = conv2d(images, weights, stride=stride, dilation=dilation)[0]
        found.append(np.log(np.mean(maps * maps, axis=(2, 3)) + 1e-9))
    logs = np.concatenate(found, axis=1)
    return logs - logs.mean(axis=1, keepdims=True)


def told_apart(
    images: np.ndarray, bank: list[tuple[np.ndarray, int, int]], known: np.ndarray, kinds: np.ndarray
) -> Any:
    """Kinds (n,) of images: of the examples `known` with their `kinds`, the kind whose mean energies are nearest."""
    seen, examples = energies(images, bank), energies(known, bank)
    names = np.unique(kinds)
    means = np.array([examples[kinds == kind].mean(axis=0) for kind in names])
    apart = np.square(seen[:, None] - means).sum(axis=2)
    return names[apart.argmin(axis=1)]
