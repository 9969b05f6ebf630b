"""Feedback: one page for each student and lesson, in nbgrader's feedback folder; what passed, what did not, why.

Made from the graded notebook and the gradebook. Nothing of a student's runs in it (no script at all does); of hidden
tests it says what marking/hidden_tests.py permits. formgrader's feedback button and `nbgrader generate_feedback` make
the same page through FeedbackExporter.
"""

import json
import re
import secrets

from nbconvert.exporters import Exporter
from nbformat import from_dict

from course_lib.files import write_atomically
from grading.course.folder import Course
from grading.course.skeleton import ROLES
from grading.errors import CourseError
from grading.files import read_regular
from grading.ids import exercise_of, split
from grading.marking.boundary import Boundary, Damaged
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.named import Dresser
from grading.marking.nbgrader_steps import course_of
from grading.marking.verdict import STOPPED, from_json
from grading.reporting.safe_html import environment, outputs

SHOWN = ("solution", "question")
assert set(SHOWN) < set(ROLES)


def page(course, nb, student, lesson, scores, penalty=None, name="", dresser=None):
    """The feedback page as HTML text. `scores` is Reader.scores; `nb` the notebook in autograded/.

    `dresser` (marking/named.py) adds what this class's instructor has named.
    """
    meta = nb.metadata.get("course", {})
    if "verdict" not in meta:
        raise CourseError(f"{lesson} of {student} was graded by something else; run `course grade --force` first.")
    verdict = from_json(meta["verdict"]) if dresser is None else dresser.verdict(student, lesson, nb)
    skeleton = course.skeleton(lesson)
    exercises = [_exercise(*found, nb, verdict, scores, course) for found in _answers(skeleton)]
    earned = sum(one["score"] for one in exercises)
    waiting = sum(one["points"] for one in exercises if one["waiting"])
    return (
        environment()
        .get_template("feedback.html.j2")
        .render(
            student=name or student,
            title=_title(skeleton),
            lesson=lesson,
            verdict=verdict,
            exercises=exercises,
            score=max(0.0, earned - (penalty or 0.0)),
            penalty=penalty,
            waiting=waiting,
            points=sum(course.points(lesson).values()),
            repairs=verdict.repairs,
            passed=sum(one["state"] == "passed" for one in exercises),
            stopped=STOPPED.get(verdict.ended, ""),
            own=_own_cells(nb, skeleton),
        )
    )


def _title(skeleton):
    first = next((c.source for c in skeleton.cells if c.kind == "markdown" and c.source.startswith("# ")), "")
    return first.split("\n")[0].lstrip("# ") or skeleton.lesson


def _answers(skeleton):
    """(cell to answer, heading above it, its checks) in order."""
    heading = ""
    for cell in skeleton.cells:
        if cell.kind == "markdown":
            found = re.findall(r"^#{2,4} (.+)$", cell.source, re.M)
            heading = found[0] if found else heading
        if cell.role in SHOWN:
            checks = [c for c in skeleton.checks if exercise_of(c.check) == cell.grade_id]
            yield cell, heading, checks


def _exercise(cell, heading, checks, nb, verdict, scores, course):
    """All that the page says of one exercise."""
    told = [verdict.checks[c.check] for c in checks if c.check in verdict.checks]
    answer = next((c for c in nb.cells if c.id == cell.id), None)
    rows = [scores.get(c.grade_id, {}) for c in (checks if cell.role == "solution" else [cell])]
    score = sum((r.get("manual") if r.get("manual") is not None else r.get("auto") or 0.0) for r in rows)
    score += sum(r.get("extra") or 0.0 for r in rows)
    worth = course.points(verdict.lesson)
    points = sum(worth[c.grade_id] for c in checks) + worth.get(cell.grade_id, 0.0)
    source = answer.source if answer is not None else cell.source
    done = source.strip() != cell.source.strip()
    waiting = cell.role == "question" and any(r.get("auto") is None and r.get("manual") is None for r in rows) and done
    by_hand = any(r.get("manual") is not None for r in rows)
    again = cell.role == "question" and any(r.get("manual") is not None and r.get("needs") for r in rows)
    passed = bool(told) and all(check.passed for check in told)
    state = "waiting" if waiting else "read" if cell.role == "question" else "passed" if passed else "failed"
    mistakes = list({m.name: m for check in told for m in check.mistakes}.values())
    return {
        "id": cell.grade_id,
        "kind": cell.role,
        "heading": _heading(cell, heading, checks, told),
        "source": source,
        "answered": done,
        "checks": told,
        "stopped": next((check.stopped for check in told if check.stopped), ""),
        "score": score,
        "points": points,
        "state": state if done or cell.role == "question" else "open",
        "waiting": waiting,
        "by_hand": by_hand,
        "again": again,
        "mistakes": mistakes if done else [],
        "comment": _comment(scores, cell),
        "hint": "" if passed or cell.role == "question" else _hint(course, verdict.lesson, checks),
        "outputs": outputs(answer) if answer is not None else [],
    }


def _heading(cell, heading, checks, told):
    """The exercise's heading; a prediction has none of its own and is told by what it predicts."""
    if checks and all(split(c.grade_id)[0] == "predict" for c in checks) and told:
        labels = [line.label for line in told[0].lines if line.label]
        return f"Prediction: {labels[0]}" if labels else "Prediction"
    return heading or cell.grade_id


def _comment(scores, cell):
    """What a person wrote; the automatic comment is on the page already."""
    said = scores.get(cell.grade_id, {}).get("said")
    return said or ""


def _hint(course, lesson, checks):
    """The first hint of the exercise, as in the notebook."""
    for cell in checks:
        hints = course.records(lesson)["visible"].checks[cell.check].get("hints") or []
        if hints:
            return hints[0]
    return ""


def _own_cells(nb, skeleton):
    """The student's own code cells with what they showed."""
    own = [c for c in nb.cells if c.cell_type == "code" and c.id not in skeleton.by_id]
    return [{"source": c.source, "outputs": outputs(c)} for c in own]


def write(root, lessons=(), students=(), tell=None):
    """Write feedback for everything in the gradebook (or the chosen); returns the paths.

    Where that failed for some, the others' pages are written, and then a CourseError names them.
    """
    course, paths = Course(root), []
    boundary = Boundary(course.root / "journal")
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        dresser = Dresser(course, journal)
        chosen = course.choose(lessons)
        pairs = sorted(p for p in book.submitted() if p[1] in chosen and (not students or p[0] in students))
        missing = sorted(set(students) - {student for student, _ in pairs})
        if missing:
            raise CourseError(f"Nothing graded for {', '.join(missing)}; run `course grade` first.")
        roster = book.roster()
        for student, lesson in pairs:
            with boundary.around("writing its feedback", (student, lesson)):
                path = _write_one(course, book, dresser, student, lesson, _full_name(roster.get(student, {})))
                paths += [path] if path is not None else []
                if tell is not None and path is not None:
                    tell(len(paths), len(pairs), path)
    boundary.finish()
    return paths


def _write_one(course, book, dresser, student, lesson, name):
    """Write one page; returns its path, or None where nothing is graded."""
    nb = read_autograded(course, student, lesson)
    if nb is None:
        return None
    scores, penalty = book.scores(lesson, student), book.penalty(lesson, student)
    made = page(course, nb, student, lesson, scores, penalty, name, dresser)
    path = course.root / "feedback" / student / lesson / f"{lesson}.html"
    write_atomically(path, made)
    _for_the_exchange(course, student, lesson, path.parent)
    return path


def _for_the_exchange(course, student, lesson, folder):
    """What `nbgrader release_feedback` reads beside each page: when it was handed in, and the secret of the exchange.

    Who handed in another way has no secret; a random one, which opens nothing, lets the others' pages go out.
    """
    graded = course.root / "autograded" / student / lesson
    for name, otherwise in (("timestamp.txt", ""), ("submission_secret.txt", secrets.token_hex(64))):
        try:
            text = read_regular(graded / name, 1000)
        except OSError:
            text = otherwise
            if (folder / name).exists():
                continue
        write_atomically(folder / name, text)


def _full_name(row):
    return " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))


def read_autograded(course, student, lesson):
    """The graded notebook, or None."""
    path = course.root / "autograded" / student / lesson / f"{lesson}.ipynb"
    try:
        return from_dict(json.loads(path.read_text(encoding="utf-8")))  # our own file: no need to validate it
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Damaged(
            f"{path} cannot be read ({type(error).__name__}); run `course grade --force` on that submission."
        ) from None


class FeedbackExporter(Exporter):
    """nbgrader's generate_feedback with the course's page (named in nbgrader_config.py)."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(self, nb, resources=None, **kw):
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        names = resources["nbgrader"]
        course = course_of(resources)
        with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
            scores = book.scores(names["assignment"], names["student"])
            penalty = book.penalty(names["assignment"], names["student"])
            name = _full_name(book.roster().get(names["student"], {}))
            dresser = Dresser(course, journal)
            html = page(course, nb, names["student"], names["assignment"], scores, penalty, name, dresser)
        resources["output_extension"] = self.file_extension
        return html, resources
