"""What student code can see of the machine: bubblewrap's command line, the same paths wherever Python lives.

Mounted, read-only: the system's /usr, the interpreter at /opt/python, its packages at /opt/env, under /opt/course
course_lib and the visible expected values, and at /opt/worker the worker, where no import looks. Nothing of home, of
the rest of the project, of the class.
"""

import os
import sys
import sysconfig
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grading.errors import CourseError
from grading.paths import ROOT

WORKER = Path(__file__).resolve().parent / "worker"
PYTHON, ENVIRONMENT, COURSE, RUNS = "/opt/python", "/opt/env", "/opt/course", "/opt/worker"
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives", "fonts", "mime.types")
ROOT_RIGHTS = ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "KILL", "CHOWN", "DAC_OVERRIDE")  # until init drops them
PASSWD = "root:x:0:0:root:/:/bin/false\nstudent:x:1000:1000:student:/tmp/home:/bin/sh\n"
GROUP = "root:x:0:\nstudent:x:1000:\n"


@dataclass(frozen=True)
class Interpreter:
    """Where this Python lives. `base` holds bin/ and lib/; `packages` are the site-packages folders of a venv."""

    base: Path
    executable: str  # relative to base
    packages: tuple[Path, ...] = ()
    version: str = f"{sys.version_info[0]}.{sys.version_info[1]}"
    system_packages: bool = False

    @property
    def command(self):
        """The interpreter's path inside the sandbox."""
        if self.packages:
            return f"{ENVIRONMENT}/bin/python"
        return f"{self.place}/{self.executable}"

    @property
    def place(self):
        """Where `base` is seen: a system Python stays in /usr, every other one is put at /opt/python."""
        return str(self.base) if self.base.is_relative_to("/usr") else PYTHON


def this_interpreter():
    """The interpreter that runs this, with its packages: a venv of any maker, a conda environment, or the system's."""
    base = Path(sys.base_prefix).resolve()
    real = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    inside = real.is_relative_to(base)
    executable = str(real.relative_to(base)) if inside else f"bin/python{version}"
    if sys.prefix == sys.base_prefix:
        return Interpreter(base, executable)
    packages = dict.fromkeys(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib"))
    settings = Path(sys.prefix, "pyvenv.cfg").read_text().lower().replace(" ", "")
    return Interpreter(base, executable, tuple(packages), version, "include-system-site-packages=true" in settings)


def environment(threads=1):
    """The whole environment of the worker, nothing inherited."""
    return {
        **{name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")},
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": "/tmp",
        "USER": "student",
        "LOGNAME": "student",
        "TERM": "xterm-color",
        "CLICOLOR": "1",
        "PAGER": "cat",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "COURSE_MODE": "grade",
        "PYTHONHASHSEED": "0",
        "PYTHONBREAKPOINT": "0",  # nobody is there whom a breakpoint() left in the answer could ask
    }


def command(bwrap, path, interpreter, expected, course_lib, limits, stack: ExitStack, worker=WORKER):
    """The bubblewrap command line up to and with the worker, and the descriptors it must inherit.

    `path` is root, nested or single. Small files are handed over in pipes that `stack` closes.
    """
    words = [bwrap, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += ["--hostname", "course", "--clearenv", "--as-pid-1"]
    if path == "root":
        for right in ROOT_RIGHTS:
            words += ["--cap-add", f"CAP_{right}"]
    else:
        words += ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    if path == "single":
        words.append("--unshare-cgroup-try")  # elsewhere init does, once it is in the run's own group
    inherited = []

    def data(text, target):
        read, write = os.pipe()
        stack.callback(os.close, read)
        with os.fdopen(write, "w") as file:
            file.write(text)
        inherited.append(read)
        return ["--perms", "0644", "--ro-bind-data", str(read), target]

    for folder in _folders(interpreter):
        words += ["--perms", "0755", "--dir", folder]
    words += _system()
    words += [*data(PASSWD, "/etc/passwd"), *data(GROUP, "/etc/group")]
    words += _python(interpreter, data)
    words += ["--ro-bind", str(worker), RUNS]
    words += ["--ro-bind", str(course_lib), f"{COURSE}/course_lib"]
    if expected is not None:
        words += ["--ro-bind", str(expected), f"{COURSE}/expected"]
    words += ["--proc", "/proc", "--dev", "/dev", "--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    words += ["--dev-bind", "/dev/full", "/dev/zero"]  # reads as zeros, but gives no shared memory that nobody counts
    size = ["--size", str(limits.disk)] if path == "single" else []
    words += [*size, "--tmpfs", "/tmp", *size, "--tmpfs", "/dev/shm"]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    words += _environment(interpreter, expected)
    return [*words, interpreter.command, "-I", "-B", RUNS], inherited


def _folders(interpreter):
    """Folders to make beforehand: those bubblewrap makes on its way are closed to other users."""
    lib = f"{ENVIRONMENT}/lib/python{interpreter.version}"
    made = ["/etc", "/opt", COURSE, "/sys", "/sys/devices", "/sys/devices/system", "/nix"]
    if interpreter.packages:
        made += [ENVIRONMENT, f"{ENVIRONMENT}/bin", f"{ENVIRONMENT}/lib", lib]
    if len(interpreter.packages) > 1:
        made += [f"{ENVIRONMENT}/lib64", f"{ENVIRONMENT}/lib64/python{interpreter.version}"]
    return made


def _system():
    words = ["--ro-bind", "/usr", "/usr"]
    for name in SYSTEM:
        if os.path.islink(name):
            words += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            words += ["--ro-bind", name, name]
    for name in ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    words += ["--ro-bind-try", "/nix/store", "/nix/store"]
    return words + _covers("/usr", "/usr")


def _python(interpreter, data):
    """Mount the interpreter, and for a venv rebuild one at a fixed place around its packages."""
    words = []
    if interpreter.place == PYTHON:
        words += ["--ro-bind", str(interpreter.base), PYTHON, *_covers(interpreter.base, PYTHON)]
    if not interpreter.packages:
        return words
    flag = str(interpreter.system_packages).lower()
    home = f"{interpreter.place}/{os.path.dirname(interpreter.executable)}"
    words += data(f"home = {home}\ninclude-system-site-packages = {flag}\n", f"{ENVIRONMENT}/pyvenv.cfg")
    words += ["--symlink", f"{interpreter.place}/{interpreter.executable}", f"{ENVIRONMENT}/bin/python"]
    for folder, source in zip(("lib", "lib64"), interpreter.packages, strict=False):
        target = f"{ENVIRONMENT}/{folder}/python{interpreter.version}/site-packages"
        words += ["--ro-bind", str(source), target, *_covers(source, target)]
    return words


def _covers(source, target):
    """Empty folders laid over what of the project, or of a home, lies inside a mounted tree."""
    source, words = Path(source), []
    hidden = [ROOT, Path.home(), *(source / name for name in ("grading", "solutions", "notebooks", "tests"))]
    for folder in source.glob("lib/python3*/site-packages"):
        hidden += [folder / "grading", folder / "solutions"]
    for path in dict.fromkeys(hidden):
        if path != source and path.is_relative_to(source) and path.is_dir() and not source.is_relative_to(path):
            words += ["--tmpfs", str(Path(target) / path.relative_to(source)), "--remount-ro",
                      str(Path(target) / path.relative_to(source))]  # fmt: skip
    return words


def _environment(interpreter, expected):
    values = {**environment(), "COURSE_LIB_DIR": COURSE}
    if expected is not None:
        values["COURSE_EXPECTED"] = f"{COURSE}/expected"
    if interpreter.place == PYTHON and any((interpreter.base / "lib").glob("libpython*.so*")):
        values["LD_LIBRARY_PATH"] = f"{PYTHON}/lib"  # its compiled-in search path names the old place
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


def check_folder(path, what):
    """`path` as an absolute folder, or a CourseError that names it."""
    folder = Path(path).resolve()
    if not folder.is_dir():
        raise CourseError(
            f"The sandbox needs {what} at {folder}, and there is no such folder; build the release first."
        )
    return folder
