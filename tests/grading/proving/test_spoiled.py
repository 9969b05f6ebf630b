"""Spoiled references: what each does, and that certify asks for the case that rejects it."""

import ast

import numpy as np
import pytest

from grading.proving import spoiled
from grading.proving.certify import certify_lesson
from grading.proving.spoiled import ABSOLUTE, BYTE, KEPT, ONCE
from grading.proving.trials import Outcome
from tests.grading.means import tiny


def wrapped(kind, function):
    outcome = Outcome()
    maker = {KEPT: spoiled._kept, ONCE: spoiled._once, BYTE: spoiled._byte}[kind]
    return spoiled._outermost(function, maker(outcome)), outcome


def test_a_buffer_by_shape_is_right_once_for_each_shape():
    double, outcome = wrapped(KEPT, lambda x: 2 * x)
    assert double(np.zeros(2)).tolist() == [0, 0]
    assert double(np.zeros(3)).tolist() == [0, 0, 0]
    assert outcome.spoiled == 0
    assert double(np.zeros(2)).tolist() == [1, 1]
    assert outcome.spoiled == 1


def test_a_function_handed_out_is_right_once():
    def op(x):
        return x, lambda g: (g * x,)

    op, outcome = wrapped(ONCE, op)
    _, vjp = op(3.0)
    assert vjp(2.0) == (6.0,)
    assert vjp(2.0) != (6.0,)
    assert outcome.spoiled == 1


@pytest.mark.parametrize(("size", "kept"), [(255, 255), (256, 0), (300, 44), (-1, -1), ((1, 600), (1, 88))])
def test_sizes_in_a_byte_wrap_round(size, kept):
    same, outcome = wrapped(BYTE, lambda: size)
    assert same() == kept
    assert outcome.spoiled == 1


@pytest.mark.parametrize("source", ["abs(a - b) <= tol * a", "abs(a - b) < rtol"])
def test_a_tolerance_gets_an_absolute_part(source):
    tree, found = spoiled._forgive(ast.parse(source, mode="eval"))
    assert (ast.unparse(tree), found) == (f"{source} + 1e-08", 1)
    assert spoiled._forgive(ast.parse("a <= b", mode="eval"))[1] == 0


def problems(*edits):
    (proof,) = certify_lesson(tiny(*edits), cache=None)
    return proof.extra["spoiled"], [p for p in proof.problems if "spoiled" in p]


@pytest.mark.usefixtures("_one_process")
def test_what_applies_is_rejected_in_a_sound_lesson():
    assert problems() == ({KEPT: True}, [])


@pytest.mark.usefixtures("_one_process")
def test_a_tolerance_never_tried_at_a_small_scale_is_told():
    edits = [
        ("def double(x):", "def double(x, tol=1e-5):"),
        ("    return 2 * x\n    ###", "    return 2 * x * (abs(x) >= 0) * (1 if np.all(tol <= 1) else 3)\n    ###"),
    ]
    found, (text,) = problems(*edits)
    assert found == {KEPT: True, ABSOLUTE: False}
    assert "1e-11" in text


@pytest.mark.usefixtures("_one_process")
def test_a_function_handed_out_and_called_once_is_told():
    edits = [
        ("    return 2 * x\n    ###", "    return lambda: 2 * x\n    ###"),
        ("double(np.array([1.5, -2.0, 4.0])))", "double(np.array([1.5, -2.0, 4.0]))())"),
        ("double(rng.normal(size=n)))", "double(rng.normal(size=n))())"),
    ]
    found, (text,) = problems(*edits)
    assert found[ONCE] is False
    assert "called again" in text
