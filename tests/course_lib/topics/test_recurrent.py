"""Cells step by step are whole layers; gradients over time are slopes; Reader and the tasks say what they promise."""

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.nn import GRU, LSTM
from course_lib.topics import recurrent


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("kind", list(recurrent.CELLS))
def test_step_by_step_is_the_whole_layer(kind, rng):
    cell = recurrent.CELLS[kind](3, 4, rng=rng).double()
    weights = [getattr(cell, name).data for name in recurrent.NAMES]
    x = rng.normal(size=(5, 2, 3))
    state = (np.zeros((2, 4)),) * (2 if kind == "LSTM" else 1)
    for now, want in zip(x, cell(Tensor(x))[0].data, strict=True):
        state, _ = recurrent.step(kind, now, state, weights)
        np.testing.assert_allclose(state[0], want, rtol=1e-10)


@pytest.mark.parametrize("kind", list(recurrent.CELLS))
def test_the_first_norm_is_that_of_the_slope_by_the_first_state(kind, rng):
    weights = recurrent.start_weights(kind, 3, 4, rng=rng)
    x, g = rng.normal(size=(6, 1, 3)), rng.normal(size=(1, 4))

    def end(first):
        state = first
        for now in x:
            state, _ = recurrent.step(kind, now, state, weights)
        return float((state[0] * g).sum())

    zeros = [np.zeros((1, 4)) for _ in range(2 if kind == "LSTM" else 1)]
    slopes = []
    for part in range(len(zeros)):
        for j in range(4):
            shifted = [[z.copy() for z in zeros] for _ in range(2)]
            shifted[0][part][0, j] += 1e-5
            shifted[1][part][0, j] -= 1e-5
            slopes.append((end(tuple(shifted[0])) - end(tuple(shifted[1]))) / 2e-5)
    norms = recurrent.gradient_norms(kind, x, weights, g)
    assert norms[0] == pytest.approx(np.linalg.norm(slopes), rel=1e-5)
    assert norms[-1] == pytest.approx(np.linalg.norm(g))
    assert norms.shape == (7,)


@pytest.mark.parametrize("kind", list(recurrent.CELLS))
def test_gates_are_those_that_make_the_next_state(kind, rng):
    weights = recurrent.start_weights(kind, 3, 4, rng=rng)
    state = tuple(rng.normal(size=4) for _ in range(2 if kind == "LSTM" else 1))
    x = rng.normal(size=3)
    told = recurrent.gates(kind, x, state, weights)
    assert tuple(told) == recurrent.GATES[kind]
    after, _ = recurrent.step(kind, x[None], tuple(s[None] for s in state), weights)
    made = {
        "RNN": lambda: told["new"],
        "GRU": lambda: (1 - told["keep"]) * told["new"] + told["keep"] * state[0],
        "LSTM": lambda: told["output"] * np.tanh(told["forget"] * state[-1] + told["input"] * told["new"]),
    }[kind]()
    np.testing.assert_allclose(made, after[0][0], rtol=1e-9)


def test_prepared_layers_are_orthogonal_and_forget_less(rng):
    q = recurrent.prepare(GRU(3, 5, rng=rng), orthogonal=True).weight_hh_l0.data.reshape(3, 5, 5)
    for block in q:
        np.testing.assert_allclose(block @ block.T, np.eye(5), atol=1e-6)
    plain, open_gate = (recurrent.prepare(LSTM(2, 3, rng=np.random.default_rng(0)), forget=f) for f in (0.0, 1.0))
    moved = open_gate.bias_ih_l0.data - plain.bias_ih_l0.data
    np.testing.assert_allclose(moved.reshape(4, 3), [[0] * 3, [1] * 3, [0] * 3, [0] * 3], atol=1e-6)


def test_a_reader_answers_at_its_last_steps(rng):
    model = recurrent.Reader("GRU", 2, 6, 5, says=3, rng=rng)
    x = rng.normal(size=(4, 9, 2)).astype(np.float32)
    assert model(Tensor(x)).shape == (4, 3, 5)


def test_a_short_copying_task_is_learned_and_a_run_is_a_function_of_its_seed():
    share, losses = recurrent.remember("RNN", "copying", 2, steps=150, rate=1e-2)
    assert share > 0.9
    assert losses[-1] < 0.3 * losses[0]
    assert recurrent.remember("RNN", "copying", 2, steps=3) == recurrent.remember("RNN", "copying", 2, steps=3)


def test_clipping_changes_nothing_while_gradients_are_short():
    free, clipped = (recurrent.remember("RNN", "adding", 5, steps=20, clip=clip)[1] for clip in (None, 1e6))
    np.testing.assert_allclose(free, clipped, rtol=1e-6)
    assert recurrent.remember("RNN", "adding", 5, steps=20, clip=1e-3)[1] != pytest.approx(free, rel=1e-6)
