"""A relation is said where it holds for everything wrong, and never on values that are wrong in no particular way."""

import numpy as np
import pytest

from course_lib.evidence.observation import Seen, observe
from course_lib.evidence.relation_kinds import GENERAL, SPECIFIC
from course_lib.evidence.relations import BY, diagnose, name_relation

A = np.random.default_rng(0).normal(size=(4, 5))
B = np.random.default_rng(1).normal(size=(3, 4, 4))
C = np.random.default_rng(2).normal(size=6)
N = np.arange(3, 15)
SIZES = np.array([3, 28, 7, 14, 224])
T = A > 0.2


def related(*pairs, parts=None, kind="value"):
    """The relation between (expected, got) pairs, one a line."""
    lines = [{"position": i, "label": "", "kind": kind, "value": observe(e)} for i, (e, _) in enumerate(pairs)]
    seen = [Seen("c", "visible", i, "", kind, observe(g), {}) for i, (_, g) in enumerate(pairs)]
    return name_relation({"lines": lines, **({"parts": parts} if parts else {})}, seen)


def named(*pairs):
    found = related(*pairs)
    return found and found.name


CASES = [
    (A, A.T, "transposed", "the expected one, transposed."),
    (B, B.transpose(2, 0, 1), "axes in another order", "axes as (2, 0, 1)."),
    (A, A[None], "an axis of size 1 left", "an axis of size 1 is left"),
    (A[:, :1], A[:, 0], "an axis of size 1 gone", "keepdims=True"),
    (3.7, np.array([3.7]), "an axis of size 1 left", "right values"),
    (A, A[:-1], "places missing", "one place too few at the end."),
    (A, A[:, 1:], "places missing", "one place too few at the start along axis 1."),
    (list(C), list(C[:-2]), "places missing", "2 places too few at the end."),
    (A, np.pad(A, 1), "places too many", "2 places too many all round along axes 0, 1."),
    (B, B[:, ::2, ::2], "only every s-th kept", "every second place along axis 1 and every second place along axis 2"),
    (B[:, ::2, ::2], B, "a stride ignored", "is a stride ignored?"),
    (A, A[::-1], "in reverse order", "in reverse order."),
    (A, A[:, ::-1], "in reverse order", "in reverse order along axis 1."),
    (A, np.roll(A, 1, 0), "moved by one place", "moved one place later."),
    (A, np.r_[A[1:], A[:1] * 9.1], "moved by one place", "moved one place earlier."),
    (A, A[[3, 3, 3, 3]], "the last place everywhere", "in all of its places what belongs in the last"),
    (A, A[[0, 3, 3, 3]], "the last place everywhere", "in all but the first of its places"),
    (A, -A, "sign turned", "sign turned."),
    (0.7312, -0.7312, "sign turned", "sign turned."),
    (A, abs(A), "absolute values", "signs are lost."),
    (A, 2 * A, "a whole factor too much", "twice the expected one."),
    (A, 8 * A, "a whole factor too much", "8 times the expected one"),
    (A, A / 2, "divided by a whole number", "half of the expected one."),
    (A, A / 10, "divided by a whole number", "divided by 10"),
    (A, A * 8 / 7, "by n - 1 for n", "is it divided by 7 in place of 8?"),
    (A, A * 7 / 8, "by n for n - 1", "is it divided by 8 in place of 7?"),
    (A, A * 3**0.5, "times a root", "times the root of 3"),
    (A, A / 5**0.5, "divided by a root", "divided by the root of 5"),
    (0.7312, 0.7312 * np.log(2), "times the logarithm of 2", "is a logarithm of another base asked?"),
    (A, A / np.log(10), "divided by the logarithm of 10", "divided by the logarithm of 10"),
    (A, 1.2345 * A, "a constant factor", "times a constant, 1.2345."),
    (A, A + 0.5, "a constant added", "0.5 too large."),
    (SIZES, SIZES + 1, "one too large", "one too large."),
    (A, A + 1, "one too large", "is everywhere one too large."),
    (A, np.eye(A.shape[1])[A.argmax(axis=1)], "one for the largest", "1 where the expected one is largest"),
    (A, A.astype(int), "cut to integers", "cut to integers"),
    (A, np.floor(A), "cut to integers", "rounded down to integers"),
    (A, np.ceil(A), "cut to integers", "rounded up to integers"),
    (A, A**2, "squared", "the square of"),
    (abs(A), np.sqrt(abs(A)), "the square root", "the square root of"),
    (A, np.exp(A), "the exponential", "the exponential of"),
    (A, 1 - A, "one minus it", "one minus"),
    (A, np.where(A > 0, A, np.nan), "not finite", "right wherever it is finite."),
    (A, np.zeros_like(A), "zeros only", "zeros only"),
    (A, A * (np.arange(5) % 2), "zeros where filled", "right where it is not zero"),
    (A, np.maximum(A, 0), "cut off", "with 0 for what is negative: does a ReLU"),
    (A, np.clip(A, -0.5, 0.75), "cut off", "cut off below -0.5 and above 0.75: does a clip"),
    (A, np.r_[np.zeros((3, 5)), A[-1:]], "zeros where filled", "right in the last place"),
    (T, ~T, "true and false exchanged", "true and false exchanged"),
    (A, A.ravel(), "another shape", "flattened."),
    (A, A.reshape(5, 4), "another shape", "in another shape."),
    (A.mean(axis=1), A, "no mean taken", "would be right after the mean over axis 1: is it missing?"),
    (A.sum(), A, "no sum taken", "after the sum over everything"),
    (A, A.sum(axis=0), "a sum too many", "is the sum over axis 0 of the expected one"),
    (C, C + (C - C[:, None]) * 2, "a table for a row", "a column (n, 1) meet a row (n,)?"),
    (A, A * (1 - A), "times one minus it", "the sigmoid's derivative"),
    (A, 1 - A**2, "one minus its square", "tanh's derivative"),
    (A, 3 * A + 2, "a factor and a constant", "times 3, plus 2."),
    (C, C[[2, 0, 1, 5, 4, 3]], "another order", "in another order."),
    (C, np.sort(C), "sorted", "sorted."),
    (A, np.where(A > 0.5, -A, A), "some signs turned", "some of its signs."),
    (A, A * C[:4, None], "factor by slices", "right ratios along axis 1"),
    (A, A + C[:5], "offset by slices", "right differences along axis 0"),
    (A, np.r_[A[:-1], [C[:5]]], "wrong only on the last place", "right but for the last place."),
    (A, A + np.diag(C[:5])[:4], "wrong only on the diagonal place", "right off the diagonal"),
]


SEVERAL = {"another size": ((A, 1.5 * A), (B, 0.25 * B)), "another offset": ((A, A + 1.5), (B, B - 2))}


@pytest.mark.parametrize("name", SEVERAL)
def test_a_factor_or_an_offset_may_be_each_arrays_own(name):
    assert named(*SEVERAL[name]) == name
    assert named(*SEVERAL[name], (C, C**3 + C)) is None


@pytest.mark.parametrize(("expected", "got", "name", "part"), CASES)
def test_every_relation_is_recognised_and_said(expected, got, name, part):
    found = related((expected, got))
    assert found.name == name
    assert part in found.say
    assert found.say.startswith("Your result ")
    assert found.say.endswith((".", "?"))


def test_a_large_number_less_one_is_no_divisor_where_nothing_has_that_size():
    name, large = "by n - 1 for n", np.random.default_rng(4).normal(size=21)
    assert named((large, large * 21 / 20)) == name
    assert named((C, C * 16 / 15)) == name
    assert named((C, C * 21 / 20)) == "a constant factor"


def test_of_single_numbers_none_is_kept_and_changed():
    name = "the last place everywhere"
    assert named((B[:3], B[[0, 2, 2]])) == name
    assert named((C[:3], C[[0, 2, 2]])) != name


def test_every_kind_has_a_case():
    cases = [case[:3] for case in CASES] + [(*pairs[0], name) for name, pairs in SEVERAL.items()]
    reached = {kind for kind in (*SPECIFIC, *GENERAL) for e, g, name in cases if _finds(kind, e, g, name)}
    assert reached == {*SPECIFIC, *GENERAL}


def _finds(kind, expected, got, name):
    from course_lib.evidence.pairs import pair

    return any(kind.name(form) == name for form in kind.find(pair(observe(expected), observe(got))))


def random_values(random):
    """A right and a wrong value of one shape: floats, small integers, probabilities or truth values."""
    shape = tuple(random.integers(1, 6, size=random.integers(0, 4)))
    which = random.integers(5)
    if which == 0:
        return [random.normal(size=shape) for _ in "eg"]
    if which == 1:
        return [random.integers(-4, 9, size=shape) for _ in "eg"]
    if which == 2:
        return [random.dirichlet(np.ones(4), size=shape) for _ in "eg"]
    if which == 3:
        return [random.random(shape) > 0.5 for _ in "eg"]
    return [random.integers(0, 3, size=shape).astype(float) for _ in "eg"]


def test_nothing_is_said_of_values_that_are_wrong_at_random():
    random, said, wrong = np.random.default_rng(3), [], 0
    for _ in range(600):
        e, g = random_values(random)
        found = related((e, g))
        wrong += not np.array_equal(e, g)
        said += [(found.name, e, g)] if found else []
    assert wrong > 500
    assert len(said) <= 0.005 * wrong, said


def test_values_that_tell_little_say_nothing():
    for e, g in ((2.0, 4.0), (2, 3), (4.0, 2.0), (1.0, -1.0), (1, 0), (True, False), (0.5, 0.25), ([1, 2], [2, 1])):
        assert named((e, g)) is None


def test_simple_values_speak_where_there_are_enough():
    assert named((np.array([5 / 3, -0.5, 0]), np.array([-5 / 3, 0.5, 0]))) == "sign turned"
    hot = np.eye(3)[[0, 1, 2, 1, 0, 2, 2, 0]]
    assert named((hot, -hot)) == "sign turned"
    assert named((hot[:3], -hot[:3])) is None


def test_two_relations_of_different_kinds_are_both_left_unsaid():
    skew = np.array([[0, 1.17, -2.31], [-1.17, 0, 4.93], [2.31, -4.93, 0]])
    assert named((skew, skew.T)) is None  # transposed, or its sign turned
    down = -np.abs(A)
    assert named((down, -down)) is None  # its sign turned, or its absolute values
    assert named((N[:9], N[:9] + 1)) is None  # one more everywhere, or moved by one place
    cube = np.broadcast_to(C[:4, None, None], (4, 4, 4)) * 1.0
    assert named((cube, cube.transpose(1, 2, 0))) is None  # two orders of axes


def test_a_relation_holds_for_everything_wrong_in_every_failing_line():
    assert named((A, -A), (B, -B)) == "sign turned"
    assert named((A, -A), (B, B), (C, -C)) == "sign turned"
    assert named((A, -A), (B, B + 1)) is None
    assert named((A, -A), (B, "text")) is None
    assert named((A, A.T), (C, -C)) is None
    assert named(({"w": A, "b": C}, {"w": -A, "b": C + 1})) is None


def test_the_place_is_said_where_only_a_part_is_wrong():
    assert related(((A, C), (A, -C))).say.startswith("At [1] your result is ")
    assert related(({"w": A, "b": C}, {"w": -A, "b": -C})).say.startswith("Wherever it is wrong, your result is ")
    assert related(((A, C), (A, -C)), ((A, C), (-A, C))).say.startswith("Wherever it is wrong")


def test_scalars_of_several_lines_speak_together():
    assert named((3, 4)) is None
    assert named((3, 4), (5, 6), (9, 10)) == "one too large"
    assert named((3, 4), (5, 6), (9, 11)) is None
    found = related((0.4321, 4 * 0.4321), (0.8765, 7 * 0.8765))
    assert "times a whole number n (4, then 7)" in found.say


def test_lists_are_arrays_and_rows_of_lists_are_tables():
    assert named((list(C), list(-C))) == "sign turned"
    assert named((A.tolist(), A.T.tolist())) == "transposed"
    assert named((list(C), (*C, "end"))) is None
    assert named(([1, 2**70], [2, 3])) is None


def test_what_is_wrong_beside_the_numbers_is_no_relation():
    assert named((A[0], list(A[0]))) is None
    assert named((A[0], list(-A[0]))) is None
    assert named((A.astype(np.float32), A.astype(np.float32).astype(complex))) is None
    assert named((SIZES, SIZES.astype(float))) is None


def test_single_precision_is_held_to_single_precision():
    single = A.astype(np.float32)
    assert named((single, -single.astype(float))) == "sign turned"
    assert named((single, single * np.float32(8 / 7))) == "by n - 1 for n"
    assert named((A, -A * (1 + 1e-6))) is None
    assert named((A * 1j, -A * 1j)) == "sign turned"


def test_lines_of_other_kinds_are_not_related():
    assert related((A, -A), kind="unchanged") is None
    lines = [{"position": 0, "label": "", "kind": "value", "value": A, "hash": "x", "salt": "y"}]
    assert name_relation({"lines": lines}, [Seen("c", "visible", 0, "", "value", -A, {})]) is None
    assert related() is None


def test_of_hidden_lines_only_the_kind_is_said():
    found = related((A, A), (B, 8 * B), parts={0: "visible", 1: "hidden"})
    assert found.say == "Every hidden value that is wrong differs in one way: a whole factor too much."
    visible = related((A, 8 * A), (B, -B), parts={0: "visible", 1: "hidden"})
    assert visible.say.startswith("Your result is 8 times")


def test_a_known_mistake_comes_before_a_relation():
    check = {"lines": [{"position": 0, "label": "", "kind": "value", "value": A}]}
    known = {"name": "downhill", "say": "it points uphill", "lines": [{**check["lines"][0], "value": -A}]}
    seen = [Seen("c", "visible", 0, "", "value", -A, {})]
    assert diagnose({**check, "mistakes": [known]}, seen).name == "downhill"
    found = diagnose(check, seen)
    assert (found.name, found.sentence) == (BY + "sign turned", "Your result is the expected one with its sign turned.")
    assert diagnose(check, [Seen("c", "visible", 0, "", "value", A, {})]) is None


def test_large_arrays_are_not_searched():
    large = np.random.default_rng(4).normal(size=(600, 600))
    assert named((large, -large)) is None
