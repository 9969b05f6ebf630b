"""Reverse mode for the small engine of lesson 03: order and backward of nodes with `value`, `inputs`, `vjp`, `grad`.

The lesson builds the same in front of the learner; its later cells use this where the learner's own does not pass yet.
The library's real engine is `autograd/graph.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np


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
