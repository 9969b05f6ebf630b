"""Draw a lesson's private hidden tests many times, as releases would, and say how often the first draw certifies.

    python -m tests.grading.publishing.draws 00 04 --draws 20 --first 0

Exit status 1 where a lesson does not certify at all, or an exercise's first draw fails in more than a tenth of them: a
check that shows a known mistake only by luck is to be mended, not drawn until it fits.
"""

import argparse
import contextlib
import functools
import hashlib
import os
import sys
import tempfile
from collections import Counter
from unittest import mock

from grading.errors import CourseError
from grading.lessons.source import read_lessons
from grading.paths import Folders
from grading.proving import keys, trials
from grading.publishing.private import draw_proven
from tests.grading.publishing.warm import Warm


def drawn_again(lesson, draws, told=lambda number, drawn: None, first=0):
    """{exercise id: in how many of the draws its first one failed}; each draw is what a release would do. They are
    numbered from `first`: the same number is the same draw again.

    `told(number, drawn)` is called after each. Every draw runs every answer of what is drawn; done once for all are the
    imports (warm.py), the files that proofs rest on, and the exercises of which nothing is drawn: their proof is kept.
    """
    failed, digest = Counter(), functools.cache(keys.library_digest)
    with contextlib.ExitStack() as stack:
        warm = stack.enter_context(Warm())
        proofs = stack.enter_context(tempfile.TemporaryDirectory(prefix="course-draws-"))
        stack.enter_context(mock.patch.object(trials, "subprocess", warm))
        stack.enter_context(mock.patch.object(keys, "library_digest", digest))
        for number in range(first, first + draws):
            secret = hashlib.sha256(f"draw {number}".encode()).digest()
            (drawn,) = draw_proven([lesson], secret, cache=proofs)
            assert not any(proof.problems for proof in drawn.proofs)
            failed.update(drawn.draws.keys())
            told(number, drawn)
    return failed


def _tell(number, drawn):
    print(f"  draw {number}: {'; '.join(drawn.notes) or 'the first certifies'}", file=sys.stderr, flush=True)


def _seconds():
    """Processor time of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main():
    """Read the arguments, print a line for each lesson."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 00; all if none")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the number of the first, to go on with later ones")
    given = parser.parse_args()
    bad = False
    for lesson in read_lessons(Folders().solutions, given.lessons):
        start = _seconds()
        try:
            failed = drawn_again(lesson, given.draws, _tell, given.first)
        except CourseError as error:
            print(f"{lesson.slug}: {error}", flush=True)
            bad = True
            continue
        told = ", ".join(f"'{id}' {n} times" for id, n in failed.items()) or "none"
        seconds = (_seconds() - start) / given.draws
        how = f"{given.draws} draws certify; drawn again: {told}"
        print(f"{lesson.slug}: {how} ({seconds:.1f} s of processor time a draw)", flush=True)
        bad |= any(n > given.draws / 10 for n in failed.values())
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
