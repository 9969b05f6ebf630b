"""The pictures of lesson 12 that train networks: deep runs that went wrong."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.topics.deep_runs import LETTERS, run
from course_lib.viz.curves import learning_curves


def faulty_runs(steps=150):
    """Loss, test accuracy and gradients by layer of four faulty runs beside a healthy one; returns the twelve Axes.

    Each has `steps` steps.
    """
    _, many = plt.subplots(3, 4, figsize=(10.4, 7.2), layout="constrained")
    healthy = run(steps=steps)
    every = np.arange(1, len(healthy["loss"]) + 1) * 15
    layers = np.arange(1, len(healthy["gradients"]) + 1)
    for (top, middle, bottom), (letter, fault) in zip(many.T, LETTERS.items(), strict=True):
        found, named = run(fault, steps=steps), ("healthy", letter)
        for ax, what, x in ((top, "loss", every), (middle, "right", every), (bottom, "gradients", layers)):
            lines = {name: (x, values[what]) for name, values in zip(named, (healthy, found), strict=True)}
            learning_curves(lines, ax=ax, log=what != "right", **LABELS[what])
        top.set_title(letter, loc="left")
        top.set_ylim(0.06, 2000)
        middle.set_ylim(0, 1)
        bottom.set_ylim(0.05, 400)
    return many


LABELS = {
    "loss": {"xlabel": "step", "ylabel": "training loss"},
    "right": {"xlabel": "step", "ylabel": "test digits right"},
    "gradients": {"xlabel": "layer", "ylabel": "gradient before step 1"},
}
