"""Losses: what training makes small. Every one takes predictions first and targets second and ends in
`reduction`:

"mean" (default) averages, "sum" adds up, "none" keeps one loss per element or sample. Names and rules are
torch's where it has the loss; hinge, perceptron and contrastive loss, which it has not, say their formula. What
chooses among many classes stands in `class_losses.py`.
"""

from __future__ import annotations

import numpy as np

from course_lib.arithmetic import number
from course_lib.autograd.tensor import Like, Tensor, apply, as_tensor
from course_lib.ops import elementwise
from course_lib.ops.primitive import Result


def reduced(loss: Tensor, reduction: str, name: str) -> Tensor:
    """The average, the sum, or the losses as they are.

    `reduction` is "mean", "sum" or "none"; ValueError, in the name of `name`, otherwise.

    `loss` is of any shape.
    """
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")


def same_shape(name: str, input: Like, target: Like) -> tuple[Tensor, Tensor]:
    """Both as Tensors; a loss never broadcasts, because (n,) against (n, 1) is the classic silent mistake.

    `name` is the loss that the sentence begins with.

    `target` is the second.
    """
    input, target = as_tensor(input), as_tensor(target)
    if input.shape != target.shape:
        raise ValueError(f"{name}: both inputs must have one shape, got {input.shape} and {target.shape}")
    return input, target


# ----------------------------------------------------------------- regression


def mse_loss(input: Like, target: Like, reduction: str = "mean") -> Tensor:
    """Squared error (input - target)^2, any equal shapes.

    >>> mse_loss([1.0, 2.0], [1.0, 4.0])
    Tensor(2.)
    """
    input, target = same_shape("mse_loss", input, target)
    return reduced((input - target) ** 2, reduction, "mse_loss")


def l1_loss(input: Like, target: Like, reduction: str = "mean") -> Tensor:
    """Absolute error |input - target|, any equal shapes."""
    input, target = same_shape("l1_loss", input, target)
    return reduced((input - target).abs(), reduction, "l1_loss")


def huber_loss(input: Like, target: Like, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """Half the squared error while it is small, then straight: robust to outliers. Huber 1964.

    input, target: two equal shapes.
    delta: up to which |error| it is a parabola, and the slope beyond; positive.
    """
    if number(delta, "delta", name="huber_loss") <= 0:
        raise ValueError(f"huber_loss: delta must be positive, got {delta}")
    input, target = same_shape("huber_loss", input, target)
    size = (input - target).abs()
    near = size.data <= delta
    loss = apply(elementwise.where, size * size * 0.5, size * delta - 0.5 * delta * delta, condition=near)
    return reduced(loss, reduction, "huber_loss")


def smooth_l1_loss(input: Like, target: Like, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Absolute error with its corner rounded off: the Huber loss over `beta`. Girshick 2015.

    input, target: two equal shapes.
    beta: up to which |error| it is a parabola; 0 is the absolute error.
    """
    if number(beta, "beta", name="smooth_l1_loss") < 0:
        raise ValueError(f"smooth_l1_loss: beta must not be negative, got {beta}")
    input, target = same_shape("smooth_l1_loss", input, target)
    return l1_loss(input, target, reduction) if beta == 0 else huber_loss(input, target, reduction, beta) / beta


# --------------------------------------------------------------- two classes


def binary_cross_entropy(input: Like, target: Like, weight: Like | None = None, reduction: str = "mean") -> Tensor:
    """-(t log y + (1 - t) log(1 - y)) for probabilities y; logarithms are held above -100, as in torch.

    input: probabilities in [0, 1], after a sigmoid; for logits there is `binary_cross_entropy_with_logits`.
    target: 0 or 1 (or between), of the same shape.
    weight: multiplies each loss; broadcasts.
    """
    input, target = same_shape("binary_cross_entropy", input, target)
    if input.numel() and not (input.data.min() >= 0 and input.data.max() <= 1):
        raise ValueError(
            f"binary_cross_entropy: predictions must be probabilities in [0, 1], got "
            f"{input.data.min():.4g} to {input.data.max():.4g}; for logits use binary_cross_entropy_with_logits"
        )
    loss = apply(_bernoulli, input, target)
    return reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy")


def _bernoulli(y: np.ndarray, t: np.ndarray) -> Result:  # a primitive
    with np.errstate(divide="ignore"):
        yes, no = np.log(y), np.log1p(-y)
    slope = (y - t) / np.maximum(y * (1 - y), 1e-12)
    return -(t * np.maximum(yes, -100) + (1 - t) * np.maximum(no, -100)), lambda g: (g * slope, g * (no - yes))


def binary_cross_entropy_with_logits(
    input: Like, target: Like, weight: Like | None = None, reduction: str = "mean", pos_weight: Like | None = None
) -> Tensor:
    """Binary cross-entropy of sigmoid(input), without overflow.

    input: logits, any numbers.
    target: 0 or 1 (or between), of the same shape.
    weight: multiplies each loss; broadcasts.
    pos_weight: multiplies the part of the positives, against rare ones; broadcasts.
    """
    input, target = same_shape("binary_cross_entropy_with_logits", input, target)
    far = apply(elementwise.softplus, -input, threshold=np.inf)  # -log sigmoid(input)
    if pos_weight is None:
        loss = (1 - target) * input + far
    else:
        loss = (1 - target) * input + ((as_tensor(pos_weight) - 1) * target + 1) * far
    return reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy_with_logits")


# ----------------------------------------------------------- margins and pairs


def perceptron_loss(input: Like, target: Like, reduction: str = "mean") -> Tensor:
    """max(0, -t y): the perceptron criterion. Rosenblatt 1958.

    input: scores y.
    target: labels t, -1 or 1, of the same shape.
    """
    input, target = _signs("perceptron_loss", input, target)
    return reduced((-input * target).relu(), reduction, "perceptron_loss")


def hinge_loss(input: Like, target: Like, reduction: str = "mean", margin: float = 1.0) -> Tensor:
    """max(0, margin - t y): the support vector machine's loss. Cortes and Vapnik 1995.

    input: scores y.
    target: labels t, -1 or 1, of the same shape.
    margin: how far on its side a score is to lie.
    """
    input, target = _signs("hinge_loss", input, target)
    return reduced((margin - input * target).relu(), reduction, "hinge_loss")


def _signs(name: str, input: Like, target: Like) -> tuple[Tensor, Tensor]:
    input, target = same_shape(name, input, target)
    if not np.isin(target.data, (-1, 1)).all():
        raise ValueError(f"{name}: labels must be -1 or 1, got {np.unique(target.data)[:5]}")
    return input, target


def contrastive_loss(first: Like, second: Like, same: Like, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """same * d^2 / 2 + (1 - same) * max(0, margin - d)^2 / 2, with d the distance of two embeddings.

    `first`, `second` (n, features); `same` (n,) is 1 for a pair that belongs together, else 0. Hadsell et al.
    2006.
    """
    first, second = same_shape("contrastive_loss", first, second)
    same = as_tensor(same)
    if first.ndim != 2 or same.shape != first.shape[:1]:
        raise ValueError(
            f"contrastive_loss: needs embeddings (n, features) and labels (n,), got {first.shape} and {same.shape}"
        )
    d = (first - second).norm(2, -1)
    loss = (same * d**2 + (1 - same) * (margin - d).relu() ** 2) * 0.5
    return reduced(loss, reduction, "contrastive_loss")


def triplet_margin_loss(
    anchor: Like, positive: Like, negative: Like, margin: float = 1.0, p: float = 2, eps: float = 1e-6,
    swap: bool = False, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the distance of two embeddings (n, features).

    margin: how much nearer the positive is to be; positive.
    p: of the p-norm that d is.
    eps: added to each difference, so that the slope stays finite.
    swap: use the nearer of anchor and positive for the negative's distance. Schroff et al. 2015, Balntas et al. 2016.
    """
    if number(margin, "margin", name="triplet_margin_loss") <= 0:
        raise ValueError(f"triplet_margin_loss: margin must be positive, got {margin}")
    anchor, positive = same_shape("triplet_margin_loss", anchor, positive)
    anchor, negative = same_shape("triplet_margin_loss", anchor, negative)
    far = _distance(anchor, negative, eps, p)
    if swap:
        far = apply(elementwise.minimum, far, _distance(positive, negative, eps, p))
    return reduced((_distance(anchor, positive, eps, p) - far + margin).relu(), reduction, "triplet_margin_loss")


def _distance(a: Tensor, b: Tensor, eps: float, p: float = 2) -> Tensor:
    """p-norm of a - b + eps along the last axis."""
    return (a - b + eps).norm(p, -1)
