"""The `course` command: assembles the three groups of commands and prints user errors as one sentence."""

import sys

import typer

from grading.errors import CourseError

app = typer.Typer(
    name="course",
    help="Deep learning from the perceptron to ResNet: work through it, write it, grade it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main():
    """Run the command line; a user's mistake prints one sentence on stderr and exits with 2."""
    from grading.commands import author, instructor, learner

    for group in (learner, author, instructor):
        group.register(app)
    try:
        app()
    except CourseError as error:
        typer.echo(f"course: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
