"""How deep a torch network is: how many layers with weights lie behind one another from input to output."""

from typing import Any

import torch

LAYERS = ("ConvolutionBackward", "AddmmBackward", "MmBackward", "LinearBackward")


def depth_of(model: Any, x: torch.Tensor) -> int:
    """Convolutional and linear layers on the longest path of `model` for the batch `x`; layers side by side count once.

    It is read off autograd's graph of one forward pass, in evaluation mode; the model's mode stays as it is. A layer
    whose weights need no gradient still counts where the path behind it does: `x` itself asks for a gradient.
    """
    was = model.training
    with torch.enable_grad():
        out = model.eval()(x.detach().clone().requires_grad_())
    model.train(was)
    return longest(out.grad_fn)


def longest(node: Any) -> int:
    """Most layers on any path through the graph behind `node`, itself included; without recursion."""
    found, waiting = {}, [node] if node is not None else []
    while waiting:
        now = waiting[-1]
        before = [parent for parent, _ in now.next_functions if parent is not None]
        missing = [parent for parent in before if parent not in found]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        found[now] = now.name().startswith(LAYERS) + max((found[parent] for parent in before), default=0)
    return found.get(node, 0)
