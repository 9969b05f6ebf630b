"""Sequences and their answers agree, and text survives the way to integers and back."""

from datetime import datetime

import numpy as np
import pytest

from course_lib.data.sequences import END, GESTURES, PAD, Vocabulary, adding, copying, dates, gestures, reversals


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_text_survives_the_way_to_integers_and_back():
    vocabulary = Vocabulary("hello world")
    rows, lengths = vocabulary.encode(["hello", "", "world low"])
    assert vocabulary.decode(rows) == ["hello", "", "world low"]
    assert rows.shape == (3, 10)
    assert lengths.tolist() == [6, 1, 10]
    assert all(
        row[length - 1] == END and (row[length:] == PAD).all() for row, length in zip(rows, lengths, strict=True)
    )
    assert rows.max() < len(vocabulary)


def test_an_unknown_character_is_named():
    with pytest.raises(ValueError, match="'x' in 'axb'"):
        Vocabulary("ab").encode(["ab", "axb"])


def test_reversed_strings_are_the_strings_reversed(rng):
    texts, answers = reversals(200, rng=rng)
    assert [t[::-1] for t in answers] == texts
    assert {len(t) for t in texts} == set(range(3, 9))


def test_written_dates_mean_their_iso_form(rng):
    written, iso = dates(600, rng=rng)
    forms = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d %Y", "%d/%m/%Y", "%d.%m.%Y")
    used = set()
    for text, answer in zip(written, iso, strict=True):
        matched = [f for f in forms if _parses(text, f)]
        assert any(datetime.strptime(text, f).date().isoformat() == answer for f in matched), (text, answer)
        used.update(matched)
    assert used == set(forms)


def _parses(text, form):
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def test_adding_marks_one_number_in_each_half(rng):
    x, total = adding(50, length=9, rng=rng)
    assert (x[:, :4, 1].sum(axis=1) == 1).all()
    assert (x[:, 4:, 1].sum(axis=1) == 1).all()
    for row, answer in zip(x, total, strict=True):
        assert answer[0] == row[row[:, 1] == 1, 0].sum()


def test_adding_needs_room_for_two_marks(rng):
    with pytest.raises(ValueError, match="at least 2, got 1"):
        adding(3, length=1, rng=rng)


def test_the_copying_task_asks_for_what_it_said(rng):
    x, told = copying(7, wait=5, letters=3, kinds=4, rng=rng)
    assert x.shape == (7, 11)
    np.testing.assert_array_equal(x[:, :3], told)
    assert not x[:, 3:8].any()
    assert (x[:, 8:] == 5).all()
    assert set(told.ravel()) == {1, 2, 3, 4}
    with pytest.raises(ValueError, match="at least 1 and wait 0, got 3, 0, 20"):
        copying(2, kinds=0, rng=rng)


def test_gestures_differ_by_order_where_they_say_so(rng):
    x, lengths, labels = gestures(400, noise=0.0, rng=rng)
    assert x.shape == (400, 40, 2)
    assert (lengths.min(), lengths.max()) == (16, 40)
    assert set(labels) == set(range(len(GESTURES)))
    assert not x[np.arange(40) >= lengths[:, None]].any()
    ends = x[np.arange(400), lengths - 1] - x[:, 0]
    assert (ends[labels == 4, 1] > 1).all()
    assert (ends[labels == 5, 1] < -1).all()
    spans = np.array([np.ptp(path[:k], axis=0) for path, k in zip(x, lengths, strict=True)])
    assert np.allclose(spans[labels == 2, 1], 0)
    assert np.allclose(spans[labels == 3, 0], 0)
    moves = np.diff(x, axis=1)
    turning = moves[:, :-1, 0] * moves[:, 1:, 1] - moves[:, :-1, 1] * moves[:, 1:, 0]
    turned = np.array([t[: k - 2].sum() for t, k in zip(turning, lengths, strict=True)])
    assert (turned[labels == 0] > 0).all()
    assert (turned[labels == 1] < 0).all()
