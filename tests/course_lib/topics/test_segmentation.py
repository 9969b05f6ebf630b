"""Scores of masks are scikit-learn's; boundaries and class weights are what their words say."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score

from course_lib.evidence import outcome
from course_lib.topics import segmentation as seg


@pytest.fixture
def pair():
    rng = np.random.default_rng(1)
    t = rng.integers(0, 4, (5, 6, 7))
    return np.where(rng.random(t.shape) < 0.7, t, rng.integers(0, 4, t.shape)), t


def test_scores_are_scikit_learn_s(pair):
    p, t = pair
    share, iou, dice = seg.segmentation_scores(p, t, 4)
    assert share == np.mean(p == t)
    np.testing.assert_allclose(iou, jaccard_score(t.ravel(), p.ravel(), average=None))
    np.testing.assert_allclose(dice, f1_score(t.ravel(), p.ravel(), average=None))
    np.testing.assert_allclose(dice, 2 * iou / (1 + iou))


def test_the_mean_is_the_judge_s_where_every_class_is_there(pair):
    assert seg.mean_iou(*pair, 4) == pytest.approx(outcome.mean_iou(*pair))


def test_a_class_in_neither_mask_has_no_score_and_does_not_count(pair):
    p, t = pair
    assert np.isnan(seg.segmentation_scores(p, t, 6)[1]).tolist() == [False] * 4 + [True] * 2
    assert seg.mean_iou(p, t, 6) == seg.mean_iou(p, t, 4)


@pytest.mark.parametrize(
    ("p", "t", "says"),
    [
        (np.zeros((1, 2, 3), int), np.zeros((1, 3, 2), int), r"need one shape, got \(1, 2, 3\) and \(1, 3, 2\)"),
        (np.full((1, 2, 2), 4), np.zeros((1, 2, 2), int), "the predicted mask needs integers from 0 to 3"),
        (np.zeros((1, 2, 2), int), np.zeros((1, 2, 2)), "the true mask needs integers from 0 to 3, got float64"),
    ],
)
def test_masks_that_cannot_be_compared_are_refused(p, t, says):
    with pytest.raises(ValueError, match=says):
        seg.confusion(p, t, 4)


def test_the_boundary_of_a_square_is_its_rim_on_both_sides():
    mask = np.zeros((1, 7, 8), int)
    mask[0, 2:5, 3:6] = 2
    edge = seg.boundary(mask)[0]
    inside = edge & (mask[0] > 0)
    assert inside.sum() == 8  # all of 3x3 but the middle
    assert (edge & (mask[0] == 0)).sum() == 12  # corners touch by corners only


def test_the_boundary_score_forgives_one_pixel_and_not_three():
    mask = np.zeros((2, 20, 20), int)
    mask[:, 5:14, 6:15] = 1
    moved = [seg.boundary_f(np.roll(mask, k, axis=2), mask) for k in (0, 1, 3)]
    assert moved[:2] == [1.0, 1.0]
    assert moved[2] < 0.7
    assert seg.boundary_f(np.zeros_like(mask), mask) == 0


def test_boundary_precision_and_recall_are_counted_pixel_by_pixel():
    rng = np.random.default_rng(2)
    p, t = rng.integers(0, 2, (1, 9, 8)), rng.integers(0, 2, (1, 9, 8))
    p[:, :, :5], t[:, :4] = 0, 0
    mine, true = (np.argwhere(seg.boundary(m)[0]) for m in (p, t))

    def near(a, b):
        return np.mean([np.abs(b - x).max(axis=1).min() <= 1 for x in a])

    precision, recall = near(mine, true), near(true, mine)
    assert seg.boundary_f(p, t) == pytest.approx(2 * precision * recall / (precision + recall))


def test_class_weights_make_classes_weigh_alike():
    masks = np.random.default_rng(3).choice(4, (3, 8, 9), p=[0.7, 0.2, 0.1, 0.0])
    weights = seg.class_weights(masks, 4)
    total = [weights[c] * np.sum(masks == c) for c in range(3)]
    np.testing.assert_allclose(total, masks.size / 4)
    assert weights[3] == 0
