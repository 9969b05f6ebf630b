"""The relatives of ResNet hold nearly the same number of weights, and each learns."""

import pytest
import torch

from course_lib.torch_models.relatives import RELATIVES


def test_no_relative_has_five_percent_more_weights_than_another():
    counts = [sum(p.numel() for p in make().parameters()) for make in RELATIVES.values()]
    assert len(counts) == 4
    assert max(counts) < 1.05 * min(counts)


@pytest.mark.parametrize("name", RELATIVES)
def test_the_name_says_how_many_layers_there_are(name):
    model = RELATIVES[name]()
    path = [
        m
        for where, m in model.named_modules()
        if isinstance(m, torch.nn.Conv2d | torch.nn.Linear) and "shortcut" not in where
    ]
    assert f"{len(path)} layers" in name


@pytest.mark.parametrize("name", RELATIVES)
def test_every_relative_learns_a_few_images(name):
    torch.manual_seed(1)
    model = RELATIVES[name](classes=3, in_channels=2)
    x, t = torch.rand(6, 2, 8, 8), torch.arange(6) % 3
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(12):
        loss = torch.nn.functional.cross_entropy(model(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 3
