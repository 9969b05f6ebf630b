"""The graph: order, accumulation, un-broadcasting, memory, and what a Tensor is."""

import gc
import operator
import threading
import tracemalloc
import weakref

import numpy as np
import pytest
import torch

from course_lib import Tensor, no_grad, optim
from course_lib import functional as F
from course_lib.autograd.tensor import apply, topological_order, unbroadcast
from tests.course_lib.against_torch import assert_as_torch, assert_same_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def leaf(*values):
    return Tensor(np.array(values, dtype=float), requires_grad=True)


# --------------------------------------------------------------------- order


def test_a_value_used_twice_gets_both_gradients():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad == [7.0]


def test_paths_of_different_length_are_added_before_they_go_on():
    x = leaf(2.0)
    a = x * 3
    b = a * a  # a is used here, and again much later
    c = ((b + 1) * 2).exp() * 0 + b
    (c * a).backward()
    assert x.grad == [3 * 27 * 4.0]


def test_every_step_comes_after_all_that_use_it(rng):
    pool = [leaf(1.0)]
    for _ in range(200):
        i, j = rng.integers(0, len(pool), 2)
        pool.append(pool[i] + pool[j])
    out = pool[-1]
    for t in pool:
        out = out + t
    seen, users = set(), {}
    for t in [*pool, out]:
        for x in t.inputs:
            users.setdefault(id(x), []).append(id(t))
    order = [id(t) for t in topological_order(out)]
    reachable = set(order)
    assert len(order) == len(reachable)
    for step in order:
        assert all(u in seen for u in users.get(step, []) if u in reachable)
        seen.add(step)


def test_a_diamond_of_64_levels_takes_no_exponential_time():
    x = t = leaf(1.0)
    for _ in range(64):
        t = t * 0.5 + t * 0.5
    t.backward()
    assert x.grad == [1.0]


def test_a_chain_of_50000_steps_runs_forward_backward_and_is_freed():
    x = t = leaf(1.0)
    for _ in range(25_000):
        t = t * 1.0 + 0.0
    t.backward()
    assert x.grad == [1.0]
    t = x
    for _ in range(25_000):
        t = t * 1.0 + 0.0
    ref = weakref.ref(t)
    del t  # never used: taking it down must not recurse either
    assert ref() is None


def test_gradients_add_up_over_calls_until_they_are_cleared():
    x = leaf(2.0)
    for _ in range(3):
        (x * 5).backward()
    assert x.grad == [15.0]


STEPS = [
    lambda a, b: a + b,
    lambda a, b: b - a,
    lambda a, b: a * b,
    lambda a, b: a + a,
    lambda a, b: a.reshape(3, 2).transpose(0, 1) + b,
    lambda a, b: a.expand(2, 2, 3)[0] + b.expand(2, 2, 3)[1],
    lambda a, b: a.sum(0, keepdim=True) + b,
    lambda a, b: (a.tanh() + 0.5).reshape(2, 3),
]


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_of_views_and_sums_have_torchs_gradients(seed):
    """Steps that hand on the gradient itself, or a view of it, must not be hurt by what is added elsewhere."""
    rng = np.random.default_rng(seed)
    ours = [Tensor(rng.standard_normal((2, 3)), requires_grad=True) for _ in range(3)]
    theirs = [torch.tensor(t.data.copy(), requires_grad=True) for t in ours]
    leaves = list(zip(ours, theirs, strict=True))
    for _ in range(12):
        step, (i, j) = STEPS[rng.integers(len(STEPS))], rng.integers(0, len(ours), 2)
        ours.append(step(ours[i], ours[j]).tanh() if rng.random() < 0.3 else step(ours[i], ours[j]))
        theirs.append(step(theirs[i], theirs[j]))
        if ours[-1].op == "tanh":
            theirs[-1] = theirs[-1].tanh()
    g = rng.standard_normal((2, 3))
    kept = g.copy()
    out, want = sum(ours[3:], ours[0]), sum(theirs[3:], theirs[0])
    out.backward(g)
    want.backward(torch.tensor(g))
    np.testing.assert_array_equal(g, kept)
    for a, b in leaves:
        assert_same_gradient(a, b)
    grads = [a.grad for a, _ in leaves if a.grad is not None]
    assert not any(np.shares_memory(x, y) for i, x in enumerate(grads) for y in (*grads[:i], g))


# -------------------------------------------------------------------- memory


def test_no_reference_cycle_keeps_a_graph_alive(rng):
    gc.collect()
    gc.disable()
    try:
        x = Tensor(rng.standard_normal((3, 4)), requires_grad=True)
        middle = (x * 2).exp()
        out = F.cross_entropy(middle @ x.T, np.array([0, 1, 2])) + middle[0].sum()
        refs = [weakref.ref(middle), weakref.ref(out)]
        del middle, out
        assert [r() for r in refs] == [None, None]
    finally:
        gc.enable()


def test_backward_frees_every_step_behind_itself(rng):
    x = Tensor(rng.standard_normal(10), requires_grad=True)
    alive = []

    def spy(a, *, index):
        def vjp(g):
            alive.append(sum(r() is not None for r in refs))
            return (g,)

        return a + 1, vjp

    t, refs = x, []
    for i in range(5):
        t = apply(spy, t, index=i)
        refs.append(weakref.ref(t))
    loss = t.sum()
    del t
    gc.disable()
    try:
        loss.backward()
    finally:
        gc.enable()
    assert alive == [5, 4, 3, 2, 1]


def test_a_training_loop_of_10000_steps_has_flat_memory(rng):
    w, x = Tensor(rng.standard_normal((4, 3)), requires_grad=True), rng.standard_normal((8, 4))
    opt = optim.SGD([w], momentum=0.9)

    def steps(n):
        for _ in range(n):
            opt.zero_grad()
            ((x @ w).tanh() - 0.5).mean().backward()
            opt.step()

    gc.collect()
    gc.disable()  # what is not freed at once would pile up
    tracemalloc.start()
    try:
        steps(1_500)  # Python keeps some thousand tuples of freed ones for later; fill that store
        before = tracemalloc.get_traced_memory()[0]
        steps(10_000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert grown < 20_000, f"{grown} bytes more after 10 000 steps"


def test_a_second_backward_is_refused_and_retain_graph_allows_it():
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="freed it; pass retain_graph=True"):
        y.backward()
    x.grad = None
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == [8.0]


def test_gradients_of_two_leaves_never_share_memory():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (a + b).backward(np.ones(2))
    assert not np.shares_memory(a.grad, b.grad)
    a.grad *= 0
    np.testing.assert_array_equal(b.grad, [1, 1])

    def twins(a, b):
        def vjp(g):
            both = 2 * g
            return both, both

        return a + b, vjp

    a.grad = b.grad = None
    apply(twins, a, b).backward(np.ones(2))
    assert not np.shares_memory(a.grad, b.grad)
    g = np.ones(2)
    c = leaf(1.0, 1.0)
    c.backward(g)
    assert not np.shares_memory(c.grad, g)
    for view in (lambda t: t.reshape(2, 1), lambda t: F.flip(t, 0), lambda t: t.expand(3, 2)[0]):
        d = leaf(1.0, 1.0)
        out = view(d)
        g = np.ones(out.shape)
        out.backward(g)
        assert not np.shares_memory(d.grad, g)
        assert d.grad.flags.writeable


# ---------------------------------------------------------------- broadcasting


@pytest.mark.parametrize(
    "shapes",
    [((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 1)), ((), (2, 2)), ((1,), (5,)), ((2, 0), (1, 1))],
    ids=str,
)
@pytest.mark.parametrize("name", ["__add__", "__sub__", "__mul__", "__truediv__"])
def test_broadcasting_sums_the_gradient_over_the_stretched_axes(name, shapes, rng):
    a, b = (rng.uniform(1, 2, s) for s in shapes)
    assert_as_torch(lambda x, y: getattr(x, name)(y), lambda x, y: getattr(x, name)(y), a, b)


def test_unbroadcast_undoes_any_broadcast(rng):
    for shape, to in [((1, 3), (2, 3)), ((3,), (2, 4, 3)), ((), (2, 2)), ((1, 1, 1), (1, 5, 1)), ((2, 3), (2, 3))]:
        stretched = np.broadcast_to(np.ones(shape), to)
        total = unbroadcast(stretched, shape)
        assert total.shape == shape
        np.testing.assert_array_equal(total, np.full(shape, np.prod(to) / max(np.prod(shape), 1)))


# ------------------------------------------------------------------ recording


def test_no_grad_records_nothing_as_a_block_and_as_a_decorator():
    x = leaf(1.0)

    @no_grad()
    def twice():
        with no_grad():
            pass
        return x * 2

    with no_grad():
        assert not (x * 2).requires_grad
    assert not twice().requires_grad
    assert (x * 2).requires_grad
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / 0  # noqa: B018
    assert (x * 2).requires_grad


def test_no_grad_in_one_thread_leaves_the_others_recording():
    x, inside, done, seen = leaf(1.0), threading.Event(), threading.Event(), []

    def other():
        inside.wait()
        seen.append((x * 2).requires_grad)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        done.wait()
    thread.join()
    assert seen == [True]


def test_only_what_needs_a_gradient_gets_one(rng):
    x, w = Tensor(rng.standard_normal((2, 3))), Tensor(rng.standard_normal((3, 2)), requires_grad=True)
    (x @ w).sum().backward()
    assert x.grad is None
    assert w.grad.shape == (3, 2)
    y = w.detach() * 2
    assert not y.requires_grad


def test_retain_grad_keeps_the_gradient_of_a_step_in_the_middle():
    x = leaf(2.0)
    h = (x * 3).retain_grad()
    (h * h).sum().backward()
    assert h.grad == [12.0]
    assert not np.shares_memory(h.grad, x.grad)


def test_the_recorded_step_can_be_read_for_drawing():
    x = leaf(1.0, 2.0)
    y = x.reshape(2, 1)
    assert (y.op, y.inputs, y.params) == ("reshape", (x,), {"shape": (2, 1)})
    assert (x.op, x.inputs) == (None, ())


# ---------------------------------------------------------------------- dtype


def test_float32_stays_float32():
    x = Tensor(np.array([0.5, 1, 2], dtype=np.float32), requires_grad=True)
    steps = [
        x * 2.5, 1 - x, x / 3, x**2, x**0.5, 2**x, x + np.float64(1.5), x * np.arange(3),
        x * np.array([True, False, True]),
        x.mean(), x.var(), x.std(), x.exp(), x.sigmoid(), F.softplus(x),
        F.gelu(x), F.elu(x), F.leaky_relu(x), F.softmax(x, 0), F.dropout(x, 0.3, rng=np.random.default_rng(0)),
        F.layer_norm(x, 3), F.cross_entropy(x, np.array(1)), F.mse_loss(x, np.zeros(3, np.float32)),
        F.huber_loss(x, np.zeros(3, np.float32)), F.pad(x, (1, 1)), F.maximum(x, 0.5), F.where(x > 0, x, 0.0),
        F.triplet_margin_loss(x, x + 1, x + 2), F.binary_cross_entropy_with_logits(x, np.ones(3, np.float32)),
    ]  # fmt: skip
    for i, step in enumerate(steps):
        assert step.dtype == np.float32, f"step {i}, {step.op}"
        x.grad = None
        step.sum().backward()
        assert x.grad.dtype == np.float32, f"gradient of step {i}"


def test_numbers_keep_their_full_precision_beside_float64():
    x = Tensor(np.array([1.0]))
    assert (x * 3.14).item() == 3.14
    assert (x + 0.1).item() == 1.1
    assert F.maximum(x, 3.14).item() == 3.14


def test_what_python_numbers_become():
    assert Tensor([1.0, 2.0]).dtype == np.float32
    assert Tensor([[1, 2]]).dtype == np.int64
    assert Tensor(True).dtype == bool
    assert Tensor(np.array([1.0])).dtype == np.float64
    assert Tensor([np.float64(1.0)]).dtype == np.float64
    assert Tensor([0.1], dtype=np.float64).data[0] == 0.1
    assert (Tensor([1, 2]) / 2).dtype == np.float32
    assert (Tensor([1, 2]) * 0.5).dtype == np.float32
    assert (Tensor([1, 2]) + 1).dtype == np.int64


def test_the_gradient_has_the_dtype_of_its_leaf():
    a = Tensor(np.ones(2, dtype=np.float32), requires_grad=True)
    (a * Tensor(np.ones(2))).sum().backward()
    assert a.grad.dtype == np.float32


# ------------------------------------------------------------------ what it is


def test_numpy_on_the_left_leaves_the_work_to_the_tensor():
    x = leaf(1.0, 2.0)
    for out in (np.ones(2) + x, np.ones(2) - x, np.ones(2) * x, np.ones(2) / x, np.ones((1, 2)) @ x, np.float64(2) * x):
        assert isinstance(out, Tensor)
        assert out.requires_grad


def test_comparisons_give_booleans_without_a_gradient():
    x = leaf(1.0, 2.0)
    np.testing.assert_array_equal((x > 1).data, [False, True])
    np.testing.assert_array_equal((x == np.array([1.0, 0.0])).data, [True, False])
    np.testing.assert_array_equal((x != 1.0).data, [False, True])
    assert not (x <= x).requires_grad
    assert x in {x}


@pytest.mark.parametrize("number", [0.1, -1.7, np.float64(0.3), 2])
def test_a_float32_tensor_equals_the_number_it_was_made_of(number):
    x, twin = Tensor([float(number)]), torch.tensor([float(number)])
    for holds in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert bool(holds(x, number)) == bool(holds(twin, number))


def test_conversions():
    x = Tensor([[1.5, 2.5]])
    assert (x[0, 0].item(), float(x[0, 1]), int(x[0, 1]), bool(x[0, 0]), len(x), x.numel()) == (1.5, 2.5, 2, True, 1, 2)
    np.testing.assert_array_equal(np.asarray(x), x.data)
    assert [row.shape for row in x] == [(2,)]
    assert repr(x) == "Tensor([[1.5, 2.5]])"
    assert repr(leaf(1.0)) == "Tensor([1.], dtype=float64, requires_grad=True)"
    assert repr(leaf(1.0) * 2) == "Tensor([2.], dtype=float64, op=mul)"


@pytest.mark.parametrize(
    "key",
    [
        0, -1, slice(1, 3), (slice(None), 1), (..., 0), (None, 1), ([0, 2],), np.array([0, 0, 2]), ([0, 1], [1, 1]),
        (slice(None), [1, 1, 0]), np.array([True, False, True]), (slice(None, None, 2), np.array([[0, 1], [1, 1]])),
    ],
    ids=str,
)  # fmt: skip
def test_indexing_is_torchs(key, rng):
    assert_as_torch(lambda x: x[key], lambda x: x[key], rng.standard_normal((3, 2, 2)))


@pytest.mark.parametrize("key", [None, ..., (), (None, ...)], ids=str)
def test_a_tensor_without_axes_can_be_indexed(key):
    assert_as_torch(lambda x: x[key], lambda x: x[key], np.array(2.0))


@pytest.mark.parametrize("seed", range(8))
def test_integers_beside_arrays_leave_the_axes_in_torchs_order(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((3, 4, 5, 2))
    rows, mask = rng.integers(-5, 5, (2, 3)), rng.random((4, 5)) < 0.5
    keys = [
        (0, slice(None), rows), (slice(None), rows % 4, slice(1, 3), 1), (1, None, mask), (-1, ..., rows % 2),
        (rows % 3, 0, rows), (np.int64(2), slice(None), rows, 0), (0, mask, 1), (slice(1), 2, slice(None), rows % 2),
    ]  # fmt: skip
    twin = tuple(torch.tensor(p) if isinstance(p, np.ndarray) else p for p in keys[seed])
    assert_as_torch(lambda t: t[keys[seed]], lambda t: t[twin], x)


def test_a_boolean_mask_over_several_axes(rng):
    x = rng.standard_normal((3, 4))
    assert_as_torch(lambda t: t[x > 0], lambda t: t[torch.tensor(x) > 0], x)


# --------------------------------------------------------------------- errors


def shaped(*shape):
    return Tensor(np.ones(shape), requires_grad=True)


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (RuntimeError, "backward: nothing that requires a gradient went into", lambda: Tensor([1.0]).backward()),
        (ValueError, r"backward: only a single number.* shape \(2,\)", lambda: shaped(2).backward()),
        (ValueError, r"backward: gradient must have.*\(2,\), got \(3,\)", lambda: shaped(2).backward(np.ones(3))),
        (TypeError, "Tensor: holds floats, integers or booleans, got dtype <U1", lambda: Tensor("a")),
        (TypeError, "Tensor: holds floats, integers or booleans, got dtype complex128", lambda: Tensor(1j)),
        (
            TypeError,
            "Tensor: only floats can have a gradient, got dtype int64",
            lambda: Tensor([1], requires_grad=True),
        ),
        (TypeError, "Tensor: got a list of Tensors; join them with stack", lambda: Tensor([shaped(1), shaped(1)])),
        (TypeError, "Tensor: cannot be changed in place", lambda: shaped(2).__setitem__(0, 1.0)),
        (TypeError, r"numpy: this Tensor requires a gradient; use .detach\(\)", lambda: shaped(2).numpy()),
        (TypeError, r"Tensor: NumPy would lose the gradient; .*t.detach\(\).numpy\(\)", lambda: np.asarray(shaped(2))),
        (TypeError, "len: a Tensor without axes has no length", lambda: len(shaped())),
        (ValueError, r"item: the Tensor must hold one number, got shape \(2,\)", lambda: shaped(2).item()),
        (ValueError, r"bool: `if` wants one answer, got 2 numbers of shape \(2,\)", lambda: bool(shaped(2))),
        (ValueError, r"add: shapes \(2,\) and \(3,\) do not fit together", lambda: shaped(2) + shaped(3)),
        (ValueError, r"gt: shapes \(2,\) and \(3,\) do not fit together", lambda: shaped(2) > shaped(3)),
        (ValueError, r"mul: shapes \(2, 3\) and \(2,\) do not fit", lambda: shaped(2, 3) * np.ones(2)),
        (
            ValueError,
            r"matmul: the last axis.*got \(2, 3\) @ \(2, 3\): 3 against 2",
            lambda: shaped(2, 3) @ shaped(2, 3),
        ),
        (ValueError, r"matmul: both sides need at least one axis, got shapes \(\)", lambda: shaped() @ shaped(2)),
        (IndexError, "getitem: index 5 is out of bounds", lambda: shaped(2)[5]),
        (IndexError, "getitem: too many indices", lambda: shaped(2)[0, 0]),
        (IndexError, "sum: dim must be between -2 and 1 for 2 axes, got 2", lambda: shaped(2, 2).sum(2)),
        (ValueError, r"mean: every axis may be named once, got dim=\(0, -2\)", lambda: shaped(2, 2).mean((0, -2))),
        (ValueError, "var: needs more than 1 values with correction=1, got 1", lambda: shaped(1).var()),
        (ValueError, r"amax: an axis without numbers has no extreme, got shape \(0, 2\)", lambda: shaped(0, 2).amax(0)),
        (ValueError, "clip: give min, max or both, got neither", lambda: shaped(2).clip()),
        (ValueError, r"reshape: the sizes must multiply to 6.*got \(4, -1\)", lambda: shaped(2, 3).reshape(4, -1)),
        (ValueError, "flatten: start_dim must not come after end_dim, got 1 and 0", lambda: shaped(2, 3).flatten(1, 0)),
        (ValueError, r"permute: needs all 2 axes, got \(0,\)", lambda: shaped(2, 3).permute(0)),
        (ValueError, r"T: needs a matrix with 2 axes, got shape \(2,\)", lambda: shaped(2).T),
        (
            ValueError,
            r"expand: only axes of size 1 stretch; shape \(2,\) cannot become \(3,\)",
            lambda: shaped(2).expand(3),
        ),
        (ValueError, r"repeat: needs a number for each of 2 axes or more, got \(2,\)", lambda: shaped(2, 3).repeat(2)),
    ],
)
def test_wrong_input_is_told_in_one_sentence(error, sentence, wrong):
    with pytest.raises(error, match=sentence) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_a_setting_of_the_wrong_kind_is_told_without_the_arrays_beside_it():
    def shifted(a, *, by, table):
        return a + by, lambda g: (g,)

    with pytest.raises(TypeError, match=r"^shifted: settings must be numbers, got by='far'$"):
        apply(shifted, Tensor([1.0]), by="far", table=np.zeros(1000))


# ------------------------------------------------------------- without axes


@pytest.mark.parametrize(
    "graph",
    [
        lambda x, b: x * b + b,
        lambda x, b: (x * b).sum() + b * b + b,
        lambda x, b: b * 2 + b.exp(),
        lambda x, b: x.sum() * b,
    ],
)
def test_a_parameter_without_axes_that_is_broadcast_and_used_again_has_torchs_gradient(graph):
    assert_as_torch(graph, graph, np.array([1.0, -2.0]), np.array(0.5))
    x, b = Tensor([1.0, -2.0]), Tensor(0.5, requires_grad=True)
    for _ in range(2):
        graph(x, b).sum().backward()
        assert isinstance(b.grad, np.ndarray)
        assert b.grad.shape == ()


def test_limited_gradients_without_axes_stay_arrays():
    b = Tensor(0.5, requires_grad=True)
    for limit in (lambda: optim.clip_grad_norm_([b], 0.1), lambda: optim.clip_grad_value_([b], 0.05)):
        (b * 3).backward()
        limit()
        assert isinstance(b.grad, np.ndarray)


# ------------------------------------------------------- one array for several


def both(a, b):
    """A primitive whose gradient is one fresh array for both inputs."""

    def vjp(g):
        shared = g * 2
        return shared, shared

    return 2 * a + 2 * b, vjp


def whole_and_part(a, b):
    """The same with a view of it for the second input."""

    def vjp(g):
        fresh = g * 2
        return fresh, fresh[0]

    return 2 * a + 2 * b * np.array([[1.0], [0.0]]), vjp


def test_two_inputs_that_are_given_one_fresh_array_are_not_summed_into_each_other():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    out = apply(both, x, y)
    (out + x * 10 + y * 100).sum().backward()
    np.testing.assert_array_equal(x.grad, [12.0, 12.0])
    np.testing.assert_array_equal(y.grad, [102.0, 102.0])


@pytest.mark.parametrize("order", [1, -1])
def test_nor_are_an_array_and_a_view_of_it(order):
    x, y = Tensor(np.ones((2, 2)), requires_grad=True), leaf(3.0, 4.0)
    more = [x * 10, y * 100][::order]
    (apply(whole_and_part, x, y) + more[0] + more[1] * 1).sum().backward()
    np.testing.assert_array_equal(x.grad, np.full((2, 2), 12.0))
    np.testing.assert_array_equal(y.grad, [202.0, 202.0])


LINES = {  # what a line of a training loop makes of Tensors, and what it must give
    "a number in text": (lambda: f"{Tensor(0.125) * 2:.3f} {Tensor(3):3d}", "0.250   3"),
    "any Tensor in text": (lambda: f"{Tensor([1.0, 2.0])}", "Tensor([1., 2.])"),
    "a position in a list": (lambda: ["cat", "dog"][Tensor([0.1, 0.9]).argmax()], "dog"),
    "a range": (lambda: list(range(Tensor(3))), [0, 1, 2]),
    "as a condition": (lambda: bool((Tensor([1, 2]) == Tensor([1, 2])).all()), True),
    "asked by NumPy": (lambda: (bool(np.all(Tensor([1, 0]) > 0)), bool(np.any(Tensor([1, 0]) > 0))), (False, True)),
    "asked by NumPy along an axis": (lambda: np.all(Tensor([[1, 0], [1, 1]]) > 0, axis=1).tolist(), [False, True]),
    "a number among others": (lambda: (2 in Tensor([1, 2]), 2.5 in Tensor([[1.0, 2.0]])), (True, False)),
    "beside None": (lambda: (Tensor([1.0]) == None, Tensor([1.0]) != None), (False, True)),  # noqa: E711
    "on the CPU": (lambda: Tensor([1.0]).to("cpu").cpu().to(np.float64).tolist(), [1.0]),
    "to the CPU of torch": (lambda: Tensor([1.0]).to(torch.device("cpu")).tolist(), [1.0]),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_a_training_loop_does_what_it_does_in_torch(name):
    line, gives = LINES[name]
    assert line() == gives


def test_in_place_signs_make_another_tensor_and_keep_the_graph():
    x = leaf(1.0, 2.0)
    y = x * 1
    y += 1
    y *= 3
    y -= x
    y /= 2
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("off", [no_grad, no_grad()])
def test_no_grad_needs_no_brackets(off):
    x = leaf(1.0)

    @off
    def double(t):
        """Twice."""
        return t * 2

    assert double.__doc__ == "Twice."
    assert not double(x).requires_grad
    with off, off:
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_numbers_as_lists_and_how_many_axes():
    x = Tensor([[1, 2], [3, 4]])
    assert x.tolist() == [[1, 2], [3, 4]]
    assert (x.dim(), x.sum().dim(), x.sum().tolist()) == (2, 0, 10)


def test_a_whole_number_beside_narrow_integers_makes_int64():
    for dtype in (np.uint8, np.int16, np.int32):
        x = Tensor(np.array([200, 100], dtype))
        for got, want in ((x + 100, [300, 200]), (50 - x, [-150, -50]), (x * 2, [400, 200])):
            assert (got.dtype, got.tolist()) == (np.int64, want)
        assert (x + x).dtype == dtype
