"""Lesson 03: its answers agree with the library, with the small engine and with its worked examples."""

import numpy as np
import pytest

from course_lib.autograd import graph
from course_lib.autograd.tensor import Tensor
from course_lib.ops import elementwise
from course_lib.ops import matrix as matrix_ops
from course_lib.topics import small_engine
from course_lib.viz.backprop import sigmoid_graph
from tests.solutions.reference import answers, lesson

LESSON = lesson("03_backpropagation")


class Node:
    def __init__(self, value, inputs=(), vjp=None):
        self.value, self.inputs, self.vjp, self.grad = np.asarray(value, float), inputs, vjp, None


def apply(op, *nodes):
    out, vjp = op(*(n.value for n in nodes))
    return Node(
        out, nodes, lambda g: [graph.unbroadcast(gx, n.value.shape) for gx, n in zip(vjp(g), nodes, strict=True)]
    )


ANSWERS = answers(LESSON, np=np, in_order=small_engine.order)


def random_program(rng, steps=8):
    """The nodes of a random graph of 2x2 matrices and the same graph of Tensors; early nodes are used again late."""
    arrays = [rng.normal(size=(2, 2)) for _ in range(2)]
    nodes, tensors = [Node(a) for a in arrays], [Tensor(a, requires_grad=True) for a in arrays]
    for k in range(steps):
        i, j = rng.integers(0, len(nodes), size=2)
        i = len(nodes) - 1 if k else i
        op = (elementwise.add, elementwise.mul, matrix_ops.matmul)[rng.integers(3)]
        nodes.append(apply(op, nodes[i], nodes[j]))
        a, b = tensors[i], tensors[j]
        tensors.append(a + b if op is elementwise.add else a * b if op is elementwise.mul else a @ b)
    return nodes, tensors


def test_the_exercises_of_the_curriculum_are_there_in_order():
    wanted = "sigmoid_graph mul matmul unbroadcast topological_order backward gradient_check tape_gradients"
    assert [e.id for e in LESSON.exercises if e.id in wanted.split()] == wanted.split()


@pytest.mark.parametrize("name", ["add", "mul", "exp", "log", "tanh", "matmul"])
def test_operations_agree_with_the_library(name):
    rng = np.random.default_rng(1)
    library = matrix_ops.matmul if name == "matmul" else getattr(elementwise, name)
    inputs = rng.uniform(0.5, 2, size=(1 if name in ("exp", "log", "tanh") else 2, 3, 3))
    g = rng.normal(size=(3, 3))
    (ours, back), (theirs, their_back) = ANSWERS[name](*inputs), library(*inputs)
    np.testing.assert_allclose(ours, theirs)
    for a, b in zip(back(g), their_back(g), strict=True):
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize(
    ("big", "small"), [((4, 3, 2), (3, 1)), ((2, 2), ()), ((3, 1), (3, 1)), ((5, 1, 2), (1, 1, 2))]
)
def test_unbroadcast_agrees_with_the_library(big, small):
    g = np.random.default_rng(2).normal(size=big)
    np.testing.assert_allclose(ANSWERS["unbroadcast"](g, small), graph.unbroadcast(g, small))


@pytest.mark.parametrize("order", [ANSWERS["topological_order"], small_engine.order])
def test_both_orders_place_each_node_once_and_inputs_before_users(order):
    for seed in range(20):
        nodes, _ = random_program(np.random.default_rng(seed))
        found = order(nodes[-1])
        place = {id(n): k for k, n in enumerate(found)}
        assert len(place) == len(found)
        assert found[-1] is nodes[-1]
        assert all(place[id(x)] < place[id(n)] for n in found for x in n.inputs)


@pytest.mark.parametrize("backward", [ANSWERS["backward"], small_engine.backward])
def test_both_backwards_agree_with_the_library_on_random_graphs(backward):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        nodes, tensors = random_program(rng)
        g = rng.normal(size=(2, 2))
        backward(nodes[-1], g)
        tensors[-1].backward(g)
        for node, tensor in zip(nodes[:2], tensors[:2], strict=True):
            if tensor.grad is not None:
                np.testing.assert_allclose(node.grad, tensor.grad, rtol=1e-9)


def test_the_small_engine_survives_deep_graphs():
    node = first = Node(1.0)
    for _ in range(3000):
        node = apply(elementwise.add, node, first)
    small_engine.backward(node, np.array(1.0))
    assert first.grad == 3001


def test_the_worked_examples_are_right():
    f, nodes, gw, gx = ANSWERS["sigmoid_graph"](np.zeros(3), np.array([2.0, 4.0]), 8.0)
    assert (f, nodes.tolist(), gw.tolist(), gx.tolist()) == (0.5, [-2, -2, 2], [4, 8, 2], [0, 0])
    claimed, measured, agree = ANSWERS["gradient_check"](lambda x: x**2, np.array(3.0), np.array(5.0), 2.0, 0.1)
    assert (claimed, pytest.approx(measured), agree) == (10, 12, False)
    assert ANSWERS["tape_gradients"]([2, 5, 1], [("mul", 0, 1), ("add", 3, 2)]) == [5, 2, 1]
    x = Node(3.0)
    y = apply(elementwise.mul, x, x)
    ANSWERS["backward"](y, 10.0)
    assert (x.grad, y.grad) == (60, 10)


def test_by_hand_and_by_the_library_the_sigmoid_graph_has_the_same_gradients():
    w, x = (0.3, -1.0, 0.5), (2.0, 0.7)
    output, names = sigmoid_graph(w, x)
    output.backward()
    _, _, gw, gx = ANSWERS["sigmoid_graph"](np.array(w), np.array(x), 1.0)
    np.testing.assert_allclose(gw, [names[f"w{i}"].grad for i in range(3)])
    np.testing.assert_allclose(gx, [names[f"x{i}"].grad for i in range(2)])
