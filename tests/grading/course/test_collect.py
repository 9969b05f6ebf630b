"""`course collect` accounts for every file of every download, takes what is certain and stops where it is not."""

import sqlite3
import zipfile
from zoneinfo import ZoneInfo

import pytest

from grading.course.collect import Options, collect
from grading.course.collect.report import STOPPED
from tests.grading.course.downloads import FORMS
from tests.grading.course.further_downloads import FURTHER
from tests.grading.course.strange_downloads import STRANGE
from tests.grading.course.uploads import L, bytes_of, pack, put, tarred, tree


def prepare(folder, tmp_path, more):
    """The course folder and the Options that a form asks for."""
    if "roster" in more:
        (folder.root / "roster.csv").write_text(more["roster"], encoding="utf-8")
    if "groups" in more:
        (folder.root / "groups.csv").write_text(more["groups"], encoding="utf-8")
    if "due" in more:
        with sqlite3.connect(folder.root / "gradebook.db") as db:
            db.execute("update assignment set duedate = ?", (f"{more['due']}.000000",))
    if "lesson" in more:
        name = more["lesson"]
        (folder.root / "source" / name).mkdir()
        (folder.root / "source" / name / f"{name}.ipynb").write_text("{}")
    table = None
    if "table" in more:
        table = tmp_path / "times.csv"
        table.write_text(more["table"])
    zone = ZoneInfo(more.get("zone", "UTC"))
    return {"times": table, "zone": zone, "who": more.get("who", ()), "level": more.get("level")}


def all_paths(files, inside=""):
    for path, one in files.items():
        yield f"{inside}{path}"
        if isinstance(one, dict):
            yield from all_paths(one, f"{inside}{path}/")


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
@pytest.mark.parametrize("form", [*FORMS, *FURTHER, *STRANGE])
def test_a_download(folder, tmp_path, words, form, kind):
    files, right, more = (*(FORMS | FURTHER | STRANGE)[form], {})[:3]
    data = bytes_of(files, words)
    newer = more.get("newer", ())
    source = tmp_path / {"folder": "given", "zip": "given.zip", "tar": "given.tar.gz"}[kind]
    if kind == "tar":
        source.write_bytes(tarred(data, newer))
    else:
        (put if kind == "folder" else pack)(source, data, newer)
    options = prepare(folder, tmp_path, more)

    before = tree(folder.root)
    dry = collect(folder.root, L, source, Options(dry=True, **options))
    assert tree(folder.root) == before, "a dry run changes nothing"
    report = collect(folder.root, L, source, Options(**options))
    assert dry.to_json() == {**report.to_json(), "dry_run": True}

    assert sorted(row.path for row in report.files) == sorted(all_paths(files)), "one row for each file"
    assert report.collected == right.get("taken", {})
    left = {row.path: row.why for row in report.files if not row.taken}
    assert left.keys() == right.get("left", {}).keys()
    for path, why in right.get("left", {}).items():
        assert why in left[path]
    by_id = {one.student: one for one in report.students}
    assert sorted(one.student for one in report.students if one.status == STOPPED) == right.get("stopped", [])
    assert len(report.problems) == len(right.get("problems", []))
    for sentence, part in zip(report.problems, right.get("problems", []), strict=True):
        assert part in sentence
    for student, part in right.get("from", {}).items():
        assert part in by_id[student].time_from

    submitted = folder.root / "submitted"
    assert sorted(p.name for p in submitted.glob("*")) == sorted(report.collected)
    given_bytes = {path: words.get(one, one) for path, one in flat(files)}
    for student, path in report.collected.items():
        there = tree(submitted / student / L)
        stamp = there.pop("timestamp.txt", b"").decode()
        assert stamp == right.get("times", {}).get(student, "")
        assert there.pop(f"{L}.ipynb") == given_bytes[path]
        assert sorted(there) == right.get("helpers", {}).get(student, [])
        assert by_id[student].helpers == sorted(there)


def flat(files, inside=""):
    for path, one in files.items():
        if isinstance(one, dict):
            yield from flat(one, f"{inside}{path}/")
        else:
            yield f"{inside}{path}", one


def test_there_are_forms_enough():
    assert len(FORMS) >= 40


@pytest.mark.parametrize("given", ["an empty folder", "a zip of nothing that counts"])
def test_a_source_without_any_students_notebook_is_something_to_do(folder, tmp_path, given):
    source = tmp_path / ("empty" if given == "an empty folder" else "x.zip")
    if source.suffix:
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("__MACOSX/._a.ipynb", "x")
    else:
        source.mkdir()
    report = collect(folder.root, "90", source)
    assert report.problems == [f"{source} holds no student's notebook; give the download itself, or its folder."]
