"""Losses: what training makes small. Every one takes predictions first and targets second and ends in
`reduction`:

"mean" (default) averages, "sum" adds up, "none" keeps one loss per element or sample. Names and rules are
torch's where it has the loss; hinge, perceptron and contrastive loss, which it has not, say their formula.
"""

import math

import numpy as np

from course_lib.autograd.tensor import Tensor, apply, as_array, as_tensor
from course_lib.ops import elementwise
from course_lib.ops import reduce as reduce_ops


def _reduced(loss, reduction, name):
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def _same_shape(name, input, target):
    """Both as Tensors; a loss never broadcasts, because (n,) against (n, 1) is the classic silent mistake."""
    input, target = as_tensor(input), as_tensor(target)
    if input.shape != target.shape:
        raise ValueError(f"{name}: both inputs must have one shape, got {input.shape} and {target.shape}")
    return input, target


# ----------------------------------------------------------------- regression


def mse_loss(input, target, reduction="mean"):
    """Squared error (input - target)^2, any equal shapes."""
    input, target = _same_shape("mse_loss", input, target)
    return _reduced((input - target) ** 2, reduction, "mse_loss")


def l1_loss(input, target, reduction="mean"):
    """Absolute error |input - target|, any equal shapes."""
    input, target = _same_shape("l1_loss", input, target)
    return _reduced((input - target).abs(), reduction, "l1_loss")


def huber_loss(input, target, reduction="mean", delta=1.0):
    """Half the squared error up to |error| = delta, then straight with slope delta: robust to outliers. Huber 1964."""
    if delta <= 0:
        raise ValueError(f"huber_loss: delta must be positive, got {delta}")
    input, target = _same_shape("huber_loss", input, target)
    size = (input - target).abs()
    near = size.data <= delta
    loss = apply(elementwise.where, size * size * 0.5, size * delta - 0.5 * delta * delta, condition=near)
    return _reduced(loss, reduction, "huber_loss")


# --------------------------------------------------------------- two classes


def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """-(t log y + (1 - t) log(1 - y)) for probabilities y in [0, 1]; logarithms are held above -100, as in torch."""
    input, target = _same_shape("binary_cross_entropy", input, target)
    if input.numel() and not (input.data.min() >= 0 and input.data.max() <= 1):
        raise ValueError(
            f"binary_cross_entropy: predictions must be probabilities in [0, 1], got "
            f"{input.data.min():.4g} to {input.data.max():.4g}; for logits use binary_cross_entropy_with_logits"
        )
    loss = apply(_bernoulli, input, target)
    return _reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy")


def _bernoulli(y, t):
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(y), -100), np.maximum(np.log1p(-y), -100)
    slope = (y - t) / np.maximum(y * (1 - y), 1e-12)
    return -(t * yes + (1 - t) * no), lambda g: (g * slope, g * (no - yes))


def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """Binary cross-entropy of sigmoid(input), no overflow; `pos_weight` multiplies the part of the positives."""
    input, target = _same_shape("binary_cross_entropy_with_logits", input, target)
    far = apply(elementwise.softplus, -input, threshold=np.inf)  # -log sigmoid(input)
    if pos_weight is None:
        loss = (1 - target) * input + far
    else:
        loss = (1 - target) * input + ((as_tensor(pos_weight) - 1) * target + 1) * far
    return _reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy_with_logits")


# -------------------------------------------------------------- many classes


def cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """-log softmax(input)[target] for logits (n, classes, ...) or (classes,).

    `target` holds class indices, shape (n, ...), or probabilities, shape of `input`. `weight` (classes,)
    weighs classes; the mean over class indices divides by the weights that were used. `label_smoothing` mixes
    every target with the uniform distribution (Szegedy et al. 2016). Samples whose target is `ignore_index`
    do not count.
    """
    input, target = as_tensor(input), as_tensor(target)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}")
    table = _probability_table if target.dtype.kind == "f" else _index_table
    goal, total = table("cross_entropy", input, target, weight, ignore_index, label_smoothing)
    loss = apply(reduce_ops.cross_entropy, input, goal, axis=_class_axis(input))
    return _averaged(loss, total) if reduction == "mean" else _reduced(loss, reduction, "cross_entropy")


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """-input[target] for log-probabilities (n, classes, ...) or (classes,); `target` holds class indices."""
    input, target = as_tensor(input), as_array(target)
    goal, total = _index_table("nll_loss", input, target, weight, ignore_index, 0.0)
    loss = -apply(elementwise.where, input, 0.0, condition=goal != 0) * goal
    loss = loss.sum(_class_axis(input))
    return _averaged(loss, total) if reduction == "mean" else _reduced(loss, reduction, "nll_loss")


def _averaged(loss, total):
    """The sum over `total`; of nothing that counts the mean is no number, but asks for no change of the weights."""
    return loss.sum() / total if total else loss.sum() + math.nan


def _class_axis(input):
    return 0 if input.ndim == 1 else 1


def _weights(name, input, weight):
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


def _probability_table(name, input, target, weight, ignore_index, smoothing):
    """How much of each log-probability counts, shaped like `input`, and what the mean divides by.

    With such a table every variant of the loss is one formula: -(table * log-probabilities) summed over the classes.
    """
    w = _weights(name, input, weight)
    if target.shape != input.shape:
        raise ValueError(f"{name}: class probabilities must have shape {input.shape}, got {target.shape}")
    return (target * (1 - smoothing) + smoothing / w.size) * w, input.numel() // w.size


def _index_table(name, input, target, weight, ignore_index, smoothing):
    """The same from class indices: one number per sample, where the class is, and more only with smoothing."""
    w, axis, target = _weights(name, input, weight), _class_axis(input), as_array(target)
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name}: target must hold class indices (integers), got dtype {target.dtype}")
    expected = input.shape[:axis] + input.shape[axis + 1 :]
    if target.shape != expected:
        raise ValueError(
            f"{name}: class indices must have shape {expected} for predictions {input.shape}, got {target.shape}"
        )
    kept = target != ignore_index
    wrong = target[kept & ((target < 0) | (target >= w.size))]
    if wrong.size:
        raise ValueError(f"{name}: class indices must be between 0 and {w.size - 1}, got {wrong.flat[0]}")
    labels, counts = np.expand_dims(target, axis), np.expand_dims(kept, axis)
    chosen = ((labels == np.arange(w.size).reshape(w.shape)) & counts) * w
    table = chosen * (1 - smoothing) + (smoothing / w.size) * w * counts if smoothing else chosen
    return table, chosen.sum()


# ----------------------------------------------------------- margins and pairs


def perceptron_loss(input, target, reduction="mean"):
    """max(0, -t y) for scores y and labels t in {-1, 1}: the perceptron criterion. Rosenblatt 1958."""
    input, target = _signs("perceptron_loss", input, target)
    return _reduced((-input * target).relu(), reduction, "perceptron_loss")


def hinge_loss(input, target, reduction="mean", margin=1.0):
    """max(0, margin - t y) for scores y and labels t in {-1, 1}: the support vector machine's loss."""
    input, target = _signs("hinge_loss", input, target)
    return _reduced((margin - input * target).relu(), reduction, "hinge_loss")


def _signs(name, input, target):
    input, target = _same_shape(name, input, target)
    if not np.isin(target.data, (-1, 1)).all():
        raise ValueError(f"{name}: labels must be -1 or 1, got {np.unique(target.data)[:5]}")
    return input, target


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction="mean"):
    """Multi-class hinge: sum over the wrong classes j of max(0, margin - y[t] + y[j])^p, over the number of
    classes.

    `input` (n, classes) scores, `target` (n,) class indices. Crammer and Singer 2001, Weston and Watkins
    1998.
    """
    input, target = as_tensor(input), as_array(target)
    if input.ndim != 2 or target.shape != input.shape[:1]:
        raise ValueError(
            f"multi_margin_loss: needs scores (n, classes) and labels (n,), got {input.shape} and {target.shape}"
        )
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p must be 1 or 2, got {p}")
    goal, _ = _index_table("multi_margin_loss", input, target, weight, None, 0.0)
    right = np.arange(input.shape[1]) == target[:, None]
    gap = (input - input[np.arange(len(target)), target].unsqueeze(1) + margin).relu()
    loss = (gap * ~right) ** p * goal.sum(axis=1, keepdims=True)
    return _reduced(loss.sum(1) / input.shape[1], reduction, "multi_margin_loss")


def contrastive_loss(first, second, same, margin=1.0, reduction="mean"):
    """same * d^2 / 2 + (1 - same) * max(0, margin - d)^2 / 2, with d the distance of two embeddings.

    `first`, `second` (n, features); `same` (n,) is 1 for a pair that belongs together, else 0. Hadsell et al.
    2006.
    """
    first, second = _same_shape("contrastive_loss", first, second)
    same = as_tensor(same)
    if first.ndim != 2 or same.shape != first.shape[:1]:
        raise ValueError(
            f"contrastive_loss: needs embeddings (n, features) and labels (n,), got {first.shape} and {same.shape}"
        )
    d = _distance(first, second, 0.0)
    loss = (same * d**2 + (1 - same) * (margin - d).relu() ** 2) * 0.5
    return _reduced(loss, reduction, "contrastive_loss")


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, reduction="mean"):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the p-norm between embeddings (n, features).

    `swap` uses the nearer of anchor and positive for the negative's distance. Schroff et al. 2015, Balntas et
    al. 2016.
    """
    if margin <= 0:
        raise ValueError(f"triplet_margin_loss: margin must be positive, got {margin}")
    anchor, positive = _same_shape("triplet_margin_loss", anchor, positive)
    anchor, negative = _same_shape("triplet_margin_loss", anchor, negative)
    far = _distance(anchor, negative, eps, p)
    if swap:
        far = apply(elementwise.minimum, far, _distance(positive, negative, eps, p))
    return _reduced((_distance(anchor, positive, eps, p) - far + margin).relu(), reduction, "triplet_margin_loss")


def _distance(a, b, eps, p=2):
    """p-norm of a - b + eps along the last axis; where it is 0 the gradient is 0."""
    gap = (a - b + eps).abs()
    power = (gap**p).sum(-1)
    apart = power.data > 0
    safe = apply(elementwise.where, power, Tensor(1.0, dtype=power.dtype), condition=apart)
    return apply(elementwise.where, safe ** (1 / p), 0.0, condition=apart)
