"""The pictures of lesson 13: one answer or one for every pixel, switches, stamps, the U-Net, what a predictor sees."""

import numpy as np
from matplotlib.patches import Rectangle

from course_lib.data.scenes import SHAPES, shapes
from course_lib.topics.segmentation import boundary
from course_lib.viz import dense, style
from course_lib.viz.images import numbers


def _scene(size=48, seed=49, most=3):
    """One generated scene: the image (size, size) and its mask."""
    images, masks = shapes(1, size=size, most=most, noise=0.08, rng=np.random.default_rng(seed))
    return images[0, 0], masks[0]


def answers():
    """A scene with three kinds of answer: names, a class for every pixel, and boundaries. Returns the Axes."""
    image, mask = _scene()
    many = style.row(4, size=(2.4, 2.7))
    dense.show(many[0], image).set_title("an image", fontsize=10)
    names = [SHAPES[k] for k in np.unique(mask) if k]
    many[1].text(0.5, 0.5, "\n".join(names), ha="center", va="center", fontsize=12, color=style.GREY)
    many[1].set(xticks=[], yticks=[])
    many[1].set_title("classification:\nwhat is in it?", fontsize=10)
    dense.show(many[2], mask).set_title("segmentation:\nwhat is each pixel?", fontsize=10)
    dense.show(many[3], boundary(mask[None])[0].astype(float)).set_title("edges:\nis this a border?", fontsize=10)
    dense.legend(many[0].figure, SHAPES)
    return many


def switches():
    """Max pooling that remembers where its maxima stood, and unpooling that puts numbers back there.

    Returns the Axes (4,).
    """
    x = np.array([[1, 5, 2, 0, 3, 1], [0, 2, 7, 4, 1, 2], [3, 1, 0, 2, 6, 5], [4, 0, 1, 8, 2, 0]])
    tiles = x.reshape(2, 2, 3, 2).swapaxes(1, 2).reshape(2, 3, 4)
    at = tiles.argmax(axis=-1)
    rows, columns = 2 * np.arange(2)[:, None] + at // 2, 2 * np.arange(3) + at % 2
    back = np.zeros_like(x)
    back[rows, columns] = tiles.max(axis=-1)
    many = style.row(4, size=(2.4, 2.3))
    numbers(x, ax=many[0], title="a map")
    numbers(tiles.max(axis=-1), ax=many[1], title="largest of each 2×2")
    numbers(rows * 6 + columns, ax=many[2], title="switches: where")
    numbers(back, ax=many[3], title="unpooled")
    for ax, side in zip(many, (2, 1, 1, 2), strict=True):
        _outline(ax, 1, style.GREY, 0.8)
        _outline(ax, side, style.ORANGE, 2.2)
    return many


def _outline(ax, side, color, width):
    """Frames around the windows of side x side cells that tile a picture of numbers."""
    h, w = ax.images[0].get_array().shape
    for i in range(0, h, side):
        for j in range(0, w, side):
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), side, side, fill=False, ec=color, lw=width, clip_on=False))


def three_sights():
    """What an answer sees and how fine answers are: pooled, dilated, pooled with skips, on one scene.

    Returns the Axes (3, 3), a row for each network.
    """
    image, mask = _scene(48, seed=1)
    kinds = {
        "three poolings": dense.sight(5, 3),
        "dilated": dense.sight(4, 0, 1, growing=True),
        "poolings and skips": dense.sight(5, 3, skips=True),
    }
    shape = {"figsize": (7.2, 7.9), "layout": "constrained"}
    _, grid = style.plt.subplots(len(kinds), 3, **shape)
    for line, (name, seen) in zip(grid, kinds.items(), strict=True):
        dense.sight_on(image, mask, seen, many=line)
        line[0].set_ylabel(name, fontsize=10)
    dense.legend(grid[0, 0].figure, SHAPES)
    return grid
