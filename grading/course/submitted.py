"""What lies in submitted/: whose it is, and each file read without trust in its name, size or kind."""

import itertools
import os
from dataclasses import dataclass, field

from grading.course.helpers import read_helpers
from grading.course.intake import MAX_FILE, Refused, past_outputs, too_large
from grading.files import NotRegular, read_regular

UPLOADS = (".ipynb", ".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
MAX_ASTRAY = 20_000  # files looked at
MARK = "handed_in_by.txt"  # beside what was copied to the members of a group: who handed it in


@dataclass(frozen=True)
class Submission:
    """What lies in submitted/STUDENT/LESSON: the notebook's bytes (None: none), its name, when it was handed in."""

    student: str
    lesson: str
    raw: bytes | None
    name: str = ""
    timestamp: str = ""
    note: str = ""  # a repair that concerns the file itself
    refused: tuple = ()  # (outcome, sentence) when the file may not be opened at all
    helpers: dict = field(default_factory=dict)  # .py files beside the notebook: relative path -> bytes
    told: tuple = ()  # what is to be said of them
    secret: str = ""  # nbgrader's exchange gives feedback back by it


def who_handed_in(root, lesson):
    """Students with a folder for this lesson, by name."""
    return sorted(p.parent.name for p in root.glob(f"submitted/*/{lesson}") if p.is_dir() and is_id(p.parent.name))


def unfit_names(root):
    """Folders in submitted/ whose names cannot be a student's id: they are left alone, and said."""
    return sorted(p.name for p in root.glob("submitted/*") if p.is_dir() and not is_id(p.name))


def astray(root, lessons):
    """Notebooks and archives in submitted/ that lie where no submission is looked for: paths below `root`, by name.

    A submission is submitted/STUDENT/LESSON/NAME.ipynb, its lesson one of `lessons`.
    """
    top = root / "submitted"
    lost = [path for place in ("*", "*/*") for path in itertools.islice(top.glob(place), MAX_ASTRAY)]
    lost += [p for p in itertools.islice(top.glob("*/*/*.ipynb"), MAX_ASTRAY) if p.parent.name not in lessons]
    lost = [p for p in lost if p.suffix.lower() in UPLOADS and p.name[0] != "."]
    return sorted(str(path.relative_to(root)) for path in lost if not path.is_dir())


def is_id(name):
    """Whether a folder's name may be a student's id, in paths and in nbgrader."""
    return name.isprintable() and name[:1] not in ("", ".", "-") and len(name) <= 100 and not set(name) & set("{}\\+/")


def read_submission(root, student, lesson, release=()):
    """Read what a student handed in; never follows a link, never reads more than is graded.

    `release` are the paths of the lesson's own files beside the notebook.
    """
    folder = root / "submitted" / student / lesson
    if folder.is_symlink() or folder.parent.is_symlink():  # it could be another student's work
        sentence = f"The folder {folder.relative_to(root)} is a link; hand in the files themselves."
        return Submission(student, lesson, None, refused=("corrupt", sentence))
    timestamp = small_text(folder / "timestamp.txt")
    exact = folder / f"{lesson}.ipynb"
    found = [exact] if os.path.lexists(exact) else sorted(p for p in folder.glob("*.ipynb") if p.name[0] != ".")
    if not found:
        return Submission(student, lesson, None, timestamp=timestamp)
    path = max(found, key=lambda p: (p.lstat().st_mtime_ns, p.name))
    note = "" if path == exact else f"the file was called {path.name[:80]!r}"
    if len(found) > 1:
        note += f"; the newest of {len(found)} notebooks counts"
    raw, refused, read_past = read_notebook(path)
    note = "; ".join(filter(None, (note, read_past)))
    helpers, told = read_helpers(folder, release)
    secret = small_text(folder / "submission_secret.txt")
    return Submission(student, lesson, raw, path.name, timestamp, note, refused, helpers, tuple(told), secret)


def read_notebook(path):
    """(bytes, (), note) of a regular file, or (None, (outcome, sentence), ""); a large one without its outputs."""
    try:
        raw = read_regular(path, MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise too_large(path.lstat().st_size)
        raw, note = past_outputs(raw)
    except NotRegular:
        return None, ("corrupt", f"{path.name[:80]} is not a file."), ""
    except OSError as error:
        why = "is a link" if path.is_symlink() else f"cannot be opened ({error.strerror})"
        return None, ("corrupt", f"{path.name[:80]} {why}; hand in the file itself."), ""
    except Refused as refused:
        return None, (refused.outcome, refused.sentence), ""
    return raw, (), note


def small_text(path):
    """The beginning of a short text file; "" when there is none that can be read."""
    try:
        return read_regular(path, 200).decode("utf-8", "replace").strip()
    except OSError:
        return ""
