"""Lines beside an answer that are no Python to the Python that grades, a newer one's or a slip: what is asked for is
made without them.
"""

import re

from grading.lessons.cells import bound_names, tree_of
from grading.marking.run_text import run_text

GOES_ON = re.compile(r"[\s)\]}#]|(?:else|elif|except|finally)\b|$")  # how a line begins that begins no statement
TOGETHER, LONGEST = 10, 50_000  # beginnings that may be one statement: decorators, long texts; characters looked at


def readable(source, names):
    """(the text without what is no Python, the numbers of the lines that went); as it is where all of it is Python, or
    where the rest does not make all of `names`.
    """
    if not names or len(source) > LONGEST or _is_python(source):
        return source, []
    lines = source.split("\n")
    begins = [i for i, line in enumerate(lines) if not GOES_ON.match(line)]
    ends, gone, k = [*begins[1:], len(lines)], [], 0
    while k < len(begins):
        tried = range(k, min(k + TOGETHER, len(begins)))
        last = next((j for j in tried if _is_python("\n".join(lines[begins[k] : ends[j]]))), None)
        if last is None:
            gone += range(begins[k], ends[k])
        k = k + 1 if last is None else last + 1
    left = "\n".join("" if i in gone else line for i, line in enumerate(lines))
    if not names <= set(bound_names(run_text(left))):
        return source, []
    return left, [i + 1 for i in gone if lines[i].strip()]


def _is_python(text):
    return tree_of(run_text(text)) is not None
