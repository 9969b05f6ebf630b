"""Letter models: streams go on, states are carried without their graph, bits are bits, samples follow the model."""

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.optim.optimisers import Adam
from course_lib.topics import language

PERIOD = np.arange(600) % 5  # 0 1 2 3 4 0 1 ...


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def trained(kind, rng):
    model = language.LetterModel(kind, 5, 12, rng=rng)
    optimizer = Adam(model.parameters(), lr=2e-2)
    windows = [pair for _ in range(4) for pair in language.streams(PERIOD, 4, 9)]
    return model, list(language.train_letters(model, windows, optimizer))


def test_every_symbol_but_the_rest_is_read_once():
    pairs = list(language.streams(np.arange(50), 3, 4))
    assert len(pairs) == 4
    inputs = np.concatenate([a for a, _ in pairs], axis=1)
    assert inputs.tolist() == [list(range(s, s + 16)) for s in (0, 16, 32)]
    assert all((b == a + 1).all() for a, b in pairs)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_periodic_text_is_learned_and_continued(kind, rng):
    model, losses = trained(kind, rng)
    assert losses[0] > 2
    assert losses[-1] < 0.3
    assert language.bits(model, PERIOD, n=2, window=50) < 0.3
    assert language.write(model, [2], 6, temperature=0, rng=rng).tolist() == [[3, 4, 0, 1, 2, 3]]


def test_a_model_that_knows_nothing_needs_log2_of_the_symbols(rng):
    model = language.LetterModel("GRU", 8, 4, rng=rng)
    for p in model.parameters():
        p.data = 0 * p.data
    assert language.bits(model, rng.integers(0, 8, 500), n=2, window=40) == pytest.approx(3.0, abs=1e-5)


def test_a_cut_state_has_the_values_and_no_graph(rng):
    model = language.LetterModel("LSTM", 5, 3, rng=rng)
    _, state = model(np.array([[1, 2]]))
    cut = language.cut(state)
    for a, b in zip(state, cut, strict=True):
        assert np.array_equal(a.data, b.data)
        assert a.requires_grad
        assert not b.requires_grad
    assert language.cut(None) is None
    assert isinstance(language.cut(state[0]), Tensor)


def test_each_fault_shows_in_its_curve():
    healthy, runs = language.faulty_run(None), {letter: language.faulty_run(letter) for letter in language.FAULTS}
    end = {letter: np.mean(run[-10:]) for letter, run in runs.items()}
    usual = np.mean(healthy[-10:])
    assert 2.0 < usual < 3.0
    assert end["A"] < 0.1
    assert end["B"] > usual + 0.5
    assert end["C"] < usual - 0.5
    assert end["D"] > usual + 1
    assert np.std(np.diff(runs["B"])) > 2 * np.std(np.diff(runs["D"]))
