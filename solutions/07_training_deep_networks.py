# %% [markdown] lesson="07" title="Training deep networks" minutes=310 builds_on="04 05 06"
# Twenty layers, and not one of them learns. What is wrong with them before the first step is taken? And once they
# learn: how do you keep them from learning the training set by heart?
#
# After this lesson you will be able to
#
# - start a network of any depth so that signals neither die nor explode, and measure whether they do;
# - centre, decorrelate and whiten inputs, and write batch normalisation forward and backward;
# - use dropout, weight penalties, augmentation and ensembles, and say what each costs and buys, with error bars;
# - run the drills that find a sick network in a minute.
#
# You need lessons 04 to 06. There are thirteen exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="Two plots over twenty ReLU layers on logarithmic axes. Weights 0.01 randn: the activations fall by more than twenty powers of ten, and so does the gradient on its way back. Weights of the right size, which this lesson derives: both stay at one."
from course_lib.viz.pictures import training

training.spread_at_first()

# %% [markdown]
# Run this cell first. The lecture's figures show the recorded results of long measurements. To run them here, change the
# line `FULL = ...` of the cell to `FULL = True` and run it again. What they train stands in `course_lib/topics/digit_runs.py`, their tables and drawings in
# `course_lib/viz/training_figures.py`.

# %%
import itertools
import os

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

from course_lib import Tensor, data, init, nn, optim, train
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import augment, datasets
from course_lib.topics import mlp, regularise, whitening
from course_lib.topics.digit_runs import STARTS, Sets, error_of, learn, perceptron, scaled
from course_lib.train import plus_minus
from course_lib.viz import curves, images, reconstruction, signals, style, training_figures
from course_lib.viz.recorded import recorded
from course_lib.widgets.signals import signal_explorer

FULL = os.environ.get("COURSE_MODE") == "run"
np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## 1. How to start
#
# Take inputs of variance 1, twenty layers of 100 ReLU units, and small random weights, `0.01 * randn`, as many did once. No
# training, only one pass forward:


# %%
def deep_layers(deviation, depth=20, width=100, seed=0):
    rng = np.random.default_rng(seed)
    return [(deviation * rng.standard_normal((width, width)), np.zeros(width)) for _ in range(depth)]


h = np.random.default_rng(1).standard_normal((200, 100))
for k, (w, b) in enumerate(deep_layers(0.01), 1):
    h = np.maximum(h @ w.T + b, 0)
    if k in (1, 2, 5, 10, 20):
        print(f"layer {k:2}: standard deviation {h.std():.1e}")

# %% [markdown]
# At layer 20 nothing is left of the input. The gradient on its way back is multiplied by the same small weights, and
# dies too. With weights that are too large everything explodes instead (or, with tanh, saturates). So what is right?
#
# Count. One unit adds up n products, $z = \sum_{j=1}^n w_j x_j$. If the weights are independent, with mean 0 and variance
# $s^2$, the variances add up:
#
# $$\operatorname{var} z = n\, s^2\, \overline{x^2}, \qquad \overline{x^2} = \text{mean square of the inputs}.$$
#
# The signal keeps its size when $n s^2 = 1$:
#
# $$w = \texttt{randn}/\sqrt n \qquad\text{(LeCun and others 1998; \textbf{Xavier} in this course)}.$$

# %% [markdown]
# n is the **fan-in**, the number of inputs of one unit. Now put a **ReLU** behind every layer; z is spread evenly about 0. In the
# mean over all draws of such weights: by which factor is the mean square $\overline{h^2}$ of the activations smaller after
# **six** layers than that of the inputs? Commit yourself before you look.

# %% solve="predict_halving" difficulty=1 importance=4 minutes=2
# a whole number: the mean square is divided by ...
### BEGIN SOLUTION
divided_by = 64
### END SOLUTION

# %% predict="predict_halving" points=1
with check("predict_halving") as expect:
    expect("the mean square after six layers is divided by", divided_by)

# %%
def mean_square(gain, depth=6, draws=100):
    """Of the activations behind `depth` ReLU layers of 100 units, weights randn · √(gain / 100); that of the inputs is 1."""
    rng = np.random.default_rng(2)
    stacks = (signals.deep_stack(np.sqrt(gain / 100), depth=depth, width=100, samples=10, rng=rng) for _ in range(draws))
    return np.mean([np.mean(stack.activations[-1] ** 2) for stack in stacks])


print(f"Xavier: the mean square after six layers is 1 / {1 / mean_square(1):.1f}, in the mean of 100 draws")

# %% [markdown]
# A ReLU sets half of a symmetric z to 0, so only half of the mean square comes through: $\overline{h^2} = \tfrac12
# \operatorname{var} z$. Make up for it by a factor 2:
#
# $$w = \texttt{randn}\cdot\sqrt{2/n} \qquad\text{(\textbf{MSR}, of Microsoft Research; He and others 2015)}.$$
#
# **Biases start at 0**: the random weights already make the units different. (The name is Xavier Glorot's. He and Yoshua
# Bengio, 2010, average the fan-in with the fan-out, the number of units that one input reaches, to suit the way back as
# well. For square layers that is the same.) A convolution's unit sees all channels of its window: weights
# `(out, in, kh, kw)` have fan-in in·kh·kw.

# %%
print(f"MSR: the mean square after six layers is {mean_square(2):.2f}, in the mean of 100 draws")

# %% picture="three_starts" alt="Two plots over twenty ReLU layers on logarithmic axes. Weights 0.01 randn: the activations fall by more than twenty powers of ten, and so does the gradient on its way back. Xavier: both fall by three. MSR: both stay at one."
from course_lib.viz.pictures import training

training.spread_by_depth()

# %% [markdown] task="initial_layer" title="Xavier and MSR"
# Write `initial_layer(shape, kind, rng)`: the first weights of a layer and its biases, `(w, b)`.
#
# `shape` is that of the weights, `(out, in)` or `(out, in, kh, kw)`. Draw by **one** call `rng.standard_normal(shape)` and
# scale it: for `kind="xavier"` by $1/\sqrt n$, for `kind="msr"` by $\sqrt{2/n}$, n the fan-in. `b` is `(out,)`, zeros.
#
# Example: for `shape = (1, 4)` and `"xavier"` the weights are half of what the `rng` draws.


# %% solve="initial_layer" difficulty=1 importance=5 minutes=8 forbid="course_lib.nn.init.xavier course_lib.nn.init.msr"
def initial_layer(shape, kind, rng):
    """First weights of `shape`, scaled for their fan-in by the rule `kind`, and biases (out,)."""
    ### BEGIN SOLUTION
    fan_in = np.prod(shape[1:])
    gain = {"xavier": 1.0, "msr": 2.0}[kind]
    w = rng.standard_normal(shape) * np.sqrt(gain / fan_in)
    return w, np.zeros(shape[0])
    ### END SOLUTION


# %% [markdown] hint="initial_layer"
# How many numbers does one unit add up? That is the product of all sizes of the weights but the first.

# %% [markdown] hint="initial_layer"
# Shape (8, 3, 5, 5): eight units, and each sees 3·5·5 = 75 numbers. `np.prod(shape[1:])` counts them.

# %% [markdown] hint="initial_layer"
# ```python
# fan_in = np.prod(...)
# gain = {"xavier": ..., "msr": ...}[kind]
# return rng.standard_normal(shape) * np.sqrt(...), np.zeros(...)
# ```

# %% check="initial_layer" points=6
with check("initial_layer") as expect:
    expect("3 units of 3 inputs, Xavier", initial_layer((3, 3), "xavier", np.random.default_rng(3)))
    expect("4 units of 2 inputs, Xavier", initial_layer((4, 2), "xavier", np.random.default_rng(6)))
    expect("2 units of 5 inputs, MSR", initial_layer((2, 5), "msr", np.random.default_rng(4)))
    expect("a convolution: 2 filters, 3 channels, 2×3", initial_layer((2, 3, 2, 3), "msr", np.random.default_rng(5)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10701)
    for shape in [(4, 4), (3, 7), (6, 2), (2, 3, 3, 2), (5, 1, 1, 4)]:
        for kind in ("xavier", "msr"):
            expect(f"{shape}, {kind}", initial_layer(shape, kind, draw))
    ### END HIDDEN TESTS

# %%
def library_layer(shape, kind, rng):
    after = {"xavier": "linear", "msr": "relu"}[kind]
    return init.msr(shape, rng=rng, gain=init.gain(after), dtype=float), np.zeros(shape[0])


first_layer = yours("initial_layer", else_=library_layer)
w, b = first_layer((64, 3, 5, 5), "msr", np.random.default_rng(0))
print(f"64 filters of 3×5×5: standard deviation {w.std():.4f}, biases from {b.min()} to {b.max()}")

# %% [markdown]
# ### Look at the activations
#
# Formulas assume; measure. Here are the activations of five of twenty layers, under three starts. The tall bar at 0 is
# cut off: half of the numbers, or all of them.

# %% picture="activations" alt="Histograms of activations in layers 1, 5, 10, 15 and 20 of a ReLU stack. 0.01 randn: all are next to zero from layer 5 on. Xavier: narrower and narrower. MSR: the same shape in all layers."
from course_lib.viz.pictures import training

training.histograms_by_depth()

# %% [markdown]
# Three numbers say most of it, layer by layer: the mean, the standard deviation, and the share of **dead** units, those
# that give 0 for *every* sample. A unit that is 0 for some samples does its job; one that is 0 for all of them has no
# gradient, and comes back only if the layers below it change (lesson 04).

# %% [markdown] task="activation_statistics" title="Activation statistics"
# Write `activation_statistics(x, layers, activation)`. `x` is `(n, d)`, `layers` a list of L pairs `(w, b)` with `w`
# `(out, in)` and `b` `(out,)`; `activation` is a function of arrays that follows **every** layer.
#
# Return an array `(L, 3)`: for each layer, in order, mean and standard deviation (divided by the count) of all its
# activations together, and the share of its units that are exactly 0 for every sample.
#
# Example: one sample `[[3.]]`, one layer `w = [[1.], [-1.]]`, `b = [0., 0.]`, ReLU: activations 3 and 0, so
# `[[1.5, 1.5, 0.5]]`.


# %% solve="activation_statistics" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.mlp.activation_statistics"
def activation_statistics(x, layers, activation):
    """Mean, standard deviation and share of dead units of every layer, (L, 3)."""
    ### BEGIN SOLUTION
    h, rows = x, []
    for w, b in layers:
        h = activation(h @ w.T + b)
        dead = np.all(h == 0, axis=0)
        rows.append((h.mean(), h.std(), dead.mean()))
    return np.array(rows)
    ### END SOLUTION


# %% [markdown] hint="activation_statistics"
# Run the network layer by layer and write down three numbers of each result before you go on.

# %% [markdown] hint="activation_statistics"
# The activations of a layer are an array (n, out): rows are samples, columns are units. A unit is dead when its whole
# **column** is 0: `np.all(h == 0, axis=...)` gives one True or False for each unit, and the mean of those is the share.

# %% [markdown] hint="activation_statistics"
# ```python
# h, rows = x, []
# for w, b in layers:
#     h = activation(...)
#     dead = np.all(h == 0, axis=...)
#     rows.append((h.mean(), ..., ...))
# return np.array(rows)
# ```

# %% check="activation_statistics" points=7
with check("activation_statistics") as expect:
    x = np.array([[1.0, -2, 0.5], [3, 1, -1], [-0.5, 2, 2]])
    layers = [
        (np.array([[1.0, -1, 2], [-1, -1, -1], [0.5, 2, 1]]), np.array([0.5, -3.0, 1.0])),
        (np.array([[1.0, 5, -2], [-1, 0, 0.5], [0.25, 1, -1]]), np.array([-1.0, 1.0, 4.0])),
    ]
    expect("two layers of three, ReLU", activation_statistics(x, layers, lambda z: np.maximum(z, 0)))
    expect("the same with tanh", activation_statistics(x, layers, np.tanh))
    expect("one layer", activation_statistics(x[:2], layers[:1], lambda z: np.maximum(z, 0)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10702)
    for n, sizes in [(4, (4, 4, 4)), (3, (5, 6, 4, 7)), (6, (2, 9))]:
        x = draw.normal(size=(n, sizes[0]))
        layers = [(draw.normal(size=(m, d)), draw.normal(size=m)) for d, m in itertools.pairwise(sizes)]
        for w, b in layers:
            w[0], b[0] = 0.1 * w[0], -20.0
        expect(f"{n} samples, sizes {sizes}, ReLU", activation_statistics(x, layers, lambda z: np.maximum(z, 0)))
        expect(f"{n} samples, sizes {sizes}, tanh", activation_statistics(x, layers, np.tanh))
    ### END HIDDEN TESTS

# %%
statistics_of = yours("activation_statistics", else_=mlp.activation_statistics)
x = np.random.default_rng(1).standard_normal((200, 100))
for name, deviation in (("0.01·randn", 0.01), ("Xavier", 0.1), ("MSR", np.sqrt(2 / 100)), ("randn", 1.0)):
    mean, spread, dead = statistics_of(x, deep_layers(deviation), np.tanh)[-1]
    print(f"tanh, {name:10} layer 20: mean {mean:+.1e}, standard deviation {spread:.1e}")

# %% [markdown]
# tanh is not ReLU: near 0 it is a straight line of slope 1, so with Xavier's factor 1 the signal shrinks only slowly, and
# less and less. And weights that are far too large do not explode here, they **saturate**: nearly all activations are
# close to -1 or 1, where the slope is nearly 0. Forward all looks well. Backward most units pass on nothing, and the few
# near 0 multiply by huge weights. The explorer shows what that adds up to.
#
# ## 2. Try it: the start of a deep stack
#
# Move the scale c of the weights c·randn/√n and watch both directions. Which c keeps ReLU level? And tanh? What happens
# to a sigmoid, whose outputs are never centred? Then tick the box: it is section 4's remedy.

# %% picture="explorer" alt="The explorer for tanh with scale 3: the standard deviation stays near one forward, the gradient explodes backward, and the histograms pile up at minus one and one."
from course_lib.viz.pictures import training

training.signal()

# %% practice="explorer_signals"
signal_explorer()

# %% [markdown]
# ### Does it matter for learning?
#
# The 8×8 digits that come with scikit-learn: 1437 images to train on, 360 to test, ten classes. Two helpers of the library serve
# the whole lesson: `perceptron(sizes, rng, start, norm=.., drop=..)` builds a network of ReLU layers, `learn(model, x, t, steps, rng,
# rate=..)` trains it by SGD with momentum 0.9 and returns the losses. `STARTS` has six ways to draw the first weights.

# %%
digits = datasets.load("digits")
x_train, x_test = (a.reshape(-1, 64).astype(np.float32) / 255 for a in (digits.x_train, digits.x_test))
center, spread = x_train.mean(axis=0), x_train.std()
x_train, x_test = (x_train - center) / spread, (x_test - center) / spread
t_train, t_test = digits.t_train, digits.t_test
sets = Sets(x_train, t_train, x_test, t_test)
print(digits)

# %% practice="starts"
losses = {}
for name in tqdm(("0.01·randn", "Xavier", "MSR")):
    rng = np.random.default_rng(0)
    model = perceptron((64, *[50] * 12, 10), rng, STARTS[name])
    losses[name] = learn(model, x_train, t_train, 400, rng, rate=0.005)
ax = curves.learning_curves(losses, xlabel="step", ylabel="cross-entropy", title="Twelve hidden layers of 50 ReLU units")
ax.axhline(np.log(10), color=style.GREY, lw=1, ls=":")
note = ax.annotate("ln 10: knows nothing", (400, np.log(10)), xytext=(0, 4), textcoords="offset points", ha="right")

# %% [markdown]
# **Lecture figure F29.** Small random weights suffice in shallow networks and fail in deep ones. The final loss by
# depth, for six starts:

# %% figure="F29"
training_figures.depth_figure(sets) if FULL else recorded("F29")

# %% [markdown]
# With one hidden layer every start works. From some depth on the small ones stay at ln 10, where they began, and at the
# deepest the missing factor 2 tells Xavier from MSR. On square layers `1/√width` *is* Xavier; the two differ only in the
# first and in the last layer.

# %% [markdown]
# ## 3. Inputs: centre, decorrelate, scale
#
# The first layer has the same trouble as all others: its inputs decide how the loss looks from the weights. If all
# inputs are near 100, every weight's gradient has the same large part, and the loss becomes a ravine: steep along one
# direction, flat along the others. Three steps make it round:
#
# 1. **centre**: subtract the mean of each input;
# 2. **decorrelate**: turn the axes into the principal axes of the data (PCA);
# 3. **scale**: divide each new input by its standard deviation.
#
# All three together are called **whitening**: the covariance becomes the identity, as in white noise.

# %% picture="whitening" alt="Four clouds of the same points: raw, an ellipse away from the origin; centred; decorrelated, its long axis horizontal; scaled, a round cloud at the origin."
from course_lib.viz.pictures import training

training.whitened()

# %% [markdown]
# Let the training set have covariance $C = \frac1n \sum (x - \bar x)(x - \bar x)^{\top}$, with eigenvalues
# $\lambda_1 \ge \lambda_2 \ge \dots$ (the variances) and unit eigenvectors as the columns of U (the principal axes).
#
# $$\text{PCA whitening:}\quad y = \Lambda^{-1/2} U^{\top}(x - \bar x), \qquad
# \text{ZCA whitening:}\quad y = U \Lambda^{-1/2} U^{\top}(x - \bar x).$$
#
# Any further rotation keeps the covariance the identity. ZCA rotates back, so that an image still looks like an image
# (*zero-phase* component analysis; Bell and Sejnowski 1997). Where a variance is almost 0, as in the corners of digits,
# dividing would blow up noise; so use $1/\sqrt{\lambda_k + \varepsilon}$.
#
# Mean and axes come from the **training set** only, and are applied to all data. (Lesson 08 says what goes wrong
# otherwise.)

# %% [markdown] task="whitened" title="Whitening, PCA and ZCA"
# Write `whitened(train, x, kind, epsilon)`: the samples `x` `(m, d)`, whitened with the statistics of `train` `(n, d)`,
# n > d; `kind` is `"pca"` or `"zca"`. The covariance divides by n; `epsilon` is added to the variances, under the root.
#
# With `"pca"` the column of the largest variance comes first. An axis' sign is free: the check looks at absolute values.
# Change neither `train` nor `x`.
#
# Example: statistics of `[[0., 0.], [4., 0.], [0., 2.], [4., 2.]]`, `x = [[6., 3.]]`, epsilon 0: `[[2., 2.]]`.


# %% solve="whitened" difficulty=3 importance=4 minutes=20 forbid="course_lib.topics.whitening.whiten course_lib.topics.whitening.whitening course_lib.topics.whitening.principal_axes"
def whitened(train, x, kind, epsilon):
    """Samples x (m, d) whitened by mean and principal axes of train (n, d)."""
    ### BEGIN SOLUTION
    mean = train.mean(axis=0)
    centred = train - mean
    variances, axes = np.linalg.eigh(centred.T @ centred / len(train))
    variances, axes = variances[::-1], axes[:, ::-1]
    out = (x - mean) @ axes / np.sqrt(variances + epsilon)
    return out @ axes.T if kind == "zca" else out
    ### END SOLUTION


# %% [markdown] hint="whitened"
# Four steps: mean of `train`; covariance of `train`; its eigenvectors (`np.linalg.eigh`); then apply all that to `x`.

# %% [markdown] hint="whitened"
# `np.linalg.eigh(C)` gives the variances from **small to large** and the axes as **columns**. For samples in rows, the
# coordinates along the axes are `(x - mean) @ axes`. Going back is `@ axes.T`.

# %% [markdown] hint="whitened"
# ```python
# mean = train.mean(axis=0)
# centred = train - mean
# variances, axes = np.linalg.eigh(centred.T @ centred / ...)
# variances, axes = variances[::-1], axes[:, ...]
# out = (x - ...) @ axes / np.sqrt(...)
# return out @ ... if kind == "zca" else out
# ```

# %% check="whitened-pca" points=5
with check("whitened-pca") as expect:
    square = np.array([[1.0, 6, 2], [4, 8, 1], [2, 7, 6], [7, 3, 5], [5, 5, 9]])
    points = np.array([[2.0, 2, 7], [9, 1, 0], [3, 4, 4]])
    expect("five points, whitened by themselves", np.abs(whitened(square, square, "pca", 0.0)))
    expect("three new points", np.abs(whitened(square, points, "pca", 0.0)))
    expect("the same with epsilon 0.5", np.abs(whitened(square, points, "pca", 0.5)))
    expect("the same with epsilon 9", np.abs(whitened(square, points, "pca", 9.0)))
    expect.unchanged("both afterwards", (square, points))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10703)
    for n, m, d in [(9, 4, 4), (14, 3, 2), (12, 5, 5)]:
        train_set = draw.normal(size=(n, d)) * 2.0 ** np.arange(d) @ draw.normal(size=(d, d)) + 10 * draw.normal(size=d)
        x = draw.normal(size=(m, d)) * 5
        expect(f"{n} samples of {d} numbers, {m} new", np.abs(whitened(train_set, x, "pca", 0.2)))
        expect.unchanged(f"{n} samples of {d} numbers, afterwards", (train_set, x))
    ### END HIDDEN TESTS

# %% check="whitened-zca" points=4
with check("whitened-zca") as expect:
    square = np.array([[1.0, 6, 2], [4, 8, 1], [2, 7, 6], [7, 3, 5], [5, 5, 9]])
    points = np.array([[2.0, 2, 7], [9, 1, 0], [3, 4, 4]])
    expect("three new points", whitened(square, points, "zca", 0.0))
    expect("the same with epsilon 0.5", whitened(square, points, "zca", 0.5))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10704)
    for n, m, d in [(8, 4, 4), (15, 2, 3), (11, 6, 2)]:
        train_set = draw.normal(size=(n, d)) * 1.5 ** np.arange(d) @ draw.normal(size=(d, d)) + 4 * draw.normal(size=d)
        x = draw.normal(size=(m, d)) * 3
        expect(f"{n} samples of {d} numbers, {m} new", whitened(train_set, x, "zca", 0.1))
    ### END HIDDEN TESTS

# %%
whiten_by = yours("whitened", else_=lambda train, x, kind, epsilon: whitening.whiten(train, x, kind=kind, epsilon=epsilon)[1])
rng = np.random.default_rng(0)
cloud = rng.normal(size=(1000, 3)) @ rng.normal(size=(3, 3)) + 100
for kind in ("pca", "zca"):
    white = whiten_by(cloud, cloud, kind, 1e-9)
    print(kind, "covariance:", np.cov(white.T, bias=True).round(6).tolist())

# %% [markdown]
# ### Real image patches
#
# What are the principal axes of photographs? Cut 6000 patches of 12×12 pixels from the three photographs of lesson 05,
# and whiten them. Each axis is a direction in the space of patches, so it is a patch itself.


# %%
def patches(n, side=12, seed=0):
    """n patches (n, side * side) at random places of the course's three photographs, brightness 0..1."""
    rng, out = np.random.default_rng(seed), []
    for name in reconstruction.PHOTOS:
        photo = reconstruction.photo(name, 400) / 255
        corner = rng.integers(0, 400 - side, size=(n // len(reconstruction.PHOTOS), 2))
        out += [photo[i : i + side, j : j + side].ravel() for i, j in corner]
    return np.array(out)


# %% practice="patches"
sample = patches(6000)
lively = sample[np.argsort(-sample.var(axis=1))[100:2100:200]]
mean, axes, variances = whitening.principal_axes(sample)
share = np.cumsum(variances) / variances.sum()
print(f"the first 10 of 144 axes hold {share[9]:.1%} of the variance")
shown = images.image_grid(axes[:20].reshape(-1, 12, 12), signed=True, columns=10, title="The first 20 principal axes")

# %% practice="patches_zca"
mean, matrix = whitening.whitening(sample, kind="zca", epsilon=1e-3)
pairs = np.concatenate([lively, (lively - mean) @ matrix.T])
shown = images.image_grid(
    [(p - p.min()) / np.ptp(p) for p in pairs.reshape(-1, 12, 12)], columns=10, title="Patches, and the same ZCA-whitened"
)
middle = matrix.reshape(12, 12, 12, 12)[3:9:2, 3:9:2].reshape(-1, 12, 12)
shown = images.image_grid(middle, signed=True, columns=9, title="Nine rows of the ZCA matrix: centre minus surround")

# %% picture="patches" alt="Four rows of small images. Principal axes of photograph patches: first a flat one, then gradients, then finer and finer waves. Patches and their ZCA-whitened versions, in which edges stand out. Rows of the ZCA matrix: one red pixel with a pale blue surround."
from course_lib.viz.pictures import training

training.patches()

# %% [markdown]
# The axes are waves, from coarse to fine: in photographs neighbours are alike (lesson 00), so most of the variance is
# coarse. PCA of pixels knows nothing about your classes; it is much the same for all photographs. The rows of the ZCA
# matrix are local filters, a pixel minus its surround. Cells of the retina compute something like it.
#
# **Lecture figure F30.** Inputs with mean 100 make learning bad and slow; so do inputs that span orders of magnitude,
# where log(1 + x) helps. Both measured: the steps until the loss is below a target, with the best of eight learning
# rates for each way of preparing.

# %% figure="F30"
training_figures.inputs_figure() if FULL else recorded("F30")

# %% [markdown]
# ## 4. Batch normalisation: forward
#
# Whitening helps the first layer. All later layers have inputs too. So normalise *inside* of the network (Ioffe and
# Szegedy 2015). Their reason was that a layer's inputs change with every step of the layers below, "internal covariate
# shift"; Santurkar and others (2018) added such shifts on purpose, behind the norm, and it trained as well: they found the
# loss smoother instead. That it helps is measured; why is still argued.
#
# Shift and scale every feature to mean 0 and variance 1 over the **mini-batch**, then let the network choose its own scale
# $\gamma$ and shift $\beta$, which are learned:
#
# $$\mu = \frac1m\sum x, \qquad v = \frac1m\sum (x-\mu)^2, \qquad \hat x = \frac{x-\mu}{\sqrt{v+\varepsilon}}, \qquad
# y = \gamma\hat x + \beta .$$
#
# The sums run over the m numbers of one feature in the batch. For vectors `(n, c)` that is m = n; for images
# `(n, c, h, w)` a feature is a **channel**, shared by all places, so m = n·h·w. (There is no decorrelation: it would
# cost too much in every step.)
#
# When the network is used, an answer must not depend on who else is in the batch. There may be no batch at all. So
# during training **running statistics** are kept, and in evaluation they stand in for $\mu$ and v:
#
# $$\text{running} \leftarrow (1 - \text{momentum})\cdot\text{running} + \text{momentum}\cdot\text{new}.$$
#
# (This momentum weighs the *new*, 0.1 say; that of lesson 06 weighed the old.) One detail that torch and this course agree
# on: the batch is normalised by the variance that divides by m (what it *has*), the running variance takes the one that
# divides by m - 1 (the unbiased estimate of what others will have).

# %% [markdown] task="batch_norm_forward" title="Batch normalisation, training and evaluation"
# Write `batch_norm_forward(x, gamma, beta, running, training, momentum, eps)`. `x` is `(n, c)` or `(n, c, h, w)`; `gamma`,
# `beta` are `(c,)`; `running` is a pair `(mean, variance)` of arrays `(c,)`. Return `(y, running)`: `y` in the shape of
# `x`, and a **new** pair; change no input.
#
# In training normalise by the batch's own statistics and move `running` as above (variance: divided by m for `y`, by
# m - 1 for `running`; m > 1). Otherwise normalise by `running` and return it as it was. `eps` stands under the root.
#
# Example: `x = [[1.], [3.]]`, gamma 10, beta 5, running (0, 1), momentum 0.5, eps 0, training: `[[-5.], [15.]]`, (1, 1.5).


# %% solve="batch_norm_forward" difficulty=3 importance=5 minutes=25 forbid="course_lib.functional.batch_norm torch.nn.functional.batch_norm"
def batch_norm_forward(x, gamma, beta, running, training, momentum, eps):
    """Normalised x and the new running (mean, variance); x is (n, c) or (n, c, h, w)."""
    ### BEGIN SOLUTION
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    mean, var = running
    if training:
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        m = x.size // x.shape[1]
        old_mean, old_var = running
        new_mean = (1 - momentum) * old_mean + momentum * mean
        new_var = (1 - momentum) * old_var + momentum * (var * m / (m - 1))
        running = (new_mean, new_var)
    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    return gamma.reshape(shape) * normal + beta.reshape(shape), running
    ### END SOLUTION


# %% [markdown] hint="batch_norm_forward"
# Decide first which pair (mean, variance) is used for `y`: the batch's or the running one. The last two lines are the
# same for both.

# %% [markdown] hint="batch_norm_forward"
# For images take mean and variance over axes (0, 2, 3): one number for each channel. To subtract `(c,)` from
# `(n, c, h, w)`, reshape it to `(1, c, 1, 1)`. A batch of shape (2, 3, 4, 5) has m = 2·4·5 = 40.

# %% [markdown] hint="batch_norm_forward"
# ```python
# axes = ...    # (0,) or (0, 2, 3)
# shape = ...   # (1, c) or (1, c, 1, 1)
# mean, var = running
# if training:
#     mean, var = x.mean(axis=axes), ...
#     m = x.size // ...
#     running = ((1 - momentum) * ... + momentum * ..., ...)
# normal = (x - mean.reshape(shape)) / np.sqrt(...)
# return gamma.reshape(shape) * ..., running
# ```

# %% check="batch_norm_forward-training" points=5
with check("batch_norm_forward-training") as expect:
    gamma, beta = np.array([2.0, -0.5, 3.0]), np.array([0.5, 4.0, -1.0])
    running = (np.array([1.0, -2.0, 0.5]), np.array([2.0, 0.5, 4.0]))
    batch = np.array([[1.0, 0.2, -3], [2, 0.1, 5], [4, 0.4, 1]])
    y, once = batch_norm_forward(batch, gamma, beta, running, True, 0.3, 0.05)
    expect("three samples of three features", y)
    expect("running statistics after one batch", once)
    for more in (batch[::-1] + 2, batch * 3):
        y, once = batch_norm_forward(more, gamma, beta, once, True, 0.3, 0.05)
    expect("running statistics after three batches", once)
    expect.unchanged("inputs afterwards", (batch, gamma, beta, running))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10705)
    for n, c in [(4, 4), (5, 2), (3, 6)]:
        gamma, beta = draw.normal(size=(2, c))
        running = (draw.normal(size=c), draw.uniform(0.5, 3, size=c))
        kept = running
        for k in (1, 2, 3):
            x = draw.normal(size=(n, c)) * draw.uniform(0.1, 2, size=c) + 3 * draw.normal(size=c)
            y, kept = batch_norm_forward(x, gamma, beta, kept, True, 0.2, 0.03)
            expect(f"{n} samples of {c} features, batch {k}", y)
            expect(f"{n} samples of {c} features, running after batch {k}", kept)
        expect.unchanged(f"{n} samples of {c} features, inputs afterwards", (x, gamma, beta, running))
    ### END HIDDEN TESTS

# %% check="batch_norm_forward-evaluation" points=4
with check("batch_norm_forward-evaluation") as expect:
    gamma, beta = np.array([2.0, -0.5, 3.0]), np.array([0.5, 4.0, -1.0])
    running = (np.array([1.0, -2.0, 0.5]), np.array([2.0, 0.5, 4.0]))
    batch = np.array([[1.0, 0.2, -3], [2, 0.1, 5], [4, 0.4, 1]])
    y, kept = batch_norm_forward(batch, gamma, beta, running, False, 0.3, 0.05)
    expect("three samples of three features", y)
    expect("running statistics afterwards", kept)
    expect("one sample alone", batch_norm_forward(batch[1:2], gamma, beta, running, False, 0.3, 0.05)[0])
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10706)
    for shape in [(4, 4), (1, 5), (2, 3, 4, 2)]:
        c = shape[1]
        gamma, beta = draw.normal(size=(2, c))
        running = (draw.normal(size=c), draw.uniform(0.05, 3, size=c))
        x = draw.normal(size=shape)
        y, kept = batch_norm_forward(x, gamma, beta, running, False, 0.4, 0.02)
        expect(f"shape {shape}", y)
        expect(f"shape {shape}, running afterwards", kept)
    ### END HIDDEN TESTS

# %% check="batch_norm_forward-images" points=4
with check("batch_norm_forward-images") as expect:
    gamma, beta = np.array([2.0, -0.5]), np.array([0.5, 4.0])
    running = (np.array([1.0, -2.0]), np.array([2.0, 0.5]))
    cube = np.array([[[[1.0, -2], [0.5, 3]], [[4, 0.25], [2, -1]]], [[[2, 2.5], [-3, 1]], [[0, 7], [-0.5, 1.5]]]])
    expect("2 images, 2 channels, 2×2", batch_norm_forward(cube, gamma, beta, running, True, 0.3, 0.05))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10707)
    for shape in [(3, 3, 3, 3), (2, 3, 4, 5), (1, 2, 3, 2)]:
        c = shape[1]
        gamma, beta = draw.normal(size=(2, c))
        kept = (draw.normal(size=c), draw.uniform(0.5, 3, size=c))
        for k in (1, 2, 3):
            x = draw.normal(size=shape) + 2 * draw.normal(size=(c, 1, 1))
            y, kept = batch_norm_forward(x, gamma, beta, kept, True, 0.15, 0.02)
            expect(f"shape {shape}, batch {k}", y)
            expect(f"shape {shape}, running after batch {k}", kept)
    ### END HIDDEN TESTS

# %%
def library_norm(x, gamma, beta, running, training, momentum, eps):
    kept = [np.array(r) for r in running]
    return F.batch_norm(x, *kept, gamma, beta, training, momentum, eps).data, tuple(kept)


normalise = yours("batch_norm_forward", else_=library_norm)
rng, running = np.random.default_rng(0), (np.zeros(2), np.ones(2))
for step in range(1, 61):
    x = rng.normal(size=(32, 2)) * [0.5, 3] + [10, -2]
    y, running = normalise(x, np.array([1.0, 1]), np.zeros(2), running, True, 0.1, 1e-5)
    if step in (1, 3, 20, 60):
        print(f"after {step:2} batches: running mean {running[0]}, running variance {running[1]}")
print("what the batches come from: mean 10 and -2, variance 0.25 and 9")

# %% [markdown]
# Early in training the running statistics still remember their start, mean 0 and variance 1. That is why a network with
# batch norm can look fine in training and absurd in evaluation for the first few dozens of steps.
#
# Before you run on: a batch of **one** sample, a vector with one feature, x = 7. Training mode, $\gamma = 3$,
# $\beta = 2$, $\varepsilon = 10^{-5}$. What is y?

# %% solve="predict_lonely" difficulty=2 importance=3 minutes=2
# a number
### BEGIN SOLUTION
y_of_one = 2
### END SOLUTION

# %% predict="predict_lonely" points=1
with check("predict_lonely") as expect:
    expect("y of a batch of one", y_of_one)

# %%
for value in (7.0, -1000.0):
    lonely = np.array([[value]])
    normal = (lonely - lonely.mean(axis=0)) / np.sqrt(lonely.var(axis=0) + 1e-5)
    print(f"x = {value}: y = {(3 * normal + 2).item()}")

# %% [markdown]
# Alone, a sample *is* its mean: whatever x was, β comes out, and nothing can be learned. Small batches make poor statistics.
#
# ### Norms that need no batch
#
# Then average over something else. The idea stays: subtract a mean, divide by a root of a variance. Only *which numbers share
# them* changes. **Layer norm** (Ba, Kiros and Hinton 2016) takes all features of *one sample*, **group norm** (Wu and He 2018)
# a few neighbouring channels of one sample, with all their places. Neither needs running statistics, and training and
# evaluation do the same.

# %% [markdown] task="other_norms" title="Layer norm and group norm"
# Write three functions; variances are divided by the count, `eps` stands under the root, no input is changed.
#
# - `standardised(x, axes, eps)`: x minus its mean over `axes` (a tuple), over the root of its variance over them.
# - `layer_norm(x, gamma, beta, eps)`: `x` `(n, d)`, each sample standardised over its own features, times `gamma`, plus
#   `beta`, both `(d,)`.
# - `group_norm(x, groups, gamma, beta, eps)`: `x` `(n, c, h, w)`. The channels, in order, make `groups` groups of c/groups
#   (it divides c); each group of each sample is standardised by itself. `gamma`, `beta` `(c,)` belong to channels.


# %% solve="other_norms" difficulty=3 importance=4 minutes=20 forbid="course_lib.functional.layer_norm course_lib.functional.group_norm torch.nn.functional.layer_norm torch.nn.functional.group_norm"
def standardised(x, axes, eps):
    """x with mean 0 and variance 1 over the axes."""
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)
    ### END SOLUTION


def layer_norm(x, gamma, beta, eps):
    """Samples (n, d), each standardised over its features, scaled and shifted."""
    ### BEGIN SOLUTION
    return gamma * standardised(x, (1,), eps) + beta
    ### END SOLUTION


def group_norm(x, groups, gamma, beta, eps):
    """Images (n, c, h, w), each group of channels of each sample standardised, scaled and shifted by channel."""
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    parts = standardised(x.reshape(n, groups, c // groups, h, w), (2, 3, 4), eps)
    return gamma[:, None, None] * parts.reshape(x.shape) + beta[:, None, None]
    ### END SOLUTION


# %% [markdown] hint="other_norms"
# The first function is batch norm without γ, β and running statistics. The other two ask it for other axes.

# %% [markdown] hint="other_norms"
# To standardise groups of channels, give them an axis of their own: `(n, c, h, w)` as `(n, groups, c // groups, h, w)`. Six
# channels in two groups are channels 0, 1, 2 and 3, 4, 5. Then put the shape back before γ and β.

# %% [markdown] hint="other_norms"
# ```python
# centred = x - x.mean(axis=axes, keepdims=True)
# return centred / np.sqrt(...)
# ...
# return gamma * standardised(x, ..., eps) + beta
# ...
# parts = standardised(x.reshape(n, groups, ..., h, w), ..., eps)
# return gamma[:, None, None] * parts.reshape(x.shape) + ...
# ```

# %% check="other_norms" points=4
with check("other_norms") as expect:
    square = np.array([[1.0, -2, 4], [0.5, 3, -1], [2, 2.5, 0]])
    gamma, beta = np.array([2.0, -0.5, 3.0]), np.array([0.5, 4.0, -1.0])
    expect("3×3, standardised over axis 0", standardised(square, (0,), 0.05))
    expect("layer norm of 3 samples of 3 features", layer_norm(square, gamma, beta, 0.05))
    expect.unchanged("inputs afterwards", (square, gamma, beta))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10717)
    for n, d in [(4, 4), (2, 7), (5, 3)]:
        x, gamma, beta = draw.normal(size=(n, d)) + 2 * draw.normal(size=(n, 1)), *draw.normal(size=(2, d))
        expect(f"{n} samples of {d} features", layer_norm(x, gamma, beta, 0.03))
    x = draw.normal(size=(3, 2, 4)) * 3 + 1
    expect("a cube over axes 0 and 2", standardised(x, (0, 2), 0.02))
    ### END HIDDEN TESTS

# %% check="other_norms-groups" points=4
with check("other_norms-groups") as expect:
    cube = np.random.default_rng(7).normal(size=(2, 4, 2, 3)).round(1) * np.array([1.0, 3, 0.5, 2])[:, None, None]
    gamma, beta = np.array([2.0, -0.5, 3.0, 1.5]), np.array([0.5, 4.0, -1.0, 0.25])
    expect("2 images, 4 channels in 2 groups", group_norm(cube, 2, gamma, beta, 0.05))
    expect.unchanged("inputs afterwards", (cube, gamma, beta))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10718)
    for n, c, h, w, groups in [(3, 6, 2, 4, 3), (2, 6, 3, 2, 2), (4, 5, 2, 3, 1), (2, 3, 4, 2, 3)]:
        x, gamma, beta = draw.normal(size=(n, c, h, w)) + 2 * draw.normal(size=(n, c, 1, 1)), *draw.normal(size=(2, c))
        expect(f"shape {(n, c, h, w)}, {groups} group(s)", group_norm(x, groups, gamma, beta, 0.03))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Small batches, measured
#
# One hidden layer of 60 with each norm, 300 digits, batches of 2 and of 30, three epochs of either; the rate is the best of
# three for each norm and size, by validation on 300 other digits, and what is printed is the error on the test set. Five seeds.

# %% practice="small_batches"
NORMS = {"none": lambda d: nn.Identity(), "batch": nn.BatchNorm1d, "layer": nn.LayerNorm, "group, 4": lambda d: nn.GroupNorm(4, d)}


def normed_errors(norm, size, rate, seed):
    """Errors on validation and on test digits of a network with this norm."""
    rng = np.random.default_rng(seed)
    net = nn.Sequential(nn.Linear(64, 60, rng=rng), norm(60), nn.ReLU(), nn.Linear(60, 10, rng=rng))
    learn(net, x_train[:300], t_train[:300], 900 // size, rng, rate=rate, size=size)
    return error_of(net, x_train[300:600], t_train[300:600]), error_of(net, x_test, t_test)


for size, rates in ((2, (0.001, 0.003, 0.01)), (30, (0.01, 0.03, 0.1))):
    for name, norm in NORMS.items():
        tried = [np.array([normed_errors(norm, size, rate, seed) for seed in range(5)]) for rate in rates]
        best = min(range(3), key=lambda k: tried[k][:, 0].mean())
        print(f"batches of {size:2}, norm: {name:9} rate {rates[best]:<6} test error {plus_minus(tried[best][:, 1])}")

# %% [markdown]
# In batches of 30 no norm is far from another, nor from none. In pairs batch norm's error more than doubles, and the others stay
# where they were: their statistics never depended on the batch. (The best rate was the largest that was tried, in most rows; the
# net is small, and needs no norm at all.)

# %% [markdown]
# ### A bias under a norm
#
# Batch norm subtracts $\mu$. What is left of a bias in the layer below? Move all of its biases by 5, and ask for their
# gradient:

# %%
rng = np.random.default_rng(0)
layer, norm = nn.Linear(3, 4, rng=rng).double(), nn.BatchNorm1d(4).double()
x, g = Tensor(rng.normal(size=(6, 3))), rng.normal(size=(6, 4))
before = norm(layer(x)).data
layer.bias.data[...] += 5
out = norm(layer(x))
(out * Tensor(g)).sum().backward()
print(f"largest change of the output {np.abs(out.data - before).max():.0e}, largest gradient of the biases", end=" ")
print(f"{np.abs(layer.bias.grad).max():.0e}, of the weights {np.abs(layer.weight.grad).max():.2f}")

# %% [markdown]
# Nothing, up to rounding: $\mu$ takes every constant out again, forward and backward. Such a layer is built without a bias
# (`bias=False`); $\beta$ is the bias.

# %% [markdown]
# ## 5. Batch normalisation: backward
#
# $\hat x_i$ depends on every sample of the batch, through $\mu$ and v. Do not look its gradient up: derive it. Draw the forward
# pass as a graph of small steps first. For one feature, with the m numbers of the batch:

# %% picture="norm_graph" alt="A graph from x to y. x goes to its mean and, beside it, straight to c; c goes through square and mean to v, which gives r, and straight to x hat; r and c make x hat; times gamma, plus beta is y."
from course_lib.viz.pictures import training

training.norm_graph()

# %% [markdown]
# $$c_i = x_i - \tfrac1m\textstyle\sum_j x_j, \qquad v = \tfrac1m\sum_j c_j^2, \qquad r = (v + \varepsilon)^{-1/2}, \qquad
# \hat x_i = c_i\, r, \qquad y_i = \gamma\,\hat x_i + \beta .$$
#
# Now walk back, step by step, with lesson 03's rules: a value that is used several times adds up the gradients of all its uses; a
# mean hands 1/m of its gradient to each of its numbers. Count the uses: x is used twice, c is used twice, and the single
# number r by all m samples. You will meet each of them on the way.

# %% [markdown] task="batch_norm_vjp" title="Batch normalisation, there and back"
# Write `batch_norm_vjp(x, gamma, beta, eps)` for training mode, without running statistics. `x` is `(n, c)` or
# `(n, c, h, w)`, `gamma` and `beta` are `(c,)`. Return `(y, vjp)`: `y` as in the exercise before (variance divided by m, eps
# under the root), and a function that takes an upstream gradient `g`, in the shape of `y`, to `(gx, ggamma, gbeta)`.
#
# The gradients are those of a sum: nothing is divided by the batch size that the graph does not divide. Change no input, nor `g`.
#
# Example: `x = [[1.], [3.]]`, gamma 2, beta 5, eps 0 gives `y = [[3.], [7.]]`; `vjp([[1.], [0.]])` is
# `([[0.], [0.]], [-1.], [1.])`: two samples always become -1 and 1, whatever x is.


# %% solve="batch_norm_vjp" difficulty=4 importance=4 minutes=25 forbid="course_lib.functional.batch_norm course_lib.ops.norm.standardise torch.nn.functional.batch_norm"
def batch_norm_vjp(x, gamma, beta, eps):
    """y, and the function from its gradient to those of x, gamma and beta."""
    ### BEGIN SOLUTION
    axes = (0, *range(2, x.ndim))
    shape = (1, -1, *[1] * (x.ndim - 2))
    centred = x - x.mean(axis=axes, keepdims=True)
    inverse = 1 / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)
    normal = centred * inverse

    def vjp(g):
        through_mean = g.mean(axis=axes, keepdims=True)
        through_var = normal * (g * normal).mean(axis=axes, keepdims=True)
        gx = gamma.reshape(shape) * inverse * (g - through_mean - through_var)
        return gx, (g * normal).sum(axis=axes), g.sum(axis=axes)

    return gamma.reshape(shape) * normal + beta.reshape(shape), vjp
    ### END SOLUTION


# %% [markdown] hint="batch_norm_vjp"
# Go through the graph from the right. γ and β first: they are used by all m samples, so their gradients are sums. Then
# $\hat x$, then r, v, c, and x last; keep from the forward pass what each step needs.

# %% [markdown] hint="batch_norm_vjp"
# r gets $\sum_j g_j\gamma\, c_j$; v gets $-\tfrac12 r^3$ times that; c gets $g\gamma\, r$ directly and $\tfrac2m c$ times v's
# gradient; x gets c's gradient less its mean. With `keepdims=True` a sum over axes (0, 2, 3) has shape (1, c, 1, 1).

# %% [markdown] hint="batch_norm_vjp"
# ```python
# axes, shape = ..., ...                # (0,) or (0, 2, 3); (1, c) or (1, c, 1, 1)
# centred = x - x.mean(axis=axes, keepdims=True)
# r = 1 / np.sqrt(...)
#
# def vjp(g):
#     gn = g * gamma.reshape(shape)
#     gr = (...).sum(axis=axes, keepdims=True)
#     gv = ... * gr
#     gc = gn * r + 2 / (x.size // x.shape[1]) * centred * gv
#     gx = gc - ...
#     return gx, (...).sum(axis=axes), g.sum(axis=axes)
#
# return ..., vjp
# ```

# %% check="batch_norm_vjp-vectors" points=6
with check("batch_norm_vjp-vectors") as expect:
    x = np.array([[1.0, 0.2, -3], [2, -0.1, 5], [4, 0.4, 1]])
    gamma, beta = np.array([2.0, -0.5, 3.0]), np.array([0.5, 4.0, -1.0])
    g = np.array([[0.3, -1, 2], [1.5, 0.7, -0.2], [-0.4, 2, 1]])
    y, vjp = batch_norm_vjp(x, gamma, beta, 0.05)
    gx, ggamma, gbeta = vjp(g)
    expect("three samples of three features: y", y)
    expect("gradient of beta", gbeta)
    expect("gradient of gamma", ggamma)
    expect("gradient of x", gx)
    expect.unchanged("inputs afterwards", (x, gamma, beta, g))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10708)
    for n, c in [(4, 4), (6, 2), (3, 5)]:
        x = draw.normal(size=(n, c)) * draw.uniform(0.2, 3, size=c) + 2 * draw.normal(size=c)
        gamma, beta, g = draw.normal(size=c), draw.normal(size=c), draw.normal(size=(n, c))
        y, vjp = batch_norm_vjp(x, gamma, beta, 0.04)
        expect(f"{n} samples of {c} features: y", y)
        expect(f"{n} samples of {c} features: gradients", vjp(g))
        expect(f"{n} samples of {c} features: gradients, called again", vjp(2 * g))
        expect.unchanged(f"{n} samples of {c} features: inputs afterwards", (x, gamma, beta, g))
    ### END HIDDEN TESTS

# %% check="batch_norm_vjp-images" points=4
with check("batch_norm_vjp-images") as expect:
    gamma, beta = np.array([2.0, -0.5]), np.array([0.5, 4.0])
    cube = np.array([[[[1.0, -2], [0.5, 3]], [[4, 0.25], [2, -1]]], [[[2, 2.5], [-3, 1]], [[0, 7], [-0.5, 1.5]]]])
    y, vjp = batch_norm_vjp(cube, gamma, beta, 0.05)
    expect("2 images, 2 channels, 2×2: y", y)
    expect("gradients", vjp(cube[::-1, :, ::-1] * np.array([1.0, -0.5])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10709)
    for shape in [(3, 3, 3, 3), (2, 3, 4, 5), (4, 2, 1, 3)]:
        c = shape[1]
        x, g = draw.normal(size=shape), draw.normal(size=shape)
        gamma, beta = draw.normal(size=(2, c))
        y, vjp = batch_norm_vjp(x, gamma, beta, 0.03)
        expect(f"shape {shape}: y", y)
        expect(f"shape {shape}: gradients", vjp(g))
    ### END HIDDEN TESTS

# %% [markdown]
# Put the steps together and nearly everything cancels. With all sums over the m numbers of a feature,
#
# $$\frac{\partial E}{\partial x_i} = \frac{\gamma}{\sqrt{v+\varepsilon}}\Bigl(\underbrace{g_i}_{\text{direct}}
# - \underbrace{\tfrac1m\textstyle\sum_j g_j}_{\text{mean}}
# - \underbrace{\hat x_i\,\tfrac1m\textstyle\sum_j g_j\,\hat x_j}_{\text{variance}}\Bigr).$$
#
# It reads well: the gradient loses its mean, and its part along $\hat x$. It must: shifting all x by a constant or scaling
# them changes nothing in the output (up to ε), so the gradient cannot point that way.

# %%
def library_norm_vjp(x, gamma, beta, eps):
    tensors = [Tensor(a, requires_grad=True) for a in (x, gamma, beta)]
    y = F.batch_norm(tensors[0], None, None, *tensors[1:], training=True, eps=eps)

    def vjp(g):
        (y * g).sum().backward()
        return tuple(t.grad for t in tensors)

    return y.data, vjp


there_and_back = yours("batch_norm_vjp", else_=library_norm_vjp)
rng = np.random.default_rng(3)
x, g, direction = rng.normal(size=(3, 8, 4))
gamma, beta = rng.normal(size=(2, 4))
gx = there_and_back(x, gamma, beta, 1e-5)[1](g)[0]
slopes = [np.sum(there_and_back(x + e * direction, gamma, beta, 1e-5)[0] * g) for e in (1e-5, -1e-5)]
print(f"along a random direction: gradient {np.sum(gx * direction):.8f}, measured {(slopes[0] - slopes[1]) / 2e-5:.8f}")
print("sum of the gradient over the batch:", gx.sum(axis=0).round(12) + 0.0)

# %% [markdown]
# ### What it buys
#
# Ten layers from a bad start, `0.01 * randn`, and from MSR, with and without batch norm, over a range of learning rates.
# Three seeds each; the bars are standard errors of the mean. A run that ends above ln 10,
# or whose loss is no longer a number, counts as ln 10.

# %% practice="batch_norm_rates"
RATES = (0.001, 0.01, 0.1, 1.0)
ax = style.axes(size=(6.4, 3.6), title="Ten layers of 30, 120 steps", xlabel="learning rate", ylabel="final loss")
kinds = list(itertools.product(("0.01·randn", "MSR"), (False, True)))
for (name, norm), color, marker in tqdm(list(zip(kinds, style.COLORS, style.MARKERS, strict=False))):
    finals = np.full((len(RATES), 3), np.log(10))
    for (i, rate), seed in itertools.product(enumerate(RATES), range(3)):
        rng = np.random.default_rng(seed)
        losses = learn(perceptron((64, *[30] * 10, 10), rng, STARTS[name], norm), x_train, t_train, 120, rng, rate)
        if len(losses) == 120:
            finals[i, seed] = min(np.mean(losses[-20:]), np.log(10))
    label = f"{name}{', batch norm' if norm else ''}"
    bars = ax.errorbar(RATES, *train.mean_and_error(finals), color=color, marker=marker, capsize=3, label=label)
ax.set_xscale("log")
legend = ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))

# %% [markdown]
# Batch norm makes the start matter much less and widens the range of rates that work. In return it makes the samples of a
# batch depend on each other, costs time, and asks you to remember `model.train()` and `model.eval()`.

# %% [markdown]
# ## 6. Dropout
#
# A network that learns may also learn by heart. **Dropout** (Srivastava and others 2014) makes that hard: in every step
# of training each hidden unit is left out with probability p, at random, anew for every sample. No unit can rely on
# another to be there. It is as if an exponential number of thinned networks, $2^n$ for n units, were trained at once, all
# sharing their weights.

# %% picture="dropout" alt="Left: a network of 4, 6, 6 and 3 units, all joined. Right: the same with four hidden units crossed out and all their connections gone."
from course_lib.viz.pictures import training

training.dropout()

# %% [markdown]
# When the network is used, all units are there. Then the next layer gets more than it is used to: in training a number h
# arrives as 0 with probability p and as h otherwise, $(1-p)h$ in the mean. There are two ways to set that right:
#
# - **classical**: nothing in training; at test time multiply by $1 - p$;
# - **inverted**: divide by $1 - p$ in training what is kept; do nothing at test time. This is what libraries do, because
#   the network in use stays as it is.
#
# Both agree in the mean, and neither is free of noise. $p = 0.5$ on the hidden layers and 0.2 on the inputs is what its
# authors began with; p is one more setting to be tuned on the validation set.

# %% [markdown] task="dropout_both" title="Dropout both ways"
# Write two functions. p, in 0 ≤ p < 1, is the probability to be **dropped**; `inverted` chooses the way described above.
#
# - `dropout_both(h, p, u, training, inverted)`: `h` after dropout. `u`, in the shape of `h`, holds the draws, uniform in
#   [0, 1): a number is kept in training where `u >= p`. Out of training `u` does not count. Change no input.
# - `dropout_moments(h, p, inverted)`: a pair of arrays, mean and variance over the draws of each number in **training**.
#
# Example: `h = [8., 8.]`, p = 0.2, `u = [0.1, 0.2]`, training: `[0., 8.]` classical, `[0., 10.]` inverted.


# %% solve="dropout_both" difficulty=2 importance=5 minutes=15 forbid="course_lib.functional.dropout course_lib.topics.regularise.dropout torch.nn.functional.dropout"
def dropout_both(h, p, u, training, inverted):
    """h with dropout of probability p by the draws u, classical or inverted."""
    ### BEGIN SOLUTION
    if not training:
        return h if inverted else h * (1 - p)
    kept = np.where(u >= p, h, 0)
    return kept / (1 - p) if inverted else kept
    ### END SOLUTION


def dropout_moments(h, p, inverted):
    """Mean and variance of each number of h after dropout in training."""
    ### BEGIN SOLUTION
    mean = h if inverted else (1 - p) * h
    variance = h**2 * p / (1 - p) if inverted else h**2 * p * (1 - p)
    return mean, variance
    ### END SOLUTION


# %% [markdown] hint="dropout_both"
# Make a table of two by two: training or not, classical or inverted. In which of the four is h multiplied or divided?

# %% [markdown] hint="dropout_both"
# A number that is 0 with probability p and a otherwise has mean $(1-p)a$ and mean square $(1-p)a^2$. The variance is the
# mean square less the square of the mean. Classical: a = h. Inverted: a = h/(1-p).

# %% [markdown] hint="dropout_both"
# ```python
# if not training:
#     return h if inverted else ...
# kept = np.where(u >= p, h, 0)
# return ... if inverted else kept
# ...
# mean = h if inverted else ...
# variance = h**2 * ... if inverted else h**2 * ...
# ```

# %% check="dropout_both-draws" points=5
with check("dropout_both-draws") as expect:
    h = np.array([[1.0, -2, 3], [4, 0.5, -6], [0, 7, 2]])
    u = np.array([[0.1, 0.3, 0.9], [0.29, 0.31, 0.5], [0.8, 0.05, 0.7]])
    expect("training, classical, p = 0.3", dropout_both(h, 0.3, u, True, False))
    expect("training, inverted, p = 0.3", dropout_both(h, 0.3, u, True, True))
    expect("evaluation, classical, p = 0.3", dropout_both(h, 0.3, u, False, False))
    expect("evaluation, inverted, p = 0.3", dropout_both(h, 0.3, u, False, True))
    expect.unchanged("inputs afterwards", (h, u))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10710)
    for shape, p in [((4, 4), 0.25), ((3, 5), 0.7), ((2, 3, 2, 4), 0.125)]:
        h, u = draw.normal(size=shape) + 0.5, draw.random(shape)
        u.flat[::7] = p
        for training, inverted in [(True, False), (True, True), (False, False), (False, True)]:
            how = f"{'training' if training else 'evaluation'}, {'inverted' if inverted else 'classical'}"
            expect(f"{shape}, p = {p}, {how}", dropout_both(h, p, u, training, inverted))
        expect.unchanged(f"{shape}, p = {p}, inputs afterwards", (h, u))
    ### END HIDDEN TESTS

# %% check="dropout_both-moments" points=3
with check("dropout_both-moments") as expect:
    h = np.array([[1.0, -2, 3], [4, 0.5, -6]])
    expect("classical, p = 0.3", dropout_moments(h, 0.3, False))
    expect("inverted, p = 0.3", dropout_moments(h, 0.3, True))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10711)
    for p in draw.choice([0.1, 0.2, 0.35, 0.6, 0.85], size=3, replace=False).tolist():
        h = draw.normal(size=(3, 4)) + 1
        expect(f"p = {p}, classical", dropout_moments(h, p, False))
        expect(f"p = {p}, inverted", dropout_moments(h, p, True))
    ### END HIDDEN TESTS

# %%
drop = yours("dropout_both", else_=regularise.dropout)
h, rng = np.array([1.0, -2.0, 4.0]), np.random.default_rng(0)
for inverted in (False, True):
    draws = drop(np.tile(h, (100_000, 1)), 0.3, rng.random((100_000, 3)), True, inverted)
    print("inverted: " if inverted else "classical:", "mean", draws.mean(axis=0), "variance", draws.var(axis=0))

# %% [markdown]
# ### One network, exponentially many
#
# Scaling by $1 - p$ at test time stands in for an average over all the thinned networks. For a softmax layer on dropped
# inputs it *is* an average: the geometric mean of all $2^n$ thinned softmaxes, each weighted by how likely its mask is (all
# alike for p = ½), made to add up to 1. Eight inputs have 256 masks, so all of them can be tried:

# %% practice="thinned_softmaxes"
rng, dropped = np.random.default_rng(0), 0.2
sample, layer = rng.normal(size=8), rng.normal(size=(8, 4))
masks = np.array(list(itertools.product((0, 1), repeat=8)))
likely = np.prod(np.where(masks == 1, 1 - dropped, dropped), axis=1)
thinned = F.softmax(masks * sample @ layer, dim=1).data
geometric = np.exp(likely @ np.log(thinned))
print("scaled by 1 - p:", F.softmax((1 - dropped) * sample @ layer, dim=0).data)
print("geometric mean: ", geometric / geometric.sum())
print("arithmetic mean:", likely @ thinned)

# %% [markdown]
# With hidden layers it is an approximation. How good?
#
# **Lecture figure F31.** One dropout network averages an exponential ensemble: weight scaling against averaged masks.

# %% figure="F31"
training_figures.masks_figure(sets) if FULL else recorded("F31")

# %% [markdown]
# Look at the errors: one pass with scaled weights errs about as seldom as a hundred passes with random masks averaged,
# and far less often than one mask alone. The loss tells the rest: the average is less sure of itself where it is wrong,
# and for that you have to pay the passes.
#
# ## 7. Weights that cost something
#
# Another brake: make large weights expensive. Add to the loss
#
# $$\lambda_1\sum|w| + \frac{\lambda_2}{2}\sum w^2 .$$
#
# The second term is **L2** (weight decay): its gradient $\lambda_2 w$ shrinks every weight in proportion. It prefers many
# small weights to one large, so the work is *distributed* over the inputs. The first is **L1**: its gradient
# $\lambda_1\operatorname{sign} w$ pulls with the same force however small w is, until it is 0: the weights become
# *sparse*, and most inputs are ignored. Both together are the **elastic net** (Zou and Hastie 2005). Biases go free:
# they only shift.

# %% [markdown] task="elastic_net" title="The elastic net"
# Write `elastic_net(layers, l1, l2)`. `layers` is a list of pairs `(w, b)` of float arrays. Return
# `(penalty, gradients)`: the penalty $\lambda_1\sum|w| + \frac{\lambda_2}{2}\sum w^2$ over the weights of **all** layers, a
# number, and a list of pairs `(gw, gb)`, its gradients in the shapes of `w` and `b`.
#
# Biases are not penalised. The slope of |w| at 0 is agreed to be 0. Change no input.
#
# Example: one layer, `w = [[3., -1.]]`, `b = [9.]`, l1 = 2, l2 = 10: penalty 58, gradients `[[32., -12.]]` and `[0.]`.


# %% solve="elastic_net" difficulty=2 importance=4 minutes=10 forbid="course_lib.topics.regularise.elastic_net"
def elastic_net(layers, l1, l2):
    """Penalty of all weights, and its gradients [(gw, gb), ...]."""
    ### BEGIN SOLUTION
    penalty, gradients = 0.0, []
    for w, b in layers:
        penalty += l1 * np.sum(np.abs(w)) + l2 / 2 * np.sum(w**2)
        gradients.append((l1 * np.sign(w) + l2 * w, np.zeros_like(b)))
    return penalty, gradients
    ### END SOLUTION


# %% [markdown] hint="elastic_net"
# One layer: the penalty is a sum over all entries of w; the gradient has one number for each entry, and needs no sum.

# %% [markdown] hint="elastic_net"
# The slope of |w| is 1 for positive w, -1 for negative: `np.sign(w)`, which is 0 at 0. The slope of w²/2 is w.

# %% [markdown] hint="elastic_net"
# ```python
# penalty, gradients = 0.0, []
# for w, b in layers:
#     penalty += l1 * ... + l2 / 2 * ...
#     gradients.append((..., np.zeros_like(b)))
# return penalty, gradients
# ```

# %% check="elastic_net" points=6
with check("elastic_net") as expect:
    first = (np.array([[1.0, -2, 0], [0.5, 3, -1], [0, 4, -0.25]]), np.array([1.0, -2, 3]))
    second = (np.array([[2.0, -0.5, 1]]), np.array([5.0]))
    expect("one layer", elastic_net([first], 0.3, 0.7))
    expect("two layers, penalty", elastic_net([first, second], 0.3, 0.7)[0])
    expect("two layers, gradients", elastic_net([first, second], 0.3, 0.7)[1])
    expect.unchanged("layers afterwards", [first, second])
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10712)
    for sizes in [(3, 3), (2, 5, 3), (4, 2, 2, 3)]:
        layers = [(draw.normal(size=(m, d)), draw.normal(size=m)) for d, m in itertools.pairwise(sizes)]
        layers[0][0][0, 1] = 0.0
        l1, l2 = draw.uniform(0.1, 2, size=2).tolist()
        expect(f"sizes {sizes}", elastic_net(layers, l1, l2))
        expect.unchanged(f"sizes {sizes}, afterwards", layers)
    ### END HIDDEN TESTS

# %%
penalty_of = yours("elastic_net", else_=regularise.elastic_net)


def softmax_layer(l1, l2, steps=400, rate=0.3):
    """Weights (10, 64) of a softmax layer on the digits, by gradient descent with the penalty."""
    w, b = np.zeros((10, 64)), np.zeros(10)
    for _ in range(steps):
        p = np.exp(x_train @ w.T + b)
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(p)), t_train] -= 1
        gw, gb = penalty_of([(w, b)], 0.0, l2)[1][0]
        w, b = w - rate * (p.T @ x_train / len(p) + gw), b - rate * (p.mean(axis=0) + gb)
        w = np.sign(w) * np.maximum(np.abs(w) - rate * l1, 0)  # a step of L1 that stops at 0 instead of crossing it
    return w, np.mean((x_test @ w.T + b).argmax(axis=1) != t_test)


# %% practice="penalties"
for name, l1, l2 in (("none", 0, 0), ("L2", 0, 0.05), ("L1", 0.01, 0), ("elastic net", 0.005, 0.02)):
    w, error = softmax_layer(l1, l2)
    print(f"{name:12} weights exactly 0: {np.mean(w == 0):4.0%}, largest {np.abs(w).max():.2f}, test error {error:.1%}")
    if name in ("L1", "L2"):
        shown = images.image_grid(w.reshape(10, 8, 8), signed=True, title=f"Ten digits' weights with {name}")

# %% [markdown]
# L2 spreads each digit's template over all pixels; L1 leaves a handful of them. Neither reads the test digits better here:
# how much a weight is to cost is tuned by validation, like any other setting.
#
# ## 8. More data from the same data
#
# The best brake is more data. If you have no more, make some: change the inputs in ways that **keep the label**. A shifted
# cat is a cat. So is a mirrored, slightly turned, cropped, brighter or noisier one. A spoken word stays the same with
# street noise mixed in. But it depends on the labels: a mirrored *b* is a *d*, a 6 turned by 180° is a 9, and whoever
# sorts ripe from unripe tomatoes had better leave the colours alone.

# %% picture="augmentation" alt="A digit three as it is, and shifted, turned, brightened, noisy, mirrored: the mirrored one is framed in red, as it is no three any more."
from course_lib.viz.pictures import training

training.augmented()

# %% [markdown] task="augmented" title="Augmentations that keep the label"
# Write two functions; change no input.
#
# - `augmented(x, t, mirror, dy, dx, factor, symmetric)`: images `x` `(n, h, w)` in 0..1 with labels `t`. Image k is mirrored
#   left to right where `mirror[k]` is true **and** its label is in `symmetric`, a set; then shifted down by `dy[k]` and
#   right by `dx[k]` whole pixels (negative: up, left; less than h and w), 0 comes in; then times `factor[k]`, clipped to 0..1.
# - `mixed(signal, noise, ratio)`: `signal + c * noise`, `(n,)`, with c > 0 such that the mean square of the signal is
#   `ratio` times that of `c * noise`.
#
# Example: `[[.2, .4], [.6, .8]]`, mirrored, dy 0, dx 1, factor 2: `[[0., .8], [0., 1.]]`.
# `mixed([2., 2.], [1., -1.], 4)`: `[3., 1.]`.


# %% solve="augmented" difficulty=3 importance=4 minutes=20 forbid="course_lib.data.augment.flip course_lib.data.augment.translate course_lib.data.augment.window"
def augmented(x, t, mirror, dy, dx, factor, symmetric):
    """Images (n, h, w), mirrored where the label allows it, shifted, brightened."""
    ### BEGIN SOLUTION
    out, (_, h, w) = np.zeros(x.shape), x.shape
    for k, image in enumerate(x):
        if mirror[k] and t[k] in symmetric:
            image = image[:, ::-1]
        down, right = dy[k], dx[k]
        part = image[max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)]
        out[k, max(down, 0) : h + min(down, 0), max(right, 0) : w + min(right, 0)] = part * factor[k]
    return np.clip(out, 0, 1)
    ### END SOLUTION


def mixed(signal, noise, ratio):
    """Signal with noise whose mean square is that of the signal over ratio."""
    ### BEGIN SOLUTION
    return signal + noise * np.sqrt(np.mean(signal**2) / (ratio * np.mean(noise**2)))
    ### END SOLUTION


# %% [markdown] hint="augmented"
# One image at a time: mirror, shift, brighten. To shift, start from an image of zeros and copy the part that stays
# visible into its new place. For `mixed`, write down the condition and solve it for c².

# %% [markdown] hint="augmented"
# Shifted down by 2 in height 5: rows 0, 1, 2 go to rows 2, 3, 4. So `out[2:5] = image[0:3]`. Shifted up by 2:
# `out[0:3] = image[2:5]`. `np.pad` with zeros all around and then one slice does it as well.

# %% [markdown] hint="augmented"
# ```python
# room = np.pad(image, ((h, h), (w, w)))
# out[k] = room[h - dy[k] : ..., w - dx[k] : ...] * ...
# ...
# return np.clip(out, 0, 1)
# ...
# c = np.sqrt(np.mean(signal**2) / ...)
# ```

# %% check="augmented-images" points=6
with check("augmented-images") as expect:
    square = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
    trio, labels = np.array([square, square.T, square[::-1]]), np.array([0, 3, 8])
    yes, none = np.array([True, True, False]), np.zeros(3, int)
    down, right = np.array([1, -1, 0]), np.array([-1, 1, -2])
    expect("mirrored where it may be", augmented(trio, labels, yes, none, none, np.ones(3), {0, 8}))
    expect.unchanged("images afterwards", trio)
    expect("shifted", augmented(trio, labels, ~yes & yes, down, right, np.ones(3), {0, 8}))
    expect("brightened", augmented(trio, labels, ~yes & yes, none, none, np.array([0.5, 1.0, 2.0]), set()))
    expect("all together", augmented(trio, labels, yes, down, right, np.array([1.5, 0.5, 2]), {0, 8}))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10713)
    for n, h, w in [(4, 5, 5), (5, 4, 6), (6, 7, 3)]:
        x, t, mirror = draw.random((n, h, w)), draw.integers(0, 4, size=n), draw.random(n) < 0.8
        t[:3], mirror[:3] = (1, 2, 3), (True, True, False)
        dy, dx = draw.integers(1 - h, h, size=n), draw.integers(1 - w, w, size=n)
        dy[:4], dx[:4] = (1, -2, 0, 0), (-1, 1, 2, 0)
        expect(f"{n} images {h}×{w}", augmented(x, t, mirror, dy, dx, draw.uniform(0.5, 2, size=n), {1, 3}))
        expect.unchanged(f"{n} images {h}×{w}, afterwards", (x, t, mirror, dy, dx))
    ### END HIDDEN TESTS

# %% check="augmented-signal" points=3
with check("augmented-signal") as expect:
    signal, hiss = np.array([3.0, -1, 2, 0.5]), np.array([1.0, 2, 0.5, -0.25])
    expect("noise a quarter as strong", mixed(signal, hiss, 4.0))
    expect.unchanged("both afterwards", (signal, hiss))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10714)
    for n, ratio in [(7, 10.0), (12, 0.5), (5, 3.0)]:
        signal, hiss = draw.normal(size=n) + 1, draw.uniform(size=n)
        expect(f"{n} samples, ratio {ratio}", mixed(signal, hiss, ratio))
        expect.unchanged(f"{n} samples, ratio {ratio}, afterwards", (signal, hiss))
    ### END HIDDEN TESTS

# %% [markdown]
# `course_lib.data.augment` has these and more, each drawing from its `rng`: `flip`, `translate`, `crop`, `rotate`,
# `brightness`, `noise`, and `chain` to put them in a row. Does it help? A network learns 150 digits, as they are, or anew
# shifted, turned or noisy in every epoch; or mirrored, which does *not* keep their label. Five seeds each. It is tested on
# the test digits as they are, and on the same digits shifted by up to one pixel.


# %%
def as_images(step):
    """An augmentation of images (n, 1, 8, 8) in 0..1, for standardised rows (n, 64)."""

    def change(x, rng):
        raw = (x * spread + center).reshape(-1, 1, 8, 8)
        return ((step(raw, rng=rng).reshape(len(x), 64) - center) / spread).astype(np.float32)

    return change


CHANGES = {
    "as they are": None,
    "shifted": as_images(lambda x, rng: augment.translate(x, rng=rng, pixels=1)),
    "turned": as_images(lambda x, rng: augment.rotate(x, rng=rng, degrees=15.0)),
    "noisy": as_images(lambda x, rng: augment.noise(x, rng=rng, std=0.2)),
    "mirrored": as_images(augment.flip),
}

# %% practice="augmentation"
x_moved = CHANGES["shifted"](x_test, np.random.default_rng(9))
errors = {name: np.zeros((2, 5)) for name in CHANGES}
for name, seed in tqdm(list(itertools.product(CHANGES, range(5)))):
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(x_train))[:150]
    model = perceptron((64, 60, 10), rng)
    learn(model, x_train[some], t_train[some], 450, rng, rate=0.03, size=50, change=CHANGES[name])
    errors[name][:, seed] = error_of(model, x_test, t_test), error_of(model, x_moved, t_test)
for name, (plain, moved) in errors.items():
    print(f"{name:12} test error {plus_minus(plain)}, on shifted digits {plus_minus(moved)}")

# %% practice="augmentation_bars"
ax = style.axes(size=(7.0, 3.4), title="150 digits, five seeds, trained ...", ylabel="test error")
for k, (label, color) in enumerate((("tested as they are", style.BLUE), ("tested on shifted digits", style.ORANGE))):
    means, off = train.mean_and_error([e[k] for e in errors.values()])
    place = np.arange(len(errors)) + 0.4 * k - 0.2
    ax.bar(place, means, 0.38, yerr=off, capsize=4, color=color, label=label)
ax.set_xticks(range(len(errors)), list(errors))
ax.set_ylim(0, 0.85)
legend = ax.legend(frameon=False, ncols=2, loc="upper right")

# %% [markdown]
# Augmentation pays most where the test has the change too. These digits are all centred and fill their frame, so shifts buy
# nothing on the first test and very much on the second. What does not keep the label costs.
#
# The error bar is the point: with one seed each you might have believed any order. It is the **standard error** of the
# mean: the standard deviation over the seeds, divided by the root of their number. The deviation itself says how much
# one run differs from another, however many there are. The error says how far the *mean* may be off, and shrinks with
# more runs.
#
# Two means differ clearly when their difference is well above $\sqrt{e_1^2 + e_2^2}$, about twice that;
# below it, run more seeds before you say anything. All "±" of this course are standard errors.

# %% [markdown]
# ## 9. Ask several
#
# A way that nearly always gains a little: train ten networks from different starts, and average their **probabilities**.
# Each has learned the same easy things and made its own mistakes; the mistakes average out, in part.

# %% [markdown] task="ensemble_average" title="The ensemble's average"
# Write `ensemble_average(logits)`. `logits` is `(m, n, c)`: what m networks say about n samples, scores of c classes
# before the softmax. Return `(p, answer)`: the mean over the networks of their softmax probabilities, `(n, c)`, and the
# class of the largest mean, `(n,)`, whole numbers; of equal ones the first.
#
# Logits may be thousands in size, and differ by as much: nothing may overflow. Change no input.
#
# Example: two networks, one sample, logits `[[[0., 0.]], [[50., -50.]]]`: `p` is `[[0.75, 0.25]]`, `answer` `[0]`.


# %% solve="ensemble_average" difficulty=2 importance=4 minutes=10 forbid="course_lib.topics.regularise.ensemble"
def ensemble_average(logits):
    """Mean probabilities (n, c) of m networks and the answers (n,), from logits (m, n, c)."""
    ### BEGIN SOLUTION
    e = np.exp(logits - logits.max(axis=2, keepdims=True))
    each = e / e.sum(axis=2, keepdims=True)
    p = each.mean(axis=0)
    return p, p.argmax(axis=1)
    ### END SOLUTION


# %% [markdown] hint="ensemble_average"
# First the softmax of every network for every sample, as in lesson 02; then the mean over the networks.

# %% [markdown] hint="ensemble_average"
# Axes of `logits`: 0 networks, 1 samples, 2 classes. The softmax works along the classes, the mean along the networks.
# Subtract the largest logit before `np.exp`.

# %% [markdown] hint="ensemble_average"
# ```python
# e = np.exp(logits - logits.max(axis=..., keepdims=True))
# each = e / e.sum(axis=..., keepdims=True)
# p = each.mean(axis=...)
# return p, p.argmax(axis=...)
# ```

# %% check="ensemble_average" points=6
with check("ensemble_average") as expect:
    said = np.array([[[1.0, 2, 0], [3, -1, 0.5], [0, 0.5, 0.4]], [[2, -1, 0], [0, 1, 1.5], [0.3, 0, 6]], [[0, 1, 0.5], [2, 1, 0], [1, 2, 1]]])
    p, answer = ensemble_average(said)
    expect("three networks, samples and classes: p", p)
    expect("three networks, samples and classes: answer", answer)
    expect("large logits", ensemble_average(300 * said)[0])
    expect.unchanged("logits afterwards", said)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10715)
    for m, n, c in [(4, 4, 4), (5, 6, 3), (2, 3, 7)]:
        logits = 3 * draw.normal(size=(m, n, c))
        logits[0] *= 4
        expect(f"{m} networks, {n} samples, {c} classes", ensemble_average(logits))
        expect.unchanged(f"{m} networks, {n} samples, {c} classes, afterwards", logits)
    logits = np.array([[[5.0, 0, 0, 0], [0, 9, 0, 0]], [[0, 2, 1.6, 0], [3, 0, 2, 0]], [[0, 2, 1.7, 0], [3, 0, 2, 0]]])
    logits[:, :, 3] = draw.uniform(-3, -1, size=(3, 2))
    expect("one sure network against two that waver", ensemble_average(logits))
    logits = 1000 * np.sign(draw.normal(size=(3, 4, 5))) - 2500.0 * np.arange(4)[:, None]
    expect("logits in the thousands", ensemble_average(logits))
    ### END HIDDEN TESTS

# %%
average = yours("ensemble_average", else_=regularise.ensemble)

# %% practice="ensemble"
said = []
for seed in tqdm(range(10)):
    rng = np.random.default_rng(seed)
    model = perceptron((64, 60, 10), rng)
    learn(model, x_train[:300], t_train[:300], 200, rng)
    said.append(next(train.evaluate(model, [(x_test, t_test)]))[0])
alone = [np.mean(scores.argmax(axis=1) != t_test) for scores in said]
print(f"one network alone: {plus_minus(alone)}; all ten averaged: {np.mean(average(np.array(said))[1] != t_test):.3f}")

# %% [markdown]
# ### When two agree
#
# The lectures say: take two classifiers with 70 % error; when they agree, they are right. Is that so? Let each err
# independently, and pick any wrong class with equal chance. Then with C classes
#
# $$P(\text{right} \mid \text{agree}) = \frac{0.3^2}{0.3^2 + 0.7^2/(C-1)} .$$
#
# With two classes there is only one way to be wrong, so wrong answers agree often. What is the **smallest** number of
# classes for which agreement means "more likely right than not"?

# %% solve="predict_agree" difficulty=2 importance=2 minutes=4
# a whole number of classes
### BEGIN SOLUTION
classes_needed = 7
### END SOLUTION

# %% predict="predict_agree" points=1
with check("predict_agree") as expect:
    expect("smallest number of classes with more than 50 %", classes_needed)

# %%
for classes in (2, 5, 6, 7, 8, 10, 1000):
    print(f"{classes:4} classes: {0.09 / (0.09 + 0.49 / (classes - 1)):.1%}")

# %% [markdown]
# **Lecture figure F23**, simulated, and then with real networks, which are *not* independent: what is hard for one is
# hard for the other.

# %% figure="F23"
training_figures.agreement_figure(sets)

# %% [markdown]
# Agreement is worth a lot when there are many ways to be wrong, little when there are two. And a network's own
# confidence tells right from wrong as well, though it is often sure and wrong (lesson 16).
#
# **Lecture figure F9.** Ten averaged networks beat one. Dropout keeps improving with longer training, while the error of
# the control, without dropout, rises on the validation set. The small training set has a fifth of its labels wrong, so
# that there is something false to learn by heart.

# %% figure="F9"
training_figures.ensemble_figure(sets) if FULL else recorded("F9")

# %% [markdown]
# One network learns the false labels by heart and pays for it. The other cannot lean on single units long enough to do
# so: it is slower at first and goes on improving. (With many more units per layer, or for ever, it might learn them too.)

# %% [markdown]
# ## 10. Drills
#
# Before you train for a night, spend a minute. Five drills find most sick networks.
#
# 1. **Initial loss.** A fresh network knows nothing, so with C classes the loss should be near $\ln C$. Much more: the
#    last layer's weights are too large, and the first steps are wasted on taking that back.
# 2. **Overfit fifty samples.** A network that cannot learn fifty samples by heart has a bug, not too little data.
# 3. **Dead units.** Count the ReLUs that are 0 for all samples, before and during training.
# 4. **Gradient health.** The norm of the gradient, layer by layer: no zeros, no powers of ten between neighbours.
# 5. **Validation set.** Keep samples aside, watch the loss on them, and stop when it has not improved for a while
#    (**early stopping**): the best weights are those of the best validation, not the last.

# %% practice="drills"
rng = np.random.default_rng(0)
fresh = {"MSR, last layer too": STARTS["MSR"], "last layer 0.01·randn": STARTS["MSR"], "10 × MSR": scaled(lambda out, n: 10 * np.sqrt(2 / n))}
print(f"ln 10 = {np.log(10):.3f}")
for name, start in fresh.items():
    model = perceptron((64, 50, 50, 10), np.random.default_rng(0), start)
    if name.startswith("last"):
        list(model.parameters())[-2].data[...] = 0.01 * rng.standard_normal((10, 50))
    print(f"1. initial loss, {name:22} {F.cross_entropy(model(Tensor(x_train)), t_train).item():.3f}")

# %% practice="drill_fifty"
fifty, labels = x_train[:50], t_train[:50]
for name, targets in (("fifty samples", labels), ("the same, labels drawn by lot", rng.integers(0, 10, size=50))):
    model = perceptron((64, 50, 50, 10), np.random.default_rng(0))
    losses = learn(model, fifty, targets, 300, np.random.default_rng(1), size=50)
    print(f"2. {name:30} loss {losses[0]:.2f} → {losses[-1]:.4f}, error {error_of(model, fifty, targets):.0%}")


# %%
def health(model, x, t):
    """(share of dead ReLUs, norm of the weight's gradient) for each hidden layer of a plain perceptron."""
    for p in model.parameters():
        p.grad = None
    F.cross_entropy(model(Tensor(x)), t).backward()
    weights = list(model.parameters())
    layers = [(w.data, b.data) for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True)]
    dead = mlp.activation_statistics(x, layers, lambda z: np.maximum(z, 0))[:, 2]
    return dead, np.array([np.linalg.norm(w.grad) for w in weights[:-2:2]])


# %% practice="drill_health"
for name, rate in (("fresh", 0.0), ("trained, rate 0.05", 0.05), ("trained, rate 0.5", 0.5)):
    rng = np.random.default_rng(0)
    model = perceptron((64, 50, 50, 50, 10), rng)
    learn(model, x_train, t_train, 100 if rate else 0, rng, rate=rate)
    dead, norms = health(model, x_train[:500], t_train[:500])
    print(f"3. {name:20} dead units by layer {dead}   4. gradient norms {norms}")

# %% practice="drill_validation"
rng, t_noisy = np.random.default_rng(0), t_train[:300].copy()
t_noisy[::5] = rng.integers(0, 10, size=60)
model = perceptron((64, 200, 10), rng)
stopping, history = train.EarlyStopping(model, patience=15, mode="min"), train.History()
for _epoch in tqdm(range(120)):
    losses = learn(model, x_train[:300], t_noisy, 5, rng, rate=0.01)
    validation = train.score(model, [(x_train[400:800], t_train[400:800])], loss=lambda out, t: F.cross_entropy(Tensor(out), t).item())
    history.add(training=np.mean(losses), validation=validation["loss"])
    if stopping.update(validation["loss"]):
        break
last = error_of(model, x_test, t_test)
stopping.restore()
print(f"stopped after {len(history)} epochs, best was {stopping.best_step + 1}")
print(f"test error of the last weights {last:.3f}, of the best {error_of(model, x_test, t_test):.3f}")
ax = curves.learning_curves({"training": history["training"], "validation": history["validation"]}, ylabel="cross-entropy")

# %% [markdown]
# ## 11. Find the bug

# %% [markdown] task="mixed_modes" title="Find the bug: it learned better yesterday"
# `mixed_modes(model, optimizer, epochs, x_val, t_val)` trains a network with batch norm and dropout. `epochs` is a list,
# one list of batches `(x, t)` for each epoch. After each epoch it notes the cross-entropy on the validation set, and at the
# end returns these losses, floats. Training steps must run in training mode, validation in evaluation mode; afterwards the
# model is to be left in evaluation mode.
#
# The first epoch goes well. From the second on dropout does nothing any more, and the running statistics stand still.
# Repair it. Each batch is to be used once, in its order.


# %% solve="mixed_modes" difficulty=2 importance=5 minutes=10 bug=true
def mixed_modes(model, optimizer, epochs, x_val, t_val):
    """Validation loss after each epoch."""
    ### BEGIN SOLUTION
    losses = []
    for batches in epochs:
        model.train()
        for x, t in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(Tensor(x)), t).backward()
            optimizer.step()
        model.eval()
        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())
    return losses
    ### END SOLUTION


# %% given="mixed_modes"
def mixed_modes(model, optimizer, epochs, x_val, t_val):
    """Validation loss after each epoch."""
    losses = []
    model.train()
    for batches in epochs:
        for x, t in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(Tensor(x)), t).backward()
            optimizer.step()
        model.eval()
        losses.append(F.cross_entropy(model(Tensor(x_val)), t_val).item())
    return losses


# %% [markdown] hint="mixed_modes"
# Follow the mode through two epochs. Which mode is the model in when the second one begins?

# %% [markdown] hint="mixed_modes"
# `model.train()` and `model.eval()` set a mode that stays until the other is called. Print `model.training` at each step.

# %% [markdown] hint="mixed_modes"
# One line stands at the wrong depth: it must be said again for every epoch.

# %% check="mixed_modes" points=6
with check("mixed_modes") as expect:

    def fresh_net(seed, hidden=4):
        rng = np.random.default_rng(seed)
        parts = [nn.Linear(3, hidden, rng=rng), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.4, rng=rng)]
        return nn.Sequential(*parts, nn.Linear(hidden, 2, rng=rng))

    def epochs_of(draw, count, size):
        x = draw.normal(size=(4 * size, 3)).astype(np.float32)
        t = (x[:, 0] + x[:, 1] > 0).astype(int)
        cuts = [[draw.permutation(4 * size)[k * size : k * size + size] for k in range(2)] for _ in range(count)]
        return [[(x[rows], t[rows]) for rows in cut] for cut in cuts], x + 0.5, t

    net, (shown, x_val, t_val) = fresh_net(5), epochs_of(np.random.default_rng(6), 3, 6)
    losses = mixed_modes(net, optim.SGD(net.parameters(), lr=0.3), shown, x_val, t_val)
    expect("three epochs: losses", losses, rtol=1e-4)
    expect("losses that are Tensors still", sum(isinstance(loss, Tensor) for loss in losses))
    expect("answers afterwards", net(Tensor(x_val)).data, rtol=1e-4)
    expect("running mean afterwards", net[1].running_mean.data, rtol=1e-4)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10716)
    for count, size in [(2, 7), (4, 5)]:
        net, (shown, x_val, t_val) = fresh_net(int(draw.integers(1000)), 6), epochs_of(draw, count, size)
        optimizer = optim.SGD(net.parameters(), lr=0.2)
        losses = mixed_modes(net, optimizer, shown, x_val, t_val)
        expect(f"{count} epochs: losses", losses, rtol=1e-4)
        expect(f"{count} epochs: Tensors among them", sum(isinstance(loss, Tensor) for loss in losses))
        expect(f"{count} epochs: answers afterwards", net(Tensor(x_val)).data, rtol=1e-4)
        expect(f"{count} epochs: running mean afterwards", net[1].running_mean.data, rtol=1e-4)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 12. Read the curves
#
# Four trainings of a small network with batch norm on 200 digits. Each panel has the training loss and the validation loss,
# the latter measured twice after each epoch: on all 100 validation digits at once, and in batches of two. In each run one
# thing is wrong.

# %% picture="faults" alt="Four panels A to D of cross-entropy by epoch. A: all three curves are jagged and the two validation curves cross again and again. B: all three fall for three epochs, then rise together to about 2. C: training and validation at once fall smoothly, validation in pairs stays above 1. D: training falls to 0, both validation curves, one on the other, rise from epoch 4 on."
from course_lib.viz.pictures import training

training.faults()

# %% [markdown] task="training_faults_named" title="Which fault is which?"
# Name the fault of each run: `sick_runs`, a dict of the letters "A" to "D", each with one of `"overfitting"`,
# `"too much weight decay"`, `"dropout left on"`, `"batch statistics in use"` (the last two: in evaluation). Each occurs once. The
# check here looks only whether the names are those; which is right, you are told when your work is graded.
#
# Then write an honest measurement: `honest_loss(model, x, t, size)` gives the mean cross-entropy over all n samples, a float,
# computed in batches of `size` in their order (the last may be smaller; every *sample* counts alike), in evaluation mode. It
# leaves the model in the mode in which it came, `model.training`.


# %% solve="training_faults_named" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.training_faults.LETTERS course_lib.train.score"
### BEGIN SOLUTION
sick_runs = {"A": "dropout left on", "B": "too much weight decay", "C": "batch statistics in use", "D": "overfitting"}
### END SOLUTION


def honest_loss(model, x, t, size):
    """Mean cross-entropy over all samples in evaluation mode; the model's mode is kept."""
    ### BEGIN SOLUTION
    mode, total = model.training, 0.0
    model.eval()
    for first in range(0, len(x), size):
        rows = slice(first, first + size)
        total += F.cross_entropy(model(Tensor(x[rows])), t[rows]).item() * len(t[rows])
    model.train(mode)
    return total / len(x)
    ### END SOLUTION


# %% [markdown] hint="training_faults_named"
# The same weights, the same digits, measured twice. When do two measurements differ, and which of the faults could make them?

# %% [markdown] hint="training_faults_named"
# Dropout draws anew each time: its measurements differ now one way, now the other. A pair of digits has poor statistics: they
# are worse every time. The other two faults have honest measurements; there ask what training itself does. (A training loss that
# starts above validation, as in D, may have labels that are wrong: half of D's training labels are, and none of validation.)

# %% [markdown] hint="training_faults_named"
# ```python
# sick_runs = {"A": ..., "B": ..., "C": ..., "D": ...}
# ...
# mode, total = model.training, 0.0
# model.eval()
# for first in range(0, len(x), size):
#     rows = slice(first, first + size)
#     total += ... * len(t[rows])        # the loss is a mean over the batch: weigh it by its samples
# model.train(mode)
# return total / ...
# ```

# %% check="training_faults_named" points=3
with check("training_faults_named") as expect:
    kinds = {"overfitting", "too much weight decay", "dropout left on", "batch statistics in use"}
    expect("the letters", sorted(sick_runs))
    expect("names that are none of the four", ", ".join(sorted({str(v) for v in sick_runs.values()} - kinds)) or "none")
    expect("how many different names", len({str(v) for v in sick_runs.values()}))
    ### BEGIN HIDDEN TESTS
    expect("run A", sick_runs["A"])
    expect("run B", sick_runs["B"])
    expect("run C", sick_runs["C"])
    expect("run D", sick_runs["D"])
    ### END HIDDEN TESTS

# %% check="training_faults_named-loss" points=3
with check("training_faults_named-loss") as expect:

    def warmed_net(seed, hidden):
        """A network with batch norm and dropout that has seen some batches."""
        rng = np.random.default_rng(seed)
        parts = [nn.Linear(3, hidden, rng=rng), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.4, rng=rng)]
        net = nn.Sequential(*parts, nn.Linear(hidden, 4, rng=rng))
        for _ in range(6):
            net(Tensor(2 * rng.normal(size=(16, 3)).astype(np.float32) + 1))
        return net, rng

    net, rng = warmed_net(3, 5)
    x, t = 3 * rng.normal(size=(9, 3)).astype(np.float32), rng.integers(0, 4, size=9)
    expect("nine samples by three", honest_loss(net, x, t, 3), rtol=1e-4)
    expect("mode afterwards: training", net.training)
    expect("nine samples by four, which leaves one", honest_loss(net, x, t, 4), rtol=1e-4)
    expect("a model that comes in evaluation mode", honest_loss(net.eval(), x, t, 4), rtol=1e-4)
    expect("mode afterwards: evaluation", net.training)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10719)
    for n, size in [(7, 3), (11, 10), (5, 8)]:
        net, _ = warmed_net(int(draw.integers(1000)), 6)
        x, t = 3 * draw.normal(size=(n, 3)).astype(np.float32), draw.integers(0, 4, size=n)
        expect(f"{n} samples by {size}", honest_loss(net.eval(), x, t, size), rtol=1e-4)
        expect("mode afterwards: evaluation", net.training)
        expect(f"{n} samples by {size}, from training mode", honest_loss(net.train(), x, t, size), rtol=1e-4)
        expect("mode afterwards: training", net.training)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 13. All your brakes at once
#
# Here is a set as you may get it: 200 digits, and 40 of them have a wrong label. The digits that will be asked are not even
# centred. They are shifted by up to a pixel, each way.

# %%
rng = np.random.default_rng(70)
few = rng.permutation(len(x_train))[:200]
x_few, t_few = x_train[few], t_train[few].copy()
slipped = rng.permutation(200)[:40]
t_few[slipped] = (t_few[slipped] + rng.integers(1, 10, size=40)) % 10
print("images", x_few.shape, "labels", t_few.shape)

# %% [markdown] task="open_brakes" title="Open exercise: few, noisy, and moved"
# Train whatever you like in the solution cell, on `x_few` `(200, 64)` and `t_few` `(200,)` alone, in about one second, and define
# `read_moved(x)`: images `(n, 64)`, standardised as `x_few` is, to digits `(n,)`.
#
# `perceptron(sizes, rng, drop=.., norm=..)` builds and `learn(model, x, t, steps, rng, rate=.., size=.., decay=.., change=..)`
# trains; `CHANGES` has augmentations. Dropout, decay, early stopping, norms, ensembles: which, and how much?
#
# *Measured:* the share right on the 360 test digits, shifted by up to one pixel: 3 points for 55 %, 2 more for 70 %. A network
# without any brake gets 25 to 35 %. `x_test` is not for training; to choose, keep some of the 200 aside. The cell below the check
# measures yours on the test digits too, shifted otherwise: the judge's number may be 4 points off.


# %% solve="open_brakes" difficulty=4 importance=5 minutes=35
### BEGIN SOLUTION
nets = []
for seed in range(3):
    rng = np.random.default_rng(seed)
    nets.append(perceptron((64, 60, 10), rng, drop=0.2))
    learn(nets[-1], x_few, t_few, 350, rng, size=50, decay=0.01, change=CHANGES["shifted"])


def read_moved(x):
    said = [next(train.evaluate(net, [(x, np.zeros(len(x), int))]))[0] for net in nets]
    return regularise.ensemble(np.array(said))[1]
### END SOLUTION


# %% [markdown] hint="open_brakes"
# Which brake knows something of what will be asked? Section 8 measured it. The others only keep the wrong labels from being
# learned by heart.

# %% [markdown] hint="open_brakes"
# One second is about 3000 steps of a small network in batches of 50. First the change of the inputs; then decay (0.003, 0.01,
# 0.03) and dropout, a little of each; what time is left goes into a second and a third network (section 9).

# %% [markdown] hint="open_brakes"
# ```python
# nets = []
# for seed in range(...):
#     rng = np.random.default_rng(seed)
#     nets.append(perceptron((64, ..., 10), rng, drop=...))
#     learn(nets[-1], x_few, t_few, ..., rng, size=50, decay=..., change=CHANGES[...])
#
# def read_moved(x):
#     said = [next(train.evaluate(net, [(x, np.zeros(len(x), int))]))[0] for net in nets]
#     return regularise.ensemble(np.array(said))[1]
# ```

# %% held="open_brakes" gives="moved"
import numpy as np

from course_lib.data import augment, datasets

found, rng = datasets.load("digits"), np.random.default_rng(5107)
known = found.x_train.reshape(-1, 64).astype(np.float32) / 255
shifted = augment.translate(found.x_test.astype(np.float32) / 255, rng=rng, pixels=1).reshape(-1, 64)
order = rng.permutation(len(shifted))
moved = ((shifted[order] - known.mean(axis=0)) / (known - known.mean(axis=0)).std()).astype(np.float32)
moved_digits = found.t_test[order]

# %% check="open_brakes" points=3
with check("open_brakes") as expect:
    said = np.asarray(read_moved(x_few[:7].copy()))
    expect("7 images: the shape of what you return (55 % right: the judge measures)", said.shape)
    expect("each a digit from 0 to 9", bool(np.isin(said, range(10)).all()))
    expect("asked again, the same answers", bool(np.array_equal(said, read_moved(x_few[:7].copy()))))
    ### BEGIN HIDDEN TESTS
    said = np.asarray(read_moved(expect.held("moved")))
    expect.outcome("digits on 360 moved images", said, truth="moved_digits", measure="accuracy", at_least=0.55)
    ### END HIDDEN TESTS

# %% check="open_brakes-better" points=2
with check("open_brakes-better") as expect:
    expect("8 images: the shape of what you return (70 % right: the judge measures)", np.shape(read_moved(x_few[:8].copy())))
    ### BEGIN HIDDEN TESTS
    said = np.asarray(read_moved(expect.held("moved")))
    expect.outcome("digits on 360 moved images, further", said, truth="moved_digits", measure="accuracy", at_least=0.70)
    ### END HIDDEN TESTS

# %% practice="open_brakes_measured"
if "read_moved" in globals():
    others = CHANGES["shifted"](x_test, np.random.default_rng(96))
    print(f"{np.mean(np.asarray(read_moved(others)) == t_test):.1%} right of the {len(t_test)} test digits, shifted")
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] question="sick_network" points=6 title="A sick network"
# A colleague shows you a network of 25 fully connected ReLU layers of 200 units, weights `0.01 * randn`, 5 000 training
# images in grey values 0 to 255, ten classes. The training loss has stood at 2.303 for an hour. You help, and a day
# later the training error is 0 %, the validation error 30 %. Answer in 8 to 12 sentences: what the number 2.303 tells
# you; what is wrong with the start, with a factor per layer from this lesson's formulas; what is wrong with the inputs;
# which two drills you run first and why; and then three remedies for the second day, in the order in which you would try
# them, each with the reason and with how you would know that it helped.
#
# === BEGIN MARK SCHEME ===
# 1 point: 2.303 = ln 10, the loss of equal probabilities: the network has learned nothing, the output does not depend on
# the input.
#
# 1 point: the factor: the mean square is multiplied by n s²/2 = 200 · 0.0001 / 2 = 0.01 in each layer (standard deviation by
# 0.1), so after 25 layers nothing is left; MSR (randn·sqrt(2/200) = 0.1·randn), or batch norm.
#
# 1 point: inputs are neither centred nor scaled: all positive, up to 255; subtract the training set's mean, divide by its
# deviation.
#
# 1 point: two sensible drills with a reason (initial loss, overfitting fifty samples, activation and gradient statistics,
# dead units).
#
# 1 point: three remedies against overfitting in a defended order (augmentation that keeps the label, dropout, L2, early
# stopping, ensemble, a smaller network, more data), each with a reason.
#
# 1 point: how one would know: validation error over several seeds with error bars against a control; the test set untouched
# until the end.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# 2.303 is $\ln 10$, the loss of ten equal probabilities: the network has learned nothing, its output does not depend
# on the image. The start explains it. Each ReLU layer multiplies the mean square of its input by
# $n s^2/2 = 200 \cdot 0.01^2/2 = 0.01$, so the signal is ten times smaller behind every layer, and after 25 of them
# nothing is left, forward or backward. I would start with MSR,
# $\texttt{randn}\cdot\sqrt{2/200} = 0.1 \cdot \texttt{randn}$, or put batch norm between the layers. The inputs are
# wrong too: grey values are all positive and up to 255, so subtract the training set's mean and divide by its
# standard deviation.
#
# My first two drills are the gradient's norm layer by layer, because it shows at which layer the signal dies, and
# learning fifty samples by heart, because a network that cannot do that has a fault and not too little data. Both
# take a minute.
#
# The second day's network learns by heart. First I would augment, with small shifts and turns that keep the label,
# because it acts as more data and adds no weights. Second dropout, so that no unit can rely on another. Third an
# average of several networks, which nearly always gains a little but costs as many trainings, so it comes last. Each
# I would judge by the validation error over five seeds, mean and standard error, against a control trained alike
# without it, and believe only differences of about twice the error of the difference; the test set stays untouched to
# the end.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. A layer multiplies the variance by n·s². Keep it at 1: Xavier $1/\sqrt n$; with ReLU MSR, $\sqrt{2/n}$. Biases at 0.
# 2. Centre and scale the inputs, with the training set's statistics; log(1 + x) where magnitudes vary. Whitening makes
#    the covariance the identity.
# 3. Batch norm does it inside of the network: the batch's statistics in training, running ones in evaluation. The gradient
#    goes through mean and variance too.
# 4. Against learning by heart: augmentation that keeps the label, dropout, L1 and L2, early stopping, ensembles.
# 5. First the drills: initial loss ln C, fifty samples by heart, dead units, gradients. No claim without error bars.
#
# ## Further reading
#
# - Anthony Bell, Terrence Sejnowski: *The "independent components" of natural scenes are edge filters* (1997)
# - Yann LeCun, Léon Bottou, Genevieve Orr, Klaus-Robert Müller: *Efficient BackProp* (1998)
# - Hui Zou, Trevor Hastie: *Regularization and variable selection via the elastic net* (2005)
# - Xavier Glorot, Yoshua Bengio: *Understanding the difficulty of training deep feedforward neural networks* (2010)
# - Nitish Srivastava, Geoffrey Hinton, Alex Krizhevsky, Ilya Sutskever, Ruslan Salakhutdinov: *Dropout: a simple way to
#   prevent neural networks from overfitting* (2014)
# - Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun: *Delving deep into rectifiers* (2015)
# - Sergey Ioffe, Christian Szegedy: *Batch normalization: accelerating deep network training by reducing internal
#   covariate shift* (2015)
# - Shibani Santurkar and others: *How does batch normalization help optimization?* (2018)
#
# **Next:** lesson 08, handwritten digits: all of this on one real task, with rivals.
