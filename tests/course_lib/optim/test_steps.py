"""Step functions make the steps of torch's optimisers, from any state, and change nothing that they are given."""

import numpy as np
import pytest
import torch

from course_lib.optim import steps as updates

BEND = np.array([[1.0, 30.0], [4.0, 0.2]])
TORCH = {
    "SGD": lambda p: torch.optim.SGD([p], lr=0.01),
    "momentum": lambda p: torch.optim.SGD([p], lr=0.01, momentum=0.9),
    "Nesterov": lambda p: torch.optim.SGD([p], lr=0.01, momentum=0.9, nesterov=True),
    "Adagrad": lambda p: torch.optim.Adagrad([p], lr=0.01),
    "RMSProp": lambda p: torch.optim.RMSprop([p], lr=0.01, alpha=0.9),
    "Adam": lambda p: torch.optim.Adam([p], lr=0.01),
}


@pytest.mark.parametrize("name", updates.STEPS)
def test_25_steps_are_torchs(name):
    w = np.array([[1.0, -2.0], [0.5, 3.0]])
    path, _ = updates.follow(updates.STEPS[name], w, updates.start(name, w), lambda w: BEND * w - 1, 0.01, 25)
    p = torch.tensor(w, requires_grad=True)
    optimizer = TORCH[name](p)
    for _ in range(25):
        p.grad = torch.tensor(BEND) * p.detach() - 1
        optimizer.step()
    np.testing.assert_allclose(path[-1], p.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", updates.STEPS)
def test_a_path_goes_on_from_the_state_that_came_back(name):
    w, step = np.array([1.0, -2.0]), updates.STEPS[name]
    whole, _ = updates.follow(step, w, updates.start(name, w), lambda w: w + 1, 0.01, 10)
    first, state = updates.follow(step, w, updates.start(name, w), lambda w: w + 1, 0.01, 4)
    rest, _ = updates.follow(step, first[-1], state, lambda w: w + 1, 0.01, 6)
    np.testing.assert_array_equal(np.vstack([first, rest[1:]]), whole)


@pytest.mark.parametrize("name", updates.STEPS)
def test_nothing_that_comes_in_is_changed(name):
    w, g = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    state = updates.start(name, w)
    updates.STEPS[name](w, g, state, 0.1)
    assert (w.tolist(), g.tolist()) == ([1, -2], [3, 0.5])
    assert all(np.all(np.asarray(part) == 0) for part in (state if name == "Adam" else [state]))


def test_a_rate_may_be_a_function_of_the_step():
    path, _ = updates.follow(updates.sgd_step, [0.0], None, lambda w: np.ones(1), lambda k: 10.0**-k, 3)
    np.testing.assert_allclose(path[:, 0], [0, -1, -1.1, -1.11])


def test_an_unknown_optimiser_is_named():
    with pytest.raises(ValueError, match=r"no optimiser 'Adamax'.*SGD, momentum"):
        updates.start("Adamax", np.zeros(2))


def test_the_update_ratio_is_one_number_for_each_array():
    before, after = [np.array([[3.0, 4.0]]), np.ones(4)], [np.array([[3.0, 4.5]]), np.zeros(4)]
    np.testing.assert_allclose(updates.update_ratio(before, after), [0.1, 1.0])
