"""The only comparison: what counts as equal, within which tolerance, and what the learner reads when it is not."""

import copy
import math

import numpy as np
import pytest

from course_lib.evidence.compare import Difference, check_line, compare, growth_bound, record_line
from course_lib.evidence.observation import Opaque, Seen, observe
from course_lib.evidence.values import agree

F32 = np.float32


def differ(expected, got, **options):
    return compare(observe(expected), observe(got), **options)


EQUAL = [
    (3, np.int64(3)),
    (3, np.array(3)),
    (np.int32(3), 3),
    (3.0, np.float64(3)),
    (3.0, 3),
    (True, np.True_),
    ([1, 2], (1, 2)),
    ((1, [2.0]), [1, (2.0,)]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (math.nan, math.nan),
    (math.inf, np.inf),
    (-0.0, 0.0),
    (np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
    (np.arange(3), np.arange(3, dtype=np.uint8)),
    (np.zeros((2, 3)), np.zeros((3, 2)).T),
    (np.zeros((0, 3)), np.zeros((0, 3))),
    (np.ones(2, F32), np.ones(2)),
    (2**70, 2**70),
    (2**63, np.uint64(2**63)),
    ("text", np.str_("text")),
    (np.array(["a", "bcd"]), np.array(["a", "bcd"], dtype="<U9")),
    (None, None),
    ([], ()),
    (1.0, 1.0 + 5e-10),
    (np.array([1e3, 0.0]), np.array([1e3, 5e-7])),  # absolute: 1e-9 of the largest
    ([1e3, 0.0], [1e3, 5e-7]),  # numbers side by side are compared as one array would be
    ({"a": 1e3, "b": 0.0}, {"a": 1e3, "b": 5e-7}),
    (F32(1), F32(1) + F32(5e-6)),
    (np.array([1e308, 1.0]), np.array([1e308, 1.0])),
]


@pytest.mark.parametrize(("expected", "got"), EQUAL, ids=repr)
def test_these_are_equal(expected, got):
    assert differ(expected, got) is None


UNEQUAL = [
    (3, 3.0, "dtype"),
    (1, True, "dtype"),
    (True, 1, "dtype"),
    (False, 0.0, "dtype"),
    (1.0, 1 + 0j, "dtype"),
    (np.arange(3), np.arange(3.0), "dtype"),
    (np.arange(3.0), np.arange(3), "dtype"),
    (np.zeros(3), np.zeros((3, 1)), "shape"),
    (np.zeros(3), np.zeros(1), "shape"),
    (np.zeros((2, 3)), 0.0, "shape"),
    (1.0, np.ones(1), "shape"),
    (np.zeros(3), [0.0, 0.0, 0.0], "type"),
    ([0.0, 0.0], np.zeros(2), "type"),
    (3.0, None, "type"),
    (None, 3.0, "type"),
    (3.0, "3.0", "type"),
    ("3", 3, "type"),
    (3.0, {3.0}, "type"),
    ({"a": 1}, [1], "type"),
    ([1, 2], [1], "length"),
    ((5, 24), (5, 1, 24), "length"),
    ({"a": 1}, {"a": 1, "b": 2}, "keys"),
    ({"a": 1, "b": 2}, {"a": 1}, "keys"),
    (1.0, math.nan, "finite"),
    (np.ones(3), np.array([1, np.inf, 1]), "finite"),
    (math.nan, 1.0, "value"),
    (math.inf, -math.inf, "value"),
    (1.0, 1.0 + 3e-9, "value"),
    (F32(1), F32(1.0001), "value"),
    (0.0, 1e-300, "value"),
    (np.array([1e3, 0.0]), np.array([1e3, 2e-6]), "value"),
    ([1e3, 0.0], [1e3, 2e-6], "value"),
    (2**70, 2**70 + 1, "value"),
    (2**63, -(2**63), "value"),
    (2**53 + 1, 2**53, "value"),
    (np.array([2**53 + 1]), np.array([2**53]), "value"),
    (np.array([2**63], np.uint64), np.array([-(2**63)]), "value"),
    (np.array([1e308]), np.array([-1e308]), "value"),
    ("a", "A", "value"),
    (np.array(["a"]), np.array(["b"]), "value"),
    (1 + 1j, 1 - 1j, "value"),
]


@pytest.mark.parametrize(("expected", "got", "what"), UNEQUAL, ids=repr)
def test_these_differ_and_the_difference_is_named(expected, got, what):
    found = differ(expected, got)
    assert isinstance(found, Difference)
    assert found.what == what
    assert found.say.endswith((".", "?"))
    assert "\n" not in found.say


@pytest.mark.parametrize(("expected", "got"), EQUAL + [pair[:2] for pair in UNEQUAL], ids=repr)
def test_whether_two_agree_is_what_compare_finds(expected, got):
    pair = observe(expected), observe(got)
    assert agree(*pair) is (compare(*pair) is None)
    for one in pair:
        again = copy.deepcopy(one)
        assert agree(one, again) is (compare(one, again) is None)
        assert agree([one, 1.5], [again, 1.5]) is (compare([one, 1.5], [again, 1.5]) is None)


def test_an_opaque_value_equals_nothing_not_even_itself():
    assert compare(Opaque("set"), Opaque("set")).what == "type"
    same = [1, {"a": Opaque("set")}]
    assert compare(same, same).what == "type"
    assert not agree(same, same)
    assert compare(3, Opaque("range")).say == "Expected the number 3, got a range."


SAYS = [
    (
        np.zeros((2, 3)),
        np.zeros((3, 2)),
        "axis 0 is 3 instead of 2, axis 1 is 2 instead of 3; the same axes in another order",
    ),
    (np.zeros((2, 3)), np.zeros((2, 4)), "axis 1 is 4 instead of 3."),
    (np.zeros((2, 3)), np.zeros(3), "1 axis instead of 2"),
    (
        np.ones((2, 2)),
        np.array([[1.0, 1.0], [np.nan, 1.0]]),
        "Expected 1.0 at [1, 0], got nan (1 of 4 values are not finite).",
    ),
    (
        np.array([1.0, 2.0, 3.0]),
        np.array([1.0, 2.5, 2.0]),
        "At [1]: expected 2.0, got 2.5; 2 of 3 values are wrong, the largest error is 1 at [2]: expected 3.0, got 2.0.",
    ),
    ({"w": [np.zeros(2)]}, {"w": [np.ones(2)]}, "At ['w'][0][0]: expected 0.0, got 1.0"),
    (1.0, 1.0 + 1e-8, "Expected 1.0, got 1.00000001."),
    (np.full(2, 0.1), np.full(2, 0.1, F32), "Your result has dtype float32: digits were lost, float64 is expected."),
    (np.zeros(2), None, "Is a `return` missing?"),
    (7, 3.5, "Expected an integer (7), got a float (3.5)."),
]


@pytest.mark.parametrize(("expected", "got", "text"), SAYS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_sentence_says_where_and_how_much(expected, got, text):
    assert text in differ(expected, got).say


def test_the_worst_place_is_told_beside_the_first_and_in_full_where_six_digits_are_equal():
    grid = np.ones((2, 2))
    assert "is 3 at [0][1, 1]: expected 1.0, got 4.0." in differ([grid], [np.array([[2.0, 1.0], [3.0, 4.0]])]).say
    assert "the largest error is 5, here." in differ(np.zeros(3), np.array([5.0, 1.0, 0.0])).say
    found = differ(np.ones(2), 1 + np.array([1e-8, 2e-8]))
    assert "at [1]: expected 1.0, got 1.00000002." in found.say


def test_where_all_that_is_wrong_is_not_finite_no_largest_error_is_told():
    asked = np.array([1.5, np.inf, 2.0])
    assert differ(asked, np.array([1.5, np.nan, 2.0])).say == "At [1]: expected inf, got nan; 1 of 3 values are wrong."
    assert "the largest error is 3 at [2]" in differ(asked, np.array([1.5, np.nan, 5.0])).say


def test_small_arrays_and_lists_stand_whole_beside_each_other_with_the_wrong_values_marked():
    assert differ(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.5], [-3.0, 4.0]])).beside.splitlines() == [
        "expected       got",
        "[[1.0, 2.0],   [[  1.0,  2.5✗],",
        " [3.0, 4.0]]    [-3.0✗,   4.0]]",
    ]
    assert differ([5, 2, 1], [5, 2, 2]).beside == "expected    got\n[5, 2, 1]   [ 5,  2, 2✗]"
    assert differ((1.0, np.ones(2)), (1.0, np.zeros(2))).beside.endswith("[0.0✗, 0.0✗]")
    assert differ(np.arange(3), np.arange(4)).beside == "expected    got\n[0, 1, 2]   [0, 1, 2, 3]"
    near = differ(np.array([1.0, 2.0, 3.0]), np.array([1.0 + 1e-12, 2.0 + 1e-7, np.nan]))
    assert near.beside.count("✗") == 2
    assert differ([1e9, 1.0], [1.1e9, 1.2]).beside.count("✗") == 1


def test_eight_long_numbers_in_a_row_stand_one_row_below_the_other_and_none_is_cut():
    wide = np.arange(8) * 123456.789 - 654.321
    lines = differ(wide, wide + 1000).beside.splitlines()
    assert [lines[0], lines[2]] == ["expected", "got"]
    assert max(map(len, lines)) <= 96
    assert differ(np.arange(8.0), np.arange(8.0) + 1).beside.count("\n") == 1


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.zeros(25), np.ones(25)),
        (np.zeros((2, 9)), np.ones((2, 9))),
        (np.zeros((1, 2, 2)), np.ones((1, 2, 2))),
        (np.zeros(0), np.ones(2)),
        (1.0, 2.0),
        (np.ones(2), None),
        ([1.0, 2.0], [1.0, None]),
        ([1, "a"], [1, "b"]),
        (1.0, np.ones(3)),
        ([6.0], [3.0]),
    ],
    ids=repr,
)
def test_what_is_large_or_no_grid_is_not_shown_whole(expected, got):
    assert differ(expected, got).beside == ""


def test_the_first_wrong_thing_is_told_in_the_order_type_shape_finite_dtype_value():
    base = np.ones((2, 2))
    worse = [base * 2, (base * 2).astype(int), np.full((2, 2), np.nan), np.full((2, 3), np.nan), [math.nan]]
    assert [differ(base, got).what for got in worse] == ["value", "dtype", "finite", "shape", "type"]


def test_a_tolerance_from_the_record_takes_the_place_of_the_usual_one():
    assert differ(1.0, 1.05, rtol=0.1) is None
    assert differ(1.0, 1.0 + 1e-10, rtol=0.0).what == "value"
    assert differ(0.0, 1e-12, atol=1e-11) is None
    assert differ(0.0, 1e-12, atol=1e-13).what == "value"
    assert differ(100, 101, atol=2) is None
    assert differ(np.array([100]), np.array([103]), atol=2).what == "value"


def test_the_exact_dtype_counts_only_when_asked():
    assert differ(np.ones(2), np.ones(2, F32)) is None
    assert differ(np.ones(2), np.ones(2, F32), exact_dtype=True).what == "dtype"
    assert differ(1.0, 1, exact_dtype=True).what == "dtype"
    assert differ(np.ones(2, F32), np.ones(2, F32), exact_dtype=True) is None


def test_a_value_scaled_by_any_factor_beyond_the_tolerance_is_seen():
    rng = np.random.default_rng(5)
    for dtype, rtol in ((np.float64, 1e-9), (np.float32, 1e-5), (np.float16, 1e-3)):
        x = rng.normal(size=40).astype(dtype)
        largest = int(np.argmax(np.abs(x)))
        for factor, equal in ((0.5, True), (4.0, False)):  # the absolute and relative part add up: at most twice rtol
            y = x.astype(np.float64)
            y[largest] *= 1 + factor * rtol
            assert (compare(x, y) is None) is equal


def seen(kind, value, position=0):
    return Seen("c", "visible", position, "label", kind, observe(value), {})


def line(kind, value, **more):
    return {"position": 0, "label": "label", "kind": kind, "value": observe(value), **more}


def test_nothing_seen_is_not_reached():
    assert check_line(line("value", 3), None).what == "missing"


def test_an_exception_and_a_forbidden_call_fail_any_line():
    raised = seen("raised", {"type": "ValueError", "message": "no", "line": ""})
    forbidden = seen("forbidden", {"name": "course_lib.ops.convolution.conv.conv2d", "function": "f", "line": 3})
    for kind, value in (("value", 3), ("raises", {"type": "ValueError"}), ("at_least", 0)):
        assert check_line(line(kind, value, bound=0), raised).say == "Your code raised ValueError: no"
        say = "This calls the library's conv2d; write it yourself."
        assert check_line(line(kind, value, bound=0), forbidden).say == say


def test_the_stub_is_not_done_rather_than_wrong():
    found = check_line(line("value", 3), seen("raised", {"type": "NotDone", "message": "conv2d", "line": ""}))
    assert (found.what, found.say) == ("notdone", "Not done yet: conv2d.")


def test_the_record_decides_the_kind_of_a_line():
    assert check_line(line("value", 3), seen("same_as", (1, 1))).what == "kind"
    assert check_line(line("same_as", (1, 1)), seen("same_as", 3)).what == "kind"
    assert check_line(line("work", (1, 8)), seen("work", ("1", True))).what == "kind"


def test_what_the_cell_asks_for_is_believed_only_in_the_record():
    loose = Seen("c", "visible", 0, "label", "value", 3.1, {"rtol": 1.0, "bound": -5})
    assert check_line(line("value", 3.0), loose).what == "value"
    assert (
        check_line(line("at_least", 3, bound=3), Seen("c", "visible", 0, "", "at_least", 2, {"bound": 0})).what
        == "bound"
    )


def test_a_law_holds_when_both_sides_are_equal():
    law = line("same_as", (1.0, 1.0))
    assert check_line(law, seen("same_as", (2.0, 2.0 + 1e-12))) is None
    assert check_line(law, seen("same_as", (2.0, 3.0))).what == "law"
    assert check_line({**law, "rtol": 0.5}, seen("same_as", (2.0, 2.5))) is None


@pytest.mark.parametrize("got", [2.9, math.nan, math.inf, "4", None, np.ones(3), True])
def test_a_bound_is_reached_by_finite_numbers_only(got):
    assert check_line(line("at_least", 5, bound=3), seen("at_least", got)) is not None


@pytest.mark.parametrize("got", [3, 3.0, np.float32(4), np.array(7)])
def test_a_number_at_or_above_the_bound_passes(got):
    assert check_line(line("at_least", 5, bound=3), seen("at_least", got)) is None


def test_an_error_of_the_asked_type_or_of_a_kind_of_it_passes():
    want = line("raises", {"type": "ValueError"}, error="ValueError")
    ok = {"type": "UnicodeError", "message": "", "family": ["UnicodeError", "ValueError", "Exception"]}
    assert check_line(want, seen("raises", ok)) is None
    wrong = {"type": "KeyError", "message": "k", "family": ["KeyError", "LookupError", "Exception"]}
    assert check_line(want, seen("raises", wrong)).say == "Expected ValueError to be raised, got KeyError: k"
    nothing = {"type": None, "message": "", "family": []}
    assert check_line(want, seen("raises", nothing)).say == "Expected ValueError to be raised, but nothing was."


def test_a_changed_input_is_told_as_such():
    same = line("unchanged", np.arange(3.0))
    assert check_line(same, seen("unchanged", np.arange(3.0))) is None
    found = check_line(same, seen("unchanged", np.array([0.0, 1.0, -2.0])))
    assert found.what == "changed"
    assert found.say.startswith("Your function changed its input. At [2]: expected 2.0, got -2.0")


def test_growth_beyond_the_bound_fails_and_counts_are_free():
    vectorised = line("work", (50, 50))
    assert growth_bound(vectorised) == 2
    assert check_line(vectorised, seen("work", (9, 9))) is None
    assert check_line(vectorised, seen("work", (100, 800))).what == "work"
    linear = line("work", (20, 160))
    assert check_line(linear, seen("work", (100, 800))) is None
    assert check_line(linear, seen("work", (100, 6400))).what == "work"
    assert check_line({**linear, "bound": 70}, seen("work", (100, 6400))) is None
    assert check_line(linear, seen("work", (0, 0))) is None


def test_a_record_line_lays_what_the_cell_asked_flat_and_cannot_be_overwritten_by_it():
    made = record_line(Seen("c", "visible", 4, "label", "value", 3, {"rtol": 0.1, "atol": None, "kind": "at_least"}))
    assert made == {"position": 4, "label": "label", "kind": "value", "value": 3, "rtol": 0.1}


@pytest.mark.parametrize("use", [lambda dots: dots["A"], lambda dots: dots.size, lambda dots: dots + 1])
def test_dots_that_were_left_are_told_as_not_done_whatever_the_check_does_with_them(use):
    with pytest.raises((TypeError, AttributeError)) as told:
        use(...)
    value = {"type": told.type.__name__, "message": str(told.value)}
    seen = Seen("guess", "visible", 0, "the faults", "raised", value, {})
    found = check_line({"kind": "value", "value": 1}, seen)
    assert (found.what, found.say) == ("notdone", "Not done yet: put your answer in place of the dots.")
