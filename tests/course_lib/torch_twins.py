"""Networks in torch to hold ours to: a layer with the same weights, He's blocks, the papers' formulas."""

import numpy as np
import torch
import torch.nn.functional as TF
from torch import nn as tnn

from course_lib import Tensor
from tests.course_lib.against_torch import assert_same_gradient, assert_same_numbers


def assert_same_layer(ours, theirs, x, rng, *, trained=True):
    """The same weights give the same output, gradients and, in training, the same running statistics."""
    ours.double()
    theirs.double()
    state = {name: torch.tensor(value) for name, value in ours.state_dict().items()}
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    ours.train(trained)
    theirs.train(trained)
    floating = x.dtype.kind == "f"
    a, b = Tensor(x.copy(), requires_grad=floating), torch.tensor(x, requires_grad=floating)
    out, want = ours(a), theirs(b)
    if isinstance(out, tuple):  # a recurrent layer's output comes with its state
        out, want = out[0], want[0]
    assert_same_numbers(out, want)
    g = rng.standard_normal(out.shape)
    if want.requires_grad:
        out.backward(g)
        want.backward(torch.tensor(g))
    if floating:
        assert_same_gradient(a, b, what="gradient of the input")
    for (name, p), (other, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other
        assert_same_gradient(p, q, what=f"gradient of {name}")
    for name, buffer in ours.named_buffers():
        np.testing.assert_allclose(buffer.data, dict(theirs.named_buffers())[name].numpy(), rtol=1e-10)


class TorchBlock(tnn.Module):
    """He's blocks written in torch, with the names of ours; no torchvision is needed."""

    def __init__(self, kind, c, width, stride, groups=1):
        super().__init__()
        self.kind, out = kind, width * (4 if kind == "bottleneck" else 1)

        def conv(a, b, k, s=1, g=1):
            return tnn.Conv2d(a, b, k, s, k // 2, groups=g, bias=False)

        if kind == "bottleneck":
            self.conv1, self.bn1 = conv(c, width, 1), tnn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, stride, groups), tnn.BatchNorm2d(width)
            self.conv3, self.bn3 = conv(width, out, 1), tnn.BatchNorm2d(out)
        elif kind == "basic":
            self.conv1, self.bn1 = conv(c, width, 3, stride), tnn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3), tnn.BatchNorm2d(width)
        else:
            self.bn1, self.conv1 = tnn.BatchNorm2d(c), conv(c, width, 3, stride)
            self.bn2, self.conv2 = tnn.BatchNorm2d(width), conv(width, width, 3)
        same = stride == 1 and c == out
        if kind == "preact":
            self.shortcut = None if same else conv(c, out, 1, stride)
        else:
            self.shortcut = tnn.Identity() if same else tnn.Sequential(conv(c, out, 1, stride), tnn.BatchNorm2d(out))

    def forward(self, x):
        if self.kind == "preact":
            h = torch.relu(self.bn1(x))
            skip = x if self.shortcut is None else self.shortcut(h)
            return self.conv2(torch.relu(self.bn2(self.conv1(h)))) + skip
        h = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.kind == "bottleneck":
            h = self.bn3(self.conv3(torch.relu(h)))
        return torch.relu(h + self.shortcut(x))


def contrast_norm(x, kernel_size, sigma, eps=1e-8):
    """Jarrett et al. 2009, section 2, written with explicit sums over a neighbourhood."""
    channels, reach = x.shape[1], kernel_size // 2
    at = torch.arange(kernel_size, dtype=x.dtype) - reach
    window = torch.exp(-(at[:, None] ** 2 + at[None] ** 2) / (2 * sigma**2))

    def mean(images):
        weights = torch.zeros(images.shape[-2:], dtype=x.dtype)
        total = torch.zeros(images.shape[0], *images.shape[-2:], dtype=x.dtype)
        height, width = images.shape[-2:]
        for i in range(-reach, reach + 1):
            for j in range(-reach, reach + 1):
                moved = TF.pad(images, (reach,) * 4)[..., reach + i :, reach + j :][..., :height, :width]
                inside = TF.pad(torch.ones_like(weights), (reach,) * 4)[reach + i :, reach + j :][:height, :width]
                total = total + window[i + reach, j + reach] * moved.sum(1)
                weights = weights + window[i + reach, j + reach] * channels * inside
        return (total / weights)[:, None]

    centred = x - mean(x)
    deviation = torch.sqrt(mean(centred**2) + eps)
    return centred / torch.maximum(deviation, deviation.mean(dim=(1, 2, 3), keepdim=True))
