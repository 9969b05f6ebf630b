"""Run the visible part of a check a second time, and see whether the same lines give the same values.

What an answer keeps from call to call (a list outside the function, a buffer by shape, a default that grows) shows only
when it is called again with the same arguments. No exercise's author has to think of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from course_lib.evidence.compare import compare
from course_lib.evidence.records import unrecordable

if TYPE_CHECKING:
    from course_lib.evidence.observation import Seen

SECONDS = 2.0  # of CPU: a check that takes longer is not run a second time, so that nobody waits twice


@dataclass
class Again:
    """The sink of the second run: collects, forbids nothing, and `expect.work` counts nothing for it."""

    lines: list[Seen] = field(default_factory=list)

    def seen(self, seen: Seen) -> None:
        """Keep one observation.

        `seen` is the observation.
        """
        self.lines.append(seen)

    def forbid(self, check: str) -> Sequence[str]:
        """Nothing: the first run was watched. Asked of the record, this would read it for every check."""
        return ()

    def closed(self, check: str, part: str) -> None:
        """Nothing follows."""


def first_change(check: Any, first: Sequence[Seen]) -> Seen | None:
    """A Seen of kind "again" at the first line that gives something else in a second run of the cell, or None.

    `check` is the open check of the first run, `first` what it saw.
    """
    from course_lib.checks import use_sink

    if any(seen.kind == "forbidden" for seen in first):  # it fails already, and nobody watches the second run
        return None
    sink, frame = Again(), check.frame
    with use_sink(sink), contextlib.suppress(Exception):  # of a line outside the check: what the check saw counts
        exec(frame.f_code, frame.f_globals)
    second = {seen.position: seen for seen in sink.lines}
    for seen in first:
        if seen.kind != "work" and not _same(seen, second.get(seen.position)):
            return replace(seen, kind="again", value=None, spec={})
    return None


def _same(first: Seen, second: Seen) -> bool:
    if second is None or second.kind != first.kind:
        return False
    if first.kind == "raises":
        return first.value["type"] == second.value["type"]
    if first.kind in ("same_as", "at_least"):  # laws: any values that keep them will do
        return True
    if unrecordable(first.value) is not None:  # shown by its type alone: it cannot pass, nor be compared
        return True
    return compare(first.value, second.value, rtol=first.spec.get("rtol"), atol=first.spec.get("atol")) is None
