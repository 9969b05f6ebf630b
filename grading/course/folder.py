"""The course folder: nbgrader's, kept outside the repository, with the lessons' source, release and hidden values.

`source release submitted autograded feedback gradebook.db` are nbgrader's own; `hidden` holds the hidden expected
values, `journal` the grader's memory. `nbgrader_config.py` puts the confined step where nbgrader's own would run
student code, so that formgrader's button, the API and the command line are as safe as `course grade`.
"""

import functools
import hashlib
import shlex
import tomllib
from dataclasses import replace
from pathlib import Path

from course_lib.evidence.records import BadRecord, load_record, record_fingerprint
from grading.confinement.job import Limits
from grading.course.attempts import earlier
from grading.course.rules import read_rules
from grading.course.skeleton import read_skeleton
from grading.course.stamp import read_stamp
from grading.course.submitted import astray, read_submission, unfit_names, who_handed_in
from grading.errors import CourseError
from grading.imports import files_behind, hash_of, modules
from grading.lessons.choose import choose
from grading.paths import ROOT

NOT_SHARED = (".ipynb", ".png", ".svg", ".jpg")  # files of a release that student code has no use for


class Course:
    """An open course folder. Skeletons and records are read once and kept."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        if not (self.root / "nbgrader_config.py").is_file():
            raise CourseError(_no_course(root, self.root))
        read_stamp(self.root)
        self._skeletons, self._records, self._files = {}, {}, {}
        self._prints, self._fingerprints = {}, {}  # kept here: a cache of the class would keep the Course itself

    @property
    def db_url(self):
        """The gradebook's address for nbgrader."""
        return f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def lessons(self):
        """The lessons in the folder, by name."""
        return sorted(p.parent.name for p in self.root.glob("source/*/*.ipynb") if p.stem == p.parent.name)

    def choose(self, wanted=()):
        """The lessons meant by "09" or "09_slug" (lessons/choose.py); all when none is named."""
        return choose(wanted, self.lessons, self.root)

    def skeleton(self, lesson):
        """The lesson as released (grading/course/skeleton.py)."""
        if lesson not in self._skeletons:
            file = f"{lesson}/{lesson}.ipynb"
            self._skeletons[lesson] = read_skeleton(lesson, self.root / "release" / file, self.root / "source" / file)
        return self._skeletons[lesson]

    def skeletons(self):
        """All lessons' skeletons, to name a notebook of another lesson."""
        return [self.skeleton(lesson) for lesson in self.lessons]

    def records(self, lesson):
        """The expected values: {"visible": Record, "hidden": Record}."""
        if lesson not in self._records:
            paths = self._record_paths(lesson)
            try:
                records = {part: load_record(path) for part, path in paths.items()}
                for record in records.values():
                    list(record.checks.values())  # read them all now: threads share them later
                self._records[lesson] = records
            except BadRecord as error:
                raise CourseError(f"{error} Or run `course init {self.root}` again.") from None
        return self._records[lesson]

    @functools.cached_property
    def rules(self):
        """What was decided about points and bad tests (grading/course/rules.py)."""
        return read_rules(self.root)

    def points(self, lesson):
        """What each graded cell of a lesson is worth, as it counts: {grade id: points}."""
        cells = [cell for cell in self.skeleton(lesson).cells if cell.metadata.get("nbgrader", {}).get("grade")]
        return {cell.grade_id: self.rules.worth(lesson, cell) for cell in cells}

    def _record_paths(self, lesson):
        visible = self.root / "source" / lesson / "expected" / f"{lesson}.npz"
        return {"visible": visible, "hidden": self.root / "hidden" / f"{lesson}.npz"}

    def files(self, lesson):
        """What stands beside the notebook in the release and student code may read: relative path -> bytes."""
        if lesson not in self._files:
            folder = self.root / "release" / lesson
            paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in NOT_SHARED)
            self._files[lesson] = {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}
        return self._files[lesson]

    def prints(self, lesson):
        """What stands for a file beside the notebook that holds points and hints: {relative path: hash}."""
        if lesson not in self._prints:
            name = f"expected/{lesson}.npz"
            path = self.root / "release" / lesson / name
            self._prints[lesson] = {name: record_fingerprint(path)} if path.is_file() else {}
        return self._prints[lesson]

    def fingerprint(self, lesson):
        """Changes when anything that decides a verdict changes, the submission aside; points decide marks alone."""
        if lesson not in self._fingerprints:
            self._fingerprints[lesson] = self._fingerprint(lesson)
        return self._fingerprints[lesson]

    def _fingerprint(self, lesson):
        self.records(lesson)  # says what is wrong with a file that cannot be read
        digest = hashlib.sha256(self.skeleton(lesson).fingerprint.encode())
        for path in self._record_paths(lesson).values():
            digest.update(record_fingerprint(path).encode())
        digest.update(_code())
        return digest.hexdigest()

    def students(self, lesson):
        """Students with a folder for this lesson, by name."""
        return who_handed_in(self.root, lesson)

    def unfit(self):
        """Folders in submitted/ whose names cannot be a student's id."""
        return unfit_names(self.root)

    def astray(self):
        """Notebooks and archives in submitted/ that lie where no submission is looked for."""
        return astray(self.root, self.lessons)

    def submission(self, student, lesson):
        """What a student handed in, read (grading/course/submitted.py)."""
        return read_submission(self.root, student, lesson, self.files(lesson))

    def earlier(self, submission):
        """What the same student handed in before (grading/course/attempts.py), the first kept first."""
        return earlier(self.root, submission, self.files(submission.lesson))

    def limits(self, student):
        """The limits for one student: accommodations.toml may give more time (`[ann]`, `time = 1.5`)."""
        given = self.accommodations
        factor = given.get(student, given.get("*", {})).get("time", 1)
        limits = Limits()
        scaled = {name: getattr(limits, name) * factor for name in ("cpu", "cell_cpu", "wall", "cell_wall")}
        return replace(limits, **scaled)

    @functools.cached_property
    def accommodations(self):
        """accommodations.toml as a dict by student; CourseError when it cannot be read."""
        path = self.root / "accommodations.toml"
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            if not all(isinstance(v, dict) and v.get("time", 1) > 0 for v in table.values()):
                raise ValueError("each student is a table, time is a number above 0")
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
            raise CourseError(f"{path} cannot be read ({error}); write [student] and below it time = 1.5.") from None
        return table


DECIDES = modules(  # what decides a verdict, with all that these import
    "grading.marking.judge",
    "grading.marking.overlay",
    "grading.marking.jobs",
    "grading.course.skeleton",
    "grading.course.helpers",
    "grading.course.times",
    "grading.confinement.sandbox",
    "grading.confinement.worker",
)


@functools.cache
def _code():
    """The hash of the code that decides: files of the grader, and all of course_lib, which student code imports."""
    grader = files_behind(DECIDES, packages=("grading",))
    return hash_of([*grader, *sorted((ROOT / "course_lib").rglob("*.py"))]).digest()


def _no_course(told, root):
    """What to say of a folder that is none of a course: it may lie in one."""
    around = next((folder for folder in root.parents if (folder / "nbgrader_config.py").is_file()), None)
    if around is not None:
        return f"{told} is not a course folder but lies in one; say `--course {shlex.quote(str(around))}`."
    where = f"the folder {root}" if str(told) == "." else told
    return f"{where} is not a course folder; say which is with `--course DIR`, or make one with `course init DIR`."


def load_config(root):
    """The folder's nbgrader_config.py as a traitlets Config."""
    from traitlets.config.loader import PyFileConfigLoader

    try:
        config = PyFileConfigLoader("nbgrader_config.py", str(root)).load_config()
    except Exception as error:
        raise CourseError(f"{root}/nbgrader_config.py cannot be read ({type(error).__name__}: {error}).") from None
    config.CourseDirectory.root = str(root)  # wherever the folder was when the file was written
    return config
