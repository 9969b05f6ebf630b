"""`course collect` on the command line: a line for everything, JSON, and an exit status that says what is to do."""

import json
import zipfile

import pytest
import typer
from typer.testing import CliRunner

from grading.commands import instructor
from grading.course.collect import collect
from grading.errors import CourseError
from tests.grading.course.uploads import L, again, bytes_of, pack, put


@pytest.fixture(scope="module")
def app():
    made = typer.Typer()
    instructor.register(made)
    return made


def call(app, *words):
    result = CliRunner().invoke(app, list(map(str, words)))
    if isinstance(result.exception, CourseError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_the_command_prints_a_line_for_everything_and_its_status_says_what_is_to_do(app, folder, tmp_path, words):
    files = {f"{L}.ipynb": "a", "ann_1_2_x.ipynb": "b", "ann_1_3_x.pdf": "x"}
    source = pack(tmp_path / "1.zip", bytes_of(files, words))
    where = ("collect", "90", source, "--course", folder.root)
    code, told = call(app, *where, "--dry-run")
    assert code == 1
    assert "taken    ann  ann_1_2_x.ipynb" in told
    assert "no hand-in time (canvas gives files the time of the download)" in told
    assert "ann_1_3_x.pdf (ann): a PDF holds no cells to grade" in told
    assert f"To do: {L}.ipynb: its name does not say whose it is; say --who '{L}.ipynb=STUDENT'" in told
    assert "1 taken, 0 kept, 0 stopped; 3 files given, 2 not taken; nothing was changed (--dry-run)" in told
    assert not list((folder.root / "submitted").iterdir())
    code, told = call(app, *where, "--who", f"{L}.ipynb=bo", "--json")
    data = json.loads(told)
    assert code == 0
    assert data["collected"] == {"ann": "ann_1_2_x.ipynb", "bo": f"{L}.ipynb"}
    assert sorted(row["path"] for row in data["files"]) == sorted(files)
    assert {"lesson", "students", "nobody", "problems", "dry_run"} <= data.keys()


def test_a_single_notebook_may_be_given(app, folder, tmp_path, words):
    source = put(tmp_path, {"Ann Smith.ipynb": words["a"]}) / "Ann Smith.ipynb"
    assert call(app, "collect", "90", source, "--course", folder.root)[0] == 0
    assert folder.students(L) == ["Ann_Smith"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--zone", "Mars/Base"), "--zone Mars/Base is no time zone"),
        (("--who", "ann"), "write 'PATH=STUDENT'"),
        (("--who", "ann.ipynb=../x"), "cannot be a student's id"),
        (("--who", "nowhere.ipynb=ann"), "nothing of that name was given"),
        (("--times", "/nowhere.csv"), "/nowhere.csv cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence(app, folder, tmp_path, words, more, said):
    source = pack(tmp_path / "1.zip", {"ann.ipynb": words["a"]})
    code, told = call(app, "collect", "90", source, "--course", folder.root, *more)
    assert code == 2
    assert said in told


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.rar", b"Rar!", "is an archive that is not opened here; unpack it and give the folder"),
        ("x.7z", b"7z", "is an archive that is not opened here; unpack it and give the folder"),
        ("x.tar.gz", b"x", "is no readable tar; download it again"),
        ("x.tgz", b"\x1f\x8b cut", "is no readable tar; download it again"),
        ("x.zip", b"PK\3\4", "is no readable zip; download it again"),
        ("x.pdf", b"x", "neither a folder nor a zip or tar nor a notebook"),
        ("nope.zip", None, "is not there; look at how it is written"),
    ],
)
def test_what_is_nothing_to_collect_from_is_said(folder, tmp_path, name, data, said):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CourseError, match=said):
        collect(folder.root, L, tmp_path / name)


def test_two_students_for_one_path_are_refused(folder, tmp_path, words):
    with pytest.raises(CourseError, match="--who names two students for one path"):
        again(folder, tmp_path, words, {"x.ipynb": "a"}, "1.zip", who=(("x.ipynb", "ann"), ("x.ipynb", "bo")))
    report = again(folder, tmp_path, words, {"x.ipynb": "a"}, "1.zip", who=(("x.ipynb", "ann"), ("x.ipynb", "ann")))
    assert report.collected == {"ann": "x.ipynb"}


def test_two_files_of_one_name_in_an_archive_are_both_accounted_for(folder, tmp_path, words):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("ann/hw.ipynb", words["a"])
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("ann/hw.ipynb", words["b"])
    report = collect(folder.root, L, tmp_path / "twice.zip")
    assert [(row.path, row.taken) for row in report.files] == [("ann/hw.ipynb", False)] * 2
    assert "both hold work and nothing says which is newer" in report.problems[0]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_times_in_a_table_that_a_spreadsheet_program_saved(folder, tmp_path, words, encoding):
    text = 'sep=;\nname;note;time\nbo;"two\nlines";-\nmüller;;12.10.2026 10:00\n'
    (tmp_path / "times.csv").write_bytes(text.encode(encoding))
    report = again(folder, tmp_path, words, {"müller_1_2_x.ipynb": "a"}, "1.zip", times=tmp_path / "times.csv")
    (one,) = report.students
    assert (one.time, one.time_from) == ("2026-10-12 10:00:00 UTC", "times.csv, line 5")
