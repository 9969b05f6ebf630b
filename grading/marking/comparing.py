"""Statements in an answer's own cell that only hold it against the library's: `assert mine(2) == lib.mine(2)`.

They call the library on the spot, hand neither it nor what it made to anybody, the answer above all, and leave nothing
behind that the answer reads.
"""

import ast

from grading.lessons.cells import nodes_of
from grading.marking.library_uses import TELLING, Trail, used
from grading.marking.statements import LATER, bound, read_by, stored_into

KINDS = ast.Assert | ast.Expr | ast.Assign | ast.For | ast.If | ast.ImportFrom
PYTHONS = {
    "print", "display", "abs", "max", "min", "sum", "all", "any", "len", "range", "round", "float", "int", "bool",
    "str", "zip", "enumerate", "list", "tuple", "sorted",
}  # fmt: skip


def less_comparisons(body, names, notebook, forbid):
    """The statements of an answer's cell, which makes `names`, without those that only compare."""
    makes = [node for node in body if not names.isdisjoint(bound(node) | stored_into(node))]
    perhaps = [node for node in body if isinstance(node, KINDS) and node not in makes]
    if not makes or not perhaps or _handed_over(perhaps, names, notebook, forbid):
        return body
    reads = _behind([node for node in body if node not in perhaps], notebook)
    return [node for node in body if node not in perhaps or not _compares(node, names, reads, notebook, forbid)]


def _handed_over(body, names, notebook, forbid):
    """Whether statements may give the answer, by the `names` it has, what the library made: a machine that it keeps."""
    nodes = [leaf for node in body for leaf in nodes_of(node)]
    calls = [leaf for leaf in nodes if isinstance(leaf, ast.Call)]
    made = {id(call) for call in calls if _is_the_librarys(call, notebook, forbid)}
    if not made:
        return False
    flows, tainted = [*_flows(nodes)], set()

    def comes(source):
        return any(id(leaf) in made or (isinstance(leaf, ast.Name) and leaf.id in tainted) for leaf in nodes_of(source))

    while more := {name for source, targets in flows if comes(source) for name in targets} - tainted:
        tainted |= more
    plain = {id(call.func) for call in calls}
    answers = [leaf for leaf in nodes if isinstance(leaf, ast.Name) and leaf.id in names]
    asked = [call for call in calls if any(call.func is leaf for leaf in answers)]
    return any(id(leaf) not in plain for leaf in answers) or any(
        map(comes, (a for call in asked for a in _given(call)))
    )


def _is_the_librarys(call, notebook, forbid):
    parts = [leaf for leaf in nodes_of(call.func) if isinstance(leaf, TELLING)]
    return used(parts, notebook.known, forbid) is not None


def _given(call):
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _flows(nodes):
    """(where a value comes from, the names that it may come to) of all that binds, and of calls: what they are given
    they may put into each other, or into what they belong to."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield node.value, {name for target in node.targets for name in _names_in(target)}
        elif isinstance(node, ast.For | ast.comprehension):
            yield node.iter, _names_in(node.target)
        elif isinstance(node, ast.Call):
            others = {root.id for one in (node.func, *_given(node)) if isinstance(root := _root(one), ast.Name)}
            yield from ((value, others) for value in _given(node))


def _names_in(node):
    return {leaf.id for leaf in nodes_of(node) if isinstance(leaf, ast.Name)}


def _root(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


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
