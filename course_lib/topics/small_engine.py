"""The small engine of lesson 03: nodes that record themselves and understand formulas, their order, and backward.

A node has `value`, `inputs`, `vjp` and `grad`. The lesson builds the same in front of the learner; its later cells, and
the first network of lesson 04, use this where the learner's own does not pass yet. The library's real engine is
`autograd/graph.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.autograd.graph import unbroadcast
from course_lib.ops import elementwise, matrix


class Value:
    """An array, how it was computed, and its gradient once `backward` has run; understands + - * / @ and **.

    A number or an array may stand on either side; the exponent is a number.
    """

    __array_ufunc__ = None  # an array on the left leaves the work to the methods below

    def __init__(self, value: Any, inputs: tuple = (), vjp: Any = None) -> None:
        self.value = np.asarray(value, dtype=float)
        self.inputs, self.vjp, self.grad = inputs, vjp, None

    def __add__(self, other: Any) -> Value:
        return apply(elementwise.add, self, other)

    def __radd__(self, other: Any) -> Value:
        return apply(elementwise.add, other, self)

    def __sub__(self, other: Any) -> Value:
        return apply(elementwise.sub, self, other)

    def __rsub__(self, other: Any) -> Value:
        return apply(elementwise.sub, other, self)

    def __mul__(self, other: Any) -> Value:
        return apply(elementwise.mul, self, other)

    def __rmul__(self, other: Any) -> Value:
        return apply(elementwise.mul, other, self)

    def __truediv__(self, other: Any) -> Value:
        return apply(elementwise.div, self, other)

    def __rtruediv__(self, other: Any) -> Value:
        return apply(elementwise.div, other, self)

    def __matmul__(self, other: Any) -> Value:
        return apply(matrix.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Value:
        return apply(matrix.matmul, other, self)

    def __neg__(self) -> Value:
        return apply(elementwise.sub, 0.0, self)

    def __pow__(self, n: float) -> Value:
        return apply(lambda a: (a**n, lambda g: (g * (n * a ** (n - 1)),)), self)


def apply(op: Any, *inputs: Any) -> Value:
    """Run an operation on Values, arrays or numbers: the Value of its output, which knows the way back.

    `op` takes arrays and gives (output, vjp), as a primitive of `ops` does.
    """
    nodes = tuple(x if isinstance(x, Value) else Value(x) for x in inputs)
    out, vjp = op(*(node.value for node in nodes))
    fit = [node.value.shape for node in nodes]
    return Value(out, nodes, lambda g: [unbroadcast(gx, shape) for gx, shape in zip(vjp(g), fit, strict=True)])


def order(root: Any) -> list[Any]:
    """Every node below `root` once, as a list, inputs before users; the output is last. No recursion."""
    waiting, stack = {}, [root]  # how many users of a node have not been placed yet
    while stack:
        node = stack.pop()
        for x in node.inputs:
            if id(x) not in waiting:
                stack.append(x)
            waiting[id(x)] = waiting.get(id(x), 0) + 1
    placed, free = [], [root]
    while free:
        node = free.pop()
        placed.append(node)
        for x in node.inputs:
            waiting[id(x)] -= 1
            if waiting[id(x)] == 0:
                free.append(x)
    return placed[::-1]


def backward(root: Any, g: np.ndarray) -> None:
    """Set `grad` of every node below `root`, afresh, to the gradient of sum(g * root.value); `g` has root's shape."""
    arrived = {id(root): [np.array(g, float)]}
    for node in reversed(order(root)):
        node.grad = sum(arrived.pop(id(node)))
        for x, gx in zip(node.inputs, node.vjp(node.grad) if node.inputs else (), strict=True):
            arrived.setdefault(id(x), []).append(gx)
