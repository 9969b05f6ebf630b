"""check and expect only observe: positions, kinds, exceptions and limits, whatever the sink."""

import io
import sys
import warnings

import numpy as np
import pytest

from course_lib import checks
from course_lib.checks import NotDone, check, use_sink
from course_lib.evidence.observation import MAX_BYTES, Opaque
from tests.course_lib.check_tools import Collect, Notebook

GOOD = "def f(x):\n    return x * 2"


def seen(cell, before=GOOD, **options):
    return Notebook().seen(before, cell, **options)


def test_lines_are_counted_from_zero_and_name_what_was_seen():
    sink = seen('with check("f") as expect:\n    expect("two", f(1))\n    expect("four", f(2.0), rtol=1e-3)')
    assert [(s.check, s.part, s.position, s.label, s.kind, s.value, s.spec) for s in sink.lines] == [
        ("f", "visible", 0, "two", "value", 2, {}),
        ("f", "visible", 1, "four", "value", 4.0, {"rtol": 1e-3}),
    ]
    assert sink.ended == [("f", "visible")]


def test_a_hidden_part_goes_on_counting():
    sink = seen('with check("f-part", part="hidden", start=3) as expect:\n    expect("two", f(1))')
    assert [(s.check, s.part, s.position) for s in sink.lines] == [("f-part", "hidden", 3)]
    assert sink.ended == [("f-part", "hidden")]


def test_a_value_is_copied_when_it_is_expected():
    cell = 'with check("f") as expect:\n    x = np.zeros(2)\n    expect("a", x)\n    x += 1\n    expect("b", x)'
    assert [s.value.tolist() for s in seen(cell).lines] == [[0, 0], [1, 1]]


def test_an_exception_belongs_to_the_next_line_and_ends_the_cell():
    cell = 'with check("f") as expect:\n    expect("a", f(1))\n    expect("b", f())\n    expect("c", f(2))\nafter = 1'
    sink = seen(cell)
    assert [(s.position, s.kind) for s in sink.lines] == [(0, "value"), (1, "raised")]
    assert sink.lines[1].value["type"] == "TypeError"
    assert "missing 1 required positional argument" in sink.lines[1].value["message"]
    assert sink.ended == [("f", "visible")]


def test_the_learners_own_line_travels_with_an_exception():
    sink = seen('with check("f") as expect:\n    expect("a", f(0))', "def f(x):\n    y = x + 1\n    return y / x")
    assert sink.lines[0].value == {
        "type": "ZeroDivisionError",
        "message": "division by zero",
        "line": "line 3: return y / x",
    }


def test_leaving_the_process_inside_a_check_is_an_exception_like_any_other():
    sink = seen('with check("f") as expect:\n    expect("a", f(0))', "import sys\ndef f(x):\n    sys.exit(0)")
    assert [s.value["type"] for s in sink.lines] == ["SystemExit"]


def test_an_interrupt_goes_through_and_the_check_stays_open():
    book, sink = Notebook(), Collect()
    book.run("def f(x):\n    raise KeyboardInterrupt")
    with use_sink(sink), pytest.raises(KeyboardInterrupt):
        book.run('with check("f") as expect:\n    expect("a", f(0))')
    assert (sink.lines, sink.ended) == ([], [])


def test_an_exception_that_cannot_be_shown_is_still_observed():
    source = "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\ndef f(x):\n    raise Odd"
    (line,) = seen('with check("f") as expect:\n    expect("a", f(0))', source).lines
    assert (line.value["type"], line.value["message"]) == ("Odd", "(its message cannot be shown)")


def test_a_stub_says_which_exercise_is_not_done():
    (line,) = seen('with check("g-part") as expect:\n    expect("a", f(0))', 'def f(x):\n    raise NotDone("f")').lines
    assert (line.value["type"], line.value["message"]) == ("NotDone", "f")
    assert str(NotDone("f")) == "not done yet: f"
    assert "Not done yet: f" in NotDone("f")._render_traceback_()[0]


def test_a_law_observes_both_sides():
    (line,) = seen('with check("f") as expect:\n    expect.same_as("a", f(1), 1 + 1, rtol=0.1)').lines
    assert (line.kind, line.value, line.spec) == ("same_as", (2, 2), {"rtol": 0.1})


def test_a_bound_travels_beside_the_number():
    (line,) = seen('with check("f") as expect:\n    expect.at_least("a", f(1), 1.5)').lines
    assert (line.kind, line.value, line.spec) == ("at_least", 2, {"bound": 1.5})


def test_an_input_is_observed_after_the_call():
    cell = 'with check("f") as expect:\n    x = np.ones(2)\n    f(x)\n    expect.unchanged("a", x)'
    (line,) = seen(cell, "def f(x):\n    x *= 2\n    return x").lines
    assert (line.kind, line.value.tolist()) == ("unchanged", [2, 2])


RAISES = 'with check("f") as expect:\n    expect.raises("a", ValueError, lambda: f(1))\n    expect("b", 5)'


@pytest.mark.parametrize(
    ("body", "name"),
    [("raise UnicodeError('no')", "UnicodeError"), ("raise KeyError('no')", "KeyError"), ("return x", None)],
)
def test_what_a_call_raises_is_observed_and_the_cell_goes_on(body, name):
    lines = seen(RAISES, f"def f(x):\n    {body}").lines
    assert (lines[0].kind, lines[0].value["type"], lines[0].spec) == ("raises", name, {"error": "ValueError"})
    assert ("ValueError" in lines[0].value["family"]) is (name == "UnicodeError")
    assert lines[1].value == 5


def test_a_stub_raises_no_error_that_a_check_could_ask_for():
    cell = RAISES.replace("ValueError", "Exception")
    assert [s.kind for s in seen(cell, 'def f(x):\n    raise NotDone("f")').lines] == ["raised"]


WORK = 'with check("f") as expect:\n    expect.work("a", lambda n: f(list(range(n))))'


@pytest.mark.parametrize(
    ("body", "low", "high"),
    [
        ("return sum(x)", 1, 1.2),
        ("return [v + 1 for v in x]", 5, 8.5),
        ("return [a for a in x for b in x]", 40, 66),
        ("return x[0] + f(x[1:]) if x else 0", 6, 8.5),
    ],
)
def test_work_counts_steps_whatever_the_machines_speed(body, low, high):
    (line,) = seen(WORK, f"def f(x):\n    {body}").lines
    small, large = line.value
    assert low <= large / small <= high
    assert seen(WORK, f"def f(x):\n    {body}").lines[0].value == line.value


def test_counting_gives_the_trace_function_back_even_when_the_call_fails():
    def trace(frame, event, arg):
        return None

    sys.settrace(trace)
    try:
        assert seen(WORK, "def f(x):\n    return 1 / 0").lines[0].kind == "raised"
        assert sys.gettrace() is trace
    finally:
        sys.settrace(None)


def test_nothing_that_the_learners_code_prints_or_warns_reaches_the_streams(capsys):
    source = """
import sys, warnings, logging
def f(x):
    print("printed")
    print("error", file=sys.stderr)
    warnings.warn("careful")
    logging.warning("logged")
    np.zeros(1) / 0
    return x
"""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(seen('with check("f") as expect:\n    expect("a", f(1))', source).lines) == 1
    assert capsys.readouterr() == ("", "")


def test_endless_printing_does_not_fill_the_memory():
    book = Notebook()
    book.run("def f(x):\n    for _ in range(1000):\n        print('x' * 10_000)")
    with use_sink(Collect()):
        book.run('with check("f") as expect:\n    expect("a", f(1))\n    import sys\n    printed = sys.stdout')
    assert 10_000 <= len(book.names["printed"].getvalue()) < 50_000


def test_a_cell_shows_at_most_so_many_bytes():
    cell = f'with check("f") as expect:\n    for i in range(4):\n        expect(str(i), np.zeros({MAX_BYTES // 24}))'
    values = [s.value for s in seen(cell).lines]
    assert [isinstance(v, Opaque) for v in values] == [False, False, True, True]
    assert "8 MB" in values[2].name


def test_expect_after_its_check_is_an_error_in_one_sentence():
    book = Notebook()
    with use_sink(Collect()):
        book.run('with check("f") as expect:\n    expect("a", 1)')
        with pytest.raises(RuntimeError, match="closed"):
            book.run('expect("b", 2)')


def test_sinks_nest_and_give_way_again():
    outer, inner = Collect(), Collect()
    book = Notebook()
    with use_sink(outer):
        with use_sink(inner):
            book.run('with check("f") as expect:\n    expect("a", 1)')
        book.run('with check("f") as expect:\n    expect("a", 2)')
    assert [[s.value for s in sink.lines] for sink in (outer, inner)] == [[2], [1]]
    assert checks._sink is None


def test_a_sink_stays_in_force_without_with():
    sink = Collect()
    handle = use_sink(sink)
    try:
        Notebook().run('with check("f") as expect:\n    expect("a", 2)')
    finally:
        handle.__exit__()
    assert len(sink.lines) == 1


def test_labels_are_short_plain_text():
    cell = 'with check("f") as expect:\n    expect({"a": 1}, 1)\n    expect("é\\ud800" + "x" * 900, 2)'
    labels = [s.label for s in seen(cell).lines]
    assert labels[0] == "{'a': 1}"
    assert labels[1].startswith("é?xx")
    assert len(labels[1]) == 500


def test_importing_checks_is_quick_and_brings_no_heavy_library():
    import subprocess

    code = (
        "import sys, time; start = time.process_time(); import numpy; middle = time.process_time(); "
        "import course_lib.checks, course_lib.checks.learner, course_lib.checks.progress_file; "
        "end = time.process_time(); "
        "heavy = {'torch', 'matplotlib', 'IPython', 'pandas', 'scipy', 'ipywidgets'} & set(sys.modules); "
        "print(round(end - middle, 3), sorted(heavy))"
    )
    best = None
    for _ in range(3):
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        seconds, heavy = out.split(maxsplit=1)
        assert heavy.strip() == "[]"
        best = min(best or 9.0, float(seconds))
    assert best < 0.25


def test_the_frame_a_sink_gets_can_travel():
    from course_lib.evidence.observation import decode, encode

    sink = seen('with check("f") as expect:\n    expect("a", f(np.ones(2)))\n    expect("b", f())')
    for line in sink.lines:
        assert repr(decode(io.BytesIO(encode(line)))) == repr(line)


def test_check_runs_outside_any_notebook_too():
    sink = Collect()
    with use_sink(sink), check("f") as expect:
        expect("a", np.float32(1))
    assert sink.lines[0].value.dtype == np.float32
