# %% [markdown] lesson="04" title="The multilayer perceptron" minutes=180 builds_on="01 02 03"
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
# You need lessons 01 to 03. There are eight exercises, three predictions and one written question.

# %% picture="opening" alt="Left: three lines cut the plane into seven tinted regions, each line with its normal. Right: the surface that three ReLU units make, flat in every region and folded along the three lines."
import matplotlib.pyplot as plt

from course_lib.viz import folds
from course_lib.widgets.folds import STARTS, weights

figure = plt.figure(figsize=(9.0, 4.2), layout="constrained")
folds.folded(*weights(STARTS["three folds"]), figure=figure)

# %% [markdown]
# ## 1. Two layers
#
# Run this cell first.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import least_squares
from tqdm.auto import tqdm

from course_lib import Tensor, data, nn, no_grad, optim
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import datasets
from course_lib.ops import elementwise
from course_lib.topics import gauss_newton, mlp
from course_lib.viz import curves, folds, planes, style
from course_lib.viz.lecture import lecture_table
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
# weights, as in torch, and no longer as the first weight.
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

# %% variants="linear_layer"
WRONG = {
    "w not transposed": (
        "x @ w.T",
        "x @ w",
        "w has one row per output, (m, d): for rows of samples the product is x @ w.T",
    ),
    "bias left out": ("x @ w.T + b", "x @ w.T", "the bias b is missing: it is added to every row"),
    "bias subtracted": ("x @ w.T + b", "x @ w.T - b", "the bias is added; subtracted, it would be a threshold"),
    "bias summed": ("x @ w.T + b", "x @ w.T + b.sum()", "each output has a bias of its own; here all got the sum"),
    "result transposed": ("x @ w.T + b", "(x @ w.T + b).T", "transposed: each row of y belongs to one sample"),
    "gradient of x through w transposed": (
        "g @ w,",
        "g @ w.T,",
        "forward uses w.T, so backward uses w itself: the sum over the outputs j of g_ij w_jl is g @ w",
    ),
    "gradient of w transposed": ("g.T @ x", "x.T @ g", "the gradient of w has the shape of w, (m, d): g.T @ x"),
    "mean over the batch": (
        "g @ w, g.T @ x, g.sum(axis=0)",
        "g @ w, g.T @ x / len(x), g.mean(axis=0)",
        "divided by n: the task asks for sums; a mean belongs to the loss, which has already divided g",
    ),
    "bias gradient keeps the batch": (
        "g.sum(axis=0)",
        "g",
        "b was added to every sample, so its gradient adds up over the samples, to shape (m,)",
    ),
    "bias gradient summed over outputs": (
        "g.sum(axis=0)",
        "g.sum(axis=1)",
        "the sum for b runs over the samples (axis 0), so that one number per output is left",
    ),
    "x and w exchanged": (
        "g @ w, g.T @ x,",
        "g.T @ x, g @ w,",
        "the order asked for is: gradient of x, of w, of b",
    ),
    "a step instead of a gradient": (
        "g @ w, g.T @ x, g.sum(axis=0)",
        "-g @ w, -g.T @ x, -g.sum(axis=0)",
        "the sign is turned: these are gradients, not yet steps against them",
    ),
}
RIGHT = {
    "einsum": (
        "def linear_forward(x, w, b):\n    return np.einsum('nd,md->nm', x, w) + b[None, :]"
        "\n\n\ndef linear_backward(g, x, w):\n"
        "    return np.einsum('nm,md->nd', g, w), np.einsum('nm,nd->md', g, x), np.einsum('nm->m', g)"
    ),
    "sample by sample": (
        "def linear_forward(x, w, b):\n    return np.array([w @ row + b for row in x])"
        "\n\n\ndef linear_backward(g, x, w):\n"
        "    gx, gw, gb = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))\n"
        "    for i, (up, row) in enumerate(zip(g, x)):\n"
        "        gx[i] = up @ w\n        gw += np.outer(up, row)\n        gb += up\n    return gx, gw, gb"
    ),
}

# %% [markdown]
# ### Why the layers between must not be linear
#
# Leave $\sigma_1$ out. Then $y = W_2(W_1x + b_1) + b_2 = (W_2W_1)\,x + (W_2b_1 + b_2)$: one matrix and one bias.
# Three linear layers take 2 inputs to 50 units, to 50 units, to 1 output, nothing between them. They hold 2 751
# numbers. But the *function* from x to y: how many numbers say all about it?

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
# A stack of linear layers is a linear layer. It stays so with a sigmoid at the very end: the place where
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
# **Not zero-centred.** Its outputs are all positive. The gradient of a unit's weights is $g\,h$ for each sample: with
# one $g$ and all $h > 0$, all of them have the same sign. The weights can only rise together or fall together, and a
# step that needs one up and one down must zigzag. $\tanh(a) = 2\sigma(2a) - 1$ runs from -1 to 1 and is centred. It
# saturates all the same.

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
    expect("a and g afterwards", (a, g))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10403)
    for shape in [(4, 4), (2, 3, 5), (7,)]:
        a, g = draw.integers(-2, 3, size=shape) * 0.75, draw.normal(size=shape)
        h, vjp = relu(a)
        expect(f"shape {shape}: values and gradient", (h, vjp(g)))
        expect(f"shape {shape}: gradient again, with a and g", (vjp(g + 1), a, g))
    ### END HIDDEN TESTS

# %% variants="relu_vjp"
WRONG = {
    "slope 1 at 0": ("(a > 0)", "(a >= 0)", "at a = 0 the slope is agreed to be 0: a > 0, not a >= 0"),
    "slope half at 0": ("(a > 0)", "np.heaviside(a, 0.5)", "at a = 0 the slope is agreed to be 0, not a half"),
    "rectifies the gradient": (
        "return g * (a > 0)",
        "return np.maximum(g, 0)",
        "what decides is the sign of a, not of g: a negative gradient passes through a unit that is on",
    ),
    "gradient passes everywhere": (
        "return g * (a > 0)",
        "return g * 1.0",
        "a unit that is off passes nothing back: its slope is 0",
    ),
    "upstream gradient forgotten": (
        "return g * (a > 0)",
        "return (a > 0) * 1.0",
        "this is the slope alone; the chain rule multiplies it by the upstream gradient g",
    ),
    "multiplied by the value": (
        "return g * (a > 0)",
        "return g * h",
        "the slope of a unit that is on is 1, not its value",
    ),
    "absolute value": ("np.maximum(a, 0)", "np.abs(a)", "this folds negative numbers up; ReLU sets them to 0"),
    "the negative half": (
        "np.maximum(a, 0)",
        "np.minimum(a, 0)",
        "this keeps the negative half; ReLU keeps the positive one",
    ),
    "writes into a": (
        "h = np.maximum(a, 0)",
        "h = np.maximum(a, 0, out=a)",
        "the values are right, but the caller's a was overwritten",
    ),
    "writes into g": (
        "return g * (a > 0)",
        "g *= a > 0\n        return g",
        "`g *= ...` changed the caller's gradient; a second use of it would be wrong",
    ),
    "slope where off": ("(a > 0)", "(a <= 0)", "turned round: the gradient passes where a > 0"),
}
RIGHT = {
    "np.where": ("def relu(a):\n    on = a > 0\n    return np.where(on, a, 0.0), lambda g: np.where(on, g, 0.0)"),
    "a copy with zeros put in": (
        "def relu(a):\n    h = a.copy()\n    h[h < 0] = 0\n\n    def vjp(g):\n        out = np.array(g)\n"
        "        out[h == 0] = 0\n        return out\n\n    return h, vjp"
    ),
}

# %% [markdown]
# ### Hinge loss or ReLU?
#
# $\max(0, 1 - ty)$, the **hinge loss** of the support vector machine, and $\max(0, a)$ have the same shape, and the
# perceptron criterion of lesson 01 is $\max(0, -ty)$. They do different jobs. The hinge is a *loss*: it stands at the
# end, compares a score y with a label t in {-1, 1}, and asks for a margin; where it is 0, there is nothing left to
# learn from this sample. ReLU is an *activation*: it stands inside, knows no label, and where it is 0, the unit has
# nothing to say about this sample.

# %% picture="hinge" alt="Two curves of one shape. Left: the hinge loss over the score y for label +1, falling to 0 at y = 1. Right: ReLU over a, rising from 0 at a = 0."
import numpy as np

from course_lib.viz import style

left, right = style.row(2, size=(3.6, 2.7))
u = np.linspace(-3, 3, 200)
style.axes(left, title="Hinge: a loss, at the end", xlabel="score y, for t = +1", ylabel="loss")
left.plot(u, np.maximum(0, 1 - u), color=style.RED)
style.axes(right, title="ReLU: an activation, inside", xlabel="a", ylabel="h")
right.plot(u, np.maximum(0, u), color=style.BLUE)
for ax in (left, right):
    ax.axhline(0, color=style.GREY, lw=0.8, zorder=0)

# %% [markdown]
# ### Dead units, and what helps
#
# A ReLU unit that is off for *every* sample gets no gradient from any, so its weights never move again: it is **dead**.
# One step that is too large can push it there. Two remedies keep a slope on both sides:
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

# %% variants="leaky_maxout"
WRONG = {
    "no leak": (
        "np.where(a > 0, 1.0, slope)",
        "np.where(a > 0, 1.0, 0.0)",
        "this is plain ReLU: below 0 the slope is missing",
    ),
    "slope 1 at 0": ("a > 0", "a >= 0", "at a = 0 the derivative asked for is the slope of the left side"),
    "leak on the wrong side": ("a > 0", "a < 0", "the small slope belongs to the negative side"),
    "slope fixed": ("1.0, slope)", "1.0, 0.01)", "the slope is an argument: 0.01 is only what it is when left out"),
    "leak folded up": ("1.0, slope)", "1.0, -slope)", "below 0 leaky ReLU is negative: it still rises, slowly"),
    "divided by the slope": ("1.0, slope)", "1.0, 1 / slope)", "the slope multiplies a, it does not divide it"),
    "values where the derivative belongs": (
        "return derivative * a, derivative",
        "return derivative * a, derivative * a",
        "the second answer is the derivative, 1 or slope, not the value",
    ),
    "pieces far apart": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = z.reshape(len(z), pieces, -1).transpose(0, 2, 1)",
        "a unit's pieces are neighbouring columns; here they stand k columns apart",
    ),
    "units of k pieces": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = z.reshape(len(z), pieces, -1)",
        "the sizes are exchanged: `pieces` is the number of columns of one unit, not the number of units",
    ),
    "the smallest": (
        "groups.max(axis=2), groups.argmax",
        "groups.min(axis=2), groups.argmin",
        "maxout takes the largest piece",
    ),
    "the last of equals": (
        "groups.argmax(axis=2)",
        "pieces - 1 - groups[:, :, ::-1].argmax(axis=2)",
        "of equal pieces the first wins; here it is the last",
    ),
    "compared by size": (
        "groups = z.reshape(len(z), -1, pieces)",
        "groups = np.abs(z).reshape(len(z), -1, pieces)",
        "the pieces are compared as they are: -4 is less than 1",
    ),
    "winner as a column of z": (
        "groups.argmax(axis=2)",
        "groups.argmax(axis=2) + pieces * np.arange(groups.shape[1])",
        "the winner is counted inside its unit, from 0 to pieces - 1",
    ),
}
RIGHT = {
    "max of two lines, and columns by stride": (
        "def leaky_relu(a, slope=0.01):\n    return np.maximum(a, slope * a), slope + (1 - slope) * (a > 0)"
        "\n\n\ndef maxout(z, pieces):\n    parts = np.stack([z[:, i::pieces] for i in range(pieces)])\n"
        "    return parts.max(axis=0), parts.argmax(axis=0)"
    ),
    "loops": (
        "def leaky_relu(a, slope=0.01):\n    h, d = a.astype(float), np.ones(a.shape)\n    h[a < 0] *= slope\n"
        "    d[a <= 0] = slope\n    return h, d"
        "\n\n\ndef maxout(z, pieces):\n    rows = [[list(r[i : i + pieces]) for i in range(0, len(r), pieces)] for r in z]\n"
        "    return np.array([[max(u) for u in r] for r in rows]), np.array([[u.index(max(u)) for u in r] for r in rows])"
    ),
}

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
# The units die before the weights grow large, and the accuracy goes with them. These inputs are all positive, so one large
# step moves all weights of a unit down together, and it is off for every image. With each pixel centred (lesson 00) the
# same rate kills none. Watch the share of dead units when you train; it is one of the drills of lesson 07.
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

# %% variants="two_layer"
WRONG = {
    "hidden activation missing": (
        "h = hidden(x @ w1.T + b1)",
        "h = x @ w1.T + b1",
        "h is the linear part alone; without the activation the two layers collapse into one",
    ),
    "output activation missing": ("output(h @ w2.T + b2)", "h @ w2.T + b2", "the output function is missing"),
    "activations exchanged": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n    h = output(x @ w1.T + b1)\n    return h, hidden(h @ w2.T + b2)",
        "hidden and output are exchanged",
    ),
    "hidden twice": ("output(h @ w2.T + b2)", "hidden(h @ w2.T + b2)", "the second layer has its own function, output"),
    "first bias missing": ("x @ w1.T + b1", "x @ w1.T", "b1 is missing: all lines would pass through the origin"),
    "second bias missing": ("h @ w2.T + b2", "h @ w2.T", "b2 is missing"),
    "bias after the activation": (
        "hidden(x @ w1.T + b1)",
        "hidden(x @ w1.T) + b1",
        "b1 is added before the activation: it moves the unit's line",
    ),
    "second bias after the output": (
        "output(h @ w2.T + b2)",
        "output(h @ w2.T) + b2",
        "b2 is added before the output function",
    ),
    "w1 not transposed": ("x @ w1.T", "x @ w1", "w1 has one row per hidden unit, (k, d): use w1.T"),
    "w2 not transposed": ("h @ w2.T", "h @ w2", "w2 has one row per output, (m, k): use w2.T"),
    "only y": ("return h, y", "return y", "return the pair (h, y)"),
    "h before the activation": (
        "return h, y",
        "return x @ w1.T + b1, y",
        "h is what comes out of the activation, not what goes in",
    ),
}
RIGHT = {
    "with the bias as a weight": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n"
        "    one = np.ones((len(x), 1))\n"
        "    h = hidden(np.hstack([one, x]) @ np.column_stack([b1, w1]).T)\n"
        "    return h, output(np.hstack([one, h]) @ np.column_stack([b2, w2]).T)"
    ),
    "einsum": (
        "def two_layer(x, w1, b1, w2, b2, hidden, output):\n"
        "    h = hidden(np.einsum('nd,kd->nk', x, w1) + b1)\n"
        "    return h, output(np.einsum('nk,mk->nm', h, w2) + b2)"
    ),
}

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
# ### One, two, three hyperplanes

# %% picture="hyperplanes" alt="One, two and three lines in the plane with the regions they tell apart, 2, 4 and 7, and above each the surface that ReLU units with these lines fold."
import matplotlib.pyplot as plt

from course_lib.viz import folds
from course_lib.widgets.folds import STARTS, weights

w1, b1, w2 = weights(STARTS["three folds"])
figure = plt.figure(figsize=(10.2, 7.0), layout="constrained")
for k in (1, 2, 3):
    top = figure.add_subplot(2, 3, k, projection="3d")
    folds.surface(w1[:k], b1[:k], w2[:k], 0.0, ax=top)
    count = folds.regions(w1[:k], b1[:k])
    name = f"{k} hyperplane{'s' * (k > 1)}, {count} regions"
    folds.hyperplanes(w1[:k], b1[:k], ax=figure.add_subplot(2, 3, 3 + k), title=name)

# %% [markdown]
# One ReLU unit folds the plane along its line: flat on one side, a ramp on the other. Two make four regions. On each
# region every unit is either on or off, so there the network is an affine function; across a line nothing jumps, only
# the slope changes. A ReLU network is **piecewise affine and continuous**.
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
import matplotlib.pyplot as plt

from course_lib.viz import folds
from course_lib.widgets.folds import STARTS, weights

figure = plt.figure(figsize=(8.6, 7.4), layout="constrained")
for part, name in zip(figure.subfigures(2, 1), ("ReLU", "tanh"), strict=True):
    title = f"a ridge of three parallel lines, {name}"
    folds.folded(*weights(STARTS["a ridge"]), activation=name, figure=part, title=title)

# %% [markdown]
# ### The banana-shaped class
#
# Lesson 02 met a class with a curved border, $100(x_2 - x_1^2)^2 + (1 - x_1)^2 < 0.5$, which no line can follow. How
# many hidden units does it take? We train with 1, 2, 3 and 16, three starts each, and keep the best. (Adam is a better
# way to step down a gradient, lesson 06; the loss is that of logistic regression.)


# %% practice="banana"
MORE = False  # True: 32 units too, and five times the steps, about half a minute
banana_x, banana_t = data.banana(600, rng=np.random.default_rng(0))
centre, spread = banana_x.mean(axis=0), banana_x.std(axis=0)
inputs, targets = (banana_x - centre) / spread, banana_t[:, None].astype(float)


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
            return (net(Tensor((points - centre) / spread)).data[:, 0] > 0).astype(int)

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
    expect("what came in, afterwards", (x, t, w1, b1, w2, b2))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10407)
    for n, d, k, m in [(4, 4, 4, 4), (5, 3, 6, 2), (2, 5, 3, 4), (7, 2, 8, 3)]:
        x, t = draw.normal(size=(n, d)), draw.integers(0, m, size=n)
        w1, b1 = draw.normal(size=(k, d)), draw.normal(size=k)
        w2, b2 = draw.normal(size=(m, k)), draw.normal(size=m)
        expect(f"{d}-{k}-{m}, {n} samples", loss_and_gradients(x, t, w1, b1, w2, b2))
    expect("scores in the thousands", loss_and_gradients(x, t, w1, b1, 3000 * w2, b2))
    expect("what came in, afterwards", (x, w1, b1, w2, b2))
    ### END HIDDEN TESTS

# %% variants="loss_and_gradients"
WRONG = {
    "ReLU's mask forgotten": (
        "(g @ w2) * (z > 0)",
        "g @ w2",
        "the gradient passed back through units that were off: multiply by z > 0",
    ),
    "multiplied by h": (
        "(g @ w2) * (z > 0)",
        "(g @ w2) * h",
        "ReLU's slope is 1 where the unit is on, not its value h",
    ),
    "not divided by n": ("    g = g / len(t)\n", "", "the loss is a mean over the batch, so its gradient has 1/n too"),
    "loss as a sum": (
        "loss = -logp[rows, t].mean()",
        "loss = -logp[rows, t].sum()",
        "the loss is the mean over the batch; this is the sum",
    ),
    "1 not subtracted": ("    g[rows, t] -= 1\n", "", "g is p minus one-hot: the 1 of the right class is missing"),
    "sign turned": (
        "g = g / len(t)",
        "g = -g / len(t)",
        "the gradient is p minus one-hot; this is its negative",
    ),
    "softmax over the batch": (
        "logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))",
        "logp = s - np.log(np.exp(s).sum(axis=0, keepdims=True))",
        "softmax runs over the classes of one sample (axis 1), not over the batch",
    ),
    "overflow": (
        "    s = s - s.max(axis=1, keepdims=True)\n",
        "",
        "exp of a large score overflows: subtract each row's largest score first",
    ),
    "one maximum for the batch": (
        "s.max(axis=1, keepdims=True)",
        "s.max()",
        "subtract each row's own largest score: with one for all, rows far below it have exp 0 everywhere",
    ),
    "z instead of h": ("g.T @ h", "g.T @ z", "the input of the second layer is h, not z: units that were off count 0"),
    "b1's gradient from g": (
        "gz.T @ x, gz.sum(axis=0)",
        "gz.T @ x, (g @ w2).sum(axis=0)",
        "b1 lies before the ReLU: its gradient is the sum of gz, with the mask",
    ),
    "bias gradients as means": (
        "gz.sum(axis=0), g.T @ h, g.sum(axis=0)",
        "gz.mean(axis=0), g.T @ h, g.mean(axis=0)",
        "the 1/n is already in g; the biases' gradients are sums over the batch",
    ),
    "hidden ReLU missing": (
        "h = np.maximum(z, 0)",
        "h = z",
        "without the ReLU the two layers are one linear layer",
    ),
    "b2 missing": ("s = h @ w2.T + b2", "s = h @ w2.T", "b2 is missing in the scores"),
    "order of the gradients": (
        "gz.T @ x, gz.sum(axis=0), g.T @ h, g.sum(axis=0)",
        "g.T @ h, g.sum(axis=0), gz.T @ x, gz.sum(axis=0)",
        "the order asked for is w1, b1, w2, b2",
    ),
    "centres the scores in place": (
        "s = s - s.max(axis=1, keepdims=True)",
        "s = s - s.max(axis=1, keepdims=True)\n    b2 -= b2.max()",
        "the answers are right, but b2 was changed for the caller: make new arrays",
    ),
}
RIGHT = {
    "one-hot and probabilities": (
        "def loss_and_gradients(x, t, w1, b1, w2, b2):\n"
        "    h = np.maximum(x @ w1.T + b1, 0)\n    s = h @ w2.T + b2\n"
        "    top = s.max(1, keepdims=True)\n    lse = top + np.log(np.exp(s - top).sum(1, keepdims=True))\n"
        "    hot = np.eye(len(b2))[t]\n    loss = np.mean(lse[:, 0] - (s * hot).sum(1))\n"
        "    g = (np.exp(s - lse) - hot) / len(x)\n    gz = np.where(h > 0, g @ w2, 0)\n"
        "    return loss, (np.einsum('nk,nd->kd', gz, x), gz.sum(0), np.einsum('nm,nk->mk', g, h), g.sum(0))"
    ),
    "sample by sample": (
        "def loss_and_gradients(x, t, w1, b1, w2, b2):\n"
        "    loss, grads = 0.0, [np.zeros_like(p) for p in (w1, b1, w2, b2)]\n"
        "    for row, label in zip(x, t):\n"
        "        z = w1 @ row + b1\n        h = z * (z > 0)\n        s = w2 @ h + b2\n        s = s - s.max()\n"
        "        total = np.exp(s).sum()\n        loss += (np.log(total) - s[label]) / len(x)\n"
        "        g = np.exp(s) / total\n        g[label] -= 1\n        gz = (w2.T @ g) * (z > 0)\n"
        "        for grad, part in zip(grads, (np.outer(gz, row), gz, np.outer(g, h), g)):\n"
        "            grad += part / len(x)\n    return loss, tuple(grads)"
    ),
}

# %% [markdown]
# Now the test that lesson 03 recommends: your gradients against automatic differentiation, on one random network.

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
# ## 5. Counting the pieces
#
# Walk along a straight line through the input space, $x(s) = a + s\,(e - a)$, from a start a at $s=0$ to an end e at
# $s=1$. Along it every hidden unit's input is an affine function of s, so it passes 0 at most once, and there
# $y(s) = w_2\cdot\max(0, W_1x(s) + b_1) + b_2$ may have a **kink**. Between kinks y is straight. How much does the slope
# change where unit j passes 0? Before or after it the unit is off, on the other side it contributes $w_{2j}$ times its
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

# %% variants="count_pieces"
WRONG = {
    "every unit a kink": (
        "def count_pieces(w1, b1, w2, start, end):\n    return len(b1) + 1",
        "this counts the units; a unit makes a kink only where its input passes 0 on the way",
    ),
    "kinks instead of pieces": (
        "return 1 + int(",
        "return int(",
        "these are the kinks; k kinks make k + 1 pieces",
    ),
    "silent units counted": (
        "change = weight * np.abs(after - before)",
        "change = np.abs(after - before)",
        "a unit that the output gives the weight 0 makes no kink",
    ),
    "equal places counted twice": (
        "kinks = [change[place == s].sum() for s in np.unique(place)]",
        "kinks = change",
        "several units can pass 0 at the same place: that is one kink",
    ),
    "cancelling not noticed": (
        "kinks = [change[place == s].sum() for s in np.unique(place)]",
        "kinks = [np.abs(change[place == s]).sum() for s in np.unique(place)]",
        "changes of slope at one place can add up to 0: then there is no kink",
    ),
    "sign of the crossing kept": (
        "change = weight * np.abs(after - before)",
        "change = weight * (after - before)",
        "switching off at a fall bends the curve as switching on at a rise does: the change is w2 · |m|",
    ),
    "weights alone added": (
        "change = weight * np.abs(after - before)",
        "change = weight",
        "how much the slope changes depends on the unit's own slope too: w2 · |m|",
    ),
    "start and end counted": (
        "crosses = before * after < 0",
        "crosses = before * after <= 0",
        "a unit that is 0 exactly at the start or the end makes no kink between",
    ),
    "biases forgotten": (
        "w1 @ start + b1, w1 @ end + b1",
        "w1 @ start, w1 @ end",
        "the bias moves the place where a unit passes 0",
    ),
    "the whole line": (
        "crosses = before * after < 0",
        "crosses = before != after",
        "kinks beyond the two points were counted; only those between them belong",
    ),
    "bias at the end only": (
        "w1 @ start + b1, w1 @ end + b1",
        "w1 @ start, w1 @ end + b1",
        "the bias belongs to the input at the start as well",
    ),
    "steps of the pattern": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    return 1 + int(np.sum((w1 @ start + b1 > 0) != (w1 @ end + b1 > 0)))",
        "these are the units that change between start and end; some make no kink, some share one",
    ),
    "only rising units": (
        "crosses = before * after < 0",
        "crosses = (before < 0) & (after > 0)",
        "a unit that switches off on the way makes a kink too",
    ),
}
RIGHT = {
    "slopes between the kinks": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    a, m = w1 @ start + b1, w1 @ (end - start)\n"
        "    s = [-p / q for p, q in zip(a, m) if q != 0 and 1e-12 < -p / q < 1 - 1e-12]\n"
        "    marks = np.unique(np.round([0, *s, 1], 9))\n"
        "    slopes = [w2 @ (m * (a + mid * m > 0)) for mid in (marks[1:] + marks[:-1]) / 2]\n"
        "    return 1 + sum(abs(p - q) > 1e-9 for p, q in zip(slopes, slopes[1:]))"
    ),
    "a dictionary of places": (
        "def count_pieces(w1, b1, w2, start, end):\n"
        "    kinks = {}\n"
        "    for w, b, v in zip(w1, b1, w2):\n"
        "        p, q = w @ start + b, w @ end + b\n"
        "        if (p < 0 < q) or (q < 0 < p):\n"
        "            s = round(float(p / (p - q)), 9)\n"
        "            kinks[s] = kinks.get(s, 0.0) + v * abs(q - p)\n"
        "    return 1 + sum(abs(c) > 1e-9 for c in kinks.values())"
    ),
}

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
# ## 6. From classes to surfaces
#
# Nothing in the hidden layer knows of classes. Leave the output as it is, take the squared error, and the network fits
# numbers: **regression**. How few units can draw a surface? The lectures fit two, with tanh and networks 2-n-1:
#
# $$z_1 = 100(x_2-x_1^2)^2 + (1-x_1)^2, \qquad z_2 = \sin x_1\,\sin x_2 .$$
#
# So few weights fit slowly by gradient descent: the valley is narrow and bent. But the loss is a sum of squares,
# $\sum_i r_i^2$ with $r_i = y_i - z_i$, and that helps. Write $p$ for all weights in one vector, $J$ for the **Jacobian**,
# $J_{ij} = \partial r_i/\partial p_j$. Near $p$ the residuals are about $r + J\,\delta$. Choose the step that makes *this* smallest:
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

# %% variants="fit_jacobian"
WRONG = {
    "residual turned": (
        "r = v[0] + h @ v[1:] - z",
        "r = z - v[0] - h @ v[1:]",
        "the residual asked for is y - z; this is z - y, and then J has the other sign too",
    ),
    "output bias missing": ("v[0] + h @ v[1:]", "h @ v[1:]", "v0, the output's bias, is missing in y"),
    "slope of tanh missing": ("v[1:] * (1 - h**2)", "v[1:] * np.ones_like(h)", "the slope of tanh, 1 - h², is missing"),
    "slope of the sigmoid": (
        "(1 - h**2)",
        "h * (1 - h)",
        "h (1 - h) is the slope of the sigmoid; that of tanh is 1 - h²",
    ),
    "output weight missing": ("v[1:] * (1 - h**2)", "(1 - h**2)", "the chain passes through v_j: multiply by it"),
    "slope at h": (
        "(1 - h**2)",
        "(1 - np.tanh(h) ** 2)",
        "h is already tanh(a): the slope is 1 - h², not 1 - tanh(h)²",
    ),
    "all biases first": (
        "(slope[:, :, None] * x1[:, None, :])",
        "(slope[:, None, :] * x1[:, :, None])",
        "the columns stand in the order of p: three for unit 1, three for unit 2, ...; here all biases come first",
    ),
    "hidden weights read by columns": (
        "p[: 3 * n].reshape(n, 3)",
        "p[: 3 * n].reshape(3, n).T",
        "p holds the three weights of unit 1 first, then those of unit 2: reshape to (n, 3)",
    ),
    "ones and h exchanged": (
        "[hidden, np.ones((len(z), 1)), h]",
        "[hidden, h, np.ones((len(z), 1))]",
        "v0 comes before v1 ... vn in p, so the column of ones comes before h",
    ),
    "column of ones missing": (
        "[hidden, np.ones((len(z), 1)), h]",
        "[hidden, h]",
        "the column of v0 is missing: its derivative is 1",
    ),
    "uphill": ("-J.T @ r)", "J.T @ r)", "this step makes the residuals larger: the right side is -Jᵀr"),
    "no damping": (
        "+ damping * np.eye(J.shape[1])",
        "+ 0 * damping * np.eye(J.shape[1]) + 1e-9 * np.eye(J.shape[1])",
        "lambda is not used: add damping times the unit matrix",
    ),
    "damping everywhere": (
        "damping * np.eye(J.shape[1])",
        "damping",
        "lambda was added to every entry; it belongs on the diagonal, times np.eye",
    ),
    "gradient step": (
        "np.linalg.solve(J.T @ J + damping * np.eye(J.shape[1]), -J.T @ r)",
        "-J.T @ r / damping",
        "this is a step along the gradient; JᵀJ knows the curvature and must be in the equation",
    ),
    "Marquardt's scaling": (
        "damping * np.eye(J.shape[1])",
        "damping * np.diag(np.diag(J.T @ J))",
        "Marquardt scales lambda by the diagonal of JᵀJ, a good idea; asked here is the unit matrix",
    ),
}
RIGHT = {
    "einsum, and least squares with rows added": (
        "def fit_jacobian(p, x1, z):\n"
        "    n = (len(p) - 1) // 4\n    w, v0, v = p[:-n - 1].reshape(-1, 3), p[-n - 1], p[-n:]\n"
        "    h = np.tanh(np.einsum('ml,nl->mn', x1, w))\n"
        "    first = np.einsum('mn,n,ml->mnl', 1 / np.cosh(x1 @ w.T) ** 2, v, x1).reshape(len(x1), -1)\n"
        "    return h @ v + v0 - z, np.column_stack([first, np.ones(len(x1)), h])"
        "\n\n\ndef damped_step(r, J, damping):\n    d = J.shape[1]\n"
        "    rows, right = np.vstack([J, np.sqrt(damping) * np.eye(d)]), np.concatenate([-r, np.zeros(d)])\n"
        "    return np.linalg.lstsq(rows, right, rcond=None)[0]"
    ),
    "unit by unit": (
        "def fit_jacobian(p, x1, z):\n"
        "    n = len(p) // 4\n    v = p[3 * n :]\n    y, blocks, last = v[0] + 0 * z, [], [np.ones(len(z))]\n"
        "    for j in range(n):\n"
        "        h = np.tanh(x1 @ p[3 * j : 3 * j + 3])\n        y = y + v[j + 1] * h\n"
        "        blocks.append((v[j + 1] * (1 - h) * (1 + h))[:, None] * x1)\n        last.append(h)\n"
        "    return y - z, np.hstack([*blocks, np.array(last).T])"
        "\n\n\ndef damped_step(r, J, damping):\n"
        "    return -np.linalg.inv(J.T @ J + damping * np.eye(J.shape[1])) @ (J.T @ r)"
    ),
}

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
def both_ways(x1, z, n, steps, rng):
    start = rng.normal(size=4 * n + 1)
    slow, fast, damping, losses = start, start, 1.0, {"gradient": [], "damped steps": []}
    for _ in range(steps):
        r, J = jacobian(slow, x1, z)
        losses["gradient"].append(np.mean(r**2))
        slow = slow - 0.1 * 2 * J.T @ r / len(r)
        r, J = jacobian(fast, x1, z)
        losses["damped steps"].append(np.mean(r**2))
        trial = fast - np.linalg.solve(J.T @ J + damping * np.eye(len(fast)), J.T @ r)
        better = np.mean(jacobian(trial, x1, z)[0] ** 2) < np.mean(r**2)
        fast, damping = (trial, damping / 2) if better else (fast, damping * 4)
    return losses


# %%
x1 = square_grid(1.0)
sines = unit_variance(np.sin(x1[:, 1]) * np.sin(x1[:, 2]))
losses = both_ways(x1, sines, 4, 150, np.random.default_rng(4))
ax = curves.learning_curves(losses, xlabel="step", ylabel="mean squared error", log=True)

# %% [markdown]
# The same number of steps, the same start: knowing the curvature is worth orders of magnitude here. It has its price: J
# has one column for every weight, so with a million weights nobody writes it down.
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
# 4n + 1 numbers draw a whole surface. Look at the last column: mostly only some of the starts find the best valley.
# Methods that go downhill promise a valley, never the deepest.
#
# On a larger domain the same units do much worse, because the sines then have more hills than there are units:

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

# %% variants="mute_scores"
WRONG = {
    "still rectified": (
        "return F.linear(h, w2, b2)",
        "return F.relu(F.linear(h, w2, b2))",
        "the scores still pass a ReLU: no class can get less than 0, and at 0 there is no gradient",
    ),
    "a leak instead of a repair": (
        "return F.linear(h, w2, b2)",
        "return F.leaky_relu(F.linear(h, w2, b2))",
        "a leaky ReLU on the scores hurts less, but the output needs none: softmax is the last activation",
    ),
    "sigmoid on the scores": (
        "return F.linear(h, w2, b2)",
        "return F.sigmoid(F.linear(h, w2, b2))",
        "scores squeezed into 0..1 can never make softmax sure (lesson 02): leave them linear",
    ),
    "tanh on the scores": (
        "return F.linear(h, w2, b2)",
        "return F.tanh(F.linear(h, w2, b2))",
        "scores squeezed into -1..1 can never make softmax sure: leave them linear",
    ),
    "the wrong ReLU removed": (
        "h = F.relu(F.linear(x, w1, b1))\n        return F.linear(h, w2, b2)",
        "h = F.linear(x, w1, b1)\n        return F.relu(F.linear(h, w2, b2))",
        "the hidden ReLU was needed, the one on the scores was not",
    ),
    "both removed": (
        "h = F.relu(F.linear(x, w1, b1))",
        "h = F.linear(x, w1, b1)",
        "now nothing bends between the layers: keep the hidden ReLU",
    ),
    "softmax before the loss": (
        "F.cross_entropy(network(*tensors), t)",
        "F.cross_entropy(F.softmax(network(*tensors), 1), t)",
        "cross_entropy takes scores and does the softmax itself; here it is done twice",
    ),
    "uphill": ("p.data - eta * p.grad", "p.data + eta * p.grad", "the step goes against the gradient"),
    "hidden layer frozen": (
        "params = [p.data - eta * p.grad for p in tensors]",
        "params[2:] = [p.data - eta * p.grad for p in tensors[2:]]",
        "all four arrays learn; here w1 and b1 stay where they are",
    ),
    "scores before the last step": (
        "return losses, network(*params).data",
        "return losses, network(*tensors).data if steps else network(*params).data",
        "these are the scores before the last step; the task asks for those after it",
    ),
    "writes into the weights": (
        "params = [p.data - eta * p.grad for p in tensors]",
        "params = [np.subtract(q, eta * p.grad, out=q) for p, q in zip(tensors, params)]",
        "the numbers are right, but the arrays that came in were changed: make new ones",
    ),
}
RIGHT = {
    "gradients by hand": (
        "def mute_scores(x, t, w1, b1, w2, b2, eta, steps):\n"
        "    losses, rows = [], np.arange(len(t))\n"
        "    for _ in range(steps):\n"
        "        h = np.maximum(x @ w1.T + b1, 0)\n        s = h @ w2.T + b2\n"
        "        p = np.exp(s - s.max(1, keepdims=True))\n        p = p / p.sum(1, keepdims=True)\n"
        "        losses.append(-np.log(p[rows, t]).mean())\n        p[rows, t] -= 1\n        g = p / len(t)\n"
        "        gz = (g @ w2) * (h > 0)\n"
        "        w1, b1, w2, b2 = w1 - eta * gz.T @ x, b1 - eta * gz.sum(0), w2 - eta * g.T @ h, b2 - eta * g.sum(0)\n"
        "    return losses, np.maximum(x @ w1.T + b1, 0) @ w2.T + b2"
    ),
    "layers from the library": (
        "def mute_scores(x, t, w1, b1, w2, b2, eta, steps):\n"
        "    params, losses = [Tensor(p, requires_grad=True) for p in (w1, b1, w2, b2)], []\n"
        "    for step in range(steps + 1):\n"
        "        scores = F.relu(x @ params[0].T + params[1]) @ params[2].T + params[3]\n"
        "        if step < steps:\n"
        "            loss = F.cross_entropy(scores, t)\n            loss.backward()\n"
        "            losses.append(float(loss.data))\n"
        "            params = [Tensor(p.data - eta * p.grad, requires_grad=True) for p in params]\n"
        "    return losses, scores.data"
    ),
}

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
# 1 point: dead units: off for every sample means slope 0 for every sample, so their weights get no gradient and never
# come back.
#
# 1 point: why the rate does it: one large step pushes bias and weights so far that the input is negative everywhere.
#
# 1 point: two sensible remedies: smaller learning rate (or warm-up), leaky ReLU or maxout, better initialisation,
# centred and scaled inputs, starting afresh. Half a point each.
# === END MARK SCHEME ===

# %% [markdown]
# ## To remember
#
# 1. $h=\sigma_1(W_1x+b_1)$, $y=\sigma_2(W_2h+b_2)$. Without $\sigma_1$ it is one linear layer.
# 2. Backward, a linear layer is two matrix products and a sum; ReLU is a mask. Check by hand-made against automatic.
# 3. Sigmoid and tanh saturate; ReLU is cheap and does not, but its units can die, above all at high learning rates.
# 4. Every hidden unit is a hyperplane; a ReLU network is piecewise affine, continuous, folded along them.
# 5. A few units fit a smooth surface to many digits, if the optimiser knows about curvature and may start often.
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
#
# **Next:** lesson 05, depth: what a third and a fourth layer buy.
