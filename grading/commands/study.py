"""What a learner does outside a notebook: find the lessons, go on where it stopped, run a lesson's checks."""

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib.checks import progress_file as progress
from course_lib.checks.lookup import records_in
from course_lib.evidence.records import BadRecord
from grading.errors import CourseError
from grading.ids import exercise_of, split
from grading.lessons.choose import choose
from grading.paths import ROOT


@dataclass
class CheckResult:
    """One check of a lesson that was run: passed True or False, None when not done yet or never reached."""

    id: str
    passed: bool | None
    say: str = ""


@dataclass
class LessonResult:
    """One run of a lesson: its checks in order, and one sentence for every other cell that failed."""

    lesson: str
    checks: list[CheckResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self):
        """Whether all checks pass."""
        return all(check.passed for check in self.checks)

    def to_json(self):
        """The result as plain values."""
        return {**asdict(self), "passed": self.passed}


def notebooks_folder(named=None):
    """The folder with the lessons: the one named, the current one, `notebooks` in it, or the project's."""
    here = Path.cwd()
    places = [Path(named)] if named else [here, here / "notebooks", ROOT / "notebooks"]
    for place in places:
        if any(place.glob("[0-9][0-9]_*.ipynb")):
            return place.resolve()
    raise CourseError(f"No lessons (NN_name.ipynb) in {', '.join(map(str, places))}; change to the course's folder.")


def find_lesson(folder, number):
    """The notebook of lesson `number`: 09 or 09_convolution_arithmetic."""
    names = sorted(p.stem for p in folder.glob("[0-9][0-9]_*.ipynb"))
    return folder / f"{choose([number], names, folder)[0]}.ipynb"


def progress_file(folder):
    """Where a kernel that runs in `folder` keeps the learner's progress."""
    return Path(os.environ["COURSE_PROGRESS"]) if os.environ.get("COURSE_PROGRESS") else folder / progress.FILE_NAME


def progress_table(folder):
    """The table of all lessons in `folder`."""
    return progress.table(progress_file(folder), [folder / "expected"])


def first_unfinished(folder):
    """The notebook of the first lesson with a check that does not pass yet; None when all do."""
    done, _ = progress.read(progress_file(folder))
    for lesson, checks in progress.lessons([folder / "expected"]).items():
        path = folder / f"{lesson}.ipynb"
        if path.exists() and not all(done.get(id, {}).get("passed") for id in checks):
            return path
    return None


def lab_command(folder, number=None, browser=True):
    """The command that opens JupyterLab on a lesson, by default the first unfinished one."""
    path = find_lesson(folder, number) if number else first_unfinished(folder)
    command = [sys.executable, "-m", "jupyterlab"]
    command += [path.name] if path else []
    return command if browser else [*command, "--no-browser"]


def hints(folder, exercise, count=None):
    """`(hints to show, how many there are)`: `count` of them, else one and one more for each further failed try."""
    try:
        records = list(records_in(folder / "expected"))
    except BadRecord as error:
        raise CourseError(str(error)) from None
    entries = {id: record.about(id) for record in records for id in record.checks}
    mine = [check for id, check in entries.items() if exercise_of(id) == exercise_of(exercise)]
    if not mine:
        raise CourseError(f"There is no exercise {exercise}; `course progress --checks` lists them all.")
    found = next((check["hints"] for check in mine if check["hints"]), [])
    if count is None:
        done, _ = progress.read(progress_file(folder))
        tries = [e["tries"] for id, e in done.items() if exercise_of(id) == exercise_of(exercise) and not e["passed"]]
        count = max([1, *tries])
    return found[:count], len(found)


def run_lesson(path, *, practice=False, timeout=120, tell=lambda text: None):
    """Run a lesson's notebook in a fresh kernel, keep its checks in the learner's progress; returns a LessonResult.

    The notebook's file is not changed. Practice runs are skipped unless asked for. `timeout` is seconds per cell.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(f"{path} is no notebook that can be read ({str(error).splitlines()[0][:100]}).") from None
    result = LessonResult(path.stem)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=lambda cell, cell_index: tell(f"cell {cell_index + 1} of {len(notebook.cells)}"),
    )
    env = {**os.environ, "COURSE_MODE": "study" if practice else "grade"}
    env.pop("COURSE_HIDDEN", None)
    try:
        with tempfile.TemporaryDirectory() as aside:  # what passes is kept below, once
            env["COURSE_PROGRESS"] = str(Path(aside) / "progress.json")
            client.execute(env=env, stderr=subprocess.DEVNULL)
    except CellTimeoutError:
        result.problems.append(f"a cell ran longer than {timeout} seconds and was stopped")
    except DeadKernelError:
        result.problems.append("the kernel died; a cell may have used up the memory")
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            _read_cell(result, cell, number)
    for check in result.checks:
        if check.passed is not None:
            progress.note(check.id, check.passed, progress_file(path.parent))
    return result


def _read_cell(result, cell, number):
    kind, id = split(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    error = next((o for o in cell.outputs if o.output_type == "error"), None)
    if kind in ("check", "predict") and id:
        shown = [o.metadata["course_check"] for o in cell.outputs if "course_check" in o.get("metadata", {})]
        if shown:
            passed, say = shown[-1]["passed"], shown[-1]["say"]
            result.checks.append(CheckResult(id, passed, "not done yet" if passed is None else say))
        else:
            result.checks.append(CheckResult(id, None, error.evalue if error else "Not reached."))
    elif error is not None and error.ename != "NotDone":
        first = cell.source.strip().splitlines()[0][:40]
        said = error.evalue.strip().splitlines()
        result.problems.append(f"cell {number} ({first}): {': '.join([error.ename, *said[:1]])}")
