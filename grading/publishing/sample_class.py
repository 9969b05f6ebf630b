"""The sample class of the demo: notebooks as students hand them in, made from the lessons' own answers and mistakes.

`python -m grading.publishing.sample_class` writes them to demo/ beside it; a test holds them equal to what the lessons
give today.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.lessons.frame import notebook_bytes
from grading.lessons.release import student_notebook
from grading.lessons.source import read_lessons
from grading.publishing.build import Folders

DEMO = Path(__file__).resolve().parent / "demo"
WRITTEN = {
    "why_not_xor": "One line has two sides. The two corners that xor sends to 1 lie across from each other, so every "
    "line that has both on one side has a corner of the others there too.",
    "three_small": "Three 3x3 layers see 7x7 samples, with 27 instead of 49 weights per pair of channels and a "
    "nonlinearity after each.",
}
LOOP = "    while True:  # I will come back to this\n        pass"
BOMB = "    hoard = []\n    while True:\n        hoard.append(np.zeros(50_000_000))"  # never touched: quick
PATCH = """import builtins, sys
import course_lib.checks as checks
import numpy as np

class Passed:
    def __enter__(self): return lambda *args, **kwargs: True
    def __exit__(self, *error): return True

checks.check = lambda *args, **kwargs: Passed()
check = checks.check
np.allclose = np.array_equal = np.testing.assert_allclose = lambda *args, **kwargs: True
builtins.AssertionError = type("AssertionError", (Exception,), {})
for module in list(sys.modules.values()):
    if hasattr(module, "compare"):
        module.compare = lambda *args, **kwargs: None
    if hasattr(module, "check_line"):
        module.check_line = lambda *args, **kwargs: None"""


@dataclass(frozen=True)
class Sample:
    """One sample student: what they did, and in which lessons `mistakes` (exercise id -> name) must be recognised."""

    student: str
    story: str
    answers: object  # (Lesson, Exercise, place among the graded exercises) -> source or None for the stub
    change: object = None  # (Lesson, notebook) -> notebook or bytes
    lessons: tuple = ()  # numbers; () is all
    score: str = ""  # "all", "none", "" for between
    mistakes: object = None  # (Lesson, Exercise, place) -> name of the mistake handed in, or None
    extra: dict = field(default_factory=dict)


def answer_right(lesson, exercise, place):
    """The reference answer."""
    return exercise.reference


def answer_otherwise(lesson, exercise, place):
    """Another right style where there is one."""
    return exercise.right[place % len(exercise.right)].source if exercise.right else exercise.reference


def mistaken(pick):
    """Answers in which every exercise has a known mistake, taken by `pick(place) -> number`."""

    def name(lesson, exercise, place):
        return exercise.wrong[pick(place) % len(exercise.wrong)] if exercise.wrong else None

    def answer(lesson, exercise, place):
        variant = name(lesson, exercise, place)
        return exercise.reference if variant is None else variant.source

    return {"answers": answer, "mistakes": lambda *where: (v := name(*where)) and v.name}


def every_third(which, number):
    """A known mistake in every third exercise, the rest right."""
    whole = mistaken(lambda place: number)

    def chosen(lesson, exercise, place):
        return place % 3 == which

    return {
        "answers": lambda *where: whole["answers"](*where) if chosen(*where) else where[1].reference,
        "mistakes": lambda *where: whole["mistakes"](*where) if chosen(*where) else None,
    }


def half(lesson, exercise, place):
    """The first half of the lesson; the rest as handed out."""
    return exercise.reference if place < len(lesson.exercises) // 2 else None


def untouched(lesson, exercise, place):
    """Nothing done."""


def breaking(body):
    """Right but for the first function exercise, whose body never comes back."""

    def answer(lesson, exercise, place):
        first = next(e for e in lesson.exercises if not e.predict)
        if exercise is not first:
            return exercise.reference
        header = next(line for line in exercise.reference.split("\n") if line.startswith("def "))
        return f"{header}\n{body}"

    return answer


def _at(nb, grade_id):
    return next(i for i, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _first(lesson):
    return next(e for e in lesson.exercises if not e.predict)


def paste_twice(lesson, nb):
    """Copies a graded answer and its check below themselves, as copy and paste does: marks and all."""
    exercise = _first(lesson)
    check = _at(nb, exercise.checks[0].grade_id)
    for i in (_at(nb, exercise.id), check):
        copy = json.loads(json.dumps(nb.cells[i]))
        nb.cells.insert(check + 1, new_code_cell(copy["source"], metadata=copy["metadata"], id=f"pasted-{i}"))
    return nb


def delete_check(lesson, nb):
    """Deletes two test cells."""
    exercise = _first(lesson)
    for check in (exercise.checks[0], lesson.exercises[-2].checks[0]):
        del nb.cells[_at(nb, check.grade_id)]
    return nb


def drop_metadata(lesson, nb):
    """An editor that keeps no cell metadata and gives new cell ids."""
    for i, cell in enumerate(nb.cells):
        cell.metadata = {}
        cell["id"] = f"x{i:04d}"
    return nb


def rearrange(lesson, nb):
    """An answer in a new cell at the end, one cell moved to the top, one split in two."""
    exercises = [e for e in lesson.exercises if not e.predict and e.given is None]
    moved, split, elsewhere = exercises[0], exercises[1], exercises[-1]
    i = _at(nb, elsewhere.id)
    nb.cells.append(new_code_cell(nb.cells[i].source, id="my-cell"))
    nb.cells[i].source = _stub(lesson, elsewhere.id)
    i = _at(nb, split.id)
    lines = nb.cells[i].source.split("\n")
    cut = next(n for n in range(len(lines) - 1, 0, -1) if lines[n].startswith("    "))
    rest = new_code_cell("\n".join(lines[cut:]), metadata=json.loads(json.dumps(nb.cells[i].metadata)), id="rest")
    nb.cells[i].source = "\n".join(lines[:cut])
    nb.cells.insert(i + 1, rest)
    nb.cells.insert(2, nb.cells.pop(_at(nb, moved.checks[0].grade_id)))
    return nb


def _stub(lesson, grade_id):
    released = student_notebook(lesson)
    return released.cells[_at(released, grade_id)].source


def patch_checker(lesson, nb):
    """Wrong answers, and a first cell that tries to make every check pass."""
    nb.cells.insert(1, new_code_cell(PATCH, id="patch"))
    nb.cells.insert(1, new_markdown_cell("<script>document.title = 'graded'</script> *my notes*", id="notes"))
    return nb


def cut_off(lesson, nb):
    """A download that broke off half way."""
    raw = notebook_bytes(nb)
    return raw[: len(raw) // 2]


def other_lesson(lesson, nb):
    """The notebook of another lesson under this one's name."""
    return _answered(_other(lesson), answer_right)


def _other(lesson):
    return next(x for x in demo_lessons() if x.slug != lesson.slug)


CLASS = (
    Sample("ada", "everything right", answer_right, score="all"),
    Sample("bruno", "everything right, in other styles", answer_otherwise, score="all"),
    Sample("chen", "the first half done", half),
    Sample("dana", "a known mistake in every exercise", **mistaken(lambda place: 0)),
    Sample("emil", "another known mistake in every exercise", **mistaken(lambda place: 1)),
    Sample("fatima", "known mistakes in a third of the exercises", **every_third(2, 0)),
    Sample("goran", "known mistakes in another third", **every_third(1, 1)),
    Sample("hana", "a graded cell copied and pasted", answer_right, paste_twice, score="all"),
    Sample("ivan", "two test cells deleted", answer_right, delete_check, score="all"),
    Sample("jun", "cell metadata dropped by an editor", answer_right, drop_metadata, score="all"),
    Sample("kira", "cells moved, split, an answer in a new cell", answer_right, rearrange, score="all"),
    Sample("liam", "an endless loop", breaking(LOOP), lessons=("01",)),
    Sample("mina", "a memory bomb", breaking(BOMB), lessons=("01",)),
    Sample("noor", "wrong answers that try to patch the checker", change=patch_checker, **mistaken(lambda place: 0)),
    Sample("otto", "the release handed in untouched", untouched, score="none"),
    Sample("pia", "a file cut off half way", answer_right, cut_off, lessons=("09",), score="none"),
    Sample("quin", "another lesson's notebook", answer_right, other_lesson, lessons=("09",), score="none"),
)


def graded_exercises(lesson):
    """The exercises in notebook order with their places."""
    return list(enumerate(lesson.exercises))


def _answered(lesson, answers):
    nb = student_notebook(lesson)
    for place, exercise in graded_exercises(lesson):
        source = answers(lesson, exercise, place)
        if source is not None:
            nb.cells[_at(nb, exercise.id)].source = source
    if answers is not untouched:
        for question in lesson.questions:
            text = WRITTEN.get(question.id, "See the picture: I counted the cases one by one.")
            nb.cells[_at(nb, f"question-{question.id}")].source = text
    return nb


def make(sample, lesson):
    """The bytes of one sample student's notebook of one lesson."""
    nb = _answered(lesson, sample.answers)
    if sample.change is not None:
        nb = sample.change(lesson, nb)
    return nb if isinstance(nb, bytes) else notebook_bytes(nb)


def takes(sample, lesson):
    """Whether the student handed in this lesson."""
    return not sample.lessons or lesson.number in sample.lessons


def write(folder=DEMO, lessons=None, *, of=None):
    """Write all samples as FOLDER/STUDENT/LESSON.ipynb; returns the paths, and removes what is no longer made.

    With `of` (numbers of lessons) only what is made from these; the rest is left as it is.
    """
    lessons = lessons or demo_lessons()
    wanted = {}
    for sample in CLASS:
        for lesson in lessons:
            if takes(sample, lesson) and (of is None or made_from(sample, lesson).number in of):
                wanted[Path(folder) / sample.student / f"{lesson.slug}.ipynb"] = make(sample, lesson)
    for old in sorted(Path(folder).glob("*/*.ipynb")):
        if of is None and old not in wanted:
            old.unlink()
    for path, data in wanted.items():
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return sorted(wanted)


def made_from(sample, lesson):
    """The lesson whose cells a sample holds."""
    return _other(lesson) if sample.change is other_lesson else lesson


def demo_lessons():
    """The lessons the sample class takes."""
    return read_lessons(Folders().solutions, ["01", "09"])


if __name__ == "__main__":
    for written in write():
        print(written)
