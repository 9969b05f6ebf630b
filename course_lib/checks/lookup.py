"""Find the recorded values of a check: in COURSE_EXPECTED, beside the notebook, or with the installed course."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.evidence.records import BadRecord, load_record

if TYPE_CHECKING:
    from course_lib.evidence.records import Record

_loaded = {}  # path -> ((mtime, size), Record): reading again only what changed


def record_folders(here: Any = None) -> list[Path]:
    """The folders with visible records, nearest first, for a notebook in the folder `here` (the current one)."""
    named = os.environ.get("COURSE_EXPECTED")
    return ([Path(named)] if named else []) + [(here or Path.cwd()) / "expected", *beside_library("expected")]


def beside_library(name: str) -> list[Path]:
    """Where what belongs to the lessons lies with the library: in the wheel, in a checkout, in a student's folder.

    `name` is the folder's.
    """
    library = Path(__file__).resolve().parents[1]
    return [library / name, library.parent / "notebooks" / name, library.parent / name]


def records_in(folder: Path, skip_damaged: bool = False) -> Iterator[Record]:
    """Every record in `folder`, by file name, each read when its turn comes; raises BadRecord at a damaged one.

    `skip_damaged` passes that over.
    """
    for path in _files(folder):
        try:
            yield _load(path)
        except BadRecord:
            if not skip_damaged:
                raise


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz")) if folder.is_dir() else []


def _load(path: Path) -> Record:
    state = path.stat()
    stamp = state.st_mtime_ns, state.st_size
    if _loaded.get(path, (None,))[0] != stamp:
        _loaded[path] = stamp, load_record(path)
    return _loaded[path][1]


def find_check(id: str) -> tuple[Record, dict[str, Any]]:
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


def find_hidden(id: str, lesson: str) -> dict[str, Any] | None:
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


def exercise_of(check: str) -> str:
    """The exercise a check belongs to: `conv2d` of `conv2d-dilation`."""
    return check.partition("-")[0]


@dataclass(frozen=True)
class Known:
    """An exercise as the records know it: its hints, and all it may be called by.

    `id`, `title` and the lesson's `number`; `names` are those it defines.
    """

    id: str
    number: str  # "9.3", "" where there is none
    title: str
    names: tuple
    hints: tuple


def exercises(folders: Any = None) -> Any:
    """`{id: Known}` of every recorded exercise, in the course's order.

    `folders` are where records lie; None for those beside the library.
    """
    found = {}
    for folder in folders or record_folders():
        for record in sorted(records_in(folder, skip_damaged=True), key=lambda record: record.lesson):
            about = {id: record.about(id) for id in record.checks}
            for id in sorted(about, key=lambda id: about[id]["exercise"].get("place", 0)):
                known, entry = found.get(exercise_of(id)), about[id]
                if known is None or not known.hints:
                    of = entry["exercise"]
                    place = of.get("number", ""), of.get("title", ""), tuple(of.get("names", ()))
                    found[exercise_of(id)] = Known(exercise_of(id), *place, tuple(entry["hints"]))
    return found


def find_exercise(what: Any, folders: Any = None) -> Any:
    """`(Known, None)` of the exercise that `what` means: id, check, number, title or a name it defines.

    `(None, Known or None)` where there is none: the one with the nearest name.

    `folders` are as in `exercises`.
    """
    known = exercises(folders)
    text = str(what).strip()
    bare = text.removeprefix("check-").removeprefix("predict-")
    keys = {}
    for exercise in known.values():
        for key in (exercise.id, exercise.number, exercise.title, *exercise.names):
            keys.setdefault(key.lower(), exercise)
    keys.pop("", None)
    number = re.search(r"0*(\d+\.\d+)", text)
    for key in (text, bare, exercise_of(bare), number[1] if number else ""):
        if key.lower() in keys:
            return keys[key.lower()], None
    near = difflib.get_close_matches(text.lower(), list(keys), n=1)
    return None, keys[near[0]] if near else None
