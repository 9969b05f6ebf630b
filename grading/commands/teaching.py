"""The instructor's commands for who is in a class and what it got wrong alike; each is one call into the package."""

from pathlib import Path
from typing import Annotated

import typer

from grading.commands.instructor import HERE, AsJson, Folder, Lessons

NAMES = ("roster", "share", "mistakes", "name", "list")


def register(app):
    """Add this group's commands to the Typer `app`."""
    for name, command in zip(NAMES, (roster, share, mistakes, name_group, list_graded), strict=True):
        app.command(name, rich_help_panel="Instructors")(command)


def roster(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The list that Canvas, Moodle, Blackboard, Brightspace, Gradescope, GitHub, Google saved, or any CSV.",
        ),
    ],
    folder: Folder = HERE,
    as_json: AsJson = False,
):
    """Learn who is who from a system's list, so that uploads are known and marks find their way back.

    Exit status 1: somebody was left out; the lines say who and why.

    Example: course roster gradebook.csv --course ~/autumn-class
    """
    import json

    from grading.course.enrol import enrol

    made = enrol(folder, file)
    if as_json:
        told = {"system": made.system, "people": [vars(p) for p in made.people], "new": made.new}
        typer.echo(
            json.dumps(
                {**told, "changed": made.changed, "doubts": made.doubts, "notes": made.notes}, ensure_ascii=False
            )
        )
    else:
        typer.echo(f"{made.system}: {len(made.people)} people, {len(made.new)} of them new; see roster.csv.")
        for sentence in [*made.notes, *made.changed, *made.doubts]:
            typer.echo(sentence)
    if made.doubts:
        raise typer.Exit(1)


def share(
    lesson: Annotated[str, typer.Argument(metavar="NN")],
    folder: Folder = HERE,
    as_json: AsJson = False,
):
    """Give the submission of a group, as groups.csv in the folder names it, to all of its members.

    Exit status 1: a group has two different submissions, or a member files without a notebook; the lines say which.

    Example: course share 09 --course ~/autumn-class
    """
    import json

    from grading.course.groups import share

    made = share(folder, lesson)
    if as_json:
        typer.echo(json.dumps(vars(made), ensure_ascii=False))
        raise typer.Exit(bool(made.doubts))
    for student, whose in made.copied:
        typer.echo(f"{student}: as {whose} handed it in")
    if made.new:
        typer.echo(f"not known here before, so look at how they are written: {', '.join(made.new)}")
    for group in made.nothing:
        typer.echo(f"group {group}: nobody handed in")
    for sentence in made.doubts:
        typer.echo(sentence)
    if made.doubts:
        raise typer.Exit(1)


def mistakes(
    lesson: Annotated[str, typer.Argument(metavar="NN")],
    folder: Folder = HERE,
    everything: Annotated[bool, typer.Option("--all", help="Also answers that nobody else gave.")] = False,
    as_json: AsJson = False,
):
    """List wrong answers that no known mistake explains, those that behave alike as one group.

    Example: course mistakes 09 --course ~/autumn-class
    """
    import json

    from grading.reporting.unnamed import find

    groups, named = find(folder, lesson, least=1 if everything else 2)
    if as_json:
        told = [{"check": check, **{k: mistake[k] for k in ("group", "name", "say")}} for check, mistake in named]
        typer.echo(json.dumps({"groups": [group.to_json() for group in groups], "named": told}, ensure_ascii=False))
        return
    from rich.console import Console

    from grading.reporting.console import print_groups

    print_groups(Console(highlight=False), groups, named)


def name_group(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="As `course mistakes` calls it.")],
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="What a tutor would say.")] = "",
    folder: Folder = HERE,
    called: Annotated[
        str, typer.Option("--called", help="A short name.", show_default="the sentence's first words")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the sentence back.")] = False,
    to: Annotated[Path | None, typer.Option(help="Also write it as a variant for the lesson's mistakes file.")] = None,
):
    """Say in one sentence what a group of wrong answers means; the next `course feedback` tells everyone it fits.

    Example: course name tail.1a2b "the first item is dropped, not the last" --course ~/autumn-class
    """
    from grading.reporting import unnamed

    if undo:
        unnamed.unname(folder, group)
        typer.echo(f"{group} has no name any more; `course feedback` writes the pages without it.")
        return
    found, text = unnamed.name(folder, group, sentence, called)
    count = len(found.students)
    typer.echo(f"{group} is named; `course feedback` tells {count} student{'s' * (count != 1)}.")
    if to is None:
        typer.echo(f"As a variant for solutions/mistakes:\n\n{text}")
    else:
        from course_lib.files import write_atomically

        write_atomically(to, text)


def list_graded(
    lessons: Lessons = None,
    folder: Folder = HERE,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Without names: a code for each student, the same every time.")
    ] = False,
    to: Annotated[Path | None, typer.Option(help="Write it there instead of printing it.")] = None,
):
    """List graded work as CSV: outcome, score, answers to read. Without names it is for teaching assistants.

    Example: course list 09 --anonymous --to for-assistants.csv --course ~/autumn-class
    """
    from course_lib.files import write_atomically
    from grading.reporting.anonymous import table, to_csv

    text = to_csv(table(folder, lessons or (), named=not anonymous))
    if to is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(to, text)
        typer.echo(to)
