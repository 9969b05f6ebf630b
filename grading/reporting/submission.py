"""`course show`: all there is to say about one graded submission, for an appeal. Reads only."""

from dataclasses import dataclass

from grading.course.folder import Course
from grading.errors import CourseError
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.verdict import Verdict, from_json
from grading.marking.verdict import to_json as verdict_to_json
from grading.reporting.feedback import read_autograded
from grading.reporting.lateness import span


@dataclass
class Shown:
    """A verdict with the facts around it and the answers as they were graded."""

    facts: dict
    verdict: Verdict
    answers: dict


def find_graded(root, student, lesson):
    """The Shown of one submission; CourseError when it is not graded."""
    course = Course(root)
    (lesson,) = course.choose([lesson])
    nb = read_autograded(course, student, lesson)
    if nb is None or "verdict" not in nb.metadata.get("course", {}):
        raise CourseError(
            f"Nothing of {student} in {lesson} is graded; run `course grade {lesson[:2]} --course {root}`."
        )
    verdict = from_json(nb.metadata["course"]["verdict"])
    order = [cell.check for cell in course.skeleton(lesson).checks]
    verdict.checks = {name: verdict.checks[name] for name in order if name in verdict.checks}
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        scores, mark = book.scores(lesson, student), book.mark(lesson, student)
        kept = journal.replayed(student, lesson) or {}
        result = journal.result(kept["key"]) if kept.get("key") else None
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
    return Shown(facts, verdict, {c.metadata["nbgrader"]["grade_id"]: c.source for c in solutions})


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
    """The facts and the verdict as JSON values."""
    return {**shown.facts, "verdict": verdict_to_json(shown.verdict)}
