"""A check stands on what the lesson gave: whatever was done to its cells and names, right work keeps its points."""

import pytest

from grading.lessons.cells import defined_names
from tests.grading import small_lesson as small
from tests.grading.small_course import judged


def changed(setup=None, after_setup="", last=""):
    """Right work whose import cell is `setup`, with cells of the student's own after it and at the end."""
    from nbformat.v4 import new_code_cell

    nb = small.right()
    if setup is not None:
        nb.cells[1].source = setup
    at = next(i for i, c in enumerate(nb.cells) if c.id == "setup") + 1
    if after_setup:
        nb.cells.insert(at, new_code_cell(after_setup))
    if last:
        nb.cells.append(new_code_cell(last))
    return nb


IMPORT = "from course_lib.checks import NotDone, check"
HARMLESS = {
    "a first line that only the student's machine has": f"from google.colab import drive\n{IMPORT}",
    "a package that is not here": f"import seaborn as sns\n{IMPORT}",
    "a magic that is not here": f"%matplotlib widget\n{IMPORT}",
    "the names by their old places": "from course_lib.nowhere import NotDone, check",
    "emptied": "# nothing",
    "no Python any more": "from course_lib.checks import (",
}


@pytest.mark.parametrize("setup", HARMLESS.values(), ids=HARMLESS)
def test_a_changed_import_cell_costs_nothing_and_is_told(setup, pool):
    verdict, repairs = judged(changed(setup), pool)
    assert verdict.score == verdict.points
    assert any("import cell: was changed; it runs as handed out" in r for r in repairs)


def test_a_deleted_import_cell_is_put_back(pool):
    nb = small.right()
    nb.cells = [c for c in nb.cells if c.id != "setup"]
    verdict, repairs = judged(nb, pool)
    assert verdict.score == verdict.points
    assert any("import cell: was deleted and is restored" in r for r in repairs)


REBOUND = ["check = True", "del check", "check = lambda *a, **k: open('/dev/null')", "NotDone = check = None"]


UPROOTED = {  # what stands behind the names: reloaded, forgotten, patched, closed
    "a module of the course reloaded": "import importlib, course_lib.checks\nimportlib.reload(course_lib.checks)",
    "all of them forgotten": "import sys\nfor n in [n for n in sys.modules if n.startswith('course_lib')]:\n"
                             "    del sys.modules[n]",
    "numpy forgotten": "import sys\ndel sys.modules['numpy']",
    "numpy patched": "import numpy as np\nnp.array = np.asarray = None\nnp.sum = np.random.default_rng = lambda *a: 0",
    "Python patched": "import builtins\nbuiltins.max = builtins.sorted = 3",
    "no stream": "import sys\nsys.stdout = sys.stderr = None",
    "a closed stream": "import io, sys\nsys.stdout = io.StringIO()\nsys.stdout.close()",
}  # fmt: skip


@pytest.mark.parametrize("scratch", [*REBOUND, *UPROOTED.values()], ids=[*REBOUND, *UPROOTED])
def test_a_name_that_checks_need_is_what_the_lesson_made_of_it(scratch, pool):
    for notebook in (changed(after_setup=scratch), changed(f"{scratch}\n{IMPORT}"), changed(f"{IMPORT}\n{scratch}")):
        verdict, _ = judged(notebook, pool)
        assert verdict.score == verdict.points, verdict.cause


def test_a_value_in_the_place_of_pythons_function_is_named_where_an_answer_calls_it(pool):
    nb = small.submission(double="def double(x):\n    return sum([x, x])", tail=small.ANSWER_TAIL)
    from nbformat.v4 import new_code_cell

    nb.cells.insert(2, new_code_cell("total = 0\nsum = 0"))
    verdict, _ = judged(nb, pool)
    assert verdict.checks["double"].score == 0, "it fails in the student's notebook as well"
    assert verdict.cause == (
        "The answer to double calls Python's sum, but cell 3 of the notebook (`total = 0`) gives that name a value."
    )
    assert verdict.checks["tail"].passed


def test_a_failing_cell_of_the_students_own_costs_nothing_and_is_the_first_thing_told(pool):
    verdict, _ = judged(changed(after_setup="x = 1\nprint(undefined_name)"), pool)
    assert verdict.score == verdict.points
    assert verdict.cause.startswith("The first cell that failed is cell 3 of the notebook (`x = 1`)")
    assert "NameError in line 2, name 'undefined_name' is not defined" in verdict.cause


def test_a_cell_that_is_no_python_is_told_without_the_name_of_its_file(pool):
    verdict, _ = judged(changed(after_setup="x = 1\ny\u00a0= 3"), pool)
    assert verdict.cause.endswith("ended with SyntaxError in line 2, invalid non-printable character U+00A0.")


SHADOWS = ["from numpy import *", "from torch import *", "from pylab import *", "sum = max = float = range = len = 0"]


@pytest.mark.parametrize("line", SHADOWS)
def test_a_check_and_the_lessons_cells_have_pythons_own_functions(line, pool, monkeypatch):
    from nbformat.v4 import new_code_cell

    plain = small.notebook

    def with_builtins(hidden):
        nb = plain(hidden)
        nb.cells.insert(5, new_code_cell("SIZE = float(sum(x for x in range(3)))", id="given"))
        return nb

    by_max = 'with check("double") as expect:\n    expect("three", max(double(x) for x in (3, 2)))\n'
    monkeypatch.setattr(small, "CHECK_DOUBLE", by_max + '    expect("zero", round(double(0)) + len([]))')
    monkeypatch.setattr(
        small, "CHECK_TAIL", 'with check("tail") as expect:\n    expect("two", tail([1, int(SIZE) - 1]))'
    )
    monkeypatch.setattr(small, "notebook", with_builtins)
    verdict, _ = judged(changed(after_setup=line), pool)
    assert (verdict.score, verdict.cause) == (verdict.points, "")


@pytest.mark.parametrize("line", ["check = True", "del check", "check = expect = NotDone = 3\ndel NotDone"])
def test_so_it_is_where_an_answers_own_cell_takes_the_name_of_the_check(line, pool):
    nb = small.submission(double=f"{small.ANSWER_DOUBLE}\n{line}", tail=small.ANSWER_TAIL, guess="answer = 42")
    assert judged(nb, pool)[0].score == 6


def test_a_name_of_the_lesson_that_an_answers_cell_deletes_is_there_for_its_check(pool, monkeypatch):
    monkeypatch.setattr(
        small, "CHECK_DOUBLE", small.CHECK_DOUBLE.replace("double(3)", "double(len(NotDone('x').args) + 2)")
    )
    nb = small.submission(double=f"{small.ANSWER_DOUBLE}\ndel NotDone", tail=small.ANSWER_TAIL, guess="answer = 42")
    assert judged(nb, pool)[0].score == 6


def test_an_answer_keeps_what_its_star_import_made_of_a_name(pool):
    starred = "from numpy import *\ndef double(x):\n    return int(sum(array([[x], [x]]), axis=0)[0])"
    verdict, _ = judged(small.submission(double=starred), pool)
    assert verdict.checks["double"].passed


def test_what_an_answer_defines_is_the_students_also_under_a_name_of_the_lesson(pool):
    nb = small.submission(double="check = 2\ndef double(x):\n    return check * x", tail=small.ANSWER_TAIL)
    verdict, _ = judged(nb, pool)
    assert verdict.checks["double"].score == 0  # the answer itself made `check` a number: that is told, not mended
    nb = small.submission(double="factor = 2\ndef double(x):\n    return factor * x", tail=small.ANSWER_TAIL)
    assert judged(nb, pool)[0].checks["double"].passed


def test_a_wrong_answer_stays_wrong_and_the_cause_is_no_stub(pool):
    verdict, _ = judged(small.submission(double="def double(x):\n    return x"), pool)
    assert verdict.checks["double"].score == 0
    assert verdict.cause == ""


def test_the_answer_below_a_timing_magic_counts_and_is_found_without_metadata(pool):
    nb = small.submission(double="%%time\n" + small.ANSWER_DOUBLE, tail=small.ANSWER_TAIL)
    for cell in nb.cells:
        cell.metadata = {}
        cell["id"] = f"lost-{nb.cells.index(cell)}"
    verdict, _ = judged(nb, pool)
    assert verdict.checks["double"].passed
    assert defined_names("%%capture out\ndef f():\n    pass") == {"f"}
    assert defined_names("%%bash\ndef f():\n    pass") == frozenset()


TAKEN_AWAY = [
    "%reset -f",
    "%reset -sf",
    "%reset_selective -f .",
    "globals().clear()",
    "get_ipython().reset()",
    "%xdel both",
]


@pytest.mark.parametrize("line", TAKEN_AWAY)
@pytest.mark.parametrize("place", ["setup", "solve-double", "check-double"])
def test_what_a_cell_takes_away_is_there_for_the_next(line, place, pool, monkeypatch):
    from nbformat.v4 import new_code_cell

    plain = small.notebook

    def with_more(hidden):
        nb = plain(hidden)
        nb.cells[1].source += "\nimport operator\nboth = operator.add"
        return nb

    monkeypatch.setattr(small, "notebook", with_more)
    nb = small.submission(double="def double(x):\n    return both(x, x)", tail=small.ANSWER_TAIL, guess="answer = 42")
    at = next(i for i, cell in enumerate(nb.cells) if cell.id == place) + 1
    nb.cells.insert(at, new_code_cell(line))
    verdict, _ = judged(nb, pool)
    assert verdict.score == 6, verdict.cause
