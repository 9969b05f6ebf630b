"""The networks that are measured and trained here, built from course_lib."""

from itertools import pairwise

from course_lib import functional as F
from course_lib import nn


def lenet(*, rng):
    """28x28 images to 10 logits: conv 5x5 1->10, pool, conv 5x5 10->20, pool, 320-50-10."""
    return nn.Sequential(
        nn.Conv2d(1, 10, 5, rng=rng),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Conv2d(10, 20, 5, rng=rng),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(320, 50, rng=rng),
        nn.ReLU(),
        nn.Linear(50, 10, rng=rng),
    )


class ResNet20(nn.Module):
    """The CIFAR ResNet of depth 20 (He et al. 2015): three stages of three blocks, `width` to 4 `width` channels."""

    def __init__(self, channels=3, classes=10, width=16, *, rng):
        self.first = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1, bias=False, rng=rng), nn.BatchNorm2d(width))
        sizes = [width] * 4 + [2 * width] * 3 + [4 * width] * 3
        strides = [1, 1, 1, 2, 1, 1, 2, 1, 1]
        self.blocks = nn.Sequential(
            *(nn.BasicBlock(a, b, s, rng=rng) for (a, b), s in zip(pairwise(sizes), strides, strict=True))
        )
        self.last = nn.Linear(4 * width, classes, rng=rng)

    def forward(self, x):
        """Images (n, channels, h, w) -> logits (n, classes)."""
        return self.last(F.adaptive_avg_pool2d(self.blocks(F.relu(self.first(x))), 1).flatten(1))
