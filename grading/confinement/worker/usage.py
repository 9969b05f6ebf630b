"""What a submission's processes use together, as the keeper's /proc shows it.

/proc is read as bytes: a process names itself as it likes. Only `pid` and its descendants are looked at closely.
"""

import os

SOCKET = 212_992  # bytes in a socket at most: the kernel's default, which the filter lets nobody raise
COUNTED = (b"RssAnon:", b"RssShmem:", b"VmPTE:", b"VmSwap:")  # memory of its own, shared, of page tables, swapped out
PARENT, UTIME, CTIME, START = 1, 11, 13, 19  # places in /proc/PID/stat behind the name


def read(path):
    """The bytes of a file of /proc, at most 16 kB, asked with three calls; OSError where there is none."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 1 << 14)
    finally:
        os.close(file)


def stat_of(pid):
    """The fields of /proc/PID/stat that follow the name; None when there is no such process any more."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return None


def family(pid, path):
    """`pid` and all its descendants, as this process's /proc shows them: {process: fields of its stat}.

    Orphans stay in sight: they go to pid 1 of their namespace, which is `pid` or, on the single path, the warm process.
    """
    there = {int(name): stat_of(name) for name in os.listdir("/proc") if name.isdigit()}
    there = {one: fields for one, fields in there.items() if fields}
    if path == "single":
        return {one: fields for one, fields in there.items() if one not in (1, os.getpid())}
    children = {}
    for one, fields in there.items():
        children.setdefault(int(fields[PARENT]), []).append(one)
    found, waiting = {}, [pid] if pid in there else []
    while waiting:
        one = waiting.pop()
        found[one] = there[one]
        waiting += [child for child in children.get(one, ()) if child not in found]
    return found


def memory_of(pid):
    """Bytes that a process takes. One whose first thread has ended shows them only at another of its threads."""
    try:
        told = _memory(f"/proc/{pid}/status")
        if told is None:
            tasks = (_memory(f"/proc/{pid}/task/{task}/status") for task in os.listdir(f"/proc/{pid}/task"))
            told = next((one for one in tasks if one is not None), 0)
    except OSError:
        return 0
    return told


def _memory(path):
    try:
        lines = [line.split() for line in read(path).split(b"\n") if line.startswith(COUNTED)]
    except OSError:
        return None
    return sum(int(line[1]) << 10 for line in lines) if lines else None


class Cpu:
    """CPU seconds of a submission's processes, those that ended included.

    A parent that ignores its children's end is not told what they used: the last value seen of each process is kept.
    What a process used that was waited for stands at its parent. The larger of the two sums counts; processes that
    begin and end between two looks, unwaited, are in neither: the limits on processes and wall time bound those.
    """

    def __init__(self):
        self.tick, self.last = os.sysconf("SC_CLK_TCK"), {}

    def of(self, processes):
        """The seconds so far, given what `family` found now."""
        waited = 0
        for pid, fields in processes.items():
            own = int(fields[UTIME]) + int(fields[UTIME + 1])
            self.last[pid, fields[START]] = own
            waited += own + int(fields[CTIME]) + int(fields[CTIME + 1])
        return max(waited, sum(self.last.values())) / self.tick


class Polled:
    """What a submission takes as /proc shows it now and then: `pid` is pid 1 of its namespace."""

    def __init__(self, pid, path):
        self.pid, self.path = pid, path
        self.baseline = 2 * memory_of(os.getpid())  # init and the cells' process share these pages
        self.counted, self.cpu, self.peak = Cpu(), 0.0, 0

    def look(self):
        """(CPU seconds, bytes beyond the warm process's) so far."""
        processes = family(self.pid, self.path)
        self.cpu = max(self.cpu, self.counted.of(processes))
        held = sum(map(memory_of, processes)) + socket_memory(self.path) - self.baseline
        self.peak = max(self.peak, held)
        return self.cpu, held

    def end(self):
        """(CPU seconds, the most bytes held, whether the kernel ended it for its memory), when all of it is over."""
        return self.cpu, self.peak, False


def socket_memory(path):
    """Bytes that this network namespace's sockets may hold at most: what lies in them is in no process's memory."""
    if path == "none":
        return 0
    return int(read("/proc/self/net/sockstat").split(None, 3)[2]) * SOCKET  # "sockets: used 5"


def crowded(limit):
    """Whether /tmp holds more files than allowed (bubblewrap's tmpfs knows no such limit itself)."""
    stat = os.statvfs("/tmp")
    return stat.f_files - stat.f_ffree > limit
