"""What nobody foresaw in one submission is the grader's fault: said loudly, tried again, and nobody else's matter."""

import concurrent.futures
import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from grading.cli import app
from grading.commands import author, instructor, learner
from grading.course import Course
from grading.errors import CourseError
from grading.marking import choices, engine, jobs, outcome, prepare, replay
from grading.marking.boundary import FAULT, Boundary
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.named import Named
from grading.marking.observed import Observed
from grading.reporting import export, feedback, marks, report
from grading.reporting.console import print_summary
from grading.reporting.unnamed import find
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

VICTIM = "student000"


class Broken(Exception):
    """What nobody foresaw."""


def fails_for_victim(monkeypatch, module, name, told):
    """Let a step fail where `told(its arguments)` says that it works for the victim."""
    right = getattr(module, name)

    def step(*args, **options):
        if told(*args):
            raise Broken("\ud800 unforeseen")
        return right(*args, **options)

    monkeypatch.setattr(module, name, step)


STEPS = {  # step -> (where it stands, its name, whether it is called for the victim, whose answer ends with "# 0")
    "reading": (prepare, "overlay", lambda raw, *_: b'# 0"' in (raw or b"")),
    "making a job": (choices, "job_of", lambda course, submission, laid: submission.student == VICTIM),
    "dressing": (choices, "dress", lambda nb, *_: any(cell.source.endswith("# 0") for cell in nb.cells)),
}


class Falling(sc.InProcess):
    """A pool that cannot run the victim's job: it says so at once, or in the future."""

    def __init__(self, at_once=False, error=Broken):
        super().__init__()
        self.at_once, self.error = at_once, error

    def submit(self, job):
        if not any(step.source.endswith("# 0") for step in job.steps):
            return super().submit(job)
        if self.at_once:
            raise self.error("unforeseen")
        future = concurrent.futures.Future()
        future.set_exception(self.error("unforeseen"))
        return future


def others(made):
    return {pair: told for pair, told in sc.dump(made).items() if pair[0] != VICTIM}


def is_told(made, summary, undisturbed):
    """The class went on, and the fault is in the summary, in the journal and in a file with its traceback."""
    assert others(made) == others(undisturbed)
    ((fault,),) = [summary.faults]
    assert (fault["student"], fault["lesson"]) == (VICTIM, small.LESSON)
    assert "Broken" in fault["sentence"]
    one = next(one for one in summary.graded if one.student == VICTIM)
    assert (one.outcome, one.how, one.verdict.score) == (FAULT, "not run", 0)
    assert len(summary.graded) == len(sc.dump(undisturbed))
    assert json.loads("".join(outcome.json_pieces(summary)))["faults"] == [fault]
    text = (made.root / "journal" / "faults" / f"{VICTIM}-{small.LESSON}.txt").read_text()
    assert "Traceback" in text
    assert "unforeseen" in text
    with Journal(made.root / "journal", exclusive=False) as journal:
        assert journal.faults() == {(VICTIM, small.LESSON): fault["sentence"]}


def is_mended(made, undisturbed):
    """The next run tries again, and only what was missing."""
    summary = engine.grade(made.root, pool=sc.InProcess(), workers=1)
    assert not summary.faults
    assert summary.count("up to date") == len(summary.graded) - 1
    assert sc.dump(made) == sc.dump(undisturbed)
    assert sc.pages(made) == sc.pages(undisturbed)
    with Journal(made.root / "journal", exclusive=False) as journal:
        assert journal.faults() == {}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_fails_for_one_costs_nobody_else_and_is_tried_again(name, made, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        fails_for_victim(patch, *STEPS[name])
        summary = engine.grade(made.root, pool=sc.InProcess(), workers=1)
    is_told(made, summary, undisturbed)
    assert (VICTIM, small.LESSON) not in sc.dump(made), "no mark is made up"
    is_mended(made, undisturbed)


def test_half_a_submission_is_not_written_with_the_next_ones_rows(made, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        right = replay.Writer._write_notebook

        def write(self, submission, nb):
            if submission.student == VICTIM:
                raise Broken("unforeseen")
            right(self, submission, nb)

        patch.setattr(replay.Writer, "_write_notebook", write)
        summary = engine.grade(made.root, pool=sc.InProcess(), workers=1)
    is_told(made, summary, undisturbed)
    assert (VICTIM, small.LESSON) not in sc.dump(made)
    is_mended(made, undisturbed)


@pytest.mark.parametrize("at_once", [True, False])
def test_so_does_a_run(at_once, made, undisturbed):
    summary = engine.grade(made.root, pool=Falling(at_once), workers=1)
    is_told(made, summary, undisturbed)
    is_mended(made, undisturbed)


def test_so_does_the_judge(made, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        fails_for_victim(patch, jobs.Judge, "judge", lambda judge, run, *_: run.detail == "the victim's")
        right = sc.run

        def run(job):
            made_run = right(job)
            if any(step.source.endswith("# 0") for step in job.steps):
                made_run.detail = "the victim's"
            return made_run

        patch.setattr(sc, "run", run)
        summary = engine.grade(made.root, pool=sc.InProcess(), workers=1)
    is_told(made, summary, undisturbed)
    is_mended(made, undisturbed)


def test_marks_of_before_stay_and_a_forced_run_that_failed_is_tried_again(graded, undisturbed):
    summary = engine.grade(graded.root, pool=Falling(), workers=1, force=True)
    is_told(graded, summary, undisturbed)
    assert sc.dump(graded) == sc.dump(undisturbed)
    again = engine.grade(graded.root, pool=sc.InProcess(), workers=1)
    assert (again.count("up to date"), again.faults) == (len(again.graded) - 1, [])


@pytest.mark.parametrize("error", [CourseError, KeyboardInterrupt, concurrent.futures.CancelledError])
def test_what_concerns_the_whole_class_ends_the_run(error, made):
    with pytest.raises(error):
        engine.grade(made.root, pool=Falling(at_once=True, error=error), workers=1)


def test_equal_work_of_several_fails_for_each_of_them(made, undisturbed):
    nb = sc.answered(made, **{**sc.RIGHT, "double": f"{small.ANSWER_DOUBLE}\n# 0"})
    for student in ("twin1", "twin2"):
        sc.hand_in(made, student, nb)
    summary = engine.grade(made.root, pool=Falling(), workers=1)
    assert {one["student"] for one in summary.faults} >= {"twin1", "twin2"}


def test_the_command_says_so_and_ends_with_status_1(made, monkeypatch):
    for group in (learner, author, instructor):
        group.register(app)
    monkeypatch.setattr("grading.confinement.pool.SandboxPool", lambda *_, **__: Falling())
    told = CliRunner().invoke(app, ["grade", "--course", str(made.root)])
    assert told.exit_code == 1
    assert FAULT in told.output
    assert "The grader failed when running and judging it" in " ".join(told.output.split())
    as_json = CliRunner().invoke(app, ["grade", "--course", str(made.root), "--json"])
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["faults"][0]["student"] == VICTIM
    monkeypatch.setattr("grading.confinement.pool.SandboxPool", lambda *_, **__: sc.InProcess())
    assert CliRunner().invoke(app, ["grade", "--course", str(made.root)]).exit_code == 0


def test_a_page_that_fails_costs_no_other_page_and_is_named(graded, monkeypatch):
    with monkeypatch.context() as patch:
        fails_for_victim(patch, feedback, "page", lambda course, nb, student, *_: student == VICTIM)
        with pytest.raises(CourseError, match=f"{VICTIM} {small.LESSON}: The grader failed when writing its feedback"):
            feedback.write(graded.root)
    written = {path.parts[-3] for path in graded.root.glob("feedback/*/*/*.html")}
    assert written == {student for student, _ in sc.dump(graded)} - {VICTIM}
    assert len(feedback.write(graded.root)) == len(written) + 1


def test_a_row_that_fails_is_named_in_the_report_and_the_others_are_in_it(graded, monkeypatch):
    with monkeypatch.context() as patch:
        fails_for_victim(patch, report, "_row", lambda student, *_: student == VICTIM)
        with pytest.raises(CourseError, match=f"{VICTIM} {small.LESSON}: The grader failed when reporting on it"):
            report.write(graded.root)
    page = (graded.root / "report.html").read_text()
    assert f"<td>{VICTIM}</td><td><b>grader fault</b>: The grader failed when reporting on it (Broken)" in page
    assert "student002" in page
    assert "grader fault" not in report.write(graded.root).read_text()


def test_the_report_names_whom_grading_failed_on(made):
    engine.grade(made.root, pool=Falling(), workers=1)
    assert f"<td>{VICTIM}</td><td><b>grader fault</b>" in report.write(made.root).read_text()


class Unconfined(sc.InProcess):
    """A pool that runs what --trust-submissions runs."""

    def submit(self, job):
        future = super().submit(job)
        future.result().isolation.differs = ("Student code is not confined at all.",)
        return future


def test_marks_of_unconfined_runs_are_told_everywhere_and_run_again(made, undisturbed):
    trusted = engine.grade(made.root, pool=Unconfined(), workers=1, trust=True)
    ran = [one for one in trusted.graded if one.outcome == "graded"]
    assert all(one.unconfined for one in ran)
    rows = json.loads("".join(outcome.json_pieces(trusted)))["submissions"]
    assert sum(row["unconfined"] for row in rows) == len(ran)
    console = Console(width=200, record=True, file=io.StringIO())
    print_summary(console, trusted)
    said = console.export_text()
    assert f"{len(ran)} marks come from unconfined runs" in said
    assert "memory and CPU of each run are added up every 20 ms" in said
    assert f"<td>{VICTIM}</td><td><b>unconfined</b>" in report.write(made.root).read_text()
    with Journal(made.root / "journal", exclusive=False) as journal:
        assert journal.replayed(VICTIM, small.LESSON)["unconfined"]
    still = engine.grade(made.root, pool=Unconfined(), workers=1, trust=True)
    assert still.count("up to date") == len(still.graded)
    assert sum(one.unconfined for one in still.graded) == len(ran)
    pool = sc.InProcess()
    confined = engine.grade(made.root, pool=pool, workers=1)
    assert len(pool.ran) == len(set(pool.ran)) == len(ran)
    assert not any(one.unconfined for one in confined.graded)
    assert sc.dump(made) == sc.dump(undisturbed)
    assert "unconfined" not in report.write(made.root).read_text()
    assert engine.grade(made.root, pool=pool, workers=1).count("up to date") == len(confined.graded)


def test_a_boundary_lets_good_work_through_and_names_every_fault_at_its_end(tmp_path):
    boundary = Boundary(tmp_path / "journal")
    with boundary.around("reading", ("ann", "x")) as faults:
        pass
    assert faults == []
    boundary.finish()
    with boundary.around("reading", ("../b ob", "x"), ("eve", "x")) as faults:
        raise RecursionError
    assert [one.student for one in faults] == ["../b ob", "eve"]
    assert sorted(p.name for p in (tmp_path / "journal" / "faults").iterdir()) == [".._b_ob-x.txt", "eve-x.txt"]
    with pytest.raises(CourseError, match=r"\.\./b ob x: The grader failed when reading .*eve x"):
        boundary.finish()


def test_an_export_that_fails_for_one_has_everybody_elses_row_and_names_them(graded, monkeypatch, tmp_path):
    whole, less, broken = tmp_path / "whole.csv", tmp_path / "less.csv", export.CanvasExport.lines
    export.export(graded.root, "canvas", whole, as_is=True)

    def lines(self, table, row, marks):
        if row.id == VICTIM:
            raise Broken("unforeseen")
        return broken(self, table, row, marks)

    monkeypatch.setattr(export.CanvasExport, "lines", lines)
    with pytest.raises(CourseError, match=f"All but 1 of the submissions were done. {VICTIM} marks: The grader failed"):
        export.export(graded.root, "canvas", less, as_is=True)
    assert less.read_text().splitlines() == [x for x in whole.read_text().splitlines() if VICTIM not in x]
    assert "unforeseen" in (graded.root / "journal" / "faults" / f"{VICTIM}-marks.txt").read_text()


def test_so_does_one_whose_marks_cannot_be_read(graded, monkeypatch, tmp_path):
    fails_for_victim(monkeypatch, marks.Table, "_marks", lambda self, rows: next(iter(rows))[0] == VICTIM)
    for kind in export.KINDS:
        with pytest.raises(CourseError, match=f"{VICTIM} marks: The grader failed when reading its marks"):
            export.export(graded.root, kind, tmp_path / kind, as_is=True)
        assert "student001" in (tmp_path / kind).read_bytes().decode("utf-16" if kind == "blackboard" else "utf-8")


DAMAGES = {
    "observed": lambda root, key: (root / "hidden" / "observed" / key).write_bytes(b"x\x9cdamaged"),
    "observed is a folder": lambda root, key: swap(root / "hidden" / "observed" / key),
    "observed ends early": lambda root, key: cut(root / "hidden" / "observed" / key),
    "autograded": lambda root, key: swap_text(
        root / "autograded" / WRONG / small.LESSON / f"{small.LESSON}.ipynb", "{"
    ),
    "autograded is a list": lambda root, key: swap_text(
        root / "autograded" / WRONG / small.LESSON / f"{small.LESSON}.ipynb", "[1]"
    ),
}
WRONG = "student001"  # whose tail is wrong: what its check saw is kept


def swap(path):
    path.unlink()
    path.mkdir()


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def swap_text(path, text):
    path.chmod(0o644)
    path.write_text(text)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_one_submission_stops_no_report(graded, damage):
    with Journal(graded.root / "journal", exclusive=False) as journal:
        key = journal.replayed(WRONG, small.LESSON)["key"]
    DAMAGES[damage](graded.root, key)
    named(graded)  # a mistake that was named lets every page look into what was observed
    with pytest.raises(CourseError, match=rf"All but \d of the submissions were done\. {WRONG} {small.LESSON}: "):
        report.write(graded.root)
    page = (graded.root / "report.html").read_text()
    assert "student007" in page  # wrong in the same way
    assert WRONG in page
    find(graded.root, "90")  # and so do the groups of wrong answers
    with pytest.raises(CourseError, match=rf"All but 1 of the submissions were done\. {WRONG} "):
        feedback.write(graded.root)
    assert len(list(graded.root.glob("feedback/*/*/*.html"))) == 17


def named(graded):
    """Name a group in which the damaged submission is not."""
    record = Named(graded, small.LESSON)
    with Journal(graded.root / "journal", exclusive=False) as journal:
        seen = Observed(graded.root).read(journal.replayed("student007", small.LESSON)["key"])
    record.add("tail.0000", "always two", "it gives two whatever it is given", seen)


@pytest.mark.parametrize("file", [f"hidden/{small.LESSON}.npz", f"hidden/named/{small.LESSON}.npz"])
def test_a_damaged_file_of_one_lesson_leaves_the_others_in_the_report(graded, monkeypatch, file):
    named(graded)
    with Reader(graded) as book, Journal(graded.root / "journal", exclusive=False) as journal:
        other = report.about_lesson(graded, small.LESSON, book, journal, Boundary(graded.root / "journal"))
    (graded.root / file).write_bytes(b"PK damaged")
    with pytest.raises(CourseError, match=rf"{small.LESSON}: .*{small.LESSON}.npz"):
        report.write(graded.root)
    assert not (graded.root / "report.html").exists()
    right = report.about_lesson
    monkeypatch.setattr(Course, "choose", lambda self, wanted=(): ["01_other", small.LESSON])
    monkeypatch.setattr(report, "about_lesson", lambda c, name, *a: other if name == "01_other" else right(c, name, *a))
    with pytest.raises(CourseError, match=r"is written without 1 of the lessons. 90_small: "):
        report.write(graded.root)
    page = (graded.root / "report.html").read_text()
    assert "Lessons left out" in page
    assert "student007" in page
