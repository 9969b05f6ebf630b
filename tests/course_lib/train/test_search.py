"""Random search returns the best setting that it tried, the first of equals, and draws in the order it promises."""

import numpy as np
import pytest

from course_lib.train import search


def test_the_best_of_what_was_tried_comes_back():
    tried = []

    def validate(lr, hidden):
        tried.append((-abs(np.log10(lr) + 2), lr, hidden))
        return tried[-1][0]

    assert search.random_search(validate, 30, np.random.default_rng(1)) == max(tried)
    assert len(tried) == 30


def test_of_equals_the_first_is_kept_and_each_is_validated_before_the_next_draw():
    settings, seen = iter([(1,), (2,), (3,)]), []

    def draw(rng):
        seen.append("draw")
        return next(settings)

    def validate(k):
        seen.append(k)
        return 0.5

    assert search.random_search(validate, 3, None, draw) == (0.5, 1)
    assert seen == ["draw", 1, "draw", 2, "draw", 3]


def test_draws_are_even_in_the_logarithm_and_within_bounds():
    draws = np.array([search.rate_and_width(np.random.default_rng(k)) for k in range(2000)])
    assert np.mean(draws[:, 0] < 1e-2) == pytest.approx(0.5, abs=0.04)
    assert (draws[:, 0].min() >= 1e-4, draws[:, 0].max() <= 1) == (True, True)
    assert (draws[:, 1].min(), draws[:, 1].max()) == (20, 120)


def test_no_trials_are_refused():
    with pytest.raises(ValueError, match="at least 1 trial, got 0"):
        search.random_search(max, 0, np.random.default_rng(0))
