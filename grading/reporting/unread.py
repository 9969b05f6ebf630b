"""Written answers that wait for a person: never read, or written anew since they were read."""

from dataclasses import dataclass

from grading.marking.gradebook import Reader


@dataclass(frozen=True)
class Unread:
    """One answer to read; `old` is the mark it was given before it was written anew, None when it never had one."""

    student: str
    lesson: str
    cell: str
    points: float
    old: float | None


def unread(course, lessons):
    """[Unread] of these lessons, by lesson and student."""
    with Reader(course) as book:
        there = sorted((lesson, student) for student, lesson in book.submitted() if lesson in lessons)
        return [one for lesson, student in there for one in unread_of(course, lesson, student, book)]


def unread_of(course, lesson, student, book):
    """[Unread] of one submission, from an open Reader."""
    points = course.points(lesson)
    return [
        Unread(student, lesson, cell, points.get(cell, 0.0), row["manual"])
        for cell, row in sorted(book.scores(lesson, student).items())
        if row.get("needs")
    ]
