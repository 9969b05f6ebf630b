"""A Python environment with the packages that are installed here, but without the project: as a learner has it."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in {absent!r} or (top in {ours!r} and self.asked_by_the_course()):
            raise ModuleNotFoundError(f"No module named {{name!r}}, which a learner has not", name=name)

    def asked_by_the_course(self):
        frame = sys._getframe(2)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        return frame.f_globals.get("__name__", "").partition(".")[0] in ("course_lib", "grading")

sys.meta_path.insert(0, Blocked())
"""


def outside(**more):
    """The environment variables of a program that is to know nothing of this checkout."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COURSE_", "VIRTUAL_ENV"))} | more


def python_elsewhere(folder, absent=(), ours=()):
    """The Python of a new environment in `folder`.

    Modules named in `absent` are not found there; those in `ours` neither, when it is the course that imports them.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)  # the one here serves
    windows = sys.platform == "win32"
    python = Path(folder) / ("Scripts" if windows else "bin") / ("python.exe" if windows else "python")
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    # a folder named in a .pth file is searched, but its own .pth files, the editable project among them, are not read
    (site / "installed_here.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    if absent or ours:
        text = BLOCKED.format(absent=set(absent), ours=set(ours))
        (site / "sitecustomize.py").write_text(text, encoding="utf-8")
    return python
