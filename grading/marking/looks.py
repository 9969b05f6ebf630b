"""Looks at what there is, which hand nothing on: `print(globals())`, `help(lib.epoch)`, `"np" in globals()`.

Only Python's own functions count as such, where the student's cells give none of their names to anything else.
"""

import ast
import functools

from grading.lessons.cells import nodes_of
from grading.lessons.forbidden import dotted
from grading.marking.statements import at_once

SHOW = {"print", "help", "display", "dir", "len"}
TOLD = {"globals", "locals", "vars", "dir", "len", "list", "sorted", "set", "tuple", "type", "id", "repr", "str"}
NAMES = ("keys", "values", "items")
OF_CODE = {"inspect.signature", "inspect.getdoc", "inspect.getsource"}
SPACES = {"globals", "locals", "vars"}
WORDS = frozenset(SHOW | TOLD | {"inspect"})


def taken(nodes):
    """Those of these functions' names that a text gives to something else, or may: as a name, a key, an attribute."""
    found = set()
    for node in nodes:
        if isinstance(getattr(node, "ctx", None), ast.Load):
            continue
        if isinstance(node, ast.alias) and node.name == "inspect" and not node.asname:
            continue
        values = [getattr(node, name) for name in _texts(type(node))]
        found.update(value for value in values if isinstance(value, str))
    return found & WORDS


@functools.cache
def _texts(kind):
    """The fields of a kind of node that may hold a text."""
    return tuple(
        name for name in kind._fields if name in ("id", "attr", "arg", "name", "asname", "module", "rest", "value")
    )


def less_looks(statement, taken):
    """The nodes of a statement, in order, but for those of looks."""
    nodes, gone = nodes_of(statement), set()
    for node in nodes:
        if isinstance(node, ast.Expr) and _shows(node.value, taken):
            gone.update(map(id, nodes_of(node)))
        elif isinstance(node, ast.Compare) and all(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            looked = [one for one in node.comparators if _is_space(one) and one.func.id not in taken]
            gone.update(id(inner) for one in looked for inner in nodes_of(one))
    return [node for node in nodes if id(node) not in gone] if gone else nodes


def space(statement, taken):
    """A call outside functions, but for looks, that hands out all names: `locals()`; None where there is none."""
    kept = {id(node): node for node in less_looks(statement, taken)}
    return next((node for node in at_once(statement) if id(node) in kept and _is_space(node)), None)


def _is_space(node):
    func = node.func if isinstance(node, ast.Call) and not node.args else None
    return isinstance(func, ast.Name) and func.id in SPACES


def _shows(node, taken):
    func = node.func if isinstance(node, ast.Call) else None
    own = isinstance(func, ast.Name) and func.id in SHOW - taken
    return own and all(isinstance(one.value, ast.Constant) for one in node.keywords) and _all_told(node.args, taken)


def _all_told(nodes, taken):
    """Whether expressions only name what there is, by names and Python's functions that tell of them."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute | ast.Starred | ast.FormattedValue):
            waiting.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            waiting += node.values
        elif isinstance(node, ast.Call) and not node.keywords:
            if isinstance(node.func, ast.Attribute) and node.func.attr in NAMES and not node.args:
                waiting.append(node.func.value)
            elif not _tells(dotted(node.func), taken):
                return False
            waiting += node.args
        elif not isinstance(node, ast.Constant | ast.Name):
            return False
    return True


def _tells(name, taken):
    return name in TOLD - taken or (name in OF_CODE and "inspect" not in taken)
