"""Workers: averaged gradients, shards and the ring against what they must equal; the laws of speed-up and cost."""

import numpy as np
import pytest

from course_lib.topics import worker_runs, workers


@pytest.fixture
def rng():
    return np.random.default_rng(18)


def test_the_average_of_uneven_parts_is_the_gradient_of_the_whole(rng):
    x, t, *_ = worker_runs.digit_sets(100)
    weights = worker_runs.start(rng)
    whole = worker_runs.loss_and_gradients(weights, x, t)[1]
    cuts = [(0, 7), (7, 50), (50, 51), (51, 100)]
    parts = [(worker_runs.loss_and_gradients(weights, x[a:b], t[a:b])[1], b - a) for a, b in cuts]
    for one, other in zip(whole, workers.average_gradients(parts), strict=True):
        assert np.allclose(one, other, rtol=1e-10, atol=1e-14)
    with pytest.raises(ValueError, match="saw 0 samples"):
        workers.average_gradients([([np.zeros(2)], 0)])


def test_the_network_s_gradient_is_its_slope(rng):
    x, t, *_ = worker_runs.digit_sets(30)
    weights = worker_runs.start(rng)
    direction = [rng.normal(size=w.shape) for w in weights]
    ends = [[w + e * d for w, d in zip(weights, direction, strict=True)] for e in (1e-6, -1e-6)]
    up, down = (worker_runs.loss_and_gradients(end, x, t)[0] for end in ends)
    slopes = worker_runs.loss_and_gradients(weights, x, t)[1]
    along = sum((g * d).sum() for g, d in zip(slopes, direction, strict=True))
    assert np.isclose((up - down) / 2e-6, along, rtol=1e-6)


@pytest.mark.parametrize(("n", "k"), [(20, 4), (23, 5), (7, 1)])
def test_shards_are_disjoint_alike_in_length_and_new_in_every_epoch(n, k):
    rows = [workers.shard(n, k, rank, epoch=3, seed=1) for rank in range(k)]
    assert {len(r) for r in rows} == {n // k}
    assert len(set(np.concatenate(rows).tolist())) == n // k * k
    assert not np.array_equal(rows[0], workers.shard(n, k, 0, epoch=4, seed=1))
    assert np.array_equal(rows[0], workers.shard(n, k, 0, epoch=3, seed=1))
    with pytest.raises(ValueError, match="rank must be"):
        workers.shard(n, k, k, epoch=0)


@pytest.mark.parametrize(("k", "n"), [(1, 5), (2, 5), (4, 12), (5, 13), (6, 4)])
def test_the_ring_ends_with_the_sum_everywhere_and_sends_what_is_counted(rng, k, n):
    arrays = [rng.integers(-9, 10, n) for _ in range(k)]
    before = [a.copy() for a in arrays]
    sums, sent = workers.ring_all_reduce(arrays)
    assert len(sums) == k
    assert all(np.array_equal(s, np.sum(arrays, axis=0)) for s in sums)
    assert sum(sent) == 2 * (k - 1) * n
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


def test_a_ring_costs_less_than_two_gradients_and_a_server_grows_with_the_workers():
    there = {"bandwidth": 1e9, "width": 4}
    assert workers.ring_seconds(1000, 4, **there) == pytest.approx(1.5 * 4000 / 1e9)
    ring, server = ([f(1e6, k, **there) for k in (2, 8, 64)] for f in (workers.ring_seconds, workers.central_seconds))
    assert ring[2] < 2 * ring[0]
    assert server[2] == pytest.approx(63 * server[0])


def test_amdahl_s_share_is_found_again():
    times = {k: 3 / workers.amdahl(0.8, k) for k in (1, 2, 4, 9)}
    assert workers.parallel_share(times) == pytest.approx(0.8)
    assert workers.amdahl(0.95, 1e9) == pytest.approx(20, rel=1e-6)
    with pytest.raises(ValueError, match="needs 1 worker"):
        workers.parallel_share({2: 1.0})


def test_many_workers_train_as_one_with_the_whole_batch_and_the_faults_show():
    x, t, *judge = worker_runs.digit_sets()
    healthy = worker_runs.train_workers(x, t, rate=0.2, judge=judge)
    assert healthy["training"][-1] < 0.3 < healthy["training"][5]
    summed = worker_runs.train_workers(x, t, rate=0.4, fault="sum")["training"]
    assert np.mean(summed[-5:]) > 1.5
    one = worker_runs.train_workers(x, t, rate=0.15, fault="one shard", judge=judge)
    assert np.mean(one["validation"][-5:]) > np.mean(one["training"][-5:]) + 0.4
    old = worker_runs.train_workers(x, t, rate=0.1, fault="old checkpoint")["training"]
    same = worker_runs.train_workers(x, t, rate=0.1)["training"]
    assert old[:40] == same[:40]
    assert old[40] > same[40] + 0.3
    with pytest.raises(ValueError, match="fault must be one of"):
        worker_runs.train_workers(x, t, fault="gremlin")


def test_one_worker_with_the_whole_batch_takes_the_step_of_two():
    x, t, *_ = worker_runs.digit_sets(64)
    two = worker_runs.train_workers(x, t, workers=2, batch=32, rate=0.3, steps=3)["training"]
    one = worker_runs.train_workers(x, t, workers=1, batch=64, rate=0.3, steps=3)["training"]
    assert np.allclose(one, two, rtol=1e-10)
