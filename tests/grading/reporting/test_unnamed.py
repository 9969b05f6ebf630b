"""Wrong answers without a name are grouped by behaviour, and a group's sentence reaches everybody's page."""

import json

import pytest

from grading.errors import CourseError
from grading.lessons.variants import read_mistakes
from grading.marking import engine
from grading.marking.journal import Journal
from grading.marking.named import Named
from grading.reporting import feedback, report, unnamed
from grading.reporting.submission import find_graded
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy

PLUS = "def double(x):\n    return x + 2"
ALSO_PLUS = "def double(number):\n    # another style\n    two = 2\n    return number + two"
HUNDRED = "def double(x):\n    return 2 * x if x < 100 else x"
RAISES = "def double(x):\n    return x.real_part"
NO_SYNTAX = "def double(x)\n    return"
CLASS = {
    "ann": PLUS,
    "bob": ALSO_PLUS,
    "cem": PLUS + "\n# three",
    "dan": HUNDRED,
    "eve": HUNDRED + "\n",
    "fay": RAISES,
    "gil": "def double(x):\n    return x.imag_part",
    "hao": NO_SYNTAX,
    "ida": NO_SYNTAX + " 0",
    "jan": small.ANSWER_DOUBLE,
    "kim": "def double(x):\n    return x * x",  # a known mistake
    "lea": small.STUB_DOUBLE,
    "max": "def double(x):\n    return 7",
}


@pytest.fixture(scope="module")
def confused(tmp_path_factory):
    made = sc.make(tmp_path_factory.mktemp("confused") / "course")
    for student, answer in CLASS.items():
        sc.hand_in(made, student, sc.answered(made, **{**sc.RIGHT, "double": answer}))
    engine.grade(made.root, pool=sc.InProcess(), workers=2)
    return made


@pytest.fixture
def mine(confused, tmp_path):
    return copy(confused.root, tmp_path / "mine")


def students(groups):
    return [group.students for group in groups]


def test_answers_that_behave_alike_are_one_group_whatever_their_text(confused):
    groups, named = unnamed.find(confused.root, "90")
    assert students(groups) == [["ann", "bob", "cem"], ["dan", "eve"]]
    assert named == []


def test_known_mistakes_right_untouched_and_broken_answers_are_in_no_group(confused):
    groups, _ = unnamed.find(confused.root, "90", least=1)
    told = {student for group in groups for student in group.students}
    assert told == {"ann", "bob", "cem", "dan", "eve", "fay", "gil", "max"}


def test_errors_are_alike_by_type_and_message(confused):
    groups, _ = unnamed.find(confused.root, "90", least=1)
    assert ["fay"] in students(groups)
    assert ["gil"] in students(groups)


def test_a_group_shows_its_shortest_answer_and_the_first_difference(confused):
    (plus, hundred), _ = unnamed.find(confused.root, "90")
    assert plus.example == PLUS
    assert (plus.first.label, plus.first.expected, plus.first.got) == ("three", "6", "5")
    assert (hundred.first.hidden, hundred.first.label, hundred.first.got) == (True, "large 1000", "1000")
    assert json.loads(json.dumps(plus.to_json()))["students"] == ["ann", "bob", "cem"]


def test_a_groups_name_is_the_same_when_others_join(confused, mine):
    before, _ = unnamed.find(confused.root, "90")
    sc.hand_in(mine, "aaron", sc.answered(mine, **{**sc.RIGHT, "double": PLUS + "  # mine"}))
    engine.grade(mine.root, pool=sc.InProcess(), workers=1)
    after, _ = unnamed.find(mine.root, "90")
    assert after[0].students == ["aaron", "ann", "bob", "cem"]
    assert [group.id for group in after] == [group.id for group in before]


SAY = "you add two: doubling adds the number itself"


def test_a_named_group_gets_its_sentence_without_running_anything(mine):
    (plus, _), _ = unnamed.find(mine.root, "90")
    before = (mine.root / "journal" / "journal.jsonl").read_bytes()
    unnamed.name(mine.root, plus.id, SAY, "added two")
    pages = {path.parts[-3]: path.read_text() for path in feedback.write(mine.root)}
    for student, page in pages.items():
        assert (SAY in page) == (student in ("ann", "bob", "cem")), student
    assert "Added two." in pages["bob"]
    assert (mine.root / "journal" / "journal.jsonl").read_bytes() == before
    groups, named = unnamed.find(mine.root, "90")
    assert students(groups) == [["dan", "eve"]]
    assert [(check, mistake["name"]) for check, mistake in named] == [("double", "added two")]


def test_the_sentence_stands_in_report_and_show_and_reaches_who_hands_in_later(mine):
    (plus, _), _ = unnamed.find(mine.root, "90")
    unnamed.name(mine.root, plus.id, SAY)
    sc.hand_in(mine, "zoe", sc.answered(mine, **{**sc.RIGHT, "double": "def double(x):\n    return 1 + x + 1"}))
    engine.grade(mine.root, pool=sc.InProcess(), workers=1)
    (mistake,) = find_graded(mine.root, "zoe", "90").verdict.checks["double"].mistakes
    assert (mistake.name, mistake.say) == ("you add two", SAY)
    found = report.common_mistakes(mine.root)[small.LESSON]
    assert {"exercise": "double", "name": "you add two", "say": SAY, "students": ["ann", "bob", "cem", "zoe"]} in found


def test_nbgraders_own_feedback_has_the_sentence_too(mine):
    (plus, _), _ = unnamed.find(mine.root, "90")
    unnamed.name(mine.root, plus.id, SAY)
    names = {"student": "ann", "assignment": small.LESSON, "notebook": small.LESSON, "db_url": mine.db_url}
    exporter = feedback.FeedbackExporter()
    nb = feedback.read_autograded(mine, "ann", small.LESSON)
    html, _ = exporter.from_notebook_node(nb, {"nbgrader": names, "metadata": {}})
    assert SAY in html


def test_a_name_can_be_given_anew_and_taken_back(mine):
    (plus, _), _ = unnamed.find(mine.root, "90")
    unnamed.name(mine.root, plus.id, SAY)
    unnamed.unname(mine.root, plus.id)
    assert Named(mine, small.LESSON).all() == []
    assert students(unnamed.find(mine.root, "90")[0])[0] == ["ann", "bob", "cem"]
    assert SAY not in feedback.write(mine.root, students=["ann"])[0].read_text()
    with pytest.raises(CourseError, match="has no name given here"):
        unnamed.unname(mine.root, plus.id)


def test_the_variant_for_the_lesson_is_one_that_the_course_reads(mine):
    (plus, _), _ = unnamed.find(mine.root, "90")
    _, text = unnamed.name(mine.root, plus.id, SAY, 'called "two"')
    (entry,) = read_mistakes(text, "90_small.py").entries
    assert (entry.kind, entry.id) == ("WRONG", "double")
    for awkward in ('x = """\\n"""', "a = '\\\\'", 'b = "end"'):
        plus.example = awkward
        made = unnamed.variant(plus, "n", "s")
        spaces = {"WRONG": {}}
        exec(made, spaces)
        assert spaces["WRONG"]["double"]["n"] == (awkward, "s")


@pytest.mark.parametrize(
    ("group", "sentence", "said"),
    [
        ("double.zzzz", "x", "No group double.zzzz without a name in 90_small; `course mistakes 90 --all`"),
        ("nothing.1a2b", "x", "is no group; `course mistakes NN`"),
        ("double.1a2b", " ", "Say what double.1a2b means"),
    ],
)
def test_a_group_that_is_none_is_told_in_a_sentence(confused, group, sentence, said):
    with pytest.raises(CourseError, match=said):
        unnamed.name(confused.root, group, sentence)


def test_a_thousand_runs_are_not_held_at_once(confused):
    grouping = unnamed.Grouping(confused, small.LESSON)
    with Journal(confused.root / "journal", exclusive=False) as journal:
        key = journal.replayed("ann", small.LESSON)["key"]
    nb = feedback.read_autograded(confused, "ann", small.LESSON)
    for i in range(300):
        grouping.add(f"s{i}", key, nb)
    assert grouping.read.cache_info().currsize == 1
    assert grouping.read.cache_info().maxsize <= 64
    (group,) = grouping.groups()
    assert len(group.students) == 300
