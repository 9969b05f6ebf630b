"""Copies of the gradebook: one before it is written to, of which the last are kept; one to try a change on."""

import contextlib
import sqlite3
import tempfile
import time
from pathlib import Path

from grading.errors import CourseError

BACKUPS = 10


def backup(course, every=0):
    """Copy the gradebook into journal/backups; keeps the last ones. Returns the copy's path, or None.

    A copy that is younger than `every` seconds will do.
    """
    source = course.root / "gradebook.db"
    if not source.exists():
        return None
    folder = course.root / "journal" / "backups"
    try:
        if any(time.time() - copy.stat().st_mtime < every for copy in folder.glob("gradebook-*.db")):
            return None
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / time.strftime("gradebook-%Y%m%d-%H%M%S.db")
        _copy(source, copy)
        for spare in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS]:
            spare.unlink()
    except (sqlite3.Error, OSError) as error:
        raise CourseError(f"{source} cannot be copied to {folder} ({error}); nothing was written.") from None
    return copy


@contextlib.contextmanager
def scratch(course):
    """The path of a copy of the gradebook to try a change on; it is gone afterwards."""
    source = course.root / "gradebook.db"
    with tempfile.TemporaryDirectory(prefix="course-dry-run-") as folder:
        copy = Path(folder) / source.name
        try:
            _copy(source, copy)
        except (sqlite3.Error, OSError) as error:
            raise CourseError(f"{source} cannot be copied to {folder} ({error}); nothing was written.") from None
        yield copy


def _copy(source, copy):
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(copy)) as new,
    ):
        old.backup(new)
