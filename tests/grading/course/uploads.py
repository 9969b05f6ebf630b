"""Uploads on disk and in zips, collected one after the other."""

import io
import os
import tarfile
import time
import zipfile

from grading.course.collect import Options, collect
from tests.grading import small_lesson as small
from tests.grading.course.downloads import zipped

L = small.LESSON
OLD, NEW = 1_790_000_000, 1_790_100_000  # file times


def bytes_of(files, words):
    """{path: bytes} of a form's files; a dict is a zip."""
    return {
        path: zipped(bytes_of(one, words)) if isinstance(one, dict) else one if isinstance(one, bytes) else words[one]
        for path, one in files.items()
    }


def put(root, files, newer=()):
    """The files on disk, all of one time but for those that are newer."""
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        moment = NEW if path in newer else OLD
        os.utime(target, (moment, moment))
    return root


def pack(path, files, newer=()):
    """The files as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            moment = time.gmtime(NEW if name in newer else OLD)[:6]
            archive.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)
    return path


def tarred(files, newer=(), mode="w:gz"):
    """The bytes of a tar of these files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), NEW if name in newer else OLD
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def tree(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def again(folder, tmp_path, words, files, name, **options):
    """Collect a further zip of these files; the Report."""
    return collect(folder.root, L, pack(tmp_path / name, bytes_of(files, words)), Options(**options))


def the(report):
    (one,) = report.students
    return one


def held(folder, student):
    return (folder.root / "submitted" / student / L / f"{L}.ipynb").read_bytes()
