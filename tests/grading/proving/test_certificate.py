"""The certificate's files: the fixed schema, a page to read, and what is proven once for a whole lesson."""

import copy
import json
import shutil

import pytest

from grading.lessons.source import read_lessons
from grading.paths import ROOT, Folders
from grading.proving import certificate as paper
from grading.proving.judged import Judged, rejected_by
from grading.proving.keys import exercise_key
from grading.proving.record import make_records, read_record, record_differences, wrong_trials
from grading.proving.renew import renew
from grading.proving.trials import run_trials
from tests.grading.means import means


@pytest.fixture(scope="module")
def found(means_certified):
    return means_certified[0]


@pytest.fixture(scope="module")
def cache(means_certified):
    return means_certified[1]


def test_a_sound_lesson_has_nothing_to_mend(found):
    assert found.problems == []
    assert (found.untouched, found.leaks) == ({"98_means": 0}, [])
    assert found.confined == {"98_means": "the project's folder was empty"}


def test_the_json_has_the_fixed_schema(found, tmp_path):
    paths = paper.write(found, tmp_path)
    data = json.loads(paths[0].read_text(encoding="utf-8"))
    assert set(data) == {"exercises", "untouched", "leaks"}
    assert [e["id"] for e in data["exercises"]] == ["weighted_mean", "centre", "predict_mean"]
    assert data["exercises"][0]["wrong"][0] == {
        "name": "forgot the weights' sum",
        "rejected_by": "weighted_mean (visible): two rows",
        "named": True,
        "named_by": "weighted_mean (visible): two rows",
    }
    assert [p.name for p in paths] == ["certificate.json", "certificate.md", "certificate.times.json"]
    assert "seconds" not in paths[0].read_text(encoding="utf-8")
    assert set(json.loads(paths[2].read_text(encoding="utf-8"))) == {f"98_means/{e['id']}" for e in data["exercises"]}


def test_the_page_shows_every_mistake_and_its_expectation(found):
    text = paper.page(found)
    for exercise in means().exercises:
        for variant in exercise.wrong:
            assert f"| {variant.name} | " in text
    assert "**Nothing to mend.**" in text
    assert "| median | centre (hidden): square, drawn | centre (hidden): square, drawn |" in text


def test_certifying_again_from_the_cache_says_the_same(found, means_built, cache, monkeypatch):
    monkeypatch.setattr("grading.proving.certify.run_trials", None)
    monkeypatch.setattr(paper, "untouched_score", None)
    again = paper.certify(read_lessons(means_built.solutions), means_built, cache=cache)
    assert paper.as_text(again.to_json()) == paper.as_text(found.to_json())
    assert all(p.cached for p in again.proofs)


def test_each_exercise_has_one_line_of_summary(found):
    text, well = paper.summary(found.proofs[0])
    assert well
    assert "\n" not in text
    for part in ("98 weighted_mean", "reference passes", "stub 0", "wrong 5/5 rejected, 5 named", "right 2/2"):
        assert part in text


def test_a_leak_and_a_score_for_nothing_are_problems(means_built, cache, tmp_path, monkeypatch):
    shutil.copytree(means_built.notebooks, tmp_path / "notebooks")
    folders = Folders(means_built.solutions, tmp_path / "notebooks")
    path = folders.notebooks / "98_means.ipynb"
    path.write_bytes(path.read_bytes().replace(b"Heavy samples", b"### BEGIN SOLUTION"))
    monkeypatch.setattr(paper, "_untouched", lambda *arguments: (2.0, "seen"))
    spoiled = paper.certify(read_lessons(folders.solutions), folders, cache=cache)
    assert spoiled.problems[0] == "98_means: its untouched release scores 2; it must score 0"
    assert spoiled.problems[1].startswith("leak: 98_means.ipynb: cell ")
    assert "**2 to mend.**" in paper.page(spoiled)


def test_errors_are_written_to_two_digits_so_that_processors_agree():
    assert json.loads(paper.as_text({"own_error": 1.23456e-16, "points": 12.345, "n": 3, "x": [0.0, None]})) == {
        "own_error": 1.2e-16,
        "points": 12.345,
        "n": 3,
        "x": [0.0, None],
    }


def test_certifying_some_lessons_renews_their_part_and_keeps_the_rest(found, tmp_path):
    paper.write(found, tmp_path)
    before = [(tmp_path / f"certificate{end}").read_text(encoding="utf-8") for end in (".json", ".md")]
    other = copy.deepcopy(found)
    for proof in other.proofs:
        proof.line["lesson"] = "97_other"
    other.untouched, other.confined = {"97_other": 0}, {"97_other": "somewhere"}
    renew(other, tmp_path, ["97_other", "98_means"])
    data = json.loads((tmp_path / "certificate.json").read_text(encoding="utf-8"))
    assert [x["lesson"] for x in data["exercises"]] == ["97_other"] * 3 + ["98_means"] * 3
    assert data["untouched"] == {"97_other": 0, "98_means": 0}
    page = (tmp_path / "certificate.md").read_text(encoding="utf-8")
    assert page.index("## 97_other") < page.index("## 98_means") < page.index("## Left behind")
    renew(found, tmp_path, ["98_means"])  # the other lesson is gone, this one is as it was
    assert [(tmp_path / f"certificate{end}").read_text(encoding="utf-8") for end in (".json", ".md")] == before


LESSONS = read_lessons(Folders().solutions)


@pytest.fixture(scope="module")
def committed():
    """The certificate of the repository."""
    return json.loads((ROOT / "grading" / "certificate.json").read_text(encoding="utf-8"))


def test_the_committed_certificate_is_of_the_lessons_as_they_are(committed):
    told = [(e["lesson"], e["id"], e["points"], [w["name"] for w in e["wrong"]]) for e in committed["exercises"]]
    assert told == [(x.slug, e.id, e.points, [v.name for v in e.wrong]) for x in LESSONS for e in x.exercises]
    for exercise in committed["exercises"]:
        assert exercise["reference"] is True
        assert exercise["stub_score"] == 0
        assert all(w["rejected_by"] and w["named"] for w in exercise["wrong"])
        assert all(r["accepted"] for r in exercise["right"])
        margin = exercise["margin"]
        assert margin["own_error"] * 10 <= margin["tolerance"]
        assert margin["nearest_wrong"] is None or margin["nearest_wrong"] >= 10 * margin["tolerance"]
    assert committed["untouched"] == {x.slug: 0 for x in LESSONS}
    assert committed["leaks"] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_exercise_is_the_one_that_was_certified(committed, lesson):
    proven = {e["id"]: e["key"] for e in committed["exercises"] if e["lesson"] == lesson.slug}
    changed = [e.id for e in lesson.exercises if proven[e.id] != exercise_key(lesson, e)]
    assert changed == [], "not what was certified: run `course certify`"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_the_committed_values_are_those_of_the_reference_and_every_mistake_is_rejected_as_certified(committed, lesson):
    trials = {e.id: wrong_trials(e) for e in lesson.exercises}
    reference, outcomes = run_trials(lesson, [t for group in trials.values() for t in group])
    records = make_records(lesson, reference, outcomes)
    recorded = read_record(Folders().expected / f"{lesson.slug}.npz")
    assert record_differences(recorded, records["visible"]) == []
    proven = {e["id"]: e["wrong"] for e in committed["exercises"] if e["lesson"] == lesson.slug}
    for exercise in lesson.exercises:
        judged = Judged(exercise, records)
        found = [rejected_by(judged.failures(judged.seen(outcomes[t]))) for t in trials[exercise.id]]
        assert found == [w["rejected_by"] for w in proven[exercise.id]], exercise.id
        assert None not in found, exercise.id
