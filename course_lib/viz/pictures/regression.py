"""The pictures of lesson 15: what is regressed, verified and found; thresholds; a chain of boxes; runs with a fault."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.data.faces import faces, persons
from course_lib.data.hands import BONES, hands
from course_lib.data.scenes import poses
from course_lib.data.streets import streets
from course_lib.topics import pose
from course_lib.viz import figures, verification
from course_lib.viz.style import BLUE, GREY, GREYS, ORANGE, axes, row

RUNS = {  # letter -> settings of `pose.small_run` and the seed
    "A": ({"images": 25, "drop": 0.0}, 0),
    "B": ({"rate": 0.3}, 1),
    "C": ({"rate": 0.002}, 0),
    "D": ({"drop": 0.5, "rate": 0.06}, 4),
    "E": ({"images": 40, "mixed_up": True, "drop": 0.0}, 2),
}


def opening():
    """A figure with its joints, two pairs of faces, a street with boxes; returns the Figure."""
    figure = plt.figure(figsize=(9.6, 2.9), layout="constrained")
    grid = figure.add_gridspec(2, 5, width_ratios=[2.2, 0.15, 1, 1, 3.4])
    depth, _, joints = poses(3, size=96, rng=np.random.default_rng(5))
    figures.joints_on(depth[2, 0], joints[2, 0], ax=figure.add_subplot(grid[:, 0]), title="where are the joints?")
    photos, _ = faces(persons(3, rng=np.random.default_rng(3)), 2, size=48, rng=np.random.default_rng(4))
    for line, (pair, told) in enumerate((((0, 1), "the same person?"), ((2, 4), "and these two?"))):
        for column, k in enumerate(pair):
            ax = figure.add_subplot(grid[line, 2 + column])
            _photo(ax, photos[k, 0], told if column == 0 else None)
    scenes, boxes = streets(9, rng=np.random.default_rng(2))
    figures.boxes_on(scenes[7, 0], boxes[7], ax=figure.add_subplot(grid[:, 4]), title="where is everybody?")
    return figure


def _photo(ax, image, title):
    ax.imshow(image, cmap=GREYS, vmin=0, vmax=1)
    if title:
        ax.set_title(title, loc="left", fontsize="medium")
    ax.set_axis_off()


def two_inputs():
    """The same figure as depth image, as grey image and as four grey frames, joints on the first; returns the Axes."""
    depth, grey, joints = poses(4, size=64, frames=4, rng=np.random.default_rng(11))
    many = row(6, size=(1.75, 1.95))
    figures.joints_on(depth[1, -1], joints[1, -1], ax=many[0], title="depth and joints")
    _photo(many[1], grey[1, -1], "grey")
    for k in range(4):
        _photo(many[2 + k], grey[1, k], "four grey frames" if k == 0 else None)
    return many


def six_hands():
    """Six hands as depth images with their joints; returns the Axes."""
    depth, joints = hands(6, size=64, rng=np.random.default_rng(3))
    many = row(6, size=(1.75, 1.95))
    for k, ax in enumerate(many):
        figures.joints_on(depth[k, 0], joints[k, 0], ax=ax, title=None if k else "hands", limbs=BONES)
    return many


def maps():
    """A depth image and the heat maps of three of its joints; returns the Axes."""
    depth, _, joints = poses(2, size=64, rng=np.random.default_rng(8))
    many, units = row(4, size=(2.2, 2.3)), pose.to_units(joints[1], 64)
    figures.joints_on(depth[1, 0], joints[1, 0], ax=many[0], title="a figure")
    for ax, (name, k) in zip(many[1:], {"head": 0, "left hand": 4, "right foot": 10}.items(), strict=True):
        ax.imshow(pose.heat_maps(units, 16, 1.0)[0, k], cmap="cividis")
        ax.set_title(f"map of the {name}", loc="left", fontsize="medium")
        ax.set(xticks=[], yticks=[])
    return many


def people():
    """Six persons, five photographs of each; returns the Axes."""
    photos, _ = faces(persons(6, rng=np.random.default_rng(7)), 5, size=48, rng=np.random.default_rng(7))
    _, grid = plt.subplots(3, 10, figsize=(9.6, 3.1), layout="constrained")
    for k, (ax, image) in enumerate(zip(grid.flat, photos[:, 0], strict=True)):
        _photo(ax, image, f"person {k // 5 + 1}" if k % 5 == 0 else None)
    return grid.ravel()


def threshold():
    """The threshold explorer at rest, on distances drawn from two bells; returns the Figure."""
    rng = np.random.default_rng(0)
    genuine, impostor = np.abs(rng.normal(0.55, 0.22, 600)), np.abs(rng.normal(1.2, 0.25, 4000))
    return verification.threshold_figure(genuine, impostor, 0.85, 0.1)


def chain():
    """Three boxes in a row, each over its neighbour, with their scores; returns the Axes."""
    ax = axes(size=(4.6, 2.3), title="three finds")
    for k, (left, score) in enumerate(((0, 0.9), (3, 0.8), (6, 0.7))):
        color = (BLUE, ORANGE, GREY)[k]
        ax.add_patch(plt.Rectangle((left, 0.25 * k), 12, 8, fill=False, ec=color, lw=2, ls=("-", "--", ":")[k]))
        ax.text(left + 0.3, 8.3 + 0.25 * k, f"{'ABC'[k]}: {score}", color=color)
    ax.set(xlim=(-1, 19), ylim=(-0.5, 10.5), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def rates():
    """Returns the lowest and the highest learning rate of the five runs."""
    found = [settings["rate"] for settings, _ in RUNS.values() if "rate" in settings]
    return min(found), max(found)


def five_runs():
    """Training and validation loss of five runs, each with one fault, under letters; returns the Axes."""
    x, y = pose.small_set(600, rng=np.random.default_rng(0))
    many = row(len(RUNS), size=(1.95, 2.3), sharey=True)
    for ax, (letter, (settings, seed)) in zip(many, RUNS.items(), strict=True):
        (training, validation), _ = pose.small_run(x, y, **settings, rng=np.random.default_rng(seed))
        steps = 10 * np.arange(1, len(training) + 1)
        axes(ax, title=f"run {letter}", xlabel="step")
        ax.axhline(1, color=GREY, lw=1, ls=":")
        ax.plot(steps, training, color=BLUE, label="training")
        ax.plot(steps, validation, color=ORANGE, ls="--", label="validation")
        ax.set(ylim=(0, 2.1))
    many[0].set_ylabel("loss (mean's = 1)")
    many[0].legend(frameon=False, fontsize=8)
    return many
