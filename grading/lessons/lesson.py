"""What a lesson consists of, as `source.py` reads it: frozen dataclasses that know their lines in the file."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from grading.errors import CourseError
from grading.lessons.cells import without_markers
from grading.lessons.variants import Mistakes

SENTENCE = 40  # characters from which a sentence is nobody's by chance


@dataclass(frozen=True)
class Cell:
    """One cell: its role (a key of source.MARKS, or "" for plain ones), its marks and where its source begins."""

    role: str
    kind: str  # "code" or "markdown"
    marks: dict
    source: str
    line: int  # line of the file on which the source begins
    index: int

    @property
    def id(self):
        """The value of the mark that names the role: an exercise id, a part id, a picture name; "" for plain cells."""
        return str(self.marks.get(self.role, ""))


@dataclass(frozen=True)
class Check:
    """A grade cell of an exercise: the visible source and the hidden block, each a cell that runs by itself."""

    id: str
    exercise: str
    points: float
    cell: Cell
    visible: str
    hidden: str  # "" when the cell has no hidden block
    predict: bool = False

    @property
    def grade_id(self):
        """The cell's id in the notebook and in the gradebook."""
        return f"predict-{self.id}" if self.predict else f"check-{self.id}"


@dataclass(frozen=True)
class Question:
    """A written answer: the text shown, the rubric and a model answer for the instructor, the points."""

    id: str
    points: float
    cell: Cell
    text: str
    rubric: str
    model: str

    @property
    def sentences(self):
        """The model answer's sentences, however it is wrapped; not those so short that anybody might write them."""
        told = re.split(r"(?<=[.!?]) ", " ".join(self.model.split()))
        return tuple(sentence for sentence in told if len(sentence) >= SENTENCE)


@dataclass(frozen=True)
class Exercise:
    """What belongs to one id: text, reference, what the learner gets instead, checks, hints, variants."""

    id: str
    number: int  # 3 for Exercise 9.3; 0 where no text of its own announces it (a prediction)
    title: str
    solve: Cell
    task: Cell | None
    given: Cell | None
    held: Cell | None  # what the judge keeps of an open exercise
    checks: tuple
    hints: tuple
    wrong: tuple
    right: tuple
    forbid: tuple
    bug: bool
    names: tuple = field(default=())  # what the reference answer binds: functions, classes, variables

    @property
    def reference(self):
        """The answer as it runs: the solve cell without its marker lines."""
        return without_markers(self.solve.source)

    @property
    def points(self):
        """Points of all its checks together."""
        return sum(check.points for check in self.checks)

    @property
    def predict(self):
        """Whether every check of it is a prediction."""
        return bool(self.checks) and all(check.predict for check in self.checks)


@dataclass(frozen=True)
class Lesson:
    """One lesson as authored; `cells` in order, `exercises` by order of their solve cells."""

    path: Path
    number: str  # "09"
    slug: str  # "09_convolution_arithmetic", also the assignment's name
    title: str
    minutes: int
    builds_on: tuple
    cells: tuple
    exercises: tuple
    questions: tuple
    text: str = field(repr=False)  # the file, or what a private seed made of it
    mistakes: Mistakes  # the file beside it

    @property
    def page(self):
        """Whether it is a page to read: nothing in it is graded."""
        return not self.exercises and not self.questions

    @property
    def checks(self):
        """All grade cells that run, in notebook order."""
        return tuple(sorted((c for e in self.exercises for c in e.checks), key=lambda check: check.cell.index))

    def exercise(self, id):
        """The exercise with this id; CourseError names those there are."""
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        known = ", ".join(e.id for e in self.exercises)
        raise CourseError(f"{self.path.name} has no exercise '{id}'; it has {known}")
