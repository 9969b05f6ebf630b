"""The three cheats: a sound check gives them nothing, an unsound one falls to the cheat it is weak against."""

import numpy as np
import pytest

from course_lib.evidence.compare import Record
from course_lib.evidence.records import join
from grading.confinement.job import Isolation, Run
from grading.marking.judge import judge
from grading.proving.adversaries import NAMES, streams


def line(position, value, kind="value", **spec):
    return {"position": position, "label": f"line {position}", "kind": kind, "value": value, **spec}


def scores(visible, hidden):
    """{cheat: best score} on a check worth 1 with these lines."""
    records = {
        part: Record("00_x", part, {"c": {"lines": lines, "mistakes": [], "forbid": [], "hints": [], "points": 1}})
        for part, lines in (("visible", visible), ("hidden", hidden))
    }
    record = join(records["visible"].checks["c"], records["hidden"].checks["c"])
    found = {}
    for name, sent in streams("c", record).items():
        runs = [Run("finished", {}, stream, Isolation("none")) for stream in sent]
        found[name] = max((judge(records, run).score for run in runs), default=0.0)
    return found


LAWS = [
    line(3, (1.0, 1.0), "same_as"),
    line(4, 0.9, "at_least", bound=0.5),
    line(5, {"type": "ValueError", "message": "m", "family": ["ValueError"]}, "raises", error="ValueError"),
    line(6, (10, 80), "work"),
    line(7, np.ones(2), "unchanged"),
]


def test_a_sound_check_gives_nothing_to_any_cheat():
    hidden = [line(1, np.array([1.0, 2.0])), line(2, np.array([3.0, 5.0])), *LAWS]
    assert scores([line(0, np.array([0.5, 0.5]))], hidden) == dict.fromkeys(NAMES, 0.0)


def test_laws_alone_prove_nothing():
    assert scores([line(0, 2.5)], LAWS)["forger"] == 1.0


@pytest.mark.parametrize("law", LAWS, ids=lambda x: x["kind"])
def test_every_law_can_be_forged(law):
    assert scores([line(0, 2.5)], [{**law, "position": 1}])["forger"] == 1.0


def test_hidden_values_that_are_all_visible_can_be_parroted():
    visible = [line(0, 2.5), line(1, np.arange(3.0))]
    found = scores(visible, [line(2, np.arange(3.0)), line(3, 2.5)])
    assert (found["forger"], found["parrot"]) == (0.0, 1.0)


def test_one_hidden_value_that_is_new_stops_the_parrot():
    assert scores([line(0, 2.5)], [line(1, 2.5), line(2, 2.6)])["parrot"] == 0.0


def test_hidden_values_that_are_all_equal_fall_to_a_constant():
    found = scores([line(0, 2.5)], [line(1, 7.25), line(2, 7.25)])
    assert (found["parrot"], found["constant"]) == (0.0, 1.0)
    assert scores([line(0, False)], [line(1, True), line(2, True)])["constant"] == 1.0


def test_a_prediction_is_not_given_away_by_its_hash():
    from course_lib.evidence.predictions import hash_answer

    visible = [line(0, None, hash=hash_answer(3, "salt"), salt="salt")]
    assert scores(visible, []) == dict.fromkeys(NAMES, 0.0)
