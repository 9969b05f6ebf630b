"""Runs of the grader ended by SIGKILL, the driver's or the warm worker's, at named points and at any moment.

    python -m tests.grading.kill --n 50 --seed 1

Every time the same command is given once more, and the gradebook must then hold what an undisturbed run writes: all
tables are compared, rows by what they say, since their keys are random. Nothing of the killed run may be left running.
"""

import argparse
import contextlib
import itertools
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from grading.marking import engine
from grading.marking.journal import Journal
from grading.marking.replay import Writer
from tests.grading import small_course as sc
from tests.grading import small_lesson as small
from tests.grading.conftest import copy

SIZE = 9
POINTS = ("ran", "journalled", "replayed", "noted")  # the moments of a submission that something must survive
DRIVER = """
import os, signal, sys
from grading.marking import engine
from tests.grading import kill
root, point, count, victim = sys.argv[1:]
if point:
    kill.watch(kill.Killing(point, int(count), victim))
print("begins", flush=True)
engine.grade(root, workers=2)
"""


def watch(passed):
    """Call `passed(point)` at each of POINTS in this process: around the methods that stand there."""
    for owner, method, before, after in (
        (Journal, "add_result", "ran", "journalled"),
        (Writer, "replay", None, "replayed"),
        (Journal, "add_replayed", None, "noted"),
    ):
        setattr(owner, method, _around(getattr(owner, method), before, after, passed))


def _around(method, before, after, passed):
    def told(*arguments, **named):
        if before:
            passed(before)
        result = method(*arguments, **named)
        passed(after)
        return result

    return told


class Killing:
    """Hears of every passage of one of POINTS; at the chosen one kills this process or the warm one."""

    def __init__(self, point, count, victim):
        self.point, self.left, self.victim = point, count, victim

    def __call__(self, point):
        self.left -= point == self.point
        if self.left == 0 and point == self.point:
            own = psutil.Process()
            for process in [own] if self.victim == "driver" else own.children():
                process.kill()


@dataclass(frozen=True)
class Blow:
    """One kill: whose process, and at which point (its passage), or some time after the journal has so many lines."""

    victim: str
    point: str = ""
    count: int = 1
    lines: int = 0
    after: float = 0.0  # seconds

    def __str__(self):
        random = f"{self.after * 1000:.0f} ms after line {self.lines}"
        where = f"{self.point}, passage {self.count}" if self.point else random
        return f"{self.victim} {where}"


def blows(n, seed):
    """The first `n` of: each named point for each victim, then moments anywhere in a run."""
    rng = random.Random(seed)
    for i, (point, victim) in enumerate(itertools.product(POINTS, ("driver", "worker"))):
        if i < n:
            yield Blow(victim, point, rng.randrange(1, SIZE - 1))
    for i in range(n - 2 * len(POINTS)):
        yield Blow(("driver", "worker")[i % 2], lines=rng.randrange(2 * SIZE), after=rng.uniform(0, 0.15))


def start(root, blow=None):
    """The grader in a process of its own, up to where it begins to grade."""
    named = blow if blow is not None and blow.point else Blow("", "")
    words = [sys.executable, "-c", DRIVER, str(root), named.point, str(named.count), named.victim]
    run = subprocess.Popen(words, env=sc.quiet(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.readline()
    return run


def strike(root, blow):
    """Start a run and kill it: (exit status, what it complained of, processes it left running)."""
    run, family = start(root, blow), set()
    watched, journal = psutil.Process(run.pid), Path(root) / "journal" / "journal.jsonl"
    while run.poll() is None:
        with contextlib.suppress(psutil.Error):
            family |= set(watched.children(recursive=True))
            if not blow.point and (journal.read_bytes().count(b"\n") if journal.exists() else 0) >= blow.lines:
                time.sleep(blow.after)
                family |= set(watched.children(recursive=True))
                for process in [watched] if blow.victim == "driver" else watched.children():
                    process.kill()
                break
        time.sleep(0.02)
    _, complaint = run.communicate(timeout=300)
    return run.returncode, complaint.decode(), family


def left(family, seconds=10.0):
    """The processes that still run after a moment."""
    _, alive = psutil.wait_procs(list(family), timeout=seconds)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def tables(path):
    """All rows of all tables, random keys replaced by what their row says: {table: sorted rows}."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as book:
        book.row_factory = sqlite3.Row
        names = [row[0] for row in book.execute("select name from sqlite_master where type = 'table'")]
        rows = {name: [dict(row) for row in book.execute(f'select * from "{name}"')] for name in names}
    by_key, known = {}, {}
    for name in sorted(rows):
        for row in rows[name]:
            if isinstance(row.get("id"), str) and len(row["id"]) == 32:
                by_key.setdefault(row["id"], []).append((name, row))

    def said(value):
        if not isinstance(value, str) or value not in by_key:
            return repr(value)
        if value not in known:
            known[value] = "recursion"
            known[value] = str(sorted((name, content(row)) for name, row in by_key[value]))
        return known[value]

    def content(row):
        return str(sorted((column, said(value)) for column, value in row.items() if column != "id"))

    return {
        name: sorted(content(row) + (said(row["id"]) if "id" in row else "") for row in listed)
        for name, listed in rows.items()
    }


def different(one, other):
    """The tables that differ."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


class Proof:
    """A class handed in, graded once without a disturbance, and copied for every blow."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.blank = sc.make(self.folder / "blank").root
        sc.hand_in_class(sc.course.Course(self.blank), SIZE)
        (self.blank / "submitted" / "absent" / small.LESSON).mkdir(parents=True)
        calm = copy(self.blank, self.folder / "calm")
        run = start(calm.root)
        assert run.wait(300) == 0, run.stderr.read().decode()
        self.tables, self.pages = tables(calm.root / "gradebook.db"), sc.pages(calm)

    def of(self, blow, pool):
        """Sentences for what is not as it must be after this blow and one more run."""
        made = copy(self.blank, self.folder / "struck")
        try:
            status, complaint, family = strike(made.root, blow)
            said = [f"{process} still runs" for process in left(family)]
            if blow.victim == "driver" and status not in (-signal.SIGKILL, 0):
                said.append(f"the driver ended with {status}: {complaint[-300:]}")
            if blow.victim == "worker" and status != 0:
                said.append(f"the driver did not survive its worker: {status}: {complaint[-300:]}")
            with Journal(made.root / "journal") as journal:
                done = journal.all_replayed()
            engine.grade(made.root, pool=pool, workers=2)
            if blow.victim == "worker" and len(done) != SIZE + 1:
                said.append(f"the run that lost its worker graded {len(done)} of {SIZE + 1}")
            said += [f"table {name} differs" for name in different(tables(made.root / "gradebook.db"), self.tables)]
            if sc.pages(made) != self.pages:
                said.append("the graded notebooks differ")
            self.done = len(done)
        finally:
            subprocess.run(["rm", "-rf", made.root], check=True)
        return [f"{blow}: {sentence}" for sentence in said]


def run(folder, n, seed, tell=print):
    """Strike `n` times; all sentences. `tell` hears one line for each blow."""
    from grading.confinement.pool import SandboxPool

    proof, wrong = Proof(folder), []
    with SandboxPool(2) as pool:
        for blow in blows(n, seed):
            said = proof.of(blow, pool)
            tell(f"{blow!s:34} {proof.done:2} of {SIZE + 1} were done  {'; '.join(said) or 'equal'}")
            wrong += said
    return wrong


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(folder, options.n, options.seed)
    print(f"{options.n} kills, {len(wrong)} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
