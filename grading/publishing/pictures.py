"""Draw a lesson's picture cells in one clean process: the figure that each cell leaves, saved as PNG if it is new."""

import contextlib
import io
import json
import pickle
import sys
from pathlib import Path

from course_lib.files import write_atomically
from grading.proving.bench import SKIPPED, Bench

DPI = 130


def main():
    """Reads the lesson; argument: as JSON a list of (picture's name, where to save); prints the files written."""
    lesson, written = pickle.loads(sys.stdin.buffer.read()), []
    for name, target in json.loads(sys.argv[1]):
        cell = next(c for c in lesson.cells if c.role == "picture" and c.id == name)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                figure = draw(lesson, cell)
        except Exception as error:
            sys.exit(f"line {cell.line}: the picture '{name}' cannot be drawn: {type(error).__name__}: {error}")
        if save(figure, Path(target)):
            written.append(Path(target).name)
    print(json.dumps(written))


def save(figure, target):
    """Save the figure as PNG unless the file there has the same pixels; returns whether it was written."""
    image = io.BytesIO()
    # no date and no version inside: equal figures are equal files
    figure.savefig(image, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None})
    if _pixels_equal(image.getvalue(), target):
        return False
    write_atomically(target, image.getvalue())
    return True


def _pixels_equal(image, path):
    import numpy as np
    from matplotlib.image import imread

    try:
        return np.array_equal(imread(io.BytesIO(image)), imread(path))
    except (OSError, SyntaxError):  # not there, or no image (a broken PNG is a SyntaxError to Pillow)
        return False


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
            if before.kind == "code" and before.role not in (*SKIPPED, "held", "check", "predict"):
                source = lesson.exercise(before.id).reference if before.role == "solve" else before.source
                bench.run(source, before.line)
        plt.close("all")
        bench.keep_figures = True
        bench.run(cell.source, cell.line)
    numbers = plt.get_fignums()
    if not numbers:
        raise ValueError("the cell makes no figure; end it with one")
    return plt.figure(numbers[-1])
