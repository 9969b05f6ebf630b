"""Makes a course folder, or refreshes its lessons: nbgrader's configuration, the lessons' files, the releases."""

import contextlib
import json
import logging
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.files import write_atomically
from grading.course.folder import Course, load_config
from grading.course.stamp import read_stamp, write_stamp
from grading.errors import CourseError

FOLDERS = ("source", "release", "submitted", "autograded", "feedback", "hidden", "journal")
HERE = "str(Path(__file__).resolve().parent)"
ABSOLUTE = re.compile(r"^c\.CourseDirectory\.root = (['\"])(.*)\1$", re.M)  # as earlier versions wrote it
CONFIG = '''"""nbgrader's configuration of this course folder. Student code runs only in the course's sandbox: the three
steps named here stand where nbgrader would run a notebook and read scores off its output."""

from pathlib import Path

c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.root = {here}
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

# Late work: "none" takes nothing off, "zero" takes everything. `course due` and formgrader set due dates.
c.LateSubmissionPlugin.penalty_method = "none"
'''


@dataclass(frozen=True)
class LessonFiles:
    """What a course folder holds of a lesson: source files by relative path, and the hidden record's bytes."""

    lesson: str
    source: dict
    hidden: bytes
    private: bool = False  # the hidden tests were drawn for one folder


def init(root, lessons):
    """Make or refresh a course folder with [LessonFiles, ...]; submissions and grades are kept. Returns the Course."""
    root = Path(root).resolve()
    if root.exists() and any(root.iterdir()) and not (root / "nbgrader_config.py").exists():
        raise CourseError(f"{root} holds other files; give a new or empty folder.")
    read_stamp(root)  # refuses a newer folder before anything is written
    public = [given.lesson for given in lessons if not given.private]
    if public and read_stamp(root)["private"]:
        raise CourseError(
            f"{root} has private hidden tests, which the public ones of {', '.join(public)} would replace; "
            f"use `course init --private {root}`, or a new folder."
        )
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "hidden").chmod(0o700)
    write_stamp(root, private=any(given.private for given in lessons))
    _configure(root)
    for given in lessons:
        for name, data in given.source.items():
            write_atomically(root / "source" / given.lesson / name, data)
        write_atomically(root / "hidden" / f"{given.lesson}.npz", given.hidden)
        _generate(root, given.lesson)
    return Course(root)


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


def config_text():
    """The text of nbgrader_config.py; it finds the folder by its own place, so that a folder may be moved."""
    from grading.lessons.release import generate_config  # brings nbgrader, which takes a second: not for who grades

    steps = list(generate_config().GenerateAssignment.preprocessors)
    return CONFIG.format(here=HERE, generate=steps)


def _configure(root):
    """Write nbgrader_config.py where there is none; in one that names another place, put right that line alone."""
    config = root / "nbgrader_config.py"
    if not config.exists():
        write_atomically(config, config_text())
        return
    text = config.read_text(encoding="utf-8")
    found = ABSOLUTE.search(text)
    if found and found[2] != str(root):
        here = HERE.replace("Path(", "__import__('pathlib').Path(")
        write_atomically(config, text[: found.start()] + f"c.CourseDirectory.root = {here}" + text[found.end() :])


def _generate(root, lesson):
    """nbgrader's own generate_assignment: fills release/ and the gradebook's cells."""
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
