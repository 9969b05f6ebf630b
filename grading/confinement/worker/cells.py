"""Runs the cells of a submission, one after another, each under its limits of time."""

import builtins
import contextvars
import linecache
import os
import resource
import signal
import time
import types

from collector import Collector
from direct import Direct
from ground import Ground
from kernel import connect, run
from limits import GRACE
from sink import Sink
from streams import Spill

LEAST = 0.5  # seconds that any cell may take
LASTING = types.FunctionType | types.ModuleType | type  # what answers define and import


class CellStopped(KeyboardInterrupt):
    """This cell used up its time."""

    __module__ = "__main__"  # a traceback that a student's code prints names it as one of the notebook's own

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


def is_own(step):
    """Whether a cell is neither the lesson's nor an answer: it must not take the time of those below it."""
    return step["id"].startswith("own-")


def made_anew(before, names, kind):
    """The names that a cell has bound to something else than `before`, where that is of a kind."""
    anew = {name: value for name, value in names.items() if before.get(name) is not value or name not in before}
    return {name: value for name, value in anew.items() if isinstance(value, kind) and not name.startswith("_")}


def line_of(frame):
    """The source line at which a frame of a cell stands."""
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()[:200]


class Cells:
    """Runs cells in a real Jupyter kernel object whose messages become frames."""

    def __init__(self, link, job, kernel, given=None):
        self.link, self.limits, self.kernel = link, job["limits"], kernel
        self.collector = Collector(link, self.limits["cell_output"], [Spill(1, "stdout"), Spill(2, "stderr")])
        self.loop, self.context = connect(kernel, self.collector), contextvars.copy_context()
        self.snapshots = {}
        self.given = {}  # names of the lesson's own cells, as they made them
        self.made = {}  # names of these and of answers that are found again where a cell takes them away (`%reset`)
        self.sink = Sink(link, self.limits["seen"], job["forbid"])
        self.stopped = ""
        # for cells of the student's own: half of all
        self.spare = {name: max(self.limits[name] / 2, self.limits[f"cell_{name}"]) for name in ("cpu", "wall")}
        signal.signal(signal.SIGPROF, lambda _, frame: self.interrupt("cpu limit", frame))
        signal.signal(signal.SIGALRM, lambda _, frame: self.interrupt("wall limit", frame))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from course_lib.checks import own_builtins

        self.ground = given.ground if given else Ground(kernel.shell)
        self.ground.begin(self.sink)
        self.own = kernel.shell.own = own_builtins.install(kernel.shell)
        self.direct = Direct(kernel.shell, self.own, given.codes if given else ())
        self.beforehand = given.cells if given else {}

    def interrupt(self, reason, frame):
        """Raise in the cell, and say at which of its lines it was."""
        self.stopped = reason
        name, unit = ("cpu", "seconds of CPU") if reason == "cpu limit" else ("wall", "seconds")
        while frame and "ipykernel_" not in frame.f_code.co_filename:
            frame = frame.f_back
        line = f"; it was at line {frame.f_lineno}: {line_of(frame)}" if frame else ""
        raise CellStopped(f"this cell was stopped after {self.allowed[name]:.3g} {unit}{line}")

    def visible(self, step):
        """Run one visible cell; keep the names as they are right after a check cell."""
        names = self.kernel.shell.user_ns
        self.link.tell(b"B", id=step["id"])
        self.context.run(self.ground.restore)
        for name, value in self.made.items():
            names.setdefault(name, value)
        self.restore(step["restores"], names)
        before = dict(names)
        made = self.beforehand.get(step["source"]) if step["bare"] and not step["check"] else None
        values = self.execute(step) if made is None else self.take_over(step, *made)
        if values["status"] == "ok":
            self.given.update((name, names[name]) for name in step["keeps"] if name in names)
        if step["check"]:
            self.snapshots[step["check"]] = dict(names)
        elif not is_own(step):
            self.made |= made_anew(before, names, object if step["bare"] else LASTING)
        self.link.tell(b"E", **values)

    def take_over(self, step, made, outputs, again):
        """Let a cell of the lesson that was run beforehand take place now; what it sets is set `again`."""
        shell = self.kernel.shell
        shell.user_ns.update(made)
        for code in again:
            self.context.run(exec, code, shell.user_ns)
        for told in outputs:
            if told["output"]["output_type"] == "execute_result":
                told = {**told, "output": {**told["output"], "execution_count": shell.execution_count}}
            self.link.tell(b"D", **told)
        self.direct.count(step["source"])
        return {"id": step["id"], "status": "ok", "cpu": 0.0, "wall": 0.0, "reason": ""}

    def restore(self, wanted, names):
        """Put back what a check stands on; a built-in function hidden by a value is in sight again."""
        for name in wanted:
            if name in self.given:
                names[name] = self.given[name]
            elif name in names and hasattr(builtins, name) and not callable(names[name]):
                del names[name]

    def hidden(self, step, codes=b""):
        """Run a hidden part on the names its check cell had; what it prints or draws is discarded."""
        self.collector.discard = True
        self.link.tell(b"B", id=step["id"])
        if step["check"] not in self.snapshots:
            self.link.tell(b"E", id=step["id"], status="skipped", cpu=0.0, wall=0.0, reason="")
            return
        names = self.kernel.shell.user_ns
        names.clear()
        names.update(self.snapshots[step["check"]])
        self.context.run(self.ground.restore)
        self.direct.learn(step, codes)
        self.link.tell(b"E", **self.execute(step))

    def execute(self, step):
        """Run a cell under its limits; return its status and times."""
        self.stopped = ""
        self.own.every = bool(step.get("restores"))  # a cell of the lesson
        self.kernel.bare = step.get("bare", False)
        self.kernel.lenient = not (self.kernel.bare or step["check"])
        self.collector.open()
        self.sink.open()
        cpu, wall = time.process_time(), time.monotonic()
        self.allowed = {name: self.allowance(step, name) for name in self.spare}
        soft = int(cpu + self.allowed["cpu"] + GRACE + 1)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))
        try:
            signal.setitimer(signal.ITIMER_PROF, self.allowed["cpu"], 0.25)
            signal.setitimer(signal.ITIMER_REAL, self.allowed["wall"], 0.25)
            status = self._status(step)
        except BaseException as error:  # what IPython lets through: our own interrupts, a broken shell
            status = "error"
            self.collector.failed(error)
        finally:
            self.quieten()
            self.own.every = self.kernel.bare = self.kernel.lenient = False
        self.collector.close()
        took = {"cpu": round(time.process_time() - cpu, 4), "wall": round(time.monotonic() - wall, 4)}
        if is_own(step):
            self.spare = {name: self.spare[name] - took[name] for name in took}
        status = "killed" if self.stopped else "ok" if status == "ok" else "error"
        return {"id": step["id"], "status": status, **took, "reason": self.stopped}

    def allowance(self, step, name):
        """The seconds that a cell may take: the student's own together half of the whole run's, then a moment each."""
        most = self.limits[f"cell_{name}"]
        return min(most, max(self.spare[name], LEAST)) if is_own(step) else most

    def _status(self, step):
        """Run a cell, a check's directly where that is the same; "ok" or "error"."""
        codes = self.direct.codes(step["source"]) if step["check"] else None
        if codes is not None:
            try:
                return run(self.loop, self.context, self.direct.run(step["source"], codes))
            finally:
                self.kernel.close_figures()
        header = {"msg_id": step["id"], "msg_type": "execute_request", "username": "", "session": "", "version": "5.3"}
        self.context.run(
            self.kernel.set_parent, [], {"header": header, "parent_header": {}, "metadata": {}, "content": {}}
        )
        reply = run(self.loop, self.context, self.kernel.do_execute(step["source"], False, True, None, False))
        return reply["status"]

    def quieten(self):
        """Stop the timers; a signal that is already on its way must not escape."""
        for _ in range(3):
            try:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                os.sched_yield()
                return
            except CellStopped:
                continue
