"""Hold a gradient against something that is not itself: the slope along a random direction."""

import numpy as np


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
