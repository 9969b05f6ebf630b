"""Initial weights: variances as published, fans and gains as torch's."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from course_lib import init


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize("shape", [(30, 50), (8, 3, 5, 5), (4, 6, 3)], ids=str)
def test_fans_are_torchs(shape):
    assert init.fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "selu", "leaky_relu"])
def test_gains_are_torchs(name):
    assert init.gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)
    assert init.gain("leaky_relu", 0.3) == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", 0.3))


@pytest.mark.parametrize("uniform", [False, True])
@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (init.xavier, 2 / (300 + 200)),
        (lambda s, **k: init.xavier(s, gain=5 / 3, **k), (5 / 3) ** 2 * 2 / (300 + 200)),
        (init.msr, 2 / 300),
        (lambda s, **k: init.msr(s, mode="fan_out", gain=1.0, **k), 1 / 200),
    ],
)
def test_draws_have_the_published_variance_and_distribution(draw, variance, uniform, rng):
    values = draw((200, 300), rng=rng, uniform=uniform, dtype=np.float64).ravel()
    expected = stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)) if uniform else stats.norm()
    assert stats.kstest(values / math.sqrt(variance), expected.cdf).pvalue > 1e-3
    assert values.var() == pytest.approx(variance, rel=0.02)


def test_convolutions_count_the_kernels_area(rng):
    assert init.msr((64, 16, 3, 3), rng=rng).std() == pytest.approx(math.sqrt(2 / (16 * 9)), rel=0.03)


def test_a_deep_relu_network_keeps_its_signal_with_msr_and_loses_it_with_small_numbers(rng):
    x = small = rng.standard_normal((500, 256))
    for _ in range(20):
        x = np.maximum(x @ init.msr((256, 256), rng=rng).T, 0)
        small = np.maximum(small @ (0.01 * rng.standard_normal((256, 256))), 0)
    assert 0.3 < np.sqrt((x**2).mean()) < 3
    assert np.abs(small).max() < 1e-12


def test_draws_are_float32_and_a_function_of_the_generator():
    one, two = (init.xavier((3, 4), rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.dtype == np.float32


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        (r"fans: a weight needs at least 2 axes .* got shape \(3,\)", lambda r: init.msr((3,), rng=r)),
        ("msr: mode must be 'fan_in' or 'fan_out', got 'fan'", lambda r: init.msr((3, 3), rng=r, mode="fan")),
        (r"gain: nonlinearity must be one of .* got 'swish'", lambda r: init.gain("swish")),
    ],
)
def test_wrong_input_is_told_in_one_sentence(sentence, wrong, rng):
    with pytest.raises(ValueError, match=sentence):
        wrong(rng)
