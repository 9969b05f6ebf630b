"""Two ways to hold a gradient against something that is not itself: the slope along a random direction, and torch."""

import numpy as np
import torch

from course_lib import Tensor


def check_vjp(primitive, *arrays, rng, step=1e-6, tolerance=1e-6, **params):
    """The vjp of a primitive must predict how g . output changes along one random direction of every input."""
    out, vjp = primitive(*arrays, **params)
    g = rng.standard_normal(np.shape(out))
    before = [a.copy() for a in (*arrays, g)]
    gradients, again = vjp(g), vjp(g)
    for a, kept in zip((*arrays, g), before, strict=True):
        np.testing.assert_array_equal(a, kept, err_msg="vjp wrote into an input or into g")
    assert len(gradients) == len(arrays)
    for first, second in zip(gradients, again, strict=True):
        np.testing.assert_array_equal(first, second, err_msg="vjp gives something else when it is called again")
    for i, (a, slope) in enumerate(zip(arrays, gradients, strict=True)):
        way = rng.standard_normal(a.shape)
        ends = []
        for sign in (1, -1):
            moved = [x + sign * step * way if j == i else x for j, x in enumerate(arrays)]
            ends.append((primitive(*moved, **params)[0] * g).sum())
        measured = (ends[0] - ends[1]) / (2 * step)
        predicted = (np.broadcast_to(slope, np.broadcast_shapes(a.shape, np.shape(slope))) * way).sum()
        assert abs(predicted - measured) <= tolerance * (1 + abs(measured)), f"input {i}: {predicted} != {measured}"


def against_torch(ours, theirs, *arrays, rng=None, rtol=1e-9, atol=1e-10, fixed=()):
    """`ours(*Tensors)` and `theirs(*torch tensors)` must agree in value and in the gradient of every float input.

    Inputs whose position is in `fixed` require no gradient. The gradient that is sent back is random.
    """
    rng = rng or np.random.default_rng(0)
    mine = [_input(a, i not in fixed) for i, a in enumerate(arrays)]
    twin = [torch.tensor(a, requires_grad=_floats(a) and i not in fixed) for i, a in enumerate(arrays)]
    out, want = ours(*mine), theirs(*twin)
    same_numbers(out, want, rtol, atol, "output")
    if not want.requires_grad:
        assert not out.requires_grad
        return
    g = rng.standard_normal(tuple(want.shape))
    out.backward(g)
    want.backward(torch.tensor(g))
    for i, (a, b) in enumerate(zip(mine, twin, strict=True)):
        if b.requires_grad:
            same_gradient(a, b, rtol, atol, f"gradient of input {i}")


def same_numbers(ours, theirs, rtol=1e-9, atol=1e-10, what="value"):
    """A Tensor and a torch tensor hold the same shape, dtype and numbers."""
    expected = theirs.detach().numpy()
    assert ours.shape == expected.shape, f"{what}: shape {ours.shape}, torch has {expected.shape}"
    assert ours.dtype == expected.dtype, f"{what}: dtype {ours.dtype}, torch has {expected.dtype}"
    np.testing.assert_allclose(ours.data, expected, rtol=rtol, atol=atol, err_msg=what)


def same_gradient(ours, theirs, rtol=1e-9, atol=1e-10, what="gradient"):
    """The .grad of a Tensor and of a torch tensor agree; None counts as zeros on either side."""
    expected = np.zeros(ours.shape) if theirs.grad is None else theirs.grad.numpy()
    got = np.zeros(ours.shape) if ours.grad is None else ours.grad
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, torch has {expected.shape}"
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol, err_msg=what)


def _floats(a):
    return np.asarray(a).dtype.kind == "f"


def _input(a, wanted):
    return Tensor(np.array(a), requires_grad=wanted and _floats(a))
