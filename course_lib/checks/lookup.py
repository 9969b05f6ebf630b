"""Find the recorded values of a check: in COURSE_EXPECTED, beside the notebook, or with the installed course."""

import os
from pathlib import Path

from course_lib.evidence.records import BadRecord, load_record

_loaded = {}  # path -> ((mtime, size), Record): reading again only what changed


def record_folders():
    """The folders with visible records, nearest first."""
    named = os.environ.get("COURSE_EXPECTED")
    installed = Path(__file__).resolve().parents[2] / "notebooks" / "expected"
    return ([Path(named)] if named else []) + [Path.cwd() / "expected", installed]


def records_in(folder, skip_damaged=False):
    """Every record in `folder`, by file name, each read when its turn comes; raises BadRecord at a damaged one."""
    for path in _files(folder):
        try:
            yield _load(path)
        except BadRecord:
            if not skip_damaged:
                raise


def _files(folder):
    return sorted(folder.glob("*.npz")) if folder.is_dir() else []


def _load(path):
    state = path.stat()
    stamp = state.st_mtime_ns, state.st_size
    if _loaded.get(path, (None,))[0] != stamp:
        _loaded[path] = stamp, load_record(path)
    return _loaded[path][1]


def find_check(id):
    """`(record, check)` of the visible values of check `id` from the nearest folder that has it, or None.

    Raises BadRecord only where a damaged file may be the one that was wanted.
    """
    damaged = None
    for folder in record_folders():
        for path in sorted(_files(folder), key=lambda p: p not in _loaded):  # what is read already comes first
            try:
                record = _load(path)
                if id in record.checks:
                    return record, record.checks[id]
            except BadRecord as error:
                damaged = damaged or error
    if damaged:
        raise damaged
    return None


def find_hidden(id, lesson):
    """The hidden part of check `id` of `lesson`; None without COURSE_HIDDEN, or where the check has no hidden part.

    Raises LookupError in one sentence when COURSE_HIDDEN has no values for the lesson at all.
    """
    named = os.environ.get("COURSE_HIDDEN")
    if not named:
        return None
    for record in records_in(Path(named)):
        if record.lesson == lesson:
            return record.checks.get(id)
    raise LookupError(f"COURSE_HIDDEN is {named}, but there are no hidden values for {lesson}.")


def exercise_of(check):
    """The exercise a check belongs to: `conv2d` of `conv2d-dilation`."""
    return check.partition("-")[0]


def hints_of(check):
    """The hints of a check or of its exercise, weakest first; [] where there are none."""
    exercise = exercise_of(check)
    for folder in record_folders():
        for record in records_in(folder, skip_damaged=True):
            mine = [record.about(id) for id in record.checks if exercise_of(id) == exercise]
            if mine:
                return next((entry["hints"] for entry in mine if entry["hints"]), [])
    return []
