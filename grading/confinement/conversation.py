"""The driver's side of one submission: sends the job, reads frames, and believes nothing but the keeper's report.

Every byte a child writes is untrusted: a malformed, huge, misplaced or missing frame ends the submission with a named
outcome and never raises here.
"""

import contextlib
import io
import json
import math
import os
import selectors
import signal
import struct
import time
from dataclasses import asdict

from course_lib.evidence.observation import decode
from grading.confinement.job import CellRun, Isolation, Run
from grading.errors import CourseError

FRAME = struct.Struct(">cI")
START = 60.0  # seconds until a fork has said hello
SLACK = 3.0  # wall seconds beyond a cell's own alarm
ANSWER = 10.0  # seconds for the keeper to report after a kill
CHUNK = 1 << 18
SHORT, MARGIN = 1 << 16, 1 << 20  # bytes of a frame that is no output; of an output beyond a cell's share
FRAMES, OUTPUTS, HEADS = 100_000, 10_000, 16 << 20  # per submission; more would keep the driver busy
NODES = 500_000  # values in all outputs together


class Broken(Exception):
    """The child sent something that is no frame, or one that has no place here."""


class TooMany(ValueError):
    """An output holds more values than the driver keeps."""


class Refused(CourseError):
    """No student code ran: the sandbox could not be made, or is not what was promised."""


class Frames:
    """Cuts a byte stream into frames; holds at most one frame and one chunk."""

    def __init__(self, largest):
        """`largest(kind)` is the longest payload a frame of this kind may have."""
        self.largest, self.buffer = largest, bytearray()

    def feed(self, data):
        """The complete frames after `data` came in, as (kind, payload); raises at a bad one, after those before it."""
        self.buffer += data
        at = 0
        try:
            while len(self.buffer) - at >= FRAME.size:
                kind, length = FRAME.unpack_from(self.buffer, at)
                if length > self.largest(kind):
                    raise Broken("a frame over the limit")
                if len(self.buffer) - at < FRAME.size + length:
                    break
                start = at + FRAME.size
                at = start + length
                yield kind, bytes(self.buffer[start:at])
        finally:
            del self.buffer[:at]


class Conversation:
    """One submission from hello to report. `send`, `receive` and `status` are the driver's descriptors."""

    def __init__(self, job, path, differs, send, receive, status):
        self.job, self.limits = job, job.limits
        self.isolation, self.differs = Isolation(path), differs
        self.send_fd, self.receive_fd, self.status = send, receive, status
        self.frames = Frames(self._largest)
        self.queue = bytearray()
        self.received = 0
        self.cells = {step.id: CellRun(step.id, "skipped", []) for step in job.steps}
        self.hidden = {step.id: "skipped" for step in job.hidden}
        self.order = list(job.steps)
        self.rest = list(job.hidden)
        self.current, self.begun = None, False  # begun: student code has run
        self.phase = "hello"  # visible, hidden, done
        self.count, self.shown, self.heads = 0, 0, 0  # frames, outputs, bytes of JSON in observations
        self.seen, self.seen_bytes = [], {}
        self.displays, self.clear, self.room = {}, False, [NODES]
        self.killed, self.report, self.note, self.lost = "", None, "", False
        self.started = time.monotonic()
        self.deadline = self.started + START
        self.cell_deadline = float("inf")

    # ---------------------------------------------------------------- the loop

    def hold(self):
        """Talk until the keeper has reported; return the Run."""
        os.set_blocking(self.send_fd, False)
        os.set_blocking(self.receive_fd, False)
        self.status.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.receive_fd, selectors.EVENT_READ)
        self.selector.register(self.status, selectors.EVENT_READ)
        self.writing = False
        try:
            while self.report is None:
                self._turn()
            self._read(last=True)
        finally:
            self.selector.close()
        return self._result()

    def _turn(self):
        now = time.monotonic()
        until = min(self.deadline, self.cell_deadline)
        if now >= until:
            if self.killed:
                self.report = self._lost()
                return
            self.kill("wall limit")
            return
        for key, _ in self.selector.select(until - now):
            if key.fd == self.receive_fd:
                self._read()
            elif key.fd == self.send_fd:
                self._write()
            else:
                self._report()

    def kill(self, why):
        """Ask the keeper to end the submission; its report follows."""
        self.killed = self.killed or why
        self.deadline, self.cell_deadline = time.monotonic() + ANSWER, float("inf")
        with contextlib.suppress(OSError):
            self.status.send(why.encode())

    def _lost(self):
        """What to believe when the keeper says nothing."""
        self.lost = True
        return {"why": self.killed, "code": -9, "cpu": 0.0, "peak": 0.0}

    def _report(self):
        try:
            data = self.status.recv(1 << 16)
        except OSError:
            data = b""
        self.report = json.loads(data) if data else self._lost()
        if "error" in self.report:
            raise Refused(self.report["error"])

    def _read(self, last=False):
        while True:
            try:
                data = os.read(self.receive_fd, CHUNK)
            except (BlockingIOError, OSError):
                return
            if not data:
                if not last:
                    self.selector.unregister(self.receive_fd)
                return
            self.received += len(data)
            if self.killed and not last:
                return
            if self.received > self.limits.output:
                if not last:
                    self.kill("output limit")
                return
            try:
                for kind, payload in self.frames.feed(data):
                    self._frame(kind, payload)
            except Refused:
                raise
            except (Broken, ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
                # Only words of our own: what the child chose could carry a hidden part's text into the feedback.
                self.note = f"broke the protocol: {error if type(error) is Broken else type(error).__name__}"
                self.kill("protocol")
                return
            if len(data) < CHUNK and not last:
                return

    # ---------------------------------------------------------------- sending

    def _queue(self, kind, payload):
        self.queue += FRAME.pack(kind, len(payload)) + payload
        self._write()

    def _write(self):
        while self.queue:
            try:
                done = os.write(self.send_fd, self.queue[:CHUNK])
            except BlockingIOError:
                break
            except OSError:
                self.queue.clear()
                break
            del self.queue[:done]
        if bool(self.queue) != self.writing:
            self.writing = bool(self.queue)
            if self.writing:
                self.selector.register(self.send_fd, selectors.EVENT_WRITE)
            else:
                self.selector.unregister(self.send_fd)

    def _next(self):
        """At the end of the visible cells and of each hidden step: send the next hidden one, or say that it is over."""
        if self.rest:
            step = self.rest[0]
            self._queue(b"S", json.dumps({"id": step.id, "source": step.source, "check": step.check}).encode())
        else:
            self.phase = "done"
            self._queue(b"N", b"")

    # ---------------------------------------------------------------- frames

    def _largest(self, kind):
        """Parsed JSON takes up to twenty times its bytes, so that only observations and outputs may be long."""
        long = {b"O": self.limits.seen, b"D": self.limits.cell_output, b"U": self.limits.cell_output}
        return long[kind] + MARGIN if kind in long else SHORT

    def _frame(self, kind, payload):
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
                   b"D": self._output, b"U": self._update, b"K": self._clear}.get(kind)  # fmt: skip
        if handler is None:
            raise Broken("a frame of unknown kind")
        if self.phase == "hidden" and kind in b"DUK":
            return  # whatever it shows after the first hidden part was sent is discarded here too
        handler(json.loads(payload) if payload else {})

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
            "steps": [{"id": s.id, "source": s.source, "check": s.check} for s in self.order],
            "forbid": self.job.forbid,
        }
        self.phase = "visible"
        self.started = time.monotonic()
        self.deadline = self.started + self.limits.wall
        self._queue(b"J", json.dumps(job).encode())
        for name, content in self.job.files.items():
            self._queue(b"F", name.encode() + b"\0" + content)
        self._queue(b"G", b"")

    def _begin(self, message):
        steps = self.order if self.phase == "visible" else self.rest if self.phase == "hidden" else []
        if self.current is not None or not steps or message["id"] != steps[0].id:
            raise Broken("a cell out of turn")
        self.current, self.begun, self.clear = steps[0], True, False
        self.cell_deadline = time.monotonic() + self.limits.cell_wall + SLACK
        if self.phase == "visible":
            self.cells[self.current.id].status = "killed"

    def _end(self, message):
        if self.current is None or message["id"] != self.current.id:
            raise Broken("a cell that ends out of turn")
        status = message["status"] if message["status"] in ("ok", "error", "skipped", "killed") else "error"
        reason = message["reason"] if message["reason"] in ("cpu limit", "wall limit") else ""
        self.cell_deadline = float("inf")
        if self.phase == "visible":
            cell = self.cells[self.current.id]
            cell.status, cell.reason = status, reason
            cell.cpu, cell.wall = min(1e6, float(message["cpu"])), min(1e6, float(message["wall"]))
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
        seen = decode(io.BytesIO(payload))
        if self.current is None or self.phase not in ("visible", "hidden"):
            return
        if seen.check != self.current.check or seen.part != self.phase:
            return
        key = (self.current.id, self.phase)
        self.seen_bytes[key] = self.seen_bytes.get(key, 0) + len(payload)
        if self.seen_bytes[key] <= self.limits.seen:
            self.seen.append(seen)

    def _output(self, message):
        try:
            output = tidy(message["output"], self.room)
        except TooMany:
            output = {"output_type": "stream", "name": "stderr", "text": "(an output of too many values to keep)\n"}
        self.shown += 1
        if self.current is None or output is None or self.shown > OUTPUTS:
            return
        outputs = self.cells[self.current.id].outputs
        if self.clear:
            outputs.clear()
            self.clear = False
        if output["output_type"] == "stream":
            if outputs and outputs[-1]["output_type"] == "stream" and outputs[-1]["name"] == output["name"]:
                outputs[-1]["text"].append(output["text"])
                return
            output["text"] = [output["text"]]  # joined at the end: many small pieces must not cost their square
        outputs.append(output)
        if isinstance(message.get("display"), str):
            self.displays.setdefault(message["display"], []).append(output)

    def _update(self, message):
        new = {"output_type": "display_data", "data": message["data"], "metadata": message["metadata"]}
        try:
            new = tidy(new, self.room)
        except TooMany:
            return
        shown = self.displays.get(message["display"], [])
        self.shown += len(shown)
        for output in shown if self.shown <= OUTPUTS else []:
            output["data"], output["metadata"] = new["data"], new["metadata"]

    def _clear(self, message):
        if self.current is None:
            return
        self.clear = bool(message.get("wait"))
        if not self.clear:
            self.cells[self.current.id].outputs.clear()

    # ---------------------------------------------------------------- the end

    def _result(self):
        for cell in self.cells.values():
            for output in cell.outputs:
                if output["output_type"] == "stream":
                    output["text"] = "".join(output["text"])
        report = self.report
        ended, detail = self._ending(report)
        where = self.current.id if self.current else ""
        if ended != "finished" and where in self.cells:
            self.cells[where].status = "killed"
            self.cells[where].reason = self.cells[where].reason or ended
        elif ended != "finished" and where in self.hidden:
            self.hidden[where] = f"killed by {ended}"
        return Run(
            ended=ended,
            cells=self.cells,
            seen=self.seen,
            isolation=self.isolation,
            hidden=self.hidden,
            cpu=float(report["cpu"]),
            wall=time.monotonic() - self.started,
            peak_memory=int(report["peak"]),
            detail=detail,
        )

    def _ending(self, report):
        where = f" in cell {self.current.id}" if self.current else ""
        code, why = report["code"], report["why"]
        number = code - 128 if code > 128 else -code if code < 0 else 0
        if self.killed == "protocol":
            return "died", f"It {self.note}{where}."
        if self.killed == "output limit" or why == "output limit":
            return "output limit", f"It wrote more than {self.limits.output >> 20} MB{where}."
        if why in ("cpu limit", "memory limit", "wall limit"):
            return why, f"It was stopped at its {why}{where}."
        if why == "disk limit":
            return "died", f"It left too many files{where}."
        if number == signal.SIGXCPU or (number == signal.SIGKILL and report["cpu"] >= self.limits.cpu):
            return "cpu limit", f"It was stopped at its cpu limit{where}."
        if self.lost:
            return "died", f"Its keeper was killed{where}."
        if self.phase == "finished" and code == 0:
            return "finished", ""
        if self.phase == "hello":
            raise Refused(f"the confined process ended before it said hello (status {code})")
        cause = f"signal {number} ({_name(number)})" if number else f"exit status {code}"
        return "died", f"Its process ended by itself{where}: {cause}."


def _name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


def tidy(output, room):
    """An output as nbformat has it, or None: only known fields, text that can be written as UTF-8.

    `room` is a list of one number, counted down by the values it holds; below 0 raises TooMany.
    """
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(output["text"])}
    if kind == "error":
        trace = [_text(line) for line in output["traceback"]]
        return {
            "output_type": kind,
            "ename": _text(output["ename"]),
            "evalue": _text(output["evalue"]),
            "traceback": trace,
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = _value(output["data"], room), _value(output["metadata"], room)
    if not isinstance(data, dict) or not isinstance(metadata, dict):
        raise Broken("an output without data")
    result = {"output_type": kind, "data": data, "metadata": metadata}
    if kind == "execute_result":
        count = output.get("execution_count")
        result["execution_count"] = count if isinstance(count, int) and not isinstance(count, bool) else None
    return result


def _text(text):
    if not isinstance(text, str):
        raise Broken("text that is none")
    return text.encode("utf-8", "replace").decode()


def _value(value, room):
    """A JSON value with clean text and finite numbers; `room` counts down how many values it may hold."""
    room[0] -= 1
    if room[0] < 0:
        raise TooMany
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(name): _value(item, room) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, room) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
