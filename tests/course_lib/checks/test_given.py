"""The program as given is never diagnosed, whatever was done to its comments; a repair that fails is."""

import pytest

from course_lib.checks import lookup, session
from course_lib.checks.given import answer, code_of, fingerprint
from course_lib.checks.learner import CheckFailed
from tests.course_lib.check_tools import Notebook, entry, write

RIGHT = "def half(x):\n    return x / 2"
GIVEN = "def half(x):\n    # a half\n    return x // 2"
CHECK = 'with check("half") as expect:\n    expect("of four", half(4.0))\n    expect("of one", half(1))'


@pytest.fixture(autouse=True)
def _lesson(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_PROGRESS", "COURSE_EXPECTED"):
        monkeypatch.delenv(name, raising=False)
    about = {"names": ["half"], "given": fingerprint(GIVEN)}
    wrong = {"whole": (GIVEN, "// rounds down")}
    write(tmp_path / "expected", half=entry(RIGHT, CHECK, wrong=wrong, hints=["/"], exercise=about))


def shown(capsys, source):
    book = Notebook()
    book.run(source)
    with pytest.raises(CheckFailed) as failed:
        book.run(CHECK)
    return capsys.readouterr().out, failed.value


AS_IT_STOOD = [
    GIVEN,
    GIVEN.replace("    # a half\n", "\n\n"),
    GIVEN + "   # where is the fault?",
    "\n# mine\n" + GIVEN + "  \n\n",
    GIVEN.replace("    ", "\t"),
]


@pytest.mark.parametrize("source", AS_IT_STOOD)
def test_the_program_as_given_is_told_as_such_with_the_lines_that_fail(capsys, source, tmp_path):
    text, failed = shown(capsys, source)
    assert text.splitlines() == [
        "○ half: as given",
        "  ✓ of four",
        "  ✗ of one",
        "",
        "  As given: nothing repaired yet.",
    ]
    assert failed._render_traceback_() == ["half: as given: see the message above."]
    assert not (tmp_path / ".course-progress.json").exists()
    assert session._failed == []


@pytest.mark.parametrize(
    "source", [GIVEN.replace("// 2", "// int(2)"), GIVEN.replace("x //", "(x) //"), GIVEN + "\ny = 1"]
)
def test_what_was_done_to_it_is_an_attempt_and_diagnosed(capsys, source):
    text, _ = shown(capsys, source)
    assert "One mistake that gives this, of several that may: // rounds down." in text
    assert "Stuck? hint() opens a hint" in text


def test_a_given_program_that_passes_one_of_its_checks_passes_it(capsys, tmp_path):
    cell = CHECK.replace('"half"', '"half-even"').partition('\n    expect("of one"')[0]
    about = {"names": ["half"], "given": fingerprint(GIVEN)}
    write(tmp_path / "expected", **{"half-even": entry(RIGHT, cell, exercise=about)})
    book = Notebook()
    book.run(GIVEN)
    book.run(cell)
    assert capsys.readouterr().out.startswith("✓ half-even")


def test_a_string_that_looks_like_a_comment_counts():
    assert fingerprint('x = "a # b"') != fingerprint('x = "a # c"')
    assert fingerprint("x = 1  # b") == fingerprint("x = 1")
    assert fingerprint("def (") == fingerprint("def (  ")


def test_the_cell_of_a_class_or_a_decorated_function_is_found():
    book = Notebook()
    wrapped = "import functools\n@functools.lru_cache\ndef g(x):\n    return x"
    book.run("class A:\n    def f(self):\n        return 1")
    book.run(wrapped)
    assert answer(["A"], book.names) == fingerprint("class A:\n    def f(self):\n        return 1")
    assert answer(["missing", "g"], book.names) == fingerprint(wrapped)
    assert answer(["np"], book.names) == ""
    assert code_of(3) is None
