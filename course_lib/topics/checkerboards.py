"""Checkerboard artefacts, measured: networks that enlarge images and differ only in how their last layer enlarges.

Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts" (2016); the start of pixel shuffle without them:
Aitken and others, "Checkerboard artifact free sub-pixel convolution" (2017), called ICNR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.nn.layers import Conv2d, ConvTranspose2d
from course_lib.nn.module import Module
from course_lib.topics.dense import bilinear_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADS = (
    "upconvolution, kernel 3",
    "upconvolution, kernel 4",
    "upconvolution, kernel 4, bilinear start",
    "pixel shuffle",
    "pixel shuffle, ICNR start",
    "nearest neighbour, then 3×3",
)
GREYS = 9


class Enlarger(Module):
    """Images (n, 1, h, w) to twice the size: two 3x3 layers of `width` maps, and a last layer of one of the HEADS.

    For one rng the first two layers begin alike whatever the head, and last layers give numbers of one size: an output
    pixel of an upconvolution adds up width · kernel² / 4 products, which its start minds. Raises ValueError for another
    head.
    """

    def __init__(self, head: str, width: int = 16, *, rng: np.random.Generator) -> None:
        if head not in HEADS:
            raise ValueError(f"Enlarger: head is one of {', '.join(HEADS)}; got {head!r}")
        self.head = head
        self.last: Module
        self.layers = [Conv2d(a, width, 3, padding=1, rng=rng) for a in (1, width)]
        if head.startswith("upconvolution"):
            kernel = 3 if "kernel 3" in head else 4
            self.last = ConvTranspose2d(width, 1, kernel, stride=2, padding=1, output_padding=kernel % 2, rng=rng)
            self.last.weight.data *= np.float32(2 / np.sqrt(width))  # began as if a pixel added up kernel² numbers
            if "bilinear" in head:
                share = rng.standard_normal((width, 1, 1, 1)) * np.sqrt(1 / width)
                self.last.weight.data = (share * bilinear_kernel(1, 2)).astype(np.float32)
        else:
            self.last = Conv2d(width, 4 if "shuffle" in head else 1, 3, padding=1, rng=rng)
            if "ICNR" in head:
                self.last.weight.data[1:] = self.last.weight.data[0]

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, h, w) -> (n, 1, 2h, 2w)."""
        for step in self.layers:
            x = F.relu(step(x))
        if "shuffle" in self.head:
            return F.pixel_shuffle(self.last(x), 2)
        if "nearest" in self.head:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.last(x)


def flat_answers(model: Module) -> np.ndarray:
    """What `model` makes of evenly grey images, (9, 8, 8): the middle of each, for 9 greys from 0.1 to 0.9.

    Far from the border it can vary with the period 2 of the stride and no other: the input is alike everywhere.
    """
    grey = np.linspace(0.1, 0.9, GREYS, dtype=np.float32)[:, None, None, None]
    with no_grad():
        return model.eval()(Tensor(np.broadcast_to(grey, (GREYS, 1, 16, 16)))).data[:, 0, 12:20, 12:20]


def ripple(model: Module) -> float:
    """Root of the energy at the frequency of stride 2 in what `model` makes of evenly grey images, in levels of 255.

    It is the root mean square of what differs from each image's mean: of the coefficients of the Fourier transform at
    half the sampling rate along rows, columns, or both, where all of it lies.
    """
    y = flat_answers(model).astype(float)
    energy = np.abs(np.fft.fft2(y, norm="forward")) ** 2
    return float(255 * np.sqrt((energy[:, ::4, ::4].sum((1, 2)) - energy[:, 0, 0]).mean()))


def starts(head: str, seeds: int) -> Iterator[tuple[Enlarger, np.random.Generator]]:
    """(network with this head, the rng to train it with) for each of so many `seeds`; the rng is alike for all."""
    for seed in range(seeds):
        yield Enlarger(head, rng=np.random.default_rng(seed)), np.random.default_rng([seed, 1])
