"""What is said where no relation explains everything wrong; each beside a sibling of which it is not said."""

import time

import numpy as np
import pytest

from course_lib.evidence.facts import name_fact
from course_lib.evidence.observation import Seen, observe
from course_lib.evidence.pairs import pair
from course_lib.evidence.relations import BY, diagnose
from course_lib.evidence.values import compare

A = np.random.default_rng(0).normal(size=(4, 5))
B = np.random.default_rng(1).normal(size=(4, 5))
C = np.random.default_rng(2).normal(size=6)


def told(*lines, parts=None, source=""):
    """The name and the sentence for lines (label, expected, got) or (label, expected, got, kind)."""
    rows = [(*line, "value")[:4] for line in lines]
    record = [{"position": i, "label": r[0], "kind": r[3], "value": observe(r[1])} for i, r in enumerate(rows)]
    seen = [Seen("c", "visible", i, r[0], r[3], observe(r[2]), {}) for i, r in enumerate(rows)]
    found = diagnose({"lines": record, "mistakes": [], **({"parts": parts} if parts else {})}, seen, source)
    return (found.name.removeprefix(BY), found.sentence) if found else ("", "")


def given(x):
    return x


THINGS = [
    (A, None, "nothing returned", "is None: is a `return` missing?"),
    (A, given, "not called", "was not called"),
    (A, (x for x in C), "not collected", "nobody has gone through"),
    (A, list(A), "a list for an array", "in a list; np.array(...)"),
    (list(C), C, "an array for a list", "in an array"),
    (np.array([1.0, 0, 1]), np.array([1, 0, 1]), "integers for floats", "as integers; asked are floats."),
    (np.array([1, 0, 1]), np.array([True, False, True]), "truth values for integers", "as truth values"),
    ((A, C), (C, A), "parts exchanged", "has [0] and [1] exchanged."),
    ((A, B), (A, A), "a part twice", "has at [1] what belongs at [0]."),
    ((A, C), C, "one part only", "is what belongs at [1] alone; 2 things are asked for."),
    (A, (A, C), "more than asked", "holds what is asked for at [0], and more"),
    (A, (A,), "in a list of its own", "stands in a tuple of one; asked is what it holds."),
    ([A], A, "not in a list", "which is asked for with one thing in it."),
    (0.4321, np.array([[1, 0.4321], [0.4321, 1]]), "one of an array", "holds the expected number at [0, 1]"),
]


@pytest.mark.parametrize(("expected", "got", "name", "part"), THINGS, ids=[thing[2] for thing in THINGS])
def test_what_the_result_is_is_said(expected, got, name, part):
    assert told(("a line", expected, got))[0] == name
    assert part in told(("a line", expected, got))[1]
    inside = told(("a line", ("x", expected), ("x", got)))
    assert 'For "a line", at [1], your result ' in inside[1]
    assert inside[0] == ("nothing there" if got is None else name)


def test_none_is_an_answer_where_it_is_right_in_another_part():
    assert told(("the end", [-1, 0], [None, 0]))[0] == "nothing there"
    assert told(("the end", [-1, None], [None, None])) == ("", "")


def test_other_things_are_not_called_so():
    names = {name for _, _, name, _ in THINGS}
    for expected, got in ((A, list(B)), ((A, C), (B, C + B[0, 0] * A[0, 0])), (0.4321, A), ((A, C), B), (A, (B, C))):
        assert told(("a line", expected, got))[0] not in names
    assert told(("a line", (1, 2), (2, 1)))[0] not in names  # two numbers may be any


def test_what_belongs_to_another_line_is_said_with_both_labels():
    name, say = told(("two steps", A, B), ("three steps", B, B))
    assert name == "belongs to another line"
    assert '"two steps" you give what belongs to "three steps"' in say
    assert told(("two steps", A, B + 1), ("three steps", B, B))[0] != name
    assert told(("two steps", 3, 4), ("three steps", 4, 4))[0] != name  # a small whole number tells nothing


def test_an_input_given_back_is_said():
    line = ("w afterwards", A, A, "unchanged")
    assert told(("one step", B, A), line)[0] == "an input as it came"
    assert told(("one step", B, A + 1), line)[0] != "an input as it came"


def test_the_same_answer_to_different_questions_is_said():
    name, say = told(("low 0", A, C), ("low 1", B, C))
    assert name == "the same for different lines"
    assert '"low 0" and "low 1" you give the same' in say
    assert "or does something stand still" in say
    assert told(("low 0", A, C), ("low 1", A, C))[0] != name
    assert told(("low 0", A, C), ("low 1", B, C + 1))[0] != name
    one_wrong = [("low 0", (0.2917, 3.0), (0.2917, 4.0)), ("low 1", (0.2917, 2.0), (0.2917, 4.0))]
    assert told(*one_wrong)[0] != name


STEPS = [
    (A - (B - A), "a step turned round", "on the other side"),
    (A + 3 * (B - A), "a step of another length", "is 3 times as far off"),
    (A + (B - A) / 4, "a step of another length", "has gone 1/4 of"),
    (A - 2.7 * (B - A), "a step of another length", "on the other side, 2.7 times"),
]


@pytest.mark.parametrize(("got", "name", "part"), STEPS)
def test_a_step_is_seen_from_its_start(got, name, part):
    found, say = told(("one step", B, got), ("w", A, A, "unchanged"))
    assert found == name
    assert say.startswith('Seen from "w", your result for "one step"')
    assert part in say
    assert not told(("one step", B, got * (1 + A)), ("w", A, A, "unchanged"))[0].startswith("a step")


def test_only_what_is_a_start_is_seen_as_one():
    lines = [("epoch 1", "epoch 2", True), ("the start", "one step", True), ("before any step", "after them", True)]
    for one, two, step in (*lines, ("a - b", "b - a", False)):
        assert (told((one, (A, 3), (A, 3)), (two, (B, 4), (A, 5)))[0] == "a step not taken") == step


def test_a_relation_of_one_line_names_the_line():
    name, say = told(("one step", A, 2 * A), ("two steps", B, B**2 + 3 * A))
    assert (name, say) == ("a whole factor too much", 'For "one step" your result is twice the expected one.')
    assert "every" not in say


def test_a_relation_of_one_part_names_the_part():
    name, say = told(("x", (A, C), (-A, C**2 + 3)), ("y", (B, C), (-B, C**3 + 2)))
    assert (name, say) == ("sign turned", "At [0] your result is the expected one with its sign turned.")


def test_few_values_are_related_last():
    assert told(("a", 12.0, 6.0))[1] == "Your result is half of the expected one."
    assert told(("a", 5, 6))[1] == "Your result is everywhere one too large."
    assert told(("a", 5, 9)) == ("", "")


def test_one_number_that_is_whole_by_chance_is_not_called_rounded():
    halves = (np.array([0.0, 0.5, 1]), 0.875), (np.array([0.0, 0.25, 1]), 0.75)
    lines = [(str(k), pair, (pair[0][1:], 1.0)) for k, pair in enumerate(halves)]
    assert "integers" not in told(*lines)[1]
    assert "integers" not in told(("a", 0.875, 1.0))[1]
    assert "integers" not in told(("a", np.array([0.3, 2, 5.2, 4, 6]), np.array([0.0, 2, 5, 4, 6])))[1]
    many = np.array([0.3, 2.8, 5.2, 4, 6.7])
    assert told(("a", many, np.floor(many)))[0] == "cut to integers"
    assert told(*((str(x), x, float(int(x))) for x in (2.3, 7.8, 11.4)))[0] == "cut to integers"
    near_one = np.array([1.31, 1.72, 1.44, 1.07, 1.88])
    assert told(("a", near_one, np.ones(5)))[0] != "cut to integers"  # a buffer never written holds ones, too


def test_a_text_that_is_misspelt_or_stands_twice_is_shown():
    three = ["dead ReLUs", "rate too high", "rate too low"]
    assert told(("names", three, [*three[:2], "rate to low"]))[1] == (
        "For \"names\" your result holds 'rate to low', which is none of the texts asked for: is one misspelt?"
    )
    assert told(("names", three, [*three[:2], three[1]]))[0] == "a text twice"
    assert told(("names", three, three[::-1]))[0] not in ("an unknown text", "a text twice")
    assert told(("names", [*three, three[0]], [*three, "rate to low"])) == ("", "")
    assert told(("names", three, ["x", "y", three[0]])) == ("", "")


def test_a_list_that_should_be_empty_shows_what_is_in_it():
    assert compare([], ["rate to low"]).say == "Expected 0 items, got 1: ['rate to low']."
    assert compare((5, 24), (5, 1, 24)).say == "Expected (5, 24), got (5, 1, 24): 3 instead of 2 items."


def test_a_shape_with_another_number_of_axes_is_no_list_with_more_in_it():
    name, say = told(("shape of the masks", (5, 24, 24), (5, 1, 24, 24)))
    assert name == "too many things"
    assert "4 numbers where 3 are asked for: if it is a shape, that is axes too many." in say
    assert told(("shape", (0, 3), (0,)))[1].endswith(
        " has 1 number where 2 are asked for: if it is a shape, that is axes too few."
    )
    assert told(("shape", (7,), ()))[1].endswith("is the empty tuple: if it is a shape, that of a single number.")
    rows = ("rows kept", [5, 24, 26], [5, 1, 24, 26])
    assert told(rows)[0] == "more than asked for"


def test_how_many_things_came_is_said_last():
    assert told(("a", ("x", "y"), 3)) == ("one thing for several", told(("a", ("x", "y"), 3))[1])
    assert told(("a", ["x"], ["y", "z"]))[1] == 'For "a" your result holds 2; one is asked for.'
    assert told(("a", ["x", "y"], ["y", "z"])) == ("", "")


def test_much_that_is_wrong_in_no_way_costs_little():
    random = np.random.default_rng(5)
    lines = [
        (f"l{k}", [random.normal(size=(9, 8, 7)) for _ in "abc"], list(random.normal(size=(3, 9, 8, 7))))
        for k in range(30)
    ]
    begin = time.process_time()
    assert told(*lines) == ("", "")
    assert time.process_time() - begin < 2


INTS = np.array([[0, 1, 2], [3, 2, 1], [1, 0, 4]])
TRUE = A > 0
FACTS = [
    (INTS[:, 0], np.array([0, 3]), "some missing", "does a loop end early?"),
    (INTS[:2], INTS, "more than asked for", "holds all that is asked for, and more"),
    (TRUE, TRUE | (B > 0), "True too often", "never the other way"),
    (TRUE, TRUE & (B > 0), "True too rarely", "too strong?"),
    (A, np.concatenate([A[:2], B[2:]]), "wrong from one place on", "is right before place 2 along axis 0"),
    (C, np.concatenate([-2 * C[:3] - 1, C[3:]]), "wrong up to one place", "is wrong before place 3 and right"),
    (A, np.pad(A[1:-1, 1:-1], 1), "wrong at the border", "the outermost pixels"),
    (A, np.where(A > 1, np.nan, B), "not finite", "look for a division by 0"),
    (C, 0.5, "one number for an array", "is one number where"),
    (np.zeros((3, 3)), np.ones((3, 3, 2)), "axes too many", "one kept"),
    (A, B.T, "axes exchanged", "turned round"),
    (A, B[:-1], "too short", "along axis 0"),
    (A * (A > 0), np.where(A > 0, A, B), "wrong where 0 is right", "only where the expected one is 0"),
    (A, np.full(A.shape, 0.3), "the same number everywhere", "the same number"),
    (A, np.where(A > 0, A * (1.01 + 0.01 * np.tanh(B)), A * (0.99 + 0.01 * np.tanh(B))), "nearly right", "3 % off"),
    (A, np.concatenate([A[:1], B[1:2], A[2:]]), "wrong in one place", "only in place 1 along axis 0"),
    (A, -np.sign(A) * (1 + A**2), "other signs", "the other sign"),
    (C, C**3, "the right order", "right order of size"),
    (A, A * (2 + np.abs(B)), "too large in size", "has the right signs"),
    (A, A + 0.2 + np.abs(B), "too large", "added that should not be"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "got", "name", "part"), FACTS, ids=[fact[2] for fact in FACTS])
def test_facts_are_said_where_nothing_else_is_known(expected, got, name, part):
    found = name_fact([pair(observe(expected), observe(got))])
    assert found[0] == name
    assert part in found[1]
    assert told(("a line", expected, got))[1].startswith("Your result ")


def test_where_it_is_wrong_is_said_once():
    pairs = [("a", (A, C), (A * (2 + B**2), C * (3 + C**2)))]
    assert told(*pairs)[1] == "Your result has the right signs, and is too large in size wherever it is wrong."


def test_nan_is_said_of_the_line_that_holds_it():
    split, cold = (
        (np.array([0.0, 1, 0]), np.array([0, 0.5, 0.5])),
        (np.array([0.3578, 0.6422, 0]), np.array([np.nan] * 3)),
    )
    name, said = told(("equals", *split), ("cold", *cold))
    assert (name, said[:28]) == ("not finite", 'For "cold" your result holds')
    assert told(("cold", *cold), ("colder", *cold))[1].startswith("Your result holds nan or inf")
    assert name_fact([pair(*split), pair(*cold)]) is None


def test_nearly_right_is_said_only_where_nothing_is_far_off():
    near, far = (0.92, 0.9301), (0.57, 1.7803)
    assert told(("b", *near))[0] == "nearly right"
    assert told(("a", *far), ("b", *near))[0] != "nearly right"


def test_a_place_tells_nothing_where_little_is_right_or_lines_differ():
    later = pair(observe(A), observe(np.concatenate([A[:3], B[3:] * 3])))
    assert name_fact([pair(observe(A), observe(np.concatenate([A[:2], B[2:]]))), later]) is None
    assert name_fact([pair(np.array([True, False, False]), np.array([True, True, True]))]) is None
    assert name_fact([pair([1, 2, 3], [1, 5])])[0] == "too short"


def test_where_nearly_everything_is_positive_that_is_no_news():
    for zeros, said in ((2, False), (20, True)):
        e = np.concatenate([np.abs(A).ravel(), np.zeros(zeros)])
        g = np.concatenate([np.abs(B).ravel(), np.zeros(zeros)])
        found = name_fact([pair(e, g)])
        assert bool(found and found[0] == "wrong where positive is right") == said


def test_a_walk_that_goes_astray_at_one_step_is_seen_in_lines_of_any_length():
    short, long, other = A[:3], A, B
    pairs = [pair(e, np.concatenate([e[:2], other[2 : len(e)]])) for e in (short, long)]
    assert name_fact(pairs)[1].startswith("is right before place 2 along axis 0 and wrong from there on")
    assert name_fact(pairs[:1])[0] != "wrong from one place on"


def test_of_three_numbers_or_few_counts_no_place_and_no_sign_is_told():
    three = pair([2.0, -1.845, 5.845], [2.0, 0.359, 3.641])
    assert name_fact([three]) is None
    assert name_fact([pair([-1, 5, 3, 0], [-1, 4, 0, 0])]) is None
    assert name_fact([pair([-1, 5, 3, 0, 7, 9], [-1, 4, 0, 0, 5, 5])])[0] == "wrong where positive is right"


def test_a_way_back_that_goes_astray_at_once_is_seen():
    pairs = [pair(e, np.concatenate([e[:-1] * 3 + 1, e[-1:]])) for e in (C, C[:3], C[2:4])]
    assert name_fact(pairs)[1].startswith("is right in the last place and wrong in all before it")
    assert name_fact(pairs[:1]) is None
    assert name_fact([*pairs, pair(C[:4], C[:4] * [1, 2, 2, 1])]) is None


def test_of_counts_nothing_is_said_to_be_added():
    for add, ends in ((np.array([1, 4, 2, 9, 3]), "wrong."), (np.array([0.1, 4, 2, 9, 3]), "not taken off?")):
        right = np.array([7, 30, 41, 12, 23])
        name, say = told(("a", right, right + add))
        assert (name, say.endswith(ends)) == ("too large", True)


def test_what_is_right_must_tell_something():
    padded = np.concatenate([A, np.zeros((4, 5))])
    assert name_fact([pair(padded, np.concatenate([B, np.zeros((4, 5))]))]) is None
    assert told(("a", 2.0, 1.9548))[0] == "nearly right"
    assert told(("a", 200, 201))[0] != "nearly right"


def test_predictions_that_are_not_good_enough_are_called_so():
    truth = np.arange(10) % 3
    line = {"position": 0, "label": "", "kind": "outcome", "value": truth, "measure": "accuracy", "at_least": 0.9}
    check = {"lines": [line], "mistakes": [], "parts": {0: "hidden"}}
    half = np.where(np.arange(10) < 7, truth, 0)
    for guess, name in ((half, BY + "not good enough"), (truth * 0, BY + "no better than guessing"), (truth, None)):
        found = diagnose(check, [Seen("c", "hidden", 0, "", "outcome", guess, {})])
        assert (found and found.name) == name
        assert found is None or not any(c.isdigit() for c in found.sentence)


def test_infinite_values_make_nothing_equal():
    infinite = pair(np.array([1.8596, 1.3548, np.inf]), np.array([7.7103, 1.3548, np.inf]))
    assert infinite.right().tolist() == [False, True, True]
    assert not infinite.near(infinite.e, infinite.g)


def test_one_place_of_short_rows_speaks_alone():
    rows = (("a", (240, 1152), (240, 6912)), ("b", (61, 336), (61, 672)))
    assert told(rows[0])[1].startswith("At [1] your result is 6 times the expected one")
    assert told(*rows)[0] == "a whole factor too much"
    assert told(("a", (240, 1152), (240, 6913))) == ("", "")
    assert told(("a", (24, 3), (24, 18)))[0] != "a whole factor too much"  # 6 times 3 may be chance


def test_which_parts_are_right_is_said_last_of_all():
    def net(weights, output):
        return {"weights": weights, "output": output, "gradient": 2 * output + 1}

    name, say = told(("a", net(12, A), net(12, B)), ("b", net(30, B.T), net(30, A.T)))
    assert name == "some parts right"
    assert "is right at ['weights'] and wrong at ['gradient'], ['output']: look at the order of the layers" in say
    assert told(("a", net(12, A), net(10, B)))[1].endswith("has too few weights: is a layer there twice or not at all, "
                                                           "a bias, a wrong size?")  # fmt: skip
    assert told(("a", net(12, A), net(14, B)), ("b", net(9, B.T), net(12, A.T)))[0] == "too many weights"
    assert told(("a", net(12, A), net(14, B)), ("b", net(9, B.T), net(8, A.T))) == ("", "")
    kinds = {"kind": "x", "fell": True, "mode": True}
    assert told(("a", kinds, kinds | {"kind": "y"}))[1].endswith(
        "is right at ['fell'], ['mode'] and wrong at ['kind']."
    )


def test_of_values_that_are_wrong_at_random_no_fact_is_said():
    said = [name_fact([pair(*np.random.default_rng(k).normal(size=(2, 4, 5)))]) for k in range(200)]
    assert [fact for fact in said if fact] == []


def test_of_hidden_lines_neither_label_nor_number_is_said():
    parts = {0: "hidden", 1: "hidden"}
    for lines in (
        [("secret", A, B), ("other", B, B)],
        [("secret", A, None), ("other", B, B)],
        [("secret", A, 2 * A), ("other", B, B**2 + 3 * A)],
        [("secret", A, np.full(A.shape, 0.3)), ("other", B, A)],
        [("secret", INTS, INTS[:2]), ("other", B, B)],
        [("secret", A, np.pad(A[1:-1, 1:-1], 1)), ("other", B, B)],
        [("secret", (240, 1152), (240, 6912)), ("other", B, B)],
        [("secret", {"weights": 7, "output": A}, {"weights": 7, "output": B}), ("other", B, B)],
        [("secret", 12.0, 6.0), ("other", B, B)],
    ):
        say = told(*lines, parts=parts)[1]
        assert "hidden value" in say
        assert "secret" not in say
        assert not any(digit in say for digit in "0123456789")
