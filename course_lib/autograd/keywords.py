"""Keywords that a layer, an optimiser or a function has not: one sentence for who writes torch's, or mistypes one.

Nothing is looked at until Python itself has refused a call.
"""

from __future__ import annotations

import inspect
import re
from abc import ABCMeta
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from course_lib.autograd.absent import nearest

P = ParamSpec("P")
R = TypeVar("R")
Words = Callable[[str, dict[str, Any]], str | None]

_REFUSED = re.compile(r"(?:([\w.]+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_CPU, _FLOAT = "leave it out, everything lies on the CPU", "leave it out, or write model.double() afterwards"
_QUICK = "leave it out, there is one way to make a step"
_INSTEAD = {  # torch's keywords that are nowhere here
    "device": _CPU, "dtype": _FLOAT, "inplace": "leave it out, nothing is changed in place", "foreach": _QUICK,
    "fused": _QUICK, "capturable": _QUICK, "differentiable": _QUICK, "pin_memory": _CPU, "seed": "write rng=",
    "num_workers": "leave it out, arrays are in memory already", "generator": "write rng=",
    "padding_mode": "only zeros are padded; F.pad comes before for others", "reduce": 'write reduction="none"',
    "size_average": 'write reduction="mean" or "sum"', "maximize": "put a minus before the loss",
    "max_norm": "leave it out, rows are not cut",
}  # fmt: skip
_SAME = {  # other words for what is here
    "learning_rate": "lr", "axis": "dim", "keepdims": "keepdim", "epsilon": "eps", "batch_size": "size", "rho": "alpha",
}  # fmt: skip


class Named(ABCMeta):
    """The class of classes whose unknown keywords are told in one sentence, a TypeError still.

    What else goes wrong while one is made stays as it was raised. An ABCMeta, so that `class Net(nn.Module, ABC)` goes.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except TypeError as error:
            say = _of_class(cls, kwargs, str(error))
            if say is None:
                raise
        raise TypeError(say)


Named.__name__ = "type"  # what sentences call a class that is given in place of one of its objects


def named(function: Callable[P, R], words: Words | None = None) -> Callable[P, R]:
    """The same for a function, at some 0.1 microseconds a call. `function` is the one behind it.

    `words` may know better what to say: called with the function's name and all keywords given, it returns the sentence
    or None.
    """

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            say = _of_function(function, kwargs, str(error), words)
            if say is None:
                raise
        raise TypeError(say)

    return told


def _of_function(function: Callable, given: dict[str, Any], text: str, words: Words | None) -> str | None:
    """What to say of the keyword, of those `given`, that `function` has not; None where `text` is of other things."""
    found = _REFUSED.fullmatch(text)
    if not found or found[2] != function.__name__ or found[3] not in given:
        return None
    known = words(function.__name__, given) if words else None
    return known or _sentence(function.__name__, found[3], _by_name(function))


def _sentence(where: str, name: str, there: Iterable[str]) -> str:
    """What to say of the keyword `name` that `where`, a class or function which takes those `there`, has not."""
    there = sorted(there)
    near = _SAME[name] if _SAME.get(name) in there else nearest(name, there)
    takes = f"it takes {', '.join(f'{other}=' for other in there)}" if there else "it takes none"
    say = _INSTEAD.get(name) or (f"the nearest is {near}=" if near else takes)
    return f"{where}: there is no keyword {name}= here; {say}"


def _of_class(cls: type, given: dict[str, Any], text: str) -> str | None:
    """As `_of_function`, for the constructor of `cls`, or of a class behind it that was handed its **options."""
    found = _REFUSED.fullmatch(text)
    if found and found[2] == "__init__" and found[1] in {base.__qualname__ for base in cls.__mro__}:
        name = found[3]
    elif given and text == f"{cls.__qualname__.rpartition('.')[2]}() takes no arguments":
        name = next(iter(given))
    else:
        return None
    return _sentence(cls.__name__, name, _keywords(cls)) if name in given else None


def _keywords(cls: type) -> set[str]:
    """What the constructor takes by name; where it hands **options on, what those behind it take as well."""
    known: set[str] = set()
    for init in (vars(base)["__init__"] for base in cls.__mro__[:-1] if "__init__" in vars(base)):
        known |= _by_name(init) - {"self"}
        if inspect.getfullargspec(init).varkw is None:
            break
    return known


def _by_name(function: Callable) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
