"""The same computation in course_lib and in torch, as two functions without arguments: what `numeric.py` measures."""

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as TF
from torch import nn as tnn

from benchmarks.networks import ResNet20, lenet
from course_lib import functional as F
from course_lib import nn, optim
from course_lib.autograd.tensor import Tensor
from course_lib.ops.products import wide


class TorchBlock(tnn.Module):
    """`nn.BasicBlock` in torch."""

    def __init__(self, a, b, stride):
        super().__init__()
        self.conv1, self.bn1 = tnn.Conv2d(a, b, 3, stride, 1, bias=False), tnn.BatchNorm2d(b)
        self.conv2, self.bn2 = tnn.Conv2d(b, b, 3, 1, 1, bias=False), tnn.BatchNorm2d(b)
        same = a == b and stride == 1
        self.shortcut = (
            tnn.Identity() if same else tnn.Sequential(tnn.Conv2d(a, b, 1, stride, bias=False), tnn.BatchNorm2d(b))
        )

    def forward(self, x):
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + self.shortcut(x))


def resnet20_step(batch=32, side=32):
    """One step of SGD with momentum on ResNet-20."""
    rng = np.random.default_rng(0)
    sizes = [16] * 4 + [32] * 3 + [64] * 3
    blocks = [TorchBlock(a, b, s) for a, b, s in zip(sizes, sizes[1:], [1, 1, 1, 2, 1, 1, 2, 1, 1], strict=False)]
    first = tnn.Conv2d(3, 16, 3, 1, 1, bias=False), tnn.BatchNorm2d(16), tnn.ReLU()
    theirs = tnn.Sequential(*first, *blocks, tnn.AdaptiveAvgPool2d(1), tnn.Flatten(), tnn.Linear(64, 10))
    return _step(ResNet20(rng=rng), theirs, rng.standard_normal((batch, 3, side, side)), rng.integers(0, 10, batch))


def lenet_step(batch=128):
    """One step on a LeNet: conv 5x5 1->10, pool, conv 5x5 10->20, pool, 320-50-10; 28x28 images."""
    rng = np.random.default_rng(0)
    theirs = tnn.Sequential(
        tnn.Conv2d(1, 10, 5),
        tnn.MaxPool2d(2),
        tnn.ReLU(),
        tnn.Conv2d(10, 20, 5),
        tnn.MaxPool2d(2),
        tnn.ReLU(),
        tnn.Flatten(),
        tnn.Linear(320, 50),
        tnn.ReLU(),
        tnn.Linear(50, 10),
    )
    return _step(lenet(rng=rng), theirs, rng.standard_normal((batch, 1, 28, 28)), rng.integers(0, 10, batch))


def mlp_step(batch=128, hidden=256):
    """One step on 784-hidden-hidden-10 with ReLU."""
    rng = np.random.default_rng(0)
    sizes = 784, hidden, hidden, 10
    ours, theirs = [], []
    for a, b in pairwise(sizes):
        ours += [nn.Linear(a, b, rng=rng), nn.ReLU()]
        theirs += [tnn.Linear(a, b), tnn.ReLU()]
    x, y = rng.standard_normal((batch, 784)), rng.integers(0, 10, batch)
    return _step(nn.Sequential(*ours[:-1]), tnn.Sequential(*theirs[:-1]), x, y)


class Last(nn.Module):
    """An LSTM and a linear layer on its last output."""

    def __init__(self, rng):
        self.lstm, self.last = nn.LSTM(32, 128, batch_first=True, rng=rng), nn.Linear(128, 10, rng=rng)

    def forward(self, x):
        """(n, steps, 32) -> (n, 10)."""
        return self.last(self.lstm(x)[0][:, -1])


class TorchLast(tnn.Module):
    """`Last` in torch."""

    def __init__(self):
        super().__init__()
        self.lstm, self.last = tnn.LSTM(32, 128, batch_first=True), tnn.Linear(128, 10)

    def forward(self, x):
        return self.last(self.lstm(x)[0][:, -1])


def lstm_step(batch=64, steps=32):
    """One step on an LSTM of 128 units over a sequence."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((batch, steps, 32)), rng.integers(0, 10, batch)
    return _step(Last(rng), TorchLast(), x, y)


def _step(ours, theirs, x, y):
    """A training step of each, from the same weights: forward, cross-entropy, backward, SGD with momentum; the loss."""
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        q.data.copy_(torch.tensor(p.data))
    x, labels = x.astype(np.float32), torch.tensor(y)
    images = torch.tensor(x)
    descent = optim.SGD(ours.parameters(), lr=0.01, momentum=0.9)
    torch_descent = torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)

    def our_step():
        descent.zero_grad()
        loss = F.cross_entropy(ours(Tensor(x)), y)
        loss.backward()
        descent.step()
        return float(loss.data)

    def their_step():
        torch_descent.zero_grad()
        loss = TF.cross_entropy(theirs(images), labels)
        loss.backward()
        torch_descent.step()
        return float(loss.detach())

    return our_step, their_step


def forward_and_backward(ours, theirs, *shapes, image_gradient=True):
    """A pair for the forward pass, one for the backward pass; images arrive as the layer before leaves them."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    twins = [torch.tensor(a, requires_grad=image_gradient or i > 0) for i, a in enumerate(arrays)]
    if arrays[0].ndim == 4:
        arrays[0] = _batch_last(arrays[0])
    mine = [Tensor(a, requires_grad=image_gradient or i > 0) for i, a in enumerate(arrays)]
    out, their_out = ours(*mine), theirs(*twins)
    g = rng.standard_normal(out.shape).astype(np.float32)
    torch_g, g = torch.tensor(g), _batch_last(g) if g.ndim == 4 else g
    wanted = [t for t in twins if t.requires_grad]
    vjp = out.vjp
    forward = lambda: ours(*mine), lambda: theirs(*twins)
    backward = lambda: vjp(g), lambda: torch.autograd.grad(their_out, wanted, torch_g, retain_graph=True)
    return forward, backward


def _batch_last(x):
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


def convolution(images, weight, padding, image_gradient=True):
    """conv2d of images (n, c, h, w) with a weight of this shape."""
    return forward_and_backward(
        lambda x, w: F.conv2d(x, w, padding=padding),
        lambda x, w: TF.conv2d(x, w, padding=padding),
        images,
        weight,
        image_gradient=image_gradient,
    )


def batch_norm(images):
    """Training batch norm of images (n, c, h, w)."""
    c = images[1]
    mean, var = np.zeros(c, np.float32), np.ones(c, np.float32)
    their_mean, their_var = torch.zeros(c), torch.ones(c)
    return forward_and_backward(
        lambda x, w, b: F.batch_norm(x, mean, var, w, b, training=True),
        lambda x, w, b: TF.batch_norm(x, their_mean, their_var, w, b, training=True),
        images,
        (c,),
        (c,),
    )


def max_pool(images, kernel_size=2):
    """Max pooling of images (n, c, h, w)."""
    return forward_and_backward(lambda x: F.max_pool2d(x, kernel_size), lambda x: TF.max_pool2d(x, kernel_size), images)


def wide_product(count, n, k, m):
    """`count` products (n, k) by (k, m): in blocks of columns, and by one call of NumPy's."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((n, k), np.float32), rng.standard_normal((count, k, m), np.float32)
    return lambda: wide(a, b), lambda: np.matmul(a, b)


def chain(length):
    """Forward and backward through a chain of `length` small operations: what the graph itself costs."""

    def ours():
        x = y = Tensor(np.ones(4, np.float32), requires_grad=True)
        for _ in range(length):
            y = y * 1.0001
        y.sum().backward()
        return x.grad

    def theirs():
        x = y = torch.ones(4, requires_grad=True)
        for _ in range(length):
            y = y * 1.0001
        y.sum().backward()
        return x.grad

    return ours, theirs
