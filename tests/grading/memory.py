"""Whether `course watch` holds more and more memory the longer it runs, as one command:

    python -m tests.grading.memory --n 1500

Generated hand-ins of the small lesson go through one running watch, each student handing in several times. Honest code
runs in this process, without the sandbox, so what grows is the grader's own. Printed is what the process holds after
every 100 hand-ins, each with a changed rules.toml, and the slope: a line through what came after the first third.
The first thousand still fill the caches for answers' cells (1 000 entries, some 9 KB each); what grows after is a leak.
"""

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from grading.marking.watch import Watch
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

KINDS = (sc.RIGHT, {**sc.RIGHT, "tail": "def tail(xs):\n    return [2]"}, {"double": small.ANSWER_DOUBLE}, {})
TURN = 50  # hand-ins between two looks at the folder


class _Counting(sc.InProcess):
    """A pool that counts its jobs and keeps none."""

    def submit(self, job):
        future = super().submit(job)
        self.ran.clear()
        return future


def run(folder, n=1500, students=150, seconds=80.0, tell=print):
    """([(hand-ins so far, MB)] of one watch, how many were graded); ends after `seconds`."""
    made, drop = sc.make(folder / "course"), folder / "drop"
    drop.mkdir()
    plain = [small.raw(sc.answered(made, **kind)).decode() for kind in KINDS]
    watch = Watch(made.root, drop, workers=1, pool=_Counting())
    process, start, held, graded = psutil.Process(), time.monotonic(), [], 0
    for i in range(n):
        text = json.loads(plain[i % len(KINDS)])
        code = next(c for c in text["cells"] if c["id"] == "solve-double")
        code["source"] = "".join(code["source"]) + f"\n# {i}"
        (drop / f"student{i % students:04}_{i % students + 1}_{i + 1}_x.ipynb").write_text(json.dumps(text))
        if (i + 1) % TURN == 0:
            graded += _turns(watch)
        if (i + 1) % 100 == 0:
            gc.collect()
            held.append((i + 1, process.memory_info().rss / 1e6))
            tell(f"{i + 1:5} hand-ins, {graded:5} graded: {held[-1][1]:6.1f} MB")
            (made.root / "rules.toml").write_text(f"# {i}\n")  # a decision: the watch opens the folder anew
            for old in drop.iterdir():
                old.unlink()
            if time.monotonic() - start > seconds:
                break
    return held, graded


def _turns(watch):
    """Let the watch look until nothing waits; how many it graded."""
    count = 0
    while True:
        one = watch.round()
        assert not one.told, one.told
        count += len(one.graded)
        if one.idle:
            return count


def slope(held):
    """MB for 1 000 hand-ins: the line through all but the first third; 0.0 of fewer than three points."""
    later = held[len(held) // 3 :]
    if len(later) < 3:
        return 0.0
    counts, sizes = np.array(later).T
    return float(1000 * np.polyfit(counts, sizes, 1)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=1500)
    parser.add_argument("--students", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=80.0)
    parser.add_argument("--most", type=float, default=5.0, help="MB for 1 000 hand-ins that are no leak")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.fsync = lambda file: None  # what is measured is memory, not a disk
        held, graded = run(Path(folder), chosen.n, chosen.students, chosen.seconds)
    grown = slope(held)
    print(f"{graded} graded; {grown:+.2f} MB for 1 000 hand-ins")
    sys.exit(grown > chosen.most)


if __name__ == "__main__":
    main()
