"""The course's steps in nbgrader's autograde, named in nbgrader_config.py: they stand where nbgrader would clean, run
and score a notebook, whether it was started by `course grade`, formgrader's button, the API or `nbgrader autograde`.

`course grade` has the results already and passes an open gradebook along; started any other way, each step finds the
course folder itself, and a result that the journal does not hold is computed in the sandbox.
"""

import os
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades

from grading.course.folder import Course
from grading.course.times import read_time
from grading.errors import CourseError
from grading.marking.prepare import lay_over
from grading.marking.scores import auto_score, reason
from grading.marking.single import grade_one


def course_of(resources):
    """The course folder a step works in: the one whose gradebook nbgrader was given."""
    url = resources["nbgrader"]["db_url"]
    root = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else Path(os.getcwd())
    return Course(root)


class LayOver(NbGraderPreprocessor):
    """Stands for nbgrader's sanitising: lays the submission over the lesson's skeleton (grading/marking/overlay.py)."""

    def preprocess(self, nb, resources):
        course = course_of(resources)
        names = resources["nbgrader"]
        submission = course.submission(names["student"], names["assignment"])
        return lay_over(course, submission).nb, resources


class Confined(NbGraderPreprocessor):
    """Stands for Execute: outputs and verdict from the journal, or from the sandbox; never a kernel."""

    def preprocess(self, nb, resources):
        if "course" in resources:
            return nb, resources
        names = resources["nbgrader"]
        course = course_of(resources)
        _complete_rows(names)
        nb, verdict = grade_one(course, names["student"], names["assignment"])
        resources["course_verdict"] = verdict
        return nb, resources


def _complete_rows(names):
    """The rows of a submission's notebook, where an extension was given before anything was handed in."""
    with Gradebook(names["db_url"]) as book:
        submission = book.find_submission(names["assignment"], names["student"])
        if submission.notebooks:
            return
        extension, timestamp = submission.extension, submission.timestamp
        book.db.delete(submission)
        book.db.commit()
        made = book.add_submission(names["assignment"], names["student"])
        made.extension, made.timestamp = extension, timestamp
        book.db.commit()


class SaveVerdict(SaveAutoGrades):
    """Scores and reasons from the judge's verdict; manual scores and comments stay. No output is read."""

    def preprocess(self, nb, resources):
        if "course" in resources:
            resources["course"].writer.save_scores(nb, resources["course"])
            return nb, resources
        if "course_verdict" not in resources:
            raise CourseError("SaveVerdict needs Confined before it; put back the course's autograde_preprocessors.")
        self.verdict = resources["course_verdict"]
        return super().preprocess(nb, resources)

    def _add_score(self, cell, resources):
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        before = grade.auto_score
        grade.auto_score = auto_score(cell, self.verdict)
        if grade.manual_score is None:
            grade.needs_manual_grade = grade.auto_score is None
        else:
            grade.needs_manual_grade = grade.needs_manual_grade or before != grade.auto_score
        self.gradebook.db.commit()

    def _add_comment(self, cell, resources):
        comment = self.gradebook.find_comment(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        comment.auto_comment = reason(cell, self.verdict)
        self.gradebook.db.commit()


def _set_time(resources):
    """Put the time that the course reads in timestamp.txt where nbgrader's own reading of it stands."""
    names, course = resources["nbgrader"], course_of(resources)
    student, lesson = names["student"], names["assignment"]
    where = course.root / "submitted" / student / lesson / "timestamp.txt"
    when = read_time(course.submission(student, lesson).timestamp, where)
    with Gradebook(names["db_url"]) as book:
        submission = book.find_submission(lesson, student)
        if submission.timestamp != when:
            submission.timestamp = when
            book.db.commit()


class LatePenalties(AssignLatePenalties):
    """nbgrader's late penalties, on the gradebook that is open already."""

    def preprocess(self, nb, resources):
        course = resources.get("course")
        if course is None:
            _set_time(resources)
            return super().preprocess(nb, resources)
        penalty = None
        if course.mark.late > 0:
            self.init_plugin()
            penalty = self.plugin_inst.late_submission_penalty(
                resources["nbgrader"]["student"], course.score, course.mark.late
            )
            penalty = None if penalty is None else self._check_late_penalty(course, penalty)
        course.writer.save_penalty(penalty, course)
        return nb, resources
