"""Which attempt a student is marked by: the last, or under the rule "best" the one that counts most, lateness and all.

A Work is one student's submission under way. It is settled when the results of all its choices are in the journal.
"""

from dataclasses import dataclass, field

from grading.marking.jobs import dress, refused_result
from grading.marking.mark import verdict_of
from grading.marking.prepare import job_of, lay_over


@dataclass
class Choice:
    """One attempt: as handed in, laid over its lesson, and its job (None where nothing is run)."""

    submission: object
    laid: object
    job: object = None

    @property
    def key(self):
        """The job's key, "" without one."""
        return "" if self.job is None else self.job.key


@dataclass
class Work:
    """One student's submission: `state` stands for all that decides it, `missing` are the keys that still run."""

    student: str
    lesson: str
    state: str
    choices: list
    how: str
    missing: set = field(default_factory=set)


def choices_of(course, submission):
    """The attempts that may count, the last one last: only that one, unless the best counts in its lesson."""
    attempts = [submission]
    if submission.lesson in course.rules.best:
        attempts = [*course.earlier(submission), submission]
    found = []
    for number, one in enumerate(attempts, 1):
        laid = lay_over(course, one)
        if len(attempts) > 1:
            laid.repairs.insert(0, f"attempt {number} of {len(attempts)} counts: the best, or the last of equal ones")
        found.append(Choice(one, laid, job_of(course, one, laid) if laid.outcome == "graded" else None))
    return found


@dataclass
class Dressed:
    """A choice with its result: the verdict under today's rules, and the notebook that shows it."""

    choice: Choice
    result: dict
    verdict: object
    nb: object


def dressed(course, choice, result):
    """The Dressed of a choice; `result` is the journal's, None where nothing was run. Once for each choice."""
    laid, skeleton = choice.laid, course.skeleton(choice.submission.lesson)
    if result is None:
        result = refused_result(laid, course.records(skeleton.lesson), skeleton)
    verdict = verdict_of(result, laid.repairs, course)
    return Dressed(choice, result, verdict, dress(laid.nb, result, verdict, skeleton))


def best(course, writer, choices, result):
    """The Dressed that counts most, of equal ones the last; `result(key)` gives what the journal has."""
    found, most = None, None
    for choice in choices:
        one = dressed(course, choice, result(choice.key) if choice.key else None)
        counts = 0.0 if len(choices) == 1 else writer.would_mark(choice.submission, one.nb, one.verdict).counts
        if found is None or counts >= most:
            found, most = one, counts
    return found
