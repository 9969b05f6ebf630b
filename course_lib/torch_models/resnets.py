"""Residual networks in torch: ResNet-18 to 152, ResNeXt, Wide ResNet, and the CIFAR ResNets, plain or residual.

He, Zhang, Ren and Sun 2015, "Deep residual learning for image recognition"; Xie et al. 2017 (ResNeXt); Zagoruyko and
Komodakis 2016 (Wide ResNet). Blocks have the names of `course_lib.nn.blocks` and `course_lib.topics.resnet`, so that
`bridge.py` moves weights both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


def conv3x3(in_channels: int, out_channels: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size at stride 1, without bias: the norm behind it has one."""
    return nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, groups=groups, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 1x1 convolution without bias: a linear map of the channels of each pixel."""
    return nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Option B: the identity where shapes agree, else a 1x1 convolution with batch norm."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))


class PadShortcut(nn.Module):
    """Option A, without weights: every `stride`-th pixel, and channels of zeros behind the ones there are."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.stride, self.more = stride, out_channels - in_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, in_channels, h, w) -> (n, out_channels, h / stride, w / stride)."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut; `shortcut` is a function of (in, out, stride), None for a plain net."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, shortcut: Callable = projection) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv3x3(in_channels, channels, stride), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = conv3x3(channels, channels), nn.BatchNorm2d(channels)
        self.shortcut = None if shortcut is None else shortcut(in_channels, channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), without the last term in a plain net."""
        h = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(h if self.shortcut is None else h + self.shortcut(x))

    def last_norm(self) -> nn.BatchNorm2d:
        """The norm whose scale decides how much the branch adds."""
        return self.bn2


class Bottleneck(nn.Module):
    """1x1 down, 3x3, 1x1 up to 4 `channels`; `width` channels between (ResNeXt and Wide ResNet change that).

    The stride stands in the 3x3 convolution, as in the reference implementations whose figures are published.
    """

    expansion = 4

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, width: int | None = None, groups: int = 1
    ) -> None:
        super().__init__()
        width = width or channels
        self.conv1, self.bn1 = conv1x1(in_channels, width), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv3x3(width, width, stride, groups), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv1x1(width, 4 * channels), nn.BatchNorm2d(4 * channels)
        self.shortcut = projection(in_channels, 4 * channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Three convolutions with batch norm, ReLU between them and after the sum."""
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        return F.relu(self.bn3(self.conv3(h)) + self.shortcut(x))

    def last_norm(self) -> nn.BatchNorm2d:
        """The norm whose scale decides how much the branch adds."""
        return self.bn3


class ResNet(nn.Module):
    """Stem, four stages of blocks, the mean over all pixels, one linear layer.

    `blocks` counts each stage's; `make(in_channels, channels, stride)` builds one block of `expansion`. A `small` stem
    is one 3x3 convolution, for images of 32x32; else 7x7 with stride 2 and a pooling layer, for 224x224.
    """

    def __init__(
        self, make: Callable, expansion: int, blocks: Sequence[int], classes: int = 1000, *, width: int | None = 64,
        in_channels: int = 3, small: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        stem = nn.Conv2d(in_channels, width, 7, 2, padding=3, bias=False)
        self.conv1, self.bn1 = (conv3x3(in_channels, width) if small else stem), nn.BatchNorm2d(width)
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, 2, padding=1)
        self.stages, have = nn.ModuleList(), width
        for i, count in enumerate(blocks):
            channels, stage = width * 2**i, []
            for k in range(count):
                stage.append(make(have, channels, 2 if i > 0 and k == 0 else 1))
                have = channels * expansion
            self.stages.append(nn.Sequential(*stage))
        self.fc = nn.Linear(have, classes)
        start(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, in_channels, h, w) -> logits (n, classes)."""
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))


class CifarResNet(nn.Module):
    """The ResNet of 6n + 2 layers for small images: 3x3 stem, three stages of n basic blocks, one linear layer.

    Stages have width, 2 width and 4 width channels; shortcuts are option A. With `residual=False` they are left out:
    the plain net of the same weights. Its twin in NumPy is `course_lib.topics.resnet.CifarResNet`.
    """

    def __init__(
        self, depth: int = 20, width: int | None = 16, classes: int = 10, *, residual: bool = True, in_channels: int = 3
    ) -> None:
        super().__init__()
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"CifarResNet: depth must be 6n + 2, such as 20, 32, 44, 56, got {depth}")
        self.conv1, self.bn1 = conv3x3(in_channels, width), nn.BatchNorm2d(width)
        self.stages, have = nn.ModuleList(), width
        for i in range(3):
            channels, stage = width * 2**i, []
            for k in range(depth // 6):
                stride = 2 if i > 0 and k == 0 else 1
                stage.append(BasicBlock(have, channels, stride, shortcut=PadShortcut if residual else None))
                have = channels
            self.stages.append(nn.Sequential(*stage))
        self.fc = nn.Linear(have, classes)
        start(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, in_channels, h, w) -> logits (n, classes)."""
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))


@torch.no_grad()
def start(model: nn.Module) -> nn.Module:
    """MSR weights for every convolution (fan out, as in the paper's own code), scales 1, shifts and last bias 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if isinstance(module, nn.Linear):
            module.bias.zero_()
    return model


@torch.no_grad()
def zero_last_scales(model: nn.Module) -> nn.Module:
    """Set the last scale of every block to 0, so that each block starts as its shortcut. Goyal et al. 2017."""
    for module in model.modules():
        if isinstance(module, BasicBlock | Bottleneck):
            module.last_norm().weight.zero_()
    return model


def resnet18(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNet-18: 11 689 512 weights for 1000 classes. `small=True, classes=10` makes the form used on CIFAR-10."""
    return ResNet(BasicBlock, 1, (2, 2, 2, 2), classes, **kwargs)


def resnet34(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNet-34: 21 797 672 weights for 1000 classes."""
    return ResNet(BasicBlock, 1, (3, 4, 6, 3), classes, **kwargs)


def bottlenecks(blocks: Sequence[int], classes: int, *, base: int = 64, groups: int = 1, **kwargs: Any) -> ResNet:
    """A ResNet of bottlenecks; between their 1x1 convolutions stand groups * base / 64 times the channels."""

    def make(in_channels: int, channels: int, stride: int) -> nn.Module:
        return Bottleneck(in_channels, channels, stride, width=groups * (channels * base // 64), groups=groups)

    return ResNet(make, 4, blocks, classes, **kwargs)


def resnet50(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNet-50: 25 557 032 weights for 1000 classes."""
    return bottlenecks((3, 4, 6, 3), classes, **kwargs)


def resnet101(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNet-101: 44 549 160 weights for 1000 classes."""
    return bottlenecks((3, 4, 23, 3), classes, **kwargs)


def resnet152(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNet-152: 60 192 808 weights for 1000 classes."""
    return bottlenecks((3, 8, 36, 3), classes, **kwargs)


def resnext50_32x4d(classes: int = 1000, **kwargs: Any) -> ResNet:
    """ResNeXt-50, 32 groups of 4 channels: 25 028 904 weights for 1000 classes."""
    return bottlenecks((3, 4, 6, 3), classes, base=4, groups=32, **kwargs)


def wide_resnet50_2(classes: int = 1000, **kwargs: Any) -> ResNet:
    """Wide ResNet-50-2, twice the channels inside each block: 68 883 240 weights for 1000 classes."""
    return bottlenecks((3, 4, 6, 3), classes, base=128, **kwargs)
