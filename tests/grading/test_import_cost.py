"""What a command imports before it begins: no package that only costs time."""

import subprocess
import sys

from grading.paths import ROOT


def loaded(module, name):
    """How many modules with `name` in theirs are there once `module` was imported."""
    code = f"import {module}, sys; print(sum({name!r} in one for one, there in sys.modules.items() if there))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_no_command_builds_the_grammar_of_addresses():
    assert loaded("grading.course", "lark") == 0


def test_nbgrader_is_imported_while_the_sandbox_starts():
    assert loaded("grading.marking.engine", "nbgrader.api") == 0
    assert loaded("grading.marking.replay", "nbgrader.api") == 1


WATCHED = """import atexit, gc, sys
collected = []
gc.callbacks.append(lambda phase, info: collected.append(phase) if phase == "start" else None)
atexit.register(lambda: print(gc.get_freeze_count(), len(collected)))  # last of all: whoever came later goes first
from grading.cli import main
import grading.marking.engine, grading.marking.replay
sys.argv = ["course", "--help"]
del collected[:]
main()"""


def test_a_command_walks_through_no_objects_at_its_end():
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=True)
    frozen, collections = map(int, done.stdout.split()[-2:])
    assert frozen > 100_000  # what was imported: a collection at the end leaves it alone
    assert collections <= 2  # while the help was made: by Python's default there are 20
