"""JupyterLab for learners: on the start page or a lesson, with a quiet log and one line that says what to open."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from course_lib.checks.course_map import MAP, START, course_map
from course_lib.files import write_atomically
from grading.commands.reset import keep, replaced
from grading.commands.study import find_lesson, first_unfinished
from grading.lessons.start_page import start_bytes

CONFIG = Path(__file__).parent / "jupyter"  # what learners' JupyterLab is told: no panels for teachers
NAMES = CONFIG / "labextensions"  # an extension that tells screen readers the names of sliders
FIRST = CONFIG / "first_cell.py"  # what its kernels run first


def lab_command(folder, number=None, browser=True):
    """The command that opens JupyterLab on a lesson, else on the start page, else on the first unfinished lesson."""
    command = [sys.executable, "-m", "jupyterlab"]
    page = page_to_open(folder, number)
    command += [page.name] if page else []
    # only what goes wrong is told, and one Control-C is enough
    command += ["--Application.log_level=ERROR", "--ServerApp.answer_yes=True", *encryption()]
    command.append(f"--LabServerApp.extra_labextensions_path={NAMES}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # in containers and cloud shells everybody is root
        command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


def encryption():
    """What hides the words of kernels from others on the machine, so that they need not warn; [] in older Jupyters."""
    import zmq
    from jupyter_client.manager import KernelManager

    able = "transport_encryption" in KernelManager.class_trait_names(config=True) and zmq.has("curve")
    return ["--KernelManager.transport_encryption=auto"] if able else []


def page_to_open(folder, number=None):
    """The notebook that JupyterLab begins with; None where there is none."""
    if number:
        return find_lesson(folder, number)
    return folder / START if (folder / START).exists() else first_unfinished(folder)


def environment():
    """The environment of the server: a token known to nobody else, and the course's own settings on top.

    `course` is found in its terminals, also where the environment was not activated, as with `make lab`. Whoever has a
    PYTHONSTARTUP keeps it.
    """
    added = {"JUPYTER_CONFIG_PATH": CONFIG, "PATH": Path(sys.executable).parent}
    paths = {name: os.pathsep.join(filter(None, [str(first), os.environ.get(name)])) for name, first in added.items()}
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    return {"PYTHONSTARTUP": str(FIRST), **os.environ, **paths, "JUPYTER_TOKEN": token}


def open_lab(folder, number=None, *, browser=True, tell=print):
    """Run JupyterLab until it is stopped; says what to open as soon as it listens. Returns its exit status."""
    for lesson, copy in replaced(folder):
        tell(f"{lesson.name} is as it was handed out, though you worked on it. Your work is in {copy}")
    keep(folder)
    draw_map(folder)
    page = page_to_open(folder, number)
    server = subprocess.Popen(lab_command(folder, number, browser), cwd=folder, env=environment())
    try:
        while server.poll() is None:
            address = _address(server.pid)
            if address is not None:
                tell(f"JupyterLab runs. Open {link(address, page)}  Stop it with Control-C here.")
                break
            time.sleep(0.1)
        return server.wait()
    except KeyboardInterrupt:  # the server got it too
        server.wait()
        return 0
    finally:
        keep(folder)


def draw_map(folder):
    """Put the learner's progress into the start page's map, so that it is there before any cell is run.

    Where there is no page, as in a fresh clone, it is made. One that cannot be read or written, or has no map any more,
    stays as it is.
    """
    path = folder / START
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, StopIteration):
        if not path.exists():
            write_atomically(path, start_bytes(course_map(folder)))
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cell = next(cell for cell in notebook["cells"] if cell.get("id") == MAP)
        now = course_map(folder).html()
        if "".join(cell["source"]) != now:
            cell["source"] = now.splitlines(keepends=True)
            write_atomically(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def link(server, page=None):
    """The address that leads to `page` on a running server, which is described as Jupyter does in its own record."""
    where = f"{server['url']}lab" + (f"/tree/{urllib.parse.quote(page.name)}" if page else "")
    return f"{where}?{urllib.parse.urlencode({'token': server['token']})}" if server["token"] else where


def _address(pid):
    """What Jupyter notes of the server with this process id, once it listens; else None."""
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        noted = Path(jupyter_runtime_dir(), f"jpserver-{pid}.json").read_text(encoding="utf-8")
        return json.loads(noted)
    except (OSError, ValueError):
        return None
