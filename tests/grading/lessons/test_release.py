"""The notebooks that the builder makes: what a student sees, what nbgrader sees, and that nothing else is there."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from grading.lessons.frame import notebook_bytes
from grading.lessons.release import (
    TEXT_STUB,
    code_stub,
    instructor_notebook,
    student_notebook,
)
from tests.grading.means import PATH, edited, means, tiny


@pytest.fixture(scope="module")
def student():
    return student_notebook(means())


@pytest.fixture(scope="module")
def instructor():
    return instructor_notebook(means())


def cell(notebook, id):
    return next(c for c in notebook.cells if c.id == id)


def test_two_builds_are_byte_for_byte_equal(student):
    assert notebook_bytes(student) == notebook_bytes(student_notebook(means()))


@pytest.mark.parametrize(
    "environment", [{"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C"}]
)
def test_another_process_elsewhere_builds_the_same_bytes(student, environment, tmp_path):
    code = (
        "import sys; from grading.lessons.frame import notebook_bytes; from grading.lessons.release import *; "
        "from grading.lessons.source import read_lesson; "
        "sys.stdout.buffer.write(notebook_bytes(student_notebook(read_lesson(sys.argv[1]))))"
    )
    env = {**os.environ, "PYTHONPATH": str(PATH.parents[4]), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code, str(PATH)], capture_output=True, cwd=tmp_path, env=env, check=True
    )
    assert done.stdout == notebook_bytes(student)


def test_the_notebook_is_valid_for_jupyter_and_for_nbgrader(student):
    nbformat.validate(json.loads(notebook_bytes(student)))
    MetadataValidator().validate_nb(student)
    assert student.metadata.kernelspec.name == "python3"
    assert "jupytext" not in student.metadata


def test_no_answer_hidden_test_rubric_or_model_answer_is_in_it(student):
    text = notebook_bytes(student).decode()
    for secret in (
        "/ w.sum()",
        "default_rng(981)",
        "default_rng(982)",
        "unequal reliability",
        "two thermometers",
        "SOLUTION",
        "HIDDEN",
        "MARK",
        "MODEL",
        "model answer",
    ):
        assert secret not in text
    assert "forgot the weights" not in text  # no variant
    assert "axis=1" in text  # but the program with the bug


def test_cells_carry_the_grade_ids_and_points_of_the_contract(student):
    found = {c.metadata.nbgrader.grade_id: c for c in student.cells if "nbgrader" in c.metadata}
    assert list(found) == [
        "weighted_mean",
        "check-weighted_mean",
        "centre",
        "check-centre",
        "predict_mean",
        "predict-predict_mean",
        "ask-why_weights",
        "question-why_weights",
    ]
    for id in ("weighted_mean", "centre", "predict_mean"):
        assert is_solution(found[id])
        assert not is_grade(found[id])
        assert found[id].metadata.deletable is False
    for id, points in (("check-weighted_mean", 2), ("check-centre", 1), ("predict-predict_mean", 0.1)):
        meta = found[id].metadata
        assert is_grade(found[id])
        assert is_locked(found[id])
        assert (meta.nbgrader.points, meta.editable, meta.deletable) == (points, False, False)
        assert "raises-exception" in meta.tags
    answer = found["question-why_weights"]
    assert is_grade(answer)
    assert is_solution(answer)
    assert (answer.source, answer.metadata.nbgrader.points) == (TEXT_STUB, 3)
    assert is_locked(found["ask-why_weights"])


def test_checksums_are_of_the_cells_as_released(student):
    for c in student.cells:
        if "nbgrader" in c.metadata:
            assert c.metadata.nbgrader.checksum == compute_checksum(c)


def test_a_stub_keeps_signature_and_docstring_and_says_not_done(student):
    assert cell(student, "weighted_mean").source == (
        'def weighted_mean(x, w):\n    """Mean of x (..., d) over the last axis with weights w (d,)."""\n'
        '    raise NotDone("weighted_mean")'
    )


def test_a_given_program_takes_the_whole_cell(student, instructor):
    assert cell(student, "centre").source == "def centre(x):\n    return x - x.mean(axis=1)"
    assert "axis=0" in cell(instructor, "centre").source


def test_a_prediction_has_dots_to_be_replaced(student):
    assert cell(student, "predict_mean").source == "answer = ...  # replace the dots by your prediction"


def test_an_exercise_is_headed_by_number_title_and_facts(student):
    source = cell(student, "task-weighted_mean").source
    assert source.startswith(
        "### Exercise 98.1 · Weighted mean\n\n*difficulty 1 of 5 · importance 3 of 5 · 5 minutes · 2 points*\n\nWrite"
    )
    assert cell(student, "task-centre").source.startswith("### Exercise 98.2 · Find the bug: A centred batch\n")


def test_the_lesson_is_headed_by_number_title_time_and_what_it_builds_on(student):
    assert student.cells[0].source.startswith("# 98 · Means\n\n*20 minutes · builds on lesson 0*\n\nHow far")


def test_hints_are_folded_in_one_cell_in_their_order(student):
    source = cell(student, "hint-weighted_mean").source
    assert source.count("<details>") == source.count("</details>") == 3
    assert source.index("the idea") < source.index("a small case") < source.index("the skeleton")
    assert source.index("Heavy samples") < source.index("10 / 4") < source.index("then divide")


def test_a_picture_is_an_image_and_its_code_is_gone(student):
    assert cell(student, "picture-two_means").source == "![A bar chart of two means](pictures/98_two_means.png)"
    assert "plt.bar" not in notebook_bytes(student).decode()


def test_a_practice_run_stands_as_written_and_is_passed_over_by_its_tag(student):
    practice = cell(student, "practice-means")
    assert practice.metadata.tags == ["practice", "skip-execution"]
    assert practice.source == next(c for c in means().cells if c.role == "practice").source


def test_cell_ids_stay_when_a_cell_is_added_elsewhere(student):
    longer = student_notebook(edited(("# %% [markdown]\n# ## Predict", "# %%\n1\n\n# %% [markdown]\n# ## Predict")))
    before, after = [c.id for c in student.cells], [c.id for c in longer.cells]
    assert len(set(after)) == len(after) == len(before) + 1
    assert set(before) < set(after)


def test_the_instructors_notebook_holds_answers_hidden_tests_and_rubrics(instructor):
    assert "/ w.sum()" in cell(instructor, "weighted_mean").source
    assert "default_rng(981)" in cell(instructor, "check-weighted_mean").source
    asked = cell(instructor, "ask-why_weights").source
    assert asked.index("unequal reliability") < asked.index("A model answer") < asked.index("two thermometers")


def test_nbgrader_itself_makes_the_same_release_of_the_instructors_notebook(instructor, student, tmp_path):
    from grading.course import LessonFiles, init

    slug = means().slug
    init(tmp_path / "course", [LessonFiles(slug, {f"{slug}.ipynb": notebook_bytes(instructor)}, b"")])
    made = nbformat.read(tmp_path / "course" / "release" / slug / f"{slug}.ipynb", as_version=4)
    assert [(c.id, c.cell_type, c.source, c.metadata) for c in made.cells] == [
        (c.id, c.cell_type, c.source, c.metadata) for c in student.cells
    ]


def test_a_stub_inside_a_class_is_indented_with_its_method():
    body = "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
    deeper = body.replace("    #", "        #").replace("    return", "        return")
    lesson = tiny((f"def double(x):\n{body}", f"class Two:\n    def __call__(self, x):\n{deeper}\n\ndouble = Two()\n"))
    assert cell(student_notebook(lesson), "double").source == (
        'class Two:\n    def __call__(self, x):\n        raise NotDone("double")\n\n\ndouble = Two()'
    )
    assert code_stub(lesson.exercise("double")) == 'raise NotDone("double")'
