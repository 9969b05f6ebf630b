"""Pooling and unpooling against torch: outputs, indices and gradients in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as TF

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.ops import parallel
from course_lib.ops.convolution.pool import max_indices, max_pool2d
from tests.course_lib.against_torch import assert_as_torch, in_other_memory, torch_samples


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_torchs_own_max_pool_samples_agree_in_values_and_indices():
    samples = torch_samples("nn.functional.max_pool2d")
    assert len(samples) > 1000
    for x, _, options in samples[::3]:
        options = {**options, "return_indices": True}
        want, where = TF.max_pool2d(x, **options)
        got, found = F.max_pool2d(x.numpy(), **options)
        np.testing.assert_array_equal(got.data, want.numpy())
        np.testing.assert_array_equal(found.data, where.numpy())


@pytest.mark.parametrize("kernel", [1, 2, 3, (2, 3)])
@pytest.mark.parametrize("stride", [None, 1, 2, (3, 1)])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_max_pool_and_its_gradient_are_torchs(kernel, stride, padding, dilation, ceil_mode, rng):
    if padding and kernel in (1,):
        padding = 0  # torch refuses; the sentence for it is tested below
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    assert_as_torch(F.max_pool2d, TF.max_pool2d, rng.standard_normal((2, 3, 8, 7)), kernel_size=kernel, **options)


@pytest.mark.parametrize(
    "options", [{}, {"stride": 1}, {"stride": 1, "padding": 1}, {"dilation": 2, "stride": 1}], ids=str
)
def test_of_equal_values_the_first_gets_the_gradient_as_in_torch(options, rng):
    ties = rng.integers(0, 2, (3, 2, 6, 6)).astype(float)
    assert_as_torch(F.max_pool2d, TF.max_pool2d, ties, kernel_size=(2, 3), **options)
    want = TF.max_pool2d(torch.tensor(ties), (2, 3), return_indices=True, **options)[1]
    np.testing.assert_array_equal(max_indices(ties, (2, 3), **options), want.numpy())


def test_minus_infinity_can_be_the_largest():
    x = np.full((1, 1, 3, 3), -np.inf)
    got, found = F.max_pool2d(x, 2, padding=1, return_indices=True)
    want, where = TF.max_pool2d(torch.tensor(x), 2, padding=1, return_indices=True)
    np.testing.assert_array_equal(got.data, want.numpy())
    np.testing.assert_array_equal(found.data, where.numpy())


def test_not_a_number_spreads_to_every_window_that_sees_it():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    x[0, 0, 1, 2] = np.nan
    got, found = F.max_pool2d(x, 3, 1, return_indices=True)
    want, where = TF.max_pool2d(torch.tensor(x), 3, 1, return_indices=True)
    np.testing.assert_array_equal(got.data, want.numpy())
    np.testing.assert_array_equal(found.data, where.numpy())


@pytest.mark.parametrize("kernel", [1, 2, 3, (3, 2)])
@pytest.mark.parametrize("stride", [None, 1, (2, 3)])
@pytest.mark.parametrize("padding", [0, 1, (1, 0)])
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("count_include_pad", [True, False])
@pytest.mark.parametrize("divisor_override", [None, 5])
def test_avg_pool_and_its_gradient_are_torchs(
    kernel, stride, padding, ceil_mode, count_include_pad, divisor_override, rng
):
    if kernel == 1:
        padding = 0
    options = {"ceil_mode": ceil_mode, "count_include_pad": count_include_pad, "divisor_override": divisor_override}
    x = rng.standard_normal((2, 3, 8, 7))
    assert_as_torch(F.avg_pool2d, TF.avg_pool2d, x, kernel_size=kernel, stride=stride, padding=padding, **options)


def test_torchs_own_avg_pool_samples_agree():
    samples = torch_samples("nn.functional.avg_pool2d")
    checked = 0
    for x, args, options in samples:
        args = [None if a == () else a for a in args]  # an empty stride is torch's older way of writing None
        options = dict(zip(("kernel_size", "stride", "padding", "ceil_mode"), args, strict=False)) | options
        options |= dict(zip(("count_include_pad", "divisor_override"), args[4:], strict=False))
        assert_as_torch(F.avg_pool2d, TF.avg_pool2d, x, **options)
        checked += 1
    assert checked >= 7


@pytest.mark.parametrize("size", [1, 2, 3, 5, (2, 3), (None, 4), (7, None), (9, 11)])
@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_adaptive_pooling_and_its_gradient_are_torchs(name, size, rng):
    assert_as_torch(getattr(F, name), getattr(TF, name), rng.standard_normal((2, 3, 7, 8)), output_size=size)


def test_torchs_own_adaptive_samples_agree():
    for x, args, _ in torch_samples("nn.functional.adaptive_avg_pool2d"):
        assert_as_torch(F.adaptive_avg_pool2d, TF.adaptive_avg_pool2d, x, output_size=args[0])
    for x, args, _ in torch_samples("nn.functional.adaptive_max_pool2d"):
        want, where = TF.adaptive_max_pool2d(x, args[0], return_indices=True)
        got, found = F.adaptive_max_pool2d(x.numpy(), args[0], return_indices=True)
        np.testing.assert_array_equal(got.data, want.numpy())
        np.testing.assert_array_equal(found.data, where.numpy())


def test_torchs_own_unpooling_samples_agree_where_no_two_values_share_a_place():
    checked = 0
    for x, (indices,), options in torch_samples("nn.functional.max_unpool2d"):
        flat = indices.reshape(-1, indices.shape[-1] * indices.shape[-2]).tolist()
        if all(len(set(row)) == len(row) for row in flat):  # else torch itself leaves the winner open
            assert_as_torch(
                lambda t, i=indices, o=options: F.max_unpool2d(t, i.numpy(), **o),
                lambda t, i=indices, o=options: TF.max_unpool2d(t, i, **o),
                x,
            )
            checked += 1
    assert checked > 50


def test_unpooling_puts_back_what_pooling_took(rng):
    x = rng.standard_normal((2, 3, 9, 8))
    out, where = F.max_pool2d(x, 2, return_indices=True)
    back = F.max_unpool2d(out, where, 2, output_size=(9, 8)).data
    assert back.shape == x.shape
    np.testing.assert_array_equal(back[back != 0], x[back != 0])
    assert np.count_nonzero(back) == out.data.size
    one = F.max_unpool2d(out.data[0], where.data[0], 2, output_size=(9, 8)).data
    np.testing.assert_array_equal(one, back[0])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_memory_order_and_threads_change_nothing(threads, rng):
    before, results = parallel._chosen, []
    parallel.set_num_threads(threads)
    for x in in_other_memory(rng.standard_normal((8, 5, 20, 20))):
        out, vjp = max_pool2d(x, 3, 2, 1)
        results.append((out, *vjp(np.ones_like(out))))
    parallel._chosen = before
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_float32_stays_float32(rng):
    x = Tensor(rng.standard_normal((2, 3, 6, 6)).astype(np.float32), requires_grad=True)
    for out in (
        F.max_pool2d(x, 2),
        F.avg_pool2d(x, 2, padding=1),
        F.adaptive_avg_pool2d(x, 1),
        F.adaptive_max_pool2d(x, 2),
    ):
        assert out.dtype == np.float32
        out.sum().backward()
        assert x.grad.dtype == np.float32


def test_an_empty_batch_is_unpooled():
    assert F.max_unpool2d(np.zeros((0, 2, 3, 4)), np.zeros((0, 2, 3, 4), int), 2).shape == (0, 2, 6, 8)


x4 = np.zeros((2, 3, 5, 5))
WRONG = [
    (lambda: F.max_pool2d(x4, 6), "max_pool2d: kernel reaches 6 samples but the input has only 5"),
    (lambda: F.max_pool2d(x4, 3, padding=2), "padding may be at most half the kernel, got padding 2 for kernel 3"),
    (lambda: F.max_pool2d(np.zeros((1, 1, 12, 12)), 3, padding=2, dilation=3), "half the kernel, got padding 2"),
    (lambda: F.max_pool2d(np.zeros((5, 5)), 2), r"input must have the axes \(n, c, h, w\), got shape \(5, 5\)"),
    (lambda: F.avg_pool2d(x4, 2, stride=0), "stride must be at least 1, got 0"),
    (lambda: F.avg_pool2d(x4, 2, divisor_override=0), "divisor_override must not be 0"),
    (lambda: F.adaptive_avg_pool2d(x4, 0), "output_size must be at least 1, got 0"),
    (lambda: F.max_unpool2d(x4, np.full(x4.shape, 100), 2), r"indices must lie in 0..99, got 100..100"),
    (lambda: F.max_unpool2d(x4, np.full(x4.shape, 3), 2, output_size=1), r"indices must lie in 0..0, got 3..3"),
    (lambda: F.max_unpool2d(x4, np.zeros((2, 3, 4, 5), int), 2), "input and indices must both be"),
]


@pytest.mark.parametrize(("call", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_arguments_are_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


NOT_FINITE = {
    "one nan": [[1.0, np.nan], [2.0, 0.0]],
    "two nan": [[np.nan, 1.0], [2.0, np.nan]],
    "all minus infinity": [[-np.inf] * 2] * 2,
    "infinity twice": [[np.inf, 1.0], [2.0, np.inf]],
    "all of them": [[np.nan, -np.inf], [np.inf, 1.0]],
}


@pytest.mark.parametrize("what", NOT_FINITE)
@pytest.mark.parametrize("options", [(2,), (2, 1), (3, 1, 1), (2, 2, 1), (2, 1, 1, 2)])
def test_the_gradient_of_what_is_not_finite_is_torchs(what, options):
    x = np.tile(np.array(NOT_FINITE[what]), (2, 2))[None, None] + np.zeros((2, 3, 1, 1))
    assert_as_torch(lambda x: F.max_pool2d(x, *options), lambda x: TF.max_pool2d(x, *options), x)
    ours = F.max_pool2d(x, *options, return_indices=True)[1]
    theirs = TF.max_pool2d(torch.tensor(x), *options, return_indices=True)[1]
    np.testing.assert_array_equal(ours.data, theirs.numpy())


@pytest.mark.parametrize("what", NOT_FINITE)
@pytest.mark.parametrize("size", [1, 3])
def test_and_so_it_is_for_adaptive_pooling(what, size):
    x = np.tile(np.array(NOT_FINITE[what]), (2, 2))[None, None]
    assert_as_torch(lambda x: F.adaptive_max_pool2d(x, size), lambda x: TF.adaptive_max_pool2d(x, size), x)
