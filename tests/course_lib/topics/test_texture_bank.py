"""The bank's work is what the layers cost, its energies do not see contrast, and the nearest mean is the answer."""

import numpy as np
import pytest

from course_lib.data.textures import textures
from course_lib.topics.texture_bank import bank_work, energies, told_apart

EDGE = np.array([[[-1.0, 0, 1]], [[1.0, -2, 1]]])


def test_the_work_of_two_groups_adds_up():
    wide = np.zeros((3, 5, 7))
    assert bank_work([(wide, 2, 1)]) == 3 * 5 * 7 * 14 * 13
    assert bank_work([(wide, 2, 1), (EDGE, 1, 4)], size=32) == 3 * 5 * 7 * 14 * 13 + 2 * 3 * 32 * 24
    with pytest.raises(ValueError, match="stride"):
        bank_work([(wide, 0, 1)])


def test_energies_see_neither_contrast_nor_brightness():
    x, _ = textures(5, rng=np.random.default_rng(0))
    bank = [(EDGE, 1, 1), (EDGE, 3, 2)]
    assert energies(x, bank).shape == (5, 4)
    np.testing.assert_allclose(energies(3 * x + 2, bank), energies(x, bank), atol=1e-3)
    assert np.abs(energies(x.swapaxes(2, 3), bank) - energies(x, bank)).max() > 0.1


def test_the_nearest_mean_tells_directions_apart():
    x, kinds = textures(300, noise=0.5, rng=np.random.default_rng(1))
    straight = np.isin(kinds, (4, 6))  # one wave, to the right and downwards
    x, kinds = x[straight], kinds[straight]
    bank = [(EDGE[:1], 1, 1), (EDGE[:1].swapaxes(1, 2), 1, 1)]
    assert np.mean(told_apart(x[20:], bank, x[:20], kinds[:20]) == kinds[20:]) == 1.0
    assert set(told_apart(x[20:], bank, x[:20], kinds[:20])) == {4, 6}
