"""An instructor's course folder: what was handed out, what was handed in."""

from grading.course.folder import Course, Part, Submission, init, load_config, write_atomically

__all__ = ["Course", "Part", "Submission", "init", "load_config", "write_atomically"]
