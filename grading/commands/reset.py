"""`course reset`: an exercise or a lesson as it was handed out; what was there is kept beside it."""

import json
import subprocess
import time

from course_lib.checks.lookup import beside_library
from course_lib.checks.progress_file import forget
from grading.commands.study import find_lesson, progress_file
from grading.errors import CourseError
from grading.files import write_atomically
from grading.ids import check_of, exercise_of, split
from grading.paths import ROOT

KEPT = "kept"  # beside the lessons; no lesson is looked for in it


def reset(folder, number, exercise=None):
    """Give back lesson `number`, or the cells of one exercise; returns (the lesson's file, the copy of what was there).

    What passed of it is forgotten in the learner's progress.
    """
    path = find_lesson(folder, number)
    given, mine = handed_out(path.name), path.read_bytes()
    cells = json.loads(given)["cells"]
    if exercise is None:
        new, names = given, [_name(cell) for cell in cells]
    else:
        names = belonging(cells, exercise, path.stem)
        new = put_back(_cells_of(mine, path), json.loads(given), names)
    copy = path.parent / KEPT / f"{path.stem} {time.strftime('%Y-%m-%d %H.%M.%S')}.ipynb"
    try:
        write_atomically(copy, mine)
        write_atomically(path, new)
    except OSError as error:
        where = error.filename or path
        raise CourseError(f"{where} cannot be written ({error.strerror}); permit writing there") from None
    forget([check_of(name) for name in names], progress_file(folder))
    return path, copy


def handed_out(name):
    """The bytes of a lesson's notebook as it was handed out: with the library, or in a clone's last commit."""
    for folder in beside_library("handed_out"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    words = ["git", "-C", str(ROOT), "show", f"HEAD:notebooks/{name}"]
    try:
        return subprocess.run(words, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise CourseError(f"there is no copy of {name} as it was handed out; take it from where you got it") from None


def belonging(cells, exercise, lesson):
    """The grade ids of the cells of an exercise (by its id, or a written question's): answer, checks, predictions."""
    wanted = str(exercise).strip()
    known = {}
    for name in filter(None, map(_name, cells)):
        kind, id = split(name)
        if kind != "ask":
            known.setdefault(id if kind == "question" else exercise_of(id), []).append(name)
    if wanted not in known:
        raise CourseError(f"{lesson} has no exercise '{wanted}'; it has {', '.join(known)}")
    return known[wanted]


def put_back(mine, given, names):
    """The learner's notebook with the cells `names` as they were handed out, as bytes; lost ones come back."""
    for i, cell in enumerate(given["cells"]):
        if _name(cell) not in names:
            continue
        place = {_key(c): at for at, c in enumerate(mine["cells"])}
        if _key(cell) in place:
            mine["cells"][place[_key(cell)]] = cell
        else:
            before = [place[_key(c)] for c in given["cells"][:i] if _key(c) in place]
            mine["cells"].insert(max(before, default=-1) + 1, cell)
    return (json.dumps(mine, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _cells_of(mine, path):
    try:
        notebook = json.loads(mine)
        list(map(_name, notebook["cells"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise CourseError(f"{path} is no notebook that can be read; `course reset` without an exercise") from None
    return notebook


def _key(cell):
    """How a cell is found again: a graded one by its name, any other by its id."""
    return _name(cell) or cell.get("id")


def _name(cell):
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
