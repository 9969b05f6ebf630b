"""A copy of the gradebook before it is written to; the last ones are kept."""

import contextlib
import sqlite3
import time

from grading.errors import CourseError

BACKUPS = 10


def backup(course):
    """Copy the gradebook into journal/backups; keeps the last ones. Returns the copy's path, or None."""
    source = course.root / "gradebook.db"
    if not source.exists():
        return None
    folder = course.root / "journal" / "backups"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / time.strftime("gradebook-%Y%m%d-%H%M%S.db")
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(copy)) as new,
        ):
            old.backup(new)
        for spare in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS]:
            spare.unlink()
    except (sqlite3.Error, OSError) as error:
        raise CourseError(f"{source} cannot be copied to {folder} ({error}); nothing was written.") from None
    return copy
