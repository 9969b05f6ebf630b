"""The boundary around one submission: what nobody foresaw there is told as the grader's fault; the class goes on.

Whatever is done with a single submission is done inside `Boundary.around`. An exception that is no sentence for the
user ends there: its traceback goes into the journal's folder, the submission gets the outcome FAULT, its marks stay as
they were, and the next run tries it again. What concerns the whole class goes through: a CourseError (the disk is full,
no sandbox can be made), Ctrl-C, a pool that was closed. A file of one submission that is damaged ends there too.
"""

import concurrent.futures
import contextlib
import re
import traceback
from dataclasses import dataclass

from course_lib.files import write_atomically
from grading.errors import CourseError

FAULT = "grader fault"


class Damaged(CourseError):
    """What one submission left in the folder cannot be read; a sentence for the user, and nobody else's matter."""


@dataclass(frozen=True)
class Fault:
    """One submission on which the grader failed: `sentence` says what it was doing, and where the traceback lies."""

    student: str
    lesson: str
    sentence: str


class Boundary:
    """Keeps the faults of one run; `folder` is the journal's."""

    def __init__(self, folder):
        self.folder, self.faults = folder, []

    @contextlib.contextmanager
    def around(self, doing, *pairs):
        """Do something (`doing`: "judging") with one submission, or with the equal work of several (student, lesson)s.

        Yields a list that is empty as long as nothing failed; afterwards it holds a Fault for each of the pairs.
        """
        mine = []
        try:
            yield mine
        except Damaged as error:
            mine += [Fault(student, lesson, str(error)) for student, lesson in pairs]
            self.faults += mine
        except (CourseError, concurrent.futures.CancelledError):
            raise
        except Exception as error:
            mine += [self._note(error, doing, student, lesson) for student, lesson in pairs]
            self.faults += mine

    def _note(self, error, doing, student, lesson):
        name = re.sub(r"[^\w.-]", "_", f"{student}-{lesson}")[:150]
        path = self.folder / "faults" / f"{name}.txt"
        write_atomically(path, f"{student} {lesson}: {doing}\n\n" + "".join(traceback.format_exception(error)))
        sentence = f"The grader failed when {doing} ({type(error).__name__}); that is no fault of the student's. "
        sentence += f"The traceback is in {self.folder.name}/faults/{path.name}."
        return Fault(student, lesson, sentence)

    def finish(self):
        """Once all that could be done is done: a CourseError that names every fault, so that none is overlooked."""
        if self.faults:
            told = " ".join(f"{one.student} {one.lesson}: {one.sentence}" for one in self.faults[:20])
            more = f" And {len(self.faults) - 20} more." if len(self.faults) > 20 else ""
            raise CourseError(f"All but {len(self.faults)} of the submissions were done. {told}{more}")
