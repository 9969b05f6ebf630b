"""What was given: every file of a folder, an archive or a single notebook, archives in archives opened, all bounded.

Nothing is left out in silence. A file that says nothing of anybody's work (system files, checkpoints) or was opened
(an archive) stands in `passed` with the reason; every other file is an Entry, readable or with the reason why not.
"""

import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grading.course.collect.archives import TooLarge, in_tar, in_zip, is_archive, is_tar
from grading.errors import CourseError

MAX_FILES = 20_000
PEEK = 100_000  # bytes that tell a notebook
SLIPS = ("", ".json", ".txt", ".download", ".crdownload", ".part", ".partial", ".bak", ".old", ".orig")
MAX_DEPTH = 3  # archives inside archives
MAX_FILE = 100_000_000  # bytes of one file, inflated
MAX_INFLATED = 2_000_000_000  # bytes of all inner archives together
NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json")
JUNK = {
    "__MACOSX": "macOS keeps file properties there",
    ".ipynb_checkpoints": "Jupyter's own copy, not handed in",
    "__pycache__": "compiled code",
    ".git": "a repository's history",
    ".DS_Store": "a system file",
    "Thumbs.db": "a system file",
    "desktop.ini": "a system file",
}
OTHER_ARCHIVES = (".rar", ".7z", ".gz", ".bz2", ".xz")
UNNAMED = "is a notebook by what is in it, but is not called one: let its name end in .ipynb"
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError)


@dataclass(frozen=True)
class Entry:
    """One file: where it lay, when it was changed (it may be a download's time), how to read it or why that is not
    possible (`bad`)."""

    path: str
    when: datetime | None
    read: Callable = field(repr=False, compare=False)
    bad: str = ""
    nth: int = 0  # how many of that path came before: an archive may hold a name twice

    @property
    def parts(self):
        """The folders (and archives) it lies in, and its name."""
        return PurePosixPath(self.path).parts

    @property
    def is_notebook(self):
        """Whether its name is a notebook's, as systems and browsers change it."""
        return real_name(self.path).lower().endswith(NOTEBOOKS)


@dataclass
class Given:
    """All files: entries to be sorted, files passed over as (path, why), sentences about the whole."""

    entries: list = field(default_factory=list)
    passed: list = field(default_factory=list)
    problems: list = field(default_factory=list)


def real_name(path):
    """A path with the name a file has once iCloud fetched it: `.x.ipynb.icloud` stands for x.ipynb."""
    return re.sub(r"(\A|/)\.([^/]+)\.icloud\Z", r"\1\2", path)


def look(source):
    """The Given of a folder, a zip, a tar (packed by gzip or not) or one notebook."""
    source, looking = Path(source), _Looking()
    if source.is_dir():
        looking.folder(source)
    elif source.is_file() and source.name.lower().endswith(NOTEBOOKS):
        looking.add(source.name, _changed(source.stat()), lambda: _file(source))
    elif source.is_file() and (is_tar(source.name) or zipfile.is_zipfile(source)):
        why = looking.archive(source.open("rb"), source.name if is_tar(source.name) else "", "", 0)
        if why:
            raise CourseError(f"{source} {why}; download it again.")
    else:
        raise CourseError(f"{source} {_no_source(source)}")
    given = looking.given
    given.entries.sort(key=lambda entry: entry.path)
    if looking.over:
        total = MAX_FILES + looking.over
        given.problems.append(
            f"{source} holds {total} files; only {MAX_FILES} were looked at and {looking.over} were not: "
            "give it in smaller parts."
        )
    return given


def _no_source(source):
    """Why a path is nothing to collect from, and what to do."""
    if not source.exists():
        return "is not there; look at how it is written."
    if source.name.lower().endswith(OTHER_ARCHIVES):
        return "is an archive that is not opened here; unpack it and give the folder."
    if source.suffix.lower() == ".zip":
        return "is no readable zip; download it again."
    return "is neither a folder nor a zip or tar nor a notebook; give what the course website saved."


def looks_like_a_notebook(entry):
    """Whether a file of no notebook's name holds one: an ending mistyped, lost, or that of a download cut short."""
    name = PurePosixPath(entry.path)
    slip = name.suffix.lower() in SLIPS or set("ipynb") == set(name.suffix.lower()[1:]) or ".ipynb" in name.name.lower()
    if entry.bad or entry.is_notebook or not slip:
        return False
    try:
        data = entry.read()[:PEEK]
    except UNREADABLE:
        return False
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" and b'"cells"' in data and b'"cell_type"' in data


def look_at(root, paths):
    """The Given of some files of a folder: `paths` relative to it."""
    looking = _Looking()
    for path in sorted(paths):
        looking.on_disk(root / path, _shown(root / path, root))
    looking.given.entries.sort(key=lambda entry: entry.path)
    return looking.given


class _Looking:
    """The walk with its bounds."""

    def __init__(self):
        self.given, self.count, self.over, self.inflated = Given(), 0, 0, 0
        self.paths = Counter()

    def folder(self, root):
        def lost(error):
            where = Path(error.filename or root)
            self.given.problems.append(f"{_shown(where, root)} cannot be opened ({error.strerror}); permit reading it.")

        for at, folders, files in os.walk(root, onerror=lost):
            folders.sort()
            for name in [f for f in folders if Path(at, f).is_symlink()]:
                folders.remove(name)
                files.append(name)
            for name in sorted(files):
                self.on_disk(Path(at, name), _shown(Path(at, name), root))

    def on_disk(self, path, shown):
        """One file of a folder; an archive is opened."""
        try:
            info = path.lstat()
        except OSError as error:
            return self.add(shown, None, None, f"cannot be opened ({error.strerror})")
        bad = ""
        if stat.S_ISLNK(info.st_mode):
            bad = "is a link; hand in the file itself"
        elif not stat.S_ISREG(info.st_mode):
            bad = "is not a file"
        if not bad and is_archive(path.name):
            return self._inner(shown, info.st_size, lambda: path.open("rb"), 1)
        return self.add(shown, _changed(info), lambda: _file(path), bad, info.st_size)

    def archive(self, file, name, inside, depth):
        """The files of an open zip or tar; "" when it could be read, else why not."""
        try:
            if is_tar(name):
                members, size = in_tar(file, MAX_INFLATED - self.inflated)
                self.inflated += size
            else:
                members = in_zip(file)
            for member in members:
                self._member(member, inside, depth)
        except UNREADABLE as error:
            return str(error) if isinstance(error, TooLarge) else f"is no readable {'tar' if is_tar(name) else 'zip'}"
        return ""

    def _member(self, member, inside, depth):
        parts = PurePosixPath(member.name).parts
        shown = "/".join([*PurePosixPath(inside).parts, *parts]) if parts else f"{inside}/?"
        bad = member.bad
        if PurePosixPath(member.name).is_absolute() or ".." in parts or re.match(r"[A-Za-z]:/", member.name):
            bad = "its path leads outside"
        if not bad and is_archive(member.name):
            return self._inner(shown, member.size, lambda: _spooled(member), depth + 1)
        return self.add(shown, member.when, lambda: member.read(MAX_FILE + 1), bad, member.size)

    def _inner(self, shown, size, open_it, depth):
        """An archive among the files: opened, unless that goes too deep or grows too large."""
        if _junk(shown):
            return self.add(shown, None, None)
        bad = ""
        if depth > MAX_DEPTH:
            bad = f"is an archive inside {MAX_DEPTH} others; unpack it by hand"
        elif size > MAX_FILE or self.inflated + size > MAX_INFLATED:
            bad = f"is an archive of {size / 1e6:.0f} MB, too large to open here; unpack it by hand"
        if bad:
            return self.add(shown, None, None, bad)
        self.inflated += size
        before = self.count + self.over
        try:
            why = self.archive(open_it(), shown, shown, depth)
        except UNREADABLE:
            why = "is no readable archive"
        if why:
            return self.add(shown, None, None, f"{why}; ask for it again")
        if self.count + self.over == before:
            return self.add(shown, None, None, "is an empty archive")
        if self._room():
            self.given.passed.append((shown, f"opened: {self.count + self.over - before - 1} files in it"))
        return None

    def _room(self):
        if self.count >= MAX_FILES:
            self.over += 1
            return False
        self.count += 1
        return True

    def add(self, shown, when, read, bad="", size=0):
        """One file, into the entries or among what is passed over."""
        if not self._room():
            return
        if not bad and size > MAX_FILE:
            bad = f"has {size / 1e6:.0f} MB; at most {MAX_FILE / 1e6:.0f} MB are taken"
        if not bad and shown.lower().endswith(OTHER_ARCHIVES) and not is_tar(shown):
            bad = "is an archive that is not opened here; unpack it by hand or ask for a zip"
        if shown != real_name(shown):
            bad = bad or "only stands for a file that iCloud keeps elsewhere; fetch it there and collect again"
        why = _junk(real_name(shown))
        if why:
            self.given.passed.append((shown, why))
        else:
            self.given.entries.append(Entry(shown, when, read or (lambda: b""), bad, self.paths[shown]))
            self.paths[shown] += 1


def _junk(path):
    """Why a file says nothing of anybody's work, or ""."""
    parts = PurePosixPath(path).parts
    for part in parts:
        if part in JUNK:
            return JUNK[part]
    if parts and parts[-1].startswith("._"):
        return "macOS keeps file properties in it"
    if any(part.startswith(".") and part not in ("..", ".") for part in parts):
        return "a hidden file"
    return ""


def _file(path):
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(file, "rb") as opened:
        return opened.read(MAX_FILE + 1)


def _spooled(member):
    """An inner archive's bytes, on disk when they are many."""
    file = tempfile.SpooledTemporaryFile(max_size=16_000_000)  # noqa: SIM115 (the archive made of it stays open)
    file.write(member.read(MAX_FILE + 1))
    file.seek(0)
    return file


def _changed(info):
    return datetime.fromtimestamp(info.st_mtime, UTC).replace(tzinfo=None, microsecond=0)


def _shown(path, root):
    """A path below the root as text; bytes that are no UTF-8 are read as Western European."""
    raw = os.fsencode(path.relative_to(root)) if path.is_relative_to(root) else os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
