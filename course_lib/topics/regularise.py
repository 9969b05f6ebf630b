"""What keeps a network from learning by heart, on plain arrays of lesson 07: dropout, weight penalties, ensembles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.autograd.tensor import Tensor
from course_lib.topics import logistic


def dropout(h: np.ndarray, p: float, u: np.ndarray, training: bool, inverted: bool) -> np.ndarray:
    """`h` with the numbers at u < p set to 0, u (of h's shape) uniform in 0..1; out of training none is.

    Inverted dropout divides by 1 - p in training, the classical one multiplies by it in use. Srivastava et al. 2014.
    `inverted` chooses between the two.
    """
    keep = 1 - p
    scale = 1 / keep if training and inverted else keep if not (training or inverted) else 1.0
    return h * (np.greater_equal(u, p) * scale if training else scale)


def elastic_net(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], l1: float, l2: float
) -> tuple[float, list[tuple[np.ndarray, np.ndarray]]]:
    """l1 Σ|w| + l2/2 Σw² over the matrices of layers (w, b), and its gradients [(of w, of b), ...]; biases are free."""
    matrices = [Tensor(w, requires_grad=True) for w, _ in layers]
    penalty = sum((w.abs().sum() * l1 + (w * w).sum() * (l2 / 2) for w in matrices), start=Tensor(0.0))
    penalty.backward()
    gradients = [(w.grad, np.zeros_like(b)) for w, (_, b) in zip(matrices, layers, strict=True)]
    return penalty.item(), gradients


def ensemble(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over networks of their softmax (n, classes), and its likeliest class (n,); logits (networks, n, classes)."""
    p: Any = sum(logistic.softmax(z) for z in logits) / len(logits)
    return p, p.argmax(axis=1)
