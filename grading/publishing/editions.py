"""`course release`: what is handed to whom: class (no answers, private hidden tests), self-study (answers too), clone.

Student files are the same in every edition; what differs is what lies beside them. Nothing private is ever in the zip.
"""

import contextlib
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from grading.course.setup import init
from grading.course.stamp import check_secret
from grading.errors import CourseError
from grading.lessons.cells import BEGIN_RUBRIC, END_RUBRIC, GUARDED, split_hidden, without_markers
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import instructor_notebook, student_notebook
from grading.lessons.source import read_lessons
from grading.proving import certificate as paper
from grading.proving.leaks import scan
from grading.proving.untouched import untouched_score
from grading.publishing.build import ROOT, build
from grading.publishing.course_parts import private_part
from grading.publishing.private import draw_proven, keep_secret, proofs_folder, read_secret
from grading.publishing.staging import staged
from grading.publishing.steps import Steps
from grading.publishing.student_files import write_student

EDITIONS = ("class", "self-study", "clone")
DATE = (2026, 1, 1, 0, 0, 0)  # of every file, so that the bytes do not depend on the clock


@dataclass
class Released:
    """What was made: paths by what they are, and sentences for the reader."""

    edition: str
    paths: dict
    notes: list = field(default_factory=list)


def release(edition, out, folders, numbers=(), *, course=None, install=None, tell=lambda text: None):
    """Make an edition in the new or empty folder `out`; `course` is the course folder of a class edition.

    With `install`, which is what pip takes, the students' notebooks install the library where it is missing.

    CourseError when `out` is taken, a lesson does not certify, or what is handed out gives something away; then nothing
    is left of it, and the command can be given again.
    """
    if edition not in EDITIONS:
        raise CourseError(f"there is no edition '{edition}'; there are {', '.join(EDITIONS)}")
    out = Path(out).resolve()
    tell = Steps(tell, f"{edition} {' '.join(map(str, numbers))}")
    with contextlib.ExitStack() as stack:
        stage = stack.enter_context(staged(out))  # refuses a bad place before anything is built
        if edition == "clone":
            return _clone(stage, out)
        place = _course_place(stack, stage, out, course) if edition == "class" else None
        lessons = read_lessons(folders.solutions, numbers)
        build(folders, numbers, tell=tell)
        tell("student files")
        student = write_student(lessons, folders, stage / "student", install)
        released = Released(edition, {"student": out / "student"})
        if place is None:
            _answers(lessons, stage / "answers")
            released.paths["answers"] = out / "answers"
        tell("looking for what must not be handed out")
        leaks = scan([student], lessons)
        if leaks:
            raise CourseError("the release gives something away: " + "; ".join(leaks[:5]))
        _zip(student, stage / "student.zip")
        if place is not None:  # last: a course folder that is there already is refreshed where it lies
            released.notes += _private(lessons, folders, place[0], tell)
            released.paths["course"] = place[1]
        released.paths["zip"] = out / "student.zip"
    tell.finish()
    return released


def _course_place(stack, stage, out, course):
    """(where the course folder is made, where it lies in the end): the same for one that is there already."""
    final = out / "course" if course is None else Path(course).resolve()
    if (final / "nbgrader_config.py").is_file():
        if not os.access(final, os.W_OK):
            raise CourseError(f"{final} cannot be written; permit writing there")
        return final, final
    if final.is_relative_to(out):
        inside = final.relative_to(out)
        if not inside.parts or inside.parts[0] in ("student", "student.zip"):
            raise CourseError(f"{final} would be handed out with the students' files; put the course folder elsewhere")
        return stage / inside, final
    if out.is_relative_to(final):
        raise CourseError(f"{out} lies in the course folder {final}; name another folder")
    return stack.enter_context(staged(final)), final


def _private(lessons, folders, course, tell):
    """Make or refresh the folder `course` with proven hidden tests of its own; it may be moved afterwards."""
    check_secret(course)
    secret, draws = read_secret(course)
    if not (course / "nbgrader_config.py").exists():
        init(course, [])  # proofs are kept in it
    cache = proofs_folder(course)
    drawn = draw_proven(lessons, secret, draws, cache=cache, tell=tell)
    parts = [private_part(one, folders, cache) for one in drawn]
    tell("course folder")
    opened = init(course, parts)
    keep_secret(course, secret, drawn)
    found = paper.Certificate([p for one in drawn for p in one.proofs], {}, {}, [])
    for lesson in (one.lesson for one in drawn):
        tell(f"{lesson.slug}: the untouched release")
        score, how = untouched_score(lesson, student_notebook(lesson), opened.records(lesson.slug))
        found.untouched[lesson.slug], found.confined[lesson.slug] = score, how
        if score:
            raise CourseError(f"{lesson.slug}: its untouched release scores {score:g} with the private hidden tests")
    paper.write(found, course / "hidden")
    count = len([p for p in found.proofs if p.line["points"]])
    note = f"{count} exercises certified again with the private hidden tests"
    return [note, *(text for one in drawn for text in one.notes)]


def answers_notebook(lesson):
    """The lesson with its answers filled in, rubrics and model answers in sight, without hidden tests."""
    notebook = instructor_notebook(lesson)
    for cell in notebook.cells:
        meta = cell.metadata.pop("nbgrader", {})
        cell.metadata.pop("course", None)
        tags = [tag for tag in cell.metadata.pop("tags", []) if tag in GUARDED]
        if tags:
            cell.metadata["tags"] = tags
        if cell.cell_type == "code" and meta.get("solution"):
            cell.source = without_markers(cell.source)
        elif cell.cell_type == "code" and meta.get("grade"):
            cell.source = split_hidden(cell.source)[0]
        elif BEGIN_RUBRIC in cell.source:
            cell.source = cell.source.replace(BEGIN_RUBRIC, "**What a good answer has**\n").replace(END_RUBRIC, "")
    return notebook


def _answers(lessons, folder):
    folder.mkdir(parents=True)
    for lesson in lessons:
        (folder / f"{lesson.slug}_answers.ipynb").write_bytes(notebook_bytes(answers_notebook(lesson)))
    return folder


def _zip(folder, target):
    """A zip whose bytes depend on the files only."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return target


def _clone(stage, out):
    """Everything that git tracks, as it is in the working folder, put into `stage`; no secret lives there."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise CourseError(f"{ROOT} is not a git checkout; a clone edition is made from one") from None
    names = [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, stage / name, follow_symlinks=False)
        shutil.copymode(ROOT / name, stage / name)
    return Released("clone", {"clone": out}, [f"{len(names)} files"])
