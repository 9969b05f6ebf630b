"""The rules for a lesson's mistakes file, as (line of that file, sentence) each: every exercise has its entries, in the
lesson's order, every entry has its exercise, and every variant is another program than the reference."""

import ast

from grading.lessons.cells import tree_of
from grading.lessons.variants import KINDS

MIN_WRONG = 5
MIN_RIGHT = 1


def mistakes_problems(lesson):
    """(line, sentence) of everything wrong with the known mistakes of a lesson."""
    mistakes, wanted = lesson.mistakes, [e for e in lesson.exercises if not e.predict]
    if mistakes.text is None:
        if wanted:
            yield 1, f"there is no such file; write the known mistakes of {lesson.path.name} there"
        return
    order = {exercise.id: at for at, exercise in enumerate(lesson.exercises)}
    last = -1
    for entry in mistakes.entries:
        name = f'{entry.kind}["{entry.id}"]'
        if entry.id not in order:
            yield entry.line, f"{name} is for no exercise of {lesson.path.name}; mend the id or remove it"
        elif order[entry.id] < last:
            yield entry.line, f"{name} stands after that of a later exercise; keep the order of {lesson.path.name}"
        last = max(last, order.get(entry.id, -1))
    for exercise in wanted:
        yield from _entries(lesson, exercise, order)
    for exercise in lesson.exercises:
        yield from _variants(exercise)


def _entries(lesson, exercise, order):
    """What is missing of an exercise's two entries; a missing one is told at the line where it should stand."""
    id, mistakes = exercise.id, lesson.mistakes
    before = [e.end + 1 for e in mistakes.entries if order.get(e.id, len(order)) <= order[id]]
    place = max(before, default=mistakes.text.rstrip("\n").count("\n") + 2)
    told = {
        "WRONG": (exercise.wrong, MIN_WRONG, f"wrong variants, at least {MIN_WRONG}; add known mistakes"),
        "RIGHT": (exercise.right, MIN_RIGHT, "right variants, at least 1; add another style"),
    }
    for kind in KINDS:
        found, least, text = told[kind]
        entry = mistakes.entry(kind, id)
        if entry is None:
            yield place, f"exercise '{id}' of {lesson.path.name} has no {kind}[\"{id}\"]; write it here"
        elif len(found) < least:
            yield entry.line, f"'{id}' has {len(found)} {text}"


def _variants(exercise):
    known = {_normal(exercise.reference): "the reference answer"}
    for variant in (*exercise.wrong, *exercise.right):
        if variant.wrong and not variant.sentence.strip():
            yield variant.line, f"variant '{variant.name}' has no sentence; say what a tutor would"
        if variant.problem:
            yield variant.line, variant.problem.split(": ", 1)[1]
            continue
        text = _normal(variant.source)
        if text is None:
            yield variant.line, f"variant '{variant.name}' does not parse; mend it"
        elif text in known:
            yield variant.line, f"variant '{variant.name}' equals {known[text]}; change it"
        else:
            known[text] = f"variant '{variant.name}'"


def _normal(source):
    """The source without what does not count: layout and comments; None where it does not parse."""
    tree = tree_of(source)
    return None if tree is None else ast.dump(tree)
