"""Lists in mid-term: renamed, joined, left, twice on the list; and ids that no folder can be called by."""

import pytest

from grading.course import Course, roster
from grading.errors import CourseError

CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\n"


def rows(take):
    return [(p.student, p.name, p.user_id, p.login, p.email) for p in roster.read(take.root)]


def test_a_new_login_is_no_new_person_where_the_systems_number_is_known(take):
    take(f'{CANVAS}"Smith, Ann",101,S1,ann,Mo\n')
    found = take(f'{CANVAS}"Jones, Ann",101,S1,ann.jones,Mo\n"Wu, Cy",103,S3,cy,Mo\n')
    assert (found.new, found.doubts) == (["cy"], [])
    assert found.changed == ["ann: name Ann Smith is now Ann Jones.", "ann: login ann is now ann.jones."]
    assert rows(take) == [("ann", "Ann Jones", "101", "ann.jones", ""), ("cy", "Cy Wu", "103", "cy", "")]


def test_a_new_address_reaches_the_gradebook_and_one_written_there_stays(take):
    from nbgrader.api import Gradebook

    take("student;name;email\nann;Ann Smith;ann@u\nbo;Bo Li;bo@u\n")
    with Gradebook(Course(take.root).db_url) as book:
        book.update_or_create_student("bo", email="by.hand@u")
    found = take("student;name;email\nann;Ann Smith;jones@u\nbo;Bo Li;new@u\n")
    assert found.changed == ["ann: email ann@u is now jones@u.", "bo: email bo@u is now new@u."]
    with Gradebook(Course(take.root).db_url) as book:
        assert {s.id: s.email for s in book.students} == {"ann": "jones@u", "bo": "by.hand@u"}
    assert [one[4] for one in rows(take)] == ["jones@u", "new@u"]


def test_one_number_under_another_login_is_left_and_said(take):
    take("Last Name,First Name,Username,Student ID\nSmith,Ann,ann,0\n")
    found = take("Last Name,First Name,Username,Student ID\nLi,Bo,bo,0\n")
    assert (found.new, found.doubts) == ([], ["Bo Li could be ann: left out; mend roster.csv."])
    assert len(rows(take)) == 1


def test_who_left_stays_in_the_roster(take):
    take("student;name\nann;Ann\nbo;Bo\n")
    assert take("student;name\nann;Ann\n").changed == []
    assert [one[0] for one in rows(take)] == ["ann", "bo"]


def test_one_person_in_two_sections_is_one(take):
    row = '"Smith, Ann",101,S1,ann,{}\n'
    found = take(CANVAS + row.format("Mo") + row.format("Tu") + row.format("Mo"))
    assert (found.new, found.doubts) == (["ann"], [])
    assert roster.read(take.root)[0].section == "Mo and Tu"


def test_two_of_one_name_without_logins_are_told_apart_by_the_number(take):
    head = "Student,ID,Section\n"
    found = take(f'{head}"Smith, Ann",101,Mo\n"Smith, Ann",102,Mo\n')
    assert (found.new, found.doubts) == (["Ann_Smith", "Ann_Smith_102"], [])
    assert take(f'{head}"Smith, Ann",102,Mo\n"Smith, Ann",101,Mo\n').new == []


def test_two_bare_names_alike_are_not_one_person(take):
    found = take("name,section\nAnn Smith,Mo\nAnn Smith,Tu\n")
    assert (found.new, len(found.doubts)) == ([], 1)


@pytest.mark.parametrize("student", ["../../x", "a/b", ".hid", "-", "ann\x00", "a{b}", "x" * 101])
def test_an_id_that_no_folder_can_be_called_by_is_left_and_said(take, student):
    found = take(f"student;name\n{student};Ann\nbo;Bo\n")
    assert found.new == ["bo"]
    assert "cannot be a student's id" in found.doubts[0]


def test_a_roster_with_a_path_for_an_id_is_refused(take):
    for one in ("../x", "a/b"):
        (take.root / "roster.csv").write_text(f"student,name,system,user_id\n{one},Ann,canvas,1\n")
        with pytest.raises(CourseError, match=r"line 2: '.*' cannot be a student's id"):
            roster.read(take.root)


def test_ids_that_differ_in_capitals_only_are_left_and_said(take):
    told = "Other and Ann would both be Ann: left out; write them into roster.csv."
    assert take("student;name\nann;Ann\nAnn;Other\n").doubts == [told]
    found = take("student;name\nANN;Ann\n")
    assert (found.new, found.doubts) == (
        [],
        ["ANN and the known ann differ in capital letters only: left out; leave one of them."],
    )


@pytest.mark.parametrize("text", ["number;name\n1.23457E+11;Ann\n", 'name,student\nAnn,"1,2E+5"\n'])
def test_numbers_that_a_spreadsheet_shortened_are_refused(take, text):
    with pytest.raises(CourseError, match="a spreadsheet program shortened a number to 1"):
        take(text)


def test_leading_zeros_stay(take):
    assert take("student;name\n007;Ann\n7;Bo\n").new == ["007", "7"]


def test_a_list_of_nobody_is_refused(take):
    with pytest.raises(CourseError, match="names nobody below its first line"):
        take("student;name\n;\n")


def test_a_gradebook_that_is_broken_or_gone_is_told_in_a_sentence(take):
    book = take.root / "gradebook.db"
    book.write_bytes(b"no database" * 100)
    with pytest.raises(CourseError, match=r"gradebook\.db: file is not a database; roster\.csv has the people"):
        take("student;name\nann;Ann\n")
    book.unlink()
    with pytest.raises(CourseError, match=r"gradebook\.db is missing; run `course init"):
        take("student;name\nann;Ann\n")
    assert not book.exists()
