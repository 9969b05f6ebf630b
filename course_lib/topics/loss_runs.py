"""Small runs of one network, healthy or with one fault each, whose training losses lesson 04 shows under letters."""

import numpy as np

from course_lib import functional as F
from course_lib.autograd.tensor import Tensor
from course_lib.data.generated import moons, standardise
from course_lib.topics.choice import chosen

FAULTS = {
    "A": "all units begin equal",
    "B": "rate too high",
    "C": "labels shuffled",
    "D": "rate too low",
    "E": "inputs not scaled",
}
RATES = {"rate too high": 8.0, "rate too low": 0.001}
UNITS, STEPS, RATE = 12, 300, 0.5


def loss_run(fault: str | None = None) -> np.ndarray:
    """Training loss (300,) before each step of gradient descent, of 2-12-2 with ReLU on 200 points of two half moons.

    `fault` is one of FAULTS' values or None; start, points and all else are those of the healthy run. The points
    come in units of a hundredth and of five.
    """
    chosen(fault, (None, *FAULTS.values()), "fault", name="loss_run")
    rng = np.random.default_rng(4)
    x, t = moons(200, noise=0.15, rng=rng)
    x = x * [5.0, 0.01] + [20.0, 0.0]
    if fault != "inputs not scaled":
        x = standardise(x)
    w1, w2 = rng.normal(size=(UNITS, 2)), rng.normal(size=(2, UNITS)) * np.sqrt(2 / UNITS)
    if fault == "all units begin equal":
        w1, w2 = np.full_like(w1, 0.5), np.tile([[-0.1], [0.1]], UNITS)
    if fault == "labels shuffled":
        t = rng.permutation(t)
    losses, p, rate = [], [w1, np.zeros(UNITS), w2, np.zeros(2)], RATES.get(fault, RATE)
    for _ in range(STEPS):
        tensors = [Tensor(a, requires_grad=True) for a in p]
        loss = F.cross_entropy(F.linear(F.relu(F.linear(Tensor(x), *tensors[:2])), *tensors[2:]), t)
        loss.backward()
        losses.append(loss.item())
        p = [a.data - rate * a.grad for a in tensors]
    return np.array(losses)
