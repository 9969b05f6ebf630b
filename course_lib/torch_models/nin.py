"""Network in Network in torch: a small perceptron at every pixel, and no fully connected layer at the end.

Lin, Chen and Yan 2014, "Network in network"; the sizes are those of the authors' ImageNet model.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


def nin_block(in_channels: int, channels: int, kernel: int, stride: int = 1, padding: int = 0) -> nn.Sequential:
    """A convolution and two 1x1 convolutions, each with ReLU: the two are an MLP applied to every pixel."""
    return nn.Sequential(
        *(nn.Conv2d(in_channels, channels, kernel, stride, padding), nn.ReLU()),
        *(nn.Conv2d(channels, channels, 1), nn.ReLU()),
        *(nn.Conv2d(channels, channels, 1), nn.ReLU()),
    )


class NiN(nn.Module):
    """Three blocks with pooling behind each, a block that ends in one map per class, and the mean of each map."""

    def __init__(self, classes: int = 1000, *, width: float = 1.0, block: Callable = nin_block) -> None:
        super().__init__()
        c1, c2, c3, c4 = (max(1, round(c * width)) for c in (96, 256, 384, 1024))
        self.features = nn.Sequential(
            *(block(3, c1, 11, 4, 0), nn.MaxPool2d(3, 2, ceil_mode=True)),
            *(block(c1, c2, 5, 1, 2), nn.MaxPool2d(3, 2, ceil_mode=True)),
            *(block(c2, c3, 3, 1, 1), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout()),
            *(nn.Conv2d(c3, c4, 3, padding=1), nn.ReLU(), nn.Conv2d(c4, c4, 1), nn.ReLU()),
            *(nn.Conv2d(c4, classes, 1), nn.ReLU()),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, 3, h, w) -> logits (n, classes): the mean of each of the last maps."""
        return self.features(x).mean((2, 3))
