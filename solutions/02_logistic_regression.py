# %% [markdown] lesson="02" title="Logistic regression" minutes=195 builds_on="00 01"
# How can a machine say how sure it is? And how does it learn when the only thing we can tell it is which answers were
# right?
#
# After this lesson you will be able to
#
# - turn a score into a probability, for two classes and for many, without overflow;
# - say which loss belongs to which kind of noise, and derive its gradient;
# - check any gradient by wiggling weights, and walk downhill with it;
# - name what a logistic regression can do (outliers) and what it cannot (curved borders, counting errors).
#
# You need lessons 00 and 01: arrays, and the neuron $\tilde{w}\cdot\tilde{x}$ with the bias first. There are nine
# exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="The same two overlapping clouds twice. Left: a threshold neuron, half of the plane red and half blue. Right: a sigmoid neuron, the colour fades from red to blue across a band bounded by the lines of probability 0.1 and 0.9."
from course_lib.viz.pictures import logistic

logistic.threshold_and_sigmoid()

# %% [markdown]
# ## 1. A neuron that can be half sure

# %%
import matplotlib.pyplot as plt
import numpy as np
from tqdm.auto import tqdm

from course_lib import data
from course_lib.checks import NotDone, check, hint, yours
from course_lib.topics import logistic, perceptron
from course_lib.train import plus_minus
from course_lib.viz import images, planes, style
from course_lib.viz.lecture import lecture_table
from course_lib.viz.logistic import probability
from course_lib.widgets.logistic import descent_explorer, sigmoid_explorer

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# The perceptron answers yes or no. Nudge one of its weights a little, and mostly *nothing* changes; then, all at once,
# an answer flips. For learning we want the opposite: a small change of a weight should make a small change of the
# output. So we replace the step by a smooth curve that runs from 0 to 1, the **sigmoid**:
#
# $$y = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad z = \tilde{w}\cdot\tilde{x}.$$
#
# The score $z$ is called the **logit**. Let us nudge:


# %%
def step_and_curve(z):
    return float(z >= 0), 1 / (1 + np.exp(-z))


w, x1 = np.array([-1.0, 2.0]), np.array([1.0, 0.4])
for nudge in (0.0, 0.01, 0.6):
    step, curve = step_and_curve((w + np.array([0.0, nudge])) @ x1)
    print(f"weight {2 + nudge:.2f}: threshold neuron {step:.0f}, sigmoid neuron {curve:.4f}")

# %% [markdown]
# Read $y$ as a **probability**: how sure the neuron is that the label is $t = 1$. Solved for $z$ the formula says what
# a logit is: the logarithm of the **odds**,
#
# $$z = \ln\frac{y}{1-y}, \qquad \frac{y}{1-y} = e^{z}.$$
#
# A logit of 0 means 1 to 1. Every further 1 multiplies the odds by $e$. The curve is symmetric,
# $\sigma(-z) = 1 - \sigma(z)$, and its slope is made of its own values, which will spare us much work:
#
# $$\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr).$$

# %% picture="sigmoid" alt="Three sigmoid neurons of one input: weight 1, a steep one at temperature 0.25, and one shifted by its bias; each with the tangent at one half and the step of a threshold neuron."
from course_lib.viz.pictures import logistic

logistic.three_neurons()

# %% [markdown]
# The **temperature** $T$ in $\sigma(z/T)$ says how sharply the neuron decides: cold is a threshold, hot is a shrug. It
# is the same as dividing all weights by $T$. In lesson 01 the length of $\tilde{w}$ moved no line and meant nothing. Now
# it means confidence.
#
# Before you run on: a sigmoid neuron gives some point the odds **4 to 1**. Multiply all weights, the bias too, by 2.
# The odds are now $k$ to 1. What is $k$?

# %% solve="predict_odds" difficulty=2 importance=3 minutes=2
# a whole number
### BEGIN SOLUTION
odds_guess = 16
### END SOLUTION

# %% predict="predict_odds" points=1
with check("predict_odds") as expect:
    expect("the odds after all weights were doubled, k to 1", odds_guess)

# %%
z = np.log(4.0)
for factor in (0.5, 1, 2, 4):
    y = logistic.sigmoid(factor * z)
    print(f"weights times {factor}: y = {y:.4f}, odds {y / (1 - y):.4g} to 1")

# %% [markdown]
# ### Explore: weight, bias, temperature
#
# Which two of the three sliders change the steepness? Which move the point of being half sure? Look at the dashed
# tangent. The picture above shows three settings.

# %%
sigmoid_explorer(weight=1.0, bias=0.0, temperature=1.0)

# %% [markdown]
# Now the machine's side of it. A computer's numbers end near $10^{308}$, and the exponential gets there soon:

# %%
for z in (10.0, 700.0, 710.0):
    with np.errstate(over="ignore"):
        print(f"exp({z:.0f}) = {np.exp(z):.3g}")

# %% [markdown]
# This is called **overflow**. $1/(1+e^{-z})$ overflows far on the left, $e^z/(1+e^z)$ far on the right, where it gives
# `inf / inf`: not a number. The two formulas are equal on paper. Only one exponential is always harmless,
# $e^{-|z|}$.

# %% [markdown] task="sigmoid" title="A sigmoid that never overflows"
# Write `sigmoid(z)` for an array `z` of **any** shape, integers or floats. Return a new float array of that shape with
# $\sigma(z)$ of every entry; `z` stays as it is.
#
# No call of `np.exp` may overflow, for any `z`: the check watches. And far on the left the result is tiny but exact to
# nine digits, $\sigma(-40) = 4.248354255\cdot 10^{-18}$, so do not compute it as 1 minus something near 1.
#
# Example: `sigmoid(np.array([0, 2, -2]))` is `[0.5, 0.8808, 0.1192]`, rounded.


# %% solve="sigmoid" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.logistic.sigmoid course_lib.functional.sigmoid course_lib.ops.elementwise.sigmoid_of scipy.special.expit"
def sigmoid(z):
    """1 / (1 + exp(-z)) of an array z of any shape, without overflow."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
    ### END SOLUTION


# %% [markdown] hint="sigmoid"
# One formula suits z >= 0, the other z < 0. Both can be written with the same exponential, one that is never above
# 1.

# %% [markdown] hint="sigmoid"
# With `small = np.exp(-np.abs(z))`: for z = 2 the answer is `1 / (1 + small)`, for z = -2 it is `small / (1 + small)`.
# Only the numerator differs. Beware: `np.where(z >= 0, a, b)` computes `a` and `b` for *all* entries first.

# %% [markdown] hint="sigmoid"
# ```python
# small = np.exp(-np.abs(z))
# return np.where(z >= 0, ..., ...) / (1 + small)
# ```

# %% check="sigmoid" points=6
with check("sigmoid") as expect:
    table = np.array([[0.5, -1.0, 2.0], [-3.0, 0.0, 1.5], [4.0, -0.25, -2.5]])
    expect("nine numbers", sigmoid(table))
    expect.unchanged("z afterwards", table)
    expect("whole numbers", sigmoid(np.array([3, -2, 0, 1])))
    expect("z = -1000: output, and did it overflow", logistic.watched(sigmoid, np.array([-1000.0, -2.0])))
    expect("z = 1000: output, and did it overflow", logistic.watched(sigmoid, np.array([1000.0, 3.0])))
    expect("tiny outputs", sigmoid(np.array([-40.0, -38.5, -43.0])))
    expect("far on the left", sigmoid(np.array([-600.0])), atol=0)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20201)
    for shape in [(5,), (2, 4), (3, 1, 2)]:
        logits = 4 * draw.normal(size=shape)
        expect(f"numbers of shape {shape}", sigmoid(logits))
        expect.unchanged(f"numbers of shape {shape}, afterwards", logits)
    expect("whole numbers", sigmoid(draw.integers(-9, 9, size=6)))
    far = draw.uniform(750, 2000, size=3)
    expect("far on the left", logistic.watched(sigmoid, np.append(-far, draw.normal())))
    expect("far on the right", logistic.watched(sigmoid, np.append(far, draw.normal())))
    expect("tiny outputs", sigmoid(-draw.uniform(36, 60, size=4)))
    expect("farther on the left", sigmoid(-draw.uniform(550, 700, size=1)), atol=0)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 2. How wrong is a probability?
#
# The neuron says $y = 0.9$, and the label is 1. Good, but how good? Judge it by what it *risked*: it had called this
# label 90 % likely. Had the label been 0, it had called that 10 % likely. In one formula, the probability it gave to
# what really came is
#
# $$p(t \mid x) = y^{t}\,(1-y)^{1-t} \qquad \text{(Bernoulli).}$$
#
# A label that is 1 with probability $y$ is a toss of a bent coin, and this is the coin's distribution. For many
# independent samples the probabilities multiply, and the product is the **likelihood** of the weights. The best weights
# are those that make what we saw most likely: **maximum likelihood**. Products of thousands of numbers below 1 vanish,
# so we take the logarithm, turn the sign, and get a sum to be made small, the **cross-entropy**:
#
# $$E(\tilde{w}) = -\sum_i \bigl(t_i \ln y_i + (1-t_i)\ln(1-y_i)\bigr).$$
#
# The logarithm is the natural one, so the unit of this loss is called **nat**, as bit is that of the logarithm to base 2.
#
# Does it choose well? A coin that fell on 1 seven times out of ten, and a neuron with no input but the constant:

# %%
tosses = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1])
guesses = np.linspace(0.01, 0.99, 99)
likelihood = np.prod(np.where(tosses[:, None], guesses, 1 - guesses), axis=0)
entropy = -np.sum(np.where(tosses[:, None], np.log(guesses), np.log(1 - guesses)), axis=0)
print(f"most likely {guesses[likelihood.argmax()]:.2f}, smallest cross-entropy {guesses[entropy.argmin()]:.2f}")

# %% [markdown]
# Both say the share of ones. That much holds for every neuron trained to the end this way: *on average over its
# training set* it says 1 as often as 1 occurs. (Its bias sees to that; the gradient below shows why.) It does not make the
# single answers honest. Give a neuron 15 inputs of noise and 20 labels thrown with a coin, and ask it about new coins:

# %% practice="coins"
confident, right, apart = [], [], []
for seed in range(20):
    draw = np.random.default_rng(seed)
    x1, t = perceptron.augment(draw.normal(size=(1020, 15))), draw.integers(0, 2, 1020)
    y = logistic.sigmoid(x1 @ logistic.train(x1[:20], t[:20], eta=0.5, steps=5000))
    confident.append(np.maximum(y, 1 - y)[20:].mean())
    right.append(np.mean((y > 0.5)[20:] == t[20:]))
    apart.append(abs(y[:20].mean() - t[:20].mean()))
print(f"on its 20 samples mean answer and share of ones differ by at most {max(apart):.4f}")
print(f"on 1000 new coins: confidence {plus_minus(confident)}, right {plus_minus(right)}")

# %% [markdown]
# Sure, and right half of the time. With few samples for many weights the neuron learns its training set by heart.
# Lesson 16 measures such overconfidence and mends part of it. (Behind the ± stands the standard error: how far the mean of
# the twenty seeds may be off. Lesson 07 has more about it.)
#
# ### And squared error?
#
# It comes from the same idea with another noise. If the target is a *number*, $t = y + \text{Gaussian noise}$ of
# variance $s^2$, then
#
# $$-\ln p(t \mid x) = \frac{(t-y)^2}{2 s^2} + \ln\!\bigl(s\sqrt{2\pi}\bigr):$$
#
# maximum likelihood is least squares. So the noise chooses the loss: **Bernoulli labels, cross-entropy; Gaussian noise,
# squared error.** (One lecture behind this course has the two swapped.)

# %%
t, outputs = 2.0, np.array([0.5, 1.0, 3.0, 7.0])
minus_log = -np.log(np.exp(-((t - outputs) ** 2) / 2) / np.sqrt(2 * np.pi))
print("-ln p minus half the squared error:", minus_log - (t - outputs) ** 2 / 2)

# %% picture="losses" alt="Losses of a sample with label 1 over its logit. Cross-entropy rises straight to the left; the squared error of the sigmoid flattens there, so that a sample that is surely wrong has no slope."
from course_lib.viz.pictures import logistic

logistic.losses()

# %% [markdown]
# The picture shows one more reason. A sample that is *surely wrong* (far left) has a large loss and a slope of -1 with
# cross-entropy. With the squared error of $y$ its slope is nearly 0: where there is most to learn, nothing is learned.
#
# From here on $E$ is the **mean** over the samples, the sum above divided by $n$. The minimum stays where it is, and the
# learning rate need not change with the number of samples.
#
# Computing it from $y$ is risky: $y$ rounds to exactly 1 from $z \approx 37$ on, and $\ln(1-y)$ is then minus infinity.
# From the logit it is safe. Insert $\sigma$ and the loss of one sample becomes
#
# $$\ln\!\bigl(1+e^{-z}\bigr)\ \text{ for } t = 1, \qquad \ln\!\bigl(1+e^{z}\bigr)\ \text{ for } t = 0,
# \qquad \ln(1+e^{a}) = \max(a,0) + \ln\!\bigl(1+e^{-|a|}\bigr).$$

# %% [markdown] task="cross_entropy" title="Cross-entropy from logits"
# Write `cross_entropy(z, t)`: the **mean** cross-entropy (natural logarithm) of logits `z`, shape `(n,)`, floats, for
# labels `t`, shape `(n,)`, the integers 0 and 1. Return one number.
#
# It must be right and finite for any logits: a sample with z = 800 and t = 0 has the loss 800.
#
# Example: for `z = [0., 0.]` and `t = [0, 1]` it is ln 2 = 0.6931, rounded.


# %% solve="cross_entropy" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.logistic.cross_entropy course_lib.functional.binary_cross_entropy_with_logits course_lib.functional.binary_cross_entropy course_lib.functional.softplus sklearn.metrics.log_loss"
def cross_entropy(z, t):
    """Mean of -(t ln y + (1 - t) ln(1 - y)) with y = sigmoid(z), for z (n,) and t (n,)."""
    ### BEGIN SOLUTION
    against = np.where(t == 1, -z, z)
    return np.mean(np.maximum(against, 0) + np.log1p(np.exp(-np.abs(against))))
    ### END SOLUTION


# %% [markdown] hint="cross_entropy"
# The two cases are one formula, ln(1 + e^a), with a equal to z or to -z. When is it which?

# %% [markdown] hint="cross_entropy"
# For z = 800, t = 0: a = 800, and max(a, 0) + ln(1 + e^-800) is 800 + 0. For z = 800, t = 1: a = -800, and it is
# 0 + 0. `np.log1p(v)` is ln(1 + v), exact for small v.

# %% [markdown] hint="cross_entropy"
# ```python
# a = np.where(t == 1, ..., ...)
# return np.mean(np.maximum(a, 0) + np.log1p(np.exp(...)))
# ```

# %% check="cross_entropy" points=7
with check("cross_entropy") as expect:
    expect("three samples", cross_entropy(np.array([2.0, -1.0, 0.5]), np.array([1, 0, 0])))
    expect("a single sample", cross_entropy(np.array([-1.5]), np.array([1])))
    expect("surely wrong: z = 800", cross_entropy(np.array([800.0, 1.0]), np.array([0, 1])))
    expect("surely wrong: z = -900", cross_entropy(np.array([-900.0, 0.5]), np.array([1, 0])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20202)
    for n in (7, 1, 12, 4):
        expect(f"{n} samples", cross_entropy(3 * draw.normal(size=n), draw.integers(0, 2, size=n)))
    labels = np.array([0, 1, 1, 0, 1])
    surely = draw.uniform(750, 2000, size=5)
    expect("all surely wrong", cross_entropy(np.where(labels == 1, -surely, surely), labels))
    expect("some surely right", cross_entropy(np.append(draw.normal(), surely[1:]), labels))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3. Which way is down?
#
# The loss is a smooth function of the weights. In one variable its **derivative** says how fast it rises; in many, the
# **gradient** collects one such slope for each weight,
#
# $$\nabla E = \left(\frac{\partial E}{\partial w_0}, \dots, \frac{\partial E}{\partial w_d}\right),$$
#
# and points where $E$ rises fastest. One can find it without any calculus: wiggle a weight by $10^{-6}$ and see what
# happens to the loss.

# %%
some_x1 = np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5]])
some_t, some_w = np.array([1, 0, 0]), np.array([0.3, -0.2])


def some_loss(w):
    return logistic.cross_entropy(some_x1 @ w, some_t)


here = some_loss(some_w)
print("slope along w0:", (some_loss(some_w + np.array([1e-6, 0])) - here) / 1e-6)
print("slope along w1:", (some_loss(some_w + np.array([0, 1e-6])) - here) / 1e-6)

# %% [markdown]
# This is the **forward difference**. It looks to one side only, and its error shrinks like the step $\epsilon$. Better
# to look both ways, the **central difference**, whose error shrinks like $\epsilon^2$:
#
# $$\frac{\partial E}{\partial w_j} \approx \frac{E(w_j + \epsilon) - E(w_j - \epsilon)}{2\epsilon}.$$
#
# Before you run on: take $f(w) = w^2$ at $w = 3$ with the huge step $\epsilon = \tfrac12$. The forward difference gives
# $(3.5^2 - 3^2)/0.5 = 6.5$, the truth is 6. What does the central difference give?

# %% solve="predict_central" difficulty=2 importance=3 minutes=2
# a number; write 6.5, or a whole number such as 7
### BEGIN SOLUTION
central_guess = 6
### END SOLUTION

# %% predict="predict_central" points=1
with check("predict_central") as expect:
    expect("central difference of w² at 3, with a step of 1/2", central_guess)

# %%
print("w², step 1/2:", (3.5**2 - 2.5**2) / (2 * 0.5))
steps = 10.0 ** np.arange(0, -13, -1)
forward = np.abs((np.exp(1 + steps) - np.exp(1)) / steps - np.exp(1))
central = np.abs((np.exp(1 + steps) - np.exp(1 - steps)) / (2 * steps) - np.exp(1))
ax = style.axes(size=(5.6, 3.4), title="Slope of exp at 1: too small a step is no good either")
ax.loglog(steps, forward, "s-", color=style.RED, label="forward")
ax.loglog(steps, central, "o-", color=style.BLUE, label="central")
ax.set(xlabel="step ε", ylabel="error of the slope")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# On a parabola the two errors cancel. From right to left in the plot the error falls, then it rises again: the two
# values become so alike that their difference is only rounding. For numbers of 16 digits $\epsilon = 10^{-6}$ is a good
# habit.

# %% [markdown] task="numerical_gradient" title="Wiggle every weight"
# Write `numerical_gradient(f, w, eps=1e-6)`: the slopes of `f` along every entry of `w`, by **central** differences.
#
# `w` is a float array of **any** shape (a vector, or a table of weights), `f` takes an array of that shape and returns a
# number. The result is a new array of the shape of `w`. Move one entry at a time by `eps` and leave the others where
# they were; afterwards `w` must hold its old values.
#
# Example: for `f = lambda w: w[0] * w[1]`, `w = np.array([3., 5.])` and any eps it is `[5., 3.]`.


# %% solve="numerical_gradient" difficulty=2 importance=5 minutes=12 forbid="course_lib.topics.logistic.numerical_gradient scipy.optimize.approx_fprime"
def numerical_gradient(f, w, eps=1e-6):
    """Slopes of f, a function of one array, along every entry of w, in the shape of w."""
    ### BEGIN SOLUTION
    slopes = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[index] = eps
        slopes[index] = (f(w + nudge) - f(w - nudge)) / (2 * eps)
    return slopes
    ### END SOLUTION


# %% [markdown] hint="numerical_gradient"
# A loop over all entries. For each, `f` is called twice, with arrays that differ from `w` in that one entry.

# %% [markdown] hint="numerical_gradient"
# `np.ndindex(w.shape)` gives all places of an array of any shape: for shape (2, 2) they are (0, 0), (0, 1), (1, 0),
# (1, 1). With `nudge` all zeros but `eps` at one place, `w + nudge` is a new array and `w` stays as it is.

# %% [markdown] hint="numerical_gradient"
# ```python
# slopes = np.zeros(w.shape)
# for index in np.ndindex(w.shape):
#     nudge = np.zeros(w.shape)
#     nudge[index] = ...
#     slopes[index] = (f(...) - f(...)) / ...
# return slopes
# ```

# %% check="numerical_gradient" points=7
with check("numerical_gradient") as expect:

    def cubic(w):
        return np.sum(w**3) + 2.0 * w.flat[0] * w.flat[1]

    pair, table = np.array([1.0, 2.0]), np.array([[1.0, -2.0, 0.5], [3.0, -1.0, 2.5]])
    expect("two weights, eps = 0.5", numerical_gradient(cubic, pair, eps=0.5))
    expect.unchanged("the weights afterwards", pair)
    expect("a table of weights, eps = 0.25", numerical_gradient(cubic, table, 0.25))
    seen = []
    numerical_gradient(lambda w: seen.append(np.array(w)) or 0.0, pair)
    farthest = max(np.max(np.abs(w - [1.0, 2.0])) for w in seen)
    expect("how far it moves when eps is left out", farthest, rtol=1e-3)
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20203)
    for shape, eps in [((3,), 0.5), ((2, 3), 0.125), ((1,), 0.3), ((2, 1, 3), 0.7)]:
        weights, c = draw.normal(size=shape), draw.uniform(1, 2, size=shape)

        def wavy(w, c=c):
            return np.sum(c * w**3) + np.sum(c * np.sin(w)) * np.sum(w)

        expect(f"weights of shape {shape}, eps {eps}", numerical_gradient(wavy, weights, eps=eps))
        expect.unchanged(f"weights of shape {shape}, afterwards", weights)
    first, seen = draw.integers(-8, 9, size=(2, 2)) / 8.0, []
    numerical_gradient(lambda w: seen.append(np.array(w)) or 0.0, first.copy())
    farthest = max(np.max(np.abs(w - first)) for w in seen)
    expect("eps left out", farthest, rtol=1e-3)
    ### END HIDDEN TESTS

# %% [markdown]
# ### The gradient on paper
#
# Wiggling costs two losses for every weight. Calculus gives all slopes at once. One sample with the logit
# $z = \tilde{w}\cdot\tilde{x}$: by the chain rule, and with $\sigma' = y(1-y)$,
#
# $$\frac{\partial E}{\partial z} = \underbrace{\frac{y-t}{y(1-y)}}_{\partial E/\partial y}\cdot
# \underbrace{y(1-y)}_{\partial y/\partial z} = y - t, \qquad \frac{\partial E}{\partial w_j} = (y - t)\,x_j .$$
#
# The factor $y(1-y)$ cancels. Cross-entropy is there because it is the likelihood of yes and no; that it goes so well
# with the sigmoid is a gift. What is left has the form of the delta rule: **output error times input**. With samples as the rows of $X = $
# `x1` and the mean taken,
#
# $$\nabla E = \frac{1}{n}\, X^\top (y - t), \qquad \text{shapes } (d{+}1, n)\cdot(n,) = (d{+}1,).$$

# %% [markdown]
# The **squared error** $\tfrac12(y-t)^2$ of the same neuron keeps the factor. Its update, the one that the first networks
# with sigmoids were trained by, is
#
# $$\tilde w \leftarrow \tilde w + \eta\,(t-y)\,y(1-y)\,\tilde x .$$
#
# A neuron that is sure and wrong hardly moves. How far does one step go for a sample of label 1 with input 1, and $\eta = 1$?

# %%
for z in (0.0, -2.0, -6.0, -10.0):
    y = logistic.sigmoid(z)
    print(f"logit {z:5}: y = {y:.5f}, step with cross-entropy {1 - y:.5f}, with squared error {(1 - y) * y * (1 - y):.5f}")

# %% [markdown] task="logistic_gradient" title="The gradient of the cross-entropy"
# Write `logistic_gradient(w, x1, t)`: the gradient of the **mean** cross-entropy by the weights.
#
# `w` is $\tilde{w}$, shape `(d + 1,)`, bias first; `x1` has the 1 in front, shape `(n, d + 1)`; `t` holds 0 and 1,
# shape `(n,)`. Return an array `(d + 1,)`. For the sigmoid you may call `logistic.sigmoid`.
#
# Example: with `w = [0., 0.]` every y is ½; for `x1 = [[1., 4.], [1., -2.]]` and `t = [0, 1]` the gradient is
# `[0., 1.5]`.


# %% solve="logistic_gradient" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.logistic.gradient course_lib.topics.logistic.numerical_gradient"
def logistic_gradient(w, x1, t):
    """Gradient (d + 1,) of the mean cross-entropy for inputs x1 (n, d + 1), labels t (n,)."""
    ### BEGIN SOLUTION
    error = logistic.sigmoid(x1 @ w) - t
    return x1.T @ error / len(t)
    ### END SOLUTION


# %% [markdown] hint="logistic_gradient"
# Scores, outputs, errors, all as arrays `(n,)`. Then every weight's slope is the mean of error times its own input.

# %% [markdown] hint="logistic_gradient"
# In the example the errors y - t are [0.5, -0.5]. The slope of the bias is (0.5·1 - 0.5·1)/2 = 0, that of the other
# weight (0.5·4 + 0.5·2)/2 = 1.5. `x1.T` has shape `(d + 1, n)`.

# %% [markdown] hint="logistic_gradient"
# ```python
# error = logistic.sigmoid(...) - ...
# return x1.T @ ... / ...
# ```

# %% check="logistic_gradient" points=7
with check("logistic_gradient") as expect:
    square = np.array([[1.0, 2.0, -1.0], [1.0, 0.5, 2.5], [1.0, -3.0, 1.0]])
    labels = np.array([1, 0, 0])
    expect("three samples", logistic_gradient(np.array([0.5, -1.0, 0.25]), square, labels))
    expect("all weights 0", logistic_gradient(np.zeros(3), square, labels))
    expect("two of the samples", logistic_gradient(np.array([0.5, -1.0, 0.25]), square[:2], labels[:2]))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20204)
    for n, d in [(4, 3), (9, 2), (4, 5), (1, 3), (6, 1)]:
        x1 = np.column_stack([np.ones(n), draw.normal(size=(n, d))])
        expect(
            f"{n} samples of {d} numbers", logistic_gradient(draw.normal(size=d + 1), x1, draw.integers(0, 2, size=n))
        )
    ### END HIDDEN TESTS

# %% [markdown]
# Two ways to the same numbers, found independently: the best test a gradient can have. Your answers take part as soon
# as their checks pass.

# %%
slopes = yours("logistic_gradient", else_=logistic.gradient)
wiggle = yours("numerical_gradient", else_=logistic.numerical_gradient)
print("on paper:  ", slopes(some_w, some_x1, some_t))
print("by wiggling:", wiggle(some_loss, some_w))

# %% [markdown]
# ### Downhill
#
# The gradient points uphill, so step against it, again and again. This is **gradient descent**:
#
# $$\tilde{w} \leftarrow \tilde{w} - \eta\,\nabla E(\tilde{w}).$$
#
# In one variable, $E = w^2$ with the slope $2w$: each step multiplies $w$ by $1 - 2\eta$. Four learning rates:

# %%
for eta in (0.1, 0.5, 0.9, 1.1):
    path = [1.0]
    for _ in range(6):
        path.append(path[-1] - eta * 2 * path[-1])
    print(f"eta = {eta}:", np.round(path, 3))

# %% [markdown]
# Too small creeps, too large overshoots, and beyond 1 each step lands further away. The same rule works in any number of
# variables.

# %% [markdown] task="descend" title="Gradient descent"
# Write `descend(gradient, start, eta, steps)`: `gradient(w)` returns the gradient at `w`, an array of the shape of `w`.
#
# Begin at `start`, shape `(d,)`, floats, and make `steps` steps of gradient descent with the learning rate `eta`. Return
# the whole way as an array `(steps + 1, d)`: row 0 is `start`, row k the weights after k steps. `start` keeps its
# values.
#
# Example: `descend(lambda w: 2 * w, np.array([1.0]), 0.25, 2)` is `[[1.], [0.5], [0.25]]`.


# %% solve="descend" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.logistic.descend scipy.optimize.minimize"
def descend(gradient, start, eta, steps):
    """The way (steps + 1, d) of gradient descent from start (d,)."""
    ### BEGIN SOLUTION
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - eta * gradient(path[-1]))
    return np.array(path)
    ### END SOLUTION


# %% [markdown] hint="descend"
# Keep a list that starts with `start`. Each step looks at the last entry and appends a new one.

# %% [markdown] hint="descend"
# In the example: at 1 the slope is 2, so the next is 1 - 0.25·2 = 0.5; there the slope is 1. If you keep one array and
# write `w -= ...`, every entry of the list is that same array: append a copy, or make a new one by `w = w - ...`.

# %% [markdown] hint="descend"
# ```python
# path = [start]
# for _ in range(steps):
#     path.append(path[-1] - ... * gradient(...))
# return np.array(path)
# ```

# %% check="descend" points=6
with check("descend") as expect:

    def valley(w):
        return np.array([2.0, 0.5, 1.0]) * w + w[::-1] * w.sum() / 8

    begin = np.array([1.0, -2.0, 3.0])
    expect("three weights, two steps", descend(valley, begin, 0.3, 2))
    expect.unchanged("the start afterwards", begin)
    expect("one weight, four steps", descend(lambda w: 2 * w - 1, np.array([4.0]), 0.75, 4))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20205)
    for d, eta, steps in [(2, 0.2, 6), (4, 0.45, 3), (1, 0.1, 12), (3, 0.3, 1)]:
        curve, middle, begin = draw.uniform(0.5, 2, size=d), draw.normal(size=d), draw.normal(size=d)

        def bowl(w, curve=curve, middle=middle):
            return curve * (w - middle) + np.tanh(w.sum())

        expect(f"{d} weights, {steps} steps, eta {eta}", descend(bowl, begin, eta, steps))
        expect.unchanged(f"{d} weights, the start afterwards", begin)
    ### END HIDDEN TESTS

# %% [markdown]
# Now all together: forty samples with one input, two weights, and a loss that we can draw.

# %%
rng = np.random.default_rng(3)
line_x1 = perceptron.augment(np.concatenate([rng.normal(-1, 1, 20), rng.normal(1.5, 1, 20)])[:, None])
line_t = np.repeat([0, 1], 20)
walk = yours("descend", else_=logistic.descend)
path = walk(lambda w: slopes(w, line_x1, line_t), np.array([-4.0, -3.0]), 1.0, 200)
steepness = np.linalg.norm(slopes(path[-1], line_x1, line_t))
print("after 200 steps:", path[-1], f" length of the gradient: {steepness:.1e}")

# %% [markdown]
# The loss is a bowl without any other valley: cross-entropy of a logistic regression is **convex**, so descent with a
# small enough step finds the one minimum. (Where a line separates the classes perfectly there is no lowest point at
# all: longer weights are always a little surer, and the loss creeps towards 0.)
#
# ### Explore: descent on a loss over two weights
#
# From which learning rate on does it overshoot? Can it still arrive? The picture below shows two settings.

# %%
descent_explorer(line_x1, line_t, start=(-4.0, -3.0), eta=1.0, steps=20)

# %% picture="descent" alt="Two settings of the explorer. Above, learning rate 1: the way over the loss bends smoothly into the valley and the loss falls. Below, learning rate 20: the way jumps far off and back, and the loss falls at first, then goes up and down."
from course_lib.viz.pictures import logistic

logistic.descent()

# %% [markdown]
# ## 4. What it can do, and what it cannot
#
# ### Outliers on the right side
#
# The delta rule of lesson 01 minimised squares, and a point far out on its *right* side pulled at the line, because its
# score was "too good". Cross-entropy lets go of such a point: its error $y - t$ is nearly 0. Add eight blue points far
# away, all of them easy:

# %%
rng = np.random.default_rng(5)
near_x, near_signs, planted = data.two_clouds(40, margin=0.2, rng=rng)
near_t = np.where(near_signs > 0, 1, 0)
far_x = 0.5 * rng.normal(size=(8, 2)) + 14 * planted[1:] + 10 * np.array([-planted[2], planted[1]])
every_x, every_t = np.vstack([near_x, far_x]), np.append(near_t, np.ones(8, int))

# %%
every_x1 = perceptron.augment(every_x)
squares = np.linalg.lstsq(every_x1, 2 * every_t - 1, rcond=None)[0]
logits = logistic.train(every_x1, every_t, eta=0.05, steps=2000)
for name, w in (("least squares", squares), ("cross-entropy", logits)):
    print(f"{name}: {np.sum((every_x1 @ w >= 0) != every_t)} of {len(every_t)} misclassified")

# %% picture="outliers" alt="Forty points near the origin in two classes and eight blue points far away on the blue side. The line of least squares is turned by the far points and misclassifies several near ones; the line of cross-entropy separates all."
from course_lib.viz.pictures import logistic

logistic.outliers()

# %% [markdown]
# ### Does it minimise the errors?
#
# One lecture says that cross-entropy "minimises the number of misclassified samples". It does not; it minimises surprise.
# Often both fall together. But take twenty points on a line, perfectly separable at 0, and two more far out
# **on the wrong side**: class 0 at x = 8 and 9. The best threshold makes these two errors and no other.
#
# **Lecture figure F43.** Start there, and descend.

# %% figure="F43"
inner = np.concatenate([np.linspace(-0.6, -0.1, 10), np.linspace(0.1, 0.6, 10)])
odd_x1 = perceptron.augment(np.concatenate([inner, [8.0, 9.0]])[:, None])
odd_t = np.concatenate([np.repeat([0, 1], 10), [0, 0]])
path = logistic.descend(lambda w: logistic.gradient(w, odd_x1, odd_t), np.array([0.0, 3.0]), eta=0.05, steps=120)
entropy = np.array([logistic.cross_entropy(odd_x1 @ w, odd_t) for w in path])
errors = np.sum((path @ odd_x1.T >= 0) != odd_t, axis=1)

# %% figure="F43"
left, right = style.row(2, size=(4.2, 3.1))
style.axes(left, title="Cross-entropy falls at every step", xlabel="step", ylabel="nats").plot(
    entropy, color=style.BLUE
)
style.axes(right, title="The errors rise", xlabel="step", ylabel=f"of {len(odd_t)} samples").plot(
    errors, color=style.RED
)
left.set_ylim(0, None)
right.set_ylim(0, None)
plt.show()

# %% figure="F43"
assert np.all(np.diff(entropy) < 0)
assert errors[-1] > errors[0]
told = "cross-entropy minimises the misclassified"
rows = [
    (
        "cross-entropy, before and after",
        told,
        f"{entropy[0]:.3f} → {entropy[-1]:.3f}, falls always",
        "22 points, 120 steps, eta 0.05",
    ),
    ("misclassified, before and after", told, f"{errors[0]} → {errors[-1]}", "two points far on the wrong side"),
]
lecture_table("F43 · the loss falls while errors rise", rows)

# %% [markdown]
# A few sure errors cost more than many hesitant ones. (Is that wrong? If labels at x = 8 really tend to be 0, the neuron
# is right to doubt its line. Only, it has no curve to say so.)

# %% [markdown] question="which_noise" points=6 title="A noise of your own"
# The noise chooses the loss. Derive the loss of one sample from its $p(t \mid x)$, as in section 2,
#
# (a) for a number with Laplace noise, $p(t \mid x) = \frac{1}{2s}\,e^{-|t-y|/s}$;
#
# (b) for labels 0 and 1 of which somebody, after the toss, wrote down a share $r < \tfrac12$ wrong: first the
# probability of reading $t = 1$, then the loss.
#
# (c) How large can the loss of a sample become in (b)? What would change for the two odd points of F43?
#
# === BEGIN MARK SCHEME ===
# 2 points for (a): -ln p = |t - y| / s + ln(2 s), so the absolute error. 1 point if it is not said that the constant
# does not depend on the weights.
#
# 2 points for (b): reading 1 has the probability q = (1 - r) y + r (1 - y); the loss is -(t ln q + (1 - t) ln(1 - q)).
# 1 point if q is right and the loss is missing or mixes q with y.
#
# 2 points for (c): q stays between r and 1 - r, so the loss is at most -ln r (1 point). The two points then cost a
# bounded amount however sure the neuron is, their slope vanishes, and the good threshold with its two errors can be
# worth keeping (1 point). "They are ignored" without the bound earns nothing.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) $-\ln p = \frac{|t - y|}{s} + \ln(2s)$. The second term does not depend on the weights, so it moves no minimum,
# and the factor $1/s$ is the same for all samples: maximum likelihood is the least *absolute* error.
#
# (b) I read a 1 if the toss gave 1 and was written down rightly, or gave 0 and was written down wrongly:
# $q = (1 - r)\,y + r\,(1 - y)$. A 0 has the probability $1 - q$, so the loss is $-(t \ln q + (1 - t)\ln(1 - q))$:
# cross-entropy of q instead of y.
#
# (c) As y runs from 0 to 1, q runs from r to $1 - r$ only. So no sample can cost more than $-\ln r$, however sure the
# neuron is of the opposite. The two odd points of F43 then cost at most $-2\ln r$ together, and far on the wrong side
# the loss is flat, so that their pull on the weights vanishes. To be right about them the threshold would have to
# give up the points between, and the good threshold with its two errors can be worth keeping.
# === END MODEL ANSWER ===

# %% [markdown]
# ### Curved borders
#
# A logistic regression draws a straight border, whatever it is trained on. Here class 1 is banana-shaped:
# $100\,(x_2 - x_1^2)^2 + (1 - x_1)^2 < 0.5$.

# %%
banana_x, banana_t = data.banana(400, rng=np.random.default_rng(1))
plain = perceptron.augment(data.standardise(banana_x))
w = logistic.train(plain, banana_t, eta=1.0, steps=500)
wrong = np.mean((plain @ w >= 0) != banana_t)
print(
    f"misclassified {wrong:.0%}, cross-entropy {logistic.cross_entropy(plain @ w, banana_t):.3f}, a coin's {np.log(2):.3f}"
)

# %% [markdown]
# Little better than a coin. But expand the formula: it is *linear* in $x_1, x_1^2, x_1^4, x_1^2x_2, x_2^2$. Give the
# neuron these as inputs, and the same straight border, seen in the old coordinates, bends:


# %%
def features(x):
    u, v = x.T
    return np.column_stack([u, u**2, u**4, u**2 * v, v**2])


raw = features(banana_x)
bent = perceptron.augment((raw - raw.mean(axis=0)) / raw.std(axis=0))
w = logistic.train(bent, banana_t, eta=2.0, steps=2000)
wrong = np.mean((bent @ w >= 0) != banana_t)
print(f"misclassified {wrong:.0%}, cross-entropy {logistic.cross_entropy(bent @ w, banana_t):.3f}")

# %% picture="banana" alt="The banana-shaped class. Left: a straight border through the middle, useless. Right: with products of the inputs as features the border follows the banana."
from course_lib.viz.pictures import logistic

logistic.banana()

# %% [markdown]
# We could do this because we knew the formula. A network that *finds* its features is the subject of lessons 03 to 05.
#
# ## 5. Many classes
#
# For $K$ classes take $K$ neurons, one row of weights $\tilde{w}_k$ each, shape `(K, d + 1)`. Their scores $z_k$ must
# become probabilities: positive, and 1 in all. The exponential makes them positive, division makes them add up. This is
# the **softmax**:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} .$$
#
# With two classes it is our sigmoid of the difference, $p_1 = \sigma(z_1 - z_0)$: only differences of scores count. So
# we may subtract the same number from all scores of a sample. Subtract the largest, and no exponential can overflow:

# %%
scores = np.array([1000.0, 1001.0, 999.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("as in the formula:", np.exp(scores) / np.sum(np.exp(scores)))
shifted = np.exp(scores - scores.max())
print("largest subtracted:", shifted / shifted.sum())

# %% [markdown] task="softmax" title="A stable softmax"
# Write `softmax(z)`: scores `z` of shape `(n, K)`, one sample per row, floats. Return a new array `(n, K)` of the
# probabilities: every **row** adds up to 1. `z` keeps its values.
#
# It must be right for scores of any size, also when one sample's scores are thousands above another's.
#
# Example: `softmax(np.array([[0., np.log(3)], [5., 5.]]))` is `[[0.25, 0.75], [0.5, 0.5]]`.


# %% solve="softmax" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.logistic.softmax course_lib.topics.logistic.log_softmax course_lib.functional.softmax scipy.special.softmax"
def softmax(z):
    """Probabilities (n, K) of scores z (n, K), every row adding up to 1."""
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown] hint="softmax"
# Every row on its own: subtract its largest score, take exponentials, divide by their sum.

# %% [markdown] hint="softmax"
# For a table `(n, K)`, `z.max(axis=1, keepdims=True)` has shape `(n, 1)`, one number per row, and broadcasts against the
# table. Without `keepdims` it has shape `(n,)` and lies along the wrong axis when n = K.

# %% [markdown] hint="softmax"
# ```python
# e = np.exp(z - z.max(axis=..., keepdims=True))
# return e / ...
# ```

# %% check="softmax" points=6
with check("softmax") as expect:
    table = np.array([[1.0, 2.0, 0.5], [0.0, -1.5, 3.0], [2.5, 0.25, 2.0]])
    expect("three samples, three classes", softmax(table))
    expect.unchanged("the scores afterwards", table)
    expect("scores near a thousand", softmax(np.array([[1000.0, 1001.0, 999.0]])))
    expect("one far above the others", softmax(np.array([[3000.0, 1.0, 2.0], [1.0, 0.0, 2.0]])))
    expect("one sample far below the other", softmax(np.array([[0.0, 1.0], [-2000.0, -2002.0]])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20206)
    for n, k in [(4, 3), (1, 6), (5, 2), (3, 3)]:
        scores = 3 * draw.normal(size=(n, k))
        expect(f"{n} samples, {k} classes", softmax(scores))
        expect.unchanged(f"{n} samples, {k} classes, afterwards", scores)
    scores = draw.normal(size=(4, 3)) + np.array([[2000.0], [-3000.0], [1500.0], [0.0]]) * draw.uniform(0.5, 1)
    expect("samples at very different heights", softmax(scores))
    scores[:, 1] += 5000
    expect("one class far above", softmax(scores))
    ### END HIDDEN TESTS

# %% [markdown]
# The loss is what maximum likelihood says again: minus the logarithm of the probability of the right class, the
# **negative log-likelihood**. For one sample of class $t$:
#
# $$E = -\ln p_t = -z_t + \ln \sum_j e^{z_j}, \qquad \frac{\partial E}{\partial z_k} = p_k - [k = t],$$
#
# with $[k=t]$ equal to 1 for the right class and 0 for the others (the one-hot label of lesson 00). Output error times
# input once more: with $P$ the probabilities `(n, K)`, $T$ the one-hot labels `(n, K)`, and the mean over samples,
#
# $$\nabla_W E = \frac{1}{n}\,(P - T)^\top X, \qquad \text{shapes } (K, n)\cdot(n, d{+}1) = (K, d{+}1).$$
#
# Before you run on: ten classes, all weights 0. The loss is then $\ln k$ for a whole number $k$. Which?

# %% solve="predict_start" difficulty=2 importance=4 minutes=2
# a whole number
### BEGIN SOLUTION
start_guess = 10
### END SOLUTION

# %% predict="predict_start" points=1
with check("predict_start") as expect:
    expect("the loss of ten classes with all weights 0 is the logarithm of", start_guess)

# %%
loss, _ = logistic.softmax_loss(np.zeros((10, 3)), np.ones((5, 3)), np.array([3, 1, 4, 1, 5]))
print(f"loss {loss:.4f} = ln {np.exp(loss):.4g}")

# %% [markdown]
# All weights 0 means all classes equally likely. It is the first thing to check in any classifier: the loss of the first
# step should be near $\ln K$.

# %% [markdown] task="softmax_loss" title="Loss and gradient for K classes"
# Write `softmax_loss(w, x1, t)`: return the pair `(E, gradient)`, both for the **mean** over the samples.
#
# `w` has shape `(K, d + 1)`, one row per class; `x1` is `(n, d + 1)` with the 1 in front; `t` holds class numbers from
# 0 to K - 1, shape `(n,)`. The gradient has the shape of `w`. E must be finite for scores of any size, so compute
# $\ln p$ from the scores, not as the logarithm of a softmax that may be 0.
#
# Example: with `w = np.zeros((2, 2))`, `x1 = [[1., 4.]]`, `t = [1]`: E is ln 2, the gradient `[[0.5, 2.], [-0.5, -2.]]`.


# %% solve="softmax_loss" difficulty=3 importance=5 minutes=18 forbid="course_lib.topics.logistic.softmax_loss course_lib.topics.logistic.log_softmax course_lib.functional.cross_entropy course_lib.functional.log_softmax scipy.special.log_softmax scipy.special.logsumexp"
def softmax_loss(w, x1, t):
    """Mean of -ln p(right class) and its gradient, in the shape (K, d + 1) of w."""
    ### BEGIN SOLUTION
    score = x1 @ w.T
    score = score - score.max(axis=1, keepdims=True)
    log_p = score - np.log(np.exp(score).sum(axis=1, keepdims=True))
    rows = np.arange(len(t))
    error = np.exp(log_p)
    error[rows, t] -= 1
    return -np.mean(log_p[rows, t]), error.T @ x1 / len(t)
    ### END SOLUTION


# %% [markdown] hint="softmax_loss"
# Four steps: scores `(n, K)`; their log-probabilities, the logarithm of the softmax worked out on paper; the loss picks
# one of them per row; the gradient needs all probabilities, with 1 taken off at the right class.

# %% [markdown] hint="softmax_loss"
# ln p_k = (z_k - m) - ln(sum over j of e^(z_j - m)) with m the row's largest score. To pick `log_p[i, t[i]]` for every row
# at once: `log_p[np.arange(len(t)), t]`. In the example p is [0.5, 0.5], the error [0.5, -0.5], times the input [1, 4].

# %% [markdown] hint="softmax_loss"
# ```python
# score = x1 @ w.T
# score = score - score.max(...)
# log_p = score - np.log(...)
# rows = np.arange(len(t))
# error = np.exp(log_p)
# error[rows, t] -= ...
# return -np.mean(log_p[...]), error.T @ ... / ...
# ```

# %% check="softmax_loss" points=8
with check("softmax_loss") as expect:
    square = np.array([[1.0, 2.0, -1.0], [1.0, 0.5, 2.5], [1.0, -3.0, 1.0]])
    weights = np.array([[0.5, -1.0, 0.25], [0.0, 1.0, 0.5], [-0.5, 0.25, 1.0]])
    expect("three samples, three classes", softmax_loss(weights, square, np.array([2, 0, 1])))
    expect("two samples of the same class", softmax_loss(weights[:2], square[:2], np.array([1, 1])))
    expect("scores of thousands, surely wrong", softmax_loss(900 * weights, square, np.array([0, 2, 1])))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20207)
    for n, k, d in [(7, 4, 2), (3, 2, 5), (1, 3, 1), (9, 6, 3)]:
        x1 = np.column_stack([np.ones(n), draw.normal(size=(n, d))])
        w, t = draw.normal(size=(k, d + 1)), draw.integers(0, k, size=n)
        expect(f"{n} samples, {k} classes, {d} inputs", softmax_loss(w, x1, t))
    expect("scores of thousands", softmax_loss(3000 * w, x1, t))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Softmax, nearly right
#
# Two mistakes with it stand in print. The exponential is left out: then scores of 2, 1 and -1 become

# %%
scores = np.array([2.0, 1.0, -1.0])
print("without the exponential:", scores / scores.sum(), " softmax:", np.exp(scores) / np.exp(scores).sum())

# %% [markdown]
# a "probability" of minus one half. That one shows. The other hides well, and here is a program that has it, on its way
# to learn three classes:

# %% [markdown] task="train_classes" title="Find the bug: the classifier that is never sure"
# `train_classes(x1, t, classes, eta, steps)` should train a softmax regression from zeros: in each step the scores, the
# probabilities, the mean loss $-\ln p_t$ **before** the step, then one step of gradient descent on it. It returns the
# weights `(classes, d + 1)` and the losses `(steps,)`. `x1` has the 1 in front, `t` holds class numbers.
#
# The program below learns something: the loss falls, the largest score is often the right one. But however far apart the
# classes are, it never gets sure and its loss never near 0. Find out why and repair it; leave everything else as it is.
# Example: `x1 = [[1., -9.], [1., 9.]]`, `t = [0, 1]`, `eta = 1` should have a second loss below 0.001; it has 0.31.


# %% solve="train_classes" difficulty=3 importance=5 minutes=15 bug=true forbid="course_lib.topics.logistic.train_classes course_lib.topics.logistic.softmax_loss"
def train_classes(x1, t, classes, eta, steps):
    """Weights (classes, d + 1) of a softmax regression by gradient descent, and the loss before each step."""
    ### BEGIN SOLUTION
    w, one_hot, losses = np.zeros((classes, x1.shape[1])), np.eye(classes)[t], []
    for _ in range(steps):
        score = x1 @ w.T
        p = logistic.softmax(score)
        losses.append(-np.mean(np.log(np.sum(one_hot * p, axis=1))))
        w -= eta * (p - one_hot).T @ x1 / len(t)
    return w, np.array(losses)
    ### END SOLUTION


# %% given="train_classes"
def train_classes(x1, t, classes, eta, steps):
    """Weights (classes, d + 1) of a softmax regression by gradient descent, and the loss before each step."""
    w, one_hot, losses = np.zeros((classes, x1.shape[1])), np.eye(classes)[t], []
    for _ in range(steps):
        score = logistic.sigmoid(x1 @ w.T)
        p = logistic.softmax(score)
        losses.append(-np.mean(np.log(np.sum(one_hot * p, axis=1))))
        w -= eta * (p - one_hot).T @ x1 / len(t)
    return w, np.array(losses)


# %% [markdown] hint="train_classes"
# What is the largest probability this program can ever give? Between which numbers do its scores lie?

# %% [markdown] hint="train_classes"
# Put the best scores it can have into the softmax: for three classes `logistic.softmax(np.array([[1.0, 0.0, 0.0]]))`.
# Compare with `[[20.0, 0.0, 0.0]]`.

# %% [markdown] hint="train_classes"
# A softmax wants scores from minus to plus infinity, straight from the weights:
# ```python
# score = ...
# p = logistic.softmax(score)
# ```

# %% check="train_classes" points=7
with check("train_classes") as expect:
    inputs = np.array([[1.0, 2.0, -1.0], [1.0, -0.5, 2.5], [1.0, -3.0, -1.0]])
    for steps in (1, 4):
        expect(f"three samples, {steps} steps", train_classes(inputs, np.array([2, 0, 1]), 3, 0.5, steps))
    apart = np.array([[1.0, -6.0], [1.0, 0.0], [1.0, 7.0], [1.0, 6.0]])
    expect("three classes far apart", train_classes(apart, np.array([1, 0, 2, 2]), 3, 0.3, 20))
    ### BEGIN HIDDEN TESTS
    draw = np.random.default_rng(20208)
    for n, k, d, eta in [(12, 4, 2, 0.6), (6, 2, 3, 0.2), (15, 10, 4, 1.0)]:
        t = draw.integers(0, k, size=n)
        x1 = np.column_stack([np.ones(n), draw.normal(size=(n, d)) + draw.normal(size=(k, d))[t]])
        for steps in (2, 9):
            expect(f"{n} samples, {k} classes, {steps} steps", train_classes(x1, t, k, eta, steps))
    ### END HIDDEN TESTS

# %% [markdown]
# **Lecture figure F44.** How sure can such a network get with ten classes? Its scores lie between 0 and 1. The best it can
# do is 1 for the right class and 0 for the nine others.

# %% figure="F44"
best_scores = np.append(1.0, np.zeros(9))[None]
cap = logistic.softmax(best_scores)[0, 0]
floor = -np.log(cap)
assert (round(cap, 3), round(floor, 3)) == (0.232, 1.461)
bare = best_scores[0] / best_scores.sum()
shifted = (best_scores[0] * 4 - 2) / (best_scores[0] * 4 - 2).sum()
rows = [
    ("largest probability", "softmax of sigmoids", f"{cap:.3f}", "10 classes: e / (e + 9)"),
    ("smallest loss", "softmax of sigmoids", f"{floor:.3f}", "-ln of it; at the start ln 10 = 2.303"),
    ("without exp, scores 1 and nine times 0", "softmax without exp", f"{bare[0]:.3f}", "of sigmoids: divided by their sum, 1"),
    ("without exp, scores 2 and nine times -2", "softmax without exp", f"{shifted[0]:.3f}", "of logits: divided by their sum, -16"),
]
lecture_table("F44 · softmax, nearly right", rows)

# %% [markdown]
# ## 6. Practice run: digits, with and without the bug
#
# The 8×8 digits of scikit-learn, ten classes, 64 inputs. Once as it should be, once with the sigmoid before the softmax.
# Which of the two will classify better? And what will the two losses say about it?

# %% practice="digits_load"
from course_lib.data.datasets import digits

STEPS = 1000  # 10000 for a longer run (a minute)
images_of_digits = digits()
train_x1, test_x1 = (
    perceptron.augment(x.reshape(-1, 64) / 255) for x in (images_of_digits.x_train, images_of_digits.x_test)
)
train_t, test_t = images_of_digits.t_train, images_of_digits.t_test


# %% practice="digits_train"
def squashed(z):
    """Scores through a sigmoid, and its slopes, so that descent follows the true gradient of the wrong network."""
    y = logistic.sigmoid(z)
    return y, y * (1 - y)


def as_they_are(z):
    return z, 1.0


# %% practice="digits_run"
def softmax_run(scores_of, eta=2.0):
    """Weights, losses and test errors of gradient descent, with what `scores_of` makes of the scores."""
    w, losses, errors, one_hot = np.zeros((10, 65)), [], [], np.eye(10)[train_t]
    for _ in tqdm(range(STEPS), desc=scores_of.__name__):
        scores, slope = scores_of(train_x1 @ w.T)
        p = logistic.softmax(scores)
        losses.append(-np.mean(np.log(np.sum(one_hot * p, axis=1))))
        errors.append(np.mean((test_x1 @ w.T).argmax(axis=1) != test_t))
        w -= eta * ((p - one_hot) * slope).T @ train_x1 / len(train_t)
    return w, losses, errors


runs = {"softmax": softmax_run(as_they_are), "sigmoid, then softmax": softmax_run(squashed)}

# %% practice="digits_plot"
left, right = style.row(2, size=(4.5, 3.4))
style.axes(left, title="One loss has a floor", xlabel="step", ylabel="training loss (nats)")
style.axes(right, title="Errors on the test images", xlabel="step", ylabel="misclassified (%)")
for (name, (_, losses, errors)), color, dash in zip(runs.items(), (style.BLUE, style.RED), ("-", "--"), strict=True):
    left.plot(losses, dash, color=color, label=name)
    right.plot(100 * np.array(errors), dash, color=color, label=name)
floor = -np.log(np.e / (np.e + 9))
left.axhline(floor, color=style.GREY, ls=":", label=f"{floor:.3f}")
left.set(ylim=(0, 2.4))
right.set(ylim=(0, 40))
left.legend(frameon=False, fontsize="small")
plt.show()

# %% practice="digits_say"
for name, (_, losses, errors) in runs.items():
    print(f"{name}: loss {losses[0]:.3f} → {losses[-1]:.3f}, misclassified test images {errors[-1]:.1%}")

# %% [markdown]
# The errors alone do not give the bug away: the network still ranks its answers, some points worse at this rate, as after many
# a bad setting. That is how it survives in print. But its loss never gets below the floor, and its probabilities are worthless:
# it is never more than about
# a quarter sure, even of training images that it has right. What has each class learned? Its weights are an image:

# %% practice="digits_weights"
images.image_grid(runs["softmax"][0][:, 1:].reshape(10, 8, 8), signed=True, titles=list("0123456789"), size=0.95)
plt.show()

# %% [markdown]
# Each is a template: ink on red pixels speaks for the digit, ink on blue ones against it.

# %% [markdown]
# ## 7. An open exercise: honest probabilities
#
# Section 2 met a neuron that was sure of coins. Here is a case between: twenty measurements, of which three have to do
# with the label, eighty samples, and labels that are thrown. Nobody can know a label; but a good neuron knows *how
# likely* it is. Steps are dear, so a given counter counts them:


# %%
class Counted:
    """The gradient of the mean cross-entropy, for at most 60 calls."""

    def __init__(self, calls=60):
        self.left = calls

    def __call__(self, w, x1, t):
        if self.left == 0:
            raise RuntimeError("the 60 gradients are used up: run this cell again for a fresh counter, and plan anew")
        self.left -= 1
        return logistic.gradient(w, x1, t)


thrown_x, thrown_t, _ = logistic.chances(80, rng=np.random.default_rng(2017))
print("samples", thrown_x.shape, " share of ones", thrown_t.mean(), " deviations", thrown_x.std(axis=0).round(1)[:6], "...")

# %% [markdown] task="open_chances" title="Honest probabilities"
# From `thrown_x` `(80, 20)` and `thrown_t` `(80,)` train what you like, and define `chance(x)`: for `x` `(n, 20)`, as it
# comes, the probabilities `(n,)` that the label is 1. Take gradients from `slope(w, x1, t)`, which your cell makes anew.
#
# Budget: 60 calls of `slope`, all trials of one run of your cell together. The judge knows the true probabilities of
# 2000 new samples and measures the **mean squared difference**. Saying the share of ones everywhere gives 0.09. You
# get points for 0.045 and for 0.028.
#
# You do not know true probabilities. What you can measure is the mean squared difference to labels (the **Brier score**)
# or the cross-entropy, on samples kept apart; the cell below yours does so on 4000 more. Labels are thrown, so even the
# true probabilities differ from them: that cell prints by how much.


# %% solve="open_chances" difficulty=4 importance=5 minutes=30
slope = Counted()
### BEGIN SOLUTION
centre, spread = thrown_x.mean(axis=0), thrown_x.std(axis=0)
scaled = perceptron.augment((thrown_x - centre) / spread)
weights = np.zeros(21)
for _ in range(15):  # stopped early, before it knows the 80 by heart
    weights = weights - 0.5 * slope(weights, scaled, thrown_t)


def chance(x):
    """Probability (n,) of label 1 for x (n, 20)."""
    return logistic.sigmoid(perceptron.augment((x - centre) / spread) @ weights)


### END SOLUTION

# %% practice="chances_measured"
if "chance" in globals():
    more_x, more_t, more_p = logistic.chances(4000, rng=np.random.default_rng(78))
    for name, y in (("yours", np.asarray(chance(more_x))), ("the share of ones", thrown_t.mean()), ("the true probabilities", more_p)):
        print(f"{name}: Brier score {np.mean((y - more_t) ** 2):.3f} on 4000 more labels")
else:
    print("Nothing to measure yet: solve the exercise above first.")

# %% [markdown] hint="open_chances"
# Long weights mean confidence, and every step of descent makes them longer. What do 80 samples justify, with 20 inputs
# of which most are noise?

# %% [markdown] hint="open_chances"
# Scale first: with columns of such different units 60 steps lead nowhere. Then stop early. Where? Keep a quarter of the
# samples apart and see where the loss on them is lowest (`data.split`), or leave out inputs that have little to do with
# the label (the size of the first gradient tells), or shrink the weights a little at every step.

# %% [markdown] hint="open_chances"
# ```python
# centre, spread = thrown_x.mean(axis=0), ...
# scaled = perceptron.augment((thrown_x - centre) / spread)
# weights = np.zeros(21)
# for _ in range(...):                                # not all 60
#     weights = weights - 0.5 * slope(weights, scaled, thrown_t)
# def chance(x):
#     return logistic.sigmoid(perceptron.augment(...) @ weights)
# ```

# %% held="open_chances" gives="new_x"
import numpy as np

from course_lib.topics import logistic

rng = np.random.default_rng(20221)
new_x, _, true_chances = logistic.chances(2000, rng=rng)

# %% check="open_chances" points=3
with check("open_chances") as expect:
    few = logistic.chances(30, rng=np.random.default_rng(79))[0]
    said = np.asarray(chance(few.copy()))
    expect("30 samples: the shape of what you return", said.shape)
    expect("answers that are not a number (NaN)", int(np.isnan(said).sum()))
    expect("answers below 0 or above 1 (how honest the others are, the judge measures)", int(np.sum((said < 0) | (said > 1))))
    expect("slope is the given counter of 60 gradients", isinstance(slope, Counted) and slope.left >= 0)
    ### BEGIN HIDDEN TESTS
    expect("the counter is still the given one", isinstance(slope, Counted) and slope.left >= 0)
    said = chance(expect.held("new_x").copy())
    expect.outcome("0.045 from the true chances of 2000 samples", said, truth="true_chances", measure="mse", at_most=0.045)
    ### END HIDDEN TESTS

# %% check="open_chances-better" points=2
with check("open_chances-better") as expect:
    few = logistic.chances(20, rng=np.random.default_rng(80))[0]
    expect("20 samples: the shape (whether it comes to 0.028, the judge measures)", np.shape(chance(few)))
    ### BEGIN HIDDEN TESTS
    expect("the counter is still the given one", isinstance(slope, Counted) and slope.left >= 0)
    said = chance(expect.held("new_x").copy())
    expect.outcome("0.028 from the true chances of 2000 samples", said, truth="true_chances", measure="mse", at_most=0.028)
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# 1. A logit is the logarithm of the odds; the sigmoid turns it into a probability, and the length of the weights into
#    confidence.
# 2. The noise chooses the loss: Bernoulli labels give cross-entropy, Gaussian noise gives squared error.
# 3. The gradient is output error times input, $\frac1n X^\top(y - t)$, for the sigmoid and for the softmax alike. Test it
#    by wiggling weights both ways.
# 4. Compute losses from logits: subtract the maximum, never take the logarithm of a rounded probability, and put nothing
#    between the scores and the softmax.
# 5. Cross-entropy is convex here and forgives easy outliers. It does not count errors, and its border is straight.
#
# ## Further reading
#
# - Joseph Berkson: *Application of the logistic function to bio-assay* (1944)
# - David Cox: *The regression analysis of binary sequences* (1958)
# - John Bridle: *Probabilistic interpretation of feedforward classification network outputs* (1990)
# - Sara Solla, Esther Levin, Michael Fleisher: *Accelerated learning in layered neural networks* (1988), on
#   cross-entropy against squared error
# - Howard Rosenbrock: *An automatic method for finding the greatest or least value of a function* (1960), the banana
#
# **Next:** lesson 03, backpropagation. The chain rule of this lesson, three factors long, becomes a machine that takes
# gradients of any program.
