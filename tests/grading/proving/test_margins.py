"""Errors in units of the tolerance, and the same answer computed otherwise."""

import ast
import math

import numpy as np
import pytest

from course_lib.evidence.compare import check_line
from course_lib.evidence.observation import Seen
from grading.proving.margins import _Reorder, _Reordered, _widened, smallest_tolerance, tolerance_of, units


def line(value, **spec):
    return {"position": 0, "label": "v", "kind": "value", "value": value, **spec}


def seen(value):
    return Seen("c", "visible", 0, "v", "value", value)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("spec", [{}, {"rtol": 1e-3}, {"rtol": 1e-6, "atol": 1e-4}, {"rtol": 0.0, "atol": 1e-2}])
def test_one_unit_is_where_the_comparison_begins_to_object(dtype, spec):
    rng = np.random.default_rng(5)
    want = rng.normal(size=7).astype(dtype)
    for scale in 10.0 ** np.arange(-12, 1):
        got = (want + scale * rng.normal(size=7)).astype(dtype)
        asked = line(want, **spec)
        passes = check_line(asked, seen(got)) is None
        assert passes == (units(asked, seen(got)) <= 1), (scale, units(asked, seen(got)))


def test_numbers_side_by_side_share_their_scale():
    want = (1e-12, 1.0)
    got = (2e-12, 1.0)
    assert check_line(line(want), seen(got)) is None
    assert 0 < units(line(want), seen(got)) < 1
    assert units(line(1e-12), seen(2e-12)) > 1


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (np.ones(3), np.ones(4)),
        (np.ones(3), "text"),
        ([1.0, 2.0], [1.0]),
        ({"a": 1.0}, {"b": 1.0}),
        (3, 4),
        (np.ones(3), np.ones(3, dtype=int)),
        (True, 1),
        ("a", "b"),
        (np.array([1.0, 2.0]), np.array([1.0, np.nan])),
    ],
)
def test_what_differs_in_structure_is_infinitely_far(want, got):
    assert check_line(line(want), seen(got)) is not None
    assert units(line(want), seen(got)) == math.inf


def test_equal_values_are_no_distance_apart():
    for value in (np.array([1.0, np.nan, np.inf]), 3, "a", None, [1.0, {"k": np.ones(2, np.float32)}], True):
        assert units(line(value), seen(value)) == 0


def test_the_tolerance_in_force():
    assert tolerance_of(line(1.0)) == 1e-9
    assert tolerance_of(line([np.ones(2, np.float32)])) == 1e-5
    assert tolerance_of(line(1.0, rtol=0.1)) == 0.1
    assert tolerance_of(line(np.arange(3))) == 0.0
    assert smallest_tolerance(line(np.ones(2, np.float32))) == pytest.approx(1.2e-6, rel=0.01)
    assert smallest_tolerance(line(3)) == 0.0


def reordered(source, **names):
    tree = ast.fix_missing_locations(_Reorder().visit(ast.parse(source, mode="eval")))
    return eval(compile(tree, "x", "eval"), {"np": np, "_reordered": _Reordered(), **names})


@pytest.mark.parametrize(
    "source",
    [
        "a @ b",
        "a @ v",
        "v @ v",
        "stack @ b",
        "a.sum()",
        "a.sum(axis=0)",
        "a.sum(axis=(0, 1))",
        "a.sum(0, keepdims=True)",
        "np.sum(a, axis=-1)",
        "np.mean(a)",
        "a.mean(axis=1, keepdims=True)",
        "np.dot(a, b)",
        "a.dot(b)",
        "np.matmul(a, b)",
        "np.einsum('ij,jk->ik', a, b)",
        "np.tensordot(a, b, axes=1)",
        "sum([1, 2, 3])",
        "obj.mean(2)",
    ],
)
def test_another_order_of_sums_is_the_same_up_to_rounding(source):
    class Object:
        def mean(self, x):
            return x + 1

    rng = np.random.default_rng(3)
    names = {"a": rng.normal(size=(40, 30)), "b": rng.normal(size=(30, 20)), "v": rng.normal(size=30), "obj": Object()}
    names["stack"] = rng.normal(size=(2, 5, 30))
    want, got = eval(source, {"np": np, **names}), reordered(source, **names)
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=1e-10)


def test_another_order_moves_the_last_digits():
    x = np.random.default_rng(1).normal(size=1000)
    assert reordered("x.sum()", x=x) != x.sum()


def test_shapes_that_do_not_fit_raise_numpys_own_error():
    with pytest.raises(ValueError, match="matmul"):
        reordered("a @ b", a=np.ones((2, 3)), b=np.ones((4, 2)))


def test_wider_internals_show_the_rounding_of_the_plain_ones():
    x = np.full(10_000, 0.1, dtype=np.float32)

    def total(x):
        out = x.dtype.type(0)
        for value in x:
            out = out + value
        return out

    wide = _widened(total)
    assert wide(x).dtype == np.float32
    exact = float(np.float32(0.1)) * 10_000
    assert abs(float(wide(x)) - exact) < abs(float(total(x)) - exact)


def test_wider_internals_keep_changes_in_place_and_structure():
    def step(params, *, rate):
        for p in params:
            p -= rate * p
        return {"first": params[0], "n": len(params)}

    params = [np.ones(3), np.full(2, 2.0)]
    out = _widened(step)(params, rate=0.5)
    np.testing.assert_array_equal(params[1], [1.0, 1.0])
    assert out["first"] is params[0]
    assert out["n"] == 2


def test_wider_internals_reach_through_calls_between_answers():
    seen_dtypes = []

    def inner(x):
        seen_dtypes.append(x.dtype)
        return x

    inner = _widened(inner)
    assert _widened(lambda x: inner(x) + 1)(np.ones(2, np.float32)).dtype == np.float32
    assert seen_dtypes == [np.float64]
