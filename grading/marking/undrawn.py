"""The lesson's own cells without the statements that only draw: their pictures are never looked at when grading.

A cell that must run, because something reads what it binds, often ends in a picture, which takes longer than all the
rest. A statement is left out when it calls a function of course_lib's viz or widgets, computes its arguments by nothing
but such functions and pure ones, draws on no random generator, and binds nothing that is read.
"""

import ast
import functools
import re

from grading.marking.display_cells import names_of

SHOWS = ("course_lib.viz.", "course_lib.widgets.")
PURE = {
    *("len", "range", "zip", "enumerate", "reversed", "sorted", "map", "list", "tuple", "dict", "str", "int", "float"),
    *("bool", "min", "max", "sum", "abs", "round"),
}
ARRAYS = {
    *("reshape", "mean", "sum", "max", "min", "std", "astype", "copy", "ravel", "transpose", "round", "argmax"),
    *("argmin", "items", "keys", "values"),
}
NUMPY = "np"
CHANCE = re.compile(r"rng|random|generator|seed", re.IGNORECASE)


@functools.lru_cache(maxsize=50)  # a lesson's cells are the same for all who hand in
def drawers(sources):
    """Names that cells import from course_lib's viz or widgets and that none of them binds to anything else; `sources`
    is a tuple."""
    found, others = set(), set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", "") or ""
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    (found if f"{module}.{alias.name}.".startswith(SHOWS) else others).add(name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                others.add(node.id)
    return frozenset(found - others)


def undrawn(cells, others, drawing):
    """{id: source} of the cells that draw, without that; `cells` and `others` are lists of (id, source) that run.

    `drawing` are names from `drawers`. Lines keep their numbers: `pass` stands where a statement was.
    """
    if not drawing or any(names_of(source).dynamic for _, source in (*cells, *others)):
        return {}
    reads = {name: names_of(source).reads for name, source in (*cells, *others)}
    out = {}
    for name, source in cells:
        elsewhere = frozenset().union(*(read for other, read in reads.items() if other != name))
        made = _without(source, elsewhere, drawing)
        if made != source:
            out[name] = made
    return out


def _without(source, elsewhere, drawing):
    lines = source.split("\n")
    for first, last, bound in _statements(source, drawing):
        if not bound & elsewhere:
            lines[first - 1 : last] = ["pass", *[""] * (last - first)]
    return "\n".join(lines)


@functools.lru_cache(maxsize=500)
def _statements(source, drawing):
    """(first line, last line, names bound) of each statement that only draws and binds nothing that its cell reads."""
    body, found = ast.parse(source).body, []
    for i, node in enumerate(body):
        if not _only_draws(node, drawing) or node.col_offset or _shares_a_line(node, body):
            continue
        bound = {leaf.id for target in _targets(node) for leaf in ast.walk(target) if isinstance(leaf, ast.Name)}
        loaded = {
            leaf.id
            for other in (*body[:i], *body[i + 1 :])
            for leaf in ast.walk(other)
            if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Load)
        }
        if not bound & loaded:
            found.append((node.lineno, node.end_lineno, frozenset(bound)))
    return tuple(found)


def _shares_a_line(node, body):
    others = [other for other in body if other is not node]
    return any(o.lineno <= node.end_lineno and node.lineno <= o.end_lineno for o in others)


def _only_draws(node, drawing):
    if not isinstance(node, ast.Expr | ast.Assign) or not isinstance(node.value, ast.Call):
        return False
    plain = all(
        isinstance(leaf, ast.Name | ast.Tuple | ast.List | ast.Store) for t in _targets(node) for leaf in ast.walk(t)
    )
    if not plain or _root(node.value.func) not in drawing:
        return False
    leaves = list(ast.walk(node.value))
    if any(isinstance(leaf, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom) for leaf in leaves):
        return False
    if any(CHANCE.search(leaf.id) for leaf in leaves if isinstance(leaf, ast.Name)):
        return False
    return all(_pure(leaf.func, drawing) for leaf in leaves if isinstance(leaf, ast.Call))


def _targets(node):
    """What a statement assigns to; the variable of a comprehension is the comprehension's own."""
    return node.targets if isinstance(node, ast.Assign) else []


def _pure(called, drawing):
    root = _root(called)
    if isinstance(called, ast.Name):
        return root in PURE or root in drawing
    chance = isinstance(called, ast.Attribute) and CHANCE.search(ast.unparse(called))
    return not chance and (root == NUMPY or root in drawing or getattr(called, "attr", "") in ARRAYS)


def _root(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
