"""One line that needs what is not here, or nobody to answer it, costs none of the right work beside it."""

import textwrap

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from course_lib.evidence.observation import Seen
from grading.confinement.job import CellRun, Isolation, Limits, Run, Step
from grading.marking.cause import first_failed
from grading.marking.jobs import make_job
from grading.marking.overlay import overlay
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


def graded(nb, pool):
    """The verdict of a notebook, run in the sandbox."""
    return sc.judged(nb, pool)[0]


def above(lines):
    """Right work; the answer to `double` begins with these lines and needs a name that stands behind them."""
    answer = small.ANSWER_DOUBLE.replace("2 * x", "TWO * x")
    return small.submission(**{**RIGHT, "double": f"{lines}\nTWO = 2\n{answer}"})


RIGHT = {"double": small.ANSWER_DOUBLE, "tail": small.ANSWER_TAIL, "guess": "answer = 42"}
LINES = [
    "import pandas as pd",
    "import os, pandas, json as js\nassert js.loads('2') == 2 and os.sep",
    "import seaborn as sns\nsns.set()\nsns.set_theme(style='dark')",
    "import tensorflow as tf\ntf.config.run = 1\ntf.random.set_seed(3)",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "from tensorflow.keras import (\n    layers,\n    models as m,\n)",
    "from fastai.vision.all import *",
    "from numpy import no_such_function",
    "import numpy.no_such_module",
    "%load_ext lab_black",
    "%matplotlib widget",
    "%matplotlib qt",
    "import matplotlib\nmatplotlib.use('TkAgg')",
    "!pip install seaborn\n%pip install -q seaborn\n!python3 -m pip install x",
    "# my own answer\n%%time",
    "breakpoint()",
]


@pytest.mark.parametrize("lines", LINES)
def test_a_line_that_needs_what_is_not_here_costs_nothing(lines, pool):
    verdict = graded(above(lines), pool)
    assert (verdict.score, verdict.cause) == (verdict.points, "")


def test_so_it_is_in_a_cell_of_the_students_own(pool):
    nb = small.submission(**{**RIGHT, "double": small.ANSWER_DOUBLE.replace("2 *", "int(sqrt(4)) *")})
    nb.cells.insert(2, new_code_cell("import seaborn as sns\nsns.set()\nfrom math import sqrt"))
    assert graded(nb, pool).score == 6


WITHIN = [
    "import tensorflow as tf\nwith tf.device('/GPU:0'), tf.GradientTape() as tape:",
    "class Gpu:\n    def __enter__(self):\n        raise RuntimeError('no CUDA')\n    __exit__ = print\nwith Gpu():",
    "with open('weights.csv') as file:",
    "import warnings\nwith warnings.catch_warnings(record=True) as caught:",
]


@pytest.mark.parametrize("head", WITHIN)
def test_what_stands_inside_a_with_of_what_is_not_here_is_made(pool, head):
    answer = textwrap.indent(small.ANSWER_DOUBLE, "    ")
    assert graded(small.submission(**{**RIGHT, "double": f"{head}\n{answer}"}), pool).score == 6


def test_an_error_of_anothers_in_a_with_stays_one(pool):
    answer = textwrap.indent(small.ANSWER_DOUBLE, "    ")
    lines = f"with open('x', 'w') as file:\n    file.write('x')\n    1 / 0\n{answer}"
    verdict = graded(small.submission(**{**RIGHT, "double": lines}), pool)
    assert verdict.score == 4
    assert "ZeroDivisionError in line 3" in verdict.cause


def test_what_is_used_is_named_where_it_is_used(pool):
    answer = "import pandas as pd\n\ndef double(x):\n    return pd.Series(2 * x)"
    check = graded(small.submission(**{**RIGHT, "double": answer}), pool).checks["double"]
    assert check.score == 0
    assert "No module named 'pandas'" in check.reason


ELSEWHERE = [
    "import os\nos.chdir('/content')",
    "import numpy as np\nweights = np.load('weights.npy')\nassert weights.shape == (2, 3)\nbias = weights[0]",
    "text = open(r'C:\\Users\\me\\notes.txt').read()",
    "name = input('name? ')",
    "from .utils import help_me",
    "import urllib.request\nurllib.request.urlretrieve('https://example.org/x', 'x')",
    "import pandas as pd\nframe = pd.DataFrame()\nprint(frame)",
    "import tensorflow as tf\nprint(tf.__version__)",
    "import tensorflow as tf\nif tf.test.is_gpu_available():\n    print('fast')",
    "import torch_geometric as tg\nclass Net(tg.nn.Module):\n    pass",
    "raise AssertionError('Torch not compiled with CUDA enabled')",
    "class cuda:\n    is_available = bool\nassert cuda.is_available()",
    "class cuda:\n    is_available = bool\nif not cuda.is_available():\n    raise SystemError('GPU device not found')",
    "raise RuntimeError('PyTorch is not linked with support for mps devices')",
    "raise NotImplementedError('Could not run aten::empty with arguments from the MPS backend.')",
    "raise AttributeError('module torch._C has no attribute _cuda_setDevice')",
]


@pytest.mark.parametrize("lines", ELSEWHERE)
def test_a_statement_that_needs_what_is_elsewhere_is_told_and_costs_nothing_below(lines, pool):
    verdict = graded(above(lines), pool)
    assert verdict.score == verdict.points
    assert verdict.cause.startswith("The first cell that failed is the answer to double: it ended with")
    assert "NameError" not in verdict.cause


@pytest.mark.parametrize(
    "line", ["1 / 0", "raise RuntimeError('mine')", "raise NotImplementedError", "assert False", "here"]
)
def test_an_error_of_the_students_own_ends_the_cell(line, pool):
    check = graded(above(line), pool).checks["double"]
    assert (check.score, "NameError" in check.reason) == (0, True)


@pytest.mark.parametrize(
    "tried",
    [
        "try:\n    import pandas\nexcept ImportError:\n    TWO = 2",
        "%%writefile mine.py\nTWO = 2",
    ],
)
def test_an_import_that_the_student_has_seen_to_is_the_students(tried, pool):
    answer = small.ANSWER_DOUBLE.replace("2 * x", "TWO * x")
    nb = small.submission(**{**RIGHT, "double": f"{'' if 'try' in tried else 'from mine import TWO'}\n{answer}"})
    nb.cells.insert(2, new_code_cell(tried))
    assert graded(nb, pool).score == 6


def test_a_last_line_still_shows_its_value(pool):
    skeleton = small.skeleton()
    nb = small.right()
    nb.cells.insert(2, new_code_cell("import numpy as np\nimport pandas as pd\nnp.arange(3)"))
    laid = overlay(small.raw(nb), skeleton)
    job = make_job(laid.nb, skeleton, small.records(), fingerprint="x", limits=Limits(), files={})
    outputs = pool.run(job).cells["own-2"].outputs
    assert any("array([0, 1, 2])" in str(output.get("data")) for output in outputs)
    assert any("No module named 'pandas'" in str(output.get("text")) for output in outputs)


DECORATED = ["@njit\n{}", "@nb.njit(parallel=True)\n{}", "import jax\n@jax.jit\n@njit()\n{}"]
HINTED = "def double(x: nb.Number, *, y: list[nb.Number] = 1) -> nb.Number:\n    return 2 * x"


@pytest.mark.parametrize("answer", [*(text.format(small.ANSWER_DOUBLE) for text in DECORATED), HINTED])
def test_a_decorator_or_a_hint_of_a_library_that_is_not_here_costs_nothing(answer, pool):
    verdict = graded(
        small.submission(**{**RIGHT, "double": f"import numba as nb\nfrom numba import njit\n{answer}"}), pool
    )
    assert (verdict.score, verdict.cause) == (verdict.points, "")


def test_other_decorators_do_what_they_do(pool):
    answer = "import numba\ndef negated(f):\n    return lambda x: -f(x)\n\n@negated\n" + small.ANSWER_DOUBLE
    assert graded(small.submission(**{**RIGHT, "double": answer}), pool).checks["double"].score == 0


@pytest.mark.parametrize("module", ["jax.numpy", "cupy"])
def test_a_library_in_the_place_of_another_is_named_and_told(module, pool, monkeypatch):
    said = f"No module named '{module.split('.')[0]}'"
    plain = small.notebook

    def with_math(hidden):
        nb = plain(hidden)
        nb.cells.insert(2, new_code_cell("import math as m", id="given"))
        return nb

    by_math = 'with check("double") as expect:\n    expect("three", m.floor(double(3)))\n    expect("zero", double(0))'
    monkeypatch.setattr(small, "CHECK_DOUBLE", by_math)
    monkeypatch.setattr(small, "notebook", with_math)
    verdict = graded(small.submission(**{**RIGHT, "double": f"import {module} as m\n{small.ANSWER_DOUBLE}"}), pool)
    assert said in verdict.checks["double"].reason
    assert verdict.checks["tail"].score == 3


def test_a_check_that_cannot_even_begin_is_the_first_thing_told():
    error = {"output_type": "error", "ename": "TypeError", "evalue": "'bool' object is not callable", "traceback": []}
    run = Run("finished", {"check-double": CellRun("check-double", "error", [error])}, [], Isolation("none"))
    said = first_failed(run, (Step("check-double", small.CHECK_DOUBLE, "double"),), small.skeleton())
    assert said.startswith("The first cell that failed is the check of double: it ended with TypeError")


def test_a_library_that_is_not_here_under_the_name_of_the_check_costs_nothing(pool):
    verdict = graded(small.submission(**{**RIGHT, "double": f"import cupy as check\n{small.ANSWER_DOUBLE}"}), pool)
    assert (verdict.score, verdict.cause) == (6, "")


@pytest.mark.parametrize("line", ["import math as check", "check = None", "import pandas as check", "del check"])
def test_a_name_that_one_answer_spoils_is_mended_for_the_others(line, pool):
    verdict = graded(small.submission(**{**RIGHT, "double": f"{small.ANSWER_DOUBLE}\n{line}"}), pool)
    assert verdict.checks["tail"].score == 3
    assert verdict.checks["guess"].score == 1


def test_a_name_that_an_exercise_asks_for_is_the_students_in_every_check(pool, monkeypatch):
    plain = small.notebook

    def with_rate(hidden):
        nb = plain(hidden)
        nb.cells.insert(2, new_code_cell("rate = 1", id="given"))
        if hidden:
            at = next(i for i, cell in enumerate(nb.cells) if cell.id == "solve-double")
            nb.cells[at].source = f"{small.ANSWER_DOUBLE}\nrate = 2"
        return nb

    monkeypatch.setattr(small, "CHECK_TAIL", 'with check("tail") as expect:\n    expect("two", tail([1, rate]))')
    monkeypatch.setattr(small, "notebook", with_rate)
    nb = with_rate(False)
    for cell in nb.cells:
        cell.source = {"solve-double": f"{small.ANSWER_DOUBLE}\nrate = 2", "solve-tail": small.ANSWER_TAIL}.get(
            cell.id, cell.source
        )
    assert graded(nb, pool).checks["tail"].passed


@pytest.mark.parametrize("line", ["x = x or input()", "input('go on?')", "import pdb; pdb.set_trace()"])
def test_who_waits_for_the_keyboard_is_told_so(line, pool):
    answer = f"def double(x):\n    {line}\n    return 2 * x"
    check = graded(small.submission(**{**RIGHT, "double": answer}), pool).checks["double"]
    assert "waits for somebody at the keyboard" in check.reason
    verdict = graded(above("input()"), pool)
    assert "it waits for somebody at the keyboard" in verdict.cause


def test_an_error_that_ipython_prints_is_told(pool):
    nb = small.submission(**RIGHT)
    nb.cells.insert(2, new_code_cell("%%no_such\nx ="))
    assert "UsageError, Cell magic `%%no_such` not found" in graded(nb, pool).cause


TYPED = [
    "def double(x):\n\u00a0\u00a0\u00a0\u00a0return 2 * x",
    "def double(x):\n    y\u202f= 2 * x\u200b\n    return y",
    "def double(x):\n    “””Twice x.”””\n    return 2 * x",
    "def double(x):\n    return {‘a’: 2 * x, “b”: 0}[‘a’]",
    "def double(x):\n    return 3 * x \N{MINUS SIGN} 2 * x \N{EN DASH} \N{HYPHEN}x",
    "def double\N{FULLWIDTH LEFT PARENTHESIS}x）：\n    return （２ ＊ x）",
    "def double(x):\N{LINE SEPARATOR}    \u202areturn 2 * x\u202c",
    "def double(x):\n\u00a0   return 2 * x\nprint(1 → 2)",
    "def double(x):\x85    y = 2 * x\x85    return y",
    "\N{RIGHT-TO-LEFT MARK}def double(x):\n\N{IDEOGRAPHIC SPACE}return\N{THIN SPACE}2 * x\N{WORD JOINER}",
]


@pytest.mark.parametrize("answer", TYPED)
def test_spaces_and_quotes_of_a_web_page_are_read_as_they_were_meant(answer):
    laid = overlay(small.raw(small.submission(double=answer)), small.skeleton())
    source = next(c.source for c in laid.nb.cells if c.id == "solve-double")
    space = {}
    exec(source, space)
    assert space["double"](4) == 8
    assert "double: signs of a web page, a PDF or a text program are Python's again" in laid.repairs


@pytest.mark.parametrize("answer", ["def double(x):\n    return '“2”\u00a0'", "def double(x)\u00a0\n    return 2 * “"])
def test_text_that_is_python_or_would_be_none_stays(answer):
    laid = overlay(small.raw(small.submission(double=answer)), small.skeleton())
    assert next(c.source for c in laid.nb.cells if c.id == "solve-double") == answer


@pytest.mark.parametrize(("at", "told"), [(99, True), (2, False)])
def test_what_is_made_below_the_check_that_needs_it_is_told(at, told, pool):
    nb = small.submission(**{**RIGHT, "double": "def double(x):\n    return twice(x)"})
    nb.cells.insert(at, new_code_cell("def twice(x):\n    return 2 * x"))
    verdict = graded(nb, pool)
    assert verdict.checks["double"].passed != told
    said = "twice is made too late for the check of double, in cell 12 of the notebook (`def twice(x):`)"
    assert verdict.cause == (f"{said}: cells run from the top." if told else "")


@pytest.mark.parametrize("message", [None, 7, np.arange(3), ["name 'x' is not defined"], {}, "name 'x' is not defined"])
def test_whatever_a_check_says_it_raised_is_read(message):
    seen = [Seen("double", "visible", 0, "", "raised", {"type": np.arange(2), "message": message})]
    steps = [Step("check-double", "", "double"), Step("own-3", "x = 1")]
    told = first_failed(Run("finished", {}, seen, Isolation("none")), steps, small.skeleton())
    assert bool(told) == isinstance(message, str)


@pytest.mark.parametrize(
    ("reason", "said"),
    [("died", "it ended the whole process."), ("wall limit", "by the wall limit."), ("", "by a limit.")],
)
def test_a_cell_that_did_not_come_to_its_end_is_told_in_words(reason, said):
    cells = {"own-3": CellRun("own-3", "killed", [], reason=reason)}
    run = Run("finished", cells, [], Isolation("none"))
    assert first_failed(run, [Step("own-3", "x = 1")], small.skeleton()).endswith(said)


@pytest.mark.parametrize("line", ["%%writefile mine.py", "%%html"])
def test_an_answer_below_a_line_that_does_not_run_it_is_told(line, pool):
    verdict = graded(small.submission(**{**RIGHT, "double": f"{line}\n{small.ANSWER_DOUBLE}"}), pool)
    name = line.split()[0]
    assert verdict.cause == f"The answer to double begins with {name}, which does not run what stands below it."
    assert verdict.checks["double"].score == 0


@pytest.mark.parametrize("again", [small.ANSWER_DOUBLE, "double = lambda x: 2 * x"])
def test_an_answer_made_anew_below_its_failed_check_is_told(again, pool):
    nb = small.submission(**{**RIGHT, "double": "def double(x):\n    return x"})
    nb.cells.append(new_code_cell(again))
    said = graded(nb, pool).cause
    assert said.startswith("double is made anew below the check of double, in cell 12 of the notebook")
    nb = small.submission(**RIGHT)
    nb.cells.append(new_code_cell(again))
    assert graded(nb, pool).cause == ""


def test_so_is_none_that_was_written_to_a_file_and_read(pool):
    nb = small.submission(**{**RIGHT, "double": f"%%writefile mine.py\n{small.ANSWER_DOUBLE}"})
    nb.cells.insert(4, new_code_cell("from mine import double"))
    assert (graded(nb, pool).score, graded(nb, pool).cause) == (6, "")
