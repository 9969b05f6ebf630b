"""The `course` command: assembles the groups of commands that are there and prints user errors as one sentence."""

import atexit
import errno
import gc
import sys
from importlib.util import find_spec

import typer

from grading.errors import FULL, CourseError, remedy

YOUNG = 50_000  # objects made before Python looks for garbage: by 700, its default, it walks through imports and caches
UNWRITABLE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EINVAL),
    *(errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG),
)
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells say it
STOPPED = "stopped. What was finished is kept; the same command goes on from there."
EXTRAS = {"nbgrader": "grading", "jupytext": "grading", "torch": "torch", "distributed": "cluster", "dask": "cluster"}
app = typer.Typer(
    name="course",
    help="Deep learning from the perceptron to ResNet: work through it, write it, grade it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main():
    """Run the command line; a user's mistake prints one sentence on stderr and exits with 2, Ctrl-C with 130."""
    gc.set_threshold(YOUNG, 10, 4)  # and through all that is old after 40 times: a class of any size is held flat
    atexit.register(gc.freeze)  # nor is anything looked through at the end: the system takes it all back
    try:
        assemble()
        app()
    except CourseError as error:
        _end(error, 2)
    except KeyboardInterrupt:
        _end(STOPPED, INTERRUPTED)
    except SystemExit as end:  # typer makes one of Ctrl-C, without a word
        if end.code != INTERRUPTED:
            raise
        _end(STOPPED, INTERRUPTED)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        _end(f"{error.name} is not installed; in the project's folder type: pip install --editable '.[{extra}]'", 2)
    except OSError as error:
        if error.errno not in UNWRITABLE + FULL:
            raise
        _end(f"{error.filename2 or error.filename}: {error.strerror}; {remedy(error)} there, or name another place.", 2)


def assemble():
    """Add the groups of commands that are there: a student's edition has the learner's only."""
    from grading.commands import learner, printing

    printing.on_any_console()
    groups = [learner]
    if find_spec("grading.commands.author"):
        from grading.commands import author, instructor, teaching

        groups += [author, instructor, teaching]
    for group in groups:
        group.register(app)


def _end(sentence, status):
    """Print one sentence on stderr and leave with this exit status."""
    typer.echo(f"course: {sentence}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
