# %% [markdown] lesson="14" title="Recurrent networks" minutes=330 builds_on="03 07 12"
# A network for images wants every input to be of one size. Words, sentences, songs and movements are not. How can a
# network with a fixed number of weights read a sequence of any length, and why does it forget how the sequence began?
#
# After this lesson you will be able to
#
# - write a recurrent layer and its way back through time, whole or truncated;
# - say from eigenvalues when gradients over time vanish or explode, measure it, and clip;
# - write an LSTM's step, and say what its gates change for the gradient;
# - handle sequences of different length in one array, in both directions, without letting the padding leak;
# - translate with an encoder and a decoder, see what attention adds, and write attention;
# - train a model of text, say how many bits a letter costs it, and let it write.
#
# You need lessons 03, 07 and 12. There are eleven exercises, one of them open, three predictions and one written question.

# %% picture="opening" alt="On the left a cell h with input x, output y and an orange loop from itself to itself; on the right the same cell four times in a row, one for each letter of the word time, each handing its state to the next"
from course_lib.viz.pictures import recurrent

recurrent.folded_and_unrolled()

# %% [markdown]
# ## 1. One cell, used again at every step
#
# Run this cell first. Sections 5, 8 and 9 show recorded measurements. To run them yourself, some minutes each, change its
# last line to `FULL = True` and run it again.

# %%
import os
import time

import numpy as np

from course_lib import Tensor, nn, no_grad, optim
from course_lib import functional as F
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import scenes, sequences, texts
from course_lib.data.sequences import END, PAD, START, Vocabulary
from course_lib.topics import language, recurrent, translation
from course_lib.train import plus_minus, progress
from course_lib.viz import curves, style
from course_lib.viz import recurrent as draw
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.recurrent import unroll_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# A **sequence** is a list of vectors $x_1, x_2, \dots, x_T$, where $T$ differs from one to the next: letters, samples
# of sound, joints of a body, frame after frame. You could cut a window of fixed length and use lesson 04. Whatever lies
# outside the window then does not exist, and each place in the window has weights of its own: what was learned about
# the third letter says nothing about the fourth.
#
# A **recurrent layer** has one set of weights and a **state** $h$, its memory. At every step it makes a new state from
# the old one and from what comes in:
#
# $$h_t = \tanh(W_{ih}\, x_t + W_{hh}\, h_{t-1} + b)$$
#
# **Unrolled** over time it is a deep network, as deep as the sequence is long, whose layers share their weights, as a
# convolution shares them over places. In this lesson $t$ counts time, as everybody writes it; what should come out is called
# the target. Arrays in sections 1 to 6 have time first: `x` is `(t, n, d)`, t steps of n sequences of d numbers. `x[0]` is then
# the first step of the whole batch. k is the number of units of the state.

# %% [markdown] task="rnn_forward" title="The recurrent layer, unrolled"
# Write `rnn_forward(x, h0, w_ih, w_hh, b)` with arrays: `x` `(t, n, d)`, first state `h0` `(n, k)`, weights `w_ih` `(k,
# d)` and `w_hh` `(k, k)`, bias `b` `(k,)`. Return all states after `h0`, as one array `(t, n, k)`.
#
# The arguments stay as they are.
#
# *Example:* d = k = n = 1, all weights 1, bias and `h0` 0, inputs 1 and 0: the states are tanh(1) = 0.762 and
# tanh(0.762) = 0.642.


# %% solve="rnn_forward" difficulty=2 importance=5 minutes=10 forbid="course_lib.topics.recurrent.rnn_states course_lib.ops.recurrent.rnn course_lib.nn.RNN torch.nn.RNN"
def rnn_forward(x, h0, w_ih, w_hh, b):
    """All states (t, n, k) of a recurrent layer that reads x (t, n, d) from the state h0 (n, k)."""
    ### BEGIN SOLUTION
    h, states = h0, []
    for now in x:
        h = np.tanh(now @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    return np.stack(states)
    ### END SOLUTION


# %% [markdown] hint="rnn_forward"
# A loop over time, and one variable that is the state. What does it hold before the loop, and what after each step?

# %% [markdown] hint="rnn_forward"
# `x[0]` is `(n, d)` and `w_ih` is `(k, d)`: `x[0] @ w_ih.T` is `(n, k)`. With two steps you get a list of two arrays
# `(n, k)`.

# %% [markdown] hint="rnn_forward"
# ```python
# h, states = h0, []
# for now in x:
#     h = np.tanh(... + ... + b)
#     states.append(h)
# return np.stack(...)
# ```

# %% check="rnn_forward" points=4
with check("rnn_forward") as expect:

    def layer(t, n, d, k, rng):
        x, h0 = rng.normal(size=(t, n, d)), rng.uniform(-0.9, 0.9, (n, k))
        w_ih, w_hh = rng.normal(size=(k, d)) / np.sqrt(d), rng.normal(size=(k, k)) / np.sqrt(k)
        return x, h0, w_ih, w_hh, 0.3 * rng.normal(size=k)

    square = layer(3, 3, 3, 3, np.random.default_rng(1))
    expect("3 steps, 3 sequences, all sizes 3", rnn_forward(*square))
    expect.unchanged("the arguments afterwards", list(square))
    expect("5 steps, 2 sequences of 4 numbers, 3 units", rnn_forward(*layer(5, 2, 4, 3, np.random.default_rng(2))))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140101)
    for t, n, d, k in [(4, 2, 3, 5), (7, 3, 1, 4), (1, 4, 2, 3), (12, 1, 5, 2)]:
        case = layer(t, n, d, k, rng)
        expect(f"{t} steps, {n} sequences of {d}, {k} units", rnn_forward(*case))
        expect.unchanged(f"{t} steps, the arguments afterwards", list(case))
    ### END HIDDEN TESTS

# %% [markdown]
# What the state is good for: two sequences with the same steps in another order end in different states. A sum or a
# mean over the steps could not tell them apart.

# %%
states_of = yours("rnn_forward", else_=recurrent.rnn_states)
some = recurrent.start_weights("RNN", 3, 4, rng=np.random.default_rng(3))[:3]
steps = np.eye(3)[:, None]  # three steps, one sequence
print("a b c:", states_of(steps, np.zeros((1, 4)), *some)[-1, 0].round(2))
print("c b a:", states_of(steps[::-1], np.zeros((1, 4)), *some)[-1, 0].round(2))

# %% [markdown]
# What a recurrent layer is used for depends on where you read and where you ask:
#
# - many to one: read a sequence, ask at the end (which language, which gesture);
# - many to many, in step: an answer at every step (which sound, which letter comes next);
# - one to many: one input, a sequence out (a caption for an image);
# - many to many, one after the other: read all, then write all (translation). Section 7.
#
# ## 2. Back through time
#
# **Back-propagation through time** is lesson 03 on the unrolled network, no more. Only two things need care.
#
# - A state is used twice: for the output at its step, and for the next state. Its gradient is the sum of both.
# - The weights are used at every step. Their gradient is the sum over all steps.
#
# Let $g_t$ be the gradient that reaches $h_t$ from outside, for instance from a loss at step $t$. Going backwards, with
# $\delta$ for the gradient of what stands inside tanh:
#
# $$\delta_t = (1 - h_t^2) \odot (g_t + W_{hh}^\top \delta_{t+1}), \qquad
# \frac{\partial E}{\partial W_{hh}} = \sum_t \delta_t\, h_{t-1}^\top$$
#
# (for one sequence, as columns). For a text of a million letters you cannot keep all states. **Truncated**
# back-propagation cuts the way back into windows: the *values* of the state go on from window to window, the gradient
# stops at each border. What the network should remember over longer times it can then only learn by luck.

# %% [markdown] task="bptt" title="Back-propagation through time, whole and truncated"
# Write `bptt(x, h0, w_ih, w_hh, h, g, window=None)`. `h` `(t, n, k)` are the states of `rnn_forward`, `g` `(t, n, k)`
# is what reaches each of them from outside. Return a dict with the gradients "x", "h0", "w_ih", "w_hh" and "b", each of
# the shape of what it belongs to, sums over the n sequences where that is needed.
#
# With `window=m`, no gradient goes from step m to step m - 1 (counted from 0), from 2m to 2m - 1, and so on. `h0` keeps
# its gradient, from the first window. The arguments stay as they are.
#
# *Example:* one step, all sizes 1, `w_ih` = 2, `w_hh` = 3, x = 5, h0 = 0.4, g = 1, and h given as 0: x gets 2, h0 gets 3, `w_ih`
# gets 5, `w_hh` gets 0.4 and b gets 1.


# %% solve="bptt" difficulty=4 importance=5 minutes=25 forbid="course_lib.ops.recurrent.rnn course_lib.nn.RNN torch.nn.RNN course_lib.topics.recurrent.step"
def bptt(x, h0, w_ih, w_hh, h, g, window=None):
    """Gradients {"x", "h0", "w_ih", "w_hh", "b"} of a recurrent layer, from the gradients g (t, n, k) of its states."""
    ### BEGIN SOLUTION
    before = np.concatenate([h0[None], h[:-1]])
    dx, dh = np.zeros(x.shape), np.zeros(h0.shape)
    dw_ih, dw_hh, db = np.zeros(w_ih.shape), np.zeros(w_hh.shape), np.zeros(len(w_hh))
    for t in reversed(range(len(x))):
        inside = (g[t] + dh) * (1 - h[t] ** 2)
        dx[t] = inside @ w_ih
        dw_ih += inside.T @ x[t]
        dw_hh += inside.T @ before[t]
        db += inside.sum(axis=0)
        dh = inside @ w_hh
        if window and t > 0 and t % window == 0:
            dh = np.zeros(h0.shape)
    return {"x": dx, "h0": dh, "w_ih": dw_ih, "w_hh": dw_hh, "b": db}
    ### END SOLUTION


# %% [markdown] hint="bptt"
# Walk from the last step to the first. Carry one array `dh` `(n, k)`: what reaches a state from the step after it. At
# the last step it is 0.

# %% [markdown] hint="bptt"
# Two steps by hand: at t = 1 `dh` is 0, the gradient inside tanh is `g[1] * (1 - h[1]**2)`. It gives `x[1]`, the
# weights and `h[0]` their share. At t = 0 `h[0]` has got two parts: `g[0]`, and the share from t = 1. The state
# *before* step 0 is `h0`.

# %% [markdown] hint="bptt"
# ```python
# dh = np.zeros(h0.shape)
# for t in reversed(range(len(x))):
#     inside = (... + dh) * (...)
#     before = h[t - 1] if t > 0 else h0
#     ...                       # x[t] gets its gradient; w_ih, w_hh and b add up theirs
#     dh = inside @ ...
#     if window and ...:        # a border lies between t and t - 1
#         dh = ...
# ```

# %% check="bptt-whole" points=5
with check("bptt-whole") as expect:

    def back_case(t, n, d, k, rng):
        x, h0 = rng.normal(size=(t, n, d)), rng.uniform(-0.9, 0.9, (n, k))
        w_ih, w_hh = rng.normal(size=(k, d)) / np.sqrt(d), rng.normal(size=(k, k)) / np.sqrt(k)
        h, states = h0, []
        for now in x:
            h = np.tanh(now @ w_ih.T + h @ w_hh.T)
            states.append(h)
        return x, h0, w_ih, w_hh, np.stack(states), rng.normal(size=(t, n, k))

    square = back_case(3, 3, 3, 3, np.random.default_rng(11))
    expect("3 steps, all sizes 3", bptt(*square))
    expect.unchanged("the arguments afterwards", list(square))
    case = back_case(5, 2, 4, 3, np.random.default_rng(12))
    case[-1][:-1] = 0  # a loss at the last step only
    expect("5 steps, 2 sequences of 4, 3 units, asked at the end", bptt(*case))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140201)
    for t, n, d, k in [(4, 2, 3, 5), (6, 3, 1, 4), (1, 4, 2, 3), (9, 1, 5, 2)]:
        case = back_case(t, n, d, k, rng)
        expect(f"{t} steps, {n} sequences of {d}, {k} units", bptt(*case))
        expect.unchanged(f"{t} steps, the arguments afterwards", list(case))
    ### END HIDDEN TESTS

# %% check="bptt-truncated" points=2
with check("bptt-truncated") as expect:
    case = back_case(7, 2, 4, 3, np.random.default_rng(13))
    expect("7 steps, windows of 3", bptt(*case, window=3))
    expect("7 steps, windows of 1", bptt(*case, window=1))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140202)
    for t, n, d, k, window in [(8, 2, 3, 5, 4), (9, 3, 2, 4, 2), (5, 1, 2, 3, 6)]:
        case = back_case(t, n, d, k, rng)
        expect(f"{t} steps, {n} sequences of {d}, {k} units, windows of {window}", bptt(*case, window=window))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3. Gradients that vanish, gradients that explode
#
# ### Predict: fifty steps
#
# Leave tanh away for a moment: $h_t = W h_{t-1}$, where W is a multiple of a rotation, all of whose eigenvalues have
# the size 0.8. The last state has a gradient of norm 1. What is the norm of the gradient fifty steps earlier, as a
# power of ten? `power = ...`, the whole number nearest to its exponent.
#
# *Example of the form:* for a norm of 0.0009 the answer would be -3.

# %% solve="power" difficulty=2 importance=5 minutes=4
### BEGIN SOLUTION
power = -5
### END SOLUTION

# %% [markdown] hint="power"
# Each step back multiplies by the transpose of W. What does that do to the length of a vector here?

# %% [markdown] hint="power"
# After two steps: 0.8 · 0.8 = 0.64. Logarithms turn the product into a sum.

# %% [markdown] hint="power"
# The logarithm of 0.8 to base ten is about -0.097. Take it fifty times.

# %% predict="power" points=1
with check("power") as expect:
    expect("the exponent", power)

# %%
print(f"0.8 to the power of 50 is {0.8**50:.1e}, and 1.25 to the power of 50 is {1.25**50:.1e}")

# %% [markdown]
# **The eigenvalue argument.** From $h_T$ back to $h_t$ the gradient is multiplied by $W_{hh}^\top$ and by the slopes of
# tanh, $T - t$ times:
#
# $$\frac{\partial E}{\partial h_t} = \Big(\prod_{s=t+1}^{T} W_{hh}^\top\, D_s\Big)\frac{\partial E}{\partial h_T},
# \qquad D_s = \mathrm{diag}(1 - h_s^2)$$
#
# Leave the slopes away and write the gradient in eigenvectors of the matrix: the part along an eigenvalue $\lambda$ grows
# or shrinks as $|\lambda|^{T-t}$. In the long run everything **vanishes** if the largest is below 1, and **explodes** if
# one is above 1.
#
# Slopes of tanh are at most 1 and take from it. So with tanh a gradient surely vanishes when the largest
# *singular value* of the matrix is below 1 (one step then shortens every vector), and it *can* explode only when that is
# above 1. Exactly 1 is a knife's edge, and training moves the weights off it.

# %% picture="eigenvalues" alt="Norm of the gradient against steps back in time on a logarithmic axis: three straight lines for eigenvalues of size 0.9, 1 and 1.5 without tanh, and the same with tanh, each falling more or rising less"
from course_lib.viz.pictures import recurrent

recurrent.eigenvalues()

# %% [markdown]
# Deep networks of lesson 07 have the same trouble, but every layer there has its own matrix, and a good start cures it.
# Here it is the *same* matrix at every step. The two diseases need different cures:
#
# - An exploding gradient points in a useful direction and is too long. **Clip** it: if the norm of all gradients
#   together exceeds a limit, scale them all by one factor, so that the direction stays (Pascanu, Mikolov and Bengio
#   2013).
# - A vanished gradient has no information to be scaled up. It takes another cell: section 4.

# %% [markdown] task="time_gradients" title="Gradient norm over time, and clipping"
# - `time_gradients(h, w_hh, g)`: a tanh layer has had the states `h` `(t, n, k)`, and the last state gets the gradient
#   `g` `(n, k)`, the others nothing from outside. Return the norm of the gradient of each of the t states, an array
#   `(t,)`, the last state's last. The norm goes over the whole array `(n, k)`.
# - `clipped(gradients, limit)`: a list of arrays. Let N be the norm of all their numbers as one vector. Return a list
#   of new arrays, scaled together so that their common norm is `limit`, or unchanged if N is not above `limit`; and N
#   as a float: `(list, N)`.
#
# *Example:* gradients `[[3.0], [[4.0]]]` with limit 1 become `[[0.6], [[0.8]]]`, and N is 5.


# %% solve="time_gradients" difficulty=3 importance=5 minutes=15 forbid="course_lib.optim.clip_grad_norm_ course_lib.optim.grad_norm course_lib.topics.recurrent.gradient_norms"
def time_gradients(h, w_hh, g):
    """Norms (t,) of the gradient of every state of h (t, n, k), when the last has the gradient g (n, k)."""
    ### BEGIN SOLUTION
    norms = [np.linalg.norm(g)]
    for now in h[:0:-1]:
        g = (g * (1 - now**2)) @ w_hh
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])
    ### END SOLUTION


def clipped(gradients, limit):
    """The gradients, scaled together to a common norm of at most `limit`, and the norm before."""
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum((a * a).sum() for a in gradients)))
    scale = min(1.0, limit / norm) if norm > 0 else 1.0
    return [a * scale for a in gradients], norm
    ### END SOLUTION


# %% [markdown] hint="time_gradients"
# The first function is the walk of `bptt` without weights: only what is handed from state to state. The second needs
# one number for all arrays.

# %% [markdown] hint="time_gradients"
# Three states: the last has norm |g|. Going to the middle one multiplies by the slopes at the *last* state and by the
# matrix. Nothing needs the slopes at the first state. For clipping: squares of all numbers of all arrays, added, then
# the root.

# %% [markdown] hint="time_gradients"
# ```python
# norms = [np.linalg.norm(g)]
# for t in range(len(h) - 1, 0, -1):
#     g = (g * ...) @ ...          # from h[t] to h[t - 1]
#     norms.append(...)
# return np.array(norms[::-1])
#
# norm = np.sqrt(sum(... for a in gradients))
# scale = limit / norm if ... else 1.0
# ```

# %% check="time_gradients-norms" points=3
with check("time_gradients-norms") as expect:

    def past(t, n, k, rng, size=1.0):
        w_hh = size * rng.normal(size=(k, k)) / np.sqrt(k)
        return rng.uniform(-0.8, 0.8, (t, n, k)), w_hh, rng.normal(size=(n, k))

    case = past(3, 3, 3, np.random.default_rng(21))
    expect("3 states of 3 sequences, 3 units", time_gradients(*case))
    expect.unchanged("the arguments afterwards", list(case))
    expect("6 states of 2 sequences, 4 units", time_gradients(*past(6, 2, 4, np.random.default_rng(22))))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140301)
    for t, n, k, size in [(5, 2, 3, 1.0), (9, 3, 5, 2.5), (1, 2, 4, 1.0), (15, 1, 4, 0.6)]:
        case = past(t, n, k, rng, size)
        expect(f"{t} states of {n} sequences, {k} units", time_gradients(*case))
        expect.unchanged(f"{t} states, the arguments afterwards", list(case))
    ### END HIDDEN TESTS

# %% check="time_gradients-clipped" points=2
with check("time_gradients-clipped") as expect:
    pair = [np.array([[6.0, 2.0], [-1.0, 4.0]]), np.array([5.0, -3.0])]
    expect("a matrix and a vector, limit 2", clipped(pair, 2.0), rtol=1e-4)
    expect.unchanged("the gradients afterwards", pair)
    expect("the same, limit 20: nothing to do", clipped(pair, 20.0), rtol=1e-4)
    expect("the same, limit 7: above each number, below the norm", clipped(pair, 7.0), rtol=1e-4)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140302)
    for limit, size in [(0.7, 3.0), (5.0, 0.4), (3.0, 20.0)]:
        many = [size * rng.normal(size=shape) for shape in ((3, 4), (4,), (2, 3, 2))]
        expect(f"three arrays, limit {limit}, numbers of size {size}", clipped(many, limit), rtol=1e-4)
        expect.unchanged(f"limit {limit}: the gradients afterwards", many)
    many = [rng.uniform(0.3, 0.6, shape) for shape in ((3, 4), (5,))]
    expect("limit 0.9, above each number, below the norm", clipped(many, 0.9), rtol=1e-4)
    expect("nothing but zeros", clipped([np.zeros(3), np.zeros((2, 2))], 1.5))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 4. LSTM: a state that is added to, not multiplied
#
# Lesson 12 gave the gradient a way past the layers, by an addition: $y = x + F(x)$. The **long short-term memory** did so
# eighteen years earlier, over time (Hochreiter and Schmidhuber 1997). It has a second state, the **cell** $c$, on whose way no
# matrix stands. Here it is with the forget gate $f$, which Gers and others added in 2000:
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(c_t)$$
#
# - $g$ is what could be written: $\tanh(W_{ig} x_t + W_{hg} h_{t-1} + b_g)$;
# - $i$, $f$, $o$ are **gates** between 0 and 1, sigmoids of the same inputs with weights of their own: how much is
#   written (**input**), kept (**forget**), shown (**output**).
#
# On the direct way from $c_t$ back to $c_{t-1}$ the gradient is multiplied by $f_t$ only. Where the forget gate is near 1 it passes.
#
# The family: a **Highway** network has such gates between its layers, with one gate T for both ways. **ResNet** has
# thrown the gates out: nothing is ever forgotten. Over layers that works. Over time, a memory that cannot forget fills
# up.

# %% picture="carriers" alt="Three orange lines: in ResNet the input goes straight to a sum; in Highway it passes a gate 1 minus T; in the LSTM the cell passes one of its three gates, the forget gate f"
from course_lib.viz.recurrent import carriers

carriers()

# %% [markdown]
# ### Predict: what does an LSTM cost?
#
# A plain recurrent layer with 10 inputs and 20 units, one bias for each unit, has $20·10 + 20·20 + 20$ weights. How
# many has an LSTM of the same sizes, with one bias for each gate and unit? `lstm_weights = ...`

# %% solve="lstm_weights" difficulty=1 importance=3 minutes=3
### BEGIN SOLUTION
lstm_weights = 2480
### END SOLUTION

# %% [markdown] hint="lstm_weights"
# Count the formulas in which x and h appear together.

# %% [markdown] hint="lstm_weights"
# i, f, g and o each have a matrix for x, a matrix for h, and a bias. The cell c itself has no weights.

# %% [markdown] hint="lstm_weights"
# So it is four times the number of the plain layer. Work that out.

# %% predict="lstm_weights" points=1
with check("lstm_weights") as expect:
    expect("weights of the LSTM", lstm_weights)

# %%
for kind in recurrent.CELLS:
    weights = recurrent.start_weights(kind, 10, 20, rng=np.random.default_rng(0))[:3]
    print(f"{kind:4} with 10 inputs and 20 units: {sum(w.size for w in weights):>5,} weights")

# %% [markdown] task="lstm_step" title="One step of an LSTM"
# Write `lstm_step(x, h, c, w_ih, w_hh, b)`: `x` `(n, d)`, states `h` and `c` `(n, k)`, weights `w_ih` `(4k, d)`, `w_hh`
# `(4k, k)`, bias `b` `(4k,)`. The rows stand in the order i, f, g, o, k rows each, as in torch. Return `(h, c)` after
# the step.
#
# The sigmoid is $1/(1+e^{-a})$; the cases have moderate numbers, but nothing may be changed in place.
#
# *Example:* all weights and biases 0: every gate is 0.5 and g is 0, so that c is halved and h is tanh of it, halved.


# %% solve="lstm_step" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.recurrent.lstm_step course_lib.ops.recurrent.lstm course_lib.nn.LSTM torch.nn.LSTM torch.nn.LSTMCell"
def lstm_step(x, h, c, w_ih, w_hh, b):
    """The states (h, c) of an LSTM, each (n, k), after reading x (n, d)."""
    ### BEGIN SOLUTION
    i, f, g, o = np.split(x @ w_ih.T + h @ w_hh.T + b, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c
    ### END SOLUTION


# %% [markdown] hint="lstm_step"
# One product with x and one with h serve all four. Then cut the result along its last axis.

# %% [markdown] hint="lstm_step"
# With k = 2 the sum is `(n, 8)`: columns 0 and 1 are i, 2 and 3 are f, 4 and 5 are g, 6 and 7 are o. Three of them pass
# through the sigmoid, one through tanh. h uses the *new* c.

# %% [markdown] hint="lstm_step"
# ```python
# i, f, g, o = np.split(..., 4, axis=1)
# i, f, o = (... for a in (i, f, o))
# c = ... * c + ... * ...
# return ..., c
# ```

# %% check="lstm_step" points=5
with check("lstm_step") as expect:

    def lstm_case(n, d, k, rng):
        x, h, c = rng.normal(size=(n, d)), rng.uniform(-0.9, 0.9, (n, k)), rng.normal(size=(n, k))
        return x, h, c, rng.normal(size=(4 * k, d)), rng.normal(size=(4 * k, k)), rng.normal(size=4 * k)

    square = lstm_case(3, 3, 3, np.random.default_rng(31))
    expect("3 sequences, all sizes 3", lstm_step(*square))
    expect.unchanged("the arguments afterwards", list(square))
    expect("2 sequences of 5, 3 units", lstm_step(*lstm_case(2, 5, 3, np.random.default_rng(32))))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140401)
    for n, d, k in [(2, 3, 5), (5, 1, 3), (1, 6, 4), (4, 2, 1)]:
        case = lstm_case(n, d, k, rng)
        expect(f"{n} sequences of {d}, {k} units", lstm_step(*case))
        expect.unchanged(f"{n} sequences, the arguments afterwards", list(case))
    ### END HIDDEN TESTS

# %% [markdown]
# Gates by hand: with a forget gate of nearly 1 and an input gate of nearly 0 the cell keeps a number over a hundred
# steps. A plain layer has no weights that do so for every input.

# %%
step_of = yours("lstm_step", else_=recurrent.lstm_step)
bias = np.array([-8.0, 8.0, 0.0, 0.0])  # i closed, f open
h, c = np.zeros((1, 1)), np.array([[0.7]])
for _ in range(100):
    h, c = step_of(np.random.default_rng(0).normal(size=(1, 1)), h, c, np.zeros((4, 1)), np.zeros((4, 1)), bias)
print(f"the cell after 100 steps: {c[0, 0]:.3f}, at the start it was 0.7")

# %% [markdown]
# The **gated recurrent unit**, GRU, does with one state and two gates (Cho and others 2014): the **update** gate z
# mixes old and new, the **reset** gate r says how much of the old state the new one may see. In torch's form:
#
# $$n_t = \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})), \qquad h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$
#
# And now the gradient against time for each cell, with the weights as libraries start them. Look before you read on:
# which cells keep a gradient, and is it the name of the cell that decides?

# %% picture="gradients_by_cell" alt="Norm of the gradient against steps back, logarithmic, over 60 steps: the plain RNN falls to about 1e-16, GRU and LSTM as they start to about 1e-12, the LSTM with forget bias 1 to about 1e-5, the RNN with an orthogonal matrix to about 1e-4"
from course_lib.viz.pictures import recurrent

recurrent.gradients_by_cell()

# %% [markdown]
# A fresh LSTM has forget gates near 0.5, and half of a half of a half vanishes too. What the cell offers is that its
# way *can* be opened: a bias of 1 in the forget gate at the start, and training, which opens gates where it pays. The plain
# layer with an orthogonal matrix, whose eigenvalues all have the size 1, is a serious rival at the start. It has nothing that
# *keeps* it there.
#
# Now step through a cell. Read a word letter by letter and watch the gates; then, with the whole word read, let the
# gradient flow back. Compare the cells on the same word, and raise the recurrent weights until a gradient explodes.

# %% picture="unrolled" alt="An LSTM that has read the word recurrent: its ten states as coloured boxes, the gates at the last letter as bars, and the gradient norm of every state"
from course_lib.viz.pictures import recurrent

recurrent.unrolled()

# %%
unroll_explorer()

# %% [markdown]
# ## 5. How far back can a cell remember?
#
# Two tasks ask for nothing but memory (Hochreiter and Schmidhuber 1997).
#
# - **Copying**: three letters, then a wait, then a sign: now say the three letters. Guessing is right in a quarter of
#   the cases.
# - **Adding**: a long list of numbers, two of which are marked. Say the sum of the two. We count an answer as right
#   when it is off by less than 0.1.

# %%
x, told = sequences.copying(2, wait=5, rng=np.random.default_rng(0))
print("copying:", x[0], "-> say", told[0])
x, total = sequences.adding(1, length=6, rng=np.random.default_rng(0))
print("adding: ", x[0, :, 0].round(2), "marks", x[0, :, 1].astype(int), "-> say", total[0].round(2))

# %% [markdown]
# ### Predict: two tasks, one winner?
#
# Two rivals: a plain tanh layer that starts from an orthogonal matrix (call it "RNN"), and a GRU ("GRU"). Units (32),
# steps, batches, learning rate and clipping are equal. Which has more right answers in copying over a wait of 40 steps,
# and which in adding in a list of 60 numbers? `bridges = (copying, adding)`, two names.
#
# *Example of the form:* `bridges = ("GRU", "GRU")`.

# %% solve="bridges" difficulty=3 importance=4 minutes=4
### BEGIN SOLUTION
bridges = ("RNN", "GRU")
### END SOLUTION

# %% [markdown] hint="bridges"
# Compare what the two tasks want from a memory: keep three letters while nothing happens, or pick two numbers out of
# sixty.

# %% [markdown] hint="bridges"
# An orthogonal matrix turns its state at every step and loses nothing of it, wanted or not. A gate can shut the door.

# %% [markdown] hint="bridges"
# While one waits for the sign, there is nothing to shut out. Among sixty numbers there are fifty-eight.

# %% predict="bridges" points=1
with check("bridges") as expect:
    expect("the better one in copying over 40 steps, and in adding 60 numbers", bridges)

# %% [markdown]
# The run itself, recorded. Share of right answers on new sequences against the length to be bridged, three starts each;
# the bands are standard errors. Three more rivals run along: the plain layer with its usual start, clipped and
# unclipped, and the LSTM, with a forget bias of 1. The "RNN" of the prediction is the line "RNN, clipped, orthogonal".


# %%
CONTENDERS = {
    "RNN": {"kind": "RNN"},
    "RNN, clipped": {"kind": "RNN", "clip": 1.0},
    "RNN, clipped, orthogonal": {"kind": "RNN", "clip": 1.0, "orthogonal": True},
    "LSTM": {"kind": "LSTM", "clip": 1.0},
    "GRU": {"kind": "GRU", "clip": 1.0},
}
WAITS = {"copying": (5, 15, 40, 80), "adding": (10, 30, 60, 100)}


# %% figure="L14a"
def memory_figure(seeds=3, steps=1200):
    rows, pair = [], style.row(2, size=(4.6, 3.4))
    for ax, (task, waits) in zip(pair, WAITS.items(), strict=True):
        lines, spread = {}, {}
        for name, how in CONTENDERS.items():
            runs = [
                [recurrent.remember(task=task, wait=w, steps=steps, seed=s, **how)[0] for s in range(seeds)]
                for w in waits
            ]
            lines[name] = (waits, np.mean(runs, axis=1))
            spread[name] = np.std(runs, axis=1, ddof=1) / np.sqrt(seeds)
            told = "; ".join(f"{w}: {plus_minus(r, 2)}" for w, r in zip(waits, runs, strict=True))
            rows.append(
                (f"{task}, {name}", "", told, f"share right by steps to bridge, {seeds} starts, mean ± standard error")
            )
        axis = {"xlabel": "steps to bridge", "ylabel": "share of answers right", "title": task}
        curves.learning_curves(lines, ax=ax, spread=spread, **axis).set_ylim(0, 1.05)
    pair[0].get_legend().remove()
    pair[1].legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))  # no panel has room for it
    same = f"32 units, {steps} steps of Adam at 0.004 on fresh batches of 32, clipped at norm 1 where it says so"
    return lecture_table(f"Memory against horizon. Equal for all: {same}", rows)


memory_figure() if FULL else recorded("L14a")

# %% [markdown]
# Two tasks, two winners. In copying, the plain layer with the orthogonal start is right over 40 steps from every start,
# and mostly right over 80. After the same number of steps the LSTM guesses at 40, and the GRU's wide band says that one
# of its three starts has found the way and the others have not. (From other starts it may be none.) As long as one waits,
# nothing has to be shut out, and a rotation loses nothing.
#
# In adding, gates decide: the GRU is nearly always right even over 100 numbers, the LSTM up to 60, and no plain layer gets
# beyond guessing from 30 numbers on, whatever its start. Clipping changes little in either task: gradients that are too long
# are not what is wrong here. And all of it holds for one rate and one number of steps. The LSTM at 100 numbers, for instance,
# may need more of them.
#
# A small live version, so that you can change it: which cell needs how many steps?

# %% practice="memory"
LARGE = False  # True: five times the steps
kinds = progress(list(recurrent.CELLS), "cells")
tries = {kind: recurrent.remember(kind, "adding", 30, clip=1.0, steps=2500 if LARGE else 500) for kind in kinds}
smooth = {
    f"{k}: {share:.0%} right": np.convolve(losses, np.ones(20) / 20, "valid") for k, (share, losses) in tries.items()
}
ax = curves.learning_curves(
    smooth, xlabel="step", ylabel="squared error", log=True, title="adding, 30 numbers, one run each"
)

# %% [markdown]
# ## 6. Sequences of different length in one array
#
# A batch is one array, so short sequences are **padded** to the length of the longest, and a **mask** says what is
# real. Three things go wrong again and again:
#
# - The state goes on running through the padding: the "last state" of a short sequence is one of padding digested.
# - The network that runs backwards *begins* in the padding. It must begin at each sequence's own end.
# - The loss counts the padding, which is easy to predict (section 11).
#
# The truth to compare with is slow and safe: each sequence by itself, without padding.

# %% [markdown]
# In the picture each row is a sequence and time runs to the right, as one writes. In the array `x` of this lesson time
# comes first: a row of the picture is `x[:, row]`.

# %% picture="names_padded" alt="Four names of different length in one array, one name a row and time to the right, the places behind their ends grey"
from course_lib.viz.pictures import recurrent

recurrent.names_padded()

# %% [markdown]
# A **bidirectional** layer reads the sequence twice, with weights of its own for each direction, and puts the two
# states of every step side by side. Each step then knows what comes before it *and* after. (To predict the next letter
# you may not: the answer would be among the inputs.)

# %% [markdown] task="read_both_ways" title="Bidirectional, with padding and masks"
# Write `read_both_ways(x, lengths, ahead, back)`: `x` `(t, n, d)` is padded with anything at all, `lengths` `(n,)` are
# from 1 to t. `ahead` and `back` are `(w_ih, w_hh, b)` of tanh layers as in section 1, both with k units. All first
# states are 0. Return
#
# - the states `(t, n, 2k)`: those of the layer that runs forwards, behind them those of the layer that runs backwards,
#   each at the step where it has read that step; 0 behind a sequence's end;
# - the last states `(n, 2k)`: forwards at each sequence's own end, backwards at its first step.
#
# *Example:* for a single sequence of length 1 in a longer array, only step 0 is not 0, and it equals the last states.


# %% solve="read_both_ways" difficulty=4 importance=5 minutes=25 forbid="course_lib.nn.RNN course_lib.ops.recurrent.rnn torch.nn.RNN"
def read_both_ways(x, lengths, ahead, back):
    """States (t, n, 2k) of two tanh layers, forwards and backwards, and their last states (n, 2k)."""
    ### BEGIN SOLUTION
    runs = (np.arange(len(x))[:, None] < np.asarray(lengths))[:, :, None]

    def run(order, w_ih, w_hh, b):
        h, states = np.zeros((x.shape[1], len(w_hh))), np.zeros((*x.shape[:2], len(w_hh)))
        for t in order:
            h = np.where(runs[t], np.tanh(x[t] @ w_ih.T + h @ w_hh.T + b), h)
            states[t] = np.where(runs[t], h, 0)
        return states, h

    there, last = run(range(len(x)), *ahead)
    again, first = run(reversed(range(len(x))), *back)
    return np.concatenate([there, again], axis=2), np.concatenate([last, first], axis=1)
    ### END SOLUTION


# %% [markdown] hint="read_both_ways"
# Where a sequence has ended, its state must stay what it is: `np.where(mask, new, old)`. Why does the same line also
# make the backward layer begin at the right place?

# %% [markdown] hint="read_both_ways"
# Lengths 3 and 1, backwards: at steps 2 and 1 the second sequence has not begun yet, and its state stays 0. At step 0
# both run. Forwards: at steps 1 and 2 the state of the second stays what it was after step 0.

# %% [markdown] hint="read_both_ways"
# ```python
# runs = (np.arange(len(x))[:, None] < lengths)[:, :, None]       # (t, n, 1)
# def run(order, w_ih, w_hh, b):
#     h = zeros (n, k); states = zeros (t, n, k)
#     for t in order:
#         h = np.where(runs[t], ..., h)
#         states[t] = ...
#     return states, h
# there, last = run(range(len(x)), *ahead)
# again, first = run(..., *back)
# ```

# %% check="read_both_ways-states" points=4
with check("read_both_ways-states") as expect:

    def both_case(t, n, d, k, lengths, rng):
        x = rng.normal(size=(t, n, d))
        x[np.arange(t)[:, None] >= np.array(lengths)] = 7.5  # what stands behind the end must not matter
        make = lambda: (rng.normal(size=(k, d)), rng.normal(size=(k, k)) / np.sqrt(k), 0.5 * rng.normal(size=k))  # noqa: E731
        return x, np.array(lengths), make(), make()

    square = both_case(3, 3, 3, 3, [3, 1, 2], np.random.default_rng(41))
    expect("lengths 3, 1, 2; 3 numbers, 3 units", read_both_ways(*square)[0])
    expect.unchanged("the arguments afterwards", list(square))
    expect(
        "lengths 4, 6; 5 numbers, 2 units", read_both_ways(*both_case(7, 2, 5, 2, [4, 6], np.random.default_rng(42)))[0]
    )
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140501)
    for t, n, d, k in [(6, 4, 2, 3), (9, 3, 4, 5), (5, 2, 3, 1)]:
        lengths = rng.integers(1, t, n)
        case = both_case(t, n, d, k, lengths, rng)
        expect(f"lengths {lengths.tolist()} of {t}, {k} units", read_both_ways(*case)[0])
        expect.unchanged(f"{t} steps, the arguments afterwards", list(case))
    ### END HIDDEN TESTS

# %% check="read_both_ways-last" points=3
with check("read_both_ways-last") as expect:
    expect(
        "lengths 3, 1, 2; 3 numbers, 3 units",
        read_both_ways(*both_case(3, 3, 3, 3, [3, 1, 2], np.random.default_rng(43)))[1],
    )
    expect(
        "lengths 4, 6; 5 numbers, 2 units", read_both_ways(*both_case(7, 2, 5, 2, [4, 6], np.random.default_rng(44)))[1]
    )
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140502)
    for t, n, d, k in [(6, 4, 2, 3), (9, 3, 4, 5), (5, 2, 3, 1)]:
        lengths = rng.integers(1, t, n)
        expect(f"lengths {lengths.tolist()} of {t}, {k} units", read_both_ways(*both_case(t, n, d, k, lengths, rng))[1])
    ### END HIDDEN TESTS

# %% [markdown]
# The library's layers take `lengths=`. Here is the slow truth beside them:

# %%
layer_both = nn.GRU(2, 3, bidirectional=True, rng=np.random.default_rng(0))
x, lengths = np.random.default_rng(1).normal(size=(6, 3, 2)).astype(np.float32), np.array([6, 2, 4])
together = layer_both(x, lengths=lengths)[0].data
for k, length in enumerate(lengths):
    alone = layer_both(x[:length, k : k + 1])[0].data[:, 0]
    assert np.allclose(together[:length, k], alone, atol=1e-6)
    assert not together[length:, k].any()
print("each sequence by itself gives the same")

# %% [markdown]
# ## 7. Encoder and decoder
#
# An **encoder** reads a sequence and keeps its last state: a vector of fixed size for a sequence of any size. A
# **decoder** starts from such a vector and writes a sequence. Together they translate, and with the input itself as the
# target they are an **auto-encoder**: what comes back tells how much of the sequence fits into the vector.
#
# We try it on movements: the joints of a figure, eleven points in the plane, over twelve frames. 264 numbers go through
# a code of 16.


# %%
class PoseCoder(nn.Module):
    """Movements (n, t, 22) through a code of a few numbers and back."""

    def __init__(self, hidden, code, *, rng):
        self.reader = nn.GRU(22, hidden, batch_first=True, rng=rng)
        self.to_code = nn.Linear(hidden, code, rng=rng)
        self.writer = nn.GRU(code, hidden, batch_first=True, rng=rng)
        self.head = nn.Linear(hidden, 22, rng=rng)

    def forward(self, x):
        code = self.to_code(self.reader(x)[1][0])
        again = F.stack([code] * x.shape[1], 1)  # the code is the input of every step
        return self.head(self.writer(again)[0])


# %% practice="poses"
def movements(n, rng):
    joints = scenes.skeletons(n, frames=12, rng=rng)[..., :2]
    return (joints - joints[:, :, 1:2]).reshape(n, 12, 22).astype(np.float32)  # seen from the neck


rng = np.random.default_rng(0)
known, new = movements(2000, rng), movements(200, rng)
centre, spread = known.mean(axis=(0, 1)), known.std(axis=(0, 1)).mean()
coder, losses = PoseCoder(64, 16, rng=rng), []
optimizer = optim.Adam(coder.parameters(), lr=3e-3)
for _ in progress(range(600), "movements"):
    pick = (known[rng.integers(0, len(known), 32)] - centre) / spread
    loss = F.mse_loss(coder(Tensor(pick)), pick)
    optimizer.zero_grad()
    loss.backward()
    optim.clip_grad_norm_(coder.parameters(), 1.0)
    optimizer.step()
    losses.append(float(loss.data))

# %% practice="poses_plot"
with no_grad():
    back = coder(Tensor((new - centre) / spread)).data * spread + centre
still = np.repeat(new.mean(axis=1, keepdims=True), 12, axis=1)  # a rival: a figure that does not move
flat, mean = known.reshape(len(known), -1), known.reshape(len(known), -1).mean(axis=0)
axes_16 = np.linalg.svd(flat - mean, full_matrices=False)[2][:16]  # another: the best linear map (lesson 07)
linear = ((new.reshape(len(new), -1) - mean) @ axes_16.T @ axes_16 + mean).reshape(new.shape)
rivals = {"recurrent, 16 numbers": back, "linear, 16 numbers": linear, "does not move, 22 numbers": still}
for name, guess in rivals.items():
    print(f"{name:25} off by {np.sqrt(np.mean((guess - new) ** 2)):.3f} body heights a coordinate (one run)")
many = draw.figures_beside(new[0].reshape(12, 11, 2), back[0].reshape(12, 11, 2), scenes.LIMBS)

# %% [markdown]
# Do not believe a network before you have seen its rivals. The recurrent coder loses to the linear map, and comes no
# nearer than the figure that does not move, though that one keeps 22 numbers to its 16. These movements all have twelve frames and are
# smooth, and for such data a linear map of all 264 numbers is hard to beat. What it cannot do is take a movement of another
# length.
#
# For symbols, an encoder and a decoder **translate**. Every vocabulary here begins with three signs: PAD (0), START
# (1), END (2).
#
# In training the decoder is given the right target so far and asked for the next symbol: **teacher forcing**. It reads
# START, then the target *without its last* symbol, and is asked for the target: shifted by one. In use there is no
# teacher: it reads what it has written itself, until it writes END.

# %%
words = Vocabulary("abcdefghij")
sources, lengths = words.encode(["abc", "hide"])
print("sources:", sources.tolist(), "lengths:", lengths.tolist(), " END is", END, "and PAD is", PAD)


# %%
def settled(model, seed, size=1.2):
    """Draws a value for every parameter, in the order of their names: large enough to matter."""
    rng = np.random.default_rng(seed)
    for _, p in sorted(model.named_parameters()):
        p.data = rng.normal(size=p.shape) * (size if p.ndim > 1 else 0.5)
    return model.double()


# %% [markdown] task="short_translator" title="Encoder and decoder"
# Write two methods; the parts are there. Symbols are integers, `(n, steps)`; `nn.GRU` here has the batch first, is
# called as `self.reader(embedded, lengths=lengths)` or `self.writer(embedded, state)` and returns `(states (n, t, k),
# state)`.
#
# - `forward(sources, lengths, targets)`: teacher forcing. Logits `(n, t, symbols)`, one row for each of the t target
#   symbols.
# - `translate(sources, lengths, longest)`: an array of symbols `(n, longest)`, each the likeliest after what was
#   written so far. Rows end with END and are PAD behind it; a row that does not come to END fills all `longest` places.
#
# *Example:* when END is the likeliest from the start, each row of `translate` is 2, 0, 0, ...


# %% solve="short_translator" difficulty=4 importance=5 minutes=30 forbid="course_lib.topics.translation.Translator"
class ShortTranslator(nn.Module):
    """A GRU reads the source; another, which starts from its last state, writes the target."""

    def __init__(self, symbols, hidden, *, rng):
        self.source, self.target = nn.Embedding(symbols, hidden, rng=rng), nn.Embedding(symbols, hidden, rng=rng)
        self.reader = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.writer = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.head = nn.Linear(hidden, symbols, rng=rng)

    def forward(self, sources, lengths, targets):
        """Logits (n, t, symbols) of every target symbol, given the right ones before it."""
        ### BEGIN SOLUTION
        _, state = self.reader(self.source(sources), lengths=lengths)
        start = np.full((len(targets), 1), START)
        before = np.concatenate([start, targets[:, :-1]], axis=1)
        states, _ = self.writer(self.target(before), state)
        return self.head(states)
        ### END SOLUTION

    def translate(self, sources, lengths, longest):
        """Symbols (n, longest): the likeliest one after the other up to END, PAD behind it."""
        ### BEGIN SOLUTION
        _, state = self.reader(self.source(sources), lengths=lengths)
        now, out = np.full((len(sources), 1), START), np.full((len(sources), longest), PAD)
        running = np.ones(len(sources), bool)
        for t in range(longest):
            states, state = self.writer(self.target(now), state)
            now = self.head(states).data.argmax(axis=-1)
            out[running, t] = now[running, 0]
            running &= now[:, 0] != END
        return out
        ### END SOLUTION


# %% [markdown] hint="short_translator"
# Both methods begin alike: read, keep the last state. Then one gives the decoder everything at once, the other one
# symbol at a time.

# %% [markdown] hint="short_translator"
# Target 5, 6, 2 (END): the decoder reads 1 (START), 5, 6 and should say 5, 6, 2. In `translate` it reads START first,
# then what it has said. A row that has said END goes on being computed, but nothing of it is kept.

# %% [markdown] hint="short_translator"
# ```python
# _, state = self.reader(..., lengths=lengths)
# before = np.concatenate([column of START, targets[:, ...]], axis=1)
# states, _ = self.writer(..., state)
# return self.head(...)
#
# for t in range(longest):
#     states, state = self.writer(self.target(now), state)
#     now = ...                              # (n, 1)
#     out[running, t] = ...
#     running &= ...
# ```

# %% check="short_translator-forced" points=4
with check("short_translator-forced") as expect:

    def symbols_case(n, s, symbols, rng):
        lengths = rng.integers(1, s + 1, n)
        lengths[0] = s
        rows = rng.integers(3, symbols, (n, s))
        rows[np.arange(s) >= lengths[:, None] - 1] = PAD
        rows[np.arange(n), lengths - 1] = END
        return rows, lengths

    def forced(symbols, hidden, n, s, t, seed):
        rng = np.random.default_rng(seed)
        model = settled(ShortTranslator(symbols, hidden, rng=rng), seed)
        sources, lengths = symbols_case(n, s, symbols, rng)
        targets, _ = symbols_case(n, t, symbols, rng)
        return model(sources, lengths, targets).data

    expect("3 sources, 3 steps each way, 3 units", forced(6, 3, 3, 3, 3, seed=51))
    expect("2 sources of 5, targets of 4, 3 units", forced(7, 3, 2, 5, 4, seed=52))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140601)
    for symbols, hidden, n, s, t in [(6, 4, 3, 5, 2), (8, 3, 2, 4, 6), (5, 2, 4, 3, 1)]:
        seed = int(rng.integers(1000))
        expect(f"{n} sources of {s}, targets of {t}, {hidden} units", forced(symbols, hidden, n, s, t, seed))
    ### END HIDDEN TESTS

# %% check="short_translator-free" points=4
with check("short_translator-free") as expect:

    def free(symbols, hidden, n, s, longest, seed, end=0.0):
        rng = np.random.default_rng(seed)
        model = settled(ShortTranslator(symbols, hidden, rng=rng), seed, size=2.0)
        model.head.bias.data[[PAD, START]] = -1000.0  # no good translator says these
        model.head.bias.data[END] += end
        return model.translate(*symbols_case(n, s, symbols, rng), longest)

    expect("3 sources of 3, 3 units", free(6, 3, 3, 3, 4, seed=43))
    expect("5 sources of 4, at most 9 symbols", free(7, 4, 5, 4, 9, seed=27, end=1.5))
    expect("6 sources of 7, at most 12 symbols", free(9, 4, 6, 7, 12, seed=42, end=1.0))
    expect("END at once", free(6, 3, 2, 4, 5, seed=55, end=1000.0))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140602)
    for symbols, hidden, n, s, longest in [(8, 5, 9, 6, 7), (9, 4, 7, 5, 12), (7, 6, 8, 5, 4)]:
        for end, networks in ((-1000.0, 1), (0.5, 4), (2.0, 6)):  # no row says END; two in five do; half do
            said = [free(symbols, hidden, n, s, longest, int(seed), end) for seed in rng.integers(1000, size=networks)]
            expect(f"{networks} networks, {n} sources of {s}, at most {longest}", said)
    ### END HIDDEN TESTS

# %% [markdown]
# Now train it to reverse strings. The first letter of the answer is the last that was read: it is near. The last letter of the
# answer was read first, and comes through one vector together with all others. (Sutskever, Vinyals and Le turned their
# *sources* round in 2014, so that the first words of source and target come near each other.)


# %%
def made(task, n, rng):
    told, asked = sequences.reversals(n, rng=rng) if task == "reversal" else sequences.dates(n, rng=rng)
    letters = Vocabulary("abcdefghij" if task == "reversal" else "".join(told + asked))
    sources, lengths = letters.encode(told)
    return letters, (sources, lengths, letters.encode(asked)[0]), told, asked


# %% practice="reversal"
letters, pairs, told, asked = made("reversal", 4000, np.random.default_rng(0))
known, new = ([a[part] for a in pairs] for part in (slice(None, 3600), slice(3600, None)))
Short = yours("short_translator", else_=translation.Translator)
plain = Short(len(letters), 48, rng=np.random.default_rng(1))
steps = translation.train_translator(
    plain, known, optim.Adam(plain.parameters(), lr=5e-3), steps=600, size=64, rng=np.random.default_rng(2)
)
losses = list(progress(steps, "strings", total=600))
guess = letters.decode(plain.translate(new[0], new[1], 9))
right = np.array([a == b for a, b in zip(guess, asked[3600:], strict=True)])
size = np.array([len(a) for a in asked[3600:]])
print("right, by length:", {int(k): f"{right[size == k].mean():.0%}" for k in np.unique(size)}, "(one run)")

# %% [markdown]
# Look at how the share of right answers depends on the length, then think of a whole paragraph through one vector.
# Section 9 has the remedy.
#
# ## 8. Text, letter by letter
#
# A model of text gives every next letter a probability. How well it does is counted in **bits a letter**: the mean of
# $-\log_2 p$ of the letter that came. One that knows nothing about 64 letters needs 6 bits. Half the bits mean a file
# half as long: prediction and compression are one thing. The **perplexity** of other books is 2 to the power of the
# bits.

# %%
text, source = texts.load("shakespeare")
alphabet = sorted(set(text))
number = {c: i for i, c in enumerate(alphabet)}
symbols = np.array([number[c] for c in text])
counts = np.bincount(symbols) / len(symbols)
print(f"{source}: {len(text):,} letters, {len(alphabet)} different")
print(
    f"equal chances: {np.log2(len(alphabet)):.2f} bits a letter; by how frequent letters are: {-(counts * np.log2(counts)).sum():.2f}"
)

# %% [markdown]
# Now truncated back-propagation in earnest. A text of a million letters is cut into n **streams** that are read side by
# side: row r of a batch goes on exactly where row r of the batch before ended. Then the state can be carried over from
# batch to batch, values only. The next exercise is about what happens when the rows do not go on.

# %% [markdown] task="text_streams" title="the reader who loses the thread"
# `text_streams(symbols, n, window)` cuts an array of symbols into a list of `(inputs, targets)`, arrays `(n, window)`.
# Targets are the inputs one symbol later. Each row must go on where the same row of the pair before ended, so that a
# state can be carried over. Each of the n rows has `(len(symbols) - 1) // n` inputs in all; what is left over at the
# end of the text, and at the end of each row behind the last full window, is dropped.
#
# The program below runs, its targets are right, and a network trained with it does *worse* when the state is carried
# over than when it is set to zero. Find out why, and repair it.
#
# *Example:* the symbols 0 to 8, n = 2, window = 2: rows are 0 1 2 3 and 4 5 6 7, so the first inputs are `[[0, 1], [4,
# 5]]`, the second `[[2, 3], [6, 7]]`.


# %% solve="text_streams" difficulty=3 importance=5 minutes=15 bug=true forbid="course_lib.topics.language.streams"
def text_streams(symbols, n, window):
    """(inputs, targets), each (n, window), in order; every row goes on where it ended before."""
    ### BEGIN SOLUTION
    each = (len(symbols) - 1) // n
    inputs = symbols[: n * each].reshape(n, each)
    targets = symbols[1 : n * each + 1].reshape(n, each)
    full = each // window * window
    return [(inputs[:, s : s + window], targets[:, s : s + window]) for s in range(0, full, window)]
    ### END SOLUTION


# %% given="text_streams"
def text_streams(symbols, n, window):
    """(inputs, targets), each (n, window), in order; every row goes on where it ended before."""
    batches = (len(symbols) - 1) // n // window
    inputs = symbols[: batches * n * window].reshape(batches, n, window)
    targets = symbols[1 : batches * n * window + 1].reshape(batches, n, window)
    return [(inputs[k], targets[k]) for k in range(batches)]


# %% [markdown] hint="text_streams"
# Take the text 0, 1, 2, ... and print row 0 of the first and of the second batch. What follows what?

# %% [markdown] hint="text_streams"
# In the given program row 1 of the first batch goes on where row 0 of the *same* batch ended. What `reshape` puts side
# by side should be far apart in the text, and what it puts one after the other should be neighbours.

# %% [markdown] hint="text_streams"
# ```python
# each = (len(symbols) - 1) // n
# inputs = symbols[: n * each].reshape(n, each)          # n long rows
# targets = ...
# return [(inputs[:, s : s + window], ...) for s in range(0, ..., window)]
# ```

# %% check="text_streams" points=4
with check("text_streams") as expect:
    expect("the numbers 0 to 9, 3 rows, windows of 3", text_streams(np.arange(10), 3, 3))
    expect("31 different numbers, 4 rows, windows of 3", text_streams(np.arange(31) * 7 % 31, 4, 3))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140701)
    for length, n, window in [(57, 3, 5), (40, 4, 9), (83, 5, 4), (29, 2, 14)]:
        numbers = rng.integers(0, 90, length)
        expect(f"{length} symbols, {n} rows, windows of {window}", text_streams(numbers, n, window))
    ### END HIDDEN TESTS

# %% [markdown]
# ### Writing
#
# A model of text also **writes**: draw a letter from its probabilities, feed it back, draw the next. Always taking the
# likeliest soon goes round in circles. A **temperature** T sits between: logits are divided by T before softmax. Below
# 1 it plays safe, above 1 it dares.

# %% [markdown] task="draw_symbol" title="Drawing with a temperature"
# Write `draw_symbol(logits, temperature, uniforms)`: `logits` `(n, v)`, `uniforms` `(n,)` from 0 to below 1, drawn for
# you. Return the symbols as an array of integers `(n,)`: for each row the *first* symbol whose cumulative probability (its
# own added) exceeds the row's uniform number.
#
# With temperature 0 take the likeliest, whatever the uniform number. Logits may be large, up to thousands: nothing may
# overflow.
#
# *Example:* probabilities 0.5, 0.3, 0.2 with temperature 1: uniform 0.45 gives symbol 0, 0.55 gives 1, and 0.95 gives
# 2.


# %% solve="draw_symbol" difficulty=2 importance=4 minutes=12 forbid="course_lib.topics.language.sample"
def draw_symbol(logits, temperature, uniforms):
    """Symbols (n,) drawn from softmax(logits / temperature), by the given uniform numbers (n,)."""
    ### BEGIN SOLUTION
    if temperature == 0:
        return logits.argmax(axis=1)
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z)
    cumulative = np.cumsum(p, axis=1) / p.sum(axis=1, keepdims=True)
    return (cumulative > uniforms[:, None]).argmax(axis=1)
    ### END SOLUTION


# %% [markdown] hint="draw_symbol"
# Lay the probabilities one behind the other on a line from 0 to 1. The uniform number is a point on it. In which piece
# does it lie?

# %% [markdown] hint="draw_symbol"
# 0.5, 0.3, 0.2 have the cumulative sums 0.5, 0.8, 1.0. For 0.55: which is the first that exceeds it? `argmax` of an
# array of booleans gives the first True.

# %% [markdown] hint="draw_symbol"
# ```python
# if temperature == 0:
#     return ...
# z = (logits - largest of each row) / temperature
# p = ...                                   # softmax
# cumulative = np.cumsum(...)
# return (cumulative > ...).argmax(axis=1)
# ```

# %% check="draw_symbol" points=4
with check("draw_symbol") as expect:
    rng = np.random.default_rng(61)
    expect("3 rows of 3, temperature 1", draw_symbol(rng.normal(size=(3, 3)), 1.0, rng.random(3)))
    logits, uniforms = 2 * rng.normal(size=(40, 6)), rng.random(40)
    for temperature in (0, 0.4, 3.0):
        expect(f"40 rows of 6, temperature {temperature}", draw_symbol(logits, temperature, uniforms))
    expect.unchanged("the logits afterwards", logits)
    large = 2500 + rng.normal(size=(7, 4))
    expect("7 rows of 4, logits of about 2 500", draw_symbol(large, 1.0, rng.random(7)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140801)
    for n, v, temperature, size in [
        (60, 5, 0.7, 2.0),
        (50, 9, 1.6, 3.0),
        (30, 4, 0, 1.0),
        (30, 7, 1.0, 2000.0),
        (45, 3, 5.0, 4.0),
    ]:
        logits, uniforms = size * rng.normal(size=(n, v)), rng.random(n)
        expect(f"{n} rows of {v}, temperature {temperature}, size {size:g}", draw_symbol(logits, temperature, uniforms))
    ### END HIDDEN TESTS

# %% [markdown]
# **Practice run.** A GRU learns names, letter by letter, and makes up new ones.

# %% practice="names"
LARGE = False  # True: ten times over the names
lines, came_from = texts.load("names")
spelling = sorted(set(lines))
name_symbols = np.array([spelling.index(c) for c in lines])
cut_at = int(0.9 * len(name_symbols))
namer = language.LetterModel("GRU", len(spelling), 96, rng=np.random.default_rng(0))
optimizer = optim.Adam(namer.parameters(), lr=4e-3)
streams_of = yours("text_streams", else_=language.streams)
rounds = (10 if LARGE else 1) * (1 if len(name_symbols) > 50_000 else 40)
windows = [pair for _ in range(rounds) for pair in streams_of(name_symbols[:cut_at], 16, 24)]
losses = list(progress(language.train_letters(namer, windows, optimizer), "names", total=len(windows)))

# %% practice="names_plot"
drawn_by = yours("draw_symbol", else_=language.sample)
ax = curves.learning_curves({"training": losses}, xlabel="step", ylabel="bits a letter", title=f"names: {came_from}")
print(f"bits a letter on the last tenth of the file, held back: {language.bits(namer, name_symbols[cut_at:], n=4):.2f} (one run)")
for temperature in (0.4, 1.0, 1.6):
    rows = language.write(
        namer, [spelling.index("\n")] * 1, 90, temperature=temperature, rng=np.random.default_rng(5), choose=drawn_by
    )
    print(f"temperature {temperature}:", " ".join("".join(spelling[i] for i in rows[0]).split()[:9]))

# %% [markdown]
# ### A rival without a loop: causal convolution
#
# A recurrent layer must wait for its own state: T steps, one after the other. A convolution over time computes all
# steps at once. Made **causal** (it sees the present and the past only) and **dilated** by 1, 2, 4, 8, ... its view
# doubles with every layer (lesson 09). That is the idea of WaveNet, which speaks by predicting sound sample by sample,
# 16 000 a second (van den Oord and others 2016).

# %% picture="causal" alt="A tree of causal convolutions with dilations 1, 2, 4, 8: the last output at the top depends on sixteen inputs, none of them later"
from course_lib.viz.recurrent import causal_tree

causal_tree(4)


# %%
class CausalNet(nn.Module):
    """WaveNet's idea: gated causal convolutions of two taps, dilations 1, 2, 4, ..., each added to its input."""

    def __init__(self, symbols, width, layers, *, rng):
        self.embedding = nn.Embedding(symbols, width, rng=rng)
        self.taps = [nn.Conv1d(width, 2 * width, 2, dilation=2**i, rng=rng) for i in range(layers)]
        self.mixes = [nn.Conv1d(width, width, 1, rng=rng) for _ in range(layers)]
        self.head = nn.Linear(width, symbols, rng=rng)

    def forward(self, symbols, state=None):
        x = self.embedding(symbols).transpose(1, 2)  # (n, width, t)
        for i, (tap, mix) in enumerate(zip(self.taps, self.mixes, strict=True)):
            a = tap(F.pad(x, (2**i, 0)))  # zeros before the beginning only
            half = a.shape[1] // 2
            x = x + mix(F.tanh(a[:, :half]) * F.sigmoid(a[:, half:]))
        return self.head(F.relu(x).transpose(1, 2)), None


# %%
causal = CausalNet(9, 6, 4, rng=np.random.default_rng(0))
some = np.random.default_rng(1).integers(0, 9, (1, 20))
other = some.copy()
other[0, 12] = (other[0, 12] + 1) % 9
changed = np.abs(causal(some)[0].data - causal(other)[0].data).max(axis=(0, 2)) > 1e-7
print("changing symbol 12 changes the answers at", np.flatnonzero(changed).tolist())
assert not changed[:12].any()


# %% [markdown]
# A third rival comes in section 9, self-attention. Here is the race of all: bits a letter on Shakespeare held back, at
# equal weights, letters and steps. Below it the same GRU with windows of different length for truncated
# back-propagation, at equal letters a step.


# %%
class Glance(nn.Module):
    """A letter model without loop or convolution: two self-attention blocks on letters plus places (section 9)."""

    def __init__(self, symbols, width, *, places=256, rng):
        self.embedding, self.place = nn.Embedding(symbols, width, rng=rng), nn.Embedding(places, width, rng=rng)
        self.blocks = [SelfAttention(width, rng=rng) for _ in range(2)]
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, symbols, rng=rng)

    def forward(self, symbols, state=None):
        x = self.embedding(symbols) + self.place(np.arange(symbols.shape[1])) * 0.3
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)), None


class SelfAttention(nn.Module):
    """Every step looks at itself and all before it, then thinks by itself; both results are added to x (n, t, width)."""

    def __init__(self, width, *, rng):
        self.norms = [nn.LayerNorm(width), nn.LayerNorm(width)]
        self.ask, self.key, self.value = (nn.Linear(width, width, rng=rng) for _ in range(3))
        self.wide, self.narrow = nn.Linear(width, 2 * width, rng=rng), nn.Linear(2 * width, width, rng=rng)

    def forward(self, x, causal=True):
        z = self.norms[0](x)
        x = x + F.scaled_dot_product_attention(self.ask(z), self.key(z), self.value(z), is_causal=causal)
        return x + self.narrow(F.relu(self.wide(self.norms[1](x))))


# %%
def racers(symbols):
    """Letter models of about the same number of weights: {name: function of an rng}."""
    return {
        "RNN, 216 units": lambda rng: language.LetterModel("RNN", symbols, 216, rng=rng),
        "LSTM, 108 units": lambda rng: language.LetterModel("LSTM", symbols, 108, rng=rng),
        "GRU, 124 units": lambda rng: language.LetterModel("GRU", symbols, 124, rng=rng),
        "causal convolution, 5 layers of 49": lambda rng: CausalNet(symbols, 49, 5, rng=rng),
        "self-attention, 2 blocks of 56": lambda rng: Glance(symbols, 56, rng=rng),
    }


def letters_lost(make, train_on, test_on, seed, n=32, window=64, rate=3e-3):
    """Bits a letter on `test_on` after one pass over `train_on`, and the seconds of the training."""
    model = make(np.random.default_rng(seed))
    optimizer, began = optim.Adam(model.parameters(), lr=rate), time.process_time()
    for _ in language.train_letters(model, language.streams(train_on, n, window), optimizer):
        pass
    took = time.process_time() - began
    return language.bits(model, test_on, n=8, window=64), took, sum(p.data.size for p in model.parameters())


# %% figure="L14b"
def letters_figure(seeds=3, much=400_000):
    train_on, test_on, rows = symbols[:much], symbols[-60_000:], []
    for name, make in racers(len(alphabet)).items():
        found = [letters_lost(make, train_on, test_on, seed) for seed in range(seeds)]
        lost, took, weights = zip(*found, strict=True)
        rows.append(
            (
                name,
                "",
                f"{plus_minus(lost, 2)} bits a letter",
                f"{weights[0]:,} weights, {np.mean(took):.0f} s of training",
            )
        )
    for window in (4, 16, 64, 256):
        n, make = 2048 // window, racers(len(alphabet))["GRU, 124 units"]
        lost = [letters_lost(make, train_on, test_on, seed, n=n, window=window)[0] for seed in range(seeds)]
        rows.append((f"GRU, truncated to {window} steps", "", f"{plus_minus(lost, 2)} bits a letter", f"{n} streams"))
    lines, origin = texts.load("names")
    spelled = np.array([sorted(set(lines)).index(c) for c in lines])
    edge = int(0.9 * len(spelled))
    for name, make in racers(len(set(lines))).items():
        lost = [letters_lost(make, spelled[:edge], spelled[edge:], seed, n=16, window=24)[0] for seed in range(seeds)]
        rows.append(
            (f"names: {name}", "", f"{plus_minus(lost, 2)} bits a letter", f"{origin}, one pass, windows of 24")
        )
    what = f"{much:,} letters of {source}, one pass, windows of 64, Adam at 0.003, clipped at 1, {seeds} starts"
    return lecture_table(f"Bits a letter on text held back, mean ± standard error: {what}", rows)


letters_figure() if FULL else recorded("L14b")

# %% [markdown]
# Read the table with its errors in mind. All rivals have about the same number of weights, one rate, and see every letter once,
# which is little: nobody here writes English yet. The GRU is ahead on both texts, by many standard errors. On names gates help
# more: there the LSTM is well ahead of the plain layer, with which it is level on Shakespeare.
#
# Self-attention is last both times. It learns where to look from data alone, and one pass may not be enough for that; the large
# models of today see millions of times as many letters. The recurrent networks carry their state from window to window, the
# other two begin anew with each. And another rate, or a rate for each, might change the order.
#
# And what does a window of 4 steps cost the GRU? Nothing that this table shows: 4, 16 and 64 steps come out alike. After
# one pass it has learned what a few letters back can tell. Truncated so short it can still *use* its state over longer
# times; only nothing teaches it to. With 256 steps, and so only 8 streams in a batch, it is a little worse.
#
# ## 9. Attention
#
# The decoder of section 7 sees the source through one vector. Why not let it look back at *all* states of the encoder,
# and choose at every step where to look? (Bahdanau, Cho and Bengio 2015)
#
# The decoder's state is a **query** q; every encoder state is a **key** $k_s$ and a **value** $v_s$. A score says how
# well they match, softmax makes weights of the scores, and the **context** is the weighted mean of the values:
#
# $$\alpha_s = \mathrm{softmax}_s\,\mathrm{score}(q, k_s), \qquad \text{context} = \sum_s \alpha_s v_s$$
#
# - **Dot-product** attention: $\mathrm{score} = q \cdot k_s / \sqrt d$. A matrix product, fast. Without the root,
#   scores grow with d and softmax saturates.
# - **Additive** attention: $\mathrm{score} = v \cdot \tanh(W_q q + W_k k_s)$, a small network. It was the first.
#
# Between a late letter of the target and an early one of the source there is now one step, however long the strings
# are. And padding must get the weight 0, exactly.

# %% [markdown] task="attend" title="Attention, additive and dot-product"
# - `dot_scores(query, keys)`: `(n, d)` and `(n, s, d)` to scores `(n, s)`, divided by $\sqrt d$.
# - `additive_scores(query, keys, w_q, w_k, v)`: `query` `(n, d)`, `keys` `(n, s, e)`, `w_q` `(a, d)`, `w_k` `(a, e)`,
#   `v` `(a,)`, to `(n, s)`.
# - `attend(scores, values, lengths)`: `scores` `(n, s)`, `values` `(n, s, m)`; of row i only the first `lengths[i]`
#   places may be looked at, the others have the weight 0. Return `(context (n, m), weights (n, s))`. Scores may be in
#   the thousands.
#
# *Example:* scores 0, 0, 5 with length 2 give the weights 0.5, 0.5, 0.


# %% solve="attend" difficulty=3 importance=5 minutes=20 forbid="course_lib.functional.scaled_dot_product_attention torch.nn.functional.scaled_dot_product_attention course_lib.topics.translation.attend course_lib.topics.translation.attend_additive"
def dot_scores(query, keys):
    """Scores (n, s): products of query (n, d) and keys (n, s, d), divided by the root of d."""
    ### BEGIN SOLUTION
    return np.einsum("nd,nsd->ns", query, keys) / np.sqrt(query.shape[1])
    ### END SOLUTION


def additive_scores(query, keys, w_q, w_k, v):
    """Scores (n, s): v times the tanh of both, each through its matrix."""
    ### BEGIN SOLUTION
    hidden = np.tanh((query @ w_q.T)[:, None, :] + keys @ w_k.T)
    return hidden @ v
    ### END SOLUTION


def attend(scores, values, lengths):
    """Context (n, m) and weights (n, s) for scores (n, s) and values (n, s, m); only the first `lengths` count."""
    ### BEGIN SOLUTION
    seen = np.arange(scores.shape[1]) < np.asarray(lengths)[:, None]
    scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return np.einsum("ns,nsm->nm", weights, values), weights
    ### END SOLUTION


# %% [markdown] hint="attend"
# Scores: one number for each pair of a row's query and a row's place. Mask *before* softmax: then the rest adds up to 1
# by itself.

# %% [markdown] hint="attend"
# `query @ w_q.T` is `(n, a)`, `keys @ w_k.T` is `(n, s, a)`. A new axis in the middle lets them be added. The
# exponential of minus infinity is 0.

# %% [markdown] hint="attend"
# ```python
# np.einsum("nd,nsd->...", query, keys) / ...
#
# hidden = np.tanh(...[:, None, :] + ...)          # (n, s, a)
#
# seen = np.arange(s) < lengths[:, None]
# scores = np.where(seen, scores, -np.inf)
# weights = ...                                    # softmax, the largest subtracted first
# context = np.einsum("ns,nsm->...", ...)
# ```

# %% check="attend-scores" points=3
with check("attend-scores") as expect:
    rng = np.random.default_rng(71)
    query, keys, w_q, w_k = (rng.normal(size=s) for s in ((3, 3), (3, 3, 3), (3, 3), (3, 3)))
    expect("products, all sizes 3", dot_scores(query, keys))
    expect("additive, all sizes 3", additive_scores(query, keys, w_q, w_k, np.array([1.0, -2.0, 0.5])))
    query, keys, others = rng.normal(size=(2, 5)), rng.normal(size=(2, 4, 5)), rng.normal(size=(2, 4, 3))
    w_q, w_k, v = rng.normal(size=(6, 5)), rng.normal(size=(6, 3)), rng.normal(size=6)
    expect("products, 2 queries of 5, 4 places", dot_scores(query, keys))
    expect("additive, 2 queries of 5, 4 places of 3, 6 hidden", additive_scores(query, others, w_q, w_k, v))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140901)
    for n, s, d, e, a in [(2, 5, 3, 4, 6), (4, 3, 6, 2, 5), (1, 7, 2, 5, 3)]:
        query, keys, w_q, w_k, v = (rng.normal(size=z) for z in ((n, d), (n, s, e), (a, d), (a, e), (a,)))
        expect(f"additive, {n} queries, {s} places, {a} hidden", additive_scores(query, keys, w_q, w_k, v))
        expect(f"products, {n} queries of {d}, {s} places", dot_scores(query, rng.normal(size=(n, s, d))))
    ### END HIDDEN TESTS

# %% check="attend-looked" points=3
with check("attend-looked") as expect:
    rng = np.random.default_rng(72)
    scores, values = rng.normal(size=(3, 3)), rng.normal(size=(3, 3, 3))
    expect("3 places, lengths 3, 2, 1", attend(scores, values, np.array([3, 2, 1])))
    expect.unchanged("scores and values afterwards", [scores, values])
    expect(
        "5 places, lengths 2 and 5", attend(2 * rng.normal(size=(2, 5)), rng.normal(size=(2, 5, 4)), np.array([2, 5]))
    )
    large, values = -2500 + rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 2))
    expect("4 places, scores of about -2 500, lengths 1, 3, 2", attend(large, values, np.array([1, 3, 2])))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(140902)
    for n, s, m, size in [(4, 6, 3, 1.0), (3, 5, 7, 3.0), (5, 4, 2, 20000.0)]:
        scores, lengths = size * rng.normal(size=(n, s)), rng.permutation([s, *range(1, n)])
        if size > 1000:  # what must not be looked at has the largest scores, what may be looked at is far below 0
            scores = np.sort(scores - 3 * size, axis=1)
        expect(
            f"{n} rows, lengths {lengths.tolist()} of {s}, size {size:g}",
            attend(scores, rng.normal(size=(n, s, m)), lengths),
        )
        expect.unchanged(f"{n} rows, the scores afterwards", scores)
    ### END HIDDEN TESTS

# %% [markdown]
# The decoder again, with attention, on strings to reverse. Where does it look while it writes? If it has understood the
# task, the map must be an **anti-diagonal**: the first letter written belongs to the last letter read.

# %% practice="attention"
where = {}
for kind in progress(("dot", "additive"), "kinds of attention"):
    model = translation.Translator(len(letters), 48, attention=kind, rng=np.random.default_rng(1))
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    for _ in translation.train_translator(model, known, optimizer, steps=300, size=64, rng=np.random.default_rng(2)):
        pass
    print(f"{kind:9} {translation.exact(model, *new):.1%} of new strings right, after half the steps (one run)")
    where[kind] = model

# %% practice="attention_maps"
word = "gabhfied"
many = style.row(2, size=(3.4, 3.2))
for ax, (kind, model) in zip(many, where.items(), strict=True):
    said = letters.decode(model.translate(*letters.encode([word]), 9))[0]
    ax = draw.alignment(model.weights[0, : len(said), : len(word)], word, said, ax=ax, title=f"{kind}: {word} → {said}")

# %% [markdown]
# How straight is the map? For new strings of all lengths: the share of written letters whose strongest look falls on
# the letter they come from, and the share that falls there or right beside it. The bidirectional states of neighbours
# know of each other, so that one beside is good enough for the network.

# %% practice="attention_straight"
for kind, model in where.items():
    exactly, beside = translation.straightness(model, *new)
    print(f"{kind:9} on the letter itself {exactly:.0%}, there or one beside {beside:.0%}")

# %% [markdown]
# **Translation of dates.** "7 March 2012" becomes "2012-03-07". Year, month and day change places, so the map is made
# of pieces. Within the year, digit by digit, it must be diagonal: the last four letters read are the first four
# written.

# %% practice="dates"
calendar, date_pairs, told_dates, asked_dates = made("dates", 3000, np.random.default_rng(3))
known_dates, new_dates = ([a[part] for a in date_pairs] for part in (slice(None, 2700), slice(2700, None)))
dater = translation.Translator(len(calendar), 48, attention="dot", rng=np.random.default_rng(4))
optimizer = optim.Adam(dater.parameters(), lr=5e-3)
steps = translation.train_translator(dater, known_dates, optimizer, steps=350, size=48, rng=np.random.default_rng(5))
losses = list(progress(steps, "dates", total=350))
print(f"{translation.exact(dater, *new_dates):.1%} of new dates right (one run)")

# %% practice="dates_map"
example = told_dates[2700]
said = calendar.decode(dater.translate(*calendar.encode([example]), 11))[0]
ax = draw.alignment(
    dater.weights[0, : len(said), : len(example)], example, said, title="a date, as people write it, and in ISO form"
)

# %% practice="dates_straight"
found = dater.translate(*new_dates[:2], new_dates[2].shape[1])
looked = dater.weights.argmax(-1)[:, :4]  # where it looked while it wrote the year
own = new_dates[1][:, None] - 5 + np.arange(4)  # the year's digits, in front of END
print(f"digits of the year: strongest look on the digit itself {np.mean(looked == own):.0%}, or one beside", end=" ")
print(f"{np.mean(np.abs(looked - own) <= 1):.0%} (one run)")

# %% [markdown]
# What attention buys, recorded: whole strings right, also on strings longer than any in training. Two things could be mistaken
# for it, and are held apart. The networks above read the source in *both* directions, so the single vector is tried with
# either reading too, and so is attention: in each pair of rows with the same reading everything else is equal, but for the
# weights that attention brings. Their turn is next.


# %%
def translated(task, attention, both_ways, *, units=48, seeds=3, steps=500):
    """Shares of new strings right, the same on longer strings (reversal only), one of each a start; and the weights."""
    letters, pairs, _, _ = made(task, 4400, np.random.default_rng(0))
    known, new = ([a[part] for a in pairs] for part in (slice(None, 4000), slice(4000, None)))
    shares, longer = [], []
    for seed in range(seeds):
        how = {"attention": attention, "both_ways": both_ways, "rng": np.random.default_rng(seed)}
        model = translation.Translator(len(letters), units, **how)
        optimizer, rng = optim.Adam(model.parameters(), lr=5e-3), np.random.default_rng([seed, 1])
        for _ in translation.train_translator(model, known, optimizer, steps=steps, size=64, rng=rng):
            pass
        shares.append(translation.exact(model, *new))
        if task == "reversal":
            long = sequences.reversals(300, shortest=9, longest=12, rng=np.random.default_rng(9))
            read, lengths = letters.encode(long[0])
            longer.append(translation.exact(model, read, lengths, letters.encode(long[1])[0]))
    return shares, longer, sum(p.data.size for p in model.parameters())


READINGS = {False: "read one way", True: "read both ways"}


# %% figure="L14c"
def translation_figure(seeds=3):
    rows = []
    for task in ("reversal", "dates"):
        for kind, both in ((None, False), ("dot", False), (None, True), ("dot", True), ("additive", True)):
            shares, longer, weights = translated(task, kind, both, seeds=seeds)
            result = f"{plus_minus(shares, 1, 100)} % right"
            result += f"; 9 to 12 letters: {plus_minus(longer, 1, 100)} %" if longer else ""
            rows.append((f"{task}, {READINGS[both]}, {kind or 'no'} attention", "", result, f"{weights:,} weights, 400 new ones"))
    how = f"48 units, 500 steps of 64, Adam at 0.005, strings of 3 to 8 letters, {seeds} starts, mean ± standard error"
    return lecture_table(f"Encoder and decoder, with and without attention: {how}", rows)


translation_figure() if FULL else recorded("L14c")

# %% [markdown]
# Attention brings weights with it. So give the single vector as many as dot-product attention has with the same reading, by more
# units, all else equal:


# %% figure="L14d"
def equal_weights_figure(seeds=3):
    rows = []
    for task, both, units in (("reversal", False, 54), ("reversal", True, 53), ("dates", False, 54), ("dates", True, 53)):
        shares, _, weights = translated(task, None, both, units=units, seeds=seeds)
        setting = f"{units} units, {weights:,} weights, {seeds} starts, 400 new ones"
        rows.append((f"{task}, {READINGS[both]}, no attention", "", f"{plus_minus(shares, 1, 100)} % right", setting))
    return lecture_table("Without attention, with as many weights as dot-product attention has: mean ± standard error", rows)


equal_weights_figure() if FULL else recorded("L14d")

# %% [markdown]
# With attention nearly all strings and all dates are right, whether the source was read one way or both. The single vector
# manages three strings in five after the same steps, and neither the second direction nor more weights help it there.
#
# With dates the second direction does help it: read one way hardly one date in ten is right, read both ways two in five, and two in
# three with as many weights as attention has. All the same it stays far behind attention with the *same* reading. So the advantage
# is not that of the second direction.
#
# On strings longer than any in training all do badly, the single vector worst: attention can look anywhere, but where to
# look it has learned from short strings.
#
# ### Self-attention
#
# Now drop the recurrence altogether. Let every step of *one* sequence look at all steps of the same sequence: queries,
# keys and values are three linear maps of the same x. Add the result to x, as in lesson 12; then let a small two-layer
# network work on each step by itself, and add that too. This **block** is the class `SelfAttention` in section 8, ten
# lines. With `is_causal` a step sees only itself and what came before.
#
# Attention is a weighted mean, and a mean knows no order. Change the order of the inputs, and the outputs change their
# order with them:

# %%
block = SelfAttention(8, rng=np.random.default_rng(0))
x = np.random.default_rng(1).normal(size=(1, 6, 8)).astype(np.float32)
order = np.array([3, 0, 5, 1, 4, 2])
straight, mixed = block(Tensor(x), causal=False).data, block(Tensor(x[:, order]), causal=False).data
print("the same, in another order:", np.allclose(straight[:, order], mixed, atol=1e-5))

# %% [markdown]
# So the places must be told: `Glance` adds a learned vector for each place to the letter's own.
#
# **Where transformers went from there.** *Attention is all you need* (Vaswani and others 2017) stacked such blocks,
# with several attentions side by side ("heads"), as encoder and decoder for translation. All steps are computed at
# once, so that training fills a GPU, which a loop over time cannot; the price is a table of all pairs, which grows with
# the square of the length.
#
# In 2018 two halves went their own ways: GPT (Radford and others) took the decoder and predicted text, as you do in section 8;
# BERT (Devlin and others) took the encoder and filled in words left out.
#
# Then came size. Loss falls as a power of weights, data and computation (Kaplan and others 2020). GPT-3 with 175 thousand
# million weights took tasks from examples in its input (Brown and others 2020). For a given amount of computation weights and
# data should grow together (Hoffmann and others 2022, which corrected the proportions of 2020). Models were then tuned to
# follow instructions by human preferences (Ouyang and others 2022).
#
# Images, cut into patches, go through the same blocks (Dosovitskiy and others 2021). And recurrence has come back where
# sequences are very long: state-space models such as S4 and Mamba (Gu and others 2022; Gu and Dao 2023) carry a state from
# step to step, linear inside, which can be computed for all steps at once. The eigenvalues of section 3 are what is designed
# there.
#
# ## 10. Images, sound and languages
#
# **Captions** (Vinyals and others 2015): a convolutional network reads an image, its output is the first state of a
# writer. One to many. In miniature: images of one shape, and sentences of five words made from where it lies, how large
# it is, and what it is.


# %%
def captioned(n, rng):
    """Images (n, 1, 24, 24) of one shape each, and a sentence for each."""
    images, masks = scenes.shapes(n, size=24, most=1, noise=0.05, rng=rng)
    told = []
    for mask in masks:
        rows, columns = np.nonzero(mask)
        size = "large" if len(rows) > 60 else "small"
        place = ("top" if rows.mean() < 11.5 else "bottom") + " " + ("left" if columns.mean() < 11.5 else "right")
        told.append(f"a {size} {scenes.SHAPES[mask.max()]} {place}")
    return images, told


class Captioner(nn.Module):
    """Images to logits of words: two convolutions, then a GRU that starts from what they say."""

    def __init__(self, words, hidden, *, rng):
        self.first, self.second = (nn.Conv2d(a, b, 3, stride=2, padding=1, rng=rng) for a, b in ((1, 12), (12, 24)))
        self.state, self.words = nn.Linear(24 * 36, hidden, rng=rng), nn.Embedding(words, hidden, rng=rng)
        self.writer, self.head = nn.GRU(hidden, hidden, batch_first=True, rng=rng), nn.Linear(hidden, words, rng=rng)

    def start(self, images):
        h = F.relu(self.second(F.relu(self.first(images)))).flatten(1)
        return F.tanh(self.state(h)).reshape(1, len(images), -1)

    def forward(self, images, before):
        return self.head(self.writer(self.words(before), self.start(images))[0])


# %% practice="captions"
rng = np.random.default_rng(0)
images, told = captioned(8400, rng)
lexicon = sorted({word for line in told for word in line.split()})
spoken = np.array([[lexicon.index(word) + 1 for word in line.split()] for line in told])
before = np.concatenate([np.zeros((len(spoken), 1), int), spoken[:, :-1]], axis=1)  # 0 says: begin
captioner = Captioner(len(lexicon) + 1, 48, rng=rng)
optimizer = optim.Adam(captioner.parameters(), lr=lambda step: 4e-3 * (1 - step / 1001))
for _ in progress(range(1000), "captions"):
    pick = rng.integers(0, 8000, 48)
    logits = captioner(Tensor(images[pick]), before[pick])
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), spoken[pick].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% practice="captions_plot"
now, said = np.zeros((400, 1), int), []
with no_grad():
    state = captioner.start(Tensor(images[-400:]))
    for _ in range(5):
        states, state = captioner.writer(captioner.words(now), state)
        now = captioner.head(states).data.argmax(-1)
        said.append(now[:, 0])
said = np.stack(said, axis=1)
right = said == spoken[-400:]
print(f"sentences right from the first word to the last: {right.all(1).mean():.0%} of 400 new images (one run)")
print("word by word:", ", ".join(f"{name} {s:.0%}" for name, s in zip(["a", "size", "kind", "row", "column"], right.mean(0), strict=True)))
lines = [" ".join(lexicon[w - 1] if w else "?" for w in row) for row in said[:5]]
grid = draw.captions(images[-400:-395, 0], lines)

# %% [markdown]
# **Acoustic models.** Speech recognition begins with a spectrogram: a hundred frames a second, each a vector of
# energies by frequency. A bidirectional LSTM gives every frame a probability for each sound. Nobody marks by hand which frame
# belongs to which sound, so the training sums over all ways to stretch the known text over the frames (connectionist temporal
# classification, Graves and others 2006).
#
# Deep Speech (Hannun and others 2014) went from sound to letters that way. Many of today's recognisers are encoders and decoders
# with attention. We have no recordings here, so nothing is measured.
#
# **Text to speech** goes the other way: an encoder and decoder with attention turns letters into a spectrogram
# (Tacotron, Wang and others 2017), whose alignment map must be monotonic, since speech is read in order; a second
# network makes sound of it. WaveNet's speech was rated more natural than that of the best systems before it. Its layers are those
# of `CausalNet`, on samples of sound instead of letters, one sample after the other, which at first took far longer than the
# speech lasts.
#
# **Translation** of languages is the date example with words instead of letters: 2014 without, 2015 with attention,
# 2016 in production (Wu and others), 2017 without recurrence. Words are cut into frequent pieces, so that no word is
# unknown (Sennrich and others 2016); a beam of several half-finished sentences is kept instead of the likeliest symbol
# only.
#
# ## 11. Read the curves
#
# Four runs of one small network that learns the bundled names, several of them in a line, lines padded to equal length.
# In each one thing is wrong; start, batches and all else are those of the healthy run, which is drawn beside it.

# %% picture="faulty_runs" alt="Four panels A to D, each with the healthy curve falling from 5.2 to 2.4 bits and another: A falls to zero at once, B jumps about above the healthy one, C lies well below the healthy one from the start, D falls slowly and steadily"
from course_lib.viz.pictures import recurrent

recurrent.faulty_runs()

# %% [markdown] task="curve_faults" title="Which fault is which?"
# Name the fault of each run: `faults`, a dict of the letters "A" to "D", each with one of
#
# "padding counted", "rate too high", "rate too low", "targets not shifted". The check here looks at A and B only; C and
# D are asked when your work is graded.
#
# Then repair what counts the padding: write `honest_bits(logits, targets)`. `logits` `(n, t, v)`, integers
# `targets` `(n, t)`, PAD (0) behind each sequence's end. Return the mean of $-\log_2 p$ over all targets that are not
# PAD, as a float. Every letter counts alike, whatever the length of its row. Logits may be large.
#
# *Example:* all logits equal and v = 8: 3 bits, however much is padded.


# %% solve="curve_faults" difficulty=3 importance=5 minutes=15 forbid="course_lib.topics.language.FAULTS course_lib.functional.cross_entropy course_lib.topics.translation.sequence_loss torch.nn.functional.cross_entropy"
### BEGIN SOLUTION
faults = {"A": "targets not shifted", "B": "rate too high", "C": "padding counted", "D": "rate too low"}
### END SOLUTION


def honest_bits(logits, targets):
    """Mean bits of logits (n, t, v) over the targets (n, t) that are not PAD."""
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=2, keepdims=True)
    logs = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    of_target = np.take_along_axis(logs, targets[:, :, None], axis=2)[:, :, 0]
    return float(-of_target[targets != PAD].mean() / np.log(2))
    ### END SOLUTION


# %% [markdown] hint="curve_faults"
# Ask of each curve: does the number mean what it says? No honest model of letters comes to 0 bits, since the next
# letter of a name is not certain. Padding, on the other hand, is nearly certain.

# %% [markdown] hint="curve_faults"
# A is too good to be true and needs no memory: what is asked stands in the input. C is too good by a constant:
# something easy is mixed in. The other two are honest numbers of a badly set optimiser.

# %% [markdown] hint="curve_faults"
# ```python
# z = logits - ...                                     # the largest of each place
# logs = z - np.log(...)                               # log softmax
# of_target = np.take_along_axis(logs, targets[:, :, None], axis=2)[:, :, 0]
# return float(-of_target[...].mean() / np.log(2))
# ```

# %% check="curve_faults-named" points=2
with check("curve_faults-named") as expect:
    expect("run A", faults["A"])
    expect("run B", faults["B"])
    ### BEGIN HIDDEN TESTS
    expect("run C", faults["C"])
    expect("run D", faults["D"])
    ### END HIDDEN TESTS

# %% check="curve_faults-repaired" points=3
with check("curve_faults-repaired") as expect:

    def padded_case(n, t, v, rng, size=1.5):
        targets = rng.integers(1, v, (n, t))
        targets[np.arange(t) >= rng.integers(1, t + 1, n)[:, None]] = PAD
        targets[0] = rng.integers(1, v, t)
        return size * rng.normal(size=(n, t, v)), targets

    case = padded_case(3, 3, 3, np.random.default_rng(81))
    expect("3 rows of 3, 3 symbols", honest_bits(*case))
    expect.unchanged("logits and targets afterwards", list(case))
    expect("4 rows of 6, 5 symbols", honest_bits(*padded_case(4, 6, 5, np.random.default_rng(82))))
    large, targets = padded_case(2, 5, 4, np.random.default_rng(83))
    expect("2 rows of 5, 4 symbols, logits of about 2 500", honest_bits(2500 + large, targets))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(141001)
    for n, t, v, size in [(5, 7, 4, 1.0), (2, 9, 6, 3.0), (6, 4, 3, 900.0)]:
        expect(f"{n} rows of {t}, {v} symbols, logits of size {size:g}", honest_bits(*padded_case(n, t, v, rng, size)))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 12. An open exercise
#
# The paths of a hand, made by rules and honestly noisy: six gestures, each at its own time, speed and size, with rests
# before and after. The hand moves right (first number) and up (second). "Raise" and "lower" show the same places in
# another order, and so do the two circles. In the picture the ring marks where a path begins, and the points go from
# light to dark as time passes.

# %% practice="gestures_seen"
x, lengths, labels = sequences.gestures(60, rng=np.random.default_rng(0))
many = style.row(6, size=(1.7, 2.0))
for ax, kind in zip(many, range(6), strict=True):
    k = int(np.flatnonzero(labels == kind)[0])
    ax = draw.path(x[k, : lengths[k]], ax=ax, title=sequences.GESTURES[kind])

# %% [markdown]
# A helper, so that you can spend your time on the network: Adam with a rate that falls to nothing, fresh gestures at
# every step.


# %%
def fit_gestures(logits_of, parameters, *, steps, rate, rng, size=48):
    """Train whatever `logits_of(x, lengths)` computes, logits (n, 6), with these parameters."""
    optimizer = optim.Adam(parameters, lr=lambda step: rate * (1 - step / (steps + 1)))
    for _ in range(steps):
        x, lengths, labels = sequences.gestures(size, rng=rng)
        loss = F.cross_entropy(logits_of(x, lengths), labels)
        optimizer.zero_grad()
        loss.backward()
        optim.clip_grad_norm_(parameters, 1.0)
        optimizer.step()


# %% [markdown] task="open_gestures" title="Tell gestures apart"
# Design and train, in the solution cell, whatever you like: a recurrent network, a convolution over time, attention. In
# the end define
#
# - `read_gestures(x, lengths)`: paths `(n, 40, 2)`, padded by 0, and their lengths `(n,)`, to class numbers `(n,)`;
# - `gesture_weights`: the number of weights of your network, an int, at most 2 500.
#
# Budget: 2 500 weights and 2 seconds of processor time for the whole cell. You get points for 60 %, 80 % and 90 % right
# on 240 new paths. Only the judge has them: the check here measures no share; the cell after yours measures one.


# %% solve="open_gestures" difficulty=4 importance=5 minutes=45
began = time.process_time()  # the clock of this cell
### BEGIN SOLUTION
rng = np.random.default_rng(0)
reader, head = nn.GRU(4, 20, batch_first=True, rng=rng), nn.Linear(20, 6, rng=rng)
weights = [*reader.parameters(), *head.parameters()]
gesture_weights = sum(p.data.size for p in weights)


def gesture_logits(x, lengths):
    moves = np.diff(x, axis=1, prepend=x[:, :1])
    both = np.concatenate([x, 3 * moves], axis=2).astype(np.float32)
    return head(reader(Tensor(both), lengths=lengths)[1][0])


def read_gestures(x, lengths):
    return gesture_logits(x, lengths).data.argmax(axis=1)


fit_gestures(gesture_logits, weights, steps=110, rate=0.03, rng=rng)
### END SOLUTION
gesture_seconds = time.process_time() - began

# %% practice="gestures_measured"
if "read_gestures" in globals() and "gesture_seconds" in globals():
    x, lengths, labels = sequences.gestures(120, rng=np.random.default_rng(92))
    share = np.mean(np.asarray(read_gestures(x, lengths)) == labels)
    print(f"{share:.0%} of 120 public paths right, {gesture_seconds:.1f} of 2 seconds, {gesture_weights} of 2500 weights")
else:
    print("Nothing to measure yet: solve the exercise above first.")


# %% [markdown] hint="open_gestures"
# What separates "raise" from "lower" is order: a mean over the steps will not do. What separates the circles is the
# direction of turning.

# %% [markdown] hint="open_gestures"
# Where the hand is matters less than how it moves: give the network the differences of neighbouring places too. And let
# it end at each path's own end, not in the padding.

# %% [markdown] hint="open_gestures"
# ```python
# moves = np.diff(x, axis=1, prepend=x[:, :1])            # and 0 behind the end
# both = np.concatenate([x, 3 * moves], axis=2)
# last = nn.GRU(4, ..., batch_first=True, rng=rng)(both, lengths=lengths)[1][0]
# # a linear layer, cross-entropy, Adam with a falling rate, fresh gestures at every step
# ```

# %% held="open_gestures" gives="paths path_lengths"
import numpy as np

from course_lib.data import sequences

rng = np.random.default_rng(141101)
paths, path_lengths, path_labels = sequences.gestures(240, rng=rng)
paths = paths.astype(np.float32)

# %% check="open_gestures" points=2
with check("open_gestures") as expect:
    public = sequences.gestures(20, rng=np.random.default_rng(91))
    found = np.asarray(read_gestures(public[0].copy(), public[1].copy()))
    expect("20 paths: the shape of what you return", found.shape)
    expect("each a class from 0 to 5 (how many are right, the judge measures)", bool(np.isin(found, range(6)).all()))
    expect("the weights are within 2 500", 0 < gesture_weights <= 2500)
    ### BEGIN HIDDEN TESTS
    expect("the weights are still within 2 500", 0 < gesture_weights <= 2500)
    said = read_gestures(expect.held("paths"), expect.held("path_lengths"))
    expect.outcome("60 % of 240 new paths, measured by the judge", said, truth="path_labels", measure="accuracy", at_least=0.6)
    ### END HIDDEN TESTS

# %% check="open_gestures-good" points=2
with check("open_gestures-good") as expect:
    expect("the weights are within 2 500 (80 % right: the judge measures)", 0 < gesture_weights <= 2500)
    ### BEGIN HIDDEN TESTS
    expect("the weights are still within 2 500", 0 < gesture_weights <= 2500)
    said = read_gestures(expect.held("paths"), expect.held("path_lengths"))
    expect.outcome("80 % of 240 new paths, measured by the judge", said, truth="path_labels", measure="accuracy", at_least=0.8)
    ### END HIDDEN TESTS

# %% check="open_gestures-better" points=1
with check("open_gestures-better") as expect:
    expect("the weights are within 2 500 (90 % right: the judge measures)", 0 < gesture_weights <= 2500)
    ### BEGIN HIDDEN TESTS
    expect("the weights are still within 2 500", 0 < gesture_weights <= 2500)
    said = read_gestures(expect.held("paths"), expect.held("path_lengths"))
    expect.outcome("90 % of 240 new paths, measured by the judge", said, truth="path_labels", measure="accuracy", at_least=0.9)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 13. The same in torch, on a GPU
#
# More units and a longer text are what a GPU is good for. `LetterTwin` has the layers of section 8's `LetterModel` under the same names, so
# `bridge.to_torch` (lesson 12) carries the weights over, gates and all. First: does it compute the same?

# %% gpu=true
try:
    import torch

    from course_lib.torch_models import bridge
except ModuleNotFoundError:
    torch = None
    print("There is no torch here, so the cells of this section do nothing: pip install torch, then restart the kernel.")


class LetterTwin(torch.nn.Module if torch else object):
    """`language.LetterModel` with a GRU, in torch: symbols (n, t) and a state to logits (n, t, symbols) and the next state."""

    def __init__(self, symbols, hidden, width=24):
        super().__init__()
        self.embedding = torch.nn.Embedding(symbols, width)
        self.cell = torch.nn.GRU(width, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, symbols)

    def forward(self, symbols, state=None):
        states, state = self.cell(self.embedding(symbols), state)
        return self.head(states), state


if torch:
    torch.backends.cudnn.allow_tf32 = False  # some GPUs would round to 10 bits
    device_here = bridge.device()
    units, side_by_side, most_letters = bridge.size(full=(512, 64, 1_000_000), smoke=(64, 32, 60_000))
    numpy_letters = language.LetterModel("GRU", len(alphabet), units, rng=np.random.default_rng(0))
    twin = bridge.to_torch(numpy_letters, LetterTwin(len(alphabet), units)).to(device_here)
    with no_grad(), torch.no_grad():
        theirs = twin(torch.from_numpy(symbols[None, :200]).to(device_here))[0].cpu().numpy()
        letters_apart = np.abs(theirs - numpy_letters(symbols[None, :200])[0].data).max()
    print(f"200 letters on {bridge.describe(device_here)}: largest difference of a logit {letters_apart:.0e}")
    assert letters_apart < 1e-4

# %% [markdown]
# Then train, with the state carried over and cut from window to window: on a GPU 512 units on the whole text, elsewhere 64 units on the
# first 60 000 letters, for a few seconds. Both are asked for the same letters, held back at the end. `COURSE_SIZE=full` or `smoke`
# decides otherwise.

# %% gpu=true
if torch:
    optimizer, carried, heard = torch.optim.Adam(twin.parameters(), lr=3e-3), None, []
    text_windows = list(language.streams(symbols[:-60_000][:most_letters], side_by_side, 64))
    for inputs, targets in progress(text_windows, "windows"):
        inputs, targets = (torch.from_numpy(np.ascontiguousarray(a)).to(device_here) for a in (inputs, targets))
        logits, carried = twin(inputs, carried)
        carried = carried.detach()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
        optimizer.step()
        heard.append(loss.item() / np.log(2))
    with torch.no_grad():
        unheard = torch.from_numpy(symbols[None, -10_001:]).to(device_here)
        logits = twin(unheard[:, :-1])[0]
        lost = torch.nn.functional.cross_entropy(logits.flatten(0, 1), unheard[:, 1:].flatten()).item() / np.log(2)
    print(f"{len(heard)} windows; bits a letter: first {heard[0]:.2f}, last ten {np.mean(heard[-10:]):.2f}, held back {lost:.2f} (one run)")

# %% [markdown] question="long_memory" points=6 title="A thousand steps"
# A plain tanh layer is to learn that the first of a thousand symbols decides the answer at the end. It does not. (a)
# Explain with eigenvalues what happens to the gradient, and why clipping does not help. (b) What does an LSTM change,
# and under which condition does its gradient still vanish? (c) You train with truncated back-propagation in windows of
# 50 and carry the state over. What can be learned about the first symbol, and what not? (d) Name one remedy that is not
# a recurrent cell, and its price.
#
# === BEGIN MARK SCHEME ===
# 2 points for (a): the gradient is multiplied by the transposed matrix and slopes of tanh (at most 1) about a thousand
# times, so it shrinks like the power of the largest eigenvalue's size below 1 (1 point); clipping scales down what is
# too long, it cannot restore what is gone (1 point).
# 2 points for (b): the way of the cell is additive, from c to c the factor is the forget gate and no matrix (1 point);
# gates clearly below 1, for instance 0.5 at a start with bias 0, make powers that vanish as well (1 point).
# 1 point for (c): values are carried on, so a trace may be there by chance, but no gradient crosses a border: nothing
# teaches the network to keep it.
# 1 point for (d): attention, with cost or memory growing as the square of the length; or dilated causal convolution,
# with a limited view; or feeding the first symbol in at every step, which takes knowing what matters. Remedy without a
# price: no point.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) From the last state back to the first the gradient is multiplied about a thousand times by $W_{hh}^{\top}$ and
# by slopes of tanh, which are at most 1. Along an eigenvector it shrinks as $|\lambda|^{1000}$; with 0.99 as the
# largest size that is already $4 \cdot 10^{-5}$, and the slopes take more. Clipping shortens gradients that are too
# long. One that has vanished holds no information that could be scaled up again.
#
# (b) The cell is carried on by addition, $c_t = f_t \odot c_{t-1} + i_t \odot g_t$. On the direct way back from $c_t$
# to $c_{t-1}$ the factor is the forget gate, and no matrix stands there. If the gates are clearly below 1 it still
# vanishes: at a start with bias 0 they are near 0.5, and a thousand halvings leave nothing. A bias of 1 and training
# can open them; nothing guarantees it.
#
# (c) The values are carried over the borders, so a trace of the first symbol may by chance still be in the state at
# the end, and the last window can learn to read it. But no gradient crosses a border, so nothing teaches the early
# windows to write it down and keep it.
#
# (d) Attention: the last step looks at all states directly, so that the first symbol is one step away. Its price is a
# table of all pairs of steps, which grows with the square of the length.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. A recurrent layer is a deep network over time whose layers share their weights; its gradient is a sum over steps.
# 2. The same matrix at every step: eigenvalues below 1 make gradients vanish, above 1 explode. Clipping cures the
#    second only.
# 3. LSTM and GRU keep a state by addition behind gates. They *can* keep a gradient; start with the forget gate open.
# 4. With padding, compare with sequence by sequence: the state stops at the end, backwards starts at the end, the loss
#    does not count it.
# 5. Attention makes the way between any two steps one step long. Look at the alignment map before you believe it.
#
# ## Further reading
#
# - Jeffrey Elman: *Finding structure in time* (1990); Paul Werbos: *Backpropagation through time* (1990)
# - Sepp Hochreiter and Jürgen Schmidhuber: *Long short-term memory* (1997); Felix Gers and others: *Learning to forget*
#   (2000)
# - Razvan Pascanu, Tomas Mikolov and Yoshua Bengio: *On the difficulty of training recurrent neural networks* (2013)
# - Kyunghyun Cho and others: *Learning phrase representations using RNN encoder-decoder* (2014)
# - Ilya Sutskever, Oriol Vinyals and Quoc Le: *Sequence to sequence learning with neural networks* (2014)
# - Dzmitry Bahdanau, Kyunghyun Cho and Yoshua Bengio: *Neural machine translation by jointly learning to align and
#   translate* (2015)
# - Aäron van den Oord and others: *WaveNet: a generative model for raw audio* (2016)
# - Ashish Vaswani and others: *Attention is all you need* (2017)
#
# **Next:** lesson 15 turns networks into regressors: joints of a hand, boxes of objects, and whether two faces are one.
