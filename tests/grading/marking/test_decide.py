"""Decisions about marks are shown before they are written, noted with who and why, and undone as easily."""

from datetime import datetime

import pytest
from nbgrader.api import Gradebook

from grading import course
from grading.course import Course
from grading.course.rules import read_rules
from grading.errors import CourseError
from grading.marking import decide, engine
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy
from tests.grading.marking.test_rules import NoPool, late, late_graded, marks  # noqa: F401 (two fixtures)

WRONG_TAIL = {**sc.RIGHT, "tail": "def tail(xs):\n    return [2]"}


@pytest.fixture(scope="module")
def two_graded(tmp_path_factory):
    made = sc.make(tmp_path_factory.mktemp("two") / "course")
    sc.hand_in(made, "ann", sc.answered(made, **sc.RIGHT))
    sc.hand_in(made, "ben", sc.answered(made, **WRONG_TAIL))
    engine.grade(made.root, pool=sc.InProcess(), workers=1)
    assert marks(made) == {"ann": (6, 0), "ben": (3, 0)}
    return made.root


@pytest.fixture
def two(two_graded, tmp_path):
    """A class of two, graded: ann all right (6 of 6 checks), ben without `tail` (3)."""
    return copy(two_graded, tmp_path / "course")


def counts(decided):
    return {one.student: (one.before.counts, one.mark.counts) for one in decided.summary.graded}


def highest(made):
    with Gradebook(made.db_url) as book:
        return book.find_assignment(small.LESSON).max_score


def test_a_due_date_set_by_the_command_marks_again_and_is_nbgraders_own(late):  # noqa: F811
    told = decide.due(late.root, "90", datetime(2026, 10, 13), why="the server was down")
    assert counts(told) == {"ann": (0, 6), "ben": (6, 6)}
    assert marks(late)["ann"] == (6, 0)
    with Gradebook(late.db_url) as book:
        assert book.find_assignment(small.LESSON).duedate == datetime(2026, 10, 13)
    decide.due(late.root, "90", None)
    assert [entry["due"] for entry in read_rules(late.root).entries] == ["2026-10-13 00:00:00 UTC", "never"]
    first = read_rules(late.root).entries[0]
    assert first["why"] == "the server was down"
    assert first["who"]
    assert first["when"][:2] == "20"


def test_an_extension_is_nbgraders_own_and_is_taken_back(late):  # noqa: F811
    assert counts(decide.extend(late.root, "ann", "90", 1.5))["ann"] == (0, 6)
    with Gradebook(late.db_url) as book:
        assert book.find_submission(small.LESSON, "ann").extension.total_seconds() == 5400
    assert counts(decide.extend(late.root, "ann", "90", 0))["ann"] == (6, 0)


@pytest.mark.parametrize("button", [False, True], ids=["course grade", "formgrader"])
def test_an_extension_given_before_anything_was_handed_in_counts_when_it_is(late, button, tmp_path):  # noqa: F811
    from grading.reporting.export import export
    from tests.grading.marking.test_gradebook import api

    with Gradebook(late.db_url) as book:
        book.update_or_create_student("cem")
    decide.extend(late.root, "cem", "90", 2)
    export(late.root, "csv", tmp_path / "before.csv", as_is=True)
    (row,) = [line for line in (tmp_path / "before.csv").read_text().splitlines() if line.startswith("cem,")]
    assert row.split(",")[5:8] == ["", "", ""]  # no mark yet, and none of 0
    sc.hand_in(late, "cem", sc.answered(late, **sc.RIGHT), timestamp="2026-10-12 23:30:00 UTC")
    if button:
        done = api(late).autograde(small.LESSON, "cem", force=True)
        assert done["success"], done
    else:
        engine.grade(late.root, pool=sc.InProcess(), workers=1)
    assert marks(late)["cem"] == (6, 0)


@pytest.mark.parametrize("hours", [-1, float("nan"), float("inf"), 1e9])
def test_hours_that_are_no_extension_are_refused(late, hours):  # noqa: F811
    with pytest.raises(CourseError, match="is no extension"):
        decide.extend(late.root, "ann", "90", hours)


def test_a_student_nobody_knows_is_refused_with_the_nearest_name(late):  # noqa: F811
    with pytest.raises(CourseError, match=r"No student 'anne'.*is it ann"):
        decide.extend(late.root, "anne", "90", 1)
    assert set(marks(late)) == {"ann", "ben"}


@pytest.mark.parametrize(("give", "after", "most"), [("full", (6, 6), 10), ("none", (3, 3), 7)])
def test_a_dropped_check_gives_all_or_nothing_and_is_undone(two, give, after, most):
    told = decide.drop(two.root, "tail", give)
    assert counts(told) == {"ann": (6, after[0]), "ben": (3, after[1])}
    assert marks(two) == {"ann": (after[0], 0), "ben": (after[1], 0)}
    assert highest(two) == most
    told = decide.drop(two.root, "check-tail", undo=True)
    assert counts(told) == {"ann": (after[0], 6), "ben": (after[1], 3)}
    assert marks(two) == {"ann": (6, 0), "ben": (3, 0)}
    assert highest(two) == 10
    assert read_rules(two.root).dropped == {}


def test_who_did_not_pass_a_dropped_check_is_told_so_and_still_counts_as_not_passing(two):
    decide.drop(two.root, "tail")
    comment = sc.dump(two)["ben", small.LESSON][1]["tail"][0]
    assert "was dropped: everybody gets its points" in comment
    summary = engine.grade(two.root, pool=NoPool(), workers=1)
    (ben,) = [one for one in summary.graded if one.student == "ben"]
    assert not ben.verdict.checks["tail"].passed
    assert ben.verdict.checks["tail"].score == 3


def test_who_comes_later_is_marked_by_the_same_rules(two):
    decide.drop(two.root, "tail")
    decide.points(two.root, "double", 4)
    sc.hand_in(two, "cem", sc.answered(two, **{**WRONG_TAIL, "guess": small.GUESS}))
    engine.grade(two.root, pool=sc.InProcess(), workers=1)
    assert marks(two)["cem"] == (7, 0)


def test_formgraders_button_marks_by_the_same_rules(two):
    from tests.grading.marking.test_gradebook import api

    decide.drop(two.root, "tail")
    done = api(Course(two.root)).autograde(small.LESSON, "ben", force=True)
    assert done["success"], done
    assert marks(two)["ben"] == (6, 0)


def test_other_points_count_for_everybody_and_stay_when_the_lesson_is_put_in_again(two):
    told = decide.points(two.root, "tail", 5.5)
    assert counts(told) == {"ann": (6, 8.5), "ben": (3, 3)}
    assert highest(two) == 12.5
    course.init(two.root, [sc.lesson_files()])
    summary = engine.grade(two.root, pool=NoPool(), workers=1)
    assert {one.mark.counts for one in summary.graded} == {8.5, 3}
    assert highest(two) == 12.5


def test_a_written_question_is_dropped_too(two):
    decide.drop(two.root, "question-why")
    assert marks(two) == {"ann": (10, 0), "ben": (7, 0)}
    decide.drop(two.root, "why", "none")
    assert marks(two) == {"ann": (6, 0), "ben": (3, 0)}
    decide.drop(two.root, "why", undo=True)
    assert sc.dump(two)["ann", small.LESSON][0]["question-why"][2] is True  # it waits for a person again


def test_points_given_by_a_person_stay_and_are_told(two):
    with Gradebook(two.db_url) as book:
        grade = book.find_grade("check-tail", small.LESSON, small.LESSON, "ben")
        grade.manual_score = 1.5
        book.db.commit()
    told = decide.drop(two.root, "tail")
    assert told.by_hand == {"ben": 1.5}
    assert marks(two)["ben"] == (4.5, 0)


def test_a_dry_run_shows_the_marks_and_writes_nothing(two):
    before = {p: p.read_bytes() for p in two.root.rglob("*") if p.is_file() and p.name != "lock"}
    assert counts(decide.drop(two.root, "tail", dry=True)) == {"ann": (6, 6), "ben": (3, 6)}
    decide.due(two.root, "90", datetime(2026, 1, 1), dry=True)
    decide.points(two.root, "double", 9, dry=True)
    assert {p: p.read_bytes() for p in two.root.rglob("*") if p.is_file() and p.name != "lock"} == before


def test_what_is_new_or_changed_is_left_for_course_grade(two):
    sc.hand_in(two, "cem", sc.answered(two, **sc.RIGHT))
    sc.hand_in(two, "ben", sc.answered(two, **sc.RIGHT))
    told = decide.drop(two.root, "tail")
    assert told.summary.count("left for course grade") == 2
    assert "cem" not in marks(two)
    assert marks(two)["ben"] == (3, 0)


def test_a_name_of_no_check_is_refused_with_the_nearest(two):
    with pytest.raises(CourseError, match=r"No check 'tial'.*is it tail"):
        decide.drop(two.root, "tial")
    with pytest.raises(CourseError, match="not dropped"):
        decide.drop(two.root, "tail", undo=True)
    with pytest.raises(CourseError, match=r"to everybody .full. or to nobody"):
        decide.drop(two.root, "tail", "half")
    with pytest.raises(CourseError, match="no number from 0 to a million"):
        decide.points(two.root, "tail", float("nan"))


@pytest.mark.parametrize(
    "text",
    ["[[decisions]]\nrule = 'drop'", "due = 3",
     "[[decision]", 'decision = "x"', "[[decision]]\nrule = 'dorp'", "[[decision]]\nrule = 'points'\npoints = 'x'",
     "[[decision]]\nrule = 'drop'\ngive = 'half'"],
)  # fmt: skip
def test_rules_that_cannot_be_read_are_told_with_their_file(two, text):
    (two.root / "rules.toml").write_text(text)
    with pytest.raises(CourseError, match=r"rules.toml cannot be read"):
        engine.grade(two.root, pool=NoPool(), workers=1)


def test_a_byte_order_mark_of_an_editor_does_the_rules_no_harm(two):
    decide.drop(two.root, "tail", why="unclear")
    text = (two.root / "rules.toml").read_bytes()
    (two.root / "rules.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert read_rules(two.root).dropped == {(small.LESSON, "check-tail"): "full"}


def test_a_decision_taken_out_of_the_file_by_hand_is_as_if_it_was_never_made(two):
    decide.drop(two.root, "tail", why='it said "last"\nand meant\x7f first')
    assert read_rules(two.root).entries[0]["why"] == 'it said "last" and meant  first'
    (two.root / "rules.toml").write_text("")
    engine.grade(two.root, pool=NoPool(), workers=1)
    assert marks(two) == {"ann": (6, 0), "ben": (3, 0)}
    assert highest(two) == 10


def sentences(*decided):
    return [one.sentence.removeprefix(f"{small.LESSON}: ") for one in decided]


def test_a_decision_made_twice_says_so_and_another_says_what_was_before(two):
    when = datetime(2026, 10, 12, 21, 59)
    assert sentences(*(decide.due(two.root, "90", when, local="2026-10-12 23:59 in Europe/Berlin") for _ in "12")) == [
        "due 2026-10-12 23:59 in Europe/Berlin (2026-10-12 21:59:00 UTC)",
        "due 2026-10-12 23:59 in Europe/Berlin (2026-10-12 21:59:00 UTC), as before",
    ]
    assert sentences(*(decide.extend(two.root, "ann", "90", hours) for hours in (48, 48, 6, 0, 0))) == [
        "ann has 48 hours more",
        "ann has 48 hours more, as before",
        "ann has 6 hours more, 48 before",
        "ann has no extension, 6 before",
        "ann has no extension and had none",
    ]
    assert sentences(*(decide.drop(two.root, "tail", give) for give in ("full", "full", "none"))) == [
        "check-tail gives its points to everybody",
        "check-tail gives its points to everybody, as before",
        "check-tail gives no points to anybody",
    ]
    assert sentences(*(decide.points(two.root, "double", number) for number in (5, 5))) == [
        "check-double is worth 5 points, 2 before",
        "check-double is worth 5 points, as before",
    ]
    assert sentences(*(decide.attempt(two.root, "90", one) for one in ("last", "best"))) == [
        "the last attempt counts, as before",
        "the best attempt counts",
    ]


def test_more_time_without_a_due_date_says_that_it_waits_for_one(two):
    told = decide.extend(two.root, "ann", "90", 48).sentence
    assert told.endswith("it is not due yet at any time: they count once `course due` sets one")


@pytest.mark.parametrize("name", ["90", small.LESSON])
def test_a_lesson_is_no_check_and_its_checks_are_named(two, name):
    with pytest.raises(CourseError, match="is a lesson; name one of its checks: double, tail, guess, why"):
        decide.drop(two.root, name)
