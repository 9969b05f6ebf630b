"""Everything a network is built from, in one place: `from course_lib import nn`, then `nn.Linear(...)`."""

from course_lib.nn.blocks import BasicBlock, Bottleneck, PreActBlock
from course_lib.nn.layers import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Flatten,
    Identity,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from course_lib.nn.module import Buffer, Module, Parameter, Sequential
from course_lib.nn.norms import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm
from course_lib.nn.recurrent import GRU, LSTM, RNN

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BasicBlock",
    "BatchNorm1d",
    "BatchNorm2d",
    "Bottleneck",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GroupNorm",
    "Identity",
    "LayerNorm",
    "Linear",
    "LocallyConnected2d",
    "MaxPool2d",
    "Module",
    "Parameter",
    "PreActBlock",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
]
