"""The set-up files agree with each other: conda gets what pip gets, and every dependency has its reason."""

import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


EXTRAS = PROJECT["optional-dependencies"]


def conda_requirements():
    """The requirements in environment.yml, conda's and pip's, without Python and pip."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {entry for entry in entries if isinstance(entry, str) and not re.match(r"(python\b|pip$)", entry)}
    return conda, [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]


def names(requirements):
    return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}


def test_environment_yml_names_the_same_packages_and_versions_as_pyproject():
    conda, pip = conda_requirements()
    assert conda == set(PROJECT["dependencies"])
    assert pip == ["--editable .[torch]"]


def test_a_learner_is_asked_for_nothing_of_graders_and_of_torch_only_by_choice():
    assert names(PROJECT["dependencies"]).isdisjoint(names(EXTRAS["torch"] + EXTRAS["grading"] + EXTRAS["cluster"]))
    assert names(EXTRAS["grading"]) >= {"nbgrader", "jupytext"}
    assert EXTRAS["dev"][0] == f"{PROJECT['name']}[torch,grading,cluster,book]"
    assert set(EXTRAS) == {"torch", "grading", "cluster", "book", "dev"}


def recipe(*goals, stamps=()):
    """What `make` would do for `goals` in a folder with the stamps of earlier set-ups."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Makefile", "pyproject.toml", "setup.py"):
            shutil.copy(ROOT / name, folder)
        for stamp in stamps:
            (Path(folder) / ".venv").mkdir(exist_ok=True)
            (Path(folder) / ".venv" / stamp).touch()
        return subprocess.run(["make", "-n", *goals], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_make_lab_installs_what_a_learner_needs_and_the_rest_installs_all():
    assert "--editable '.'" in recipe("lab")
    assert "[dev]" not in recipe("lab")
    for goal in ("demo", "test"):
        assert "--editable '.[dev]'" in recipe(goal)
    assert "install" not in recipe("lab", stamps=[".ready"])
    assert "install" not in recipe("lab", stamps=[".learner"])
    assert "--editable '.[dev]'" in recipe("demo", stamps=[".learner"])


def test_environment_yml_and_pyproject_ask_for_the_same_python():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python{PROJECT['requires-python']}" in entries


def test_every_dependency_has_a_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text()
    extras = [r for group in EXTRAS.values() for r in group]
    for requirement in PROJECT["dependencies"] + extras:
        lines = [line for line in text.splitlines() if f'"{requirement}"' in line]
        assert any(re.search(r"# \w+", line) for line in lines), f"{requirement} has no reason in pyproject.toml"


def test_torch_is_pinned_exactly():
    assert EXTRAS["torch"] == ["torch==2.13.0"]


def test_contributing_stays_short_enough_to_be_read():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 40


def test_the_readme_names_the_two_commands_and_ci_runs_the_tests_and_makes_the_book():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-2:] == ["make test", "make book"]
