"""A tar is taken as a zip is: opened where it lies, bounded, every file accounted for, nothing written by its names."""

import gzip
import io
import tarfile

import pytest

from grading.course.collect import archives, collect, given
from tests.grading.course.uploads import L, again, bytes_of, pack, put, tarred, tree


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_are_read_as_each_program_writes_them(tmp_path, mode, form):
    names = ["Zo\u00eb/hw.ipynb", "\u738b/" + "deep/" * 25 + "hw.ipynb", "bo/" + "n" * 90 + ".ipynb"]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode, format=form, encoding="utf-8") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = 3, 1_790_000_000
            archive.addfile(info, io.BytesIO(name[:3].encode()[:3]))
    made.seek(0)
    members, size = archives.in_tar(made, 1_000_000)
    assert [one.name for one in members] == sorted(names)
    assert [one.read(2) for one in members] == [one.name[:3].encode()[:2] for one in members]
    assert size % 512 == 0
    assert {str(one.when) for one in members} == {"2026-09-21 14:13:20"}


def test_a_students_own_tar_is_opened_by_whatever_name_it_came(folder, tmp_path, words):
    mine = {
        name: tarred(bytes_of({"work/hw.ipynb": word, "work/util.py": "py"}, words))
        for name, word in zip("abcd", "abcd", strict=True)
    }
    files = {
        "smithann_1_2_hw.tar.gz": mine["a"],
        "libo_2_3_hw.tar-1.gz": mine["b"],
        "wucy_3_4_hw.tgz": mine["c"],
        "dee_4_5_hw.tar": gzip.decompress(mine["d"]),
    }
    report = collect(folder.root, L, pack(tmp_path / "1.zip", files))
    assert report.problems == []
    assert report.collected == {
        "smithann": "smithann_1_2_hw.tar.gz/work/hw.ipynb",
        "libo": "libo_2_3_hw.tar-1.gz/work/hw.ipynb",
        "wucy": "wucy_3_4_hw.tgz/work/hw.ipynb",
        "dee": "dee_4_5_hw.tar/work/hw.ipynb",
    }
    assert {tuple(one.helpers) for one in report.students} == {("util.py",)}
    assert len(report.files) == 12


def test_a_tar_of_a_students_name_in_a_folder(folder, tmp_path, words):
    source = put(tmp_path / "given", {"ann.tar.gz": tarred({"hw.ipynb": words["a"]}), "bo.ipynb": words["b"]})
    assert collect(folder.root, L, source).collected == {"ann": "ann.tar.gz/hw.ipynb", "bo": "bo.ipynb"}


def odd(path, **told):
    """A tar with bo's notebook and one member of a strange kind."""
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo(told.pop("name", "ann.ipynb"))
        for key, value in told.items():
            setattr(info, key, value)
        archive.addfile(info, io.BytesIO(b"x" * 10))
        info = tarfile.TarInfo("bo.ipynb")
        info.size = 2
        archive.addfile(info, io.BytesIO(b"{}"))
    return path


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "is a link"),
        ({"type": tarfile.LNKTYPE, "linkname": "bo.ipynb"}, "is a link"),
        ({"type": tarfile.CHRTYPE}, "is not a file"),
        ({"type": tarfile.FIFOTYPE}, "is not a file"),
        ({"name": "../ann.ipynb", "size": 10}, "leads outside"),
        ({"name": "/abs/ann.ipynb", "size": 10}, "leads outside"),
    ],
)
def test_what_is_no_file_or_leads_outside_is_told_and_stops_nobody_else(folder, tmp_path, told, why):
    before = set(tree(tmp_path))
    report = collect(folder.root, L, odd(tmp_path / "1.tgz", **told))
    assert report.collected == {"bo": "bo.ipynb"}
    assert why in next(row.why for row in report.files if row.path != "bo.ipynb")
    assert not [path for path in set(tree(tmp_path)) - before if path.endswith("ann.ipynb")]


def header(name, kind, size):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "data",
    [
        header("x.ipynb", tarfile.REGTYPE, -512) + bytes(1024),
        header("x.ipynb", tarfile.REGTYPE, 10_000) + bytes(1024),
        header("x", tarfile.GNUTYPE_LONGNAME, 10**9) + bytes(1024),
        header("x", tarfile.GNUTYPE_LONGNAME, 100_000) + bytes(200_000),
        b"no header" + bytes(503),
        b"",
        bytes(1024),
    ],
)
def test_a_damaged_tar_stops_its_student_only(folder, tmp_path, words, data):
    report = again(
        folder, tmp_path, words, {"ann.tar": data, "cy.tar.gz": gzip.compress(data), "bo.ipynb": "b"}, "1.zip"
    )
    assert report.collected == {"bo": "bo.ipynb"}
    assert [told.partition(" ")[0] for told in report.problems] == ["ann:", "cy:"]
    assert all("is no readable tar; ask for it again" in told for told in report.problems)


def test_tars_are_bounded_by_what_they_hold(folder, tmp_path, words, monkeypatch):
    monkeypatch.setattr(given, "MAX_INFLATED", 2_000_000)
    bomb = gzip.compress(bytes(3_000_000))
    report = again(folder, tmp_path, words, {"ann.tar.gz": bomb, "bo.ipynb": "b"}, "1.zip")
    assert report.collected == {"bo": "bo.ipynb"}
    assert "holds more than 2 MB, too much to open here" in report.problems[0]
    monkeypatch.setattr(archives, "MOST", 1)
    report = collect(folder.root, L, pack(tmp_path / "3.zip", {"ed.tar": tarred({"a": b"", "b": b""}, mode="w")}))
    assert "holds more than 1 files, too many to open here" in report.problems[0]
    monkeypatch.undo()
    monkeypatch.setattr(given, "MAX_FILE", 5000)
    (tmp_path / "2.tar").write_bytes(tarred({"cy.ipynb": bytes(6000), "dee.ipynb": words["c"][:4000]}, mode="w"))
    told = {row.path: row.why for row in collect(folder.root, L, tmp_path / "2.tar").files}
    assert "at most 0 MB are taken" in told["cy.ipynb"]
