# %% [markdown] lesson="12" title="ResNet" minutes=270 builds_on="07 10 11"
# A deeper network can do everything a shallower one can: let its extra layers do nothing. So do 56 layers fit their training set
# better than 20, and what did it take to train 152?
#
# After this lesson you will be able to
#
# - say what depth does to a network with and without shortcuts, and show it in gradients and in losses;
# - write the basic block, know the bottleneck block, and write shortcuts with and without weights;
# - build ResNet-20 from the course library, and move its weights to torch and back, to the same logits and gradients;
# - count any ResNet's layers and weights, and find the published numbers;
# - write one step of training as it runs on a GPU, and compare architectures fairly.
#
# You need lessons 07, 10 and 11. There are nine exercises, one of them open, two predictions and one written question.

# %% picture="opening" alt="Five building blocks drawn side by side: plain, basic, pre-activation, bottleneck and projection; in all but the plain one an orange line carries the input past the layers to a sum"
from course_lib.viz.residual import blocks

blocks(("plain", "basic", "pre-activation", "bottleneck", "projection"))

# %% [markdown]
# ## 1. Should deeper ever be worse?
#
# Run this cell first. Figure F19 (section 9) and section 11 show recorded results. To train their networks here, many minutes
# long, change the line `FULL = ...` of the cell to `FULL = True` and run it again.

# %%
import itertools
import math
import os
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.cbook import get_sample_data
from torch.nn.functional import cross_entropy
from tqdm.auto import tqdm

from course_lib import Tensor, nn, no_grad, optim, schedules
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import batches, datasets
from course_lib.data.augment import translate
from course_lib.nn.blocks import conv3x3
from course_lib.topics.resnet import CifarResNet, PaddedBlock, gradient_lengths
from course_lib.topics.resnet import deep_losses as library_losses
from course_lib.torch_models import bridge, resnets
from course_lib.torch_models.counting import count, hidden_work, sketch
from course_lib.torch_models.depth import depth_of
from course_lib.torch_models.fill import fill
from course_lib.torch_models.relatives import RELATIVES
from course_lib.torch_models.training import right, train_step
from course_lib.train import accuracy, fit, mean_and_error, plus_minus, progress, score
from course_lib.viz import curves, style
from course_lib.viz.images import image_grid
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.viz.residual import photograph_tiles
from course_lib.widgets.residual import shatter_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# Two bodies appear in this lesson. `nn`, `F` and `Tensor` are the course library's, on NumPy. Whatever belongs to torch
# is written with its name: `torch.nn.Conv2d`.
#
# Take a trained network of 20 layers and put 36 layers behind it that copy their input. That is a network of 56 layers
# with the same training error. So a good 56-layer network exists. Does gradient descent find it?
#
# He, Zhang, Ren and Sun (2015) compared such networks, and tried one small change, which the next sections explain: a
# **shortcut** around every two layers that adds the input of the two to their output.
#
# ### Predict: four networks
#
# Four networks are trained on the same images for the same number of steps: **A** plain with 20 layers, **B** plain with 56,
# **C** with shortcuts and 20 layers, **D** with shortcuts and 56. Order the letters from the lowest training loss to the highest:
# `loss_order = "..."`
#
# *Example of the form:* `loss_order = "ABCD"`

# %% solve="loss_order" difficulty=2 importance=4 minutes=3
### BEGIN SOLUTION
loss_order = "DCAB"
### END SOLUTION

# %% [markdown] hint="loss_order"
# A larger network can fit its training set better, if nothing prevents it. For which pair might something? That a good network
# exists does not say that training finds it.

# %% [markdown] hint="loss_order"
# What would 36 more layers have to do in order not to make things worse, and is that easier with the shortcut? And do 20 layers
# suffer already from what 56 suffer from, if less?

# %% [markdown] hint="loss_order"
# With the shortcut, layers that give nearly 0 hand their input on. So the deeper network can begin where the shallower one is, and
# improve on it. What makes plain networks worse grows with every layer: 20 have some of it.

# %% predict="loss_order" points=1
with check("loss_order") as expect:
    expect("from the lowest training loss to the highest", loss_order)

# %% [markdown]
# **Lecture figure F19.** Plain and residual networks of 20 and 56 layers, otherwise alike, at reduced size: fewer and
# smaller images, half the width. The code that made it stands in section 9. Look at the training losses.

# %%
recorded("F19")

# %% [markdown]
# The deeper plain network is the worst, and that is not overfitting, which would show as a *low* training error and a high test
# error. Here the training error itself is high: the paper calls it the **degradation** problem.
#
# Two starts each, so trust only what is many errors apart. In training loss all four are. In test error the two residual
# networks are not: at this size their 36 further layers help to fit, and have not been seen to help on new images.
#
# What is it, then, that makes the deeper plain network hard to train? Batch norm (lesson 07) keeps the *activations* of
# every layer at one size. So nothing can vanish or explode any more, one would think. Look at the gradients of networks
# built as for F19, before their first step:

# %% picture="gradients" alt="Length of the gradient of each convolution's weights, on a logarithmic axis, in fresh networks of 20 and 56 layers: in the plain ones it grows evenly from the last layer to the first, in the plain 56 a thousandfold; in the residual ones it stays nearly level"
from course_lib.viz.residual import gradients

gradients()

# %% practice="gradients"
tiles, drawn = photograph_tiles(32, 16), np.random.default_rng(0).integers(0, 10, 32)
for kind, layers in itertools.product(("plain", "residual"), (20, 56)):
    fresh = (CifarResNet(layers, 8, residual=kind == "residual", rng=np.random.default_rng(s)) for s in range(3))
    lengths = np.array([gradient_lengths(net, tiles, drawn) for net in fresh])
    ends = " and ".join(plus_minus(lengths[:, k], 2) for k in (0, -1))
    a_layer = (lengths[:, 0] / lengths[:, -1]) ** (1 / (lengths.shape[1] - 1))
    print(f"{kind:8} {layers} layers: first and last convolution {ends}, {plus_minus(a_layer, 3)} times as long a layer")
print(f"Yang and others, wide fully connected layers: {math.sqrt(math.pi / (math.pi - 1)):.3f} times")

# %% [markdown]
# They **explode**, on the way back, by about the same factor in every plain layer. Batch norm is the reason, not the
# cure. It divides by the spread of what comes in, so that forward every layer has one size, whatever the weights; on the
# way back the same division hands on a gradient that is larger than it came, and no choice of weights changes that.
#
# Yang and others (2019) compute the factor for wide, fully connected layers with ReLU: $\sqrt{\pi/(\pi-1)} = 1.21$. A learning
# rate that suits the first layers starves the last, and the other way round.
#
# In the residual networks the gradient has a second way, past the layers. It grows a few times over all of them together,
# not a thousandfold. (All scales are 1 here. F19 starts its residual networks with the last scale of each branch at 0,
# which section 5 explains; then in the first step no gradient gets past these scales into a branch.)
#
# Is the size all? Then it would help to cut every gradient down to length 1 (*clipping*, lesson 14). Here it does not:

# %%
recorded("F19c")

# %% [markdown]
# A long vector cut to length 1 keeps its direction, and nearly all of its length lies in the first layers. And there is
# a second trouble, which no rescaling mends: what those first layers are told is nearly noise. Balduzzi and others (2017)
# looked at random networks from one number to one number, and at the slope of the output for each input. Gradient descent
# averages such slopes over a batch. If neighbouring inputs ask for similar changes, the average means something. If the
# slopes are noise, it means little.

# %% picture="shattered" alt="Slope of the output against the input for a plain and a residual network of 40 layers, and the correlation of neighbouring slopes by depth, mean of five starts: the plain one falls to zero after ten layers, the residual one stays high"
from course_lib.viz.residual import shattered

shattered(40)

# %% [markdown]
# Move the depth yourself. From which depth on do the slopes of the plain network look like noise? What does the
# residual one do at the same depth? Try other seeds before you believe it.

# %%
shatter_explorer()

# %% [markdown]
# ## 2. Learn the difference
#
# Suppose some layers should compute $H(x)$. Let them compute the **residual** $F(x) = H(x) - x$ instead, and add the
# input back:
#
# $$y = x + F(x)$$
#
# - Doing nothing is now easy: $F = 0$ does it. (Small weights in front of a norm do not give that, the norm blows them up again;
#   the scale of the branch's *last* norm at 0 does, section 5.) In a plain network, layers have to *learn* to copy.
# - The gradient of $y$ by $x$ is $1 + F'(x)$. The 1 is the **identity shortcut**; only an $F$ that undoes $x$ cancels it.
# - It costs no weights and almost no time.
#
# The **basic block** has two 3×3 convolutions with batch norm. The sum comes before the last ReLU, so that $F$ may
# take away as well as add.

# %% picture="basic" alt="A plain block beside the basic block: the same layers, and an orange line from the input to a sum before the last ReLU"
from course_lib.viz.residual import blocks

blocks(("plain", "basic"))

# %% [markdown]
# Two helpers for the checks: `settle` draws a value for every parameter, in the order of their names, so that scales and shifts of the
# norms matter; `respond` runs a block forward and backward.


# %%
def settle(model, seed=0):
    rng = np.random.default_rng(seed)
    for _, p in sorted(model.named_parameters()):
        p.data = rng.normal(size=p.shape) * 0.5 + (0.8 if p.ndim == 1 else 0)
    return model.double()


def respond(model, x, training=True):
    x = Tensor(x, requires_grad=True)
    y = model.train(training)(x)
    y.backward(np.cos(np.arange(y.data.size)).reshape(y.shape))
    return {"output": y.data, "gradient": x.grad}


# %% [markdown] task="basic_block" title="The basic block"
# Write `forward(x)` of `BasicBlock`, for a block that keeps the size and the channels: convolution, norm, ReLU,
# convolution, norm; then add the input; then ReLU. The parts are there already. `x` is a Tensor `(n, c, h, w)`, and so is
# what you return. Gradients come by themselves.
#
# *Example:* when the second norm has scale 0 and shift 0, the block returns `F.relu(x)`.


# %% solve="basic_block" difficulty=2 importance=5 minutes=8 forbid="course_lib.nn.BasicBlock"
class BasicBlock(nn.Module):
    """Two 3x3 convolutions with batch norm, and an identity shortcut."""

    def __init__(self, channels, *, rng):
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        """(n, c, h, w) -> (n, c, h, w)."""
        ### BEGIN SOLUTION
        h = F.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return F.relu(h + x)
        ### END SOLUTION


# %% [markdown] hint="basic_block"
# You need the input again at the end. Do not let its name be taken by something else on the way.

# %% [markdown] hint="basic_block"
# Follow the right drawing from top to bottom. How many ReLUs are there, and which of them comes after the sum?

# %% [markdown] hint="basic_block"
# ```python
# h = F.relu(self.bn1(...))
# h = self.bn2(...)         # no ReLU here: the branch may be negative
# return F.relu(...)
# ```

# %% check="basic_block" points=5
with check("basic_block") as expect:
    square = np.random.default_rng(1).normal(size=(3, 3, 3, 3))
    block = settle(BasicBlock(3, rng=np.random.default_rng(2)), seed=3)
    expect("3 images of 3×3×3, training", respond(block, square))
    expect("the same in evaluation, after one batch", respond(block, square, training=False))
    images = np.random.default_rng(4).normal(size=(2, 4, 5, 6))
    block = settle(BasicBlock(4, rng=np.random.default_rng(5)), seed=6)
    expect("2 images of 4×5×6", respond(block, images))
    expect.unchanged("the images afterwards", images)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120101)
    for n, c, h, w in [(2, 2, 4, 3), (3, 5, 2, 6), (2, 1, 7, 4)]:
        block = settle(BasicBlock(c, rng=rng), seed=int(rng.integers(1000)))
        for training in (True, True, False):
            x = rng.normal(size=(n, c, h, w))
            expect(f"{n}×{c}×{h}×{w}, {'training' if training else 'evaluation'}", respond(block, x, training))
        expect.unchanged(f"{n}×{c}×{h}×{w}, the images afterwards", x)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3. Shortcuts where shapes change
#
# Between two stages of a ResNet images become half as high and wide, and channels double. Then $x$ and $F(x)$ have
# different shapes and cannot be added. Two ways out, both of the paper:
#
# - **Option A**, no weights: keep every second pixel, and append channels of zeros.
# - **Option B**, the **projection shortcut**: keep every second pixel, and map the channels of each pixel by a matrix,
#   that is a 1×1 convolution with stride 2 (with batch norm behind it).
#
# The CIFAR networks use A, the ImageNet networks B, and only where shapes change. A matrix on *every* shortcut (option
# C) brought nearly nothing and cost much: the identity is the point.

# %% [markdown] task="shortcut" title="The projection shortcut, and the one without weights"
# Write `shortcut(x, channels, stride, w=None)` for arrays. `x` is `(n, c, h, width)` with c ≤ `channels`. Keep rows and
# columns 0, `stride`, 2·`stride`, ...
#
# - Without `w`: the c channels first, unchanged, behind them zeros up to `channels`. The dtype stays that of `x`.
# - With `w`, an array `(channels, c)`: multiply the vector of channels of each kept pixel by it.
#
# *Example:* one image of one channel, `[[1, 2], [3, 4]]`, with `channels=2, stride=2` gives the two channels `[[1]]` and
# `[[0]]`; with `w = [[5], [7]]` it gives `[[5]]` and `[[7]]`.


# %% solve="shortcut" difficulty=2 importance=4 minutes=10 forbid="course_lib.functional.conv2d course_lib.topics.resnet.PadShortcut"
def shortcut(x, channels, stride, w=None):
    """(n, c, h, width) -> (n, channels, ...): option A without w, option B with w (channels, c)."""
    ### BEGIN SOLUTION
    x = x[:, :, ::stride, ::stride]
    if w is not None:
        return np.einsum("fc,ncij->nfij", w, x)
    more = channels - x.shape[1]
    return np.pad(x, ((0, 0), (0, more), (0, 0), (0, 0)))
    ### END SOLUTION


# %% [markdown] hint="shortcut"
# Thinning is the same in both options. Do it first, for both axes of the image.

# %% [markdown] hint="shortcut"
# Of five rows, stride 2 keeps rows 0, 2, 4: a slice with a step. From 3 to 8 channels, 5 channels of zeros come in.

# %% [markdown] hint="shortcut"
# ```python
# x = x[:, :, ..., ...]
# if w is not None:
#     return np.einsum("fc,ncij->...", w, x)      # c is summed, f takes its place
# return np.pad(x, ((0, 0), (0, ...), (0, 0), (0, 0)))
# ```

# %% check="shortcut-zeros" points=3
with check("shortcut-zeros") as expect:
    square = np.random.default_rng(11).normal(size=(3, 3, 3, 3))
    expect("3×3×3 images, 3 channels, stride 1: the identity", shortcut(square, 3, 1))
    expect("3×3×3 images, 5 channels, stride 2", shortcut(square, 5, 2))
    images = np.arange(2 * 2 * 4 * 7, dtype=np.float32).reshape(2, 2, 4, 7)
    expect("2×4×7 float32, 4 channels, stride 3", shortcut(images, 4, 3), exact_dtype=True)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120201)
    for c, channels, stride, h, w in [(2, 6, 2, 6, 5), (3, 3, 2, 4, 7), (1, 3, 3, 8, 5), (4, 8, 1, 3, 2)]:
        x = rng.normal(size=(2, c, h, w)).astype(np.float32)
        expect(f"{c}×{h}×{w}, {channels} channels, stride {stride}", shortcut(x, channels, stride), exact_dtype=True)
    ### END HIDDEN TESTS

# %% check="shortcut-projection" points=3
with check("shortcut-projection") as expect:
    square = np.random.default_rng(12).normal(size=(3, 3, 3, 3))
    matrix = np.random.default_rng(13).normal(size=(3, 3))
    expect("3×3×3 images, 3 channels, stride 1", shortcut(square, 3, 1, matrix))
    expect("3×3×3 images, 5 channels, stride 2", shortcut(square, 5, 2, np.arange(15.0).reshape(5, 3) - 4))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120202)
    for c, channels, stride, h, w in [(2, 6, 2, 6, 5), (3, 3, 2, 4, 7), (1, 3, 3, 8, 5), (4, 8, 1, 3, 2)]:
        x, matrix = rng.normal(size=(2, c, h, w)), rng.normal(size=(channels, c))
        expect(f"{c}×{h}×{w}, {channels} channels, stride {stride}", shortcut(x, channels, stride, w=matrix))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 4. The bottleneck
#
# Between many channels a 3×3 convolution is expensive. The **bottleneck block** first goes down to fewer channels by a
# 1×1 convolution, does the 3×3 there, and goes up again by another 1×1. ResNet-50 and all deeper ones are made of it.
# The outer width is four times the inner one.

# %%
two_wide = 2 * 9 * 256 * 256
narrow = 256 * 64 + 9 * 64 * 64 + 64 * 256
print(f"two 3x3 convolutions of 256 channels: {two_wide:>9,} weights")
print(f"bottleneck 256 -> 64 -> 64 -> 256:    {narrow:>9,} weights, {two_wide / narrow:.0f} times fewer")

# %% [markdown]
# You have built it: it is lesson 11's grouped bottleneck with a single group, its outer width four times the inner one. The stride,
# where there is one, stands in the 3×3 (in the paper it stood in the first 1×1, which then never sees three pixels of four). The
# shortcut is the identity where stride is 1 and channels agree, else a projection. The first stage of ResNet-50, block by block:

# %% practice="bottlenecks"
for block in sketch(resnets.resnet50).stages[0]:
    kinds = [f"{m.kernel_size[0]}×{m.kernel_size[1]}, {m.in_channels} to {m.out_channels}" for m in block.modules() if isinstance(m, torch.nn.Conv2d)]
    print(f"{sum(p.numel() for p in block.parameters()):>7,} weights:", " · ".join(kinds))

# %% [markdown]
# ## 5. A sum of many small steps
#
# Without the ReLU after the sum, residual blocks add up. After L blocks
#
# $$x_L = x_0 + F_1(x_0) + F_2(x_1) + \dots + F_L(x_{L-1})$$
#
# and the gradient at $x_0$ is that at $x_L$ plus what comes through the branches. **Pre-activation** (He and others 2016)
# puts norm and ReLU *in front of* each convolution, so that between two changes of shape nothing stands on the path past the
# branches. They trained 1001 layers so.
#
# Seen another way: at every block a signal either takes the branch or passes by. Veit, Wilber and Belongie (2016) read a
# ResNet as a collection of paths of all lengths, of which the short ones carry most of the gradient.

# %% [markdown]
# ### Predict: how many paths?
#
# ResNet-20 has nine blocks. In how many different ways can a signal get from its first block's input to its last
# block's output, when at each block it takes either the branch or the shortcut? `paths = ...`, a whole number.

# %% solve="paths" difficulty=1 importance=3 minutes=2
### BEGIN SOLUTION
paths = 512
### END SOLUTION

# %% [markdown] hint="paths"
# One block: two ways. Two blocks in a row: each way through the first can be followed by each way through the second.

# %% [markdown] hint="paths"
# Two blocks: branch-branch, branch-shortcut, shortcut-branch, shortcut-shortcut. Three blocks: each of these twice.

# %% [markdown] hint="paths"
# The number doubles with every block; start from 1 and double nine times.

# %% predict="paths" points=1
with check("paths") as expect:
    expect("paths through nine blocks", paths)

# %%
through = [math.comb(9, k) for k in range(10)]
print("branches on the path:", *(f"{k:4}" for k in range(10)))
print("number of paths:     ", *(f"{n:4}" for n in through), "  together", sum(through))

# %% [markdown]
# Every block adds to the sum, so the signal grows with depth. A start that avoids it: set the **last scale** of every
# branch to **zero**. Then every block starts as its shortcut, and the network as a shallow one that grows deeper while it
# learns (Goyal and others 2017). Below: the standard deviation behind every block of a fresh ResNet-56.


# %%
def spread_by_block(model, x):
    found = []
    blocks = [block for stage in model.stages for block in stage]
    undo = [block.register_forward_hook(lambda block, args, out: found.append(out.data.std())) for block in blocks]
    with no_grad():
        model.train()(Tensor(x))
    for take_away in undo:
        take_away()
    return found


# %%
digits = datasets.load("digits")
pixels = (digits.x_train / 255).astype(np.float32)
fresh = CifarResNet(56, width=8, in_channels=1, rng=np.random.default_rng(0))
spreads = {"all scales 1": spread_by_block(fresh, pixels[:16])}
for stage in fresh.stages:
    for block in stage:
        block.bn2.weight.data[:] = 0
spreads["last scales 0"] = spread_by_block(fresh, pixels[:16])
title = "A fresh ResNet-56, behind each block"
ax = curves.learning_curves(spreads, xlabel="block", ylabel="standard deviation", title=title)

# %% [markdown]
# The saw-tooth marks the stages: where channels of zeros come in, the spread falls. Within a stage it grows from
# block to block; with zero scales it stays as it is.
#
# ## 6. ResNet-20
#
# The ResNets for CIFAR-10 have $6n+2$ layers with weights. The plan:
#
# | part | makes of 32×32 pixels |
# |---|---|
# | 3×3 convolution, norm, ReLU | 16 maps of 32×32 |
# | stage 1: n basic blocks | 16 maps of 32×32 |
# | stage 2: n basic blocks, the first with stride 2 | 32 maps of 16×16 |
# | stage 3: n basic blocks, the first with stride 2 | 64 maps of 8×8 |
# | mean over all pixels, one linear layer | 10 logits |
#
# The mean over all pixels is **global average pooling**. It needs no weights, takes images of any size, and makes each
# map a detector: how much of *this* is anywhere in the picture? Compare it with what AlexNet and VGG do here:

# %%
maps, side, classes = 64, 8, 10
print(f"linear layer on all {maps}x{side}x{side} numbers: {maps * side * side * classes + classes:>7,} weights")
print(f"linear layer on {maps} means:             {maps * classes + classes:>7,} weights")

# %% [markdown] task="small_resnet" title="ResNet-20 from the course library"
# Write `SmallResNet(depth, width, classes, rng=rng)` for images of 3 channels, `depth` = 6n + 2, after the plan above
# (`width` in place of 16). A block is `PaddedBlock(in_channels, channels, stride, rng=rng)`: a basic block whose
# shortcut is option A. `conv3x3(in, out, rng=rng)`, `nn.BatchNorm2d(c)`, `nn.Sequential(*blocks)` and
# `nn.Linear(in, out, rng=rng)` are there too; `x.mean((2, 3))` is the mean over all pixels.
#
# Name the parts `conv1`, `bn1`, `stages` (a list of three Sequentials) and `fc`: weights travel by name in section 7.
#
# *Example:* in `SmallResNet(14, 8, 5, rng=rng)` each stage has two blocks, and `fc.weight` is `(5, 32)`.


# %% solve="small_resnet" difficulty=3 importance=5 minutes=20 forbid="course_lib.topics.resnet.CifarResNet"
class SmallResNet(nn.Module):
    """The ResNet of 6n + 2 layers for images (n, 3, h, w)."""

    def __init__(self, depth, width, classes, *, rng):
        ### BEGIN SOLUTION
        self.conv1, self.bn1 = conv3x3(3, width, rng=rng), nn.BatchNorm2d(width)
        self.stages, have = [], width
        for i, channels in enumerate((width, 2 * width, 4 * width)):
            stage = []
            for k in range((depth - 2) // 6):
                stride = 2 if i > 0 and k == 0 else 1
                stage.append(PaddedBlock(have, channels, stride, rng=rng))
                have = channels
            self.stages.append(nn.Sequential(*stage))
        self.fc = nn.Linear(have, classes, rng=rng)
        ### END SOLUTION

    def forward(self, x):
        """(n, 3, h, w) -> logits (n, classes)."""
        ### BEGIN SOLUTION
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))
        ### END SOLUTION


# %% [markdown] hint="small_resnet"
# Each block needs to know how many channels come in. Keep that number in a variable and bring it up to date.

# %% [markdown] hint="small_resnet"
# Depth 14, width 8: (8, 8, 1), (8, 8, 1); (8, 16, 2), (16, 16, 1); (16, 32, 2), (32, 32, 1). Which two have stride 2?

# %% [markdown] hint="small_resnet"
# ```python
# self.stages, have = [], width
# for i, channels in enumerate(...):
#     stage = []
#     for k in range(...):
#         stage.append(PaddedBlock(have, channels, 2 if ... else 1, rng=rng))
#         have = ...
#     self.stages.append(nn.Sequential(*stage))
# ```

# %% check="small_resnet" points=6
with check("small_resnet") as expect:

    def observe_network(depth, width, classes, shape, seed):
        rng = np.random.default_rng(seed)
        model = settle(SmallResNet(depth, width, classes, rng=rng), seed)
        names = sorted((name, p.shape) for name, p in model.named_parameters())
        return {"parameters": names, **respond(model, rng.normal(size=shape))}

    expect("depth 8, width 3, 3 classes, 3 images of 3×3×3", observe_network(8, 3, 3, (3, 3, 3, 3), seed=1))
    expect("depth 14, width 2, 5 classes, 3 images of 9×6", observe_network(14, 2, 5, (3, 3, 9, 6), seed=2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120401)
    for depth, width, classes, h, w in [(8, 2, 4, 7, 10), (14, 3, 2, 8, 5), (20, 2, 7, 5, 8)]:
        seen = observe_network(depth, width, classes, (3, 3, h, w), seed=int(rng.integers(1000)))
        expect(f"depth {depth}, width {width}, {classes} classes, images of {h}×{w}", seen)
    ### END HIDDEN TESTS

# %% [markdown]
# The weights of the whole family, counted, beside the paper's own numbers. The test errors are the paper's; reaching
# them takes 64 000 steps, on a GPU.

# %% practice="published"
published = {20: (0.27, 8.75), 32: (0.46, 7.51), 44: (0.66, 7.17), 56: (0.85, 6.97), 110: (1.7, 6.43)}
print("layers    weights   published   published test error on CIFAR-10")
for depth, (millions, error) in published.items():
    weights = sum(p.numel() for p in sketch(resnets.CifarResNet, depth).parameters())
    assert round(weights / 1e6, 1 if depth == 110 else 2) == millions
    print(f"{depth:>6} {weights:>10,} {millions:>9} M   {error:.2f} %")

# %% [markdown]
# The same network takes images of any size, thanks to the mean at its end:

# %%
any_size = CifarResNet(20, width=4, rng=np.random.default_rng(0)).eval()
print([any_size(Tensor(np.ones((1, 3, h, w), np.float32))).shape for h, w in ((32, 32), (24, 40), (9, 5))])

# %% [markdown]
# ## 7. One network in three bodies
#
# The same ResNet-20 exists three times: in the course library on NumPy, in torch on the CPU, in torch on a GPU. Whoever
# moves weights from one to another and finds the same outputs *and the same gradients* knows that both are right, or
# that both are wrong in the same way, which is rare. It is the best test of an implementation there is.
#
# Weights travel by name. Torch's `model.state_dict()` gives parameters and **buffers**, here the running mean and variance
# of every norm. Beside them torch keeps a counter `num_batches_tracked` for every norm, which our library has not.

# %%
small = resnets.CifarResNet(8, width=2, classes=3)
for name, value in list(small.state_dict().items())[:8]:
    print(f"{name:32} {tuple(value.shape)}")

# %% [markdown] task="send_weights" title="Weights to torch and back"
# Write two functions. A *state* is a dict of NumPy arrays by name, such as `model.state_dict()` gives in our library.
#
# - `send_weights(state, twin)` copies all arrays into the torch module `twin` and returns it. `twin` keeps its dtypes and its
#   counters `num_batches_tracked`. Raise `ValueError`, before anything is copied, if names or shapes differ (counters left aside).
# - `fetch_weights(twin)` returns the state of `twin`, counters left out, as arrays that later training does not change.
#
# *Example:* the state of `torch.nn.BatchNorm1d(1)` has weight 1, bias 0, running_mean 0 and running_var 1, each `(1,)`.


# %% solve="send_weights" difficulty=3 importance=4 minutes=15 forbid="course_lib.torch_models.bridge.to_torch course_lib.torch_models.bridge.from_torch"
def send_weights(state, twin):
    """Copy the arrays of `state` into the torch module `twin`; returns it."""
    ### BEGIN SOLUTION
    own = {name: v for name, v in twin.state_dict().items() if not name.endswith("num_batches_tracked")}
    if {n: v.shape for n, v in state.items()} != {n: tuple(v.shape) for n, v in own.items()}:
        raise ValueError("names or shapes of the two networks differ")
    for name, value in own.items():
        value.copy_(torch.from_numpy(state[name]))
    return twin
    ### END SOLUTION


def fetch_weights(twin):
    """The parameters and buffers of `twin` as a dict of arrays, copies."""
    ### BEGIN SOLUTION
    state = twin.state_dict()
    return {n: v.cpu().numpy().copy() for n, v in state.items() if not n.endswith("num_batches_tracked")}
    ### END SOLUTION


# %% [markdown] hint="send_weights"
# `twin.state_dict()` does not copy: its tensors share their memory with the module. `tensor.copy_(other)` writes into one.

# %% [markdown] hint="send_weights"
# `copy_` broadcasts: an array of shape (1,) fits silently into (64,). So compare all names and shapes first, as two
# dicts. And `tensor.numpy()` shares memory too: what happens to it at the next step of training?

# %% [markdown] hint="send_weights"
# ```python
# own = {name: v for name, v in twin.state_dict().items() if ...}
# if {name: shape of state} != {name: shape of own}:
#     raise ValueError("...")
# for name, value in own.items():
#     value.copy_(torch.from_numpy(...))
# ...
# return {name: v.cpu().numpy()... for name, v in ... if ...}
# ```

# %% check="send_weights-there" points=4
with check("send_weights-there") as expect:

    def two_norms(*sizes):
        a, b, c = sizes
        first, last = torch.nn.Linear(a, b), torch.nn.Linear(b, c, bias=False)
        return torch.nn.Sequential(first, torch.nn.BatchNorm1d(b), last).double()

    def refusal(call):
        try:
            call()
        except ValueError:
            return "ValueError"
        except KeyError:
            return "KeyError"
        return "no error"

    def drawn(twin, rng, kind=np.float64):
        names = sorted(n for n in twin.state_dict() if "tracked" not in n)
        return {n: rng.uniform(0.5, 2, tuple(twin.state_dict()[n].shape)).astype(kind) for n in names}

    rng = np.random.default_rng(21)
    twin = two_norms(3, 3, 3)
    state = drawn(twin, rng)
    expect("a square network, afterwards", dict(send_weights(state, twin).state_dict()))
    expect("it is the same module", send_weights(state, twin) is twin)
    fewer = {name: array for name, array in state.items() if name != "1.bias"}
    expect.raises("one name missing", ValueError, lambda: send_weights(fewer, twin))
    expect.raises("a shape that would broadcast", ValueError, lambda: send_weights(state | {"1.bias": np.ones(1)}, twin))
    state["2.weight"] *= 0
    expect("the last matrix, when its array changes later", twin[2].weight)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120501)
    for a, b, c in [(2, 5, 3), (4, 2, 6), (3, 4, 4)]:
        twin = two_norms(a, b, c)
        twin[1].num_batches_tracked += 7
        state = drawn(twin, rng, np.float32)
        state["0.weight"] = np.asfortranarray(state["0.weight"])
        done = send_weights(state, twin)
        expect(f"{a}-{b}-{c}, afterwards", dict(done.state_dict()), exact_dtype=True)
        expect(f"{a}-{b}-{c}, the same module", done is twin)
        expect(f"{a}-{b}-{c}, evaluated", done.eval()(torch.ones(2, a, dtype=torch.float64)))
        state["2.weight"][:] = 0
        expect(f"{a}-{b}-{c}, when its array changes later", done[2].weight)
    twin = two_norms(2, 3, 2)
    before = drawn(twin, rng)
    twin.load_state_dict({n: torch.from_numpy(v) for n, v in before.items()}, strict=False)
    for what, odd in {"one more": {"x": np.ones(2)}, "broadcast": {"1.running_var": np.ones(1)}}.items():
        state = before | odd
        expect(what, refusal(lambda state=state: send_weights({n: v + 1 for n, v in state.items()}, twin)))
        expect(f"{what}: nothing was copied", twin[0].weight)
    ### END HIDDEN TESTS

# %% check="send_weights-back" points=3
with check("send_weights-back") as expect:
    twin = torch.nn.BatchNorm1d(1)
    expect("one norm", fetch_weights(twin))
    twin = torch.nn.Linear(2, 2).double()
    twin.load_state_dict({"weight": torch.tensor([[1.0, 2], [3, 4]]), "bias": torch.tensor([5.0, 6])})
    state = fetch_weights(twin)
    with torch.no_grad():
        twin.weight += 1
    expect("a linear layer, after one more step of training", state)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120502)
    for size, kind in [(3, torch.float32), (5, torch.float64)]:
        twin = torch.nn.Sequential(torch.nn.Linear(size, 2, bias=False), torch.nn.BatchNorm1d(2)).to(kind)
        with torch.no_grad():
            for value in twin.state_dict().values():
                value.copy_(torch.from_numpy(rng.integers(1, 9, tuple(value.shape)).astype(float)))
        state = fetch_weights(twin)
        expect(f"{size} inputs", state, exact_dtype=True)
        expect(f"{size} inputs: arrays", [type(v).__name__ for v in state.values()])
        twin(torch.from_numpy(rng.normal(size=(4, size))).to(kind))
        expect(f"{size} inputs, after a batch moved the running mean", state)
    ### END HIDDEN TESTS

# %% [markdown]
# Now the whole ResNet-20, in float64: weights to torch, the same batch through both, and every number compared.

# %%
numpy_net = CifarResNet(20, rng=np.random.default_rng(0)).double()
move = yours("send_weights", else_=lambda state, twin: bridge.to_torch(numpy_net, twin))
torch_net = move(numpy_net.state_dict(), resnets.CifarResNet(20).double())
images, labels = np.random.default_rng(1).normal(size=(2, 3, 32, 32)), np.array([3, 8])
logits, twins = numpy_net(Tensor(images)), torch_net(torch.from_numpy(images))
F.cross_entropy(logits, labels).backward()
cross_entropy(twins, torch.from_numpy(labels)).backward()

# %%
ours = {name: p.grad for name, p in numpy_net.named_parameters()}
theirs = bridge.gradients(torch_net)
apart = max(np.abs(ours[name] - g).max() / np.abs(g).max() for name, g in theirs.items())
print(f"logits differ by at most {np.abs(logits.data - twins.detach().numpy()).max():.0e}")
print(f"gradients of {len(theirs)} parameters differ by at most {apart:.0e} of the largest of each")
assert np.allclose(logits.data, twins.detach().numpy(), rtol=1e-5)
assert ours.keys() == theirs.keys()
assert apart < 1e-5

# %% [markdown]
# And back, with the running statistics that the batch has moved: in evaluation mode both agree again. The third body is
# the same network on the best device of this machine, in float32, so it agrees to fewer digits (a GPU rounds the factors
# of a convolution further).

# %%
returned = bridge.from_torch(torch_net, CifarResNet(20, rng=np.random.default_rng(9)).double()).eval()
with torch.no_grad():
    assert np.allclose(returned(Tensor(images)).data, torch_net.eval()(torch.from_numpy(images)).numpy(), rtol=1e-5)

# %%
here = bridge.device()
with torch.no_grad():
    want = torch_net(torch.from_numpy(images)).numpy()
    third = torch_net.float().to(here)(torch.from_numpy(images.astype(np.float32)).to(here)).cpu().numpy()
apart, largest = np.abs(third - want).max(), np.abs(want).max()
print(f"{bridge.describe(here)}, float32: logits up to {largest:.2f} differ by at most {apart:.0e}")
assert apart < 0.02 * largest

# %% [markdown]
# ## 8. Depth against loss
#
# Now the experiment itself, in its smallest form: fully connected layers, no norm, plain gradient descent. A network is
# given as a list of matrices: the first and the last change the number of units, those between keep it. A plain layer
# computes $h \leftarrow \mathrm{relu}(W h)$, a residual one $h \leftarrow h + \mathrm{relu}(W h)$.

# %% [markdown] task="deep_losses" title="Depth against loss, plain and residual"
# Write `deep_losses(x, t, weights, rate, steps, residual)`. `x` `(n, d)` and class numbers `t` `(n,)` are arrays; `weights`
# is a list of arrays `(out, in)`: the first makes $h = \mathrm{relu}(x W_0^\top)$, those between are plain or, with
# `residual=True`, residual layers, the last makes the logits (no ReLU).
#
# Do `steps` steps of gradient descent on the mean cross-entropy of all samples. Return the list of `steps` losses, each
# as a float *before* its step. The arrays of the caller stay as they are. Tensors, `F.relu` and `F.cross_entropy` are
# yours to use.
#
# *Example:* all weights 0 and four classes: every loss is ln 4, plain or residual.


# %% solve="deep_losses" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.resnet.deep_losses"
def deep_losses(x, t, weights, rate, steps, residual):
    """Losses of a deep network during `steps` steps of gradient descent."""
    ### BEGIN SOLUTION
    weights, losses = [Tensor(w.copy(), requires_grad=True) for w in weights], []
    for _ in range(steps):
        h = F.relu(Tensor(x) @ weights[0].T)
        for w in weights[1:-1]:
            branch = F.relu(h @ w.T)
            h = h + branch if residual else branch
        loss = F.cross_entropy(h @ weights[-1].T, t)
        losses.append(float(loss.data))
        loss.backward()
        for w in weights:
            w.data, w.grad = w.data - rate * w.grad, None
    return losses
    ### END SOLUTION


# %% [markdown] hint="deep_losses"
# Make Tensors of the matrices once, in front of the loop. Inside: forward, loss, backward, update, forget the gradients.

# %% [markdown] hint="deep_losses"
# With three matrices there is one layer between. Plain: `F.relu(h @ w.T)` replaces h. Residual: it is added to h.

# %% [markdown] hint="deep_losses"
# ```python
# weights = [Tensor(w.copy(), requires_grad=True) for w in weights]
# for _ in range(steps):
#     h = F.relu(Tensor(x) @ ...)
#     for w in weights[1:-1]:
#         ...
#     loss = F.cross_entropy(..., t)
#     ...                              # note the loss
#     loss.backward()
#     for w in weights:
#         w.data, w.grad = ..., None
# ```

# %% check="deep_losses" points=5
with check("deep_losses") as expect:

    def made(sizes, n, rng):
        matrices = [rng.normal(size=(b, a)) / np.sqrt(a) for a, b in itertools.pairwise(sizes)]
        return rng.normal(size=(n, sizes[0])), np.arange(n) % sizes[-1], matrices

    rng = np.random.default_rng(31)
    x, t, matrices = made([3, 3, 3, 3], 3, rng)
    expect("3 matrices of 3×3, plain, 3 steps", deep_losses(x, t, matrices, 0.3, 3, False))
    expect("the same, residual", deep_losses(x, t, matrices, 0.3, 3, True))
    expect.unchanged("the matrices afterwards", matrices)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120601)
    cases = [([4, 5, 5, 5, 3], 7, 0.2, 5), ([2, 6, 6, 6, 6, 4], 5, 0.1, 4), ([3, 4, 2], 6, 0.5, 6), ([4, 4, 4, 3], 5, 0.2, 3)]
    for sizes, n, rate, steps in cases:
        x, t, matrices = made(sizes, n, rng)
        for residual_net in (False, True):
            what = f"{len(matrices)} matrices, {n} samples, rate {rate}, {'residual' if residual_net else 'plain'}"
            expect(what, deep_losses(x, t, matrices, rate, steps, residual_net))
        expect.unchanged(f"{what}: the matrices afterwards", matrices)
    ### END HIDDEN TESTS

# %% [markdown]
# With it, depth against loss on the bundled digits. Each kind gets the start that suits it: MSR weights for plain
# networks (lesson 07), and for residual ones MSR divided by the number of layers, so that the sum stays of one size.


# %%
def starting_weights(depth, residual, rng, units=32):
    sizes = [64, *[units] * (depth - 1), 10]
    weights = [rng.normal(size=(b, a)) * np.sqrt(2 / a) for a, b in itertools.pairwise(sizes)]
    return [w / max(1, depth - 2) if residual and 0 < i < depth - 1 else w for i, w in enumerate(weights)]


# %% practice="depth"
losses_of = yours("deep_losses", else_=library_losses)
depths = (2, 5, 10, 20, 40)
some, classes_of = (digits.x_train[:500].reshape(500, 64) / 255.0 - 0.3) / 0.4, digits.t_train[:500]


def last_loss(depth, kind, seed):
    start = starting_weights(depth, kind == "residual", np.random.default_rng(seed))
    return losses_of(some, classes_of, start, 0.1, 100, kind == "residual")[-1]


ends = {kind: [] for kind in ("plain", "residual")}
for depth in tqdm(depths):
    for kind, seen in ends.items():
        seen.append([last_loss(depth, kind, seed) for seed in range(3)])

# %% practice="depth_plot"
lines = {kind: (depths, [np.mean(r) for r in seen]) for kind, seen in ends.items()}
band = {kind: mean_and_error(seen)[1] for kind, seen in ends.items()}
named = {"xlabel": "layers", "ylabel": "loss after 100 steps"}
ax = curves.learning_curves(lines, spread=band, **named, title="Depth costs plain nets")
ignorance = ax.axhline(np.log(10), color="gray", lw=1, ls=":")

# %% [markdown]
# The dotted line is the loss of a network that knows nothing, ln 10. Which networks have hardly left it after 100 steps?
#
# ## 9. Training as it is done on a GPU
#
# A GPU has the arithmetic of very many CPU cores, and the art is to keep it busy. What a modern training loop does:
#
# - **Mixed precision.** Products in bfloat16, a float with the range of float32 and only 8 bits of precision; weights,
#   norms' statistics and the loss stay in float32. `torch.autocast` does it, inside its `with`, for the forward pass.
# - **Channels last.** The memory order n, h, w, c: the channels of a pixel lie side by side, as the GPU's matrix units
#   want them. The shape stays (n, c, h, w).
# - **Augmentation on the device**: random crops and mirrored images, a whole batch at once.
# - **Label smoothing**: the target is 0.9 for the class and 0.1 spread over all. No logit has to run off to infinity.
# - **One cycle**: the learning rate goes up (lesson 06's warm-up), then down to nothing, over few epochs.
# - No `.item()` in the loop: asking for a number makes the CPU wait until the GPU has finished everything.
#
# Nothing here needs a GPU in order to be right. So write it on whatever you have.


# %%
class Probe(torch.nn.Module):
    """A small network that notes how it was called."""

    def __init__(self, classes=4):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(3, 6, 3, padding=1), torch.nn.BatchNorm2d(6)
        self.fc, self.seen = torch.nn.Linear(6, classes), {}

    def forward(self, x):
        h = self.conv(x)
        self.seen = {"training": self.training, "products": str(h.dtype)}
        self.seen["channels last"] = x.is_contiguous(memory_format=torch.channels_last)
        return self.fc(torch.relu(self.norm(h)).mean((2, 3)))


# %% [markdown] task="mixed_step" title="One training step with mixed precision"
# `mixed_step` is given as lesson 11's step: it trains, in float32, on any device, and does not look at its last two arguments.
# `x` is `(n, c, h, w)`, `t` class numbers on the same device. Make of it a GPU's step:
#
# - `x` into channels-last memory;
# - forward under `torch.autocast` of the batch's own device type, with `torch.bfloat16`, enabled if `mixed`;
# - the loss in float32: `cross_entropy` of the logits as `.float()`, with this label smoothing.
#
# *Example:* equal logits for four classes have the loss ln 4, with or without smoothing.


# %% solve="mixed_step" difficulty=3 importance=5 minutes=15 forbid="course_lib.torch_models.training.train_step"
def mixed_step(model, optimizer, x, t, smoothing=0.1, mixed=True):
    """One step of training; returns the loss, detached, on the device of the batch."""
    ### BEGIN SOLUTION
    model.train()
    x = x.to(memory_format=torch.channels_last)
    with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=mixed):
        logits = model(x)
    loss = cross_entropy(logits.float(), t, label_smoothing=smoothing)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()
    ### END SOLUTION


# %% given="mixed_step"
def mixed_step(model, optimizer, x, t, smoothing=0.1, mixed=True):
    """One step of training; returns the loss, detached, on the device of the batch."""
    model.train()
    logits = model(x)
    loss = cross_entropy(logits, t)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


# %% [markdown] hint="mixed_step"
# Only the forward pass stands inside the `with`. `x.device.type` is `"cuda"`, `"mps"` or `"cpu"`.

# %% [markdown] hint="mixed_step"
# What comes out of the model under autocast is bfloat16, with two to three decimal digits. A loss of 2.29 and one of 2.30 are
# the same number there: hence `.float()`.

# %% [markdown] hint="mixed_step"
# ```python
# x = x.to(memory_format=...)
# with torch.autocast(..., dtype=..., enabled=...):
#     logits = model(x)
# loss = cross_entropy(..., t, label_smoothing=...)
# ```

# %% check="mixed_step-trained" points=4
with check("mixed_step-trained") as expect:

    def steps_of(seed, smoothing, n=6, steps=3):
        rng = np.random.default_rng(seed)
        model = fill(Probe(), seed).float().eval()
        x = torch.from_numpy(rng.normal(size=(n, 3, 5, 4)).astype(np.float32))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
        t = torch.arange(n) % 4
        return [float(mixed_step(model, optimizer, x, t, smoothing, mixed=False)) for _ in range(steps)]

    expect("three losses in float32, smoothing 0.1", steps_of(1, 0.1), rtol=1e-4)
    expect("three losses in float32, no smoothing", steps_of(2, 0.0), rtol=1e-4)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120701)
    for smoothing, n in [(0.0, 4), (0.1, 7), (0.3, 5)]:
        seed = int(rng.integers(1000))
        expect(f"four losses in float32, {n} images, smoothing {smoothing}", steps_of(seed, smoothing, n, 4), rtol=1e-4)
    ### END HIDDEN TESTS

# %% check="mixed_step-mixed" points=3
with check("mixed_step-mixed") as expect:

    def manner_of(mixed, seed, steps=1):
        rng = np.random.default_rng(seed)
        model = fill(Probe(), seed).float().eval()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        x, t = torch.from_numpy(rng.normal(size=(8, 3, 6, 5)).astype(np.float32)), torch.arange(8) % 4
        losses = [mixed_step(model, optimizer, x, t, 0.1, mixed) for _ in range(steps)]
        first = losses[0]
        kind = [type(first).__name__, str(getattr(first, "dtype", "")), bool(getattr(first, "requires_grad", False))]
        weights = sorted({str(p.dtype) for p in model.parameters()})
        return {**model.seen, "loss": kind, "weights": weights, "the loss fell": bool(losses[-1] < losses[0])}

    expect("mixed: how the model was called", manner_of(True, seed=1))
    expect("not mixed", manner_of(False, seed=2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120702)
    for mixed in (True, False):
        seed = int(rng.integers(1000))
        expect(f"20 steps, {'mixed' if mixed else 'not mixed'}", manner_of(mixed, seed, steps=20))
    ### END HIDDEN TESTS

# %% [markdown]
# Now the loop around that step, complete. First the images, standardised and on the device; then augmentation of a whole
# batch at once: every image is shifted by up to four pixels (its mirrored border comes in), half of them are mirrored,
# and if asked a square hole is cut (cutout, DeVries and Taylor 2017).


# %%
def on_device(images, like, where):
    """uint8 images (n, c, h, w) as float32 on the device, standardised by the channels of the images `like`."""
    x, base = (torch.from_numpy(a).to(where).float() for a in (images, like))
    mean, std = base.mean((0, 2, 3), keepdim=True), base.std((0, 2, 3), keepdim=True)
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


# %%
def augment(x, dice, pixels=4, mirror=True, hole=0):
    """Shift, mirror and pierce every image of the batch x (n, c, h, w) by chance; `dice` is a torch.Generator."""
    (n, _, h, w), where = x.shape, x.device
    drawn = [torch.randint(high, (n, 1), generator=dice, device=where) for high in (2 * pixels + 1,) * 2 + (2, h, w)]
    rows, columns = torch.arange(h, device=where), torch.arange(w, device=where)
    if hole:
        pierced = ((rows - drawn[3]).abs() * 2 < hole)[:, :, None] & ((columns - drawn[4]).abs() * 2 < hole)[:, None]
        x = x.masked_fill(pierced[:, None], 0)
    rows, columns = rows + drawn[0], columns + drawn[1]
    columns = torch.where((drawn[2] > 0) & mirror, columns.flip(1), columns)
    padded = torch.nn.functional.pad(x, (pixels,) * 4, mode="reflect")
    every = torch.arange(n, device=where)[:, None, None]
    return padded[every, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


# %%
scene = plt.imread(get_sample_data("grace_hopper.jpg"))[60:380, 100:420].reshape(64, 5, 64, 5, 3).mean((1, 3))
eight = torch.from_numpy(scene.transpose(2, 0, 1)[None].repeat(8, axis=0).astype(np.float32) / 255)
changed = augment(eight, torch.Generator().manual_seed(1), pixels=8, hole=20)
figure = image_grid(changed.numpy(), columns=8)

# %% [markdown]
# And the loop. It yields the mean loss of each epoch, so whoever calls it decides what to print, draw or measure.


# %%
def train(model, x, t, *, epochs, size, rate, smoothing=0.0, change=None, mixed=False, step=train_step, seed=0):
    """Train on x (n, c, h, w), t (n,) by SGD with one cycle; yields each epoch's mean loss. `change(batch, dice)`."""
    dice = torch.Generator(x.device).manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = len(x) // size
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * steps, cycle_momentum=False)
    for _ in range(epochs):
        order, total = torch.randperm(len(x), generator=dice, device=x.device), 0.0
        for rows in order[: steps * size].split(size):
            batch = change(x[rows], dice) if change else x[rows]
            total += step(model, optimizer, batch, t[rows], smoothing, mixed)
            cycle.step()
        yield float(total) / steps


# %% [markdown]
# The cell below runs on what this machine has: on a GPU a ResNet-18 for 32×32 pixels on CIFAR-10 at full size; elsewhere
# the same code at smoke size, a tiny network on the bundled digits. `COURSE_SIZE=full` or `smoke` decides otherwise.
# `torch.compile` may speed up a GPU further, after a minute of compiling: set `COMPILED = True`.

# %% gpu=true
COMPILED, where, size_of = False, bridge.device(), bridge.size
data = datasets.load(size_of(full="cifar10", smoke="digits"), or_else="digits")
t, t_test = (torch.from_numpy(labels).to(where) for labels in (data.t_train, data.t_test))
x, x_test = (on_device(images, data.x_train, where) for images in (data.x_train, data.x_test))
torch.manual_seed(0)
net = resnets.resnet18(10, small=True, width=size_of(full=64, smoke=8), in_channels=x.shape[1])
net = net.to(where, memory_format=torch.channels_last)
how = {"epochs": size_of(full=16, smoke=3), "size": size_of(full=512, smoke=64), "rate": 0.2, "smoothing": 0.1}
how["change"] = augment if x.shape[1] == 3 else lambda batch, dice: augment(batch, dice, pixels=1, mirror=False)
runner, mine = torch.compile(net) if COMPILED else net, yours("mixed_step", else_=train_step)
for epoch, loss in enumerate(train(runner, x, t, **how, mixed=where.type == "cuda", step=mine), 1):
    print(f"epoch {epoch}: loss {loss:.3f}, {data.name} test accuracy {right(net, x_test, t_test):.2%}")

# %% [markdown]
# ### What is it worth? It names photographs
#
# Whoever has trained for long wants to keep the result, and whoever gets it wants to know that it is what it says. The command
# `python -m course_lib.torch_models.trained resnet20.npz --set cifar10 --epochs 60` trains a ResNet-20 on the best device there is,
# writes its weights to a file of about a megabyte, and prints the file's **checksum**. `rebuilt` makes the network again, anywhere,
# from the file alone; it refuses a file with another checksum, and nothing in such a file can be run.
#
# Then put both below, as `KEPT`, and the network names photographs that it has never seen: of the test set, and your own. Of ten
# things only, it knows no others, and says one of the ten names to anything. Until then a smaller one stands in, the same network
# with 8 layers, trained here on the bundled digits by the same code, in seconds.

# %% practice="kept_weights"
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from course_lib.torch_models import trained

KEPT = None  # the file that the command wrote, and its checksum: ("resnet20.npz", "1f0c...")
if KEPT:
    reader, about = trained.rebuilt(Path(KEPT[0]), KEPT[1])
else:
    with TemporaryDirectory() as folder:
        small_one = trained.trained(datasets.load("digits"), depth=8, width=8, epochs=4, where=torch.device("cpu"), size=24)
        checksum = trained.write_trained(Path(folder) / "small.npz", *small_one)
        reader, about = trained.rebuilt(Path(folder) / "small.npz", checksum)
print(f"{about['depth']} layers, trained on {about['set']}, {about['right']:.1%} of its test images right")

# %% practice="kept_names"
MINE = []  # with KEPT, photographs of your own: ["my_cat.jpg", "the_bus.png"]
unseen = datasets.load(about["set"])
shown = np.random.default_rng(12).choice(len(unseen.x_test), 16, replace=False)
told = [f"{best[0]}, {best[1]:.0%}" for best, *_ in trained.named(reader, unseen.x_test[shown], about)]
grid = image_grid(unseen.x_test[shown], titles=told, columns=8, size=1.3)
for path in MINE if KEPT else []:
    picture = trained.framed(np.asarray(Image.open(path).convert("RGB")), about["side"])
    (best,) = trained.named(reader, picture[None], about)
    print(f"{path}: " + ", ".join(f"{name} {p:.0%}" for name, p in best))

# %% [markdown]
# The per cent behind a name are the softmax's. Where the network errs, look at them: is it less sure there? (Lesson 16 asks what
# such numbers are worth.)

# %% [markdown]
# ### F19, the code
#
# Four networks, two of each kind. Residual ones start with last scales of zero (section 5); plain ones cannot: without
# a shortcut, a zero lets nothing through. On a GPU: all images at 32×32, full width, augmentation.


# %%
WHERE = bridge.device(os.environ.get("COURSE_DEVICE") or "cpu")  # of the figures: the CPU unless one is named


def colour_set(where, images=50_000, side=32):
    """Training and test images and classes of CIFAR-10 on the device, averaged to side×side, and the set's name."""
    data = datasets.load("cifar10")
    published = data.t_test[:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]
    cells = (3, side, 32 // side, side, 32 // side)
    x, x_test = (
        a.reshape(len(a), *cells).mean((3, 5), dtype=np.float32) for a in (data.x_train[:images], data.x_test)
    )
    x, x_test = (on_device(a, x, where) for a in (x, x_test))
    t, t_test = (torch.from_numpy(a).to(where) for a in (data.t_train[:images], data.t_test))
    return x, t, x_test, t_test, "CIFAR-10" if published else "the JPEG copy of CIFAR-10"


# %% figure="F19"
REDUCED = {"images": 5000, "side": 16, "width": 8, "epochs": 16, "size": 64, "seeds": 2}
WHOLE = {"images": 50_000, "side": 32, "width": 16, "epochs": 40, "size": 128, "seeds": 1}


def depth_race(where):
    big = where.type == "cuda"
    how = WHOLE if big else REDUCED
    x, t, x_test, t_test, source = colour_set(where, how["images"], how["side"])
    for shortcuts, depth in ((False, 20), (False, 56), (True, 20), (True, 56)):
        losses, shares = [], []
        for seed in range(how["seeds"]):
            torch.manual_seed(seed)
            net = resnets.CifarResNet(depth, how["width"], residual=shortcuts)
            net = (resnets.zero_last_scales(net) if shortcuts else net).to(where, memory_format=torch.channels_last)
            run = {"epochs": how["epochs"], "size": how["size"], "rate": 0.1, "mixed": big, "seed": seed}
            losses.append(list(train(net, x, t, **run, change=augment if big else None)))
            shares.append(right(net, x_test, t_test))
        yield f"{'residual' if shortcuts else 'plain'}, {depth} layers", np.array(losses), shares, how, source


# %% figure="F19"
def depth_figure(where):
    rows, lines = [], {}
    for name, losses, shares, how, source in depth_race(where):
        lines[name] = losses.mean(axis=0)
        setting = f"{how['images']} images of {source}, {how['side']}×{how['side']}, width {how['width']}"
        setting += f", {how['epochs']} epochs"
        told = "deeper trains worse" if "plain" in name else "deeper trains better"
        rows.append((f"{name}: training loss", told, plus_minus(losses[:, -1], 2), f"{setting}, {len(losses)} starts"))
        rows.append((f"{name}: test error", "", f"{plus_minus(1 - np.array(shares), 1, 100)} %", "the same runs"))
    ahead = {kind: min((n for n in lines if kind in n), key=lambda n: lines[n][-1]) for kind in ("plain", "residual")}
    curves.learning_curves(lines, ylabel="training loss", title=" · ".join(f"ahead: {name}" for name in ahead.values()))
    return lecture_table("F19 · Plain and residual networks of 20 and 56 layers", rows)


depth_figure(WHERE) if FULL else recorded("F19")

# %% [markdown]
# And the run with clipped gradients from section 1:


# %% figure="F19c"
def clip_figure(images=2000, side=16, epochs=3, seeds=3):
    x, t, _, _, source = colour_set(torch.device("cpu"), images, side)

    def clipped(model, optimizer, *batch):
        def clip(*_):
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)

        undo = optimizer.register_step_pre_hook(clip)
        loss = train_step(model, optimizer, *batch)
        undo.remove()
        return loss

    rows, plans = [], (("plain", False, train_step), ("plain, clipped", False, clipped), ("residual", True, train_step))
    for name, shortcuts, step in plans:
        ends = []
        for seed in range(seeds):
            torch.manual_seed(seed)
            net = resnets.CifarResNet(56, 8, residual=shortcuts)
            net = (resnets.zero_last_scales(net) if shortcuts else net).to(memory_format=torch.channels_last)
            ends.append(list(train(net, x, t, epochs=epochs, size=64, rate=0.1, seed=seed, step=step))[-1])
        setting = f"{images} images of {source}, {side}×{side}, width 8, {epochs} epochs, rate 0.1, {seeds} starts"
        rows.append((f"{name}, 56 layers: training loss", "", plus_minus(ends, 2), setting))
    return lecture_table("F19, third part · Gradients cut to length 1 (mean ± standard error)", rows)


clip_figure() if FULL else recorded("F19c")

# %% [markdown]
# At full size this takes a GPU. `course figures --run F19 --device cuda` trains the four networks on all images, and
# then goes for accuracy with the loop above: a ResNet-18 for 32×32 pixels in 16 epochs (the aim: 94 % in well under
# a minute on a large GPU), and one of twice the width in 40 epochs with holes cut (the aim: 96 % in a few minutes). What
# such a run gave, on which device and which data, is shown here once it is recorded:


# %% figure="F19"
def speed_run(where, width, epochs, hole, seed):
    """Seconds of training and test accuracy after every epoch."""
    x, t, x_test, t_test, source = colour_set(where)
    torch.manual_seed(seed)
    if where.type == "cuda":
        torch.backends.cudnn.benchmark = True  # try several algorithms on the first batch, keep the fastest
    net = resnets.resnet18(10, small=True, width=width).to(where, memory_format=torch.channels_last)
    how = {"epochs": epochs, "size": 512, "rate": 0.2, "smoothing": 0.1, "mixed": True, "seed": seed}
    losses = train(net, x, t, **how, change=lambda batch, dice: augment(batch, dice, hole=hole))
    seconds, shares = [0.0], []
    for _ in range(epochs):
        began = time.perf_counter()
        next(losses)  # ends with a number on the CPU: the device has finished
        seconds.append(seconds[-1] + time.perf_counter() - began)
        shares.append(right(net, x_test, t_test))
    return seconds[1:], shares, source


# %% figure="F19"
def speed_figure(where):
    rows, lines = [], {}
    plans = ("94 %, under a minute", 64, 16, 0, 3), ("96 %, a few minutes", 128, 40, 12, 1)
    for aim, width, epochs, hole, seeds in plans:
        runs = [speed_run(where, width, epochs, hole, seed) for seed in range(seeds)]
        name = f"ResNet-18, width {width}, {epochs} epochs"
        lines[name] = (runs[0][0], 100 * np.array(runs[0][1]))
        last = plus_minus([shares[-1] for _, shares, _ in runs], 2, 100)
        took = plus_minus([seconds[-1] for seconds, _, _ in runs], 0)
        setting = f"{runs[0][2]}, batch 512, one cycle to 0.2, smoothing 0.1, hole {hole}, {seeds} starts"
        rows.append((name, f"aim: {aim}", f"{last} % of the test images after {took} s", setting))
    named = {"xlabel": "seconds of training", "ylabel": "test accuracy, %", "title": bridge.describe(where)}
    curves.learning_curves(lines, **named)
    return lecture_table("F19 · Training for accuracy", rows)


on_gpu = WHERE.type == "cuda"
(speed_figure(WHERE) if on_gpu else None) if FULL else recorded("F19", device="cuda")

# %% [markdown]
# ## 10. The ResNets of ImageNet
#
# For images of 224×224 the stem is a 7×7 convolution with stride 2 and a pooling layer, then come four stages of 64, 128,
# 256 and 512 channels (four times that behind bottlenecks). The ILSVRC of 2015 was won by an ensemble of six residual
# networks, two of them ResNet-152, with a top-5 error of 3.57 %; ResNet-152 alone had 4.49 % on the validation set.
#
# **Lecture figure F20.** The slide makes three claims about ResNet: 152 layers, heavy use of batch normalisation, no fully
# connected layers. We count.

# %% figure="F20"
deepest = sketch(resnets.resnet152)
path = [n for n, p in deepest.named_parameters() if p.ndim > 1 and "shortcut" not in n]
norms = [m for m in deepest.modules() if isinstance(m, torch.nn.BatchNorm2d)]
heads = [m for m in deepest.modules() if isinstance(m, torch.nn.Linear)]
head = sum(p.numel() for m in heads for p in m.parameters())
weights = sum(p.numel() for p in deepest.parameters())
assert (len(path), len(heads), head, weights) == (152, 1, 2_049_000, 60_192_808)
claims = [
    ("layers with weights", "152 layers", len(path), "on the longest path; four projections stand beside it"),
    ("batch norms", "heavy use", len(norms), "one behind every convolution, the projections' too"),
    ("fully connected layers", "none", f"{len(heads)}, with {head:,} weights", "one linear layer behind the mean"),
    ("weights in all", "", weights, f"{head / weights:.1%} of them in the linear layer"),
]
lecture_table("F20 · Three claims about ResNet, counted", claims)

# %% [markdown]
# So the third claim is nearly right: there are no *hidden* fully connected layers, where AlexNet and VGG keep most of
# their weights (lesson 11).
#
# The whole family, weights and multiply-adds of one image beside the published figures:

# %% figure="F20"
family = {
    "resnet18": (11_689_512, 1.814),
    "resnet34": (21_797_672, 3.664),
    "resnet50": (25_557_032, 4.089),
    "resnet101": (44_549_160, 7.801),
    "resnet152": (60_192_808, 11.514),
    "resnext50_32x4d": (25_028_904, 4.230),
    "wide_resnet50_2": (68_883_240, 11.398),
}
counted = {name: count(sketch(getattr(resnets, name)), (3, 224, 224)) for name in family}
for name, (weights, billions) in family.items():
    assert counted[name].parameters == weights
    assert round(counted[name].multiply_adds / 1e9, 3) == billions
rows = [(f"{n}: weights", family[n][0], c.parameters, "1000 classes") for n, c in counted.items()]
rows += [
    (f"{n}: multiply-adds, 10⁹", f"{family[n][1]:.3f}", f"{c.multiply_adds / 1e9:.3f}", "one image of 3×224×224")
    for n, c in counted.items()
]
lecture_table("The ResNets of ImageNet", rows)

# %% [markdown]
# ## 11. Relatives at equal weights
#
# ResNet had heirs that spend the same weights otherwise.
#
# - **Wide ResNet** (2016): fewer blocks, more channels. It runs faster, because wide layers keep a machine busy.
# - **ResNeXt** (2016): many narrow paths side by side, as one convolution in groups.
# - **DenseNet** (2016): each layer sees the maps of *all* layers before it; they are put side by side, not added.
#
# Papers compare each with ResNet at the authors' best settings. A fair race gives all the same number of weights, data,
# steps, learning rate and several starts, and looks at the spread before it names a winner. Even then it answers only
# for *this* size: small images, few of them, networks of some seventy thousand weights.


# %% figure="F19b"
def relatives_figure(where, images=4000, side=16, epochs=6, seeds=3):
    x, t, x_test, t_test, source = colour_set(where, images, side)
    rows = []
    for name, make in RELATIVES.items():
        shares, losses, began = [], [], time.process_time()
        for seed in range(seeds):
            torch.manual_seed(seed)
            net = make().to(where, memory_format=torch.channels_last)
            losses.append(list(train(net, x, t, epochs=epochs, size=64, rate=0.1, seed=seed))[-1])
            shares.append(right(net, x_test, t_test))
        weights, took = sum(p.numel() for p in net.parameters()), (time.process_time() - began) / seeds
        setting = f"{images} images of {source}, {side}×{side}, {epochs} epochs, {seeds} starts"
        setting += f"; training loss {plus_minus(losses, 2)}"
        rows.append((name, f"{weights:,} weights", f"{plus_minus(shares, 1, 100)} % right, {took:.0f} s a run", setting))
    return lecture_table("ResNet and its relatives at equal weights: test accuracy, mean ± standard error", rows)


relatives_figure(WHERE) if FULL else recorded("F19b")

# %% [markdown]
# Before you believe a winner, hold the differences against their errors (lesson 07), and remember what was held equal:
# weights, images, steps and learning rate. Work was not, as the seconds show. A depth or a rate chosen for each network
# by itself could change the order, and so could more images or more epochs. Papers that report one number without a spread
# leave you to guess all this.
#
# ## 12. Find the bug

# %% [markdown] task="residual_stack" title="the network that forgets its input"
# `residual_stack(x, pairs, g)` runs x `(n, d)` through residual blocks: a pair of matrices `(a, b)` makes
# $x \leftarrow x + \mathrm{relu}(x a^\top)\, b^\top$, with a `(m, d)` and b `(d, m)`. It returns the output and, for a
# gradient `g` `(n, d)` of the output, the gradient of the input. No argument may be changed.
#
# The program below runs, its shapes fit, and its author found it to be as hard to train as a plain network. Find out why,
# and repair it.
#
# *Example:* with all matrices zero, the output is x, and the gradient of the input is g.


# %% solve="residual_stack" difficulty=3 importance=5 minutes=12 bug=true
def residual_stack(x, pairs, g):
    """Output of the blocks, and the gradient of x for the gradient g of the output."""
    ### BEGIN SOLUTION
    kept = []
    for a, b in pairs:
        h = np.maximum(0, x @ a.T)
        kept.append(h)
        x = x + h @ b.T
    for (a, b), h in zip(reversed(pairs), reversed(kept), strict=True):
        g = g + ((g @ b) * (h > 0)) @ a
    return x, g
    ### END SOLUTION


# %% given="residual_stack"
def residual_stack(x, pairs, g):
    """Output of the blocks, and the gradient of x for the gradient g of the output."""
    kept = []
    for a, b in pairs:
        x = np.maximum(0, x @ a.T)
        kept.append(x)
        x = x + x @ b.T
    for (a, b), h in zip(reversed(pairs), reversed(kept), strict=True):
        g = ((g + g @ b) * (h > 0)) @ a
    return x, g


# %% [markdown] hint="residual_stack"
# Which x is it that the block adds? Follow the name through one round of the loop. The backward pass is right for the
# forward pass as it stands; both need repair.

# %% [markdown] hint="residual_stack"
# Set both matrices to zero and run one block by hand, forward and backward. What should come out, and what does?

# %% [markdown] hint="residual_stack"
# ```python
# h = np.maximum(0, x @ a.T)
# kept.append(h)
# x = x + ...
# ...
# g = g + (...) @ a         # past the block, and through it
# ```

# %% check="residual_stack" points=4
with check("residual_stack") as expect:
    rng = np.random.default_rng(41)
    x, g = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    pairs = [(rng.normal(size=(3, 3)), rng.normal(size=(3, 3))) for _ in range(2)]
    expect("two blocks, all sizes 3", residual_stack(x, pairs, g))
    expect("matrices of zeros", residual_stack(x, [(np.zeros((3, 3)), np.zeros((3, 3)))] * 2, g))
    expect.unchanged("x and g afterwards", [x, g])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120801)
    for n, d, blocks_deep in [(2, 4, 1), (5, 3, 3), (4, 5, 4)]:
        x, g = rng.normal(size=(n, d)), rng.normal(size=(n, d))
        pairs = [(rng.normal(size=(d, d)) / 2, rng.normal(size=(d, d)) / 2) for _ in range(blocks_deep)]
        expect(f"{blocks_deep} blocks, {n} samples of {d}", residual_stack(x, pairs, g))
        expect.unchanged(f"{blocks_deep} blocks, x and g afterwards", [x, g])
    x, g, wide = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=(6, 3))
    expect("a block with 6 units inside", residual_stack(x, [(wide, rng.normal(size=(3, 6)))], g))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 13. Read the curves
#
# Five runs of a network of 30 fully connected layers with norms, on the bundled digits: a healthy one with shortcuts, and four in
# which one thing is wrong. Start and batches are the same. From top to bottom: training loss; share of test digits right, the test
# digits read in batches, class by class; length of the gradient by each layer's matrix, in front of the first step. Where you see
# one line, there are two: the run and the healthy one.

# %% picture="faulty_runs" alt="Four columns A to D beside a healthy run whose loss falls from 2.6 to 0.1 and whose test share rises to 0.9. A: loss stays near 2, share ends at 0.2, gradients fall from 200 in the first layer to 0.3 in the last. B: loss falls slowly to 1.6. C: loss as healthy, share stays near 0.15. D: loss jumps up to 70, share stays near 0.1"
from course_lib.viz.pictures import deep_networks

deep_networks.faulty_runs()

# %% [markdown] task="deep_faults" title="Which fault is which?"
# Name the fault of each run: `deep_faults`, a dict of the letters "A" to "D", each with one of "evaluated in training mode",
# "no shortcuts", "rate too high", "rate too low". Each occurs once. The check here looks only whether the names are those; which
# is right, you are told when your work is graded.
#
# Then write `evaluated(model, x, t, size)` for a model of our library: the share of the rows of x whose largest logit is that of t,
# as a float, read in batches of `size` (the last may be smaller), in evaluation mode. Afterwards the model is in the mode in which
# it came (`model.training`), and its running statistics are what they were.
#
# *Example:* with `nn.Identity()` as model, x `[[1, 2], [4, 3], [0, 5]]` and t `[1, 1, 1]`, the share is 2/3.


# %% solve="deep_faults" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.deep_runs.share_right course_lib.topics.deep_runs.LETTERS course_lib.train.score"
### BEGIN SOLUTION
deep_faults = {"A": "no shortcuts", "B": "rate too low", "C": "evaluated in training mode", "D": "rate too high"}
### END SOLUTION


def evaluated(model, x, t, size):
    """Share of x (n, d) whose largest logit is that of t (n,), in evaluation mode."""
    ### BEGIN SOLUTION
    was, found = model.training, 0
    model.eval()
    with no_grad():
        for start in range(0, len(x), size):
            logits = model(Tensor(x[start : start + size])).data
            found += np.sum(logits.argmax(axis=1) == t[start : start + size])
    model.train(was)
    return float(found / len(x))
    ### END SOLUTION


# %% [markdown] hint="deep_faults"
# In front of the first step nothing has been trained. Which fault is the only one that can show in the lowest row?

# %% [markdown] hint="deep_faults"
# One run learns as well as the healthy one and seems to know nothing. What does a norm in training mode do to a batch that
# holds digits of one class only? Slow and smooth, or wild: the other two are about steps.

# %% [markdown] hint="deep_faults"
# ```python
# was, found = model.training, 0
# model.eval()
# for start in range(0, len(x), ...):
#     logits = model(Tensor(...)).data
#     found += ...                      # how many are right, not the share: batches may differ in size
# model.train(...)
# return float(found / ...)
# ```

# %% check="deep_faults-named" points=2
with check("deep_faults-named") as expect:
    kinds = {"evaluated in training mode", "no shortcuts", "rate too high", "rate too low"}
    expect("the letters", sorted(deep_faults))
    expect("names that are none of the four", sorted(set(deep_faults.values()) - kinds))
    expect("how many different names", len(set(deep_faults.values())))
    ### BEGIN HIDDEN TESTS
    expect("run A", deep_faults["A"])
    expect("run B", deep_faults["B"])
    expect("run C", deep_faults["C"])
    expect("run D", deep_faults["D"])
    ### END HIDDEN TESTS

# %% check="deep_faults-repaired" points=3
with check("deep_faults-repaired") as expect:

    def normed(d, classes, rng, training):
        first, last = nn.Linear(d, 6, rng=rng), nn.Linear(6, classes, rng=rng)
        model = nn.Sequential(first, nn.BatchNorm1d(6), nn.ReLU(), last)
        for _ in range(3):
            model(Tensor(rng.normal(size=(40, d)).astype(np.float32)))
        return model.train(training)

    def after(model, x, t, size):
        return {"share": evaluated(model, x, t, size), "training": model.training, "state": model.state_dict()}

    rng = np.random.default_rng(1291)
    x, t = rng.normal(size=(50, 3)).astype(np.float32) + np.float32(0.5), np.sort(rng.integers(0, 3, 50))
    expect("50 rows of 3, batches of 9, a model in training mode", after(normed(3, 3, rng, True), x, t, 9))
    expect("the same rows, another model, in evaluation mode", after(normed(3, 3, rng, False), x, t, 20))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(120901)
    for n, d, classes, size, training in [(61, 4, 3, 8, True), (47, 2, 4, 10, False), (83, 5, 2, 30, True), (37, 3, 3, 50, True)]:
        x, t = rng.normal(size=(n, d)).astype(np.float32) + np.float32(0.5), np.sort(rng.integers(0, classes, n))
        model = normed(d, classes, rng, training)
        expect(f"{n} rows of {d}, {classes} classes, batches of {size}", after(model, x, t, size))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 14. Practice run: a ResNet on a laptop
#
# ResNet-20 at full width, in NumPy, on the bundled digits: no GPU, no download. Each image is shifted by up to a pixel.
# `LARGE = True` takes 56 layers and more epochs.

# %% practice="digits"
LARGE = False  # True: 56 layers, some minutes
rng = np.random.default_rng(0)
model = CifarResNet(56 if LARGE else 20, in_channels=1, rng=rng)
x_train, x_check = (((a / 255 - 0.3) / 0.38).astype(np.float32) for a in (digits.x_train, digits.x_test))
epochs, size = 40 if LARGE else 12, 64
cycle = schedules.one_cycle(0.1, epochs * (len(x_train) // size))
optimizer = optim.SGD(model.parameters(), lr=cycle, momentum=0.9, weight_decay=5e-4)
losses, shares = [], []
for _ in progress(range(epochs), "epochs"):
    mixed = batches(translate(x_train, rng=rng, pixels=1), digits.t_train, size=size, rng=rng, drop_last=True)
    losses.append(np.mean(list(fit(model, F.cross_entropy, optimizer, mixed))))
    shares.append(score(model, batches(x_check, digits.t_test, size=360), accuracy=accuracy)["accuracy"])

# %% practice="digits_plot"
left, right_side = style.row(2, size=(4.0, 3.0))
ax = curves.learning_curves({"training loss": losses}, ax=left, log=True, title="ResNet-20 in NumPy, digits")
told = f"{shares[-1]:.1%} of 360 test digits"
ax = curves.learning_curves({"test": 100 * np.array(shares)}, ax=right_side, ylabel="right, %", title=told)

# %% [markdown]
# ## 15. An open exercise
#
# Deep networks that train within a second. `fit_deep` is a plain loop: stochastic gradient descent with momentum, one cycle.
# `depth_of(net, x)` counts the layers with weights on the longest way from input to output; layers side by side count once.

# %%
x_deep = torch.from_numpy(((digits.x_train / 255 - 0.3) / 0.38).astype(np.float32))
t_deep = torch.from_numpy(digits.t_train)


def fit_deep(net, steps, rate, size=32, seed=0):
    """Train a torch network on the digits; the loss of every step."""
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, cycle_momentum=False)
    dice, losses = np.random.default_rng(seed), []
    for _ in range(steps):
        rows = dice.integers(0, len(x_deep), size)
        losses.append(float(train_step(net, optimizer, x_deep[rows], t_deep[rows], smoothing=0.0, mixed=False)))
        cycle.step()
    return losses

# %% [markdown] task="open_deep" title="Deep, and trained in a second"
# Build and train a torch module `deep_net`, which takes images `(n, 1, 8, 8)` like `x_deep` to logits `(n, 10)`. Train it in the
# solution cell on `x_deep`, `t_deep` alone, in about a second and a half of processor time: by `fit_deep` or a loop of your own.
# Every layer is to be a module (`torch.nn.Conv2d`, `torch.nn.Linear`): only these are counted.
#
# *Budget:* at least 22 layers behind one another, as `depth_of` counts them, and at most 500 000 multiply-adds for one image.
# *Measured:* the share right of the 360 test digits under fresh noise, in evaluation mode: 2 points for 75 %, 1 more for 82 %. The
# judge has this noise; the cell below the exercise draws another.


# %% solve="open_deep" difficulty=4 importance=5 minutes=30
### BEGIN SOLUTION
class Around(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        conv, norm = torch.nn.Conv2d, torch.nn.BatchNorm2d
        one = (norm(channels), torch.nn.ReLU(), conv(channels, channels, 3, padding=1, bias=False))
        two = (norm(channels), torch.nn.ReLU(), conv(channels, channels, 3, padding=1, bias=False))
        self.branch = torch.nn.Sequential(*one, *two)

    def forward(self, x):
        return x + self.branch(x)


torch.manual_seed(0)
blocks_of_it = [Around(12) for _ in range(10)]
head = (torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(12, 10))
deep_net = torch.nn.Sequential(torch.nn.Conv2d(1, 12, 3, stride=2, padding=1), *blocks_of_it, torch.nn.BatchNorm2d(12), *head)
deep_history = fit_deep(deep_net, steps=90, rate=0.1, size=64)
### END SOLUTION

# %% practice="deep_measured"
if "deep_net" in globals():
    noisy = digits.x_test / 255 + 0.08 * np.random.default_rng(15).normal(size=digits.x_test.shape)
    share = right(deep_net, torch.from_numpy(((noisy - 0.3) / 0.38).astype(np.float32)), torch.from_numpy(digits.t_test))
    work = count(deep_net, (1, 8, 8)).multiply_adds
    print(f"{share:.0%} of 360 digits right, {depth_of(deep_net, x_deep[:1])} layers deep, {work:,} of 500,000 multiply-adds")
else:
    print("Nothing to measure yet: train deep_net first.")

# %% [markdown] hint="open_deep"
# Plain layers in such a number learn next to nothing in so few steps. Which two things of this lesson make depth harmless, and
# where must nothing stand?

# %% [markdown] hint="open_deep"
# Time goes with the number of layers and steps, hardly with channels or batch: so let each step count. Shrink the maps at once, by a
# stride in the first convolution; ten blocks of two layers, a first and a last one make 22.

# %% [markdown] hint="open_deep"
# ```python
# class Around(torch.nn.Module):                # norm, ReLU, 3×3, twice, and a shortcut around them
#     ...
# torch.manual_seed(0)
# deep_net = torch.nn.Sequential(
#     torch.nn.Conv2d(1, ..., 3, stride=2, padding=1), *[Around(...) for _ in range(10)], torch.nn.BatchNorm2d(...),
#     torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(..., 10),
# )
# fit_deep(deep_net, steps=..., rate=0.1, size=64)
# ```

# %% held="open_deep" gives="new_digits"
import numpy as np

from course_lib.data import datasets

rng = np.random.default_rng(121101)
test = datasets.load("digits")
noisy = test.x_test / 255 + 0.08 * rng.normal(size=test.x_test.shape)
new_digits, digit_classes = ((noisy - 0.3) / 0.38).astype(np.float32), test.t_test

# %% check="open_deep" points=2
def deep_answers(net, x):
    """Classes (n,) of images x (n, 1, 8, 8), in evaluation mode."""
    with torch.no_grad():
        return net.eval()(torch.from_numpy(x)).argmax(1).numpy()


def within_budget(net):
    """Is the network 22 layers deep, within 500 000 multiply-adds, and is all of its work in modules?"""
    work = count(net, (1, 8, 8)).multiply_adds
    return [depth_of(net, x_deep[:1]) >= 22, work <= 500_000, hidden_work(net, (1, 8, 8)) == 0]


with check("open_deep") as expect:
    expect("at least 22 layers behind one another, at most 500 000 multiply-adds, all in modules", within_budget(deep_net))
    expect("logits of 5 images (how many are right, the judge measures)", deep_net(x_deep[:5]).shape)
    ### BEGIN HIDDEN TESTS
    expect("depth and work are still within the budget", within_budget(deep_net))
    said = deep_answers(deep_net, expect.held("new_digits"))
    expect.outcome("75 % of 360 noisy digits, measured by the judge", said, truth="digit_classes", measure="accuracy", at_least=0.75)
    ### END HIDDEN TESTS

# %% check="open_deep-better" points=1
with check("open_deep-better") as expect:
    expect("22 layers deep, at most 500 000 multiply-adds, all in modules", within_budget(deep_net))
    expect("logits of 5 images (82 % right: the judge measures)", deep_net(x_deep[:5]).shape)
    ### BEGIN HIDDEN TESTS
    expect("depth and work are still within the budget", within_budget(deep_net))
    said = deep_answers(deep_net, expect.held("new_digits"))
    expect.outcome("82 % of 360 noisy digits, measured by the judge", said, truth="digit_classes", measure="accuracy", at_least=0.82)
    ### END HIDDEN TESTS

# %% [markdown] question="degradation" points=5 title="Not overfitting"
# A plain network of 56 layers has a higher test error than one of 20. (a) Which further measurement tells whether this is
# overfitting, and what did it show? (b) Why can the deeper network not be *unable* to represent what the shallower one
# does? (c) What does a shortcut change in the forward pass and in the backward pass? (d) A colleague puts a 1×1
# convolution on every shortcut "so that it can learn something too". What do you answer?
#
# === BEGIN MARK SCHEME ===
# 1 point for (a): the training error (or loss); it is higher too, so it is no overfitting but a failure to optimise.
# 1 point for (b): the extra layers could copy their input (identity), the rest being the shallow network.
# 2 points for (c): forward, the block only has to represent the difference from its input, and F = 0 gives the
# identity; backward, the gradient of the sum passes to the input unchanged (1 + F'), besides what comes through the
# branch, so that it grows little and does not turn to noise. 1 point for each. "Gradients vanish otherwise"
# alone earns nothing: with batch norm they explode, in networks built as for F19 more than 1.1 times a layer (section 1).
# 1 point for (d): products of many matrices stand on the path again, so the clean path is lost; the paper's option C
# brought hardly anything and costs weights. Full point for either reason.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) The training error. Overfitting would show as a low training error beside a high test error, but the deeper
# network's training error is higher too. So it is no overfitting: the training itself fails.
#
# (b) Take the trained network of 20 layers and put 36 layers behind it that copy their input. That is a network of 56
# layers with the same error, so good weights exist, and gradient descent does not find them.
#
# (c) Forward, a block now computes $x + F(x)$ and has to represent only the difference from its input; to do nothing
# it needs $F = 0$ instead of having to learn a copy. Backward, the gradient by x is $1 + F'(x)$ times what arrives:
# it passes unchanged beside the branch, in addition to what comes through the branch. In the plain network with batch
# norm it grows by about the same factor in every layer and turns to noise in the first ones; past the shortcuts it
# grows a few times in all.
#
# (d) Leave the identity alone. With a 1×1 convolution on every shortcut, the way past the branches is again a product
# of many matrices, which is the very thing the shortcut avoids. The paper tried it as option C: it brought hardly
# anything, and it costs weights.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Deep plain networks fail at *training*: with batch norm their gradients explode, layer by layer, and turn to noise.
# 2. A residual block learns the difference from its input; F = 0 makes it the identity, and the gradient has a way past
#    the branch, which only ReLUs between blocks and changes of shape interrupt.
# 3. Where shapes change: thin and pad with zeros, or a 1×1 convolution. Elsewhere leave the shortcut alone.
# 4. Zero the last scale, or put norm and ReLU in front, and a deep network starts as a shallow one.
# 5. Move weights between two implementations and compare logits and gradients: no better test exists.
#
# ## Further reading
#
# - Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun: *Deep residual learning for image recognition* (2015), and *Identity
#   mappings in deep residual networks* (2016)
# - Rupesh Srivastava, Klaus Greff, Jürgen Schmidhuber: *Highway networks* (2015)
# - Andreas Veit, Michael Wilber, Serge Belongie: *Residual networks behave like ensembles of relatively shallow networks* (2016)
# - David Balduzzi and others: *The shattered gradients problem* (2017)
# - Greg Yang and others: *A mean field theory of batch normalization* (2019)
# - Sergey Zagoruyko, Nikos Komodakis: *Wide residual networks* (2016); Saining Xie and others: *Aggregated residual
#   transformations for deep neural networks* (2016); Gao Huang and others: *Densely connected convolutional networks* (2016)
# - Priya Goyal and others: *Accurate, large minibatch SGD* (2017)
#
# **Next:** lesson 13 leaves the single label behind: an answer for every pixel.
