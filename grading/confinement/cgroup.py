"""A group of the kernel's (cgroup v2) for each run: its memory, processes and CPU are counted and bounded as a whole.

A driver may make groups where a subtree was given to it, as `systemd-run --scope -p Delegate=yes` does. A group whose
children have limits holds no process itself, so that drivers go into one beside the runs'. The process that will hold
student code begins its life in its group (worker/group.py) and cannot leave it: where it is, no file system of groups
is mounted, and none can be. Where anything of this is missing, the keeper adds up what /proc shows (worker/usage.py).
"""

import contextlib
import errno
import functools
import itertools
import os
import re
import shutil
import time
from pathlib import Path

MB = 1 << 20
NEEDED = ("memory", "pids")  # controllers; CPU is counted without one
DRIVERS, RUN = "course-drivers", "course-run-"
COPIES = 512 * MB  # of the warm process's pages, which the keeper knows and takes off; the rest is its to judge
TRIES = 5  # at moving all processes of a group, while some of them fork
PATIENCE = 2.0  # seconds that killed processes may take to be gone
NUMBERS = itertools.count()  # of this driver's groups
WAYS = {
    "cgroup": "the kernel counts memory and CPU of each run, in a cgroup of its own",
    "polling": "memory and CPU of each run are added up every 20 ms",
}


class Missing(Exception):
    """Why no groups can be made here: the end of a sentence."""


class Kernel:
    """The files by which the kernel is asked and told; a test gives other answers."""

    systemd = Path("/run/systemd/system")

    def read(self, path):
        """A file's text."""
        return Path(path).read_text()

    def write(self, path, text):
        """Tell the kernel something; the file is there already."""
        told = os.open(path, os.O_WRONLY)
        try:
            os.write(told, text.encode())
        finally:
            os.close(told)

    def make(self, folder):
        """A new group."""
        os.mkdir(folder)

    def remove(self, folder):
        """End a group in which nobody is."""
        os.rmdir(folder)

    def mark(self, folder):
        """Whether systemd has marked a group as given away."""
        for name in ("user.delegate", "trusted.delegate"):
            with contextlib.suppress(OSError):
                return os.getxattr(folder, name) == b"1"
        return False

    def mine(self, folder):
        """Whether this process may make groups in a group, and move processes into them."""
        files = ("cgroup.procs", "cgroup.subtree_control")
        return os.access(folder, os.W_OK) and all(os.access(folder / name, os.W_OK) for name in files)


class Groups:
    """Makes a group for each run in `folder`, or none and says the `reason`.

    Runs are `born` in their group, or move there: for that the kernel waits some 10 ms for all processors.
    """

    def __init__(self, folder=None, reason="", kernel=None, born=True):
        self.folder, self.reason, self.kernel, self.born = folder, reason, kernel or Kernel(), born

    def ways(self):
        """These groups and what to try where a run does not come into them: containers may refuse either way."""
        if self.reason:
            return [self]
        moving = Groups(self.folder, kernel=self.kernel, born=False)
        return [self, moving, Groups(reason="no run came into its group", kernel=self.kernel)]

    def new(self, limits):
        """A Group with a submission's limits; None where there are none, or no more can be made."""
        if self.folder is None:
            return None
        with contextlib.suppress(OSError):
            name = f"{RUN}{os.getpid()}-{_started(self.kernel, 'self')}-{next(NUMBERS)}"
            return Group(self.folder / name, limits, self.kernel)
        return None

    def advice(self):
        """The sentence for `course doctor`: how memory and CPU are bounded, and how they would be by the kernel."""
        if not self.reason:
            return f"For limits, {WAYS['cgroup']}."
        how = f" {command()} gives it one." if self.kernel.systemd.exists() and shutil.which("systemd-run") else ""
        return f"For limits, {WAYS['polling']}: this process has no cgroup v2 subtree, since {self.reason}.{how}"


def command():
    """What to type before `course grade`, so that it gets a subtree."""
    user = "" if os.geteuid() == 0 else " --user"
    return f"`systemd-run{user} --scope -p Delegate=yes course grade ...`"


class Group:
    """One run's group. `fds` are its folder and the file by which to enter it, for the keeper."""

    def __init__(self, folder, limits, kernel):
        self.folder, self.kernel, self.fds = folder, kernel, []
        kernel.make(folder)
        try:
            kernel.write(folder / "memory.max", str(limits.memory + limits.disk + COPIES))
            kernel.write(folder / "memory.oom.group", "1")  # all of it ends, not what the kernel picks
            with contextlib.suppress(FileNotFoundError):  # a kernel without swap
                kernel.write(folder / "memory.swap.max", "0")
            kernel.write(folder / "pids.max", str(limits.processes))
            self.fds.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
            self.fds.append(os.open(folder / "cgroup.procs", os.O_WRONLY))
        except OSError:
            self.close()
            raise

    def inhabited(self):
        """Whether somebody is in it."""
        return "populated 1" in self.kernel.read(self.folder / "cgroup.events").splitlines()

    def close(self):
        """End everybody in it, and it."""
        while self.fds:
            os.close(self.fds.pop())
        _end(self.folder, self.kernel)


@functools.cache
def here():
    """The Groups of this process; it looks once, and removes what killed drivers left."""
    kernel = Kernel()
    try:
        folder = subtree(kernel)
        sweep(folder, kernel)
    except Missing as missing:
        return Groups(reason=str(missing), kernel=kernel)
    except OSError as error:
        return Groups(reason=f"{error.strerror} ({error.filename or 'cgroup'})", kernel=kernel)
    return Groups(folder, kernel=kernel)


def subtree(kernel):
    """The folder in which this process may make groups that have limits, arranged so that it may. Raises Missing."""
    own = own_folder(kernel)
    folder = own.parent if own.name == DRIVERS else own
    lacking = [name for name in NEEDED if name not in kernel.read(folder / "cgroup.controllers").split()]
    if lacking:
        raise Missing(f"cgroup v2 does not control {' and '.join(lacking)} there")
    if not kernel.mine(folder):
        raise Missing("it may not write there")
    top = not (folder / "cgroup.events").exists()  # the root of all groups: there alone processes may stay
    if top and kernel.systemd.exists():
        raise Missing("systemd keeps the root for itself")
    if own == folder and not top:
        _move(folder, kernel)
    else:
        kernel.write(folder / "cgroup.subtree_control", " ".join(f"+{name}" for name in NEEDED))
    return folder


def own_folder(kernel):
    """The folder of the group in which this process is. Raises Missing."""
    lines = kernel.read("/proc/self/cgroup").splitlines()
    place = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), None)
    if place is None or ".." in place.split("/"):
        raise Missing("the kernel shows it no group of version 2")
    for line in kernel.read("/proc/self/mountinfo").splitlines():
        mount, _, kind = line.partition(" - ")
        root, point = (_plain(word) for word in mount.split()[3:5])
        if kind.split()[0] == "cgroup2" and Path(place).is_relative_to(root):
            return Path(point) / Path(place).relative_to(root)
    raise Missing("no cgroup v2 file system is mounted")


def _plain(word):
    """A name of mountinfo, where a space is \\040."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)


def _move(folder, kernel):
    """Make room for groups with limits: everybody in this one moves into one of its own, if it was given away.

    Without systemd's mark, which came with its version 251, only a process alone in its group does so.
    """
    there = kernel.read(folder / "cgroup.procs").split()
    if there != [str(os.getpid())] and not kernel.mark(folder):
        raise Missing("others are in its group, which was not given away")
    with contextlib.suppress(FileExistsError):
        kernel.make(folder / DRIVERS)
    for _ in range(TRIES):
        for pid in kernel.read(folder / "cgroup.procs").split():
            with contextlib.suppress(ProcessLookupError):
                kernel.write(folder / DRIVERS / "cgroup.procs", pid)
        try:
            return kernel.write(folder / "cgroup.subtree_control", " ".join(f"+{name}" for name in NEEDED))
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
    raise Missing("others keep coming into its group")


def sweep(folder, kernel):
    """Remove the groups of runs whose driver is no more."""
    for left in folder.glob(f"{RUN}*-*-*"):
        pid, started, _ = left.name.removeprefix(RUN).split("-", 2)
        if not (pid.isdigit() and _started(kernel, pid) == started):
            _end(left, kernel)


def _started(kernel, pid):
    """When a process began, in the kernel's ticks; "" when there is none."""
    try:
        return kernel.read(f"/proc/{pid}/stat").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _end(folder, kernel):
    """Remove a group, and first whoever is in it; what will not go is left for the next driver."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return kernel.remove(folder)
        except FileNotFoundError:
            return None
        except OSError:
            with contextlib.suppress(OSError):
                kernel.write(folder / "cgroup.kill", "1")
        if time.monotonic() > until:
            return None
        time.sleep(0.005)
