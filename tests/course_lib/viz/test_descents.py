"""The landscapes have the gradients and minima they claim, and a race draws where the optimisers went."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.optim.steps import STEPS
from course_lib.viz import descents


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", descents.GROUNDS)
def test_the_gradient_is_the_slope_of_the_loss(name):
    place = descents.GROUNDS[name]
    for w in np.random.default_rng(1).uniform(-1.5, 1.5, size=(20, 2)):
        slopes = [(place.loss(*(w + d)) - place.loss(*(w - d))) / 2e-6 for d in np.eye(2) * 1e-6]
        np.testing.assert_allclose(place.gradient(w), slopes, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", descents.GROUNDS)
def test_the_minimum_is_the_lowest_place_shown(name):
    place = descents.GROUNDS[name]
    u, v = np.meshgrid(np.linspace(*place.x, 101), np.linspace(*place.y, 101))
    assert place.loss(*place.minimum) <= place.loss(u, v).min() + 1e-12
    np.testing.assert_allclose(place.gradient(np.array(place.minimum)), 0, atol=1e-12)


@pytest.mark.parametrize("name", descents.GROUNDS)
def test_at_its_rate_every_optimiser_gets_lower_and_none_leaves(name):
    place = descents.GROUNDS[name]
    for path in descents.paths(name).values():
        assert len(path) == 101
        assert place.loss(*path[-1]) < 0.9 * place.loss(*place.start) or name == "saddle"
        assert place.loss(*path[-1]) < place.loss(*place.start)


def test_a_path_that_leaves_ends_where_it_was_last_finite():
    path = descents.paths("Rosenbrock", ["SGD"], factor=10.0)["SGD"]
    assert 1 <= len(path) < 101
    assert np.isfinite(path).all()


def test_own_step_functions_take_part():
    stay = descents.paths("ravine", ["SGD", "Adam"], steps=5, own={"SGD": lambda w, g, state, lr: (w, state)})
    assert np.all(stay["SGD"] == [-2.0, 0.6])
    assert not np.all(stay["Adam"] == [-2.0, 0.6])


def test_an_unknown_landscape_is_named():
    with pytest.raises(ValueError, match=r"ground must be one of ravine, saddle, Rosenbrock, got .plain."):
        descents.paths("plain")


def test_a_race_draws_every_path_and_marks_its_end():
    walked = descents.remembered("ravine", 20, 1.0)
    ax = descents.race("ravine", walked)
    drawn = {line.get_label(): line.get_xydata() for line in ax.lines if line.get_label() in STEPS}
    assert set(drawn) == set(STEPS)
    for name, path in walked.items():
        assert np.array_equal(drawn[name][0], path[-1])
