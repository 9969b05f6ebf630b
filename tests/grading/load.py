"""Many submissions in a short time on `course watch`, as one command:

    python -m tests.grading.load --n 200 --seconds 60 --kills 2

Generated notebooks of the small lesson arrive in a folder one after the other; a quarter of them are one student's, who
hands in again and again. The command runs in the real sandbox, and may be killed meanwhile and started anew. Counted
is what was lost, what ran twice, how long a hand-in waited for its mark, and what the programs hold of memory.
"""

import argparse
import collections
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from grading.course import Course
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

OFTEN = "often"
KINDS = (sc.RIGHT, {**sc.RIGHT, "tail": "def tail(xs):\n    return [2]"}, {"double": small.ANSWER_DOUBLE}, {})


@dataclass
class Load:
    """What came of it; times in seconds, memory in MB."""

    lost: list = field(default_factory=list)
    ran_twice: int = 0
    not_as_graded: list = field(default_factory=list)  # students whom `course grade` would grade again
    waits: dict = field(default_factory=dict)  # student -> seconds from the last hand-in until its mark was told
    memory: list = field(default_factory=list)  # of the command and its children, over time
    students: int = 0
    arriving: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0

    def __str__(self):
        others = sorted(wait for student, wait in self.waits.items() if student != OFTEN)
        third = max(1, len(self.memory) // 3)
        grown = [statistics.fmean(part or [0]) for part in (self.memory[third : 2 * third], self.memory[-third:])]
        return (
            f"{self.students} students, arriving in {self.arriving:.0f} s, all marked after {self.seconds:.0f} s "
            f"and {self.cpu:.0f} s CPU; "
            f"lost {len(self.lost)}, run twice {self.ran_twice}, other than course grade's {len(self.not_as_graded)}; "
            f"waited: median {statistics.median(others):.1f} s, longest {others[-1]:.1f} s, "
            f"who hands in often {self.waits.get(OFTEN, 0):.1f} s; "
            f"memory {grown[0]:.0f} MB in the middle third, {grown[1]:.0f} MB in the last"
        )


class _Command:
    """`course watch` in a process of its own; hears when each student's mark is there."""

    def __init__(self, root, drop, every):
        words = ["-m", "grading.cli", "watch", str(drop), "--course", str(root), "--json", "--every", str(every)]
        self.process = subprocess.Popen([sys.executable, *words], env=sc.quiet(), stdout=subprocess.PIPE, text=True)
        self.marked = {}
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "student" in told:
                self.marked[told["student"]] = time.monotonic(), told["score"]

    def memory(self):
        """MB of it and its children, shared pages counted once."""
        total = 0
        for one in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]:
            try:
                total += one.memory_full_info().pss
            except psutil.Error:
                continue
        return total / 1e6

    def end(self, *, kill=False):
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(60)
        self.listener.join(10)


def run(folder, n=200, seconds=60.0, kills=0, seed=1, every=0.5, patience=900.0):
    """Let `n` submissions arrive within `seconds`; returns Load."""
    made, drop, rng, load = sc.make(folder / "course"), folder / "drop", random.Random(seed), Load()
    drop.mkdir()
    plain = [small.raw(sc.answered(made, **kind)).decode() for kind in KINDS]
    scores = [6, 3, 2, 0]
    start, spent = time.monotonic(), _spent()
    command, marked, wanted, given = _Command(made.root, drop, every), {}, {}, {}
    moments = sorted(rng.sample(range(1, n), kills))
    for i in range(n):
        student = OFTEN if i % 4 == 3 else f"student{i:04}"
        kind = rng.randrange(len(KINDS))
        text = json.loads(plain[kind])
        text["metadata"]["mine"] = i
        code = next(c for c in text["cells"] if c["id"] == "solve-double")
        code["source"] = "".join(code["source"]) + f"\n# {i}"
        half = drop / f".{student}.part"
        half.write_text(json.dumps(text))
        half.rename(drop / f"{student}_{i + 1 if student != OFTEN else 0}_{i + 1}_x.ipynb")
        wanted[student], given[student] = (scores[kind], i), time.monotonic()
        if i in moments:
            command.end(kill=True)
            marked |= command.marked
            command = _Command(made.root, drop, every)
        load.memory += [command.memory()] if i % 5 == 0 else []
        time.sleep(max(0.0, start + (i + 1) * seconds / n - time.monotonic()))
    load.arriving = time.monotonic() - start
    while time.monotonic() - start < patience and _lost(made, wanted):
        load.memory.append(command.memory())
        time.sleep(0.5)
    command.end()
    marked |= command.marked
    load.seconds, load.students, load.cpu = time.monotonic() - start, len(given), _spent() - spent
    load.waits = {s: at - given[s] for s, (at, _) in marked.items() if at >= given[s]}
    _account(load, Course(made.root), wanted)
    return load


def _spent():
    """Processor seconds of all programs that were started here and have ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def _lost(made, wanted):
    """Students whose mark is not that of their last hand-in; `wanted` is {student: (score, number of the hand-in)}."""
    told = sc.dump(made)
    return [
        student
        for student, (score, number) in wanted.items()
        if told.get((student, small.LESSON), ())[-1:] != (score,) or not _is_of(made, student, number)
    ]


def _is_of(made, student, number):
    """Whether the graded notebook of a student is that of this hand-in: an earlier one may have the same score."""
    graded = made.root / "autograded" / student / small.LESSON / f"{small.LESSON}.ipynb"
    return graded.is_file() and f'# {number}"' in graded.read_text()


def _account(load, made, wanted):
    load.lost = _lost(made, wanted)
    entries = (line[17:] for line in (made.root / "journal" / "journal.jsonl").read_text().splitlines())
    ran = collections.Counter(one["key"] for one in map(json.loads, entries) if one["kind"] == "result")
    load.ran_twice = sum(count - 1 for count in ran.values())
    again = engine.grade(made.root, pool=sc.InProcess(), workers=1).graded
    load.not_as_graded = [one.student for one in again if one.how != "up to date"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--every", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = run(Path(folder), chosen.n, chosen.seconds, chosen.kills, chosen.seed, chosen.every)
    print(load)
    sys.exit(bool(load.lost or load.ran_twice or load.not_as_graded))


if __name__ == "__main__":
    main()
