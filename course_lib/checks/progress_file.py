"""The learner's own record of what passes: a small JSON file beside the notebooks, and the table made of it."""

import contextlib
import json
import os
import time
from html import escape
from pathlib import Path

from course_lib.checks.lookup import record_folders, records_in

FILE_NAME = ".course-progress.json"


def progress_path():
    """COURSE_PROGRESS, else a file in the notebook's folder, else (if that is read-only) in the user's data folder."""
    named = os.environ.get("COURSE_PROGRESS")
    if named:
        return Path(named)
    here = Path.cwd() / FILE_NAME
    if here.exists() or os.access(Path.cwd(), os.W_OK):
        return here
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "perceptron-to-resnet" / "progress.json"


def read(path=None):
    """`(checks, problem)`: check id -> {"passed", "tries", "when"}, and a sentence if the file was unreadable."""
    path = path or progress_path()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        checks = {id: _entry(entry) for id, entry in stored["checks"].items()}
        return checks, ""
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}, f"Your progress file {path} could not be read; a new one is started at the next check."


def _entry(entry):
    return {"passed": bool(entry["passed"]), "tries": int(entry["tries"]), "when": str(entry["when"])}


def note(check, passed, path=None):
    """Keep that `check` passed or not. A folder that cannot be written is no reason to disturb the learner."""
    path = path or progress_path()
    checks, problem = read(path)
    tries = checks.get(check, {"tries": 0})["tries"] + 1
    checks[check] = {"passed": passed, "tries": tries, "when": time.strftime("%Y-%m-%dT%H:%M:%S")}
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if problem:
            os.replace(path, path.with_name(path.name + ".damaged"))
        partial.write_text(json.dumps({"version": 1, "checks": checks}, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(partial, path)
    with contextlib.suppress(OSError):
        partial.unlink(missing_ok=True)


def lessons(folders=None):
    """`{lesson: {check id: points}}` of all recorded lessons, in the course's order."""
    found = {}
    for folder in folders or record_folders():
        for record in records_in(folder, skip_damaged=True):
            found.setdefault(record.lesson, {id: record.about(id)["points"] for id in record.checks})
    return dict(sorted(found.items()))


class Table:
    """Progress by lesson; shows itself as text and as HTML."""

    def __init__(self, rows, problem=""):
        self.rows, self.problem = rows, problem

    def __str__(self):
        width = max([len(title) for title, *_ in self.rows] + [6])
        lines = [f"{'lesson':<{width}}  checks  passed  points"]
        for title, checks, passed, points, all_points in self.rows:
            lines.append(f"{title:<{width}}  {checks:>6}  {passed:>6}  {points:>3g} of {all_points:g}")
        return "\n".join(lines + [self.problem] * bool(self.problem))

    __repr__ = __str__

    def _repr_mimebundle_(self, include=None, exclude=None):
        cell = "text-align:right;padding:.15em .8em"
        head = "".join(f'<th scope="col" style="{cell}">{name}</th>' for name in ("checks", "passed", "points"))
        body = "".join(
            f'<tr><th scope="row" style="text-align:left;font-weight:normal;padding:.15em .8em">{escape(title)}</th>'
            f'<td style="{cell}">{checks}</td><td style="{cell}">{passed}{" ✓" * (passed == checks > 0)}</td>'
            f'<td style="{cell}">{points:g} of {all_points:g}</td></tr>'
            for title, checks, passed, points, all_points in self.rows
        )
        note = f"<p>{escape(self.problem)}</p>" if self.problem else ""
        first = '<th scope="col" style="text-align:left;padding:.15em .8em">lesson</th>'
        table = f'<table style="color:inherit"><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table>'
        return {"text/plain": str(self), "text/html": table + note}


def table(path=None, folders=None):
    """The Table of all lessons: title, checks, passed, points reached, points in all."""
    done, problem = read(path)
    rows = []
    for lesson, checks in lessons(folders).items():
        passed = [id for id in checks if done.get(id, {}).get("passed")]
        title = lesson.replace("_", " ")
        rows.append((title, len(checks), len(passed), sum(checks[id] for id in passed), sum(checks.values())))
    return Table(rows, problem)
