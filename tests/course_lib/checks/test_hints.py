"""Hints open only when asked for, stay open over kernels, and are found by every name an exercise has."""

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import IPython
import ipywidgets
import pytest

from course_lib.checks import hints, lookup, session
from course_lib.checks.learner import CheckFailed
from tests.course_lib.check_tools import Notebook, entry, write

REFERENCE = "def half(x):\n    return x / 2"
CHECK = 'with check("{0}") as expect:\n    expect("of one", {1}(1))'
HINTS = ["Think of `x / 2`.", "One half of **one** is 0.5.", "```python\ndef half(x):\n    ...\n```"]
WRONG = "def half(x):\n    return x * 2"


@pytest.fixture(autouse=True)
def _lesson(tmp_path, monkeypatch):
    _forget()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_EXPECTED", str(tmp_path / "expected"))
    monkeypatch.setattr(lookup, "record_folders", lambda here=None: [tmp_path / "expected"])
    about = {"number": "1.4", "title": "One half", "names": ["half", "Halver"], "place": 0}
    made = entry(REFERENCE, CHECK.format("halving", "half"), hints=HINTS, exercise=about)
    part = entry(REFERENCE, CHECK.format("halving-big", "half"), hints=HINTS, exercise={**about, "place": 1})
    bare = entry(REFERENCE, CHECK.format("bare", "half"), exercise={"number": "1.10", "names": ["half_again"]})
    write(tmp_path / "expected", **{"halving": made, "halving-big": part, "bare": bare})


def _forget():
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()


def tried(book, source, id="halving"):
    if source:
        book.run(source)
    with pytest.raises(CheckFailed):
        book.run(CHECK.format(id, "half"))


def asked(book, capsys, call):
    capsys.readouterr()
    book.run(call)
    return capsys.readouterr().out


def opened():
    kept = Path(".course-progress.json")
    return json.loads(kept.read_text())["hints"] if kept.exists() else {}


def test_failing_again_and_again_opens_nothing_and_says_how_to(capsys):
    book = Notebook()
    for number in range(4):
        tried(book, f"{WRONG} + {number}")
        shown = capsys.readouterr().out
        assert 'Stuck? hint() opens the first of 3 hints; later, hint("halving") does.' in shown
        assert "Think of" not in shown
    assert opened() == {}


def test_hint_alone_is_for_the_check_that_failed_last_and_asking_again_shows_the_same(capsys):
    book = Notebook()
    tried(book, WRONG)
    first = asked(book, capsys, "hint()")
    assert first == 'Hint 1 of 3\n\nThink of x / 2.\nhint("halving", 2) opens the next.\n'
    assert asked(book, capsys, "hint()") == first
    assert asked(book, capsys, "hint(2)").count("Hint ") == 2
    assert asked(book, capsys, "hint()").count("Hint ") == 2
    assert "opens the next" not in asked(book, capsys, "hint(9)")
    assert opened() == {"halving": 3}
    tried(book, None)
    assert 'Stuck? hint("halving") shows the hints you opened.' in capsys.readouterr().out


def test_running_the_whole_notebook_again_opens_nothing(capsys):
    book = Notebook()
    cells = [WRONG, None, "hint()", 'hint("halving")']
    for _ in range(3):
        for cell in cells:
            book.run(cell) if cell else tried(book, None)
        assert opened() == {"halving": 1}
    assert "shows the 1 of 3 hints you opened" in capsys.readouterr().out


@pytest.mark.parametrize(
    "what",
    ["halving", "halving-big", "check-halving", "half", "Halver", "1.4", "01.4", "Exercise 1.4", "one half", "HALVING"],
)
def test_an_exercise_has_many_names(capsys, what):
    assert "Hint 1 of 3" in asked(Notebook(), capsys, f"hint({what!r})")


def test_the_function_itself_is_a_name_too(capsys):
    book = Notebook()
    book.run(WRONG)
    assert "Hint 1 of 3" in asked(book, capsys, "hint(half)")
    assert "Hint 1 of 3" in asked(book, capsys, "hint(1.4)")


@pytest.mark.parametrize("typo", ["halvign", "Halfing", "hlaf", "halvingg"])
def test_a_typo_gets_the_nearest_name_and_opens_nothing(capsys, typo):
    shown = asked(Notebook(), capsys, f"hint({typo!r})")
    assert shown == f'There is no exercise {typo}. Did you mean hint("halving")?\n'
    assert opened() == {}


@pytest.mark.parametrize("number", ["'two'", "1.5", "[1]"])
def test_a_hint_that_is_no_whole_number_is_one_sentence(capsys, number):
    shown = asked(Notebook(), capsys, f"hint('halving', {number})")
    assert shown == 'Which hint is told by a whole number: hint("output_size", 2) opens the second.\n'


def test_what_is_far_from_every_name_and_an_exercise_without_hints_are_one_sentence(capsys):
    assert asked(Notebook(), capsys, "hint('zzz')") == "There is no exercise zzz.\n"
    assert asked(Notebook(), capsys, "hint('1.10')") == "There are no hints for bare.\n"
    assert asked(Notebook(), capsys, "hint()").startswith("No check of yours has failed yet.")


@pytest.mark.parametrize("source", ["pass", 'def half(x):\n    raise NotDone("half")'])
def test_what_was_no_attempt_opens_nothing_counts_nothing_and_offers_nothing(capsys, source):
    book = Notebook()
    tried(book, source)
    assert "Stuck? " not in capsys.readouterr().out
    assert asked(book, capsys, "hint()").startswith("No check of yours has failed yet.")
    assert opened() == {}
    assert session._failed == []


def test_opened_hints_and_the_last_failure_are_remembered_over_a_restart(capsys):
    book = Notebook()
    tried(book, WRONG)
    asked(book, capsys, "hint(2)")
    _forget()
    again = Notebook()
    assert asked(again, capsys, "hint()").count("Hint ") == 2
    tried(again, WRONG)
    assert 'hint() shows the 2 of 3 hints you opened, hint("halving", 3) the next.' in capsys.readouterr().out


def test_a_check_that_passed_is_no_longer_the_last_that_failed(capsys):
    book = Notebook()
    tried(book, WRONG)
    book.run(REFERENCE)
    book.run(CHECK.format("halving", "half"))
    assert asked(book, capsys, "hint()").startswith("No check of yours has failed yet.")


def test_a_place_that_cannot_be_written_still_remembers_within_the_kernel(capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "p.json"))
    book = Notebook()
    asked(book, capsys, 'hint("halving", 2)')
    assert asked(book, capsys, 'hint("halving")').count("Hint ") == 2


class Shell:
    """A kernel's shell that keeps what is published."""

    kernel = object()

    def __init__(self):
        self.published, self.display_pub = [], types.SimpleNamespace(publish=lambda data: self.published.append(data))


@pytest.fixture
def shell(monkeypatch):
    made = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: made)
    return made


def children(shell):
    """The button and the text that were displayed last."""
    id = shell.published[-1]["application/vnd.jupyter.widget-view+json"]["model_id"]
    return ipywidgets.widgets.widget._instances[id].children


def test_the_button_opens_one_hint_a_click_those_already_open_first(shell):
    hints.button("halving", HINTS)
    assert shell.published[0]["text/plain"] == ""
    ask, text = children(shell)
    assert (ask.description, text.value) == ("Hint 1 of 3", "")
    ask.click()
    assert opened() == {"halving": 1}
    assert "Think of" in text.value
    assert ask.description == "Hint 2 of 3"
    ask.click()
    ask.click()
    assert opened() == {"halving": 3}
    assert ask.disabled
    hints.button("halving", HINTS)
    ask, text = children(shell)
    assert not ask.disabled
    ask.click()
    assert text.value.count("Hint ") == 3


def test_without_widgets_hints_or_in_a_graded_run_there_is_no_button(shell, monkeypatch):
    hints.button("halving", [])
    monkeypatch.setenv("COURSE_MODE", "grade")
    hints.button("halving", HINTS)
    monkeypatch.delenv("COURSE_MODE")
    monkeypatch.delitem(sys.modules, "ipywidgets")
    hints.button("halving", HINTS)
    assert shell.published == []
    assert "ipywidgets" not in sys.modules


WINDOWS = """
import sys
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None  # as on Windows: importing it fails
import numpy as np
from tests.course_lib.check_tools import Notebook
book = Notebook()
book.run("def half(x):\\n    return x * 2")
try:
    book.run('with check("halving") as expect:\\n    expect("of one", half(1))')
except Exception as error:
    assert type(error).__name__ == "CheckFailed", error
book.run("hint()\\nshown = str(progress())")
import course_lib, pkgutil, importlib
for package in ("checks", "evidence", "data", "viz", "widgets"):
    folder = importlib.import_module(f"course_lib.{package}")
    for found in pkgutil.iter_modules(folder.__path__, folder.__name__ + "."):
        importlib.import_module(found.name)
import grading.commands.learner, grading.commands.study
"""


def test_nothing_that_a_learner_runs_imports_what_windows_lacks(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", WINDOWS], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "Hint 1 of 3" in done.stdout
