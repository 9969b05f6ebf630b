"""The practice runs of a lesson, with the answers filled in: `python -m tests.solutions.practice 06`.

A learner reaches them with the answers written; nothing else runs them, for the grader and `course certify` pass over
them. All cells of the lesson run in order, in the size a learner meets; each practice run is timed, failures are shown.
"""

import argparse
import functools
import os
import sys
import time
import traceback
from contextlib import ExitStack
from unittest import mock

from grading.lessons.source import read_lesson
from grading.proving.bench import SKIPPED, Bench
from tests.solutions.reference import SOLUTIONS

SECONDS = 60  # of processor time; a practice run is to finish within them on two cores
LONG = 2 * SECONDS


class Nobody:
    """The sink of checks that nobody judges."""

    def seen(self, seen):
        """Nothing is kept."""

    def closed(self, check, part):
        """Nothing to close."""

    def forbid(self, check):
        """Nothing is forbidden to the reference answers."""
        return []


def practice(lesson, *, figures=True, tell=print):
    """Run the lesson's cells; [(id, seconds of processor time, what failed or "")] of its practice runs, in order.

    The cells of the lecture's figures run too, as for a learner, but not without `figures`. Any other cell that fails
    raises what it raised.
    """
    from course_lib import checks

    bench, found = Bench(lesson), []
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {"MPLBACKEND": "Agg"}))
        os.environ.pop("COURSE_MODE", None)
        stack.enter_context(mock.patch.object(checks, "yours", functools.partial(_answer, bench)))
        stack.enter_context(checks.use_sink(Nobody()))
        for cell in lesson.cells:
            wanted = cell.role not in SKIPPED or cell.role == "practice" or (figures and cell.role == "figure")
            if cell.kind != "code" or cell.role == "held" or not wanted:
                continue
            began, why = time.process_time(), ""
            try:
                bench.run(_source(lesson, cell), cell.line)
            except Exception:
                if cell.role != "practice":
                    raise
                why = traceback.format_exc(limit=-3)
            if cell.role == "practice":
                found.append((cell.id, time.process_time() - began, why))
                tell(_line(*found[-1]), flush=True)
    return found


def _source(lesson, cell):
    """The cell as it runs: an exercise's answer, the visible part of a check, anything else as it stands."""
    if cell.role == "solve":
        return lesson.exercise(cell.id).reference
    if cell.role in ("check", "predict"):
        return next(c for c in lesson.checks if c.cell is cell).visible
    return cell.source


def _answer(bench, id, *, else_):
    """What `yours` gives here: the answer that stands under the exercise's name, or the first of its names."""
    names = (id, *bench.lesson.exercise(id).names)
    return next((bench.names[name] for name in names if bench.names.get(name) is not None), else_)


def _line(id, seconds, why):
    state = "fails" if why else "too long" if seconds > LONG else "well"
    return f"{id:<26} {seconds:7.1f} s  {state}" + (f"\n{why}" if why else "")


def main(argv=None):
    """The command: 1 when a practice run fails or takes longer than two cores may in a minute."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lesson", help="its number, such as 06")
    parser.add_argument("--no-figures", action="store_true", help="pass over the cells of the lecture's figures")
    asked = parser.parse_args(argv)
    path = next(iter(SOLUTIONS.glob(f"{asked.lesson}_*.py")), None)
    if path is None:
        parser.error(f"there is no lesson {asked.lesson}; give a number such as 06")
    found = practice(read_lesson(path), figures=not asked.no_figures)
    print(f"{len(found)} practice runs, {sum(seconds for _, seconds, _ in found):.1f} s of processor time")
    return int(any(why or seconds > LONG for _, seconds, why in found))


if __name__ == "__main__":
    sys.exit(main())
