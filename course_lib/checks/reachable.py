"""Whether the code that a check cell reaches may call some functions: a quick look that spares watching every call."""

import builtins
import dis
import functools
import sys
import types

from course_lib.checks.learner_line import nested_code

BY_STRING = frozenset(
    ("getattr", "eval", "exec", "globals", "locals", "vars", "__import__", "import_module", "__dict__", "attrgetter")
)
PLAIN = (types.NoneType, bool, int, float, complex, str, bytes, range, slice)
MANY = 20_000  # things looked at before the answer is "perhaps"


def mentions(check_code, namespace, targets, names):
    """Whether notebook code that a check cell reaches mentions one of the objects `targets`; in doubt yes.

    `check_code` is the cell's code, `namespace` the notebook's globals, `names` the targets' last names. Functions,
    classes and instances of the notebook are followed by the names they use, through modules, containers, defaults and
    closures. An attribute that bears one of `names`, and any way to reach things by a string, count as a mention.
    """
    wanted, seen = set(map(id, targets)), set()
    stack = [thing for thing in _named(check_code, namespace) if id(thing) not in wanted]  # the cell itself may call it
    while stack:
        thing = stack.pop()
        if id(thing) in wanted:
            return True
        if isinstance(thing, PLAIN) or id(thing) in seen:
            continue
        seen.add(id(thing))
        if len(seen) > MANY:
            return True
        for code in _codes(thing, namespace):
            if _doubtful(code, names):
                return True
            stack += _named(code, namespace)
        stack += _held(thing, namespace)
    return False


def _codes(thing, namespace):
    if isinstance(thing, types.FunctionType) and thing.__globals__ is namespace:
        return list(nested_code(thing.__code__))
    return ()


def _doubtful(code, names):
    used = names.intersection(code.co_names)
    if not BY_STRING.isdisjoint(code.co_names):
        return True
    if not used:
        return False
    return any(s.argval in used and s.opname not in ("LOAD_GLOBAL", "LOAD_NAME") for s in dis.get_instructions(code))


def _named(code, namespace):
    """What the names of `code` mean, one by one and through the modules among them."""
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


def _held(thing, namespace):
    """What is at hand for code that has `thing`, if it is of the notebook or a plain container."""
    if type(thing) in (list, tuple, set, frozenset):
        return list(thing)
    if type(thing) is dict:
        return list(thing.values())
    mine = (thing if isinstance(thing, type) else type(thing)).__module__ == namespace.get("__name__")
    if mine:
        return [*vars(thing).values(), *(thing.__mro__[1:] if isinstance(thing, type) else (type(thing),))]
    if isinstance(thing, types.FunctionType) and thing.__globals__ is namespace:
        cells = [cell.cell_contents for cell in thing.__closure__ or () if cell != types.CellType()]
        return [*cells, *(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values(), *vars(thing).values()]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, staticmethod | classmethod | types.MethodType):
        return [thing.__func__, getattr(thing, "__self__", None)]
    if isinstance(thing, property):
        return [thing.fget]
    if isinstance(thing, types.FunctionType | functools._lru_cache_wrapper):
        return [*vars(thing).values()]  # a decorator keeps what it wraps
    return []
