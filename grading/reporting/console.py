"""What `course` prints for an instructor: progress and summary of a run, one submission in full."""

from rich.table import Table
from rich.text import Text

from grading.confinement.cgroup import WAYS as COUNTED
from grading.confinement.sandbox import PATHS
from grading.marking import hidden_tests
from grading.marking.outcome import WAYS, remarked
from grading.marking.safe_outputs import plain_text
from grading.reporting.class_table import print_class
from grading.reporting.lateness import span


def mistake_table(mistakes, limit=12):
    """The most common mistakes with the tutor's sentence."""
    table = Table(header_style="bold")
    for name in ("students", "exercise", "mistake", "what it means"):
        table.add_column(name, justify="right" if name == "students" else "left", overflow="fold")
    for entry in mistakes[:limit]:
        told = Text(entry["exercise"]), Text(entry["name"]), Text(entry["say"], style="dim")
        table.add_row(str(len(entry["students"])), *told)
    return table


def verdict_lines(verdict, explained=None):
    """A verdict for the terminal, line by line, as (text, style); `explained` is Shown's."""
    if verdict.outcome != "graded":
        yield f"{verdict.outcome}: {verdict.sentence}", "yellow"
    if verdict.cause:
        yield verdict.cause, "bold yellow"
    for repair in verdict.repairs:
        yield f"repaired: {repair}", "yellow"
    for check in verdict.checks.values():
        yield f"{check.id}  {check.score:g} / {check.points:g}", "bold green" if check.passed else "bold red"
        if not check.started:
            yield "    Not begun: its cell stands as it was handed out.", "dim"
            continue
        for line in check.lines:
            label = hidden_tests.label(line, numbered=True)
            yield f"    {'✓' if line.passed else '✗'} {label}{'  ' + line.say if line.say else ''}", ""
        if check.rule:
            yield f"    {check.rule}", "yellow"
        for mistake in check.mistakes:
            yield f"    {mistake.name}: {mistake.sentence}", "cyan"
        if not check.passed:
            yield f"    {check.reason}", "dim"
        if explained and check.id in explained:
            yield from explained_lines(*explained[check.id])


def explained_lines(lines, count):
    """Failing lines with input, expected and got, for the instructor, as (text, style)."""
    for one in lines:
        what = "hidden line" if one.hidden else "line"
        yield f"    {what} {one.position}, {one.label}", "bold"
        for statement in one.rests_on:
            yield "\n".join(f"        {row}" for row in statement.split("\n")), "dim"
        if one.text:
            yield "\n".join(f"        {row}" for row in one.text.split("\n")), ""
        if one.expected and one.expected not in one.say:
            yield f"        expected {one.expected}, got {one.got or 'nothing'}", ""
        yield f"        {one.say}", ""
    if count > len(lines):
        yield f"    and {count - len(lines)} more failing lines; name the check to see them all", "dim"


def print_groups(console, groups, named):
    """Wrong answers that behave alike and have no name, each with an example; and what is named here already."""
    for group in groups:
        count = len(group.students)
        told = f"{count} student{'s' * (count != 1)}, {group.exercise}: same wrong values"
        console.print(Text(f"{group.id}  {told}", style="bold"), soft_wrap=True)
        console.print(Text(f"    {', '.join(group.students)}"))
        for text, style in explained_lines([group.first], 1):
            console.print(Text(plain_text(text), style=style), soft_wrap=True)
        console.print(Text("    one of the answers:", style="dim"))
        for row in plain_text(group.example).split("\n"):
            console.print(Text(f"        {row}"), soft_wrap=True)
    if groups:
        console.print(
            f'Give one a sentence: course name {groups[0].id} "what a tutor would say"', markup=False, soft_wrap=True
        )
    else:
        console.print("No wrong answers without a name that behave alike.")
    told = {mistake["group"]: f"{mistake['name']}: {mistake['say']}" for _, mistake in named}
    for group, text in told.items():
        console.print(Text(f"named here: {group}  {text}"), soft_wrap=True)


def grade_with_bar(console, folder, lessons=(), **options):
    """Grade with a progress bar that shows rate and time left; returns the Summary."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from grading.marking import engine

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    columns += (
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=None, rate="", last="")

        def tell(done, total, one):
            elapsed = bar.tasks[0].elapsed or 1e-9
            bar.update(
                task, completed=done, total=total, rate=f"{done / elapsed:.1f}/s", last=f"{one.student} {one.lesson}"
            )

        return engine.grade(folder, lessons, tell=tell, **options)


def _penalty(one):
    """The change of a submission's late penalty, as the changes of its cells are told."""
    if one.before is None or one.mark is None or one.before.penalty == one.mark.penalty:
        return []
    return [("late penalty", one.before.penalty, one.mark.penalty)]


def changes_table(summary):
    """Whose mark is another one: points, what is taken off and what counts, before and after; None where none is."""
    rows = remarked(summary)
    if not rows:
        return None
    table = Table(header_style="bold")
    for name in ("student", "lesson", "points", "late", "taken off", "counts"):
        table.add_column(name, justify="right" if name in ("points", "taken off", "counts") else "left")
    for one in rows:
        arrows = [a if a == b else f"{a} -> {b}" for a, b in zip(_told(one.before), _told(one.mark), strict=True)]
        table.add_row(Text(one.student), one.lesson, *arrows)
    return table


def _told(mark):
    late = span(mark.late) if mark.late else "no"
    return f"{mark.raw:g}", late, f"{mark.penalty:g}", f"{mark.counts:g}"


def print_summary(console, summary):
    """The class table, what was done, how confined, what changed."""
    if not summary.graded:
        console.print("Nothing was handed in.")
        return
    print_class(console, summary.graded)
    ways = [f"{summary.count(how)} {how}" for how in WAYS]
    told = ", ".join(way for way in ways if not way.startswith("0 "))
    console.print(f"{len(summary.graded)} submissions in {summary.seconds:.1f} s: {told}.")
    if summary.last:
        names = ", ".join(sorted({f"{student} {lesson}" for student, lesson in summary.last}))
        console.print(f"Took long, so graded after all others, with their full time: {names}.", markup=False)
    if summary.isolation:
        console.print(f"Confined: {PATHS[summary.isolation]}; {COUNTED[summary.counted]}.")
    for sentence in summary.differs:
        console.print(f"[bold red]{sentence}")
    for sentence in summary.unread:
        console.print(f"{sentence} It counts as handed in without a time.", style="bold red", markup=False)
    changed = [(one, change) for one in summary.graded for change in [*one.changes, *_penalty(one)]]
    verb = "would become" if summary.dry else "became"
    for one, (cell, old, new) in changed:
        console.print(f"{one.student} {one.lesson} {cell}: {old:g} {verb} {new:g}", markup=False)
    for one in summary.graded:
        if one.unsteady:
            names = ", ".join(one.unsteady)
            console.print(f"{one.student} {one.lesson}: not the same the second time: {names}", markup=False)
    if summary.dry:
        console.print(f"{len(changed)} marks would change; the gradebook is as it was.")
    unconfined = sum(one.unconfined for one in summary.graded)
    if unconfined:
        console.print(
            f"{unconfined} marks come from unconfined runs (--trust-submissions): code in them could have changed any "
            "mark. A run without that flag runs them again.",
            style="bold red",
        )
    for fault in summary.faults:
        told = "{student} {lesson}: {sentence} Its marks are as they were; the next run tries it again.".format(**fault)
        console.print(told, markup=False, style="bold red")
    for path in summary.astray[:10]:
        console.print(f"{path} is not graded: it lies where no submission is looked for.", markup=False, soft_wrap=True)
    if summary.astray:
        more = f"{len(summary.astray) - 10} more lie there. " if len(summary.astray) > 10 else ""
        say = f"{more}Each belongs into submitted/STUDENT/LESSON; `course collect LESSON FOLDER` sorts uploads in."
        console.print(say, markup=False, soft_wrap=True)
    for name in summary.unfit:
        console.print(
            f"submitted/{name} is left alone: that name cannot be a student's id.", markup=False, soft_wrap=True
        )


def print_decided(console, decided, *, dry):
    """A decision (marking/decide.py) and the marks it changes, before and after."""
    console.print(f"{decided.sentence}.", markup=False)
    table = changes_table(decided.summary)
    if table is not None:
        console.print(table)
    count = len(remarked(decided.summary))
    would = "would change; nothing was written" if dry else "changed"
    console.print(f"{count} {'mark' if count == 1 else 'marks'} {would}.", markup=False)
    if decided.by_hand:
        told = ", ".join(f"{student} {points:g}" for student, points in decided.by_hand.items())
        console.print(f"Points given by a person stay as they are: {told}.", markup=False)
    left = decided.summary.count("left for course grade")
    if left:
        one = "submission is" if left == 1 else "submissions are"
        console.print(f"{left} {one} new or changed: run `course grade`.", markup=False)


def print_submission(console, shown, *, source=False):
    """All there is to say about one submission (reporting/submission.py), with its answers when `source`."""
    for name, value in shown.facts.items():
        console.print(f"{name}: {plain_text(str(value))}", markup=False, soft_wrap=True)
    for text, style in verdict_lines(shown.verdict, shown.explained):
        console.print(Text(plain_text(text), style=style), soft_wrap=True)
    if source:
        from rich.syntax import Syntax

        for name, text in shown.answers.items():
            console.print(f"\n{name}", markup=False)
            console.print(Syntax(text, "python", background_color="default"))
