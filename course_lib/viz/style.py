"""One look for every picture: colour-blind-safe colours (Okabe and Ito 2008), and Axes made or taken."""

import matplotlib.pyplot as plt

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
COLORS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY)  # in the order in which series take them
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # colour is never the only difference
DIVERGING, SEQUENTIAL, GREYS = "RdBu_r", "cividis", "gray"


def axes(ax=None, *, size=(5.0, 3.6), title=None, xlabel=None, ylabel=None):
    """`ax`, or new Axes of `size` inches, with its labels set and no needless frame."""
    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    if title:
        ax.set_title(title, loc="left", fontsize="medium")
    if xlabel:
        ax.set_xlabel(xlabel)
    if ylabel:
        ax.set_ylabel(ylabel)
    return ax


def row(n, *, size=(3.2, 3.2), **kwargs):
    """`n` Axes side by side, each of `size` inches, as an array (n,)."""
    _, many = plt.subplots(1, n, figsize=(size[0] * n, size[1]), squeeze=False, layout="constrained", **kwargs)
    return many[0]
