"""Draw one picture cell in a clean process: `main` runs the lesson's cells before it, then saves the figure as PNG."""

import sys
from pathlib import Path

from grading.source import read_lesson
from grading.trials import SKIPPED, Bench

DPI = 130


def main():
    """Arguments: the lesson's file, the picture's name, where to save, the fingerprint to store inside."""
    path, name, target, fingerprint = sys.argv[1:5]
    lesson = read_lesson(path)
    cell = next(c for c in lesson.cells if c.role == "picture" and c.id == name)
    figure = draw(lesson, cell)
    partial = Path(target).with_suffix(".part.png")
    # no date and no version inside: equal figures are equal files
    figure.savefig(partial, dpi=DPI, bbox_inches="tight", metadata={"Software": None, "Source": fingerprint})
    partial.rename(target)


def draw(lesson, cell):
    """The figure that the picture cell leaves: the last one made. Cells before it run only if it alone cannot."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

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
        raise SystemExit("the cell makes no figure; end it with one")
    return plt.figure(numbers[-1])
