"""A fallback that calls a library passes; one that is the answer, written out, is told with its line."""

import pytest

from grading.lessons.lint import lint_lesson
from grading.lessons.source import parse_lesson
from tests.grading.means import TINY, TINY_MISTAKES, tiny

SAYS = "yours('double') falls back to the answer, written out in the lesson; let else_ call course_lib's version"
GOOD = [
    "f = yours('double', else_=ops.exp)",
    "f = yours('double', else_=lambda x: ops.exp(x))",
    "f = yours('double', else_=functools.partial(ops.exp))",
    "def g(x):\n    return ops.exp(x)\n\nf = yours('double', else_=g)",
    "def h(x):\n    return ops.exp(x)\n\ndef g(x):\n    return h(x)\n\nf = yours('double', else_=g)",
    "def g(x):\n    from sklearn.preprocessing import scale\n\n    return scale(x)\n\nf = yours('double', else_=g)",
    "g = ops.exp\nf = yours('double', else_=g)",
    "there = yours('double', else_=None) is not None",
    "f = mine('double', else_=lambda x: 2 * x)",
]
BAD = [
    "f = yours('double', else_=lambda x: 2 * x)",
    "f = yours('double', else_=np.exp)",
    "f = yours('double', else_=lambda ops: ops.exp(2))",
    "def g(x):\n    return np.multiply(2, x)\n\nf = yours('double', else_=g)",
    "def h(x):\n    return 2 * x\n\ndef g(x):\n    return h(x)\n\nf = yours('double', else_=g)",
    "def g(x):\n    return x if x < 1 else 2 * g(x / 2)\n\nf = yours('double', else_=g)",
    "g = lambda x: 2 * x\nf = yours('double', else_=g)",
    "f = yours('double', else_=7)",
]
IMPORTS = ("import numpy as np\n", "import functools\n\nimport numpy as np\n\nfrom course_lib import ops\n")


def lesson(code):
    return parse_lesson(tiny_text() + f"\n# %%\n{code}\n", tiny().path, TINY_MISTAKES)


def tiny_text():
    return TINY.replace(*IMPORTS)


@pytest.mark.parametrize("code", GOOD)
def test_a_fallback_of_the_library_passes(code):
    assert [p.text for p in lint_lesson(lesson(code)) if "falls back" in p.text] == []


@pytest.mark.parametrize("code", BAD)
def test_an_answer_written_out_is_told_with_its_line(code):
    (problem,) = [p for p in lint_lesson(lesson(code)) if "falls back" in p.text]
    lines = (tiny_text() + f"\n# %%\n{code}\n").split("\n")
    assert problem.text == SAYS
    assert "yours(" in lines[problem.line - 1]
