"""The class as a table in the terminal: who has what in which lesson, and what was seen there."""

import collections

from rich.table import Table
from rich.text import Text

from grading.ids import exercise_of
from grading.marking.boundary import FAULT
from grading.reporting.lateness import remark

BLOCKS = "▁▂▃▄▅▆▇█"
BESIDE = 2  # lessons that leave room for what was seen
WIDTH = 16  # columns of a score


def print_class(console, graded):
    """Students by lessons: score, what became of it, the first mistakes recognised.

    Few lessons have what was seen beside them; of many the scores stand in tables as wide as the terminal, and what was
    seen below, a line for each submission that has something to tell.
    """
    lessons = sorted({one.lesson for one in graded})
    by_student = collections.defaultdict(dict)
    for one in graded:
        by_student[one.student][one.lesson] = one
    if len(lessons) <= BESIDE:
        console.print(_table(lessons, by_student, beside=True))
        return
    room = console.width - max(map(len, by_student)) - 5
    each = max(1, room // WIDTH)
    for first in range(0, len(lessons), each):
        console.print(_table(lessons[first : first + each], by_student, beside=False))
    for student in sorted(by_student):
        for lesson in lessons:
            told = seen([by_student[student][lesson]]) if lesson in by_student[student] else ""
            if told:
                console.print(Text(f"{student} {lesson[:2]}: {told}", style="dim"))


def _table(lessons, by_student, *, beside):
    table = Table(title=None, header_style="bold", expand=False)
    table.add_column("student", no_wrap=True)
    for lesson in lessons:
        table.add_column(lesson if beside else lesson[:2])
    if beside:
        table.add_column("what was seen", overflow="fold")
    for student, mine in sorted(by_student.items()):
        cells = [_score(mine[lesson]) if lesson in mine else Text("—", style="dim") for lesson in lessons]
        told = [Text(seen(mine.values()), style="dim")] if beside else []
        table.add_row(Text(student), *cells, *told)
    return table


def _score(one):
    verdict = one.verdict
    if one.outcome != "graded":
        return Text(one.outcome, style="bold red" if one.outcome == FAULT else "yellow")
    share = verdict.score / verdict.points if verdict.points else 0
    block = BLOCKS[min(7, int(share * 7.999))]
    style = "green" if share == 1 else "red" if share < 0.3 else ""
    text = Text(f"{verdict.score:5g} / {verdict.points:g} ", style=style)
    text.append(block)
    if verdict.ended != "finished":
        text.append(f" {verdict.ended}", style="yellow")
    if one.mark is not None and remark(one.mark):
        text.append(f" {remark(one.mark)}", style="yellow")
    if one.unconfined:
        text.append(" unconfined", style="bold red")
    return text


def seen(graded):
    """One line on a student's submissions: outcomes, stops, mistakes, repairs."""
    told = []
    for one in graded:
        verdict = one.verdict
        if one.outcome != "graded":
            told.append(verdict.sentence)
        told += [verdict.cause] if verdict.cause and verdict.score < verdict.points else []
        stopped = [c.id for c in verdict.checks.values() if c.stopped]
        told += [f"stopped in {stopped[0]}"] if stopped else []
        told += _not_begun(verdict)
        names = list(dict.fromkeys(m.name for c in verdict.checks.values() for m in c.mistakes[:1]))
        if names:
            more = f" and {len(names) - 2} more" if len(names) > 2 else ""
            told.append("; ".join(names[:2]) + more)
        if verdict.repairs:
            more = f" (and {len(verdict.repairs) - 1} more)" if len(verdict.repairs) > 1 else ""
            told.append(f"repaired: {verdict.repairs[0]}{more}")
    return " · ".join(dict.fromkeys(told))


def _not_begun(verdict):
    """[a sentence] on the exercises that stand as they were handed out; [] where all were tried."""
    left = [c for c in verdict.checks.values() if not c.started]
    if left and len(left) == len(verdict.checks):
        return ["nothing begun"]
    names = list(dict.fromkeys(exercise_of(c.id) for c in left))
    more = f" and {len(names) - 3} more" if len(names) > 4 else ""
    return [f"not begun: {', '.join(names[: 3 if more else 4])}{more}"] if names else []
