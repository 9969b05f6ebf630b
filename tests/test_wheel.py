"""The wheel: what it holds, and that a lesson from an empty folder runs with nothing else of the project."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.elsewhere import outside, python_elsewhere
from tests.house import ROOT

ANSWER = """
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    return max(0, (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)
"""


def project_files():
    """What git tracks, or would."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The project's wheel, built from a copy of what git tracks."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in project_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    words = ["pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", out, source]
    subprocess.run([sys.executable, "-m", *words], check=True)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_each_file_of_the_packages_and_what_belongs_to_the_lessons(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    for name in project_files():
        if name.startswith("grading/") or (name.startswith("course_lib/") and name.endswith(".py")):
            assert name in held
    belongs = (("expected", "expected", "*.npz"), ("figures", "figures", "F*"), (".", "handed_out", "[0-9]*.ipynb"))
    for folder, to, kind in belongs:
        there = {path.name for path in (ROOT / "notebooks" / folder).glob(kind)}
        assert there
        assert {f"course_lib/{to}/{name}" for name in there} <= held
    assert not any(name.startswith(("solutions", "tests", "notebooks")) for name in held)


def test_a_lesson_alone_in_an_empty_folder_finds_its_values_with_the_installed_wheel(wheel, tmp_path):
    python = python_elsewhere(tmp_path / "environment")
    words = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel]
    subprocess.run([python, "-m", *words], check=True, env=outside())
    place = tmp_path / "alone"
    place.mkdir()
    lesson = "09_convolution_arithmetic"
    notebook = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    answered = answer(notebook, "output_size", ANSWER)
    (place / f"{lesson}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert answered
    command = [python.parent / "course", "check", "09", "--json"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, env=outside())
    assert done.stdout, done.stderr
    (result,) = json.loads(done.stdout)
    passed = {check["id"]: check["passed"] for check in result["checks"]}
    assert passed["output_size"] is True
    assert result["problems"] == []
    assert {id.partition("-")[0] for id, value in passed.items() if value is not None} == {"output_size"}


def answer(notebook, id, source):
    """Write an answer into its cell; whether there is one."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == id:
            cell["source"] = source
            return True
    return False
