"""`grading.export`, as configurations made earlier say; today's address is `grading.plugins`."""

from grading.plugins import CanvasExport, GenericExport, MoodleExport

__all__ = ["CanvasExport", "GenericExport", "MoodleExport"]
