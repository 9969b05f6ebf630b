"""Modules: how they find what they hold, modes, state; every layer and block against its torch twin."""

import numpy as np
import pytest
import torch
from torch import nn as tnn

from course_lib import Tensor, nn
from course_lib import functional as F
from tests.course_lib.torch_twins import TorchBlock, assert_same_layer


@pytest.fixture
def rng():
    return np.random.default_rng(2)


LAYERS = {
    "linear": (lambda r: nn.Linear(4, 3, rng=r), lambda: tnn.Linear(4, 3), (5, 4)),
    "linear without bias": (lambda r: nn.Linear(4, 3, False, rng=r), lambda: tnn.Linear(4, 3, False), (2, 5, 4)),
    "conv": (lambda r: nn.Conv2d(4, 6, 3, 2, 1, 1, 2, rng=r), lambda: tnn.Conv2d(4, 6, 3, 2, 1, 1, 2), (2, 4, 7, 6)),
    "conv same": (
        lambda r: nn.Conv2d(3, 2, (3, 5), padding="same", dilation=2, bias=False, rng=r),
        lambda: tnn.Conv2d(3, 2, (3, 5), padding="same", dilation=2, bias=False),
        (2, 3, 9, 8),
    ),
    "transposed conv": (
        lambda r: nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, True, 2, rng=r),
        lambda: tnn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, True, 2),
        (2, 4, 4, 3),
    ),
    "batch norm 1d": (lambda r: nn.BatchNorm1d(4), lambda: tnn.BatchNorm1d(4), (6, 4)),
    "batch norm of sequences": (
        lambda r: nn.BatchNorm1d(4, 1e-3, 0.3),
        lambda: tnn.BatchNorm1d(4, 1e-3, 0.3),
        (6, 4, 5),
    ),
    "batch norm 2d": (lambda r: nn.BatchNorm2d(3), lambda: tnn.BatchNorm2d(3), (4, 3, 5, 2)),
    "batch norm without scale": (
        lambda r: nn.BatchNorm2d(3, affine=False),
        lambda: tnn.BatchNorm2d(3, affine=False),
        (4, 3, 5, 2),
    ),
    "layer norm": (lambda r: nn.LayerNorm((3, 4)), lambda: tnn.LayerNorm((3, 4)), (5, 3, 4)),
    "group norm": (lambda r: nn.GroupNorm(2, 6), lambda: tnn.GroupNorm(2, 6), (5, 6, 2, 2)),
    "max pool": (
        lambda r: nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        lambda: tnn.MaxPool2d(3, 2, 1, ceil_mode=True),
        (2, 3, 8, 7),
    ),
    "average pool": (lambda r: nn.AvgPool2d(2, 1, 1, True), lambda: tnn.AvgPool2d(2, 1, 1, True), (2, 3, 8, 7)),
    "a stack": (
        lambda r: nn.Sequential(nn.Linear(4, 5, rng=r), nn.ReLU(), nn.Linear(5, 5, rng=r), nn.Tanh(), nn.Sigmoid()),
        lambda: tnn.Sequential(tnn.Linear(4, 5), tnn.ReLU(), tnn.Linear(5, 5), tnn.Tanh(), tnn.Sigmoid()),
        (3, 4),
    ),
    "flatten": (lambda r: nn.Sequential(nn.Flatten(), nn.Identity()), tnn.Flatten, (3, 4, 2, 2)),
}


@pytest.mark.parametrize("trained", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_torchs(name, trained, rng):
    ours, theirs, shape = LAYERS[name]
    ours, theirs = ours(rng), theirs()
    for _, p in ours.named_parameters():  # scales of one and shifts of zero would hide mistakes
        p.data += rng.standard_normal(p.shape).astype(np.float32)
    for _, b in ours.named_buffers():
        b.data += rng.random(b.shape).astype(np.float32)
    assert_same_layer(ours, theirs, rng.standard_normal(shape), rng, trained=trained)


def test_an_embedding_is_torchs(rng):
    ours, theirs = nn.Embedding(7, 3, padding_idx=2, rng=rng).double(), tnn.Embedding(7, 3, padding_idx=2).double()
    np.testing.assert_array_equal(ours.weight.data[2], np.zeros(3))
    theirs.load_state_dict({"weight": torch.tensor(ours.weight.data)})
    x, g = np.array([[1, 2, 1], [6, 0, 2]]), rng.standard_normal((2, 3, 3))
    ours(x).backward(g)
    theirs(torch.tensor(x)).backward(torch.tensor(g))
    np.testing.assert_allclose(ours.weight.grad, theirs.weight.grad.numpy(), rtol=1e-12)


def test_locally_connected_with_equal_filters_is_a_convolution(rng):
    local, shared = nn.LocallyConnected2d(2, 3, (6, 5), 3, 2, 1, rng=rng), nn.Conv2d(2, 3, 3, 2, 1, rng=rng)
    local.weight.data[...] = shared.weight.data
    x = rng.standard_normal((2, 2, 6, 5)).astype(np.float32)
    np.testing.assert_allclose(local(x).data, shared(x).data, rtol=1e-5, atol=1e-6)
    assert local.weight.shape == (3, 3, 3, 2, 3, 3)


@pytest.mark.parametrize("trained", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(
    ("kind", "make", "c", "stride", "groups"),
    [
        ("basic", nn.BasicBlock, 4, 1, 1),
        ("basic", nn.BasicBlock, 3, 2, 1),
        ("bottleneck", nn.Bottleneck, 16, 1, 1),
        ("bottleneck", nn.Bottleneck, 6, 2, 2),
        ("preact", nn.PreActBlock, 4, 1, 1),
        ("preact", nn.PreActBlock, 6, 2, 1),
    ],
)
def test_residual_blocks_are_hes(kind, make, c, stride, groups, trained, rng):
    ours = make(c, 4, stride, rng=rng, **({"groups": groups} if groups > 1 else {}))
    for _, p in ours.named_parameters():
        p.data += 0.1 * rng.standard_normal(p.shape).astype(np.float32)
    assert_same_layer(
        ours, TorchBlock(kind, c, 4, stride, groups), rng.standard_normal((3, c, 6, 6)), rng, trained=trained
    )
    assert ours(rng.standard_normal((1, c, 6, 6))).shape[1] == 4 * make.expansion


# -------------------------------------------------------------- what is held


class Net(nn.Module):
    def __init__(self, rng):
        self.first = nn.Linear(2, 2, rng=rng)
        self.blocks = [nn.Linear(2, 2, rng=rng), nn.Sequential(F.relu, nn.Linear(2, 2, rng=rng))]
        self.heads = {"a": nn.Linear(2, 1, rng=rng)}
        self.scale = nn.Parameter(np.ones(1, np.float32))
        self.seen = nn.Buffer(np.zeros(1, np.float32))
        self.tied = self.first
        self.name, self.table = "net", [1, 2, 3]

    def forward(self, x):
        for block in (self.first, *self.blocks):
            x = block(x)
        return self.heads["a"](x) * self.scale


def test_parameters_are_found_in_lists_dicts_and_once_when_shared(rng):
    net = Net(rng)
    names = [name for name, _ in net.named_parameters()]
    layers = ("first", "blocks.0", "blocks.1.1", "heads.a")
    assert sorted(names) == sorted(["scale", *(f"{layer}.{part}" for layer in layers for part in ("weight", "bias"))])
    assert len(list(net.parameters())) == len(names)
    assert [name for name, _ in net.named_buffers()] == ["seen"]
    assert [name for name, _ in net.named_modules()] == ["", "first", "blocks.0", "blocks.1", "blocks.1.1", "heads.a"]


def test_modes_reach_every_module(rng):
    net = nn.Sequential(nn.Linear(2, 2, rng=rng), nn.Sequential(nn.Dropout(0.5, rng=rng), nn.BatchNorm1d(2)))
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    x = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(net(x).data, net(x).data)
    net.train()
    assert all(m.training for m in net.modules())
    assert (net(x).data != net(x).data).any()


def test_a_state_dict_is_a_copy_and_comes_back(rng):
    net, other = Net(rng), Net(rng)
    state = net.state_dict()
    net.first.weight.data += 1
    assert (state["first.weight"] != net.first.weight.data).all()
    other.load_state_dict(state)
    np.testing.assert_array_equal(other.first.weight.data, state["first.weight"])
    other.first.weight.data += 1
    assert (state["first.weight"] != other.first.weight.data).all()
    other.load_state_dict({"scale": np.array([5.0])}, strict=False)
    assert other.scale.data == [5.0]
    assert other.scale.dtype == np.float32


def test_shared_parts_stand_under_every_name_in_the_state_as_in_torch(rng):
    class Twin(tnn.Module):
        def __init__(self):
            super().__init__()
            self.first = tnn.Linear(2, 2)
            self.tied = self.first

    class Ours(nn.Module):
        def __init__(self):
            self.first = nn.Linear(2, 2, rng=rng)
            self.tied = self.first

    assert list(Ours().state_dict()) == list(Twin().state_dict())


def test_a_failed_load_changes_nothing(rng):
    net = Net(rng)
    before = net.state_dict()
    wrong = {**before, "scale": np.ones(3), "first.weight": before["first.weight"] + 1}
    with pytest.raises(ValueError, match=r"load_state_dict: scale must have shape \(1,\), got \(3,\)"):
        net.load_state_dict(wrong)
    np.testing.assert_array_equal(net.first.weight.data, before["first.weight"])


def test_double_and_float_change_every_number_and_forget_gradients(rng):
    net = Net(rng)
    net(np.ones((1, 2), np.float32)).sum().backward()
    net.double()
    assert {p.dtype for p in net.parameters()} == {np.dtype(np.float64)}
    assert all(p.grad is None for p in net.parameters())
    assert {v.dtype for v in net.float().state_dict().values()} == {np.dtype(np.float32)}


def test_hooks_see_every_call_until_they_are_removed(rng):
    net, seen = nn.Sequential(nn.Linear(2, 3, rng=rng), nn.ReLU()), []
    remove = net[0].register_forward_hook(lambda module, args, out: seen.append((module, args[0].shape, out.shape)))
    net(Tensor(np.ones((4, 2), np.float32)))
    remove()
    net(Tensor(np.ones((4, 2), np.float32)))
    assert seen == [(net[0], (4, 2), (4, 3))]


def test_sequential_can_be_indexed_and_cut(rng):
    net = nn.Sequential(nn.Linear(2, 3, rng=rng), F.relu, nn.Linear(3, 1, rng=rng))
    x = np.ones((4, 2), np.float32)
    assert len(net) == 3
    assert net[1] is F.relu
    assert next(iter(net)) is net[0]
    np.testing.assert_array_equal(net[:2](x).data, net[1](net[0](x)).data)


def test_what_a_hook_returns_is_the_output_unless_it_is_none(rng):
    layer, x = nn.Linear(2, 3, rng=rng), Tensor(np.ones((4, 2), np.float32))
    layer.register_forward_hook(lambda module, args, out: out * 0)
    layer.register_forward_hook(lambda module, args, out: None)
    np.testing.assert_array_equal(layer(x).data, 0)


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    def weights(seed):
        net = nn.Sequential(nn.Conv2d(1, 2, 3, rng=np.random.default_rng(seed)))
        return net.state_dict()["0.weight"]

    np.testing.assert_array_equal(weights(1), weights(1))
    assert (weights(1) != weights(2)).all()


def test_sizes_may_be_numpys_and_a_kernel_a_tuple_of_one(rng):
    assert nn.Conv2d(2, 4, (3,), rng=rng).weight.shape == (4, 2, 3, 3)
    assert nn.LayerNorm(np.int64(3))(np.ones((2, 3), np.float32)).shape == (2, 3)


def test_a_bias_starts_at_zero_and_weights_from_msr(rng):
    layer = nn.Linear(1000, 200, rng=rng)
    assert not layer.bias.data.any()
    assert layer.weight.data.std() == pytest.approx(np.sqrt(2 / 1000), rel=0.02)


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (NotImplementedError, r"Module: define forward\(self, ...\)", lambda r: nn.Module()(1)),
        (TypeError, "Sequential: layer 1 must be callable, got int", lambda r: nn.Sequential(F.relu, 3)),
        (TypeError, "rng", lambda r: nn.Linear(2, 2)),
        (
            ValueError,
            r"linear: needs input .*got \(1, 3\) and \(2, 2\)",
            lambda r: nn.Linear(2, 2, rng=r)(np.ones((1, 3))),
        ),
        (
            ValueError,
            "Conv2d: groups must divide the channels, got 2 groups for 3 in and 4 out",
            lambda r: nn.Conv2d(3, 4, 3, groups=2, rng=r),
        ),
        (ValueError, r"ConvTranspose2d: groups must divide", lambda r: nn.ConvTranspose2d(4, 3, 3, groups=2, rng=r)),
        (ValueError, "Linear: in_features must be a whole number, got 2.5", lambda r: nn.Linear(2.5, 2, rng=r)),
        (ValueError, "Linear: out_features must be at least 0, got -1", lambda r: nn.Linear(2, -1, rng=r)),
        (ValueError, r"Conv2d: kernel_size needs one number or 2, got 3", lambda r: nn.Conv2d(2, 4, (3, 3, 3), rng=r)),
        (ValueError, "Conv2d: kernel_size must be a whole number, got 1.5", lambda r: nn.Conv2d(2, 4, 1.5, rng=r)),
        (ValueError, "Conv2d: the number of channels must be at least 1", lambda r: nn.Conv2d(-2, 4, 3, rng=r)),
        (ValueError, "LayerNorm: normalized_shape must be at least 1, got -1", lambda r: nn.LayerNorm((2, -1))),
        (ValueError, "BatchNorm2d: num_features must be a whole number, got 2.5", lambda r: nn.BatchNorm2d(2.5)),
        (ValueError, r"Dropout: p must be a probability in \[0, 1\], got 2", lambda r: nn.Dropout(2, rng=r)),
        (IndexError, "Embedding: padding_idx must be a row in 0..3, got 4", lambda r: nn.Embedding(4, 2, 4, rng=r)),
        (ValueError, "GroupNorm: num_groups must divide 4 channels, got 3", lambda r: nn.GroupNorm(3, 4)),
        (
            ValueError,
            r"BatchNorm2d: needs 4 axes with 3 channels on axis 1, got shape \(2, 3\)",
            lambda r: nn.BatchNorm2d(3)(np.ones((2, 3))),
        ),
        (
            ValueError,
            r"BatchNorm1d: needs 2 axes or 3 axes with 3 channels",
            lambda r: nn.BatchNorm1d(3)(np.ones((2, 4))),
        ),
        (
            ValueError,
            r"load_state_dict: missing \['bias'\], not known here \['b'\]",
            lambda r: nn.Linear(1, 1, rng=r).load_state_dict({"weight": [[1]], "b": 1}),
        ),
    ],
)
def test_wrong_use_is_told_in_one_sentence(error, sentence, wrong, rng):
    with pytest.raises(error, match=sentence):
        wrong(rng)


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4, 4), (2, 3, 0, 4)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_of_nothing_learns_nothing(shape, training, rng):
    layer = (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(3).train(training)
    before = layer.state_dict()
    out = layer(np.zeros(shape, np.float32))
    assert out.shape == shape
    out.sum().backward()
    assert (layer.weight.grad == 0).all()
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


MIXED = {
    "linear": (lambda r: nn.Linear(3, 4, rng=r), (2, 3)),
    "linear without bias": (lambda r: nn.Linear(3, 4, bias=False, rng=r), (2, 3)),
    "conv2d": (lambda r: nn.Conv2d(3, 4, 2, rng=r), (2, 3, 4, 4)),
    "conv_transpose2d": (lambda r: nn.ConvTranspose2d(3, 4, 2, rng=r), (2, 3, 4, 4)),
    "locally_connected2d": (lambda r: nn.LocallyConnected2d(3, 4, 4, 2, rng=r), (2, 3, 4, 4)),
    "batch_norm": (lambda r: nn.BatchNorm2d(3), (2, 3, 4, 4)),
    "layer_norm": (lambda r: nn.LayerNorm(3), (2, 3)),
    "group_norm": (lambda r: nn.GroupNorm(1, 3), (2, 3)),
    "LSTM": (lambda r: nn.LSTM(3, 4, rng=r), (5, 2, 3)),
    "RNN": (lambda r: nn.RNN(3, 4, rng=r), (5, 2, 3)),
}


@pytest.mark.parametrize("name", MIXED)
def test_weights_refuse_floats_of_another_kind_and_say_what_to_write(name, rng):
    make, shape = MIXED[name]
    x = rng.standard_normal(shape)
    sentence = rf"^{name.split()[0]}: .*one dtype, got float64 and float32; write input.float\(\).*model.double\(\)$"
    with pytest.raises(TypeError, match=sentence):
        make(rng)(x)
    make(rng).double()(x)
    make(rng)(x.astype(np.float32))
    make(rng)(np.ones(shape, np.int64))


def test_children_are_the_modules_right_inside():
    net = nn.Sequential(nn.Linear(3, 2, rng=np.random.default_rng(0)), nn.Sequential(nn.ReLU(), nn.Tanh()))
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    assert list(net.children()) == [net[0], net[1]]


def test_apply_reaches_every_module_and_the_outermost_last():
    net, seen = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh()), []
    assert net.apply(seen.append) is net
    assert seen[-1] is net
    assert {type(m).__name__ for m in seen} == {"Sequential", "ReLU", "Tanh"}
    assert len(seen) == 4


def test_frozen_parameters_get_no_gradient_until_they_are_thawed():
    net, x = nn.Linear(3, 2, rng=np.random.default_rng(0)), Tensor(np.ones((1, 3)), requires_grad=True)
    net.double().requires_grad_(False)
    net(x).sum().backward()
    assert net.weight.grad is None
    assert x.grad is not None
    net.requires_grad_()(x).sum().backward()
    np.testing.assert_array_equal(net.weight.grad, np.ones((2, 3)))


def test_layers_know_their_sizes():
    rng = np.random.default_rng(0)
    linear, conv = nn.Linear(3, 2, rng=rng), nn.Conv2d(4, 6, (3, 5), rng=rng)
    assert (linear.in_features, linear.out_features) == (3, 2)
    assert (conv.in_channels, conv.out_channels, conv.kernel_size) == (4, 6, (3, 5))
    back = nn.ConvTranspose1d(4, 6, 3, rng=rng)
    assert (back.in_channels, back.out_channels, back.kernel_size) == (4, 6, (3,))
