"""Certifying runs what proofs need once, keeps each by content, and tells of each as it is done."""

import pytest

from grading.errors import CourseError
from grading.proving import certify, keys
from grading.proving.certify import certify_lesson, certify_lessons
from grading.proving.proof import Proof
from tests.grading.means import tiny


@pytest.mark.usefixtures("_one_process")
def test_what_was_proven_before_is_not_run_again(tmp_path, monkeypatch):
    (first,) = certify_lesson(tiny(), cache=tmp_path)
    monkeypatch.setattr(certify, "run_trials", None)
    (again,) = certify_lesson(tiny(), cache=tmp_path)
    assert (first.cached, again.cached) == (False, True)
    assert again.line == first.line
    for edit in (("3 * x", "4 * x"), ("971", "972"), ("points=2", "points=3"), ("import numpy as np", "import numpy")):
        with pytest.raises(TypeError):  # it would have to run
            certify_lesson(tiny(edit), cache=tmp_path)
    monkeypatch.setattr(keys, "library_digest", lambda *sources: "another library")
    with pytest.raises(TypeError):
        certify_lesson(tiny(), cache=tmp_path)


@pytest.mark.usefixtures("_one_process")
def test_a_damaged_cache_is_proven_again(tmp_path):
    certify_lesson(tiny(), cache=tmp_path)
    for path in tmp_path.iterdir():
        path.write_text("{", encoding="utf-8")
    (proof,) = certify_lesson(tiny(), cache=tmp_path)
    assert (proof.cached, proof.problems) == (False, [])


@pytest.mark.usefixtures("_one_process")
def test_each_exercise_is_told_as_it_is_done():
    told = []
    found = certify_lessons([tiny()], cache=None, told=told.append)
    assert [p.line["id"] for p in told] == ["double"]
    assert isinstance(found["97_tiny"][0], Proof)


@pytest.mark.usefixtures("_one_process")
def test_a_reference_that_fails_stops_with_its_line():
    with pytest.raises(CourseError, match=r"97_tiny\.py:\d+: the reference answer fails its check: IndexError"):
        certify_lesson(tiny(("    return 2 * x\n    ###", "    return 2 * x[[0, 5]]\n    ###")), cache=None)
