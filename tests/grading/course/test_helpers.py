"""Python files beside a notebook: importable in that submission's sandbox alone, bounded, and told."""

import json

import pytest

from grading.course.helpers import MAX_BYTES, MAX_COUNT, imported, missing, read_helpers, refuse
from grading.marking import engine
from grading.marking.prepare import job_of, lay_over, state_of
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

HELPER = b"def twice(x):\n    return 2 * x\n"
IMPORTS = {**sc.RIGHT, "double": "from my_conv import twice\ndef double(x):\n    return twice(x)"}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("my_conv.py", ""),
        ("utils/__init__.py", ""),
        ("tests.py", ""),  # a folder of this project, not of the sandbox
        ("random.py", "Python has a module random"),
        ("_io.py", "Python has a module _io"),
        ("numpy.py", "an installed library is called numpy"),
        ("numpy/linalg.py", "an installed library is called numpy"),
        ("course_lib/nn.py", "the course's own course_lib"),
        ("grading.py", "the course's own grading"),
        ("my-conv.py", "no name of a Python module"),
        ("class.py", "no name of a Python module"),
        ("1.py", "no name of a Python module"),
        ("a/b/c/d/e.py", "folders deep"),
        ("given.py", "the lesson's own file"),
        ("conv.PY", "only .py files"),
    ],
)
def test_what_may_be_imported(path, why):
    told = refuse(path, 10, release=("given.py",))
    assert (why in told) if why else told == ""


def test_a_folder_is_read_within_bounds_and_without_links(tmp_path):
    for name in ("a.py", "random.py", "pack/__init__.py", "pack/one.py", "numpy/x.py", "numpy/y.py", ".hidden.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(HELPER)
    (tmp_path / "big.py").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "linked").symlink_to("/etc")
    files, told = read_helpers(tmp_path)
    assert sorted(files) == ["a.py", "pack/__init__.py", "pack/one.py"]
    assert told[0] == "a.py, pack/__init__.py, pack/one.py: handed in beside the notebook, there to import"
    assert any(s.startswith("numpy (2 files) was not used: an installed library") for s in told)
    assert any(s.startswith("big.py was not used: it has 200 kB") for s in told)
    assert any(s.startswith("link.py was not used: it is a link") for s in told)
    assert any(s.startswith("random.py was not used: Python has a module") for s in told)


def test_too_many_files_are_told(tmp_path):
    for i in range(MAX_COUNT + 3):
        (tmp_path / f"m{i:02}.py").write_bytes(b"")
    files, told = read_helpers(tmp_path)
    assert len(files) == MAX_COUNT
    assert len([s for s in told if "more than 20 files" in s]) == 3


def test_a_helper_is_part_of_its_own_submissions_job_and_state(made):
    for student in ("ann", "bo"):
        path = sc.hand_in(made, student, sc.answered(made, **IMPORTS))
    before = state_of(made, made.submission("bo", small.LESSON))
    (path.parent / "my_conv.py").write_bytes(HELPER)
    jobs = {}
    for student in ("ann", "bo"):
        submission = made.submission(student, small.LESSON)
        jobs[student] = job_of(made, submission, lay_over(made, submission))
    assert jobs["bo"].files["my_conv.py"] == HELPER
    assert "my_conv.py" not in jobs["ann"].files
    assert jobs["ann"].key != jobs["bo"].key
    assert state_of(made, made.submission("bo", small.LESSON)) != before


def test_the_lessons_own_file_is_never_replaced(made):
    path = sc.hand_in(made, "bo", sc.answered(made, **sc.RIGHT))
    (made.root / "release" / small.LESSON / "given.py").write_bytes(b"ours = 1\n")
    (path.parent / "given.py").write_bytes(b"ours = 2\n")
    submission = made.submission("bo", small.LESSON)
    assert job_of(made, submission, lay_over(made, submission)).files["given.py"] == b"ours = 1\n"
    assert any("the lesson's own file of that name is used" in s for s in submission.told)


def test_in_the_sandbox_the_helper_is_imported_and_its_absence_explained(made):
    for student in ("ann", "bo"):
        path = sc.hand_in(made, student, sc.answered(made, **IMPORTS))
    (path.parent / "my_conv.py").write_bytes(HELPER)
    (path.parent / "random.py").write_bytes(b"raise SystemExit\n")
    summary = engine.grade(made.root, students=["ann", "bo"], workers=1)
    ann, bo = (one.verdict for one in summary.graded)
    assert bo.checks["double"].score == 2
    assert ann.checks["double"].score == 0
    assert ann.repairs == [
        "my_conv is imported, but no my_conv.py was handed in beside the notebook and no such library is installed"
    ]
    assert "my_conv.py: handed in beside the notebook, there to import" in bo.repairs
    assert any(s.startswith("random.py was not used: Python has a module random") for s in bo.repairs)


def test_what_a_lesson_or_python_or_a_library_has_is_not_missing(made):
    nb = sc.answered(
        made, **{**sc.RIGHT, "double": "import numpy.linalg, json\nfrom . import x\nfrom course_lib import nn"}
    )
    nb.cells[-1].source = "import prose that is no code"
    assert missing(nb.cells, ()) == []
    nb.cells[1].source = "import rare_one.deep as r, rare_two"
    assert [s.split()[0] for s in missing(nb.cells, ["rare_two/__init__.py"])] == ["rare_one"]
    assert missing(nb.cells, (), own=imported(nb.cells)) == []


def test_a_time_that_is_none_is_told_by_the_class_and_its_json_and_the_status(made):
    import typer
    from typer.testing import CliRunner

    from grading.commands import instructor

    sc.hand_in(made, "ann", b"{", timestamp="yesterday")
    sc.hand_in(made, "bo", b"{", timestamp="2026-10-12 23:59:00 +0100")
    app = typer.Typer()
    instructor.register(app)
    for _ in range(2):  # the second time it is up to date, and told again
        result = CliRunner().invoke(app, ["grade", "--course", str(made.root), "-s", "ann", "-s", "bo", "--json"])
        assert result.exit_code == 1
        (sentence,) = json.loads(result.output)["unread"]
        assert sentence.startswith(
            f"submitted/ann/{small.LESSON}/timestamp.txt: the time 'yesterday' is not understood"
        )
    assert {str(when) for *_, when in times(made)} == {"None", "2026-10-12 22:59:00"}


def times(made):
    from nbgrader.api import Gradebook

    with Gradebook(made.db_url) as book:
        return [(one.student.id, one.timestamp) for a in book.assignments for one in a.submissions]
