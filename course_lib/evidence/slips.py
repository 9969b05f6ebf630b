"""Slips that stand in an answer's own text: an argument that nothing uses, a result thrown away, a total begun anew.

As in `habits.py`, each sentence is a fact about the code as written, whatever the values say. Nothing runs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

Slip = tuple[str, str]
_PURE = {"reshape", "transpose", "astype", "copy", "flatten", "ravel", "sum", "mean", "dot", "clip", "squeeze"}
_PURE |= {"append", "concatenate", "maximum", "minimum", "exp", "log", "sqrt", "where", "abs", "pad", "argmax"}
_NUMPY = {"np", "numpy"}
_GIVES_NONE = {"append", "extend", "sort", "reverse", "insert", "update", "add", "remove", "fill"}


def find_sure(tree: ast.Module) -> Slip | None:
    """`(name, sentence)` of a slip that hardly anyone means, or None."""
    return _first(tree, (_none_kept, _thrown_away, _unused, _anew, _replaced, _first_only))


def find_written(tree: ast.Module) -> Slip | None:
    """`(name, sentence)` of a line that writes into what came in, or None; for answers that are seen to change it.

    `x += 1` changes an array and no number: a line that surely writes, `x[0] = 1`, is told before it.
    """
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        arguments = function.args
        given = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        lines: list[Any] = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
        for node in sorted(lines, key=lambda line: line.lineno):
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if isinstance(target, ast.Name):
                given = given | {target.id} if _of_same(node.value) in given else given - {target.id}
            elif _writes(node) & given:
                found.append(node)
    sure = [node for node in found if not isinstance(getattr(node, "target", None), ast.Name)]
    if not found:
        return None
    line = _short((sure or found)[0])
    return "writes into an argument", f"`{line}` writes into what came in: begin with a copy of it, or make a new one."


def _of_same(node: Any) -> str:
    """The name whose array an expression is, itself or by np.asarray; "" for others."""
    call = node.func if isinstance(node, ast.Call) and node.args else None
    node = node.args[0] if isinstance(call, ast.Attribute) and call.attr == "asarray" else node
    return node.id if isinstance(node, ast.Name) else ""


def _writes(node: Any) -> set[str]:
    """The names whose arrays, lists or dicts a statement changes."""
    targets = [node.target] if isinstance(node, ast.AugAssign) else getattr(node, "targets", [])
    items = [t.value for t in targets if isinstance(t, ast.Subscript)]
    items += [node.target] if isinstance(node, ast.AugAssign) else []
    call = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    items += [call.value] if isinstance(call, ast.Attribute) and call.attr in _GIVES_NONE else []
    return {item.id for item in items if isinstance(item, ast.Name)}


def find_maybe(tree: ast.Module) -> Slip | None:
    """`(name, sentence)` of a slip that may be meant, or None."""
    return _first(tree, (_unused_name, _caret, _divided, _range))


def _first(tree: ast.Module, finders: tuple[Callable, ...]) -> Slip | None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for find in finders:
        for function in functions:
            found = find(function)
            if found:
                return found
    return None


def _unused(function: Any) -> Slip | None:
    """An argument that the function never reads."""
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        name = argument.arg
        if name not in read and not name.startswith("_") and name not in ("self", "cls"):
            return "unused argument", f"`{function.name}` never uses its argument `{name}`."
    return None


def _thrown_away(function: Any) -> Slip | None:
    """A line that computes something and keeps nothing."""
    for node in ast.walk(function):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.BinOp | ast.Compare | ast.Name | ast.Subscript) or _pure_call(value):
            return "thrown away", f"The line `{_short(value)}` changes nothing: what it computes is thrown away."
    return None


def _pure_call(node: Any) -> bool:
    """A call of which only the result matters: NumPy's functions, or an array's methods of these names."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if any(keyword.arg == "out" for keyword in node.keywords):
        return False
    of_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id in _NUMPY
    return node.func.attr in _PURE and (of_numpy or node.func.attr not in _GIVES_NONE)


def _none_kept(function: Any) -> Slip | None:
    """`x = x.append(y)`: the method changes x and gives None."""
    for node in ast.walk(function):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        call, target = node.value.func, node.targets[0]
        of = call.value if isinstance(call, ast.Attribute) else None
        if not (isinstance(call, ast.Attribute) and isinstance(of, ast.Name) and isinstance(target, ast.Name)):
            continue
        if of.id == target.id and call.attr in _GIVES_NONE:
            say = f"`{call.attr}` changes `{of.id}` and gives None: `{_short(node)}` leaves None in `{of.id}`."
            return "None kept", say
    return None


def _loops(function: Any) -> Iterator[Any]:
    return (node for node in ast.walk(function) if isinstance(node, ast.For | ast.While))


def _anew(function: Any) -> Slip | None:
    """A total that is set back inside the loop that adds to it, and is wanted after the loop."""
    for loop in _loops(function):
        for i, node in enumerate(loop.body):
            if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
                continue
            name = node.targets[0].id
            grown = sum(_grows(later, name) for later in loop.body[i + 1 :])
            read = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == name]
            read = [n for n in read if isinstance(n.ctx, ast.Load)]
            if _empty(node.value) and grown and len(read) <= grown and _returned(function, name):
                say = f"`{_short(node)}` stands inside the loop: what was gathered before is lost in every round."
                return "begun anew", f"{say} Move it in front of the loop."
    return None


def _grows(node: Any, name: str) -> bool:
    if isinstance(node, ast.AugAssign):
        return isinstance(node.target, ast.Name) and node.target.id == name
    call = node.value if isinstance(node, ast.Expr) else None
    of = call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
    return isinstance(of, ast.Name) and of.id == name


def _empty(node: Any) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in (0, 1)
    if isinstance(node, ast.List | ast.Dict):
        return not getattr(node, "elts", getattr(node, "keys", None))
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in ("zeros", "zeros_like")


def _returned(function: Any, name: str) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return any(isinstance(n, ast.Name) and n.id == name for value in returned for n in ast.walk(value))


def _replaced(function: Any) -> Slip | None:
    """A name that every round of a loop sets and no round reads, and that is returned: only the last round counts.

    Where a round may end the loop, the last one is meant.
    """
    for loop in _loops(function):
        if not isinstance(loop, ast.For) or loop not in function.body:
            continue
        inside = list(ast.walk(loop))
        if any(isinstance(n, ast.Break | ast.Return) for n in inside):
            continue
        read = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        read |= {n.target.id for n in inside if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
        for node in loop.body:
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if isinstance(target, ast.Name) and target.id not in read and _returned(function, target.id):
                say = f"`{_short(node)}` replaces what the rounds before have left: only the last round counts."
                return "replaced in every round", say
    return None


def _unused_name(function: Any) -> Slip | None:
    """A name that is set and never read."""
    names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    grown = [n.target for n in ast.walk(function) if isinstance(n, ast.AugAssign)]  # of a view, its array grows too
    read = {n.id for n in names if isinstance(n.ctx, ast.Load) or n in grown} | {
        name for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names
    }
    for node in ast.walk(function):
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if isinstance(target, ast.Name) and target.id not in read and not target.id.startswith("_"):
            return "set and not used", f"`{target.id}` is computed (`{_short(node)}`) and never used."
    return None


def _first_only(function: Any) -> Slip | None:
    """A loop whose body ends in `break`: it runs once."""
    for loop in _loops(function):
        inner = [n for n in ast.walk(loop) if isinstance(n, ast.Continue)]
        if isinstance(loop.body[-1], ast.Break) and not inner:
            return "break in the loop", "A loop ends in its first round: a `break` stands at the end of its body."
    return None


def _caret(function: Any) -> Slip | None:
    for node in ast.walk(function):
        power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor) and isinstance(node.right, ast.Constant)
        if power:
            return "caret", f"`{_short(node)}`: ^ compares bits; a power is written **."
    return None


def _divided(function: Any) -> Slip | None:
    """`1 / 1 + x`: a divisor that ends sooner than meant."""
    for node in ast.walk(function):
        if not (isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp)):
            continue
        left = node.left
        if not (isinstance(left.op, ast.Div) and isinstance(left.right, ast.Constant)):
            continue
        if isinstance(node.op, ast.Add) and left.right.value == 1 and not isinstance(node.right, ast.Constant):
            say = f"In `{_short(node)}` only {left.right.value} is the divisor; `{_short(node.right)}` is not."
            return "brackets of a divisor", f"{say} Brackets make a divisor longer."
    return None


def _range(function: Any) -> Slip | None:
    """A loop that leaves out its first or last round."""
    for loop in _loops(function):
        call = loop.iter if isinstance(loop, ast.For) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            continue
        start = call.args[0] if len(call.args) == 2 else None
        end = call.args[-1] if call.args else None
        from_one = isinstance(start, ast.Constant) and start.value == 1 and isinstance(end, ast.Name | ast.Call)
        if from_one and not _looks_back(loop):
            say = f"`{_short(call)}` begins at 1 and ends before `{_short(end)}`: the round of 0 is left out."
            return "range from 1", say
        if len(call.args) == 1 and isinstance(end, ast.BinOp) and isinstance(end.right, ast.Constant):
            if isinstance(end.left, ast.BinOp) or _reckons(loop):  # of H - k + 1 places the 1 is meant
                continue
            way, other = ("more", "many") if isinstance(end.op, ast.Add) else ("fewer", "few")
            many = f"one round {way} than `{_short(end.left)}`: one too {other} where each is to be met once"
            if end.right.value == 1 and isinstance(end.op, ast.Add | ast.Sub):
                return "another number of rounds", f"`{_short(call)}` takes {many}."
    return None


def _reckons(loop: Any) -> bool:
    """Whether a loop adds to its number, or takes from it, as in `i + 1`: it may meet more than its rounds."""
    name = loop.target.id if isinstance(loop.target, ast.Name) else ""
    sums = (n for n in ast.walk(loop) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub))
    return any(isinstance(side, ast.Name) and side.id == name for n in sums for side in (n.left, n.right))


def _looks_back(loop: Any) -> bool:
    """Whether a loop also reads the place before, `i - 1`: then it rightly begins at 1."""
    name = loop.target.id if isinstance(loop.target, ast.Name) else ""
    taken = (n for n in ast.walk(loop) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Sub))
    return any(isinstance(n.left, ast.Name) and n.left.id == name for n in taken)


def _short(node: Any) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 48 else text[:47] + "…"
