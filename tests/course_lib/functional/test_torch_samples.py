"""PyTorch's own sample inputs: values and every gradient in float64; its own wrong inputs must be errors here too.

`CASES` says which of our functions answers to which entry of torch's `op_db`. A sample that uses an option which we do
not have is left out by naming the option; that a case has samples left is asserted, so that nothing is left out unseen.
"""

import numpy as np
import pytest
import torch

from course_lib import Tensor
from course_lib import functional as F
from tests.course_lib.against_torch import assert_same_gradient, assert_same_numbers, torch_operations


def method(name):
    return lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)


def no_option(*names):
    """Samples that do not use these keyword arguments."""
    return lambda sample: not set(names) & set(sample.kwargs)


def positional(most, *names):
    """Samples with at most `most` positional arguments and without these keywords."""
    return lambda sample: len(sample.args) <= most and no_option(*names)(sample)


def everything(sample):
    return True


def unbiased_only(sample):
    """var and std with torch's modern keyword `correction`; the old positional `unbiased` is not ours."""
    return "unbiased" not in sample.kwargs and all(not isinstance(a, bool) for a in sample.args)


def var(x, *args, correction=1, **kwargs):
    return x.var(*args, correction=1 if correction is None else correction, **kwargs)


def std(x, *args, correction=1, **kwargs):
    return x.std(*args, correction=1 if correction is None else correction, **kwargs)


def one_reduction(sample):
    """The deprecated pair size_average and reduce said what `reduction` says."""
    return not {"size_average", "reduce"} & set(sample.kwargs)


def p_norm(sample):
    """A number of at least 1, as torch takes it, not a matrix norm."""
    p = sample.kwargs.get("p", sample.args[0] if sample.args else 2)
    return (p in ("fro", None) or (isinstance(p, (int, float)) and p >= 1)) and "dtype" not in sample.kwargs


def no_gradient(sample):
    """torch records a floor division and cannot walk back through it."""
    return not sample.input.requires_grad


# name in op_db: (ours, which samples). A variant's name follows a dot.
CASES = {
    "add": (lambda a, b: a + b, no_option("alpha")),
    "sub": (lambda a, b: a - b, no_option("alpha")),
    "mul": (lambda a, b: a * b, everything),
    "div.no_rounding_mode": (lambda a, b: a / b, everything),
    "pow": (lambda a, b: a**b, everything),
    "__radd__": (lambda a, b: b + a, everything),
    "__rsub__": (lambda a, b: b - a, everything),
    "__rmul__": (lambda a, b: b * a, everything),
    "__rdiv__": (lambda a, b: b / a, everything),
    "__rpow__": (lambda a, b: b**a, everything),
    "__rmatmul__": (lambda a, b: b @ a, everything),
    "neg": (lambda a: -a, everything),
    "exp": (method("exp"), everything),
    "log": (method("log"), everything),
    "sqrt": (method("sqrt"), everything),
    "abs": (method("abs"), everything),
    "sin": (method("sin"), everything),
    "cos": (method("cos"), everything),
    "tanh": (method("tanh"), everything),
    "sigmoid": (method("sigmoid"), everything),
    "maximum": (F.maximum, everything),
    "minimum": (F.minimum, everything),
    "where": (lambda x, condition, other: F.where(condition, x, other), everything),
    "gt": (lambda a, b: a > b, everything),
    "ge": (lambda a, b: a >= b, everything),
    "lt": (lambda a, b: a < b, everything),
    "le": (lambda a, b: a <= b, everything),
    "eq": (lambda a, b: a == b, everything),
    "ne": (lambda a, b: a != b, everything),
    "floor_divide": (lambda a, b: a // b, no_gradient),
    "remainder": (lambda a, b: a % b, everything),
    "__rmod__": (lambda a, b: b % a, everything),
    "bitwise_and": (lambda a, b: a & b, everything),
    "bitwise_or": (lambda a, b: a | b, everything),
    "__rand__": (lambda a, b: b & a, everything),
    "bitwise_not": (lambda a: ~a, everything),
    "clamp": (method("clamp"), everything),
    "clone": (method("clone"), no_option("memory_format")),
    "float": (method("float"), no_option("memory_format")),
    "double": (method("double"), no_option("memory_format")),
    "long": (method("long"), no_option("memory_format")),
    "mm": (method("mm"), everything),
    "dot": (method("dot"), everything),
    "square": (method("square"), everything),
    "masked_fill": (method("masked_fill"), everything),
    "t": (method("t"), everything),
    "view": (method("view"), everything),
    "norm": (method("norm"), p_norm),
    "tril": (F.tril, everything),
    "triu": (F.triu, everything),
    "roll": (F.roll, everything),
    "nn.functional.silu": (F.silu, everything),
    "nn.functional.normalize": (F.normalize, p_norm),
    "nn.functional.cosine_similarity": (F.cosine_similarity, everything),
    "nn.functional.kl_div": (F.kl_div, one_reduction),
    "nn.functional.smooth_l1_loss": (F.smooth_l1_loss, one_reduction),
    "nn.functional.pixel_shuffle": (F.pixel_shuffle, everything),
    "nn.functional.rms_norm": (F.rms_norm, everything),
    "nn.functional.instance_norm": (
        lambda x, weight=None, bias=None, eps=1e-5: F.instance_norm(x, weight=weight, bias=bias, eps=eps),
        lambda s: set(s.kwargs) <= {"weight", "bias", "eps"} and not s.args,
    ),
    "nn.functional.scaled_dot_product_attention": (
        F.scaled_dot_product_attention,
        lambda s: not s.kwargs.get("enable_gqa") and not s.kwargs.get("dropout_p"),
    ),
    "nn.functional.conv_transpose1d": (F.conv_transpose1d, everything),
    "nn.functional.avg_pool1d": (F.avg_pool1d, everything),
    "nn.functional.max_pool1d": (F.max_pool1d, everything),
    "sum": (method("sum"), no_option("dtype")),
    "mean": (method("mean"), no_option("dtype")),
    "var": (var, unbiased_only),
    "std": (std, unbiased_only),
    "amax": (method("amax"), everything),
    "amin": (method("amin"), everything),
    "max.reduction_no_dim": (method("max"), everything),
    "max.reduction_with_dim": (method("max"), everything),
    "min.reduction_no_dim": (method("min"), everything),
    "min.reduction_with_dim": (method("min"), everything),
    "argmax": (method("argmax"), everything),
    "argmin": (method("argmin"), everything),
    "logsumexp": (method("logsumexp"), everything),
    "cumsum": (method("cumsum"), no_option("dtype")),
    "matmul": (lambda a, b: a @ b, everything),
    "einsum": (lambda operands, equation: F.einsum(equation, *operands), everything),
    "reshape": (method("reshape"), everything),
    "flatten": (method("flatten"), everything),
    "permute": (method("permute"), everything),
    "transpose": (method("transpose"), everything),
    "squeeze": (method("squeeze"), everything),
    "squeeze.multiple": (method("squeeze"), everything),
    "unsqueeze": (method("unsqueeze"), everything),
    "expand": (method("expand"), everything),
    "repeat": (method("repeat"), everything),
    "flip": (F.flip, everything),
    "__getitem__": (lambda x, key: x[key], everything),
    "cat": (F.cat, lambda s: len({t.ndim for t in s.input}) == 1),  # torch skips empty 1-D tensors, for history's sake
    "stack": (F.stack, everything),
    "split": (F.split, everything),
    "split.list_args": (F.split, everything),
    "split_with_sizes": (F.split, everything),
    "gather": (F.gather, lambda s: s.args[1].ndim == s.input.ndim > 0),
    "repeat_interleave": (F.repeat_interleave, lambda s: "dim" in s.kwargs and isinstance(s.kwargs["repeats"], int)),
    "nn.functional.pad.constant": (F.pad, everything),
    "nn.functional.pad.reflect": (F.pad, everything),
    "nn.functional.pad.replicate": (F.pad, everything),
    "nn.functional.pad.circular": (F.pad, everything),
    "nn.functional.relu": (F.relu, everything),
    "nn.functional.leaky_relu": (F.leaky_relu, everything),
    "nn.functional.elu": (F.elu, everything),
    "nn.functional.gelu": (F.gelu, everything),
    "nn.functional.softplus": (F.softplus, everything),
    "softmax": (F.softmax, no_option("dtype")),
    "log_softmax": (F.log_softmax, no_option("dtype")),
    "nn.functional.softmin": (lambda x, dim: (-x).softmax(dim), no_option("dtype")),
    "nn.functional.linear": (F.linear, everything),
    "nn.functional.embedding": (
        lambda weight, indices, **kw: F.embedding(indices, weight, **kw),
        no_option("max_norm", "norm_type", "scale_grad_by_freq", "sparse"),
    ),
    "nn.functional.one_hot": (F.one_hot, everything),
    "nn.functional.layer_norm": (F.layer_norm, everything),
    "nn.functional.group_norm": (F.group_norm, everything),
    "nn.functional.mse_loss": (F.mse_loss, one_reduction),
    "nn.functional.l1_loss": (F.l1_loss, one_reduction),
    "nn.functional.huber_loss": (F.huber_loss, one_reduction),
    "nn.functional.binary_cross_entropy": (F.binary_cross_entropy, one_reduction),
    "nn.functional.binary_cross_entropy_with_logits": (F.binary_cross_entropy_with_logits, one_reduction),
    "nn.functional.cross_entropy": (F.cross_entropy, one_reduction),
    "nn.functional.nll_loss": (F.nll_loss, one_reduction),
    "nn.functional.multi_margin_loss": (F.multi_margin_loss, lambda s: s.input.ndim == 2),
    "nn.functional.triplet_margin_loss": (F.triplet_margin_loss, one_reduction),
}
INFOS = {f"{op.name}.{op.variant_test_name}".rstrip("."): op for op in torch_operations()}


def ours(x, kept):
    """torch's argument as ours: tensors become Tensors (remembered in `kept`), containers are walked."""
    if isinstance(x, torch.Tensor):
        if id(x) not in kept:  # one tensor may stand in several places
            kept[id(x)] = Tensor(x.detach().numpy().copy(), requires_grad=x.requires_grad), x
            x.grad = None
        return kept[id(x)][0]
    if isinstance(x, (list, tuple)):
        return type(x)(ours(v, kept) for v in x)
    return x


def outputs(out):
    return list(out) if isinstance(out, (tuple, list)) else [out]


def compare(function, info, sample):
    """Values and gradients of one sample."""
    kept = {}
    args = [ours(a, kept) for a in (sample.input, *sample.args)]
    kwargs = {name: ours(a, kept) for name, a in sample.kwargs.items()}
    got, want = outputs(function(*args, **kwargs)), outputs(info(sample.input, *sample.args, **sample.kwargs))
    assert len(got) == len(want)
    rng, loss, twin = np.random.default_rng(0), 0.0, 0.0
    for a, b in zip(got, want, strict=True):
        assert_same_numbers(a, b)
        if b.requires_grad:
            g = rng.standard_normal(tuple(b.shape))
            loss, twin = loss + (a * g).sum(), twin + (b * torch.tensor(g)).sum()
    if isinstance(twin, torch.Tensor):
        twin.backward()
        loss.backward()
        for a, b in kept.values():
            if b.requires_grad:
                assert_same_gradient(a, b)


@pytest.mark.parametrize("name", CASES)
def test_torch_agrees_on_its_own_samples(name):
    function, allowed = CASES[name]
    info, compared = INFOS[name], 0
    dtype = torch.float64 if torch.float64 in info.dtypes else torch.int64
    for sample in info.sample_inputs("cpu", dtype, requires_grad=info.supports_autograd and dtype.is_floating_point):
        if allowed(sample):
            try:
                compare(function, info, sample)
            except Exception as error:
                error.add_note(f"sample {compared} of {name}: {sample}")
                raise
            compared += 1
    assert compared >= 1, f"no sample of {name} was compared"


# Here a number is taken for a Tensor, integers have a mean, there may be no channels, and complex Tensors do not exist.
NOT_ERRORS_HERE = {"maximum", "minimum", "mean", "nn.functional.max_pool1d", "masked_fill"}
WITH_ERRORS = [name for name in CASES if INFOS[name].error_inputs_func is not None and name not in NOT_ERRORS_HERE]


def is_about_values(sample):
    """Not about torch's `out=`, its limit of 64 axes, or operators between things that are no tensors."""
    tensors = sample.input if isinstance(sample.input, (list, tuple)) else [sample.input]
    return "out" not in sample.kwargs and all(isinstance(t, torch.Tensor) and t.ndim < 64 for t in tensors)


@pytest.mark.parametrize("name", WITH_ERRORS)
def test_what_is_an_error_for_torch_is_one_sentence_here(name):
    function, _ = CASES[name]
    for wrong in INFOS[name].error_inputs("cpu"):
        sample = wrong.sample_input
        if is_about_values(sample):
            kept = {}
            args = [ours(a, kept) for a in (sample.input, *sample.args)]
            kwargs = {key: ours(a, kept) for key, a in sample.kwargs.items()}
            with pytest.raises((ValueError, TypeError, IndexError), match=r"^\w+: .*got|^The numpy boolean negative"):
                function(*args, **kwargs)
