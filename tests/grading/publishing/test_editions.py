"""Three editions: what each holds, and that the class edition's private part never reaches a student."""

import os
import shutil
import stat
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest

from grading.course import load_config
from grading.errors import CourseError
from grading.lessons.source import parse_lesson
from grading.proving.proof import Proof
from grading.publishing import editions, private, student_files
from grading.publishing.build import ROOT, Folders, build
from grading.publishing.editions import answers_notebook, release
from grading.publishing.private import read_secret
from tests.grading.means import means, tiny, write_tiny


@pytest.fixture(scope="module", autouse=True)
def _quick():
    """One process for the margins, and few draws: what is tested here is what becomes of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.proving.margins.PROCESSES", {})
        patch.setattr("grading.publishing.private.DRAWS", 3)
        yield


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
    assert {n for n in found if not n.startswith(("course_lib/", "grading/"))} == {
        "START.ipynb",
        "97_tiny.ipynb",
        "expected/97_tiny.npz",
        "README.md",
        "requirements.txt",
        "pyproject.toml",
        "environment.yml",
        "LICENSE",
    }
    assert {n for n in found if n.startswith("grading/")} == {f"grading/{name}" for name in student_files.LEARNERS}
    assert "course_lib/checks/__init__.py" in found
    with zipfile.ZipFile(handed_out.paths["zip"]) as archive:
        assert set(archive.namelist()) == found
        dates = {entry.date_time for entry in archive.infolist()}
    assert len(dates) == 1, "the bytes depend on the clock"
    assert min(dates) >= (2026, 1, 1), "JupyterLab tells the age of a file"


def test_recorded_figures_of_the_lesson_go_along(folders, tmp_path):
    lesson = tiny(more='# %% figure="F1"\n1\n\n# %% figure="L14a"\n1\n')
    (folders.notebooks / "figures").mkdir()
    for name in ("F1.json", "F1_1.png", "F11.json", "L14a.json", "L14.json", "figures.md"):
        (folders.notebooks / "figures" / name).write_bytes(b"{}")
    editions.write_student([lesson], folders, tmp_path / "student")
    assert names(tmp_path / "student" / "figures") == {"F1.json", "F1_1.png", "L14a.json"}
    shutil.rmtree(folders.notebooks / "figures")


def test_the_readme_says_how_to_install_without_a_network_all_that_pip_then_needs(handed_out):
    student = handed_out.paths["student"]
    told = (student / "README.md").read_text(encoding="utf-8").split("Without a network")[1]
    project = tomllib.loads((student / "pyproject.toml").read_text(encoding="utf-8"))
    for build_needs in project["build-system"]["requires"]:
        assert f" {build_needs.partition('>')[0]} " in told.split("pip download")[1].split("`")[0]
    assert "pip install --no-index --find-links wheels -r requirements.txt" in told


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
    assert "two thermometers" in text
    assert "SOLUTION" not in text
    assert "MARK SCHEME" not in text
    assert "MODEL ANSWER" not in text
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


@pytest.fixture
def unbuilt(monkeypatch):
    """A bad target is refused before anything is built."""
    monkeypatch.setattr(editions, "build", None)
    monkeypatch.setattr(editions, "draw_proven", None)


@pytest.mark.usefixtures("unbuilt")
def test_a_folder_that_holds_something_is_refused_and_left_alone(folders, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("keep", encoding="utf-8")
    for out, course in ((full, None), (full / "mine.txt", None), (tmp_path / "out", full)):
        with pytest.raises(CourseError, match="is not an empty folder"):
            release("class", out, folders, course=course)
    assert names(tmp_path) == {"full/mine.txt"}
    assert (full / "mine.txt").read_text(encoding="utf-8") == "keep"


@pytest.mark.usefixtures("unbuilt")
@pytest.mark.parametrize("place", ["autumn", "build/autumn", "grading/../autumn"])
def test_a_folder_inside_the_repository_is_refused(folders, tmp_path, place):
    for edition, out, course in (
        ("class", ROOT / place, None),
        ("clone", ROOT / place, None),
        ("class", tmp_path / "out", ROOT / place),
    ):
        with pytest.raises(CourseError, match="lies in the repository, where it could be committed; name a folder out"):
            release(edition, out, folders, course=course)
    assert not (ROOT / place).exists()
    assert not any(tmp_path.iterdir())


@pytest.mark.usefixtures("unbuilt")
def test_a_folder_that_cannot_be_made_is_refused(folders, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for out in (tmp_path / "file" / "autumn", Path("/proc/1/autumn")):
        with pytest.raises(CourseError, match=r"autumn cannot be made .*; name a folder where you may write"):
            release("class", out, folders)


@pytest.mark.usefixtures("unbuilt")
def test_a_course_folder_that_students_would_get_is_refused(folders, tmp_path):
    for course in (tmp_path / "out", tmp_path / "out" / "student", tmp_path / "out" / "student" / "course"):
        with pytest.raises(CourseError, match="would be handed out with the students' files"):
            release("class", tmp_path / "out", folders, course=course)
    with pytest.raises(CourseError, match="lies in the course folder"):
        release("class", tmp_path / "course" / "out", folders, course=tmp_path / "course")
    assert not any(tmp_path.iterdir())


def test_an_edition_that_names_a_wheel_has_its_notebooks_install_it(folders, tmp_path):
    done = release("self-study", tmp_path / "x", folders, install="course-0.1.whl")
    for name in ("97_tiny.ipynb", "START.ipynb", "course_lib/handed_out/97_tiny.ipynb"):
        assert "install --quiet course-0.1.whl" in (done.paths["student"] / name).read_text(encoding="utf-8"), name
    plain = editions.write_student([tiny()], folders, tmp_path / "plain")
    assert "run_line_magic" not in (plain / "97_tiny.ipynb").read_text(encoding="utf-8")


def test_an_unknown_edition_is_refused(folders, tmp_path):
    with pytest.raises(CourseError, match="there is no edition 'summer'; there are class, self-study, clone"):
        release("summer", tmp_path / "x", folders)


@pytest.mark.parametrize("name", ["97_tiny.py", "mistakes/97_tiny.py"])
def test_a_release_that_gives_something_away_is_not_made(name, folders, tmp_path, monkeypatch):
    def careless(lessons, folders, target, install):
        (target / name).parent.mkdir(parents=True)
        shutil.copy(folders.solutions / name, target / name)
        return target

    monkeypatch.setattr(editions, "write_student", careless)
    with pytest.raises(CourseError, match=r"the release gives something away: student/" + name):
        release("self-study", tmp_path / "x", folders)
    assert not any(tmp_path.iterdir())


@pytest.fixture
def unlucky(monkeypatch):
    """Proofs without running: those of the draws numbered in the set that this gives are said to fail."""
    plain, bad, numbers = private.reseed, {0, 1}, {}

    def drawn(lesson, secret, draws=None):
        made = plain(lesson, secret, draws)
        numbers[made.text] = (draws or {}).get("double", 0)
        return made

    def proven(lesson, **options):
        line = {"lesson": lesson.slug, "id": "double", "points": 2, "stub_score": 0, "wrong": [], "right": []}
        line["margin"] = {"own_error": 0.0, "tolerance": 1e-9, "nearest_wrong": None}
        return [Proof(line, ["97_tiny.py:21: a mistake is near"] if numbers[lesson.text] in bad else [])]

    monkeypatch.setattr(private, "reseed", drawn)
    monkeypatch.setattr(private, "certify_lesson", proven)
    monkeypatch.setattr(private, "certify_lessons", lambda lessons, **options: {x.slug: proven(x) for x in lessons})
    return bad


def test_what_fails_to_certify_is_drawn_again_and_a_second_release_repeats_it(folders, tmp_path, unlucky):
    done = release("class", tmp_path / "x", folders)
    assert done.notes[1:] == ["97_tiny: 'double' was drawn 3 times until it certified"]
    course = done.paths["course"]
    assert read_secret(course)[1] == {"97_tiny": {"double": 2}}
    before = (course / "source" / "97_tiny" / "97_tiny.ipynb").read_bytes()
    again = release("class", tmp_path / "again", folders, course=course)
    assert len(again.notes) == 1
    assert (course / "source" / "97_tiny" / "97_tiny.ipynb").read_bytes() == before


def test_private_tests_that_never_certify_leave_nothing_and_can_be_released_again(folders, tmp_path, unlucky):
    unlucky.add(2)
    says = r"^the private hidden tests of 'double' do not certify in 3 draws: 97_tiny\.py:21: .*; mend the check$"
    for _ in range(2):
        with pytest.raises(CourseError, match=says):
            release("class", tmp_path / "deep" / "x", folders, course=tmp_path / "course")
        assert not any(tmp_path.iterdir())


def test_hidden_inputs_that_are_all_alike_do_not_certify(monkeypatch):
    plain = private.reseed

    def dull(lesson, secret, draws):
        made = plain(lesson, secret, draws)
        text = made.text.replace("rng.normal(size=n)", "np.full(2, 1.0) + 0 * n")
        return parse_lesson(text, made.path, made.mistakes.text)

    monkeypatch.setattr(private, "reseed", dull)
    monkeypatch.setattr(private, "DRAWS", 1)
    with pytest.raises(CourseError, match=r"'double' do not certify in 1 draws: .*the constant scores"):
        private.draw_proven([tiny()], b"secret")


def test_an_interrupted_release_leaves_nothing(folders, tmp_path, monkeypatch):
    def interrupted(lessons, secret, draws, **_):
        assert [p.name[:3] for p in tmp_path.iterdir()] == [".x."]
        raise KeyboardInterrupt

    monkeypatch.setattr(editions, "draw_proven", interrupted)
    with pytest.raises(KeyboardInterrupt):
        release("class", tmp_path / "x", folders)
    assert not any(tmp_path.iterdir())


def test_nothing_in_a_course_folder_knows_where_it_was_built(handed_out):
    out = handed_out.paths["student"].parent
    assert handed_out.paths["course"] == out / "course"
    assert load_config(out / "course").CourseDirectory.root == str(out / "course")
    holding = [p for p in out.rglob("*") if p.is_file() and f".{out.name}.".encode() in p.read_bytes()]
    assert holding == []
    assert [p.name for p in out.parent.iterdir()] == [out.name]


def test_an_answers_cell_is_found_by_the_exercises_name_and_rubric_and_model_by_its_questions():
    lesson = means()
    cells = {cell.id: cell.source for cell in answers_notebook(lesson).cells}
    for exercise in lesson.exercises:
        assert cells[exercise.id] == exercise.reference
    for question in lesson.questions:
        assert question.rubric in cells[f"ask-{question.id}"]
        assert cells[f"ask-{question.id}"].rstrip().endswith(f"**A model answer**\n\n{question.model}")


def test_a_second_release_into_a_folder_proves_and_records_nothing_again(handed_out, folders, tmp_path, monkeypatch):
    course = tmp_path / "course"
    shutil.copytree(handed_out.paths["course"], course)
    hidden = course / "hidden" / "97_tiny.npz"
    before = hidden.read_bytes()

    def never(*_, **__):
        raise AssertionError("something was run again")

    monkeypatch.setattr("grading.proving.certify._prove", never)
    monkeypatch.setattr("grading.publishing.course_parts.record_lesson", never)
    done = release("class", tmp_path / "again", folders, course=course)
    assert done.notes == handed_out.notes
    assert hidden.read_bytes() == before
    assert (course / "hidden" / "proofs").is_dir()
    assert not list(done.paths["student"].rglob("*proofs*"))
