"""Lists of Modules: Sequential, which computes one after the other, and ModuleList, which only holds them."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from course_lib.arithmetic import shown
from course_lib.nn.module import Module


class Sequential(Module):
    """Layers one after the other: the output of each is the input of the next.

    layers: Modules, or functions of one Tensor.
    """

    def __init__(self, *layers: Any) -> None:
        self.layers = list(layers)
        for i, layer in enumerate(layers):
            _check_layer("Sequential", i, layer)

    def forward(self, x: Any) -> Any:
        """The output of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x

    def _parts(self) -> Iterable[tuple[str, Any]]:
        return ((str(i), layer) for i, layer in enumerate(self.layers) if isinstance(layer, Module))

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __getitem__(self, i: Any) -> Any:
        return (
            Sequential(*self.layers[i]) if isinstance(i, slice) else self.layers[_place("Sequential", self.layers, i)]
        )

    def __setitem__(self, i: Any, layer: Any) -> None:
        place = _place("Sequential", self.layers, i)
        _check_layer("Sequential", place, layer)
        self.layers[place] = layer


def _place(name: str, layers: builtins.list[Any], i: Any) -> int:
    """Where layer `i` stands; one sentence where there is none."""
    if not hasattr(i, "__index__"):
        raise TypeError(f"{name}: layers are counted from 0 to {len(layers) - 1}, got {i!r}")
    if not -len(layers) <= int(i) < len(layers):
        raise IndexError(f"{name}: layers are counted from 0 to {len(layers) - 1}, got {i}")
    return int(i) % len(layers)


def _check_layer(name: str, i: int, layer: Any) -> None:
    """One sentence about what is no layer."""
    if isinstance(layer, type):
        raise TypeError(f"{name}: layer {i} is a class; make one of it, {layer.__name__}(...), got {layer.__name__}")
    if isinstance(layer, (list, tuple)):
        raise TypeError(f"{name}: layers come one by one, write {name}(*layers), got a {type(layer).__name__}")
    if isinstance(layer, dict):
        raise TypeError(
            f"{name}: layers have no names of their own here, write {name}(*layers.values()), got a "
            f"{type(layer).__name__}"
        )
    if hasattr(layer, "parameters") and not isinstance(layer, Module):
        raise TypeError(f"{name}: layer {i} is another library's, its weights would not be found, got {shown(layer)}")
    if not callable(layer):
        raise TypeError(f"{name}: layer {i} must be callable, got {type(layer).__name__}")


class ModuleList(Module):
    """A list of Modules; what to do with them says the `forward` of the Module that holds it.

    modules: any iterable of Modules. A plain list as an attribute does the same; this one has torch's name.
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self.layers: builtins.list[Module] = []
        if isinstance(modules, Module) and not hasattr(modules, "__iter__"):
            raise TypeError(f"ModuleList: needs a list, ModuleList([a, b]), got a {type(modules).__name__}")
        self.extend(modules)

    def forward(self, *args: Any) -> NoReturn:
        """A TypeError: a list computes nothing by itself."""
        raise TypeError("ModuleList: is only a list; write for layer in layers: x = layer(x), or take nn.Sequential")

    def append(self, module: Module) -> ModuleList:
        """One Module more at the end; returns the list. `module` is it; TypeError for what is no Module."""
        self.layers.append(_checked(module))
        return self

    def extend(self, modules: Iterable[Module]) -> ModuleList:
        """Several more; returns the list. `modules` is any iterable of Modules."""
        for module in modules:
            self.append(module)
        return self

    def _parts(self) -> Iterable[tuple[str, Any]]:
        return ((str(i), layer) for i, layer in enumerate(self.layers))

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return ModuleList(self.layers[i])
        return self.layers[_place("ModuleList", self.layers, i)]

    def __setitem__(self, i: Any, module: Module) -> None:
        self.layers[_place("ModuleList", self.layers, i)] = _checked(module)

    def __iadd__(self, modules: Iterable[Module]) -> ModuleList:
        return self.extend(modules)


def _checked(module: Any) -> Module:
    if not isinstance(module, Module):
        raise TypeError(f"ModuleList: holds Modules, got {type(module).__name__} {module!r:.40}")
    return module
