"""The table under a lecture figure reads as text and as HTML."""

import pytest

from course_lib.viz.lecture import lecture_table


def test_a_lecture_table_reads_as_text_and_as_html():
    table = lecture_table("F0 · <test>", [("weights", 2250, 94371840, "5×5")])
    assert "94\u202f371\u202f840" in repr(table)
    assert "&lt;test&gt;" in table._repr_html_()
    with pytest.raises(ValueError, match="got 3 entries"):
        lecture_table("F0", [("weights", 1, 2)])


def test_the_lectures_column_is_left_out_where_it_is_empty():
    ours = lecture_table("F0", [("weights", "", 7, "5×5"), ("units", "", 8, "5×5")])
    both = lecture_table("F0", [("weights", "", 7, "5×5"), ("units", 8, 8, "5×5")])
    for show in (repr, lambda table: table._repr_html_()):
        assert "lecture" not in show(ours)
        assert "ours" in show(ours)
        assert "lecture" in show(both)


def test_a_line_never_ends_within_a_number():
    shown = lecture_table("F0", [("3x3-conv", "", "3.88e-02 and 5e-7", "one-by-one")])._repr_html_()
    for number in ("3.88e-02", "5e-7"):
        assert f'<span style="white-space:nowrap">{number}</span>' in shown
    assert shown.count("<span") == 2
