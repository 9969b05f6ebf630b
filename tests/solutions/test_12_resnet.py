"""Lesson 12: its answers agree with the library and with torch; its training code runs on any device."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_lib.autograd.tensor import Tensor
from course_lib.data import datasets
from course_lib.nn import blocks
from course_lib.topics import deep_runs, resnet
from course_lib.torch_models import bridge, counting, resnets, trained
from course_lib.torch_models.depth import depth_of
from course_lib.torch_models.fill import fill
from course_lib.torch_models.training import train_step
from course_lib.viz.images import image_grid
from course_lib.viz.residual import photograph_tiles
from grading.paths import ROOT
from tests.solutions.reference import definitions, lesson

LESSON = lesson("12_resnet")
ANSWERS = definitions(LESSON, figures=True)


@pytest.fixture
def rng():
    return np.random.default_rng(12)


def torch_conv(x, w, stride):
    return torch.nn.functional.conv2d(torch.from_numpy(x), torch.from_numpy(w)[:, :, None, None], stride=stride).numpy()


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = [
        "basic_block",
        "shortcut",
        "small_resnet",
        "send_weights",
        "deep_losses",
        "mixed_step",
        "residual_stack",
        "deep_faults",
        "open_deep",
    ]
    assert [e.id for e in LESSON.exercises if e.id in wanted] == wanted


def test_the_basic_block_is_the_library_s(rng):
    mine, library = ANSWERS["BasicBlock"](3, rng=rng).double(), blocks.BasicBlock(3, 3, rng=rng).double()
    library.load_state_dict(mine.state_dict())
    x = Tensor(rng.normal(size=(2, 3, 5, 4)))
    assert np.allclose(mine(x).data, library(x).data, rtol=1e-12)
    mine.bn2.weight.data[:] = 0
    assert np.allclose(mine(x).data, np.maximum(0, x.data))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_shortcuts_are_torch_s_convolution_and_the_library_s_padding(rng, stride):
    x, w = rng.normal(size=(2, 3, 7, 5)), rng.normal(size=(5, 3))
    assert np.allclose(ANSWERS["shortcut"](x, 5, stride, w), torch_conv(x, w, stride), rtol=1e-12)
    want = resnet.PadShortcut(3, 5, stride)(Tensor(x)).data
    assert np.array_equal(ANSWERS["shortcut"](x, 5, stride), want)


def test_the_small_resnet_is_the_library_s(rng):
    mine, library = (make(14, 4, 5, rng=rng).double() for make in (ANSWERS["SmallResNet"], resnet.CifarResNet))
    assert mine.state_dict().keys() == library.state_dict().keys()
    library.load_state_dict(mine.state_dict())
    x = Tensor(rng.normal(size=(2, 3, 9, 8)))
    assert np.allclose(mine(x).data, library(x).data, rtol=1e-11)


def test_weights_travel_as_the_library_moves_them(rng):
    model = resnet.CifarResNet(8, width=2, rng=rng)
    twins = [move(first, resnets.CifarResNet(8, width=2)) for move, first in (
        (ANSWERS["send_weights"], model.state_dict()), (bridge.to_torch, model))]  # fmt: skip
    for (name, a), b in zip(twins[0].state_dict().items(), twins[1].state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    back = ANSWERS["fetch_weights"](twins[0])
    assert back.keys() == model.state_dict().keys()
    assert all(np.array_equal(back[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("residual", [True, False])
def test_depth_against_loss_is_the_library_s(rng, residual):
    weights = [rng.normal(size=(b, a)) / np.sqrt(a) for a, b in ((3, 5), (5, 5), (5, 5), (5, 4))]
    x, t = rng.normal(size=(6, 3)), rng.integers(0, 4, 6)
    mine = ANSWERS["deep_losses"](x, t, weights, 0.2, 6, residual)
    assert np.allclose(mine, resnet.deep_losses(x, t, weights, 0.2, 6, residual), rtol=1e-10)
    zeros = [0 * w for w in weights]
    assert np.allclose(ANSWERS["deep_losses"](x, t, zeros, 0.2, 3, residual), np.log(4))


@pytest.mark.parametrize("mixed", [True, False])
def test_the_training_step_is_the_library_s(rng, mixed):
    x, t = torch.from_numpy(rng.normal(size=(6, 3, 5, 4)).astype(np.float32)), torch.arange(6) % 4
    found = []
    for step in (ANSWERS["mixed_step"], train_step):
        net = fill(ANSWERS["Probe"](), 3).float()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        found.append([step(net, optimizer, x, t, 0.1, mixed).item() for _ in range(4)])
        assert net.seen["products"] == ("torch.bfloat16" if mixed else "torch.float32")
    assert np.allclose(*found, rtol=1e-5)


def test_the_stack_s_gradient_is_the_slope_and_the_given_program_s_is_not(rng):
    x, g = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    pairs = [(rng.normal(size=(3, 3)), rng.normal(size=(3, 3))) for _ in range(3)]
    tensors = torch.from_numpy(x).requires_grad_()
    y = tensors
    for a, b in pairs:
        y = y + torch.relu(y @ torch.from_numpy(a).T) @ torch.from_numpy(b).T
    y.backward(torch.from_numpy(g))
    given = {"np": np}
    exec(LESSON.exercise("residual_stack").given.source, given)
    for program, right in ((ANSWERS["residual_stack"], True), (given["residual_stack"], False)):
        out, slope = program(x, pairs, g)
        assert np.allclose(out, y.detach().numpy()) is right
        assert np.allclose(slope, tensors.grad.numpy()) is right


# ------------------------------------------------------------------- training code


def test_augmentation_shifts_mirrors_and_pierces(rng):
    augment, dice = ANSWERS["augment"], torch.Generator().manual_seed(0)
    x = torch.arange(1.0, 1 + 40 * 3 * 6 * 5).reshape(40, 3, 6, 5)
    assert torch.equal(augment(x, dice, pixels=0, mirror=False), x)
    mirrored = augment(x, dice, pixels=0)
    kept = [bool(torch.equal(a, b)) for a, b in zip(mirrored, x, strict=True)]
    assert 5 < sum(kept) < 35
    assert all(k or torch.equal(a, b.flip(2)) for k, a, b in zip(kept, mirrored, x, strict=True))
    padded = torch.nn.functional.pad(x, (2, 2, 2, 2), mode="reflect")
    windows = padded.unfold(2, 6, 1).unfold(3, 5, 1)  # (n, c, rows, columns, 6, 5)
    corners = set()
    for image, places in zip(augment(x, dice, pixels=2, mirror=False), windows, strict=True):
        same = (places == image[:, None, None]).all(-1).all(-1).all(0)
        assert same.any()
        corners.add(tuple(same.nonzero()[0].tolist()))
    assert len(corners) > 10
    pierced = augment(x, dice, pixels=0, mirror=False, hole=3)
    holes = (pierced == 0).all(1).sum((1, 2))
    assert holes.min() >= 4
    assert holes.max() == 9
    assert torch.equal(pierced[pierced != 0], x[pierced != 0])


def test_the_loop_learns_and_is_a_function_of_its_seed(rng):
    x, t = torch.rand(64, 3, 8, 8, generator=torch.Generator().manual_seed(1)), torch.arange(64) % 2
    x[t == 1, 0] += 0.5
    runs = []
    for seed in (0, 0, 1):
        torch.manual_seed(0)
        net = resnets.CifarResNet(8, width=4, classes=2)
        runs.append(
            list(ANSWERS["train"](net, x, t, epochs=6, size=16, rate=0.1, change=ANSWERS["augment"], seed=seed))
        )
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert runs[0][-1] < 0.6 * runs[0][0]


def test_the_code_of_the_gpu_run_runs_anywhere(rng, monkeypatch):
    x, t = torch.from_numpy(rng.normal(size=(1024, 3, 8, 8)).astype(np.float32)), torch.arange(1024) % 10
    monkeypatch.setitem(ANSWERS, "colour_set", lambda where, *sizes: (x, t, x[:50], t[:50], "noise"))
    seconds, shares, source = ANSWERS["speed_run"](torch.device("cpu"), width=2, epochs=2, hole=2, seed=0)
    assert len(seconds) == len(shares) == 2
    assert 0 < seconds[0] < seconds[1]
    assert source == "noise"
    assert all(0 <= share <= 1 for share in shares)


def test_gradients_of_plain_nets_explode_and_those_of_residual_ones_hardly():
    x, t = photograph_tiles(32, 16), np.random.default_rng(0).integers(0, 10, 32)
    spans = {}
    for kind in (True, False):
        nets = [resnet.CifarResNet(56, 8, residual=kind, rng=np.random.default_rng(seed)) for seed in range(3)]
        lengths = np.array([resnet.gradient_lengths(net, x, t) for net in nets])
        assert lengths.shape == (3, 55)
        spans[kind] = lengths[:, 0] / lengths[:, -1]
    assert spans[False].min() > 300
    assert spans[True].max() < 20
    assert 1.1 < np.mean(spans[False] ** (1 / 54)) < 1.2


def test_the_faults_are_named_as_they_are_drawn_and_the_evaluation_is_the_library_s(rng):
    names = {}
    exec(LESSON.exercise("deep_faults").reference.split("\n\n\n")[0], names)
    assert names["deep_faults"] == deep_runs.LETTERS
    x, _, x_test, t_test = deep_runs.digit_rows()
    model = deep_runs.DeepNet(2, rng=rng)
    for _ in range(4):
        model(Tensor(x[:200]))
    wanted = deep_runs.share_right(model, x_test, t_test, training=False)
    for training in (True, False):
        model.train(training)
        assert ANSWERS["evaluated"](model, x_test, t_test, 50) == wanted
        assert model.training is training
    assert wanted != deep_runs.share_right(model, x_test, t_test, training=True)


def trained_deep(seed, change=("", "")):
    """The open exercise's reference from another seed: the network, and the share right of noisy test digits."""
    digits, names = datasets.load("digits"), dict(ANSWERS)
    names["x_deep"] = torch.from_numpy(((digits.x_train / 255 - 0.3) / 0.38).astype(np.float32))
    names["t_deep"] = torch.from_numpy(digits.t_train)
    fit = next(cell.source for cell in LESSON.cells if cell.role == "" and "def fit_deep" in cell.source)
    exec(fit[fit.index("def fit_deep") :], names)
    source = LESSON.exercise("open_deep").reference.replace("manual_seed(0)", f"manual_seed({seed})")
    exec(source.replace(*change), names)
    noisy = digits.x_test / 255 + 0.08 * np.random.default_rng(77).normal(size=digits.x_test.shape)
    x = torch.from_numpy(((noisy - 0.3) / 0.38).astype(np.float32))
    return names["deep_net"], ANSWERS["right"](names["deep_net"], x, torch.from_numpy(digits.t_test))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_open_exercise_is_solved_with_room_to_spare_from_any_seed(seed):
    net, share = trained_deep(seed)
    assert depth_of(net, torch.zeros(1, 1, 8, 8)) == 22
    assert counting.count(net, (1, 8, 8)).multiply_adds <= 500_000
    assert share > 0.84


def test_without_its_shortcuts_the_same_network_fails():
    net, share = trained_deep(0, ("return x + self.branch(x)", "return self.branch(x)"))
    assert depth_of(net, torch.zeros(1, 1, 8, 8)) == 22
    assert share < 0.7


def test_the_predicted_order_is_that_of_the_recorded_run():
    record = json.loads((ROOT / "notebooks" / "figures" / "F19.json").read_text(encoding="utf-8"))
    losses = {row[0]: float(row[2].split()[0]) for row in record["results"][0]["rows"] if "training loss" in row[0]}
    letters = dict(zip(("plain, 20", "plain, 56", "residual, 20", "residual, 56"), "ABCD", strict=True))
    order = sorted(losses, key=losses.get)
    names = {}
    exec(LESSON.exercise("loss_order").reference, names)
    assert "".join(letters[name.split(" layers")[0]] for name in order) == names["loss_order"]


def test_a_kept_network_names_photographs_of_its_set_and_ones_own(tmp_path, monkeypatch, capsys):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 3, 32, 32)).astype(np.uint8)
    kinds = datasets.Dataset("cifar10", pixels, np.arange(20) % 10, pixels, np.arange(20) % 10, datasets.THINGS)
    monkeypatch.setattr(datasets, "load", lambda name: {"cifar10": kinds}[name])
    checksum = trained.write_trained(
        tmp_path / "kept.npz", *trained.trained(kinds, 8, 2, 1, torch.device("cpu"), size=20)
    )
    plt.imsave(tmp_path / "mine.png", np.full((40, 50, 3), 0.5))
    names, kept = (
        {"np": np, "torch": torch, "datasets": datasets, "image_grid": image_grid},
        (str(tmp_path / "kept.npz"), checksum),
    )
    for cell in (c for c in LESSON.cells if c.role == "practice" and c.id in ("kept_weights", "kept_names")):
        source = cell.source.replace("KEPT = None", f"KEPT = {kept!r}")
        exec(source.replace("MINE = []", f"MINE = [{str(tmp_path / 'mine.png')!r}]"), names)
    first, mine = capsys.readouterr().out.splitlines()
    assert first.startswith("8 layers, trained on cifar10, ")
    words = mine.removeprefix(f"{tmp_path / 'mine.png'}: ").split(", ")
    assert len({word.split()[0] for word in words} & set(datasets.THINGS)) == 3
    titles = [ax.get_title().split(", ")[0] for ax in names["grid"]]
    assert len(titles) == 16
    assert set(titles) <= set(datasets.THINGS)
