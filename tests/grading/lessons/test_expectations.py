"""An observation is traced to the expectation that makes it, and to the statements its input rests on."""

import pytest

from grading.lessons.expectations import expectation_of, expectations

STRAIGHT = """x = [1, 2]
with check("tail") as expect:
    y = x + [3]
    unused = 7
    y[0] = 5
    expect("one", tail([9]))
    expect("five", tail(y))
    expect.unchanged("five", y)
"""
LOOP = """with check("size") as expect:
    rng = np.random.default_rng(7)
    for low in [1, 2]:
        size, kernel = rng.integers(low, 9, 2)
        expect(f"size {size}, kernel {kernel}", output_size(size, kernel))
    expect("none", output_size(0, 0))
"""


def test_a_label_leads_to_its_expectation():
    found = expectations(STRAIGHT)
    assert [one.line for one in found] == [6, 7, 8]
    assert expectation_of("one", 0, 3, found).text == 'expect("one", tail([9]))'


def test_two_of_one_label_are_told_apart_by_their_place():
    found = expectations(STRAIGHT)
    assert expectation_of("five", 1, 3, found).text == 'expect("five", tail(y))'
    assert expectation_of("five", 2, 3, found).text == 'expect.unchanged("five", y)'


def test_a_label_made_in_a_loop_is_recognised():
    found = expectations(LOOP)
    assert "output_size(size, kernel)" in expectation_of("size 3, kernel 2", 1, 3, found).text
    assert expectation_of("none", 2, 3, found).line == 6


def test_where_several_could_be_meant_none_is_named():
    found = expectations(LOOP)
    assert expectation_of("a label that stands nowhere", 1, 3, found) is None


def test_what_the_input_rests_on_is_there_in_order_and_nothing_else():
    five = expectations(STRAIGHT)[1]
    assert five.rests_on == ("x = [1, 2]", "y = x + [3]", "y[0] = 5")
    loop = expectations(LOOP)[0].rests_on
    assert loop == ("rng = np.random.default_rng(7)", "for low in [1, 2]:", "size, kernel = rng.integers(low, 9, 2)")


@pytest.mark.parametrize("source", ["", "with check(", "x = 1"])
def test_a_cell_without_expectations_has_none(source):
    assert expectations(source) == []
