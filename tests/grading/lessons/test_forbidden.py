"""A forbidden function is told by what a name was imported as, wherever its library shows it; no other library's is."""

import ast

import pytest

from grading.lessons.forbidden import forbidden_uses
from grading.lessons.lint import lint_lesson
from tests.grading.means import tiny

USES = [
    ("course_lib.ops.elementwise.exp", "np.exp(x)", False),
    ("numpy.exp", "np.exp(x)", True),
    ("course_lib.ops.elementwise.exp", "ops.exp(x)", True),
    ("course_lib.ops.elementwise.exp", "o.exp(x)", True),
    ("course_lib.ops.elementwise.exp", "course_lib.ops.elementwise.exp(x)", True),
    ("torch.nn.functional.conv2d", "torch.conv2d(x, x)", True),
    ("torch.nn.functional.conv2d", "np.conv2d(x, x)", False),
    ("numpy.linalg.norm", "x.norm()", False),
    ("numpy.linalg.norm", "np.linalg.norm(x)", True),
    ("torch.nn.functional.relu", "F.relu(x)", True),  # nobody imported F in sight: it may be torch's
    ("numpy.exp", "np.expm1(x)", False),
]


@pytest.mark.parametrize(("forbid", "written", "told"), USES, ids=lambda x: str(x))
def test_a_name_is_followed_to_its_library(forbid, written, told):
    lesson = tiny(
        ("import numpy as np\n", "import numpy as np\nimport course_lib.ops.elementwise as o\n"),
        ("minutes=1\n", f'minutes=1 forbid="{forbid}"\n'),
        ("    return 2 * x\n", f"    y = {written}\n    return 2 * x\n"),
    )
    found = [p.text for p in lint_lesson(lesson) if "which it forbids" in p.text]
    assert found == ([f"the answer of 'double' uses {written.split('(')[0]}, which it forbids; write it out"] * told)


@pytest.mark.parametrize(
    ("forbid", "module", "told"), [("numpy.exp", "numpy", True), ("course_lib.ops.elementwise.exp", "numpy", False)]
)
def test_an_import_is_told_by_its_library_too(forbid, module, told):
    lesson = tiny(("minutes=1\n", f'minutes=1 forbid="{forbid}"\n'))
    (exercise,) = lesson.exercises
    answer = ast.parse(f"def double(x):\n    from {module} import exp\n    return exp(x)")
    assert list(forbidden_uses(lesson, exercise, answer)) == [(2, "exp", True)] * told
