"""The template search finds what a filter is made of, and is not taken in by noise."""

import numpy as np
import pytest

from course_lib.topics.filter_fit import best_fits, derivatives, gabors
from course_lib.topics.filters import gabor, gaussian_bank


def test_the_hand_made_bank_is_recognised_with_its_orders():
    fits = best_fits(gaussian_bank(1.1, 2)[:3], derivatives(5))
    assert [f.order for f in fits] == [0, 1, 1]
    assert min(f.score for f in fits) > 0.99
    assert abs(np.sin(fits[1].angle)) < 0.01  # Gx changes along x
    assert abs(np.cos(fits[2].angle)) < 0.01


def test_a_line_is_of_order_2_and_its_template_is_drawn_to_scale():
    line = np.zeros((1, 5, 5))
    line[0, 2, 1:4], line[0, [1, 3], 1:4] = 2, -1
    (fit,) = best_fits(-3 * line, derivatives(5))
    assert fit.order == 2
    left_over = np.sum((-3 * line[0] - fit.template) ** 2) / np.sum((3 * line) ** 2)
    assert fit.score == pytest.approx(1 - left_over)
    assert fit.score > 0.85


def test_a_gabor_filter_is_found_among_gabors():
    (fit,) = best_fits(gabor(4.0, np.pi / 4, 1.5, 2)[None], gabors(5))
    assert fit.score > 0.95
    assert fit.order == -1


def test_noise_looks_much_less_like_a_derivative_than_a_derivative_does():
    noise = best_fits(np.random.default_rng(0).normal(size=(200, 5, 5)), derivatives(5))
    assert np.mean([f.score for f in noise]) < 0.5


def test_templates_have_length_one():
    for shapes, orders, angles in (derivatives(5), gabors(5)):
        np.testing.assert_allclose(np.sum(shapes**2, axis=(1, 2)), 1)
        assert len(shapes) == len(orders) == len(angles)


def test_a_filter_of_zeros_is_refused():
    with pytest.raises(ValueError, match="looks like nothing"):
        best_fits(np.zeros((1, 5, 5)), derivatives(5))
