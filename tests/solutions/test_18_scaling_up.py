"""Lesson 18: its answers agree with the library and with torch; what it says of its runs holds with room."""

from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.data import spirals
from course_lib.optim import schedules
from course_lib.topics import (
    batch_sizes,
    loss_scaling,
    noise_scale,
    power_law,
    scaling_runs,
    worker_runs,
    workers,
)
from course_lib.viz import curves
from grading.lessons.source import read_lesson
from tests.solutions.reference import answers

LESSON = read_lesson(Path(__file__).resolve().parents[2] / "solutions" / "18_scaling_up.py")


def cell_with(text):
    (cell,) = [c for c in LESSON.cells if c.kind == "code" and c.role == "" and text in c.source]
    return cell.source


@pytest.fixture(scope="module")
def names():
    """The lesson's answers, with the classes and functions that it gives."""
    found = {"np": np, "spirals": spirals}
    exec("from functools import cache\nfrom itertools import pairwise", found)
    for text in ("class Run:", "class Device:", "BUDGET = ", "def trained("):
        exec(cell_with(text), found)
    return answers(LESSON, **found)


@pytest.fixture
def rng():
    return np.random.default_rng(18)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = ["speed_of", "mean_gradient", "own_rows", "ring_sum", "noise_in_batches", "rate_at", "scaled_step"]
    wanted += ["keep_run", "fault_of", "within_budget"]
    assert [e.id for e in LESSON.exercises if not e.predict] == wanted
    assert sum(e.predict for e in LESSON.exercises) == 2
    assert [e.id for e in LESSON.exercises if e.bug] == ["own_rows"]


def test_the_answers_are_the_library_s(names, rng):
    parts = [([rng.normal(size=(2, 3)), rng.normal(size=4)], n) for n in (3, 0, 8)]
    for mine, library in zip(names["mean_gradient"](parts), workers.average_gradients(parts), strict=True):
        assert np.allclose(mine, library, rtol=1e-12)
    arrays = [rng.normal(size=11) for _ in range(4)]
    mine, library = names["ring_sum"](arrays), workers.ring_all_reduce(arrays)
    assert np.allclose(mine[0], library[0])
    assert mine[1] == library[1]
    gradients = rng.normal(size=(6, 3, 5)) + 1
    assert names["noise_in_batches"](gradients, 4) == pytest.approx(noise_scale.noise_scale(gradients, 4))
    warm = schedules.warm_up(schedules.constant(0.4), 5, start_factor=0.25)
    assert [names["rate_at"](s, 32, 0.1, 8, 5) for s in range(9)] == pytest.approx([warm(s) for s in range(9)])


def test_the_meter_is_the_library_s(names):
    speeds = []
    for meter in (names["speed_of"], batch_sizes.speed):
        device = names["Device"](each=1.1)
        speeds.append(meter(device.step, device.wait, device.clock, 12, 5, 2))
    assert speeds[0] == speeds[1] == pytest.approx(12 * 5 / (0.2 + 5 * 1.1))


def test_the_scale_moves_as_torch_s_does(names):
    """torch.amp.GradScaler's own arithmetic (on the CPU), beside the answer."""
    mine, good = 2.0**14, 0
    scale, growth = torch.tensor(mine), torch.tensor(0, dtype=torch.int32)
    for g in (3.0, 8.0, 1e-3, 2.0, 2.0, 0.5, 2.0):
        true = np.array([g, 0.1])
        with np.errstate(over="ignore"):
            half = (true * mine).astype(np.float16)
        _, mine, good = names["scaled_step"](np.ones(2, np.float32), lambda s, half=half: half, mine, good, 0.1, 3)
        found = torch.tensor(float(not np.isfinite(half).all()))
        torch._amp_update_scale_(scale, growth, found, 2.0, 0.5, 3)
        assert (mine, good) == (float(scale), int(growth))
    library = loss_scaling.LossScale(8.0, patience=1)
    w, scale, _ = names["scaled_step"](np.ones(1, np.float32), lambda s: np.array([4], np.float16), 8.0, 0, 1.0, 1)
    assert w.tolist() == [1 - library.unscale([np.array([4], np.float16)])[0][0]]
    assert scale == library.scale == 16


def test_rows_are_dealt_as_the_task_says_and_the_given_program_overlaps(names):
    given = {"np": np}
    exec(LESSON.exercise("own_rows").given.source, given)
    counts = []
    for program in (names["own_rows"], given["own_rows"]):
        counts.append(len({int(i) for r in range(4) for i in program(40, 4, r, 1, 0)}))
    assert counts[0] == 40 > counts[1] + 5


def test_a_resumed_run_is_the_same_to_the_last_bit_and_weights_alone_are_not_enough(names):
    run = names["Run"](3).advance(5)
    kept = names["keep"](run)
    run.advance(20)
    assert np.array_equal(names["resume"](kept).advance(20).weights, run.weights)
    other = names["Run"]()
    other.weights = kept["weights"].copy()
    assert not np.allclose(other.advance(20).weights, run.weights, rtol=1e-3)


def test_linear_scaling_helps_by_more_than_the_noise():
    x, t, *_ = worker_runs.digit_sets()
    ends = {}
    for name, rate, warm in (("unscaled", 0.1, 0), ("root", 0.1 * 8**0.5, 10), ("linear", 0.8, 10)):
        how = {"rate": rate, "warm_up": warm, "steps": 60}
        runs = [worker_runs.train_workers(x, t, **how, seed=seed)["training"] for seed in range(3)]
        ends[name] = [np.mean(run[-5:]) for run in runs]
    assert max(ends["linear"]) < 0.09 < 0.1 < min(ends["root"])
    assert max(ends["root"]) < 0.6 * min(ends["unscaled"])


def test_the_noise_scale_grows_in_training(rng):
    x, t, *_ = worker_runs.digit_sets()
    weights, found = worker_runs.start(rng), []
    for step in range(121):
        if step in (0, 120):
            each = [worker_runs.loss_and_gradients(weights, x[i : i + 1], t[i : i + 1])[1] for i in range(300)]
            found.append(noise_scale.exact_noise_scale([np.concatenate([g.ravel() for g in gs]) for gs in each]))
        rows = rng.integers(0, len(x), 32)
        slopes = worker_runs.loss_and_gradients(weights, x[rows], t[rows])[1]
        weights = [w - 0.1 * g for w, g in zip(weights, slopes, strict=True)]
    assert found[1] > 3 * found[0]


def test_the_reference_plan_clears_every_step_at_all_seeds_and_poor_plans_miss(names):
    points, truth = spirals(600, classes=3, turns=1.0, noise=0.04, rng=np.random.default_rng(181001))
    plan = names["plan"]()
    assert names["work_of"](**plan) <= names["BUDGET"]
    shares = [np.mean(names["trained"](**plan, seed=seed)(points) == truth) for seed in range(5)]
    assert min(shares) > 0.98
    for poor in ({"hidden": ()}, {"batch": 200, "steps": 28}, {"rate": 0.001}, {"rate": 3.0}):
        assert np.mean(names["trained"](**plan | poor)(points) == truth) < 0.75, poor


def test_a_plan_may_hold_a_list_is_not_trained_beyond_the_budget_and_shows_its_own_error(names):
    plan, points = names["plan"](), np.random.default_rng(0).normal(size=(7, 2))
    listed = names["classified"](plan | {"hidden": list(plan["hidden"])}, points)
    assert np.array_equal(listed, names["classified"](plan, points))
    assert len(set(listed.tolist())) > 1
    assert names["classified"](plan | {"steps": 10**9}, points).tolist() == [0] * 7
    with pytest.raises(TypeError, match="learning_rate"):
        names["classified"](plan | {"learning_rate": 0.1}, points)


def test_the_least_loss_falls_as_a_power_of_the_work_and_larger_networks_take_over():
    tracks = {}
    for width in (2, 4, 8, 16, 32):
        run = np.array(scaling_runs.learn(width, None, 1500, every=100))
        tracks[f"{width} units"] = 3 * scaling_runs.weights(width) * 64 * run[:, 0], run[:, 1]
    said = []
    names = {"np": np, "power_law": power_law, "curves": curves, "print": said.append, "tracks": tracks}
    (cell,) = [c.source for c in LESSON.cells if c.id == "scaling_compute"]
    exec(cell, names | {"steps": run[:, 0]})
    sizes = [int(line.split()[-2]) for line in said[:3]]
    assert sizes[0] < sizes[2]
    assert sizes == sorted(sizes)
    foretold, measured = (float(part.split()[-1]) for part in said[3].split(","))
    assert 0.7 < foretold / measured < 1.4


def test_faults_are_counted_and_not_told(names):
    assert worker_runs.named_rightly(names["fault_of"]) == 4
    assert worker_runs.named_rightly(lambda letter: "rate") == 1
    assert worker_runs.named_rightly(lambda letter: names["fault_of"]({"A": "B", "B": "A"}.get(letter, letter))) == 2


def test_small_inputs_underflow_without_scaling():
    said = []
    exec(cell_with("small_x = "), {"np": np, "loss_scaling": loss_scaling, "print": said.append})
    lost, kept = ([float(n) for n in line.split("[")[1].strip("]").split()] for line in said)
    assert np.allclose(kept, [3, -2, 1, 4], atol=0.05)
    assert not np.allclose(lost, [3, -2, 1, 4], atol=0.3)


def test_the_figure_s_code_runs_on_a_small_network(monkeypatch):
    (code,) = [c.source for c in LESSON.cells if c.role == "figure" and "def alexnet_speed" in c.source]
    from course_lib.torch_models import alexnet, bridge, step, training

    found = {"os": __import__("os"), "torch": torch, "bridge": bridge, "stopwatch": step.stopwatch}
    found |= {"train_step": training.train_step, "AlexNet": lambda: alexnet.AlexNet(10, width=0.05)}
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    exec(code, found)
    for training_too in (False, True):
        assert found["alexnet_speed"](torch.device("cpu"), 2, training_too, steps=1) > 0
