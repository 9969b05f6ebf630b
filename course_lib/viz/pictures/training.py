"""The pictures of lesson 07: signals through deep stacks, whitening, dropout, augmented images."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.data import augment, datasets
from course_lib.topics import training_faults, whitening
from course_lib.viz import reconstruction, signals, style
from course_lib.viz.curves import learning_curves

DEVIATIONS = {"0.01·randn": 0.01, "Xavier": 0.1, "MSR": np.sqrt(2 / 100)}
LONG = dict(zip(("0.01·randn", "Xavier: randn/√n", "MSR: randn·√(2/n)"), DEVIATIONS.values(), strict=True))


def _stacks(deviations):
    return {name: signals.deep_stack(s, rng=np.random.default_rng(0)) for name, s in deviations.items()}


def spread_by_depth():
    """The spread of activations and gradients through twenty layers, three ways to start; returns both Axes."""
    pair = style.row(2, size=(4.6, 3.3))
    signals.spread_curves(_stacks(LONG), pair=pair)
    return pair


def spread_at_first():
    """The same for weights too small and for the right size only, which is not yet named; returns both Axes."""
    pair = style.row(2, size=(4.6, 3.3))
    signals.spread_curves(_stacks({"0.01·randn": 0.01, "the right size": DEVIATIONS["MSR"]}), pair=pair)
    return pair


def histograms_by_depth():
    """The activations of five of the layers as histograms; returns the Figure."""
    figure = plt.figure(figsize=(9.2, 4.2), layout="constrained")
    signals.layer_histograms(_stacks(DEVIATIONS), limits=(0, 2), figure=figure)
    return figure


def signal():
    """The signal explorer with tanh and weights too large; returns the Figure."""
    figure = plt.figure(figsize=(9.0, 4.4), layout="constrained")
    signals.signal_picture(3.0, "tanh", figure=figure)
    return figure


def whitened():
    """A cloud raw, centred, decorrelated, white; returns the Axes."""
    rng = np.random.default_rng(4)
    raw = rng.normal(size=(300, 2)) @ np.array([[2.2, 1.1], [0.0, 0.5]]) + np.array([5.0, 4.0])
    mean, axes, variances = whitening.principal_axes(raw)
    turned = (raw - mean) @ axes.T
    white = turned / np.sqrt(variances)
    steps = {"raw": raw, "centred": raw - mean, "decorrelated": turned, "scaled: white": white}
    many = style.row(4, size=(2.4, 2.4))
    for ax, (title, x) in zip(many, steps.items(), strict=True):
        style.axes(ax, title=title)
        ax.axhline(0, color=style.GREY, lw=0.8)
        ax.axvline(0, color=style.GREY, lw=0.8)
        ax.scatter(*x.T, s=6, c=np.arctan2(*white.T), cmap="twilight")
        ax.set(xlim=(-8, 12), ylim=(-7, 9), aspect="equal", xticks=(), yticks=())
    return many


def patches():
    """Patches of photographs: their principal axes, some of them, the same whitened, the filters; returns the Axes."""
    rng, sample = np.random.default_rng(0), []
    for name in reconstruction.PHOTOS:
        photo = reconstruction.photo(name, 400) / 255
        sample += [photo[i : i + 12, j : j + 12].ravel() for i, j in rng.integers(0, 388, size=(3000, 2))]
    sample = np.array(sample)
    mean, axes, _ = whitening.principal_axes(sample)
    _, matrix = whitening.whitening(sample, kind="zca", epsilon=1e-3)
    some = sample[np.argsort(-sample.var(axis=1))[100:2500:200]]
    rows = [
        ("principal axes", axes[:12], True),
        ("patches", some, False),
        ("the same, ZCA", (some - mean) @ matrix.T, False),
        ("rows of ZCA", matrix.reshape(12, 12, 144)[5, :], True),
    ]
    _, grid = plt.subplots(4, 12, figsize=(9.4, 3.5), layout="constrained")
    for row, (name, many, signed) in zip(grid, rows, strict=True):
        for ax, patch in zip(row, many, strict=True):
            reach = np.abs(patch).max()
            kind = {"cmap": "RdBu_r", "vmin": -reach, "vmax": reach} if signed else {"cmap": "gray"}
            ax.imshow(patch.reshape(12, 12), **kind)
            ax.set(xticks=(), yticks=())
            ax.spines[:].set_visible(False)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return grid


def dropout():
    """A small network whole, and with one draw of dropout; returns both Axes."""
    sizes, gone = (4, 6, 6, 3), {(1, 1), (1, 4), (2, 0), (2, 3)}
    spots = {(k, i): (k, i - (n - 1) / 2) for k, n in enumerate(sizes) for i in range(n)}
    pair = style.row(2, size=(3.6, 2.6))
    for ax, dropped, title in zip(pair, (set(), gone), ("all units", "one draw of dropout"), strict=True):
        ax.set_title(title, loc="left", fontsize="medium")
        ax.set(xlim=(-0.4, 3.4), ylim=(-3.1, 3.1))
        ax.axis("off")
        for a, p in spots.items():
            for b, q in spots.items():
                if b[0] == a[0] + 1 and not {a, b} & dropped:
                    ax.plot(*zip(p, q, strict=True), color=style.GREY, lw=0.6, zorder=1)
        for a, p in spots.items():
            ax.scatter(*p, s=110, color="white" if a in dropped else style.BLUE, edgecolor="0.4", zorder=2)
            if a in dropped:
                ax.scatter(*p, s=70, marker="x", color=style.RED, zorder=3)
    return pair


def augmented():
    """One digit changed in five ways, the last of which makes another sign of it; returns the Axes."""
    rng = np.random.default_rng(3)
    digits = datasets.load("digits")
    one = digits.x_train[digits.t_train == 3][:1] / 255
    padded = np.pad(one, ((0, 0), (0, 0), (1, 1), (1, 1)))
    changed = {
        "as it is": one,
        "shifted": augment.window(padded, np.array([0]), np.array([2]), (8, 8)),
        "turned": augment.rotate(one, rng=rng, degrees=30.0),
        "brighter": np.clip(one * 1.6, 0, 1),
        "noisy": np.clip(augment.noise(one, rng=rng, std=0.15), 0, 1),
        "mirrored: no 3": one[..., ::-1],
    }
    many = style.row(6, size=(1.5, 1.7))
    for ax, (name, image) in zip(many, changed.items(), strict=True):
        ax.imshow(image[0, 0], cmap="gray", vmin=0, vmax=1)
        ax.set_title(name, fontsize=9, color=style.RED if "no 3" in name else "black")
        ax.set(xticks=(), yticks=())
        if "no 3" in name:
            ax.spines[:].set(color=style.RED, linewidth=3)
    return many


def faults():
    """Four trainings under letters, each with one fault: training loss and validation loss twice; the Axes (4,)."""
    many = style.row(4, size=(2.7, 2.9), sharey=True)
    for ax, (letter, (_, settings)) in zip(many, training_faults.LETTERS.items(), strict=True):
        ylabel = "cross-entropy" if letter == "A" else None
        learning_curves(training_faults.run(**settings), ax=ax, ylabel=ylabel, title=letter)
    many[0].set_ylim(0, 3)
    return many


def norm_graph():
    """Batch norm of one feature as a graph of small steps; what is used twice has two arrows. Returns the Axes."""
    places = {
        "x": (0, 0),
        "mean": (1, 1),
        "c": (2, 0),
        "square,\nmean: v": (3, 1),
        "r": (4.2, 1),
        "$\\hat{x}$": (5.2, 0),
    }
    places |= {"γ": (5.2, -1), "times": (6.3, 0), "β": (6.3, -1), "y": (7.4, 0)}
    arrows = "x>mean mean>c x>c c>v c>n v>r r>n n>times γ>times times>y β>y"
    short = {"v": "square,\nmean: v", "n": "$\\hat{x}$"}
    ax = style.axes(size=(8.6, 2.8), title="x and c are used twice, r by all m samples")
    boxes = {}
    for name, (across, up) in places.items():
        edge = style.BLUE if name in "xγβ" else "0.3"
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": edge}
        boxes[name] = ax.text(across, up, name, ha="center", va="center", fontsize=10, bbox=box).get_bbox_patch()
    for arrow in arrows.split():
        begin, end = (short.get(name, name) for name in arrow.split(">"))
        way = {"arrowstyle": "->", "color": style.GREY, "shrinkA": 3, "shrinkB": 3}  # from edge to edge of the boxes
        ax.annotate("", places[end], places[begin], arrowprops=way | {"patchA": boxes[begin], "patchB": boxes[end]})
    ax.set(xlim=(-0.5, 7.9), ylim=(-1.5, 1.7))
    ax.set_axis_off()
    return ax
