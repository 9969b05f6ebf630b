"""Verification against scikit-learn, autograd and small cases counted by hand."""

import numpy as np
import pytest
from sklearn import metrics

from course_lib.autograd.tensor import Tensor
from course_lib.data.faces import faces, persons
from course_lib.topics import verification as v


@pytest.fixture
def rng():
    return np.random.default_rng(15)


def test_distances_are_euclidean_and_pairs_counted_once(rng):
    a, b = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    assert np.allclose(v.distances(a, b), np.linalg.norm(a[:, None] - b, axis=2))
    genuine, impostor = v.pair_distances(a, np.array([0, 0, 1, 0]))
    assert (len(genuine), len(impostor)) == (3, 3)
    assert np.allclose(sorted(genuine), sorted(np.linalg.norm(a[i] - a[j]) for i, j in ((0, 1), (0, 3), (1, 3))))


@pytest.mark.parametrize("digits", [0, 1, 6])
def test_roc_is_scikit_learn_s_ties_included(rng, digits):
    kind = rng.random(60) < 0.4
    score = np.round(rng.normal(size=60) + kind, digits)
    false, true, area = v.roc(score, kind)
    want = metrics.roc_curve(kind, score, drop_intermediate=False)
    assert np.allclose(false, want[0])
    assert np.allclose(true, want[1])
    assert area == pytest.approx(metrics.roc_auc_score(kind, score))
    with pytest.raises(ValueError, match="one kind only"):
        v.roc(score, np.ones(60))


def test_semi_hard_negatives_lie_behind_the_positive_and_within_the_margin(rng):
    e, who = rng.normal(size=(20, 2)), rng.integers(0, 4, 20)
    apart = v.distances(e, e)
    triplets = v.semi_hard(apart, who, 0.5)
    pairs = {(a, p) for a, p, _ in triplets.tolist()}
    assert len(pairs) == len(triplets) > 5
    for a in range(20):
        for p in np.flatnonzero(who == who[a]):
            fit = [n for n in range(20) if who[n] != who[a] and 0 < apart[a, n] - apart[a, p] < 0.5]
            assert ((a, p) in pairs) == (a != p and bool(fit))
    for a, p, n in triplets:
        assert who[a] == who[p] != who[n]
        assert 0 < apart[a, n] - apart[a, p] < 0.5
    assert v.semi_hard(apart, np.arange(20), 0.5).shape == (0, 3)


def test_random_triplets_are_triplets(rng):
    who = rng.permutation(np.arange(15) % 4)
    a, p, n = v.random_triplets(who, 300, rng=rng).T
    assert np.all(a != p)
    assert np.all(who[a] == who[p])
    assert np.all(who[a] != who[n])
    assert len(set(a)) == len(set(n)) == 15


def test_the_triplet_loss_has_the_gradient_of_autograd(rng):
    e, triplets = rng.normal(size=(6, 3)), np.array([rng.permutation(6)[:3] for _ in range(9)])
    loss, g = v.triplet_loss(e, triplets, 0.7)
    tensor = Tensor(e, requires_grad=True)
    a, p, n = (tensor[column] for column in triplets.T)
    want = (((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 0.7).relu().mean()
    want.backward()
    assert loss == pytest.approx(float(want.data))
    assert np.allclose(g, tensor.grad)


def test_equal_error_rate_of_small_cases():
    assert v.equal_error_rate(np.array([1.0, 2]), np.array([3.0, 4])) == (0, 2)
    rate, threshold = v.equal_error_rate(np.array([1.0, 2, 4]), np.array([3.0, 5, 6, 7]))
    assert (rate, threshold) == (pytest.approx(7 / 24), 3)
    far, frr = v.rates(np.array([1.0, 2]), np.array([2.0, 4]), [2.0])
    assert (far[0], frr[0]) == (0.5, 0)


def test_equal_error_rate_of_two_bells_is_that_of_the_formula(rng):
    genuine, impostor = rng.normal(0, 1, 4000), rng.normal(2, 1, 4000)
    assert v.equal_error_rate(genuine, impostor)[0] == pytest.approx(0.1587, abs=0.01)
    assert np.allclose(v.deviates([0.5, 0.8413447, 0.1586553]), [0, 1, -1], atol=1e-5)


def test_the_interval_by_persons_holds_the_rate_and_is_wider_than_one_by_pairs(rng):
    who = np.repeat(np.arange(20), 5)
    e = rng.normal(size=(20, 3))[who] + 0.5 * rng.normal(size=(100, 3)) * rng.uniform(0.3, 2, 20)[who, None]
    genuine, impostor = v.pair_distances(e, who)
    rate = v.equal_error_rate(genuine, impostor)[0]
    low, high = v.eer_interval(e, who, times=60, rng=rng)
    assert low < rate < high
    draw = lambda d: rng.choice(d, len(d))  # noqa: E731
    by_pair = np.quantile([v.equal_error_rate(draw(genuine), draw(impostor))[0] for _ in range(60)], (0.025, 0.975))
    assert high - low > 1.5 * (by_pair[1] - by_pair[0])


def test_identification_names_the_nearest_and_lets_strangers_in_by_distance():
    gallery, names = np.array([[0.0, 0], [10, 0]]), np.array([4, 7])
    named, near = v.identify(gallery, names, np.array([[1.0, 0], [8, 0], [5.5, 0], [0, 3]]))
    assert named.tolist() == [4, 7, 7, 4]
    assert near.tolist() == [1, 2, 4.5, 3]
    assert v.open_set(named, near, np.array([4, 4, -1, -1]), 3) == (0.5, 0.5)


def test_the_network_learns_to_tell_persons_apart_that_it_never_saw(rng):
    net = v.FaceNet(20, features=6, rng=rng)
    x, _ = faces(persons(2, rng=rng), 3, size=20, rng=rng)
    e = net(Tensor(x)).data
    assert e.shape == (6, 6)
    assert np.allclose(np.linalg.norm(e, axis=1), 1, atol=1e-5)
