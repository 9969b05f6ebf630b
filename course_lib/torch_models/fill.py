"""Give every parameter a value that depends on its shape alone, to compare networks that are written differently.

Who writes a block may name, order and nest its layers as they like. As long as the layers have the same shapes, `fill`
makes both compute the same function.
"""

import numpy as np
import torch


@torch.no_grad()
def fill(model, seed=0):
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
