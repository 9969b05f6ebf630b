"""Advice on an exception fits the call it came from: the library's, the learner's own, or the check's."""

import numpy as np
import pytest
import torch

from course_lib.checks.error_hints import about_call, often_means

A, B = np.ones(2), np.ones(2)
LIBRARIES = np, torch  # what the calls below are evaluated with


def two(x, y):
    return x


class Layer:
    def __init__(self, size):
        self.size = size


def advice(call, **where):
    with pytest.raises(Exception) as caught:
        eval(call)
    return about_call(caught.value, f"    y = {call}", {"two", "Layer"}, **where), caught.value


@pytest.mark.parametrize("name", ["hstack", "vstack", "dstack", "column_stack", "concatenate", "stack"])
def test_arrays_that_are_to_be_joined_go_into_one_list(name):
    say, _ = advice(f"np.{name}(A, B)")
    assert say == f"This often means: np.{name} takes the arrays together, in one list: np.{name}([a, b])."


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_a_shape_is_one_argument(name):
    say, _ = advice(f"np.{name}(2, 3)")
    assert say == f"This often means: the shape is one argument, in brackets of its own: np.{name}((2, 3))."


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_a_second_array_is_no_axis(name):
    assert "the second argument of np." in advice(f"np.{name}(A, B)")[0]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("np.maximum(A)", "np.maximum"),
        ("np.reshape(A)", "np.reshape"),
        ("np.mean(A, axes=0)", "np.mean"),
        ("np.outer(A)", "np.outer"),
        ("A.reshape()", "A.reshape"),
        ("abs()", "abs"),
        ("np.linspace(0)", "np.linspace"),
    ],
)
def test_a_call_of_the_librarys_is_never_told_to_compare_a_def_line(call, name):
    say, _ = advice(call)
    assert say == f"This often means: {name} takes other arguments than this call gives; help({name}) lists them."


@pytest.mark.parametrize(("call", "name"), [("two(1)", "two"), ("two(1, z=2)", "two"), ("Layer()", "Layer")])
def test_the_learners_own_function_is_compared_with_its_def_line(call, name):
    assert advice(call)[0] == f"This often means: this call does not fit the `def` line of {name}."
    assert advice(call, in_check=True)[0] == "This often means: compare your `def` line with the task's."


@pytest.mark.parametrize("call", ["A + np.ones(3)", "A()", "[1, 2] + 1", "np.exp('a')", "A['x']", "1 / 0"])
def test_what_is_no_misfit_of_arguments_says_nothing_of_a_call(call):
    assert advice(call)[0] == ""


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ("A.transpose(0, 1, 2)", "every axis of the array once"),
        ("np.einsum('ij,ij->i', A, np.ones((9, 9)))", "axes of one length"),
        ("A.zero_()", "w.grad = None"),
        ("A.norm()", "np.abs(w.grad)"),
        ("0.1 * A.data", "leave the second .data out"),
        ("np.zeros((10**7, 10**7))", "print the shape before it is made"),
        ("bytearray(1 << 62)", "grows without end"),
        ("torch.ones(2).sum().backward()", "hangs on no weight"),
        ("torch.nn.Linear(2, 3).load_state_dict({})", "differ in names or shapes"),
        ("torch.nn.Linear(2, 3).load_state_dict(torch.nn.Linear(2, 4).state_dict())", "differ in names or shapes"),
        ("torch.ones(2, device='meta').sum().item()", "holds no numbers"),
        ("torch.ones(2, device='meta').cpu()", "holds no numbers"),
        ("torch.ones(2, 2, dtype=torch.long).log_softmax(1)", "two arguments exchanged"),
        ("torch.nn.Linear(2, 3)(torch.ones(1, 4))", "as many numbers as reach it"),
        ("torch.nn.Conv2d(2, 3, 1)(torch.ones(1, 4, 2, 2))", "as many channels as the one before"),
        ("torch.ones(2) + torch.ones(3)", "print both shapes"),
        ("torch.cat([torch.ones(2, 3), torch.ones(2, 4)])", "print both shapes"),
        ("torch.ones(2, requires_grad=True).add_(1)", "what a gradient still needs"),
        ("torch.nn.Conv2d(2, 3, 1)(torch.ones(1, 2, 2, 2).double())", "float32 meets float64"),
        ("torch.nn.Linear(2, 3)(torch.ones(1, 2).double())", "float32 meets float64"),
        ("torch.nn.BatchNorm1d(2)(torch.ones(4, 3))", "as many channels as the layer before"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_common_message_has_its_cause_said(call, word):
    assert word in often_means(advice(call)[1])


def test_general_advice_stays_and_an_odd_exception_gets_none():
    assert "round brackets call a function" in often_means(advice("A()")[1])
    assert "cannot be looped over" in often_means(TypeError("'int' object is not iterable"))

    class Odd(TypeError):
        def __str__(self):
            raise ValueError

    assert often_means(Odd()) == about_call(Odd(), "np.hstack(a, b)") == ""
