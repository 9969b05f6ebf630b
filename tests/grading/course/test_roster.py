"""The roster ties a student's id to what each system calls the person; it is added to and never overwritten."""

import pytest

from grading.course import roster
from grading.course.roster import Person
from grading.errors import CourseError

ANN = Person("smithann", "Ann Smith", "canvas", "10001", "asmith", "ann@example.org")


def test_what_is_written_is_read_again(tmp_path):
    people = [ANN, Person("Zoë", 'Zoë "Z", the first', "moodle"), Person("x", "=HYPERLINK(1)", "plain", login="-1")]
    roster.write(tmp_path, people)
    assert roster.read(tmp_path) == people
    text = (tmp_path / "roster.csv").read_text(encoding="utf-8")
    assert text.startswith("student,name,system,user_id,login,email,number,section\nsmithann,Ann Smith,canvas,10001,")
    assert ",=HYPERLINK" not in text, "a spreadsheet would run it"


def test_no_roster_is_an_empty_one(tmp_path):
    assert roster.read(tmp_path) == []


def test_update_adds_people_fills_empty_fields_and_changes_nothing_that_stands(tmp_path):
    roster.write(tmp_path, [ANN, Person("bo", "", "canvas", "7")])
    new = roster.update(
        tmp_path,
        [Person("bo", "Bo Li", "canvas", "7", email="bo@x"), Person("smithann", "Other", "canvas"), Person("cy")],
    )
    assert new == [Person("cy")]
    assert roster.read(tmp_path) == [ANN, Person("bo", "Bo Li", "canvas", "7", "", "bo@x"), Person("cy")]


def test_another_number_in_one_system_is_another_row(tmp_path):
    roster.update(tmp_path, [ANN])
    roster.update(tmp_path, [Person("smithann", "Ann Smith", "canvas", "10009"), Person("smithann", system="moodle")])
    assert [(p.system, p.user_id) for p in roster.read(tmp_path)] == [
        ("canvas", "10001"),
        ("canvas", "10009"),
        ("moodle", ""),
    ]


def test_a_roster_that_is_complete_is_not_written_again(tmp_path):
    roster.update(tmp_path, [ANN])
    before = (tmp_path / "roster.csv").stat().st_mtime_ns
    assert roster.update(tmp_path, [ANN, Person("smithann", system="canvas")]) == []
    assert (tmp_path / "roster.csv").stat().st_mtime_ns == before


def test_find_looks_past_case_composition_and_spaces():
    people = [ANN, Person("zoe", "Zo\u00eb  Wu", "moodle"), Person("zoe2", "Zoe\u0308 wu", "moodle")]
    assert roster.find(people, system="canvas", user_id="10001") == ["smithann"]
    assert roster.find(people, name="ZOE\u0308 WU") == ["zoe", "zoe2"]
    assert roster.find(people, system="canvas", user_id="1") == []


def test_columns_of_ones_own_and_a_byte_order_mark_do_no_harm(tmp_path):
    (tmp_path / "roster.csv").write_text("group,student,system,user_id\n1, ann ,canvas,7\n,,,\n", encoding="utf-8-sig")
    assert roster.read(tmp_path) == [Person("ann", "", "canvas", "7")]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"name,system\nAnn,canvas\n", "no column student"),
        (b"student,system,user_id\n,canvas,7\n", "line 2: the student's id is empty"),
        (b"student,system,user_id\nann/b,canvas,7\n", "line 2: 'ann/b' cannot be a student's id"),
        (b"student,system,user_id\n.ann,canvas,7\n", "line 2: '.ann' cannot be a student's id"),
        (b"PK\3\4", "save it as CSV and give that"),
        (b"student,system,user_id\nann,x,1.2E+11\n", "shortened a number to 1.2E"),
    ],
)
def test_a_roster_that_cannot_be_read_is_told(tmp_path, raw, said):
    (tmp_path / "roster.csv").write_bytes(raw)
    with pytest.raises(CourseError, match=said):
        roster.read(tmp_path)


def test_a_roster_that_a_spreadsheet_program_saved_is_read(tmp_path):
    """In Europe: semicolons, cp1252, CRLF, empty columns after the last."""
    text = "Student;name;system;user_id;login;email;;\r\nzo\u00eb;Zo\u00eb M\u00fcller;canvas;007;zo;;;\r\n;;;;;;;\r\n"
    (tmp_path / "roster.csv").write_bytes(text.encode("cp1252"))
    assert roster.read(tmp_path) == [Person("zo\u00eb", "Zo\u00eb M\u00fcller", "canvas", "007", "zo")]
