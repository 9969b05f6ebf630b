"""Intervals against SciPy, promises against simulation."""

import numpy as np
import pytest
from scipy import stats

from course_lib.topics import experiment, reaction


@pytest.fixture
def rng():
    return np.random.default_rng(163)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_is_welch_s(rng, level):
    a, b = rng.normal(5, 1, 4), rng.normal(4, 3, 9)
    found = experiment.compare(a, b, level)
    want = stats.ttest_ind(a, b, equal_var=False).confidence_interval(level)
    assert found.difference == pytest.approx(a.mean() - b.mean())
    assert (found.low, found.high) == pytest.approx((want.low, want.high))


def test_verdicts_follow_from_the_interval():
    base = np.array([-0.1, 0.0, 0.1])
    assert experiment.compare(base + 5, base).verdict() == "a"
    assert experiment.compare(base, base + 5).verdict() == "b"
    assert experiment.compare(base, base + 0.01).verdict() == "undecided"
    assert experiment.compare([1.0, 1.0], [1.0, 1.0]) == (0, 0, 0)


def test_one_run_is_refused():
    with pytest.raises(ValueError, match="two or more runs on each side, got 1 and 3"):
        experiment.compare([1.0], [1.0, 2.0, 3.0])


def test_the_known_table_of_seeds():
    assert [experiment.seeds_needed(d, 1.0) for d in (1.0, 0.5, 0.2)] == [16, 63, 393]
    assert experiment.seeds_needed(100, 1.0) == 2
    plan = experiment.plan("width", smallest=0.5, deviation=1.0)
    assert (plan["claim"], plan["runs"], plan["first_seed"]) == ("width", 63, 100)


def test_a_decision_follows_the_plan():
    base, plan = np.array([-0.4, -0.2, 0.0, 0.2, 0.4]), {"runs": 5, "level": 0.95, "smallest": 1.0}
    shifts = {3: "a", -3: "b", 0.1: "too small"}
    assert {shift: experiment.decide(plan, 90 + shift + base, 90 + base) for shift in shifts} == shifts
    assert experiment.decide(plan, 90.1 + 10 * base, 90 + 10 * base) == "undecided"
    for a, b in ((base[1:], base), (base, base[1:]), (base[1:], base[1:])):
        with pytest.raises(ValueError, match=r"5 runs a side, got"):
            experiment.decide(plan, a, b)


def test_planned_runs_find_the_difference_as_often_as_promised(rng):
    share, error = experiment.found(40, 1.0, 1.0 / 0.6266, rng=rng)
    assert experiment.seeds_needed(1.0, 1.0 / 0.6266) == 40
    assert share == pytest.approx(0.8, abs=3 * error + 0.02)
    alarms, error = experiment.found(40, 0.0, 1.0, rng=rng)
    assert alarms == pytest.approx(0.05, abs=4 * error)


def test_who_peeks_finds_what_is_not_there(rng):
    assert experiment.peeking(20, rng=rng) > 0.15 > experiment.peeking(2, rng=rng)


def test_the_median_s_interval_holds_as_often_as_it_says(rng):
    held = 0
    for _ in range(1000):
        _, low, high = experiment.median_interval(rng.exponential(size=60))
        held += low <= np.log(2) <= high
    assert 0.94 <= held / 1000 <= 0.985
    assert experiment.median_interval(np.arange(60.0)) == (29.5, 21.0, 38.0)
    with pytest.raises(ValueError, match="3 values are too few"):
        experiment.median_interval([1, 2, 3])


# ----------------------------------------------------------------------- timed


def test_a_session_counts_first_answers_between_its_pictures():
    session = reaction.Session(np.array([1, 0, 1]))
    assert not session.answered(True, 0.5)  # before anything is shown
    assert session.shown(1.0) == 0
    assert session.answered(True, 1.4)
    assert not session.answered(False, 1.5)
    assert session.shown(2.0) == 1
    assert session.answered(True, 2.75)
    assert session.shown(3.0) == 2
    assert session.shown(4.0) is None
    assert not session.answered(True, 4.1)  # after the end
    np.testing.assert_allclose(session.milliseconds, [400, 750, np.nan])
    assert session.right.tolist() == [True, False, False]
    assert session.count() == 2


def test_the_simulated_session_has_the_published_numbers_and_says_what_it_is(rng):
    labels = np.arange(4000) % 2
    session = reaction.simulated(labels, rng=rng)
    middle, low, high = session.median()
    assert low < middle < high
    assert middle == pytest.approx(445, abs=8)
    assert session.right.mean() == pytest.approx(0.94, abs=0.02)
    assert session.milliseconds.min() > 250
    assert session.milliseconds.max() <= 1000 + 1e-6
    assert "simulated, no person" in session.simulated
    assert reaction.Session(labels).simulated == ""


def test_machine_times_are_taken_one_picture_at_a_time():
    ticks = iter(np.arange(20) ** 2 / 1000)
    seen = []
    took = reaction.machine_times(lambda p: seen.append(p.shape), np.zeros((3, 1, 4, 4)), lambda: next(ticks))
    assert seen == [(1, 1, 4, 4)] * 4
    assert np.allclose(took, [1, 5, 9])
