"""Augmentation: functions from a batch of images (n, c, h, w) to another batch, each image's change drawn by `rng`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.arithmetic import number, pair, whole
from course_lib.autograd.keywords import named_functions
from course_lib.nn.init import generator


def _images(name: str, x: np.ndarray, floats: bool = False) -> np.ndarray:
    """x (n, c, h, w) as an array; one sentence about anything else."""
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError(f"{name}: needs a batch of images (n, c, h, w), got shape {x.shape}")
    return _floats(name, x) if floats else x


def _floats(name: str, x: np.ndarray) -> np.ndarray:
    if x.dtype.kind != "f":
        raise TypeError(f"{name}: needs floats, such as pixels / 255, got dtype {x.dtype}")
    return x


def flip(x: np.ndarray, *, rng: np.random.Generator, p: float = 0.5) -> np.ndarray:
    """Mirror each image left to right with probability `p`. x (n, c, h, w) keeps its shape."""
    generator("flip", rng)
    x = _images("flip", x)
    number(p, "p", name="flip")
    chosen = rng.random(len(x)) < p
    return np.where(chosen[:, None, None, None], x[..., ::-1], x)


def translate(x: np.ndarray, *, rng: np.random.Generator, pixels: int = 2) -> np.ndarray:
    """Shift each image by up to `pixels` whole pixels in both directions; zeros come in.

    x (n, c, h, w) keeps its shape.
    """
    generator("translate", rng)
    x, pixels = _images("translate", x), whole(pixels, "pixels", least=0, name="translate")
    dy, dx = rng.integers(-pixels, pixels + 1, (2, len(x)))
    return window(
        np.pad(x, ((0, 0), (0, 0), (pixels, pixels), (pixels, pixels))), pixels + dy, pixels + dx, x.shape[2:]
    )


def crop(x: np.ndarray, size: tuple[int, int], *, rng: np.random.Generator, padding: int = 0) -> np.ndarray:
    """Pad with zeros by `padding`, then cut a window of `size` (h, w) at a random place of each image."""
    generator("crop", rng)
    x, padding = _images("crop", x), whole(padding, "padding", least=0, name="crop")
    size = pair(size, "size", least=1, name="crop")
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    room = [have - want for have, want in zip(x.shape[2:], size, strict=True)]
    if min(room) < 0:
        raise ValueError(f"crop: a window of {tuple(size)} does not fit into padded images of {x.shape[2:]}")
    dy, dx = (rng.integers(0, r + 1, len(x)) for r in room)
    return window(x, dy, dx, size)


def window(x: np.ndarray, top: np.ndarray, left: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut a window of `size` (h, w) from each image, its corner at rows top, columns left (n,)."""
    rows, columns = top[:, None] + np.arange(size[0]), left[:, None] + np.arange(size[1])
    picked = x[np.arange(len(x))[:, None, None], :, rows[:, :, None], columns[:, None, :]]  # (n, h, w, c)
    return picked.transpose(0, 3, 1, 2)


def rotate(x: np.ndarray, *, rng: np.random.Generator, degrees: float = 15.0) -> np.ndarray:
    """Turn each image about its centre by an angle uniform in ±`degrees`: bilinear, zero outside.

    x (n, c, h, w) keeps its shape.
    """
    generator("rotate", rng)
    x = _images("rotate", x)
    number(degrees, "degrees", name="rotate")
    angle = np.deg2rad(rng.uniform(-degrees, degrees, len(x)))
    _, _, h, w = x.shape
    y, z = np.meshgrid(np.arange(h) - (h - 1) / 2, np.arange(w) - (w - 1) / 2, indexing="ij")
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    return bilinear(x, cos * y - sin * z + (h - 1) / 2, sin * y + cos * z + (w - 1) / 2)


def bilinear(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values of x (n, c, h, w) at fractional positions rows, columns (n, h', w'), zero outside."""
    n, _, h, w = x.shape
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    batch = np.arange(n)[:, None, None]
    out: Any = 0.0
    for i, j, weight in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        r, c = top + i, left + j
        inside = (r >= 0) & (r < h) & (c >= 0) & (c < w)
        corner = x[batch, :, np.clip(r, 0, h - 1), np.clip(c, 0, w - 1)]  # (n, h', w', c)
        out = out + corner * (weight * inside)[..., None]
    return out.transpose(0, 3, 1, 2).astype(np.result_type(x.dtype, np.float32), copy=False)


def brightness(x: np.ndarray, *, rng: np.random.Generator, factor: float = 0.2, shift: float = 0.0) -> np.ndarray:
    """Multiply each image by 1 ± `factor` and add ± `shift`, uniform, one draw for each image and channel.

    x (n, c, h, w) keeps its shape.
    """
    generator("brightness", rng)
    x = _images("brightness", x, floats=True)
    shape = (*x.shape[:2], 1, 1)
    number(factor, "factor", name="brightness")
    number(shift, "shift", name="brightness")
    scale = rng.uniform(1 - factor, 1 + factor, shape).astype(x.dtype)
    return x * scale + rng.uniform(-shift, shift, shape).astype(x.dtype)


def colour_axes(x: np.ndarray) -> np.ndarray:
    """Directions in which the colours of images x (n, c, h, w) vary, (c, c): a row each, as long as they vary there.

    Rows are principal axes of all pixels, each scaled to the standard deviation along it, the longest first.
    """
    x = _images("colour_axes", x, floats=True)
    pixels = x.transpose(1, 0, 2, 3).reshape(x.shape[1], -1)
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(pixels.astype(float))))
    return (np.sqrt(np.maximum(variances, 0)) * axes).T[::-1]


def colour(x: np.ndarray, *, axes: np.ndarray, rng: np.random.Generator, std: float = 0.1) -> np.ndarray:
    """Shift the colour of each image, all its pixels alike, by a normal draw of `std` along each of `axes` (c, c).

    Light changes in brightness and tint, things stay what they are: Krizhevsky, Sutskever, Hinton, "ImageNet
    classification with deep convolutional neural networks" (2012). `axes` are `colour_axes(training images)`.
    """
    generator("colour", rng)
    x = _images("colour", x, floats=True)
    if np.shape(axes) != (x.shape[1], x.shape[1]):
        raise ValueError(
            f"colour: images of {x.shape[1]} channels need axes ({x.shape[1]}, {x.shape[1]}), got {np.shape(axes)}"
        )
    number(std, "std", name="colour")
    shift = std * rng.standard_normal((len(x), x.shape[1])) @ axes
    return x + shift[:, :, None, None].astype(x.dtype)


def noise(x: np.ndarray, *, rng: np.random.Generator, std: float = 0.1) -> np.ndarray:
    """Add Gaussian noise of standard deviation `std`; for signals of any shape, not only images."""
    generator("noise", rng)
    x = _floats("noise", np.asarray(x))
    number(std, "std", name="noise")
    return x + (std * rng.standard_normal(x.shape)).astype(x.dtype)


def chain(*steps: Callable) -> Callable:
    """One function (x, *, rng) that applies several in order: chain(flip, partial(translate, pixels=4)).

    `steps` are such functions.
    """

    def augment(x: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        for step in steps:
            x = step(x, rng=rng)
        return x

    return augment


named_functions(globals())
