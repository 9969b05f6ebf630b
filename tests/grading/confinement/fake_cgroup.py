"""A kernel's cgroup v2 file system made of files in a folder, as far as grading/confinement/cgroup.py asks it."""

import errno
import os
import shutil
from pathlib import Path

from grading.confinement.cgroup import Kernel

GROUP = ("cgroup.procs", "cgroup.subtree_control", "cgroup.kill", "cpu.stat")
CONTROLLED = {
    "memory": ("memory.max", "memory.swap.max", "memory.oom.group", "memory.peak", "memory.current"),
    "pids": ("pids.max",),
}
STAT, EVENTS = "anon 0\nfile 0\nshmem 0\n", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"


class Fake(Kernel):
    """`top` is where it is mounted; `me` is the group of this process, which is alone in it unless `others` are."""

    def __init__(self, folder, me="/user/course.scope", others=(), controllers="cpu memory pids"):
        self.top, self.systemd = folder / "cgroup", folder / "no-systemd"
        self.owned, self.marked, self.coming = True, False, []  # coming: processes that appear one at a move
        self.proc = {
            "/proc/self/cgroup": f"1:name=old:/old\n0::{me}\n",
            "/proc/self/mountinfo": "22 1 0:20 / /proc rw - proc proc rw\n"
            f"30 1 0:26 / {self.top} rw,nosuid shared:4 - cgroup2 c rw\n",
        }
        for pid in ("self", str(os.getpid())):
            self.proc[f"/proc/{pid}/stat"] = f"{os.getpid()} (py) x) S {' '.join('7' * 18)} 4321 0\n"
        self.top.mkdir(parents=True)
        (self.top / "cgroup.controllers").write_text(controllers)
        (self.top / "cgroup.subtree_control").write_text(controllers)
        (self.top / "cgroup.procs").write_text("1\n")
        here = self.top
        for name in Path(me).parts[1:]:
            (here := here / name).exists() or self.make(here)
            if here != self.top / me.strip("/"):
                (here / "cgroup.subtree_control").write_text(controllers)
        with open(here / "cgroup.procs", "a") as file:
            file.writelines(f"{pid}\n" for pid in (os.getpid(), *others))
        self.here = here

    def read(self, path):
        path = Path(path)
        if path.parts[1] == "proc":
            if str(path) not in self.proc:
                raise FileNotFoundError(path)
            return self.proc[str(path)]
        if path.name == "cgroup.events":
            return f"populated {int(bool(self.inside(path.parent)))}\nfrozen 0\n"
        return path.read_text()

    def inside(self, folder):
        """The processes of a group."""
        return (folder / "cgroup.procs").read_text().split()

    def write(self, path, text):
        if not path.exists():
            raise FileNotFoundError(path)
        if path.name == "cgroup.procs":
            for file in self.top.rglob("cgroup.procs"):
                file.write_text("".join(f"{pid}\n" for pid in file.read_text().split() if pid != text))
            with path.open("a") as file:
                file.write(f"{text}\n")
            if self.coming:
                with (self.here / "cgroup.procs").open("a") as file:
                    file.write(f"{self.coming.pop()}\n")
        elif path.name == "cgroup.subtree_control":
            if self.inside(path.parent) and path.parent != self.top:
                raise OSError(errno.EBUSY, "busy")
            path.write_text(" ".join(sorted({*path.read_text().split(), *text.replace("+", "").split()})))
        elif path.name == "cgroup.kill":
            (path.parent / "cgroup.procs").write_text("")
        else:
            path.write_text(text)

    def make(self, folder):
        folder.mkdir()
        given = (folder.parent / "cgroup.subtree_control").read_text()
        (folder / "cgroup.controllers").write_text(given)
        (folder / "cgroup.events").write_text("")
        for name in (*GROUP, *(name for one in given.split() for name in CONTROLLED.get(one, ()))):
            (folder / name).write_text("0\n" if name in ("memory.current", "memory.peak") else "")
        (folder / "cpu.stat").write_text("usage_usec 0\nuser_usec 0\n")
        if "memory" in given:
            (folder / "memory.stat").write_text(STAT)
            (folder / "memory.events").write_text(EVENTS)

    def remove(self, folder):
        if self.inside(folder):
            raise OSError(errno.EBUSY, "busy")
        shutil.rmtree(folder)

    def mark(self, folder):
        return self.marked

    def mine(self, folder):
        return self.owned
