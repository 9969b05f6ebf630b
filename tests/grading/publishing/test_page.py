"""A page to read, a lesson without anything graded, is built, mapped, released and proven like the others."""

import shutil

import nbformat
import pytest

from course_lib.checks.course_map import course_map
from grading import course as courses
from grading.commands.study import progress_table
from grading.commands.submit import hand_in
from grading.confinement.pool import SandboxPool
from grading.errors import CourseError
from grading.lessons.lint import lint_lessons, missing_parts
from grading.lessons.source import read_lessons
from grading.lessons.start_page import first_map
from grading.marking import engine
from grading.paths import Folders
from grading.proving import certificate
from grading.proving.record import read_record
from grading.publishing.build import build, stale
from grading.publishing.course_parts import lesson_parts
from grading.publishing.editions import release
from tests.grading.means import write_page, write_tiny


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two lessons, built: one with an exercise, and the page."""
    root = tmp_path_factory.mktemp("page")
    write_tiny(root / "solutions")
    write_page(root / "solutions")
    made = Folders(root / "solutions", root / "notebooks")
    build(made)
    return made


@pytest.fixture(scope="module")
def page(folders):
    return read_lessons(folders.solutions)[1]


def test_nothing_is_wrong_with_it_and_only_a_picture_is_wanted(folders, page):
    assert page.page
    assert not read_lessons(folders.solutions)[0].page
    assert lint_lessons(read_lessons(folders.solutions)) == []
    assert [p.text for p in missing_parts(page)] == ["has no picture; add a picture= cell for the opening"]


def test_it_is_built_with_an_empty_record_and_nothing_to_hand_in(folders):
    assert stale(folders) == []
    assert read_record(folders.expected / "99_afterword.npz").checks == {}
    cells = nbformat.read(folders.notebooks / "99_afterword.ipynb", as_version=4).cells
    assert cells[-1].source == "---\n\n[All lessons](START.ipynb)"
    assert not any("nbgrader" in cell.metadata for cell in cells)


def test_the_maps_say_that_it_is_to_read_and_never_count_it(folders, monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_EXPECTED", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    for shown in (first_map(read_lessons(folders.solutions)), course_map(folders.notebooks)):
        assert [stop.state for stop in shown.stops] == ["next", "page"]
        assert repr(shown).split("\n")[1] == "· 99 Afterword  to read"
        assert "0 of 1 lessons done" in repr(shown)
        assert "to read" in shown.html()
        assert "0 of 0" not in repr(shown) + shown.html()
    assert "afterword" not in str(progress_table(folders.notebooks))


def test_submitting_it_is_refused_in_one_sentence(folders, tmp_path):
    shutil.copytree(folders.notebooks, tmp_path / "mine")
    with pytest.raises(CourseError, match="a page to read: there is nothing in it to hand in"):
        hand_in(tmp_path / "mine", "99")
    assert not (tmp_path / "mine" / "hand-in").exists()


def test_it_certifies_without_an_exercise(folders, page):
    found = certificate.certify([page], folders, cache=None)
    assert (found.problems, found.proofs, found.untouched) == ([], [], {"99_afterword": 0})


def test_students_get_it_and_a_course_that_holds_it_is_graded(folders, tmp_path):
    done = release("self-study", tmp_path / "alone", folders)
    assert (done.paths["student"] / "99_afterword.ipynb").is_file()
    made = courses.init(tmp_path / "course", lesson_parts(folders=folders))
    for slug in ("97_tiny", "99_afterword"):
        there = made.root / "submitted" / "ada" / slug
        there.mkdir(parents=True)
        shutil.copyfile(folders.notebooks / f"{slug}.ipynb", there / f"{slug}.ipynb")
    with SandboxPool(1) as pool:
        done = engine.grade(made.root, pool=pool, workers=1).graded
    assert {g.lesson: (g.outcome, g.mark.raw) for g in done} == {
        "97_tiny": ("graded", 0),
        "99_afterword": ("graded", 0),
    }
