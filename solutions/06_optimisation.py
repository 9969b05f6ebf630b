# %% [markdown] lesson="06" title="Optimisation" minutes=230 builds_on="03 04"
# The gradient says which way is down, and nothing else. How far do you go, and from which samples do you ask?
#
# After this lesson you will be able to
#
# - deal a training set out in mini-batches, and say why dividing by the batch size keeps the learning rate;
# - write momentum, Nesterov, Adagrad, RMSProp and Adam as functions with an explicit state, and name what each one mends;
# - lower the learning rate by a plan or on demand, and read from one number whether it is right;
# - say why finding the best weights is hopeless in theory, and what gradient descent finds first.
#
# You need lessons 03 and 04. There are eleven exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="Contour lines of a long ravine and of Rosenbrock's curved valley, with the paths of six optimisers after 100 steps. SGD zigzags and stays behind, momentum swings, Adam cuts the corner."
from course_lib.viz.pictures import optimisation

optimisation.races(("ravine", "Rosenbrock"), size=(4.6, 4.0), title="{}: 100 steps each")

# %% [markdown]
# ## 1. Downhill, on a part of the data
#
# Run this cell first. Sections 6 and 7 show the recorded results of long measurements. To run them here, change the line
# `FULL = ...` of the cell to `FULL = True` and run it again.

# %%
import functools
import os
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

from course_lib import Tensor, data, nn, optim, schedules
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import datasets
from course_lib.optim import steps as updates
from course_lib.optim.steps import follow, start
from course_lib.topics import optimiser_faults
from course_lib.train import EarlyStopping, accuracy, fit, mean_and_error, plus_minus, score
from course_lib.viz import curves, descents, style
from course_lib.viz.landscape import landscape
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.descents import optimiser_explorer

FULL = os.environ.get("COURSE_MODE") == "run"
np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# The loss of a network is a mean over samples, $E(w) = \frac{1}{N}\sum_i E_i(w)$, and so is its gradient. You may ask all
# samples before every step, or one, or some:
#
# - **batch** gradient descent: all N samples, one exact step for each look at the data;
# - **stochastic** gradient descent (SGD): one random sample, N cheap and noisy steps for each look;
# - **mini-batches**: 16, 64 or 128 samples, so that noise and cost lie between. This is what everybody does, and mostly
#   calls SGD too.
#
# One look at all the data is an **epoch**. Ten samples instead of a thousand make the gradient ten times noisier, for a
# hundredth of the work: the noise of a mean falls only with the *root* of the number of samples.

# %% picture="noise" alt="Contours of a regression loss over two weights, and three paths of three epochs each. The full batch makes three short steps, mini-batches of 8 come close to the minimum with a slight wobble, single samples get there and then jump around it."
from course_lib.viz.pictures import optimisation

optimisation.noise()

# %% [markdown]
# Three epochs with the same learning rate, from the same start. Mini-batches are mostly drawn *without replacement*: shuffle,
# then deal out like cards, so that every sample is seen exactly once in an epoch. Shuffle anew in every epoch, or the
# network meets the same batches in the same order for ever.

# %% [markdown] task="minibatches" title="A mini-batch iterator"
# Write `minibatches(x, t, size, rng)`: one epoch of pairs `(rows of x, their t)`, `size` samples each; the last batch is
# smaller when `size` does not divide the number of samples n. Yield them, or return a list.
#
# `x` is `(n, ...)`, `t` `(n,)`. Draw `rng.permutation(n)` once for every call, and nothing else: the first batch takes the
# samples of its first `size` entries, in that order, the next batch those of the next. Change neither `x` nor `t`.
#
# Example: n = 5, size 2 and the permutation 3, 0, 4, 1, 2 give the samples 3 and 0, then 4 and 1, then 2.


# %% solve="minibatches" difficulty=1 importance=5 minutes=10 forbid="course_lib.data.batches"
def minibatches(x, t, size, rng):
    """One epoch of shuffled pairs (x[rows], t[rows]), every sample once."""
    ### BEGIN SOLUTION
    order = rng.permutation(len(x))
    for first in range(0, len(x), size):
        rows = order[first : first + size]
        yield x[rows], t[rows]
    ### END SOLUTION


# %% [markdown] hint="minibatches"
# Shuffle the numbers of the samples, not the samples. Then cut the shuffled numbers into pieces.

# %% [markdown] hint="minibatches"
# For n = 5 and size 2 the pieces of `order` are `order[0:2]`, `order[2:4]`, `order[4:6]`; the last slice runs over the end
# and is simply shorter. `x[rows]` with an array of numbers takes those rows.

# %% [markdown] hint="minibatches"
# ```python
# order = rng.permutation(...)
# for first in range(0, ..., size):
#     rows = order[first : ...]
#     yield x[rows], ...
# ```

# %% check="minibatches" points=6
with check("minibatches") as expect:
    x, t = np.arange(20.0).reshape(10, 2) ** 2, np.arange(10) * 11
    rng = np.random.default_rng(4)
    expect("ten samples by four, first epoch", list(minibatches(x, t, 4, rng)))
    expect("second epoch, same generator", list(minibatches(x, t, 4, rng)))
    expect("ten samples by five", list(minibatches(x, t, 5, np.random.default_rng(7))))
    expect.unchanged("x and t afterwards", (x, t))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10601)
    for n, size, shape in [(9, 3, (3,)), (9, 4, (2, 3)), (6, 8, (2,)), (7, 1, (1,))]:
        x, t = draw.normal(size=(n, *shape)), draw.integers(0, 90, size=n)
        for epoch in (1, 2):
            expect(f"{n} samples by {size}, epoch {epoch}", list(minibatches(x, t, size, draw)))
        expect.unchanged(f"{n} samples by {size}, afterwards", (x, t))
    ### END HIDDEN TESTS

# %% [markdown]
# Before you run on: 1000 samples, mini-batches of 128, nothing dropped. How many updates does one epoch make?

# %% solve="predict_updates" difficulty=1 importance=3 minutes=2
# a whole number
### BEGIN SOLUTION
updates_in_an_epoch = 8
### END SOLUTION

# %% predict="predict_updates" points=1
with check("predict_updates") as expect:
    expect("updates in an epoch", updates_in_an_epoch)

# %%
def library_batches(x, t, size, rng):
    return data.batches(x, t, size=size, rng=rng)


deal = yours("minibatches", else_=library_batches)
sizes = [len(t) for _, t in deal(np.zeros((1000, 2)), np.zeros(1000), 128, np.random.default_rng(0))]
print(len(sizes), "batches:", sizes)

# %% [markdown]
# ### The mean over the batch
#
# A step goes against the gradient, times the learning rate $\eta$: $w \leftarrow w - \eta\,g$. Should g be the *sum* of the
# batch's gradients or their *mean*? Both point the same way. But the sum doubles when you double the batch, and with it
# the step. The mean stays what it was. So **divide by the batch size, and the learning rate can stay**.

# %% [markdown] task="sgd_epoch" title="An epoch of SGD"
# Write `sgd_epoch(w, batches, gradients, lr)`. `batches` is an iterable of pairs `(x, t)`. `gradients(w, x, t)` gives the
# gradients of the samples **one by one**, `(n, d)` for the n samples of a batch and weights `w` `(d,)`.
#
# For each batch in turn step against the **mean** of its samples' gradients, taken at the weights of that moment. Return
# an array `(steps + 1, d)`: the weights at the start and after every step. `w` itself stays as it is.
#
# Example: `w = [1.]`, one batch, gradients `[[2.], [4.]]`, `lr = 0.1`: `[[1.], [0.7]]`.


# %% solve="sgd_epoch" difficulty=2 importance=5 minutes=10
def sgd_epoch(w, batches, gradients, lr):
    """Weights (steps + 1, d): at the start and after the step of every batch."""
    ### BEGIN SOLUTION
    path = [w]
    for x, t in batches:
        g = gradients(path[-1], x, t).mean(axis=0)
        path.append(path[-1] - lr * g)
    return np.array(path)
    ### END SOLUTION


# %% [markdown] hint="sgd_epoch"
# One loop over the batches. Each round: the gradients of this batch at the newest weights, their mean, one step.

# %% [markdown] hint="sgd_epoch"
# `gradients(...)` is a table with one row for each sample; the mean over the samples is `.mean(axis=0)`, of shape `(d,)`.
# Keep a list of weights that begins with `w`; `path[-1]` is the newest.

# %% [markdown] hint="sgd_epoch"
# ```python
# path = [w]
# for x, t in batches:
#     g = gradients(path[-1], ...).mean(...)
#     path.append(path[-1] - ...)
# return np.array(path)
# ```

# %% check="sgd_epoch" points=6
with check("sgd_epoch") as expect:

    def squared(w, x, t):
        return (x @ w - t)[:, None] * x

    x = np.array([[1.0, 2], [-1, 0.5], [0.5, 1], [2, -1], [0.25, 3]])
    t = np.array([1.0, -2, 0.5, 3, 2])
    w = np.array([0.5, -0.25])
    expect("batches of 2, 2 and 1", sgd_epoch(w, [(x[:2], t[:2]), (x[2:4], t[2:4]), (x[4:], t[4:])], squared, 0.1))
    expect.unchanged("w afterwards", w)
    expect("one full batch", sgd_epoch(w, [(x, t)], squared, 0.5))
    expect("no batch at all", sgd_epoch(w, [], squared, 0.5))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10602)
    for d, sizes in [(3, [3] * 3), (2, [4] * 24 + [1]), (4, [5, 2, 6, 1])]:
        w, truth = draw.normal(size=d), draw.normal(size=d)
        batches = []
        for size in sizes:
            x = draw.normal(size=(size, d))
            batches.append((x, x @ truth + draw.normal(size=size)))
        expect(f"{len(sizes)} batches, {d} weights", sgd_epoch(w, iter(batches), squared, 0.05))
        expect.unchanged(f"{len(sizes)} batches, {d} weights: w afterwards", w)
    ### END HIDDEN TESTS

# %% [markdown]
# **Lecture figure F28.** "Dividing by the batch size keeps the learning rate." The same 256 training samples, dealt out
# in batches of growing size, with a rate chosen once for batches of 8:


# %% figure="F28"
def final_loss(size, lr, reduce, epochs=8):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 8))
    t = x @ rng.normal(size=8) + 0.3 * rng.normal(size=256)
    w = np.zeros(8)
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for rows, labels in data.batches(x, t, size=size, rng=rng):
                w = w - lr * reduce((rows @ w - labels)[:, None] * rows, axis=0)
        return np.mean((x @ w - t) ** 2) / 2


# %% figure="F28"
def mean_or_sum():
    rows = []
    for size in (8, 16, 32, 64, 128):
        losses = [final_loss(size, lr, how) for lr, how in ((0.2, np.mean), (0.2 / 8, np.sum))]
        text = [f"{loss:.3f}" if loss < 100 else "diverges" for loss in losses]
        rows.append((f"batches of {size}", "mean keeps the rate", f"mean {text[0]}; sum {text[1]}", "loss after 8 epochs"))
    return lecture_table("F28 · Mean or sum: rate 0.2 of the mean, 0.2/8 of the sum, so that both agree at 8", rows)


mean_or_sum()

# %% [markdown]
# ## 2. Ravines, and a heavy particle
#
# Even with the exact gradient, plain descent has trouble. Many losses are **ravines**: steep across, nearly flat along.
# Near a minimum a smooth loss looks like $\frac12\sum_j \lambda_j w_j^2$ in suitable coordinates, and there a step is
#
# $$w_j \leftarrow w_j - \eta\lambda_j w_j = (1 - \eta\lambda_j)\, w_j .$$
#
# The steepest direction sets the limit: for $\eta > 2/\lambda_{\max}$ its factor is below -1, and you are thrown from wall
# to wall, ever higher. The flattest direction pays: its factor $1 - \eta\lambda_{\min}$ is nearly 1.

# %%
for eta in (0.01, 0.039, 0.041):
    w = np.array([2.0, 0.6])
    for _ in range(100):
        w = w - eta * np.array([1.0, 50.0]) * w
    print(f"curvatures 1 and 50, rate {eta}: after 100 steps {w}")

# %% [markdown]
# Across the ravine the gradient changes its sign at every step; along it, it is small and always points the same way. So
# add the gradients up. What alternates cancels, what agrees grows. That is **momentum**: the weights are a heavy
# **particle** that rolls through the landscape. The gradient no longer sets the step, it changes the **velocity** v, and w moves
# by $-\eta v$.
#
# Two demands fix how v changes. In v today's gradient counts once, in full; the one before counts $\mu$ times as much, the one
# before that $\mu^2$ times, and so on: friction. And you keep v alone, not the gradients of the past. $\mu$ is mostly 0.9.
#
# The particle **starts at rest**, v = 0: the first step is that of plain descent, and the speed has to build up. Other books let
# today's gradient count $1-\mu$ times; then the same $\eta$ means another step. Or they put $\eta$ into v, which makes a
# difference once $\eta$ changes on the way. Our form is torch's.
#
# On an endless slope with the constant gradient g the steps grow from $\eta g$ towards a terminal velocity. With
# $\mu = 0.9$: how many times $\eta g$ is the step in the long run?

# %% solve="predict_speed" difficulty=2 importance=4 minutes=3
# a whole number
### BEGIN SOLUTION
times_the_plain_step = 10
### END SOLUTION

# %% predict="predict_speed" points=1
with check("predict_speed") as expect:
    expect("step in the long run, in units of the plain step", times_the_plain_step)

# %% [markdown]
# **Nesterov** (1983) looks ahead. The particle, at p, is about to roll on by $-\eta\mu v$ whatever the gradient says; so better
# ask the gradient *there*, at $w = p - \eta\mu v$. Its answer g renews the velocity as before, the particle goes from p by $-\eta$
# times the new v, and looks ahead again.

# %% picture="lookahead" alt="Two places of a particle, p and new p, and ahead of each the place where the gradient is asked, w and new w. Arrows: from p to w by minus eta mu v, from p to new p by minus eta times the new v, from new p to new w by minus eta mu times the new v. From w to new w goes a dotted arrow with a question mark."
from course_lib.viz.pictures import optimisation

optimisation.lookahead()

# %% [markdown]
# A program wants to keep one place only: w, where the gradient is asked. How does w move, the dotted arrow, told by g and the new v
# alone?
#
# From here on every optimiser is a function of one form: `step(w, g, state, lr, ...)` returns the new weights and the new
# state. What it remembers goes in and comes out; nothing is hidden. `follow` from `course_lib.optim.steps` calls it again and
# again and gives you the path: `follow(step, w, state, gradient, lr, steps)` returns all weights and the last state.

# %%
path, state = follow(updates.sgd_step, np.array([1.0, -2.0]), None, lambda w: np.array([1.0, 4.0]) * w, 0.1, 3)
print(path)

# %% picture="particle" alt="Left: the length of the steps on a constant slope, growing from 1 towards 2, 10 and 50 times the plain step for mu 0.5, 0.9 and 0.98. Right: a ravine with the zigzag of plain descent and the long swings of momentum, which gets further."
from course_lib.viz.pictures import optimisation

optimisation.particle()

# %% [markdown] task="momentum_step" title="Momentum and Nesterov"
# Write `momentum_step(w, g, v, lr, mu=0.9, nesterov=False)`: one step for weights `w`, gradient `g` and velocity `v`, arrays
# of one shape. Return `(w, v)`, both new. In the first step the caller gives v = 0. Change no input.
#
# The new velocity meets the two demands above. Then w moves by $-\eta$ times it, or, with `nesterov=True`, along the dotted arrow:
# `w` is the place ahead of the particle where `g` was asked, and the new w is the next such place, for the same `lr` and `mu`.
#
# Example: `w = [1.]`, `g = [2.]`, `v = [10.]`, `lr = 0.1`, `mu = 0.5`: v becomes `[7.]`, w becomes `[0.3]`.


# %% solve="momentum_step" difficulty=3 importance=5 minutes=20 forbid="course_lib.optim.steps.momentum_step course_lib.optim.steps.nesterov_step course_lib.optim.SGD"
def momentum_step(w, g, v, lr, mu=0.9, nesterov=False):
    """One step of momentum, or Nesterov's: (new w, new v)."""
    ### BEGIN SOLUTION
    v = mu * v + g
    ahead = g + mu * v if nesterov else v
    return w - lr * ahead, v
    ### END SOLUTION


# %% [markdown] hint="momentum_step"
# Write v after three steps as a sum of three gradients, each times its share. How does the next v come out of it? For Nesterov,
# follow the arrows of the picture: back from w to p, on to the new p, ahead to the new w.

# %% [markdown] hint="momentum_step"
# With $\mu$ = 0.5 and the gradients 1, 1, 1 v is 1, then 1.5, then 1.75. Nesterov from rest: p is w, the new p is $w - \eta g$, and
# the new w is $\eta\mu g$ further. Later p is $w + \eta\mu v$ with the old v: what is $\mu v$ in terms of the new v and g?

# %% [markdown] hint="momentum_step"
# ```python
# v = ...                               # of mu, the old v, g
# ahead = ... if nesterov else v        # of g, mu, the new v
# return w - lr * ahead, v
# ```

# %% check="momentum_step" points=6
with check("momentum_step") as expect:
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    expect("first step, from rest", momentum_step(w, np.array([3.0, -0.01]), v, 0.1))
    moving = np.array([2.0, -0.5])
    expect("no slope: it rolls on", momentum_step(w, np.zeros(2), moving, 0.1, mu=0.75))
    expect.unchanged("w and v afterwards", (w, v, moving))
    expect("25 steps in a ravine", follow(momentum_step, w, v, lambda w: w * [1.0, 40.0], 0.02, 25))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10603)
    for shape, mu in [((2,), 0.9), ((3, 2), 0.6), ((4,), 0.8)]:
        w, g, v = draw.normal(size=(3, *shape))
        sharp = 10 ** draw.uniform(-1, 1.5, size=shape)
        bowl = functools.partial(np.multiply, sharp)
        expect(f"{shape}, mu {mu}: a step without slope", momentum_step(w, 0 * g, v, 0.3, mu))
        expect(f"{shape}, mu {mu}: 25 steps", follow(momentum_step, w, 0 * v, bowl, 0.01, 25, mu=mu))
        expect(f"{shape}, mu {mu}: falling rate", follow(momentum_step, w, v, bowl, lambda k: 0.02 / (k + 1), 25, mu=mu))
        expect(f"{shape}, mu {mu}: inputs", (w, v))
    ### END HIDDEN TESTS

# %% check="momentum_step-nesterov" points=4
with check("momentum_step-nesterov") as expect:
    w, v = np.array([0.5, 3.0]), np.zeros(2)
    expect("first step, from rest", momentum_step(w, np.array([-4.0, 0.02]), v, 0.1, nesterov=True))
    expect("25 steps in a ravine", follow(momentum_step, w, v, lambda w: w * [30.0, 1.0], 0.02, 25, nesterov=True))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10604)
    for shape, mu in [((2,), 0.9), ((2, 3), 0.7)]:
        w, v = draw.normal(size=(2, *shape))
        bowl = functools.partial(np.multiply, 10 ** draw.uniform(-1, 1.5, size=shape))
        expect(f"{shape}, mu {mu}: a step without slope", momentum_step(w, 0 * w, v, 0.3, mu, True))
        expect(f"{shape}, mu {mu}: 25 steps", follow(momentum_step, w, 0 * v, bowl, 0.01, 25, mu=mu, nesterov=True))
    ### END HIDDEN TESTS

# %% [markdown]
# Plain momentum is $v \leftarrow \mu v + g$, $w \leftarrow w - \eta v$. For Nesterov put the three arrows together: from w back by
# $\eta\mu v = \eta(v' - g)$, on by $-\eta v'$, ahead by $-\eta\mu v'$, with $v'$ the new velocity. The sum is
#
# $$w \leftarrow w - \eta\,(g + \mu v'):$$
#
# the fresh gradient counts once more, the old velocity is damped once more. It brakes earlier and swings less.

# %%
momentum = yours("momentum_step", else_=updates.momentum_step)
nesterov = functools.partial(momentum, nesterov=True)
ravine, begin = descents.GROUNDS["ravine"], np.array([-2.0, 0.6])
for name, step in (("SGD", updates.sgd_step), ("momentum", momentum), ("Nesterov", nesterov)):
    path, _ = follow(step, begin, start(name, begin), ravine.gradient, ravine.rates[name], 100)
    print(f"{name:9} rate {ravine.rates[name]:<5}: loss {ravine.loss(*path[-1]):.1e} after 100 steps")

# %% [markdown]
# ## 3. A learning rate for every weight
#
# Momentum still moves all weights by one rate. But a word that occurs in one text of a thousand has a weight whose
# gradient is nearly always 0; it should take a large step on the rare day.
#
# The three optimisers of this section are one idea: **divide each weight's step by the size of its own gradients**, weight by
# weight. They differ in what they remember, and so in what "size" is. **Adagrad** (2011) forgets nothing. It keeps one number for
# each weight, the squares of all its gradients added up, and makes a size of it that meets three demands:
#
# - measure the loss in another unit, so that all gradients are a thousand times as large: the steps stay as they are;
# - the very first step has the length $\eta$: today's gradient is counted already;
# - gradients that all are the same make the steps $\eta, \eta/\sqrt2, \eta/\sqrt3, \ldots$
#
# To the size it adds a tiny $\epsilon$, for the weight whose gradient has always been 0: 0/0 is no step.

# %% [markdown] task="adagrad_step" title="Adagrad"
# Write `adagrad_step(w, g, total, lr, eps=1e-10)`: one step of Adagrad for weights `w` and gradient `g`; `total` holds the
# squares of the gradients before today's, added up, zeros at first. All arrays have one shape. Return `(w, total)`, both new, the
# new total with today's; change no input. What g is divided by meets the three demands above, and to that `eps` is added.
#
# Example: `w = [1.]`, `g = [3.]`, `total = [16.]`, `lr = 0.5`: total becomes `[25.]`, w becomes `[0.7]`.


# %% solve="adagrad_step" difficulty=2 importance=4 minutes=8 forbid="course_lib.optim.steps.adagrad_step course_lib.optim.Adagrad"
def adagrad_step(w, g, total, lr, eps=1e-10):
    """One step of Adagrad: (new w, new sum of squares)."""
    ### BEGIN SOLUTION
    total = total + g**2
    return w - lr * g / (np.sqrt(total) + eps), total
    ### END SOLUTION


# %% [markdown] hint="adagrad_step"
# Which function of `total` grows a thousand times when the gradients do? And must the new square be in it before the step, or after?

# %% [markdown] hint="adagrad_step"
# In the first step total = g², so the step is η·g/|g|: all weights move by η, whatever their gradients. In the second
# with the same g it is η/√2.

# %% [markdown] hint="adagrad_step"
# ```python
# total = total + ...
# return w - lr * g / (... + eps), total
# ```

# %% check="adagrad_step" points=5
with check("adagrad_step") as expect:
    w, total = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    expect("first step, one gradient 0", adagrad_step(w, np.array([100.0, -0.01, 0.0]), total, 0.1))
    expect("a large eps", adagrad_step(w, np.array([3.0, -1.0, 2.0]), np.array([16.0, 8, 0]), 0.1, eps=0.5))
    expect.unchanged("w and total afterwards", (w, total))
    expect("25 steps in a ravine", follow(adagrad_step, w, total, lambda w: w * [1.0, 40, 5], 0.2, 25))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10605)
    for shape, eps in [((2,), 1e-10), ((3, 2), 0.3), ((4,), 0.05)]:
        w, g = draw.normal(size=(2, *shape))
        total = draw.uniform(0.5, 2, size=shape)
        bowl = functools.partial(np.multiply, 10 ** draw.uniform(-1, 1.5, size=shape))
        expect(f"{shape}: a step from rest, gradient 0", adagrad_step(w, 0 * g, 0 * total, 0.1, eps))
        expect(f"{shape}: one step", adagrad_step(w, g, total, 0.3, eps))
        expect(f"{shape}: 25 steps", follow(adagrad_step, w, 0 * total, bowl, 0.1, 25, eps=eps))
        expect(f"{shape}: inputs", (w, g, total))
    ### END HIDDEN TESTS

# %% [markdown]
# That was $G \leftarrow G + g^2$ and $w \leftarrow w - \eta\,g/(\sqrt{G} + \epsilon)$. G only grows, so the steps only shrink, and
# a long training starves. **RMSProp** (2012) forgets: instead of the sum it keeps a *running mean* s of the squares. Derive it
# from two demands:
#
# - what is one step older counts $\rho$ times as much;
# - a gradient that is always g gives $s = g^2$ in the long run: if s is multiplied by $\rho$ and $c\,g^2$ is added, which c
#   keeps $s = g^2$ where it is?
#
# With $\rho = 0.9$ it remembers about the last ten steps.

# %% [markdown] task="rmsprop_step" title="RMSProp"
# Write `rmsprop_step(w, g, square, lr, rho=0.9, eps=1e-8)`: one step of RMSProp for weights `w` and gradient `g`; `square`
# is the running mean of squared gradients, zeros at first. All arrays have one shape. Return `(w, square)`, both new; change
# no input. The mean meets both demands above, and the step uses the new mean; `eps` is added to the root.
#
# Example: `w = [1.]`, `g = [2.]`, `square = [0.]`, `lr = 0.1`, `rho = 0.75`: square becomes `[1.]`, w becomes `[0.8]`.


# %% solve="rmsprop_step" difficulty=2 importance=5 minutes=8 forbid="course_lib.optim.steps.rmsprop_step course_lib.optim.RMSprop"
def rmsprop_step(w, g, square, lr, rho=0.9, eps=1e-8):
    """One step of RMSProp: (new w, new running mean of squares)."""
    ### BEGIN SOLUTION
    square = rho * square + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(square) + eps), square
    ### END SOLUTION


# %% [markdown] hint="rmsprop_step"
# It is Adagrad with one line changed: the sum has become a weighted mean of the old value and the new square.

# %% [markdown] hint="rmsprop_step"
# Try rho = 0.75 and the gradients 2, 2, 2, ...: the mean is 1, then 1.75, then 2.3125, and creeps up to 4. So the first
# steps are longer than the later ones.

# %% [markdown] hint="rmsprop_step"
# ```python
# square = rho * ... + ...
# return w - lr * ... / (... + eps), square
# ```

# %% check="rmsprop_step" points=5
with check("rmsprop_step") as expect:
    w, square = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    expect("first step, one gradient 0", rmsprop_step(w, np.array([100.0, -0.01, 0.0]), square, 0.1))
    expect("a large eps", rmsprop_step(w, np.array([3.0, -1, 2]), np.array([16.0, 8, 0]), 0.1, rho=0.6, eps=0.5))
    expect.unchanged("w and square afterwards", (w, square))
    expect("25 steps in a ravine", follow(rmsprop_step, w, square, lambda w: w * [1.0, 40, 5] + 3, 0.02, 25))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10606)
    for shape, rho, eps in [((2,), 0.9, 1e-8), ((3, 2), 0.7, 0.3), ((4,), 0.95, 0.05)]:
        w, g = draw.normal(size=(2, *shape))
        square = draw.uniform(0.5, 2, size=shape)
        bowl = functools.partial(np.multiply, 10 ** draw.uniform(-1, 1.5, size=shape))
        expect(f"{shape}: from rest, gradient 0", rmsprop_step(w, 0 * g, 0 * square, 0.1, rho, eps))
        expect(f"{shape}: one step", rmsprop_step(w, g, square, 0.3, rho, eps))
        expect(f"{shape}: 25 steps", follow(rmsprop_step, 5 + w, 0 * square, bowl, 0.02, 25, rho=rho, eps=eps))
        expect(f"{shape}: inputs", (w, g, square))
    ### END HIDDEN TESTS

# %% [markdown]
# c is $1 - \rho$, so $s \leftarrow \rho s + (1 - \rho)\,g^2$.
#
# ### Adam: both at once
#
# **Adam** (2015) keeps two running means: m of the gradient (with $\beta_1$), which is momentum, *and* s of its square (with
# $\beta_2$), which is RMSProp. It steps by the one over the root of the other. Both start at 0, and so at first they are too
# small:

# %%
m = s = 0.0
for t in range(1, 5):
    m, s = 0.9 * m + 0.1 * 2.0, 0.999 * s + 0.001 * 2.0**2
    print(f"g = 2, step {t}: m is {m / 2:.4f} of g, s is {s / 2**2:.6f} of g²")

# %% [markdown]
# With $\beta_2 = 0.999$ the second needs thousands of steps to warm up. Which share of g is m after t steps with the same g? Adam
# divides both means by their shares, with t counted **from 1**, and steps with what comes out.

# %% [markdown]
# Commit yourself: one weight has the gradient 1000 in the first step, another one 0.001. Both start at state 0, with the
# same $\eta$, and $\epsilon$ is negligible. How many times as long is the first weight's first step as the second's?

# %% solve="predict_adam" difficulty=2 importance=4 minutes=3
# a number
### BEGIN SOLUTION
times_as_long = 1
### END SOLUTION

# %% predict="predict_adam" points=1
with check("predict_adam") as expect:
    expect("first step of the one weight in steps of the other", times_as_long)

# %% [markdown] task="adam_step" title="Adam with bias correction"
# Write `adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8)`, with `state = (m, s, t)`: the two running means, arrays
# of the shape of `w`, and the number t of steps made so far. Before the first step it is `(zeros, zeros, 0)`.
#
# Return `(w, (m, s, t))`, all new: t is one more; m and s are the new means **before** their correction; w moves by `-lr` times
# the corrected m over the root of the corrected s, to which `eps` is added; both corrections use the new t. Change no input.
#
# Example: from zeros every weight with a gradient moves by `lr` in the first step, against its gradient's sign.


# %% solve="adam_step" difficulty=3 importance=5 minutes=15 forbid="course_lib.optim.steps.adam_step course_lib.optim.Adam"
def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam: (new w, new (m, s, t))."""
    ### BEGIN SOLUTION
    m, s, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    first = m / (1 - beta1**t)
    second = s / (1 - beta2**t)
    return w - lr * first / (np.sqrt(second) + eps), (m, s, t)
    ### END SOLUTION


# %% [markdown] hint="adam_step"
# Take it in the order of the text: count the step, update both means, correct copies of them, move the weights. For the share look
# at what is missing to 1 in the table above. Hand back the uncorrected means, or the next step corrects them twice.

# %% [markdown] hint="adam_step"
# The first step from zeros: t = 1, m = 0.1 g, s = 0.001 g²; corrected g and g². So the step is lr · g/|g|. If yours is
# shorter or longer there, the correction is off.

# %% [markdown] hint="adam_step"
# ```python
# m, s, t = state
# t = ...
# m = beta1 * m + ...
# s = beta2 * s + ...
# first = m / ...
# second = ...
# return w - lr * first / (...), (m, s, t)
# ```

# %% check="adam_step" points=10
with check("adam_step") as expect:
    w, zeros = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    steep = np.array([1000.0, -0.001, 0.0])
    expect("first step, one gradient 0", adam_step(w, steep, (zeros, zeros, 0), 0.1))
    later = (np.array([0.5, -1, 2]), np.array([4.0, 1, 9]), 6)
    expect("seventh step", adam_step(w, np.array([3.0, -1, 2]), later, 0.1, beta1=0.8, beta2=0.9, eps=0.5))
    expect.unchanged("w and states afterwards", (w, zeros, later))
    expect("25 steps in a ravine", follow(adam_step, w, (zeros, zeros, 0), lambda w: w * [1.0, 40, 5] + 2, 0.02, 25))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10607)
    for shape, betas, eps in [((2,), (0.9, 0.999), 1e-8), ((3, 2), (0.7, 0.95), 0.3), ((4,), (0.95, 0.8), 0.05)]:
        w, g, m = draw.normal(size=(3, *shape))
        s, how = draw.uniform(0.5, 2, size=shape), (*betas, eps)
        bowl = functools.partial(np.multiply, 10 ** draw.uniform(-1, 1.5, size=shape))
        expect(f"{shape}: from rest, gradient 0", adam_step(w, 0 * g, (0 * g, 0 * g, 0), 0.1, *how))
        expect(f"{shape}: fourth step", adam_step(w, g, (m, s, 3), 0.3, *how))
        named = dict(zip(("beta1", "beta2", "eps"), how, strict=True))
        expect(f"{shape}: 25 steps", follow(adam_step, 5 + w, (0 * g, 0 * g, 0), bowl, 0.02, 25, **named))
        expect(f"{shape}: inputs", (w, g, m, s))
    ### END HIDDEN TESTS

# %%
MINE = {
    "SGD": updates.sgd_step,
    "momentum": momentum,
    "Nesterov": nesterov,
    "Adagrad": yours("adagrad_step", else_=updates.adagrad_step),
    "RMSProp": yours("rmsprop_step", else_=updates.rmsprop_step),
    "Adam": yours("adam_step", else_=updates.adam_step),
}
for name, step in MINE.items():
    w, _ = step(np.zeros(2), np.array([1000.0, 0.001]), start(name, np.zeros(2)), 0.1)
    print(f"{name:9} gradient (1000, 0.001), rate 0.1: first step {w}")

# %% [markdown]
# Adam, written out: $\hat m = m/(1-\beta_1^t)$, $\hat s = s/(1-\beta_2^t)$, $w \leftarrow w - \eta\,\hat m/(\sqrt{\hat s} + \epsilon)$.
#
# SGD's step *is* the gradient, up to a factor, so that its rate must fit the steepest weight. For the last three the first
# step is $\eta$, or a fixed multiple of it, whatever the loss is measured in. RMSProp's is longer than $\eta$: that is the
# bias which Adam takes out.
#
# In `course_lib` the same optimisers are classes that hold weights and state and change them in place, as in torch. The
# arithmetic is the one you wrote:

# %%
w = nn.Parameter(np.array([1.0, -2.0]))
optimizer = optim.Adam([w], lr=0.05)
for _ in range(25):
    w.grad = ravine.gradient(w.data)
    optimizer.step()
path, _ = follow(MINE["Adam"], np.array([1.0, -2.0]), start("Adam", w.data), ravine.gradient, 0.05, 25)
print("largest difference after 25 steps:", np.abs(path[-1] - w.data).max())

# %% [markdown]
# ## 4. Try it: all of them on one landscape
#
# Press play. The **ravine** asks for different rates along and across. A **saddle** is level, but goes up one way and
# down another, as a mountain pass does; the start lies almost on its ridge, where the gradient along it is nearly 0:
# who leaves first, and why? **Rosenbrock**'s valley is a ravine that bends. Then multiply all the rates and see who
# survives 2 times, 5 times, a tenth.
#
# The rates here were picked by eye so that the paths can be told apart. They are not the best of each. So look at *how*
# each optimiser walks, not at who is in front: section 6 lets all of them race, each at its best rate.

# %% picture="explorer" alt="Three landscapes with the paths of six optimisers after 100 steps: a ravine, a saddle with a minimum above it, and Rosenbrock's valley. At the saddle Adam, RMSProp and Adagrad leave the ridge at once, SGD crawls along it."
from course_lib.viz.pictures import optimisation

optimisation.races(("ravine", "saddle", "Rosenbrock"), size=(3.6, 3.4), title="{}: 100 steps")

# %% practice="explorer_optimisers"
optimiser_explorer(own=MINE)

# %% [markdown]
# None of them knows the curvature, as lesson 04's damped steps did; they guess it from the gradients that they have met,
# for the price of one or two numbers per weight.
#
# ## 5. Cooling down
#
# With a constant rate the noise of the mini-batches never lets the weights settle. So lower the rate as training goes on,
# which is called **annealing**, after the slow cooling of glass:
#
# - **stairs**: multiply it by a factor (½, ⅒) after every so many epochs;
# - **exponential**: $\eta = \eta_0\,e^{-k\,\mathrm{step}}$, with a number k that says how fast;
# - **on demand**: watch the validation loss; when it has not improved for some epochs, it is on a plateau: divide by 2 or 5.
#
# Newer plans begin low. **Warm-up** lets the rate grow over the first steps, while Adam's means are young and the weights
# are wild; a **cosine** then takes it gently down to 0.

# %% picture="schedules" alt="Five plans of the learning rate over 100 epochs: stairs, exponential, on demand with drops at irregular places, cosine, and cosine after a linear warm-up of ten epochs."
from course_lib.viz.pictures import optimisation

optimisation.rates()

# %% [markdown] task="schedules" title="Three schedules"
# Write three functions. `step` counts from 0, and all rates are numbers.
#
# - `stairs(eta0, step, every, factor)`: the rate `eta0`, multiplied by `factor` once for every full `every` steps made;
# - `exponential(eta0, step, k)`: $\eta_0 e^{-k\,\mathrm{step}}$;
# - `on_plateau(eta0, losses, patience, divide)`: a list of `len(losses) + 1` rates: of the first epoch, then after each loss.
#   A loss strictly below all before it (the first always is) sets the count of bad epochs to 0, any other adds 1. When the
#   count reaches `patience`, the rate is divided by `divide` and the count starts from 0; the best loss so far stays.
#
# Example: `on_plateau(1., [3., 4., 5., 2.], 2, 10)` is `[1., 1., 1., 0.1, 0.1]`.


# %% solve="schedules" difficulty=3 importance=4 minutes=15 forbid="course_lib.optim.schedules.stairs course_lib.optim.schedules.exponential"
def stairs(eta0, step, every, factor):
    """The learning rate of this step: a staircase."""
    ### BEGIN SOLUTION
    return eta0 * factor ** (step // every)
    ### END SOLUTION


def exponential(eta0, step, k):
    """The learning rate of this step: exponential decay."""
    ### BEGIN SOLUTION
    return eta0 * np.exp(-k * step)
    ### END SOLUTION


def on_plateau(eta0, losses, patience, divide):
    """Learning rates, one more than losses: divided on demand."""
    ### BEGIN SOLUTION
    rates, best, bad = [eta0], np.inf, 0
    for loss in losses:
        best, bad = (loss, 0) if loss < best else (best, bad + 1)
        lower = bad == patience
        rates.append(rates[-1] / divide if lower else rates[-1])
        bad = 0 if lower else bad
    return rates
    ### END SOLUTION


# %% [markdown] hint="schedules"
# The stairs: how many full flights of `every` steps are behind you? For the plateau keep three things: the rate, the best
# loss, and how many epochs in a row did not beat it.

# %% [markdown] hint="schedules"
# every = 3: the steps 0, 1, 2 have made no full three, the steps 3, 4, 5 one; `//` counts them. Plateau with patience 2,
# divide 2, losses 5, 4, 4, 6, 3: bad counts 0, 0, 1, 2 (lower!), 0: rates 1, 1, 1, 1, ½, ½.

# %% [markdown] hint="schedules"
# ```python
# return eta0 * factor ** (...)
#
# rates, best, bad = [eta0], np.inf, 0
# for loss in losses:
#     best, bad = (loss, 0) if ... else (best, ...)
#     lower = bad == ...
#     rates.append(... if lower else rates[-1])
#     bad = 0 if lower else bad
# return rates
# ```

# %% check="schedules" points=4
with check("schedules") as expect:
    expect("stairs of 4", [stairs(0.8, step, 4, 0.5) for step in range(13)])
    expect("exponential", [exponential(0.5, step, 0.2) for step in range(6)])
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10608)
    for every in (1, 3, 7):
        eta0, factor, k = draw.uniform(0.1, 0.9, size=3)
        expect(f"stairs of {every}", [stairs(eta0, step, every, factor) for step in range(25)])
        expect(f"exponential, k {k:.2f}", [exponential(eta0, step, k) for step in range(25)])
    ### END HIDDEN TESTS

# %% check="schedules-plateau" points=6
with check("schedules-plateau") as expect:
    expect("patience 2", on_plateau(0.4, [5.0, 4.0, 4.0, 4.5, 3.0, 3.5, 3.25, 2.0], 2, 2))
    expect("a long plateau, divided by 5", on_plateau(1.0, [1.0] + [2.0] * 9, 3, 5))
    expect("better than before, but not the best", on_plateau(1.0, [3.0, 6.0, 5.0, 4.0, 3.5, 3.1], 2, 4))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10609)
    for patience, divide in [(1, 2.0), (2, 5.0), (3, 3.0), (4, 2.0)]:
        losses = (20 / np.arange(2, 27) + draw.integers(0, 4, size=25)).round().tolist()
        expect(f"patience {patience}, divided by {divide}", on_plateau(draw.uniform(0.1, 1), losses, patience, divide))
    bumpy = [9.0, 8, 9, 8.5, 8.25, 8, 7, 7, 7, 7, 6, 9, 8, 7, 6.5, 6.25, 6, 5, 5, 5, 5, 5, 5, 4]
    expect("ties and false hopes", on_plateau(draw.uniform(0.1, 1), bumpy, 3, 2.0))
    ### END HIDDEN TESTS

# %% [markdown]
# `course_lib.optim.schedules` has these and the newer ones as functions of the step; any of them can be given as `lr`. What
# annealing buys on noisy gradients, measured: a bowl of ten weights, and noise of size 1 in every gradient.

# %%
rng, bowl, distance = np.random.default_rng(5), np.linspace(0.3, 3.0, 10), {}
plans = {"constant 0.2": 0.2, "constant 0.02": 0.02, "stairs": schedules.stairs(0.2, 60, 0.5)}
plans["cosine"] = schedules.cosine(0.2, 300)
for name, plan in plans.items():
    path, _ = follow(updates.sgd_step, 5 * np.ones(10), None, lambda w: bowl * w + rng.normal(size=10), plan, 300)
    distance[name] = (path**2) @ bowl / 2
    print(f"{name:14} mean loss of the last 20 steps: {distance[name][-20:].mean():.4f}")
ax = curves.learning_curves(distance, xlabel="step", ylabel="loss", log=True)

# %% [markdown]
# ## 6. Is the rate right?
#
# Do not guess from the loss alone. Compare the **length of the update** with the **length of the weights**: in healthy
# training, the lectures say, $\lVert\Delta w\rVert / \lVert w\rVert$ is near $10^{-3}$. Far smaller, and nothing happens;
# far larger, and each step throws away what the others built. Look at each layer by itself: one may burn while another is
# frozen.

# %% [markdown] task="update_ratio" title="The update-to-weight ratio"
# Write `update_ratio(before, after)`, lists of the same arrays of weights before and after one step: an array with one ratio for
# each, $\lVert\mathrm{after} - \mathrm{before}\rVert / \lVert\mathrm{before}\rVert$ over all its entries. Change no input.
#
# Example: `[np.array([3., 4.])]` and `[np.array([3., 4.5])]` give `[0.1]`.


# %% solve="update_ratio" difficulty=1 importance=4 minutes=3
def update_ratio(before, after):
    """Length of the change over length of the weights, for each array: (arrays,)."""
    ### BEGIN SOLUTION
    pairs = zip(before, after, strict=True)
    return np.array([np.linalg.norm(new - old) / np.linalg.norm(old) for old, new in pairs])
    ### END SOLUTION


# %% [markdown] hint="update_ratio"
# Array by array: how long is the difference, how long were the weights? One number for each array.

# %% [markdown] hint="update_ratio"
# `np.linalg.norm(a)` without further arguments is the root of the sum of squares of all entries, for arrays of any shape.

# %% [markdown] hint="update_ratio"
# ```python
# pairs = zip(before, after, strict=True)
# return np.array([np.linalg.norm(...) / ... for old, new in pairs])
# ```

# %% check="update_ratio" points=2
with check("update_ratio") as expect:
    before = [np.array([[3.0, 4.0], [-1.0, 2.0]]), np.array([0.5, -2.0, 1.0])]
    after = [np.array([[3.1, 3.8], [-1.5, 2.0]]), np.array([0.25, -2.5, 1.5])]
    expect("a matrix and a vector", update_ratio(before, after))
    expect.unchanged("inputs afterwards", (before, after))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10610)
    for shapes in [((3, 3), (3,)), ((4, 2), (5,), (2, 3, 3, 2)), ((6,),)]:
        before = [draw.normal(size=shape) for shape in shapes]
        after = [old + draw.uniform(0.1, 0.5) * draw.normal(size=old.shape) for old in before]
        expect(f"shapes {shapes}", update_ratio(before, after))
        expect.unchanged(f"shapes {shapes}, afterwards", (before, after))
    ### END HIDDEN TESTS

# %% [markdown]
# ### A network, trained by your functions
#
# scikit-learn's 8×8 digits, a network with two hidden layers of 50. Each array of weights has its own state, and your step
# function moves it.

# %%
digits = datasets.load("digits")
PIXELS = digits.x_train.reshape(len(digits.x_train), -1).astype(np.float32) / 255
AVERAGE = PIXELS.mean(axis=0)
TRAIN = (PIXELS - AVERAGE, digits.t_train)
TEST = (digits.x_test.reshape(len(digits.x_test), -1).astype(np.float32) / 255 - AVERAGE, digits.t_test)


def new_net(rng):
    layers = (nn.Linear(64, 50, rng=rng), nn.ReLU(), nn.Linear(50, 50, rng=rng), nn.ReLU(), nn.Linear(50, 10, rng=rng))
    return nn.Sequential(*layers)


def error(net, part):
    return 1 - score(net, data.batches(*part, size=500), accuracy=accuracy)["accuracy"]


# %%
ratios_of = yours("update_ratio", else_=updates.update_ratio)


def train_digits(name, lr, epochs, seed=0, progress=iter):
    rng = np.random.default_rng(seed)
    net, losses, ratios = new_net(rng), [], []
    weights = list(net.parameters())
    states = [start(name, p.data) for p in weights]
    for _ in progress(range(epochs)):
        total = 0.0
        for x, t in deal(*TRAIN, 128, rng):
            loss = F.cross_entropy(net(Tensor(x)), t)
            net.zero_grad()
            loss.backward()
            before = [p.data.copy() for p in weights]
            for k, p in enumerate(weights):
                p.data[...], states[k] = MINE[name](p.data, p.grad, states[k], lr)
            ratios.append(ratios_of(before[::2], [p.data for p in weights[::2]]))
            total += loss.item() * len(t)
        losses.append(total / len(TRAIN[1]))
    return losses, np.array(ratios), error(net, TEST)


# %% [markdown]
# ### A race, and its trap
#
# Which optimiser is the fastest? Give all of them the same rate, or rates by rule of thumb, and you measure the rates. So
# **sweep**: train each at nine rates, three starts each, everything else equal, and draw the final loss against the rate.
# The library's optimisers do it, among them **AdamW** (Loshchilov and Hutter 2019): Adam, and besides every weight
# shrinks by a small share of itself in each step, past the means and squares. (What shrinking is good for: lesson 07.) The
# sweep takes about half a minute.

# %%
KINDS = {
    "SGD": optim.SGD,
    "momentum": functools.partial(optim.SGD, momentum=0.9),
    "Nesterov": functools.partial(optim.SGD, momentum=0.9, nesterov=True),
    "Adagrad": optim.Adagrad,
    "RMSProp": functools.partial(optim.RMSprop, alpha=0.9),
    "Adam": optim.Adam,
    "AdamW": optim.AdamW,
}
SWEPT = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def last_loss(kind, lr, seed, epochs=25):
    """Mean loss of the last epoch, at most ln 10: what a net has that knows nothing, or is gone."""
    rng = np.random.default_rng(seed)
    net, losses = new_net(rng), [np.log(10)]
    optimizer = KINDS[kind](net.parameters(), lr=lr)
    try:
        with np.errstate(all="ignore"):
            for _ in range(epochs):
                losses = list(fit(net, F.cross_entropy, optimizer, data.batches(*TRAIN, size=128, rng=rng)))
    except FloatingPointError:
        return np.log(10)
    return min(np.mean(losses), np.log(10))


# %% practice="sweep"
swept = {}
for kind in tqdm(KINDS):
    swept[kind] = mean_and_error([[last_loss(kind, lr, seed) for seed in range(3)] for lr in SWEPT])
best = {kind: SWEPT[np.argmin(means)] for kind, (means, _) in swept.items()}
for kind, (means, errors) in swept.items():
    k = np.argmin(means)
    print(f"{kind:9} lowest at rate {SWEPT[k]:<6} {means[k]:.5f} ± {errors[k]:.5f}; at 0.03: {means[3]:.5f} ± {errors[3]:.5f}")

# %% practice="sweep_plot"
ax = curves.learning_curves(
    {kind: (SWEPT, means) for kind, (means, _) in swept.items()},
    ax=style.axes(size=(6.4, 4.2)),
    xlabel="learning rate",
    ylabel="training loss after 25 epochs",
    title="Each optimiser has a rate of its own",
    log=True,
)
ax.set_xscale("log")
legend = ax.legend(frameon=False, fontsize="small", bbox_to_anchor=(1.0, 1.0), loc="upper left")

# %% [markdown]
# Every curve falls, turns and jumps up to ln 10. At one common rate the optimisers differ by powers of ten, in either
# order: that is a statement about the rate. At its own best rate every one of them ends at some thousandths or less. Plain SGD
# comes last here, and who comes first, momentum or Adam, is for the starts to say: put other seeds in, and it may turn round.
#
# What differs is *where* the best rate lies: above 1 for SGD, about a tenth of that with momentum,
# whose steps grow to ten times the length, and between 0.003 and 0.03 for RMSProp and the Adams.
#
# | what to use | |
# |---|---|
# | first try, new task, little time | AdamW, rate 0.001 to 0.003, warm-up and cosine (section 5) |
# | images and convolutions, time for a sweep | SGD with momentum 0.9, weight decay, rate swept over powers of ten; cosine or stairs |
# | rare features, inputs of very different size | Adagrad, RMSProp or Adam: a rate for each weight |
# | small net, all samples at once, a smooth loss | lesson 04's damped steps, which know the curvature |
# | a claim that one optimiser beats another | a sweep for each, the same number of trials, several starts |
#
# The last row holds for papers, too (Choi and others 2019: with enough tuning the general optimiser is never behind the
# one that it contains). The first two are habits of the field. They are no theorem, and one easy net cannot settle them.
#
# Now race with the functions that you wrote. Read your rates from the picture.

# %% practice="race"
CHOICE = {}  # your rates, such as {"SGD": 1.0}; for what you leave out, the best of the sweep
RATES = {name: CHOICE.get(name, best[name]) for name in MINE}
epochs, runs = (100 if FULL else 25), {}
for name, lr in RATES.items():
    runs[name] = train_digits(name, lr, epochs, progress=functools.partial(tqdm, desc=name))
    losses, ratios, wrong = runs[name]
    print(f"{name:9} rate {lr:<6} loss {losses[-1]:.4f}  test error {wrong:.1%}  median ratio {np.median(ratios):.1e}")
ax = curves.learning_curves({name: run[0] for name, run in runs.items()}, ylabel="training loss", log=True)

# %% [markdown]
# Here is the ratio of each layer of weights, step by step; the dashed line is $10^{-3}$:

# %% practice="ratios"
left, right = style.row(2, size=(4.4, 3.2))
for ax, name in ((left, "SGD"), (right, "Adam")):
    style.axes(ax, title=f"{name}: update over weights, by layer", xlabel="step", ylabel="ratio")
    for k, color in enumerate((style.BLUE, style.ORANGE, style.GREEN)):
        ax.plot(runs[name][1][:, k], color=color, lw=1, label=f"layer {k + 1}")
    ax.axhline(1e-3, color="black", ls="--", lw=1)
    ax.set(yscale="log", ylim=(1e-4, 0.2))
legend = left.legend(frameon=False, ncols=3, fontsize="small", loc="upper right")

# %% [markdown]
# **Lecture figure F8.** Three claims, measured. First, what the ratio does: the rate of every step is set so that the ratio
# is exactly $10^{-4}$, $10^{-3}$, $10^{-2}$ or $10^{-1}$. Second, the "typical first learning rate 0.1". Third, the batch
# size: 1, 16, 128 and 1024, the best of five rates for each, all for the same number of epochs.


# %% figure="F8"
def train_net(size, epochs, seed, lr=None, ratio=None):
    """Test error, mean loss of the last epoch, seconds an epoch, ratios; `ratio` sets the rate of every step."""
    rng = np.random.default_rng(seed)
    net, ratios, losses = new_net(rng), [], [np.nan]
    optimizer = optim.SGD(net.parameters(), lr=lr or 1.0)

    def before_step():
        length, slope = np.sqrt([sum(np.sum(getattr(p, of) ** 2) for p in net.parameters()) for of in ("data", "grad")])
        if ratio:
            optimizer.lr = float(ratio * length / slope)
        ratios.append(optimizer.lr * slope / length)

    begun = time.process_time()
    try:
        with np.errstate(all="ignore"):
            for _ in range(epochs):
                epoch = data.batches(*TRAIN, size=size, rng=rng)
                losses = list(fit(net, F.cross_entropy, optimizer, epoch, before_step=before_step))
    except FloatingPointError:
        return 1.0, np.nan, np.nan, ratios
    return error(net, TEST), np.mean(losses), (time.process_time() - begun) / epochs, ratios


# %% figure="F8"
def ratio_rows(epochs=40, seeds=5):
    said = {1e-4: "slow", 1e-3: "healthy", 1e-2: "too large", 1e-1: "unstable"}
    for ratio, word in said.items():
        wrong, loss = np.array([train_net(128, epochs, seed, ratio=ratio)[:2] for seed in range(seeds)]).T
        text = f"training loss {plus_minus(loss)}, test error {plus_minus(wrong, 1, 100)} %"
        yield f"ratio held at {ratio:g}", word, text, f"digits, 64-50-50-10, batch 128, {epochs} epochs, {seeds} starts"
    wrong, _, _, ratios = train_net(128, epochs, 0, lr=0.1)
    text = f"ratio first {ratios[0]:.1e}, median {np.median(ratios):.1e}; test error {wrong:.1%}"
    yield "first learning rate 0.1", "typical", text, f"the same net, plain SGD, {epochs} epochs, one start"


def batch_rows(epochs=12, seeds=5):
    for size, word in ((1, "noisy, slow"), (16, ""), (128, "typical"), (1024, "works less well")):
        found = {}
        for lr in (0.01, 0.03, 0.1, 0.3, 1.0):
            found[lr] = np.array([train_net(size, epochs, seed, lr=lr)[:3] for seed in range(seeds)]).T
        lr = min(found, key=lambda lr: found[lr][0].mean())
        text = f"test error {plus_minus(found[lr][0], 1, 100)} %, {1000 * np.median(found[lr][2]):.1f} ms an epoch"
        yield f"batches of {size}", word or "between", text, f"{epochs} epochs, best of five rates: {lr}; {seeds} starts"


# %% figure="F8"
def ratio_figure():
    return lecture_table("F8 · The update ratio, and the batch size", [*ratio_rows(), *batch_rows()])


ratio_figure() if FULL else recorded("F8")

# %% [markdown]
# $10^{-4}$ is slow, as the lecture says. But $10^{-2}$ does no harm on so small a task; the trouble starts at $10^{-1}$,
# where the loss is large again. The typical rate 0.1 comes near $10^{-3}$ by itself. Take that as a place to start from, not
# as a law.
#
# Very large batches work less well *per epoch*: they make few steps. (1.0 was the largest rate tried, so they might do a
# little better; and the rates were chosen on the test set, which lesson 08 will forbid.)
#
# Single samples get no further per epoch than batches of 16 (they need a smaller rate), and they waste the machine: look at
# the times. A step has a fixed cost, so the time per sample falls with the batch size, until arithmetic takes over. The good
# choice is the **smallest batch that runs efficiently**:

# %% practice="throughput"
net, per_sample = new_net(np.random.default_rng(0)), {}
for size in tqdm((1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)):
    x, t, times = TRAIN[0][:size], TRAIN[1][:size], []
    for _ in range(15):
        begun = time.perf_counter()
        F.cross_entropy(net(Tensor(x)), t).backward()
        times.append(time.perf_counter() - begun)
    per_sample[size] = 1e6 * np.median(times) / size
ax = style.axes(size=(5.6, 3.0), title="Time per sample, forward and backward", xlabel="batch size", ylabel="microseconds")
ax.loglog(list(per_sample), list(per_sample.values()), "o-", color=style.BLUE)
half = next(size for size, cost in per_sample.items() if cost < 2 * min(per_sample.values()))
print(f"from batches of {half} on, a sample costs less than twice the least")

# %% [markdown]
# ### Who lowers the rate, and who says stop?
#
# On demand, somebody must say that the loss stands still. Not the training loss: it goes on falling while the network learns
# its samples by heart. So keep samples aside, the **validation set**. When *its* loss has not improved for some epochs, lower
# the rate. When lowering does not help either, stop, and go back to the weights of the best epoch.
#
# Here with 1000 digits to learn from and 400 to validate on, plain SGD from rate 1: the rate is divided by 5 after two bad
# epochs in a row, and after ten epochs without a new best the run ends.

# %% practice="on_demand"
rng, (x, t) = np.random.default_rng(0), TRAIN
net, rate = new_net(rng), schedules.Plateau(1.0, factor=0.2, patience=1)
optimizer, best = optim.SGD(net.parameters(), lr=rate), EarlyStopping(net, 10, mode="min")
history, lowered = {"training": [], "validation": []}, []
for epoch in range(100):
    losses = list(fit(net, F.cross_entropy, optimizer, data.batches(x[:1000], t[:1000], size=30, rng=rng)))
    unseen = F.cross_entropy(net(Tensor(x[1000:1400])), t[1000:1400]).item()
    history["training"].append(np.mean(losses))
    history["validation"].append(unseen)
    before = rate.lr
    if rate.report(unseen) < before:
        lowered.append(epoch + 1)
    if best.update(unseen):
        break
best.restore()
print(f"lowered after epochs {lowered}, ended after {epoch + 1}, best was {best.best_step + 1}; test error {error(net, TEST):.1%}")
ax = curves.learning_curves(history, ylabel="cross-entropy", log=True)
for k in lowered:
    ax.axvline(k, color=style.GREY, lw=1, ls=":")

# %% [markdown]
# Dotted lines: where the rate fell. The training loss falls until the rate is tiny. The validation loss wavers, and comes to rest
# when the rate falls. On these digits, which are soon learned, that brings no new best here, and so the run ends. (One run: from
# another start the first fall may bring one.)

# %% [markdown]
# ### Do large batches overfit more?
#
# So one hears. To measure it, say what is held equal. 300 digits, three batch sizes, momentum 0.9, the best of four rates for
# each size by validation on 300 other digits, five starts: once with equal **epochs**, once with equal **steps**. (Run it: some
# twenty seconds.)

# %% practice="large_batches"
def small_set_run(size, steps, lr, seed):
    """Training error, error on 300 validation digits, and on the test set, of a net that learned 300 digits."""
    rng, (x, t), left = np.random.default_rng(seed), TRAIN, steps
    net = new_net(rng)
    optimizer = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    while left > 0:
        dealt = list(data.batches(x[:300], t[:300], size=size, rng=rng))[:left]
        left -= len(list(fit(net, F.cross_entropy, optimizer, dealt)))
    return error(net, (x[:300], t[:300])), error(net, (x[300:600], t[300:600])), error(net, TEST)


def compared(title, plan, rates=(0.003, 0.01, 0.03, 0.1)):
    """Print the test error of each batch size at its best rate by validation; plan gives its steps."""
    for size in (10, 60, 300):
        tried = [np.array([small_set_run(size, plan(size), lr, seed) for seed in range(5)]) for lr in rates]
        k = min(range(len(rates)), key=lambda k: tried[k][:, 1].mean())
        train_error, _, test_error = tried[k].T
        print(f"{title}, batches of {size:3}: {plan(size):4} steps, rate {rates[k]:<5}", end=" ")
        print(f"training error {train_error.mean():.1%}, test error {plus_minus(test_error)}")


compared("15 epochs each", lambda size: 15 * 300 // size)
compared("450 steps each", lambda size: 450)

# %% [markdown]
# With equal epochs the whole batch makes 15 steps, and its training error says what is the matter: it has not finished learning.
# That is no overfitting. (Its best rate is the largest that was tried; with a larger one it might get further.) With equal
# steps all three know their digits by heart, and the test errors agree within their standard errors. So here large batches
# do not overfit more; they miss steps.
#
# In larger networks a gap was found at first (Keskar and others 2017), and then it was closed by training for as many steps
# (Hoffer, Hubara and Soudry 2017).

# %% [markdown]
# ## 7. Why does it work at all?
#
# Logistic regression had *one* valley (lesson 02). A network has not. Exchange two hidden units, with all their weights,
# and it computes the same. So every solution comes with its mirror images. If the loss were convex, it could not rise on
# the straight way between two of them.

# %%
rng = np.random.default_rng(2)
inputs = rng.normal(size=(200, 2))


def two_units(w):
    return np.tanh(inputs @ w[:4].reshape(2, 2).T) @ w[4:]


one = np.array([2.0, -1.0, 0.5, 1.5, 1.0, -2.0])
other = one[[2, 3, 0, 1, 5, 4]]  # the two hidden units exchanged
targets = two_units(one)
share = np.linspace(-0.2, 1.2, 141)
way = [np.mean((two_units(one + s * (other - one)) - targets) ** 2) for s in share]

# %%
ax = style.axes(size=(5.4, 2.8), title="Two perfect networks, and a mountain between", xlabel="share of the way", ylabel="loss")
ax.plot(share, way, color=style.BLUE)
ax.plot([0, 1], [0, 0], "o", color=style.RED)
print(f"loss at the two ends {way[20]:.1e} and {way[120]:.1e}, half way {way[70]:.2f}")

# %% [markdown]
# It is worse. Avrim Blum and Ronald Rivest (1992) took threshold networks of only **three units** that compute, two hidden
# ones and their output, and asked whether any weights fit a given training set without error. That is **NP-complete**: a
# method that is quick on every training set would solve thousands of famous hard problems as quickly, and hardly anybody
# believes in one.
#
# And yet gradient descent works, every day. The theorem is about the *worst* training set, built to be nasty. Ours come
# from nature, and are full of correlations. With many weights, most places where the gradient is 0 and the loss is high
# seem to be saddles: argued from physics and seen in small networks (Dauphin and others 2014), not proved for ours. The
# noise of mini-batches can help to leave them. And we do not ask for the best weights: good ones will do.
#
# One lecture calls it **climbing the correlation mountain**: the gradient is a sum of correlations between errors and
# inputs. So the blatant ones are learned first, whatever else there is.
#
# **Lecture figure F38.** Ten inputs, all ±1. The target is the sum of two features of equal size: an *easy* one, the first
# input itself; and a *hard* one, the product of two others, which is correlated with no single input. (In expectation;
# our 512 samples leave a trace.)


# %% figure="F38"
def climb(seed, epochs=60):
    rng = np.random.default_rng(seed)
    x = rng.choice([-1.0, 1.0], size=(512, 10)).astype(np.float32)
    features = {"easy: x1": x[:, 0], "hard: x2 · x3": x[:, 1] * x[:, 2]}
    t = sum(features.values())[:, None]
    net = nn.Sequential(nn.Linear(10, 32, rng=rng), nn.Tanh(), nn.Linear(32, 1, rng=rng))
    optimizer, learned = optim.SGD(net.parameters(), lr=0.03), {name: [] for name in features}
    for _ in range(epochs):
        list(fit(net, F.mse_loss, optimizer, data.batches(x, t, size=64, rng=rng)))
        out = net(Tensor(x)).data[:, 0]
        for name, feature in features.items():
            learned[name].append(np.mean(out * feature))
    return learned


# %% figure="F38"
def climb_figure(seeds=5):
    runs, curve, rows = [climb(seed) for seed in range(seeds)], {}, []
    for name in runs[0]:
        curve[name] = np.mean([run[name] for run in runs], axis=0)
        half = [next((k for k, part in enumerate(run[name], 1) if part > 0.5), "not reached") for run in runs]
        rows.append((name, "easy first", f"half learned in epoch {half}", f"10-32-1 tanh, SGD 0.03, batch 64, {seeds} starts"))
    title = "The blatant correlation first"
    curves.learning_curves(curve, ylabel="share of the feature in the output", title=title)
    return lecture_table("F38 · Climbing the correlation mountain", rows)


climb_figure()

# %% [markdown]
# While the easy feature is learned, nothing seems to happen to the hard one; then it rises by itself. A long plateau is
# not always the end. And a network that can win by a blatant but wrong correlation will take it first.
#
# ### The curve inside matters too
#
# **Lecture figure F7, its first part.** How fast a net learns depends also on its activation. Krizhevsky, Sutskever and
# Hinton (2012) trained a conv net of four layers on CIFAR-10 down to 25 % training error: with ReLU it took about six
# times fewer epochs than with tanh.
#
# Their caption goes on: the learning rates were chosen for each net by itself, to
# make it train as fast as possible; there was no regularisation; and "the magnitude of the effect demonstrated here
# varies with network architecture, but networks with ReLUs consistently learn several times faster than equivalents
# with saturating neurons". (Conv nets come in lesson 10.)
#
# We count the epochs down to a stated error, at the *same* rate for both, and at the *best* rate tried for each; inputs are
# standardised, weights start from MSR (lesson 07), momentum is 0.9.


# %% figure="F7"
def conv_net(activation, x, rng, c=12):
    layers, channels = [], x.shape[1]
    for width in (c, 2 * c):
        layers += [nn.Conv2d(channels, width, 3, padding=1, rng=rng), activation(), nn.MaxPool2d(2)]
        channels = width
    layers += [nn.Conv2d(channels, channels, 3, padding=1, rng=rng), activation(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(channels * (x.shape[-1] // 4) ** 2, 10, rng=rng))


def errors_by_epoch(activation, x, t, lr, level, epochs, seed):
    rng, errors = np.random.default_rng(seed), []
    net = conv_net(activation, x, rng)
    optimizer = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    while len(errors) < epochs and (not errors or errors[-1] > level):
        list(fit(net, F.cross_entropy, optimizer, data.batches(x, t, size=128, rng=rng)))
        errors.append(error(net, (x, t)))
    return errors


# %% figure="F7"
def race_of_activations(name, n, level, rates, epochs, seeds):
    found = datasets.load(name, or_else="digits")
    x, t = found.x_train[:n].astype(np.float32), found.t_train[:n]
    x = (x - x.mean()) / x.std()
    counts, kinds = {}, {"ReLU": nn.ReLU, "tanh": nn.Tanh}
    for kind, lr in ((kind, lr) for kind in kinds for lr in rates):
        runs = [errors_by_epoch(kinds[kind], x, t, lr, level, epochs, seed) for seed in range(seeds)]
        counts[kind, lr] = runs
    mean = {key: np.mean([len(run) for run in runs]) for key, runs in counts.items()}
    reached = {key: all(run[-1] <= level for run in runs) for key, runs in counts.items()}
    setting = f"{found.name}, {len(t)} images, 3 conv layers and 1 linear, batch 128, {seeds} start(s)"
    rows = []
    for lr in rates:
        text = [f"{'' if reached[k, lr] else 'more than '}{mean[k, lr]:.1f}" for k in kinds]
        ratio = f"ratio {mean['tanh', lr] / mean['ReLU', lr]:.2f}" if all(reached[k, lr] for k in kinds) else "no ratio"
        rows.append((f"epochs to {level:.0%} error, both at rate {lr}", "ratio 6", f"ReLU {text[0]}, tanh {text[1]}: {ratio}", setting))
    best = {k: min((mean[k, lr], lr) for lr in rates if reached[k, lr]) for k in kinds}
    text = f"ReLU {best['ReLU'][0]:.1f} (rate {best['ReLU'][1]}), tanh {best['tanh'][0]:.1f} (rate {best['tanh'][1]})"
    rows.append(("each at its best rate", "ratio 6", f"{text}: ratio {best['tanh'][0] / best['ReLU'][0]:.2f}", setting))
    return rows, {f"{k}, rate {lr}": runs[0] for (k, lr), runs in counts.items()}


# %% figure="F7"
def activation_race():
    rows, curve = race_of_activations("digits", 1437, 0.01, (0.003, 0.01, 0.03), 60, 3)
    more, _ = race_of_activations("cifar10", 5000, 0.25, (0.01, 0.03), 40, 1)
    curves.learning_curves(curve, ylabel="training error", log=True, title="digits, first start")
    return lecture_table("F7 · ReLU against tanh in a conv net", [*rows, *more])


activation_race() if FULL else recorded("F7")

# %% [markdown]
# At a small common rate ReLU needs about half of tanh's epochs on the digits. But let each have the best rate tried, as
# they did, and nothing is left of it; on a small part of CIFAR-10 (one start each, and the recorded run had JPEG copies)
# tanh is even ahead. (Two or three rates were tried, and the best is an end of the range each time: a wider sweep may move
# these numbers.)
#
# That the factor varies, they said themselves; that ReLU is "consistently" faster does not hold for our nets, which are
# small, well started and standardised. Why, we did not measure: perhaps tanh hardly saturates in them. ReLU costs less time
# (lesson 04), which epochs do not show. A factor from a paper belongs to its setting: measure in yours.

# %% [markdown]
# ## 8. Find the bug

# %% [markdown] task="adam_fit" title="Find the bug: two arrays, one count"
# `adam_fit(params, gradient, lr, steps)` should train several arrays of weights with Adam, $\beta_1 = 0.9$, $\beta_2 = 0.99$,
# $\epsilon = 10^{-8}$ outside of the root. `params` is a list of arrays, `gradient(params)` gives the list of their gradients.
# It is asked once before every step, and then all arrays move. The list of arrays after `steps` steps comes back.
#
# With a single array it agrees with the library to the last digit. With two or more the loss still falls, but the numbers
# differ from the very first step on. Repair it; the arrays that come in stay as they are.
#
# Example: after one step from anywhere, every weight with a gradient has moved by `lr`.


# %% solve="adam_fit" difficulty=2 importance=4 minutes=12 bug=true forbid="course_lib.optim.steps.adam_step course_lib.optim.Adam"
def adam_fit(params, gradient, lr, steps):
    """The arrays of weights after `steps` steps of Adam."""
    ### BEGIN SOLUTION
    params = [np.array(p, dtype=float) for p in params]
    means, squares = ([np.zeros_like(p) for p in params] for _ in range(2))
    for t in range(1, steps + 1):
        for k, g in enumerate(gradient(params)):
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.99 * squares[k] + 0.01 * g**2
            m, s = means[k] / (1 - 0.9**t), squares[k] / (1 - 0.99**t)
            params[k] = params[k] - lr * m / (np.sqrt(s) + 1e-8)
    return params
    ### END SOLUTION


# %% given="adam_fit"
def adam_fit(params, gradient, lr, steps):
    """The arrays of weights after `steps` steps of Adam."""
    params = [np.array(p, dtype=float) for p in params]
    means, squares = ([np.zeros_like(p) for p in params] for _ in range(2))
    t = 0
    for _ in range(steps):
        for k, g in enumerate(gradient(params)):
            t += 1
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.99 * squares[k] + 0.01 * g**2
            m, s = means[k] / (1 - 0.9**t), squares[k] / (1 - 0.99**t)
            params[k] = params[k] - lr * m / (np.sqrt(s) + 1e-8)
    return params


# %% [markdown] hint="adam_fit"
# What is different with two arrays? Print `t` and `k` in every round, for two steps with two arrays.

# %% [markdown] hint="adam_fit"
# In the first step each array should be corrected with t = 1. Which t does the second array get?

# %% [markdown] hint="adam_fit"
# ```python
# for t in range(1, ...):
#     for k, g in enumerate(gradient(params)):
#         ...  # as before, without counting
# ```

# %% check="adam_fit" points=6
with check("adam_fit") as expect:

    def pull(params):
        """Both arrays feel each other, so it matters when the gradient is asked."""
        a, b = params
        return [2 * a + b.sum(), 30 * b + a.sum() + 1]

    a, b = np.array([1.0, -2.0, 0.5]), np.array([[0.25, 3.0]])
    expect("one array, 3 steps", adam_fit([a], lambda params: [4 * params[0] + 1], 0.1, 3))
    expect("two arrays, 1 step", adam_fit([a, b], pull, 0.1, 1))
    expect("two arrays, 25 steps", adam_fit([a, b], pull, 0.03, 25))
    expect.unchanged("the arrays afterwards", (a, b))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10611)
    for shapes in [((3,), (2, 2)), ((2,), (2,), (3, 2))]:
        params = [4 + draw.normal(size=shape) for shape in shapes]
        sharp = [10 ** draw.uniform(-1, 1, size=shape) for shape in shapes]

        def bowl(now, sharp=sharp):
            return [s * p + np.sin(now[k - 1].sum()) for k, (s, p) in enumerate(zip(sharp, now, strict=True))]

        for steps in (1, 2, 25):
            expect(f"{len(shapes)} arrays, {steps} steps", adam_fit(params, bowl, 0.05, steps))
        expect.unchanged(f"{len(shapes)} arrays, afterwards", params)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 9. Read the curves
#
# Four runs of Adam on one noisy ravine, 300 steps each, beside the healthy run. In each one thing is wrong.

# %% picture="faults" alt="Four panels A to D with the loss of the healthy run, which falls from 1 to below 0.01, and of a faulty one: A falls as fast and stays high and restless, B leaps up in the first steps and then comes down, C falls slowly and smoothly and stays high, D leaps up to over a hundred and comes down only towards the end"
from course_lib.viz.pictures import optimisation

optimisation.faults()

# %% [markdown] task="run_faults" title="Which fault is which?"
# Name the fault of each run: `run_faults`, a dict of the letters "A" to "D", each with one of `"rate too high"`,
# `"rate too low"`, `"rate does not fall"`, `"bias not corrected"`. Each occurs once. The check here looks only whether the names
# are those, each once; which is right, you are told when your work is graded.
#
# Then write `mended_run(settings)`. `settings` is a dict for `optimiser_faults.run(**settings)`: `rate`, a number, and `falls`
# and `corrected`, True or False. All three may be wrong. Return a new dict with the same keys and none of the four faults:
# whatever the noise, the loss starts at 1, never rises above 3, and ends, in the mean of the last 20, below 0.02. The dict that
# comes in stays as it is.


# %% solve="run_faults" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.optimiser_faults.LETTERS course_lib.topics.optimiser_faults.HEALTHY"
### BEGIN SOLUTION
run_faults = {"A": "rate does not fall", "B": "bias not corrected", "C": "rate too low", "D": "rate too high"}
### END SOLUTION


def mended_run(settings):
    """Settings of a run without a fault."""
    ### BEGIN SOLUTION
    return settings | {"rate": 0.3, "falls": True, "corrected": True}
    ### END SOLUTION


# %% [markdown] hint="run_faults"
# When does each run part from the healthy one: in the first steps, all the time, or only at the end?

# %% [markdown] hint="run_faults"
# Without its correction Adam divides by a root that is too small while its mean of squares is young: most in the first steps,
# and a little for about a thousand. Noise that never dies down comes from steps that never shorten. Steps that are too long
# go astray at once, until the rate has fallen.

# %% [markdown] hint="run_faults"
# ```python
# run_faults = {"A": ..., "B": ..., "C": ..., "D": ...}
# ...
# return settings | {"rate": ..., "falls": ..., "corrected": ...}   # try rates: 0.03, 0.1, 0.3, 1
# ```

# %% check="run_faults-named" points=3
with check("run_faults-named") as expect:
    kinds = {"rate too high", "rate too low", "rate does not fall", "bias not corrected"}
    expect("the letters", sorted(run_faults))
    expect("names that are none of the four", ", ".join(sorted(set(run_faults.values()) - kinds)) or "none")
    expect("how many different names", len(set(run_faults.values())))
    ### BEGIN HIDDEN TESTS
    expect("run A", run_faults["A"])
    expect("run B", run_faults["B"])
    expect("run C", run_faults["C"])
    expect("run D", run_faults["D"])
    ### END HIDDEN TESTS

# %% check="run_faults-mended" points=2
with check("run_faults-mended") as expect:

    def ending(settings, seed):
        """What became of some settings: names, flags, and how eight mended runs go, each with noise of its own."""
        new = mended_run(settings)
        runs = [optimiser_faults.run(**new, seed=seed + k) for k in range(8)]
        calm, low = max(np.max(run) for run in runs) <= 3, max(np.mean(run[-20:]) for run in runs) < 0.02
        goes = ("ends below 0.02" if low else "ends at 0.02 or higher") if calm else "rises above 3"
        flags = {name: bool(new[name]) for name in ("falls", "corrected")}
        return {"rate that came in": settings["rate"], "keys": sorted(new), "the loss": goes} | flags

    settings = {"rate": 3.0, "falls": False, "corrected": False}
    expect("rate 3, which does not fall, nothing corrected", ending(settings, 1))
    expect.unchanged("the settings afterwards", settings)
    expect("rate 0.005, nothing else wrong", ending({"rate": 0.005, "falls": True, "corrected": True}, 11))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10612)
    for rate, falls, corrected in ((0.001, True, True), (9.0, True, False), (0.3, False, True)):
        seed = int(draw.integers(1000))
        expect(f"rate {rate}", ending({"rate": rate, "falls": falls, "corrected": corrected}, seed))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 10. So many questions, and no more
#
# Now choose yourself. A linear model has twelve inputs, each of its own size, so the loss is steep along some weights and
# flat along others, twenty times less in the input and four hundred times less in the curvature. The gradient comes from
# eight random samples whose targets are noisy. And you may ask for it only 300 times.


# %%
def noisy_task(rng, n=2000, d=12):
    """Inputs (n, d) of very different sizes, noisy targets (n,), new inputs (300, d) and their true values (300,)."""
    sizes = rng.permutation(np.geomspace(1, 0.05, d))
    weights = rng.choice([-1, 1], d) * rng.uniform(0.5, 1.5, d) / sizes / np.sqrt(d)
    x, new = rng.normal(size=(n, d)) * sizes, rng.normal(size=(300, d)) * sizes
    return x, x @ weights + 0.5 * rng.normal(size=n), new, new @ weights


# %%
class Asked:
    """The gradient of half the mean squared error on 8 random samples; at most 300 calls are answered."""

    def __init__(self, x, t, rng):
        self._x, self._t, self._rng, self.calls = x, t, rng, 0

    def __call__(self, w):
        self.calls += 1
        if self.calls > 300:
            raise RuntimeError("the gradient was asked more than 300 times; settle earlier")
        rows = self._rng.integers(0, len(self._x), 8)
        return self._x[rows].T @ (self._x[rows] @ w - self._t[rows]) / 8


# %% [markdown] task="open_descent" title="Open exercise: 300 questions"
# Write `settle(gradient, w)`: from the weights `w` `(12,)` get as far down as you can, and return the last weights `(12,)`.
# `gradient(w)`, an `Asked` as above, may be called 300 times; at the 301st call it raises an error. Calling it is all that is
# meant: what is inside, its samples, is not for you to look at. Any optimiser, any plan of the rate, anything that you do with
# the path; your own functions or the library's (`updates`, `follow`, `schedules`).
#
# *Measured:* the mean squared error of `x @ w` on new inputs of four tasks that you do not have, against values without
# noise (of variance about 1). You get 3 points for 0.03 and 2 more for 0.012. The best constant rate of SGD comes to about
# 0.1. The cell below the check measures yours on tasks of the same kind.


# %% solve="open_descent" difficulty=4 importance=5 minutes=30
def settle(gradient, w):
    """Weights after at most 300 calls of gradient."""
    ### BEGIN SOLUTION
    path, _ = follow(updates.adagrad_step, w, np.zeros_like(w), gradient, schedules.cosine(2.0, 300), 300)
    return path[-1]
    ### END SOLUTION


# %% [markdown] hint="open_descent"
# Two things are wrong with plain descent here, and each has a section of this lesson: one rate does not suit twelve
# curvatures, and the noise never lets the weights settle.

# %% [markdown] hint="open_descent"
# Sweep: one optimiser of section 3, rates 0.01, 0.03, ... 10, three tasks, `measured` below. First with a constant rate,
# then with one that falls to 0 (section 5). A falling rate may begin higher. The mean of the path's second half is
# another way to be rid of the noise.

# %% [markdown] hint="open_descent"
# ```python
# step, state = ..., ...                                  # a rate for every weight
# path, _ = follow(step, w, state, gradient, ..., 300)    # a rate that falls: schedules
# return path[-1]
# ```

# %% held="open_descent" gives="asked_x asked_t new_x"
import numpy as np


def noisy_task(rng, n=2000, d=12):
    sizes = rng.permutation(np.geomspace(1, 0.05, d))
    weights = rng.choice([-1, 1], d) * rng.uniform(0.5, 1.5, d) / sizes / np.sqrt(d)
    x, new = rng.normal(size=(n, d)) * sizes, rng.normal(size=(300, d)) * sizes
    return x, x @ weights + 0.5 * rng.normal(size=n), new, new @ weights


rng = np.random.default_rng(5106)
asked_x, asked_t, new_x, new_z = (np.stack(part) for part in zip(*(noisy_task(rng) for _ in range(4)), strict=True))
new_z = new_z.ravel()

# %% check="open_descent" points=3
with check("open_descent") as expect:

    def settled(x, t, seed):
        """Last weights of one task; the 301st call raises an error."""
        with np.errstate(all="ignore"):
            return np.asarray(settle(Asked(x, t, np.random.default_rng(seed)), np.zeros(12)), dtype=float)

    x, t, _, _ = noisy_task(np.random.default_rng(91))
    last = settled(x, t, 92)
    expect("the shape of the weights", last.shape)
    expect("finite weights (how good, the judge measures)", bool(np.all(np.isfinite(last))))
    ### BEGIN HIDDEN TESTS
    asked_x, asked_t, new_x = expect.held("asked_x"), expect.held("asked_t"), expect.held("new_x")
    ends = [settled(x, t, k) for k, (x, t) in enumerate(zip(asked_x, asked_t, strict=True))]
    said = np.concatenate([x @ w for x, w in zip(new_x, ends, strict=True)])
    expect.outcome("new values of four tasks", said, truth="new_z", measure="mse", at_most=0.03)
    ### END HIDDEN TESTS

# %% check="open_descent-better" points=2
with check("open_descent-better") as expect:

    def settled(x, t, seed):
        """Last weights of one task; the 301st call raises an error."""
        with np.errstate(all="ignore"):
            return np.asarray(settle(Asked(x, t, np.random.default_rng(seed)), np.zeros(12)), dtype=float)

    x, t, _, _ = noisy_task(np.random.default_rng(93))
    expect("the shape of the weights (0.012: the judge measures)", settled(x, t, 94).shape)
    ### BEGIN HIDDEN TESTS
    asked_x, asked_t, new_x = expect.held("asked_x"), expect.held("asked_t"), expect.held("new_x")
    ends = [settled(x, t, k) for k, (x, t) in enumerate(zip(asked_x, asked_t, strict=True))]
    said = np.concatenate([x @ w for x, w in zip(new_x, ends, strict=True)])
    expect.outcome("new values of four tasks, further", said, truth="new_z", measure="mse", at_most=0.012)
    ### END HIDDEN TESTS


# %% practice="open_descent_measured"
def measured(settle, tasks=6):
    """Mean squared error of `settle` on tasks of the same kind."""
    errors = []
    for seed in range(tasks):
        rng = np.random.default_rng(seed)
        x, t, new, z = noisy_task(rng)
        errors.append(np.mean((new @ settle(Asked(x, t, rng), np.zeros(12)) - z) ** 2))
    return errors


try:
    found = measured(settle)
    print(f"mean squared error {np.mean(found):.4f} over six tasks, from {min(found):.4f} to {max(found):.4f}")
except NotDone:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] question="three_runs" points=5 title="Three runs that went wrong"
# Three friends train the same network with SGD and momentum. A: "My loss falls by a thousandth an epoch; update over
# weights is $10^{-6}$ in all layers." B: "It trained well with batches of 32. To be faster I took 512 and changed nothing
# else, and now the loss explodes." C: "My training loss stood on a plateau for 20 epochs, so I know that it is a minimum
# and stopped." Say in 6 to 9 sentences what went wrong in each case or what you would look at next, and why.
#
# === BEGIN MARK SCHEME ===
# 1 point: A: the rate is far too small: healthy ratios are near 1e-3; raise the rate (about 100 to 1000 times, in steps).
#
# 2 points: B: the gradients are summed instead of averaged, so the step is 16 times as long (1 point); divide by the batch
# size, then the rate can stay, or lower it by 16 (1 point).
#
# 1 point: C: a plateau need not be a minimum: a saddle, a ravine or a hard feature that is not correlated with single
# inputs and comes late (F38).
#
# 1 point: C, next: anneal on demand (divide the rate by 2 or 5), or look at gradient norms and the ratio by layer, or
# train on; any one with its reason.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# A's learning rate is far too small: in healthy training the update is near a thousandth of the weights, hers is a
# millionth, and since it is so in all layers the rate as a whole is to blame. She should raise it, ten times at
# first, then again, up to about a thousand times, and watch the ratio in each layer.
#
# B sums the gradients of a batch instead of averaging them. Sixteen times as many samples make the sum, and so each
# step, 16 times as long, and that overshoots. He should divide by the batch size, once and for all, with the rate
# that this takes at batches of 32; then the rate can stay when the batch grows. (Dividing today's rate by 16 does the
# same for this batch.)
#
# C cannot know that. On a plateau the gradient is small, which it also is near a saddle, along the floor of a ravine,
# or while a feature is still missing that is correlated with no single input, as the hard one of F38, which rises
# late and by itself. I would train on with the rate divided by 2 or 5: if only the noise of the mini-batches kept the
# weights from settling, the loss falls at once, and if not, the norms of the gradient layer by layer show whether
# anything still moves.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Mini-batches: every sample once an epoch, shuffled anew; divide by the batch size, and the rate can stay.
# 2. Momentum adds up what agrees and cancels what alternates; it starts at rest and ends $1/(1-\mu)$ times as fast.
# 3. Adagrad, RMSProp and Adam give every weight a rate of its own; Adam also takes out the bias of its start, with t from
#    1. Compare optimisers only at each one's best rate.
# 4. Anneal: stairs, exponential, on demand, cosine. Watch update over weights: near $10^{-3}$ is a good place to start.
# 5. Finding the best weights is NP-hard; gradient descent finds good ones, the blatant correlations first.
#
# ## Further reading
#
# - Herbert Robbins, Sutton Monro: *A stochastic approximation method* (1951)
# - Boris Polyak: *Some methods of speeding up the convergence of iteration methods* (1964)
# - Yurii Nesterov: *A method of solving a convex programming problem with convergence rate O(1/k²)* (1983)
# - Avrim Blum, Ronald Rivest: *Training a 3-node neural network is NP-complete* (1992)
# - John Duchi, Elad Hazan, Yoram Singer: *Adaptive subgradient methods for online learning and stochastic optimization*
#   (2011)
# - Tijmen Tieleman, Geoffrey Hinton: *Lecture 6.5: RMSProp* (2012)
# - Alex Krizhevsky, Ilya Sutskever, Geoffrey Hinton: *ImageNet classification with deep convolutional neural networks*
#   (2012)
# - Ilya Sutskever, James Martens, George Dahl, Geoffrey Hinton: *On the importance of initialization and momentum in deep
#   learning* (2013)
# - Diederik Kingma, Jimmy Ba: *Adam: a method for stochastic optimization* (2015)
# - Ilya Loshchilov, Frank Hutter: *SGDR: stochastic gradient descent with warm restarts* (2017)
# - Priya Goyal and others: *Accurate, large minibatch SGD: training ImageNet in 1 hour* (2017)
# - Nitish Keskar and others: *On large-batch training for deep learning: generalization gap and sharp minima* (2017)
# - Elad Hoffer, Itay Hubara, Daniel Soudry: *Train longer, generalize better* (2017)
# - Ilya Loshchilov, Frank Hutter: *Decoupled weight decay regularization* (2019)
# - Dami Choi and others: *On empirical comparisons of optimizers for deep learning* (2019)
# - Yann Dauphin and others: *Identifying and attacking the saddle point problem in high-dimensional non-convex
#   optimization* (2014)
#
# **Next:** lesson 07, training deep networks: where to start, and how to keep the signals healthy on the way.
