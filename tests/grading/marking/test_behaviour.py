"""Two wrong answers behave alike when all their observations agree, within the record's tolerance."""

import numpy as np
import pytest

from course_lib.evidence.observation import Opaque, Seen
from grading.marking.behaviour import alike, digest, first_wrong, shape_of


def line(position, value, **more):
    return {"position": position, "label": "", "kind": "value", "value": value, **more}


def seen(*values, kind="value"):
    return {i: Seen("c", "visible", i, "", kind, value) for i, value in enumerate(values)}


RECORD = {"lines": [line(0, np.zeros(3)), line(1, 1.0)]}
NOISE = np.array([0.1, 0.2, 0.3]) * (1 + 1e-13)


def test_rounding_errors_make_no_difference_and_other_values_do():
    one = seen(np.array([0.1, 0.2, 0.3]), 5.0)
    assert alike(RECORD, one, seen(NOISE, 5.0 + 1e-14))
    assert not alike(RECORD, one, seen(NOISE, 5.1))
    assert not alike(RECORD, one, seen(np.array([0.1, 0.2, 0.4]), 5.0))


@pytest.mark.parametrize("other", [(np.zeros((1, 3)), 5.0), (np.zeros(3, int), 5.0), (np.zeros(3),), (None, 5.0)])
def test_shape_kind_of_number_and_what_was_reached_belong_to_behaviour(other):
    assert not alike(RECORD, seen(np.zeros(3), 5.0), seen(*other))


def test_the_records_tolerance_is_the_one_in_force():
    loose = {"lines": [line(0, 1.0, rtol=0.1)]}
    assert alike(loose, seen(2.0), seen(2.1))
    assert not alike({"lines": [line(0, 1.0)]}, seen(2.0), seen(2.1))


def raised(type, message):
    return {0: Seen("c", "visible", 0, "", "raised", {"type": type, "message": message, "line": 3})}


def test_exceptions_agree_by_type_and_message_less_addresses():
    assert alike(RECORD, raised("TypeError", "<f at 0x7f01> is odd"), raised("TypeError", "<f at 0x7fff> is odd"))
    assert not alike(RECORD, raised("TypeError", "a"), raised("TypeError", "b"))
    assert not alike(RECORD, raised("TypeError", "a"), raised("ValueError", "a"))


def test_a_digest_outlives_rounding_errors_and_tells_values_apart():
    one = {"c": seen(np.array([0.1, 0.2, 0.3]), [1.0, "two", None, Opaque("Thing"), {"k": 1e-30}])}
    same = {"c": seen(NOISE, [1.0 + 1e-14, "two", None, Opaque("Thing"), {"k": 1e-30}])}
    assert digest(one) == digest(same)
    assert digest(one) != digest({"c": seen(np.array([0.1, 0.2, 0.4]), 1)})
    assert len(digest(one)) == 4


def test_digests_and_outlines_are_made_of_whatever_was_seen():
    for value in (np.array([np.nan, np.inf, 1e308]), np.array(["a"]), np.array([1 + 2j]), np.zeros(0), (), {}, 2**200):
        assert digest({"c": seen(value)})
        assert shape_of(seen(value))[0][0] == 0


def test_the_first_wrong_line_is_the_first_that_differs_or_is_missing():
    assert first_wrong(RECORD, seen(np.zeros(3), 1.0)) is None
    assert first_wrong(RECORD, seen(np.zeros(3), 2.0))[0]["position"] == 1
    assert first_wrong(RECORD, seen(np.zeros(3)))[1].what == "missing"
