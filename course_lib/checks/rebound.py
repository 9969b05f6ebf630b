"""A learner's variable named `check` (or `hint`, `yours`, `progress`): the next check cell says so in one sentence.

Without it the cell ends in "'bool' object is not callable". While a cell runs that calls the course's function by a
name that is something else by now, a stand-in bears the name; then the learner's value has it again.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from course_lib.checks.own_builtins import install

NAMES = ("check", "hint", "yours", "progress")


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
            "its cell, run that cell, then the lesson's first cell, then this one."
        )


def watch(package: Any) -> None:
    """In a notebook, look at each cell before it runs; `package` is course_lib.checks, whose names they are."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return

    def before(info: Any) -> None:
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
    return not callable(value) and re.search(rf"(?<![\w.]){name}\s*\(", cell) is not None
