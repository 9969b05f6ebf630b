"""One look for every picture: colour-blind-safe colours (Okabe and Ito 2008), and Axes made or taken.

Pictures keep a white ground in dark themes too: the colours, the greys of images and the pale tints are chosen against
white, and the same picture serves screen, print and the book. Labels are black on it, so they are read in both themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

Panels: TypeAlias = "Sequence[Axes] | np.ndarray"  # one Axes for each panel of a picture

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
COLORS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY)  # in the order in which series take them
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # colour is never the only difference
DIVERGING, SEQUENTIAL, GREYS = "RdBu_r", "cividis", "gray"


def axes(
    ax: Axes | None = None, *, size: tuple[float, float] = (5.0, 3.6), title: str | None = None,
    xlabel: str | None = None, ylabel: str | None = None,
) -> Axes:  # fmt: skip
    """`ax`, or new Axes of `size` inches, with its labels set and no needless frame."""
    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, loc="left", fontsize="medium", y=1)  # a given place is not sought, which takes long
    if xlabel:
        ax.set_xlabel(xlabel)
    if ylabel:
        ax.set_ylabel(ylabel)
    return ax


def row(n: int, *, size: tuple[float, float] = (3.2, 3.2), **kwargs: Any) -> np.ndarray:
    """`n` Axes side by side, each of `size` inches, as an array (n,)."""
    _, many = plt.subplots(1, n, figsize=(size[0] * n, size[1]), squeeze=False, layout="constrained", **kwargs)
    return many[0]
