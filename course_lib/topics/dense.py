"""Small networks with an answer for every pixel: one trunk of 3x3 layers, and many ways to keep or regain resolution.

All take images (n, channels, h, w) with sides that 8 divides and give scores (n, classes, h, w). Long, Shelhamer and
Darrell, "Fully convolutional networks for semantic segmentation" (2015); Yu and Koltun 2016; Ronneberger et al. 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.data.generated import batches
from course_lib.nn.blocks import BasicBlock
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Conv2d, ConvTranspose2d, Linear
from course_lib.nn.module import Module
from course_lib.nn.norms import BatchNorm2d
from course_lib.nn.plain import ReLU
from course_lib.optim.optimisers import Adam
from course_lib.optim.schedules import one_cycle
from course_lib.train.loop import evaluate, fit

if TYPE_CHECKING:
    from course_lib.autograd.tensor import Tensor


def layer(inputs: int, outputs: int, kernel: int = 3, dilation: int = 1, *, rng: np.random.Generator) -> Module:
    """Convolution that keeps the size, batch norm, ReLU.

    (n, inputs, h, w) -> (n, outputs, h, w); `kernel` taps a side, which must be odd, `dilation` pixels apart.
    """
    pad = dilation * (kernel // 2)
    conv = Conv2d(inputs, outputs, kernel, padding=pad, dilation=dilation, bias=False, rng=rng)
    return Sequential(conv, BatchNorm2d(outputs), ReLU())


def bilinear_kernel(channels: int, factor: int) -> np.ndarray:
    """Weights (channels, channels, k, k) with which an upconvolution of stride `factor` starts as interpolation.

    k = 2 factor - factor % 2, and the upconvolution needs padding (k - factor) // 2. Every channel goes to itself only.
    Away from the border this is `F.interpolate(mode="bilinear")`. Long et al. 2015.
    """
    k = 2 * factor - factor % 2
    slope = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return (np.eye(channels)[:, :, None, None] * np.outer(slope, slope)).astype(np.float32)


def upconv(channels: int, factor: int, *, rng: np.random.Generator, bilinear: bool = True) -> Module:
    """A transposed convolution that makes images `factor` times as large, begun as interpolation or at random."""
    k = 2 * factor - factor % 2
    up = ConvTranspose2d(channels, channels, k, stride=factor, padding=(k - factor) // 2, bias=False, rng=rng)
    if bilinear:
        up.weight.data = bilinear_kernel(channels, factor)
    return up


def enlarge(x: Tensor, size: Sequence[int]) -> Tensor:
    """`x` bilinearly at another size (h, w)."""
    return F.interpolate(x, size=size, mode="bilinear")


class Context(Module):
    """Layers at full resolution, one for each of `dilations`, with `widths` maps and `kernels` taps; then 1x1.

    `widths` and `kernels` are one number for all layers or one each.
    """

    def __init__(
        self, widths: int | tuple[int, int], dilations: tuple[int, ...], classes: int = 4, channels: int = 1,
        kernels: int | tuple[int, int] = 3, *, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        n = len(dilations)
        widths, kernels = ((v,) * n if isinstance(v, int) else tuple(v) for v in (widths, kernels))
        plan = zip((channels, *widths), widths, kernels, dilations, strict=False)
        self.layers = [layer(*numbers, rng=rng) for numbers in plan]
        self.head = Conv2d(widths[-1], classes, 1, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) -> (n, classes, h, w)."""
        for step in self.layers:
            x = step(x)
        return self.head(x)


class Pooled(Module):
    """Five layers of 3x3 with 2x2 max pooling behind the first three, scores on an 8 times coarser grid, enlarged.

    up: "bilinear" enlarges the scores by interpolation; "upconv" by three learned upconvolutions of stride 2 that begin
    as interpolation, "random" by three that begin at random; "skip" adds scores of every finer map on the way up.
    """

    def __init__(
        self, widths: tuple[int, ...], classes: int = 4, channels: int = 1, up: str = "bilinear", *,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        if up not in ("bilinear", "upconv", "random", "skip"):
            raise ValueError(f"Pooled: up must be 'bilinear', 'upconv', 'random' or 'skip', got {up!r}")
        self.layers = [layer(a, b, rng=rng) for a, b in zip((channels, *widths), widths, strict=False)]
        self.head, self.up = Conv2d(widths[-1], classes, 1, rng=rng), up
        learned = up in ("upconv", "random")
        self.ups = [upconv(classes, 2, bilinear=up == "upconv", rng=rng) for _ in range(3)] if learned else []
        self.scores = [Conv2d(w, classes, 1, rng=rng) for w in widths[2::-1]] if up == "skip" else []

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) -> (n, classes, h, w)."""
        finer, size = [], x.shape[2:]
        for k, step in enumerate(self.layers):
            x = step(x)
            if k < 3:
                finer.append(x)
                x = F.max_pool2d(x, 2)
        x = self.head(x)
        for up in self.ups:
            x = up(x)
        for score, h in zip(self.scores, reversed(finer), strict=False):
            x = enlarge(x, h.shape[2:]) + score(h)
        return enlarge(x, size) if x.shape[2:] != size else x


class FullyConnected(Module):
    """Three pooled layers, then two fully connected ones that answer for `places` x `places` cells of an image.

    `width` maps in each pooled layer, `hidden` units; for images (n, channels, size, size), as the first linear layer
    has weights for one size only.
    """

    def __init__(
        self, width: int, hidden: int, size: int = 32, places: int = 8, classes: int = 4, channels: int = 1, *,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.layers = [layer(width if k else channels, width, rng=rng) for k in range(3)]
        self.fc1 = Linear(width * (size // 8) ** 2, hidden, rng=rng)
        self.fc2 = Linear(hidden, classes * places**2, rng=rng)
        self.shape = classes, places, places

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, size, size) -> (n, classes, size, size)."""
        size = x.shape[2:]
        for step in self.layers:
            x = F.max_pool2d(step(x), 2)
        x = self.fc2(F.relu(self.fc1(x.reshape(len(x), -1))))
        return enlarge(x.reshape(len(x), *self.shape), size)


class UNet(Module):
    """Residual blocks down and up again; each block on the way up also sees the map of its size from the way down.

    `widths` are the channels of each level, fine to coarse. Sides need not be even: maps are enlarged to the size of
    the map they meet. Ronneberger, Fischer, Brox, "U-Net" (2015), with the blocks of lesson 12.
    """

    def __init__(
        self, widths: tuple[int, int, int], classes: int = 4, channels: int = 1, *, rng: np.random.Generator
    ) -> None:
        self.downs = [BasicBlock(a, b, rng=rng) for a, b in zip((channels, *widths), widths, strict=False)]
        self.ups = [BasicBlock(a + b, a, rng=rng) for a, b in pairwise(widths)]
        self.head = Conv2d(widths[0], classes, 1, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) -> (n, classes, h, w)."""
        kept = []
        for block in self.downs[:-1]:
            x = block(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.downs[-1](x)
        for block, skip in zip(reversed(self.ups), reversed(kept), strict=True):
            x = block(F.cat([skip, enlarge(x, skip.shape[2:])], 1))
        return self.head(x)


def weights(model: Module) -> int:
    """How many numbers a network learns.

    `model` is a Module; biases and the weights of norms count.
    """
    return sum(p.data.size for p in model.parameters())


def learn(
    model: Context | Pooled, x: np.ndarray, t: np.ndarray, *, epochs: int, size: int = 20, rate: float = 0.01,
    loss: Callable = F.cross_entropy, rng: np.random.Generator,
) -> Iterator[float]:  # fmt: skip
    """Train by Adam with one cycle of the rate on images x and targets t; yields the mean loss of each epoch.

    x (n, c, h, w), t as `loss(scores, t)` takes it, (n, h, w) for the default; `model` sees them `epochs` times, `size`
    images a batch, the last smaller one left out.
    """
    cycle = one_cycle(rate, epochs * (len(x) // size))
    optimizer = Adam(model.parameters(), lr=cycle)
    for _ in range(epochs):
        yield float(np.mean(list(fit(model, loss, optimizer, batches(x, t, size=size, rng=rng, drop_last=True)))))


def masks_of(model: Context | Pooled, x: np.ndarray, size: int = 50) -> np.ndarray:
    """The class of every pixel, (n, h, w), of images x (n, channels, h, w), in evaluation mode.

    `model` gives scores (n, classes, h, w), for `size` images at a time.
    """
    blank = np.zeros(len(x), int)
    return np.concatenate([out.argmax(axis=1) for out, _ in evaluate(model, batches(x, blank, size=size))])
