"""The keeper of one submission: enters new namespaces, forks pid 1, and kills it when a limit is hit."""

import contextlib
import json
import os
import select
import signal

from forks import run_as
from frames import complain
from group import Group, Grouped
from init import init
from limits import GRACE
from syscalls import CLONE, PR_SET_DUMPABLE, call, namespaces, prctl
from usage import Polled, crowded, family

STUDENT = 1000  # uid and gid inside a nested user namespace
POLL = 0.02  # seconds between two looks at memory and CPU


def keep(request, setup, cmd, out, status, *group):
    """Enter new namespaces, fork pid 1, watch it, kill it when a limit is hit, and report to the driver.

    `group`: descriptors of the group that pid 1 is to be in, if the driver made one.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    path = request["path"]
    zygote_uid = os.getuid()
    if path in ("nested", "root"):
        request["namespaces"] = namespaces()
    if path == "nested":
        uid, gid = os.getuid(), os.getgid()
        call("unshare", sum(CLONE[n] for n in ("user", "pid", "ipc", "uts", "net")))
        prctl(PR_SET_DUMPABLE, 1)  # or /proc/self belongs to root and the maps cannot be written
        for name, text in (("setgroups", "deny"), ("uid_map", f"{STUDENT} {uid} 1"), ("gid_map", f"{STUDENT} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        prctl(PR_SET_DUMPABLE, 0)
        request["uid"] = STUDENT
    elif path == "root":
        call("unshare", sum(CLONE[n] for n in ("pid", "ipc", "uts", "net")))
    group = Group(*group, request["born"]) if group else None
    pid = group.fork() if group else os.fork()
    if pid == 0:
        os.close(status)
        run_as(init, {**request, "zygote_uid": zygote_uid}, setup, cmd, out, complain=complain)
    os.close(cmd)
    os.close(out)
    try:
        told = watch(pid, status, request, group)
    except BaseException as error:  # first end what nobody would watch any more
        stop(pid, path)
        told = {"error": f"{type(error).__name__} in the keeper"}
    report(status, told)
    return 0


def report(status, values):
    """Tell the driver how the submission ended."""
    os.write(status, json.dumps(values).encode())


def refuse(status, text):
    """Tell the driver why the submission could not begin."""
    report(status, {"error": text})


def watch(pid, status, request, group):
    """Look at pid 1's processes every 20 ms until it ends; return what they used and why they ended."""
    limits, path, why = request["limits"], request["path"], ""
    meter = Grouped(pid, path, limits["memory"], group) if group else Polled(pid, path)
    os.set_blocking(status, False)
    waiter = select.poll()
    waiter.register(os.pidfd_open(pid), select.POLLIN)
    waiter.register(status, select.POLLIN)
    while True:
        done, code, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        cpu, held = meter.look()
        word = ask(status)
        if cpu > limits["cpu"] + GRACE:
            why = "cpu limit"
        elif held > limits["memory"]:
            why = "memory limit"
        elif path == "single" and crowded(limits["inodes"]):
            why = "disk limit"
        elif word is not None:
            why = word or "driver hung up"
        if why:
            stop(pid, path)
            _, code, usage = os.wait4(pid, 0)
            break
        waiter.poll(1000 * POLL if path != "none" else 100)
    cpu, peak, burst = meter.end()
    why = why or ("memory limit" if burst else "")
    cpu = max(cpu, usage.ru_utime + usage.ru_stime)
    return {"why": why, "code": os.waitstatus_to_exitcode(code), "cpu": cpu, "peak": peak}


def ask(status):
    """What the driver wants: None to go on, a reason to kill, '' when it is gone."""
    try:
        return os.read(status, 200).decode()
    except BlockingIOError:
        return None
    except OSError:
        return ""


def stop(pid, path):
    """Kill pid 1 of the namespace, and with it everything in there; on the other paths, everything by name."""
    for victim in [pid] if path in ("nested", "root") else [pid, *family(pid, path)]:
        with contextlib.suppress(OSError):
            os.kill(victim, signal.SIGKILL)
