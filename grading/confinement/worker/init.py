"""Pid 1 of a submission: what the cells' process may see and do is decided here, before that is forked."""

import fcntl
import os
import resource
import signal

from forks import run_as
from frames import CMD, OUT, complain
from limits import limit
from submission import begin
from syscalls import (
    CLONE,
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    call,
    drop_capabilities,
    load_filter,
    mount,
    prctl,
)


def init(request, setup, cmd, out):
    """Pid 1 of the submission: build its file system, give up all rights, fork the cells' process, end with it."""
    limits, path = request["limits"], request["path"]
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    keep_descriptors(cmd, out)
    if path in ("nested", "root"):
        furnish(limits, request["uid"])
    if path != "none":
        surrender(request["uid"])
        prctl(PR_SET_DUMPABLE, 0)
    folders(request)
    limit(limits, path)
    if path != "none":
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        load_filter(setup["seccomp"])
    student = os.fork()
    if student == 0:
        run_as(begin, request, setup.get("kernel"), setup.get("given"), complain=complain)
    for fd in range(5):
        os.close(fd)
    while True:
        pid, status = os.wait()
        if pid == student:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def keep_descriptors(cmd, out):
    """Put /dev/null on 0, 1, 2, the two pipes on CMD and OUT, and close everything else."""
    null = os.open("/dev/null", os.O_RDWR)
    high = [os.dup(fd) for fd in (null, cmd, out)]
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in high]
    for target, source in ((0, high[0]), (1, high[0]), (2, high[0]), (CMD, high[1]), (OUT, high[2])):
        os.dup2(source, target)
    os.closerange(5, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[0]))


def furnish(limits, uid):
    """Own mounts: one tmpfs for /tmp and /dev/shm with its limits, own ptys, own /proc; and no group above its own."""
    call("unshare", CLONE["mnt"] | (CLONE["cgroup"] if os.path.exists("/proc/self/ns/cgroup") else 0))
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    owner = f"uid={uid},gid={uid}"
    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV,
          f"size={limits['disk']},nr_inodes={limits['inodes']},mode=0755,{owner}")  # fmt: skip
    os.mkdir("/tmp/.shm")
    os.chown("/tmp/.shm", uid, uid)
    mount("/tmp/.shm", "/dev/shm", None, MS_BIND)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,max=16")
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def surrender(uid):
    """Become an unprivileged user (as root) and lose every capability."""
    empty = drop_capabilities()
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    empty()


def folders(request):
    """The working folder and a home to write settings into, both empty."""
    top = request.get("dir", "/tmp")
    os.makedirs(f"{top}/lesson", exist_ok=True)
    os.chdir(f"{top}/lesson")
    os.environ["HOME"] = home_in(top)


def home_in(top):
    """The home folder below `top`, made if it is not there."""
    os.makedirs(f"{top}/home", exist_ok=True)
    return f"{top}/home"
