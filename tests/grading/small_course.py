"""A course folder around the small lesson, and a pool that runs its jobs in this process: no sandbox, honest code."""

import concurrent.futures
import contextlib
import os
import tempfile
from pathlib import Path

from course_lib.evidence.compare import save_record
from course_lib.evidence.observation import Seen, observe
from grading import course
from grading.confinement.job import CellRun, Isolation, Limits, Run
from grading.marking.jobs import make_job, make_result
from grading.marking.overlay import overlay
from grading.marking.verdict import from_json
from tests.grading import small_lesson as small


def lesson_files():
    """What a course folder holds of the small lesson."""
    nb = small.notebook(True)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.metadata["course"] = {"stub": cell.source}
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, record in small.records().items():
            save_record(Path(folder) / name, record)
            files[name] = (Path(folder) / name).read_bytes()
    source = {f"{small.LESSON}.ipynb": small.raw(nb), f"expected/{small.LESSON}.npz": files["visible"]}
    return course.LessonFiles(small.LESSON, source, files["hidden"])


def make(root):
    """A new course folder with the small lesson."""
    return course.init(root, [lesson_files()])


def released(made):
    """The released notebook."""
    import nbformat

    return nbformat.read(made.root / "release" / small.LESSON / f"{small.LESSON}.ipynb", 4)


def answered(made, **answers):
    """The release with these answers in it."""
    nb = released(made)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers.pop(grade_id)
    assert not answers, answers
    return nb


RIGHT = {
    "double": small.ANSWER_DOUBLE,
    "tail": small.ANSWER_TAIL,
    "guess": "answer = 42",
    "question-why": "Because.",
}


def hand_in(made, student, nb, name=f"{small.LESSON}.ipynb", timestamp=""):
    """Put a notebook (or bytes) into submitted/."""
    folder = made.root / "submitted" / student / small.LESSON
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(nb if isinstance(nb, bytes) else small.raw(nb))
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp)
    return folder / name


def hand_in_class(made, size):
    """A class of `size` with every kind of answer; no two notebooks equal."""
    kinds = [
        RIGHT,
        {**RIGHT, "tail": "def tail(xs):\n    return [2]"},
        {**RIGHT, "double": "def double(x):\n    return x * x"},
        {"double": small.ANSWER_DOUBLE},
        {},
        {**RIGHT, "tail": "def tail(xs)\n    return"},
    ]
    for i in range(size):
        answers = dict(kinds[i % len(kinds)])
        answers["double"] = answers.get("double", small.STUB_DOUBLE) + f"\n# {i}"
        hand_in(made, f"student{i:03d}", answered(made, **answers))


def judged(nb, pool):
    """(verdict, repairs) of one notebook, run in the sandbox `pool`."""
    skeleton, records = small.skeleton(), small.records()
    laid = overlay(small.raw(nb), skeleton)
    job = make_job(laid.nb, skeleton, records, fingerprint="x", limits=Limits(), files={})
    return from_json(make_result(pool.run(job), records, skeleton, job)["verdict"]), laid.repairs


class InProcess:
    """A pool whose `submit` runs the job's cells here and now."""

    def __init__(self):
        self.ran = []

    def submit(self, job):
        self.ran.append(job.key)
        future = concurrent.futures.Future()
        future.set_result(run(job))
        return future

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class _NotDone(Exception):
    pass


def run(job):
    """Run a job's cells as the worker would, with no protection at all."""
    seen, cells, space = [], {}, {"NotDone": _NotDone}
    counts = {}

    @contextlib.contextmanager
    def check(name, part="visible", start=0):
        assert part == here["part"]
        counts[name] = start

        def expect(label, value):
            seen.append(Seen(name, part, counts.setdefault(name, 0), label, "value", observe(value)))
            counts[name] += 1

        try:
            yield expect
        except Exception as error:
            told = {"type": type(error).__name__.strip("_"), "message": str(error), "line": 1}
            seen.append(Seen(name, part, counts.setdefault(name, 0), "", "raised", told))
            counts[name] += 1

    space["check"] = check
    here = {"part": "visible"}
    hidden = []
    for step in (*job.steps, *job.hidden):
        here["part"] = step.part
        source = step.source.replace("from course_lib.checks import NotDone, check", "")
        try:
            exec(source, space)
            status = "ok"
        except Exception:
            status = "error"
        (hidden if step.part == "hidden" else cells.setdefault(step.id, CellRun(step.id, status, [])))
    return Run("finished", cells, seen, Isolation("none"))


def quiet():
    """The environment for a subprocess that imports the project."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"}


def dump(made):
    """Everything the gradebook says of submissions, ids aside."""
    from nbgrader.api import Gradebook

    told = {}
    with Gradebook(made.db_url) as book:
        for assignment in book.assignments:
            for one in assignment.submissions:
                (nb,) = one.notebooks
                grades = {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade, g.score) for g in nb.grades}
                comments = {c.name: (c.auto_comment, c.manual_comment) for c in nb.comments}
                told[one.student.id, one.name] = (
                    grades,
                    comments,
                    str(one.timestamp),
                    nb.late_submission_penalty,
                    nb.score,
                )
    return told


def pages(made):
    """The bytes of everything in autograded/, by path."""
    return {p.relative_to(made.root): p.read_bytes() for p in sorted(made.root.glob("autograded/**/*")) if p.is_file()}


GRADE = """
import sys
from grading.marking import engine
from grading.errors import CourseError
from tests.grading.small_course import InProcess
try:
    engine.grade(sys.argv[1], pool=InProcess(), workers=2)
except CourseError as error:
    sys.exit(str(error))
"""
