"""The torch networks count to their published figures, run forward and backward, and take other people's blocks."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.torch_models import counting, lenet, resnets
from course_lib.torch_models.alexnet import AlexNet
from course_lib.torch_models.densenet import DenseBlock, DenseNet
from course_lib.torch_models.fill import fill
from course_lib.torch_models.googlenet import GoogLeNet, Inception
from course_lib.torch_models.nin import NiN, nin_block
from course_lib.torch_models.vgg import VGG, as_convolutions
from course_lib.torch_models.zoo import CIFAR, ZOO

# written here again, not read from the zoo: the figures published beside the reference implementations
PUBLISHED = {
    "AlexNet": (61_100_840, 0.714),
    "VGG-16": (138_357_544, 15.470),
    "VGG-19": (143_667_240, 19.632),
    "GoogLeNet": (6_624_904, 1.498),
    "GoogLeNet with heads": (13_004_888, None),
    "ResNet-18": (11_689_512, 1.814),
    "ResNet-34": (21_797_672, 3.664),
    "ResNet-50": (25_557_032, 4.089),
    "ResNet-101": (44_549_160, 7.801),
    "ResNet-152": (60_192_808, 11.514),
    "ResNeXt-50 32x4d": (25_028_904, 4.230),
    "Wide ResNet-50-2": (68_883_240, 11.398),
    "DenseNet-121": (7_978_856, 2.834),
}


def counted(make, shape=(3, 224, 224), **kwargs):
    return counting.count(counting.sketch(make, **kwargs), shape)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_network_counts_to_its_published_figures(name):
    counts, (weights, billions) = counted(ZOO[name].make), PUBLISHED[name]
    assert counts.parameters == weights
    assert billions is None or round(counts.multiply_adds / 1e9, 3) == billions
    assert (ZOO[name].parameters, ZOO[name].billions) == (weights, billions)


def test_the_zoo_holds_these_networks_and_no_others():
    assert list(ZOO) == list(PUBLISHED)


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)])
def test_the_small_residual_networks_round_to_the_published_millions(depth, millions):
    counts = counted(resnets.CifarResNet, (3, 32, 32), depth=depth)
    assert abs(counts.parameters / 1e6 - millions) <= 0.5 * 10 ** -(1 if depth == 110 else 2) + 4e-3
    assert CIFAR[depth][0] == millions


def test_both_forms_of_alexnet_have_the_published_weights_and_units():
    one, two = counted(AlexNet), counted(AlexNet, towers=2)
    assert (one.parameters, one.units, one.layers) == (61_100_840, 494_184, 8)
    assert (two.parameters, two.units, two.layers) == (60_965_224, 659_272, 8)


def test_a_tower_does_not_see_the_other_one_where_the_paper_says_so():
    net = fill(AlexNet(10, towers=2, width=1 / 16))
    conv2 = [m for m in net.features if isinstance(m, nn.Conv2d)][1]
    x = torch.randn(1, conv2.in_channels, 6, 6, dtype=torch.float64, requires_grad=True)
    conv2(x)[:, : conv2.out_channels // 2].sum().backward()
    half = conv2.in_channels // 2
    assert x.grad[:, :half].abs().min() > 0
    assert x.grad[:, half:].abs().max() == 0


def test_the_small_old_networks_have_the_weights_their_papers_imply():
    assert counted(lenet.lenet5, (1, 32, 32)).parameters == 61_706
    assert counted(lenet.ciresan, (1, 29, 29)).parameters == 20 * 17 + 40 * 501 + 361 * 150 + 151 * 10
    blocks = [m for m in NiN().features if isinstance(m, nn.Sequential)][:2]
    got = sum(p.numel() for b in blocks for p in b.parameters())
    assert got == sum(k * k * i * c + c + 2 * (c * c + c) for i, c, k in [(3, 96, 11), (96, 256, 5)])


SMALL = {
    "AlexNet": (lambda: AlexNet(7, width=1 / 16), 64),
    "AlexNet, two towers": (lambda: AlexNet(7, towers=2, width=1 / 16), 64),
    "NiN": (lambda: NiN(7, width=1 / 16), 64),
    "VGG-11": (lambda: VGG(11, 7, width=1 / 16), 32),
    "VGG-16": (lambda: VGG(16, 7, width=1 / 16), 32),
    "VGG-19": (lambda: VGG(19, 7, width=1 / 16), 32),
    "GoogLeNet": (lambda: GoogLeNet(7, width=1 / 8), 64),
    "GoogLeNet of the paper": (lambda: GoogLeNet(7, form="paper", width=1 / 8), 64),
    "DenseNet": (lambda: DenseNet(7, layers=(2, 3, 2), growth=4), 32),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_reduced_network_gives_finite_logits_and_every_weight_a_gradient(name):
    make, side = SMALL[name]
    torch.manual_seed(0)
    net = make().train()
    logits = net(torch.randn(4, 3, side, side))
    assert logits.shape == (4, 7)
    assert torch.isfinite(logits).all()
    nn.functional.cross_entropy(logits, torch.arange(4)).backward()
    for weight_name, p in net.named_parameters():
        assert p.grad is not None, weight_name
        assert torch.isfinite(p.grad).all(), weight_name


def test_auxiliary_heads_speak_only_in_training():
    net = GoogLeNet(7, heads=True, width=1 / 8)
    x = torch.randn(2, 3, 64, 64)
    assert [t.shape for t in net.train()(x)] == [(2, 7)] * 3
    assert net.eval()(x).shape == (2, 7)


def test_the_convolutional_head_agrees_with_the_linear_one_window_by_window():
    net = fill(VGG(11, 5, width=1 / 32)).eval()
    head = as_convolutions(net.classifier, 7).eval()
    with torch.no_grad():
        maps = net.features(torch.randn(1, 3, 256, 288, dtype=torch.float64))
        scores = head(maps)
        assert scores.shape == (1, 5, 2, 3)
        for i in range(2):
            for j in range(3):
                window = maps[:, :, i : i + 7, j : j + 7]
                torch.testing.assert_close(scores[:, :, i, j], net.classifier(window.flatten(1)))


def test_an_inception_module_is_its_four_branches_in_order():
    module = fill(Inception(3, 2, (4, 5), (6, 7), 8))
    x = torch.randn(1, 3, 6, 5, dtype=torch.float64)
    parts = module(x).split((2, 5, 7, 8), dim=1)
    branches = (module.ones, module.threes, module.fives, module.pool)
    for part, branch in zip(parts, branches, strict=True):
        torch.testing.assert_close(part, branch(x))


def test_a_dense_block_hands_its_input_on_unchanged():
    x = torch.randn(2, 3, 4, 5)
    out = DenseBlock(3, 2, 4)(x)
    assert out.shape == (2, 11, 4, 5)
    assert torch.equal(out[:, :3], x)


# --------------------------------------------------------------------------- counting


def test_multiply_adds_are_those_of_the_loops():
    net = nn.Sequential(nn.Conv2d(4, 6, (3, 2), stride=2, groups=2), nn.Flatten(), nn.Linear(6 * 3 * 4, 5))
    counts = counting.count(net, (4, 8, 9))
    rows, columns = (8 - 3) // 2 + 1, (9 - 2) // 2 + 1
    loops = sum(1 for _ in range(6) for _ in range(rows) for _ in range(columns) for _ in range(2 * 3 * 2))
    assert [row.multiply_adds for row in counts.rows] == [loops, 0, 6 * 3 * 4 * 5]
    assert counts.units == 6 * rows * columns + 5
    assert counts.share("linear") + counts.share("convolution") == pytest.approx(1)


def test_a_layer_used_twice_works_twice_and_is_held_once():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(5, 5)

        def forward(self, x):
            return self.layer(self.layer(x))

    counts = counting.count(Twice(), (5,))
    assert (counts.parameters, counts.multiply_adds) == (30, 50)


def test_counting_leaves_mode_hooks_and_statistics_alone():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout()).train()
    net[2].eval()
    counting.count(net, (1, 5, 5))
    assert [m.training for m in net] == [True, True, False]
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())
    assert net[1].num_batches_tracked == 0


def test_work_outside_modules_is_found_and_the_mode_left_alone():
    class Loose(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernels, self.last = nn.Parameter(torch.ones(4, 1, 3, 3)), nn.Linear(4, 2)

        def forward(self, x):
            return self.last(nn.functional.conv2d(x, self.kernels, padding=1).mean((2, 3)))

    tidy = nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1, groups=1), nn.ReLU(), nn.Conv2d(4, 4, 3, groups=4), nn.Flatten(), nn.Linear(4, 2)
    )
    assert counting.hidden_work(Loose(), (1, 6, 5)) == 4 * 9 * 6 * 5
    assert counting.hidden_work(tidy, (1, 6, 6)) == 0
    assert tidy.training


def test_what_backward_keeps_is_counted_in_bytes_without_the_weights():
    net = nn.Sequential(nn.Linear(10, 20), nn.Sigmoid(), nn.Linear(20, 3))
    kept = counting.kept_for_backward(net, torch.zeros(7, 10))
    assert kept == 4 * 7 * (10 + 20)  # the first layer's input; the sigmoid's output, which is the second's input


def test_a_sketch_counts_like_the_real_network():
    real, drawn = VGG(11, 3, width=1 / 16), counting.sketch(VGG, 11, 3, width=1 / 16)
    assert counting.count(real, (3, 64, 64)) == counting.count(drawn, (3, 64, 64))


def test_timing_names_every_layer_once_in_order():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 2))
    steps = counting.timed(net, torch.zeros(1, 1, 5, 5), repeats=2)
    assert [s[:2] for s in steps] == [("0", "Conv2d"), ("1", "ReLU"), ("2", "Flatten"), ("3", "Linear")]
    assert all(s[2] > 0 for s in steps)


# --------------------------------------------------------------------------- fill


def test_fill_does_not_care_how_a_block_is_written():
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.b = nn.Linear(4, 5)
            self.a = nn.Conv2d(3, 4, 3)

        def forward(self, x):
            h = torch.relu(self.a(x)).permute(0, 2, 3, 1)
            return torch.relu(self.b(h)).permute(0, 3, 1, 2)

    one = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 1), nn.ReLU())
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, 6, 7)))
    torch.testing.assert_close(fill(one, 3)(x), fill(Other(), 3)(x))
    assert not torch.equal(fill(one, 3)(x), fill(Other(), 4)(x))


def test_networks_take_a_block_of_the_learners():
    made = []

    def block(*args):
        made.append(args)
        return nin_block(*args)

    NiN(5, block=block)
    assert made == [(3, 96, 11, 4, 0), (96, 256, 5, 1, 2), (256, 384, 3, 1, 1)]


def test_an_unknown_form_is_refused_in_one_sentence():
    for make in (lambda: VGG(12), lambda: AlexNet(towers=3), lambda: GoogLeNet(form="mine")):
        with pytest.raises(ValueError, match="must be"):
            make()
