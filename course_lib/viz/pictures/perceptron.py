"""The pictures of lesson 01: one neuron, its line, and how it learns from its mistakes."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib import data
from course_lib.topics import perceptron
from course_lib.viz import planes, style


def _clouds():
    """The two separable clouds that most pictures of the lesson show: points (40, 2), labels (40,)."""
    return data.two_clouds(40, margin=0.25, offset=1.0, rng=np.random.default_rng(6))[:2]


def guess_and_learned():
    """The clouds with a guessed line, its mistakes ringed, and with the learned one; returns both Axes."""
    x, t = _clouds()
    found = perceptron.train(perceptron.augment(x), t)[0]
    start = np.array([-0.4, 1.0, 0.25])
    left, right = style.row(2, size=(4.0, 3.8))
    planes.snapshot(x, t, start, ax=left, title="A guess: ringed points are wrong")
    planes.snapshot(x, t, found, ax=right, title="Learned from its mistakes: none is left")
    left.legend(fontsize="small", loc="lower left")
    return left, right


def neuron():
    """The model of a neuron: weighted inputs and a bias are added up, the sum is compared with 0; returns the Axes."""
    _, ax = plt.subplots(figsize=(7.2, 3.0), layout="constrained")
    ax.set(xlim=(-0.3, 7.2), ylim=(-0.45, 3.45), aspect="equal")
    ax.axis("off")
    arrow = {"arrowstyle": "-|>", "color": "black", "shrinkA": 0, "shrinkB": 0}
    rows = [(3.0, "$1$", "$b$"), (2.0, "$x_1$", "$w_1$"), (1.0, "$x_2$", "$w_2$"), (0.0, "$x_d$", "$w_d$")]
    for height, name, weight in rows:
        ax.text(0, height, name, ha="center", va="center", fontsize=14)
        ax.annotate("", (2.75, 1.5 + (height - 1.5) * 0.23), (0.3, height), arrowprops=arrow)
        ax.text(1.35, 1.72 + (height - 1.5) * 0.64, weight, ha="center", color=style.BLUE, fontsize=13)
    ax.text(0, 0.5, "⋮", ha="center", va="center", fontsize=14)
    for middle, name in ((3.2, "Σ"), (5.0, "")):
        ax.add_patch(plt.Circle((middle, 1.5), 0.47, fc="white", ec="black", lw=1.5))
        ax.text(middle, 1.5, name, ha="center", va="center", fontsize=17)
    ax.plot([4.72, 5.0, 5.0, 5.28], [1.3, 1.3, 1.7, 1.7], color=style.RED, lw=2)
    ax.annotate("", (4.53, 1.5), (3.67, 1.5), arrowprops=arrow)
    ax.annotate("", (6.4, 1.5), (5.47, 1.5), arrowprops=arrow)
    ax.text(6.6, 1.5, "$y$", va="center", fontsize=14)
    ax.text(3.2, 0.72, "add up", ha="center")
    ax.text(5.0, 0.72, "compare", ha="center")
    return ax


def normal():
    """The line 3u + 4v = 10 with its normal, and the distances of two points from it; returns the Axes."""
    ax = style.axes(size=(4.6, 4.2), title="Distance is measured along the normal", xlabel="u", ylabel="v")
    ax.set(xlim=(-3.2, 6.2), ylim=(-2, 7.4), aspect="equal")
    w = np.array([-10.0, 3.0, 4.0])
    planes.regions(lambda p: np.where(w[0] + p @ w[1:] < 0, -1, 1), ax=ax)
    planes.line(w, ax=ax, label="3u + 4v - 10 = 0")
    pair = np.array([[2.0, 6.0], [0.0, 0.0]])
    planes.distances(w, pair, ax=ax, color="black", numbers=True)
    ax.scatter(*pair.T, color="black", zorder=5)
    for point, text in zip(pair, ("(2, 6)", "(0, 0)"), strict=True):
        ax.annotate(text, point, xytext=(9, -4), textcoords="offset points")
    ax.text(3.9, 6.5, "score > 0", color=style.BLUE)
    ax.text(-2.8, -1.4, "score < 0", color=style.RED)
    ax.legend(loc="upper left", fontsize="small")
    return ax


def plane():
    """Two classes in space, and the plane between them with its unit normal; returns the Axes."""
    cloud, label, w = data.two_clouds(24, margin=0.4, dim=3, spread=0.6, rng=np.random.default_rng(4))
    ax = plt.figure(figsize=(5.0, 4.2), layout="constrained").add_subplot(projection="3d")
    planes.plane(w, ax=ax, half=1.8)
    for value, color, marker in ((-1, planes.MINUS, "s"), (1, planes.PLUS, "o")):
        ax.scatter(*cloud[label == value].T, color=color, marker=marker, s=28, depthshade=False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", zlabel="$x_3$")
    ax.set_title("In 3-D: a plane and its unit normal", y=0.96)
    ax.view_init(elev=18, azim=-35)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_major_locator(plt.MaxNLocator(4))
    return ax


def three_lines():
    """Three settings of the line's explorer, angle of the normal and offset, with their mistakes; returns the Axes."""
    x, t = _clouds()
    many = style.row(3, size=(3.5, 3.5))
    for ax, (angle, offset) in zip(many, ((0, 0.5), (60, 0.5), (60, 1.0)), strict=True):
        w = np.array([-offset, np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        errors = np.count_nonzero(t * (perceptron.augment(x) @ w) <= 0)
        title = f"normal at {angle}°, offset {offset}: {errors} wrong"
        planes.snapshot(x, t, w, ax=ax, feet=True, title=title)
    return many


def unbounded():
    """The sum of scores over all samples and over the mistakes, as the weights are stretched; returns the Axes."""
    x, t = _clouds()
    line, stretch = np.array([0.0, 0.5, 0.87]), np.linspace(0, 6, 50)
    right = t[:, None] * (perceptron.augment(x) @ np.outer(line, stretch))
    title = "Over all samples the sum falls without end"
    ax = style.axes(size=(5.4, 3.4), title=title, xlabel=r"stretch of $\tilde{w}$", ylabel="sum")
    ax.axhline(0, color=style.GREY, lw=0.8)
    ax.plot(stretch, -right.sum(0), color=style.RED, ls="--", label="over all samples")
    ax.plot(stretch, -np.minimum(right, 0).sum(0), color=style.BLUE, label="over the misclassified (E)")
    ax.legend(frameon=False)
    return ax


def learning():
    """The line after some of the updates of the perceptron rule, and what it still gets wrong; returns the Axes."""
    x, t = _clouds()
    x1, w, path = perceptron.augment(x), np.zeros(3), []
    while np.any(t * (x1 @ w) <= 0):
        for sample, label in zip(x1, t, strict=True):
            if label * (w @ sample) <= 0:
                w = w + label * sample
                path.append(w)
    _, many = plt.subplots(2, 3, figsize=(9.6, 6.4), layout="constrained")
    for ax, number in zip(many.flat, [1, 2, 5, 6, 9, len(path)], strict=True):
        planes.snapshot(x, t, path[number - 1], ax=ax)
        wrong = np.count_nonzero(t * (x1 @ path[number - 1]) <= 0)
        ax.set_title(f"after {number} update{'s' * (number > 1)}: {wrong} wrong", loc="left", fontsize="medium")
        ax.set(xlabel="", ylabel="")
    return many


HIDDEN, BOTH_ON = np.array([[-0.5, 1.0, 1.0], [1.5, -1.0, -1.0]]), np.array([-1.5, 1.0, 1.0])  # OR, NAND; AND


def _hidden_layer(x):
    return np.column_stack([perceptron.fire(w, x) for w in HIDDEN])


def xor():
    """Exclusive or by two lines, and the same as two hidden neurons see it, by one; returns both Axes."""
    corners, labels = perceptron.corners(2), np.array([0, 1, 1, 0])
    left, right = style.row(2, size=(4.2, 4.0))
    titles = ("Two lines, and the strip between", "Hidden neurons: one line is enough")
    for ax, title in zip((left, right), titles, strict=True):
        style.axes(ax, title=title)
        ax.set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), aspect="equal")
    planes.regions(lambda x: perceptron.fire(BOTH_ON, _hidden_layer(x)), ax=left)
    planes.points(corners, labels, ax=left, size=90)
    for w, color, name in zip(HIDDEN, (style.PURPLE, style.GREEN), ("p OR q", "p NAND q"), strict=True):
        planes.line(w, ax=left, color=color, label=name)
    left.set(xlabel="p", ylabel="q")
    left.legend(fontsize="small", loc="upper left", ncols=2)
    planes.regions(lambda x: perceptron.fire(BOTH_ON, x), ax=right)
    planes.points(_hidden_layer(corners), labels, ax=right, size=90)
    planes.line(BOTH_ON, ax=right)
    right.set(xlabel="p OR q", ylabel="p NAND q")
    for text, corner, shift in (("01 and 10", (1, 1), (-22, 9)), ("00", (0, 1), (-20, -4)), ("11", (1, 0), (8, -4))):
        right.annotate(text, corner, xytext=shift, textcoords="offset points", fontsize=9)
    return left, right


EVENTS = [
    (1943, "McCulloch, Pitts:\nneurons as logic", 1),
    (1949, "Hebb:\nlearning", -1),
    (1958, "Rosenblatt:\nperceptron", 1),
    (1960, "Widrow, Hoff:\ndelta rule", -1),
    (1969, "Minsky, Papert:\nlimits", 1),
    (1982, "Hopfield:\nmemory", -1),
    (1986, "back-\npropagation", 1),
    (1992, "support vector\nmachines", -1),
    (2006, "deep belief\nnets", 1),
    (2012, "AlexNet", -1),
]


def timeline():
    """Seventy years of neural networks on a line, the two winters shaded; returns the Axes."""
    ax = style.axes(size=(9.6, 2.9))
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set(xlim=(1938, 2017), ylim=(-1.75, 1.75), yticks=[], xticks=[])
    for begin, end, name in ((1969, 1982, "first winter"), (1995, 2006, "second winter")):
        ax.axvspan(begin, end, color=style.SKY, alpha=0.25, lw=0)
        ax.text((begin + end) / 2, -1.55, name, ha="center", fontsize=9, style="italic")
    ax.axhline(0, color="black", lw=1.5)
    for year, text, side in EVENTS:
        ax.plot([year, year], [0, 0.45 * side], color=style.GREY, lw=1)
        ax.plot(year, 0, "o", color=style.BLUE, ms=6)
        ax.text(year, 0.52 * side, text, ha="center", va="bottom" if side > 0 else "top", fontsize=8.5)
        ax.text(year, -0.13 * side, year, ha="center", va="top" if side > 0 else "bottom", fontsize=8)
    return ax
