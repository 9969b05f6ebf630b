"""The faulty runs of lesson 10 show what the lesson says they show."""

import numpy as np
import pytest

from course_lib.topics.convnet_runs import FAULTS, dealt, run


@pytest.fixture(scope="module")
def runs():
    return {fault: run(fault) for fault in ("", *FAULTS)}


def test_the_healthy_run_learns_and_the_others_do_not(runs):
    ends = {fault: losses[-1] for fault, (losses, _) in runs.items()}
    assert ends[""] < 0.6
    assert min(ends[fault] for fault in FAULTS) > 1.4


def test_two_runs_learn_nothing_and_their_histograms_tell_them_apart(runs):
    shuffled, dead = runs["images and labels shuffled apart"], runs["dead ReLUs"]
    for losses, _ in (shuffled, dead):
        assert np.abs(losses[1:] - np.log(8)).max() < 0.05
    assert dead[1].max() < 0
    assert np.mean(shuffled[1] > 0) > 0.03
    assert -3 < np.median(shuffled[1]) < 0


def test_too_coarse_is_slow_and_too_fast_is_restless_and_large(runs):
    early, fast = runs["pooled too early"], runs["rate too high"]
    assert np.all(np.diff(early[0]) < 0)
    assert np.any(np.diff(fast[0]) > 0.05)
    assert fast[1].std() > 5 * early[1].std()


@pytest.mark.parametrize("apart", [False, True])
def test_batches_hold_all_images_once_with_their_labels_or_not(apart):
    x = np.arange(23)
    pairs = list(dealt(x, x, 5, apart=apart, rng=np.random.default_rng(0)))
    images, labels = (np.concatenate(part) for part in zip(*pairs, strict=True))
    assert np.array_equal(np.sort(images), x)
    assert np.array_equal(images, labels) is not apart
