"""Random graphs of all operations, held to torch: every value on the way, and the gradient of every leaf.

    python -m tests.course_lib.autograd.graph_fuzz --graphs 20000 --seed 1

An operation is one function `(L, rng, x)`, run twice: `L` has our names or torch's, `rng` is seeded alike both times
so that settings and further leaves (`L.leaf`) are drawn equal. `x` is any earlier result. What torch refuses is no
step; what torch computes and we refuse is a difference.
"""

import argparse
import sys
import warnings

import numpy as np
import torch
from torch.nn import functional as TF

from course_lib import Tensor
from course_lib import functional as F
from tests.course_lib.autograd.graph_fuzz_ops import OPERATIONS

LARGEST, STEPS, MOST = 4.0, (3, 12), 4000


class Side:
    """One of the two libraries: its functions by name, its leaves, and the results so far."""

    def __init__(self):
        self.leaves, self.results = [], []

    def leaf(self, array):
        """A new Tensor that requires a gradient."""
        self.leaves.append(self.tensor(array, True))
        return self.leaves[-1]


class Ours(Side):
    """course_lib. `asked` are the names of all functions that any graph has used."""

    is_torch, asked = False, set()

    def tensor(self, array, requires_grad=False):
        return Tensor(np.array(array), requires_grad=requires_grad)

    def __getattr__(self, name):
        self.asked.add(name)
        return getattr(F, name)


class Theirs(Side):
    """torch, where functions stand in two places."""

    is_torch = True

    def tensor(self, array, requires_grad=False):
        return torch.tensor(np.array(array), requires_grad=requires_grad)

    def __getattr__(self, name):
        return getattr(TF, name, None) or getattr(torch, name)


class Graph:
    """One random graph, grown on both sides at once; `ops` are the names of what was computed."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.ours, self.theirs, self.ops, self.story = Ours(), Theirs(), set(), []

    def check(self):
        """Grow the graph and walk back; AssertionError where the two sides differ."""
        for _ in range(int(self.rng.integers(1, 4))):
            self.add_leaf()
        for _ in range(int(self.rng.integers(*STEPS))):
            self.step()
        self.compare_gradients()

    def add_leaf(self):
        axes = self.rng.choice([0, 1, 2, 2, 3, 4, 4])
        array = self.rng.standard_normal(self.rng.integers(1, 7, axes))
        for side in (self.ours, self.theirs):
            side.results.append(side.leaf(array))

    def results(self):
        """Pairs of torch's results and ours."""
        return zip(self.theirs.results, self.ours.results, strict=True)

    def step(self, name=None):
        """One operation, drawn if none is named, on one result; taken if torch takes it."""
        name = name or str(self.rng.choice(list(OPERATIONS)))
        which, seed = int(self.rng.integers(len(self.ours.results))), int(self.rng.integers(1 << 62))
        before = len(self.theirs.leaves)
        want = attempt(self.theirs, name, which, seed)
        if want is None or not 0 < want.numel() <= MOST or not torch.isfinite(want).all():
            del self.theirs.leaves[before:]
            return
        self.story.append((name, which, tuple(self.ours.results[which].shape)))
        got = OPERATIONS[name](self.ours, np.random.default_rng(seed), self.ours.results[which])
        self.ops.update(ops_of(got))
        same(got.data, want, name)
        want = want.contiguous()  # torch's batch_norm gives wrong gradients for some other memory orders
        if any(a is want or b is got for a, b in self.results()):  # one of them returned what it was given
            got, want = got * 1, want * 1
        shrink = min(1.0, LARGEST / max(float(want.detach().abs().max()), 1e-9)) if want.numel() else 1.0
        if shrink < 1:
            got, want = got * shrink, want * shrink
        self.ours.results.append(got)
        self.theirs.results.append(want)

    def compare_gradients(self):
        """Back from a weighted sum of some results, once or twice; some results on the way keep their gradient."""
        rng, totals, kept = self.rng, [0.0, 0.0], []
        for a, b in zip(self.ours.results, self.theirs.results, strict=True):
            if b.requires_grad and rng.random() < 0.2:
                kept.append((a.retain_grad(), b))
                b.retain_grad()
            if rng.random() < 0.6 or b is self.theirs.results[-1]:
                g = rng.standard_normal(tuple(b.shape))
                totals = [totals[0] + (a * g).sum(), totals[1] + (b * torch.tensor(g)).sum()]
        if not totals[1].requires_grad:
            assert not totals[0].requires_grad
            return
        for again in [True, False] if rng.random() < 0.2 else [False]:
            try:
                totals[1].backward(retain_graph=again)
            except RuntimeError as error:
                if "must be contiguous" in str(error):  # a fault of torch's nll_loss
                    return
                raise
            totals[0].backward(retain_graph=again)
        pairs = list(zip(self.ours.leaves, self.theirs.leaves, strict=True))
        for i, (a, b) in enumerate(pairs + kept):
            assert a.grad is None or (isinstance(a.grad, np.ndarray) and a.grad.dtype == a.dtype), f"gradient {i}"
            same(np.zeros(a.shape) if a.grad is None else a.grad, b.grad, f"gradient {i} of {len(pairs)}")
        grads = [a.grad for a, _ in pairs if a.grad is not None]
        assert not any(np.shares_memory(x, y) for i, x in enumerate(grads) for y in grads[:i]), "gradients share memory"


def attempt(side, name, which, seed):
    """The result in torch, or None where torch refuses."""
    try:
        return OPERATIONS[name](side, np.random.default_rng(seed), side.results[which])
    except (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError):
        return None


def same(got, want, what):
    """Equal shape, dtype and numbers; small beside the largest counts as equal."""
    want = np.zeros(got.shape) if want is None else want.detach().numpy()
    assert got.shape == want.shape, f"{what}: shape {got.shape}, torch has {want.shape}"
    assert got.dtype == want.dtype, f"{what}: dtype {got.dtype}, torch has {want.dtype}"
    least = 1e-9 * max(1.0, float(np.abs(want).max(initial=0)))
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=least, err_msg=what)


def ops_of(result):
    """Names of the primitives that this step recorded (and of some before it)."""
    found, stack = set(), [result]
    while stack and len(found) < 50:
        t = stack.pop()
        if t.op is not None:
            found.add(t.op)
            stack.extend(t.inputs[:3] if len(stack) < 30 else ())
    return found


def run(graphs, seed):
    """Check graphs seed, seed + 1, ...; returns (differences as text, names of all primitives that were used)."""
    differences, ops = [], set()
    for i in range(graphs):
        graph = Graph((seed, i))
        try:
            with np.errstate(all="ignore"):
                graph.check()
        except Exception as error:  # a crash on our side is a difference as well
            text = " ".join(str(error).split())[:300]
            differences.append(f"graph {seed},{i}: {type(error).__name__}: {text}; steps {graph.story}")
        ops |= graph.ops
    return differences, ops


def main():
    """Run by command; exit status 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--graphs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", module="torch")
    differences, ops = run(asked.graphs, asked.seed)
    print(*differences, sep="\n")
    print(f"{asked.graphs} graphs, {len(ops)} primitives, {len(differences)} differences")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
