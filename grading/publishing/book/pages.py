"""A lesson as a page: what a student gets, with the outputs of its own cells; answers and checks never run here.

The cells run in one kernel, in order, in graded mode: long runs are skipped, and where an exercise's answer would be
used the library's stands in. Exercises and their checks show no output. What was run is kept by content.
"""

import hashlib
import re
import subprocess
from pathlib import Path

import nbformat

from course_lib.files import write_atomically
from grading.errors import CourseError
from grading.lessons.release import NEEDS, student_notebook
from grading.paths import ROOT
from grading.proving.bench import SKIPPED, clean_environment
from grading.proving.keys import code_of, library_digest

CACHE = ROOT / ".cache" / "book"
UNSEEN = ("application/vnd.jupyter.widget-view+json", "course_check")
SLIDER = "*There is a slider here: open the notebook to move it. The picture beside it shows one of its states.*"
SECONDS = 300  # of one cell
START = re.compile(r"\[([^\]]*)\]\(START\.ipynb\)")


def page(lesson, *, cache=CACHE):
    """The lesson's page as a NotebookNode with outputs."""
    notebook = student_notebook(lesson)
    outputs = _cached(lesson, notebook, cache)
    cells = []
    for cell in notebook.cells:
        if cell.id in (NEEDS, "hand-in"):
            continue
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(o) for o in outputs.get(cell.id, [])]
        else:
            cell.source = START.sub(r"[\1](index.md)", cell.source)
        cells.append(cell)
        if "slider" in outputs.get(f"{cell.id}:", ()):
            cells.append(nbformat.v4.new_markdown_cell(SLIDER, id=f"{cell.id}-slider"[:64]))
    notebook.cells = cells
    return notebook


def _cached(lesson, notebook, cache):
    """{cell id: [output]} of the lesson's own cells; what was run before is read."""
    words = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    key = hashlib.sha256("\0".join([*words, library_digest(*code_of(lesson))]).encode()).hexdigest()
    kept = Path(cache) / f"{key}.ipynb"
    if not kept.exists():
        run = _run(lesson, nbformat.from_dict(notebook))
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, nbformat.writes(run))
    return _shown(nbformat.read(kept, as_version=4))


def _run(lesson, notebook):
    """A copy of the notebook whose own cells have run; exercises and checks are left out."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    quiet = {cell.id for cell in notebook.cells if _is_quiet(cell)}
    run = nbformat.v4.new_notebook(metadata=notebook.metadata)
    run.cells = [c for c in notebook.cells if c.cell_type == "code" and c.id not in quiet]
    environment = clean_environment() | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    client = NotebookClient(run, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    try:
        client.execute(env=environment, stderr=subprocess.DEVNULL)  # what a cell says comes another way
    except CellExecutionError as error:
        told = f"{error.ename}: {error.evalue}"[:200]
        raise CourseError(f"{lesson.path.name}: a cell of its own fails in the book ({told})") from None
    return run


def _is_quiet(cell):
    """Whether a code cell belongs to the reader: an answer, a check, a run that the grader skips."""
    tags = cell.metadata.get("tags", ())
    return "nbgrader" in cell.metadata or any(tag in SKIPPED for tag in tags)


def _shown(run):
    """The outputs to print; "ID:" notes where a slider was."""
    found = {}
    for cell in run.cells:
        kept = []
        for output in cell.outputs:
            data = output.get("data", {})
            if UNSEEN[0] in data:
                found[f"{cell.id}:"] = ["slider"]
            elif output.output_type != "stream" or output.name == "stdout":
                kept.append({k: v for k, v in output.items() if k != "execution_count"} | _numbered(output))
        found[cell.id] = kept
    return found


def _numbered(output):
    return {"execution_count": None} if output.output_type == "execute_result" else {}
