"""Where an observation comes from: the expectation of a check cell that makes it, and the statements that its input
rests on. Read from the cell's text; nothing is run."""

import ast
import re
from dataclasses import dataclass

from grading.lessons.cells import tree_of


@dataclass(frozen=True)
class Expectation:
    """One `expect(...)` of a check cell: its text and line there, its label as a pattern, what it rests on."""

    line: int
    text: str
    pattern: re.Pattern
    rests_on: tuple  # the texts of earlier statements that make its input, in order
    loops: bool  # it stands in a loop and makes more than one observation


def expectations(source):
    """The expectations of a check cell's text, in order; [] when it does not parse."""
    tree = tree_of(source)
    if tree is None:
        return []
    looped = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.For) for inner in ast.walk(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_expect(node.func) and node.args:
            text = ast.get_source_segment(source, node)
            rests = tuple(_rests_on(tree, node, source))
            found.append(Expectation(node.lineno, text, _pattern(node.args[0]), rests, id(node) in looped))
    return sorted(found, key=lambda one: one.line)


def expectation_of(label, place, count, found):
    """The Expectation behind a record's line: by its label, else by its `place` among the `count` lines of its part.

    None when several could be meant.
    """
    fits = [one for one in found if one.pattern.fullmatch(label)]
    if len(fits) == 1:
        return fits[0]
    straight = len(found) == count and not any(one.loops for one in found)
    return found[place] if straight else None


def _is_expect(func):
    func = func.value if isinstance(func, ast.Attribute) else func
    return isinstance(func, ast.Name) and func.id == "expect"


def _pattern(label):
    """A label as it is written, as the pattern of the labels that it makes."""
    parts = label.values if isinstance(label, ast.JoinedStr) else [label]
    texts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".*" for p in parts]
    return re.compile("".join(texts), re.DOTALL)


def _rests_on(tree, call, source):
    """The statements above `call` that bind, or work on, a name that it reads, and so on back to the first."""
    above = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno < call.lineno]
    needed, kept = _names(call, ast.Load) - {"expect", "check"}, []
    for node in sorted(above, key=lambda n: -n.lineno):
        if isinstance(node, ast.With | ast.FunctionDef | ast.ClassDef) or _mentions_expect(node):
            head = [node.target, node.iter] if isinstance(node, ast.For) else []
        else:
            head = [node.target, node.iter] if isinstance(node, ast.For) else [node]
        if any(_works_on(part, node) & needed for part in head):
            needed |= set().union(*(_names(part, ast.Load) for part in head))
            kept.append(_text(node, source))
    return reversed(kept)


def _works_on(part, node):
    """The names that a statement binds or may change."""
    if isinstance(node, ast.Expr):
        return _names(part, ast.Load)
    changed = {n.value.id for n in ast.walk(part) if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)}
    bound = _names(part, ast.Store)
    return bound | changed if isinstance(node, ast.Assign | ast.AugAssign) and not bound else bound


def _mentions_expect(node):
    return any(isinstance(n, ast.Call) and _is_expect(n.func) for n in ast.walk(node))


def _names(node, context):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _text(node, source):
    if isinstance(node, ast.For):
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}:"
    return ast.get_source_segment(source, node)
