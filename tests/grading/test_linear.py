"""Whatever reads a student's bytes takes time in proportion to their number, or has a bound: worst shapes, doubled."""

import contextlib
import gc
import io
import itertools
import json
import math
import time

import numpy as np
import pytest

from course_lib.evidence.compare import check_line, compare
from course_lib.evidence.difference import describe, short
from course_lib.evidence.habits import name_habit, name_slip
from course_lib.evidence.observation import Malformed, Seen, decode, encode
from course_lib.evidence.predictions import canonical
from course_lib.evidence.relations import diagnose
from grading.confinement.job import CellRun, Isolation, Job, Run, Step
from grading.confinement.outputs import tidy
from grading.course.intake import Refused, read_pieces
from grading.course.saved_outputs import without_outputs
from grading.lessons.cells import assigned_names, bound_names, defined_names, tree_of
from grading.marking.borrowed import borrowed
from grading.marking.cause import first_failed
from grading.marking.display_cells import needed, parts_of
from grading.marking.footing import founded
from grading.marking.overlay import overlay
from grading.marking.pasted import unpasted
from grading.marking.safe_markdown import safe_markdown
from grading.marking.safe_outputs import clean_html, is_base64, plain_text, safe_outputs
from grading.marking.shared import part_of
from grading.reporting import safe_html, similar
from tests.grading import small_lesson as small

FLOOR = 0.05  # seconds of CPU below which a time says nothing
GROWTH = 3.0  # at most, from n to 2n and from 2n to 4n
SIZES = {500: 4, 1000: 2, 2000: 1}  # n, and how often: a time too long would hide growth where n is small


def lines(n):
    return "".join(f"x{i} = {i}\n" for i in range(n))


def cells(n, source, kind="code"):
    made = [{"cell_type": kind, "metadata": {}, "source": source(i), "outputs": []} for i in range(n)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4}).encode()


def read(raw):
    try:
        return read_pieces(raw)
    except Refused:
        return None


def laid(raw):
    for cached in (assigned_names, bound_names, defined_names):
        cached.cache_clear()  # a submission that nobody has handed in before
    return overlay(raw, small.skeleton())


def frame(value):
    seen = encode(Seen("c", "visible", 0, "l", "value", value))

    def take():
        with contextlib.suppress(Malformed):
            decode(io.BytesIO(seen))

    return take


def forged(keys):
    head = {
        "check": "c",
        "part": "visible",
        "position": 0,
        "label": "",
        "kind": "value",
        "spec": {"dict": []},
        "arrays": [],
    }
    head = json.dumps({**head, "value": {"dict": [[key, 0] for key in keys]}}).encode()
    data = b"SEE1" + len(head).to_bytes(4, "little") + bytes(4) + head

    def take():
        with contextlib.suppress(Malformed):
            decode(io.BytesIO(data))

    return take


def line(value):
    return {"position": 0, "kind": "value", "value": value, "label": "l"}


def program(i):
    steps = [f"    x = x {'+-*/'[(i >> k) % 4]} {i * k}\n" for k in range(6)]
    return "def f(x):\n" + "".join(steps)


FORBID = {"double": ["course_lib.functional.relu"], "tail": ["course_lib.functional.relu"]}


def traced(*sources, answer="def double(x):\n    return helper(x)", file=""):
    """Looking for the library in an answer below these cells of the student's own; `file` lies beside it."""
    steps = [Step(f"own-{i}", source) for i, source in enumerate(sources)]
    job = Job("k", small.LESSON, (*steps, Step("double", answer)), forbid=FORBID, files={"mine.py": file.encode()})
    skeleton = small.skeleton()
    return lambda: borrowed(job, skeleton)


def failed(text):
    """The sentence on the first cell that failed, with this much in its error."""
    error = {"output_type": "error", "ename": text, "evalue": text, "traceback": [text] * 20}
    stream = {"output_type": "stream", "name": "stderr", "text": text}
    run = Run("finished", {"own-0": CellRun("own-0", "error", [stream, error])}, [], Isolation("none"))
    return lambda: first_failed(run, (Step("own-0", text[:1000]),), small.skeleton())


def told(right, wrong):
    """What is behind a wrong value."""
    record = {"lines": [line(right)], "mistakes": [], "parts": {0: "visible"}}
    return lambda: diagnose(record, [Seen("c", "visible", 0, "l", "value", wrong)])


BEGUN = "def double(x):\n    if x == 0:\n        return 0"
HASH = 2**61 - 1
READERS = {  # reader and shape: n -> a call
    "intake, brackets": lambda n: lambda: read(b'{"cells": ' + b"[" * 100 * n),
    "intake, texts": lambda n: lambda: read(json.dumps({"cells": [""] * 100 * n}).encode()),
    "intake, conflict marks": lambda n: lambda: read(b"<<<<<<<" * 100 * n),
    "intake, empty lines": lambda n: lambda: read(b"\n" * 1000 * n),
    "intake, many lines in a cell": lambda n: (lambda raw: lambda: read(raw))(cells(1, lambda i: "\r\n" * 100 * n)),
    "saved outputs, brackets": lambda n: lambda: without_outputs(b"[" * 100 * n),
    "saved outputs, quotes": lambda n: lambda: without_outputs(b'"\\"' * 100 * n),
    "saved outputs, names": lambda n: lambda: without_outputs(b'{"a":[{"outputs":[1],' * 10 * n),
    "overlay, cells": lambda n: (lambda raw: lambda: laid(raw))(cells(n, lambda i: f"def f{i}(): pass")),
    "overlay, copies of an answer": lambda n: (lambda raw: lambda: laid(raw))(
        cells(n // 4, lambda i: "def double(x):\n    return x")),
    "overlay, copies of a check": lambda n: (lambda raw: lambda: laid(raw))(
        cells(n // 4, lambda i: small.CHECK_DOUBLE)),
    "overlay, cells of text that is Python": lambda n: (lambda raw: lambda: laid(raw))(
        cells(n // 4, lambda i: f"def double(x):\n    return {i}", "markdown")),
    "overlay, one long text that is Python": lambda n: (lambda raw: lambda: laid(raw))(
        cells(1, lambda i: "def double(x):\n    return 2 * x\n" + lines(10 * n), "markdown")),
    "overlay, an answer cut up": lambda n: (lambda raw: lambda: laid(raw))(
        cells(n // 2, lambda i: f"    elif x == {i}:\n        return {i}" if i else BEGUN)),
    "overlay, merged cells and many lines": lambda n: (lambda raw: lambda: laid(raw))(
        cells(1, lambda i: f"{small.CHECK_DOUBLE}\n{small.CHECK_TAIL}\n" + lines(10 * n))),
    "overlay, many copies of merged cells": lambda n: (lambda raw: lambda: laid(raw))(
        cells(1, lambda i: f"{small.CHECK_DOUBLE}\n{small.CHECK_TAIL}\n" * (n // 4))),
    "overlay, words in many cells": lambda n: (lambda raw: lambda: laid(raw))(
        cells(n // 2, lambda i: f"words {i}" if i % 2 else f"# words {i}", "code")),
    "overlay, statements of two answers in a row": lambda n: (
        lambda text: lambda: part_of(text, {"a0"}, {"c0"}))(
        "\n".join(f"{a}{i} = {a}{i + 1}" for i in range(n // 4, -1, -1) for a in "ac")),
    "overlay, one long cell": lambda n: (lambda raw: lambda: laid(raw))(cells(1, lambda i: lines(n))),
    "code as pasted, fences": lambda n: lambda: unpasted("```\nx = (\n" * 5 * n),
    "code as pasted, prompts": lambda n: lambda: unpasted(">>> x = (\n" * 5 * n),
    "code as pasted, numbers": lambda n: lambda: unpasted("\n".join(f"{i} x = (" for i in range(5 * n))),
    "cell reading, parentheses": lambda n: lambda: tree_of("(" * 100 * n),
    "cell reading, sums": lambda n: lambda: tree_of("x = " + "1+" * 5 * n + "1"),
    "cell reading, lines": lambda n: (lambda text: lambda: needed([("a", text)], [("b", "y = 1")]))(lines(2 * n)),
    "cell cut in two, lines": lambda n: (lambda text: lambda: parts_of.__wrapped__(text))("import a\nx = 1\n" * n),
    "outputs as sent": lambda n: lambda: tidy(
        {"output_type": "display_data", "data": {"x": [[0]] * 20 * n}, "metadata": {}}, [10**9]),
    "is_base64, spaces": lambda n: lambda: is_base64("A" + " " * 20 * n + "!"),
    "is_base64, letters and spaces": lambda n: lambda: is_base64("A " * 10 * n + "!"),
    "is_base64, signs": lambda n: lambda: is_base64("=" * 20 * n + "!"),
    "plain text, escapes": lambda n: lambda: plain_text("\x1b[0;" * 200 * n),
    "plain text, one escape": lambda n: lambda: plain_text("\x1b[" + "0" * 1000 * n),
    "safe outputs, HTML": lambda n: lambda: safe_outputs(
        [{"output_type": "display_data", "data": {"text/html": "<b><p>" * n}}]),
    "safe outputs, many": lambda n: lambda: safe_outputs([{"output_type": "stream", "text": "<" * 1000}] * n),
    "HTML, scripts": lambda n: lambda: clean_html("<script" * 10 * n),
    "Markdown, brackets": lambda n: lambda: safe_markdown("[" * 10 * n),
    "Markdown, links": lambda n: lambda: safe_markdown("[a](" * 2 * n),
    "Markdown, emphasis": lambda n: lambda: safe_markdown("**a_" * 2 * n),
    "Markdown, macros": lambda n: lambda: safe_markdown("\\href" * 30 * n),
    "decode, items": lambda n: frame([0] * min(90_000, 50 * n)),
    "decode, text": lambda n: frame("é" * 1000 * n),
    "decode, keys of one hash": lambda n: forged([i * HASH for i in range(20 * n)]),
    "decode, keys of one hash in tuples": lambda n: forged([{"tuple": [i * HASH]} for i in range(20 * n)]),
    "decode, long numbers": lambda n: forged([10**1200 + i for i in range(n)]),
    "compare, lists": lambda n: lambda: compare([0] * 5 * n, [0] * 5 * n),
    "compare, dicts": lambda n: lambda: compare(dict.fromkeys(range(50 * n)), dict.fromkeys(range(1, 50 * n + 1))),
    "compare, arrays": lambda n: lambda: compare(np.zeros(250 * n), np.ones(250 * n)),
    "compare, texts": lambda n: lambda: compare("a" * 5000 * n, "b" * 5000 * n),
    "wording, a long text": lambda n: lambda: check_line(
        line(["a"]), Seen("c", "visible", 0, "l", "value", ["\0" * 1000 * n])),
    "wording, an array of texts": lambda n: lambda: check_line(
        line(np.array(["a"])), Seen("c", "visible", 0, "l", "value", np.array(["b" * 500 * n]))),
    "wording, keys": lambda n: lambda: short({str(i): i for i in range(50 * n)}) + describe([0] * n),
    "prediction": lambda n: lambda: canonical([[0.5] * 10] * 5 * n),
    "similar, a long answer": lambda n: (lambda text: lambda: similar.fingerprint(text))(lines(2 * n)),
    "similar, a long number": lambda n: (lambda text: lambda: similar.fingerprint(text))("x = 0x" + "f" * 1000 * n),
    "similar, a class": lambda n: (lambda prints: lambda: similar.groups(prints))(
        {str(i): similar.fingerprint(program(i)) for i in range(n // 2)}),
    "borrowed, one name over and over": lambda n: traced("helper = helper\n" * 10 * n),
    "borrowed, names in a row": lambda n: traced("".join(f"a{i} = a{i + 1}\n" for i in range(2 * n)) + "helper = a0"),
    "borrowed, long chains": lambda n: traced(*["helper = x" + ".a" * 800] * (n // 20)),
    "borrowed, all of a file": lambda n: traced(
        answer="from mine import *\n" * 4 * n, file="".join(f"a{i} = mine.b\n" for i in range(4 * n))),
    "borrowed, one name of a file": lambda n: traced("helper = mine.a\n" * 4 * n, file="a = a\n" * 4 * n),
    "borrowed, imports of all names": lambda n: traced(
        "from course_lib.functional import *\nhelper = relu = [print(relu)]\nrelu.x = 1\n" * n),
    "borrowed, odd lines": lambda n: traced("helper = 1\nx = !ls\nlen?\n    " * 2 * n),
    "borrowed, out of sight": lambda n: traced(*["exec(x)\n" * 20] * (n // 10), answer="pass"),
    "footing, names": lambda n: (lambda steps: lambda: founded(steps, (), small.skeleton()))(
        tuple(Step(f"own-{i}", f"a{i} = a{i + 1} = sum") for i in range(n))),
    "cause, escapes": lambda n: failed("\x1b[0;" * 200 * n),
    "cause, lines": lambda n: failed("line 3 (a.py, line 3)\n" * 50 * n),
    "habits, containers and functions": lambda n: lambda: name_habit(
        "".join(f"S{i} = []\ndef f{i}(x):\n    return x\n" for i in range(n))),
    "habits, one long chain": lambda n: lambda: name_habit("def f(x):\n    return log(x" + ".a" * n + " + 1e-9)"),
    "slips, functions": lambda n: lambda: name_slip("".join(f"def f{i}(x):\n    return x\n" for i in range(n))),
    "diagnosis, an array": lambda n: told(np.arange(3.0), np.cos(np.arange(100.0 * n))),
    "diagnosis, a list": lambda n: told([0.5, 1.5], [i * 0.1 for i in range(20 * n)]),
    "diagnosis, a dict": lambda n: told({"a": 1}, {str(i): -i for i in range(20 * n)}),
    "diagnosis, axes": lambda n: told(np.arange(8.0).reshape(2, 2, 2), np.zeros((1,) * (n // 70) + (n,))),
    "feedback, brackets": lambda n: lambda: safe_html.prose("[" * 10 * n),
    "feedback, tags": lambda n: lambda: safe_html.prose("<" * 10 * n),
    "feedback, code": lambda n: lambda: safe_html.highlight("'" * 10 * n),
}  # fmt: skip


def seconds(call, repeats):
    """CPU seconds of a call, the least of several."""
    times = []
    gc.collect()
    gc.disable()  # when it comes depends on what else there is
    try:
        for _ in range(repeats):
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(times)


@pytest.mark.parametrize("name", READERS)
def test_twice_the_bytes_take_less_than_three_times_as_long(name):
    calls, times = [READERS[name](n) for n in SIZES], [math.inf] * len(SIZES)
    for _ in range(20):  # a machine that others use changes its speed between two sizes: the best of some rounds counts
        measured = map(seconds, calls, SIZES.values())
        times = [min(before, now) for before, now in zip(times, measured, strict=True)]
        too_long = [twice for once, twice in itertools.pairwise(times) if twice >= max(GROWTH * once, FLOOR)]
        if not too_long:
            break
    assert not too_long, times
    assert times[-1] < 2, "and all of it is soon read"
