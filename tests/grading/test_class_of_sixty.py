"""A class of 60, from the zip that Canvas saved to the marks that Canvas takes back, by the commands that README names.

One is late, one handed in twice, two have the same name, one gets more time afterwards, a bad test is dropped, one
appeals. All of it in the real sandbox.
"""

import csv
import json
import zipfile

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from grading.cli import app
from grading.commands import instructor, teaching
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

SIZE = 60
SHORT = {**sc.RIGHT, "tail": "def tail(xs):\n    return [2]"}  # right where one can see it, wrong where one cannot
LATE, TWICE, APPEAL, WRITER, SAME = 7, 11, 13, 17, (20, 21)
KINDS = ({**sc.RIGHT}, SHORT, {"double": small.ANSWER_DOUBLE}, {})  # 6, 3, 2, 0 points of the checks
for kind in KINDS:
    kind.pop("question-why", None)
SCORES = (6, 3, 2, 0)


def user(i):
    return 9000 + i


def login(i):
    return f"s{i:03}"


def kind_of(i):
    return {LATE: 0, TWICE: 0, APPEAL: 1, WRITER: 0}.get(i, i % 4)


def name(i):
    return "Smith, Ann" if i in SAME else f"Family{i:02}, Given"


def score(i, dropped=False):
    """What the checks give; with the bad test dropped, its 3 points are everybody's."""
    whole = SCORES[kind_of(i)]
    return whole + (3 if dropped and kind_of(i) != 0 else 0)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """(the course folder, Canvas's zip, the gradebook that Canvas saved)."""
    root = tmp_path_factory.mktemp("sixty")
    made = sc.make(root / "course")
    config = made.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('penalty_method = "none"', 'penalty_method = "zero"'))
    with zipfile.ZipFile(root / "submissions.zip", "w") as archive:
        for i in range(SIZE):
            archive.writestr(canvas_file(i, "LATE_" if i == LATE else "", 500 + i), notebook(made, i))
        archive.writestr(canvas_file(TWICE, "", 900, "-1"), notebook(made, TWICE, again=True))
    with open(root / "saved.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A small lesson (4711)", "Total"])
        table.writerow(["    Points Possible", "", "", "", "", "10", "(read only)"])
        table.writerows([name(i), user(i), f"N{i}", login(i), "DL-A", "", ""] for i in range(SIZE))
        table.writerow(["Student, Test", "9999", "", "", "DL-A", "", ""])
    return made, root / "submissions.zip", root / "saved.csv"


def canvas_file(i, late, number, attempt=""):
    plain = name(i).replace(", ", "").lower()
    return f"{plain}_{late}{user(i)}_{number}_90_small{attempt}.ipynb"


def notebook(made, i, *, again=False):
    """What one hands in; the first attempt of who hands in twice is blank."""
    answers = dict({} if i == TWICE and not again else KINDS[kind_of(i)])
    answers["double"] = answers.get("double", small.STUB_DOUBLE) + f"\n# {i}"
    if i == WRITER:
        answers["question-why"] = "Because twice one is two."
    return small.raw(sc.answered(made, **answers))


@pytest.fixture(scope="module")
def course(place):
    """Run a command on the folder: (exit status, what it printed)."""
    instructor.register(app)
    teaching.register(app)

    def run(*words):
        told = CliRunner().invoke(app, [*map(str, words), "--course", str(place[0].root)], env={"COLUMNS": "200"})
        assert told.exception is None or isinstance(told.exception, SystemExit | Exception)
        return told.exit_code, told.output, told.exception

    return run


def done(told):
    assert told[0] == 0, told
    return told[1]


def counts(made):
    """{login: the points that count}."""
    rows = sc.dump(made)
    return {student: row[-1] - (row[-2] or 0.0) for (student, _), row in rows.items()}


def test_from_canvas_to_canvas(place, course, tmp_path):
    made, upload, saved = place
    assert "canvas: 60 people, 60 of them new" in done(course("roster", saved))
    done(course("due", "90", "2026-10-12 23:59", "--zone", "UTC"))

    shown = done(course("collect", "90", upload, "--dry-run"))
    assert not list(made.root.glob("submitted/*"))
    assert "60 taken, 0 kept, 0 stopped; 61 files given, 1 not taken; nothing was changed (--dry-run)." in shown
    told = json.loads(done(course("collect", "90", upload, "--json")))
    assert sorted(told["collected"]) == [login(i) for i in range(SIZE)]
    assert (len(told["files"]), told["problems"]) == (61, [])
    assert told["collected"][login(TWICE)] == canvas_file(TWICE, "", 900, "-1")
    assert [one["student"] for one in told["students"] if one["late"]] == [login(LATE)]

    graded = json.loads(done(course("grade", "--json")))
    assert graded["counts"]["ran"] == SIZE
    assert counts(made) == {login(i): 0 if i == LATE else score(i) for i in range(SIZE)}

    done(course("extend", login(LATE), "90", "48", "--why", "illness"))  # afterwards
    assert counts(made) == {login(i): score(i) for i in range(SIZE)}

    explained = done(course("show", login(APPEAL), "90", "tail"))
    assert 'expect("one", tail([9]))\n        Expected 0 items, got 1: [2].' in explained  # the hidden line
    page = json.loads(done(course("show", login(APPEAL), "90", "tail", "--json")))["explained"]["tail"]
    assert [(line["hidden"], line["label"], line["text"]) for line in page["lines"]] == [
        (True, "secret input [9]", 'expect("one", tail([9]))')
    ]

    dropped = done(course("drop", "check-tail", "--why", "the task does not say what one item gives"))
    assert login(APPEAL) in dropped
    assert counts(made) == {login(i): score(i, dropped=True) for i in range(SIZE)}

    marks = tmp_path / "marks.csv"
    status, _, error = course("export", "canvas", "--into", saved, "--to", marks)
    assert status
    assert f"Answers wait to be read: {login(WRITER)} 90_small question-why" in str(error)
    with Gradebook(made.db_url) as book:  # as formgrader does
        grade = book.find_grade("question-why", small.LESSON, small.LESSON, login(WRITER))
        grade.manual_score, grade.needs_manual_grade = 4, False
        book.db.commit()
    done(course("export", "canvas", "--into", saved, "--to", marks))
    read_back(marks)


def read_back(path):
    """By Canvas's rules: a row is found by its ID, the column by its title with the number, the rest stays."""
    with open(path, newline="", encoding="utf-8") as file:
        head, possible, *rows = csv.reader(file)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A small lesson (4711)", "Total"]
    assert possible[5] == "10"
    told = {int(row[1]): row[5] for row in rows}
    assert told.pop(9999) == ""  # Canvas's own test student
    wanted = {user(i): score(i, dropped=True) + (4 if i == WRITER else 0) for i in range(SIZE)}
    assert {one: float(value) for one, value in told.items()} == wanted
    assert [row[0] for row in rows].count("Smith, Ann") == 2
