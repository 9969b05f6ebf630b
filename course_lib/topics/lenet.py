"""LeNet in the forms that lesson 10 compares: two stages that shrink the image, then two fully connected layers.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998); without pooling:
Springenberg, Dosovitskiy, Brox and Riedmiller, "Striving for simplicity: the all convolutional net" (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_lib import functional as F
from course_lib.data.generated import batches
from course_lib.nn import Conv2d, Flatten, Linear, LocallyConnected2d, MaxPool2d, ReLU, Sequential
from course_lib.optim import schedules
from course_lib.optim.optimisers import AdamW
from course_lib.topics.choice import chosen
from course_lib.train.loop import accuracy, fit, score

if TYPE_CHECKING:
    from course_lib.nn.module import Module

KINDS = ("pooled", "strided", "learned", "local")


def lenet(
    kind: str = "pooled", *, rng: np.random.Generator, maps: Sequence[int] = (10, 20), hidden: int = 50,
    classes: int = 10, relu_on_top: bool = False,
) -> Sequential:  # fmt: skip
    """A net for images (n, 1, 28, 28) whose two stages, 28 -> 12 -> 4, end in 320 numbers for the default `maps`.

    What shrinks the maps: "pooled" max pooling 2x2 behind a convolution 5x5; "strided" the stride 2 of that convolution
    itself; "learned" a second convolution 3x3 of stride 2; "local" is "pooled" with weights that are not shared.
    `relu_on_top` puts a ReLU on the outputs too. Raises ValueError for another kind. `hidden` units in the first fully
    connected layer, `classes` outputs.
    """
    chosen(kind, KINDS, "kind", name="lenet")
    layers, channels, side = [], 1, 28
    for width in maps:
        layers += _stage(kind, channels, width, side, rng)
        channels, side = width, (side - 4) // 2
    layers += [Flatten(), Linear(channels * side * side, hidden, rng=rng), ReLU(), Linear(hidden, classes, rng=rng)]
    return Sequential(*layers, *([ReLU()] if relu_on_top else []))


def all_convolutional(maps: Sequence[int], hidden: int, classes: int, rng: np.random.Generator) -> Sequential:
    """The "learned" net with its fully connected layers laid out as convolutions: the same numbers at 28x28.

    Images (n, 1, h, w) of at least 28x28 give maps of scores (n, classes, h', w'), one score for every place. `maps`
    are those of `lenet`, `hidden` the width of the last layer but one.
    """
    *stages, _, first, relu, last = lenet("learned", rng=rng, maps=maps, hidden=hidden, classes=classes)
    return Sequential(*stages, _laid_out(first, maps[-1]), relu, _laid_out(last, hidden))


def _laid_out(linear: Linear, channels: int) -> Module:
    """The convolution over `channels` maps that holds a fully connected layer's weights, row by row."""
    out, numbers = linear.weight.shape
    side = round((numbers / channels) ** 0.5)
    layer = Conv2d(channels, out, side, rng=np.random.default_rng(0))
    layer.weight.data, layer.bias.data = linear.weight.data.reshape(out, channels, side, side), linear.bias.data
    return layer


def _stage(kind: str, channels: int, width: int, side: int, rng: np.random.Generator) -> list[Module]:
    if kind == "strided":
        return [Conv2d(channels, width, 5, stride=2, rng=rng), ReLU()]
    if kind == "learned":
        shrink = Conv2d(width, width, 3, stride=2, padding=1, rng=rng)
        return [Conv2d(channels, width, 5, rng=rng), ReLU(), shrink, ReLU()]
    filters = Conv2d(channels, width, 5, rng=rng)
    if kind == "local":
        filters = LocallyConnected2d(channels, width, side, 5, rng=rng)
    return [filters, MaxPool2d(2), ReLU()]


def learn(
    model: Module, x: np.ndarray, t: np.ndarray, *, epochs: int, rng: np.random.Generator, lr: float = 3e-3,
    size: int = 64, decay: float = 0.0, change: Callable | None = None,
) -> Iterator[float]:  # fmt: skip
    """Train `model` on images x (n, 1, h, w) and classes t (n,) with Adam under a one-cycle rate that peaks at `lr`.

    A generator: yields the mean loss of each epoch. Weights lose their lr * `decay`-th part in each step (AdamW).
    `change(images, rng=rng)` alters each batch, to augment it. `epochs` times through all images, in batches of `size`.
    """
    steps = epochs * -(-len(x) // size)
    optimizer = AdamW(model.parameters(), lr=schedules.one_cycle(lr, steps), weight_decay=decay)
    for _ in range(epochs):
        deal = batches(x, t, size=size, rng=rng)
        if change is not None:
            deal = ((change(images, rng=rng), labels) for images, labels in deal)
        yield float(np.mean(list(fit(model, F.cross_entropy, optimizer, deal))))


def hits(model: Module, x: np.ndarray, t: np.ndarray) -> float:
    """Share of images x (n, 1, h, w) whose largest output is that of their class t (n,).

    The model answers in evaluation mode.
    """
    return score(model, batches(x, t, size=500), accuracy=accuracy)["accuracy"]


def images_for_lenet(images: np.ndarray, *, mean: float = 0.1307, std: float = 0.3081) -> np.ndarray:
    """Images (n, 1, 28, 28) or (n, 1, 8, 8), uint8, as float32 (n, 1, 28, 28) less `mean`, over `std`.

    The default mean and deviation are MNIST's. Images of 8x8 are enlarged threefold, bilinearly, and framed. Raises
    ValueError for `images` of another shape.
    """
    x = np.asarray(images, np.float32) / 255
    if x.shape[1:] == (1, 8, 8):
        x = F.interpolate(x, scale_factor=3, mode="bilinear").data
        x = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    if x.shape[1:] != (1, 28, 28):
        raise ValueError(f"images_for_lenet: expected images (n, 1, 28, 28) or (n, 1, 8, 8), got {np.shape(images)}")
    return (x - np.float32(mean)) / np.float32(std)
