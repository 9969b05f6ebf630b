"""A small course whose hidden values can be searched for anywhere, notebooks to attack it with, a pool that watches.

Every attack is a notebook between whose cells something hostile or broken stands; its control is the same notebook
without it. Both are handed in and graded as one class, the control right after its attack in the same warm process.
"""

import base64
import itertools
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell

from course_lib.evidence.compare import Record, save_record
from grading import course
from grading.confinement.job import MB, Limits
from grading.confinement.pool import SandboxPool
from tests.grading import attacks
from tests.grading import small_course as sc
from tests.grading import small_lesson as small

FIRST, SECOND = "canary-7f3a", "91c2-of-the-class"
TOKEN = FIRST + SECOND  # stands in the hidden cells and in one student's work; attacks look for its joined halves
DOUBLE, TAIL, REST = 48151623, 77665544, 33221100  # the hidden inputs, and with the next line the hidden results
HIDDEN_NUMBERS = (DOUBLE, 2 * DOUBLE, TAIL, REST)
VICTIM = "a-victim"
LOW = Limits(cpu=6, cell_cpu=1, wall=24, cell_wall=3, memory=1500 * MB, disk=32 * MB, inodes=500, processes=24,
             files=64, file_size=16 * MB, cell_output=50_000, output=4 * MB, seen=1 * MB)  # fmt: skip


def forms(number):
    """How a number may be written, also by someone who wants it not to be found."""
    text = str(number)
    encoded = [base64.b64encode(text.encode()).decode().rstrip("="), text.encode().hex(), text[::-1]]
    return [text, f"{number:_}", f"{number:,}", f"{number:x}", f"{number:o}", f"{number:b}", *encoded]


LOOT = [TOKEN, *(form for number in HIDDEN_NUMBERS for form in forms(number))]


def lesson_files():
    """The small lesson with the hidden values above and the token in each hidden cell."""
    nb = small.notebook(True)
    for cell in nb.cells:
        mark = "### BEGIN HIDDEN TESTS\n"
        cell.source = cell.source.replace(mark, f'{mark}    note = "HIDDEN:{TOKEN}"\n')
        cell.source = cell.source.replace("double(1000)", f"double({DOUBLE})").replace("[9]", f"[{TAIL}, {REST}]")
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.metadata["course"] = {"stub": cell.source}
    checks = small.records()["hidden"].checks
    for name, value in (("double", 2 * DOUBLE), ("tail", [REST])):
        checks[name]["lines"][0].update(value=value, label=f"{TOKEN} {value}")
        for mistake in checks[name]["mistakes"]:
            mistake["lines"][0]["label"] = f"{TOKEN} {value}"
    records = {"visible": small.records()["visible"], "hidden": Record(small.LESSON, "hidden", checks)}
    for record in records.values():
        record.checks["tail"]["forbid"] = ["itertools.islice"]
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, record in records.items():
            save_record(Path(folder) / name, record)
            files[name] = (Path(folder) / name).read_bytes()
    source = {f"{small.LESSON}.ipynb": small.raw(nb), f"expected/{small.LESSON}.npz": files["visible"]}
    return course.LessonFiles(small.LESSON, source, files["hidden"])


HONEST = {
    "double": small.ANSWER_DOUBLE,
    "tail": "def tail(xs):\n    return xs",
    "guess": "answer = 7",
    "question-why": "Because.",
}
HONEST_SCORE = 2.0  # of 6: an attack has something to win


@dataclass(frozen=True)
class Attack:
    """One hostile or broken notebook.

    `make(nb)` returns it, as a notebook or bytes, from the honest one; or `place(folder, raw)` puts files into the
    student's folder. `ended` says how its first run ends, `shows` what its page must show: at least one proves that
    the attack took place; `stopped` that a limit, whichever it meets first, stopped its own cell. `costs` says that it
    may cost its own author points.
    """

    item: str
    name: str
    make: Callable | None = None
    place: Callable | None = None
    outcome: str = "graded"
    ended: str = ""
    shows: str = ""
    stopped: bool = False
    costs: bool = False


def at(nb, grade_id):
    """The place of a graded cell."""
    return next(i for i, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def cells(*sources, before="tail"):
    """Own cells put before a graded one; "top" is the very start."""

    def make(nb):
        i = 0 if before == "top" else at(nb, before)
        nb.cells[i:i] = [new_code_cell(source, id=f"attack-{n}") for n, source in enumerate(sources)]
        return nb

    return make


def known(name, **values):
    """The cells of attacks/NAME.py, one of the attacks on the sandbox."""
    values = {"first": FIRST, "second": SECOND, "token": "left", **values}
    return cells(*(step.source for step in attacks.cells(name, **values)))


def answers(**sources):
    """The answers of these exercises."""

    def make(nb):
        for grade_id, source in sources.items():
            nb.cells[at(nb, grade_id)].source = source
        return nb

    return make


def tail(body):
    """The answer of `tail` with this body."""
    lines = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return answers(tail=f"def tail(xs):\n{lines}")


def honest(made, note):
    """The control; the note makes it a submission of its own, so that it is run and not found in the journal."""
    return sc.answered(made, **{**HONEST, "double": f"{HONEST['double']}\n# {note}"})


def hand_in(made, attack_list):
    """Hand in every attack and its control; returns [(attack, student, control's student)]."""
    victim = honest(made, "victim")
    victim.cells[at(victim, "question-why")].source = f"My own words: {TOKEN}."
    sc.hand_in(made, VICTIM, victim)
    pairs = []
    for i, attack in enumerate(attack_list):
        student, control = f"n{i:03d}-attack", f"n{i:03d}-control"
        sc.hand_in(made, control, honest(made, control))
        nb = honest(made, student)
        if attack.place is not None:
            folder = made.root / "submitted" / student / small.LESSON
            folder.mkdir(parents=True)
            attack.place(folder, small.raw(nb))
        else:
            nb = attack.make(nb)
            sc.hand_in(made, student, nb if isinstance(nb, bytes) else json.dumps(nb).encode())
        pairs.append((attack, student, control))
    return pairs


class Watching:
    """The real sandbox; keeps every Run and how long it took."""

    def __init__(self, workers):
        self.pool, self.runs, self.number = SandboxPool(workers), {}, itertools.count()
        self.left = None  # processes when all runs are over, but for the warm one and its lesson's

    def submit(self, job):
        return self.pool.threads.submit(self._run, job)

    def _run(self, job):
        start = time.monotonic()
        run = self.pool.sandbox.run(job)
        self.runs.setdefault(job.key.removesuffix("-without").removesuffix("-without"), []).append(
            (run, time.monotonic() - start)
        )
        return run

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end = time.monotonic() + 3
        while (left := self._members()) and time.monotonic() < end:
            time.sleep(0.02)
        self.left = left
        self.pool.close()

    def _members(self):
        zygote = self.pool.sandbox.zygote
        if zygote is None:  # a warm process for each submission: it ended with it
            return 0
        return (
            len(psutil.Process(zygote.process.pid).children(recursive=True))
            - 1
            - sum(map(bool, zygote.prepared.values()))
        )


def read(path):
    """A graded notebook."""
    return nbformat.read(path, 4)
