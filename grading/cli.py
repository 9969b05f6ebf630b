"""The `course` command: assembles the three groups of commands and prints user errors as one sentence."""

import errno
import sys

import typer

from grading.errors import CourseError

UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells say it
STOPPED = "stopped. What was finished is kept; the same command goes on from there."

app = typer.Typer(
    name="course",
    help="Deep learning from the perceptron to ResNet: work through it, write it, grade it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main():
    """Run the command line; a user's mistake prints one sentence on stderr and exits with 2, Ctrl-C with 130."""
    try:
        from grading.commands import author, instructor, learner

        for group in (learner, author, instructor):
            group.register(app)
        app()
    except CourseError as error:
        _end(error, 2)
    except KeyboardInterrupt:
        _end(STOPPED, INTERRUPTED)
    except SystemExit as end:  # typer makes one of Ctrl-C, without a word
        if end.code != INTERRUPTED:
            raise
        _end(STOPPED, INTERRUPTED)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        _end(f"{error.filename}: {error.strerror}; permit writing there, or name another place.", 2)


def _end(sentence, status):
    """Print one sentence on stderr and leave with this exit status."""
    typer.echo(f"course: {sentence}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
