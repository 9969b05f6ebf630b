"""LeNet-5 and the deep hierarchical network that won on digits and traffic signs before ImageNet, in torch.

LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition"; Ciresan, Meier and
Schmidhuber 2012, "Multi-column deep neural networks for image classification".
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from course_lib.torch_models.bridge import to_torch


def lenet5(classes: int = 10) -> nn.Sequential:
    """LeNet-5 as it is written today, for images (n, 1, 32, 32): 61 706 weights.

    The original joined each map of its second convolution to some maps of the first only, pooled with learned scales,
    and compared its last layer with stored prototypes: 60 thousand weights.
    """
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.Tanh()),
        *(nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, classes)),
    )


def ciresan(classes: int = 10) -> nn.Sequential:
    """One column of the multi-column network for digits (n, 1, 29, 29): 20C4-MP2-40C5-MP3-150N-10N, tanh."""
    return nn.Sequential(
        *(nn.Conv2d(1, 20, 4), nn.Tanh(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 40, 5), nn.Tanh(), nn.MaxPool2d(3)),
        *(nn.Flatten(), nn.Linear(360, 150), nn.Tanh(), nn.Linear(150, classes)),
    )


def twin_of(ours: Any) -> nn.Sequential:
    """The torch twin of a `course_lib` Sequential: the same layers with the same numbers in the same float type.

    Its layers may be convolutions (stride 1, no padding), ReLU, pooling 2x2, Flatten, and linear ones.
    """
    layers = [_twin_of_layer(layer) for layer in ours]
    dtype = torch.from_numpy(next(iter(ours.parameters())).data).dtype
    return to_torch(ours, nn.Sequential(*layers).to(dtype))


def _twin_of_layer(layer: Any) -> nn.Module:
    kind = type(layer).__name__
    if kind in ("Conv2d", "Linear"):
        outputs, inputs, *kernel = layer.weight.data.shape
        return nn.Conv2d(inputs, outputs, tuple(kernel)) if kernel else nn.Linear(inputs, outputs)
    return {"ReLU": nn.ReLU, "Flatten": nn.Flatten, "MaxPool2d": lambda: nn.MaxPool2d(2)}[kind]()
