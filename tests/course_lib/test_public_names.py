"""Every public name of `F`, of `nn` and of Tensor has one small case here: torch's own function, or a formula in torch.

A name that is missing fails with a sentence that says what to add. One case shows that the value and every gradient
are right; options, edges and errors are held by the tests of the name's own file.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as TF
from torch import nn as tnn

from course_lib import Tensor, nn
from course_lib import functional as F
from tests.course_lib.against_torch import assert_as_torch
from tests.course_lib.torch_twins import TorchBlock, assert_same_layer, contrast_norm

RNG = np.random.default_rng(11)


def normal(*shape):
    return RNG.standard_normal(shape)


X, IMAGES, ROWS = normal(3, 4), normal(2, 4, 6, 5), normal(5, 3)
SIGNS, LABELS, ZERO_ONE = RNG.choice([-1.0, 1.0], (3, 4)), np.array([0, 2, 1, 2, 0]), RNG.choice([0.0, 1.0], (3, 4))
INSIDE = RNG.uniform(0.1, 0.9, (3, 4))
SAME = np.array([1, 0, 1, 0, 0])


def both(name, *arguments, **options):
    """The function of this name, of F and of torch, with these arguments behind its array."""
    theirs = getattr(TF, name, None) or getattr(torch, name)
    ours = getattr(F, name)
    return (lambda x, *more: ours(x, *more, *arguments, **options),
            lambda x, *more: theirs(x, *more, *arguments, **options))  # fmt: skip


def contrastive(a, b):
    d, s = torch.linalg.vector_norm(a - b, dim=1), torch.tensor(SAME)
    return (s * d**2 / 2 + (1 - s) * torch.relu(1 - d) ** 2 / 2).mean()


def local_layer(x, weight, bias):
    windows = TF.unfold(x, 3).reshape(2, 4 * 9, 4, 3)
    return torch.einsum("yxfk,nkyx->nfyx", weight.reshape(4, 3, 2, 36), windows) + bias


def unpooled(f):
    places = np.arange(0, 24, 4).reshape(1, 1, 2, 3).repeat(2, 0).repeat(4, 1)
    return lambda x: f(x, places if f is F.max_unpool2d else torch.tensor(places), 2)


# name: (ours, torch's or a formula in torch, arrays)
FUNCTIONS = {
    "adaptive_avg_pool2d": (*both("adaptive_avg_pool2d", (2, 3)), IMAGES),
    "adaptive_max_pool2d": (*both("adaptive_max_pool2d", (2, 3)), IMAGES),
    "avg_pool1d": (*both("avg_pool1d", 3, 2, 1), ROWS.T[None].repeat(2, 0)),
    "avg_pool2d": (*both("avg_pool2d", 3, 2, 1), IMAGES),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
                   lambda x, w, b: TF.batch_norm(x, None, None, w, b, True), IMAGES, normal(4), normal(4)),
    "binary_cross_entropy": (lambda x: F.binary_cross_entropy(x, ZERO_ONE),
                             lambda x: TF.binary_cross_entropy(x, torch.tensor(ZERO_ONE)), INSIDE),
    "binary_cross_entropy_with_logits": (
        lambda x: F.binary_cross_entropy_with_logits(x, ZERO_ONE),
        lambda x: TF.binary_cross_entropy_with_logits(x, torch.tensor(ZERO_ONE)), X),
    "cat": (lambda a, b: F.cat([a, b], 1), lambda a, b: torch.cat([a, b], 1), X, normal(3, 2)),
    "contrastive_loss": (lambda a, b: F.contrastive_loss(a, b, SAME), contrastive, ROWS, normal(5, 3)),
    "conv1d": (*both("conv1d", stride=2, padding=1), normal(2, 4, 7), normal(6, 4, 3), normal(6)),
    "conv2d": (*both("conv2d", stride=2, padding=1), IMAGES, normal(6, 4, 3, 3), normal(6)),
    "conv_transpose1d": (*both("conv_transpose1d", stride=2, padding=1),
                         normal(2, 4, 7), normal(4, 3, 3), normal(3)),
    "cosine_similarity": (*both("cosine_similarity"), X, normal(3, 4)),
    "conv_transpose2d": (*both("conv_transpose2d", stride=2, padding=1), IMAGES, normal(4, 3, 3, 3), normal(3)),
    "cross_entropy": (lambda x: F.cross_entropy(x, LABELS),
                      lambda x: TF.cross_entropy(x, torch.tensor(LABELS)), ROWS),
    "dropout": (lambda x: F.dropout(x, 0.5, rng=np.random.default_rng(3)),
                lambda x: 2 * x * torch.tensor(np.random.default_rng(3).random((3, 4), np.float32) >= 0.5), X),
    "dropout2d": (lambda x: F.dropout2d(x, 0.5, rng=np.random.default_rng(3)),
                  lambda x: 2 * x * torch.tensor(np.random.default_rng(3).random((2, 4, 1, 1), np.float32) >= 0.5),
                  IMAGES),
    "einsum": (lambda a, b: F.einsum("ij,kj->ik", a, b), lambda a, b: torch.einsum("ij,kj->ik", a, b), X, normal(2, 4)),
    "elu": (*both("elu", 0.7), X),
    "embedding": (lambda w: F.embedding(LABELS, w, 1), lambda w: TF.embedding(torch.tensor(LABELS), w, 1), X),
    "flip": (*both("flip", (0, 1)), X),
    "fold": (*both("fold", (6, 5), 3), normal(2, 36, 12)),
    "gather": (lambda x: F.gather(x, 0, LABELS[:4, None]), lambda x: x.gather(0, torch.tensor(LABELS[:4, None])), X),
    "gelu": (*both("gelu"), X),
    "group_norm": (lambda x, w, b: F.group_norm(x, 2, w, b), lambda x, w, b: TF.group_norm(x, 2, w, b),
                   IMAGES, normal(4), normal(4)),
    "hinge_loss": (lambda x: F.hinge_loss(x, SIGNS),
                   lambda x: torch.relu(1 - torch.tensor(SIGNS) * x).mean(), X),
    "huber_loss": (*both("huber_loss"), 2 * X, normal(3, 4)),
    "instance_norm": (lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
                      lambda x, w, b: TF.instance_norm(x, weight=w, bias=b), IMAGES, normal(4), normal(4)),
    "kl_div": (*both("kl_div", reduction="batchmean"), -INSIDE, INSIDE),
    "interpolate": (*both("interpolate", (4, 9), mode="bilinear"), IMAGES),
    "l1_loss": (*both("l1_loss"), X, normal(3, 4)),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (4,), w, b), lambda x, w, b: TF.layer_norm(x, (4,), w, b),
                   X, normal(4), normal(4)),
    "leaky_relu": (*both("leaky_relu", 0.2), X),
    "linear": (*both("linear"), X, normal(2, 4), normal(2)),
    "local_contrast_norm": (lambda x: F.local_contrast_norm(x, 3, 1.0), lambda x: contrast_norm(x, 3, 1.0), IMAGES),
    "local_response_norm": (*both("local_response_norm", 3, 0.5), IMAGES),
    "locally_connected2d": (F.locally_connected2d, local_layer, IMAGES, normal(4, 3, 2, 4, 3, 3), normal(2, 4, 3)),
    "log_softmax": (*both("log_softmax", 1), X),
    "max_pool1d": (*both("max_pool1d", 3, 2, 1), ROWS.T[None].repeat(2, 0)),
    "max_pool2d": (*both("max_pool2d", 3, 2, 1), IMAGES),
    "max_unpool2d": (unpooled(F.max_unpool2d), unpooled(TF.max_unpool2d), normal(2, 4, 2, 3)),
    "maximum": (*both("maximum"), X, normal(4)),
    "maxout": (lambda x: F.maxout(x, 2), lambda x: x.reshape(3, 2, 2).amax(2), X),
    "minimum": (*both("minimum"), X, normal(4)),
    "mse_loss": (*both("mse_loss"), X, normal(3, 4)),
    "multi_margin_loss": (lambda x: F.multi_margin_loss(x, LABELS),
                          lambda x: TF.multi_margin_loss(x, torch.tensor(LABELS)), ROWS),
    "nll_loss": (lambda x: F.nll_loss(x, LABELS), lambda x: TF.nll_loss(x, torch.tensor(LABELS)), ROWS),
    "normalize": (*both("normalize"), X),
    "one_hot": (*both("one_hot", 4), LABELS),
    "pad": (*both("pad", (1, 2), "reflect"), X),
    "perceptron_loss": (lambda x: F.perceptron_loss(x, SIGNS),
                        lambda x: torch.relu(-torch.tensor(SIGNS) * x).mean(), X),
    "pixel_shuffle": (*both("pixel_shuffle", 2), IMAGES),
    "relu": (*both("relu"), X),
    "rms_norm": (lambda x, w: F.rms_norm(x, 4, w), lambda x, w: TF.rms_norm(x, (4,), w), X, normal(4)),
    "roll": (*both("roll", 3, 1), X),
    "scaled_dot_product_attention": (*both("scaled_dot_product_attention"), X, normal(5, 4), normal(5, 2)),
    "repeat_interleave": (*both("repeat_interleave", 3, dim=1), X),
    "sigmoid": (*both("sigmoid"), X),
    "silu": (*both("silu"), X),
    "smooth_l1_loss": (*both("smooth_l1_loss", beta=0.5), X, normal(3, 4)),
    "softmax": (*both("softmax", 1), X),
    "softplus": (*both("softplus", 2.0), X),
    "split": (lambda x: F.split(x, 3, 1)[0], lambda x: torch.split(x, 3, 1)[0], X),
    "stack": (lambda a, b: F.stack([a, b], 1), lambda a, b: torch.stack([a, b], 1), X, normal(3, 4)),
    "tanh": (*both("tanh"), X),
    "tril": (*both("tril", -1), X),
    "triu": (*both("triu", 1), X),
    "triplet_margin_loss": (*both("triplet_margin_loss"), ROWS, normal(5, 3), normal(5, 3)),
    "unfold": (*both("unfold", 3), IMAGES),
    "where": (lambda a, b: F.where(SIGNS > 0, a, b), lambda a, b: torch.where(torch.tensor(SIGNS > 0), a, b),
              X, normal(4)),
}  # fmt: skip


def method(name, *arguments, **options):
    """The method of this name on our Tensor and on torch's."""
    return (lambda x: getattr(x, name)(*arguments, **options),) * 2


METHODS = {
    "T": (lambda x: x.T,) * 2,
    "abs": method("abs"),
    "all": (lambda x: (x > -1).all(1),) * 2,
    "amax": method("amax", 1),
    "amin": method("amin", 0, keepdim=True),
    "any": (lambda x: (x > 1).any(0, keepdim=True),) * 2,
    "argmax": method("argmax", 1),
    "argmin": method("argmin"),
    "clamp": method("clamp", -0.5, 0.7),
    "clip": method("clip", -0.5, 0.7),
    "clone": method("clone"),
    "cos": method("cos"),
    "cpu": method("cpu"),
    "cumsum": method("cumsum", 1),
    "detach": method("detach"),
    "dot": (lambda x: x[0].dot(x[1]),) * 2,
    "double": (lambda x: x.float().double(),) * 2,
    "exp": method("exp"),
    "expand": method("expand", 2, 3, 4),
    "flatten": method("flatten"),
    "float": method("float"),
    "long": method("long"),
    "matmul": (lambda x: x.matmul(x.T),) * 2,
    "mm": (lambda x: x.T.mm(x),) * 2,
    "norm": method("norm", 3, 1),
    "pow": method("pow", 3),
    "t": method("t"),
    "view": method("view", 2, 6),
    "log": (lambda x: (x * x).log(),) * 2,
    "log_softmax": method("log_softmax", 1),
    "masked_fill": (lambda x: x.masked_fill(x > 0, -2.0),) * 2,
    "softmax": method("softmax", 1),
    "square": method("square"),
    "logsumexp": method("logsumexp", 1),
    "max": (lambda x: x.max(1).values,) * 2,
    "mean": method("mean", 0),
    "min": (lambda x: x.min(1).values,) * 2,
    "permute": method("permute", 1, 0),
    "relu": method("relu"),
    "repeat": method("repeat", 2, 1),
    "reshape": method("reshape", 2, -1),
    "sigmoid": method("sigmoid"),
    "sin": method("sin"),
    "sqrt": (lambda x: (x * x).sqrt(),) * 2,
    "squeeze": (lambda x: x.reshape(3, 1, 4).squeeze(1),) * 2,
    "std": method("std", 1),
    "sum": method("sum", 1),
    "tanh": method("tanh"),
    "to": method("to", "cpu"),
    "transpose": method("transpose", 0, 1),
    "unsqueeze": method("unsqueeze", 1),
    "var": method("var", 0, correction=0),
}
# What a Tensor says of itself or does with the graph has no output to compare; each has its own test in autograd/.
STATE = {"backward", "cuda", "data", "dim", "dtype", "grad", "inputs", "item", "ndim", "numel", "numpy", "op", "params"}
STATE |= {"requires_grad", "requires_grad_", "retain_grad", "shape", "size", "tolist", "vjp"}


def layer(kind, *arguments, seeded=False, **options):
    """Makers of this layer, ours and torch's; `seeded` where ours draws first weights."""
    return (lambda rng: getattr(nn, kind)(*arguments, **options, **({"rng": rng} if seeded else {})),
            lambda: getattr(tnn, kind)(*arguments, **options))  # fmt: skip


class Local(tnn.Module):
    """LocallyConnected2d in torch."""

    def __init__(self):
        super().__init__()
        self.weight = tnn.Parameter(torch.zeros(4, 3, 2, 4, 3, 3))
        self.bias = tnn.Parameter(torch.zeros(2, 4, 3))

    def forward(self, x):
        return local_layer(x, self.weight, self.bias)


class Scaled(nn.Module):
    """A module with a weight and a buffer of its own."""

    def __init__(self):
        self.scale, self.shift = nn.Parameter(np.ones(4, np.float32)), nn.Buffer(np.zeros(4, np.float32))

    def forward(self, x):
        return x * self.scale + self.shift


class TorchScaled(tnn.Module):
    """The same in torch."""

    def __init__(self):
        super().__init__()
        self.scale = tnn.Parameter(torch.ones(4))
        self.register_buffer("shift", torch.zeros(4))

    def forward(self, x):
        return x * self.scale + self.shift


class Criterion(nn.Module):
    """A loss with its targets."""

    def __init__(self, loss, target):
        self.loss, self.target = loss, target

    def forward(self, x):
        return self.loss(x, self.target)


class TorchCriterion(tnn.Module):
    """The same in torch."""

    def __init__(self, loss, target):
        super().__init__()
        self.loss, self.target = loss, torch.tensor(target)

    def forward(self, x):
        return self.loss(x, self.target)


class Listed(nn.Module):
    """Two linear layers in a list."""

    def __init__(self, rng):
        self.parts = nn.ModuleList([nn.Linear(4, 3, rng=rng)]).append(nn.Linear(3, 2, rng=rng))

    def forward(self, x):
        for part in self.parts[:2]:
            x = part(x).tanh()
        return x


class TorchListed(tnn.Module):
    """The same in torch."""

    def __init__(self):
        super().__init__()
        self.parts = tnn.ModuleList([tnn.Linear(4, 3), tnn.Linear(3, 2)])

    def forward(self, x):
        for part in self.parts:
            x = part(x).tanh()
        return x


# name: (maker of ours, maker of torch's, input)
LAYERS = {
    "AdaptiveAvgPool2d": (*layer("AdaptiveAvgPool2d", (2, 3)), IMAGES),
    "AvgPool1d": (*layer("AvgPool1d", 3, 2, 1), IMAGES[0]),
    "AvgPool2d": (*layer("AvgPool2d", 3, 2, 1), IMAGES),
    "BCEWithLogitsLoss": (lambda r: Criterion(nn.BCEWithLogitsLoss(reduction="sum"), ZERO_ONE),
                          lambda: TorchCriterion(tnn.BCEWithLogitsLoss(reduction="sum"), ZERO_ONE), X),
    "BCELoss": (lambda r: Criterion(nn.BCELoss(), ZERO_ONE), lambda: TorchCriterion(tnn.BCELoss(), ZERO_ONE), INSIDE),
    "HuberLoss": (lambda r: Criterion(nn.HuberLoss("mean", 0.7), ZERO_ONE),
                  lambda: TorchCriterion(tnn.HuberLoss("mean", 0.7), ZERO_ONE), X),
    "L1Loss": (lambda r: Criterion(nn.L1Loss("sum"), ZERO_ONE),
               lambda: TorchCriterion(tnn.L1Loss(reduction="sum"), ZERO_ONE), X),
    "NLLLoss": (lambda r: Criterion(nn.NLLLoss(ignore_index=1), LABELS),
                lambda: TorchCriterion(tnn.NLLLoss(ignore_index=1), LABELS), ROWS),
    "BasicBlock": (lambda r: nn.BasicBlock(4, 6, 2, rng=r), lambda: TorchBlock("basic", 4, 6, 2), IMAGES),
    "BatchNorm1d": (*layer("BatchNorm1d", 3), ROWS),
    "BatchNorm2d": (*layer("BatchNorm2d", 4), IMAGES),
    "Bottleneck": (lambda r: nn.Bottleneck(4, 2, 2, rng=r), lambda: TorchBlock("bottleneck", 4, 2, 2), IMAGES),
    "Buffer": (lambda r: Scaled(), TorchScaled, X),
    "Conv2d": (*layer("Conv2d", 4, 6, 3, 2, 1, seeded=True), IMAGES),
    "Conv1d": (*layer("Conv1d", 6, 4, 3, 2, 1, seeded=True), IMAGES[0]),
    "ConvTranspose1d": (*layer("ConvTranspose1d", 6, 4, 3, 2, 1, seeded=True), IMAGES[0]),
    "CrossEntropyLoss": (lambda r: Criterion(nn.CrossEntropyLoss(label_smoothing=0.1), LABELS),
                         lambda: TorchCriterion(tnn.CrossEntropyLoss(label_smoothing=0.1), LABELS), ROWS),
    "Dropout2d": (lambda r: nn.Dropout2d(0.0, rng=r), lambda: tnn.Dropout2d(0.0), IMAGES),
    "ConvTranspose2d": (*layer("ConvTranspose2d", 4, 6, 3, 2, 1, seeded=True), IMAGES),
    "Dropout": (lambda r: nn.Dropout(0.0, rng=r), lambda: tnn.Dropout(0.0), X),
    "Embedding": (*layer("Embedding", 3, 2, seeded=True), LABELS),
    "Flatten": (*layer("Flatten"), IMAGES),
    "ELU": (*layer("ELU", 0.7), X),
    "LogSoftmax": (*layer("LogSoftmax", 1), X),
    "Softplus": (*layer("Softplus", 2.0), X),
    "GELU": (*layer("GELU", approximate="tanh"), X),
    "InstanceNorm2d": (*layer("InstanceNorm2d", 4, affine=True), IMAGES),
    "LeakyReLU": (*layer("LeakyReLU", 0.2), X),
    "MSELoss": (lambda r: Criterion(nn.MSELoss("sum"), ZERO_ONE),
                lambda: TorchCriterion(tnn.MSELoss(reduction="sum"), ZERO_ONE), X),
    "ModuleList": (Listed, TorchListed, X),
    "MaxPool1d": (*layer("MaxPool1d", 3, 2, 1), IMAGES[0]),
    "PixelShuffle": (*layer("PixelShuffle", 2), IMAGES),
    "RMSNorm": (*layer("RMSNorm", 4), X),
    "SiLU": (*layer("SiLU"), X),
    "Softmax": (*layer("Softmax", 1), X),
    "Upsample": (*layer("Upsample", scale_factor=2, mode="bilinear"), IMAGES),
    "GRU": (*layer("GRU", 5, 3, seeded=True), IMAGES[0]),
    "GroupNorm": (*layer("GroupNorm", 2, 4), IMAGES),
    "Identity": (*layer("Identity"), X),
    "LSTM": (*layer("LSTM", 5, 3, seeded=True), IMAGES[0]),
    "LayerNorm": (*layer("LayerNorm", 4), X),
    "Linear": (*layer("Linear", 4, 2, seeded=True), X),
    "LocallyConnected2d": (lambda r: nn.LocallyConnected2d(4, 2, (6, 5), 3, rng=r), Local, IMAGES),
    "MaxPool2d": (*layer("MaxPool2d", 3, 2, 1), IMAGES),
    "Module": (lambda r: Scaled(), TorchScaled, X),
    "Parameter": (lambda r: Scaled(), TorchScaled, X),
    "PreActBlock": (lambda r: nn.PreActBlock(4, 6, 2, rng=r), lambda: TorchBlock("preact", 4, 6, 2), IMAGES),
    "RNN": (*layer("RNN", 5, 3, seeded=True), IMAGES[0]),
    "ReLU": (*layer("ReLU"), X),
    "Sequential": (lambda r: nn.Sequential(nn.Linear(4, 2, rng=r), nn.Tanh()),
                   lambda: tnn.Sequential(tnn.Linear(4, 2), tnn.Tanh()), X),
    "Sigmoid": (*layer("Sigmoid"), X),
    "Tanh": (*layer("Tanh"), X),
}  # fmt: skip


def told(missing, table):
    return (
        f"{', '.join(sorted(missing))} has no case: add one to {table} in tests/course_lib/test_public_names.py, with "
        "torch's function or a formula in torch beside it"
    )


def gone(unknown, table):
    return f"{table} in tests/course_lib/test_public_names.py names {', '.join(sorted(unknown))}, which is not public"


@pytest.mark.parametrize(
    ("public", "cases", "table"),
    [
        (F.__all__, FUNCTIONS, "FUNCTIONS"),
        (nn.__all__, LAYERS, "LAYERS"),
        ([name for name in dir(Tensor) if not name.startswith("_")], METHODS.keys() | STATE, "METHODS"),
    ],
    ids=["F", "nn", "Tensor"],
)
def test_every_public_name_has_a_case(public, cases, table):
    public, cases = set(public), set(cases)
    assert not public - cases, told(public - cases, table)
    assert not cases - public, gone(cases - public, table)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_its_witness(name):
    ours, theirs, *arrays = FUNCTIONS[name]
    assert_as_torch(ours, theirs, *arrays)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_its_witness(name):
    assert_as_torch(*METHODS[name], X)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_its_witness(name):
    ours, theirs, x = LAYERS[name]
    rng = np.random.default_rng(3)
    assert_same_layer(ours(rng), theirs(), x, rng)
