"""A class with hostile notebooks among it, beside the same class without them:

    python -m tests.grading.hostile_class --n 300 --hostile 20 --seed 1
    python -m tests.grading.hostile_class --n 300 --hostile 20 --lesson 09        # of a real lesson, not the tests' own

Every submission differs. Counted is whether any honest mark is another one, and what the hostile ones cost in time.
They are drawn from all that the tests attack with, but those that need a listening neighbour.
"""

import argparse
import json
import random
import re
import shutil
import tempfile
import time
from pathlib import Path

import nbformat

from benchmarks import grading as benchmark
from grading import course
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading.attacks import course as hostile
from tests.grading.attacks import exhausting, lying, mangled, unforeseen

ATTACKS = tuple(
    one for kind in (exhausting, lying, mangled, unforeseen) for one in kind.ATTACKS if one.make is not None
)

# What stands in a real lesson where the small one has these exercises, a prediction and a question.
AS_SMALL = {"tail": "output_size", "double": "transposed_size", "guess": "wider", "why": "three_small"}


def small_class(folder, honest, attacks):
    """Course folders of the tests' small lesson, without and with the hostile notebooks."""
    made = course.init(folder / "without", [hostile.lesson_files()])
    sc.hand_in_class(made, honest)
    attacked = _beside(made, folder / "with")
    for i, one in enumerate(attacks):
        sc.hand_in(attacked, _name(i), one.make(nbformat.from_dict(sc.answered(made, **hostile.HONEST))))
    return made, attacked


def real_class(folder, honest, attacks):
    """The same of lesson 09: the attacks are written for the small one, so its names are exchanged."""
    made = benchmark.prepare(folder / "without", honest)
    attacked = _beside(made, folder / "with")
    (name,) = {path.name for path in made.root.glob("submitted/*/*")}
    first = next(made.root.glob("submitted/*/*/*.ipynb")).read_text()
    there = {real: small for small, real in AS_SMALL.items()}
    for i, one in enumerate(attacks):
        raw = one.make(nbformat.from_dict(json.loads(_renamed(first, there))))
        text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else json.dumps(raw)
        target = attacked.root / "submitted" / _name(i) / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes(_renamed(text, AS_SMALL).encode("utf-8", "surrogateescape"))
    return made, attacked


def _renamed(text, names):
    return re.sub(rf"\b(?:{'|'.join(names)})\b", lambda found: names[found[0]], text)


def _beside(made, folder):
    shutil.copytree(made.root, folder)
    return course.Course(folder)


def _name(i):
    return f"hostile{i:02d}"


def marks(root):
    """(seconds in all, seconds until the last honest mark, {student: what counts}) of grading a class, with the real
    sandbox and limits."""
    start, last = time.monotonic(), [0.0]

    def tell(done, total, one):
        if not one.student.startswith("hostile"):
            last[0] = time.monotonic() - start

    summary = engine.grade(root, workers=2, tell=tell)
    found = {one.student: (one.outcome, one.verdict.score) for one in summary.graded}
    return summary.seconds, last[0], found


def main():
    """Make both classes, grade both, print the comparison; exit status 1 where an honest mark changed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--n", type=int, default=300, help="students in all")
    words.add_argument("--hostile", type=int, default=20, help="of them hostile")
    words.add_argument("--seed", type=int, default=1, help="draws the attacks")
    words.add_argument("--lesson", choices=("small", "09"), default="small")
    asked = words.parse_args()
    drawn = random.Random(asked.seed).sample(ATTACKS, asked.hostile)
    with tempfile.TemporaryDirectory() as folder:
        fill = real_class if asked.lesson == "09" else small_class
        made, attacked = fill(Path(folder), asked.n - asked.hostile, drawn)
        _, alone, honest = marks(made.root)
        together, until, all_marks = marks(attacked.root)
    for i, one in enumerate(drawn):
        print(f"{one.item + ': ' + one.name:64} {all_marks[_name(i)][0]}")
    changed = [student for student in honest if honest[student] != all_marks[student]]
    print(
        f"{len(honest)} honest students: {len(changed)} marks changed by {len(drawn)} hostile neighbours; "
        f"theirs were all there after {alone:.1f} s alone, {until:.1f} s with them, {until / alone:.2f} times; "
        f"the whole class took {together:.1f} s"
    )
    raise SystemExit(bool(changed))


if __name__ == "__main__":
    main()
