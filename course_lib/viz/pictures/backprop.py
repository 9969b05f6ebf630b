"""The pictures of lesson 03: gradients on their way back through two small graphs, and a walk along one direction."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.viz import style
from course_lib.viz.backprop import backward_step, sigmoid_graph, trace_backward, twice_graph


def whole_way_back():
    """A sigmoid neuron's graph with all its values and gradients; returns the Axes."""
    output, names = sigmoid_graph()
    steps = trace_backward(output, names=names)
    ax = backward_step(output, len(steps) - 1, names=names, steps=steps)
    ax.set_title("Values run to the right, gradients (red) back to the left", loc="left")
    return ax


def three_steps():
    """Three moments of the way back through that graph; returns the Axes."""
    output, names = sigmoid_graph()
    steps = trace_backward(output, names=names)
    _, many = plt.subplots(3, 1, figsize=(9.6, 9.6), layout="constrained")
    for ax, step in zip(many, (1, len(steps) - 3, len(steps) - 1), strict=True):
        backward_step(output, step, names=names, ax=ax, steps=steps)
    return many


def used_twice():
    """A graph that uses a value twice: its gradients meet and add up; returns both Axes."""
    output, names = twice_graph(0.5, -2.0)
    steps = trace_backward(output, names=names)
    _, many = plt.subplots(2, 1, figsize=(8.2, 5.6), layout="constrained")
    backward_step(output, 2, names=names, ax=many[0], steps=steps)
    backward_step(output, len(steps) - 1, names=names, ax=many[1], steps=steps)
    return many


def along():
    """A loss along one direction, three places on it and the tangent of the middle one; returns the Axes."""

    def phi(s):
        return 0.5 + 0.35 * s + 0.4 * s**2 + 0.08 * s**3

    ax = style.axes(size=(5.0, 2.9), title="The loss on a walk along v", xlabel="s", ylabel="loss")
    s, h = np.linspace(-1.6, 1.6, 100), 1.0
    ax.plot(s, phi(s), color=style.BLUE, label=r"$\varphi(s) = E(w + s\,v)$")
    ax.plot([-0.8, 0.8], 0.5 + 0.35 * np.array([-0.8, 0.8]), color=style.RED, ls="--", label="tangent at 0")
    places = np.array([-h, 0, h])
    ax.plot(places, phi(places), "o", color=style.BLUE)
    ax.set(xticks=places, xticklabels=["-h", "0", "h"], yticks=[])
    ax.legend(frameon=False, fontsize="small")
    return ax
