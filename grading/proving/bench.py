"""A bench to run a lesson's cells on, in order, as in the grader but without a kernel; the environment it stands in."""

import ast
import builtins
import contextlib
import io
import os
import sys

from grading.lessons.cells import BEGIN_HIDDEN, END_HIDDEN, GUARDED, open_hidden, strip_magics
from grading.paths import ROOT

SKIPPED = (*GUARDED, "given", "picture")  # roles of cells that do not run here
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def clean_environment(extra=None):
    """The environment of a clean process: graded mode, no window, one thread, no course folder of the caller's."""
    env = {k: v for k, v in os.environ.items() if k not in ("COURSE_EXPECTED", "COURSE_HIDDEN", "PYTHONSTARTUP")}
    env |= {"COURSE_MODE": "grade", "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    env |= dict.fromkeys(THREADS, "1")
    return env | (extra or {})


class Bench:
    """One namespace in which a lesson's cells run in order, as in the grader but without a kernel."""

    def __init__(self, lesson):
        self.lesson, self.keep_figures, self.held = lesson, False, {}
        self.names = {"__name__": "__main__", "__builtins__": builtins, "display": lambda *a, **k: None}

    def run(self, source, line, *, guard=True):
        """Run one cell's source as line `line` and following of the lesson's file."""
        if guard and source.lstrip().startswith("%%"):
            return
        tree = ast.parse(strip_magics(source), str(self.lesson.path))
        ast.increment_lineno(tree, line - 1)
        self.execute(tree)

    def execute(self, tree):
        """Run a syntax tree whose lines are the file's; what it prints and draws is dropped."""
        code = compile(tree, str(self.lesson.path), "exec")
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(code, self.names)
        if "matplotlib.pyplot" in sys.modules and not self.keep_figures:
            sys.modules["matplotlib.pyplot"].close("all")

    def hold(self, cell):
        """Run a held cell by itself: `held[exercise id]` has its names, the bench none of them."""
        names, self.names = self.names, {"__name__": "__main__", "__builtins__": builtins}
        try:
            self.run(cell.source, cell.line)
        finally:
            self.held[cell.id], self.names = self.names, names

    def check(self, check):
        """Run a check cell: the visible part, then the hidden part on the names as they are then, put back after."""
        visible = ast.parse(_blanked(check.cell.source, hidden=False))
        ast.increment_lineno(visible, check.cell.line - 1)
        self.execute(visible)
        if not check.hidden:
            return
        hidden = ast.parse(open_hidden(_blanked(check.cell.source, hidden=True), check.id, 0))
        ast.increment_lineno(hidden, check.cell.line - 1)
        before = dict(self.names)
        try:
            self.execute(hidden)
        finally:
            self.names.clear()
            self.names.update(before)


def _blanked(source, *, hidden):
    """A check cell with the other part's lines blank, so that every line keeps its number."""
    lines = source.split("\n")
    kept, inside, header = [], False, None
    for i, line in enumerate(lines):
        if BEGIN_HIDDEN in line or END_HIDDEN in line:
            inside = BEGIN_HIDDEN in line
            if inside:
                header = max(j for j in range(i) if "with check(" in lines[j])
            kept.append("")
        else:
            kept.append(line if inside == hidden else "")
    if hidden and header is not None:
        kept[header] = lines[header]
    return "\n".join(kept)
