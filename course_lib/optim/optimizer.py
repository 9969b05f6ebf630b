"""What every optimiser is: groups of Parameters with settings of their own, a state for each, and one step of all.

`params` is a list of Parameters, or of groups `{"params": [...], "lr": ..., ...}`. A learning rate is a number, or a
function of the step (see `schedules.py`); step 0 is the first call of `step()`.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, NoReturn

import numpy as np

from course_lib.arithmetic import shown
from course_lib.autograd.absent import Told, nearest
from course_lib.autograd.keywords import Named, named_methods
from course_lib.autograd.tensor import Tensor
from course_lib.autograd.torch_names import OPTIMIZER
from course_lib.nn.module import Parameter
from course_lib.optim.gradients import listed
from course_lib.optim.schedules import Plateau


class State(dict[str, Any]):
    """{name: array, number or text} of an optimiser; a name of torch's nested state is one sentence."""

    def __missing__(self, name: str) -> NoReturn:
        raise KeyError(f"state_dict: there is no {name!r} here, list(state) is flat; read optimizer.param_groups")


@named_methods
class Optimizer(Told, metaclass=Named):
    """Groups of Parameters, their settings and state; a subclass says in `update` what happens to one array.

    params: a list of Parameters, such as `model.parameters()`, or of groups of them.
    defaults: the settings of groups that do not give their own; `lr` among them.
    """

    _instead = OPTIMIZER
    NUMBERS: ClassVar[dict[str, Any]] = {"step": int, "product": float}  # kept beside arrays

    def __init__(self, params: Any, **defaults: Any) -> None:
        if isinstance(params, Tensor):
            raise TypeError(f"{type(self).__name__}: needs a list of Tensors, got one Tensor of shape {params.shape}")
        params = listed(type(self).__name__, params, "Parameters or of groups")
        groups = params if params and isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [self._group(group, defaults) for group in groups]
        self.state: list[dict[str, Any]] = [{} for _ in self._params()]
        self.steps = 0
        if len({id(p) for p in self._params()}) < len(self._params()):
            raise ValueError(f"{type(self).__name__}: a parameter is listed twice, it would be moved twice")

    def _group(self, group: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
        name, unknown = type(self).__name__, sorted(group.keys() - defaults.keys() - {"params"})
        if unknown:
            near = nearest(unknown[0], ["params", *defaults])
            say = f"; the nearest to {unknown[0]!r} is {near!r}" if near else ""
            raise ValueError(f"{name}: a group has 'params' and the settings {list(defaults)}, got {unknown}{say}")
        if "params" not in group:
            raise ValueError(f"{name}: a group needs its 'params', got only {sorted(group)}")
        group = {**defaults, **group, "params": list(group["params"])}
        if not group["params"]:
            raise ValueError(f"{name}: got no parameters (a generator such as model.parameters() can be used once)")
        for p in group["params"]:
            if not isinstance(p, Tensor) or not (p.requires_grad or isinstance(p, Parameter)):  # that one is frozen
                say = "; names go with named_parameters(), write parameters()" if isinstance(p, tuple) else ""
                say = "; write Tensor(data, requires_grad=True)" if isinstance(p, Tensor) else say
                say = " of torch" if type(p).__module__.startswith("torch") else say
                raise TypeError(f"{name}: needs Tensors that require a gradient, got {type(p).__name__}{say}")
            if p.op is not None:
                raise ValueError(f"{name}: needs Tensors that were not computed, got the output of {p.op}")
        for key in defaults:
            value = group[key]
            numbers = value if isinstance(value, tuple) else (value,)
            if any(not isinstance(v, (int, float, np.number)) and not (key == "lr" and callable(v)) for v in numbers):
                raise TypeError(f"{name}: {key} must be a number, got {value!r}")
            if any(not callable(v) and not v >= 0 for v in numbers):
                raise ValueError(f"{name}: {key} must be at least 0, got {value}")
        return group

    def __repr__(self) -> str:
        groups = []
        for group in self.param_groups:
            settings = [f"{name}={shown(value)}" for name, value in group.items() if name != "params"]
            groups.append(f"{', '.join(settings)}, params={len(group['params'])}")
        return f"{type(self).__name__}({'; '.join(groups)})"

    def _params(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients; without this they add up over steps. `set_to_none` False leaves zeros instead."""
        for p in self._params():
            p.grad = None if set_to_none or p.grad is None else np.zeros_like(p.data)

    @property
    def lr(self) -> float:
        """The learning rate of the next step, in the first group; setting it sets all groups."""
        return self._rate(self.param_groups[0])

    @lr.setter
    def lr(self, value: Any) -> None:
        for group in self.param_groups:
            group["lr"] = value

    def _rate(self, group: dict[str, Any]) -> float:
        rate = group["lr"](self.steps) if callable(group["lr"]) else group["lr"]
        if not isinstance(rate, (int, float, np.number, np.ndarray)):
            name = type(self).__name__
            raise TypeError(
                f"{name}: the learning rate of step {self.steps} must be a number, got {rate!r}; does the schedule "
                f"return it?"
            )
        return float(rate)

    def step(self) -> None:
        """Move every Parameter that has a gradient; a warning if none has at the first step."""
        if self.steps == 0 and all(p.grad is None for p in self._params()):
            text = "no Parameter has a gradient, so nothing moves; call loss.backward() before step()"
            warnings.warn(f"{type(self).__name__}: {text}", stacklevel=3)  # who calls, behind `named`
        states = iter(self.state)
        for group in self.param_groups:
            rate = self._rate(group)
            for p in group["params"]:
                state = next(states)
                if p.grad is not None:
                    if not isinstance(p.grad, (np.ndarray, np.generic)):  # NumPy makes a sum without axes a bare number
                        kind, got = type(self).__name__, type(p.grad).__name__
                        raise TypeError(f"{kind}: .grad must be an array, write p.grad = g.data, got a {got}")
                    if np.shape(p.grad) != p.shape:
                        name, shape = type(self).__name__, np.shape(p.grad)
                        raise ValueError(f"{name}: the gradient must have its weight's shape {p.shape}, got {shape}")
                    self.update(p.data, np.asarray(p.grad), state, rate, group)
        self.steps += 1

    def update(self, w: np.ndarray, g: np.ndarray, state: dict[str, Any], lr: float, group: dict[str, Any]) -> None:
        """Change the array `w` in place, given its gradient, its own `state` (a dict) and its group's settings."""
        raise NotImplementedError(f"{type(self).__name__}: define update(self, w, g, state, lr, group)")

    def keeps(self, group: dict[str, Any]) -> set[str]:
        """Names of what `update` puts into the state of a parameter of this group, for `load_state_dict` to check."""
        raise NotImplementedError(f"{type(self).__name__}: define keeps(self, group)")

    def state_dict(self) -> dict[str, Any]:
        """{name: array, number or text}, flat and copied, ready for `save`: running arrays, steps, learning rates.

        A rate that is a function of the step is not kept, as it holds nothing; a `Plateau` is.
        """
        out = State(kind=type(self).__name__, steps=self.steps)
        for i, state in enumerate(self.state):
            out |= {f"{i}.{name}": np.array(value) for name, value in state.items() if name != "scratch"}
        if type(self).keeps is not Optimizer.keeps and self.steps:  # else nothing can be missing
            groups = [group for group in self.param_groups for _ in group["params"]]
            unmoved = [i for i, group in enumerate(groups) if self.keeps(group) and not self.state[i]]
            out |= {"unmoved": np.array(unmoved)} if unmoved else {}
        for k, group in enumerate(self.param_groups):
            if isinstance(group["lr"], Plateau):
                out |= {f"lr{k}.{name}": value for name, value in group["lr"].state_dict().items()}
            elif not callable(group["lr"]):
                out[f"lr{k}"] = group["lr"]
        return out

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave, of the same kind of optimiser with the same settings and parameters.

        Raises ValueError naming what is missing, unknown or of another shape; then nothing is changed. A learning rate
        in the state does not replace a function of the step.
        """
        if not isinstance(state, dict):
            raise TypeError(f"load_state_dict: needs a dict, write load(path), got {type(state).__name__}")
        if state.get("kind") != type(self).__name__:
            raise ValueError(f"load_state_dict: the state must be of {type(self).__name__}, got {state.get('kind')!r}")
        if "steps" not in state:
            raise ValueError("load_state_dict: the number of 'steps' is missing from the state")
        steps = int(_one_number("steps", state["steps"]))
        fresh, known = self._fresh(state, steps), {"kind", "steps", "unmoved"}
        for k, group in enumerate(self.param_groups):
            kept = [f"lr{k}.{n}" for n in Plateau.KEPT]
            wanted = kept if isinstance(group["lr"], Plateau) else [] if callable(group["lr"]) else [f"lr{k}"]
            missing = [name for name in wanted if name not in state]
            if missing:
                raise ValueError(f"load_state_dict: {', '.join(missing)} is missing from the state")
            known |= {f"lr{k}", *kept}
        unknown = sorted(name for name in state if name not in known and not name.partition(".")[0].isdigit())
        if unknown:
            raise ValueError(f"load_state_dict: not known here {unknown}")
        rates: list[Any] = [
            {n: state[f"lr{k}.{n}"] for n in Plateau.KEPT}
            if isinstance(group["lr"], Plateau)
            else None
            if callable(group["lr"])
            else _one_number(f"lr{k}", state[f"lr{k}"])
            for k, group in enumerate(self.param_groups)
        ]
        for group, rate in zip(self.param_groups, rates, strict=True):
            if isinstance(group["lr"], Plateau):
                group["lr"].load_state_dict(rate)
            elif rate is not None:
                group["lr"] = rate
        self.state, self.steps = fresh, steps

    def _fresh(self, state: dict[str, Any], steps: int) -> list[dict[str, Any]]:
        """The states of all parameters, checked: each has all that is kept for it, or nothing yet."""
        pairs = [(p, self.keeps(group)) for group in self.param_groups for p in group["params"]]
        fresh: list[dict[str, Any]] = [{} for _ in pairs]
        for name, value in state.items():
            i, _, key = name.partition(".")
            if not i.isdigit():
                continue
            if int(i) >= len(pairs):
                raise ValueError(f"load_state_dict: state of parameter {i}, but there are only {len(pairs)}")
            p, kept = pairs[int(i)]
            if key not in kept:
                raise ValueError(f"load_state_dict: {name} is not known here; kept are {sorted(kept) or 'none'}")
            if key not in self.NUMBERS and np.shape(value) != p.shape:
                raise ValueError(f"load_state_dict: {name} must have shape {p.shape}, got {np.shape(value)}")
            if key in self.NUMBERS:
                fresh[int(i)][key] = self.NUMBERS[key](_one_number(name, value))
            else:
                fresh[int(i)][key] = np.array(value, dtype=p.dtype)
        unmoved = np.ravel(state.get("unmoved", [])).tolist() if steps else range(len(pairs))
        for k, (found, (_, kept)) in enumerate(zip(fresh, pairs, strict=True)):
            if (found or k not in unmoved) and kept - found.keys():
                missing = ", ".join(f"{k}.{key}" for key in sorted(kept - found.keys()))
                raise ValueError(f"load_state_dict: {missing} is missing from the state")
        return fresh


def _one_number(name: str, value: Any) -> Any:
    """`value`, which a state holds under `name`, as a Python number."""
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "fiu":
        raise TypeError(f"load_state_dict: {name} must be a number, got {shown(value)}")
    return array.item()
