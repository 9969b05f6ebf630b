"""ResNet and its relatives for small images, made to hold nearly the same number of weights: for a fair race.

Each has a 3x3 stem, three stages that halve the image twice, the mean over all pixels and one linear layer; they differ
in where they put their weights: in depth (ResNet), width (Wide ResNet), groups (ResNeXt) or old maps (DenseNet).
"""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from course_lib.torch_models.densenet import DenseBlock
from course_lib.torch_models.resnets import BasicBlock, Bottleneck, ResNet, conv3x3, start


def resnet(classes: int = 10, *, width: int = 8, in_channels: int = 3) -> nn.Module:
    """Three stages of three basic blocks: 20 layers."""
    return ResNet(BasicBlock, 1, (3, 3, 3), classes, width=width, in_channels=in_channels, small=True)


def wide_resnet(classes: int = 10, *, width: int = 15, in_channels: int = 3) -> nn.Module:
    """Three stages of one basic block: 8 layers, but nearly twice as wide. Zagoruyko and Komodakis 2016."""
    return ResNet(BasicBlock, 1, (1, 1, 1), classes, width=width, in_channels=in_channels, small=True)


def resnext(classes: int = 10, *, width: int = 6, groups: int = 3, in_channels: int = 3) -> nn.Module:
    """Three stages of three bottlenecks, 29 layers, their 3x3 convolutions in `groups` groups. Xie et al. 2017."""

    def make(inputs: int, channels: int, stride: int) -> nn.Module:
        return Bottleneck(inputs, channels, stride, width=2 * channels, groups=groups)

    return ResNet(make, 4, (3, 3, 3), classes, width=width, in_channels=in_channels, small=True)


class SmallDenseNet(nn.Module):
    """Three dense blocks, 1x1 convolutions and pooling between them: 28 layers for 4 a block. Huang et al. 2017."""

    def __init__(self, classes: int = 10, *, growth: int = 10, layers: int = 4, in_channels: int = 3) -> None:
        super().__init__()
        have = 2 * growth
        steps = [conv3x3(in_channels, have)]
        for k in range(3):
            steps.append(DenseBlock(have, growth, layers))
            have += layers * growth
            steps += [nn.BatchNorm2d(have), nn.ReLU()]
            if k < 2:
                steps += [nn.Conv2d(have, have // 2, 1, bias=False), nn.AvgPool2d(2)]
                have //= 2
        self.features, self.fc = nn.Sequential(*steps), nn.Linear(have, classes)
        start(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, in_channels, h, w) -> logits (n, classes)."""
        return self.fc(self.features(x).mean((2, 3)))


RELATIVES = {
    "ResNet, 20 layers": resnet,
    "Wide ResNet, 8 layers": wide_resnet,
    "ResNeXt, 29 layers": resnext,
    "DenseNet, 28 layers": partial(SmallDenseNet, growth=10),
}
