"""A key changes with whatever a proof rests on: a line of the lesson, a file of the library, any tool that proves."""

import shutil

import pytest

from grading.course import folder
from grading.imports import files_behind
from grading.paths import ROOT
from grading.proving import certificate, keys
from grading.proving.keys import exercise_key, library_digest
from tests.grading.means import tiny

CHANGES = {
    "a line that sets the stage": ("import numpy as np", "import numpy as np\nimport math"),
    "the reference": ("    return 2 * x\n    ###", "    return 2.0 * x\n    ###"),
    "an input that is seen": ("[1.5, -2.0, 4.0]", "[0.0, 0.0, 0.0]"),
    "an input that is hidden": ("971", "972"),
    "the points": ("points=2", "points=3"),
    "what is forbidden": ("minutes=1\n", 'minutes=1 forbid="numpy.add"\n'),
    "a mistake": ("3 * x", "4 * x"),
    "its name": ('"tripled"', '"trebled"'),
    "a right variant": ("x + x", "x + x + 0"),
}


def key(*edits):
    lesson = tiny(*edits)
    return exercise_key(lesson, lesson.exercises[0])


@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_the_exercises_key_changes_with(edit):
    assert key(edit) != key()


def test_text_hints_and_what_a_tutor_says_change_no_key():
    for edit in (
        ("# One exercise.", "# One exercise.\n# It is short."),
        ("# Twice.", "# Two times."),
        ("difficulty=1 importance=1 minutes=1", "difficulty=2 importance=3 minutes=4"),
        ("twice, not three times", "two times, not three"),
    ):
        assert key(edit) == key()


def test_the_exercises_key_is_that_of_any_machine_and_library(monkeypatch):
    before = key()
    monkeypatch.setattr(keys.platform, "machine", lambda: "abacus")
    monkeypatch.setattr(keys, "library_digest", None)
    assert key() == before


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The project's code in another place, where a file may be changed."""
    for package in ("grading", "course_lib"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "demo", "*.npz")
        )
    monkeypatch.setattr("grading.imports.ROOT", tmp_path)
    monkeypatch.setattr(folder, "ROOT", tmp_path)
    folder._code.cache_clear()
    yield tmp_path
    folder._code.cache_clear()


def changed(root, name, digest):
    """Whether the digest changes with the file, and is as before when that is as before."""
    path, before = root / name, digest()
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n# changed\n", encoding="utf-8")
    after = digest()
    path.write_text(text, encoding="utf-8")
    assert digest() == before
    return after != before


PROVING = sorted(
    p.relative_to(ROOT).as_posix()
    for p in (ROOT / "grading" / "proving").rglob("*.py")
    if p.stem != "renew"  # puts what was proven into files
)


def test_every_tool_that_proves_counts(copied):
    others = ["grading/marking/judge.py", "grading/lessons/release.py", "grading/lessons/variants.py"]
    others += ["course_lib/checks/__init__.py", "course_lib/evidence/compare.py", "course_lib/evidence/mistakes.py"]
    for name in (*PROVING, *others):
        assert changed(copied, name, library_digest), name
    assert not changed(copied, "grading/reporting/feedback.py", library_digest)


WHERE = ("__init__", "cluster", "available", "bubblewrap")  # of confinement: on which machine, and by whose leave


def code():
    folder._code.cache_clear()
    return folder._code()


def test_everything_that_decides_a_verdict_counts(copied):
    names = ["grading/marking/judge.py", "grading/marking/overlay.py", "grading/marking/display_cells.py"]
    names += ["grading/marking/jobs.py", "grading/marking/safe_outputs.py", "grading/course/skeleton.py"]
    names += ["grading/course/intake.py", "course_lib/widgets/__init__.py", "course_lib/evidence/compare.py"]
    confining = (ROOT / "grading" / "confinement").rglob("*.py")
    names += [p.relative_to(ROOT).as_posix() for p in confining if p.stem not in WHERE]
    for name in names:
        assert changed(copied, name, code), name
    assert not changed(copied, "grading/reporting/feedback.py", code)


def test_every_program_named_is_a_module():
    for programs in (keys.CHECKS, keys.TOOLS, folder.DECIDES):
        for line in programs.split("\n"):
            place = ROOT.joinpath(*line.removeprefix("import ").split("."))
            assert place.with_suffix(".py").is_file() or (place / "__init__.py").is_file(), line
            assert files_behind(line)


def test_an_untouched_score_is_not_taken_from_the_cache_once_its_tool_changed(copied, tmp_path, monkeypatch):
    lesson, said = tiny(), [(0, "seen")]
    folders = type("Folders", (), {"expected": tmp_path / "expected", "hidden": tmp_path / "hidden"})
    for place in (folders.expected, folders.hidden):
        place.mkdir()
        (place / "97_tiny.npz").write_bytes(b"a record")
    monkeypatch.setattr(certificate, "read_record", lambda path: None)
    monkeypatch.setattr(certificate, "untouched_score", lambda *what: said[-1])
    assert tuple(certificate._untouched(lesson, folders, tmp_path / "cache")) == (0, "seen")
    said.append((99, "seen"))
    assert tuple(certificate._untouched(lesson, folders, tmp_path / "cache")) == (0, "seen")  # the cache answers
    tool = copied / "grading" / "proving" / "untouched.py"
    tool.write_text(tool.read_text(encoding="utf-8").replace("return verdict.score, how", "return 99, how"))
    assert tuple(certificate._untouched(lesson, folders, tmp_path / "cache")) == (99, "seen")
