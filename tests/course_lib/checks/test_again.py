"""What an answer keeps from one run of a check to the next is told, whatever shapes the check uses."""

import pytest

from course_lib.checks import again
from course_lib.evidence.compare import AGAIN, check_line
from course_lib.evidence.observation import decode, encode
from tests.course_lib.check_tools import Notebook

CELL = """with check("f") as expect:
    x = np.ones(3)
    expect("three", f(x))
    expect("two", f(np.ones(2)))
    expect.unchanged("x afterwards", x)
    expect.work("steps", lambda n: f(np.ones(n)))
"""
KEEPS = {
    "a buffer by shape": """kept = {}
def f(x):
    total = kept.setdefault(x.shape, np.zeros(x.shape))
    total += x
    return total.copy()
""",
    "a default that grows": """def f(x, met={}):
    met[x.shape] = met.get(x.shape, 0) + 1
    return x * met[x.shape]
""",
    "an attribute of the function": """def f(x):
    f.calls = getattr(f, "calls", -1) + (x.size == 2)
    return x * (1 + f.calls)
""",
    "draws of its own": "def f(x):\n    return x + np.random.default_rng().normal(size=x.shape)\n",
    "raises the second time": """done = []
def f(x):
    if x.shape in done:
        raise ValueError("again")
    done.append(x.shape)
    return x
""",
}


def lines(answer, cell=CELL):
    return [(s.position, s.kind) for s in Notebook().seen(answer, cell).lines]


@pytest.mark.parametrize("answer", KEEPS.values(), ids=list(KEEPS))
def test_what_is_kept_from_call_to_call_is_told_at_its_line(answer):
    seen = Notebook().seen(answer, CELL.replace('    expect.work("steps", lambda n: f(np.ones(n)))\n', "")).lines
    assert [s.kind for s in seen] == ["value", "value", "unchanged", "again"]
    assert seen[-1].position in (0, 1)
    assert check_line({"kind": "value"}, seen[-1]).say == AGAIN


@pytest.mark.parametrize(
    "answer",
    [
        "def f(x):\n    return 2 * x\n",
        "cache = {}\ndef f(x):\n    return cache.setdefault(x.shape, 2 * x)\n",
        "def f(x):\n    return x + 1e-15 * np.random.default_rng().normal(size=x.shape)\n",
    ],
)
def test_an_answer_that_repeats_itself_is_seen_once(answer):
    assert lines(answer) == [(0, "value"), (1, "value"), (2, "unchanged"), (3, "work")]


def test_a_law_may_hold_with_other_numbers_each_time():
    cell = 'with check("f") as expect:\n    expect.same_as("law", f(1), f(1))\n    expect.at_least("size", f(1), 1)'
    answer = "calls = []\ndef f(x):\n    calls.append(x)\n    return 1 + (len(calls) > 3)"
    assert lines(answer, cell) == [(0, "same_as"), (1, "at_least")]


def test_an_exception_is_seen_once():
    assert lines("def f(x):\n    raise ValueError") == [(0, "raised")]


def test_work_is_counted_once():
    calls = []
    book = Notebook()
    book.names["calls"] = calls
    book.seen("def f(n):\n    calls.append(n)", 'with check("f") as expect:\n    expect.work("w", f)')
    assert calls == [16, 128]


def test_hidden_parts_and_long_checks_run_once(monkeypatch):
    hidden = CELL.replace('check("f")', 'check("f", part="hidden", start=4)')
    assert "again" not in [kind for _, kind in lines(KEEPS["a buffer by shape"], hidden)]
    monkeypatch.setattr(again, "SECONDS", -1.0)
    assert "again" not in [kind for _, kind in lines(KEEPS["a buffer by shape"])]


def test_the_second_run_sends_nothing_else_and_travels_through_the_pipe(tmp_path):
    sink = Notebook().seen(KEEPS["a buffer by shape"], CELL)
    assert sink.ended == [("f", "visible")]
    path = tmp_path / "frame"
    path.write_bytes(encode(sink.lines[-1]))
    with path.open("rb") as stream:
        assert decode(stream) == sink.lines[-1]


def test_the_second_run_asks_no_record_what_is_forbidden(monkeypatch):
    def read(check):
        raise AssertionError("the record was read again")

    monkeypatch.setattr("course_lib.checks._recorded_forbid", read)
    sink = Notebook().seen("def f(x):\n    return 2 * x", 'with check("f") as expect:\n    expect("twice", f(3))')
    assert [seen.kind for seen in sink.lines] == ["value"]
