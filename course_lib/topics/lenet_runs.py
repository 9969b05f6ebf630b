"""The networks behind the lecture figures of lesson 10: LeNets on moved digits, pooled early or late, shared or not."""

from typing import Any

import numpy as np

from course_lib.data import datasets
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Conv2d, Linear, LocallyConnected2d
from course_lib.nn.module import Module
from course_lib.nn.plain import Flatten, ReLU
from course_lib.nn.pooling import AvgPool2d, MaxPool2d
from course_lib.topics.choice import chosen
from course_lib.topics.gradient_features import gradient_histograms, pyramid, word_strengths
from course_lib.topics.lenet import hits, images_for_lenet, learn, lenet


def mnist(count: int = 60_000) -> Any:
    """The first `count` training images and all test images, ready for LeNet: name, x, t, x_test, t_test."""
    data = datasets.load("mnist", or_else="digits")
    ready = images_for_lenet(data.x_train[:count]), data.t_train[:count], images_for_lenet(data.x_test), data.t_test
    return f"{data.name}, {len(ready[0])} images", *ready


def first_layer(
    seed: int, x: np.ndarray, t: np.ndarray, x_test: Any, t_test: Any, *, small: Any, epochs: int = 5
) -> Any:
    """First-layer filters (10, 5, 5) before and after training, second-layer ones, and the share of test images right.

    With `small` the first filters begin at a tenth of their size, and all weights decay. x (n, 1, 28, 28), t (n,),
    `x_test` and `t_test` likewise, `epochs` times; `seed` draws weights and order.
    """
    rng = np.random.default_rng(seed)
    model = lenet(rng=rng)
    before = model[0].weight.data[:, 0].copy()
    model[0].weight.data *= np.float32(0.1 if small else 1)
    list(learn(model, x, t, epochs=epochs, rng=rng, decay=0.3 if small else 0.0))
    return before, model[0].weight.data[:, 0], model[3].weight.data, hits(model, x_test, t_test)


class Every(Module):
    """One number of each window, without looking at the others.

    A window is `size` x `size` pixels, the number its top left one.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def forward(self, x: np.ndarray) -> Any:
        """(n, c, h, w) -> (n, c, h // size, w // size)."""
        rows, columns = (n // self.size * self.size for n in x.shape[2:])
        return x[:, :, : rows : self.size, : columns : self.size]


def pooling_net(pools: tuple[int, ...], kind: str, rng: np.random.Generator, maps: int = 8) -> Any:
    """Three convolutions 5×5 (padding 2), each with pooling of its size and ReLU; then 50 hidden units.

    For images (n, 1, 28, 28); `pools` are three sizes whose product is 8, `kind` "max", "average" or "none". `maps` are
    the channels of each convolution.
    """
    kinds = {"max": MaxPool2d, "average": AvgPool2d, "none": Every}
    layers, channels, pooling = [], 1, kinds[chosen(kind, kinds, "kind", name="pooling_net")]
    for size in pools:
        layers += [Conv2d(channels, maps, 5, padding=2, rng=rng), pooling(size), ReLU()]
        channels = maps
    return Sequential(*layers, Flatten(), Linear(9 * maps, 50, rng=rng), ReLU(), Linear(50, 10, rng=rng))


def multiply_adds(pools: tuple[int, ...], maps: int = 8) -> int:
    """Multiply-adds of the three convolutions of a `pooling_net`, for one image.

    `pools` and `maps` are those of `pooling_net`.
    """
    sides = 28 // np.cumprod([1, *pools[:2]])
    return int(np.sum(sides**2 * 25 * maps * np.array([1, maps, maps])))


def under_shift(model: Any, x: np.ndarray, t: np.ndarray, by: int) -> float:
    """Share of images right when all are moved by `by` pixels, mean over the four directions.

    x (n, 1, h, w), moved round in a circle, classes t (n,); `model` is a Module.
    """
    moves = ((by, 0), (-by, 0), (0, by), (0, -by))
    return float(np.mean([hits(model, np.roll(x, move, axis=(2, 3)), t) for move in moves]))


def small_net(kind: str, rng: np.random.Generator, filters: int = 4) -> Any:
    """One layer of 7×7 filters with stride 3, read out directly; with kind "local" each place has its own filters."""
    first = Conv2d(1, filters, 7, stride=3, rng=rng)
    if kind == "local":
        first = LocallyConnected2d(1, filters, 28, 7, stride=3, rng=rng)
    return Sequential(first, ReLU(), Flatten(), Linear(filters * 8 * 8, 10, rng=rng))


def engineered(x: np.ndarray, t: np.ndarray, x_test: Any, t_test: Any, words: int = 100, seed: int = 0) -> Any:
    """Shares of training and test images right: gradient histograms, words, pyramid, linear SVM.

    x (n, 1, h, w), t (n,), `x_test` and `t_test` likewise; so many `words`, found among descriptors that `seed`
    chooses.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.svm import LinearSVC

    rng = np.random.default_rng(seed)
    found = gradient_histograms(x[:, 0]), gradient_histograms(x_test[:, 0])
    some = found[0].reshape(-1, found[0].shape[-1])
    some = some[np.linalg.norm(some, axis=1) > 0.5]  # flat places have no direction
    some = some[rng.choice(len(some), min(40_000, len(some)), replace=False)]
    centres = MiniBatchKMeans(words, batch_size=2048, n_init=3, random_state=seed).fit(some).cluster_centers_
    chunks = [np.array_split(part, max(1, len(part) // 500)) for part in found]
    train, test = (np.concatenate([pyramid(word_strengths(c, centres)) for c in part]) for part in chunks)
    machine = LinearSVC(C=10, random_state=seed).fit(train, t)
    return machine.score(train, t), machine.score(test, t_test)
