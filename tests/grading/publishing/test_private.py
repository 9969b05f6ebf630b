"""Private hidden tests: drawn from the secret alone, by exercise, and unlike those of the repository."""

import stat

import pytest

from grading.errors import CourseError
from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing.private import Drawn, keep_secret, read_secret, reseed
from tests.grading.means import means, tiny
from tests.grading.publishing.draws import drawn_again


def hidden(lesson):
    return [c.hidden for c in lesson.checks]


def test_a_private_seed_changes_the_hidden_blocks_and_nothing_a_student_sees():
    drawn, again, other = (reseed(means(), secret) for secret in (b"one", b"one", b"two"))
    assert hidden(drawn) == hidden(again)
    assert hidden(means()) != hidden(drawn) != hidden(other)
    assert "default_rng(981)" not in drawn.text
    assert notebook_bytes(student_notebook(drawn)) == notebook_bytes(student_notebook(means()))


def test_a_seed_in_the_visible_part_is_left_alone():
    lesson = tiny(('    expect("three",', '    free = np.random.default_rng(3)\n    expect("three",'))
    assert "default_rng(3)" in reseed(lesson, b"x").checks[0].visible


def test_another_draw_is_another_for_its_exercise_only():
    first, second = reseed(means(), b"one"), reseed(means(), b"one", {"centre": 1})
    changed = [c.exercise for c, a, b in zip(first.checks, hidden(first), hidden(second), strict=True) if a != b]
    assert changed == ["centre"]
    assert hidden(reseed(means(), b"one", {"centre": 2})) != hidden(second)


def test_the_secret_is_kept_once_for_its_owner_only_and_the_draws_beside_it(tmp_path):
    secret, draws = read_secret(tmp_path)
    assert (len(secret), draws) == (32, {})
    keep_secret(tmp_path, secret, [Drawn(means(), {"centre": 1}, [])])
    keep_secret(tmp_path, b"another", [Drawn(tiny(), {"double": 4}, [])])
    assert read_secret(tmp_path) == (secret, {"98_means": {"centre": 1}, "97_tiny": {"double": 4}})
    assert stat.S_IMODE((tmp_path / "hidden" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "hidden").stat().st_mode) == 0o700
    (tmp_path / "hidden" / "draws.json").write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match=r"draws\.json cannot be read; remove it"):
        read_secret(tmp_path)


@pytest.mark.usefixtures("_one_process")
def test_the_first_draws_of_a_lesson_certify():
    # the lesson whose `standardise` showed 1e-8 beside the deviation in one draw of three; the rest by command
    (lesson,) = read_lessons(Folders().solutions, ["00"])
    assert drawn_again(lesson, 2) == {}
