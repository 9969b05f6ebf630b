"""A cell that ends the run costs its own points only, and what comes out otherwise the second time is flagged."""

import concurrent.futures
import dataclasses
import threading

import pytest

from course_lib.evidence.observation import Seen
from grading.confinement.job import CellRun, Isolation, Job, Limits, Run
from grading.marking import engine, reruns
from grading.marking.prepare import job_of, lay_over
from grading.marking.reruns import CHANCES, joined, within
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

UNSTEADY = "import numpy as np\ndef double(x):\n    return 2 * x + int(np.random.randint(10**9))"


def test_work_that_depends_on_chance_is_flagged_and_steady_work_is_not(made):
    sc.hand_in(made, "chance", sc.answered(made, **{**sc.RIGHT, "double": UNSTEADY}))
    summary = engine.grade(made.root, students=["chance", "student000", "student002"], twice=True)
    assert {one.student: one.unsteady for one in summary.graded} == {
        "chance": ["double"],
        "student000": [],
        "student002": [],
    }
    again = engine.grade(made.root, students=["chance"], twice=True)
    assert again.count("up to date") == 1


def test_asking_for_a_second_run_later_runs_what_was_run_once(graded):
    pool = sc.InProcess()
    summary = engine.grade(graded.root, pool=pool, workers=1, students=["student000"], twice=True)
    assert len(pool.ran) == 2
    assert summary.graded[0].unsteady == []


class Mortal:
    """A pool in which each of the named steps ends the whole run, as a memory bomb does."""

    def __init__(self, *deadly):
        self.deadly, self.jobs = deadly, []

    def submit(self, job):
        self.jobs.append(job)
        ids = [step.id for step in job.steps]
        at = next((i for i, name in enumerate(ids) if name in self.deadly), None)
        future = concurrent.futures.Future()
        if at is None:
            future.set_result(sc.run(job))
        else:
            run = sc.run(dataclasses.replace(job, steps=job.steps[:at], hidden=()))
            run.cells |= {name: CellRun(name, "skipped", []) for name in ids[at:]}
            run.cells[ids[at]] = CellRun(ids[at], "killed", [], reason="memory limit")
            run.ended = "memory limit"
            future.set_result(run)
        return future


@pytest.mark.parametrize(
    ("deadly", "lost"),
    [
        (["check-double"], {"double"}),
        (["double"], {"double"}),
        (["check-double", "check-tail"], {"double", "tail"}),
        (["setup"], set()),
    ],
)
def test_a_cell_that_ends_the_run_costs_its_own_points_only(made, deadly, lost):
    pool = Mortal(*deadly)
    (one,) = engine.grade(made.root, pool=pool, workers=1, students=["student000"]).graded
    assert {name for name, check in one.verdict.checks.items() if not check.passed} == lost
    assert len(pool.jobs) == 1 + len(deadly)
    for name in lost:
        assert "needed more memory than there is" in one.verdict.checks[name].reason


def test_who_spends_a_short_lanes_time_on_a_deadly_cell_has_a_second_chance_in_the_next(made, monkeypatch):
    """In a class that takes a tenth of a second a memory bomb takes longer than a short run and its repeat may."""

    class Spending(Mortal):
        def submit(self, job):
            future = super().submit(job)
            run = future.result()
            run.cpu = run.wall = 7.5 if run.ended == "memory limit" else 0.1
            return future

    monkeypatch.setattr("grading.marking.lanes.FIRST", {"cpu": 4.0, "wall": 15.0})
    pool = Spending("setup")
    (one,) = engine.grade(made.root, pool=pool, workers=1, students=["student000"]).graded
    assert one.verdict.score == one.verdict.points
    assert [job.brief for job in pool.jobs] == [True, False, False]


LOW = Limits(cpu=10, wall=20, cell_wall=5)


@pytest.mark.parametrize(
    ("spent", "cpu", "wall", "budget"),
    [
        ((1, 6), 10, 20, 34),
        ((12, 6), 8, 20, 34),
        ((1, 25), 10, 15, 15),
        ((19.5, 6), None, 0, 0),
        ((1, 39.5), None, 0, 0),
    ],
)
def test_all_repeats_share_what_a_first_run_may_take(spent, cpu, wall, budget):
    left = within(Job("k", "l", ()), LOW, spent)
    if cpu is None:
        assert left is None
    else:
        assert (left.limits.cpu, left.limits.wall, left.budget) == (cpu, wall, budget)
        assert left.limits.cell_wall == LOW.cell_wall


def seen(part, value):
    return Seen("tail", part, 0, "label", "value", value)


def test_once_a_hidden_step_was_sent_only_that_runs_visible_side_is_shown():
    """What hidden steps said could have been kept where the next run finds it."""
    cells = {"a": CellRun("a", "ok", ["first"]), "b": CellRun("b", "killed", [])}
    first = Run("died", cells, [seen("visible", 1)], Isolation("none"), told_hidden=True)
    again = {"a": CellRun("a", "ok", ["carried over"]), "c": CellRun("c", "ok", ["carried over"])}
    last = Run("finished", again, [seen("visible", "carried over"), seen("hidden", 2)], Isolation("none"))
    made = joined(first, last)
    assert "carried over" not in str(made)
    assert [(one.part, one.value) for one in made.seen] == [("visible", 1), ("hidden", 2)]
    assert made.cells["a"].outputs == ["first"]
    open_ = joined(dataclasses.replace(first, told_hidden=False), last)
    assert str(open_).count("carried over") == 3, "before that, the last run is shown as ever"


def test_repeating_without_the_deadly_cell_has_an_end(made):
    pool = Mortal("setup", "double", "check-double", "tail", "check-tail")
    (one,) = engine.grade(made.root, pool=pool, workers=1, students=["student000"]).graded
    assert len(pool.jobs) == 1 + CHANCES
    assert one.verdict.score <= 1
    assert one.verdict.ended == "memory limit"


def test_what_runs_next_does_not_wait_for_the_judge(made, monkeypatch):
    begun, let = [], threading.Event()

    class Pool(sc.InProcess):
        def submit(self, job):
            begun.append(job.key)
            if len(begun) == 3:
                let.set()
            return super().submit(job)

    judge = reruns.make_result

    def waits(*given):
        assert let.wait(5)
        return judge(*given)

    monkeypatch.setattr(reruns, "make_result", waits)
    summary = engine.grade(made.root, pool=Pool(), workers=2)
    assert summary.count("ran") >= 3
    assert not summary.faults


def test_a_run_that_ends_when_nobody_judges_any_more_is_let_go(made):
    judges = concurrent.futures.ThreadPoolExecutor(1)
    judges.shutdown()
    student, lesson = "student000", small.LESSON
    submission = made.submission(student, lesson)
    job = job_of(made, submission, lay_over(made, submission))
    judged = reruns.Judging(sc.InProcess(), made.records(lesson), made.skeleton(lesson), judges).watch([job])
    assert judged.cancelled()
