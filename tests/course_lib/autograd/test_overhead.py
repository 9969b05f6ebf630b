"""What the graph itself costs an operation, in calls of Python functions: times would say more of the machine."""

import sys

import numpy as np
import pytest

from course_lib import Tensor

X = Tensor(np.ones(4, np.float32))
W = Tensor(np.ones(4, np.float32), requires_grad=True)


def calls_of(do):
    """How many Python functions `do` enters, itself not counted."""
    count, before = [0], sys.getprofile()

    def entered(frame, event, arg):
        count[0] += event == "call"

    do()
    sys.setprofile(entered)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count[0] - 1


@pytest.mark.parametrize(
    ("do", "most"),
    [(lambda: X + X, 5), (lambda: W * X, 5), (lambda: W * 1.5, 17), (lambda: X.data, 0), (lambda: X.shape, 1)],
    ids=["add", "mul", "mul by a number", "data", "shape"],
)
def test_an_operation_enters_few_functions(do, most):
    assert calls_of(do) <= most


def test_a_step_back_enters_few_functions():
    def chain(length):
        y = W
        for _ in range(length):
            y = y * X
        total = y.sum()
        return lambda: total.backward(retain_graph=True)

    assert calls_of(chain(60)) - calls_of(chain(20)) <= 40 * 7
