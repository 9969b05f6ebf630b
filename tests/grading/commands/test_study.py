"""What a learner does outside a notebook: find lessons, open the next one, run the checks, ask for hints."""

import json

import nbformat
import pytest
import typer
from typer.testing import CliRunner

from course_lib.checks import lookup
from grading.commands import doctor, learner, study
from grading.errors import CourseError
from tests.course_lib.check_tools import entry, write

HALF = "def half(x):\n    return x / 2"
CHECKS = {
    "half": 'with check("half") as expect:\n    expect("of one", half(1))',
    "half-big": 'with check("half-big") as expect:\n    expect("of many", half(1e9))',
}
PREDICT = 'with check("guess") as expect:\n    expect("the answer", guess)'
HINTS = ["first `idea`", "second", "third"]


def lesson(folder, name, cells):
    """A notebook of `(grade_id, source)` cells in `folder`."""
    made = []
    for id, source in cells:
        metadata = {"nbgrader": {"grade_id": id, "grade": True}} if id else {}
        made.append(nbformat.v4.new_code_cell(source, metadata=metadata))
    (folder / name).write_text(nbformat.writes(nbformat.v4.new_notebook(cells=made)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two lessons: in 01 one check passes, one does not and a cell is broken; in 02 nothing is done."""
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    lookup._loaded.clear()
    place = tmp_path / "notebooks"
    checks = {id: entry(HALF, cell, hints=HINTS if id == "half" else [], points=2) for id, cell in CHECKS.items()}
    checks["guess"] = entry("guess = 3", PREDICT)
    write(place / "expected", lesson="01_halves", **checks)
    write(place / "expected", lesson="02_more", later=entry(HALF, CHECKS["half"].replace('"half"', '"later"')))
    start = "from course_lib.checks import NotDone, check\nimport os"
    mine = "def half(x):\n    return 0.5 if x == 1 else 0.0"
    cells = [
        ("", start),
        ("half", mine),
        *((f"check-{id}", cell) for id, cell in CHECKS.items()),
        ("", "1 +"),
        ("guess", 'raise NotDone("guess")'),
        ("predict-guess", "guess = ...\n" + PREDICT),
        ("", 'practised = os.environ["COURSE_MODE"]\nassert practised == "grade", practised'),
    ]
    lesson(place, "01_halves.ipynb", cells)
    lesson(place, "02_more.ipynb", [("", start)])
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture
def app():
    made = typer.Typer()
    learner.register(made)
    return made


def course(app, *words):
    return CliRunner().invoke(app, list(words))


def test_the_lessons_are_found_from_the_course_folder_and_from_inside(folder, monkeypatch):
    assert study.notebooks_folder() == folder
    monkeypatch.chdir(folder)
    assert study.notebooks_folder() == folder
    assert study.notebooks_folder(folder) == folder
    with pytest.raises(CourseError, match="No lessons"):
        study.notebooks_folder(folder / "expected")


@pytest.mark.parametrize("number", ["1", "01", 1, "01_halves", "01_halves.ipynb"])
def test_a_lesson_is_found_by_number_or_name(folder, number):
    assert study.find_lesson(folder, number).name == "01_halves.ipynb"


@pytest.mark.parametrize("number", ["3", "0", "halves", "../01_halves", "²", ""])
def test_a_lesson_that_is_not_there_is_one_sentence(folder, number):
    with pytest.raises(CourseError, match="there are: 01, 02"):
        study.find_lesson(folder, number)


def test_a_run_tells_each_check_and_each_broken_cell(folder):
    before = (folder / "01_halves.ipynb").read_bytes()
    result = study.run_lesson(folder / "01_halves.ipynb")
    assert [(c.id, c.passed) for c in result.checks] == [("half", True), ("half-big", False), ("guess", None)]
    assert result.checks[1].say == "Expected 5e+08, got 0.0."
    assert result.checks[2].say == "not done yet"
    (problem,) = result.problems
    assert problem.startswith("cell 5 (1 +): SyntaxError: invalid syntax")
    assert not result.passed
    assert (folder / "01_halves.ipynb").read_bytes() == before
    kept = json.loads((folder / ".course-progress.json").read_text())["checks"]
    assert {id: (e["passed"], e["tries"]) for id, e in kept.items()} == {"half": (True, 1), "half-big": (False, 1)}


def test_a_practice_run_is_done_when_asked_for_and_progress_is_kept_once(folder):
    result = study.run_lesson(folder / "01_halves.ipynb", practice=True)
    assert "AssertionError: study" in result.problems[1]
    kept = json.loads((folder / ".course-progress.json").read_text())["checks"]
    assert kept["half"]["tries"] == 1


def test_a_cell_that_does_not_end_is_stopped(folder):
    lesson(folder, "03_long.ipynb", [("", "while True:\n    pass"), ("check-half", "pass")])
    result = study.run_lesson(folder / "03_long.ipynb", timeout=2)
    assert result.problems[0] == "a cell ran longer than 2 seconds and was stopped"
    assert result.problems[1].startswith("cell 1 (while True:)")
    assert [(c.id, c.passed) for c in result.checks] == [("half", None)]


def test_a_kernel_that_dies_is_told(folder):
    lesson(folder, "03_dies.ipynb", [("", "import os\nos._exit(1)"), ("check-half", "pass")])
    result = study.run_lesson(folder / "03_dies.ipynb")
    assert "the kernel died" in result.problems[0]
    assert not result.passed


def test_a_file_that_is_no_notebook_is_one_sentence(folder):
    for text in ("", "{", "[]", '{"cells": 3}'):
        (folder / "03_odd.ipynb").write_text(text)
        with pytest.raises(CourseError, match="is no notebook that can be read"):
            study.run_lesson(folder / "03_odd.ipynb")


def test_the_first_unfinished_lesson_is_found(folder):
    def keep(**passed):
        checks = {id.replace("__", "-"): {"passed": p, "tries": 1, "when": ""} for id, p in passed.items()}
        (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))

    assert study.first_unfinished(folder).name == "01_halves.ipynb"
    keep(half=True, half__big=True, guess=True)
    assert study.first_unfinished(folder).name == "02_more.ipynb"
    keep(half=True, half__big=True, guess=True, later=True)
    assert study.first_unfinished(folder) is None


def test_hints_open_when_asked_for_and_stay_open_whatever_fails(folder):
    checks = {"half-big": {"passed": False, "tries": 9, "when": ""}}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))
    assert study.hints(folder, "half")[0] == ("first `idea`",)
    assert study.hints(folder, "half")[0] == ("first `idea`",)
    assert study.hints(folder, "half-big", 2)[0] == ("first `idea`", "second")
    assert study.hints(folder, "half")[0] == ("first `idea`", "second")
    assert json.loads((folder / ".course-progress.json").read_text())["checks"]["half-big"]["tries"] == 9
    assert study.hints(folder, "guess")[0] == ()
    with pytest.raises(CourseError, match=r"no exercise hafl\. Did you mean `course hint half`\?"):
        study.hints(folder, "hafl")


COPIES = ("-Copy1", "-Copy12", " (1)", "(2)", " copy", " copy 2", " - Copy", "-Copy1-Copy1")


@pytest.mark.parametrize("ending", COPIES)
def test_a_duplicate_beside_the_lesson_is_never_taken_for_it(folder, app, ending):
    lesson(folder, f"01_halves{ending}.ipynb", [("", "1 / 0")])
    assert study.find_lesson(folder, 1).name == "01_halves.ipynb"
    assert study.find_lesson(folder, f"01_halves{ending}").stem == f"01_halves{ending}"
    assert study.first_unfinished(folder).name == "01_halves.ipynb"
    assert [row[0] for row in study.progress_table(folder).rows] == ["01 halves", "02 more"]
    assert doctor.lessons().state == "ok"
    (folder / "01_halves.ipynb").unlink()
    assert study.find_lesson(folder, 1).stem == f"01_halves{ending}"  # where it is all there is


def test_two_lessons_of_one_number_are_named_and_neither_is_taken(folder):
    lesson(folder, "01_quarters.ipynb", [])
    with pytest.raises(CourseError, match=r"more than once in .*: 01_halves, 01_quarters; type the whole name"):
        study.find_lesson(folder, 1)


def test_a_folder_with_one_copied_notebook_and_nothing_else_works(folder, app, tmp_path, monkeypatch):
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "01_halves.ipynb").write_bytes((folder / "01_halves.ipynb").read_bytes())
    monkeypatch.setenv("COURSE_EXPECTED", str(folder / "expected"))  # as the installed course has them
    monkeypatch.chdir(alone)
    assert [row[:3] for row in study.progress_table(alone).rows] == [("01 halves", 3, 0)]
    assert study.first_unfinished(alone).name == "01_halves.ipynb"
    assert study.hints(alone, "half")[0] == ("first `idea`",)
    assert doctor.lessons().says == f"1 in {alone}, each with its expected values"
    assert "✓ half" in course(app, "check", "1").output
    assert "✓ half  (1 try)" in course(app, "progress", "--checks").output


def test_checks_are_listed_in_the_order_of_the_lesson(folder, app):
    made = {id: entry(HALF, CHECKS["half"].replace('"half"', f'"{id}"')) for id in ("alpha", "omega", "middle")}
    for place, id in enumerate(("omega", "middle", "alpha")):
        made[id]["exercise"] = {"place": place}
    write(folder / "expected", lesson="02_more", **made)
    lines = course(app, "progress", "--checks").output.split("02_more")[1].split()
    assert lines == ["○", "omega", "○", "middle", "○", "alpha"]


def test_an_open_exercise_is_listed_as_judged_when_graded(folder, app):
    made = entry(HALF, CHECKS["half"].replace('"half"', '"made"'), exercise={"open": True})
    write(folder / "expected", lesson="02_more", made=made)
    kept = {"version": 1, "checks": {"made": {"passed": True, "tries": 2, "when": ""}}}
    (folder / ".course-progress.json").write_text(json.dumps(kept))
    told = course(app, "progress", "--checks").output
    assert "◐ made  (2 tries)  its hidden part is judged when graded" in told
    assert "judged when graded: made." in told


def test_what_was_no_attempt_or_is_run_again_counts_no_try(folder):
    cells = [("", "from course_lib.checks import check"), ("check-half", CHECKS["half"])]
    lesson(folder, "01_halves.ipynb", cells)
    assert study.run_lesson(folder / "01_halves.ipynb").checks[0].passed is None
    assert not (folder / ".course-progress.json").exists()
    lesson(folder, "01_halves.ipynb", [cells[0], ("half", "def half(x):\n    return x"), cells[1]])
    for _ in range(2):
        study.run_lesson(folder / "01_halves.ipynb")
    assert json.loads((folder / ".course-progress.json").read_text())["checks"]["half"]["tries"] == 1


def test_check_prints_each_check_and_its_status_says_whether_all_pass(app, folder):
    done = course(app, "check", "1")
    assert done.exit_code == 1
    assert "01_halves: 1 of 3 checks pass" in done.output
    assert "✓ half\n" in done.output
    assert "✗ half-big  Expected 5e+08, got 0.0.\n" in done.output
    assert "○ guess  not done yet\n" in done.output
    assert "cell 5 (1 +): SyntaxError" in done.output
    lesson(
        folder, "02_more.ipynb", [("", "from course_lib.checks import check\n" + HALF), ("check-half", CHECKS["half"])]
    )
    done = course(app, "check", "02", "--json")
    assert done.exit_code == 0
    (result,) = json.loads(done.stdout)
    assert (result["lesson"], result["passed"], result["checks"][0]["id"]) == ("02_more", True, "half")


def test_progress_lists_lessons_and_checks(app, folder):
    checks = {
        "half": {"passed": True, "tries": 2, "when": "now"},
        "later": {"passed": False, "tries": 1, "when": "now"},
    }
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))
    done = course(app, "progress", "--checks")
    assert done.exit_code == 0
    assert done.output.splitlines()[1].split() == ["01", "halves", "3", "1", "2", "of", "5"]
    for line in ("  ✓ half  (2 tries)", "  ○ half-big", "  ✗ later  (1 try)"):
        assert line in done.output.splitlines()
    every = json.loads(course(app, "progress", "--json").output)
    assert every["01_halves"]["half"]["passed"] is True
    assert every["01_halves"]["guess"] is None


def test_hint_prints_plain_text(app, folder):
    first = "Hint 1 of 3\nfirst idea\n\nThe next: course hint half --number 2\n"
    assert course(app, "hint", "half").output == first
    assert course(app, "hint", "half").output == first
    assert "Hint 3 of 3\nthird" in course(app, "hint", "half", "-n", "9").output
    assert course(app, "hint", "guess").output == "There are no hints for guess.\n"


def test_hint_alone_is_for_the_check_that_failed_last(app, folder):
    done = course(app, "hint")
    assert isinstance(done.exception, CourseError)
    assert str(done.exception).startswith("No check of yours has failed yet; say which exercise: `course hint output")
    times = {"guess": ("2026-01-03", True), "half-big": ("2026-01-02", False), "later": ("2026-01-01", False)}
    checks = {id: {"passed": passed, "tries": 1, "when": when} for id, (when, passed) in times.items()}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))
    first = course(app, "hint").output
    assert first == "half\nHint 1 of 3\nfirst idea\n\nThe next: course hint half --number 2\n"
    assert "Hint 2 of 3\nsecond" in course(app, "hint", "-n", "2").output


@pytest.mark.parametrize("command", ["lab", "check", "progress", "hint", "doctor"])
def test_every_command_has_help_with_an_example(app, command):
    done = course(app, command, "--help")
    assert done.exit_code == 0
    assert f"Example: course {command}" in done.output


def test_doctor_finds_this_machine_fit(app, folder):
    done = course(app, "doctor", "--json")
    findings = {f["name"]: f for f in json.loads(done.stdout)}
    assert list(findings) == ["Python", "packages", "kernel", "lessons", "progress", "data", "sandbox", "GPU"]
    assert {findings[name]["state"] for name in ("Python", "packages", "lessons", "GPU")} == {"ok"}
    assert done.exit_code == any(f["state"] == "bad" for f in findings.values())
    assert findings["lessons"]["says"] == f"2 in {folder}, each with its expected values"


def test_doctor_says_what_to_type_for_what_is_missing(folder, monkeypatch):
    wanted = ["numpy>=99", "no-such-package>=1", "matplotlib", 'only-elsewhere; python_version < "3"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: wanted)
    found = doctor.packages()
    assert (found.state, found.todo) == ("bad", doctor.SETUP)
    assert "no-such-package is missing" in found.says
    assert "numpy is " in found.says
    assert "matplotlib" not in found.says + "only-elsewhere"
    (folder / "expected" / "02_more.npz").unlink()
    assert "no expected values for 02_more" in doctor.lessons().says
    (folder / "expected" / "01_halves.npz").write_bytes(b"")
    assert doctor.lessons().state == "bad"
    monkeypatch.setenv("COURSE_DATA", str(folder / "nowhere"))
    assert doctor.data().state == "bad"
    (folder / ".course-progress.json").write_text("{")
    assert doctor.progress_place().state == "note"
