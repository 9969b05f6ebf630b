"""Transposed convolution: the gradient of convolution, used forward; an upsampling that can be learned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib import arithmetic
from course_lib.arithmetic import Padding, Pair
from course_lib.ops.convolution.conv import ALL, bias_gradient, check_arrays, check_bias
from course_lib.ops.convolution.correlate import correlate, weight_gradient
from course_lib.ops.convolution.input_gradient import input_gradient
from course_lib.ops.convolution.windows import Geometry, batch_last, logical
from course_lib.ops.parallel import Patient
from course_lib.ops.primitive import Flags, Gradients, Result


def conv_transpose2d(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0,
    output_padding: Padding = 0, groups: int = 1, dilation: Pair = 1, *, needs: Flags = ALL,
) -> Result:  # fmt: skip
    """Spread every pixel of x (n, c, h, w) over a window, with weight (c, f/groups, kh, kw): the output is (n, f,
    oh, ow).

    It turns the sizes of `conv2d` round; where several input sizes of that convolution give (h, w), `output_padding`
    chooses among them. ValueError where shapes or geometry do not fit.

    `bias` (f,), `stride`, `padding`, `dilation`, `groups` and `needs` are as in `conv2d`.
    """
    name = "conv_transpose2d"
    check_arrays(name, x, weight, axes=2)
    channels, per_group, *kernel = weight.shape
    if channels != x.shape[1]:
        raise ValueError(f"{name}: weight {weight.shape} takes {channels} channels, but the input has {x.shape[1]}")
    groups = arithmetic.whole(groups, "groups", least=1, name=name)
    arithmetic.group_sizes(channels, per_group * groups, groups, name=name)
    check_bias(name, bias, per_group * groups)
    values = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    least = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    pairs = {what: arithmetic.pair(v, what, least=least[what], name=name) for what, v in values.items()}
    size = tuple(
        arithmetic.transposed_output_size(*axis, name=name)
        for axis in zip(x.shape[2:], kernel, *pairs.values(), strict=True)
    )
    pads = tuple((p, p) for p in pairs["padding"])
    geo = Geometry(size, tuple(kernel), pairs["stride"], pads, pairs["dilation"], x.shape[2:], groups)
    x = batch_last(x)
    out = input_gradient(x, weight, geo).run()
    if bias is not None:
        out += bias.reshape(-1, 1, 1, 1)

    def gradients(g: np.ndarray, run: Callable) -> Gradients:
        g = batch_last(g)
        tasks = [lambda: correlate(g, weight, geo), lambda: weight_gradient(g, x, geo), lambda: bias_gradient(g)]
        gx, *others = run(tasks if bias is not None else tasks[:2], needs)
        return None if gx is None else logical(gx), *others

    return logical(out), Patient(gradients)
