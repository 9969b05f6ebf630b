"""What every optimiser is: groups of Parameters with settings of their own, a state for each, and one step of all.

`params` is a list of Parameters, or of groups `{"params": [...], "lr": ..., ...}`. A learning rate is a number, or a
function of the step (see `schedules.py`); step 0 is the first call of `step()`.
"""

import numpy as np

from course_lib.autograd.tensor import Tensor
from course_lib.optim.schedules import Plateau


class Optimizer:
    """Groups of Parameters, their settings and state; a subclass says in `update` what happens to one array."""

    def __init__(self, params, **defaults):
        if isinstance(params, Tensor):
            raise TypeError(f"{type(self).__name__}: needs a list of Tensors, got one Tensor of shape {params.shape}")
        params = list(params)
        groups = params if params and isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [self._group(group, defaults) for group in groups]
        self.state = [{} for _ in self._params()]
        self.steps = 0
        if len({id(p) for p in self._params()}) < len(self._params()):
            raise ValueError(f"{type(self).__name__}: a parameter is listed twice, it would be moved twice")

    def _group(self, group, defaults):
        name, unknown = type(self).__name__, sorted(group.keys() - defaults.keys() - {"params"})
        if unknown:
            raise ValueError(f"{name}: settings are {list(defaults)}, got {unknown}")
        if "params" not in group:
            raise ValueError(f"{name}: a group needs its 'params', got only {sorted(group)}")
        group = {**defaults, **group, "params": list(group["params"])}
        if not group["params"]:
            raise ValueError(f"{name}: got no parameters (a generator such as model.parameters() can be used once)")
        for p in group["params"]:
            if not isinstance(p, Tensor) or not p.requires_grad:
                raise TypeError(f"{name}: needs Tensors that require a gradient, got {type(p).__name__}")
            if p.op is not None:
                raise ValueError(f"{name}: needs Tensors that were not computed, got the output of {p.op}")
        for key in defaults:
            value = group[key]
            numbers = value if isinstance(value, tuple) else (value,)
            if any(not isinstance(v, (int, float, np.number)) and not (key == "lr" and callable(v)) for v in numbers):
                raise TypeError(f"{name}: {key} must be a number, got {value!r}")
            if any(not callable(v) and not v >= 0 for v in numbers):
                raise ValueError(f"{name}: {key} must not be negative, got {value}")
        return group

    def _params(self):
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self):
        """Forget all gradients; without this they add up over steps."""
        for p in self._params():
            p.grad = None

    @property
    def lr(self):
        """The learning rate of the next step, in the first group; setting it sets all groups."""
        return self._rate(self.param_groups[0])

    @lr.setter
    def lr(self, value):
        for group in self.param_groups:
            group["lr"] = value

    def _rate(self, group):
        return float(group["lr"](self.steps) if callable(group["lr"]) else group["lr"])

    def step(self):
        """Move every Parameter that has a gradient."""
        states = iter(self.state)
        for group in self.param_groups:
            rate = self._rate(group)
            for p in group["params"]:
                state = next(states)
                if p.grad is not None:
                    if np.shape(p.grad) != p.shape:
                        name, got = type(self).__name__, np.shape(p.grad)
                        raise ValueError(f"{name}: the gradient must have its weight's shape {p.shape}, got {got}")
                    self.update(p.data, p.grad, state, rate, group)
        self.steps += 1

    def update(self, w, g, state, lr, group):
        """Change the array `w` in place, given its gradient, its own `state` (a dict) and its group's settings."""
        raise NotImplementedError(f"{type(self).__name__}: define update(self, w, g, state, lr, group)")

    def state_dict(self):
        """{name: array, number or text}, flat and copied, ready for `save`: running arrays, steps, learning rates.

        A rate that is a function of the step is not kept, as it holds nothing; a `Plateau` is.
        """
        out = {"kind": type(self).__name__, "steps": self.steps}
        for i, state in enumerate(self.state):
            out |= {f"{i}.{name}": np.array(value) for name, value in state.items() if name != "scratch"}
        for k, group in enumerate(self.param_groups):
            if isinstance(group["lr"], Plateau):
                out |= {f"lr{k}.{name}": value for name, value in group["lr"].state_dict().items()}
            elif not callable(group["lr"]):
                out[f"lr{k}"] = group["lr"]
        return out

    def load_state_dict(self, state):
        """Take over what `state_dict` gave, of the same kind of optimiser for the same parameters."""
        if state.get("kind") != type(self).__name__:
            raise ValueError(f"load_state_dict: the state must be of {type(self).__name__}, got {state.get('kind')!r}")
        if "steps" not in state:
            raise ValueError("load_state_dict: the number of 'steps' is missing from the state")
        params = self._params()
        fresh = [{} for _ in params]
        for name, value in state.items():
            i, _, key = name.partition(".")
            if not key or i.startswith("lr"):
                continue
            if not (i.isdigit() and int(i) < len(params)):
                raise ValueError(f"load_state_dict: state of parameter {i}, but there are only {len(params)}")
            p = params[int(i)]
            if key != "step" and np.shape(value) != p.shape:
                raise ValueError(f"load_state_dict: {name} must have shape {p.shape}, got {np.shape(value)}")
            fresh[int(i)][key] = int(value) if key == "step" else np.array(value, dtype=p.dtype)
        self.state, self.steps = fresh, int(state["steps"])
        for k, group in enumerate(self.param_groups):
            if isinstance(group["lr"], Plateau):
                group["lr"].load_state_dict({n: state[f"lr{k}.{n}"] for n in Plateau.KEPT if f"lr{k}.{n}" in state})
            elif not callable(group["lr"]):
                group["lr"] = state.get(f"lr{k}", group["lr"])
