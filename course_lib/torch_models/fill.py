"""Give every parameter a value that depends on its shape alone, to compare networks that are written differently.

Who writes a block may name, order and nest its layers as they like. As long as the layers have the same shapes, `fill`
makes both compute the same function.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


@torch.no_grad()
def fill(model: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Make `model` float64 and draw each parameter by `seed` and its shape, axes of length 1 not counted; returns it.

    Parameters of equal shape get equal values. Matrices and kernels have standard deviation 1 / sqrt(fan in), vectors
    lie between 0.5 and 1.5 so that they serve as scales and as shifts. Buffers stay as they are.
    """
    for p in model.double().parameters():
        sizes = [n for n in p.shape if n > 1] or [1]
        rng = np.random.default_rng([seed, *sizes])
        if len(sizes) == 1:
            values = rng.uniform(0.5, 1.5, size=sizes)
        else:
            values = rng.normal(size=sizes) / np.sqrt(np.prod(sizes[1:]))
        p.copy_(torch.from_numpy(values.reshape(p.shape)))
    return model


def probe(module: torch.nn.Module, x: np.ndarray, seed: int = 0) -> dict[str, Any]:
    """What `module`, filled by `seed`, makes of the array `x`, in float64, as a dict.

    Its output, the number of its weights, the gradient of `x` for a fixed gradient of the output, and the norm of all
    weights' gradients together. Nothing in it depends on how the module is written.
    """
    x = torch.tensor(np.asarray(x, dtype=float), requires_grad=True)
    out = fill(module, seed)(x)
    upstream = np.random.default_rng([seed, *out.shape]).normal(size=tuple(out.shape))
    out.backward(torch.from_numpy(upstream))
    squares = sum(float((p.grad**2).sum()) for p in module.parameters() if p.grad is not None)
    return {
        "output": out.detach().clone(),
        "weights": sum(p.numel() for p in module.parameters()),
        "gradient of x": x.grad,
        "norm of the weights' gradients": squares**0.5,
    }
