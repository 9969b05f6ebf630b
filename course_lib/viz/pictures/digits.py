"""The pictures of lessons 08 and 10: handwritten digits, what tells them apart, and how training stops."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from course_lib.data.datasets import load
from course_lib.topics import digit_faults
from course_lib.topics.lenet import images_for_lenet
from course_lib.viz import stages, style
from course_lib.viz.curves import learning_curves
from course_lib.viz.neighbours import nearest, neighbour_figure, votes


def ten_outputs():
    """A digit as an image, as a vector, and ten outputs for it; returns the three Axes."""
    bundled = load("digits")
    rows = bundled.x_train.reshape(-1, 64) / 255
    query = bundled.x_test[76].reshape(-1) / 255
    means = np.stack([rows[bundled.t_train == digit].mean(axis=0) for digit in range(10)])
    alike = np.exp(-((query - means) ** 2).sum(axis=1))
    outputs = alike / alike.sum()
    figure = plt.figure(figsize=(8.6, 2.9), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[1, 2.4], height_ratios=[1, 3])
    left, vector, bars = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    left.imshow(query.reshape(8, 8), cmap="gray_r")
    left.set_title("An image of 8×8 pixels", fontsize=9)
    vector.imshow(np.repeat(query[None], 6, axis=0), cmap="gray_r")
    vector.set_title("the same as a vector of 64 numbers", fontsize=9)
    for ax in (left, vector):
        ax.set(xticks=[], yticks=[])
    bars.bar(range(10), outputs, color=[style.ORANGE if c == outputs.argmax() else style.BLUE for c in range(10)])
    bars.set(xticks=range(10), ylim=(0, 1.05), xlabel="digit", ylabel="output")
    bars.spines[["top", "right"]].set_visible(False)
    bars.set_title("ten outputs, one per digit: the largest one is the answer", fontsize=9)
    return left, vector, bars


def loops():
    """Digits with no loop, one, two, and an open one, their white regions coloured; returns the Axes."""
    from scipy import ndimage

    bundled = load("digits")
    colours = ListedColormap(["0.2", "#E69F00", "white"])
    _, many = plt.subplots(1, 4, figsize=(7.2, 2.1), layout="constrained")
    for ax, (digit, regions) in zip(many, ((9, 2), (6, 2), (8, 3), (9, 1)), strict=True):
        for image in bundled.x_train[bundled.t_train == digit][3:, 0]:
            large = ndimage.zoom(image.astype(float), 3, order=1)
            white, n = ndimage.label(~np.pad(large > 0.4 * large.max(), 1))
            if n == regions and all(np.count_nonzero(white == k) > 6 for k in range(1, n + 1)):
                break
        ax.imshow(np.where(white == 0, 0, np.where(white == 1, 2, 1)), cmap=colours, vmin=0, vmax=2)
        ax.set_title(f"{digit}: {('no loop', 'one loop', 'two loops')[regions - 1]}", fontsize=10)
        ax.set(xticks=[], yticks=[])
    return many


def split_vote():
    """A test digit on which the nine nearest neighbours disagree; returns the Figure."""
    bundled = load("digits")
    rows, queries = (a.reshape(len(a), -1) / 255 for a in (bundled.x_train, bundled.x_test))
    split = [votes(bundled.t_train[nearest(rows, q, 9)[0]]) for q in queries]
    query = next(i for i, v in enumerate(split) if v.argmax() == bundled.t_test[i] and v.max() <= 5)
    return neighbour_figure(rows, bundled.t_train, queries[query], 9, truth=bundled.t_test[query])


def stopping():
    """A validation loss, and where a patience of four epochs stops; returns the Axes."""
    loss = np.array([1.9, 1.2, 0.86, 0.71, 0.74, 0.62, 0.57, 0.6, 0.58, 0.63, 0.66, 0.7, 0.73])
    title = "Patience 4: stop four epochs after the best one"
    ax = style.axes(size=(6.2, 3.1), title=title, xlabel="epoch", ylabel="validation loss")
    ax.plot(loss[:11], "o-", color=style.BLUE)
    ax.plot(np.arange(10, 13), loss[10:], "o:", color=style.GREY)
    ax.annotate("best: these weights are kept", (6, 0.57), (5.2, 0.95), arrowprops={"arrowstyle": "->"})
    ax.annotate("stop", (10, 0.66), (10.3, 0.95), arrowprops={"arrowstyle": "->"})
    return ax


def search():
    """Nine settings on a grid and at random: how many learning rates each tries; returns both Axes."""
    rng = np.random.default_rng(3)
    even = np.array([(a, b) for a in (1, 3, 5) for b in (1, 3, 5)]) / 6
    drawn = (np.column_stack([rng.permutation(9), rng.permutation(9)]) + 0.5) / 9
    u, pair = np.linspace(0, 1, 200), style.row(2, size=(3.4, 3.0))
    settings = {"grid: 3 rates tried": even, "random: 9 rates tried": drawn}
    for ax, (name, points) in zip(pair, settings.items(), strict=True):
        style.axes(ax, title=name, xlabel="learning rate (log scale)", ylabel="hidden units")
        ax.plot(u, 1.02 + 0.3 * np.exp(-60 * (u - 0.7) ** 2), color=style.GREEN, label="accuracy by rate")
        ax.vlines(points[:, 0], 0, 1.02, color="0.85", linewidth=1, zorder=0)
        ax.scatter(*points.T, color=style.BLUE, label="tried")
        ax.set(xticks=[], yticks=[], ylim=(0, 1.62))
        ax.legend(frameon=False, fontsize="small", ncols=2, loc="upper left")
    return pair


def stage_maps(**stage):
    """A digit through one stage of filters and pooling; `stage` is as for `viz.stages.stage_maps`.

    Returns the Axes (4, 4).
    """
    digit = images_for_lenet(load("digits").x_test[3:4], mean=0, std=1)[0, 0]
    return stages.stage_maps(digit, stages.edge_filters(), **stage)


def faults():
    """Four trainings under letters, each with one fault of its data: shares read right; returns the Axes (4,)."""
    many = style.row(4, size=(2.6, 2.8), sharey=True)
    for ax, (letter, fault) in zip(many, digit_faults.LETTERS.items(), strict=True):
        ylabel = "share read right" if letter == "A" else None
        learning_curves(digit_faults.run(fault), ax=ax, ylabel=ylabel, title=letter)
    many[0].set_ylim(0, 1.03)
    return many
