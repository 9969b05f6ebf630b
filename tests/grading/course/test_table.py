"""A system's table is read in its own delimiter and encoding, written back alike, and no cell of it is a formula."""

import pytest

from grading.course.table import as_text, read_sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_encoding_are_kept(tmp_path, encoding, delimiter):
    path = tmp_path / "t.csv"
    path.write_bytes(f"name{delimiter}mark\nJürgen{delimiter}-\nBo{delimiter}-1.5\n".encode(encoding))
    sheet = read_sheet(path)
    assert sheet.rows == [["name", "mark"], ["Jürgen", "-"], ["Bo", "-1.5"]]
    path.write_bytes(sheet.to_bytes())
    again = read_sheet(path)
    assert again == sheet
    assert path.read_bytes().decode(encoding)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(tmp_path, start):
    assert as_text(f"{start}1") == f"'{start}1"
    path = tmp_path / "t.csv"
    path.write_text("name\nx\n")
    sheet = read_sheet(path)
    sheet.rows[1][0] = f"{start}HYPERLINK(1)"
    assert b"'" in sheet.to_bytes()


def test_numbers_and_nothing_are_written_as_they_are():
    assert (as_text(None), as_text(2.0), as_text(-1.5), as_text(3), as_text("a=b")) == ("", "2", "-1.5", 3, "a=b")
