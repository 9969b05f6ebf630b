"""Code that never ends is stopped after so many seconds of computing and told where it was, on any system."""

import signal
import time

import pytest

from course_lib.checks import lookup, session
from course_lib.checks.learner import CheckFailed, Interrupted
from course_lib.checks.patience import NeverEnds, Patience
from tests.course_lib.check_tools import Notebook, entry, write

CHECK = 'with check("f") as expect:\n    expect("a", f(1))\n    expect("b", f(2))'
RIGHT = "def f(x):\n    return x"


@pytest.fixture(autouse=True)
def _lesson(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_PROGRESS", "COURSE_EXPECTED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_SECONDS", "0.4")
    write(tmp_path / "expected", f=entry(RIGHT, CHECK))


ENDLESS = {
    "a loop": "def f(x):\n    while True:\n        x += 1",
    "every path": "def f(x):\n    def walk(n):\n        return n and walk(n - 1) + walk(n - 1)\n    return walk(99)",
    "deaf": "def f(x):\n    while True:\n        try:\n            x += 1\n        except Exception:\n            pass",
    "in a class": "class A:\n    def go(self):\n        while True:\n            pass\ndef f(x):\n    A().go()",
    "a generator": "def f(x):\n    def g():\n        while True:\n            yield 1\n    return sum(g())",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_stopped_with_a_sentence_and_the_line(name, capsys):
    book = Notebook()
    book.run(ENDLESS[name])
    start = time.process_time()
    with pytest.raises(CheckFailed):
        book.run(CHECK)
    assert time.process_time() - start < 2
    text = capsys.readouterr().out
    assert "Stopped after 0.4 seconds of computing. Your code was still running: a loop or recursion" in text
    assert "your cell:\n" in text
    assert "  ○ b  (not reached)" in text
    time.sleep(0.1)  # nothing comes after


def test_code_that_catches_everything_is_stopped_again_until_it_ends(capsys):
    book = Notebook()
    book.run(
        "n = 0\ndef f(x):\n    global n\n    while n < 3:\n        try:\n            while True:\n"
        "                x += 1\n                x -= 1\n"
        "        except:\n            n += 1\n    return 1"
    )
    with pytest.raises(CheckFailed):
        book.run(CHECK)
    assert book.names["n"] == 3


def test_what_takes_long_without_computing_or_in_the_check_itself_is_let_be(capsys):
    book = Notebook()
    book.run("import time\ndef f(x):\n    time.sleep(0.7)\n    return x")
    book.run(CHECK)
    book.run(RIGHT)
    book.run(
        CHECK.replace(
            'expect("b"', 'end = time.process_time() + 0.8\n    while time.process_time() < end: pass\n    expect("b"'
        )
    )
    assert capsys.readouterr().out.count("✓ f: all 2 right") == 2


def test_more_patience_can_be_given_and_an_odd_wish_is_the_usual(capsys, monkeypatch):
    from course_lib.checks.patience import patience

    book = Notebook()
    book.run(
        "from time import process_time\n"
        "def f(x):\n    end = process_time() + 0.5\n    while process_time() < end: pass\n    return x"
    )
    monkeypatch.setenv("COURSE_SECONDS", "30")
    book.run(CHECK)
    assert "✓ f: all 2 right" in capsys.readouterr().out
    for wish, seconds in (("much", 2.0), ("", 2.0), ("7", 7.0)):
        monkeypatch.setenv("COURSE_SECONDS", wish)
        assert patience() == seconds


def test_one_that_comes_too_late_is_called_back():
    with Patience(None, lambda frame: True, 0.01) as watched:
        time.sleep(0.3)
        watched._fired = True
    for _ in range(10_000):
        pass
    assert issubclass(NeverEnds, BaseException)


def test_no_signal_is_used(monkeypatch, capsys):
    def no(*args):
        raise AssertionError("a signal")

    for name in ("signal", "setitimer", "alarm"):
        monkeypatch.setattr(signal, name, no, raising=False)
    book = Notebook()
    book.run(ENDLESS["a loop"])
    with pytest.raises(CheckFailed):
        book.run(CHECK)


def test_an_interrupt_says_where_it_was(capsys):
    book = Notebook()
    book.run("def helper(x):\n    raise KeyboardInterrupt\ndef f(x):\n    return helper(x)")
    with pytest.raises(Interrupted) as stopped:
        book.run(CHECK)
    assert isinstance(stopped.value, KeyboardInterrupt)
    text = capsys.readouterr().out
    assert "○ f: interrupted" in text
    assert "in helper, your cell:\n     2 |     raise KeyboardInterrupt" in text
    assert session._failed == []
