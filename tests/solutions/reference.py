"""A lesson and its reference answers, for tests that hold the answers against independent witnesses."""

import ast
from pathlib import Path

from grading.lessons.source import read_lesson

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
KINDS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef


def lesson(slug):
    """The lesson of `solutions/SLUG.py`."""
    return read_lesson(SOLUTIONS / f"{slug}.py")


def answers(lesson, **names):
    """The lesson's reference answers by name; `names` is what its notebook imports for them."""
    namespace = dict(names)
    for exercise in lesson.exercises:
        exec(exercise.reference, namespace)
    return namespace


def definitions(lesson, *, figures=False, constants=(), **names):
    """What the lesson imports and defines, its reference answers included, and the `constants` it assigns; none of its
    runs. `figures` takes in the cells of lecture figures; `names` is what its cells find there already."""
    roles, namespace = {None, "", "solve", *(["figure"] if figures else [])}, dict(names)
    for cell in (c for c in lesson.cells if c.kind == "code" and c.role in roles):
        source = lesson.exercise(cell.id).reference if cell.role == "solve" else cell.source
        kept = [node for node in ast.parse(source).body if isinstance(node, KINDS) or _assigns(node, constants)]
        exec(compile(ast.Module(kept, []), lesson.path.name, "exec"), namespace)
    return namespace


def _assigns(node, names):
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets)
