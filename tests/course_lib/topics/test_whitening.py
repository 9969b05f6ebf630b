"""Whitened data have covariance one; statistics come from the training set alone."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from course_lib.topics.whitening import principal_axes, whiten, whitening


@pytest.fixture
def x():
    rng = np.random.default_rng(8)
    return rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=5) * 10


def test_axes_and_variances_agree_with_scikit_learn(x):
    mean, axes, variances = principal_axes(x)
    theirs = PCA().fit(x)
    assert np.allclose(mean, theirs.mean_)
    assert np.allclose(variances, theirs.explained_variance_ * (len(x) - 1) / len(x))
    assert np.allclose(np.abs(np.sum(axes * theirs.components_, axis=1)), 1)


@pytest.mark.parametrize("kind", ["pca", "zca"])
def test_whitened_data_have_mean_zero_and_covariance_one(x, kind):
    y = whiten(x, kind=kind, epsilon=0)
    assert np.allclose(y.mean(axis=0), 0, atol=1e-10)
    assert np.allclose(y.T @ y / len(y), np.eye(5))


def test_zca_is_symmetric_and_closest_to_the_input(x):
    _, zca = whitening(x, kind="zca", epsilon=0)
    _, pca = whitening(x, kind="pca", epsilon=0)
    centred = x - x.mean(axis=0)
    assert np.allclose(zca, zca.T)
    assert np.square(centred @ zca.T - centred).sum() < np.square(centred @ pca.T - centred).sum()


def test_pca_orders_by_variance_along_the_axes(x):
    mean, axes, variances = principal_axes(x)
    assert np.allclose(((x - mean) @ axes.T).var(axis=0), variances)
    assert (np.diff(variances) <= 0).all()


def test_another_set_is_whitened_with_the_training_statistics(x):
    train, test = whiten(x[:300], x[300:], epsilon=0)
    mean, matrix = whitening(x[:300], epsilon=0)
    assert np.array_equal(test, (x[300:] - mean) @ matrix.T)
    assert not np.allclose(test.mean(axis=0), 0, atol=1e-3)
    assert np.allclose(train.mean(axis=0), 0, atol=1e-10)


def test_a_direction_without_variance_does_not_blow_up(x):
    flat = np.column_stack([x, x[:, 0]])
    assert np.abs(whiten(flat)).max() < 10


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match=r"got shape \(3,\)"):
        principal_axes(np.zeros(3))
    with pytest.raises(ValueError, match="'pca' or 'zca', got 'ica'"):
        whitening(np.zeros((3, 2)), kind="ica")
