# %% [markdown] lesson="04" title="The multilayer perceptron" minutes=280 builds_on="01 02 03"
# One neuron draws one line. What can a second layer of neurons draw, and what does it need between the layers to be
# more than a longer way to draw a line?
#
# After this lesson you will be able to
#
# - write a two-layer network, forward and backward, and check it against automatic differentiation;
# - say what ReLU, sigmoid, tanh, leaky ReLU and maxout do to values and to gradients, and why a unit dies;
# - see a ReLU network as a sheet folded along lines, and count its flat pieces;
# - fit a surface with a handful of units, by an optimiser that uses second-order information.
#
# You need lessons 01 to 03. There are thirteen exercises, one of them open, three predictions and one
# written question.

# %% picture="opening" alt="Left: three lines cut the plane into seven tinted regions, each line with its normal. Right: the surface that three ReLU units make, flat in every region and folded along the three lines."
from course_lib.viz.pictures import multilayer
from course_lib.widgets.folds import STARTS, weights

multilayer.folded(*weights(STARTS["three folds"]))

# %% [markdown]
# ## 1. Two layers
#
# Run this cell first.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import least_squares
from tqdm.auto import tqdm

from course_lib import Tensor, data, nn, no_grad, optim
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import datasets
from course_lib.ops import elementwise
from course_lib.topics import gauss_newton, mlp, small_engine
from course_lib.viz import curves, deep_folds, folds, planes, style
from course_lib.viz.images import image_grid
from course_lib.viz.lecture import lecture_table
from course_lib.widgets.deep_folds import deep_fold_explorer
from course_lib.widgets.folds import fold_explorer

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# A **multilayer perceptron** (MLP) with one hidden layer computes
#
# $$h = \sigma_1(W_1 x + b_1), \qquad y = \sigma_2(W_2 h + b_2).$$
#
# $h$ are the **hidden units**: neurons whose answers nobody tells us. $\sigma_1$ and $\sigma_2$ act on each number by
# itself. For d inputs, k hidden units and m outputs the shapes are
#
# | | one sample, as in the formula | a batch of n, as in code |
# |---|---|---|
# | $x$ | $(d,)$ | `(n, d)` |
# | $W_1$, $b_1$ | $(k, d)$, $(k,)$ | the same |
# | $h$ | $(k,)$ | `(n, k)` |
# | $W_2$, $b_2$ | $(m, k)$, $(m,)$ | the same |
# | $y$ | $(m,)$ | `(n, m)` |
#
# In a batch each sample is a row, so $W x + b$ becomes `x @ w.T + b`. From this lesson on the bias stands beside the
# weights, as in torch, and no longer as the first weight. (One exception: section 6 needs all weights of a network in one
# vector, and keeps lesson 01's $\tilde w$ there, bias first.)
#
# The part between the $\sigma$s is the **linear layer**. Backward it receives $g = \partial E/\partial y$, one row per
# sample, and passes on three gradients. From $y_{ij} = \sum_l w_{jl} x_{il} + b_j$:
#
# $$\frac{\partial E}{\partial x_{il}} = \sum_j g_{ij} w_{jl}, \qquad
# \frac{\partial E}{\partial w_{jl}} = \sum_i g_{ij} x_{il}, \qquad
# \frac{\partial E}{\partial b_j} = \sum_i g_{ij}.$$

# %% [markdown] task="linear_layer" title="The linear layer, forward and backward"
# Write two functions. `x` is `(n, d)`, `w` is `(m, d)`, `b` is `(m,)`, `g` is `(n, m)`.
#
# - `linear_forward(x, w, b)` returns $y$, `(n, m)`.
# - `linear_backward(g, x, w)` returns the three gradients `(gx, gw, gb)`, each in the shape of its input; `gb` is `(m,)`.
#   The sums run over the batch; nothing is divided by n.
#
# Example: `x = [[1., 2.]]`, `w = [[3., 4.]]`, `b = [5.]` give `[[16.]]`; with `g = [[10.]]` the gradients are
# `[[30., 40.]]`, `[[10., 20.]]` and `[10.]`.


# %% solve="linear_layer" difficulty=2 importance=5 minutes=12 forbid="course_lib.functional.linear course_lib.nn.Linear torch.nn.functional.linear"
def linear_forward(x, w, b):
    """x (n, d), w (m, d), b (m,) -> y (n, m)."""
    ### BEGIN SOLUTION
    return x @ w.T + b
    ### END SOLUTION


def linear_backward(g, x, w):
    """Upstream g (n, m) -> gradients of x (n, d), w (m, d), b (m,)."""
    ### BEGIN SOLUTION
    return g @ w, g.T @ x, g.sum(axis=0)
    ### END SOLUTION


# %% [markdown] hint="linear_layer"
# Each formula above is a sum over one index: over j, over i, over i. A matrix product is a sum over the index that its
# two factors share.

# %% [markdown] hint="linear_layer"
# Let the shapes guide you. `g` is `(n, m)`; the gradient of `x` must be `(n, d)`. Which of `g @ w`, `g @ w.T`, `g.T @ w`
# fits when n, d, m are 2, 3, 4?

# %% [markdown] hint="linear_layer"
# ```python
# return x @ ... + b
# return g @ ..., g.T @ ..., g.sum(axis=...)
# ```

# %% check="linear_layer-forward" points=3
with check("linear_layer-forward") as expect:
    square = np.array([[1.0, 4, -2], [0, 3, 5], [2, -1, 7]])
    w = np.array([[2.0, -1, 0], [3, 1, 4], [-2, 5, 1]])
    expect("three of everything", linear_forward(square, w, np.array([1.0, -2, 0.5])))
    expect("2 samples, 3 inputs, 1 output", linear_forward(square[:2], w[:1], np.array([0.25])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10401)
    for n, d, m in [(4, 4, 4), (2, 3, 5), (6, 2, 1), (1, 5, 3)]:
        x, w, b = draw.normal(size=(n, d)), draw.normal(size=(m, d)), draw.normal(size=m)
        expect(f"{n} samples, {d} inputs, {m} outputs", linear_forward(x, w, b))
    ### END HIDDEN TESTS

# %% check="linear_layer-backward" points=5
with check("linear_layer-backward") as expect:
    square = np.array([[1.0, 4, -2], [0, 3, 5], [2, -1, 7]])
    w = np.array([[2.0, -1, 0], [3, 1, 4], [-2, 5, 1]])
    g = np.array([[0.5, 1, -1], [2, 0, 3], [-1, 4, 1]])
    gx, gw, gb = linear_backward(g, square, w)
    expect("three of everything: x", gx)
    expect("three of everything: w", gw)
    expect("three of everything: b", gb)
    expect("2 samples, 3 inputs, 1 output", linear_backward(g[:2, :1], square[:2], w[:1]))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10402)
    for n, d, m in [(4, 4, 4), (2, 3, 5), (6, 2, 1), (3, 5, 2)]:
        g, x, w = draw.normal(size=(n, m)), draw.normal(size=(n, d)), draw.normal(size=(m, d))
        expect(f"{n} samples, {d} inputs, {m} outputs", linear_backward(g, x, w))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Why the layers between must not be linear
#
# Leave $\sigma_1$ out. Say three linear layers take 2 inputs to 50 units, to 50 units, to 1 output, with nothing between
# them. They hold 2 751 numbers. But the *function* from x to y: how many numbers say all about it?

# %% solve="predict_collapse" difficulty=2 importance=4 minutes=2
# a whole number
### BEGIN SOLUTION
numbers_needed = 3
### END SOLUTION

# %% predict="predict_collapse" points=1
with check("predict_collapse") as expect:
    expect("numbers that describe the function", numbers_needed)

# %%
rng = np.random.default_rng(0)
layers = [(rng.normal(size=(m, d)), rng.normal(size=m)) for d, m in ((2, 50), (50, 50), (50, 1))]
print("numbers held:", sum(w.size + b.size for w, b in layers))
total_w, total_b = np.eye(2), np.zeros(2)
for w, b in layers:
    total_w, total_b = w @ total_w, w @ total_b + b
print("one layer that does the same:", total_w, total_b)

# %%
x = rng.normal(size=(5, 2))
y = x
for w, b in layers:
    y = y @ w.T + b
print("largest difference:", np.abs(y - (x @ total_w.T + total_b)).max())

# %% [markdown]
# A stack of linear layers is a linear layer: $W_2(W_1x + b_1) + b_2 = (W_2W_1)\,x + (W_2b_1 + b_2)$. It stays so with a sigmoid at the very end: the place where
# $\sigma_2(a) = 0.5$ is where the linear part is 0, a straight line. The bend must come *between* the layers.
#
# ## 2. Activation functions

# %% picture="activations" alt="Three curves with their slopes. ReLU: 0, then the diagonal, slope 0 or 1. Sigmoid: from 0 to 1, slope at most a quarter. Tanh: from -1 to 1, slope at most 1."
from course_lib.viz import folds

folds.activation_curves()

# %% [markdown]
# The **sigmoid** $1/(1+e^{-a})$ was the first choice, as the smooth step. It has two faults.
#
# **Saturation.** Far from 0 it is flat. Its slope $\sigma(1-\sigma)$ is at most a quarter, and the gradient that passes
# back through a saturated unit is nearly nothing:

# %%
for a in (0.0, 2.0, 5.0, 10.0):
    s, t = 1 / (1 + np.exp(-a)), np.tanh(a)
    print(f"a = {a:4}: slope of the sigmoid {s * (1 - s):.6f}, of tanh {1 - t * t:.2e}, of ReLU {float(a > 0)}")

# %% [markdown]
# Every sigmoid on the way back multiplies the gradient by its slope. At most which share of a gradient is left after
# five of them, all weights between being 1?

# %% solve="predict_share" difficulty=1 importance=3 minutes=2
# a number; a fraction such as 1/3 may be written
### BEGIN SOLUTION
share_left = 1 / 1024
### END SOLUTION

# %% predict="predict_share" points=1
with check("predict_share") as expect:
    expect("largest share left after five sigmoids", share_left)

# %%
print([0.25**layers for layers in range(1, 6)])

# %% [markdown]
# **Not zero-centred.** Its outputs are all positive. The gradient of the weights of a unit behind them is $g\,h$ for each
# sample: with one $g$ and all $h > 0$, all of them have the same sign. So from one sample the weights can only rise
# together or fall together, and where one must go up and one down, they zigzag. $\tanh(a) = 2\sigma(2a) - 1$ runs from
# -1 to 1 and is centred. It saturates all the same.

# %%
a = rng.normal(size=(1000, 20))
for name in ("sigmoid", "tanh"):
    h = folds.ACTIVATIONS[name][0](a)
    one_sign = np.all(h > 0, axis=1) | np.all(h < 0, axis=1)
    print(f"{name:8}: mean {h.mean():+.3f}; weight gradients all of one sign for {one_sign.mean():.1%} of the samples")

# %% [markdown]
# **ReLU**, the rectified linear unit $\max(0, a)$, does not saturate on its right side: the slope is exactly 1, however
# large $a$. On the left both value and slope are 0. At 0 itself there is a kink; every library takes the slope 0 there.
#
# As in lesson 03, an operation returns its output and its **vjp**: the function that takes the upstream gradient back.

# %% [markdown] task="relu_vjp" title="ReLU and its vjp"
# Write `relu(a)` for a float array of any shape. Return the pair `(h, vjp)`.
#
# `h` is max(0, a), a **new** array. `vjp(g)` takes an upstream gradient of the same shape and returns the gradient of
# `a`: `g` where `a > 0`, and 0 elsewhere, also where `a` is exactly 0. It may be called several times and writes
# neither into `g` nor into `a`.
#
# Example: for `a = [-1., 0., 2.]` the output is `[0., 0., 2.]`, and `vjp([5., 6., 7.])` is `[0., 0., 7.]`.


# %% solve="relu_vjp" difficulty=2 importance=5 minutes=8 forbid="course_lib.functional.relu"
def relu(a):
    """max(0, a), and the function that takes g back: g where a > 0, else 0."""
    ### BEGIN SOLUTION
    h = np.maximum(a, 0)

    def vjp(g):
        return g * (a > 0)

    return h, vjp
    ### END SOLUTION


# %% [markdown] hint="relu_vjp"
# Value and slope come from the same question, asked of `a`: is it positive?

# %% [markdown] hint="relu_vjp"
# `a > 0` is an array of True and False; times numbers, they count 1 and 0. A function defined inside `relu` remembers
# `a` when it is called later.

# %% [markdown] hint="relu_vjp"
# ```python
# h = np.maximum(...)
#
# def vjp(g):
#     return g * ...
#
# return h, vjp
# ```

# %% check="relu_vjp" points=6
with check("relu_vjp") as expect:
    a = np.array([[-1.5, 0.0, 2.0], [3.0, -0.25, 0.0]])
    g = np.array([[10.0, -20.0, -30.0], [0.4, 5.0, 60.0]])
    h, vjp = relu(a)
    expect("values", h)
    expect("gradient", vjp(g))
    expect("gradient, called again", vjp(2 * g))
    expect.unchanged("a and g afterwards", (a, g))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10403)
    for shape in [(4, 4), (2, 3, 5), (7,)]:
        a, g = draw.integers(-2, 3, size=shape) * 0.75, draw.normal(size=shape)
        h, vjp = relu(a)
        expect(f"shape {shape}: values and gradient", (h, vjp(g)))
        expect(f"shape {shape}: gradient again, with a and g", (vjp(g + 1), a, g))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Hinge loss or ReLU?
#
# $\max(0, 1 - ty)$, the **hinge loss** of the support vector machine, and $\max(0, a)$ have the same shape, and the
# perceptron criterion of lesson 01 is $\max(0, -ty)$. They do different jobs.
#
# The hinge is a *loss*: it stands at the end, compares a score y with a label t in {-1, 1}, and asks for a margin; where it is 0, there is nothing left to
# learn from this sample. ReLU is an *activation*: it stands inside, knows no label, and where it is 0, the unit has
# nothing to say about this sample.

# %% picture="hinge" alt="Two curves of one shape. Left: the hinge loss over the score y for label +1, falling to 0 at y = 1. Right: ReLU over a, rising from 0 at a = 0."
from course_lib.viz.pictures import multilayer

multilayer.hinge_and_relu()

# %% [markdown]
# ### Dead units, and what helps
#
# A ReLU unit that is off for *every* sample gets no gradient from any, so its weights do not move: it is **dead**. In the
# first layer it stays dead, because its inputs are the samples and they stay too. A unit further up can wake again, when
# the layers below change what it gets. Two hidden layers of 16 units, the first eight of each dead at the start:

# %% practice="dead_units"
def lit(layer, below):
    """ReLU of a layer, and how many of its first eight units are on for some sample."""
    h = np.maximum(layer(Tensor(below)).data, 0)
    return h, np.sum(np.any(h[:, :8] > 0, axis=0))


for seed in range(3):
    rng = np.random.default_rng(seed)
    two_x, two_t = data.moons(200, noise=0.1, rng=rng)
    first, second, last = nn.Linear(2, 16, rng=rng), nn.Linear(16, 16, rng=rng), nn.Linear(16, 2, rng=rng)
    net, below = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last).double(), two_x
    for layer in (first, second):
        layer.bias.data[:8] -= layer(Tensor(below)).data[:, :8].max(axis=0) + 0.01  # off for every sample
        below, _ = lit(layer, below)
    sgd = optim.SGD(net.parameters(), lr=0.3)
    for _ in range(200):
        loss = F.cross_entropy(net(Tensor(two_x)), two_t)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    below, awake = lit(first, two_x)
    print(f"after 200 steps {awake} of 8 are awake in the first layer, {lit(second, below)[1]} in the second")

# %% [markdown]
# One step that is too large can push a unit there.
#
# Two remedies keep a slope on both sides:
#
# - **Leaky ReLU** is $a$ where $a > 0$ and $s\,a$ elsewhere, with a small slope $s$ such as 0.01.
# - **Maxout** has no fixed shape: a unit is the largest of p linear functions, $h = \max(z_1, \dots, z_p)$. ReLU is the
#   case $\max(0, a)$. It needs p times the weights. Backward, the gradient goes to the piece that won.

# %% [markdown] task="leaky_maxout" title="Leaky ReLU and maxout"
# Write two functions.
#
# - `leaky_relu(a, slope=0.01)` returns `(h, derivative)`, both in the shape of the float array `a`. At `a = 0` the
#   derivative is `slope`.
# - `maxout(z, pieces)`: `z` is `(n, k * pieces)`; columns 0 to pieces-1 belong to unit 0, the next to unit 1, and so on.
#   Return `(h, winner)`, both `(n, k)`: the largest value of each unit, and which of its pieces has it, a whole number
#   from 0 to pieces-1. Of equal pieces the first wins.
#
# Example: `maxout(np.array([[1., 5., 2., 2.]]), 2)` is `([[5., 2.]], [[1, 0]])`.


# %% solve="leaky_maxout" difficulty=2 importance=3 minutes=12 forbid="course_lib.functional.leaky_relu course_lib.functional.maxout"
def leaky_relu(a, slope=0.01):
    """a where positive, else slope * a; and the derivative."""
    ### BEGIN SOLUTION
    derivative = np.where(a > 0, 1.0, slope)
    return derivative * a, derivative
    ### END SOLUTION


def maxout(z, pieces):
    """Largest of each group of `pieces` neighbouring columns, and its place in the group: (n, k) each."""
    ### BEGIN SOLUTION
    groups = z.reshape(len(z), -1, pieces)
    return groups.max(axis=2), groups.argmax(axis=2)
    ### END SOLUTION


# %% [markdown] hint="leaky_maxout"
# Leaky ReLU: compute the derivative first; the value is the derivative times `a`. Maxout: give every unit an axis of its
# own pieces.

# %% [markdown] hint="leaky_maxout"
# Six columns and pieces = 2 are three units: `z.reshape(n, 3, 2)`. Then both answers run along the last axis. When two
# are equal, `argmax` gives the first.

# %% [markdown] hint="leaky_maxout"
# ```python
# derivative = np.where(a > 0, ..., ...)
# groups = z.reshape(len(z), -1, ...)
# return groups.max(axis=...), groups.argmax(axis=...)
# ```

# %% check="leaky_maxout-leaky" points=3
with check("leaky_maxout-leaky") as expect:
    a = np.array([[-2.0, 0.0, 3.0], [0.5, -10.0, 1.5]])
    expect("the slope left out", leaky_relu(a))
    expect("slope 0.2", leaky_relu(a, slope=0.2))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10404)
    for shape, slope in [((3, 3), 0.1), ((2, 5), 0.01), ((4,), 0.3)]:
        expect(f"shape {shape}, slope {slope}", leaky_relu(draw.integers(-3, 4, size=shape) * 0.5, slope))
        expect(f"shape {shape}, not whole", leaky_relu(draw.normal(size=shape), slope))
    ### END HIDDEN TESTS

# %% check="leaky_maxout-maxout" points=5
with check("leaky_maxout-maxout") as expect:
    z = np.array([[3.0, 1, 8, 2, 5, 5], [-1, -4, 0, 7, -2, -9]])
    expect("3 units of 2 pieces", maxout(z, 2))
    expect("2 units of 3 pieces", maxout(z, 3))
    expect("all in one unit", maxout(z, 6))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10405)
    for n, k, pieces in [(4, 2, 2), (3, 2, 4), (5, 1, 3), (2, 3, 2)]:
        expect(f"{n} samples, {k} units of {pieces}", maxout(draw.normal(size=(n, k * pieces)), pieces))
        expect(
            f"{n} samples, {k} units of {pieces}, ties",
            maxout(draw.integers(-1, 2, size=(n, k * pieces)) * 1.0, pieces),
        )
    ### END HIDDEN TESTS

# %% [markdown]
# And backward? Change one piece of a maxout unit a little. If it is the largest, h changes by as much; if not, h does not
# change at all. So the slope of h is 1 for the winner and 0 for the others: the mask of ReLU, for p pieces.

# %% [markdown] task="maxout_vjp" title="Maxout, backward"
# Write `maxout_vjp(g, winner, pieces)`: the gradient of `z`, shape `(n, k * pieces)`, float.
#
# `g` `(n, k)` is the upstream gradient of the units, `winner` `(n, k)` says which piece of each was largest, as `maxout`
# returned it. The columns are ordered as there. Change neither `g` nor `winner`.
#
# Example: `g = [[10., 20.]]`, `winner = [[1, 0]]` and 2 pieces give `[[0., 10., 20., 0.]]`.


# %% solve="maxout_vjp" difficulty=3 importance=3 minutes=10 forbid="course_lib.functional.maxout"
def maxout_vjp(g, winner, pieces):
    """Upstream g (n, k) and winners (n, k) -> gradient of z (n, k * pieces)."""
    ### BEGIN SOLUTION
    won = winner[:, :, None] == np.arange(pieces)
    return (g[:, :, None] * won).reshape(len(g), -1)
    ### END SOLUTION


# %% [markdown] hint="maxout_vjp"
# Give the pieces an axis of their own again: an array `(n, k, pieces)` that is g at the winner's place and 0 elsewhere.

# %% [markdown] hint="maxout_vjp"
# That is the one-hot table of lesson 00 for every unit: `winner[:, :, None] == np.arange(pieces)` is `(n, k, pieces)`, True
# once for every unit. Then reshape.

# %% [markdown] hint="maxout_vjp"
# ```python
# won = winner[:, :, None] == ...
# return (g[:, :, None] * ...).reshape(len(g), ...)
# ```

# %% check="maxout_vjp" points=5
with check("maxout_vjp") as expect:
    g = np.array([[2.0, -1, 0.5], [3, 4, -5]])
    winner = np.array([[0, 2, 1], [2, 2, 0]])
    expect("3 units of 3 pieces", maxout_vjp(g, winner, 3))
    expect("3 units of 4 pieces, the last never wins", maxout_vjp(g, winner, 4))
    expect.unchanged("g and winner afterwards", (g, winner))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10412)
    for n, k, pieces in [(4, 2, 2), (3, 2, 4), (5, 1, 3), (2, 3, 2)]:
        g, winner = draw.normal(size=(n, k)), draw.integers(0, pieces, size=(n, k))
        expect(f"{n} samples, {k} units of {pieces}", maxout_vjp(g, winner, pieces))
    g, winner = draw.normal(size=(4, 3)), draw.integers(0, 3, size=(4, 3))
    expect("4 samples, 3 units of 5, two never win", maxout_vjp(g, winner, 5))
    ### END HIDDEN TESTS

# %% [markdown]
# **Lecture figure F27.** The lecture says: ReLU units die when the learning rate is too high, and ReLU is cheaper than
# the sigmoid. Both can be measured. First the deaths: a network 64-64-10 learns the bundled 8×8 digits, by 300 steps of
# gradient descent on batches of 64, at rising learning rates. A unit is dead when it is 0 on all training images.
# (The gradients here come from automatic differentiation; in section 4 you write them yourself.)


# %%
def autograd_gradients(x, t, w1, b1, w2, b2):
    params = [Tensor(p, requires_grad=True) for p in (w1, b1, w2, b2)]
    scores = F.linear(F.relu(F.linear(x, *params[:2])), *params[2:])
    loss = F.cross_entropy(scores, t)
    loss.backward()
    return loss.item(), tuple(p.grad for p in params)


def msr_weights(d, k, m, rng):
    w1, w2 = rng.normal(size=(k, d)) * np.sqrt(2 / d), rng.normal(size=(m, k)) * np.sqrt(2 / k)
    return w1, np.zeros(k), w2, np.zeros(m)


# %% figure="F27"
digits = datasets.load("digits")
images = digits.x_train.reshape(len(digits.x_train), -1) / 255  # from 0 to 1, all positive


def dead_share(x, eta, seed, steps=300):
    rng = np.random.default_rng(seed)
    weights = msr_weights(64, 64, 10, rng)
    for _ in range(steps):
        pick = rng.integers(0, len(x), 64)
        _, gradients = autograd_gradients(x[pick], digits.t_train[pick], *weights)
        weights = [w - eta * g for w, g in zip(weights, gradients, strict=True)]
    w1, b1, w2, b2 = weights
    h = np.maximum(x @ w1.T + b1, 0)
    right = np.argmax(h @ w2.T + b2, axis=1) == digits.t_train
    return np.mean(~np.any(h > 0, axis=0)), right.mean()


# %% figure="F27"
rates = (0.1, 0.3, 1, 1.5, 2, 3)
dead = {eta: np.mean([dead_share(images, eta, seed) for seed in range(3)], axis=0) for eta in tqdm(rates)}
centred = images - images.mean(axis=0)
rescued = np.mean([dead_share(centred, 2, seed) for seed in range(3)], axis=0)
ax = style.axes(title="Too large a step kills", xlabel="learning rate", ylabel="share")
ax.plot(rates, [dead[e][0] for e in rates], "o-", color=style.RED, label="dead units")
ax.plot(rates, [dead[e][1] for e in rates], "s--", color=style.BLUE, label="training accuracy")
legend = ax.legend(frameon=False)

# %% figure="F27"
from time import perf_counter


def seconds(op, a, g, repeat=15):
    times = []
    for _ in range(repeat):
        start = perf_counter()
        _, vjp = op(a)
        vjp(g)
        times.append(perf_counter() - start)
    return min(times)


a = np.random.default_rng(0).normal(size=(512, 512)).astype(np.float32)
times = {op.__name__: seconds(op, a, a) for op in (elementwise.relu, elementwise.tanh, elementwise.sigmoid)}

# %% figure="F27"
setting = "64-64-10, digits in 0..1, batch 64, 300 steps, 3 seeds"
rows = [(f"dead units, learning rate {eta}", "more when too high", f"{dead[eta][0]:.1%}", setting) for eta in rates]
rows.append(("dead units, learning rate 2", "-", f"{rescued[0]:.1%}", "the same, each pixel centred"))
for name in ("sigmoid", "tanh"):
    ratio = times[name] / times["relu"]
    rows.append((f"time of {name} / ReLU", "ReLU is cheaper", f"{ratio:.1f}", "512×512 float32, forward and back"))
lecture_table("F27 · dead units and cost of ReLU", rows)

# %% [markdown]
# As the rate rises the units die, and the accuracy goes with them. These inputs are never negative, so one large
# step moves all weights of a unit down together, and it is off for every image. With each pixel centred (lesson 00) the
# same rate kills none. Watch the share of dead units when you train; it is one of the drills of lesson 07.
#
# ReLU is the cheapest of the three, too; the last rows say by how much.
#
# ### Which one, then?
#
# | where | take | because |
# |---|---|---|
# | hidden layers, at first | ReLU, centred inputs, a moderate rate | cheap, no saturation on its right side |
# | many units die | a smaller rate; then leaky ReLU | a slope on both sides |
# | weights to spare | maxout | learns its shape, never saturates, costs p times the weights |
# | the surface must be smooth (section 6) | tanh | centred, with slopes everywhere |
# | hidden layers of a deep net | not the sigmoid | not centred, and slopes of a quarter at most |
# | output: a number | nothing | it must reach every value |
# | output: yes or no; one of many | sigmoid; softmax, inside the loss | probabilities (lesson 02) |
#
# ## 3. Forward: every hidden unit is a hyperplane
#
# A hidden unit $h_j = \sigma_1(w_j\cdot x + b_j)$ is a neuron of lesson 01, with its line (in general a hyperplane), its
# normal and its bias. What stands behind does the combining.

# %% [markdown] task="two_layer" title="Two layers, forward"
# Write `two_layer(x, w1, b1, w2, b2, hidden, output)`.
#
# `x` is `(n, d)`, `w1` `(k, d)`, `b1` `(k,)`, `w2` `(m, k)`, `b2` `(m,)`. `hidden` and `output` are $\sigma_1$ and
# $\sigma_2$: functions of an array that give an array of the same shape, such as `np.tanh`. Call each once, on the whole
# batch. Return the pair `(h, y)`, of shapes `(n, k)` and `(n, m)`.
#
# Example: with `x = [[2.]]`, `w1 = [[1.], [-1.]]`, `b1 = [0., 3.]`, `w2 = [[1., 10.]]`, `b2 = [0.]`, `np.square` hidden
# and `np.negative` as output, h is `[[4., 1.]]` and y is `[[-14.]]`.


# %% solve="two_layer" difficulty=2 importance=5 minutes=8 forbid="course_lib.functional.linear course_lib.topics.mlp.two_layer"
def two_layer(x, w1, b1, w2, b2, hidden, output):
    """Hidden units h (n, k) and outputs y (n, m) of a two-layer network."""
    ### BEGIN SOLUTION
    h = hidden(x @ w1.T + b1)
    y = output(h @ w2.T + b2)
    return h, y
    ### END SOLUTION


# %% [markdown] hint="two_layer"
# It is the same line twice: linear layer, then activation. The second one's input is the first one's output.

# %% [markdown] hint="two_layer"
# In the example the first linear layer gives `[2, 1]`, squared `[4, 1]`; the second `4 + 10 = 14`, negated `-14`.

# %% [markdown] hint="two_layer"
# ```python
# h = hidden(x @ ... + b1)
# y = output(h @ ... + b2)
# return h, y
# ```

# %% check="two_layer" points=7
with check("two_layer") as expect:
    square = np.array([[1.0, -2], [3, 0.5]])
    w1, b1 = np.array([[0.5, 1.0], [-1.0, 2.0]]), np.array([0.25, -0.5])
    w2, b2 = np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.125, 1.0])
    expect("two of everything, tanh and exp", two_layer(square, w1, b1, w2, b2, np.tanh, np.exp))
    expect("one output, exp and negative", two_layer(square, w1, b1, w2[:1], b2[:1], np.exp, np.negative))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10406)
    for n, d, k, m in [(3, 3, 3, 3), (2, 4, 5, 3), (4, 2, 1, 2), (1, 3, 6, 1)]:
        x, w1, b1 = draw.normal(size=(n, d)), draw.normal(size=(k, d)), draw.normal(size=k)
        w2, b2 = draw.normal(size=(m, k)), draw.normal(size=m)
        expect(f"{d}-{k}-{m}, {n} samples, tanh and square", two_layer(x, w1, b1, w2, b2, np.tanh, np.square))
    ### END HIDDEN TESTS

# %% [markdown]
# ### XOR, solved
#
# Lesson 01 ended with XOR, out of reach for one neuron. Two ReLU units do it, and the output needs no threshold: one
# unit counts the inputs, the other starts at the second one and takes twice as much away.


# %%
forward = yours("two_layer", else_=mlp.two_layer)
corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
xor = np.array([[1.0, 1], [1, 1]]), np.array([0.0, -1]), np.array([[1.0, -2]]), np.array([0.0])
h, y = forward(corners, *xor, lambda a: np.maximum(a, 0), lambda a: a)
print("hidden units:", *h, " outputs:", y[:, 0])

# %% [markdown]
# These weights are made by hand. Now let a network find its own, on the engine of lesson 03: `small_engine.Value` is what
# you built there, a node that records itself and reads formulas. It has no transpose, so its weights stand as (in, out).
# It has no ReLU either. Yours comes in as an operation like any other; all that is missing is the tuple around the gradient.


# %%
def library_relu(a):
    h, vjp = elementwise.relu(a)
    return h, lambda g: vjp(g)[0]


my_relu = yours("relu_vjp", else_=library_relu)


def relu_op(a):
    h, vjp = my_relu(a)
    return h, lambda g: (vjp(g),)


# %%
def first_network(seed, steps=400, units=4):
    """XOR, learned by `units` ReLU units: outputs and losses."""
    rng, losses = np.random.default_rng(seed), []
    w1, b1, w2, b2 = (small_engine.Value(rng.normal(size=shape)) for shape in ((2, units), units, (units, 1), 1))
    for _ in range(steps):
        y = small_engine.apply(relu_op, corners @ w1 + b1) @ w2 + b2
        squared = (y - np.array([[0.0], [1], [1], [0]])) ** 2
        small_engine.backward(squared, np.full((4, 1), 1 / 4))
        losses.append(squared.value.mean())
        for p in (w1, b1, w2, b2):
            p.value = p.value - 0.1 * p.grad
    return y.value[:, 0], losses


# %%
outputs, losses = first_network(seed=1)
print("outputs", outputs, f" loss {losses[0]:.3f} -> {losses[-1]:.1e}")

# %% practice="first_starts"
for units in (2, 4, 8, 16):
    solved = sum(first_network(seed, units=units)[1][-1] < 0.01 for seed in range(20))
    print(f"{units} hidden units: solved from {solved} of 20 starts")

# %% [markdown]
# Two units are enough to *hold* the answer, as you saw, but from most starts descent does not find it: a spare unit or two
# makes learning easier. Many more do not help at this rate: all of them add up in the output, and the steps get too long.

# %% [markdown]
# ### One, two, three hyperplanes

# %% picture="hyperplanes" alt="One, two and three lines in the plane with the regions they tell apart, 2, 4 and 7, and above each the surface that ReLU units with these lines fold."
from course_lib.viz.pictures import multilayer
from course_lib.widgets.folds import STARTS, weights

multilayer.one_by_one(*weights(STARTS["three folds"]))

# %% [markdown]
# One ReLU unit folds the plane along its line: flat on one side, a ramp on the other. Two make four regions. On each
# region every unit is either on or off, so there the network is an affine function (a linear one plus a constant);
# across a line nothing jumps, only the slope changes. A ReLU network is **piecewise affine and continuous**.
#
# Three lines in general position make 7 regions. What is the largest number of regions that **4** lines make?

# %% solve="predict_regions" difficulty=3 importance=3 minutes=4
# a whole number
### BEGIN SOLUTION
regions_of_four = 11
### END SOLUTION

# %% predict="predict_regions" points=1
with check("predict_regions") as expect:
    expect("regions that four lines make at most", regions_of_four)

# %%
rng = np.random.default_rng(1)
for k in range(1, 7):
    most = max(folds.regions(rng.normal(size=(k, 2)), 0.5 * rng.normal(size=k), limit=4) for _ in range(25))
    print(f"{k} lines: at most {most} regions in 25 draws; 1 + k + k(k-1)/2 = {1 + k + k * (k - 1) // 2}")

# %% [markdown]
# Each new line crosses the k old ones in at most k points, is cut by them into k + 1 pieces, and each piece splits one
# region: so the numbers are 1 + 1 + 2 + 3 + ... (A random draw may miss a small region, never find one too many.)
#
# Now move them yourself. Each unit has an angle, an offset and the weight with which it enters the output. Change the
# activation: what becomes of the folds with tanh, and what with "none"?

# %%
fold_explorer()

# %% picture="explorer" alt="The explorer with three parallel lines at 45 degrees and output weights 1, -2, 1: ReLU folds a ridge that is 0 on both sides. Below the same lines with tanh: smooth steps instead of folds."
from course_lib.viz.pictures import multilayer
from course_lib.widgets.folds import STARTS, weights

multilayer.ridge(*weights(STARTS["a ridge"]))

# %% [markdown]
# ### The banana-shaped class
#
# Lesson 02 met a class with a curved border, $100(x_2 - x_1^2)^2 + (1 - x_1)^2 < 0.5$, which no line can follow. How
# many hidden units does it take? We train with 1, 2, 3 and 16, three starts each, and keep the best. (Adam is another way
# to step down a gradient, with a rate for every weight: lesson 06. The loss is that of logistic regression.)


# %% practice="banana"
MORE = False  # True: 32 units too, and five times the steps, about half a minute
banana_x, banana_t = data.banana(600, rng=np.random.default_rng(0))
centre, spread = banana_x.mean(axis=0), banana_x.std(axis=0)
inputs, targets = ((banana_x - centre) / spread).astype("float32"), banana_t[:, None].astype("float32")


def trained(k, seed, steps):
    rng = np.random.default_rng(seed)
    net = nn.Sequential(nn.Linear(2, k, rng=rng), nn.ReLU(), nn.Linear(k, 1, rng=rng))
    adam, losses = optim.Adam(net.parameters(), lr=0.03), []
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(net(Tensor(inputs)), targets)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return losses, net


# %% practice="banana_run"
sizes, steps = ((1, 2, 3, 16, 32), 3000) if MORE else ((1, 2, 3, 16), 600)
best = {}
for k in tqdm(sizes, desc="hidden units"):
    best[k] = min((trained(k, seed, steps) for seed in range(3)), key=lambda run: run[0][-1])

# %% practice="banana_plot"
for ax, k in zip(style.row(len(sizes), size=(2.8, 3.0)), sizes, strict=True):

    def decide(points, net=best[k][1]):
        with no_grad():
            return (net(Tensor(((points - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)

    planes.view(banana_x[banana_t == 1], ax=ax, pad=0.25)
    planes.regions(decide, ax=ax)
    planes.points(banana_x, banana_t, ax=ax, size=5)
    right = np.mean(decide(banana_x) == banana_t)
    style.axes(ax, title=f"{k} unit{'s' * (k > 1)}: {right:.1%} right")

# %% practice="banana_curves"
ax = curves.learning_curves({f"{k} unit{'s' * (k > 1)}": best[k][0] for k in sizes}, xlabel="step", log=True)

# %% [markdown]
# With one unit the border is a line, with two or three you can count its corners, with sixteen it looks round.
#
# ## 4. Backward, and more than two classes
#
# For m classes the network has m outputs without an activation, the **scores** (logits) $s$. Softmax makes them
# probabilities, and the loss is the mean over the batch of $-\ln p_t$ (lesson 02):
#
# $$z = W_1x+b_1,\quad h = \max(0, z),\quad s = W_2h+b_2,\quad p_j = \frac{e^{s_j}}{\sum_l e^{s_l}},\quad
# E = -\frac1n\sum_i \ln p_{i,t_i}.$$
#
# Backward in the same order, from the end. Softmax and cross-entropy together have the simplest gradient there is, "what
# you said minus what is true"; then a linear layer, ReLU's mask, and a linear layer:
#
# $$\frac{\partial E}{\partial s} = \frac{p - \text{one-hot}(t)}{n} =: g, \quad
# \frac{\partial E}{\partial W_2} = g^{\mathsf T}h, \quad
# \frac{\partial E}{\partial z} = (g\,W_2)\cdot[z > 0] =: g_z, \quad
# \frac{\partial E}{\partial W_1} = g_z^{\mathsf T}x,$$
#
# and the gradients of $b_2$ and $b_1$ are the sums of $g$ and $g_z$ over the batch.

# %% [markdown] task="loss_and_gradients" title="The whole backward pass by hand"
# Write `loss_and_gradients(x, t, w1, b1, w2, b2)` for this network, in NumPy alone.
#
# `x` is `(n, d)`, `t` `(n,)` holds class numbers from 0, the weights are as before. Return `(loss, (gw1, gb1, gw2, gb2))`:
# the mean cross-entropy, and its gradients in the shapes of the weights. Scores of 1000 must not overflow. Change none of
# the arrays that come in.
#
# Example: when all weights and biases are 0 and there are two classes, the loss is ln 2; for `x = [[3.]]`, `t = [1]` the
# gradient of `b2` is `[0.5, -0.5]`, the others are 0.


# %% solve="loss_and_gradients" difficulty=4 importance=5 minutes=25 forbid="course_lib.functional.cross_entropy course_lib.functional.linear"
def loss_and_gradients(x, t, w1, b1, w2, b2):
    """Mean cross-entropy of a ReLU network and the gradients of w1, b1, w2, b2."""
    ### BEGIN SOLUTION
    z = x @ w1.T + b1
    h = np.maximum(z, 0)
    s = h @ w2.T + b2
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    loss = -logp[rows, t].mean()
    g = np.exp(logp)
    g[rows, t] -= 1
    g = g / len(t)
    gz = (g @ w2) * (z > 0)
    return loss, (gz.T @ x, gz.sum(axis=0), g.T @ h, g.sum(axis=0))
    ### END SOLUTION


# %% [markdown] hint="loss_and_gradients"
# Write the forward pass first and keep z and h; print the loss of the example. Then go back line by line: each line of
# the forward pass has one of the formulas above.

# %% [markdown] hint="loss_and_gradients"
# Subtract each row's largest score before exp: nothing changes in p. `p[np.arange(n), t]` are the probabilities of the
# right classes; at the same places subtract 1 from a copy of p. All shapes come out right when g is `(n, m)` and gz is
# `(n, k)`.

# %% [markdown] hint="loss_and_gradients"
# ```python
# z = ...; h = np.maximum(z, 0); s = ...
# s = s - s.max(axis=1, keepdims=True)
# logp = s - np.log(...)
# loss = -logp[np.arange(len(t)), t].mean()
# g = np.exp(logp); g[np.arange(len(t)), t] -= 1; g = g / ...
# gz = (g @ w2) * ...
# return loss, (gz.T @ ..., gz.sum(axis=0), g.T @ ..., g.sum(axis=0))
# ```

# %% check="loss_and_gradients" points=10
with check("loss_and_gradients") as expect:
    x, t = np.array([[1.0, -2, 0.5], [0, 1, 2], [-1, 0.5, 1.5]]), np.array([2, 0, 0])
    w1, b1 = np.array([[0.5, -1, 0.25], [1, 0.75, -0.5], [-0.25, 0.5, 1]]), np.array([0.1, -0.2, 0.3])
    w2, b2 = np.array([[1.0, -0.5, 0.5], [0.25, 1, -1], [-0.75, 0.5, 0.2]]), np.array([0.05, 0.4, -0.3])
    loss, (gw1, gb1, gw2, gb2) = loss_and_gradients(x, t, w1, b1, w2, b2)
    expect("three of everything: loss", loss)
    expect("gradient of b2", gb2)
    expect("gradient of w2", gw2)
    expect("gradient of b1", gb1)
    expect("gradient of w1", gw1)
    expect("scores in the thousands", loss_and_gradients(x, t, w1, b1, 1000 * w2, b2))
    expect.unchanged("what came in, afterwards", (x, t, w1, b1, w2, b2))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10407)
    for n, d, k, m in [(4, 4, 4, 4), (5, 3, 6, 2), (2, 5, 3, 4), (7, 2, 8, 3)]:
        x, t = draw.normal(size=(n, d)), draw.integers(0, m, size=n)
        w1, b1 = draw.normal(size=(k, d)), draw.normal(size=k)
        w2, b2 = draw.normal(size=(m, k)), draw.normal(size=m)
        expect(f"{d}-{k}-{m}, {n} samples", loss_and_gradients(x, t, w1, b1, w2, b2))
    expect("scores in the thousands", loss_and_gradients(x, t, w1, b1, 3000 * w2, b2))
    expect.unchanged("what came in, afterwards", (x, w1, b1, w2, b2))
    ### END HIDDEN TESTS

# %% [markdown]
# Now the best test that a gradient can have (lesson 02): two ways found independently, here yours and automatic
# differentiation, on one random network.

# %%
by_hand = yours("loss_and_gradients", else_=autograd_gradients)
rng = np.random.default_rng(3)
x, t, net = rng.normal(size=(20, 5)), rng.integers(0, 4, 20), msr_weights(5, 7, 4, rng)
(loss, ours), (auto_loss, auto) = by_hand(x, t, *net), autograd_gradients(x, t, *net)
print("losses:", loss, auto_loss)
print("largest differences:", [float(np.abs(a - b).max()) for a, b in zip(ours, auto, strict=True)])

# %% [markdown]
# Three spirals, three classes: gradient descent with these gradients and nothing else.

# %% practice="spirals"
spiral_x, spiral_t = data.spirals(450, classes=3, turns=0.9, noise=0.02, rng=np.random.default_rng(2))
net, losses = msr_weights(2, 48, 3, np.random.default_rng(0)), []
for _ in tqdm(range(3000), desc="steps"):
    loss, gradients = by_hand(spiral_x, spiral_t, *net)
    net = [w - 0.5 * g for w, g in zip(net, gradients, strict=True)]
    losses.append(loss)

# %% practice="spirals_plot"
left, right = style.row(2, size=(4.2, 3.8))


def classify(points):
    return np.argmax(np.maximum(points @ net[0].T + net[1], 0) @ net[2].T + net[3], axis=1)


planes.view(spiral_x, ax=left)
planes.regions(classify, ax=left)
planes.points(spiral_x, spiral_t, ax=left, size=12)
style.axes(left, title=f"{np.mean(classify(spiral_x) == spiral_t):.1%} right")
ax = curves.learning_curves({"loss": losses}, ax=right, xlabel="step", log=True)

# %% [markdown]
# ### What does a hidden unit look for?
#
# A unit's weights are a picture of the input that drives it most: it is a **feature detector**. In lesson 02 the ten rows
# of a softmax were templates of whole digits. Now sixteen hidden units stand between, shared by all ten classes.

# %% practice="detectors"
digits = datasets.load("digits")
pixels = digits.x_train.reshape(len(digits.x_train), -1) / 255
middle = pixels.mean(axis=0)
test_pixels = digits.x_test.reshape(len(digits.x_test), -1) / 255 - middle


def on_digits(sizes, seed, steps=400):
    """A ReLU network 64-...-10 trained by Adam on batches of 64, and its share of test digits right."""
    rng, layers = np.random.default_rng(seed), []
    for d, k in pairwise(sizes):
        layers += [nn.Linear(d, k, rng=rng), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    adam = optim.Adam(net.parameters(), lr=0.01)
    for _ in range(steps):
        pick = rng.integers(0, len(pixels), 64)
        loss = F.cross_entropy(net(Tensor((pixels[pick] - middle).astype("float32"))), digits.t_train[pick])
        adam.zero_grad()
        loss.backward()
        adam.step()
    with no_grad():
        scores = net(Tensor(test_pixels.astype("float32"))).data
    return net, np.mean(scores.argmax(axis=1) == digits.t_test)


# %% practice="detectors_shown"
net, right = on_digits((64, 16, 10), seed=0)
print(f"{right:.1%} of the test digits right")
shown = image_grid(net[0].weight.data.reshape(16, 8, 8), signed=True, columns=8, size=0.9)

# %% [markdown]
# No unit is a digit. Each likes ink in some places and dislikes it in others: now and then a piece of a stroke or an edge,
# mostly something that is hard to name. A digit is a sum of several, and each unit is read by all ten outputs.
#
# ### How many units, how many layers?
#
# Nobody can tell from the outside; one tries. Five starts each, everything else equal; mean and standard error, which says how
# far the mean of five may be off (lesson 07):

# %% practice="how_many"
from course_lib.train import plus_minus

shares = {}
for sizes in tqdm([(4,), (8,), (16,), (32,), (64,), (128,), (16, 16), (64, 64), (64, 64, 64)], desc="networks"):
    shares[sizes] = [on_digits((64, *sizes, 10), seed)[1] for seed in range(5)]
for sizes, right in shares.items():
    print(f"{'-'.join(map(str, sizes)):>9} units, {mlp.weights((64, *sizes, 10)):6} weights: {plus_minus(100 * np.array(right))} % right")

# %% [markdown]
# Start with one hidden layer, double its units until the test share stops rising, then see whether a second layer of the
# same width helps. On these small images it does not, within the errors; lesson 05 shows where depth pays. (Choosing by
# the test share spoils the test set as a judge; a third set, kept for choices, is better. Lesson 07 does so.)

# %% [markdown]
# ## 5. Counting the pieces
#
# Walk along a straight line through the input space, $x(s) = a + s\,(e - a)$, from a start a at $s=0$ to an end e at
# $s=1$. Along it every hidden unit's input is an affine function of s, so it passes 0 at most once, and there
# $y(s) = w_2\cdot\max(0, W_1x(s) + b_1) + b_2$ may have a **kink**. Between kinks y is straight.
#
# How much does the slope change where unit j passes 0? Before or after it the unit is off, on the other side it contributes $w_{2j}$ times its
# own slope m in s. Switching on at a rise or off at a fall, the change is the same:
#
# $$\text{change of slope} = w_{2j}\,|m|, \qquad m = w_j\cdot(e - a).$$
#
# So a unit with $w_{2j} = 0$ makes no kink, and kinks at the same place add up, perhaps to nothing.

# %% [markdown] task="count_pieces" title="Count the affine pieces along a line"
# Write `count_pieces(w1, b1, w2, start, end)` for a ReLU network with one output: `w1` is `(k, d)`, `b1` and `w2` are
# `(k,)`, `start` and `end` are points `(d,)`. Return, as a whole number, how many straight pieces y has between them.
#
# Count a kink where the slope really changes, strictly between the two points: not at `start` or `end` themselves. Units
# that pass 0 at the same place (s equal to within 1e-9) make one kink together, or none when their changes add up to 0
# (to within 1e-9). All your numbers come from `w1`, `b1`, `w2`; do not sample the line.
#
# Example: d = 1, `w1 = [[1.], [1.]]`, `b1 = [-1., -2.]`, `w2 = [1., 1.]`: from 0 to 3 there are 3 pieces, from 0 to 2 two.


# %% solve="count_pieces" difficulty=4 importance=3 minutes=25 forbid="course_lib.topics.mlp.pieces"
def count_pieces(w1, b1, w2, start, end):
    """Number of affine pieces of w2 · relu(w1 x + b1) on the way from start to end."""
    ### BEGIN SOLUTION
    before, after = w1 @ start + b1, w1 @ end + b1
    crosses = before * after < 0
    before, after, weight = before[crosses], after[crosses], w2[crosses]
    place = np.round(before / (before - after), 9)
    change = weight * np.abs(after - before)
    kinks = [change[place == s].sum() for s in np.unique(place)]
    return 1 + int(np.sum(np.abs(kinks) > 1e-9))
    ### END SOLUTION


# %% [markdown] hint="count_pieces"
# For each unit compute its input at `start` and at `end`. What do the two numbers say about whether it passes 0 between?
# Then: where, and by how much does it change the slope?

# %% [markdown] hint="count_pieces"
# An input that goes from -1 to 3 passes 0 after a quarter of the way: s = before / (before - after), -1 / -4. Its slope
# in s is m = after - before = 4. Round s to nine digits, then `np.unique` gives the places, each once.

# %% [markdown] hint="count_pieces"
# ```python
# before, after = w1 @ start + b1, ...
# crosses = before * after < 0
# place = np.round(before[crosses] / ..., 9)
# change = w2[crosses] * np.abs(...)
# kinks = [change[place == s].sum() for s in np.unique(place)]
# return 1 + ...
# ```

# %% check="count_pieces" points=9
with check("count_pieces") as expect:
    w1 = np.array([[1.0, 1], [2, -1], [-1, 3]])
    start, end = np.array([-2.0, 0]), np.array([3.0, 1])
    b1, w2 = np.array([-1.0, 0.5, 0.25]), np.array([1.0, -2, 0.5])
    expect("three units, three kinks", count_pieces(w1, b1, w2, start, end))
    expect("one without a weight in the output", count_pieces(w1, b1, np.array([1.0, 0, 0.5]), start, end))
    steps = np.array([[1.0], [1], [2], [-1], [-3], [1]])
    biases = np.array([-1.0, -2, -4, 2, 0, -7])
    ones = np.ones(6)
    expect(
        "three units at 2, one at the start, one beyond",
        count_pieces(steps, biases, ones, np.zeros(1), np.array([4.0])),
    )
    cancel = np.array([1.0, -1, 0.5, 0, 1, 1])
    expect("the changes at 2 add up to 0", count_pieces(steps, biases, cancel, np.zeros(1), np.array([4.0])))
    expect("no kink on the way", count_pieces(steps, biases, ones, np.array([2.25]), np.array([6.0])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10408)
    for d, single, silent, double, cancelled in [(2, 2, 1, 1, 1), (3, 4, 2, 1, 2), (1, 1, 1, 2, 1), (4, 6, 2, 2, 1)]:
        go = draw.integers(1, 4, size=d) * draw.choice([-1.0, 1], size=d)
        start = draw.integers(-5, 6, size=d) * 1.0
        kinds = ["single"] * single + ["silent"] * silent + ["double"] * double + ["cancelled"] * cancelled
        places = [*(draw.permutation(15)[: len(kinds)] + 1), 0, 16, 21, -4]
        rows, biases, outs = [], [], []
        for kind, s in zip([*kinds, *["outside"] * 4], places, strict=True):
            w = draw.integers(1, 4, size=d) * np.sign(go) * draw.choice([-1, 1])
            v = float(draw.integers(1, 5))
            copies = {"double": [(w, v), (2 * w, -v)], "cancelled": [(w, v), (-w, -v)], "silent": [(w, 0.0)]}.get(
                kind, [(w, v)]
            )
            for row, out in copies:
                rows.append(row)
                biases.append(-row @ (start + s * go))
                outs.append(out)
        shuffled = draw.permutation(len(rows))
        w1, b1, w2 = (np.array(a, float)[shuffled] for a in (rows, biases, outs))
        label = f"{d} inputs, {len(rows)} units, {single} simple kinks"
        expect(label, count_pieces(w1, b1, w2, start, start + 16 * go))
        expect(label + ", the first half", count_pieces(w1, b1, w2, start, start + 8.5 * go))
        expect(label + ", all with weight 1", count_pieces(w1, b1, np.ones(len(rows)), start, start + 16 * go))
    ### END HIDDEN TESTS

# %% [markdown]
# How many pieces does a random network have on a line through its input space? With one hidden layer never more than
# k + 1. Lesson 05 beats that with depth.


# %%
count = yours("count_pieces", else_=mlp.pieces)
rng = np.random.default_rng(5)
for k in (1, 10, 100, 1000):
    w1, b1, w2 = rng.normal(size=(k, 2)), rng.normal(size=k), rng.normal(size=k)
    print(f"{k:4} units: {count(w1, b1, w2, np.array([-2.0, -1]), np.array([2.0, 1]))} pieces")

# %% [markdown]
# ### Two layers of two lines each, folded
#
# What does a *second* hidden layer draw? It sees only $h$, the output of the first. With two units $h = (h_1, h_2)$ is again
# a plane, and the first layer has folded the sheet of inputs into its positive quarter: where a unit is off, everything
# is pressed flat onto an axis. On the folded sheet the second layer draws straight lines. Unfold the sheet, and each of
# them has a bend wherever it meets a fold.

# %% picture="folded_twice" alt="Two networks, each with the folded sheet on the left and the plane of inputs on the right. On the sheet, a lattice in the positive quarter, two straight lines. In the plane the same two lines bend at the dashed lines of the first layer: 11 regions above, 10 below."
from course_lib.viz.pictures import multilayer
from course_lib.widgets.deep_folds import STARTS, layers

multilayer.folded_twice(layers(STARTS["most regions"]), layers(STARTS["a slanting fold"]))

# %% [markdown]
# Dashed: the first layer. Solid: the second. Move them. Where does a solid line bend, where does it end? Find a setting in
# which the second layer cuts nothing at all.

# %%
deep_fold_explorer()

# %% [markdown] task="count_regions" title="Count the regions of a deep network"
# Write `count_regions(layers, x)`: how many patterns of "on" and "off" the ReLU units of **all** layers together show on
# the points `x`, `(n, d)`. On a fine grid of points that is the number of regions.
#
# `layers` is a list of pairs `(w, b)`, of shapes `(out, in)` and `(out,)`. A unit is on where its input, the linear layer's
# output, is greater than 0, and off where it is exactly 0; what it hands on is ReLU of it. Return a whole number. Change
# nothing that comes in.
#
# Example: one input, one layer, `w = [[1.], [1.]]`, `b = [0., -1.]`: the points 0, 0.5, 2 show 3 patterns. (If 0 counted as
# on, they would show 2.)


# %% solve="count_regions" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.mlp.regions course_lib.topics.mlp.patterns"
def count_regions(layers, x):
    """Number of different on-off patterns of all units at the points x (n, d)."""
    ### BEGIN SOLUTION
    patterns = []
    for w, b in layers:
        z = x @ w.T + b
        patterns.append(z > 0)
        x = np.maximum(z, 0)
    return len(np.unique(np.hstack(patterns), axis=0))
    ### END SOLUTION


# %% [markdown] hint="count_regions"
# Walk through the layers as in the forward pass, and note for every layer which units are on at every point. In the end,
# compare rows.

# %% [markdown] hint="count_regions"
# `z > 0` is a table `(n, units)` of True and False. Put the tables of all layers side by side with `np.hstack`: every point
# is one row. `np.unique(table, axis=0)` keeps each different row once.

# %% [markdown] hint="count_regions"
# ```python
# patterns = []
# for w, b in layers:
#     z = ...
#     patterns.append(z > 0)
#     x = ...                          # what the next layer gets
# return len(np.unique(np.hstack(...), axis=...))
# ```

# %% check="count_regions" points=7
with check("count_regions") as expect:

    def deep(sizes, rng):
        return [(rng.normal(size=(k, d)), 0.5 * rng.normal(size=k)) for d, k in pairwise(sizes)]

    points = 1.5 * np.random.default_rng(11).normal(size=(400, 2))
    folds_of_two = [(np.eye(2), np.zeros(2)), (np.array([[0.4, 0.9], [0.9, 0.4]]), np.array([-0.7, -0.7]))]
    expect("two layers of two", count_regions(folds_of_two, points))
    expect("one layer of three", count_regions(deep((2, 3), np.random.default_rng(12)), points))
    network = deep((2, 3, 4, 2), np.random.default_rng(13))
    expect("three layers", count_regions(network, points))
    expect.unchanged("points and weights afterwards", (points, [a for pair in network for a in pair]))
    on_folds = np.array([[0.0], [0.5], [2.0]])
    expect("points exactly on a fold", count_regions([(np.array([[1.0], [-1.0]]), np.array([0.0, 2.0]))], on_folds))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10413)
    for sizes in [(2, 2, 2), (3, 4, 2), (2, 5), (1, 3, 3, 2)]:
        network, x = deep(sizes, draw), 1.5 * draw.normal(size=(300, sizes[0]))
        expect(f"{'-'.join(map(str, sizes))}, 300 points", count_regions(network, x))
    grid = draw.integers(-2, 3, size=(60, 2)).astype(float)
    expect("points of a lattice", count_regions([(np.array([[1.0, -1], [1, 1]]), np.zeros(2)), (np.array([[1.0, -2]]), np.zeros(1))], grid))
    ### END HIDDEN TESTS

# %% [markdown]
# With two units in each, nothing is won yet: two layers of two make at most 11 regions, as many as one layer of four. (In
# the quarter where both first units are on, the second layer's lines make at most 4 regions; where one is on, the sheet is
# a line and they make 3; where none is, it is a point.)
#
# But let the first layer have four units that fold the sheet
# **twice**, so that four parts of the plane lie on each other. What the second layer cuts there, it cuts in all four:

# %%
regions_of = yours("count_regions", else_=mlp.regions)
rng = np.random.default_rng(0)
angles, middle = rng.uniform(0, np.pi, 4), 1 + 0.25 * rng.normal(size=(4, 2))
folded = mlp.quarters(np.column_stack([np.cos(angles), np.sin(angles)]), middle)
counted = regions_of(folded, deep_folds.grid(2.0, 240))
print(f"one layer of 8 units: at most {1 + 8 + 8 * 7 // 2}; two layers of 4: {counted} counted")

# %% [markdown]
# Each further layer that folds can multiply once more. Guido Montúfar and others (2014) proved that with L layers of k units
# on d inputs a network can have at least $\lfloor k/d\rfloor^{d(L-1)}\sum_{j\le d}\binom{k}{j}$ regions: **exponential in the
# depth**, while one layer's number grows only like the d-th power of its units. For the plane and four units a layer:

# %%
for depth in range(1, 6):
    one, k = 4 * depth, 4
    deep_least = (k // 2) ** (2 * (depth - 1)) * (1 + k + k * (k - 1) // 2)
    print(f"{4 * depth:2} units: in one layer at most {1 + one + one * (one - 1) // 2:4}, in {depth} layers at least {deep_least} can be had")

# %% [markdown]
# They *can* be had; a network drawn at random or trained uses few of them (Hanin and Rolnick 2019). And the pieces are not
# free: they are copies of each other, made by few weights. Depth pays where the task repeats itself, too. Lesson 05 goes on
# from here.

# %% [markdown]
# ## 6. From classes to surfaces
#
# Nothing in the hidden layer knows of classes. Leave the output as it is, take the squared error, and the network fits
# numbers: **regression**. How few units can draw a surface? The lectures fit two, with tanh and networks 2-n-1:
#
# $$z_1 = 100(x_2-x_1^2)^2 + (1-x_1)^2, \qquad z_2 = \sin x_1\,\sin x_2 .$$
#
# You know the first: it is Rosenbrock's valley, the **banana's formula**. Where it is below 0.5, there lay the class of
# section 3. There a network had to find the border; now it has to draw the whole surface. (The letter z is the height of
# the surface in this section, as in the lectures, and nothing that goes into a bent curve.)
#
# So few weights fit slowly by gradient descent: the valley is narrow and bent. But the loss is a sum of squares,
# $\sum_i r_i^2$ with $r_i = y_i - z_i$, and that helps. Write $p$ for all weights in one vector, $J$ for the **Jacobian**,
# $J_{ij} = \partial r_i/\partial p_j$. Near $p$ the residuals are about $r + J\,\delta$. Choose the step that makes
# their sum of squares small without going far, that is, minimise $\lVert r + J\delta\rVert^2 + \lambda\lVert\delta\rVert^2$:
#
# $$(J^{\mathsf T}J + \lambda I)\,\delta = -J^{\mathsf T} r .$$
#
# With $\lambda = 0$ it is Gauss and Newton's step: $J^{\mathsf T}J$ stands for the second derivatives, which it costs
# nothing extra to know. A large $\lambda$ gives a short step down the gradient. Levenberg (1944) and Marquardt (1963)
# raise $\lambda$ when a step fails and lower it when one succeeds.
#
# For the network $y = v_0 + \sum_j v_j\tanh(\tilde w_j\cdot\tilde x)$, with $\tilde x = [1, x_1, x_2]$ and
# $h_j = \tanh(\tilde w_j\cdot\tilde x)$:
#
# $$\frac{\partial r}{\partial v_0} = 1, \qquad \frac{\partial r}{\partial v_j} = h_j, \qquad
# \frac{\partial r}{\partial \tilde w_{jl}} = v_j\,(1-h_j^2)\,\tilde x_l .$$

# %% [markdown] task="fit_jacobian" title="Fit a surface: residuals, Jacobian, step"
# `p` `(4n + 1,)` holds $\tilde w_1$ (three numbers, bias first), then $\tilde w_2$, ..., $\tilde w_n$, then $v_0$, then
# $v_1 \dots v_n$. `x1` is `(m, 3)`, the 1 in front; `z` is `(m,)`.
#
# - `fit_jacobian(p, x1, z)` returns `(r, J)`: residuals $y - z$, `(m,)`, and the Jacobian `(m, 4n + 1)`, columns in the
#   order of `p`.
# - `damped_step(r, J, damping)` returns the step $\delta$ of the equation above; `damping` is $\lambda > 0$.
#
# Example: `p = [0, 1, 0, 5, 2]`, `x1 = [[1, 0, 3]]`, `z = [1]` give r = `[4]` and J = `[[2, 0, 6, 1, 0]]`.


# %% solve="fit_jacobian" difficulty=4 importance=3 minutes=25 forbid="scipy.optimize.least_squares scipy.optimize.approx_fprime course_lib.topics.gauss_newton.jacobian course_lib.topics.gauss_newton.two_layer_jacobian"
def fit_jacobian(p, x1, z):
    """Residuals (m,) and Jacobian (m, 4n + 1) of a tanh network 2-n-1 at the weights p."""
    ### BEGIN SOLUTION
    n = len(p) // 4
    w, v = p[: 3 * n].reshape(n, 3), p[3 * n :]
    h = np.tanh(x1 @ w.T)
    r = v[0] + h @ v[1:] - z
    slope = v[1:] * (1 - h**2)
    hidden = (slope[:, :, None] * x1[:, None, :]).reshape(len(z), 3 * n)
    return r, np.hstack([hidden, np.ones((len(z), 1)), h])
    ### END SOLUTION


def damped_step(r, J, damping):
    """The step delta with (J^T J + damping I) delta = -J^T r."""
    ### BEGIN SOLUTION
    return np.linalg.solve(J.T @ J + damping * np.eye(J.shape[1]), -J.T @ r)
    ### END SOLUTION


# %% [markdown] hint="fit_jacobian"
# Take `p` apart first: the hidden weights as `(n, 3)`, the output weights as `(n + 1,)`. The Jacobian has three blocks:
# 3n columns, one column, n columns.

# %% [markdown] hint="fit_jacobian"
# For the first block: `slope = v[1:] * (1 - h**2)` is `(m, n)`; each of its columns becomes three, multiplied by the
# three columns of `x1`. `slope[:, :, None] * x1[:, None, :]` is `(m, n, 3)`. Equations are solved by `np.linalg.solve`.

# %% [markdown] hint="fit_jacobian"
# ```python
# n = len(p) // 4
# w, v = p[: 3 * n].reshape(n, 3), p[3 * n :]
# h = np.tanh(...)
# r = v[0] + ... - z
# slope = ...
# hidden = (...).reshape(len(z), 3 * n)
# return r, np.hstack([hidden, np.ones((len(z), 1)), ...])
# ```
# ```python
# return np.linalg.solve(J.T @ J + ..., ...)
# ```

# %% check="fit_jacobian-jacobian" points=6
with check("fit_jacobian-jacobian") as expect:
    x1 = np.array([[1.0, -1, 0.5], [1, 0.25, 2], [1, 1.5, -0.75], [1, 0.5, 0.25]])
    z = np.array([1.0, -2, 0.5, 3])
    one = np.array([0.2, -0.4, 0.6, 0.3, 2.0])
    r, J = fit_jacobian(one, x1, z)
    expect("one unit: residuals", r)
    expect("one unit: Jacobian", J)
    three = np.array([0.1, 0.5, -1, 0.3, -0.2, 0.7, -0.4, 0.9, 0.6, 0.25, 1.5, -2, 0.5])
    expect("three units", fit_jacobian(three, x1, z))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10409)
    for n, m in [(3, 3), (2, 7), (4, 5), (1, 6)]:
        x1 = np.column_stack([np.ones(m), draw.normal(size=(m, 2))])
        expect(f"{n} units, {m} points", fit_jacobian(draw.normal(size=4 * n + 1), x1, draw.normal(size=m)))
    ### END HIDDEN TESTS

# %% check="fit_jacobian-step" points=3
with check("fit_jacobian-step") as expect:
    r, J = np.array([1.0, -2, 0.5]), np.array([[2.0, 1], [0, 1], [-1, 3]])
    expect("3 residuals, 2 weights, damping 0.5", damped_step(r, J, 0.5))
    expect("strong damping: a short step downhill", damped_step(r, J, 1e4), atol=1e-12)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10410)
    for m, d, damping in [(4, 4, 2.0), (9, 3, 0.5), (3, 5, 1.5)]:
        expect(f"{m} residuals, {d} weights", damped_step(draw.normal(size=m), draw.normal(size=(m, d)), damping))
    ### END HIDDEN TESTS

# %% [markdown]
# First your own optimiser at work: halve $\lambda$ after a step that helps, multiply it by four after one that does not.


# %%
jacobian = yours("fit_jacobian", else_=gauss_newton.two_layer_jacobian)


def square_grid(half, side=41):
    u, v = np.meshgrid(np.linspace(-half, half, side), np.linspace(-half, half, side))
    return np.column_stack([np.ones(u.size), u.ravel(), v.ravel()])


def unit_variance(z):
    return (z - z.mean()) / z.std()


# %%
def gradient_losses(p, x1, z, steps, rate):
    losses = []
    for _ in range(steps):
        r, J = jacobian(p, x1, z)
        losses.append(np.mean(r**2))
        p = p - rate * 2 * J.T @ r / len(r)
    return losses


def damped_losses(p, x1, z, steps):
    damping, losses = 1.0, []
    for _ in range(steps):
        r, J = jacobian(p, x1, z)
        losses.append(np.mean(r**2))
        trial = p - np.linalg.solve(J.T @ J + damping * np.eye(len(p)), J.T @ r)
        better = np.mean(jacobian(trial, x1, z)[0] ** 2) < np.mean(r**2)
        p, damping = (trial, damping / 2) if better else (p, damping * 4)
    return losses


# %%
x1 = square_grid(1.0)
sines = unit_variance(np.sin(x1[:, 1]) * np.sin(x1[:, 2]))
begin = np.random.default_rng(4).normal(size=17)
tried = {rate: gradient_losses(begin, x1, sines, 150, rate) for rate in (0.1, 0.2, 0.4)}
rate = min(tried, key=lambda rate: tried[rate][-1])
losses = {f"gradient, rate {rate}": tried[rate], "damped steps": damped_losses(begin, x1, sines, 150)}
ax = curves.learning_curves(losses, xlabel="step", ylabel="mean squared error", log=True)
print("gradient, loss after 150 steps:", {rate: round(float(run[-1]), 4) for rate, run in tried.items()})

# %% [markdown]
# The same number of steps, the same start, the best of three rates for the gradient: knowing the curvature is worth orders
# of magnitude here. It has its price: J has one column for every weight, so with a million weights nobody writes it down.
#
# **Lecture figures F1 and F2.** Now the lectures' two surfaces with 2, 3 and 4 units. `scipy.optimize.least_squares` does
# the damping for us. Different starts end in different valleys, so we take twelve and keep the best. The lectures do not
# give the domain; we state ours, a grid of 41×41 points on a square, and the loss is the mean squared error on targets
# scaled to mean 0 and variance 1.


# %%
def residuals(p, x1, z):
    return jacobian(p, x1, z)[0]


def jacobian_only(p, x1, z):
    return jacobian(p, x1, z)[1]


def fits(x1, z, n, starts=12):
    runs = []
    for seed in range(starts):
        p = np.random.default_rng(seed).normal(size=4 * n + 1)
        found = least_squares(residuals, p, jacobian_only, method="lm", args=(x1, z), max_nfev=400)
        runs.append((np.mean(found.fun**2), found.x))
    return sorted(runs, key=lambda run: run[0])


# %%
def surface_figure(name, formula, half, lecture):
    x1 = square_grid(half)
    z = unit_variance(formula(x1[:, 1], x1[:, 2]))
    runs = {n: fits(x1, z, n) for n in tqdm(lecture, desc=name)}
    figure = plt.figure(figsize=(11.5, 3.1), layout="constrained")
    panels = {"target": z, **{f"{n} units": residuals(run[0][1], x1, z) + z for n, run in runs.items()}}
    for k, (title, heights) in enumerate(panels.items(), 1):
        ax = figure.add_subplot(1, 4, k, projection="3d")
        side = int(np.sqrt(len(z)))
        ax.plot_surface(*(a.reshape(side, side) for a in (x1[:, 1], x1[:, 2], heights)), cmap="cividis")
        ax.set_title(title, fontsize="medium")
        ax.set(xticks=(-half, 0, half), yticks=(-half, 0, half), xlabel="x", ylabel="y")
    return runs


# %%
def surface_table(title, runs, lecture, domain):
    rows = []
    for n, loss in lecture.items():
        best = runs[n][0][0]
        near = sum(run[0] < 1.05 * best for run in runs[n])
        setting = f"tanh 2-{n}-1, {domain}, 41×41, unit variance, best of 12 starts ({near} within 5 %)"
        rows.append((f"{n} nodes", f"{loss:.2e}", f"{best:.2e}", setting))
    return lecture_table(title, rows)


# %% figure="F1"
LECTURE_F1 = {2: 3.02e-01, 3: 2.08e-02, 4: 8.27e-03}
valley_runs = surface_figure("valley", lambda u, v: 100 * (v - u**2) ** 2 + (1 - u) ** 2, 2.0, LECTURE_F1)

# %% figure="F1"
surface_table("F1 · z = 100(y-x²)² + (1-x)²", valley_runs, LECTURE_F1, "|x|, |y| ≤ 2")

# %% figure="F2"
LECTURE_F2 = {2: 2.61e-01, 3: 2.51e-04, 4: 3.07e-07}
sine_runs = surface_figure("sines", lambda u, v: np.sin(u) * np.sin(v), 1.0, LECTURE_F2)

# %% figure="F2"
surface_table("F2 · z = sin x · sin y", sine_runs, LECTURE_F2, "|x|, |y| ≤ 1")

# %% [markdown]
# 4n + 1 numbers draw a whole surface. In F1 we come out below the lecture in every row: more than ten times with two units,
# hundreds of times with four, little with three. Do not read that as a better method. The lecture's domain is unknown and
# probably another than ours, and on another square the same formula is another surface, steeper or flatter. Only the order
# can be compared: more units, smaller loss.
#
# Look at the last column: mostly only some of the starts find the best valley.
# Methods that go downhill promise a valley, never the deepest.
#
# On a larger domain the same units do much worse: beyond $\pm\pi/2$ the sines turn back, and the surface gets hills and
# hollows inside of the square:

# %% figure="F2"
for half in (1.0, 2.0, 3.0):
    wide = square_grid(half, side=21)
    z = unit_variance(np.sin(wide[:, 1]) * np.sin(wide[:, 2]))
    print(f"|x|, |y| <= {half}: loss {fits(wide, z, 4, starts=4)[0][0]:.1e} with 4 units")

# %% [markdown]
# ## 7. Find the bug

# %% [markdown] task="mute_scores" title="Find the bug: scores that fall silent"
# `mute_scores(x, t, w1, b1, w2, b2, eta, steps)` should train the classifier of section 4 by gradient descent, with the
# library's automatic differentiation: in each step it records the loss, then moves all four arrays by -eta times their
# gradients. It returns `(losses, scores)`: the list of the losses before each step, and the scores `(n, m)` of `x` after
# the last step. ReLU is the hidden activation.
#
# It runs, the loss falls a little, and then some classes are never predicted again. Find out why and repair it.
#
# Example: when the repaired function is given zeros for all weights and two classes, the first loss is ln 2.


# %% solve="mute_scores" difficulty=2 importance=4 minutes=12 bug=true
def mute_scores(x, t, w1, b1, w2, b2, eta, steps):
    """Losses before each step, and the scores of x after the last."""
    ### BEGIN SOLUTION
    params, losses = [w1, b1, w2, b2], []

    def network(w1, b1, w2, b2):
        h = F.relu(F.linear(x, w1, b1))
        return F.linear(h, w2, b2)

    for _ in range(steps):
        tensors = [Tensor(p, requires_grad=True) for p in params]
        loss = F.cross_entropy(network(*tensors), t)
        loss.backward()
        losses.append(loss.item())
        params = [p.data - eta * p.grad for p in tensors]
    return losses, network(*params).data
    ### END SOLUTION


# %% given="mute_scores"
def mute_scores(x, t, w1, b1, w2, b2, eta, steps):
    """Losses before each step, and the scores of x after the last."""
    params, losses = [w1, b1, w2, b2], []

    def network(w1, b1, w2, b2):
        h = F.relu(F.linear(x, w1, b1))
        return F.relu(F.linear(h, w2, b2))

    for _ in range(steps):
        tensors = [Tensor(p, requires_grad=True) for p in params]
        loss = F.cross_entropy(network(*tensors), t)
        loss.backward()
        losses.append(loss.item())
        params = [p.data - eta * p.grad for p in tensors]
    return losses, network(*params).data


# %% [markdown] hint="mute_scores"
# Print the scores. Which values do never occur? What would the class that is certainly wrong have to say?

# %% [markdown] hint="mute_scores"
# Softmax wants scores of both signs. A score that an activation holds at 0 has the gradient 0 as well: the class can
# neither be pushed up nor down for this sample.

# %% [markdown] hint="mute_scores"
# ```python
# h = F.relu(...)              # inside: an activation
# scores = ...                 # at the end: the linear layer, nothing on top
# ```

# %% check="mute_scores" points=8
with check("mute_scores") as expect:
    x, t = np.array([[1.0, -1], [0.5, 2], [-1, 0.25], [2, 1]]), np.array([0, 1, 1, 0])
    w1, b1 = np.array([[1.0, 0.5], [-0.75, 1]]), np.array([0.1, 0.2])
    w2, b2 = np.array([[0.5, -1], [-0.5, 0.25]]), np.array([-0.2, 0.1])
    losses, scores = mute_scores(x, t, w1, b1, w2, b2, 0.5, 3)
    expect("two of everything, losses of 3 steps", losses)
    expect("scores after them", scores)
    expect("scores before any step", mute_scores(x, t, w1, b1, w2, b2, 0.5, 0))
    expect("the weights it started from", (w1, b1, w2, b2))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10411)
    for n, d, k, m, eta in [(6, 3, 3, 3, 0.2), (8, 2, 5, 4, 0.5), (5, 4, 6, 2, 0.1)]:
        x, t = draw.normal(size=(n, d)), draw.integers(0, m, size=n)
        w1, b1 = draw.normal(size=(k, d)), 0.3 * draw.normal(size=k)
        w2, b2 = draw.normal(size=(m, k)), 0.3 * draw.normal(size=m)
        expect(f"{d}-{k}-{m}, 5 steps", mute_scores(x, t, w1, b1, w2, b2, eta, 5))
        expect(f"{d}-{k}-{m}, the weights it started from", (w1, b1, w2, b2))
    ### END HIDDEN TESTS

# %% [markdown] question="bend_or_not" points=5 title="Three layers and no progress"
# A friend stacks three linear layers with a sigmoid at the very end, and finds that the network separates the banana no
# better than logistic regression. She puts ReLU between the layers and raises the learning rate to 5; now 40 of 64 hidden
# units are 0 for every sample, and the loss stands still. Explain both observations, with a formula for the first, and
# name two things she should try. (6 to 9 sentences.)
#
# === BEGIN MARK SCHEME ===
# 1 point: the stack collapses: W3(W2(W1 x + b1) + b2) + b3 = W x + b, with W = W3 W2 W1 or an equivalent formula.
#
# 1 point: the sigmoid at the end is monotone, so the border (output 0.5) is where W x + b = 0: a line, exactly what
# logistic regression has.
#
# 1 point: dead units: off for every sample means slope 0 for every sample, so their weights get no gradient, and those of
# the first layer never come back. ("Never" for all layers earns the point, too.)
#
# 1 point: why the rate does it: one large step pushes bias and weights so far that the input is negative everywhere.
#
# 1 point: two sensible remedies: smaller learning rate (or warm-up), leaky ReLU or maxout, better initialisation,
# centred and scaled inputs, starting afresh. Half a point each.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# Without a bend between them three linear layers are one: $W_3(W_2(W_1x + b_1) + b_2) + b_3 = Wx + b$ with
# $W = W_3W_2W_1$ and $b = W_3W_2b_1 + W_3b_2 + b_3$. The sigmoid at the end only rises, so the output is 0.5 exactly
# where $Wx + b = 0$. That is a straight line, the same kind of border that logistic regression draws, and no line
# follows the banana.
#
# ReLU cures this, but a unit that is off for every sample has the slope 0 for every sample, so no gradient reaches
# its weights and it is dead; in the first layer it stays dead, because its inputs, the samples, never change. The
# rate of 5 did it: one such step can push the bias and the weights of a unit so far down that its input is negative
# for all samples. With 40 of 64 units gone there is little left that can learn, and the loss stands still. She should
# start afresh, since the dead units of the first layer do not come back, with a much smaller learning rate; and she
# should centre and scale the inputs or, if units still die, take leaky ReLU, which has a slope on both sides.
# === END MODEL ANSWER ===

# %% [markdown]
# ## 8. Read the curves
#
# A training loss is the first thing you see of a network that does not work. Here are five runs of one small network on the
# half moons, 300 steps of gradient descent. In each **one** thing is wrong; all else is as in the
# healthy run, which is drawn beside it. The dotted line is ln 2, the loss of a network that says one half.

# %% picture="faulty_losses" alt="Five panels A to E with the healthy loss, which falls from 0.65 to 0.04. A stays at ln 2, then falls to 0.2 and stops; B falls below the healthy one, jumps to nearly 100 and ends at 0.4; C stays at ln 2; D falls very slowly and steadily; E jumps to several hundred at once and is ln 2 from then on."
from course_lib.viz.pictures import multilayer

multilayer.faulty_losses()

# %% [markdown] task="loss_curves" title="Which fault is which?"
# Name the fault of each run: `faults`, a dict of the letters "A" to "E", each with one of
#
# "rate too high", "rate too low", "inputs not scaled", "all units begin equal", "labels shuffled".
#
# Each occurs once. Of the runs the check here looks at B and D only; A, C and E are asked when your work is graded. Think of
# each before you look: what can a network still learn with this fault, and what does its very first loss show?


# %% solve="loss_curves" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.loss_runs.FAULTS"
### BEGIN SOLUTION
faults = {
    "A": "all units begin equal",
    "B": "rate too high",
    "C": "labels shuffled",
    "D": "rate too low",
    "E": "inputs not scaled",
}
### END SOLUTION

# %% [markdown] hint="loss_curves"
# Ask of each curve where it starts, whether it ever rises, and where it stops. Two of them stop at ln 2, for different
# reasons: one never had anything to learn, the other lost its units in the first step.

# %% [markdown] hint="loss_curves"
# Units that begin equal get equal gradients and stay equal: together they are one unit, and one unit can still draw a
# line. How much of the moons can a line part? Large inputs make large scores: such a network is very wrong, and very sure,
# at its very first step.

# %% [markdown] hint="loss_curves"
# ```python
# faults = {"A": "...", "B": "...", "C": "...", "D": "...", "E": "..."}   # each of the five once
# ```

# %% check="loss_curves" points=4
with check("loss_curves") as expect:
    kinds = ["rate too high", "rate too low", "inputs not scaled", "all units begin equal", "labels shuffled"]
    said = list(faults.values())
    expect("the letters", sorted(faults))
    expect("names that are none of the five", sorted(set(said) - set(kinds)))
    expect("names that occur more than once", [name for name in kinds if said.count(name) > 1])
    expect("run B", faults["B"])
    expect("run D", faults["D"])
    ### BEGIN HIDDEN TESTS
    expect("run A", faults["A"])
    expect("run C", faults["C"])
    expect("run E", faults["E"])
    expect("all five", [faults[letter] for letter in "ABCDE"])
    ### END HIDDEN TESTS

# %% [markdown] task="one_unit" title="Find the bug: moons half learned"
# `fit_moons(x, t, rng)` should train the classifier of section 4, with twelve ReLU units, on `x` `(n, 2)` and labels 0 and
# 1, and return its weights `(w1, b1, w2, b2)`, of shapes `(12, 2)`, `(12,)`, `(2, 12)`, `(2,)`. `rng` is a generator for
# whatever you draw.
#
# It is the program of one of the runs above. Repair it, so that the loss after its 300 steps is below 0.12 on two half
# moons, scaled. Leave number of units, steps and rate as they are. The check computes the loss from your weights itself.


# %% solve="one_unit" difficulty=3 importance=5 minutes=12 bug=true
def fit_moons(x, t, rng):
    """Weights of a network 2-12-2 after 300 steps of gradient descent on x (n, 2), t (n,)."""
    ### BEGIN SOLUTION
    w1, b1 = rng.normal(size=(12, 2)), np.zeros(12)
    w2, b2 = rng.normal(size=(2, 12)) * np.sqrt(2 / 12), np.zeros(2)
    for _ in range(300):
        _, gradients = autograd_gradients(x, t, w1, b1, w2, b2)
        w1, b1, w2, b2 = (w - 0.5 * g for w, g in zip((w1, b1, w2, b2), gradients, strict=True))
    return w1, b1, w2, b2
    ### END SOLUTION


# %% given="one_unit"
def fit_moons(x, t, rng):
    """Weights of a network 2-12-2 after 300 steps of gradient descent on x (n, 2), t (n,)."""
    w1, b1 = np.full((12, 2), 0.5), np.zeros(12)
    w2, b2 = np.array([[-0.1] * 12, [0.1] * 12]), np.zeros(2)
    for _ in range(300):
        _, gradients = autograd_gradients(x, t, w1, b1, w2, b2)
        w1, b1, w2, b2 = (w - 0.5 * g for w, g in zip((w1, b1, w2, b2), gradients, strict=True))
    return w1, b1, w2, b2


# %% [markdown] hint="one_unit"
# Print `w1` after training. How many different rows has it?

# %% [markdown] hint="one_unit"
# Equal units get equal gradients in every step, however long you train. Something must tell them apart at the start:
# chance.

# %% [markdown] hint="one_unit"
# ```python
# w1, b1 = rng.normal(size=(12, 2)) * ..., np.zeros(12)
# w2, b2 = rng.normal(size=...) * ..., np.zeros(2)
# ```
# The standard deviation of each layer's start: about $\sqrt{2/\text{inputs}}$ (`msr_weights` above).

# %% check="one_unit" points=5
with check("one_unit") as expect:

    def fitted(n, seed, turn=0.0):
        """What the weights that come back are like, on n points of half moons, turned; the loss is computed here."""
        rng = np.random.default_rng(seed)
        x, t = data.moons(n, noise=0.12, rng=rng)
        angle, moon = rng.uniform(np.pi / 3, 2 * np.pi / 3, 9), rng.permutation(9) % 2
        tops = np.column_stack([np.cos(angle), np.sin(angle)])
        turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        x, tops = (a @ turned for a in data.standardise(x, np.where(moon[:, None] == 1, [1.0, 0.5] - tops, tops)))
        weights = fit_moons(x, t, np.random.default_rng(seed + 1))
        loss, scores = autograd_gradients(x, t, *weights)[0], mlp.two_layer(x, *weights, lambda a: np.maximum(a, 0), lambda a: a)[1]
        told = {"the loss is below 0.12": bool(loss < 0.12), "not stuck at ln 2": bool(abs(loss - np.log(2)) >= 1e-6)}
        told["both classes are answered"] = bool(np.ptp(scores.argmax(axis=1)) == 1)
        told["classes of nine places in the middle of the moons"] = mlp.two_layer(tops, *weights, lambda a: np.maximum(a, 0), lambda a: a)[1].argmax(axis=1)
        told["units that differ"] = len(np.unique(np.round(weights[0], 6), axis=0))
        return told | {"shapes": [w.shape for w in weights]}

    for name, value in fitted(150, 21).items():
        expect(name, value)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10414)
    for n, turn in ((140, np.pi), (180, np.pi / 2)):
        expect(f"{n} points, turned", fitted(n, int(draw.integers(1000)), turn + draw.uniform(-0.3, 0.3)))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 9. An open exercise
#
# A class that lies like a ring round another one, in two measurements of very different units:

# %%
ring_x, ring_t = data.ring(400, rng=np.random.default_rng(404))
ax = style.axes(size=(4.2, 3.4), title="A ring, and what is inside and outside it", xlabel="first", ylabel="second")
ax = planes.points(ring_x, ring_t, ax=ax, size=9)

# %% [markdown] task="open_ring" title="A ring within a budget"
# Design and train, in your cell, a network for `ring_x` `(400, 2)` and `ring_t` `(400,)`. Any layers, activation, loss,
# start and optimiser; `optim.Adam(net.parameters(), lr=...)` is there. In the end define
#
# - `in_ring(x)`: for `x` `(n, 2)`, **as it comes**, the classes `(n,)`, 0 or 1;
# - `ring_weights`: a list of the arrays of **all** weights and biases that `in_ring` computes with, together at most **45**
#   numbers; for a network `net` of the library, `[p.data for p in net.parameters()]`.
#
# Budget: 45 numbers and two seconds of processor time. You get points for 85 % and for 96 % right on 1000 new points,
# which only the judge has. The cell below yours measures on 500 others.


# %% solve="open_ring" difficulty=3 importance=5 minutes=35
### BEGIN SOLUTION
centre, spread = ring_x.mean(axis=0), ring_x.std(axis=0)
points, wanted = ((ring_x - centre) / spread).astype("float32"), ring_t[:, None].astype("float32")
tries, rng = [], np.random.default_rng(0)
for start in range(4):  # different starts end in different valleys
    net = nn.Sequential(nn.Linear(2, 11, rng=rng), nn.ReLU(), nn.Linear(11, 1, rng=rng))
    adam = optim.Adam(net.parameters(), lr=0.05)
    for _ in range(300):
        loss = F.binary_cross_entropy_with_logits(net(Tensor(points)), wanted)
        adam.zero_grad()
        loss.backward()
        adam.step()
    tries.append((loss.item(), start, net, [p.data for p in net.parameters()]))
best_net, ring_weights = min(tries)[2:]


def in_ring(x):
    return (best_net(Tensor(((x - centre) / spread).astype("float32"))).data[:, 0] > 0).astype(int)


### END SOLUTION

# %% practice="ring_measured"
if "in_ring" in globals() and "ring_weights" in globals():
    more_x, more_t = data.ring(500, rng=np.random.default_rng(405))
    right = np.mean(np.asarray(in_ring(more_x)) == more_t)
    ax = style.axes(size=(4.6, 3.6), title=f"{sum(np.size(w) for w in ring_weights)} weights, {right:.1%} of 500 others right", xlabel="first", ylabel="second")
    ax.set(xlim=(235, 365), ylim=(1.1, 2.9))
    planes.regions(in_ring, ax=ax)
    ax.set_aspect("auto")
    ax = planes.points(more_x, more_t, ax=ax, size=9)
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] hint="open_ring"
# Draw it with lines. The outer border needs at least three or four folds, the inner one as many. And look at the units of
# the axes.

# %% [markdown] hint="open_ring"
# d-k-1 has k(d + 1) + k + 1 weights: 11 hidden units are 45. Scale the inputs, and scale new points by the **same** numbers.
# Some starts end badly: train several, and keep the one with the smallest training loss. Two hidden layers of four are
# another way.

# %% [markdown] hint="open_ring"
# ```python
# centre, spread = ring_x.mean(axis=0), ...
# for start in range(...):
#     net = nn.Sequential(nn.Linear(2, ..., rng=rng), nn.ReLU(), nn.Linear(..., 1, rng=rng))
#     ...                                    # as in section 3: F.binary_cross_entropy_with_logits, Adam
#     tries.append((loss.item(), start, net))
# best_net = min(tries)[2]
# ring_weights = [p.data for p in ...]
# ```

# %% held="open_ring" gives="new_x"
import numpy as np

from course_lib import data

rng = np.random.default_rng(10421)
new_x, new_t = data.ring(1000, rng=rng)

# %% check="open_ring" points=3
with check("open_ring") as expect:
    held = sum(np.size(w) for w in ring_weights)
    expect("weights and biases, at most 45", "within the budget" if 0 < held <= 45 else held)
    few = data.ring(30, rng=np.random.default_rng(91))[0]
    said = np.asarray(in_ring(few.copy()))
    expect("30 points: the shape of what you return", said.shape)
    expect("classes 0 and 1 (how many are right, the judge measures)", bool(np.isin(said, (0, 1)).all()))
    ### BEGIN HIDDEN TESTS
    held = sum(np.size(w) for w in ring_weights)
    expect("weights and biases, still at most 45", "within the budget" if 0 < held <= 45 else held)
    said = in_ring(expect.held("new_x").copy())
    expect.outcome("85 % of 1000 new points, measured by the judge", said, truth="new_t", measure="accuracy", at_least=0.85)
    ### END HIDDEN TESTS

# %% check="open_ring-better" points=2
with check("open_ring-better") as expect:
    held = sum(np.size(w) for w in ring_weights)
    expect("weights and biases, at most 45 (96 % right: the judge measures)", "within the budget" if 0 < held <= 45 else held)
    ### BEGIN HIDDEN TESTS
    held = sum(np.size(w) for w in ring_weights)
    expect("weights and biases, still at most 45", "within the budget" if 0 < held <= 45 else held)
    said = in_ring(expect.held("new_x").copy())
    expect.outcome("96 % of 1000 new points, measured by the judge", said, truth="new_t", measure="accuracy", at_least=0.96)
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# 1. $h=\sigma_1(W_1x+b_1)$, $y=\sigma_2(W_2h+b_2)$. Without $\sigma_1$ it is one linear layer.
# 2. Backward, a linear layer is two matrix products and a sum; ReLU is a mask. Check the hand-made against the automatic.
# 3. Sigmoid and tanh saturate; ReLU is cheap and does not, but its units can die, above all at high learning rates.
# 4. Every hidden unit is a hyperplane; a ReLU network is piecewise affine, continuous, folded along them. Lines of a second
#    layer bend at the first's; layers that fold can multiply the regions.
# 5. A few units fit a smooth surface closely, if the optimiser knows about curvature and may start often.
#
# ## Further reading
#
# - Kenneth Levenberg: *A method for the solution of certain non-linear problems in least squares* (1944)
# - Kunihiko Fukushima: *Visual feature extraction by a multilayered network of analog threshold elements* (1969)
# - David Rumelhart, Geoffrey Hinton, Ronald Williams: *Learning representations by back-propagating errors* (1986)
# - Yann LeCun, Léon Bottou, Genevieve Orr, Klaus-Robert Müller: *Efficient BackProp* (1998)
# - Vinod Nair, Geoffrey Hinton: *Rectified linear units improve restricted Boltzmann machines* (2010)
# - Xavier Glorot, Antoine Bordes, Yoshua Bengio: *Deep sparse rectifier neural networks* (2011)
# - Ian Goodfellow, David Warde-Farley, Mehdi Mirza, Aaron Courville, Yoshua Bengio: *Maxout networks* (2013)
# - Andrew Maas, Awni Hannun, Andrew Ng: *Rectifier nonlinearities improve neural network acoustic models* (2013)
# - Guido Montúfar, Razvan Pascanu, Kyunghyun Cho, Yoshua Bengio: *On the number of linear regions of deep neural
#   networks* (2014)
# - Boris Hanin, David Rolnick: *Deep ReLU networks have surprisingly few activation patterns* (2019)
#
# **Next:** lesson 05, depth: what a third and a fourth layer buy.
