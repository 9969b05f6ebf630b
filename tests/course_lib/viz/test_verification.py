"""Thresholds and DET curves show the rates that they stand for; joints and boxes lie where they are said to."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.topics import verification as v
from course_lib.viz import figures
from course_lib.viz import verification as show


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def bells():
    rng = np.random.default_rng(2)
    return np.abs(rng.normal(1, 0.3, 300)), np.abs(rng.normal(2, 0.3, 500))


def test_precision_feels_how_rare_genuine_pairs_are_and_the_rates_do_not(bells):
    common, rare = (show.outcome(*bells, 1.5, share) for share in (0.5, 0.01))
    assert {k: common[k] for k in ("FAR", "FRR", "recall")} == {k: rare[k] for k in ("FAR", "FRR", "recall")}
    assert common["precision"] > 0.9 > 0.4 > rare["precision"]
    assert show.outcome(*bells, 0.0, 0.5)["precision"] == 1


def test_the_threshold_s_rates_stand_in_the_titles(bells):
    left, right = show.threshold_figure(*bells, 1.5, 0.1).axes
    told = show.outcome(*bells, 1.5, 0.1)
    assert left.get_title(loc="left") == f"FAR {told['FAR']:.1%}, FRR {told['FRR']:.1%}"
    dot = next(line for line in right.lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (told["recall"], told["precision"])


def test_two_bells_make_a_straight_det_curve(bells):
    rng = np.random.default_rng(0)
    ax = show.det_curve({"bells": (rng.normal(0, 1, 20_000), rng.normal(2, 1, 20_000))})
    curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
    x, y = curve.get_data()
    inside = (np.abs(x) < 2) & (np.abs(y) < 2)
    assert np.corrcoef(x[inside], y[inside])[0, 1] < -0.999
    ring = next(line for line in ax.lines if line.get_marker() == "o")
    assert ring.get_xdata()[0] == pytest.approx(v.deviates([0.1587])[0], abs=0.05)


def test_joints_and_boxes_are_drawn_where_they_are():
    joints = np.arange(22.0).reshape(11, 2)
    ax = figures.joints_on(np.zeros((30, 30)), joints)
    assert len(ax.lines) == 11
    assert np.allclose(ax.lines[-1].get_xdata(), joints[:, 0] - 0.5)
    ax = figures.boxes_on(np.zeros((30, 30)), [[2, 3, 8, 15]], truths=[[1, 1, 5, 6], [4, 4, 9, 9]], told=["0.9"])
    assert len(ax.patches) == 3
    assert ax.patches[-1].get_bbox().bounds == (1.5, 2.5, 6, 12)
    assert ax.texts[0].get_text() == "0.9"
