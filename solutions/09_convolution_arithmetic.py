# %% [markdown] lesson="09" title="Convolution arithmetic" minutes=205 builds_on="00 03"
# How can a handful of numbers, used again at every place of an image, do the work of millions
# of weights? And what comes out of such a layer: how large is it, how much of the image does it see, what does
# it cost?
#
# After this lesson you will be able to
#
# - say what size comes out of any convolution, pooling or transposed convolution, and which sizes go in;
# - say how much of the image one number deep in a network has seen;
# - count weights and multiply-adds, and predict running time from them;
# - write convolution three ways: as loops, as one matrix product, as a sum over shifted images;
# - build filters by hand that measure derivatives, and see in a picture what each of them answers to.
#
# You need lessons 00 and 03. There are ten exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="A photograph, a small window of it as numbers, a filter, and the map of all its answers"
from course_lib.viz.pictures import photos

photos.one_answer()

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data

from course_lib import arithmetic
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data.textures import KINDS, textures
from course_lib.ops.convolution.conv import conv2d
from course_lib.ops.convolution.pool import max_pool2d
from course_lib.topics.texture_bank import bank_work, energies, told_apart
from course_lib.viz import filtering as draw
from course_lib.viz import images, receptive
from course_lib.viz.lecture import lecture_table
from course_lib.widgets.convolution import sliding_window

# %% [markdown]
# The photograph of this lesson shows Grace Hopper, who wrote one of the first compilers. It comes with matplotlib.
# We keep a square of it, turn colours into grey, and average blocks of 2×2 pixels.

# %%
photo = plt.imread(get_sample_data("grace_hopper.jpg"))[20:420, 60:460].mean(axis=2) / 255
photo = photo.reshape(200, 2, 200, 2).mean(axis=(1, 3))
print("rows, columns:", photo.shape, " darkest, brightest:", photo.min().round(2), photo.max().round(2))

# %% [markdown]
# ## 1. Three ways to connect an image to a layer
#
# A neuron multiplies what it sees by weights, adds up, adds a bias. What may it see, and whose weights are they?
#
# - **Fully connected**: every neuron sees the whole image and has weights of its own.
# - **Locally connected**: every neuron sees a small window, with weights of its own.
# - **Convolutional**: every neuron sees a small window, and all neurons of a *feature map* share one set of
#   weights, the **kernel** or **filter**.
#
# In the picture every grey line is a weight of its own; lines of one colour are one and the same weight.

# %% picture="connections" alt="Seven inputs and five neurons: all lines differ, few lines differ, few lines in three colours"
from course_lib.viz.convolution import connections

connections(inputs=7, kernel=3)

# %% [markdown]
# How many weights is that? Take a colour image of 32×32 pixels and 30 neurons at every pixel that look through
# windows of 5×5 (zeros stand in for the missing neighbours at the border).

# %%
neurons, window, image = 32 * 32 * 30, 5 * 5 * 3, 32 * 32 * 3
print(f"fully connected:   {neurons:,} neurons x {image:,} weights = {neurons * image:>12,}")
print(f"locally connected: {neurons:,} neurons x    {window:,} weights = {neurons * window:>12,}")
print(f"convolutional:     {30:>6} kernels x    {window:,} weights = {30 * window:>12,}")

# %% [markdown]
# **Lecture figure F11.** Biases aside, the numbers of the lecture; "about 3 million" is its own rounding.

# %% figure="F11"
ours = {
    "fully connected, one neuron": arithmetic.linear_cost(32 * 32 * 3, 1).weights,
    "fully connected, all": arithmetic.linear_cost(32 * 32 * 3, 32 * 32 * 30).weights,
    "locally connected": arithmetic.local_cost((3, 32, 32), 30, 5, padding="same").weights,
    "convolutional": arithmetic.conv_cost((3, 32, 32), 30, 5, padding="same").weights,
}
lecture = [3072, 94_371_840, "32·32·30·75, about 3 million", "30·75 = 2250"]
assert list(ours.values()) == [3072, 94_371_840, 32 * 32 * 30 * 75, 2250]
rows = [(what, told, number, "32×32×3, 30 of 5×5") for told, (what, number) in zip(lecture, ours.items(), strict=True)]
lecture_table("F11 · weights of three kinds of layer", rows)

# %% [markdown]
# ### Why may neurons share their weights?
#
# Because a photograph is nearly **stationary**: what is worth looking for here is worth looking for there. Edges
# look alike in every corner, although the things they belong to do not. We can measure that: how strongly does
# a pixel resemble its right neighbour, in each quarter of the photograph?

# %%
quarters = {"top left": photo[:100, :100], "top right": photo[:100, 100:]}
quarters |= {"bottom left": photo[100:, :100], "bottom right": photo[100:, 100:]}
for name, part in quarters.items():
    alike = np.corrcoef(part[:, :-1].ravel(), part[:, 1:].ravel())[0, 1]
    print(f"{name:13} mean brightness {part.mean():.2f}   correlation of neighbours {alike:.3f}")

# %% [markdown]
# The brightness differs from quarter to quarter, the relation between neighbours much less. Sharing is an
# assumption, not a law: in passport photographs the eyes are always in the same place, and there a locally
# connected layer may learn better filters for the eyes than for the chin.

# %% [markdown]
# ## 2. The sliding window
#
# The kernel is laid on the image, numbers that lie on each other are multiplied, the products added up: one
# output. Then the window moves on. With channels $c$, filters $f$, output places $i, j$, taps (the kernel's numbers)
# $u, v$, stride $s$, padding $p$ and dilation $d$:
#
# $$y_{f,i,j} = b_f + \sum_c \sum_u \sum_v w_{f,c,u,v}\; x_{c,\;i s + u d - p,\;j s + v d - p}$$
#
# where $x$ is 0 outside the image. The **stride** is the step of the window, the **padding** the number of zeros
# added at each border, the **dilation** the distance between the kernel's taps.

# %% picture="sliding_window" alt="The kernel on a padded input, its products, and the output being filled"
from course_lib.viz.convolution import PLAYGROUND, window_step

window_step(*PLAYGROUND, step=4, stride=2, padding=1)

# %% [markdown]
# The same as a machine you can play with. Change any number of the input or the kernel, and step through the
# positions. What does dilation do to the window? What happens to the last column when the stride is 3?

# %%
sliding_window()

# %% [markdown]
# ### Cross-correlation or convolution?
#
# What every deep-learning library computes is the formula above: **cross-correlation**. Mathematicians call
# **convolution** the same thing with the kernel rotated by 180°. Their version has better algebra: the order of
# the two operands does not matter. Ours is easier to picture. For learned weights the choice is immaterial; for
# filters made by hand it decides about signs and directions.

# %%
x, w = np.array([0, 0, 1, 2, 3, 3, 3]), np.array([-1, 0, 1])
print("cross-correlation:", np.correlate(x, w, "valid"), " positive where the signal rises")
print("convolution:      ", np.convolve(x, w, "valid"), " the kernel came out rotated")
assert np.array_equal(np.convolve(x, w), np.convolve(w, x))  # the order of the operands does not matter
assert np.array_equal(np.convolve(x, w, "valid"), np.correlate(x, w[::-1], "valid"))

# %% [markdown]
# ### Predict: the answer to one bright pixel
#
# An image of 3×3 pixels is 0 everywhere except for a 1 in its centre. It is cross-correlated with the kernel
# `[[1, 2], [3, 4]]`, without padding, stride 1. Write down what comes out, as a list of two rows: `impulse = ...`
#
# *Example of the form:* the kernel itself would be `impulse = [[1, 2], [3, 4]]`. Think before you run anything.

# %% solve="impulse" difficulty=2 importance=4 minutes=3
### BEGIN SOLUTION
impulse = [[4, 3], [2, 1]]
### END SOLUTION

# %% [markdown] hint="impulse"
# The output has four positions. At each of them exactly one tap of the kernel lies on the bright pixel.

# %% [markdown] hint="impulse"
# At the *first* position the window covers rows 0, 1 and columns 0, 1. The bright pixel is at its bottom right.

# %% [markdown] hint="impulse"
# So the first output is the kernel's bottom right number. Go on: top right window, bottom left, bottom right.

# %% predict="impulse" points=1
with check("impulse") as expect:
    expect("the four numbers", impulse)

# %% [markdown]
# And now the run. Moving the window to the right moves the pixel to the left *inside* the window: that is where
# the rotation comes from.

# %%
pixel = np.zeros((1, 1, 3, 3))
pixel[0, 0, 1, 1] = 1
kernel = np.array([[1.0, 2.0], [3.0, 4.0]])
conv2d(pixel, kernel[None, None])[0][0, 0]

# %% [markdown]
# ## 3. What size comes out?
#
# Do not learn a formula, count positions. A kernel with $k$ taps and dilation $d$ **spans** $d(k-1)+1$ samples.
# An axis of $n$ samples has $n + 2p$ with its padding. (In this lesson $n$ is the length of an axis, $d$ a dilation and
# $k$ a number of taps.) Lay the window at the left end: that is one position. Every further position needs $s$ more
# samples. A last step that does not fit is not made.

# %% picture="positions" alt="Windows of a dilated kernel on a padded axis, one below the other, stride 2"
from course_lib.viz.convolution import positions

positions(size=9, kernel=3, stride=2, padding=1, dilation=2)

# %% [markdown] task="output_size" title="Output size, forwards and backwards"
# Write `output_size(size, kernel, stride=1, padding=0, dilation=1)`: at how many positions does the kernel fit
# along one axis? `padding` zeros are added at *each* end, a window that overhangs does not count, and a kernel
# too wide for the padded axis fits at 0 positions.
#
# Then the inverse: `input_sizes(out, kernel, ...)` gives `(smallest, largest)`, the range of sizes with exactly
# `out` positions (in all cases asked, `out` and `smallest` are at least 1). All numbers are Python ints.
#
# *Example:* 2 taps with dilation 3 span 4 samples; on a size of 7 and with stride 2 they fit at 2 positions, and
# `input_sizes(2, 2, stride=2, dilation=3)` is `(6, 7)`.

# %% solve="output_size" difficulty=2 importance=5 minutes=12 forbid="course_lib.arithmetic.output_size course_lib.arithmetic.input_sizes"
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    """Number of positions of a kernel along an axis of `size` samples."""
    ### BEGIN SOLUTION
    span = dilation * (kernel - 1) + 1
    steps = (size + 2 * padding - span) // stride
    return max(0, steps + 1)
    ### END SOLUTION


def input_sizes(out, kernel, stride=1, padding=0, dilation=1):
    """Smallest and largest size of an axis on which the kernel has exactly `out` positions."""
    ### BEGIN SOLUTION
    span = dilation * (kernel - 1) + 1
    smallest = (out - 1) * stride + span - 2 * padding
    return smallest, smallest + stride - 1
    ### END SOLUTION


# %% [markdown] hint="output_size"
# Count positions, not steps: there is one more position than there are steps between them.

# %% [markdown] hint="output_size"
# Small case: size 6, 3 taps, stride 2, no padding. Windows at 0-2 and 2-4; the next would be 4-6, and sample 6
# does not exist. Two positions, and (6 - 3) / 2 = 1.5 steps: a half step is not made. For the inverse: sizes 5
# and 6 both give two positions, 7 gives three.

# %% [markdown] hint="output_size"
# ```python
# span = ...                            # samples from the first tap to the last
# steps = (... - span) // stride        # whole steps that the padded axis leaves room for
# return max(0, ...)
#
# smallest = ...                        # the last window ends exactly at the end of the padded axis
# return smallest, smallest + ...       # this many samples more still do not make a step
# ```

# %% check="output_size" points=4
with check("output_size") as expect:
    expect("3 wide, 3 taps, stride 1: fits once", output_size(3, 3))
    expect("11 wide, 3 taps, stride 2, padding 5, dilation 5", output_size(11, 3, 2, 5, 5))
    expect("11 wide, 4 taps, stride 3", output_size(11, 4, stride=3))
    expect("12 wide, 4 taps, stride 5", output_size(12, 4, stride=5))
    expect("4 wide, 6 taps, stride 3: does not fit", output_size(4, 6, stride=3))
    expect("2 wide, 9 taps, stride 3: does not fit at all", output_size(2, 9, stride=3))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90101)
    for low, high in [([30, 2, 2, 1, 1], [120, 9, 8, 6, 6])] * 16 + [([1, 8, 2, 0, 1], [5, 14, 6, 2, 3])] * 12:
        size, kernel, stride, padding, dilation = (int(v) for v in rng.integers(low, high))
        expect(
            f"size {size}, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}",
            output_size(size, kernel, stride=stride, padding=padding, dilation=dilation),
        )
    for size, stride, more in rng.integers([2, 5, 1], [9, 9, 5], (6, 3)).tolist():
        expect(f"size {size}, kernel {size + more}, stride {stride}", output_size(size, size + more, stride))
    expect("more than 256 positions", output_size(700, 5, 2, 3, 4))
    ### END HIDDEN TESTS

# %% check="output_size-inverse" points=2
with check("output_size-inverse") as expect:
    expect("4 positions of 4 taps, stride 4", input_sizes(4, 4, stride=4))
    expect("4 positions of 2 taps, stride 3, padding 2, dilation 2", input_sizes(4, 2, 3, 2, 2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90102)
    for _ in range(16):
        out, kernel, stride, padding, dilation = (int(v) for v in rng.integers([8, 2, 2, 0, 1], [20, 9, 9, 6, 6]))
        expect(
            f"out {out}, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}",
            input_sizes(out, kernel, stride=stride, padding=padding, dilation=dilation),
        )
    expect("300 positions", input_sizes(300, 5, 3, 2, 2))
    ### END HIDDEN TESTS

# %% [markdown]
# ### "Same" padding
#
# To keep the size with stride 1, the padding must make up for what the window's span takes away: $d(k-1)$ zeros
# in all. When $d(k-1)$ is even, half of them go to each end. When it is odd, no equal padding will do: libraries
# put the odd zero *after* the data. Kernels with an odd number of taps avoid the question.

# %%
print("taps  dilation  zeros before, after  size 20 becomes")
for taps, dilation in [(3, 1), (5, 1), (3, 4), (2, 1), (4, 3)]:
    before, after = arithmetic.pads("same", taps, dilation=dilation)
    size = 20 + before + after - arithmetic.reach(taps, dilation) + 1
    print(f"{taps:4} {dilation:9} {before:9}, {after:<9} {size:10}")

# %% [markdown]
# ### Pooling
#
# Pooling is a window too: it slides over each channel by itself and keeps the largest number or the mean. Its
# output size is counted like a convolution's. Unless told otherwise its stride equals its window, so that
# windows tile the image; a rest at the border is dropped.

# %%
for size, window, stride in [(28, 2, 2), (27, 2, 2), (27, 3, 2)]:
    maps = max_pool2d(np.zeros((1, 1, size, size)), window, stride)[0]
    counted = arithmetic.output_size(size, window, stride)
    print(f"{size} wide, window {window}, stride {stride}: {counted} wide, and the library agrees: {maps.shape[-1] == counted}")

# %% [markdown]
# **Lecture figure F12.** Two filters on a small colour image, padding 1, stride 2, run and not only counted.

# %% figure="F12"
x, w, b = np.ones((1, 3, 5, 5)), np.ones((2, 3, 3, 3)), np.ones(2)
out = conv2d(x, w, b, stride=2, padding=1)[0].shape[1:]
padded = 5 + 2 * 1
rows = [
    ("output, rows × columns × filters", "3×3×2", f"{out[1]}×{out[2]}×{out[0]}", "input 5×5×3, 3×3 kernels, pad 1, stride 2"),
    ("weights", 2 * 3 * 3 * 3, w.size, "2 filters × 3 channels × 3×3"),
    ("biases", 2, b.size, "one for each filter"),
    ("H' = (7-3)/2+1", 3, (padded - 3) // 2 + 1, f"{padded} = 5 + 2·1 samples on the padded axis"),
]
assert (out, w.size, b.size, (padded - 3) // 2 + 1) == ((2, 3, 3), 54, 2, 3)
lecture_table("F12 · a convolution in numbers", rows)

# %% [markdown]
# ### Predict: the first layers of ResNet
#
# ResNet's stem takes a batch of one colour image, `(1, 3, 224, 224)`. A convolution with 64 filters of 7×7,
# stride 2, padding 3 is followed by max pooling with windows of 3×3, stride 2, padding 1. Write down both output
# shapes, as `stem = [after_convolution, after_pooling]`, each a tuple (batch, channels, height, width).
#
# *Example of the form:* `stem = [(1, 8, 30, 30), (1, 8, 15, 15)]`

# %% solve="stem" difficulty=2 importance=4 minutes=3
### BEGIN SOLUTION
stem = [(1, 64, 112, 112), (1, 64, 56, 56)]
### END SOLUTION

# %% [markdown] hint="stem"
# Channels first: a convolution has as many output channels as filters, pooling keeps the channels it gets.

# %% [markdown] hint="stem"
# The padded axis of the convolution has 230 samples. How many steps of 2 fit beside a window of 7?

# %% [markdown] hint="stem"
# `(224 + 2*3 - 7) // 2 + 1`, then the same for the pooling, starting from what you got.

# %% predict="stem" points=1
with check("stem") as expect:
    expect("both shapes", stem)

# %% [markdown]
# The run. Both layers halve each axis, and the padding is chosen so that they halve it exactly.

# %%
image = np.zeros((1, 3, 224, 224), np.float32)
maps = conv2d(image, np.zeros((64, 3, 7, 7), np.float32), None, stride=2, padding=3)[0]
print(image.shape, "->", maps.shape, "->", max_pool2d(maps, 3, stride=2, padding=1)[0].shape)

# %% [markdown]
# ## 4. Transposed convolution
#
# Convolution is linear: on one row of pixels it is a matrix $C$, and $y = Cx$. With stride 2 the matrix is wide,
# the output is shorter than the input.

# %%
w, size, stride = np.array([1.0, 2.0, 3.0]), 7, 2
C = np.stack([np.correlate(unit, w, "valid")[::stride] for unit in np.eye(size)], axis=1)
print(C.astype(int))

# %% [markdown]
# How do errors flow back through it? By lesson 03 the gradient with respect to $x$ is $C^\top g$, where $g$ is
# the gradient with respect to $y$. That product, used as a layer of its own, is the **transposed convolution**
# or upconvolution: every number of the short row *stamps* a scaled copy of the kernel into the long one, copies
# land `stride` apart and add up where they overlap.

# %%
g = np.array([10.0, 0.0, 1.0])
stamped = np.zeros(size)
for i, amount in enumerate(g):
    stamped[i * stride : i * stride + 3] += amount * w
assert np.array_equal(stamped, C.T @ g)
print(stamped)

# %% picture="transposed" alt="One number of a small input stamps a scaled kernel into a larger output"
from course_lib.viz.convolution import STAMP, window_step

window_step(*STAMP, step=3, stride=2, transposed=True)

# %% [markdown]
# Seen from the output it is an ordinary convolution of an *upsampled* input: put $s-1$ zeros between the
# numbers, pad both ends by the window's span less one, and slide the **rotated** kernel over it with stride 1.

# %%
upsampled = np.zeros((len(g) - 1) * stride + 1)
upsampled[::stride] = g
padded = np.pad(upsampled, len(w) - 1)
print(padded)
assert np.array_equal(np.correlate(padded, w[::-1], "valid"), stamped)

# %% [markdown]
# Sizes run backwards: with padding $p$ the outermost $p$ numbers are *cut off* at each end. Since several input
# sizes of a convolution share one output size, the way back is ambiguous. `output_padding` says how many samples
# to add at the far end, from 0 to stride - 1.

# %% [markdown] task="transposed_size" title="Output size of a transposed convolution"
# Write `transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1)`: stamps of a dilated
# kernel, `stride` apart, `padding` numbers cut off at *each* end, `output_padding` numbers added at the far end.
#
# Then `restoring_padding(size, kernel, stride=1, padding=0, dilation=1)`: an axis of `size` samples goes through
# a convolution with these settings, and back through the transposed one. Which `output_padding` gives exactly
# `size` again? The kernel fits at least once. All numbers are Python ints.
#
# *Example:* 3 numbers, 4 taps, stride 5: stamps begin at 0, 5, 10, so the output has 14; with padding 1 it has
# 12. Without padding, a size of 13 becomes 2 numbers, they stamp 9, so `restoring_padding(13, 4, 5)` is 4.

# %% solve="transposed_size" difficulty=3 importance=4 minutes=12 forbid="course_lib.arithmetic.transposed_output_size course_lib.arithmetic.output_size course_lib.arithmetic.input_sizes"
def transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    """Number of outputs of a transposed convolution along an axis of `size` samples."""
    ### BEGIN SOLUTION
    last_stamp = (size - 1) * stride
    span = dilation * (kernel - 1) + 1
    return last_stamp + span - 2 * padding + output_padding
    ### END SOLUTION


def restoring_padding(size, kernel, stride=1, padding=0, dilation=1):
    """The `output_padding` with which the transposed convolution undoes the convolution's change of size."""
    ### BEGIN SOLUTION
    span = dilation * (kernel - 1) + 1
    return (size + 2 * padding - span) % stride
    ### END SOLUTION


# %% [markdown] hint="transposed_size"
# The last stamp decides: where does it begin, and how many samples does it cover?

# %% [markdown] hint="transposed_size"
# Small case: 2 numbers, 3 taps, stride 2. Stamps cover 0-2 and 2-4: five outputs. Sizes 5 and 6 both become 2
# under the convolution, so one of them needs an extra sample on the way back. It is the sample that the
# convolution's last window did not reach.

# %% [markdown] hint="transposed_size"
# ```python
# last_stamp = ...                      # where the stamp of the last number begins
# span = ...                            # how many samples a stamp covers
# return last_stamp + span - ... + output_padding
#
# return (...) % stride                 # samples left over after the convolution's last whole step
# ```

# %% check="transposed_size" points=3
with check("transposed_size") as expect:
    expect("3 numbers, 3 taps, stride 3", transposed_size(3, 3, stride=3))
    expect("5 numbers, 4 taps, stride 2, padding 1", transposed_size(5, 4, 2, 1))
    expect("4 numbers, 4 taps, stride 3, padding 4, 2 added, dilation 2", transposed_size(4, 4, 3, 4, 2, 2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90201)
    for _ in range(20):
        size, kernel, stride, padding, dilation = (int(v) for v in rng.integers([6, 2, 2, 0, 1], [20, 9, 9, 4, 5]))
        extra = int(rng.integers(stride))
        expect(
            f"size {size}, kernel {kernel}, stride {stride}, padding {padding}, {extra} added, dilation {dilation}",
            transposed_size(size, kernel, stride, padding, extra, dilation),
        )
    expect("130 numbers", transposed_size(130, 5, 3, 1, 1, 2))
    ### END HIDDEN TESTS

# %% check="transposed_size-restore" points=3
with check("transposed_size-restore") as expect:
    expect("back to 8 with 3 taps, stride 3", restoring_padding(8, 3, stride=3))
    expect("back to 16 with 2 taps, stride 9, padding 1, dilation 2", restoring_padding(16, 2, 9, 1, 2))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90202)
    for _ in range(20):
        size, kernel, stride, padding, dilation = (int(v) for v in rng.integers([20, 2, 3, 0, 1], [60, 7, 14, 5, 5]))
        expect(
            f"back to {size}: kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}",
            restoring_padding(size, kernel, stride, padding, dilation),
        )
    expect("back to 2000", restoring_padding(2000, 5, 700, 1, 2))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 5. How much of the image does one number see?
#
# The **receptive field** of a neuron is the part of the input that can influence it. One layer of $k$ taps sees
# $k$ samples. In a stack, each further layer looks at neurons that are themselves spread over the input: with
# stride 1 it adds $k-1$ samples, so $l$ layers see $l(k-1)+1$. Linear growth.
#
# Dilate the layers by 1, 2, 4, ... and each adds twice as much as the one before. Exponential growth, with the
# same number of weights, and with 3 taps no pixel in between is missed.

# %% picture="stacks" alt="Three undilated layers reach seven inputs, three layers with dilation 1, 2, 4 reach fifteen"
from course_lib.viz.receptive import stacks

stacks([[(3, 1, 0, 1)] * 3, [(3, 1, 0, d) for d in (1, 2, 4)]], titles=["dilation 1, 1, 1", "dilation 1, 2, 4"])

# %% [markdown]
# A stride does something else: neighbours after the layer are `stride` times further apart on the input than
# before. That distance is called the **jump** of a layer (or its total stride). A tap of the next layer steps
# from neighbour to neighbour, so everything it adds is stretched by the jump.

# %% [markdown] task="receptive_field" title="Receptive field and jump of a stack"
# Write `receptive_field(layers)` for one axis. `layers` is a list of tuples `(kernel, stride, padding, dilation)`
# from the input upwards, convolutions or poolings alike.
#
# Return `(field, jump)` as Python ints: how many samples of the input one number after the last layer sees (ignore
# borders), and how far apart on the input two neighbours after the last layer are. The field counts from the first
# sample to the last, also where dilation or stride skip some between. A stack without layers sees one sample, jump 1.
#
# *Example:* `[(2, 2, 0, 1), (2, 2, 0, 1)]`: a neuron of the second layer sees two neurons of the first, each of
# which sees two samples of its own, so `(4, 4)`.

# %% solve="receptive_field" difficulty=3 importance=5 minutes=12 forbid="course_lib.arithmetic.receptive_field"
def receptive_field(layers):
    """(field, jump) of one number after the last of `layers`, tuples (kernel, stride, padding, dilation)."""
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for kernel, stride, _padding, dilation in layers:
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field, jump
    ### END SOLUTION


# %% [markdown] hint="receptive_field"
# Walk up from the input and carry two numbers along: the field so far, and the jump so far.

# %% [markdown] hint="receptive_field"
# A 3-tap layer with stride 2: field 3, jump 2. A second one with 3 taps looks at three neighbours; the first and
# the last of them are 2 jumps = 4 samples apart, so the field grows from 3 to 7. Does padding change any of this?

# %% [markdown] hint="receptive_field"
# ```python
# field, jump = 1, 1
# for kernel, stride, padding, dilation in layers:
#     field += ...        # distance from the layer's first tap to its last, measured on the input
#     jump *= ...         # only now: a layer's own stride spreads the layers above it
# return field, jump
# ```

# %% check="receptive_field" points=5
with check("receptive_field") as expect:
    expect("4 taps by 4, then 5 taps by 2, both dilated", receptive_field([(4, 4, 1, 2), (5, 2, 2, 3)]))
    expect("no layer", receptive_field([]))
    expect("7 taps by 2, pool 3 by 2, dilated", receptive_field([(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 3, 3)]))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90301)
    for depth in (1, 2, 3, 4, 5, 6, 2, 3, 4, 5):
        layers = [tuple(int(v) for v in rng.integers([1, 1, 0, 1], [8, 4, 4, 5])) for _ in range(depth)]
        expect(f"{layers}", receptive_field(layers))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Predict: which stack sees more?
#
# Three stacks of convolutions without a stride unless one is named:
# **A** six layers of 3×3; **B** three layers of 3×3 with dilation 1, 3, 5; **C** one layer of 7×7 with stride 2,
# pooling 2×2 with stride 2, one layer of 3×3.
# Order the letters from the largest receptive field to the smallest: `wider = "..."`
#
# *Example of the form:* `wider = "ABC"`

# %% solve="wider" difficulty=2 importance=3 minutes=4
### BEGIN SOLUTION
wider = "BCA"
### END SOLUTION

# %% [markdown] hint="wider"
# A is $l(k-1)+1$. For B add up what each layer adds.

# %% [markdown] hint="wider"
# In C the first layer sees 7 with jump 2; the pooling adds one such jump and makes the jump 4.

# %% [markdown] hint="wider"
# The last layer of C adds two jumps of 4. Now compare three sums.

# %% predict="wider" points=1
with check("wider") as expect:
    expect("the order", wider)

# %%
stacks_asked = {"A": [(3,)] * 6, "B": [(3, 1, 0, 1), (3, 1, 0, 3), (3, 1, 0, 5)], "C": [(7, 2), (2, 2), (3,)]}
for name, stack in stacks_asked.items():
    seen = arithmetic.receptive_field(stack)
    print(f"{name}: field {seen.size} x {seen.size}, jump {seen.jump}")

# %% [markdown]
# **Lecture figure F14.** The lecture writes $l(k-1)+k$ for the undilated stack and counts layers from 0; we count
# from 1 and write $l(k-1)+1$. Both columns name the same layers.

# %% figure="F14"
k, rows = 3, []
for layers in (1, 2, 3):
    undilated = arithmetic.receptive_field([(k,)] * layers).size
    dilated = arithmetic.receptive_field([(k, 1, 0, 2**i) for i in range(layers)]).size
    assert undilated == layers * (k - 1) + 1 == (layers - 1) * (k - 1) + k
    assert dilated == (3, 7, 15)[layers - 1]
    told = f"{(layers - 1) * (k - 1) + k}, from layer l = {layers - 1}: l(k-1)+k"
    rows += [(f"{layers} undilated", told, undilated, f"l = {layers}: l(k-1)+1, k = 3")]
    rows += [(f"{layers} dilated", (3, 7, 15)[layers - 1], dilated, "3×3, dilation " + ", ".join(str(2**i) for i in range(layers)))]
lecture_table("F14 · receptive fields", rows)

# %% [markdown]
# Does a network really see that far? Ask the gradient: which pixels change the number in the middle? We run
# random positive filters and send a 1 back from the centre of the output. Every pixel that is not white can
# influence it. Each field is a square. Where does the influence gather, with dilation and without?

# %% figure="F14"
def influence(dilations, size=19):
    """How much every pixel changes the middle of the output, after 3×3 layers with these dilations."""
    x, backward, rng = np.zeros((1, 1, size, size)), [], np.random.default_rng(14)
    for d in dilations:
        x, vjp = conv2d(x, rng.uniform(0.2, 1.0, (1, 1, 3, 3)), padding=d, dilation=d)
        backward.append(vjp)
    g = np.zeros_like(x)
    g[0, 0, size // 2, size // 2] = 1
    for vjp in reversed(backward):
        g = vjp(g)[0]
    return g[0, 0]

# %% figure="F14"
fields = {d: influence(d) for d in [(1,), (1, 2), (1, 2, 4), (1, 1, 1)]}
widths = [int(field.any(axis=0).sum()) for field in fields.values()]
assert widths == [3, 7, 15, 7]
titles = [f"dilation {', '.join(map(str, d))}: {width} wide" for d, width in zip(fields, widths, strict=True)]
axes = receptive.gradient_fields(fields.values(), titles)

# %% [markdown]
# Three undilated layers listen to the centre above all: most ways through the stack lead there. With dilation every pixel
# of the field has only a few ways, and the influence is spread over it like a lattice.
#
# ## 6. Channels, feature maps, cost
#
# A filter of a colour image is a *block*: it has a slice of weights for each input channel and adds all of them
# up into one number. So each filter makes one **feature map**, whatever the number of channels it reads. The next
# layer sees feature maps as its channels. The weights of a layer are stored as (out, in, kh, kw).

# %% figure="F13"
digit = np.random.default_rng(13).random((1, 1, 28, 28))
maps = conv2d(digit, np.random.default_rng(31).random((3, 1, 5, 5)))[0]
assert maps.shape == (1, 3, 24, 24)
rows = [("feature maps", 3, maps.shape[1], "28×28 image, 3 filters of 5×5")]
rows += [("size of each", "24×24", f"{maps.shape[2]}×{maps.shape[3]}", "no padding, stride 1")]
lecture_table("F13 · feature maps", rows)

# %% [markdown]
# What does a layer cost? Every neuron multiplies as many numbers as it sees, and adds each product to its sum: we
# count one **multiply-add** per product. Sharing weights saves memory, not work: a locally connected layer and a
# convolution cost the same multiply-adds.

# %% [markdown] task="layer_counts" title="Weights and multiply-adds"
# Write `layer_counts(kind, inputs, outputs, kernel, bias=True)`, which returns `(weights, multiply_adds)` for one
# image as Python ints. `kind` is `"full"`, `"local"` or `"conv"`; `inputs` is `(c, h, w)`, `outputs` is
# `(f, out_h, out_w)`, `kernel` is `(kh, kw)` and means nothing to a full layer.
#
# Weights include the biases, if any: every set of weights has one bias of its own. One multiply-add per product;
# biases cost none.
#
# *Example:* `layer_counts("full", (1, 2, 2), (3, 1, 1), (1, 1))`: three neurons see four pixels each, so
# `(15, 12)`; without a bias `(12, 12)`.

# %% solve="layer_counts" difficulty=3 importance=4 minutes=12 forbid="course_lib.arithmetic.conv_cost course_lib.arithmetic.local_cost course_lib.arithmetic.linear_cost"
def layer_counts(kind, inputs, outputs, kernel, bias=True):
    """(weights, multiply-adds) of a full, local or conv layer from (c, h, w) to (f, out_h, out_w)."""
    ### BEGIN SOLUTION
    c, h, w = inputs
    f, out_h, out_w = outputs
    kh, kw = kernel
    neurons = f * out_h * out_w
    seen = c * h * w if kind == "full" else c * kh * kw
    owners = f if kind == "conv" else neurons
    return owners * seen + bias * owners, neurons * seen
    ### END SOLUTION


# %% [markdown] hint="layer_counts"
# Two questions settle it: how many numbers does one neuron see, and how many sets of weights are there?

# %% [markdown] hint="layer_counts"
# In the picture of section 1 (five neurons, windows of three): the full layer has five sets of seven weights, the
# local layer five sets of three, the convolution *one* set of three. The work is neurons times what each sees.

# %% [markdown] hint="layer_counts"
# ```python
# neurons = ...                                    # numbers that come out
# seen = ... if kind == "full" else ...            # numbers that one neuron multiplies
# owners = ... if kind == "conv" else ...          # sets of weights
# return owners * seen + bias * owners, ...
# ```

# %% check="layer_counts" points=6
with check("layer_counts") as expect:
    for kind in ("full", "local", "conv"):
        expect(f"{kind}: square, 3 channels to 5", layer_counts(kind, (3, 4, 4), (5, 2, 2), (3, 3)))
        expect(f"{kind}: all sizes differ", layer_counts(kind, (3, 9, 8), (7, 5, 4), (2, 6)))
        expect(f"{kind}: without bias", layer_counts(kind, (2, 6, 9), (5, 4, 7), (3, 1), bias=False))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90401)
    for case in range(12):
        c, f, kh, kw, out_h, out_w, more_h, more_w = (int(v) for v in rng.integers(2, 9, 8))
        inputs, outputs = (c, out_h + more_h, out_w + more_w), (f, out_h, out_w)
        for kind in ("full", "local", "conv"):
            expect(f"{kind} {inputs} {outputs}", layer_counts(kind, inputs, outputs, (kh, kw), bias=case % 2 == 0))
    ### END HIDDEN TESTS

# %% [markdown]
# **Lecture figure F15.** With M maps in, N maps out, kernels K×K and input D×D the lecture writes: $MNK^2$ weights,
# $MK^2N(D-K+1)^2$ multiply-adds; pooling K×K leaves $M(D/K)^2$ numbers, and costs next to nothing. The times are
# measured now, on this machine.

# %% figure="F15"
from time import perf_counter


def seconds(call, repeat=5):
    """Best time of a few runs: the one least disturbed."""
    times = []
    for _ in range(repeat):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)

# %% figure="F15"
rows, rng, first = [], np.random.default_rng(15), None
for M, N, K, D in [(32, 32, 3, 66), (32, 64, 3, 66), (64, 64, 3, 66), (64, 64, 5, 68)]:
    x, w = rng.random((8, M, D, D), np.float32), rng.random((N, M, K, K), np.float32)
    ours = arithmetic.conv_cost((M, D, D), N, K, bias=False)
    assert (ours.weights, ours.multiply_adds) == (M * N * K * K, M * K * K * N * (D - K + 1) ** 2)
    cost, time = ours.multiply_adds, seconds(lambda x=x, w=w: conv2d(x, w))
    first = first or (cost, time)
    rows.append(("weights", "M·N·K·K", ours.weights, f"M={M}, N={N}, K={K}, D={D}"))
    rows.append(("multiply-adds", "M·K·K·N·(D-K+1)²", cost, f"{cost / first[0]:.1f} × the first, time {time / first[1]:.1f} ×"))
lecture_table("F15 · cost of convolution", rows)

# %% figure="F15"
M, K, D = 64, 2, 64
maps, w = rng.random((8, M, D, D), np.float32), rng.random((M, M, 3, 3), np.float32)
pool = arithmetic.pool_cost((M, D, D), K)
assert np.prod(pool.output) == M * (D // K) ** 2
conv = arithmetic.conv_cost((M, D, D), M, 3, padding=1)
share = seconds(lambda: max_pool2d(maps, K)) / seconds(lambda: conv2d(maps, w, padding=1))
rows = [("numbers after pooling", "M·(D/K)²", int(np.prod(pool.output)), f"M={M}, K={K}, D={D}")]
rows += [("pooling's operations", "negligible", f"{pool.multiply_adds / conv.multiply_adds:.2%} of the convolution's", f"beside 3×3, {M} maps to {M}")]
rows += [("pooling's time", "negligible", f"{share:.0%} of the convolution's", "measured now")]
for side in (16, 32, 64):
    full = arithmetic.linear_cost(side**2, side**2).weights
    rows.append(("fully connected weights", "square of the input", full, f"{side}×{side} to {side}×{side}"))
lecture_table("F15 · pooling, and the layer to avoid", rows)

# %% [markdown]
# ## 7. Cross-correlation, written out
#
# Now the formula of section 2 becomes a program, with batches, channels, filters, stride and padding. Write it
# for a reader, not for speed: loops over output positions are welcome. Seven loops are fine too.

# %% [markdown] task="correlate" title="Cross-correlation in loops"
# Write `correlate(x, w, b, stride=(1, 1), padding=(0, 0))`: x is (n, c, h, w), w is (f, c, kh, kw), b is (f,), the
# result (n, f, out_h, out_w).
#
# Cross-correlation, as in torch: the kernel is not rotated. `stride` and `padding` are (vertical, horizontal); padding
# adds that many zeros on both sides. A window that overhangs does not count. The result has the dtype that NumPy gives
# to `x * w`; x, w and b stay as they are.
#
# *Example:* `x = [[[[1, 2, 3]]]]`, `w = [[[[10, 1]]]]`, `b = [5]`: `[[[[17, 28]]]]`, since 1·10 + 2·1 + 5 = 17.

# %% solve="correlate" difficulty=3 importance=5 minutes=25 forbid="course_lib.functional.conv2d torch.nn.functional.conv2d torch.conv2d scipy.signal.correlate scipy.signal.correlate2d"
def correlate(x, w, b, stride=(1, 1), padding=(0, 0)):
    """Cross-correlate images x (n, c, h, w) with filters w (f, c, kh, kw), biases b (f,)."""
    ### BEGIN SOLUTION
    (sy, sx), (py, px) = stride, padding
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    (height, width), (kh, kw) = x.shape[2:], w.shape[2:]
    y = np.zeros((len(x), len(w), (height - kh) // sy + 1, (width - kw) // sx + 1), np.result_type(x, w))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            window = x[:, None, :, i * sy : i * sy + kh, j * sx : j * sx + kw]
            y[:, :, i, j] = (window * w).sum(axis=(2, 3, 4)) + b
    return y
    ### END SOLUTION


# %% [markdown] hint="correlate"
# Pad first, and forget about borders. Then output (i, j) is made from the window whose top left corner lies at
# (i·stride, j·stride).

# %% [markdown] hint="correlate"
# Small case: one image, one channel, one filter. `x[i : i + 2, j : j + 3] * w` are the six products of a window
# with a 2×3 kernel. With channels the window is a block of shape (c, 2, 3), and so is each filter: multiply, add
# up *everything*, then add the filter's bias once.

# %% [markdown] hint="correlate"
# ```python
# x = np.pad(x, ((0, 0), (0, 0), (..., ...), (..., ...)))
# y = np.zeros((n, f, ..., ...), np.result_type(x, w))
# for i in range(...):
#     for j in range(...):
#         window = x[:, None, :, i * sy : ..., j * sx : ...]     # (n, 1, c, kh, kw), meets w (f, c, kh, kw)
#         y[:, :, i, j] = ...
# ```

# %% check="correlate" points=5
with check("correlate") as expect:
    rng = np.random.default_rng(951)
    x, w, b = rng.normal(size=(3, 3, 6, 5)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    expect("3 images, 3 channels, 3 filters of 3x3", correlate(x, w, b))
    x, w, b = rng.normal(size=(2, 3, 14, 10)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    expect("every other row of x; 4 filters of 2x3", correlate(x[:, :, ::2], w, b))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90501)
    for _ in range(6):
        c, f, kh, kw = (int(v) for v in rng.integers([2, 2, 1, 2], [4, 5, 4, 5]))
        x = rng.normal(size=(2, c, kh + int(rng.integers(1, 5)), kw + int(rng.integers(5, 8))))
        expect(f"x {x.shape}, w {(f, c, kh, kw)}", correlate(x, rng.normal(size=(f, c, kh, kw)), rng.normal(size=f)))
    ### END HIDDEN TESTS

# %% check="correlate-geometry" points=4
with check("correlate-geometry") as expect:
    rng = np.random.default_rng(952)
    x, w, b = rng.normal(size=(3, 3, 6, 5)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    expect("3 filters of 3x3, padding 2", correlate(x, w, b, padding=(2, 2)))
    x, w, b = rng.normal(size=(2, 3, 9, 10)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    expect("stride 2 down and 3 across, padding 1 and 2", correlate(x, w, b, (2, 3), (1, 2)))
    whole = correlate(np.arange(60).reshape(1, 2, 5, 6), np.arange(1, 13).reshape(1, 2, 2, 3), np.array([7]))
    expect("whole numbers stay whole", whole)
    single = [np.float32(v) for v in (x, w, b)]
    expect("float32 stays float32", correlate(*single, padding=(0, 1)), exact_dtype=True)
    expect("whole image, weights with fractions", correlate(np.arange(24).reshape(1, 1, 4, 6), w[:1, :1], b[:1]))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90502)
    for _ in range(8):
        c, f, kh, kw, sy, sx, py, px = (int(v) for v in rng.integers([2, 2, 1, 2, 1, 1, 0, 0], [4, 5, 4, 5, 4, 4, 3, 3]))
        x, w = rng.normal(size=(2, c, 13, 9))[:, :, ::2], rng.normal(size=(f, c, kh, kw))
        label = f"kernel {kh}x{kw}, stride {sy},{sx}, padding {py},{px}"
        expect(label, correlate(x, w, rng.normal(size=f), (sy, sx), (py, px)))
    whole = rng.integers(-5, 6, (2, 3, 6, 7))
    expect("whole image, whole weights", correlate(whole, whole[:, :, :2, :3], whole[0, 0, 0, :2]))
    expect("whole image, weights with fractions", correlate(whole, rng.normal(size=(2, 3, 2, 2)), rng.normal(size=2)))
    ### END HIDDEN TESTS

# %% [markdown]
# A first use: eight random filters make eight feature maps of a piece of the photograph. (Should the exercise
# above not pass yet, the course library's version stands in, here and below.)

# %%
def library(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    """The course library's convolution, without its gradient."""
    return conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation)[0]

slow = yours("correlate", else_=library)
piece, eight = photo[None, None, :50, :50], np.random.default_rng(8).normal(size=(8, 1, 5, 5))
slow_map = slow(piece, eight, np.zeros(8))
print("feature maps:", slow_map.shape)

# %% [markdown]
# ## 8. The same as one matrix product
#
# Loops in Python are slow, matrix products are fast: processors are built for them. So lay all windows out as
# the *rows of a matrix*, filters as the *columns* of another, and multiply. The trick has a name, **im2col**.
#
# The windows need not even be copied. An array is a block of memory with a rule, its **strides**: how many bytes
# to walk for a step along each axis. Let two axes walk the same way, and windows overlap in memory.

# %%
from numpy.lib.stride_tricks import as_strided, sliding_window_view

row = np.arange(8)
step = row.strides[0]
print("one step along the row is", step, "bytes")
as_strided(row, shape=(6, 3), strides=(step, step), writeable=False)

# %% [markdown]
# `as_strided` believes whatever you say, and reads foreign memory if you are wrong. `sliding_window_view` does
# the same and checks the bounds. A slice makes the stride of the convolution: again a view, not a copy.

# %%
view = sliding_window_view(row, 3)[::2]
print(view)
print("strides in bytes:", view.strides, " shares memory with row:", np.shares_memory(view, row))

# %% picture="im2col" alt="Windows of an image as rows of a matrix, times a filter as a column, give the feature map"
from course_lib.viz.convolution import im2col

im2col()

# %% [markdown] task="correlate_fast" title="Strided view and matrix product"
# Write `windows(x, kernel, stride=(1, 1))`: x (n, c, h, w) seen as (n, c, out_h, out_w, kh, kw), where
# `[..., i, j, u, v]` is pixel u, v of the window at output position i, j. It is a *view* of x: no pixel is copied.
#
# With it, write `correlate_fast(x, w, b, stride=(1, 1), padding=(0, 0))`, which returns what `correlate` returns,
# by a single matrix product `@` and without loops. x may be any view, not only a contiguous array.
#
# *Example:* for `x = [[[[1, 2, 3]]]]`, `windows(x, (1, 2))` has shape (1, 1, 1, 2, 1, 2) and holds the windows
# `[[1, 2]]` and `[[2, 3]]`; `windows(x, (1, 1), (1, 2))` holds `[[1]]` and `[[3]]`.

# %% solve="correlate_fast" difficulty=4 importance=4 minutes=25 forbid="course_lib.functional.conv2d torch.nn.functional.conv2d torch.conv2d torch.nn.functional.unfold scipy.signal.correlate"
def windows(x, kernel, stride=(1, 1)):
    """View of x (n, c, h, w) as its windows (n, c, out_h, out_w, kh, kw)."""
    ### BEGIN SOLUTION
    view = sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: stride[0], :: stride[1]]
    ### END SOLUTION


def correlate_fast(x, w, b, stride=(1, 1), padding=(0, 0)):
    """Cross-correlate x (n, c, h, w) with w (f, c, kh, kw), biases b (f,), as one matrix product."""
    ### BEGIN SOLUTION
    (py, px), f = padding, len(w)
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    view = windows(x, w.shape[2:], stride)
    n, _, out_h, out_w = view.shape[:4]
    columns = view.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, -1)
    y = columns @ w.reshape(f, -1).T + b
    return y.reshape(n, out_h, out_w, f).transpose(0, 3, 1, 2)
    ### END SOLUTION


# %% [markdown] hint="correlate_fast"
# In the matrix each *row* belongs to one output position (image, i, j), and holds all numbers its window sees
# (channel, u, v). Bring the axes into that order before you reshape.

# %% [markdown] hint="correlate_fast"
# Small case: one image with 2 channels, 3×3 windows, 4×5 output positions. The view is (1, 2, 4, 5, 3, 3); the
# matrix must be (20, 18), so the axes have to be reordered to (1, 4, 5, 2, 3, 3). A filter (2, 3, 3) becomes a
# column of 18. The product is (20, f), position by filter, and must find its way back to (1, f, 4, 5).

# %% [markdown] hint="correlate_fast"
# ```python
# view = sliding_window_view(x, kernel, axis=(..., ...))     # windows at every position
# return view[:, :, ..., ...]                                # every stride-th of them
#
# columns = view.transpose(...).reshape(n * out_h * out_w, -1)
# y = columns @ w.reshape(f, -1).T + b
# return y.reshape(n, out_h, out_w, f).transpose(...)
# ```

# %% check="correlate_fast-windows" points=4
with check("correlate_fast-windows") as expect:
    x = np.random.default_rng(961).normal(size=(3, 3, 5, 5))
    expect("all windows of 3x3", windows(x, (3, 3)))
    x = np.arange(2 * 3 * 14 * 10).reshape(2, 3, 14, 10)
    expect("every other row of x, windows of 2x3, stride 2 and 3", windows(x[:, :, ::2], (2, 3), (2, 3)))
    expect("a view: shares memory with x", np.shares_memory(windows(x, (2, 3)), x))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90601)
    for _ in range(6):
        kh, kw, sy, sx = (int(v) for v in rng.integers([1, 2, 1, 1], [4, 5, 4, 4]))
        x = rng.normal(size=(2, 2, 9, 20))[..., ::2]
        expect(f"windows of {kh}x{kw}, stride {sy},{sx}", windows(x, (kh, kw), (sy, sx)))
    expect("a view of a view", np.shares_memory(windows(x, (3, 2), (2, 1)), x))
    ### END HIDDEN TESTS

# %% check="correlate_fast" points=6
with check("correlate_fast") as expect:
    rng = np.random.default_rng(962)
    x, w, b = rng.normal(size=(3, 3, 6, 5)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    expect("3 images, 3 channels, 3 filters of 3x3", correlate_fast(x, w, b))
    x, w, b = rng.normal(size=(2, 3, 9, 20)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    expect("every other column; strides 2, 3; padding 1, 2", correlate_fast(x[..., ::2], w, b, (2, 3), (1, 2)))
    whole = correlate_fast(np.arange(60).reshape(1, 2, 5, 6), np.arange(1, 13).reshape(1, 2, 2, 3), np.array([7]))
    expect("whole numbers stay whole", whole)
    expect.work("no loops over pixels", lambda n: correlate_fast(np.ones((1, 1, n, 8)), w[:, :1], b))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90602)
    for _ in range(8):
        c, f, kh, kw, sy, sx, py, px = (int(v) for v in rng.integers([2, 2, 1, 2, 1, 1, 0, 0], [4, 5, 4, 5, 4, 4, 3, 3]))
        x, w = rng.normal(size=(2, c, 13, 9))[:, :, ::2], rng.normal(size=(f, c, kh, kw))
        label = f"kernel {kh}x{kw}, stride {sy},{sx}, padding {py},{px}"
        expect(label, correlate_fast(x, w, rng.normal(size=f), (sy, sx), (py, px)))
    whole = rng.integers(-5, 6, (2, 3, 6, 7))
    expect("whole image, whole weights", correlate_fast(whole, whole[:, :, :2, :3], whole[0, 0, 0, :2]))
    ### END HIDDEN TESTS

# %% [markdown]
# Slow and fast must agree, and the fast one should be worth it.

# %%
from time import perf_counter

fast = yours("correlate_fast", else_=library)
assert np.allclose(slow_map, fast(piece, eight, np.zeros(8)))
for name, call in {"loops": slow, "matrix product": fast}.items():
    start = perf_counter()
    call(piece, eight, np.zeros(8))
    print(f"{name:15} {(perf_counter() - start) * 1e3:7.2f} ms")

# %% [markdown]
# The price is memory: the matrix holds every pixel once for every window it lies in.

# %%
columns = sliding_window_view(photo, (5, 5)).size
print(f"the photograph: {photo.size:,} numbers; its windows of 5x5 as a matrix: {columns:,}, {columns / photo.size:.1f} times as many")

# %% [markdown]
# ## 9. Filters by hand
#
# Before filters were learned they were designed. Each is a question that a number answers at every pixel.
#
# - A **derivative**, `[-1, 0, 1] / 2`: how steeply does brightness rise to the right?
# - A **Gaussian**, $e^{-(u^2+v^2)/2\sigma^2}$, scaled to sum 1: how bright is it here, on average?
# - A **Laplacian**, the sum of both second derivatives: is it darker here than all around?
# - A **Gabor** filter, a wave under a Gaussian: is there a stripe of this width and direction?

# %%
from course_lib.topics import filters

by_hand = np.zeros((4, 13, 13))
by_hand[0, 6, 5:8] = np.array([-1, 0, 1]) / 2
by_hand[1] = filters.gaussian_bank(2.0, 6)[0]
by_hand[2] = filters.laplacian(2.0, 6)
by_hand[3] = filters.gabor(wavelength=6.0, angle=np.pi / 4, sigma=2.0, radius=6)
maps = library(photo[None, None], by_hand[:, None], None, padding=(6, 6))[0]
axes = draw.responses(maps, by_hand, ["derivative", "Gaussian", "Laplacian", "Gabor, 45°"])

# %% [markdown]
# A derivative of single pixels answers to noise as well as to edges. Better blur first, then differentiate; and
# since both are convolutions, one filter does both: the **derivative of a Gaussian**. The six of order 0, 1 and 2
# describe any small patch by its brightness, slope and curvature. (The first layers of trained networks look
# remarkably like them: lesson 10.)

# %% [markdown] task="gaussian_bank" title="A bank of Gaussian derivatives"
# Write `gaussian_bank(sigma, radius)` → float64 array (6, 2·radius+1, 2·radius+1), to be used by *cross-correlation*:
# G, Gx, Gy, Gxx, Gxy, Gyy in this order; x runs along columns to the right, y along rows downwards.
#
# With offsets
# $u$ = -radius..radius and $g(u) \propto e^{-u^2/2\sigma^2}$, $\sum g = 1$, each filter is an outer product of $g$,
# $g_1(u) \propto u\,g(u)$ and $g_2(u) \propto (u^2 - m)\,g(u)$, where $m$ makes $\sum g_2 = 0$. Scale $g_1, g_2$ such
# that they measure true derivatives: on the row $x(u) = u$, $g_1$ answers 1; on $x(u) = u^2$, $g_2$ answers 2.
#
# *Example:* for radius 1, $g_1$ is `[-0.5, 0, 0.5]` and $g_2$ is `[1, -2, 1]`, whatever sigma.

# %% solve="gaussian_bank" difficulty=4 importance=3 minutes=20 forbid="course_lib.topics.filters.gaussian_bank scipy.ndimage.gaussian_filter"
def gaussian_bank(sigma, radius):
    """G, Gx, Gy, Gxx, Gxy, Gyy as filters (6, 2 radius + 1, 2 radius + 1) for cross-correlation."""
    ### BEGIN SOLUTION
    u = np.arange(-radius, radius + 1)
    g = np.exp(-(u**2) / (2 * sigma**2))
    g = g / g.sum()
    first = u * g / (u**2 * g).sum()
    second = (u**2 - (u**2 * g).sum()) * g
    second = 2 * second / (u**2 * second).sum()
    pairs = [(g, g), (g, first), (first, g), (g, second), (first, first), (second, g)]
    return np.array([np.outer(down, across) for down, across in pairs])
    ### END SOLUTION


# %% [markdown] hint="gaussian_bank"
# Make three short rows, g, g1, g2, first. A filter is an outer product of two of them: one along the rows of the
# image (y), one along its columns (x).

# %% [markdown] hint="gaussian_bank"
# "Answers 1 on the row x(u) = u" means: the sum of u·g1(u) is 1. So compute u·g(u), see what it answers, divide by
# that. For g2: which m makes the sum of (u² - m)·g(u) zero, when g sums to 1? In `np.outer(a, b)` a varies along
# rows, from top to bottom.

# %% [markdown] hint="gaussian_bank"
# ```python
# u = np.arange(-radius, radius + 1)
# g = ...; g = g / g.sum()
# first = u * g / ...                                   # divided by its answer to u
# second = (u**2 - ...) * g
# second = 2 * second / ...                             # divided by its answer to u**2
# pairs = [(g, g), (g, first), ...]                     # (down the rows, across the columns)
# return np.array([np.outer(down, across) for down, across in pairs])
# ```

# %% check="gaussian_bank" points=6
with check("gaussian_bank") as expect:
    expect("sigma 0.8, radius 1", gaussian_bank(0.8, 1))
    expect("sigma 1.7, radius 4", gaussian_bank(1.7, 4))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90701)
    for radius in (2, 3, 5, 6):
        sigma = float(rng.uniform(0.6, 3.0))
        expect(f"sigma {sigma:.3f}, radius {radius}", gaussian_bank(sigma, radius))
    ### END HIDDEN TESTS

# %% [markdown]
# The whole bank at work, red where a filter answers positively, blue where negatively. Look for places where Gx is
# strong and Gy is pale, and the other way round. The lines along the border are the padding's doing: its zeros
# look like a black frame around the photograph.

# %%
bank = yours("gaussian_bank", else_=filters.gaussian_bank)(2.0, 6)
maps = library(photo[None, None], bank[:, None], None, padding=(6, 6))[0]
axes = draw.responses(maps, bank, ["G", "Gx", "Gy", "Gxx", "Gxy", "Gyy"])

# %% [markdown]
# First derivatives can be **steered**: the slope in direction $\theta$ is $\cos\theta\,G_x + \sin\theta\,G_y$. Two
# filters answer for all directions. We test it on a ramp of known direction.

# %%
rows, columns = np.mgrid[0:13, 0:13]
ramp = np.cos(np.pi / 6) * columns + np.sin(np.pi / 6) * rows
for degrees in (30, 75, 120, 165):
    theta = np.deg2rad(degrees)
    steered = np.cos(theta) * bank[1] + np.sin(theta) * bank[2]
    print(f"slope in direction {degrees:3}°: {(steered * ramp).sum():6.3f}   expected {np.cos(theta - np.pi / 6):6.3f}")

# %% [markdown]
# ## 10. Dilation
#
# A dilated kernel is a kernel with holes: its taps lie $d$ pixels apart. It equals a larger kernel with zeros
# between the taps, but nobody would multiply by those zeros. Instead change the order of the sums: for each tap
# take the image *shifted* to that tap, scaled by its weight. The loop then runs over few taps, not many pixels.

# %% picture="taps" alt="Nine times the same photograph, with a frame round the part that each tap sees, shifted from tap to tap; red frames are added, blue ones taken away, and the sum is the feature map"
from course_lib.viz.pictures import photos

photos.shifted_taps()

# %% [markdown] task="correlate_dilated" title="Dilated cross-correlation"
# Write `correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1))`: like `correlate`, same shapes,
# same dtype rule, and the taps of the kernel lie `dilation` = (vertical, horizontal) pixels apart. Windows that
# overhang do not count. Any way of writing it is fine; the loop over taps is the shortest.
#
# *Example:* `x = [[[[1, 2, 3, 4]]]]`, `w = [[[[10, 1]]]]`, `b = [0]`, dilation (1, 2): `[[[[13, 24]]]]`, since the
# first output sees 1 and 3.

# %% solve="correlate_dilated" difficulty=4 importance=4 minutes=20 forbid="course_lib.functional.conv2d torch.nn.functional.conv2d torch.conv2d torch.nn.functional.unfold scipy.signal.correlate"
def correlate_dilated(x, w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    """Cross-correlate x (n, c, h, w) with w (f, c, kh, kw), taps `dilation` pixels apart, biases b (f,)."""
    ### BEGIN SOLUTION
    (sy, sx), (py, px), (dy, dx) = stride, padding, dilation
    x = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)))
    n, _, height, width = x.shape
    f, _, kh, kw = w.shape
    out_h = (height - dy * (kh - 1) - 1) // sy + 1
    out_w = (width - dx * (kw - 1) - 1) // sx + 1
    y = np.zeros((n, f, out_h, out_w), np.result_type(x, w)) + b[:, None, None]
    for u in range(kh):
        for v in range(kw):
            shifted = x[:, :, u * dy :: sy, v * dx :: sx][:, :, :out_h, :out_w]
            y += np.einsum("fc,ncij->nfij", w[:, :, u, v], shifted)
    return y
    ### END SOLUTION


# %% [markdown] hint="correlate_dilated"
# Which pixels does tap (u, v) meet, over all output positions? It begins at (u·dilation, v·dilation) and moves
# with the stride.

# %% [markdown] hint="correlate_dilated"
# Small case: a row of 9, two taps, dilation 3, stride 2. The first tap meets pixels 0, 2, 4 and the second pixels
# 3, 5, 7: the slices `x[0::2]` and `x[3::2]`, cut to three outputs. How many outputs there are, section 3 says.

# %% [markdown] hint="correlate_dilated"
# ```python
# out_h = ...; out_w = ...                       # with the spans of the dilated kernel
# y = np.zeros((n, f, out_h, out_w), ...) + b[:, None, None]
# for u in range(kh):
#     for v in range(kw):
#         shifted = x[:, :, ... :: sy, ... :: sx][:, :, :out_h, :out_w]          # (n, c, out_h, out_w)
#         y += ...                                # w[:, :, u, v] is (f, c): sum over c
# return y
# ```

# %% check="correlate_dilated" points=7
with check("correlate_dilated") as expect:
    rng = np.random.default_rng(981)
    x, w, b = rng.normal(size=(3, 3, 8, 7)), rng.normal(size=(3, 3, 3, 3)), rng.normal(size=3)
    expect("3 filters of 3x3, dilation 2", correlate_dilated(x, w, b, dilation=(2, 2)))
    x, w, b = rng.normal(size=(2, 3, 20, 11)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=4)
    everything = correlate_dilated(x[:, :, ::2], w, b, (2, 3), (1, 2), (3, 2))
    expect("every other row; strides 2, 3; padding 1, 2; dilation 3, 2", everything)
    whole = np.arange(60).reshape(1, 2, 5, 6), np.arange(1, 13).reshape(1, 2, 2, 3), np.array([7])
    expect("whole numbers stay whole", correlate_dilated(*whole, dilation=(1, 2)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90801)
    for _ in range(10):
        c, f, kh, kw, sy, sx = (int(v) for v in rng.integers([2, 2, 1, 2, 1, 1], [4, 5, 4, 4, 4, 4]))
        (py, px), (dy, dx) = ((int(v) for v in rng.integers(low, low + 3, 2)) for low in (0, 1))
        x, w = rng.normal(size=(2, c, 19, 12))[:, :, ::2], rng.normal(size=(f, c, kh, kw))
        label = f"kernel {kh}x{kw}, stride {sy},{sx}, padding {py},{px}, dilation {dy},{dx}"
        expect(label, correlate_dilated(x, w, rng.normal(size=f), (sy, sx), (py, px), (dy, dx)))
    whole = rng.integers(-5, 6, (2, 3, 8, 7))
    expect("whole image", correlate_dilated(whole, whole[:, :, :3, :2], whole[0, 0, 0, :2], dilation=(2, 3)))
    ### END HIDDEN TESTS

# %% [markdown]
# One and the same derivative filter, its taps further and further apart. It compares pixels at a growing distance,
# for the same work; thin edges become broad bands. But it also skips what lies between its taps, so that details
# come out doubled: dilated layers are stacked on others that have already gathered the neighbourhood.

# %%
dilated = yours("correlate_dilated", else_=library)
slope = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None] / 8
spread = [1, 4, 16]
maps = [dilated(photo[None, None], slope, np.zeros(1), padding=(d, d), dilation=(d, d))[0, 0] for d in spread]
axes = draw.responses(maps, [slope[0, 0]] * 3, [f"dilation {d}" for d in spread])

# %% [markdown] task="find_template" title="the finder that likes round things"
# `find_template(image, template)` looks for the window of a grey image that is most like the template. It returns
# the map of scores, one for each window, and `(row, column)` of the *top left corner* of the best window, as
# Python ints (the first in reading order if several are equally good). The score of a window is its
# cross-correlation with the template less the template's mean. Neither argument may be changed.
#
# The program below works perfectly on the ring with which its author tested it, and fails on most other things.
# Find out why, and repair it.
#
# *Example:* in `[[0, 0, 1], [0, 0, 0]]` the template `[[0, 1]]` scores `[[0, 0.5], [0, 0]]`, and is found at (0, 1).

# %% solve="find_template" difficulty=3 importance=4 minutes=12 bug=true forbid="course_lib.functional.conv2d torch.nn.functional.conv2d scipy.signal.correlate2d"
def find_template(image, template):
    """Score map and the (row, column) of the window of `image` that is most like `template`."""
    ### BEGIN SOLUTION
    pattern = template - template.mean()
    (h, w), (kh, kw) = image.shape, pattern.shape
    rows, columns = h - kh + 1, w - kw + 1
    scores = np.zeros((rows, columns))
    for u in range(kh):
        for v in range(kw):
            scores += pattern[u, v] * image[u : u + rows, v : v + columns]
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return scores, (int(row), int(column))
    ### END SOLUTION


# %% given="find_template"
def find_template(image, template):
    """Score map and the (row, column) of the window of `image` that is most like `template`."""
    pattern = template - template.mean()
    (h, w), (kh, kw) = image.shape, pattern.shape
    rows, columns = h - kh + 1, w - kw + 1
    scores = np.zeros((rows, columns))
    for u in range(kh):
        for v in range(kw):
            top, left = kh - 1 - u, kw - 1 - v
            scores += pattern[u, v] * image[top : top + rows, left : left + columns]
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return scores, (int(row), int(column))


# %% [markdown] hint="find_template"
# What do a ring and a disc have in common that a letter has not? Think of the impulse of section 2.

# %% [markdown] hint="find_template"
# Take a template of one row, `[[0, 0, 1]]`, and an image that is 0 except for one bright pixel. Where should the
# template's bright end come to lie, and where does it?

# %% [markdown] hint="find_template"
# For one tap (u, v), write down which pixel of the window at (0, 0) the program multiplies it by. It should be
# pixel (u, v) of the window.

# %% check="find_template" points=5
with check("find_template") as expect:
    rng = np.random.default_rng(991)
    image, ring = rng.random((11, 11)) / 4, np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    image[6:9, 2:5] += ring
    expect("a ring", find_template(image, ring))
    letter = np.array([[1.0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0.5]])
    image = rng.random((14, 11)) / 4
    image[2:6, 7:10] += letter
    expect("the letter L", find_template(image, letter))
    expect.unchanged("the template is left alone", letter)
    expect("two equal places", find_template(np.array([[0, 0, 0, 0], [0, 3, 0, 3], [0, 1, 0, 1]]), np.array([[3], [1]])))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(90901)
    for _ in range(8):
        kh, kw, h, w = (int(v) for v in rng.integers([2, 2, 8, 12], [5, 6, 12, 16]))
        template, image = rng.random((kh, kw)), rng.random((h, w)) / 3
        top, left = int(rng.integers(h - kh + 1)), int(rng.integers(w - kw + 1))
        image[top : top + kh, left : left + kw] += template
        expect(f"template {kh}x{kw} at {top}, {left} in {h}x{w}", find_template(image, template))
        expect.unchanged("the template afterwards", template)
    pattern = np.arange(6).reshape(2, 3) * int(rng.integers(2, 9))
    expect("the same thing four times", find_template(np.tile(pattern, (2, 2)), pattern))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 11. Practice run: do multiply-adds predict time?
#
# We time convolutions of the course library: three image sizes, three kernels, five widths, a batch of 32. If
# counting is worth anything, the points lie near one line of slope 1 over several powers of ten.

# %% practice="cost_run"
from tqdm.auto import tqdm

LARGE = False  # True: wider layers and larger images, some minutes
sizes, widths = ((16, 32, 64, 128), (8, 16, 32, 64, 128, 256)) if LARGE else ((16, 32, 64), (8, 16, 32, 64, 128))
layers = [(size, kernel, width) for size in sizes for kernel in (1, 3, 5) for width in widths]
counted, measured, rng = [], [], np.random.default_rng(11)
for size, kernel, width in tqdm(layers, desc="timing layers"):
    x, w = rng.random((32, width, size, size), np.float32), rng.random((width, width, kernel, kernel), np.float32)
    counted.append(32 * arithmetic.conv_cost((width, size, size), width, kernel, padding="same").multiply_adds)
    measured.append(seconds(lambda x=x, w=w, k=kernel: conv2d(x, w, padding=k // 2), repeat=3))

# %% practice="cost_plot"
axes = draw.cost_against_time(counted, measured, [kernel for _, kernel, _ in layers])

# %% practice="cost_numbers"
alike = np.corrcoef(np.log(counted), np.log(measured))[0, 1]
rate = np.array(counted) / np.array(measured) / 1e9
print(f"correlation of log count and log time: {alike:.3f}")
print(f"thousand million multiply-adds a second: from {rate.min():.1f} to {rate.max():.1f}, median {np.median(rate):.1f}")
slowest = np.argsort(rate)[:3]
print("fewest per second:", ", ".join(f"{k}x{k}, {c} maps, {n}x{n}" for n, k, c in (layers[i] for i in slowest)))

# %% [markdown]
# Counting predicts which layer is slower, and the time of large layers within a small factor. Small layers lie
# above the line, for two reasons: every call has a fixed cost, and layers with few maps or 1×1 kernels do little
# arithmetic for each number they fetch; they wait for memory. Lesson 18 comes back to this.

# %% [markdown]
# ## 12. An open exercise
#
# Twelve kinds of stripes: 3, 5 or 9 pixels from stripe to stripe, running in one of four directions. Every image has another
# contrast and shade, bent stripes and noise. Below is one of each kind.

# %%
x_known, known = textures(180, rng=np.random.default_rng(12))
one_each = [x_known[np.flatnonzero(known == kind)[0], 0] for kind in range(KINDS)]
axes = images.image_grid(one_each, columns=6, size=1.3, titles=[f"kind {kind}" for kind in range(KINDS)])

# %% [markdown]
# How can filters tell them apart? Each filter of a bank makes a map. Square the map and take the mean: that is how strongly
# the filter answers anywhere in the image, its **energy**. `energies` takes logs, and from each image's logs their mean,
# so that contrast drops out. `told_apart` gives an image the kind whose known examples have the nearest energies
# on average. No filter is learned; which filters there are, is up to you.

# %%
print("energies of 180 images under two filters:", energies(x_known, [(np.array([[[1, -1]], [[1, 1]]]), 1, 1)]).shape)

# %% [markdown] task="open_textures" title="A bank of filters within a budget"
# Set `my_bank`, a list of groups `(filters, stride, dilation)`. In each, `filters` is an array `(f, kh, kw)`; stride and
# dilation are whole numbers and hold for both axes; there is no padding. Any filters, any number of groups.
#
# *Budget:* 30 000 multiply-adds for one image of 32×32, as `bank_work(my_bank)` counts them.
# *Measured:* the share right of 300 new images. 2 points for 75 %, 1 more for 95 %. The judge has these images; the cell
# below the exercise gives your share of others. `filters.gabor` and `filters.gaussian_bank` of section 9 may help.
#
# *Example of the form:* `my_bank = [(np.ones((1, 3, 3)), 2, 1), (np.ones((4, 2, 5)), 1, 3)]`

# %% solve="open_textures" difficulty=3 importance=4 minutes=15
### BEGIN SOLUTION
angles = np.arange(4) * np.pi / 4
waves = [filters.gabor(wave, angle, sigma=2.0, radius=4) for wave in (3, 5, 9) for angle in angles]
my_bank = [(np.array(waves), 5, 1)]
### END SOLUTION

# %% practice="textures_measured"
if "my_bank" in globals():
    x_open, kinds_open = textures(300, rng=np.random.default_rng(13))
    share = np.mean(told_apart(x_open, my_bank, x_known, known) == kinds_open)
    print(f"{share:.0%} of 300 public images right, for {bank_work(my_bank):,} of 30,000 multiply-adds")
else:
    print("Nothing to measure yet: set my_bank first.")

# %% [markdown] hint="open_textures"
# A filter answers most to what looks like itself. Which question does a filter have to ask, so that its answer is another one
# for each of the twelve kinds? Brightness is the same for all of them.

# %% [markdown] hint="open_textures"
# Twelve Gabor filters 9×9 at every place cost more than 500 000 multiply-adds. But an energy is a mean over the map, and a
# mean needs only some of the places. Which of the numbers in a group makes the map smaller?

# %% [markdown] hint="open_textures"
# ```python
# waves = [filters.gabor(wave, angle, sigma=..., radius=...) for wave in (...) for angle in (...)]   # angles in radians
# my_bank = [(np.array(waves), ..., 1)]                # a stride that saves nearly all of the work
# ```

# %% held="open_textures" gives="new_textures"
import numpy as np

from course_lib.data.textures import textures

rng = np.random.default_rng(90151)
new_textures, new_kinds = textures(300, rng=rng)

# %% check="open_textures" points=2
with check("open_textures") as expect:
    expect("the work is within 30 000 multiply-adds", bool(bank_work(my_bank) <= 30_000))
    expect("it tells kinds of 5 images (how many rightly, the judge measures)", told_apart(x_known[:5], my_bank, x_known, known).shape)
    ### BEGIN HIDDEN TESTS
    expect("the work is still within 30 000 multiply-adds", bool(bank_work(my_bank) <= 30_000))
    said = told_apart(expect.held("new_textures"), my_bank, x_known, known)
    expect.outcome("75 % of 300 new textures, measured by the judge", said, truth="new_kinds", measure="accuracy", at_least=0.75)
    ### END HIDDEN TESTS

# %% check="open_textures-better" points=1
with check("open_textures-better") as expect:
    expect("the work is within 30 000 multiply-adds (95 % right: the judge measures)", bool(bank_work(my_bank) <= 30_000))
    ### BEGIN HIDDEN TESTS
    expect("the work is still within 30 000 multiply-adds", bool(bank_work(my_bank) <= 30_000))
    said = told_apart(expect.held("new_textures"), my_bank, x_known, known)
    expect.outcome("95 % of 300 new textures, measured by the judge", said, truth="new_kinds", measure="accuracy", at_least=0.95)
    ### END HIDDEN TESTS

# %% [markdown] question="three_small" points=6 title="Three small or one large?"
# A stack of three 3×3 convolutions and a single 7×7 convolution, all with C channels in and out, stride 1,
# "same" padding. Compare (a) their receptive fields, (b) their weights (without biases) and multiply-adds, (c) one
# difference that no counting shows. Then (d) name a kind of data for which sharing weights over all positions is
# a mistake, and say what you would use instead. A formula for (a) and (b), a sentence or two for (c) and (d).
#
# === BEGIN MARK SCHEME ===
# 1 point: both see 7×7, since 3·(3-1)+1 = 7.
# 2 points: weights 27C² against 49C², multiply-adds 27C²HW against 49C²HW; 1 point if only the weights are right.
# 1 point for (c): three nonlinearities instead of one, so the stack is a richer function of the window; or: the
# stack's linear part is only a subset of all 7×7 filters; or: the stack stores more feature maps for the backward
# pass. "It is deeper" alone earns nothing.
# 2 points for (d): an example in which position carries meaning (aligned faces, a spectrogram's frequency axis,
# board positions at the edge, columns of a table laid out as an image), and why the statistics differ by place;
# with a remedy (locally connected or fully connected layer, coordinates as extra channels). 1 point without either.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) With stride 1, l layers of k taps see $l(k-1)+1$ pixels: $3 \cdot 2 + 1 = 7$ for the stack and $6 + 1 = 7$ for
# the single layer, so both see 7×7.
#
# (b) Weights: $3 \cdot 9C^2 = 27C^2$ against $49C^2$. Each weight is used once at every place, and "same" padding
# keeps H×W, so the multiply-adds are $27C^2HW$ against $49C^2HW$.
#
# (c) The stack can bend three times, with a ReLU behind each layer, and the single convolution once, so it can
# compute functions of the window that no single layer can. (In exchange it has to keep three maps for the backward
# pass instead of one.)
#
# (d) Portraits cut so that the eyes always lie at the same height. There the place says what to look for: a filter
# for eyes is of no use at the chin, so the statistics differ from place to place and a shared filter has to serve all
# of them. I would use a locally connected layer, with weights of its own at every place, or give the convolution the
# coordinates as extra channels.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Count positions: a kernel spans $d(k-1)+1$ samples; every further position needs one more stride.
# 2. Libraries cross-correlate; convolution rotates the kernel. Test with a kernel that is not symmetric.
# 3. Transposed convolution is convolution's gradient: stamps that add up. Several input sizes share one output.
# 4. The receptive field grows linearly with depth, and exponentially where strides repeat or dilations double.
# 5. Sharing weights saves memory, not work: weights count once, multiply-adds once for every output.
#
# ## Further reading
#
# - Dumoulin and Visin: *A guide to convolution arithmetic for deep learning* (2016)
# - LeCun, Bottou, Bengio and Haffner: *Gradient-based learning applied to document recognition* (1998)
# - Yu and Koltun: *Multi-scale context aggregation by dilated convolutions* (2016)
# - Luo, Li, Urtasun and Zemel: *Understanding the effective receptive field in deep convolutional neural networks*
#   (2016)
# - Freeman and Adelson: *The design and use of steerable filters* (1991)
# - Chellapilla, Puri and Simard: *High performance convolutional neural networks for document processing* (2006)
#
# **Next:** lesson 10 puts these layers to work: their gradients, pooling, and a network that reads digits.
