"""What this kernel remembers of the learner: which checks passed, for which function, and which failed last."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from course_lib.checks.lookup import exercise_of, find_check
from course_lib.evidence.records import BadRecord

_passed = {}  # check -> (passed, code of the function or class that the exercise asks for)
_failed = []  # exercises whose checks failed after an attempt, the last one last
_opened = {}  # exercise -> hints opened here, for where no progress file can be written


def graded() -> bool:
    """Whether this is a graded run, where nothing of the learner's is kept or shown."""
    return os.environ.get("COURSE_MODE") == "grade"


def remember(check: str, passed: bool, attempt: bool, namespace: dict[str, Any], answer: str = "") -> None:
    """Note one run of a check; what was no attempt (a stub, a program as given, a cell not run) leaves no trace.

    `namespace` is the notebook's, `answer` a fingerprint of what was tried.
    """
    exercise = exercise_of(check)
    _passed[check] = passed, _code(_asked_for(check, namespace))
    if not attempt:
        return
    _failed[:] = [one for one in _failed if one != exercise] + ([] if passed else [exercise])
    if not graded():
        from course_lib.checks.progress_file import note

        note(check, passed, answer=answer)


def last_failed() -> Any:
    """The exercise whose check failed last after an attempt: in this kernel, else by the progress file; or ""."""
    if _failed:
        return _failed[-1]
    from course_lib.checks.progress_file import last_failed

    return exercise_of(last_failed())


def first_answer(check: str) -> str:
    """The fingerprint of what was tried first at `check`, by the progress file; "" in a graded run."""
    if graded():
        return ""
    from course_lib.checks.progress_file import first_answer

    return first_answer(check)


def opened(exercise: str) -> int:
    """How many hints of `exercise` are open."""
    from course_lib.checks.progress_file import opened

    return max(_opened.get(exercise, 0), opened().get(exercise, 0))


def open_hints(exercise: Any, count: Any) -> None:
    """Open the first `count` hints of `exercise`; open ones stay open, also after the kernel."""
    if count > opened(exercise):
        from course_lib.checks.progress_file import note_opened

        _opened[exercise] = count
        if not graded():
            note_opened(exercise, count)


def choose(exercise: Any, namespace: Any, library: Any) -> Any:
    """`(function, sentence)`: the learner's if every check of it that ran passed last and it is unchanged since.

    Else the library's. A class is chosen as a function is.

    `exercise` is an id, `namespace` the notebook's, `library` the other function.
    """
    runs = {check: run for check, run in _passed.items() if exercise_of(check) == exercise}
    mine = _asked_for(next(iter(runs)), namespace) if runs else None
    runs = list(runs.values())
    if mine is None:
        return library, f"{exercise}: the library's, because yours has not been checked yet."
    if not all(passed for passed, _ in runs):
        return library, f"{exercise}: the library's, because yours does not pass its check yet."
    if any(code != _code(mine) for _, code in runs):
        return library, f"{exercise}: the library's, because yours was changed after its check passed."
    return mine, f"{exercise}: yours."


def _asked_for(check: str, namespace: dict[str, Any]) -> Callable:
    """What the learner has defined under the exercise's own name, else under the first of its names; or None."""
    exercise = exercise_of(check)
    try:
        found = find_check(check)
    except BadRecord:
        found = None
    names = found[1].get("exercise", {}).get("names") or () if found else ()
    return next((namespace[name] for name in (exercise, *names) if namespace.get(name) is not None), None)


def _code(thing: Any) -> Any:
    """What tells a function from another; of a class, its methods', so that its cell may be run again."""
    if isinstance(thing, type):
        return {name: _code(getattr(part, "__func__", part)) for name, part in vars(thing).items() if callable(part)}
    return getattr(thing, "__code__", thing)
