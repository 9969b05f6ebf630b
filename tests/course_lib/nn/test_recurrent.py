"""RNN, LSTM, GRU against torch: layers, directions, lengths through packed sequences, states in and out."""

import itertools

import numpy as np
import pytest
import torch

from course_lib import Tensor, nn
from course_lib.ops import parallel
from tests.course_lib.against_torch import assert_same_gradient, assert_same_numbers


def every(*options):
    """All combinations."""
    return list(itertools.product(*options))


KINDS = [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("GRU", {})]
T, N, D, H = 6, 4, 3, 5


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def twins(kind, options, rng):
    ours = getattr(nn, kind)(D, H, rng=rng, **options).double()
    theirs = getattr(torch.nn, kind)(D, H, **options).double()
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    return ours, theirs


def states(out):
    """(output, state) flattened: the output, then h, or h and c."""
    output, state = out
    return [output, *(state if isinstance(state, tuple) else (state,))]


@pytest.mark.parametrize(
    ("layers", "both", "batch_first", "bias", "lengths"),
    every((1, 3), (False, True), (False, True), (False, True), (None, (6, 2, 1, 4), (3, 5, 2, 2))),
    ids=str,
)
@pytest.mark.parametrize(("kind", "extra"), KINDS, ids=["rnn", "rnn-relu", "lstm", "gru"])
def test_outputs_states_and_every_gradient_are_torchs(kind, extra, layers, both, batch_first, bias, lengths, rng):
    options = {"num_layers": layers, "bidirectional": both, "batch_first": batch_first, "bias": bias, **extra}
    ours, theirs = twins(kind, options, rng)
    x = rng.standard_normal((N, T, D) if batch_first else (T, N, D))
    start = rng.standard_normal((2, layers * (2 if both else 1), N, H))
    inputs = [Tensor(a.copy(), requires_grad=True) for a in (x, *start)]
    copies = [torch.tensor(a, requires_grad=True) for a in (x, *start)]
    pair = slice(1, 3) if kind == "LSTM" else slice(1, 2)

    def state(tensors):
        return tuple(tensors[pair]) if kind == "LSTM" else tensors[1]

    got = states(ours(inputs[0], state(inputs), lengths=lengths))
    if lengths is None:
        want = states(theirs(copies[0], state(copies)))
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            copies[0], lengths, batch_first=batch_first, enforce_sorted=False
        )
        out, end = theirs(packed, state(copies))
        out, _ = torch.nn.utils.rnn.pad_packed_sequence(out, batch_first=batch_first, total_length=T)
        want = states((out, end))
    loss, twin = 0.0, 0.0
    for a, b in zip(got, want, strict=True):
        assert_same_numbers(a, b)
        g = rng.standard_normal(a.shape)
        loss, twin = loss + (a * g).sum(), twin + (b * torch.tensor(g)).sum()
    loss.backward()
    twin.backward()
    for a, b in zip(inputs[: pair.stop], copies, strict=False):
        assert_same_gradient(a, b)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert_same_gradient(p, q, what=name)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_start_of_zeros_is_the_default(kind, rng):
    ours, theirs = twins(kind, {"num_layers": 2}, rng)
    x = rng.standard_normal((T, N, D))
    for a, b in zip(states(ours(x)), states(theirs(torch.tensor(x))), strict=True):
        assert_same_numbers(a, b)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_sequence_in_two_pieces_gives_the_same_as_whole(kind, rng):
    layer, x = getattr(nn, kind)(D, H, 2, rng=rng).double(), rng.standard_normal((T, N, D))
    whole, _ = layer(x)
    head, state = layer(x[:2])
    tail, _ = layer(x[2:], state)
    np.testing.assert_allclose(np.concatenate([head.data, tail.data]), whole.data, rtol=1e-12)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_what_stands_behind_the_end_of_a_sequence_changes_nothing(kind, rng):
    layer, x = getattr(nn, kind)(D, H, 2, bidirectional=True, rng=rng).double(), rng.standard_normal((T, N, D))
    lengths = np.array([6, 3, 1, 2])
    other = np.where((np.arange(T)[:, None] < lengths)[:, :, None], x, 1e6)
    for a, b in zip(states(layer(x, lengths=lengths)), states(layer(other, lengths=lengths)), strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_weights_start_within_one_over_root_hidden(rng):
    weights = np.concatenate([p.data.ravel() for p in nn.LSTM(40, 64, rng=rng).parameters()])
    assert np.abs(weights).max() <= 1 / 8
    assert weights.std() == pytest.approx(1 / 8 / np.sqrt(3), rel=0.02)


def test_float32_stays_float32(rng):
    for kind in ("RNN", "LSTM", "GRU"):
        layer, x = getattr(nn, kind)(D, H, rng=rng), Tensor(np.ones((T, N, D), np.float32), requires_grad=True)
        outs = states(layer(x, lengths=[1, 2, 3, 6]))
        outs[0].sum().backward()
        assert {a.dtype for a in (*outs, x.grad, *(p.grad for p in layer.parameters()))} == {np.dtype(np.float32)}


def test_dropout_stands_between_layers_and_only_in_training(rng):
    x = rng.standard_normal((T, N, D)).astype(np.float32)
    single = nn.GRU(D, H, 1, dropout=0.9, rng=rng)
    np.testing.assert_array_equal(single(x)[0].data, single(x)[0].data)
    stacked = nn.GRU(D, H, 2, dropout=0.5, rng=rng)
    assert (stacked(x)[0].data != stacked(x)[0].data).any()
    stacked.eval()
    np.testing.assert_array_equal(stacked(x)[0].data, stacked(x)[0].data)


@pytest.mark.parametrize(
    ("error", "sentence", "wrong"),
    [
        (ValueError, "GRU: hidden_size must be at least 1, got 0", lambda r: nn.GRU(3, 0, rng=r)),
        (
            ValueError,
            "RNN: nonlinearity must be 'tanh' or 'relu', got 'elu'",
            lambda r: nn.RNN(3, 4, nonlinearity="elu", rng=r),
        ),
        (
            ValueError,
            r"GRU: input must have 3 axes with 3 features last, got \(2, 3\)",
            lambda r: nn.GRU(3, 4, rng=r)(np.ones((2, 3))),
        ),
        (
            ValueError,
            r"GRU: the state must have shape \(1, 2, 4\), got \(2, 4\)",
            lambda r: nn.GRU(3, 4, rng=r)(np.ones((5, 2, 3), np.float32), np.ones((2, 4))),
        ),
        (
            TypeError,
            r"LSTM: the state must be a pair \(h, c\), got ndarray",
            lambda r: nn.LSTM(3, 4, rng=r)(np.ones((5, 2, 3), np.float32), np.ones((1, 2, 4))),
        ),
        (
            ValueError,
            r"GRU: lengths must be 2 integers from 1 to 5, got \[0, 5\]",
            lambda r: nn.GRU(3, 4, rng=r)(np.ones((5, 2, 3), np.float32), lengths=[0, 5]),
        ),
        (
            ValueError,
            r"GRU: lengths must be 2 integers from 1 to 5, got \[5\]",
            lambda r: nn.GRU(3, 4, rng=r)(np.ones((5, 2, 3), np.float32), lengths=[5]),
        ),
        (
            ValueError,
            r"GRU: lengths must be 2 integers from 1 to 5, got \[1.5, 5.0\]",
            lambda r: nn.GRU(3, 4, rng=r)(np.ones((5, 2, 3), np.float32), lengths=[1.5, 5]),
        ),
        (
            ValueError,
            "LSTM: sequences must have at least one step, got 0",
            lambda r: nn.LSTM(3, 4, rng=r)(np.ones((0, 2, 3), np.float32)),
        ),
        (
            ValueError,
            r"RNN: dropout must be a probability in \[0, 1\], got 2",
            lambda r: nn.RNN(3, 4, dropout=2, rng=r),
        ),
    ],
)
def test_wrong_use_is_told_in_one_sentence(error, sentence, wrong, rng):
    with pytest.raises(error, match=sentence):
        wrong(rng)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_an_empty_batch_goes_through_and_back(kind, batch_first, rng):
    layer = getattr(nn, kind)(D, H, 2, batch_first=batch_first, bidirectional=True, rng=rng)
    out, _ = layer(np.zeros((0, 5, D) if batch_first else (5, 0, D), np.float32))
    assert out.shape == ((0, 5, 2 * H) if batch_first else (5, 0, 2 * H))
    out.sum().backward()
    assert all((p.grad == 0).all() for p in layer.parameters())


@pytest.mark.parametrize(("n", "threads"), [(64, 1), (70, 2), (96, 3)])
def test_many_sequences_in_blocks_and_on_threads_give_torchs_gradients(n, threads, rng, monkeypatch):
    monkeypatch.setattr(parallel, "_chosen", threads)
    ours, theirs = nn.LSTM(9, 128, rng=rng), torch.nn.LSTM(9, 128)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        q.data.copy_(torch.tensor(p.data))
    x = rng.standard_normal((6, n, 9)).astype(np.float32)
    mine, twin = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    (ours(mine)[0] ** 2).sum().backward()
    (theirs(twin)[0] ** 2).sum().backward()
    pairs = [(mine, twin), *zip(ours.parameters(), theirs.parameters(), strict=True)]
    for p, q in pairs:
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-4, atol=1e-4 * float(q.grad.abs().max()))
