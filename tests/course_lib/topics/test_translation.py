"""Encoders and decoders: padding does not matter, attention looks only where something stands, strings get reversed."""

import numpy as np
import pytest

from course_lib.autograd.tensor import Tensor
from course_lib.data.sequences import END, PAD
from course_lib.topics import translation


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def made(kind, rng, both_ways=None):
    model = translation.Translator(9, 6, attention=kind, both_ways=both_ways, rng=rng).double()
    for p in model.parameters():
        p.data = rng.normal(size=p.shape)
    return model, rng.integers(3, 9, (3, 5)), np.array([5, 2, 4]), rng.integers(3, 9, (3, 4))


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("kind", translation.ATTENTION)
def test_what_stands_behind_the_end_does_not_matter(kind, both_ways, rng):
    model, sources, lengths, targets = made(kind, rng, both_ways)
    logits = model(sources, lengths, targets).data
    other = sources.copy()
    other[np.arange(5) >= lengths[:, None]] = 8
    np.testing.assert_allclose(model(other, lengths, targets).data, logits, rtol=1e-10)
    alone = model(sources[1:2, :2], lengths[1:2], targets[1:2]).data
    np.testing.assert_allclose(alone[0], logits[1], rtol=1e-9)


@pytest.mark.parametrize("kind", translation.ATTENTION)
def test_the_direction_of_reading_is_chosen_apart_from_attention(kind, rng):
    one, both = (made(kind, rng, both_ways)[0] for both_ways in (False, True))
    assert [translation.Translator(9, 6, attention=kind, rng=rng).both_ways, one.both_ways] == [bool(kind), False]
    sources, lengths = np.array([[3, 4, 5, 6], [3, 4, 5, 7]]), np.array([4, 4])
    _, last = one.read(sources[:, :3], lengths - 1)
    np.testing.assert_allclose(last.data[0, 0], last.data[0, 1])
    # read one way, the first state knows nothing of the last symbol
    first = [model.reader(model.source(sources), lengths=lengths)[0].data[:, 0] for model in (one, both)]
    np.testing.assert_allclose(first[0][0], first[0][1])
    assert np.abs(first[1][0] - first[1][1]).max() > 1e-6


@pytest.mark.parametrize("kind", ["dot", "additive"])
def test_weights_add_up_to_one_and_are_zero_in_the_padding(kind, rng):
    model, sources, lengths, targets = made(kind, rng)
    model(sources, lengths, targets)
    assert model.weights.shape == (3, 4, 5)
    np.testing.assert_allclose(model.weights.sum(-1), 1)
    assert not model.weights[1, :, 2:].any()


@pytest.mark.parametrize("kind", translation.ATTENTION)
def test_translating_is_teacher_forcing_with_its_own_words(kind, rng):
    model, sources, lengths, _ = made(kind, rng)
    model.head.bias.data[END] += 2
    found = model.translate(sources, lengths, 8)
    told = model(sources, lengths, found).data.argmax(-1)
    for row, forced in zip(found, told, strict=True):
        ends = np.flatnonzero(row == END)
        upto = ends[0] + 1 if len(ends) else len(row)
        assert np.array_equal(row[:upto], forced[:upto])
        assert not (row[upto:] != PAD).any()


def test_the_loss_leaves_the_padding_out(rng):
    logits, targets = rng.normal(size=(2, 3, 5)), np.array([[3, 4, 2], [2, 0, 0]])
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    want = -np.mean([logs[0, 0, 3], logs[0, 1, 4], logs[0, 2, 2], logs[1, 0, 2]])
    assert translation.sequence_loss(Tensor(logits), targets).item() == pytest.approx(want)


def test_straightness_of_a_perfect_and_of_a_useless_map():
    class Map:
        def __init__(self, places):
            self.weights = np.eye(4)[np.array(places)]

        def translate(self, sources, lengths, longest):
            return np.array([[5, 4, 3, 2]])

    lengths, targets = np.array([4]), np.array([[5, 4, 3, 2]])
    assert translation.straightness(Map([[2, 1, 0, 3]]), None, lengths, targets) == (1.0, 1.0)
    assert translation.straightness(Map([[1, 1, 1, 3]]), None, lengths, targets) == (pytest.approx(1 / 3), 1.0)
    assert translation.straightness(Map([[0, 3, 2, 3]]), None, lengths, targets) == (0.0, 0.0)


def test_an_unknown_attention_is_refused(rng):
    with pytest.raises(ValueError, match="'dot' or 'additive', got 'hard'"):
        translation.Translator(9, 6, attention="hard", rng=rng)
