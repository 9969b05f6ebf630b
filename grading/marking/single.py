"""One submission at a time, as nbgrader's own autograde asks for it: from the journal, else from a warm sandbox."""

import atexit
import functools

from grading.confinement.pool import SandboxPool
from grading.marking.jobs import dress, refused_result
from grading.marking.journal import Journal
from grading.marking.mark import verdict_of
from grading.marking.observed import Observed
from grading.marking.prepare import job_of, lay_over
from grading.marking.reruns import Judging


@functools.cache
def warm_pool():
    """A sandbox for nbgrader's own autograde, which comes one submission at a time: warm until this process ends."""
    pool = SandboxPool(1)
    atexit.register(pool.close)
    return pool


def grade_one(course, student, lesson, pool=None):
    """One submission's dressed notebook and verdict, from the journal or the sandbox; the gradebook is not written.

    What nbgrader's own autograde asks for through grading/marking/nbgrader_steps.py.
    """
    submission = course.submission(student, lesson)
    laid = lay_over(course, submission)
    skeleton, records = course.skeleton(lesson), course.records(lesson)
    if laid.outcome != "graded":
        result = refused_result(laid, records, skeleton)
    else:
        job = job_of(course, submission, laid)
        with Journal(course.root / "journal", exclusive=False) as journal:
            result = journal.result(job.key)
        if result is None or result.get("unconfined"):
            with Journal(course.root / "journal") as journal:
                result, _, observed = Judging(pool or warm_pool(), records, skeleton).watch([job]).result()
                Observed(course.root).write(job.key, observed)
                journal.add_result(job.key, result)
    verdict = verdict_of(result, laid.repairs, course)
    return dress(laid.nb, result, verdict, skeleton), verdict
