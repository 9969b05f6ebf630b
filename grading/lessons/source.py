"""Read a lesson: the percent file `solutions/NN_slug.py`, with `solutions/mistakes/NN_slug.py` beside it, becomes a
`Lesson` (lesson.py), with line numbers.

The marks on the cell lines are those of ARCHITECTURE.md. This is the only parser; it refuses what it cannot understand
(one sentence with file and line) and leaves matters of quality to `grading/lessons/lint.py`.
"""

import functools
import re
from pathlib import Path

from grading.errors import CourseError
from grading.ids import exercise_of
from grading.lessons.cells import bound_names, split_hidden, split_question, without_markers
from grading.lessons.choose import choose
from grading.lessons.lesson import Cell, Check, Exercise, Lesson, Question
from grading.lessons.variants import mistakes_path, read_mistakes

# mark -> (cell type, other keys that may stand beside it); the first key found here names the cell's role
MARKS = {
    "lesson": ("markdown", {"title", "minutes", "builds_on"}),
    "task": ("markdown", {"title"}),
    "solve": ("code", {"difficulty", "importance", "minutes", "forbid", "bug"}),
    "given": ("code", set()),
    "held": ("code", {"gives"}),
    "check": ("code", {"points"}),
    "predict": ("code", {"points"}),
    "question": ("markdown", {"points", "title"}),
    "hint": ("markdown", set()),
    "practice": ("code", set()),
    "figure": ("code", set()),
    "picture": ("code", {"alt"}),
    "gpu": ("code", set()),
}
ID = re.compile(r"[a-z][a-z0-9_]*\Z")
PART_ID = re.compile(r"[a-z][a-z0-9_]*(-[a-z0-9_]+)?\Z")
FILE_NAME = re.compile(r"(\d\d)_[a-z][a-z0-9_]*\Z")
# jupytext notes for its own way back to text; they carry nothing for us
JUPYTEXT_KEYS = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"}


def lesson_paths(folder, numbers=()):
    """The lesson files in `folder`, in order; with `numbers` (choose.py) only those."""
    paths = sorted(p for p in Path(folder).glob("[0-9][0-9]_*.py") if FILE_NAME.match(p.stem))
    if not numbers:
        if not paths:
            raise CourseError(f"no lesson NN_slug.py in {folder}; write one, or give the folder with --solutions")
        return paths
    return [Path(folder) / f"{name}.py" for name in choose(numbers, [p.stem for p in paths], folder)]


def read_lessons(folder, numbers=()):
    """Parse the lessons of a folder, in order."""
    return [read_lesson(path) for path in lesson_paths(folder, numbers)]


def read_lesson(path):
    """Parse one percent file; CourseError says file, line, what is wrong and what to do."""
    path = Path(path)
    if not FILE_NAME.match(path.stem):
        raise CourseError(f"{path.name}: a lesson's file is called NN_slug.py, such as 09_convolution_arithmetic.py")
    beside = mistakes_path(path)
    return parse_lesson(_text(path), path, _text(beside) if beside.exists() else None)


def _text(path):
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: cannot be read as UTF-8 text ({error}); check the file") from None


def parse_lesson(text, path, mistakes=None):
    """Parse the text of a percent file as the lesson at `path` (which need not exist).

    `mistakes` is the text of its mistakes file, None where only the lesson itself is wanted. Equal texts give the same
    Lesson, which nobody changes.
    """
    return _parsed(text, Path(path).absolute(), mistakes)


@functools.lru_cache(maxsize=64)
def _parsed(text, path, mistakes):
    cells = _cells(text, path)
    if not cells or cells[0].role != "lesson":
        raise CourseError(
            f'{path.name}:1: the first cell must be `# %% [markdown] lesson="NN" title="..." minutes=N`; add it'
        )
    head = cells[0].marks
    if str(head["lesson"]) != path.stem[:2]:
        raise CourseError(
            f'{path.name}:{cells[0].line}: lesson="{head["lesson"]}" but the file is numbered '
            f"{path.stem[:2]}; make them equal"
        )
    for cell in cells[1:]:
        if cell.role == "lesson":
            raise CourseError(f"{path.name}:{cell.line}: only the first cell carries lesson=; remove this one")
    beside = read_mistakes(mistakes, path)
    return Lesson(
        path=path,
        number=str(head["lesson"]),
        slug=path.stem,
        title=str(head.get("title", "")),
        minutes=head.get("minutes", 0),
        builds_on=tuple(str(head.get("builds_on", "")).split()),
        cells=cells,
        exercises=_exercises(cells, path, beside),
        questions=_questions(cells, path),
        text=text,
        mistakes=beside,
    )


def _cells(text, path):
    import jupytext

    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except Exception as error:
        raise CourseError(f"{path.name}: jupytext cannot read it as a percent file ({error})") from None
    lines = text.split("\n")
    cells, at = [], 0
    for raw in notebook.cells:
        if raw.cell_type == "raw" or (not cells and not raw.source.strip() and not raw.metadata):
            continue
        while at < len(lines) and not re.match(r"# ?%%", lines[at]):
            at += 1
        start = at + 2  # the line after the marker, counted from 1
        at += 1 + len(raw.source.split("\n"))
        marks = {k: v for k, v in raw.metadata.items() if k not in JUPYTEXT_KEYS}
        lead = len(raw.source) - len(raw.source.lstrip("\n"))
        start += lead + (1 if raw.metadata.get("cell_marker") else 0)
        role = _role(marks, raw.cell_type, path, start - 1)
        cells.append(Cell(role, raw.cell_type, marks, raw.source.strip("\n"), start, len(cells)))
    return tuple(cells)


def _role(marks, kind, path, line):
    roles = [m for m in MARKS if m in marks]
    where = f"{path.name}:{line}:"
    # a check may not also be a solve: one role a cell
    if len(roles) > 1:
        raise CourseError(f"{where} a cell has one role, this one has {' and '.join(roles)}; split the cell")
    if not roles:
        if marks:
            known = ", ".join(MARKS)
            raise CourseError(f"{where} unknown mark '{next(iter(marks))}'; the marks are {known}")
        return ""
    role = roles[0]
    want, beside = MARKS[role]
    if kind != want:
        fix = "add [markdown] to" if want == "markdown" else "remove [markdown] from"
        raise CourseError(f"{where} a {role} cell is a {want} cell; {fix} its line")
    for key in marks:
        if key != role and key not in beside:
            allowed = ", ".join(sorted(beside)) or "nothing"
            raise CourseError(f"{where} a {role} cell has no mark '{key}'; beside {role} it may have {allowed}")
    _check_values(role, marks, where)
    return role


def _check_values(role, marks, where):
    value = marks[role]
    if role in ("task", "solve", "given", "held", "question", "hint", "practice") and not (
        isinstance(value, str) and ID.match(value)
    ):
        raise CourseError(f'{where} {role}="{value}": an id is lower-case letters, digits and _, a letter first')
    if role in ("check", "predict") and not (isinstance(value, str) and PART_ID.match(value)):
        raise CourseError(f'{where} {role}="{value}": write the exercise id, or id-part for a further check')
    if role == "picture" and not (isinstance(value, str) and ID.match(value)):
        raise CourseError(f'{where} picture="{value}": a name is lower-case letters, digits and _')
    for key in ("difficulty", "importance", "minutes", "points"):
        if key in marks and (isinstance(marks[key], bool) or not isinstance(marks[key], int | float)):
            raise CourseError(f"{where} {key}={marks[key]!r} is not a number; write {key}=2, without quotes")


def _exercises(cells, path, mistakes):
    def of(role, id):
        return [c for c in cells if c.role == role and c.id == id]

    def one(role, id):
        found = of(role, id)
        if len(found) > 1:
            raise CourseError(f'{path.name}:{found[1].line}: a second {role}="{id}"; ids are unique in the course')
        return found[0] if found else None

    solves = [c for c in cells if c.role == "solve"]
    known = {c.id for c in solves}
    for cell in cells:
        if cell.role in ("task", "given", "held", "check", "predict", "hint"):
            owner = exercise_of(cell.id)
            if owner not in known:
                raise CourseError(
                    f'{path.name}:{cell.line}: {cell.role}="{cell.id}" belongs to no solve="{owner}"; '
                    f"add it or mend the id"
                )
    numbered = [c.id for c in sorted(solves, key=lambda c: c.index) if of("task", c.id)]
    exercises = []
    for solve in solves:
        id = solve.id
        one("solve", id)
        task, given = one("task", id), one("given", id)
        checks = tuple(_check(c, path) for c in cells if c.role in ("check", "predict") and exercise_of(c.id) == id)
        for check in checks:
            one(check.cell.role, check.id)
        wrong, right = mistakes.variants(solve)
        exercises.append(
            Exercise(
                id=id,
                number=numbered.index(id) + 1 if id in numbered else 0,
                title=str(task.marks.get("title", "")) if task else "",
                solve=solve,
                task=task,
                given=given,
                held=one("held", id),
                checks=checks,
                hints=tuple(c.source for c in of("hint", id)),
                wrong=wrong,
                right=right,
                forbid=tuple(str(solve.marks.get("forbid", "")).split()),
                bug=solve.marks.get("bug") is True,
                names=bound_names(without_markers(solve.source)),
            )
        )
    return tuple(exercises)


def _check(cell, path):
    try:
        visible, hidden = split_hidden(cell.source)
    except ValueError as error:
        raise CourseError(f"{path.name}:{cell.line}: {error}; write both marker lines") from None
    return Check(
        id=cell.id,
        exercise=exercise_of(cell.id),
        points=float(cell.marks.get("points", 0)),
        cell=cell,
        visible=visible,
        hidden=hidden,
        predict=cell.role == "predict",
    )


def _questions(cells, path):
    questions = []
    for cell in (c for c in cells if c.role == "question"):
        if any(q.id == cell.id for q in questions):
            raise CourseError(f'{path.name}:{cell.line}: a second question="{cell.id}"; ids are unique in the course')
        try:
            parts = split_question(cell.source)
        except ValueError as error:
            raise CourseError(f"{path.name}:{cell.line}: {error}; write both marker lines") from None
        questions.append(Question(cell.id, float(cell.marks.get("points", 0)), cell, *parts))
    return tuple(questions)
