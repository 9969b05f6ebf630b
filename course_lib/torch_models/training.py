"""One step of training in torch as it runs on a GPU, and right on any device: mixed precision, channels last."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def train_step(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, t: torch.Tensor, smoothing: float = 0.1,
    mixed: bool = True,
) -> torch.Tensor:  # fmt: skip
    """One step on images x (n, c, h, w) and classes t (n,); returns the loss, detached, on their device.

    The forward pass runs under autocast to bfloat16 if `mixed`; weights, gradients and the loss stay in float32.
    """
    model.train()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(x.device.type, torch.bfloat16, enabled=mixed):
        out = model(x.contiguous(memory_format=torch.channels_last))
    loss = F.cross_entropy(out.float(), t, label_smoothing=smoothing)
    loss.backward()
    optimizer.step()
    return loss.detach()


@torch.no_grad()
def right(model: torch.nn.Module, x: torch.Tensor, t: torch.Tensor, size: int = 1000) -> float:
    """Share of the images x (n, c, h, w) whose largest logit, in evaluation mode, is that of t (n,); a float."""
    was, found = model.training, 0
    model.eval()
    for images, classes in zip(x.split(size), t.split(size), strict=True):
        found += (model(images).argmax(1) == classes).sum()
    model.train(was)
    return float(found) / len(x)
