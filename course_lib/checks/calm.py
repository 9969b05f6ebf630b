"""What is not begun is no error: its cell ends with a calm word, not with the red bar that JupyterLab gives to errors.

The cell has failed all the same, so that "Run all" stops or goes on as the cell's tags say. Wherever a program reads
the outputs (a graded run, nbgrader's own), the error stays among them.
"""

import os
import sys
from typing import Any

from course_lib.checks.message import Note, show

PROGRAMS = ("COURSE_MODE", "NBGRADER_EXECUTION")  # set in kernels whose outputs a program reads


def end_calmly(*kinds: type[Exception]) -> None:
    """In a notebook, show an exception of these `kinds` as what its `calm` says, and not at all where that is ""."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or shell.custom_exceptions or any(map(os.environ.get, PROGRAMS)):
        return

    def shown(shell: Any, kind: type, error: Any, trace: Any, tb_offset: int | None = None) -> None:
        if error.calm:
            show(Note(error.calm))

    shell.set_custom_exc(kinds, shown)
