"""Schedules against torch's lr_schedulers, step by step; the plateau against torch's on noisy losses."""

import itertools

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from course_lib import schedules


def every(*options):
    """All combinations."""
    return list(itertools.product(*options))


def torchs(make, steps, lr=0.3):
    """The rates of the first `steps` steps by torch's scheduler."""
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler, rates = make(opt), []
    for _ in range(steps):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        scheduler.step()
    return rates


CASES = {
    "constant": (schedules.constant(0.3), lambda o: lr_scheduler.LambdaLR(o, lambda i: 1.0)),
    "stairs": (schedules.stairs(0.3, 4, 0.5), lambda o: lr_scheduler.StepLR(o, 4, 0.5)),
    "stairs by default": (schedules.stairs(0.3, 7), lambda o: lr_scheduler.StepLR(o, 7)),
    "multi step": (schedules.multi_step(0.3, [9, 3], 0.2), lambda o: lr_scheduler.MultiStepLR(o, [3, 9], 0.2)),
    "exponential": (schedules.exponential(0.3, 0.9), lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    "polynomial": (schedules.polynomial(0.3, 12, 2.0), lambda o: lr_scheduler.PolynomialLR(o, 12, 2.0)),
    "cosine": (schedules.cosine(0.3, 20, 0.01), lambda o: lr_scheduler.CosineAnnealingLR(o, 20, 0.01)),
    "warm restarts": (schedules.warm_restarts(0.3, 4), lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4)),
    "warm restarts, longer each time": (
        schedules.warm_restarts(0.3, 3, 2, 0.01),
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    ),
    "cosine beyond its end": (schedules.cosine(0.3, 6), lambda o: lr_scheduler.CosineAnnealingLR(o, 6)),
    "warm-up": (
        schedules.warm_up(schedules.constant(0.3), 5, 0.1),
        lambda o: lr_scheduler.LinearLR(o, 0.1, total_iters=5),
    ),
    "warm-up by default, then stairs": (
        schedules.warm_up(schedules.stairs(0.3, 8), 6),
        lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.LinearLR(o, total_iters=6), lr_scheduler.StepLR(o, 8)]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rates_are_torchs(name):
    ours, make = CASES[name]
    np.testing.assert_allclose([ours(i) for i in range(20)], torchs(make, 20), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("anneal", "pct", "steps"), every(("cos", "linear"), (0.3, 0.25, 0.5), (20, 37)))
def test_one_cycle_is_torchs(anneal, pct, steps):
    ours = schedules.one_cycle(0.7, steps, pct, anneal, div_factor=10, final_div_factor=100)

    def make(opt):
        options = {"pct_start": pct, "anneal_strategy": anneal, "div_factor": 10, "final_div_factor": 100}
        return lr_scheduler.OneCycleLR(opt, 0.7, total_steps=steps, cycle_momentum=False, **options)

    np.testing.assert_allclose([ours(i) for i in range(steps)], torchs(make, steps), rtol=1e-12)
    assert ours(steps - 1) == pytest.approx(0.7 / 10 / 100)
    default = schedules.one_cycle(0.7, steps)
    theirs = torchs(lambda o: lr_scheduler.OneCycleLR(o, 0.7, total_steps=steps, cycle_momentum=False), steps)
    np.testing.assert_allclose([default(i) for i in range(steps)], theirs, rtol=1e-12)


@pytest.mark.parametrize(("mode", "cooldown", "patience"), every(("min", "max"), (0, 3), (0, 2)))
def test_the_plateau_falls_when_torchs_does(mode, cooldown, patience):
    rng = np.random.default_rng(4)
    losses = 1 + np.exp(-np.arange(80) / 10) + 0.01 * rng.standard_normal(80)
    options = {
        "mode": mode,
        "factor": 0.3,
        "patience": patience,
        "threshold": 1e-3,
        "cooldown": cooldown,
        "min_lr": 1e-4,
    }
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    theirs, ours = lr_scheduler.ReduceLROnPlateau(opt, **options), schedules.Plateau(0.3, **options)
    rates = []
    for loss in losses:
        theirs.step(loss)
        rates.append(ours.report(loss))
        assert rates[-1] == pytest.approx(opt.param_groups[0]["lr"], rel=1e-12)
        assert ours(123) == rates[-1]
    assert rates[-1] < 0.1, "it never fell, so nothing was tested"


def test_a_fall_too_small_to_matter_is_left_out_as_in_torch():
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=3e-7)
    theirs, ours = (
        lr_scheduler.ReduceLROnPlateau(opt, patience=0, factor=0.5),
        schedules.Plateau(3e-7, patience=0, factor=0.5),
    )
    for _ in range(12):
        theirs.step(1.0)
        assert ours.report(1.0) == pytest.approx(opt.param_groups[0]["lr"], rel=1e-12)
    assert ours.lr > 1e-9


def test_plateau_defaults_are_torchs():
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    theirs, ours = lr_scheduler.ReduceLROnPlateau(opt), schedules.Plateau(0.3)
    for name in ("mode", "factor", "patience", "threshold", "cooldown"):
        assert getattr(ours, name) == getattr(theirs, name), name


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("stairs: step_size must be positive, got 0", lambda: schedules.stairs(0.1, 0)),
        ("exponential: gamma must be positive, got -1", lambda: schedules.exponential(0.1, -1)),
        ("polynomial: total_iters must be positive, got 0", lambda: schedules.polynomial(0.1, 0)),
        ("cosine: T_max must be positive, got 0", lambda: schedules.cosine(0.1, 0)),
        ("warm_up: total_iters must be positive, got 0", lambda: schedules.warm_up(schedules.constant(1), 0)),
        ("one_cycle: total_steps must be positive, got 0", lambda: schedules.one_cycle(0.1, 0)),
        ("one_cycle: anneal is 'cos' or 'linear'.*got 'exp'", lambda: schedules.one_cycle(0.1, 5, anneal="exp")),
        ("one_cycle: there are 5 steps, 0 to 4; asked for 5", lambda: schedules.one_cycle(0.1, 5)(5)),
        ("Plateau: mode is 'min' or 'max' and 0 < factor < 1; got 'low'", lambda: schedules.Plateau(0.1, "low")),
    ],
)
def test_wrong_settings_are_told_in_one_sentence(sentence, wrong):
    with pytest.raises(ValueError, match=sentence):
        wrong()


@pytest.mark.parametrize("state", [None, [1], {}, {"lr": 0.1}, {"lr": 1, "best": 1, "bad": 0, "resting": 0, "more": 1}])
def test_a_plateaus_state_must_be_whole(state):
    plateau = schedules.Plateau(0.1)
    with pytest.raises(ValueError, match=r"^load_state_dict: the state of a Plateau has .*'resting'\], got "):
        plateau.load_state_dict(state)
    with pytest.raises(TypeError, match=r"^load_state_dict: best must be a number, got 'x'$"):
        plateau.load_state_dict({**plateau.state_dict(), "best": "x"})
    assert plateau.lr == 0.1
