"""A class with hostile notebooks among it, beside the same class without them:

    python -m tests.grading.hostile_class --n 300 --hostile 20 --seed 1

Every submission differs. Counted is whether any honest mark is another one, and what the hostile ones cost in time.
They are drawn from all that the tests attack with, but those that need a listening neighbour.
"""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

import nbformat

from grading import course
from grading.marking import engine
from tests.grading import small_course as sc
from tests.grading.attacks import course as hostile
from tests.grading.attacks import exhausting, lying, mangled, unforeseen

ATTACKS = tuple(
    one for kind in (exhausting, lying, mangled, unforeseen) for one in kind.ATTACKS if one.make is not None
)


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
    asked = words.parse_args()
    drawn = random.Random(asked.seed).sample(ATTACKS, asked.hostile)
    with tempfile.TemporaryDirectory() as folder:
        made = course.init(Path(folder) / "without", [hostile.lesson_files()])
        sc.hand_in_class(made, asked.n - asked.hostile)
        shutil.copytree(made.root, Path(folder) / "with")
        attacked = course.Course(Path(folder) / "with")
        for i, one in enumerate(drawn):
            raw = one.make(nbformat.from_dict(sc.answered(made, **hostile.HONEST)))
            sc.hand_in(attacked, f"hostile{i:02d}", raw)
        _, alone, honest = marks(made.root)
        together, until, all_marks = marks(attacked.root)
    for i, one in enumerate(drawn):
        print(f"{one.item + ': ' + one.name:64} {all_marks[f'hostile{i:02d}'][0]}")
    changed = [student for student in honest if honest[student] != all_marks[student]]
    print(
        f"{len(honest)} honest students: {len(changed)} marks changed by {len(drawn)} hostile neighbours; "
        f"theirs were all there after {alone:.1f} s alone, {until:.1f} s with them, {until / alone:.2f} times; "
        f"the whole class took {together:.1f} s"
    )
    raise SystemExit(bool(changed))


if __name__ == "__main__":
    main()
