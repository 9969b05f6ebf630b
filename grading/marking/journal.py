"""The journal: one append-only file of results, so that a killed run costs at most the submission it was at.

Each line is a checksum and a JSON entry, flushed and synced before anything is built on it. A line torn by a power cut
does not match its checksum and is cut off at the next start. Four kinds of entries: `result` (what running a job gave,
by the job's key), `replayed` (this submission, with this key, is in the gradebook), `fault` (the grader failed on this
submission; a later `replayed` ends it) and `note` (anything for a person).
"""

import base64
import fcntl
import hashlib
import json
import os
import sys
import time
import zlib
from pathlib import Path

from grading.errors import CourseError

CHECK = 16  # hexadecimal digits of the checksum


class Busy(CourseError):
    """Another program grades this folder just now."""


class Journal:
    """Open it with `with`; holds the lock against a second run. In memory it keeps where entries stand."""

    def __init__(self, folder, *, exclusive=True):
        self.folder = Path(folder)
        self.path = self.folder / "journal.jsonl"
        self.exclusive = exclusive
        self._results, self._replayed, self._faults = {}, {}, {}
        self._file = self._lock = None

    def __enter__(self):
        try:
            if self.exclusive:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._take_lock()
            if self.exclusive or self.path.exists():
                self._file = open(self.path, "a+b" if self.exclusive else "rb")
                self._read()
        except OSError as error:
            self.__exit__()
            raise _unwritable(self.path, error) from None
        except CourseError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for file in (self._file, self._lock):
            if file is not None:
                file.close()  # closing gives the lock back, and so does dying
        self._file = self._lock = None

    def _take_lock(self):
        self._lock = open(self.folder / "lock", "a+")  # noqa: SIM115
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            who = self._lock.read().strip() or "another program"
            raise Busy(
                f"{self.folder.parent} is being graded already ({who}); wait until that run ends or stop it."
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()} since {time.strftime('%H:%M')}")
        self._lock.flush()

    def _read(self):
        """Index what is there; cut off a torn end."""
        self._file.seek(0)
        at = whole = 0
        for line in self._file:
            entry = _parse(line)
            at += len(line)
            if entry is not None:  # a damaged line in the middle is passed over: what follows it is still good
                self._index(entry, at - len(line), len(line))
            if entry is not None or line.endswith(b"\n"):
                whole = at
        if self.exclusive and whole < at:
            self._file.truncate(whole)

    def _index(self, entry, at, length):
        if entry["kind"] == "result":
            self._results[entry["key"]] = (at, length)
        elif entry["kind"] == "replayed":
            pair = entry["student"], sys.intern(entry["lesson"])
            self._replayed[pair] = (at, length)
            self._faults.pop(pair, None)
        elif entry["kind"] == "fault":
            self._faults[entry["student"], sys.intern(entry["lesson"])] = entry["sentence"]

    def _append(self, entry):
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        line = hashlib.sha256(text).hexdigest()[:CHECK].encode() + b" " + text + b"\n"
        at = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._cut(at)
            raise _unwritable(self.path, error) from None
        self._index(entry, at, len(line))

    def _cut(self, at):
        """Take back half a line (disk full); if even that fails, the next start does it."""
        try:
            os.ftruncate(self._file.fileno(), at)
        except OSError:
            return

    # what the engine says and asks

    def result(self, key):
        """What running this job gave, or None."""
        if key not in self._results:
            return None
        entry = self._entry(*self._results[key])
        if "packed" in entry:  # as journals were written until November 2026
            return json.loads(zlib.decompress(base64.b85decode(entry["packed"])))
        return json.loads(zlib.decompress(base64.b64decode(entry["zip"])))

    def _entry(self, at, length):
        return json.loads(os.pread(self._file.fileno(), length, at)[CHECK + 1 :])

    def __contains__(self, key):
        return key in self._results

    def add_result(self, key, result):
        """Keep what running a job gave (JSON values)."""
        packed = base64.b64encode(zlib.compress(json.dumps(result, ensure_ascii=False).encode(), 6)).decode()
        self._append({"kind": "result", "key": key, "zip": packed})

    def replayed(self, student, lesson):
        """What the gradebook holds for this submission: {"key", "mark": its state, "outcome", ...}, or None."""
        place = self._replayed.get((student, lesson))
        return None if place is None else {k: v for k, v in self._entry(*place).items() if k != "kind"}

    def add_replayed(self, student, lesson, **what):
        """Say, after it returned, that a submission is in the gradebook."""
        self._append({"kind": "replayed", "student": student, "lesson": lesson, **what})

    def add_fault(self, student, lesson, *, sentence):
        """Say that the grader failed on a submission; what the gradebook holds of it is what it held before."""
        self._append({"kind": "fault", "student": student, "lesson": lesson, "sentence": sentence})

    def failed(self, student, lesson):
        """Whether the grader failed on this submission, and has not written its marks since."""
        return (student, lesson) in self._faults

    def faults(self, lesson=None):
        """On which submissions the grader failed last: {(student, lesson): sentence}."""
        return {pair: said for pair, said in sorted(self._faults.items()) if lesson in (None, pair[1])}

    def all_replayed(self):
        """All submissions in the gradebook: {(student, lesson): what}."""
        return {pair: self.replayed(*pair) for pair in self._replayed}

    def students(self, lesson):
        """Whose work in this lesson is in the gradebook, by name."""
        return sorted(student for student, name in self._replayed if name == lesson)


def _parse(line):
    """The entry of one line, or None when the line is torn or not the journal's."""
    if not line.endswith(b"\n") or len(line) < CHECK + 2:
        return None
    told, text = line[:CHECK], line[CHECK + 1 : -1]
    if hashlib.sha256(text).hexdigest()[:CHECK].encode() != told:
        return None
    return json.loads(text)


def _unwritable(path, error):
    what = error.strerror or type(error).__name__
    return CourseError(
        f"{path} cannot be written ({what}); make room or permit writing there and run the same command."
    )
