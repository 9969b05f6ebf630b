"""A build writes what a lesson says and nothing else; the quick check sees what is not as a build would leave it."""

import shutil

import pytest

from grading.errors import CourseError
from grading.lessons.release import picture_path
from grading.lessons.source import lesson_paths, read_lesson
from grading.lessons.variants import mistakes_path
from grading.proving.record import read_record, record_differences, record_lesson
from grading.publishing.build import ROOT, Folders, build, read_clean, stale
from tests.grading.means import PATH, write_means

LESSONS = lesson_paths(ROOT / "solutions")


@pytest.fixture(scope="module", autouse=True)
def _own_stamps(tmp_path_factory):
    """No stamp of an earlier run: these tests see the reference run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.publishing.build.STAMPS", tmp_path_factory.mktemp("stamps"))
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the small lesson, built."""
    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    write_means(root / "solutions")
    folders = Folders(root / "solutions", root / "notebooks")
    build(folders)
    return folders


@pytest.fixture
def copied(built, tmp_path):
    """A copy of it to spoil."""
    shutil.copytree(built.solutions.parent, tmp_path / "course")
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


def test_a_build_writes_notebook_picture_and_both_records(built):
    root = built.solutions.parent
    assert sorted(p.relative_to(root).as_posix() for p in files(built)) == [
        "build/hidden/98_means.npz",
        "notebooks/98_means.ipynb",
        "notebooks/expected/98_means.npz",
        "notebooks/pictures/98_two_means.png",
        "solutions/98_means.py",
        "solutions/mistakes/98_means.py",
    ]
    assert stale(built) == []


def test_a_second_build_changes_nothing(copied):
    before = files(copied)
    (done,) = build(copied)
    assert done.changed == []
    assert files(copied) == before


def test_a_picture_is_drawn_again_when_its_cell_changes_and_goes_with_it(copied):
    edit(copied, "[2.0, 2.5]", "[2.0, 1.5]")
    assert build(copied)[0].changed == ["98_two_means.png"]
    text = (copied.solutions / PATH.name).read_text(encoding="utf-8")
    start, end = text.index('# %% picture="two_means"'), text.index('# %% [markdown] task="weighted_mean"')
    (copied.solutions / PATH.name).write_text(text[:start] + text[end:], encoding="utf-8")
    assert "98_two_means.png (removed)" in build(copied)[0].changed
    assert not (copied.notebooks / "pictures" / "98_two_means.png").exists()


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
    edit(copied, 'plt.ylabel("value")', "1 / 0")
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
def test_the_committed_expected_values_are_those_the_reference_gives(path):
    record = read_record(Folders().expected / f"{path.stem}.npz")
    assert record_differences(record, record_lesson(read_lesson(path))["visible"]) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_every_picture_of_a_lesson_is_there(path):
    lesson = read_lesson(path)
    for cell in (c for c in lesson.cells if c.role == "picture"):
        head = (Folders().notebooks / picture_path(lesson, cell)).read_bytes()[:8]
        assert head == b"\x89PNG\r\n\x1a\n"
