"""How confined the cells' process is, found by reading and by trying: the driver compares it with what it promised."""

import contextlib
import ctypes
import errno
import os
import resource
import socket

from limits import LIMITED
from syscalls import LIBC, namespaces


def read_back(request):
    """What this process finds true of itself, by reading and by trying; no student code has run yet."""
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    with open("/proc/self/mountinfo") as file:
        mounts = {fields[4]: fields[5].split(",") for fields in (line.split() for line in file)}
    with open("/proc/self/net/dev") as file:
        interfaces = sorted(line.split(":")[0].strip() for line in file if ":" in line)
    return {
        "uid": os.getuid(),
        "zygote_uid": request["zygote_uid"],
        "capabilities": " ".join(status[f"Cap{n}"].strip() for n in ("Inh", "Prm", "Eff", "Bnd", "Amb")),
        "no_new_privs": status["NoNewPrivs"].strip() == "1",
        "seccomp": status["Seccomp"].strip() == "2",
        "namespaces": sorted(n for n, link in namespaces().items() if link != request["namespaces"].get(n)),
        "refused": () if request["path"] == "none" else probes(),
        "pids": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "interfaces": interfaces,
        "process_limit": request["path"] != "none" and process_limit(),
        "writable": sorted(place for place, options in mounts.items() if "rw" in options and place != "/proc"),
        "descriptors": open_descriptors(),
        "limits": {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1] for name in LIMITED},
        "disk": [os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize, os.statvfs("/tmp").f_files],
    }


def open_descriptors():
    """The descriptors that are open in this process."""
    found = []
    for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
        with contextlib.suppress(OSError):  # the one the listing itself used
            os.fstat(fd)
            found.append(fd)
    return found


def probes():
    """Forbidden calls, tried with arguments that are harmless where they are not refused: each must say EPERM.

    The mount has no target and the trace no process, so that without a filter they fail for another reason.
    """

    def refused(function, *args):
        result = getattr(LIBC, function)(*args)
        if result > 0:
            os.close(result)
        return result == -1 and ctypes.get_errno() == errno.EPERM

    tries = {
        "unshare": ("unshare", 0),
        "mount": ("mount", b"none", b"/no/such/folder", b"tmpfs", ctypes.c_ulong(0), None),
        "ptrace": ("ptrace", ctypes.c_long(-1), ctypes.c_long(0), None, None),
        "memfd": ("memfd_create", b"probe", 0),
        "inet": ("socket", int(socket.AF_INET), int(socket.SOCK_STREAM), 0),
    }
    return tuple(name for name, call_with in tries.items() if refused(*call_with))


def process_limit():
    """Whether the limit on processes binds: lowered to what runs now, one more fork must be refused."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard == resource.RLIM_INFINITY:
        return False
    resource.setrlimit(resource.RLIMIT_NPROC, (1, hard))
    try:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return False
    except OSError:
        return True
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
