"""Whether the code that a check cell reaches may call some functions: a quick look that spares watching every call."""

from __future__ import annotations

import builtins
import dis
import functools
import gc
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import PurePath
from types import CodeType
from typing import Any

from course_lib.checks.learner_line import nested_code

BY_STRING = frozenset(
    ("getattr", "eval", "exec", "globals", "locals", "vars", "__import__", "import_module", "__dict__", "attrgetter")
)
PLAIN = (types.NoneType, bool, int, float, complex, str, bytes, range, slice)
CARRIERS = (list, tuple, set, frozenset, dict, types.FunctionType, types.MethodType, types.CellType)
CARRIERS += (functools.partial, type(functools.cache(len)), staticmethod, classmethod, property)
PYTHONS = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib")]
MANY = 20_000  # things looked at before the answer is "perhaps"


def mentions(check_code: CodeType, namespace: dict[str, Any], targets: Sequence[Any], names: set[str]) -> bool:
    """Whether notebook code that a check cell reaches mentions one of the objects `targets`; in doubt yes.

    `check_code` is the cell's code, `namespace` the notebook's globals, `names` the targets' last names. Functions,
    classes and instances of the notebook are followed by the names they use, and whatever carries other objects by
    what it carries. An attribute that bears one of `names`, a function of the library that does, and any way to reach
    things by a string count as a mention.
    """
    wanted = set(map(id, targets))

    def is_wanted(thing: Any) -> bool:
        if id(thing) in wanted or isinstance(thing, PLAIN):
            return id(thing) in wanted
        if not wanted.isdisjoint(map(id, type(thing).__mro__)):  # a class that is has made it
            return True
        return isinstance(thing, types.FunctionType) and _is_librarys(thing, names)

    start = [x for x in named_objects(check_code, namespace) if not is_wanted(x)]  # the cell itself may call it
    looked = 0
    for thing in _reached(start, namespace):
        looked += not isinstance(thing, PLAIN)
        if is_wanted(thing) or looked > MANY:
            return True
        learners = isinstance(thing, types.FunctionType) and is_learners(thing.__globals__, namespace)
        if learners and any(_doubtful(code, names) for code in nested_code(thing.__code__)):
            return True
    return False


def has(code: CodeType, namespace: dict[str, Any], thing: Any, others: Sequence[Any] = ()) -> bool:
    """Whether notebook code has `thing` by its own names, or in what these carry, and not only by an argument.

    `code` and `namespace` are as in `named_objects`; `others` are looked through as well.
    """
    start = [*named_objects(code, namespace), *others]
    reached = (one for one in _reached(start, namespace) if not isinstance(one, PLAIN))
    return any(one is thing for one in islice(reached, MANY))


def _reached(stack: list[Any], namespace: dict[str, Any]) -> Iterator[Any]:
    """The things in `stack`, and all that the notebook's functions among them name and what carries others carries."""
    seen = set()
    while stack:
        thing = stack.pop()
        if id(thing) in seen:
            continue
        yield thing
        if isinstance(thing, PLAIN):
            continue
        seen.add(id(thing))
        if isinstance(thing, types.FunctionType) and is_learners(thing.__globals__, namespace):
            stack += named_objects(thing.__code__, thing.__globals__)
        stack += _carried(thing, namespace)


def is_learners(found: dict[str, Any], namespace: dict[str, Any]) -> bool:
    """Whether globals are the notebook's (`namespace`), or those of a module of the learner's own beside it.

    `found` are the globals.
    """
    return found is namespace or _lies_beside(str(found.get("__name__")), found.get("__file__"))


@functools.lru_cache(maxsize=4096)
def _lies_beside(name: str, file: str | None) -> bool:
    """Whether a module is neither the course's nor Python's nor installed."""
    if not isinstance(file, str) or name.partition(".")[0] == "course_lib":
        return False
    path = PurePath(file)
    installed = not {"site-packages", "dist-packages"}.isdisjoint(path.parts)
    return not installed and not any(map(path.is_relative_to, PYTHONS))


def _is_librarys(function: Callable, names: set[str]) -> bool:
    return function.__name__ in names and str(function.__module__).startswith("course_lib.")


def _doubtful(code: CodeType, names: set[str]) -> bool:
    used = names.intersection(code.co_names)
    if not BY_STRING.isdisjoint(code.co_names):
        return True
    if not used:
        return False
    return any(s.argval in used and s.opname not in ("LOAD_GLOBAL", "LOAD_NAME") for s in dis.get_instructions(code))


def named_objects(code: CodeType, namespace: dict[str, Any]) -> list[Any]:
    """What the names of `code` mean, one by one and through the modules among them.

    `namespace` is where they are looked up.
    """
    used = {name for part in nested_code(code) for name in part.co_names}
    found, seen = [], set()
    stack = [space[name] for space in (namespace, vars(builtins), sys.modules) for name in used if name in space]
    while stack:
        thing = stack.pop()
        if not isinstance(thing, types.ModuleType):
            found.append(thing)
        elif id(thing) not in seen:
            seen.add(id(thing))
            stack += [vars(thing)[name] for name in used if name in vars(thing)]
    return found


def _carried(thing: Any, namespace: dict[str, Any]) -> list[Any]:
    """What is at hand for code that has `thing`: all that it refers to, but for a function's module."""
    home = (thing if isinstance(thing, type) else type(thing)).__module__
    if type(thing) not in CARRIERS and home != namespace.get("__name__"):
        module = sys.modules.get(home)
        if not is_learners(getattr(module, "__dict__", {}), namespace):
            return []
    spaces = getattr(thing, "__globals__", None), vars(builtins)  # what is reached there is reached by a name
    return [x for x in gc.get_referents(thing) if not any(x is space for space in spaces)]
