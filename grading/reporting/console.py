"""The class table and the other things `course` prints for an instructor."""

import collections

from rich.table import Table
from rich.text import Text

from grading.marking import judge

BLOCKS = "▁▂▃▄▅▆▇█"


def class_table(graded):
    """Students by lessons: score, what became of it, the first mistakes recognised."""
    lessons = sorted({one.lesson for one in graded})
    table = Table(title=None, header_style="bold", expand=False)
    table.add_column("student", no_wrap=True)
    for lesson in lessons:
        table.add_column(lesson, no_wrap=True)
    table.add_column("what was seen", overflow="fold")
    by_student = collections.defaultdict(list)
    for one in graded:
        by_student[one.student].append(one)
    for student in sorted(by_student):
        mine = [(one, one.verdict) for one in by_student[student]]
        scores = {one.lesson: _score(one, verdict) for one, verdict in mine}
        cells = [scores.get(lesson, Text("—", style="dim")) for lesson in lessons]
        table.add_row(Text(student), *cells, Text(seen(mine), style="dim"))
    return table


def _score(one, verdict):
    if one.outcome != "graded":
        return Text(one.outcome, style="yellow")
    share = verdict.score / verdict.points if verdict.points else 0
    block = BLOCKS[min(7, int(share * 7.999))]
    style = "green" if share == 1 else "red" if share < 0.3 else ""
    text = Text(f"{verdict.score:5g} / {verdict.points:g} ", style=style)
    text.append(block)
    if verdict.ended != "finished":
        text.append(f" {verdict.ended}", style="yellow")
    return text


def seen(graded):
    """One line on a student, from (Graded, Verdict) pairs: outcomes, stops, mistakes, repairs."""
    told = []
    for one, verdict in graded:
        if one.outcome != "graded":
            told.append(verdict.sentence)
        stopped = [c.id for c in verdict.checks.values() if judge.CELL_STOPPED in c.reason]
        told += [f"stopped in {stopped[0]}"] if stopped else []
        left = [c.id for c in verdict.checks.values() if c.reason == judge.NOT_STARTED]
        told += [f"{', '.join(dict.fromkeys(name.split('-')[0] for name in left))} not started"] if left else []
        names = list(dict.fromkeys(m.name for c in verdict.checks.values() for m in c.mistakes[:1]))
        if names:
            more = f" and {len(names) - 2} more" if len(names) > 2 else ""
            told.append("; ".join(names[:2]) + more)
        if verdict.repairs:
            more = f" (and {len(verdict.repairs) - 1} more)" if len(verdict.repairs) > 1 else ""
            told.append(f"repaired: {verdict.repairs[0]}{more}")
    return " · ".join(dict.fromkeys(told))


def mistake_table(mistakes, limit=12):
    """The most common mistakes with the tutor's sentence."""
    table = Table(header_style="bold")
    for name in ("students", "exercise", "mistake", "what it means"):
        table.add_column(name, justify="right" if name == "students" else "left", overflow="fold")
    for entry in mistakes[:limit]:
        told = Text(entry["exercise"]), Text(entry["name"]), Text(entry["say"], style="dim")
        table.add_row(str(len(entry["students"])), *told)
    return table


def verdict_lines(verdict):
    """A verdict for the terminal, line by line, as (text, style)."""
    if verdict.outcome != "graded":
        yield f"{verdict.outcome}: {verdict.sentence}", "yellow"
    for repair in verdict.repairs:
        yield f"repaired: {repair}", "yellow"
    for check in verdict.checks.values():
        yield f"{check.id}  {check.score:g} / {check.points:g}", "bold green" if check.passed else "bold red"
        for line in check.lines:
            label = line.label if line.part == "visible" else f"hidden line {line.position}"
            yield f"    {'✓' if line.passed else '✗'} {label}{'  ' + line.say if line.say else ''}", ""
        for mistake in check.mistakes:
            yield f"    {mistake.name}: {mistake.sentence}", "cyan"
        if not check.passed:
            yield f"    {check.reason}", "dim"
