"""The networks behind the figures of lesson 10 differ in what the lesson says they differ in, and in nothing else."""

import numpy as np
import pytest

from course_lib import Tensor, arithmetic
from course_lib.topics import lenet_runs
from course_lib.topics.lenet import images_for_lenet
from course_lib.topics.lenet_runs import Every, engineered, multiply_adds, pooling_net, small_net, under_shift

POOLS = [(2, 2, 2), (8, 1, 1), (4, 2, 1), (1, 4, 2), (1, 1, 8)]


@pytest.mark.parametrize("pools", POOLS)
def test_pooling_nets_have_equal_weights_and_the_counted_work(pools):
    weights = [p.shape for p in pooling_net(pools, "max", np.random.default_rng(0)).parameters()]
    assert weights == [p.shape for p in pooling_net((2, 2, 2), "none", np.random.default_rng(1)).parameters()]
    side, maps, work = 28, 1, 0
    for size in pools:
        cost = arithmetic.conv_cost((maps, side, side), 8, 5, padding=2)
        side, maps, work = side // size, 8, work + cost.multiply_adds
    assert side == 3
    assert multiply_adds(pools) == work


def test_kinds_of_pooling_give_scores_that_differ():
    x = Tensor(np.random.default_rng(0).normal(size=(2, 1, 28, 28)).astype(np.float32))
    scores = [pooling_net((2, 2, 2), kind, np.random.default_rng(3))(x).data for kind in ("max", "average", "none")]
    assert scores[0].shape == (2, 10)
    assert min(np.abs(scores[0] - scores[1]).max(), np.abs(scores[1] - scores[2]).max()) > 1e-3


def test_every_keeps_one_number_of_each_whole_window():
    x = np.arange(70.0).reshape(1, 1, 7, 10)
    assert np.array_equal(Every(3)(Tensor(x)).data[0, 0], [[0, 3, 6], [30, 33, 36]])


def test_a_net_of_places_has_more_weights_than_one_that_shares():
    shared, local = (
        sum(p.data.size for p in small_net(kind, np.random.default_rng(0)).parameters()) for kind in ("pooled", "local")
    )
    assert shared == 4 * 50 + 2570
    assert local >= 64 * 4 * 49 + 2570


def test_a_shift_is_measured_in_all_four_directions():
    x = np.zeros((1, 1, 28, 28), np.float32)
    x[0, 0, 10, 10] = 1
    seen = []

    class Noting:
        def __call__(self, images):
            seen.append(np.argwhere(images.data[0, 0])[0].tolist())
            return Tensor(np.array([[1.0, 0.0]]))

        def eval(self):
            return self

        train = modules = parameters = lambda self, *_: self
        training = False

    assert under_shift(Noting(), x, np.array([0]), 3) == 1
    assert sorted(seen) == [[7, 10], [10, 7], [10, 13], [13, 10]]


def test_the_old_recipe_reads_digits():
    data = lenet_runs.datasets.digits()
    x, t = images_for_lenet(data.x_train[:300]), data.t_train[:300]
    train, test = engineered(x, t, images_for_lenet(data.x_test[:100]), data.t_test[:100], words=30)
    assert train > 0.95
    assert test > 0.7
