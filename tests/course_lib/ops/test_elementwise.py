"""Primitives on plain arrays, no graph: every vjp against the slope, inputs untouched, memory order and dtype kept."""

import math

import numpy as np
import pytest

from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.ops import norm as norm_ops
from course_lib.ops import recurrent as recurrent_ops
from course_lib.ops import reduce as reduce_ops
from course_lib.ops import shape as shape_ops
from tests.course_lib.gradcheck import check_vjp


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def positive(rng, *shape):
    return rng.uniform(0.5, 2.0, shape)


UNARY = [
    (elementwise.neg, {}),
    (elementwise.exp, {}),
    (elementwise.abs, {}),
    (elementwise.sin, {}),
    (elementwise.cos, {}),
    (elementwise.tanh, {}),
    (elementwise.sigmoid, {}),
    (elementwise.softplus, {}),
    (elementwise.softplus, {"beta": 3.0, "threshold": 2.0}),
    (elementwise.relu, {}),
    (elementwise.leaky_relu, {"negative_slope": 0.2}),
    (elementwise.elu, {"alpha": 1.5}),
    (elementwise.gelu, {}),
    (elementwise.gelu, {"approximate": "tanh"}),
    (elementwise.clip, {"low": -0.5, "high": 0.7}),
    (elementwise.clip, {"high": 0.3}),
    (reduce_ops.sum, {"axis": (0, 2)}),
    (reduce_ops.mean, {"axis": 1, "keepdims": True}),
    (reduce_ops.var, {"axis": (1,), "correction": 0}),
    (reduce_ops.var, {}),
    (reduce_ops.std, {"axis": 0}),
    (reduce_ops.amax, {"axis": (0, 1)}),
    (reduce_ops.amin, {"axis": -1, "keepdims": True}),
    (reduce_ops.logsumexp, {"axis": (0, 2)}),
    (reduce_ops.softmax, {"axis": 1}),
    (reduce_ops.log_softmax, {"axis": -1}),
    (reduce_ops.cumsum, {"axis": 1}),
    (shape_ops.reshape, {"shape": (4, 6)}),
    (shape_ops.transpose, {"axes": (2, 0, 1)}),
    (shape_ops.expand, {"shape": (5, 2, 3, 4)}),
    (shape_ops.getitem, {"key": (slice(None), 1, slice(0, 4, 2))}),
    (shape_ops.getitem, {"key": (slice(None), np.array([0, 2, 2]))}),
    (shape_ops.getitem, {"key": (0, np.array([1, 1, -2]))}),
    (shape_ops.getitem, {"key": (..., None, 0)}),
    (shape_ops.flip, {"axis": (0, 2)}),
    (shape_ops.tile, {"repeats": (2, 1, 3, 2)}),
    (shape_ops.pad, {"widths": ((1, 0), (-1, 2), (0, -3)), "value": 4.0}),
    (norm_ops.standardise, {"axes": (0, 2), "eps": 1e-5}),
]


@pytest.mark.parametrize(("primitive", "params"), UNARY, ids=lambda p: getattr(p, "__name__", ""))
def test_the_vjp_of_a_function_of_one_array_is_its_slope(primitive, params, rng):
    check_vjp(primitive, rng.standard_normal((2, 3, 4)), rng=rng, **params)


@pytest.mark.parametrize("primitive", [elementwise.log, elementwise.sqrt])
def test_the_vjp_of_a_function_of_positive_numbers_is_its_slope(primitive, rng):
    check_vjp(primitive, positive(rng, 3, 4), rng=rng)


@pytest.mark.parametrize(
    "primitive",
    [
        elementwise.add,
        elementwise.sub,
        elementwise.mul,
        elementwise.div,
        elementwise.power,
        elementwise.maximum,
        elementwise.minimum,
    ],
)
def test_the_vjp_of_a_function_of_two_arrays_is_its_slope(primitive, rng):
    check_vjp(primitive, positive(rng, 3, 4), positive(rng, 3, 4), rng=rng)


def test_the_vjp_of_where_reaches_only_what_was_chosen(rng):
    check_vjp(elementwise.where, *rng.standard_normal((2, 3, 4)), rng=rng, condition=rng.random((3, 4)) > 0.5)


@pytest.mark.parametrize(
    "shapes",
    [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (4, 3)), ((3, 4), (4,)), ((4,), (4,))],
    ids=str,
)
def test_the_vjp_of_matmul_is_its_slope(shapes, rng):
    a, b = (rng.standard_normal(s) for s in shapes)
    out, vjp = matrix_ops.matmul(a, b)
    g, step = rng.standard_normal(out.shape), 1e-6
    for i, (x, slope) in enumerate(zip((a, b), vjp(g), strict=True)):
        way = rng.standard_normal(x.shape)
        ends = [np.matmul(*[y + s * step * way if j == i else y for j, y in enumerate((a, b))]) for s in (1, -1)]
        full = np.broadcast_to(way, slope.shape)
        assert math.isclose((slope * full).sum(), ((ends[0] - ends[1]) * g).sum() / 2 / step, rel_tol=1e-6)


def test_the_vjp_of_linear_is_its_slope(rng):
    check_vjp(matrix_ops.linear, *(rng.standard_normal(s) for s in ((2, 3, 4), (5, 4), (5,))), rng=rng)


@pytest.mark.parametrize("equation", ["ij,jk->ik", "ij,ij->", "ii,ij->j", "ij,kl->jl", "bij,bjk->bki"])
def test_the_vjp_of_einsum_is_its_slope(equation, rng):
    sizes = dict(zip("ijklb", (3, 3, 3, 2, 4), strict=True))
    arrays = [rng.standard_normal([sizes[s] for s in word]) for word in equation.split("->")[0].split(",")]
    check_vjp(matrix_ops.einsum, *arrays, rng=rng, equation=equation, needs=(True, True))


def test_the_vjp_of_joining_cuts_again(rng):
    check_vjp(shape_ops.concatenate, *(rng.standard_normal((2, n)) for n in (1, 3, 2)), rng=rng, axis=1)
    check_vjp(shape_ops.stack, *rng.standard_normal((3, 2, 4)), rng=rng, axis=1)


def test_the_vjp_of_gather_and_embedding_adds_up_repeated_rows(rng):
    indices = np.array([[0, 2, 2], [1, 1, 1]])
    check_vjp(shape_ops.gather, rng.standard_normal((2, 4)), rng=rng, axis=1, indices=indices)
    check_vjp(shape_ops.embedding, rng.standard_normal((5, 3)), rng=rng, indices=indices)


def test_the_vjp_of_cross_entropy_is_its_slope_for_targets_that_do_not_sum_to_one(rng):
    check_vjp(reduce_ops.cross_entropy, rng.standard_normal((3, 4, 2)), rng.random((3, 4, 2)), rng=rng, axis=1)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("primitive", "gates", "params"),
    [
        (recurrent_ops.rnn, 1, {}),
        (recurrent_ops.rnn, 1, {"nonlinearity": "relu"}),
        (recurrent_ops.lstm, 4, {}),
        (recurrent_ops.gru, 3, {}),
    ],
    ids=["rnn", "rnn-relu", "lstm", "gru"],
)
def test_the_vjp_through_time_is_the_slope(primitive, gates, params, masked, rng):
    t, n, d, k = 4, 3, 2, 5
    states = [rng.standard_normal((n, k)) for _ in range(2 if primitive is recurrent_ops.lstm else 1)]
    weights = [rng.standard_normal(s) for s in ((gates * k, d), (gates * k, k), (gates * k,), (gates * k,))]
    mask = (np.arange(t)[:, None] < [4, 1, 3])[:, :, None] if masked else None
    check_vjp(primitive, rng.standard_normal((t, n, d)), *states, *weights, rng=rng, mask=mask, **params)


ELEMENTWISE = [p for p, params in UNARY if p.__module__ == "course_lib.ops.elementwise"] + [
    elementwise.log,
    elementwise.sqrt,
]


@pytest.mark.parametrize("primitive", ELEMENTWISE, ids=lambda p: p.__name__)
def test_element_wise_functions_keep_float32_and_the_order_in_memory(primitive, rng):
    batch_last = np.abs(rng.standard_normal((3, 4, 5, 2))).astype(np.float32).transpose(3, 0, 1, 2)
    params = {"low": 0.1} if primitive is elementwise.clip else {}
    out, vjp = primitive(batch_last, **params)
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
