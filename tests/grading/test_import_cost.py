"""What a command imports before it begins: no package that only costs time."""

import subprocess
import sys

from grading.paths import ROOT


def test_no_command_builds_the_grammar_of_addresses():
    code = "import grading.course, sys; print(sum('lark' in name for name, there in sys.modules.items() if there))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]
