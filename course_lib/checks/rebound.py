"""The course's names in a notebook: lent where no cell imported them, told where a learner's variable took them.

Without the second a check cell ends in "'bool' object is not callable". While a cell runs that calls the course's
function by a name that is something else by now, a stand-in bears the name; then the learner's value has it again.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from course_lib.checks.own_builtins import install

NAMES = ("check", "hint", "yours", "progress", "answer")
LENT = ("hint", "progress", "answer")  # what may be typed in any cell, though few lessons import them all


class Rebound(TypeError):
    """A name of the course is now something else; shows as its one sentence."""

    def _render_traceback_(self) -> Any:
        return [str(self)]


class _StandIn:
    def __init__(self, name: Any, value: Any) -> None:
        self.name, self.value = name, value

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        kind = type(self.value).__name__
        raise Rebound(
            f"`{self.name}` is yours now (of type {kind}), no longer the course's function: give yours another name in "
            f"its cell, run that cell, then `from course_lib.checks import {self.name}` in a new one, then this one."
        )


def watch(package: Any) -> None:
    """In a notebook, look at each cell before it runs; `package` is course_lib.checks, whose names they are."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return

    def before(info: Any) -> None:
        for name in LENT:
            if _is_free(name, shell.user_ns) and _calls(name, info.raw_cell or ""):
                shell.user_ns[name] = getattr(package, name)
        for name in NAMES:
            value = shell.user_ns.get(name)
            if name in shell.user_ns and _stands_in(name, value, info.raw_cell or "", package):
                shell.user_ns[name] = _StandIn(name, value)

    def after(result: Any) -> None:
        for name in NAMES:
            if isinstance(shell.user_ns.get(name), _StandIn):
                shell.user_ns[name] = shell.user_ns[name].value

    install(shell)
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)


def _stands_in(name: Any, value: Any, cell: Any, package: Any) -> Any:
    """A check cell wants the course's own `check`; the others may be functions of the learner's."""
    if value is getattr(package, name):
        return False
    if name == "check":
        return re.search(r"^\s*with\s+check\s*\(", cell, re.MULTILINE) is not None
    return not callable(value) and _calls(name, cell)


def _calls(name: str, cell: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\s*\(", cell) is not None


def _is_free(name: str, names: dict[str, Any]) -> bool:
    """Whether a name is nobody's: `course lab` has its kernels begin with stand-ins that say what to run first."""
    return name not in names or getattr(names[name], "not_run_yet", False) is True
