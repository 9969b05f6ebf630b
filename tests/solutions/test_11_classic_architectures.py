"""Lesson 11: its blocks are the library's, the networks built from them count to the published figures."""

import functools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import course_lib
from course_lib.data.marks import marks
from course_lib.torch_models import alexnet, counting, densenet, googlenet, lenet, nin, resnets, step, vgg
from course_lib.torch_models.fill import fill, probe
from course_lib.torch_models.googlenet import conv_norm_relu, conv_relu
from course_lib.torch_models.zoo import ZOO
from grading.lessons.source import read_lesson

LESSON = read_lesson(Path(__file__).resolve().parents[2] / "solutions" / "11_classic_architectures.py")


def answers():
    """The reference answers of the lesson, by name."""
    names = {"np": np, "torch": torch, "nn": nn, "F": F, "conv_relu": conv_relu, "conv_norm_relu": conv_norm_relu}
    for exercise in LESSON.exercises:
        if exercise.id != "open_architecture":  # trains a network: see below
            exec(exercise.reference, names)
    return names


ANSWERS = answers()


def assert_same(one, two):
    assert one.keys() == two.keys()
    for key, value in one.items():
        torch.testing.assert_close(torch.as_tensor(value), torch.as_tensor(two[key]), msg=key)


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "count_layers",
        "lenet_twin",
        "nin_block",
        "vgg_block",
        "inception",
        "grouped_bottleneck",
        "dense_block",
        "training_step",
        "stack",
        "open_architecture",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


def test_predictions_are_what_the_networks_do():
    halves = counting.count(counting.sketch(alexnet.AlexNet), (3, 224, 224))
    assert halves.share("linear", "parameters") > 0.93
    assert halves.share("linear", "multiply_adds") < 0.09
    assert ANSWERS["halves"] == ("over 90 %", "under 10 %")
    net = vgg.VGG(11, 2, width=1 / 64)
    with torch.no_grad():
        maps = vgg.as_convolutions(net.classifier, 7)(net.features(torch.zeros(1, 3, 288, 256)))
    assert ANSWERS["score_map"] == tuple(maps.shape[2:])
    blocks = [m for m in counting.sketch(densenet.DenseNet).features if isinstance(m, densenet.DenseBlock)]
    entering = [64, None]
    entering[1] = (entering[0] + 32 * len(blocks[0].layers)) // 2
    assert ANSWERS["dense_channels"] == [c + 32 * len(b.layers) for c, b in zip(entering, blocks, strict=False)]


CASES = {
    "nin_block": (lambda f: f(3, 4, 5, 2, 1), nin.nin_block, (2, 3, 11, 9)),
    "vgg_block": (lambda f: f(3, 4, 7), lambda c, f, sees: vgg.vgg_block(c, f, sees // 2), (2, 3, 9, 8)),
    "Inception": (lambda f: f(3, 2, (4, 5), (6, 7), 8, conv_norm_relu, 3), googlenet.Inception, (2, 3, 6, 5)),
    "DenseBlock": (lambda f: f(3, 2, 4), densenet.DenseBlock, (2, 3, 6, 5)),
    "GroupedBottleneck": (
        lambda f: f(6, 4, 8, 2, 2),
        lambda c, width, out, groups, stride: resnets.Bottleneck(c, out // 4, stride, width=width, groups=groups),
        (2, 6, 7, 5),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_learners_block_is_the_librarys(name):
    make, library, shape = CASES[name]
    x = np.random.default_rng(1).normal(size=shape)
    assert_same(probe(make(ANSWERS[name]), x, seed=2), probe(make(library), x, seed=2))


@pytest.mark.parametrize("sees", [3, 5, 9])
def test_a_stack_sees_as_far_as_it_is_asked_to(sees):
    """The gradient of one value in front of the pooling reaches a window of that size, and no further."""
    x = torch.rand(1, 1, 15, 15, dtype=torch.float64, requires_grad=True)
    fill(ANSWERS["vgg_block"](1, 3, sees)[:-1])(x)[0, :, 7, 7].sum().backward()
    rows, columns = np.nonzero(x.grad[0, 0].numpy())
    assert [rows.min(), rows.max()] == [columns.min(), columns.max()] == [7 - sees // 2, 7 + sees // 2]


def of_the_lesson(name):
    """A class or function that the lesson gives, by name."""
    source = next(c.source for c in LESSON.cells if c.role == "" and f"\nclass {name}(" in "\n" + c.source)
    exec(source, names := {"torch": torch, "nn": nn})
    return names[name]


@pytest.mark.parametrize("stride", [1, 2])
def test_the_grouped_bottleneck_is_the_branches_with_their_weights_joined(stride):
    branches = fill(of_the_lesson("Branches")(5, 6, 8, 3, stride), 1)
    mine = fill(ANSWERS["GroupedBottleneck"](5, 6, 8, 3, stride), 2)
    with torch.no_grad():
        for layer, axis in ((0, 0), (1, 0), (3, 0), (4, 0), (6, 1)):
            for k, p in enumerate(mine.branch[layer].parameters()):
                own = [list(one[layer].parameters())[k] * (1 + i) for i, one in enumerate(branches.all)]
                for i, one in enumerate(branches.all):
                    list(one[layer].parameters())[k].copy_(own[i])
                p.copy_(torch.cat(own, dim=axis))
        for p, q in zip(mine.branch[7].parameters(), branches.norm.parameters(), strict=True):
            p.copy_(q)
    x = torch.randn(4, 5, 7, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(mine(x), torch.relu(branches(x) + mine.shortcut(x)))


def test_the_nin_block_says_of_every_window_what_the_mlp_says():
    block = fill(ANSWERS["nin_block"](3, 4, 5, 2))
    layers = [m for m in block if isinstance(m, nn.Conv2d)]
    x = torch.randn(2, 3, 9, 11, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    for i, j in ((0, 0), (1, 2), (2, 3)):
        h = x[:, :, 2 * i : 2 * i + 5, 2 * j : 2 * j + 5].flatten(1)
        for layer in layers:
            h = torch.relu(F.linear(h, layer.weight.flatten(1), layer.bias))
        torch.testing.assert_close(block(x)[:, :, i, j], h)


def my_vgg(depth):
    return vgg.VGG(depth, block=lambda have, want, layers: ANSWERS["vgg_block"](have, want, 2 * layers + 1))


def my_resnext():
    def make(have, channels, stride):
        return ANSWERS["GroupedBottleneck"](have, 2 * channels, 4 * channels, 32, stride)

    return resnets.ResNet(make, 4, (3, 4, 6, 3))


BUILT = {
    "VGG-16": lambda: my_vgg(16),
    "VGG-19": lambda: my_vgg(19),
    "GoogLeNet": lambda: googlenet.GoogLeNet(module=ANSWERS["Inception"]),
    "GoogLeNet with heads": lambda: googlenet.GoogLeNet(heads=True, module=ANSWERS["Inception"]),
    "DenseNet-121": lambda: densenet.DenseNet(block=ANSWERS["DenseBlock"]),
    "ResNeXt-50 32x4d": my_resnext,
}


@pytest.mark.parametrize("name", BUILT)
def test_a_network_of_the_learners_blocks_counts_to_its_published_figures(name):
    counts = counting.count(counting.sketch(BUILT[name]), (3, 224, 224))
    assert counts.parameters == ZOO[name].parameters
    assert ZOO[name].billions is None or round(counts.multiply_adds / 1e9, 3) == ZOO[name].billions


@pytest.mark.parametrize("name", ["AlexNet", "ResNet-18", "ResNeXt-50 32x4d", "DenseNet-121"])
def test_the_learners_counter_agrees_with_the_librarys(name):
    net = counting.sketch(ZOO[name].make)
    counts = counting.count(net, (3, 64, 64))
    assert ANSWERS["count_layers"](net.eval(), torch.zeros(2, 3, 64, 64, device="meta")) == (
        counts.parameters,
        counts.multiply_adds,
    )
    assert counting.hooks_on(net) == 0


def test_the_worked_examples_of_the_tasks_hold():
    count = ANSWERS["count_layers"]
    assert count(nn.Linear(5, 4), torch.zeros(2, 5)) == (24, 20)
    assert count(nn.Linear(5, 4), torch.zeros(2, 3, 5)) == (24, 60)
    for module, weights in [
        (ANSWERS["nin_block"](3, 4, 5), 344),
        (ANSWERS["vgg_block"](3, 4, 3), 112),
        (ANSWERS["GroupedBottleneck"](6, 4, 6, 2), 148),
        (ANSWERS["Stack"](1, 2, 3, 4), 158),
    ]:
        assert sum(p.numel() for p in module.parameters()) == weights
    assert ANSWERS["nin_block"](3, 4, 5)(torch.zeros(2, 3, 9, 9)).shape == (2, 4, 5, 5)
    assert ANSWERS["vgg_block"](3, 4, 3)(torch.zeros(2, 3, 8, 7)).shape == (2, 4, 4, 3)
    assert ANSWERS["Inception"](3, 2, (4, 5), (6, 7), 8)(torch.zeros(1, 3, 6, 5)).shape == (1, 22, 6, 5)
    x = torch.randn(2, 3, 4, 5)
    out = ANSWERS["DenseBlock"](3, 2, 4)(x)
    assert out.shape == (2, 11, 4, 5)
    assert torch.equal(out[:, :3], x)


def lenet_of_ours(rng):
    n = course_lib.nn
    front = [n.Conv2d(1, 3, 3, rng=rng), n.ReLU(), n.MaxPool2d(2), n.Conv2d(3, 5, 2, rng=rng), n.ReLU(), n.MaxPool2d(2)]
    back = [n.Flatten(), n.Linear(20, 7, rng=rng), n.ReLU(), n.Linear(7, 4, rng=rng)]
    return n.Sequential(*front, *back).double()


@pytest.mark.parametrize("twin_of", [ANSWERS["lenet_twin"], lenet.twin_of])
def test_both_twins_give_the_logits_and_gradients_of_ours(twin_of):
    ours = lenet_of_ours(np.random.default_rng(0))
    twin = twin_of(ours)
    x = np.random.default_rng(1).normal(size=(4, 1, 12, 12))
    logits = ours(course_lib.Tensor(x))
    (logits * logits).sum().backward()
    theirs = twin(torch.tensor(x))
    theirs.square().sum().backward()
    np.testing.assert_allclose(theirs.detach().numpy(), logits.data, rtol=1e-12, atol=1e-12)
    for p, q in zip(twin.parameters(), ours.parameters(), strict=True):
        np.testing.assert_allclose(p.grad.numpy(), q.grad, rtol=1e-9, atol=1e-9)


def test_both_training_steps_walk_the_same_way():
    paths = []
    for one_step in (ANSWERS["training_step"], step.training_step):
        net = fill(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), 5).eval()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        draw = np.random.default_rng(3)
        batches = [(torch.tensor(draw.normal(size=(6, 3))), torch.tensor(draw.integers(2, size=6))) for _ in range(4)]
        losses = [one_step(net, F.cross_entropy, optimizer, x, y) for x, y in batches]
        assert not any(loss.requires_grad for loss in losses)
        paths.append([*losses, *(p.detach() for p in net.parameters())])
    for one, two in zip(*paths, strict=True):
        assert torch.equal(one, two)


def test_the_library_step_stays_on_the_models_device_and_asks_for_no_number():
    net = nn.Linear(3, 2, device="meta")
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    assert step.training_step(net, F.mse_loss, optimizer, torch.zeros(4, 3), torch.zeros(4, 2)).device.type == "meta"


def trained_small(seed):
    """The open exercise's reference from another seed: its costs, and the share right of 600 new letters."""
    x, t = (torch.from_numpy(a) for a in marks(1500, size=32, rng=np.random.default_rng(110)))
    names = {"np": np, "torch": torch, "nn": nn, "F": F, "library_step": step.training_step, "x_marks": x, "t_marks": t}
    given = next(cell.source for cell in LESSON.cells if cell.role == "" and "def fit_marks" in cell.source)
    exec(given[given.index("def fit_marks") :], names)
    exec(LESSON.exercise("open_architecture").reference.replace("manual_seed(0)", f"manual_seed({seed})"), names)
    net = names["small_net"].eval()
    x, t = marks(600, size=32, rng=np.random.default_rng(77))
    with torch.no_grad():
        right = net(torch.from_numpy(x)).argmax(1).numpy() == t
    return counting.count(net, (1, 32, 32)), right.mean()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_open_exercise_is_solved_with_room_to_spare_from_any_seed(seed):
    costs, share = trained_small(seed)
    assert costs.parameters <= 8000
    assert costs.multiply_adds <= 250_000
    assert share > 0.9


def test_the_run_on_any_device_can_make_every_network_at_both_sizes():
    wanted = (
        "library_stage(",
        "def my_vgg",
        "my_googlenet =",
        "def library_grouped",
        "my_densenet =",
        "MINE =",
        "QUARTER =",
    )
    names = {"functools": functools, "nn": nn, "yours": lambda id, *, else_: else_}
    names |= {m.__name__.rsplit(".", 1)[1]: m for m in (alexnet, counting, densenet, googlenet, resnets, vgg)} | {
        "ZOO": ZOO
    }
    for cell in LESSON.cells:
        if cell.kind == "code" and any(text in cell.source for text in wanted) and cell.role != "solve":
            exec(cell.source, names)
    for name, published in ZOO.items():
        for makers in ({}, names["QUARTER"]):
            make = makers.get(name, names["MINE"].get(name, published.make))
            heads = [p for p in counting.sketch(make, classes=7).parameters() if p.shape == (7,)]
            assert heads, name
