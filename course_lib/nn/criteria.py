"""Losses as layers, for who keeps one beside the network: `loss = criterion(model(x), t)`. They own no weights."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import shown
from course_lib.autograd.tensor import Like, Tensor
from course_lib.nn.module import Module


def _reduction(loss: Module, reduction: Any) -> str:
    """`reduction` itself, or one sentence; often MSELoss(input, target) should be MSELoss()(input, target)."""
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        _refuse(loss, "reduction must be 'mean', 'sum' or 'none'", reduction)
    return reduction


def _ignored(loss: Module, ignore_index: Any) -> int:
    if not isinstance(ignore_index, (int, np.integer)):
        _refuse(loss, "ignore_index must be a whole number", ignore_index)
    return int(ignore_index)


def _refuse(loss: Module, must: str, got: Any) -> NoReturn:
    name = type(loss).__name__
    raise TypeError(f"{name}: {must}, got {shown(got)}; settings come first, then call it, {name}()(input, target)")


class CrossEntropyLoss(Module):
    """-log softmax(logits)[class]; the arguments are those of `F.cross_entropy`.

    weight: (classes,), how much each class counts.
    ignore_index: samples with this target do not count.
    reduction: "mean", "sum" or "none".
    label_smoothing: in [0, 1], how much every target is mixed with the uniform distribution.
    """

    def __init__(
        self, weight: Like | None = None, ignore_index: int = -100, reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:  # fmt: skip
        self.weight, self.ignore_index = weight, _ignored(self, ignore_index)
        self.reduction, self.label_smoothing = _reduction(self, reduction), label_smoothing

    def forward(self, input: Like, target: Like) -> Tensor:
        """Logits (n, classes, ...) and class indices (n, ...) or probabilities -> the loss.

        `target` is as in `F.cross_entropy`.
        """
        return F.cross_entropy(input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing)


class MSELoss(Module):
    """The squared error.

    reduction: "mean", "sum" or "none".
    """

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = _reduction(self, reduction)

    def forward(self, input: Like, target: Like) -> Tensor:
        """Two equal shapes -> the loss. `input` and `target` are as in `F.mse_loss`."""
        return F.mse_loss(input, target, self.reduction)


class L1Loss(Module):
    """The absolute error.

    reduction: "mean", "sum" or "none".
    """

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = _reduction(self, reduction)

    def forward(self, input: Like, target: Like) -> Tensor:
        """Two equal shapes, `target` the second -> the loss."""
        return F.l1_loss(input, target, self.reduction)


class HuberLoss(Module):
    """Half the squared error near 0, a straight line of slope delta beyond it. Huber 1964.

    reduction: "mean", "sum" or "none".
    delta: where the one becomes the other.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        self.reduction, self.delta = _reduction(self, reduction), delta

    def forward(self, input: Like, target: Like) -> Tensor:
        """Two equal shapes, `target` the second -> the loss."""
        return F.huber_loss(input, target, self.reduction, self.delta)


class NLLLoss(Module):
    """-input[target], for what `LogSoftmax` gives.

    weight: (classes,), how much each class counts.
    ignore_index, reduction: as in `CrossEntropyLoss`.
    """

    def __init__(self, weight: Like | None = None, ignore_index: int = -100, reduction: str = "mean") -> None:
        self.weight, self.ignore_index = weight, _ignored(self, ignore_index)
        self.reduction = _reduction(self, reduction)

    def forward(self, input: Like, target: Like) -> Tensor:
        """Log-probabilities (n, classes, ...) and class indices `target` (n, ...) -> the loss."""
        return F.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class BCELoss(Module):
    """Binary cross-entropy of probabilities; `BCEWithLogitsLoss` is safer, as it takes what stands before the sigmoid.

    weight: multiplies each loss; broadcasts.
    reduction: "mean", "sum" or "none".
    """

    def __init__(self, weight: Like | None = None, reduction: str = "mean") -> None:
        self.weight, self.reduction = weight, _reduction(self, reduction)

    def forward(self, input: Like, target: Like) -> Tensor:
        """Probabilities and `target`, both in [0, 1] and of one shape -> the loss."""
        return F.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Module):
    """Binary cross-entropy of sigmoid(input), without overflow.

    weight: multiplies each loss; broadcasts.
    reduction: "mean", "sum" or "none".
    pos_weight: multiplies the part of the positives; broadcasts.
    """

    def __init__(self, weight: Like | None = None, reduction: str = "mean", pos_weight: Like | None = None) -> None:
        self.weight, self.reduction, self.pos_weight = weight, _reduction(self, reduction), pos_weight

    def forward(self, input: Like, target: Like) -> Tensor:
        """Logits and targets in [0, 1] of one shape -> the loss.

        `target` is as in `F.binary_cross_entropy_with_logits`.
        """
        return F.binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)
