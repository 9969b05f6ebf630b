"""Dense networks keep sizes, cost what is said, and begin as interpolation where that is promised."""

import numpy as np
import pytest
import torch

from course_lib import Tensor, no_grad
from course_lib import functional as F
from course_lib.topics import dense
from course_lib.topics.segment_runs import PLAN, run


@pytest.fixture
def rng():
    return np.random.default_rng(13)


NETS = {
    "context": lambda rng: dense.Context(5, (1, 2, 4), rng=rng),
    "uneven": lambda rng: dense.Context((3, 4), (1, 1), kernels=(5, 7), rng=rng),
    "pooled": lambda rng: dense.Pooled((4, 5, 6, 4, 3), rng=rng),
    "upconv": lambda rng: dense.Pooled((4, 5, 6, 4, 3), up="upconv", rng=rng),
    "random": lambda rng: dense.Pooled((4, 5, 6, 4, 3), up="random", rng=rng),
    "skip": lambda rng: dense.Pooled((4, 5, 6, 4, 3), up="skip", rng=rng),
    "unet": lambda rng: dense.UNet((3, 4, 5), rng=rng),
    "connected": lambda rng: dense.FullyConnected(3, 7, size=16, places=4, rng=rng),
}


@pytest.mark.parametrize("name", NETS)
def test_every_pixel_gets_scores_and_every_weight_a_gradient(name, rng):
    net = NETS[name](rng)
    scores = net(Tensor(rng.normal(size=(2, 1, 16, 16)).astype(np.float32)))
    assert scores.shape == (2, 4, 16, 16)
    F.cross_entropy(scores, rng.integers(0, 4, (2, 16, 16))).backward()
    assert all(p.grad is not None and np.abs(p.grad).max() > 0 for p in net.parameters())


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_an_upconvolution_with_the_bilinear_kernel_interpolates(factor, rng):
    x = rng.normal(size=(2, 3, 6, 5))
    kernel = dense.bilinear_kernel(3, factor).astype(float)
    pad = (kernel.shape[2] - factor) // 2
    up = F.conv_transpose2d(x, kernel, None, factor, pad).data
    want = torch.nn.functional.interpolate(torch.from_numpy(x), scale_factor=factor, mode="bilinear").numpy()
    inner = np.s_[..., factor:-factor, factor:-factor]
    np.testing.assert_allclose(up[inner], want[inner], atol=1e-6)


def test_a_bilinear_start_enlarges_the_scores_at_first(rng):
    begun, fixed = dense.Pooled((4,) * 5, up="upconv", rng=rng), dense.Pooled((4,) * 5, rng=rng)
    fixed.load_state_dict({k: v for k, v in begun.state_dict().items() if not k.startswith("ups")})
    x = rng.normal(size=(1, 1, 64, 64)).astype(np.float32)
    with no_grad():
        a, b = (net.eval()(Tensor(x)).data[..., 20:44, 20:44] for net in (begun, fixed))
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.95
    other = dense.Pooled((4,) * 5, up="random", rng=rng)
    assert np.abs(other.ups[0].weight.data - begun.ups[0].weight.data).max() > 0.1


def test_the_dilated_context_sees_what_is_counted_and_no_more(rng):
    net = dense.Context(3, (1, 2, 4), rng=rng).eval().double()
    x = Tensor(rng.normal(size=(1, 1, 31, 31)), requires_grad=True)
    net(x)[0, :, 15, 15].sum().backward()
    rows = np.flatnonzero(np.abs(x.grad[0, 0]).sum(axis=1) > 0)
    assert rows.min() >= 15 - 7
    assert rows.max() <= 15 + 7


def test_odd_sizes_pass_through_the_unet(rng):
    net = dense.UNet((3, 4, 5), channels=2, classes=3, rng=rng)
    assert net(Tensor(rng.normal(size=(2, 2, 11, 7)).astype(np.float32))).shape == (2, 3, 11, 7)


def test_an_unknown_way_up_is_refused(rng):
    with pytest.raises(ValueError, match="up must be 'bilinear', 'upconv', 'random' or 'skip', got 'cubic'"):
        dense.Pooled((4,) * 5, up="cubic", rng=rng)


def test_learning_lowers_the_loss_and_masks_are_the_largest_scores(rng):
    x = rng.normal(size=(60, 1, 8, 8)).astype(np.float32)
    t = (x[:, 0] > 0).astype(int)
    net = dense.Context(4, (1,), classes=2, rng=rng)
    losses = list(dense.learn(net, x, t, epochs=6, size=10, rate=0.05, rng=rng))
    assert len(losses) == 6
    assert losses[-1] < 0.5 * losses[0]
    said = dense.masks_of(net, x, size=25)
    with no_grad():
        assert np.array_equal(said, net.eval()(Tensor(x)).data.argmax(axis=1))
    assert np.mean(said == t) > 0.9


def test_each_letter_s_curve_shows_its_fault():
    seen = {letter: run(images=480, epochs=5, seed=0, fault=fault) for letter, fault in PLAN.items()}
    loss = {letter: curves["loss"][-1] for letter, curves in seen.items()}
    iou = {letter: curves["iou"][-1] for letter, curves in seen.items()}
    assert loss["A"] < 0.7 * loss["B"] < loss["D"] < loss["C"]  # few images are learned by heart
    assert iou["B"] == max(iou.values())
    assert iou["C"] == min(iou.values())
