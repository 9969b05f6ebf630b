"""One step of training on the device where the model is, and a clock that waits for that device."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch


def training_step(
    model: torch.nn.Module, loss_fn: Callable, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor
) -> torch.Tensor:
    """One step of `optimizer` on the batch; returns the loss as a tensor on the model's device, without a graph.

    The model is put into training mode, `x` and `y` are brought to it. Nothing waits for the device.
    """
    model.train()
    home = next(model.parameters()).device
    loss = loss_fn(model(x.to(home)), y.to(home))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


def stopwatch(device: torch.device) -> Callable[[], float]:
    """Start a clock; calling what it returns gives the seconds since, once the device has done all its work."""
    _wait(device)
    started = time.perf_counter()

    def seconds() -> float:
        _wait(device)
        return time.perf_counter() - started

    return seconds


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
