"""The driver's side of one submission: sends the job, reads frames, and believes nothing but the keeper's report.

Every byte a child writes is untrusted: a malformed, huge, misplaced or missing frame ends the submission with a named
outcome and never raises here.
"""

import contextlib
import json
import os
import selectors
import signal
import time

from grading.confinement.frames import Broken, Frames, framed
from grading.confinement.job import Run
from grading.confinement.outputs import join
from grading.confinement.protocol import Protocol, Refused

ANSWER = 10.0  # seconds for the keeper to report after a kill
CHUNK = 1 << 18
MUCH = 1 << 14  # bytes at once: who sends so many is not kept waiting
NAP = 0.005  # seconds in which frames of the visible cells, which wait for no answer, gather to be read at once


class Conversation:
    """One submission from hello to report. `send`, `receive` and `status` are the driver's descriptors."""

    def __init__(self, job, path, differs, send, receive, status):
        self.limits = job.limits
        self.protocol = Protocol(job, path, differs, self._queue)
        self.send_fd, self.receive_fd, self.status = send, receive, status
        self.frames = Frames(self.protocol.largest)
        self.queue = bytearray()
        self.received = self.latest = 0  # bytes in all, and at the last look
        self.killed, self.report, self.note, self.lost = "", None, "", False
        self.give_up = float("inf")  # once killed: when the keeper should have reported

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
        until = self.give_up if self.killed else self.protocol.until
        if now >= until:
            if self.killed:
                self.report = self._lost()
                return
            self.kill("wall limit")
            return
        ready = self.selector.select(until - now)
        if ready and self.protocol.phase == "visible" and not self.queue and self.latest < MUCH:
            time.sleep(NAP)
        for key, _ in ready:
            if key.fd == self.receive_fd:
                self._read()
            elif key.fd == self.send_fd:
                self._write()
            else:
                self._report()

    def kill(self, why):
        """Ask the keeper to end the submission; its report follows."""
        self.killed = self.killed or why
        self.give_up = time.monotonic() + ANSWER
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
            if not self.protocol.begun:
                raise Refused(self.report["error"])
            self.report = {"why": "", "code": -9, "cpu": 0.0, "peak": 0.0, **self.report}

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
            self.received, self.latest = self.received + len(data), len(data)
            if self.killed and not last:
                return
            if self.received > self.limits.output:
                if not last:
                    self.kill("output limit")
                return
            try:
                for kind, payload in self.frames.feed(data):
                    self.protocol.take(kind, payload)
            except Refused:
                raise
            except Exception as error:  # whatever it is, these bytes caused it, and they are this submission's
                # Only words of our own: what the child chose could carry a hidden part's text into the feedback.
                self.note = f"broke the protocol: {error if type(error) is Broken else type(error).__name__}"
                self.kill("protocol")
                return
            if len(data) < CHUNK and not last:
                return

    # ---------------------------------------------------------------- sending

    def _queue(self, kind, payload):
        self.queue += framed(kind, payload)
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

    # ---------------------------------------------------------------- the end

    def _result(self):
        done, report = self.protocol, self.report
        for cell in done.cells.values():
            join(cell.outputs)
        ended, detail = self._ending(report)
        where = done.current.id if done.current else ""
        if ended != "finished" and where in done.cells:
            done.cells[where].status = "killed"
            done.cells[where].reason = done.cells[where].reason or ended
        elif ended != "finished" and where in done.hidden:
            done.hidden[where] = f"killed by {ended}"
        return Run(
            ended=ended,
            cells=done.cells,
            seen=done.seen,
            isolation=done.isolation,
            hidden=done.hidden,
            cpu=float(report["cpu"]),
            wall=time.monotonic() - done.started,
            peak_memory=int(report["peak"]),
            detail=detail,
            told_hidden=done.told_hidden,
        )

    def _ending(self, report):
        current, phase = self.protocol.current, self.protocol.phase
        where = f" in cell {current.id}" if current else ""
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
        if "error" in report:  # once student code ran, what befalls its keeper is this submission's matter alone
            return "died", f"Its keeper failed{where}: {report['error'][:200]}."
        if self.lost:
            return "died", f"Its keeper was killed{where}."
        if phase == "finished" and code == 0:
            return "finished", ""
        if phase == "hello" and not self.protocol.begun:
            raise Refused(f"the confined process ended before it said hello (status {code})")
        cause = f"signal {number} ({_name(number)})" if number else f"exit status {code}"
        return "died", f"Its process ended by itself{where}: {cause}."


def _name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
