"""Gradients of weights that a helper makes while the graph is walked: the same numbers, whatever else is done with
them."""

import _thread
import gc
import threading
import weakref

import numpy as np
import pytest

import course_lib.functional as F
from course_lib import Tensor, nn
from course_lib.ops import parallel


@pytest.fixture
def threads():
    before = parallel._chosen
    yield parallel.set_num_threads
    parallel._chosen = before


@pytest.fixture
def slow_helper(monkeypatch):
    """No helper begins anything: whatever is late is still to be made when it is asked for."""
    monkeypatch.setattr(parallel._Team, "_help", lambda self: threading.Event().wait())
    monkeypatch.setattr(parallel, "_teams", {})


def _leaf(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).standard_normal(shape).astype(np.float32), requires_grad=True)


def _images():
    return _leaf(4, 16, 12, 12), _leaf(16, 16, 3, 3, seed=1), _leaf(16, seed=2)


def _twice(x, w, b):
    return F.conv2d(F.relu(F.conv2d(x, w, b, padding=1)), w, b, padding=1)


def _computed_weight(x, w, b):
    return F.conv2d(x, w * 2, b + 1, padding=1)


def _both_from_one(x, w, b):
    return F.conv2d(w, w, b, padding=1) + x.sum() * 0


def _also_in_a_penalty(x, w, b):
    return F.conv2d(x, w, b, padding=1).sum() + (w * w).sum() + b.sum()


def _penalty_first(x, w, b):
    return (w * w).sum() + b.sum() + F.conv2d(x, w, b, padding=1).sum()


def _stride(x, w, b):
    return F.conv2d(x, w, b, stride=2)


def _transposed(x, w, b):
    return F.conv_transpose2d(x, w, b, stride=2)


def _rows(x, w, b):
    return F.conv1d(x[:, :, 0], w[:, :, 0], b, padding=1)


def _masked_weight(x, w, b):
    return F.conv2d(F.conv2d(x, w * (w.detach() > 0), b, padding=1), w, b, padding=1)


def _looked_into(x, w, b):
    hidden = F.conv2d(x, w.retain_grad(), b, padding=1).retain_grad()
    (hidden * hidden).sum().backward(retain_graph=True)
    return F.relu(hidden) * hidden.grad


def _views_of_a_weight(x, w, b):
    return F.conv2d(x, w[:, :1], b, groups=16) + F.conv2d(x, w[:, :4], b, groups=4) + F.conv2d(x, w.transpose(0, 1), b)


WAYS = [
    _twice, _computed_weight, _both_from_one, _also_in_a_penalty, _penalty_first, _stride, _transposed, _rows,
    _masked_weight, _looked_into, _views_of_a_weight,
]  # fmt: skip


def _gradients(way):
    x, w, b = _images()
    for _ in range(2):  # the second adds to the first
        (way(x, w, b) ** 2).sum().backward()
    return [t.grad for t in (x, w, b)]


@pytest.mark.parametrize("way", WAYS)
def test_two_threads_give_the_very_numbers_of_one(threads, way):
    threads(1)
    alone = _gradients(way)
    threads(2)
    together = _gradients(way)
    for one, two in zip(alone, together, strict=True):
        assert type(two) is np.ndarray
        assert two.dtype == np.float32
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("way", WAYS)
def test_what_no_helper_has_begun_the_caller_makes(threads, slow_helper, way):
    threads(1)
    alone = _gradients(way)
    threads(2)
    for one, two in zip(alone, _gradients(way), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 3)])
def test_the_number_of_threads_may_change_between_forward_and_backward(threads, before, after):
    threads(1)
    alone = _gradients(_twice)
    x, w, b = _images()
    for _ in range(2):
        threads(before)
        loss = (_twice(x, w, b) ** 2).sum()
        threads(after)
        loss.backward()
    for one, two in zip(alone, (x.grad, w.grad, b.grad), strict=True):
        np.testing.assert_array_equal(one, two)


class _Residual(nn.Module):
    def __init__(self, *, rng):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 3, padding=1, rng=rng), nn.Linear(16, 10, rng=rng)
        self.convs = nn.ModuleList([nn.Conv2d(16, 16, 3, padding=1, bias=False, rng=rng) for _ in range(3)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(16) for _ in range(3)])

    def forward(self, x):
        x = self.first(x)
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x)) + x)
        return self.last(x.mean(dim=(2, 3)))


def test_a_network_in_training_goes_the_same_way_with_two_threads(threads):
    rng = np.random.default_rng(5)
    images, labels = rng.standard_normal((8, 3, 16, 16)).astype(np.float32), rng.integers(0, 10, 8)
    found = []
    for count in (1, 2, 3):
        threads(count)
        model = _Residual(rng=np.random.default_rng(0))
        F.cross_entropy(model(Tensor(images)), labels).backward()
        found.append([p.grad for p in model.parameters()])
    for one, *others in zip(*found, strict=True):
        for other in others:
            np.testing.assert_array_equal(one, other)


def test_several_walks_at_once_have_each_their_own_gradients(threads):
    threads(2)
    alone, found = _gradients(_twice), {}
    walkers = [threading.Thread(target=lambda i=i: found.update({i: _gradients(_twice)})) for i in range(4)]
    for walker in walkers:
        walker.start()
    for walker in walkers:
        walker.join(60)
    assert sorted(found) == [0, 1, 2, 3]
    for theirs in found.values():
        for one, other in zip(alone, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_gradients_are_nobodys_but_the_leafs(threads):
    threads(2)
    x, w, b = _images()
    F.conv2d(x, w, b, padding=1).sum().backward()
    before = x.grad.copy(), b.grad.copy()
    w.grad += 1
    np.testing.assert_array_equal(before[0], x.grad)
    np.testing.assert_array_equal(before[1], b.grad)
    assert not np.shares_memory(w.grad, w.data)


def test_a_graph_that_is_kept_may_be_walked_again(threads):
    threads(2)
    x, w, b = _images()
    out = F.conv2d(x, w, b, padding=1).sum()
    out.backward(retain_graph=True)
    once = w.grad.copy()
    out.backward()
    np.testing.assert_array_equal(w.grad, once + once)
    with pytest.raises(RuntimeError, match="an earlier backward"):
        out.backward()


def test_an_error_on_the_way_leaves_no_gradient_and_the_next_walk_is_whole(threads):
    threads(2)
    x, w, b = _images()
    out = F.conv2d(x * 1, w, b, padding=1)
    out.inputs[0].vjp = lambda g: 1 / 0
    with pytest.raises(ZeroDivisionError):
        out.sum().backward()
    assert (w.grad, b.grad) == (None, None)
    F.conv2d(x, w, b, padding=1).sum().backward()
    alone = Tensor(w.data, requires_grad=True)
    threads(1)
    F.conv2d(x, alone, b, padding=1).sum().backward()
    np.testing.assert_array_equal(w.grad, alone.grad)


@pytest.mark.usefixtures("slow_helper")
def test_an_error_in_a_late_block_is_raised_by_backward(threads, monkeypatch):
    threads(2)
    x, w, b = _images()
    out = F.conv2d(x, w, b, padding=1).sum()
    monkeypatch.setattr("course_lib.ops.convolution.conv.bias_gradient", lambda g: parallel.Task(_stop, [0], list))
    with pytest.raises(MemoryError, match="no room"):
        out.backward()


def test_an_error_in_a_helper_is_raised_by_backward_and_the_next_walk_is_whole(threads, monkeypatch):
    threads(2)
    alone, begun = _gradients(_twice), threading.Event()

    def stop(_):
        begun.set()
        _stop(_)

    def wait_for_helper(*arrays):
        assert begun.wait(60)
        return arrays[0]

    x, w, b = _images()
    out = F.conv2d(x * 1, w, b, padding=1)
    out.inputs[0].vjp = lambda g: (wait_for_helper(g), None)
    with monkeypatch.context() as broken:
        broken.setattr("course_lib.ops.convolution.conv.bias_gradient", lambda g: parallel.Task(stop, [0], list))
        with pytest.raises(MemoryError, match="no room"):
            out.sum().backward()
    for one, two in zip(alone, _gradients(_twice), strict=True):
        np.testing.assert_array_equal(one, two)


def test_an_interrupt_ends_the_wait_for_a_helper_and_the_next_walk_is_whole(threads, monkeypatch):
    threads(2)
    alone, get = _gradients(_twice), parallel.Later.get
    begun, waited_for, go_on = threading.Event(), threading.Event(), threading.Event()

    def block(_):
        begun.set()
        waited_for.wait(60)
        _thread.interrupt_main()
        go_on.wait(60)

    def wait(late):
        assert begun.wait(60)
        waited_for.set()
        return get(late)

    x, w, b = _images()
    with monkeypatch.context() as slow:
        slow.setattr("course_lib.ops.convolution.conv.bias_gradient", lambda g: parallel.Task(block, [0], list))
        slow.setattr(parallel.Later, "get", wait)
        with pytest.raises(KeyboardInterrupt):
            F.conv2d(x, w.detach(), b, padding=1).sum().backward()
    go_on.set()
    assert b.grad is None
    for one, two in zip(alone, _gradients(_twice), strict=True):
        np.testing.assert_array_equal(one, two)


def _stop(_):
    raise MemoryError("no room")


def test_a_graph_is_freed_without_the_collector(threads):
    threads(2)
    x, w, b = _images()
    hidden = F.conv2d(x, w, b, padding=1)
    seen = weakref.ref(hidden)
    gc.disable()
    try:
        hidden.sum().backward()
        del hidden
        assert seen() is None
        unused = F.conv2d(x, w, b, padding=1)
        seen = weakref.ref(unused)
        del unused
        assert seen() is None
    finally:
        gc.enable()
