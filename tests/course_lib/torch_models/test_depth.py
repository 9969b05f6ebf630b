"""Depth: layers behind one another count, those side by side do not."""

import pytest
import torch
from torch import nn

from course_lib.torch_models import resnets
from course_lib.torch_models.depth import depth_of


@pytest.mark.parametrize(("layers", "weights"), [(8, 8), (20, 20), (56, 56)])
def test_a_resnet_has_the_depth_of_its_name(layers, weights):
    net = resnets.CifarResNet(layers, width=2)
    assert depth_of(net, torch.zeros(1, 3, 8, 8)) == weights


def test_projections_stand_beside_the_path():
    net = resnets.resnet18(5, small=True, width=2)
    assert sum(isinstance(m, nn.Conv2d | nn.Linear) for m in net.modules()) == 21
    assert depth_of(net, torch.zeros(1, 3, 16, 16)) == 18


class Beside(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.all = nn.ModuleList(nn.Linear(3, 3) for _ in range(count))

    def forward(self, x):
        return sum(layer(x) for layer in self.all)


def test_layers_side_by_side_count_once_and_unused_ones_not_at_all():
    net = nn.Sequential(Beside(7), nn.ReLU(), nn.Linear(3, 2, bias=False))
    net.unused = nn.Linear(2, 2)
    net.forward = lambda x: net[2](net[1](net[0](x)))
    assert depth_of(net, torch.zeros(4, 3)) == 2
    assert depth_of(nn.ReLU(), torch.zeros(2, 3)) == 0


def test_mode_and_weights_stay_as_they_are():
    net = resnets.CifarResNet(8, width=2).train()
    before = [v.clone() for v in net.state_dict().values()]
    depth_of(net, torch.ones(3, 3, 8, 8))
    assert net.training
    assert all(torch.equal(a, b) for a, b in zip(before, net.state_dict().values(), strict=True))
    with torch.no_grad():
        assert depth_of(net.eval(), torch.ones(1, 3, 8, 8)) == 8
    assert not net.training
