"""The one error that reaches a user: a sentence that says what was wrong, where, and what to do."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class CourseError(Exception):
    """A mistake the user can mend; the command line prints it without a traceback and exits with 2."""


def remedy(error):
    """What mends an OSError of writing: room on a full disk, else permission."""
    return "make room" if error.errno in FULL else "permit writing"
