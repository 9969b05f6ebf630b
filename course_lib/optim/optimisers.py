"""Optimisers: from gradients to new weights, in place. Options, defaults and formulas are torch's.

`params` is a list of Parameters, or of groups `{"params": [...], "lr": ..., ...}` with settings of their own. A
learning rate is a number, or a function of the step (see `schedules.py`); step 0 is the first call of `step()`.
"""

import math

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


def _decayed(g, w, group):
    """The gradient with that of the L2 penalty weight_decay / 2 * |w|^2 added."""
    return g + group["weight_decay"] * w if group["weight_decay"] else g


def _zeros(state, name, w):
    """The running array `name` of this parameter, zeros at first."""
    if name not in state:
        state[name] = np.zeros_like(w)
    return state[name]


def _scratch(state, w):
    """One reused array for products, so that a step allocates nothing."""
    if "scratch" not in state:
        state["scratch"] = np.empty_like(w)
    return state["scratch"]


def _follow(average, value, keep, scratch):
    """average = keep * average + (1 - keep) * value, in place."""
    average *= keep
    average += np.multiply(value, 1 - keep, out=scratch)


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013).

    v = momentum v + (1 - dampening) g, at first v = g; then w -= lr v, or with Nesterov w -= lr (g + momentum v).
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError(f"SGD: Nesterov needs momentum > 0 and dampening 0, got {momentum} and {dampening}")
        options = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        super().__init__(params, lr=lr, **options)

    def update(self, w, g, state, lr, group):
        """One step of one array."""
        g, momentum, scratch = _decayed(g, w, group), group["momentum"], _scratch(state, w)
        if momentum and "velocity" not in state:
            v = state["velocity"] = np.array(g)
        elif momentum:
            v = state["velocity"]
            v *= momentum
            v += np.multiply(g, 1 - group["dampening"], out=scratch) if group["dampening"] else g
        if group["nesterov"]:
            g = g + momentum * v
        elif momentum:
            g = v
        w -= np.multiply(g, lr, out=scratch)


class Adagrad(Optimizer):
    """Step divided by the root of the sum of squared gradients so far. Duchi et al. 2011."""

    def __init__(self, params, lr=1e-2, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0, eps=1e-10):
        options = {"lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        super().__init__(params, lr=lr, initial_accumulator_value=initial_accumulator_value, **options)

    def update(self, w, g, state, lr, group):
        """One step of one array."""
        g, scratch = _decayed(g, w, group), _scratch(state, w)
        if "sum" not in state:
            state["sum"], state["step"] = np.full_like(w, group["initial_accumulator_value"]), 0
        rate = lr / (1 + state["step"] * group["lr_decay"])
        state["step"] += 1
        state["sum"] += np.multiply(g, g, out=scratch)
        np.sqrt(state["sum"], out=scratch)
        scratch += group["eps"]
        np.divide(g, scratch, out=scratch)
        scratch *= rate
        w -= scratch


class RMSprop(Optimizer):
    """Step divided by the root of a running mean of squared gradients. Tieleman and Hinton 2012, lecture 6.5.

    `centered` subtracts the squared running mean, which leaves the variance; `momentum` as in SGD.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
        options = {"weight_decay": weight_decay, "momentum": momentum, "centered": centered}
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, **options)

    def update(self, w, g, state, lr, group):
        """One step of one array."""
        g, scratch = _decayed(g, w, group), _scratch(state, w)
        square, mean = _zeros(state, "square", w), None
        _follow(square, g * g, group["alpha"], scratch)
        if group["centered"]:
            mean = _zeros(state, "mean", w)
            _follow(mean, g, group["alpha"], scratch)
        np.sqrt(square if mean is None else square - mean * mean, out=scratch)
        scratch += group["eps"]
        np.divide(g, scratch, out=scratch)
        if group["momentum"]:
            v = _zeros(state, "velocity", w)
            v *= group["momentum"]
            v += scratch
            scratch[...] = v
        scratch *= lr
        w -= scratch


class Adam(Optimizer):
    """Running means of gradient and squared gradient, corrected for their start at zero. Kingma and Ba 2015.

    `amsgrad` divides by the largest squared mean so far (Reddi et al. 2018).
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
        if not isinstance(betas, (tuple, list)) or len(betas) != 2 or not all(0 <= b < 1 for b in betas):
            raise ValueError(f"{type(self).__name__}: betas must be two numbers in [0, 1), got {betas}")
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def update(self, w, g, state, lr, group):
        """One step of one array."""
        g, scratch, (b1, b2) = self._decay(g, w, lr, group), _scratch(state, w), group["betas"]
        t = state["step"] = state.get("step", 0) + 1
        mean, square = _zeros(state, "mean", w), _zeros(state, "square", w)
        _follow(mean, g, b1, scratch)
        square *= b2
        np.multiply(g, g, out=scratch)
        scratch *= 1 - b2
        square += scratch
        if group["amsgrad"]:
            square = np.maximum(_zeros(state, "largest", w), square, out=state["largest"])
        np.sqrt(square, out=scratch)
        scratch /= math.sqrt(1 - b2**t)
        scratch += group["eps"]
        np.divide(mean, scratch, out=scratch)
        scratch *= lr / (1 - b1**t)
        w -= scratch

    def _decay(self, g, w, lr, group):
        return _decayed(g, w, group)


class AdamW(Adam):
    """Adam with weight decay on the weights themselves, not through the gradient. Loshchilov and Hutter 2019."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def _decay(self, g, w, lr, group):
        w *= 1 - lr * group["weight_decay"]
        return g
