# %% [markdown] lesson="10" title="Convolutional networks" minutes=250 builds_on="03 07 09"
# Lesson 09 gave you the sliding window, with filters made by hand. How does a network *learn* its
# filters, and why do all successful ones shrink their maps on the way to the answer?
#
# After this lesson you will be able to
#
# - write a convolutional layer and its three gradients: of the image, of the weights, of the biases;
# - write max and average pooling, forward and backward, with windows that overlap and numbers that tie;
# - assemble a stage (filter, rectify, pool, normalise) and LeNet, with and without pooling;
# - test whether a layer is equivariant to shifts, and measure what pooling buys;
# - compare learned filters with oriented derivatives, and learned features with features made by hand.
#
# You need lessons 03, 07 and 09. There are eleven exercises, one of them open, two predictions and one written question.

# %% picture="opening" alt="A digit, four oriented filters, and for each filter the map, the rectified map and the pooled map"
from course_lib.viz.pictures import digits

digits.stage_maps()

# %% [markdown]
# Run this cell first. The lecture figures show recorded results. To train their many networks here, some minutes each, change
# the line `FULL = ...` of the cell to `FULL = True` and run it again. The networks stand in `course_lib/topics/lenet_runs.py`, the tables and drawings in
# `course_lib/viz/lenet_figures.py`.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import course_lib.functional as F
from course_lib import Tensor, arithmetic, nn, no_grad
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import datasets
from course_lib.data.augment import translate
from course_lib.data.marks import MARKS, marks
from course_lib.ops.convolution import conv, pool
from course_lib.topics import equivariance
from course_lib.topics.filter_fit import best_fits, derivatives
from course_lib.topics.lenet import all_convolutional, hits, images_for_lenet, learn, lenet
from course_lib.train import mean_and_error, plus_minus, progress
from course_lib.viz import curves, images, lenet_figures, stages
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.stages import stage_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# ## 1. A stage
#
# From 1959 on Hubel and Wiesel found cells in a cat's visual cortex that answer to an edge of *one orientation* at *one
# place* (simple cells), and others that answer to the same edge anywhere in a small neighbourhood (complex cells). A
# stage of a convolutional network is built the same way:
#
# 1. **filter**: several kernels make several maps, the simple cells;
# 2. **rectify**: keep what is positive, as a ReLU does;
# 3. **pool**: keep one number of each neighbourhood, the complex cells;
# 4. **normalise**: let neighbours compete, so that faint parts of an image count as well as strong ones. (Jarrett and
#    others, 2009, normalise between 2 and 3; AlexNet in front of the pooling, too. The order is a choice.)
#
# The picture above shows the first three, with oriented derivatives made by hand. A network of such stages gets only
# pairs of image and label, and finds the kernels itself, by gradient descent. So the first thing we need is a
# convolution that can send a gradient back.

# %% [markdown]
# ### What one tap meets
#
# A kernel has few taps, an image many pixels. So loop over taps, and let NumPy walk over the pixels. Tap $(u, v)$ of
# the kernel meets one pixel for each output: a slice of the image that starts at $(u, v)$ and walks in steps of the
# stride.

# %% picture="tap" alt="A kernel with one tap marked, the pixels it meets in the image, and these pixels as an array of the output's size"
from course_lib.viz.stages import tap_picture

tap_picture()

# %% [markdown]
# Here is that slice as a function. You may use it in every exercise below. It is a *view*: what you add to it with
# `+=` is added to the array behind it.


# %%
def tap(x, u, v, out, stride):
    """View of x (n, c, h, w): the pixels that tap (u, v) meets, one for each of `out` = (rows, columns) outputs."""
    rows, columns = out
    return x[:, :, u : u + (rows - 1) * stride + 1 : stride, v : v + (columns - 1) * stride + 1 : stride]


# %% [markdown]
# One image, one channel, 5×6 pixels; a kernel 2×3 with stride 2 has 2×2 outputs. What does tap (1, 2) meet? Compare
# with the picture.

# %%
image = np.arange(30).reshape(1, 1, 5, 6)
met = tap(image, 1, 2, (2, 2), 2)
print(met[0, 0])
met += 100  # the image behind the view
print(image[0, 0])

# %% [markdown] task="conv_forward" title="The convolutional layer, forward"
# Write `conv_forward(x, w, b, stride=1, padding=0)`: images x (n, c, h, w), kernels w (f, c, kh, kw), biases b (f,),
# all float64; the result is (n, f, out_h, out_w). The kernel is not rotated. `stride` and `padding` hold for both
# axes; `padding` zeros stand at every border; windows that overhang do not count. Each output adds up all channels,
# and its filter's bias once. Loop over the kernel's taps, or not at all: loops over pixels are too slow, and the check
# counts. Do not change x.
#
# *Example:* x `[[[[1, 2, 3, 4]]]]`, w `[[[[10, 1]]]]`, b `[5]`, stride 2 give `[[[[17, 39]]]]`: 1·10 + 2·1 + 5 and
# 3·10 + 4·1 + 5.

# %% solve="conv_forward" difficulty=2 importance=5 minutes=20 forbid="course_lib.functional.conv2d torch.nn.functional.conv2d torch.conv2d"
def conv_forward(x, w, b, stride=1, padding=0):
    """Maps (n, f, out_h, out_w) of images x (n, c, h, w) under kernels w (f, c, kh, kw) and biases b (f,)."""
    ### BEGIN SOLUTION
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1
    y = np.zeros((len(x), len(w), *out))
    for u in range(kh):
        for v in range(kw):
            y += np.einsum("fc,nchw->nfhw", w[:, :, u, v], tap(padded, u, v, out, stride))
    return y + b[:, None, None]
    ### END SOLUTION


# %% [markdown] hint="conv_forward"
# Every tap of the kernel contributes one term to *every* output: its weight times the pixel it meets there. So the
# result is a sum over taps of whole arrays.

# %% [markdown] hint="conv_forward"
# Small case: one channel, one filter of 1×2 taps. Then `y = w[0, 0, 0, 0] * tap(x, 0, 0, out, stride) +
# w[0, 0, 0, 1] * tap(x, 0, 1, out, stride) + b[0]`. With channels and filters, the weight of one tap is a matrix
# `w[:, :, u, v]` (f, c), and it is multiplied with the channel axis. `np.einsum("fc,nchw->nfhw", a, b)` does that: it
# multiplies where letters agree, and sums over those that are missing on the right, here c.

# %% [markdown] hint="conv_forward"
# ```python
# padded = np.pad(x, ((0, 0), (0, 0), ..., ...))
# out = (padded.shape[2] - kh) // ... + 1, ...
# y = np.zeros(...)
# for u in range(kh):
#     for v in range(kw):
#         y += np.einsum("fc,nchw->nfhw", ..., tap(...))
# return y + ...                        # one bias for each filter: where does its axis stand?
# ```

# %% check="conv_forward" points=8
with check("conv_forward") as expect:
    rng = np.random.default_rng(1011)
    x, w, b = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=(2, 3, 3, 3)), rng.normal(size=2)
    expect("2 images, 3 channels, 2 filters of 3x3", conv_forward(x, w, b))
    x, w, b = rng.normal(size=(3, 2, 7, 10)), rng.normal(size=(4, 2, 2, 3)), rng.normal(size=4)
    expect("4 filters of 2x3, stride 2, padding 2: does not tile", conv_forward(x, w, b, stride=2, padding=2))
    expect.unchanged("the images are as they were", x)
    expect.work("no loops over pixels", lambda n: conv_forward(np.ones((1, 2, n, 9)), w, b))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101011)
    for stride, padding in [(1, 0), (1, 2), (2, 0), (2, 2), (3, 1), (2, 1)]:
        c, f, kh, kw, h, width = (int(v) for v in rng.integers([2, 2, 1, 2, 6, 8], [5, 5, 4, 5, 10, 12]))
        x, w, b = rng.normal(size=(2, c, h, width)), rng.normal(size=(f, c, kh, kw)), rng.normal(size=f)
        label = f"{f} filters of {kh}x{kw} on {c} channels of {h}x{width}, stride {stride}, padding {padding}"
        expect(label, conv_forward(x, w, b, stride, padding))
        expect.unchanged("the images afterwards", x)
    ### END HIDDEN TESTS

# %% [markdown]
# A first use on a digit: eight random filters. Nothing tells them what to look for, yet some already answer to edges.
# (Should the exercise not pass yet, the library's version stands in, here and below.)


# %%
def library_forward(x, w, b, stride=1, padding=0):
    """The library's convolution, without its gradient."""
    return conv.conv2d(x, w, b, stride, padding)[0]


bundled = datasets.digits()
digits = images_for_lenet(bundled.x_test, mean=0, std=1).astype(float)
forward = yours("conv_forward", else_=library_forward)
axes = images.feature_maps(forward(digits[3:4], np.random.default_rng(4).normal(size=(8, 1, 5, 5)), np.zeros(8))[0])

# %% [markdown]
# ## 2. Backward
#
# From above comes $g = \partial E / \partial y$, as large as $y$. We want three gradients. Read them off one tap. In
# the forward pass, at every image $n$ and output $(i, j)$,
#
# $$y_{f,i,j} \mathrel{+}= w_{f,c,u,v}\; x_{c,\;is+u,\;js+v}.$$
#
# A product has two factors, and by lesson 03 each receives $g$ times the other:
#
# - the **weight** $w_{f,c,u,v}$ was used for every image and output: add up $g\,x$ over all of them;
# - the **pixel** met this tap once, and other taps too: it gets $g\,w$ from each, added up;
# - the **bias** was added to every output of its map: add up $g$.
#
# Weights are shared, so gradients are sums. That is all there is to it. The pixel's part is the transposed convolution
# of lesson 09: every $g$ stamps a copy of the kernel.

# %% picture="stamps" alt="The gradient of one output stamps a scaled copy of the kernel onto the pixels its window saw"
from course_lib.viz.convolution import STAMP, window_step

window_step(*STAMP, step=3, stride=2, transposed=True, names=("gradient of\nthe output,", "gradient of\nthe image,"))

# %% [markdown]
# Why sums? Take one row of pixels, two taps, stride 1. Write the layer as a matrix; its transpose sends the gradient
# back. Each pixel's row collects from all outputs that saw it.

# %%
taps, pixels = np.array([10.0, 1.0]), 4
matrix = np.stack([np.convolve(unit, taps[::-1], "valid") for unit in np.eye(pixels)], axis=1)
print(matrix)
print("the gradient 1, 2, 3 of the outputs becomes, for the pixels:", matrix.T @ [1, 2, 3])

# %% [markdown] task="conv_backward" title="The convolutional layer, backward"
# Write `conv_backward(g, x, w, stride=1, padding=0)`: g (n, f, out_h, out_w) is the gradient of the loss with respect
# to the output of `conv_forward(x, w, b, stride, padding)`. Return `(gx, gw, gb)`, the gradients with respect to x, w
# and b, in their shapes. They are sums over the batch: nothing is divided by n. Pixels that no window reaches get 0.
# Change none of the arguments.
#
# *Example:* x `[[[[1, 2, 3]]]]`, w `[[[[10, 1]]]]`, g `[[[[1, 2]]]]` give gx `[[[[10, 21, 2]]]]`, gw `[[[[5, 8]]]]`,
# gb `[3]`. (The middle pixel was met by both taps: 1·1 + 2·10.)

# %% solve="conv_backward" difficulty=4 importance=5 minutes=35 forbid="course_lib.functional.conv2d course_lib.functional.conv_transpose2d course_lib.ops.convolution.input_gradient.input_gradient course_lib.ops.convolution.correlate.weight_gradient torch.nn.functional.conv2d torch.conv2d torch.nn.functional.conv_transpose2d torch.conv_transpose2d"
def conv_backward(g, x, w, stride=1, padding=0):
    """Gradients (gx, gw, gb) of a convolutional layer from g, the gradient of its output (n, f, out_h, out_w)."""
    ### BEGIN SOLUTION
    (h, width), (kh, kw), out = x.shape[2:], w.shape[2:], g.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    gx, gw = np.zeros(padded.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            gw[:, :, u, v] = np.einsum("nfhw,nchw->fc", g, tap(padded, u, v, out, stride))
            target = tap(gx, u, v, out, stride)
            target += np.einsum("nfhw,fc->nchw", g, w[:, :, u, v])
    gx = gx[:, :, padding : padding + h, padding : padding + width]
    return gx, gw, g.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% [markdown] hint="conv_backward"
# Go through the same loop over taps as forward. For each tap ask: which pixels did it meet, and what does the product
# rule give to the weight, what to those pixels?

# %% [markdown] hint="conv_backward"
# Small case: the example above. Tap 0 met pixels 1, 2, tap 1 met pixels 2, 3. So gw is (1·1 + 2·2, 1·2 + 2·3), and the
# pixels collect 10·(1, 2) at places 0, 1 and 1·(1, 2) at places 1, 2: place 1 gets both. With padding, collect in an
# array as large as the padded image, then cut the border off. With padding 0, `a[p:-p]` is empty: cut by start and
# length.

# %% [markdown] hint="conv_backward"
# ```python
# padded = np.pad(...)
# gx, gw = np.zeros(padded.shape), np.zeros(w.shape)
# for u in range(kh):
#     for v in range(kw):
#         gw[:, :, u, v] = np.einsum("nfhw,nchw->fc", g, ...)
#         target = tap(gx, ...)         # a view: what is added to it is added to gx
#         target += np.einsum("nfhw,fc->nchw", g, ...)
# gx = gx[:, :, padding : padding + ..., padding : padding + ...]
# return gx, gw, g.sum(axis=...)        # one number for each filter
# ```

# %% check="conv_backward" points=8
with check("conv_backward") as expect:
    rng = np.random.default_rng(1021)
    x, w, g = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=(2, 3, 2, 3)), rng.normal(size=(2, 2, 4, 4))
    gx, gw, gb = conv_backward(g, x, w)
    expect("gradient of the images, kernel 2x3", gx)
    expect("gradient of the weights, kernel 2x3", gw)
    expect("gradient of the biases", gb)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101021)
    for kh, kw, h, width in [(3, 3, 6, 6), (1, 3, 5, 8), (3, 2, 7, 5)]:
        c, f = (int(v) for v in rng.integers(2, 5, 2))
        x, w = rng.normal(size=(3, c, h, width)), rng.normal(size=(f, c, kh, kw))
        g = rng.normal(size=(3, f, h - kh + 1, width - kw + 1))
        gx, gw, gb = conv_backward(g, x, w)
        expect(f"images, kernel {kh}x{kw}", gx)
        expect(f"weights, kernel {kh}x{kw}", gw)
        expect(f"biases, kernel {kh}x{kw}", gb)
    ### END HIDDEN TESTS

# %% check="conv_backward-geometry" points=6
with check("conv_backward-geometry") as expect:
    rng = np.random.default_rng(1022)
    x, w, g = rng.normal(size=(2, 2, 6, 9)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=(2, 3, 4, 6))
    gx, gw, gb = conv_backward(g, x, w, stride=2, padding=2)
    expect("images, stride 2, padding 2", gx)
    expect("weights, stride 2, padding 2", gw)
    expect("biases, stride 2, padding 2", gb)
    expect.unchanged("arguments as they were", [g, x, w])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101022)
    for stride, padding in [(2, 0), (2, 2), (3, 1), (1, 2), (3, 0)]:
        c, f, kh, kw, h, width = (int(v) for v in rng.integers([2, 2, 2, 2, 6, 8], [4, 4, 4, 5, 10, 12]))
        x, w = rng.normal(size=(2, c, h, width)), rng.normal(size=(f, c, kh, kw))
        out = (h + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
        g = rng.normal(size=(2, f, *out))
        gx, gw, gb = conv_backward(g, x, w, stride, padding)
        label = f"kernel {kh}x{kw}, stride {stride}, padding {padding}"
        expect(f"images, {label}", gx)
        expect(f"weights, {label}", gw)
        expect(f"biases, {label}", gb)
        expect.unchanged("arguments afterwards", [g, x, w])
    ### END HIDDEN TESTS

# %% [markdown]
# **How to trust a gradient.** Forward is linear in x, so for any g the two numbers below must agree: that is what
# "transpose" means. And a small step along a random direction of w must change the loss as gw predicts (lesson 03).


# %%
def library_backward(g, x, w, stride=1, padding=0):
    return conv.conv2d(x, w, np.zeros(len(w)), stride, padding)[1](g)


backward = yours("conv_backward", else_=library_backward)
rng = np.random.default_rng(0)
x, w, step = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=(4, 3, 3, 2))
y = forward(x, w, np.zeros(4), 2, 1)
g = rng.normal(size=y.shape)
gx, gw, gb = backward(g, x, w, 2, 1)
print("transpose:  ", np.sum(g * y), np.sum(gx * x))
slope = np.sum(g * (forward(x, w + 1e-6 * step, np.zeros(4), 2, 1) - y)) / 1e-6
print("slope check:", slope, np.sum(gw * step))

# %% [markdown]
# ## 3. Max pooling
#
# Pooling keeps the largest number of each window, in each map by itself: "is there such an edge *somewhere around
# here*?" Where exactly no longer matters, and the maps get smaller. It has no weights.
#
# Backward, the largest number of a window was the output; a small change of any other changes nothing. So the winner
# takes the window's whole gradient and the others get 0. Windows may overlap. A pixel that wins in several windows gets
# the *sum* of their gradients.

# %% picture="pool_route" alt="A grid of numbers with the winners of overlapping windows marked, the pooled numbers, their gradient, and the gradient of the input"
import numpy as np

from course_lib.viz.stages import gradient_route

gradient_route(
    np.array([[1, 0, 2, 1, 0], [0, 5, 9, 4, 4], [2, 1, 0, 1, 3], [0, 3, 1, 6, 0], [1, 0, 2, 1, 2]]),
    np.array([[10, 20], [30, 40]]),
    size=3,
    stride=2,
)

# %% [markdown]
# ### Predict: a pixel that wins everywhere
#
# An image of 5×5 has a single 1 in its centre, and 0 elsewhere. It is max-pooled with windows of 3×3, stride 1,
# without padding, and every number of the gradient g that comes back is 1. What is the gradient of the centre pixel?
# And what, if the stride is 2? Write a list of two integers: `peak = [..., ...]`.

# %% solve="peak" difficulty=2 importance=4 minutes=3
### BEGIN SOLUTION
peak = [9, 4]
### END SOLUTION

# %% [markdown] hint="peak"
# Count the windows that contain the centre.

# %% [markdown] hint="peak"
# With stride 1 a 5×5 image has 3×3 windows. Draw the first and the last of them.

# %% [markdown] hint="peak"
# With stride 1, every window contains the centre. With stride 2, four windows stand in the corners: look where each ends.

# %% predict="peak" points=1
with check("peak") as expect:
    expect("both gradients", peak)

# %%
image = np.zeros((1, 1, 5, 5))
image[0, 0, 2, 2] = 1
for stride in (1, 2):
    pooled, vjp = pool.max_pool2d(image, 3, stride)
    (gradient,) = vjp(np.ones_like(pooled))
    print(f"stride {stride}: {pooled.shape[2:]} windows, gradient of the centre {gradient[0, 0, 2, 2]:.0f}")

# %% [markdown]
# **Ties.** If two numbers of a window are equally large, the slope is not defined: any share of the gradient between
# them is a subgradient. Libraries choose. torch gives all of it to the *first* in reading order (row by row), and so do
# we; giving it to *every* winner would count it twice. Ties are not rare: after a ReLU whole windows are 0.

# %% [markdown] task="max_pool" title="Max pooling with overlap and ties"
# Write `max_pool(x, size, stride)`: x (n, c, h, w) float64, windows of `size` = (rows, columns), one `stride` for both
# axes, no padding; windows that overhang do not count. Numbers may all be negative.
#
# Then `max_pool_backward(g, x, size, stride)`: g (n, c, out_h, out_w) is the gradient of the result; return the gradient
# of x, in its shape. Each window's whole gradient goes to its largest number, of equal ones to the *first in reading
# order*. Windows may overlap: what a pixel gets from several adds up. Change neither g nor x.
#
# *Example:* x `[[[[4, 7, 7]]]]`, size (1, 2), stride 1: the result is `[[[[7, 7]]]]`, and g `[[[[1, 2]]]]` gives
# `[[[[0, 3, 0]]]]`.

# %% solve="max_pool" difficulty=3 importance=5 minutes=30 forbid="course_lib.functional.max_pool2d torch.nn.functional.max_pool2d torch.max_pool2d"
def max_pool(x, size, stride):
    """Largest number of each window of x (n, c, h, w): (n, c, out_h, out_w)."""
    ### BEGIN SOLUTION
    out = (x.shape[2] - size[0]) // stride + 1, (x.shape[3] - size[1]) // stride + 1
    return np.max([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)
    ### END SOLUTION


def max_pool_backward(g, x, size, stride):
    """Gradient of x (n, c, h, w) from g, the gradient of `max_pool(x, size, stride)`."""
    ### BEGIN SOLUTION
    y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g
    for u, v in np.ndindex(size):
        won = left * (tap(x, u, v, g.shape[2:], stride) == y)
        target = tap(gx, u, v, g.shape[2:], stride)
        target += won
        left = left - won
    return gx
    ### END SOLUTION


# %% [markdown] hint="max_pool"
# Go through the taps of the window in reading order. Each tap sees one number of every window at once: which windows
# does it win?

# %% [markdown] hint="max_pool"
# Small case: one window holding 7, 7. Tap 0 equals the maximum and takes the gradient. Tap 1 equals it too, but nothing
# is left. So keep an array `left` of what has not been given away yet.

# %% [markdown] hint="max_pool"
# ```python
# out = ..., ...
# return np.max([tap(...) for u, v in np.ndindex(size)], axis=0)
#
# y, gx, left = max_pool(x, size, stride), np.zeros(x.shape), g
# for u, v in np.ndindex(size):
#     won = left * (... == y)           # the gradient of the windows that this tap wins
#     target = tap(gx, ...)
#     target += ...
#     left = left - ...
# return gx
# ```

# %% check="max_pool-forward" points=3
with check("max_pool-forward") as expect:
    x = np.random.default_rng(1031).normal(size=(2, 3, 7, 8))
    expect("windows of 2x3, stride 2: does not tile", max_pool(x, (2, 3), 2))
    expect("all negative, windows of 3x2, stride 1", max_pool(-np.abs(x) - 1, (3, 2), 1))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101031)
    for _ in range(5):
        kh, kw, stride, h, width = (int(v) for v in rng.integers([2, 3, 1, 6, 8], [4, 5, 4, 10, 13]))
        x = rng.normal(size=(2, 2, h, width)) - 1
        expect(f"windows of {kh}x{kw}, stride {stride}, on {h}x{width}", max_pool(x, (kh, kw), stride))
    expect("stride beyond the window", max_pool(-rng.random((1, 2, 9, 10)), (1, 2), 3))
    ### END HIDDEN TESTS

# %% check="max_pool-backward" points=6
with check("max_pool-backward") as expect:
    rng = np.random.default_rng(1032)
    x, g = rng.normal(size=(2, 3, 6, 8)), rng.normal(size=(2, 3, 3, 4))
    expect("windows of 2x2 that tile", max_pool_backward(g, x, (2, 2), 2))
    x, g = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(2, 3, 6, 6))
    expect("windows of 2x3 that overlap", max_pool_backward(g, x, (2, 3), 1))
    ties = rng.integers(0, 3, size=(2, 2, 6, 7)).astype(float)
    g = rng.normal(size=(2, 2, 2, 3))
    expect("many ties, windows of 3x2, stride 2", max_pool_backward(g, ties, (3, 2), 2))
    expect.unchanged("arguments as they were", [g, ties])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101032)
    for stride in (1, 2, 3):
        kh, kw, h, width = (int(v) for v in rng.integers([2, 2, 6, 8], [4, 5, 10, 13]))
        out = (h - kh) // stride + 1, (width - kw) // stride + 1
        label = f"windows of {kh}x{kw}, stride {stride}, on {h}x{width}"
        x, g = rng.normal(size=(2, 2, h, width)), rng.normal(size=(2, 2, *out))
        expect(label, max_pool_backward(g, x, (kh, kw), stride))
        ties = np.maximum(rng.integers(-3, 3, size=x.shape), 0).astype(float)
        expect(f"{label}, ties", max_pool_backward(g, ties, (kh, kw), stride))
        expect.unchanged("arguments afterwards", [g, ties])
    x = np.stack([np.zeros((5, 6)), -np.ones((5, 6))])[None]
    expect("flat maps", max_pool_backward(rng.normal(size=(1, 2, 3, 5)), x, (3, 2), 1))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 4. Average pooling
#
# The mean of each window is a convolution whose kernel is flat, applied to each map by itself. Nobody wins: every
# pixel of a window gets the same share of its gradient. The last layer of many modern networks is such a mean over the
# whole map.

# %% [markdown] task="average_pool" title="Average pooling"
# Write `average_pool(x, size, stride)`: the mean of each window of x (n, c, h, w) float64; `size` = (rows, columns), one
# `stride`, no padding, overhanging windows do not count. Then `average_pool_backward(g, shape, size, stride)`: the
# gradient of an input of `shape` = (n, c, h, w) from g, the gradient of the result. Do not change g.
#
# *Example:* x `[[[[1, 3, 8]]]]`, size (1, 2), stride 1 give `[[[[2, 5.5]]]]`, and g `[[[[2, 4]]]]` gives back
# `[[[[1, 3, 2]]]]`.

# %% solve="average_pool" difficulty=2 importance=3 minutes=12 forbid="course_lib.functional.avg_pool2d torch.nn.functional.avg_pool2d"
def average_pool(x, size, stride):
    """Mean of each window of x (n, c, h, w): (n, c, out_h, out_w)."""
    ### BEGIN SOLUTION
    out = (x.shape[2] - size[0]) // stride + 1, (x.shape[3] - size[1]) // stride + 1
    return np.mean([tap(x, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)
    ### END SOLUTION


def average_pool_backward(g, shape, size, stride):
    """Gradient (n, c, h, w) of the input, from g, the gradient of `average_pool`'s result."""
    ### BEGIN SOLUTION
    gx = np.zeros(shape)
    for u, v in np.ndindex(size):
        target = tap(gx, u, v, g.shape[2:], stride)
        target += g / (size[0] * size[1])
    return gx
    ### END SOLUTION


# %% [markdown] hint="average_pool"
# Each pixel enters the mean of its window with the factor 1 / (number of pixels in the window). Backward, it gets that
# share of the window's gradient.

# %% [markdown] hint="average_pool"
# In the example the middle pixel lies in two windows: it gets half of 2 and half of 4.

# %% [markdown] hint="average_pool"
# ```python
# return np.mean([tap(...) for u, v in np.ndindex(size)], axis=0)
#
# gx = np.zeros(shape)
# for u, v in np.ndindex(size):
#     target = tap(gx, ...)
#     target += ...
# return gx
# ```

# %% check="average_pool" points=5
with check("average_pool") as expect:
    rng = np.random.default_rng(1041)
    x, g = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(2, 3, 3, 3))
    expect("windows of 2x3, stride 2", average_pool(x, (2, 3), 2))
    expect("backward, windows of 2x3, stride 2", average_pool_backward(g, x.shape, (2, 3), 2))
    expect.unchanged("g as it was", g)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101041)
    for stride in (1, 2, 3):
        kh, kw, h, width = (int(v) for v in rng.integers([2, 4, 6, 8], [4, 6, 10, 13]))
        out = (h - kh) // stride + 1, (width - kw) // stride + 1
        x, g = rng.normal(size=(2, 2, h, width)), rng.normal(size=(2, 2, *out))
        label = f"windows of {kh}x{kw}, stride {stride}, on {h}x{width}"
        expect(label, average_pool(x, (kh, kw), stride))
        expect(f"backward, {label}", average_pool_backward(g, x.shape, (kh, kw), stride))
        expect.unchanged("g afterwards", g)
    ### END HIDDEN TESTS

# %% [markdown]
# Filter, rectify, pool: now you have a stage. Choose a digit, move it, and choose how its maps are pooled. How large
# must the pool be until a step to the right hardly changes anything? What does it cost you?

# %%
stage_explorer(digits[:20, 0])

# %% picture="explorer" alt="A digit moved by two pixels: filters, maps, rectified maps and maps pooled by 4, and by how many per cent they changed"
from course_lib.viz.pictures import digits

digits.stage_maps(size=4, shift=(0, 2))

# %% [markdown]
# ## 5. Local contrast normalisation
#
# A part of an image in the shadow has small differences, a part in the light large ones; the edges are the same.
# **Local contrast normalisation** takes from every number the mean of its neighbourhood, in all maps together, and
# divides by the neighbourhood's standard deviation:
#
# $$v = x - \frac{\sum w\,x}{\sum w}, \qquad \sigma = \sqrt{\frac{\sum w\,v^2}{\sum w}}, \qquad
# y = \frac{v}{\max(\sigma, \bar\sigma)}$$
#
# The sums run over the window around each place and over all maps; $w$ are weights that fall off from the centre. At
# the border only pixels inside the image count, which is what the division by $\sum w$ is for. $\bar\sigma$ is the mean
# of $\sigma$ over the image: without it, flat regions would be blown up into noise.

# %%
shadow = digits[12, 0] * np.linspace(0.05, 1, 28)
normalised = F.local_contrast_norm(shadow[None, None]).data[0, 0]
axes = images.image_grid([shadow, normalised], titles=["in the shadow", "normalised"], size=2.0)

# %% [markdown] task="contrast_norm" title="Local contrast normalisation"
# Write `contrast_norm(x, window)` by the formulas above, for x (n, c, h, w) float64. `window` (kh, kw) has odd sides and
# positive weights, the same for every map; it need not be symmetric and is *not* rotated: weight (u, v) meets the pixel
# u - kh // 2 rows and v - kw // 2 columns away. Sums run over window *and* maps; only pixels inside the image count,
# also in $\sum w$. σ̄ is the mean of σ over the places of one image. Each image has a σ̄ above 0. You may use
# `library_forward(x, w, b, stride, padding)` of section 1, or your own.
#
# *Example:* x `[[[[0, 4]]]]` under the window `[[1, 1, 1]]`: both means are 2, so v is (-2, 2), every σ is 2, and y is
# `[[[[-1, 1]]]]`.

# %% solve="contrast_norm" difficulty=4 importance=3 minutes=30 forbid="course_lib.functional.local_contrast_norm"
def contrast_norm(x, window):
    """x (n, c, h, w) less the weighted mean of its neighbourhood, over the neighbourhood's deviation."""
    ### BEGIN SOLUTION
    kh, kw = window.shape
    edge = ((0, 0), (0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2))

    def total(a):
        padded = np.pad(a.sum(axis=1, keepdims=True), edge)
        return sum(window[u, v] * tap(padded, u, v, x.shape[2:], 1) for u, v in np.ndindex(kh, kw))

    weight = total(np.ones(x.shape))
    centred = x - total(x) / weight
    spread = np.sqrt(total(centred**2) / weight)
    return centred / np.maximum(spread, spread.mean(axis=(2, 3), keepdims=True))
    ### END SOLUTION


# %% [markdown] hint="contrast_norm"
# All three sums are the same operation on different arrays: on x, on v², and on an array of ones. Write it once.

# %% [markdown] hint="contrast_norm"
# A sum over window and maps: add up the maps first, that leaves one map; pad it with zeros by half a window; then add up
# its taps. Zeros outside add nothing to any of the sums. The array of ones must have all the maps, so that the weights
# of all of them are counted.

# %% [markdown] hint="contrast_norm"
# ```python
# def total(a):                         # (n, c, h, w) -> (n, 1, h, w)
#     padded = np.pad(a.sum(axis=1, keepdims=True), ...)
#     return sum(window[u, v] * tap(padded, u, v, x.shape[2:], 1) for u, v in np.ndindex(kh, kw))
#
# weight = total(...)
# centred = x - ... / weight
# spread = np.sqrt(...)
# return centred / np.maximum(spread, spread.mean(axis=..., keepdims=True))
# ```

# %% check="contrast_norm" points=8
with check("contrast_norm") as expect:
    rng = np.random.default_rng(1051)
    window = np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    expect("one map, a symmetric window", contrast_norm(rng.normal(size=(1, 1, 6, 7)) + 2, window))
    x = rng.normal(size=(2, 3, 6, 8)) * np.array([1.0, 5.0])[:, None, None, None] * np.linspace(0.1, 2, 8)
    expect("two images, three maps, a window of 5x3", contrast_norm(x, rng.random((5, 3)) + 0.1))
    expect.unchanged("x as it was", x)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101051)
    for c, kh, kw in [(1, 3, 5), (2, 5, 3), (4, 3, 3), (3, 1, 5)]:
        h, width = (int(v) for v in rng.integers([6, 8], [9, 12]))
        x = 1 + rng.normal(size=(3, c, h, width)) * rng.uniform(0.2, 6, (3, 1, 1, 1)) * np.linspace(0.05, 2, width)
        window = 0.2 + rng.random((kh, kw))
        expect(f"{c} maps of {h}x{width}, window {kh}x{kw}", contrast_norm(x, window))
        expect.unchanged("x afterwards", x)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 6. LeNet
#
# Two stages and two fully connected layers, much as LeCun and colleagues built them for reading postcodes (1989) and
# cheques (1998):
#
# | layer | output | |
# |---|---|---|
# | image | 1×28×28 | |
# | convolution 5×5, 10 filters | 10×24×24 | no padding |
# | max pooling 2×2, ReLU | 10×12×12 | windows tile |
# | convolution 5×5, 20 filters | 20×8×8 | each filter sees all 10 maps |
# | max pooling 2×2, ReLU | 20×4×4 | 320 numbers |
# | fully connected, ReLU | 50 | |
# | fully connected | 10 | one score for each class, no ReLU |
#
# The largest number of a window, rectified, is the largest of the rectified numbers: ReLU and max pooling can stand in
# either order. Pooled first, there is less to rectify.

# %% [markdown]
# ### Predict: how many weights?
#
# Count the weights and biases of this LeNet, layer by layer, before you build it. Write a list of four integers, one for
# each layer that has any: `lenet_weights = [..., ..., ..., ...]`.
#
# *Example of the form:* 3 filters of 2×2 on one map have `3 * (2 * 2 + 1) = 15`.

# %% solve="lenet_weights" difficulty=2 importance=4 minutes=4
### BEGIN SOLUTION
lenet_weights = [260, 5020, 16050, 510]
### END SOLUTION

# %% [markdown] hint="lenet_weights"
# A filter has kernel rows × columns × *input maps* weights, and one bias. How large the image is does not matter.

# %% [markdown] hint="lenet_weights"
# The second convolution: each of the 20 filters looks through a 5×5 window at all 10 maps.

# %% [markdown] hint="lenet_weights"
# `10 * (25 + 1)`, `20 * (10 * 25 + 1)`, then the two fully connected layers: outputs × (inputs + 1).

# %% predict="lenet_weights" points=1
with check("lenet_weights") as expect:
    expect("four numbers", lenet_weights)

# %%
for name, weight in lenet(rng=np.random.default_rng(0)).named_parameters():
    print(f"{name:10} {weight.shape!s:16} {weight.data.size:6}")

# %% [markdown]
# **Lecture figure F32.** A convolutional net has far fewer weights than a fully connected net with as many units. We
# keep LeNet's units and its pooling, and connect every unit with everything below. (And where are LeNet's own weights? Look
# at the list above: most of them in the one fully connected layer behind the stages.)

# %% figure="F32"
stages_of_lenet = [((1, 28, 28), 10), ((10, 12, 12), 20)]
kinds = {
    "shared (convolution)": lambda shape, maps: arithmetic.conv_cost(shape, maps, 5),
    "local, not shared": lambda shape, maps: arithmetic.local_cost(shape, maps, 5),
    "fully connected": lambda shape, maps: arithmetic.linear_cost(
        int(np.prod(shape)), maps * (shape[1] - 4) * (shape[2] - 4)
    ),
}
head = arithmetic.linear_cost(320, 50).parameters + arithmetic.linear_cost(50, 10).parameters
rows = []
for name, cost in kinds.items():
    total = sum(cost(shape, maps).parameters for shape, maps in stages_of_lenet) + head
    rows.append((name, "far fewer than an MLP" if "shared (" in name else "", total, "5760, 1280, 50, 10 units; pooling 2×2"))
lecture_table("F32 · weights at equal units", rows)

# %% [markdown] task="build_lenet" title="LeNet assembled"
# Write `build_lenet(maps, hidden, classes, rng)`: the net of the table for images (n, 1, 28, 28), with `maps` = (filters
# of stage 1, filters of stage 2), `hidden` units and `classes` scores instead of (10, 20), 50 and 10. Return a module
# of `course_lib.nn` (`nn.Sequential(...)`, or a class of your own) that gives scores (n, classes). Its layers with weights are
# `nn.Conv2d(inputs, filters, 5, rng=rng)` and `nn.Linear(inputs, outputs, rng=rng)`, created in the table's order;
# further there are `nn.MaxPool2d(2)`, `nn.ReLU()`, `nn.Flatten()`.
#
# *Example:* `nn.Sequential(nn.Flatten(), nn.Linear(784, 7, rng=rng), nn.ReLU())` is a net with one layer of 7 units.

# %% solve="build_lenet" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.lenet.lenet"
def build_lenet(maps, hidden, classes, rng):
    """LeNet for images (n, 1, 28, 28): two stages of convolution, pooling, ReLU, then two fully connected layers."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, maps[0], 5, rng=rng),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Conv2d(maps[0], maps[1], 5, rng=rng),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(maps[1] * 4 * 4, hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(hidden, classes, rng=rng),
    )
    ### END SOLUTION


# %% [markdown] hint="build_lenet"
# Write the table's lines one below the other as layers. Each needs to know how many maps or numbers come in.

# %% [markdown] hint="build_lenet"
# The only number to work out is what the first fully connected layer takes in: 28 → 24 → 12 → 8 → 4, so 4×4 numbers of
# each of the second stage's maps.

# %% [markdown] hint="build_lenet"
# ```python
# return nn.Sequential(
#     nn.Conv2d(1, maps[0], 5, rng=rng), ..., ...,
#     nn.Conv2d(maps[0], ..., 5, rng=rng), ..., ...,
#     nn.Flatten(),
#     nn.Linear(..., hidden, rng=rng), ...,
#     nn.Linear(hidden, ..., rng=rng),
# )
# ```

# %% [markdown]
# The checks cannot know your random weights. So they fill every net with numbers of their own, in the order in which its
# layers were created, and look at the scores and at a gradient.


# %%
def fill(model, seed):
    """Put fresh float64 numbers into all weights of `model`, of the size that MSR gives; returns `model`."""
    draw = np.random.default_rng(seed)
    for p in model.parameters():
        fan_in = max(1, p.data[0].size)
        p.data = draw.normal(size=p.shape) * (2 / fan_in) ** 0.5
    return model


# %% check="build_lenet" points=7
with check("build_lenet") as expect:
    model = build_lenet((3, 5), 7, 4, np.random.default_rng(0))
    expect("shapes of the weights", [p.shape for p in model.parameters()])
    scores = fill(model, 1061)(Tensor(np.random.default_rng(1062).normal(size=(3, 1, 28, 28))))
    expect("scores", scores.data)
    (scores * scores).sum().backward()
    expect("gradient of the first filters", next(iter(model.parameters())).grad)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101061)
    for _ in range(3):
        sizes = [int(v) for v in rng.integers([2, 2, 5, 3], [5, 6, 9, 7])]
        model = build_lenet(tuple(sizes[:2]), *sizes[2:], np.random.default_rng(1))
        expect(f"shapes, {sizes}", [p.shape for p in model.parameters()])
        scores = fill(model, int(rng.integers(1000)))(Tensor(rng.normal(size=(2, 1, 28, 28))))
        expect(f"scores, {sizes}", scores.data)
        (scores * scores).sum().backward()
        expect(f"gradient, {sizes}", next(iter(model.parameters())).grad)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Practice run: LeNet learns to read
#
# On the first 10 000 digits of MNIST where they are to be had, else on the digits that come with scikit-learn, enlarged to
# 28×28. Either takes seconds: this convolution is the library's, which section 12 compares with yours. The first filters
# begin at a tenth of the usual size, and all weights decay a little: what you will see in them has been learned.

# %% practice="train_lenet"
data = datasets.load("mnist", or_else="digits")
count, epochs = (60_000, 6) if FULL else (10_000, 5 if data.name == "mnist" else 12)
x_train, t_train = images_for_lenet(data.x_train[:count]), data.t_train[:count]
x_test, t_test = images_for_lenet(data.x_test), data.t_test
rng = np.random.default_rng(0)
reader, losses, right = lenet(rng=rng), [], []
reader[0].weight.data *= np.float32(0.1)
for loss in progress(learn(reader, x_train, t_train, epochs=epochs, rng=rng, decay=0.3), "epochs", total=epochs):
    losses.append(loss)
    right.append(100 * hits(reader, x_test, t_test))
title = f"LeNet on {len(x_train)} of {data.name}"
axes = curves.learning_curves({"test": right}, ylabel="% of test images right", title=title)
print(f"after {epochs} epochs: loss {losses[-1]:.3f}, {right[-1]:.2f} % of {len(x_test)} test images right")

# %% practice="look_inside"
with no_grad():
    first = reader[2](reader[1](reader[0](Tensor(x_test[:1]))))
    second = reader[5](reader[4](reader[3](first)))
images.image_grid(x_test[:1], size=1.4, title="an image ...")
images.feature_maps(first.data[0], columns=10, size=0.8, title="... its 10 maps behind stage 1 ...")
images.feature_maps(second.data[0], columns=10, size=0.8, title="... and its 20 maps behind stage 2")
plt.show()

# %% [markdown]
# A map says where a filter of the second stage answers, not what it answers to. Its weights say little, for they are laid
# on ten maps, not on pixels. So ask the images: let the net look at all of them, and cut out the pieces that excite a filter
# most. One of its numbers sees 14×14 pixels (lesson 09: windows of 5, then pooling, then windows of 5). The picture was
# made with the digits that come with scikit-learn, the cell below it uses your net.

# %% picture="second_stage" alt="Five rows of nine pieces of digits, 14 by 14 pixels; the pieces of a row look alike: in one an opening to the right under a bar, in another an arc that closes on the right"
from course_lib.viz.pictures import convolutional

convolutional.second_stage()

# %% practice="second_stage"
with no_grad():
    behind = nn.Sequential(*reader.layers[:4])(Tensor(x_test[:1000])).data
stages.exciting(behind, x_test[:1000], field=14, jump=2)
plt.show()

# %% [markdown]
# The pieces of one row have a part in common, such as an opening to the right under a bar, or an arc that closes on the
# right, and differ in the rest: where it lies by a pixel or two, how thick it is. That is what two rounds of filtering and
# pooling make of derivatives. Not every row has a name. Nobody asked for names; the error at the end asked for parts that
# tell digits apart.

# %% practice="mistakes"
out = np.concatenate([reader(Tensor(part)).data for part in np.array_split(x_test, 20)])
wrong = np.flatnonzero(out.argmax(axis=1) != t_test)[:20]
titles = [f"{t_test[k]}, read as {out[k].argmax()}" for k in wrong]
images.image_grid(x_test[wrong], titles=titles, columns=7, size=1.1, title="what it still gets wrong")
plt.show()

# %% [markdown]
# ## 7. Is max pooling required?
#
# Something has to shrink the maps, or the fully connected layer is huge and every unit sees only a small window. But
# it need not be a maximum. Springenberg and colleagues (2015) let a convolution with *stride 2* do it and lost nothing:
# the net learns how to summarise a neighbourhood.
#
# Then the rest can go too. A fully connected layer on 4×4 maps is a convolution with 4×4 kernels that fits at exactly
# one place; one on a single place is a 1×1 convolution. A net of convolutions only has no fixed image size: on a wider
# image it gives a *row* of answers, one for every place.
#
# | layer | output for 28×28 |
# |---|---|
# | convolution 5×5, ReLU | maps[0] × 24×24 |
# | convolution 3×3, stride 2, padding 1, ReLU | maps[0] × 12×12 |
# | convolution 5×5, ReLU | maps[1] × 8×8 |
# | convolution 3×3, stride 2, padding 1, ReLU | maps[1] × 4×4 |
# | convolution 4×4, ReLU | hidden × 1×1 |
# | convolution 1×1 | classes × 1×1 |

# %% [markdown] task="build_all_conv" title="An all-convolutional LeNet"
# Write `build_all_conv(maps, hidden, classes, rng)`: the net of this table as a module of `course_lib.nn`. For images
# (n, 1, 28, 28) it returns scores (n, classes, 1, 1), for larger images a map of scores. The stride-2 layers keep their
# number of maps. Create the layers in the table's order with `nn.Conv2d(inputs, filters, kernel, stride=..., padding=...,
# rng=rng)`. Neither `nn.Linear` nor `nn.Flatten` nor pooling appears.
#
# *Example:* `nn.Sequential(nn.Conv2d(1, 7, 28, rng=rng), nn.ReLU(), nn.Conv2d(7, 10, 1, rng=rng))` is an MLP with 7
# hidden units in this style; on a 28×40 image it gives 1×13 places.

# %% solve="build_all_conv" difficulty=2 importance=4 minutes=12 forbid="course_lib.topics.lenet.lenet course_lib.topics.lenet.all_convolutional"
def build_all_conv(maps, hidden, classes, rng):
    """LeNet of convolutions only: images (n, 1, h, w) to maps of scores (n, classes, h', w')."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, maps[0], 5, rng=rng),
        nn.ReLU(),
        nn.Conv2d(maps[0], maps[0], 3, stride=2, padding=1, rng=rng),
        nn.ReLU(),
        nn.Conv2d(maps[0], maps[1], 5, rng=rng),
        nn.ReLU(),
        nn.Conv2d(maps[1], maps[1], 3, stride=2, padding=1, rng=rng),
        nn.ReLU(),
        nn.Conv2d(maps[1], hidden, 4, rng=rng),
        nn.ReLU(),
        nn.Conv2d(hidden, classes, 1, rng=rng),
    )
    ### END SOLUTION


# %% [markdown] hint="build_all_conv"
# Six convolutions, five ReLUs. Only the two layers that shrink have a stride and a padding.

# %% [markdown] hint="build_all_conv"
# Sizes: 28, 24, then (24 + 2·1 - 3) // 2 + 1 = 12, 8, 4. A 4×4 kernel on a 4×4 map fits once, and each of its `hidden`
# filters has a weight for every number of every map: that is a fully connected layer.

# %% [markdown] hint="build_all_conv"
# ```python
# return nn.Sequential(
#     nn.Conv2d(1, maps[0], 5, rng=rng), nn.ReLU(),
#     nn.Conv2d(maps[0], maps[0], 3, stride=..., padding=..., rng=rng), nn.ReLU(),
#     ...                               # the second stage
#     nn.Conv2d(..., hidden, ..., rng=rng), nn.ReLU(),
#     nn.Conv2d(hidden, ..., 1, rng=rng),
# )
# ```

# %% check="build_all_conv" points=7
with check("build_all_conv") as expect:
    model = build_all_conv((3, 4), 6, 5, np.random.default_rng(0))
    expect("shapes of the weights", [p.shape for p in model.parameters()])
    draw = np.random.default_rng(1071)
    expect("scores of 28x28", fill(model, 1072)(Tensor(draw.normal(size=(2, 1, 28, 28)))).data)
    scores = model(Tensor(draw.normal(size=(1, 1, 33, 40))))
    expect("scores of 33x40: a map", scores.data)
    (scores * scores).sum().backward()
    expect("gradient of the first filters", next(iter(model.parameters())).grad)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101071)
    for h, width in [(28, 28), (30, 37), (41, 28)]:
        sizes = [int(v) for v in rng.integers([2, 2, 5, 3], [5, 6, 9, 7])]
        model = build_all_conv(tuple(sizes[:2]), *sizes[2:], np.random.default_rng(1))
        expect(f"shapes, {sizes}", [p.shape for p in model.parameters()])
        scores = fill(model, int(rng.integers(1000)))(Tensor(rng.normal(size=(2, 1, h, width))))
        expect(f"scores of {h}x{width}, {sizes}", scores.data)
        (scores * scores).sum().backward()
        expect(f"gradient, {h}x{width}, {sizes}", next(iter(model.parameters())).grad)
    ### END HIDDEN TESTS

# %% [markdown]
# Train it on single digits, then show it a strip with several. It was never trained to *find* anything. Because all
# its layers are convolutions, its scores slide along.


# %%
build = yours("build_all_conv", else_=all_convolutional)

# %% practice="slide"
rng = np.random.default_rng(1)
everywhere = nn.Sequential(build((10, 20), 50, 10, rng), nn.Flatten())
for _ in progress(learn(everywhere, x_train, t_train, epochs=epochs, rng=rng), "epochs", total=epochs):
    pass
print(f"{100 * hits(everywhere, x_test, t_test):.2f} % of single test images right")
strip = np.full((1, 1, 28, 200), x_test.min(), np.float32)
for k, left in enumerate((4, 44, 84, 128, 168)):
    strip[0, 0, :, left : left + 28] = x_test[k, 0]
scores = everywhere[0](Tensor(strip)).data[0, :, 0]
axes = stages.score_map(strip[0, 0], scores, classes=data.classes)

# %% [markdown]
# **Lecture figure F16.** The three nets on all 60 000 images of MNIST: pooling, a stride in the 5×5 convolution, and a
# 3×3 convolution of stride 2 in each stage. The lecture's drawing puts a ReLU on the scores; we measure that, too. The
# lecture's text has a pool of 2×3, its drawing 2×2; only the latter gives its 28→24→12→8→4. Row 2 runs 28→12→4. In row 3
# the sizes work out only with padding 1 in the stride-2 layers.


# %% figure="F16"
lenet_figures.lenet_figure() if FULL else recorded("F16")

# %% [markdown]
# So max pooling is not required: a stride alone comes close for much less work, and a learned summary is as good, for some
# more weights. What does harm is the ReLU on the scores. A score that is negative for all images gets no gradient, so its
# class is lost for good; how many classes go that way depends on the start. Compare the runs in the last row.
#
# Many generative models do without pooling altogether: to draw an image one has to know
# where things are, and the maximum forgets it. Their maps shrink by strided convolutions and grow by transposed ones.

# %% [markdown]
# ## 8. What has it learned?
#
# Look at the first layer's filters of the net you trained. Lesson 09's filters measured derivatives: order 0 blurs, order
# 1 answers to edges, order 2 to lines, each in some direction. Are the learned ones of this kind?
#
# We do not trust our eyes. For every filter we search tens of thousands of templates, Gaussians and their first and second
# derivatives, round or drawn out, at every angle, a little off centre, for the one that explains most of it. The **score** is
# the share of the filter's sum of squares that the best multiple of the template accounts for.
#
# With so many templates even noise will find a likeness. How much of one? Filters drawn at random tell.

# %% practice="learned_filters"
own = reader[0].weight.data[:, 0]
fits = best_fits(own, derivatives(5))
axes = stages.fitted_filters(own, fits, title="your net's first layer, and the nearest derivative of a Gaussian")
noise = best_fits(np.random.default_rng(3).normal(size=(100, 5, 5)), derivatives(5))
print(f"mean score: learned {np.mean([f.score for f in fits]):.2f}, random filters {np.mean([f.score for f in noise]):.2f}")

# %% [markdown]
# **Lecture figure F17.** The same for LeNets trained on all of MNIST, beside the hand-made bank of lesson 09 and beside
# filters that learned nothing: a net's own before training, and pure noise.
#
# We train once as for F16, and once as you did: first filters begin at a tenth, weights decay a little in every step. The difference is large,
# and not in accuracy. A weight that makes no difference keeps the random value with which it began; only where the start
# is small, what is left has been learned.
#
# One filter of the bank, Gxy, is no derivative in a single direction: no template fits it. Last comes the second layer, its
# six strongest filters, one to a row: the ten windows through which it looks at the ten maps below. These are harder to name.


# %% figure="F17"
lenet_figures.filters_figure() if FULL else recorded("F17")

# %% [markdown]
# ## 9. What happens when the digit moves?
#
# Two words that are easily confused:
#
# - **equivariant**: the image moves, the map moves along. A convolution with stride 1 is, away from the border;
# - **invariant**: the image moves, the output stays. That is what the class of a digit should be.
#
# With stride $s$ a layer is equivariant only to steps of $s$ pixels: then its map moves by one. In between it sees the
# image at other places. Do not believe it, test it.

# %% [markdown] task="equivariance_gap" title="A test for equivariance and invariance"
# In both functions f takes images x (n, c, h, w); `move` = (down, right); images and maps are moved by `np.roll`, what
# leaves comes back on the other side. Both return a Python float.
#
# `equivariance_gap(f, x, move, stride, margin)`: f(x) is (n, k, h', w'), its places `stride` pixels apart. Move x by
# `move` times `stride` pixels, and, for comparison, f(x) by `move` places. Away from the border, at least `margin` places
# from all four sides: the largest absolute difference, divided by the largest absolute value of the moved f(x) there.
#
# `invariance_gap(f, x, move)`: x moved by `move` pixels; for each image the length of f's change over the length of
# f(x), all its numbers as one vector; the mean over images. *Example:* f(x) = x, one image [3, 4] moved right by 1: 0.2828.

# %% solve="equivariance_gap" difficulty=3 importance=4 minutes=20 forbid="course_lib.topics.equivariance.gap"
def equivariance_gap(f, x, move, stride, margin):
    """Largest difference between f of the moved images and the moved f(x), relative; 0 if f is equivariant."""
    ### BEGIN SOLUTION
    moved = np.roll(f(x), move, axis=(2, 3))
    seen = f(np.roll(x, (move[0] * stride, move[1] * stride), axis=(2, 3)))
    rows, columns = (slice(margin, n - margin) for n in moved.shape[2:])
    moved, seen = moved[:, :, rows, columns], seen[:, :, rows, columns]
    return float(np.abs(seen - moved).max() / np.abs(moved).max())
    ### END SOLUTION


def invariance_gap(f, x, move):
    """Mean over images of the length of f's change over the length of f(x), when the images are moved."""
    ### BEGIN SOLUTION
    before = f(x).reshape(len(x), -1)
    after = f(np.roll(x, move, axis=(2, 3))).reshape(len(x), -1)
    change = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)
    return float(change.mean())
    ### END SOLUTION


# %% [markdown] hint="equivariance_gap"
# Two ways to the same place: move, then f; or f, then move. The gap is how far they end up apart.

# %% [markdown] hint="equivariance_gap"
# `np.roll(a, (down, right), axis=(2, 3))` moves the last two axes of (n, c, h, w). Moved by 2 places at stride 3, the image
# itself moves by 6 pixels. Cut the margin off both results before you compare: `margin=0` must keep everything, so
# write `a[:, :, margin : rows - margin, ...]`.

# %% [markdown] hint="equivariance_gap"
# ```python
# moved = np.roll(f(x), ..., axis=(2, 3))
# seen = f(np.roll(x, ..., axis=(2, 3)))
# ...                                   # cut margins off both
# return float(np.abs(...).max() / ...)
#
# before, after = f(x).reshape(len(x), -1), f(np.roll(...)).reshape(len(x), -1)
# change = np.linalg.norm(..., axis=1) / ...
# return float(...)
# ```

# %% check="equivariance_gap" points=4
with check("equivariance_gap") as expect:
    rng = np.random.default_rng(1081)
    x, w, ramp = rng.normal(size=(2, 1, 12, 15)), rng.normal(size=(2, 1, 3, 3)), np.arange(15.0)
    expect("a convolution, far from the border", equivariance_gap(lambda a: library_forward(a, w, np.zeros(2)), x, (1, 2), 1, 3))
    expect("a convolution, border included", equivariance_gap(lambda a: library_forward(a, w, np.zeros(2), 1, 1), x, (1, 2), 1, 0))
    expect("brighter to the right", equivariance_gap(lambda a: a * ramp, x, (-1, 2), 1, 2))
    x[:, :, 0] *= 10
    last = np.r_[np.ones(11), 5.0][:, None]
    expect("brighter in the last row, no margin", equivariance_gap(lambda a: a * last, x, (-1, 0), 1, 0))
    expect("max pooling, stride 2", equivariance_gap(lambda a: pool.max_pool2d(a * ramp, 2)[0], x, (1, -1), 2, 1))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101081)
    for stride in (1, 2, 3):
        for move, margin in (((0, 1), 2), ((2, -1), 3), ((-1, 0), 0)):
            x, w = rng.normal(size=(3, 2, 26, 29)), rng.normal(size=(2, 2, 3, 2))
            shade = rng.normal(size=(26, 29)) + 1

            def layer(a, w=w, shade=shade, stride=stride):
                return library_forward(a * shade, w, np.ones(2), stride)

            got = equivariance_gap(layer, x, move, stride, margin)
            expect(f"an uneven light, stride {stride}, move {move}, margin {margin}", got)
    x[:, :, 0] *= 10
    last = np.r_[np.ones(25), float(rng.integers(3, 7))][:, None]
    expect("brighter in the last row, no margin", equivariance_gap(lambda a: a * last, x, (-1, 0), 1, 0))
    ### END HIDDEN TESTS

# %% check="equivariance_gap-invariance" points=3
with check("equivariance_gap-invariance") as expect:
    rng = np.random.default_rng(1082)
    x = rng.normal(size=(3, 2, 8, 9)) * np.array([1.0, 4.0, 0.2])[:, None, None, None] + 1
    expect("the images themselves, two pixels to the right", invariance_gap(lambda a: a, x, (0, 2)))
    expect("max pooling 4x3, one pixel down", invariance_gap(lambda a: pool.max_pool2d(a, (4, 3))[0], x, (1, 0)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101082)
    for move in ((1, 0), (0, -2), (2, 3)):
        x = rng.normal(size=(4, 2, 8, 10)) * rng.uniform(0.1, 5, (4, 1, 1, 1)) + 0.5
        expect(f"the images, moved by {move}", invariance_gap(lambda a: a, x, move))
        expect(f"max pooling, moved by {move}", invariance_gap(lambda a: pool.max_pool2d(a, 2)[0], x, move))
        expect(f"numbers, moved by {move}", invariance_gap(lambda a: a[:, :, :3, :4].sum(axis=(2, 3)), x, move))
    ### END HIDDEN TESTS

# %% [markdown]
# Now measure. Which layers are equivariant? The digits are moved by one place of the map; a gap of 0 says that f did
# the same thing at the new place.

# %%
gap_of = yours("equivariance_gap", else_=equivariance.gap)
edges = stages.edge_filters()[:, None]
uneven = np.random.default_rng(5).normal(size=(24, 24, 2, 1, 5, 5))
layers = {
    "convolution": (lambda x: library_forward(x, edges, np.zeros(4)), 1),
    "convolution, ReLU": (lambda x: np.maximum(library_forward(x, edges, np.zeros(4)), 0), 1),
    "convolution, stride 2, moved by 2": (lambda x: library_forward(x, edges, np.zeros(4), 2), 2),
    "max pooling 2×2, moved by 2": (lambda x: pool.max_pool2d(x, 2)[0], 2),
    "local contrast normalisation": (lambda x: F.local_contrast_norm(x).data, 1),
    "locally connected": (lambda x: F.locally_connected2d(x, uneven).data, 1),
}
for name, (layer, stride) in layers.items():
    print(f"{name:36} gap {gap_of(layer, digits[:20], (1, 1), stride, 6 // stride):.4f}")

# %% [markdown]
# Contrast normalisation has a small gap, and one might blame the mean σ̄, which looks at the whole image. But a mean
# does not change when the image moves. It is the **border**: near it the window has fewer pixels, so what is left of a
# digit that comes close is normalised otherwise, and σ̄ carries that to all places. Give the digits room, and the gap is 0:

# %%
roomy = np.pad(digits[:20], ((0, 0), (0, 0), (14, 14), (14, 14)), mode="constant", constant_values=digits.min())
for name, some in (("28×28", digits[:20]), ("in a frame of 56×56", roomy)):
    print(f"local contrast normalisation, {name:20} gap {gap_of(lambda x: F.local_contrast_norm(x).data, some, (1, 1), 1, 6):.1e}")

# %% [markdown]
# The locally connected layer has other weights at every place, so it is not equivariant at all.
#
# And what does max pooling buy? **Invariance**, bit by bit. Move a digit by up to four pixels and see how much the
# rectified edge maps change behind pools of several sizes. "None" keeps one number of each window without looking.


# %% practice="invariance"
def relative_change(size, kind, by):
    """Mean change of the pooled edge maps when the digits move `by` pixels to the right."""
    kernels, some = stages.edge_filters(), digits[:30, 0]
    rest = [stages.run_stage(d, kernels, size=size, kind=kind).pooled for d in some]
    moved = [stages.run_stage(d, kernels, size=size, kind=kind, shift=(0, by)).pooled for d in some]
    return np.mean([stages.change(a, b) for a, b in zip(rest, moved, strict=True)])


pools = [(1, "none"), (2, "none"), (2, "max"), (4, "none"), (4, "max"), (4, "average"), (7, "max")]
change = {f"{kind} {size}×{size}": [100 * relative_change(size, kind, by) for by in range(5)] for size, kind in pools}
axes = curves.learning_curves(
    {name: (range(5), values) for name, values in change.items()},
    xlabel="digit moved to the right (pixels)",
    ylabel="change of the pooled maps (%)",
    title="The larger the pool, the less a shift changes",
)

# %% [markdown]
# **Lecture figure F33.** "Pooling buys invariance to distortions; pool slowly." Here is what it buys a trained net. All
# nets learn from digits that are *not* moved, and are tested on digits that are. All have the same three convolutions 5×5
# with eight maps, come from 28 to 3 pixels, and so have the same number of weights.
#
# First the kind of pooling, 2×2 behind each convolution; then where a maximum over 8×8 pixels in all stands: early at
# once, early in two steps, in three steps, late in two, late at once. Not equal is the work: see the last column.


# %% figure="F33"
lenet_figures.shift_figure() if FULL else recorded("F33")

# %% [markdown]
# Pooling of either kind beats keeping one number of each window, by far more than the errors, as soon as the digits
# move. Where they rest, the mean is a little ahead, and the maximum within the errors of keeping one. Where the pooling
# stands matters much less. *Slowly* is not ahead of *at once* here: with the same three convolutions, 2×2 three times lies
# within the errors of 8×8 behind the first.
#
# If anything helps it is to pool *late*, so that all filters see fine maps; the lead is about two errors, and it costs three
# to five times the work of three steps. What "pool slowly" buys is another thing: a stage more, with its own filters.
# Compare nets that differ in that, too, and you measure the filters.

# %% [markdown]
# **Lecture figure F34.** "Sometimes it's not a good idea to share the parameters." When everything is always in the same
# place, weights of one's own for each place may see more; when things move, they have to learn everything once for each
# place. We train both kinds on digits as they are, and on digits moved by up to four pixels: LeNet itself, and a small
# net with a single layer of four 7×7 filters, stride 3, read out directly.


# %% figure="F34"
lenet_figures.sharing_figure() if FULL else recorded("F34")

# %% [markdown]
# Two runs each, so only large differences count. LeNet loses by not sharing: with weights for every place it reads the
# training images no worse and the test images worse, clearly so when the digits move.
#
# For the small net the recorded runs point the other way, by about as much as its runs differ among themselves: four
# filters are few, and other places may have others. More than "may" two runs do not allow. "Sometimes": perhaps where
# filters are scarce and images many.

# %% [markdown]
# ## 10. Engineered against learned features
#
# Before networks learned their features, people made them. A recipe that won competitions for ten years:
#
# 1. **gradient histograms**: around every place, how much of the gradient points in which direction;
# 2. **unit length**: scale each histogram, so that contrast does not matter;
# 3. **k-means**: cluster the histograms of many images; the centres are "visual words";
# 4. **pyramid pooling**: how strong is each word in the whole image, in its quarters, in its ninths;
# 5. a **linear support vector machine** on these numbers.
#
# Filter, normalise, rectify, pool: the same stages, but each built by itself, without asking the error at the end. A
# network learns all of them together, **end to end**. Here are the gradient histograms of a digit, and its words.

# %%
from course_lib.topics.gradient_features import gradient_histograms, pyramid, unit_length, word_strengths

histograms = gradient_histograms(digits[3:4, 0], cell=4, bins=8)
print("places and numbers of each:", histograms.shape[1:3], histograms.shape[3])
directions = histograms[0].reshape(*histograms.shape[1:3], 4, 8).sum(axis=2).transpose(2, 0, 1)
titles = [f"towards {45 * k}°" for k in range(8)]
title = "where the image gets brighter: 0° to the right, 90° down"
axes = images.image_grid(directions, titles=titles, columns=8, size=1.0, title=title)

# %% [markdown]
# **Lecture figure F35.** The whole recipe beside LeNet, on the same 10 000 images. `MiniBatchKMeans` and `LinearSVC` are
# scikit-learn's; see `engineered` in `course_lib/topics/lenet_runs.py`.


# %% figure="F35"
lenet_figures.features_figure() if FULL else recorded("F35")

# %% [markdown]
# Do not laugh at the old recipe. On these 10 000 images, one run each, it beats LeNet: what it knows about images, LeNet
# has to learn, and from so few. And on all 60 000 it still is level with LeNet's test accuracy in F16. Perhaps because
# digits are strokes, and gradient histograms answer to strokes.
#
# What LeNet has is not the better number here. Its code says nothing of gradients and strokes: the same lines learn other
# features, where nobody knows which would be right (lesson 11).

# %% [markdown]
# ## 11. How large should a filter be?
#
# As large as the pattern it is to find. A matched filter collects all of the pattern and as little noise as possible.
# Here bars of several widths lie in noise; filters are second derivatives of Gaussians of several widths. What stands
# out most, in units of the noise?

# %%
from course_lib.topics.filters import gaussian_bank

offsets, sigmas, widths = np.arange(-10, 11), np.array([0.6, 0.9, 1.3, 1.9, 2.8, 4.2]), (1, 3, 5, 9)
clear = {}
for width in widths:
    bar = (np.abs(offsets) <= width / 2).astype(float)
    line = [-gaussian_bank(s, 10)[3].sum(axis=0) for s in sigmas]
    clear[f"bar {width} wide"] = (sigmas, [taps @ bar / np.linalg.norm(taps) for taps in line])
labels = {"xlabel": "width σ of the filter (pixels)", "ylabel": "answer / noise"}
axes = curves.learning_curves(clear, title="Wide bars want wide filters", **labels)
for name, (_, answers) in clear.items():
    print(f"{name}: best with σ = {sigmas[np.argmax(answers)]}")

# %% [markdown]
# Large patterns need large filters, but those need not be one layer. Lesson 09: two layers of 3×3 see 5×5, three see
# 7×7, for fewer weights and with a ReLU in between. A window of 2×2 is the smallest that
# compares neighbours both ways. So modern nets stack 3×3, and small images may get even 2×2.
#
# But if every stage halves the maps, a small image allows few stages. **Fractional max pooling** (Graham 2014) shrinks
# by factors between 1 and 2: windows of 1 and 2 pixels in random order, so that the sizes fall slowly and every pass
# pools a little differently.


# %%
def fractional_windows(size, out, rng):
    """Widths 1 or 2 of `out` windows that tile `size` pixels, in random order."""
    return rng.permutation(np.repeat([1, 2], [2 * out - size, size - out]))


def fractional_max_pool(image, factor, rng):
    """Max pooling of an image (h, w) by about `factor`, between 1 and 2."""
    starts = []
    for size in image.shape:
        widths = fractional_windows(size, round(size / factor), rng)
        starts.append(np.cumsum(widths) - widths)
    return np.maximum.reduceat(np.maximum.reduceat(image, starts[0], axis=0), starts[1], axis=1)


rng = np.random.default_rng(2)
print("windows:", fractional_windows(12, 9, rng))
shrinking = [digits[5, 0]]
while len(shrinking) < 7:
    shrinking.append(fractional_max_pool(shrinking[-1], 2**0.5, rng))
figure, axes = plt.subplots(1, 7, figsize=(9, 1.6), layout="constrained")
for ax, small in zip(axes, shrinking, strict=True):
    ax.imshow(small, cmap="gray")
    ax.set(xticks=[], yticks=[])
    ax.set_title(f"{small.shape[0]}×{small.shape[1]}", fontsize=9)

# %% [markdown]
# ## 12. Fast convolution
#
# Your loop over taps is short and right. For training, speed decides how much can be tried. What libraries do instead:
# lay the windows out as one big matrix product (lesson 09); for 3×3 kernels use Winograd's algorithm, which needs fewer
# multiplications; for large kernels multiply in the frequency domain. All give the same numbers.

# %% practice="fast"
import time

from scipy.signal import fftconvolve


def by_fourier(x, w, b):
    """The same convolution as products of Fourier transforms: the kernel is rotated to turn it into a correlation."""
    return fftconvolve(x[:, None], w[None, :, :, ::-1, ::-1], mode="valid", axes=(3, 4)).sum(axis=2) + b[:, None, None]


def milliseconds(run, *args, repeat=3):
    """Shortest of a few runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run(*args)
        times.append(1e3 * (time.perf_counter() - start))
    return min(times)


print("kernel     yours    library    Fourier   (ms; 16 images, 16 maps in, 16 out, 32×32)")
for k in (3, 5, 11):
    rng, ways = np.random.default_rng(0), (forward, library_forward, by_fourier)
    layer = rng.normal(size=(16, 16, 32, 32)), rng.normal(size=(16, 16, k, k)), np.zeros(16)
    assert all(np.allclose(forward(*layer), way(*layer)) for way in ways)
    print(f"{k:2}×{k:<2} " + "".join(f"{milliseconds(way, *layer):11.1f}" for way in ways))

# %% [markdown]
# ## 13. Find the bug

# %% [markdown] task="stage_backward" title="Find the bug: the stage that passed its only test"
# `stage_backward(g, x, size, stride, padding)` sends a gradient back through a stage: ReLU, `padding` zeros at every
# border, then max pooling with windows `size` = (rows, columns) and `stride`. x is (n, c, h, w), the result too; g is the
# gradient of the pooled maps. The author's only test had positive numbers, a positive gradient, windows that tile, and
# padding 1. It passed. Repair what it did not see; x and g stay as they are.
#
# Two positive numbers of a window are never equal here; who gets the gradient of a window of zeros does not matter
# (why?). *Example:* x `[[[[2, 5, -1]]]]`, size (1, 2), stride 1, padding 0, g `[[[[1, -3]]]]` give `[[[[0, -2, 0]]]]`.

# %% solve="stage_backward" difficulty=3 importance=5 minutes=15 bug=true forbid="course_lib.functional.max_pool2d torch.nn.functional.max_pool2d"
def stage_backward(g, x, size, stride, padding):
    """Gradient of x from g, the gradient of max pooling of the rectified and padded x."""
    ### BEGIN SOLUTION
    h, w = x.shape[2:]
    rectified = np.pad(np.maximum(x, 0), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = g.shape[2:]
    largest = np.max([tap(rectified, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)
    gx = np.zeros(rectified.shape)
    for u, v in np.ndindex(size):
        target = tap(gx, u, v, out, stride)
        target += g * (tap(rectified, u, v, out, stride) == largest)
    gx = gx[:, :, padding : padding + h, padding : padding + w]
    return gx * (x > 0)
    ### END SOLUTION


# %% given="stage_backward"
def stage_backward(g, x, size, stride, padding):
    """Gradient of x from g, the gradient of max pooling of the rectified and padded x."""
    rectified = np.pad(np.maximum(x, 0), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = g.shape[2:]
    largest = np.max([tap(rectified, u, v, out, stride) for u, v in np.ndindex(size)], axis=0)
    gx = np.zeros(rectified.shape)
    for u, v in np.ndindex(size):
        target = tap(gx, u, v, out, stride)
        target[...] = g * (tap(rectified, u, v, out, stride) == largest)
    gx = gx[:, :, padding:-padding, padding:-padding]
    return gx * (gx > 0)


# %% [markdown] hint="stage_backward"
# The author's test had four properties, and there are three bugs. Take away one property at a time: windows that
# overlap; padding 0; a negative gradient; numbers below 0.

# %% [markdown] hint="stage_backward"
# Run it with padding 0 and print the shape. Run it with stride 1 on the example, and follow the middle pixel through
# the loop. Which numbers does a ReLU let the gradient through to: those with a positive gradient, or those that were
# positive?

# %% [markdown] hint="stage_backward"
# ```python
# target ... g * (...)                  # a pixel may win in several windows
# gx = gx[:, :, padding : padding + ..., padding : padding + ...]
# return gx * (... > 0)                 # where was the input positive?
# ```

# %% check="stage_backward" points=7
with check("stage_backward") as expect:
    rng = np.random.default_rng(1091)
    x = rng.normal(size=(2, 2, 6, 7)) + 0.5
    expect("overlap, padding 1", stage_backward(rng.normal(size=(2, 2, 7, 6)), x, (2, 4), 1, 1))
    expect("windows that tile, padding 0", stage_backward(rng.normal(size=(2, 2, 3, 3)), x, (2, 2), 2, 0))
    g = -rng.random(size=(2, 2, 4, 4))
    expect("negative gradients", stage_backward(g, x, (2, 2), 2, 1))
    expect.unchanged("arguments as they were", [g, x])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101091)
    for stride, padding in [(1, 0), (2, 0), (1, 1), (2, 1), (3, 1)]:
        kh, kw, h, w = (int(v) for v in rng.integers([2, 2, 6, 8], [4, 5, 9, 11]))
        x = rng.normal(size=(2, 2, h, w)) + 0.3
        out = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
        g = rng.normal(size=(2, 2, *out))
        label = f"windows of {kh}x{kw}, stride {stride}, padding {padding}, on {h}x{w}"
        expect(label, stage_backward(g, x, (kh, kw), stride, padding))
        expect.unchanged("arguments afterwards", [g, x])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 14. Read the curves
#
# Four runs of a small net with two stages that learns letters, each with one fault. Start, images and number of steps are those
# of the healthy run, drawn beside it. Above: the training loss by epoch; knowing nothing costs $\ln 8 = 2.08$. Below: what the
# filters of the second stage sum up to, before their ReLU, after two epochs (numbers beyond the axis are counted at its end).

# %% picture="faulty_runs" alt="Four columns A to D, above losses beside the healthy one that falls from 2.2 to 0.4, below histograms. A stays at 2.1, its sums lie around 0; B falls slowly to 1.7, sums around 0; C goes up and down and ends at 1.7, its sums are spread down to the end of the axis and beyond; D stays at 2.1 and all its sums lie near minus 8"
from course_lib.viz.pictures import convolutional

convolutional.faulty_runs()

# %% [markdown]
# One of the four comes from this function, which deals out batches. Every batch it yields has the right shapes.


# %%
def dealt_apart(x, t, size, rng):
    """Batches of images x (n, ...) and their labels t (n,), in random order: so its author thought."""
    x = x[rng.permutation(len(x))]
    t = t[rng.permutation(len(t))]
    for start in range(0, len(x), size):
        yield x[start : start + size], t[start : start + size]


# %% [markdown] task="stage_faults" title="Which fault is which?"
# Name the fault of each run: `stage_faults`, a dict of the letters "A" to "D", each with one of "dead ReLUs", "images and
# labels shuffled apart", "pooled too early", "rate too high". Each occurs once. The check here looks only whether the names are
# those; which is right, you are told when your work is graded.
#
# Then write `dealt(x, t, size, rng)`, a generator that does what `dealt_apart` says it does: all images once, each batch
# with its own labels, the last batch as small as it has to be. Draw one `rng.permutation(len(x))`, at the first batch.
# *Example:* if that gives [2, 0, 1], size 2: the first batch is `x[[2, 0]], t[[2, 0]]`, the last `x[[1]], t[[1]]`.


# %% solve="stage_faults" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.convnet_runs.dealt course_lib.topics.convnet_runs.LETTERS course_lib.data.batches"
### BEGIN SOLUTION
stage_faults = {"A": "images and labels shuffled apart", "B": "pooled too early", "C": "rate too high", "D": "dead ReLUs"}
### END SOLUTION


def dealt(x, t, size, rng):
    """Batches of images x (n, ...) with their own labels t (n,), in random order."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(x))
    for start in range(0, len(x), size):
        rows = order[start : start + size]
        yield x[rows], t[rows]
    ### END SOLUTION


# %% [markdown] hint="stage_faults"
# Two runs learn nothing at all. Which of them could learn something, and which one cannot even begin, because no gradient
# passes? The histograms tell.

# %% [markdown] hint="stage_faults"
# A ReLU whose sums are below 0 for every image passes nothing on, forward or backward. Too high a rate throws weights, and
# with them sums, far about. A net that sees only coarse pixels learns what they still show. That leaves one.

# %% [markdown] hint="stage_faults"
# ```python
# order = rng.permutation(...)
# for start in range(0, len(x), ...):
#     rows = order[...]
#     yield ..., ...
# ```

# %% check="stage_faults-named" points=2
with check("stage_faults-named") as expect:
    kinds = {"dead ReLUs", "images and labels shuffled apart", "pooled too early", "rate too high"}
    expect("the letters", sorted(stage_faults))
    expect("names that are none of the four", sorted(set(stage_faults.values()) - kinds))
    expect("how many different names", len(set(stage_faults.values())))
    ### BEGIN HIDDEN TESTS
    expect("run A", stage_faults["A"])
    expect("run B", stage_faults["B"])
    expect("run C", stage_faults["C"])
    expect("run D", stage_faults["D"])
    ### END HIDDEN TESTS

# %% check="stage_faults-repaired" points=3
with check("stage_faults-repaired") as expect:
    x, t = np.arange(24.0).reshape(4, 1, 2, 3), np.array([7, 5, 6, 4])
    expect("4 images, batches of 2", list(dealt(x, t, 2, np.random.default_rng(1111))))
    x, t = np.arange(42.0).reshape(7, 1, 2, 3), np.arange(20, 27)
    expect("7 images, batches of 3", list(dealt(x, t, 3, np.random.default_rng(1112))))
    expect.unchanged("images and labels afterwards", [x, t])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101111)
    for n, size in [(9, 4), (5, 8), (12, 5), (6, 1)]:
        x, t = rng.normal(size=(n, 2, 3, 2)), rng.integers(0, 90, n)
        expect(f"{n} images, batches of {size}", list(dealt(x, t, size, rng.spawn(1)[0])))
        expect.unchanged("images and labels afterwards", [x, t])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 15. An open exercise
#
# The letters themselves, 20×20 pixels each: one of eight, anywhere in the image, a little turned, drawn with another
# pen each time, bright on dark or dark on bright, under noise.

# %%
x_marks, t_marks = marks(1500, rng=np.random.default_rng(100))
axes = images.image_grid(x_marks[:20], columns=10, titles=[MARKS[k] for k in t_marks[:20]])

# %% [markdown] task="open_marks" title="A net of 3 000 weights"
# Design and train a module of `nn`, called `mark_net`, that takes images `(n, 1, 20, 20)` to scores `(n, 8)`. Train it in the
# solution cell, on `x_marks` and `t_marks` alone, in about a second and a half of processor time. `learn(net, x, t, epochs=..,
# rng=.., lr=.., size=..)` trains by Adam and yields the loss of each epoch. It is a generator: nothing happens until it is gone
# through, as by `list(learn(...))`.
#
# *Budget:* 3 000 weights, biases and scales counted. *Measured:* the share right of 600 new images, in evaluation mode. 2 points
# for 60 %, 1 more for 82 %. The judge has these images; the cell below the exercise gives your share of others.


# %% solve="open_marks" difficulty=4 importance=5 minutes=35
### BEGIN SOLUTION
class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def stage(inputs, maps, kernel):
    return [nn.Conv2d(inputs, maps, kernel, padding=1, rng=rng), nn.BatchNorm2d(maps), nn.ReLU()]


rng = np.random.default_rng(0)
first, second = [*stage(1, 8, 5), nn.MaxPool2d(2)], [*stage(8, 12, 3), nn.MaxPool2d(2)]
mark_net = nn.Sequential(*first, *second, *stage(12, 15, 3), Mean(), nn.Linear(15, 8, rng=rng))
history = list(learn(mark_net, x_marks, t_marks, epochs=6, rng=rng, lr=0.02, size=32))
### END SOLUTION

# %% practice="marks_measured"
if "mark_net" in globals():
    x_open, t_open = marks(600, rng=np.random.default_rng(101))
    used = sum(p.data.size for p in mark_net.parameters())
    print(f"{hits(mark_net, x_open, t_open):.0%} of 600 public images right, with {used} of 3000 weights")
else:
    print("Nothing to measure yet: train mark_net first.")

# %% [markdown] hint="open_marks"
# A letter may stand anywhere, so weights that belong to a place are wasted. Where does LeNet have most of its weights, and what
# does without them?

# %% [markdown] hint="open_marks"
# Two or three stages, so that the last filters see a whole letter (section 5 of lesson 09); then one number of each map, its
# mean or its maximum. In six epochs a net learns much more if its maps are normalised (lesson 07): then 0.02 is not too high.

# %% [markdown] hint="open_marks"
# ```python
# rng = np.random.default_rng(0)
# mark_net = nn.Sequential(
#     nn.Conv2d(1, 8, 5, padding=1, rng=rng), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
#     ...                               # two more stages
#     ..., nn.Linear(..., 8, rng=rng),  # the mean of each map: x.mean((2, 3)) in a module of your own
# )
# history = list(learn(mark_net, x_marks, t_marks, epochs=..., rng=rng, lr=..., size=32))
# ```

# %% held="open_marks" gives="new_marks"
import numpy as np

from course_lib.data.marks import marks

rng = np.random.default_rng(101201)
new_marks, mark_kinds = marks(600, rng=rng)

# %% check="open_marks" points=2
def scored(net, x):
    """The class of each image by the largest of the net's scores, in evaluation mode."""
    with no_grad():
        return net.eval()(Tensor(x)).data.argmax(axis=1)


with check("open_marks") as expect:
    expect("the weights are within 3 000", sum(p.data.size for p in mark_net.parameters()) <= 3000)
    expect("scores of 5 images (how many are right, the judge measures)", mark_net(Tensor(x_marks[:5])).shape)
    ### BEGIN HIDDEN TESTS
    expect("the weights are still within 3 000", sum(p.data.size for p in mark_net.parameters()) <= 3000)
    said = scored(mark_net, expect.held("new_marks"))
    expect.outcome("60 % of 600 new letters, measured by the judge", said, truth="mark_kinds", measure="accuracy", at_least=0.6)
    ### END HIDDEN TESTS

# %% check="open_marks-better" points=1
with check("open_marks-better") as expect:
    used = sum(p.data.size for p in mark_net.parameters())
    expect("the weights are within 3 000 (82 % right: the judge measures)", used <= 3000)
    ### BEGIN HIDDEN TESTS
    expect("the weights are still within 3 000", used <= 3000)
    said = scored(mark_net, expect.held("new_marks"))
    expect.outcome("82 % of 600 new letters, measured by the judge", said, truth="mark_kinds", measure="accuracy", at_least=0.82)
    ### END HIDDEN TESTS

# %% [markdown] question="pool_or_stride" points=6 title="Pool, stride, or neither?"
# A colleague builds (a) a net that reads house numbers in photographs, (b) a net that marks the outline of a tumour to
# the pixel, (c) a net that rates passport photographs, always cut to the same frame. For each: would you shrink the maps
# by max pooling, by strided convolutions, or hardly at all, and would you share weights everywhere? Give a reason for
# each that appeals to equivariance or invariance, and name one measurement of this lesson that supports you.
#
# === BEGIN MARK SCHEME ===
# 1 point for (a): invariance to small shifts is wanted, so pooling or strides (either with a reason), shared weights.
#
# 2 points for (b): the place is the answer, so equivariance at full resolution: hardly any shrinking, or shrink and grow
# back with the places kept (transposed convolution, skip connections); 1 point for "no max pooling" without the reason.
#
# 2 points for (c): position carries meaning, so local weights or fully connected layers may help where there is enough
# data; 1 point if only sharing or only the statistics of places is discussed.
#
# 1 point: a measurement that fits: change of the pooled maps by pool size, F33 (accuracy under shift), F34 (shared or
# not on centred and moved digits), the equivariance gap of a strided or local layer, or F16 (strides instead of pooling).
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) A house number is the same number a few pixels further on, so invariance to small shifts is wanted. I would
# shrink the maps step by step, by max pooling or, for less work, by strides, and share the weights everywhere, since
# a digit can stand anywhere.
#
# (b) Here the place *is* the answer: when the tumour moves by a pixel, the outline must move by a pixel. That is
# equivariance at full resolution, and a layer of stride s has it for steps of s pixels only. So hardly any shrinking;
# or shrink to see far, grow back by transposed convolutions, and carry the fine maps across so that the places are
# kept. Weights are shared, for a tumour may lie anywhere.
#
# (c) In passport photographs a place has a meaning of its own, eyes here and chin there, and nothing moves, so
# equivariance buys little. Weights of their own for each place, locally connected or fully connected, can see what is
# particular to each, if there are enough photographs, since every place must learn from its own pixels; with few of
# them I would share. The maps may shrink by strides, for what is left of the shifts is small.
#
# For (a) F33 supports me: nets trained on digits that stand still read moved ones far better with pooling of either
# kind than with one number kept of each window.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. One tap at a time: forward $y \mathrel{+}= w x$; backward, weights add up $g x$, pixels add up $g w$. Never `=`.
# 2. Max pooling sends all of the gradient to the winner; average pooling shares it; overlaps add up.
# 3. A stage filters, rectifies, pools, normalises; LeNet is two stages and two fully connected layers.
# 4. Convolution is equivariant to shifts, to steps of its stride only; pooling buys invariance bit by bit.
# 5. Pooling is not required: strides and convolutions can shrink. A net of convolutions only slides over any image.
#
# ## Further reading
#
# - Hubel and Wiesel: *Receptive fields of single neurones in the cat's striate cortex* (1959)
# - LeCun, Bottou, Bengio and Haffner: *Gradient-based learning applied to document recognition* (1998)
# - Dalal and Triggs: *Histograms of oriented gradients for human detection* (2005)
# - Lazebnik, Schmid and Ponce: *Beyond bags of features* (2006)
# - Jarrett, Kavukcuoglu, Ranzato and LeCun: *What is the best multi-stage architecture for object recognition?*
#   (2009)
# - Graham: *Fractional max-pooling* (2014)
# - Springenberg, Dosovitskiy, Brox and Riedmiller: *Striving for simplicity: the all convolutional net* (2015)
# - Lavin and Gray: *Fast algorithms for convolutional neural networks* (2016)
#
# **Next:** lesson 11: the classic architectures, from AlexNet on, in torch.
