"""A learner's folder, from the zip for students or a clone, JupyterLab running in it, and a page in a real browser."""

import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sysconfig
import threading
import time

import pytest
from playwright.sync_api import sync_playwright

from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing.editions import release
from grading.publishing.look import BROWSERS, LAPTOP
from grading.publishing.student_files import write_student
from tests.browser.page import Lab
from tests.elsewhere import outside, python_elsewhere

FOLDER = "Meine Übungen 2026"  # with spaces and an umlaut, as people name them
INSTALLED = sysconfig.get_path("data")  # where JupyterLab and its widgets lie
SHARED = os.path.join(INSTALLED, "share", "jupyter")


@pytest.fixture(scope="session")
def browser():
    """Chromium, for all tests; what to type where there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, "the browser tests need a browser; on Debian or Ubuntu type: sudo apt-get install -y chromium"
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield chrome
        chrome.close()


@pytest.fixture(scope="session")
def learner(tmp_path_factory):
    """The Learner whose folder has lesson 00, installed as its README says but without a network."""
    home = tmp_path_factory.mktemp("learner")
    write_student(read_lessons(Folders().solutions, ["00"]), Folders(), home / FOLDER)
    who = Learner(home, python_elsewhere(home / "env"))
    who.install("-r", "requirements.txt")
    return who


@pytest.fixture(scope="session")
def cloned(tmp_path_factory):
    """The Learner whose folder is a clone, its .venv as `make lab` leaves it, but made without a network."""
    home = tmp_path_factory.mktemp("cloned")
    release("clone", home / FOLDER, Folders())
    who = Learner(home, python_elsewhere(home / FOLDER / ".venv"), ["make", "lab"])
    who.install("--no-deps", "--editable", ".")
    (who.folder / ".venv" / ".learner").touch()
    return who


class Learner:
    """A person with a home, a folder and the commands of its environment, which is not activated."""

    def __init__(self, home, python, start=()):
        self.folder, self.python = home / FOLDER, python
        self.start = start or [python, python.parent / "course", "lab", "--no-browser"]
        nowhere = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        ours = {"JUPYTER_PATH": SHARED, "JUPYTERLAB_DIR": os.path.join(SHARED, "lab")}
        ours["JUPYTER_CONFIG_PATH"] = os.path.join(INSTALLED, "etc", "jupyter")  # terminals are switched on there
        self.env = outside(HOME=str(home), SHELL="/bin/bash", BROWSER="true", **nowhere, **ours)
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
    def lab(self):
        """`course lab` or `make lab` until the block ends, then Control-C; yields the address it prints."""
        log, (ours, theirs) = self.folder.parent / "lab.log", pty.openpty()  # a terminal: there, Control-C is heard
        log.write_bytes(b"")
        how = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        server = subprocess.Popen(self.start, cwd=self.folder, env=self.env, **how)
        threading.Thread(target=_copy, args=(ours, log), daemon=True).start()
        try:
            end = time.monotonic() + 120
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


@pytest.fixture(scope="class")
def lab_of_a_clone(browser, cloned):
    """The Lab of one sitting that began with `make lab` in a clone."""
    with sitting(browser, cloned) as begun:
        yield begun


@pytest.fixture(scope="class")
def lab(browser, learner):
    """The Lab of one sitting: a page on a running `course lab`, at what it says is to be opened."""
    with sitting(browser, learner) as begun:
        yield begun


@contextlib.contextmanager
def sitting(browser, who):
    """The Lab of a Learner `who`, from the command that starts it until Control-C."""
    with who.lab() as address, contextlib.closing(browser.new_page(viewport=LAPTOP)) as page:
        page.goto(address)
        yield Lab(page)
