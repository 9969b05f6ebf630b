"""What the failing checks of a submission saw, kept for its instructor: hidden/observed/KEY, by the job's key.

A verdict says of a hidden line only whether it passes. Who answers an appeal, and who looks for what many got wrong
alike, needs the values; so they are kept beside the hidden expected values, in the folder that nothing made for
students is made from. A file is a compressed row of frames as the worker sends them: no pickle, strictly read.
"""

import io
import zlib

from course_lib.evidence.observation import Malformed, decode, encode
from course_lib.files import write_atomically
from grading.errors import CourseError
from grading.marking.boundary import Damaged

MOST_OF_CHECK = 1 << 20  # bytes of one check's frames; a lesson's own values take a hundredth of it
MOST = 8 << 20  # of a submission's


def pack(run, verdict):
    """The frames of the checks that were tried and do not pass, as bytes; b"" when there are none.

    A check with more than MOST_OF_CHECK, and what no longer fits in MOST, is left out whole: `show` says so.
    """
    failing = {check.id for check in verdict.checks.values() if check.started and not check.passed}
    frames, room = {}, MOST
    for one in run.seen:
        if one.check in failing:
            frames.setdefault(one.check, []).append(encode(one))
    kept = []
    for mine in frames.values():
        size = sum(map(len, mine))
        if size <= min(MOST_OF_CHECK, room):
            room -= size
            kept += mine
    return zlib.compress(b"".join(kept), 6) if kept else b""


class Observed:
    """The kept observations of a course folder."""

    def __init__(self, root):
        self.folder = root / "hidden" / "observed"

    def write(self, key, packed):
        """Keep what `pack` made of a job's run; nothing when it is empty."""
        if not packed:
            return
        try:
            write_atomically(self.folder / key, packed)
        except OSError as error:
            what = error.strerror or type(error).__name__
            raise CourseError(
                f"{self.folder} cannot be written ({what}); mend that and run the same command."
            ) from None

    def read(self, key):
        """{check: {position: Seen}} of a job's run, each line as it was seen first; {} when nothing was kept."""
        try:
            data = (self.folder / key).read_bytes() if key else b""
        except FileNotFoundError:
            data = b""
        except OSError as error:
            raise Damaged(f"{self.folder / key} cannot be read ({error.strerror}); put a file in its place.") from None
        found, opened = {}, zlib.decompressobj()
        try:
            stream = io.BytesIO(opened.decompress(data, 2 * MOST))
            if data and not opened.eof:
                raise Malformed("the file ends early")
            while (one := decode(stream)) is not None:
                found.setdefault(one.check, {}).setdefault(one.position, one)
        except (Malformed, zlib.error):
            raise Damaged(f"{self.folder / key} is damaged; run `course grade --force` on that submission.") from None
        return found
