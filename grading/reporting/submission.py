"""`course show`: all there is to say about one graded submission, for an appeal. Reads only.

It is for the instructor: of a hidden test that fails it says input, expected and got (reporting/explain.py).
"""

from dataclasses import dataclass, field
from difflib import get_close_matches

from grading.course.folder import Course
from grading.errors import CourseError
from grading.ids import exercise_of
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.named import Dresser
from grading.marking.observed import Observed
from grading.marking.verdict import Verdict
from grading.marking.verdict import to_json as verdict_to_json
from grading.reporting.explain import MOST, explain
from grading.reporting.feedback import read_autograded
from grading.reporting.lateness import span


@dataclass
class Shown:
    """A verdict with the facts around it and the answers as they were graded."""

    facts: dict
    verdict: Verdict
    answers: dict
    explained: dict = field(default_factory=dict)  # check -> ([Explained], how many of its lines fail)


def find_graded(root, student, lesson, check=None):
    """The Shown of one submission, or of one `check` of it in full; CourseError when it is not graded."""
    course = Course(root)
    (lesson,) = course.choose([lesson])
    nb = read_autograded(course, student, lesson)
    if nb is None or "verdict" not in nb.metadata.get("course", {}):
        there = course.students(lesson)
        near = [] if student in there else get_close_matches(student, there, 2)
        hint = f"is it {' or '.join(near)}?" if near else f"run `course grade {lesson[:2]} --course {root}`."
        raise CourseError(f"Nothing of {student} in {lesson} is graded; {hint}")
    order = [cell.check for cell in course.skeleton(lesson).checks]
    if check is not None and check not in order:
        raise CourseError(f"{lesson} has no check {check}; it has: {', '.join(order)}.")
    order = order if check is None else [check]
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        verdict = Dresser(course, journal).verdict(student, lesson, nb)
        scores, mark = book.scores(lesson, student), book.mark(lesson, student)
        kept = journal.replayed(student, lesson) or {}
        result = journal.result(kept["key"]) if kept.get("key") else None
    verdict.checks = {name: verdict.checks[name] for name in order if name in verdict.checks}
    given = {name: row["manual"] for name, row in scores.items() if row.get("manual") is not None}
    facts = {
        "submission": str(course.root / "submitted" / student / lesson),
        "graded notebook": str(course.root / "autograded" / student / lesson / f"{lesson}.ipynb"),
        "checks": f"{verdict.score:g} of {verdict.points:g} points",
        "run": verdict.ended
        if result is None
        else f"{verdict.ended}, {result['cpu']:.2f} s CPU. {result['detail']}".strip(),
    }
    if given:
        facts["given by a person"] = ", ".join(f"{name} {value:g}" for name, value in given.items())
    if mark is not None:
        facts |= _dates(mark)
    solutions = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("solution")]
    answers = {c.metadata["nbgrader"]["grade_id"]: c.source for c in solutions}
    if check is not None:
        answers = {name: text for name, text in answers.items() if name == exercise_of(check)}
    seen = Observed(course.root).read(kept.get("key"))
    return Shown(facts, verdict, answers, _explained(course, lesson, verdict, seen, MOST if check is None else 1000))


def _explained(course, lesson, verdict, seen, most):
    """{check: what `explain` says} of the failing checks whose observations are kept."""
    failing = [c.id for c in verdict.checks.values() if not c.passed and c.id in seen]
    return {id: explain(course, lesson, seen[id], id, most) for id in failing}


def _dates(mark):
    """When it was due and handed in, what is taken off, and what counts."""
    told = {}
    if mark.due is not None:
        more = f", {span(mark.extension.total_seconds())} of extension in it" if mark.extension else ""
        told["due"] = f"{mark.due:%Y-%m-%d %H:%M:%S} UTC{more}"
    if mark.handed_in is not None:
        late = f", {span(mark.late)} late" if mark.late else ""
        told["handed in"] = f"{mark.handed_in:%Y-%m-%d %H:%M:%S} UTC{late}"
    if mark.penalty:
        told["late penalty"] = f"{mark.penalty:g}"
    told["counts"] = f"{mark.counts:g} points" + (", an answer is still to be read" if mark.unread else "")
    return told


def to_json(shown):
    """The facts, the verdict and the explanations as JSON values."""
    explained = {
        check: {"failing": count, "lines": [line.to_json() for line in lines]}
        for check, (lines, count) in shown.explained.items()
    }
    return {**shown.facts, "verdict": verdict_to_json(shown.verdict), "explained": explained}
