"""`course grade`: the class graded in this machine's sandbox or on a cluster, told by a bar and a table or as JSON."""

import contextlib
import sys

import typer

from grading.errors import CourseError


def grade_class(console, folder, lessons, *, workers, trust, dask, as_json, **options):
    """Grade what is new or changed and print what became of it; `options` are those of engine.grade.

    Ends with status 1 when the grader itself failed on a submission.
    """
    if dask and workers:
        raise CourseError("--workers is for this machine alone; with --dask the cluster has its own.")
    say = None if as_json else lambda sentence: console.print(sentence, markup=False)
    with _pool(folder, workers, trust, dask, say) as pool:
        from grading.marking import engine  # after the pool: both take a second or two to start
        from grading.marking.outcome import json_pieces
        from grading.reporting.console import grade_with_bar, print_summary

        options |= {"workers": workers, "trust": trust, "pool": pool}
        if as_json:
            summary = engine.grade(folder, lessons, **options)
            for piece in json_pieces(summary):
                sys.stdout.write(piece)
            sys.stdout.write("\n")
        else:
            summary = grade_with_bar(console, folder, lessons, **options)
    if not as_json:
        print_summary(console, summary)
    if summary.unread or summary.faults:
        raise typer.Exit(1)


@contextlib.contextmanager
def _pool(folder, workers, trust, dask, say):
    """The sandbox or the cluster, ready; None where there is nothing to grade."""
    if dask:
        from grading.confinement.cluster import connect

        with connect(dask, trust=trust, say=say) as pool:
            yield pool
    elif (folder / "submitted").is_dir():
        from grading.confinement.pool import SandboxPool, default_workers

        with SandboxPool(workers or default_workers(), trust=trust) as pool:
            yield pool
    else:
        yield None
