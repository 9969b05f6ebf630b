"""The set-up files agree with each other: conda gets what pip gets, and every dependency has its reason."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def conda_requirements():
    """The requirements in environment.yml, conda's and pip's, without Python, pip and the project itself."""
    out = set()
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]:
        out.update(entry["pip"] if isinstance(entry, dict) else [entry])
    return {r for r in out if not re.match(r"(python\b|pip$|--editable)", r)}


def test_environment_yml_names_the_same_packages_and_versions_as_pyproject():
    assert conda_requirements() == set(PROJECT["dependencies"])


def test_environment_yml_and_pyproject_ask_for_the_same_python():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python{PROJECT['requires-python']}" in entries


def test_every_dependency_has_a_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text()
    extras = [r for group in PROJECT["optional-dependencies"].values() for r in group]
    for requirement in PROJECT["dependencies"] + extras:
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        assert re.search(r"# \w+", line), f"{requirement} has no reason in pyproject.toml"


def test_torch_is_pinned_exactly():
    assert "torch==2.13.0" in PROJECT["dependencies"]


def test_contributing_stays_short_enough_to_be_read():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 40


def test_the_readme_names_the_two_commands_and_ci_runs_the_test_command():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text()
