"""What can be read from an answer's own text where nothing else explains its failure: habits that often are the cause.

Each sentence is a fact about the code that was written, whatever the values say: a loop that ends in its first round, a
container that lives from call to call, draws of one's own. Nothing runs; the text is read once.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course_lib.evidence.mistakes import Mistake
from course_lib.evidence.slips import find_maybe, find_sure, find_written

BY = "by habit: "
MAKERS = {"list", "dict", "set", "defaultdict", "Counter", "deque", "zeros", "ones", "empty", "full", "array"}
CHANGES = {"append", "extend", "add", "update", "setdefault", "insert", "fill", "pop", "popitem", "clear", "remove"}
LOGS = {"log", "log2", "log10"}
SMALL = 1e-3
MAX_DEPTH = 200  # of what is read: nobody nests deeper
BYTES = {"uint8", "int8"}
CLOCKS = {"perf_counter", "perf_counter_ns", "monotonic", "process_time", "time_ns"}
STEADY = {"default_rng", "Generator", "SeedSequence", "PCG64", "Philox"}


@dataclass(frozen=True)
class Habit:
    """A habit that was found: its `name`, what a tutor would `say`."""

    name: str
    say: str

    def mistake(self) -> Mistake:
        """As the Mistake that a message or a verdict shows."""
        return Mistake(BY + self.name, self.say, relation=True)


def name_habit(source: str, again: bool = False) -> Habit | None:
    """The Habit in an answer's source that most likely explains a failure, or None.

    `again` says that a second call gave something else than the first: then what lives between calls comes first.
    """
    kept = (_default, _outside, _draws)
    others = (_forgiving, _log, _smoothed, _bytes)
    return _named(source, (*kept, _clock, _loop) if again else (_loop, *kept, *others), find_sure)


def name_certain(source: str, changed: bool) -> Habit | None:
    """The Habit that explains a failure whatever the values are: a loop of one round, or a line that writes into what
    came in where the answer is seen to have done so (`changed`). Or None.
    """
    return _named(source, (_loop,), find_written if changed else lambda tree: None)


def _named(source: str, finders: tuple[Callable, ...], last: Callable) -> Habit | None:
    """The first Habit that the finders see in a function, or the slip that `last` sees in all of the text, or None."""
    tree = _parsed(source)
    if tree is None:
        return None
    for find in finders:
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            habit = find(function, tree)
            if habit is not None:
                return habit
    slip = last(tree)
    return slip and Habit(*slip)


def name_slip(source: str) -> Habit | None:
    """The Habit of a less certain kind (slips.py) in an answer's source, or None."""
    tree = _parsed(source)
    slip = find_maybe(tree) if tree is not None else None
    return slip and Habit(*slip)


def _parsed(source: str) -> ast.Module | None:
    """The syntax tree; None where it is no Python, or nested so deep that nothing is to be read from it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree
    return None


def _loop(function: Any, tree: ast.Module) -> Habit | None:
    """A `for` whose body always returns: it runs once."""
    for node in ast.walk(function):
        if not isinstance(node, ast.For) or not any(isinstance(step, ast.Return) for step in node.body):
            continue
        if not any(isinstance(inner, ast.Continue | ast.Break) for inner in ast.walk(node)):
            say = f"The loop over `{_short(node.iter)}` ends in its first round: a `return` stands inside it."
            return Habit("return in the loop", f"{say} To let it run to its end, move `return` one step to the left.")
    return None


def _default(function: Any, tree: ast.Module) -> Any:
    """A default value that the function changes: it is made once."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(named[len(named) - len(arguments.defaults) :], arguments.defaults, strict=True))
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    for argument, default in pairs:
        if _is_container(default) and argument.arg in _changed(function):
            say = f"The default value of `{argument.arg}` is made once and keeps what earlier calls put into it."
            return Habit("default kept", f"{say} Write `{argument.arg}=None` and make it inside.")
    return None


def _outside(function: Any, tree: ast.Module) -> Any:
    """A container of the cell that the function changes."""
    made = _containers(tree)
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    own = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)} | _bound(function)
    kept = {name for name in _changed(function) if name in made and name not in own}  # few, where `made` may be many
    for name in sorted(kept | (shared & _bound(function))):
        say = f"`{name}` lives outside `{function.name}` and keeps what earlier calls left there."
        return Habit("kept outside", f"{say} Make it anew inside the function.")
    return None


@functools.lru_cache(maxsize=1)  # asked for each function of the same cell
def _containers(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_container(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _draws(function: Any, tree: ast.Module) -> Any:
    """Random numbers that nobody gave: other ones at each call."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        path = _dotted(node.func).split(".")
        old = len(path) > 1 and path[-2] == "random" and path[-1] not in STEADY
        if old or (path[-1] == "default_rng" and not node.args and not node.keywords):
            say = f"`{_short(node)}` draws new numbers at every call."
            return Habit("own draws", f"{say} Use what the task hands you: an `rng`, a mask, the draws themselves.")
    return None


def _clock(function: Any, tree: ast.Module) -> Any:
    """The computer's own clock: another time at each call."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in CLOCKS:
            say = f"`{_short(node)}` reads the computer's clock, which stands elsewhere at every call."
            return Habit("own clock", f"{say} Use what the task hands you.")
    return None


def _forgiving(function: Any, tree: ast.Module) -> Any:
    """isclose with a relative tolerance only: the absolute one is still there."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in ("isclose", "allclose"):
            given = {keyword.arg for keyword in node.keywords}
            if "rtol" in given and "atol" not in given and _dotted(node.func).split(".")[0] != "math":
                say = f"`{_dotted(node.func)}` forgives a difference of 1e-8 as well, whatever rtol says."
                return Habit("absolute tolerance", f"{say} Pass atol=0, or compare yourself.")
    return None


def _log(function: Any, tree: ast.Module) -> Any:
    """A small number added inside a logarithm."""
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and node.args and _dotted(node.func).split(".")[-1] in LOGS):
            continue
        inside = node.args[0]
        if _raised(inside):
            say = f"`{_short(node)}` is another function: the number you add moves every value near 0."
            return Habit("added in the logarithm", f"{say} Look for a form that cannot overflow instead.")
    return None


def _smoothed(function: Any, tree: ast.Module) -> Any:
    """A small number added above and below in a quotient."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and all(map(_raised, (node.left, node.right))):
            say = f"`{_short(node)}` makes 0 / 0 a 1, and moves every other value."
            return Habit("added above and below", f"{say} Treat the empty case by itself.")
    return None


def _raised(node: Any) -> bool:
    """Whether an expression is a sum with a small constant in it."""
    parts = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else ()
    return any(isinstance(p, ast.Constant) and isinstance(p.value, float) and 0 < p.value <= SMALL for p in parts)


def _bytes(function: Any, tree: ast.Module) -> Any:
    """Numbers put into eight bits."""
    for node in ast.walk(function):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
        if name in BYTES if isinstance(name, str) else False:
            return Habit("eight bits", f"`{name}` has eight bits: past 255 (127 with a sign) it begins again.")
    return None


def _is_container(node: Any) -> Any:
    if isinstance(node, ast.List | ast.Dict | ast.Set):
        return True
    return isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in MAKERS


def _changed(function: Any) -> set[Any]:
    """Names whose content the function changes: by an item, in place, by a method that changes."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.add(_root(node))
        elif isinstance(node, ast.AugAssign):
            found.add(_root(node.target))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            found.add(_root(node.func.value))
    return found - {""}


def _bound(function: Any) -> set[Any]:
    """Names that the function assigns."""
    return {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _root(node: Any) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: Any) -> Any:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _short(node: Any) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:39] + "…"
