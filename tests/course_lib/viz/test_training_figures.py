"""The figures of lesson 07, with hardly any steps: their tables have the lecture's rows, their drawings all runs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.data import datasets, standardise
from course_lib.topics import digit_runs
from course_lib.viz import training_figures


@pytest.fixture
def sets():
    data = datasets.digits()
    x, new = (standardise(a.reshape(-1, 64).astype(np.float32) + 1) for a in (data.x_train, data.x_test[:60]))
    yield digit_runs.Sets(np.nan_to_num(x), data.t_train, np.nan_to_num(new), data.t_test[:60])
    plt.close("all")


def test_every_start_is_tried_at_every_depth(sets):
    table = training_figures.depth_figure(sets, depths=(1, 2), seeds=2, steps=24)
    assert [row[0] for row in table.rows] == [f"{s}, {d} hidden" for s in digit_runs.STARTS for d in (1, 2)]
    assert len(plt.gca().lines) == len(digit_runs.STARTS)


def test_independent_classifiers_agree_as_the_formula_says(sets, monkeypatch):
    said = iter(np.eye(10)[(sets.t_test + np.where(np.arange(60) <= k, 1, 0)) % 10] for k in range(10))
    monkeypatch.setattr(digit_runs, "weak_answers", lambda sets, seed: next(said))
    rows = {row[0]: row[2] for row in training_figures.agreement_figure(sets, draws=200_000).rows}
    simulated, exact = (float(part.split("%")[0]) for part in rows["10 classes"].split("simulated, "))
    assert exact == 62.3
    assert simulated == pytest.approx(exact, abs=0.7)
    assert rows["confidence when right"].startswith("1.00")


def test_weight_scaling_is_the_geometric_mean_over_all_masks():
    assert digit_runs.all_masks() < 1e-12
    assert digit_runs.all_masks(n=3, classes=5, seed=4) < 1e-12


def test_masks_and_ensembles_have_their_rows(sets):
    table = training_figures.masks_figure(sets, seeds=2, counts=(1, 3))
    assert [row[0] for row in table.rows[1:]] == ["weight scaling", "one mask alone", "average of 3 masks"]
    table = training_figures.ensemble_figure(sets, groups=2, seeds=2, marks=(2, 4, 6, 8, 10, 12))
    assert [row[0] for row in table.rows[2:]] == [
        f"{name}, {steps} steps" for name in ("control", "dropout 0.2, 0.5, 0.5") for steps in (2, 6, 12)
    ]


def test_centring_saves_steps():
    x, t = digit_runs.two_tasks(np.random.default_rng(0))["mean 100, deviation 1"]
    raw, centred = (digit_runs.steps_to(digit_runs.PREPARED[how](x), t, 0, 150) for how in ("raw", "centred"))
    assert centred < raw == 150
