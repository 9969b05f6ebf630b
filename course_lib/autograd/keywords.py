"""Calls that do not fit: one sentence for who writes torch's keywords, mistypes one, or gives too much or too little.

Nothing is looked at until Python itself has refused a call. That it has refused this one, and nothing further in, the
traceback says: it is one step long. What a right call pays is one more Python function, some 80 ns.
"""

from __future__ import annotations

import inspect
import re
from abc import ABCMeta
from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, Signature
from typing import Any, ParamSpec, TypeVar

from course_lib.autograd.absent import nearest

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)

_HANDED_ON = re.compile(r"[\w.]+\(\) got an unexpected keyword argument '(\w+)'")
_CPU, _FLOAT = "leave it out, everything lies on the CPU", "leave it out, .double() afterwards does the same"
_QUICK = "leave it out, there is one way to make a step"
_INSTEAD = {  # torch's keywords that are nowhere here
    "device": _CPU, "dtype": _FLOAT, "inplace": "leave it out, nothing is changed in place", "foreach": _QUICK,
    "fused": _QUICK, "capturable": _QUICK, "differentiable": _QUICK, "pin_memory": _CPU, "seed": "write rng=",
    "num_workers": "leave it out, arrays are in memory already", "generator": "write rng=",
    "padding_mode": "only zeros are padded; F.pad comes before for others", "reduce": 'write reduction="none"',
    "size_average": 'write reduction="mean" or "sum"', "maximize": "put a minus before the loss",
    "max_norm": "leave it out, rows are not cut", "unbiased": "write correction=0 for False and 1 for True",
    "create_graph": "leave it out, a gradient has no gradient here", "non_blocking": _CPU, "memory_format": _CPU,
    "weights_only": "leave it out, what is loaded runs nothing", "map_location": _CPU,
    "output_size": "output_padding=, where the layer is made, chooses among sizes",
    "return_indices": "F.max_pool2d has it", "divisor_override": "F.avg_pool2d has it",
    "shuffle": "write rng=rng to shuffle, and rng = np.random.default_rng(0) once", "closure": _QUICK,
}  # fmt: skip
_SAME = {  # other words for what is here
    "learning_rate": "lr", "axis": "dim", "axes": "dim", "keepdims": "keepdim", "epsilon": "eps", "batch_size": "size",
    "rho": "alpha", "rate": "p", "prob": "p", "probability": "p", "labels": "target", "y_true": "target",
    "y_pred": "input", "classes": "num_classes", "filters": "out_channels", "units": "out_features", "steps": "T_max",
    "sections": "split_size_or_sections", "slope": "negative_slope", "arrays": "tensors", "decay": "weight_decay",
}  # fmt: skip


class Named(ABCMeta):
    """The class of classes whose constructor says in one sentence what does not fit, a TypeError still.

    What else goes wrong while one is made stays as it was raised. An ABCMeta, so that `class Net(nn.Module, ABC)` goes.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except TypeError as error:
            say = _of_class(cls, args, kwargs, error)
            if say is None:
                raise
        raise TypeError(say)

    @property
    def __signature__(cls) -> Signature:  # or help() would show the arguments of __call__ above
        return Signature(_parameters(cls))


Named.__name__ = "type"  # what sentences call a class that is given in place of one of its objects


def named(function: Callable[P, R]) -> Callable[P, R]:
    """`function` itself, whose refused calls are told."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True  # IPython leaves this frame out: it says nothing of what went wrong
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            say = refused(error, function, args, kwargs)
            if say is None:
                raise
        raise TypeError(say)

    return told


def named_methods(cls: C) -> C:
    """The class `cls`, whose public methods are `named`, and its constructor where its class does not tell already."""
    for name, function in list(vars(cls).items()):
        if inspect.isfunction(function) and (not name.startswith("_") or (name == "__init__" and type(cls) is type)):
            setattr(cls, name, named(function))
    return cls


def named_functions(space: dict[str, Any]) -> None:
    """Have the functions told that a learner calls by the name of a module; `space` is its globals.

    They are those of `__all__`, or all that the file defines and shows. What the library itself imports from the files
    behind stays as it was, and pays nothing.
    """
    module = space["__name__"]
    own = [n for n, f in space.items() if getattr(f, "__module__", None) == module and not n.startswith("_")]
    for name in space.get("__all__", own):
        if inspect.isfunction(space[name]):
            space[name] = named(space[name])
            space[name].__module__ = module  # where pickle looks for it


def refused(error: TypeError, function: Callable, args: Sequence[Any], kwargs: dict[str, Any]) -> str | None:
    """What to say of a call of `function` with `args` and `kwargs` that ended in `error`.

    None if the call fits: then the error is another, further in. To be asked where the call stands.
    """
    if error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return None
    parameters = list(inspect.signature(function).parameters.values())
    where = function.__name__
    if args and parameters and parameters[0].name == "self":
        parameters, self, args = parameters[1:], args[0], args[1:]
        if where == "__init__":
            where = type(self).__name__
        elif "out" in kwargs:  # what np.sum(t) makes of t.sum
            return f"{where}: NumPy's function does not know Tensors, got np.{where}(t); write t.{where}()"
    return _misfit(where, parameters, args, kwargs)


def _of_class(cls: type, args: Sequence[Any], kwargs: dict[str, Any], error: TypeError) -> str | None:
    """As `refused`, for the constructor of `cls`, or of a class behind it that was handed its **options."""
    step = error.__traceback__.tb_next if error.__traceback__ else None
    if step is not None:
        found = _HANDED_ON.match(str(error))
        inside = step.tb_next is None and step.tb_frame.f_code in [_code(base) for base in cls.__mro__]
        if not (found and inside and found[1] in kwargs):
            return None
    return _misfit(cls.__name__, _parameters(cls), args, kwargs)


def _code(cls: Any) -> Any:
    return getattr(inspect.unwrap(cls.__init__), "__code__", None)


def _parameters(cls: type) -> list[Parameter]:
    """What the constructor takes; where it hands **options on, what those behind it take by name as well."""
    known: dict[str, Parameter] = {}
    for init in (vars(base)["__init__"] for base in cls.__mro__[:-1] if "__init__" in vars(base)):
        own = list(inspect.signature(init).parameters.values())[1:]
        behind = bool(known)
        for p in own:
            if p.kind != p.VAR_KEYWORD and not (behind and p.kind == p.VAR_POSITIONAL):
                known.setdefault(p.name, p.replace(kind=p.KEYWORD_ONLY) if behind else p)
        if all(p.kind != p.VAR_KEYWORD for p in own):
            break
    return sorted(known.values(), key=lambda p: p.kind)


def _misfit(where: str, parameters: list[Parameter], args: Sequence[Any], kwargs: dict[str, Any]) -> str | None:
    """What does not fit between `args` and `kwargs` and the `parameters` of `where`; None if nothing does."""
    by_place = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    by_name = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    kinds = {p.kind for p in parameters}
    takes = f"it takes {_shown(parameters)}"
    unknown = [] if Parameter.VAR_KEYWORD in kinds else [name for name in kwargs if name not in by_name]
    if unknown:
        say = [instead for name in unknown if (instead := _instead(name, by_name))]
        wrong, right = " or ".join(f"{name}=" for name in unknown), " and ".join(say[:2])
        return f"{where}: there is no keyword {wrong} here; {right}{'; ' * bool(right)}{takes}"
    if len(args) > len(by_place) and Parameter.VAR_POSITIONAL not in kinds:
        return f"{where}: got {len(args)} argument{'s' * (len(args) > 1)} by place; {takes}"
    twice = [name for name in by_place[: len(args)] if name in kwargs]
    if twice:
        return f"{where}: {twice[0]} is given twice, by place and by name; {takes}"
    given = {*by_place[: len(args)], *kwargs}
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    missing = [name for name in needed if name not in given]
    are = "is" if len(missing) == 1 else "are"
    return f"{where}: {' and '.join(missing)} {are} missing; {takes}" if missing else None


def _instead(name: str, there: list[str]) -> str:
    """What to write for a keyword that is not `there`; "" where nothing is like it."""
    if _SAME.get(name) in there:
        return f"write {_SAME[name]}="
    near = nearest(name, there)
    return _INSTEAD.get(name) or (f"the nearest is {near}=" if near else "")


def _shown(parameters: list[Parameter]) -> str:
    """(a, b, c=), with = what has to be written by name."""
    marks: dict[Any, str] = {
        Parameter.KEYWORD_ONLY: "{}=",
        Parameter.VAR_POSITIONAL: "*{}",
        Parameter.VAR_KEYWORD: "**{}",
    }
    names = [marks.get(p.kind, "{}").format(p.name) for p in parameters]
    return f"({', '.join(names)})" if names else "no arguments"
