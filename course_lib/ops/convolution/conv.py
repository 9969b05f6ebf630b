"""Convolution in one and two dimensions, forward and backward: arrays in, `(output, vjp)` out.

As in torch and in all of deep learning, "convolution" is cross-correlation: the kernel is not rotated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Padding, Pair
from course_lib.ops.convolution import correlate, winograd
from course_lib.ops.convolution.input_gradient import input_gradient
from course_lib.ops.convolution.windows import batch_last, geometry, logical
from course_lib.ops.parallel import Patient, Task
from course_lib.ops.primitive import Flags, Gradients, Result

ALL = (True, True, True)

_calm = np.errstate(over="ignore", invalid="ignore")  # infinity and NaN go on without a warning, as in torch


def conv2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0,
    dilation: Pair = 1, groups: int = 1, *, needs: Flags = ALL,
) -> Result:  # fmt: skip
    """Correlate x (n, c, h, w) with weight (f, c/groups, kh, kw) and add bias (f,): the output is (n, f, oh, ow).

    `stride`, `padding` and `dilation` are one number or (vertical, horizontal); padding may be "same" or "valid".
    `needs` says which of x, weight, bias want a gradient. ValueError where shapes or geometry do not fit.
    """
    return _convolution("conv2d", x, weight, bias, stride, padding, dilation, groups, needs)


def conv1d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0,
    dilation: Pair = 1, groups: int = 1, *, needs: Flags = ALL,
) -> Result:  # fmt: skip
    """Correlate x (n, c, w) with weight (f, c/groups, k) and add bias (f,): the output is (n, f, ow). See `conv2d`.

    `stride`, `padding` and `dilation` are one number each; `groups` and `needs` are as there.
    """
    check_arrays("conv1d", x, weight, axes=1)
    pairs: dict[str, Any] = {"stride": (1, stride), "padding": (0, padding), "dilation": (1, dilation)}
    for what, (other, value) in pairs.items():
        if not isinstance(value, str):
            pairs[what] = other, *arithmetic.pair(value, what, least=other, name="conv1d", axes=1)
        else:
            pairs[what] = value
    settings = (*pairs.values(), groups, needs)
    out, vjp = _convolution("conv1d", x[:, :, None], weight[:, :, None], bias, *settings)

    def vjp_of_rows(g: np.ndarray) -> Gradients:
        gx, gw, *rest = vjp(g[:, :, None])
        return (None if gx is None else gx[:, :, 0], None if gw is None else gw[:, :, 0], *rest)

    return out[:, :, 0], vjp_of_rows


@_calm
def _convolution(
    name: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, stride: Pair, padding: Padding,
    dilation: Pair, groups: int, needs: Flags,
) -> Result:  # fmt: skip
    check_arrays(name, x, weight, axes=2)
    filters, per_group, *kernel = weight.shape
    arithmetic.group_sizes(x.shape[1], filters, groups, name=name)
    if per_group * groups != x.shape[1]:
        wanted = per_group * groups
        raise ValueError(
            f"{name}: weight {weight.shape} with groups={groups} takes {wanted} channels, "
            f"but the input has {x.shape[1]}{_channels_elsewhere(name, x.shape, wanted)}"
        )
    check_bias(name, bias, filters)
    geo = geometry(x.shape[2:], tuple(kernel), stride, padding, dilation, groups=groups, name=name)
    x = batch_last(x)
    fast = winograd.applies(geo, weight)
    out = (winograd if fast else correlate).correlate(x, weight, geo, bias).run()

    @_calm
    def gradients(g: np.ndarray, run: Callable) -> Gradients:
        g = batch_last(g)
        to_input = winograd.input_gradient if fast else input_gradient
        to_weight = (winograd if fast else correlate).weight_gradient
        tasks = [lambda: to_input(g, weight, geo), lambda: to_weight(x, g, geo), lambda: bias_gradient(g)]
        gx, *others = run(tasks if bias is not None else tasks[:2], needs)
        return None if gx is None else logical(gx), *others

    return logical(out), Patient(gradients)


def _channels_elsewhere(name: str, shape: tuple[int, ...], wanted: int) -> str:
    """What to write where the channels stand last, or nowhere."""
    if name == "conv2d" and shape[3] == wanted:
        return "; images are (n, c, h, w), so write x.transpose(0, 3, 1, 2), or x.permute(0, 3, 1, 2) of a Tensor"
    if name == "conv2d" and shape[0] == wanted == 1:
        return "; grey images (n, h, w) have no axis of channels yet, so write x[:, None]"
    return ""


def bias_gradient(g: np.ndarray) -> Task:
    """Sum of g (c, h, w, n) per channel: every pixel of a channel adds the same bias."""
    return Task(lambda rows: rows.sum(axis=1), [g.reshape(len(g), g.size // len(g))], lambda sums: sums[0])


def check_arrays(name: str, x: np.ndarray, weight: np.ndarray, *, axes: int) -> None:
    """x must be (n, c, ...) and weight must have a kernel of as many axes. `axes` is how many; `name` is who asks."""
    shape = "(n, c, h, w)" if axes == 2 else "(n, c, w)"
    if x.ndim != axes + 2:
        raise ValueError(f"{name}: input must have the axes {shape}, got shape {x.shape}")
    if weight.ndim != axes + 2:
        raise ValueError(f"{name}: weight must have {axes + 2} axes, got shape {weight.shape}")


def check_bias(name: str, bias: np.ndarray | None, filters: int) -> None:
    """A bias has one number per output channel. `filters` is how many; `name` is who asks."""
    if bias is not None and bias.shape != (filters,):
        raise ValueError(f"{name}: bias must have shape ({filters},), got {bias.shape}")
