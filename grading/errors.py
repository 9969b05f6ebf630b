"""The one error that reaches a user: a sentence that says what was wrong, where, and what to do."""


class CourseError(Exception):
    """A mistake the user can mend; the command line prints it without a traceback and exits with 2."""
