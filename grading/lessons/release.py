"""Lesson -> instructor's notebook -> student's notebook, the second step through nbgrader's own preprocessors.

The instructor's notebook holds answers and hidden tests and goes to a course folder's `source/`; it is never committed.
The student's is what `nbgrader generate_assignment` makes of it: the same classes in the same order, so that both ways
to a release agree. Built twice, anywhere, the bytes are equal.
"""

import ast
import hashlib
import re

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    SaveCells,
)
from traitlets.config import Config

from grading.lessons.cells import BEGIN_RUBRIC, END_RUBRIC, GUARDED, SKIP, solution_region, without_markers
from grading.lessons.frame import hand_in_source, linked, needs_source
from grading.lessons.held import fill

SCHEMA_VERSION = 3
NEEDS = "needs"  # id and tag of the first code cell
TEXT_STUB = "*Write your answer here: double-click this cell.*"
MODEL = "**A model answer**"
RUNGS = ("the idea", "a small case", "the skeleton")  # what a ladder of three hints climbs


class ClearCourseSolutions(ClearSolutions):
    """nbgrader's ClearSolutions with a stub of its own for each cell, read from the cell's metadata `course.stub`."""

    text_stub = TEXT_STUB

    def preprocess_cell(self, cell, resources, cell_index):
        stub = cell.metadata.pop("course", {}).get("stub")
        if stub is not None:
            self.code_stub = {"python": stub}
        return super().preprocess_cell(cell, resources, cell_index)


# GenerateAssignment's list, less InstantiateTests (writes tests from templates; there are none)
PREPROCESSORS = (
    IncludeHeaderFooter,
    LockCells,
    ClearCourseSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,  # writes the gradebook and changes no cell
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)


def generate_config():
    """What a course folder's nbgrader_config.py needs so that `nbgrader generate_assignment` makes our release."""
    config = Config()
    homes = {ClearCourseSolutions: "grading.plugins"}
    listed = [f"{homes.get(step, 'nbgrader.preprocessors')}.{step.__name__}" for step in PREPROCESSORS]
    config.GenerateAssignment.preprocessors = listed
    # the rubric stands in a locked text cell above the answer, so that it is beside it when the answer is read
    config.ClearMarkScheme.enforce_metadata = False
    return config


def student_notebook(lesson):
    """The notebook a student gets, as a NotebookNode."""
    notebook, resources = instructor_notebook(lesson), {}
    config = generate_config()
    for preprocessor in (step for step in PREPROCESSORS if step is not SaveCells):  # there is no gradebook here
        notebook, resources = preprocessor(config=config)(notebook, resources)
    return notebook


def instructor_notebook(lesson, held=None):
    """What goes into a course folder's `source/LESSON/`: with answers, hidden tests, rubrics and model answers.

    `held` is {check id: {name: packed data}} of what hidden blocks are given, as the hidden record has it.
    """
    cells, ids = [], {}
    previous = None
    for cell in lesson.cells:
        if cell.role == "hint" and previous is not None and previous.role == "hint" and previous.id == cell.id:
            cells[-1].source += "\n\n" + _hint(lesson, cell)
            continue
        for kind, name, source, metadata in _cells(lesson, cell):
            source = fill(source, (held or {}).get(cell.id, {})) if cell.role == "check" else source
            make = new_code_cell if kind == "code" else new_markdown_cell
            made = make(source, metadata=metadata)
            if kind == "code" and NEEDS not in ids:
                cells.append(_needs_cell(lesson, ids))
            made.id = _cell_id(name or hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:12], ids)
            cells.append(made)
            previous = cell
    cells.append(new_markdown_cell(hand_in_source(lesson), id=_cell_id("hand-in", ids)))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    notebook.nbformat_minor = 5
    return notebook


def _needs_cell(lesson, ids):
    """What says in one sentence that something is missing; folded, for it is no part of the lesson."""
    metadata = {"tags": [NEEDS], "jupyter": {"source_hidden": True}}
    return new_code_cell(needs_source(lesson.cells), metadata=metadata, id=_cell_id(NEEDS, ids))


def code_stub(exercise):
    """What stands for the answer: a named "not done yet" error; for a prediction, dots to be replaced."""
    if exercise.given is not None:
        return exercise.given.source
    if exercise.predict:
        try:
            body = ast.parse(solution_region(exercise.solve.source)).body
        except SyntaxError:
            body = []
        if len(body) == 1 and isinstance(body[0], ast.Assign) and isinstance(body[0].targets[0], ast.Name):
            return f"{body[0].targets[0].id} = ...  # replace the dots by your prediction"
    return f'raise NotDone("{exercise.id}")'


def picture_path(lesson, cell):
    """Where a picture cell's image lies, relative to the notebooks' folder."""
    return f"pictures/{lesson.number}_{cell.id}.png"


def _cells(lesson, cell):
    """What a source cell becomes: (kind, stable name or "", source, metadata), none, one or two of them."""
    if cell.role in ("given", "held"):
        return []
    make = {
        "lesson": _lesson_cell,
        "task": _task_cell,
        "solve": _solve_cell,
        "check": _check_cell,
        "predict": _check_cell,
        "question": _question_cells,
        "hint": lambda lesson, cell: [("markdown", f"hint-{cell.id}", _hint(lesson, cell), {})],
        "picture": _picture_cell,
    }.get(cell.role)
    if make is not None:
        return make(lesson, cell)
    if cell.role in GUARDED:
        name = f"{cell.role}-{cell.id}" if cell.role != "gpu" else ""
        return [("code", name, cell.source, {"tags": [cell.role, SKIP]})]
    return [(cell.kind, "", linked(cell.source, lesson) if cell.kind == "markdown" else cell.source, {})]


def _lesson_cell(lesson, cell):
    builds = f" · builds on {_numbers(lesson.builds_on)}" if lesson.builds_on else ""
    head = f"# {int(lesson.number)} · {lesson.title}\n\n*{lesson.minutes} minutes{builds}*"
    return [("markdown", "lesson", f"{head}\n\n{cell.source}", {})]


def _numbers(lessons):
    word = "lesson" if len(lessons) == 1 else "lessons"
    return f"{word} {', '.join(str(int(n)) if n.isdigit() else n for n in lessons)}"


def _task_cell(lesson, cell):
    exercise = lesson.exercise(cell.id)
    marks = exercise.solve.marks
    title = f"Find the bug: {exercise.title}" if exercise.bug else exercise.title
    if exercise.bug and re.match(r"find the bug\b", exercise.title, re.IGNORECASE):
        title = exercise.title
    what = [f"{k} {marks[k]} of 5" for k in ("difficulty", "importance") if k in marks]
    what += [f"{marks['minutes']} minutes"] if "minutes" in marks else []
    facts = " · ".join([*what, _points(exercise.points)])
    head = f"### Exercise {int(lesson.number)}.{exercise.number} · {title}\n\n*{facts}*"
    return [("markdown", f"task-{cell.id}", f"{head}\n\n{cell.source}", {})]


def _points(points):
    return f"{points:g} point{'' if points == 1 else 's'}"


def _solve_cell(lesson, cell):
    exercise = lesson.exercise(cell.id)
    # nbgrader replaces a solution cell without markers as a whole: just what a given program needs
    source = without_markers(cell.source) if exercise.given is not None else cell.source
    metadata = _graded(cell.id, solution=True)
    metadata["course"] = {"stub": code_stub(exercise)}
    metadata["tags"] = ["raises-exception"]  # Run All goes on past an answer that is not there yet
    return [("code", cell.id, source, metadata)]


def _check_cell(lesson, cell):
    check = next(c for c in lesson.checks if c.cell is cell)
    metadata = _graded(check.grade_id, grade=True, locked=True, points=check.points)
    metadata["tags"] = ["raises-exception"]
    return [("code", check.grade_id, cell.source, metadata)]


def _question_cells(lesson, cell):
    question = next(q for q in lesson.questions if q.cell is cell)
    title = cell.marks.get("title", "In your own words")
    text = f"### Written question · {title}\n\n*{_points(question.points)}, read by a person*\n\n{question.text}"
    # the model answer stands within the mark scheme's marks: nbgrader's own step takes away both
    kept = f"{question.rubric}\n\n{MODEL}\n\n{question.model}" if question.model else question.rubric
    text += f"\n\n{BEGIN_RUBRIC}\n{kept}\n{END_RUBRIC}"
    answer = _graded(f"question-{question.id}", grade=True, solution=True, points=question.points)
    return [
        ("markdown", f"ask-{question.id}", text, _graded(f"ask-{question.id}", locked=True)),
        ("markdown", f"question-{question.id}", "*The rubric and a model answer stand in the cell above.*", answer),
    ]


def _hint(lesson, cell):
    hints = [c for c in lesson.cells if c.role == "hint" and c.id == cell.id]
    rung = next(i for i, c in enumerate(hints) if c is cell)
    name = f"Hint {rung + 1}: {RUNGS[rung]}" if len(hints) == len(RUNGS) else f"Hint {rung + 1}"
    return f"<details>\n<summary>{name}</summary>\n\n{cell.source.strip()}\n\n</details>"


def _picture_cell(lesson, cell):
    alt = str(cell.marks.get("alt", "")).replace("]", "\\]")
    return [("markdown", f"picture-{cell.id}", f"![{alt}]({picture_path(lesson, cell)})", {})]


def _graded(grade_id, *, grade=False, solution=False, locked=False, points=None):
    meta = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": SCHEMA_VERSION,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        meta["points"] = int(points) if float(points).is_integer() else points
    return {"nbgrader": meta}


def _cell_id(name, taken):
    """A cell id that stays when cells are added elsewhere: the name, numbered from its second use on."""
    name = re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:56]
    taken[name] = taken.get(name, 0) + 1
    return name if taken[name] == 1 else f"{name}-{taken[name]}"
