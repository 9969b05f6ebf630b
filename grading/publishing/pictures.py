"""Draw a lesson's picture cells in one clean process: the figure that each cell leaves, saved as PNG."""

import json
import sys
from pathlib import Path

from grading.files import beside
from grading.lessons.source import read_lesson
from grading.proving.bench import SKIPPED, Bench

DPI = 130


def main():
    """Arguments: the lesson's file, and as JSON a list of (picture's name, where to save, fingerprint to store)."""
    lesson = read_lesson(sys.argv[1])
    for name, target, fingerprint in json.loads(sys.argv[2]):
        cell = next(c for c in lesson.cells if c.role == "picture" and c.id == name)
        try:
            figure = draw(lesson, cell)
        except Exception as error:
            sys.exit(f"line {cell.line}: the picture '{name}' cannot be drawn: {type(error).__name__}: {error}")
        told = {"Software": None, "Source": fingerprint}  # no date and no version inside: equal figures, equal files
        with beside(Path(target)) as half:
            figure.savefig(half, format="png", dpi=DPI, bbox_inches="tight", metadata=told)


def draw(lesson, cell):
    """The figure that the picture cell leaves: the last one made. Cells before it run only if it alone cannot."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.close("all")
    plt.rcdefaults()
    bench = Bench(lesson)
    bench.keep_figures = True
    try:
        bench.run(cell.source, cell.line)
    except NameError:
        bench = Bench(lesson)
        for before in lesson.cells[: cell.index]:
            if before.kind == "code" and before.role not in (*SKIPPED, "check", "predict"):
                source = lesson.exercise(before.id).reference if before.role == "solve" else before.source
                bench.run(source, before.line)
        plt.close("all")
        bench.keep_figures = True
        bench.run(cell.source, cell.line)
    numbers = plt.get_fignums()
    if not numbers:
        raise ValueError("the cell makes no figure; end it with one")
    return plt.figure(numbers[-1])
