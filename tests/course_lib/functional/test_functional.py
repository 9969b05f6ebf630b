"""Named functions against torch where torch has them, against their formula where not; and their errors."""

import math
import types

import numpy as np
import pytest
import torch
import torch.nn.functional as TF

from course_lib import Tensor
from course_lib import functional as F
from tests.course_lib.against_torch import assert_as_torch, assert_same_numbers


@pytest.fixture
def rng():
    return np.random.default_rng(5)


EDGES = np.array([[-3.0, -1.0, -0.5, 0.0], [0.25, 0.5, 1.0, 40.0]])  # with the kinks


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (F.relu, TF.relu),
        (lambda x: F.leaky_relu(x, 0.2), lambda x: TF.leaky_relu(x, 0.2)),
        (lambda x: F.elu(x, 0.7), lambda x: TF.elu(x, 0.7)),
        (F.gelu, TF.gelu),
        (lambda x: F.gelu(x, approximate="tanh"), lambda x: TF.gelu(x, approximate="tanh")),
        (lambda x: F.softplus(x, 2.0, 10.0), lambda x: TF.softplus(x, 2.0, 10.0)),
        (lambda x: x.clip(-0.5, 1.0), lambda x: x.clip(-0.5, 1.0)),
        (lambda x: x.clip(max=0.3), lambda x: x.clip(max=0.3)),
        (lambda x: x.abs(), lambda x: x.abs()),
        (lambda x: x.max(), lambda x: x.max()),
        (lambda x: F.maximum(x, x.flatten()[5]), lambda x: torch.maximum(x, x.flatten()[5])),
    ],
)
def test_activations_agree_with_torch_also_on_the_kinks(ours, theirs):
    assert_as_torch(ours, theirs, EDGES)


BOTH = types.SimpleNamespace(**{**vars(torch), **vars(TF)})
NO_NUMBERS = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0, -2.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda L, x: L.relu(x),
        lambda L, x: L.elu(x, 0.5),
        lambda L, x: L.gelu(x),
        lambda L, x: abs(x),
        lambda L, x: x.norm(1),
        lambda L, x: x.norm(math.inf),
        lambda L, x: L.maximum(x, x * 0 + 1),
        lambda L, x: L.minimum(x, L.flip(x, (0,))),
        lambda L, x: x.clip(1, 0),
    ],
)
def test_nan_and_infinity_and_their_gradients_are_torchs(function):
    with np.errstate(invalid="ignore"):
        assert_as_torch(lambda x: function(F, x), lambda x: function(BOTH, x), NO_NUMBERS)


def test_far_left_gelu_is_zero_for_either_precision():
    for dtype, far in ((np.float32, -1e4), (np.float64, -1e12)):
        assert_as_torch(F.gelu, TF.gelu, np.array([far, -9.0], dtype), atol=1e-6)


MASKS = {
    "nobody for the first, causal": np.tril(np.ones((3, 5), bool), -1),
    "nobody for any": np.zeros((3, 5), bool),
    "added": np.where(np.tril(np.ones((3, 5), bool), -1), 0.5, -np.inf),
}


@pytest.mark.parametrize("mask", MASKS)
def test_who_may_look_at_nobody_gets_zeros_as_in_torch(mask, rng):
    q, k, v = (rng.standard_normal(shape) for shape in ((2, 3, 4), (2, 5, 4), (2, 5, 6)))
    attend, mask = "scaled_dot_product_attention", MASKS[mask]
    assert_as_torch(
        lambda *a: getattr(F, attend)(*a, mask), lambda *a: getattr(TF, attend)(*a, torch.tensor(mask)), q, k, v
    )


def test_the_gradient_for_the_targets_of_binary_cross_entropy_is_torchs():
    y, t = np.array([0.1, 0.5, 0.9]), np.array([0.0, 1.0, 0.3])
    assert_as_torch(F.binary_cross_entropy, TF.binary_cross_entropy, y, t)
    sure, target = Tensor(np.array([0.0, 1.0])), Tensor(np.array([1.0, 1.0]), requires_grad=True)
    F.binary_cross_entropy(sure, target).backward()
    assert target.grad.tolist() == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "write",
    [
        lambda L, x: x // 2.5,
        lambda L, x: 7.5 // x,
        lambda L, x: x**2,
        lambda L, x: x.square(),
        lambda L, x: +(x * 1),
        lambda L, x: x.logsumexp(0),
        lambda L, x: x.all(),
        lambda L, x: x.any(0, keepdim=True),
        lambda L, x: x[[]],
    ],
)
@pytest.mark.parametrize("array", [np.array([[1, 2], [3, 4]]), np.array([[True, False]]), np.float32([[0.5, 2.0]])])
def test_kinds_of_numbers_become_what_they_become_in_torch(write, array):
    assert_same_numbers(write(F, Tensor(array)), write(torch, torch.tensor(array)))


def test_ties_share_the_gradient_as_in_torch():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    assert_as_torch(lambda t: t.amax(1), lambda t: t.amax(1), x)
    assert_as_torch(lambda t: t.max(), lambda t: t.max(), x)
    assert_as_torch(lambda t: t.max(1).values, lambda t: t.max(1).values, x)
    assert_as_torch(lambda t: t.min(1, keepdim=True).values, lambda t: t.min(1, keepdim=True).values, x)
    assert_as_torch(lambda a, b: F.minimum(a, b), torch.minimum, x, x)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("i,i->", [(3,), (3,)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("...ij,...jk->...ik", [(5, 2, 3), (5, 3, 4)]),
        ("...ij,...jk->...ik", [(7, 5, 2, 3), (5, 3, 4)]),
        ("b...i,...i->b...", [(2, 4, 3), (4, 3)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("ij->ji", [(2, 3)]),
        ("ij,ik,il->jkl", [(2, 3), (2, 4), (2, 5)]),
        ("iij,j->ij", [(3, 3, 2), (2,)]),
        ("ij,kl->i", [(2, 3), (4, 5)]),
        ("ij,ij->ij", [(1, 3), (4, 3)]),
        (" b i j , b j -> b i ", [(2, 3, 4), (2, 4)]),
    ],
)
def test_einsum_agrees_with_torch(equation, shapes, rng):
    arrays = [rng.standard_normal(s) for s in shapes]
    assert_as_torch(lambda *t: F.einsum(equation, *t), lambda *t: torch.einsum(equation, *t), *arrays)


def test_maxout_is_the_largest_of_each_group(rng):
    x = rng.standard_normal((4, 6, 2))
    assert_as_torch(lambda t: F.maxout(t, 3), lambda t: t.reshape(4, 2, 3, 2).amax(2), x)
    assert_as_torch(lambda t: F.maxout(t, 2, dim=0), lambda t: t.reshape(2, 2, 6, 2).amax(1), x)


def test_linear_over_any_leading_axes(rng):
    for lead in ((), (3,), (2, 3), (2, 0, 3)):
        x, w, b = rng.standard_normal((*lead, 4)), rng.standard_normal((5, 4)), rng.standard_normal(5)
        assert_as_torch(F.linear, TF.linear, x, w, b)
        assert_as_torch(F.linear, TF.linear, x, w)


# -------------------------------------------------------------------- dropout


def test_dropout_keeps_the_mean_and_scales_what_it_keeps():
    x = Tensor(np.ones((200, 500)), requires_grad=True)
    out = F.dropout(x, 0.3, rng=np.random.default_rng(0))
    kept = out.data != 0
    np.testing.assert_allclose(out.data[kept], 1 / 0.7, rtol=1e-12)
    assert abs(kept.mean() - 0.7) < 4 * np.sqrt(0.21 / kept.size)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad, out.data)


def test_dropout_is_the_identity_in_evaluation_and_all_zero_at_one():
    x = Tensor(np.ones(5), requires_grad=True)
    assert F.dropout(x, 0.5, training=False) is x
    assert F.dropout(x, 0.0) is x
    np.testing.assert_array_equal(F.dropout(x, 1.0, rng=np.random.default_rng(0)).data, np.zeros(5))


def test_dropout_is_a_function_of_its_generator_and_not_of_the_memory_order(rng):
    x = rng.standard_normal((4, 3, 2, 2))
    last = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    one, two = (F.dropout(a, 0.5, rng=np.random.default_rng(1)).data for a in (x, last))
    np.testing.assert_array_equal(one, two)
    assert two.strides == last.strides


# --------------------------------------------------------------- normalisation


@pytest.mark.parametrize("shape", [(6, 4), (3, 4, 5), (2, 4, 3, 3)])
def test_norms_agree_with_torch(shape, rng):
    x, w, b = rng.standard_normal(shape), rng.standard_normal(shape[1]), rng.standard_normal(shape[1])
    assert_as_torch(lambda *t: F.group_norm(t[0], 2, *t[1:]), lambda *t: TF.group_norm(t[0], 2, *t[1:]), x, w, b)
    last = shape[1:]
    w, b = rng.standard_normal(last), rng.standard_normal(last)
    assert_as_torch(lambda *t: F.layer_norm(t[0], last, *t[1:]), lambda *t: TF.layer_norm(t[0], last, *t[1:]), x, w, b)
    assert_as_torch(lambda t: F.layer_norm(t, last[-1:], eps=0.1), lambda t: TF.layer_norm(t, last[-1:], eps=0.1), x)


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
@pytest.mark.parametrize("widths", [(1, -1), (-2, 2), (2, -1, -1, 2)], ids=str)
def test_padding_one_side_and_cropping_the_other_mirrors_what_is_cropped_as_in_torch(mode, widths, rng):
    x = rng.standard_normal((2, 3, 4, 3))
    widths = (0, 0, *widths) if len(widths) == 2 else widths
    assert_as_torch(lambda t: F.pad(t, widths, mode), lambda t: TF.pad(t, widths, mode), x)


def test_a_size_of_numpys_splits_and_repeats_too(rng):
    assert_as_torch(lambda t: F.split(t, np.int64(2))[1], lambda t: torch.split(t, 2)[1], rng.standard_normal((5, 2)))
    x, counts = rng.standard_normal((3, 2)), np.array([2, 0, 1])
    assert_as_torch(
        lambda t: F.repeat_interleave(t, counts, 0),
        lambda t: torch.repeat_interleave(t, torch.tensor(counts), 0),
        x,
    )


def test_the_sigmoid_of_integers_is_float32_as_in_torch():
    for values in ([0, 1, -2], [True, False]):
        assert_same_numbers(F.sigmoid(Tensor(values)), torch.sigmoid(torch.tensor(values)), rtol=1e-6)


def test_functions_of_short_integers_are_float32_as_in_torch():
    for dtype in (np.uint8, np.int16, bool):
        x = np.array([0, 1, 1]).astype(dtype)
        for name in ("exp", "sqrt", "tanh", "cos"):
            assert_same_numbers(getattr(Tensor(x), name)(), getattr(torch.tensor(x), name)(), rtol=1e-6)


def test_an_embedding_of_width_zero_has_a_gradient():
    assert_as_torch(lambda w: F.embedding([1, 0], w), lambda w: TF.embedding(torch.tensor([1, 0]), w), np.zeros((3, 0)))


def test_the_standard_deviation_of_equal_values_has_gradient_zero_as_in_torch(rng):
    x = rng.standard_normal((3, 4))
    x[1] = 2.0
    for options in ({"dim": 1}, {"dim": 1, "correction": 0, "keepdim": True}, {}):
        assert_as_torch(lambda t, o=options: t.std(**o), lambda t, o=options: t.std(**o), x)
    assert_as_torch(lambda t: t.std(correction=0), lambda t: t.std(correction=0), np.array([3.0]))


# --------------------------------------------------------------------- errors


def ones(*shape):
    return Tensor(np.ones(shape))


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (ValueError, "cat: needs at least one Tensor, got none", lambda: F.cat([])),
        (ValueError, r"cat: all sizes but that of dim 0 must be equal, got", lambda: F.cat([ones(2, 3), ones(2, 4)])),
        (ValueError, r"stack: all Tensors must have one shape, got", lambda: F.stack([ones(2), ones(3)])),
        (IndexError, "stack: dim must be between -2 and 1 for 2 axes, got 2", lambda: F.stack([ones(2)], 2)),
        (ValueError, "einsum: 'ij,jk' names 2 operands, got 1", lambda: F.einsum("ij,jk", ones(2, 2))),
        (ValueError, r"einsum: 'ijk' must name every axis, got shape \(2, 2\)", lambda: F.einsum("ijk->i", ones(2, 2))),
        (ValueError, "einsum: the result must use letters .*got 'ij->ik'", lambda: F.einsum("ij->ik", ones(2, 2))),
        (ValueError, "einsum: ", lambda: F.einsum("ij,jk->ik", ones(2, 2), ones(3, 2))),
        (ValueError, "split: the size of a part must be at least 1, got 0", lambda: F.split(ones(4), 0)),
        (ValueError, r"split: parts must add up to the 4 along dim 0, got \[1, 2\]", lambda: F.split(ones(4), [1, 2])),
        (
            ValueError,
            "gather: index must hold integers with 2 axes, got float64",
            lambda: F.gather(ones(2, 2), 1, ones(2, 1)),
        ),
        (
            IndexError,
            "gather: indices must be in 0..1 on axis 1, got 0 to 2",
            lambda: F.gather(ones(2, 2), 1, [[0, 2]]),
        ),
        (ValueError, "pad: needs two whole numbers for each of at most 1 axes", lambda: F.pad(ones(2), (1,))),
        (ValueError, "pad: mode must be one of .* got 'mirror'", lambda: F.pad(ones(2), (1, 1), "mirror")),
        (
            ValueError,
            "pad: reflect padding of 2 and 0 is impossible on an axis of 2",
            lambda: F.pad(ones(2), (2, 0), "reflect"),
        ),
        (ValueError, "pad: constant padding of -2 and -1 is impossible", lambda: F.pad(ones(2), (-2, -1))),
        (ValueError, "gelu: approximate is 'none' or 'tanh', got 'erf'", lambda: F.gelu(ones(2), approximate="erf")),
        (ValueError, "maxout: pieces must divide the 3 units along dim 1, got 2", lambda: F.maxout(ones(2, 3), 2)),
        (ValueError, r"linear: needs input .* got \(2, 3\) and \(2, 4\)", lambda: F.linear(ones(2, 3), ones(2, 4))),
        (
            ValueError,
            r"linear: bias must have shape \(2,\).*got \(3,\)",
            lambda: F.linear(ones(1, 4), ones(2, 4), ones(3)),
        ),
        (TypeError, "embedding: indices must be integers, got dtype float64", lambda: F.embedding(ones(2), ones(3, 2))),
        (IndexError, "embedding: indices must be in 0..2, got 0 to 3", lambda: F.embedding([0, 3], ones(3, 2))),
        (ValueError, r"embedding: weight must have shape \(rows, d\), got \(3,\)", lambda: F.embedding([0], ones(3))),
        (IndexError, "embedding: padding_idx must be a row in 0..2, got 3", lambda: F.embedding([0], ones(3, 2), 3)),
        (TypeError, "one_hot: labels must be integers, got dtype float64", lambda: F.one_hot(ones(2))),
        (ValueError, "one_hot: labels must be at least 0, got -1", lambda: F.one_hot([1, -1], 3)),
        (ValueError, r"dropout: p must be a probability in \[0, 1\], got 1.5", lambda: F.dropout(ones(2), 1.5)),
        (TypeError, "dropout: needs rng=, a NumPy generator", lambda: F.dropout(ones(2), 0.5)),
        (
            ValueError,
            r"layer_norm: the last axes must be \(3,\), got input of shape \(2, 4\)",
            lambda: F.layer_norm(ones(2, 4), 3),
        ),
        (
            ValueError,
            r"layer_norm: weight must have shape \(2, 3\), got \(3, 2\)",
            lambda: F.layer_norm(ones(4, 2, 3), (2, 3), ones(3, 2)),
        ),
        (
            ValueError,
            r"group_norm: bias must have shape \(4,\), got \(1, 4\)",
            lambda: F.group_norm(ones(2, 4, 3), 2, None, ones(1, 4)),
        ),
        (ValueError, "group_norm: num_groups must divide the channels", lambda: F.group_norm(ones(2, 4), 3)),
        (ValueError, "split: the size of a part must be a whole number, got 1.5", lambda: F.split(ones(4), 1.5)),
        (ValueError, "split: the size of a part must be at least 0, got -1", lambda: F.split(ones(4), [5, -1])),
        (ValueError, "repeat_interleave: repeats must be .*got -1", lambda: F.repeat_interleave(ones(2), -1, 0)),
        (ValueError, "repeat_interleave: repeats must be .*got 1.5", lambda: F.repeat_interleave(ones(2), 1.5, 0)),
        (ValueError, "repeat_interleave: repeats .* each of 3, got", lambda: F.repeat_interleave(ones(3), [1, 2], 0)),
        (ValueError, "pad: needs two whole numbers .*, got 1$", lambda: F.pad(ones(2, 3), 1)),
        (ValueError, r"pad: needs two whole numbers .*, got \(1.5, 2\)", lambda: F.pad(ones(2, 3), (1.5, 2))),
        (ValueError, "pad: replicate padding of 1 and 0 is impossible", lambda: F.pad(ones(2, 0), (1, 0), "replicate")),
        (TypeError, "softmax: needs floats, got dtype int64", lambda: F.softmax(Tensor([1, 2]), 0)),
        (TypeError, "neg: needs numbers, got dtype bool", lambda: -Tensor([True])),
        (TypeError, "elu: settings must be numbers, got alpha='x'", lambda: F.elu(ones(2), "x")),
        (TypeError, "clip: settings must be numbers, got low='a', high=1", lambda: ones(2).clip("a", 1)),
        (TypeError, "dropout: needs floats, got dtype int64", lambda: F.dropout(Tensor([1, 2]), 0.5)),
        (TypeError, "softmax: dim must be a whole number, got 'x'", lambda: F.softmax(ones(2, 3), "x")),
        (TypeError, "softmax: dim must be one whole number, got None", lambda: F.softmax(ones(2, 3), None)),
        (TypeError, r"cat: dim must be one whole number, got \(0,\)", lambda: F.cat([ones(2), ones(2)], (0,))),
        (TypeError, "flip: dim must be a whole number, got 1.5", lambda: F.flip(ones(2, 3), 1.5)),
        (TypeError, "sum: dim must be a whole number, got 0.0", lambda: ones(2, 3).sum(0.0)),
        (TypeError, "unsqueeze: dim must be one whole number, got None", lambda: ones(2, 3).unsqueeze(None)),
        (TypeError, r"max: dim must be one whole number, got \(0, 1\)", lambda: ones(2, 3).max((0, 1))),
        (ValueError, r"^max: an axis without numbers has no .* got shape \(0, 2\)", lambda: ones(0, 2).max(0)),
        (ValueError, r"argmin: an axis without numbers has no .* got shape \(0,\)", lambda: ones(0).argmin()),
        (ValueError, "^std: needs more than 1 values with correction=1, got 1", lambda: ones(1).std()),
        (ValueError, r"where: shapes \(2,\) and \(3,\) do not fit", lambda: F.where(True, ones(2), ones(3))),
        (IndexError, "softmax: dim must be between -1 and 0 for 1 axes, got 1", lambda: F.softmax(ones(3), 1)),
    ],
)
def test_wrong_input_is_told_in_one_sentence(error, sentence, wrong):
    with pytest.raises(error, match=sentence) as caught:
        wrong()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", [..., (), slice(None), (slice(None), slice(None, None, 1)), (slice(0, None), ...)])
def test_an_index_that_takes_all_gives_the_input_itself(key):
    x = Tensor(EDGES, requires_grad=True)
    assert x[key] is x
    assert F.pad(x, (0, 0, 0, 0)) is x
    assert F.pad(x, (0, 0), "reflect") is x


@pytest.mark.parametrize("key", [slice(1, None), slice(None, None, 2), slice(0, 1), (..., None), (slice(None), 0)])
def test_an_index_that_takes_less_or_adds_an_axis_does_not(key):
    x = Tensor(EDGES)
    np.testing.assert_array_equal(x[key].data, EDGES[key])
    assert x[key].shape == EDGES[key].shape != x.shape


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.int64, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["tril", "triu"])
def test_a_triangle_keeps_its_dtype_so_that_one_of_booleans_is_a_mask(name, dtype):
    ours, theirs = getattr(F, name)(np.ones((3, 3), dtype)), getattr(torch, name)(torch.tensor(np.ones((3, 3), dtype)))
    assert ours.dtype == dtype
    np.testing.assert_array_equal(ours.data, theirs.numpy())
