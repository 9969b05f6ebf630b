"""The pictures of lesson 14: a network unrolled, gradients over time, what carries a state, runs that went wrong."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.topics import language, recurrent
from course_lib.viz import recurrent as draw
from course_lib.viz import style
from course_lib.viz.curves import learning_curves

TIMES, UNITS = 60, 48


def folded_and_unrolled(word="time"):
    """A network with a loop, and the same unrolled over a word; returns both Axes."""
    _, (left, right) = plt.subplots(1, 2, figsize=(9.0, 2.9), width_ratios=(1, 4), layout="constrained")
    for ax, letters, title in ((left, ("x",), "with a loop"), (right, tuple(word), "the same, unrolled")):
        ax.set(xlim=(-0.75, len(letters) + 0.1), ylim=(-1.1, 1.5))
        ax.set_axis_off()
        ax.set_title(title, loc="left", fontsize="medium")
        for t, letter in enumerate(letters):
            _cell(ax, t, letter, "" if len(letters) == 1 else f"_{t + 1}")
            if len(letters) > 1:
                ax.annotate("", (t - 0.26, 0.2), (t - 0.74, 0.2), arrowprops=_arrow(style.ORANGE))
        if len(letters) == 1:
            loop = _arrow(style.ORANGE) | {"connectionstyle": "arc3,rad=1.8", "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (0.11, 0.33), (0.11, 0.07), arrowprops=loop)
        else:
            ax.text(-0.72, 0.32, "$h_0$", ha="left", fontsize=10)
    return left, right


def _arrow(color):
    return {"arrowstyle": "->", "color": color, "lw": 2}


def _cell(ax, t, letter, index):
    box = {"boxstyle": "round,pad=0.5", "fc": "#D6E6F2", "ec": style.BLUE}
    ax.text(t, 0.2, f"$h{index}$", ha="center", va="center", bbox=box, fontsize=11)
    ax.annotate("", (t, -0.1), (t, -0.6), arrowprops=_arrow(style.GREY))
    ax.annotate("", (t, 1.05), (t, 0.5), arrowprops=_arrow(style.GREY))
    ax.text(t, -0.9, letter, ha="center", va="center", fontsize=12)
    ax.text(t, 1.25, f"$y{index}$", ha="center", va="center", fontsize=11)


def eigenvalues():
    """The same rotation times 0.9, 1 and 1.5, without tanh and with it: gradients over time; returns both Axes."""
    pair = style.row(2, size=(4.5, 3.3))
    for ax, squash in zip(pair, (False, True), strict=True):
        curves = {f"all eigenvalues of size {r:g}": _rotated(r, squash) for r in (0.9, 1.0, 1.5)}
        title = "tanh network: what tanh takes comes on top" if squash else "linear network: powers, exactly"
        draw.gradient_curves(curves, ax=ax, title=title)
    for ax in pair:
        ax.set_ylim(1e-4, 1e11)
    return pair


def _rotated(radius, squash, seed=0):
    rng = np.random.default_rng(seed)
    w = radius * np.linalg.qr(rng.normal(size=(UNITS, UNITS)))[0]
    g = rng.normal(size=(8, UNITS))
    if squash:
        x = 0.1 * rng.normal(size=(TIMES, 8, UNITS))
        weights = [np.eye(UNITS), w, np.zeros(UNITS), np.zeros(UNITS)]
        return recurrent.gradient_norms("RNN", x, weights, g)
    norms = [np.linalg.norm(g)]
    for _ in range(TIMES):
        g = g @ w
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])


def gradients_by_cell():
    """Norm of the gradient against time for each cell as the library starts it, five starts each; returns the Axes."""
    curves = {}
    plans = {"RNN": ("RNN", 0), "RNN, orthogonal": ("RNN", 0), "GRU": ("GRU", 0), "LSTM": ("LSTM", 0)}
    plans["LSTM, forget bias 1"] = ("LSTM", 1)
    for name, (kind, forget) in plans.items():
        runs = [_started(kind, forget, "orthogonal" in name, seed) for seed in range(5)]
        curves[name] = np.exp(np.mean(np.log(runs), axis=0))
    ax = style.axes(size=(6.0, 3.7))
    return draw.gradient_curves(curves, ax=ax, title=f"{UNITS} units, weights as they start, mean of five starts")


def _started(kind, forget, orthogonal, seed):
    rng = np.random.default_rng(seed)
    weights = recurrent.start_weights(kind, 8, UNITS, forget=forget, orthogonal=orthogonal, rng=rng)
    norms = recurrent.gradient_norms(kind, rng.normal(size=(TIMES, 8, 8)), weights, rng.normal(size=(8, UNITS)))
    return norms / norms[-1]


def unrolled():
    """An LSTM that has read a word, its gates at the last letter, the gradient all the way back; returns the Axes."""
    return draw.unrolled_step(draw.tell("LSTM", "recurrent"), 9, back=9)


def names_padded():
    """Four names in one array; returns the Axes."""
    return draw.padded_batch(("ada", "beatrice", "noah", "isabel"), title="four sequences, one array")


def faulty_runs():
    """The training curves A, B, C, D, each with one fault, and one without; returns the Axes."""
    many = style.row(4, size=(2.5, 2.6), sharey=True)
    healthy = language.faulty_run(None)
    for ax, letter in zip(many, language.FAULTS, strict=True):
        runs = {"healthy": healthy, f"run {letter}": language.faulty_run(letter)}
        learning_curves(runs, ax=ax, xlabel="step", ylabel="bits a letter" if letter == "A" else None, title=letter)
    many[0].set_ylim(0, 9)
    return many
