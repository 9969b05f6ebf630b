"""From nothing to the first passed check, as README.md says under "Learn": what is typed, and how long each step takes:

    python -m tests.browser.first_pass

What is committed here is cloned into a new folder, with a home that knows nothing. Packages come by pip, none from its
cache, and a browser does the rest in lesson 00: it needs a network, chromium and some minutes. Exit status 1 where the
check does not pass.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing.look import BROWSERS, LAPTOP
from tests.browser.learner import FOLDER, Learner
from tests.browser.page import Lab
from tests.house import ROOT

PATIENCE = 1200  # seconds until JupyterLab is to run, packages included


def first_command():
    """What README has a learner type first, once the project's folder is there."""
    block = re.search(r"^## Learn\n+```\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)[1]
    return block.splitlines()[0].partition("#")[0].split()


class Steps:
    """Prints each step with the seconds since the one before, and counts what was typed."""

    def __init__(self):
        self.typed, self.began = 0, time.monotonic()
        self.last = self.began

    def type(self, command):
        """Note that a command is typed."""
        self.typed += 1
        print(f"$ {command}", flush=True)

    def done(self, what):
        """Print what is reached."""
        now = time.monotonic()
        print(f"{now - self.last:8.1f} s  {what}", flush=True)
        self.last = now


def wait_for(path, steps, what):
    """Tell when a file is there; a thread, which ends with the program."""

    def wait():
        while not path.exists():
            time.sleep(0.1)
        steps.done(what)

    threading.Thread(target=wait, daemon=True).start()


def first_pass(home, chrome, steps):
    """Walk all steps in the empty folder `home`; whether the first check passes."""
    (lesson,) = read_lessons(Folders().solutions, ["00"])
    exercise = next(one for one in lesson.exercises if not one.predict)
    steps.type(f"git clone ... '{FOLDER}'")
    subprocess.run(["git", "clone", "--quiet", ROOT, home / FOLDER], check=True)
    steps.done("cloned")
    steps.type(f"cd '{FOLDER}'")
    start = first_command()
    learner = Learner(home, home / FOLDER / ".venv" / "bin" / "python", start, own=True)
    learner.env["PIP_NO_CACHE_DIR"] = "1"
    steps.type(" ".join(start))
    wait_for(learner.folder / ".venv" / ".learner", steps, "packages installed")
    with learner.lab(PATIENCE) as address:
        steps.done("JupyterLab runs")
        page = chrome.new_page(viewport=LAPTOP)
        page.goto(address)
        lab = Lab(page)
        steps.done("the start page is open")
        lab.follow(f"{lesson.number} {lesson.title}", f"{lesson.slug}.ipynb")
        steps.done(f"lesson {lesson.number} is open")
        lab.run_all()
        steps.done("all its cells have run, nothing answered yet")
        lab.write(exercise.id, exercise.reference)
        lab.run(exercise.id)
        shown = lab.run(exercise.checks[0].grade_id)
        passed = shown.startswith("✓")
        steps.done(f"{exercise.title}: {'passes' if passed else shown}")
        page.close()
    return passed


def main():
    """Do it once; print a line for each command and each step, and the sum."""
    program, steps = next(filter(None, map(shutil.which, BROWSERS)), None), Steps()
    if program is None:
        sys.exit("a browser is needed; on Debian or Ubuntu type: sudo apt-get install -y chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        passed = first_pass(Path(folder), chrome, steps)
        chrome.close()
    print(f"{steps.typed} commands typed, {steps.last - steps.began:.0f} s to the first check")
    return not passed


if __name__ == "__main__":
    sys.exit(main())
