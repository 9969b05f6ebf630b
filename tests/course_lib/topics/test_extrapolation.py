"""The error ring by ring is the mean over just the points of that ring."""

import numpy as np

from course_lib.topics import extrapolation


def test_every_point_counts_in_the_ring_that_it_lies_in():
    x = np.array([[0.5, -1.0], [1.0, 0.0], [-1.5, 0.0], [0.0, 1.25], [2.0, -1.0], [2.5, 2.5]])
    z = np.array([1.0, 3.0, 2.0, 4.0, 5.0, 100.0])
    got = extrapolation.error_beyond(lambda p: np.zeros(len(p)), x, z, [0.5, 1.0])
    np.testing.assert_allclose(got, [(1 + 9) / 2, (4 + 16) / 2, 25], rtol=1e-12)


def test_a_ring_without_points_has_no_error():
    got = extrapolation.error_beyond(lambda p: p[:, 0], np.array([[0.5], [3.0]]), np.array([1.5, 3.0]), [1.0, 2.0])
    np.testing.assert_array_equal(got, [1.0, np.nan, 0.0])
