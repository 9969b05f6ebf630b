"""A lesson as it was handed out, cell by cell: what a submission is laid over before it runs.

The release notebook gives every cell's place, text and metadata; the instructor's source notebook adds the hidden
part of each check. Nothing of a student's metadata survives: cells found again get the skeleton's.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from grading.errors import CourseError
from grading.ids import check_of, exercise_of, split
from grading.lessons.cells import GUARDED, SKIP, defined_names, split_hidden

ROLES = ("solution", "check", "question", "locked", "plain")


@dataclass(frozen=True)
class Cell:
    """One cell of the release.

    role is one of ROLES; `check` is the id in `check("...")` for a check or prediction; `hidden` is the text of its
    hidden step, or None; `rubric` is the instructor's text of a question, with its mark scheme, `reference` that of an
    answer; `names` are the functions and classes it defines; `skip` says that grading does not run it.
    """

    id: str
    kind: str
    source: str
    metadata: dict
    role: str
    grade_id: str | None = None
    points: float = 0.0
    check: str | None = None
    hidden: str | None = None
    names: frozenset = frozenset()
    skip: bool = False
    rubric: str = ""
    reference: str = ""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A lesson's cells in order, with look-ups by grade id and by cell id. It is equal to itself alone."""

    lesson: str
    cells: tuple
    kernelspec: dict
    fingerprint: str  # of the cells that run: with the submission it decides a verdict. Points decide marks alone
    wording: str  # of all cells, texts included: it decides what a graded notebook says
    by_grade_id: dict = field(repr=False, default_factory=dict)
    by_id: dict = field(repr=False, default_factory=dict)

    @property
    def checks(self):
        """The check and prediction cells, in order."""
        return [cell for cell in self.cells if cell.role == "check"]

    @property
    def points(self):
        """All points of the lesson, written answers included."""
        return sum(cell.points for cell in self.cells)

    def exercise_of(self, check):
        """The solution cell's grade id a check belongs to: `conv2d-dilation` belongs to `conv2d`; or None."""
        name = exercise_of(check)
        return name if name in self.by_grade_id else None


def _role(meta, kind):
    if meta.get("grade") and not meta.get("solution"):
        return "check"
    if meta.get("solution"):
        return "question" if kind == "markdown" else "solution"
    return "locked" if meta.get("locked") else "plain"


def _cell(cell, sources):
    meta = dict(cell.metadata.get("nbgrader") or {})
    grade_id = meta.get("grade_id") if meta else None
    role = _role(meta, cell.cell_type)
    check = check_of(grade_id) if role == "check" else None
    tags = cell.metadata.get("tags", [])
    return Cell(
        id=cell.get("id", ""),
        kind=cell.cell_type,
        source=cell.source,
        metadata=json.loads(json.dumps(cell.metadata)),
        role=role,
        grade_id=grade_id,
        points=float(meta.get("points", 0) or 0) if meta.get("grade") else 0.0,
        check=check,
        hidden=(split_hidden(sources.get(grade_id, ""))[1] or None) if check else None,
        rubric=sources.get(grade_id, "") if split(grade_id or "")[0] == "ask" else "",
        reference=sources.get(grade_id, "") if role == "solution" and cell.cell_type == "code" else "",
        names=defined_names(cell.source) if cell.cell_type == "code" else frozenset(),
        skip=bool({SKIP, *GUARDED} & set(tags)),
    )


def make_skeleton(lesson, release, source):
    """The skeleton of a lesson from its release and source notebooks (both as notebook nodes)."""
    sources = {c.metadata["nbgrader"].get("grade_id"): c.source for c in source.cells if "nbgrader" in c.metadata}
    cells = tuple(_cell(cell, sources) for cell in release.cells)
    told = [[c.id, c.kind, c.source, _without_points(c.metadata), c.hidden] for c in cells]
    return Skeleton(
        lesson=lesson,
        cells=cells,
        kernelspec=dict(release.metadata.get("kernelspec", {})),
        fingerprint=_hash([cell for cell in told if cell[1] == "code"]),
        wording=_hash(told),
        by_grade_id={c.grade_id: c for c in cells if c.grade_id},
        by_id={c.id: c for c in cells if c.id},
    )


def _hash(values):
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _without_points(metadata):
    meta = metadata.get("nbgrader")
    if not isinstance(meta, dict):
        return metadata
    kept = {
        name: value for name, value in meta.items() if name not in ("points", "checksum")
    }  # it is of the points too
    return {**metadata, "nbgrader": kept}


def read_skeleton(lesson, release_path, source_path):
    """Read both notebooks of a lesson from the course folder; raises CourseError naming the one that is absent."""
    notebooks = []
    for path in (Path(release_path), Path(source_path)):
        try:
            notebooks.append(nbformat.read(path, as_version=4))
        except FileNotFoundError:
            raise CourseError(f"{path} is missing: run `course init` on this folder to put the lesson back.") from None
        except Exception as error:
            raise CourseError(
                f"{path} cannot be read as a notebook ({type(error).__name__}): run `course init`."
            ) from None
    return make_skeleton(lesson, *notebooks)
