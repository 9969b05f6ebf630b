"""`course collect`: from what a course website saved to submitted/, with a line for every file that was given."""

import json
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from grading.errors import CourseError

Folder = Annotated[Path, typer.Option("--course", "-c", envvar="COURSE_DIR", help="The course folder.", metavar="DIR")]


def collect(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="The lesson the uploads belong to.")],
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER_OR_FILE", help="A folder, zip, tar or notebook from Canvas, Moodle, a drive, an e-mail..."
        ),
    ],
    folder: Folder = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the table and change nothing.")] = False,
    times: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV that says who handed in when; goes before all else.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Where times without a zone were written: Europe/Berlin.")
    ] = None,
    who: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=STUDENT", help="Whose a file or folder is, or which file counts; may be repeated."),
    ] = None,
    level: Annotated[
        int | None, typer.Option(min=0, help="Which folder of the path is the student: 1 is the outermost, 0 the file.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there, newer or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a script.")] = False,
):
    """Sort uploaded notebooks into submitted/; says of every file for whom it was taken, or why not.

    What a group of groups.csv handed in goes to each of its members.

    Exit status 1: something is to do, see the last lines; everybody else's work was taken.

    Example: course collect 09 submissions.zip --course ~/autumn-class --dry-run
    """
    from grading.course.collect import Options, collect
    from grading.course.collect.report import lines

    options = Options(dry_run, times, _zone(zone), tuple(map(_pair, who or ())), level, replace)
    report = collect(folder, lesson, source, options)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=True))
    else:
        for line in lines(report):
            typer.echo("".join(c if c.isprintable() else "?" for c in line))
    if report.problems:
        raise typer.Exit(1)


def _zone(name):
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise CourseError(f"--zone {name} is no time zone; write one such as Europe/Berlin or UTC.") from None


def _pair(text):
    path, equals, student = text.rpartition("=")
    if not equals or not path:
        raise CourseError(f"--who {text}: write 'PATH=STUDENT', the path as the table shows it.")
    return path, student.strip()
