"""The warm process in which student code runs: one self-contained file, started by path with `python -I`.

The zygote imports the libraries once and computes nothing. For every submission it forks a keeper, which enters new
namespaces and forks pid 1 (init), which mounts a fresh tmpfs and /proc, gives up every right and forks the process that
runs the cells. What each may see:

    zygote   requests of the driver (limits, which heavy libraries, three descriptors); never a source or an output
    keeper   the clock, /proc, and one socket to the driver; kills pid 1, and with it everything, when a limit is hit
    init     nothing; it ends when the cells' process ends
    cells    the job, by its command pipe; answers with frames on its output pipe

Frames, both ways: one type byte, four length bytes (big-endian), the payload. `sandbox.py` beside it is the other end.
"""

import contextlib
import ctypes
import errno
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time

CMD, OUT = 3, 4  # the only descriptors of the cells' process besides /dev/null on 0, 1 and 2
FRAME = struct.Struct(">cI")
HUGE, MADV_COLLAPSE = 2 << 20, 25
STUDENT = 1000  # uid and gid inside a nested user namespace
SOCKET = 212_992  # bytes in a socket at most: the kernel's default, which the filter lets nobody raise
POLL = 0.02  # seconds between two looks at memory and CPU
GRACE = 2.0  # CPU seconds a cell has to end after being interrupted
LIMITED = ("CPU", "DATA", "NOFILE", "FSIZE", "NPROC")  # read back
LIBC = ctypes.CDLL(None, use_errno=True)

CLONE = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000,
         "net": 0x40000000}  # fmt: skip
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_READ, PR_CAPBSET_DROP = 3, 4, 22, 23, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, SECCOMP_MODE_FILTER = 38, 47, 4, 2


# ------------------------------------------------------------------------------------------------ system calls


def call(name, *args):
    """Call a libc function that returns -1 on failure; raise OSError with its name."""
    result = getattr(LIBC, name)(*args)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option, *args):
    """prctl(2) with unsigned long arguments."""
    return call("prctl", option, *(ctypes.c_ulong(a) for a in (*args, 0, 0, 0, 0)[:4]))


def mount(source, target, kind, flags=0, options=""):
    """mount(2)."""
    text = [None if s is None else s.encode() for s in (source, target, kind)]
    try:
        call("mount", *text, ctypes.c_ulong(flags), options.encode() or None)
    except OSError as error:
        raise OSError(error.errno, f"cannot mount {kind or source or 'private'} on {target}") from None


class CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def drop_capabilities():
    """Empty the ambient and bounding sets; return what empties the other three, once the user has been changed."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for cap in range(last + 1):
        if prctl(PR_CAPBSET_READ, cap):
            prctl(PR_CAPBSET_DROP, cap)
    return lambda: call("capset", ctypes.byref(CapHeader(0x20080522, 0)), ctypes.byref((ctypes.c_uint32 * 6)()))


def load_filter(program):
    """Install a compiled seccomp program (see grading/confinement/seccomp.py) on this process and all it will fork."""
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    prog = Program(len(program) // 8, ctypes.addressof(buffer))
    call("prctl", PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(prog), 0, 0)


# ------------------------------------------------------------------------------------------------ zygote


NEEDED = """numpy numpy.testing matplotlib.pyplot matplotlib.font_manager ipywidgets
matplotlib.backends.backend_agg IPython ipykernel.ipkernel ipykernel.zmqshell"""
# What a first cell, a traceback or a figure would import otherwise; versions differ in which of these there are.
SPARED = """IPython.core.completerlib IPython.core.logger IPython.core.oinspect IPython.core.magics.ast_mod pexpect
IPython.core.application IPython.core.magics.execution IPython.core.pylabtools ipykernel.debugger stack_data executing
pure_eval asttokens cProfile pygments.formatters pygments.formatters.terminal256 pygments.styles PIL.BmpImagePlugin
PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PngImagePlugin PIL.PpmImagePlugin matplotlib_inline.config numpy.lib.format
numpy.lib._npyio_impl zipfile pydoc"""
# As large as all the rest together: imported, with the modules of course_lib named after it, when the first submission
# comes that mentions it.
HEAVY = {"torch": "torch torch.nn.functional torch._subclasses.schema_check_mode"}


def warm():
    """Import what lessons import. Nothing here may compute: OpenMP threads do not survive a fork."""
    import importlib

    sys.modules["debugpy"] = None  # ipykernel would load a debugger and its threads
    for name in NEEDED.split():
        importlib.import_module(name)
    spare(SPARED)
    del sys.modules["debugpy"]
    import course_lib

    spare(" ".join(modules_in(course_lib, without=HEAVY)))


def modules_in(package, without):
    """The dotted names of all modules below a package, none of them imported; not those named after `without`."""
    import pkgutil

    waiting = [(f"{package.__name__}.", list(package.__path__))]
    while waiting:
        prefix, path = waiting.pop()
        for module in pkgutil.iter_modules(path, prefix):
            if not any(word in module.name for word in without):
                yield module.name
                if module.ispkg:
                    waiting.append((f"{module.name}.", [f"{path[0]}/{module.name.rpartition('.')[2]}"]))


def burden(name):
    """Import a heavy library, and what of course_lib rests on it."""
    import course_lib

    spare(HEAVY.pop(name))
    spare(" ".join(modules_in(course_lib, without=HEAVY)))
    settle()


def spare(names):
    """Import these modules, as far as they can be: a cell that needs one that cannot gets the error."""
    import importlib

    for name in names.split():
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def settle():
    """Make this process cheap to fork: no collection in a child touches, and so copies, every page."""
    import gc

    gc.collect()
    gc.freeze()
    thicken()


def thicken():
    """Gather this process's memory into huge pages where the kernel can (Linux 6.1): a third of the time to fork."""
    with open("/proc/self/maps") as file:
        lines = [line.split() for line in file]
    for where, rights, *_, name in ((*line, "") if len(line) < 6 else line for line in lines):
        begin, end = (int(address, 16) for address in where.split("-"))
        begin, end = -(-begin // HUGE) * HUGE, end // HUGE * HUGE
        if "w" in rights and name in ("", "[heap]") and begin < end:
            LIBC.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_COLLAPSE)  # as far as it goes


def threads():
    return len(os.listdir("/proc/self/task"))


def serve(control):
    """The zygote: answer requests until the driver hangs up. A request is a JSON message with three descriptors."""
    setup = json.loads(control.recv(1 << 20))
    setup["seccomp"] = bytes.fromhex(setup["seccomp"])
    prctl(PR_SET_DUMPABLE, 0)
    os.umask(0o022)
    warm()
    if setup["path"] != "none":
        os.environ["HOME"] = home_in("/tmp")
        setup["kernel"] = make_kernel()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended keepers vanish by themselves
    settle()
    control.send(json.dumps({"threads": threads(), "dumpable": prctl(PR_GET_DUMPABLE)}).encode())
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 3)
        if not message:
            os._exit(0)
        request = json.loads(message)
        for name in set(request["heavy"]) & set(HEAVY):
            burden(name)
        count = threads()
        if count != 1:
            control.send(json.dumps({"error": f"the warm process has {count} threads and must not fork"}).encode())
        else:
            pid = os.fork()
            if pid == 0:
                control.close()
                run_as(keep, request, setup, *fds)
            control.send(b"{}")
        for fd in fds:
            os.close(fd)


def run_as(function, *args):
    """Call `function` in a forked process, which never returns into its parent's code."""
    status = 70
    try:
        status = function(*args) or 0
    except BaseException as error:
        text = f"{function.__name__}: {type(error).__name__}: {error}"
        if function is keep:
            os.write(args[-1], json.dumps({"error": text}).encode())
        else:
            os.write(OUT, FRAME.pack(b"!", len(text.encode())) + text.encode())
    finally:
        os._exit(status)


# ------------------------------------------------------------------------------------------------ keeper


def keep(request, setup, cmd, out, status):
    """Enter new namespaces, fork pid 1, watch it, kill it when a limit is hit, and report to the driver."""
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
    pid = os.fork()
    if pid == 0:
        os.close(status)
        run_as(init, {**request, "zygote_uid": zygote_uid}, setup, cmd, out)
    os.close(cmd)
    os.close(out)
    report = watch(pid, status, request)
    os.write(status, json.dumps(report).encode())
    return 0


def namespaces():
    """The identity of each namespace this process is in."""
    found = {}
    for name in CLONE:
        with contextlib.suppress(OSError):
            found[name] = os.readlink(f"/proc/self/ns/{name}")
    return found


def watch(pid, status, request):
    """Look at pid 1's processes every 20 ms until it ends; return what they used and why they ended."""
    limits = request["limits"]
    peak = cpu = 0.0
    why, baseline = "", 2 * usage_of({os.getpid()})[1]  # init and the cells' process share these pages
    os.set_blocking(status, False)
    waiter = select.poll()
    waiter.register(os.pidfd_open(pid), select.POLLIN)
    waiter.register(status, select.POLLIN)
    while True:
        done, code, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        used, resident = usage_of(family(pid, request["path"]))
        resident += socket_memory(request["path"])
        cpu, peak = max(cpu, used), max(peak, resident)
        over = resident - baseline > limits["memory"]
        word = ask(status)
        if cpu > limits["cpu"] + GRACE:
            why = "cpu limit"
        elif over:
            why = "memory limit"
        elif request["path"] == "single" and crowded(limits["inodes"]):
            why = "disk limit"
        elif word is not None:
            why = word or "driver hung up"
        if why:
            stop(pid, request["path"])
            _, code, usage = os.wait4(pid, 0)
            break
        waiter.poll(1000 * POLL if request["path"] != "none" else 100)
    cpu = max(cpu, usage.ru_utime + usage.ru_stime)
    exit_code = os.waitstatus_to_exitcode(code)
    return {"why": why, "code": exit_code, "cpu": cpu, "peak": max(0.0, peak - baseline)}


def socket_memory(path):
    """Bytes that this network namespace's sockets may hold at most: what lies in them is in no process's memory."""
    if path == "none":
        return 0
    with open("/proc/self/net/sockstat") as file:
        return int(file.readline().split()[2]) * SOCKET  # "sockets: used 5"


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
    for victim in {pid} if path in ("nested", "root") else family(pid, path):
        with contextlib.suppress(OSError):
            os.kill(victim, signal.SIGKILL)


def crowded(limit):
    """Whether /tmp holds more files than allowed (bubblewrap's tmpfs knows no such limit itself)."""
    stat = os.statvfs("/tmp")
    return stat.f_files - stat.f_ffree > limit


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


# ------------------------------------------------------------------------------------------------ pid 1


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
        run_as(begin, request, setup.get("kernel"))
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
    high = [fcntl_dup(fd, 64) for fd in high]
    for target, source in ((0, high[0]), (1, high[0]), (2, high[0]), (CMD, high[1]), (OUT, high[2])):
        os.dup2(source, target)
    os.closerange(5, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[0]))


def fcntl_dup(fd, low):
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, low)


def furnish(limits, uid):
    """Own mounts: one tmpfs for /tmp and /dev/shm with its limits, own ptys, own /proc."""
    call("unshare", CLONE["mnt"])
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


def limit(limits, path):
    """Kernel limits per process; the keeper bounds the sums. The last two are never raised again."""
    with open("/proc/self/status") as file:
        data = int(next(line for line in file if line.startswith("VmData")).split()[1]) << 10
    hard = int(limits["cpu"] + 2 * GRACE)
    rules = {"CORE": 0, "NOFILE": limits["files"], "FSIZE": limits["file_size"], "MSGQUEUE": 0, "MEMLOCK": 0,
             "SIGPENDING": 256, "NICE": 0, "RTPRIO": 0, "CPU": hard,
             "DATA": data + limits["memory"] + limits["memory"] // 4, "NPROC": limits["processes"]}  # fmt: skip
    if path == "none":
        del rules["NPROC"]  # it would count all processes of whoever grades
    for name, value in rules.items():
        with contextlib.suppress(ValueError, OSError):  # a lower one is in force: the read-back shows what matters
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


# ------------------------------------------------------------------------------------------------ the cells' process


class Link:
    """The command and output pipes, framed. Threads of the student may print at any time, hence the lock."""

    def __init__(self):
        self.lock = threading.RLock()
        self.pid = os.getpid()

    def send(self, kind, payload):
        if os.getpid() != self.pid:
            return  # a fork of the student's has no say here
        data = memoryview(FRAME.pack(kind, len(payload)) + payload)
        with self.lock:
            while data:
                data = data[os.write(OUT, data) :]

    def tell(self, kind, **values):
        self.send(kind, json.dumps(values).encode())

    def receive(self):
        if os.getpid() != self.pid:
            os._exit(0)
        kind, length = FRAME.unpack(self.exactly(FRAME.size))
        return kind, self.exactly(length)

    def exactly(self, count):
        parts = []
        while count:
            part = os.read(CMD, min(count, 1 << 20))
            if not part:
                os._exit(0)  # the driver has gone
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def begin(request, kernel):
    """Pid 2: say how confined this process is, take the job, run it in the kernel made beforehand."""
    import gc

    gc.disable()
    prctl(PR_SET_DUMPABLE, 1)  # as a Jupyter kernel is; nothing in this process is secret from its own code
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    link = Link()
    link.tell(b"H", **read_back(request))
    kind, payload = link.receive()
    job = json.loads(payload)
    while True:
        kind, payload = link.receive()
        if kind != b"F":
            break
        name, _, content = payload.partition(b"\0")
        target = os.path.normpath(name.decode())
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
    cells = Cells(link, job, kernel or make_kernel())
    sys.path.append("")  # a submission's own modules, after everything else: they shadow nothing
    gc.enable()
    for step in job["steps"]:
        cells.visible(step)
    link.tell(b"V")
    while True:
        kind, payload = link.receive()
        if kind != b"S":
            break
        cells.hidden(json.loads(payload))
    link.tell(b"X")
    return 0


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


class CellStopped(KeyboardInterrupt):
    """This cell used up its time."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


def line_of(frame):
    """The source line at which a frame of a cell stands."""
    import linecache

    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()[:200]


class Cells:
    """Runs cells in a real Jupyter kernel object whose messages become frames."""

    def __init__(self, link, job, kernel):
        self.link, self.limits, self.kernel = link, job["limits"], kernel
        self.collector = Collector(link, self.limits["cell_output"], [Spill(1, "stdout"), Spill(2, "stderr")])
        self.loop = connect(kernel, self.collector)
        self.snapshots = {}
        self.sink = Sink(link, self.limits["seen"], job["forbid"])
        self.stopped = ""
        signal.signal(signal.SIGPROF, lambda _, frame: self.interrupt("cpu limit", frame))
        signal.signal(signal.SIGALRM, lambda _, frame: self.interrupt("wall limit", frame))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from course_lib import checks

        checks.use_sink(self.sink)

    def interrupt(self, reason, frame):
        """Raise in the cell, and say at which of its lines it was."""
        self.stopped = reason
        amount, unit = ("cell_cpu", "seconds of CPU") if reason == "cpu limit" else ("cell_wall", "seconds")
        while frame and "ipykernel_" not in frame.f_code.co_filename:
            frame = frame.f_back
        line = f"; it was at line {frame.f_lineno}: {line_of(frame)}" if frame else ""
        raise CellStopped(f"this cell was stopped after {self.limits[amount]:g} {unit}{line}")

    def visible(self, step):
        """Run one visible cell; keep the names as they are right after a check cell."""
        self.link.tell(b"B", id=step["id"])
        values = self.execute(step)
        if step["check"]:
            self.snapshots[step["check"]] = dict(self.kernel.shell.user_ns)
        self.link.tell(b"E", **values)

    def hidden(self, step):
        """Run a hidden part on the names its check cell had; what it prints or draws is discarded."""
        self.collector.discard = True
        self.link.tell(b"B", id=step["id"])
        if step["check"] not in self.snapshots:
            self.link.tell(b"E", id=step["id"], status="skipped", cpu=0.0, wall=0.0, reason="")
            return
        names = self.kernel.shell.user_ns
        names.clear()
        names.update(self.snapshots[step["check"]])
        self.link.tell(b"E", **self.execute(step))

    def execute(self, step):
        """Run a cell under its limits; return its status and times."""
        self.stopped = ""
        header = {"msg_id": step["id"], "msg_type": "execute_request", "username": "", "session": "", "version": "5.3"}
        self.kernel.set_parent([], {"header": header, "parent_header": {}, "metadata": {}, "content": {}})
        self.collector.open()
        self.sink.open()
        cpu, wall = time.process_time(), time.monotonic()
        soft = int(cpu + self.limits["cell_cpu"] + GRACE + 1)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))
        try:
            signal.setitimer(signal.ITIMER_PROF, self.limits["cell_cpu"], 0.25)
            signal.setitimer(signal.ITIMER_REAL, self.limits["cell_wall"], 0.25)
            reply = self.loop.run_until_complete(self.kernel.do_execute(step["source"], False, True, None, False))
            status = reply["status"]
        except BaseException as error:  # what IPython lets through: our own interrupts, a broken shell
            status = "error"
            self.collector.failed(error)
        finally:
            self.quieten()
        self.collector.close()
        return {
            "id": step["id"],
            "status": "killed" if self.stopped else "ok" if status == "ok" else "error",
            "cpu": round(time.process_time() - cpu, 4),
            "wall": round(time.monotonic() - wall, 4),
            "reason": self.stopped,
        }

    def quieten(self):
        """Stop the timers; a signal that is already on its way must not escape."""
        for _ in range(3):
            try:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                time.sleep(0)
                return
            except CellStopped:
                continue


class Sink:
    """Where check cells send what they saw: straight onto the pipe. Decides nothing."""

    def __init__(self, link, limit, forbidden):
        self.link, self.limit, self.used, self.forbidden = link, limit, 0, forbidden

    def open(self):
        self.used = 0

    def seen(self, seen):
        from course_lib.evidence.observation import encode

        data = encode(seen)
        self.used += len(data)
        if self.used > self.limit:
            raise MemoryError(f"a check cell may send at most {self.limit >> 20} MB of values")
        self.link.send(b"O", data)

    def forbid(self, check):
        return self.forbidden.get(check, ())

    def closed(self, check, part):
        self.link.tell(b"C", check=check, part=part)


class Spill:
    """What subprocesses and C code write to descriptor 1 or 2: a file without a name, read when there is more in it."""

    def __init__(self, fd, name):
        self.fd, self.name, self.at = fd, name, 0
        path = f"../.{name}"
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        os.dup2(file, fd)
        os.close(file)

    def take(self, most):
        """What was written since the last time, at most so many bytes; the file is emptied when all is read."""
        size = os.fstat(self.fd).st_size
        if size <= self.at:
            return ""
        data = os.pread(self.fd, min(most, size - self.at), self.at)
        self.at = size
        return data.decode(errors="replace")

    def empty(self):
        os.ftruncate(self.fd, 0)
        self.at = 0


class Collector:
    """Turns the kernel's messages into notebook outputs, cut to size, and sends them. Any thread may call it."""

    def __init__(self, link, limit, spills=()):
        self.link, self.limit, self.spills = link, limit, spills
        self.lock = threading.RLock()
        self.discard, self.widgets = False, set()
        self.open()

    def open(self):
        self.room, self.pending, self.sent, self.cut = self.limit, [], time.monotonic(), False

    def close(self):
        with self.lock:
            self.spilled()
            self.flush()
            for spill in self.spills:
                with contextlib.suppress(OSError):  # the student closed it
                    spill.empty()

    def spilled(self):
        """Bring in what came by descriptor, so that it keeps its place among what came by print."""
        for spill in self.spills:
            with contextlib.suppress(OSError):
                text = spill.take(self.limit + 1)
                if text:
                    self.add(spill.name, text)

    def text(self, name, text):
        """A piece of stdout or stderr."""
        if os.getpid() != self.link.pid:  # in a fork of the student's: by way of the shared file
            os.write(1 if name == "stdout" else 2, text.encode(errors="replace"))
            return
        if self.cut or self.discard:
            return
        with self.lock:
            self.spilled()
            self.add(name, text)

    def add(self, name, text):
        """Neighbours of one name become one output."""
        if self.pending and self.pending[0] != name:
            self.flush()
        if not self.pending:
            self.pending, self.length = [name], 0
        self.pending.append(text)
        self.length += len(text)
        if time.monotonic() - self.sent > 0.5 or self.length > 1 << 16:
            self.flush()

    def flush(self):
        if len(self.pending) > 1:
            name, text = self.pending[0], "".join(self.pending[1:])
            self.pending = []
            whole = len(text) <= self.room
            self.emit({"output_type": "stream", "name": name, "text": text[: max(0, self.room)]})
            if not whole:
                self.shorten()
        self.sent = time.monotonic()

    def shorten(self):
        if not self.cut:
            self.cut = True
            note = f"\n… output cut after {self.limit >> 10} kB\n"
            self.put({"output_type": "stream", "name": "stderr", "text": note})

    def emit(self, output, transient=None):
        """Send one output if it still fits into this cell's share."""
        if self.discard or self.cut or self.widgets:
            return
        size = len(json.dumps(output))
        if output["output_type"] != "error":
            self.room -= size
            if self.room < -65536:
                self.shorten()
                return
        self.put(output, transient)

    def put(self, output, transient=None):
        if not self.discard:
            self.link.tell(b"D", output=output, display=(transient or {}).get("display_id"))

    def message(self, kind, content):
        """One message of the kernel's output channel."""
        with self.lock:
            if kind == "stream":
                self.text(content["name"], content["text"])
                return
            self.spilled()
            self.flush()
            if kind.startswith("comm_"):
                self.comm(kind, content)
            else:
                self.show(kind, content)

    def show(self, kind, content):
        """A message that is not text."""
        if kind in ("display_data", "execute_result"):
            output = {"output_type": kind, "data": content["data"], "metadata": content["metadata"]}
            if kind == "execute_result":
                output["execution_count"] = content["execution_count"]
            self.emit(output, content.get("transient"))
        elif kind == "error":
            lines = [str(line)[:4000] for line in content["traceback"]][:100]
            self.emit({"output_type": "error", "ename": str(content["ename"])[:200],
                       "evalue": str(content["evalue"])[:4000], "traceback": lines})  # fmt: skip
        elif kind == "update_display_data":
            if not (self.discard or self.cut or self.widgets):
                self.link.tell(b"U", display=content.get("transient", {}).get("display_id"), data=content["data"],
                               metadata=content["metadata"])  # fmt: skip
        elif kind == "clear_output" and not self.discard:
            self.link.tell(b"K", wait=bool(content.get("wait")))

    def comm(self, kind, content):
        """Follow which Output widgets take what is shown now: a front end puts it into them, not under the cell."""
        widget, data = content.get("comm_id"), content.get("data", {})
        state = data.get("state", {}) if isinstance(data, dict) else {}
        if "msg_id" in state and (kind == "comm_open" or data.get("method") == "update"):
            (self.widgets.add if state["msg_id"] else self.widgets.discard)(widget)
        if kind == "comm_close":
            self.widgets.discard(widget)

    def failed(self, error):
        self.message("error", {"ename": type(error).__name__, "evalue": str(error), "traceback": [str(error)]})


class Stream:
    """sys.stdout or sys.stderr of the cells, as ipykernel's: text only, no file descriptor of its own."""

    encoding, errors, newlines, closed, mode = "UTF-8", "strict", None, False, "w"

    def __init__(self, collector, name):
        self.collector, self.name = collector, f"<{name}>"
        self._stream = name

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            self.collector.text(self._stream, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def close(self):
        pass

    def fileno(self):
        import io

        raise io.UnsupportedOperation("fileno")


def shorten(error, keep=15):
    """Leave out the middle of a very long traceback: IPython takes seconds for an endless recursion's."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts, part = [], error.__traceback__
        while part is not None:
            parts.append(part)
            part = part.tb_next
        if len(parts) > 4 * keep:
            parts[keep - 1].tb_next = parts[-keep]
        error = error.__cause__ or error.__context__


def make_kernel():
    """An ipykernel kernel without sockets or threads: the shell, display, comms and magics are Jupyter's own.

    Made before the fork: it holds nothing of a submission's, no descriptor and no loop.
    """
    import logging

    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from jupyter_client.session import Session
    from traitlets.config import Config

    class Messages(Session):
        collector = None

        def send(self, stream, msg_or_type, content=None, parent=None, **rest):
            if isinstance(msg_or_type, dict):
                msg_or_type, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
            self.collector.message(msg_or_type, content)

    class Shell(ZMQInteractiveShell):
        def ask_exit(self):
            """A cell that says exit() does not end the submission."""

        def enable_gui(self, gui=None):
            self.active_eventloop = gui

        def showtraceback(self, exc_tuple=None, *args, **kwargs):
            shorten((exc_tuple or sys.exc_info())[1])
            super().showtraceback(exc_tuple, *args, **kwargs)

    class Kernel(IPythonKernel):
        def _cancel_on_sigint(self, future):
            return contextlib.nullcontext()

    config = Config()
    config.HistoryManager.enabled = False  # a thread and a database file otherwise
    config.IPKernelApp.kernel_class = "ipykernel.ipkernel.IPythonKernel"  # how tqdm and others know a notebook
    Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"
    log = logging.getLogger("kernel")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    kernel = Kernel.instance(session=Messages(key=b""), config=config, shell_class=Shell, log=log)
    kernel.shell_channel_thread = type("NoThread", (), {"parent_thread": None})()
    return kernel


def connect(kernel, collector):
    """Give a kernel its output, its folders and an event loop; returns the loop."""
    import asyncio

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    kernel.session.collector = collector
    profile = kernel.shell.profile_dir
    os.makedirs(profile.location, exist_ok=True)
    profile.check_dirs()
    sys.stdout, sys.stderr = Stream(collector, "stdout"), Stream(collector, "stderr")
    return loop


if __name__ == "__main__":
    if sys.flags.isolated:  # -I ignores the fixed hash seed; the environment is the driver's own
        os.execv(sys.executable, [sys.executable, "-s", "-P", "-B", *sys.argv])
    sys.path.insert(0, os.environ["COURSE_LIB_DIR"])
    control = socket.socket(fileno=int(sys.argv[1]))
    serve(control)
