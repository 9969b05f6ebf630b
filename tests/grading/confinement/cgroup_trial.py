"""What cgroup v2 does on this machine, tried: `python -m tests.grading.confinement.cgroup_trial [NAME ...]`.

Where the driver gets a subtree (`systemd-run --scope -p Delegate=yes python -m ...`), each case below runs in the
sandbox both ways, counted by the kernel and added up from /proc, side by side. Where there is a cgroup v2 file system
without the memory controller, what does not need one is tried by hand. It says what it could not try.
"""

import os
import resource
import signal
import sys
import time
from dataclasses import replace

from grading.confinement import cgroup, mounts
from grading.confinement.job import Job, Limits, Step
from grading.confinement.sandbox import Sandbox
from tests.grading import attacks

MB = 1 << 20
SMALL = replace(attacks.FAST, wall=60, cell_wall=40, cpu=30, cell_cpu=30, memory=200 * MB)
GONE = "ctypes.CDLL(None).syscall(60 if os.uname().machine == 'x86_64' else 93, 0)"
SPIN = "    if os.fork() == 0:\n        while time.process_time() < 0.5:\n            pass\n        os._exit(0)\n"
CASES = {  # name -> (the cell, what limits differ)
    "nothing": ("pass", {}),
    "150 MB of 200": ("x = bytearray(150 << 20)\nx[::4096] = b'x' * len(x[::4096])\ntime.sleep(0.5)", {}),
    "140 MB, let go and taken again": (
        "for _ in range(2):\n    x = None\n    x = bytearray(140 << 20)\n    x[::4096] = b'x' * len(x[::4096])",
        {},
    ),
    "files of 28 MB beside 160": (
        "open('/tmp/f', 'wb').write(bytes(15 << 20)); open('/tmp/g', 'wb').write(bytes(13 << 20))\n"
        "x = bytearray(160 << 20)\nx[::4096] = b'x' * len(x[::4096])\ntime.sleep(0.5)",
        {},
    ),
    "threads": (
        "import threading\nts = [threading.Thread(target=time.sleep, args=(0.5,)) for _ in range(16)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]",
        {},
    ),
    "2 s of CPU": ("while time.process_time() < 2:\n    pass", {}),
    "memory bomb": ("x = []\nwhile True:\n    x.append(bytearray(10**7))", {}),
    "memory in children": (
        "for _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b'x' * (40 << 20)); time.sleep(20)\n"
        "time.sleep(20)",
        {},
    ),
    "zombie leader, living thread": (
        "def take():\n    held = []\n    for _ in range(60):\n        held.append(bytearray(b'x' * (16 << 20)))\n"
        f"    time.sleep(20)\nif os.fork() == 0:\n    threading.Thread(target=take).start()\n    {GONE}\n"
        "time.sleep(20)",
        {},
    ),
    "CPU behind ignored SIGCHLD": (
        f"signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nfor _ in range(40):\n{SPIN}    time.sleep(0.6)",
        {"cpu": 3},
    ),
    "CPU of many short children, unwaited": (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nend = time.monotonic() + 20\nwhile time.monotonic() < end:\n"
        "    if os.fork() == 0:\n        while time.process_time() < 0.012:\n            pass\n        os._exit(0)\n"
        "    time.sleep(0.013)",
        {"cpu": 3},
    ),
    "fork bomb": (
        "while True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        {"memory": 4096 * MB, "cpu": 4},
    ),
    "page tables": (
        "import mmap\nm = [mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000) "
        "for _ in range(6)]\nfor one in m:\n    for i in range(0, 1 << 30, 2 << 20):\n        one[i]",
        {"memory": 16 * MB},
    ),
}  # fmt: skip


def job(name):
    """A case between two honest exercises."""
    cell, limits = CASES[name]
    steps = (*attacks.BEFORE, Step("case", f"import ctypes, os, signal, threading, time\n{cell}"), *attacks.AFTER)
    return Job(name, "trial", steps, attacks.HIDDEN, replace(SMALL, **limits))


def tell(*words):
    """A line at once."""
    print(*words, flush=True)


def side_by_side(names):
    """Every case in the sandbox, with a group and without."""
    with Sandbox() as grouped, Sandbox(groups=cgroup.Groups(reason="it is not to be used here")) as polled:
        tell(f"confined: {grouped.path}; counted by groups: {grouped.groups.reason or 'yes'}\n")
        tell(f"{'':38}{'by the group':^44}{'by adding up':^44}")
        differ = []
        for name in names:
            line, verdicts = f"{name:38}", []
            for box in (grouped, polled):
                run = box.run(job(name))
                reason = run.cells["case"].reason or run.cells["case"].status
                verdicts.append((run.ended, reason, attacks.values(run)))
                line += f"{run.ended:>13} {run.cpu:6.2f} s {run.peak_memory // MB:5} MB {run.wall:5.1f} s   "
            differ += [name] if verdicts[0] != verdicts[1] else []
            tell(line)
        tell(f"\nverdicts that differ: {', '.join(differ) or 'none'}")
        quick = attacks.honest(Limits())
        for _ in range(2):
            for box, way in ((grouped, "group"), (polled, "adding up")):
                start = time.monotonic()
                for _ in range(10):
                    box.run(quick)
                tell(f"a short honest run, {way}: {(time.monotonic() - start) / 10 * 1e3:.1f} ms")


def by_hand():
    """What needs no controller: beginning in a group, CPU of children that nobody waits for, ending all."""
    sys.path.insert(0, str(mounts.WORKER))
    from group import Group

    kernel = cgroup.Kernel()
    folder = cgroup.own_folder(kernel) / f"course-trial-{os.getpid()}"
    kernel.make(folder)
    try:
        fds = os.open(folder, os.O_RDONLY | os.O_DIRECTORY), os.open(folder / "cgroup.procs", os.O_WRONLY)
        group, moving = Group(*fds, True), Group(*fds, False)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        pid = group.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            for _ in range(3):
                if os.fork() == 0:
                    while time.process_time() < 0.3:
                        pass
                    os._exit(0)
            time.sleep(2)
            os._exit(0)
        tell("began in the group:", str(pid) in kernel.read(folder / "cgroup.procs").split())
        os.waitpid(pid, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        tell(f"children behind ignored SIGCHLD used {group.cpu():.2f} s by the group, {told:.2f} s by wait()")
        for way, fork in (("in no group", os.fork), ("born there", group.fork), ("moving there", moving.fork)):
            took = 0.0
            for _ in range(20):
                time.sleep(0.1)  # at once, the kernel would not have to wait again
                start = time.perf_counter()
                pid = fork()
                if pid == 0:
                    os._exit(0)
                os.waitpid(pid, 0)
                took += time.perf_counter() - start
            tell(f"a child, {way}: {took / 20 * 1e3:.2f} ms")
        if group.fork() == 0:
            os.setsid()
            while True:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(60)
                time.sleep(0.05)
        time.sleep(0.5)
        there = len(kernel.read(folder / "cgroup.procs").split())
        kernel.write(folder / "cgroup.kill", "1")
        os.wait()
        time.sleep(0.2)
        tell(
            f"cgroup.kill: of {there} processes in sessions of their own {kernel.read(folder / 'cgroup.procs')!r} left"
        )
    finally:
        for fd in fds:
            os.close(fd)
        kernel.remove(folder)


def main():
    """Try what can be tried here, and say what cannot."""
    groups = cgroup.here()
    tell(groups.advice())
    unknown = set(sys.argv[1:]) - set(CASES)
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if not groups.reason:
        return side_by_side(sys.argv[1:] or CASES)
    tell("Not tried: limits by groups, and both ways side by side.")
    try:
        by_hand()
    except (OSError, cgroup.Missing) as error:
        tell(f"Not tried either: groups without controllers ({error}).")
    return None


if __name__ == "__main__":
    main()
