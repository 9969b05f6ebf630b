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
