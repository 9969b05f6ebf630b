"""Three editions: what each holds, and that the class edition's private part never reaches a student."""

import os
import shutil
import stat
import zipfile

import nbformat
import pytest

from grading.errors import CourseError
from grading.lessons.source import parse_lesson
from grading.publishing import editions
from grading.publishing.build import ROOT, Folders, build
from grading.publishing.editions import answers_notebook, release
from tests.grading.means import means, tiny, write_tiny


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    write_tiny(root / "solutions")
    folders = Folders(root / "solutions", root / "notebooks")
    build(folders)
    return folders


@pytest.fixture(scope="module")
def handed_out(folders, tmp_path_factory):
    return release("class", tmp_path_factory.mktemp("out") / "autumn", folders)


def names(path):
    return {p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()}


def test_students_get_notebooks_library_and_visible_values_only(handed_out):
    found = names(handed_out.paths["student"])
    assert {n for n in found if not n.startswith("course_lib/")} == {
        "97_tiny.ipynb",
        "expected/97_tiny.npz",
        "environment.yml",
        "LICENSE",
    }
    assert "course_lib/checks/__init__.py" in found
    with zipfile.ZipFile(handed_out.paths["zip"]) as archive:
        assert set(archive.namelist()) == found


def test_recorded_figures_of_the_lesson_go_along(folders, tmp_path):
    lesson = tiny(more='# %% figure="F1"\n1\n')
    (folders.notebooks / "figures").mkdir()
    for name in ("F1.json", "F1_1.png", "F11.json", "figures.md"):
        (folders.notebooks / "figures" / name).write_bytes(b"{}")
    editions.write_student([lesson], folders, tmp_path / "student")
    assert names(tmp_path / "student" / "figures") == {"F1.json", "F1_1.png"}
    shutil.rmtree(folders.notebooks / "figures")


def test_the_hidden_tests_of_a_class_are_drawn_privately(handed_out):
    course = handed_out.paths["course"]
    source = (course / "source" / "97_tiny" / "97_tiny.ipynb").read_text(encoding="utf-8")
    assert "default_rng(971)" not in source
    assert "default_rng(" in source
    secret = course / "hidden" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_bytes() not in b"".join(
        p.read_bytes() for p in handed_out.paths["student"].rglob("*") if p.is_file()
    )


def test_the_certificate_is_proven_again_for_them(handed_out):
    assert handed_out.notes == ["1 exercises certified again with the private hidden tests"]
    text = (handed_out.paths["course"] / "hidden" / "certificate.md").read_text(encoding="utf-8")
    assert "| squared | double (visible): three |" in text
    assert "Untouched release: 0 points; the project's folder was empty." in text


def test_the_course_folder_releases_what_the_students_got(handed_out):
    given = nbformat.read(handed_out.paths["student"] / "97_tiny.ipynb", as_version=4)
    kept = nbformat.read(handed_out.paths["course"] / "release" / "97_tiny" / "97_tiny.ipynb", as_version=4)
    assert [(c.source, c.metadata) for c in given.cells] == [(c.source, c.metadata) for c in kept.cells]


def test_a_second_release_into_the_same_course_folder_keeps_its_hidden_tests(handed_out, folders, tmp_path):
    course = handed_out.paths["course"]
    before = (course / "source" / "97_tiny" / "97_tiny.ipynb").read_bytes()
    release("class", tmp_path / "again", folders, course=course)
    assert (course / "source" / "97_tiny" / "97_tiny.ipynb").read_bytes() == before


def test_self_study_adds_the_answers_beside_the_student_files(folders, tmp_path):
    done = release("self-study", tmp_path / "alone", folders)
    assert names(tmp_path / "alone") >= {"answers/97_tiny_answers.ipynb", "student/97_tiny.ipynb", "student.zip"}
    assert "return 2 * x" not in (done.paths["student"] / "97_tiny.ipynb").read_text(encoding="utf-8")
    answers = (done.paths["answers"] / "97_tiny_answers.ipynb").read_text(encoding="utf-8")
    assert "return 2 * x" in answers
    assert "default_rng(971)" not in answers


def test_answers_run_and_show_rubrics_but_no_hidden_tests():
    notebook = answers_notebook(means())
    text = "\n".join(c.source for c in notebook.cells)
    assert "What a good answer has" in text
    assert "unequal reliability" in text
    assert "SOLUTION" not in text
    assert "MARK SCHEME" not in text
    assert "default_rng(98" not in text
    assert not any("nbgrader" in c.metadata for c in notebook.cells)


def test_a_clone_holds_what_git_tracks(folders, tmp_path):
    release("clone", tmp_path / "all", folders)
    found = names(tmp_path / "all")
    assert {"pyproject.toml", "solutions/09_convolution_arithmetic.py", "grading/lessons/release.py"} <= found
    assert not any(n.startswith((".git/", ".venv/", "build/")) or "/hidden/" in n for n in found)


def test_the_zip_depends_on_the_files_only(handed_out, tmp_path):
    copy = tmp_path / "student"
    for path in sorted(handed_out.paths["student"].rglob("*"), reverse=True):  # other order, other dates
        if path.is_file():
            target = copy / path.relative_to(handed_out.paths["student"])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, (1, 1))
    again = editions._zip(copy, tmp_path / "student.zip")
    assert again.read_bytes() == handed_out.paths["zip"].read_bytes()


def test_a_folder_that_holds_something_is_refused_and_left_alone(folders, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(CourseError, match="is not an empty folder"):
        release("class", tmp_path, folders)
    with pytest.raises(CourseError, match="holds other files"):
        release("class", tmp_path / "out", folders, course=tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_an_unknown_edition_is_refused(folders, tmp_path):
    with pytest.raises(CourseError, match="there is no edition 'summer'; there are class, self-study, clone"):
        release("summer", tmp_path / "x", folders)


@pytest.mark.parametrize("name", ["97_tiny.py", "mistakes/97_tiny.py"])
def test_a_release_that_gives_something_away_is_not_made(name, folders, tmp_path, monkeypatch):
    def careless(lessons, folders, target):
        (target / name).parent.mkdir(parents=True)
        shutil.copy(folders.solutions / name, target / name)
        return target

    monkeypatch.setattr(editions, "write_student", careless)
    with pytest.raises(CourseError, match=r"the release gives something away: student/" + name):
        release("self-study", tmp_path / "x", folders)
    assert not (tmp_path / "x" / "student.zip").exists()


def test_private_tests_that_do_not_certify_are_not_handed_out(folders, tmp_path, monkeypatch):
    # drawn anew, the hidden inputs are all alike: the constant would pass
    def dull(lesson, secret):
        text = lesson.text.replace("rng.normal(size=n)", "np.full(2, 1.0) + 0 * n")
        return parse_lesson(text, lesson.path, lesson.mistakes.text)

    monkeypatch.setattr(editions, "reseed", dull)
    with pytest.raises(CourseError, match=r"the private hidden tests do not certify: .*constant"):
        release("class", tmp_path / "x", folders)
    assert not (tmp_path / "x" / "course" / "source").exists()
    assert (ROOT / "grading").is_dir()
