"""Earlier attempts: what was replaced in submitted/ stays in journal/replaced/STUDENT/LESSON, with its hand-in time.

`attempts.json` there lists them, the first kept first: {"file", "timestamp", "helpers"}. What was kept before the list
was, notebooks alone, counts as handed in at no known time. Which attempt counts is a rule (course/rules.py).
"""

import hashlib
import json
from dataclasses import replace

from course_lib.files import write_atomically
from grading.course.helpers import read_helpers
from grading.course.submitted import MARK, Submission, read_notebook, small_text
from grading.course.times import read_time
from grading.errors import CourseError

LIST = "attempts.json"


def keep(root, student, lesson, raw, timestamp="", helpers=None):
    """Keep a notebook (bytes) as an attempt; of equal ones the earliest hand-in time. Returns its path."""
    folder = _folder(root, student, lesson)
    name = f"{hashlib.sha256(raw).hexdigest()[:12]}.ipynb"
    listed = _listed(folder)
    same = next((one for one in listed if one["file"] == name), None)
    if same is None:
        listed.append({"file": name, "timestamp": timestamp, "helpers": sorted(helpers or ())})
    elif not same["timestamp"] or _before(timestamp, same["timestamp"]):
        same["timestamp"] = timestamp or same["timestamp"]
    write_atomically(folder / name, raw)
    for path, data in (helpers or {}).items() if same is None else ():
        write_atomically(_beside(folder, name) / path, data)
    write_atomically(folder / LIST, json.dumps(listed, ensure_ascii=False, indent=1))
    return folder / name


def earlier(root, last, release=()):
    """[Submission], as `last` (the one in submitted/) but with what was handed in before it; unreadable ones too."""
    folder, made = _of(root, last), []
    for one in _listed(folder):
        raw, refused, note = read_notebook(folder / one["file"])
        helpers, told = read_helpers(_beside(folder, one["file"]), release) if one["helpers"] else ({}, [])
        what = {"raw": raw, "refused": refused, "note": note, "helpers": helpers, "told": tuple(told)}
        made.append(replace(last, name=f"{last.lesson}.ipynb", timestamp=one["timestamp"], **what))
    return made


def stamp(root, last: Submission):
    """What changes when an attempt is added: the list as text; "" when there is none."""
    folder = _of(root, last)
    return json.dumps(_listed(folder)) if folder.is_dir() else ""


def _folder(root, student, lesson):
    return root / "journal" / "replaced" / student / lesson


def _of(root, last):
    """Where a submission's earlier attempts lie: those of who handed it in for a group."""
    by = small_text(root / "submitted" / last.student / last.lesson / MARK)
    return _folder(root, by or last.student, last.lesson)


def _beside(folder, name):
    return folder / f"{name.removesuffix('.ipynb')}.files"


def _listed(folder):
    """The list, with the notebooks that were kept before it was."""
    path = folder / LIST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        listed = [{"file": one["file"], "timestamp": one["timestamp"], "helpers": one["helpers"]} for one in told]
    except FileNotFoundError:
        listed = []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be read ({error}); remove it: then no attempt in {folder} has a time."
        ) from None
    names = {one["file"] for one in listed}
    old = [p for p in sorted(folder.glob("*.ipynb")) if p.name not in names]
    return [*({"file": p.name, "timestamp": "", "helpers": []} for p in old), *listed]


def _before(one, other):
    try:
        one, other = read_time(one, LIST), read_time(other, LIST)
    except CourseError:
        return False
    return one is not None and other is not None and one < other
