"""The course folder: nbgrader's, kept outside the repository, with the lessons' source, release and hidden values.

`source release submitted autograded feedback gradebook.db` are nbgrader's own; `hidden` holds the hidden expected
values, `journal` the grader's memory. `nbgrader_config.py` puts the confined step where nbgrader's own would run
student code, so that formgrader's button, the API and the command line are as safe as `course grade`.
"""

import contextlib
import functools
import hashlib
import json
import os
import stat
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.evidence.compare import BadRecord, load_record
from grading.confinement.job import Limits
from grading.course.intake import MAX_BYTES
from grading.course.skeleton import read_skeleton
from grading.errors import CourseError
from grading.imports import files_behind, hash_of, modules
from grading.lessons.choose import choose
from grading.paths import ROOT

FOLDERS = ("source", "release", "submitted", "autograded", "feedback", "hidden", "journal")
NOT_SHARED = (".ipynb", ".png", ".svg", ".jpg")  # files of a release that student code has no use for
CONFIG = '''"""nbgrader's configuration of this course folder. Student code runs only in the course's sandbox: the three
steps named here stand where nbgrader would run a notebook and read scores off its output."""

c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.root = {root!r}
c.Autograde.sanitize_preprocessors = ["grading.plugins.LayOver", "nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [
    "grading.plugins.Confined",
    "nbgrader.preprocessors.LimitOutput",
    "grading.plugins.SaveVerdict",
    "grading.plugins.LatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateAssignment.preprocessors = {generate!r}
c.ClearMarkScheme.enforce_metadata = False
c.GenerateFeedback.exporter_class = "grading.plugins.FeedbackExporter"
c.HTMLExporter.sanitize_html = True

# Late work: "none" takes nothing off, "zero" takes everything; due dates stand in the gradebook (formgrader sets them).
c.LateSubmissionPlugin.penalty_method = "none"
'''


@dataclass(frozen=True)
class Submission:
    """What lies in submitted/STUDENT/LESSON: the notebook's bytes (None: none), its name, when it was handed in."""

    student: str
    lesson: str
    raw: bytes | None
    name: str = ""
    timestamp: str = ""
    note: str = ""  # a repair that concerns the file itself
    refused: tuple = ()  # (outcome, sentence) when the file may not be opened at all


class Course:
    """An open course folder. Skeletons and records are read once and kept."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        if not (self.root / "nbgrader_config.py").is_file():
            raise CourseError(f"{root} is not a course folder; make one with `course init {root}`.")
        self._skeletons, self._records, self._files = {}, {}, {}

    @property
    def db_url(self):
        """The gradebook's address for nbgrader."""
        return f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def lessons(self):
        """The lessons in the folder, by name."""
        return sorted(p.parent.name for p in self.root.glob("source/*/*.ipynb") if p.stem == p.parent.name)

    def choose(self, wanted=()):
        """The lessons meant by "09" or "09_slug" (lessons/choose.py); all when none is named."""
        return choose(wanted, self.lessons, self.root)

    def skeleton(self, lesson):
        """The lesson as released (grading/course/skeleton.py)."""
        if lesson not in self._skeletons:
            file = f"{lesson}/{lesson}.ipynb"
            self._skeletons[lesson] = read_skeleton(lesson, self.root / "release" / file, self.root / "source" / file)
        return self._skeletons[lesson]

    def skeletons(self):
        """All lessons' skeletons, to name a notebook of another lesson."""
        return [self.skeleton(lesson) for lesson in self.lessons]

    def records(self, lesson):
        """The expected values: {"visible": Record, "hidden": Record}."""
        if lesson not in self._records:
            paths = self._record_paths(lesson)
            try:
                records = {part: load_record(path) for part, path in paths.items()}
                for record in records.values():
                    list(record.checks.values())  # read them all now: threads share them later
                self._records[lesson] = records
            except BadRecord as error:
                raise CourseError(f"{error} Or run `course init {self.root}` again.") from None
        return self._records[lesson]

    def _record_paths(self, lesson):
        visible = self.root / "source" / lesson / "expected" / f"{lesson}.npz"
        return {"visible": visible, "hidden": self.root / "hidden" / f"{lesson}.npz"}

    def files(self, lesson):
        """What stands beside the notebook in the release and student code may read: relative path -> bytes."""
        if lesson not in self._files:
            folder = self.root / "release" / lesson
            paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in NOT_SHARED)
            self._files[lesson] = {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}
        return self._files[lesson]

    @functools.cache  # noqa: B019 (one Course a run)
    def fingerprint(self, lesson):
        """Changes when anything that decides a grade changes, the submission aside."""
        digest = hashlib.sha256(self.skeleton(lesson).fingerprint.encode())
        for path in self._record_paths(lesson).values():
            digest.update(path.read_bytes())
        digest.update(_code())
        return digest.hexdigest()

    def students(self, lesson):
        """Students with a folder for this lesson, by name."""
        return sorted(
            p.parent.name for p in self.root.glob(f"submitted/*/{lesson}") if p.is_dir() and _fit(p.parent.name)
        )

    def unfit(self):
        """Folders in submitted/ whose names cannot be a student's id: they are left alone, and said."""
        return sorted(p.name for p in self.root.glob("submitted/*") if p.is_dir() and not _fit(p.name))

    def submission(self, student, lesson):
        """Read what a student handed in; never follows a link, never reads more than is graded."""
        folder = self.root / "submitted" / student / lesson
        if folder.is_symlink() or folder.parent.is_symlink():  # it could be another student's work
            sentence = f"The folder {folder.relative_to(self.root)} is a link; hand in the files themselves."
            return Submission(student, lesson, None, refused=("corrupt", sentence))
        timestamp = _small_text(folder / "timestamp.txt")
        exact = folder / f"{lesson}.ipynb"
        found = [exact] if os.path.lexists(exact) else sorted(p for p in folder.glob("*.ipynb") if p.name[0] != ".")
        if not found:
            return Submission(student, lesson, None, timestamp=timestamp)
        path = max(found, key=lambda p: (p.lstat().st_mtime_ns, p.name))
        note = "" if path == exact else f"the file was called {path.name[:80]!r}"
        if len(found) > 1:
            note += f"; the newest of {len(found)} notebooks counts"
        raw, refused = _read(path)
        return Submission(student, lesson, raw, path.name, timestamp, note, refused)

    def limits(self, student):
        """The limits for one student: accommodations.toml may give more time (`[ann]`, `time = 1.5`)."""
        given = self.accommodations()
        factor = given.get(student, given.get("*", {})).get("time", 1)
        limits = Limits()
        scaled = {name: getattr(limits, name) * factor for name in ("cpu", "cell_cpu", "wall", "cell_wall")}
        return replace(limits, **scaled)

    @functools.cache  # noqa: B019 (one Course a run)
    def accommodations(self):
        """accommodations.toml as a dict by student; CourseError when it cannot be read."""
        path = self.root / "accommodations.toml"
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            if not all(isinstance(v, dict) and v.get("time", 1) > 0 for v in table.values()):
                raise ValueError("each student is a table, time is a number above 0")
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
            raise CourseError(f"{path} cannot be read ({error}); write [student] and below it time = 1.5.") from None
        return table


DECIDES = modules(  # what decides a verdict, with all that these import
    "grading.marking.judge",
    "grading.marking.overlay",
    "grading.marking.jobs",
    "grading.course.skeleton",
    "grading.confinement.conversation",
    "grading.confinement.worker",
)


@functools.cache
def _code():
    """The hash of the code that decides: parts of the grader, and all of course_lib, which student code imports."""
    grader = files_behind(DECIDES, packages=("grading",))
    return hash_of([*grader, *sorted((ROOT / "course_lib").rglob("*.py"))]).digest()


def _fit(name):
    return name.isprintable() and name[0] not in ".-" and len(name) <= 100 and not any(c in name for c in "{}\\+")


def _read(path):
    """(bytes, ()) of a regular file, or (None, (outcome, sentence))."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        why = "is a link" if path.is_symlink() else f"cannot be opened ({error.strerror})"
        return None, ("corrupt", f"{path.name[:80]} {why}; hand in the file itself.")
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None, ("corrupt", f"{path.name[:80]} is not a file.")
    with os.fdopen(file, "rb") as opened:
        return opened.read(MAX_BYTES + 1), ()


def _small_text(path):
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(200).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def load_config(root):
    """The folder's nbgrader_config.py as a traitlets Config."""
    from traitlets.config.loader import PyFileConfigLoader

    try:
        return PyFileConfigLoader("nbgrader_config.py", str(root)).load_config()
    except Exception as error:
        raise CourseError(f"{root}/nbgrader_config.py cannot be read ({type(error).__name__}: {error}).") from None


def course_directory(root, **what):
    """nbgrader's CourseDirectory for this folder."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(root=str(root), **what)


@contextlib.contextmanager
def tools_on_path():
    """nbgrader starts `alembic` by name for a new gradebook: let it find the one beside this interpreter."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def write_atomically(path, data):
    """Whole or not at all: write beside, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.write_bytes(data)
    os.replace(beside, path)


def init(root, parts):
    """Make or refresh a course folder; `parts`: [Part, ...]. Returns the Course; submissions and grades are kept."""
    root = Path(root).resolve()
    if root.exists() and any(root.iterdir()) and not (root / "nbgrader_config.py").exists():
        raise CourseError(f"{root} holds other files; give a new or empty folder.")
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "hidden").chmod(0o700)
    config = root / "nbgrader_config.py"
    if not config.exists():
        write_atomically(config, config_text(root).encode())
    for part in parts:
        for name, data in part.source.items():
            write_atomically(root / "source" / part.lesson / name, data)
        write_atomically(root / "hidden" / f"{part.lesson}.npz", part.hidden)
        _generate(root, part.lesson)
    return Course(root)


@dataclass(frozen=True)
class Part:
    """A lesson's part of a course folder: source files by relative path, and the hidden record's bytes."""

    lesson: str
    source: dict
    hidden: bytes


def config_text(root):
    """The text of nbgrader_config.py."""
    from grading.lessons.release import generate_config

    steps = list(generate_config().GenerateAssignment.preprocessors)
    return CONFIG.format(root=str(root), generate=steps)


def _generate(root, lesson):
    """nbgrader's own generate_assignment: fills release/ and the gradebook's cells."""
    import logging

    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException

    coursedir = course_directory(root, assignment_id=lesson)
    quiet = logging.getLogger("grading.nbgrader")
    quiet.setLevel(logging.CRITICAL)
    with tools_on_path():
        step = GenerateAssignment(coursedir=coursedir, config=load_config(root), log=quiet)
        step.force = True
        try:
            step.start()
        except (NbGraderException, RuntimeError) as error:
            raise CourseError(
                f"{lesson} cannot be put into {root} ({json.dumps(str(error))}); with submissions in the gradebook, "
                "cells may change but none may be added or removed: use a new folder."
            ) from None
