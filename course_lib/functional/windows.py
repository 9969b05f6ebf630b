"""Images taken apart and put together: windows as columns and back, other sizes, channels as pixels."""

from __future__ import annotations

from typing import Any

from course_lib.arithmetic import whole
from course_lib.autograd.tensor import Like, Tensor, apply, as_tensor
from course_lib.functional.batch import on_batch
from course_lib.ops.convolution import resample
from course_lib.ops.convolution import unfold as _unfold

Pair = int | tuple[int, int]


def unfold(input: Like, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> Tensor:
    """Windows of input (n, c, h, w) as columns (n, c * kh * kw, windows): what makes convolution a matrix product.

    kernel_size, dilation, padding, stride: pixels, one number or (vertical, horizontal).
    """
    params: dict[str, Any] = {"dilation": dilation, "padding": padding, "stride": stride}
    return on_batch(_unfold.unfold, input, kernel_size=kernel_size, **params)


def fold(
    input: Like, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Tensor:
    """Columns (n, c * kh * kw, windows) added up where their windows stand: (n, c, h, w).

    output_size: (h, w). The rest is as in `unfold`.
    """
    params: dict[str, Any] = {"dilation": dilation, "padding": padding, "stride": stride}
    return on_batch(_unfold.fold, input, axes=1, output_size=output_size, kernel_size=kernel_size, **params)


def interpolate(
    input: Like, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """Images (n, c, h, w) at another size.

    size: (h', w') or one number for both; or else
    scale_factor: times the old size, rounded down.
    mode: "nearest" repeats pixels, "bilinear" weighs the four around.
    align_corners: with "bilinear", whether the corner pixels' centres coincide (else the images' edges do).

    >>> interpolate([[[[1.0, 2.0]]]], scale_factor=2)
    Tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])
    """
    params: dict[str, Any] = {"scale_factor": scale_factor, "mode": mode, "align_corners": align_corners}
    return apply(resample.interpolate, input, size=size, **params)


def pixel_shuffle(input: Like, upscale_factor: int) -> Tensor:
    """Channels as pixels, (..., c * r * r, h, w) -> (..., c, h * r, w * r): upscaling that a convolution learns.

    upscale_factor: r, by how much each side grows. Shi et al. 2016.
    """
    x, r = as_tensor(input), whole(upscale_factor, "upscale_factor", least=1, name="pixel_shuffle")
    if x.ndim < 3 or x.shape[-3] % r**2:
        raise ValueError(
            f"pixel_shuffle: needs (..., channels, h, w) with channels that {r}^2 divides, got shape {x.shape}"
        )
    *batch, c, h, w = x.shape
    x = x.reshape(-1, c // r**2, r, r, h, w) if x.data.size else x.reshape(0, c // r**2, r, r, h, w)
    return x.permute(0, 1, 4, 2, 5, 3).reshape(*batch, c // r**2, h * r, w * r)
