"""From the repository's lessons to the parts of a course folder: source notebook, visible and hidden values."""

import secrets
import tempfile
from pathlib import Path

from grading.course.setup import LessonFiles
from grading.errors import CourseError
from grading.lessons.release import instructor_notebook, notebook_bytes, picture_path, reseed
from grading.lessons.source import read_lessons
from grading.lessons.variants import mistakes_path
from grading.proving.record import record_lesson, save_records
from grading.publishing.build import Folders, build


def lesson_parts(numbers=(), *, folders=None, secret=None, tell=lambda text: None):
    """The Parts of the lessons chosen (all by default), built and recorded where that was not done yet.

    With `secret` (bytes) the hidden tests draw other inputs, which nobody who has the repository knows.
    """
    folders = folders or Folders()
    parts = []
    for lesson in read_lessons(folders.solutions, numbers):
        if secret is None:
            _ensure_built(lesson, folders, tell)
            visible, hidden = folders.expected / f"{lesson.slug}.npz", folders.hidden / f"{lesson.slug}.npz"
            parts.append(_part(lesson, folders, visible, hidden))
            continue
        tell(f"{lesson.slug}: hidden tests of its own")
        drawn = reseed(lesson, secret)
        with tempfile.TemporaryDirectory(prefix="course-private-") as scratch:
            paths = save_records(record_lesson(drawn), Path(scratch) / "expected", Path(scratch) / "hidden")
            parts.append(_part(drawn, folders, *paths))
    return parts


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
    source = {
        f"{lesson.slug}.ipynb": notebook_bytes(instructor_notebook(lesson)),
        f"expected/{lesson.slug}.npz": visible.read_bytes(),
    }
    for cell in lesson.cells:
        if cell.role == "picture":
            name = picture_path(lesson, cell)
            if (folders.notebooks / name).exists():
                source[name] = (folders.notebooks / name).read_bytes()
    return LessonFiles(lesson.slug, source, hidden.read_bytes())


def course_secret(root):
    """The folder's own secret for hidden tests: drawn once, readable by its owner only."""
    path = Path(root) / "hidden" / "secret"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_bytes(secrets.token_bytes(32))
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}; permit reading and writing there.") from None
