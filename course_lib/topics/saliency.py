"""What a network looks at, and whether a map of it says so: saliency, its sanity check, images made for a class.

Simonyan, Vedaldi, Zisserman 2014; Adebayo et al. 2018, "Sanity checks for saliency maps". Lesson 16.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from course_lib.autograd.tensor import Tensor
from course_lib.nn import Linear
from course_lib.topics.attacks import input_gradient

if TYPE_CHECKING:
    from course_lib.nn.module import Module


def class_logits(logits: Tensor, classes: np.ndarray) -> Tensor:
    """Each sample's logit of its class in `classes` (n,), added up.

    `logits` (n, classes) to a Tensor without axes.
    """
    return logits[np.arange(len(classes)), np.asarray(classes)].sum()


def saliency(model: Module, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Size of the slope of each image's logit of its class: (n, h, w), the largest over channels of x (n, c, h, w).

    `classes` (n,); `model` takes x to logits (n, k).
    """
    return np.abs(input_gradient(model, x, classes, class_logits)).max(axis=1)


def times_input(model: Module, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Size of slope times grey value (n, h, w): what a linear network's logit is the sum of.

    The arguments are those of `saliency`.
    """
    return np.abs(input_gradient(model, x, classes, class_logits) * x).max(axis=1)


def edges(model: Module, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Size of the image's own gradient (n, h, w). Knows neither model nor classes: the control of a sanity check."""
    return np.hypot(*np.gradient(np.asarray(x).max(axis=1), axis=(1, 2)))


METHODS = {"gradient": saliency, "gradient × input": times_input, "edges of the image": edges}


def redrawn(model: Module, layers: int, *, rng: np.random.Generator) -> Module:
    """A copy of the model whose last `layers` Linear layers are drawn anew, as at the start of training."""
    model = copy.deepcopy(model)
    found = [layer for layer in model.modules() if isinstance(layer, Linear)]
    for layer in found[len(found) - layers :]:
        fresh = Linear(layer.weight.shape[1], layer.weight.shape[0], rng=rng)
        kind = layer.weight.dtype
        layer.weight.data, layer.bias.data = fresh.weight.data.astype(kind), fresh.bias.data.astype(kind)
    return model


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation of two maps, mean over the images: a, b (n, h, w), ties with their mean rank."""
    from scipy.stats import rankdata

    a, b = (rankdata(np.reshape(m, (len(m), -1)), axis=1) for m in (a, b))
    a, b = (m - m.mean(axis=1, keepdims=True) for m in (a, b))
    scale = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    return float(np.mean((a * b).sum(1) / np.where(scale > 0, scale, 1)))


def visualise(
    model: Module, c: int, shape: tuple[int, int, int], *, steps: int = 60, rate: float = 0.05, decay: float = 0.02,
    start: float = 0.5,
) -> np.ndarray:  # fmt: skip
    """An image (1, *shape) within 0..1 that the logit of class c likes: ascent by the gradient, over its own largest.

    From the grey value `start`; `decay` is the share by which each step returns towards it, so that only pixels which
    matter move away. `model` takes images of `shape` (c, h, w) to logits; `steps` steps whose largest change is `rate`.
    """
    kind = next(iter(model.parameters())).dtype
    x = np.full((1, *shape), start, kind)
    for _ in range(steps):
        g = input_gradient(model, x, np.array([c]), class_logits)
        x = np.clip(x + rate * g / max(np.abs(g).max(), 1e-12) - decay * (x - start), 0, 1).astype(kind)
    return x


def dead_units(model: Module, x: np.ndarray) -> np.ndarray:
    """Share of units behind each ReLU that are 0 for every one of the images x: (layers,).

    x (n, ...); `model` is a Module whose ReLUs are found, its weights stay.
    """
    found = []
    undo = [
        layer.register_forward_hook(lambda layer, args, out: found.append(np.mean(~np.any(out.data > 0, axis=0))))
        for layer in model.modules()
        if type(layer).__name__ == "ReLU"
    ]
    model(Tensor(np.asarray(x)))
    for take_away in undo:
        take_away()
    return np.array(found)
