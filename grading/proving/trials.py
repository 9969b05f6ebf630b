"""Run a lesson as the grader would, in a clean warm process, with other answers put in place of the reference.

This is the asking side; what the process does is `trial_process.py`. No kernel, no notebook. What runs here is
the authors' own code.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading.errors import CourseError
from grading.proving.bench import clean_environment

CPU_SECONDS = 20  # of one trial; a wrong answer that loops is rejected after it


@dataclass(frozen=True)
class Trial:
    """Another answer for an exercise: `source` stands in place of its solve cell.

    `rewrite` asks for the same sums computed in another way, see `grading/proving/margins.py`, or for results spoiled
    as `grading/proving/spoiled.py` does.
    """

    exercise: str
    name: str
    source: str
    rewrite: str = ""


@dataclass
class Outcome:
    """What the checks of one trial saw, per (check id, part), and the source line of every observation."""

    seen: dict = field(default_factory=dict)  # (check, part) -> [Seen]
    lines: dict = field(default_factory=dict)  # (check, part) -> [line of the lesson's file]
    ended: str = "finished"  # or "cpu limit", "died"
    spoiled: int = 0  # results that were spoiled on purpose, see spoiled.py
    held: dict = field(default_factory=dict)  # exercise -> {name: tree} of its held cell; the reference's only
    caught: "Outcome | None" = None  # the same answer with its exceptions caught, when it raised

    def part(self, check, part):
        """The observations of one part of one check, in order; [] when it did not run."""
        return self.seen.get((check, part), [])


def run_trials(lesson, trials=(), *, jobs=None, env=None, only=None):
    """Run the reference and every trial: (reference Outcome, {trial: Outcome}).

    `only` limits the run to some exercises; `env` adds environment variables to the clean process (which BLAS kernel,
    how many threads). CourseError when a cell of the lesson itself fails, with its line.
    """
    request = {
        "lesson": lesson,
        "trials": [(t.exercise, t.name, t.source, t.rewrite) for t in trials],
        "jobs": jobs or os.cpu_count() or 1,
        "cpu": CPU_SECONDS,
        "only": sorted(only) if only is not None else None,
    }
    with tempfile.TemporaryDirectory(prefix="course-trials-") as folder:
        code = "from grading.proving.trial_process import main; main()"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, folder],
            input=pickle.dumps(request),
            capture_output=True,
            env=clean_environment(env),
            cwd=folder,
        )
        answer = Path(folder) / "answer.pickle"
        if done.returncode or not answer.exists():
            tail = done.stderr.decode(errors="replace").strip().split("\n")[-1]
            raise CourseError(f"{lesson.path.name}: the lesson's process ended ({done.returncode}): {tail[:300]}")
        result = pickle.loads(answer.read_bytes())
    if "error" in result:
        raise CourseError(result["error"])
    return result["reference"], dict(zip(trials, result["outcomes"], strict=True))


def shifted(seen, start):
    """Hidden observations with the positions the record has: they count on from the visible ones."""
    return [replace(s, position=s.position + start) for s in seen]
