"""What a learner does outside a notebook: find the lessons, go on where it stopped, run a lesson's checks."""

import os
import re
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib.checks import progress_file as kept
from course_lib.checks.learner import AS_GIVEN
from course_lib.checks.lookup import find_exercise, record_folders
from grading.errors import CourseError
from grading.ids import split
from grading.lessons.choose import choose
from grading.paths import ROOT

COPY = r"(-Copy\d+| ?\(\d+\)| copy( \d+)?| - Copy( \(\d+\))?)+$"  # how programs name a duplicate


@dataclass
class CheckResult:
    """One check of a lesson that was run: passed True or False, None when not done yet or never reached."""

    id: str
    passed: bool | None
    say: str = ""
    attempt: bool = False  # whether something was tried
    answer: str = ""  # a fingerprint of what was tried


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
    places = [Path(named)] if named else [here, here / "notebooks", ROOT / "notebooks", ROOT]
    for place in places:
        if any(place.glob("[0-9][0-9]_*.ipynb")):
            return place.resolve()
    raise CourseError(f"No lessons (NN_name.ipynb) in {', '.join(map(str, places))}; change to the course's folder.")


def find_lesson(folder, number):
    """The notebook of lesson `number`: 09 or 09_convolution_arithmetic; never a duplicate beside the lesson."""
    there, word = sorted(folder.glob("[0-9][0-9]_*.ipynb")), str(number).removesuffix(".ipynb")
    names = [p.stem for p in there if p.stem == word] or [p.stem for p in originals(there)]
    name = choose([number], names, folder)[0]
    same = [other for other in names if other[:2] == name[:2]]
    if len(same) > 1 and name != word:
        raise CourseError(f"lesson {number} is more than once in {folder}: {', '.join(same)}; type the whole name")
    return folder / f"{name}.ipynb"


def originals(paths):
    """Those of the notebooks that are no duplicate; of a lesson that has only duplicates, these.

    JupyterLab names a duplicate `09_name-Copy1`, browsers and file managers `09_name (1)` or `09_name copy`.
    """
    there = {p.stem for p in paths}
    return [p for p in paths if lesson_of(p) == p.stem or lesson_of(p) not in there]


def lesson_of(path):
    """The lesson that a notebook's file is, or is a duplicate of."""
    return re.sub(COPY, "", path.stem)


def progress_file(folder):
    """Where a kernel that runs in `folder` keeps the learner's progress."""
    return kept.progress_path(folder)


def progress_table(folder):
    """The table of the lessons in `folder`."""
    return kept.table(progress_file(folder), record_folders(folder), _names(folder))


def checks_of(folder):
    """`{lesson: {check id: points}}` of the lessons in `folder`, found as a kernel that runs there finds them."""
    return kept.lessons(record_folders(folder), _names(folder))


def _names(folder):
    return {lesson_of(path) for path in folder.glob("[0-9][0-9]_*.ipynb")}


def first_unfinished(folder):
    """The notebook of the first lesson with a check that does not pass yet; None when all do."""
    done, _ = kept.read(progress_file(folder))
    for lesson, checks in checks_of(folder).items():
        path = folder / f"{lesson}.ipynb"
        if path.exists() and not all(done.get(id, {}).get("passed") for id in checks):
            return path
    return None


def hints(folder, exercise=None, count=None):
    """`(hints to show, Known)`: those that are open, at least one, `count` if given; they are open from then on.

    Without `exercise` they are for the check that failed last.
    """
    exercise = exercise or kept.last_failed(progress_file(folder))
    if not exercise:
        raise CourseError(
            "No check of yours has failed yet; say which exercise: `course hint output_size`, or `course hint 0.4`. "
            "`course progress --checks` lists them all."
        )
    found, near = find_exercise(exercise, record_folders(folder))
    if found is None:
        mean = f" Did you mean `course hint {near.id}`?" if near else ""
        raise CourseError(f"There is no exercise {exercise}.{mean} `course progress --checks` lists them all.")
    path = progress_file(folder)
    already = kept.opened(path).get(found.id, 0)
    reached = min(max(1, already, count or 0), len(found.hints))
    if reached > already:
        kept.note_opened(found.id, reached, path)
    return found.hints[:reached], found


def run_lesson(path, *, practice=False, timeout=120, keep=True, tell=lambda text: None):
    """Run a lesson's notebook in a fresh kernel; returns a LessonResult. Keeps its checks in progress if `keep`.

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
        **({"skip_cells_with_tag": ""} if practice else {}),  # else long runs are passed over by their tag
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
    for check in result.checks if keep else ():
        if check.attempt:
            kept.note(check.id, check.passed, progress_file(path.parent), check.answer)
    return result


def _read_cell(result, cell, number):
    kind, id = split(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    error = next((o for o in cell.outputs if o.output_type == "error"), None)
    if kind in ("check", "predict") and id:
        shown = [o.metadata["course_check"] for o in cell.outputs if "course_check" in o.get("metadata", {})]
        if shown:
            told = shown[-1]
            passed, say, tried = told["passed"], told["say"], (told["attempt"], told["answer"])
            say = "not done yet" if passed is None and say != AS_GIVEN else say
            result.checks.append(CheckResult(id, passed, say, *tried))
        else:
            result.checks.append(CheckResult(id, None, error.evalue if error else "Not reached."))
    elif error is not None and error.ename != "NotDone":
        first = cell.source.strip().splitlines()[0][:40]
        said = error.evalue.strip().splitlines()
        result.problems.append(f"cell {number} ({first}): {': '.join([error.ename, *said[:1]])}")
