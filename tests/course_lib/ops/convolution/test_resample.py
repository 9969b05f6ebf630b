"""Interpolation, windows as columns, local normalisation, locally connected layers: against torch in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as TF

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.ops.batch_norm import batch_norm
from tests.course_lib.against_torch import assert_as_torch, in_other_memory, torch_samples
from tests.course_lib.torch_twins import contrast_norm


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize(
    "target",
    [{"size": 4}, {"size": (9, 3)}, {"scale_factor": 2}, {"scale_factor": (0.6, 1.7)}, {"scale_factor": (1.1, 1.1)}],
    ids=str,
)
@pytest.mark.parametrize("mode", [("nearest", None), ("bilinear", False), ("bilinear", True)])
def test_interpolation_and_its_gradient_are_torchs(target, mode, rng):
    assert_as_torch(
        F.interpolate, TF.interpolate, rng.standard_normal((2, 3, 6, 5)), mode=mode[0], align_corners=mode[1], **target
    )


@pytest.mark.parametrize("hole", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("name", "options"),
    [("interpolate", {"scale_factor": 2}), ("adaptive_avg_pool2d", {"output_size": 2})],
)
def test_a_pixel_without_a_number_spoils_only_what_it_is_part_of(hole, name, options, rng):
    images = rng.standard_normal((2, 3, 4, 6))
    images[0, 1, 2, 5] = hole
    assert_as_torch(getattr(F, name), getattr(TF, name), images, **options)


def test_torchs_own_interpolation_samples_agree():
    checked = 0
    for x, args, options in torch_samples("nn.functional.interpolate"):
        if (
            x.ndim == 4
            and options["mode"] in ("nearest", "bilinear")
            and not options.pop("recompute_scale_factor", None)
        ):
            options = {**options, **({"size": args[0]} if args else {})}
            assert_as_torch(F.interpolate, TF.interpolate, x, **options)
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("kernel", [1, 2, (3, 2)])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("padding", [0, (1, 2)])
@pytest.mark.parametrize("stride", [1, (2, 3)])
def test_unfold_and_fold_and_their_gradients_are_torchs(kernel, dilation, padding, stride, rng):
    options = {"kernel_size": kernel, "dilation": dilation, "padding": padding, "stride": stride}
    x = rng.standard_normal((2, 3, 7, 6))
    assert_as_torch(F.unfold, TF.unfold, x, **options)
    assert_as_torch(F.fold, TF.fold, rng.standard_normal(F.unfold(x, **options).shape), output_size=(7, 6), **options)


def test_torchs_own_unfold_samples_agree():
    samples = torch_samples("nn.functional.unfold", lambda sample: sample.input.numel() > 0)
    assert len(samples) > 50
    for x, args, options in samples:
        assert_as_torch(
            lambda t, a=args, o=options: F.unfold(t, *a, **o), lambda t, a=args, o=options: TF.unfold(t, *a, **o), x
        )


def test_a_batch_without_images_passes_through_unfold_fold_and_adaptive_pooling():
    assert_as_torch(F.unfold, TF.unfold, np.zeros((0, 3, 4, 5)), kernel_size=2)
    assert_as_torch(F.fold, TF.fold, np.zeros((0, 12, 12)), output_size=(4, 5), kernel_size=2)
    assert_as_torch(F.adaptive_max_pool2d, TF.adaptive_max_pool2d, np.zeros((0, 3, 4, 5)), output_size=2)


def test_convolution_is_a_product_with_unfolded_windows(rng):
    x, weight = rng.standard_normal((2, 3, 7, 6)), rng.standard_normal((4, 3, 3, 3))
    product = weight.reshape(4, -1) @ F.unfold(x, 3, padding=1).data
    np.testing.assert_allclose(product.reshape(2, 4, 7, 6), F.conv2d(x, weight, padding=1).data, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("shape", [(2, 6, 4, 3), (2, 4, 5), (1, 1, 3, 3)])
def test_local_response_norm_and_its_gradient_are_torchs(size, shape, rng):
    options = {"alpha": 0.3, "beta": 0.6, "k": 1.5}
    assert_as_torch(F.local_response_norm, TF.local_response_norm, 2 * rng.standard_normal(shape), size=size, **options)
    assert_as_torch(F.local_response_norm, TF.local_response_norm, rng.standard_normal(shape), size=size)


def test_torchs_own_local_response_samples_agree():
    samples = torch_samples("nn.functional.local_response_norm")
    assert len(samples) > 5
    for x, args, options in samples:
        if x.ndim >= 3:
            assert_as_torch(F.local_response_norm, TF.local_response_norm, x, size=args[0], **options)


@pytest.mark.parametrize(("kernel_size", "sigma"), [(3, 1.0), (5, 1.25), (9, 2.0)])
@pytest.mark.parametrize("shape", [(2, 1, 9, 10), (2, 3, 8, 7)])
def test_local_contrast_norm_and_its_gradient_are_the_papers_formula(kernel_size, sigma, shape, rng):
    ours = lambda t: F.local_contrast_norm(t, kernel_size, sigma)  # noqa: E731
    assert_as_torch(
        ours, lambda t: contrast_norm(t, kernel_size, sigma), rng.standard_normal(shape), atol=1e-8, rtol=1e-7
    )


def test_local_contrast_norm_forgets_brightness_and_contrast_but_keeps_flat_parts_flat(rng):
    x = rng.standard_normal((2, 1, 12, 12))
    plain = F.local_contrast_norm(x, 5).data
    np.testing.assert_allclose(F.local_contrast_norm(40 * x + 7, 5).data, plain, atol=1e-5)
    flat = Tensor(np.ones((1, 1, 8, 8)), requires_grad=True)
    out = F.local_contrast_norm(flat, 5)
    np.testing.assert_allclose(out.data, 0, atol=1e-9)
    out.sum().backward()
    assert np.isfinite(flat.grad).all()


LOCAL = [((2, 3, 6, 5), (4, 3), {}), ((2, 3, 6, 5), (2, 2), {"stride": (2, 1), "padding": 1, "dilation": (1, 2)})]


@pytest.mark.parametrize(("image", "kernel", "options"), LOCAL, ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_a_locally_connected_layer_is_one_matrix_per_window(image, kernel, options, bias, rng):
    probe = TF.conv2d(torch.zeros(image), torch.zeros(4, image[1], *kernel), **options)
    oh, ow = probe.shape[2:]
    weight = rng.standard_normal((oh, ow, 4, image[1], *kernel))

    def theirs(x, weight, bias):
        windows = TF.unfold(x, kernel, **options)
        out = torch.einsum("pfk,nkp->nfp", weight.reshape(oh * ow, 4, -1), windows).reshape(len(x), 4, oh, ow)
        return out if bias is None else out + bias

    biases = rng.standard_normal((4, oh, ow)) if bias else None
    ours = lambda *arrays: F.locally_connected2d(*arrays, **options)  # noqa: E731
    assert_as_torch(ours, theirs, rng.standard_normal(image), weight, biases)


def test_an_empty_batch_passes_through_a_locally_connected_layer():
    x, weight = (
        Tensor(np.zeros((0, 3, 5, 4)), requires_grad=True),
        Tensor(np.ones((3, 2, 6, 3, 3, 3)), requires_grad=True),
    )
    out = F.locally_connected2d(x, weight)
    assert out.shape == (0, 6, 3, 2)
    out.sum().backward()
    assert x.grad.shape == x.shape
    assert not weight.grad.any()


def test_with_equal_weights_everywhere_it_is_a_convolution(rng):
    x, weight = rng.standard_normal((2, 3, 7, 6)), rng.standard_normal((4, 3, 3, 3))
    local = F.locally_connected2d(x, np.broadcast_to(weight, (5, 4, 4, 3, 3, 3)).copy())
    np.testing.assert_allclose(local.data, F.conv2d(x, weight).data, atol=1e-12)


NORMED = [(6, 3), (5, 4, 7), (3, 2, 5, 4), (4, 1, 3, 3), (2, 7, 1, 1)]


@pytest.mark.parametrize("shape", NORMED, ids=str)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", ["weight and bias", "neither", "weight"])
def test_batch_norm_its_gradients_and_its_running_statistics_are_torchs(shape, training, affine, rng):
    c = shape[1]
    x, weight, bias = rng.standard_normal(shape) * 3 + 2, rng.standard_normal(c), rng.standard_normal(c)
    weight, bias = (weight if "weight" in affine else None), (bias if "bias" in affine else None)
    mean, var = rng.standard_normal(c), rng.random(c) + 0.5
    ours, theirs = (mean.copy(), var.copy()), (torch.tensor(mean), torch.tensor(var))
    options = {"training": training, "momentum": 0.3, "eps": 1e-3}
    assert_as_torch(
        lambda x, w, b: F.batch_norm(x, *ours, w, b, **options),
        lambda x, w, b: TF.batch_norm(x, *theirs, w, b, **options),
        x,
        weight,
        bias,
        atol=1e-9,
    )
    for mine, witness in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, witness.numpy(), rtol=1e-12)
    if not training:
        np.testing.assert_array_equal(ours[0], mean)


def test_torchs_own_batch_norm_samples_agree():
    checked = 0
    for x, (mean, var, weight, bias), options in torch_samples("nn.functional.batch_norm"):
        if x.ndim < 2 or (x.numel() // x.shape[1] < 2 and options.get("training")):
            continue  # torch takes an empty (0,) batch here; we refuse it in a sentence
        if (weight is None) == (bias is None):
            ours = [None if t is None else t.numpy().copy() for t in (mean, var)]
            assert_as_torch(
                lambda t, w, b, o=options, s=ours: F.batch_norm(t, *s, w, b, **o),
                lambda t, w, b, o=options, s=(mean, var): TF.batch_norm(t, *s, w, b, **o),
                *(None if a is None else a.numpy() for a in (x, weight, bias)),
                atol=1e-8,
            )
            checked += 1
    assert checked >= 5


def test_batch_norm_in_float32_survives_a_mean_far_from_zero(rng):
    x = (rng.standard_normal((32, 4, 16, 16)) + 1000).astype(np.float32)
    out, _ = batch_norm(x)
    assert out.dtype == np.float32
    np.testing.assert_allclose(
        out, TF.batch_norm(torch.tensor(x, dtype=torch.float64), None, None, training=True), atol=2e-3
    )


def test_the_memory_order_of_the_input_changes_nothing(rng):
    results = []
    for x in in_other_memory(rng.standard_normal((8, 5, 6, 6))):
        out, vjp = batch_norm(x, np.ones(5), np.zeros(5))
        results.append((out, *vjp(x)))
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)


x4 = np.zeros((2, 3, 5, 5))
WRONG = [
    (lambda: F.interpolate(x4), "interpolate: give either size or scale_factor"),
    (lambda: F.interpolate(x4, size=3, mode="cubic"), "mode must be 'nearest' or 'bilinear', got 'cubic'"),
    (lambda: F.interpolate(x4, size=3, align_corners=True), "align_corners has a meaning only for mode 'bilinear'"),
    (lambda: F.interpolate(x4, scale_factor=0.1), "leaves nothing of 5x5 pixels"),
    (lambda: F.interpolate(x4, scale_factor=-1), "scale_factor must be one positive number or two"),
    (lambda: F.interpolate(x4[0], size=3), r"input must have the axes \(n, c, h, w\), got shape \(3, 5, 5\)"),
    (lambda: F.unfold(x4, 6), "unfold: kernel reaches 6 samples but the input has only 5"),
    (lambda: F.fold(np.zeros((2, 12, 9)), 5, 2), r"fold: input must be \(n, channels \* 4, 16\)"),
    (lambda: F.local_response_norm(np.zeros((2, 3)), 2), "at least one more, got shape"),
    (lambda: F.local_response_norm(x4, 0), "size must be at least 1, got 0"),
    (lambda: F.local_contrast_norm(x4, 4), "odd kernel_size"),
    (lambda: F.local_contrast_norm(x4, -3), "local_contrast_norm: kernel_size must be at least 1, got -3"),
    (lambda: F.local_contrast_norm(x4, 1.5), "local_contrast_norm: kernel_size must be a whole number, got 1.5"),
    (lambda: F.locally_connected2d(x4, np.zeros((2, 2, 4, 3, 3, 3))), r"must begin with the output size \(3, 3\)"),
    (lambda: F.locally_connected2d(x4, np.zeros((3, 3, 4, 3, 3, 3)), np.zeros(4)), r"bias must have shape \(4, 3, 3\)"),
    (lambda: F.batch_norm(x4, None, None, np.ones(2), np.ones(2), True), r"weight must have shape \(3,\), got \(2,\)"),
    (lambda: F.batch_norm(np.zeros((1, 3)), None, None, training=True), "more than one value per channel"),
    (lambda: F.batch_norm(x4, None, None), "without training it needs the running mean and variance"),
    (lambda: F.batch_norm(x4, np.zeros(3), None), "belong together, got only one of them"),
]


@pytest.mark.parametrize(("call", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_arguments_are_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
