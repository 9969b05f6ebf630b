"""Module and what it holds: Parameter, Buffer, Sequential, state. The layers themselves stand in `layers.py`.

A Module finds its parameters by walking what it holds, in the order it was assigned; lists, tuples and dicts
of Modules are walked too, and names are torch's: "blocks.0.conv.weight".
"""

import numpy as np

from course_lib.autograd.tensor import Tensor


class Parameter(Tensor):
    """A Tensor that training changes; requires a gradient."""

    __slots__ = ()

    def __init__(self, data):
        super().__init__(data, requires_grad=True)


class Buffer(Tensor):
    """A Tensor that belongs to the state of a Module but is not trained, such as a running mean."""

    __slots__ = ()


class Module:
    """A layer or a network: attributes hold its parts, `forward` computes, calling it runs `forward`."""

    training = True

    def forward(self, *args, **kwargs):
        """Compute the output; every Module defines its own."""
        raise NotImplementedError(f"{type(self).__name__}: define forward(self, ...)")

    def __call__(self, *args, **kwargs):
        out = self.forward(*args, **kwargs)
        for hook in tuple(vars(self).get("_hooks", ())):
            hook(self, args, out)
        return out

    def register_forward_hook(self, hook):
        """Call `hook(module, args, output)` after every forward; the returned function takes it away again."""
        hooks = vars(self).setdefault("_hooks", [])
        hooks.append(hook)
        return lambda: hooks.remove(hook)

    def __repr__(self):
        own = ", ".join(f"{name} {value.shape}" for name, value in self._parts() if isinstance(value, Parameter))
        inside = [f"  {name}: " + repr(v).replace("\n", "\n  ") for name, v in self._parts() if isinstance(v, Module)]
        return "\n".join([f"{type(self).__name__}({own})", *inside])

    # ------------------------------------------------------------- what it holds

    def _parts(self):
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

    def named_modules(self, prefix=""):
        """(name, Module) for this Module (name "") and every Module inside, each once, outside first."""
        seen, stack = set(), [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            inside = [(n, v) for n, v in module._parts() if isinstance(v, Module)]
            stack.extend((f"{name}.{n}" if name else n, v) for n, v in reversed(inside))

    def modules(self):
        """This Module and every Module inside, each once."""
        return (module for _, module in self.named_modules())

    def _tensors(self, kind, prefix="", around=()):
        """(name, Tensor) of a kind: one's own first, then those of the Modules inside, shared ones under every name."""
        parts = list(self._parts())
        yield from ((prefix + name, value) for name, value in parts if isinstance(value, kind))
        for name, value in parts:
            if isinstance(value, Module) and id(value) not in around:
                yield from value._tensors(kind, f"{prefix}{name}.", (*around, id(self)))

    def _named(self, kind):
        once = {}
        for name, value in self._tensors(kind):
            once.setdefault(id(value), (name, value))
        return iter(once.values())

    def named_parameters(self):
        """(name, Parameter), each Parameter once."""
        return self._named(Parameter)

    def parameters(self):
        """Every Parameter, once."""
        return (p for _, p in self.named_parameters())

    def named_buffers(self):
        """(name, Buffer), each Buffer once."""
        return self._named(Buffer)

    def zero_grad(self):
        """Forget the gradients of all parameters."""
        for p in self.parameters():
            p.grad = None

    # -------------------------------------------------------------------- modes

    def train(self, mode=True):
        """Training mode here and in every Module inside: dropout drops, batch norm uses the batch. Returns self."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        """Evaluation mode here and inside; returns self."""
        return self.train(False)

    def double(self):
        """All floating parameters and buffers as float64; returns self."""
        return self._cast(np.float64)

    def float(self):
        """All floating parameters and buffers as float32; returns self."""
        return self._cast(np.float32)

    def _cast(self, dtype):
        for _, t in self._named((Parameter, Buffer)):
            if t.dtype.kind == "f":
                t.data, t.grad = t.data.astype(dtype), None
        return self

    # -------------------------------------------------------------------- state

    def state_dict(self):
        """{name: array} of all parameters and buffers: copies that training leaves alone, shared ones by every name."""
        return {name: t.data.copy() for name, t in self._tensors((Parameter, Buffer))}

    def load_state_dict(self, state, strict=True):
        """Take over the arrays of `state`; with `strict` exactly the names of this Module, else those that it knows."""
        own = dict(self._tensors((Parameter, Buffer)))
        missing, unknown = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
        if strict and (missing or unknown):
            raise ValueError(f"load_state_dict: missing {missing or 'nothing'}, not known here {unknown or 'nothing'}")
        for name, t in own.items():
            if name in state and np.shape(state[name]) != t.shape:
                raise ValueError(f"load_state_dict: {name} must have shape {t.shape}, got {np.shape(state[name])}")
        for name, t in own.items():
            if name in state:
                t.data = np.array(state[name], dtype=t.dtype)


class Sequential(Module):
    """Layers one after the other; a layer is anything that can be called with a Tensor: a Module or a function."""

    def __init__(self, *layers):
        self.layers = list(layers)
        for i, layer in enumerate(layers):
            if not callable(layer):
                raise TypeError(f"Sequential: layer {i} must be callable, got {type(layer).__name__}")

    def forward(self, x):
        """The output of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x

    def _parts(self):
        return ((str(i), layer) for i, layer in enumerate(self.layers) if isinstance(layer, Module))

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, i):
        return Sequential(*self.layers[i]) if isinstance(i, slice) else self.layers[i]
