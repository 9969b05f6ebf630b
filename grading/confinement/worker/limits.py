"""The kernel's limits per process. Sums over a submission's processes are the keeper's to bound."""

import contextlib
import resource

GRACE = 2.0  # CPU seconds a cell has to end after being interrupted
ROOM = 8 << 30  # of addresses, beyond memory: libraries and threads reserve far more than they use
LIMITED = ("CPU", "DATA", "AS", "NOFILE", "FSIZE", "NPROC")  # read back


def limit(limits, path):
    """Kernel limits per process; the keeper bounds the sums. The last three are never raised again."""
    with open("/proc/self/status", "rb") as file:
        sizes = {
            line.split()[0]: int(line.split()[1]) << 10 for line in file if line.startswith((b"VmData", b"VmSize"))
        }
    hard = int(limits["cpu"] + 2 * GRACE)
    rules = {"CORE": 0, "NOFILE": limits["files"], "FSIZE": limits["file_size"], "MSGQUEUE": 0, "MEMLOCK": 0,
             "SIGPENDING": 256, "NICE": 0, "RTPRIO": 0, "CPU": hard,
             "DATA": sizes[b"VmData:"] + limits["memory"] + limits["memory"] // 4,
             "AS": sizes[b"VmSize:"] + 2 * limits["memory"] + ROOM, "NPROC": limits["processes"]}  # fmt: skip
    if path == "none":
        del rules["NPROC"]  # it would count all processes of whoever grades
    for name, value in rules.items():
        with contextlib.suppress(ValueError, OSError):  # a lower one is in force: the read-back shows what matters
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
