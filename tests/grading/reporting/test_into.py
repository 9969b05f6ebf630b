"""Marks filled into a system's own gradebook are found again by that system's rules, as its documentation says them.

The readers below are written from those rules and know nothing of the writer.
"""

import csv
import io
import json
import re

import pytest

from grading.course.enrol import enrol
from grading.errors import CourseError
from grading.marking import engine
from grading.reporting import export, into
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy
from tests.grading.course import lists

NO_ESSAY = {k: v for k, v in sc.RIGHT.items() if k != "question-why"}
HALF = {**NO_ESSAY, "tail": small.STUB_TAIL}


def canvas_import(data):
    """Canvas: the first columns are Student, ID, SIS User ID, SIS Login ID, Section. A row is a user by ID, else by
    SIS Login ID, else by SIS User ID; the row whose first cell says Points Possible is none. A column is an assignment
    by the number in brackets at its end; read-only columns are passed over. An empty cell changes nothing."""
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    points = next(row for row in rows if "Points Possible" in row[0])
    rows = [row for row in rows if row is not points and row[1].strip()]
    read_only = [i for i, cell in enumerate(points) if "read only" in cell]
    numbers = {i: re.search(r"\((\d+)\)\Z", cell)[1] for i, cell in enumerate(head) if i > 4 and i not in read_only}
    return {(row[1], number): row[i] for row in rows for i, number in numbers.items() if row[i]}


def moodle_import(data):
    """Moodle: one column is mapped to the user (here ID number; e-mail is case-sensitive), others to grade items by
    their name; "-" is no grade, and a grade that is not a number stops the import."""
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    who = head.index("ID number")
    items = [i for i, name in enumerate(head) if name.endswith("(Real)")]
    return {(row[who], head[i]): float(row[i]) for row in rows for i in items if row[i] not in ("-", "")}


def blackboard_import(data):
    """Blackboard: tab-delimited in UTF-16 as it is downloaded; a row is a user by Username; a column is an item by
    the number after the bar, a column without one makes a new item; totals are not read."""
    head, *rows = csv.reader(io.StringIO(data.decode("utf-16")), delimiter="\t")
    who = head.index("Username")
    items = {i: cell.rpartition("|")[2] for i, cell in enumerate(head) if "[Total Pts" in cell and "|" in cell}
    assert set(items.values()) == {"5001", "5002"}
    return {(row[who], number): row[i] for row in rows for i, number in items.items() if row[i]}


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """Two of one name have marks, the third of the list handed in nothing, and one is on no list."""
    made = sc.make(tmp_path_factory.mktemp("marked") / "course")
    for student, answers in (("ann", NO_ESSAY), ("ann.smith", HALF), ("stranger", HALF)):
        sc.hand_in(made, student, sc.answered(made, **answers))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    path = made.root / "plain.csv"
    path.write_text(lists.PLAIN, encoding="utf-8")
    enrol(made.root, path)
    return made


@pytest.fixture
def fill(marked, tmp_path):
    """Save a system's list, learn who is who from it, fill it: (Filled, the file's bytes)."""
    made = copy(marked.root, tmp_path / "course")

    def run(kind, data=None, learn=True, **more):
        saved = tmp_path / f"saved-{kind}"
        saved.write_bytes(lists.ALL[kind] if data is None else data)
        if learn:
            _known(made, kind)
        filled = into.fill(made.root, kind, saved, tmp_path / "out", ["90"], **more)
        return filled, (tmp_path / "out").read_bytes()

    return run


def _known(made, kind):
    """The roster ties the three to the system as an instructor's would after `course collect`."""
    rows = {
        "canvas": ["ann,Ann Smith,canvas,101,,", "ann.smith,Ann Smith,canvas,102,,"],
        "moodle": ["ann,Ann Smith,moodle,,,ann@uni.edu", "ann.smith,Ann Smith,moodle,,,ann.smith@uni.edu"],
        "blackboard": ["ann,Ann Smith,blackboard,,ann,", "ann.smith,Ann Smith,blackboard,,ann.smith,"],
        "brightspace": ["ann,Ann Smith,brightspace,,ann,", "ann.smith,Ann Smith,brightspace,,ann.smith,"],
    }[kind]
    text = "student,name,system,user_id,login,email\n" + "\n".join(rows) + "\n"
    (made.root / "roster.csv").write_text(text, encoding="utf-8")


def test_canvas_finds_every_mark_and_nothing_else_changed(fill):
    filled, data = fill("canvas")
    got = canvas_import(data)
    before = canvas_import(lists.ALL["canvas"])
    assert {k: v for k, v in got.items() if before.get(k) != v} == {("101", "7001"): "6", ("102", "7001"): "3"}
    assert set(before) - set(got) == set()
    assert got["103", "7001"] == "EX"  # an excused student stays excused
    assert (filled.filled, filled.without, filled.left, filled.doubts) == (
        ["ann", "ann.smith"], ["Żaneta =Łuk"], ["stranger"], [],
    )  # fmt: skip
    told = "\n".join(into.lines(filled))
    assert "90_small -> 90 small (7001)" in told
    assert "have a mark here and no row there: stranger" in told
    assert "have a row there and no mark here: Żaneta =Łuk" in told


def test_moodle_finds_every_mark(fill):
    _, data = fill("moodle")
    item = "Assignment: A small lesson (Real)"
    assert moodle_import(data) == {("S1", item): 6.0, ("S2", item): 3.0}
    assert "Course total (Real)" in data.decode("utf-8-sig")


def worksheet_import(data):
    """Moodle's offline grading: a row is a submission by the number in "Identifier"; "Grade" is read, empty is none."""
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    who, mark = head.index("Identifier"), head.index("Grade")
    return {re.fullmatch(r"\D+(\d+)", row[who])[1]: float(row[mark]) for row in rows if row[mark] not in ("", "-")}


def test_moodles_grading_worksheet_takes_the_marks_of_its_assignment(fill):
    filled, data = fill("moodle", lists.WORKSHEET.encode("utf-8-sig"))
    assert worksheet_import(data) == {"501": 6.0, "502": 3.0}
    assert (filled.filled, filled.left, filled.doubts) == (["ann", "ann.smith"], ["stranger"], [])
    assert "Two\nlines" in data.decode("utf-8-sig")


def test_an_anonymous_worksheet_is_filled_by_the_numbers_of_its_own_uploads(fill, marked, tmp_path):
    bare = "\n".join(f"Participant {n},Submitted for grading,,10.00" for n in (501, 502, 503))
    bare = f"Identifier,Status,Grade,Maximum Grade\n{bare}\n".encode()
    filled, data = fill("moodle", bare, learn=False)
    assert (worksheet_import(data), filled.without) == ({}, ["501", "502", "503"])
    memory = {"ann": {"system": "moodle", "user_id": "502"}, "ann.smith": {"system": "canvas", "user_id": "501"}}
    folder = tmp_path / "course" / "journal" / "collected"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "90_small.json").write_text(json.dumps(memory), encoding="utf-8")
    _, data = fill("moodle", bare, learn=False)
    assert worksheet_import(data) == {"502": 6.0}


def test_a_worksheet_of_other_points_is_refused(fill, marked, tmp_path):
    with pytest.raises(CourseError, match="the assignment is out of 100 points, 90_small out of 10"):
        fill("moodle", lists.WORKSHEET.replace("10.00", "100.00").encode())


def brightspace_import(data):
    """Brightspace: a row is a user by OrgDefinedId or Username; a column "TITLE Points Grade <...>" takes numbers."""
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
    assert head[-1] == "End-of-Line Indicator"
    (item,) = (i for i, cell in enumerate(head) if " Points Grade" in cell)
    return {row[0].lstrip("#"): float(row[item]) for row in rows if row[item]}


def test_brightspace_finds_every_mark(fill):
    head = "A small lesson Points Grade <Numeric MaxPoints:10 Weight:10>,End-of-Line Indicator"
    data = lists.BRIGHTSPACE.replace("End-of-Line Indicator", head).replace(",#\n", ",,#\n").encode()
    _, filled = fill("brightspace", data)
    assert brightspace_import(filled) == {"S1": 6.0, "S2": 3.0}
    with pytest.raises(CourseError, match="is out of 20 points, 90_small out of 10"):
        fill("brightspace", data.replace(b"MaxPoints:10", b"MaxPoints:20"))


def test_blackboard_finds_every_mark_in_its_own_encoding(fill):
    _, data = fill("blackboard")
    assert blackboard_import(data) == {("ann", "5001"): "6", ("ann.smith", "5001"): "3"}


@pytest.mark.parametrize("kind", ["canvas", "moodle", "blackboard"])
def test_no_cell_is_a_formula_whoever_wrote_it(fill, kind):
    _, data = fill(kind)
    text = data.decode({"blackboard": "utf-16"}.get(kind, "utf-8-sig"))
    for row in csv.reader(io.StringIO(text), delimiter="\t" if kind == "blackboard" else ","):
        for cell in row:
            assert cell[:1] not in tuple("=+@\t\r") or not cell, cell
            assert cell[:1] != "-" or cell == "-"
    assert "'=Łuk" in text


def test_two_of_one_name_that_nothing_tells_apart_are_left_and_said(fill, marked):
    bare = lists.CANVAS.replace("101,S1,ann@uni.edu", "901,,").replace("102,S2,ann.smith@uni.edu", "902,,")
    filled, data = fill("canvas", bare.encode(), learn=False)
    assert filled.filled == []
    assert len(filled.doubts) == 2
    assert "Ann Smith could be ann or ann.smith: left as it was; mend roster.csv." in filled.doubts
    assert canvas_import(data) == canvas_import(bare.encode())


def test_a_student_with_two_rows_gets_no_mark_in_either(fill):
    twice = lists.CANVAS + '"Smith, Ann",101,S1,ann@uni.edu,Tu,,4,80\n'
    filled, data = fill("canvas", twice.encode())
    assert filled.doubts == ["ann has 2 rows in the file: left as they were; mend roster.csv."]
    assert ("101", "7001") not in canvas_import(data)


def test_a_column_may_be_named_where_its_title_does_not_say(fill):
    other = lists.CANVAS.replace("90 small (7001)", "Week 3 (7001)")
    with pytest.raises(CourseError, match="has no column for 90_small; say which: --column NN=TITLE"):
        fill("canvas", other.encode())
    _, data = fill("canvas", other.encode(), columns=[("90", "Week 3 (7001)")])
    assert canvas_import(data)["101", "7001"] == "6"
    with pytest.raises(CourseError, match="Columns for 90_small: none"):
        fill("canvas", other.encode(), columns=[("90", "Week 4")])


def test_a_column_of_other_points_is_refused(fill):
    for kind, find, put in (
        ("canvas", ",,,,,10,5,", ",,,,,100,5,"),
        ("blackboard", "[Total Pts: 10", "[Total Pts: 20"),
    ):
        data = {"canvas": lists.CANVAS, "blackboard": lists.BLACKBOARD}[kind].replace(find, put)
        if kind == "canvas":
            data = data.replace("Possible,,,,,10,", "Possible,,,,,100,")
        with pytest.raises(CourseError, match=r"is out of (100|20) points, 90_small out of 10"):
            fill(kind, data.encode("utf-16" if kind == "blackboard" else "utf-8"))


def test_another_systems_file_is_refused(fill, marked, tmp_path):
    with pytest.raises(CourseError, match="looks like moodle's, not canvas's"):
        fill("canvas", lists.ALL["moodle"])


def test_exports_without_a_file_have_the_columns_by_which_a_system_matches(fill, marked, tmp_path):
    made = copy(marked.root, tmp_path / "mine")
    _known(made, "canvas")
    text = export.export(made.root, "canvas", tmp_path / "c.csv").read_text(encoding="utf-8")
    head, _, *rows = csv.reader(io.StringIO(text))
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert {row[1]: float(row[5]) for row in rows if row[1]} == {"101": 6.0, "102": 3.0}
    _known(made, "blackboard")
    path = export.export(made.root, "blackboard", tmp_path / "b.xls")
    head, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-16")), delimiter="\t")
    assert head == ["Last Name", "First Name", "Username", "Student ID", "90_small [Total Pts: 10 Score]"]
    assert {row[2]: row[4] for row in rows}["ann.smith"] == "3"
    _known(made, "moodle")
    text = export.export(made.root, "moodle", tmp_path / "m.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(io.StringIO(text))
    assert {row[head.index("Email address")]: row[-1] for row in rows}["ann@uni.edu"] == "6"
