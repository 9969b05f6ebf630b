"""The pictures of lesson 03: gradients on their way back through two small graphs."""

import matplotlib.pyplot as plt

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
