"""Boxes and detectors: overlap by counting pixels, suppression by its law, average precision by scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from course_lib.autograd.tensor import Tensor, no_grad
from course_lib.topics import detection as d


@pytest.fixture
def rng():
    return np.random.default_rng(15)


def drawn(n, rng, most=12):
    corner = rng.integers(0, most, (n, 2))
    return np.concatenate([corner, corner + rng.integers(2, 9, (n, 2))], axis=1).astype(float)


def test_overlap_is_that_of_counted_pixels(rng):
    a, b = drawn(6, rng), drawn(5, rng)
    got = d.box_iou(a, b)
    for i, j in np.ndindex(6, 5):
        masks = np.zeros((2, 24, 24), bool)
        for mask, (left, top, right, bottom) in zip(masks, (a[i], b[j]), strict=True):
            mask[int(top) : int(bottom), int(left) : int(right)] = True
        assert got[i, j] == pytest.approx(masks.all(0).sum() / masks.any(0).sum())
    assert d.box_iou(np.zeros((1, 4)), np.zeros((1, 4))) == 0


@pytest.mark.parametrize("overlap", [0.1, 0.4, 0.7])
def test_kept_boxes_do_not_overlap_and_dropped_ones_do(rng, overlap):
    boxes, scores = drawn(40, rng), rng.permutation(40) / 40
    kept = d.nms(boxes, scores, overlap)
    iou = d.box_iou(boxes, boxes)
    assert np.all(np.diff(scores[kept]) < 0)
    assert np.all(iou[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)] <= overlap)
    for row in set(range(40)) - set(kept.tolist()):
        better = kept[scores[kept] > scores[row]]
        assert iou[row, better].max() > overlap


def test_a_dropped_box_drops_nobody():
    boxes = np.array([[0.0, 0, 12, 8], [3, 0, 15, 8], [6, 0, 18, 8]])
    assert d.nms(boxes, np.array([0.9, 0.8, 0.7]), 0.5).tolist() == [0, 2]
    assert d.nms(boxes, np.array([0.8, 0.9, 0.7]), 0.5).tolist() == [1]


def test_each_person_is_found_once_and_by_the_best():
    person = np.array([[0.0, 0, 10, 10], [9, 0, 19, 10]])
    boxes = np.array([[0.0, 0, 10, 9], [0, 0, 10, 10], [9, 1, 19, 10], [50, 50, 60, 60]])
    assert d.mark(boxes, np.array([0.5, 0.9, 0.2, 0.8]), person, 0.5).tolist() == [False, True, True, False]
    assert not d.mark(boxes, np.arange(4.0), np.zeros((0, 4)), 0.5).any()


def test_average_precision_is_scikit_learn_s_times_the_share_found(rng):
    for _ in range(5):
        right, scores = rng.random(50) < 0.3, rng.permutation(50) / 50
        want = average_precision_score(right, scores) * right.sum() / 40
        assert d.average_precision(scores, right, 40) == pytest.approx(want)
        recall, precision = d.precision_recall(scores, right, 40)
        assert np.sum(np.diff(recall, prepend=0) * precision) == pytest.approx(want)


@pytest.mark.parametrize("size", [(24, 16), (24, 18), (37, 41), (48, 72)])
def test_sliding_equals_window_by_window(rng, size):
    net = d.WindowNet(width=3, rng=rng).double().eval()
    x = rng.normal(size=(1, *size))
    with no_grad():
        whole = net(Tensor(x[None])).data[0, 0]
        windows = net(Tensor(d.cut(x, net.WINDOW, net.STRIDE))).data.ravel()
    assert whole.shape == ((size[0] - 24) // 2 + 1, (size[1] - 16) // 2 + 1)
    assert np.allclose(whole.ravel(), windows, rtol=1e-12)


def test_boxes_stand_where_their_windows_stood():
    scores = np.array([[0.0, 2, 0], [0, 0, 3]])
    boxes, kept = d.boxes_of(scores, np.array([24, 16]), 2, 1.0)
    assert boxes.tolist() == [[2, 0, 18, 24], [4, 2, 20, 26]]
    assert kept.tolist() == [2, 3]
