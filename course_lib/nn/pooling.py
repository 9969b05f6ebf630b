"""Layers that change the size of images or sequences and learn nothing: pooling, upsampling.

`kernel_size`, `stride`, `padding` and `dilation` count pixels, one number or (vertical, horizontal); `stride` is the
kernel size unless given.
"""

from __future__ import annotations

from typing import Any

from course_lib import functional as F
from course_lib.arithmetic import pair, whole
from course_lib.autograd.tensor import Like, Tensor
from course_lib.nn.module import Module

Pair = int | tuple[int, int]


class _Pool(Module):
    axes = 2
    _shows = "kernel_size={0.kernel_size}, stride={0.stride}, padding={0.padding}"

    def __init__(self, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> None:
        name, least = type(self).__name__, {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
        given = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
        for what, value in given.items():
            if value is not None:
                pair(value, what, least=least[what], name=name, axes=self.axes)
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode


class MaxPool2d(_Pool):
    """The largest of each window of images: (n, c, h, w) -> (n, c, h', w').

    kernel_size: pixels a window spans, one number or (vertical, horizontal), as all settings here.
    stride: pixels from one window to the next; the kernel size unless given.
    padding: pixels added on each side that never win, at most half the kernel.
    dilation: pixels from one tap of the window to the next.
    ceil_mode: windows that overhang the edge count too.

    h' = (h + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.
    """

    _shows = _Pool._shows + ", dilation={0.dilation}, ceil_mode={0.ceil_mode}"

    def __init__(
        self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0, dilation: Pair = 1, *,
        ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, dilation, ceil_mode)

    def forward(self, x: Like) -> Tensor:
        """(n, c, h, w) -> (n, c, h', w')."""
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class MaxPool1d(_Pool):
    """The largest of each window of sequences: (n, c, w) -> (n, c, w'). The arguments are those of `MaxPool2d`."""

    axes, _shows = 1, MaxPool2d._shows

    def __init__(
        self, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1, *,
        ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, dilation, ceil_mode)

    def forward(self, x: Like) -> Tensor:
        """(n, c, w) -> (n, c, w')."""
        return F.max_pool1d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class AvgPool2d(_Pool):
    """The mean of each window of images: (n, c, h, w) -> (n, c, h', w').

    kernel_size: pixels a window spans, one number or (vertical, horizontal), as all settings here.
    stride: pixels from one window to the next; the kernel size unless given.
    padding: zeros added on each side, at most half the kernel.
    ceil_mode: windows that overhang the edge count too.
    count_include_pad: whether the zeros count in the divisor.
    """

    def __init__(
        self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = count_include_pad

    def forward(self, x: Like) -> Tensor:
        """(n, c, h, w) -> (n, c, h', w')."""
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AvgPool1d(_Pool):
    """The mean of each window of sequences: (n, c, w) -> (n, c, w'). The arguments are those of `AvgPool2d`."""

    axes = 1

    def __init__(
        self, kernel_size: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = count_include_pad

    def forward(self, x: Like) -> Tensor:
        """(n, c, w) -> (n, c, w')."""
        return F.avg_pool1d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AdaptiveAvgPool2d(Module):
    """Means over a grid of cells laid over images, so that the output has one size whatever the input's.

    output_size: one number or (rows, columns); None keeps a size, 1 is global average pooling (Lin et al. 2013).
    """

    _shows = "output_size={0.output_size}"

    def __init__(self, output_size: Any) -> None:
        self.output_size = output_size

    def forward(self, x: Like) -> Tensor:
        """(n, c, h, w) -> (n, c, *output_size)."""
        return F.adaptive_avg_pool2d(x, self.output_size)


class Upsample(Module):
    """Images at another size: (n, c, h, w) -> (n, c, h', w').

    size: (h', w') or one number for both; or else
    scale_factor: times the old size, rounded down.
    mode: "nearest" repeats pixels, "bilinear" weighs the four around.
    align_corners: with "bilinear", whether the corner pixels' centres coincide.
    """

    def __init__(
        self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
    ) -> None:
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners

    def extra_repr(self) -> str:
        """The size or the factor, and the mode."""
        size = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{size}, mode={self.mode!r}"

    def forward(self, x: Like) -> Tensor:
        """(n, c, h, w) -> (n, c, h', w')."""
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)


class PixelShuffle(Module):
    """Channels as pixels, (n, c * r * r, h, w) -> (n, c, h * r, w * r): upscaling that a convolution learns.

    upscale_factor: r, by how much each side grows. Shi et al. 2016.
    """

    _shows = "upscale_factor={0.upscale_factor}"

    def __init__(self, upscale_factor: int) -> None:
        self.upscale_factor = whole(upscale_factor, "upscale_factor", least=1, name="PixelShuffle")

    def forward(self, x: Like) -> Tensor:
        """(n, c * r * r, h, w) -> (n, c, h * r, w * r)."""
        return F.pixel_shuffle(x, self.upscale_factor)
