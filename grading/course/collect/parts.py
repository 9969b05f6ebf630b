"""Collecting what arrives bit by bit and for any lesson: each notebook goes to the lesson that it holds.

A lesson is certain by its folder's name, by the exchange's, or by the graded cells in the notebook. What holds none of
the folder's lessons is left and told.
"""

import os
import pwd
from collections import defaultdict

from grading.course.collect.given import UNREADABLE, Given, look_at
from grading.course.collect.run import Options, collect
from grading.course.collect.systems import RULES
from grading.course.intake import Refused, read_pieces
from grading.errors import CourseError

EXCHANGE = dict(RULES)["nbgrader"]


def collect_parts(course, folder, units, lesson=None, options=None):
    """({lesson: its Report}, {unit: [sentences that say what to do]}) of some units ({name: paths}) of a folder."""
    given, reports, problems = {}, {}, defaultdict(list)
    for unit, paths in units.items():
        forged = _anothers(course, folder, unit)
        if forged:
            problems[unit].append(forged)
            continue
        found = look_at(folder, paths)
        for name, entries in _by_lesson(course, found, unit, lesson, problems).items():
            mine = given.setdefault(name, Given())
            mine.entries += entries
        problems[unit] += found.problems
    for name, mine in given.items():
        mine.entries.sort(key=lambda entry: entry.path)
        reports[name] = report = collect(course, name, mine, options or Options())
        for sentence in report.problems:
            for unit in [u for u, paths in units.items() if _about(sentence, report, paths)] or units:
                problems[unit].append(sentence)
    return reports, {unit: list(dict.fromkeys(told)) for unit, told in problems.items() if told}


def lesson_in(course, name):
    """The lesson that a folder's name is (09, 09_slug), or None."""
    try:
        return course.choose([name])[0] if name[:1].isdigit() else None
    except CourseError:
        return None


def lesson_of(course, raw):
    """The lesson of which a notebook (bytes) has the most graded cells, or None where it has none of any."""
    try:
        pieces, _ = read_pieces(raw)
    except Refused:
        return None
    ids = {piece.grade_id for piece in pieces} | {piece.cell_id for piece in pieces}
    counts = {
        skeleton.lesson: sum(c.grade_id in ids or c.id in ids for c in skeleton.cells if c.grade_id)
        for skeleton in course.skeletons()
    }
    best = max(counts, key=counts.get, default=None)
    return best if best is not None and counts[best] else None


def _by_lesson(course, found, unit, lesson, problems):
    """{lesson: entries} of one unit; its other files go wherever its notebooks go."""
    given, rest = defaultdict(list), []
    for entry in found.entries:
        named = lesson or _named(course, entry)
        if named is None and entry.is_notebook and not entry.bad:
            named = lesson_of(course, _bytes(entry))
            if named is None:
                problems[unit].append(f"{entry.path} holds none of the lessons here; it was left.")
                continue
        if named is None:
            rest.append(entry)
        else:
            given[named].append(entry)
    for entries in given.values():
        entries += rest
    if rest and not given and not problems[unit]:
        told = ", ".join(entry.path for entry in rest[:3])
        problems[unit].append(f"{told}: no notebook of a lesson is in it; it was left.")
    return given


def _anothers(course, folder, unit):
    """What is to be said of a hand-in to the exchange that another student of this course put there, or ""."""
    found = EXCHANGE.fullmatch(unit.split("/")[-1])
    try:
        owner = pwd.getpwuid(os.lstat(folder / unit).st_uid).pw_name if found else ""
    except (KeyError, OSError):
        return ""
    if not found or owner == found["login"] or not (course.root / "submitted" / owner).is_dir():
        return ""
    return f"{unit} says it is {found['login']}'s but belongs to {owner}; it was left: ask both, then use --who."


def _named(course, entry):
    """The lesson that the path names: a folder around, or the exchange's folder."""
    for part in entry.parts[:-1]:
        found = EXCHANGE.fullmatch(part)
        named = lesson_in(course, found["lesson"] if found else part)
        if named:
            return named
    return None


def _bytes(entry):
    try:
        return entry.read()
    except UNREADABLE:
        return b""


def _about(sentence, report, paths):
    """Whether a problem is about one of these files: it names one, or a student whose file is one."""
    tops = tuple(path.replace(os.sep, "/") for path in paths)
    students = {row.student for row in report.files if row.student and row.path.startswith(tops)}
    return any(top in sentence for top in tops) or any(s and sentence.startswith(s) for s in students)
