"""Students of one group get one member's submission, run once; nobody's own work is replaced."""

import pytest

from grading.course.collect import collect
from grading.course.groups import MARK, read_groups, share
from grading.errors import CourseError
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy


@pytest.fixture
def made(empty, tmp_path):
    made = copy(empty.root, tmp_path / "course")
    (made.root / "groups.csv").write_text("group,student\nA,ann\nA,bob\nA,cem\nB,dan\nB,eve\nC,fay\n")
    return made


def hand_in(made, student, **answers):
    return sc.hand_in(made, student, sc.answered(made, **answers), timestamp="2026-11-02 12:00:00 UTC")


def test_a_name_in_the_list_is_the_student_of_the_roster_or_asked_for(made):
    (made.root / "roster.csv").write_text(
        "student,name,system,user_id,number\n7,Ann Smith,plain,,0042\n8,Bo Li,plain,,\n9,Bo Li,plain,,\n"
    )
    (made.root / "groups.csv").write_text('group,student\nA,"Smith, Ann"\nB,42\n', encoding="utf-8")
    with pytest.raises(CourseError, match="7 is in two groups"):
        read_groups(made, "90_small")
    (made.root / "groups.csv").write_text("group_name,login_id\nA,ann smith\nA,Dora Kim\n", encoding="utf-8")
    assert read_groups(made, "90_small") == {"A": ["7", "Dora Kim"]}
    (made.root / "groups.csv").write_text("group,student\nA,Bo Li\n", encoding="utf-8")
    with pytest.raises(CourseError, match="line 2: Bo Li could be 8 or 9; write the id of one"):
        read_groups(made, "90_small")


def test_all_members_get_the_same_mark_from_one_run(made):
    hand_in(made, "bob", **sc.RIGHT)
    done = share(made.root, "90")
    assert (done.copied, done.nothing, done.doubts) == ([("ann", "bob"), ("cem", "bob")], ["B", "C"], [])
    pool = sc.InProcess()
    engine.grade(made.root, pool=pool, workers=1)
    assert len(pool.ran) == 1
    told = sc.dump(made)
    assert {told[s, small.LESSON][-1] for s in ("ann", "bob", "cem")} == {6.0}
    assert {told[s, small.LESSON][2] for s in ("ann", "bob", "cem")} == {"2026-11-02 12:00:00"}


def test_what_a_member_hands_in_anew_reaches_the_others(made):
    hand_in(made, "bob")
    share(made.root, "90")
    path = hand_in(made, "bob", **sc.RIGHT)
    share(made.root, "90")
    assert (made.root / "submitted" / "ann" / small.LESSON / path.name).read_bytes() == path.read_bytes()


def test_two_different_submissions_are_no_guess(made):
    mine = [hand_in(made, "dan", **sc.RIGHT), hand_in(made, "eve")]
    before = [path.read_bytes() for path in mine]
    done = share(made.root, "90")
    assert done.doubts == ["group B: dan and eve handed in different notebooks; remove all but one of them."]
    assert [path.read_bytes() for path in mine] == before


def test_two_equal_submissions_are_both_kept(made):
    hand_in(made, "dan", **sc.RIGHT)
    hand_in(made, "eve", **sc.RIGHT)
    assert share(made.root, "90").copied == []
    assert not list(made.root.glob(f"submitted/*/*/{MARK}"))


def test_groups_may_differ_by_lesson(made):
    (made.root / "groups.csv").write_text("lesson,group,student\n90,A,ann\n90,A,bob\n01,A,ann\n01,A,cem\n")
    hand_in(made, "ann", **sc.RIGHT)
    assert share(made.root, "90").copied == [("bob", "ann")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"groups.csv is missing; write it with the columns group,student"),
        ("a,b\n1,2\n", "needs the columns group and student"),
        ("group,student\nA,ann\nB,ann\n", "ann is in two groups for 90_small"),
    ],
)
def test_a_file_that_says_no_groups_is_told_in_a_sentence(made, text, said):
    (made.root / "groups.csv").unlink()
    if text is not None:
        (made.root / "groups.csv").write_text(text)
    with pytest.raises(CourseError, match=said):
        share(made.root, "90")


@pytest.mark.parametrize("when", ["2026-11-01 12 00 00", "2026-11-09 12 00 00"])
def test_what_a_member_hands_in_himself_later_is_his_and_is_never_replaced(made, tmp_path, when):
    hand_in(made, "bob", **sc.RIGHT)
    share(made.root, "90")
    own = tmp_path / "up" / f"ann+{small.LESSON}+{when.replace(' ', ':').replace(':', ' ', 1)} UTC+r"
    own.mkdir(parents=True)
    mine = small.raw(sc.answered(made, double=small.ANSWER_DOUBLE))
    (own / f"{small.LESSON}.ipynb").write_bytes(mine)
    (row,) = collect(made.root, "90", tmp_path / "up").students
    assert (row.status, row.why) == (
        "taken",
        "the only notebook; takes the place of what another member of the group handed in",
    )
    again = share(made.root, "90")
    assert ("ann" in dict(again.copied), made.submission("ann", small.LESSON).raw) == (False, mine)
    assert again.doubts == ["group A: ann and bob handed in different notebooks; remove all but one of them."]
    assert not (made.root / "journal" / "replaced").exists()


def test_files_of_a_member_without_a_notebook_are_not_written_over(made):
    hand_in(made, "bob", **sc.RIGHT)
    own = made.root / "submitted" / "ann" / small.LESSON
    (own / "deep").mkdir(parents=True)
    (own / "essay.pdf").write_bytes(b"mine")
    (own / "deep" / "my.py").write_bytes(b"mine")
    (own / "timestamp.txt").write_text("2026-11-02 12:00:00 UTC")
    done = share(made.root, "90")
    assert done.copied == [("cem", "bob")]
    assert done.doubts == ["group A: ann has no notebook but essay.pdf, my.py; move that away, then share."]
    assert (own / "essay.pdf").read_bytes() == b"mine"
    (own / "essay.pdf").unlink()
    (own / "deep" / "my.py").unlink()
    assert ("ann", "bob") in share(made.root, "90").copied
    assert ("ann", "bob") in share(made.root, "90").copied  # a copy is renewed
