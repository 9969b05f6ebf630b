"""Which of a lesson's pictures have to be drawn, and what each was drawn from; the drawing itself is `pictures.py`.

What a picture was drawn from is kept beside it, in `pictures/NN_drawn_from.json`, so that the image changes only when
its pixels do.
"""

import hashlib
import json
import pickle
import subprocess
import sys

from grading.errors import CourseError
from grading.imports import files_behind, hash_of
from grading.lessons.cells import strip_magics
from grading.lessons.release import picture_path
from grading.proving.bench import clean_environment


def draw_pictures(lesson, notebooks):
    """Draw the pictures whose cells or library changed; returns the names of the files whose content is new."""
    wanted = [c for c in lesson.cells if c.role == "picture"]
    kept = drawn_from(lesson, notebooks)
    now = {c.id: {"cells": _cells(lesson, c), "library": _library(c)} for c in wanted}
    todo = [c for c in wanted if kept.get(c.id) != now[c.id] or not (notebooks / picture_path(lesson, c)).exists()]
    changed = _draw(lesson, [(c.id, str((notebooks / picture_path(lesson, c)).absolute())) for c in todo])
    if now != kept:
        path = _stamp(lesson, notebooks)
        if now:
            path.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        else:
            path.unlink()
        changed.append(path.name)
    keep = {picture_path(lesson, c) for c in wanted}
    for old in sorted((notebooks / "pictures").glob(f"{lesson.number}_*.png")):
        if f"pictures/{old.name}" not in keep:
            old.unlink()
            changed.append(f"{old.name} (removed)")
    return changed


def undrawn(lesson, notebooks):
    """What is not as its cells say, a sentence each; quick: nothing is drawn, and the library is not looked at."""
    kept = drawn_from(lesson, notebooks)
    for cell in (c for c in lesson.cells if c.role == "picture"):
        name = picture_path(lesson, cell)
        if not (notebooks / name).exists():
            yield f"notebooks/{name} is not there"
        elif kept.get(cell.id, {}).get("cells") != _cells(lesson, cell):
            yield f"notebooks/{name} was drawn from other cells"


def drawn_from(lesson, notebooks):
    """{picture's name: {"cells": hash, "library": hash}} as it was when they were drawn; {} where that is not known."""
    try:
        return json.loads(_stamp(lesson, notebooks).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _stamp(lesson, notebooks):
    return notebooks / "pictures" / f"{lesson.number}_drawn_from.json"


def _draw(lesson, wishes):
    """Draw (name, path) in one clean process; returns the names of the files whose pixels changed."""
    if not wishes:
        return []
    code = "from grading.publishing.pictures import main; main()"
    command = [sys.executable, "-P", "-c", code, json.dumps(wishes)]
    done = subprocess.run(command, input=pickle.dumps(lesson), capture_output=True, env=clean_environment())
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().split("\n")[-1][:300] or f"exit status {done.returncode}"
        raise CourseError(f"{lesson.path.name}: {why}")
    return json.loads(done.stdout)


def _cells(lesson, cell):
    """Changes with the picture's cell or a cell of code before it."""
    before = [c.source for c in lesson.cells[: cell.index] if c.kind == "code" and c.role in ("", "solve")]
    return hashlib.sha256("\n".join([*before, cell.source]).encode()).hexdigest()[:16]


def _library(cell):
    """Changes with a module of course_lib that the picture's cell imports."""
    return hash_of(files_behind(strip_magics(cell.source), packages=("course_lib",))).hexdigest()[:16]
