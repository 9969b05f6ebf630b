"""The learner's progress: kept beside the notebooks, never lost to a broken file, never written while grading."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.checks import lookup, progress_file, session
from course_lib.checks.learner import CheckFailed
from tests.course_lib.check_tools import Notebook, entry, write

CELL = 'with check("{id}") as expect:\n    expect("a", f(2))'
RIGHT, WRONG = "def f(x):\n    return x * 2", "def f(x):\n    return x"


@pytest.fixture
def book(tmp_path, monkeypatch):
    for memory in (session._failed, session._opened, session._passed, lookup._loaded):
        memory.clear()
    monkeypatch.chdir(tmp_path)
    for name in ("COURSE_HIDDEN", "COURSE_MODE", "COURSE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_EXPECTED", str(tmp_path / "expected"))
    monkeypatch.setattr(lookup, "record_folders", lambda *places: [tmp_path / "expected"])
    monkeypatch.setattr(progress_file, "record_folders", lambda *places: [tmp_path / "expected"])
    about = {"names": ["f"]}
    checks = {id: entry(RIGHT, CELL.format(id=id), points=p, exercise=about) for id, p in (("one", 2), ("two", 3))}
    write(tmp_path / "expected", lesson="09_convolution", **checks)
    write(tmp_path / "expected", lesson="01_perceptron", three=entry(RIGHT, CELL.format(id="three")))
    return Notebook()


def run(book, source, id):
    book.run(source)
    with contextlib.suppress(CheckFailed):
        book.run(CELL.format(id=id))


def stored(tmp_path):
    return json.loads((tmp_path / ".course-progress.json").read_text())["checks"]


def test_what_passes_is_kept_and_counted_by_lesson(book, tmp_path):
    run(book, RIGHT, "one")
    run(book, WRONG, "two")
    kept = stored(tmp_path)
    assert {id: (entry["passed"], entry["tries"]) for id, entry in kept.items()} == {
        "one": (True, 1),
        "two": (False, 1),
    }
    assert progress_file.table().rows == [("01 perceptron", 1, 0, 0, 1), ("09 convolution", 2, 1, 2, 5)]


def test_the_same_answer_run_again_is_no_new_try(book, tmp_path):
    for _ in range(3):
        run(book, WRONG, "one")
    assert stored(tmp_path)["one"]["tries"] == 1
    run(book, WRONG + "  # with a comment", "one")
    assert stored(tmp_path)["one"]["tries"] == 1
    run(book, WRONG + " + 1", "one")
    assert stored(tmp_path)["one"]["tries"] == 2


RACE = """
import sys
from course_lib.checks.progress_file import note, note_opened
for i in range(150):
    note(f"{sys.argv[1]}_{i}", True)
    note_opened(f"{sys.argv[1]}_{i}", 2)
"""


def test_three_kernels_that_note_at_once_lose_nothing(book, tmp_path):
    path = tmp_path / "p.json"
    env = {**os.environ, "COURSE_PROGRESS": str(path)}
    kernels = [subprocess.Popen([sys.executable, "-c", RACE, name], env=env) for name in "abc"]
    assert [kernel.wait(timeout=120) for kernel in kernels] == [0, 0, 0]
    kept = json.loads(path.read_text())
    assert (len(kept["checks"]), len(kept["hints"])) == (450, 450)
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["p.json"]


def test_a_lock_that_a_dead_kernel_left_gives_way(book, tmp_path, monkeypatch):
    monkeypatch.setattr(progress_file, "DEAD_AFTER", 0.05)
    (tmp_path / ".course-progress.json.lock").write_text("")
    run(book, RIGHT, "one")
    assert stored(tmp_path)["one"]["passed"] is True
    assert not (tmp_path / ".course-progress.json.lock").exists()


def test_a_file_of_before_hints_were_kept_is_read(book, tmp_path):
    entry = {"passed": True, "tries": 2, "when": "2026-01-01T00:00:00"}
    (tmp_path / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": {"one": entry}}))
    assert progress_file.read() == ({"one": entry}, "")
    assert progress_file.opened() == {}


def test_a_check_that_stops_passing_no_longer_counts(book, tmp_path):
    run(book, RIGHT, "one")
    run(book, WRONG, "one")
    assert stored(tmp_path)["one"]["passed"] is False
    assert stored(tmp_path)["one"]["tries"] == 2


def test_progress_survives_the_kernel(book, tmp_path):
    run(book, RIGHT, "one")
    code = "from course_lib.checks.progress_file import read; print(read()[0]['one']['passed'])"
    env = {**os.environ, "PYTHONPATH": str(Path(progress_file.__file__).parents[2])}
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "True"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"checks": 3}', '{"checks": {"one": 3}}', '{"checks": {"one": {}}}', "\x00"]
)
def test_a_broken_file_is_told_kept_aside_and_replaced(book, tmp_path, text):
    path = tmp_path / ".course-progress.json"
    path.write_text(text)
    assert "could not be read" in str(progress_file.table())
    run(book, RIGHT, "one")
    assert stored(tmp_path)["one"]["passed"] is True
    assert (tmp_path / ".course-progress.json.damaged").read_text() == text
    assert "could not be read" not in str(progress_file.table())


def test_bytes_that_are_no_text_are_told_too(book, tmp_path):
    (tmp_path / ".course-progress.json").write_bytes(b"\xff\xfe\x00")
    assert "could not be read" in str(progress_file.table())


def test_a_graded_run_writes_nothing(book, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "grade")
    run(book, RIGHT, "one")
    assert not (tmp_path / ".course-progress.json").exists()


def test_a_named_file_is_used_and_its_folder_made(book, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "deep" / "down" / "p.json"))
    run(book, RIGHT, "one")
    assert json.loads((tmp_path / "deep" / "down" / "p.json").read_text())["checks"]["one"]["passed"]


def test_a_place_that_cannot_be_written_does_not_disturb(book, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "p.json"))
    run(book, RIGHT, "one")
    assert progress_file.table().rows[1][2] == 0


def test_a_read_only_folder_sends_progress_to_the_users_data(book, tmp_path, monkeypatch):
    monkeypatch.setattr(progress_file.os, "access", lambda path, mode: False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert progress_file.progress_path() == tmp_path / "data" / "perceptron-to-resnet" / "progress.json"


def test_nothing_half_written_is_left(book, tmp_path):
    run(book, RIGHT, "one")
    run(book, RIGHT, "two")
    names = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert names == [".course-progress.json"]


def test_the_table_reads_as_text(book):
    run(book, RIGHT, "three")
    assert str(progress_file.table()).splitlines()[1].split() == ["01", "perceptron", "1", "1", "1", "of", "1"]
    book.run("shown = str(progress())")
    assert "lessons done" in book.names["shown"]


def test_an_open_exercise_that_looks_right_is_not_counted_but_named(book, tmp_path):
    """What passes of it here is the form only; how good the answer is, the hidden part measures."""
    about = {"names": ["f"], "open": True}
    write(tmp_path / "expected", lesson="02_open", measured=entry(RIGHT, CELL.format(id="measured"), exercise=about))
    run(book, RIGHT, "measured")
    shown = progress_file.table()
    assert [row for row in shown.rows if row[0] == "02 open"] == [("02 open", 1, 0, 0, 1)]
    assert "judged when graded: measured." in str(shown)
    run(book, WRONG, "measured")
    assert "judged" not in str(progress_file.table())


def test_what_was_given_back_is_forgotten(book):
    run(book, RIGHT, "one")
    run(book, RIGHT, "two")
    progress_file.forget(["two", "never heard of"])
    assert list(progress_file.read()[0]) == ["one"]
