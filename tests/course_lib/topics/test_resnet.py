"""One network in two bodies: NumPy and torch give the same logits and the same gradients, weights moved both ways."""

import numpy as np
import pytest
import torch

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.topics.resnet import CifarResNet, PadShortcut, deep_losses
from course_lib.torch_models import bridge, resnets

SIZES = {"width": 4, "classes": 7, "in_channels": 2}


@pytest.fixture
def batch():
    rng = np.random.default_rng(5)
    return rng.normal(size=(3, 2, 13, 12)), rng.integers(0, 7, 3)


@pytest.mark.parametrize(("depth", "residual"), [(20, True), (20, False), (8, True)])
def test_logits_and_all_gradients_equal_torch_s(batch, depth, residual):
    x, t = batch
    ours = CifarResNet(depth, residual=residual, rng=np.random.default_rng(1), **SIZES).double()
    theirs = bridge.to_torch(ours, resnets.CifarResNet(depth, residual=residual, **SIZES).double())
    out, want = ours(Tensor(x)), theirs(torch.from_numpy(x))
    F.cross_entropy(out, t).backward()
    torch.nn.functional.cross_entropy(want, torch.from_numpy(t)).backward()
    assert np.allclose(out.data, want.detach().numpy(), rtol=1e-8, atol=1e-8)
    gradients = bridge.gradients(theirs)
    assert gradients.keys() == dict(ours.named_parameters()).keys()
    for name, p in ours.named_parameters():
        assert np.allclose(p.grad, gradients[name], rtol=1e-5, atol=1e-8), name


def test_weights_and_running_statistics_come_back_from_torch(batch):
    theirs = resnets.CifarResNet(20, **SIZES).double()
    theirs(torch.from_numpy(batch[0]))  # moves the running statistics
    ours = bridge.from_torch(theirs, CifarResNet(20, rng=np.random.default_rng(2), **SIZES).double())
    want = theirs.eval()(torch.from_numpy(batch[0])).detach().numpy()
    assert np.allclose(ours.eval()(Tensor(batch[0])).data, want, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("depth", "count"), [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018)])
def test_the_paper_s_weights(depth, count):
    rng = np.random.default_rng(0)
    assert sum(p.numel() for p in CifarResNet(depth, rng=rng).parameters()) == count
    assert sum(p.numel() for p in CifarResNet(depth, residual=False, rng=rng).parameters()) == count


def test_the_pad_shortcut_thins_pixels_and_adds_channels_of_zeros():
    x = np.arange(1.0, 1 + 2 * 3 * 5 * 4).reshape(2, 3, 5, 4)
    y = PadShortcut(3, 6, 2)(Tensor(x)).data
    assert np.array_equal(y[:, :3], x[:, :, [0, 2, 4]][..., [0, 2]])
    assert np.array_equal(y[:, 3:], np.zeros((2, 3, 3, 2)))


def test_a_depth_that_is_not_6n_plus_2_is_an_error():
    with pytest.raises(ValueError, match="6n \\+ 2"):
        CifarResNet(18, rng=np.random.default_rng(0))


@pytest.mark.parametrize("residual", [True, False])
def test_deep_losses_are_those_of_the_same_descent_in_torch(residual):
    rng = np.random.default_rng(8)
    weights = [rng.normal(size=(b, a)) / np.sqrt(a) for a, b in ((3, 5), (5, 5), (5, 5), (5, 4))]
    before = [w.copy() for w in weights]
    x, t = rng.normal(size=(6, 3)), rng.integers(0, 4, 6)
    got = deep_losses(x, t, weights, 0.2, 6, residual)
    params, want = [torch.tensor(w, requires_grad=True) for w in weights], []
    for _ in range(6):
        h = torch.relu(torch.from_numpy(x) @ params[0].T)
        for w in params[1:-1]:
            h = torch.relu(h @ w.T) + h * residual
        loss = torch.nn.functional.cross_entropy(h @ params[-1].T, torch.from_numpy(t))
        want.append(loss.item())
        for p, g in zip(params, torch.autograd.grad(loss, params), strict=True):
            p.data -= 0.2 * g
    assert np.allclose(got, want, rtol=1e-10)
    assert all(np.array_equal(a, b) for a, b in zip(weights, before, strict=True))


# ------------------------------------------------- weights as others publish them


class PublishedBlock(torch.nn.Module):
    """The block of the CIFAR weights that are published most: zeros on both sides, "layer1" and "linear" for names."""

    def __init__(self, have, channels, stride):
        super().__init__()
        conv = {"kernel_size": 3, "padding": 1, "bias": False}
        self.conv1, self.bn1 = torch.nn.Conv2d(have, channels, stride=stride, **conv), torch.nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = torch.nn.Conv2d(channels, channels, **conv), torch.nn.BatchNorm2d(channels)
        self.shrinks = stride > 1

    def forward(self, x):
        h = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        if self.shrinks:
            quarter = h.shape[1] // 4
            x = torch.nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))
        return (h + x).relu()


class Published(torch.nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv1, self.bn1 = torch.nn.Conv2d(3, width, 3, padding=1, bias=False), torch.nn.BatchNorm2d(width)
        self.layer1 = torch.nn.Sequential(*(PublishedBlock(width, width, 1) for _ in range(3)))
        self.layer2 = self.stage(width)
        self.layer3 = self.stage(2 * width)
        self.linear = torch.nn.Linear(4 * width, 10)

    def stage(self, have):
        return torch.nn.Sequential(*(PublishedBlock(2 * have if k else have, 2 * have, 1 + (k == 0)) for k in range(3)))

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)).relu())))
        return self.linear(x.mean((2, 3)))


RENAME = {"layer1.": "stages.0.", "layer2.": "stages.1.", "layer3.": "stages.2.", "linear.": "fc."}


@pytest.mark.parametrize("ending", ["th", "pt"])
def test_published_weights_are_read_and_give_the_published_logits(tmp_path, ending):
    torch.manual_seed(0)
    theirs = Published()
    x = torch.randn(5, 3, 12, 12)
    theirs(x)
    path = tmp_path / f"resnet20.{ending}"
    torch.save({"state_dict": {f"module.{k}": v for k, v in theirs.state_dict().items()}, "best": 91.7}, path)
    want, logits = theirs.eval()(x).detach().numpy(), {}
    for zeros in ("both", "behind"):
        ours = CifarResNet(20, 4, zeros=zeros, rng=np.random.default_rng(0))
        bridge.from_torch(bridge.read_weights(path), ours, rename=RENAME)
        logits[zeros] = ours.eval()(Tensor(x.numpy())).data
    np.testing.assert_allclose(logits["both"], want, rtol=1e-3, atol=1e-5)
    assert abs(logits["behind"] - want).max() > 1e-2, "the choice matters"
    with pytest.raises(ValueError, match=r"from_torch: .* exists only in the"):
        bridge.from_torch(theirs, CifarResNet(20, 4, rng=np.random.default_rng(0)))
    with pytest.raises(ValueError, match="zeros must be 'behind' or 'both', got 'before'"):
        PadShortcut(3, 6, 2, "before")
