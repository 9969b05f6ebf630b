"""From a submission to what is run and what is kept of it: laid over, made a job, and told apart from what it was."""

import hashlib

from grading.course.attempts import stamp
from grading.course.helpers import imported, missing
from grading.marking.jobs import make_job
from grading.marking.overlay import LaidOver, overlay


def lay_over(course, submission):
    """Lay one submission over its lesson, with what is to be said about its file."""
    skeleton = course.skeleton(submission.lesson)
    if submission.refused:
        laid = overlay(None, skeleton)
        outcome, sentence = submission.refused
        return _renamed(laid, outcome, sentence)
    laid = overlay(submission.raw, skeleton, course.skeletons())
    if submission.note:
        laid.repairs.insert(0, submission.note)
    if laid.outcome == "graded":
        there = {*submission.helpers, *course.files(submission.lesson)}
        laid.repairs += [*submission.told, *missing(laid.nb.cells, there, imported(skeleton.cells))]
    return laid


def _renamed(laid, outcome, sentence):
    laid.nb.metadata["course"].update(outcome=outcome, sentence=sentence)
    laid.nb.cells[0]["source"] = f"**Not graded.** {sentence}"
    return LaidOver(laid.nb, outcome, sentence, laid.repairs)


def job_of(course, submission, laid):
    """The sandbox's job for a laid-over submission."""
    lesson = submission.lesson
    return make_job(
        laid.nb,
        course.skeleton(lesson),
        course.records(lesson),
        fingerprint=course.fingerprint(lesson),
        limits=course.limits(submission.student),
        files={**submission.helpers, **course.files(lesson)},
        prints=course.prints(lesson),
    )


def state_of(course, submission):
    """The hash of all that decides a submission's verdict and graded notebook; rules (marking/mark.py) are apart."""
    digest = hashlib.sha256()
    for piece in (submission.raw or b"-", submission.name, submission.timestamp, str(submission.refused)):
        digest.update(piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace"))
        digest.update(b"\0")
    for name, data in sorted(submission.helpers.items()):
        digest.update(name.encode() + b"\0" + data + b"\0")
    digest.update(stamp(course.root, submission).encode())
    limits = course.limits(submission.student)
    wording = course.skeleton(submission.lesson).wording
    digest.update(f"{course.fingerprint(submission.lesson)} {wording} {limits}".encode())
    return digest.hexdigest()
