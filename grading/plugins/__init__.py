"""The permanent address of what an nbgrader_config.py names: these names stay, wherever the code behind them moves."""

from grading.lessons.release import ClearCourseSolutions
from grading.marking.nbgrader_steps import Confined, LatePenalties, LayOver, SaveVerdict
from grading.reporting.export import BlackboardExport, CanvasExport, GenericExport, MoodleExport
from grading.reporting.feedback import FeedbackExporter

__all__ = [
    "BlackboardExport",
    "CanvasExport",
    "ClearCourseSolutions",
    "Confined",
    "FeedbackExporter",
    "GenericExport",
    "LatePenalties",
    "LayOver",
    "MoodleExport",
    "SaveVerdict",
]
