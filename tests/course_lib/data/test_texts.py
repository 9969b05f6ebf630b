"""Texts come from COURSE_DATA where they lie there, and are bundled otherwise."""

import pytest

from course_lib.data import texts


@pytest.mark.parametrize("name", list(texts.FILES))
def test_files_of_course_data_are_read(name, tmp_path, monkeypatch):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / texts.FILES[name]).write_text("abc\n", encoding="utf-8")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert texts.load(name) == ("abc\n", texts.FILES[name])


def test_without_them_a_small_text_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    sonnets, source = texts.load("shakespeare")
    assert source == "seven bundled sonnets"
    assert [len(s.splitlines()) for s in sonnets.strip().split("\n\n")] == [14] * 7
    monkeypatch.delenv("COURSE_DATA")
    names, source = texts.load("names")
    lines = names.splitlines()
    assert source == f"{len(lines)} bundled names"
    assert len(lines) == len(set(lines)) > 250
    assert set("".join(lines)) <= set("abcdefghijklmnopqrstuvwxyz")


def test_an_unknown_text_is_refused():
    with pytest.raises(ValueError, match="names, shakespeare, got 'odyssey'"):
        texts.load("odyssey")
