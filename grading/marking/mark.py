"""From a verdict to a mark: what each check is worth today, what is taken off for being late, which rules decided.

A verdict says what passes; it comes from a run and stays in the journal. A mark is a verdict under rules: points,
dropped checks, due date, extension, penalty. When a rule changes, marks are made anew from the journal; nothing runs.
"""

import functools
import hashlib
import inspect
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from traitlets.utils.importstring import import_item

from grading.imports import files_behind, hash_of, modules
from grading.marking.verdict import from_json

FULL = "This check was dropped: everybody gets its points."
NOTHING = "This check was dropped: it counts for nobody."
ROOT_LINE = re.compile(r"^c\.CourseDirectory\.root = .*$", re.M)
MARKS = modules("grading.marking.nbgrader_steps", "grading.marking.replay", "grading.marking.scores")


@dataclass(frozen=True, slots=True)
class Mark:
    """One submission's mark as the gradebook has it: all its points, what is taken off, when it was due and came."""

    raw: float
    penalty: float
    by_hand: float = 0.0  # what a person gave: part of raw
    unread: int = 0  # written answers that nobody has read yet
    handed_in: datetime | None = None  # UTC, as nbgrader keeps it
    due: datetime | None = None  # extension included
    extension: timedelta | None = None

    @property
    def counts(self):
        """The points that count."""
        return max(0.0, self.raw - self.penalty)

    @property
    def late(self):
        """Seconds after it was due, the extension included; 0 when in time or when no time is known."""
        if self.due is None or self.handed_in is None:
            return 0.0
        return max(0.0, (self.handed_in - self.due).total_seconds())


def verdict_of(result, repairs, course):
    """The verdict for one submission: the run's, with this submission's repairs, worth what the rules say today."""
    verdict = from_json(result["verdict"])
    verdict.repairs = list(repairs)
    return worth(verdict, course)


def worth(verdict, course):
    """The verdict with today's points: of the lesson as it is in the folder, under its rules.toml."""
    rules, checks, skeleton = course.rules, dict(verdict.checks), course.skeleton(verdict.lesson)
    for cell in skeleton.checks:
        if cell.check in checks:
            checks[cell.check] = _worth(checks[cell.check], cell, verdict.lesson, rules)
    given = {}
    for cell in skeleton.cells:
        if cell.role == "question" and rules.gives(verdict.lesson, cell.grade_id):
            gives = rules.gives(verdict.lesson, cell.grade_id)
            given[cell.grade_id] = rules.worth(verdict.lesson, cell) if gives == "full" else 0.0
    return replace(verdict, checks=checks, given=given)


def _worth(check, cell, lesson, rules):
    points, gives = rules.worth(lesson, cell), rules.gives(lesson, cell.grade_id)
    score = points if check.passed or gives == "full" else 0.0
    return replace(check, points=points, score=score, rule={"full": FULL, "none": NOTHING}.get(gives, ""))


def rules_of(course, lesson, mark, how):
    """The hash of the rules behind one mark; `how` is the hash of how the folder marks (`marking_of`).

    What a person gave takes part where it is late: a penalty may depend on all the points.
    """
    told = [
        how,
        sorted(course.points(lesson).items()),
        sorted((name, give) for (where, name), give in course.rules.dropped.items() if where == lesson),
        str(mark.due),
        str(mark.extension or timedelta(0)),
        mark.by_hand if mark.late > 0 else None,
        *(["best"] if lesson in course.rules.best else []),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def marking_of(course, config):
    """The hash of how the folder makes marks of verdicts: its configuration, its own steps and plug-ins, this code."""
    digest = _code().copy()
    text = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
    digest.update(ROOT_LINE.sub("", text).encode())  # where the folder lies decides nothing
    for path in sorted(_own_files(config)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _code():
    return hash_of(files_behind(MARKS, packages=("grading",)))


def _own_files(config):
    """The files of the steps and plug-ins that the configuration names and that are neither ours nor nbgrader's."""
    named = [*config.Autograde.get("autograde_preprocessors", [])]
    named += [section["plugin_class"] for section in config.values() if "plugin_class" in section]
    for one in named:
        kind = import_item(one) if isinstance(one, str) else one
        if kind.__module__.partition(".")[0] in ("grading", "nbgrader"):
            continue
        try:
            yield Path(inspect.getsourcefile(kind))
        except (TypeError, OSError):
            continue  # written in the configuration itself, whose text is read
