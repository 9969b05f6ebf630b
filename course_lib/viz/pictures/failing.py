"""The pictures of lesson 16: attacks, masked gradients, maps that pass or fail, tags, a timed experiment."""

from functools import cache

import numpy as np

from course_lib.data import datasets
from course_lib.data.creatures import KINDS, creatures, tag
from course_lib.topics import attacks, reaction, saliency
from course_lib.viz import failures
from course_lib.viz.style import BLUE, GREEN, GREY, ORANGE, RED, axes, row


@cache
def _digits():
    data = datasets.load("digits")
    x, x_test = ((a / 255).astype(np.float32) for a in (data.x_train, data.x_test))
    return x, data.t_train, x_test, data.t_test


@cache
def _net(eps=0.0):
    x, t, _, _ = _digits()
    rng = np.random.default_rng(0)
    return attacks.learn(attacks.small_net((64, 64, 10), rng=rng), x, t, rng=rng, eps=eps)


def _one(digit):
    """The first test image of a digit that the network reads rightly, and its class."""
    _, _, x, t = _digits()
    k = np.flatnonzero((t == digit) & (attacks.logits(_net(), x).argmax(axis=1) == t))[0]
    return x[k : k + 1], t[k : k + 1]


def opening(digit=3, eps=0.15):
    """A digit, a small change, the same digit read as another; returns the Axes.

    `digit` is which, and `eps` how far a pixel may go.
    """
    return failures.attack_picture(_net(), *_one(digit), eps)


def explorer(digit=8, eps=0.15):
    """The attack explorer on a plain and on a hardened network, one line each; returns the Axes.

    `digit` is which, and `eps` how far a pixel may go. The Axes are (2, 4).
    """
    import matplotlib.pyplot as plt

    _, grid = plt.subplots(2, 4, figsize=(9.4, 5.0), layout="constrained")
    for line, (name, trained) in zip(grid, {"plain": 0.0, "hardened": 0.15}.items(), strict=True):
        failures.attack_picture(_net(trained), *_one(digit), eps, many=line, name=name)
    return grid


def ball():
    """The ball of two pixels with lines of equal loss: one long step, and many short ones; returns the Axes."""
    ax = axes(size=(4.6, 4.2), title="All images within ε of x, for two pixels", xlabel="pixel 1", ylabel="pixel 2")
    a, b = np.meshgrid(np.linspace(0.2, 0.8, 81), np.linspace(0.2, 0.8, 81))

    def loss(p, q):
        return np.exp(-((p - 0.34) ** 2) / 0.03 - (q - 0.58) ** 2 / 0.008)

    ax.contour(a, b, loss(a, b), 14, colors=GREY, linewidths=0.7)
    x, eps, path = np.array([0.49, 0.49]), 0.15, []
    at = x.copy()
    for _ in range(9):
        path.append(at.copy())
        h = 1e-4
        slope = np.array(
            [loss(at[0] + h, at[1]) - loss(at[0] - h, at[1]), loss(at[0], at[1] + h) - loss(at[0], at[1] - h)]
        )
        if len(path) == 1:
            corner = x + eps * np.sign(slope)
        at = np.clip(at + 0.03 * np.sign(slope), x - eps, x + eps)
    path = np.array(path)
    ax.add_patch(_square(x, eps))
    ax.annotate("", corner, x, arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    ax.plot(*path.T, color=BLUE, marker="o", markersize=4, label="many small steps, clipped")
    ax.plot([], [], color=ORANGE, lw=2, label="one step of size ε")
    ax.plot(*x, "o", color="black")
    ax.annotate("x", x, (-12, -4), textcoords="offset points")
    ax.legend(frameon=True, framealpha=0.9, edgecolor="none", fontsize=8, loc="lower left")
    return ax


def _square(x, eps):
    from matplotlib.patches import Rectangle

    return Rectangle(x - eps, 2 * eps, 2 * eps, fill=False, edgecolor=RED, linewidth=2)


def masked():
    """Loss and its slope on the way to an attacked image, plain and with logits a thousandfold; returns both Axes."""
    x, t = _one(3)
    towards = attacks.iterated(_net(), x, t, 0.3, step=0.03, steps=20) - x
    way = np.linspace(0, 1, 101)
    pair = row(2, size=(4.4, 2.9))
    for ax, model, name in zip(pair, (_net(), attacks.loud(_net())), ("plain", "logits times 1000"), strict=True):
        images = (x + way[:, None, None, None] * towards).astype(np.float32)
        labels = np.repeat(t, len(way))
        per_image = attacks.input_gradient(model, images, labels)
        slope = np.abs(per_image).max(axis=(1, 2, 3))
        axes(
            ax,
            title=f"{name}: largest slope by a pixel",
            xlabel="way to the attacked image",
            ylabel="slope of the loss",
        )
        ax.plot(way, slope, color=BLUE)
        wrong = way[attacks.logits(model, images).argmax(axis=1) != t[0]]
        ax.axvspan(wrong.min(), 1, color=RED, alpha=0.15, lw=0)
        ax.text(wrong.min() + 0.02, 0.5, "read wrongly", transform=ax.get_xaxis_transform(), fontsize=8, va="top")
        ax.set_xlim(0, 1)
    return pair


def sanity():
    """Maps of a trained network and of the same with its weights drawn anew, by three methods; returns the Axes."""
    shown = [_one(d) for d in (0, 3, 5, 8)]
    x, t = (np.concatenate(part) for part in zip(*shown, strict=True))
    random = saliency.redrawn(_net(), 2, rng=np.random.default_rng(5))
    rows = {}
    for name, method in saliency.METHODS.items():
        rows[f"{name}, trained"] = method(_net(), x, t)
        rows[f"{name}, random"] = method(random, x, t)
    return failures.maps(x[:, 0], rows, size=0.95)


def dreams():
    """What each class's logit likes best, in a plain and in a hardened network; returns the Axes."""
    import matplotlib.pyplot as plt

    _, grid = plt.subplots(2, 10, figsize=(9.6, 2.1), layout="constrained")
    for line, (name, eps) in zip(grid, {"plain": 0.0, "hardened": 0.15}.items(), strict=True):
        for c, ax in enumerate(line):
            made = saliency.visualise(_net(eps), c, (1, 8, 8), start=0.3)[0, 0]
            failures.bare(ax, made, title=str(c), low=made.min(), high=made.max())
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    return grid


def tagged():
    """Pictures of animals with a photographer's tag in the corner, and others without; returns the Axes."""
    x, t, kinds = creatures(60, noise=0.05, dark=0.0, rng=np.random.default_rng(4))
    shown = np.concatenate([np.flatnonzero(t == 1)[:6], np.flatnonzero(t == 0)[:6]])
    x[t == 1] = tag(x[t == 1])
    many = row(12, size=(0.95, 1.25))

    for ax, k in zip(many, shown, strict=True):
        failures.bare(ax, x[k, 0], title=KINDS[kinds[k]], frame=GREEN if t[k] else GREY)
        ax.title.set_fontsize(8)
    return many


def experiment():
    """The timed experiment without a person: its pictures in order, and simulated reaction times; returns the Axes."""
    import matplotlib.pyplot as plt

    x, t, _ = creatures(reaction.PICTURES, noise=0.05, dark=0.0, rng=np.random.default_rng(42))
    session = reaction.simulated(t, rng=np.random.default_rng(1996))
    figure = plt.figure(figsize=(9.4, 4.6), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(1.35, 2))
    for ax, image in zip(upper.subplots(3, 20).flat, x[:, 0], strict=True):
        failures.bare(ax, image)
    failures.reaction_times(session, ax=lower.subplots())
    return figure.axes
