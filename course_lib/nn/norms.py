"""Normalising layers: batch, layer and group norm, with their scale (weight) and shift (bias)."""

import numpy as np

from course_lib import functional as F
from course_lib.arithmetic import whole
from course_lib.nn.layers import ones, zeros
from course_lib.nn.module import Buffer, Module


class _BatchNorm(Module):
    """Standardise each channel over the batch; running statistics serve in evaluation. Ioffe and Szegedy 2015."""

    axes = ()

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True):
        whole(num_features, "num_features", least=1, name=type(self).__name__)
        self.eps, self.momentum = eps, momentum
        self.weight = ones(num_features) if affine else None
        self.bias = zeros(num_features) if affine else None
        self.running_mean = Buffer(np.zeros(num_features, np.float32))
        self.running_var = Buffer(np.ones(num_features, np.float32))

    def forward(self, x):
        """Standardised in training by the batch's statistics, else by the running ones; shape unchanged."""
        features = self.running_mean.shape[0]
        if len(x.shape) not in self.axes or x.shape[1] != features:
            name, wanted = type(self).__name__, " or ".join(f"{n} axes" for n in self.axes)
            raise ValueError(f"{name}: needs {wanted} with {features} channels on axis 1, got shape {x.shape}")
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (n, c) or (n, c, length)."""

    axes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (n, c, h, w)."""

    axes = (4,)


class LayerNorm(Module):
    """Standardise every sample over its last axes, of shape `normalized_shape`. Ba, Kiros and Hinton 2016."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
        shape = tuple(normalized_shape) if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
        shape = tuple(whole(n, "normalized_shape", least=1, name="LayerNorm") for n in shape)
        self.normalized_shape, self.eps = shape, eps
        self.weight = ones(*shape) if elementwise_affine else None
        self.bias = zeros(*shape) if elementwise_affine else None

    def forward(self, x):
        """(..., *normalized_shape), unchanged."""
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)


class GroupNorm(Module):
    """Standardise every sample (n, c, ...) over each of `num_groups` groups of channels. Wu and He 2018."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(f"GroupNorm: num_groups must divide {num_channels} channels, got {num_groups}")
        self.num_groups, self.eps = num_groups, eps
        self.weight = ones(num_channels) if affine else None
        self.bias = zeros(num_channels) if affine else None

    def forward(self, x):
        """(n, c, ...), unchanged."""
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)
