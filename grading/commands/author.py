"""The author's commands; each is one call into the package."""

from pathlib import Path
from typing import Annotated

import typer

Numbers = Annotated[list[str] | None, typer.Argument(metavar="[NN]...", help="Lessons, such as 09; all if none.")]
Solutions = Annotated[Path | None, typer.Option(help="Folder of the lessons' files.", show_default=False)]
Notebooks = Annotated[Path | None, typer.Option(help="Folder the notebooks go to.", show_default=False)]


def register(app):
    """Add this group's commands to the Typer `app`."""
    app.command("build", rich_help_panel="Authors")(build)
    app.command("lint", rich_help_panel="Authors")(lint)


def _folders(solutions, notebooks):
    from grading.build import Folders

    given = {"solutions": solutions, "notebooks": notebooks}
    return Folders(**{k: v for k, v in given.items() if v is not None})


def build(
    lessons: Numbers = None,
    solutions: Solutions = None,
    notebooks: Notebooks = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="The notebooks only: no pictures, no expected values.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Build although lint finds problems.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing: fail if a build would change a file.")] = False,
):
    """Build student notebooks, pictures and expected values from solutions/.

    Example: course build 09
    """
    from rich.console import Console

    from grading.build import build, stale
    from grading.errors import CourseError

    folders, console = _folders(solutions, notebooks), Console()
    if check:
        found = stale(folders, lessons or ())
        if found:
            raise CourseError("\n".join(found))
        console.print("All notebooks are current.")
        return
    with console.status("building") as status:
        done = build(folders, lessons or (), lint=not force, records=not quick, tell=status.update)
    for built in done:
        console.print(f"{built.lesson}: {', '.join(built.changed) or 'nothing changed'}", highlight=False)


def lint(
    lessons: Numbers = None,
    solutions: Solutions = None,
    complete: Annotated[bool, typer.Option("--complete", help="Also say what a lesson still lacks.")] = False,
):
    """Say what is wrong with lessons as written, with file, line and remedy.

    Example: course lint 09 --complete
    """
    from grading.lint import lint_lessons, missing_parts
    from grading.source import read_lessons

    folders = _folders(solutions, None)
    chosen = read_lessons(folders.solutions, lessons or ())
    files = {lesson.path.name for lesson in chosen}
    problems = [p for p in lint_lessons(read_lessons(folders.solutions)) if p.file in files]
    if complete:
        problems += [p for lesson in chosen for p in missing_parts(lesson)]
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(chosen)} {'lesson' if len(chosen) == 1 else 'lessons'}, nothing to mend")
