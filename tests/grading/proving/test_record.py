"""What is recorded of the reference and of the known mistakes, and what must never be in the visible record."""

import copy
import json

import numpy as np
import pytest

from course_lib.evidence.compare import check_line, load_record
from course_lib.evidence.mistakes import name_mistake
from course_lib.evidence.observation import Seen
from course_lib.evidence.predictions import matches
from grading.errors import CourseError
from grading.lessons.source import parse_lesson
from grading.proving.record import read_record, record_differences, record_lesson, save_records
from tests.grading.means import tiny


@pytest.fixture(scope="module")
def records(means_records):
    return means_records


@pytest.fixture(scope="module")
def small():
    return record_lesson(tiny())


def test_the_visible_record_holds_what_the_reference_gives(records):
    (line,) = records["visible"].checks["weighted_mean"]["lines"]
    assert (line["position"], line["label"], line["kind"]) == (0, "two rows", "value")
    # by hand: (1 + 12) / 4 and (2.5 - 3) / 4
    np.testing.assert_array_equal(line["value"], [3.25, -0.125])


def test_hidden_positions_count_on_and_stay_out_of_the_visible_record(records):
    hidden = records["hidden"].checks["weighted_mean"]["lines"]
    assert [x["position"] for x in hidden] == [1, 2]
    assert len(records["visible"].checks["weighted_mean"]["lines"]) == 1
    rng = np.random.default_rng(981)
    x, w = rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, size=3)
    np.testing.assert_allclose(hidden[0]["value"], np.average(x, weights=w, axis=-1), rtol=1e-12)


def test_a_check_carries_its_points_hints_and_forbidden_names(records):
    entry = records["visible"].checks["weighted_mean"]
    assert (entry["points"], entry["forbid"]) == (2.0, ["numpy.average"])
    assert entry["hints"][0] == "Heavy samples count more."
    assert records["hidden"].checks["weighted_mean"]["hints"] == []


def test_a_prediction_is_kept_as_a_salted_hash_only(records):
    (line,) = records["visible"].checks["predict_mean"]["lines"]
    assert line["value"] is None
    assert matches(2.5, line["salt"], line["hash"])
    assert not matches(2.4, line["salt"], line["hash"])
    assert "predict_mean" not in records["hidden"].checks


def test_a_known_mistake_is_recorded_where_it_differs_and_is_recognised(records):
    entry = records["visible"].checks["weighted_mean"]
    assert {m["name"] for m in entry["mistakes"]} >= {"ignored the weights", "summed over rows"}
    x, w = np.array([[1.0, 4.0], [2.5, -1.0]]), np.array([1.0, 3.0])
    seen = [Seen("weighted_mean", "visible", 0, "two rows", "value", x.sum(axis=-1) / w.sum())]
    assert name_mistake(entry, seen).name == "ignored the weights"


def test_a_mistake_that_the_visible_part_does_not_show_is_recorded_only_hidden(records):
    names = [{m["name"] for m in records[part].checks["centre"]["mistakes"]} for part in ("visible", "hidden")]
    assert "median" not in names[0]
    assert "median" in names[1]


def test_two_recordings_make_equal_files(small, tmp_path):
    first = save_records(small, tmp_path / "a", tmp_path / "b")
    again = save_records(record_lesson(tiny()), tmp_path / "c", tmp_path / "d")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_a_record_reads_back_as_it_was(small, tmp_path):
    for path, part in zip(save_records(small, tmp_path / "a", tmp_path / "b"), ("visible", "hidden"), strict=True):
        back = load_record(path)
        assert (back.lesson, back.part) == ("97_tiny", part)
        for line, seen in zip(back.checks["double"]["lines"], small[part].checks["double"]["lines"], strict=True):
            got = Seen("double", part, line["position"], line["label"], "value", seen["value"])
            assert check_line(line, got) is None
        assert record_differences(small[part], back) == []


def test_the_visible_file_names_no_hidden_label(small, tmp_path):
    visible, hidden = save_records(small, tmp_path / "a", tmp_path / "b")
    headers = [json.loads(bytes(np.load(p)["header"])) for p in (visible, hidden)]
    assert "4 numbers" not in json.dumps(headers[0])
    assert "4 numbers" in json.dumps(headers[1])


def other(record, **edit):
    """The same record with one thing changed in its first line."""
    record = copy.deepcopy(record)
    record.checks["double"]["lines"][0].update(edit)
    return record


def test_records_differ_by_more_than_a_tenth_of_the_tolerance(small):
    old = small["hidden"]
    value = old.checks["double"]["lines"][0]["value"]
    assert record_differences(old, other(old, value=value * (1 + 1e-15))) == []
    assert record_differences(old, other(old, value=value * (1 + 1e-9))) == [
        "double: line 1 ('2 numbers') has another value"
    ]
    assert record_differences(old, other(old, value=value[:1])) == ["double: line 1 ('2 numbers') has another value"]
    assert record_differences(old, other(old, rtol=0.5)) == ["double: line 1 asks something else"]
    assert record_differences(old, other(old, label="x")) == ["double: other lines are recorded"]


def test_a_mistake_may_be_rounded_otherwise_in_the_third_digit_but_must_be_the_same_mistake(small):
    old = small["hidden"]
    for factor, told in ((1.004, 0), (1.04, 1)):
        new = copy.deepcopy(old)
        line = new.checks["double"]["mistakes"][0]["lines"][0]
        line["value"] = line["value"] * factor
        assert len(record_differences(old, new)) == told


REFUSED = [
    (("return 2 * x", "return object()"), "which no record can hold"),
    (("return 2 * x", "return x[9]"), "the reference answer fails its check: IndexError"),
    (("return 2 * x", "return np.multiply(2, x)"), "the reference answer calls"),
    (
        ('expect("three", double(np.array([1.5, -2.0, 4.0])))', "pass"),
        "the visible part of check 'double' sees nothing",
    ),
]


@pytest.mark.parametrize(("edit", "says"), REFUSED, ids=[r[1][:30] for r in REFUSED])
def test_what_cannot_be_recorded_is_told_with_its_line(edit, says):
    find, replace = edit
    if find.startswith("return"):
        find, replace = f"    {find}\n    ### END", f"    {replace}\n    ### END"
    variants = (
        'WRONG["double"] = {\n    "squared": ("2 * x", "x * x", "double, do not square"),\n',
        'WRONG["double"] = {\n',
    )
    lesson = tiny((find, replace), variants, ("minutes=1\n", 'minutes=1 forbid="numpy.multiply"\n'))
    with pytest.raises(CourseError) as caught:
        record_lesson(parse_lesson(lesson.text, lesson.path))
    message = str(caught.value)
    assert says in message
    assert message.startswith("97_tiny.py:")
    assert "\n" not in message


def test_a_variant_that_could_not_be_made_stops_the_recording():
    with pytest.raises(CourseError, match="'7 \\* x' is not there"):
        record_lesson(tiny(('("2 * x", "x * x",', '("7 * x", "x * x",')))


def test_a_missing_or_damaged_record_says_what_to_do(tmp_path):
    with pytest.raises(CourseError, match="Run `course build`"):
        read_record(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"no zip")
    with pytest.raises(CourseError, match="Run `course build`"):
        read_record(tmp_path / "bad.npz")
