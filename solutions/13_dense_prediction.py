# %% [markdown] lesson="13" title="Dense prediction" minutes=240 builds_on="09 10 12"
# A classifier names what is in an image and forgets where. Which network says for *every pixel* what it belongs to, though
# it must look far to know what a thing is, and closely to know where it ends?
#
# After this lesson you will be able to
#
# - turn a classifier into a network with an answer for every pixel, and judge masks by IoU, Dice and boundaries;
# - make maps large again: upconvolution with its gradient, unpooling with switches, interpolation, pixel shuffle;
# - keep maps large instead: dilation; and join fine and coarse ones: skip links, U-Net;
# - compare such networks at equal weights, and predict a large image tile by tile with the same result;
# - find edges, remove noise and enlarge images by networks, and hold them against filters made by hand.
#
# You need lessons 09, 10 and 12. There are ten exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="A generated scene of three grey shapes; beside it the names of the shapes, a mask with a class for every pixel, a map of the boundaries, and the colours of the classes"
from course_lib.viz.pictures import dense

dense.answers()

# %% [markdown]
# Run this cell first. The figures show recorded results. To train their networks here, some minutes each, change its last
# line to `FULL = True` and run it again.

# %%
import os
import time
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data

from course_lib import Tensor, nn, no_grad, optim, schedules
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.checks.quiet import warned
from course_lib.data import batches
from course_lib.data.scenes import SHAPES, shapes
from course_lib.topics import checkerboards
from course_lib.topics.dense import (
    Context,
    FullyConnected,
    Pooled,
    UNet,
    bilinear_kernel,
    enlarge,
    learn,
    masks_of,
    weights,
)
from course_lib.topics.restoration import Denoiser, Upscaler, bilateral, patches, psnr, shrink
from course_lib.topics.segmentation import boundary, boundary_f, mean_iou, segmentation_scores
from course_lib.topics.tiles import by_tiles
from course_lib.train import plus_minus, progress
from course_lib.viz import curves, images, style
from course_lib.viz import dense as draw
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.dense import sight_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# ## 1. One answer for every pixel
#
# **Classification** has one answer for an image, **segmentation** one for every pixel: a **mask** of class numbers. (Where
# every pixel of a whole scene gets a name, sky and road too, it is called **scene parsing**.) Finding edges, removing noise
# and enlarging images are of the same kind: an image goes in and an image comes out. Together they are called **dense
# prediction**.
#
# The scenes of this lesson are *generated*: one to three discs, squares and triangles, each in a random grey, later ones
# in front of earlier ones, under noise. So their masks are exactly known. Only the photographs of section 9 are real.


# %%
def scenes(n, seed, size=32, noise=0.2, most=3):
    """Images (n, 1, size, size), brightness about 0, and masks (n, size, size)."""
    x, t = shapes(n, size=size, noise=noise, most=most, rng=np.random.default_rng(seed))
    return x - np.float32(0.3), t


x_some, t_some = scenes(6, seed=7)
print(dict(enumerate(SHAPES)))
grid = draw.masks({"image": x_some[:, 0], "mask": t_some}, names=SHAPES)

# %% [markdown]
# The brightness of a shape says nothing about its class. A network has to see much of a shape in order to name it, and one
# pixel exactly in order to say where it ends. That conflict runs through the lesson.
#
# ### How good is a mask?
#
# **Pixel accuracy**, the share of pixels that are right, flatters: most pixels are background. What does a program get that
# has never seen an image?

# %%
x_test, t_test = scenes(200, seed=2)
nothing = np.zeros_like(t_test)
print(f"all background: {np.mean(nothing == t_test):.1%} of the pixels right")

# %% [markdown]
# So every class gets a score of its own. $P$ is the set of pixels that were predicted as the class, $T$ the set of those
# that truly are:
#
# $$\mathrm{IoU} = \frac{|P \cap T|}{|P \cup T|} \qquad \mathrm{Dice} = \frac{2\,|P \cap T|}{|P| + |T|}$$
#
# IoU is **intersection over union**. The mean over the classes is the usual one number. Dice is the F-score of the pixels;
# it orders results of one class as IoU does, since Dice = 2 IoU / (1 + IoU), and reads higher.

# %% [markdown] task="mask_scores" title="Pixel accuracy, IoU and Dice"
# Write `mask_scores(p, t, classes)` for predicted masks `p` and true masks `t`, integers `(n, h, w)` from 0 to
# `classes - 1`. Return three things: the pixel accuracy, an array `(classes,)` of IoUs, and one of Dice scores. Count
# the pixels of all images *together*; do not average scores of images. A class that is in neither mask has no score:
# `np.nan`, without a warning.
#
# *Example:* `p = [[[0, 1, 1, 1]]]` and `t = [[[0, 0, 1, 1]]]` agree in 3 of 4 pixels. Class 0 has the IoU 1/2, class 1 2/3.


# %% solve="mask_scores" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.segmentation.segmentation_scores course_lib.topics.segmentation.confusion sklearn.metrics.jaccard_score sklearn.metrics.f1_score"
def mask_scores(p, t, classes):
    """Pixel accuracy, IoU (classes,), Dice (classes,) of masks (n, h, w)."""
    ### BEGIN SOLUTION
    iou, dice = np.full(classes, np.nan), np.full(classes, np.nan)
    for c in range(classes):
        mine, true = p == c, t == c
        both, either = (mine & true).sum(), (mine | true).sum()
        if either > 0:
            iou[c] = both / either
            dice[c] = 2 * both / (mine.sum() + true.sum())
    return np.mean(p == t), iou, dice
    ### END SOLUTION


# %% [markdown] hint="mask_scores"
# For one class a mask is a set: `p == c`, an array of booleans. Sets of pixels are joined by `|` and cut by `&`.

# %% [markdown] hint="mask_scores"
# In the example, class 1: three pixels predicted, two true, two in both. The union has 3 pixels, not 5: what is in both
# counts once.

# %% [markdown] hint="mask_scores"
# ```python
# iou, dice = np.full(classes, np.nan), np.full(classes, np.nan)
# for c in range(classes):
#     mine, true = p == c, t == c
#     both, either = ..., ...
#     if either > 0:
#         iou[c], dice[c] = ..., ...
# return ..., iou, dice
# ```

# %% check="mask_scores" points=5
with check("mask_scores") as expect:
    rng = np.random.default_rng(1)
    p, t = rng.integers(0, 3, (3, 3, 3)), rng.integers(0, 3, (3, 3, 3))
    expect("three masks of 3×3, 3 classes", mask_scores(p, t, 3))
    p, t = rng.integers(0, 3, (2, 4, 5)), rng.integers(0, 3, (2, 4, 5))
    t[0] = 1
    expect("2 masks of 4×5, classes 3 and 4 nowhere", mask_scores(p, t, 5))
    expect("class 2 predicted only", mask_scores(np.array([[[0, 2, 1, 1, 1]]]), np.array([[[0, 0, 1, 1, 0]]]), 3))
    expect("its warnings, with two classes nowhere", warned(lambda: mask_scores(p, t, 5)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130101)
    for n, h, w, classes in [(4, 5, 3, 2), (3, 2, 7, 4), (5, 6, 4, 3), (2, 3, 8, 6)]:
        t = rng.integers(0, classes - 1, (n, h, w))
        t[0] = 0
        p = np.where(rng.random(t.shape) < 0.6, t, rng.integers(0, classes - 1, t.shape))
        expect(f"{n} masks of {h}×{w}, the last of {classes} classes nowhere", mask_scores(p, t, classes))
        expect("its warnings", warned(lambda p=p, t=t, classes=classes: mask_scores(p, t, classes)))
        p[-1] = classes - 1
        expect(f"{n} masks of {h}×{w}, {classes} classes", mask_scores(p, t, classes))
    ### END HIDDEN TESTS

# %% [markdown]
# IoU counts areas. The **boundary F-score** looks at outlines only: a predicted boundary pixel is right if a true one lies at
# most a pixel away, and the other way round; F is the harmonic mean of both shares. Below, masks moved by a few pixels, and
# masks with specks. Which of the two scores punishes which mistake?

# %%
score = yours("mask_scores", else_=segmentation_scores)
rng = np.random.default_rng(3)
specks = np.where(rng.random(t_test.shape) < 0.02, rng.integers(0, 4, t_test.shape), t_test)
candidates = {"all background": nothing, "right": t_test, "2 % specks": specks}
candidates |= {f"moved by {k}": np.roll(t_test, k, axis=2) for k in (1, 3)}
for name, p in candidates.items():
    share, iou, dice = score(p, t_test, 4)
    print(f"{name:15} accuracy {share:.3f}  mean IoU {np.nanmean(iou):.3f}  Dice {np.nanmean(dice):.3f}  boundary F {boundary_f(p, t_test):.3f}")

# %% [markdown]
# Specks hurt the boundary score more: each draws an outline where none is, though it covers a pixel only. A mask moved by
# one pixel is wrong along every outline and loses IoU, but nearly all its boundaries lie a pixel from true ones. Moved by
# three, both scores fall. The accuracy stays high throughout.
#
# ## 2. Fully convolutional networks
#
# Lesson 10 turned a classifier into convolutions only, down to 1×1 ones at the end. Such a **fully convolutional network**
# takes images of any size, and gives scores (classes) at every place: nothing else is needed. Its loss is the cross-entropy
# of lesson 02 at every pixel, averaged over pixels. Other losses weigh rare classes more, or maximise a soft Dice score,
# with probabilities in place of sets.
#
# Scores are (n, classes, h, w), masks (n, h, w): the classes stand in the *second* axis. A loss has to
# mind that, and the next program does not.

# %% [markdown] task="pixel_loss" title="the loss that liked small images"
# `pixel_loss(scores, t)` takes scores `(n, classes, h, w)` and masks `(n, h, w)`. It returns the cross-entropy averaged
# over all pixels, and its gradient by the scores, of their shape. No argument may be changed.
#
# The program below was tested on images of one pixel. On larger ones it runs, its shapes fit, its gradient belongs to its
# loss, and networks trained with it learn nothing. Find out why, and repair it.
#
# *Example:* scores of zeros for four classes have the loss ln 4, whatever the mask.


# %% solve="pixel_loss" difficulty=3 importance=5 minutes=12 bug=true forbid="course_lib.functional.cross_entropy course_lib.functional.nll_loss course_lib.functional.log_softmax torch.nn.functional.cross_entropy"
def pixel_loss(scores, t):
    """Mean cross-entropy over the pixels, and its gradient (n, classes, h, w)."""
    ### BEGIN SOLUTION
    n, classes, h, w = scores.shape
    z = scores.transpose(0, 2, 3, 1).reshape(-1, classes)
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    pixels = np.arange(len(p))
    loss = -np.log(p[pixels, t.ravel()]).mean()
    p[pixels, t.ravel()] -= 1
    return loss, (p / len(p)).reshape(n, h, w, classes).transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% given="pixel_loss"
def pixel_loss(scores, t):
    """Mean cross-entropy over the pixels, and its gradient (n, classes, h, w)."""
    z = scores.reshape(-1, scores.shape[1])
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    pixels = np.arange(len(p))
    loss = -np.log(p[pixels, t.ravel()]).mean()
    p[pixels, t.ravel()] -= 1
    return loss, (p / len(p)).reshape(scores.shape)


# %% [markdown] hint="pixel_loss"
# Each row of `z` should hold the scores of *one pixel* for all classes. Which numbers stand in the first row?

# %% [markdown] hint="pixel_loss"
# Take one image of 1×3 pixels and two classes, scores `[[[[1, 2, 3]], [[4, 5, 6]]]]`. The pixels have the scores (1, 4),
# (2, 5), (3, 6). Which pairs does `reshape(-1, 2)` make? It never reorders numbers.

# %% [markdown] hint="pixel_loss"
# ```python
# n, classes, h, w = scores.shape
# z = scores.transpose(...).reshape(-1, classes)      # classes last, then one row for each pixel
# ...
# return loss, (p / len(p)).reshape(n, ..., classes).transpose(...)
# ```

# %% check="pixel_loss" points=5
with check("pixel_loss") as expect:
    rng = np.random.default_rng(11)
    scores, t = rng.normal(size=(3, 3, 3, 3)), rng.integers(0, 3, (3, 3, 3))
    expect("3 images of 3×3, 3 classes", pixel_loss(scores, t))
    expect("one image of one pixel", pixel_loss(scores[:1, :, :1, :1], t[:1, :1, :1]))
    scores, t = 3 * rng.normal(size=(2, 5, 3, 4)), rng.integers(0, 5, (2, 3, 4))
    expect("2 images of 3×4, 5 classes", pixel_loss(scores, t))
    expect.unchanged("scores and mask afterwards", [scores, t])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130201)
    for n, classes, h, w in [(2, 4, 5, 3), (3, 2, 1, 6), (1, 6, 4, 2), (4, 3, 2, 5)]:
        scores, t = 2 * rng.normal(size=(n, classes, h, w)), rng.integers(0, classes, (n, h, w))
        expect(f"{n} images of {h}×{w}, {classes} classes", pixel_loss(scores, t))
        expect.unchanged(f"{n} images of {h}×{w}, scores and mask afterwards", [scores, t])
    scores, t = 1000 + 2 * rng.normal(size=(2, 3, 4, 5)), rng.integers(0, 3, (2, 4, 5))
    expect("scores about 1000", pixel_loss(scores, t))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Read the curves
#
# Four networks were trained alike, but for one fault in three of them. Run the cell (some ten seconds), and look at the
# training loss and at the mean IoU on new scenes.

# %% practice="letters"
from course_lib.topics.segment_runs import letters

lines = dict(progress(letters(), "four networks", total=4))
left, right = style.row(2, size=(4.4, 3.2))
ax = curves.learning_curves({k: v["loss"] for k, v in lines.items()}, ax=left, ylabel="training loss", title="The loss ...", log=True)
ax = curves.learning_curves({k: v["iou"] for k, v in lines.items()}, ax=right, ylabel="mean IoU", title="... and new scenes")
ax.get_legend().remove()

# %% [markdown]
# ### Which fault does each show?
#
# Write down `faults`, a dict from each letter A, B, C, D to one of these, each used once: `"none"`,
# `"rate too high"`, `"too few images"`, `"images mirrored, masks not"`.

# %% solve="faults" difficulty=3 importance=5 minutes=6
### BEGIN SOLUTION
faults = {"A": "too few images", "B": "none", "C": "rate too high", "D": "images mirrored, masks not"}
### END SOLUTION

# %% [markdown] hint="faults"
# Look at both curves of a letter together. Whose training loss is lowest? Is the same letter best on new scenes?

# %% [markdown] hint="faults"
# A network that has learned a few images by heart is sure of itself in training. Wrong targets, on the contrary, keep even
# the training loss up, though the images are learned from. And steps that are too long?

# %% [markdown] hint="faults"
# Lowest training loss, poor on new scenes: too few images. Of the two whose loss stays high, one can still say something
# of new scenes, since half of its targets were right; the other has lost itself at the start.

# %% predict="faults" points=1
with check("faults") as expect:
    expect("the faults of A, B, C, D", [faults[letter] for letter in "ABCD"])

# %% [markdown]
# One of the faults you repair now. Whatever moves pixels must move their targets too.

# %% [markdown] task="mirrored" title="Mirror images and masks together"
# Write `mirrored(x, t, coins)`: images `x` `(n, c, h, w)`, masks `t` `(n, h, w)` and booleans `coins` `(n,)`. Return new
# images and masks, in which those with `coins[k]` true are mirrored left to right and all others are as they were. No
# argument may be changed, nor may the results share memory with them.
#
# *Example:* with `coins = [True]` the mask `[[[0, 1, 2], [0, 0, 1]]]` becomes `[[[2, 1, 0], [1, 0, 0]]]`.


# %% solve="mirrored" difficulty=1 importance=5 minutes=6
def mirrored(x, t, coins):
    """Images (n, c, h, w) and masks (n, h, w), mirrored where coins (n,) say so."""
    ### BEGIN SOLUTION
    x, t = x.copy(), t.copy()
    x[coins] = x[coins][..., ::-1]
    t[coins] = t[coins][..., ::-1]
    return x, t
    ### END SOLUTION


# %% [markdown] hint="mirrored"
# Left and right is the axis of the columns: the last one, in images as in masks.

# %% [markdown] hint="mirrored"
# A step of -1 in a slice turns an axis round: of `[5, 6, 7]`, `[::-1]` makes `[7, 6, 5]`. `x[coins]` are those images whose
# coin is true, and may stand on the left of `=` as well.

# %% [markdown] hint="mirrored"
# ```python
# x, t = x.copy(), t.copy()
# x[coins] = x[coins][..., ...]
# t[coins] = ...
# return x, t
# ```

# %% check="mirrored" points=3
with check("mirrored") as expect:
    rng = np.random.default_rng(21)
    x, t = rng.normal(size=(3, 3, 3, 3)), rng.integers(0, 4, (3, 3, 3))
    coins = np.array([True, False, True])
    expect("3 images of 3×3×3", mirrored(x, t, coins))
    x, t = rng.normal(size=(2, 1, 4, 5)), rng.integers(0, 4, (2, 4, 5))
    expect("2 images of 1×4×5", mirrored(x, t, np.array([False, True])))
    expect.unchanged("images and masks afterwards", [x, t])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130301)
    for n, c, h, w in [(5, 2, 3, 4), (4, 1, 6, 5), (7, 3, 2, 6)]:
        x, t, coins = rng.normal(size=(n, c, h, w)), rng.integers(0, 4, (n, h, w)), rng.random(n) < 0.5
        coins[0], coins[1] = True, False
        expect(f"{n} images of {c}×{h}×{w}", mirrored(x, t, coins))
        expect.unchanged(f"{n} images of {c}×{h}×{w} afterwards", [x, t, coins])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3. Make maps large again
#
# A classifier pools, to see far at little cost. Its last map is coarse: one answer for each 8×8 pixels, say. Four ways
# lead back.
#
# - **Interpolation**: nearest or bilinear, nothing to learn.
# - **Upconvolution** (transposed convolution): every number of the small map stamps a weighted kernel into the large
#   one. Lesson 09 counted its sizes; it is the gradient of convolution, used forward.
# - **Unpooling with switches**: pooling remembers where each maximum stood, and unpooling puts numbers back there.
# - **Pixel shuffle**: a convolution makes $r^2$ times the channels, and each group of $r^2$ becomes a block of pixels.
#
# First the upconvolution. For input $x$, weights $w$ (c, f, kh, kw) and stride $s$, tap (u, v) of the stamp of place (i, j)
# goes to pixel $(i s + u,\; j s + v)$; where stamps overlap they add up; then `padding` pixels are cut off at each side.

# %% [markdown] task="upconv" title="Upconvolution, forward and backward"
# Write `upconv(x, w, b, stride, padding)` for x `(n, c, h, width)`, w `(c, f, kh, kw)`, b `(f,)`: the output
# `(n, f, h', w')` with h' = (h - 1) stride + kh - 2 padding, and w' likewise. Then `upconv_backward(g, x, w, stride, padding)`:
# from the gradient `g` of the output those of x, w and b. Arrays are float64; no argument may be changed.
#
# *Example:* one row `x = [[[[1, 10]]]]`, `w = [[[[1, 2, 3]]]]`, `b = [0]`, stride 2, padding 0: the stamps `1 2 3` and
# `10 20 30` meet in one pixel, `[[[[1, 2, 13, 20, 30]]]]`. With `g = 1` everywhere, x has the gradient `[[[[6, 6]]]]`.


# %% solve="upconv" difficulty=4 importance=5 minutes=30 forbid="course_lib.functional.conv_transpose2d course_lib.functional.conv2d torch.nn.functional.conv_transpose2d torch.conv_transpose2d"
def upconv(x, w, b, stride, padding):
    """Stamps of x (n, c, h, width) through w (c, f, kh, kw), added up, less the padding, plus b (f,)."""
    ### BEGIN SOLUTION
    (n, _, h, width), (_, f, kh, kw), s, p = x.shape, w.shape, stride, padding
    big = np.zeros((n, f, (h - 1) * s + kh, (width - 1) * s + kw))
    for u in range(kh):
        for v in range(kw):
            stamp = np.einsum("ncij,cf->nfij", x, w[:, :, u, v])
            big[:, :, u : u + (h - 1) * s + 1 : s, v : v + (width - 1) * s + 1 : s] += stamp
    return big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b[:, None, None]
    ### END SOLUTION


def upconv_backward(g, x, w, stride, padding):
    """Gradients of x, w and b from that of the output g (n, f, h', w')."""
    ### BEGIN SOLUTION
    (h, width), (kh, kw), s, p = x.shape[2:], w.shape[2:], stride, padding
    big, gx, gw = np.pad(g, ((0, 0), (0, 0), (p, p), (p, p))), np.zeros(x.shape), np.zeros(w.shape)
    for u in range(kh):
        for v in range(kw):
            seen = big[:, :, u : u + (h - 1) * s + 1 : s, v : v + (width - 1) * s + 1 : s]
            gx += np.einsum("nfij,cf->ncij", seen, w[:, :, u, v])
            gw[:, :, u, v] = np.einsum("ncij,nfij->cf", x, seen)
    return gx, gw, g.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% [markdown] hint="upconv"
# Loop over the taps of the kernel, as in lesson 09. Tap (u, v) of *all* stamps goes to every `stride`-th pixel from (u, v)
# on: a slice of the large map. Backward, each tap reads the same slice that it wrote.

# %% [markdown] hint="upconv"
# In the example the map before cutting has (2 - 1)·2 + 3 = 5 pixels. Tap 0 writes `1, 10` to pixels 0 and 2, tap 1
# `2, 20` to 1 and 3, tap 2 `3, 30` to 2 and 4. Cut pixels got no gradient: backward, pad `g` with zeros first.

# %% [markdown] hint="upconv"
# ```python
# big = np.zeros((n, f, ..., ...))
# for u in range(kh):
#     for v in range(kw):
#         big[:, :, u : u + (h - 1) * s + 1 : s, ...] += np.einsum("ncij,cf->nfij", x, w[:, :, u, v])
# return big[...] + b[:, None, None]
#
# big = np.pad(g, ...)                       # in the backward pass
# seen = big[the same slice]
# gx += np.einsum("nfij,cf->ncij", seen, ...)
# gw[:, :, u, v] = np.einsum("ncij,nfij->cf", ..., seen)
# ```

# %% check="upconv-forward" points=5
with check("upconv-forward") as expect:
    rng = np.random.default_rng(31)
    x, w, b = rng.normal(size=(3, 3, 3, 3)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    expect("3×3 images, 3×3 kernels, stride 1", upconv(x, w, b, 1, 0))
    x, w, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(3, 2, 4, 3)), rng.normal(size=2)
    expect("4×5, kernels 4×3, stride 2, padding 1", upconv(x, w, b, 2, 1))
    expect("the same, stride 5: stamps apart", upconv(x, w, b, 5, 0))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130401)
    for n, c, f, h, width, kh, kw, s, p in [(2, 3, 2, 3, 5, 4, 3, 3, 1), (1, 2, 4, 4, 3, 5, 6, 2, 2), (3, 2, 3, 2, 6, 2, 4, 3, 0)]:
        x, w, b = rng.normal(size=(n, c, h, width)), rng.normal(size=(c, f, kh, kw)), rng.normal(size=f)
        expect(f"{h}×{width}, {c} to {f} channels, kernel {kh}×{kw}, stride {s}, padding {p}", upconv(x, w, b, s, p))
    ### END HIDDEN TESTS

# %% check="upconv-backward" points=5
with check("upconv-backward") as expect:
    rng = np.random.default_rng(32)
    x, w, g = rng.normal(size=(3, 3, 3, 3)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=(3, 3, 5, 5))
    expect("3×3 images, 3×3 kernels, stride 1", upconv_backward(g, x, w, 1, 0))
    x, w, g = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(3, 2, 4, 3)), rng.normal(size=(2, 2, 8, 9))
    expect("4×5, kernels 4×3, stride 2, padding 1", upconv_backward(g, x, w, 2, 1))
    expect.unchanged("g, x and w afterwards", [g, x, w])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130402)
    for n, c, f, h, width, kh, kw, s, p in [(2, 3, 2, 3, 5, 4, 3, 3, 1), (1, 2, 4, 4, 3, 5, 6, 2, 2), (3, 2, 3, 2, 6, 2, 4, 3, 0)]:
        x, w = rng.normal(size=(n, c, h, width)), rng.normal(size=(c, f, kh, kw))
        g = rng.normal(size=(n, f, (h - 1) * s + kh - 2 * p, (width - 1) * s + kw - 2 * p))
        expect(f"{h}×{width}, {c} to {f} channels, kernel {kh}×{kw}, stride {s}, padding {p}", upconv_backward(g, x, w, s, p))
        expect.unchanged(f"{h}×{width}, the arguments afterwards", [g, x, w])
    ### END HIDDEN TESTS

# %% [markdown]
# ### Predict: how often is a pixel written to?
#
# A row of five ones goes through an upconvolution whose kernel has three taps, all 1, with stride 2, padding 0, bias 0. Write
# down the eleven numbers that come out, as a list: `touched = ...`

# %% solve="touched" difficulty=2 importance=4 minutes=3
### BEGIN SOLUTION
touched = [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1]
### END SOLUTION

# %% [markdown] hint="touched"
# Draw eleven squares. The first stamp covers squares 0 to 2. Where does the second begin?

# %% [markdown] hint="touched"
# The second stamp covers 2 to 4, the third 4 to 6: neighbours share one square each.

# %% [markdown] hint="touched"
# Squares 2, 4, 6 and 8 belong to two stamps, all others to one.

# %% predict="touched" points=1
with check("touched") as expect:
    expect("the eleven numbers", touched)

# %% [markdown]
# Here is the same in two dimensions. Networks can keep a trace of this pattern in their outputs: **checkerboard artefacts**
# (Odena, Dumoulin and Olah 2016). Their advice: a kernel size that the stride divides, so that every pixel is written to
# equally often; or interpolation first, then an ordinary convolution. The pictures count, with all weights 1. What is left
# after training, section 9 measures.

# %%
stamp = yours("upconv", else_=lambda x, w, b, s, p: F.conv_transpose2d(x, w, b, s, p).data)
ones = np.ones((1, 1, 5, 5))
counts = [stamp(ones, np.ones((1, 1, k, k)), np.zeros(1), 2, 0)[0, 0] for k in (3, 4)]
smooth = F.conv2d(enlarge(Tensor(ones), (10, 10)), np.ones((1, 1, 3, 3)), padding=1).data[0, 0].round(6)
ax = draw.stamps([*counts, smooth], ["kernel 3, stride 2", "kernel 4, stride 2", "enlarged, then 3×3"])

# %% [markdown]
# A second cure for rough beginnings is the **bilinear start**: the first weights are those with which the upconvolution
# interpolates. Training may then improve on them. Section 6 measures whether it matters against a random start.

# %%
small, factor = np.random.default_rng(5).normal(size=(1, 1, 6, 6)), 2
kernel = bilinear_kernel(1, factor).astype(float)
up = stamp(small, kernel, np.zeros(1), factor, (kernel.shape[2] - factor) // 2)
same = enlarge(Tensor(small), (12, 12)).data
print(kernel[0, 0].round(4))
print("largest difference from bilinear interpolation, one pixel from the border:", abs(up - same)[..., 1:-1, 1:-1].max().round(12))

# %% [markdown]
# And **pixel shuffle**: four maps of 2×2 become one of 4×4. The convolution before it works on the small map, but must
# make $r^2$ times the channels: its work equals that of one convolution at full size. What is saved is in the layers
# before it, which all stay on the small map. Its first weights can be chosen so that it begins without a checkerboard: the
# filters of one block all alike (Aitken and others 2017, who call it ICNR).

# %%
four = np.arange(4)[:, None, None] * 10 + np.arange(4).reshape(2, 2)
print(four.reshape(4, 4), "  rows: the four maps", sep="\n")
print(F.pixel_shuffle(four[None].astype(float), 2).data[0, 0].astype(int))

# %% [markdown]
# ### Unpooling with switches
#
# Max pooling forgets where its maximum stood, unless we keep the places: the **switches**. Unpooling puts every number back
# to its place, and zeros elsewhere; later convolutions fill the gaps (Zeiler and Fergus 2014; Noh and others 2015). Orange
# frames are the windows.

# %% picture="switches" alt="A map of 4 by 6 numbers with its windows framed, the largest of each 2 by 2 block, the places where they stood as position numbers, and the map with these numbers back at their places and zeros elsewhere"
from course_lib.viz.pictures import dense

dense.switches()

# %% [markdown] task="unpool" title="Pooling with switches, and back"
# Write `pool_with_switches(x, k)` for x `(n, c, h, w)`: the largest of each k×k window and its **switch**, two arrays
# `(n, c, h // k, w // k)`. Windows tile the map; rows and columns that fill no window are left out. A switch is the
# place in its map, row · w + column, an integer; of equal values take the first in reading order.
#
# Then `unpool(y, switches, shape)`: an array of `shape` `(n, c, h, w)`, y's numbers at the switches, zeros elsewhere.
#
# *Example:* `[[[[3, 1, 9], [4, 2, 9]]]]` with k = 2 gives the value `[[[[4]]]]` and the switch `[[[[3]]]]`.


# %% solve="unpool" difficulty=3 importance=3 minutes=18 forbid="course_lib.functional.max_pool2d course_lib.functional.max_unpool2d course_lib.ops.convolution.pool.max_indices torch.nn.functional.max_pool2d"
def pool_with_switches(x, k):
    """The largest of each k x k window of x (n, c, h, w), and where it stood: row * w + column."""
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    rows, columns = h // k, w // k
    tiles = x[:, :, : rows * k, : columns * k].reshape(n, c, rows, k, columns, k)
    tiles = tiles.swapaxes(3, 4).reshape(n, c, rows, columns, k * k)
    at = tiles.argmax(axis=-1)
    i, j = np.mgrid[:rows, :columns]
    return tiles.max(axis=-1), (i * k + at // k) * w + j * k + at % k
    ### END SOLUTION


def unpool(y, switches, shape):
    """The numbers y at their switches in an array of `shape`, zeros elsewhere."""
    ### BEGIN SOLUTION
    n, c, h, w = shape
    flat = np.zeros((n, c, h * w))
    np.put_along_axis(flat, switches.reshape(n, c, -1), y.reshape(n, c, -1), axis=2)
    return flat.reshape(shape)
    ### END SOLUTION


# %% [markdown] hint="unpool"
# Cut the map into windows first, so that the k·k numbers of a window lie along one axis. `argmax` takes the first of equals.

# %% [markdown] hint="unpool"
# Within a window of k = 3, place 5 is row 5 // 3 = 1 and column 5 % 3 = 2. Window (i, j) begins at row 3 i, column 3 j. The
# switch counts in the whole map, whose rows are w long, cut columns included.

# %% [markdown] hint="unpool"
# ```python
# tiles = x[:, :, ..., ...].reshape(n, c, rows, k, columns, k).swapaxes(3, 4).reshape(n, c, rows, columns, k * k)
# at = tiles.argmax(axis=-1)
# i, j = np.mgrid[:rows, :columns]
# return tiles.max(axis=-1), (... + at // k) * ... + ... + at % k
#
# flat = np.zeros((n, c, h * w))
# np.put_along_axis(flat, switches.reshape(n, c, -1), ..., axis=2)
# ```

# %% check="unpool-pool" points=3
with check("unpool-pool") as expect:
    rng = np.random.default_rng(41)
    expect("4×4, k = 2", pool_with_switches(rng.normal(size=(2, 2, 4, 4)), 2))
    x = rng.normal(size=(2, 3, 5, 8))
    expect("5×8, k = 2: one row left out", pool_with_switches(x, 2))
    expect("5×8, k = 3: two rows and columns left out", pool_with_switches(x, 3))
    expect("equal numbers", pool_with_switches(np.ones((1, 1, 4, 6)), 2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130501)
    for n, c, h, w, k in [(2, 3, 6, 9, 3), (1, 2, 7, 4, 2), (3, 1, 9, 11, 4)]:
        x = rng.integers(-3, 4, (n, c, h, w)).astype(float)
        expect(f"{n}×{c}×{h}×{w}, k = {k}", pool_with_switches(x, k))
    expect("all numbers below zero", pool_with_switches(-1 - rng.random((1, 2, 5, 7)), 2))
    ### END HIDDEN TESTS

# %% check="unpool-back" points=3
with check("unpool-back") as expect:
    y, places = np.array([[[[5.0, 7.0]], [[-2.0, 3.0]]]]), np.array([[[[4, 2]], [[1, 7]]]])
    expect("two numbers in each of two maps", unpool(y, places, (1, 2, 3, 4)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130502)
    for n, c, h, w, rows, columns in [(2, 3, 6, 9, 2, 3), (3, 2, 5, 4, 2, 2), (2, 2, 7, 5, 3, 2)]:
        places = np.array([[rng.permutation(h * w)[: rows * columns] for _ in range(c)] for _ in range(n)])
        y = rng.normal(size=(n, c, rows, columns))
        expect(f"into {n}×{c}×{h}×{w}", unpool(y, places.reshape(y.shape), (n, c, h, w)))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 4. Or keep them large: dilation
#
# Pooling is there so that later layers see far. **Dilation** lets them see far without it: the taps of a 3×3 kernel stand
# $d$ pixels apart (lesson 09). With dilations 1, 2, 4, 8, ... the receptive field about doubles with each layer, no pixel is
# dropped, and the weights are those of an ordinary 3×3 layer. What it costs is work: every layer computes at full size.

# %% picture="sights" alt="Three rows: a network with three poolings, one with dilations 1, 2, 4, 8, and one with poolings and skip links. In each, what one answer sees of a scene, how far apart its answers are, and the best mask that these allow"
from course_lib.viz.pictures import dense

dense.three_sights()

# %% [markdown]
# The left pictures show what the answer for the middle pixel sees: the pixels in orange, the stronger the more ways lead
# through the layers from a pixel to the answer. The red frame is the receptive field; where that is larger than the scene
# it lies outside.
#
# In the middle a grid shows how far apart the answers are; with skip links, which bring in those of every finer map, none is
# drawn. The right pictures show the best mask that such answers could give: even a network that knows everything cannot draw
# finer than its finest grid.
#
# Play with it. Find a setting that sees at least 31×31 pixels and still answers for every pixel. Then keep the dilation at
# 2 in *all* layers: what share of its receptive field does the answer see, and which pixels? That is the **gridding** of
# dilated networks; dilations that grow from 1 avoid it.

# %%
sight_explorer()

# %% [markdown]
# The check of the next exercise puts numbers of its own into your network, in the order in which its layers were created,
# and looks at scores and at a gradient.


# %%
def fill(model, seed):
    """Put fresh float64 numbers into all weights of `model`; returns `model`."""
    draw = np.random.default_rng(seed)
    for p in model.parameters():
        p.data = draw.normal(size=p.shape) * (2 / max(1, p.data[0].size)) ** 0.5
    return model


def respond(model, x):
    """What a model gives for the images x, and the gradient of the sum of its squares by x."""
    x = Tensor(x, requires_grad=True)
    y = model(x)
    (y * y).sum().backward()
    return {"output": y.data, "gradient": x.grad}


# %% [markdown] task="context_module" title="A dilated context module"
# Write `context_module(channels, width, classes, dilations, kernel, rng)`: one convolution for each number in
# `dilations`, with `width` filters of `kernel`×`kernel` taps (odd), that dilation and the padding that keeps the size,
# each followed by ReLU; last a 1×1 convolution to `classes` without ReLU. Return a module of `nn`; create the layers in
# order: `nn.Conv2d(inputs, filters, kernel, padding=..., dilation=..., rng=rng)`. Then `sees(dilations, kernel)`: how
# many pixels wide is the receptive field, an int.
#
# *Example:* `sees([1, 3], 3)` is 9: the first layer sees 3 pixels, the second adds 3 at each side.


# %% solve="context_module" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.dense.Context course_lib.topics.dense.layer course_lib.arithmetic.receptive_field"
def context_module(channels, width, classes, dilations, kernel, rng):
    """Dilated convolutions that keep the size, and a 1x1 convolution to the scores."""
    ### BEGIN SOLUTION
    layers = []
    for d in dilations:
        pad = d * (kernel - 1) // 2
        layers += [nn.Conv2d(channels, width, kernel, padding=pad, dilation=d, rng=rng), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers, nn.Conv2d(channels, classes, 1, rng=rng))
    ### END SOLUTION


def sees(dilations, kernel):
    """Pixels along one side of the receptive field."""
    ### BEGIN SOLUTION
    return 1 + (kernel - 1) * sum(dilations)
    ### END SOLUTION


# %% [markdown] hint="context_module"
# A kernel of k taps, d apart, spans d (k - 1) + 1 pixels. To keep the size, half of what that exceeds one pixel goes to each
# side.

# %% [markdown] hint="context_module"
# Five taps with dilation 3 span 13 pixels: padding 6. The first layer takes `channels` maps in, all later ones `width`.

# %% [markdown] hint="context_module"
# ```python
# layers = []
# for d in dilations:
#     layers += [nn.Conv2d(channels, width, kernel, padding=..., dilation=d, rng=rng), nn.ReLU()]
#     channels = ...
# return nn.Sequential(*layers, nn.Conv2d(..., classes, 1, rng=rng))
#
# return 1 + ... * sum(...)
# ```

# %% check="context_module" points=5
with check("context_module") as expect:
    x = np.random.default_rng(51).normal(size=(3, 3, 6, 6))
    expect("3 maps throughout, dilations 1, 1", respond(fill(context_module(3, 3, 3, [1, 1], 3, np.random.default_rng(0)), 52), x))
    x = np.random.default_rng(53).normal(size=(2, 1, 7, 9))
    module = context_module(1, 3, 2, [1, 4, 2], 3, np.random.default_rng(0))
    expect("shapes of the weights", [p.shape for p in module.parameters()])
    expect("images 7×9, dilations 1, 4, 2", respond(fill(module, 54), x))
    x = np.random.default_rng(55).normal(size=(2, 2, 9, 11))
    expect("5 taps, dilations 1, 3", respond(fill(context_module(2, 3, 4, [1, 3], 5, np.random.default_rng(0)), 56), x))
    expect("what it sees; the same with 5 taps", [sees([1, 4, 2], 3), sees([1, 4, 2], 5)])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130601)
    for channels, width, classes, dilations, kernel in [(2, 4, 3, [1, 2, 3], 5), (3, 2, 5, [3], 3), (2, 3, 4, [2, 1], 7), (1, 5, 2, [2, 1, 1, 3], 3)]:
        module = fill(context_module(channels, width, classes, dilations, kernel, np.random.default_rng(1)), int(rng.integers(999)))
        expect(f"{kernel} taps, dilations {dilations}", respond(module, rng.normal(size=(2, channels, 8, 11))))
        expect(f"{kernel} taps, dilations {dilations}: sees", sees(dilations, kernel))
        expect(f"{kernel} taps, one layer more: sees", sees([*dilations, 7], kernel))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Predict: which is better at equal weights?
#
# Three networks with the same number of weights are trained on the same scenes for the same number of steps, and judged by
# the mean IoU on new scenes:
#
# - `"pooled"`: five 3×3 layers with 2×2 max pooling behind the first three, scores enlarged 8 times by interpolation;
# - `"upconv"`: the same with narrower layers, and the scores enlarged by three learned upconvolutions that start as
#   bilinear interpolation;
# - `"dilated"`: five 3×3 layers with dilations 1, 2, 4, 8, 1 at full size.
#
# Write down the best and the worst: `finer = (best, worst)`.

# %% solve="finer" difficulty=1 importance=4 minutes=3
### BEGIN SOLUTION
finer = ("dilated", "pooled")
### END SOLUTION

# %% [markdown] hint="finer"
# All three see the whole of a shape. How fine are their answers?

# %% [markdown] hint="finer"
# The first can say one thing for each 8×8 pixels. Smooth enlargement adds no detail. What can the second learn that the
# first cannot?

# %% [markdown] hint="finer"
# An answer computed at full size loses no place at all; one on a grid of 8 can only be smoothed. The learned enlargement
# starts as that smoothing and is trained further: it stands between them.

# %% predict="finer" points=1
with check("finer") as expect:
    expect("best and worst of the three", list(finer))

# %% [markdown]
# **Lecture figure F40.** Dilated convolution against two older ways to see far: large kernels, and fully connected layers on
# top, all with about equally many weights. The code stands in section 6. Beside the IoU you read at which resolution each answers.

# %%
recorded("F40")

# %% [markdown]
# Large kernels spend their weights on *reach*, and have few maps left; a fully connected head spends them on *places*,
# learns each place by itself, and can afford only a coarse grid.
#
# ## 5. Fine and coarse together: skip links
#
# A third way: pool, but keep the maps from before each pooling, and bring them in again on the way up. A **skip link**
# may add scores (Long, Shelhamer and Darrell 2015), or lay the maps side by side for further layers: the **U-Net**
# (Ronneberger, Fischer and Brox 2015). Ours is made of the residual blocks of lesson 12.

# %% picture="ladder" alt="A U-Net: blocks at full, half and quarter size going down on the left, blocks of the same sizes going up on the right, and orange skip links from each block on the left to its partner"
from course_lib.viz.dense import ladder

ladder()

# %% [markdown] task="unet" title="U-Net assembled"
# Write `forward(x)` of `LittleUNet`. Its parts are there. Down: each block of `downs` but the last, its map kept, then 2×2 max
# pooling (`F.max_pool2d(x, 2)`); the last block at the bottom. Up, from coarse to fine: enlarge the map bilinearly to
# the size of the kept map (`enlarge(x, (h, w))`; sizes may be odd), lay **kept map first, enlarged one second** side by
# side along the channels (`F.cat([...], 1)`), then the block of `ups` for that level. Last the `head`.
#
# *Example:* with widths (4, 6, 9) the block `ups[1]` takes 6 + 9 channels and gives 6; it comes before `ups[0]`.


# %% solve="unet" difficulty=3 importance=5 minutes=18 forbid="course_lib.topics.dense.UNet"
class LittleUNet(nn.Module):
    """Residual blocks down and up, with skip links; `widths` are the channels of each level, fine to coarse."""

    def __init__(self, widths, classes, channels, rng):
        inputs = [channels, *widths]
        self.downs = [nn.BasicBlock(a, b, rng=rng) for a, b in zip(inputs, widths, strict=False)]
        self.ups = [nn.BasicBlock(a + b, a, rng=rng) for a, b in pairwise(widths)]
        self.head = nn.Conv2d(widths[0], classes, 1, rng=rng)

    def forward(self, x):
        """(n, channels, h, w) -> (n, classes, h, w)."""
        ### BEGIN SOLUTION
        kept = []
        for block in self.downs[:-1]:
            x = block(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.downs[-1](x)
        for block, skip in zip(self.ups[::-1], kept[::-1], strict=True):
            x = enlarge(x, skip.shape[2:])
            x = block(F.cat([skip, x], 1))
        return self.head(x)
        ### END SOLUTION


# %% [markdown] hint="unet"
# Follow the drawing: down the left side, keep each map before it is pooled, up the right side. The kept map that was stored
# last is needed first.

# %% [markdown] hint="unet"
# With three levels, 7×10 pixels: kept maps of 7×10 and 3×5, the bottom at 1×2. On the way up 1×2 becomes 3×5, not 2×4: the
# size is that of the kept map, `skip.shape[2:]`.

# %% [markdown] hint="unet"
# ```python
# kept = []
# for block in self.downs[:-1]:
#     x = block(x)
#     ...
#     x = F.max_pool2d(x, 2)
# x = ...
# for block, skip in zip(..., ..., strict=True):       # both lists from the coarse end
#     x = enlarge(x, ...)
#     x = block(F.cat([..., ...], 1))
# return self.head(x)
# ```

# %% check="unet" points=6
with check("unet") as expect:

    def settled(widths, classes, channels, seed):
        model = LittleUNet(widths, classes, channels, np.random.default_rng(0))
        rng = np.random.default_rng(seed)
        for _, p in sorted(model.named_parameters()):
            p.data = rng.normal(size=p.shape) * 0.5 + (0.8 if p.ndim == 1 else 0)
        return model.double()

    rng = np.random.default_rng(61)
    expect("4×4 images, two levels", respond(settled((2, 2), 2, 2, 1), rng.normal(size=(2, 2, 4, 4))))
    expect("one level, a row of 5 pixels: no pooling at all", respond(settled((3,), 2, 1, 3), rng.normal(size=(2, 1, 1, 5))))
    expect("7×10 images, three levels", respond(settled((2, 3, 4), 3, 1, 2), rng.normal(size=(2, 1, 7, 10))))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130701)
    for widths, classes, channels, h, w in [((3, 2, 4), 2, 2, 9, 6), ((2, 4), 5, 1, 5, 8), ((2, 3, 2, 4), 3, 1, 11, 13)]:
        model = settled(widths, classes, channels, int(rng.integers(999)))
        expect(f"{h}×{w}, widths {widths}", respond(model, rng.normal(size=(2, channels, h, w))))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 6. The comparison
#
# **Lecture figure F21**: dilated context keeps resolution where pooling loses it. With it the three fully convolutional
# variants of the lecture (dilated; skip; upsample), and a U-Net. Equal for all: the number of weights within three percent,
# the scenes, the steps, batch norm, optimiser and rate. Five starts each, mean ± standard error.

# %%
recorded("F21")

# %% [markdown]
# Read the columns together. The pooled network's boundary score tells that it cannot say where things end. With skip links
# both scores are about those of the dilated network, for less than half of its seconds. Without dilation or pooling a
# network draws fine outlines around things that it confuses, because it sees too little of them. And look at the errors
# before you rank neighbours in the table.
#
# Does the bilinear start of section 3 matter? For the IoU it seems to: the random start is behind by about three errors here.
# With other seeds it is behind by less: one such comparison is a hint. In the boundary score the two are alike. Training
# takes learned enlargement to the same outlines from either start.
#
# The code, for both figures:


# %%
def contest(nets, number=1000, epochs=8, seeds=5):
    """Rows of a lecture table: each of `nets` {name: (make, what the lecture says, answers every ... pixels)}, trained."""
    (x, t), (x_new, t_new) = scenes(number, seed=0), scenes(200, seed=2)
    for name, (make, told, grid) in nets.items():
        found, began = [], time.process_time()
        for seed in range(seeds):
            net = make(np.random.default_rng(seed))
            list(learn(net, x, t, epochs=epochs, rng=np.random.default_rng(100 + seed)))
            p = masks_of(net, x_new)
            found.append((mean_iou(p, t_new, 4), boundary_f(p, t_new)))
        iou, outline = np.transpose(found)
        took = (time.process_time() - began) / seeds
        setting = f"{weights(net)} weights, an answer every {grid} px, {took:.0f} s a run"
        yield name, told, f"IoU {plus_minus(iou)}, boundary F {plus_minus(outline)}", setting


# %% figure="F21"
def resolution_figure():
    nets = {
        "dilated 1, 2, 4, 8, 1": (lambda rng: Context(12, (1, 2, 4, 8, 1), rng=rng), "keeps resolution", 1),
        "pooled, enlarged bilinearly": (lambda rng: Pooled((12,) * 5, rng=rng), "loses resolution", 8),
        "upsample: upconvolutions, bilinear start": (lambda rng: Pooled((12, 12, 12, 12, 5), up="upconv", rng=rng), "", "8, then 1"),
        "upsample: upconvolutions, random start": (lambda rng: Pooled((12, 12, 12, 12, 5), up="random", rng=rng), "", "8, then 1"),
        "skip: scores of finer maps added": (lambda rng: Pooled((12, 12, 12, 12, 11), up="skip", rng=rng), "", "8 to 1"),
        "U-Net of residual blocks": (lambda rng: UNet((6, 7, 9), rng=rng), "", "4 to 1"),
        "neither: dilation 1 throughout": (lambda rng: Context(12, (1,) * 5, rng=rng), "", 1),
    }
    title = "F21 · Dilated against pooled at equal weights: 200 new scenes, 5 starts, mean ± standard error"
    return lecture_table(title, contest(nets))


resolution_figure() if FULL else recorded("F21")


# %% figure="F40"
def reach_figure():
    nets = {
        "dilated 1, 2, 4, 8, 1 (sees 33×33)": (lambda rng: Context(12, (1, 2, 4, 8, 1), rng=rng), "ahead", 1),
        "large kernels 15 and 17 (sees 31×31)": (lambda rng: Context(4, (1, 1), kernels=(15, 17), rng=rng), "", 1),
        "convolutions and fully connected": (lambda rng: FullyConnected(5, 14, rng=rng), "", 4),
    }
    title = "F40 · Three ways to see far at equal weights: 200 new scenes, 5 starts, mean ± standard error"
    return lecture_table(title, contest(nets))


reach_figure() if FULL else recorded("F40")

# %% [markdown]
# ## 7. Tile by tile
#
# A fully convolutional network takes an image of any size, but memory does not. So large images are cut into **tiles**. At a
# tile's edge the network sees padding where the image goes on, and answers differently there: seams. The cure is to cut each
# tile with a **margin** of true pixels around it, and to throw the margin's answers away.

# %% [markdown] task="tiles" title="Tile by tile equals the whole image"
# Write `tile_by_tile(net, x, tile, margin)`: `net` maps arrays (n, c, h, w) to (n, f, h, w). Cut x into tiles of
# `tile`×`tile` pixels from the top left (the last ones may be smaller). Give each to `net` with `margin` pixels more at
# each side, *as far as the image goes*; keep the answers of the tile itself; put them together to (n, f, h, w).
#
# Then your test: `least_margin(net, x, tile)`, the smallest margin from 0 on with which every number differs from
# `net(x)` by less than 1e-9, up or down.
#
# *Example:* a `net` of 1×1 convolutions needs the margin 0, one 3×3 convolution the margin 1.


# %% solve="tiles" difficulty=3 importance=4 minutes=20 forbid="course_lib.topics.tiles.by_tiles"
def tile_by_tile(net, x, tile, margin):
    """What net says of x (n, c, h, w), computed in tiles: (n, f, h, w)."""
    ### BEGIN SOLUTION
    (h, w), rows = x.shape[2:], []
    for top in range(0, h, tile):
        row = []
        for left in range(0, w, tile):
            a, b = max(0, top - margin), max(0, left - margin)
            y = net(x[:, :, a : top + tile + margin, b : left + tile + margin])
            bottom, right = min(top + tile, h), min(left + tile, w)
            row.append(y[:, :, top - a : bottom - a, left - b : right - b])
        rows.append(np.concatenate(row, axis=3))
    return np.concatenate(rows, axis=2)
    ### END SOLUTION


def least_margin(net, x, tile):
    """The smallest margin with which tile by tile gives what the whole image gives."""
    ### BEGIN SOLUTION
    whole = net(x)
    for margin in range(max(x.shape)):
        if np.abs(tile_by_tile(net, x, tile, margin) - whole).max() < 1e-9:
            return margin
    return None
    ### END SOLUTION


# %% [markdown] hint="tiles"
# Two coordinates run through this: where a pixel lies in the image, and where it lies in the piece that you cut out.

# %% [markdown] hint="tiles"
# A row of 10 pixels, tile 4, margin 2. The pieces are pixels 0 to 5, 2 to 9, 6 to 9. Of the first the answers 0 to 3 are
# kept, of the second those 2 to 5 *of the piece*, of the third those 2 to 3.

# %% [markdown] hint="tiles"
# ```python
# for top in range(0, h, tile):
#     row = []
#     for left in range(0, w, tile):
#         a, b = max(0, top - margin), ...          # where the piece begins
#         y = net(x[:, :, a : ..., b : ...])        # a slice may end beyond the image
#         bottom, right = min(top + tile, h), ...
#         row.append(y[:, :, top - a : ..., left - b : ...])
#     rows.append(np.concatenate(row, axis=3))
# ```

# %% [markdown]
# Some networks for the checks, with random weights. `watched` also notes the largest piece that a network was given.


# %%
def stack(plan, seed, channels=1, maps=2):
    """A net on arrays: convolutions of (taps, dilation) to `maps` maps that keep the size, ReLU between them."""
    rng, layers = np.random.default_rng(seed), []
    for k, d in plan:
        layers += [nn.Conv2d(channels, maps, k, padding=d * (k // 2), dilation=d, rng=rng), nn.ReLU()]
        channels = maps
    return lambda x: fill(nn.Sequential(*layers[:-1]), seed)(Tensor(x)).data


def watched(net, tile, margin, x):
    sizes = []
    y = tile_by_tile(lambda piece: (sizes.append(piece.shape[2:]), net(piece))[1], x, tile, margin)
    return {"answers": y, "pieces": sorted(sizes)}


# %% check="tiles-cut" points=4
with check("tiles-cut") as expect:
    rng = np.random.default_rng(71)
    expect("6×6, tile 3, margin 1, 3×3", watched(stack([(3, 1)], 1), 3, 1, rng.normal(size=(1, 1, 6, 6))))
    x = rng.normal(size=(2, 1, 10, 7))
    expect("10×7, tile 4, margin 2, enough for two 3×3", watched(stack([(3, 1), (3, 1)], 2), 4, 2, x))
    expect("10×7, tile 4, margin 1: seams", watched(stack([(3, 1), (3, 1)], 2), 4, 1, x))
    expect("tile larger than the image", watched(stack([(3, 1)], 3), 20, 2, x))
    expect("a net that gives 3 maps, tile 5, margin 1", watched(stack([(3, 1)], 6, maps=3), 5, 1, x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130801)
    for plan, maps, tile, margin, h, w in [([(5, 1)], 2, 3, 2, 8, 11), ([(3, 2), (3, 1)], 3, 5, 1, 9, 13), ([(3, 1)], 1, 4, 0, 7, 6)]:
        x = rng.normal(size=(2, 3, h, w))
        net = stack(plan, int(rng.integers(99)), 3, maps)
        expect(f"{h}×{w}, {maps} maps, tile {tile}, margin {margin}", watched(net, tile, margin, x))
    ### END HIDDEN TESTS

# %% check="tiles-margin" points=3
with check("tiles-margin") as expect:
    x = np.random.default_rng(72).normal(size=(1, 1, 12, 15))
    expect("one 3×3; one 1×1", [least_margin(stack([(k, 1)], 4), x, 5) for k in (3, 1)])
    expect("3×3 and 5×5; one 5×5", [least_margin(stack(plan, 5), x, 4) for plan in ([(3, 1), (5, 1)], [(5, 1)])])

    def raised(reach, size):
        """A net that adds `size` of the brightest of a pixel and its `reach` left neighbours, which a seam may cut off."""

        def net(x):
            seen = [np.pad(x, ((0, 0), (0, 0), (0, 0), (k, 0)))[..., : x.shape[3]] for k in range(reach + 1)]
            return x + size * np.max(seen, axis=0)

        return net

    expect("numbers about 100 000, a tenth of the brightest of two pixels added", least_margin(raised(1, 0.1), 1e5 + np.abs(x), 5))
    few = (np.abs(x) > 1.2).astype(float)
    expect("few bright pixels, 1e-8 of the brightest of two taken off; added", [least_margin(raised(1, s), few, 5) for s in (-1e-8, 1e-8)])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130802)
    for plan, tile in [([(3, 1), (3, 2)], 4), ([(5, 2)], 3), ([(3, 1)] * 3, 6), ([(1, 1)], 5)]:
        net = stack(plan, int(rng.integers(99)))
        expect(f"{plan}, tile {tile}", least_margin(net, rng.normal(size=(1, 1, 17, 14)), tile))
    for reach, size in ((2, 1e-8), (3, -1e-8), (1, -1e-8), (3, 1e-8)):
        few = (rng.random((1, 1, 30, 40)) < 0.08).astype(float)
        expect(f"few bright pixels, a little of the brightest of {reach + 1}", least_margin(raised(reach, size), few, 4))
    expect("numbers about 100 000", least_margin(raised(2, 0.1), 1e5 + rng.random((1, 1, 9, 30)), 4))
    expect("a net that looks one pixel to the left only", least_margin(lambda x: np.pad(x, ((0, 0), (0, 0), (0, 0), (1, 0)))[..., :-1], rng.normal(size=(1, 1, 6, 9)), 4))
    ### END HIDDEN TESTS

# %% [markdown]
# The margin a network needs is how far an answer looks to one side: half of its receptive field, rounded down. With pooling
# one more thing matters. The grid of a pooled network starts at the corner of what it is given, so tiles and margins must
# start on that grid: multiples of 8 for three poolings.

# %%
x_large, _ = scenes(1, seed=9, size=96)
pooled = Pooled((6,) * 5, up="skip", rng=np.random.default_rng(0)).eval().double()
x_large = x_large.astype(float)
with no_grad():
    whole = pooled(Tensor(x_large)).data
for tile, margin in ((32, 0), (32, 32), (32, 40), (32, 44), (30, 44)):
    gap = np.abs(by_tiles(pooled, x_large, tile, margin) - whole).max()
    print(f"tile {tile}, margin {margin}: largest difference {gap:.1e}")

# %% [markdown]
# ## 8. Edges
#
# For the border of things there is a filter made by hand: smooth by a Gaussian, take the length of the gradient (lesson 09;
# Canny 1986 begins so). And there is a fully convolutional network with one output, trained by the cross-entropy of lesson 02
# with the true boundaries of generated scenes as targets.
#
# Each gives a number for every pixel. Which threshold is right depends on what a miss and a false alarm cost, so compare all
# thresholds: the **ROC curve** shows the share of true edges found against the share of other pixels marked; the area under
# it (AUC) is 1 for perfect, 0.5 for chance.


# %% figure="F21b"
from scipy.ndimage import gaussian_gradient_magnitude
from sklearn.metrics import roc_auc_score, roc_curve


def edge_figure(seeds=3):
    (x, t), (x_new, t_new) = scenes(600, seed=0), scenes(200, seed=2)
    target, truth = boundary(t)[:, None].astype(np.float32), boundary(t_new).ravel()
    slope = {s: gaussian_gradient_magnitude(x_new[:, 0], (0, s, s)).ravel() for s in (0.5, 0.7, 1.0, 1.4, 2.0)}
    hand = max(slope, key=lambda s: roc_auc_score(truth, slope[s]))
    rows = [(f"gradient of a Gaussian, σ = {hand} px", "by hand", f"AUC {roc_auc_score(truth, slope[hand]):.3f}", "σ chosen on the test scenes")]
    ax = curves.roc_curve(*roc_curve(truth, slope[hand])[:2], label="gradient of a Gaussian")
    for name, dilations in (("network, sees 11×11", (1,) * 5), ("network, dilated, sees 33×33", (1, 2, 4, 8, 1))):
        areas = []
        for seed in range(seeds):
            net = Context(8, dilations, classes=1, rng=np.random.default_rng(seed))
            how = {"epochs": 8, "loss": F.binary_cross_entropy_with_logits, "rng": np.random.default_rng(100 + seed)}
            list(learn(net, x, target, **how))
            with no_grad():
                said = net.eval()(Tensor(x_new)).data.ravel()
            areas.append(roc_auc_score(truth, said))
        rows.append((name, "learned", f"AUC {plus_minus(areas)}", f"{weights(net)} weights, 600 generated scenes, 8 epochs, {seeds} starts"))
        curves.roc_curve(*roc_curve(truth, said)[:2], label=name, ax=ax, title="Edges of 200 new scenes")
    return lecture_table("Edges: a network against a filter made by hand, mean ± standard error", rows)


edge_figure() if FULL else recorded("F21b")

# %% [markdown]
# The filter got its best width on the very scenes it is judged on, and is behind all the same: it marks whatever changes fast,
# noise too. The networks were shown scenes like these and could learn which changes are borders; such a judgement holds for such
# scenes.
#
# Of the two the one that sees *less* is ahead, if by little. A likely reason: the few pixels around decide whether there is an
# edge, and taps far apart look at fewer of them. To name a shape one must see far, to find its border one need not.
#
# ## 9. Noise and sharpness
#
# Two tasks whose answer is an image. The photographs of this section are *real*: networks learn from patches of a Chinese
# temple and a portrait, and are judged on a flower that they have never seen. How near an image is to the true one is told
# in decibels, the **peak signal-to-noise ratio**:
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{\text{peak}^2}{\text{mean squared error}}$$
#
# with the largest possible value as peak. Ten times less squared error are 10 dB, half the error (a quarter of its square) 6 dB.
#
# A denoiser could learn the clean image. But most of that is in its input already. A **residual denoiser** estimates the
# *noise*, and takes it away: it begins near the right answer, as the blocks of lesson 12 do (Zhang and others 2017).

# %% [markdown] task="denoise" title="PSNR, and one step of a residual denoiser"
# Write `decibels(image, truth, peak=1.0)`: the PSNR, with the mean over all numbers of both arrays together.
#
# Then `denoise_step(net, optimizer, clean, noise)` for arrays `(n, 1, h, w)`: `net` gets the noisy images clean + noise, as
# a Tensor, and is to give back the *noise*. The loss is `F.mse_loss` of the two. Make one step of `optimizer` (forget
# old gradients first). Return the loss as a float, and the denoised images *of before the step*, an array.
#
# *Example:* a net that gives zeros has the loss mean(noise²), and its denoised images are the noisy ones.


# %% solve="denoise" difficulty=2 importance=4 minutes=15 forbid="course_lib.topics.restoration.psnr course_lib.topics.restoration.Denoiser"
def decibels(image, truth, peak=1.0):
    """Peak signal-to-noise ratio in dB."""
    ### BEGIN SOLUTION
    return 10 * np.log10(peak**2 / np.mean((image - truth) ** 2))
    ### END SOLUTION


def denoise_step(net, optimizer, clean, noise):
    """One step of training: the loss, and the denoised images (n, 1, h, w)."""
    ### BEGIN SOLUTION
    noisy = clean + noise
    estimate = net(Tensor(noisy))
    loss = F.mse_loss(estimate, noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), noisy - estimate.data
    ### END SOLUTION


# %% [markdown] hint="denoise"
# What goes into the network is the noisy image, what it should say is the noise alone. The denoised image is what remains.

# %% [markdown] hint="denoise"
# An image that is wrong by 0.1 everywhere, with peak 1, has the mean squared error 0.01, hence 20 dB. With peak 255 the same
# error is 68.1 dB. For the step: estimate, loss, gradients, step, and the estimate from before it.

# %% [markdown] hint="denoise"
# ```python
# return 10 * np.log10(... / np.mean(...))
#
# noisy = ...
# estimate = net(Tensor(noisy))
# loss = F.mse_loss(..., ...)
# optimizer.zero_grad()
# ...
# return loss.item(), noisy - ...
# ```

# %% check="denoise-decibels" points=2
with check("denoise-decibels") as expect:
    rng = np.random.default_rng(81)
    truth = rng.random((3, 3))
    expect("3×3, peak 1", decibels(truth + 0.1 * rng.normal(size=(3, 3)), truth))
    truth = rng.random((2, 1, 4, 5))
    expect("two images of 4×5, wrong by different amounts", decibels(truth + np.array([0.1, 0.3])[:, None, None, None], truth))
    expect("peak 255", decibels(255 * truth[0] + 7, 255 * truth[0], peak=255))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130901)
    for shape, peak in [((3, 7), 1.0), ((2, 3, 4, 6), 2.5), ((4, 1, 5, 3), 40.0)]:
        truth = peak * rng.random(shape)
        image = truth + peak * rng.random(shape) * np.linspace(0.1, 0.4, shape[0]).reshape(-1, *[1] * (len(shape) - 1))
        expect(f"{shape}, peak {peak}", decibels(image, truth, peak))
    ### END HIDDEN TESTS

# %% check="denoise-step" points=4
with check("denoise-step") as expect:

    def steps_of(seed, n, h, w, steps=3):
        rng = np.random.default_rng(seed)
        plan = [nn.Conv2d(1, 2, 3, padding=1, rng=rng), nn.ReLU(), nn.Conv2d(2, 1, 3, padding=1, rng=rng)]
        net = fill(nn.Sequential(*plan), seed)
        optimizer = optim.SGD(net.parameters(), lr=0.05)
        clean, noise = rng.random((n, 1, h, w)), 0.3 * rng.normal(size=(n, 1, h, w))
        seen = [denoise_step(net, optimizer, clean, noise) for _ in range(steps)]
        losses = [loss for loss, _ in seen]
        tensors = any(isinstance(loss, Tensor) for loss in losses)
        return {"losses": losses, "denoised": seen[-1][1], "a loss is still a Tensor": tensors}

    expect("three steps, 3×3", steps_of(1, 3, 3, 3))
    expect("three steps, 4×5", steps_of(2, 2, 4, 5))
    images_in = [np.full((1, 1, 3, 4), 0.25), np.full((1, 1, 3, 4), 0.125)]
    one = nn.Sequential(nn.Conv2d(1, 1, 1, rng=np.random.default_rng(0))).double()
    denoise_step(one, optim.SGD(one.parameters(), lr=0.1), *images_in)
    expect.unchanged("clean images and noise afterwards", images_in)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(130902)
    for n, h, w, steps in [(2, 5, 4, 1), (3, 4, 6, 4), (1, 6, 5, 3)]:
        expect(f"{steps} steps, {n} images of {h}×{w}", steps_of(int(rng.integers(999)), n, h, w, steps))
    ### END HIDDEN TESTS

# %% [markdown]
# `Denoiser` is such a network. Its rivals: a Gaussian, which smooths edges with the noise; Wiener's filter (scipy), which
# smooths less where an image varies more than noise would; and the **bilateral** filter (Tomasi and Manduchi 1998), a mean
# over neighbours that are near *and alike*. Each gets the settings that are best *on the test image itself*, which the
# network does not.
#
# The second task is to make a photograph twice as large. `Upscaler` enlarges it bilinearly and adds a correction: three
# small convolutions at the *small* size give four maps, and pixel shuffle makes them one of full size (Shi and others 2016).
# Its rivals weigh the neighbours of each new pixel by a fixed curve: **bilinear** interpolation by a hat over 2×2 pixels,
# **bicubic** by a piecewise cubic over 4×4, **Lanczos** by a windowed sinc, sin(πx)/(πx), over 6×6. The last two have
# negative weights too, which sharpens edges.


# %%
def photographs():
    """Two grey photographs to learn from, and a part of a third to be judged on, values 0 to 1."""
    from sklearn.datasets import load_sample_image

    temple, flower = (load_sample_image(name).mean(axis=2) / 255 for name in ("china.jpg", "flower.jpg"))
    portrait = plt.imread(get_sample_data("grace_hopper.jpg")).mean(axis=2) / 255
    return [temple, portrait], flower[100:356, 200:520]


def soiled(x, sigma, rng):
    return (x + sigma * rng.standard_normal(x.shape)).astype(np.float32)


def train_restorer(net, photos, side, worsen, rng, steps=400):
    """Train `net` to give back clean patches of side×side pixels from worse ones."""
    optimizer = optim.Adam(net.parameters(), lr=schedules.one_cycle(0.01, steps))
    for _ in range(steps):
        clean = patches(photos, 16, side, rng=rng)
        loss = F.mse_loss(net(Tensor(worsen(clean, rng))), clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def apply(net, image):
    with no_grad():
        return net.eval()(Tensor(image[None, None].astype(np.float32))).data[0, 0]


# %% figure="F21c"
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.signal import wiener


def restoration_figure(seeds=3, sigma=0.1):
    learn_from, truth = photographs()
    noisy = truth + sigma * np.random.default_rng(0).standard_normal(truth.shape)
    filters = {
        "Gaussian": [gaussian_filter(noisy, s) for s in (0.5, 0.7, 0.9, 1.1, 1.4)],
        "Wiener": [wiener(noisy, k, sigma**2) for k in (3, 5, 7)],
        "bilateral": [bilateral(noisy, s, r) for s in (1, 1.3, 1.6, 2) for r in (0.2, 0.25, 0.3, 0.4)],
    }
    rows = [("denoising: the noisy image", "", f"{psnr(noisy, truth):.2f} dB", f"noise of deviation {sigma}, flower 256×320")]
    rows += [(f"denoising: {name}", "", f"{max(psnr(y, truth) for y in tried):.2f} dB", "best settings on the test image") for name, tried in filters.items()]
    found, small = {"denoising": [], "twice the size": []}, shrink(truth)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        cleaner, sharper = Denoiser(12, 4, rng=rng), Upscaler(2, 16, rng=rng)
        list(train_restorer(cleaner, learn_from, 32, lambda x, rng: soiled(x, sigma, rng), rng))
        list(train_restorer(sharper, learn_from, 48, lambda x, rng: shrink(x), rng))
        found["denoising"].append(psnr(apply(cleaner, noisy), truth))
        found["twice the size"].append(psnr(apply(sharper, small), truth))
    setting = f"400 steps of 16 patches of two other photographs, {seeds} starts"
    rows.append(("denoising: residual network", "", f"{plus_minus(found['denoising'], 2)} dB", f"{weights(cleaner)} weights, {setting}"))
    for name in ("BILINEAR", "BICUBIC", "LANCZOS"):
        large = np.asarray(Image.fromarray(small.astype(np.float32)).resize(truth.shape[::-1], getattr(Image, name)))
        rows.append((f"twice the size: {name.lower()}", "", f"{psnr(large, truth):.2f} dB", "Pillow; the small image is means of 2×2"))
    rows.append(("twice the size: network, pixel shuffle", "", f"{plus_minus(found['twice the size'], 2)} dB", f"{weights(sharper)} weights, {setting}"))
    return lecture_table("Restoring a photograph: mean ± standard error", rows)


restoration_figure() if FULL else recorded("F21c")

# %% [markdown]
# Look at how *small* the advantages are, and at what they cost: the filters know one or two numbers, the networks have been
# trained on photographs, for this noise and this factor only. And the errors are those of the starts. The judge is a single
# photograph: on another one the order may be another.
#
# ### What is left of the checkerboard
#
# Section 3 showed checkerboards on weights that nobody had trained. Now six networks learn to double a photograph, alike but for
# the last layer, which enlarges. Their first two layers, patches, steps and rates are equal, start for start; the last layers begin
# with numbers of one size, and differ in weights as the table says. The measure: the trained network sees evenly grey images.
# Away from the border its answer should be even too. Whatever varies there has the period 2 of the stride; the
# **ripple** is the root of its energy, in grey levels of 255.


# %% figure="F21d"
def ripple_figure(seeds=10, steps=200):
    learn_from, truth = photographs()
    rows, shown = [], {}
    for head in checkerboards.HEADS:
        found = []
        for net, rng in checkerboards.starts(head, seeds):
            first = checkerboards.ripple(net)
            list(train_restorer(net, learn_from, 48, lambda x, rng: shrink(x), rng, steps=steps))
            found.append((first, checkerboards.ripple(net), psnr(apply(net, shrink(truth)), truth)))
            shown.setdefault(head, checkerboards.flat_answers(net)[4] * 255)
        first, last, db = (plus_minus(column, digits) for column, digits in zip(np.transpose(found), (0, 2, 1), strict=True))
        rows.append((head, "", f"ripple {last}, before training {first}", f"{weights(net)} weights; flower enlarged: {db} dB"))
    draw.ripples(shown)
    return lecture_table(f"What is left of the checkerboard: {steps} steps, {seeds} starts, mean ± standard error", rows)


ripple_figure() if FULL else recorded("F21d")

# %% [markdown]
# Training takes away about 99 % of the ripple that random weights begin with, and not all of it. Whether the stride divides
# the kernel makes no difference here: kernels of 3 and of 4 end alike within their errors. At random weights the four places of
# a block get *different* numbers, even where they get equally many.
#
# What a layer begins with does make one. A smooth start, bilinear or ICNR, begins without a ripple, and training brings a
# little in: about a third of what is left from the random start of the same layer. Nearest neighbour and then 3×3 makes no
# ripple at any weights: on an even image all windows of the convolution hold the same numbers. It costs more time, since the
# last layer works at full size.
#
# A ripple of one grey level is hardly seen. These networks were told the true image for every pixel; where a loss says less about
# single pixels, more may stay. That is not measured here.
#
# ## 10. Your own network
#
# Scenes of 24×24 pixels with one or two shapes under noise. Build what you like, within the budget.


# %%
def small_scenes(n, rng):
    """Images (n, 1, 24, 24), brightness about 0, and masks (n, 24, 24) of classes 0 to 3."""
    x, t = shapes(n, size=24, noise=0.1, most=2, rng=rng)
    return x - np.float32(0.3), t


x_small, t_small = small_scenes(400, np.random.default_rng(13))
grid = draw.masks({"image": x_small[:6, 0], "mask": t_small[:6]}, names=SHAPES)

# %% [markdown] task="open_segmenter" title="Segmentation within a budget"
# Write and train a network `segmenter` (a module of `nn`, images `(n, 1, 24, 24)` to scores `(n, 4, 24, 24)`) of at most 3000
# weights, on `x_small` and `t_small` alone, in this cell and in about two seconds of processor time. Then `segment(images)`:
# masks `(n, 24, 24)`, integers from 0 to 3, of images scaled as `x_small`. Any design, any loss, any schedule.
# `learn(net, x, t, epochs=.., size=.., rate=.., rng=..)` trains by Adam; its epochs come one by one: `list(learn(...))`.
#
# Judged when you hand in: the mean IoU on 120 new scenes of this kind, 3 points from 0.38 on and 2 more from 0.44. (Calling
# all bright pixels discs, at the best threshold, gets about 0.36.) The checks here see the budget and the shape only; the
# cell after yours tells your number on other scenes, which are public. From 120 scenes it is known to about two hundredths.


# %% solve="open_segmenter" difficulty=4 importance=5 minutes=30
began = time.process_time()  # the clock of this cell
### BEGIN SOLUTION
segmenter = Pooled((8, 8, 8, 8, 8), up="skip", rng=np.random.default_rng(0))
list(learn(segmenter, x_small, t_small, epochs=6, size=10, rate=0.02, rng=np.random.default_rng(9)))


def segment(images):
    return masks_of(segmenter, images)
### END SOLUTION
segmenter_seconds = time.process_time() - began

# %% practice="segmenter_measured"
if "segment" in globals() and "segmenter_seconds" in globals():
    x_public, t_public = small_scenes(120, np.random.default_rng(14))
    reached = mean_iou(np.asarray(segment(x_public)), t_public, 4)
    spent = f"{segmenter_seconds:.1f} seconds, {weights(segmenter)} of 3000 weights"
    print(f"mean IoU {reached:.2f} on 120 public scenes, {spent}")
else:
    print("Nothing to measure yet: solve the exercise above first.")


# %% [markdown] hint="open_segmenter"
# Two seconds are few steps. What is cheap per step, and still sees a whole shape? In the tables of section 6
# the seconds of a run stand in the last column, "setting".

# %% [markdown] hint="open_segmenter"
# Small batches take more steps in the same time. A rate of 0.02 with one cycle is not too high for networks with batch norm.
# Forget not to put the network into evaluation mode when it predicts: `masks_of` does.

# %% [markdown] hint="open_segmenter"
# ```python
# segmenter = Pooled((8, 8, 8, 8, 8), up=..., rng=np.random.default_rng(0))
# list(learn(segmenter, x_small, t_small, epochs=..., size=10, rate=..., rng=np.random.default_rng(9)))
#
# def segment(images):
#     return masks_of(segmenter, images)
# ```

# %% held="open_segmenter" gives="held_images"
import numpy as np

from course_lib.data.scenes import shapes

rng = np.random.default_rng(5131)
held_images, held_masks = shapes(120, size=24, noise=0.1, most=2, rng=rng)
held_images = held_images - np.float32(0.3)

# %% check="open_segmenter" points=3
with check("open_segmenter") as expect:
    expect("weights within the budget of 3000", sum(p.data.size for p in segmenter.parameters()) <= 3000)
    said = np.asarray(segment(x_small[:5]))
    expect("shape of the masks of 5 images (how good they are, the judge measures)", said.shape)
    expect("integers from 0 to 3", said.dtype.kind in "iu" and bool(np.isin(said, range(4)).all()))
    ### BEGIN HIDDEN TESTS
    said = np.asarray(segment(expect.held("held_images")))
    expect("integers from 0 to 3", said.dtype.kind in "iu" and bool(np.isin(said, range(4)).all()))
    expect.outcome("masks of 120 new scenes", said, truth="held_masks", measure="mean_iou", at_least=0.38)
    expect("weights within the budget of 3000, afterwards", sum(p.data.size for p in segmenter.parameters()) <= 3000)
    ### END HIDDEN TESTS

# %% check="open_segmenter-better" points=2
with check("open_segmenter-better") as expect:
    expect("weights within the budget of 3000 (how good the masks are, the judge measures)", sum(p.data.size for p in segmenter.parameters()) <= 3000)
    ### BEGIN HIDDEN TESTS
    said = np.asarray(segment(expect.held("held_images")))
    expect.outcome("masks of 120 new scenes, further", said, truth="held_masks", measure="mean_iou", at_least=0.44)
    expect("weights within the budget of 3000, afterwards", sum(p.data.size for p in segmenter.parameters()) <= 3000)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 11. Practice run: from scene to mask
#
# The network with skip links, on larger scenes with up to four shapes. Watch where it still errs: at small shapes, and where
# one covers another. `LARGE = True` takes more scenes and a U-Net.

# %% practice="masks"
LARGE = False  # True: a U-Net on 4000 scenes, some minutes
rng = np.random.default_rng(0)
x_run, t_run = scenes(4000 if LARGE else 1000, seed=21, size=40, most=4)
x_eye, t_eye = scenes(100, seed=22, size=40, most=4)
net = UNet((8, 12, 16, 24), rng=rng) if LARGE else Pooled((16,) * 5, up="skip", rng=rng)
history, epochs = {"loss": [], "IoU": []}, 10
for loss in progress(learn(net, x_run, t_run, epochs=epochs, rng=rng), "epochs", total=epochs):
    history["loss"].append(loss)
    history["IoU"].append(mean_iou(masks_of(net, x_eye), t_eye, 4))

# %% practice="masks_plot"
left, right = style.row(2, size=(4.2, 3.0))
ax = curves.learning_curves({"training loss": history["loss"]}, ax=left, title=f"{weights(net)} weights")
told = f"{history['IoU'][-1]:.2f} on 100 new scenes"
ax = curves.learning_curves({"mean IoU": history["IoU"]}, ax=right, ylabel="mean IoU", title=told)
p_eye = masks_of(net, x_eye[:6])
grid = draw.masks({"image": x_eye[:6, 0], "truth": t_eye[:6], "network": p_eye}, names=SHAPES)

# %% [markdown]
# ### Other losses
#
# Cross-entropy counts every pixel alike, and most are background. Two remedies were named in section 2: **weights**, here one over a class's
# share of the pixels, scaled to the mean 1; and a **soft Dice loss**, 1 less the mean over the classes of Dice with probabilities in place
# of sets (Milletari, Navab and Ahmadi 2016). The same network, scenes, steps and rate, three starts each: what does each buy, and what does
# it cost? (Run it: some twenty seconds.)


# %% practice="losses"
def weighted_cross_entropy(scores, t):
    log_p = F.log_softmax(scores, 1)
    importance = 1 / np.bincount(t_losses.ravel(), minlength=4)
    own = (importance * 4 / importance.sum()).astype(np.float32)[t]  # (n, h, w), the weight of each pixel's class
    return -(log_p * (np.eye(4, dtype=np.float32)[t].transpose(0, 3, 1, 2) * own[:, None])).sum() * (1 / float(own.sum()))


def soft_dice_loss(scores, t):
    p, truth = F.softmax(scores, 1), np.eye(4, dtype=np.float32)[t].transpose(0, 3, 1, 2)
    both, sizes = (p * truth).sum((0, 2, 3)), p.sum((0, 2, 3)) + truth.sum((0, 2, 3))
    return 1 - (2 * both / sizes).mean()


(x_losses, t_losses), (x_judge, t_judge) = scenes(600, seed=41), scenes(200, seed=42)
print("mean ± standard error of 3 starts")
for name, loss in {"cross-entropy": F.cross_entropy, "weighted": weighted_cross_entropy, "soft Dice": soft_dice_loss}.items():
    found = []
    for seed in range(3):
        net_losses = Pooled((12, 12, 12, 12, 11), up="skip", rng=np.random.default_rng(seed))
        list(learn(net_losses, x_losses, t_losses, epochs=6, loss=loss, rng=np.random.default_rng(100 + seed)))
        p_judge = masks_of(net_losses, x_judge)
        missed = np.mean((p_judge == 0)[t_judge > 0])
        alarms = np.mean((p_judge > 0)[t_judge == 0])
        found.append((mean_iou(p_judge, t_judge, 4), np.mean(p_judge == t_judge), missed, alarms))
    told = [plus_minus(column, 3) for column in np.transpose(found)]
    print(f"{name:14} mean IoU {told[0]}  accuracy {told[1]}  shape called background {told[2]}  background called shape {told[3]}")

# %% [markdown]
# Weights move the balance: far fewer pixels of shapes are missed, for many false alarms in the background, which is where most pixels
# are; the accuracy pays, and the IoU gains nothing by it. The soft Dice loss did best by IoU here. It is nearly the score it is
# judged by, so this is no surprise, and it says nothing of outlines or of other scenes. Choose the loss by the mistakes that matter.
#
# ### The same in torch, on a GPU
#
# Maps at full size are much work, and a GPU does it many times faster. `UNetTwin` has the library's layers under the same names, so
# `bridge.to_torch` (lesson 12) carries weights and running means over. First: does it compute the same?

# %% gpu=true
try:
    import torch

    from course_lib.torch_models import bridge, resnets
except ModuleNotFoundError:
    torch = None
    print("There is no torch here, so the cells of this section do nothing: pip install torch, then restart the kernel.")


class UNetTwin(torch.nn.Module if torch else object):
    """`topics.dense.UNet` in torch: images (n, channels, h, w) to scores (n, classes, h, w)."""

    def __init__(self, widths, classes=4, channels=1):
        super().__init__()
        inputs = [channels, *widths]
        self.downs = torch.nn.ModuleList(resnets.BasicBlock(a, b) for a, b in pairwise(inputs))
        self.ups = torch.nn.ModuleList(resnets.BasicBlock(a + b, a) for a, b in pairwise(widths))
        self.head = torch.nn.Conv2d(widths[0], classes, 1)

    def forward(self, x):
        kept = []
        for block in self.downs[:-1]:
            kept.append(block(x))
            x = torch.nn.functional.max_pool2d(kept[-1], 2)
        x = self.downs[-1](x)
        for block, skip in zip(reversed(self.ups), reversed(kept), strict=True):
            larger = torch.nn.functional.interpolate(x, skip.shape[2:], mode="bilinear")
            x = block(torch.cat([skip, larger], 1))
        return self.head(x)


if torch:
    torch.backends.cudnn.allow_tf32 = False  # some GPUs would round to 10 bits
    device_here = bridge.device()
    widths, count, rounds = bridge.size(full=((32, 64, 128, 256), 8000, 20), smoke=((6, 7, 9), 400, 4))
    numpy_net = UNet(widths, rng=np.random.default_rng(0)).eval()
    twin = bridge.to_torch(numpy_net, UNetTwin(widths)).to(device_here).eval()
    x_held, t_held = scenes(100, seed=22, size=40, most=4)
    with no_grad(), torch.no_grad():
        theirs = twin(torch.from_numpy(x_held[:20]).to(device_here)).cpu().numpy()
        apart = np.abs(theirs - numpy_net(Tensor(x_held[:20])).data).max()
    print(f"20 scenes on {bridge.describe(device_here)}: largest difference of a score {apart:.0e}")
    assert apart < 1e-4

# %% [markdown]
# Then train: on a GPU a wide network on 8000 scenes, elsewhere the small one of section 6 on 400, for a few seconds. Both are judged on
# the 100 scenes of the run above. `COURSE_SIZE=full` or `smoke` decides otherwise.

# %% gpu=true
if torch:
    x_there, t_there = (torch.from_numpy(a).to(device_here) for a in scenes(count, seed=31, size=40, most=4))
    optimizer = torch.optim.Adam(twin.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=rounds * (count // 20))
    shuffled = torch.Generator().manual_seed(0)
    for _ in progress(range(rounds), "epochs"):
        twin.train()
        for rows in torch.randperm(count, generator=shuffled).to(device_here).split(20):
            loss = torch.nn.functional.cross_entropy(twin(x_there[rows]), t_there[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        p_there = twin.eval()(torch.from_numpy(x_held).to(device_here)).argmax(1).cpu().numpy()
    print(f"{weights(numpy_net)} weights, {count} scenes: mean IoU {mean_iou(p_there, t_held, 4):.2f} on 100 new ones (one run)")

# %% [markdown] question="resolution" points=5 title="Where did the outline go?"
# A colleague segments cells in microscope images with a classifier turned into a fully convolutional network: five poolings,
# then scores enlarged 32 times. She reports 97 % of the pixels right, but outlines look melted, and thin cells are missing.
# (a) Why does the 97 % not contradict that, and what should she report? (b) Name two different changes of the network that
# would sharpen the outlines, and what each costs. (c) Why would a learned upconvolution in place of the enlargement not be
# enough for thin cells? (d) Her images have 8000×8000 pixels. How does she get the same answer with little memory?
#
# === BEGIN MARK SCHEME ===
# 1 point for (a): most pixels are background or inside; IoU or Dice by class, or a boundary score, shows it. Half a point for
# only the reason or only the measure.
# 2 points for (b), one each with its cost: dilation in place of (some) pooling, cost: work and memory at full size; skip
# links or U-Net, cost: maps to be kept, some weights; fewer poolings, cost: smaller receptive field. "A larger network" or
# "more data" earns nothing.
# 1 point for (c): what pooling has dropped is not in the coarse map; a cell thinner than the grid leaves no trace of where it
# was, and no enlargement brings that back.
# 1 point for (d): tiles with a margin of at least half the receptive field, starting on the grid of 32, the margin's answers
# thrown away. Half a point without the margin.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) Most pixels are background or the inside of large cells, and those are right anyway; the outlines and the thin
# cells are a few per cent. She should report IoU or Dice for each class, and a boundary F-score for the outlines.
#
# (b) Replace the last poolings by dilation: later layers see as far and no pixel is dropped, but every layer computes
# at the larger size, which costs work and memory. Or add skip links, as a U-Net has, which bring the maps from before
# each pooling in again on the way up; for that these maps have to be kept, and the layers that join them need some
# weights.
#
# (c) An upconvolution can only spread what the coarse map says. After five poolings one place of that map stands for
# 32×32 pixels, and of a cell thinner than that grid it no longer says where it was, or that it was there; no learned
# enlargement brings back what is not in it.
#
# (d) Tile by tile. Each tile is cut with a margin of true pixels of at least half the receptive field, tiles and
# margins start on the grid of multiples of 32, and the margin's answers are thrown away. Then every pixel has seen
# what it would see in the whole image, and only one tile is in memory at a time.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Pixel accuracy flatters: judge masks by IoU or Dice for each class, and outlines by a boundary score.
# 2. To name a thing you must see much of it, to outline it you need answers for every pixel: pooling, dilation and skip links
#    are three prices for both.
# 3. Upconvolution stamps kernels that add up, and is convolution's gradient; some of a checkerboard is left after training.
#    Nearest neighbour first, then a convolution, makes none.
# 4. Tiles with a margin of half the receptive field give the answer of the whole image, exactly.
# 5. Where output resembles input, learn the difference.
#
# ## Further reading
#
# - Jonathan Long, Evan Shelhamer, Trevor Darrell: *Fully convolutional networks for semantic segmentation* (2015)
# - Olaf Ronneberger, Philipp Fischer, Thomas Brox: *U-Net* (2015)
# - Fisher Yu, Vladlen Koltun: *Multi-scale context aggregation by dilated convolutions* (2016)
# - Hyeonwoo Noh and others: *Learning deconvolution network for semantic segmentation* (2015)
# - Augustus Odena, Vincent Dumoulin, Chris Olah: *Deconvolution and checkerboard artifacts* (2016)
# - Andrew Aitken and others: *Checkerboard artifact free sub-pixel convolution* (2017)
# - Wenzhe Shi and others: *Real-time single image and video super-resolution* (2016)
# - Kai Zhang and others: *Beyond a Gaussian denoiser* (2017)
# - Gabriela Csurka and others: *What is a good evaluation measure for semantic segmentation?* (2013)
#
# **Next:** lesson 14 reads sequences: networks with a memory.
