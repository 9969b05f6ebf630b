"""`course watch`: grades what arrives in a folder until Ctrl-C, with a line for each hand-in."""

import json
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--course", "-c", envvar="COURSE_DIR", help="The course folder.", metavar="DIR")]


def watch(
    source: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where hand-ins arrive: a folder of downloads, or the exchange's inbound."),
    ],
    folder: Folder = Path(),
    lesson: Annotated[
        str | None, typer.Option("--lesson", metavar="NN", help="All that arrives is for this lesson.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks at the folder.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="End when all that is there is graded.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Submissions run at once; one per core by default.")
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust-submissions", help="Go on without confinement. Only for code you trust.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line for a script.")] = False,
):
    """Grade what arrives in DIR within seconds, until Ctrl-C; started again, it goes on where it was.

    Files are named as `course collect` reads them; a notebook goes to the lesson that it holds, or that a folder
    around it names (DIR/09/...). With --once, exit status 1: something is to do, see the lines.

    Example: course watch /srv/nbgrader/exchange/dl/inbound --course ~/autumn-class
    """
    from grading.marking.watch import watch

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is Ctrl-C
    told = False
    rounds = watch(folder, source, lesson=lesson, workers=workers, trust=trust, every=every, once=once)
    for number, one in enumerate(rounds):
        if number == 0 and not as_json:
            typer.echo(f"watching {source}; Ctrl-C ends it")
        for line in map(json.dumps, _json(one)) if as_json else _lines(one):
            typer.echo("".join(c if c.isprintable() else "?" for c in line))
        told |= bool(one.told)
    if told:
        raise typer.Exit(1)


def _news(one):
    """What was graded in this round and was not before."""
    return [done for done in one.graded if done.how != "up to date"]


def _lines(one):
    now = time.strftime("%H:%M:%S")
    for done in _news(one):
        verdict = done.verdict
        points = f"{verdict.score:g} of {verdict.points:g} points"
        yield f"{now} {done.student} {done.lesson}: {points if done.outcome == 'graded' else done.outcome}"
    yield from (f"{now} {sentence}" for sentence in one.told)


def _json(one):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for done in _news(one):
        verdict = done.verdict
        told = {"student": done.student, "lesson": done.lesson, "outcome": done.outcome, "how": done.how}
        yield {"when": now, **told, "score": verdict.score, "points": verdict.points}
    yield from ({"when": now, "told": sentence} for sentence in one.told)
