"""Notice when a learner's function calls the library's version of what it should write.

A courtesy to honest learners, no protection. The exercise's `forbid` names functions; where the code that the check
reaches mentions one (`reachable.py`), a profile function looks at each call while the check runs. Only a call that
stands in the notebook's own code, or in a module of the learner's beside it, counts: what the library calls inside, and
what the check cell itself calls, is none of its business. Nothing is imported to find out.

A function of the library is forbidden wherever it stands: `course_lib.functional.conv2d` means every function of
course_lib with that name, the primitive among them, and the primitives that it is written with, whatever their names.
"""

from __future__ import annotations

import builtins
import dis
import inspect
import sys
import threading
import types
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from course_lib.checks.learner_line import nested_code
from course_lib.checks.reachable import has, is_learners, mentions, named_objects

LIBRARY, PRIMITIVES = "course_lib.", "course_lib.ops."


class Guard:
    """A context manager that watches for direct calls to `names` (dotted) from the notebook's code.

    `frame` is the check cell's. `offence` is None or `{"name", "function", "line"}` of the first forbidden call.
    """

    def __init__(self, names: Sequence[Any], frame: FrameType) -> None:
        self.offence: dict[str, Any] | None = None
        self._globals, self._code = frame.f_globals, frame.f_code
        self._names = {name.rpartition(".")[2] for name in names}
        self._own = set(map(id, nested_code(frame.f_code)))
        file = frame.f_code.co_filename
        one_cell = "ipykernel" in file or "ipython-input" in file  # other file names may be everybody's
        self._own_file = file if one_cell else None
        self._calls, self._builtins, self._methods, self._objects = {}, {}, {}, {}
        self._library = {}  # last names of the library's functions
        self._codes = []  # (code of a forbidden function, its name)
        self._pending, self._scanned = {}, set()
        self._keep = []  # ids stay valid only while their objects live
        for name in names:
            self._add(name)

    def __enter__(self) -> Guard:
        self._before, self._threads = sys.getprofile(), threading.getprofile()
        if self._names:
            self._handed_over()
        if self._names and mentions(self._code, self._globals, self._keep, self._names):
            sys.setprofile(self._event)
            threading.setprofile(self._event)  # and in threads begun from here on
        return self

    def __exit__(self, *exc: Any) -> None:
        if sys.getprofile() == self._event:
            sys.setprofile(self._before)
        if threading.getprofile() == self._event:
            threading.setprofile(self._threads)

    def _handed_over(self) -> None:
        """An offence where a name that the check cell uses is a forbidden function itself: `mine = library.mine`, or
        one made anew from the library's file.
        """
        files = {(code.co_filename, code.co_qualname): name for code, name in self._codes}
        for name in self._code.co_names:
            thing = _innermost(self._globals.get(name, vars(builtins).get(name)))
            code = None if issubclass(type(thing), types.ModuleType) else getattr(_written(thing), "__code__", None)
            found = self._calls.get(id(code)) or self._builtins.get(id(thing)) or self._objects.get(id(thing))
            if found is None and isinstance(code, types.CodeType):
                found = files.get((code.co_filename, code.co_qualname))
            if found and self.offence is None:
                self.offence = {"name": found, "function": name, "line": 0}

    def take(self) -> Any:
        """The offence, once; after it nothing more is watched."""
        offence, self.offence = self.offence, None
        self.__exit__()
        return offence

    def _add(self, name: str) -> None:
        target, owner = _resolve(name)
        last = name.rpartition(".")[2]
        if name.startswith(LIBRARY) and not isinstance(owner, type):
            self._library[last] = name
        if target is None:
            self._pending.setdefault(last, []).append(name)
            return
        self._keep.append(target)
        inner = target
        if isinstance(target, type):
            self._objects[id(target)] = name
            inner = target.__dict__.get("__init__", target)
        inner = _written(getattr(inner, "__func__", inner))
        if isinstance(inner, types.FunctionType):
            for function in (inner, *_behind(inner)):
                self._keep.append(function)
                self._calls[id(function.__code__)] = name
                self._codes.append((function.__code__, name))
        elif isinstance(target, types.BuiltinFunctionType):
            self._builtins[id(target)] = name
        elif isinstance(owner, type) and not isinstance(target, type):
            self._methods.setdefault(last, []).append((owner, name))
        else:
            self._objects[id(target)] = name

    def _event(self, frame: Any, event: Any, arg: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_name in self._pending:
                self._late(code.co_name)
            name = self._calls.get(id(code)) or self._same_name(frame)
            caller = frame.f_back
            while caller and _passes_on(caller):
                caller = caller.f_back
            name = name or (caller and self._objects and self._machine(frame, caller))
            if name and caller:
                self._blame(caller, name)
        elif event == "c_call":
            last = getattr(arg, "__name__", None)
            if last in self._pending:
                self._late(last)
            name = self._builtins.get(id(arg)) or self._method(arg, last)
            if name:
                self._blame(frame, name)
        elif event == "return" and self._objects and id(frame.f_code) not in self._scanned:
            self._scan(frame)

    def _machine(self, frame: FrameType, caller: FrameType | None) -> str | None:
        """The forbidden class that made what this method belongs to, where the learner's code has that by its own
        names: it was made and kept somewhere. What a check gives to an answer may be used."""
        code = frame.f_code
        if not code.co_argcount or caller is None or not self._is_learners(caller):
            return None
        thing = frame.f_locals.get(code.co_varnames[0])
        name = next((self._objects[id(kind)] for kind in type(thing).__mro__ if id(kind) in self._objects), None)
        if name is None:
            return None
        asked = [x for x in named_objects(self._code, self._globals) if isinstance(x, (types.FunctionType, type))]
        while caller is not None and self._is_learners(caller):
            if has(caller.f_code, caller.f_globals, thing, asked):
                return name
            caller = caller.f_back
        return None

    def _method(self, arg: Any, last: Any) -> Any:
        for owner, name in self._methods.get(last, ()):
            if issubclass(type(arg.__self__), owner):
                return name
        return None

    def _same_name(self, frame: Any) -> Any:
        """The forbidden name of the library that this function, or method of Tensor, bears, where any does."""
        name = self._library.get(frame.f_code.co_qualname.removeprefix("Methods."))
        return name if name and str(frame.f_globals.get("__name__")).startswith(LIBRARY) else None

    def _late(self, last: Any) -> None:
        for name in self._pending.pop(last):
            self._add(name)

    def _scan(self, frame: Any) -> None:
        """Things that make no call event (ufuncs, classes written in C) count when the code names them."""
        self._scanned.add(id(frame.f_code))
        self._keep.append(frame.f_code)
        if not self._is_learners(frame):
            return
        for thing in _named(frame):
            if id(thing) in self._objects:
                self._blame(frame, self._objects[id(thing)])

    def _is_learners(self, frame: Any) -> Any:
        code = frame.f_code
        if id(code) in self._own or code.co_filename == self._own_file:
            return False
        return is_learners(frame.f_globals, self._globals) or frame.f_globals.get("__name__") == "__main__"

    def _blame(self, frame: FrameType, name: str) -> None:
        if self.offence is None and self._is_learners(frame):
            self.offence = {"name": name, "function": frame.f_code.co_name, "line": frame.f_lineno}


def _resolve(name: str) -> tuple[Any, Any]:
    """The object behind a dotted name and what holds it, or (None, None); only modules that are loaded already."""
    for full in (name, f"course_lib.{name}"):
        parts = full.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            target = owner = sys.modules.get(".".join(parts[:cut]))
            if target is None:
                continue
            for part in parts[cut:]:  # what a module has to say of a name that it lacks takes long to find
                module = isinstance(target, types.ModuleType)
                owner, target = target, vars(target).get(part) if module else getattr(target, part, None)
            if target is not None:
                return target, owner
    return None, None


def _innermost(thing: Any) -> Any:
    """What lies in partials of methods of partials, and in what wraps another."""
    for _ in range(8):
        module = issubclass(type(thing), types.ModuleType)  # what it has to say of a name that it lacks takes long
        inner = (
            vars(thing).get(name) if module else getattr(thing, name, None)
            for name in ("func", "__func__", "__wrapped__")
        )
        found = next(filter(None, inner), None)
        if found is None:
            break
        thing = found
    return thing


def _written(function: Any) -> Any:
    """The function whose code is its own: NumPy's stand behind a dispatcher, the library's behind what tells misuse."""
    return inspect.unwrap(getattr(function, "_implementation", function))


def _passes_on(frame: FrameType) -> bool:
    """Whether a frame only hands a call on to the library's function behind it."""
    return frame.f_code.co_name == "told" and frame.f_globals.get("__name__") == "course_lib.autograd.keywords"


def _behind(function: Any) -> Any:
    """The primitives that a function of the library is written with."""
    if not str(function.__module__).startswith(LIBRARY):
        return []
    found = named_objects(function.__code__, function.__globals__)
    return [f for f in found if isinstance(f, types.FunctionType) and f.__module__.startswith(PRIMITIVES)]


def _named(frame: Any) -> Iterator[Any]:
    """Every object that the frame's code names by a global or local, or by attributes from there on."""
    missing = object()
    thing = missing
    for step in dis.get_instructions(frame.f_code):
        if "LOAD_FAST" in step.opname or step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"):
            name = step.argval[-1] if isinstance(step.argval, tuple) else step.argval  # 3.13 loads two at once
            spaces = (frame.f_locals, frame.f_globals, vars(sys.modules["builtins"]))
            thing = next((space[name] for space in spaces if name in space), missing)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(thing, types.ModuleType):
            thing = getattr(thing, step.argval, missing)
        else:
            continue
        if thing is not missing:
            yield thing
