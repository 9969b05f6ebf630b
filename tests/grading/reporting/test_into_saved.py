"""Files that went through a spreadsheet program, sites in other languages, a second filling: marks match back."""

import pytest
from typer.testing import CliRunner

from grading.commands import instructor
from grading.errors import CourseError
from grading.reporting import export, into
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy
from tests.grading.course import lists
from tests.grading.reporting.test_into import canvas_import, fill, marked, worksheet_import  # noqa: F401

COMMAS = (
    "Studierende;ID;SIS-Benutzer-ID;SIS-Anmelde-ID;Abschnitt;90 small (7001);Weeks (7002)\n"
    '    Mögliche Punkte;;;;;10,0;5,0\n"Smith, Ann";101;S1;ann;Mo;;4,5\n"Smith, Ann";102;S2;ann.smith;Tu;1,5;\n'
)
GERMAN = (
    'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden"\n'
    'Teilnehmer/in501,"Ann Smith",ann@uni.edu,x,,"10,00",Ja\n'
    'Teilnehmer/in502,"Ann Smith",ann.smith@uni.edu,x,,"10,00",Ja\n'
)


def test_a_file_with_decimal_commas_gets_decimal_commas(fill, marked, monkeypatch):  # noqa: F811
    from grading.reporting.marks import Table

    monkeypatch.setattr(Table, "_marks", _halves(Table._marks))
    filled, data = fill("canvas", COMMAS.encode("cp1252"))
    text = data.decode("cp1252").splitlines()
    assert text[2:] == ['Smith, Ann;101;S1;ann;Mo;6,5;4,5', 'Smith, Ann;102;S2;ann.smith;Tu;3,5;']  # fmt: skip
    assert filled.replaced == ["ann.smith had 1.5 there in 90_small, now 3.5"]
    point = COMMAS.replace(";4,5", ";4.5").replace(",0", "").replace("1,5", "")
    _, data = fill("canvas", point.encode())
    assert b";6.5;4.5" in data


def _halves(marks_of):
    def marks(self, rows):
        told = marks_of(self, rows)
        for mark in told.values():
            mark.score += 0.5
        return told

    return marks


def test_a_file_filled_twice_is_the_same_and_says_nothing_new(fill):  # noqa: F811
    _, once = fill("canvas")
    filled, twice = fill("canvas", once)
    assert (twice, filled.replaced) == (once, [])


def test_other_marks_that_are_written_over_are_said(fill):  # noqa: F811
    filled, _ = fill("canvas", lists.CANVAS.replace("Mo,,3,60", "Mo,9.5,3,60").encode())
    assert filled.replaced == ["ann had 9.5 there in 90_small, now 6"]


def test_points_with_a_decimal_comma_are_compared(fill):  # noqa: F811
    for ten in ('"10,0"', '"10,00"', "10.0"):
        fill("canvas", lists.CANVAS.replace("Possible,,,,,10,", f"Possible,,,,,{ten},").encode())
    with pytest.raises(CourseError, match="is out of 1000 points, 90_small out of 10"):
        fill("canvas", lists.CANVAS.replace("Possible,,,,,10,", 'Possible,,,,,"1,000",').encode())


def test_a_german_worksheet_is_filled_by_its_own_rules(fill):  # noqa: F811
    filled, data = fill("moodle", GERMAN.encode("utf-8-sig"))
    told = data.decode("utf-8-sig").replace("ID,", "Identifier,").replace("Bewertung,", "Grade,", 1)
    assert worksheet_import(told.encode()) == {"501": 6.0, "502": 3.0}
    assert filled.doubts == []


def test_german_and_french_gradebooks_are_filled(fill):  # noqa: F811
    for head in (
        "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Aufgabe: 90 small (Punkte),Aufgabe: 90 small (Prozentsatz)",
        "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel,Devoir : A small lesson (Brut),Autre",
    ):
        _, data = fill("moodle", f"{head}\nAnn,Smith,S1,ann@uni.edu,-,-\n".encode())
        assert data.decode().splitlines()[1] == "Ann,Smith,S1,ann@uni.edu,6,-"


@pytest.mark.parametrize("data", [lists.WORKSHEET.replace("10.00,Yes", "10.00,No", 1), GERMAN.replace("Ja", "Nein", 1)])
def test_a_locked_row_is_left_as_it_was_and_said(fill, data):  # noqa: F811
    filled, out = fill("moodle", data.encode())
    assert (filled.locked, filled.filled) == (["ann"], ["ann.smith"])
    assert out.decode().splitlines()[1] == data.splitlines()[1].replace('"Ann Smith"', "Ann Smith")
    assert [line for line in into.lines(filled) if "locked there, so nothing was written: ann;" in line]


def test_words_in_place_of_a_mark_are_not_written_over_in_silence(fill):  # noqa: F811
    filled, _ = fill("canvas", lists.CANVAS.replace("Mo,,3,60", "Mo,late!,3,60").replace("Tu,,4", "Tu,N/A,4").encode())
    assert filled.replaced == ["ann had late! there in 90_small, now 6"]
    filled, _ = fill("canvas", lists.CANVAS.replace("Mo,,3,60", "Mo,EX,3,60").encode())
    assert filled.replaced == ["ann is excused there in 90_small (EX): left, 6 here"]


def test_points_stand_above_the_people_and_sums_below(fill):  # noqa: F811
    data = 'Student,ID,SIS User ID,SIS Login ID,Section,90 small (7001)\n"Smith, Ann",101,S1,ann,Mo,\nAverage,,,,,5\n'
    filled, out = fill("canvas", data.encode())
    assert (filled.filled, filled.without) == (["ann"], [])
    assert out.decode().splitlines()[1:] == ['"Smith, Ann",101,S1,ann,Mo,6', "Average,,,,,5"]
    filled, _ = fill("google", lists.GOOGLE.replace("2026-11-02", "2026").encode(), learn=False)
    assert filled.columns == {small.LESSON: "A small lesson"}
    with pytest.raises(CourseError, match="is out of 20 points, 90_small out of 10"):
        fill("google", lists.GOOGLE.replace("Points,,,10", "Punkte,,,20").encode(), learn=False)


def test_a_heading_in_the_middle_is_nobody(fill):  # noqa: F811
    head, *rows = lists.MOODLE.splitlines()
    filled, out = fill("moodle", "\n".join([head, rows[0], head, rows[1], "Overall average,,,,5,"]).encode())
    assert (filled.filled, filled.without) == (["ann", "ann.smith"], [])
    assert out.decode().splitlines()[2] == head


def test_an_assignment_marked_on_a_scale_is_refused(fill):  # noqa: F811
    with pytest.raises(CourseError, match="is marked on a scale, not in points; set it to 10"):
        fill("moodle", lists.WORKSHEET.replace("Maximum Grade", "Scale").replace("10.00", "x").encode())


def test_a_system_nobody_knows_is_said(fill):  # noqa: F811
    with pytest.raises(CourseError, match="No export 'excel'; with --into there are: canvas, brightspace"):
        fill("excel", lists.ALL["canvas"], learn=False)


def test_a_column_without_its_lesson_is_not_passed_over(marked, tmp_path):  # noqa: F811
    import typer

    app = typer.Typer()
    app.command()(instructor.export)
    (tmp_path / "saved.csv").write_text(lists.CANVAS)
    told = ["canvas", "--into", str(tmp_path / "saved.csv"), "--column", "Week 3", "--course", str(marked.root)]
    ended = CliRunner().invoke(app, told)
    assert "--column Week 3: write NN=TITLE" in str(ended.exception)


def test_nothing_is_written_while_nobody_has_a_mark(tmp_path):
    made = sc.make(tmp_path / "course")
    sc.hand_in(made, "ann", sc.answered(made))
    (tmp_path / "saved.csv").write_text(lists.CANVAS)
    for write in (
        lambda: export.export(made.root, "canvas", tmp_path / "out.csv"),
        lambda: into.fill(made.root, "canvas", tmp_path / "saved.csv", tmp_path / "out.csv"),
    ):
        with pytest.raises(CourseError, match="Nobody has a mark in 90 yet; run `course grade 90"):
            write()
    assert not (tmp_path / "out.csv").exists()


def test_what_was_filled_and_what_was_not_is_there_for_a_script(marked, tmp_path):  # noqa: F811
    import json

    import typer

    app = typer.Typer()
    app.command()(instructor.export)
    (tmp_path / "saved.csv").write_text(lists.WORKSHEET.replace("10.00,Yes", "10.00,No", 1))
    told = ["moodle", "90", "--into", str(tmp_path / "saved.csv"), "--to", str(tmp_path / "out.csv"), "--json"]
    ended = CliRunner().invoke(app, [*told, "--course", str(copy(marked.root, tmp_path / "course").root)])
    made = json.loads(ended.output)
    assert ended.exit_code == 1, "a locked row is left to decide"
    assert (made["columns"], made["path"]) == ({small.LESSON: "Grade"}, str(tmp_path / "out.csv"))
    assert sorted([*made["filled"], *made["locked"], *made["left"]]) == ["ann", "ann.smith", "stranger"]


@pytest.mark.parametrize(
    "head",
    [
        "Imię,Nazwisko,Numer ID,Adres e-mail,Zadanie: A small lesson (Rzeczywista),Suma (Rzeczywista)",
        "Adı,Soyadı,Öğrenci no,E-posta adresi,Ödev: 90 small (Gerçek),Ders toplamı (Gerçek)",
        "Имя,Фамилия,Номер ID,Адрес электронной почты,Задание: A small lesson (Значение),Итог (Значение)",
    ],
)
def test_a_gradebook_of_a_site_in_any_language_is_filled_where_moodle_is_said(fill, head):  # noqa: F811
    _, data = fill("moodle", f"{head}\nAnn,Smith,S1,ann@uni.edu,-,-\n".encode())
    assert data.decode().splitlines()[1] == "Ann,Smith,S1,ann@uni.edu,6,-"


def test_rows_in_another_order_left_out_or_new_get_the_right_marks_and_are_told(fill):  # noqa: F811
    head, posting, points, ann, smith, *_ = lists.CANVAS.splitlines()
    text = "\n".join([head, posting, points, '"New, Joe",150,S9,joe@uni.edu,Mo,,,', smith, ann]) + "\n"
    filled, data = fill("canvas", text.encode())
    assert canvas_import(data) == {
        ("101", "7001"): "6",
        ("102", "7001"): "3",
        ("101", "7002"): "3",
        ("102", "7002"): "4",
    }
    assert (filled.without, filled.left) == (["Joe New"], ["stranger"])
    filled, _ = fill("canvas", text.replace(ann + "\n", "").encode())
    assert filled.left == ["ann", "stranger"]


def test_a_mark_that_finds_no_row_is_something_to_do(marked, tmp_path):  # noqa: F811
    import typer

    app = typer.Typer()
    app.command()(instructor.export)
    (tmp_path / "saved.csv").write_text(lists.WORKSHEET)
    root = str(copy(marked.root, tmp_path / "course").root)
    told = ["moodle", "90", "--into", str(tmp_path / "saved.csv"), "--to", str(tmp_path / "out.csv"), "--course", root]
    ended = CliRunner().invoke(app, told)
    assert (ended.exit_code, "have a mark here and no row there: stranger" in ended.output) == (1, True)
