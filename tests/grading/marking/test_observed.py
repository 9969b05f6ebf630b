"""What failing checks saw is kept for the instructor, bounded, and nowhere a student's page is made from."""

import numpy as np
import pytest

from course_lib.evidence.observation import Seen
from grading.confinement.job import Isolation, Run
from grading.errors import CourseError
from grading.marking import observed
from grading.marking.journal import Journal
from grading.marking.observed import Observed
from grading.marking.verdict import CheckVerdict, Verdict
from tests.grading import small_lesson as small


def seen(check, position, value):
    return Seen(check, "hidden", position, "label", "value", value)


def verdict(**passed):
    checks = {name: CheckVerdict(name, 1.0, float(good)) for name, good in passed.items()}
    return Verdict("90_small", checks, "finished")


def packed(*frames, **passed):
    return observed.pack(Run("finished", {}, list(frames), Isolation("none")), verdict(**passed))


def test_what_failing_checks_saw_comes_back_and_nothing_of_those_that_pass(tmp_path):
    kept = Observed(tmp_path)
    kept.write("key", packed(seen("a", 0, np.arange(3.0)), seen("a", 0, 7), seen("b", 0, 1), a=False, b=True))
    found = kept.read("key")
    assert list(found) == ["a"]
    assert found["a"][0].value.tolist() == [0, 1, 2]  # the first of two at one position


def test_nothing_is_written_when_everything_passes(tmp_path):
    Observed(tmp_path).write("key", packed(seen("a", 0, 1), a=True))
    assert not (tmp_path / "hidden").exists()
    assert Observed(tmp_path).read("key") == {}
    assert Observed(tmp_path).read(None) == {}


def test_a_check_that_floods_is_left_out_whole_and_the_others_stay(tmp_path):
    flood = [seen("a", i, np.zeros(observed.MOST_OF_CHECK // 16)) for i in range(3)]
    Observed(tmp_path).write("key", packed(*flood, seen("b", 0, 5), a=False, b=False))
    assert list(Observed(tmp_path).read("key")) == ["b"]


def test_a_submission_keeps_no_more_than_its_room(monkeypatch, tmp_path):
    monkeypatch.setattr(observed, "MOST", 3000)
    many = [seen(name, 0, np.zeros(200)) for name in "abcd"]
    Observed(tmp_path).write("key", packed(*many, a=False, b=False, c=False, d=False))
    assert list(Observed(tmp_path).read("key")) == ["a"]


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"x" + data])
def test_a_damaged_file_is_one_sentence(tmp_path, spoil):
    kept = Observed(tmp_path)
    kept.write("key", packed(*(seen("a", i, i) for i in range(50)), a=False))
    path = tmp_path / "hidden" / "observed" / "key"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CourseError, match="is damaged; run `course grade --force`"):
        kept.read("key")


def test_grading_keeps_the_hidden_values_and_only_under_hidden(undisturbed):
    with Journal(undisturbed.root / "journal", exclusive=False) as journal:
        key = journal.replayed("student002", small.LESSON)["key"]  # x * x
    found = Observed(undisturbed.root).read(key)["double"]
    assert found[2].value == 1_000_000
    for path in undisturbed.root.rglob("*"):
        below = path.relative_to(undisturbed.root).parts
        if path.is_file() and below[0] not in ("hidden", "source"):
            assert b"1000000" not in path.read_bytes(), path
