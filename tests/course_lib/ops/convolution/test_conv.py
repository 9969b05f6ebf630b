"""Convolution and its transpose against torch: outputs and all gradients in float64."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as TF

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.ops import parallel
from course_lib.ops.convolution import windows, winograd
from course_lib.ops.convolution.conv import conv2d
from course_lib.ops.convolution.correlate import correlate, weight_gradient
from course_lib.ops.convolution.input_gradient import input_gradient
from course_lib.ops.convolution.windows import geometry
from tests.course_lib.against_torch import assert_as_torch, in_other_memory, torch_samples

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture(params=[1, 2])
def threads(request):
    before = parallel._chosen
    parallel.set_num_threads(request.param)
    yield request.param
    parallel._chosen = before


# image, weight, options: every option alone, and all together
CONV2D = [
    ((2, 3, 7, 8), (4, 3, 3, 3), {}),
    ((1, 1, 5, 5), (1, 1, 5, 5), {}),
    ((3, 2, 6, 9), (5, 2, 1, 1), {}),
    ((3, 2, 6, 9), (5, 2, 1, 1), {"stride": 2, "padding": 1}),
    ((2, 3, 9, 10), (4, 3, 3, 2), {"stride": (2, 3)}),
    ((2, 3, 9, 10), (4, 3, 3, 2), {"padding": (2, 0)}),
    ((2, 3, 9, 10), (4, 3, 3, 2), {"dilation": (1, 3)}),
    ((2, 3, 9, 10), (4, 3, 4, 3), {"padding": "same"}),
    ((2, 3, 9, 10), (4, 3, 4, 2), {"padding": "same", "dilation": 3}),
    ((2, 3, 9, 10), (4, 3, 4, 2), {"padding": "valid", "stride": 3}),
    ((2, 4, 9, 10), (6, 2, 3, 3), {"groups": 2}),
    ((2, 6, 5, 5), (6, 1, 3, 3), {"groups": 6, "padding": 1}),
    ((2, 4, 11, 12), (8, 2, 3, 2), {"stride": (2, 1), "padding": (3, 1), "dilation": (2, 3), "groups": 2}),
    ((1, 34, 9, 9), (32, 34, 3, 3), {"padding": 1}),  # from here on F(4,3) computes it
    ((3, 32, 4, 4), (32, 32, 3, 3), {"padding": 1}),
    ((3, 32, 6, 5), (33, 32, 3, 3), {}),
    ((2, 32, 7, 6), (33, 32, 3, 3), {"padding": (0, 2)}),
    ((2, 32, 5, 6), (33, 32, 3, 3), {"padding": (4, 3)}),
    ((2, 33, 13, 3), (32, 33, 3, 3), {"padding": "same"}),
]


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize(("image", "kernel", "options"), CONV2D, ids=str)
def test_conv2d_and_its_gradients_are_torchs(image, kernel, options, bias, rng, threads):
    arrays = rng.standard_normal(image), rng.standard_normal(kernel), rng.standard_normal(kernel[0])
    assert_as_torch(F.conv2d, TF.conv2d, *arrays[:2], arrays[2] if bias else None, **options)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_conv2d_holds_over_the_grid_of_geometries(kernel, stride, padding, dilation, rng):
    arrays = rng.standard_normal((2, 2, 8, 9)), rng.standard_normal((3, 2, kernel, kernel)), rng.standard_normal(3)
    assert_as_torch(F.conv2d, TF.conv2d, *arrays, stride=stride, padding=padding, dilation=dilation)


CONV1D = [
    ((2, 3, 9), (4, 3, 3), {}),
    ((2, 4, 12), (6, 2, 4), {"stride": 2, "padding": 3, "dilation": 2, "groups": 2}),
    ((2, 4, 12), (6, 4, 4), {"padding": "same", "dilation": 2}),
    ((1, 9, 12), (8, 9, 3), {"padding": 1}),
]


@pytest.mark.parametrize(("row", "kernel", "options"), CONV1D, ids=str)
def test_conv1d_and_its_gradients_are_torchs(row, kernel, options, rng):
    assert_as_torch(F.conv1d, TF.conv1d, *map(rng.standard_normal, (row, kernel, kernel[0])), **options)
    assert_as_torch(F.conv1d, TF.conv1d, *map(rng.standard_normal, (row, kernel)), None, **options)


TRANSPOSED = [
    ((2, 3, 4, 5), (3, 4, 3, 3), {}),
    ((2, 3, 4, 5), (3, 4, 3, 2), {"stride": (2, 3)}),
    ((2, 3, 4, 5), (3, 4, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
    ((2, 3, 4, 5), (3, 4, 3, 2), {"stride": (3, 2), "padding": (1, 0), "output_padding": (2, 1)}),
    ((2, 4, 4, 3), (4, 3, 2, 3), {"groups": 2, "stride": 2, "dilation": (2, 3), "output_padding": (1, 2)}),
    ((2, 4, 4, 3), (4, 1, 2, 2), {"groups": 4}),
    ((1, 2, 1, 1), (2, 3, 4, 4), {"stride": 2, "padding": 1}),
]


@pytest.mark.parametrize(("image", "kernel", "options"), TRANSPOSED, ids=str)
def test_conv_transpose2d_and_its_gradients_are_torchs(image, kernel, options, rng, threads):
    filters = kernel[1] * options.get("groups", 1)
    arrays = rng.standard_normal(image), rng.standard_normal(kernel)
    assert_as_torch(F.conv_transpose2d, TF.conv_transpose2d, *arrays, rng.standard_normal(filters), **options)
    assert_as_torch(F.conv_transpose2d, TF.conv_transpose2d, *arrays, None, **options)


@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv_transpose2d"])
def test_torchs_own_samples_agree(name):
    samples = torch_samples(f"nn.functional.{name}")
    assert len(samples) >= 10
    for x, (weight, bias), options in samples:
        assert_as_torch(getattr(F, name), getattr(TF, name), x, weight, bias, **options)


def test_transposed_convolution_is_the_gradient_of_convolution(rng):
    x, weight = rng.standard_normal((2, 3, 9, 8)), rng.standard_normal((4, 3, 3, 3))
    out, vjp = conv2d(x, weight, stride=2, padding=1)
    g = rng.standard_normal(out.shape)
    back = F.conv_transpose2d(g, weight, stride=2, padding=1, output_padding=(0, 1))
    np.testing.assert_allclose(back.data, vjp(g)[0], atol=1e-12)


def test_the_fast_and_the_readable_way_agree(rng):
    x, weight = rng.standard_normal((33, 10, 11, 4)), rng.standard_normal((32, 33, 3, 3))
    geo = geometry((10, 11), (3, 3), padding=(2, 1), name="test")
    assert winograd.applies(geo, weight)
    g = rng.standard_normal((32, *geo.out, 4))
    for fast, plain, arrays in (
        (winograd.correlate, correlate, (x, weight)),
        (winograd.input_gradient, input_gradient, (g, weight)),
        (winograd.weight_gradient, weight_gradient, (x, g)),
    ):
        np.testing.assert_allclose(fast(*arrays, geo).run(), plain(*arrays, geo).run(), atol=1e-10)


def random_geometries(rng, count):
    """Images, kernels and options of any size and any mixture, as long as the kernel fits."""
    while count:
        (h, w), kernel, stride, dilation = (rng.integers(1, most, 2) for most in (13, 5, 5, 5))
        padding, groups, n = rng.integers(0, 5, 2), *rng.integers(1, 4, 2)
        if all((kernel - 1) * dilation + 1 <= (h, w) + 2 * padding):
            c, f = groups * rng.integers(1, 4, 2)
            options = {"stride": stride, "padding": padding, "dilation": dilation}
            options = {name: tuple(map(int, pair)) for name, pair in options.items()}
            yield (n, c, h, w), (f, c // groups, *kernel), options | {"groups": int(groups)}
            count -= 1


@pytest.mark.parametrize("block", [1, 300, 1 << 19])
def test_any_mixture_of_options_is_torchs_however_it_is_cut_into_blocks(block, rng, threads, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK", block)
    monkeypatch.setattr("course_lib.ops.convolution.correlate.NARROW", 4)
    for image, kernel, options in random_geometries(rng, 40):
        assert_as_torch(F.conv2d, TF.conv2d, rng.standard_normal(image), rng.standard_normal(kernel), None, **options)


def test_in_float32_the_fast_way_stays_as_close_as_a_few_roundings(rng):
    x, weight = rng.standard_normal((4, 64, 16, 16)), rng.standard_normal((64, 64, 3, 3)) / 24
    exact = conv2d(x, weight, padding=1)[0]
    single = conv2d(x.astype(np.float32), weight.astype(np.float32), padding=1)[0]
    assert single.dtype == np.float32
    assert np.abs(single - exact).max() < 2e-5 * np.abs(exact).max()


@pytest.mark.parametrize("shape", [(8, 3, 6, 6), (8, 33, 6, 6)])
def test_the_memory_order_of_the_input_changes_nothing(shape, rng):
    weight = rng.standard_normal((32, shape[1], 3, 3))
    results = []
    for x in in_other_memory(rng.standard_normal(shape)):
        out, vjp = conv2d(x, weight, padding=1)
        results.append((out, *vjp(np.ascontiguousarray(out))))
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_large_blocks_and_many_give_the_same(rng, monkeypatch):
    x, weight, thin = (rng.standard_normal(s) for s in ((4, 32, 12, 10), (33, 32, 3, 3), (8, 32, 2, 2)))
    whole = [conv2d(x, w, padding=1) for w in (weight, thin)]
    whole = [(out, *vjp(out)) for out, vjp in whole]
    for block in (1, 600, 5000):
        monkeypatch.setattr(windows, "BLOCK", block)
        for w, expected in zip((weight, thin), whole, strict=True):
            out, vjp = conv2d(x, w, padding=1)
            for a, b in zip((out, *vjp(out)), expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-10)


def test_unwanted_gradients_are_not_computed(rng):
    x, weight, bias = (rng.standard_normal(s) for s in ((2, 3, 5, 5), (4, 3, 3, 3), (4,)))
    _, vjp = conv2d(x, weight, bias, needs=(False, True, False))
    gx, gw, gb = vjp(np.ones((2, 4, 3, 3)))
    assert gx is None
    assert gb is None
    assert gw.shape == weight.shape


def test_the_same_answer_on_any_number_of_threads(rng):
    x, weight = rng.standard_normal((8, 32, 17, 9)), rng.standard_normal((33, 32, 3, 3))
    before, results = parallel._chosen, []
    for count in (1, 2, 3):
        parallel.set_num_threads(count)
        for w in (weight, weight[:, :, :2]):
            out, vjp = conv2d(x, w)
            results.append((out, *vjp(out)))
    parallel._chosen = before
    for one, other in zip(results[:2] * 2, results[2:], strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-12)


x4, w4 = np.zeros((2, 3, 5, 5)), np.zeros((4, 3, 3, 3))
WRONG = [
    (
        lambda: F.conv2d(x4, np.zeros((4, 3, 7, 7)), padding=0),
        "conv2d: kernel reaches 7 samples but the input has only 5",
    ),
    (
        lambda: F.conv2d(x4, w4, padding=1, dilation=4),
        "conv2d: kernel reaches 9 samples but the padded input has only 7",
    ),
    (lambda: F.conv2d(x4, np.zeros((4, 2, 3, 3))), "takes 2 channels, but the input has 3"),
    (lambda: F.conv2d(x4, w4, groups=2), "groups must divide the channels, got 2 groups for 3 in and 4 out"),
    (lambda: F.conv2d(x4, w4, np.zeros(3)), r"conv2d: bias must have shape \(4,\), got \(3,\)"),
    (lambda: F.conv2d(np.zeros((5, 5)), w4), r"input must have the axes \(n, c, h, w\), got shape \(5, 5\)"),
    (lambda: F.conv2d(x4, np.zeros((4, 3, 3))), "weight must have 4 axes"),
    (lambda: F.conv2d(x4, w4, stride=0), "stride must be at least 1, got 0"),
    (lambda: F.conv2d(x4, w4, stride=2, padding="same"), "padding 'same' needs stride 1"),
    (
        lambda: F.conv1d(np.zeros((2, 3, 5)), np.zeros((4, 3, 7))),
        "conv1d: kernel reaches 7 samples but the input has only 5",
    ),
    (lambda: F.conv1d(x4, np.zeros((4, 3, 7))), r"conv1d: input must have the axes \(n, c, w\)"),
    (lambda: F.conv_transpose2d(x4, w4[:3], groups=None), "groups must be a whole number, got None"),
    (lambda: F.conv_transpose2d(x4, w4), "takes 4 channels, but the input has 3"),
    (lambda: F.conv_transpose2d(x4, np.zeros((3, 2, 3, 3)), output_padding=1), "output_padding must be smaller"),
    (lambda: F.conv_transpose2d(x4, np.zeros((3, 2, 3, 3)), padding=4), "crops the output"),
]


@pytest.mark.parametrize(("call", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_arguments_are_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_training_step_leaves_float32_as_it_is(rng):
    x = rng.standard_normal((4, 8, 8, 8)).astype(np.float32)
    for groups, kernel in ((1, 3), (2, 3), (1, 5)):
        weight = Tensor(rng.standard_normal((8, 8 // groups, kernel, kernel)).astype(np.float32), requires_grad=True)
        bias = Tensor(np.zeros(8, np.float32), requires_grad=True)
        out = F.conv2d(x, weight, bias, padding=1, groups=groups)
        out.sum().backward()
        assert {out.data.dtype, weight.grad.dtype, bias.grad.dtype} == {np.dtype(np.float32)}


def test_an_empty_batch_passes_through():
    out, vjp = conv2d(np.zeros((0, 3, 5, 5)), np.zeros((4, 3, 3, 3)))
    assert out.shape == (0, 4, 3, 3)
    gx, gw = vjp(out)
    assert gx.shape == (0, 3, 5, 5)
    assert not gw.any()
    assert torch.equal(torch.zeros(0, 4, 3, 3), TF.conv2d(torch.zeros(0, 3, 5, 5), torch.zeros(4, 3, 3, 3)))


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("where", ["input", "weight", "gradient"])
def test_what_is_not_finite_stays_where_it_is_in_wide_layers(wrong, where, rng, threads):
    x, w = rng.standard_normal((2, 32, 9, 8)), rng.standard_normal((33, 32, 3, 3))
    g = rng.standard_normal((2, 33, 9, 8))
    {"input": x, "weight": w, "gradient": g}[where][1, 2, 1, 1] = wrong
    ours = [Tensor(a.astype(np.float32), requires_grad=True) for a in (x, w)]
    theirs = [torch.tensor(a.data, requires_grad=True) for a in ours]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch says nothing either
        out = F.conv2d(*ours, padding=1)
        out.backward(g.astype(np.float32))
    want = TF.conv2d(*theirs, padding=1)
    want.backward(torch.tensor(g.astype(np.float32)))
    for a, b in ((out.data, want.detach()), *((a.grad, b.grad) for a, b in zip(ours, theirs, strict=True))):
        np.testing.assert_array_equal(np.isfinite(a), torch.isfinite(b).numpy())


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("channels", [3, 32, 64])
def test_an_empty_batch_goes_through_and_back(channels, kernel, rng):
    x = np.zeros((0, channels, 8, 8))
    w = rng.standard_normal((channels, channels, kernel, kernel))
    b = np.zeros(channels)
    assert_as_torch(lambda *a: F.conv2d(*a, padding=1), lambda *a: TF.conv2d(*a, padding=1), x, w, b)
    assert_as_torch(F.conv2d, TF.conv2d, x, w, b)
    assert_as_torch(F.conv_transpose2d, TF.conv_transpose2d, x, w, b)
    assert_as_torch(F.conv1d, TF.conv1d, x[..., 0], w[..., 0], b)
