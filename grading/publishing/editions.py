"""`course release`: what is handed to whom: class (no answers, private hidden tests), self-study (answers too), clone.

Student files are the same in every edition; what differs is what lies beside them. Nothing private is ever in the zip.
"""

import secrets
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from grading.course.setup import init
from grading.errors import CourseError
from grading.lessons.cells import BEGIN_RUBRIC, END_RUBRIC, split_hidden, without_markers
from grading.lessons.release import (
    GUARDED,
    instructor_notebook,
    notebook_bytes,
    picture_path,
    reseed,
    student_notebook,
)
from grading.lessons.source import read_lessons
from grading.proving import certificate as paper
from grading.proving.certify import certify_lessons
from grading.proving.leaks import scan
from grading.proving.untouched import untouched_score
from grading.publishing.build import ROOT, build
from grading.publishing.course_parts import course_secret, lesson_parts

EDITIONS = ("class", "self-study", "clone")
BESIDE = ("environment.yml", "LICENSE")  # of the project, when there
DAY_ZERO = (1980, 1, 1, 0, 0, 0)


@dataclass
class Released:
    """What was made: paths by what they are, and sentences for the reader."""

    edition: str
    paths: dict
    notes: list = field(default_factory=list)


def release(edition, out, folders, numbers=(), *, course=None, tell=lambda text: None):
    """Make an edition in the new or empty folder `out`; `course` is the course folder of a class edition.

    CourseError when `out` is taken, a lesson does not certify, or what is handed out gives something away.
    """
    if edition not in EDITIONS:
        raise CourseError(f"there is no edition '{edition}'; there are {', '.join(EDITIONS)}")
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CourseError(f"{out} is not an empty folder; name a new one")
    if edition == "clone":
        return _clone(out)
    lessons = read_lessons(folders.solutions, numbers)
    build(folders, numbers, tell=tell)
    tell("student files")
    student = write_student(lessons, folders, out / "student")
    released = Released(edition, {"student": student})
    if edition == "class":
        _private(released, lessons, folders, numbers, course or out / "course", tell)
    else:
        released.paths["answers"] = _answers(lessons, out / "answers")
    tell("looking for what must not be handed out")
    leaks = scan([student], lessons)
    if leaks:
        raise CourseError("the release gives something away: " + "; ".join(leaks[:5]))
    released.paths["zip"] = _zip(student, out / "student.zip")
    return released


def write_student(lessons, folders, target):
    """The students' folder: notebooks, pictures, visible expected values, course_lib; returns it."""
    target.mkdir(parents=True, exist_ok=True)
    for lesson in lessons:
        wanted = [f"{lesson.slug}.ipynb", f"expected/{lesson.slug}.npz"]
        wanted += [picture_path(lesson, c) for c in lesson.cells if c.role == "picture"]
        kept = {c.id for c in lesson.cells if c.role == "figure"}  # recorded runs, shown where there is no time or GPU
        recorded = sorted((folders.notebooks / "figures").glob("F*.*"))
        wanted += [f"figures/{p.name}" for p in recorded if p.stem.split("_")[0] in kept]
        for name in wanted:
            (target / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(folders.notebooks / name, target / name)
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ROOT / "course_lib", target / "course_lib", ignore=ignore)
    for name in BESIDE:
        if (ROOT / name).exists():
            shutil.copyfile(ROOT / name, target / name)
    return target


def _private(released, lessons, folders, numbers, course, tell):
    """The course folder with hidden tests of its own, and the certificate proven again for them."""
    course = Path(course)
    known = (course / "hidden" / "secret").exists()
    secret = course_secret(course) if known else secrets.token_bytes(32)
    parts = lesson_parts(numbers, folders=folders, secret=secret, tell=tell)
    tell("certifying the private hidden tests")
    drawn = [reseed(lesson, secret) for lesson in lessons]
    proofs = [p for group in certify_lessons(drawn, cache=None).values() for p in group]
    problems = [text for proof in proofs for text in proof.problems]
    found = paper.Certificate(proofs, {}, {}, [], problems)
    if problems:
        raise CourseError("the private hidden tests do not certify: " + "; ".join(problems[:5]) + "; release again")
    tell("course folder")
    opened = init(course, parts)  # refuses a folder that holds other files
    if not known:
        (course / "hidden" / "secret").touch(0o600)
        (course / "hidden" / "secret").write_bytes(secret)
    for lesson in drawn:
        score, how = untouched_score(lesson, student_notebook(lesson), opened.records(lesson.slug))
        found.untouched[lesson.slug], found.confined[lesson.slug] = score, how
        if score:
            raise CourseError(f"{lesson.slug}: its untouched release scores {score:g} with the private hidden tests")
    paper.write(found, course / "hidden")
    released.paths["course"] = course
    count = len([p for p in proofs if p.line["points"]])
    released.notes.append(f"{count} exercises certified again with the private hidden tests")


def answers_notebook(lesson):
    """The lesson with its answers filled in and the rubrics in sight, without hidden tests."""
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
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), DAY_ZERO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return target


def _clone(out):
    """Everything that git tracks, as it is in the working folder; no secret lives there."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise CourseError(f"{ROOT} is not a git checkout; a clone edition is made from one") from None
    names = [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, out / name, follow_symlinks=False)
        shutil.copymode(ROOT / name, out / name)
    return Released("clone", {"clone": out}, [f"{len(names)} files"])
