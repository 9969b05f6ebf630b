"""What a submission may send when, and what it means: the frames of one submission, from hello to its end.

Phases, in order: hello, visible, hidden, done (the last hidden cell has ended), finished.
"""

import functools
import io
import json
import time
from dataclasses import asdict

from course_lib.evidence.observation import decode
from grading.confinement.compiled import MAGIC, compiled
from grading.confinement.frames import Broken
from grading.confinement.held import apart
from grading.confinement.job import CellRun, Isolation
from grading.confinement.outputs import Outputs
from grading.errors import CourseError

START = 60.0  # seconds until a fork has said hello
EARLY = 0.5  # share of a cell's wall limit before which it cannot have been reached, however late its start was read
SLACK = 3.0  # wall seconds beyond a cell's own alarm
SHORT, MARGIN = 1 << 16, 1 << 20  # bytes of a frame that is no output; of an output beyond a cell's share
BRIEF = 1 << 10  # bytes of an observation that is kept for the next one like it
FRAMES, HEADS = 100_000, 16 << 20  # per submission; more would keep the driver busy


class Refused(CourseError):
    """No student code ran: the sandbox could not be made, or is not what was promised."""


class Protocol:
    """Follows one submission by its frames; a frame out of place raises. `send(kind, payload)` answers it."""

    def __init__(self, job, path, differs, send):
        self.job, self.limits, self.send = job, job.limits, send
        self.isolation, self.differs = Isolation(path), differs
        self.cells = {step.id: CellRun(step.id, "skipped", []) for step in job.steps}
        self.hidden = {step.id: "skipped" for step in job.hidden}
        self.order = list(job.steps)
        self.rest = list(job.hidden)
        self.current, self.begun = None, False  # begun: student code has run
        self.told_hidden, self.cell_started = False, 0.0
        self.phase = "hello"
        self.count, self.heads = 0, 0  # frames, bytes of JSON in observations
        self.seen, self.seen_bytes = [], {}
        self.held = set()  # names of the data that were sent
        self.outputs = Outputs()
        self.started = time.monotonic()
        self.deadline = self.started + START
        self.cell_deadline = float("inf")

    @property
    def until(self):
        """When patience ends, on the clock of time.monotonic."""
        return min(self.deadline, self.cell_deadline)

    def largest(self, kind):
        """The longest payload of a frame of this kind.

        Parsed JSON takes up to twenty times its bytes, so that only observations and outputs may be long.
        """
        long = {b"O": self.limits.seen, b"D": self.limits.cell_output, b"U": self.limits.cell_output}
        return long[kind] + MARGIN if kind in long else SHORT

    def take(self, kind, payload):
        """One frame of the submission's."""
        self.count += 1
        if self.count > FRAMES:
            raise Broken("too many frames")
        if self.phase == "hello":
            self._hello(kind, payload)
            return
        if kind == b"O":
            self._observation(payload)
            return
        if kind == b"C":
            return
        if kind == b"!":
            raise Broken("the worker failed" if self.begun else payload[:300].decode(errors="replace"))
        handler = {b"B": self._begin, b"E": self._end, b"V": self._visible_done, b"X": self._finished,
                   b"D": self._output, b"U": self.outputs.update, b"K": self._clear}.get(kind)  # fmt: skip
        if handler is None:
            raise Broken("a frame of unknown kind")
        if self.phase == "hidden" and kind in b"DUK":
            return  # whatever it shows after the first hidden part was sent is discarded here too
        handler(json.loads(payload.decode()) if payload else {})

    def _hello(self, kind, payload):
        if kind == b"!":
            raise Refused(payload.decode(errors="replace"))
        if kind != b"H":
            raise Broken("no hello")
        for name, value in json.loads(payload).items():
            setattr(self.isolation, name, tuple(value) if isinstance(value, list) else value)
        self.isolation.differs = self.differs(self.isolation, self.limits)
        job = {
            "limits": asdict(self.limits),
            "steps": [
                {name: getattr(s, name) for name in ("id", "source", "check", "keeps", "restores", "bare")}
                for s in self.order
            ],
            "forbid": self.job.forbid,
        }
        self.phase = "visible"
        self.started = time.monotonic()
        self.deadline = self.started + self.limits.wall
        self.send(b"J", json.dumps(job).encode())
        for name, content in self.job.files.items():
            self.send(b"F", name.encode() + b"\0" + content)
        self.send(b"G", b"")

    def _begin(self, message):
        steps = self.order if self.phase == "visible" else self.rest if self.phase == "hidden" else []
        if self.current is not None or not steps or message["id"] != steps[0].id:
            raise Broken("a cell out of turn")
        self.current, self.begun = steps[0], True
        self.outputs.begin()
        self.cell_started = time.monotonic()
        self.cell_deadline = self.cell_started + self.limits.cell_wall + SLACK
        if self.phase == "visible":
            self.cells[self.current.id].status = "killed"

    def _end(self, message):
        if self.current is None or message["id"] != self.current.id:
            raise Broken("a cell that ends out of turn")
        status = message["status"] if message["status"] in ("ok", "error", "skipped", "killed") else "error"
        reason = message["reason"] if message["reason"] in ("cpu limit", "wall limit") else ""
        if time.monotonic() - self.cell_started < EARLY * self.limits.cell_wall and reason == "wall limit":
            reason = ""  # only this clock counts: what is claimed would buy a run alone
        self.cell_deadline = float("inf")
        if self.phase == "visible":
            cell = self.cells[self.current.id]
            cell.status, cell.reason = status, reason
            cell.cpu, cell.wall = _seconds(message["cpu"]), _seconds(message["wall"])
            self.order.pop(0)
        else:
            self.hidden[self.current.id] = f"killed by {reason}" if reason else status
            self.rest.pop(0)
        self.current = None
        if self.phase == "hidden":
            self._next()

    def _visible_done(self, message):
        if self.phase != "visible" or self.order or self.current:
            raise Broken("the end of the visible cells out of turn")
        self.phase = "hidden"
        clocks = ("wall limit", "cpu limit") if self.job.brief else ("wall limit",)
        if not self.job.final and any(cell.reason in clocks for cell in self.cells.values()):
            self.rest = []
        self._next()

    def _finished(self, message):
        if self.phase != "done":
            raise Broken("the end out of turn")
        self.phase = "finished"

    def _observation(self, payload):
        """Keep what a check saw, if it came while that check's own cell ran."""
        self.heads += int.from_bytes(payload[4:8], "little")
        if self.heads > HEADS:
            raise Broken("too many observations")
        seen = _known(payload) if len(payload) <= BRIEF else _read(payload)
        if self.current is None or self.phase not in ("visible", "hidden"):
            return
        if seen.check != self.current.check or seen.part != self.phase:
            return
        key = (self.current.id, self.phase)
        self.seen_bytes[key] = self.seen_bytes.get(key, 0) + len(payload)
        if self.seen_bytes[key] <= self.limits.seen:
            self.seen.append(seen)

    def _next(self):
        """At the end of the visible cells and of each hidden step: send the next hidden one, or say that it is over."""
        if self.rest:
            step = self.rest[0]
            self.told_hidden = True
            source, data = apart(step.source)
            for name in data.keys() - self.held:
                self.held.add(name)
                self.send(b"T", name.encode() + b"\0" + data[name])
            name, codes = compiled(source)
            told = {"id": step.id, "source": source, "check": step.check, "name": name, "magic": MAGIC}
            self.send(b"S", json.dumps(told).encode() + b"\0" + codes)
        else:
            self.phase = "done"
            self.send(b"N", b"")

    def _shown(self):
        """The outputs of the cell that runs now, or None."""
        return self.cells[self.current.id].outputs if self.current else None

    def _output(self, message):
        self.outputs.add(self._shown(), message)

    def _clear(self, message):
        self.outputs.clear(self._shown(), message)


def _read(payload):
    return decode(io.BytesIO(payload))


_known = functools.lru_cache(maxsize=1000)(_read)  # right answers give the same observations for all who hand in


def _seconds(value):
    """A time the worker took: a number, not negative, and less than a week."""
    if type(value) not in (int, float) or not 0 <= value < 1e6:
        raise Broken("a time that is none")
    return float(value)
