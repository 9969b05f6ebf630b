"""A mistake is named only when everything seen up to the first failure is what that mistake gives."""

from pathlib import Path

import numpy as np
import pytest

from course_lib.evidence.compare import check_line
from course_lib.evidence.mistake_parts import name_part
from course_lib.evidence.mistakes import name_mistake
from course_lib.evidence.observation import Seen, observe
from course_lib.evidence.records import load_record
from course_lib.evidence.weight import SURE, bits

EXPECTED = Path(__file__).parents[3] / "notebooks" / "expected"


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
    check = record(RIGHT, half=lines(1.0, np.array([1.0, 1.4321]), 2.0))
    assert names(check, seen(*RIGHT)) == []


def test_an_answer_equal_to_a_mistake_up_to_the_first_failure_is_named():
    check = record(RIGHT, half=lines(1.0, np.array([1.0, 1.4321]), 2.0), flipped=lines(1.0, np.array([3.0, 2.0]), 4.0))
    assert names(check, seen(1.0, np.array([1.0, 1.4321]), 99.0)) == ["half"]
    assert names(check, seen(1.0, np.array([3.0, 2.0]), 4.0)) == ["flipped"]
    assert names(check, seen(1.0, np.array([3.0, 1.4321]), 4.0)) == []


def test_a_mistake_that_already_differs_before_the_first_failure_is_not_named():
    check = record(RIGHT, half=lines(0.5, np.array([1.0, 1.4321]), 2.0))
    assert names(check, seen(1.0, np.array([1.0, 1.4321]), 2.0)) == []


def test_an_exception_that_tells_other_axes_is_another_mistake():
    def broken(into, array):
        return ValueError(f"could not broadcast input array from shape {array} into shape {into}")

    margins = broken((1, 2, 5, 5), (1, 2, 6, 6))
    check = record(RIGHT, margins=lines(margins))
    assert names(check, seen(broken((1, 2, 3, 4), (1, 2, 5, 5)))) == ["margins"]
    assert names(check, seen(ValueError("operands could not be broadcast together with shapes (2,8,9) (2,7,7) "))) == [
        "margins"
    ]
    assert names(check, seen(broken((1, 1, 5, 5), (1, 2, 5, 5)))) == []
    assert names(check, seen(broken((1, 2, 5, 5), (1, 2, 4, 5)))) == []
    assert names(check, seen(broken((1, 5, 5), (2, 1, 6, 6)))) == []
    assert names(check, seen(ValueError("another sentence"))) == []
    assert names(check, seen(TypeError(str(margins)))) == []


def test_a_line_left_out_of_a_mistake_gives_the_expected_value():
    only_second = [lines(*(1.0, np.array([1.0, 1.4321])))[1]]
    check = record(RIGHT, half=only_second)
    assert names(check, seen(1.0, np.array([1.0, 1.4321]), 4.0)) == ["half"]
    assert names(check, seen(0.9, np.array([1.0, 1.4321]), 4.0)) == []


def test_of_several_that_fit_only_the_one_that_explains_most_is_named():
    check = record(
        RIGHT, vague=lines(1.0, np.array([1.0, 1.4321]), 7.0), exact=lines(1.0, np.array([1.0, 1.4321]), 2.0)
    )
    assert names(check, seen(1.0, np.array([1.0, 1.4321]), 2.0)) == ["exact"]
    assert names(check, seen(1.0, np.array([1.0, 1.4321]), 7.0)) == ["vague"]
    twins = record(RIGHT, one=lines(0.5), other=lines(0.5))
    assert names(twins, seen(0.5, *RIGHT[1:])) == ["one"]


def test_a_mistake_that_later_lines_contradict_is_one_of_the_first_lines_only():
    check = record(RIGHT, half=lines(0.4321, np.array([1.0, 1.4321]), 2.0))
    found = name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), 4.0))
    assert found.first
    assert found.sentence == "The first wrong line fits this, not all later ones do: half!"
    assert not name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), 2.0)).first
    assert not name_mistake(check, seen(0.4321)).first  # what was not reached contradicts nothing
    raised = name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), ValueError("no")))
    assert raised.first


def test_a_right_line_speaks_for_a_mistake_only_where_another_would_be_wrong():
    right = tuple(range(1, 12))
    here = lines(*right)[:1]
    here[0]["value"] = 7
    others = {f"other {i}": lines(*right)[i : i + 1] for i in range(1, 11)}
    for line in others.values():
        line[0]["value"] = 99
    assert name_mistake(record(right, half=here), seen(7, *right[1:])).little
    assert not name_mistake(record(right, half=here, **others), seen(7, *right[1:])).little


def test_more_must_agree_where_later_lines_contradict():
    check = record((80, 5), half=lines(320, 7))
    assert name_mistake(check, seen(320, 5)) is None
    assert not name_mistake(check, seen(320, 7)).little


def test_what_agrees_by_chance_is_one_of_several_or_unsaid():
    answers = (True, 3, [1, 2])
    check = record(answers, half=lines(False, 4, [1, 2]))
    found = name_mistake(check, seen(False, 4, [1, 2]))
    assert found.little
    assert found.sentence == "One mistake that gives this, of several that may: half!"
    assert name_mistake(check, seen(False, 4, [2, 1])) is None
    told = record((True, 5020, 0.8413), half=lines(False, 2510, 0.8413))
    assert not name_mistake(told, seen(False, 2510, 0.8413)).little
    assert name_mistake(told, seen(False, 2510, 0.5)) is None  # the first line alone tells one bit
    assert not name_mistake(record(RIGHT, half=lines(0.123456)), seen(0.123456)).little


@pytest.mark.parametrize(
    ("expected", "wrong", "least", "most"),
    [
        (True, False, 1, 1),
        (7, None, 1, 1),
        ("a", "b", 4, 4),
        (3, 4, 2, 4),
        (260, 5020, 12, 13),
        (0.25, 0.375, 6, 6),
        (0.25, 0.3761, SURE, SURE),
        (np.zeros(12, bool), np.arange(12) == 5, 4, 5),
        (np.arange(12), np.zeros(12, int), 1, 5),
        (np.zeros(3), np.array([0.1234, 0.2, 0.3]), SURE, SURE),
        ([0, 2, 3], [0, 3], 3, 8),
        ({"a": True, "b": 3}, {"a": True, "b": 4}, 3, 5),
        ((1, np.array([1.0, 2.0])), (1, np.array([1.0, np.nan])), 2, 6),
    ],
)
def test_bits_grow_with_what_chance_would_not_give(expected, wrong, least, most):
    assert least <= bits(expected, wrong) <= most


def test_chance_answers_of_few_values_are_hardly_ever_said_to_look_like_a_mistake():
    """Random truth values and small numbers for the lines of every check of the course that expect such."""
    rng, tried, said, first = np.random.default_rng(0), 0, 0, 0
    for path in sorted(EXPECTED.glob("*.npz")):
        for check in load_record(path).checks.values():
            few = [i for i, line in enumerate(check["lines"]) if line["kind"] == "value" and _few(line.get("value"))]
            for _ in range(6 if few and check.get("mistakes") else 0):
                drawn = [
                    Seen("c", "visible", line["position"], "", line["kind"], line.get("value"), {})
                    if i not in few or rng.random() < 0.3
                    else Seen("c", "visible", line["position"], "", "value", _drawn(line["value"], rng), {})
                    for i, line in enumerate(check["lines"])
                ]
                found = name_mistake(check, drawn)
                tried += any(check_line(line, s) for line, s in zip(check["lines"], drawn, strict=True))
                said += bool(found and not found.little)
                first += bool(found and found.first)
    assert tried > 300
    assert said < 0.005 * tried
    assert first == 0


def _few(tree):
    """Whether a value is made of truth values and whole numbers below 100 only."""
    if isinstance(tree, list | tuple):
        return bool(tree) and all(map(_few, tree))
    if isinstance(tree, np.ndarray):
        return (
            0 < tree.size <= 64 and tree.dtype.kind in "biuf" and bool(np.all((tree == np.round(tree)) & (tree < 100)))
        )
    return isinstance(tree, bool | int) and abs(tree) < 100


def _drawn(tree, rng):
    """Another value of the same make: every truth value drawn anew, and every number from 0 to a little more."""
    if isinstance(tree, list | tuple):
        return type(tree)(_drawn(item, rng) for item in tree)
    if isinstance(tree, np.ndarray):
        most = 2 if tree.dtype.kind == "b" else int(max(np.abs(tree).max(), 1)) + 1
        return rng.integers(0, most, tree.shape).astype(tree.dtype)
    return bool(rng.integers(2)) if isinstance(tree, bool) else int(rng.integers(0, max(abs(tree), 1) + 2))


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


def test_where_mistakes_of_two_kinds_give_the_same_none_is_said_to_be_it():
    half = lines(0.4321, np.array([1.0, 1.4321]), 4.0)
    check = record(RIGHT, half=half, other=half)
    assert name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), 4.0)).sentence.startswith("One mistake that gives")
    assert name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), 5.0)).sentence.startswith("The first wrong line")
    check["mistakes"][1]["say"] = "half!"  # one kind, written in two ways
    assert name_mistake(check, seen(0.4321, np.array([1.0, 1.4321]), 4.0)).sentence == "It looks like this: half!"


@pytest.mark.parametrize(
    ("theirs", "mine", "alike"),
    [
        ("operands could not be broadcast together with shapes", "could not broadcast input array from shape", True),
        ("Sizes of tensors must match except in dimension 0", "The size of tensor a must match the size of b", True),
        ("running_mean should contain 3 elements", "a leaf Variable is being used in an in-place operation.", False),
        ("max: there is no keyword axis= here; write dim=", "sum: there is no keyword axis= here; write dim=", False),
        ("'A'", "no such letter in the table of faults", True),
        ("'weights'", "'velocity'", True),
        ("names or shapes of the two networks differ", "shape of 0.weight", False),
    ],
)
def test_exceptions_of_one_type_match_where_their_messages_are_of_one_kind(theirs, mine, alike):
    check = record(RIGHT, shape=lines(1.0, RuntimeError(theirs)))
    assert names(check, seen(1.0, RuntimeError(mine))) == ["shape"] * alike


def test_of_many_mistakes_that_give_the_same_few_bits_none_is_named():
    alike = {f"m{k}": lines(False) for k in range(4)}
    assert names(record((True,), **alike), seen(False)) == []
    assert names(record((True,), **dict(list(alike.items())[:3])), seen(False)) == ["m0"]
    far = {f"m{k}": lines(0.4321) for k in range(4)}
    assert names(record((1.0,), **far), seen(0.4321)) == ["m0"]


def test_a_value_is_worded_looks_like_and_the_sentence_ends():
    check = record(RIGHT, half=lines(0.4321))
    check["mistakes"][0]["say"] = "you halve"
    assert name_mistake(check, seen(0.4321)).sentence == "It looks like this: you halve."


def test_a_mistake_is_matched_within_the_lines_own_tolerance():
    check = record(RIGHT, half=lines(0.4321))
    assert names(check, seen(0.4321 + 1e-12)) == ["half"]
    assert names(check, seen(0.4322)) == []
    check["lines"][0]["rtol"] = 1e-2
    assert names(check, seen(0.4322)) == ["half"]


def test_what_is_everyones_own_does_not_hide_a_mistake():
    half = np.array([1.0, 1.4321])
    check = record(RIGHT, half=lines(1.0, half, 2.0), near=lines(1.0, RIGHT[1] + 1e-6, 4.0))
    for own in (half * (1 + 1e-8), half.astype(np.float32)):
        assert names(check, seen(1.0, own, 2.0)) == ["half"]
    assert names(check, seen(1.0, half * (1 + 1e-5), 2.0)) == []
    assert names(check, seen(1.0, RIGHT[1] + 1.1e-6, 4.0)) == []  # close to the mistake, and as close to what is right
    check = record(RIGHT, half=lines(1.0, half, 2.0), eps=lines(1.0, half * (1 + 2e-8), 2.0))
    assert names(check, seen(1.0, half * (1 + 2e-8), 2.0)) == ["eps"]
    check = record((1.0, np.array([2.4, 3.6])), cut=lines(1.0, np.array([200, 3100])))
    assert names(check, seen(1.0, np.array([200.0, 3100.0]))) == ["cut"]


TWO = ((1.5, A := np.array([2.71828, 3.14159])), 4.0, (A + 1, -A))
HALF, TURNED = (1.5, A / 2), (2 - A, A)


def parts(check, observations):
    found = name_part(check, observations)
    return (found.name, found.sentence) if found else ()


def test_a_mistake_in_one_part_is_named_with_its_place():
    check = record(TWO, half=lines(HALF, 4.0, TWO[2]), turned=lines(TWO[0], 4.0, TURNED))
    for line, label in zip(check["lines"], "abc", strict=True):
        line["label"] = label
    beside = 'For "a" your result at [1] looks like this: half!'
    assert parts(check, seen((99.0, HALF[1]), 4.0, TWO[2])) == ("half", beside)
    assert parts(check, seen((99.0, HALF[1] * 1.01), 4.0, TWO[2])) == ()
    assert parts(check, seen((99.0, 98.0 * A), 4.0, (TURNED[0], 7.0 * A)))[0] == "turned"
    assert (
        parts(check, seen((99.0, 98.0 * A), 4.0, (TURNED[0], -A))) == ()
    )  # what the mistake makes wrong is right here
    assert parts(check, seen((99.0, 98.0 * A), 4.0, TURNED))[1].startswith('For "c" your result at [0] looks')
    hidden = check | {"parts": dict.fromkeys(range(3), "hidden")}
    assert parts(hidden, seen((99.0, HALF[1]), 4.0, TWO[2]))[1] == "Of a hidden value one part looks like this: half!"


def test_what_a_mistake_makes_wrong_elsewhere_is_wrong_there():
    check = record(TWO, both=lines(HALF, np.nan, TWO[2]))
    assert parts(check, seen((99.0, HALF[1]), 6.0, TWO[2])) == ()
    check = record(TWO, both=lines(HALF, 5.0, TWO[2]))
    assert parts(check, seen((99.0, HALF[1]), 4.0, TWO[2])) == ()
    assert parts(check, seen((99.0, HALF[1]), 6.0, TWO[2]))[0] == "both"


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
