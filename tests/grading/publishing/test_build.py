"""A build writes what a lesson says and nothing else; the quick check sees what is not as a build would leave it."""

import shutil

import pytest

from grading.errors import CourseError
from grading.lessons.release import picture_path
from grading.lessons.source import lesson_paths, read_lesson
from grading.lessons.variants import mistakes_path
from grading.proving.record import read_record
from grading.publishing import drawn
from grading.publishing.build import ROOT, Folders, build, read_clean, stale
from tests.grading.means import PATH, write_tiny

LESSONS = lesson_paths(ROOT / "solutions")


@pytest.fixture
def copied(means_built, tmp_path):
    """A copy of the built lesson to spoil."""
    shutil.copytree(means_built.solutions.parent, tmp_path / "course")
    return Folders(tmp_path / "course" / "solutions", tmp_path / "course" / "notebooks")


def files(folders):
    return {p: p.read_bytes() for p in folders.solutions.parent.rglob("*") if p.is_file()}


def edit(folders, find, replace):
    """Edit the one of the lesson's two files that holds `find`."""
    lesson = folders.solutions / PATH.name
    (path,) = (p for p in (lesson, mistakes_path(lesson)) if find in p.read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    assert text.count(find) == 1
    path.write_text(text.replace(find, replace), encoding="utf-8")


def test_a_build_writes_notebook_picture_and_both_records(means_built):
    root = means_built.solutions.parent
    assert sorted(p.relative_to(root).as_posix() for p in files(means_built)) == [
        "build/hidden/98_means.npz",
        "notebooks/98_means.ipynb",
        "notebooks/expected/98_means.npz",
        "notebooks/pictures/98_drawn_from.json",
        "notebooks/pictures/98_two_means.png",
        "solutions/98_means.py",
        "solutions/mistakes/98_means.py",
    ]
    assert stale(means_built) == []


def test_a_second_build_changes_nothing(copied):
    before = files(copied)
    (done, *_) = build(copied)
    assert done.changed == []
    assert files(copied) == before


def test_a_picture_is_drawn_again_when_its_cell_changes_and_goes_with_it(copied):
    edit(copied, "[2.0, 2.5]", "[2.0, 1.5]")
    assert stale(copied) == ["notebooks/pictures/98_two_means.png was drawn from other cells; run `course build 98`"]
    assert build(copied)[0].changed == ["98_two_means.png", "98_drawn_from.json"]
    text = (copied.solutions / PATH.name).read_text(encoding="utf-8")
    start, end = text.index('# %% picture="two_means"'), text.index('# %% [markdown] task="weighted_mean"')
    (copied.solutions / PATH.name).write_text(text[:start] + text[end:], encoding="utf-8")
    changed = build(copied)[0].changed
    assert changed[-2:] == ["98_drawn_from.json", "98_two_means.png (removed)"]
    assert not any((copied.notebooks / "pictures").iterdir())


def test_a_picture_whose_pixels_are_equal_is_not_written_again(copied, monkeypatch):
    edit(copied, "[2.0, 2.5]", "[2.0, 5 / 2]")
    path = copied.notebooks / "pictures" / "98_two_means.png"
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert build(copied)[0].changed == ["98_drawn_from.json"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    monkeypatch.setattr(drawn, "_library", lambda cell: "another library")
    assert stale(copied) == []  # quick: whether that changes a pixel only drawing tells
    assert build(copied)[0].changed == ["98_drawn_from.json"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert b"Source" not in before[0]


def test_a_damaged_picture_or_stamp_is_made_again(copied):
    path = copied.notebooks / "pictures" / "98_two_means.png"
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    path.with_name("98_drawn_from.json").write_text("{", encoding="utf-8")
    assert build(copied)[0].changed == ["98_two_means.png", "98_drawn_from.json"]
    assert path.read_bytes() == whole
    assert stale(copied) == []


def test_building_one_lesson_rewrites_nothing_of_another(copied):
    write_tiny(copied.solutions)
    build(copied, ["97"])
    edit(copied, "[2.0, 2.5]", "[2.0, 1.5]")
    edit(copied, "You will write both.", "You write both.")
    before = {path: (data, path.stat().st_mtime_ns) for path, data in files(copied).items() if "97_" not in path.name}
    assert build(copied, ["97"])[0].changed == []
    after = {path: (data, path.stat().st_mtime_ns) for path, data in files(copied).items() if "97_" not in path.name}
    assert after == before


STALE = [
    ("You will write both.", "You write both.", "notebooks/98_means.ipynb differs from 98_means.py"),
    ("# Heavy samples count more.", "# Heavy ones count more.", "the hints of 'weighted_mean' are not those of"),
    (
        ' points=2\nwith check("weighted',
        ' points=4\nwith check("weighted',
        "the points of 'weighted_mean' are not those of",
    ),
    ('forbid="numpy.average"', 'forbid="numpy.mean"', "the forbid of 'weighted_mean' are not those of"),
    ('"subtract the mean")', '"take the mean off")', "the sentence of 'added' is not that of"),
]


@pytest.mark.parametrize(("find", "replace", "says"), STALE, ids=[s[2][:30] for s in STALE])
def test_what_a_build_would_change_is_told_with_the_command(copied, find, replace, says):
    edit(copied, find, replace)
    told = stale(copied)
    assert any(says in t for t in told), told
    assert all(t.endswith("run `course build 98`") for t in told)


def test_missing_files_and_notebooks_without_a_lesson_are_told(copied):
    for name in ("pictures/98_two_means.png", "expected/98_means.npz", "98_means.ipynb"):
        (copied.notebooks / name).rename(copied.notebooks / "42_gone.ipynb")
        told = " ".join(stale(copied))
        assert f"notebooks/{name} is not there; run `course build 98`" in told
        assert "notebooks/42_gone.ipynb has no lesson in solutions/; remove it" in told
        (copied.notebooks / "42_gone.ipynb").rename(copied.notebooks / name)
    assert stale(copied) == []


def test_a_hand_edited_notebook_is_told(copied):
    path = copied.notebooks / "98_means.ipynb"
    path.write_bytes(path.read_bytes().replace(b"How far apart", b"How close"))
    assert stale(copied) == ["notebooks/98_means.ipynb differs from 98_means.py; run `course build 98`"]


def test_a_lesson_with_problems_is_not_built(copied):
    edit(copied, " minutes=20", "")
    before = files(copied)
    with pytest.raises(CourseError, match=r"98_means\.py:2: the lesson has no time"):
        build(copied)
    assert files(copied) == before
    assert read_clean(copied, lint=False)


def test_a_picture_that_cannot_be_drawn_is_told_with_its_line(copied):
    edit(copied, '["mean", "weighted"]', "1 / 0")
    with pytest.raises(CourseError, match=r"98_means\.py: line \d+: the picture 'two_means' cannot be drawn: ZeroDiv"):
        build(copied)


def test_a_record_equal_up_to_rounding_is_left_as_it_is(copied):
    path = copied.expected / "98_means.npz"
    record = read_record(path)
    value = record.checks["weighted_mean"]["lines"][0]["value"]
    value *= 1 + 1e-15
    from course_lib.evidence.compare import save_record

    save_record(path, record)
    before = path.read_bytes()
    build(copied)
    assert path.read_bytes() == before
    value *= 1 + 1e-6
    save_record(path, record)
    build(copied)
    assert path.read_bytes() != before


def test_the_reference_runs_again_only_when_something_changed(copied, monkeypatch):
    monkeypatch.setattr("grading.publishing.build.record_lesson", None)
    assert build(copied)[0].changed == []
    with pytest.raises(TypeError):
        build(copied, fresh=True)
    path = copied.expected / "98_means.npz"
    before = path.read_bytes()
    path.write_bytes(before[:-1])
    with pytest.raises(TypeError):
        build(copied)
    path.write_bytes(before)
    edit(copied, "default_rng(981)", "default_rng(989)")
    with pytest.raises(TypeError):
        build(copied)


def test_the_committed_notebooks_are_those_a_build_makes():
    assert stale(Folders()) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_every_picture_of_a_lesson_is_there(path):
    lesson = read_lesson(path)
    for cell in (c for c in lesson.cells if c.role == "picture"):
        head = (Folders().notebooks / picture_path(lesson, cell)).read_bytes()[:8]
        assert head == b"\x89PNG\r\n\x1a\n"
