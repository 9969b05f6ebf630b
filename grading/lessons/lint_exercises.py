"""The rules for an exercise as written: its marks, text, hints and answer, as (line, sentence) each."""

import ast

from grading.lessons.cells import BEGIN_SOLUTION, END_SOLUTION, bound_names, magic_lines, solution_region, tree_of
from grading.lessons.forbidden import forbidden_uses

MAX_ANSWER_LINES = 15
MAX_TASK_LINES = 8
RUNGS = 3


def exercise_problems(lesson, exercise):
    """(line, sentence) of everything wrong with an exercise, its check cells' insides aside."""
    id, solve = exercise.id, exercise.solve
    for key, low, high in (("difficulty", 1, 5), ("importance", 1, 5), ("minutes", 1, 240)):
        value = solve.marks.get(key)
        if value is None:
            yield solve.line, f"solve '{id}' has no {key}; add {key}=2 to its mark"
        elif not low <= value <= high:
            yield solve.line, f"{key}={value} of '{id}' is not within {low} to {high}; mend it"
    if not exercise.checks:
        yield solve.line, f"solve '{id}' has no check cell; add `# %% check=\"{id}\" points=1`"
    for check in exercise.checks:
        if check.cell.index < solve.index:
            yield check.cell.line, f"check '{check.id}' stands before its solve cell; move it below"
    yield from _markers(exercise)
    yield from _answer(lesson, exercise)
    if not exercise.predict:
        yield from _task(exercise)
        if len(exercise.hints) < RUNGS:
            told = f"'{id}' has {len(exercise.hints)} hints; write {RUNGS}: the idea, a small case, the skeleton"
            yield solve.line, told


def _task(exercise):
    id, task = exercise.id, exercise.task
    if task is None:
        yield exercise.solve.line, f'exercise \'{id}\' has no text; add `# %% [markdown] task="{id}" title="..."`'
        return
    if not exercise.title:
        yield task.line, f"the task '{id}' has no title; add title=\"...\" to its mark"
    lines = [line for line in task.source.split("\n") if line.strip()]
    if not lines:
        yield task.line, f"the task '{id}' says nothing; write what to do"
    if len(lines) > MAX_TASK_LINES:
        told = f"the task '{id}' has {len(lines)} lines, at most {MAX_TASK_LINES}; "
        yield task.line, told + "move what explains into the story or a hint"


def _markers(exercise):
    solve, depth, regions = exercise.solve, 0, 0
    for line, text in enumerate(solve.source.split("\n"), solve.line):
        if BEGIN_SOLUTION in text:
            depth, regions = depth + 1, regions + 1
        elif END_SOLUTION in text:
            depth -= 1
        if depth not in (0, 1):
            what = "a second BEGIN before END SOLUTION" if depth > 1 else "END SOLUTION without BEGIN"
            yield line, f"{what}; pair the markers"
            return
    if regions == 0:
        told = f"solve '{exercise.id}' has no '{BEGIN_SOLUTION}': the whole cell would be blanked; add both markers"
        yield solve.line, told
    elif depth:
        yield solve.line, f"solve '{exercise.id}' has no '{END_SOLUTION}'; add it"


def _answer(lesson, exercise):
    id, solve, given = exercise.id, exercise.solve, exercise.given
    lines = [n for n in solution_region(solve.source).split("\n") if n.strip() and not n.strip().startswith("#")]
    if len(lines) > MAX_ANSWER_LINES:
        told = f"the answer of '{id}' has {len(lines)} lines, at most {MAX_ANSWER_LINES}; split the exercise"
        yield solve.line, told
    for cell in (solve, *([given] if given else [])):
        for line in magic_lines(cell):
            yield line, f"magic in a {cell.role} cell; plain Python only"
    tree = tree_of(exercise.reference)
    if tree is None:
        return
    if given is not None:
        absent = set(exercise.names) - set(bound_names(given.source))
        if absent and not exercise.predict:
            told = f"the given program of '{id}' does not define {', '.join(sorted(absent))}; define it"
            yield given.line, told
        found = tree_of(given.source)
        if found is not None and not any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in found.body):
            told = (
                f"the given program of '{id}' defines no function or class, so that no check can tell it is untouched"
            )
            yield given.line, f"{told}; put it into a function"
    for line, name, imported in forbidden_uses(lesson, exercise, tree):
        said = f"imports {name}, which it is to solve" if imported else f"uses {name}, which it forbids"
        yield solve.line + line - 1, f"the answer of '{id}' {said}; write it out"
