"""Lesson 10: its answers agree with torch, its worked examples hold, its bug is three bugs."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import arithmetic, nn
from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.data import datasets
from course_lib.data.marks import marks
from course_lib.topics import convnet_runs, equivariance
from course_lib.topics.lenet import all_convolutional, hits, learn
from grading.lessons.source import read_lesson

LESSON = read_lesson(Path(__file__).resolve().parents[2] / "solutions" / "10_convolutional_networks.py")
GEOMETRIES = list(itertools.product((1, 2, 3), (0, 1, 2)))


def helpers():
    """The functions that the lesson's plain cells give to learners, and the reference answers."""
    names = {"np": np, "nn": nn, "F": F}
    for cell in LESSON.cells:
        if cell.kind == "code" and "def tap(" in cell.source:
            exec(cell.source, names)
    for exercise in LESSON.exercises:
        if exercise.id != "open_marks":  # trains a network: see below
            exec(exercise.reference, names)
    return names


ANSWERS = helpers()


def tensors(*arrays):
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "conv_forward",
        "conv_backward",
        "max_pool",
        "average_pool",
        "contrast_norm",
        "build_lenet",
        "build_all_conv",
        "equivariance_gap",
        "stage_backward",
        "stage_faults",
        "open_marks",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


@pytest.mark.parametrize(("stride", "padding"), GEOMETRIES)
def test_the_convolution_and_its_gradients_are_torchs(stride, padding):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, 8, 9)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    tx, tw, tb = tensors(x, w, b)
    y = torch.nn.functional.conv2d(tx, tw, tb, stride=stride, padding=padding)
    np.testing.assert_allclose(ANSWERS["conv_forward"](x, w, b, stride, padding), y.detach(), atol=1e-12)
    g = rng.normal(size=tuple(y.shape))
    y.backward(torch.tensor(g))
    for got, want in zip(ANSWERS["conv_backward"](g, x, w, stride, padding), (tx, tw, tb), strict=True):
        np.testing.assert_allclose(got, want.grad, atol=1e-12)


@pytest.mark.parametrize("size", [(2, 2), (3, 2), (1, 3)])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_pooling_is_torchs_also_where_numbers_tie(size, stride, ties):
    rng = np.random.default_rng(1)
    x = rng.integers(-2, 2, (2, 3, 7, 8)).astype(float) if ties else rng.normal(size=(2, 3, 7, 8))
    for name, pooling in (
        ("max_pool", torch.nn.functional.max_pool2d),
        ("average_pool", torch.nn.functional.avg_pool2d),
    ):
        (tx,) = tensors(x)
        y = pooling(tx, size, stride)
        np.testing.assert_allclose(ANSWERS[name](x, size, stride), y.detach(), atol=1e-12)
        g = rng.normal(size=tuple(y.shape))
        y.backward(torch.tensor(g))
        given = x if name == "max_pool" else x.shape
        np.testing.assert_allclose(ANSWERS[f"{name}_backward"](g, given, size, stride), tx.grad, atol=1e-12)


def test_contrast_normalisation_is_the_librarys_with_a_gaussian_window():
    x = np.random.default_rng(2).normal(size=(2, 3, 10, 12)) + 1
    bell = np.exp(-0.5 * (np.arange(-3, 4) / 1.75) ** 2)
    want = F.local_contrast_norm(x, 7, eps=0.0).data
    np.testing.assert_allclose(ANSWERS["contrast_norm"](x, np.outer(bell, bell)), want, atol=1e-10)


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_repaired_stage_is_torchs_and_the_given_one_passes_only_its_authors_test(stride, padding):
    given = dict(ANSWERS)
    exec(LESSON.exercise("stage_backward").given.source, given)
    rng = np.random.default_rng(3)
    for positive, size in itertools.product((True, False), ((2, 2), (2, 3))):
        x = rng.random((2, 2, 6, 6)) + 0.1 if positive else rng.normal(size=(2, 2, 6, 6))
        (tx,) = tensors(x)
        padded = torch.nn.functional.pad(torch.relu(tx), (padding,) * 4)
        y = torch.nn.functional.max_pool2d(padded, size, stride)
        g = rng.random(tuple(y.shape)) * (1 if positive else rng.choice([-1, 1], tuple(y.shape)))
        y.backward(torch.tensor(g))
        got = ANSWERS["stage_backward"](g, x, size, stride, padding)
        np.testing.assert_allclose(got, tx.grad, atol=1e-12)
        wrong = given["stage_backward"](g, x, size, stride, padding)
        passes = wrong.shape == got.shape and np.allclose(wrong, got)
        assert passes == (positive and padding == 1 and stride == 2 and size == (2, 2))


def test_the_nets_have_the_tables_sizes():
    rng, x = np.random.default_rng(4), Tensor(np.zeros((2, 1, 28, 28), np.float32))
    pooled, convolutional = (ANSWERS[name]((10, 20), 50, 10, rng) for name in ("build_lenet", "build_all_conv"))
    assert pooled(x).shape == (2, 10)
    assert convolutional(x).shape == (2, 10, 1, 1)
    assert [p.data.size for p in pooled.parameters()][::2] == [250, 5000, 16000, 500]
    sizes = [p.data.size for p in pooled.parameters()]
    counted = [a + b for a, b in zip(sizes[::2], sizes[1::2], strict=True)]
    assert counted == ANSWERS["lenet_weights"]


def test_the_head_of_the_all_convolutional_net_is_the_fully_connected_one():
    rng = np.random.default_rng(5)
    x, w, b = rng.normal(size=(3, 20, 4, 4)), rng.normal(size=(50, 20, 4, 4)), rng.normal(size=50)
    as_linear = x.reshape(3, -1) @ w.reshape(50, -1).T + b
    np.testing.assert_allclose(ANSWERS["conv_forward"](x, w, b)[:, :, 0, 0], as_linear, atol=1e-10)


def test_the_gaps_are_0_for_what_is_equivariant_or_invariant_and_not_else():
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=(2, 1, 16, 16)), rng.normal(size=(3, 1, 3, 3))
    gap, invariance = ANSWERS["equivariance_gap"], ANSWERS["invariance_gap"]
    assert gap(lambda a: ANSWERS["conv_forward"](a, w, np.zeros(3)), x, (1, 2), 1, 3) < 1e-12
    assert gap(lambda a: ANSWERS["conv_forward"](a, w, np.zeros(3)), x, (1, 2), 1, 0) > 0.1
    assert gap(lambda a: ANSWERS["max_pool"](a, (2, 2), 2), x, (1, 1), 2, 0) == 0
    assert gap(lambda a: a * np.arange(16), x, (0, 1), 1, 2) > 0.01
    assert invariance(lambda a: a.sum(axis=(2, 3)), x, (2, 3)) < 1e-12
    assert invariance(lambda a: a, x, (0, 1)) > 0.5


def test_the_worked_examples_of_the_tasks_are_right():
    a = ANSWERS
    row = a["conv_forward"](np.array([[[[1.0, 2, 3, 4]]]]), np.array([[[[10.0, 1]]]]), np.array([5.0]), stride=2)
    assert row.tolist() == [[[[17, 39]]]]
    x, w, g = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 1]]]]), np.array([[[[1.0, 2]]]])
    assert [v.tolist() for v in a["conv_backward"](g, x, w)] == [[[[[10, 21, 2]]]], [[[[5, 8]]]], [3]]
    x = np.array([[[[4.0, 7, 7]]]])
    assert a["max_pool"](x, (1, 2), 1).tolist() == [[[[7, 7]]]]
    assert a["max_pool_backward"](np.array([[[[1.0, 2]]]]), x, (1, 2), 1).tolist() == [[[[0, 3, 0]]]]
    assert a["average_pool"](np.array([[[[1.0, 3, 8]]]]), (1, 2), 1).tolist() == [[[[2, 5.5]]]]
    assert a["average_pool_backward"](np.array([[[[2.0, 4]]]]), (1, 1, 1, 3), (1, 2), 1).tolist() == [[[[1, 3, 2]]]]
    assert a["contrast_norm"](np.array([[[[0.0, 4]]]]), np.ones((1, 3))).tolist() == [[[[-1, 1]]]]
    assert round(a["invariance_gap"](lambda v: v, np.array([[[[3.0, 4]]]]), (0, 1)), 4) == 0.2828
    back = a["stage_backward"](np.array([[[[1.0, -3]]]]), np.array([[[[2.0, 5, -1]]]]), (1, 2), 1, 0)
    assert back.tolist() == [[[[0, -2, 0]]]]
    wide = nn.Sequential(
        nn.Conv2d(1, 7, 28, rng=np.random.default_rng(0)), nn.ReLU(), nn.Conv2d(7, 10, 1, rng=np.random.default_rng(0))
    )
    assert wide(Tensor(np.zeros((1, 1, 28, 40), np.float32))).shape == (1, 10, 1, 13)


def test_figure_f32_counts_what_the_library_counts():
    shared = arithmetic.conv_cost((1, 28, 28), 10, 5).parameters + arithmetic.conv_cost((10, 12, 12), 20, 5).parameters
    assert shared + 16_050 + 510 == sum(ANSWERS["lenet_weights"])


@pytest.mark.parametrize(("stride", "margin", "move"), [(1, 0, (1, 2)), (2, 1, (1, -1)), (1, 2, (-3, 1))])
def test_the_equivariance_gap_is_the_librarys(stride, margin, move):
    x = np.random.default_rng(stride + margin).normal(size=(2, 1, 10, 12))

    def uneven(x):  # the place matters a little
        y = x[:, :, ::stride, ::stride]
        return y * np.linspace(1, 1.5, y.shape[3])

    got = ANSWERS["equivariance_gap"](uneven, x, move, stride, margin)
    assert got == pytest.approx(equivariance.gap(uneven, x, move, stride, margin), rel=1e-12)
    assert got > 0


def test_the_net_of_convolutions_alone_is_the_librarys_at_equal_weights():
    ours, theirs = (f((6, 8), 12, 5, np.random.default_rng(9)) for f in (ANSWERS["build_all_conv"], all_convolutional))
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.shape == other.shape
        mine.data = other.data
    x = Tensor(np.random.default_rng(8).normal(size=(2, 1, 32, 28)).astype(np.float32))
    assert ours(x).shape == (2, 5, 2, 1)
    np.testing.assert_allclose(ours(x).data, theirs(x).data, rtol=1e-5, atol=1e-6)


def test_contrast_normalisation_is_equivariant_but_for_the_border():
    digits = datasets.load("digits").x_test[:10] / 255.0
    roomy = np.pad(digits, ((0, 0), (0, 0), (14, 14), (14, 14)))

    def normalise(x):
        return F.local_contrast_norm(x).data

    assert equivariance.gap(normalise, roomy, (1, 1), 1, 5) < 1e-12
    assert equivariance.gap(normalise, digits, (1, 1), 1, 1) > 1e-3


def test_the_faults_are_named_as_they_are_drawn_and_batches_are_dealt_as_the_library_does():
    assert ANSWERS["stage_faults"] == convnet_runs.LETTERS
    x, t = np.arange(11.0), np.arange(11)
    mine = ANSWERS["dealt"](x, t, 4, np.random.default_rng(3))
    order = np.random.default_rng(3).permutation(11)
    for (images, labels), start in zip(mine, (0, 4, 8), strict=True):
        assert np.array_equal(images, x[order[start : start + 4]])
        assert np.array_equal(labels, t[order[start : start + 4]])


def trained_marks(seed, change=("", "")):
    """The open exercise's reference from another seed: its weights, and the share right of 600 new letters."""
    x, t = marks(1500, rng=np.random.default_rng(100))
    names = {"np": np, "nn": nn, "learn": learn, "x_marks": x, "t_marks": t}
    source = LESSON.exercise("open_marks").reference.replace("default_rng(0)", f"default_rng({seed})")
    exec(source.replace(*change), names)
    model = names["mark_net"]
    return sum(p.data.size for p in model.parameters()), hits(model, *marks(600, rng=np.random.default_rng(77)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_open_exercise_is_solved_with_room_to_spare_from_any_seed(seed):
    weights, share = trained_marks(seed)
    assert weights <= 3000
    assert share > 0.86  # 20 seeds: 0.89 to 0.95


def test_a_fully_connected_net_of_as_many_weights_does_not_solve_it():
    net = "nn.Sequential(nn.Flatten(), nn.Linear(400, 7, rng=rng), nn.ReLU(), nn.Linear(7, 8, rng=rng))"
    old = "nn.Sequential(*first, *second, *stage(12, 15, 3), Mean(), nn.Linear(15, 8, rng=rng))"
    weights, share = trained_marks(0, (old, net))
    assert weights == 2871
    assert share < 0.4
