"""The pictures of lesson 10 that train networks: runs that went wrong, and what a second stage responds to."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.data.datasets import load
from course_lib.nn.containers import Sequential
from course_lib.topics.convnet_runs import LETTERS, run
from course_lib.topics.lenet import images_for_lenet, learn, lenet
from course_lib.viz import stages, style
from course_lib.viz.curves import learning_curves


def faulty_runs(epochs=8):
    """Losses of four faulty runs beside a healthy one, and the sums before the last ReLU; returns the eight Axes.

    Each is trained for `epochs` epochs.
    """
    _, many = plt.subplots(2, 4, figsize=(10.4, 5.0), layout="constrained")
    healthy, healthy_sums = run(epochs=epochs)
    for (top, bottom), (letter, fault) in zip(many.T, LETTERS.items(), strict=True):
        losses, sums = run(fault, epochs=epochs)
        style.axes(top, title=letter)
        learning_curves({"healthy": healthy, letter: losses}, ax=top, title=letter, ylabel="training loss")
        top.set_ylim(0, 3.2)
        _sums(bottom, {"healthy": healthy_sums, letter: sums})
    return many


def _sums(ax, named):
    style.axes(ax, xlabel="sums before the last ReLU", ylabel="share of all")
    for (name, sums), color in zip(named.items(), style.COLORS, strict=False):
        edges = np.linspace(-12, 12, 49)
        ax.hist(
            np.clip(sums, -12, 12),
            edges,
            weights=np.full(len(sums), 1 / len(sums)),
            color=color,
            alpha=0.55,
            label=name,
        )
    ax.axvline(0, color=style.GREY, lw=1, ls=":")
    ax.legend(frameon=False, fontsize="small")


def second_stage(epochs=8):
    """Pieces of digits that excite filters of a trained LeNet's second stage most, a row each; returns the Figure.

    It was trained for `epochs` epochs on the bundled digits.
    """
    bundled = load("digits")
    rng = np.random.default_rng(0)
    model = lenet(rng=rng)
    for _ in learn(model, images_for_lenet(bundled.x_train), bundled.t_train, epochs=epochs, rng=rng):
        pass
    x = images_for_lenet(bundled.x_test)
    with no_grad():
        maps = Sequential(*model.layers[:4])(Tensor(x)).data
    return stages.exciting(maps, x, field=14, jump=2)
