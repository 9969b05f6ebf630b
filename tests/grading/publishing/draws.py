"""Draw a lesson's private hidden tests many times, as releases would, and say how often the first draw certifies.

    python -m tests.grading.publishing.draws 00 04 --draws 20

Exit status 1 where a lesson does not certify at all, or an exercise's first draw fails in more than a tenth of them: a
check that shows a known mistake only by luck is to be mended, not drawn until it fits.
"""

import argparse
import hashlib
import sys
import time
from collections import Counter

from grading.errors import CourseError
from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.publishing.private import draw_proven


def drawn_again(lesson, draws, told=lambda number, drawn: None):
    """{exercise id: in how many of the draws its first one failed}; each draw is what a release would do.

    `told(number, drawn)` is called after each.
    """
    failed = Counter()
    for number in range(draws):
        secret = hashlib.sha256(f"draw {number}".encode()).digest()
        (drawn,) = draw_proven([lesson], secret)
        assert not any(proof.problems for proof in drawn.proofs)
        failed.update(drawn.draws.keys())
        told(number, drawn)
    return failed


def _tell(number, drawn):
    print(f"  draw {number}: {'; '.join(drawn.notes) or 'the first certifies'}", file=sys.stderr, flush=True)


def main():
    """Read the arguments, print a line for each lesson."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 00; all if none")
    parser.add_argument("--draws", type=int, default=20)
    given = parser.parse_args()
    bad = False
    for lesson in read_lessons(Folders().solutions, given.lessons):
        start = time.perf_counter()
        try:
            failed = drawn_again(lesson, given.draws, _tell)
        except CourseError as error:
            print(f"{lesson.slug}: {error}", flush=True)
            bad = True
            continue
        told = ", ".join(f"'{id}' {n} times" for id, n in failed.items()) or "none"
        seconds = (time.perf_counter() - start) / given.draws
        print(f"{lesson.slug}: {given.draws} draws certify; drawn again: {told} ({seconds:.1f} s a draw)", flush=True)
        bad |= any(n > given.draws / 10 for n in failed.values())
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
