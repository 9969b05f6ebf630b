"""A lesson of two exercises, a prediction and a written question, made by hand: the witness for the grading tests."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.course.skeleton import make_skeleton

LESSON = "90_small"
STUB_DOUBLE = 'def double(x):\n    """Twice x."""\n    raise NotDone("double")'
STUB_TAIL = 'def tail(xs):\n    """All but the first."""\n    raise NotDone("tail")'
ANSWER_DOUBLE = 'def double(x):\n    """Twice x."""\n    return 2 * x'
ANSWER_TAIL = 'def tail(xs):\n    """All but the first."""\n    return xs[1:]'
GUESS = "answer = ...  # replace the dots by your prediction"
HIDDEN_DOUBLE = '    ### BEGIN HIDDEN TESTS\n    expect("large", double(1000))\n    ### END HIDDEN TESTS'
HIDDEN_TAIL = '    ### BEGIN HIDDEN TESTS\n    expect("one", tail([9]))\n    ### END HIDDEN TESTS'
CHECK_DOUBLE = 'with check("double") as expect:\n    expect("three", double(3))\n    expect("zero", double(0))'
CHECK_TAIL = 'with check("tail") as expect:\n    expect("two", tail([1, 2]))'
CHECK_GUESS = 'with check("guess") as expect:\n    expect("your guess", answer)'


def mark(grade_id, *, grade=False, solution=False, locked=False, points=None, kind="code"):
    meta = {
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        "schema_version": 3,
        "grade_id": grade_id,
        "cell_type": kind,
    }
    if points is not None:
        meta["points"] = points
    return {"nbgrader": meta}


def notebook(hidden):
    """The release, or with `hidden` the instructor's source."""
    tail = {"double": "\n" + HIDDEN_DOUBLE, "tail": "\n" + HIDDEN_TAIL} if hidden else {"double": "", "tail": ""}
    locked_check = {"grade": True, "locked": True}
    return new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        cells=[
            new_markdown_cell("# A small lesson", id="head"),
            new_code_cell("from course_lib.checks import NotDone, check", id="setup"),
            new_markdown_cell("### Exercise 90.1 · Double", id="task-double"),
            new_code_cell(STUB_DOUBLE, id="solve-double", metadata=mark("double", solution=True)),
            new_code_cell(
                CHECK_DOUBLE + tail["double"],
                id="check-double",
                metadata={**mark("check-double", **locked_check, points=2), "tags": ["raises-exception"]},
            ),
            new_markdown_cell("### Exercise 90.2 · Tail", id="task-tail"),
            new_code_cell(STUB_TAIL, id="solve-tail", metadata=mark("tail", solution=True)),
            new_code_cell(
                CHECK_TAIL + tail["tail"],
                id="check-tail",
                metadata={**mark("check-tail", **locked_check, points=3), "tags": ["raises-exception"]},
            ),
            new_code_cell(GUESS, id="solve-guess", metadata=mark("guess", solution=True)),
            new_code_cell(
                CHECK_GUESS,
                id="predict-guess",
                metadata={**mark("predict-guess", **locked_check, points=1), "tags": ["raises-exception"]},
            ),
            new_markdown_cell(
                "*Write your answer here.*",
                id="question-why",
                metadata=mark("question-why", grade=True, solution=True, points=4, kind="markdown"),
            ),
        ],
    )


def skeleton():
    return make_skeleton(LESSON, notebook(False), notebook(True))


def submission(**answers):
    """A submitted notebook with these cells' sources replaced, by grade id."""
    nb = notebook(False)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers.pop(grade_id)
    assert not answers, f"no such cells: {answers}"
    return nb


def right():
    return submission(double=ANSWER_DOUBLE, tail=ANSWER_TAIL, guess="answer = 42", **{"question-why": "Because."})


def raw(nb):
    return nbformat.writes(nb).encode()


def line(position, label, value, **more):
    return {"position": position, "label": label, "kind": "value", "value": value, **more}


def records():
    """The expected values: only a hidden line shows the known mistake of `tail`, a visible one that of `double`."""
    from course_lib.evidence.compare import Record

    salted = {"salt": "s", "hash": salted_hash(42, "s")}
    squared = "that is x times x, not twice x"
    visible = {
        "double": {
            "lines": [line(0, "three", 6), line(1, "zero", 0)],
            "mistakes": [{"name": "squared", "say": squared, "lines": [line(0, "three", 9)]}],
            "points": 2,
        },
        "tail": {
            "lines": [line(0, "two", [2])],
            "mistakes": [{"name": "always two", "say": "a list may have any length", "lines": []}],
            "points": 3,
        },
        "guess": {"lines": [{"position": 0, "label": "your guess", "kind": "value", **salted}], "points": 1},
    }
    hidden = {
        "double": {
            "lines": [line(2, "large 1000", 2000)],
            "mistakes": [{"name": "squared", "say": squared, "lines": [line(2, "large 1000", 1_000_000)]}],
            "points": 2,
        },
        "tail": {
            "lines": [line(1, "secret input [9]", [])],
            "mistakes": [
                {"name": "always two", "say": "a list may have any length", "lines": [line(1, "secret input [9]", [2])]}
            ],
            "points": 3,
        },
    }
    for part in (visible, hidden):
        for check in part.values():
            check.update(forbid=[], hints=[], mistakes=check.get("mistakes", []))
    return {"visible": Record(LESSON, "visible", visible), "hidden": Record(LESSON, "hidden", hidden)}


def salted_hash(value, salt):
    from course_lib.evidence.predictions import hash_answer

    return hash_answer(value, salt)
