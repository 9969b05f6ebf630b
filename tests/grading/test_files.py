"""What is no plain file is not read."""

import os

import pytest

from grading.files import NotRegular, read_regular


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
