"""Grading throughput: `course grade` with 1 and 2 workers against `nbgrader autograde`, on the same submissions.

Then the same on a Dask cluster of two workers on this machine, against two workers without Dask.

    python benchmarks/grading.py [--submissions 40] [--stock 6] [--json FILE]

Every submission differs, so nothing is answered from the journal. Times include everything from reading the file to the
gradebook's commit; the start (imports, warm worker) is told apart.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LESSON = "09_convolution_arithmetic"
STUDENTS = ("ada", "bruno", "dana", "emil", "fatima", "goran")


def prepare(folder, count):
    """A course folder with `count` different submissions of lesson 09."""
    from grading import course
    from grading.parts import lesson_parts
    from grading.sample_class import DEMO

    made = course.init(folder, lesson_parts([LESSON[:2]]))
    for i in range(count):
        nb = json.loads((DEMO / STUDENTS[i % len(STUDENTS)] / f"{LESSON}.ipynb").read_text())
        for cell in nb["cells"]:
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = "".join(cell["source"]) + f"\n# {i}"
        target = made.root / "submitted" / f"student{i:04d}" / LESSON
        target.mkdir(parents=True)
        (target / f"{LESSON}.ipynb").write_text(json.dumps(nb))
    return made


def copy(made, to):
    """The ungraded folder again."""
    shutil.copytree(made.root, to)
    config = to / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(made.root), str(to)))
    return to


def ours(folder, workers, dask=None):
    """(seconds until the first result, seconds in all, submissions); `dask` is an address such as local:2."""
    from grading import cluster, engine

    first = []
    start = time.perf_counter()
    with cluster.connect(dask) if dask else contextlib.nullcontext() as pool:
        tell = lambda *_: first or first.append(time.perf_counter())  # noqa: E731
        summary = engine.grade(folder, workers=workers, pool=pool, tell=tell)
        end = time.perf_counter()
    assert summary.count("ran") == len(summary.graded), "something came from the journal"
    return first[0] - start, end - start, len(summary.graded)


def against_local(made, scratch, rows):
    """What Dask costs: two of its workers on this machine against two of our own, once warm; the better of 2 turns."""
    warm, first, ways = {}, {}, {"without": (2, None), "with": (None, "local:2")}
    for turn in range(2):
        for name, way in ways.items():
            begun, total, count = ours(copy(made, scratch / f"{name}{turn}"), *way)
            warm[name] = min(warm.get(name, total), (total - begun) / (count - 1))
            first[name] = min(first.get(name, total), begun)
    over = warm["with"] / warm["without"] - 1
    told = f"Dask local:2         {warm['with']:6.3f} s per submission once warm, {warm['without']:.3f} without Dask"
    print(f"{told}: overhead {over:+.0%}; first after {first['with']:.1f} s, {first['without']:.1f} without")
    rows.append(
        {
            "name": "grading on Dask, lesson 09, once warm",
            "threads": 2,
            "ours_s": warm["with"],
            "theirs": "course grade, 2 workers",
            "theirs_s": warm["without"],
            "ratio": warm["without"] / warm["with"],
        }
    )


def stock(folder, count):
    """Seconds of `nbgrader autograde` for one submission, which also warms the disk, and for `count` others."""
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("COURSE_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    env |= {"COURSE_HIDDEN": str(folder / "hidden"), "COURSE_MODE": "grade", "OMP_NUM_THREADS": "1"}
    names = sorted(p.name for p in (folder / "submitted").iterdir())

    def run(*which):
        for name in names:
            if name not in which:
                shutil.move(folder / "submitted" / name, folder / name)
        start = time.perf_counter()
        command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
        subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
        seconds = time.perf_counter() - start
        for name in names:
            if (folder / name).exists():
                shutil.move(folder / name, folder / "submitted" / name)
        return seconds

    one = run(names[0])
    return one, run(*names[1 : count + 1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--stock", type=int, default=6, help="submissions given to nbgrader autograde")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="grading-bench-") as scratch:
        scratch = Path(scratch)
        made = prepare(scratch / "blank", max(options.submissions, options.stock + 1))
        _, many = stock(copy(made, scratch / "stock"), options.stock)
        theirs = many / options.stock
        print(f"nbgrader autograde   {theirs:6.2f} s per submission (its start included: once for {options.stock})")
        for workers in (1, 2):
            start, total, count = ours(copy(made, scratch / f"ours{workers}"), workers)
            each = total / count
            told = f"course grade         {each:6.2f} s per submission, {count} with {workers} workers"
            print(f"{told}, first after {start:.1f} s: {theirs / each:.1f} times as fast", flush=True)
            rows.append(
                {
                    "name": "grading, lesson 09",
                    "threads": workers,
                    "ours_s": each,
                    "theirs": "nbgrader autograde",
                    "theirs_s": theirs,
                    "ratio": theirs / each,
                }
            )
        against_local(made, scratch, rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
