"""What a learner is told: the first failure, the mistake it looks like, the next hint; one clean error, no more."""

import os
import time

import numpy as np
import pytest

from course_lib.checks import lookup, session
from course_lib.checks.learner import LATER, CheckFailed
from course_lib.checks.message import Message, Note, markdown, plain_markdown
from course_lib.evidence.predictions import hash_answer
from course_lib.evidence.records import record_line
from tests.course_lib.check_tools import Notebook, entry, write

REFERENCE = "def half(x):\n    if x < 0:\n        raise ValueError('x must not be negative')\n    return x / 2"
CHECK = """with check("half") as expect:
    expect("of one", half(1))
    expect("of an array", half(np.float64(4)) * np.arange(3.0))
    expect.raises("below zero", ValueError, lambda: half(-1))
"""
WRONG = {
    "whole": ("def half(x):\n    return x // 2", "// rounds down; / divides"),
    "zero": ("def half(x):\n    return x / (x - 1)", "you divide by zero when x is 1"),
}
HINTS = ["Think of `x / 2`.", "One half of **one** is 0.5.", "```python\ndef half(x):\n    ...\n```"]


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_EXPECTED"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def half(tmp_path):
    made = entry(REFERENCE, CHECK, wrong=WRONG, hints=HINTS, forbid=["numpy.divide"])
    write(tmp_path / "expected", half=made)
    return made


def outcome(book, cell, capsys):
    """`(passed, text shown, text of the error)` of one run of a check cell."""
    capsys.readouterr()
    try:
        book.run(cell)
    except CheckFailed as failed:
        (error,) = failed._render_traceback_()
        return False, capsys.readouterr().out, error
    return True, capsys.readouterr().out, ""


def run(source, capsys, cell=CHECK):
    book = Notebook()
    book.run(source)
    return outcome(book, cell, capsys)


def test_a_right_answer_gets_a_tick_for_each_line(half, capsys):
    passed, shown, _ = run(REFERENCE, capsys)
    assert passed
    assert shown.splitlines() == ["✓ half: all 3 right", "  ✓ of one", "  ✓ of an array", "  ✓ below zero"]


def test_a_habit_in_the_answers_own_text_is_said_where_no_value_explains_it(half, capsys):
    _, shown, _ = run("def half(x):\n    for one in [x]:\n        return one * one + 0.31", capsys)
    assert "The loop over `[x]` ends in its first round" in shown


def test_the_first_failure_is_explained_and_the_mistake_and_that_hints_are_there(half, capsys):
    passed, shown, error = run("def half(x):\n    return x // 2", capsys)
    assert not passed
    assert shown.splitlines() == [
        "✗ half: 1 of 3 right",
        "  ✗ of one",
        "  ✓ of an array",
        "  ✗ below zero",
        "",
        "of one:",
        "  Expected 0.5, got 0.",
        "  It looks like this: // rounds down; / divides.",
        "",
        'Stuck? hint() opens the first of 3 hints; later, hint("half") does.',
    ]
    assert error == "half: 1 of 3 right: see the message above."


TURNED = "def turned(x):\n    return np.tanh(x).T"
TURNED_CHECK = """with check("turned") as expect:
    expect("of a table", turned(np.arange(6.0).reshape(2, 3)))
"""
TURNED_HIDDEN = '    expect("secret label", turned(np.arange(8.0).reshape(4, 2)))\n'


def test_where_no_known_mistake_fits_the_relation_to_the_right_values_is_said(tmp_path, capsys):
    mistake = {"ones": ("def turned(x):\n    return np.ones_like(x)", "all are ones")}
    write(tmp_path / "expected", turned=entry(TURNED, TURNED_CHECK, wrong=mistake))
    passed, shown, _ = run("def turned(x):\n    return np.tanh(x)", capsys, TURNED_CHECK)
    assert not passed
    assert "  Your result is the expected one, transposed.\n" in shown
    _, shown, _ = run("def turned(x):\n    return np.ones_like(x)", capsys, TURNED_CHECK)
    assert "One mistake that gives this, of several that may: all are ones." in shown
    assert "Your result" not in shown


def test_a_relation_that_only_hidden_lines_show_is_said_without_numbers(tmp_path, monkeypatch, capsys):
    write(tmp_path / "expected", turned=entry(TURNED, TURNED_CHECK))
    book = Notebook()
    lines = book.seen(TURNED, 'with check("turned", part="hidden", start=1) as expect:\n' + TURNED_HIDDEN).lines
    kept = {"lines": [record_line(s) for s in lines], "mistakes": [], "forbid": [], "hints": [], "points": 1}
    write(tmp_path / "hidden", part="hidden", turned=kept)
    monkeypatch.setenv("COURSE_HIDDEN", str(tmp_path / "hidden"))
    capped = "def turned(x):\n    return np.tanh(x).T * (7 if len(x) > 3 else 1)"
    alone = 'with check("turned", part="hidden", start=1) as expect:\n' + TURNED_HIDDEN
    for cell in (TURNED_CHECK + TURNED_HIDDEN, alone):
        _, shown, error = run(capped, capsys, cell)
        assert "Every hidden value that is wrong differs in one way: a whole factor too much." in shown
        assert not any(secret in shown + error for secret in ("7", "secret label", "Expected"))


def test_an_exception_shows_the_learners_own_line_and_what_it_often_means(half, capsys):
    source = "def half(x):\n    y = x - 1\n    return helper(x, y)\n\ndef helper(x, y):\n    return 1 + (x / y)"
    _, shown, error = run(source, capsys)
    assert "Your code raised ZeroDivisionError: " in shown
    assert "in helper, your cell:" in shown
    assert "     6 |     return 1 + (x / y)\n       |                 ^^^^^\n" in shown
    assert "This often means: you divide by zero when x is 1." in shown
    assert "  ○ of an array  (not reached)" in shown
    assert "course_lib" not in shown + error


@pytest.mark.parametrize(
    ("body", "means"),
    [
        ("return np.ones(2) + np.ones(3)", "two arrays whose shapes do not fit"),
        ("return np.ones((2, 3)) @ np.ones((2, 3))", "the last axis of a must be as long as"),
        ("return None + 1", "without `return` gives None"),
        ("raise ValueError('odd')", ""),
        ("return np.ones(3)[3]", "count from 0"),
        ("return np.ones(3)[x / 1]", "an index must be an integer"),
        ("return np.zeros(x / 1)", "a size must be an integer"),
        ("return 1 if np.ones(3) == 1 else 0", "one truth value"),
        ("y = y + 1\n    return y", "a name is set"),
        ("a, b = 1, 2, 3", "the number of names"),
        ("return half(x)", "without ever reaching its end"),
        ("return np.ones(6).reshape(4, 2)", "multiply the sizes"),
        ("return [1].shape", "np.asarray"),
    ],
)
def test_common_errors_are_put_in_words(half, capsys, body, means):
    _, shown, _ = run(f"def half(x):\n    {body}", capsys)
    assert means in shown
    assert ("This often means" in shown) is bool(means)


def test_a_wrong_signature_points_at_the_call(half, capsys):
    _, shown, _ = run("def half():\n    return 1", capsys)
    assert "in the check cell:" in shown
    assert 'expect("of one", half(1))' in shown
    assert "compare your `def` line with the task's" in shown


def test_an_exception_in_what_the_cell_passes_in_points_at_the_learners_call(tmp_path, capsys):
    cell = 'with check("g") as expect:\n    expect("a", g(lambda v: 1 / v))'
    write(tmp_path / "expected", g=entry("def g(call):\n    return call(1)", cell))
    _, shown, _ = run("def g(call):\n    return call(0)", capsys, cell)
    assert "in g, your cell:\n     2 |     return call(0)" in shown


def test_a_function_that_was_never_defined_is_not_a_riddle(half, capsys):
    _, shown, _ = run("pass", capsys)
    assert "There is no half yet: write it in its cell, run that cell, then this one." in shown
    assert "|" not in shown


def test_a_name_that_an_open_exercise_asks_for_and_nobody_wrote_is_not_begun(tmp_path, capsys):
    cell = 'with check("open") as expect:\n    expect("size", len(mine))\n    expect("first", mine[0])'
    write(tmp_path / "expected", open=entry("mine = [3]", cell))
    _, shown, _ = run("pass", capsys, cell)
    assert shown.startswith("○ open: not done yet\n")
    assert "name 'mine' is not defined. Run the cell that defines it, then this one again." in shown


def test_a_name_that_is_missing_after_a_line_that_was_right_is_a_failed_check(tmp_path, capsys):
    cell = 'with check("open") as expect:\n    expect("size", len(mine))\n    expect("first", theirs[0])'
    write(tmp_path / "expected", open=entry("mine = theirs = [3]", cell))
    _, shown, _ = run("mine = [3]", capsys, cell)
    assert shown.startswith("✗ open: 1 of 2 right\n")


def test_a_stub_is_not_done_yet_and_costs_no_hint(half, capsys):
    book = Notebook()
    book.run('def half(x):\n    raise NotDone("half")')
    for _ in range(3):
        passed, shown, error = outcome(book, CHECK, capsys)
        assert not passed
        assert shown.startswith("○ half: not done yet\n  ○ of one\n  ○ of an array\n")
        assert 'If you are stuck: hint("half").' in shown
        assert "Hint" not in shown
        assert "Traceback" not in error
    book.run("def half(x):\n    return x")
    assert "opens the first of 3 hints" in outcome(book, CHECK, capsys)[1]


def test_prints_and_warnings_are_shown_modestly(half, capsys):
    source = "def half(x):\n    print('x is', x)\n    np.zeros(1) / 0\n    return x / 2"
    _, shown, _ = run(source, capsys)
    assert "Printed during the check:" in shown
    assert "  x is 1" in shown
    assert "RuntimeWarning: invalid value encountered in divide" in shown
    _, shown, _ = run("def half(x):\n    for i in range(500):\n        print(i)\n    return x / 2", capsys)
    assert "… " in shown
    assert len(shown.splitlines()) < 50


def test_delegation_is_told_and_the_other_lines_still_count(half, capsys):
    _, shown, _ = run("def half(x):\n    if x < 0: raise ValueError\n    return np.divide(x, 2)", capsys)
    assert "This calls the library's divide; write it yourself." in shown
    assert "  ✓ below zero" in shown


@pytest.mark.parametrize(
    "cell",
    [
        'with check("half") as expect:\n    expect("of one", half(1))',
        'with check("half") as expect:\n    pass',
        CHECK + '    expect("more", half(3))',
        CHECK + '    expect("of one", half(1))',
        CHECK.replace("expect.raises", "expect.same_as").replace("ValueError", "1"),
    ],
)
def test_a_changed_check_cell_does_not_pass(half, capsys, cell):
    passed, shown, _ = run(REFERENCE, capsys, cell)
    assert not passed
    assert "fresh copy" in shown or "was changed" in shown


def test_a_value_swapped_for_another_kind_does_not_pass(half, capsys):
    cell = 'with check("half") as expect:\n    expect.at_least("of one", half(1), 0)'
    assert not run(REFERENCE, capsys, cell)[0]


def test_a_check_without_recorded_values_says_where_it_looked(tmp_path, capsys):
    _, shown, error = run(REFERENCE, capsys)
    assert shown == ""
    assert f"There are no expected values for half; looked in {tmp_path / 'expected'}" in error


def test_a_damaged_record_is_one_sentence(tmp_path, half, capsys):
    (tmp_path / "expected" / "01_test.npz").write_bytes(b"junk")
    _, _, error = run(REFERENCE, capsys)
    assert "damaged. Copy that file again." in error
    assert "\n" not in error


def test_a_damaged_record_of_another_lesson_disturbs_no_one(tmp_path, half, capsys):
    (tmp_path / "expected" / "00_first.npz").write_bytes(b"junk")
    assert run(REFERENCE, capsys)[0]
    book = Notebook()
    book.run('hint("half")\nshown = str(progress())')
    assert "Hint 1 of 3" in capsys.readouterr().out
    assert "01 Test" in book.names["shown"]


def test_the_named_folder_comes_before_the_one_beside_the_notebook(tmp_path, half, capsys, monkeypatch):
    other = entry("def half(x):\n    if x < 0:\n        raise ValueError\n    return x / 4", CHECK)
    write(tmp_path / "named", half=other)
    monkeypatch.setenv("COURSE_EXPECTED", str(tmp_path / "named"))
    assert not run(REFERENCE, capsys)[0]
    monkeypatch.delenv("COURSE_EXPECTED")
    assert run(REFERENCE, capsys)[0]


def test_a_record_that_changes_is_read_again(tmp_path, half, capsys):
    assert run(REFERENCE, capsys)[0]
    write(tmp_path / "expected", half=entry(REFERENCE.replace("x / 2", "x / 4"), CHECK))
    os.utime(tmp_path / "expected" / "01_test.npz", ns=(1, 1))
    assert not run(REFERENCE, capsys)[0]


HIDDEN = '    expect("secret label", half(7))\n    expect("another", half(9))\n'


@pytest.fixture
def hidden(tmp_path, half, monkeypatch):
    book = Notebook()
    lines = book.seen(REFERENCE, 'with check("half", part="hidden", start=3) as expect:\n' + HIDDEN).lines
    wrong = book.seen(
        "def half(x):\n    if x < 0: raise ValueError\n    return x / 2 if x < 5 else 0.0",
        'with check("half", part="hidden", start=3) as expect:\n' + HIDDEN,
    ).lines
    mistake = {"name": "capped", "say": "it is not 0 from 5 on", "lines": [record_line(s) for s in wrong]}
    entry = {"lines": [record_line(s) for s in lines], "mistakes": [mistake], "forbid": [], "hints": [], "points": 1}
    write(tmp_path / "hidden", part="hidden", half=entry)
    monkeypatch.setenv("COURSE_HIDDEN", str(tmp_path / "hidden"))
    return monkeypatch


def test_hidden_lines_count_with_their_values_at_hand(hidden, capsys):
    passed, shown, _ = run(REFERENCE, capsys, CHECK + HIDDEN)
    assert passed
    assert shown.splitlines()[0] == "✓ half: all 5 right"
    assert shown.count("✓ hidden test") == 2


def test_a_hidden_failure_names_the_mistake_and_nothing_else(hidden, capsys):
    source = "def half(x):\n    if x < 0: raise ValueError\n    return x / 2 if x < 5 else 0.0"
    passed, shown, error = run(source, capsys, CHECK + HIDDEN)
    assert not passed
    assert "This hidden test fails." in shown
    assert "of several that may: it is not 0 from 5 on." in shown
    for secret in ("secret label", "3.5", "4.5", "Expected"):
        assert secret not in shown + error


def test_what_is_printed_where_hidden_lines_run_is_not_shown(hidden, capsys):
    source = "def half(x):\n    print('input', x)\n    if x < 0: raise ValueError\n    return x / 2"
    passed, shown, _ = run(source, capsys, CHECK + HIDDEN)
    assert passed
    assert "input" not in shown


def test_an_exception_in_a_hidden_test_shows_no_line(hidden, capsys):
    source = "def half(x):\n    if x < 0: raise ValueError\n    assert x < 5, x\n    return x / 2"
    _, shown, error = run(source, capsys, CHECK + HIDDEN)
    assert "This hidden test fails." in shown
    assert "assert" not in (shown + error).lower()


def test_a_cell_with_hidden_tests_fails_clearly_without_their_values(hidden, capsys):
    hidden.delenv("COURSE_HIDDEN")
    passed, shown, _ = run(REFERENCE, capsys, CHECK + HIDDEN)
    assert not passed
    assert "set COURSE_HIDDEN to the folder with their values" in shown


def test_a_cell_without_its_hidden_tests_fails_where_they_count(hidden, capsys):
    assert not run(REFERENCE, capsys, CHECK)[0]


def test_hidden_values_that_lack_the_check_are_one_sentence(tmp_path, hidden, capsys):
    hidden.setenv("COURSE_HIDDEN", str(tmp_path / "nowhere"))
    _, _, error = run(REFERENCE, capsys, CHECK)
    assert "there are no hidden values for 01_test" in error


def test_a_check_that_has_no_hidden_part_passes_beside_others_that_have(tmp_path, hidden, half, capsys):
    cell = 'with check("plain") as expect:\n    expect("a", half(3))'
    write(tmp_path / "expected", half=half, plain=entry(REFERENCE, cell))
    assert run(REFERENCE, capsys, cell)[0]


def test_the_hidden_part_alone_is_judged_by_the_hidden_record(hidden, capsys):
    cell = 'with check("half", part="hidden", start=3) as expect:\n' + HIDDEN
    assert run(REFERENCE, capsys, cell)[0]
    assert not run("def half(x):\n    return x", capsys, cell)[0]


def test_yours_is_the_learners_function_only_while_it_passes(half, capsys):
    book = Notebook()
    ask = 'chosen = yours("half", else_=abs)'

    def choice():
        capsys.readouterr()
        book.run(ask)
        return ("library" if book.names["chosen"] is abs else "mine"), capsys.readouterr().out.strip()

    assert choice() == ("library", "half: the library's, because yours has not been checked yet.")
    book.run(REFERENCE)
    assert choice()[0] == "library"
    outcome(book, CHECK, capsys)
    assert choice() == ("mine", "half: yours.")
    book.run(REFERENCE)  # the same cell run again
    assert choice()[0] == "mine"
    book.run(REFERENCE.replace("x / 2", "x / 2.0"))
    assert choice() == ("library", "half: the library's, because yours was changed after its check passed.")
    book.run("def half(x):\n    return 1")
    outcome(book, CHECK, capsys)
    assert choice() == ("library", "half: the library's, because yours does not pass its check yet.")


HALVER = "class Halver:\n    def of(self, x):\n        return x / 2"
HALVER_CHECK = 'with check("halver") as expect:\n    expect("of one", Halver().of(1))\n'


def test_yours_is_the_class_that_an_exercise_asks_for_under_a_name_of_its_own(tmp_path, capsys):
    write(tmp_path / "expected", halver=entry(HALVER, HALVER_CHECK, exercise={"names": ["Halver"]}))
    book = Notebook()

    def choice():
        book.run('chosen = yours("halver", else_=abs)')
        return book.names["chosen"]

    book.run(HALVER)
    assert choice() is abs
    outcome(book, HALVER_CHECK, capsys)
    assert choice() is book.names["Halver"]
    book.run(HALVER)  # the same cell run again
    assert choice() is book.names["Halver"]
    book.run(HALVER.replace("x / 2", "x / 2.0"))
    assert choice() is abs


def test_yours_is_not_the_helper_that_an_exercise_asks_for_beside_it(tmp_path, capsys):
    made = entry(REFERENCE, CHECK, exercise={"names": ["helper", "half"]})
    write(tmp_path / "expected", half=made)
    book = Notebook()
    book.run("def helper(x):\n    return x\n\n\n" + REFERENCE)
    outcome(book, CHECK, capsys)
    book.run('chosen = yours("half", else_=abs)')
    assert book.names["chosen"] is book.names["half"]


def test_every_check_of_an_exercise_must_pass_for_yours(tmp_path, capsys):
    whole, part = CHECK, CHECK.replace('"half"', '"half-part"')
    write(tmp_path / "expected", half=entry(REFERENCE, whole), **{"half-part": entry(REFERENCE, part)})
    book = Notebook()
    book.run(REFERENCE)
    outcome(book, whole, capsys)
    outcome(book, part + "    1 / 0", capsys)
    book.run('chosen = yours("half", else_=abs)')
    assert book.names["chosen"] is abs


def test_in_a_graded_run_yours_is_always_the_library_and_says_nothing(half, capsys, monkeypatch):
    book = Notebook()
    book.run(REFERENCE)
    outcome(book, CHECK, capsys)
    monkeypatch.setenv("COURSE_MODE", "grade")
    capsys.readouterr()
    book.run('chosen = yours("half", else_=abs)')
    assert book.names["chosen"] is abs
    assert capsys.readouterr().out == ""


def test_a_check_costs_under_fifty_milliseconds_with_a_whole_course_beside_it(tmp_path, half, capsys):
    big = {f"e{i}": {**half, "lines": half["lines"] * 8} for i in range(20)}
    for number in range(19):
        write(
            tmp_path / "expected",
            lesson=f"{number + 2:02}_other",
            **{f"{k}{chr(97 + number)}": v for k, v in big.items()},
        )
    book = Notebook()
    book.run(REFERENCE)
    outcome(book, CHECK, capsys)
    times = []
    for _ in range(5):
        start = time.process_time()
        outcome(book, CHECK, capsys)
        times.append(time.process_time() - start)
    assert min(times) < 0.05


def test_html_escapes_whatever_a_learner_wrote():
    texts = dict.fromkeys(("title", "label", "problem", "code", "place", "beside", "ask", "printed", "note"))
    texts = {name: f"<script>{name}" for name in texts}
    message = Message(passed=False, rows=[("<script>row", False)], mistakes=["<script>mistake"], **texts)
    html = message.html()
    assert "<script" not in html
    for name in (*texts, "row", "mistake"):
        assert f"&lt;script&gt;{name}" in html


def test_html_reads_without_colour_and_without_css():
    html = Message("t", False, [("a", True), ("b", False), ("c", None)]).html()
    for word in ("passed: ", "failed: ", "not reached: "):
        assert word in html
    assert "<style" not in html
    assert "#fff" not in html
    assert 'role="status"' in html


def test_the_bundle_holds_text_and_html():
    bundle, _ = Message("t", True, [("a", True)])._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "✓ t\n  ✓ a"
    assert Note("**b**")._repr_mimebundle_()["text/markdown"] == "**b**"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b < c` **d** *e*", "a <code"),
        ("one\n\ntwo", "<p"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("```python\nx < y\n```", "x &lt; y"),
        ("$a_i * b_i$", "$a_i * b_i$"),
        ("x_1 and y_2", "x_1 and y_2"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_the_markdown_of_hints_becomes_html(text, html):
    assert html in markdown(text)
    assert "`" not in plain_markdown(text)


def test_long_lists_of_passing_lines_are_folded_and_failing_ones_are_not():
    rows = [(str(i), True) for i in range(20)]
    assert "<details" in Message("t", True, rows).html()
    assert "<details" not in Message("t", False, [*rows, ("x", False)]).html()


def test_arrays_of_any_kind_make_a_readable_message(tmp_path, capsys):
    cell = 'with check("g") as expect:\n    expect("a", g())'
    values = [
        "np.arange(3)",
        "[1, {'a': (2,)}]",
        "'text'",
        "None",
        "1 + 2j",
        "np.array(['a'])",
        "{'k': np.ones(2)}",
        "True",
    ]
    for right in values:
        write(tmp_path / "expected", lesson="02_g", g=entry(f"def g():\n    return {right}", cell))
        lookup._loaded.clear()
        for other in (*values, "{1}", "np.array([None])", "lambda: 0", "float('nan')", "np.full(3, np.inf)"):
            passed, shown, _ = run(f"def g():\n    return {other}", capsys, cell)
            assert passed is (right == other)
            assert np.all([len(line) < 200 for line in shown.splitlines()])


# ------------------------------------------------------------------- predictions: the first answer counts

GUESS = """with check("guess") as expect:
    expect("how many", guess)
"""


@pytest.fixture
def prediction(tmp_path):
    line = {"kind": "value", "label": "how many", "salt": "s", "hash": hash_answer(11, "s")}
    seen = record_line(Notebook().seen("guess = 11", GUESS).lines[0])
    kept = {k: v for k, v in seen.items() if k != "value"} | line
    write(tmp_path / "expected", guess={**entry("guess = 11", GUESS), "lines": [kept]})


def guessed(book, value, capsys):
    book.run(f"guess = {value}")
    passed, shown, _ = outcome(book, GUESS, capsys)
    return passed, LATER in shown


def test_a_first_prediction_is_told_nothing_of_others_however_often_it_is_run(prediction, capsys):
    book = Notebook()
    assert [guessed(book, value, capsys) for value in ("11", "11", "11.0")] == [(True, False)] * 3


def test_a_later_prediction_is_told_that_the_first_one_counts(prediction, capsys):
    book = Notebook()
    told = [guessed(book, value, capsys) for value in ("...", "7", "7", "11", "11", "7")]
    assert told == [(False, False)] * 3 + [(True, True)] * 2 + [(False, False)]
    assert guessed(Notebook(), "11", capsys) == (True, True)  # also after the kernel
