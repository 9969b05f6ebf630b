"""The class report: one page, self-contained, with what an instructor wants to know before the next lecture.

For each lesson: how the scores spread, which exercises separate who understood from who did not, which mistakes are
common and what they mean, who is stuck where, what had to be repaired, what took long, which answers are alike.
"""

import collections
import statistics
import time
from dataclasses import dataclass

from course_lib.files import write_atomically
from grading.course.folder import Course
from grading.course.groups import NAME, read_groups
from grading.errors import CourseError
from grading.ids import exercise_of
from grading.marking.boundary import Boundary
from grading.marking.gradebook import Reader
from grading.marking.journal import Journal
from grading.marking.named import Dresser
from grading.marking.verdict import STOPPED
from grading.reporting.charts import distribution, mistake_bars, pass_rates
from grading.reporting.feedback import read_autograded
from grading.reporting.safe_html import environment
from grading.reporting.similar import fingerprint, groups
from grading.reporting.unnamed import grouped
from grading.reporting.unread import unread_of


@dataclass(slots=True)
class Row:
    """What the page needs to know of one graded submission: little, as a class may be of any size."""

    student: str
    outcome: str
    sentence: str
    ended: str
    cause: str  # the first cell that failed
    repairs: list
    score: float  # what counts, as the gradebook has it
    earned: float  # points of the checks
    points: float
    passed: bytes  # 1 or 0 for each check of the lesson
    mistakes: tuple  # (exercise, name, sentence) recognised in what was tried
    tried: tuple  # exercises tried without success
    open: int  # exercises left as handed out
    cpu: float
    mark: object  # the gradebook's Mark: what is taken off and what counts, when it was due and handed in
    unsteady: tuple
    unconfined: bool = False  # ran with --trust-submissions


def gather(course, lesson, book, journal, boundary=None):
    """The graded submissions of a lesson, from journal and gradebook, and their answers: (rows, Answers).

    One notebook is held at a time; what fails for one is kept by `boundary`.
    """
    rows, answers, shared, marks = [], Answers(course.skeleton(lesson)), {}, book.marks(lesson)
    boundary, dresser = boundary or Boundary(course.root / "journal"), Dresser(course, journal)
    for student in journal.students(lesson):
        with boundary.around("reporting on it", (student, lesson)):
            row = _gathered(course, lesson, student, book, dresser, answers, shared, marks.get(student))
            rows += [row] if row is not None else []
    return rows, answers


def _gathered(course, lesson, student, book, dresser, answers, shared, mark):
    """The Row of one student, whose answers are added to the others'; None where nothing is graded."""
    nb = read_autograded(course, student, lesson)
    if nb is None or "verdict" not in nb.metadata.get("course", {}):
        return None
    kept = dresser.journal.replayed(student, lesson)
    result = dresser.journal.result(kept["key"]) if kept["key"] else {}
    scores = [r for r in book.scores(lesson, student).values() if "auto" in r]
    total = sum(r["manual"] if r["manual"] is not None else r["auto"] or 0.0 for r in scores)
    verdict = dresser.verdict(student, lesson, nb)
    row = _row(student, course.skeleton(lesson), verdict, nb, shared)
    row.mark, row.score, row.unconfined = mark, total if mark is None else mark.counts, kept.get("unconfined", False)
    row.cpu, row.unsteady = result.get("cpu", 0.0), tuple(result.get("unsteady", ()))
    if verdict.outcome == "graded":
        answers.add(student, nb)
    return row


def _row(student, skeleton, verdict, nb, shared):
    """The Row of a verdict, without what the journal and the gradebook say; `shared` holds equal texts once."""
    untouched = _untouched(nb) if verdict.outcome == "graded" else set()
    exercises = {check.id: exercise_of(check.id) for check in verdict.checks.values()}
    begun = [check for check in verdict.checks.values() if exercises[check.id] not in untouched]
    named = {(exercises[c.id], m.name): (exercises[c.id], m.name, m.say) for c in begun for m in c.mistakes[:1]}
    tried = dict.fromkeys(exercises[check.id] for check in begun if not check.passed)
    return Row(
        student=student,
        outcome=verdict.outcome,
        sentence=verdict.sentence,
        ended=verdict.ended,
        cause=verdict.cause,
        repairs=verdict.repairs,
        score=0.0,
        earned=verdict.score,
        points=verdict.points,
        passed=bytes(verdict.checks[cell.check].passed for cell in skeleton.checks),
        mistakes=tuple(shared.setdefault(mistake, mistake) for mistake in named.values()),
        tried=tuple(shared.setdefault(name, name) for name in tried),
        open=len(untouched),
        cpu=0.0,
        mark=None,
        unsteady=(),
    )


def _untouched(nb):
    """Exercises left as handed out."""
    from nbgrader import utils

    cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("solution")]
    same = [c for c in cells if c.metadata["nbgrader"].get("checksum") == utils.compute_checksum(c)]
    return {c.metadata["nbgrader"]["grade_id"] for c in same}


class Answers:
    """The class's answers to a lesson's exercises, as fingerprints."""

    def __init__(self, skeleton):
        self.cells = [cell for cell in skeleton.cells if cell.role == "solution" and cell.names]
        self.prints = {cell.id: {} for cell in self.cells}
        self.shared = {}

    def add(self, student, nb):
        """Take in one notebook's answers."""
        given = {cell.id: cell.source for cell in nb.cells}
        for cell in self.cells:
            source = given.get(cell.id, "")
            if source.strip() != cell.source.strip():
                made = fingerprint(source)
                self.prints[cell.id][student] = self.shared.setdefault(made, made)

    def similar(self):
        """Answers alike beyond what the task dictates: [{"exercise", "students", "how"}]; for an eye, no verdict."""
        told = []
        for cell in self.cells:
            known = fingerprint(cell.source)[0]
            told += [{"exercise": cell.grade_id, **group} for group in groups(self.prints[cell.id], known)]
        return told


def items(rows, skeleton, worth=None):
    """Per check: pass rate, points, and how well it separates: the correlation of passing with the other points."""
    told, graded = [], [row for row in rows if row.outcome == "graded"]
    for place, cell in enumerate(skeleton.checks):
        passed = [bool(row.passed[place]) for row in graded]
        points = cell.points if worth is None else worth[cell.grade_id]
        rest = [row.earned - points * row.passed[place] for row in graded]
        rate = sum(passed) / len(passed) if passed else 0.0
        told.append({"check": cell.check, "points": points, "rate": rate, "split": correlation(passed, rest)})
    return told


def correlation(passed, rest):
    """Point-biserial correlation, or None where one side does not vary (too few, all, none)."""
    passed = [float(p) for p in passed]
    if len(passed) < 3 or len(set(passed)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(passed, rest)


def mistakes(rows):
    """Recognised mistakes by frequency: exercise, name, sentence, students. Untouched answers do not count."""
    found = {}
    for row in rows:
        for exercise, name, say in row.mistakes if row.outcome == "graded" else ():
            entry = {"exercise": exercise, "name": name, "say": say, "students": []}
            found.setdefault((exercise, name), entry)["students"].append(row.student)
    return sorted(found.values(), key=lambda e: (-len(e["students"]), e["exercise"], e["name"]))


def stuck(rows):
    """Students with the fewest points, with the exercises they tried without success."""
    low = [row for row in rows if row.outcome == "graded" and row.earned < 0.5 * row.points]
    return sorted(low, key=lambda row: (row.score, row.student))[:20]


def stuck_in(rows):
    """Per exercise, who tried it without success, the most first: [{"exercise", "students", "share" of the class}]."""
    graded = [row for row in rows if row.outcome == "graded"]
    found = collections.defaultdict(list)
    for row in graded:
        for exercise in row.tried:
            found[exercise].append(row.student)
    told = [{"exercise": e, "students": s, "share": len(s) / len(graded)} for e, s in found.items()]
    return sorted(told, key=lambda one: (-len(one["students"]), one["exercise"]))


def apart(similar, course, lesson):
    """Less the answers alike of students who handed in together (groups.csv)."""
    together = (
        [set(students) for students in read_groups(course, lesson).values()] if (course.root / NAME).exists() else []
    )
    return [one for one in similar if not any(set(one["students"]) <= group for group in together)]


def about_lesson(course, lesson, book, journal, boundary):
    """All that the page says of one lesson, or None when nothing of it is graded."""
    rows, answers = gather(course, lesson, book, journal, boundary)
    if not rows:
        return None
    skeleton = course.skeleton(lesson)
    worth = course.points(lesson)
    told, named, points = items(rows, skeleton, worth), mistakes(rows), sum(worth.values())
    times = sorted(row.cpu for row in rows if row.cpu)
    usual = statistics.median(times) if times else 0.0
    scored = [row for row in rows if row.outcome == "graded" or row.score]  # the others were never looked at
    return {
        "lesson": lesson,
        "count": len(rows),
        "points": points,
        "mean": statistics.fmean(row.score for row in scored) if scored else None,
        "distribution": distribution(scored, points) if scored else "",
        "items": told,
        "rates": pass_rates(told),
        "mistakes": named,
        "bars": mistake_bars(named) if named and len(named[0]["students"]) > 1 else "",
        "unnamed": grouped(course, lesson, journal, boundary).groups(),
        "unread": [one for row in rows for one in unread_of(course, lesson, row.student, book)],
        "stuck": stuck(rows),
        "stuck_in": stuck_in(rows),
        "outcomes": [r for r in rows if r.outcome != "graded"],
        "stopped": [r for r in rows if r.ended in STOPPED or (r.cause and r.earned < r.points)],
        "repairs": [r for r in rows if r.repairs],
        "late": [r for r in rows if r.mark is not None and r.mark.late],
        "dated": [r for r in rows if r.mark is not None and (r.mark.late or r.mark.extension or r.mark.penalty)],
        "dropped": [(name, give) for (where, name), give in course.rules.dropped.items() if where == lesson],
        "usual": usual,
        "slow": [r for r in rows if r.cpu > max(5 * usual, usual + 2)],
        "similar": apart(answers.similar(), course, lesson),
        "unsteady": [r for r in rows if r.unsteady],
        "unconfined": [r.student for r in rows if r.unconfined],
        "failed": _failed(lesson, journal, boundary),
        "weak": [i for i in told if i["split"] is not None and i["split"] < 0.1],
    }


def _failed(lesson, journal, boundary):
    """On whom the grader failed, when grading or just now: {student: sentence}."""
    graded = {student: sentence for (student, _), sentence in journal.faults(lesson).items()}
    return graded | {one.student: one.sentence for one in boundary.faults if one.lesson == lesson}


def write(root, lessons=(), to=None):
    """Write the report page; returns its path (ROOT/report.html by default).

    Where that failed for some students, the page says so and a CourseError follows once it is written.
    """
    course = Course(root)
    boundary = Boundary(course.root / "journal")
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        told, lost = _about(course, course.choose(lessons), book, journal, boundary)
    if not told and lost:
        raise CourseError(" ".join(lost))
    if not told:
        raise CourseError(f"Nothing is graded in {course.root} yet; run `course grade --course {course.root}` first.")
    unfit = course.unfit()
    html = (
        environment()
        .get_template("report.html.j2")
        .render(lessons=told, unfit=unfit, lost=lost, when=time.strftime("%d %B %Y"))
    )
    path = course.root / "report.html" if to is None else to
    write_atomically(path, html)
    if lost:
        raise CourseError(f"{path} is written without {len(lost)} of the lessons. {' '.join(lost)}")
    boundary.finish()
    return path


def _about(course, lessons, book, journal, boundary):
    """([what the page says of each lesson that is graded], [why nothing can be said of a lesson])."""
    told, lost = [], []
    for lesson in lessons:
        try:
            told.append(about_lesson(course, lesson, book, journal, boundary))
        except CourseError as error:  # a file that the lesson's students share: its hidden values, what is named in it
            lost.append(f"{lesson}: {error}")
    return [one for one in told if one is not None], lost


def common_mistakes(root, lessons=()):
    """Per lesson the recognised mistakes, for the demo's table: {lesson: [{"exercise", "name", "say", "students"}]}."""
    course, told = Course(root), collections.OrderedDict()
    boundary = Boundary(course.root / "journal")
    with Reader(course) as book, Journal(course.root / "journal", exclusive=False) as journal:
        for lesson in course.choose(lessons):
            told[lesson] = mistakes(gather(course, lesson, book, journal, boundary)[0])
    boundary.finish()
    return told
