"""`course build`: lessons -> notebooks, pictures and records; and the quick answer whether what is there is current."""

import hashlib
import platform
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course_lib.checks.course_map import START
from grading.errors import CourseError
from grading.lessons.frame import notebook_bytes
from grading.lessons.lint import lint_lessons
from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.paths import ROOT, Folders
from grading.proving.keys import code_of, library_digest
from grading.proving.record import read_record, record_differences, record_lesson, save_records
from grading.publishing.drawn import draw_pictures, undrawn

__all__ = ["ROOT", "Built", "Folders", "build", "read_clean", "stale"]
STAMPS = ROOT / ".cache" / "built"


@dataclass
class Built:
    """What building one lesson wrote; `changed` names the files whose content is new."""

    lesson: str
    changed: list = field(default_factory=list)


def read_clean(folders, numbers=(), *, lint=True):
    """Parse the lessons chosen; with `lint`, all ids of the course count, and the first ten problems are the error."""
    chosen = read_lessons(folders.solutions, numbers)
    if lint:
        others = read_lessons(folders.solutions) if numbers else chosen
        problems = lint_lessons(others, chosen)
        if problems:
            more = f"\n... and {len(problems) - 10} more; `course lint` lists them all" if len(problems) > 10 else ""
            raise CourseError("\n".join(map(str, problems[:10])) + more)
    return chosen


def build(folders, numbers=(), *, lint=True, records=True, fresh=False, tell=lambda text: None):
    """Build lessons; returns a list of Built. A file is written only if its content changes.

    The reference is not run again while lesson, library and records are as they were, unless `fresh`.
    """
    done = []
    for lesson in read_clean(folders, numbers, lint=lint):
        built = Built(lesson.slug)
        tell(f"{lesson.slug}: notebook")
        _write(folders.notebooks / f"{lesson.slug}.ipynb", notebook_bytes(student_notebook(lesson)), built)
        if records:
            tell(f"{lesson.slug}: pictures")
            built.changed += draw_pictures(lesson, folders.notebooks)
            tell(f"{lesson.slug}: expected values")
            if fresh or not _recorded(lesson, folders):
                _record(lesson, folders, built)
        done.append(built)
    return done


def _record(lesson, folders, built):
    """Run the reference and the known mistakes, replace the records where they say something else."""
    with tempfile.TemporaryDirectory(prefix="course-build-") as scratch:
        new = save_records(record_lesson(lesson), Path(scratch) / "expected", Path(scratch) / "hidden")
        for path, folder in zip(new, (folders.expected, folders.hidden), strict=True):
            _write_record(path, folder / path.name, built)
    stamp = _stamp(lesson, folders)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


def _recorded(lesson, folders):
    """Whether the records on disk were made from just this text by just this library."""
    paths = [folder / f"{lesson.slug}.npz" for folder in (folders.expected, folders.hidden)]
    return all(p.exists() for p in paths) and _stamp(lesson, folders).exists()


def _stamp(lesson, folders):
    paths = [folder / f"{lesson.slug}.npz" for folder in (folders.expected, folders.hidden)]
    parts = [
        lesson.text.encode(),
        (lesson.mistakes.text or "").encode(),
        library_digest(*code_of(lesson)).encode(),
        platform.python_version().encode(),
    ]
    parts += [np.__version__.encode(), *(p.read_bytes() for p in paths)]
    return STAMPS / hashlib.sha256(b"\0".join(parts)).hexdigest()


def stale(folders, numbers=()):
    """What lint finds, and what is not as a build would leave it, a sentence each; nothing of a lesson is run."""
    lessons = read_lessons(folders.solutions, numbers)
    told = [str(problem) for problem in lint_lessons(read_lessons(folders.solutions), lessons)]
    for lesson in lessons:
        path = folders.notebooks / f"{lesson.slug}.ipynb"
        command = f"run `course build {lesson.number}`"
        if not path.exists():
            told.append(f"notebooks/{path.name} is not there; {command}")
        elif path.read_bytes() != notebook_bytes(student_notebook(lesson)):
            told.append(f"notebooks/{path.name} differs from {lesson.path.name}; {command}")
        told += [f"{text}; {command}" for text in undrawn(lesson, folders.notebooks)]
        record = folders.expected / f"{lesson.slug}.npz"
        if not record.exists():
            told.append(f"notebooks/expected/{record.name} is not there; {command}")
        else:
            told += [f"{text}; {command}" for text in _record_frame(lesson, read_record(record))]
    if not numbers:
        known = {lesson.slug for lesson in lessons}
        for path in sorted(folders.notebooks.glob("*.ipynb")):
            if path.stem not in known and path.name != START:
                told.append(f"notebooks/{path.name} has no lesson in solutions/; remove it")
    return told


def _record_frame(lesson, record):
    """What can be said of a record without running: the checks, points, hints and forbidden names it holds."""
    where = f"notebooks/expected/{lesson.slug}.npz"
    wanted = {check.id: check for check in lesson.checks}
    if list(record.checks) != list(wanted) and set(record.checks) != set(wanted):
        return [f"{where} holds other checks than {lesson.path.name}"]
    told = []
    for id, check in wanted.items():
        entry, exercise = record.checks[id], lesson.exercise(check.exercise)
        for key, now in (("points", check.points), ("hints", list(exercise.hints)), ("forbid", list(exercise.forbid))):
            if entry[key] != now:
                told.append(f"{where}: the {key} of '{id}' are not those of {lesson.path.name}")
        told += [
            f"{where}: the sentence of '{m['name']}' is not that of {lesson.mistakes.file}"
            for m in entry["mistakes"]
            if m["say"] not in [v.sentence for v in exercise.wrong if v.name == m["name"]]
        ]
    return told


def _write(path, content, built):
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    built.changed.append(path.name)


def _write_record(new, path, built):
    """Replace a record unless it says the same up to rounding: else every processor would rewrite it."""
    if path.exists():
        try:
            same = not record_differences(read_record(path), read_record(new))
        except CourseError:
            same = False  # damaged, or of another version
        if same:
            return
    _write(path, new.read_bytes(), built)
