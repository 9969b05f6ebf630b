"""Into submitted/: compares what was chosen with what is there, writes it, and remembers where it came from.

journal/collected/LESSON.json holds for each student where the work came from, the system's numbers and what counted
as its time: a later collect knows from it what is newer and who is who. What is replaced is kept with
its time in journal/replaced (course/attempts.py).
"""

import contextlib
import fcntl
import json
import os

from course_lib.files import write_atomically
from grading.course.attempts import keep
from grading.course.collect.choose import weigh
from grading.course.submitted import MARK
from grading.course.times import read_time, write_time
from grading.errors import CourseError, remedy

NEW, NEWER, SAME, OLDER, UNCLEAR = "new", "newer", "same", "older", "unclear"


@contextlib.contextmanager
def one_at_a_time(course):
    """Wait until no other collect works on this folder; what each remembers would be lost else."""
    path = course.root / "journal" / "collected" / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a")  # noqa: SIM115 (closed below, whatever happens)
    except OSError as error:
        raise CourseError(f"{path} cannot be written ({error.strerror}); {remedy(error)} there.") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_memory(path):
    """{student: what an earlier collect of a lesson noted}; {} where there was none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or not all(isinstance(one, dict) for one in told.values()):
            raise ValueError("not what a collect wrote")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read ({error}); move it away and collect again.") from None
    return told


class Shelf:
    """What is in submitted/ for one lesson, and the memory of earlier collects."""

    def __init__(self, course, lesson):
        self.course, self.lesson = course, lesson
        self.path = course.root / "journal" / "collected" / f"{lesson}.json"
        self.memory = read_memory(self.path)

    def folder(self, student):
        """submitted/STUDENT/LESSON; CourseError when a link is in its place."""
        folder = self.course.root / "submitted" / student / self.lesson
        for place in (folder, folder.parent):
            if place.is_symlink():
                raise CourseError(f"{place} is a link; put a folder in its place.")
        return folder

    def compare(self, student, chosen, replace=False):
        """(one of new, newer, same, older, unclear; why) of what was chosen against what is there."""
        self.folder(student)
        there = self.course.submission(student, self.lesson)
        if there.raw is None and not there.refused:
            return NEW, ""
        if self._for_group(student):
            return NEW, "takes the place of what another member of the group handed in"
        if there.raw == chosen.raw:
            return SAME, "the same is there already"
        if replace:
            return NEWER, "replaces what was there (--replace)"
        lost = self._lost(chosen, there.raw)
        if lost:
            return UNCLEAR, f"submitted/{student}/{self.lesson} {lost}; say --replace if it counts all the same."
        stamp = read_time(there.timestamp, self.folder(student) / "timestamp.txt")
        known = self.memory.get(student, {})
        for mine, old, word in self._times(chosen, known, stamp):
            if mine is not None and old is not None and mine != old:
                return (NEWER, f"newer than what was there, by {word}") if mine > old else (OLDER, f"older, by {word}")
        return UNCLEAR, (
            f"submitted/{student}/{self.lesson} holds other work and nothing says which is newer; say --replace or "
            "move it away."
        )

    def _lost(self, chosen, raw):
        """What would be lost though it is newer: a slip of the hand gives no zero."""
        cells, answered = weigh(raw, self.course.skeleton(self.lesson)) if raw else (0, 0)
        if cells and not chosen.cells:
            return f"holds the lesson and {chosen.entry.path} does not"
        if answered and not chosen.answered:
            return f"holds work and in {chosen.entry.path} no answer differs from what was handed out"
        return ""

    def _times(self, chosen, known, stamp):
        """Pairs that may decide, the surest first."""
        counted = known.get("time_counted", True)  # in folders without memory the stamp may be a download's time
        yield chosen.when, stamp if counted else None, "the hand-in times"
        if known.get("system") == chosen.claim.who.system and any(chosen.claim.order):
            yield chosen.claim.order, tuple(known.get("order", ())) or None, "the system's numbers"
        before = known.get("file_time")
        mine = str(chosen.entry.when) if chosen.entry.when else None
        yield mine, before, "the times of the files"
        if not known:
            yield chosen.entry.when, stamp, "the time of the file against timestamp.txt"

    def write(self, student, chosen, time, helpers, secret=b""):
        """Write the notebook, its hand-in time (None: none), the helpers ({relative path: bytes}), and the secret by
        which nbgrader's exchange gives the page back.
        """
        folder = self.folder(student)
        there, copied = self.course.submission(student, self.lesson), self._for_group(student)
        if copied:
            (folder / MARK).unlink()  # else `course share` would replace this student's own work
        if there.raw is not None and there.raw != chosen.raw and not copied:
            keep(self.course.root, student, self.lesson, there.raw, there.timestamp, there.helpers)
        if secret:
            write_atomically(folder / "submission_secret.txt", secret)
        elif there.secret and there.raw != chosen.raw:
            (folder / "submission_secret.txt").unlink()  # of what was replaced
        for name in self.memory.get(student, {}).get("helpers", ()):
            path = folder / name
            if name not in helpers and path.is_file() and not path.is_symlink():
                path.unlink()
        for name, data in helpers.items():
            write_atomically(folder / name, data)
        if there.raw != chosen.raw:
            write_atomically(folder / f"{self.lesson}.ipynb", chosen.raw)
        stamp = folder / "timestamp.txt"
        if time is not None:
            write_atomically(stamp, write_time(time).encode())
        elif os.path.lexists(stamp) and there.raw != chosen.raw:
            stamp.unlink()  # the time of what was replaced

    def _for_group(self, student):
        """Whether what is there is a copy of what another member of a group handed in (course/groups.py)."""
        return (self.folder(student) / MARK).is_file()

    def attempt(self, student, raw, time):
        """Keep an attempt that does not count any more, with its hand-in time (None: none)."""
        keep(self.course.root, student, self.lesson, raw, "" if time is None else write_time(time))

    def remember(self, student, chosen, outcome, counted):
        """Note where a student's work came from."""
        who = chosen.claim.who
        self.memory[student] = {
            "path": chosen.entry.path,
            "system": who.system,
            "user_id": who.user_id,
            "name": who.name,
            "order": list(chosen.claim.order),
            "file_time": str(chosen.entry.when) if chosen.entry.when else None,
            "time": outcome.time,
            "time_from": outcome.time_from,
            "time_counted": counted,
            "late": outcome.late,
            "helpers": outcome.helpers,
            "sha256": chosen.digest,
        }

    def save(self):
        """Write the memory."""
        text = json.dumps(self.memory, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomically(self.path, text.encode("utf-8", "replace"))
