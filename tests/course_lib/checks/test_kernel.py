"""In a real kernel: messages are displayed, errors are one line, nothing is on stderr, Run All goes on."""

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.course_lib.check_tools import entry, write

REFERENCE = "def half(x):\n    return x / 2"
CHECK = 'with check("half") as expect:\n    expect("of one", half(1))\n    expect("of four", half(4.0))'
CHECK_BY_BUILTINS = (  # max of a generator, round to a whole number, a helper inside: Python's, whatever was imported
    'with check("half") as expect:\n    def each(xs):\n        return max(half(x) for x in xs)\n'
    '    expect("of one", abs(each([1])))\n    expect("of four", round(half(4)) + len([]) + 0.0)'
)
WRONG = {"whole": ("def half(x):\n    return x // 2", "// rounds down; / divides")}
CELLS = [
    "from course_lib.checks import NotDone, check, hint, progress, yours\nimport numpy as np\nimport sys, warnings",
    CHECK,
    'def half(x):\n    raise NotDone("half")',
    CHECK,
    "half(3)",
    "def half(x):\n    return x // 2",
    CHECK,
    "def half(x):\n    y = x - 1\n    return x / y",
    CHECK,
    "def half(x):\n    print('loud')\n    print('err', file=sys.stderr)\n    np.zeros(1) / 0\n"
    "    warnings.warn('w')\n    return np.divide(x, 2)",
    CHECK,
    "def half(x):\n    return x / 2",
    CHECK,
    'hint("half")',
    "progress()",
    'chosen = yours("half", else_=abs)\nchosen(6)',
    "check = half(4) == 2\nhint = [1]",
    CHECK,
    'hint("half")',
    "check, hint",
    "def check(x):\n    return x\ncheck(2)",
    CHECK,
    "from course_lib.checks import check, hint",
    CHECK,
    "from numpy import *\nround = abs = len = 5\ndef half(x):\n    return max(array([[x], [x - 1]]), axis=0)[0] / 2",
    CHECK_BY_BUILTINS,
    "def half(x):\n    while True:\n        x = x + 1",
    "import _thread, threading\nthreading.Timer(0.5, _thread.interrupt_main).start()\n" + CHECK,
]


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    """A folder with what is recorded of one exercise."""
    folder = tmp_path_factory.mktemp("lesson")
    made = entry(REFERENCE, CHECK, wrong=WRONG, forbid=["numpy.divide"], hints=["Think of `x / 2`."], points=2)
    write(folder / "expected", half=made)
    return folder


@pytest.fixture(scope="module")
def outputs(half):
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COURSE_MODE", "NBGRADER_EXECUTION"):
            patch.delenv(name, raising=False)
        return execute(CELLS, half)


def execute(cells, folder, *, allow_errors=True, env=None):
    """The outputs of each of the cells, run in a kernel in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, allow_errors=allow_errors, resources=where, timeout=60)
    client.execute(**({"env": env} if env else {}))
    return [cell.outputs for cell in notebook.cells]


def kinds(cell):
    return [output.output_type for output in cell]


def shown(cell):
    return "".join(o.data["text/plain"] for o in cell if o.output_type in ("display_data", "execute_result"))


def error(cell):
    (found,) = [o for o in cell if o.output_type == "error"]
    return found


def test_a_missing_function_is_told_and_the_next_cells_run(outputs):
    assert kinds(outputs[1]) == ["display_data"]
    assert shown(outputs[1]).startswith("○ half: not done yet")
    assert "There is no half yet" in shown(outputs[1])


def test_a_stub_is_one_friendly_line_wherever_it_is_called(outputs):
    assert "half: not done yet" in shown(outputs[3])
    assert shown(outputs[4]) == "Not done yet: half. Write it in its cell, run that cell, then run this one again."


def test_what_is_not_begun_ends_without_an_error_in_red(outputs):
    assert kinds(outputs[3]) == kinds(outputs[4]) == ["display_data"]


def test_a_cell_that_ended_calmly_has_failed_all_the_same(tmp_path):
    with pytest.raises(CellExecutionError, match="half"):
        execute([CELLS[0], CELLS[2], CELLS[4], "print('not reached')"], tmp_path, allow_errors=False)


@pytest.mark.parametrize("name", ["COURSE_MODE", "NBGRADER_EXECUTION"])
def test_where_a_program_reads_the_outputs_the_error_stays_among_them(half, name):
    _, _, stub, called = execute([CELLS[0], CELLS[2], CHECK, CELLS[4]], half, env={**os.environ, name: "grade"})
    assert error(stub).traceback == ["half: not done yet: see the message above."]
    assert error(called).traceback == [
        "Not done yet: half. Write it in its cell, run that cell, then run this one again."
    ]


def test_a_failing_check_displays_text_and_html_and_raises_one_line(outputs):
    assert kinds(outputs[6]) == ["display_data", "error"]
    assert set(outputs[6][0].data) == {"text/plain", "text/html"}
    often = "One mistake that gives this, of several that may: // rounds down; / divides."
    assert often in shown(outputs[6])
    say = f"Expected 0.5, got 0.\n{often}"
    kept = outputs[6][0].metadata["course_check"]
    assert kept.pop("answer")
    assert kept == {"id": "half", "passed": False, "say": say, "attempt": True}
    assert error(outputs[6]).ename == "CheckFailed"
    assert error(outputs[6]).evalue == "half: 1 of 2 right. of one: Expected 0.5, got 0."
    assert error(outputs[6]).traceback == ["half: 1 of 2 right: see the message above."]


def test_an_exception_points_at_the_cell_and_line_of_the_learner(outputs):
    assert "in half, cell [8]:\n     3 |     return x / y\n       |            ^^^^^" in shown(outputs[8])
    assert "division by zero" in shown(outputs[8])


def test_no_cell_writes_to_stderr_or_shows_a_frame_of_the_library(outputs):
    for cell in outputs:
        for output in cell:
            assert output.output_type != "stream" or output.name == "stdout"
            if output.output_type == "error":
                assert len(output.traceback) == 1
                assert "/course_lib/" not in output.traceback[0]


def test_delegation_is_caught_and_prints_and_warnings_are_kept(outputs):
    text = shown(outputs[10])
    assert "This calls the library's divide; write it yourself." in text
    assert "  loud\n  err" in text
    assert "UserWarning: w" in text


def test_a_passing_check_displays_and_raises_nothing(outputs):
    assert kinds(outputs[12]) == ["display_data"]
    assert shown(outputs[12]).startswith("✓ half: all 2 right")


def test_hints_progress_and_yours_display(outputs):
    assert "Hint 1 of 1" in shown(outputs[13])
    assert outputs[13][0].data["text/markdown"].startswith("**Hint 1 of 1**")
    assert "1 of 1 lessons done." in outputs[14][0].data["text/html"]
    assert outputs[15][0].text == "half: yours.\n"
    assert shown(outputs[15]) == "3.0"


def test_a_variable_that_took_the_name_of_check_or_hint_is_told_and_kept(outputs):
    for number, name, kind in ((17, "check", "bool"), (18, "hint", "list"), (21, "check", "function")):
        (line,) = error(outputs[number]).traceback
        assert line.startswith(f"`{name}` is yours now (of type {kind}), no longer the course's function: give")
    assert shown(outputs[19]) == "(True, [1])"
    assert shown(outputs[20]) == "2"
    assert shown(outputs[23]).startswith("✓ half: all 2 right")


def test_a_check_has_pythons_own_functions_and_the_answer_those_of_its_star_import(outputs):
    assert shown(outputs[25]).startswith("✓ half: all 2 right")


def test_an_interrupted_check_says_where_it_was_and_raises_one_line(outputs):
    text = shown(outputs[27])
    assert text.startswith("○ half: interrupted\n\n  You stopped this check while it ran.\n  in half, cell [27]:\n")
    assert " |     while True:" in text or " |         x = x + 1" in text
    assert error(outputs[27]).ename == "Interrupted"
    assert error(outputs[27]).traceback == ["half: interrupted: see the message above."]
