"""What `yours(id, else_=...)` falls back to: the library's version, never an answer written out below its exercise.

A learner who has no answer yet reads the cell that stands in for it. So the fallback is imported from a library, or it
is a function of the lesson that calls one.
"""

import ast

from grading.lessons.cells import tree_of
from grading.lessons.forbidden import dotted, imported

LIBRARIES = ("course_lib", "sklearn")


def written_out(lesson):
    """(line, id) of each `yours` whose fallback shows the answer instead of calling a library."""
    cells = [c for c in lesson.cells if c.kind == "code" and c.role != "picture"]
    trees = [(cell, tree) for cell in cells if (tree := tree_of(cell.source)) is not None]
    known = {name for name, full in imported(lesson).items() if full.partition(".")[0] in LIBRARIES}
    own = {}  # what the lesson itself calls by a name
    for _, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                own[node.name] = node
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                own.setdefault(node.targets[0].id, node.value)
    for cell, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "yours":
                for word in node.keywords:
                    if word.arg == "else_" and not _is_library(word.value, known, own):
                        yield cell.line + node.lineno - 1, _first(node)


def _is_library(value, known, own):
    """Whether it is of a library or a function that calls one; None only asks whether there is an answer."""
    if isinstance(value, ast.Constant):
        return value.value is None
    made_of = value.args if isinstance(value, ast.Call) else []  # functools.partial(conv2d, ...)
    return any(_reaches(node, known, own, frozenset()) for node in (value, *made_of))


def _reaches(node, known, own, seen):
    """Whether a name is of a library, or the code behind it calls something that is."""
    root = dotted(node).partition(".")[0]
    if root in own and root not in known:
        return root not in seen and _reaches(own[root], known, own, seen | {root})
    if root:
        return root in known
    taken = _parameters(node)
    known, own = known - taken, {name: value for name, value in own.items() if name not in taken}
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return any(_reaches(func, known, own, seen) for func in calls if dotted(func).partition(".")[0])


def _parameters(node):
    """Names that a function takes and that therefore mean no module in it."""
    if not isinstance(node, ast.FunctionDef | ast.Lambda):
        return set()
    a = node.args
    return {p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg)))}


def _first(call):
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) else "..."
