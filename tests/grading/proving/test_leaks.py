"""What is handed out is searched for what must not be in it: each kind of leak is found, and clean files are clean."""

import json
import zipfile

import pytest

from grading.errors import CourseError
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import instructor_notebook, student_notebook
from grading.proving.leaks import scan
from tests.grading.means import means, tiny

LONG = """def double(x):
    ### BEGIN SOLUTION
    out = []
    for value in x:
        twice = value + value
        if twice > 100:
            twice = twice * 1.0
        out.append(twice)
    return np.array(out)
    ### END SOLUTION
"""


@pytest.fixture(scope="module")
def lesson():
    """The small lesson with an answer of more than five statements."""
    old = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
    return tiny((old, LONG))


def written(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def notebook(*cells):
    made = [
        {"cell_type": kind, "id": f"c{i}", "metadata": {}, "source": source} for i, (kind, source) in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_the_built_notebooks_are_clean(lesson, tmp_path):
    for one in (means(), lesson):
        path = written(tmp_path, f"{one.slug}.ipynb", notebook_bytes(student_notebook(one)))
        assert scan([path], [means(), lesson]) == []


def test_the_instructors_notebook_is_found_out_in_every_way(lesson, tmp_path):
    path = written(tmp_path, "a.ipynb", notebook_bytes(instructor_notebook(lesson)))
    told = " ".join(scan([path], [lesson]))
    for kind in ("the marker 'BEGIN SOLUTION'", "a hidden test of 'double'", "the answer of 'double'", "5 statements"):
        assert kind in told


def test_an_answer_under_other_names_is_found(lesson, tmp_path):
    renamed = LONG.replace("value", "v").replace("out", "result").replace("double", "f").replace("twice", "t")
    renamed = "\n".join(line for line in renamed.split("\n") if "###" not in line)
    for cell in (("code", renamed), ("markdown", f"Look:\n\n```python\n{renamed}```\n")):
        (told,) = scan([written(tmp_path, "b.ipynb", notebook(cell))], [lesson])
        assert told == "b.ipynb: cell 1 (c0): 5 statements of the answer of 'double'"
    (told,) = scan([written(tmp_path, "c.py", renamed)], [lesson])
    assert told == "c.py: 5 statements of the answer of 'double'"


def test_other_code_of_the_same_length_is_no_answer(lesson, tmp_path):
    code = "def f(x):\n    a = 1\n    b = 2\n    for c in x:\n        a = a + c\n        b = b * c\n    return a + b\n"
    assert scan([written(tmp_path, "d.ipynb", notebook(("code", code)))], [lesson]) == []


def test_the_library_may_hold_the_same_ideas(lesson, tmp_path):
    renamed = LONG.replace("value", "v").replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
    written(tmp_path, "x/course_lib/ops/elementwise.py", renamed)
    assert scan([tmp_path / "x"], [lesson]) == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"outputs": [{"output_type": "stream"}]}, "an output or an execution count"),
        ({"execution_count": 3}, "an output or an execution count"),
        ({"attachments": {"a.png": {}}}, "an attachment"),
        (
            {"source": "# rng = np.random.default_rng(971)\n  rng=np.random.default_rng( 971 )"},
            "a hidden test of 'double'",
        ),
        ({"source": "### BEGIN HIDDEN TESTS"}, "the marker 'BEGIN HIDDEN TESTS'"),
    ],
)
def test_what_a_cell_must_not_hold_is_found(lesson, tmp_path, edit, says):
    data = json.loads(notebook(("code", "1")))
    data["cells"][0].update(edit)
    assert scan([written(tmp_path, "e.ipynb", json.dumps(data))], [lesson]) == [f"e.ipynb: cell 1 (c0): {says}"]


def test_a_rubric_is_found(tmp_path):
    text = "One point each: unequal reliability, unequal sampling, an example."
    path = written(tmp_path, "f.ipynb", notebook(("markdown", text)))
    assert scan([path], [means()]) == ["f.ipynb: cell 1 (c0): the rubric of 'why_weights'"]


def test_a_sentence_of_a_model_answer_is_found_however_it_is_wrapped(tmp_path):
    sentence = "So does a survey that asked\ntoo few young people: each of them\nthen stands for more than one."
    path = written(tmp_path, "g.ipynb", notebook(("markdown", sentence)))
    assert scan([path], [means()]) == ["g.ipynb: cell 1 (c0): the model answer of 'why_weights'"]


def test_archives_are_opened_and_byte_code_and_hidden_files_are_found(lesson, tmp_path):
    path = tmp_path / "student.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("course_lib/__pycache__/ops.cpython-311.pyc", b"\0")
        archive.writestr("hidden/97_tiny.npz", b"")
        archive.writestr("notes/answer.py", LONG)
    told = scan([path], [lesson])
    assert "course_lib/__pycache__/ops.cpython-311.pyc: byte-code; leave it out" in told
    assert "hidden/97_tiny.npz: a file of solutions, known mistakes or hidden values; leave it out" in told
    assert any(t.startswith("notes/answer.py: 5 statements") for t in told)


def test_a_hidden_record_is_found_under_any_name(lesson, tmp_path):
    from course_lib.evidence.compare import Record, save_record

    for part, found in (("visible", []), ("hidden", ["r.npz: a record of hidden values; leave it out"])):
        save_record(tmp_path / "r.npz", Record(lesson.slug, part, {}))
        assert scan([tmp_path / "r.npz"], [lesson]) == found


def test_a_path_that_is_not_there_is_an_error(lesson, tmp_path):
    with pytest.raises(CourseError, match="is not there; build it first"):
        scan([tmp_path / "no.zip"], [lesson])
