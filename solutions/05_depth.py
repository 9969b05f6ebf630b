# %% [markdown] lesson="05" title="Depth" minutes=205 builds_on="03 04"
# You have 500 weights to spend. One wide layer, or several narrow ones? And what stops you from stacking a hundred?
#
# After this lesson you will be able to
#
# - count the weights of any multilayer perceptron, and compare widths and depths at equal cost;
# - say how many pieces a composition can fold, and how many a wider layer;
# - learn a photograph as a function of the place, and measure what depth buys;
# - write a residual block, forward and backward, and measure the gradient in every layer with and without the bypass;
# - tell interpolation from extrapolation, and measure both.
#
# You need lessons 03 and 04. There are nine exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="A grey portrait of 25 by 25 pixels and what four networks of about 250 weights keep of it: one layer of 60 units, two of 14, three of 10 with tanh, three of 10 with ReLU. The deeper tanh networks are sharpest."
from course_lib.widgets.reconstruction import reconstruction_figure

reconstruction_figure([(60, 1, "tanh"), (14, 2, "tanh"), (10, 3, "tanh"), (10, 3, "relu")])

# %% [markdown]
# ## 1. Two ways to build a powerful function
#
# Run this cell first. Section 5 shows the recorded result of long fits. To run them here, change the line `FULL = ...` of the cell
# to `FULL = True` and run it again.

# %%
import functools
import itertools
import os

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

from course_lib import Tensor
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.topics import extrapolation, gauss_newton, mlp, pixels
from course_lib.viz import curves, reconstruction, style
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.reconstruction import depth_explorer

FULL = os.environ.get("COURSE_MODE") == "run"
np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# There are two strategies to make a rich function from simple ones.
#
# - **Combination**: add many of them up, $y = \sum_j v_j\,\sigma(w_j\cdot x + b_j)$. That is one hidden layer; more units
#   make it *wide*.
# - **Composition**: feed the result of one into the next, $y = f_L(\dots f_2(f_1(x)))$. More layers make it *deep*.
#
# Combination is enough in principle. The **universal approximation theorem** (Cybenko 1989; Hornik, Stinchcombe and
# White 1989): one hidden layer of sigmoid units, if only there are enough of them, comes as close as you like to any
# continuous function on a bounded, closed set.
#
# Read the fine print. "Enough" may mean exponentially many in the number of inputs. And the theorem says that good weights
# exist, not that gradient descent finds them.
#
# Composition brings something that a sum does not have: **reuse**. A result computed once in layer 1 serves every unit
# of layer 2, and theirs serve all of layer 3. An edge found once is part of an eye, a wheel and a letter (*feature
# sharing*).
#
# A concept is then no single unit but a pattern over many, each of which takes part in many concepts: a
# **distributed representation**. n units that stand for one thing each tell n things apart; n that are on or off
# together tell up to $2^n$ apart.
#
# To compare fairly, count what each costs. A layer from d to m numbers has a matrix (m, d) and m biases.

# %% [markdown] task="count_weights" title="Count the weights"
# Write `count_weights(sizes)`. `sizes` is a sequence of whole numbers: inputs, hidden layers in order, outputs, at least
# two of them. Every layer is fully connected and has biases. Return the number of weights and biases together, as a whole
# number.
#
# Example: `count_weights((3, 4, 2))` is 26: 12 + 4 in the first layer, 8 + 2 in the second.


# %% solve="count_weights" difficulty=1 importance=4 minutes=5 forbid="course_lib.topics.mlp.weights course_lib.widgets.reconstruction.count"
def count_weights(sizes):
    """Weights and biases of the MLP with these layer sizes, inputs first."""
    ### BEGIN SOLUTION
    return sum((d + 1) * m for d, m in itertools.pairwise(sizes))
    ### END SOLUTION


# %% [markdown] hint="count_weights"
# One layer first: d inputs, m outputs. How many numbers does each of its m units hold?

# %% [markdown] hint="count_weights"
# For sizes (3, 4, 2) the layers are the pairs (3, 4) and (4, 2). `itertools.pairwise(sizes)` gives such pairs.

# %% [markdown] hint="count_weights"
# ```python
# return sum((d + ...) * ... for d, m in itertools.pairwise(sizes))
# ```

# %% check="count_weights" points=4
with check("count_weights") as expect:
    expect("5, 3: a single layer", count_weights((5, 3)))
    expect("2, 7, 4, 3, 1", count_weights((2, 7, 4, 3, 1)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10501)
    for layers in (3, 4, 6):
        sizes = tuple(draw.integers(2, 30, size=layers).tolist())
        expect(f"{sizes}", count_weights(sizes))
    ### END HIDDEN TESTS

# %%
count = yours("count_weights", else_=mlp.weights)
for hidden in ((125,), (20, 20), (14, 14, 14), (10, 20, 10), (10, 20, 10, 10)):
    print(hidden, count((2, *hidden, 1)))

# %% [markdown]
# ### What the same weights buy
#
# In one layer the weights grow with the width, in the others with its square. So for a given number of weights a deep
# network must be narrow. How narrow?

# %% [markdown] task="equal_width" title="An equal budget"
# Write `equal_width(budget, d, m, depth)`: the largest width k such that an MLP from d inputs through `depth` hidden
# layers of k units each to m outputs has **at most** `budget` weights and biases. Return it as a whole number, and 0 when
# even k = 1 is too expensive. `depth` is at least 1.
#
# Example: `equal_width(30, 1, 1, 1)` is 9, because a width of 9 has 28 weights and one of 10 has 31.


# %% solve="equal_width" difficulty=2 importance=3 minutes=12 forbid="course_lib.topics.mlp.widest"
def equal_width(budget, d, m, depth):
    """Largest width of `depth` equal hidden layers with at most `budget` weights in all."""

    ### BEGIN SOLUTION
    def cost(k):
        return (d + 1) * k + (depth - 1) * (k + 1) * k + (k + 1) * m

    k = 0
    while cost(k + 1) <= budget:
        k += 1
    return k
    ### END SOLUTION


# %% [markdown] hint="equal_width"
# The cost rises with k. So try k = 1, 2, 3, ... and stop before it is too much.

# %% [markdown] hint="equal_width"
# Three kinds of layers: one from d to k, `depth - 1` from k to k, one from k to m. For depth 1 there is none of the
# middle kind.

# %% [markdown] hint="equal_width"
# ```python
# def cost(k):
#     return (d + 1) * k + (depth - 1) * ... + ...
#
# k = 0
# while cost(k + 1) <= ...:
#     k += 1
# return k
# ```

# %% check="equal_width" points=6
with check("equal_width") as expect:
    expect("300 weights, 4 inputs, 3 outputs, 2 layers", equal_width(300, 4, 3, 2))
    expect("exactly 501 weights, one layer", equal_width(501, 2, 1, 1))
    expect("500 weights, one layer", equal_width(500, 2, 1, 1))
    expect("too expensive", equal_width(9, 5, 2, 3))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10502)
    for d, m, depth in [(7, 5, 3), (1, 9, 2), (12, 1, 5), (6, 8, 1)]:
        k = int(draw.integers(12, 40))
        exact = (d + 1) * k + (depth - 1) * (k + 1) * k + (k + 1) * m
        for more in (0, -1, 3):
            text = f"{exact + more} weights, {d} inputs, {m} outputs, {depth} layers"
            expect(text, equal_width(exact + more, d, m, depth))
    expect("room for more than 256", equal_width(2000, 3, 2, 1))
    expect("nothing fits", equal_width(d + m, d, m, 4))
    ### END HIDDEN TESTS

# %%
width = yours("equal_width", else_=mlp.widest)
print("501 weights, depth 1 to 6:", [width(501, 2, 1, depth) for depth in range(1, 7)])

# %% [markdown]
# ## 2. One tent after another
#
# A network of ReLU units is piecewise affine (lesson 04): every hidden unit draws a line and the function folds there. In
# one layer of n units a walk along a straight line crosses each unit's line at most once: at most n + 1 pieces.
#
# And several layers, one after the other? Take a clear case, the **tent**: up with slope 2 on [0, ½], down with slope -2 on
# [½, 1]. Two ReLU units make it:
#
# $$t(x) = 2\max(0, x) - 4\max(0, x - \tfrac12) \qquad\text{for } 0\le x\le 1.$$
#
# So two hidden layers of two units compute $t(t(x))$, and ten hidden layers compute the tent ten times. How many straight
# pieces does that function have between 0 and 1? Take a pencil for $t(t(x))$ before you write your number.

# %% solve="predict_pieces" difficulty=1 importance=3 minutes=2
# a whole number
### BEGIN SOLUTION
pieces_of_ten = 1024
### END SOLUTION

# %% predict="predict_pieces" points=1
with check("predict_pieces") as expect:
    expect("pieces of the tent composed ten times", pieces_of_ten)


# %%
def relu_network(layers, x):
    """Outputs (n,) of a ReLU network with one input and one output; layers [(w, b), ...], x (n,)."""
    h = np.asarray(x, float)[:, None]
    for w, b in layers[:-1]:
        h = np.maximum(h @ np.transpose(w) + b, 0)
    w, b = layers[-1]
    return (h @ np.transpose(w) + b)[:, 0]


# %%
def straight_pieces(layers):
    """How often the output rises or falls without a turn on [0, 1], for turns at multiples of 1 / 2**13."""
    x = np.arange(2**14 + 1) / 2**14
    return 1 + np.count_nonzero(np.diff(np.sign(np.diff(relu_network(layers, x)))))


print("the tent ten times:", straight_pieces(mlp.tents(10)), "pieces")

# %% picture="tents" alt="The tent composed one, two, three and four times on the unit interval: 2, 4, 8 and 16 straight pieces."
from course_lib.viz.pictures import multilayer

multilayer.tents()

# %% [markdown]
# The tent takes each half of [0, 1] onto all of [0, 1]. So in $t(t(x))$ the second tent is drawn once in each half, and every
# further tent doubles the pieces.
#
# In general a unit of the *second* layer draws its line in the coordinates of the first layer. Seen from the input it is bent
# wherever a line of the first layer is crossed, so that one unit can cut **each** region of the first layer, at different
# places. The cuts are not free: they are the images of one and the same line, so the boundaries are correlated.
#
# But their number multiplies: layers of width n, composed L times, can make of the order of $n^L$ pieces on a line, with
# only L·n units. (The count for d inputs is of the order of $n^{dL}$; Montúfar and others 2014, Telgarsky 2016.)

# %% [markdown] task="tent_network" title="The tent, composed k times"
# Write `tent_network(k)`: the weights of a ReLU network with k ≥ 1 hidden layers of **two** units each that computes the
# tent composed k times, $t(t(\dots t(x)))$, for x in [0, 1].
#
# Return a list of k + 1 pairs `(w, b)`: `w` is `(outputs, inputs)`, `b` is `(outputs,)`. The first layer takes 1 number
# to 2, the last takes 2 to 1; ReLU follows all but the last. `relu_network(layers, x)` above runs it.
#
# Example: `relu_network(tent_network(1), np.array([0.25, 0.75, 1.]))` is `[0.5, 0.5, 0.]`.


# %% solve="tent_network" difficulty=3 importance=4 minutes=20 forbid="course_lib.topics.mlp.tents"
def tent_network(k):
    """[(w, b), ...] of k hidden layers of two ReLU units and an output: the tent, k times."""
    ### BEGIN SOLUTION
    shift = np.array([0.0, -0.5])
    first = (np.ones((2, 1)), shift)
    between = (np.array([[2.0, -4.0], [2.0, -4.0]]), shift)
    last = (np.array([[2.0, -4.0]]), np.zeros(1))
    return [first, *[between] * (k - 1), last]
    ### END SOLUTION


# %% [markdown] hint="tent_network"
# The tent's output 2h₁ - 4h₂ is the next tent's x. Two linear maps in a row, "out of one tent" and "into the next", are
# one linear map.

# %% [markdown] hint="tent_network"
# Into a tent: both units see x, the second minus a half: `w = [[1], [1]]`, `b = [0, -0.5]`. Out of one:
# `w = [[2, -4]]`, `b = [0]`. Between two tents: the product of the two matrices, and the bias of "into".

# %% [markdown] hint="tent_network"
# ```python
# into = (np.ones((2, 1)), np.array([0, -0.5]))
# out = (np.array([[2.0, -4.0]]), np.zeros(1))
# between = (into[0] @ out[0], ...)
# return [into, *[between] * ..., out]
# ```

# %% check="tent_network" points=7
with check("tent_network") as expect:
    x = np.array([0.0, 0.1, 0.3, 0.5, 0.6, 0.85, 1.0])
    expect("the tent itself", relu_network(tent_network(1), x))
    expect("the tent of the tent", relu_network(tent_network(2), x))
    expect("units in each layer, three times", [len(b) for w, b in tent_network(3)])
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10503)
    for k in (1, 2, 3, 5):
        expect(f"{k} times, at 9 places", relu_network(tent_network(k), draw.uniform(size=9)), atol=1e-9)
    expect("units in each layer, four times", [len(b) for w, b in tent_network(4)])
    ### END HIDDEN TESTS

# %%
tents = yours("tent_network", else_=mlp.tents)
for k in (1, 2, 5, 10):
    print(f"{k} layers, {2 * k} units: {straight_pieces(tents(k))} pieces")

# %% [markdown]
# One layer needs a unit for every kink: over a thousand units for what twenty do in ten layers. This is *what can be
# built*. What training finds is another question: deep networks, random or trained, have far fewer pieces (Hanin and
# Rolnick 2019).

# %% [markdown]
# ### Sorting
#
# **Lecture figure F25.** Two hidden layers of threshold units can sort N numbers of N bits, with a number of units
# that grows only like $N^3$. The recipe:
#
# - First hidden layer: one unit for each pair, "is number i larger than number j?", with weights $\pm 2^{k}$ on
#   their bits (ties go to the later one). And N² units that just hand on the bits.
# - The number of pairs that i wins is its **rank** r. Second layer, for every number i, place p and bit k: "is the bit 1
#   *and* is r ≥ p?", that is r + N·bit ≥ N + p.
# - Output bit k of place p: of all i, those with r ≥ p minus those with r ≥ p + 1. Only the one with r = p is left.


# %% figure="F25"
def sorting_layers(n):
    pairs, size = list(itertools.combinations(range(n), 2)), n * n
    w1, b1 = np.zeros((len(pairs) + size, size)), np.zeros(len(pairs) + size)
    w2, b2 = np.zeros((n**3, len(b1))), np.zeros(n**3)
    for row, (i, j) in enumerate(pairs):
        w1[row, i * n : i * n + n], w1[row, j * n : j * n + n] = 2.0 ** np.arange(n), -(2.0 ** np.arange(n))
    b1[: len(pairs)] = -0.5  # strictly larger
    w1[len(pairs) :], b1[len(pairs) :] = np.eye(size), -0.5
    for unit, (i, p, k) in enumerate(itertools.product(range(n), repeat=3)):
        for row, pair in enumerate(pairs):
            w2[unit, row] = (pair[0] == i) - (pair[1] == i) * 1.0
        lost = sum(pair[1] == i for pair in pairs)  # "j wins" is 1 - "i wins"
        w2[unit, len(pairs) + i * n + k], b2[unit] = n, lost - n - p + 0.5
    return (w1, b1), (w2, b2)


# %% figure="F25"
def sort_bits(n, numbers):
    (w1, b1), (w2, b2) = sorting_layers(n)
    bits = (numbers[:, :, None] >> np.arange(n) & 1).reshape(len(numbers), n * n)
    h = bits @ w1.T + b1 > 0
    u = (h @ w2.T + b2 > 0).reshape(-1, n, n, n).sum(axis=1)  # summed over i: samples, places, bits
    out = u - np.concatenate([u[:, 1:], np.zeros_like(u[:, :1])], axis=1) > 0.5
    return out @ 2 ** np.arange(n), len(b1) + len(b2)


# %% figure="F25"
sorting_rows = []
for n in (2, 3, 4):
    numbers = np.array(list(itertools.product(range(2**n), repeat=n)))
    got, units = sort_bits(n, numbers)
    right = np.mean(np.all(got == np.sort(numbers, axis=1), axis=1))
    setting = f"all {len(numbers)} inputs, {right:.0%} sorted right; n(n-1)/2 + n² + n³ hidden threshold units"
    sorting_rows.append((f"{n} numbers of {n} bits", "two hidden layers", f"{units} hidden units", setting))
lecture_table("F25 · Two hidden layers sort N N-bit numbers", sorting_rows)

# %% [markdown]
# ## 3. An image is a function
#
# A grey image gives every place (u, v) a brightness: $I = f(u, v)$. So an image of 51×51 pixels is 2 601 samples of a
# function of two numbers, and a network with two inputs and one output can learn it. The more it keeps with few weights,
# the better its shape suits the picture. (The weights are then a compressed image, which can be asked for any place
# between the pixels.)
#
# As in section 6 of lesson 04, z is the height of a surface here: the brightness that the network is to give.

# %% [markdown] task="image_to_set" title="From image to training set and back"
# Write two functions. `image` is `(h, w)`, not constant, h and w at least 2.
#
# - `image_to_set(image)` returns `(x, z, scale)`: places `x` `(h·w, 2)`, targets `z` `(h·w,)`, both in reading order (row
#   after row), and `scale = (mean, std)` of the image. Column 0 of `x` is u, evenly from -1 (first column of pixels) to 1
#   (last); column 1 is v, from -1 (top row) to 1 (bottom). `z` has mean 0 and variance 1 (divide by n, not n - 1).
# - `set_to_image(z, shape, scale)` goes back: an array of `shape` with the image's own brightness.
#
# Example: `[[10., 30.]]` twice, one row below the other, has `z = [-1., 1., -1., 1.]` and places from (-1, -1) to (1, 1).


# %% solve="image_to_set" difficulty=2 importance=4 minutes=15 forbid="course_lib.topics.pixels.places course_lib.data.standardise"
def image_to_set(image):
    """Image (h, w) -> places x (h·w, 2), targets z (h·w,), (mean, std)."""
    ### BEGIN SOLUTION
    h, w = image.shape
    u, v = np.meshgrid(np.linspace(-1, 1, w), np.linspace(-1, 1, h))
    mean, std = image.mean(), image.std()
    return np.column_stack([u.ravel(), v.ravel()]), ((image - mean) / std).ravel(), (mean, std)
    ### END SOLUTION


def set_to_image(z, shape, scale):
    """Targets or answers z (h·w,) -> image (h, w) in its own brightness."""
    ### BEGIN SOLUTION
    mean, std = scale
    return np.reshape(z, shape) * std + mean
    ### END SOLUTION


# %% [markdown] hint="image_to_set"
# `ravel` reads an array row after row. Make two arrays of the image's shape, one that holds every pixel's u, one its v.

# %% [markdown] hint="image_to_set"
# In an image of 2 rows and 3 columns u is `[[-1, 0, 1], [-1, 0, 1]]` and v is `[[-1, -1, -1], [1, 1, 1]]`. `np.meshgrid`
# makes such pairs.

# %% [markdown] hint="image_to_set"
# ```python
# u, v = np.meshgrid(np.linspace(-1, 1, ...), np.linspace(-1, 1, ...))
# x = np.column_stack([u.ravel(), ...])
# return x, ((image - ...) / ...).ravel(), (image.mean(), image.std())
# ...
# return np.reshape(z, shape) * ... + ...
# ```

# %% check="image_to_set-there" points=5
with check("image_to_set-there") as expect:
    square = np.array([[12.0, 40, 7], [90, 66, 31], [5, 18, 120]])
    x, z, scale = image_to_set(square)
    expect("3×3: places", x)
    expect("3×3: targets", z)
    expect("2×3: all", image_to_set(square[:2]))
    expect.unchanged("the image afterwards", square)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10504)
    for h, w in [(4, 4), (2, 5), (6, 3)]:
        image = draw.integers(0, 256, size=(h, w)).astype(float)
        expect(f"{h}×{w}", image_to_set(image))
        expect.unchanged(f"{h}×{w}, afterwards", image)
    ### END HIDDEN TESTS

# %% check="image_to_set-back" points=3
with check("image_to_set-back") as expect:
    z = np.array([0.5, -1.0, 2.0, 0.0, 1.5, -0.25])
    expect("six numbers as 2×3", set_to_image(z, (2, 3), (100.0, 20.0)))
    expect("six numbers as 3×2", set_to_image(z, (3, 2), (-4.0, 0.5)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10505)
    for h, w in [(3, 3), (2, 6), (5, 2)]:
        scale = (float(draw.uniform(20, 200)), float(draw.uniform(2, 60)))
        expect(f"{h}×{w} numbers", set_to_image(draw.normal(size=h * w), (h, w), scale))
    ### END HIDDEN TESTS

# %% [markdown]
# Now a race at about 500 weights: one layer of 125, two of 20, three with 10, 20 and 10. The picture is a portrait
# that comes with matplotlib, cut to a square and averaged to 51×51. The loss is the mean squared error on brightness
# scaled to variance 1: a grey rectangle has loss 1. The optimiser takes lesson 04's damped Gauss-Newton steps
# (`course_lib.topics.gauss_newton`), because plain gradient descent would mostly measure its own patience.

# %%
to_set = yours("image_to_set", else_=pixels.places)


# %%
def learn(hidden, image, steps, seed=0, activation="tanh", bypass=False, progress=iter):
    x, z, _ = to_set(image)
    kind = {"activation": activation, "bypass": bypass}
    layers = gauss_newton.start((2, *hidden, 1), np.random.default_rng(seed), activation=activation)
    layers, losses = gauss_newton.fit(layers, x, z, steps, **kind, progress=progress)
    return gauss_newton.answer(layers, x, **kind).reshape(image.shape), losses


# %% [markdown]
# Before you run it: one layer of **300** units has 1201 weights, more than twice as many as 20/20 with 501 and 10/20/10 with 471.
# How many of those two end with a smaller loss than it has: none, one or both?

# %% solve="predict_worst" difficulty=1 importance=3 minutes=2
# 0, 1 or 2
### BEGIN SOLUTION
still_below = 2
### END SOLUTION

# %% predict="predict_worst" points=1
with check("predict_worst") as expect:
    expect("how many end below one layer of 300 units", still_below)

# %% practice="race"
hopper = reconstruction.photo("hopper")
race, panels = {}, {"target": (hopper - hopper.mean()) / hopper.std()}
for hidden in ((125,), (20, 20), (10, 20, 10)):
    name = "/".join(map(str, hidden))
    image, losses = learn(hidden, hopper, 200, progress=tqdm)
    race[f"{name}: {count((2, *hidden, 1))} weights"] = losses
    panels[f"{name}, loss {losses[-1]:.3f}"] = image
ax = curves.learning_curves(race, xlabel="damped step", ylabel="mean squared error", log=True)

# %% practice="race_pictures"
figure = reconstruction.pictures(panels)

# %% [markdown]
# Both deeper ones end far below the 125 units. And below 300: compare the last row of F3 with F4 and F5, in section 5.

# %% [markdown]
# ## 4. Try it: width and depth
#
# Below you choose width, depth and activation; a 25×25 version of the photograph is fitted while you wait. Make the
# network wide and flat, then narrow and deep at the same number of weights. Exchange tanh for ReLU.

# %% picture="explorer" alt="The 25 by 25 temple photograph and four reconstructions: one layer of 60, two of 14, three of 10, four of 8 units, with their numbers of weights and losses."
from course_lib.widgets.reconstruction import reconstruction_figure

reconstruction_figure([(60, 1, "tanh"), (14, 2, "tanh"), (10, 3, "tanh"), (8, 4, "tanh")], photo="temple")

# %% practice="explorer_depth"
depth_explorer()

# %% [markdown]
# ## 5. The lecture's figures
#
# The lectures show one image of 51×51, and what seems to be a second, without saying which. We take two: the portrait of
# Grace Hopper that comes with matplotlib, and the flower that comes with scikit-learn, each cut to a square, made grey
# and averaged to 51×51. F5 adds a third, scikit-learn's temple. Places run from -1 to 1. The lectures write a plain sum of
# squares; our loss is the mean squared error on brightness scaled to mean 0 and variance 1.
#
# Each loss is the best of six starts after 300 damped steps, with the median of the six beside it. (F3 is one start: each
# net goes on for 120 steps from the narrower one's fit.) That takes minutes, so you see the recorded run.


# %%
@functools.cache
def ends(hidden, name, activation="tanh", starts=6, steps=300):
    image = reconstruction.photo(name)
    return sorted(learn(hidden, image, steps, seed, activation)[1][-1] for seed in range(starts))


def rows_of(nets, name):
    for hidden, lecture in nets:
        losses = ends(hidden, name)
        what = f"{'/'.join(map(str, hidden))} ({count((2, *hidden, 1))} weights)"
        setting = f"{name}, 51×51, tanh, MSE at variance 1, 300 damped steps, best of 6 (median {np.median(losses):.2e})"
        yield what, lecture, f"{losses[0]:.2e}", setting


# %% figure="F3"
def widen(layers, width, rng):
    """The same function with more hidden units: the new ones are random, with weight 0 in the output."""
    (w, b), (v, c) = layers
    (more_w, more_b), _ = gauss_newton.start((2, width - len(b), 1), rng)
    return [(np.vstack([w, more_w]), np.append(b, more_b)), (np.hstack([v, np.zeros((1, len(more_b)))]), c)]


def width_figure():
    x, z, _ = to_set(reconstruction.photo("hopper"))
    rng, rows = np.random.default_rng(0), []
    layers = gauss_newton.start((2, 50, 1), rng)
    for width, lecture in ((50, "3.65e-01"), (100, "2.50e-01"), (125, "2.40e-01"), (300, "1.92e-01")):
        layers = widen(layers, width, rng) if width > 50 else layers
        layers, losses = gauss_newton.fit(layers, x, z, 120)
        setting = "hopper, 51×51, tanh, MSE at variance 1, 120 damped steps more, from the narrower net's fit"
        rows.append((f"{width} ({count((2, width, 1))} weights)", lecture, f"{losses[-1]:.2e}", setting))
    return lecture_table("F3 · One hidden layer", rows)


width_figure() if FULL else recorded("F3")

# %% [markdown]
# Width helps, and slowly: six times the weights do not bring what one more layer brings.


# %% figure="F4"
def depth_figure():
    nets = [((20, 20), "8.31e-02"), ((14, 14, 14), "7.55e-02"), ((15, 15, 15), "5.93e-02"), ((19, 19, 19), "4.38e-02")]
    nets = [((125,), "2.40e-01"), *nets]
    return lecture_table("F4 · Two and three hidden layers", list(rows_of(nets, "hopper")))


depth_figure() if FULL else recorded("F4")


# %% figure="F5"
def bottleneck_figure():
    first = [((14, 14, 14), "7.55e-02"), ((10, 20, 10), "6.43e-02"), ((10, 20, 10, 10), "5.30e-02")]
    second = [((14, 14, 14), "not given"), ((10, 20, 10), "1.95e-02"), ((10, 20, 10, 10), "1.36e-02")]
    third = [((14, 14, 14), "not given"), ((10, 20, 10), "not given"), ((10, 20, 10, 10), "not given")]
    rows = [*rows_of(first, "hopper"), *rows_of(second, "flower"), *rows_of(third, "temple")]
    return lecture_table("F5 · Unequal layers, and a fourth one", rows)


bottleneck_figure() if FULL else recorded("F5")

# %% [markdown]
# The fourth layer helps on every picture, though not for nothing: it brings 110 more weights. The lecture has 10/20/10 ahead
# of three layers of 14: so has our best of six on the portrait and on the flower. Look at the medians before you believe in
# it: they lie closer together than best and median of one net, and on the portrait the other way round. On the temple, a
# third picture, there is nothing between the two shapes.


# %% figure="F6"
def activation_figure():
    rows = []
    for name, tanh, relu in (("hopper", "6.43e-02", "3.07e-01"), ("flower", "1.95e-02", "7.21e-02")):
        for activation, lecture in (("tanh", tanh), ("relu", relu)):
            losses = ends((10, 20, 10), name, activation)
            setting = f"{name}, 51×51, 10/20/10 (471 weights), 300 damped steps, best of 6 (median {np.median(losses):.2e})"
            rows.append((activation, lecture, f"{losses[0]:.2e}", setting))
    return lecture_table("F6 · tanh against ReLU", rows)


activation_figure() if FULL else recorded("F6")

# %% [markdown]
# A photograph of so few pixels is smooth here and steep there; ReLU's flat facets need many folds to follow it, and a
# unit that is off for all pixels is lost. This is no verdict on ReLU: the task decides. Lesson 06 races both on classes, and
# finds neither far ahead when each has its best rate; lesson 07 shows why very deep nets are mostly built with ReLU.

# %% [markdown]
# **Lecture figure F7, its second part.** Five convergence curves: tanh with 1 to 4 layers, and ReLU with 3. One start each:
# read the large differences, not the small ones.


# %% figure="F7b"
def convergence_figure(steps=300):
    nets = [
        ((125,), "tanh"),
        ((20, 20), "tanh"),
        ((10, 20, 10), "tanh"),
        ((10, 20, 10, 10), "tanh"),
        ((10, 20, 10), "relu"),
    ]
    losses, rows, photo = {}, [], reconstruction.photo("hopper")
    for hidden, activation in nets:
        name = f"{activation} {'/'.join(map(str, hidden))}"
        losses[name] = learn(hidden, photo, steps, activation=activation)[1]
        half = next((k for k, loss in enumerate(losses[name]) if loss < 0.25), "not reached")
        rows.append((name, "a curve", half, f"steps to loss 0.25; {losses[name][-1]:.3f} after {steps}; one start"))
    curves.learning_curves(losses, xlabel="damped step", ylabel="mean squared error", log=True)
    return lecture_table("F7, second part · Convergence", rows)


convergence_figure() if FULL else recorded("F7b")

# %% [markdown]
# **Lecture figure F24.** The rival without any learning: scale the image to 24×24 pixels, 576 numbers, and back. "Best"
# are the 576 numbers that are best of all for going back bilinearly, found by least squares.


# %% figure="F24"
def bilinear(small, large):
    """Matrix (large, small) that interpolates between `small` even places; the ends coincide."""
    at = np.linspace(0, small - 1, large)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(small)))


def rival(image, side=24):
    z = (image - image.mean()) / image.std()
    up = bilinear(side, len(image))
    ways = {"sampled": bilinear(len(image), side), "averaged": (up / up.sum(axis=0)).T, "best": np.linalg.pinv(up)}
    return {way: float(np.mean((up @ (down @ z @ down.T) @ up.T - z) ** 2)) for way, down in ways.items()}


# %% figure="F24"
def rival_figure():
    rows = []
    for name in ("hopper", "flower"):
        rows.append(
            (f"{name}: 10/20/10", "6.43e-02 or 1.95e-02", f"{ends((10, 20, 10), name)[0]:.2e}", "471 weights, as in F5")
        )
        for way, loss in rival(reconstruction.photo(name)).items():
            rows.append(
                (
                    f"{name}: 24×24, {way}",
                    "shown as a picture",
                    f"{loss:.2e}",
                    "576 numbers, bilinear to 51×51, MSE at variance 1",
                )
            )
    return lecture_table("F24 · The rival: resizing", rows)


rival_figure() if FULL else recorded("F24")

# %% [markdown]
# ## 6. Residual networks
#
# If depth is so good, why stop at four? Backward, every layer multiplies the gradient by its matrix and its slopes (lesson
# 03). A product of fifty factors a little below 1 is nothing, of fifty a little above 1 is everything. The first layers
# of a deep network see gradients that **vanish** or explode, and do not learn.
#
# The cure is a **bypass**. Instead of $h_{k+1} = f(h_k)$ compute
#
# $$h_{k+1} = h_k + f(h_k).$$
#
# The layer now only has to learn the **residual**, what is to be *changed* about $h_k$. To do nothing, hard for a stack of
# bent layers, is easy: all weights of f are 0. And backward
#
# $$g_k = g_{k+1} + J_f^{\top} g_{k+1} :$$
#
# $g_{k+1}$ itself is one of the two summands. Only an f that undoes h could cancel it, such as $f(h) = -h$; an f that starts
# small does not, and fifty times in a row the gradient still passes. Our f has two linear layers with one ReLU between,
# and nothing after the sum. (The first residual networks had a ReLU after the sum, as lesson 12 has; without it the way is
# free from end to end, as in their second version of 2016.)
#
# $$f(h) = W_2\max(0, W_1h + b_1) + b_2, \qquad W_1\ (k, d),\quad W_2\ (d, k).$$

# %% [markdown] task="residual_block" title="The residual block"
# Write `residual_block(h, w1, b1, w2, b2)`. `h` is `(n, d)`, one sample per row, `w1` `(k, d)`, `b1` `(k,)`, `w2`
# `(d, k)`, `b2` `(d,)`. Return `(out, vjp)`: `out` is $h + f(h)$, `(n, d)`, for the f above, and `vjp(g)` takes an upstream
# gradient `(n, d)` to the five gradients `(gh, gw1, gb1, gw2, gb2)`, each in the shape of its input.
#
# Sums run over the batch, nothing is divided by n; the slope of ReLU at 0 is 0. Change no input, nor `g`.
#
# Example: `h = [[2.]]`, `w1 = [[3.]]`, `b1 = [0.]`, `w2 = [[0.5]]`, `b2 = [1.]`: `out` is `[[6.]]`, and `vjp([[1.]])` is
# `([[2.5]], [[1.]], [0.5], [[6.]], [1.])`.


# %% solve="residual_block" difficulty=3 importance=5 minutes=20
def residual_block(h, w1, b1, w2, b2):
    """h + w2 relu(w1 h + b1) + b2, and the function that takes its gradient back to all five inputs."""
    ### BEGIN SOLUTION
    z = h @ w1.T + b1
    a = np.maximum(z, 0)
    out = h + a @ w2.T + b2

    def vjp(g):
        gz = (g @ w2) * (z > 0)
        return g + gz @ w1, gz.T @ h, gz.sum(axis=0), g.T @ a, g.sum(axis=0)

    return out, vjp
    ### END SOLUTION


# %% [markdown] hint="residual_block"
# Forward it is lesson 04's two-layer network plus `h`. Backward, `h` was used twice: its two gradients add up.

# %% [markdown] hint="residual_block"
# A linear layer y = x @ w.T + b sends back g @ w to x, g.T @ x to w, and the column sums of g to b. ReLU lets through
# where its input z was positive. The bypass sends back g as it is.

# %% [markdown] hint="residual_block"
# ```python
# z = h @ ... + b1
# a = np.maximum(z, 0)
# out = h + ...
#
# def vjp(g):
#     gz = (g @ ...) * (z > 0)
#     return g + ..., gz.T @ ..., ..., g.T @ ..., ...
#
# return out, vjp
# ```

# %% check="residual_block" points=10
with check("residual_block") as expect:
    h = np.array([[1.0, -2], [0.5, 3], [-1, 1]])
    w1, b1 = np.array([[2.0, 1], [-1, 0.5]]), np.array([0.25, -1.0])
    w2, b2 = np.array([[1.0, -2], [0.5, 3]]), np.array([0.1, -0.2])
    g = np.array([[1.0, -1], [0.5, 2], [-3, 0.25]])
    out, vjp = residual_block(h, w1, b1, w2, b2)
    gh, gw1, gb1, gw2, gb2 = vjp(g)
    expect("two of everything: output", out)
    expect("gradient of h", gh)
    expect("gradient of w1", gw1)
    expect("gradient of b1", gb1)
    expect("gradient of w2", gw2)
    expect("gradient of b2", gb2)
    expect.unchanged("inputs afterwards", (h, g))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10506)
    for n, d, k in [(3, 3, 3), (2, 4, 6), (5, 3, 2)]:
        h, g = draw.normal(size=(n, d)), draw.normal(size=(n, d))
        w1, b1 = draw.normal(size=(k, d)), draw.normal(size=k)
        w2, b2 = draw.normal(size=(d, k)), draw.normal(size=d)
        out, vjp = residual_block(h, w1, b1, w2, b2)
        expect(f"{n} samples, {d} wide, {k} hidden: output", out)
        expect(f"{n} samples, {d} wide, {k} hidden: gradients", vjp(g))
        expect(f"{n} samples, {d} wide, {k} hidden: gradients, called again", vjp(2 * g))
        expect.unchanged(f"{n} samples, {d} wide, {k} hidden: inputs afterwards", (h, g))
    h, w1 = np.array([[1.0, 2], [3, -1]]), np.array([[2.0, -1], [1, 1]])
    _, vjp = residual_block(h, w1, np.zeros(2), np.eye(2), np.zeros(2))
    expect("where ReLU's input is exactly 0", vjp(draw.normal(size=(2, 2))))
    ### END HIDDEN TESTS

# %% [markdown]
# ### The gradient in every layer, measured
#
# To see the effect by itself, take the simplest deep network: L layers of equal width, $h_{k+1} = \tanh(W_kh_k + b_k)$, or
# with the bypass $h_{k+1} = h_k + \tanh(W_kh_k + b_k)$.

# %% [markdown] task="gradient_norms" title="The gradient in every layer"
# Write `gradient_norms(x, t, layers, bypass)`. `layers` is a list of L pairs `(w, b)`, `w` `(d, d)`, `b` `(d,)`; `x` and `t`
# are `(n, d)`. Run the network above from $h_0 = x$ (with the bypass in every layer when `bypass` is true), and take
# $E = \frac{1}{2n}\sum\lVert h_L - t\rVert^2$, the sum over the samples.
#
# Return an array `(L,)`: for each layer, first to last, the norm of $\partial E/\partial W_k$, that is the root of the sum
# of squares of all its entries. Change no input.
#
# Example: one layer, d = 1, `x = [[1.]]`, `t = [[0.]]`, `w = [[0.5]]`, `b = [0.]`: `[0.3634]` without, `[1.1499]` with.


# %% solve="gradient_norms" difficulty=4 importance=4 minutes=25 forbid="course_lib.topics.mlp.gradient_norms course_lib.Tensor.backward"
def gradient_norms(x, t, layers, bypass):
    """Norm of dE/dW of every layer, first to last, of a deep tanh network with or without bypasses."""
    ### BEGIN SOLUTION
    hidden, bent = [x], []
    for w, b in layers:
        bent.append(np.tanh(hidden[-1] @ w.T + b))
        hidden.append(bent[-1] + hidden[-1] if bypass else bent[-1])
    g, norms = (hidden[-1] - t) / len(x), []
    for (w, _), h, a in zip(layers[::-1], hidden[-2::-1], bent[::-1], strict=True):
        ga = g * (1 - a**2)
        norms.append(np.linalg.norm(ga.T @ h))
        g = ga @ w + g if bypass else ga @ w
    return np.array(norms[::-1])
    ### END SOLUTION


# %% [markdown] hint="gradient_norms"
# Forward, keep what every layer got and what its tanh gave. Backward, g starts as the gradient of E by the last output
# and walks down the layers.

# %% [markdown] hint="gradient_norms"
# In one layer: times the slope 1 - a², where a is tanh's value *without* the bypass; then the matrix gradient is lesson
# 04's. What goes on to the layer below has one summand, or two with the bypass.

# %% [markdown] hint="gradient_norms"
# ```python
# hidden, bent = [x], []
# for w, b in layers:
#     bent.append(np.tanh(...))
#     hidden.append(...)
# g, norms = (hidden[-1] - t) / ..., []
# for (w, _), h, a in zip(layers[::-1], hidden[-2::-1], bent[::-1], strict=True):
#     ga = g * ...
#     norms.append(np.linalg.norm(...))
#     g = ...
# return np.array(norms[::-1])
# ```

# %% check="gradient_norms" points=10
with check("gradient_norms") as expect:
    x, t = np.array([[1.0, -0.5], [0.25, 2], [-1, 0.5]]), np.array([[0.0, 1], [2, -1], [0.5, 0.5]])
    layers = [
        (np.array([[0.5, -1], [0.75, 0.25]]), np.array([0.1, -0.3])),
        (np.array([[1.0, 0.5], [-0.5, 0.8]]), np.array([0.0, 0.2])),
        (np.array([[-0.7, 0.3], [0.2, 1.1]]), np.array([-0.2, 0.4])),
    ]
    expect("three layers, plain", gradient_norms(x, t, layers, False))
    expect("three layers, with bypass", gradient_norms(x, t, layers, True))
    narrow = [(np.array([[0.5]]), np.array([0.1])), (np.array([[-1.5]]), np.array([0.4]))]
    expect("two layers of one unit", gradient_norms(x[:, :1], t[:, 1:], narrow, False))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10507)
    for n, d, depth in [(4, 4, 2), (3, 2, 5), (6, 5, 4)]:
        x, t = draw.normal(size=(n, d)), draw.normal(size=(n, d))
        layers = [(draw.normal(size=(d, d)) / np.sqrt(d), 0.3 * draw.normal(size=d)) for _ in range(depth)]
        for bypass in (False, True):
            how = "with bypass" if bypass else "plain"
            expect(f"{depth} layers of {d}, {n} samples, {how}", gradient_norms(x, t, layers, bypass))
    ### END HIDDEN TESTS

# %% [markdown]
# Forty layers of 16 units; the weights are a little too small, with standard deviation 0.7/√16, the biases have 0.5:

# %%
norms_of = yours("gradient_norms", else_=mlp.gradient_norms)
rng = np.random.default_rng(5)
x, t = rng.normal(size=(2, 64, 16))
layers = [(0.7 * rng.normal(size=(16, 16)) / 4, 0.5 * rng.normal(size=16)) for _ in range(40)]
norms = {"plain": norms_of(x, t, layers, False), "with bypass": norms_of(x, t, layers, True)}
for name, values in norms.items():
    print(f"{name:12} first layer {values[0]:.1e}, last layer {values[-1]:.1e}, ratio {values[0] / values[-1]:.1e}")

# %%
ax = reconstruction.layer_norms(norms, title="Without a bypass the first layers learn nothing")

# %% [markdown]
# Plain, the first layer's gradient is smaller than the last one's by the ratio printed above. It is no rounding error:
# float64 carries nearly all of its digits. But one learning rate serves all layers, and a rate that the last layer can
# bear moves the first one by nothing. With the bypass all layers get about as much. (The bypass has its own trouble:
# what flows forward grows with depth. Normalisation, lesson 07, and small first weights in f help. Lesson 12 builds the
# convolutional version.)
#
# Does it earn its keep in training? The same kind of network, 150 steps of gradient descent, one start, each kind with the
# best of four learning rates:


# %%
def train_deep(bypass, rate, steps=150):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(64, 16))
    t = np.sin(x[:, ::-1])
    params = [(0.7 * rng.normal(size=(16, 16)) / 4, 0.5 * rng.normal(size=16)) for _ in range(40)]
    losses = []
    for _ in range(steps):
        weights, h = [[Tensor(a, requires_grad=True) for a in layer] for layer in params], Tensor(x)
        for w, b in weights:
            h = F.tanh(F.linear(h, w, b)) + h if bypass else F.tanh(F.linear(h, w, b))
        loss = ((h - t) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        params = [[a.data - rate * a.grad for a in layer] for layer in weights]
    return losses


# %% practice="deep"
RATES = (0.003, 0.01, 0.03, 0.1)
deep = {}
for name, bypass in tqdm((("plain", False), ("with bypass", True))):
    runs = {rate: train_deep(bypass, rate) for rate in RATES}
    rate = min(runs, key=lambda rate: runs[rate][-1] if np.isfinite(runs[rate][-1]) else np.inf)
    deep[f"{name}, rate {rate}: {runs[rate][-1]:.2f}"] = runs[rate]
ax = curves.learning_curves(deep, xlabel="step", ylabel="mean squared error", log=True)

# %% [markdown]
# **Lecture figure F26.** The lecture tried a bypass on its image and saw no gain: "the problem is probably too small".
# Measured: what a fourth layer gains, and what a bypass gains in eight layers, for a small and a larger picture and net.


# %% figure="F26"
def gains(side, wide, steps=120):
    photo = reconstruction.photo("hopper", side)
    nets = {"3": (3, False), "4": (4, False), "8": (8, False), "8b": (8, True)}
    loss = {k: learn((wide,) * depth, photo, steps, bypass=on)[1][-1] for k, (depth, on) in nets.items()}
    setting = f"hopper {side}×{side}, layers of {wide} tanh units, {steps} damped steps, one start"
    yield "a fourth layer", "little", f"{loss['3']:.3f} → {loss['4']:.3f} ({loss['3'] / loss['4']:.2f}×)", setting
    yield "a bypass in eight", "little", f"{loss['8']:.3f} → {loss['8b']:.3f} ({loss['8'] / loss['8b']:.2f}×)", setting


# %% figure="F26"
def gains_figure():
    return lecture_table("F26 · A layer's and a bypass's gain", [*gains(25, 5), *gains(75, 10)])


gains_figure() if FULL else recorded("F26")

# %% [markdown]
# With one start each this does not bear the lecture's guess out: the fourth layer helps both, the bypass helps the small
# net and not the larger. Eight layers with an optimiser that knows the curvature may have little to fear from vanishing
# gradients; forty layers and plain gradient descent, as above, have.

# %% [markdown]
# Predict once more. A residual network of 50 blocks $h + f(h)$; all weights and biases of every f are 0, as some start
# them. The gradient at the network's output has norm 3. Which norm has the gradient at its input?

# %% solve="predict_bypass" difficulty=1 importance=3 minutes=2
# a number
### BEGIN SOLUTION
norm_at_input = 3
### END SOLUTION

# %% predict="predict_bypass" points=1
with check("predict_bypass") as expect:
    expect("norm of the gradient at the input", norm_at_input)

# %% [markdown]
# With f = 0 every block is the identity, forward and backward: the gradient arrives as it left.
#
# ## 7. Find the bug

# %% [markdown] task="lost_bypass" title="Find the bug: the lost bypass"
# `lost_bypass(x, blocks)` should run a residual network: for every block `(w1, b1, w2, b2)` in turn it computes
# $h + W_2\max(0, W_1h + b_1) + b_2$ from the block's input h, and it returns the list of all the blocks' outputs, in order.
# `x` is `(n, d)`, all matrices are `(d, d)`.
#
# It runs, and it even trains; but with many blocks the gradients vanish as if there were no bypass. Repair it. `x` and
# the weights stay as they are.
#
# Example: when all weights and biases are 0, every output equals `x`.


# %% solve="lost_bypass" difficulty=2 importance=4 minutes=10 bug=true
def lost_bypass(x, blocks):
    """Outputs of all residual blocks, in order."""
    ### BEGIN SOLUTION
    h, outputs = x, []
    for w1, b1, w2, b2 in blocks:
        a = np.maximum(h @ w1.T + b1, 0)
        h = h + a @ w2.T + b2
        outputs.append(h)
    return outputs
    ### END SOLUTION


# %% given="lost_bypass"
def lost_bypass(x, blocks):
    """Outputs of all residual blocks, in order."""
    h, outputs = x, []
    for w1, b1, w2, b2 in blocks:
        h = np.maximum(h @ w1.T + b1, 0)
        h = h + h @ w2.T + b2
        outputs.append(h)
    return outputs


# %% [markdown] hint="lost_bypass"
# Run it with all weights 0 and print the outputs. Where has x gone?

# %% [markdown] hint="lost_bypass"
# Follow the name h through one block. Which value does it have when the bypass is added?

# %% [markdown] hint="lost_bypass"
# ```python
# a = np.maximum(...)
# h = h + a @ ...
# ```

# %% check="lost_bypass" points=6
with check("lost_bypass") as expect:
    x = np.array([[1.0, -2], [0.5, 3], [-1.5, 0.25]])
    first = (
        np.array([[0.5, -1], [1, 0.25]]),
        np.array([0.1, -0.2]),
        np.array([[1.0, 0.5], [-0.5, 2]]),
        np.array([0.3, 0.0]),
    )
    second = (
        np.array([[-1.0, 0.5], [0.75, 1]]),
        np.array([0.0, 0.4]),
        np.array([[0.2, -1], [1, 0.6]]),
        np.array([-0.1, 0.5]),
    )
    expect("one block", lost_bypass(x, [first]))
    expect("two blocks", lost_bypass(x, [first, second]))
    expect.unchanged("x afterwards", x)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10508)
    for n, d, depth in [(3, 3, 1), (2, 4, 3), (5, 3, 4)]:
        x = draw.normal(size=(n, d))
        shapes = ((d, d), d, (d, d), d)
        blocks = [tuple(0.6 * draw.normal(size=shape) for shape in shapes) for _ in range(depth)]
        expect(f"{depth} blocks of {d}", lost_bypass(x, blocks))
        expect.unchanged(f"{depth} blocks of {d}, x afterwards", x)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 8. Between the samples, and beyond them
#
# A network trained on samples in a region is asked for places **between** them (*interpolation*) or **outside** of it
# (*extrapolation*). Nothing in the loss says anything about the outside. There a tanh network goes flat, because all its
# units saturate, and a ReLU network goes on straight for ever, because all its lines are behind it.

# %% [markdown] task="error_by_distance" title="The error, ring by ring"
# Write `error_by_distance(predict, x, z, edges)`. Training was on the cube where every coordinate is within -1 ... 1. A
# point's distance **beyond** it is its largest $|x_j|$, minus 1; inside of the cube that is at most 0.
#
# `x` is `(n, d)`, `z` `(n,)`, and `predict(x)` gives `(n,)` answers. `edges` rises, all above 0. Return an array
# `(len(edges) + 1,)` of mean squared errors: first of the points inside (distance ≤ 0), then of the rings 0 < distance
# ≤ `edges[0]`, `edges[0]` < distance ≤ `edges[1]`, and so on. No ring is empty; points beyond the last edge do not count.
#
# Example: d = 1, `predict` always 0, `x = [[0.5], [1.5], [3.]]`, `z = [1., 2., 3.]`, `edges = [1.]`: `[1., 4.]`.


# %% solve="error_by_distance" difficulty=3 importance=3 minutes=15 forbid="course_lib.topics.extrapolation.error_beyond"
def error_by_distance(predict, x, z, edges):
    """Mean squared error inside of the cube and in each ring around it."""
    ### BEGIN SOLUTION
    beyond = np.abs(x).max(axis=1) - 1
    error = (predict(x) - z) ** 2
    limits = [-np.inf, 0.0, *edges]
    rings = itertools.pairwise(limits)
    return np.array([error[(beyond > low) & (beyond <= high)].mean() for low, high in rings])
    ### END SOLUTION


# %% [markdown] hint="error_by_distance"
# First one number for every point, its distance; then one squared error for every point; then a mean over those points
# whose distance lies in a ring.

# %% [markdown] hint="error_by_distance"
# (0.5, -1.25) lies 0.25 beyond: the largest of 0.5 and 1.25, minus 1. With -∞ and 0 put before the edges, the inside is a
# ring like the others.

# %% [markdown] hint="error_by_distance"
# ```python
# beyond = np.abs(x).max(axis=...) - 1
# error = (predict(x) - z) ** ...
# limits = [-np.inf, 0.0, *edges]
# return np.array([error[(beyond > low) & ...].mean() for low, high in itertools.pairwise(limits)])
# ```

# %% check="error_by_distance" points=8
with check("error_by_distance") as expect:
    places = np.array([[0.5, -0.25], [-1, 1], [1.25, 0.5], [0.5, -1.5], [1.5, 1.5], [-2, 0], [0, 1.75], [3, 2]])
    heights = np.array([1.0, -2, 0.5, 3, -1, 2, 4, 5])
    expect("edges 0.5 and 1", error_by_distance(lambda p: p[:, 0] - p[:, 1], places, heights, [0.5, 1.0]))
    expect("one edge", error_by_distance(lambda p: 0.5 * p.sum(axis=1), places, heights, [0.75]))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10509)
    for n, d, edges in [(60, 2, [0.25, 1.0]), (80, 3, [0.5, 0.75, 1.5]), (40, 1, [1.0, 1.25])]:
        x, w = draw.integers(-11, 12, size=(n, d)) / 4, draw.normal(size=d)
        x[:5] = np.repeat([[0.25], [1.25], [1.75], [2.25], [2.5]], d, 1)
        for edge, row in zip(edges, x[5:8], strict=False):
            row[0], row[1:] = -1 - edge, 0.5
        x[8:11, 0], x[8:11, 1:] = -1.0, 0.25
        z = draw.normal(size=n)
        expect(
            f"{n} points, {d} coordinates, edges {edges}", error_by_distance(lambda p, w=w: np.sin(p @ w), x, z, edges)
        )
    ### END HIDDEN TESTS

# %%
rings_of = yours("error_by_distance", else_=extrapolation.error_beyond)


def waves(x):
    return np.sin(3 * x[:, 0]) * np.cos(2 * x[:, 1])


# %%
rng = np.random.default_rng(8)
train_x, test_x = rng.uniform(-1, 1, size=(300, 2)), rng.uniform(-2, 2, size=(8000, 2))
answers = {}
for activation in ("tanh", "relu"):
    layers = gauss_newton.start((2, 10, 10, 1), rng, activation=activation)
    layers, losses = gauss_newton.fit(layers, train_x, waves(train_x), 150, activation=activation)
    answers[activation] = lambda x, net=layers, a=activation: gauss_newton.answer(net, x, activation=a)[:, 0]
    print(f"{activation}: loss on the 300 training points {losses[-1]:.1e}")

# %%
edges = [0.1, 0.25, 0.5, 1.0]
for activation, predict in answers.items():
    errors = rings_of(predict, test_x, waves(test_x), edges)
    print(
        f"{activation}: between the samples {errors[0]:.1e}; rings up to",
        dict(zip(edges, errors[1:].round(3).tolist(), strict=True)),
    )

# %%
line = np.column_stack([np.linspace(-4, 4, 400), np.zeros(400)])
ax = style.axes(size=(7.0, 3.2), title="Good between the samples, lost beyond them", xlabel="$x_1$ (at $x_2 = 0$)")
ax.axvspan(-1, 1, color=style.SKY, alpha=0.25, lw=0, label="training")
ax.plot(line[:, 0], waves(line), color="black", lw=1, ls="--", label="truth")
for (activation, predict), color in zip(answers.items(), (style.BLUE, style.RED), strict=True):
    ax.plot(line[:, 0], predict(line), color=color, label=activation)
ax.set_ylim(-4, 4)
legend = ax.legend(frameon=False, ncols=4, fontsize="small", loc="upper left")

# %% [markdown]
# The photograph shows the same. Between the pixels the network draws smooth transitions, so it can enlarge the picture.
# Beyond the frame it invents.

# %% practice="beyond"
x, z, _ = to_set(hopper)
layers = gauss_newton.start((2, 10, 20, 10, 1), np.random.default_rng(0))
layers, losses = gauss_newton.fit(layers, x, z, 200, progress=tqdm)
views = {"target": (hopper - hopper.mean()) / hopper.std()}
for title, half in (("enlarged to 151×151", 1.0), ("and beyond the frame", 1.6)):
    v, u = np.meshgrid(np.linspace(-half, half, 151), np.linspace(-half, half, 151), indexing="ij")
    views[title] = gauss_newton.answer(layers, np.column_stack([u.ravel(), v.ravel()])).reshape(151, 151)
figure = reconstruction.pictures(views, size=2.8)

# %% [markdown]
# ## 9. A hundred and fifty weights
#
# Now you are the architect. Here are 600 places of a landscape that is folded into itself, without noise. What do you
# build from 150 weights?


# %%
def folded(x):
    """Heights (n,) of a hard landscape at places x (n, 2), from -1 to 1."""
    return np.sin(4 * np.sin(2.5 * x[:, 0] + 1.5 * np.sin(3 * x[:, 1])))


places = np.random.default_rng(1).uniform(-1, 1, size=(600, 2))
heights = folded(places)
v, u = np.meshgrid(np.linspace(-1, 1, 80), np.linspace(-1, 1, 80), indexing="ij")
figure = reconstruction.pictures({"the landscape": folded(np.column_stack([u.ravel(), v.ravel()])).reshape(80, 80)}, size=2.8)

# %% [markdown] task="open_surface" title="Open exercise: 150 weights"
# Design and fit, in the solution cell, a network on `places` `(600, 2)` and `heights` `(600,)`, within two to three seconds. Define
#
# - `surface(x)`: places `(n, 2)` to heights `(n,)`;
# - `surface_layers`: all its weights and biases, a list of pairs of arrays `(w, b)`, at most **150** numbers together; with these
#   arrays `surface` computes and with no others: were they all 0, it would know nothing of the landscape.
#
# Any width, depth, activation, with or without bypass; `gauss_newton.start`, `.fit` and `.answer` do the work, see section 3. Do not
# write the formula of `folded` into it. *Measured:* the mean squared error on 1000 places that you do not have (the heights have
# variance 0.4): 3 points for 0.02, 2 more for 0.006. The cell below the check measures yours.


# %% solve="open_surface" difficulty=3 importance=5 minutes=25
### BEGIN SOLUTION
fits = []
for seed in range(4):
    begin = gauss_newton.start((2, 7, 7, 7, 1), np.random.default_rng(seed))
    fits.append(gauss_newton.fit(begin, places, heights, 200))
surface_layers = min(fits, key=lambda found: found[1][-1])[0]


def surface(x):
    return gauss_newton.answer(surface_layers, x)[:, 0]
### END SOLUTION


# %% [markdown] hint="open_surface"
# The landscape is a sine of a sine of a sine. What does a composition ask for: width or depth?

# %% [markdown] hint="open_surface"
# `mlp.widest(150, 2, 1, depth)` is the width that you can afford at each depth: 37, 9, 7, 5, ... Compare two or three of
# them, with both activations and one start each: trying everything takes longer than the answer may. Starts differ as much
# as designs do: of your design fit several, keep the one with the lowest loss.

# %% [markdown] hint="open_surface"
# ```python
# fits = []
# for seed in range(...):
#     begin = gauss_newton.start((2, ..., 1), np.random.default_rng(seed))
#     fits.append(gauss_newton.fit(begin, places, heights, ...))  # at least about 120 steps
# surface_layers = min(fits, key=lambda found: found[1][-1])[0]
#
# def surface(x):
#     return gauss_newton.answer(surface_layers, x)[:, 0]
# ```

# %% held="open_surface" gives="new_places"
import numpy as np

rng = np.random.default_rng(5105)
new_places = rng.uniform(-1, 1, size=(1000, 2))
new_heights = np.sin(4 * np.sin(2.5 * new_places[:, 0] + 1.5 * np.sin(3 * new_places[:, 1])))

# %% check="open_surface" points=3
def flat_without(layers):
    """Whether `surface` loses at least half of the heights' variance when every number of the layers is 0."""
    left = gauss_newton.at_zero(layers, lambda: heights - np.ravel(surface(places.copy())))
    return bool(np.var(left) > 0.5 * np.var(heights))


with check("open_surface") as expect:
    pairs = [len(pair) == 2 and all(hasattr(a, "shape") for a in pair) for pair in surface_layers]
    expect("surface_layers: pairs of arrays (w, b), one at least", bool(pairs and all(pairs)))
    expect("150 weights at most", bool(0 < sum(np.size(a) for pair in surface_layers for a in pair) <= 150))
    expect("7 places: the shape of what you return", np.shape(surface(places[:7].copy())))
    expect("with all of surface_layers at 0 `surface` knows nothing of the landscape", flat_without(surface_layers))
    ### BEGIN HIDDEN TESTS
    said = surface(expect.held("new_places"))
    expect.outcome("heights of 1000 new places", said, truth="new_heights", measure="mse", at_most=0.02)
    expect("still, with all of surface_layers at 0 `surface` knows nothing of the landscape", flat_without(surface_layers))
    expect("150 weights at most, afterwards", bool(0 < sum(np.size(a) for pair in surface_layers for a in pair) <= 150))
    ### END HIDDEN TESTS

# %% check="open_surface-better" points=2
with check("open_surface-better") as expect:
    expect("150 weights at most (0.006: the judge measures)", bool(0 < sum(np.size(a) for pair in surface_layers for a in pair) <= 150))
    ### BEGIN HIDDEN TESTS
    said = surface(expect.held("new_places"))
    expect.outcome("heights of 1000 new places, further", said, truth="new_heights", measure="mse", at_most=0.006)
    left = gauss_newton.at_zero(surface_layers, lambda: heights - np.ravel(surface(places.copy())))
    expect("still, with all of surface_layers at 0 `surface` knows nothing of the landscape", bool(np.var(left) > 0.5 * np.var(heights)))
    expect("150 weights at most, afterwards", bool(0 < sum(np.size(a) for pair in surface_layers for a in pair) <= 150))
    ### END HIDDEN TESTS

# %% practice="open_surface_measured"
if "surface" in globals() and "surface_layers" in globals():
    trial = np.random.default_rng(93).uniform(-1, 1, size=(1000, 2))
    spent = sum(np.size(a) for pair in surface_layers for a in pair)
    print(f"{spent} of 150 weights; mean squared error on 1000 new places {np.mean((surface(trial) - folded(trial)) ** 2):.4f}")
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] question="deep_or_wide" points=5 title="Deep or wide?"
# A colleague says: "One hidden layer approximates everything, that is a theorem, so depth is a fashion. And if it must be
# deep, I stack 60 tanh layers." Answer in 7 to 10 sentences: what the theorem promises and what it does not; what
# composition has that width has not, with a number from this lesson; what will happen to the 60 layers, and why a bypass
# helps, with the formula; and whether any of it helps outside of the region of the training data.
#
# === BEGIN MARK SCHEME ===
# 1 point: the theorem: existence only, on a bounded closed set; the number of units may be exponential; says nothing of finding them.
#
# 1 point: composition: pieces multiply (tent: 2^k pieces with 2k units), or reuse of intermediate results, with a number of
# the lesson (1024 pieces from 20 units; losses of one and of several layers at about 500 weights).
#
# 1 point: sixty plain layers: the gradient is a product of sixty factors and vanishes (or explodes) in the first layers.
#
# 1 point: bypass: h + f(h) has the derivative 1 + f', so g_k = g_{k+1} + J^T g_{k+1}: the gradient passes beside f, and only
# an f that undoes h could cancel it.
#
# 1 point: extrapolation: neither helps; tanh goes flat, ReLU goes on straight; the loss says nothing of the outside.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# The theorem promises that *some* network with one hidden layer comes as close as you like to any continuous function
# on a bounded, closed set. It does not say how many units that takes, which may be exponentially many in the number
# of inputs, and it does not say that gradient descent finds the weights. Composition has what width has not: a later
# layer uses again what an earlier one made, so pieces multiply instead of adding up. The tent composed ten times has
# 1024 straight pieces from 20 ReLU units; one layer would need a unit for every kink, over a thousand.
#
# But 60 plain tanh layers will hardly learn. Backward the gradient is a product of sixty factors, one for each
# layer's matrix and slopes; a little below 1 each and the first layers get nothing, a little above and it explodes. A
# bypass computes $h + f(h)$, whose derivative is $1 + f'$, so backward $g_k = g_{k+1} + J_f^{\top}g_{k+1}$: the
# gradient itself is one of the two summands and passes beside f, unless f undoes h. Outside of the region of the
# training data none of this helps, since the loss says nothing about places where there are no samples: tanh goes
# flat there, ReLU goes on straight.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. One hidden layer is enough in principle; the fine print is how many units, and how to find them.
# 2. Pieces add in width and multiply in depth: k layers of two units make $2^k$.
# 3. An image is a function of the place. At equal weights two or three layers learn it far better than one.
# 4. $h + f(h)$: the gradient has a way beside f, where plain stacks lose it; start with a small f.
# 5. Networks are strong between the samples and know nothing beyond them.
#
# ## Further reading
#
# - George Cybenko: *Approximation by superpositions of a sigmoidal function* (1989)
# - Kurt Hornik, Maxwell Stinchcombe, Halbert White: *Multilayer feedforward networks are universal approximators* (1989)
# - Kai-Yeung Siu, Jehoshua Bruck, Thomas Kailath, Thomas Hofmeister: *Depth efficient neural networks for division and
#   related problems* (1993)
# - Guido Montúfar, Razvan Pascanu, Kyunghyun Cho, Yoshua Bengio: *On the number of linear regions of deep neural
#   networks* (2014)
# - Matus Telgarsky: *Benefits of depth in neural networks* (2016)
# - Boris Hanin, David Rolnick: *Complexity of linear regions in deep networks* (2019)
# - Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun: *Deep residual learning for image recognition* (2016)
#
# **Next:** lesson 06, optimisation: how to go downhill when the Jacobian is too large to write down.
