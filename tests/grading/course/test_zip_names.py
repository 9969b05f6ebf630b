"""Names in zips that other programs wrote: old encodings of Windows, backslashes, folders among the files."""

import io
import zipfile

import pytest

from grading.course.collect import collect
from tests.grading.course.uploads import L


def packed(names, encoding):
    """A zip whose names are these bytes, without the mark for UTF-8."""
    out, plain = io.BytesIO(), {}
    with zipfile.ZipFile(out, "w") as archive:
        for number, (name, data) in enumerate(names.items()):
            raw = name.encode(encoding)
            plain[f"{number:x>{len(raw)}}".encode()] = raw
            archive.writestr(f"{number:x>{len(raw)}}", data)
    made = out.getvalue()
    for placeholder, raw in plain.items():
        made = made.replace(placeholder, raw)
    return made


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp437", "Müller Größe"), ("cp850", "Søren Ångström"), ("cp850", "João Ávila"), ("cp1252", "Müller Größe"),
     ("cp1252", "René Müller"), ("utf-8", "王伟")],
)  # fmt: skip
def test_letters_are_read_as_they_were_written(folder, tmp_path, words, encoding, name):
    source = tmp_path / "1.zip"
    source.write_bytes(packed({f"{name}/hw.ipynb": words["a"], "bo/hw.ipynb": words["b"]}, encoding))
    report = collect(folder.root, "90", source)
    assert sorted(report.collected) == sorted([name.replace(" ", "_"), "bo"])


def test_backslashes_part_folders_and_a_folder_is_no_file(folder, tmp_path, words):
    source = tmp_path / "1.zip"
    names = {"subs\\ann\\hw.ipynb": words["a"], "subs\\ann\\": b"", "subs\\bo\\hw.ipynb": words["b"]}
    source.write_bytes(packed(names, "cp437"))
    report = collect(folder.root, "90", source)
    assert report.collected == {"ann": "subs/ann/hw.ipynb", "bo": "subs/bo/hw.ipynb"}
    assert len(report.files) == 2
    assert folder.students(L) == ["ann", "bo"]
