"""Hold one of our functions to torch's: output and every gradient, in float64, and what must not change in float32."""

import numpy as np
import torch

from course_lib.autograd.tensor import Tensor


def assert_as_torch(ours, theirs, *arrays, rtol=1e-9, atol=1e-10, fixed=(), **params):
    """`ours` on Tensors and `theirs` on torch tensors of these arrays: equal outputs and gradients of all that float.

    None stands for an argument that is left out; inputs whose position is in `fixed` require no gradient. The
    output's gradient is random, so that no two errors cancel. No input is written to, nor the output's gradient, and a
    second way back through the same graph gives the same again.
    """
    wanted = [a is not None and np.asarray(a).dtype.kind == "f" and i not in fixed for i, a in enumerate(arrays)]
    pairs = list(zip(arrays, wanted, strict=True))
    mine = [None if a is None else Tensor(np.asarray(a), requires_grad=w) for a, w in pairs]
    twins = [None if a is None else torch.tensor(np.asarray(a), requires_grad=w) for a, w in pairs]
    out, want = ours(*mine, **params), theirs(*twins, **params)
    assert_same_numbers(out, want, rtol, atol, "output")
    if not want.requires_grad:
        assert not out.requires_grad
        return
    g = np.random.default_rng(7).standard_normal(out.shape).astype(out.dtype)
    g.flags.writeable = False
    kept = [None if m is None else m.data.copy() for m in mine]
    if out.vjp:
        out.vjp(g)  # an error where it writes to g, of which the walk would hand it a copy
    out.backward(g, retain_graph=True)
    want.backward(torch.tensor(g))
    for i, (m, t) in enumerate(zip(mine, twins, strict=True)):
        if wanted[i]:
            assert_same_gradient(m, t, rtol, atol, f"gradient of input {i}")
    once = [m.grad.copy() if w and m.grad is not None else None for m, w in zip(mine, wanted, strict=True)]
    out.backward(g)
    for i, (m, first) in enumerate(zip(mine, once, strict=True)):
        if first is not None:
            np.testing.assert_array_equal(m.grad, first + first, err_msg=f"second gradient of input {i}")
    for m, before in zip(mine, kept, strict=True):
        if m is not None:
            np.testing.assert_array_equal(m.data, before, err_msg="an input was written to")


def assert_same_numbers(ours, theirs, rtol=1e-9, atol=1e-10, what="value"):
    """A Tensor and a torch tensor hold the same shape, dtype and numbers."""
    expected = theirs.detach().numpy()
    assert ours.shape == expected.shape, f"{what}: shape {ours.shape}, torch has {expected.shape}"
    assert ours.dtype == expected.dtype, f"{what}: dtype {ours.dtype}, torch has {expected.dtype}"
    np.testing.assert_allclose(ours.data, expected, rtol=rtol, atol=atol, err_msg=what)


def assert_same_gradient(ours, theirs, rtol=1e-9, atol=1e-10, what="gradient"):
    """The .grad of a Tensor and of a torch tensor agree; None counts as zeros on either side."""
    expected = np.zeros(ours.shape) if theirs.grad is None else theirs.grad.numpy()
    got = np.zeros(ours.shape) if ours.grad is None else ours.grad
    assert ours.grad is None or ours.grad.dtype == ours.dtype, f"{what}: dtype {got.dtype} for {ours.dtype}"
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, torch has {expected.shape}"
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol, err_msg=what)


def in_other_memory(array):
    """The same numbers in three memory orders: C, batch-last, and strided with gaps."""
    batch_last = np.ascontiguousarray(np.moveaxis(array, 0, -1))
    gaps = np.repeat(array, 2, axis=-1)
    return array, np.moveaxis(batch_last, -1, 0), gaps[..., ::2]


def torch_operations():
    """torch's `op_db`, whose samples are for unittest: each looks through the whole stack for the test that asks."""
    from torch.testing._internal import common_utils
    from torch.testing._internal.common_methods_invocations import op_db
    from torch.testing._internal.opinfo import core

    for module in (common_utils, core):
        module.extract_test_fn = lambda: None  # as it finds nothing under pytest
    return op_db


def torch_samples(op, allowed=lambda sample: True):
    """torch's own sample inputs for one of its functions, as (input, args, kwargs), float64, arrays for tensors."""
    found = []
    for info in torch_operations():
        if info.name == op:
            for sample in info.sample_inputs("cpu", torch.float64, requires_grad=False):
                if allowed(sample):
                    found.append((sample.input, sample.args, sample.kwargs))
    return found
