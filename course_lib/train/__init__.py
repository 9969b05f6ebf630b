"""Training a network: the loop, what it measures, when it stops; checkpoints and search stand beside it."""

from course_lib.train.loop import EarlyStopping, History, accuracy, evaluate, fit, progress, score

__all__ = ["EarlyStopping", "History", "accuracy", "evaluate", "fit", "progress", "score"]
