"""The map of the lessons: a path from the first to the last, with what passes, how long each takes, and which is next.

It is made of what lies beside the notebook: titles and times are read from the lessons' own first cells.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from course_lib.checks.lookup import record_folders
from course_lib.checks.progress_file import lessons, open_checks, progress_path, read

START = "START.ipynb"
MAP = "map"  # the id of its cell on the start page
HEADING = re.compile(
    r"# \d+ · (?P<title>.+)\n\n\*(?P<minutes>\d+) minutes(?: · builds on lessons? (?P<builds_on>[^*]+))?\*"
)
COUNT = "padding:.3em .7em;text-align:right;white-space:nowrap"  # the style of a column of numbers
SIGNS = {"done": "✓", "next": "▶", "begun": "◐", "open": "○", "page": "·"}


@dataclass(frozen=True)
class Stop:
    """A lesson on the path: `state` is done, next, begun, open, or page (nothing to check).

    `file` is None where its notebook is not here. `waiting`: checks of open exercises that pass here; their hidden
    part is judged when graded, so they are in neither `passed` nor `points`.

    `title` is the lesson's; `passed` of `checks` and `points` of `all_points` are reached; `minutes` is how long it
    takes, `builds_on` the numbers of lessons before it.
    """

    lesson: str
    title: str
    file: str | None
    state: str
    checks: int
    passed: int
    points: float
    all_points: float
    waiting: int = 0
    minutes: int = 0
    builds_on: str = ""


class CourseMap:
    """The lessons with the learner's progress; shows itself as text, and with links as HTML.

    `stops` are the Stops in their order; `problem` says what could not be read, or is empty.
    """

    def __init__(self, stops: Any, problem: str = "") -> None:
        self.stops, self.problem = stops, problem

    def __repr__(self) -> str:
        width = max([len(_name(stop)) for stop in self.stops] + [0])
        lines = [
            f"{SIGNS[stop.state]} {_name(stop):<{width}}  {_counts(stop)}"
            + ("  <- next" if stop.state == "next" else "")
            for stop in self.stops
        ]
        return "\n".join([*lines, _sum(self.stops), *[self.problem] * bool(self.problem)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """A table, one row a lesson, its left border the path; plain enough for every notebook program."""
        note = f"<p>{escape(self.problem)}</p>" if self.problem else ""
        rows = "".join(map(_row, self.stops))
        return f'<table style="color:inherit"><tbody>{rows}</tbody></table><p>{_sum(self.stops)}</p>{note}'


def course_map(folder: Any = None) -> Any:
    """The CourseMap of the lessons in `folder` (the current one); of those recorded nearest where none lies there."""
    folder = Path.cwd() if folder is None else Path(folder)
    done, problem = read(progress_path(folder))
    known = lessons(record_folders(folder))
    here = {name for name in known if (folder / f"{name}.ipynb").is_file()}
    if not here:
        known = next(filter(None, (lessons([place]) for place in record_folders(folder))), {})
    stops, hidden = [], open_checks(record_folders(folder))
    for name, checks in known.items():
        if name in here or not here:
            stops.append(_stop(name, checks, done, hidden, folder if here else None))
    following = next((i for i, stop in enumerate(stops) if stop.state not in ("done", "page")), None)
    if following is not None:
        stops[following] = replace(stops[following], state="next")
    return CourseMap(stops, problem)


def _stop(name: Any, checks: Any, done: Any, hidden: Any, folder: Any) -> Any:
    seen = [id for id in checks if done.get(id, {}).get("passed")]
    state = (
        "page"
        if not checks
        else "done"
        if len(seen) == len(checks)
        else "begun"
        if any(id in done for id in checks)
        else "open"
    )
    about = heading(folder / f"{name}.ipynb") if folder else {}
    title = about.pop("title", name.partition("_")[2].replace("_", " ").capitalize())
    passed = [id for id in seen if id not in hidden]
    points = sum(checks[id] for id in passed), sum(checks.values())
    file = f"{name}.ipynb" if folder else None
    return Stop(name, title, file, state, len(checks), len(passed), *points, len(seen) - len(passed), **about)


def heading(path: Path) -> Any:
    """Title, minutes and what it builds on, from a lesson's first cell; {} where that was changed beyond reading."""
    try:
        source = json.loads(Path(path).read_text(encoding="utf-8"))["cells"][0]["source"]
        found = HEADING.match("".join(source))
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    if not found:
        return {}
    return {"title": found["title"], "minutes": int(found["minutes"]), "builds_on": found["builds_on"] or ""}


def _name(stop: Any) -> str:
    return f"{stop.lesson.partition('_')[0]} {stop.title}"


def _counts(stop: Any) -> Any:
    if stop.state == "page":
        return "to read"
    counts = f"{stop.passed:>2} of {stop.checks:>2} checks  {stop.points:>3g} of {stop.all_points:>3g} points"
    return counts + (f"  {_waiting(stop)}" if stop.waiting else "")


def _waiting(stop: Any) -> str:
    return f"and {stop.waiting} whose hidden part is judged when graded"


def _row(stop: Any) -> Any:
    name = escape(_name(stop))
    if stop.file:
        name = f'<a href="{quote(stop.file)}">{name}</a>'
    if stop.state == "next":
        name = f"<b>{name}</b> ← next"
    colour = {"done": "#2a8a4a", "next": "#d07000"}.get(stop.state, "#9a9a9a")
    cells = [
        (f"border-left:4px solid {colour};padding:.3em .7em;text-align:left", f"{SIGNS[stop.state]}&nbsp; {name}"),
        (COUNT, f"{stop.passed} of {stop.checks} checks" if stop.checks else "to read"),
        (COUNT, f"{stop.points:g} of {stop.all_points:g} points" if stop.checks else ""),
        (COUNT, f"{stop.minutes} minutes" if stop.minutes else ""),
        ("padding:.3em .7em;text-align:left", f"builds on {escape(stop.builds_on)}" if stop.builds_on else ""),
        *[("padding:.3em .7em;text-align:left", _waiting(stop))] * bool(stop.waiting),
    ]
    return "<tr>" + "".join(f'<td style="{style}">{text}</td>' for style, text in cells) + "</tr>"


def _sum(stops: Any) -> str:
    stops = [stop for stop in stops if stop.state != "page"]
    done = sum(stop.state == "done" for stop in stops)
    left = sum(stop.minutes for stop in stops if stop.state != "done")
    hours = f"; about {max(1, round(left / 60))} hours are left" if left else ""
    return f"{done} of {len(stops)} lessons done{hours}."
