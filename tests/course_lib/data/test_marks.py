"""Letters: reproducible, anywhere in the image, told by their strokes and by nothing else."""

import numpy as np

from course_lib.data.marks import MARKS, marks


def test_shapes_types_and_repetition():
    x, kinds = marks(30, size=16, rng=np.random.default_rng(0))
    assert x.shape == (30, 1, 16, 16)
    assert x.dtype == np.float32
    assert set(marks(300, rng=np.random.default_rng(1))[1]) == set(range(len(MARKS)))
    again, same = marks(30, size=16, rng=np.random.default_rng(0))
    assert np.array_equal(x, again)
    assert np.array_equal(kinds, same)


def inked(x):
    """Where the ink is: pixels far from the image's own ground, its median."""
    return np.abs(x - np.median(x, axis=(2, 3), keepdims=True))[:, 0] > 0.25


def test_marks_lie_inside_and_anywhere():
    x, _ = marks(500, noise=0.0, rng=np.random.default_rng(2))
    seen = inked(x)
    share = seen.mean(axis=(1, 2))
    assert 0.03 < share.min() < share.max() < 0.35
    centres = np.array([np.argwhere(one).mean(axis=0) for one in seen])
    assert centres.min() < 6
    assert centres.max() > 13
    assert seen[:, [0, -1]].mean() < 0.03


def test_a_mark_has_its_strokes():
    x, kinds = marks(800, noise=0.0, turn=0.0, rng=np.random.default_rng(3))
    for kind, wanted in (("L", (False, True)), ("T", (True, False)), ("U", (False, True)), ("Z", (False, False))):
        for one in inked(x)[kinds == MARKS.index(kind)][:20]:
            rows = np.flatnonzero(one.any(axis=1))
            ends = one[rows[:2]].any(axis=0), one[rows[-2:]].any(axis=0)
            widths = [end.sum() / one.any(axis=0).sum() for end in ends]
            assert (widths[0] > widths[1] + 0.15, widths[1] > widths[0] + 0.15) == wanted


def test_brightness_and_contrast_tell_no_kind():
    x, kinds = marks(4000, rng=np.random.default_rng(4))
    means = np.array([x[kinds == k].mean() for k in range(len(MARKS))])
    assert means.std() < 0.1 * x.mean(axis=(1, 2, 3)).std()
