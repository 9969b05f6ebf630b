"""The table of a model: shapes, weights, multiply-adds and receptive fields, against counts made another way."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib import Tensor, nn
from course_lib import functional as F
from course_lib.arithmetic import receptive_field
from course_lib.nn.summary import summary


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def lenet(rng):
    return nn.Sequential(
        nn.Conv2d(1, 10, 5, rng=rng), F.relu, nn.MaxPool2d(2), nn.Conv2d(10, 20, 5, rng=rng), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(320, 50, rng=rng), nn.ReLU(), nn.Linear(50, 10, rng=rng),
    )  # fmt: skip


def torch_multiply_adds(model, shape):
    with FlopCounterMode(display=False) as counter:
        model.eval()(torch.zeros(1, *shape))
    return counter.get_total_flops() // 2


def test_lenet_by_hand(rng):
    table = summary(lenet(rng), (1, 28, 28))
    assert [row.output for row in table.rows][:4] == [(10, 24, 24), (10, 12, 12), (20, 8, 8), (20, 8, 8)]
    assert [row.parameters for row in table.rows if row.parameters] == [260, 5020, 16050, 510]
    assert [row.multiply_adds for row in table.rows if row.multiply_adds] == [144_000, 320_000, 16_000, 500]
    assert [row.receptive_field for row in table.rows][:5] == [(5, 5), (6, 6), (14, 14), (14, 14), (16, 16)]
    assert (table.parameters, table.multiply_adds) == (21_840, 480_500)
    assert table.parameters == sum(p.numel() for p in lenet(rng).parameters())


@pytest.mark.parametrize("groups", [1, 2])
def test_multiply_adds_are_what_torch_counts(groups, rng):
    ours = nn.Sequential(
        nn.Conv2d(4, 8, (3, 5), 2, 1, groups=groups, rng=rng), nn.ReLU(),
        nn.ConvTranspose2d(8, 6, 4, 2, 1, groups=groups, rng=rng), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(6 * 8 * 7, 9, rng=rng),
    )  # fmt: skip
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(4, 8, (3, 5), 2, 1, groups=groups), torch.nn.ReLU(),
        torch.nn.ConvTranspose2d(8, 6, 4, 2, 1, groups=groups), torch.nn.AvgPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(6 * 8 * 7, 9),
    )  # fmt: skip
    assert summary(ours, (4, 16, 16)).multiply_adds == torch_multiply_adds(theirs, (4, 16, 16))


def test_a_residual_block_sees_through_its_longest_path(rng):
    table = summary(nn.Sequential(nn.BasicBlock(3, 4, 2, rng=rng), nn.BasicBlock(4, 4, rng=rng)), (3, 16, 16))
    assert table.rows[-1].layer == "Identity"
    stack = [(3, 2), (3, 1), (3, 1), (3, 1)]
    last = next(row for row in table.rows if row.name == "1.conv2")
    assert last.receptive_field == (receptive_field(stack).size,) * 2


def test_the_receptive_field_is_what_the_gradient_reaches(rng):
    model = nn.Sequential(
        nn.Conv2d(1, 2, (3, 5), 2, dilation=(2, 1), rng=rng), nn.MaxPool2d((2, 3), 1), nn.Conv2d(2, 1, 3, rng=rng)
    )
    for p in model.parameters():
        p.data = np.abs(p.data) + 0.1
    x = Tensor(rng.random((1, 1, 41, 41)), requires_grad=True)
    model.double()
    model[0:1](x)  # runs alone, too
    pooled = F.avg_pool2d(model[0](x), (2, 3), 1)  # a mean in place of the maximum reaches every pixel
    out = model[2](pooled)
    out[0, 0, 3, 3].backward()
    rows, columns = np.nonzero(x.grad[0, 0])
    seen = (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1)
    assert summary(model, (1, 41, 41)).rows[-1].receptive_field == seen


def test_functions_inside_forward_count_too(rng):
    class Net(nn.Module):
        def __init__(self):
            self.kernel = nn.Parameter(np.ones((2, 1, 3, 3), np.float32))
            self.head = nn.Linear(2 * 36, 3, rng=rng)

        def forward(self, x):
            x = self.head(F.conv2d(x, self.kernel).flatten(1))
            return x @ np.ones((3, 4), np.float32)

    table = summary(Net(), (1, 8, 8))
    assert [(row.name, row.parameters, row.multiply_adds) for row in table.rows] == [
        ("head", 72 * 3 + 3, 72 * 3),
        ("(functions)", 18, 18 * 36 + 12),
    ]


def test_sequences_and_embeddings(rng):
    model = nn.LSTM(3, 5, 2, bidirectional=True, batch_first=True, rng=rng)
    weights = sum(p.numel() for name, p in model.named_parameters() if "weight" in name)
    assert summary(model, (7, 3)).multiply_adds == 7 * weights
    table = summary(nn.Sequential(nn.Embedding(10, 4, rng=rng), nn.Linear(4, 2, rng=rng)), (7,), dtype=int)
    assert [row.output for row in table.rows] == [(7, 4), (7, 2)]


def test_a_layer_used_twice_works_twice_and_is_held_once(rng):
    layer = nn.Linear(4, 4, rng=rng)
    table = summary(nn.Sequential(layer, nn.ReLU(), layer), (4,))
    assert (table.parameters, table.multiply_adds) == (20, 32)


def test_the_model_is_left_as_it_was(rng):
    model = nn.Sequential(nn.Linear(4, 4, rng=rng), nn.BatchNorm1d(4), nn.Dropout(0.5, rng=rng))
    model[2].eval()
    before, modes = model.state_dict(), [m.training for m in model.modules()]
    summary(model, (4,))
    assert [m.training for m in model.modules()] == modes
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert all(p.grad is None for p in model.parameters())
    with pytest.raises(ValueError, match="linear: needs input"):
        summary(model, (5,))
    assert [m.training for m in model.modules()] == modes
    assert not any(m.__dict__.get("_hooks") for m in model.modules())


def test_the_printed_table_has_a_line_per_layer_and_a_total(rng):
    lines = str(summary(lenet(rng), (1, 28, 28))).splitlines()
    assert lines[0].split()[:4] == ["name", "layer", "output", "parameters"]
    assert lines[2].split() == ["0", "Conv2d", "10", "x", "24", "x", "24", "260", "144", "000", "5", "x", "5"]
    assert lines[-1].split() == ["total", "21", "840", "480", "500"]
    assert len(lines) == 9 + 4
    assert len({len(line) for line in lines}) == 1


def test_an_input_shape_is_a_tuple():
    with pytest.raises(TypeError, match=r"summary: input_shape must be .* got 3"):
        summary(nn.Linear(3, 2, rng=np.random.default_rng(0)), 3)
