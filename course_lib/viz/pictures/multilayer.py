"""The pictures of lessons 04 and 05: what hidden units fold, and what depth multiplies."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.topics import loss_runs
from course_lib.viz import deep_folds, folds, style
from course_lib.viz.curves import learning_curves


def folded(w1, b1, w2):
    """The surface that a network of one hidden layer makes, from above and in space; returns the Figure.

    w1 (k, 2), b1 (k,), w2 (k,).
    """
    figure = plt.figure(figsize=(9.0, 4.2), layout="constrained")
    folds.folded(w1, b1, w2, figure=figure)
    return figure


def hinge_and_relu():
    """The hinge, a loss, beside ReLU, an activation; returns both Axes."""
    left, right = style.row(2, size=(3.6, 2.7))
    u = np.linspace(-3, 3, 200)
    style.axes(left, title="Hinge: a loss, at the end", xlabel="score y, for t = +1", ylabel="loss")
    left.plot(u, np.maximum(0, 1 - u), color=style.RED)
    style.axes(right, title="ReLU: an activation, inside", xlabel="a", ylabel="h")
    right.plot(u, np.maximum(0, u), color=style.BLUE)
    for ax in (left, right):
        ax.axhline(0, color=style.GREY, lw=0.8, zorder=0)
    return left, right


def one_by_one(w1, b1, w2):
    """The first unit, the first two, the first three: the surface above, its regions below; returns the Figure.

    w1 (3, 2), b1 (3,), w2 (3,).
    """
    figure = plt.figure(figsize=(10.2, 7.0), layout="constrained")
    for k in (1, 2, 3):
        top = figure.add_subplot(2, 3, k, projection="3d")
        folds.surface(w1[:k], b1[:k], w2[:k], 0.0, ax=top)
        top.view_init(elev=30, azim=-115)  # from elsewhere the first unit's plane is seen edge-on
        count = folds.regions(w1[:k], b1[:k])
        name = f"{k} hyperplane{'s' * (k > 1)}, {count} regions"
        folds.hyperplanes(w1[:k], b1[:k], ax=figure.add_subplot(2, 3, 3 + k), title=name)
    return figure


def ridge(w1, b1, w2):
    """One network with ReLU and with tanh; returns the Figure.

    w1 (k, 2), b1 (k,), w2 (k,).
    """
    figure = plt.figure(figsize=(8.6, 7.4), layout="constrained")
    for part, name in zip(figure.subfigures(2, 1), ("ReLU", "tanh"), strict=True):
        folds.folded(w1, b1, w2, activation=name, figure=part, title=f"a ridge of three parallel lines, {name}")
    return figure


def tents():
    """The tent map composed with itself one to four times: the pieces double; returns the Axes."""
    x = y = np.linspace(0, 1, 1025)
    many = style.row(4, size=(2.4, 2.2))
    for k, ax in enumerate(many, 1):
        y = np.where(y <= 0.5, 2 * y, 2 - 2 * y)
        style.axes(ax, title=f"composed {k}×: {2**k} pieces", xlabel="x")
        ax.plot(x, y, color=style.BLUE)
        ax.set(xticks=(0, 0.5, 1), yticks=(0, 1))
    return many


def folded_twice(first, second):
    """Two layers of two units: the sheet that the first folds, above, and the plane with the bent lines; the Axes.

    `first` and `second` are such networks, one above the other.
    """
    figure = plt.figure(figsize=(8.8, 8.2), layout="constrained")
    for part, layers in zip(figure.subfigures(2, 1), (first, second), strict=True):
        deep_folds.two_layers(layers, figure=part)
    return figure


def faulty_losses():
    """The training losses of runs A to E, each with one fault, beside the healthy one's; returns the Axes."""
    many = style.row(5, size=(2.3, 2.6), sharey=True)
    healthy = loss_runs.loss_run()
    for ax, (letter, fault) in zip(many, loss_runs.FAULTS.items(), strict=True):
        runs = {"healthy": healthy, f"run {letter}": loss_runs.loss_run(fault)}
        learning_curves(runs, ax=ax, xlabel="step", ylabel="loss" if letter == "A" else None, title=letter, log=True)
        ax.axhline(np.log(2), color=style.GREY, ls=":", lw=1, zorder=0)
    many[0].set_ylim(0.02, 1000)
    return many
