"""The faulty runs of lesson 12 show what the lesson says they show."""

import numpy as np
import pytest

from course_lib.topics.deep_runs import FAULTS, run


@pytest.fixture(scope="module")
def runs():
    return {fault: run(fault) for fault in ("", *FAULTS)}


def test_the_healthy_run_learns(runs):
    assert runs[""]["loss"][-1] < 0.3
    assert runs[""]["right"][-1] > 0.85


def test_only_without_shortcuts_do_gradients_grow_towards_the_first_layer(runs):
    plain, healthy = (runs[fault]["gradients"] for fault in ("no shortcuts", ""))
    assert len(plain) == 30
    assert plain[1] / plain[-2] > 100
    assert healthy[1] / healthy[-2] < 5
    for fault in FAULTS[1:]:
        assert np.array_equal(runs[fault]["gradients"], healthy)
    assert runs["no shortcuts"]["loss"][-1] > 1.5


def test_evaluating_in_training_mode_hides_what_was_learned(runs):
    hidden = runs["evaluated in training mode"]
    assert np.array_equal(hidden["loss"], runs[""]["loss"])
    assert hidden["right"].max() < 0.3


def test_a_low_rate_is_slow_and_smooth_a_high_one_wild(runs):
    slow, wild = runs["rate too low"], runs["rate too high"]
    assert slow["loss"][-1] > 1
    assert np.all(np.diff(slow["loss"]) < 0.05)
    assert slow["right"][-1] > 0.4
    assert wild["loss"].max() > 10
    assert wild["right"].max() < 0.3
