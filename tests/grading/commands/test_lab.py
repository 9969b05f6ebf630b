"""`course lab`: starts as root too, is quiet, says one line that leads to the start page, hides teachers' panels."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import nbformat
import pytest
import typer
import zmq
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from grading.commands import lab, learner, reset
from grading.errors import CourseError
from tests.house import ROOT


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one lesson and the start page, as the repository has them; nothing is done yet."""
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    place = tmp_path / "work"
    (place / "expected").mkdir(parents=True)
    for name in ("00_arrays_and_images.ipynb", "expected/00_arrays_and_images.npz"):
        (place / name).write_bytes((ROOT / "notebooks" / name).read_bytes())
    lab.draw_map(place)
    monkeypatch.chdir(place)
    return place


def test_lab_opens_the_start_page_a_lesson_that_is_named_or_the_first_unfinished(folder):
    assert lab.page_to_open(folder).name == "START.ipynb"
    assert lab.page_to_open(folder, "0").name == "00_arrays_and_images.ipynb"
    with pytest.raises(CourseError, match="there is no lesson '9'"):
        lab.page_to_open(folder, "9")
    (folder / "START.ipynb").unlink()
    assert lab.page_to_open(folder).name == "00_arrays_and_images.ipynb"


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_may_start_it(folder, monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--allow-root" in lab.lab_command(folder)) == allowed
    monkeypatch.delattr(os, "geteuid")  # as on Windows
    assert "--allow-root" not in lab.lab_command(folder)


def test_a_dry_run_prints_the_command(folder):
    app = typer.Typer()
    learner.register(app)
    done = CliRunner().invoke(app, ["lab", "0", "--no-browser", "--dry-run"])
    assert done.exit_code == 0
    assert done.output.startswith(f"cd {folder} && ")
    assert " -m jupyterlab 00_arrays_and_images.ipynb " in done.output


def test_course_is_found_in_its_terminals_where_no_environment_is_activated(monkeypatch):
    monkeypatch.setenv("PATH", "/elsewhere")
    first, *others = lab.environment()["PATH"].split(os.pathsep)
    assert first == str(lab.Path(sys.executable).parent)
    assert others == ["/elsewhere"]


def test_the_kernels_words_are_hidden_from_others_where_jupyter_can(monkeypatch):
    option = "--KernelManager.transport_encryption=auto"
    able = "transport_encryption" in KernelManager.class_trait_names(config=True)
    assert (option in lab.lab_command(ROOT / "notebooks")) == (able and zmq.has("curve"))
    monkeypatch.setattr(zmq, "has", lambda what: False)
    assert option not in lab.lab_command(ROOT / "notebooks")


def test_the_link_leads_to_the_page_with_the_token():
    server = {"url": "http://localhost:8889/", "token": "a b"}
    page = lab.Path("START.ipynb")
    assert lab.link(server, page) == "http://localhost:8889/lab/tree/START.ipynb?token=a+b"
    assert lab.link({**server, "token": ""}) == "http://localhost:8889/lab"


def test_the_map_is_drawn_with_the_progress_and_left_alone_where_there_is_none(folder):
    once = (folder / "START.ipynb").read_bytes()
    lab.draw_map(folder)
    assert (folder / "START.ipynb").read_bytes() == once
    checks = {"normalise": {"passed": True, "tries": 1, "when": ""}}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))
    (folder / "START.ipynb").write_text("{")
    lab.draw_map(folder)
    assert (folder / "START.ipynb").read_text() == "{"


def test_a_start_page_that_is_not_there_is_made_with_links_to_the_lessons(folder):
    page = folder / "START.ipynb"
    made = page.read_bytes()
    page.unlink()
    lab.draw_map(folder)
    assert page.read_bytes() == made
    cells = nbformat.reads(made.decode(), as_version=4).cells
    assert [cell.id for cell in cells] == ["start", "map", "progress", "how"]
    assert "(00_arrays_and_images.ipynb)" in cells[1].source.replace('href="', "(").replace('"', ")")
    assert "0 of 1 lessons done" in cells[1].source


def test_a_newer_version_comes_to_a_clone_whose_learner_has_worked(folder, tmp_path):
    def git(*words, at):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *words], cwd=at, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    home, clone = tmp_path / "home", tmp_path / "clone"
    (folder / "START.ipynb").unlink()
    home.mkdir()
    folder.rename(home / "notebooks")
    (home / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    git("init", "--quiet", at=home)
    git("add", ".", at=home)
    git("commit", "--quiet", "-m", "first", at=home)
    git("clone", "--quiet", str(home), str(clone), at=tmp_path)
    lab.draw_map(clone / "notebooks")
    page = clone / "notebooks" / "START.ipynb"
    page.write_text(page.read_text(encoding="utf-8").replace('"outputs": []', '"outputs":  []'), encoding="utf-8")
    assert git("status", "--porcelain", at=clone) == ""
    for name in ("00_arrays_and_images.ipynb", "START.ipynb"):
        (home / "notebooks" / name).write_text("newer")
    git("add", ".", at=home)
    git("commit", "--quiet", "-m", "second", at=home)
    git("pull", "--quiet", at=clone)
    assert (clone / "notebooks" / "00_arrays_and_images.ipynb").read_text() == "newer"
    assert page.read_text(encoding="utf-8") != "newer"


def test_a_check_cell_that_is_run_first_says_in_one_sentence_what_to_run(folder, monkeypatch):
    for name in ("COURSE_MODE", "NBGRADER_EXECUTION", "PYTHONSTARTUP"):
        monkeypatch.delenv(name, raising=False)
    check = 'with check("batch_vectors-there") as expect:\n    expect("one", 1)'
    stub = 'def f():\n    raise NotDone("f")\nf()'
    first = "from course_lib.checks import NotDone, check, hint, yours"
    notebook = new_notebook(cells=[new_code_cell(source) for source in (check, stub, "hint()", first, check, "%who")])
    env = {**lab.environment(), "PYTHONPATH": str(ROOT)}
    NotebookClient(notebook, timeout=120, allow_errors=True).execute(env=env)
    told = [cell.outputs for cell in notebook.cells]
    for outputs, name in zip(told, ("check", "NotDone", "hint"), strict=False):
        assert [o.output_type for o in outputs] == ["error"]
        assert len(outputs[0].traceback) == 1
        assert f"`{name}` is not there yet" in outputs[0].traceback[0]
        assert "run the lesson's first cells" in outputs[0].traceback[0]
    assert "batch_vectors-there" in told[4][0].data["text/plain"], told[4]
    assert "not there yet" not in str(told[4])
    assert "_before" not in str(told[5])


@pytest.mark.parametrize("started", [True, False])
def test_progress_hint_and_answer_work_in_any_lesson_though_it_imports_few_of_them(folder, monkeypatch, started):
    for name in ("COURSE_MODE", "NBGRADER_EXECUTION", "PYTHONSTARTUP", "COURSE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)
    first = "from course_lib.checks import NotDone, check, yours"
    cells = (
        first,
        "progress()",
        "hint()",
        'answer("batch_vectors")',
        "answer = 42",
        'answer("batch_vectors")',
        "answer",
    )
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    env = {**lab.environment(), "PYTHONPATH": str(ROOT)}
    if not started:  # a kernel that `course lab` has not prepared, as in VS Code
        del env["PYTHONSTARTUP"]
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, allow_errors=True, resources=where).execute(env=env)
    told = [str(cell.outputs) for cell in notebook.cells]
    assert "lessons done" in told[1]
    assert "No check of yours has failed yet" in told[2]
    assert "There are no answers here" in told[3]
    assert "`answer` is yours now (of type int)" in told[5]
    assert "from course_lib.checks import answer" in told[5]
    assert "'42'" in told[6]


def test_who_has_a_startup_file_keeps_it(monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    assert lab.environment()["PYTHONSTARTUP"] == "mine.py"
    monkeypatch.delenv("PYTHONSTARTUP")
    assert lab.Path(lab.environment()["PYTHONSTARTUP"]).is_file()


@pytest.mark.parametrize("called", ["batch_vectors", "0.1", "to_images", "Batches to vectors and back"])
def test_an_exercise_is_given_back_by_whatever_it_is_called(folder, called):
    lesson = folder / "00_arrays_and_images.ipynb"
    given = lesson.read_bytes()
    lesson.write_bytes(given.replace(b'raise NotDone(\\"batch_vectors\\")', b"return x.reshape(len(x), -1)"))
    reset.reset(folder, "0", called)
    assert lesson.read_bytes() == given


def test_a_zip_unpacked_over_a_lesson_takes_no_work_away(folder, monkeypatch):
    lesson, copy = folder / "00_arrays_and_images.ipynb", folder / "kept" / "00_arrays_and_images last.ipynb"
    given, said = lesson.read_bytes(), []

    class Server:
        """JupyterLab: the learner answers, saves, and stops it."""

        pid, poll = 0, lambda self: 0

        def __init__(self, *_, **__):
            said.append("runs")

        def wait(self):
            lesson.write_bytes(worked)

    monkeypatch.setattr(lab.subprocess, "Popen", Server)
    worked = given
    lab.open_lab(folder, tell=said.append)
    assert (said, copy.exists()) == (["runs"], False)
    worked = given.replace(b'raise NotDone(\\"batch_vectors\\")', b"return x.reshape(len(x), -1)")
    checks = {"batch_vectors-there": {"passed": True, "tries": 1, "when": ""}}
    (folder / ".course-progress.json").write_text(json.dumps({"version": 1, "checks": checks}))
    lab.open_lab(folder, tell=said.append)
    assert copy.read_bytes() == worked != given
    lesson.write_bytes(given)
    worked, mine = given, worked
    lab.open_lab(folder, tell=said.append)
    assert said[2:] == [
        f"{lesson.name} is as it was handed out, though you worked on it. Your work is in {copy}",
        "runs",
    ]
    assert copy.read_bytes() == mine


@pytest.fixture
def started(folder, tmp_path):
    """`course lab` on a machine without a display, its first port taken; what it has printed, and its process."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        without = ("DISPLAY", "WAYLAND_DISPLAY", "JUPYTER_TOKEN", "BROWSER")
        env = {k: v for k, v in os.environ.items() if k not in without}
        env |= {"JUPYTER_PORT": str(port), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-u", "-m", "grading.cli", "lab"]
        log = open(tmp_path / "log", "w+b")  # noqa: SIM115
        process = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process, tmp_path / "log"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()


def test_it_starts_says_one_line_and_stops_with_one_control_c(started):
    process, log = started
    line = wait_for_line(process, log)
    assert len(line.splitlines()) == 1, line
    assert "Control-C" in line
    address = re.search(r"http://\S+", line)[0]
    parts = urllib.parse.urlsplit(address)
    assert parts.path == "/lab/tree/START.ipynb"
    assert urllib.parse.parse_qs(parts.query)["token"][0]
    with urllib.request.urlopen(address, timeout=60) as page:
        html = page.read().decode()
    assert page.status == 200
    config = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', html, re.DOTALL)[1])
    assert {"@jupyter/nbgrader", "@jupyterlab/apputils-extension:announcements"} <= set(config["disabledExtensions"])
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=180) == 0
    assert log.read_text() == line


def wait_for_line(process, log):
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        if "\n" in log.read_text():
            return log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def test_jupyterlab_finds_the_extension_that_names_sliders_and_loads_what_it_says(folder, monkeypatch):
    from jupyterlab_server.config import get_federated_extensions

    option = next(word for word in lab.lab_command(folder) if word.startswith("--LabServerApp.extra_labextensions"))
    found = get_federated_extensions([option.partition("=")[2]])
    assert list(found) == ["course_names"]
    about = found["course_names"]
    source = (lab.NAMES / "course_names" / about["jupyterlab"]["_build"]["load"]).read_text(encoding="utf-8")
    assert "all['course_names'] = {init" in source  # the name under which JupyterLab asks for it
