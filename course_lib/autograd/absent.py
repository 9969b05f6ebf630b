"""Names that are not here: one sentence for who writes torch's, or mistypes one. The library's only `__getattr__`.

Python asks it for a name only when it has found none. Names that begin with `_` get Python's own error: copy, pickle
and IPython ask for them to see what a thing can do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dis import opname
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np

from course_lib.arithmetic import shown


def nowhere(name: str) -> str:
    """What a place says that knows no other: ""."""
    return ""


def of_numpy(name: str) -> str:
    """What to write for `name` where NumPy has it, "" where it has not."""
    found = vars(np).get(name)
    if isinstance(found, (type, float)):
        return f"np.{name}"
    arrays = "a.data, b.data" if getattr(found, "nin", 1) == 2 else "t.data"
    return f"np.{name}({arrays}), which has no gradient" if callable(found) else ""


def anywhere(*places: tuple[str, Any]) -> Callable[[str], str]:
    """A function that says what to write for a name: `places` are pairs of a form, {0} for the name, and the module or
    class that may have it; NumPy comes last."""

    def find(name: str) -> str:
        known = [(form, place) for form, place in places if name in getattr(place, "__all__", dir(place))]
        forms = [form for form, place in known if callable(getattr(place, name))]
        return forms[0].format(name) if forms else of_numpy(name)

    return find


def sentence(
    where: str,
    name: str,
    there: Iterable[str],
    table: Mapping[str, str],
    otherwise: str = "",
    elsewhere: Callable[[str], str] = nowhere,
) -> str:
    """What to say of `name`, which `where` (a word such as "nn") has not: what `table` has for it (see
    `torch_names.py`), or where it is `elsewhere`, or the nearest of the names that are `there`, or `otherwise`."""
    say = table.get(name) or elsewhere(name)
    if not say:
        near = nearest(name, there)
        say = f"~{near}" if near else ""
    if say.startswith("from course_lib"):
        return f"{where}: {name} comes by an import of its own; write {say}"
    if not say:
        return f"{where}: there is no {name} here; {otherwise or f'dir({where}) lists what there is'}"
    return f"{where}: there is no {name} here; " + (f"the nearest is {say[1:]}" if say[0] == "~" else f"write {say}")


def nearest(name: str, there: Iterable[str]) -> str | None:
    """The one of the names `there` that is written most like `name`, capitals aside; None where none is like it."""
    from difflib import get_close_matches  # who mistypes can wait for it

    known = {other.lower(): other for other in there if not other.startswith("_")}
    begins = [other for other in known if len(name) > 2 and other.startswith(name.lower())]
    found = begins or get_close_matches(name.lower(), known, 1, 0.75)
    return known[found[0]] if found else None


def module_getattr(
    module: str, where: str, table: Mapping[str, str], elsewhere: Callable[[str], str] = nowhere
) -> Callable[[str], NoReturn]:
    """The `__getattr__` (PEP 562) of a module: `module` is its dotted name, `where` what its readers call it.

    It raises AttributeError with the `sentence` of `table` and `elsewhere`, with Python's own for a name with `_` in
    front; ImportError with that sentence for `from module import name`, where Python would hide it behind its own.
    """

    def absent(name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name, obj=sys.modules[module])
        this, asks = sys.modules[module], sys._getframe(1)
        say = sentence(where, name, getattr(this, "__all__", vars(this)), table, elsewhere=elsewhere)
        if opname[asks.f_code.co_code[asks.f_lasti]] == "IMPORT_FROM":
            raise ImportError(say, name=name)
        raise AttributeError(say, name=name, obj=None)

    return absent


class Told:
    """A base of what a learner holds in hand: a name that it has not is one sentence, an AttributeError still.

    `_instead` is its table of names. An error inside a property stays that error.
    """

    __slots__ = ()

    _instead: ClassVar[Mapping[str, str]] = {}
    _otherwise: ClassVar[str] = ""  # what to do about {name} if nothing is like it
    _elsewhere: ClassVar[Any] = staticmethod(nowhere)  # what to write for a name that another place has

    if not TYPE_CHECKING:  # or mypy would believe that every name is there

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            try:
                return object.__getattribute__(self, name)  # a property has raised: then its own error, once more
            except AttributeError as error:
                if (error.name != name or error.obj is not self) and self._sound():
                    raise
            raise AttributeError(self._absent(name), name=name)

    def _sound(self) -> bool:
        return True

    def _absent(self, name: str) -> str:
        otherwise = self._otherwise.format(name=name)
        return sentence(type(self).__name__, name, dir(self), self._instead, otherwise, self._elsewhere)


class ToldOfArrays(Told):
    """The same for what holds an array, `data`: no method works in place, and `data` may have become something else."""

    __slots__ = ()

    data: np.ndarray

    def _sound(self) -> bool:
        return isinstance(self.data, np.ndarray)

    def _absent(self, name: str) -> str:
        where = type(self).__name__
        if name != "data" and not self._sound():
            return f"{where}: .data must be an array, got {shown(self.data)}; write w.data = np.asarray(...)"
        if name.endswith("_") and name not in self._instead:
            say = f"change {where[0].lower()}.data with NumPy, a {where} is not changed in place"
            return f"{where}: there is no {name} here; {say}"
        return super()._absent(name)
