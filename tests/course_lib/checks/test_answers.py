"""Reference answers: only where an edition has them, and only after a pass or three honest tries."""

import json
import os

import pytest

from course_lib.checks import answers, lookup, session
from course_lib.checks.learner import CheckFailed
from tests.course_lib.check_tools import Notebook, entry, write

REFERENCE = "def half(x):\n    return x / 2"
WHY = "### Written question · Why not twice?\n\n*2 points*\n\nA good one."
CHECK = 'with check("half") as expect:\n    expect("of one", half(1))'


@pytest.fixture(autouse=True)
def _lesson(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_EXPECTED", "COURSE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "student").mkdir()
    write(tmp_path / "student" / "expected", half=entry(REFERENCE, CHECK))
    monkeypatch.chdir(tmp_path / "student")


@pytest.fixture
def _answers(tmp_path):
    (tmp_path / "answers").mkdir()
    cells = [{"id": "half", "source": REFERENCE.splitlines(keepends=True)}, {"id": "ask-why", "source": WHY}]
    (tmp_path / "answers" / "98_half_answers.ipynb").write_text(json.dumps({"cells": cells}))
    (tmp_path / "answers" / "99_damaged_answers.ipynb").write_text("{")


def attempt(number, capsys):
    book = Notebook()
    book.run(f"def half(x):\n    return x / 2 + {number}")
    capsys.readouterr()
    with pytest.raises(CheckFailed):
        book.run(CHECK)
    return capsys.readouterr().out


@pytest.mark.usefixtures("_answers")
def test_it_opens_after_three_tries_that_differ(capsys):
    assert "it has not been tried yet" in answers.shown("half")
    shown = [attempt(number, capsys) for number in (1, 1, 2)]
    assert "you have tried 2 of 3 times" in answers.shown("half")
    assert not any("The answer:" in text for text in shown)
    assert 'answer("half")' in attempt(3, capsys)
    assert answers.shown("half") == f"```python\n{REFERENCE}\n```"


@pytest.mark.usefixtures("_answers")
def test_it_opens_after_a_pass_and_by_the_function_itself():
    book = Notebook()
    book.run(REFERENCE)
    book.run(CHECK)
    assert "return x / 2" in answers.shown(book.names["half"])


@pytest.mark.usefixtures("_answers")
def test_a_written_question_shows_what_a_good_answer_has():
    title = "Why not twice?"  # is what a reader sees
    for name in ("why", "question-why", title, "why not twice", "why_not_twice"):
        assert answers.shown(name) == WHY
    assert answers.shown("Why not thrice?").endswith('Did you mean `answer("Why not twice?")`?')


@pytest.mark.usefixtures("_answers")
def test_no_name_at_all_is_one_sentence():
    assert answers.shown(None).startswith("Say which: ")
    assert "\n" not in answers.shown(None)


@pytest.mark.usefixtures("_answers")
def test_a_name_that_is_not_there_gets_the_nearest():
    assert answers.shown("hafl") == 'There is no exercise hafl. Did you mean `answer("half")`?'


def test_an_edition_without_answers_says_so_and_offers_nothing(capsys):
    for number in range(1, 5):
        assert "The answer:" not in attempt(number, capsys)
    assert answers.shown("half").startswith("There are no answers here")
    assert not os.path.exists("answers")
