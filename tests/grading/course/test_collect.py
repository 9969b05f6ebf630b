"""Uploads are sorted by whose they are; the last attempt counts, and nothing lands outside."""

import zipfile

import pytest

from grading.course import collect
from grading.errors import CourseError
from tests.grading import small_lesson as small


@pytest.mark.parametrize(
    ("upload", "student"),
    [
        ("smithann_12345_678_90_small.ipynb", "smithann"),
        ("smithann_LATE_12345_678_90_small-2.ipynb", "smithann"),
        ("Ann Smith_4711_assignsubmission_file_/90_small.ipynb", "Ann_Smith_4711"),
        ("ann.ipynb", "ann"),
        ("ann_90_small.ipynb", "ann"),
        ("ann/90_small/90_small.ipynb", "ann"),
        ("ann/homework.ipynb", "ann"),
        ("ann@example.org.ipynb", "ann@example.org"),
        ("90_small.ipynb", None),
    ],
)
def test_the_names_of_uploads_say_whose_they_are(upload, student):
    found = collect.who(upload, small.LESSON)
    assert (found and found[0]) == student


def test_the_last_attempt_in_a_zip_is_collected_and_nothing_lands_outside(made, tmp_path):
    path = tmp_path / "uploads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("smithann_1_2_90_small.ipynb", b"first")
        archive.writestr("smithann_1_3_90_small-1.ipynb", b"second")
        archive.writestr("../../evil.ipynb", b"x")
        archive.writestr("/abs/evil.ipynb", b"x")
        archive.writestr("..\\..\\evil2.ipynb", b"x")
        archive.writestr("__MACOSX/._bob.ipynb", b"x")
        archive.writestr("bob/90_small.ipynb", b"bob's")
        archive.writestr("bob/notes.txt", b"x")
        archive.writestr("90_small.ipynb", b"whose?")
    done, nobody = collect.collect(made.root, "90", path)
    assert dict(done) == {"smithann": "smithann_1_3_90_small-1.ipynb", "bob": "bob/90_small.ipynb"}
    assert nobody == ["90_small.ipynb"]
    target = made.root / "submitted" / "smithann" / small.LESSON
    assert (target / f"{small.LESSON}.ipynb").read_bytes() == b"second"
    assert not list(tmp_path.rglob("evil*"))
    assert (target / "timestamp.txt").read_text().endswith("UTC")


def test_collecting_from_what_is_neither_folder_nor_zip_is_refused(made, tmp_path):
    (tmp_path / "x.rar").write_bytes(b"Rar!")
    with pytest.raises(CourseError, match="neither a folder nor a zip"):
        collect.collect(made.root, "90", tmp_path / "x.rar")
