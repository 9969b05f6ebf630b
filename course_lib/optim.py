"""Optimisers: from gradients to new weights, in place. Options, defaults and formulas are torch's.

`params` is a list of Parameters, or of groups `{"params": [...], "lr": ..., ...}` with settings of their own.
A learning rate is a number, or a function of the step (see `schedules.py`): step 0 is the first call of
`step()`.
"""

import numpy as np

from course_lib.tensor import Tensor


class Optimizer:
    """Groups of Parameters, their settings and state; a subclass says in `update` what happens to one Parameter."""

    def __init__(self, params, **defaults):
        for name, value in defaults.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
                raise ValueError(f"{type(self).__name__}: {name} must not be negative, got {value}")
        params = list(params)
        groups = params if params and isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [self._group(group, defaults) for group in groups]
        self.state = {}
        self.steps = 0
        if len({id(p) for p in self._params()}) < len(list(self._params())):
            raise ValueError(f"{type(self).__name__}: a parameter is listed twice, it would be moved twice")

    def _group(self, group, defaults):
        unknown = group.keys() - defaults.keys() - {"params"}
        if unknown:
            raise ValueError(
                f"{type(self).__name__}: no setting is called {sorted(unknown)}; there are {list(defaults)}"
            )
        group = {**defaults, **group, "params": list(group["params"])}
        if not group["params"]:
            raise ValueError(f"{type(self).__name__}: got no parameters; generators can be used only once")
        for p in group["params"]:
            if not isinstance(p, Tensor) or not p.requires_grad:
                raise TypeError(f"{type(self).__name__}: needs Tensors that require a gradient, got {type(p).__name__}")
        return group

    def _params(self):
        return (p for group in self.param_groups for p in group["params"])

    def zero_grad(self):
        """Forget all gradients; without this they add up over steps."""
        for p in self._params():
            p.grad = None

    @property
    def lr(self):
        """The learning rate of the next step, of the first group; setting it sets all groups."""
        return self._rate(self.param_groups[0])

    @lr.setter
    def lr(self, value):
        for group in self.param_groups:
            group["lr"] = value

    def _rate(self, group):
        return float(group["lr"](self.steps)) if callable(group["lr"]) else group["lr"]

    def step(self):
        """Move every Parameter that has a gradient."""
        for group in self.param_groups:
            rate = self._rate(group)
            for p in group["params"]:
                if p.grad is not None:
                    state = self.state.setdefault(id(p), {})
                    self.update(p.data, p.grad, state, rate, group)
        self.steps += 1

    def state_dict(self):
        """The state as {"0.velocity": array, ...}, counted over the Parameters, and the rest as plain settings."""
        arrays, plain = {}, {}
        for i, p in enumerate(self._params()):
            for name, value in self.state.get(id(p), {}).items():
                (arrays if isinstance(value, np.ndarray) else plain)[f"{i}.{name}"] = value
        arrays = {name: a.copy() for name, a in arrays.items()}
        return arrays, {"kind": type(self).__name__, "steps": self.steps, "plain": plain}

    def load_state_dict(self, arrays, settings):
        """Take over what `state_dict` gave for the same kind of optimizer over the same Parameters."""
        if settings["kind"] != type(self).__name__:
            raise ValueError(f"load_state_dict: this is a {type(self).__name__}, the state a {settings['kind']}'s")
        params = list(self._params())
        state = {id(p): {} for p in params}
        for name, value in {**arrays, **settings["plain"]}.items():
            i, _, key = name.partition(".")
            if int(i) >= len(params) or (np.ndim(value) and np.shape(value) != params[int(i)].shape):
                raise ValueError(f"load_state_dict: {name} fits no Parameter here")
            state[id(params[int(i)])][key] = np.array(value) if np.ndim(value) else value
        self.state = {key: value for key, value in state.items() if value}
        self.steps = settings["steps"]

    def update(self, w, g, state, lr, group):
        """Change the array `w` in place, given its gradient, its own `state` (a dict) and its group's settings."""
        raise NotImplementedError(f"{type(self).__name__}: define update(self, w, g, state, lr, group)")


class SGD(Optimizer):
    """Stochastic gradient descent with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013).

    v = momentum v + (1 - dampening) g, from v = g; then w -= lr v, or with Nesterov w -= lr (g + momentum v).
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError(f"SGD: Nesterov needs momentum > 0 and dampening 0, got {momentum} and {dampening}")
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, w, g, state, lr, group):
        """One step of one array."""
        if group["weight_decay"]:
            g = g + group["weight_decay"] * w
        momentum = group["momentum"]
        if momentum:
            if "velocity" in state:
                v = state["velocity"]
                v *= momentum
                v += g if not group["dampening"] else (1 - group["dampening"]) * g
            else:
                v = state["velocity"] = np.array(g)
            g = g + momentum * v if group["nesterov"] else v
        w -= lr * g
