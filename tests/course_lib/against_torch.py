"""Hold one of our functions to torch's: output and every gradient, in float64, and what must not change in float32."""

import numpy as np
import torch

from course_lib.tensor import Tensor


def as_numpy(x):
    return x.detach().numpy() if isinstance(x, torch.Tensor) else x


def compare(ours, theirs, *arrays, atol=1e-10, rtol=1e-10, **params):
    """`ours` on Tensors and `theirs` on torch tensors of these arrays: equal outputs, equal gradients for all of them.

    None stands for an argument that is left out. The output's gradient is random, so that no two errors cancel.
    """
    twins = [None if a is None else torch.tensor(np.asarray(a), requires_grad=True) for a in arrays]
    want = theirs(*twins, **params)
    mine = [None if a is None else Tensor(np.asarray(a), requires_grad=True) for a in arrays]
    got = ours(*mine, **params)
    assert got.shape == tuple(want.shape)
    assert got.data.dtype == as_numpy(want).dtype
    np.testing.assert_allclose(got.data, as_numpy(want), atol=atol, rtol=rtol)
    g = np.random.default_rng(7).standard_normal(got.shape).astype(got.data.dtype)
    want.backward(torch.tensor(g))
    got.backward(g)
    for position, (m, t) in enumerate(zip(mine, twins, strict=True)):
        if m is not None:
            assert m.grad.dtype == m.data.dtype
            np.testing.assert_allclose(
                m.grad, t.grad.numpy(), atol=atol, rtol=rtol, err_msg=f"gradient of input {position}"
            )


def in_other_memory(array):
    """The same numbers in three memory orders: C, batch-last, and strided with gaps."""
    batch_last = np.ascontiguousarray(np.moveaxis(array, 0, -1))
    gaps = np.repeat(array, 2, axis=-1)
    return array, np.moveaxis(batch_last, -1, 0), gaps[..., ::2]


def torch_samples(op, allowed=lambda sample: True):
    """torch's own sample inputs for one of its functions, as (input, args, kwargs), float64, arrays for tensors."""
    from torch.testing._internal.common_methods_invocations import op_db

    found = []
    for info in op_db:
        if info.name == op:
            for sample in info.sample_inputs("cpu", torch.float64, requires_grad=False):
                if allowed(sample):
                    found.append((sample.input, sample.args, sample.kwargs))
    return found
