"""What is told instead of a name of torch's gives torch's numbers, shape and dtype when it is written so."""

import numpy as np
import pytest
import torch

from course_lib import Tensor, init, nn
from course_lib import functional as F
from course_lib.autograd import torch_names

T = np.array([[3.0, -1.0, 4.0, 1.0], [-5.0, 9.0, 2.0, 6.0]], np.float32)
ARRAYS = {"t": T, "a": T * 2 - 4, "b": np.array([[2, 0.5, 3, 1], [1, 4, 2, 3]], np.float32), "c": T + 1}
ARRAYS |= {"x": T, "rows": np.array([1, 0]), "indices": np.array([[0, 1], [1, 0]])}
NUMBERS = {"dim": 1, "k": 2, "q": 0.3, "weight": 0.25, "n": 4, "shape": (2, 3), "value": 1.5, "threshold": 1.0}
CASES = [
    ("TENSOR", "logical_and", "a.logical_and(b)"), ("TENSOR", "logical_xor", "a.logical_xor(b)"),
    ("TENSOR", "logical_not", "t.logical_not()"), ("TENSOR", "median", "t.median()"),
    ("TENSOR", "nonzero", "t.nonzero()"), ("TENSOR", "kron", "torch.kron(a, b)"),
    ("TENSOR", "quantile", "t.quantile(q)"), ("TENSOR", "logcumsumexp", "t.logcumsumexp(dim)"),
    ("TENSOR", "lerp", "a.lerp(b, weight)"), ("TENSOR", "addcmul", "torch.addcmul(c, a, b)"),
    ("TENSOR", "addcdiv", "torch.addcdiv(c, a, b)"), ("TENSOR", "tan", "t.tan()"),
    ("TENSOR", "kthvalue", "t.kthvalue(k)[0]"), ("TENSOR", "cdist", "torch.cdist(a, b)"),
    ("TENSOR", "dist", "torch.dist(a, b)"), ("TENSOR", "cumprod", "t.cumprod(dim)"),
    ("TENSOR", "cummax", "t.cummax(dim)[0]"), ("TENSOR", "isclose", "a.isclose(b)"),
    ("TENSOR", "diag_embed", "t.diag_embed()"), ("TENSOR", "index_add", "a.index_add(0, rows, b)"),
    ("TENSOR", "reciprocal", "t.reciprocal()"), ("TENSOR", "take", "t.take(indices)"), ("TENSOR", "mT", "t.mT"),
    ("TENSOR", "take_along_dim", "t.take_along_dim(indices, dim)"), ("TENSOR", "new_zeros", "t.new_zeros(shape)"),
    ("TENSOR", "new_full", "t.new_full(shape, value)"),
    ("TENSOR", "inner", "torch.inner(a, b)"), ("TENSOR", "negative", "t.negative()"), ("TENSOR", "bool", "t.bool()"),
    ("FUNCTIONAL", "relu6", "TF.relu6(x)"), ("FUNCTIONAL", "hardtanh", "TF.hardtanh(x)"),
    ("FUNCTIONAL", "logsigmoid", "TF.logsigmoid(x)"), ("FUNCTIONAL", "softmin", "TF.softmin(x, dim)"),
    ("FUNCTIONAL", "threshold", "TF.threshold(x, threshold, value)"), ("NN", "Tanhshrink", "torch.nn.Tanhshrink()(x)"),
    ("TOP", "zeros_like", "torch.zeros_like(t)"), ("TOP", "full_like", "torch.full_like(t, value)"),
]  # fmt: skip
OURS = {"F": F, "np": np, "nn": nn, "init": init, "Tensor": Tensor} | NUMBERS
THEIRS = {"torch": torch, "TF": torch.nn.functional} | NUMBERS


@pytest.mark.parametrize(("table", "name", "line"), CASES, ids=[name for _, name, _ in CASES])
def test_what_is_written_instead_gives_the_same(table, name, line):
    said = getattr(torch_names, table)[name].removesuffix(", which has no gradient")
    ours = np.asarray(eval(said, OURS | {key: Tensor(array) for key, array in ARRAYS.items()}))
    theirs = eval(line, THEIRS | {key: torch.tensor(array) for key, array in ARRAYS.items()}).numpy()
    assert (ours.shape, ours.dtype.kind) == (theirs.shape, theirs.dtype.kind)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["kaiming_normal_", "kaiming_uniform_", "xavier_normal_", "xavier_uniform_"])
def test_first_weights_that_are_told_spread_as_torchs(name):
    drawn = {}
    for key, weight in {"ours": nn.Parameter(np.zeros((400, 300), np.float32)), "torch": torch.zeros(400, 300)}.items():
        if key == "ours":
            exec(torch_names.INIT[name], {"init": init, "rng": np.random.default_rng(0), "w": weight})
        else:
            getattr(torch.nn.init, name)(weight)
        values = np.asarray(weight.data)
        drawn[key] = values.std(), np.abs(values).max() / values.std() < 1.8  # a uniform one ends at 1.73 deviations
    np.testing.assert_allclose(drawn["ours"], drawn["torch"], rtol=0.02)
