"""What is read from an answer's text: each habit beside code that only looks like it."""

import pytest

from course_lib.evidence.compare import Record
from course_lib.evidence.habits import name_habit
from course_lib.evidence.observation import Seen
from course_lib.evidence.relations import diagnose
from grading.lessons.source import read_lessons
from grading.paths import Folders

FOUND = {
    "return in the loop": "def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n        return t",
    "default kept": "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
    "kept outside": "store = {}\ndef f(x):\n    store[x.shape] = x\n    return store[x.shape]",
    "own draws": "def f(x):\n    return x * (np.random.rand(*x.shape) < 0.5)",
    "absolute tolerance": "def f(a, b, tol):\n    return np.allclose(a, b, rtol=tol)",
    "added in the logarithm": "def f(p):\n    return -np.log(p + 1e-8)",
    "added above and below": "def f(a, b):\n    return (a + 1e-6) / (1e-6 + b)",
    "eight bits": "def f(n):\n    return np.array([n], dtype=np.uint8)",
}
CLEAN = {
    "a search that goes on": "def f(xs):\n    for x in xs:\n        if x < 0:\n            continue\n        return x",
    "a return under an if": "def f(xs):\n    for x in xs:\n        if x < 0:\n            return x\n    return 0",
    "a default that stays": "def f(x, shape=[2, 3]):\n    return x.reshape(shape)",
    "a list of its own": "def f(xs):\n    seen = []\n    seen.append(xs)\n    return seen",
    "a table that is read": "table = {1: 2}\ndef f(x):\n    return table[x]",
    "a parameter of that name": "store = {}\ndef f(store):\n    store[0] = 1\n    return store",
    "draws that are given": "def f(x, rng):\n    return x * (rng.random(x.shape) < 0.5)",
    "a seed of one's own": "def f(n):\n    return np.random.default_rng(3).normal(size=n)",
    "both tolerances": "def f(a, b):\n    return np.allclose(a, b, rtol=1e-3, atol=0)",
    "a guarded divisor": "def f(a, b):\n    return a / (b + 1e-6) + (a + 1.0) / (b + 1.0)",
    "log of one plus": "def f(x):\n    return np.log(x + 1.0)",
    "no Python": "def f(:",
}


@pytest.mark.parametrize("name", FOUND)
def test_a_habit_is_named(name):
    assert name_habit(FOUND[name]).name == name


@pytest.mark.parametrize("name", CLEAN)
def test_code_that_only_looks_like_it_is_left_alone(name):
    assert name_habit(CLEAN[name]) is None


def test_what_lives_between_calls_comes_first_where_a_second_call_differs():
    both = "def f(xs, seen=[]):\n    for x in xs:\n        seen.append(x)\n        return len(seen)"
    assert name_habit(both).name == "return in the loop"
    assert name_habit(both, again=True).name == "default kept"


def test_a_clock_is_named_where_a_second_call_differs():
    timed = "def f(step):\n    began = time.perf_counter()\n    step()\n    return time.perf_counter() - began"
    assert name_habit(timed) is None
    assert name_habit(timed, again=True).name == "own clock"


def record(*values):
    lines = [{"position": i, "label": "l", "kind": "value", "value": v} for i, v in enumerate(values)]
    return Record("l", "visible", {"c": {"lines": lines, "mistakes": []}}).checks["c"]


def seen(*values, kind="value"):
    return [Seen("c", "visible", i, "l", kind, v) for i, v in enumerate(values)]


def test_a_habit_is_said_only_where_values_explain_nothing_and_no_error_speaks():
    source = FOUND["return in the loop"]
    assert diagnose(record(6, 9), seen(1, 2), source).sentence.startswith("The loop over `xs` ends in its first round")
    error = {"type": "TypeError", "message": "m", "line": ""}
    assert diagnose(record(6, 9), seen(error, kind="raised"), source) is None
    assert diagnose(record(6, 9), [], source) is None
    known = {**record(6, 9), "mistakes": [{"name": "half", "say": "you halved it", "lines": record(3, 4.5)["lines"]}]}
    assert diagnose(known, seen(3, 4.5), source).name == "half"


def test_what_is_certain_comes_before_what_values_look_like():
    loop = FOUND["return in the loop"]
    assert diagnose(record(16, 90), seen(8, 45), loop).name == "by habit: return in the loop"
    assert (
        diagnose(record(16, 90), seen(8, 45), "def f(x):\n    return x").name
        == "by relation: divided by a whole number"
    )
    lines = record(16.0, 90.0)
    lines["lines"][1]["kind"] = "unchanged"
    changed = [*seen(8.0), Seen("c", "visible", 1, "l", "unchanged", 45.0)]
    writes = "def f(x):\n    x /= 2\n    return x"
    assert diagnose(lines, changed, writes).name == "by habit: writes into an argument"
    assert diagnose({**lines, "parts": {0: "visible", 1: "hidden"}}, changed, writes).name.endswith("an argument")


def test_no_right_answer_of_the_course_has_a_habit():
    told = [
        (lesson.slug, exercise.id, found.name)
        for lesson in read_lessons(Folders().solutions)
        for exercise in lesson.exercises
        for source in (exercise.reference, *(variant.source for variant in exercise.right))
        for found in [name_habit(source)]
        if found
    ]
    assert [found for found in told if found[2] != "unused argument"] == []
    assert len(told) <= 2  # an argument that an answer rightly does without
