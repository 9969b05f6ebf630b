# %% [markdown] lesson="01" title="The perceptron" minutes=200 builds_on="00"
# Can a machine find, from examples alone, the line that separates two kinds of things? And which things can
# no line separate, however long it learns?
#
# After this lesson you will be able to
#
# - turn "which side of the line, and how far?" into one product of numbers, in the plane and in any
#   dimension;
# - train Rosenblatt's perceptron, write down what it minimises, and say beforehand how often it can err;
# - build any logic circuit from threshold neurons, and say what one of them alone can do.
#
# You need lesson 00 (arrays, broadcasting, how checks work). There are ten exercises, one of them open, three
# predictions and one written question. Do them in order; each has hints, folded under it.

# %% picture="opening" alt="Forty points of two classes in the plane, red squares and blue dots. Left: a line that puts many of them on the wrong side, each ringed. Right: the line the perceptron found, no point ringed."
from course_lib.viz.pictures import perceptron

perceptron.guess_and_learned()

# %% [markdown]
# ## 1. A neuron that adds and compares
#
# Run this cell first. The course's own library is `course_lib`; the last line makes the numbers print short.

# %%
import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

from course_lib import data
from course_lib.checks import NotDone, check, hint, yours
from course_lib.topics import perceptron
from course_lib.viz import planes, style
from course_lib.widgets.planes import line_explorer

np.set_printoptions(precision=4, suppress=True)

# %% picture="neuron" alt="A threshold neuron: inputs x1 to xd and a constant 1 enter with weights w1 to wd and b, are added up, pass a step function and leave as y."
from course_lib.viz.pictures import perceptron

perceptron.neuron()

# %% [markdown]
# In 1943 Warren McCulloch and Walter Pitts described the nerve cell as a machine that counts. Its inputs are
# 0 or 1, each weighs something, and the cell *fires* (gives 1) when the weighted sum reaches a threshold
# $\theta$:
#
# $$y = 1 \;\text{ if }\; w_1 x_1 + \dots + w_d x_d \ge \theta, \qquad\text{else } y = 0 .$$
#
# With two inputs of weight 1 the threshold decides what the cell computes:


# %%
def neuron(inputs, weights, threshold):
    return int(np.dot(weights, inputs) >= threshold)


pairs = perceptron.corners(2)  # all pairs of 0 and 1
for threshold in (1, 2):
    print("threshold", threshold, [neuron(pair, (1, 1), threshold) for pair in pairs])

# %% [markdown]
# The four columns are the inputs 00, 01, 10, 11. Threshold 1 is OR, threshold 2 is AND. (This is their neuron as
# it is told today. In the paper all exciting inputs weigh the same, and a single active inhibiting input keeps
# the cell from firing, whatever the others say.)
#
# McCulloch and Pitts set the weights by hand. In 1949 Donald Hebb asked how a brain might *find* them: a
# connection should grow when the cells at both its ends are active together. In 1958 Frank Rosenblatt turned
# that into a machine, the perceptron: show it an example with the right answer, and change the weights when
# it errs. That machine is this lesson.
#
# First we get rid of the threshold. Move it to the left side, $-\theta + w_1x_1 + \dots + w_dx_d \ge 0$, and
# call $b = -\theta$ the **bias**. It is a weight like the others, of an input that is always 1:
#
# $$\tilde{x} = [1, x_1, \dots, x_d], \qquad \tilde{w} = [b, w_1, \dots, w_d], \qquad \text{score} = \tilde{w}\cdot\tilde{x} .$$
#
# In this course the 1 and the bias always come **first**. In code `w` is $\tilde{w}$ and `x1` is $\tilde{x}$.

# %% [markdown] task="augment" title="Put a 1 in front"
# Write `augment(x)`: put the constant input 1 in front of every sample.
#
# `x` has shape `(n, d)`, one sample per row, integers or floats. Return a **new** array of shape `(n, d + 1)`
# and dtype `float64`: column 0 is all ones, the columns of `x` follow in their order. `x` itself stays as it
# is.
#
# Example: `augment(np.array([[5, 7], [6, 8]]))` is `[[1., 5., 7.], [1., 6., 8.]]`.


# %% solve="augment" difficulty=1 importance=4 minutes=5 forbid="course_lib.topics.perceptron.augment"
def augment(x):
    """Samples x (n, d) with a 1 in front of each: (n, d + 1), float64."""
    ### BEGIN SOLUTION
    ones = np.ones((len(x), 1))
    return np.hstack([ones, x])
    ### END SOLUTION


# %% [markdown] hint="augment"
# Make the column of ones first, as an array of its own, then join it to `x`. How many rows must it have?

# %% [markdown] hint="augment"
# For three samples of two numbers the pieces are a `(3, 1)` array and a `(3, 2)` array, side by side.
# `np.hstack` joins side by side, `np.vstack` one above the other. `np.ones` gives floats.

# %% [markdown] hint="augment"
# ```python
# ones = np.ones((..., 1))
# return np.hstack([..., ...])
# ```

# %% check="augment" points=3
with check("augment") as expect:
    square = np.array([[2.0, -1.0, 5.0], [0.5, 3.0, 4.0], [7.0, 6.0, -2.0]])
    expect("three samples of three numbers", augment(square))
    whole = np.array([[4, 9, -3, 0]])
    expect("whole numbers become floats", augment(whole), exact_dtype=True)
    column = np.array([[1.5], [-2.5], [0.0], [8.0]])
    expect("one number per sample", augment(column))
    expect.unchanged("x itself afterwards", column)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10101)
    for n, d in [(2, 2), (1, 6), (7, 3), (5, 1)]:
        samples = draw.normal(size=(n, d))
        expect(f"{n} samples of {d} numbers", augment(samples))
        expect.unchanged(f"{n} samples of {d} numbers, untouched", samples)
    expect("whole numbers", augment(draw.integers(-9, 9, size=(3, 4))), exact_dtype=True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 2. Lines, planes, and which side you are on
#
# The neuron's score is 0 on a line. In the plane, with coordinates $u$ and $v$, it is the line
#
# $$a u + b v + c = 0 .$$
#
# The vector $(a, b)$ stands at right angles to it: walk along the line and $au + bv$ does not change, walk
# along $(a, b)$ and it changes fastest. It is the line's **normal**, and it points to the side where the
# score is positive. In our notation $c$ is the bias and comes first: $\tilde{w} = (c, a, b)$.

# %%
line = np.array([-10.0, 3.0, 4.0])  # 3u + 4v - 10 = 0
on_the_line = np.array([[2.0, 1.0], [-2.0, 4.0]])
print("scores of two points on it:", line[0] + on_the_line @ line[1:])
print("direction of the line · normal:", (on_the_line[1] - on_the_line[0]) @ line[1:])

# %% picture="normal" alt="The line 3u + 4v - 10 = 0 with its normal; the point (2, 6) is joined to its foot on the line, distance +4; the origin to its own, distance -2."
from course_lib.viz.pictures import perceptron

perceptron.normal()

# %% [markdown]
# How far is a point from the line? Walk from the point straight to the line, along the unit normal: the score
# falls by the length of the normal $\lVert w\rVert = \sqrt{a^2+b^2}$ for every unit of distance. So the **signed
# distance** is
#
# $$\text{distance} = \frac{\tilde{w}\cdot\tilde{x}}{\lVert w\rVert}, \qquad w = (w_1, \dots, w_d)\ \text{ without the bias.}$$
#
# The bias is left out of the length because it shifts the line and does not turn it. Nothing here depends on
# there being two coordinates: in 3-D the same equation is a plane, in $d$ dimensions a **hyperplane**.

# %%
point = np.array([2.0, 6.0])
length = np.linalg.norm(line[1:])
score = line[0] + point @ line[1:]
print(f"score {score}, length of the normal {length}, signed distance {score / length}")

# %% picture="plane" alt="A tilted grey plane in three dimensions with its unit normal, and two dozen points of two classes, one on each side."
from course_lib.viz.pictures import perceptron

perceptron.plane()

# %% [markdown]
# The same line has many names. Multiply all of $\tilde{w}$ by a number that is not 0 and
# $\tilde{w}\cdot\tilde{x} = 0$ holds for the same points. Before you run on, commit yourself: the point (2,
# 6) lies at the signed distance printed above from the line (-10, 3, 4). Multiply all three weights by
# **-2**. What is the signed distance of the same point now?

# %% solve="predict_rescale" difficulty=2 importance=3 minutes=2
# a number, with its sign
### BEGIN SOLUTION
distance_guess = -4
### END SOLUTION

# %% predict="predict_rescale" points=1
with check("predict_rescale") as expect:
    expect("signed distance after all weights were multiplied by -2", distance_guess)

# %%
for factor in (1, 2, -2):
    w = factor * line
    score, length = w[0] + point @ w[1:], np.linalg.norm(w[1:])
    print(f"w = {w}: score {score:+.0f}, signed distance {score / length:+.0f}")

# %% [markdown]
# A positive factor changes the score and not the distance; a negative one swaps the sides, because it turns
# the normal round. Weights with $\lVert w\rVert = 1$ are called **normalised**: for them score and distance
# are the same number.

# %% [markdown] task="signed_distance" title="Signed distance in any dimension"
# Write `signed_distance(w, x, normalised=True)`.
#
# `w` has shape `(d + 1,)`, bias first; `x` has shape `(n, d)`, points **without** the 1 in front. Return the
# `(n,)` signed distances from the hyperplane, in any dimension d. With `normalised=False` return the bare
# scores $\tilde{w}\cdot\tilde{x}$ instead. The length of the normal does not count the bias. Change neither
# `w` nor `x`.
#
# Example: for `w = np.array([-2., 0., 2.])` and `x = np.array([[9., 4.]])` the distance is `[3.]`, the score
# `[6.]`.


# %% solve="signed_distance" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.perceptron.signed_distance"
def signed_distance(w, x, normalised=True):
    """Signed distances (n,) of points x (n, d) from the hyperplane w (d + 1,), or scores."""
    ### BEGIN SOLUTION
    score = w[0] + x @ w[1:]
    if not normalised:
        return score
    return score / np.linalg.norm(w[1:])
    ### END SOLUTION


# %% [markdown] hint="signed_distance"
# Compute the scores of all points first; distance and score differ by one factor, the same for all points.

# %% [markdown] hint="signed_distance"
# `w[0]` is the bias, `w[1:]` the normal. `x @ w[1:]` gives one number per point. For `w = [-2, 0, 2]` the
# normal is `[0, 2]`, of length 2: the point (9, 4) has the score -2 + 0·9 + 2·4 and half of that as distance.

# %% [markdown] hint="signed_distance"
# ```python
# score = w[0] + x @ ...
# if not normalised:
#     return ...
# return score / np.linalg.norm(...)
# ```

# %% check="signed_distance" points=6
with check("signed_distance") as expect:
    w = np.array([3.0, 2.0, -1.0, 2.0])
    square = np.array([[1.0, 4.0, 2.0], [-3.0, 0.5, 1.0], [0.0, 3.0, 0.0]])
    expect("three points in space", signed_distance(w, square))
    expect.unchanged("w afterwards", w)
    expect("the bare scores", signed_distance(w, square, normalised=False))
    line, single = np.array([-10.0, 3.0, 4.0]), np.array([[1.0, 0.5]])
    expect("a single point in the plane", signed_distance(line, single))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10102)
    for n, d in [(4, 4), (1, 1), (6, 2), (3, 5)]:
        w, points = 2 * draw.normal(size=d + 1), draw.normal(size=(n, d))
        expect(f"{n} points in {d} dimensions", signed_distance(w, points))
        expect.unchanged("w afterwards", w)
        expect(f"{n} scores in {d} dimensions", signed_distance(w, points, normalised=False))
    expect("every other point", signed_distance(w, draw.normal(size=(8, 5))[::2]))
    ### END HIDDEN TESTS

# %% [markdown]
# A side is a decision. Say +1 where the score is positive and -1 where it is negative; some texts say 1 and 0
# for the same two answers, and each suits some formulas better:
#
# - labels $t \in \{-1, +1\}$: "right" is $t\,(\tilde{w}\cdot\tilde{x}) > 0$, and we use them for learning;
# - labels $t \in \{0, 1\}$: the outputs of McCulloch and Pitts, and we use them for logic.
#
# On the line itself the score is 0 and the neuron must still answer. Our rule follows "reaches the
# threshold": **at exactly 0 it answers 1.**

# %% [markdown] task="predict" title="From scores to labels"
# Write `predict(w, x, low=-1)`: the neuron's answers for `x` of shape `(n, d)`, points without the 1 in
# front, and `w` of shape `(d + 1,)`, bias first.
#
# Return an **integer** array `(n,)`: 1 where the score $\tilde{w}\cdot\tilde{x}$ is at least 0, so also at
# exactly 0, and `low` elsewhere. `low` is -1 or 0.
#
# Example: with `w = np.array([-2., 1.])` the points `[[1.], [2.], [3.]]` get `[-1, 1, 1]`, or `[0, 1, 1]`
# with `low=0`.


# %% solve="predict" difficulty=1 importance=5 minutes=6 forbid="course_lib.topics.perceptron.predict course_lib.topics.perceptron.fire"
def predict(w, x, low=-1):
    """Labels (n,), integers 1 or `low`, for points x (n, d) and weights w (d + 1,)."""
    ### BEGIN SOLUTION
    score = w[0] + x @ w[1:]
    return np.where(score >= 0, 1, low)
    ### END SOLUTION


# %% [markdown] hint="predict"
# Only the sign of the score matters here, so there is nothing to normalise. What should happen at exactly 0?

# %% [markdown] hint="predict"
# `np.where(condition, a, b)` takes `a` where the condition holds and `b` elsewhere. `np.sign` will not do: it
# knows three answers. Try `np.sign(np.array([-3., 0., 5.]))`.

# %% [markdown] hint="predict"
# ```python
# score = w[0] + ...
# return np.where(score ..., 1, low)
# ```

# %% check="predict" points=4
with check("predict") as expect:
    w = np.array([-4.0, 1.0, 2.0])
    on_and_off = np.array([[2.0, 1.0], [1.0, 1.0], [0.0, 3.0], [4.0, 0.0], [6.0, 1.0]])
    expect("two of five points on the line", predict(w, on_and_off))
    expect("answers 0 and 1", predict(w, on_and_off, low=0))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10103)
    w, grid = np.array([2.0, -1.0, 1.0]), draw.integers(-2, 3, size=(30, 2)).astype(float)
    expect("points of a grid, low=-1", predict(w, grid))
    expect("points of a grid, low=0", predict(w, grid, low=0))
    for low, d in [(-1, 3), (0, 3), (-1, 1), (0, 6)]:
        w, points = draw.normal(size=d + 1), draw.normal(size=(12, d))
        expect(f"{d} inputs, low={low}", predict(w, points, low=low))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Explore: turn the line yourself
#
# The three sliders turn the line, shift it, and stretch its normal. Watch the rings (misclassified points),
# the grey distances, and the table: which of its rows change when you only stretch the normal?
#
# "one update" and "one epoch" are what section 3 is about: come back and press them then.

# %%
rng = np.random.default_rng(6)
# planted: a line known to separate them
cloud_x, cloud_t, planted = data.two_clouds(40, margin=0.25, offset=1.0, rng=rng)
line_explorer(cloud_x, cloud_t, angle=0, offset=0.5)

# %% picture="explorer" alt="Three settings of the explorer. Left: a vertical line with many ringed points. Middle: turned to 60 degrees, few rings. Right: turned and shifted, no ring."
from course_lib.viz.pictures import perceptron

perceptron.three_lines()

# %% [markdown]
# ## 3. Learning from mistakes
#
# Which line should the machine choose? One with few errors. But the *number* of errors is a bad guide for
# learning: turn the line a little and it mostly does not change, then it jumps. It never says which way is
# better.
#
# Rosenblatt's way out: look at the misclassified points only, and ask *how far* each is on the wrong side. A
# sample counts as **misclassified** when $t\,(\tilde{w}\cdot\tilde{x}) \le 0$: a point exactly on the line is
# not yet on its right side. The **perceptron criterion** adds up their scores, each term counted positive:
#
# $$E(\tilde{w}) = -\sum_{\text{misclassified}} (\tilde{w}\cdot\tilde{x})\,t .$$
#
# It is never negative, and 0 only when no point lies beyond the line (or when all weights are 0, which is no
# line at all). Here are both measures for a line at distance 1 from the origin, while its normal turns once:

# %%
turned = np.deg2rad(np.arange(-180, 181))
cloud_x1 = np.column_stack([np.ones(len(cloud_x)), cloud_x])
scores = cloud_x1 @ np.array([-np.ones(361), np.cos(turned), np.sin(turned)])
right = cloud_t[:, None] * scores
errors = np.sum(right <= 0, axis=0)
losses = -np.sum(np.minimum(right, 0), axis=0)

# %%
left, right_ax = style.row(2, size=(3.9, 2.9))
for ax, curve, title in ((left, errors, "Errors: steps"), (right_ax, losses, "Criterion: slopes")):
    style.axes(ax, title=title, xlabel="angle of the normal (degrees)")
    ax.plot(np.rad2deg(turned), curve, color=style.BLUE)
left.set_ylabel("misclassified")
right_ax.set_ylabel("E")
plt.show()

# %% [markdown]
# The slopes are what learning needs. As long as the same points are misclassified, $E$ is linear in
# $\tilde{w}$, and its gradient (the vector of its slopes along each weight) is
#
# $$\nabla E = -\sum_{\text{misclassified}} t\,\tilde{x} .$$

# %% [markdown] task="criterion" title="The perceptron criterion and its gradient"
# Write `criterion(w, x1, t)`: return the pair `(E, gradient)`.
#
# `w` is $\tilde{w}$, shape `(d + 1,)`; `x1` holds the inputs **with** the 1 in front, shape `(n, d + 1)`; `t`
# holds -1 and +1, shape `(n,)`. Misclassified means $t\,(\tilde{w}\cdot\tilde{x}) \le 0$. Sum, do not
# average. `E` is a number, the gradient has shape `(d + 1,)`; with nothing misclassified they are 0 and
# zeros. Change no input.
#
# Example: `w = [1, 2]`, `x1 = [[1, 3], [1, -4]]`, `t = [-1, 1]`. The scores are 7 and -7, both wrong: `E` is
# 14, the gradient `[0., 7.]`.


# %% solve="criterion" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.perceptron.criterion"
def criterion(w, x1, t):
    """Perceptron criterion E and its gradient (d + 1,) for inputs x1 (n, d + 1), labels t (n,)."""
    ### BEGIN SOLUTION
    score = x1 @ w
    wrong = t * score <= 0
    loss = -np.sum(t[wrong] * score[wrong])
    gradient = -np.sum(t[wrong, None] * x1[wrong], axis=0)
    return loss, gradient
    ### END SOLUTION


# %% [markdown] hint="criterion"
# Find out who is misclassified first, as an array of truth values. Then both sums run over these samples
# only.

# %% [markdown] hint="criterion"
# In the example `t * score` is `[-7, -7]`: both at most 0. With a truth array `wrong`, `x1[wrong]` are the
# misclassified rows. To multiply each row by its label the labels must be a column: `t[wrong, None]` has
# shape `(m, 1)`.

# %% [markdown] hint="criterion"
# ```python
# score = x1 @ w
# wrong = t * score <= ...
# loss = -np.sum(t[wrong] * ...)
# gradient = -np.sum(t[wrong, None] * ..., axis=0)
# return loss, gradient
# ```

# %% check="criterion" points=8
with check("criterion") as expect:
    w = np.array([1.0, -2.0, 3.0])
    square = np.array([[1.0, 2.0, -1.0], [1.0, 0.5, 2.0], [1.0, 4.0, 1.0]])
    expect("three samples, two of them wrong", criterion(w, square, np.array([1, -1, -1])))
    expect("nothing wrong", criterion(w, square, np.array([-1, 1, -1])))
    touching = np.array([[1.0, 2.0, 1.0], [1.0, -1.0, -1.0], [1.0, 0.0, 2.0], [1.0, 3.0, 0.0]])
    expect("two samples on the line", criterion(w, touching, np.array([1, -1, 1, 1])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10104)
    for n, d in [(15, 3), (6, 2), (9, 5), (4, 1)]:
        w, t = draw.normal(size=d + 1), draw.choice([-1, 1], size=n)
        x1 = np.column_stack([np.ones(n), 2 * draw.normal(size=(n, d))])
        expect(f"{n} samples of {d} numbers", criterion(w, x1, t))
    corners = np.column_stack([np.ones(12), draw.integers(-2, 3, size=(12, 2))])
    expect("corners of a grid", criterion(np.array([0.0, 1.0, -1.0]), corners, draw.choice([-1, 1], size=12)))
    expect("all weights 0", criterion(np.zeros(3), corners, draw.choice([-1, 1], size=12)))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Why only the misclassified?
#
# You will find the criterion written as a sum over **all** samples; one of the lectures behind this course
# has it so. What is lost? That sum is linear in $\tilde{w}$ everywhere:
#
# $$E_\text{all}(\tilde{w}) = -\sum_{\text{all}} (\tilde{w}\cdot\tilde{x})\,t = -\,\tilde{w}\cdot v, \qquad v = \sum_\text{all} t\,\tilde{x} .$$
#
# A linear function has no minimum. Take any $\tilde{w}$ with a negative $E_\text{all}$, stretch it, and the
# sum falls without end, while the line stays exactly where it is:

# %%
for factor in (1, 10, 100, 1000):
    right = cloud_t * (cloud_x1 @ (factor * planted))
    over_all, over_wrong = -right.sum(), np.maximum(-right, 0).sum()
    print(f"stretched {factor:4d} times: over all {over_all:9.1f}, over the misclassified {over_wrong}")

# %% picture="unbounded" alt="Both sums along the stretch of one line. Over all samples a straight line that falls without end; over the misclassified samples a line that rises from 0."
from course_lib.viz.pictures import perceptron

perceptron.unbounded()

# %% [markdown]
# Fixing the length of $\tilde{w}$ does not save it. Among all weights of length 1 the sum is smallest in the
# direction of $v$, and that direction is set by *all* points, mostly by far ones that were right all along.
# It need not separate anything:

# %%
v = cloud_t @ cloud_x1
for name, w in (("the direction v", v), ("the planted line", planted)):
    right = cloud_t * (cloud_x1 @ w) / np.linalg.norm(w)
    print(f"{name}: sum {-right.sum():.1f}, misclassified {np.sum(right <= 0)} of {len(right)}")

# %% [markdown]
# The lower sum has the worse line. ($v$ is not useless: "add $t\,\tilde{x}$ for every example" is Hebb's rule
# as a formula. The perceptron's progress over it is to learn *only from mistakes*.)
#
# ### The update
#
# To make $E$ smaller, step against its gradient. Rosenblatt did not even wait for the sum: he took one sample
# after the other, and at each misclassified one, at once,
#
# $$\tilde{w} \leftarrow \tilde{w} + \eta\, t\,\tilde{x} .$$
#
# $\eta$ (eta) is the **learning rate**. One pass over all samples is an **epoch**. Rosenblatt's machine, the
# Mark I, did this with motors: each weight was a resistor with a knob, and a mistake made the motors turn the
# knobs. What does one update do to the sample it was made for?

# %%
w = np.array([0.0, 1.0, -1.0])
sample, label = np.array([1.0, 1.0, 2.0]), 1
print("t · score before:", label * (w @ sample))
w = w + 1.0 * label * sample
print("t · score after: ", label * (w @ sample), " gained:", sample @ sample)

# %% [markdown]
# It always gains $\eta\,\lVert\tilde{x}\rVert^2$: the sample moves towards its right side. Others may get
# worse, so it is not obvious that this ever ends. Write it and see.

# %% [markdown] task="epoch" title="One epoch of the update"
# Write `epoch(w, x1, t, eta=1.0)`: go once through the samples in the order of the rows. At each one that the
# weights **as they are then** misclassify, $t\,(\tilde{w}\cdot\tilde{x}) \le 0$, set
# $\tilde{w} \leftarrow \tilde{w} + \eta\,t\,\tilde{x}$ before you look at the next.
#
# `w` holds `(d + 1,)` floats, `x1` is `(n, d + 1)` with the 1 in front, `t` holds -1 and +1. Return the pair
# `(new weights, number of updates)`, the weights as a **new** array: `w` must keep its values.
#
# Example: `w = [0., 0.]`, `x1 = [[1, 2], [1, 3]]`, `t = [1, -1]`, `eta=0.5`. The first sample makes the weights
# `[0.5, 1.]`, the second `[0., -0.5]`: 2 updates.


# %% solve="epoch" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.perceptron.epoch course_lib.topics.perceptron.train"
def epoch(w, x1, t, eta=1.0):
    """One pass of the perceptron's update: new weights (d + 1,), number of updates."""
    ### BEGIN SOLUTION
    w = w.copy()
    updates = 0
    for sample, label in zip(x1, t, strict=True):
        if label * (w @ sample) <= 0:
            w += eta * label * sample
            updates += 1
    return w, updates
    ### END SOLUTION


# %% [markdown] hint="epoch"
# A loop over the samples, with an `if`. The next sample must see the weights that the last update made.

# %% [markdown] hint="epoch"
# In the example the first score is 0, so it counts as wrong: `w` becomes `[0, 0] + 0.5 · 1 · [1, 2]`. The
# second score is then 0.5 + 3 = 3.5 with the label -1: wrong again. `w += ...` writes into the caller's
# array; start from `w.copy()`.

# %% [markdown] hint="epoch"
# ```python
# w = w.copy()
# updates = 0
# for sample, label in zip(x1, t):
#     if ... <= 0:
#         w += ...
#         updates += 1
# return w, updates
# ```

# %% check="epoch" points=8
with check("epoch") as expect:
    start = np.array([0.5, -1.0, 2.0])
    square = np.array([[1.0, -1.0, 1.0], [1.0, 2.5, -4.0], [1.0, 1.0, -3.5]])
    labels = np.array([1, -1, 1])
    w = start
    for number in (1, 2, 3, 4, 5):
        w, updates = epoch(w, square, labels, eta=0.5)
        expect(f"epoch {number}", (w, updates))
    expect("the weights it started from", start)
    expect("from zeros, eta left out", epoch(np.zeros(3), square, labels))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10105)
    for n, d, eta in [(7, 2, 1.0), (12, 3, 0.3), (5, 1, 2.5)]:
        x1 = np.column_stack([np.ones(n), 2 * draw.normal(size=(n, d))])
        t, first = draw.choice([-1, 1], size=n), draw.normal(size=d + 1)
        w = first
        for number in range(1, 5):
            w, updates = epoch(w, x1, t, eta=eta)
            expect(f"{n} samples, eta {eta}, epoch {number}", (w, updates))
        expect.unchanged(f"{n} samples, the start afterwards", first)
        expect(f"{n} samples from zeros", epoch(np.zeros(d + 1), x1, t, eta=eta))
    grid = np.column_stack([np.ones(15), draw.integers(-2, 3, size=(15, 2))])
    expect("points of a grid", epoch(np.array([0.0, 1.0, 1.0]), grid, draw.choice([-1, 1], size=15)))
    ### END HIDDEN TESTS

# %% [markdown]
# Now let it learn. From here on cells that need your answer take it when its check passes, and the library's
# otherwise.

# %%
one_epoch = yours("epoch", else_=perceptron.epoch)


def learn(eta, epochs=100):
    w, history = np.zeros(3), []
    for _ in range(epochs):
        w, updates = one_epoch(w, cloud_x1, cloud_t, eta)
        history.append(updates)
        if updates == 0:
            break
    return w, history


# %%
w, history = learn(eta=1.0)
print("updates in each epoch:", history, " in all:", sum(history))
print("weights:", w)

# %% picture="learning" alt="Six snapshots of the line after 1, 2, 5, 6, 9 and all updates of the perceptron: it swings first widely, then less, until no point is ringed."
from course_lib.viz.pictures import perceptron

perceptron.learning()

# %% [markdown]
# The last epoch is free of updates: the line separates the classes, and from now on it never moves again.
#
# Before you run on: the run above used $\eta = 1$ and started from $\tilde{w} = 0$. How many updates **in
# all** will it make with $\eta = 10$, on the same samples in the same order?

# %% solve="predict_eta" difficulty=3 importance=3 minutes=2
# a whole number
### BEGIN SOLUTION
updates_guess = 12
### END SOLUTION

# %% predict="predict_eta" points=1
with check("predict_eta") as expect:
    expect("updates in all, with eta = 10", updates_guess)

# %%
for eta in (0.1, 1.0, 10.0):
    w, history = learn(eta)
    print(f"eta = {eta:4}: {sum(history)} updates in all, weights / eta = {w / eta}")

# %% [markdown]
# From a start at 0 every weight is $\eta$ times a sum of samples. $\eta$ stretches $\tilde{w}$, and
# stretching moves no line, so the perceptron makes the very same mistakes. (Starting elsewhere it would not.
# And for the networks of later lessons the learning rate is the first thing to get right.)
#
# ### It ends, and we can say when
#
# Albert Novikoff proved in 1962: if *some* weights $\tilde{w}^*$ separate the samples, the perceptron stops.
# Its **margin** says how well they do so, the **radius** how large the samples are, both measured with the 1
# and the bias included:
#
# $$\gamma = \min_i \frac{t_i\,(\tilde{w}^*\cdot\tilde{x}_i)}{\lVert\tilde{w}^*\rVert}, \qquad R = \max_i \lVert\tilde{x}_i\rVert, \qquad \text{updates} \le \left(\frac{R}{\gamma}\right)^2 .$$
#
# The proof is two lines about the weights after $k$ updates with $\eta=1$, started at 0:
#
# - Each update adds at least $\gamma$ to the part of $\tilde{w}$ along $\tilde{w}^*/\lVert\tilde{w}^*\rVert$.
#   So $\lVert\tilde{w}\rVert \ge k\gamma$.
# - Each update is made where $t\,\tilde{w}\cdot\tilde{x}\le 0$, so it adds at most $R^2$ to
#   $\lVert\tilde{w}\rVert^2$. So $\lVert\tilde{w}\rVert \le \sqrt{k}\,R$.
#
# Together $k\gamma \le \sqrt{k}\,R$, hence $k \le (R/\gamma)^2$. Neither the number of samples nor the
# dimension occurs in it. (This $\gamma$ divides by the length of *all* of $\tilde{w}^*$; the distance of
# section 2 leaves the bias out. The proof runs in the space of $\tilde{x}$, where the bias is a weight like
# the others.)

# %% [markdown] task="mistake_bound" title="Margin, bound, and mistakes counted"
# Two functions. `w` is $\tilde{w}$, `x1` has the 1 in front, `t` holds -1 and +1, as in the formulas above. As
# before, misclassified is $t\,(\tilde{w}\cdot\tilde{x}) \le 0$, and an epoch takes the rows in their order.
#
# - `mistake_bound(w, x1, t)` returns the three numbers `(gamma, R, bound)`. When `w` does not separate the
#   samples (`gamma <= 0`) there is no bound: return `np.inf` in its place.
# - `count_mistakes(x1, t, max_epochs)` starts at zeros with $\eta = 1$ and runs epochs until one has no update,
#   at most `max_epochs`. It returns the number of updates in all epochs together.
#
# Example: `w = [0., 2.]`, `x1 = [[1., 0.75], [1., -1.]]`, `t = [1, -1]` give gamma 0.75, R = √2, the bound
# 2/0.5625; counted: 2.


# %% solve="mistake_bound" difficulty=3 importance=3 minutes=20 forbid="course_lib.topics.perceptron.mistake_bound course_lib.topics.perceptron.train course_lib.topics.perceptron.epoch"
def mistake_bound(w, x1, t):
    """gamma, R and (R / gamma)**2, which is inf where w does not separate."""
    ### BEGIN SOLUTION
    gamma = np.min(t * (x1 @ w)) / np.linalg.norm(w)
    radius = np.max(np.linalg.norm(x1, axis=1))
    return gamma, radius, (radius / gamma) ** 2 if gamma > 0 else np.inf
    ### END SOLUTION


def count_mistakes(x1, t, max_epochs):
    """Updates in all, from zeros with eta = 1, until an epoch is free of them."""
    ### BEGIN SOLUTION
    w, mistakes = np.zeros(x1.shape[1]), 0
    for _ in range(max_epochs):
        before = mistakes
        for sample, label in zip(x1, t, strict=True):
            if label * (w @ sample) <= 0:
                w += label * sample
                mistakes += 1
        if mistakes == before:
            break
    return mistakes
    ### END SOLUTION


# %% [markdown] hint="mistake_bound"
# The margin belongs to the *worst* sample, the radius to the *largest*. Counting is your `epoch` again,
# repeated, with a running total and an early end.

# %% [markdown] hint="mistake_bound"
# In the example `t * (x1 @ w)` is `[1.5, 2]`, its minimum 1.5, and `w` has the length 2. The rows of `x1`
# have the lengths √1.5625 and √2. For the length of every row: `np.linalg.norm(x1, axis=1)`. In Python
# `a if condition else b` chooses one of two values.

# %% [markdown] hint="mistake_bound"
# ```python
# gamma = np.min(...) / np.linalg.norm(...)
# radius = np.max(np.linalg.norm(x1, axis=1))
# return gamma, radius, ... if gamma > 0 else np.inf
# ```
# ```python
# for _ in range(max_epochs):
#     before = mistakes
#     ...                        # one epoch; mistakes += 1 at each update
#     if mistakes == before:
#         break
# ```

# %% check="mistake_bound-margin" points=4
with check("mistake_bound-margin") as expect:
    square = np.array([[1.0, 2.0, -1.0], [1.0, -3.0, 0.5], [1.0, 1.0, 4.0]])
    w = np.array([0.5, 1.0, 0.25])
    expect("three samples, separated", mistake_bound(w, square, np.array([1, -1, 1])))
    expect("three samples, one wrong", mistake_bound(w, square, np.array([1, -1, -1])))
    on_the_line = np.array([[1.0, -0.5, 0.0], [1.0, 2.0, 2.0]])
    expect("one sample on the line", mistake_bound(w, on_the_line, np.array([1, 1])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10106)
    for n, d in [(8, 2), (5, 4), (20, 3), (3, 1)]:
        w = 2 * draw.normal(size=d + 1)
        x1 = np.column_stack([np.ones(n), 3 * draw.normal(size=(n, d))])
        t = np.where(x1 @ w > 0, 1, -1)
        expect(f"{n} samples of {d} numbers", mistake_bound(w, x1, t))
        t[draw.integers(n)] *= -1
        expect(f"{n} samples, one label turned", mistake_bound(w, x1, t))
    ### END HIDDEN TESTS

# %% check="mistake_bound-count" points=4
with check("mistake_bound-count") as expect:
    square = np.array([[1.0, 2.0, -1.0], [1.0, -3.0, 0.5], [1.0, 1.0, 4.0]])
    labels = np.array([1, -1, -1])
    expect("three samples, stopped after one epoch", count_mistakes(square, labels, 1))
    expect("the same, until no mistake is left", count_mistakes(square, labels, 100))
    apart = np.array([[1.0, 0.0], [1.0, 0.5], [1.0, 1.0]])
    expect("no line can do it, 7 epochs", count_mistakes(apart, np.array([1, -1, 1]), 7))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10107)
    for n, d in [(10, 2), (25, 3), (6, 1), (30, 2)]:
        w = draw.normal(size=d + 1)
        x1 = np.column_stack([np.ones(n), 2 * draw.normal(size=(n, d))])
        expect(f"{n} samples, random labels", count_mistakes(x1, draw.choice([-1, 1], size=n), 5))
        expect(f"{n} samples of {d} numbers", count_mistakes(x1, np.where(x1 @ w > 0, 1, -1), 60))
    grid = np.column_stack([np.ones(12), draw.integers(-2, 3, size=(12, 2))])
    expect("points of a grid", count_mistakes(grid, draw.choice([-1, 1], size=12), 4))
    ### END HIDDEN TESTS

# %%
bound_of = yours("mistake_bound", else_=perceptron.mistake_bound)
gamma, radius, bound = bound_of(planted, cloud_x1, cloud_t)
print(f"gamma {gamma:.3f}, R {radius:.2f}: at most {bound:.0f} updates")
print(f"it made {sum(learn(1.0)[1])}")

# %% [markdown]
# ### Practice run: mistakes against margin
#
# The bound is far above what happened. Is it always? Draw thousands of separable sets, narrow and wide
# margins, few and many dimensions, count the mistakes of each and plot them under Novikoff's line. Before it
# is done, decide for yourself: will the points form a line parallel to the bound, or flatten out?

# %% practice="margins"
SETS = 3000  # for each dimension; set it to 20000 for a smoother picture (minutes)
rng = np.random.default_rng(1962)
runs = []
for dim in tqdm((2, 10, 50), desc="dimensions"):
    for _ in tqdm(range(SETS), desc=f"{dim}-D", leave=False):
        x, t, w = data.two_clouds(60, margin=10 ** rng.uniform(-2, 0), dim=dim, rng=rng)
        x1_set = perceptron.augment(x)
        bound = perceptron.mistake_bound(w, x1_set, t)[2]
        runs.append((dim, bound, perceptron.train(x1_set, t)[1]))
runs = np.array(runs)

# %% practice="margins_worst"
worst = []
for n in (4, 16, 64, 256):
    axes_only, t = np.eye(n), rng.choice([-1, 1], size=n)
    mistakes = perceptron.train(axes_only, t)[1]
    worst.append((perceptron.mistake_bound(t.astype(float), axes_only, t)[2], mistakes))
print("bound and mistakes, every sample an axis of its own:", np.round(worst, 6).tolist())

# %% practice="margins_plot"
ax = style.axes(size=(6.2, 4.2), title="No set breaks the bound; only odd ones reach it")
for i, dim in enumerate((2, 10, 50)):
    bound, mistakes = runs[runs[:, 0] == dim, 1:].T
    ax.loglog(bound, mistakes, style.MARKERS[i], c=style.COLORS[i], ms=3, alpha=0.4, label=f"{dim}-D")
ax.loglog(*np.transpose(worst), "k*", ms=11, label="every sample its own axis")
ax.loglog([1, 1e6], [1, 1e6], "--", color=style.GREY, label="bound")
ax.set(xlabel="bound (R / γ)²", ylabel="mistakes counted", xlim=(1, 1e6), ylim=(1, 1e4))
ax.legend(frameon=False)
plt.show()
print(f"sets that break the bound: {np.sum(runs[:, 2] > runs[:, 1])} of {len(runs)}")

# %% [markdown]
# A narrower margin makes learning harder, but random sets are kind: their mistakes grow much more slowly than
# the bound. The bound cannot be lowered all the same: the black stars meet it exactly. There every sample
# lies on an axis of its own, so nothing learned from one helps with another.

# %% [markdown]
# ## 4. When no line fits
#
# All this needs a line that separates. Real classes overlap, and then the perceptron never rests: there is
# always a mistake to learn from, and each lesson undoes another.

# %%
rng = np.random.default_rng(2)
mixed_x, mixed_t, _ = data.two_clouds(60, margin=-0.1, offset=0.5, rng=rng)
mixed_x1 = perceptron.augment(mixed_x)
w, errors_after = np.zeros(3), []
for _ in range(40):
    w, _ = one_epoch(w, mixed_x1, mixed_t)
    errors_after.append(int(np.sum(mixed_t * (mixed_x1 @ w) <= 0)))
print("errors after each of the first epochs:", errors_after[:12])
print("fewest after any epoch:", min(errors_after), " after the last:", errors_after[-1])

# %% [markdown]
# Two ways out. The first: let it run, and keep the best line seen so far **in your pocket** (Stephen Gallant,
# 1990). It helps to shuffle the samples before each epoch, so that no order of mistakes repeats for ever.
#
# Here is a program for it that somebody wrote late at night. It runs without an error message, and it is
# wrong.

# %% [markdown] task="pocket" title="Find the bug: the pocket that does not keep"
# `pocket(x1, t, epochs, rng)` should start at zeros with $\eta = 1$. Each epoch draws one order of the rows **as they
# came in**, `rng.permutation(len(t))`, and makes a perceptron epoch in that order (misclassified:
# $t\,(\tilde{w}\cdot\tilde{x}) \le 0$). Then the errors on all samples are counted; if they are **fewer** than ever
# before, the weights go into the pocket. Before the first epoch it holds the zeros and `len(t)` errors. At the end
# the function returns `(pocketed weights, their errors)`.
#
# The program below has **two** bugs; each alone spoils it. Repair both, keep the single draw per epoch.
# Example of what it does wrong: with 3 samples it can return weights that make 2 errors and say it was 1.


# %% solve="pocket" difficulty=3 importance=4 minutes=20 bug=true forbid="course_lib.topics.perceptron.pocket course_lib.topics.perceptron.epoch course_lib.topics.perceptron.train"
def pocket(x1, t, epochs, rng):
    """The best weights after any epoch of the shuffled perceptron, and how many errors they make."""
    ### BEGIN SOLUTION
    w = np.zeros(x1.shape[1])
    best, fewest = w.copy(), len(t)
    for _ in range(epochs):
        order = rng.permutation(len(t))
        for sample, label in zip(x1[order], t[order], strict=True):
            if label * (w @ sample) <= 0:
                w += label * sample
        errors = np.sum(t * (x1 @ w) <= 0)
        if errors < fewest:
            best, fewest = w.copy(), errors
    return best, fewest
    ### END SOLUTION


# %% given="pocket"
def pocket(x1, t, epochs, rng):
    """The best weights after any epoch of the shuffled perceptron, and how many errors they make."""
    w = np.zeros(x1.shape[1])
    best, fewest = w, len(t)
    for _ in range(epochs):
        order = rng.permutation(len(t))
        for sample, label in zip(x1[order], t, strict=True):
            if label * (w @ sample) <= 0:
                w += label * sample
        errors = np.sum(t * (x1 @ w) <= 0)
        if errors < fewest:
            best, fewest = w, errors
    return best, fewest


# %% [markdown] hint="pocket"
# Ask two questions of the program. Does every sample still meet its own label? And what happens to the pocket
# when `w` changes after something was put in?

# %% [markdown] hint="pocket"
# A small case for the second question: `a = np.zeros(2)`, `b = a`, `a += 1`. What is `b` now? For the first:
# print `np.column_stack([x1[order], t])` for three samples you can recognise.

# %% [markdown] hint="pocket"
# ```python
# for sample, label in zip(x1[order], t[...]):
# ...
# best, fewest = w.copy(), ...
# ```
# The pocket is filled in two places.

# %% check="pocket" points=8
with check("pocket") as expect:
    points = np.array([[2.0, -1.0], [-3.0, 1.0], [1.0, 4.0], [0.0, 2.0], [-2.0, -2.0], [3.0, 0.0]])
    inputs, labels = perceptron.augment(points), np.array([1, -1, -1, 1, 1, -1])
    for epochs, seed in ((6, 3), (1, 3), (2, 3), (3, 6)):
        kept = pocket(inputs, labels, epochs, np.random.default_rng(seed))
        expect(f"six samples, {epochs} epochs", kept)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10108)
    for n, d in [(12, 2), (20, 3), (7, 2)]:
        x1 = np.column_stack([np.ones(n), 2 * draw.normal(size=(n, d))])
        t = np.where(x1 @ draw.normal(size=d + 1) + draw.normal(size=n) > 0, 1, -1)
        for epochs in (9, 0, 1, 2, 3, 20):
            expect(f"{n} samples, {epochs} epochs", pocket(x1, t, epochs, np.random.default_rng(10112)))
    for n in (7, 9, 11):
        grid = np.column_stack([np.ones(n), draw.integers(-2, 3, size=(n, 2))])
        for epochs in (1, 2, 3, 4):
            kept = pocket(grid, draw.choice([-1, 1], size=n), epochs, np.random.default_rng(10113))
            expect(f"{n} points of a grid, {epochs} epochs", kept)
    ### END HIDDEN TESTS

# %%
keep_best = yours("pocket", else_=perceptron.pocket)
best, fewest = keep_best(mixed_x1, mixed_t, epochs=40, rng=np.random.default_rng(1))
print(f"in the pocket after 40 epochs: weights {best} with {fewest} errors")

# %% [markdown]
# ### The delta rule
#
# The second way out changes the goal. In 1960 Bernard Widrow and Marcian Hoff let the neuron learn from its
# score *before* the threshold, $y = \tilde{w}\cdot\tilde{x}$, and asked it to come near the label. Every
# sample teaches, in proportion to its error $t - y$ (Greek delta for difference):
#
# $$\tilde{w} \leftarrow \tilde{w} + \frac{\eta}{m}\,(t - y)\,\tilde{x}, \qquad m = \text{number of inputs, the constant 1 counted.}$$
#
# Why divide by the number of inputs? One step moves $y$ by $\tfrac{\eta}{m}(t-y)\lVert\tilde{x}\rVert^2$.
# Their machine, ADALINE, had inputs of ±1 only, so $\lVert\tilde{x}\rVert^2 = m$, and the step mends exactly
# the share $\eta$ of the error, however many inputs there are. Many texts leave the division out; then $\eta$
# must shrink as inputs are added.

# %% [markdown] task="delta_step" title="One step of the delta rule"
# Write `delta_step(w, x1, t, eta)` for **one** sample: `w` and `x1` have shape `(m,)`, the 1 in front of `x1`
# and the bias in front of `w`; `t` is a number, the target.
#
# Return the new weights as a new array, by the formula above: the output is $y = \tilde{w}\cdot\tilde{x}$
# without a threshold, the error is $t - y$, and the step is divided by $m$, which counts the constant input.
# Leave `w` as it is.
#
# Example: `w = [0., 1.]`, `x1 = [1., 3.]`, `t = -1`, `eta = 0.5`: y is 3, the error -4, the new weights are
# `[-1., -2.]`.


# %% solve="delta_step" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.perceptron.delta_step"
def delta_step(w, x1, t, eta):
    """Weights (m,) after one Widrow-Hoff step on the sample x1 (m,) with target t."""
    ### BEGIN SOLUTION
    error = t - w @ x1
    return w + eta * error * x1 / len(x1)
    ### END SOLUTION


# %% [markdown] hint="delta_step"
# Output, error, step: three lines, in this order. The output is the bare score.

# %% [markdown] hint="delta_step"
# In the example y = 0·1 + 1·3 and the error is -1 - 3. The step is 0.5 · (-4) · [1, 3] / 2. The sign of the
# error decides the direction by itself; no `if` is needed.

# %% [markdown] hint="delta_step"
# ```python
# error = t - ...
# return w + eta * error * ... / ...
# ```

# %% check="delta_step" points=7
with check("delta_step") as expect:
    samples = np.array([[1.0, 2.0, -1.0], [1.0, -3.0, 0.5], [1.0, 1.0, 4.0]])
    targets = np.array([1, -1, 1])
    start = np.array([0.5, -1.0, 2.0])
    w = start
    for number in range(3):
        w = delta_step(w, samples[number], targets[number], 0.3)
        expect(f"after step {number + 1}", w)
    expect("the weights it started from", start)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10109)
    for d, eta in [(4, 0.35), (1, 0.7), (9, 1.0)]:
        w = first = draw.normal(size=d + 1)
        for number in range(4):
            w = delta_step(w, np.append(1.0, 2 * draw.normal(size=d)), draw.normal(), eta)
            expect(f"{d} inputs, eta {eta}, step {number + 1}", w)
        expect.unchanged(f"{d} inputs, the start afterwards", first)
    signs = np.append(1.0, draw.choice([-1.0, 1.0], size=6))
    expect("inputs of +1 and -1", delta_step(draw.normal(size=7), signs, -1, 1.0))
    ### END HIDDEN TESTS

# %% [markdown]
# Both on the overlapping classes:

# %%
step = yours("delta_step", else_=perceptron.delta_step)
w, delta_errors = np.zeros(3), []
for _ in range(40):
    for sample, label in zip(mixed_x1, mixed_t, strict=True):
        w = step(w, sample, label, 0.1)
    delta_errors.append(np.sum(mixed_t * (mixed_x1 @ w) <= 0))

# %%
epochs, fewest_so_far = range(1, 41), np.minimum.accumulate(errors_after)
ax = style.axes(size=(6.2, 3.4), title="The perceptron never rests, the delta rule settles")
ax.plot(epochs, errors_after, color=style.RED, label="perceptron, after each epoch")
ax.plot(epochs, fewest_so_far, color=style.RED, ls=":", label="perceptron, fewest so far")
ax.plot(epochs, delta_errors, color=style.BLUE, label="delta rule, η = 0.1")
ax.set(xlabel="epoch", ylabel="misclassified", ylim=(0, None))
ax.legend(frameon=False, fontsize="small")
plt.show()

# %% [markdown]
# The delta rule descends a bowl, the squared error $\sum (t-y)^2$, and settles near its bottom. It pays a
# price: it minimises squares, not mistakes, so a point far out on its *right* side still pulls at the line.
# Lesson 02 mends that with a curve in place of the straight $y$, and lesson 06 returns to how large a step
# should be.

# %% [markdown]
# ### An open exercise
#
# Ten measurements, and two classes that a plane parts well. But whoever wrote the labels down got **one in five wrong**,
# at random. So no plane fits what you are told, and a plane that makes few errors on it is not yet the best one. You have
# 400 samples:

# %%
noisy_x, noisy_t, _ = perceptron.mislabelled(400, rng=np.random.default_rng(1017))
print("samples", noisy_x.shape, " labels", np.unique(noisy_t), " deviation of each column", noisy_x.std(axis=0).round(1))

# %% [markdown] task="open_rule" title="A rule from unreliable labels"
# From `noisy_x` `(400, 10)` and `noisy_t` `(400,)`, train one threshold neuron in your cell, as you like: the perceptron,
# the pocket, the delta rule, or something better of your own. In the end define `rule`, an array `(11,)`, bias first.
#
# Its answers are those of `perceptron.predict(rule, x)`, for `x` as it comes, unscaled. Budget: these 11 numbers and 50
# passes over the samples. The judge has 4000 new samples with their **true** labels. You get points for 84 % and for 92 %
# right.
#
# Is your rule better than another? The cell below yours compares with unreliable labels of 4000 more samples. A rule that
# has a share p right agrees with 0.8 p + 0.2 (1 - p) of them: 84 % right look like 70.4 % there, 92 % like 75.2 %, and
# even the perfect rule comes to 80 % only, give or take 0.6 % by chance.


# %% solve="open_rule" difficulty=3 importance=5 minutes=30
### BEGIN SOLUTION
centre, spread = noisy_x.mean(axis=0), noisy_x.std(axis=0)
inputs = perceptron.augment((noisy_x - centre) / spread)
rng, w, total = np.random.default_rng(0), np.zeros(11), np.zeros(11)
for _ in range(20):
    for i in rng.permutation(len(noisy_t)):
        if noisy_t[i] * (w @ inputs[i]) <= 0:
            w = w + noisy_t[i] * inputs[i]
        total += w
mean = total / (20 * len(noisy_t))
rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / spread)
### END SOLUTION

# %% practice="rule_measured"
if "rule" in globals():
    more_x, more_t, _ = perceptron.mislabelled(4000, rng=np.random.default_rng(77))
    agree = np.mean(perceptron.predict(np.asarray(rule), more_x) == more_t)
    print(f"it agrees with {agree:.1%} of 4000 more labels as told: 70.4 % mean about 84 % right, 75.2 % about 92 %")
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] hint="open_rule"
# Two things disturb. Every wrong label throws the perceptron's weights about, so the *last* ones are an accident. And the
# columns have very different units (lesson 00).

# %% [markdown] hint="open_rule"
# The pocket chooses by the labels told, which are wrong themselves. What if you do not choose one of the many weights the
# perceptron went through, but take the mean of them all, after every sample? Or let the delta rule settle, with a small
# step. When you trained on scaled inputs, turn the weights back: $w_j (x_j - \mu_j)/\sigma_j$ has the weight
# $w_j/\sigma_j$ for $x_j$, and the rest goes into the bias.

# %% [markdown] hint="open_rule"
# ```python
# centre, spread = noisy_x.mean(axis=0), ...
# inputs = perceptron.augment((noisy_x - centre) / spread)
# for _ in range(...):
#     for i in rng.permutation(len(noisy_t)):
#         ...                                # an update, where the sample is misclassified
#         total += w                         # after every sample, updated or not
# mean = total / ...
# rule = np.append(mean[0] - mean[1:] @ (centre / spread), mean[1:] / ...)
# ```

# %% held="open_rule" gives="new_x"
import numpy as np

from course_lib.topics import perceptron

rng = np.random.default_rng(10121)
new_x, _, true_labels = perceptron.mislabelled(4000, rng=rng)

# %% check="open_rule" points=3
with check("open_rule") as expect:
    expect("the shape of rule", np.shape(rule))
    expect("finite numbers (how good, the judge measures)", bool(np.all(np.isfinite(rule))))
    ### BEGIN HIDDEN TESTS
    said = perceptron.predict(np.asarray(rule), expect.held("new_x"))
    expect.outcome("84 % of 4000 new samples, measured by the judge", said, truth="true_labels", measure="accuracy", at_least=0.84)
    ### END HIDDEN TESTS

# %% check="open_rule-better" points=2
with check("open_rule-better") as expect:
    expect("the shape of rule (whether 92 % are right, the judge measures)", np.shape(rule))
    ### BEGIN HIDDEN TESTS
    said = perceptron.predict(np.asarray(rule), expect.held("new_x"))
    expect.outcome("92 % of 4000 new samples, measured by the judge", said, truth="true_labels", measure="accuracy", at_least=0.92)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Practice run: real digits
#
# Are things in the world separable by a line? Take the 8x8 digits that come with scikit-learn: an input for every
# pixel, a class for every digit. For each pair of digits let the perceptron run until it makes no mistake, on
# several random halves of the images, and test it on the other half.

# %% practice="digits_load"
from course_lib.data.datasets import digits

LIMIT, SPLITS = 2000, 10  # epochs at most, random halves for each pair
images = digits()
pixels = np.concatenate([images.x_train, images.x_test]).reshape(-1, 64) / 255
digit = np.concatenate([images.t_train, images.t_test])
print(pixels.shape, "pixel values from", pixels.min(), "to", pixels.max())


# %% practice="digits_pair"
def one_pair(a, b, rng):
    """Updates until a is separated from b on one random half, whether it was, errors on the other."""
    own = (digit == a) | (digit == b)
    x1_pair, t = perceptron.augment(pixels[own]), np.where(digit[own] == a, 1, -1)
    train, test = data.split(x1_pair, t, parts=(0.5, 0.5), rng=rng)
    w, updates, separated = perceptron.train(*train, max_epochs=LIMIT)
    return updates, separated, np.mean(test[1] * (test[0] @ w) <= 0)


# %% practice="digits_pairs"
rng = np.random.default_rng(64)
digit_pairs = [(a, b) for a in range(10) for b in range(a)]
outcome = []
for a, b in tqdm(digit_pairs, desc="pairs"):
    outcome.append([one_pair(a, b, rng) for _ in range(SPLITS)])
updates, separated, wrong = np.moveaxis(np.array(outcome), 2, 0)

# %% practice="digits_plot"
left, right_ax = style.row(2, size=(4.4, 3.8))
shown = {"Updates until no mistake": updates, "Errors on the other half (%)": 100 * wrong}
for ax, (title, values) in zip((left, right_ax), shown.items(), strict=True):
    table = np.full((10, 10), np.nan)
    table[tuple(np.transpose(digit_pairs))] = values.mean(axis=1)
    image = style.axes(ax, title=title, xlabel="digit", ylabel="digit").imshow(table, cmap=style.SEQUENTIAL)
    ax.set(xticks=range(10), yticks=range(10))
    ax.figure.colorbar(image, ax=ax, shrink=0.8)
plt.show()

# %% practice="digits_say"
hardest = [digit_pairs[i] for i in np.argsort(-wrong.mean(axis=1))[:3]]
print(f"{separated.all(axis=1).sum()} of {len(digit_pairs)} pairs were separated on every half")
print(f"errors on the other half: {100 * wrong.mean():.2f} % on average")
print("the hardest pairs:", hardest)

# %% [markdown]
# In so many dimensions there is much room for a plane between two clouds. One digit against *all nine others* is
# harder. The pocket shows how near a single plane comes:

# %% practice="digits_rest"
all_x1 = perceptron.augment(pixels)
fewest = {}
for a in tqdm(range(10), desc="one against the rest"):
    t = np.where(digit == a, 1, -1)
    fewest[a] = perceptron.pocket(all_x1, t, epochs=200, rng=np.random.default_rng(a))[1]
print(f"fewest errors of each digit against the rest, of {len(digit)} images: {fewest}")

# %% [markdown]
# ## 5. Neurons as logic
#
# McCulloch and Pitts were after logic: if neurons compute AND, OR and NOT, nets of them compute everything
# that can be written as a formula. One gate is even enough. NAND gives 0 only when *all* its inputs are 1,
# and with it alone:


# %%
def nand(p, q):
    return 1 - p * q


p, q = perceptron.corners(2).T
print("NOT p    ", nand(p, p))
print("p AND q  ", nand(nand(p, q), nand(p, q)))
print("p OR q   ", nand(nand(p, p), nand(q, q)))

# %% [markdown]
# So a net of NAND neurons can be any circuit, a whole computer among them: NAND is **universal**. Now find
# the weights. In this exercise labels are 0 and 1, and a neuron fires (1) when
# $\tilde{w}\cdot\tilde{x} \ge 0$.

# %% [markdown] task="gates" title="Gates from thresholds, XOR from NANDs"
# - `gate_weights(name, k)` returns the weights $\tilde{w}$, shape `(k + 1,)`, bias first, of **one** neuron with k
#   inputs of 0 or 1 that computes `"AND"`, `"OR"` or `"NAND"` of all of them, for every k from 1 up. Many weights
#   are right: the check looks only at what the neuron answers, `perceptron.fire(weights, inputs)`.
# - `xor(p, q, nand)` returns the exclusive or of two arrays, built from calls of `nand(a, b)` **alone**, on `p`,
#   `q` and what `nand` returned. The check also hands in a `nand` whose "true" is not the number 1.
#
# Example: NOT p is `nand(p, p)`. The weights `[-1.5, 1, 1, 1]` make a neuron for "at least two of three".


# %% solve="gates" difficulty=3 importance=4 minutes=20
def gate_weights(name, k):
    """Weights (k + 1,), bias first, of a neuron that computes AND, OR or NAND of k inputs."""
    ### BEGIN SOLUTION
    bias = {"AND": 0.5 - k, "OR": -0.5, "NAND": k - 0.5}[name]
    sign = -1.0 if name == "NAND" else 1.0
    return np.array([bias] + [sign] * k)
    ### END SOLUTION


def xor(p, q, nand):
    """Exclusive or of p and q, by calls of nand(a, b) alone."""
    ### BEGIN SOLUTION
    both = nand(p, q)
    return nand(nand(p, both), nand(both, q))
    ### END SOLUTION


# %% [markdown] hint="gates"
# With weights of 1 the score before the bias counts the ones. Where must the threshold lie for AND, where for
# OR? NAND is AND with every sign turned, but mind the corner that lies exactly on the boundary. For XOR: it
# is "p or q, but not both".

# %% [markdown] hint="gates"
# For k = 3 the count is 0, 1, 2 or 3. AND must tell 3 from 2, OR must tell 1 from 0: put thresholds half way.
# For XOR four NANDs are enough: first `both = nand(p, q)`, which is 0 only at 11. Now tabulate
# `nand(p, both)`.

# %% [markdown] hint="gates"
# ```python
# bias = {"AND": 0.5 - k, "OR": ..., "NAND": ...}[name]
# sign = ...
# return np.array([bias] + [sign] * k)
# ```
# ```python
# both = nand(p, q)
# return nand(nand(p, ...), nand(..., q))
# ```

# %% check="gates-weights" points=4
with check("gates-weights") as expect:
    for name in ("AND", "OR", "NAND"):
        weights = gate_weights(name, 2)
        expect(f"{name} of two", perceptron.fire(weights, perceptron.corners(2)))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10110)
    for k in (4, 3, 5, 1):
        inputs = draw.permutation(perceptron.corners(k))
        for name in ("AND", "OR", "NAND"):
            expect(f"{name} of {k}", perceptron.fire(gate_weights(name, k), inputs))
    ### END HIDDEN TESTS

# %% check="gates-xor" points=4
with check("gates-xor") as expect:
    p, q = perceptron.corners(2).T

    def nand_of_signs(a, b):
        return np.where((a > 0) & (b > 0), -1, 1)

    expect("00 01 10 11", xor(p, q, lambda a, b: 1 - a * b))
    expect("the same with -1 for false", xor(2 * p - 1, 2 * q - 1, nand_of_signs))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(10111)
    for false, true in draw.permutation(20)[:8].reshape(4, 2).tolist():

        def nand_of_codes(a, b, false=false, true=true):
            return np.where((a == true) & (b == true), false, true)

        p, q = draw.choice([false, true], size=(2, 9))
        expect(f"false is {false}, true is {true}", xor(p, q, nand_of_codes))
    ### END HIDDEN TESTS

# %% [markdown]
# ### XOR with one neuron
#
# XOR took four neurons. Could one do it? Before you run on: the four corners 00, 01, 10, 11 have the labels
# 0, 1, 1, 0. How many of the four can the best single line get right?

# %% solve="predict_xor" difficulty=2 importance=3 minutes=2
# a whole number from 0 to 4
### BEGIN SOLUTION
corners_right = 3
### END SOLUTION

# %% predict="predict_xor" points=1
with check("predict_xor") as expect:
    expect("corners that the best line gets right", corners_right)

# %%
corners, labels = perceptron.corners(2), np.array([0, 1, 1, 0])
lines = np.random.default_rng(1969).normal(size=(100_000, 3))
answers = perceptron.augment(corners) @ lines.T >= 0
right_corners = np.sum(answers == labels[:, None], axis=0)
for count in range(5):
    print(f"{count} corners right: {np.mean(right_corners == count):6.1%} of the lines")

# %% [markdown]
# Trying is not proving. Why is it so?

# %% [markdown] question="why_not_xor" points=5 title="Why can no single line do XOR?"
# Show that no weights $\tilde{w} = (b, w_1, w_2)$ make one threshold neuron, which fires when
# $b + w_1 p + w_2 q \ge 0$, answer 0, 1, 1, 0 at the corners 00, 01, 10, 11. Use inequalities or a picture,
# but make it an argument, not an experiment. Then say in one or two sentences what changes when a second
# layer of neurons is allowed.
#
# === BEGIN MARK SCHEME ===
# 2 points: the conditions. 00 and 11 must not fire: b < 0 and b + w1 + w2 < 0. 01 and 10 must fire: b + w2 >=
# 0 and b + w1 >= 0. Or the picture's version: the two corners of a class lie in one half-plane, and so does
# the segment between.
#
# 2 points: the contradiction. Adding the two that fire gives 2b + w1 + w2 >= 0, adding the two that do not
# gives 2b + w1 + w2 < 0. Or: both diagonals of the square pass through (1/2, 1/2), which would have to be on
# both sides. 1 of these 2 when the idea is right but one inequality is strict where it must not be, and the
# answer does not notice.
#
# 1 point: the second layer. The hidden neurons give new coordinates (for example OR and NAND of p and q) in
# which the classes are separable; or: two lines cut out the strip between them, and an AND joins the two
# answers.
#
# No points for "a random search found none" alone.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# Suppose there were such weights. At 00 and 11 the neuron must not fire: $b < 0$ and $b + w_1 + w_2 < 0$. At 01 and
# 10 it must: $b + w_2 \ge 0$ and $b + w_1 \ge 0$. Add the first two: $2b + w_1 + w_2 < 0$. Add the last two:
# $2b + w_1 + w_2 \ge 0$. One number cannot be both, so there are no such weights. (In a picture: both diagonals of
# the square go through its centre, which would have to lie on both sides of the line.)
#
# With a second layer the output neuron no longer sees p and q but the answers of hidden neurons, for example
# $\text{OR}(p, q)$ and $\text{NAND}(p, q)$. In these coordinates one line is enough: the output is the AND of the
# two, which asks for the strip between the two hidden neurons' lines.
# === END MODEL ANSWER ===

# %% [markdown]
# Marvin Minsky and Seymour Papert proved in 1969 much more than this: what a layer of threshold neurons that
# each see only a part of an image can never find out, for instance whether a drawn figure is connected.
#
# Two layers do XOR. The hidden neurons draw two lines, and the output neuron asks for the strip
# between:

# %%
hidden = np.array([[-0.5, 1.0, 1.0], [1.5, -1.0, -1.0]])  # p OR q, p NAND q
both_on = np.array([-1.5, 1.0, 1.0])  # AND


def two_layers(x):
    h = np.column_stack([perceptron.fire(w, x) for w in hidden])
    return perceptron.fire(both_on, h)


print("hidden:", *(perceptron.fire(w, corners) for w in hidden), " output:", two_layers(corners))

# %% picture="xor" alt="Left: the four corners of XOR with two parallel lines; the strip between them is tinted blue and holds the corners 01 and 10. Right: the same corners in the coordinates of the two hidden neurons, where a single line separates them."
from course_lib.viz.pictures import perceptron

perceptron.xor()

# %% [markdown]
# The catch: *we* chose these weights. The perceptron's rule tells an output neuron what it should have said,
# but nobody tells a hidden neuron. And a threshold has no slope: nudge a hidden weight and mostly nothing
# changes. How to pass the blame back through the layers was the open question for years, and lesson 03 is
# about its answer.
#
# ## 6. The story since

# %% picture="timeline" alt="A timeline from 1943 to 2012 with the events of the text and two shaded winters, about 1969 to 1982 and about 1995 to 2006."
from course_lib.viz.pictures import perceptron

perceptron.timeline()

# %% [markdown]
# The promises had been large. In July 1958 the New York Times reported what the Navy, which paid, expected of
# the perceptron: that it would walk, talk, see, write, reproduce itself and know that it exists. After Minsky
# and Papert's book the money went elsewhere; the 1970s were the **first winter** of neural networks. It
# thawed in steps.
#
# - **1982**: John Hopfield built memories from threshold neurons that all feed each other, and gave them an
#   energy that every update lowers. Physicists took notice.
# - **1986**: David Rumelhart, Geoffrey Hinton and Ronald Williams showed that **backpropagation**, found
#   before by others, trains hidden neurons. The threshold had to become a smooth curve; the rest is the chain
#   rule (lesson 03).
#
# Then the **second winter**. Deep networks would not train well, and in 1992 Bernhard Boser, Isabelle Guyon
# and Vladimir Vapnik had a rival, a perceptron that chooses among its lines. The **support vector machine**
# looks for the line of *largest* margin and bends it by a trick that keeps the problem convex: no valley but
# the lowest one, and it is always found.
#
# (Its margin is the distance of section 2, from the line to the nearest sample. The $\gamma$ of your exercise is
# smaller wherever there is a bias, because it divides by the bias's length too. Both for the cloud of section 3 and
# the line planted in it:)

# %% practice="two_margins"
scores = cloud_t * (cloud_x1 @ planted)
print(f"gamma {scores.min() / np.linalg.norm(planted):.3f}, distance {scores.min() / np.linalg.norm(planted[1:]):.3f}")

# %% [markdown]
# - **2006**: Hinton, Simon Osindero and Yee-Whye Teh trained **deep belief nets** layer by layer, without
#   labels first, and so found a good place to start. Depth worked after all.
# - **2012**: AlexNet won the ImageNet contest by far with a deep net trained from labels alone (lesson 11).
#
# What had changed since the 80s? Little in the rules of learning. There was far more **data** with labels,
# computers were faster by several powers of ten, and we had learned how to **initialise** the weights, and which
# curve suits which net (lessons 04, 06 and 07).

# %% [markdown]
# ## To remember
#
# 1. A neuron adds and compares: its answer is the sign of $\tilde{w}\cdot\tilde{x}$ with $\tilde{x}=[1,x]$;
#    the threshold is minus the bias.
# 2. Score divided by $\lVert w\rVert$, without the bias, is the signed distance from the hyperplane, in any
#    dimension.
# 3. The perceptron learns from mistakes only: $\tilde{w} \leftarrow \tilde{w} + \eta\,t\,\tilde{x}$. Sum its
#    criterion over all samples and it has no minimum.
# 4. If a line separates, it stops after at most $(R/\gamma)^2$ updates; if none does, it never stops: keep
#    the best, or minimise squares by the delta rule.
# 5. One neuron cannot do XOR, two layers can, and NAND is enough for any circuit. The trouble is to *learn*
#    the hidden weights.
#
# ## Further reading
#
# - Warren McCulloch, Walter Pitts: *A logical calculus of the ideas immanent in nervous activity* (1943)
# - Donald Hebb: *The Organization of Behavior* (1949)
# - Frank Rosenblatt: *The perceptron: a probabilistic model for information storage and organization in the
#   brain* (1958)
# - Bernard Widrow, Marcian Hoff: *Adaptive switching circuits* (1960)
# - Albert Novikoff: *On convergence proofs on perceptrons* (1962)
# - Marvin Minsky, Seymour Papert: *Perceptrons* (1969)
# - John Hopfield: *Neural networks and physical systems with emergent collective computational abilities*
#   (1982)
# - David Rumelhart, Geoffrey Hinton, Ronald Williams: *Learning representations by back-propagating errors*
#   (1986)
# - Stephen Gallant: *Perceptron-based learning algorithms* (1990)
# - Bernhard Boser, Isabelle Guyon, Vladimir Vapnik: *A training algorithm for optimal margin classifiers*
#   (1992)
# - Geoffrey Hinton, Simon Osindero, Yee-Whye Teh: *A fast learning algorithm for deep belief nets* (2006)
#
# **Next:** lesson 02, logistic regression. The step becomes a curve, the answer a probability, and a small
# change of a weight at last makes a small change of the output.
