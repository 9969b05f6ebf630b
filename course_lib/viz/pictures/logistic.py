"""The pictures of lesson 02: from a threshold to a probability, and what the loss makes of it."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib import data
from course_lib.topics import logistic, perceptron
from course_lib.viz import planes, style
from course_lib.viz.logistic import loss_and_path, probability, sigmoid_neuron


def threshold_and_sigmoid():
    """Overlapping clouds: a threshold neuron's yes or no, and a sigmoid neuron's probability; returns both Axes."""
    x, signs, _ = data.two_clouds(70, margin=-0.5, rng=np.random.default_rng(8))
    t = np.where(signs > 0, 1, 0)
    w = logistic.train(perceptron.augment(x), t, eta=0.5, steps=2000)
    left, right = style.row(2, size=(4.2, 4.0))
    title = "Sigmoid: how sure? Lines at 0.1, 0.5, 0.9"
    probability(lambda p: 1e6 * (w[0] + p @ w[1:]), x, t, ax=left, contours=False, title="Threshold: yes or no")
    probability(lambda p: w[0] + p @ w[1:], x, t, ax=right, title=title)
    return left, right


def three_neurons():
    """The sigmoid, steeper by temperature, and moved by a bias; returns the Axes."""
    first, second, third = many = style.row(3, size=(3.5, 3.1))
    sigmoid_neuron(1, 0, ax=first, title="weight 1, bias 0")
    sigmoid_neuron(1, 0, 0.25, ax=second, title="temperature ¼: four times as steep")
    sigmoid_neuron(1, -2, ax=third, title="bias -2: half sure at x = 2")
    return many


def losses():
    """Cross-entropy and squared error of one sample over its logit, and their slopes; returns both Axes."""
    z = np.linspace(-8, 8, 300)
    left, right = style.row(2, size=(4.4, 3.2))
    style.axes(left, title="Loss of a sample with t = 1", xlabel="logit z", ylabel="loss")
    left.plot(z, np.logaddexp(0, -z), color=style.BLUE, label="cross-entropy")
    left.plot(z, (1 - logistic.sigmoid(z)) ** 2, color=style.RED, ls="--", label="squared error of y")
    left.set(ylim=(0, 5))
    style.axes(right, title="Its slope: who is surely wrong must feel it", xlabel="logit z", ylabel="slope")
    y = logistic.sigmoid(z)
    right.plot(z, y - 1, color=style.BLUE, label="cross-entropy: y - 1")
    right.plot(z, 2 * (y - 1) * y * (1 - y), color=style.RED, ls="--", label="squared: 2(y - 1)y(1 - y)")
    for ax in (left, right):
        ax.legend(frameon=False, fontsize="small")
    return left, right


def descent():
    """Gradient descent on two weights with a small and a large rate: the path and the loss; returns the Axes."""
    rng = np.random.default_rng(3)
    x1 = perceptron.augment(np.concatenate([rng.normal(-1, 1, 20), rng.normal(1.5, 1, 20)])[:, None])
    t = np.repeat([0, 1], 20)
    _, rows = plt.subplots(2, 2, figsize=(8.8, 7.0), layout="constrained")
    for pair, eta in zip(rows, (1.0, 20.0), strict=True):
        path = logistic.descend(lambda w: logistic.gradient(w, x1, t), np.array([-4.0, -3.0]), eta=eta, steps=20)
        loss_and_path(x1, t, path, axes_pair=pair, title=f"learning rate {eta:g}, 20 steps")
    return rows


def outliers():
    """Points far on the right side turn the line of least squares, not that of cross-entropy; returns both Axes."""
    rng = np.random.default_rng(5)
    x, signs, planted = data.two_clouds(40, margin=0.2, rng=rng)
    far = 0.4 * rng.normal(size=(8, 2)) + 8 * planted[1:] + 6 * np.array([-planted[2], planted[1]])
    x, t = np.vstack([x, far]), np.append(np.where(signs > 0, 1, 0), np.ones(8, int))
    x1 = perceptron.augment(x)
    lines = {
        "Least squares: turned by easy points": np.linalg.lstsq(x1, 2 * t - 1, rcond=None)[0],
        "Cross-entropy: leaves them alone": logistic.train(x1, t, eta=0.05, steps=2000),
    }
    pair = style.row(2, size=(4.2, 4.0))
    for ax, (title, w) in zip(pair, lines.items(), strict=True):
        planes.snapshot(x, t, w, ax=ax, title=title)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return pair


def _five_features(x):
    u, v = x.T
    return np.column_stack([u, u**2, u**4, u**2 * v, v**2])


def banana():
    """A bent class: the border of the raw inputs, and that of five features; returns both Axes."""
    x, t = data.banana(400, rng=np.random.default_rng(1))
    left, right = style.row(2, size=(4.2, 4.0))
    w = logistic.train(perceptron.augment(x), t, eta=0.5, steps=500)
    probability(lambda p: perceptron.augment(p) @ w, x, t, ax=left, title="Straight border")
    raw = _five_features(x)
    mean, scale = raw.mean(axis=0), raw.std(axis=0)
    bent = logistic.train(perceptron.augment((raw - mean) / scale), t, eta=2.0, steps=8000)

    def score(points):
        return perceptron.augment((_five_features(points) - mean) / scale) @ bent

    probability(score, x, t, ax=right, title="Straight in five features, bent here")
    return left, right
