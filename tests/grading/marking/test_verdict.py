"""A verdict says in fields, not in sentences, what a page wants to know; JSON and back changes nothing."""

import json
from types import SimpleNamespace

import pytest

from grading.confinement.job import CellRun, Isolation, Run
from grading.marking import judge
from grading.marking.verdict import STOPPED, from_json, to_bytes, to_json
from grading.reporting.class_table import seen
from tests.grading import small_lesson as small


def judged(cells=None, ended="finished", untouched=()):
    run = Run(ended=ended, cells=cells or {}, seen=[], isolation=Isolation("none"))
    return judge.judge(small.records(), run, untouched=untouched)


@pytest.mark.parametrize("cell", ["check-tail", "predict-tail", "tail"])
@pytest.mark.parametrize(
    ("limit", "why"), [("memory limit", "needed more memory than there is"), ("?", "ran too long")]
)
def test_a_stopped_cell_is_a_field_of_its_check_alone(cell, limit, why):
    verdict = judged({cell: CellRun(cell, "killed", [], reason=limit)})
    assert verdict.checks["tail"].stopped == f"The cell was stopped: it {why}."
    assert verdict.checks["tail"].stopped in verdict.checks["tail"].reason
    assert verdict.checks["double"].stopped == ""


@pytest.mark.parametrize("ended", list(STOPPED))
def test_a_run_that_ended_early_stops_no_cell(ended):
    verdict = judged(ended=ended)
    assert not any(check.stopped for check in verdict.checks.values())
    assert all(STOPPED[ended] in check.reason for check in verdict.checks.values())


def test_what_stands_as_handed_out_is_not_started_and_nothing_else_is_said_of_it():
    verdict = judged({"tail": CellRun("tail", "killed", [])}, untouched={"tail"})
    tail, double = verdict.checks["tail"], verdict.checks["double"]
    assert (tail.started, tail.stopped, tail.mistakes, tail.reason) == (False, "", [], judge.NOT_STARTED)
    assert double.started


def test_a_table_reads_the_fields_and_no_sentence():
    verdict = judged()
    verdict.checks["double"].reason = "The cell was stopped: it says so itself."
    one = SimpleNamespace(outcome="graded", verdict=verdict)
    assert "stopped" not in seen([one])
    verdict.checks["double"].stopped = "The cell was stopped."
    verdict.checks["tail"].started = False
    assert seen([one]) == "stopped in double · not begun: tail"


def test_json_and_back_changes_nothing_and_older_json_is_read():
    verdict = judged({"tail": CellRun("tail", "killed", [])})
    assert from_json(json.loads(to_bytes(verdict))) == verdict
    older = json.loads(to_bytes(verdict))
    for check in older["checks"].values():
        del check["stopped"], check["started"]
    again = from_json(older)
    assert [check.started for check in again.checks.values()] == [True] * 3
    assert to_json(again)["checks"].keys() == older["checks"].keys()
