"""Ctrl-C and a folder that may not be written end a command with one sentence and an exit status, and soon."""

import errno
import subprocess
import sys
import time

import pytest

from grading import cli
from grading.commands import instructor
from grading.confinement.job import Job, Limits, Step
from grading.confinement.pool import SandboxPool
from grading.course import rules
from grading.errors import CourseError
from tests.grading import small_course as sc


def end_of(monkeypatch, capsys, error):
    """Exit status and stderr of a `course report` in which this happens."""

    def report():
        raise error

    monkeypatch.setattr(instructor, "report", report)
    monkeypatch.setattr(cli, "app", cli.typer.Typer(pretty_exceptions_enable=False))
    monkeypatch.setattr(sys, "argv", ["course", "report"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code, capsys.readouterr().err.strip()


def test_ctrl_c_ends_with_one_sentence_and_the_status_of_an_interrupt(monkeypatch, capsys):
    status, told = end_of(monkeypatch, capsys, KeyboardInterrupt())
    assert status == 130
    assert told == "course: stopped. What was finished is kept; the same command goes on from there."


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EISDIR, errno.EEXIST])
def test_a_place_that_cannot_be_written_is_named_in_one_sentence(monkeypatch, capsys, number):
    status, told = end_of(monkeypatch, capsys, OSError(number, "why", "/the/file"))
    assert (status, told) == (2, "course: /the/file: why; permit writing there, or name another place.")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_place_that_is_full_is_named_in_one_sentence(monkeypatch, capsys, number):
    status, told = end_of(monkeypatch, capsys, OSError(number, "why", "/the/file"))
    assert (status, told) == (2, "course: /the/file: why; make room there, or name another place.")


@pytest.mark.parametrize(("number", "todo"), [(errno.ENOSPC, "make room there"), (errno.EROFS, "permit writing there")])
def test_a_decision_that_cannot_be_kept_says_what_mends_it(monkeypatch, tmp_path, number, todo):
    def fail(path, data):
        raise OSError(number, "why", str(path))

    monkeypatch.setattr(rules, "write_atomically", fail)
    with pytest.raises(CourseError) as told:
        rules.write_rules(tmp_path, rules.Rules())
    assert str(told.value) == f"{tmp_path / rules.NAME} cannot be written (why); {todo}."


def test_another_error_of_the_system_is_not_hidden(monkeypatch, capsys):
    with pytest.raises(OSError, match="odd"):
        end_of(monkeypatch, capsys, OSError(errno.EBADF, "odd"))


def stop_while_running(job):
    """A pool left by Ctrl-C while the job runs; returns the job's future."""
    with SandboxPool(1) as pool:
        pool.started.result()
        future = pool.submit(job)
        time.sleep(1)
        assert future.running()
        asked.append(future)
        raise KeyboardInterrupt


asked = []


def test_what_runs_is_ended_at_once_when_grading_is_stopped():
    job = Job("key", "90_small", (Step("slow", "import time\ntime.sleep(50)"),), limits=Limits())
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        stop_while_running(job)
    assert time.monotonic() - begun < 30  # by itself it would run for longer than that
    assert asked.pop().done()


@pytest.mark.parametrize("words", [["feedback"], ["report"], ["due", "90", "2026-10-12T22:00Z"], ["grade"]], ids=str)
def test_a_read_only_course_folder_is_said_in_one_sentence(graded, words):
    program = [sys.executable, "-W", "ignore", "-m", "grading.cli", *words, "-c", str(graded.root)]
    apart = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--ro-bind", str(graded.root), str(graded.root)]
    done = subprocess.run([*apart, *program], env=sc.quiet(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (told,) = done.stderr.strip().splitlines()
    assert told.startswith(f"course: {graded.root}")
    assert "Read-only" in told
