"""Four training runs of lesson 13 whose curves are to be read: one is healthy, each of the others has one fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_lib.data.scenes import shapes
from course_lib.topics.dense import Pooled, learn, masks_of
from course_lib.topics.segmentation import mean_iou

PLAN: dict[str, dict[str, Any]] = {
    "A": {"images": 24},
    "B": {},
    "C": {"rate": 10.0},
    "D": {"only_images_mirrored": True},
}


def letters(images: int = 480, epochs: int = 10, seed: int = 0) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Yield (letter, {"loss": [...], "iou": [...]}) of each run: training loss and mean IoU on new scenes by epoch.

    The healthy run learns so many `images` for `epochs` epochs; `seed` draws weights, images and order, alike for all.
    """
    for letter, fault in PLAN.items():
        yield letter, run(images=images, epochs=epochs, seed=seed, fault=fault)


def run(*, images: int, epochs: int, seed: int, fault: dict[str, Any]) -> dict[str, list[float]]:
    """Curves of one run, of the same number of steps whatever its number of images.

    {"loss", "iou"}, lists of `epochs` floats; `fault` is one of PLAN's values, `seed` draws everything.
    """
    rng, size = np.random.default_rng(seed), 20
    x, t = scenes(images, rng)
    x_new, t_new = scenes(100, rng)
    few = fault.get("images", images)
    x, t = (np.resize(a[:few], a.shape) for a in (x, t))
    if fault.get("only_images_mirrored"):
        x[::2] = x[::2, ..., ::-1].copy()
    net, losses, ious = Pooled((10,) * 5, up="skip", rng=rng), [], []
    for loss in learn(net, x, t, epochs=epochs, size=size, rate=fault.get("rate", 0.01), rng=rng):
        losses.append(loss)
        ious.append(mean_iou(masks_of(net, x_new), t_new, 4))
    return {"loss": losses, "iou": ious}


def scenes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 1, 24, 24), brightness about 0, and their masks."""
    x, t = shapes(n, size=24, noise=0.15, most=2, rng=rng)
    return x - np.float32(0.3), t
