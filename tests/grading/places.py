"""Sandboxes for tests: every start path this machine offers, also the unprivileged ones when the tests run as root."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from grading.confinement import mounts
from grading.confinement.sandbox import Sandbox

PATHS = ("root", "nested") if os.geteuid() == 0 else ("nested",)


def open_to_all(path):
    """Whether every user may go where `path` is and read it."""
    path = Path(path).resolve()
    return all(p.stat().st_mode & 0o1 for p in [path, *path.parents]) and path.stat().st_mode & 0o4


def copy(source, target, leave=()):
    """A copy that every user can read; of links where the file system allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["cp", "-al", source, target], capture_output=True).returncode:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*leave))
    return target


class Places:
    """Makes sandboxes; what an unprivileged user cannot read is copied to where he can."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="course-places-"))
        self.folder.chmod(0o755)
        self.ready = None

    def lower(self):
        """The interpreter, worker and course_lib as an unprivileged user can read them."""
        if self.ready is None:
            python = mounts.this_interpreter()
            base, packages = python.base, python.packages
            if not open_to_all(base):
                base = self.folder / "python"
                copy(python.base / "lib", base / "lib", ("site-packages", "test", "idlelib"))
                copy(python.base / "bin", base / "bin")
            packages = tuple(
                p if open_to_all(p) else copy(p, self.folder / f"packages{i}") for i, p in enumerate(packages)
            )
            code = self.folder / "code"
            shutil.copytree(mounts.ROOT / "course_lib", code / "course_lib")
            shutil.copytree(mounts.WORKER, code / "worker", ignore=shutil.ignore_patterns("__pycache__"))
            subprocess.run(["chmod", "-R", "o+rX", code], check=True)
            self.ready = {
                "interpreter": mounts.Interpreter(base, python.executable, tuple(packages), python.version),
                "course_lib": code / "course_lib",
                "worker": code / "worker",
            }
        return dict(self.ready)

    def sandbox(self, path, expected=None, **options):
        """A Sandbox on this path."""
        if os.geteuid() == 0 and path in ("nested", "single"):
            options = {**self.lower(), **options}
        return Sandbox(expected, path=path, **options)

    def expected(self, files):
        """A folder of expected values that every user can read."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        folder.chmod(0o755)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    def without(self, *lines):
        """A worker that lacks some lines, or has others: each a line, or (old, new)."""
        worker = Path(tempfile.mkdtemp(dir=self.folder)) / "worker"
        shutil.copytree(mounts.WORKER, worker, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["chmod", "-R", "u+w,o+rX", worker.parent], check=True)
        for line in lines:
            old, new = (line, "") if isinstance(line, str) else line
            found = [file for file in worker.glob("*.py") for _ in range(file.read_text().count(old))]
            assert len(found) == 1, f"{old!r} is not in the worker exactly once"
            found[0].write_text(found[0].read_text().replace(old, new))
        return worker

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
