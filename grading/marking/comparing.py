"""Statements in an answer's own cell that only hold it against the library's: `assert mine(2) == lib.mine(2)`.

They call the library on the spot, hand it to nobody, and leave nothing behind that the answer reads.
"""

import ast

from grading.lessons.cells import nodes_of
from grading.marking.library_uses import TELLING, Trail, used
from grading.marking.statements import LATER, bound, read_by, stored_into

KINDS = ast.Assert | ast.Expr | ast.Assign | ast.For | ast.If | ast.ImportFrom
PYTHONS = frozenset(
    (
        "print",
        "display",
        "abs",
        "max",
        "min",
        "sum",
        "all",
        "any",
        "len",
        "range",
        "round",
        "float",
        "int",
        "bool",
        "str",
        "zip",
        "enumerate",
        "list",
        "tuple",
        "sorted",
    )
)


def less_comparisons(body, names, notebook, forbid):
    """The statements of an answer's cell, which makes `names`, without those that only compare."""
    makes = [node for node in body if not names.isdisjoint(bound(node) | stored_into(node))]
    perhaps = [node for node in body if isinstance(node, KINDS) and node not in makes]
    if not makes or not perhaps:
        return body
    reads = _behind([node for node in body if node not in perhaps], notebook)
    return [node for node in body if node not in perhaps or not _compares(node, names, reads, notebook, forbid)]


def _behind(nodes, notebook):
    """The names that statements read, and those behind these names."""
    found, waiting = set(), [name for node in nodes for name in read_by(node)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [more for node in notebook.own.get(name, ()) for more in read_by(node)]
    return found


def _compares(node, names, reads, notebook, forbid):
    """Whether a statement touches nothing in `reads` but the answer, and what is imported or Python's."""
    if isinstance(node, ast.ImportFrom):
        return reads.isdisjoint(bound(node))
    nodes, read = nodes_of(node), read_by(node)
    given = {name for name in read if name in names or _is_given(name, notebook)}
    if not reads.isdisjoint((read - given) | bound(node)) or any(map(_keeps, nodes)):
        return False
    calls = [one.func for one in nodes if isinstance(one, ast.Call)]
    if any(isinstance(func, ast.Name) and func.id not in given for func in calls):
        return False
    parts, trail = [one for one in nodes if isinstance(one, TELLING)], Trail()
    trail.note(parts, notebook.known, forbid)
    return not trail.handed and used([one for one in parts if one not in calls], notebook.known, forbid) is None


def _keeps(node):
    """Whether a node runs later, or stores into something."""
    return isinstance(node, LATER) or (
        isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
    )


def _is_given(name, notebook):
    """Whether a name is Python's or some library's, and no cell or file of the student's makes it."""
    imported = all(isinstance(node, ast.Import | ast.ImportFrom) for node in notebook.own.get(name, ()))
    full = notebook.known.get(name, "")
    return imported and (full.partition(".")[0] not in notebook.helpers if full else name in PYTHONS)
