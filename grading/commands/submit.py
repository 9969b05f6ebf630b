"""`course submit`: is the saved notebook what the learner means to hand in, and which one file is to be uploaded?"""

import contextlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.checks.progress_file import read
from grading.commands.study import LessonResult, find_lesson, progress_file, run_lesson
from grading.errors import CourseError, remedy
from grading.ids import exercise_of, split

FOLDER = "hand-in"  # beside the lessons; no lesson is looked for in it
UNANSWERED = "*Write your answer here: double-click this cell.*"


@dataclass
class HandIn:
    """What a saved notebook holds, and the file made of it; `file` is None where it should be saved first."""

    result: LessonResult
    file: Path | None = None
    ahead: list[str] = field(default_factory=list)  # checks that passed in JupyterLab, but not in the saved file
    unanswered: list[str] = field(default_factory=list)  # written questions
    copies: list[str] = field(default_factory=list)  # files beside it that hold the lesson under another name

    @property
    def name(self):
        """The lesson's own file name."""
        return f"{self.result.lesson}.ipynb"

    def to_json(self):
        """The same as plain values."""
        made = str(self.file) if self.file else None
        return {
            **self.result.to_json(),
            "ahead": self.ahead,
            "unanswered": self.unanswered,
            "copies": self.copies,
            "file": made,
        }


def hand_in(folder, number, *, anyway=False, tell=lambda text: None):
    """Run the saved notebook of a lesson, which is left as it is, and copy it to `hand-in/` to be uploaded.

    Nothing is copied while progress is ahead of the file, that is, most likely, it is not saved; unless `anyway`.
    """
    path = find_lesson(folder, number)
    before, _ = read(progress_file(folder))
    result = run_lesson(path, keep=False, tell=tell)
    passed = {check.id for check in result.checks if check.passed}
    made = HandIn(result, unanswered=unanswered(path))
    if not result.checks and not questions(path):
        raise CourseError(f"{path.name} is a page to read: there is nothing in it to hand in.")
    made.ahead = [c.id for c in result.checks if c.id not in passed and before.get(c.id, {}).get("passed")]
    if made.ahead:
        made.copies = copies(path)
    if anyway or not made.ahead:
        target = folder / FOLDER / path.name
        try:
            target.parent.mkdir(exist_ok=True)
            made.file = Path(shutil.copyfile(path, target))
        except OSError as error:
            raise CourseError(f"{target} cannot be written ({error.strerror}); {remedy(error)} there") from None
    return made


def questions(path):
    """{id: answer} of the written questions of a notebook."""
    graded = {split(name): text for name, text in _graded(path).items()}
    return {id: text.strip() for (kind, id), text in graded.items() if kind == "question"}


def copies(path):
    """The names of other notebooks in the folder that hold cells of this lesson: saved under another name, say."""
    found, own = [], set(_graded(path))
    for other in sorted(path.parent.glob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # no notebook
            if other != path and own & set(_graded(other)):
                found.append(other.name)
    return found


def _graded(path):
    """{grade id: source} of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    named = {cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""): cell for cell in cells}
    return {name: "".join(cell["source"]) for name, cell in named.items() if name}


def unanswered(path):
    """The written questions of a notebook that still hold what was handed out, or nothing."""
    return [id for id, answer in questions(path).items() if answer in ("", UNANSWERED)]


def sentences(made):
    """What is said of a HandIn, line by line."""
    checks = made.result.checks
    right = sum(bool(check.passed) for check in checks)
    yield f"{made.result.lesson}: {right} of {len(checks)} checks pass in the saved file."
    wrong = [check.id for check in checks if check.passed is False]
    open_ = [check.id for check in checks if check.passed is None]
    for what, ids in (("Wrong", wrong), ("Not done", open_), ("Not answered, written", made.unanswered)):
        if ids:
            yield f"{what}: {', '.join(ids)}"
    yield from made.result.problems
    if made.ahead:
        exercises = ", ".join(dict.fromkeys(map(exercise_of, made.ahead)))
        yield f"Passed in your notebook, but not in the saved file: {exercises}."
    if made.copies:
        names = ", ".join(made.copies)
        yield f"The lesson lies here under another name too: {names}. What is handed in is {made.name}."
    if made.file is None:
        yield "Save it (in JupyterLab: Ctrl+S) and type the command again; --anyway takes the file as it is."
    else:
        yield f"Upload this file: {made.file}"
