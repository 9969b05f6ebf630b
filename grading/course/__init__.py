"""An instructor's course folder: what was handed out, what was handed in."""

from grading.course.folder import Course, load_config
from grading.course.setup import LessonFiles, init
from grading.course.submitted import Submission

__all__ = ["Course", "LessonFiles", "Submission", "init", "load_config"]
