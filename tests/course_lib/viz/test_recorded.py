"""A recorded run says when, at which commit and on what it was made; a missing one says how to make it."""

import json

from course_lib.viz.recorded import recorded
from course_lib.viz.recorded_words import WORDS
from tests.house import ROOT

RECORD = {
    "results": [{"title": "accuracy", "rows": [["ResNet", "-", "94.1 %", "one run"]]}],
    "date": "2030-01-02",
    "commit": "abc1234",
    "machine": "a computer",
    "device": "a large GPU",
}


def test_a_run_on_a_device_names_device_date_and_commit(tmp_path):
    (tmp_path / "F19_cuda.json").write_text(json.dumps(RECORD), encoding="utf-8")
    seen = repr(recorded("F19", device="cuda", folders=[tmp_path]))
    for part in ("94.1 %", "2030-01-02", "abc1234", "a large GPU", "not run just now"):
        assert part in seen


def test_without_a_record_the_command_is_told_and_another_devices_record_is_not_shown(tmp_path):
    (tmp_path / "F19.json").write_text(json.dumps(RECORD), encoding="utf-8")
    seen = repr(recorded("F19", device="cuda", folders=[tmp_path]))
    assert "No run of F19 on cuda is recorded yet." in seen
    assert "course figures --run F19 --device cuda" in seen
    assert "94.1" not in seen


def test_any_record_names_date_commit_and_machine(tmp_path):
    (tmp_path / "F10.json").write_text(json.dumps(RECORD), encoding="utf-8")
    assert recorded("F10", folders=[tmp_path]).origin == (
        "Recorded 2030-01-02 at commit abc1234 on a computer; it was not run just now."
    )


def test_every_recorded_drawing_is_told_in_words_and_no_words_are_left_over():
    there = {path.stem for path in (ROOT / "notebooks" / "figures").glob("*.png")}
    assert WORDS.keys() == there
    assert all(len(words) > 40 for words in WORDS.values())


def test_a_drawing_in_a_notebook_has_its_words_as_alternative_text():
    shown = recorded("F9")._repr_html_()
    assert f'<img alt="{WORDS["F9_1"]}"' in shown
    assert shown.count("<img") == shown.count("<img alt=")
