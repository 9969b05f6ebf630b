"""The explorer reads a word letter by letter, lets the gradient flow back, and names what it cannot read."""

import time

import pytest

from course_lib.widgets.recurrent import read_word, unroll_explorer


@pytest.fixture
def parts():
    first, second, message, picture = unroll_explorer("abc").children
    cell, text, scale = first.children
    ahead, back = second.children
    return {
        "cell": cell, "word": text, "scale": scale, "ahead": ahead, "back": back, "message": message, "picture": picture
    }  # fmt: skip


def test_it_opens_with_the_whole_word_read(parts):
    assert parts["picture"].png[:4] == b"\x89PNG"
    assert (parts["ahead"].value, parts["ahead"].max, parts["back"].value) == (3, 3, 0)


def test_every_step_forward_and_back_draws_another_picture(parts):
    seen = set()
    for control in ("ahead", "back"):
        parts["ahead"].value = 3
        for k in range(4):
            parts[control].value = k
            seen.add(parts["picture"].png)
    assert len(seen) == 8 - 1  # all read and nothing back is the same picture twice


def test_other_cells_words_and_weights_change_it(parts):
    seen = {parts["picture"].png}
    for name, value in (("cell", "GRU"), ("scale", 2.0), ("word", "abcde")):
        parts[name].value = value
        seen.add(parts["picture"].png)
    assert len(seen) == 4
    assert parts["ahead"].max == parts["back"].max == 5


def test_a_shorter_word_brings_the_steps_within_it(parts):
    parts["word"].value = "ab"
    assert (parts["ahead"].value, parts["ahead"].max) == (2, 2)


def test_what_is_no_word_is_named_and_the_picture_stays(parts):
    before = parts["picture"].png
    parts["word"].value = "a1"
    assert parts["message"].value == "<b>word: write 2 to 12 letters from a to z</b>"
    assert parts["picture"].png == before
    parts["word"].value = "abc"
    assert parts["message"].value == ""


@pytest.mark.parametrize("text", ["", "a", "abcdefghijklm", "a b", "é é"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="2 to 12 letters"):
        read_word(text)


def test_a_step_is_quick(parts):
    began = time.process_time()
    for k in range(4):
        parts["ahead"].value = k
    assert (time.process_time() - began) / 4 < 0.5  # 0.1 s on an idle machine
