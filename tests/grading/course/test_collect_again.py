"""Collected a second time: people stay who they are, newer work replaces older, and times may come afterwards."""

import sqlite3
import time
from zoneinfo import ZoneInfo

import pytest

from grading.course import roster
from grading.course.collect import collect
from grading.course.collect.report import KEPT, STOPPED, TAKEN
from grading.errors import CourseError
from tests.grading.course.uploads import OLD, L, again, bytes_of, held, put, the

AT_10 = "L_ann_attempt_2026-10-{}-10-00-00_x.ipynb"


def test_canvas_ids_stay_with_the_person(folder, tmp_path, words):
    """The first of a name keeps the short id when the second comes later; the roster and the memory know by number."""
    again(folder, tmp_path, words, {"wangwei_10001_1_x.ipynb": "a"}, "1.zip")
    report = again(folder, tmp_path, words, {"wangwei_10002_2_x.ipynb": "b"}, "2.zip")
    assert report.collected == {"wangwei_10002": "wangwei_10002_2_x.ipynb"}
    report = again(folder, tmp_path, words, {"wangwei_10001_3_x-1.ipynb": "c", "wangwei_10002_2_x.ipynb": "b"}, "3.zip")
    assert report.collected == {"wangwei": "wangwei_10001_3_x-1.ipynb"}
    assert (held(folder, "wangwei"), held(folder, "wangwei_10002")) == (words["c"], words["b"])
    people = roster.read(folder.root)
    assert [(p.student, p.system, p.user_id) for p in people] == [
        ("wangwei", "canvas", "10001"),
        ("wangwei_10002", "canvas", "10002"),
    ]
    (folder.root / "roster.csv").unlink()
    report = again(folder, tmp_path, words, {"wangwei_10002_9_x-1.ipynb": "d"}, "4.zip")
    assert report.collected == {"wangwei_10002": "wangwei_10002_9_x-1.ipynb"}


def test_a_student_from_before_there_was_a_roster_keeps_the_id(folder, tmp_path, words):
    (folder.root / "submitted" / "smithann" / "91_x").mkdir(parents=True)
    report = again(folder, tmp_path, words, {"smithann_1_2_x.ipynb": "a"}, "1.zip")
    assert report.collected == {"smithann": "smithann_1_2_x.ipynb"}
    assert roster.find(roster.read(folder.root), system="canvas", user_id="1") == ["smithann"]


def test_two_people_for_a_student_from_before_are_stopped(folder, tmp_path, words):
    (folder.root / "submitted" / "wangwei" / "91_x").mkdir(parents=True)
    files = {"wangwei_10001_1_x.ipynb": "a", "wangwei_10002_2_x.ipynb": "b", "libo_3_3_x.ipynb": "c"}
    report = again(folder, tmp_path, words, files, "1.zip")
    assert report.collected == {"libo": "libo_3_3_x.ipynb"}
    assert all("could be the known student wangwei" in p for p in report.problems)
    (folder.root / "roster.csv").write_text("student,name,system,user_id\nwangwei,Wei Wang,canvas,10002\n")
    report = again(folder, tmp_path, words, files, "1.zip")
    assert report.collected == {"wangwei": "wangwei_10002_2_x.ipynb", "wangwei_10001": "wangwei_10001_1_x.ipynb"}


def test_the_word_of_the_instructor_is_remembered_with_the_systems_number(folder, tmp_path, words):
    (folder.root / "submitted" / "wangwei" / "91_x").mkdir(parents=True)
    files = {"wangwei_10001_1_x.ipynb": "a", "wangwei_10002_2_x.ipynb": "b"}
    who = (("wangwei_10001_1_x.ipynb", "wangwei"), ("wangwei_10002_2_x.ipynb", "wei2"))
    (sentence,) = again(folder, tmp_path, words, files, "1.zip").problems
    assert "(10001)' and 'wangwei (10002)' could be" in sentence
    report = again(folder, tmp_path, words, files, "1.zip", who=who)
    assert report.collected == {"wangwei": "wangwei_10001_1_x.ipynb", "wei2": "wangwei_10002_2_x.ipynb"}
    report = again(folder, tmp_path, words, {"wangwei_10002_5_x-1.ipynb": "c"}, "2.zip")
    assert report.collected == {"wei2": "wangwei_10002_5_x-1.ipynb"}
    assert [(p.student, p.user_id) for p in roster.read(folder.root)] == [("wangwei", "10001"), ("wei2", "10002")]


def test_moodles_people_of_one_name_are_told_apart_by_the_instructor_once_for_each_assignment(folder, tmp_path, words):
    first = {"Wei Wang_1_assignsubmission_file_/x.ipynb": "a", "Wei Wang_2_assignsubmission_file_/x.ipynb": "b"}
    again(folder, tmp_path, words, first, "1.zip")
    files = {"Wei Wang_9_assignsubmission_file_/x.ipynb": "c"}
    assert "several known students have" in again(folder, tmp_path, words, files, "2.zip").problems[0]
    who = (("Wei Wang_9_assignsubmission_file_", "Wei_Wang_2"),)
    report = again(folder, tmp_path, words, files, "2.zip", who=who, replace=True)
    assert report.collected == {"Wei_Wang_2": "Wei Wang_9_assignsubmission_file_/x.ipynb"}
    assert the(again(folder, tmp_path, words, files, "2.zip")).student == "Wei_Wang_2"


def test_moodles_worksheet_tells_people_of_one_name_apart_by_their_addresses(folder, tmp_path, words):
    people = [roster.Person(f"wei{i}", "Wei Wang", "moodle", email=f"wei{i}@example.org") for i in (1, 2)]
    roster.write(folder.root, people)
    sheet = tmp_path / "worksheet.csv"
    head = "Identifier,Full name,Email address,Status,Last modified (submission)\n"
    rows = [
        f"Participant {i + 8},Wei Wang,Wei{i}@example.org,Submitted,Monday 5 October 2026 10:0{i}\n" for i in (2, 1)
    ]
    sheet.write_text(head + "".join(rows))
    files = {f"Wei Wang_{i + 8}_assignsubmission_file_/x.ipynb": name for i, name in ((1, "a"), (2, "b"))}
    assert "--times" in again(folder, tmp_path, words, files, "1.zip").problems[0]
    report = again(folder, tmp_path, words, files, "2.zip", times=sheet, zone=ZoneInfo("UTC"))
    assert report.collected == {f"wei{i}": name for i, name in enumerate(files, 1)}
    assert (held(folder, "wei1"), held(folder, "wei2")) == (words["a"], words["b"])


def test_the_gradebook_knows_people_by_their_number_and_address(folder, tmp_path, words):
    with sqlite3.connect(folder.root / "gradebook.db") as db:
        db.execute("insert into student (id, lms_user_id, email) values ('s-17', '10001', 'Ann@Example.org')")
    report = again(folder, tmp_path, words, {"smithann_10001_2_x.ipynb": "a"}, "1.zip")
    assert report.collected == {"s-17": "smithann_10001_2_x.ipynb"}
    files = {"submission_101/hw.ipynb": "b", "submission_metadata.yml": "yml"}
    report = again(folder, tmp_path, words, files, "2.zip", replace=True)
    assert report.collected == {"s-17": "submission_101/hw.ipynb"}


@pytest.mark.parametrize(
    ("first", "second", "status", "holds"),
    [
        ({"ann_1_5_x.ipynb": "a"}, {"ann_1_5_x.ipynb": "a"}, KEPT, "a"),
        ({"ann_1_5_x.ipynb": "a"}, {"ann_1_9_x-1.ipynb": "b"}, TAKEN, "b"),
        ({"ann_1_9_x-1.ipynb": "a"}, {"ann_1_5_x.ipynb": "b"}, KEPT, "a"),
        ({AT_10.format(12): "a"}, {AT_10.format(11): "b"}, KEPT, "a"),
        ({AT_10.format(12): "a"}, {AT_10.format(13): "b"}, TAKEN, "b"),
        ({"ann.ipynb": "a"}, {"ann.ipynb": "b"}, STOPPED, "a"),
    ],
)  # fmt: skip
def test_what_is_there_is_replaced_by_what_is_newer_only(folder, tmp_path, words, first, second, status, holds):
    again(folder, tmp_path, words, first, "1.zip")
    one = the(again(folder, tmp_path, words, second, "2.zip"))
    assert (one.status, held(folder, "ann")) == (status, words[holds])
    if status != KEPT or holds == "b":
        kept = list((folder.root / "journal" / "replaced").rglob("*.ipynb"))
        assert [p.read_bytes() for p in kept] == ([words["a"]] if holds == "b" else [])


def test_other_work_of_no_known_age_is_replaced_when_asked(folder, tmp_path, words):
    again(folder, tmp_path, words, {"ann.ipynb": "a"}, "1.zip")
    stopped = again(folder, tmp_path, words, {"ann.ipynb": "b"}, "2.zip")
    assert "say --replace" in stopped.problems[0]
    assert the(again(folder, tmp_path, words, {"ann.ipynb": "b"}, "2.zip", replace=True)).status == TAKEN
    assert held(folder, "ann") == words["b"]


def test_a_newer_file_replaces_what_an_older_grader_collected(folder, tmp_path, words):
    """There timestamp.txt holds the file's time and no memory says so."""
    there = folder.root / "submitted" / "ann" / L
    there.mkdir(parents=True)
    (there / f"{L}.ipynb").write_bytes(words["a"])
    (there / "timestamp.txt").write_text(time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(OLD)))
    source = put(tmp_path / "given", bytes_of({"ann.ipynb": "b"}, words), ["ann.ipynb"])
    assert the(collect(folder.root, L, source)).status == TAKEN
    assert held(folder, "ann") == words["b"]
    assert not (there / "timestamp.txt").exists(), "the time of what was replaced"


def test_a_table_of_times_may_come_afterwards(folder, tmp_path, words):
    files = {"ann_1_5_x.ipynb": "a"}
    again(folder, tmp_path, words, files, "1.zip")
    table = tmp_path / "times.csv"
    table.write_text("login,user_id,submitted_at\nann,1,2026-10-12 10:00:00 UTC\n")
    assert the(again(folder, tmp_path, words, files, "1.zip", times=table)).status == KEPT
    assert (folder.root / "submitted/ann" / L / "timestamp.txt").read_text() == "2026-10-12 10:00:00 UTC"


def test_helpers_of_a_hand_in_go_with_it(folder, tmp_path, words):
    again(folder, tmp_path, words, {"ann_1_5_x.ipynb": "a", "ann_1_6_old.py": "py"}, "1.zip")
    again(folder, tmp_path, words, {"ann_1_7_x-1.ipynb": "b", "ann_1_8_new.py": "py"}, "2.zip")
    assert sorted(p.name for p in (folder.root / "submitted/ann" / L).iterdir()) == [f"{L}.ipynb", "new.py"]


def test_nothing_is_written_through_a_link(folder, tmp_path, words):
    (folder.root / "submitted" / "bo" / L).mkdir(parents=True)
    (folder.root / "submitted" / "ann").symlink_to("bo")
    report = again(folder, tmp_path, words, {"ann.ipynb": "a", "cy.ipynb": "b"}, "1.zip")
    assert report.collected == {"cy": "cy.ipynb"}
    assert "is a link" in report.problems[0]
    assert not list((folder.root / "submitted" / "bo" / L).iterdir())


# -------------------------------------------------------------------------------------------- tables of times


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("who,when\nann,x\n", "needs a column that says who"),
        ("student,note\nann,x\n", "needs a column that says who"),
        ("student,time\nann,yesterday\n", "times.csv, line 2: the time 'yesterday' is not understood"),
        ("student,time\nann,02/11/2026 10:00\n", "could be two days"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_and_nothing_is_done(folder, tmp_path, words, table, said):
    (tmp_path / "times.csv").write_text(table)
    with pytest.raises(CourseError, match=said):
        again(folder, tmp_path, words, {"ann.ipynb": "a"}, "1.zip", times=tmp_path / "times.csv")
    assert not list((folder.root / "submitted").iterdir())


def test_two_times_for_one_student_stop_that_student(folder, tmp_path, words):
    table = tmp_path / "times.csv"
    table.write_text("student,time\nann,2026-10-12 10:00\nann,2026-10-12 11:00\nbo,2026-10-12 10:00\n")
    report = again(folder, tmp_path, words, {"ann.ipynb": "a", "bo.ipynb": "b"}, "1.zip", times=table)
    assert report.collected == {"bo": "bo.ipynb"}
    assert "lines 2, 3: several times for ann" in report.problems[0]


def test_moodles_grading_worksheet_is_a_table_of_times(folder, tmp_path, words):
    table = tmp_path / "worksheet.csv"
    table.write_text(
        "\ufeffIdentifier,Full name,Email address,Status,Last modified (submission)\n"
        'Participant 12345,Ann Smith,ann@x,Submitted,"Monday, 12 October 2026, 11:30 PM"\n'
        "Participant 12346,Bo Li,bo@x,No submission,-\n",
        encoding="utf-8",
    )
    files = {"Ann Smith_12345_assignsubmission_file_/x.ipynb": "a"}
    one = the(again(folder, tmp_path, words, files, "1.zip", times=table, zone=ZoneInfo("Europe/Berlin")))
    assert (one.time, one.time_from) == ("2026-10-12 21:30:00 UTC", "worksheet.csv, line 2")


def test_blind_marking_never_makes_two_assignments_participants_one_person(folder, tmp_path, words):
    """Moodle hides names behind "Participant" and a number of this assignment; a name that is nobody's ties nothing."""
    for name, numbers in (("Participant", (501, 601)), ("Teilnehmerin", (7, 8))):
        for number in numbers:
            path = f"{name}_{number}_assignsubmission_file_/x.ipynb"
            report = again(folder, tmp_path, words, {path: "a"}, f"{name}{number}.zip")
            assert report.collected == {f"{name}_{number}": path}
    assert roster.read(folder.root) == []
    path = "Participant_501_assignsubmission_file_/x.ipynb"
    report = again(folder, tmp_path, words, {path: "b"}, "word.zip", who=((path, "ann"),))
    assert report.collected == {"ann": path}


def test_a_newer_notebook_without_work_takes_no_work_away(folder, tmp_path, words):
    """A slip of the hand gives no zero: the instructor says whether it counts."""
    again(folder, tmp_path, words, {"ann_1_2_x.ipynb": "a"}, "1.zip")
    for number, (word, why) in enumerate({"other": "holds the lesson and", "blank": "no answer differs"}.items(), 3):
        path = f"ann_1_{number}_x-{number}.ipynb"
        report = again(folder, tmp_path, words, {path: word}, f"{number}.zip")
        assert (the(report).status, held(folder, "ann")) == (STOPPED, words["a"])
        assert why in report.problems[0]
        assert "say --replace if it counts all the same" in report.problems[0]
    report = again(folder, tmp_path, words, {path: "blank"}, "4.zip", replace=True)
    assert (the(report).status, held(folder, "ann")) == (TAKEN, words["blank"])
    report = again(folder, tmp_path, words, {"ann_1_9_x-9.ipynb": "b"}, "5.zip")
    assert (the(report).status, held(folder, "ann")) == (TAKEN, words["b"])


@pytest.mark.parametrize("lesson", [L, "91_other"])
@pytest.mark.parametrize("text", ["{", "[]", '{"ann": 1}'])
def test_a_memory_that_cannot_be_read_is_told_in_a_sentence(folder, tmp_path, words, lesson, text):
    path = folder.root / "journal" / "collected" / f"{lesson}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    with pytest.raises(CourseError, match=rf"{lesson}.json cannot be read .* move it away and collect again"):
        again(folder, tmp_path, words, {"ann.ipynb": "a"}, "1.zip")
