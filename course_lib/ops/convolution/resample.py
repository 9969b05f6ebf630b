"""Change the size of images by a fixed linear map per axis: nearest and bilinear interpolation, adaptive pooling.

Each axis has a small matrix, one row per output; going back uses the same matrices, transposed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Pair
from course_lib.ops.convolution.pool import put_back
from course_lib.ops.convolution.windows import batch_last, logical
from course_lib.ops.primitive import Result

Cells: TypeAlias = "int | Sequence[int | None]"  # rows and columns of a grid; None keeps those of the image


def interpolate(
    x: np.ndarray, size: Pair | None = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None,
) -> Result:  # fmt: skip
    """Images x (n, c, h, w) at another size (n, c, oh, ow): `size`, or `scale_factor` times (h, w), rounded down.

    mode "nearest" repeats pixels; "bilinear" weighs the four around, `align_corners` lets the corner pixels' centres
    coincide (else the images' edges do). ValueError for anything else.
    """
    name = "interpolate"
    _check_images(name, x)
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f"{name}: mode must be 'nearest' or 'bilinear', got {mode!r}")
    if mode == "nearest" and align_corners is not None:
        raise ValueError(f"{name}: align_corners has a meaning only for mode 'bilinear'")
    if (size is None) == (scale_factor is None):
        raise ValueError(f"{name}: give either size or scale_factor")
    if size is not None:
        size = arithmetic.pair(size, "size", least=1, name=name)
        steps = [n / o for n, o in zip(x.shape[2:], size, strict=True)]
    else:
        factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor, scale_factor)
        if len(factors) != 2 or not all(f > 0 for f in factors):
            raise ValueError(f"{name}: scale_factor must be one positive number or two, got {scale_factor!r}")
        size = [int(n * f) for n, f in zip(x.shape[2:], factors, strict=True)]
        if 0 in size:
            raise ValueError(f"{name}: scale_factor {scale_factor} leaves nothing of {x.shape[2]}x{x.shape[3]} pixels")
        steps = [1 if n == o else 1 / f for n, o, f in zip(x.shape[2:], size, factors, strict=True)]  # as torch does
    if mode == "nearest":
        maps = [_nearest(*axis) for axis in zip(x.shape[2:], size, steps, strict=True)]
    else:
        maps = [_linear(*axis, bool(align_corners)) for axis in zip(x.shape[2:], size, steps, strict=True)]
    return _mapped(x, *maps)


def adaptive_avg_pool2d(x: np.ndarray, output_size: Cells) -> Result:
    """The mean of each cell of a grid of `output_size` laid over x (n, c, h, w): (n, c, oh, ow). Size 1 pools
    globally.

    Cell i of an axis runs from floor(i h / oh) to ceil((i + 1) h / oh), so that cells may overlap; None keeps a size.
    """
    _check_images("adaptive_avg_pool2d", x)
    maps = []
    for n, cells in zip(x.shape[2:], _grid("adaptive_avg_pool2d", x, output_size), strict=True):
        matrix = np.zeros((len(cells), n))
        for row, cell in zip(matrix, cells, strict=True):
            row[cell] = 1 / (cell.stop - cell.start)
        maps.append(matrix)
    return _mapped(x, *maps)


def adaptive_max_pool2d(x: np.ndarray, output_size: Cells) -> Result:
    """The largest value of each cell of a grid laid over x (n, c, h, w), cells as in `adaptive_avg_pool2d`."""
    found = adaptive_max_indices(x, output_size)
    n, c, h, w = x.shape
    places = found.reshape(n, c, math.prod(found.shape[2:]))
    out = np.take_along_axis(x.reshape(n, c, h * w), places, axis=2).reshape(found.shape)

    return out, lambda g: (put_back(g, found, x.shape),)


def adaptive_max_indices(x: np.ndarray, output_size: Cells) -> np.ndarray:
    """Where the maxima of `adaptive_max_pool2d` stand: positions row * w + column, int64 (n, c, oh, ow).

    `output_size` is as there.
    """
    rows, cols = _grid("adaptive_max_pool2d", x, output_size)
    found = np.empty((*x.shape[:2], len(rows), len(cols)), np.int64)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            height, width = r.stop - r.start, c.stop - c.start
            cell = x[:, :, r, c].reshape(*x.shape[:2], height * width)
            last = height * width - 1 - np.isnan(cell[:, :, ::-1]).argmax(axis=2)  # of several NaN, as in torch
            best = np.where(np.isnan(cell).any(axis=2), last, cell.argmax(axis=2))
            down, right = np.divmod(best, width)
            found[:, :, i, j] = (r.start + down) * x.shape[3] + c.start + right
    return found


def _mapped(x: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> Result:
    """Apply one matrix along h and one along w."""
    rows, cols = rows.astype(x.dtype), cols.astype(x.dtype)

    def apply(x: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
        channels, height, width, n = x.shape
        out = _times(rows, x.reshape(channels, height, width * n))
        out = _times(cols, out.reshape(channels * len(rows), width, n))
        return out.reshape(channels, len(rows), len(cols), n)

    return logical(apply(batch_last(x), rows, cols)), lambda g: (logical(apply(batch_last(g), rows.T, cols.T)),)


def _times(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """matrix @ x, but 0 times infinity or NaN is 0: what a pixel does not weigh it does not spoil."""
    with np.errstate(invalid="ignore"):
        out = matrix @ x
    if not np.isfinite(out).all():
        for i, row in enumerate(matrix):
            used = row != 0
            out[:, i] = row[used] @ x[:, used]
    return out


def _nearest(n: int, outputs: int, step: float) -> np.ndarray:
    """Output i shows the pixel in which i * step falls; in float32, as torch rounds."""
    source = np.floor(np.arange(outputs, dtype=np.float32) * np.float32(step)).astype(int)
    matrix = np.zeros((outputs, n))
    matrix[np.arange(outputs), np.minimum(source, n - 1)] = 1
    return matrix


def _linear(n: int, outputs: int, step: float, align_corners: bool) -> np.ndarray:
    """Output i lies between two pixels and takes from each what the other is far."""
    if align_corners:
        at = np.arange(outputs) * ((n - 1) / (outputs - 1) if outputs > 1 else 0)
    else:
        at = np.maximum((np.arange(outputs) + 0.5) * step - 0.5, 0)
    low = np.minimum(at.astype(int), n - 1)
    high, share = np.minimum(low + 1, n - 1), np.clip(at - low, 0, 1)
    matrix = np.zeros((outputs, n))
    np.add.at(matrix, (np.arange(outputs), low), 1 - share)
    np.add.at(matrix, (np.arange(outputs), high), share)
    return matrix


def _grid(name: str, x: np.ndarray, output_size: Cells) -> list[list[slice]]:
    """The cells along h and along w, as slices."""
    _check_images(name, x)
    wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    if len(wanted) != 2:
        raise ValueError(f"{name}: output_size needs one number or 2, got {len(wanted)}: {tuple(wanted)}")
    wanted = [n if o is None else o for n, o in zip(x.shape[2:], wanted, strict=True)]
    sizes = arithmetic.pair(wanted, "output_size", least=1, name=name)
    return [
        [slice(i * n // o, -(-(i + 1) * n // o)) for i in range(o)] for n, o in zip(x.shape[2:], sizes, strict=True)
    ]


def _check_images(name: str, x: np.ndarray) -> None:
    if x.ndim != 4:
        raise ValueError(f"{name}: input must have the axes (n, c, h, w), got shape {x.shape}")
    if 0 in x.shape[2:]:
        raise ValueError(f"{name}: images need at least one pixel, got shape {x.shape}")
