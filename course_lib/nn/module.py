"""Module and what it holds: Parameter, Buffer, state. Lists of Modules stand in `containers.py`, layers in `layers.py`.

A Module finds its parameters by walking what it holds, in the order it was assigned; lists, tuples and dicts
of Modules are walked too, and names are torch's: "blocks.0.conv.weight".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, TypeVar

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.absent import Told
from course_lib.autograd.devices import OnCpu
from course_lib.autograd.keywords import Named, named_methods, refused
from course_lib.autograd.tensor import Tensor
from course_lib.autograd.torch_names import MODULE

Self = TypeVar("Self", bound="Module")


@named_methods
class Parameter(Tensor):
    """A Tensor that training changes; requires a gradient, unless it is frozen.

    data: an array of floats, or what makes one.
    requires_grad: False freezes it.
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)


class Buffer(Tensor):
    """A Tensor that belongs to the state of a Module but is not trained, such as a running mean.

    The arguments are those of Tensor.
    """

    __slots__ = ()


class Hooked:
    """A hook in its place. `remove()` takes it away, as does calling this; `hooks` are its Module's."""

    def __init__(self, hooks: list[Callable], hook: Callable) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        """Take the hook away; once more does nothing."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)

    __call__ = remove


@named_methods
class Module(OnCpu, Told, metaclass=Named):
    """A layer or a network: attributes hold its parts, `forward` computes, calling it runs `forward`."""

    _instead, _otherwise = MODULE, "set self.{name} in __init__ before it is used"
    training: bool = True
    _shows: ClassVar[str] = ""  # the settings that a print shows, a format of this Module

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every Module defines its own."""
        raise NotImplementedError(f"{type(self).__name__}: define forward(self, ...)")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            out = self.forward(*args, **kwargs)
        except TypeError as error:
            say = refused(error, self.forward, args, kwargs)
            if say is None:
                raise
            raise TypeError(f"{type(self).__name__}.{say}") from None
        for hook in tuple(vars(self).get("_hooks", ())):
            instead = hook(self, args, out)
            out = out if instead is None else instead
        return out

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(vars(self).get(name), Parameter) and not (value is None or isinstance(value, Parameter)):
            raise TypeError(
                f"{type(self).__name__}: {name} is a Parameter, and would be one no more, got {shown(value)}; write "
                f"{name}.data = ... with an array, or nn.Parameter(...)"
            )
        if callable(getattr(Module, name, None)) and not callable(value):
            raise TypeError(
                f"{type(self).__name__}: {name} is a method of every Module, got {shown(value)} in its place; call it, "
                f"model.{name}(...), or choose another name"
            )
        super().__setattr__(name, value)

    def register_forward_hook(self, hook: Callable) -> Hooked:
        """Call `hook(module, args, output)` after every forward; what it returns, unless None, is the output instead.

        `remove()` of what is returned takes the hook away again.
        """
        hooks = vars(self).setdefault("_hooks", [])
        hooks.append(hook)
        return Hooked(hooks, hook)

    def extra_repr(self) -> str:
        """What a print shows of this Module itself: a layer's settings, the shapes of one's own Parameters."""
        own = ", ".join(f"{name} {value.shape}" for name, value in self._parts() if isinstance(value, Parameter))
        return self._shows.format(self) or own

    def __repr__(self) -> str:
        own, inside = self.extra_repr(), [f"({name}): {module!r}" for name, module in self.named_children()]
        lines = [own, *inside] if own else inside
        own = "".join("\n  " + line.replace("\n", "\n  ") for line in lines) + "\n" if inside else own
        return f"{type(self).__name__}({own})"

    # ------------------------------------------------------------- what it holds

    def _parts(self) -> Iterable[tuple[str, Any]]:
        """(name, Tensor or Module) for everything this Module holds, lists and dicts opened."""
        stack = [(name, value) for name, value in reversed(vars(self).items()) if name != "_hooks"]
        while stack:
            name, value = stack.pop()
            if isinstance(value, (Parameter, Buffer, Module)):
                yield name, value
            elif isinstance(value, (list, tuple)):
                stack.extend((f"{name}.{i}", v) for i, v in reversed(list(enumerate(value))))
            elif isinstance(value, dict):
                stack.extend((f"{name}.{key}", v) for key, v in reversed(value.items()))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """(name, Module) for this Module (name "") and every Module inside, each once, outside first.

        `prefix` is put before every name.
        """
        seen, stack = set(), [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            inside = [(n, v) for n, v in module._parts() if isinstance(v, Module)]
            stack.extend((f"{name}.{n}" if name else n, v) for n, v in reversed(inside))

    def modules(self) -> Iterator[Module]:
        """This Module and every Module inside, each once."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, Module) of the Modules that this one holds itself, not of those inside them."""
        return ((name, value) for name, value in self._parts() if isinstance(value, Module))

    def children(self) -> Iterator[Module]:
        """The Modules that this one holds itself."""
        return (module for _, module in self.named_children())

    def apply(self: Self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn(module)` for every Module inside and at last for this one, to draw weights anew; returns self."""
        for module in reversed(list(self.modules())):
            fn(module)
        return self

    def requires_grad_(self: Self, requires_grad: bool = True) -> Self:
        """Ask for gradients of all parameters from now on, or no more: `requires_grad` False freezes. Returns self."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def _tensors(self, kind: Any, prefix: str = "", around: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
        """(name, Tensor) of a kind: one's own first, then those of the Modules inside, shared ones under every name."""
        parts = list(self._parts())
        yield from ((prefix + name, value) for name, value in parts if isinstance(value, kind))
        for name, value in parts:
            if isinstance(value, Module) and id(value) not in around:
                yield from value._tensors(kind, f"{prefix}{name}.", (*around, id(self)))

    def _named(self, kind: Any) -> Iterator[tuple[str, Any]]:
        once: dict[int, tuple[str, Any]] = {}
        for name, value in self._tensors(kind):
            once.setdefault(id(value), (name, value))
        return iter(once.values())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, Parameter), each Parameter once."""
        return self._named(Parameter)

    def parameters(self) -> Iterator[Parameter]:
        """Every Parameter, once."""
        return (p for _, p in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """(name, Buffer), each Buffer once."""
        return self._named(Buffer)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; `set_to_none` False leaves zeros in their place."""
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else np.zeros_like(p.data)

    # -------------------------------------------------------------------- modes

    def train(self: Self, mode: bool = True) -> Self:
        """Training mode here and in every Module inside: dropout drops, batch norm uses the batch. Returns self."""
        if not isinstance(mode, (bool, np.bool_)):
            raise TypeError(f"train: mode is True or False, got {shown(mode)}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: Self) -> Self:
        """Evaluation mode here and inside; returns self."""
        return self.train(False)

    def double(self: Self) -> Self:
        """All floating parameters and buffers as float64; returns self."""
        return self._cast(np.float64)

    def float(self: Self) -> Self:
        """All floating parameters and buffers as float32; returns self."""
        return self._cast(np.float32)

    def _cast(self: Self, dtype: Any) -> Self:
        if np.dtype(dtype).kind != "f":
            raise TypeError(f"to: weights are floats, np.float32 or np.float64, and would be cut off, got {dtype!r}")
        for _, t in self._named((Parameter, Buffer)):
            if t.dtype.kind == "f":
                t.data, t.grad = t.data.astype(dtype), None
        return self

    # -------------------------------------------------------------------- state

    def state_dict(self) -> dict[str, np.ndarray]:
        """{name: array} of all parameters and buffers: copies that training leaves alone, shared ones by every name."""
        return {name: t.data.copy() for name, t in self._tensors((Parameter, Buffer))}

    def load_state_dict(self, state: dict[str, Any], strict: bool = True) -> None:
        """Take over the arrays of `state`, as `state_dict` gave them; all or none.

        strict: exactly the names of this Module; else those that it knows.
        """
        if not isinstance(state, dict):
            raise TypeError(
                f"load_state_dict: needs a dict of arrays, got {type(state).__name__}; write "
                f"model.load_state_dict(load(path))"
            )
        if not isinstance(strict, (bool, np.bool_)):
            raise TypeError(f"load_state_dict: strict is True or False, got {shown(strict)}")
        own = dict(self._tensors((Parameter, Buffer)))
        missing, unknown = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys(), key=str)
        if strict and (missing or unknown):
            raise ValueError(f"load_state_dict: missing {missing or 'nothing'}, not known here {unknown or 'nothing'}")
        arrays = {name: _numbers(name, state[name]) for name in own if name in state}
        for name, array in arrays.items():
            if array.shape != own[name].shape:
                raise ValueError(f"load_state_dict: {name} must have shape {own[name].shape}, got {array.shape}")
        for name, array in arrays.items():
            own[name].data = np.array(array, dtype=own[name].dtype)


def _numbers(name: str, value: Any) -> np.ndarray:
    """`value`, which a state holds under `name`, as an array."""
    try:
        array = np.asarray(value.data if isinstance(value, Tensor) else value)
    except (ValueError, TypeError, RuntimeError):
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"load_state_dict: {name} must be an array of numbers, got {shown(value)}")
    return array
