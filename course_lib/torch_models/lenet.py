"""LeNet-5 and the deep hierarchical network that won on digits and traffic signs before ImageNet, in torch.

LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition"; Ciresan, Meier and
Schmidhuber 2012, "Multi-column deep neural networks for image classification".
"""

from torch import nn


def lenet5(classes=10):
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


def ciresan(classes=10):
    """One column of the multi-column network for digits (n, 1, 29, 29): 20C4-MP2-40C5-MP3-150N-10N, tanh."""
    return nn.Sequential(
        *(nn.Conv2d(1, 20, 4), nn.Tanh(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 40, 5), nn.Tanh(), nn.MaxPool2d(3)),
        *(nn.Flatten(), nn.Linear(360, 150), nn.Tanh(), nn.Linear(150, classes)),
    )
