"""Calibration, temperature, areas and class shares: against scikit-learn, SciPy and probabilities that are known."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss, roc_auc_score

from course_lib.topics import calibration


@pytest.fixture
def rng():
    return np.random.default_rng(162)


def drawn(rng, n, classes, factor):
    z = 1.5 * rng.normal(size=(n, classes))
    p = calibration.softmax(z)
    return factor * z, np.array([rng.choice(classes, p=row) for row in p])


def test_bins_are_scikit_learn_s(rng):
    confidence = rng.uniform(0, 1, 400)
    right = rng.random(400) < confidence**2
    count, sure, share = calibration.binned(confidence, right, 8)
    want_share, want_sure = calibration_curve(right, confidence, n_bins=8)
    assert count.sum() == 400
    assert np.allclose(sure, want_sure)
    assert np.allclose(share, want_share)
    assert calibration.calibration_error(confidence, right, 8) == pytest.approx(
        np.sum(count * np.abs(want_sure - want_share)) / 400
    )


def test_empty_bins_and_confidence_one_are_taken_care_of():
    count, sure, share = calibration.binned([1.0, 1.0, 0.5], [True, False, True], 4)
    assert count.tolist() == [0, 0, 1, 2]
    assert np.isnan(sure[0])
    assert share[3] == 0.5
    assert calibration.calibration_error([1.0, 1.0, 0.5], [True, False, True], 4) == pytest.approx(0.5)


@pytest.mark.parametrize("factor", [0.3, 1.0, 5.0])
def test_the_temperature_is_the_minimum_and_undoes_a_factor(rng, factor):
    z, t = drawn(rng, 3000, 5, factor)
    found = calibration.temperature(z, t)
    want = minimize_scalar(lambda s: calibration.nll(z, t, np.exp(s)), bounds=(-4, 4), method="bounded")
    assert found == pytest.approx(np.exp(want.x), rel=1e-4)
    assert found == pytest.approx(factor, rel=0.1)
    assert calibration.nll(z, t, 2.0) == pytest.approx(log_loss(t, calibration.softmax(z, 2.0)))


def test_the_area_is_scikit_learn_s_with_ties(rng):
    known, strange = np.round(rng.normal(0.5, 1, 80), 1), np.round(rng.normal(0, 1, 50), 1)
    want = roc_auc_score([1] * 80 + [0] * 50, np.concatenate([known, strange]))
    assert calibration.auc(known, strange) == pytest.approx(want)


def test_scores_are_those_of_scipy(rng):
    from scipy.special import logsumexp, softmax

    z = 50 * rng.normal(size=(7, 4))
    assert np.allclose(calibration.log_sum_exp(z), logsumexp(z, axis=1))
    assert np.allclose(calibration.top_probability(z), softmax(z, axis=1).max(1))


def test_new_class_shares_are_found_without_labels_and_help(rng):
    t = (rng.random(4000) < 0.1).astype(int)
    score = rng.normal(2.0 * t, 1)
    p = np.column_stack([1 - (q := 1 / (1 + np.exp(2 - 2 * score))), q])  # right where classes are equally frequent
    new = calibration.new_shares(p, (0.5, 0.5))
    assert new[1] == pytest.approx(0.1, abs=0.02)
    mended = calibration.reweighted(p, (0.5, 0.5), new)
    assert np.allclose(mended.sum(axis=1), 1)
    assert np.mean(mended.argmax(1) == t) > np.mean(p.argmax(1) == t) + 0.05
