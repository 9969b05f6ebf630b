"""DenseNet in torch: every layer sees the maps of all layers before it.

Huang, Liu, van der Maaten and Weinberger 2017, "Densely connected convolutional networks".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def dense_layer(in_channels: int, growth: int) -> nn.Sequential:
    """Norm, ReLU, 1x1 to 4 `growth` channels; norm, ReLU, 3x3 to `growth` channels; no biases."""
    wide = 4 * growth
    return nn.Sequential(
        *(nn.BatchNorm2d(in_channels), nn.ReLU(), nn.Conv2d(in_channels, wide, 1, bias=False)),
        *(nn.BatchNorm2d(wide), nn.ReLU(), nn.Conv2d(wide, growth, 3, padding=1, bias=False)),
    )


class DenseBlock(nn.Module):
    """`layers` dense layers; each adds `growth` channels behind those there are, and sees all of them."""

    def __init__(self, in_channels: int, growth: int, layers: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList(dense_layer(in_channels + k * growth, growth) for k in range(layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, in_channels, h, w) -> (n, in_channels + layers * growth, h, w)."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x


class DenseNet(nn.Module):
    """Stem, dense blocks with transitions between them that halve channels and size, mean, one linear layer.

    The default is DenseNet-121: 7 978 856 weights for 1000 classes. `block(in_channels, growth, layers)` makes a block.
    """

    def __init__(
        self, classes: int = 1000, *, layers: Any = (6, 12, 24, 16), growth: int = 32, block: Callable = DenseBlock
    ) -> None:
        super().__init__()
        have = 2 * growth
        stem = nn.Conv2d(3, have, 7, 2, padding=3, bias=False)
        steps = [stem, nn.BatchNorm2d(have), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
        for k, number in enumerate(layers):
            steps.append(block(have, growth, number))
            have += number * growth
            steps += [nn.BatchNorm2d(have), nn.ReLU()]
            if k + 1 < len(layers):
                steps += [nn.Conv2d(have, have // 2, 1, bias=False), nn.AvgPool2d(2)]
                have //= 2
        self.features, self.fc = nn.Sequential(*steps), nn.Linear(have, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, 3, h, w) -> logits (n, classes)."""
        return self.fc(self.features(x).mean((2, 3)))
