"""Primitives on plain arrays, no graph: memory order and dtype kept, no work for what is not wanted, limits."""

import math

import numpy as np
import pytest

from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import reduce as reduce_ops
from course_lib.ops import shape as shape_ops


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def positive(rng, *shape):
    return rng.uniform(0.5, 2.0, shape)


ELEMENTWISE = [elementwise.abs, elementwise.cos, elementwise.elu, elementwise.exp, elementwise.gelu, elementwise.log]
ELEMENTWISE += [elementwise.leaky_relu, elementwise.neg, elementwise.relu, elementwise.sigmoid, elementwise.sin]
ELEMENTWISE += [elementwise.softplus, elementwise.sqrt, elementwise.tanh, elementwise.clip]


@pytest.mark.parametrize("primitive", ELEMENTWISE, ids=lambda p: p.__name__)
def test_element_wise_functions_keep_float32_and_the_order_in_memory(primitive, rng):
    batch_last = np.abs(rng.standard_normal((3, 4, 5, 2))).astype(np.float32).transpose(3, 0, 1, 2)
    out, vjp = primitive(batch_last, **({"low": 0.1} if primitive is elementwise.clip else {}))
    (g,) = vjp(np.ones_like(batch_last))
    for array in (out, g):
        assert array.dtype == np.float32
        assert array.strides == batch_last.strides


@pytest.mark.parametrize(
    "primitive",
    [elementwise.add, elementwise.sub, elementwise.mul, elementwise.div, elementwise.maximum, elementwise.power],
)
def test_functions_of_two_arrays_keep_the_order_in_memory(primitive, rng):
    batch_last = positive(rng, 3, 4, 5, 2).astype(np.float32).transpose(3, 0, 1, 2)
    out, vjp = primitive(batch_last, batch_last + 1)
    for array in (out, *vjp(np.ones_like(batch_last))):
        assert array.dtype == np.float32
        assert array.strides == batch_last.strides


def test_flattening_a_batch_last_image_copies_nothing(rng):
    images = rng.standard_normal((3, 4, 5, 2)).transpose(3, 0, 1, 2)
    out, _ = shape_ops.reshape(images, shape=(2, 60))
    assert np.shares_memory(out, images)


def test_the_gradient_of_a_flattened_batch_last_image_comes_back_batch_last(rng):
    flat = rng.standard_normal((60, 8)).T
    _, vjp = matrix_ops.linear(flat, rng.standard_normal((5, 60)), np.zeros(5))
    assert vjp(np.ones((8, 5)))[0].strides == flat.strides


def test_an_input_that_wants_no_gradient_costs_none(rng):
    a, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 5))
    assert matrix_ops.matmul(a, b, needs=(False, True))[1](np.ones((3, 5)))[0] is None
    assert matrix_ops.linear(a, b.T, b[0], needs=(False, True, True))[1](np.ones((3, 5)))[0] is None
    assert elementwise.mul(a, a, needs=(True, False))[1](a)[1] is None


def test_erf_is_pythons_erf():
    x = np.linspace(-9, 9, 3001)
    exact = np.array([math.erf(v) for v in x])
    np.testing.assert_allclose(elementwise.erf(x), exact, atol=2e-14)
    assert elementwise.erf(x.astype(np.float32)).dtype == np.float32


def test_extreme_arguments_give_limits_without_a_warning():
    far = np.array([-1e4, -50.0, 0.0, 50.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(elementwise.sigmoid(far)[0], [0, math.exp(-50), 0.5, 1, 1], rtol=1e-12)
        np.testing.assert_allclose(elementwise.softplus(far)[0], [0, math.exp(-50), math.log(2), 50, 1e4], rtol=1e-12)
        np.testing.assert_allclose(reduce_ops.softmax(far, axis=0)[0], [0, 0, 0, 0, 1])
        assert np.isfinite(reduce_ops.log_softmax(far, axis=0)[0]).all()
        assert reduce_ops.logsumexp(far, axis=0)[0] == 1e4
        assert reduce_ops.logsumexp(np.full(3, -np.inf), axis=0)[0] == -np.inf
