"""Room on both sides of the tolerance: far above the reference's own error, far below the nearest mistake.

Lines may have different tolerances, so errors are measured in units of their own line's; the certificate gives them as
relative errors at the line with the largest own error. How an error becomes units is `margins.py`.
"""

import math
from dataclasses import dataclass, field

from grading.proving import margins


@dataclass
class Room:
    """What was measured of one exercise, in tolerances."""

    own: float = 0.0  # the reference's largest own error
    at: dict | None = None  # the line where it is largest; any inexact line where nothing moves
    way: str | None = None  # which way of computing gave it
    ways: dict = field(default_factory=dict)  # way -> its largest error, or "does not apply"
    distances: dict = field(default_factory=dict)  # mistake's name -> its worst line; inf where it cannot be measured
    inexact: list = field(default_factory=list)  # lines compared with a tolerance

    @property
    def tolerance(self):
        """The tolerance at the line with the largest own error; 0.0 where all is exact."""
        return margins.tolerance_of(self.at) if self.at is not None else 0.0

    @property
    def nearest(self):
        """(the name of the nearest mistake, how far it is); (None, None) where none can be measured."""
        finite = {name: d for name, d in self.distances.items() if math.isfinite(d)}
        name = min(finite, key=finite.get, default=None)
        return name, finite.get(name)

    def margin(self):
        """The entry of the certificate, as relative errors."""
        _, nearest = self.nearest
        return {
            "own_error": self.own * self.tolerance,
            "tolerance": self.tolerance,
            "nearest_wrong": None if nearest is None else nearest * (self.tolerance or 1.0),
        }

    def problems(self):
        """What is to be mended, sentences without their place."""
        if self.own * margins.ROOM > 1:
            place = f"of the tolerance at '{self.at['label']}' ({self.way})"
            moved = f"the reference itself moves by {self.own:.2g} {place}"
            yield f"{moved}; at most a tenth: widen rtol there or observe something steadier"
        for line in self.inexact:
            if 0 < margins.tolerance_of(line) < margins.smallest_tolerance(line):
                yield f"the tolerance of '{line['label']}' is below 10 units in the last place; widen it"
        name, nearest = self.nearest
        if self.tolerance and nearest is not None and nearest < margins.ROOM:
            near = f"'{name}' is only {nearest:.2g} tolerances away; at least {margins.ROOM:g}"
            yield f"{near}: tighten rtol or choose inputs that show the mistake more"


def measure(judged, mistakes, ways):
    """The Room of an exercise: `mistakes` {name: observations}, `ways` {name: Outcome, or why it did not run}."""
    values = judged.values()
    room = Room(inexact=[line for _, line in values if margins.tolerance_of(line)])
    for name, outcome in ways.items():
        if isinstance(outcome, str):
            room.ways[name] = "does not apply"
        else:
            _move(room, name, values, judged.seen(outcome))
    if room.at is None and room.inexact:
        room.at = room.inexact[0]
    room.distances = {name: _distance(values, seen) for name, seen in mistakes.items()}
    return room


def _move(room, way, values, seen):
    """How far the reference moves when it is computed in another way."""
    worst, applies = 0.0, True
    for id, line in values:
        got = next((s for s in seen[id] if s.position == line["position"]), None)
        moved = math.inf if got is None or got.kind != "value" else margins.units(line, got)
        if math.isinf(moved) and way in margins.REWRITES:
            applies = False  # the rewritten reference is another program here
            continue
        worst = max(worst, moved)
        if moved > room.own:
            room.own, room.at, room.way = moved, line, way
    room.ways[way] = worst if applies else "does not apply"


def _distance(values, seen):
    """How far a wrong variant is, in tolerances: its worst line; inf where it raises or differs in structure.

    Also where its values are as right as the reference's own: then work or a changed input is what rejects it.
    """
    worst = 0.0
    for id, line in values:
        got = next((s for s in seen[id] if s.position == line["position"]), None)
        if got is None or got.kind != "value":
            return math.inf
        worst = max(worst, margins.units(line, got))
    return worst if worst * margins.ROOM > 1 else math.inf
