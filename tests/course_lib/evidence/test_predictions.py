"""Predictions: the right answer is recognised in any sensible form and is not in the file."""

import numpy as np
import pytest

from course_lib.evidence.compare import check_line
from course_lib.evidence.observation import Opaque, Seen, observe
from course_lib.evidence.predictions import canonical, hash_answer, matches

SAME = [
    (3, 3.0, np.int64(3), np.array(3.0), np.float32(3)),
    (True, np.True_),
    ("the left curve", " The  Left curve "),
    ((2, 3), [2, 3], np.array([2, 3]), (2.0, np.int8(3))),
    (0.25, np.float32(0.25), 0.2500001),
    (float("nan"), np.nan),
]


@pytest.mark.parametrize("forms", SAME, ids=repr)
def test_every_form_of_one_answer_has_one_hash(forms):
    wanted = hash_answer(observe(forms[0]), "salt")
    assert all(matches(observe(form), "salt", wanted) for form in forms)


def test_different_answers_differ():
    answers = [
        3,
        4,
        1,
        0,
        True,
        False,
        "3",
        "True",
        0.25,
        0.26,
        [3],
        [[3]],
        [3, 4],
        [4, 3],
        "",
        "null",
        -3,
        float("inf"),
    ]
    assert len({canonical(observe(a)) for a in answers}) == len(answers)


def test_another_salt_gives_another_hash():
    assert hash_answer(3, "a") != hash_answer(3, "b")


@pytest.mark.parametrize("got", [None, {"a": 1}, Opaque("set"), [None]], ids=repr)
def test_what_is_no_answer_never_matches(got):
    assert not matches(got, "salt", hash_answer(3, "salt"))
    with pytest.raises(ValueError, match="prediction"):
        canonical(got)


def test_a_prediction_line_says_neither_the_answer_nor_how_far_it_was():
    line = {"position": 0, "label": "l", "kind": "value", "hash": hash_answer(417, "s"), "salt": "s"}

    def judge(value):
        return check_line(line, Seen("c", "visible", 0, "l", "value", observe(value), {}))

    assert judge(417.0) is None
    assert judge(418).say == "Your prediction 418 is not what happens."
    assert judge(None).what == judge(...).what == "notdone"


SAID = [
    (-4, "-4"),
    (-4, " \N{MINUS SIGN}4.0 "),
    (12, [12]),
    (12, np.array([[12.0]])),
    (-4, np.array([-4])),
    (0.25, ".25"),
    (3, ("3",)),
]


@pytest.mark.parametrize(("right", "form"), SAID, ids=repr)
def test_a_number_said_as_a_text_or_alone_in_a_list_is_that_number(right, form):
    assert matches(observe(form), "salt", hash_answer(right, "salt"))
    assert not matches(observe(form), "salt", hash_answer(right + 1, "salt"))


@pytest.mark.parametrize(
    "form", ["12 updates", "1e1", "twelve", "", [], [[]], [12, 12], [[12], [1, 2]], "1" * 5000, "١٢"], ids=repr
)
def test_other_texts_and_lists_are_no_number(form):
    assert not matches(observe(form), "salt", hash_answer(12, "salt"))
