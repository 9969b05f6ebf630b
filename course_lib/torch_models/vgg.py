"""VGG in torch: 3x3 convolutions all the way, then three linear layers; and the same head as convolutions.

Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image recognition".
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def vgg_block(in_channels: int, channels: int, layers: int) -> nn.Sequential:
    """`layers` 3x3 convolutions that keep the size, each with ReLU, then max pooling that halves it."""
    steps = []
    for k in range(layers):
        steps += [nn.Conv2d(channels if k else in_channels, channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*steps, nn.MaxPool2d(2))


class VGG(nn.Module):
    """VGG with 11, 13, 16 or 19 learned layers; images (n, 3, 224, 224) to logits (n, classes).

    For 1000 classes VGG-16 has 138 357 544 weights, VGG-19 143 667 240. `width` scales channels and hidden units.
    """

    def __init__(
        self, depth: int = 16, classes: int = 1000, *, width: float = 1.0, block: Callable = vgg_block
    ) -> None:
        super().__init__()
        if depth not in STAGES:
            raise ValueError(f"VGG: depth must be one of {', '.join(map(str, STAGES))}, got {depth}")
        channels = [3, *(max(1, round(c * width)) for c in (64, 128, 256, 512, 512))]
        hidden = max(1, round(4096 * width))
        stages = zip(channels[:-1], channels[1:], STAGES[depth], strict=True)
        self.features = nn.Sequential(*(block(*stage) for stage in stages))
        self.pool = nn.AdaptiveAvgPool2d(7)  # nothing to do at 224 x 224
        self.classifier = nn.Sequential(
            *(nn.Linear(channels[-1] * 49, hidden), nn.ReLU(), nn.Dropout()),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, classes)),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, 3, h, w) -> logits (n, classes)."""
        return self.classifier(self.pool(self.features(x)).flatten(1))


@torch.no_grad()
def as_convolutions(classifier: nn.Module, side: int) -> nn.Sequential:
    """The linear layers of `classifier` as convolutions with the same numbers: a Sequential for maps of any size.

    The first layer becomes a kernel of `side` x `side`, the others 1x1. On maps of `side` x `side` the result is what
    the classifier gives, (n, classes, 1, 1); on larger ones it is a score map, one place per window.
    """
    steps, kernel = [], side
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            conv = nn.Conv2d(layer.in_features // kernel**2, layer.out_features, kernel)
            conv = conv.to(layer.weight.device, layer.weight.dtype)
            conv.weight.copy_(layer.weight.view_as(conv.weight))
            conv.bias.copy_(layer.bias)
            layer, kernel = conv, 1
        steps.append(layer)
    return nn.Sequential(*steps)
