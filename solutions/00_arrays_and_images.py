# %% [markdown] lesson="00" title="Arrays and images" minutes=145 builds_on=""
# To a network, a photograph is a table of numbers. What does the table keep of the picture, what does it lose, and
# how do you compute with thousands of pictures at once?
#
# After this lesson you will be able to
#
# - read an image as an array, as one long vector, and as a row of a batch, and go back and forth;
# - measure how alike neighbouring pixels are, which is what convolutional networks live on;
# - replace loops by broadcasting, and know the one trap in it that costs everybody an afternoon;
# - bring data into the range in which learning works: centred, scaled, logged where needed.
#
# You need Python and a first meeting with NumPy. There are eight exercises, the last of them open, three predictions and
# one written question.

# %% picture="opening" alt="A photograph of Grace Hopper with a small window framed, the window's 64 grey values written out, and the pixels brighter than a threshold in white."
from course_lib.viz.pictures import photos

photos.zoomed(row=62, column=70, threshold=120)

# %% [markdown]
# ## 1. How this course works
#
# Run this cell first.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from tqdm.auto import tqdm

from course_lib.checks import NotDone, check, hint, progress, yours
from course_lib.checks.quiet import warned
from course_lib.topics import pixels
from course_lib.viz import images, photos
from course_lib.viz.lecture import lecture_table
from course_lib.viz.style import BLUE, RED, axes
from course_lib.widgets.photos import photo_explorer

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# An **exercise** is a task and the cells below it. In your cell you replace `raise NotDone(...)` by code. Under it three
# hints are folded: the idea, a small case, the skeleton. Then comes the **check**. It calls your function and compares
# what comes back with what a right answer gave, ✓ or ✗ for every line. It explains the first ✗, often names the mistake
# it looks like, and says how to get a hint. Hints open only when you ask. Run it as often as you like; nobody counts.
#
# A **prediction** asks you to commit yourself before you see: replace the dots, run the check, then run the cell that
# shows it. The first answer is the one that counts, for you: a later one is told so. A **written question** is read by a
# person.
#
# Where a later cell needs an answer that you do not have yet, the course library's version stands in and says so; so you
# can skip an exercise and come back.
#
# `hint()` opens a hint for the last check that failed, `hint("standardise", 2)` the second one of that exercise;
# `progress()` shows what passes so far. Your teacher's grading runs the same checks with more inputs: write what the task
# asks, not what the shown examples need.

# %%
progress()

# %% [markdown]
# The same letters mean the same things in all lessons. Come back here when one puzzles you.
#
# | letter | is | shape |
# |---|---|---|
# | $x$ | input: one sample, or a batch | `(features,)`, `(batch, features)`, `(batch, channels, height, width)` |
# | $t$ | target, what should come out | as the output, or class numbers `(batch,)` |
# | $y$ | output | `(batch, outputs)` |
# | $w$, $W$ | weights | `(out, in)`, of a convolution `(out, in, kh, kw)` |
# | $b$ | bias | `(out,)` |
# | $\tilde x$, $\tilde w$ | $[1, x]$ and $[b, w]$: the bias as the first weight (lessons 01 and 02) | `(features + 1,)` |
# | $z$ | what goes into a bent curve: a sum, a logit, before $\sigma$ or ReLU; $a$ where an operation stands by itself | as the layer's output |
# | $h$ | output of a hidden layer | `(batch, units)` |
# | $E$ | error or loss, a number | |
# | $g$ | a gradient that comes from above, $\partial E/\partial(\text{output})$ | as the output |
# | $\eta$ | learning rate | |
# | $k$ | number of a step or of a layer; else a count that the text names: units, neighbours, taps of a kernel | |
# | $n$, $d$ | number of samples; of features | |
#
# Four places differ, and say so. The small engine of lesson 03 keeps weights as `(in, out)`, also where lesson 04 uses it.
# Lessons 04 and 05 call the heights of a surface $z$, as the lectures do. The Adam of lesson 06 counts its steps by $t$, as
# its authors do. And from lesson 09 on $n$ is also the length of an axis, $d$ a dilation.

# %% [markdown]
# ## 2. An image is an array
#
# A grey image of M rows and N columns is an array of shape `(M, N)`. Each number, a **pixel**, says how bright one
# spot is: 0 is black, 255 is white. Row 0 is at the top.

# %%
colour = plt.imread(get_sample_data("grace_hopper.jpg"))[20:420:2, 60:460:2]
photo = colour.mean(axis=2).astype(int)
print("shape:", photo.shape, " darkest:", photo.min(), " brightest:", photo.max())
print(photo[62:66, 70:78])

# %% [markdown]
# The photograph shows Grace Hopper, who wrote one of the first compilers; it comes with matplotlib. In the explorer `row` and
# `column` move the window, `zoom` sets how many pixels wide it is, and everything brighter than `threshold` turns white
# on the right. In the middle the window's own darkest number is drawn black and its brightest white, so that you see
# small differences. Where are neighbouring numbers almost equal, and where do they jump?

# %% picture="explorer" alt="The explorer: the photograph with a framed window over the chin and its shadow, the 100 numbers in it, the thresholded photograph."
from course_lib.viz.pictures import photos

photos.zoomed(row=150, column=90, size=10, threshold=90)

# %%
photo_explorer(photo)

# %% [markdown]
# Colour is a third axis: three numbers per pixel, red, green and blue, called **channels**. Files
# put the channel last, `(M, N, 3)`. Our networks want it first, `(3, M, N)`, so that each channel is an image of its own.

# %%
channels = colour.transpose(2, 0, 1)
print("from the file:", colour.shape, " for a network:", channels.shape)
shown = images.image_grid(channels, titles=["red", "green", "blue"], columns=3, size=1.8)

# %% [markdown]
# Networks look at many images at once. A **batch** puts them along one more axis, in front:
# `(batch, channels, height, width)`. Keep this order in mind; all of the course uses it.
#
# Commit yourself: how many numbers does a batch of 32 colour images of 28×28 pixels hold? Give the number.

# %% solve="predict_count" difficulty=1 importance=2 minutes=2
# a whole number
### BEGIN SOLUTION
numbers_in_batch = 75264
### END SOLUTION

# %% predict="predict_count" points=1
with check("predict_count") as expect:
    expect("numbers in the batch", numbers_in_batch)

# %%
batch = np.zeros((32, 3, 28, 28))
print("numbers:", batch.size, " bytes:", batch.nbytes, " bytes as float32:", batch.astype(np.float32).nbytes)

# %% [markdown]
# ## 3. An image is a vector
#
# The networks of the first lessons know nothing of rows and columns. For them an image of M×N pixels is one vector of
# M·N numbers: row after row, channel after channel. A batch becomes a table `(batch, features)`.

# %% [markdown] task="batch_vectors" title="Batches to vectors and back"
# Write two functions.
#
# `to_vectors(x)`: images `(n, c, h, w)` as vectors `(n, c*h*w)`. Each row holds one image: channel after channel, in
# each channel row after row.
#
# `to_images(v, shape)`: the way back, from `(n, c*h*w)` to `(n, c, h, w)`, where `shape` is `(c, h, w)`.
#
# Example: the image `[[[1, 2], [3, 4]]]` of one channel becomes `[1, 2, 3, 4]`.


# %% solve="batch_vectors" difficulty=1 importance=5 minutes=6
def to_vectors(x):
    """Images x (n, c, h, w) as vectors (n, c*h*w)."""
    ### BEGIN SOLUTION
    return x.reshape(len(x), -1)
    ### END SOLUTION


def to_images(v, shape):
    """Vectors v (n, c*h*w) as images (n, c, h, w); shape is (c, h, w)."""
    ### BEGIN SOLUTION
    return v.reshape(len(v), *shape)
    ### END SOLUTION


# %% [markdown] hint="batch_vectors"
# Nothing has to be moved: memory already holds the numbers in this order. Which NumPy function gives an array another
# shape without touching its numbers?

# %% [markdown] hint="batch_vectors"
# `np.arange(12).reshape(2, 6)` is two vectors of six numbers. `reshape` may work out one size itself: write `-1`
# for it. The number of images stays as it is.

# %% [markdown] hint="batch_vectors"
# ```python
# return x.reshape(..., -1)
# return v.reshape(len(v), *...)
# ```

# %% check="batch_vectors-there" points=4
with check("batch_vectors-there") as expect:
    square = np.array([5, 1, 7, 3, 8, 2, 6, 4, 9, 0, 12, 11, 15, 10, 14, 13.0]).reshape(2, 2, 2, 2)
    expect("2 images of 2 channels of 2x2", to_vectors(square))
    tall = (np.arange(2 * 3 * 4 * 2) * 7 % 48).reshape(2, 3, 4, 2)
    expect("2 images of 3 channels of 4x2, whole numbers", to_vectors(tall))
    expect("a single image", to_vectors(tall[:1]))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10001)
    for n, c, h, w in [(3, 1, 2, 5), (1, 4, 3, 3), (5, 2, 1, 3)]:
        expect(f"{n} images {c}x{h}x{w}", to_vectors(draw.normal(size=(n, c, h, w))))
    expect("every other image", to_vectors(draw.normal(size=(6, 2, 3, 2))[::2]))
    ### END HIDDEN TESTS

# %% check="batch_vectors-back" points=3
with check("batch_vectors-back") as expect:
    rows = np.array([5, 1, 7, 3, 8, 2, 6, 4, 9, 0, 12, 11, 15, 10, 14, 13.0]).reshape(2, 8)
    expect("back to 2 channels of 2x2", to_images(rows, (2, 2, 2)))
    expect("back to 3 channels of 4x2", to_images((np.arange(48) * 7 % 48).reshape(2, 24), (3, 4, 2)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10002)
    for n, c, h, w in [(3, 1, 2, 5), (1, 4, 3, 3), (5, 2, 1, 3)]:
        expect(f"{n} images {c}x{h}x{w}", to_images(draw.normal(size=(n, c * h * w)), (c, h, w)))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 4. What the vector loses
#
# The vector has all the numbers, but no longer says which are neighbours. Does a method that only sees vectors miss that?
# Shuffle the pixels, all images in the same way.

# %%
rng = np.random.default_rng(0)
small = photo[::2, ::2]
order = rng.permutation(small.size)
shuffled = small.ravel()[order].reshape(small.shape)
shown = images.image_grid(
    np.stack([small, shuffled]), titles=["the photograph", "the same numbers, shuffled"], columns=2, size=2.2
)

# %% [markdown]
# Take two images, shuffle the pixels of both in the same way. Their distance as vectors, $\sqrt{\sum_i (a_i-b_i)^2}$,
# was d. By what factor has it changed?

# %% solve="predict_shuffle" difficulty=2 importance=3 minutes=2
# a number: distance after shuffling over distance before
### BEGIN SOLUTION
distance_factor = 1
### END SOLUTION

# %% predict="predict_shuffle" points=1
with check("predict_shuffle") as expect:
    expect("factor of the distance", distance_factor)

# %%
a, b = photo[:100, :100].ravel(), photo[100:, 100:].ravel()
before = np.linalg.norm(a - b)
after = np.linalg.norm(a[order] - b[order])
print(f"before {before:.4f}, after {after:.4f}")

# %% [markdown]
# A weighted sum does not notice either, if its weights are shuffled along. So for a method made of distances and
# weighted sums the photograph and its shuffled twin are the same: whatever it can do with one, it can do with the other.
# You tell them apart at a glance. What you use is that **neighbours are alike**. Plot each pixel against the one some
# columns to its right:

# %%
photos.scatter_of_neighbours(photo, (1, 4, 16, 64))

# %% [markdown]
# The cloud is thin at distance 1 and round at 64. One number says how thin: the **correlation**. Take all pairs of a
# pixel $p$ and the pixel $q$ that lies $d$ columns to its right, both inside the image. With their means $\bar p$,
# $\bar q$ it is
#
# $$r = \frac{\sum (p-\bar p)(q-\bar q)}{\sqrt{\sum (p-\bar p)^2}\,\sqrt{\sum (q-\bar q)^2}},$$
#
# 1 when one is a rising straight-line function of the other, 0 when they know nothing of each other.

# %% [markdown] task="neighbour_correlation" title="How alike are neighbours?"
# Write `neighbour_correlation(image, d)` for an image `(h, w)` and a distance `d` in columns, `0 <= d < w - 1`.
#
# Return the correlation r of all pixels with the pixels `d` columns to their right, as one number. Only pairs inside
# the image count: the last `d` columns have no partner. Each side has its own mean.
#
# Example: in `[[1, 2, 3], [2, 4, 6]]` with `d=1` the pairs are (1,2), (2,3), (2,4), (4,6), and r is about 0.9845.


# %% solve="neighbour_correlation" difficulty=2 importance=4 minutes=12 forbid="course_lib.topics.pixels.neighbour_correlation"
def neighbour_correlation(image, d):
    """Correlation of the pixels of image (h, w) with those d columns to their right."""
    ### BEGIN SOLUTION
    width = image.shape[1]
    p, q = image[:, : width - d], image[:, d:]
    p, q = p - p.mean(), q - q.mean()
    return np.sum(p * q) / np.sqrt(np.sum(p**2) * np.sum(q**2))
    ### END SOLUTION


# %% [markdown] hint="neighbour_correlation"
# Cut two windows of the same shape out of the image: one without its last d columns, one without its first d. Then
# pixel and partner stand at the same place.

# %% [markdown] hint="neighbour_correlation"
# For `row = [10, 20, 30, 40]` and d = 1 the two are `[10, 20, 30]` and `[20, 30, 40]`. Careful with `row[:-d]`: what
# is it for d = 0?

# %% [markdown] hint="neighbour_correlation"
# ```python
# p, q = image[:, : width - ...], image[:, ...:]
# p, q = p - p.mean(), ...
# return np.sum(...) / np.sqrt(...)
# ```

# %% check="neighbour_correlation" points=8
with check("neighbour_correlation") as expect:
    square = np.array([[3.0, 8, 1, 5], [9, 2, 7, 7], [4, 4, 0, 6], [1, 6, 2, 9]])
    expect("4x4, distance 1", neighbour_correlation(square, 1))
    expect("4x4, distance 0", neighbour_correlation(square, 0))
    wide = photo[60:64, 50:62]
    expect("4x12 of the photograph, distance 3", neighbour_correlation(wide, 3))
    expect("the photograph, distance 16", neighbour_correlation(photo, 16))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10003)
    for h, w, d in [(3, 9, 2), (8, 5, 1), (2, 20, 7), (5, 5, 3), (6, 4, 0)]:
        image = np.cumsum(draw.normal(size=(h, w)), axis=1) + 50
        expect(f"{h}x{w}, distance {d}", neighbour_correlation(image, d))
    ### END HIDDEN TESTS

# %% [markdown]
# Now your function on the whole photograph, by distance, beside the shuffled one. If yours does not pass yet, the
# library's stands in.

# %% figure="F45"
correlate = yours("neighbour_correlation", else_=pixels.neighbour_correlation)
distances = range(65)
curves = {
    "photograph": [correlate(photo, d) for d in distances],
    "shuffled": [correlate(shuffled, d) for d in distances],
}
ax = photos.neighbour_curve(curves, title="Neighbours are alike, far pixels less so")

# %% [markdown]
# **Lecture figure F45.** The lecture prints a patch of 207 grey values that begins 136 134 161 159 163, and no correlation.
# Those in its column were worked out from the slide's values once, at distances 1 to 4; beyond, the patch has too few
# pairs. The course does not hold the 207 values, so the four numbers are typed, and nothing here can check them. Ours are
# computed by the cell. By these numbers the correlation falls in both, and faster in the lecture's patch: how fast depends
# on what the picture shows, and how near.


# %% figure="F45"
LECTURE_F45 = {1: 0.95, 2: 0.85, 3: 0.74, 4: 0.61}  # typed: from the 207 values on the slide, which are not here
rows = []
for d in (1, 2, 3, 4, 16, 64):
    told = LECTURE_F45.get(d, "too few pairs")
    rows.append((f"correlation at distance {d}", told, f"{curves['photograph'][d]:.2f}", "207 values, not computed here · photograph 200×200, grey"))
lecture_table("F45 · how alike a pixel and its neighbour are", rows)

# %% [markdown]
# At distance 0 every pixel is its own partner, and r is 1. From there it falls. A network that knows which pixels are
# neighbours can use this; lessons 09 and 10 build one. Until then we work with vectors.

# %% [markdown]
# ## 5. Broadcasting: loops without loops
#
# Python loops are slow; NumPy's operations on whole arrays run in compiled code. To use them you must say without a
# loop what belongs to what. **Broadcasting** is the rule: write the shapes below each other, right-aligned. Sizes must
# be equal, or one of them 1 or missing; then that one is repeated.

# %%
prices = np.array([[1.0], [10.0], [100.0]])  # (3, 1)
counts = np.array([1, 2, 3, 4])  # (4,)
print(prices * counts)

# %% [markdown]
# ```
# prices   3 × 1
# counts       4
# result   3 × 4
# ```
#
# What is the shape of the sum of an array of shape `(2, 1, 5)` and one of shape `(4, 1)`? Give a tuple.

# %% solve="predict_broadcast" difficulty=2 importance=4 minutes=3
# a tuple of whole numbers
### BEGIN SOLUTION
shape_of_sum = (2, 4, 5)
### END SOLUTION

# %% predict="predict_broadcast" points=1
with check("predict_broadcast") as expect:
    expect("shape of (2, 1, 5) + (4, 1)", shape_of_sum)

# %%
(np.zeros((2, 1, 5)) + np.zeros((4, 1))).shape

# %% [markdown] task="pairwise_distances" title="All distances at once"
# Write `pairwise_distances(a, b)`. Do it by broadcasting; the check looks at the values only, but loops take tens of
# times as long, as you will measure.
#
# `a` has shape `(m, d)`, `b` has shape `(n, d)`: points as rows. Return the `(m, n)` table of Euclidean distances:
# entry `[i, j]` is $\sqrt{\sum_k (a_{ik}-b_{jk})^2}$. Whole numbers may come in. Differences of up to 1e-6 are
# accepted, so that every way of computing it passes.
#
# Example: for `a = [[0., 0.]]`, `b = [[3., 4.], [0., 2.]]` the table is `[[5., 2.]]`.


# %% solve="pairwise_distances" difficulty=3 importance=5 minutes=12 forbid="scipy.spatial.distance.cdist"
def pairwise_distances(a, b):
    """Distances (m, n) between the rows of a (m, d) and the rows of b (n, d)."""
    ### BEGIN SOLUTION
    difference = a[:, None, :] - b[None, :, :]
    return np.sqrt(np.sum(difference**2, axis=2))
    ### END SOLUTION


# %% [markdown] hint="pairwise_distances"
# You need the difference of every row of `a` with every row of `b`: an array of shape `(m, n, d)`. Which shapes must
# `a` and `b` have so that broadcasting makes it?

# %% [markdown] hint="pairwise_distances"
# `a[:, None, :]` has shape `(m, 1, d)`. One dimension: `np.array([1, 5])[:, None] - np.array([1, 2, 3])[None, :]` is
# `[[0, -1, -2], [4, 3, 2]]`.

# %% [markdown] hint="pairwise_distances"
# ```python
# difference = a[:, None, :] - ...               # (m, 1, d) minus (1, n, d)
# return np.sqrt(np.sum(difference ** 2, axis=...))
# ```

# %% check="pairwise_distances" points=9
with check("pairwise_distances") as expect:
    square = np.array([[0.0, 3, 1], [2, -1, 5], [4, 4, 0]])
    other = np.array([[1.0, 1, 1], [-2, 0, 3], [6, 2, 2]])
    expect("3 and 3 points in space", pairwise_distances(square, other), atol=1e-6)
    expect.unchanged("a after the call", square)
    many = np.array([[1, 0], [0, 7], [5, 5], [2, 2]])
    few = np.array([[4, 4], [1, 0]])
    expect("4 and 2 points, whole numbers", pairwise_distances(many, few), atol=1e-6)
    expect("every point with itself", np.diag(pairwise_distances(square, square)), atol=1e-6)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10004)
    for m, n, d in [(5, 5, 5), (1, 4, 3), (6, 1, 2), (3, 7, 1), (4, 3, 8)]:
        first, second = draw.normal(size=(m, d)), draw.normal(size=(n, d))
        expect(f"{m} and {n} points in {d} dimensions", pairwise_distances(first, second), atol=1e-6)
        expect.unchanged("both after the call", (first, second))
    ### END HIDDEN TESTS

# %% [markdown]
# How much faster is the table without loops? Measure it: two nested Python loops against broadcasting, for more and
# more points of 64 numbers each, as many as an 8×8 image has.


# %% practice="timing"
from time import perf_counter


def with_loops(a, b):
    return np.array([[np.sqrt(np.sum((p - q) ** 2)) for q in b] for p in a])


def with_broadcasting(a, b):
    return np.sqrt(np.sum((a[:, None] - b) ** 2, axis=2))


def seconds(function, *arguments, repeat=3):
    times = []
    for _ in range(repeat):
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return min(times)


# %% practice="timing_run"
LARGE = False  # True: up to 1600 points, about two minutes
sizes = (25, 50, 100, 200, 400, 800, 1600) if LARGE else (25, 50, 100, 200, 400)
measured = {"loops": [], "broadcasting": []}
for n in tqdm(sizes, desc="timing"):
    points = np.random.default_rng(n).normal(size=(n, 64))
    measured["loops"].append(seconds(with_loops, points, points, repeat=1))
    measured["broadcasting"].append(seconds(with_broadcasting, points, points))

# %% practice="timing_plot"
ax = axes(title="Broadcasting saves the time of the loop", xlabel="points", ylabel="seconds")
for (name, values), marker, color in zip(measured.items(), "os", (BLUE, RED), strict=True):
    ax.loglog(sizes, values, marker=marker, color=color, label=name)
ax.set_xticks(sizes, labels=sizes)
ax.set_xticks([], minor=True)
ax.legend(frameon=False)
ratio = np.array(measured["loops"]) / np.array(measured["broadcasting"])
print("times faster:", dict(zip(sizes, ratio.round(1).tolist(), strict=True)))

# %% [markdown]
# Both lines end up rising with the square of the number of points; nothing is gained there. What is saved is the price
# of each turn of the loop. The price of broadcasting is memory: the difference table holds m·n·d numbers at once, and
# once they no longer fit beside the processor, some of the gain is lost.

# %% [markdown]
# ## 6. Data must be centred and scaled
#
# Columns of a data table come in different units. A method that adds up differences, such as your distance, listens to
# the column with the largest numbers. Gradient descent suffers too (lesson 07 measures it). So give every column mean 0
# and standard deviation 1:
#
# $$x'_{ij} = \frac{x_{ij}-\mu_j}{\sigma_j}, \qquad \mu_j = \frac1n\sum_i x_{ij}, \qquad \sigma_j^2 = \frac1n\sum_i (x_{ij}-\mu_j)^2 .$$

# %% [markdown] task="standardise" title="Standardise columns"
# Write `standardise(x)` for a table `(n, d)` of whole or floating numbers.
#
# Return a **new** float64 array in which every column has mean 0 and standard deviation 1. The deviation divides by n
# (NumPy's default), as in the formula, and nothing is added to it. A column whose values are all equal becomes zeros,
# with no warning. `x` itself stays as it is.
#
# Example: the column 1, 3 becomes -1, 1.


# %% solve="standardise" difficulty=2 importance=5 minutes=8 forbid="course_lib.data.standardise sklearn.preprocessing.scale"
def standardise(x):
    """Columns of x (n, d) with mean 0 and standard deviation 1; equal columns become 0."""
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=0)
    deviation = x.std(axis=0)
    return centred / np.where(np.ptp(x, axis=0) == 0, 1, deviation)
    ### END SOLUTION


# %% [markdown] hint="standardise"
# Every column has its own mean and deviation. Which axis must `mean` run along to give one number per column?

# %% [markdown] hint="standardise"
# `x.mean(axis=0)` has shape `(d,)`: it runs down the rows and leaves the columns. Subtracting it from `(n, d)`
# broadcasts. A column 7, 7, 7 has deviation 0; divide it by something harmless instead.

# %% [markdown] hint="standardise"
# ```python
# centred = x - x.mean(axis=...)
# deviation = x.std(axis=...)
# return centred / np.where(..., 1, deviation)
# ```

# %% check="standardise" points=8
with check("standardise") as expect:
    square = np.array([[2.0, 40, 1], [4, 10, 9], [9, 70, 2]])
    expect("3 samples of 3 numbers", standardise(square))
    expect.unchanged("x after the call", square)
    expect("whole numbers, 4 samples of 2", standardise(np.array([[1, 200], [3, 100], [2, 500], [6, 0]])))
    expect("a column of equal values", standardise(np.array([[5.0, 1], [5, 2], [5, 6]])))
    expect("its warnings", warned(lambda: standardise(np.array([[5.0, 1], [5, 2], [5, 6]]))))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10005)
    for n, d in [(4, 4), (7, 2), (2, 5), (30, 3)]:
        table = draw.normal(size=(n, d)) * draw.uniform(0.1, 90, d) + draw.uniform(-50, 50, d)
        expect(f"{n} samples of {d} numbers", standardise(table))
        expect.unchanged("x after the call", table)
    table = draw.integers(0, 9, (6, 3))
    table[:, 1] = 4
    expect("whole numbers, the middle column equal", standardise(table))
    expect("its warnings", warned(lambda: standardise(table)))
    # whatever is drawn: 1e-8 more shows beside a deviation of a thousandth
    expect("small numbers", standardise(draw.normal(size=(5, 3)) / 1000))
    ### END HIDDEN TESTS

# %% [markdown]
# Scaling has its limits. Suppose a column counts visitors of web pages: most have a few, one has a million. Its
# deviation belongs to the one; after standardising, all others sit on one spot. When values span **orders of
# magnitude**, what matters is their ratio, so take the logarithm. Counts may be 0, and log 0 is minus infinity: hence
# log(1 + x).

# %%
visitors = np.array([0, 3, 5, 12, 40, 90, 700, 5000, 80_000, 1_000_000.0])
plain = (visitors - visitors.mean()) / visitors.std()
logged = np.log1p(visitors)
print("standardised:        ", plain.round(2))
print("logged, standardised:", ((logged - logged.mean()) / logged.std()).round(2))

# %% [markdown] task="log_scale" title="Log-scaling"
# Write `log_scale(x)` for a table `(n, d)` of numbers that are at least 0.
#
# Take log(1 + x), then divide each column by its largest value: the largest becomes 1, and only a 0 stays 0. A column
# of zeros stays zeros, with no warning. Be exact also where x is tiny: a column 1e-12, 2e-12 becomes 0.5, 1. Return a
# new float64 array.
#
# Example: the column 0, 1, 3 becomes 0, 0.5, 1.


# %% solve="log_scale" difficulty=2 importance=3 minutes=8
def log_scale(x):
    """log(1 + x) of x (n, d), each column divided by its largest value."""
    ### BEGIN SOLUTION
    logged = np.log1p(x)
    largest = logged.max(axis=0)
    return logged / np.where(largest == 0, 1, largest)
    ### END SOLUTION


# %% [markdown] hint="log_scale"
# Logarithm first, then the largest value of each column. The base of the logarithm does not matter: it cancels.

# %% [markdown] hint="log_scale"
# In floating point `1 + 1e-20` is exactly 1: the tiny number is gone before the logarithm sees it. NumPy has a
# function that computes log(1 + x) without adding: `np.log1p`.

# %% [markdown] hint="log_scale"
# ```python
# logged = np.log1p(...)
# largest = logged.max(axis=...)
# return logged / np.where(largest == 0, ..., largest)
# ```

# %% check="log_scale" points=7
with check("log_scale") as expect:
    square = np.array([[0.0, 3, 99], [7, 1, 0], [1, 0, 9]])
    expect("3 samples of 3 numbers", log_scale(square))
    expect.unchanged("x after the call", square)
    expect("counts", log_scale(np.array([[0, 10], [5, 1_000_000], [80, 0], [9, 300]])))
    expect("a column of zeros", log_scale(np.array([[0.0, 2], [0, 5]])))
    expect("its warnings", warned(lambda: log_scale(np.array([[0.0, 2], [0, 5]]))))
    expect("tiny numbers", log_scale(np.array([[1e-12], [2e-12], [4e-12]])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10006)
    for n, d in [(3, 3), (6, 2), (2, 5)]:
        expect(f"{n} samples of {d} numbers", log_scale(10 ** draw.uniform(-2, 6, (n, d))))
    table = 10 ** draw.uniform(-1, 1, (5, 3)) * np.array([1e-13, 0, 1e5])
    expect("a tiny column, one of zeros, a large one", log_scale(table))
    expect("its warnings", warned(lambda: log_scale(table)))
    expect.unchanged("x after the call", table)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 7. Labels as numbers
#
# What a network should answer must be numbers too. Classes 0, 1, 2, ... have no order: class 4 is not twice class 2. So
# a network with one output per class is told a **one-hot** vector: 1 for the right class, 0 elsewhere.

# %% [markdown] task="one_hot" title="One-hot labels"
# Write `one_hot(t, classes)`.
#
# `t` has shape `(n,)`, whole numbers from 0 to `classes - 1`. Return the `(n, classes)` float64 table whose row i is 1
# in column `t[i]` and 0 elsewhere. Classes that do not occur in `t` keep their column.
#
# Example: `one_hot(np.array([2, 0]), 4)` is `[[0, 0, 1, 0], [1, 0, 0, 0]]`, as floats.


# %% solve="one_hot" difficulty=2 importance=4 minutes=6
def one_hot(t, classes):
    """Labels t (n,) as rows (n, classes): 1 in column t[i], else 0."""
    ### BEGIN SOLUTION
    out = np.zeros((len(t), classes))
    out[np.arange(len(t)), t] = 1
    return out
    ### END SOLUTION


# %% [markdown] hint="one_hot"
# Start with zeros. In every row exactly one place must be set: you need to name row and column of each place.

# %% [markdown] hint="one_hot"
# Two arrays as indices pick pairs: `table[[0, 1, 2], [5, 0, 3]]` are the three places (0, 5), (1, 0), (2, 3).
# `table[:, [5, 0, 3]]` is something else: three whole columns.

# %% [markdown] hint="one_hot"
# ```python
# out = np.zeros((len(t), ...))
# out[np.arange(...), ...] = 1      # the row, the column of every label
# return out
# ```

# %% check="one_hot" points=6
with check("one_hot") as expect:
    expect("3 labels, 3 classes", one_hot(np.array([1, 2, 2]), 3))
    expect("5 labels, 4 classes, some missing", one_hot(np.array([3, 1, 1, 3, 0]), 4))
    expect("floats", one_hot(np.array([0]), 2), exact_dtype=True)
    expect("the largest class does not occur", one_hot(np.array([2, 0]), 6))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10007)
    for n, classes in [(5, 5), (9, 3), (1, 7), (4, 10)]:
        expect(f"{n} labels, {classes} classes", one_hot(draw.integers(0, classes, n), classes))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 8. The trap: (n,) against (n, 1)
#
# Broadcasting never asks whether you meant it. Outputs of a network often have shape `(n, 1)`, labels `(n,)`. Subtract
# them, and no error comes:

# %%
outputs, labels = np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.0])
print("equal numbers, but the mean squared difference is", np.mean((outputs - labels) ** 2).round(3))
print("because the difference has shape", (outputs - labels).shape)

# %% [markdown] task="fit_line" title="Find the bug: the line that will not fit"
# `fit_line(x, t, eta, steps)` should fit the line y = w·x + b by gradient descent: in every step
# $w \leftarrow w - \eta\,\frac1n\sum_i (y_i-t_i)\,x_i$ and $b \leftarrow b - \eta\,\frac1n\sum_i (y_i-t_i)$, both with
# the old w and b, from 0 and 0. `x` has shape `(n, 1)`, `t` has shape `(n,)`. It returns `(w, b)`, two numbers.
#
# It runs without an error and settles on a horizontal line through the mean of t. Find out why and repair it.
#
# Example: x = 1, 2 and t = 2, 4 with eta = 0.1 give (0.5, 0.3) after one step.


# %% solve="fit_line" difficulty=3 importance=5 minutes=12 bug=true
def fit_line(x, t, eta, steps):
    """Slope and intercept of y = w x + b after gradient descent; x (n, 1), t (n,)."""
    ### BEGIN SOLUTION
    w, b = 0.0, 0.0
    for _ in range(steps):
        y = w * x + b
        error = y - t.reshape(y.shape)
        w = w - eta * np.mean(error * x)
        b = b - eta * np.mean(error)
    return w, b
    ### END SOLUTION


# %% given="fit_line"
def fit_line(x, t, eta, steps):
    """Slope and intercept of y = w x + b after gradient descent; x (n, 1), t (n,)."""
    w, b = 0.0, 0.0
    for _ in range(steps):
        y = w * x + b
        error = y - t
        w = w - eta * np.mean(error * x)
        b = b - eta * np.mean(error)
    return w, b


# %% [markdown] hint="fit_line"
# Look at shapes, not at formulas. Print `y.shape`, `t.shape`, `error.shape` in the first step, with three samples.

# %% [markdown] hint="fit_line"
# Three outputs and three targets should give three errors. They give nine: every output against every target. Then
# the mean over the table knows only the mean of t.

# %% [markdown] hint="fit_line"
# ```python
# error = y - t.reshape(...)      # the same shape as y
# ```

# %% check="fit_line" points=8
with check("fit_line") as expect:
    x = np.array([[1.0], [2.0], [4.0]])
    expect("3 samples, 2 steps", fit_line(x, np.array([3.0, 2.0, 7.0]), 0.1, 2))
    expect("3 samples, 1 step", fit_line(x, np.array([3.0, 2.0, 7.0]), 0.1, 1))
    expect("a single sample, 2 steps", fit_line(np.array([[2.0]]), np.array([5.0]), 0.05, 2))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10008)
    for n, steps in [(2, 3), (5, 10), (8, 25)]:
        x = draw.normal(size=(n, 1)) + 0.5
        t = 3 * x[:, 0] - 2 + 0.1 * draw.normal(size=n)
        expect(f"{n} samples, {steps} steps", fit_line(x, t, 0.2, steps))
    ### END HIDDEN TESTS

# %% [markdown] question="what_is_lost" points=5 title="What does the vector forget?"
# A friend trains a network on vectors of 28×28 images. She shuffles the 784 pixels, all images in the same way, trains
# again, and gets the same accuracy. "So neighbourhoods do not matter for recognising digits," she says. Is she right?
# Say what her experiment shows and what it does not show. (5 to 8 sentences.)
#
# === BEGIN MARK SCHEME ===
# 1 point: what it shows. A network that treats all inputs alike (fully connected) is blind to the order of the pixels:
# shuffling renames its inputs, and distances and weighted sums stay the same.
#
# 1 point: so the equal accuracy is a property of this kind of network, not of digits.
#
# 1 point: neighbourhoods do carry information: neighbouring pixels are strongly correlated (measured in the lesson),
# and a person recognises digits in the one and not in the other.
#
# 2 points: the experiment that would show it: a method that uses neighbourhoods (a convolutional network, or features of
# neighbouring pixels) trained on both; it should lose on the shuffled images. Any sensible design counts.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# No. Her network is fully connected, and such a network treats all its inputs alike: the shuffle only renames them.
# With the weights shuffled along, every weighted sum is the number it was, and so is every distance between two
# images, so nothing is harder or easier to learn than before. The equal accuracy is thus a property of this kind of
# network and says nothing about digits.
#
# That neighbours do carry information we measured: pixels side by side are strongly correlated in a picture and
# hardly at all once it is shuffled, and she could read the digits in the one but not in the other. To find out she
# should train a method that uses neighbourhoods, such as a convolutional network, once on the plain and once on the
# shuffled images, all else equal and with several starts each. I expect it to lose on the shuffled ones; the size of
# that loss is what neighbourhoods are worth to it.
# === END MODEL ANSWER ===

# %% [markdown]
# ## 9. An open exercise
#
# Neighbours are alike, so a picture survives the loss of most of its pixels. Here seven of ten are hidden at random:


# %%
def hide(image, rng, share=0.7):
    """The image with a share of its pixels set to 0, and which pixels are still known, True or False."""
    known = rng.random(image.shape) >= share
    return np.where(known, image, 0.0), known


public_photo = photo[::2, ::2] / 255
public_seen, public_known = hide(public_photo, np.random.default_rng(9))
shown = images.image_grid(np.stack([public_photo, public_seen]), titles=["all pixels", "three of ten"], columns=2, size=2.2)

# %% [markdown] task="open_restore" title="Fill in the hidden pixels"
# Write `restore(seen, known)`. `seen` `(h, w)` holds brightness from 0 to 1, and 0 where a pixel is hidden; `known`
# `(h, w)` is True where it is not. Return a new image `(h, w)` with a value for every pixel; `seen` and `known` stay.
#
# Any idea and any library will do. Budget: one second of processor time for 105 by 150 pixels. The judge has another
# photograph, a smoother one, seven of ten pixels hidden, and measures the **PSNR** of the hidden ones in decibels:
# $-10\log_{10}$ of the mean squared error. You get points for 21 and for 23 dB. The cell below yours measures it on
# Grace Hopper, where the same idea comes to about six less, beside the same grey everywhere.

# %% solve="open_restore" difficulty=3 importance=4 minutes=25 forbid="sklearn.datasets.load_sample_image sklearn.datasets.load_sample_images"
### BEGIN SOLUTION
def restore(seen, known):
    """The image (h, w) with its hidden pixels filled in."""
    image = np.where(known, seen, seen[known].mean())
    for _ in range(100):
        wide = np.pad(image, 1, mode="edge")
        around = (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]) / 4
        image = np.where(known, seen, around)
    return image
### END SOLUTION


# %% [markdown] hint="open_restore"
# What do you know about a hidden pixel? It is probably like its neighbours. Which neighbours do you use, and what if they
# are hidden as well?

# %% [markdown] hint="open_restore"
# Two ways: a weighted mean of the known pixels of a window, near ones counting more (divide by the sum of the weights that
# were known). Or guess, then replace every hidden pixel by the mean of its four neighbours, again and again, until
# nothing changes. Both need shifted copies of the whole image: `np.pad`, then slices.

# %% [markdown] hint="open_restore"
# ```python
# image = np.where(known, seen, ...)                # a first guess
# for _ in range(...):
#     wide = np.pad(image, 1, mode="edge")
#     around = (wide[:-2, 1:-1] + ...) / 4          # above, below, left, right
#     image = np.where(known, seen, around)         # what is known stays
# return image
# ```

# %% practice="restored"
if "restore" in globals():
    filled = restore(public_seen.copy(), public_known.copy())
    off = [np.mean((a - public_photo)[~public_known] ** 2) for a in (filled, public_seen[public_known].mean())]
    print("yours: {:.1f} dB, the same grey everywhere: {:.1f} dB".format(*-10 * np.log10(off)))
    shown = images.image_grid(np.stack([public_seen, filled]), titles=["seen", "yours"], columns=2, size=2.2)
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% held="open_restore" gives="held_seen held_known"
import numpy as np
from sklearn.datasets import load_sample_image

rng = np.random.default_rng(10021)
full = load_sample_image("china.jpg")[:420, :600].mean(axis=2).reshape(105, 4, 150, 4).mean(axis=(1, 3)) / 255
held_known = rng.random(full.shape) >= 0.7
held_seen = np.where(held_known, full, 0.0)
hidden_pixels = full[~held_known]

# %% check="open_restore" points=3
with check("open_restore") as expect:
    seen, known = public_seen.copy(), public_known.copy()
    filled = np.asarray(restore(seen, known))
    expect("Grace Hopper: the shape of what you return", filled.shape)
    expect("pixels that are no finite number (how good the others are, the judge measures)", np.size(filled) - int(np.isfinite(filled).sum()))
    expect.unchanged("seen and known afterwards", (seen, known))
    ### BEGIN HIDDEN TESTS
    held_known = expect.held("held_known")
    filled = np.asarray(restore(expect.held("held_seen").copy(), held_known.copy()))[~held_known]
    expect.outcome("21 dB on another photograph, measured by the judge", filled, truth="hidden_pixels", measure="psnr", at_least=21)
    ### END HIDDEN TESTS

# %% check="open_restore-better" points=2
with check("open_restore-better") as expect:
    filled = np.asarray(restore(public_seen[:40, :60].copy(), public_known[:40, :60].copy()))
    expect("40 by 60 pixels: the shape (whether it comes to 23 dB, the judge measures)", filled.shape)
    ### BEGIN HIDDEN TESTS
    held_known = expect.held("held_known")
    filled = np.asarray(restore(expect.held("held_seen").copy(), held_known.copy()))[~held_known]
    expect.outcome("23 dB on another photograph, measured by the judge", filled, truth="hidden_pixels", measure="psnr", at_least=23)
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# 1. An image is an array; a batch of them is `(batch, channels, height, width)`; as vectors, `(batch, features)`.
# 2. Neighbouring pixels are strongly correlated. A vector no longer says which they are.
# 3. Broadcasting aligns shapes from the right and repeats sizes of 1. It replaces loops.
# 4. `(n,)` against `(n, 1)` gives a table and no error. Print shapes.
# 5. Give columns mean 0 and deviation 1; take log(1 + x) first where values span orders of magnitude.
#
# ## Further reading
#
# - Charles Harris et al.: *Array programming with NumPy* (2020)
# - David Field: *Relations between the statistics of natural images and the response properties of cortical cells* (1987)
# - Nicolas Rougier: *From Python to NumPy* (2017)
#
# **Next:** lesson 01, the perceptron: a machine that learns a line from its mistakes.

# %%
progress()
