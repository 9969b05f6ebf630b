"""Lists and worksheets that sites in other languages save are read as the English ones are."""

import pytest

from grading.course import headings
from grading.course.collect.systems import Who
from grading.course.collect.table import Times
from grading.course.enrol import read_people
from grading.course.table import number, read_sheet
from grading.errors import CourseError

LISTS = {
    "canvas, german": (
        "canvas",
        "Studierende;ID;SIS-Benutzer-ID;SIS-Anmelde-ID;Abschnitt;90 small (7001)\n;;;;;Manuell\n"
        '    Mögliche Punkte;;;;;10\n"Smith, Ann";101;007;ann;Mo;\n"Student, Test";199;;' + 40 * "a" + ";Mo;\n",
    ),
    "canvas, french": (
        "canvas",
        "Étudiant,ID,ID d'utilisateur SIS,ID de connexion SIS,Section,90 small (7001)\n"
        '    Points possibles,,,,,10\n"Smith, Ann",101,007,ann,Mo,\n',
    ),
    "canvas, english, more columns": (
        "canvas",
        "Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,SIS lab (7001)\n"
        '"Smith, Ann",101,007,ann,,uni,Mo,\n',
    ),
    "moodle, german gradebook": (
        "moodle",
        "Vorname;Nachname;ID-Nummer;Institution;Abteilung;E-Mail-Adresse;Aufgabe: A small lesson (Punkte)\n"
        "Ann;Smith;007;;;ann@uni.de;-\n",
    ),
    "moodle, german worksheet": (
        "moodle",
        "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden\n"
        'Teilnehmer/in501,Ann Smith,007,ann@uni.de,x,,"10,00",Ja\n',
    ),
    "moodle, french worksheet": (
        "moodle",
        "Identifiant,Nom complet,Numéro d’identification,Adresse de courriel,Statut,Note,Note maximale\n"
        'Participant 501,Ann Smith,007,ann@uni.de,x,,"10,00"\n',
    ),
    "moodle, spanish gradebook": (
        "moodle",
        "Nombre,Apellido(s),Número de ID,Dirección de correo,Tarea: x (Real)\nAnn,Smith,007,ann@uni.de,-\n",
    ),
    "moodle, participants": ("moodle", "First name,Last name,Email address,Groups\nAnn,Smith,ann@uni.de,G1\n"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_another_language_is_its_systems(tmp_path, name):
    system, text = LISTS[name]
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    found, (ann,) = read_people(path)
    assert (found, ann.name, ann.student) == (system, "Ann Smith", "")
    if "participants" in name:
        assert (ann.email, ann.section) == ("ann@uni.de", "G1")
    else:
        assert ann.number == "007"
    if system == "canvas":
        assert (ann.user_id, ann.login, ann.section) == ("101", "ann", "Mo")


def test_the_number_of_a_participant_in_any_language():
    for text in ("Participant 501", "Teilnehmer/in501", "Participante 501", "参加者501", "501"):
        assert headings.participant(text) == "501"
    assert headings.participant("U501") == "U501"


def test_a_german_worksheet_gives_the_times(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text(
        'ID,"Zuletzt geändert (Abgabe)"\nTeilnehmer/in501,"Montag, 12. Oktober 2026, 23:59"\nTeilnehmer/in502,-\n',
        encoding="utf-8",
    )
    times = Times(path)
    assert str(times.find("ann", Who("moodle", "Ann Smith", "501"))) == "(datetime.datetime(2026, 10, 12, 23, 59), 2)"
    assert times.find("bo", Who("moodle", "Bo Li", "502")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("10,0", 10), ("10.00", 10), ("1,000", 1000), ("1,000.5", 1000.5), ("1.000,5", 1000.5),
     ("0,125", 0.125),
     (" 9,5 ", 9.5), ("-", None), ("", None), ("EX", None), ("(read only)", None), ("1,2,3", None)],
)  # fmt: skip
def test_numbers_as_spreadsheets_write_them(text, value):
    assert number(text) == value


def test_excels_own_first_line_and_commas_in_titles(tmp_path):
    path = tmp_path / "list.csv"
    for text in ("sep=;\r\nstudent;name\r\nann;Ann\r\n", '"a, b, c, d";"student";name\nx;ann;Ann\n'):
        path.write_bytes(text.encode())
        sheet = read_sheet(path)
        assert (sheet.delimiter, sheet.rows[1][-2:]) == (";", ["ann", "Ann"])


def test_a_list_of_another_sort_is_told_by_its_heading(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Prénoms inconnus;Adresse\nAnn;x\n", encoding="utf-8")
    with pytest.raises(CourseError, match="has no column that says who"):
        read_people(path)
