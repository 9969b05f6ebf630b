"""Residual networks in torch have the published weights and multiply-adds, and compute what the library computes."""

import numpy as np
import pytest
import torch

from course_lib.autograd.tensor import Tensor
from course_lib.nn import blocks
from course_lib.torch_models import bridge, resnets

# As published beside the reference implementations: weights for 1000 classes, 10^9 multiply-adds of one 224x224 image
PUBLISHED = {
    "resnet18": (11_689_512, 1.814),
    "resnet34": (21_797_672, 3.664),
    "resnet50": (25_557_032, 4.089),
    "resnet101": (44_549_160, 7.801),
    "resnet152": (60_192_808, 11.514),
    "resnext50_32x4d": (25_028_904, 4.230),
    "wide_resnet50_2": (68_883_240, 11.398),
}


def weights(model):
    return sum(p.numel() for p in model.parameters())


def multiply_adds(model, *shape):
    """Counted by hooks on the meta device: places times taps of every convolution, and the linear layer."""
    counted = []

    def note(module, args, out):
        places = out.shape[2:].numel() if out.ndim == 4 else 1
        counted.append(places * module.weight.numel())

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(note)
    model.eval()(torch.empty(1, *shape, device="meta"))
    return sum(counted)


@pytest.mark.parametrize("name", PUBLISHED)
def test_weights_and_multiply_adds_are_the_published_ones(name):
    with torch.device("meta"):
        model = getattr(resnets, name)()
    assert (weights(model), round(multiply_adds(model, 3, 224, 224) / 1e9, 3)) == PUBLISHED[name]


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)])
@pytest.mark.parametrize("residual", [True, False])
def test_cifar_resnets_have_the_paper_s_weights_with_and_without_shortcuts(depth, millions, residual):
    model = resnets.CifarResNet(depth, residual=residual)
    digits = 1 if depth == 110 else 2
    assert round(weights(model) / 1e6, digits) == millions
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert len(layers) == depth


def test_a_depth_that_is_not_6n_plus_2_is_an_error():
    with pytest.raises(ValueError, match="6n \\+ 2"):
        resnets.CifarResNet(21)


@pytest.mark.parametrize(("stride", "channels"), [(1, 4), (2, 6)])
@pytest.mark.parametrize("name", ["BasicBlock", "Bottleneck"])
def test_a_block_computes_what_the_library_s_block_computes(name, stride, channels):
    rng = np.random.default_rng(3)
    ours = getattr(blocks, name)(4, channels, stride, rng=rng).double()
    theirs = bridge.to_torch(ours, getattr(resnets, name)(4, channels, stride).double())
    x = rng.normal(size=(2, 4, 7, 6))
    for mode in (True, False):
        ours.train(mode)
        theirs.train(mode)
        got = theirs(torch.from_numpy(x)).detach().numpy()
        assert np.allclose(got, ours(Tensor(x)).data, rtol=1e-11, atol=1e-11)


def test_the_pad_shortcut_takes_every_second_pixel_and_adds_zeros_behind():
    x = torch.arange(2 * 3 * 4 * 4.0).reshape(2, 3, 4, 4)
    y = resnets.PadShortcut(3, 8, 2)(x)
    assert y.shape == (2, 8, 2, 2)
    assert torch.equal(y[:, :3], x[:, :, [0, 2]][..., [0, 2]])
    assert torch.equal(y[:, 3:], torch.zeros(2, 5, 2, 2))


def test_with_zero_last_scales_every_block_starts_as_its_shortcut():
    torch.manual_seed(0)
    model = resnets.zero_last_scales(resnets.CifarResNet(20, width=4)).eval()
    plain = resnets.CifarResNet(20, width=4, residual=False).eval()
    x = torch.rand(2, 3, 8, 8)
    h = torch.relu(model.bn1(model.conv1(x)))
    want = h[:, :, ::4, ::4]
    for stage in model.stages:
        h = stage(h)
    assert torch.allclose(h[:, :4], want)
    assert torch.equal(h[:, 4:], torch.zeros_like(h[:, 4:]))
    assert not torch.allclose(plain(x), model(x))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d"])
def test_small_networks_learn_on_this_machine(name):
    torch.manual_seed(0)
    model = getattr(resnets, name)(classes=4, width=32 if "next" in name else 8, small=True)
    x, t = torch.rand(8, 3, 16, 16), torch.arange(8) % 4
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(8):
        loss = torch.nn.functional.cross_entropy(model(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4
