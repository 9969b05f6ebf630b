"""Runs student code in confinement: starts the warm worker under bubblewrap, checks what it promises, hands it jobs.

    with Sandbox(expected=DIR) as sandbox:
        run = sandbox.run(job)

Three ways in, the first that works is taken. *root*: bubblewrap without a user namespace, each submission becomes
another user. *nested*: a user namespace inside bubblewrap's. *single*: where nested namespaces are refused, one
bubblewrap per submission, with its imports paid every time. A Sandbox may be used by several threads at once.
"""

import compileall
import contextlib
import functools
import os
import queue
import socket
import sys
import tempfile
import threading
from dataclasses import asdict, replace

from grading.confinement import bubblewrap, cgroup, mounts
from grading.confinement.alone import Alone
from grading.confinement.conversation import Conversation
from grading.confinement.isolation import NAMESPACES, differences, promised
from grading.confinement.job import Job, Limits, Run
from grading.confinement.protocol import Refused
from grading.confinement.zygote import Zygote
from grading.errors import CourseError

NOBODY = 65534
HEAVY = ("torch",)  # imported by the warm process once a job mentions it
SHORTEST = 1.0  # wall seconds for which a repeat is worth while
SLOTS = 256  # submissions of one Sandbox at the same time
PATHS = {
    "root": "as root, every submission another user in namespaces of its own",
    "nested": "user, process, mount, network and IPC namespaces per submission",
    "single": "one bubblewrap per submission, because nested namespaces are refused here: slower, equally confined",
    "none": "NOT CONFINED: student code runs with your own rights",
}


class Sandbox:
    """A place to run jobs. `expected` is the folder of visible expected values, or None.

    `trust` runs submissions although the isolation is not what was promised, and without any where bubblewrap is
    missing; `Run.isolation.differs` then says what is missing. `path` forces one of root, nested, single, none. What
    each run takes is counted and bounded by `groups` (cgroup.py), those of this process if none are given.
    """

    def __init__(
        self, expected=None, *, trust=False, path=None, course_lib=None, interpreter=None, worker=None, groups=None
    ):
        self.expected = None if expected is None else mounts.check_folder(expected, "the expected values")
        self.course_lib = mounts.check_folder(course_lib or mounts.ROOT / "course_lib", "course_lib")
        self.interpreter = interpreter or mounts.this_interpreter()
        self.trust, self.worker = trust, worker or mounts.WORKER
        self.bwrap, self.groups = bubblewrap.find(), groups or cgroup.here()
        self.alone = Alone()
        self.slots = queue.SimpleQueue()
        for slot in range(SLOTS):
            self.slots.put(slot)
        self.own = {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES}
        self.lock = threading.Lock()
        self.abandoned = False
        self.zygote = None
        self.path = None
        self._choose([path] if path else self._candidates())

    def _candidates(self):
        if not self.bwrap:
            if not self.trust:
                raise CourseError(
                    f"{bubblewrap.advice()} Or grade unconfined, only code you trust, with --trust-submissions."
                )
            return ["none"]
        ways = ["nested", "single", *(["none"] if self.trust else [])]
        return ["root", *ways] if os.geteuid() == 0 else ways

    def _choose(self, paths):
        """Take the first path on which an empty job finishes as confined as promised."""
        reasons, countings = [], self.groups.ways()
        for path in paths:
            for groups in countings:
                self.path, self.groups = path, groups
                try:
                    self.isolation = self._attempt(Job("probe", "probe", (), limits=Limits())).isolation
                except Refused as error:
                    reasons.append(f"{path}: {error}")
                    continue
                return
            self.close()
        raise CourseError(f"No sandbox can be made here ({'; '.join(reasons)}). `course doctor` says what to install.")

    def run(self, job: Job) -> Run:
        """Run one submission. A run that hit a wall limit is repeated once with no other running; that one counts.

        Both together take no longer than the job's budget. A brief job is run once, whatever comes of it.
        """
        for name in job.files:
            _check_name(name)
        budget = job.budget or 2 * job.limits.wall
        with self.alone.together():
            run = self._attempt(replace(job, final=not job.brief and budget < job.limits.wall + SHORTEST))
        run.spent = run.cpu, run.wall
        left = min(job.limits.wall, budget - run.wall)
        if run.wall_hit and left >= SHORTEST and not job.brief:
            with self.alone.alone():
                again = self._attempt(replace(job, limits=replace(job.limits, wall=left), final=True))
            again.rerun, again.spent = True, (run.cpu + again.cpu, run.wall + again.wall)
            return again.shown_as(run) if run.told_hidden else again
        return run

    def close(self):
        """End the warm process, and with it everything that still runs in it."""
        with self.lock:
            if self.zygote:
                self.zygote.close()
                self.zygote = None

    def abandon(self):
        """End it, and let no run that this cuts off begin again."""
        self.abandoned = True
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def _attempt(self, job):
        """The Run of a job; once more when its keeper vanished, as it does when the machine kills the warm process."""
        slot = self.slots.get()
        try:
            for _ in range(2):
                with contextlib.ExitStack() as stack:
                    run, lost = self._talk(job, slot, stack)
                if not lost or self.abandoned:
                    break
            return run
        finally:
            self.slots.put(slot)

    def _talk(self, job, slot, stack):
        receive, out = os.pipe()
        stack.callback(os.close, receive)
        cmd, send = os.pipe()
        stack.callback(os.close, send)
        status, keeper = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.callback(status.close)
        request = {"path": self.path, "limits": asdict(job.limits), "uid": _uid(slot), "namespaces": self.own}
        request["heavy"] = sorted({name for step in (*job.steps, *job.hidden) for name in _heavy(step.source)})
        group = self.groups.new(job.limits) if self.path != "none" else None  # there it could be left
        if group:
            stack.callback(group.close)
            request["born"] = self.groups.born
        try:
            if self.path == "none":
                request["dir"] = stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
                )
            zygote = self._zygote(job.limits, stack)
            early = job.early if self.path in ("root", "nested") else ()
            zygote.ask(request, [cmd, out, keeper.fileno(), *(group.fds if group else ())], early)
        finally:
            os.close(cmd)
            os.close(out)
            keeper.close()
        check = functools.partial(_checked, differences if self.trust else promised, group)
        talk = Conversation(job, self.path, check, send, receive, status)
        run = talk.hold()
        return run, talk.lost and not talk.killed

    def _zygote(self, limits, stack):
        """The warm process for this job: one for all, or on the single path a fresh one."""
        if self.path == "single":
            zygote = self._start(limits)
            stack.callback(zygote.close)
            return zygote
        with self.lock:
            if self.zygote is None or not self.zygote.alive():
                self.zygote = self._start(limits)
            return self.zygote

    def _start(self, limits):
        for folder in (self.course_lib, self.worker):
            _compile(folder)
        with contextlib.ExitStack() as stack:
            if self.path == "none":
                words, inherited = [sys.executable, "-I", "-B", str(self.worker)], []
                values = {**mounts.environment(), "COURSE_LIB_DIR": str(self.course_lib.parent)}
                if self.expected:
                    values["COURSE_EXPECTED"] = str(self.expected)
            else:
                words, inherited = mounts.command(
                    self.bwrap, self.path, self.interpreter, self.expected, self.course_lib, limits, stack, self.worker
                )
                values = {}
            lower = os.geteuid() == 0 and self.path in ("nested", "single")  # no limit on processes binds root
            return Zygote(words, inherited, values, self.path, NOBODY if lower else None)


@functools.lru_cache(maxsize=1000)  # the lesson's own cells come again with every submission
def _heavy(source):
    return [name for name in HEAVY if name in source]


@functools.cache  # once
def _compile(folder):
    """Leave byte-code beside what the warm process imports: it may write none itself, and compiled it at each start."""
    if not sys.dont_write_bytecode and os.access(folder, os.W_OK):
        compileall.compile_dir(folder, quiet=2)


def _checked(check, group, isolation, limits):
    """What `check` says; and say whether the run is in its group, which must be so if it has one."""
    if group and not group.inhabited():
        raise Refused("nobody is in the control group of this run")
    isolation.memory = "cgroup" if group else "polling"
    return check(isolation, limits)


def _check_name(name):
    """Refuse a file name that would leave the working folder."""
    parts = name.split("/")
    if not name or "\0" in name or len(name) > 200 or any(part in ("", ".", "..") for part in parts):
        raise CourseError(f"The file name {name[:60]!r} cannot be put into a working folder; rename the file.")


def _uid(slot):
    """An unprivileged user id of this driver's own, so that process limits count one submission only."""
    wanted = 0x40000000 | (os.getpid() & 0x3FFFFF) << 8 | slot
    with open("/proc/self/uid_map") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    if any(inside <= wanted < inside + length for inside, _, length in ranges):
        return wanted
    inside, _, length = max(ranges, key=lambda r: r[2])
    return inside + max(1, length - SLOTS - 2) + slot
