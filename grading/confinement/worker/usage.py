"""What a submission's processes use together, as the keeper's /proc shows it."""

import os

SOCKET = 212_992  # bytes in a socket at most: the kernel's default, which the filter lets nobody raise


def family(pid, path):
    """`pid` and all its descendants, as this process's /proc shows them.

    Orphans stay in sight: they go to pid 1 of their namespace, which is `pid` or, on the single path, the warm process.
    """
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    if path == "single":
        return set(parents) - {1, os.getpid()}
    found = {pid}
    grown = True
    while grown:
        more = {p for p, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def usage_of(pids):
    """CPU seconds and resident bytes (anonymous and shared memory) of these processes together."""
    tick, cpu, resident = os.sysconf("SC_CLK_TCK"), 0.0, 0
    for one in pids:
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            with open(f"/proc/{one}/status") as file:
                lines = [line.split() for line in file if line.startswith(("RssAnon", "RssShmem"))]
        except OSError:
            continue
        cpu += sum(int(x) for x in fields[11:15]) / tick
        resident += sum(int(line[1]) << 10 for line in lines)
    return cpu, resident


def socket_memory(path):
    """Bytes that this network namespace's sockets may hold at most: what lies in them is in no process's memory."""
    if path == "none":
        return 0
    with open("/proc/self/net/sockstat") as file:
        return int(file.readline().split()[2]) * SOCKET  # "sockets: used 5"


def crowded(limit):
    """Whether /tmp holds more files than allowed (bubblewrap's tmpfs knows no such limit itself)."""
    stat = os.statvfs("/tmp")
    return stat.f_files - stat.f_ffree > limit
