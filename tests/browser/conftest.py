"""A learner's folder, from the zip for students or a clone, JupyterLab running in it, and a page in a real browser."""

import contextlib
import shutil

import pytest
from playwright.sync_api import sync_playwright

from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing.editions import release
from grading.publishing.look import BROWSERS, LAPTOP
from grading.publishing.student_files import write_student
from tests.browser.learner import FOLDER, Learner
from tests.browser.page import Lab
from tests.elsewhere import python_elsewhere


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
