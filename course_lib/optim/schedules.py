"""Learning-rate schedules: functions that return a function step -> learning rate.

`SGD(params, lr=cosine(0.1, 1000))` asks it before every step, or set `optimizer.lr = schedule(epoch)` yourself. Step
0 is the first. Shapes and parameters are torch's `lr_scheduler`s in closed form.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

from course_lib.arithmetic import number, shown
from course_lib.autograd.absent import Told, module_getattr
from course_lib.autograd.keywords import named_functions, named_methods
from course_lib.autograd.torch_names import PLATEAU, SCHEDULE, SCHEDULES

__all__ = [
    "Plateau",
    "Schedule",
    "constant",
    "cosine",
    "exponential",
    "multi_step",
    "one_cycle",
    "polynomial",
    "stairs",
    "warm_restarts",
    "warm_up",
]


@named_methods
class Schedule(Told):
    """A learning rate for every step, `schedule(step)`, as any function of the step; it says so if taken for a number.

    rate: step -> learning rate.
    """

    _instead = SCHEDULE

    def __init__(self, rate: Callable[[int], float]) -> None:
        self._rate = rate

    def __call__(self, step: int) -> float:
        return self._rate(step)

    def __format__(self, spec: str) -> str:
        raise TypeError("format: a schedule is no number; the rate of the next step is optimizer.lr")


def _positive(name: str, **numbers: float) -> None:
    for what, value in numbers.items():
        if not number(value, what, name=name) > 0:
            raise ValueError(f"{name}: {what} must be positive, got {value}")


def _start(name: str, lr: Any) -> None:
    """One sentence for who gives the optimiser, as torch's schedulers want it."""
    if not isinstance(lr, Real):
        raise TypeError(f"{name}: lr must be a number, got {shown(lr)}; write optimizer.lr = {name}(0.1, ...)")


def constant(lr: float) -> Schedule:
    """Always `lr`."""
    _start("constant", lr)
    return Schedule(lambda step: lr)


def stairs(lr: float, step_size: int, gamma: float = 0.1) -> Schedule:
    """Multiplied by `gamma` after every `step_size` steps."""
    _start("stairs", lr)
    _positive("stairs", step_size=step_size)
    return Schedule(lambda step: lr * gamma ** (step // step_size))


def multi_step(lr: float, milestones: Iterable[int], gamma: float = 0.1) -> Schedule:
    """Multiplied by `gamma` at each of the steps in `milestones`."""
    _start("multi_step", lr)
    if not isinstance(milestones, Iterable):
        raise TypeError(f"multi_step: milestones are several steps, write [{milestones}], got {milestones!r}")
    milestones = sorted(milestones)
    return Schedule(lambda step: lr * gamma ** bisect_right(milestones, step))


def exponential(lr: float, gamma: float) -> Schedule:
    """lr * gamma^step; eta0 exp(-k t) is gamma = exp(-k)."""
    _start("exponential", lr)
    _positive("exponential", gamma=gamma)
    return Schedule(lambda step: lr * gamma**step)


def polynomial(lr: float, total_iters: int, power: float = 1.0) -> Schedule:
    """lr * (1 - step / total_iters)^power, 0 at the end and after it."""
    _start("polynomial", lr)
    _positive("polynomial", total_iters=total_iters)
    return Schedule(lambda step: lr * (1 - min(step, total_iters) / total_iters) ** power)


def cosine(lr: float, T_max: int, eta_min: float = 0.0) -> Schedule:
    """Half a cosine from lr to `eta_min` at step T_max; beyond it the cosine goes on. Loshchilov and Hutter 2017."""
    _start("cosine", lr)
    _positive("cosine", T_max=T_max)
    return Schedule(lambda step: eta_min + (lr - eta_min) * (1 + math.cos(math.pi * step / T_max)) / 2)


def warm_restarts(lr: float, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> Schedule:
    """Half a cosine from lr to `eta_min` again and again: the first in `T_0` steps, each next `T_mult` times as long.

    `T_mult` is a whole number. Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts".
    """
    _start("warm_restarts", lr)
    _positive("warm_restarts", T_0=T_0)
    if T_mult != int(T_mult) or T_mult < 1:
        raise ValueError(f"warm_restarts: T_mult must be a whole number of at least 1, got {T_mult}")

    def rate(step: int) -> float:
        length = T_0
        while step >= length:
            step, length = step - length, length * T_mult
        return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * step / length)) / 2

    return Schedule(rate)


def warm_up(schedule: Callable[[int], float], total_iters: int, start_factor: float = 1 / 3) -> Schedule:
    """`schedule` times a factor that grows linearly from `start_factor` to 1 during the first `total_iters` steps.

    The schedule's own clock runs from step 0. Goyal et al. 2017.
    """
    if not callable(schedule):
        raise TypeError(f"warm_up: needs a schedule, constant(0.1) for one, got {shown(schedule)}")
    _positive("warm_up", total_iters=total_iters, start_factor=start_factor)

    def rate(step: int) -> float:
        return schedule(step) * (start_factor + (1 - start_factor) * min(step, total_iters) / total_iters)

    return Schedule(rate)


def one_cycle(
    max_lr: float, total_steps: int, pct_start: float = 0.3, anneal: str = "cos", div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:  # fmt: skip
    """Up from max_lr / div_factor to `max_lr` in the first `pct_start` of the steps, then down to nearly nothing.

    The last rate is max_lr / div_factor / final_div_factor; `anneal` is "cos" or "linear". Smith and Topin 2017.

    `total_steps` is how many there are; asking for another is a ValueError.
    """
    _positive("one_cycle", total_steps=total_steps, max_lr=max_lr)
    if anneal not in ("cos", "linear") or not 0 <= pct_start <= 1:
        raise ValueError(f"one_cycle: anneal is 'cos' or 'linear', pct_start in [0, 1]; got {anneal!r}, {pct_start}")
    first, last = max_lr / div_factor, max_lr / div_factor / final_div_factor
    top = pct_start * total_steps - 1

    def between(a: float, b: float, share: float) -> float:
        return b + (a - b) * (1 - share if anneal == "linear" else (1 + math.cos(math.pi * share)) / 2)

    def rate(step: int) -> float:
        if not 0 <= step < total_steps:
            raise ValueError(f"one_cycle: there are {total_steps} steps, 0 to {total_steps - 1}; asked for {step}")
        if step <= top:
            return between(first, max_lr, step / top if top else 1.0)
        return between(max_lr, last, (step - top) / (total_steps - 1 - top))

    return Schedule(rate)


@named_methods
class Plateau(Schedule):
    """Annealing on demand: multiply the rate by `factor` when a reported number has stopped improving.

    Give it as `lr`, and call `report(loss)` after every epoch: when more than `patience` reports in a row were not
    better than the best by the relative `threshold`, the rate falls, and `cooldown` reports are then not counted.

    mode: "min" for losses, "max" for accuracies.
    min_lr: the rate never falls below it.
    """

    _instead = PLATEAU
    KEPT = ("lr", "best", "bad", "resting")

    def __init__(
        self, lr: float, mode: str = "min", factor: float = 0.1, patience: int = 10, threshold: float = 1e-4,
        cooldown: int = 0, min_lr: float = 0.0,
    ) -> None:  # fmt: skip
        if mode not in ("min", "max") or not 0 < factor < 1:
            raise ValueError(f"Plateau: mode is 'min' or 'max' and 0 < factor < 1; got {mode!r} and {factor}")
        _start("Plateau", lr)
        self.lr, self.mode, self.factor, self.patience = lr, mode, factor, patience
        self.threshold, self.cooldown, self.min_lr = threshold, cooldown, min_lr
        self.best = math.inf if mode == "min" else -math.inf
        self.bad = self.resting = 0

    def __call__(self, step: int) -> float:
        return self.lr

    def report(self, value: Any) -> float:
        """Note the loss (or accuracy, with mode "max") of one epoch; returns the rate from now on.

        `value` is that number.
        """
        value = float(value)
        if self.mode == "min":
            better = value < self.best * (1 - self.threshold)
        else:
            better = value > self.best * (1 + self.threshold)
        self.best, self.bad = (value, 0) if better else (self.best, self.bad + 1)
        if self.resting:
            self.resting, self.bad = self.resting - 1, 0
        if self.bad > self.patience:
            self.lr, self.bad, self.resting = self._lower(), 0, self.cooldown
        return self.lr

    def state_dict(self) -> dict[str, Any]:
        """{name: number} of what reports have changed."""
        return {name: getattr(self, name) for name in self.KEPT}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave. `state` is such a dict, whole; ValueError or TypeError for another."""
        if not isinstance(state, dict) or state.keys() != set(self.KEPT):
            got = sorted(map(str, state)) if isinstance(state, dict) else shown(state)
            raise ValueError(f"load_state_dict: the state of a Plateau has {list(self.KEPT)}, got {got}")
        vars(self).update({name: number(state[name], name, name="load_state_dict") for name in self.KEPT})

    def _lower(self) -> float:
        lower = max(self.lr * self.factor, self.min_lr)
        return lower if self.lr - lower > 1e-8 else self.lr


__getattr__ = module_getattr(__name__, "schedules", SCHEDULES)


named_functions(globals())
