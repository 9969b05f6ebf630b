"""A file is there whole or as it was; what is no plain file is not read."""

import os

import pytest

from grading.files import NotRegular, beside, read_regular, write_atomically


def test_bytes_and_text_are_written_and_folders_made(tmp_path):
    path = tmp_path / "a" / "b" / "file.txt"
    write_atomically(path, b"one")
    assert path.read_bytes() == b"one"
    write_atomically(path, "zwö \ud800")  # a lone surrogate comes from a student's notebook
    assert path.read_bytes() == "zwö ?".encode()
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(AttributeError), beside(path) as half:
        half.write_text("ne") and None.no_such_name
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_there_before_the_block_ends(tmp_path):
    path = tmp_path / "file.txt"
    with beside(path) as half:
        half.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"


def test_only_a_regular_file_is_read_and_only_so_much_of_it(tmp_path):
    (tmp_path / "file").write_bytes(b"abcdef")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    assert read_regular(tmp_path / "file", 3) == b"abc"
    with pytest.raises(OSError, match="link"):
        read_regular(tmp_path / "link", 3)
    for name in ("pipe", "."):
        with pytest.raises(NotRegular):
            read_regular(tmp_path / name, 3)
