"""From the repository's lessons to the parts of a course folder: source notebook, visible and hidden values."""

import tempfile
from dataclasses import replace
from pathlib import Path

from course_lib.files import write_atomically
from grading.course.setup import LessonFiles
from grading.course.stamp import check_secret
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import instructor_notebook, picture_path
from grading.lessons.source import read_lessons
from grading.lessons.variants import mistakes_path
from grading.proving.keys import record_key
from grading.proving.record import read_record, record_lesson, save_records
from grading.publishing.build import Folders, build
from grading.publishing.private import draw_proven, keep_secret, proofs_folder, read_secret


def lesson_parts(numbers=(), *, folders=None, tell=lambda text: None):
    """The LessonFiles of the lessons chosen (all by default), built and recorded where that was not done yet."""
    folders = folders or Folders()
    parts = []
    for lesson in read_lessons(folders.solutions, numbers):
        _ensure_built(lesson, folders, tell)
        visible, hidden = folders.expected / f"{lesson.slug}.npz", folders.hidden / f"{lesson.slug}.npz"
        parts.append(_part(lesson, folders, visible, hidden))
    return parts


def private_parts(course, numbers=(), *, folders=None, tell=lambda text: None):
    """The LessonFiles of the lessons chosen with hidden tests that nobody who has the repository knows.

    They are drawn from the course folder's secret, proven, and drawn again where the proof of one fails.
    """
    check_secret(Path(course))
    folders = folders or Folders()
    secret, draws = read_secret(course)
    cache = proofs_folder(course)
    drawn = draw_proven(read_lessons(folders.solutions, numbers), secret, draws, cache=cache, tell=tell)
    keep_secret(course, secret, drawn)
    return [private_part(one, folders, cache) for one in drawn]


def private_part(drawn, folders, cache):
    """The LessonFiles of a lesson Drawn; its records are made anew, unless `cache` has them of this very lesson."""
    kept = [Path(cache) / f"{record_key(drawn.lesson)}.{part}.npz" for part in ("expected", "hidden")]
    if not all(path.exists() for path in kept):
        with tempfile.TemporaryDirectory(prefix="course-private-") as scratch:
            made = save_records(record_lesson(drawn.lesson), Path(scratch) / "expected", Path(scratch) / "hidden")
            for path, new in zip(kept, made, strict=True):
                write_atomically(path, new.read_bytes())
    return replace(_part(drawn.lesson, folders, *kept), private=True)


def _ensure_built(lesson, folders, tell):
    """Build when a file is missing or older than the lesson or its mistakes."""
    made = [
        folders.notebooks / f"{lesson.slug}.ipynb",
        folders.expected / f"{lesson.slug}.npz",
        folders.hidden / f"{lesson.slug}.npz",
    ]
    sources = [path for path in (lesson.path, mistakes_path(lesson.path)) if path.exists()]
    written = max(path.stat().st_mtime for path in sources)
    if not all(path.exists() for path in made) or made[-1].stat().st_mtime < written:
        build(folders, [lesson.number], lint=False, tell=tell)
        if made[-1].exists():
            made[-1].touch()


def _part(lesson, folders, visible, hidden):
    held = {id: check.get("held", {}) for id, check in read_record(hidden).checks.items()}
    source = {
        f"{lesson.slug}.ipynb": notebook_bytes(instructor_notebook(lesson, held)),
        f"expected/{lesson.slug}.npz": visible.read_bytes(),
    }
    for cell in lesson.cells:
        if cell.role == "picture":
            name = picture_path(lesson, cell)
            if (folders.notebooks / name).exists():
                source[name] = (folders.notebooks / name).read_bytes()
    return LessonFiles(lesson.slug, source, hidden.read_bytes())
