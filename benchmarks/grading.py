"""Grading throughput: `course grade` with 1 and 2 workers against `nbgrader autograde`, on the same submissions.

Then the same on a Dask cluster of two workers on this machine, against two workers without Dask.

    python benchmarks/grading.py [--submissions 120] [--stock 5] [--json FILE]
    python benchmarks/grading.py --class 1000        # how time and memory grow up to a class of so many
    python benchmarks/grading.py --class 3000 --lesson 01        # the same with a lesson that runs quickly
    python benchmarks/grading.py --floor             # processor time of a submission beside what no grader can spare

Every submission differs, so nothing is answered from the journal. Both are timed as the commands an instructor types,
from the start of Python to the end of the process. A class is graded, fed back, reported and exported.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LESSONS = {"01": "01_perceptron", "09": "09_convolution_arithmetic"}  # those with sample submissions
LESSON = LESSONS["09"]
KINDS = ("csv", "canvas", "moodle")
STUDENTS = ("ada", "bruno", "dana", "emil", "fatima", "goran")


def prepare(folder, count):
    """A course folder with `count` different submissions of the lesson."""
    from grading import course
    from grading.publishing.course_parts import lesson_parts
    from grading.publishing.sample_class import DEMO

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


# Linux counts the memory of whoever starts a process as that process's own peak: so a small one starts it.
SMALL = """import pathlib, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)"""


def course(*words):
    """Run `course` with these words; (seconds, peak bytes of its largest process, what it printed)."""
    command = [sys.executable, "-m", "grading.cli", *map(str, words)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as peak:
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-S", "-c", SMALL, peak.name, *command], env=env, stdout=said)
        seconds = time.perf_counter() - start
        said.seek(0)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
        return seconds, int(Path(peak.name).read_text()) << 10, said.read().decode()


def graded(folder, workers):
    """(seconds, peak bytes, submissions) of `course grade`; every one must have been run."""
    seconds, peak, said = course("grade", LESSON[:2], "--course", folder, "--workers", workers, "--json")
    told = json.loads(said)
    failed = [one for one in told["submissions"] if one["outcome"] != "graded" or one["verdict"]["ended"] != "finished"]
    assert not failed, f"{len(failed)} were not graded to the end"
    assert told["counts"]["ran"] == len(told["submissions"]), "something came from the journal"
    return seconds, peak, len(told["submissions"])


def grow(largest, scratch, workers):
    """Grade, feed back, report and export a hundredth of a class, a tenth, and the class of `largest`; prints time and
    memory of each."""
    sizes = sorted({max(1, largest // 100), max(1, largest // 10), largest})
    names = ("grade", "feedback", "report", *KINDS)
    print("Each step is a process of its own: seconds, and MB at its peak.")
    print("submissions  each, once started  " + "  ".join(f"{name:>14}" for name in names), flush=True)
    graded(prepare(scratch / "warm", 2).root, workers)  # the disk is warm from here on
    rows = []
    for size in sizes:
        made = prepare(scratch / f"class{size}", size)
        steps = {"grade": graded(made.root, workers)}
        assert steps["grade"][2] == size
        steps |= {word: course(word, "--course", made.root) for word in ("feedback", "report")}
        steps |= {
            kind: course("export", kind, "--as-is", "--course", made.root, "--to", scratch / f"{kind}.csv")
            for kind in KINDS
        }
        marks = (scratch / "csv.csv").read_text().strip().split("\n")
        assert len(marks) == size + 1, f"{len(marks) - 1} of {size} students in the export"
        pages = list(made.root.glob(f"feedback/*/{LESSON}/*.html"))
        assert len(pages) == size, f"{len(pages)} of {size} pages of feedback"
        rows.append({"submissions": size})
        rows[-1] |= {f"{name}_s": step[0] for name, step in steps.items()}
        rows[-1] |= {f"{name}_bytes": step[1] for name, step in steps.items()}
        more = size - sizes[0]  # beyond the smallest class, whose time is mostly the start
        each = f"{(steps['grade'][0] - rows[0]['grade_s']) / more:.3f} s" if more else "-"
        told = [f"{step[0]:7.1f} s {step[1] / 1e6:4.0f}" for step in steps.values()]
        print(f"{size:11} {each:>18}  " + "  ".join(f"{one:>14}" for one in told), flush=True)
        shutil.rmtree(made.root)
    last, first = rows[-1], rows[0]
    whole = sum(last[f"{name}_s"] for name in names)
    grown = {name: last[f"{name}_bytes"] / first[f"{name}_bytes"] for name in names}
    most = max(grown, key=grown.get)
    print(f"{largest} graded, fed back, reported and exported in {whole:.0f} s.")
    print(f"Memory against the class of {sizes[0]}: at most {grown[most]:.2f} times as much, in {most}.")
    return rows


def ours(folder, workers, dask=None):
    """(seconds until the first result, seconds in all, submissions); `dask` is an address such as local:2."""
    from grading.confinement import cluster
    from grading.marking import engine

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
            "name": f"grading on Dask, lesson {LESSON[:2]}, once warm",
            "threads": 2,
            "ours_s": warm["with"],
            "theirs": "course grade, 2 workers",
            "theirs_s": warm["without"],
            "ratio": warm["without"] / warm["with"],
        }
    )


# Runs inside the sandbox in the place of the cells: how long the answers and the checks that call them take, bare.
BARE = """import json, time
names, spent = {"__name__": "__main__"}, 0.0
for counts, source in CELLS:
    try:
        code, start = compile(source, "ipykernel_bare", "exec"), time.thread_time()
        exec(code, names)
    except Exception:
        pass
    spent += counts * (time.thread_time() - start)
print(json.dumps(spent))"""


def bare(job):
    """The job of the same cells executed by nothing but Python; those of the lesson are not counted."""
    from grading.confinement.job import Step

    cells = [(bool(s.check) or not s.bare, s.source) for s in (*job.steps, *job.hidden)]
    return replace(job, steps=(Step("bare", f"CELLS = {cells!r}\n{BARE}"),), hidden=())


def floor(made, workers=1):
    """Prints the processor time of a submission in the worker and in the driver, and its floor."""
    from grading.confinement.pool import SandboxPool
    from grading.marking import engine
    from grading.marking.prepare import job_of, lay_over

    spent, marks = [], []
    tell = lambda *told: (spent.append(told[2].cpu), marks.append(time.process_time()))  # noqa: E731
    engine.grade(made.root, workers=workers, tell=tell)
    driver, worker = (marks[-1] - marks[0]) / (len(marks) - 1), statistics.mean(spent)
    submissions = [made.submission(student, LESSON) for student in made.students(LESSON)]
    with SandboxPool(workers) as pool:
        runs = list(pool.map([bare(job_of(made, one, lay_over(made, one))) for one in submissions]))
    least = statistics.mean(float(run.cells["bare"].outputs[-1]["text"].split()[-1]) for run in runs)
    told = f"{worker * 1e3:.0f} ms in the worker and {driver * 1e3:.0f} ms in the driver"
    print(f"processor time of a submission: {told}, {len(spent)} submissions with {workers} worker")
    print(f"its answers and the checks that call them, executed bare: {least * 1e3:.0f} ms, the floor")
    print(f"{(worker + driver) / least:.1f} times the floor; the keeper's and the forks' time stand beside both")


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


def compare(options, scratch, rows):
    """One run of both graders, then of ours on Dask."""
    made = prepare(scratch / "blank", max(options.submissions, options.stock + 1))
    graded(prepare(scratch / "warm", 2).root, 2)  # the disk is warm from here on, and all is compiled, as for stock
    _, many = stock(copy(made, scratch / "stock"), options.stock)
    theirs = many / options.stock
    print(f"nbgrader autograde   {theirs:6.2f} s per submission (its start included: once for {options.stock})")
    for workers in (1, 2):
        total, peak, count = graded(copy(made, scratch / f"ours{workers}"), workers)
        each = total / count
        told = f"course grade         {each:6.3f} s per submission, {count} with {workers} workers in {total:.1f} s"
        print(f"{told}: {theirs / each:.1f} times as fast; memory {peak / 1e6:.0f} MB", flush=True)
        rows.append(
            {
                "name": f"grading, lesson {LESSON[:2]}",
                "threads": workers,
                "ours_s": each,
                "theirs": "nbgrader autograde",
                "theirs_s": theirs,
                "ratio": theirs / each,
            }
        )
    if not options.no_dask:
        against_local(made, scratch, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=120)
    parser.add_argument("--stock", type=int, default=5, help="submissions given to nbgrader autograde")
    parser.add_argument("--class", type=int, dest="largest", metavar="N", help="grow a class to N instead")
    parser.add_argument("--workers", type=int, default=2, help="with --class")
    parser.add_argument("--floor", action="store_true", help="processor time beside its floor instead")
    parser.add_argument("--no-dask", action="store_true", help="leave Dask out")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--lesson", choices=LESSONS, default="09")
    options = parser.parse_args()
    global LESSON
    LESSON = LESSONS[options.lesson]
    rows = []
    with tempfile.TemporaryDirectory(prefix="grading-bench-") as scratch:
        scratch = Path(scratch)
        if options.floor:
            floor(prepare(scratch / "class", options.submissions))
        elif options.largest:
            rows = grow(options.largest, scratch, options.workers)
        else:
            compare(options, scratch, rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
