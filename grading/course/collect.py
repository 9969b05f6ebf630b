"""Collect what students uploaded: a folder or a zip from Canvas, Moodle or anywhere becomes submitted/STUDENT/LESSON/.

Names say who: Canvas `smithann_LATE_12345_67890_file-2.ipynb`, Moodle
`Ann Smith_12345_assignsubmission_file_/file.ipynb`, else `STUDENT.ipynb`, `STUDENT_LESSON.ipynb`,
`STUDENT/file.ipynb` or `STUDENT/LESSON/file.ipynb`.
"""

import re
import stat
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grading.course.folder import Course
from grading.course.intake import MAX_BYTES
from grading.errors import CourseError
from grading.files import read_regular, write_atomically

CANVAS = re.compile(r"(?P<student>[^_]+)_(?:(?P<late>LATE)_)?\d+_\d+_(?P<file>.+?)(?:-(?P<attempt>\d+))?\.ipynb\Z")
MOODLE = re.compile(r"(?P<student>.+)_(?P<id>\d+)_assignsubmission_file_?\Z")
MAX_FILES = 20_000


@dataclass(frozen=True)
class Found:
    """One uploaded notebook: whose, which attempt, when, and how to read it."""

    student: str
    name: str
    attempt: int
    when: float
    read: object


def who(path, lesson):
    """(student, attempt) by an upload's path inside the folder or zip; None when the name tells nobody."""
    *above, file = PurePosixPath(path).parts
    for folder in above:
        moodle = MOODLE.match(folder)
        if moodle:
            return f"{_id(moodle['student'])}_{moodle['id']}", 0
    canvas = CANVAS.match(file)
    if canvas:
        return _id(canvas["student"]), int(canvas["attempt"] or 0)
    folders = [folder for folder in above if folder != lesson]
    name = folders[-1] if folders else file.removesuffix(".ipynb").removesuffix(lesson).strip("_- ")
    return (_id(name), 0) if _id(name) else None


def _id(name):
    """A folder name made from what an upload calls the student."""
    return re.sub(r"[^\w.@-]+", "_", name.strip()).strip("._-")[:100]


def find(source, lesson):
    """All notebooks of a folder or zip as [Found], and the paths that tell nobody."""
    source = Path(source)
    if source.is_dir():
        entries = _folder(source)
    elif zipfile.is_zipfile(source):
        entries = _zip(source)
    else:
        raise CourseError(f"{source} is neither a folder nor a zip file; give what the course website saved.")
    found, nobody = [], []
    for path, when, read in entries:
        person = who(path, lesson)
        if person is None:
            nobody.append(path)
        else:
            found.append(Found(person[0], path, person[1], when, read))
    return found, nobody


def _folder(root):
    paths = sorted(p for p in root.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    for path in paths[:MAX_FILES]:
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path.stat().st_mtime, lambda p=path: read_regular(p, MAX_BYTES + 1)


def _zip(path):
    archive = zipfile.ZipFile(path)
    for info in sorted(archive.infolist(), key=lambda i: i.filename)[:MAX_FILES]:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        outside = name.is_absolute() or ".." in name.parts or "__MACOSX" in name.parts
        link = stat.S_ISLNK(info.external_attr >> 16)
        if name.suffix != ".ipynb" or outside or link or info.is_dir():
            continue
        when = time.mktime((*info.date_time, 0, 0, -1))
        yield name.as_posix(), when, lambda i=info: _bounded(archive.open(i))


def _bounded(file):
    with file:
        return file.read(MAX_BYTES + 1)


def collect(root, lesson, source):
    """Copy uploads into submitted/; the last attempt counts. Returns ([(student, upload)], [paths of nobody]).

    A submission that is there already is replaced only by a newer one.
    """
    course = Course(root)
    (lesson,) = course.choose([lesson])
    found, nobody = find(source, lesson)
    latest = {}
    for one in found:
        before = latest.get(one.student)
        if before is None or (one.attempt, one.when, one.name) > (before.attempt, before.when, before.name):
            latest[one.student] = one
    done = []
    for student, one in sorted(latest.items()):
        folder = course.root / "submitted" / student / lesson
        stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(one.when))
        known = folder / "timestamp.txt"
        if (folder / f"{lesson}.ipynb").exists() and known.exists() and known.read_text().strip() > stamp:
            continue
        try:
            data = one.read()
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise CourseError(f"{one.name} in {source} cannot be read ({error}); unpack it by hand.") from None
        write_atomically(folder / f"{lesson}.ipynb", data)
        write_atomically(known, stamp)
        done.append((student, one.name))
    return done, nobody
