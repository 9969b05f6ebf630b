"""Both editions, unpacked and used where nothing else of the project is: with a learner's packages and no more."""

import json
import subprocess
import zipfile

import nbformat
import pytest

from grading.paths import Folders
from grading.publishing.editions import release
from tests.elsewhere import outside, python_elsewhere
from tests.grading.means import write_tiny

GRADERS = ("nbgrader", "jupytext", "torch", "dask", "distributed", "cryptography", "playwright", "sqlalchemy")
LACKING_ON_WINDOWS = ("fcntl", "resource", "pwd", "grp", "termios")
COMMANDS = (
    ["progress", "--checks"],
    ["check", "97"],
    ["hint", "double", "-n", "9"],
    ["submit", "97"],
    ["reset", "97", "double"],
    ["lab", "--dry-run"],
    ["doctor"],
    ["--help"],
)
ANSWER = "def double(x):\n    return x + x"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    write_tiny(root / "solutions")
    return Folders(root / "solutions", root / "notebooks")


@pytest.fixture(scope="module", autouse=True)
def _quick():
    """One process for the margins: what is tested here is what students are handed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.proving.margins.PROCESSES", {})
        yield


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return python_elsewhere(tmp_path_factory.mktemp("learner") / "env", GRADERS, LACKING_ON_WINDOWS)


@pytest.fixture(scope="module", params=["class", "self-study"])
def place(request, folders, python, tmp_path_factory):
    """A student's folder, unpacked and installed as its README says, but without a network."""
    out, place = tmp_path_factory.mktemp("out") / "edition", tmp_path_factory.mktemp("unpacked")
    done = release(request.param, out, folders)
    with zipfile.ZipFile(done.paths["zip"]) as archive:
        archive.extractall(place)
    words = ["pip", "install", "--quiet", "--no-index", "--no-build-isolation", "-r", "requirements.txt"]
    subprocess.run([python, "-m", *words], check=True, cwd=place, env=outside())
    return place


def course(python, place, *words, **env):
    command = [python.parent / "course", *words]
    done = subprocess.run(command, cwd=place, capture_output=True, env=outside(**env), timeout=240)
    told = done.stdout.decode(env.get("PYTHONIOENCODING", "utf-8"))
    return done.returncode, told, done.stderr.decode(errors="replace")


def test_a_learner_goes_from_the_zip_to_the_file_to_hand_in(python, place):
    status, told, wrong = course(python, place, "lab", "--dry-run", "--no-browser")
    assert "START.ipynb" in told, wrong
    assert course(python, place, "progress")[0] == 0
    path = place / "97_tiny.ipynb"
    handed_out = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "double"]
    cell.source = ANSWER
    nbformat.write(notebook, path)
    status, told, wrong = course(python, place, "check", "97", "--json")
    assert (status, [c["passed"] for c in json.loads(told)[0]["checks"]]) == (0, [True]), wrong
    status, told, wrong = course(python, place, "submit", "97")
    assert status == 0, told + wrong
    assert "1 of 1 checks pass" in told
    assert (place / "hand-in" / "97_tiny.ipynb").read_bytes() == path.read_bytes()
    assert str(place / "hand-in" / "97_tiny.ipynb") in told
    status, told, wrong = course(python, place, "reset", "97")
    assert status == 0, wrong
    assert path.read_bytes() == handed_out
    assert course(python, place, "hint", "nothing")[0] == 2


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_prints_on_a_console_that_knows_few_characters(python, place, words):
    status, told, wrong = course(python, place, *words, PYTHONIOENCODING="cp1252")
    assert status in (0, 1), wrong
    assert told
    assert "Traceback" not in wrong


def test_the_folder_knows_no_answer_and_has_only_the_learners_commands(python, place):
    told = course(python, place, "--help")[1]
    for command in ("lab", "check", "progress", "hint", "submit", "reset", "doctor"):
        assert command in told
    for command in ("grade", "release", "certify", "build", "demo"):
        assert f"│ {command} " not in told
    names = {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()}
    for word in ("solutions", "mistakes", "demo", "certificate", "hidden", "proving"):
        assert not [name for name in names if word in name.split("course_lib")[0]], word
