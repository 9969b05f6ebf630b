"""What is measured of predictions, and what is said of those that do not reach the bound."""

import numpy as np
import pytest

from course_lib.evidence.compare import check_line
from course_lib.evidence.held import pack, unpack
from course_lib.evidence.observation import Seen, observe
from course_lib.evidence.outcome import accuracy, mean_iou, mse, psnr, standing
from course_lib.evidence.tree import Opaque


def difference(got, truth, measure="accuracy", **bound):
    line = {"position": 0, "label": "l", "kind": "outcome", "value": np.asarray(truth), "measure": measure, **bound}
    return check_line(line, Seen("c", "hidden", 0, "l", "outcome", observe(got)))


def test_the_measures_by_hand():
    assert accuracy(np.array([1, 2, 3, 3]), np.array([1, 2, 3, 0])) == 0.75
    assert mse(np.array([1.0, 3.0]), np.array([0.0, 1.0])) == 2.5
    assert psnr(np.array([0.1, -0.1]), np.zeros(2)) == pytest.approx(20.0)
    # class 0: 1 of 3 cells in common, class 1: 1 of 3; class 2 is only predicted and does not count
    assert mean_iou(np.array([0, 2, 1, 0]), np.array([0, 0, 1, 1])) == pytest.approx((1 / 3 + 1 / 2) / 2)


def test_a_bound_is_reached_exactly_or_not_at_all():
    truth = np.arange(10)
    got = np.where(truth < 8, truth, 0)
    assert difference(got, truth, at_least=0.8) is None
    assert difference(got, truth, at_least=0.81).say == "80.0 % right; at least 81.0 % is needed."
    assert difference([0.0, 2.0], [0.0, 1.0], "mse", at_most=0.5) is None
    told = difference([0.0, 2.0], [0.0, 1.0], "mse", at_most=0.4).say
    assert told == "Mean squared error 0.5; at most mean squared error 0.4 is needed."


@pytest.mark.parametrize("got", [[1, 0], (True, False), np.array([1.0, 0.0], np.float32), [np.int64(1), np.int64(0)]])
def test_any_form_of_the_numbers_counts(got):
    assert difference(got, np.array([1, 0]), at_least=1.0) is None


@pytest.mark.parametrize(
    "got", [None, "10", [1], [[1, 0]], [1, "a"], np.array([np.nan, 0.0]), {0: 1}, Opaque("Tensor"), [1j, 0], 10**400]
)
def test_what_is_no_prediction_for_each_case_says_what_is_wanted(got):
    said = difference(got, np.array([1, 0]), at_least=0.1).say
    assert said.startswith("Expected finite numbers of shape (2,)")


def test_one_class_for_nearly_everything_is_said_where_the_truth_is_not_so():
    truth = np.arange(20) % 4
    assert difference(np.full(20, 3), truth, at_least=0.9).say.endswith("100 % of your answers are 3.")
    assert "of your answers" not in difference(np.full(20, 3), np.full(20, 3) - (np.arange(20) < 3), at_least=0.9).say


def test_data_travel_as_text_and_other_text_is_refused():
    data = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    back = unpack(pack(data))
    assert (back.dtype, back.tolist()) == (data.dtype, data.tolist())
    for text in ("points", "", "AAAA", pack(data)[:-8]):
        with pytest.raises(ValueError, match="No data are held"):
            unpack(text)


def test_how_predictions_stand_to_guesses():
    def stands(got, truth, measure="accuracy"):
        name, say = standing({"value": np.asarray(truth), "measure": measure}, observe(got))
        assert say.startswith("Measured is")
        assert not any(c.isdigit() for c in say)
        return name

    truth = np.arange(400) % 4
    half = np.where(np.arange(400) % 8 < 4, truth, 0)
    assert stands(half, truth) == stands(half, truth, "mean_iou") == "not good enough"
    assert (
        stands(np.roll(truth, 100), truth * 0 + np.random.default_rng(0).integers(0, 4, 400))
        == "no better than guessing"
    )
    assert stands(truth * 0, truth) == stands(truth * 0, truth, "mean_iou") == "no better than guessing"
    assert stands(truth + 1, truth) == "worse than guessing"
    assert stands(truth[:9], truth) == stands([None], truth) == "no numbers to measure"
    apart = np.array([[0.0, 9], [2, 11]])  # the columns differ by more than the rows: the mean of each counts
    assert stands(apart + 1.5, apart, "mse") == "no better than guessing"
    assert stands(apart + 0.5, apart, "mse") == stands(apart, apart, "psnr") == "not good enough"
