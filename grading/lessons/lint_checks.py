"""The rules for the inside of a check cell, as (line, sentence) each: one `with check`, expectations that always run,
a hidden block that a record can hold and a class edition can draw anew."""

import ast
import re

from grading.lessons.cells import BEGIN_HIDDEN, END_HIDDEN, magic_lines, tree_of
from grading.lessons.forbidden import dotted


def check_problems(check):
    """(line, sentence) of everything wrong with a check or prediction cell."""
    cell = check.cell
    if not check.points > 0:
        yield cell.line, f"check '{check.id}' has no points above 0; add points=1 to its mark"
    for line in magic_lines(cell):
        yield line, "magic in a check cell; plain Python only"
    tree = tree_of(cell.source)
    if tree is None:
        return
    withs = [n for n in ast.walk(tree) if isinstance(n, ast.With) and _checked_id(n) is not None]
    if len(withs) != 1 or withs[0] not in tree.body:
        told = f"check '{check.id}' must have one `with check(\"{check.id}\") as expect:` at its top level; mend it"
        yield cell.line, told
        return
    block = withs[0]
    if _checked_id(block) != check.id:
        told = f"the cell is check '{check.id}' but its with line says '{_checked_id(block)}'; make them equal"
        yield cell.line, told
    target = block.items[0].optional_vars
    if not (isinstance(target, ast.Name) and target.id == "expect"):
        yield cell.line, f"check '{check.id}': write `with check(...) as expect:`, the name is fixed"
    if tree_of(check.visible) is None:
        yield cell.line, f"the body of check '{check.id}' is only hidden; add a visible expectation above the block"
    if not check.predict:
        yield from _hidden(check)
    for node, why in _shaky(tree):
        yield cell.line + node.lineno - 1, f"an expectation stands {why}: it could be skipped; let it run always"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr) and _inside_expect(tree, node):
            told = f"check '{check.id}' looks at the private name {node.attr}; observe behaviour"
            yield cell.line + node.lineno - 1, told


def _hidden(check):
    """The hidden block: there, last in the `with`, with values that a record can hold, drawn from a written integer."""
    cell = check.cell
    if not check.hidden:
        yield cell.line, f"check '{check.id}' has no hidden block; add '{BEGIN_HIDDEN}' with recorded values"
        return
    lines = cell.source.split("\n")
    end = next((i for i, line in enumerate(lines) if END_HIDDEN in line), len(lines))
    begin = cell.line + next((i for i, line in enumerate(lines) if BEGIN_HIDDEN in line), 0)
    if any(line.strip() and not line.strip().startswith("#") for line in lines[end + 1 :]):
        told = f"the hidden block of '{check.id}' must be last in its cell; move what follows above it"
        yield cell.line + end + 1, told
    tree = tree_of(check.hidden)
    if tree is None or not any(isinstance(n, ast.With) for n in tree.body):
        told = f"the hidden block of '{check.id}' must be inside its `with`, indented, and parse by itself; mend it"
        yield begin, told
        return
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    if not any(dotted(c.func) in ("expect", "expect.outcome") for c in calls):
        told = f"the hidden block of '{check.id}' records no value; add expect(label, value): laws alone prove nothing"
        yield begin, told
    for call in calls:
        if dotted(call.func).endswith("default_rng") and not (
            len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, int)
        ):
            yield (
                begin,
                "a hidden block draws from default_rng(integer), written out; class editions replace the integer",
            )


def _shaky(tree):
    """Expectations that may not run, or whose failure may be swallowed: (node, where it stands)."""
    places = {
        ast.If: "under an if",
        ast.IfExp: "in a conditional expression",
        ast.BoolOp: "behind and/or",
        ast.Try: "inside try",
        ast.While: "in a while loop",
        ast.Match: "under match",
        ast.FunctionDef: "in a function",
        ast.Lambda: "in a lambda",
        ast.ListComp: "in a comprehension",
        ast.SetComp: "in a comprehension",
        ast.DictComp: "in a comprehension",
        ast.GeneratorExp: "in a generator",
        ast.Assert: "in an assert",
    }
    for node in ast.walk(tree):
        why = places.get(type(node))
        if isinstance(node, ast.With) and _checked_id(node) is None:
            why = "inside another with"
        if isinstance(node, ast.For) and any(isinstance(n, ast.Break | ast.Continue) for n in ast.walk(node)):
            why = "in a loop with break or continue"
        if why:
            for inner in ast.walk(node):
                if inner is not node and _is_expect(inner):
                    yield inner, why


def _is_expect(node):
    """`expect(...)` or `expect.same_as(...)` and so on, as a call."""
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    name = func.value if isinstance(func, ast.Attribute) else func
    return isinstance(name, ast.Name) and name.id == "expect"


def _inside_expect(tree, target):
    return any(_is_expect(n) and any(m is target for m in ast.walk(n)) for n in ast.walk(tree))


def _checked_id(node):
    """The id in `with check("id") ...`; None for any other with."""
    call = node.items[0].context_expr
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
        first = call.args[0] if call.args else None
        return first.value if isinstance(first, ast.Constant) else ""
    return None
