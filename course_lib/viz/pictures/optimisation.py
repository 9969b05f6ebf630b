"""The pictures of lesson 06: paths down a loss, the noise of small batches, and learning rates over time."""

import numpy as np

from course_lib import data
from course_lib.optim import schedules
from course_lib.optim.steps import follow, momentum_step, sgd_step
from course_lib.topics import optimiser_faults
from course_lib.viz import descents, style
from course_lib.viz.curves import learning_curves
from course_lib.viz.landscape import landscape


def races(grounds, *, size, title):
    """A hundred steps of all optimisers on each of the `grounds`, Axes of `size` inches; returns the Axes.

    `title` names a ground where it says {}.
    """
    many = style.row(len(grounds), size=size)
    for k, (ax, ground) in enumerate(zip(many, grounds, strict=True)):
        walked = descents.remembered(ground, 100, 1.0)
        descents.race(ground, walked, ax=ax, title=title.format(ground), legend=k == 0)
    return many


def noise():
    """Three epochs of the whole batch, of batches of 8, of single samples, on one loss; returns the Axes."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(64, 2)) * [1.0, 0.7]
    t = x @ [1.0, -0.8] + 0.5 * rng.normal(size=64)

    def loss(u, v):
        return np.mean((np.multiply.outer(u, x[:, 0]) + np.multiply.outer(v, x[:, 1]) - t) ** 2, axis=-1) / 2

    best = np.linalg.lstsq(x, t, rcond=None)[0]
    titles = {64: "batch: all 64 samples", 8: "mini-batches of 8", 1: "stochastic: one sample"}
    many = style.row(3, size=(3.4, 3.3))
    for ax, (size, title) in zip(many, titles.items(), strict=True):
        w, path, rng = np.array([-1.0, 0.9]), [], np.random.default_rng(1)
        for _ in range(3):
            for rows, labels in data.batches(x, t, size=size, rng=rng):
                path.append(w)
                w = w - 0.15 * rows.T @ (rows @ w - labels) / len(labels)
        landscape(loss, x=(-1.4, 1.6), y=(-1.6, 1.3), paths={"3 epochs": [*path, w]}, minimum=best, ax=ax, title=title)
    return many


def particle():
    """Momentum on a constant slope, and in a ravine beside plain descent; returns both Axes."""
    left, right = style.row(2, size=(4.4, 3.4))
    style.axes(left, title="A particle on a constant slope", xlabel="step", ylabel="length, in plain steps")
    for mu, color, dash in ((0.5, style.GREEN, ":"), (0.9, style.BLUE, "-"), (0.98, style.RED, "--")):
        path = follow(momentum_step, np.zeros(1), np.zeros(1), lambda w: -np.ones(1), 1.0, 100, mu=mu)[0]
        left.plot(np.arange(1, 101), np.diff(path[:, 0]), color=color, ls=dash, label=f"$\\mu$ = {mu}")
    left.set(yscale="log", yticks=(1, 2, 10, 50), yticklabels=("1", "2", "10", "50"))
    left.legend(frameon=False, loc="upper left", fontsize="small")
    bend, begin = np.array([1.0, 50.0]), np.array([-2.0, 0.6])
    paths = {
        "plain, 30 steps": follow(sgd_step, begin, None, lambda w: bend * w, 0.037, 30)[0],
        "momentum, 30 steps": follow(momentum_step, begin, np.zeros(2), lambda w: bend * w, 0.012, 30, mu=0.8)[0],
    }
    landscape(lambda u, v: (u**2 + 50 * v**2) / 2, x=(-2.2, 0.5), y=(-0.8, 0.8), paths=paths, minimum=(0, 0), ax=right)
    right.set_title("In a ravine", loc="left", fontsize="medium")
    return left, right


def lookahead():
    """A particle's place before and after a step of Nesterov, and the place ahead of each; returns the Axes."""
    mu, v, g = 0.6, np.array([-2.0, -0.7]), np.array([-0.6, 1.5])
    p, after = np.zeros(2), mu * v + g
    spots = {"p": p, "w": p - mu * v, "new p": p - after, "new w": p - after - mu * after}
    ax = style.axes(size=(5.6, 3.0), title="Nesterov asks ahead of the particle")
    for name, (x, y) in spots.items():
        own = name.endswith("p")
        ax.plot(x, y, "o", ms=9, color=style.GREY if own else style.BLUE)
        ax.annotate(name, (x, y), (-14, 8) if name == "p" else (10, 2), textcoords="offset points")
    arrows = [
        ("p", "w", "$-\\eta\\mu v$", style.GREY, (-4, 8)),
        ("p", "new p", "$-\\eta\\,$new $v$", style.GREY, (-26, -14)),
        ("new p", "new w", "$-\\eta\\mu\\,$new $v$", style.GREY, (-26, -16)),
        ("w", "new w", "?", style.RED, (10, 4)),
    ]
    for start, end, text, color, aside in arrows:
        how = {"arrowstyle": "-|>", "color": color, "ls": ":" if text == "?" else "-", "lw": 1.5, "shrinkA": 6}
        ax.annotate("", spots[end], spots[start], arrowprops=how | {"shrinkB": 6})
        middle = (spots[start] + spots[end]) / 2
        ax.annotate(text, middle, aside, textcoords="offset points", ha="center", color=color)
    ax.set(xlim=(-0.5, 3.6), ylim=(-2.2, 1.2), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _on_demand(steps):
    """The rates of a Plateau that is told a noisy loss falling more slowly the smaller the rate."""
    plateau, rng, level, seen = schedules.Plateau(0.1, factor=0.5, patience=6), np.random.default_rng(2), 1.0, []
    for _ in steps:
        seen.append(plateau(0))
        level -= 0.03 * plateau(0) * level / 0.1
        plateau.report(level + 0.35 * plateau(0) * rng.normal())
    return seen


def rates():
    """Five learning-rate schedules over a hundred epochs; returns both Axes."""
    steps = np.arange(100)
    plans = {
        "stairs": [schedules.stairs(0.1, 30, 0.5)(k) for k in steps],
        "exponential": [schedules.exponential(0.1, np.exp(-0.03))(k) for k in steps],
        "on demand": _on_demand(steps),
        "cosine": [schedules.cosine(0.1, 100)(k) for k in steps],
        "warm-up, then cosine": [schedules.warm_up(schedules.cosine(0.1, 100), 10, 0.01)(k) for k in steps],
    }
    left, right = style.row(2, size=(4.4, 3.0))
    for ax, names in ((left, ("stairs", "exponential", "on demand")), (right, ("cosine", "warm-up, then cosine"))):
        style.axes(ax, xlabel="epoch", ylabel="learning rate")
        for name, color, dash in zip(names, (style.BLUE, style.RED, style.GREEN), ("-", "--", ":"), strict=False):
            walk = "steps-post" if name in ("stairs", "on demand") else "default"
            ax.plot(steps, plans[name], color=color, ls=dash, lw=2, label=name, drawstyle=walk)
        ax.legend(frameon=False, fontsize="small")
    left.set_title("The lectures' three", loc="left", fontsize="medium")
    right.set_title("Two newer ones", loc="left", fontsize="medium")
    return left, right


def faults():
    """Four runs of Adam under letters, each with one fault, beside the healthy one; returns the Axes (4,)."""
    many, healthy = style.row(4, size=(2.6, 2.8), sharey=True), optimiser_faults.run(**optimiser_faults.HEALTHY)
    for ax, (letter, (_, change)) in zip(many, optimiser_faults.LETTERS.items(), strict=True):
        lines = {"healthy": healthy, f"run {letter}": optimiser_faults.run(**optimiser_faults.HEALTHY | change)}
        ylabel = "loss" if letter == "A" else None
        learning_curves(lines, ax=ax, xlabel="step", ylabel=ylabel, title=letter, log=True)
    many[0].set_ylim(1e-3, 1e3)
    return many
