"""A printed network shows the settings that torch shows, written and indented alike."""

import re

import numpy as np
import pytest
from torch import nn as tnn

from course_lib import functional as F
from course_lib import nn

LAYERS = [
    "Linear(2, 3)", "Linear(2, 3, bias=False)", "Conv2d(1, 2, 3)", "Conv1d(2, 3, 3, padding=1)",
    "Conv2d(4, 2, (3, 5), stride=2, padding=(1, 2), dilation=2, groups=2, bias=False)",
    "Conv2d(1, 2, 3, padding='same')",
    "ConvTranspose2d(2, 1, 4, 2, 1, output_padding=1)", "ConvTranspose1d(2, 1, 2)", "Embedding(10, 3)",
    "Embedding(10, 3, padding_idx=0)", "BatchNorm1d(4)", "BatchNorm2d(4, eps=1e-3, momentum=0.2, affine=False)",
    "LayerNorm(4)", "LayerNorm((2, 3), elementwise_affine=False)", "GroupNorm(2, 4)", "RMSNorm(4)",
    "RNN(2, 3)", "LSTM(2, 3, 2, batch_first=True, dropout=0.1)", "GRU(2, 3, bidirectional=True, bias=False)",
    "MaxPool2d(2)", "MaxPool2d(3, 2, 1, ceil_mode=True)", "MaxPool1d(2)", "AvgPool2d((2, 3), 1)",
    "AdaptiveAvgPool2d(1)", "AdaptiveAvgPool2d((None, 2))", "Upsample((4, 4), mode='bilinear')",
    "Upsample(scale_factor=2.0)", "PixelShuffle(2)", "Dropout(0.3)", "Dropout2d(0.3)", "ReLU()", "LeakyReLU(0.2)",
    "ELU()", "GELU()", "GELU('tanh')", "SiLU()", "Softplus()", "Tanh()", "Sigmoid()", "Softmax(1)",
    "LogSoftmax(dim=-1)",
    "Flatten()", "Flatten(0, 1)", "Identity()", "MSELoss()", "CrossEntropyLoss()", "BCEWithLogitsLoss()", "NLLLoss()",
    "Sequential()",
    "Sequential(Linear(2, 3), ReLU(), Sequential(Flatten(), ModuleList([Tanh(), ReLU()])), Sequential())",
]  # fmt: skip
DRAWS = {"Linear", "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "Embedding", "RNN", "LSTM", "GRU",
         "Dropout",
         "Dropout2d"}  # fmt: skip


def _names(module, **extra):
    make = {name: getattr(module, name) for name in re.findall(r"\w+(?=\()", " ".join(LAYERS))}
    return make | {name: (lambda *a, _of=make[name], **k: _of(*a, **k, **extra)) for name in DRAWS}


@pytest.mark.parametrize("line", LAYERS)
def test_a_layer_prints_as_in_torch_but_for_options_that_are_absent(line):
    theirs = repr(eval(line, _names(tnn)))
    theirs = re.sub(
        r", (inplace|track_running_stats)=\w+|(?<=affine=True), bias=\w+|(?<=affine=False), bias=\w+", "", theirs
    )
    assert repr(eval(line, _names(nn, rng=np.random.default_rng(0)))) == theirs


def test_a_network_of_ones_own_prints_what_it_holds():
    def network(nn, **rng):
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2, **rng)
                self.act = nn.ReLU()

            def extra_repr(self):
                return "width=2"

        return nn.Sequential(Block(), nn.Sequential(Block()))

    ours = network(nn, rng=np.random.default_rng(0))
    assert repr(ours) == repr(network(tnn))


def test_parameters_of_ones_own_are_shown_by_their_shapes_and_functions_not_at_all():
    class Scale(nn.Module):
        def __init__(self):
            self.gain, self.rate = nn.Parameter(np.ones((2, 3))), 0.1

    assert repr(nn.Sequential(Scale(), F.relu)) == "Sequential(\n  (0): Scale(gain (2, 3))\n)"


def test_settings_can_be_read_as_in_torch():
    ours = nn.Conv2d(1, 2, 3, stride=2, padding=1, rng=np.random.default_rng(0)), nn.MaxPool2d(2), nn.BatchNorm2d(4)
    theirs = tnn.Conv2d(1, 2, 3, stride=2, padding=1), tnn.MaxPool2d(2), tnn.BatchNorm2d(4)
    names = ("kernel_size", "stride", "padding", "dilation"), ("kernel_size", "stride"), ("num_features", "affine")
    for mine, other, attributes in zip(ours, theirs, names, strict=True):
        assert [getattr(mine, name) for name in attributes] == [getattr(other, name) for name in attributes]


def test_a_parameter_says_that_it_is_one():
    said = "Parameter([[1.],\n           [1.]], dtype=float64, requires_grad=True)"
    assert repr(nn.Parameter(np.ones((2, 1)))) == said
