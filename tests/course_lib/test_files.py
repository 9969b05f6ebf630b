"""A file is there whole or as it was."""

import os
import resource

import pytest

from course_lib.files import beside, write_atomically


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


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_regular_file_is_not_replaced(tmp_path, kind):
    path = tmp_path / kind
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=r"Is a directory|Is no regular file") as told:
        write_atomically(path, b"x")
    assert told.value.filename == str(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_with_the_file_that_was_meant(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))  # what a full disk does, with another number
    try:
        with pytest.raises(OSError, match="File too large") as told:
            write_atomically(path, b"x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (told.value.filename, path.read_text(), list(tmp_path.iterdir())) == (str(path), "old", [path])
