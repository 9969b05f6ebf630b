"""The learner's commands; each is one call into the package."""

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path | None, typer.Option("--notebooks", help="Folder of the lessons.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
SIGNS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "○"}


def register(app):
    """Add this group's commands to the Typer `app`."""
    for command in (lab, check, progress, hint, submit, reset, doctor):
        app.command(command.__name__, rich_help_panel="Learners")(command)


def lab(
    lesson: Annotated[str | None, typer.Argument(metavar="[NN]", help="A lesson; the start page if none.")] = None,
    notebooks: Folder = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the command.")] = False,
):
    """Open JupyterLab on the start page, or on a lesson.

    Example: course lab 09
    """
    import shlex

    from grading.commands.lab import lab_command, open_lab
    from grading.commands.study import notebooks_folder

    folder = notebooks_folder(notebooks)
    if dry_run:
        typer.echo(f"cd {shlex.quote(str(folder))} && {shlex.join(lab_command(folder, lesson, browser))}")
        return
    raise typer.Exit(open_lab(folder, lesson, browser=browser, tell=typer.echo))


def check(
    lessons: Annotated[list[str], typer.Argument(metavar="NN...", help="Lessons, such as 09.")],
    notebooks: Folder = None,
    practice: Annotated[bool, typer.Option("--practice", help="Do the practice runs too.")] = False,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")] = 120,
    json: Json = False,
):
    """Run a lesson's notebook from the top and say which of its checks pass.

    Exit status 0 when all pass, 1 when some do not. The notebook's file is not changed.

    Example: course check 09
    """
    from rich.console import Console

    from grading.commands.study import find_lesson, notebooks_folder, run_lesson

    folder, console, results = notebooks_folder(notebooks), Console(), []
    for path in [find_lesson(folder, number) for number in lessons]:
        with Console(stderr=True).status(path.stem) as status:

            def tell(text, status=status, name=path.stem):
                status.update(f"{name}, {text}")

            results.append(run_lesson(path, practice=practice, timeout=timeout, tell=tell))
        if not json:
            _print_result(console, results[-1])
    if json:
        typer.echo(jsonlib.dumps([result.to_json() for result in results], indent=1))
    raise typer.Exit(0 if all(result.passed for result in results) else 1)


def _print_result(console, result):
    right = sum(bool(check.passed) for check in result.checks)
    told = f"{right} of {len(result.checks)} checks pass" if result.checks else "a page to read, without checks"
    console.print(f"[bold]{result.lesson}[/]: {told}", highlight=False)
    for check in result.checks:
        line = f"  {SIGNS[check.passed]} {check.id}"
        console.print(line, end="" if check.say else "\n", highlight=False)
        if check.say:
            said = check.say.replace("\n", "\n      ")
            console.print(f"  {said}", markup=False, highlight=False, soft_wrap=True)
    for problem in result.problems:
        console.print(f"  {problem}", markup=False, highlight=False, soft_wrap=True)


def progress(
    notebooks: Folder = None,
    checks: Annotated[bool, typer.Option("--checks", help="Every check, not only every lesson.")] = False,
    json: Json = False,
):
    """Show what passes, lesson by lesson.

    Example: course progress --checks
    """
    from course_lib.checks.lookup import record_folders
    from course_lib.checks.progress_file import open_checks, read
    from grading.commands.study import checks_of, notebooks_folder, progress_file, progress_table

    folder = notebooks_folder(notebooks)
    done, _ = read(progress_file(folder))
    every = {name: {id: done.get(id) for id in ids} for name, ids in checks_of(folder).items()}
    if json:
        typer.echo(jsonlib.dumps(every, indent=1))
        return
    typer.echo(str(progress_table(folder)))
    hidden = open_checks(record_folders(folder)) if checks else ()
    for name, entries in every.items() if checks else ():
        typer.echo(f"\n{name}")
        for id, entry in entries.items():
            sign = "○" if entry is None else "✗" if not entry["passed"] else "◐" if id in hidden else "✓"
            judged = "  its hidden part is judged when graded" if sign == "◐" else ""
            typer.echo(f"  {sign} {id}" + (f"  ({_counted(entry['tries'])})" if entry else "") + judged)


def _counted(tries):
    return "1 try" if tries == 1 else f"{tries} tries"


def hint(
    exercise: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="An exercise: output_size, or its number, 0.4; if none, the last that failed."
        ),
    ] = None,
    notebooks: Folder = None,
    number: Annotated[
        int | None, typer.Option("--number", "-n", min=1, help="Open up to this one; those that are open if none.")
    ] = None,
):
    """Show the hints of an exercise that are open, weakest first; the first is opened.

    Without a name it is the exercise whose check failed last.

    Example: course hint output_size --number 2
    """
    from course_lib.checks.message import plain_markdown
    from grading.commands.study import hints, notebooks_folder

    shown, found = hints(notebooks_folder(notebooks), exercise, number)
    if exercise is None:
        typer.echo(found.id)
    if not shown:
        typer.echo(f"There are no hints for {found.id}.")
    for position, text in enumerate(shown, 1):
        typer.echo(f"Hint {position} of {len(found.hints)}\n{plain_markdown(text)}\n")
    if len(shown) < len(found.hints):
        typer.echo(f"The next: course hint {found.id} --number {len(shown) + 1}")


def submit(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="The lesson, such as 09.")],
    notebooks: Folder = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Take the file as it is, saved or not.")] = False,
    json: Json = False,
):
    """Check a lesson's saved notebook and make the one file to hand in.

    Exit status 1 when the notebook seems not to be saved; whether all checks pass makes no difference.

    Example: course submit 09
    """
    from rich.console import Console

    from grading.commands.study import notebooks_folder
    from grading.commands.submit import hand_in, sentences

    with Console(stderr=True).status("running the saved notebook") as status:
        made = hand_in(notebooks_folder(notebooks), lesson, anyway=anyway, tell=status.update)
    for text in [jsonlib.dumps(made.to_json(), indent=1)] if json else sentences(made):
        typer.echo(text)
    raise typer.Exit(0 if made.file else 1)


def reset(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="The lesson, such as 09.")],
    exercise: Annotated[str | None, typer.Argument(metavar="[ID]", help="An exercise; the lesson if none.")] = None,
    notebooks: Folder = None,
):
    """Give a lesson or an exercise back as it was handed out; what was there is kept beside it.

    Example: course reset 09 output_size
    """
    from grading.commands import reset as back
    from grading.commands.study import notebooks_folder

    path, copy = back.reset(notebooks_folder(notebooks), lesson, exercise)
    typer.echo(f"{exercise or path.stem} is as it was handed out. What was there: {copy}")
    typer.echo("Where the lesson is open in JupyterLab choose File, Reload Notebook from Disk.")


def doctor(json: Json = False):
    """Look whether this machine is ready for the course, and say what to type where it is not.

    Exit status 1 when something that learners need is missing.

    Example: course doctor
    """
    from dataclasses import asdict

    from rich.console import Console

    from grading.commands.doctor import examine

    with Console(stderr=True).status("looking"):
        findings = examine()
    if json:
        typer.echo(jsonlib.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        console, signs = Console(), {"ok": SIGNS[True], "note": "○", "bad": SIGNS[False]}
        for finding in findings:
            console.print(f"{signs[finding.state]} {finding.name:9}", end=" ", highlight=False)
            console.print(finding.says, markup=False, highlight=False, soft_wrap=True)
            if finding.todo:
                console.print(f"            type: {finding.todo}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if any(finding.state == "bad" for finding in findings) else 0)
