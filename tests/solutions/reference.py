"""A lesson and its reference answers, for tests that hold the answers against independent witnesses."""

from pathlib import Path

from grading.lessons.source import read_lesson

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


def lesson(slug):
    """The lesson of `solutions/SLUG.py`."""
    return read_lesson(SOLUTIONS / f"{slug}.py")


def answers(lesson, **names):
    """The lesson's reference answers by name; `names` is what its notebook imports for them."""
    namespace = dict(names)
    for exercise in lesson.exercises:
        exec(exercise.reference, namespace)
    return namespace
