"""Counting against torch, which does the layer and is asked for its shape, its weights or its gradient."""

import doctest
import itertools

import pytest
import torch
from torch import nn

from course_lib import arithmetic
from course_lib.arithmetic import (
    Window,
    conv_cost,
    conv_transpose_cost,
    input_sizes,
    linear_cost,
    local_cost,
    output_shape,
    output_size,
    pads,
    pool_cost,
    receptive_field,
    transposed_output_size,
)

SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS = range(1, 12), (1, 2, 3, 5), (1, 2, 3, 4), (0, 1, 2), (1, 2, 3)
GEOMETRIES = list(itertools.product(KERNELS, STRIDES, PADDINGS, DILATIONS))


def torch_size(layer, size):
    """Width of the output torch gives for a row of `size` zeros; None where it refuses."""
    try:
        return layer(torch.zeros(1, 1, size)).shape[-1]
    except RuntimeError:
        return None


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GEOMETRIES)
def test_output_size_is_the_size_torch_gives_and_fails_where_torch_fails(kernel, stride, padding, dilation):
    layer = nn.Conv1d(1, 1, kernel, stride, padding, dilation)
    for size in SIZES:
        want = torch_size(layer, size)
        if want is None:
            with pytest.raises(ValueError, match="kernel reaches"):
                output_size(size, kernel, stride, padding, dilation)
        else:
            assert output_size(size, kernel, stride, padding, dilation) == want


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GEOMETRIES)
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_output_size_of_pooling_is_torchs_with_and_without_ceil_mode(kernel, stride, padding, dilation, ceil_mode):
    padding = min(padding, kernel // 2)  # torch pools no wider
    layer = nn.MaxPool1d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    for size in SIZES:
        want = torch_size(layer, size)
        if not want:
            with pytest.raises(ValueError, match="kernel reaches"):
                output_size(size, kernel, stride, padding, dilation, ceil_mode)
        else:
            assert output_size(size, kernel, stride, padding, dilation, ceil_mode) == want


def test_a_kernel_wider_than_the_padded_input_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"^conv2d: kernel reaches 7 samples but the padded input has only 5$"):
        output_size(3, 4, padding=1, dilation=2, name="conv2d")
    with pytest.raises(ValueError, match=r"^output_size: kernel reaches 5 samples but the input has only 2$"):
        output_size(2, 5, stride=2, ceil_mode=True)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("kernel", range(1, 7))
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_padding_keeps_the_size_and_splits_as_torch_splits(kernel, dilation):
    assert output_size(9, kernel, 1, "same", dilation) == 9
    before, after = pads("same", kernel, dilation=dilation)
    row = torch.arange(1.0, 10.0).reshape(1, 1, 9)
    weight = torch.arange(1.0, kernel + 1).reshape(1, 1, kernel)
    ours = nn.functional.conv1d(nn.functional.pad(row, (before, after)), weight, dilation=dilation)
    assert torch.equal(ours, nn.functional.conv1d(row, weight, padding="same", dilation=dilation))


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GEOMETRIES)
def test_input_sizes_lists_exactly_the_sizes_that_give_that_output(kernel, stride, padding, dilation):
    found = {}
    for size in range(60):
        if size + 2 * padding > dilation * (kernel - 1):
            found.setdefault(output_size(size, kernel, stride, padding, dilation), []).append(size)
    for outputs in range(1, 8):
        if outputs in found:
            assert list(input_sizes(outputs, kernel, stride, padding, dilation)) == found[outputs]
        else:
            with pytest.raises(ValueError, match="no input gives"):
                input_sizes(outputs, kernel, stride, padding, dilation)


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GEOMETRIES)
def test_transposed_output_size_is_torchs_with_every_output_padding(kernel, stride, padding, dilation):
    for extra in range(max(stride, dilation)):
        layer = nn.ConvTranspose1d(1, 1, kernel, stride, padding, extra, dilation=dilation)
        for size in SIZES:
            want = torch_size(layer, size)
            if want is None or want == 0:
                with pytest.raises(ValueError, match="crops the output"):
                    transposed_output_size(size, kernel, stride, padding, extra, dilation)
            else:
                assert transposed_output_size(size, kernel, stride, padding, extra, dilation) == want


STACKS = [
    [(3,)],
    [(3, 2, 1), (3,), (2, 2)],
    [Window(5), Window(2, 2), Window(5), Window(2, 2)],
    [Window(3, dilation=1), Window(3, dilation=2), Window(3, dilation=4)],
    [Window(7, 2, 3), Window(3, 2, 1), Window(3, 1, "same"), Window(1), Window(4, 3, 2, 2)],
]


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_the_receptive_field_is_where_the_gradient_of_one_output_is_not_zero(stack):
    field = receptive_field(stack)
    row = torch.zeros(1, 1, 120, requires_grad=True)
    out = row
    for layer in stack:
        layer = layer if isinstance(layer, Window) else Window(*layer)
        weight = torch.ones(1, 1, layer.kernel_size)
        out = nn.functional.conv1d(out, weight, None, layer.stride, layer.padding, layer.dilation)
    for chosen in (0, 1, 5):
        (gradient,) = torch.autograd.grad(out[0, 0, chosen], row, retain_graph=True)
        seen = gradient[0, 0].nonzero().flatten().tolist()
        inside = [i for i in field.covers(chosen) if i >= 0]
        assert (seen[0], seen[-1]) == (inside[0], inside[-1])
    assert field.size == len(field.covers(0))


@pytest.mark.parametrize("layers", range(1, 6))
@pytest.mark.parametrize("kernel", [2, 3, 5])
def test_undilated_layers_see_l_times_k_minus_1_plus_1(layers, kernel):
    assert receptive_field([(kernel,)] * layers).size == layers * (kernel - 1) + 1


def multiply_adds(module, *shape):
    """Multiply-adds torch's own counter finds in one forward pass of one sample, bias additions left out."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        module(torch.zeros(1, *shape))
    return counter.get_total_flops() // 2


def learned(parameter):
    return 0 if parameter is None else parameter.numel()


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), ((2, 3), (1, 0), (1, 2)), (1, "same", 2)])
def test_conv_cost_is_what_torch_holds_and_counts(groups, bias, stride, padding, dilation):
    layer = nn.Conv2d(4, 8, (3, 2), stride, padding, dilation, groups, bias)
    cost = conv_cost((4, 9, 11), 8, (3, 2), stride, padding, dilation, groups, bias)
    assert cost.output == tuple(layer(torch.zeros(1, 4, 9, 11)).shape[1:])
    assert (cost.weights, cost.biases) == (layer.weight.numel(), learned(layer.bias))
    assert cost.parameters == sum(p.numel() for p in layer.parameters())
    assert cost.multiply_adds == multiply_adds(layer, 4, 9, 11)


@pytest.mark.parametrize("groups", [1, 2])
def test_conv_transpose_cost_is_what_torch_holds_and_counts(groups):
    layer = nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups)
    cost = conv_transpose_cost((4, 5, 7), 6, 3, 2, 1, 1, groups)
    assert cost.output == tuple(layer(torch.zeros(1, 4, 5, 7)).shape[1:])
    assert (cost.weights, cost.biases) == (layer.weight.numel(), learned(layer.bias))
    assert cost.multiply_adds == multiply_adds(layer, 4, 5, 7)


def test_linear_cost_is_what_torch_holds_and_counts():
    layer = nn.Linear(784, 120)
    cost = linear_cost(784, 120)
    assert (cost.weights, cost.biases) == (layer.weight.numel(), learned(layer.bias))
    assert cost.multiply_adds == multiply_adds(layer, 784)


def test_a_locally_connected_layer_multiplies_as_a_convolution_but_shares_nothing():
    shared, local = conv_cost((3, 10, 8), 5, 3), local_cost((3, 10, 8), 5, 3)
    assert local.output == shared.output == (5, 8, 6)
    assert local.multiply_adds == shared.multiply_adds
    assert local.weights == shared.weights * 8 * 6
    assert local.biases == 5 * 8 * 6


def test_the_lectures_costs_are_counted():
    for m, n, k, d in [(3, 8, 5, 28), (1, 16, 3, 11)]:
        assert conv_cost((m, d, d), n, k, bias=False).weights == m * n * k * k
        assert conv_cost((m, d, d), n, k).multiply_adds == m * k * k * n * (d - k + 1) ** 2
    assert pool_cost((6, 28, 28), 2).output == (6, 14, 14)
    assert pool_cost((6, 28, 28), 2).multiply_adds == 6 * 28 * 28
    assert pool_cost((6, 28, 28), 2).parameters == 0
    assert pool_cost((6, 7, 7), 3, 2, 1, ceil_mode=True).output == (6, 4, 4)


IMPOSSIBLE = [
    (lambda: output_size(7.5, 3), r"output_size: size must be a whole number, got 7.5"),
    (lambda: output_size(7, True), r"kernel_size must be a whole number, got True"),
    (lambda: output_size(7, 0), r"kernel_size must be at least 1, got 0"),
    (lambda: output_size(7, 3, 0), r"stride must be at least 1, got 0"),
    (lambda: output_size(7, 3, padding=-1), r"padding must be at least 0, got -1"),
    (lambda: output_size(7, 3, padding="full"), r"padding must be a number, 'same' or 'valid', got 'full'"),
    (lambda: output_size(7, 3, 2, "same"), r"padding 'same' needs stride 1, got stride 2"),
    (lambda: output_shape((7, 7), (3, 3, 3)), r"kernel_size needs one number or 2, got 3"),
    (lambda: transposed_output_size(3, 3, 2, output_padding=2), r"output_padding must be smaller than stride 2"),
    (lambda: conv_cost((3, 8, 8), 4, 3, groups=2), r"groups must divide the channels, got 2 groups for 3 in and 4 out"),
    (lambda: linear_cost(0, 3), r"in_features must be at least 1, got 0"),
]


@pytest.mark.parametrize(("call", "says"), IMPOSSIBLE, ids=[says for _, says in IMPOSSIBLE])
def test_what_cannot_be_is_refused_in_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_the_examples_in_the_docstrings_hold():
    outcome = doctest.testmod(arithmetic)
    assert outcome.attempted > 5
    assert outcome.failed == 0
