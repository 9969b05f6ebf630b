"""What is hostile, damaged or large is bounded, told, and stops nobody else; names of bytes become names of people."""

import os
import struct
import zipfile
import zlib

import pytest

from grading.course.collect import collect, given
from tests.grading.course.downloads import zipped
from tests.grading.course.uploads import L, again, bytes_of, pack, put


def test_nothing_lands_outside_and_every_member_is_told(folder, tmp_path, words):
    names = ["../../evil.ipynb", "/abs/evil.ipynb", "..\\..\\evil2.ipynb"]
    report = again(folder, tmp_path, words, {**dict.fromkeys(names, "a"), "bo/hw.ipynb": "b"}, "1.zip")
    assert report.collected == {"bo": "bo/hw.ipynb"}
    assert len(report.files) == 4
    assert not list(tmp_path.rglob("evil*"))


def test_links_are_not_followed(folder, tmp_path, words):
    source = put(tmp_path / "given", bytes_of({"ann/hw.ipynb": "a", "bo/hw.ipynb": "b"}, words))
    (source / "cy.ipynb").symlink_to("ann/hw.ipynb")
    (source / "dee").symlink_to("ann")
    os.mkfifo(source / "ed.ipynb")
    report = collect(folder.root, L, source)
    assert report.collected == {"ann": "ann/hw.ipynb", "bo": "bo/hw.ipynb"}
    why = {row.path: row.why for row in report.files}
    assert "is a link" in why["cy.ipynb"]
    assert "is a link" in why["dee"]
    assert "is not a file" in why["ed.ipynb"]
    linked = zipfile.ZipInfo("fay.ipynb")
    linked.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(linked, "/etc/passwd")
    report = collect(folder.root, L, tmp_path / "x.zip")
    assert "is a link" in report.problems[0]


def test_archives_are_bounded_in_depth_size_and_number(folder, tmp_path, words, monkeypatch):
    deep = {"hw.ipynb": "a"}
    for _ in range(6):
        deep = {"in.zip": deep}
    report = again(folder, tmp_path, words, {"ann.zip": deep, "bo.ipynb": "b"}, "1.zip")
    assert any("archive inside 3 others" in row.why for row in report.files)
    assert report.collected == {"bo": "bo.ipynb"}
    assert len(report.problems) == 1
    monkeypatch.setattr(given, "MAX_FILE", 10_000_000)
    bomb = zipped({"big.ipynb": b"0" * 11_000_000})
    with zipfile.ZipFile(tmp_path / "2.zip", "w") as archive:
        archive.writestr("ann.zip", bomb)
        archive.writestr("cy.ipynb", words["c"])
    report = collect(folder.root, L, tmp_path / "2.zip")
    assert report.collected == {"cy": "cy.ipynb"}
    assert "has 11 MB; at most 10 MB" in " ".join(row.why for row in report.files)
    monkeypatch.setattr(given, "MAX_INFLATED", 100)
    with zipfile.ZipFile(tmp_path / "3.zip", "w") as archive:
        archive.writestr("dee.zip", bomb)
    report = collect(folder.root, L, tmp_path / "3.zip")
    assert report.problems
    assert "too large to open here" in report.files[0].why


def test_a_cut_is_said_aloud(folder, tmp_path, words, monkeypatch):
    monkeypatch.setattr(given, "MAX_FILES", 3)
    report = again(folder, tmp_path, words, {f"s{i}x.ipynb": "a" for i in range(5)}, "1.zip")
    assert len(report.files) == 3
    assert "holds 5 files; only 3 were looked at and 2 were not" in report.problems[0]


def test_a_locked_zip_stops_its_student(folder, tmp_path, words):
    data = bytearray(zipped({"hw.ipynb": words["a"]}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    files = {"smithann_1_2_hw.zip": bytes(data), "libo_2_3_x.ipynb": words["b"]}
    report = collect(folder.root, L, pack(tmp_path / "1.zip", files))
    assert report.collected == {"libo": "libo_2_3_x.ipynb"}
    assert "locked with a password" in report.problems[0]


def test_a_damaged_member_stops_its_student_only(folder, tmp_path, words):
    path = pack(tmp_path / "1.zip", bytes_of({"ann.ipynb": "a", "bo.ipynb": "b"}, words))
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    report = collect(folder.root, L, path)
    assert report.collected == {"bo": "bo.ipynb"}
    assert "ann.ipynb cannot be read" in report.problems[0]


# ------------------------------------------------------------------------------------------------ names of bytes


def raw_zip(path, name, extra=b""):
    """A zip with one member whose name is these bytes, without the mark that says UTF-8."""
    stand_in = "x" * len(name)
    info = zipfile.ZipInfo(stand_in)
    info.extra = extra
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "{}")
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), name))
    return path


def test_names_in_zips_without_a_mark_are_utf8_where_they_are_that_else_code_page_437(folder, tmp_path):
    utf8 = raw_zip(tmp_path / "1.zip", "J\u00fcrgen.ipynb".encode())
    old = raw_zip(tmp_path / "2.zip", "Andr\u00e9.ipynb".encode("cp437"))
    name = "Gr\u00fcn.ipynb".encode("cp850")
    body = b"\1" + struct.pack("<L", zlib.crc32(name)) + "\u0413\u0440\u0438\u043d.ipynb".encode()
    field = raw_zip(tmp_path / "3.zip", name, struct.pack("<HH", 0x7075, len(body)) + body)
    names = [*(list(collect(folder.root, L, p).collected) for p in (utf8, old, field))]
    assert names == [["J\u00fcrgen"], ["Andr\u00e9"], ["\u0413\u0440\u0438\u043d"]]


def test_names_on_disk_that_are_no_utf8(folder, tmp_path, words):
    source = tmp_path / "given"
    source.mkdir()
    for name in (b"Jos\xe9.ipynb", b"Jos\xe8.ipynb"):
        with open(os.path.join(os.fsencode(source), name), "wb") as file:
            file.write(words["a"])
    assert sorted(collect(folder.root, L, source).collected) == ["Jos\u00e8", "Jos\u00e9"]


def test_signs_without_a_shape_do_not_part_a_name(folder, tmp_path, words):
    report = again(folder, tmp_path, words, {"\u0645\u06cc\u200c\u062e.ipynb": "a", "bo.ipynb": "b"}, "1.zip")
    assert sorted(report.collected) == ["bo", "\u0645\u06cc\u062e"]


@pytest.mark.parametrize("name", ["x" * 300, "\u738b" * 150, "a\u200db", "..", "-rf", "{}", "a+b", "'"])
def test_every_name_gives_a_folder_that_the_course_reads_or_is_stopped(folder, tmp_path, words, name):
    report = again(folder, tmp_path, words, {f"{name}/hw.ipynb": "a", "bo/hw.ipynb": "b"}, "1.zip")
    assert set(folder.students(L)) == set(report.collected)
    assert not folder.unfit()
    assert len(report.collected) + len(report.problems) + (name == "..") >= 2
