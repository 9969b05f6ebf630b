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
    "Dozent/-in, no student": "Status;Vorname;Nachname;Benutzername\nDozent/-in;T;T;t\nAutor;Ann;S;ann\n;Bo;L;bo\n",
    "Teacher, no student": "First name,Last name,Username,Roles\nAnn,S,ann,Student\nBo,L,bo,\nT,T,t,Teacher\n",
    "Tutor, no student": "student;name;E-Mail;Rolle\nann;Ann;a@u;Teilnehmer/in\nbo;Bo;b@u;Student\nt;T;t@u;Tutor\n",
}


SITES = {  # Moodle's list of participants where the site speaks another language
    "bg": "Име;Фамилия;Имейл адрес;Групи", "ca": "Nom;Cognoms;Adreça electrònica;Grups",
    "cs": "Křestní jméno;Příjmení;E-mailová adresa;Skupiny", "da": "Fornavn;Efternavn;E-mailadresse;Grupper",
    "el": "Όνομα;Επώνυμο;Διεύθυνση ηλεκτρονικού ταχυδρομείου;Ομάδες", "et": "Eesnimi;Perenimi;E-posti aadress;Rühmad",
    "eu": "Izena;Deitura;E-posta helbidea;Taldeak", "fi": "Etunimi;Sukunimi;Sähköpostiosoite;Ryhmät",
    "gl": "Nome;Apelidos;Enderezo de correo;Grupos", "hr": "Ime;Prezime;Adresa e-pošte;Grupe",
    "hu": "Keresztnév;Vezetéknév;E-mail cím;Csoportok", "ja": "名;姓;メールアドレス;グループ",
    "ko": "이름;성;이메일 주소;그룹", "lt": "Vardas;Pavardė;El. pašto adresas;Grupės",
    "lv": "Vārds;Uzvārds;E-pasta adrese;Grupas", "pl": "Imię;Nazwisko;Adres e-mail;Grupy",
    "pt": "Nome;Sobrenome;Endereço de email;Grupos", "ro": "Prenume;Nume;Adresă e-mail;Grupuri",
    "ru": "Имя;Фамилия;Адрес электронной почты;Группы", "sk": "Krstné meno;Priezvisko;E-mailová adresa;Skupiny",
    "sv": "Förnamn;Efternamn;E-postadress;Grupper", "th": "ชื่อ;นามสกุล;อีเมล;กลุ่ม",
    "tr": "Adı;Soyadı;E-posta adresi;Gruplar", "uk": "Ім’я;Прізвище;Електронна пошта;Групи",
    "vi": "Tên;Họ;Địa chỉ email;Nhóm", "zh": "名;姓;Email地址;小组",
    "ar": "الاسم الأول;اسم العائلة;عنوان البريد;المجموعات",
}  # fmt: skip
FURTHER = {  # name, login, number, address
    "sakai's gradebook": (
        '"Student ID","Student Name","Lesson [10]"\nasmith,"Smith, Ann",9\n',
        ("Ann Smith", "", "", ""),
    ),
    "schoology": ("First Name,Last Name,Unique User ID\nAnn,Smith,asmith\n", ("Ann Smith", "asmith", "", "")),
    "campusonline": (
        "REGISTRATION_NUMBER;FAMILY_NAME_OF_STUDENT;FIRST_NAME_OF_STUDENT;EMAIL_ADDRESS\n00123;Smith;Ann;ann@u.de\n",
        ("Ann Smith", "", "00123", "ann@u.de"),
    ),
    "his": ('Matrikel-Nr.;Name, Vorname;E-Mail\n00123;"Smith, Ann";ann@u.de\n', ("Ann Smith", "", "00123", "ann@u.de")),
    "azure": (
        "userPrincipalName,displayName,surname,givenName,mail\nas@u.de,Ann S.,Smith,Ann,ann@u.de\n",
        ("Ann Smith", "as@u.de", "", "ann@u.de"),
    ),
    "netid": ('NetID,Name,Email\nasmith,"Smith, Ann",ann@u.de\n', ("Ann Smith", "asmith", "", "ann@u.de")),
    "student number": ("Student Number,First Name,Surname\n00123,Ann,Smith\n", ("Ann Smith", "", "00123", "")),
    "a number of the line, and Name for the surname": (
        "Nr.;Name;Vorname;Matrikelnr.\n1;Smith;Ann;00123\n",
        ("Ann Smith", "", "00123", ""),
    ),
    "first and last in one": (
        "First name / Last name,Email address\nAnn Smith,ann@u.de\n",
        ("Ann Smith", "", "", "ann@u.de"),
    ),
    "a column of addresses by any name": (
        "Full Name,Uni account\nAnn Smith,ann@u.de\n",
        ("Ann Smith", "", "", "ann@u.de"),
    ),
    "what cannot be seen": (
        "login,name\n\u200basmith\u200b,\u200fAnn\u00a0Smith\u200e\n",
        ("Ann Smith", "asmith", "", ""),
    ),
    "a suffix is no first name": ('login,name\nmlk,"Martin King, Jr."\n', ("Martin King, Jr.", "mlk", "", "")),
}


@pytest.mark.parametrize("language", SITES)
def test_a_site_in_any_language_gives_name_and_address(tmp_path, language):
    path = tmp_path / "list.csv"
    path.write_text(f"{SITES[language]}\nAnn;Smith;ann@uni.edu;\nBo;Li;bo@uni.edu;\n", encoding="utf-8")
    assert [(p.name, p.email) for p in read_people(path)[1]] == [("Ann Smith", "ann@uni.edu"), ("Bo Li", "bo@uni.edu")]


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_list_gives_its_people(tmp_path, name):
    text, right = FURTHER[name]
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    _, (one,) = read_people(path)
    assert (one.name, one.login, one.number, one.email) == right


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
