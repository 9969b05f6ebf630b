"""Lists as strangers save them: further systems' headings, titles above, sums below, zeros lost, people who left."""

import json

import pytest
import typer
from typer.testing import CliRunner

from grading.commands import teaching
from grading.course import roster
from grading.course.enrol import read_people
from grading.course.groups import share
from grading.errors import CourseError
from tests.grading import small_course as sc
from tests.grading.conftest import copy

ANNA = ("Anna Müller", "amueller", "0123456", "am@uni.de")
HEADINGS = {  # name, login, number, address of one person
    "ilias": "Login,Lastname,Firstname,Matriculation,Email\namueller,Müller,Anna,0123456,am@uni.de\n",
    "openolat": "User name;First name;Last name;E-mail address;Institutional identifier\n"
    "amueller;Anna;Müller;am@uni.de;0123456\n",
    "stud.ip": '"Titel";"Vorname";"Nachname";"Nutzernamen";"E-Mail";"Matrikelnummer"\n'
    '"";"Anna";"Müller";"amueller";"am@uni.de";"0123456"\n',
    "canvas's page of people": "Name\tLogin ID\tSIS ID\tEmail\tRole\n"
    "Anna Müller\tamueller\t0123456\tam@uni.de\tStudent\n",
    "a person's own": "Matr.-Nr.|Nachname|Vorname|Kennung|Mail\n0123456|Müller|Anna|amueller|am@uni.de\n",
    "a title and a day above": "Kursliste WS 2026/27\nStand: 12.10.2026\n\n"
    "Matrikelnr.;Nachname;Vorname;Benutzername;E-Mail\n0123456;Müller;Anna;amueller;am@uni.de\n",
    "zeros kept by a formula": 'name,login,number,email\nAnna Müller,amueller,"=""0123456""",am@uni.de\n',
}
LEFT_OUT = {
    "the heading again": "student,name,email\nann,Ann Smith,a@u\nStudent,Name,Email\nbo,Bo Li,b@u\n",
    "a line of sums": "student,name,email\nann,Ann Smith,a@u\nbo,Bo Li,b@u\nTotal,2,\n",
    "Instructor, no student": "student,name,email,role\nann,Ann,a@u,Student\nbo,Bo,b@u,\nteach,Dr T,t@u,Instructor\n",
    "Tutor, no student": "student;name;E-Mail;Rolle\nann;Ann;a@u;Teilnehmer/in\nbo;Bo;b@u;Student\nt;T;t@u;Tutor\n",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", HEADINGS)
def test_nothing_of_a_person_is_lost(tmp_path, name, encoding):
    path = tmp_path / "list.csv"
    path.write_bytes(HEADINGS[name].encode(encoding))
    _, (anna,) = read_people(path)
    assert (anna.name, anna.login, anna.number, anna.email) == ANNA


def test_github_classrooms_list_gives_the_login_that_clones_are_called_by(take):
    found = take("identifier,github_username,github_id,name\n0012345,annsmith,123,Ann Smith\nBo Li,boli,9,\nc@u,,,Cy\n")
    assert [(p.student, p.name, p.login, p.number, p.email) for p in found.people] == [
        ("annsmith", "Ann Smith", "annsmith", "0012345", ""),
        ("boli", "Bo Li", "boli", "", ""),
        ("c@u", "Cy", "", "", "c@u"),
    ]


@pytest.mark.parametrize("why", LEFT_OUT)
def test_lines_that_are_no_student_are_left_out_and_said(take, why):
    found = take(LEFT_OUT[why])
    assert (found.new, found.doubts) == (["ann", "bo"], [])
    (note,) = found.notes
    assert f"is {why}: left out" in note
    assert note.startswith("line ")


@pytest.mark.parametrize("word", ["withdrawn", "Suspended", "inaktiv", "dropped 3 Oct"])
def test_who_left_is_known_and_said(take, word):
    found = take(f"student,name,email,status\nann,Ann,a@u,active\nbo,Bo,b@u,{word}\n")
    assert found.new == ["ann", "bo"]
    assert found.notes == [f"line 3 (bo) says {word}: taken, so that earlier work stays known."]


@pytest.mark.parametrize("word", ["Submitted for grading - 2 days left", "active", "Opiskelija", ""])
def test_another_state_or_a_role_in_another_language_is_nothing_to_say(take, word):
    found = take(f"student,name,status,role\nann,Ann,{word},{word}\n")
    assert (found.new, found.notes) == (["ann"], [])


def test_a_sum_may_be_somebodys_name(take):
    assert take("student,name,email\ntotal,Total Recall,\n").new == ["total"]


def test_signs_in_place_of_a_name_are_none(take):
    found = take("First name,Last name,ID number,Email address\nSukarno,-,S1,s@u\n.,Teller,S2,t@u\n")
    assert [p.name for p in found.people] == ["Sukarno", "Teller"]


@pytest.mark.parametrize("other", ["name;number;email\nAnn Smith;12;a@u\n", "number;name\n12;ann  SMITH\n"])
def test_zeros_that_a_spreadsheet_dropped_make_no_other_person(take, other):
    take("name;number\nAnn Smith;0012\n")
    found = take(other)
    assert (found.new, found.doubts) == ([], [])
    assert [(p.student, p.number) for p in roster.read(take.root)] == [("0012", "0012")]


def test_zeros_and_another_name_are_no_guess(take):
    take("name;number\nAnn Smith;0012\n")
    found = take("name;number\nBo Li;12\n")
    assert found.new == []
    assert "Bo Li has the number 12 and 0012 (Ann Smith) 0012" in found.doubts[0]


def test_an_address_in_other_letters_is_the_same_person(take):
    take("student,name\nann@uni.edu,Ann Smith\n")
    found = take("student,name\nAnn@Uni.EDU,Ann Smith\n")
    assert (found.new, found.doubts, [p.student for p in found.people]) == ([], [], ["ann@uni.edu"])


def test_one_login_in_two_spellings_is_one_person(take):
    found = take("login,name\nann,Ann Smith\nANN,Ann smith\n")
    assert (found.new, found.doubts) == (["ann"], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('student,name\nann,"Ann Smith\nbo,Bo Li\ncy,Cy Wu\n', "a quotation mark is opened and never closed"),
        ("student,name\n12345.0,Ann\n", "shortened a number to 12345.0"),
        ("name,number\nAnn,#NAME?\n", "wrote #NAME\\? for what it could not work out"),
    ],
)
def test_a_list_that_lost_something_is_refused(take, text, said):
    with pytest.raises(CourseError, match=said):
        take(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("group,student\n", "names no group for 90_small"),
        ("group,student,lesson\nt,ann,91\n", "names no group for 90_small"),
        ("group,student\n,ann\n", "line 2: the group is empty"),
        ("group,student\nt,ann\nt,\n", "line 3: the student is empty"),
        ("group,student\nt,../x\n", "line 2: '../x' cannot be a student's id"),
        ('group,student\nt,"ann, bo"\n', "line 2: 'ann, bo' cannot be a student's id"),
        ("group,student,lesson\nt,ann,week 1\n", "line 2: 'week 1' is no lesson; write its number, 90"),
    ],
)
def test_lines_of_groups_that_say_nothing_certain_are_refused(empty, tmp_path, text, said):
    made = copy(empty.root, tmp_path / "course")
    sc.hand_in(made, "ann", sc.answered(made))
    (made.root / "groups.csv").write_text(text)
    with pytest.raises(CourseError, match=said):
        share(made.root, "90")
    assert not (made.root / "x").exists()


def test_a_slip_in_a_members_id_is_no_new_student(empty, tmp_path):
    made = copy(empty.root, tmp_path / "course")
    for student in ("ann", "0042"):
        sc.hand_in(made, student, sc.answered(made))
    (made.root / "groups.csv").write_text("Gruppe;Student ID\na;Ann\na;bo\nb;42\nb;cy\nc;ann\nc;ann\nc;dee\n")
    done = share(made.root, "90")
    assert done.doubts == [
        "group a: Ann is not known here, ann is; mend groups.csv.",
        "group b: 42 is not known here, 0042 is; mend groups.csv.",
    ]
    assert (done.copied, done.new) == ([("dee", "ann")], ["dee"])


def test_what_was_shared_is_there_for_a_script(empty, tmp_path):
    made = copy(empty.root, tmp_path / "course")
    sc.hand_in(made, "ann", sc.answered(made))
    (made.root / "groups.csv").write_text("group,student\nc,ann\nc,dee\nd,eve\n")
    app = typer.Typer()
    app.command()(teaching.share)
    ended = CliRunner().invoke(app, ["90", "--json", "--course", str(made.root)])
    assert json.loads(ended.output) == {"copied": [["dee", "ann"]], "nothing": ["d"], "new": ["dee"], "doubts": []}
