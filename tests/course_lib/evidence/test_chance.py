"""What chance gives too often is not said, and what is said names the line that it holds for."""

import numpy as np

from tests.course_lib.evidence.test_partly import A, B, C, told


def test_how_far_a_step_went_is_told_from_an_input_alone():
    for far in (-2.7, 2.0, 1.3):
        got = A + far * (B - A)
        assert told(("one step", B, got), ("w", A, A, "unchanged"))[0] == "a step of another length"
        assert not told(("one way", B, got), ("another way", A, A))[0].startswith("a step")
    assert told(("one way", B, A), ("another way", A, A * 2))[0] == "belongs to another line"


def test_the_other_sign_of_few_values_is_chance():
    signs = -np.sign(A) * np.abs(B)
    assert told(("a", A[0], signs[0]))[0] != "other signs"
    assert told(("a", A, signs))[0] == "other signs"


def test_what_is_positive_is_too_small_and_has_no_right_signs():
    small = np.abs(A) * np.abs(np.tanh(B))
    assert told(("a", np.abs(A), small))[0] == "too small"
    assert told(("a", A, np.sign(A) * small))[0] == "too small in size"


def test_a_place_is_named_without_its_line_only_where_the_first_failing_line_has_it():
    assert told(("a", (C, A), (C * 0, A)), ("b", (B[0], A), (B[0] * 0, A)))[1].startswith(
        "At [0] your result holds zeros"
    )
    assert told(("a", A, A + B), ("b", (B[0], A), (B[0] * 0, A)))[1].startswith('For "b", at [0], your result holds')


def test_simple_numbers_are_often_multiples_and_each_another_one():
    examples = [("a", (0.5, A), (5.0, B)), ("b", (1.0, A), (3.0, B + 1))]
    assert "whole factor" not in told(*examples)[0]
    assert told(*(("c", (0.4321, A), (4.321, B)), examples[1]))[0] == "a whole factor too much"


def test_one_small_count_has_no_factor_however_often_it_is_met():
    for e, g, name in (
        (2, 4, ""),
        (2, 6, ""),
        (2.5, 5.0, "a whole factor too much"),
        (12, 24, "a whole factor too much"),
    ):
        assert told(("a", e, g))[0] == name
        assert told(("a", e, g), ("b", 3, 3), ("c", e, g))[0] == name
    assert told(("a", 0.432, 0.541), ("b", 0.432, 0.541))[0] != "a constant added"
    assert told(("a", 0.432, 0.541), ("b", 0.732, 0.841), ("c", 0.511, 0.62))[0] == "a constant added"


def test_a_small_number_added_is_told_from_a_factor():
    for got in (A * (1 - 2e-7), A / (1 + 1e-6 * np.arange(1, 6)), A / (1 + 1e-6 * np.arange(1, 5)[:, None])):
        assert told(("a", A, got)) == ("nearly right", told(("a", A, got))[1])
        assert "less than 0.01 %: is a small number added" in told(("a", A, got))[1]
    assert told(("a", A, 1.0123 * A))[0] == "a constant factor"
    some = np.where(A > 0, A, 0)
    assert told(("a", some, some * (1 - 1e-7 * B**2)))[0] == "nearly right"


def test_return_a_b_is_advised_only_where_two_things_are_asked_for():
    assert told(("a", [1.5, A], 2.5))[1].endswith("2 things are asked for: `return a, b` gives both.")
    assert told(("a", [1.5, A, 3.5], 2.5))[1].endswith("3 things are asked for, in one list or tuple.")
