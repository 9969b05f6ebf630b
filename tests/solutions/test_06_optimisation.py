"""Lesson 06: its answers agree with torch and with the library, and its worked examples hold."""

import functools
import textwrap

import numpy as np
import pytest
import torch

from course_lib import data, schedules
from course_lib.optim import steps as updates
from course_lib.topics import optimiser_faults
from tests.solutions.reference import answers, lesson

LESSON = lesson("06_optimisation")
ANSWERS = answers(LESSON, np=np, updates=updates, follow=updates.follow, schedules=schedules)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "minibatches",
        "sgd_epoch",
        "momentum_step",
        "adagrad_step",
        "rmsprop_step",
        "adam_step",
        "schedules",
        "update_ratio",
        "adam_fit",
        "run_faults",
        "open_descent",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


@pytest.mark.parametrize("name", ["momentum", "Nesterov", "Adagrad", "RMSProp", "Adam"])
def test_every_optimiser_walks_25_steps_as_the_librarys(name):
    step = {
        "momentum": ANSWERS["momentum_step"],
        "Nesterov": functools.partial(ANSWERS["momentum_step"], nesterov=True),
        "Adagrad": ANSWERS["adagrad_step"],
        "RMSProp": ANSWERS["rmsprop_step"],
        "Adam": ANSWERS["adam_step"],
    }[name]
    w = np.array([[1.0, -2.0, 0.0], [3.0, 0.5, 0.25]])
    bend = np.array([[1.0, 40, 5], [0.1, 10, 0]])
    paths = [
        updates.follow(one, w, updates.start(name, w), lambda w: bend * w, 0.02, 25)[0]
        for one in (step, updates.STEPS[name])
    ]
    np.testing.assert_allclose(*paths, rtol=1e-12)


def test_nesterovs_weights_are_the_places_ahead_of_a_particle():
    """The particle is kept here, the answer keeps the place ahead of it: both ask for the same gradients."""
    bend, lr, mu = np.array([1.0, 40.0]), 0.02, 0.8
    p = w = np.array([1.0, -2.0])
    v = rolled = np.zeros(2)
    for _ in range(25):
        np.testing.assert_allclose(w, p - lr * mu * rolled, atol=1e-12)
        g = bend * (p - lr * mu * rolled)
        rolled = mu * rolled + g
        p = p - lr * rolled
        w, v = ANSWERS["momentum_step"](w, g, v, lr, mu, True)
    np.testing.assert_allclose(v, rolled, atol=1e-9)


def test_adagrads_steps_meet_its_three_demands():
    step = ANSWERS["adagrad_step"]
    w, total, lengths = np.zeros(1), np.zeros(1), []
    for _ in range(4):
        new, total = step(w, np.array([-5.0]), total, 0.1, eps=0)
        lengths.append(new[0] - w[0])
        w = new
    np.testing.assert_allclose(lengths, 0.1 / np.sqrt([1, 2, 3, 4]))
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    ends = []
    for unit in (1, 1000):
        w, total = np.ones(3), np.zeros(3)
        for g in gradients:
            w, total = step(w, unit * g, total, 0.1, eps=0)
        ends.append(w)
    np.testing.assert_allclose(*ends)


def test_minibatches_are_the_librarys():
    x, t = np.random.default_rng(1).normal(size=(11, 3)), np.arange(11)
    mine = list(ANSWERS["minibatches"](x, t, 4, np.random.default_rng(5)))
    theirs = list(data.batches(x, t, size=4, rng=np.random.default_rng(5)))
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


def test_schedules_are_the_librarys_and_torchs_plateau():
    for step in range(20):
        assert ANSWERS["stairs"](0.3, step, 4, 0.5) == pytest.approx(schedules.stairs(0.3, 4, 0.5)(step))
        assert ANSWERS["exponential"](0.3, step, 0.1) == pytest.approx(schedules.exponential(0.3, np.exp(-0.1))(step))
    losses = np.random.default_rng(3).integers(1, 9, size=40) + 20 / np.arange(1, 41)
    p = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.8)
    # torch lowers after more than `patience` bad epochs, we at `patience`
    plan = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=0, eps=0)
    rates = [0.8]
    for loss in losses:
        plan.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    assert ANSWERS["on_plateau"](0.8, losses.tolist(), 3, 2) == pytest.approx(rates)


def test_the_repaired_training_is_torchs_adam():
    rng = np.random.default_rng(2)
    start, bend = [rng.normal(size=s) for s in ((3,), (2, 2))], [rng.uniform(0.5, 9, size=s) for s in ((3,), (2, 2))]
    mine = ANSWERS["adam_fit"](start, lambda now: [b * p + 1 for b, p in zip(bend, now, strict=True)], 0.05, 25)
    params = [torch.tensor(p, requires_grad=True) for p in start]
    optimizer = torch.optim.Adam(params, lr=0.05, betas=(0.9, 0.99))
    for _ in range(25):
        for p, b in zip(params, bend, strict=True):
            p.grad = torch.tensor(b) * p.detach() + 1
        optimizer.step()
    for one, other in zip(mine, params, strict=True):
        np.testing.assert_allclose(one, other.detach().numpy(), rtol=1e-12)


def test_the_worked_examples_hold():
    def array(*values):
        return np.array(values, float)

    path = ANSWERS["sgd_epoch"](array(1), [(None, None)], lambda w, x, t: np.array([[2.0], [4.0]]), 0.1)
    np.testing.assert_allclose(path, [[1], [0.7]])
    np.testing.assert_allclose(ANSWERS["momentum_step"](array(1), array(2), array(10), 0.1, 0.5), [[0.3], [7]])
    np.testing.assert_allclose(ANSWERS["adagrad_step"](array(1), array(3), array(16), 0.5), [[0.7], [25]])
    np.testing.assert_allclose(ANSWERS["rmsprop_step"](array(1), array(2), array(0), 0.1, 0.75), [[0.8], [1]])
    w, _ = ANSWERS["adam_step"](array(1, 1), array(1000, -0.001), (np.zeros(2), np.zeros(2), 0), 0.1)
    np.testing.assert_allclose(w, [0.9, 1.1], rtol=1e-5)
    assert ANSWERS["on_plateau"](1.0, [5, 4, 4, 6, 3], 2, 2) == [1, 1, 1, 1, 0.5, 0.5]
    np.testing.assert_allclose(ANSWERS["update_ratio"]([array(3, 4)], [array(3, 4.5)]), [0.1])


def test_at_its_best_rate_momentum_is_not_behind_adam_and_at_one_rate_it_seems_so():
    names = {}
    for cell in LESSON.cells:
        if cell.kind == "code" and any(
            part in cell.source for part in ("import functools", "PIXELS = ", "def last_loss")
        ):
            exec(cell.source, names)
    ends = {
        (kind, lr): np.mean([names["last_loss"](kind, lr, seed) for seed in range(3)])
        for kind, lr in (("SGD", 3.0), ("momentum", 0.3), ("Adam", 0.01), ("momentum", 0.003), ("Adam", 0.003))
    }
    assert ends["momentum", 0.3] < ends["Adam", 0.01] < ends["SGD", 3.0] < 0.005
    assert ends["momentum", 0.003] > 20 * ends["Adam", 0.003]
    assert names["last_loss"]("SGD", 1e3, 0) == pytest.approx(np.log(10))


def settled(settle, seed):
    """Mean squared error of a `settle` on four tasks of the open exercise's kind."""
    names = {"np": np}
    for cell in LESSON.cells:
        if cell.role in (None, "") and any(part in cell.source for part in ("def noisy_task", "class Asked")):
            exec(cell.source, names)
    rng, errors = np.random.default_rng(seed), []
    for k in range(4):
        x, t, new, z = names["noisy_task"](rng)
        w = settle(names["Asked"](x, t, np.random.default_rng(k)), np.zeros(12))
        errors.append(np.mean((new @ w - z) ** 2))
    return np.mean(errors)


def test_the_open_descent_is_solved_with_room_and_a_constant_rate_of_sgd_is_far_off():
    assert max(settled(ANSWERS["settle"], seed) for seed in range(5)) < 0.008  # bounds 0.03 and 0.012
    for rate in (0.1, 0.2, 0.3):
        plain = lambda gradient, w, rate=rate: updates.follow(updates.sgd_step, w, None, gradient, rate, 300)[0][-1]  # noqa: E731
        assert settled(plain, 0) > 0.1
    with pytest.raises(RuntimeError, match="more than 300"):
        settled(lambda gradient, w: [gradient(w) for _ in range(301)][-1], 0)


def test_the_faults_to_be_named_are_those_of_the_runs_and_the_mended_run_ends_low():
    assert ANSWERS["run_faults"] == {letter: fault for letter, (fault, _) in optimiser_faults.LETTERS.items()}
    mended = ANSWERS["mended_run"]({"rate": 5.0, "falls": False, "corrected": False})
    assert mended == optimiser_faults.HEALTHY
    assert max(np.mean(optimiser_faults.run(**mended, seed=seed)[-20:]) for seed in range(6)) < 0.014


@pytest.mark.parametrize(
    ("rate", "says"),
    [(0.03, "ends at 0.02 or higher"), (0.1, "ends below 0.02"), (0.5, "ends below 0.02"), (2.0, "rises above 3")],
)
def test_the_check_of_a_mended_run_tells_a_rate_too_low_from_one_too_high(rate, says):
    cell = next(c for c in LESSON.exercise("run_faults").checks if c.id == "run_faults-mended").cell.source
    source = textwrap.dedent(cell[cell.index("    def ending") : cell.index("    settings = ")])
    names = {"np": np, "optimiser_faults": optimiser_faults}
    names["mended_run"] = lambda settings: optimiser_faults.HEALTHY | {"rate": rate}
    exec(source, names)
    for seed in (1, 11, 500):
        assert names["ending"](optimiser_faults.HEALTHY, seed)["the loss"] == says


def test_each_fault_shows_in_the_curve_as_its_hint_says():
    healthy = optimiser_faults.run(**optimiser_faults.HEALTHY)
    runs = {
        k: optimiser_faults.run(**optimiser_faults.HEALTHY | change)
        for k, (_, change) in optimiser_faults.LETTERS.items()
    }
    assert np.array_equal(runs["A"][:2], healthy[:2])
    assert runs["A"][-20:].mean() > 5 * healthy[-20:].mean()
    assert runs["B"][:10].max() > 2 > healthy.max()
    assert runs["B"][-20:].mean() < 2 * healthy[-20:].mean()
    assert runs["C"][-20:].mean() > 20 * healthy[-20:].mean()
    assert runs["C"].max() == 1
    assert runs["D"][:20].max() > 10
