"""rules.toml: what an instructor decided after the lesson was handed out, who, when and why; a person can read it.

The file is a list of decisions in the order they were made; what counts is where they lead. Due dates and extensions
stand in nbgrader's gradebook, where formgrader shows them, and here as a note; what a check is worth stands here alone.
"""

import getpass
import json
import math
import time
import tomllib
from dataclasses import dataclass, field

from course_lib.files import write_atomically
from grading.errors import CourseError, remedy

NAME = "rules.toml"
HEAD = "# Decisions about marks, oldest first; written by `course due`, `extend`, `drop`, `points` and `attempt`.\n"
KINDS = ("due", "extend", "drop", "undrop", "points", "attempt")
COUNTS = ("last", "best")
GIVE = ("full", "none")


@dataclass(frozen=True)
class Rules:
    """Where the decisions lead: points by (lesson, grade id), what a dropped one gives ("full" or "none"), and the
    lessons in which the best attempt counts."""

    points: dict = field(default_factory=dict)
    dropped: dict = field(default_factory=dict)
    best: frozenset = frozenset()
    entries: tuple = ()

    def worth(self, lesson, cell):
        """The points of a graded cell, a dropped one's included."""
        if self.dropped.get((lesson, cell.grade_id)) == "none":
            return 0.0
        return float(self.points.get((lesson, cell.grade_id), cell.points))

    def gives(self, lesson, grade_id):
        """ "full" or "none" for a dropped check, else None."""
        return self.dropped.get((lesson, grade_id))

    def adding(self, **entry):
        """The rules with one decision more, made now by whoever is logged in."""
        told = {"when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "who": _who(), **entry}
        return fold([*self.entries, {name: value for name, value in told.items() if value not in (None, "")}])


def fold(entries):
    """The Rules that a list of decisions leads to; ValueError for one that is none."""
    points, dropped, best = {}, {}, set()
    for entry in entries:
        place = entry.get("lesson"), entry.get("check")
        kind = entry.get("rule")
        if kind not in KINDS:
            raise ValueError(f"rule = {kind!r} is none of {', '.join(KINDS)}")
        if kind == "points":
            points[place] = checked_points(entry.get("points"))
        elif kind == "drop":
            if entry.get("give") not in GIVE:
                raise ValueError(f"give = {entry.get('give')!r} is neither full nor none")
            dropped[place] = entry["give"]
        elif kind == "undrop":
            dropped.pop(place, None)
        elif kind == "attempt":
            if entry.get("counts") not in COUNTS:
                raise ValueError(f"counts = {entry.get('counts')!r} is neither last nor best")
            (best.add if entry["counts"] == "best" else best.discard)(entry.get("lesson"))
    return Rules(points, dropped, frozenset(best), tuple(entries))


def checked_points(number):
    """The number of points, when it can be one; else ValueError."""
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < 1e6 or math.isnan(number):
        raise ValueError(f"points = {number!r} is no number from 0 to a million")
    return float(number)


def read_rules(root):
    """The folder's Rules; none where there is no file. CourseError when it cannot be read."""
    path = root / NAME
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        entries = told.pop("decision", [])
        if told:
            raise ValueError(f"{next(iter(told))!r} is no decision; each is a table [[decision]]")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ValueError("each decision is a table [[decision]]")
        return fold(entries)
    except FileNotFoundError:
        return Rules()
    except (tomllib.TOMLDecodeError, ValueError, OSError) as error:
        raise CourseError(f"{path} cannot be read ({error}); mend that line, or take its decision out.") from None


def write_rules(root, rules):
    """Write the decisions, whole or not at all."""
    tables = ["[[decision]]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in entry.items()) for entry in rules.entries]
    try:
        write_atomically(root / NAME, "\n".join([HEAD, *tables]))
    except OSError as error:
        raise CourseError(f"{root / NAME} cannot be written ({error.strerror}); {remedy(error)} there.") from None


def _toml(value):
    """A string or a number as TOML: a string on one line is one of JSON's, with nothing that cannot be printed."""
    if isinstance(value, str):
        value = "".join(c if c.isprintable() else " " for c in value)
    return json.dumps(value, ensure_ascii=False)


def _who():
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
