"""Second-order fits: the Jacobian is the slope, the loss never rises, and a bypass counts where sizes agree."""

import itertools

import numpy as np
import pytest

from course_lib.functional import linear, relu, tanh
from course_lib.topics import gauss_newton


def network(activation, seed=0, sizes=(2, 4, 4, 3, 3, 1)):
    rng = np.random.default_rng(seed)
    return gauss_newton.start(sizes, rng, activation=activation), rng.normal(size=(7, 2))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("bypass", [False, True])
def test_the_jacobian_is_the_slope_by_every_weight(activation, bypass):
    layers, x = network(activation)
    kind, p = {"activation": activation, "bypass": bypass}, gauss_newton.flat(layers)
    values, J = gauss_newton.jacobian(layers, x, **kind)

    def at(q):
        return gauss_newton.answer(gauss_newton.unflat(q, layers), x, **kind)[:, 0]

    slopes = np.array([(at(p + e) - at(p - e)) / 2e-6 for e in 1e-6 * np.eye(len(p))]).T
    np.testing.assert_allclose(J, slopes, atol=1e-7)
    np.testing.assert_array_equal(values, at(p))


@pytest.mark.parametrize(("activation", "bend"), [("tanh", tanh), ("relu", relu)])
def test_the_answer_is_the_librarys_network_with_bypasses_between_equal_layers(activation, bend):
    layers, x = network(activation, 1)
    h = x
    for k, (w, b) in enumerate(layers[:-1]):
        new = bend(linear(h, w, b)).data
        h = h + new if k in (1, 3) else new  # 4 to 4 and 3 to 3
    want = linear(h, *layers[-1]).data
    np.testing.assert_allclose(gauss_newton.answer(layers, x, activation=activation, bypass=True), want, rtol=1e-12)


def test_a_fit_never_gets_worse_and_finds_a_teacher_of_its_own_size():
    teacher, _ = network("tanh", 2, sizes=(2, 3, 1))
    x = np.random.default_rng(3).uniform(-2, 2, size=(200, 2))
    z = gauss_newton.answer(teacher, x)[:, 0]
    results = []
    for seed in range(4):
        layers = gauss_newton.start((2, 3, 1), np.random.default_rng(seed))
        layers, losses = gauss_newton.fit(layers, x, z, 100)
        assert len(losses) == 101
        assert all(b <= a for a, b in itertools.pairwise(losses))
        assert np.mean((gauss_newton.answer(layers, x)[:, 0] - z) ** 2) == pytest.approx(losses[-1], rel=1e-9)
        results.append(losses[-1])
    assert min(results) < 1e-12


def test_flat_and_unflat_are_inverse():
    layers, _ = network("tanh", 4)
    for (w, b), (v, c) in zip(layers, gauss_newton.unflat(gauss_newton.flat(layers), layers), strict=True):
        np.testing.assert_array_equal(w, v)
        np.testing.assert_array_equal(b, c)


def test_with_all_numbers_at_zero_nothing_comes_out_and_they_are_put_back():
    layers, x = network("tanh")
    before = gauss_newton.flat(layers)
    assert not gauss_newton.at_zero(layers, lambda: gauss_newton.answer(layers, x)).any()
    with pytest.raises(ZeroDivisionError):
        gauss_newton.at_zero(layers, lambda: 1 / 0)
    np.testing.assert_array_equal(gauss_newton.flat(layers), before)


@pytest.mark.parametrize(("d", "units"), [(2, 4), (1, 1), (3, 2)])
def test_the_jacobian_of_one_vector_of_weights_is_its_slope(d, units):
    rng = np.random.default_rng(9)
    p, z = rng.normal(size=units * (d + 2) + 1), rng.normal(size=6)
    x1 = np.column_stack([np.ones(6), rng.normal(size=(6, d))])
    h = np.tanh(x1 @ p[: units * (d + 1)].reshape(units, d + 1).T)
    r, J = gauss_newton.two_layer_jacobian(p, x1, z)
    np.testing.assert_allclose(r, p[-units - 1] + h @ p[-units:] - z, rtol=1e-12)
    for column, e in zip(J.T, 1e-6 * np.eye(len(p)), strict=True):
        ends = [gauss_newton.two_layer_jacobian(q, x1, z)[0] for q in (p + e, p - e)]
        np.testing.assert_allclose(column, (ends[0] - ends[1]) / 2e-6, atol=1e-7)
