"""The lecture figures of lesson 07 that train many networks: tables and drawings; each is the whole call of a cell.

`sets` are the digits to train on and to test with, as `course_lib.topics.digit_runs.Sets` names them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from course_lib.topics import digit_runs as runs
from course_lib.topics.digit_runs import Sets
from course_lib.train import mean_and_error, plus_minus
from course_lib.viz import curves, style
from course_lib.viz.lecture import LectureTable, lecture_table


def depth_figure(
    sets: Sets, depths: Sequence[int] = (1, 2, 4, 8, 16), seeds: int = 3, steps: int = 600
) -> LectureTable:
    """F29: the final training loss by depth for six starts; draws it, returns the table.

    `depths` are numbers of hidden layers; each is trained for `steps` steps from `seeds` starts.
    """
    rows: list = []
    lines: dict = {}
    band: dict = {}
    for name, start in runs.STARTS.items():
        finals = [[runs.final_loss(sets, depth, start, seed, steps) for seed in range(seeds)] for depth in depths]
        means, band[name] = mean_and_error(finals)
        lines[name] = depths, means
        for depth, final in zip(depths, finals, strict=True):
            setting = f"digits, layers of 50, ReLU, SGD 0.005, momentum 0.9, {steps} steps, {seeds} seeds"
            lecture = ("suffices" if depth == 1 else "fails deep") if name.startswith("0.") else ""
            rows.append((f"{name}, {depth} hidden", lecture, plus_minus(final), setting))
    curves.learning_curves(lines, xlabel="hidden layers", ylabel="final loss", spread=band)
    return lecture_table("F29 · Final training loss by depth and start (ln 10 = 2.303: nothing learned)", rows)


def inputs_figure(seeds: int = 3, most: int = 1500) -> LectureTable:
    """F30: the steps to a target for inputs near 100 and over many magnitudes, prepared in four ways.

    `seeds` starts each, of `most` steps at most. Returns the table.
    """
    rows = []
    for task in runs.two_tasks(np.random.default_rng(0)):
        for name, prepare in runs.PREPARED.items():
            steps = []
            for seed in range(seeds):
                x, t = runs.two_tasks(np.random.default_rng(seed))[task]
                steps.append(runs.steps_to(prepare(x), t, seed, most))
            said = "bad and slow" if name == "raw" else "log(1+x) where magnitudes vary" if "log" in name else ""
            text = ", ".join(f"not in {most}" if s >= most else str(s) for s in steps)
            setting = f"10 inputs, 20 ReLU units, 2 classes, loss below 0.1, best of 8 rates, {seeds} seeds"
            rows.append((f"{task}: {name}", said, text, setting))
    return lecture_table("F30 · Steps to the target", rows)


def masks_figure(sets: Sets, seeds: int = 4, counts: tuple[int, ...] = (1, 10, 100, 1000)) -> LectureTable:
    """F31: weight scaling against averages over dropout masks.

    `seeds` networks, and averages over so many masks as `counts` says. Returns the table.
    """
    measured = [runs.mask_averages(sets, seed, counts) for seed in range(seeds)]
    setting = f"300 digits, 64-100-100-10, p = 0.5, {seeds} seeds, test loss and error"
    ours = f"largest difference {runs.all_masks():.0e}"
    rows = [("softmax layer, all 256 masks", "", ours, "geometric mean against scaling")]
    for name in measured[0]:
        loss, error = (plus_minus([run[name][k] for run in measured], 4) for k in (0, 1))
        said = "averages an exponential ensemble" if name == "weight scaling" else ""
        rows.append((name, said, f"loss {loss}, error {error}", setting))
    return lecture_table("F31 · Weight scaling against averaged masks", rows)


def agreement_figure(sets: Sets, draws: int = 1_000_000) -> LectureTable:
    """F23: what the agreement of two classifiers is worth, simulated and with ten real networks.

    `draws` pairs of answers are simulated. Returns the table.
    """
    rows = []
    for classes in (2, 10, 1000):
        rng = np.random.default_rng(classes)  # class 0 is right
        first, second = np.where(rng.random((2, draws)) < 0.3, 0, rng.integers(1, classes, (2, draws)))
        exact = 0.09 / (0.09 + 0.49 / (classes - 1))
        ours = f"{np.mean(first[first == second] == 0):.1%} simulated, {exact:.1%} exact"
        setting = f"independent, 70 % error each, {draws:_} draws".replace("_", " ")
        rows.append((f"{classes} classes", "when they agree they are right", ours, setting))
    weak = np.array([runs.weak_answers(sets, seed) for seed in range(10)])
    answers, sure = weak.argmax(axis=2), weak.max(axis=2)
    right, pairs = answers == sets.t_test, list(itertools.combinations(range(10), 2))
    agree = [right[i][answers[i] == answers[j]].mean() for i, j in pairs]
    alone = right.mean(axis=1)
    both = np.mean([np.mean(~right[i] & ~right[j]) for i, j in pairs]) / np.mean(1 - alone) ** 2
    setting = f"ten 64-30-10 nets, 15 digits each, accuracy alone {plus_minus(alone)}; 45 pairs"
    rows.append(("real networks, right when two agree", "they are right", plus_minus(agree), setting))
    rows.append(("both wrong, against independence", "", f"{both:.2f} times as often", setting))
    for name, which in (("right", right), ("wrong", ~right)):
        confident = plus_minus([s[r].mean() for s, r in zip(sure, which, strict=True)])
        rows.append((f"confidence when {name}", "", confident, setting))
    return lecture_table("F23 · Two weak classifiers that agree", rows)


def ensemble_figure(
    sets: Sets, groups: int = 6, seeds: int = 5, marks: Sequence[int] = (100, 200, 400, 800, 1600, 3200)
) -> LectureTable:
    """F9: ten averaged networks against one, and dropout in long training against its control; draws the latter.

    `groups` groups of ten; dropout's errors are means over `seeds` starts at the steps `marks`, six or more.
    Returns the table.
    """
    alone, together = runs.ten_against_one(sets, groups)
    single = f"300 digits, 64-60-10, 200 steps, {10 * groups} networks"
    rows = [("one network", "", f"test error {plus_minus(alone)}", single)]
    rows.append(("ten averaged", "beat one", f"test error {plus_minus(together)}", f"{groups} groups of ten"))
    setting = f"600 digits, 120 labels wrong, 64-50-50-10, SGD 0.01, momentum 0.9, {seeds} seeds, validation"
    left, right = style.row(2, size=(4.6, 3.4))
    lines, bands = ({}, {}), ({}, {})
    for name, drop in (("control", 0.0), ("dropout 0.2, 0.5, 0.5", 0.5)):
        measured = np.array([runs.longer_training(sets, drop, seed, marks) for seed in range(seeds)])
        for k, (line, band) in enumerate(zip(lines, bands, strict=True)):
            means, band[name] = mean_and_error(measured[:, :, k], axis=0)
            line[name] = marks, means
        for i in (0, 2, 5):
            said = "keeps improving" if drop else "validation error rises"
            ours = f"loss {plus_minus(measured[:, i, 0])}, error {plus_minus(measured[:, i, 1])}"
            rows.append((f"{name}, {marks[i]} steps", said, ours, setting))
    for ax, line, band, name in zip((left, right), lines, bands, ("validation loss", "validation error"), strict=True):
        curves.learning_curves(line, ax=ax, xlabel="step", ylabel=name, spread=band)
        ax.set_xscale("log")
    return lecture_table("F9 · Ten against one, and dropout against its control", rows)
