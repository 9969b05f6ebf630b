"""The instructor's commands; each is one call into the package."""

from pathlib import Path
from typing import Annotated

import typer

from grading.commands import decisions
from grading.commands.collecting import collect
from grading.commands.watching import watch
from grading.errors import CourseError

Folder = Annotated[Path, typer.Option("--course", "-c", envvar="COURSE_DIR", help="The course folder.", metavar="DIR")]
Lessons = Annotated[list[str] | None, typer.Argument(metavar="[NN]...", help="Lessons, such as 09; all if none.")]
Students = Annotated[list[str] | None, typer.Option("--student", "-s", help="Only this student; may be repeated.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a script.")]
HERE = Path()


def register(app):
    """Add this group's commands to the Typer `app`."""
    for name, command in (
        ("init", init),
        ("collect", collect),
        ("grade", grade),
        ("watch", watch),
        ("due", decisions.due),
        ("extend", decisions.extend),
        ("drop", decisions.drop),
        ("points", decisions.points),
        ("attempt", decisions.attempt),
        ("show", show),
        ("feedback", feedback),
        ("report", report),
        ("export", export),
        ("demo", demo),
    ):
        app.command(name, rich_help_panel="Instructors")(command)


def _console():
    from rich.console import Console

    return Console(highlight=False)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, outside the repository.")],
    lessons: Lessons = None,
    private: Annotated[
        bool, typer.Option("--private", help="Draw hidden tests that nobody with the repository knows.")
    ] = False,
):
    """Make an nbgrader course folder, or refresh its lessons; submissions and grades stay.

    Example: course init ~/autumn-class 01 09
    """
    from grading import course
    from grading.course.stamp import read_stamp
    from grading.publishing.course_parts import lesson_parts, private_parts

    console = _console()
    if read_stamp(folder)["private"] and not private:
        console.print("This folder has private hidden tests; they are kept.")
        private = True
    with console.status("preparing") as status:
        if private:
            course.init(folder, [])
            parts = private_parts(folder, lessons or (), tell=status.update)
        else:
            parts = lesson_parts(lessons or (), tell=status.update)
        made = course.init(folder, parts)
    typer.echo(f"{made.root}: {', '.join(made.lessons)}")
    typer.echo(f"Hand out {made.root / 'release'}; put what comes back into {made.root / 'submitted'}/STUDENT/LESSON/.")


def grade(
    lessons: Lessons = None,
    folder: Folder = HERE,
    student: Students = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Submissions run at once; one per core by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run everything again, changed or not.")] = False,
    twice: Annotated[
        bool, typer.Option("--twice", help="Run each a second time under other conditions; flag what differs.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write no marks; say which would change.")] = False,
    trust: Annotated[
        bool, typer.Option("--trust-submissions", help="Go on without confinement. Only for code you trust.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Run on a Dask cluster: its scheduler's address or file; local:N for this machine."
        ),
    ] = None,
    as_json: AsJson = False,
):
    """Grade what was handed in and is new or changed; continues where a stopped run was.

    Example: course grade 09 --course ~/autumn-class
    """
    from grading.commands.grade import grade_class

    options = {"students": student or (), "force": force, "twice": twice, "dry": dry_run}
    grade_class(_console(), folder, lessons or (), workers=workers, trust=trust, dask=dask, as_json=as_json, **options)


def show(
    student: Annotated[str, typer.Argument(metavar="STUDENT")],
    lesson: Annotated[str, typer.Argument(metavar="NN")],
    check: Annotated[
        str | None, typer.Argument(metavar="[CHECK]", help="Only this check, with all its failing lines.")
    ] = None,
    folder: Folder = HERE,
    source: Annotated[bool, typer.Option("--source", help="Also show the answers as they were graded.")] = False,
    as_json: AsJson = False,
):
    """Show how one submission was graded: every line, every reason, every repair. For an appeal.

    It is for you alone: it says what hidden tests gave, wanted and got.

    Example: course show ann 09 --course ~/autumn-class
    """
    import json

    from grading.reporting.submission import find_graded, to_json

    shown = find_graded(folder, student, lesson, check)
    if as_json:
        typer.echo(json.dumps(to_json(shown), ensure_ascii=False))
        return
    from grading.reporting.console import print_submission

    print_submission(_console(), shown, source=source)


def feedback(lessons: Lessons = None, folder: Folder = HERE, student: Students = None):
    """Write a page for each student and lesson into feedback/.

    Example: course feedback 09 --course ~/autumn-class
    """
    from grading.reporting.feedback import write

    paths = write(folder, lessons or (), student or ())
    typer.echo(f"{len(paths)} pages, such as {paths[0]}" if paths else "Nothing is graded yet.")


def report(
    lessons: Lessons = None,
    folder: Folder = HERE,
    to: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="report.html in the folder")
    ] = None,
):
    """Write the class report: one page with pictures of scores, exercises, mistakes, repairs.

    Example: course report --course ~/autumn-class
    """
    from grading.reporting.report import write

    typer.echo(write(folder, lessons or (), to))


def export(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="csv, canvas, moodle, blackboard; with --into also brightspace.")
    ],
    lessons: Lessons = None,
    folder: Folder = HERE,
    to: Annotated[Path | None, typer.Option(help="Where to write it.", show_default="KIND.csv")] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gradebook that the system saved: fill its own columns.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="NN=TITLE", help="With --into: a lesson's column; may be repeated.")
    ] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Go on though answers wait to be read: they count 0, or their old mark.")
    ] = False,
    as_json: AsJson = False,
):
    """Write the marks as a file for Canvas, Moodle, Blackboard or a spreadsheet.

    Exit status 1: somebody's row could not be filled or is not there, or the system has locked it; the lines say whose.

    Example: course export canvas --into saved.csv --to marks.csv --course ~/autumn-class
    """
    import json

    from grading.reporting.export import export

    to = to or Path(f"{kind}.csv")
    if into is None:
        path = export(folder, kind, to, lessons or (), as_is=as_is)
        typer.echo(json.dumps({"path": str(path)}) if as_json else path)
        return
    from grading.reporting.into import fill, lines

    columns = [tuple(given.split("=", 1)) for given in column or ()]
    wrong = next((one[0] for one in columns if len(one) == 1), None)
    if wrong is not None:
        raise CourseError(f"--column {wrong}: write NN=TITLE, the title as it stands in the file.")
    made = fill(folder, kind, into, to, lessons or (), columns=columns, as_is=as_is)
    for line in [json.dumps({**vars(made), "path": str(made.path)}, ensure_ascii=False)] if as_json else lines(made):
        typer.echo(line)
    if made.doubts or made.locked or made.left:
        raise typer.Exit(1)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the demo's course folder goes.")] = Path(
        "demo-course"
    ),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Submissions run at once; one per core by default.")
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust-submissions", help="Go on without confinement. Only for code you trust.")
    ] = False,
):
    """Grade a sample class from start to end, hostile notebooks among it, and say where to look.

    Example: course demo
    """
    from grading.commands.demo import demonstrate

    demonstrate(_console(), folder, workers=workers, trust=trust)
