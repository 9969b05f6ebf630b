"""Nobody waits for an endless loop: what the clock stops after a short time runs last, with its full time."""

import concurrent.futures
import dataclasses

import pytest

from grading.confinement.job import CellRun, Job, Limits
from grading.marking import engine, lanes, under_way
from grading.marking.outcome import json_pieces
from tests.grading import small_course as sc

SLOW = "\n# takes long"


class Clocked:
    """A pool in which a job with `SLOW` in it takes 10 seconds of both clocks, any other a tenth of one."""

    def __init__(self, reason="cpu limit", where="double", takes=10):
        self.jobs, self.reason, self.where, self.takes = [], reason, where, takes

    def submit(self, job):
        self.jobs.append(job)
        run = sc.run(job)
        slow = any(SLOW in step.source for step in job.steps)
        run.cpu = run.wall = self.takes if slow else 0.1
        run.told_hidden = True
        if slow and job.limits.cell_cpu < self.takes:
            if self.where in run.cells:
                run.cells[self.where].status, run.cells[self.where].reason = "killed", self.reason
            elif self.where == "hidden":
                run.hidden = {step.id: f"killed by {self.reason}" for step in job.hidden[:1]}
            else:
                run.ended = self.reason
            run.seen = [one for one in run.seen if one.part == "visible"]
        future = concurrent.futures.Future()
        future.set_result(run)
        return future


def hand_in_slow(made, student):
    sc.hand_in(made, student, sc.answered(made, **{**sc.RIGHT, "double": sc.RIGHT["double"] + SLOW + student}))


def is_slow(job):
    return any(SLOW in step.source for step in job.steps)


@pytest.mark.parametrize("where", ["double", "hidden", "the whole run"])
@pytest.mark.parametrize("reason", ["cpu limit", "wall limit"])
def test_right_work_that_takes_long_is_graded_after_all_others_and_in_full(made, reason, where):
    hand_in_slow(made, "a-slow")
    pool, heard = Clocked(reason, where), []
    summary = engine.grade(made.root, pool=pool, workers=1, tell=lambda done, total, one: heard.append(one.student))
    assert heard[-1] == "a-slow"
    assert len(heard) == len(summary.graded) == len({one.student for one in summary.graded})
    one = next(one for one in summary.graded if one.student == "a-slow")
    assert one.verdict.score == one.verdict.points
    first, last = (job for job in pool.jobs if is_slow(job))
    assert first.brief
    assert not last.brief
    assert last.limits == Limits()
    assert pool.jobs[-1] is last
    assert summary.last == [("a-slow", one.lesson)]
    assert f'"last": [{{"student": "a-slow", "lesson": "{one.lesson}"}}]' in "".join(json_pieces(summary))


def test_what_takes_no_longer_than_others_runs_once(made):
    pool = Clocked()
    summary = engine.grade(made.root, pool=pool, workers=1)
    assert summary.last == []
    assert len(pool.jobs) == len({job.key for job in pool.jobs})


def test_what_never_ends_is_stopped_at_its_full_limit_and_others_keep_their_marks(made):
    honest = {one.student: one.verdict.score for one in engine.grade(made.root, pool=Clocked(), workers=1).graded}
    hand_in_slow(made, "loop")
    summary = engine.grade(made.root, pool=Clocked(takes=1e9), workers=1, force=True)
    found = {one.student: one for one in summary.graded}
    assert "ran too long" in found["loop"].verdict.checks["double"].reason
    assert {student: found[student].verdict.score for student in honest} == honest


def test_a_second_run_of_each_is_asked_for_again_with_its_full_time(made):
    hand_in_slow(made, "a-slow")
    pool = Clocked()
    summary = engine.grade(made.root, pool=pool, workers=1, twice=True, students=["a-slow"])
    assert [job.brief for job in pool.jobs] == [True, True, False, False]
    assert summary.graded[0].unsteady == []


def test_many_that_take_long_are_not_held_in_memory_until_the_end(made, monkeypatch):
    monkeypatch.setattr(under_way, "HELD", 3)
    monkeypatch.setattr(under_way, "AHEAD", 1)  # what is under way comes on top
    names = [f"a{i}" for i in range(7)]
    for name in names:
        hand_in_slow(made, name)
    pool = Clocked()
    summary = engine.grade(made.root, pool=pool, workers=1)
    begun = [job.brief for job in pool.jobs if is_slow(job)]
    assert begun[:6] == [True, True, True, False, False, False], "three ran in full before the others were begun"
    assert [student for student, _ in summary.last][:3] == names[:3]
    assert {one.verdict.score for one in summary.graded if one.student in names} == {6.0}


def test_the_first_lane_is_a_few_times_what_others_took():
    made, job = lanes.Lanes(), Job("k", "lesson", ())
    assert made.short(job).limits.cpu == lanes.FIRST["cpu"]
    for _ in range(lanes.KNOWN):
        made.ended(job, {"cpu": 0.5, "wall": 2.0})
    short = made.short(job).limits
    assert (short.cpu, short.cell_cpu, short.wall, short.cell_wall) == (3.0, 3.0, 12.0, 12.0)
    other = made.short(dataclasses.replace(job, lesson="other"))
    assert other.limits.cpu == lanes.FIRST["cpu"]


def test_a_lesson_that_takes_all_its_time_has_one_lane():
    made, job = lanes.Lanes(), Job("k", "lesson", ())
    for _ in range(lanes.KNOWN):
        made.ended(job, {"cpu": 50, "wall": 170})
    assert made.short(job) == job
    low = dataclasses.replace(job, limits=Limits(cpu=1, cell_cpu=0.5, wall=4, cell_wall=2))
    assert not made.short(low).brief


def test_what_a_short_run_was_told_of_hidden_steps_is_shown_to_nobody(made):
    """A page cache could carry it into the next run: that one's visible side is the short run's."""

    class Carrying(Clocked):
        def submit(self, job):
            future = super().submit(job)
            run = future.result()
            if is_slow(job) and not job.brief:
                output = {"output_type": "stream", "name": "stdout", "text": "carried over"}
                run.cells = {name: CellRun(name, "ok", [output]) for name in run.cells}
            return future

    hand_in_slow(made, "a-slow")
    pool = Carrying(where="hidden")
    engine.grade(made.root, pool=pool, workers=1, students=["a-slow"])
    assert "carried over" not in "".join(p.read_text() for p in (made.root / "autograded").rglob("*.ipynb"))
