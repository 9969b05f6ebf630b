"""`course reset`: an exercise or a lesson as it was handed out; what was there is kept beside it.

So is what stood in a lesson when `course lab` last ended: a newer zip unpacked over the folder replaces the lessons.
"""

import contextlib
import hashlib
import json
import subprocess
import time

from course_lib.checks.lookup import beside_library, find_exercise, record_folders
from course_lib.checks.progress_file import forget, read
from course_lib.files import write_atomically
from grading.commands.study import checks_of, find_lesson, originals, progress_file
from grading.errors import CourseError, remedy
from grading.ids import check_of, exercise_of, split
from grading.paths import ROOT

KEPT = "kept"  # beside the lessons; no lesson is looked for in it
VERSIONS = 200  # of a lesson in a clone's history that are looked at


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
        names = belonging(cells, exercise, path.stem, record_folders(path.parent))
        new = put_back(_cells_of(mine, path), json.loads(given), names)
    copy = path.parent / KEPT / f"{path.stem} {time.strftime('%Y-%m-%d %H.%M.%S')}.ipynb"
    try:
        write_atomically(copy, mine)
        write_atomically(path, new)
    except OSError as error:
        where = error.filename or path
        raise CourseError(f"{where} cannot be written ({error.strerror}); {remedy(error)} there") from None
    forget([check_of(name) for name in names], progress_file(folder))
    return path, copy


def keep(folder):
    """Copy every lesson that was worked on into `kept`; what cannot be read or written there is passed over."""
    for path, copy in _copies(folder):
        with contextlib.suppress(OSError):
            mine = path.read_bytes()
            if not untouched(mine) and not (copy.exists() and copy.read_bytes() == mine):
                write_atomically(copy, mine)


def replaced(folder):
    """[(lesson, copy kept)] of the lessons as handed out though there is progress: a zip was unpacked over them."""
    done, checks = read(progress_file(folder))[0], checks_of(folder)
    kept = [(path, copy) for path, copy in _copies(folder) if copy.exists()]
    return [(p, c) for p, c in kept if done.keys() & checks.get(p.stem, {}) and untouched(p.read_bytes())]


def _copies(folder):
    lessons = originals(sorted(folder.glob("[0-9][0-9]_*.ipynb")))
    return [(path, folder / KEPT / f"{path.stem} last.ipynb") for path in lessons]


def handed_out(name):
    """The bytes of a lesson's notebook as it was handed out: with the library, or in a clone's history."""
    for folder in beside_library("handed_out"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    for given in _committed(f"notebooks/{name}"):
        if untouched(given):
            return given
    raise CourseError(f"there is no copy of {name} as it was handed out; take it from where you got it")


def _committed(path):
    """The versions of a file of the project that were committed, as bytes, newest first; learners commit theirs too."""
    try:
        for commit in _git("log", f"--max-count={VERSIONS}", "--format=%H", "--", path).decode().split():
            yield _git("show", f"{commit}:./{path}")
    except (OSError, subprocess.CalledProcessError):  # no git, no clone, or a commit that took the file away
        return


def _git(*words):
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=True).stdout


def untouched(notebook):
    """Whether a notebook's bytes are as handed out: nothing was run, and each graded cell has the sum noted in it."""
    try:
        cells = json.loads(notebook)["cells"]
        graded = [cell for cell in cells if cell["metadata"].get("nbgrader")]
        sums = [cell["metadata"]["nbgrader"]["checksum"] == _checksum(cell) for cell in graded]
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return all(sums) and not any(cell.get("outputs") for cell in cells)


def _checksum(cell):
    """What nbgrader notes of a graded cell; learners do not have nbgrader."""
    about = cell["metadata"]["nbgrader"]
    solution, grade = about.get("solution", False), about.get("grade", False)
    locked = not solution and (grade or about.get("locked", False))
    parts = "".join(cell["source"]), cell["cell_type"], str(grade), str(solution), str(locked), about["grade_id"]
    points = str(float(about["points"])) if grade else ""
    return hashlib.md5("".join([*parts, points]).encode("utf-8"), usedforsecurity=False).hexdigest()


def belonging(cells, exercise, lesson, records):
    """The grade ids of the cells of an exercise (by its id, or a written question's): answer, checks, predictions."""
    wanted = str(exercise).strip()
    known = {}
    for name in filter(None, map(_name, cells)):
        kind, id = split(name)
        if kind != "ask":
            known.setdefault(id if kind == "question" else exercise_of(id), []).append(name)
    if wanted not in known:  # its number, its title, a name that it defines
        found, near = find_exercise(wanted, records)
        wanted = found.id if found else wanted
        number, near = lesson.partition("_")[0], near if near and near.id in known else None
        mean = f" Did you mean `course reset {number} {near.id}`?" if near else ""
    if wanted not in known:
        raise CourseError(f"{lesson} has no exercise '{wanted}'; it has {', '.join(known)}.{mean}")
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
