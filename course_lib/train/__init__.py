"""Training a network: the loop, what it measures, when it stops; checkpoints and search stand beside it."""

from course_lib.autograd.keywords import named_functions
from course_lib.train.loop import EarlyStopping, History, accuracy, evaluate, fit, progress, score
from course_lib.train.runs import mean_and_error, plus_minus

__all__ = [
    "EarlyStopping",
    "History",
    "accuracy",
    "evaluate",
    "fit",
    "mean_and_error",
    "plus_minus",
    "progress",
    "score",
]

named_functions(globals())
