"""AlexNet in torch: the one tower that everybody runs today, and the two towers of 2012.

Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks" (two towers,
one on each of two GPUs). One tower: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
"""

from __future__ import annotations

import torch
from torch import nn

ONE = (64, 192, 384, 256, 256)
TWO = (96, 256, 384, 384, 256)


class AlexNet(nn.Module):
    """Five convolutions, three linear layers, ReLU and dropout; images (n, 3, 224, 224) to logits (n, classes).

    `towers=1` has 61 100 840 weights. `towers=2` has 60 965 224: more filters, but convolutions 2, 4 and 5 see only the
    maps of their own tower (two groups), and local response normalisation follows the first two. `width` scales
    channels and hidden units. The paper says 224 and computes with 227; padding 2 gives the same 55 x 55 places.
    """

    def __init__(self, classes: int = 1000, *, towers: int = 1, width: float = 1.0) -> None:
        super().__init__()
        if towers not in (1, 2):
            raise ValueError(f"AlexNet: towers must be 1 or 2, got {towers}")
        c1, c2, c3, c4, c5 = (2 * max(1, round(c * width / 2)) for c in (ONE if towers == 1 else TWO))
        hidden = max(1, round(4096 * width))

        def norm() -> list[nn.Module]:
            return [nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)] if towers == 2 else []

        self.features = nn.Sequential(
            *(nn.Conv2d(3, c1, 11, 4, padding=2), nn.ReLU(), *norm(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(c1, c2, 5, padding=2, groups=towers), nn.ReLU(), *norm(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(c2, c3, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(c3, c4, 3, padding=1, groups=towers), nn.ReLU()),
            *(nn.Conv2d(c4, c5, 3, padding=1, groups=towers), nn.ReLU(), nn.MaxPool2d(3, 2)),
        )
        self.pool = nn.AdaptiveAvgPool2d(6)  # nothing to do at 224 x 224
        self.classifier = nn.Sequential(
            *(nn.Dropout(), nn.Linear(c5 * 36, hidden), nn.ReLU()),
            *(nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes)),
        )
        if towers == 2:
            self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """As in 2012: weights 0.01 randn; biases 1 where that wakes ReLUs up, else 0."""
        convolutions = [m for m in self.features if isinstance(m, nn.Conv2d)]
        linears = [m for m in self.classifier if isinstance(m, nn.Linear)]
        awake = (convolutions[1], convolutions[3], convolutions[4], *linears[:2])
        for m in (*convolutions, *linears):
            nn.init.normal_(m.weight, std=0.01)
            nn.init.constant_(m.bias, float(m in awake))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Images (n, 3, h, w) -> logits (n, classes)."""
        return self.classifier(self.pool(self.features(x)).flatten(1))
