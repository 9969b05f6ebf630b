"""Normalising layers: batch, layer, group, instance and root-mean-square norm, with scale (weight) and shift (bias)."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import number, whole
from course_lib.autograd.tensor import Tensor
from course_lib.nn.layers import ones, zeros
from course_lib.nn.module import Buffer, Module


class _BatchNorm(Module):
    """Standardise each channel over the batch; running statistics serve in evaluation. Ioffe and Szegedy 2015."""

    axes: tuple[int, ...] = ()
    _shows = "{0.num_features}, eps={0.eps}, momentum={0.momentum}, affine={0.affine}"

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True) -> None:
        self.num_features = whole(num_features, "num_features", least=1, name=type(self).__name__)
        self.eps, self.momentum = eps, number(momentum, "momentum", name=type(self).__name__)
        self.affine = affine
        self.weight = ones(num_features) if affine else None
        self.bias = zeros(num_features) if affine else None
        self.running_mean = Buffer(np.zeros(num_features, np.float32))
        self.running_var = Buffer(np.ones(num_features, np.float32))

    def forward(self, x: Any) -> Tensor:
        """Standardised in training by the batch's statistics, else by the running ones; shape unchanged."""
        features = self.running_mean.shape[0]
        if len(x.shape) not in self.axes or x.shape[1] != features:
            name, wanted = type(self).__name__, " or ".join(f"{n} axes" for n in self.axes)
            raise ValueError(f"{name}: needs {wanted} with {features} channels on axis 1, got shape {x.shape}")
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (n, c) or (n, c, length): each channel standardised. Ioffe and Szegedy 2015.

    The arguments are those of `BatchNorm2d`.
    """

    axes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (n, c, h, w): each channel standardised. Ioffe and Szegedy 2015.

    In training by the statistics of the batch, in evaluation (`model.eval()`) by the running ones.

    num_features: c.
    eps: added to the variance before its root.
    momentum: by how much the running statistics move towards those of each batch.
    affine: whether a scale and a shift are learned for each channel.
    """

    axes = (4,)


class LayerNorm(Module):
    """Standardise every sample over its last axes. Ba, Kiros and Hinton 2016.

    normalized_shape: sizes of those axes, a number or a tuple.
    eps: added to the variance before its root.
    elementwise_affine: whether a scale and a shift are learned for each place.
    """

    _shows = "{0.normalized_shape}, eps={0.eps}, elementwise_affine={0.elementwise_affine}"

    def __init__(self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True) -> None:
        shape = _sizes("LayerNorm", normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.weight = ones(*shape) if elementwise_affine else None
        self.bias = zeros(*shape) if elementwise_affine else None

    def forward(self, x: Any) -> Tensor:
        """(..., *normalized_shape), unchanged."""
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)


class GroupNorm(Module):
    """Standardise every sample (n, c, ...) over each group of channels. Wu and He 2018.

    num_groups: how many groups; it divides num_channels.
    num_channels: c.
    eps: added to the variance before its root.
    affine: whether a scale and a shift are learned for each channel.
    """

    _shows = "{0.num_groups}, {0.num_channels}, eps={0.eps}, affine={0.affine}"

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        num_channels = whole(num_channels, "num_channels", least=1, name="GroupNorm")
        if whole(num_groups, "num_groups", name="GroupNorm") < 1 or num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_groups must divide {num_channels} channels, got {num_groups}")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = ones(num_channels) if affine else None
        self.bias = zeros(num_channels) if affine else None

    def forward(self, x: Any) -> Tensor:
        """(n, c, ...), unchanged."""
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


def _sizes(name: str, normalized_shape: Any) -> tuple[int, ...]:
    shape = tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
    return tuple(whole(n, "normalized_shape", least=1, name=name) for n in shape)


class RMSNorm(Module):
    """Every sample over the root of the mean square of its last axes: LayerNorm without the mean. Zhang and Sennrich
    2019.

    normalized_shape: sizes of those axes, a number or a tuple.
    eps: added to the mean square; None for the smallest step above 1 of the input's dtype.
    elementwise_affine: whether a scale is learned for each place.
    """

    _shows = LayerNorm._shows

    def __init__(self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True) -> None:
        self.normalized_shape, self.eps = _sizes("RMSNorm", normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        self.weight = ones(*self.normalized_shape) if elementwise_affine else None

    def forward(self, x: Any) -> Tensor:
        """(..., *normalized_shape), unchanged."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)


class InstanceNorm2d(Module):
    """Standardise every channel of every image (n, c, h, w) by itself. Ulyanov et al. 2016.

    num_features: c.
    eps: added to the variance before its root.
    affine: whether a scale and a shift are learned for each channel; not unless asked for, as in torch.
    """

    _shows = "{0.num_features}, eps={0.eps}, affine={0.affine}"

    def __init__(self, num_features: int, eps: float = 1e-5, *, affine: bool = False) -> None:
        self.num_features, self.eps = whole(num_features, "num_features", least=1, name="InstanceNorm2d"), eps
        self.affine = affine
        self.weight = ones(num_features) if affine else None
        self.bias = zeros(num_features) if affine else None

    def forward(self, x: Any) -> Tensor:
        """(n, c, h, w), unchanged."""
        if len(x.shape) != 4 or x.shape[1] != self.num_features:
            raise ValueError(
                f"InstanceNorm2d: needs images (n, c, h, w) with {self.num_features} channels, got shape {x.shape}"
            )
        return F.instance_norm(x, weight=self.weight, bias=self.bias, eps=self.eps)
