"""A mistake is named only when everything seen up to the first failure is what that mistake gives."""

import numpy as np

from course_lib.evidence.mistakes import name_mistake
from course_lib.evidence.observation import Seen, observe


def seen(*values, start=0):
    """Observations at successive positions; an exception stands for itself."""
    out = []
    for position, value in enumerate(values, start):
        if isinstance(value, Exception):
            tree = {"type": type(value).__name__, "message": str(value), "line": ""}
            out.append(Seen("c", "visible", position, "", "raised", tree, {}))
        else:
            out.append(Seen("c", "visible", position, "", "value", observe(value), {}))
    return out


def lines(*values):
    return [{"position": s.position, "label": "", "kind": s.kind, "value": s.value} for s in seen(*values)]


def record(right, **wrong):
    return {"lines": lines(*right), "mistakes": [{"name": n, "say": f"{n}!", "lines": w} for n, w in wrong.items()]}


def names(check, observations):
    found = name_mistake(check, observations)
    return [found.name] if found else []


RIGHT = (1.0, np.array([2.0, 3.0]), 4.0)


def test_a_right_answer_is_no_mistake():
    check = record(RIGHT, half=lines(1.0, np.array([1.0, 1.5]), 2.0))
    assert names(check, seen(*RIGHT)) == []


def test_an_answer_equal_to_a_mistake_up_to_the_first_failure_is_named():
    check = record(RIGHT, half=lines(1.0, np.array([1.0, 1.5]), 2.0), flipped=lines(1.0, np.array([3.0, 2.0]), 4.0))
    assert names(check, seen(1.0, np.array([1.0, 1.5]), 99.0)) == ["half"]
    assert names(check, seen(1.0, np.array([3.0, 2.0]), 4.0)) == ["flipped"]
    assert names(check, seen(1.0, np.array([3.0, 1.5]), 4.0)) == []


def test_a_mistake_that_already_differs_before_the_first_failure_is_not_named():
    check = record(RIGHT, half=lines(0.5, np.array([1.0, 1.5]), 2.0))
    assert names(check, seen(1.0, np.array([1.0, 1.5]), 2.0)) == []


def test_a_line_left_out_of_a_mistake_gives_the_expected_value():
    only_second = [lines(*(1.0, np.array([1.0, 1.5])))[1]]
    check = record(RIGHT, half=only_second)
    assert names(check, seen(1.0, np.array([1.0, 1.5]), 4.0)) == ["half"]
    assert names(check, seen(0.9, np.array([1.0, 1.5]), 4.0)) == []


def test_of_several_that_fit_only_the_one_that_explains_most_is_named():
    check = record(RIGHT, vague=lines(1.0, np.array([1.0, 1.5]), 7.0), exact=lines(1.0, np.array([1.0, 1.5]), 2.0))
    assert names(check, seen(1.0, np.array([1.0, 1.5]), 2.0)) == ["exact"]
    assert names(check, seen(1.0, np.array([1.0, 1.5]), 7.0)) == ["vague"]
    twins = record(RIGHT, one=lines(0.5), other=lines(0.5))
    assert names(twins, seen(0.5, *RIGHT[1:])) == ["one"]


def test_a_mistake_that_later_lines_contradict_is_one_of_the_first_lines_only():
    check = record(RIGHT, half=lines(0.5, np.array([1.0, 1.5]), 2.0))
    found = name_mistake(check, seen(0.5, np.array([1.0, 1.5]), 4.0))
    assert found.first
    assert found.sentence == "The first wrong line looks like this: half!"
    assert not name_mistake(check, seen(0.5, np.array([1.0, 1.5]), 2.0)).first
    assert not name_mistake(check, seen(0.5)).first  # what was not reached contradicts nothing
    raised = name_mistake(check, seen(0.5, np.array([1.0, 1.5]), ValueError("no")))
    assert raised.first


def test_a_truth_value_or_none_alone_names_nothing_that_later_lines_contradict():
    for little in (False, None, np.array(False), np.array([False])):
        right = np.array([True]) if isinstance(little, np.ndarray) and little.ndim else True
        check = record((right, 4.0), half=lines(little, 2.0))
        assert names(check, seen(little, 3.0)) == []
        assert names(check, seen(little, 2.0)) == ["half"]


def test_exceptions_match_by_type_and_position_and_are_worded_often():
    check = record(RIGHT, shape=lines(1.0, ValueError("operands (2,) (3,)")))
    found = name_mistake(check, seen(1.0, ValueError("another text")))
    assert found.often
    assert found.sentence == "This often means: shape!"
    assert names(check, seen(1.0, KeyError("operands (2,) (3,)"))) == []
    assert names(check, seen(ValueError("operands (2,) (3,)"))) == []


def test_a_value_is_worded_looks_like_and_the_sentence_ends():
    check = record(RIGHT, half=lines(0.5))
    check["mistakes"][0]["say"] = "you halve"
    assert name_mistake(check, seen(0.5)).sentence == "It looks like this: you halve."


def test_a_mistake_is_matched_within_the_lines_own_tolerance():
    check = record(RIGHT, half=lines(0.5))
    assert names(check, seen(0.5 + 1e-12)) == ["half"]
    assert names(check, seen(0.5001)) == []
    check["lines"][0]["rtol"] = 1e-2
    assert names(check, seen(0.5001)) == ["half"]


def test_the_kind_of_number_counts_in_a_mistake_too():
    check = record((2, 3), floated=lines(2.0, 3.0))
    assert names(check, seen(2.0, 3.0)) == ["floated"]
    assert names(check, seen(2, 3.0)) == []


def test_too_much_work_is_matched_without_equal_counts():
    check = {
        "lines": [{"position": 0, "label": "", "kind": "work", "value": (10, 80)}],
        "mistakes": [{"name": "loop", "say": "l", "lines": [{"position": 0, "kind": "work", "value": (30, 1900)}]}],
    }
    assert names(check, [Seen("c", "visible", 0, "", "work", (11, 700), {})]) == ["loop"]
    assert names(check, [Seen("c", "visible", 0, "", "work", (11, 80), {})]) == []


def test_nothing_seen_names_nothing():
    assert names(record(RIGHT, half=lines(0.5)), []) == []
