"""A folder that appears whole or not at all: built beside its place, moved there at the end."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from grading.errors import CourseError
from grading.paths import ROOT


def refuse_target(path):
    """CourseError where nothing may be made at `path`: it holds something, or lies in the repository."""
    path = Path(path)
    try:
        taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}); name another folder") from None
    if taken:
        raise CourseError(f"{path} is not an empty folder; name a new one")
    if path.resolve().is_relative_to(ROOT):
        raise CourseError(f"{path} lies in the repository, where it could be committed; name a folder outside {ROOT}")


@contextlib.contextmanager
def staged(path):
    """An empty folder beside `path` that takes its place when the block ends well; when it fails, nothing is left."""
    path = Path(path).resolve()
    refuse_target(path)
    made, work = [], None
    try:
        try:
            for parent in reversed([p for p in path.parents if not p.exists()]):
                parent.mkdir()
                made.append(parent)
            work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
            (work / path.name).mkdir()
        except OSError as error:
            raise CourseError(f"{path} cannot be made ({error.strerror}); name a folder where you may write") from None
        yield work / path.name
        try:
            (work / path.name).rename(path)
        except OSError as error:
            raise CourseError(f"{path} cannot take its place ({error.strerror}); release again") from None
        made = []
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)
        for parent in reversed(made):
            with contextlib.suppress(OSError):  # somebody put something there meanwhile
                parent.rmdir()
