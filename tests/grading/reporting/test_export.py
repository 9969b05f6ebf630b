"""Every export holds the gradebook's marks, and nothing that a spreadsheet would run."""

import csv

import pytest

from grading.errors import CourseError
from grading.reporting import export
from tests.grading import small_course as sc
from tests.grading import small_lesson as small


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_each_export_holds_the_gradebooks_marks(undisturbed, tmp_path):
    want = {student: told[-1] for (student, _), told in sc.dump(undisturbed).items()}
    for kind, name, mark, head in (("csv", 0, 6, 1), ("canvas", 2, 5, 2), ("moodle", 0, 5, 1)):
        path = export.export(undisturbed.root, kind, tmp_path / f"{kind}.csv", as_is=True)
        got = {row[name]: float(row[mark]) for row in rows(path)[head:]}
        assert got == want
    assert rows(tmp_path / "canvas.csv")[1] == ["    Points Possible", "", "", "", "", "10"]


def test_nbgraders_own_export_command_finds_the_plugins(undisturbed, tmp_path):
    from nbgrader.api import Gradebook
    from traitlets.utils.importstring import import_item

    plugin = import_item("grading.plugins.MoodleExport")()
    plugin.to, plugin.assignment, plugin.student = str(tmp_path / "m.csv"), [small.LESSON], ["student000"]
    with Gradebook(undisturbed.db_url) as book:
        plugin.export(book)
    assert rows(tmp_path / "m.csv")[1] == ["student000", "", "", "", "", "6"]


def test_no_cell_of_an_export_is_a_formula(graded, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        book.update_or_create_student("student000", first_name="=HYPERLINK(1)", last_name="+1", email="@x")
    for kind in ("csv", "canvas", "moodle"):
        for row in rows(export.export(graded.root, kind, tmp_path / "x.csv", as_is=True)):
            assert not any(cell[:1] in "=+@" and cell for cell in row)


def test_an_unknown_export_is_refused(undisturbed, tmp_path):
    with pytest.raises(CourseError, match="there are: csv, canvas, moodle, blackboard"):
        export.export(undisturbed.root, "excel", tmp_path / "x")


def test_answers_nobody_has_read_are_told_before_they_count_nothing(graded, tmp_path):
    with pytest.raises(
        CourseError, match=r"Answers wait to be read: renamed 90_small question-why, .* and 8 more; 11 would count 0"
    ):
        export.export(graded.root, "csv", tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()
    export.export(graded.root, "csv", tmp_path / "x.csv", as_is=True)


def test_a_class_whose_answers_are_read_is_exported_without_a_word(graded, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        for one in book.assignment_submissions(small.LESSON):
            for grade in one.notebooks[0].grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    assert export.export(graded.root, "csv", tmp_path / "x.csv").exists()


def test_an_answer_written_anew_is_told_with_its_old_mark(graded, tmp_path):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url) as book:
        for one in book.assignment_submissions(small.LESSON):
            for grade in one.notebooks[0].grades:
                if grade.needs_manual_grade:
                    grade.manual_score = 3
        book.db.commit()
    with pytest.raises(CourseError, match=r"0 would count 0, [0-9]+ rewritten ones their old mark"):
        export.export(graded.root, "csv", tmp_path / "x.csv")
