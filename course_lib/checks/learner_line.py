"""Find the learner's own line in an exception: the line to look at, without any of the library's frames."""

from __future__ import annotations

import linecache
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from course_lib.evidence.tree import clean


@dataclass(frozen=True)
class Spot:
    """A line of the notebook: cell, number, source, columns to underline, function; whether the check cell has it.

    `place` is the cell's name, `in_check` that last answer.
    """

    place: str
    line: int
    source: str
    columns: tuple | None
    function: str
    in_check: bool

    def text(self) -> str:
        """The line with its number and, where the columns are known, a caret under the part that failed."""
        code = self.source.expandtabs(4)
        head = f"{self.line:>4} | "
        lines = [head + code]
        if self.columns and self.columns[1] > self.columns[0]:
            indent = len(self.source) - len(self.source.lstrip())
            start, end = max(self.columns[0], indent), min(self.columns[1], len(self.source))
            if (start, end) != (indent, len(self.source)):
                lines.append(" " * (len(head) - 2) + "| " + " " * start + "^" * (end - start))
        return "\n".join(lines)


def nested_code(code: CodeType) -> Iterator[CodeType]:
    """`code` and every function, lambda and comprehension written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested_code(constant)


def find_spot(error: Any, check_frame: FrameType) -> Spot:
    """The innermost line of `error`'s traceback that stands in the notebook but not in the check cell.

    Falls back to the check cell's own line; None when there is no Python frame of the notebook at all.

    `check_frame` is the check cell's.
    """
    own, check_code = None, list(nested_code(check_frame.f_code))
    for frame, line in traceback.walk_tb(error.__traceback__):
        in_notebook = frame.f_globals is check_frame.f_globals or frame.f_globals.get("__name__") == "__main__"
        if not in_notebook:
            continue
        in_check = frame.f_code in check_code
        if not in_check or own is None or own[2]:
            own = (frame, line, in_check)
    return _spot(error, own[0], own[2]) if own else None


def of_notebook(check_frame: FrameType) -> Callable:
    """A function that tells whether a frame is the notebook's own code, the check cell's not among it.

    `check_frame` is the check cell's.
    """
    names, check_code = check_frame.f_globals, set(nested_code(check_frame.f_code))

    def is_learners(frame: Any) -> Any:
        mine = frame.f_globals is names or frame.f_globals.get("__name__") == "__main__"
        return mine and frame.f_code not in check_code and frame.f_code.co_filename != check_frame.f_code.co_filename

    return is_learners


def _spot(error: Any, frame: FrameType, in_check: bool) -> Spot:
    summary = next(
        entry
        for f, entry in zip(
            (f for f, _ in traceback.walk_tb(error.__traceback__)),
            traceback.extract_tb(error.__traceback__),
            strict=False,
        )
        if f is frame
    )
    linecache.checkcache(summary.filename)
    source = linecache.getline(summary.filename, summary.lineno).rstrip("\n")
    columns, name = None, getattr(frame.f_code, "co_qualname", summary.name).partition(".<locals>")[0]
    if summary.colno is not None and summary.end_lineno == summary.lineno:
        columns = (summary.colno, summary.end_colno)
    return Spot(_place(summary.filename), summary.lineno, clean(source)[:200], columns, name, in_check)


def _place(filename: str) -> str:
    """'cell [12]' for a notebook cell, else the file's name."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    numbers = getattr(getattr(shell, "compile", None), "_filename_map", {})
    if filename in numbers:
        return f"cell [{numbers[filename]}]"
    if filename.startswith("<") or "ipykernel" in filename or "ipython-input" in filename:
        return "your cell"
    return filename.rpartition("/")[2]


def student_line(error: Any, check_frame: FrameType) -> str:
    """The learner's line as one short text for the wire: `line 3: return x / 0`; empty when there is none.

    `error` and `check_frame` are as in `find_spot`.
    """
    spot = find_spot(error, check_frame)
    return f"line {spot.line}: {spot.source.strip()}"[:200] if spot else ""
