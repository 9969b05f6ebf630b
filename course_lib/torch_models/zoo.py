"""The networks whose figures are published, by name: how to make each, and what it must count to.

Weights and multiply-adds (of one 224 x 224 image, in units of 10^9) stand beside the weights of the reference
implementations; errors and ranks in the papers.
"""

from dataclasses import dataclass
from functools import partial

from course_lib.torch_models import resnets
from course_lib.torch_models.alexnet import AlexNet
from course_lib.torch_models.densenet import DenseNet
from course_lib.torch_models.googlenet import GoogLeNet
from course_lib.torch_models.vgg import VGG


@dataclass(frozen=True)
class Published:
    """A network's maker and its published figures; `billions` is None where none is given."""

    make: object
    year: int
    parameters: int
    billions: float | None


ZOO = {
    "AlexNet": Published(AlexNet, 2012, 61_100_840, 0.714),
    "VGG-16": Published(partial(VGG, 16), 2014, 138_357_544, 15.470),
    "VGG-19": Published(partial(VGG, 19), 2014, 143_667_240, 19.632),
    "GoogLeNet": Published(GoogLeNet, 2014, 6_624_904, 1.498),
    "GoogLeNet with heads": Published(partial(GoogLeNet, heads=True), 2014, 13_004_888, None),
    "ResNet-18": Published(resnets.resnet18, 2015, 11_689_512, 1.814),
    "ResNet-34": Published(resnets.resnet34, 2015, 21_797_672, 3.664),
    "ResNet-50": Published(resnets.resnet50, 2015, 25_557_032, 4.089),
    "ResNet-101": Published(resnets.resnet101, 2015, 44_549_160, 7.801),
    "ResNet-152": Published(resnets.resnet152, 2015, 60_192_808, 11.514),
    "ResNeXt-50 32x4d": Published(resnets.resnext50_32x4d, 2016, 25_028_904, 4.230),
    "Wide ResNet-50-2": Published(resnets.wide_resnet50_2, 2016, 68_883_240, 11.398),
    "DenseNet-121": Published(DenseNet, 2016, 7_978_856, 2.834),
}
CIFAR = {20: (0.27, 8.75), 32: (0.46, 7.51), 44: (0.66, 7.17), 56: (0.85, 6.97), 110: (1.7, 6.43)}
