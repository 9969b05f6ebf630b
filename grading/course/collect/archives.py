"""Which names are archives', and what a zip or a tar (also packed by gzip) holds: nothing is unpacked, all is bounded.

A tar's headers are walked here, not by tarfile: it would read a name of any length, and follow a size below nothing.
"""

import gzip
import re
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from grading.course.collect.zip_names import letters_of, member_name

TAR = re.compile(r"\.(?:tar(?:-\d+| ?\(\d+\))?(?:\.gz)?|tgz)\Z", re.I)  # hw.tar-1.gz: as Canvas counts attempts
BLOCK = 512
LONGEST = 65_536  # bytes of a name, or of what stands beside it
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
PIECE = 1_000_000
MOST = 200_000  # files of one tar that are listed
LINK = "is a link; hand in the file itself"
DAMAGED = "is damaged"


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name, when it was changed, its size, `read(most)` gives its bytes, and why it cannot
    be taken, or ""."""

    name: str
    when: datetime | None
    size: int
    read: Callable
    bad: str = ""


class TooLarge(ValueError):
    """An archive holds more than is read; says so."""


def is_archive(name):
    """Whether a file of this name is opened: a zip, or a tar, packed by gzip or not."""
    return name.lower().endswith(".zip") or is_tar(name)


def is_tar(name):
    """Whether a file's name is a tar's, packed by gzip or not."""
    return bool(TAR.search(name))


def without_ending(name):
    """A name without an archive's ending."""
    return name[:-4] if name.lower().endswith(".zip") else TAR.sub("", name)


def in_zip(file):
    """The Members of an open zip, folders left out."""
    archive = zipfile.ZipFile(file)
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        name = member_name(info)
        if not info.is_dir() and not name.endswith("/"):
            yield _of_zip(archive, info, name)


def _of_zip(archive, info, name):
    def read(most):
        with archive.open(info) as file:
            return file.read(most)

    bad = "is locked with a password" if info.flag_bits & 1 else ""
    bad = LINK if stat.S_ISLNK(info.external_attr >> 16) else bad
    try:
        when = datetime(*info.date_time) if info.date_time > (1980, 1, 1, 0, 0, 0) else None
    except ValueError:
        when = None
    return Member(name, when, info.file_size, read, bad)


def in_tar(file, most):
    """(the Members of an open tar by name, how many bytes it has); ValueError where it is damaged, TooLarge
    where it has more."""
    plain, size = _without_packing(file, most)
    return sorted(_members(plain), key=lambda member: member.name), size


def _without_packing(file, most):
    spooled = tempfile.SpooledTemporaryFile(max_size=16_000_000)  # noqa: SIM115 (it stays open for its members)
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    source, size = gzip.GzipFile(fileobj=file, mode="rb") if packed else file, 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > most:
            raise TooLarge(f"holds more than {most / 1e6:.0f} MB, too much to open here")
        spooled.write(piece)
    return spooled, size


def _members(file):
    """The Members of a plain tar, folders left out."""
    file.seek(0, 2)
    end, at, told, count = file.tell(), 0, {}, 0
    while len(block := _at(file, at, BLOCK)) == BLOCK and block.strip(b"\0"):
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.TarError as error:
            raise ValueError(DAMAGED) from error
        size = _size(info, told)
        if size < 0 or at + BLOCK + size > end or info.type == tarfile.GNUTYPE_SPARSE:
            raise ValueError(DAMAGED)
        if info.type in (b"x", b"L"):
            if size > LONGEST:
                raise ValueError(DAMAGED)
            data = _at(file, at + BLOCK, size)
            told |= _records(data) if info.type == b"x" else {"path": _text(data.rstrip(b"\0"))}
        elif info.type not in (b"g", b"K"):
            if info.type != tarfile.DIRTYPE:
                name = told.get("path") or _text(info.name.encode("utf-8", "surrogateescape"))
                yield Member(name, _moment(info.mtime), size, _reader(file, at + BLOCK, size), _bad(info.type))
            told, count = {}, count + 1
            if count > MOST:
                raise TooLarge(f"holds more than {MOST} files, too many to open here")
        at += BLOCK + -(-size // BLOCK) * BLOCK
    if at == 0:
        raise ValueError(DAMAGED)


def _size(info, told):
    if info.type in (*LINKS, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        return 0  # whatever it says
    return int(told.get("size", info.size)) if info.type in PLAIN else info.size


def _reader(file, start, size):
    return lambda most: _at(file, start, min(size, most))


def _at(file, place, count):
    file.seek(place)
    return file.read(count)


def _bad(kind):
    if kind in LINKS:
        return LINK
    return "" if kind in PLAIN else "is not a file"


def _records(data):
    """{"path": ..., "size": ...} of a pax header: records `LENGTH KEY=VALUE` and a line's end."""
    found, at = {}, 0
    while told := re.match(rb"(\d{1,6}) (path|size|[^=\n]+)=", data[at : at + 200]):
        length = int(told[1])
        if told[2] in (b"path", b"size"):
            found[told[2].decode()] = _text(data[at + told.end() : at + length - 1])
        at += max(length, 1)
    return found


def _text(raw):
    return letters_of(raw) or raw.decode("utf-8", "replace")


def _moment(seconds):
    try:
        return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
