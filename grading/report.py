"""The class report: one page, self-contained, with what an instructor wants to know before the next lecture.

For each lesson: how the scores spread, which exercises separate who understood from who did not, which mistakes are
common and what they mean, who is stuck where, what had to be repaired, what took long, which answers are alike.
"""

import base64
import collections
import io
import statistics
import time
from dataclasses import dataclass, field

from grading import judge
from grading.course import Course, write_atomically
from grading.errors import CourseError
from grading.feedback import environment, read_autograded
from grading.journal import Journal
from grading.similar import alike

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#9aa5b1"


@dataclass
class Row:
    """One graded submission."""

    student: str
    verdict: judge.Verdict
    score: float
    cpu: float
    late: bool
    nb: dict = field(repr=False, default=None)
    unsteady: tuple = ()


def gather(course, lesson, writer, journal):
    """The graded submissions of a lesson, from journal and gradebook."""
    rows = []
    for (student, name), mark in sorted(journal.all_replayed().items()):
        nb = read_autograded(course, student, lesson) if name == lesson else None
        if nb is None or "verdict" not in nb.metadata.get("course", {}):
            continue
        verdict = judge.from_json(nb.metadata["course"]["verdict"])
        scores = writer.scores(lesson, student)
        graded = [r for r in scores.values() if "auto" in r]
        total = sum(r["manual"] if r["manual"] is not None else r["auto"] or 0.0 for r in graded)
        result = journal.result(mark["key"]) if mark["key"] else None
        late = writer.late(lesson, student)
        unsteady = tuple(result.get("unsteady", ())) if result else ()
        rows.append(Row(student, verdict, total, result["cpu"] if result else 0.0, late, nb, unsteady))
    return rows


def items(rows, skeleton):
    """Per check: pass rate, points, and how well it separates: the correlation of passing with the other points."""
    told = []
    for cell in skeleton.checks:
        passed = [row.verdict.checks[cell.check].passed for row in rows if row.verdict.outcome == "graded"]
        rest = [
            row.verdict.score - row.verdict.checks[cell.check].score for row in rows if row.verdict.outcome == "graded"
        ]
        rate = sum(passed) / len(passed) if passed else 0.0
        told.append({"check": cell.check, "points": cell.points, "rate": rate, "split": correlation(passed, rest)})
    return told


def correlation(passed, rest):
    """Point-biserial correlation, or None where one side does not vary (too few, all, none)."""
    passed = [float(p) for p in passed]
    if len(passed) < 3 or len(set(passed)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(passed, rest)


def mistakes(rows):
    """Recognised mistakes by frequency: check, name, sentence, students. Untouched answers do not count."""
    found = {}
    for row in rows:
        if row.verdict.outcome != "graded":
            continue
        untouched = _untouched(row)
        for check in row.verdict.checks.values():
            if check.id.split("-")[0] in untouched:
                continue
            for mistake in check.mistakes[:1]:
                key = (check.id.split("-")[0], mistake.name)
                entry = found.setdefault(key, {"exercise": key[0], "name": key[1], "say": mistake.say, "students": []})
                if row.student not in entry["students"]:
                    entry["students"].append(row.student)
    return sorted(found.values(), key=lambda e: (-len(e["students"]), e["exercise"], e["name"]))


def _untouched(row):
    """Exercises left as handed out."""
    from nbgrader import utils

    cells = [c for c in row.nb.cells if c.metadata.get("nbgrader", {}).get("solution")]
    same = [c for c in cells if c.metadata["nbgrader"].get("checksum") == utils.compute_checksum(c)]
    return {c.metadata["nbgrader"]["grade_id"] for c in same}


def stuck(rows, skeleton):
    """Students with the fewest points, with the exercises they tried without success."""
    told = []
    for row in sorted(rows, key=lambda r: (r.score, r.student)):
        if row.verdict.outcome != "graded" or row.verdict.score >= 0.5 * row.verdict.points:
            continue
        untouched = _untouched(row)
        failed = [c for c in row.verdict.checks.values() if not c.passed]
        tried = list(dict.fromkeys(c.id.split("-")[0] for c in failed if c.id.split("-")[0] not in untouched))
        told.append({"student": row.student, "score": row.score, "tried": tried, "open": len(untouched)})
    return told[:20]


def similar(rows, skeleton):
    """Pairs of answers alike beyond what the task dictates: [(exercise, [students])]; for a human eye, no verdict."""
    told = []
    for cell in skeleton.cells:
        if cell.role != "solution" or not cell.names:
            continue
        answers = {}
        for row in rows:
            answer = next((c.source for c in row.nb.cells if c.id == cell.id), "")
            if row.verdict.outcome == "graded" and answer.strip() != cell.source.strip():
                answers[row.student] = answer
        told += [{"exercise": cell.grade_id, **group} for group in alike(answers, cell.source)]
    return told


# ---------------------------------------------------------------------- pictures


def _svg(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def _figure(width, height):
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "report", "font.size": 10, "svg.fonttype": "path"})
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def distribution(rows, points):
    """A histogram of the scores in ten steps, the median marked."""
    figure, axes = _figure(6.4, 2.6)
    scores = [100 * row.score / points if points else 0 for row in rows]
    axes.hist(scores, bins=range(0, 101, 10), color=BLUE, edgecolor="white")
    middle = statistics.median(scores)
    axes.axvline(middle, color=ORANGE, lw=2)
    axes.text(middle, axes.get_ylim()[1], f" median {middle:.0f} %", color=ORANGE, va="top")
    axes.set(xlabel="score in % of all points", ylabel="students", xlim=(0, 100))
    axes.yaxis.get_major_locator().set_params(integer=True)
    return _svg(figure)


def pass_rates(told):
    """One bar per check: how many passed; the number beside it is how well it separates."""
    figure, axes = _figure(6.4, 0.7 + 0.3 * len(told))
    names = [item["check"].replace("_", " ") for item in told]
    rates = [100 * item["rate"] for item in told]
    axes.barh(names, rates, color=BLUE, height=0.66)
    for i, item in enumerate(told):
        text = "" if item["split"] is None else f"{item['split']:+.2f}"
        low = item["split"] is not None and item["split"] < 0.1
        axes.text(101, i, text, va="center", color=ORANGE if low else GREY)
    axes.set(xlabel="passed, % (right: discrimination)", xlim=(0, 100))
    axes.invert_yaxis()
    return _svg(figure)


def mistake_bars(told):
    """The most common mistakes, by number of students."""
    top = told[:12]
    figure, axes = _figure(6.4, 0.7 + 0.3 * len(top))
    axes.barh(
        [f"{m['exercise'].replace('_', ' ')}: {m['name']}" for m in top],
        [len(m["students"]) for m in top],
        color=ORANGE,
    )
    axes.set(xlabel="students")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.invert_yaxis()
    return _svg(figure)


# ---------------------------------------------------------------------- the page


def lesson_part(course, lesson, writer, journal):
    """All that the page says of one lesson, or None when nothing of it is graded."""
    rows = gather(course, lesson, writer, journal)
    if not rows:
        return None
    skeleton = course.skeleton(lesson)
    told, named = items(rows, skeleton), mistakes(rows)
    times = sorted(row.cpu for row in rows if row.cpu)
    usual = statistics.median(times) if times else 0.0
    return {
        "lesson": lesson,
        "count": len(rows),
        "points": skeleton.points,
        "mean": statistics.fmean(row.score for row in rows),
        "distribution": distribution(rows, skeleton.points),
        "items": told,
        "rates": pass_rates(told),
        "mistakes": named,
        "bars": mistake_bars(named) if named and len(named[0]["students"]) > 1 else "",
        "stuck": stuck(rows, skeleton),
        "outcomes": [r for r in rows if r.verdict.outcome != "graded"],
        "stopped": [r for r in rows if r.verdict.ended in judge.STOPPED],
        "repairs": [r for r in rows if r.verdict.repairs],
        "late": [r.student for r in rows if r.late],
        "usual": usual,
        "slow": [r for r in rows if r.cpu > max(5 * usual, usual + 2)],
        "similar": similar(rows, skeleton),
        "unsteady": [r for r in rows if r.unsteady],
        "weak": [i for i in told if i["split"] is not None and i["split"] < 0.1],
    }


def write(root, lessons=(), to=None):
    """Write the report page; returns its path (ROOT/report.html by default)."""
    from grading.gradebook import Writer

    course = Course(root)
    with Writer(course) as writer, Journal(course.root / "journal", exclusive=False) as journal:
        parts = [lesson_part(course, lesson, writer, journal) for lesson in course.choose(lessons)]
    parts = [part for part in parts if part is not None]
    if not parts:
        raise CourseError(f"Nothing is graded in {course.root} yet; run `course grade --course {course.root}` first.")
    unfit = course.unfit()
    html = environment().get_template("report.html.j2").render(parts=parts, unfit=unfit, when=time.strftime("%d %B %Y"))
    path = course.root / "report.html" if to is None else to
    write_atomically(path, html.encode("utf-8", "replace"))
    return path


def common_mistakes(root, lessons=()):
    """Per lesson the recognised mistakes, for the demo's table: {lesson: [{"exercise", "name", "say", "students"}]}."""
    from grading.gradebook import Writer

    course, told = Course(root), collections.OrderedDict()
    with Writer(course) as writer, Journal(course.root / "journal", exclusive=False) as journal:
        for lesson in course.choose(lessons):
            told[lesson] = mistakes(gather(course, lesson, writer, journal))
    return told
