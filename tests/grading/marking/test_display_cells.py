"""Left out are only cells on which nothing that runs can depend; a verdict never changes by it."""

import pytest
from nbformat.v4 import new_code_cell

from grading.confinement.job import Limits
from grading.marking.display_cells import names_of, needed
from grading.marking.jobs import make_job, make_result
from grading.marking.overlay import overlay
from grading.marking.prepare import lay_over
from grading.marking.single import warm_pool
from grading.marking.verdict import from_json, to_bytes
from tests.grading import small_lesson as small


def left(*cells, running):
    """Which of the cells (numbered) are left out when `running` runs."""
    others = [(f"r{i}", source) for i, source in enumerate(running)]
    return sorted(set(range(len(cells))) - needed(list(enumerate(cells)), others).keys())


SHOWING = [
    "print('hello')",
    "x = 3\nprint(x)",
    "for i in range(3):\n    print(i)",
    "values = []\nfor i in range(3):\n    values.append(i)\nvalues",
    "import math\nmath.pi",
    "with open('f') as file:\n    text = file.read()\ntext",
    "table = {}\ntable['a'] = 1\ntable",
    "[y * y for y in range(4)]",
]


@pytest.mark.parametrize("cell", SHOWING)
def test_a_cell_that_only_shows_something_is_left_out(cell):
    assert left(cell, running=["def f(a):\n    return a", "f(2)"]) == [0]


NEEDED = [
    ("x = 3", "x + 1"),
    ("x = 3", "def f():\n    return x"),
    ("x = 3", "f = lambda: x"),
    ("x = 3", "[x for _ in range(2)]"),
    ("x = 3", "class A:\n    y = x"),
    ("x = 3", "x += 1"),
    ("def helper():\n    return 1", "helper()"),
    ("import math", "math.pi"),
    ("a, (b, *c) = 1, (2, 3)", "c"),
    ("for i in range(3):\n    pass", "i"),
    ("if True:\n    x = 1", "x"),
    ("with open('f') as file:\n    pass", "file"),
    ("(y := 3)", "y"),
    ("x = 1", "def f(k=x):\n    return k"),
    ("x = 1", "x = x + 1"),
    ("x = 1", "def f():\n    global x\n    x += 1"),
]


@pytest.mark.parametrize(("cell", "reader"), NEEDED)
def test_a_cell_whose_name_is_read_runs(cell, reader):
    assert left(cell, running=[reader]) == []


CHANGING = [
    "shared.append(3)",
    "shared[0] = 3",
    "shared.size = 3",
    "shared += [3]",
    "del shared[0]",
    "np.random.seed(3)",
    "torch.manual_seed(3)",
    "np.set_printoptions(3)",
    "plt.rcParams['a'] = 3",
    "plt.style.use('x')",
    "warnings.simplefilter('error')",
    "sys.setrecursionlimit(50)",
    "globals()['shared'] = 3",
    "exec('shared = 3')",
    "%matplotlib inline",
    "!rm -r data",
    "setattr(np, 'x', 3)",
    "def f():\n    global shared\n    shared = 2\nf()",
]


@pytest.mark.parametrize("cell", CHANGING)
def test_a_cell_that_may_change_what_others_see_runs(cell):
    assert left(cell, running=["import numpy as np, torch\nshared = [1, 2]", "shared"]) == []


def test_the_mode_of_a_network_is_no_look_up_by_text():
    assert left("x = 3", running=["net.eval()\n(net.train if was else net.eval)()"]) == [0]


@pytest.mark.parametrize(
    "dynamic", ["globals()['x']", "eval('x')", "frame.eval('x + @y')", "def f(:", "%timeit x", "exec(code)"]
)
def test_where_names_are_looked_up_by_text_everything_runs(dynamic):
    assert left("x = 3", running=[dynamic]) == []


def test_what_a_needed_cell_needs_runs_too():
    assert left("x = 3", "y = x + 1", "z = 5\nprint(z)", running=["y"]) == [2]


PARTS = [  # cell, what reads of it, what is left of it
    ("import math\nprint(math.pi)", "math.e", "import math\n"),
    ("print('on')\nfrom math import e\n\nprint(e)", "e", "\nfrom math import e\n\n"),
    ("@cache\ndef f():\n    return 1\nx = f()", "f()", "@cache\ndef f():\n    return 1\n"),
    ("class A:\n    y = 1\nA.y", "A()", "class A:\n    y = 1\n"),
    ("import a, b\nprint(a)", "def f():\n    return b", "import a, b\n"),
    ("import math\nx = 3", "x", "import math\nx = 3"),
    ("x = 3\ndef f():\n    return x", "f()", "x = 3\ndef f():\n    return x"),
    ("x = 3\ndef f(k=x):\n    return k", "f()", "x = 3\ndef f(k=x):\n    return k"),
    ("def f(k=1):\n    return k\nf = cache(f)", "f()", "def f(k=1):\n    return k\nf = cache(f)"),
    ("import math; print(math.pi)", "math.e", "import math; print(math.pi)"),
    ("import torch\ntorch.manual_seed(3)", "1 + 1", "import torch\ntorch.manual_seed(3)"),
    ("import torch\ndef f():\n    return 1\nx = torch.ones(f())", "x", None),
]


@pytest.mark.parametrize(("cell", "reader", "wanted"), PARTS)
def test_of_a_cell_whose_imports_and_functions_alone_are_read_the_rest_is_left_out(cell, reader, wanted):
    assert needed([("a", cell)], [("b", reader)]) == {"a": cell if wanted is None else wanted}


def test_what_a_function_needs_runs_with_it_and_nothing_else():
    helper, table, shown = "def f():\n    return y\nprint(f())", "y = 3\nz = 4", "import q\nq.show(y)"
    assert needed([(0, table), (1, helper), (2, shown)], [("b", "f()")]) == {
        0: table,
        1: "def f():\n    return y\n",
        2: shown,  # it reads what is bound, and might change it
    }
    whole = "def f(k=y):\n    return k\nx = 3"  # is run for its x, and its first line needs y
    assert needed([(0, table), (1, whole)], [("b", "x")]) == {0: table, 1: whole}
    assert needed([(1, helper), (2, shown.replace("(y)", "()"))], [("b", "f()")]) == {1: "def f():\n    return y\n"}


def test_a_variable_bound_above_in_the_same_cell_is_no_need_of_another():
    assert left("x = 3\nprint(x)", running=["x = 5\nx + 1"]) == [0]
    assert names_of("x = 5\ndef f():\n    return x").reads >= {"x"}


def test_nonsense_and_bombs_are_survived():
    for source in ("-" * 10**5 + "1", "(" * 10**5, "x = " * 10**4 + "1", "\0", "1" + "+1" * 10**5):
        assert left("x = 3", running=[source]) == [] or names_of(source).plain


@pytest.mark.parametrize("tag", ["practice", "gpu", "skip-execution"])
def test_a_copy_of_a_cell_that_is_not_run_is_not_run(tag, monkeypatch):
    long, plain = "for _ in range(10**9):\n    train()", small.notebook

    def with_training(hidden):
        nb = plain(hidden)
        nb.cells.append(new_code_cell(long, id="train", metadata={"tags": [tag]}))
        return nb

    monkeypatch.setattr(small, "notebook", with_training)
    nb, skeleton = small.right(), small.skeleton()
    nb.cells += [new_code_cell(f"{long}\n\n", id="copy"), new_code_cell(long.replace("9", "1"), id="shorter")]
    laid = overlay(small.raw(nb), skeleton).nb
    job = make_job(laid, skeleton, small.records(), fingerprint="x", limits=Limits(), files={})
    assert [step.source for step in job.steps if "train" in step.source] == [long.replace("9", "1")]


@pytest.mark.parametrize("student", ["ada", "chen", "dana", "emil", "goran", "kira"])
def test_verdicts_with_and_without_the_cells_left_out_are_the_same_bytes(demo, student):
    course, _ = demo
    spared = 0
    pool = warm_pool()
    for lesson in course.lessons:
        submission = course.submission(student, lesson)
        laid = lay_over(course, submission)
        told = []
        for whole in (False, True):
            job = make_job(
                laid.nb,
                course.skeleton(lesson),
                course.records(lesson),
                fingerprint="",
                limits=course.limits("*"),
                files=course.files(lesson),
                whole=whole,
            )
            spared += len(job.steps) * (1 if whole else -1)
            result = make_result(pool.submit(job).result(), course.records(lesson), course.skeleton(lesson))
            told.append(to_bytes(from_json(result["verdict"])))
        assert told[0] == told[1]
    assert spared > 5  # lesson 01 has two cells that only show, 09 five
