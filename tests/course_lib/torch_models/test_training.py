"""A step of training is torch's own step, in the stated precision, whatever the device."""

import copy

import pytest
import torch

from course_lib.torch_models.training import right, train_step


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.fc = torch.nn.Conv2d(2, 5, 3), torch.nn.BatchNorm2d(5), torch.nn.Linear(5, 3)
        self.seen = None

    def forward(self, x):
        h = self.conv(x)
        self.seen = h.dtype, x.is_contiguous(memory_format=torch.channels_last)
        return self.fc(self.norm(h).relu().mean((2, 3)))


@pytest.fixture
def batch():
    torch.manual_seed(0)
    return torch.rand(6, 2, 5, 4), torch.arange(6) % 3


def test_in_float32_it_is_the_plain_step(batch):
    x, t = batch
    ours = Net()
    plain = copy.deepcopy(ours)
    optimizers = [torch.optim.SGD(m.parameters(), lr=0.3) for m in (ours, plain)]
    for _ in range(3):
        got = train_step(ours.eval(), optimizers[0], x, t, smoothing=0.2, mixed=False)
        logs = plain(x).log_softmax(1)
        loss = -0.8 * logs[torch.arange(6), t].mean() - 0.2 * logs.mean()
        optimizers[1].zero_grad()
        loss.backward()
        optimizers[1].step()
        assert torch.allclose(got, loss.detach(), rtol=1e-5)
        assert not got.requires_grad
    for a, b in zip(ours.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def test_mixed_the_products_are_bfloat16_and_all_that_lasts_is_float32(batch):
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = [train_step(model, optimizer, *batch) for _ in range(20)]
    assert model.seen == (torch.bfloat16, True)
    assert {p.dtype for p in model.parameters()} | {p.grad.dtype for p in model.parameters()} == {torch.float32}
    assert losses[0].dtype == torch.float32
    assert losses[-1] < losses[0]


def test_right_counts_in_evaluation_mode_and_leaves_the_mode_alone(batch):
    x, t = batch
    model = Net().train()
    want = (copy.deepcopy(model).eval()(x).argmax(1) == t).float().mean().item()
    assert right(model, x, t, size=4) == pytest.approx(want)
    assert model.training
