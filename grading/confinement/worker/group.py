"""A run's group of the kernel's (cgroup v2), as its keeper uses it; the driver made it (confinement/cgroup.py)."""

import contextlib
import ctypes
import os
import signal

from usage import Polled, socket_memory

CLONE3, INTO_GROUP = 435, 0x200000000
FIELDS = ("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls", "set_tid",
          "set_tid_size", "cgroup")  # fmt: skip
STAY = ctypes.PyDLL(None, use_errno=True)  # calls without letting go of the interpreter, which a fork must hold


class Arguments(ctypes.Structure):
    """What clone3(2) is told."""

    _fields_ = [(name, ctypes.c_uint64) for name in FIELDS]


class Group:
    """The group whose folder is open as `folder`, and its cgroup.procs, by the driver's rights, as `entry`."""

    def __init__(self, folder, entry, born):
        self.born = born
        self.folder, self.entry, self.files = folder, entry, {}
        for name in ("cpu.stat", "memory.current", "memory.stat", "memory.events", "memory.peak"):
            with contextlib.suppress(FileNotFoundError):  # memory.peak came with Linux 5.19
                self.files[name] = os.open(name, os.O_RDONLY, dir_fd=folder)

    def fork(self):
        """As os.fork, but the child is born in the group, or moves there before it does anything else.

        Which one the driver says: the first child of a process namespace cannot be tried twice.
        """
        if not self.born:
            pid = os.fork()
            if pid == 0:
                os.write(self.entry, b"0")
            return pid
        told = Arguments(flags=INTO_GROUP, exit_signal=signal.SIGCHLD, cgroup=self.folder)
        ctypes.pythonapi.PyOS_BeforeFork()
        pid = STAY.syscall(CLONE3, ctypes.byref(told), ctypes.c_size_t(ctypes.sizeof(told)))
        if pid == 0:
            ctypes.pythonapi.PyOS_AfterFork_Child()
        else:
            ctypes.pythonapi.PyOS_AfterFork_Parent()
        if pid < 0:
            raise OSError(ctypes.get_errno(), "clone3 into the control group")
        return pid

    def numbers(self, name):
        """The numbers of one of its files by their names; a single one has the name b''."""
        lines = [line.rpartition(b" ") for line in os.pread(self.files[name], 1 << 14, 0).splitlines()]
        return {key: int(value) for key, _, value in lines}

    def cpu(self):
        """Seconds that all who were ever in it used."""
        return self.numbers("cpu.stat")[b"usage_usec"] / 1e6

    def memory(self):
        """Bytes that it holds now: (without files, of files that lie in memory only)."""
        stat = self.numbers("memory.stat")
        return self.numbers("memory.current")[b""] - stat[b"file"], stat[b"shmem"]

    def peak(self):
        """The most bytes that it ever held, files that it read first included; 0 where the kernel does not tell."""
        return self.numbers("memory.peak")[b""] if "memory.peak" in self.files else 0

    def burst(self):
        """Whether the kernel ended it because it was full, and not because the machine was."""
        events = self.numbers("memory.events")
        return events[b"oom"] > 0 and events[b"oom_kill"] > 0


class Grouped(Polled):
    """What a submission takes as its group says. Near its limit, what /proc shows has the last word.

    A group counts the warm process's pages anew that were written to, and files that no process has mapped; verdicts
    are to be the same with and without one. Beyond what such pages can be, the group alone decides. They differ where
    many children share pages: /proc's sum counts those once for each, the group once, so that more of them may live.
    """

    def __init__(self, pid, path, limit, group):
        super().__init__(pid, path)
        self.limit, self.group = limit, group

    def look(self):
        """(CPU seconds, bytes beyond the warm process's) so far."""
        own, files = self.group.memory()
        held = own - self.baseline
        if own + files + socket_memory(self.path) > self.limit:
            held = max(held, super().look()[1])
        self.peak = max(self.peak, held)
        return self.group.cpu(), held

    def end(self):
        """(CPU seconds, the most bytes held, whether it was ended for its memory), when all of it is over."""
        return self.group.cpu(), self.group.peak() or self.peak, self.group.burst()
