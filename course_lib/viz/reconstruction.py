"""A photograph learned as a function of the place: target, reconstruction, and what lies outside of the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from matplotlib.image import imread

from course_lib.viz.style import GREYS, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PHOTOS = ("hopper", "flower", "temple")


def photo(name: str = "hopper", side: int = 51) -> np.ndarray:
    """A bundled photograph, grey, scaled to `side` by `side` by averaging; float64 (side, side), 0..255.

    "hopper" is matplotlib's portrait of Grace Hopper, the 400 x 400 pixels around the face; "flower" and "temple" are
    the middle 427 x 427 of scikit-learn's two photographs. ValueError for another name or a side that is not 2..400.
    """
    if name not in PHOTOS:
        raise ValueError(f"photo: the photographs are {', '.join(PHOTOS)}, got {name!r}")
    if not 2 <= side <= 400:
        raise ValueError(f"photo: side is a whole number from 2 to 400, got {side}")
    from PIL import Image

    if name == "hopper":
        colour = imread(get_sample_data("grace_hopper.jpg"))[20:420, 60:460]
    else:
        from sklearn.datasets import load_sample_image

        colour = load_sample_image({"flower": "flower.jpg", "temple": "china.jpg"}[name])[:, 106:533]
    grey = Image.fromarray(np.ascontiguousarray(colour)).convert("L")
    return np.asarray(grey.resize((side, side), Image.Resampling.BOX), dtype=float)


def pictures(
    named: dict[str, np.ndarray], *, figure: Figure | None = None, limits: tuple[float, float] | None = None,
    size: float = 2.2,
) -> Figure:  # fmt: skip
    """Grey images {"title": (h, w), ...} side by side, on the scale of the first or on `limits`; returns the Figure.

    `named` is that dict.
    """
    first = np.asarray(next(iter(named.values())))
    low, high = limits or (first.min(), first.max())
    if figure is None:
        figure = plt.figure(figsize=(size * len(named), size + 0.35), layout="constrained")
    for ax, (title, image) in zip(np.atleast_1d(figure.subplots(1, len(named))), named.items(), strict=True):
        ax.imshow(image, cmap=GREYS, vmin=low, vmax=high, interpolation="nearest")
        ax.set_title(title, fontsize=9, loc="left")
        ax.set_axis_off()
    return figure


def layer_norms(named: dict[str, Any], *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Gradient norm by layer on a logarithmic axis, {"plain": norms, ...}; returns the Axes.

    `named` {"plain": (layers,), ...}.
    """
    from course_lib.viz.curves import learning_curves

    ax = axes(ax, title=title)
    learning_curves(named, ax=ax, xlabel="layer", ylabel="norm of the gradient", log=True)
    return ax
