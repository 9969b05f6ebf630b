"""`grading.feedback`, as configurations made earlier say; today's address is `grading.plugins`."""

from grading.plugins import FeedbackExporter

__all__ = ["FeedbackExporter"]
