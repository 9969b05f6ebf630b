"""What this kernel remembers of the learner: which checks passed, for which function, and how many hints are open."""

import os

from course_lib.checks.lookup import exercise_of, hints_of

_failed = {}  # exercise -> attempts that failed since it last passed
_opened = {}  # exercise -> hints opened by asking
_passed = {}  # check -> (passed, code of the function that bears the exercise's name)


def graded():
    """Whether this is a graded run, where nothing of the learner's is kept or shown."""
    return os.environ.get("COURSE_MODE") == "grade"


def remember(check, passed, attempt, namespace):
    """Note one run of a check; an untouched stub is no attempt."""
    exercise = exercise_of(check)
    _passed[check] = passed, _code(namespace.get(exercise))
    if passed:
        _failed.pop(exercise, None)
    elif attempt:
        _failed[exercise] = _failed.get(exercise, 0) + 1
    if attempt and not graded():
        from course_lib.checks.progress_file import note

        note(check, passed)


def failures(check):
    """Failed attempts at the exercise of this check, since it last passed."""
    return _failed.get(exercise_of(check), 0)


def open_hints(exercise):
    """The hints to show now and how many there are; each call opens one more than before."""
    hints = hints_of(exercise)
    reached = max(_opened.get(exercise, 0) + 1, _failed.get(exercise, 0))
    _opened[exercise] = min(reached, len(hints))
    return hints[: _opened[exercise]], len(hints)


def choose(exercise, namespace, library):
    """`(function, sentence)`: the learner's if every check of it that ran passed last and it is unchanged since.

    Else the library's.
    """
    mine = namespace.get(exercise)
    runs = [run for check, run in _passed.items() if exercise_of(check) == exercise]
    if mine is None or not runs:
        return library, f"{exercise}: the library's, because yours has not been checked yet."
    if not all(passed for passed, _ in runs):
        return library, f"{exercise}: the library's, because yours does not pass its check yet."
    if any(code != _code(mine) for _, code in runs):
        return library, f"{exercise}: the library's, because yours was changed after its check passed."
    return mine, f"{exercise}: yours."


def _code(function):
    return getattr(function, "__code__", function)
