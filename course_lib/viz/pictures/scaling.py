"""The pictures of lesson 18: workers, what travels round the ring, number formats, loading beside computing, faults."""

import numpy as np

from course_lib.topics.worker_runs import LETTERS, digit_sets, train_workers
from course_lib.viz import scaling, style
from course_lib.viz.curves import learning_curves


def opening(workers=4):
    """Workers on a ring, each with its rows of the batch and the same weights; gradients go round. Returns the Axes."""
    ax = style.axes(size=(6.2, 4.2), title="One batch, four workers, one gradient")
    turn = np.pi / 2 - 2 * np.pi * np.arange(workers) / workers
    places = np.column_stack([1.55 * np.cos(turn), np.sin(turn)])
    for k, (x, y) in enumerate(places):
        color = style.COLORS[k]
        box = {"boxstyle": "round,pad=0.5", "fc": color, "ec": "none", "alpha": 0.25}
        ax.text(
            x,
            y,
            f"worker {k}\nall weights\nrows {k}, {k + workers}, {k + 2 * workers} ...",
            ha="center",
            va="center",
            bbox=box,
        )
        arrow = {
            "arrowstyle": "-|>",
            "color": style.GREY,
            "lw": 2,
            "shrinkA": 44,
            "shrinkB": 44,
            "connectionstyle": "arc3,rad=-0.25",
        }
        ax.annotate("", places[(k + 1) % workers], (x, y), arrowprops=arrow)
    ax.text(0, 0, "gradients", ha="center", va="center", color=style.GREY)
    ax.set(xlim=(-2.5, 2.5), ylim=(-1.5, 1.5))
    ax.set_axis_off()
    return ax


def ring(workers=4):
    """What each worker holds of each piece in every step of a ring all-reduce, as counts of summands. The Axes."""
    held = np.ones((workers, workers), dtype=int)
    many = style.row(2 * workers - 1, size=(1.5, 1.75))
    for step, ax in enumerate(many):
        title = "start" if step == 0 else f"after s = {step - 1}: {'add' if step < workers else 'copy'}"
        ax.imshow(held, cmap="Blues", vmin=0, vmax=workers + 1)
        for i, j in np.ndindex(workers, workers):
            ax.text(j, i, held[i, j], ha="center", va="center", color="white" if held[i, j] > workers / 2 else "black")
        ax.set_title(title, fontsize="small")
        ax.set_xticks([])
        ax.set_yticks(range(workers) if step == 0 else [])
        moved = [(i, (i - step) % workers) for i in range(workers)]
        before = held.copy()
        for i, j in moved:
            there = (i + 1) % workers
            held[there, j] = before[there, j] + before[i, j] if step < workers - 1 else before[i, j]
    many[0].set(xlabel="piece", ylabel="worker")
    return many


def formats():
    """Which sizes of numbers float32, float16 and bfloat16 can hold, on one axis, and where gradients lie; the Axes."""
    ax = style.axes(
        size=(7.0, 2.5), title="Small gradients fall below float16", xlabel="size of the number, as a power of ten"
    )
    spans = {"float32": (-126, 128, -149), "bfloat16": (-126, 128, -133), "float16": (-14, 16, -24)}
    for k, (low, high, least) in enumerate(spans.values()):
        low, high, least = (np.log10(2.0) * e for e in (low, high, least))
        ax.barh(-k, high - low, left=low, height=0.5, color=style.COLORS[k])
        ax.barh(-k, low - least, left=least, height=0.5, color=style.COLORS[k], alpha=0.35)
    ax.axvspan(-9, -2, color=style.GREY, alpha=0.25, lw=0)
    ax.text(-5.5, 0.42, "typical gradients", ha="center", va="bottom", fontsize="small")
    ax.set(yticks=[0, -1, -2], yticklabels=list(spans), ylim=(-2.5, 0.95))
    return ax


def overlap(load=1.0, compute=1.4, batches=4):
    """Loading and computing one after the other, and side by side; returns both Axes.

    So many `batches`, each of which takes `load` and `compute` seconds.
    """
    both = load + compute
    apart = {
        "load": [(i * both, load) for i in range(batches)],
        "compute": [(i * both + load, compute) for i in range(batches)],
    }
    longer = max(load, compute)
    beside = {
        "load": [(0 if i == 0 else load + (i - 1) * longer, load) for i in range(batches)],
        "compute": [(load + i * longer, compute) for i in range(batches)],
    }
    many = style.row(2, size=(5.0, 1.5))
    scaling.lanes(apart, ax=many[0], title="one thread", end=batches * both)
    scaling.lanes(beside, ax=many[1], title="batches made ahead", end=batches * both)
    return many


def faults():
    """Four runs of eight workers under letters, each with a fault: training and validation loss. The Axes (4,)."""
    x, t, *judge = digit_sets()
    many = style.row(4, size=(2.9, 2.8))
    for ax, (letter, how) in zip(many, LETTERS.items(), strict=True):
        losses = train_workers(x, t, judge=judge, seed=2, **how)
        learning_curves({n: np.minimum(v, 5) for n, v in losses.items()}, ax=ax, xlabel="step", title=letter)
        ax.set_ylim(0, 5)
    return many
