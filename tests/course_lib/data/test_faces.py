"""Generated faces: a person stays, photographs differ."""

import numpy as np
import pytest

from course_lib.data.faces import TRAITS, faces, persons


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_photographs_come_person_by_person(rng):
    x, who = faces(persons(3, rng=rng), 4, size=20, rng=rng)
    assert x.shape == (12, 1, 20, 20)
    assert x.dtype == np.float32
    assert who.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert 0 <= x.min() < 0.2
    assert 0.8 < x.max() <= 1
    assert len(np.unique(x.reshape(12, -1), axis=0)) == 12


def test_photographs_of_one_person_are_more_alike_than_of_two(rng):
    x, who = faces(persons(12, rng=rng), 60, rng=rng)
    means = np.array([x[who == k].mean(0).ravel() for k in range(12)])
    halves = np.array([x[who == k][:30].mean(0).ravel() - x[who == k][30:].mean(0).ravel() for k in range(12)])
    between = np.linalg.norm(means[:6] - means[6:], axis=1).mean()
    assert between > 2 * np.linalg.norm(halves, axis=1).mean()


@pytest.mark.parametrize("trait", range(TRAITS))
def test_every_trait_can_be_seen(trait):
    traits = np.full((2, TRAITS), 0.5)
    traits[:, trait] = 0.0, 1.0
    low, high = (faces(t[None], 40, rng=np.random.default_rng(0))[0].mean(0) for t in traits)
    assert np.abs(low - high).max() > 0.03  # the same draws: all else is equal
