"""`course due`, `extend`, `drop`, `points`, `attempt`: decisions about marks; with --dry-run only shown."""

import json
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--course", "-c", envvar="COURSE_DIR", help="The course folder.", metavar="DIR")]
Lesson = Annotated[str, typer.Argument(metavar="NN", help="The lesson, such as 09.")]
Check = Annotated[str, typer.Argument(metavar="CHECK", help="The check's id, as `course show` lists it.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="The reason, kept in the folder's rules.toml.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Show whose marks would change; write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a script.")]
HERE = Path()
MOST_YEARS = 10  # a due date is not further away


def due(
    lesson: Lesson,
    when: Annotated[str, typer.Argument(metavar="TIME", help="Such as '2026-10-12 23:59', or never.")],
    folder: Folder = HERE,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Where the time is meant, such as Europe/Berlin; else here.")
    ] = None,
    why: Why = "",
    dry_run: Dry = False,
    as_json: AsJson = False,
):
    """Set when a lesson is due, also after grading: late and in time are told anew and marks follow.

    Example: course due 09 '2026-10-12 23:59' --course ~/autumn-class
    """
    from grading.marking import decide

    never = when.strip().lower() in ("never", "none", "-", "nie", "jamais", "nunca", "mai")
    time = None if never else _moment(when, _zone(zone), zone)
    local = "" if never else _on_clocks(time, _zone(zone), zone)
    _tell(decide.due(folder, lesson, time, why=why, dry=dry_run, local=local), dry_run, as_json)


def extend(
    student: Annotated[str, typer.Argument(metavar="STUDENT")],
    lesson: Lesson,
    hours: Annotated[str, typer.Argument(metavar="HOURS", help="From the due date on, 48 or 2d; 0 takes them back.")],
    folder: Folder = HERE,
    why: Why = "",
    dry_run: Dry = False,
    as_json: AsJson = False,
):
    """Give one student more time for a lesson, before or after it was graded.

    Example: course extend ann 09 48 --why illness --course ~/autumn-class
    """
    from grading.marking import decide

    _tell(decide.extend(folder, student, lesson, _hours(hours), why=why, dry=dry_run), dry_run, as_json)


def drop(
    check: Check,
    folder: Folder = HERE,
    give: Annotated[str, typer.Option(metavar="full|none", help="Its points to everybody, or to nobody.")] = "full",
    undo: Annotated[bool, typer.Option("--undo", help="Let it count again.")] = False,
    why: Why = "",
    dry_run: Dry = False,
    as_json: AsJson = False,
):
    """Take a bad test out of the marks: everybody gets its points, or nobody does; --undo lets it count again.

    Example: course drop conv2d-dilation --why 'the task is unclear' --course ~/autumn-class
    """
    from grading.marking import decide

    _tell(decide.drop(folder, check, give.lower(), undo=undo, why=why, dry=dry_run), dry_run, as_json)


def points(
    check: Check,
    number: Annotated[str, typer.Argument(metavar="N", help="What it is worth from now on.")],
    folder: Folder = HERE,
    why: Why = "",
    dry_run: Dry = False,
    as_json: AsJson = False,
):
    """Let a check or a written question be worth more or less, for everybody.

    Example: course points conv2d 5 --course ~/autumn-class
    """
    from grading.marking import decide

    worth = _float(number, f"N: {number!r} is no number of points; write 2.5, say.")
    _tell(decide.points(folder, check, worth, why=why, dry=dry_run), dry_run, as_json)


def attempt(
    lesson: Lesson,
    counts: Annotated[str, typer.Argument(metavar="last|best", help="Best: by its mark, late penalty included.")],
    folder: Folder = HERE,
    why: Why = "",
    dry_run: Dry = False,
    as_json: AsJson = False,
):
    """Say which attempt counts of who handed in several times; marks follow, and what was run is not run again.

    Attempts that were never graded wait for the next `course grade`.

    Example: course attempt 09 best --course ~/autumn-class
    """
    from grading.marking import decide

    _tell(decide.attempt(folder, lesson, counts.lower(), why=why, dry=dry_run), dry_run, as_json)


def _moment(text, zone, named):
    """The time that is meant; CourseError for none, and for an hour that a night has twice."""
    from datetime import UTC, datetime, timedelta

    from grading.course.times import read_time
    from grading.errors import CourseError

    time = read_time(text, "TIME", zone)
    if time is None:
        raise CourseError("TIME is empty; write it as '2026-10-12 23:59', or never.")
    first = time.replace(tzinfo=UTC)
    clock, later = (when.astimezone(zone).replace(tzinfo=None) for when in (first, first + timedelta(hours=1)))
    if clock == later and read_time(text, "TIME", UTC) != time:
        where = named or "this machine's zone"
        raise CourseError(f"TIME: {text} comes twice in {where}, when clocks go back; write which: {text} +0200, say.")
    if abs(time - datetime.now(UTC).replace(tzinfo=None)) > timedelta(days=MOST_YEARS * 366):
        raise CourseError(f"TIME: {text} is more than {MOST_YEARS} years away; look at the year.")
    return time


def _on_clocks(time, zone, named):
    """A due date as the clocks of its place show it."""
    from datetime import UTC

    local = time.replace(tzinfo=UTC).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" + (f" in {named}" if named else " on this machine's clock")


def _hours(text):
    """A number of hours: 48, 1,5, 48h, 2d, 2 days."""
    import re

    found = re.fullmatch(r"([-+.,\d\w]*?) *(h|hours?|std\.?|stunden?|d|days?|tage?)?", text.strip().lower())
    wrong = f"HOURS: {text!r} is no number of hours; write 48, or 2d for two days."
    number = _float(found[1] if found else "", wrong)
    return number * (24 if (found[2] or "")[:1] in ("d", "t") else 1)


def _float(text, wrong):
    """The number that a text holds, its decimals after a point or a comma; CourseError saying `wrong`."""
    from grading.errors import CourseError

    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise CourseError(wrong) from None


def _zone(name):
    """The time zone of this machine, or the one named."""
    from zoneinfo import ZoneInfo

    from dateutil.tz import tzlocal

    from grading.errors import CourseError

    if name is None:
        return tzlocal()
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise CourseError(f"--zone {name} is no time zone; write one such as Europe/Berlin or UTC.") from None


def _tell(decided, dry, as_json):
    from rich.console import Console

    from grading.marking.outcome import decided_json
    from grading.reporting.console import print_decided

    if as_json:
        typer.echo(json.dumps(decided_json(decided), ensure_ascii=False))
        return
    print_decided(Console(highlight=False), decided, dry=dry)
