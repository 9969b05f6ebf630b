"""The faulty runs of lesson 04 look as its text says: one fault each, one mark each."""

import numpy as np
import pytest

from course_lib.topics.loss_runs import FAULTS, loss_run

LN2 = np.log(2)


@pytest.fixture(scope="module")
def runs():
    return {None: loss_run()} | {fault: loss_run(fault) for fault in FAULTS.values()}


def test_the_healthy_run_falls_at_every_step_and_far(runs):
    assert np.all(np.diff(runs[None]) < 0)
    assert runs[None][-1] < 0.05


def test_units_that_begin_equal_stop_where_a_line_does(runs):
    loss = runs["all units begin equal"]
    assert 0.15 < loss[-1] < 0.3
    assert loss[200] - loss[-1] < 0.03


def test_a_rate_too_high_learns_then_jumps(runs):
    loss = runs["rate too high"]
    peak = np.argmax(loss)
    assert loss[:peak].min() < 0.1
    assert loss[peak] > 20 * loss[:peak].min()


def test_a_rate_too_low_falls_slowly_and_without_end(runs):
    loss = runs["rate too low"]
    assert np.all(np.diff(loss) < 0)
    assert loss[0] - loss[-1] > 0.1
    assert loss[-1] > 0.35
    assert loss[200] - loss[-1] > 0.03


def test_shuffled_labels_stay_at_the_coin(runs):
    assert np.all(np.abs(runs["labels shuffled"][60:] - LN2) < 0.02)
    assert runs["labels shuffled"].max() < 1.5


def test_unscaled_inputs_start_surely_wrong_and_lose_their_units(runs):
    loss = runs["inputs not scaled"]
    assert loss.max() > 100
    np.testing.assert_allclose(loss[20:], LN2, atol=1e-3)
