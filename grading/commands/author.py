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
    app.command("certify", rich_help_panel="Authors")(certify)
    app.command("figures", rich_help_panel="Authors")(figures)
    app.command("look", rich_help_panel="Authors")(look)
    app.command("book", rich_help_panel="Authors")(book)
    app.command("release", rich_help_panel="Instructors")(release)


def _folders(solutions, notebooks):
    from grading.paths import Folders

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
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing: fail if lint finds something or a build would change a file."),
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run the reference answers again in any case.")] = False,
):
    """Build student notebooks, pictures and expected values from solutions/.

    Example: course build 09
    """
    from rich.console import Console

    from grading.errors import CourseError
    from grading.publishing.build import build, stale

    folders, console = _folders(solutions, notebooks), Console()
    if check:
        found = stale(folders, lessons or ())
        if found:
            raise CourseError("\n".join(found))
        console.print("All notebooks are current.")
        return
    with console.status("building") as status:
        done = build(folders, lessons or (), lint=not force, records=not quick, fresh=fresh, tell=status.update)
    for built in done:
        console.print(f"{built.lesson}: {', '.join(built.changed) or 'nothing changed'}", highlight=False)
    if solutions is None and notebooks is None:  # the demo's sample class is made from these lessons
        from grading.publishing import sample_class

        sample_class.write(of=[built.lesson[:2] for built in done[:-1]] if lessons else None)


def lint(
    lessons: Numbers = None,
    solutions: Solutions = None,
    complete: Annotated[bool, typer.Option("--complete", help="Also say what a lesson still lacks.")] = False,
):
    """Say what is wrong with lessons as written, with file, line and remedy.

    A warning fails nothing: a lesson may name one that is still to be written.

    Example: course lint 09 --complete
    """
    from grading.lessons.lint import lint_lessons, lint_warnings, missing_parts
    from grading.lessons.source import read_lessons

    folders = _folders(solutions, None)
    chosen, every = read_lessons(folders.solutions, lessons or ()), read_lessons(folders.solutions)
    for warning in lint_warnings(every, chosen):
        typer.echo(f"warning: {warning}")
    problems = lint_lessons(every, chosen)
    if complete:
        problems += [p for lesson in chosen for p in missing_parts(lesson)]
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{len(chosen)} {'lesson' if len(chosen) == 1 else 'lessons'}, nothing to mend")


def certify(
    lessons: Numbers = None,
    solutions: Solutions = None,
    notebooks: Notebooks = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the certificate here as well.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes at a time; all cores if not given.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Prove all again, whatever the cache holds.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Go on although lint finds problems.")] = False,
):
    """Build, then prove that every check tells right from wrong; exit status 1 where one does not.

    Writes the certificate; with lessons named, their part of it.

    Example: course certify 09 --json certificate.json
    """
    from rich.console import Console

    from grading.lessons.source import lesson_paths
    from grading.paths import ROOT
    from grading.proving import certificate as paper
    from grading.proving.certify import CACHE
    from grading.proving.renew import renew
    from grading.publishing.build import build, read_clean

    folders, console = _folders(solutions, notebooks), Console()
    with console.status("building") as status:
        build(folders, lessons or (), lint=not force, fresh=fresh, tell=status.update)
        chosen = read_clean(folders, lessons or (), lint=False)
        status.update("certifying")

        def told(proof):
            text, well = paper.summary(proof)
            console.print(text, style=None if well else "red", highlight=False, soft_wrap=True)

        found = paper.certify(chosen, folders, jobs=jobs, cache=None if fresh else CACHE, told=told)
    for slug, score in found.untouched.items():
        console.print(
            f"{slug}: untouched release scores {score:g}; {found.confined[slug]}", highlight=False, soft_wrap=True
        )
    for text in found.problems:
        console.print(text, style="red", highlight=False, soft_wrap=True)
    if json is not None:
        json.write_text(paper.as_text(found.to_json()), encoding="utf-8")
    if solutions is None and not lessons:
        paper.write(found, ROOT / "grading")
    elif solutions is None and not found.problems:  # the lessons named, in the certificate that is there
        renew(found, ROOT / "grading", [path.stem for path in lesson_paths(folders.solutions)])
    if found.problems:
        console.print(f"{len(found.problems)} to mend")
        raise typer.Exit(1)
    count = len(found.proofs)
    console.print(f"{count} exercises certified", highlight=False)


def release(
    out: Annotated[Path, typer.Argument(help="A new or empty folder, outside the repository.")],
    lessons: Numbers = None,
    edition: Annotated[str, typer.Option(help="class, self-study or clone.")] = "class",
    course: Annotated[Path | None, typer.Option(help="Course folder for the private part; OUT/course if none.")] = None,
    install: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="What pip is to install where a notebook lacks the library."),
    ] = None,
    solutions: Solutions = None,
    notebooks: Notebooks = None,
):
    """Make what is handed out: for a class, for self-study, or everything.

    class: student files without answers, and a course folder whose hidden tests are drawn privately and certified
    again. self-study: the same student files, the answers beside them. clone: the project as it is.

    Example: course release ~/autumn 01 09 --edition class
    """
    from rich.console import Console

    from grading.publishing.editions import release

    folders, console = _folders(solutions, notebooks), Console()
    with console.status("releasing") as status:
        done = release(edition, out, folders, lessons or (), course=course, install=install, tell=status.update)
    for what, path in done.paths.items():
        console.print(f"{what:8} {path}", highlight=False, soft_wrap=True)
    for note in done.notes:
        console.print(note, highlight=False)


def figures(
    run: Annotated[list[str] | None, typer.Option("--run", help="Run this figure and record it; or: all.")] = None,
    device: Annotated[str | None, typer.Option(help="Run it on this torch device, such as cuda.")] = None,
    solutions: Solutions = None,
    notebooks: Notebooks = None,
):
    """List the lecture figures that lessons regenerate, and collect the recorded ones into one page.

    Example: course figures --run F11
    """
    from rich.console import Console

    from grading.lessons.source import read_lessons
    from grading.publishing.figures import figures, run_figure, tally, write_page

    folders, console = _folders(solutions, notebooks), Console()
    listed = figures(read_lessons(folders.solutions))
    names = [f.name for f in listed] if run == ["all"] else run or []
    for name in names:
        with console.status(f"running {name}"):
            path = run_figure(name, folders, device)
        console.print(f"{name}: {path}", highlight=False, soft_wrap=True)
    path, missing = write_page(folders)
    for figure in listed:
        state = "not recorded" if figure.name in missing else "recorded"
        console.print(f"{figure.name:4} {state:13} {figure.lesson}", highlight=False)
    console.print(tally(listed, missing, folders), highlight=False, soft_wrap=True)
    console.print(f"page: {path}", highlight=False, soft_wrap=True)


def look(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="The lesson, such as 09.")],
    to: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("build/look"),
    solved: Annotated[bool, typer.Option("--solved", help="With the reference answers filled in.")] = False,
    dark: Annotated[bool, typer.Option("--dark", help="In JupyterLab's dark theme.")] = False,
    seconds: Annotated[int, typer.Option(help="How long the cells may run.")] = 240,
):
    """Run a lesson in real JupyterLab in a headless browser and keep a picture of every screen.

    Example: course look 09 --solved --dark
    """
    from grading.lessons.source import read_lessons
    from grading.paths import Folders
    from grading.publishing import look as looking

    folders = Folders()
    (chosen,) = read_lessons(folders.solutions, [lesson])
    seen = looking.look(chosen, folders.notebooks, to, answers=solved, dark=dark, seconds=seconds)
    typer.echo(f"{len(seen.pictures)} pictures in {to}; checks: {seen.passed} pass, {seen.failed} do not yet")
    typer.echo(f"cells with a widget: {seen.widgets}; errors in the browser's console: {len(seen.complaints)}")
    for complaint in seen.complaints[:5]:
        typer.echo(f"  {complaint[:200]}")


def book(
    context: typer.Context,
    lessons: Numbers = None,
    to: Annotated[Path, typer.Option(help="Folder of the site.")] = Path("build/book"),
    solutions: Solutions = None,
    notebooks: Notebooks = None,
):
    """Make a static site of the lessons, the figures, the commands and the library; open its index.html.

    Example: course book --to ~/public_html/course
    """
    from rich.console import Console

    from grading.lessons.source import read_lessons
    from grading.publishing.book.site import build_book

    folders, console = _folders(solutions, notebooks), Console()
    chosen = read_lessons(folders.solutions, lessons or ())
    with console.status("reading") as status:
        first = build_book(chosen, folders, to, context.parent.command.commands, tell=status.update)
    console.print(f"the book: {first}", highlight=False, soft_wrap=True)
