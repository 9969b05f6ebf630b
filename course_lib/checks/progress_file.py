"""The learner's own record: what passes and which hints are open, in a small JSON file beside the notebooks."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from course_lib.checks.lookup import record_folders, records_in
from course_lib.files import patiently, write_atomically

FILE_NAME = ".course-progress.json"
DEAD_AFTER = 3  # seconds after which a lock that nobody renews is a dead kernel's


def progress_path(folder: Any = None) -> Path:
    """COURSE_PROGRESS, else a file in the notebook's folder, else (if that is read-only) in the user's data folder.

    The notebook's folder is `folder`, or the current one.
    """
    folder = Path.cwd() if folder is None else Path(folder)
    named = os.environ.get("COURSE_PROGRESS")
    if named:
        return Path(named)
    here = folder / FILE_NAME
    if here.exists() or os.access(folder, os.W_OK):
        return here
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "perceptron-to-resnet" / "progress.json"


def read(path: Path | None = None) -> tuple[dict[str, dict], str]:
    """`(checks, problem)`: check id -> {"passed", "tries", "when"}, and a sentence if the file was unreadable.

    `path` is the file's; None for the learner's own, in the notebooks' folder.
    """
    path = path or progress_path()
    kept, problem = _load(path)
    names = ("passed", "tries", "when")
    return {id: {name: entry[name] for name in names} for id, entry in kept["checks"].items()}, problem


def first_answer(check: str, path: Path | None = None) -> str:
    """The fingerprint of what was tried first at `check`, or "" where nothing is known of it.

    `path` is as in `read`.
    """
    return _load(path or progress_path())[0]["checks"].get(check, {}).get("first", "")


def last_failed(path: Path | None = None) -> str:
    """The check that failed last and has not passed since, or "".

    `path` is as in `read`.
    """
    failed = [(entry["when"], id) for id, entry in read(path)[0].items() if not entry["passed"]]
    return max(failed)[1] if failed else ""


def opened(path: Path | None = None) -> dict[str, Any]:
    """`{exercise: hints opened}`.

    `path` is as in `read`.
    """
    return _load(path or progress_path())[0]["hints"]


def note(check: str, passed: bool, path: Path | None = None, answer: str = "") -> None:
    """Keep that `check` passed or not. A folder that cannot be written is no reason to disturb the learner.

    `answer` is a fingerprint of what was tried, if known: the same one run again, with the same end, is no new try.

    `path` is as in `read`.
    """

    def change(kept: dict[str, dict[str, Any]]) -> bool:
        before = kept["checks"].get(check, {"tries": 0, "passed": None, "answer": "", "first": answer})
        again = answer and answer == before["answer"] and passed == before["passed"]
        if again:
            return False
        entry = {"passed": passed, "tries": before["tries"] + 1, "when": time.strftime("%Y-%m-%dT%H:%M:%S")}
        kept["checks"][check] = {**entry, "answer": answer, "first": before["first"]}
        return True

    _change(path or progress_path(), change)


def note_opened(exercise: Any, count: Any, path: Path | None = None) -> None:
    """Keep that `count` hints of `exercise` are open; what is open stays open.

    `path` is as in `read`.
    """

    def change(kept: Any) -> bool:
        before = kept["hints"].get(exercise, 0)
        kept["hints"][exercise] = max(count, before)
        return count > before

    _change(path or progress_path(), change)


def _load(path: Path) -> tuple[dict[str, dict], str]:
    """`({"checks", "hints"}, problem)`."""
    try:
        stored = json.loads(patiently(lambda: path.read_text(encoding="utf-8")))
        hints = {str(id): int(count) for id, count in stored.get("hints", {}).items()}
        return {"checks": {id: _entry(entry) for id, entry in stored["checks"].items()}, "hints": hints}, ""
    except FileNotFoundError:
        return {"checks": {}, "hints": {}}, ""
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        problem = f"Your progress file {path} could not be read; a new one is started at the next check."
        return {"checks": {}, "hints": {}}, problem


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {"passed": bool(entry["passed"]), "tries": int(entry["tries"]), "when": str(entry["when"])}
    return {**kept, "answer": str(entry.get("answer", "")), "first": str(entry.get("first", ""))}


def forget(checks: Sequence[str], path: Path | None = None) -> None:
    """Drop what is known of these checks: their exercises were given back as they were.

    `path` is as in `read`.
    """

    def change(kept: dict[str, dict[str, Any]]) -> bool:
        dropped = [kept["checks"].pop(check, None) for check in checks]
        return any(dropped)

    _change(path or progress_path(), change)


def _change(path: Path, change: Callable) -> None:
    """Read, change and write the file while no other kernel does; a file that cannot be written stays as it is.

    `change(kept)` says whether there is anything to write.
    """
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            kept, problem = _load(path)
            if not change(kept):
                return
            text = json.dumps({"version": 1, **kept}, indent=1, sort_keys=True)
            if problem:
                os.replace(path, path.with_name(path.name + ".damaged"))
            write_atomically(path, text)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other kernels out: only one can make the lock file, on any system. One left by a dead kernel gives way."""
    lock, stamp, since = path.with_name(f"{path.name}.lock"), None, time.monotonic()
    while True:
        try:
            os.close(patiently(lambda: os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)))
            break
        except FileExistsError:
            held = _stamp(lock)
            if held != stamp:
                stamp, since = held, time.monotonic()
            elif time.monotonic() - since > DEAD_AFTER:
                lock.unlink(missing_ok=True)
            time.sleep(0.001)
    try:
        yield
    finally:
        patiently(lambda: lock.unlink(missing_ok=True))


def _stamp(lock: Path) -> tuple[int, int]:
    try:
        state = lock.stat()
        return state.st_mtime_ns, state.st_ino
    except OSError:
        return None


def lessons(folders: Any = None, only: Any = None) -> dict[str, dict[str, int]]:
    """`{lesson: {check id: points}}` of the recorded lessons, all or `only` some; lessons and checks in their order.

    `folders` are where records lie; None for those beside the library.
    """
    found = {}
    for folder in folders or record_folders():
        for record in records_in(folder, skip_damaged=True):
            about = {id: record.about(id) for id in record.checks}
            order = sorted(about, key=lambda id: about[id]["exercise"].get("place", 0))
            found.setdefault(record.lesson, {id: about[id]["points"] for id in order})
    return {lesson: checks for lesson, checks in sorted(found.items()) if only is None or lesson in only}


def open_checks(folders: Any = None) -> set[str]:
    """The checks of open exercises: what a learner sees pass of them is the form, the measuring is hidden.

    `folders` are as in `lessons`.
    """
    records = (record for folder in folders or record_folders() for record in records_in(folder, skip_damaged=True))
    return {id for record in records for id in record.checks if record.about(id)["exercise"].get("open")}


class Table:
    """Progress by lesson; shows itself as text.

    `rows` are (title, checks, passed, points reached, points in all); `problem` says what could not be read, or is
    empty; `waiting` are checks that pass here, and are measured when graded.
    """

    def __init__(self, rows: Sequence[tuple[Any, ...]], problem: str = "", waiting: Sequence[str] = ()) -> None:
        self.rows, self.problem, self.waiting = rows, problem, list(waiting)

    def __str__(self) -> str:
        width = max([len(title) for title, *_ in self.rows] + [6])
        lines = [f"{'lesson':<{width}}  checks  passed  points"]
        for title, checks, passed, points, all_points in self.rows:
            lines.append(f"{title:<{width}}  {checks:>6}  {passed:>6}  {points:>3g} of {all_points:g}")
        if self.waiting:
            lines.append(f"Not counted, their hidden part is judged when graded: {', '.join(self.waiting)}.")
        return "\n".join(lines + [self.problem] * bool(self.problem))

    __repr__ = __str__


def table(path: Path | None = None, folders: Any = None, only: Any = None) -> Table:
    """The Table of the lessons: title, checks, passed, points reached, points in all.

    `path` is as in `read`; `folders` and `only` are as in `lessons`. Of an open exercise only the hidden part measures:
    it does not count as passed here, but is named below the table.
    """
    done, problem = read(path)
    rows, waiting, hidden = [], [], open_checks(folders)
    for lesson, checks in lessons(folders, only).items():
        if not checks:  # a page to read
            continue
        seen = [id for id in checks if done.get(id, {}).get("passed")]
        passed = [id for id in seen if id not in hidden]
        waiting += [id for id in seen if id in hidden]
        title = lesson.replace("_", " ")
        rows.append((title, len(checks), len(passed), sum(checks[id] for id in passed), sum(checks.values())))
    return Table(rows, problem, waiting)
