"""Every system's list becomes rows of the roster; two people of one name stay two, and nobody is guessed."""

import pytest

from grading.course import roster
from grading.course.enrol import enrol
from grading.course.roster import Person
from grading.errors import CourseError
from tests.grading import small_course as sc
from tests.grading.conftest import copy
from tests.grading.course import lists


@pytest.fixture
def made(empty, tmp_path):
    return copy(empty.root, tmp_path / "course")


def save(tmp_path, data):
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("system", lists.ALL)
def test_each_systems_list_is_told_by_its_heading_and_has_three_people(made, tmp_path, system):
    found = enrol(made.root, save(tmp_path, lists.ALL[system]))
    assert (found.system, len(found.people), len(found.new), found.doubts) == (system, 3, 3, [])
    people = roster.read(made.root)
    assert [p.name for p in people] == ["Ann Smith", "Ann Smith", "Żaneta =Łuk"]
    assert len({p.student for p in people}) == 3
    numbers = [p.number for p in people]
    assert numbers == (["S1", "S2", "S3"] if system not in ("google", "plain") else ["", "", ""])
    assert enrol(made.root, save(tmp_path, lists.ALL[system])).new == []  # a second time nothing is new
    assert roster.read(made.root) == people


@pytest.mark.parametrize(("column", "field"), [("ID", "student"), ("Student ID", "student"), ("Number", "number")])
def test_a_list_of_ones_own_is_no_google_classrooms(made, tmp_path, column, field):
    text = f"{column},First name,Surname,Email address\n007,Ann,Smith,ann@uni.edu\n"
    assert enrol(made.root, save(tmp_path, text.encode())).system == "plain"
    (ann,) = roster.read(made.root)
    assert (getattr(ann, field), ann.name, ann.email) == ("007", "Ann Smith", "ann@uni.edu")


def test_canvas_numbers_logins_and_sections_are_kept(made, tmp_path):
    enrol(made.root, save(tmp_path, lists.ALL["canvas"]))
    first = roster.read(made.root)[0]
    assert first == Person("ann@uni.edu", "Ann Smith", "canvas", "101", "ann@uni.edu", "", "S1", "Mo")


def test_the_gradebook_learns_names_and_keeps_those_it_has(made, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(made.db_url) as book:
        book.update_or_create_student("ann", first_name="Annie")
    enrol(made.root, save(tmp_path, lists.ALL["plain"]))
    with Gradebook(made.db_url) as book:
        told = {s.id: (s.first_name, s.last_name, s.email) for s in book.students}
    assert told["ann"] == ("Annie", "Smith", "ann@uni.edu")
    assert told["zaneta"] == ("Żaneta", "=Łuk", "zaneta@uni.edu")


def test_the_same_people_in_a_second_system_keep_their_ids(made, tmp_path):
    enrol(made.root, save(tmp_path, lists.ALL["plain"]))
    for system in ("moodle", "gradescope", "brightspace", "google"):
        found = enrol(made.root, save(tmp_path, lists.ALL[system]))
        assert [p.student for p in found.people] == ["ann", "ann.smith", "zaneta"], system
        assert found.new == []


def test_a_grading_worksheets_numbers_are_one_assignments_and_not_kept(made, tmp_path):
    found = enrol(made.root, save(tmp_path, lists.WORKSHEET.encode("utf-8-sig")))
    assert (found.system, found.doubts) == ("moodle", [])
    assert [(p.name, p.user_id, p.number) for p in roster.read(made.root)] == [
        ("Ann Smith", "", "S1"), ("Ann Smith", "", "S2"), ("Żaneta =Łuk", "", "S3"),
    ]  # fmt: skip
    bare = b"Identifier,Status,Grade,Maximum Grade\nParticipant 501,-,,10\n"
    with pytest.raises(CourseError, match=r"names nobody \(the assignment is anonymous\)"):
        enrol(made.root, save(tmp_path, bare))


def test_who_could_be_two_is_left_out_and_said(made, tmp_path):
    enrol(made.root, save(tmp_path, lists.ALL["plain"]))
    found = enrol(made.root, save(tmp_path, "name,email\nAnn Smith,\nŻaneta =Łuk,\n".encode()))
    assert [p.student for p in found.people] == ["zaneta"]
    assert found.doubts == ["Ann Smith could be ann or ann.smith: left out; mend roster.csv."]


def test_a_folder_that_is_there_already_is_taken_for_the_person_of_that_name(made, tmp_path):
    sc.hand_in(made, "Bo_Li", sc.answered(made))
    found = enrol(made.root, save(tmp_path, b"name,email\nBo Li,bo@uni.edu\n"))
    assert ([p.student for p in found.people], found.new) == (["Bo_Li"], [])


def test_of_two_rows_that_would_be_one_new_student_neither_is_taken(made, tmp_path):
    found = enrol(made.root, save(tmp_path, b"name,login\nBo Li,bo\nBob Lee,bo\n"))
    assert [p.name for p in found.people] == []
    assert found.doubts == ["Bob Lee and Bo Li would both be bo: both left out; write them into roster.csv."]


def test_who_was_known_before_stays_when_another_has_the_same_login(made, tmp_path):
    enrol(made.root, save(tmp_path, b"name,login\nBo Li,bo\n"))
    found = enrol(made.root, save(tmp_path, b"name,login\nBo Li,bo\nBob Lee,bo\n"))
    assert [p.name for p in found.people] == ["Bo Li"]
    assert found.doubts == ["Bob Lee and Bo Li would both be bo: left out; write them into roster.csv."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"colour,size\nred,3\n", "has no column that says who"),
        (b"PK\x03\x04", "save it as CSV"),
        (b"name\n/../\n", None),
    ],
)
def test_a_list_that_is_none_is_told_in_a_sentence(made, tmp_path, data, said):
    if said is None:
        assert enrol(made.root, save(tmp_path, data)).people == []
        return
    with pytest.raises(CourseError, match=said):
        enrol(made.root, save(tmp_path, data))


def test_names_in_an_older_encoding_are_read(made, tmp_path):
    found = enrol(made.root, save(tmp_path, "student,name\nj,Jürgen Groß\n".encode("cp1252")))
    assert found.people[0].name == "Jürgen Groß"


def test_a_roster_written_without_the_later_columns_is_read(made):
    (made.root / "roster.csv").write_text("student,name,system,user_id,login,email\nann,Ann,canvas,1,,\n")
    assert roster.read(made.root) == [Person("ann", "Ann", "canvas", "1")]
