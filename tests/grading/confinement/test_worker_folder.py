"""The worker is a folder run by path: it needs nothing beside it, and no submission can see or replace a file of it."""

import ast
import json
import shutil
import subprocess
import sys

import pytest

from grading.confinement import mounts
from grading.confinement.job import Job, Limits, Step
from grading.confinement.sandbox import Sandbox
from tests.grading import small_lesson as small
from tests.grading.places import PATHS

FILES = sorted(mounts.WORKER.glob("*.py"))
NAMES = sorted({file.stem for file in FILES} - {"__main__"})


def imported(node):
    """The first words of the names that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [node.module.partition(".")[0]] if isinstance(node, ast.ImportFrom) else []


@pytest.fixture(scope="module", params=[*PATHS, "single"])
def box(request, places):
    with places.sandbox(request.param) as made:
        yield made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_imports_the_others_and_the_standard_library_at_its_top_and_libraries_only_later(file):
    """Later the others are forgotten, and before that a library could meet one of them under its own name."""
    tree = ast.parse(file.read_text())
    first = tree.body[-1].body if file.stem == "__main__" else tree.body
    top = {name for node in [*tree.body, *first] for name in imported(node)}
    later = {name for node in ast.walk(tree) for name in imported(node)} - top
    assert top <= {*NAMES, *sys.stdlib_module_names}
    assert not later & set(NAMES)
    assert "grading" not in later


def test_no_file_is_called_like_a_module_of_the_standard_library():
    assert not set(NAMES) & sys.stdlib_module_names


LOOK = """
import gc, importlib.util, pkgutil, pickle, sys
names = {names}
print("LOADED", [n for n in names if n in sys.modules])
print("FOUND", [n for n in names if importlib.util.find_spec(n)])
print("LISTED", [m.name for m in pkgutil.iter_modules() if m.name in names])
print("FILES", [n for n, m in sys.modules.items() if "/worker/" in (getattr(m, "__file__", None) or "")])
print("PLACES", [p for p in [*sys.path, *sys.path_importer_cache] if "worker" in p.split("/")])
print("MAIN", sys.modules["__main__"].__dict__ is globals())
refused = []
for thing in (sys.stdout, type(sys.stdout)):
    try:
        pickle.dumps(thing)
    except Exception as error:
        refused.append(type(error).__name__)
print("PICKLED", refused)
"""
SEEN = """LOADED []
FOUND []
LISTED []
FILES []
PLACES []
MAIN True
PICKLED ['PicklingError', 'PicklingError']
"""


def test_student_code_finds_no_file_of_the_worker_by_a_name(box):
    look = Step("look", LOOK.replace("{names}", repr([*NAMES, "worker"])))
    run = box.run(Job("look", "x", (look,)))
    assert run.cells["look"].outputs[0]["text"] == SEEN


def test_a_submissions_own_files_of_these_names_are_its_own_and_change_nothing(box):
    names = [*NAMES, "worker"]
    files = {f"{name}.py": f"mine = {name!r}".encode() for name in names}
    source = f"import {', '.join(names)}\nprint([{', '.join(f'{name}.mine' for name in names)}])"
    stopped = Step("stopped", "import asyncio, warnings\nwhile True:\n    pass")
    steps = (Step("own", source), stopped, Step("after", "1 / 0"), Step("help", "print('still here')"))
    run = box.run(Job("own", "x", steps, (), Limits(cell_cpu=0.3), files))
    assert run.ended == "finished"
    assert run.cells["own"].outputs[0]["text"] == f"{names}\n"
    assert [run.cells[name].outputs[0]["ename"] for name in ("stopped", "after")] == [
        "CellStopped",
        "ZeroDivisionError",
    ]
    assert run.cells["help"].outputs[0]["text"] == "still here\n"


def test_the_folder_can_be_read_and_not_be_written(box):
    source = """
import os
place = sys.argv[0]
told = []
for write in (
    lambda: open(place + "/frames.py", "a"),
    lambda: open(place + "/new.py", "w"),
    lambda: os.remove(place + "/frames.py"),
    lambda: os.mkdir(place + "/folder"),
    lambda: os.rename(place, place + "2"),
):
    try:
        write()
        told.append("done")
    except OSError as error:
        told.append(error.strerror)
print(place, os.access(place + "/frames.py", os.R_OK), *told, sep="; ")
"""
    run = box.run(Job("write", "x", (Step("a", "import sys" + source),)))
    place, readable, *told = run.cells["a"].outputs[0]["text"].strip().split("; ")
    assert (place, readable) == (mounts.RUNS, "True")
    assert set(told) <= {"Read-only file system", "Permission denied", "Device or resource busy"}


def test_a_start_without_confinement_leaves_nothing_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # else the driver's byte-code is left, on purpose
    worker = tmp_path / "worker"
    shutil.copytree(mounts.WORKER, worker, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("grading.confinement.bubblewrap.find", lambda: None)
    with Sandbox(trust=True, worker=worker) as box:
        run = box.run(Job("a", "x", (Step("a", LOOK.replace("{names}", repr([*NAMES, "worker"]))),)))
    assert run.cells["a"].outputs[0]["text"] == SEEN
    assert sorted(worker.iterdir()) == [worker / file.name for file in FILES]


def test_a_traceback_that_a_student_prints_names_the_stop_as_one_of_the_notebooks_own(box):
    source = "import sys, traceback\ntry:\n    while True:\n        pass\nexcept KeyboardInterrupt:\n"
    source += "    print(traceback.format_exc().splitlines()[-1])"
    run = box.run(Job("trace", "x", (Step("a", source),), (), Limits(cell_cpu=0.3)))
    assert run.cells["a"].outputs[0]["text"].startswith("CellStopped: this cell was stopped after 0.3 seconds of CPU")


CHANGE = """
import json, os, sys
from pathlib import Path
from grading.confinement import cluster_worker, mounts
from grading.course import Course

def told():
    course = Course(Path(sys.argv[1]))
    return json.dumps([cluster_worker.facts()["this course's package"], course.fingerprint(sys.argv[2])])

def look(file):
    if os.fork():  # so that what is remembered of one look is not of the next
        os.wait()
        return
    if file:
        file.write_text(file.read_text() + "# changed\\n")
    print(file and file.name, told(), sep="\\t", flush=True)
    os._exit(0)

for file in (None, *sorted(mounts.WORKER.glob("*.py"))):
    before = file and file.read_text()
    look(file)
    if file:
        file.write_text(before)
look(None)
"""


def test_a_change_to_any_file_grades_anew_and_is_noticed_on_a_cluster(made, tmp_path):
    for package in ("grading", "course_lib"):
        shutil.copytree(mounts.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-c", CHANGE, made.root, small.LESSON], cwd=tmp_path, capture_output=True,
                          text=True, env={"PYTHONPATH": str(tmp_path)}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (first, before), *changed, (last, after) = (line.split("\t") for line in done.stdout.splitlines())
    assert first == last == "None"
    assert before == after
    assert [name for name, _ in changed] == [file.name for file in FILES]
    for column in zip(*(json.loads(told) for told in (before, *(told for _, told in changed))), strict=True):
        assert len(set(column)) == len(FILES) + 1
