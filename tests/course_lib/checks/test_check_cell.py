"""Places are named as the check cell names them, and an input that was changed is told."""

import linecache
import types

import pytest

from course_lib.checks import lookup, session
from course_lib.checks.check_cell import CheckCell
from course_lib.checks.learner import CheckFailed
from tests.course_lib.check_tools import Notebook, entry, write

CELL = """with check("f") as expect:
    x, w = np.array([1.0, 2.0, 3.0]), np.array([[1.0, 0.0], [0.0, 1.0]])
    nodes = [1, 2]
    expect("both", (f(x), nodes))
    expect("inputs afterwards", (x, w))
    expect("x alone", x)
    expect.unchanged("x once more", x)
    expect(
        "over lines",
        (len(nodes), f(x) + 1),
    )
    for k in range(2):
        w = w * 1.0
        expect("w in a loop", (w, x))
"""


def cell(source=CELL):
    file = "/tmp/ipykernel_1/check_cell.py"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    return CheckCell(types.SimpleNamespace(f_code=types.SimpleNamespace(co_filename=file)))


@pytest.mark.parametrize(
    ("line", "say", "named"),
    [
        (4, "At [1][0]: expected 1, got 2.", "At nodes[0]: expected 1, got 2."),
        (4, "At [0][1, 2]: expected 1, got 2.", "At f(x)[1, 2]: expected 1, got 2."),
        (4, "Expected 2.0 at [1][1], got nan (1 of 2 values are not finite).", None),
        (5, "At [0][2]: a, the largest error is 3 at [0][1]: b.", "At x[2]: a, the largest error is 3 at x[1]: b."),
        (6, "At [2]: expected 1.0, got 2.0.", "At x[2]: expected 1.0, got 2.0."),
        (7, "Your function changed its input. At [2]: expected", "Your function changed its input. At x[2]: expected"),
        (9, "At [0]: expected 1, got 2.", "At len(nodes): expected 1, got 2."),
        (2, "At [0]: expected 1, got 2.", "At [0]: expected 1, got 2."),
        (None, "At [0]: expected 1, got 2.", "At [0]: expected 1, got 2."),
    ],
)
def test_a_place_is_named_as_the_cell_names_it(line, say, named):
    assert cell().named(say, line) == (named or say.replace("[1][1]", "nodes[1]"))


def test_a_cell_that_is_no_python_names_nothing():
    assert cell("%time x\nexpect('a', (x, y))").named("At [0]: e", 2) == "At [0]: e"


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_PROGRESS", "COURSE_EXPECTED"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path / "expected", f=entry("def f(v):\n    return v * 2", CELL))


def shown(capsys, source):
    book = Notebook()
    book.run(source)
    with pytest.raises(CheckFailed):
        book.run(CELL)
    return capsys.readouterr().out


def test_a_changed_input_is_told_by_its_name_whatever_fails_first(lesson, capsys):
    text = shown(capsys, "def f(v):\n    v *= 2\n    return v")
    assert text.count("Your function changed its input x.") == 1
    assert "At x[0]: expected 1.0, got 2.0" in text


def test_an_input_that_stayed_is_not_blamed(lesson, capsys):
    text = shown(capsys, "def f(v):\n    return v * 3")
    assert "changed its input" not in text
    assert "At f(x)[0]: expected 2.0, got 3.0; 3 of 3 values are wrong, the largest error is 3 at f(x)[2]" in text
    assert "expected          got\n  [2.0, 4.0, 6.0]   [3.0✗, 6.0✗, 9.0✗]" in text


def test_what_the_function_is_to_change_is_no_changed_input(tmp_path, lesson, capsys):
    step = CELL.split("    nodes")[0] + '    f(x)\n    expect("x afterwards", x)\n'
    write(tmp_path / "expected", lesson="02_step", f=entry("def f(v):\n    v *= 2", step))
    (tmp_path / "expected" / "01_test.npz").unlink()
    book = Notebook()
    book.run("def f(v):\n    v *= 3")
    with pytest.raises(CheckFailed):
        book.run(step)
    text = capsys.readouterr().out
    assert "At x[0]: expected 2.0, got 3.0" in text
    assert "changed its input" not in text
