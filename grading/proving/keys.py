"""What a proof depends on, as hashes: what the lesson says of the exercise, the code that judges it, the machine.

`exercise_key` stands in the certificate: equal on every machine, it says of which exercise the entry is. `proof_key` is
what the cache answers to: it changes with the library, the tools and the machine too.
"""

import hashlib
import json
import platform

import numpy as np

from grading.imports import files_behind, hash_of, modules
from grading.lessons.cells import strip_magics, without_markers
from grading.proving.bench import SKIPPED

# what every check runs through, and what proves it; with all that these import
CHECKS = modules("course_lib.checks", "course_lib.evidence.compare", "course_lib.evidence.mistakes")
TOOLS = modules("grading.proving.certify", "grading.proving.certificate", "grading.proving.trial_process")


def exercise_key(lesson, exercise):
    """A hash of what the lesson says of an exercise that its proof rests on, and of the code that runs before it."""
    last = max((c.cell.index for c in exercise.checks), default=exercise.solve.index)
    before = [c for c in lesson.cells[: last + 1] if c.kind == "code"]
    parts = {
        "exercise": [lesson.slug, exercise.id, exercise.solve.source, list(exercise.forbid)],
        "given": exercise.given.source if exercise.given else "",
        "checks": [[c.id, c.points, c.predict, c.cell.source] for c in exercise.checks],
        "variants": [[v.wrong, v.name, v.source, list(v.edit)] for v in (*exercise.wrong, *exercise.right)],
        "before": [without_markers(c.source) for c in before if c.role not in (*SKIPPED, "check", "predict")],
    }
    return _hash(parts)[:16]


def proof_key(lesson, exercise):
    """A hash of all that a proof depends on, and of the lines of the file that its sentences name."""
    variants = [[v.sentence, v.where, v.problem] for v in (*exercise.wrong, *exercise.right)]
    lines = [c.line for c in (exercise.solve, *(k.cell for k in exercise.checks))]
    machine = [platform.python_version(), np.__version__, platform.machine()]
    return _hash([exercise_key(lesson, exercise), lines, variants, library_digest(*code_of(lesson)), machine])


def record_key(lesson):
    """A hash of all that a lesson's records depend on: its text and mistakes, the library, the tools, the machine."""
    machine = [platform.python_version(), np.__version__, platform.machine()]
    return _hash([lesson.slug, lesson.text, lesson.mistakes.text, library_digest(*code_of(lesson)), machine])


def _hash(parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def library_digest(*sources):
    """A hash of what a proof depends on beside the lesson: the course_lib files its code rests on, and the tools."""
    library = files_behind(*sources, CHECKS, packages=("course_lib",))
    tools = files_behind(TOOLS, packages=("grading",))
    return hash_of([*library, *tools]).hexdigest()


def code_of(lesson):
    """The lesson's code, for `library_digest`."""
    return [strip_magics(cell.source) for cell in lesson.cells if cell.kind == "code"]
