"""Losses that choose among many classes: predictions first, targets second, `reduction` as in `losses.py`.

With a table of how much each log-probability counts, every variant is one formula.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course_lib.arithmetic import number
from course_lib.autograd.tensor import Like, Tensor, apply, as_array, as_tensor
from course_lib.functional.losses import reduced, same_shape
from course_lib.ops import elementwise
from course_lib.ops import reduce as reduce_ops


def cross_entropy(
    input: Like, target: Like, weight: Like | None = None, ignore_index: int = -100, reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    """-log softmax(input)[target]: how surprised the network is by the right class.

    input: logits (n, classes, ...) or (classes,), before any softmax.
    target: class indices, integers (n, ...); or probabilities, of the shape of `input`.
    weight: (classes,), how much each class counts; the mean over class indices divides by the weights that were used.
    ignore_index: samples with this target do not count.
    label_smoothing: in [0, 1], how much every target is mixed with the uniform distribution. Szegedy et al. 2016.

    >>> round(cross_entropy([[0.0, 0.0]], [1]).item(), 6)  # log 2
    0.693147
    """
    input, target = as_tensor(input), as_tensor(target)
    _check_order("cross_entropy", input, target)
    if not 0 <= number(label_smoothing, "label_smoothing", name="cross_entropy") <= 1:
        raise ValueError(f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}")
    table = _probability_table if target.dtype.kind == "f" else _index_table
    goal, total = table("cross_entropy", input, target, weight, ignore_index, label_smoothing)
    loss = apply(reduce_ops.cross_entropy, input, goal, axis=_class_axis(input))
    return _averaged(loss, total) if reduction == "mean" else reduced(loss, reduction, "cross_entropy")


def nll_loss(
    input: Like, target: Like, weight: Like | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """-input[target], the negative log-likelihood: cross-entropy for what is logarithms already.

    input: log-probabilities (n, classes, ...) or (classes,).
    target, weight, ignore_index: as in `cross_entropy`, class indices only.
    """
    input, target = as_tensor(input), as_tensor(target)
    _check_order("nll_loss", input, target)
    goal, total = _index_table("nll_loss", input, target, weight, ignore_index, 0.0)
    loss = -apply(elementwise.where, input, 0.0, condition=goal != 0) * goal
    loss = loss.sum(_class_axis(input))
    return _averaged(loss, total) if reduction == "mean" else reduced(loss, reduction, "nll_loss")


def _check_order(name: str, input: Tensor, target: Tensor) -> None:
    """One sentence about arguments that were exchanged, and about labels that are floats."""
    if input.dtype.kind != "f" and target.dtype.kind == "f" and input.ndim < max(target.ndim, 1):
        raise TypeError(
            f"{name}: predictions come first and targets second, got integers {input.shape} and floats {target.shape}; "
            f"write {name}(predictions, labels)"
        )
    if target.dtype.kind == "f" and target.ndim == input.ndim - 1:
        raise TypeError(
            f"{name}: labels must be integers, got {target.dtype} {target.shape}; write t.long(), or "
            f"t.astype(int) of an array"
        )


def _averaged(loss: Tensor, total: Any) -> Tensor:
    """The sum over `total`; of nothing that counts the mean is no number, but asks for no change of the weights."""
    return loss.sum() / total if total else loss.sum() + math.nan


def _class_axis(input: Tensor) -> int:
    return 0 if input.ndim == 1 else 1


def _weights(name: str, input: Tensor, weight: Any) -> np.ndarray:
    """The classes' weights, shaped to multiply `input` along its class axis."""
    if input.ndim == 0:
        raise ValueError(f"{name}: predictions must have a class axis, (n, classes, ...), got shape ()")
    axis = _class_axis(input)
    classes, dtype = input.shape[axis], input.dtype if input.dtype.kind == "f" else np.float32
    if classes == 0:
        raise ValueError(f"{name}: predictions must have at least one class, got shape {input.shape}")
    w = np.ones(classes, dtype) if weight is None else as_array(weight).astype(dtype)
    if w.shape != (classes,):
        raise ValueError(f"{name}: weight must have one number for each of {classes} classes, got shape {w.shape}")
    return w.reshape([-1 if i == axis else 1 for i in range(input.ndim)])


def _probability_table(
    name: str, input: Tensor, target: Tensor, weight: Any, ignore_index: Any, smoothing: float
) -> tuple[Any, Any]:
    """How much of each log-probability counts, shaped like `input`, and what the mean divides by.

    With such a table every variant of the loss is one formula: -(table * log-probabilities) summed over the classes.
    """
    w = _weights(name, input, weight)
    if target.shape != input.shape:
        raise ValueError(f"{name}: class probabilities must have shape {input.shape}, got {target.shape}")
    return (target * (1 - smoothing) + smoothing / w.size) * w, input.numel() // w.size


def _index_table(
    name: str, input: Tensor, target: Any, weight: Any, ignore_index: Any, smoothing: float
) -> tuple[Any, Any]:
    """The same from class indices: one number per sample, where the class is, and more only with smoothing."""
    w, axis, target = _weights(name, input, weight), _class_axis(input), as_array(target)
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name}: target must hold class indices (integers), got dtype {target.dtype}")
    expected = input.shape[:axis] + input.shape[axis + 1 :]
    if target.shape == input.shape and input.ndim > 1:
        raise ValueError(
            f"{name}: class indices must have shape {expected}, got integers {target.shape}, one-hot it seems; write "
            f"target.argmax({axis})"
        )
    if input.ndim == 1 and target.ndim == 1:
        raise ValueError(
            f"{name}: predictions must be scores (n, classes), got {input.shape} for labels {target.shape}; has an "
            f"argmax or an index taken the classes away?"
        )
    if target.shape != expected:
        raise ValueError(
            f"{name}: class indices must have shape {expected} for predictions {input.shape}, got {target.shape}"
        )
    kept = target != (None if ignore_index is None else number(ignore_index, "ignore_index", name=name))
    wrong = target[kept & ((target < 0) | (target >= w.size))]
    if wrong.size:
        raise ValueError(f"{name}: class indices must be between 0 and {w.size - 1}, got {wrong.flat[0]}")
    labels, counts = np.expand_dims(target, axis), np.expand_dims(kept, axis)
    chosen = ((labels == np.arange(w.size).reshape(w.shape)) & counts) * w
    table = chosen * (1 - smoothing) + (smoothing / w.size) * w * counts if smoothing else chosen
    return table, chosen.sum()


def multi_margin_loss(
    input: Like, target: Like, p: int = 1, margin: float = 1.0, weight: Like | None = None, reduction: str = "mean"
) -> Tensor:
    """Multi-class hinge: sum over the wrong classes j of max(0, margin - y[t] + y[j])^p, over the number of classes.

    input: scores (n, classes).
    target: class indices (n,).
    p: 1 or 2.
    margin: how far the right class is to lie above the others.
    weight: (classes,), how much each class counts. Weston and Watkins 1998, Crammer and Singer 2001.
    """
    input, labels = as_tensor(input), as_array(target)
    if input.ndim != 2 or labels.shape != input.shape[:1]:
        raise ValueError(
            f"multi_margin_loss: needs scores (n, classes) and labels (n,), got {input.shape} and {labels.shape}"
        )
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p must be 1 or 2, got {p}")
    goal, _ = _index_table("multi_margin_loss", input, labels, weight, None, 0.0)
    right = np.arange(input.shape[1]) == labels[:, None]
    gap = (input - input[np.arange(len(labels)), labels].unsqueeze(1) + margin).relu()
    loss = (gap * ~right) ** p * goal.sum(axis=1, keepdims=True)
    return reduced(loss.sum(1) / input.shape[1], reduction, "multi_margin_loss")


def kl_div(input: Like, target: Like, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Kullback-Leibler divergence target * (log target - input), any equal shapes. Kullback and Leibler 1951.

    input: log-probabilities, such as `log_softmax` gives.
    target: probabilities, or with `log_target` their logarithms.
    reduction: "batchmean" divides the sum by the first size, which is the divergence's definition; "mean" divides by
        the number of elements.
    """
    input, target = same_shape("kl_div", input, target)
    if log_target:
        loss = target.exp() * (target - input)
    else:
        some = target.data > 0
        safe = apply(elementwise.where, target, 1.0, condition=some)
        loss = apply(elementwise.where, target * safe.log(), 0.0, condition=some) - target * input
    if reduction == "batchmean":
        if loss.ndim == 0:
            raise ValueError("kl_div: reduction 'batchmean' needs a batch axis, got a Tensor without axes")
        return loss.sum() / input.shape[0]
    return reduced(loss, reduction, "kl_div")
