"""Means over runs carry their standard error, with one ddof everywhere."""

import numpy as np
import pytest
from scipy import stats

from course_lib.train import mean_and_error, plus_minus


def test_the_error_is_scipys_standard_error_along_either_axis():
    values = np.random.default_rng(0).normal(size=(4, 5, 3)) + 2
    for axis in (0, 1, -1):
        mean, error = mean_and_error(values, axis=axis)
        np.testing.assert_allclose(mean, values.mean(axis=axis))
        np.testing.assert_allclose(error, stats.sem(values, axis=axis), rtol=1e-12)


def test_the_error_covers_the_true_mean_as_often_as_it_should():
    """With 30 runs a distance within one standard error happens in about 67.5 % of the cases."""
    mean, error = mean_and_error(np.random.default_rng(1).normal(size=(4000, 30)))
    assert np.mean(np.abs(mean) < error) == pytest.approx(0.675, abs=0.03)


def test_the_text_has_the_error_of_several_runs_and_none_of_one():
    assert plus_minus([1.0, 3.0], 2) == "2.00 ± 1.00"
    assert plus_minus([0.5, 0.7, 0.9], 1, 100) == "70.0 ± 11.5"
    assert plus_minus([0.25]) == "0.250"


@pytest.mark.parametrize("values", [3.0, [1.0]])
def test_one_run_has_no_error(values):
    with pytest.raises(ValueError, match="at least 2 runs"):
        mean_and_error(values)
