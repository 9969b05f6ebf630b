"""Residual blocks: y = F(x) + shortcut(x). He et al. 2015, "Deep residual learning"; 2016, "Identity mappings".

All take images (n, in_channels, h, w) to (n, channels * expansion, h / stride, w / stride). The shortcut is the
identity where shapes allow, else a 1x1 convolution with batch norm (without it in the pre-activation block).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Conv2d
from course_lib.nn.module import Module
from course_lib.nn.norms import BatchNorm2d
from course_lib.nn.plain import Identity

Rng: TypeAlias = "np.random.Generator | None"  # a name only: numpy.random is slow to import


def conv3x3(in_channels: int, out_channels: int, stride: int = 1, *, rng: Rng, groups: int = 1) -> Conv2d:
    """A 3x3 convolution that keeps the size at stride 1, without bias: the norm behind it has one.

    The arguments are those of `Conv2d`: `in_channels`, `out_channels`, `stride`, `groups`, and `rng` for the first
    weights.
    """
    return Conv2d(in_channels, out_channels, 3, stride, padding=1, groups=groups, bias=False, rng=rng)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1, *, rng: Rng) -> Conv2d:
    """A 1x1 convolution without bias: a linear map of the channels of each pixel.

    The arguments are those of `conv3x3`.
    """
    return Conv2d(in_channels, out_channels, 1, stride, bias=False, rng=rng)


def _projection(in_channels: int, out_channels: int, stride: int, rng: Rng) -> Module:
    if stride == 1 and in_channels == out_channels:
        return Identity()
    return Sequential(conv1x1(in_channels, out_channels, stride, rng=rng), BatchNorm2d(out_channels))


class BasicBlock(Module):
    """Two 3x3 convolutions, the block of ResNet-18, 34 and of the CIFAR ResNets (20, 32, 44, 56). He et al. 2015.

    in_channels, channels: channels before, and of the 3x3 convolutions.
    stride: of the first 3x3 convolution and of the shortcut; 2 halves the image.
    rng: a NumPy generator, from which the first weights are drawn; needed.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, rng: Rng = None) -> None:
        self.conv1 = conv3x3(in_channels, channels, stride, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.shortcut = _projection(in_channels, channels, stride, rng)

    def forward(self, x: Tensor) -> Tensor:
        """relu(bn(conv(relu(bn(conv(x))))) + shortcut(x))."""
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(h)) + self.shortcut(x))


class Bottleneck(Module):
    """1x1 down to `channels`, 3x3, 1x1 up to 4 `channels`: the block of ResNet-50. `groups` > 1 makes it ResNeXt's.

    in_channels, channels: channels before, and of the 3x3 convolutions.
    stride: of the first 3x3 convolution and of the shortcut; 2 halves the image.
    rng: a NumPy generator, from which the first weights are drawn; needed.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, rng: Rng = None, groups: int = 1) -> None:
        self.conv1 = conv1x1(in_channels, channels, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride, rng=rng, groups=groups)
        self.bn2 = BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, 4 * channels, rng=rng)
        self.bn3 = BatchNorm2d(4 * channels)
        self.shortcut = _projection(in_channels, 4 * channels, stride, rng)

    def forward(self, x: Tensor) -> Tensor:
        """Three convolutions with batch norm, ReLU between them and after the sum.

        (n, in_channels, h, w) -> (n, 4 channels, h / stride, w / stride).
        """
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        return F.relu(self.bn3(self.conv3(h)) + self.shortcut(x))


class PreActBlock(Module):
    """Norm and ReLU before each of two 3x3 convolutions: nothing stands on the path between blocks. He et al. 2016.

    in_channels, channels: channels before, and of the 3x3 convolutions.
    stride: of the first 3x3 convolution and of the shortcut; 2 halves the image.
    rng: a NumPy generator, from which the first weights are drawn; needed.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, rng: Rng = None) -> None:
        self.bn1 = BatchNorm2d(in_channels)
        self.conv1 = conv3x3(in_channels, channels, stride, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, rng=rng)
        same = stride == 1 and in_channels == channels
        self.shortcut = None if same else conv1x1(in_channels, channels, stride, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """conv(relu(bn(conv(relu(bn(x)))))) + x; a projection sees the activated input, as in the paper."""
        h = F.relu(self.bn1(x))
        skip = x if self.shortcut is None else self.shortcut(h)
        h = self.conv1(h)
        return self.conv2(F.relu(self.bn2(h))) + skip
