"""Warm processes give what fresh ones give, and no run sees what another one did."""

import subprocess
import sys

import pytest

from grading.proving import trials
from grading.proving.bench import clean_environment
from grading.proving.trials import Trial, run_trials
from tests.grading.means import means
from tests.grading.publishing.warm import Warm


@pytest.fixture
def run(tmp_path):
    with Warm() as warm:

        def run(code, env=None):
            command = [sys.executable, "-P", "-c", code, str(tmp_path)]
            return warm.run(command, input=b"asked", env=clean_environment(env), cwd=str(tmp_path))

        yield run


def test_a_run_is_as_one_of_python_itself(run, tmp_path):
    code = "import os, sys; open('told', 'w').write(repr((sys.argv, os.getcwd(), sys.stdin.buffer.read(), __name__)))"
    assert run(code).returncode == 0
    told = (tmp_path / "told").read_text()
    env = clean_environment()
    subprocess.run([sys.executable, "-P", "-c", code, str(tmp_path)], input=b"asked", env=env, cwd=tmp_path, check=True)
    assert told == (tmp_path / "told").read_text()


def test_imports_are_kept_and_nothing_else(run, tmp_path):
    (tmp_path / "counted").touch()
    code = "import sys; open('counted', 'a').write(str(int('colorsys' in sys.modules))); import colorsys"
    assert run(code + "; colorsys.rgb_to_hsv = None").returncode == 0
    assert run(code + "; colorsys.rgb_to_hsv(0, 0, 0)").returncode == 0
    assert (tmp_path / "counted").read_text() == "01"


def test_each_environment_has_a_process_of_its_own(run, tmp_path):
    for kernel in ("Haswell", "Prescott"):
        run(
            "import os; open(os.environ['OPENBLAS_CORETYPE'], 'w').write(str(os.getppid()))",
            {"OPENBLAS_CORETYPE": kernel},
        )
    assert (tmp_path / "Haswell").read_text() != (tmp_path / "Prescott").read_text()


def test_what_ends_a_run_is_told_and_the_next_one_runs(run):
    done = run("raise ValueError('no')")
    assert (done.returncode, done.stderr) == (1, b"ValueError: no\n")
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").returncode == -9
    assert run("pass").returncode == 0


def test_trials_give_what_they_give_in_a_fresh_process(monkeypatch):
    lesson = means()
    exercise = lesson.exercise("centre")
    answers = [Trial("centre", v.name, v.source) for v in exercise.wrong]
    fresh = run_trials(lesson, answers, jobs=1)
    with Warm() as warm:
        monkeypatch.setattr(trials, "subprocess", warm)
        for _ in range(2):  # the second has everything imported
            reference, outcomes = run_trials(lesson, answers, jobs=1)
            assert repr(reference) == repr(fresh[0])
            assert {t.name: repr(o) for t, o in outcomes.items()} == {t.name: repr(o) for t, o in fresh[1].items()}
    assert len(outcomes) >= 5
