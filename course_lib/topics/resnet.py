"""The CIFAR ResNets in NumPy: 6n + 2 layers for small images, plain or residual. He et al. 2015, section 4.2.

The twin in torch is `course_lib.torch_models.resnets.CifarResNet`; names and shapes agree, so that
`torch_models/bridge.py` moves weights both ways.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.nn.blocks import conv3x3
from course_lib.nn.containers import Sequential
from course_lib.nn.layers import Linear
from course_lib.nn.module import Module
from course_lib.nn.norms import BatchNorm2d
from course_lib.optim.optimisers import SGD


class PadShortcut(Module):
    """Option A, without weights: every `stride`-th pixel, and channels of zeros beside the ones there are.

    `zeros` says where: "behind" all of them, or half of them on "both" sides, as in the weights for CIFAR that are
    published most; the paper leaves it open, and a network is right only with the choice it was trained with. Raises
    ValueError for another word.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, zeros: str = "behind") -> None:
        if zeros not in ("behind", "both"):
            raise ValueError(f"PadShortcut: zeros must be 'behind' or 'both', got {zeros!r}")
        more = out_channels - in_channels
        self.stride, before = stride, more // 2 if zeros == "both" else 0
        self.widths = (0, 0, 0, 0, before, more - before)

    def forward(self, x: Tensor) -> Tensor:
        """(n, in_channels, h, w) -> (n, out_channels, h / stride, w / stride)."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], self.widths)


class PaddedBlock(Module):
    """Two 3x3 convolutions with batch norm; with `residual` the shortcut is added before the last ReLU.

    (n, in_channels, h, w) -> (n, channels, h / stride, w / stride); `zeros` is that of `PadShortcut`.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, *, residual: bool = True, zeros: str = "behind",
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.conv1 = conv3x3(in_channels, channels, stride, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.shortcut = PadShortcut(in_channels, channels, stride, zeros) if residual else None

    def forward(self, x: Tensor) -> Tensor:
        """(n, in_channels, h, w) -> (n, channels, h / stride, w / stride)."""
        h = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(h if self.shortcut is None else h + self.shortcut(x))


class CifarResNet(Module):
    """3x3 stem, three stages of (depth - 2) / 6 blocks with width, 2 width, 4 width channels, one linear layer.

    `depth` counts the layers with weights: 20, 32, 44, 56, 110. Raises ValueError when it is not 6n + 2. `zeros` is
    that of `PadShortcut`: "both" for weights that others have published. Images have `in_channels`, and there are
    `classes` logits.
    """

    def __init__(
        self, depth: int = 20, width: int = 16, classes: int = 10, *, residual: bool = True, zeros: str = "behind",
        in_channels: int = 3, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"CifarResNet: depth must be 6n + 2, such as 20, 32, 44, 56, got {depth}")
        self.conv1, self.bn1 = conv3x3(in_channels, width, rng=rng), BatchNorm2d(width)
        self.stages, have = [], width
        for i in range(3):
            channels, stage = width * 2**i, []
            for k in range(depth // 6):
                stride = 2 if i > 0 and k == 0 else 1
                stage.append(PaddedBlock(have, channels, stride, residual=residual, zeros=zeros, rng=rng))
                have = channels
            self.stages.append(Sequential(*stage))
        self.fc = Linear(have, classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Images (n, in_channels, h, w) -> logits (n, classes)."""
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))


def deep_losses(
    x: np.ndarray, t: np.ndarray, weights: Sequence[np.ndarray], rate: float, steps: int, residual: bool
) -> list[float]:
    """Losses before each of `steps` steps of gradient descent of a deep ReLU network without norms.

    x (n, d), classes t (n,); `weights` are arrays (out, in): the first and the last change the number of units, those
    between make h = relu(W h), or h + relu(W h) with `residual`. The arrays stay as they are. `rate` is the learning
    rate; losses in nats.
    """
    params = [Tensor(np.array(w), requires_grad=True) for w in weights]
    optimizer, losses = SGD(params, lr=rate), []
    for _ in range(steps):
        h = F.relu(F.linear(Tensor(x), params[0]))
        for w in params[1:-1]:
            h = F.relu(F.linear(h, w)) + (h if residual else 0.0)
        loss = F.cross_entropy(F.linear(h, params[-1]), t)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def gradient_lengths(model: Module, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Length of the loss gradient by the weights of each convolution, first layer first: (convolutions,).

    x (n, c, h, w), classes t (n,); the model is put into training mode, so that norms use the batch. Its gradients are
    left in place, its running statistics move by one batch.
    """
    kernels = [p for p in model.train().parameters() if p.ndim == 4]
    F.cross_entropy(model(Tensor(x)), t).backward()
    return np.array([np.sqrt(np.sum(np.square(p.grad, dtype=float))) for p in kernels])
