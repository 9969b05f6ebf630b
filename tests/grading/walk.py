"""README "Teach" walked as a new instructor would, command by command, timed:

    python -m tests.grading.walk --lesson 02 --students 12

The commands are read from README.md as they stand there; only the lesson is put in (release would take them all) and
`~` is a new folder. The class is generated: a third right, a third with one answer missing, a third blank. Each command
is told with its exit status, its seconds by the clock and on the processor; one that fails ends the walk.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil

from grading.lessons.source import read_lessons
from grading.paths import ROOT
from tests.grading import small_course as sc


def commands(readme):
    """The lines of the first code block under "## Teach", without their comments."""
    block = re.search(r"^## Teach\n+```\n(.*?)^```", readme, re.M | re.S)[1]
    return [line.partition("#")[0].strip() for line in block.splitlines()]


def adapted(line, lesson, home):
    """A command of README's as words, for this lesson and this home."""
    words = [word.replace("~", str(home), 1) if word.startswith("~") else word for word in shlex.split(line)]
    words = [lesson if word == "09" else word for word in words]
    return [*words, lesson] if words[1:2] == ["release"] else words


def class_of(folder, lesson, size):
    """Write what Moodle would have given into the course folder: students.csv, downloads/ and the grading worksheet."""
    (path,) = (folder / "release").glob(f"{lesson}_*/{lesson}_*.ipynb")
    (told,) = read_lessons(ROOT / "solutions", [lesson])
    answers = {one.id: one.reference for one in told.exercises}
    points = sum(one.points for one in told.exercises) + sum(one.points for one in told.questions)
    (folder / "downloads").mkdir()
    rows = ["First name,Last name,ID number,Email address"]
    marks = ["Identifier,Full name,Email address,Status,Grade,Maximum Grade"]
    for i in range(size):
        nb = nbformat.read(path, 4)
        known = {} if i % 3 == 2 else dict(list(answers.items())[: len(answers) - i % 3])
        for cell in nb.cells:
            cell.source = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        nb.metadata["mine"] = i
        given = folder / "downloads" / f"Given Family{i}_{500 + i}_assignsubmission_file_"
        given.mkdir()
        nbformat.write(nb, given / path.name)
        rows.append(f"Given,Family{i},N{i},s{i}@uni.example")
        marks.append(f"Participant {500 + i},Given Family{i},s{i}@uni.example,Submitted for grading,,{points:g}")
    for name, lines in {"students.csv": rows, "marks.csv": marks}.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def walk(lesson, size, home):
    """Yield (command, exit status, seconds, processor seconds, last line printed)."""
    here = home
    for line in commands((ROOT / "README.md").read_text(encoding="utf-8")):
        words = adapted(line, lesson, home)
        if words[0] == "source":  # this Python is the environment's already
            continue
        if words[0] == "cd":
            here = Path(words[1])
            class_of(here, lesson, size)
            continue
        runs = [words, [w for w in words if w != "--dry-run"]] if "--dry-run" in words else [words]
        for run in runs:
            start, before = time.perf_counter(), _spent()
            program = [sys.executable, "-m", "grading.cli", *run[1:]]
            done = subprocess.run(program, cwd=here, env=sc.quiet(), capture_output=True, text=True, check=False)
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            yield " ".join(run), done.returncode, time.perf_counter() - start, _spent() - before, "".join(last)


def _spent():
    told = psutil.Process().cpu_times()
    return told.children_user + told.children_system


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lesson", default="02")
    parser.add_argument("--students", type=int, default=12)
    chosen = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for command, status, seconds, spent, last in walk(chosen.lesson, chosen.students, Path(folder)):
            print(f"{seconds:6.1f} s {spent:6.1f} s CPU  exit {status}  {command.replace(folder, '~')}")
            print(f"{'':24}{last[:150].replace(folder, '~')}", flush=True)
            if status and "export" not in command:  # export stops where an essay is unread
                failed = status
                break
    sys.exit(failed)


if __name__ == "__main__":
    main()
