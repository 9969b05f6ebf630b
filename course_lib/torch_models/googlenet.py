"""GoogLeNet in torch, as published and as its reference implementation has it.

Szegedy et al. 2015, "Going deeper with convolutions"; batch normalisation in it: Ioffe and Szegedy 2015. The reference
implementation puts batch norm behind every convolution instead of biases, and uses 3x3 kernels in the branch that the
paper draws as 5x5; its published figures are those of that form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

# 1x1; 1x1 before 3x3, 3x3; 1x1 before 5x5, 5x5; 1x1 behind the pooling
MODULES = {
    "3a": (64, (96, 128), (16, 32), 32),
    "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 208), (16, 48), 64),
    "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64),
    "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128),
    "5a": (256, (160, 320), (32, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}


def conv_relu(in_channels: int, channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution with bias and ReLU, padded to keep the size at stride 1: the paper's."""
    return nn.Sequential(nn.Conv2d(in_channels, channels, kernel, stride, kernel // 2), nn.ReLU())


def conv_norm_relu(in_channels: int, channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, batch norm and ReLU: the reference implementation's."""
    conv = nn.Conv2d(in_channels, channels, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(channels, eps=0.001), nn.ReLU())


class Inception(nn.Module):
    """Four branches side by side on the same maps, their outputs concatenated as channels, the size kept.

    1x1; 1x1 then 3x3; 1x1 then `large` x `large`; 3x3 max pooling then 1x1. `threes` and `fives` are (channels after
    the 1x1, channels after the larger kernel). `conv(in_channels, channels, kernel)` makes each convolution.
    """

    def __init__(
        self, in_channels: int, ones: int, threes: tuple[int, int], fives: tuple[int, int], pool: int,
        conv: Callable = conv_relu, large: int = 5,
    ) -> None:  # fmt: skip
        super().__init__()
        self.ones = conv(in_channels, ones, 1)
        self.threes = nn.Sequential(conv(in_channels, threes[0], 1), conv(*threes, 3))
        self.fives = nn.Sequential(conv(in_channels, fives[0], 1), conv(*fives, large))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), conv(in_channels, pool, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, in_channels, h, w) -> (n, all branches' channels, h, w)."""
        return torch.cat([self.ones(x), self.threes(x), self.fives(x), self.pool(x)], dim=1)


class GoogLeNet(nn.Module):
    """Nine inception modules, the mean over all pixels, one linear layer; images (n, 3, 224, 224) to (n, classes).

    `form="reference"` has 6 624 904 weights for 1000 classes, 13 004 888 with `heads=True`, two auxiliary classifiers
    whose logits a forward pass in training mode gives too: (logits, head 1, head 2). `form="paper"` has biases, 5x5
    kernels, no batch norm. `module` builds an inception module; `width` scales channels.
    """

    def __init__(
        self, classes: int = 1000, *, form: str = "reference", heads: bool = False, width: float = 1.0,
        module: Callable = Inception,
    ) -> None:  # fmt: skip
        super().__init__()
        if form not in ("reference", "paper"):
            raise ValueError(f"GoogLeNet: form must be 'reference' or 'paper', got {form!r}")
        conv, large = (conv_norm_relu, 3) if form == "reference" else (conv_relu, 5)

        def scaled(c: Any) -> Any:
            return tuple(map(scaled, c)) if isinstance(c, tuple) else max(1, round(c * width))

        def shrink(kernel: int = 3) -> nn.Module:
            return nn.MaxPool2d(kernel, 2, ceil_mode=True)

        first, second = scaled((64, 192))
        self.stem = nn.Sequential(
            *(conv(3, first, 7, 2), shrink(), conv(first, first, 1), conv(first, second, 3), shrink())
        )
        self.modules_, have, self.shrink = nn.ModuleDict(), second, nn.ModuleDict({"4a": shrink(), "5a": shrink(2)})
        self.heads = nn.ModuleDict()
        for name, sizes in MODULES.items():
            if heads and name in ("4b", "4e"):
                self.heads[name] = _head(have, scaled(128), scaled(1024), classes, conv)
            ones, threes, fives, pool = scaled(sizes)
            self.modules_[name] = module(have, ones, threes, fives, pool, conv, large)
            have = ones + threes[1] + fives[1] + pool
        self.drop, self.fc = nn.Dropout(0.2), nn.Linear(have, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, 3, h, w) -> logits (n, classes); with heads in training mode a tuple of three."""
        x, more = self.stem(x), []
        for name, module in self.modules_.items():
            x = self.shrink[name](x) if name in self.shrink else x
            if name in self.heads and self.training:
                more.append(self.heads[name](x))
            x = module(x)
        logits = self.fc(self.drop(x.mean((2, 3))))
        return (logits, *more) if more else logits


def _head(have: int, channels: int, hidden: int, classes: int, conv: Callable) -> nn.Sequential:
    """A classifier in the middle of the network, so that a training signal reaches its first layers."""
    return nn.Sequential(
        *(nn.AdaptiveAvgPool2d(4), conv(have, channels, 1), nn.Flatten()),
        *(nn.Linear(channels * 16, hidden), nn.ReLU(), nn.Dropout(0.7), nn.Linear(hidden, classes)),
    )
