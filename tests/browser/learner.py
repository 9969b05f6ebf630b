"""A learner at a machine: a folder with the course, its environment, and JupyterLab started from a terminal."""

import contextlib
import os
import pty
import signal
import subprocess
import sysconfig
import threading
import time

from tests.elsewhere import outside

FOLDER = "Meine Übungen 2026"  # with spaces and an umlaut, as people name them
INSTALLED = sysconfig.get_path("data")  # where JupyterLab and its widgets lie
SHARED = os.path.join(INSTALLED, "share", "jupyter")


class Learner:
    """A person with a home, a folder and the commands of its environment, which is not activated.

    JupyterLab is that of this environment here, unless `own` says that the folder's has one.
    """

    def __init__(self, home, python, start=(), *, own=False):
        self.folder, self.python = home / FOLDER, python
        self.start = start or [python, python.parent / "course", "lab", "--no-browser"]
        nowhere = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        ours = {"JUPYTER_PATH": SHARED, "JUPYTERLAB_DIR": os.path.join(SHARED, "lab")}
        ours["JUPYTER_CONFIG_PATH"] = os.path.join(INSTALLED, "etc", "jupyter")  # terminals are switched on there
        self.env = outside(HOME=str(home), SHELL="/bin/bash", BROWSER="true", **nowhere, **({} if own else ours))
        (home / "jupyter_config_dir").mkdir()  # the tests ask the page where a cell is
        config = home / "jupyter_config_dir" / "jupyter_lab_config.json"
        config.write_text('{"LabApp": {"expose_app_in_browser": true}}', encoding="utf-8")

    def install(self, *words):
        """Install in the folder what pip is told to, without a network."""
        words = ["install", "--quiet", "--no-index", "--no-build-isolation", *words]
        subprocess.run([self.python, "-m", "pip", *words], check=True, cwd=self.folder, env=self.env)

    def course(self, *words):
        """Type a `course` command in the folder; what it prints. Fails where its status is not 0."""
        command = [self.python.parent / "course", *words]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextlib.contextmanager
    def lab(self, patience=120):
        """`course lab` or `make lab` until the block ends, then Control-C; yields the address it prints.

        It is to be there within `patience` seconds.
        """
        log, (ours, theirs) = self.folder.parent / "lab.log", pty.openpty()  # a terminal: there, Control-C is heard
        log.write_bytes(b"")
        how = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        server = subprocess.Popen(self.start, cwd=self.folder, env=self.env, **how)
        threading.Thread(target=_copy, args=(ours, log), daemon=True).start()
        try:
            end = time.monotonic() + patience
            while "http" not in log.read_text() and server.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            assert "http" in log.read_text(), log.read_text()
            yield next(word for word in log.read_text().split() if word.startswith("http"))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGINT)
            server.wait(60)
            os.close(theirs)
        assert "WARNING" not in log.read_text(), log.read_text()


def _copy(terminal, log):
    """What appears on a terminal, into a file, until the terminal is closed."""
    with log.open("ab", buffering=0) as out, contextlib.suppress(OSError):
        while text := os.read(terminal, 4096):
            out.write(text)
    os.close(terminal)
