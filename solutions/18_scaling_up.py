# %% [markdown] lesson="18" title="Scaling up" minutes=270 builds_on="06 07 11 12"
# One core trains a small network in a minute. What does it take to use a thousand processors well, and which of the laws
# that govern a thousand can you measure on the machine in front of you?
#
# After this lesson you will be able to
#
# - measure throughput without fooling yourself, and say whether a layer waits for memory or for arithmetic;
# - divide a batch among workers so that nothing changes, and count what they have to tell each other;
# - choose batch size and learning rate together, and say when a larger batch stops paying;
# - train in 16 bits without losing small gradients, and resume an interrupted run to the last bit;
# - run data-parallel training with torch, kill a worker, and go on.
#
# You need lessons 06, 07, 11 and 12. There are ten exercises, one of them open, two predictions and one written question.

# %% picture="opening" alt="Four workers on a ring; each has all weights and every fourth row of the batch; arrows carry gradients from each worker to the next"
from course_lib.viz.pictures import scaling

scaling.opening()

# %% [markdown]
# ## 1. Samples per second
#
# Run this cell first. What took minutes is shown as it was recorded. To repeat it here, change the line `FULL = ...` of the
# cell to `FULL = True` and run it again.

# %%
import json
import os
import tempfile
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import cross_entropy

from course_lib import functional as F
from course_lib import nn, optim
from course_lib.autograd.tensor import Tensor
from course_lib.checks import NotDone, check, hint, yours
from course_lib.data import batches, spirals
from course_lib.data.prefetch import prefetch
from course_lib.ops.parallel import get_num_threads, set_num_threads
from course_lib.topics import (
    batch_sizes,
    loss_scaling,
    noise_scale,
    power_law,
    roofline,
    scaling_runs,
    worker_runs,
    workers,
)
from course_lib.torch_models import bridge, resnets
from course_lib.torch_models.alexnet import AlexNet
from course_lib.torch_models.launch import launch
from course_lib.torch_models.step import stopwatch
from course_lib.torch_models.training import train_step
from course_lib.train import progress
from course_lib.viz import curves, style
from course_lib.viz import scaling as pictures
from course_lib.viz.lecture import lecture_table
from course_lib.viz.recorded import recorded
from course_lib.widgets.batch_sizes import batch_explorer

FULL = os.environ.get("COURSE_MODE") == "run"

# %% [markdown]
# A network that handles 64 images in one matrix product is faster per image than one that handles them one by one: the
# weights are fetched once, and whatever a step costs by itself is shared. How much faster, has to be measured.
#
# On a GPU measuring has a trap. The CPU only *orders* work: a call returns at once, and the device works the order off
# later. Whoever stops the clock when the call returns has timed the ordering.
#
# Here is such a device in miniature. It keeps its own clock, so that everything can be counted. An order takes 0.2 s;
# the work takes `each`; the first `slow` steps take longer, as memory is fetched and code is compiled.


# %%
class Device:
    """Takes orders at once and works them off later. `step()` orders, `wait()` waits until all is done."""

    def __init__(self, each, slow=2, order=0.2):
        self.each, self.slow, self.order = each, slow, order
        self.now, self.free_at, self.steps, self.waits, self.read = 0.0, 0.0, 0, 0, 0

    def step(self):
        self.now += self.order
        self.free_at = max(self.now, self.free_at) + self.each * (7 if self.steps < self.slow else 1)
        self.steps += 1

    def wait(self):
        self.now, self.waits = max(self.now, self.free_at), self.waits + 1

    def clock(self):
        self.read += 1
        return self.now


# %%
device = Device(each=1.3)
began = device.clock()
for _ in range(5):
    device.step()
print(f"5 steps seem to take {device.clock() - began:.1f} s")
device.wait()
print(f"they are done after  {device.clock() - began:.1f} s")

# %% [markdown] task="speed_of" title="A throughput meter that waits"
# Write `speed_of(step, wait, clock, batch, steps, warm_up)`. `step()` orders one training step of `batch` samples, `wait()`
# returns when all orders are done, `clock()` gives seconds. Order `warm_up` steps that do not count, then `steps` that do;
# return samples per second of the latter, a float.
#
# Work of the warm-up must not reach into the measurement. Call `wait` exactly twice: waiting after every step would keep
# the device idle while the next order is written.
#
# *Example:* 10 steps of 6 samples that take 30 s in all are 2 samples per second.


# %% solve="speed_of" difficulty=2 importance=5 minutes=10
def speed_of(step, wait, clock, batch, steps, warm_up):
    """Samples per second of `steps` training steps."""
    ### BEGIN SOLUTION
    for _ in range(warm_up):
        step()
    wait()
    began = clock()
    for _ in range(steps):
        step()
    wait()
    return batch * steps / (clock() - began)
    ### END SOLUTION


# %% [markdown] hint="speed_of"
# The clock tells the truth only while the device has nothing left to do: at its start and at its end.

# %% [markdown] hint="speed_of"
# Write down for warm-up 2 and 3 steps what happens in which order: two orders, ?, read the clock, three orders, ?, read
# the clock again.

# %% [markdown] hint="speed_of"
# ```python
# for _ in range(warm_up):
#     step()
# ...
# began = clock()
# for _ in range(steps):
#     step()
# ...
# return ... / (clock() - began)
# ```

# %% check="speed_of" points=4
with check("speed_of") as expect:

    def metered(each, batch, steps, warm_up, slow=2):
        device = Device(each, slow)
        speed = speed_of(device.step, device.wait, device.clock, batch, steps, warm_up)
        speed = speed if device.read else "not by the clock that was handed over"
        return {"samples per second": speed, "steps": device.steps, "waits": device.waits}

    expect("3 samples, 3 steps after 3 of warm-up", metered(1.7, 3, 3, 3))
    expect("24 samples, 7 steps after 2", metered(1.3, 24, 7, 2))
    expect("an order takes longer than the work", metered(0.05, 10, 6, 4))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180101)
    for _ in range(4):
        batch, steps, warm_up = (int(rng.integers(low, low + 9)) for low in (5, 4, 2))
        each = float(rng.uniform(0.3, 3.0))
        expect(f"{batch} samples, {steps} steps after {warm_up}", metered(each, batch, steps, warm_up))
    expect("without warm-up", metered(0.9, 5, 4, 0, slow=0))
    ### END HIDDEN TESTS

# %% [markdown]
# Now the real thing: a small network of the course library on this machine's CPU, which has nothing to wait for. Does the
# throughput still grow at the right end?

# %% practice="throughput"
measure_speed = yours("speed_of", else_=batch_sizes.speed)
x, t, *held = worker_runs.digit_sets(1437)
x = x.astype(np.float32)
speeds = {}
for size in progress((1, 4, 16, 64, 256, 1024), "batch sizes"):
    model = batch_sizes.network(np.random.default_rng(0))
    optimizer = optim.SGD(model.parameters(), lr=0.01)

    def one_step(model=model, optimizer=optimizer, size=size):
        loss = F.cross_entropy(model(Tensor(x[:size])), t[:size])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    speeds[size] = measure_speed(one_step, lambda: None, time.perf_counter, size, max(4, 2048 // size), 3)
named = {"xlabel": "batch size", "ylabel": "samples/s", "title": "Throughput of a small network, by batch size"}
ax = curves.learning_curves({"samples": (list(speeds), list(speeds.values()))}, **named)
ax.set(xscale="log", yscale="log")
print(f"batch 1024 against batch 1: {speeds[1024] / speeds[1]:.0f} times the samples per second")

# %% [markdown]
# ## 2. The roofline
#
# Why does the curve bend? A machine can do two things: move bytes between memory and processor, so many a second (the
# **bandwidth**), and compute, so many operations a second (the **peak**). A layer needs both. Its **intensity** is the
# number of operations for each byte it moves, and
#
# $$\text{operations per second} \le \min(\text{peak},\ \text{bandwidth} \cdot \text{intensity})$$
#
# Drawn over the intensity this is a slope under a flat roof. Measure both for your machine, and put layers on it. Filled
# marks are what the roof allows, hollow ones what the layers reached.

# %% practice="roofline"
bandwidth, peak = roofline.measure_bandwidth(), roofline.measure_peak()
print(f"this machine moves {bandwidth / 1e9:.1f}·10⁹ bytes and computes {peak / 1e9:.0f}·10⁹ operations a second")
rng = np.random.default_rng(0)
image, kernel = (Tensor(rng.normal(size=s).astype(np.float32)) for s in ((8, 32, 28, 28), (32, 32, 3, 3)))
one, many, matrix = (rng.normal(size=s).astype(np.float32) for s in ((1, 4096), (256, 4096), (4096, 4096)))
big = rng.normal(size=1 << 23).astype(np.float32)
plan = {
    roofline.elementwise(1 << 23): lambda: np.maximum(big, 0, out=big),
    roofline.linear(1, 4096, 4096, name="linear, batch 1"): lambda: one @ matrix,
    roofline.linear(256, 4096, 4096, name="linear, batch 256"): lambda: many @ matrix,
    roofline.convolution(8, 32, 28, 28, 32, 3, padding=1): lambda: F.conv2d(image, kernel, padding=1),
}
seconds = {work.name: roofline.best_seconds(run) for work, run in plan.items()}
ax = pictures.roofline(bandwidth, peak, list(plan), seconds=seconds)

# %% [markdown]
# The same matrix stands on the slope with one sample and near the roof with many: each weight that was fetched is used
# for every sample of the batch. That is what a larger batch buys. Where the mark is under the roof anyway, it buys nothing.
#
# Does a hollow mark stand above the slope? Then what the layer reads stays in the processor's cache, which is faster than
# the memory behind it; the slope was measured with arrays too large for most caches. Here the matrix has 64 MB. The
# convolution can stand above the flat roof as well: the library computes 3×3 filters by Winograd's method, with fewer
# multiplications than are counted here.
#
# How the intensity grows, counted:

# %%
for n in (1, 4, 16, 64, 256, 1024):
    print(f"linear 4096-4096, batch {n:>4}: {roofline.linear(n, 4096, 4096).intensity:6.1f} operations per byte")

# %% [markdown]
# ## 3. Many workers, one gradient
#
# If one processor is full, take several: **data parallelism**. Every worker holds all weights and takes its rows of the
# batch. The loss of a batch is a mean over samples, and so is its gradient. So the workers' gradients, averaged, are the
# gradient of the whole batch: not nearly, but exactly, up to rounding.
#
# With one condition. Each worker's gradient is the mean over *its* samples, and the workers may have got different
# numbers of them.

# %% [markdown] task="mean_gradient" title="Average the gradients of k workers"
# Write `mean_gradient(parts)`. `parts` is a list with one pair `(gradients, samples)` for each worker: `gradients` is a list
# of arrays, one for each layer, the gradient of the worker's *mean* loss; `samples` is how many samples it saw.
#
# Return a list of arrays, one for each layer: the gradient of the mean loss over all samples of all workers. A worker may
# have seen none (then its gradients are zeros). The arrays that come in stay as they are.
#
# *Example:* one layer, gradients `[4.]` of 1 sample and `[1.]` of 2 samples: `[2.]`.


# %% solve="mean_gradient" difficulty=2 importance=5 minutes=8 forbid="course_lib.topics.workers.average_gradients"
def mean_gradient(parts):
    """One list of gradients for all workers together."""
    ### BEGIN SOLUTION
    total = sum(samples for _, samples in parts)
    layers = zip(*(gradients for gradients, _ in parts), strict=True)
    shares = [samples / total for _, samples in parts]
    return [sum(share * g for share, g in zip(shares, layer, strict=True)) for layer in layers]
    ### END SOLUTION


# %% [markdown] hint="mean_gradient"
# Go back from means to sums: a worker's sum over its samples is its gradient times their number.

# %% [markdown] hint="mean_gradient"
# In the example the sums are 4·1 and 1·2, together 6, of 3 samples. Do that layer by layer, in new arrays.

# %% [markdown] hint="mean_gradient"
# ```python
# total = sum(samples for _, samples in parts)
# answer = []
# for i in range(len(parts[0][0])):                # layer i
#     answer.append(sum(... for gradients, samples in parts))
# return answer
# ```

# %% check="mean_gradient" points=4
with check("mean_gradient") as expect:

    def made_parts(shapes, samples, rng):
        return [([rng.normal(size=s) if n else np.zeros(s) for s in shapes], n) for n in samples]

    rng = np.random.default_rng(1)
    parts = made_parts([(3, 3), (3,)], [3, 3, 3], rng)
    expect("3 workers, 3 samples each", mean_gradient(parts))
    parts = made_parts([(2, 5), (4,)], [7, 1, 4], rng)
    expect("workers with 7, 1 and 4 samples", mean_gradient(parts))
    expect.unchanged("the gradients afterwards", [g for g, _ in parts])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180201)
    for samples in ([5, 9], [2, 0, 11, 6], [8], [1, 2, 3, 4, 13]):
        parts = made_parts([(int(rng.integers(1, 5)), 3), (2,), (2, 2, 3)], samples, rng)
        expect(f"samples {samples}", mean_gradient(parts))
        expect.unchanged(f"samples {samples}: the gradients afterwards", [g for g, _ in parts])
    ### END HIDDEN TESTS

# %% [markdown]
# The claim, tested: a network's gradient from one batch of 60, and from three workers with 10, 20 and 30 of the samples.
# Without more processors the same sum does another service: **gradient accumulation** runs the parts one after the other,
# for batches that do not fit into memory.

# %%
x, t, *held = worker_runs.digit_sets(1437)
start = worker_runs.start(np.random.default_rng(0))
whole = worker_runs.loss_and_gradients(start, x[:60], t[:60])[1]
parts = [(worker_runs.loss_and_gradients(start, x[a:b], t[a:b])[1], b - a) for a, b in ((0, 10), (10, 30), (30, 60))]
apart = max(np.abs(a - b).max() for a, b in zip(whole, workers.average_gradients(parts), strict=True))
print(f"largest difference: {apart:.0e}")
assert apart < 1e-12

# %% [markdown]
# There is one layer for which it is not true. **Batch norm** (lesson 07) takes mean and variance of the samples it sees
# together: three small batches have other statistics than one large one. Here the same test with and without it:


# %%
def split_against_whole(norm):
    rng = np.random.default_rng(0)
    layers = [
        nn.Linear(64, 20, rng=rng),
        *([nn.BatchNorm1d(20)] if norm else []),
        nn.ReLU(),
        nn.Linear(20, 10, rng=rng),
    ]
    model = nn.Sequential(*layers).double()

    def gradient(a, b):
        model.zero_grad()
        F.cross_entropy(model(Tensor(x[a:b])), t[a:b]).backward()
        return np.concatenate([p.grad.ravel() for p in model.parameters()])

    whole, small = gradient(0, 60), np.mean([gradient(a, a + 6) for a in range(0, 60, 6)], axis=0)
    return np.linalg.norm(whole - small) / np.linalg.norm(whole)


print(f"ten batches of 6 against one of 60, without norm: {split_against_whole(False):.0e} of the gradient's length")
print(f"with batch norm:                                 {split_against_whole(True):.2f}")
assert split_against_whole(False) < 1e-12 < 0.05 < split_against_whole(True)

# %% [markdown]
# So accumulating over a batch norm is another network. On many devices, torch's `SyncBatchNorm` computes the statistics
# over all workers, at the price of one more exchange in each such layer; group norm (lesson 07) has no such problem.
#
# ## 4. Who takes which rows
#
# Each worker has to find its own rows without asking the others: from the number of samples, the number of workers, its
# own number (the **rank**) and the epoch. Nothing fails visibly if this is wrong. The network only learns less.

# %% [markdown] task="own_rows" title="Find the bug: who takes which rows"
# `own_rows(n, workers, rank, epoch, seed)` is to give worker `rank` its row numbers for this epoch: `n // workers` of them. In
# one epoch no row may be given out twice, and every epoch is to be shuffled anew. What does not divide is left out, other rows
# in other epochs. The same arguments give the same rows; another `seed` gives another order.
#
# The program below ran for weeks in somebody's lab. It has two faults; repair both. How you shuffle is up to you.


# %% solve="own_rows" difficulty=3 importance=4 minutes=12 bug=true forbid="course_lib.topics.workers.shard"
def own_rows(n, workers, rank, epoch, seed):
    """Row numbers of one worker in one epoch, (n // workers,)."""
    ### BEGIN SOLUTION
    order = np.random.default_rng((seed, epoch)).permutation(n)
    share = n // workers
    return order[rank * share : (rank + 1) * share]
    ### END SOLUTION


# %% given="own_rows"
def own_rows(n, workers, rank, epoch, seed):
    """Row numbers of one worker in one epoch, (n // workers,)."""
    order = np.random.default_rng((seed, rank)).permutation(n)
    share = n // workers
    return order[rank * share : (rank + 1) * share]


# %% [markdown] hint="own_rows"
# Print the rows of all workers for `n = 12` and three workers. Is every number there once? Then print epoch 0 and epoch 1.

# %% [markdown] hint="own_rows"
# If two workers cut different pieces out of *different* orders, the pieces may overlap. What must all workers have in
# common, and what must change between epochs?

# %% [markdown] hint="own_rows"
# ```python
# order = np.random.default_rng((seed, ...)).permutation(n)      # the same for all ranks, another in each epoch
# ```

# %% check="own_rows" points=4
with check("own_rows") as expect:

    def whole_epoch(n, workers, epoch, seed):
        return np.concatenate([own_rows(n, workers, rank, epoch, seed) for rank in range(workers)])

    def neighbours(rows):
        return {(int(a), int(b)) for a, b in pairwise(rows)}

    def dealt(n, workers, epochs=(0, 1), seed=3):
        flat = [whole_epoch(n, workers, epoch, seed) for epoch in epochs]
        mine = [frozenset(int(i) for i in own_rows(n, workers, 1, epoch, seed)) for epoch in range(6)]
        left = {frozenset(range(n)) - {int(i) for i in whole_epoch(n, workers, e, seed)} for e in range(6)}
        kept = len(neighbours(flat[0]) & neighbours(flat[1]))
        seen = {"rows left out change with the epochs": len(left) > 1} if n % workers else {}
        return seen | {
            "rows of each worker": [len(own_rows(n, workers, rank, 0, seed)) for rank in range(workers)],
            "different rows of an epoch": [len(set(f.tolist())) for f in flat],
            "within the set": bool(min(f.min() for f in flat) >= 0 and max(f.max() for f in flat) < n),
            "shuffled": not all(np.array_equal(f, np.sort(f)) for f in flat),
            "epochs differ": not np.array_equal(*flat[:2]),
            "worker 1 gets other rows in other epochs": len(set(mine)) > 1,
            "a third of the rows follow the same row as before": 3 * kept > n,
            "a third of the rows r are followed by r + 1": 3 * sum(b == a + 1 for a, b in neighbours(flat[0])) > n,
            "asked again, the same": np.array_equal(flat[0], whole_epoch(n, workers, epochs[0], seed)),
            "another seed differs": not np.array_equal(flat[0], whole_epoch(n, workers, epochs[0], seed + 50)),
        }

    expect("30 rows, 3 workers", dealt(30, 3))
    expect("41 rows, 4 workers", dealt(41, 4))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180301)
    for workers_now in (2, 5, 7):
        n, seed = int(rng.integers(60, 90)), int(rng.integers(1000))
        expect(f"{workers_now} workers", dealt(n, workers_now, epochs=(4, 5, 9), seed=seed))
    together = {int(i) for e in range(40) for r in range(6) for i in own_rows(47, 6, r, e, 5)}
    expect("rows of 47 seen by 6 workers in 40 epochs", len(together))
    ### END HIDDEN TESTS

# %% [markdown]
# ## 5. What the workers have to tell each other
#
# After every step each worker needs the sum of all gradients: an **all-reduce**. The obvious way is a server: one of the
# workers collects, adds and sends back. With k workers and a gradient of N numbers, N come in from each of the k - 1
# others and N go back to each: 2(k - 1)N numbers pass through the one cable of the server.
#
# A **ring** does without a server. Every worker talks only to its two neighbours, and cuts its gradient into k pieces.
# In each step it hands *one* piece on to the next worker, until everybody has every piece of the sum.
#
# ### Predict: 64 workers instead of 2
#
# With 2 workers on the ring each sends N numbers in all: half of the gradient to be added, half of the result. How many
# numbers does each send with 64 workers: `"a"` about 2 N, `"b"` about 32 N, `"c"` about N / 32? `ring_cost = ...`

# %% solve="ring_cost" difficulty=2 importance=4 minutes=2
### BEGIN SOLUTION
ring_cost = "a"
### END SOLUTION

# %% [markdown] hint="ring_cost"
# There are more steps with 64 workers. But how large is the piece that is handed on in each?

# %% [markdown] hint="ring_cost"
# Take four workers and a gradient of four numbers. A piece must meet three other workers to be summed, and three to be known.

# %% [markdown] hint="ring_cost"
# In each step a worker sends N / k numbers. How many steps are there, so that every piece has gone round twice, nearly?

# %% predict="ring_cost" points=1
with check("ring_cost") as expect:
    expect("64 workers", ring_cost)

# %% [markdown]
# Here are four workers with four pieces. A cell says of how many workers the piece already holds the sum. In step s
# worker i hands on piece (i - s) mod k, with s = 0 for the first; first it is *added* by who gets it, in the second half it is *copied*.

# %% picture="ring" alt="Seven grids of four workers by four pieces: ones at the start, in three steps of adding one piece of each worker grows to 4, in three steps of copying all become 4"
from course_lib.viz.pictures import scaling

scaling.ring()

# %% [markdown] task="ring_sum" title="A ring all-reduce, simulated"
# Write `ring_sum(arrays)`: `arrays` holds one array `(n,)` for each of the k workers, all of one length. Return
# `(sums, sent)`: a list with what every worker holds in the end, and a list with how many numbers each has sent.
#
# Cut each array into k pieces by `np.array_split`. In step s = 0, 1, ..., 2(k - 1) - 1 worker i sends its piece (i - s) mod k to
# worker (i + 1) mod k, all at the same moment: it is added there in the first k - 1 steps, and takes that piece's place in
# the later ones. The arrays that come in stay as they are; a single worker sends nothing.
#
# *Example:* `[1, 2]` and `[10, 20]`: both hold `[11, 22]`, and each has sent 2 numbers.


# %% solve="ring_sum" difficulty=4 importance=4 minutes=20 forbid="course_lib.topics.workers.ring_all_reduce"
def ring_sum(arrays):
    """What each worker holds after a ring all-reduce, and how many numbers each has sent."""
    ### BEGIN SOLUTION
    k = len(arrays)
    held = [[piece.copy() for piece in np.array_split(a, k)] for a in arrays]
    sent = [0] * k
    for s in range(2 * (k - 1)):
        letters = [(i, (i - s) % k, held[i][(i - s) % k]) for i in range(k)]
        for i, j, piece in letters:
            sent[i] += len(piece)
            there = held[(i + 1) % k]
            there[j] = there[j] + piece if s < k - 1 else piece
    return [np.concatenate(own) for own in held], sent
    ### END SOLUTION


# %% [markdown] hint="ring_sum"
# Keep for each worker a list of its k pieces. "At the same moment" means: first collect what all send, then deliver.

# %% [markdown] hint="ring_sum"
# With two workers there are two steps. Step 0: worker 0 sends piece 0, worker 1 sends piece 1; both are added. Step 1:
# worker 0 sends piece (0 - 1) mod 2 = 1, which is finished there; worker 1 sends piece 0.

# %% [markdown] hint="ring_sum"
# ```python
# held = [[piece.copy() for piece in np.array_split(a, k)] for a in arrays]
# for s in range(...):
#     letters = [(i, (i - s) % k, held[i][(i - s) % k]) for i in range(k)]
#     for i, j, piece in letters:
#         sent[i] += ...
#         there = held[...]
#         there[j] = ...                            # add, or copy
# return [np.concatenate(own) for own in held], sent
# ```

# %% check="ring_sum" points=6
with check("ring_sum") as expect:

    def told(k, n, rng):
        arrays = [rng.integers(-9, 10, size=n).astype(float) * 10**i for i in range(k)]
        sums, sent = ring_sum(arrays)
        return {"sums": [np.asarray(s) for s in sums], "sent": [int(m) for m in sent]}, arrays

    rng = np.random.default_rng(2)
    expect("3 workers, 3 numbers", told(3, 3, rng)[0])
    seen, arrays = told(4, 10, rng)
    expect("4 workers, 10 numbers", seen)
    expect.unchanged("the arrays afterwards", arrays)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180401)
    for k, n in ((2, 7), (5, 13), (6, 20), (1, 4), (7, 4)):
        seen, arrays = told(k, n, rng)
        expect(f"{k} workers, {n} numbers", seen)
        expect.unchanged(f"{k} workers, {n} numbers: the arrays afterwards", arrays)
    ### END HIDDEN TESTS

# %% [markdown]
# Counted for AlexNet's gradient, 61 million numbers of 4 bytes, over cables of 10⁹ bytes a second with a delay of 10⁻⁵ s a
# message. On the ring a worker sends N numbers with two workers, and never more than 2 N with however many; through the server's cable go
# 2(k - 1)N.

# %%
for k in (2, 4, 8, 64, 512):
    there = {"bandwidth": 1e9, "latency": 1e-5}
    ring, server = (f(61_100_840, k, **there) for f in (workers.ring_seconds, workers.central_seconds))
    print(f"{k:>4} workers: ring {ring:5.2f} s, server {server:7.2f} s")

# %% [markdown]
# These seconds are spent in every step. Torch hides most of them: it sends the gradients of the last layers while those of
# the first are still being computed.
#
# ## 6. What cannot be divided
#
# If a share p of the work divides among k workers and the rest does not, the speed-up is
#
# $$\frac{1}{(1 - p) + p / k}$$
#
# and never more than 1 / (1 - p): **Amdahl's law** (1967). The course library shares its convolutions between
# threads. How much of a training step divides? Measured on two threads (where a second core
# is free; otherwise the second thread only gets in the way):

# %% practice="amdahl"
rng = np.random.default_rng(0)
layers = [nn.Conv2d(1, 16, 3, padding=1, rng=rng), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1, rng=rng), nn.ReLU()]
model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * 16 * 16, 10, rng=rng))
optimizer = optim.SGD(model.parameters(), lr=0.01)
images, classes = rng.normal(size=(64, 1, 16, 16)).astype(np.float32), rng.integers(0, 10, 64)


def conv_step():
    loss = F.cross_entropy(model(Tensor(images)), classes)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


taken, before = {}, get_num_threads()
for threads in (1, 2):
    set_num_threads(threads)
    taken[threads] = roofline.best_seconds(conv_step)
set_num_threads(before)
share = min(max(workers.parallel_share(taken), 0), 1)
print(f"1 thread {1e3 * taken[1]:.0f} ms, 2 threads {1e3 * taken[2]:.0f} ms: {taken[1] / taken[2]:.2f} times as fast")
print(f"by Amdahl's law {share:.0%} of the work divides; 64 cores would bring {workers.amdahl(share, 64):.1f} times")

# %% [markdown]
# Amdahl keeps the problem fixed. Gustafson's answer (1988): who has more workers takes a larger problem. In training
# that means a larger batch. Is a larger batch worth as much as more steps?
#
# ## 7. How large a batch
#
# Lesson 06 showed that very large batches work less well per sample. The reason is noise. The gradient of one sample is
# the true gradient G plus noise; let S be the covariance of that noise. Averaged over B samples the noise shrinks, and
# the expected squared length of the averaged gradient is
#
# $$\mathbb{E}\,|g_B|^2 = |G|^2 + \frac{\mathrm{tr}\,S}{B}$$
#
# where tr S, the **trace**, is the sum of the diagonal: the variances of all entries of a gradient, added up.
#
# The **gradient noise scale** $\mathrm{tr}\,S / |G|^2$ is the batch size at which noise and signal are of one size
# (McCandlish and others 2018). Well below it a batch twice as large saves half of the steps; well above it saves hardly any.
#
# And it can be measured for free, wherever several workers average: each worker has the gradient of a small batch, and
# together they have that of a large one.

# %% [markdown] task="noise_in_batches" title="The gradient noise scale from what workers know"
# Write `noise_in_batches(gradients, batch)`. `gradients` is an array `(rounds, k, weights)`: in each of several rounds, the
# gradients of k workers, each the mean over `batch` samples of its own. Return the noise scale, a float in samples.
#
# The formula above holds for one worker's gradient (B = `batch`) and for the mean of all k (B = k · `batch`). Estimate both
# expectations by averages over what you have (all rounds; for the small batch all workers too), *then* solve for the two
# unknowns and divide once, at the end.
#
# *Example:* if the mean squared lengths are 10 for batch 2 and 6 for batch 4, then |G|² = 2 and tr S = 16: noise scale 8.


# %% solve="noise_in_batches" difficulty=3 importance=4 minutes=15 forbid="course_lib.topics.noise_scale.noise_scale course_lib.topics.noise_scale.exact_noise_scale"
def noise_in_batches(gradients, batch):
    """tr(S) / |G|², in samples."""
    ### BEGIN SOLUTION
    k = gradients.shape[1]
    small = (gradients**2).sum(axis=2).mean()
    large = (gradients.mean(axis=1) ** 2).sum(axis=1).mean()
    noise = (small - large) / (1 / batch - 1 / (k * batch))
    return float(noise / (small - noise / batch))
    ### END SOLUTION


# %% [markdown] hint="noise_in_batches"
# Two equations: `small = G2 + S / batch` and `large = G2 + S / (k * batch)`. Subtract them.

# %% [markdown] hint="noise_in_batches"
# In the example 10 - 6 = S (1/2 - 1/4). A squared length is a *sum* over weights; over rounds and workers you average.

# %% [markdown] hint="noise_in_batches"
# ```python
# small = (gradients**2).sum(axis=2)...
# large = (gradients.mean(axis=1) ** 2).sum(axis=1)...
# noise = (small - large) / (...)
# signal = ...
# return float(noise / signal)
# ```

# %% check="noise_in_batches" points=4
with check("noise_in_batches") as expect:

    def noisy(rounds, k, d, batch, rng, spread=2.0):
        true = rng.normal(size=d)
        return true + spread * rng.normal(size=(rounds, k, d)) / np.sqrt(batch)

    rng = np.random.default_rng(3)
    gradients = noisy(3, 3, 3, 3, rng)
    expect("3 rounds, 3 workers, 3 weights, batches of 3", noise_in_batches(gradients, 3))
    gradients = noisy(6, 4, 9, 7, rng)
    expect("6 rounds, 4 workers, 9 weights, batches of 7", noise_in_batches(gradients, 7))
    expect.unchanged("the gradients afterwards", gradients)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180501)
    for rounds, k, d, batch in ((5, 2, 8, 3), (1, 6, 12, 10), (9, 5, 7, 1), (4, 3, 20, 16)):
        gradients = noisy(rounds, k, d, batch, rng, spread=1.2)
        expect(f"{rounds} rounds, {k} workers, {d} weights, batches of {batch}", noise_in_batches(gradients, batch))
    ### END HIDDEN TESTS

# %% [markdown]
# Measured on the digits, at the start and after some training. Which way does it go, and what does that say about the
# batch size late in training?

# %% practice="noise"
scale_of = yours("noise_in_batches", else_=noise_scale.noise_scale)


def measured_scale(weights, seed=0, rounds=60, k=4, batch=8):
    rng, flat = np.random.default_rng(seed), []
    for _ in range(rounds * k):
        rows = rng.integers(0, len(x), batch)
        flat.append(np.concatenate([g.ravel() for g in worker_runs.loss_and_gradients(weights, x[rows], t[rows])[1]]))
    return scale_of(np.array(flat).reshape(rounds, k, -1), batch)


weights, rng, at, scales = worker_runs.start(np.random.default_rng(0)), np.random.default_rng(1), [], []
for step in progress(range(241), "steps"):
    if step % 40 == 0:
        at.append(step)
        scales.append([measured_scale(weights, seed) for seed in range(3)])
    rows = rng.integers(0, len(x), 32)
    slopes = worker_runs.loss_and_gradients(weights, x[rows], t[rows])[1]
    weights = [w - 0.1 * g for w, g in zip(weights, slopes, strict=True)]
error = np.std(scales, axis=1, ddof=1) / np.sqrt(3)
lines, band = {"noise scale": (at, np.mean(scales, axis=1))}, {"noise scale": error}
ax = curves.learning_curves(
    lines, spread=band, xlabel="step", ylabel="samples", log=True, title="The noise scale during training"
)

# %% [markdown]
# The band is the standard error of three measurements of one run.
#
# Now the trade-off as a whole. The table below was measured once for a network 64-64-10 on the bundled digits: for every
# batch size the best of seven learning rates, three seeds each, until the loss of the whole training set was 0.03. The
# number of weights, the data and the target are equal; the rate is not, each batch size has its own.

# %% picture="tradeoff" alt="Throughput and memory grow with the batch size, steps to the loss fall and level off, time to the loss has its minimum in between"
from course_lib.topics.batch_sizes import RECORDED
from course_lib.viz.scaling import batch_tradeoff

batch_tradeoff(RECORDED)

# %% [markdown]
# Move the batch size, then the memory. Which batch needs fewest steps? Which is fastest? How much larger is the
# best rate of the largest batch than that of the smallest? `batch_sizes.measure(x, t)` makes such a table for your own machine, in some minutes.

# %%
batch_explorer(batch_sizes.RECORDED)

# %% [markdown]
# The same paper foretells the shape of the third panel: steps = fewest · (1 + B* / B), with a **critical batch size** B* of
# about the noise scale, averaged over the training. At B* it takes twice the fewest steps. Fitted to the table:

# %%
by_batch = 1 / np.array([row.batch for row in batch_sizes.RECORDED])
steps_seen = np.array([row.steps for row in batch_sizes.RECORDED])
slope, fewest = np.polyfit(by_batch, steps_seen, 1, w=1 / steps_seen)
print(f"steps = {fewest:.0f} · (1 + {slope / fewest:.0f} / B)")
for row in batch_sizes.RECORDED:
    print(f"batch {row.batch:>4}: fitted {fewest + slope / row.batch:6.0f}, measured {row.steps:6.0f}")

# %% [markdown]
# ## 8. The learning rate of a large batch
#
# A batch k times as large takes k times fewer steps per epoch. To get as far in an epoch each step has to be larger. As
# long as noise is the limit, the **linear scaling rule** works: k times the batch, k times the rate (Goyal and others
# 2017). At the start, where the loss bends most, the full rate would do harm: so it is reached gradually, by **warm-up**.

# %% [markdown] task="rate_at" title="Linear scaling with warm-up"
# Write `rate_at(step, batch, base_rate, base_batch, warm_up)`: the learning rate of a step (0 is the first). `base_rate` is
# right for batches of `base_batch`.
#
# The rate scaled linearly to `batch` is reached at step `warm_up` and kept. Step 0 has `base_rate`; between them the rate
# moves in a straight line. With `warm_up = 0` the scaled rate holds from step 0.
#
# *Example:* rate 0.1 for batches of 32, now batches of 128 with `warm_up = 3`: 0.1, 0.2, 0.3, 0.4, 0.4, ...


# %% solve="rate_at" difficulty=2 importance=4 minutes=8 forbid="course_lib.optim.schedules.warm_up"
def rate_at(step, batch, base_rate, base_batch, warm_up):
    """Learning rate of a step, for a batch of another size than the rate was found for."""
    ### BEGIN SOLUTION
    goal = base_rate * batch / base_batch
    if step >= warm_up:
        return goal
    return base_rate + (goal - base_rate) * step / warm_up
    ### END SOLUTION


# %% [markdown] hint="rate_at"
# Two numbers first: where the rate begins, and where it ends. Then how far along the way this step is.

# %% [markdown] hint="rate_at"
# In the example the way goes from 0.1 to 0.4, and step 1 of 3 has gone a third of it.

# %% [markdown] hint="rate_at"
# ```python
# goal = ...
# if step >= warm_up:
#     return goal
# return base_rate + (...) * ...
# ```

# %% check="rate_at" points=3
with check("rate_at") as expect:
    expect("batch 3 for 3, 3 steps of warm-up", [rate_at(s, 3, 0.3, 3, 3) for s in range(6)])
    expect("batch 256 for 32, 4 steps", [rate_at(s, 256, 0.05, 32, 4) for s in range(7)])
    expect("no warm-up", [rate_at(s, 96, 0.1, 32, 0) for s in range(3)])
    expect("batch 48 for 32, 5 steps", [rate_at(s, 48, 0.08, 32, 5) for s in range(7)])
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180601)
    for base_batch, warm_up in ((8, 5), (64, 1), (20, 11), (48, 0)):
        batch, base_rate = int(rng.integers(5, 900)), float(rng.uniform(0.01, 0.4))
        rates = [rate_at(s, batch, base_rate, base_batch, warm_up) for s in range(warm_up + 4)]
        expect(f"batch {batch} for {base_batch}, warm-up {warm_up}", rates)
    ### END HIDDEN TESTS

# %% [markdown]
# Does the rule help? Eight workers instead of one, batches of 128 instead of 16, 60 steps, five seeds each; data, start
# and steps are equal, only the rate differs. The rate for one worker is 0.1.

# %%
few, classes_few, *judge = worker_runs.digit_sets()
print(f"{len(few)} digits to train on, {len(judge[0])} to judge by")

# %% practice="linear_rule"
ends = {}
for name, rate, warm in (("unscaled", 0.1, 0), ("square root", 0.1 * np.sqrt(8), 10), ("linear", 0.8, 10)):
    runs = [worker_runs.train_workers(few, classes_few, rate=rate, warm_up=warm, steps=60, seed=s) for s in range(5)]
    ends[name] = [np.mean(run["training"][-5:]) for run in runs]
    print(
        f"{name:>12}: loss {np.mean(ends[name]):.3f} ± {np.std(ends[name], ddof=1) / np.sqrt(5):.3f} (standard error)"
    )

# %% [markdown]
# ## 9. Sixteen bits
#
# Half the bits mean half the bytes, so twice the intensity of every layer, and on a GPU matrix units many times as fast.
# Lesson 12 computed in bfloat16, which has the range of float32. The older float16 has more digits but a small range:

# %% picture="formats" alt="Bars of the sizes of numbers that float32, bfloat16 and float16 can hold; the range of typical gradients reaches below the end of float16"
from course_lib.viz.pictures import scaling

scaling.formats()

# %% [markdown]
# The pale end is for **subnormal** numbers, which have fewer and fewer digits. The smallest positive float16 is
# 2⁻²⁴ = 5.96·10⁻⁸; the next one is twice that.
#
# ### Predict: what becomes of a gradient
#
# A gradient of 4·10⁻⁸ is stored as float16, rounded to the nearest number there is. What is stored: `"a"` 0, `"b"` about
# 4·10⁻⁸, `"c"` about 6·10⁻⁸? `stored = ...`

# %% solve="stored" difficulty=2 importance=3 minutes=2
### BEGIN SOLUTION
stored = "c"
### END SOLUTION

# %% [markdown] hint="stored"
# Which two numbers of float16 lie next to it, and which of them is nearer?

# %% [markdown] hint="stored"
# Near its end float16 has only the multiples of its smallest number: 0, one of them, two of them, ...

# %% [markdown] hint="stored"
# Half of 5.96·10⁻⁸ is 2.98·10⁻⁸. On which side of that does 4·10⁻⁸ lie?

# %% predict="stored" points=1
with check("stored") as expect:
    expect("4e-8 in float16", stored)

# %%
for value in (1e-4, 4e-8, 2e-8):
    print(f"{value:g} is stored as {float(np.float16(value)):.3g}")

# %% [markdown]
# Numbers below half of the smallest become 0: they **underflow**. Weights whose gradients all underflow never move. The
# cure: multiply the *loss* by a large number before the backward pass. By the chain rule all gradients are larger by just
# that factor. They are divided by it again in float32, where there is room.
#
# Which factor? As large as possible without **overflow**: float16 ends at 65504. So it is sought while training. If
# some gradient is infinite or not a number, the step is skipped and the factor halved; after some good steps it is
# doubled (Micikevicius and others 2018).

# %% [markdown] task="scaled_step" title="A step with loss scaling"
# Write `scaled_step(w, gradient_of, scale, good, rate, patience)`. `w` is float32 `(d,)`; `gradient_of(scale)` gives the
# gradient of `scale` times the loss as float16 `(d,)`; `good` counts the good steps since `scale` last changed.
#
# - If an entry is infinite or nan: return `w` as it was, `scale / 2` and 0.
# - Else divide by `scale` *in float32*, and take a step of gradient descent. Count one more good step. When there are
#   `patience` of them, double `scale` and begin counting at 0.
#
# Return `(w, scale, good)`, `w` in float32. The `w` that came in stays as it is; call `gradient_of` once.


# %% solve="scaled_step" difficulty=3 importance=4 minutes=12 forbid="course_lib.topics.loss_scaling.LossScale"
def scaled_step(w, gradient_of, scale, good, rate, patience):
    """One step of mixed-precision training: new weights, new scale, good steps in a row."""
    ### BEGIN SOLUTION
    g = gradient_of(scale)
    if not np.isfinite(g).all():
        return w, scale / 2, 0
    w = w - np.float32(rate) * (g.astype(np.float32) / np.float32(scale))
    good += 1
    if good == patience:
        return w, scale * 2, 0
    return w, scale, good
    ### END SOLUTION


# %% [markdown] hint="scaled_step"
# Look at the gradient before you use it. What happens to a small float16 that is divided while it is still float16?

# %% [markdown] hint="scaled_step"
# With patience 3: good steps 0 → 1 → 2, and at the third the scale is doubled and the count is 0 again.

# %% [markdown] hint="scaled_step"
# ```python
# g = gradient_of(scale)
# if not np.isfinite(g).all():
#     return ...
# w = w - np.float32(rate) * (g.astype(...) / np.float32(scale))
# good += 1
# ...
# return w, scale, good
# ```

# %% check="scaled_step" points=5
with check("scaled_step") as expect:

    def half(true):
        calls = []

        def gradient_of(scale):
            calls.append(scale)
            if len(calls) > 1:
                raise RuntimeError("gradient_of is called once in a step; here it was called again")
            with np.errstate(over="ignore"):
                return (true * scale).astype(np.float16)

        return gradient_of

    def walked(true, scale, steps, rate, patience):
        w, good, passed, seen = np.ones(len(true), np.float32), 0, [], []
        for _ in range(steps):
            w, scale, good = scaled_step(w, half(true), scale, good, rate, patience)
            passed.append(np.array(w))
            seen.append((float(scale), int(good)))
        return np.array(passed), {"scale and good steps": seen, "weights are": str(np.asarray(w).dtype)}

    before = np.ones(3, np.float32)
    scaled_step(before, half(np.array([0.5, 1.5, -2])), 8.0, 0, 0.25, 3)
    expect.unchanged("the weights that came in", before)
    for what, *case in (
        ("3 weights, patience 3", np.array([0.5, 1.5, -2]), 8.0, 5, 0.25, 3),
        ("gradients of 3e-9, scale 65536", np.array([3e-9, -5e-9]), 65536.0, 2, 1.3e6, 4),
        ("the scale is too large at first", np.array([40.0, 3e-3]), 2.0**13, 5, 0.013, 3),
        ("a nan in every gradient", np.array([0.7, np.nan, 0.2]), 64.0, 2, 0.1, 3),
    ):
        weights, states = walked(*case)
        expect(f"{what}: weights after each step", weights, rtol=1e-5)
        expect(what, states)
    _, scale, good = scaled_step(before, lambda scale: np.array([0.5, np.inf, -2], np.float16), 64.0, 2, 0.25, 3)
    expect("an infinite entry after 2 good steps: scale and good steps", (float(scale), int(good)))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180701)
    for power, patience in ((17, 2), (10, 3), (24, 5), (4, 1)):
        true = rng.normal(size=5) * 10 ** rng.uniform(-3, 1, size=5)
        weights, states = walked(true, 2.0**power, 9, 0.07, patience)
        expect(f"scale 2^{power}, patience {patience}: weights", weights, rtol=1e-5)
        expect(f"scale 2^{power}, patience {patience}", states)
    expect("tiny gradients", walked(rng.normal(size=6) * 1e-8, 2.0**20, 4, 3e5, 3)[0], rtol=1e-5)
    lost = np.array([1.0, np.nan, 2.0], np.float16)
    kept, scale, good = scaled_step(np.arange(3, dtype=np.float32), lambda scale: lost, 64.0, 2, 0.1, 3)
    expect("a nan among the gradients", [np.asarray(kept), float(scale), int(good)])
    ### END HIDDEN TESTS

# %% [markdown]
# A case in which it matters: a regression whose inputs are small, about 10⁻⁴, as after a badly chosen unit. All
# gradients are near the end of float16. The same start, rate and steps; only the factor on the loss differs.

# %%
rng = np.random.default_rng(0)
small_x = 1e-4 * rng.normal(size=(50, 4))
values = small_x @ np.array([3.0, -2.0, 1.0, 4.0])
for name, scale in (("float16, no scaling", 1.0), ("float16, loss times 16 384", 16384.0)):
    w = np.zeros(4, np.float32)
    for _ in range(300):
        g = loss_scaling.half_gradient(small_x, values, w, scale)
        w = w - np.float32(5e7) * (g.astype(np.float32) / np.float32(scale))
    print(f"{name:>27}: weights {np.round(w, 2)}")

# %% [markdown]
# In torch two objects do all this: `torch.autocast` picks the format of each operation, `torch.amp.GradScaler` is the rule
# above. With bfloat16 no scaler is needed.
#
# Two more switches that change speed and, up to rounding, not results. **Channels last** keeps the channels of a pixel side by side in
# memory, as matrix units want them. **`torch.compile`** reads the model once and writes code that goes through memory
# once where ten operations went ten times: on the roofline, intensity goes up.
#
# The cell measures them on the device that is there: a GPU at full size; a CPU on a few small images with a narrow network,
# which shows that it runs and not what it brings. Compiling takes a minute and a
# compiler, so it is asked for by `COMPILED = True`.

# %% gpu=true
COMPILED, here = False, bridge.device()
size_of, rates = bridge.size, {}
some = torch.randn(size_of(full=256, smoke=16), 3, size_of(full=64, smoke=32), size_of(full=64, smoke=32), device=here)
kinds = torch.arange(len(some), device=here) % 10
for name, last, mixed, compiled in (
    ("float32", False, False, False),
    ("channels last", True, False, False),
    ("channels last, bfloat16", True, True, False),
    ("compiled as well", True, True, True),
)[: 4 if COMPILED else 3]:
    torch.manual_seed(0)
    net = resnets.resnet18(10, small=True, width=size_of(full=64, smoke=8)).to(here)
    net = net.to(memory_format=torch.channels_last) if last else net
    net = torch.compile(net) if compiled else net
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    batch = some.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)

    def full_step(net=net, optimizer=optimizer, batch=batch, mixed=mixed):
        with torch.autocast(here.type, torch.bfloat16, enabled=mixed):
            out = net(batch)
        loss = cross_entropy(out.float(), kinds)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for _ in range(3):
        full_step()
    seconds_since = stopwatch(here)
    for _ in range(size_of(full=20, smoke=3)):
        full_step()
    rates[name] = len(batch) * size_of(full=20, smoke=3) / seconds_since()
    print(f"{bridge.describe(here)}, {name}: {rates[name]:,.0f} images per second")

# %% [markdown]
# ## 10. Loading while computing
#
# A processor that waits for images is as slow as the disk. The next batch can be read by another thread while this one is
# computed. Then a step costs the *longer* of the two, not their sum.

# %% picture="overlap" alt="On the left four batches loaded and computed one after the other; on the right loading of the next batch runs beside computing, and all is done earlier"
from course_lib.viz.pictures import scaling

scaling.overlap()


# %% practice="overlap"
def slow_batches(count=12):
    for number in range(count):
        time.sleep(0.02)  # a disk
        yield number


def seconds_of(source):
    began = time.perf_counter()
    for _ in source:
        time.sleep(0.03)  # a device that computes
    return time.perf_counter() - began


print(
    f"one after the other {seconds_of(slow_batches()):.2f} s, made ahead {seconds_of(prefetch(slow_batches())):.2f} s"
)

# %% [markdown]
# In torch this is `DataLoader(..., num_workers=4, prefetch_factor=2, pin_memory=True)`: four processes, two batches ahead
# each. Processes and not threads, because only one thread at a time may run Python code (it holds Python's lock), and
# decoding and changing images is Python code in part. `pin_memory` puts a batch where the system cannot move it to disk, so
# that a GPU fetches it by itself while the CPU goes on.
#
# ## 11. Interrupted, and resumed exactly
#
# A run of weeks will be interrupted. A **checkpoint** has to hold everything that decides how the run goes on; weights
# alone are not enough. Whether it does can be tested: the resumed run must give the same numbers as one that was never
# stopped, to the last bit.
#
# Here is a run with all that a real one has: momentum, a learning rate that falls, shuffled epochs, random noise on the
# inputs.


# %%
class Run:
    """Linear regression on 20 samples in shuffled batches of 6, noise on the inputs, momentum, a falling rate."""

    x = np.random.default_rng(7).normal(size=(20, 3))
    t = x @ np.array([1.0, -2.0, 0.7])

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)  # draws orders and noise
        self.weights, self.velocity = self.rng.normal(size=3), np.zeros(3)
        self.order, self.place = np.arange(0), 0  # row numbers of this epoch, and how many are used
        self.steps = 0

    def advance(self, steps):
        """Some steps of training, in place; returns self."""
        for _ in range(steps):
            if self.place >= len(self.order):
                self.order, self.place = self.rng.permutation(len(self.x)), 0
            rows = self.order[self.place : self.place + 6]
            self.place += 6
            x = self.x[rows] + 0.1 * self.rng.normal(size=(len(rows), 3))
            self.velocity *= 0.9
            self.velocity += x.T @ (x @ self.weights - self.t[rows]) / len(rows)
            self.weights -= 0.1 / (1 + self.steps / 10) * self.velocity
            self.steps += 1
        return self


# %% [markdown] task="keep_run" title="Resume exactly"
# Write `keep(run)`, which returns a dict with all that a checkpoint needs, and `resume(kept)`, which makes a new `Run` from
# it that goes on exactly as the old one would.
#
# - In the dict stand only arrays, numbers, and what `run.rng.bit_generator.state` gives (assign to it to set the state):
#   nothing that would need **pickle**, Python's format for any object: reading such a file runs code that stands in it.
# - What happens to `run` afterwards does not change the dict, and a resumed run does not either: one can resume twice.
# - Resuming does not train: no step is done again.


# %% solve="keep_run" difficulty=3 importance=5 minutes=15
def keep(run):
    """A checkpoint of a Run: a dict of arrays, numbers, and the state of its generator."""
    ### BEGIN SOLUTION
    arrays = {name: getattr(run, name).copy() for name in ("weights", "velocity", "order")}
    return arrays | {"place": run.place, "steps": run.steps, "rng": run.rng.bit_generator.state}
    ### END SOLUTION


def resume(kept):
    """A Run that goes on where the kept one was."""
    ### BEGIN SOLUTION
    run = Run()
    for name in ("weights", "velocity", "order"):
        setattr(run, name, kept[name].copy())
    run.place, run.steps = kept["place"], kept["steps"]
    run.rng.bit_generator.state = kept["rng"]
    return run
    ### END SOLUTION


# %% [markdown] hint="keep_run"
# Go through `__init__`: every attribute set there changes in `advance`, so every one belongs into the checkpoint.

# %% [markdown] hint="keep_run"
# `self.weights -= ...` changes the array itself. If the dict holds that same array, it changes too: copy on the way in
# and on the way out.

# %% [markdown] hint="keep_run"
# ```python
# arrays = {name: getattr(run, name).copy() for name in ("weights", ...)}
# return arrays | {"place": run.place, ..., "rng": run.rng.bit_generator.state}
# ...
# run = Run()
# for name in ("weights", ...):
#     setattr(run, name, kept[name].copy())
# ...
# run.rng.bit_generator.state = kept["rng"]
# return run
# ```

# %% check="keep_run" points=5
with check("keep_run") as expect:

    def plain(kept):
        try:
            json.dumps(kept, default=lambda v: v.tolist() if isinstance(v, (np.ndarray, np.generic)) else v.missing)
        except (AttributeError, TypeError):
            return "holds something that is no array, number or state"
        return "arrays, numbers and a state"

    def story(seed, before, after):
        run = Run(seed).advance(before)
        kept = keep(run)
        run.advance(after)
        began = {"steps": int(resume(kept).steps), "kept": plain(kept)}
        ends = [np.array(resume(kept).advance(after).weights) for _ in range(2)]
        return began | {"to the last bit": [bool(np.array_equal(run.weights, end)) for end in ends], "weights": ends}

    expect("stopped after 3 steps, 3 more", story(3, 3, 3))
    expect("stopped at the end of an epoch (4 steps), 9 more", story(4, 4, 9))
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180801)
    for before in (1, 6, 10, 25):
        seed, after = int(rng.integers(1000)), int(rng.integers(5, 30))
        expect(f"stopped after {before} steps, {after} more", story(seed, before, after))
    expect("stopped before the first step", story(int(rng.integers(1000)), 0, 11))
    ### END HIDDEN TESTS

# %% [markdown]
# `course_lib.train.checkpoint` does the same for a network of the library, with a file that is written beside the old one
# and then renamed. A machine that dies while it writes leaves the older checkpoint whole.
#
# ## 12. Two processes, with torch
#
# All parts are there; torch has them ready. `torchrun` starts the processes and tells each its rank;
# `torch.distributed` connects them, by a library for such exchanges: **gloo** between CPUs, over the network; **NCCL**, which NVIDIA makes,
# between GPUs, over their own wires where there are some. `DistributedDataParallel` wraps a model so that its backward pass averages the gradients of all workers, layer by layer, while the rest is still being computed.
#
# The course's script is `course_lib/torch_models/data_parallel.py`. In a terminal:
#
#     torchrun --standalone --nproc-per-node 2 -m course_lib.torch_models.data_parallel --checkpoint run.pt
#
# `launch` does that from here. First the claim of section 3, on two processes: 20 steps with batches of 24 in float64, by
# one process and by two with 12 rows each.

# %% practice="two_processes"
folder = Path(tempfile.mkdtemp())
results = {}
for k in progress((1, 2), "processes"):
    print(launch(["--steps", 20, "--result", folder / f"{k}.json"], workers=k))
    results[k] = json.loads((folder / f"{k}.json").read_text())
apart = np.abs(np.subtract(results[1]["losses"], results[2]["losses"])).max()
print(f"largest difference of the losses of 20 steps: {apart:.0e}")
assert apart < 1e-6

# %% [markdown]
# Now worker 1 is killed before step 13. Worker 0 waits for a gradient that never comes; it must not wait for ever, and it
# must say what happened. Then the same command goes on from the checkpoint of step 10.

# %% practice="killed"
arguments = ["--steps", 20, "--checkpoint", folder / "run.pt", "--result", folder / "resumed.json"]
try:
    launch([*arguments, "--fall-at", 13])
except RuntimeError as error:
    print(error, "\n")
print(launch(arguments))
resumed = json.loads((folder / "resumed.json").read_text())
apart = np.abs(np.subtract(resumed["losses"], results[2]["losses"])).max()
print(f"against the run that was never stopped: {apart:.0e}")

# %% [markdown]
# ## 13. AlexNet's two GPUs, then and now
#
# In 2012 AlexNet did not fit into the 3 GB of one GPU, so it was cut in two: each GPU held half of the *filters* of every
# layer (**model parallelism**), and they exchanged feature maps, but only in some layers. Today both GPUs would hold all
# weights and divide the *images*. What has to be exchanged in one step of 128 images?

# %%
maps = 128 * 13 * 13 + 128 * 6 * 6 + 2048 + 2048  # what a tower hands over an image: before conv 3, fc 6, fc 7, fc 8
with torch.device("meta"):  # counted, not made
    gradient = sum(p.numel() for p in AlexNet(towers=2).parameters())
then = 2 * 128 * maps  # forward the maps, backward their gradients
now = workers.ring_seconds(gradient, 2, bandwidth=1, width=1)
print(f"towers:        {then / 1e6:5.1f} million numbers sent by each GPU in a step, more with more images")
print(f"data parallel: {now / 1e6:5.1f} million, whatever the batch")

# %% [markdown]
# At these sizes the towers sent less, and each kept half of the weights. It cost freedom: the cut is part of the
# network, and two towers cannot become four. Krizhevsky's own later answer (2014): data parallelism for the convolutions,
# which have few weights and much work, model parallelism for the fully connected layers, which have many weights and
# little.
#
# **Lecture figure F37.** The lectures say a GPU makes AlexNet 10 or 50 times as fast. Measured here: images per second,
# forward, and with backward pass and step.


# %% figure="F37"
WHERE = bridge.device(os.environ.get("COURSE_DEVICE") or "cpu")


def alexnet_speed(where, batch, training, mixed=False, steps=3):
    """Images of 224×224 per second, after two steps that do not count."""
    torch.manual_seed(0)
    net = AlexNet().to(where, memory_format=torch.channels_last)
    images = torch.randn(batch, 3, 224, 224, device=where).contiguous(memory_format=torch.channels_last)
    classes, optimizer = torch.arange(batch, device=where), torch.optim.SGD(net.parameters(), lr=1e-3)

    def run():
        if training:
            return train_step(net, optimizer, images, classes, 0.0, mixed)
        with torch.no_grad(), torch.autocast(where.type, torch.bfloat16, enabled=mixed):
            return net(images)

    for _ in range(2):
        run()
    seconds = stopwatch(where)
    for _ in range(steps):
        run()
    return batch * steps / seconds()


# %% figure="F37"
def alexnet_figure(where):
    big = where.type == "cuda"
    rows, lines, sizes = [], {}, (1, 8, 64, 256, 512) if big else (1, 4, 16)
    for training in (False, True):
        for mixed in (False, True) if big else (False,):
            name = f"{'training' if training else 'forward'}{', bfloat16' if mixed else ''}"
            speeds = [max(alexnet_speed(where, n, training, mixed, 20 if big else 3) for _ in range(3)) for n in sizes]
            lines[name] = (sizes, speeds)
            for n, speed in zip(sizes, speeds, strict=True):
                setting = f"{bridge.describe(where)}, AlexNet with one tower, 224×224, batch {n}, best of three"
                rows.append((f"{name}: images per second", "GPU 10 to 50 times CPU", f"{speed:,.1f}", setting))
    named = {"xlabel": "batch size", "ylabel": "images per second", "title": f"AlexNet, {bridge.describe(where)}"}
    curves.learning_curves(lines, **named, log=True).set_xscale("log")
    return lecture_table("F37 · Throughput of AlexNet", rows)


alexnet_figure(WHERE) if FULL else recorded("F37")

# %% [markdown]
# The GPU's half needs a GPU: `course figures --run F37 --device cuda` measures it there, and then it stands here:

# %% figure="F37"
None if FULL else recorded("F37", device="cuda")

# %% [markdown]
# ## 14. What more of everything brings
#
# Large models are planned with small ones. A network with 6 inputs and one hidden layer learns a fixed function. Little else limits it than
# its weights (with as many samples as it wants), or the number of different samples (with enough weights). On paper with
# two logarithmic axes, how does the loss fall?

# %% practice="scaling_curve"
widths, sets, seeds = (2, 4, 8, 16, 32), (50, 100, 200, 400, 800), range(3)
by_weights, by_samples, tracks = [], [], {}
for width in progress(widths, "widths"):
    runs = [scaling_runs.learn(width, None, 1500, every=100, seed=s) for s in seeds]
    by_weights.append([run[-1][1] for run in runs])
    steps = np.array([step for step, _ in runs[0]])
    work = 3 * scaling_runs.weights(width) * 64 * steps  # multiply-adds: forward, and twice as many backward
    tracks[f"{width} units"] = (work, np.mean([[loss for _, loss in run] for run in runs], axis=0))
for samples in progress(sets, "samples"):
    runs = [scaling_runs.learn(32, samples, 1500, every=100, seed=s) for s in seeds]
    by_samples.append([min(loss for _, loss in run) for run in runs])

# %% practice="scaling_plot"
left, middle, right = style.row(3, size=(3.6, 3.0))
sizes = [scaling_runs.weights(width) for width in widths]
for ax, at, losses, name in ((left, sizes, by_weights, "weights"), (middle, sets, by_samples, "samples")):
    means = np.mean(losses, axis=1)
    a, b = power_law.fit_power(at[:-1], means[:-1])  # without the largest, which is then foretold
    fitted = {"mean of 3 seeds": (at, means), f"{a:.2g} · x^-{b:.2f}": (at, a * np.array(at, float) ** -b)}
    curves.learning_curves(fitted, ax=ax, xlabel=name, ylabel="test loss", log=True).set_xscale("log")
    ax.set_xticks(at, at)
    ax.set_xticks([], minor=True)
    print(f"{at[-1]} {name}: foretold {a * at[-1] ** -b:.4f}, measured {means[-1]:.4f}")
ax = curves.learning_curves(tracks, ax=right, xlabel="multiply-adds of training", ylabel="test loss", log=True)
ax.set_xscale("log")
legend = ax.legend(frameon=False, fontsize="x-small")

# %% [markdown]
# Nearly straight lines: **power laws** (Kaplan and others 2020). Each fit leaves the largest network or set out and foretells it. On the
# right the tracks cross: for every amount of work there is a best size, and it grows with the work. A small network with
# many steps and a large one with few both waste it (Hoffmann and others 2022).
#
# So take the lower edge of all tracks: the least loss that any size reached with so much work. Fitted without the last factor of four:

# %% practice="scaling_compute"
work, loss = (np.concatenate(column) for column in zip(*tracks.values(), strict=True))
names = np.repeat(list(tracks), len(steps))
order = np.argsort(work)
edge = order[np.diff(np.minimum.accumulate(loss[order]), prepend=np.inf) < 0]  # less loss than anything with less work
early = edge[4 * work[edge] < work.max()]
a, b = power_law.fit_power(work[early], loss[early])
fitted = {"lower edge": (work[edge], loss[edge]), f"{a:.2g} · x^-{b:.2f}": (work[edge], a * work[edge] ** -b)}
ax = curves.learning_curves(
    fitted, xlabel="multiply-adds of training", ylabel="test loss", log=True, title="Least loss by work"
)
ax.set_xscale("log")
for part in (10**6, 4 * 10**6, 16 * 10**6):
    print(f"{part / 1e6:2.0f} million multiply-adds: least loss with {names[edge[work[edge] <= part][-1]]}")
print(f"{work.max() / 1e6:.0f} million: foretold {a * work.max() ** -b:.4f}, measured {loss[edge[-1]]:.4f}")

# %% [markdown]
# The third law, of compute. It is read off tracks whose rate falls for 1500 steps, so it flatters the ends of runs; to be strict every point
# would be a run of its own, with a rate that falls to its end. Hoffmann and others trained so.
#
# Two warnings. Test losses of the data curve take the best point of each run, as early stopping would. And a power law
# has to end where the noise of the targets begins; here there is none.
#
# ## 15. Read the curves
#
# Four runs of eight workers on the digits, training and validation loss. Each has one fault:
#
# - `"sum"`: gradients are added, not averaged;
# - `"rate"`: the learning rate is far too low for the large batch;
# - `"one shard"`: all workers read the rows of worker 0;
# - `"old checkpoint"`: after an interruption the run went on from an older checkpoint.

# %% picture="faults" alt="Four panels A to D with training and validation loss by step; A jumps up and stays flat, B falls slowly, C jumps back in the middle, D has a growing gap between training and validation"
from course_lib.viz.pictures import scaling

scaling.faults()

# %% [markdown] task="fault_of" title="Which fault is which?"
# Write `fault_of(letter)`, which gives for `"A"` to `"D"` the name of the fault, one of the four strings above.
#
# Then repair run B: `mended(settings)` gets a dict with `workers`, `batch` (of each worker) and `rate`, which was found
# for *one* worker. Return a new dict with the same `workers` and `batch`, a `rate` for all of them together, and `warm_up`, a
# number of steps, 20 at most. It is trained by `worker_runs.train_workers` for 60 steps; the mean training loss of the last five
# must be below 0.09. The dict that comes in stays as it is.


# %% solve="fault_of" difficulty=3 importance=5 minutes=12 forbid="course_lib.topics.worker_runs.LETTERS"
def fault_of(letter):
    """The fault of run A, B, C or D."""
    ### BEGIN SOLUTION
    return {"A": "sum", "B": "rate", "C": "old checkpoint", "D": "one shard"}[letter]
    ### END SOLUTION


def mended(settings):
    """Settings for all workers together, from those whose rate was found for one."""
    ### BEGIN SOLUTION
    return settings | {"rate": settings["rate"] * settings["workers"], "warm_up": 10}
    ### END SOLUTION


# %% [markdown] hint="fault_of"
# What does each fault change: the size of a step, the data that are seen, or the place in time?

# %% [markdown] hint="fault_of"
# A sum over eight workers is a rate eight times too large. A network that sees an eighth of the data learns these by heart.
# A run that goes back in time repeats losses that it had before.

# %% [markdown] hint="fault_of"
# ```python
# return {"A": ..., "B": ..., "C": ..., "D": ...}[letter]
# ...
# return settings | {"rate": ..., "warm_up": ...}       # section 8
# ```

# %% check="fault_of" points=4
with check("fault_of") as expect:
    expect("how many of A, B, C, D are named rightly", worker_runs.named_rightly(fault_of))

    def tuned(workers_now, batch, rate):
        settings = {"workers": workers_now, "batch": batch, "rate": rate}
        new = mended(settings)
        seen = {name + " kept": bool(new[name] == settings[name]) for name in ("workers", "batch")}
        same = all(seen.values())
        seen["warm_up"] = (
            "missing" if "warm_up" not in new else "20 at most" if new["warm_up"] <= 20 else "more than 20"
        )
        seen["the rate"] = ("lower", "as it was", "higher")[int(np.sign(new["rate"] - rate)) + 1]
        loss = "not trained"
        if same:
            run = worker_runs.train_workers(few, classes_few, **new, steps=60, seed=1)
            steps = ("below 0.09", "below 0.2", "below 0.7", "0.7 or higher")
            loss = steps[np.searchsorted([0.09, 0.2, 0.7], np.mean(run["training"][-5:]))]
        return seen | {"last losses": loss}, settings

    seen, settings = tuned(8, 16, 0.1)
    expect("8 workers, batches of 16, rate 0.1 for one", seen)
    expect.unchanged("the settings afterwards", settings)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(180901)
    for workers_now, batch, rate in ((8, 16, 0.08), (10, 12, 0.075), (6, 24, 0.1)):
        expect(
            f"{workers_now} workers, batches of {batch}",
            tuned(workers_now, batch, rate * float(rng.uniform(0.95, 1.05)))[0],
        )
    expect("the letters backwards", [fault_of(letter) for letter in "DCBA"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 16. A budget
#
# The question of every large training in miniature: you may spend so much work and no more. How do you divide it between
# size and steps?
#
# Three spirals are to be told apart. `trained(...)` trains a ReLU network with the hidden layers you name, by stochastic
# gradient descent with momentum and a rate that falls along half a cosine. `work_of(...)` counts the multiply-adds of the same
# arguments: one for each weight and sample forward, two backward.

# %%
BUDGET = 12_000_000  # multiply-adds in training


def work_of(hidden, batch, steps, **rest):
    """Multiply-adds of a training: three for every weight of the matrices, every sample, every step."""
    sizes = [2, *hidden, 3]
    return 3 * sum(a * b for a, b in pairwise(sizes)) * batch * steps


# %%
def trained(hidden, batch, steps, rate, momentum=0.9, seed=0):
    """A function from points (n, 2) to classes (n,), trained on 600 points of three spirals."""
    return trained_once(tuple(hidden), batch, steps, rate, momentum, seed)


def classified(plan, points):
    """Classes (n,) that a plan's network gives to points; all 0 for a plan beyond the budget, which is not trained."""
    return trained(**plan)(points) if work_of(**plan) <= BUDGET else np.zeros(len(points), int)


@cache
def trained_once(hidden, batch, steps, rate, momentum, seed):
    """What `trained` returns: the same plan is trained once and then kept."""
    rng = np.random.default_rng(seed)
    points, classes = spirals(600, classes=3, turns=1.0, noise=0.04, rng=np.random.default_rng(16))
    sizes = [2, *hidden, 3]
    ws = [rng.normal(size=(b, a)) * np.sqrt(2 / a) for a, b in pairwise(sizes)]
    bs = [np.zeros(b) for b in sizes[1:]]
    speeds = [np.zeros_like(p) for p in ws + bs]

    def forward(x):
        hs = [x]
        for i, (w, b) in enumerate(zip(ws, bs, strict=True)):
            z = hs[-1] @ w.T + b
            hs.append(np.maximum(z, 0) if i < len(ws) - 1 else z)
        return hs

    for step in range(steps):
        rows = rng.integers(0, 600, batch)
        with np.errstate(over="ignore", invalid="ignore"):
            hs = forward(points[rows])
            p = np.exp(hs[-1] - hs[-1].max(1, keepdims=True))
            g = (p / p.sum(1, keepdims=True) - np.eye(3)[classes[rows]]) / batch
            slopes_w, slopes_b = [], []
            for i in reversed(range(len(ws))):
                slopes_w.insert(0, g.T @ hs[i])
                slopes_b.insert(0, g.sum(0))
                g = (g @ ws[i]) * (hs[i] > 0)
            now = rate * (1 + np.cos(np.pi * step / steps)) / 2
            for q, v, slope in zip(ws + bs, speeds, slopes_w + slopes_b, strict=True):
                v *= momentum
                v += slope
                q -= now * v
    return lambda x: np.nan_to_num(forward(np.asarray(x))[-1]).argmax(1)


# %% [markdown] task="within_budget" title="Open exercise: spend a budget well"
# Write `plan()`, which returns a dict with `hidden` (a tuple of layer widths), `batch`, `steps`, `rate` and, if you like,
# `momentum` and `seed`. `work_of(**plan())` must be within `BUDGET`, and training should take under two seconds.
#
# Judged on 600 new points that neither you nor the network have seen: 1 point within the budget and with 75 % right, 1 more
# from 90 %, 1 more from 96 %. That is measured at grading only: here the checks see whether the plan can be trained within
# the budget, and the cell below them how good it is on other points. There are many good plans. Keep notes: which of
# size, batch and steps is the one to save on?


# %% solve="within_budget" difficulty=3 importance=4 minutes=25
def plan():
    """How to spend the budget."""
    ### BEGIN SOLUTION
    return {"hidden": (24, 24), "batch": 8, "steps": 700, "rate": 0.1}
    ### END SOLUTION


# %% [markdown] hint="within_budget"
# Sections 7 and 14: small batches use samples best, as long as noise does not hide the gradient; a network must be large
# enough for the task, and then work is better spent on steps.

# %% [markdown] hint="within_budget"
# Change one thing at a time. With everything else as in your last plan: half the batch and twice the steps. Then half
# the width and four times the steps.

# %% [markdown] hint="within_budget"
# ```python
# return {"hidden": (..., ...), "batch": ..., "steps": ..., "rate": ...}
# ```
# Two hidden layers bend the plane more than one with as many weights (lesson 05).

# %% held="within_budget" gives="new_points"
import numpy as np

from course_lib.data import spirals

rng = np.random.default_rng(181001)
new_points, truth = spirals(600, classes=3, turns=1.0, noise=0.04, rng=rng)

# %% check="within_budget" points=1
with check("within_budget") as expect:
    chosen = plan()
    needed, names = ("hidden", "batch", "steps", "rate"), {"hidden", "batch", "steps", "rate", "momentum", "seed"}
    expect("names in the dict that the task does not know", ", ".join(sorted(set(chosen) - names)) or "none")
    expect("names of the task that are missing", ", ".join(name for name in needed if name not in chosen) or "none")
    several = isinstance(chosen["hidden"], tuple | list)
    expect("`hidden`", "several widths, or one" if several else "no tuple: (16) is a number, (16,) is one layer of 16")
    expect("within the budget", bool(work_of(**chosen) <= BUDGET))
    expect("it can be trained: classes of 5 points", classified(chosen, np.zeros((5, 2))).shape)
    ### BEGIN HIDDEN TESTS
    new_points = expect.held("new_points")
    expect.outcome(
        "classes of 600 new points", classified(chosen, new_points), truth="truth", measure="accuracy", at_least=0.75
    )
    ### END HIDDEN TESTS

# %% check="within_budget-better" points=1
with check("within_budget-better") as expect:
    chosen = plan()
    expect("within the budget", bool(work_of(**chosen) <= BUDGET))
    expect("it can be trained: classes of 5 points", classified(chosen, np.zeros((5, 2))).shape)
    ### BEGIN HIDDEN TESTS
    new_points = expect.held("new_points")
    expect.outcome(
        "classes of 600 new points", classified(chosen, new_points), truth="truth", measure="accuracy", at_least=0.90
    )
    ### END HIDDEN TESTS

# %% check="within_budget-best" points=1
with check("within_budget-best") as expect:
    chosen = plan()
    expect("within the budget", bool(work_of(**chosen) <= BUDGET))
    expect("it can be trained: classes of 5 points", classified(chosen, np.zeros((5, 2))).shape)
    ### BEGIN HIDDEN TESTS
    new_points = expect.held("new_points")
    expect.outcome(
        "classes of 600 new points", classified(chosen, new_points), truth="truth", measure="accuracy", at_least=0.96
    )
    ### END HIDDEN TESTS

# %% [markdown]
# How good is the plan, on 600 points that are neither those of the training nor those of the grading? Change `plan`, then
# run both cells again.

# %% practice="my_plan"
try:
    chosen = plan()
    points, classes = spirals(600, classes=3, turns=1.0, noise=0.04, rng=np.random.default_rng(1))
    part = work_of(**chosen) / BUDGET
    print(f"{part:.0%} of the budget", end="; ")
    print(f"{np.mean(trained(**chosen)(points) == classes):.1%} right" if part <= 1 else "too much, not trained")
except NotDone:
    print("plan() is not written yet")

# %% [markdown] question="two_hundred" points=5 title="Two hundred GPUs"
# A network trains in ten days on one GPU with batches of 64. You are given 200 GPUs. (a) What do you divide among them, and
# what must be exchanged in each step? (b) Batches of 12 800 with the old learning rate reach a worse loss after as many
# epochs. Why, and which two changes do you try first? (c) With them it works up to batches of 8 000; beyond, more and
# more epochs are needed. Which measurement would have told you so beforehand, and what does it compare? (d) Once a
# day a GPU fails. What must a checkpoint hold so that the run goes on exactly, and how do you test that it does?
#
# === BEGIN MARK SCHEME ===
# 1 point for (a): the samples of each batch (all weights on every GPU); the gradient is averaged, by an all-reduce.
# 2 points for (b): 200 times fewer steps an epoch, each no longer than before (1); scale the rate linearly, and warm up (1).
# 1 point for (c): the gradient noise scale; noise of the gradient against its length (the trace of the covariance by the
# squared length). Above it a larger batch saves hardly any steps.
# 1 point for (d): weights, optimiser state (momentum), step or schedule, place in the data order, states of the random
# generators; compare with a run that was not interrupted, bit by bit. Weights and optimiser alone earn half.
# === END MARK SCHEME ===
#
# === BEGIN MODEL ANSWER ===
# (a) The samples of each batch: every GPU has all the weights and a part of the batch. In each step the gradients are
# averaged over the GPUs, weighted by their number of samples, by an all-reduce; then all make the same step.
#
# (b) An epoch now has 200 times fewer steps, and with the old rate each is no longer than before, so the weights do
# not get as far. First I would scale the learning rate linearly with the batch, and second reach it by a warm-up,
# because at the start, where the loss bends most, the full rate would do harm.
#
# (c) The gradient noise scale, $\mathrm{tr}\,S / |G|^2$: the noise of one sample's gradient, as the trace of its
# covariance, against the squared length of the true gradient. Well below it a batch twice as large saves half of the
# steps, well above it hardly any. The workers know it for free, from the gradients of their parts and the mean of
# all.
#
# (d) The weights, the optimiser's state such as the momentum, the step, on which the rate's schedule depends, the
# place in the order of the data, and the states of the random generators. I would interrupt a short run, resume it
# from the file, and compare it with one that was never interrupted: all numbers must be equal to the last bit.
# === END MODEL ANSWER ===

# %% [markdown]
# ## To remember
#
# 1. Warm up, wait, start the clock, work, wait, stop the clock.
# 2. Intensity decides: below the corner of the roof a layer waits for memory, above it for arithmetic.
# 3. Averaged gradients of parts are the gradient of the whole, with weights by samples, and not through batch norm.
# 4. A ring all-reduce sends less than twice the gradient per worker, however many there are.
# 5. Up to the noise scale: k times the batch, k times the rate, with warm-up. Beyond it larger batches bring little.
#
# ## Further reading
#
# - Gene Amdahl: *Validity of the single processor approach to achieving large scale computing capabilities* (1967)
# - Samuel Williams, Andrew Waterman, David Patterson: *Roofline* (2009)
# - Alex Krizhevsky: *One weird trick for parallelizing convolutional neural networks* (2014)
# - Priya Goyal and others: *Accurate, large minibatch SGD: training ImageNet in 1 hour* (2017)
# - Paulius Micikevicius and others: *Mixed precision training* (2018)
# - Sam McCandlish and others: *An empirical model of large-batch training* (2018)
# - Jared Kaplan and others: *Scaling laws for neural language models* (2020); Jordan Hoffmann and others: *Training
#   compute-optimal large language models* (2022)
# - Shen Li and others: *PyTorch distributed: experiences on accelerating data parallel training* (2020)
#
# **Next:** lesson 19 is a page without points: what the lectures name and this course leaves to you.
